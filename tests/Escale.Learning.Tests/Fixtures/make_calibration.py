"""Makes calibration.json: curves as scikit-learn 1.2.1 and SciPy fit them. Run with python3 make_calibration.py in this folder."""
import json
import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import expit, log_softmax
from sklearn.calibration import _sigmoid_calibration
from sklearn.isotonic import IsotonicRegression

rng = np.random.default_rng(11)
n = 120
out = {}


def logit(p):
    p = np.clip(p, 1e-9, 1 - 1e-9)
    return np.log(p) - np.log1p(-p)


def platt(p, y, w):
    a, b = _sigmoid_calibration(logit(p), y.astype(float), w)
    return -a, -b


def isotonic(p, y, w):
    """Knots of scikit-learn, kept from 0 and 1 by one row more of each kind, with a millionth of x."""
    curve = IsotonicRegression(out_of_bounds="clip").fit(p, y, w)
    least = 1 / ((len(y) if w is None else (w > 0).sum()) + 2)
    knots = np.clip(curve.y_thresholds_, least, 1 - least)
    return lambda x: (1 - 1e-6) * np.interp(x, curve.X_thresholds_, knots) + 1e-6 * x


def temperature(p, y, w):
    z = np.log(np.maximum(p, 1e-15))
    w = np.ones(len(y)) if w is None else w
    loss = lambda power: -(w * log_softmax(power * z, axis=1)[np.arange(len(y)), y]).sum()
    return 1 / minimize_scalar(loss, bounds=(0.01, 100), method="bounded", options={"xatol": 1e-12}).x


x = rng.normal(0, 1.5, n)
y = (rng.random(n) < expit(0.6 * x + 0.4)).astype(int)
p = np.round(expit(2 * x), 2)
w = np.round(rng.random(n) * 3, 3)
w[5] = 0
new = np.linspace(0.003, 0.997, 29)
case = {"truth": y.tolist(), "outputs": np.stack([1 - p, p], 1).ravel().tolist(), "weights": w.tolist(), "new": new.tolist()}
for key, sw in (("plain", None), ("weighted", w)):
    slope, intercept = platt(p, y, sw)
    case[key] = {
        "slope": slope,
        "intercept": intercept,
        "isotonic": isotonic(p, y, sw)(new).tolist(),
        "temperature": temperature(np.stack([1 - p, p], 1), y, sw),
    }
out["binary"] = case

k = 3
z = rng.normal(0, 2, (n, k))
y = np.array([rng.choice(k, p=np.exp(log_softmax(0.5 * row))) for row in z])
p = np.round(np.exp(log_softmax(z, axis=1)), 3)
new = rng.dirichlet(np.ones(k), 7)
case = {"truth": y.tolist(), "outputs": p.ravel().tolist(), "weights": w.tolist(), "new": new.ravel().tolist()}
for key, sw in (("plain", None), ("weighted", w)):
    sigmoids, isotonics = [], []
    for at in range(k):
        slope, intercept = platt(p[:, at], y == at, sw)
        sigmoids.append(expit(slope * logit(new[:, at]) + intercept))
        isotonics.append(isotonic(p[:, at], (y == at).astype(float), sw)(new[:, at]))
    sigmoids, isotonics = np.stack(sigmoids, 1), np.stack(isotonics, 1)
    case[key] = {
        "platt": (sigmoids / sigmoids.sum(1, keepdims=True)).ravel().tolist(),
        "isotonic": (isotonics / isotonics.sum(1, keepdims=True)).ravel().tolist(),
        "temperature": temperature(p, y, sw),
    }
out["multiclass"] = case

with open("calibration.json", "w") as file:
    json.dump(out, file, separators=(",", ":"))
