"""Figures and experiments of the chapter "Optimisers"."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from dlcourse._validation import FloatArray, IntArray
from dlcourse.backprop import loss_and_gradients
from dlcourse.datasets import half_size, load_digits_subset
from dlcourse.explorers import (
    Band,
    Button,
    Choice,
    Explorer,
    Field,
    Line,
    Mark,
    Matrix,
    Panel,
    Points,
    Rule,
    Slider,
    number,
)
from dlcourse.figures.stored import stored
from dlcourse.figures.wording import counted
from dlcourse.landscape import RAVINE, SADDLE, Landscape
from dlcourse.linear import softmax_regression_gradient
from dlcourse.losses import cross_entropy
from dlcourse.network import initialize, predict_scores
from dlcourse.optimizers import OPTIMIZERS, Momentum, Optimizer, State
from dlcourse.training import train

NAMES = {
    "sgd": "SGD",
    "momentum": "Momentum",
    "adagrad": "AdaGrad",
    "adadelta": "AdaDelta",
    "rmsprop": "RMSprop",
    "adam": "Adam",
}
_COLORS = {name: k for k, name in enumerate(NAMES)}


_FAR = 100.0  # off the map


def descend(
    optimizer: Optimizer,
    landscape: Landscape,
    start: FloatArray,
    steps: int,
    noise: float = 0.0,
    seed: int = 0,
) -> FloatArray:
    """Walk down a landscape: the place before and after each step, shape (steps + 1, 2).

    ``noise`` is the standard deviation of what is added to each slope. A walk that has flown away
    stays where it is.
    """
    W, rng = start.copy(), np.random.default_rng(seed)
    state, path = optimizer.init(W), [start]
    for _ in range(steps):
        if np.abs(W).max() < _FAR:
            slopes = landscape.gradient(W) + noise * rng.normal(size=W.shape)
            optimizer.step(W, slopes, state)
        path.append(W.copy())
    return np.array(path)


_RAVINE_START, _SADDLE_START = np.array([-4.0, 1.0]), np.array([-1.5, 1e-3])


# --- A ravine, and a memory ---

_MEMORY_STEPS = (0, 1, 2, 3, 5, 10, 20, 30, 40, 50, 60)


@cache
def _with_memory(rate: float, beta: float) -> tuple[FloatArray, FloatArray]:
    path = descend(Momentum(rate, beta), RAVINE, _RAVINE_START, 60)
    return path, np.array([RAVINE.value(w) for w in path])


@cache
def _ravine_field() -> Field:
    return Field(
        lambda W: W**2 @ [0.5, 12.5],
        x=(-5, 2),
        y=(-1.4, 1.4),
        scale="sequential",
        domain=(0, 30),
        label="loss",
        resolution=40,
    )


def _memory_frame(rate: float, beta: float, step: int) -> list[Panel]:
    path, losses = _with_memory(rate, beta)
    return [
        Panel(
            [
                _ravine_field(),
                Points([0, 0], marker="star", size=13, color="ink", label="lowest place"),
                Line(*path.T, color=1, upto=step, markers=True, casing=True, width=1.5),
            ],
            x_label="weight w₁",
            y_label="weight w₂",
            x=(-5, 2),
            y=(-1.4, 1.4),
            aspect=1.5,
        ),
        Panel(
            [Line(range(61), np.maximum(losses, 1e-12), color=1, upto=step)],
            x_label="step",
            y_label="loss",
            x=(0, 60),
            y_scale="log",
            y=(1e-8, 1e4),
            aspect=1.2,
        ),
    ]


def _memory_alt(rate: float, beta: float, step: int) -> str:
    losses = _with_memory(rate, beta)[1]
    loss = f"{number(losses[step], '.2g')}" if losses[step] < 1e4 else "more than 10,000"
    kept = f"{beta:.0%} of the last step kept" if beta else "nothing of the last step kept"
    return f"Rate {rate:g}, {kept}: after {counted(step, 'step')} the loss is {loss}."


def ravine_with_a_memory() -> Explorer:
    """Gradient descent down a ravine, by rate and by how much of the last step is kept."""
    return Explorer(
        _memory_frame,
        [
            Slider("rate", [0.01, 0.02, 0.04, 0.06, 0.076, 0.09, 0.11], label="rate α", start=0.02),
            Slider("beta", [0, 0.3, 0.45, 0.6, 0.8, 0.9, 0.97], label="kept, β"),
            Slider("step", _MEMORY_STEPS, label="steps", start=60, play=True),
        ],
        buttons=[
            Button("Bounces", rate=0.076, beta=0, step=60),
            Button("Flies away", rate=0.09, beta=0, step=60),
            Button("With a memory", rate=0.02, beta=0.8, step=60),
        ],
        title="Down a ravine",
        alt=_memory_alt,
        frames_per_second=3.0,
    )


# --- A rate for each weight ---

_BATCHES = 500
_SEEN = (1, 2, 5, 10, 20, 50, 100, 200, 500)
_RATE, _EPS = 0.01, 1e-4
_PIXELS = {"middle": (14, 14), "border": (14, 4)}


@cache
def effective_rates(method: str) -> FloatArray:
    """What the slope of each pixel's weights is multiplied by, after each batch in `_SEEN`.

    Shape (9, 28, 28): the mean over the ten classes' weights; of a softmax regression on digits
    that learns in batches of 10.
    """
    X, y, _, _ = load_digits_subset()
    optimizer = OPTIMIZERS[method](learning_rate=_RATE, eps=_EPS)
    W, rates = np.zeros((10, 785)), []
    state = optimizer.init(W)
    for step in range(1, _BATCHES + 1):
        batch = slice(10 * step - 10, 10 * step)
        optimizer.step(W, softmax_regression_gradient(X[batch], y[batch], W), state)
        if step in _SEEN:
            squares = state["G" if method == "adagrad" else "v"][:, 1:]
            rates.append((_RATE / (np.sqrt(squares) + _EPS)).mean(axis=0).reshape(28, 28))
    return np.array(rates)


def _rates_frame(seen: int, method: str) -> list[Panel]:
    at, rates = _SEEN.index(seen), effective_rates(method)
    lines = [
        Line(
            _SEEN,
            rates[:, row, column],
            color=k,
            label=f"a pixel in the {place}" if place == "middle" else f"a pixel near the {place}",
            upto=at,
            markers=True,
        )
        for k, (place, (row, column)) in enumerate(_PIXELS.items())
    ]
    rings = [
        Points([column + 0.5, 27.5 - row], color=k, size=9)
        for k, (row, column) in enumerate(_PIXELS.values())
    ]
    picture = Field(
        rates[at, ::-1],
        x=(0, 28),
        y=(0, 28),
        scale="log",
        domain=(0.01, 100),
        smooth=False,
        label="effective rate",
    )
    return [
        Panel([picture, *rings], title="By pixel", equal=True, aspect=1.0, axes=False),
        Panel(
            lines,
            x_label="batches",
            y_label="effective rate",
            x_scale="log",
            y_scale="log",
            x=(1, 500),
            y=(0.01, 100),
            aspect=1.0,
        ),
    ]


def _rates_alt(seen: int, method: str) -> str:
    rates = effective_rates(method)[_SEEN.index(seen)]
    middle, border = (number(rates[place], ".3g") for place in _PIXELS.values())
    return (
        f"{NAMES[method]} after {seen} batch{'es' * (seen > 1)}: the effective rate is {middle} "
        f"for a pixel in the middle and {border} for one near the border."
    )


def rates_of_their_own() -> Explorer:
    """The rate that each pixel's weights have, while AdaGrad or RMSprop learns digits."""
    return Explorer(
        _rates_frame,
        [
            Slider("seen", _SEEN, label="batches", start=1, play=True),
            Choice("method", ["adagrad", "rmsprop"], labels=["AdaGrad", "RMSprop"], label="Method"),
        ],
        title="A rate for each pixel",
        alt=_rates_alt,
        frames_per_second=1.5,
    )


