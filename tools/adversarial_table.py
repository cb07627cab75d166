"""Attack models that read MNIST, each with examples made for each, and write down what is left.

    OPENBLAS_NUM_THREADS=1 python tools/adversarial_table.py mnist.npz RESULT

RESULT is dlcourse/figures/adversarial_examples.json and mnist.npz has all of MNIST in the
arrays `x_train`, `y_train`, `x_test` and `y_test`. Every fifth test image is attacked. Logistic
regression learns 3 against 7, the other models all ten digits. Some three minutes a start on one
core.
"""

import argparse
import json
from pathlib import Path

import numpy as np

from dlcourse._validation import FloatArray, IntArray
from dlcourse.activations import sigmoid, softmax
from dlcourse.adversarial import fgsm, pgd
from dlcourse.figures.adversarial_examples import EPS, harden, is_right, random_signs
from dlcourse.network import Network, initialize, predict_scores
from dlcourse.optimizers import Adam
from dlcourse.training import train

STARTS, EPOCHS, DEEP = range(4), 8, (784, 128, 128, 10)
Digits = tuple[FloatArray, IntArray]
Table = dict[str, dict[str, list[float]]]


def load(file: Path) -> tuple[Digits, Digits]:
    """Digits to learn from, and those to attack."""
    with np.load(file) as arrays:
        X, y, new, truth = (arrays[name] for name in ("x_train", "y_train", "x_test", "y_test"))

    def rows(images: np.ndarray) -> FloatArray:
        return np.asarray(images.reshape(-1, 784) / 255, np.float32)

    return (rows(X), y.astype(int)), (rows(new[::5]), truth[::5].astype(int))


def only_3_and_7(X: FloatArray, y: IntArray) -> Digits:
    """The digits of two classes, 7 with the label 1."""
    chosen = np.isin(y, (3, 7))
    return X[chosen], (y[chosen] == 7).astype(int)


def learn(sizes: tuple[int, ...], activation: str, digits: Digits, seed: int) -> Network:
    """Train as always."""
    rng = np.random.default_rng(seed)
    network = initialize(sizes, rng, activation, np.float32)
    loss = loss_of(network)
    settings = {"optimizer": Adam(0.001), "epochs": EPOCHS, "batch_size": 100, "progress": False}
    train(network, *digits, rng=rng, loss=loss, **settings)
    return network


def learn_hard(eps: float, digits: Digits, seed: int) -> Network:
    """Train on adversarial examples too."""
    rng = np.random.default_rng(seed)
    network = initialize(DEEP, rng, dtype=np.float32)
    harden(network, *digits, eps, EPOCHS, rng)
    return network


def loss_of(network: Network) -> str:
    """The loss that a network of one output, or of many, learns by."""
    return "binary_cross_entropy" if network.sizes[-1] == 1 else "cross_entropy"


def accuracies(judge: Network, attacked: list[FloatArray], y: IntArray) -> list[float]:
    """Share that is right, for each size of the step."""
    return [round(float(is_right(judge, X, y).mean()), 4) for X in attacked]


def confidence(network: Network, X: FloatArray, y: IntArray) -> float:
    """Mean probability that a network gives to its answer where that is wrong."""
    S = predict_scores(network, X)
    P = softmax(S) if S.shape[1] > 1 else np.hstack([1 - sigmoid(S), sigmoid(S)])
    return round(float(P.max(axis=1)[~is_right(network, X, y)].mean()), 4)


def attack(models: dict[str, Network], digits: Digits, seed: int) -> Table:
    """Accuracies for each eps, by who the examples were made for (or how), then by who is asked."""
    X, y = digits
    rng = np.random.default_rng(seed)
    noise = [random_signs(X, eps, rng) for eps in EPS]
    table: Table = {"random": {}, "small steps": {}, "unbounded": {}, "confidence": {}}
    for name, network in models.items():
        loss = loss_of(network)
        made = [fgsm(network, X, y, eps, loss, (0, 1)) for eps in EPS]
        table[name] = {other: accuracies(judge, made, y) for other, judge in models.items()}
        steps = [pgd(network, X, y, e, e / 4 or 1, 20, rng, loss, (0, 1)) for e in EPS]
        free = [fgsm(network, X, y, eps, loss) for eps in EPS]
        table["random"][name] = accuracies(network, noise, y)
        table["small steps"][name] = accuracies(network, steps, y)
        table["unbounded"][name] = accuracies(network, free, y)
        table["confidence"][name] = [confidence(network, free[-1], y)]
    return table


def one_start(digits: Digits, new: Digits, seed: int) -> Table:
    """Train and attack all models."""
    logistic = {"logistic": learn((784, 1), "relu", only_3_and_7(*digits), seed)}
    models = {
        "softmax": learn((784, 10), "relu", digits, seed),
        "net": learn(DEEP, "relu", digits, seed),
        "second net": learn(DEEP, "relu", digits, seed + 100),
        "tanh net": learn((784, 200, 10), "tanh", digits, seed + 200),
        "hardened 0.1": learn_hard(0.1, digits, seed + 300),
        "hardened 0.25": learn_hard(0.25, digits, seed + 400),
    }
    pairs, all_ten = attack(logistic, only_3_and_7(*new), seed), attack(models, new, seed)
    return {key: {**pairs.get(key, {}), **all_ten.get(key, {})} for key in pairs | all_ten}


def main() -> None:
    """Write a table for each start."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("mnist", type=Path)
    parser.add_argument("to", type=Path)
    chosen = parser.parse_args()
    data = load(chosen.mnist)
    lines = ",\n".join(json.dumps(one_start(*data, seed)) for seed in STARTS)
    chosen.to.write_text(f"[\n{lines}\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main()
