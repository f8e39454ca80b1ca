"""Makes tree_contributions.json: small boosted models of XGBoost with their nodes and its exact contributions (pred_contribs). Run with xgboost 1.7.4 (/usr/bin/python3)."""
import json
import pathlib

import numpy as np
import xgboost as xgb

random = np.random.default_rng(3)
x = np.round(random.normal(size=(400, 5)), 3).astype(np.float32)
x[random.random(x.shape) < 0.1] = np.nan
filled = np.nan_to_num(x, nan=0.5)
signal = filled[:, 0] * filled[:, 1] + np.sin(2 * filled[:, 2]) + 0.5 * filled[:, 3]
cases = []


def number(value):
    return None if np.isnan(value) else round(float(value), 7)


def nodes_of(tree):
    found = []

    def visit(node):
        at = len(found)
        found.append(None)
        if "leaf" in node:
            found[at] = {"leaf": node["leaf"], "cover": node["cover"]}
        else:
            children = {child["nodeid"]: child for child in node["children"]}
            entry = {"feature": int(node["split"][1:]), "below": node["split_condition"], "cover": node["cover"], "missing_left": node["missing"] == node["yes"]}
            entry["left"] = visit(children[node["yes"]])
            entry["right"] = visit(children[node["no"]])
            found[at] = entry
        return at

    visit(tree)
    return found


for name, objective, target, extra in (
        ("number", "reg:squarederror", signal, {}),
        ("two", "binary:logistic", (signal > 0.3).astype(int), {}),
        ("three", "multi:softprob", np.digitize(signal, [-0.4, 0.6]), {"num_class": 3})):
    data = xgb.DMatrix(x, label=target, feature_names=[f"f{at}" for at in range(5)])
    booster = xgb.train({"objective": objective, "max_depth": 5, "eta": 0.5, "base_score": 0.5, "seed": 1, "nthread": 1, **extra}, data, 4)
    some = xgb.DMatrix(x[:12], feature_names=[f"f{at}" for at in range(5)])
    contributions = booster.predict(some, pred_contribs=True).reshape(12, -1, 6)
    cases.append({
        "name": name, "scores": contributions.shape[1],
        "trees": [nodes_of(json.loads(tree)) for tree in booster.get_dump(with_stats=True, dump_format="json")],
        "contributions": np.round(contributions, 6).ravel().tolist()})

path = pathlib.Path(__file__).with_name("tree_contributions.json")
path.write_text(json.dumps({"x": [[number(value) for value in column] for column in x[:12].T], "cases": cases}) + "\n")
print(path.stat().st_size)
