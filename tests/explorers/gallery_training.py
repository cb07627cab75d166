"""Figures of training as a new author would write them, with the package's own computations."""

import numpy as np

from dlcourse import datasets
from dlcourse.activations import sigmoid
from dlcourse.datasets import toy
from dlcourse.estimators import OneVsRestClassifier
from dlcourse.explorers import (
    Contour,
    ErrorBars,
    Explorer,
    Field,
    Line,
    Panel,
    Points,
    Slider,
)
from dlcourse.landscape import RAVINE, loss_slice, of_network
from dlcourse.network import initialize
from dlcourse.optimizers import OPTIMIZERS, Adam
from dlcourse.stopping import EarlyStopping, should_stop
from dlcourse.training import train


def nobody() -> Explorer:
    """One-vs-rest: where no model says yes, nobody's grey."""
    X, y = toy.blobs(120, noise=0.6, rng=np.random.default_rng(3), n_classes=4)
    model = OneVsRestClassifier().fit(X, y)
    plane = np.random.default_rng(0).uniform(-4, 4, (5000, 2))

    def claimed(P, least):
        p = sigmoid(model.decision_function(P))
        return np.where(p.max(axis=1) > least, p.argmax(axis=1), -1)

    def frame(least):
        return [
            Field(
                lambda P: claimed(P, least),
                x=(-4, 4),
                y=(-4, 4),
                scale="classes",
                none="claimed by nobody",
                resolution=120,
            ),
            Points(X, y, labels="ABCD"),
        ]

    def alt(least):
        left = np.mean(claimed(plane, least) < 0), np.sum(claimed(X, least) < 0)
        return (
            f"Four models, one for each class, claim what they give more than {least:g}. "
            f"Nobody claims {left[0]:.0%} of the square, grey, and {left[1]} of 120 points."
        )

    return Explorer(
        frame,
        [Slider("least", [0.1, 0.3, 0.5, 0.7, 0.9, 0.99], label="least probability", start=0.5)],
        title="One against the rest, and what nobody claims",
        alt=alt,
        x_label="x₁",
        y_label="x₂",
        equal=True,
    )


def ten_digits() -> Explorer:
    """Ten classes: points, regions and lines."""
    X, y = (part[:300] for part in datasets.load_digits_subset()[:2])
    directions = np.linalg.svd(X - X.mean(axis=0), full_matrices=False)[2]

    def frame(first):
        Z = (X - X.mean(axis=0)) @ directions[first - 1 : first + 1].T
        means = np.array([Z[y == k].mean(axis=0) for k in range(10)])
        nearest = lambda P: np.argmin(((P[:, None] - means) ** 2).sum(axis=2), axis=1)  # noqa: E731
        rows = [
            Line(np.arange(28), X[y == k].reshape(-1, 28, 28).mean(axis=(0, 2)), color=k)
            for k in range(10)
        ]
        return [
            Panel(
                [
                    Field(nearest, x=(-8, 8), y=(-8, 8), scale="classes", resolution=100),
                    Points(Z, y, labels=range(10)),
                ],
                x_label=f"principal component {first}",
                y_label=f"principal component {first + 1}",
                equal=True,
                aspect=1.1,
            ),
            Panel(rows, x_label="row of the image", y_label="mean ink", aspect=1.1),
        ]

    return Explorer(
        frame,
        [Slider("first", [1, 2, 3, 4], label="component across")],
        title="Ten digits in ten colours",
        alt=lambda first: (
            f"300 digits on their principal components {first} and {first + 1}, each "
            "in the region of the nearest mean; beside it the mean ink of each row of pixels."
        ),
    )


