"""Exponential smoothing written again from the textbook's equations, its likelihood maximised by SciPy: writes smoothing.json beside this script."""
import itertools
import json
import os

import numpy as np
from scipy.optimize import minimize

random = np.random.RandomState(2)
steps = np.arange(60)
amounts = np.round(50 + 0.8 * steps + 8 * np.array([1, -1, 3, -3])[steps % 4] / 3 + np.cumsum(random.randn(60)) + random.randn(60), 2)
signed = np.round(np.cumsum(random.randn(60)) + 4 * np.array([1, -1, 0.5, -0.5])[steps % 4], 2)
gaps = amounts.copy()
gaps[[5, 17, 18, 40]] = np.nan
LENGTH = 4


def run(values, error, trend, season, alpha, beta, gamma, phi, level, slope, seasons):
    """Hyndman et al. (2008), table 2.2: returns -2 log likelihood (but for a constant), what was expected, and the last states."""
    seasons, expected, squares, logs, count = list(seasons), [], 0.0, 0.0, 0
    for at, value in enumerate(values):
        q = level + phi * slope if trend != "N" else level
        s = seasons[at] if season != "N" else None
        mu = {"N": q, "A": q + (s or 0), "M": q * (s or 0)}[season]
        if (error == "M" or season == "M") and mu <= 0:
            return np.inf, None, None
        expected.append(mu)
        e = 0.0 if np.isnan(value) else value - mu
        if not np.isnan(value):
            squares += (e / mu) ** 2 if error == "M" else e ** 2
            logs += np.log(abs(mu)) if error == "M" else 0
            count += 1
        d = e / s if season == "M" else e
        level = q + alpha * d
        if trend != "N":
            slope = phi * slope + beta * d
        if season != "N":
            seasons.append(s + gamma * (e / q if season == "M" else e))
    return count * np.log(squares) + 2 * logs, expected, [level, slope] + seasons[len(values):] if season != "N" else [level, slope]


def unpack(point, trend, season):
    alpha = point[0]
    beta = point[1] * alpha if trend != "N" else 0
    gamma = point[2] * (1 - alpha) if season != "N" else 0
    phi = point[3] if trend == "Ad" else 1
    seasons = []
    if season != "N":
        free = list(point[6:6 + LENGTH - 1])
        seasons = free + [(LENGTH if season == "M" else 0) - sum(free)]
    return alpha, beta, gamma, phi, point[4], point[5] if trend != "N" else 0, seasons


def likeliest(values, error, trend, season):
    known = values[~np.isnan(values)]
    bounds = [(1e-4, 1 - 1e-4)] * 3 + [(0.8, 0.98)] + [(None, None)] * (2 + (LENGTH - 1 if season != "N" else 0))
    best = None
    for alpha, share in itertools.product([0.1, 0.8], [0.02, 0.3]):
        for slope in [0, (known[-1] - known[0]) / len(values)]:
            start = [alpha, share, share, 0.9, known[:8].mean() - 4 * slope, slope] + {"N": [], "A": [2.0, -3.0, 6.0], "M": [1.1, 0.95, 1.1]}[season]
            found = minimize(lambda point: min(1e6, run(values, error, trend, season, *unpack(point, trend, season))[0]), start, method="L-BFGS-B", bounds=bounds,
                             options={"maxiter": 2000, "maxfun": 100000, "ftol": 1e-13, "gtol": 1e-9})
            if found.fun < 1e6 and (best is None or found.fun < best.fun):
                best = found
    return best


cases = []
for name, values in [("amounts", amounts), ("signed", signed), ("gaps", gaps)]:
    for error, trend, season in itertools.product("AM", ["N", "A", "Ad"], "NAM"):
        if name == "signed" and (error == "M" or season == "M"):
            continue
        if name == "gaps" and (trend == "N" or season == "N"):
            continue
        fixed = dict(alpha=0.4, beta=0.4 * 0.25 if trend != "N" else 0, gamma=0.2 if season != "N" else 0, phi=0.9 if trend == "Ad" else 1,
                     level=48.0 if name != "signed" else 1.0, slope=0.5 if trend != "N" else 0,
                     seasons={"N": [], "A": [2.0, -3.0, 6.0, -5.0], "M": [1.1, 0.9, 1.2, 0.8]}[season])
        loss, expected, end = run(values, error, trend, season, **fixed)
        cases.append({"series": name, "error": error, "trend": trend, "season": season, "fixed": {**fixed, "loss": loss, "expected": expected, "end": end},
                      "least": likeliest(values, error, trend, season).fun})

series = {"amounts": amounts.tolist(), "signed": signed.tolist(), "gaps": [None if np.isnan(value) else value for value in gaps]}
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "smoothing.json"), "w") as file:
    json.dump({"series": series, "cases": cases}, file)
