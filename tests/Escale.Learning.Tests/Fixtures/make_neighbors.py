"""Predictions of scikit-learn's nearest neighbours and Gaussian naive Bayes: writes neighbors.json beside this script."""
import json
import os

import numpy as np
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

random = np.random.RandomState(11)
x = np.round(random.randn(120, 4) * [1, 2, 0.5, 1], 3).astype(np.float32).astype(float)
fresh = np.round(random.randn(15, 4) * [1, 2, 0.5, 1], 3).astype(np.float32).astype(float)
fresh[3] = x[20]  # at distance zero
y = np.round(x[:, 0] - x[:, 1] + random.randn(120) * 0.3, 3)
labels = np.digitize(y, np.quantile(y, [0.3, 0.7]))
weights = np.round(random.uniform(0.1, 3, 120), 2)


def neighbors(k, p, weighting):
    settings = {"n_neighbors": k, "p": p, "weights": weighting, "algorithm": "brute"}
    return {"k": k, "metric": "Euclidean" if p == 2 else "Manhattan", "weighting": weighting.capitalize(),
            "values": KNeighborsRegressor(**settings).fit(x, y).predict(fresh).tolist(),
            "probabilities": KNeighborsClassifier(**settings).fit(x, labels).predict_proba(fresh).ravel().tolist()}


def bayes(name, weight=None, **settings):
    model = GaussianNB(**settings).fit(x, labels, sample_weight=weight)
    return {"name": name, "means": model.theta_.ravel().tolist(), "variances": model.var_.ravel().tolist(), "probabilities": model.predict_proba(fresh).ravel().tolist()}


fixture = {
    "x": x.T.tolist(), "fresh": fresh.T.tolist(), "y": y.tolist(), "labels": labels.tolist(), "weights": weights.tolist(),
    "neighbors": [neighbors(1, 2, "uniform"), neighbors(7, 2, "uniform"), neighbors(7, 1, "distance"), neighbors(120, 2, "distance")],
    "bayes": [bayes("plain"), bayes("weighted", weights), bayes("priors", priors=[0.5, 0.3, 0.2])],
}
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "neighbors.json"), "w") as file:
    json.dump(fixture, file)
