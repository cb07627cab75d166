"""Figures and experiments of the chapter "Weight penalties"."""

from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from dlcourse._validation import FloatArray, IntArray
from dlcourse.backprop import loss_and_gradients
from dlcourse.datasets import blobs, half_size, load_digits_subset, mislabel
from dlcourse.explorers import (
    Bars,
    Choice,
    Contour,
    ErrorBars,
    Explorer,
    Field,
    Image,
    Line,
    Mark,
    Panel,
    Points,
    Rule,
    Slider,
    number,
)
from dlcourse.figures.stored import stored
from dlcourse.figures.wording import counted
from dlcourse.lbfgs import minimize
from dlcourse.linear import logistic_objective
from dlcourse.network import Network, initialize, predict_scores
from dlcourse.optimizers import SGD
from dlcourse.penalties import soft_threshold


def _strength_slider(values: tuple[float, ...], label: str = "strength λ") -> Slider:
    return Slider("strength", values, label=label, names=[number(v) for v in values])


# --- Ten points ---


def powers(x: ArrayLike) -> FloatArray:
    """Turn each number into nine features: x, x², ... x⁹."""
    return np.vander(np.asarray(x, dtype=float), 10, increasing=True)[:, 1:]


def fit_curve(x: FloatArray, t: FloatArray, strength: float) -> FloatArray:
    """Find the weights with the least squared error and penalty, the bias first."""
    Z = np.column_stack([np.ones(len(x)), powers(x)])
    charged = 2 * strength * np.diag([0.0] + 9 * [1.0])
    return np.linalg.solve(Z.T @ Z / len(x) + charged, Z.T @ t / len(x))


def curve(x: ArrayLike, w: FloatArray) -> FloatArray:
    """Return the scores of a line of numbers."""
    return np.asarray(w[0] + powers(x) @ w[1:])


def source(x: ArrayLike) -> FloatArray:
    """Return the curve that all points come from."""
    return np.sin(np.pi * np.asarray(x))


X = np.linspace(-1, 1, 10)
GRID = np.linspace(-1, 1, 101)


def noisy_targets(seed: int) -> FloatArray:
    """Draw the heights of ten points: those of the source, and noise."""
    return np.asarray(source(X) + 0.2 * np.random.default_rng(seed).normal(size=10))


_STRENGTHS = (0, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 10)
_DRAWING = 2


def _source_line() -> Line:
    return Line(GRID, source(GRID), color="muted", dash=True, label="where the points come from")


def _points_frame(strength: float) -> list[Panel]:
    t = noisy_targets(_DRAWING)
    w = fit_curve(X, t, strength)
    return [
        Panel(
            [
                _source_line(),
                Line(GRID, curve(GRID, w), color=0, label="fit", width=2.5),
                Points(np.column_stack([X, t]), color=1, size=9, label="points"),
            ],
            x_label="x",
            y_label="t",
            x=(-1.05, 1.05),
            y=(-3, 3),
            aspect=1.3,
        ),
        Panel(
            [Points(np.column_stack([range(1, 10), np.abs(w[1:])]), color=0, size=9)],
            title="Size of each weight",
            x_label="weight of the power",
            y_label="size",
            x=(0.5, 9.5),
            y=(1e-3, 1e3),
            x_ticks=range(1, 10),
            y_scale="log",
            aspect=1.1,
        ),
    ]


def _points_alt(strength: float) -> str:
    t = noisy_targets(_DRAWING)
    w = fit_curve(X, t, strength)
    off, wrong = (np.sqrt(np.mean(d**2)) for d in (curve(X, w) - t, curve(GRID, w) - source(GRID)))
    return (
        f"Price {number(strength)}: the fit misses the ten points by {number(off, '.2f')} and the "
        f"dashed curve by {number(wrong, '.2f')}, root mean square. The largest weight has the "
        f"size {number(np.abs(w[1:]).max(), '.3g')}."
    )


def between_the_points() -> Explorer:
    """Fit of a polynomial to ten noisy points, by what large weights cost."""
    return Explorer(
        _points_frame,
        [_strength_slider(_STRENGTHS, "price")],
        title="Ten points, ten weights",
        alt=_points_alt,
    )


# --- Many data sets ---

_SETS, _DRAWN = 200, 25
_CHARGED = _STRENGTHS[1:]