# --- The first steps of Adam ---


@dataclass(frozen=True)
class PaperAdam:
    """Adam as its paper writes it, so that either correction can be left out."""

    learning_rate: float
    beta2: float = 0.999
    mean: bool = True
    squares: bool = True

    def init(self, parameters: FloatArray) -> State:
        """Both means start at zero."""
        return {"t": 0, "m": np.zeros_like(parameters), "v": np.zeros_like(parameters)}

    def step(self, parameters: FloatArray, gradients: FloatArray, state: State) -> None:
        """One step in the words of the paper: mean, mean of squares, two corrections."""
        g, beta1, beta2 = gradients, 0.9, self.beta2
        state["t"] += 1
        m = state["m"] = beta1 * state["m"] + (1 - beta1) * g
        v = state["v"] = beta2 * state["v"] + (1 - beta2) * g**2
        if self.mean:
            m = m / (1 - beta1 ** state["t"])
        if self.squares:
            v = v / (1 - beta2 ** state["t"])
        parameters -= self.learning_rate * m / (np.sqrt(v) + 1e-8)


_CORRECTIONS = {
    "both": (True, True),
    "only the mean": (True, False),
    "only the squares": (False, True),
    "neither": (False, False),
}


@cache
def first_steps(correction: str, beta2: float) -> FloatArray:
    """Lengths of the first 5,000 steps while the slope is 1, in units of the learning rate."""
    optimizer = PaperAdam(1.0, beta2, *_CORRECTIONS[correction])
    W = np.zeros(1)
    state, places = optimizer.init(W), [0.0]
    for _ in range(5000):
        optimizer.step(W, np.ones(1), state)
        places.append(W.item())
    return np.asarray(-np.diff(places))