def race() -> Explorer:
    """Six optimisers down a ravine: paths that are sent once and drawn up to a step."""
    rates = {
        "sgd": 0.07, "momentum": 0.01, "adagrad": 0.4,
        "adadelta": 8.0, "rmsprop": 0.05, "adam": 0.1,
    }  # fmt: skip
    paths = {name: np.array([[-2.5, 1.0]] * 101) for name in rates}
    for name, path in paths.items():
        optimizer = OPTIMIZERS[name](learning_rate=rates[name])
        w = path[0].copy()
        state = optimizer.init(w)
        for k in range(1, 101):
            optimizer.step(w, RAVINE.gradient(w), state)
            path[k] = w

    def frame(step):
        height = lambda P: np.array([RAVINE.value(w) for w in P])  # noqa: E731
        lines = [
            Line(*path.T, label=name, color=k, upto=step, casing=True)
            for k, (name, path) in enumerate(paths.items())
        ]
        return [
            Field(height, x=(-3, 1), y=(-1.2, 1.2), scale="sequential", label="loss"),
            *lines,
            Points([0, 0], marker="cross", label="minimum", size=10),
        ]

    def alt(step):
        left = {name: RAVINE.value(path[step]) for name, path in paths.items()}
        first = min(left, key=left.__getitem__)
        return (
            f"Six paths from the same point in a ravine after {step} steps. "
            f"The lowest is that of {first}, at a loss of {left[first]:.2g}."
        )

    return Explorer(
        frame,
        [Slider("step", range(101), start=30, play=True)],
        title="Six optimisers in a ravine",
        alt=alt,
        x_label="w₁",
        y_label="w₂",
    )


def patience() -> Explorer:
    """Early stopping on eight noisy curves; limits that follow, error bars, opacity."""
    curves = []
    for seed in range(8):
        rng = np.random.default_rng(seed)
        X, y = toy.moons(340, noise=0.3, rng=rng)
        network, half = initialize((2, 24, 2), rng), (X[40:], y[40:])
        options = {"epochs": 160, "batch_size": 4, "optimizer": Adam(0.02), "validation": half}
        curves.append(train(network, X[:40], y[:40], rng=rng, **options).validation_loss)

    def end(curve, stop):
        return next((k for k in range(159) if should_stop(curve[: k + 1], stop)), 159)

    tried = [1, 2, 5, 10, 20, 40]
    ends = {waited: [end(curve, EarlyStopping(waited)) for curve in curves] for waited in tried}
    kept = [[min(c[: e + 1]) for c, e in zip(curves, ends[w], strict=True)] for w in tried]
    low, middle, high = np.quantile(kept, [0, 0.5, 1], axis=1)

    def frame(waited):
        shown = range(1, max(ends[waited]) + 2)
        runs = [
            Line(shown, curve[: len(shown)], upto=end, dash=False, opacity=0.6)
            for curve, end in zip(curves, ends[waited], strict=True)
        ]
        compared = [
            Line(tried, middle, markers=True, label="median"),
            ErrorBars(tried, low, high, label="lowest and highest of 8"),
            Points([waited, middle[tried.index(waited)]], hollow=True, size=18),
        ]
        return [
            Panel(runs, x_label="epoch", y_label="validation loss", follow="x"),
            Panel(compared, x_label="patience", y_label="loss that is kept", x_scale="log"),
        ]

    return Explorer(
        frame,
        [Slider("waited", tried, label="patience, in epochs", start=2)],
        title="How long to wait for a noisy curve to fall",
        alt=lambda waited: (
            f"With a patience of {waited}, eight runs end after {min(ends[waited]) + 1} to "
            f"{max(ends[waited]) + 1} epochs; the median of their losses is "
            f"{middle[tried.index(waited)]:.2f}."
        ),
    )


def slice_of_a_landscape() -> Explorer:
    """Two random directions from trained weights: logarithmic colours, levels with numbers."""
    rng = np.random.default_rng(1)
    X, y = toy.moons(120, noise=0.15, rng=rng)
    network = initialize((2, 8, 2), rng, "tanh")
    train(network, X, y, rng=rng, epochs=60, optimizer=Adam(0.02))
    value = of_network(network, X, y, "cross_entropy").value
    directions = rng.normal(size=(2, network.parameters.size))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)

    def losses(reach):
        steps = np.linspace(-reach, reach, 41)
        return loss_slice(value, network.parameters, directions, steps, steps).T

    def frame(reach):
        return [
            Field(losses(reach), x=(-reach, reach), y=(-reach, reach), scale="log", label="loss"),
            Contour([0.15, 0.2, 0.3, 0.5, 0.7, 1, 2, 3], numbers="g", width=1, casing=True),
            Points([0, 0], marker="star", size=13, label="trained weights"),
        ]

    return Explorer(
        frame,
        [Slider("reach", [1, 2, 4, 8], label="how far to go", start=4)],
        title="A slice of a loss landscape",
        alt=lambda reach: (
            f"The loss on a plane through the trained weights, up to {reach} to all sides: "
            f"from {losses(reach).min():.2g} to {losses(reach).max():.2g}. The axes follow."
        ),
        x_label="step along a random direction",
        y_label="along another",
        follow="xy",
        equal=True,
    )
