"""Makes pca.json: principal components as scikit-learn 1.2.1 has them, signs by the largest loading. Run with python3 make_pca.py in this folder."""
import json
import numpy as np
from sklearn.datasets import load_wine
from sklearn.decomposition import PCA

rng = np.random.default_rng(3)
out = {}


def case(name, x, components):
    x = np.round(x, 3).astype(np.float32)
    pca = PCA(components, svd_solver="full").fit(x.astype(float))
    v = pca.components_
    sign = np.sign(v[np.arange(len(v)), np.abs(v).argmax(1)])
    white = PCA(components, svd_solver="full", whiten=True).fit(x.astype(float))
    out[name] = {
        "columns": [[round(float(value), 3) for value in column] for column in x.T],
        "components": (v * sign[:, None]).tolist(),
        "variance": pca.explained_variance_.tolist(),
        "share": pca.explained_variance_ratio_.tolist(),
        "scores": (pca.transform(x.astype(float)) * sign)[:6].tolist(),
        "white": (white.transform(x.astype(float)) * sign)[:6].tolist(),
    }


wine = load_wine().data[::3]
case("tall", wine, 5)
case("wide", rng.normal(size=(12, 30)) @ np.diag(np.linspace(3, 0.1, 30)), 8)

with open("pca.json", "w") as file:
    json.dump(out, file, separators=(",", ":"))
