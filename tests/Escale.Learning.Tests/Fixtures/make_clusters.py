"""Makes clusters.json: k-means, silhouettes and DBSCAN as scikit-learn 1.2.1 has them, HDBSCAN* by brute force from the definition of its paper
(connected parts of the mutual reachability graph at every distance). Run with python3 make_clusters.py in this folder."""
import json
import warnings
import numpy as np
from scipy.sparse.csgraph import connected_components
from sklearn.cluster import DBSCAN, KMeans
from sklearn.datasets import load_iris, make_moons
from sklearn.metrics import silhouette_samples, silhouette_score

warnings.filterwarnings("ignore")
rng = np.random.default_rng(5)
out = {}


def columns(x):
    return [[round(float(value), 3) for value in column] for column in x.T]


x = np.round(load_iris().data, 3).astype(np.float32).astype(float)
w = np.round(rng.random(len(x)) * 2, 3)
cases = []
for k, seed, sw in ((3, 0, None), (5, 1, None), (4, 2, w), (6, 3, w)):
    start = x[np.random.default_rng(seed).choice(len(x), k, replace=False)]
    fit = KMeans(k, init=start, n_init=1, tol=0, max_iter=500).fit(x, sample_weight=sw)
    cases.append({
        "start": start.tolist(), "weighted": sw is not None, "inertia": fit.inertia_, "labels": fit.labels_.tolist(),
        "centres": fit.cluster_centers_.tolist(), "silhouette": silhouette_score(x, fit.labels_),
    })
out["kmeans"] = {"columns": columns(x), "weights": w.tolist(), "cases": cases, "silhouettes": silhouette_samples(x, np.array(cases[0]["labels"])).tolist()}
out["best_inertia"] = [KMeans(k, n_init=50, random_state=0).fit(x).inertia_ for k in (2, 3, 4)]

x = make_moons(150, noise=0.12, random_state=1)[0]
x = np.round(np.vstack([x, rng.uniform(-2, 3, (15, 2))]), 3).astype(np.float32).astype(float)
out["dbscan"] = {"columns": columns(x), "cases": [
    {"radius": e, "least": m, "labels": f.labels_.tolist(), "core": f.core_sample_indices_.tolist()}
    for e, m in ((0.2, 5), (0.3, 8), (0.15, 3)) for f in [DBSCAN(eps=e, min_samples=m).fit(x)]]}


def hdbscan(x, least, samples):
    """Parts of the graph whose edges are mutual reachability distances, from the largest distance down. A part that breaks into two or more of at least
    the least size ends; its children are new clusters. Otherwise it lives on in its largest child and loses the others' points."""
    n = len(x)
    d = np.sqrt(((x[:, None] - x[None]) ** 2).sum(-1))
    core = np.sort(d, 1)[:, samples - 1]
    reach = np.maximum(np.maximum(core[:, None], core[None]), d)
    np.fill_diagonal(reach, 0)
    clusters = []  # parent, members, birth, fall of each member, children

    def grow(parent, members, birth):
        me = len(clusters)
        clusters.append({"parent": parent, "members": members, "birth": birth, "fall": {}, "children": []})
        alive = members
        for distance in np.unique(reach[np.ix_(members, members)])[:0:-1]:
            inside = reach[np.ix_(alive, alive)] < distance
            np.fill_diagonal(inside, True)
            count, part = connected_components(inside, directed=False)
            if count == 1:
                continue
            parts = [[alive[i] for i in np.flatnonzero(part == at)] for at in range(count)]
            large = [part for part in parts if len(part) >= least]
            for part in parts:
                if len(part) < least or len(large) > 1:
                    for point in part:
                        clusters[me]["fall"][point] = 1 / distance
            if len(large) > 1:
                for part in sorted(large, key=min):
                    clusters[me]["children"].append(grow(me, part, 1 / distance))
                return me
            if not large:
                return me
            alive = large[0]
        return me

    grow(-1, list(range(n)), 0.0)
    for cluster in clusters:
        cluster["stability"] = sum(fall - cluster["birth"] for fall in cluster["fall"].values())

    def choose(at):
        cluster = clusters[at]
        below = [choose(child) for child in cluster["children"]]
        total = sum(score for score, _ in below)
        if at and (not below or cluster["stability"] >= total):
            return cluster["stability"], [at]
        return total, [one for _, chosen in below for one in chosen]

    labels, probability, outlier = np.full(n, -1), np.zeros(n), np.zeros(n)
    for label, at in enumerate(sorted(choose(0)[1], key=lambda at: min(clusters[at]["members"]))):
        fall = clusters[at]["fall"]
        for point in clusters[at]["members"]:
            labels[point], probability[point] = label, fall[point] / max(fall.values())

    def deepest(at):
        return max([max(clusters[at]["fall"].values(), default=0)] + [deepest(child) for child in clusters[at]["children"]])

    for at, cluster in enumerate(clusters):
        most = deepest(at)
        for point, value in cluster["fall"].items():
            if not any(point in clusters[child]["members"] for child in cluster["children"]):
                outlier[point] = 1 - value / most
    return {"labels": labels.tolist(), "probability": probability.tolist(), "outlier": outlier.tolist()}


blobs = np.vstack([rng.normal((0, 0), 0.3, (25, 2)), rng.normal((3, 0.5), 0.6, (30, 2)), rng.normal((1, 4), 0.2, (15, 2)), rng.normal((1.6, 4.6), 0.2, (12, 2)), rng.uniform(-2, 6, (12, 2))])
blobs = np.round(blobs, 3).astype(np.float32).astype(float)
out["hdbscan"] = {"columns": columns(blobs), "cases": [
    dict(least=least, samples=samples, **hdbscan(blobs, least, samples)) for least, samples in ((5, 5), (8, 3), (4, 1), (12, 12))]}
moons = x[:100]
out["hdbscan_moons"] = {"columns": columns(moons), "cases": [dict(least=6, samples=4, **hdbscan(moons, 6, 4))]}

with open("clusters.json", "w") as file:
    json.dump(out, file, separators=(",", ":"))