_FIRST = np.unique(np.geomspace(1, 5000, 80).astype(int))
_LEARNED = 60


@cache
def small_digits() -> tuple[FloatArray, IntArray, FloatArray, IntArray]:
    """2,000 digits of 14 x 14 pixels to learn from and 1,000 others, in single precision."""
    X, y, new, truth = load_digits_subset()
    return half_size(X[:2000]), y[:2000], half_size(new), truth


@cache
def first_losses(correction: str, beta2: float, seed: int = 0) -> FloatArray:
    """Loss of a network on 1,000 new digits before and after each of its first 60 steps."""
    X, y, new, truth = small_digits()
    rng = np.random.default_rng(seed)
    network = initialize((196, 20, 10), rng, "tanh", np.float32)
    optimizer = PaperAdam(0.01, beta2, *_CORRECTIONS[correction])
    state, losses = optimizer.init(network.parameters), []
    for _ in range(_LEARNED + 1):
        losses.append(cross_entropy(predict_scores(network, new), truth))
        batch = rng.integers(len(X), size=20)
        gradients = loss_and_gradients(network, X[batch], y[batch], "cross_entropy")[1]
        optimizer.step(network.parameters, gradients.flat, state)
    return np.array(losses)


def _mean_losses(correction: str, beta2: float) -> FloatArray:
    return np.asarray(np.mean([first_losses(correction, beta2, s) for s in range(3)], axis=0))


def _corrections_frame(correction: str, beta2: float) -> list[Panel]:
    k = list(_CORRECTIONS).index(correction)
    lengths = first_steps(correction, beta2)[_FIRST - 1]
    losses = _mean_losses(correction, beta2)
    return [
        Panel(
            [Rule(y=1), Line(_FIRST, lengths, color=k)],
            title="On a steady slope",
            x_label="step",
            y_label="length of the step, in α",
            x_scale="log",
            y_scale="log",
            x=(1, 5000),
            y=(0.05, 50),
            aspect=1.1,
        ),
        Panel(
            [Line(range(_LEARNED + 1), losses, color=k)],
            title="Learning digits",
            x_label="step",
            y_label="loss",
            x=(0, _LEARNED),
            y=(0, 6),
            aspect=1.1,
        ),
    ]


