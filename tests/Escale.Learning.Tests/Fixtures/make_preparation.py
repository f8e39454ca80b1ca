"""Makes preparation.json: what scikit-learn's transformers make of small columns. Run with Python 3, numpy and scikit-learn 1.2."""
import json
import os

import numpy as np
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, RobustScaler, StandardScaler
from sklearn.utils.class_weight import compute_class_weight

rng = np.random.default_rng(7)
numbers = np.round(rng.gamma(2, 30, 60), 2)
numbers[rng.choice(60, 9, replace=False)] = np.nan
later = np.array([[np.nan], [0.0], [1000.0], [55.5]])
train = numbers[:, None]


def scaled(strategy, scaler):
    # The scaler sees what is there; what is imputed stands where its own value does.
    imputer = SimpleImputer(strategy=strategy).fit(train)
    scaler.fit(train[~np.isnan(train)][:, None])
    return {"train": scaler.transform(imputer.transform(train))[:, 0].tolist(), "later": scaler.transform(imputer.transform(later))[:, 0].tolist()}


levels = rng.choice(["red", "green", "blue", "black"], 40, p=[0.5, 0.3, 0.15, 0.05])
one_hot = OneHotEncoder(handle_unknown="ignore", sparse_output=False).fit(levels[:, None])
rare = OneHotEncoder(handle_unknown="infrequent_if_exist", sparse_output=False, min_frequency=0.2).fit(levels[:, None])
ordinal = OrdinalEncoder().fit(levels[:, None])
two = rng.choice(["no", "yes"], 40)
two_hot = OneHotEncoder(drop="if_binary", sparse_output=False).fit(two[:, None])
classes = rng.choice(["a", "b", "c"], 50, p=[0.7, 0.2, 0.1])

counts = rng.poisson(0.7, (30, 8)).astype(float)
tfidf = TfidfTransformer(sublinear_tf=True).fit(counts)

data = {
    "numbers": [None if np.isnan(n) else n for n in numbers],
    "later": [None if np.isnan(n) else n for n in later[:, 0]],
    "standard_median": scaled("median", StandardScaler()),
    "robust_mean": scaled("mean", RobustScaler()),
    "standard_most_frequent": scaled("most_frequent", StandardScaler()),
    "levels": levels.tolist(),
    "one_hot_names": one_hot.categories_[0].tolist(),
    "one_hot": one_hot.transform(levels[:, None]).ravel().tolist(),
    "one_hot_unknown": one_hot.transform([["white"]]).ravel().tolist(),
    "rare": rare.transform(levels[:, None]).ravel().tolist(),
    "rare_unknown": rare.transform([["white"]]).ravel().tolist(),
    "ordinal": StandardScaler().fit_transform(ordinal.transform(levels[:, None])).ravel().tolist(),
    "two": two.tolist(),
    "two_hot": two_hot.transform(two[:, None]).ravel().tolist(),
    "classes": classes.tolist(),
    "balanced": compute_class_weight("balanced", classes=np.unique(classes), y=classes).tolist(),
    "counts": counts.ravel().tolist(),
    "tfidf": tfidf.transform(counts).toarray().ravel().tolist(),
}
with open(os.path.join(os.path.dirname(__file__), "preparation.json"), "w", encoding="utf-8") as file:
    json.dump(data, file, indent=1)
    file.write("\n")