@cache
def many_fits(strength: float, first_seed: int = 0) -> FloatArray:
    """Heights of the fits to 200 data sets over the grid, shape (200, 101)."""
    seeds = range(first_seed, first_seed + _SETS)
    return np.array([curve(GRID, fit_curve(X, noisy_targets(seed), strength)) for seed in seeds])


def squared_bias_and_variance(fits: FloatArray) -> tuple[float, float]:
    """Split the mean squared distance of many fits from the source in two."""
    mean = fits.mean(axis=0)
    return float(np.mean((mean - source(GRID)) ** 2)), float(np.mean((fits - mean) ** 2))


def _fits_frame(strength: float) -> list[Panel]:
    fits = many_fits(strength)
    parts = np.array([squared_bias_and_variance(many_fits(s)) for s in _CHARGED]).T
    at = _CHARGED.index(strength)
    named = zip(
        (1, 2, 0), ("squared bias", "variance", "sum"), (*parts, parts.sum(axis=0)), strict=True
    )
    return [
        Panel(
            [
                *(
                    Line(GRID, fit, color=2, width=1, dash=False, opacity=0.4)
                    for fit in fits[:_DRAWN]
                ),
                _source_line(),
                Line(GRID, fits.mean(axis=0), color=1, dash=False, width=4, label="mean of 200"),
            ],
            x_label="x",
            y_label="t",
            x=(-1, 1),
            y=(-2.5, 2.5),
            aspect=1.2,
        ),
        Panel(
            [
                Rule(x=strength),
                *(
                    Line(_CHARGED, part, color=color, label=label, upto=at)
                    for color, label, part in named
                ),
            ],
            x_label="strength λ",
            y_label="mean squared error",
            x_scale="log",
            y_scale="log",
            x=(_CHARGED[0], _CHARGED[-1]),
            y=(1e-4, 1),
            aspect=1.2,
        ),
    ]


def _fits_alt(strength: float) -> str:
    bias, variance = squared_bias_and_variance(many_fits(strength))
    return (
        f"Strength {number(strength)}: over 200 data sets the squared bias is "
        f"{number(bias, '.2g')}, the variance {number(variance, '.2g')}, their sum "
        f"{number(bias + variance, '.2g')}."
    )


def many_data_sets() -> Explorer:
    """Fits to many data sets, their mean, and the two parts of their error, by strength."""
    return Explorer(
        _fits_frame,
        [_strength_slider(_CHARGED)],
        title="The same fit, other points",
        alt=_fits_alt,
        frames_per_second=1.5,
    )


# --- A ball and a diamond ---

BENDS = np.array([[1.0, 0.5], [0.5, 1.0]])  # second derivatives of the loss
BOTTOM = np.array([1.6, 0.9])
_PRICES = (0, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0, 1.2, 1.4, 1.6, 2.0)


@cache
def cheapest(penalty: str, strength: float) -> FloatArray:
    """Where the loss and the penalty together are lowest, of two weights."""
    if penalty == "L2":
        return np.asarray(np.linalg.solve(BENDS + 2 * strength * np.eye(2), BENDS @ BOTTOM))
    w = BOTTOM
    for _ in range(500):
        w = soft_threshold(w - 0.5 * BENDS @ (w - BOTTOM), 0.5 * strength)
    return w


def _same_price(penalty: str, w: FloatArray) -> FloatArray:
    """Draw all weights that cost as much as these, as a closed line."""
    if penalty == "L2":
        turn = np.linspace(0, 2 * np.pi, 73)
        return np.asarray(np.linalg.norm(w) * np.array([np.cos(turn), np.sin(turn)]))
    corners = np.array([[1.0, 0, -1, 0, 1], [0, 1.0, 0, -1, 0]])
    return np.asarray(np.abs(w).sum() * corners)


def bowl(W: FloatArray) -> FloatArray:
    """Return the loss of two weights, each in the last axis."""
    return np.asarray(0.5 * np.einsum("...i,ij,...j", W - BOTTOM, BENDS, W - BOTTOM))


@cache
def _bowl() -> Field:
    return Field(
        bowl,
        x=(-2, 2.5),
        y=(-2, 2),
        scale="sequential",
        domain=(0, 6),
        label="loss",
        resolution=40,
    )


