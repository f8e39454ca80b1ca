"""Makes decision_trees.json: single trees of scikit-learn on data without ties, their predictions and sizes. Run with scikit-learn 1.2.1 (/usr/bin/python3)."""
import json
import pathlib

import numpy as np
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

random = np.random.default_rng(7)
ROWS, FEATURES = 140, 4
x = random.normal(size=(ROWS, FEATURES)).astype(np.float32)
signal = 1.5 * x[:, 0] - x[:, 1] + x[:, 2] * x[:, 3] + 0.7 * random.normal(size=ROWS)
weights = np.round(random.uniform(0.2, 3, size=ROWS), 3)
weights[::17] = 0
targets = {
    "two": (signal > 0.3).astype(int),
    "three": np.digitize(signal, [-0.8, 0.9]),
    "number": np.round(signal + 100, 4),
    "count": random.poisson(np.exp(0.6 * signal)),
}
cases = []


# Grown to the end, several features part the last pairs of rows equally well: which one is used is a matter of chance, so importances are left out there.
def case(target, is_weighted=False, **settings):
    learner = (DecisionTreeRegressor if target in ("number", "count") else DecisionTreeClassifier)(random_state=0, **settings)
    learner.fit(x, targets[target], sample_weight=weights if is_weighted else None)
    outputs = learner.predict(x) if target in ("number", "count") else learner.predict_proba(x)
    cases.append({
        "target": target, "weighted": is_weighted, "settings": settings, "leaves": int(learner.get_n_leaves()), "depth": int(learner.get_depth()),
        "outputs": np.round(outputs.ravel(), 8).tolist(), "importances": [] if target == "number" and "min_samples_split" not in settings and len(settings) == 1 else np.round(learner.feature_importances_, 9).tolist()})


for target in ("two", "three"):
    for criterion in ("gini", "entropy"):
        case(target, criterion=criterion, max_depth=3)
        case(target, True, criterion=criterion, max_depth=3, min_samples_leaf=5)
    case(target, criterion="gini", max_leaf_nodes=7)
    case(target, criterion="gini", min_samples_leaf=6, ccp_alpha=0.012)
    case(target, criterion="gini", max_depth=6, min_samples_leaf=4, min_impurity_decrease=0.01)
for target, criterion in (("number", "squared_error"), ("count", "poisson")):
    case(target, criterion=criterion, max_depth=4, min_samples_leaf=4)
    case(target, True, criterion=criterion, max_depth=3, min_samples_leaf=5)
    case(target, criterion=criterion, max_leaf_nodes=9, min_samples_leaf=4)
    case(target, criterion=criterion, min_samples_leaf=4, ccp_alpha=0.03)
case("number", criterion="squared_error", min_samples_split=20)
case("number", criterion="squared_error")

path = pathlib.Path(__file__).with_name("decision_trees.json")
path.write_text(json.dumps({
    "x": [[float(v) for v in column] for column in x.T], "weights": weights.tolist(),
    "targets": {name: values.tolist() for name, values in targets.items()}, "cases": cases}) + "\n")
print(path.stat().st_size, len(cases))
