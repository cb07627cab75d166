"""Figures of digits as a new author would write them, with the package's own computations."""

from functools import cache

import numpy as np

from dlcourse.activations import softmax
from dlcourse.adversarial import fgsm
from dlcourse.datasets import load_digits_subset
from dlcourse.estimators import MLPClassifier
from dlcourse.explorers import Choice, Explorer, Image, Matrix, Slider
from dlcourse.features import append_ones
from dlcourse.labels import decode_integer, decode_one_hot, integer_code, one_hot
from dlcourse.network import initialize, predict_scores
from dlcourse.optimizers import Adam
from dlcourse.training import train

X, y, X_test, y_test = load_digits_subset()


def halved(images):
    """Images of 14 x 14 pixels, each the mean of four."""
    return images.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4)).reshape(-1, 196)


def encodings() -> Explorer:
    """Least squares on three codes of the class: which digits are taken for which."""
    inputs, asked = append_ones(halved(X)), append_ones(halved(X_test))
    order = np.array([4, 6, 2, 7, 3, 5, 9, 0, 8, 1])  # any but the digits' own
    place = np.argsort(order)
    targets = one_hot(y, 10), integer_code(y, 10), integer_code(place[y], 10)
    normal = inputs.T @ inputs + np.eye(197)  # the outer pixels are always 0
    outputs = asked @ np.linalg.solve(normal, inputs.T @ np.hstack(targets))
    answers = {
        "one output each": decode_one_hot(outputs[:, :10]),
        "the number": decode_integer(outputs[:, 10:11], 10),
        "its place in 4, 6, 2, ...": order[decode_integer(outputs[:, 11:], 10)],
    }

    def counts(code):
        pairs = 10 * y_test + answers[code]
        return np.bincount(pairs, minlength=100).reshape(10, 10)

    def frame(code, digit):
        names = {"rows": range(10), "columns": range(10)}
        axes = {"row_groups": "is a", "column_groups": "is taken for a"}
        look = {"numbers": "d", "blank_zeros": True, "domain": (0, 100), "label": "of 100 pictures"}
        return [Matrix(counts(code), **names, **axes, **look, highlight=[(digit, None)])]

    def alt(code, digit):
        right, row = np.mean(answers[code] == y_test), counts(code)[digit]
        first, second = np.argsort(-row, kind="stable")[:2]
        return (
            f"With {code} as target, {right:.0%} of the test pictures are recognised. Of 100 "
            f"pictures of {digit}, {row[first]} are taken for {first}, {row[second]} for {second}."
        )

    return Explorer(
        frame,
        [Choice("code", list(answers), label="target"), Slider("digit", range(10), start=3)],
        title="Confusion under three encodings",
        alt=alt,
        aspect=1.1,
    )


@cache
def learn(dropout):
    """Weights and share of answering units after each epoch, and the history."""
    network, seen = initialize((196, 64, 10), np.random.default_rng(0), dtype=np.float32), {}
    inputs, asked = halved(X), halved(X_test)

    def look(epoch):
        answers = append_ones(asked) @ network.W[0].T > 0
        seen[epoch.number] = network.W[0][:, 1:].reshape(64, 14, 14).copy(), answers.mean()

    settings = {"optimizer": Adam(), "epochs": 16, "batch_size": 50, "l2": 3e-4, "dropout": dropout}
    data = {"validation": (asked, y_test), "callbacks": [look]}
    history = train(network, inputs, y, rng=np.random.default_rng(1), **settings, **data)
    return seen, history


def dropout_weights() -> Explorer:
    """The weights of 64 hidden units as images, with and without dropout, while they learn."""
    runs = {"no unit": learn(0.0), "half of the units": learn(0.5)}

    def frame(dropped, epoch):
        weights, _ = runs[dropped][0][epoch]
        return [Image(weights, columns=8, scale="diverging", own_scale=True, label="weight")]

    def alt(dropped, epoch):
        seen, history = runs[dropped]
        known, new = history.training_accuracy[epoch - 1], history.validation_accuracy[epoch - 1]
        return (
            f"With {dropped} dropped, {known:.1%} of the training pictures and {new:.1%} of the "
            f"test pictures are recognised after epoch {epoch}. Of the 64 units with these weights "
            f"{64 * seen[epoch][1]:.0f} answer to a test picture, on average."
        )

    return Explorer(
        frame,
        [
            Choice("dropped", list(runs), label="while learning, drop"),
            Slider("epoch", [1, 2, 4, 8, 16], start=16, play=True),
        ],
        title="What 64 hidden units look at",
        alt=alt,
        aspect=1,
    )


def adversarial() -> Explorer:
    """A digit, a step along the sign of the gradient, and their sum."""
    network = MLPClassifier((32,), epochs=4, random_state=0).fit(X, y).network_
    digits = [X_test[y_test == digit][:1] for digit in range(10)]

    def says(x):
        p = softmax(predict_scores(network, x))[0]
        return f"{p.argmax()} ({p.max():.0%})"

    def image(x, title, **look):
        return Image(x.reshape(28, 28), titles=[title], **look)

    def frame(digit, eps):
        x = digits[digit]
        moved = fgsm(network, x, [digit], eps, bounds=(0, 1))
        step = {"scale": "diverging", "domain": (-0.3, 0.3), "label": "step"}
        return [
            image(x, says(x)),
            image(moved - x, "step", sign="+", **step),
            image(moved, says(moved), sign="="),
        ]

    def alt(digit, eps):
        moved = fgsm(network, digits[digit], [digit], eps, bounds=(0, 1))
        return (
            f"The network takes a picture of {digit} for {says(digits[digit])}. After a step of at "
            f"most {eps:g} a pixel, always the way that hurts, it takes it for {says(moved)}."
        )

    return Explorer(
        frame,
        [
            Slider("digit", range(10), start=3),
            Slider("eps", np.linspace(0, 0.3, 13), label=r"step $\epsilon$", start=0.1, play=True),
        ],
        title="A digit, a step, and their sum",
        alt=alt,
        aspect=3,
    )