def _corrections_alt(correction: str, beta2: float) -> str:
    lengths = first_steps(correction, beta2)
    losses = _mean_losses(correction, beta2)
    return (
        f"Corrected: {correction}, β₂ = {beta2:g}. On a steady slope the first step is "
        f"{lengths[0]:.3g} α long, the longest {lengths.max():.3g} α. On the digits the loss "
        f"begins at {losses[0]:.1f}, is {losses.max():.1f} at its highest and ends at "
        f"{losses[-1]:.1f}."
    )


def first_steps_of_adam() -> Explorer:
    """Length of Adam's steps on a steady slope, and what they do to digits, uncorrected too."""
    return Explorer(
        _corrections_frame,
        [
            Choice("correction", list(_CORRECTIONS), label="Corrected"),
            Slider("beta2", [0.9, 0.99, 0.999], label="β₂", start=0.999),
        ],
        title="What the corrections do",
        alt=_corrections_alt,
    )


# --- The race ---

_COURSES: dict[str, tuple[Landscape, FloatArray, float]] = {
    "ravine": (RAVINE, _RAVINE_START, 0.0),
    "saddle": (SADDLE, _SADDLE_START, 0.0),
    "noisy ravine": (RAVINE, _RAVINE_START, 3.0),
}
_LOWEST = {"ravine": 0.0, "saddle": -0.25, "noisy ravine": 0.0}
_RACE_STEPS = (0, 5, 10, 20, 50, 100)


@cache
def race(course: str, method: str, rate: float, beta: float, seed: int = 0) -> FloatArray:
    """Path of one method over one course, 100 steps long; AdaDelta keeps its rate of 1."""
    options: dict[str, float] = {} if method == "adadelta" else {"learning_rate": rate}
    if method == "momentum":
        options["momentum"] = beta
    if method == "adam":
        options["beta1"] = beta
    if method == "rmsprop":
        options["rho"] = 0.9
    landscape, start, noise = _COURSES[course]
    return descend(OPTIMIZERS[method](**options), landscape, start, _RACE_STEPS[-1], noise, seed)


def above_the_lowest(course: str, path: FloatArray) -> FloatArray:
    """How far the loss is above the lowest of a course, at each place of a path."""
    losses = np.array([_COURSES[course][0].value(w) for w in path])
    return np.asarray(losses - _LOWEST[course])


@cache
def _course_field(course: str) -> Field:
    return Field(
        lambda W: above_the_lowest(course, W),
        x=(-2, 1) if course == "saddle" else (-5, 2),
        y=(-1.4, 1.4),
        scale="log",
        domain=(0.01, 30),
        label="above lowest",
        resolution=40,
    )


@cache
def _racers(course: str, rate: float, beta: float) -> dict[str, tuple[FloatArray, FloatArray]]:
    """Path and loss above the lowest of each method; what no slider of it moves is shared."""
    paths = {
        method: race(course, method, rate, beta if method in ("momentum", "adam") else 0.9)
        for method in NAMES
    }
    return {method: (path, above_the_lowest(course, path)) for method, path in paths.items()}


def _race_frame(course: str, rate: float, beta: float, step: int) -> list[Panel]:
    racers = _racers(course, rate, beta)
    field = _course_field(course)
    looks: dict[str, dict[str, Any]] = {
        method: {"color": _COLORS[method], "label": NAMES[method], "upto": step} for method in NAMES
    }
    bottom = [[0.0, 1.0], [0.0, -1.0]] if course == "saddle" else [[0.0, 0.0]]
    return [
        Panel(
            [
                field,
                Points(bottom, marker="star", size=13, color="ink"),
                *(Line(*racers[m][0].T, casing=True, **looks[m]) for m in NAMES),
            ],
            x_label="weight w₁",
            y_label="weight w₂",
            x=field.x,
            y=field.y,
            follow="x",
            aspect=1.3,
        ),
        Panel(
            [Line(range(101), np.maximum(racers[m][1], 1e-9), **looks[m]) for m in NAMES],
            x_label="step",
            y_label="loss above the lowest",
            x=(0, 100),
            y_scale="log",
            y=(1e-4, 1e2),
            aspect=1.3,
        ),
    ]


