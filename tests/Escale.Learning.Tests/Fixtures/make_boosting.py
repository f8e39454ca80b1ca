#!/usr/bin/python3
"""Predictions of scikit-learn's histogram gradient boosting on one small table, for boosting.json. Values have few digits, so that both sides have the same bins."""
import json
import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

random = np.random.RandomState(11)
rows = 400
x = np.round(random.rand(rows, 4) * 60) / 4
x[random.rand(rows) < 0.1, 1] = np.nan
signal = np.sin(x[:, 0]) * 2 + np.where(np.isnan(x[:, 1]), 3, x[:, 1] / 5) + (x[:, 2] > 7) * x[:, 3] / 4
y = np.round(signal + random.randn(rows), 3)
label = (signal + random.randn(rows) > np.median(signal)).astype(int)
common = dict(max_iter=12, max_leaf_nodes=8, min_samples_leaf=1, learning_rate=0.2, l2_regularization=0.5, early_stopping=False, max_bins=255)
out = dict(x=[[None if np.isnan(v) else v for v in column] for column in x.T], y=y.tolist(), label=label.tolist())
out['squared'] = HistGradientBoostingRegressor(**common).fit(x, y).predict(x)
out['absolute'] = HistGradientBoostingRegressor(loss='absolute_error', **common).fit(x, y).predict(x)
out['logistic'] = HistGradientBoostingClassifier(**common).fit(x, label).predict_proba(x)[:, 1]
weights = 1 + np.arange(rows) % 3
out['weighted'] = HistGradientBoostingRegressor(**common).fit(x, y, sample_weight=weights).predict(x)
for key in ('squared', 'absolute', 'logistic', 'weighted'):
    out[key] = [round(float(v), 6) for v in out[key]]
json.dump(out, open('boosting.json', 'w'))