def _shapes_frame(penalty: str, strength: float) -> list[Mark]:
    path = np.array([cheapest(penalty, price) for price in _PRICES])
    w = cheapest(penalty, strength)
    return [
        _bowl(),
        Contour([0.1, 0.5, 1.5, 3, 5], color="muted", width=1),
        Contour(max(float(bowl(w)), 0.02), width=1.5, label="equal loss"),
        Rule(x=0),
        Rule(y=0),
        Line(*_same_price(penalty, w), color=1, casing=True, dash=False, label="as cheap"),
        Line(
            *path.T,
            color=2,
            casing=True,
            markers=True,
            upto=_PRICES.index(strength),
            label="cheapest",
        ),
        Points(BOTTOM, marker="star", size=13, color="ink", label="lowest loss"),
    ]


def _shapes_alt(penalty: str, strength: float) -> str:
    w1, w2 = (number(v, ".2f") for v in cheapest(penalty, strength))
    shape = "circle" if penalty == "L2" else "diamond"
    return (
        f"{penalty}, strength {strength:g}: loss and penalty together are lowest at ({w1}, {w2}). "
        f"The weights that cost as much as these lie on a {shape} around 0."
    )


def ball_and_diamond() -> Explorer:
    """Where two weights go as the strength of a penalty grows, on a ball or a diamond."""
    return Explorer(
        _shapes_frame,
        [
            Choice("penalty", ["L2", "L1"], labels=["squares (L2)", "sizes (L1)"], label="Penalty"),
            Slider("strength", _PRICES, label="strength λ", play=True),
        ],
        title="A ball and a diamond",
        alt=_shapes_alt,
        x_label="weight w₁",
        y_label="weight w₂",
        x=(-2, 2.5),
        y=(-2, 2),
        equal=True,
        aspect=1.2,
    )


# --- Paths ---

TRUE_WEIGHTS = np.array([3, 1.5, 0, 0, 2, 0, 0, 0])  # Tibshirani (1996), example 1
_PATH = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0)
_LISTS = (1, 2, 3, 4, 5)


@cache
def paths(penalty: str, seed: int) -> FloatArray:
    """Weights of eight inputs, three of which matter, at each strength; shape (14, 8)."""
    rng = np.random.default_rng(seed)
    near = 0.5 ** np.abs(np.subtract.outer(range(8), range(8)))
    inputs = rng.normal(size=(40, 8)) @ np.linalg.cholesky(near).T
    t = inputs @ TRUE_WEIGHTS + 1.5 * rng.normal(size=40)
    inputs, t = inputs - inputs.mean(axis=0), t - t.mean()  # so the bias is 0
    products, strengths = inputs.T @ inputs / 40, np.array(_PATH)
    if penalty == "L2":
        charged = products + 2 * strengths[:, np.newaxis, np.newaxis] * np.eye(8)
        return np.asarray(np.linalg.solve(charged, inputs.T @ t / 40))
    rate, found = float(1 / np.linalg.eigvalsh(products)[-1]), []
    w: FloatArray = np.zeros(8)
    for strength in strengths:
        for _ in range(400):
            w = soft_threshold(w - rate * (products @ w - inputs.T @ t / 40), rate * strength)
        found.append(w)
    return np.array(found)


def _paths_frame(seed: int, strength: float) -> list[Panel]:
    at = _PATH.index(strength)
    return [
        Panel(
            [
                Line(
                    _PATH,
                    weights,
                    color=_USEFUL.get(k, "muted"),
                    dash=False,
                    width=2.5 if k in _USEFUL else 1.5,
                    label=f"useful input {k + 1}" if k in _USEFUL else "useless" * (k == 2),
                    upto=at,
                )
                for k, weights in enumerate(paths(penalty, seed).T)
            ],
            title=f"{penalty}: {counted(int((paths(penalty, seed)[at] == 0).sum()), 'zero')}",
            x_label="strength λ",
            y_label="weight",
            x_scale="log",
            x=(_PATH[0], _PATH[-1]),
            y=(-1.2, 3.7),
            aspect=1.1,
        )
        for penalty in ("L2", "L1")
    ]


_USEFUL = {0: 0, 1: 1, 4: 2}


def _paths_alt(seed: int, strength: float) -> str:
    zero = np.flatnonzero(paths("L1", seed)[_PATH.index(strength)] == 0) + 1
    names = ", ".join(map(str, zero)) or "none"
    return (
        f"Data set {seed}, strength {number(strength)}. With L2 no weight is 0. With L1 the "
        f"weights of these inputs are 0: {names}. Inputs 1, 2 and 5 are useful."
    )


