"""Figures and experiments of the chapter "Batches and noise"."""

from collections.abc import Callable
from functools import cache
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from dlcourse._validation import FloatArray, IntArray
from dlcourse.activations import sigmoid
from dlcourse.datasets import load_digits_subset
from dlcourse.explorers import (
    Bars,
    Choice,
    Explorer,
    Field,
    Line,
    Mark,
    Panel,
    Points,
    Rule,
    Slider,
    number,
)
from dlcourse.features import append_ones
from dlcourse.figures.stored import stored
from dlcourse.figures.wording import counted
from dlcourse.landscape import TILTED_DOUBLE_WELL, noisy_descent
from dlcourse.linear import fit_logistic, logistic_gradient, scores, softmax_regression_gradient
from dlcourse.losses import cross_entropy
from dlcourse.network import initialize, predict_scores
from dlcourse.optimizers import SGD
from dlcourse.training import train


@cache
def ink_above() -> tuple[FloatArray, IntArray]:
    """A thousand ones and sevens: how much of the ink lies in the upper half, and 1 for a seven."""
    images, digits, _, _ = load_digits_subset()
    chosen = np.isin(digits, [1, 7])
    ink = images[chosen].astype(float)
    share = ink[:, : 14 * 28].sum(axis=1) / ink.sum(axis=1)
    X = (share - share.mean()) / share.std()
    return X[:, np.newaxis], (digits[chosen] == 7).astype(np.intp)


START = np.array([-3.0, -2.0])
_SIZES = (1, 10, 100, 1000)


@cache
def _bottom() -> FloatArray:
    return fit_logistic(*ink_above())


def above_the_bottom(W: FloatArray) -> FloatArray:
    """How far the loss of each row of weights is above the lowest loss."""
    X, y = ink_above()
    rows = np.vstack([W, _bottom()])
    S = rows @ append_ones(X).T
    losses = (np.logaddexp(0, S) - y * S).mean(axis=1)
    above: FloatArray = losses[:-1] - losses[-1]
    return above


def _batches(size: int, n: int = 1000) -> str:
    if size == n:
        return f"all {n:,} at a time"
    return "one at a time" if size == 1 else f"{size} at a time"


# --- One walk, four ways ---


def descend_in_batches(
    X: FloatArray,
    y: IntArray,
    w: FloatArray,
    batch_size: int,
    learning_rate: float,
    epochs: int,
    rng: np.random.Generator,
) -> FloatArray:
    """Mini-batch gradient descent of logistic regression: the weights before and after each step.

    Shape (n_steps + 1, N0 + 1).
    """
    path = [w]
    for _ in range(epochs):
        order = rng.permutation(len(X))
        for start in range(0, len(X), batch_size):
            batch = order[start : start + batch_size]
            w = w - learning_rate * logistic_gradient(X[batch], y[batch], w)
            path.append(w)
    return np.array(path)


_TOUCHED = (0, 10, 20, 50, 100, 200, 500, 1000, 2000, 3000)


@cache
def _walk(size: int) -> tuple[FloatArray, FloatArray]:
    """The weights, and how far their loss is above the bottom, after each step of three epochs."""
    path = descend_in_batches(*ink_above(), START, size, 1.0, 3, np.random.default_rng(0))
    return path, above_the_bottom(path)


@cache
def _map() -> Field:
    w0, w1 = np.meshgrid(np.linspace(-4, 2, 61), np.linspace(-3, 4, 61))
    above = above_the_bottom(np.column_stack([w0.ravel(), w1.ravel()])).reshape(61, 61)
    return Field(
        above,
        x=(-4, 2),
        y=(-3, 4),
        scale="log",
        domain=(0.001, 3),
        label="loss above the lowest",
    )


