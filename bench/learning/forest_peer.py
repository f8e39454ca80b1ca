"""The peer of `Escale.Learning.Bench forest`: scikit-learn's random forest on one fold of a table of two classes.

    forest_peer.py prepare DATA.csv FOLDS.json TARGET POSITIVE OUT [FOLD]   write the fold's numbers to OUT, so that both sides read the same bits
    forest_peer.py fit OUT [TREES] [JOBS]                                  fit, predict, print seconds and AUC

Texts become the rank of their level among those of the training rows (others −1), as OrdinalEncoder does; '?' is a level like any other.
"""
import json
import pathlib
import sys
import time

import numpy as np


def prepare(data, folds, target, positive, out, fold=0):
    import pandas as pd
    from sklearn.preprocessing import OrdinalEncoder
    table = pd.read_csv(data, keep_default_na=False)
    test = np.zeros(len(table), bool)
    test[json.load(open(folds))["test_folds"][int(fold)]] = True
    y = (table.pop(target) == positive).to_numpy().astype(np.float32)
    texts = [name for name in table if table[name].dtype == object]
    numbers = [name for name in table if name not in texts]
    encoder = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1).fit(table.loc[~test, texts])
    x = np.hstack([table[numbers].to_numpy(float), encoder.transform(table[texts])]).astype(np.float32)
    out = pathlib.Path(out)
    out.mkdir(parents=True, exist_ok=True)
    for name, rows in (("train", ~test), ("test", test)):
        x[rows].tofile(out / f"{name}_X.f32")
        y[rows].tofile(out / f"{name}_y.f32")
    (out / "columns.txt").write_text("\n".join(numbers + texts) + "\n")


def fit(out, trees=500, jobs=1):
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.metrics import roc_auc_score
    out = pathlib.Path(out)
    columns = len((out / "columns.txt").read_text().split())
    read = lambda name: (np.fromfile(out / f"{name}_X.f32", np.float32).reshape(-1, columns), np.fromfile(out / f"{name}_y.f32", np.float32))
    (x, y), (x_test, y_test) = read("train"), read("test")
    began, cpu = time.perf_counter(), time.process_time()
    forest = RandomForestClassifier(int(trees), n_jobs=int(jobs), random_state=0).fit(x, y)
    fitted, cpu_fitted = time.perf_counter(), time.process_time()
    outputs = forest.predict_proba(x_test)[:, 1]
    predicted = time.perf_counter()
    print(f"scikit-learn forest, {trees} trees, {jobs} jobs: fit {fitted - began:.2f} s (CPU {cpu_fitted - cpu:.2f} s), predict {predicted - fitted:.2f} s, "
          f"AUC {roc_auc_score(y_test, outputs):.5f}, nodes {sum(tree.tree_.node_count for tree in forest.estimators_)}")


if __name__ == "__main__":
    {"prepare": prepare, "fit": fit}[sys.argv[1]](*sys.argv[2:])