def paths_of_weights() -> Explorer:
    """Weights of three useful and five useless inputs against the strength of either penalty."""
    return Explorer(
        _paths_frame,
        [
            Slider("strength", _PATH, label="strength λ", play=True),
            Slider("seed", _LISTS, label="data set"),
        ],
        title="Eight weights, more and more expensive",
        alt=_paths_alt,
    )


# --- The bias ---


class Fit(NamedTuple):
    """A line between two clouds, and the share of points on its right side."""

    w: FloatArray
    right: float


_SHIFTS = (0, 1, 2, 3, 4, 6, 8)


def _clouds(shift: float, seed: int = 0) -> tuple[FloatArray, IntArray]:
    X, y = blobs(60, 0.9, np.random.default_rng(seed), n_classes=2)
    return X + np.array([shift, 0.0]), y


@cache
def fit_line(shift: float, strength: float, bias: str, seed: int = 0) -> Fit:
    """Fit logistic regression to two clouds that were moved to the right."""
    X, y = _clouds(shift, seed)
    free = logistic_objective(X, y, strength)

    def charged(w: FloatArray) -> tuple[float, FloatArray]:
        value, gradient = free(w)
        gradient[0] += 2 * strength * w[0]
        return value + strength * w[0] ** 2, gradient

    w = minimize(free if bias == "free" else charged, np.zeros(3)).w
    return Fit(w, float(((w[0] + X @ w[1:] > 0) == y).mean()))


def _bias_frame(bias: str, strength: float, shift: float) -> list[Mark]:
    X, y = _clouds(shift)
    x2 = np.array([-3.5, 3.5])
    w0, w1, w2 = fit_line(shift, strength, bias).w
    return [
        Rule(x=0),
        Rule(y=0),
        Points(X, y, labels=["class 0", "class 1"], size=7),
        Line(-(w0 + w2 * x2) / w1, x2, color="ink", dash=False, label="boundary"),
    ]


def _bias_alt(bias: str, strength: float, shift: float) -> str:
    w, right = fit_line(shift, strength, bias)
    return (
        f"The clouds moved by {number(shift)}, strength {number(strength)}, bias {bias}: the "
        f"boundary crosses the axis {number(-w[0] / w[1] - shift, '.1f')} from the middle between "
        f"the clouds; {number(right, '.0%')} of the points are on the right side."
    )


def bias_goes_free() -> Explorer:
    """Boundary between two clouds that move away from 0, with the bias free or charged."""
    return Explorer(
        _bias_frame,
        [
            Choice("bias", ["free", "charged"], label="Bias"),
            Slider("strength", [0.01, 0.03, 0.1, 0.3], label="strength λ", start=0.1),
            Slider("shift", _SHIFTS, label="moved by"),
        ],
        title="Two clouds on the move",
        alt=_bias_alt,
        x_label="x₁",
        y_label="x₂",
        x=(-5, 13),
        y=(-3.5, 3.5),
        equal=True,
        aspect=2.2,
    )


# --- Digits with wrong labels ---

RATE, EPOCHS = 0.2, 60
SEEDS = range(5)
DIGIT_STRENGTHS = (0, 3e-4, 1e-3, 2e-3, 5e-3, 0.01, 0.02, 0.03)


@cache
def mislabelled_digits(seed: int, wrong: int = 100) -> tuple[FloatArray, IntArray]:
    """Draw 500 digits of 14 x 14 pixels, the first so many with a wrong label."""
    images, labels = load_digits_subset()[:2]
    rng = np.random.default_rng(seed)
    chosen = rng.permutation(4000)[:500]
    return half_size(images[chosen]), mislabel(labels[chosen], wrong, rng)


@cache
def validation_digits() -> tuple[FloatArray, IntArray]:
    """Return 1,000 other digits, with their true labels."""
    images, labels = load_digits_subset()[:2]
    return half_size(images[4000:]), labels[4000:]


def learn(
    X: FloatArray, y: IntArray, penalty: str, strength: float, rng: np.random.Generator
) -> Network:
    """Train a network of sixteen hidden units by plain steps, with either penalty."""
    network = initialize((196, 16, 10), rng, "relu", np.float32)
    optimizer = SGD(RATE)
    state = optimizer.init(network.parameters)
    for _ in range(EPOCHS):
        for batch in rng.permutation(len(X)).reshape(-1, 50):
            gradients = loss_and_gradients(network, X[batch], y[batch])[1]
            if penalty == "L2":
                for W in network.W:
                    W[:, 1:] *= 1 - 2 * RATE * strength
            optimizer.step(network.parameters, gradients.flat, state)
            if penalty == "L1":
                for W in network.W:
                    W[:, 1:] = soft_threshold(W[:, 1:], RATE * strength)
    return network