def _walk_frame(size: int, touched: int) -> list[Panel]:
    path, _ = _walk(size)
    steps = touched // size
    curves = []
    for k, other in enumerate(_SIZES):
        above = _walk(other)[1]
        thin = max(1, 5 // other)  # a point every five digits is enough
        curves.append(
            Line(
                np.arange(0, 3001, max(5, other)),
                above[::thin] if other < 10 else above,
                color=k,
                label=_batches(other),
                upto=touched // max(5, other),
                width=3 if other == size else 1.5,
                opacity=1.0 if other == size else 0.5,
            )
        )
    plane: list[Mark] = [
        _map(),
        Points(_bottom(), marker="star", size=13, label="lowest loss"),
        Line(*path.T, color=_SIZES.index(size), upto=steps, casing=True, width=1.5),
    ]
    return [
        Panel(plane, x_label="bias w₀", y_label="weight w₁", x=(-4, 2), y=(-3, 4), aspect=1.0),
        Panel(
            curves,
            x_label="digits looked at",
            y_label="loss above the lowest",
            x=(0, 3000),
            y_scale="log",
            y=(1e-3, 3),
            aspect=1.0,
        ),
    ]


def _walk_alt(size: int, touched: int) -> str:
    _, above = _walk(size)
    steps = touched // size
    return (
        f"{_batches(size).capitalize()}: after {counted(touched, 'digit')} the walk has taken "
        f"{counted(steps, 'step')} and its loss is {above[steps]:.3f} above the lowest."
    )


def four_walks() -> Explorer:
    """Gradient descent on two weights, with batches of four sizes, by digits looked at."""
    return Explorer(
        _walk_frame,
        [
            Slider("touched", _TOUCHED, label="digits looked at", start=0, play=True),
            Slider("size", _SIZES, label="batch size", start=1000),
        ],
        title="Four ways down the same loss",
        alt=_walk_alt,
        frames_per_second=1.5,
    )


# --- The noise of a batch ---


@cache
def single_gradients() -> FloatArray:
    """Gradient of each of the thousand ones and sevens at w = 0, shape (1000, 2)."""
    X, y = ink_above()
    return append_ones(X) * (0.5 - y[:, np.newaxis])


def measured_noise(
    G: FloatArray, batch_size: int, replace: bool, rng: np.random.Generator
) -> float:
    """Root of the mean squared distance of 1000 batch gradients from the gradient of all."""
    batches = [rng.choice(len(G), batch_size, replace) for _ in range(1000)]
    means = np.array([G[batch].mean(axis=0) for batch in batches])
    return float(np.sqrt(((means - G.mean(axis=0)) ** 2).sum(axis=1).mean()))


def expected_noise(spread: float, batch_size: ArrayLike, n: int, replace: bool) -> FloatArray:
    """What the law says of `measured_noise`, from the noise of a single example."""
    B = np.asarray(batch_size, float)
    left = 1.0 if replace else (n - B) / (n - 1)
    noise: FloatArray = spread * np.sqrt(left / B)
    return noise


_BATCH_SIZES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 800, 1000)
_FINE = np.unique([*_BATCH_SIZES, *range(500, 1000, 25), 999])  # where the law bends down


@cache
def _spread() -> float:
    G = single_gradients()
    return float(np.sqrt(((G - G.mean(axis=0)) ** 2).sum(axis=1).mean()))


@cache
def _cloud(size: int, replace: bool) -> FloatArray:
    rng, G = np.random.default_rng(size), single_gradients()
    return np.array([G[rng.choice(1000, size, replace)].mean(axis=0) for _ in range(200)])


@cache
def _measured(replace: bool) -> FloatArray:
    rng, G = np.random.default_rng(0), single_gradients()
    return np.array([measured_noise(G, size, replace, rng) for size in _BATCH_SIZES])


_DRAWN = {True: "with replacement", False: "without replacement"}