def _race_alt(course: str, rate: float, beta: float, step: int) -> str:
    above = {method: losses[step] for method, (_, losses) in _racers(course, rate, beta).items()}
    first, last = min(above, key=above.__getitem__), max(above, key=above.__getitem__)
    if step == 0:
        return f"The {course}, rate {rate:g}, β = {beta:g}: six walks that have not moved yet."
    far = number(above[last], ".2g") if above[last] < 1e3 else "more than 1,000"
    return (
        f"The {course}, rate {rate:g}, β = {beta:g}: after {step} steps {NAMES[first]} is lowest, "
        f"{number(above[first], '.2g')} above the bottom; {NAMES[last]} is highest, {far} above it."
    )


def race_of_six() -> Explorer:
    """Six methods on a ravine, a saddle and a ravine with noise, by rate and memory."""
    return Explorer(
        _race_frame,
        [
            Choice("course", list(_COURSES), label="Course", start="saddle"),
            Slider("rate", [0.01, 0.03, 0.1, 0.3], label="rate α", start=0.03),
            Slider("beta", [0, 0.5, 0.9, 0.97], label="memory β", start=0.9),
            Slider("step", _RACE_STEPS, label="steps", start=100, play=True),
        ],
        title="Six methods, three courses",
        alt=_race_alt,
        frames_per_second=1.5,
    )


# --- The rate over decades ---