class Learned(NamedTuple):
    """The first layer's weights without biases, and both errors."""

    weights: FloatArray
    training_error: float
    validation_error: float


@cache
def learned(penalty: str, strength: float, seed: int, wrong: int = 100) -> Learned:
    """Train on digits with wrong labels and count mistakes, there and on others."""
    X, y = mislabelled_digits(seed, wrong)
    network = learn(X, y, penalty, strength, np.random.default_rng(seed))
    errors = [
        float((predict_scores(network, images).argmax(axis=1) != labels).mean())
        for images, labels in ((X, y), validation_digits())
    ]
    return Learned(network.W[0][:, 1:].copy(), *errors)


def runs() -> dict[str, list[Any]]:
    """Train all that is stored for the figures of this chapter (``tools/runs.py``)."""
    return {
        penalty: [
            [list(learned(penalty, strength, seed)[1:]) for seed in SEEDS]
            for strength in DIGIT_STRENGTHS
        ]
        for penalty in ("L2", "L1")
    }


def digit_errors(penalty: str) -> FloatArray:
    """Return both errors, as `runs` found them, for each strength and seed; shape (8, 5, 2)."""
    return np.array(stored("weight_penalties")[penalty])


_BINS = np.linspace(-0.5, 0.5, 21)


def _at(strength: float) -> float:
    """Return the place of a strength on a logarithmic axis, on which 0 has none."""
    return strength or 1e-4


def _errors_panel(penalty: str, strength: float) -> Panel:
    training, validation = np.moveaxis(digit_errors(penalty), 2, 0)
    places, at = [_at(s) for s in DIGIT_STRENGTHS], DIGIT_STRENGTHS.index(strength)
    here = validation[at]
    return Panel(
        [
            ErrorBars([places[at]], [here.min()], [here.max()], label="five runs"),
            Line(places, validation.mean(axis=1), color=0, label="other digits", upto=at),
            Line(places, training.mean(axis=1), color=1, label="labels learned from", upto=at),
        ],
        title="Misclassified",
        x_label="strength λ",
        x=(8e-5, 0.04),
        y=(0.1, 0.4) if penalty == "L2" else (0, 1),
        follow="y",
        x_scale="log",
        x_ticks={1e-4: "0", 1e-3: "0.001", 1e-2: "0.01"},
        y_format=".0%",
        aspect=1.2,
    )


def _digits_frame(penalty: str, strength: float) -> list[Panel]:
    weights = learned(penalty, strength, 0).weights
    zero = weights == 0
    heights = np.histogram(weights[~zero].clip(-0.499, 0.499), _BINS)[0] / weights.size
    return [
        _errors_panel(penalty, strength),
        Panel(
            [
                Image(
                    weights.reshape(-1, 14, 14),
                    columns=4,
                    scale="diverging",
                    domain=(-0.4, 0.4),
                    label="weight",
                )
            ],
            title="Sixteen units",
            aspect=1.0,
        ),
        Panel(
            [
                Bars(heights, edges=_BINS, label="not 0", color=2),
                Bars([zero.mean()], edges=[-0.02, 0.02], label="exactly 0", color=3),
            ],
            title="Their 3,136 weights",
            x_label="weight",
            x=(-0.5, 0.5),
            y=(0, 1),
            y_format=".0%",
            aspect=1.0,
        ),
    ]


def _digits_alt(penalty: str, strength: float) -> str:
    training, validation = digit_errors(penalty)[DIGIT_STRENGTHS.index(strength)].mean(axis=0)
    zeros = int((learned(penalty, strength, 0).weights == 0).sum())
    return (
        f"{penalty}, strength {number(strength)}: {training:.1%} of the labels learned from are "
        f"missed, and {validation:.1%} of other digits, means of five runs. In the first run "
        f"{zeros:,} of 3,136 weights are exactly 0."
    )


def digits_with_wrong_labels() -> Explorer:
    """Errors, weights as images and their histogram, by penalty and strength."""
    return Explorer(
        _digits_frame,
        [
            Choice("penalty", ["L2", "L1"], label="Penalty"),
            _strength_slider(DIGIT_STRENGTHS),
        ],
        title="500 digits, 100 wrong labels",
        alt=_digits_alt,
    )