def _noise_frame(size: int, replace: bool) -> list[Panel]:
    angle, centre = np.linspace(0, 2 * np.pi, 61), single_gradients().mean(axis=0)
    radius = float(expected_noise(_spread(), size, 1000, replace))
    circle = centre + radius * np.column_stack([np.cos(angle), np.sin(angle)])
    at = _BATCH_SIZES.index(size)
    laws = [
        Line(
            _FINE,
            np.maximum(expected_noise(_spread(), _FINE, 1000, kind), 1e-9),
            color=k,
            width=3 if kind == replace else 1.5,
            label=f"law, {drawn}",
            upto=int(np.searchsorted(_FINE, size)),
        )
        for k, (kind, drawn) in enumerate(_DRAWN.items())
    ]
    measured = np.maximum(_measured(replace), 1e-9)  # of all at a time it is 0
    return [
        Panel(
            [
                Points(
                    _cloud(size, replace),
                    size=5,
                    opacity=0.5,
                    color=0 if replace else 1,
                    label="of 200 batches",
                ),
                Line(*circle.T, color="ink", dash=True, width=1.5, label="typical distance"),
                Points(centre, marker="star", size=13, label="of all 1,000"),
            ],
            title="Gradients at w = 0",
            x_label="∂L/∂w₀",
            y_label="∂L/∂w₁",
            x=(-1.2, 1.2),
            y=(-1.6, 0.8),
            equal=True,
            aspect=1.0,
        ),
        Panel(
            [
                *laws,
                Points(
                    np.column_stack([_BATCH_SIZES, measured]),
                    color=0 if replace else 1,
                    label="measured",
                    upto=at,
                ),
                Rule(x=size),
            ],
            title="Typical distance from the gradient of all",
            x_label="batch size B",
            y_label="noise",
            x_scale="log",
            y_scale="log",
            x=(1, 1000),
            y=(0.005, 1.5),
            aspect=1.0,
        ),
    ]


def _noise_alt(size: int, replace: bool) -> str:
    law = float(expected_noise(_spread(), size, 1000, replace))
    found = _measured(replace)[_BATCH_SIZES.index(size)]
    return (
        f"Batches of {size:,}, drawn {_DRAWN[replace]}: the law says that their gradients are "
        f"{law:.3f} from the gradient of all, and 1,000 batches were {found:.3f} from it."
    )


def noise_of_a_batch() -> Explorer:
    """Gradients of many batches around the gradient of all, and their distance by batch size."""
    return Explorer(
        _noise_frame,
        [
            Slider("size", _BATCH_SIZES, label="batch size B", start=1, play=True),
            Choice("replace", [True, False], labels=list(_DRAWN.values()), label="Drawn"),
        ],
        title="The noise of a batch",
        alt=_noise_alt,
        frames_per_second=1.0,
    )


# --- What an epoch costs ---

_RACERS = (1, 10, 100, 2000)
_RACE_EPOCHS = 6


@cache
def _two_thousand_digits() -> tuple[FloatArray, IntArray]:
    X, y, _, _ = load_digits_subset()
    return X[:2000].astype(float), y[:2000]


@cache
def _race(batch_size: int, learning_rate: float, seed: int = 0) -> list[float]:
    """Loss of a network on 2,000 digits before training and after each epoch."""
    X, y = _two_thousand_digits()
    rng = np.random.default_rng(seed)
    network = initialize((784, 20, 10), rng, "tanh")
    before = cross_entropy(predict_scores(network, X), y)
    history = train(
        network,
        X,
        y,
        optimizer=SGD(learning_rate),
        batch_size=batch_size,
        epochs=_RACE_EPOCHS,
        validation=(X, y),
        rng=rng,
        progress=False,
    )
    return [before, *history.validation_loss]


def measured_seconds(batch_size: int) -> float:
    """Time that an epoch takes here, the shortest of five: the machine may have other work."""
    X, y = _two_thousand_digits()
    times = []
    for _ in range(5):
        rng = np.random.default_rng(0)
        network = initialize((784, 20, 10), rng, "tanh")
        begin = perf_counter()
        train(network, X, y, batch_size=batch_size, epochs=1, rng=rng, progress=False)
        times.append(perf_counter() - begin)
    return min(times)


