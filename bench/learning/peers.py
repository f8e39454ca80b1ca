"""The peers of `Escale.Learning.Bench open`: LightGBM, XGBoost and scikit-learn on the same raw files, each run in a process of its own.

    peers.py boosting LIBRARY FOLDER THREADS    1 M rows of 28 numbers, two classes (FOLDER/higgs_like_X.f32, _y.f32; the last rows are for testing)
    peers.py mixed LIBRARY FOLDER THREADS       1 M rows of 15 numbers and 5 categories (FOLDER/mixed_reg_X.f32, _y.f32)
    peers.py predict LIBRARY FOLDER THREADS     rows a second with 100 trees of 31 leaves
    peers.py has LIBRARY                        whether it can be loaded

LIBRARY: lightgbm, lightgbm-quantised, xgboost (grown to 31 leaves), xgboost-depth6, scikit-learn. Prints one line in the form of ours.
"""
import resource
import sys
import time

import numpy as np

TRAIN = 1_000_000


def read(folder, name, columns):
    x = np.fromfile(f"{folder}/{name}_X.f32", np.float32).reshape(-1, columns)
    return x, np.fromfile(f"{folder}/{name}_y.f32", np.float32)


def fit(library, x, y, threads, categories, is_class):
    if library.startswith("lightgbm"):
        import lightgbm
        settings = dict(objective="binary" if is_class else "regression", num_leaves=31, max_bin=255, learning_rate=0.1, num_threads=threads, verbose=-1,
                        min_data_in_leaf=20, seed=1)
        if library.endswith("quantised"):
            settings.update(use_quantized_grad=True, num_grad_quant_bins=4, quant_train_renew_leaf=True)
        data = lightgbm.Dataset(x, y, categorical_feature=categories or "auto", params=settings, free_raw_data=False)
        model = lightgbm.train(settings, data, 100)
        return lambda rows: model.predict(rows, num_threads=threads)
    if library.startswith("xgboost"):
        import xgboost
        types = ["c" if at in categories else "float" for at in range(x.shape[1])] if categories else None
        settings = dict(objective="binary:logistic" if is_class else "reg:squarederror", tree_method="hist", max_bin=256, eta=0.1, nthread=threads, verbosity=0, seed=1)
        settings.update(dict(max_depth=6) if library.endswith("depth6") else dict(grow_policy="lossguide", max_leaves=31, max_depth=0))
        matrix = lambda rows, labels=None: xgboost.DMatrix(rows, labels, nthread=threads, feature_types=types, enable_categorical=bool(categories))
        model = xgboost.train(settings, matrix(x, y), 100)
        model.set_param({"nthread": threads})
        return (lambda rows: model.predict(matrix(rows))) if categories else model.inplace_predict
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
    small = [at for at in categories if at < 18]  # at most 255 levels
    kind = HistGradientBoostingClassifier if is_class else HistGradientBoostingRegressor
    model = kind(max_iter=100, max_leaf_nodes=31, learning_rate=0.1, max_bins=255, early_stopping=False, categorical_features=small or None, random_state=1).fit(x, y)
    return (lambda rows: model.predict_proba(rows)[:, 1]) if is_class else model.predict


def boosting(library, folder, threads, name="higgs_like", columns=28, categories=(), is_class=True):
    from sklearn.metrics import mean_squared_error, roc_auc_score
    x, y = read(folder, name, columns)
    train, test, y_train, y_test = x[:TRAIN], x[TRAIN:], y[:TRAIN], y[TRAIN:]
    del x
    began = time.perf_counter()
    predict = fit(library, train, y_train, int(threads), list(categories), is_class)
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    outputs = predict(test)
    quality = f"AUC {roc_auc_score(y_test, outputs):.4f}" if is_class else f"RMSE {mean_squared_error(y_test, outputs) ** 0.5:.4f}"
    print(f"{library}, threads {threads}: {seconds:.2f} s, {quality}, peak {peak:.0f} MB")


def mixed(library, folder, threads):
    boosting(library, folder, threads, "mixed_reg", 20, range(15, 20), False)


def predict(library, folder, threads):
    x, y = read(folder, "higgs_like", 28)
    model = fit(library, x[:200_000], y[:200_000], int(threads), [], True)
    rows, best = x[-200_000:], 1e9
    for _ in range(15):
        began = time.perf_counter()
        model(rows)
        best = min(best, time.perf_counter() - began)
    print(f"{library}, {threads} threads: {len(rows) / best / 1e6:.2f} M rows/s")


def has(library):
    __import__({"lightgbm": "lightgbm", "xgboost": "xgboost"}.get(library.split("-")[0], "sklearn"))


if __name__ == "__main__":
    {"boosting": boosting, "mixed": mixed, "predict": predict, "has": has}[sys.argv[1]](*sys.argv[2:])
