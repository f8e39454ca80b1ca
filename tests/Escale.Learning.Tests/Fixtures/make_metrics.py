"""Makes metrics.json: scores, curves and folds as scikit-learn 1.2.1 has them. Run with python3 make_metrics.py in this folder."""
import json
import numpy as np
from sklearn import metrics as m
from sklearn.calibration import calibration_curve
from sklearn.model_selection import GroupKFold, StratifiedKFold, TimeSeriesSplit

rng = np.random.default_rng(7)
out = {}


def classes(name, k, n, digits):
    y = rng.integers(0, k, n)
    p = rng.dirichlet(np.ones(k), n) + 0.6 * np.eye(k)[y] * rng.random((n, 1))
    p = np.round(p / p.sum(1, keepdims=True), digits)
    p[:, -1] = 1 - p[:, :-1].sum(1)
    p[:, -1] = np.round(np.clip(p[:, -1], 0, 1), 12)
    w = np.round(rng.random(n) * 3, 3)
    w[3] = 0
    case = {"truth": y.tolist(), "outputs": p.ravel().tolist(), "weights": w.tolist()}
    for key, sw in (("plain", None), ("weighted", w)):
        hard = p.argmax(1)
        average = "binary" if k == 2 else "macro"
        one = np.eye(k)[y]
        s = p[:, 1] if k == 2 else p
        case[key] = {
            "accuracy": m.accuracy_score(y, hard, sample_weight=sw),
            "balanced accuracy": m.balanced_accuracy_score(y, hard, sample_weight=sw),
            "F1": m.f1_score(y, hard, average=average, sample_weight=sw),
            "macro F1": m.f1_score(y, hard, average="macro", sample_weight=sw),
            "precision": m.precision_score(y, hard, average=average, sample_weight=sw),
            "recall": m.recall_score(y, hard, average=average, sample_weight=sw),
            "MCC": m.matthews_corrcoef(y, hard, sample_weight=sw),
            "ROC AUC": m.roc_auc_score(y, s, sample_weight=sw, multi_class="ovr", average="macro"),
            "average precision": m.average_precision_score(y if k == 2 else one, s, sample_weight=sw, average="macro"),
            "log loss": m.log_loss(y, p, sample_weight=sw),
            "Brier score": m.brier_score_loss(y, s, sample_weight=sw) if k == 2 else float(np.average(((p - one) ** 2).sum(1), weights=sw)),
        }
        case[key + "_confusion"] = m.confusion_matrix(y, hard, sample_weight=sw).ravel().tolist()
        if k == 2:
            fpr, tpr, t = m.roc_curve(y, s, sample_weight=sw, drop_intermediate=False)
            case[key + "_roc"] = {"fpr": fpr[1:].tolist(), "tpr": tpr[1:].tolist(), "threshold": t[1:].tolist()}
            pr, rc, t = m.precision_recall_curve(y, s, sample_weight=sw)
            case[key + "_pr"] = {"precision": pr.tolist(), "recall": rc.tolist(), "threshold": t.tolist()}
    if k == 2:
        for strategy in ("uniform", "quantile"):
            true, predicted = calibration_curve(y, p[:, 1], n_bins=5, strategy=strategy)
            case["reliability_" + strategy] = {"true": true.tolist(), "predicted": predicted.tolist()}
    out[name] = case


classes("binary", 2, 80, 2)
classes("extreme", 2, 20, 0)
classes("multiclass", 4, 90, 3)

n = 70
y = np.round(rng.gamma(2.0, 3.0, n), 3)
p = np.round(np.abs(y + rng.normal(0, 1.5, n)), 3)
w = np.round(rng.random(n) * 3, 4)
case = {"truth": y.tolist(), "outputs": p.tolist(), "weights": w.tolist()}
for key, sw in (("plain", None), ("weighted", w)):
    case[key] = {
        "R²": m.r2_score(y, p, sample_weight=sw),
        "RMSE": m.mean_squared_error(y, p, sample_weight=sw, squared=False),
        "MAE": m.mean_absolute_error(y, p, sample_weight=sw),
        "median AE": m.median_absolute_error(y, p, sample_weight=sw),
        "MAPE": m.mean_absolute_percentage_error(y, p, sample_weight=sw),
        "RMSLE": m.mean_squared_log_error(y, p, sample_weight=sw, squared=False),
        "pinball 0.5": m.mean_pinball_loss(y, p, sample_weight=sw, alpha=0.5),
        "pinball 0.9": m.mean_pinball_loss(y, p, sample_weight=sw, alpha=0.9),
    }
out["regression"] = case

# DeLong by the definition: covariance of the structural components.
b = out["binary"]
y, p = np.array(b["truth"]), np.array(b["outputs"]).reshape(-1, 2)[:, 1]
p2 = np.round(np.clip(p + rng.normal(0, 0.2, len(p)), 0, 1), 2)


def components(s):
    psi = (s[y == 1][:, None] > s[y == 0][None]) + 0.5 * (s[y == 1][:, None] == s[y == 0][None])
    return psi.mean(1), psi.mean(0)


(v10, v01), (u10, u01) = components(p), components(p2)
c = np.cov(np.stack([v10, u10])) / len(v10) + np.cov(np.stack([v01, u01])) / len(v01)
out["delong"] = {"second": p2.tolist(), "areas": [v10.mean(), u10.mean()], "covariance": c.ravel().tolist()}

labels = rng.choice(4, 53, p=[0.5, 0.3, 0.15, 0.05])
folds = [np.bincount(labels[test], minlength=4).tolist() for _, test in StratifiedKFold(4).split(labels, labels)]
tests = [test.tolist() for _, test in StratifiedKFold(4).split(labels, labels)]
out["stratified"] = {"labels": labels.tolist(), "counts": folds, "tests": tests}
groups = np.repeat(np.arange(9), [1, 2, 3, 4, 6, 7, 9, 12, 14])
rng.shuffle(groups)
out["grouped"] = {"groups": groups.tolist(), "tests": [test.tolist() for _, test in GroupKFold(3).split(groups, groups, groups)]}
out["timed"] = [[train.tolist(), test.tolist()] for train, test in TimeSeriesSplit(4, gap=2, max_train_size=9).split(np.zeros(23))]

with open("metrics.json", "w") as file:
    json.dump(out, file, separators=(",", ":"), ensure_ascii=False)