def runs() -> dict[str, list[Any]]:
    """Measure what is stored for the figure (``tools/runs.py``): each machine has its own times."""
    return {"seconds_per_epoch": [[size, round(measured_seconds(size), 4)] for size in _RACERS]}


def seconds_per_epoch(batch_size: int) -> float:
    """Time that an epoch took where `runs` measured it."""
    return float(dict(stored("batches_and_noise")["seconds_per_epoch"])[batch_size])


_CLOCKS = ("steps", "seconds")


def _race_frame(rate: float, clock: str) -> list[Panel]:
    passes = np.arange(_RACE_EPOCHS + 1)
    by_pass: list[Mark] = []
    by_clock: list[Mark] = []
    for k, size in enumerate(_RACERS):
        one_pass = 2000 / size if clock == "steps" else seconds_per_epoch(size)
        look: dict[str, Any] = {"color": k, "markers": True, "label": _batches(size, 2000)}
        by_pass.append(Line(passes, _race(size, rate), **look))
        by_clock.append(Line(passes[1:] * one_pass, _race(size, rate)[1:], **look))
    return [
        Panel(by_pass, x_label="passes over the data", y_label="loss", **_RACE_AXES),
        Panel(by_clock, x_label=clock, x_scale="log", follow="x", **_RACE_AXES),
    ]


_RACE_AXES: dict[str, Any] = {"y_scale": "log", "y": (0.1, 30), "aspect": 1.0}


