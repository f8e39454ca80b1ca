"""Coefficients and probabilities of scikit-learn's linear models: writes linear.json beside this script."""
import json
import os
import warnings

import numpy as np
from sklearn.linear_model import ElasticNet, LinearRegression, LogisticRegression, Ridge

warnings.filterwarnings("ignore")
random = np.random.RandomState(5)
ROWS, COLUMNS = 80, 5
x = np.round(random.randn(ROWS, COLUMNS) * [1, 2, 0.5, 1, 3] + [0, 1, 0, -2, 10], 2).astype(np.float32).astype(float)
weights = np.round(random.uniform(0, 3, ROWS), 2)
weights[7] = 0
score = x @ [1.5, -0.7, 0, 0.4, 0.1] + random.randn(ROWS)
y = np.round(score, 3)
binary = (score > np.median(score)).astype(int)
three = np.digitize(score, np.quantile(score, [0.3, 0.6]))
singular = np.column_stack([x[:, 0], x[:, 1], x[:, 0], (x[:, 1] > 1).astype(float), (x[:, 1] <= 1).astype(float)])
wide = np.round(random.randn(6, 10), 2).astype(np.float32).astype(float)


def regression(name, model, columns=x, target=y, weight=None):
    model.fit(columns, target, **({} if weight is None else {"sample_weight": weight}))
    return {"name": name, "coefficients": model.coef_.tolist(), "intercept": float(model.intercept_)}


def shortest(name, columns, has_intercept):
    """Singular: scikit-learn's own cut-off lets coefficients of 4e13 through; the pseudo-inverse with a sensible one is the reference."""
    means, mean = (columns.mean(axis=0), y.mean()) if has_intercept else (np.zeros(columns.shape[1]), 0)
    coefficients = np.linalg.pinv(columns - means, rcond=1e-10) @ (y - mean)
    return {"name": name, "coefficients": coefficients.tolist(), "intercept": float(mean - means @ coefficients)}


def logistic(name, target, weight=None, **settings):
    tight = {"solver": "newton-cg", "max_iter": 100000, "tol": 1e-10, **settings}
    if tight.get("penalty") in ("l1", "elasticnet"):
        tight["solver"] = "saga"
    model = LogisticRegression(**tight).fit(x, target, sample_weight=weight)
    return {"name": name, "coefficients": model.coef_.ravel().tolist(), "intercepts": model.intercept_.ravel().tolist(),
            "probabilities": model.predict_proba(x[:10]).ravel().tolist()}


fixture = {
    "x": x.T.tolist(), "weights": weights.tolist(), "y": y.tolist(), "binary": binary.tolist(), "three": three.tolist(),
    "singular": singular.T.tolist(), "wide": wide.T.tolist(),
    "regressions": [
        regression("ordinary", LinearRegression()),
        regression("ordinary, weighted", LinearRegression(), weight=weights),
        regression("ordinary, no intercept", LinearRegression(fit_intercept=False)),
        shortest("ordinary, singular", singular, True),
        shortest("ordinary, singular, no intercept", singular, False),
        regression("ordinary, wide", LinearRegression(), wide, y[:6]),
        regression("ridge 0.5", Ridge(alpha=0.5)),
        regression("ridge 10, weighted", Ridge(alpha=10), weight=weights),
        regression("ridge 10, no intercept", Ridge(alpha=10, fit_intercept=False)),
        regression("ridge 1, wide", Ridge(alpha=1), wide, y[:6]),
        regression("lasso 0.1", ElasticNet(alpha=0.1, l1_ratio=1, tol=1e-14, max_iter=100000)),
        regression("elastic net 0.2 0.5", ElasticNet(alpha=0.2, l1_ratio=0.5, tol=1e-14, max_iter=100000)),
        regression("elastic net 0.2 0.5, weighted", ElasticNet(alpha=0.2, l1_ratio=0.5, tol=1e-14, max_iter=100000), weight=weights),
        regression("elastic net 0.05 0.9, no intercept", ElasticNet(alpha=0.05, l1_ratio=0.9, tol=1e-14, max_iter=100000, fit_intercept=False)),
        regression("lasso 0.01, wide", ElasticNet(alpha=0.01, l1_ratio=1, tol=1e-14, max_iter=1000000), wide, y[:6]),
    ],
    "logistics": [
        logistic("binary", binary),
        logistic("binary, weighted, C 0.1", binary, weights, C=0.1),
        logistic("binary, no penalty", binary, penalty="none"),
        logistic("binary, no intercept", binary, fit_intercept=False),
        logistic("binary, L1, C 0.3", binary, C=0.3, penalty="l1"),
        logistic("binary, elastic net, weighted", binary, weights, penalty="elasticnet", l1_ratio=0.4, C=0.2),
        logistic("three", three),
        logistic("three, weighted, C 10", three, weights, C=10),
        logistic("three, L1, C 0.3", three, C=0.3, penalty="l1"),
    ],
}
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "linear.json"), "w") as file:
    json.dump(fixture, file)