RATES = (1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
SEEDS = range(5)


def error_at(method: str, rate: float, seed: int) -> float:
    """Train a small network for three epochs; return which share of new digits it gets wrong."""
    X, y, new, truth = small_digits()
    rng = np.random.default_rng(seed)
    network = initialize((196, 20, 10), rng, "tanh", np.float32)
    optimizer = OPTIMIZERS[method](learning_rate=rate)
    with np.errstate(all="ignore"):  # some of the rates are far too large: that is the point
        train(network, X, y, rng=rng, optimizer=optimizer, epochs=3, batch_size=20, progress=False)
    return float((predict_scores(network, new).argmax(axis=1) != truth).mean())


def runs() -> dict[str, list[Any]]:
    """Train all that is stored for the figures of this chapter (``tools/runs.py``)."""
    return {
        method: [[error_at(method, rate, seed) for seed in SEEDS] for rate in RATES]
        for method in NAMES
    }


def errors(method: str, rate: float) -> FloatArray:
    """Return the share of new digits that is wrong, for each seed, as `runs` found it."""
    return np.array(stored("optimisers")[method][RATES.index(rate)])


def _decades_frame(shown: str) -> list[Mark]:
    methods = list(NAMES)[: _COLORS[shown] + 1]
    tables = {m: np.array([errors(m, rate) for rate in RATES]) for m in methods}
    curves = [
        Line(
            RATES,
            table.mean(axis=1),
            label=NAMES[method],
            color=_COLORS[method],
            width=3 if method == shown else 1.5,
            opacity=1.0 if method == shown else 0.6,
        )
        for method, table in tables.items()
    ]
    front = tables[shown]
    return [Band(RATES, front.min(axis=1), front.max(axis=1), color=_COLORS[shown]), *curves]


def _decades_alt(shown: str) -> str:
    means = np.array([errors(shown, rate).mean() for rate in RATES])
    near = np.array(RATES)[means < means.min() + 0.05]
    return (
        f"{NAMES[shown]} gets {means.min():.1%} of the new digits wrong at its best rate, "
        f"{RATES[int(means.argmin())]:g}; from {near[0]:g} to {near[-1]:g} it is within five "
        "percentage points of that."
    )


def rate_over_decades() -> Explorer:
    """Error on new digits of all six methods against the learning rate, over five starts."""
    return Explorer(
        _decades_frame,
        [Choice("shown", list(NAMES), labels=list(NAMES.values()), label="All up to")],
        title="The rate, over five powers of ten",
        alt=_decades_alt,
        x_label="learning rate α",
        y_label="new digits misclassified",
        x_scale="log",
        x=(1e-4, 10),
        y=(0, 1),
        y_format=".0%",
        aspect=1.5,
    )


# --- Zeiler's tables ---

ZEILER_RATES = (1.0, 0.1, 0.01, 0.001, 0.0001)
ZEILER_EPS, ZEILER_RHOS = (1e-2, 1e-4, 1e-6, 1e-8), (0.9, 0.95, 0.99)
PUBLISHED = {  # test error in %: SGD, Momentum, AdaGrad by rate; AdaDelta by eps and rho
    "by rate": [
        [2.26, 89.68, 43.76],
        [2.51, 2.03, 2.82],
        [7.02, 2.68, 1.79],
        [17.01, 6.98, 5.21],
        [58.10, 16.98, 12.59],
    ],
    "AdaDelta": [[2.59, 2.58, 2.32], [2.05, 1.99, 2.28], [1.90, 1.83, 2.05], [2.29, 2.13, 2.00]],
}


@cache
def zeiler_runs() -> list[dict[str, Any]]:
    """What ``tools/zeiler_table.py`` found: cells of the two tables with the errors of five runs.

    None is a run whose scores overflowed.
    """
    return list(stored("zeiler_2012"))


def reproduced(table: str, activation: str) -> FloatArray:
    """Median test error in % of five runs for each cell; a run that overflowed is the worst."""
    found = {
        (run["optimizer"], *run["options"].values()): [
            np.inf if error is None else 100 * error for error in run["errors"]
        ]
        for run in zeiler_runs()
        if run["activation"] == activation
    }
    rows = (
        [
            [found[method, rate] for method in ("sgd", "momentum", "adagrad")]
            for rate in ZEILER_RATES
        ]
        if table == "by rate"
        else [[found["adadelta", eps, rho] for rho in ZEILER_RHOS] for eps in ZEILER_EPS]
    )
    medians: FloatArray = np.median(rows, axis=2)
    return medians


def _tables_frame(table: str, activation: str) -> list[Mark]:
    rates = table == "by rate"
    rows = ZEILER_RATES if rates else ZEILER_EPS
    columns = ["SGD", "Mom.", "AdaGrad"] if rates else [f"ρ = {rho:g}" for rho in ZEILER_RHOS]
    return [
        Matrix(
            np.hstack([PUBLISHED[table], reproduced(table, activation)]),
            rows=[number(value) for value in rows],
            columns=2 * columns,
            row_groups="α" if rates else "ε",
            column_groups=3 * ["Zeiler (2012)"] + 3 * [f"ours, {_ACTIVATIONS[activation]}"],
            numbers=".2f",
            domain=(0, 100),
        )
    ]


_ACTIVATIONS = {"relu": "ReLU", "tanh": "tanh"}


def _tables_alt(table: str, activation: str) -> str:
    published, ours = np.array(PUBLISHED[table]), reproduced(table, activation)
    what = "SGD, Momentum and AdaGrad by rate" if table == "by rate" else "AdaDelta by ε and ρ"
    return (
        f"Test error in % after six epochs, {what}: from {published.min():.2f} to "
        f"{published.max():.2f} in the paper; from {ours.min():.2f} to {ours.max():.2f} for ours, "
        f"medians of five starts with {_ACTIVATIONS[activation]}."
    )


def zeiler_tables() -> Explorer:
    """Zeiler's tables of test errors on MNIST beside the same, trained with this package."""
    return Explorer(
        _tables_frame,
        [
            Choice("table", list(PUBLISHED), label="Table"),
            Choice("activation", list(_ACTIVATIONS), labels=["ReLU", "tanh"], label="Ours with"),
        ],
        title="Test errors on MNIST, in %",
        alt=_tables_alt,
    )