def _race_alt(rate: float, clock: str) -> str:
    told = ", ".join(f"{_batches(size, 2000)}: {_race(size, rate)[-1]:.2g}" for size in _RACERS)
    one, hundred = (
        counted(2000 // size, "step") if clock == "steps" else f"{seconds_per_epoch(size):.3f} s"
        for size in (1, 100)
    )
    return (
        f"Learning rate {rate:g}. The loss after six passes: {told}. A pass takes {one} one at a "
        f"time and {hundred} 100 at a time."
    )


def race_of_batch_sizes() -> Explorer:
    """Loss of a network on digits for four batch sizes, by passes, steps and seconds."""
    return Explorer(
        _race_frame,
        [
            Slider("rate", [0.01, 0.1, 1.0], label="learning rate α", start=0.1),
            Choice("clock", list(_CLOCKS), label="Clock of the second plot"),
        ],
        title="A race of batch sizes",
        alt=_race_alt,
    )


# --- Why shuffle ---


@cache
def _answers(order: str, seed: int = 0) -> IntArray:
    """What a softmax regression says of the new digits before and after every 250 that it reads.

    Shape (21, 1000). It reads 5,000 digits in batches of 50, with a learning rate of 0.1.
    """
    X, y, new, _ = load_digits_subset()
    rows = np.random.default_rng(seed).permutation(len(X))
    if order == "sorted":
        rows = rows[np.argsort(y[rows], kind="stable")]
    W = np.zeros((10, 785))
    said = [scores(new, W).argmax(axis=1)]
    for step, batch in enumerate(np.split(rows, 100), start=1):
        W = W - 0.1 * softmax_regression_gradient(X[batch], y[batch], W)
        if step % 5 == 0:
            said.append(scores(new, W).argmax(axis=1))
    return np.array(said)


def _order_frame(seen: int, order: str) -> list[Panel]:
    truth, said = load_digits_subset()[3], _answers(order)
    right = (said == truth).mean(axis=1)
    return [
        Panel(
            [
                Bars(
                    np.bincount(said[seen // 250], minlength=10),
                    numbers=".0f",
                    color=_ORDERS.index(order),
                )
            ],
            title="Answers to 1,000 new digits, 100 of each",
            x_label="digit that the model says",
            y=(0, 1000),
            aspect=1.0,
        ),
        Panel(
            [
                Line(np.arange(0, 5001, 250), right, upto=seen // 250, color=_ORDERS.index(order)),
                Rule(y=0.1),
            ],
            x_label="digits seen",
            y_label="share of right answers",
            x=(0, 5000),
            y=(0, 1),
            aspect=1.0,
        ),
    ]


_ORDERS = ("shuffled", "sorted")


def _order_alt(seen: int, order: str) -> str:
    truth, said = load_digits_subset()[3], _answers(order)[seen // 250]
    count = np.bincount(said, minlength=10)
    return (
        f"After {seen:,} {order} digits the model is right about {(said == truth).mean():.0%} of "
        "the new ones. "
        f"Its commonest answer is {count.argmax()}, given {counted(int(count.max()), 'time')}."
    )


def order_of_the_digits() -> Explorer:
    """One pass over sorted or shuffled digits, and what the model answers on the way."""
    return Explorer(
        _order_frame,
        [
            Slider("seen", range(0, 5001, 250), label="digits seen", start=5000, play=True),
            Choice("order", list(_ORDERS), label="Order", start="sorted"),
        ],
        title="Sorted or shuffled",
        alt=_order_alt,
        frames_per_second=3.0,
    )


# --- Noise that shakes you out ---

_ESCAPE_SIZES = (1, 2, 4, 9, 36, 3600)
_ESCAPE_STEPS = (0, 10, 25, 50, 100, 200, 300, 400)


@cache
def _runs(size: int, seed: int = 0) -> FloatArray:
    """Where 1,000 walks from the poor valley are before and after each of 400 steps.

    Shape (401, 1000). The noise is what the law says where one example has a noise of 6.
    """
    start, noise = np.full((1000, 1), 0.95), 0.0 if size == 3600 else 6 / np.sqrt(size)
    gradient, rng = TILTED_DOUBLE_WELL.gradient, np.random.default_rng(seed)
    return noisy_descent(gradient, start, 0.05, noise, 400, rng)[:, :, 0]


def _double_well(w: FloatArray) -> FloatArray:
    value: FloatArray = w**4 - 2 * w**2 + 0.4 * w
    return value


def _escape_frame(size: int, step: int) -> list[Panel]:
    w = np.linspace(-1.9, 1.8, 149)
    now = _runs(size)[step, :40]
    deep = (_runs(size) < 0).mean(axis=1)
    return [
        Panel(
            [
                Line(w, _double_well(w), color="muted", label="loss"),
                Points(
                    np.column_stack([now, _double_well(now)]),
                    color=1,
                    opacity=0.8,
                    size=9,
                    label="40 of the walks",
                ),
            ],
            x_label="weight w",
            y_label="loss",
            x=(-2.2, 2.2),
            y=(-2, 5),
            aspect=1.0,
        ),
        Panel(
            [Line(np.arange(0, 401, 5), deep[::5], upto=step // 5, color=0)],
            x_label="steps",
            y_label="share of walks in the deep valley",
            x=(0, 400),
            y=(0, 1),
            aspect=1.0,
        ),
    ]


def _escape_alt(size: int, step: int) -> str:
    share = (_runs(size)[step] < 0).mean()
    return (
        f"{_batches(size, 3600).capitalize()}: after {counted(step, 'step')} {share:.1%} of 1,000 "
        "walks are in the deep valley."
    )


def out_of_the_poor_valley() -> Explorer:
    """A thousand noisy descents that begin in the poorer of two valleys."""
    return Explorer(
        _escape_frame,
        [
            Slider(
                "size",
                _ESCAPE_SIZES,
                names=["1", "2", "4", "9", "36", "all"],
                label="batch size",
                start=1,
            ),
            Slider("step", _ESCAPE_STEPS, label="steps", start=400, play=True),
        ],
        title="Out of the poor valley",
        alt=_escape_alt,
        frames_per_second=2.0,
    )


# --- Noise that keeps you from settling ---

SCHEDULES: dict[str, Callable[[FloatArray], FloatArray]] = {
    "constant": np.ones_like,
    "in steps": lambda k: 0.1 ** (k // 700),
    "like 1/k": lambda k: 1 / (1 + k / 100),
    "cosine": lambda k: (1 + np.cos(np.pi * k / 2000)) / 2,
}
_WATCHED = np.unique([200, *np.geomspace(1, 2000, 60).astype(int)])


@cache
def _settle(batch_size: int, learning_rate: float, seed: int = 0) -> dict[str, FloatArray]:
    """Mean loss above the lowest of 40 walks, for each schedule, after the steps in `_WATCHED`.

    Each step draws its batch from all digits, whatever was drawn before.
    """
    X, y = ink_above()
    A, rng = append_ones(X), np.random.default_rng(seed)
    factors = [schedule(np.arange(2000.0)) for schedule in SCHEDULES.values()]
    W, above = np.tile(START, (len(SCHEDULES), 40, 1)), []
    for k, rates in enumerate(learning_rate * np.transpose(factors), start=1):
        batch = rng.integers(len(A), size=(40, batch_size))
        errors = sigmoid(np.einsum("rbj,srj->srb", A[batch], W)) - y[batch]
        gradients = np.einsum("srb,rbj->srj", errors, A[batch]) / batch_size
        W = W - rates[:, np.newaxis, np.newaxis] * gradients
        if k in _WATCHED:
            above.append(
                above_the_bottom(W.reshape(-1, 2)).reshape(len(SCHEDULES), 40).mean(axis=1)
            )
    return dict(zip(SCHEDULES, np.transpose(above), strict=True))


def _floor(batch_size: int, learning_rate: float) -> float:
    """Loss above the lowest at which a constant rate stops falling, by the law for small rates."""
    A, y = append_ones(ink_above()[0]), ink_above()[1]
    single = A * (sigmoid(A @ _bottom()) - y)[:, np.newaxis]
    return float(learning_rate * (single**2).sum(axis=1).mean() / (4 * batch_size))


def _settle_frame(schedule: str, rate: float, size: int) -> list[Panel]:
    factors = SCHEDULES[schedule](_WATCHED - 1.0)
    return [
        Panel(
            [
                Line(_WATCHED, _settle(size, rate)[schedule], color=0, label="mean of 40 walks"),
                Line(
                    [1, 2000],
                    [_floor(size, rate)] * 2,
                    color="ink",
                    dash=True,
                    width=1.5,
                    label="αν²/4B",
                ),
            ],
            x_label="steps",
            y_label="loss above the lowest",
            x_scale="log",
            y_scale="log",
            x=(1, 2000),
            y=(1e-5, 3),
            aspect=1.0,
        ),
        Panel(
            [Line(_WATCHED, rate * factors, color="ink")],
            x_label="steps",
            y_label="learning rate",
            x_scale="log",
            y_scale="log",
            x=(1, 2000),
            y=(1e-3, 5),
            aspect=1.0,
        ),
    ]


def _settle_alt(schedule: str, rate: float, size: int) -> str:
    fell = _settle(size, rate)[schedule]
    end = fell[_WATCHED >= 1000].mean()
    return (
        f"Rate {rate:g}, {schedule}, batches of {size}: the loss above the lowest is "
        f"{number(fell[_WATCHED == 200][0], '.2g')} after 200 steps and {number(end, '.2g')} on "
        f"average from step 1,000 to 2,000. The law's floor of a constant rate is "
        f"{number(_floor(size, rate), '.2g')}."
    )


def settling_down() -> Explorer:
    """How far above the lowest loss descent stays, by rate, batch size and schedule."""
    return Explorer(
        _settle_frame,
        [
            Slider("rate", [0.25, 1, 4], label="first rate α", start=1),
            Slider("size", [1, 4, 16], label="batch size B", start=1),
            Choice("schedule", list(SCHEDULES), label="Rate over the steps"),
        ],
        title="The floor under a noisy walk",
        alt=_settle_alt,
    )
