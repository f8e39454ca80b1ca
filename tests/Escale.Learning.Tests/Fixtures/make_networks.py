"""Networks of scikit-learn, their weights and what they predict: writes networks.json beside this script."""
import json
import os
import warnings

import numpy as np
from sklearn.neural_network import MLPClassifier, MLPRegressor

warnings.filterwarnings("ignore")  # they need not converge
random = np.random.RandomState(3)
x = np.round(random.randn(60, 3), 3).astype(np.float32).astype(float)
score = x[:, 0] - x[:, 1] * x[:, 2]
# What numbers become before they come to a network: medians 0, interquartile ranges 1, extreme values drawn in.
scaled = (x - np.median(x, axis=0)) / (np.quantile(x, 0.75, axis=0) - np.quantile(x, 0.25, axis=0))
inputs = scaled / np.sqrt(1 + (scaled / 3) ** 2)


def described(task, network, hidden, outputs):
    layers = [weights.astype(np.float32) for weights in network.coefs_]
    network.coefs_ = [weights.astype(float) for weights in layers]
    return {"task": task, "width": hidden[0], "hidden": len(hidden), "weights": [weights.ravel().tolist() for weights in layers],
            "biases": [biases.tolist() for biases in network.intercepts_], "outputs": outputs(network).ravel().tolist()}


def classes(task, labels, hidden):
    network = MLPClassifier(hidden_layer_sizes=hidden, activation="relu", max_iter=60, random_state=0).fit(inputs, labels)
    return described(task, network, hidden, lambda fitted: fitted.predict_proba(inputs))


regression = MLPRegressor(hidden_layer_sizes=(20, 20), activation="relu", max_iter=60, random_state=0).fit(inputs, score)
fixture = {
    "x": x.T.tolist(), "inputs": inputs.ravel().tolist(),
    "networks": [described("Regression", regression, (20, 20), lambda fitted: fitted.predict(inputs)), classes("Binary", (score > 0).astype(int), (7,)),
                 classes("Multiclass", np.digitize(score, [-0.5, 0.5]), (17, 17, 17))],
}
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "networks.json"), "w") as file:
    json.dump(fixture, file)
