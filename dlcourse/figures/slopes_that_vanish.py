"""Figures and experiments of the chapter "Slopes that vanish": how blame fades, and what helps."""

from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dlcourse._validation import FloatArray
from dlcourse.activations import ACTIVATIONS
from dlcourse.backprop import score_gradients
from dlcourse.datasets import load_digits_subset, moons
from dlcourse.explorers import (
    Band,
    Choice,
    Explorer,
    Handle,
    Line,
    Mark,
    Panel,
    Points,
    Rule,
    Slider,
    number,
)
from dlcourse.explorers.numbers import minus_sign
from dlcourse.figures.stored import stored
from dlcourse.figures.wording import counted
from dlcourse.network import Network, forward, initialize, network_from_weights
from dlcourse.optimizers import SGD
from dlcourse.training import train

_NAMES = {"sigmoid": "sigmoid", "tanh": "tanh", "relu": "ReLU"}  # of the non-linearities


# --- How blame fades ---

_SEEDS = range(10)
_TOP = 1e8  # of the axis


def _random_network(kind: str, depth: int, scale: float, rng: np.random.Generator) -> Network:
    """Hidden layers of 64 units whose weights have the standard deviation scale/√64."""
    network = initialize((64,) * (depth + 1) + (1,), rng, kind)
    for W in network.W:
        W[:, 1:] = rng.normal(size=(len(W), 64)) * scale / 8
    return network


def _blame_of_one(kind: str, depth: int, scale: float, seed: int) -> FloatArray:
    """Size of ∂L/∂S^l for l = 1 ... depth, relative to the output's."""
    rng = np.random.default_rng(seed)
    network = _random_network(kind, depth, scale, rng)
    X, y = rng.normal(size=(16, 64)), rng.integers(2, size=16)
    blame = score_gradients(network, X, y, "binary_cross_entropy")
    *hidden, output = (float(np.linalg.norm(dS)) for dS in blame)
    return np.array(hidden) / output


@cache
def _blame(kind: str, depth: int, scale: float) -> FloatArray:
    """Geometric mean over the seeds, for l = 1 ... depth."""
    table = np.array([_blame_of_one(kind, depth, scale, seed) for seed in _SEEDS])
    return np.asarray(np.exp(np.log(table).mean(axis=0)))


def saturated_share(scale: float) -> float:
    """Part of the sigmoids in the middle of ten layers whose slope is below a tenth of ¼."""
    rng = np.random.default_rng(0)
    network = _random_network("sigmoid", 10, scale, rng)
    output = forward(network, rng.normal(size=(64, 64))).outputs[4]
    return float((output * (1 - output) < 0.025).mean())


def _fading_frame(depth: int, scale: float) -> list[Mark]:
    layers = np.arange(1, depth + 1)
    curves: list[Mark] = []
    for k, (kind, name) in enumerate(_NAMES.items()):
        blame = _blame(kind, depth, scale)
        seen = np.where(blame > _TOP, np.nan, blame)
        curves.append(Line(layers, seen, color=k, label=name, markers=True))
    return curves


def _fading_alt(depth: int, scale: float) -> str:
    sigmoid, tanh, relu = (number(_blame(kind, depth, scale)[0]) for kind in _NAMES)
    return (
        f"{depth} hidden layers, weights of scale {scale:g}, means of {len(_SEEDS)} starts. Where "
        f"the output has blame 1, the first layer has {sigmoid} with sigmoid units, {tanh} with "
        f"tanh, {relu} with ReLU."
    )


def how_blame_fades() -> Explorer:
    """How much blame reaches each layer of a deep network with random weights."""
    return Explorer(
        _fading_frame,
        [
            Slider("depth", [2, 5, 10, 15, 20], label="hidden layers", start=10, play=True),
            Slider(
                "scale",
                [0.7, 1.0, 1.2, 1.4, 2.0, 4.0, 10.0],
                label="scale of the weights",
                start=1.0,
            ),
        ],
        title="How much blame reaches each layer",
        alt=_fading_alt,
        x_label="layer (1 is next to the input)",
        y_label="size of the blame, output = 1",
        y_scale="log",
        y=(1e-14, _TOP),
        x=(1, 20),
        x_ticks=[1, 5, 10, 15, 20],
        aspect=1.7,
        frames_per_second=2.0,
    )


# --- The slope of each non-linearity ---


def _slopes_frame(name: str, s: float) -> list[Panel]:
    activation = ACTIVATIONS[name]
    value, slope = float(activation.function(s)), float(activation.derivative(s))
    near = np.array([-1.5, 1.5]) / np.sqrt(1 + slope**2)
    grid = np.sort(np.append(np.linspace(-6, 6, 121), 1e-9))  # ReLU's step upright
    others = [
        Line(grid, ACTIVATIONS[other].derivative(grid), color="muted", width=1, dash=True)
        for other in _NAMES
        if other != name
    ]
    own = list(_NAMES).index(name)
    return [
        Panel(
            [
                Line(grid, activation.function(grid), color=own, dash=False, label=_NAMES[name]),
                Line(s + near, value + slope * near, color="ink", width=3, label="tangent"),
                Points([s, value], color=own),
                Handle(s, value, moves="s", label="output at the score"),
            ],
            title="Output X",
            x_label="score s",
            x=(-6, 6),
            y=(-1.5, 4),
        ),
        Panel(
            [
                *others,
                Rule(x=s),
                Line(
                    grid,
                    activation.derivative(grid),
                    color=own,
                    dash=False,
                    label=f"slope of {_NAMES[name]}",
                ),
                Points([s, slope], color=own),
                Handle(s, slope, moves="s", label="slope at the score"),
            ],
            title="Slope dX/dS",
            x_label="score s",
            x=(-6, 6),
            y=(-0.05, 1.1),
        ),
    ]


def _slopes_alt(name: str, s: float) -> str:
    output, slope = float(ACTIVATIONS[name].function(s)), float(ACTIVATIONS[name].derivative(s))
    return minus_sign(
        f"At score {s:g} the output of {_NAMES[name]} is {output:.3f} and its slope {slope:.3f}. "
        f"Ten layers with this slope multiply the blame by {number(slope**10)}."
    )


def output_and_slope() -> Explorer:
    """Output and slope of the sigmoid, tanh and ReLU at a score that the reader moves."""
    return Explorer(
        _slopes_frame,
        [
            Slider("s", np.arange(-6, 6.5, 0.5), label="score s", start=2.0, play=True),
            Choice("name", list(_NAMES), label="Non-linearity", labels=list(_NAMES.values())),
        ],
        title="What a unit lets through on the way down",
        alt=_slopes_alt,
    )


# --- Saturation, as it happens ---

_EPOCHS, _LAYERS = 50, 4
_RATES = {"sigmoid": 1.0, "tanh": 0.3}  # at 1 the steps of tanh are too long


class Watched(NamedTuple):
    """What a network under training shows after each epoch, the start included."""

    saturated: FloatArray  # shares, a row for each epoch, a column for each hidden layer
    top: FloatArray  # mean output of the last hidden layer
    accuracy: FloatArray  # on 2,000 digits
    first: FloatArray  # outputs of the first hidden layer at the end


def usual_start(sizes: tuple[int, ...], rng: np.random.Generator, kind: str) -> Network:
    """Draw weights between -1/√N and 1/√N, N the number of inputs, as was usual until 2010."""
    network = initialize(sizes, rng, kind)
    for W in network.W:
        bound = 1 / np.sqrt(W.shape[1] - 1)
        W[:, 1:] = rng.uniform(-bound, bound, W[:, 1:].shape)
    return network


@cache
def watch(kind: str, seed: int = 0, epochs: int = _EPOCHS) -> Watched:
    """Train four hidden layers of 50 units and look at 300 other digits after each epoch."""
    X, y, X_test, _ = load_digits_subset()
    X, y = X[:2000], y[:2000]
    rng = np.random.default_rng(seed)
    network = usual_start((784, *[50] * _LAYERS, 10), rng, kind)
    shares, top, right = [], [], []

    def look() -> None:
        outputs = forward(network, X_test[:300]).outputs
        slopes = [Z * (1 - Z) * 4 if kind == "sigmoid" else 1 - Z * Z for Z in outputs]
        shares.append([(slope < 0.1).mean() for slope in slopes])
        top.append(outputs[-1].mean())
        right.append((forward(network, X).scores.argmax(axis=1) == y).mean())

    look()
    train(
        network,
        X,
        y,
        rng=rng,
        optimizer=SGD(_RATES[kind]),
        epochs=epochs,
        batch_size=10,
        callbacks=[lambda epoch: look()],
        progress=False,
    )
    first = forward(network, X_test[:300]).outputs[0]
    return Watched(np.array(shares), np.array(top), np.array(right), first)


def runs() -> dict[str, list[Any]]:
    """Train all that is stored for the figures of this chapter (``tools/runs.py``)."""
    watched = {kind: watch(kind) for kind in _RATES}
    return {
        kind: np.column_stack([seen.saturated, seen.top, seen.accuracy]).round(6).tolist()
        for kind, seen in watched.items()
    }


def _shown(kind: str) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Shares of saturated units, mean outputs and accuracies by epoch, as `runs` found them."""
    table = np.array(stored("slopes_that_vanish")[kind])
    return table[:, :_LAYERS], table[:, _LAYERS], table[:, -1]


def _saturation_frame(kind: str, epoch: int) -> list[Panel]:
    (saturated, _, accuracy), epochs = _shown(kind), np.arange(_EPOCHS + 1)
    return [
        Panel(
            [
                Line(epochs, saturated[:, k], upto=epoch, color=3 + k, label=f"layer {k + 1}")
                for k in range(_LAYERS)
            ],
            title="Saturated units",
            x_label="epoch",
            y=(-0.03, 1.03),
            y_format=".0%",
        ),
        Panel(
            [
                Line(epochs, accuracy, upto=epoch, color="ink"),
                Handle(epoch, accuracy[epoch], moves="epoch", label="epoch"),
            ],
            title="Right answers",
            x_label="epoch",
            y=(-0.03, 1.03),
            y_format=".0%",
        ),
    ]


def _saturation_alt(kind: str, epoch: int) -> str:
    saturated, top, accuracy = _shown(kind)
    shares = ", ".join(f"{share:.0%}" for share in saturated[epoch])
    return (
        f"After {counted(epoch, 'epoch')}, {shares} of the {_NAMES[kind]} units in layers 1 to 4 "
        f"are saturated. The mean output of layer 4 is {number(top[epoch], '.2f')}, and "
        f"{accuracy[epoch]:.0%} of the answers are right."
    )


def saturation_as_it_happens() -> Explorer:
    """Share of saturated units in each layer while a deep network learns to read digits."""
    return Explorer(
        _saturation_frame,
        [
            Slider(
                "epoch",
                [0, 1, 2, 3, 4, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50],
                start=50,
                play=True,
            ),
            Choice("kind", list(_RATES), label="Non-linearity"),
        ],
        title="Saturation, as it happens",
        alt=_saturation_alt,
        frames_per_second=2.0,
    )


# --- ReLU: what it keeps, what it costs ---

_WINDOW = 3.0  # the regions are shown where both inputs are between -3 and 3


def _relu_network(units: int, layers: int) -> Network:
    """First units and layers of one random network, so that a larger one adds to the picture."""
    rng = np.random.default_rng(279)  # the first six lines cross inside the window
    whole = initialize((2, 12, 12, 12, 1), rng, "relu")
    for W in whole.W[:3]:
        W[:, 0] = rng.normal(scale=0.6, size=12)
    first, *others = whole.W[:layers]
    hidden = [first[:units], *(W[:units, : units + 1] for W in others)]
    return network_from_weights([*hidden, np.ones((1, units + 1))], "relu")


def _split(corners: FloatArray, column: int) -> tuple[list[FloatArray], list[FloatArray]]:
    """Cut a convex polygon along the line where a column of its corners is 0.

    Returns the parts, and the two ends of the cut if there are two parts.
    """
    s = corners[:, column]
    off: list[FloatArray] = []
    on: list[FloatArray] = []
    cut: list[FloatArray] = []
    for k in range(len(s)):
        if (s[k] > 0) != (s[k - 1] > 0):
            cut.append(
                corners[k - 1] + s[k - 1] / (s[k - 1] - s[k]) * (corners[k] - corners[k - 1])
            )
            off.append(cut[-1])
            on.append(cut[-1])
        (on if s[k] > 0 else off).append(corners[k])
    return [np.array(part) for part in (off, on) if part], cut


@cache
def _regions(units: int, layers: int) -> tuple[list[FloatArray], list[FloatArray]]:
    """Polygons in which the same units are on, and for each layer the ends of its cuts.

    Inside a polygon the scores of the next layer are linear, so each of its units cuts the polygon
    along a straight line or leaves it whole.
    """
    network = _relu_network(units, layers)
    polygons: list[FloatArray] = [_WINDOW * np.array([[-1.0, -1], [1, -1], [1, 1], [-1, 1]])]
    cuts: list[FloatArray] = []
    for layer, W in enumerate(network.W[:layers]):
        polygons = [np.hstack([p, forward(network, p).X[layer] @ W.T]) for p in polygons]
        ends: list[FloatArray] = []
        for unit in range(units):
            parts: list[FloatArray] = []
            for polygon in polygons:
                some, cut = _split(polygon, 2 + unit)
                parts += some
                ends += cut
            polygons = parts
        polygons = [polygon[:, :2] for polygon in polygons]
        cuts.append(np.array(ends).reshape(-1, 2, 2 + units)[:, :, :2])
    return polygons, cuts


def _segments(ends: FloatArray) -> FloatArray:
    """Path through the two ends of each segment, with a gap after it."""
    return np.insert(ends, 2, [0, np.nan], axis=1).reshape(-1, 2)


def _regions_frame(units: int, layers: int) -> list[Mark]:
    return [
        Line(*_segments(cuts).T, color=3 + k, dash=False, width=3 - k, label=f"layer {k + 1}")
        for k, cuts in enumerate(_regions(units, layers)[1])
    ]


def _regions_alt(units: int, layers: int) -> str:
    return (
        f"{counted(layers, 'hidden layer')} of {counted(units, 'ReLU unit')}: this window has "
        f"{len(_regions(units, layers)[0])} regions, in each of which the network is linear."
    )


def lines_that_bend() -> Explorer:
    """The lines along which the units of a ReLU network switch, and the regions between them."""
    return Explorer(
        _regions_frame,
        [
            Slider("units", range(1, 13), label="units per layer", start=6, play=True),
            Choice("layers", [1, 2, 3], label="Hidden layers", start=2),
        ],
        title="Where the units of a ReLU network switch",
        alt=_regions_alt,
        x_label="x₁",
        y_label="x₂",
        x=(-_WINDOW, _WINDOW),
        y=(-_WINDOW, _WINDOW),
        equal=True,
        aspect=1.0,
        frames_per_second=2.0,
    )


# --- Dead units ---

_STEPS = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
_STARTS = range(20)


@cache
def _moons() -> tuple[FloatArray, NDArray[np.intp]]:
    return moons(200, 0.2, np.random.default_rng(0))


@cache
def _trained(rate: float, seed: int) -> tuple[FloatArray, NDArray[np.bool_], float]:
    """First weights of 32 ReLU units that have learned the moons, which are dead, and accuracy."""
    X, y = _moons()
    rng = np.random.default_rng(seed)
    network = initialize((2, 32, 1), rng, "relu")
    history = train(
        network,
        X,
        y,
        rng=rng,
        loss="binary_cross_entropy",
        optimizer=SGD(rate),
        epochs=30,
        batch_size=20,
        progress=False,
    )
    dead = np.all(forward(network, X).outputs[0] <= 0, axis=0)
    return network.W[0], dead, history.training_accuracy[-1]


@cache
def _dead_shares(rate: float) -> FloatArray:
    """Share of dead units, a number for each start."""
    return np.array([_trained(rate, seed)[1].mean() for seed in _STARTS])


def _switching_lines(W: FloatArray) -> FloatArray:
    """Two far points on the line where each unit's score is 0."""
    w0, w = W[:, :1], W[:, 1:]
    square = (w**2).sum(axis=1, keepdims=True)
    foot, along = -w0 * w / square, 20 * np.column_stack([-w[:, 1], w[:, 0]]) / np.sqrt(square)
    return np.stack([foot - along, foot + along], axis=1)


def _dead_frame(rate: float) -> list[Panel]:
    W, dead, _ = _trained(rate, 0)
    so_far = _STEPS[: _STEPS.index(rate) + 1]
    shares = np.array([_dead_shares(step) for step in so_far])
    mean = shares.mean(axis=1)
    return [
        Panel(
            [
                *(
                    Line(
                        *_segments(_switching_lines(W[which])).T,
                        color=color,
                        width=1,
                        dash=dash,
                        label=name,
                    )
                    for which, color, dash, name in (
                        (~dead, "muted", False, "unit alive"),
                        (dead, "ink", True, "dead"),
                    )
                    if which.any()
                ),
                Points(*_moons(), size=5),
            ],
            title="Where the units switch, one start",
            x_label="x₁",
            y_label="x₂",
            x=(-4, 5),
            y=(-3.5, 4),
        ),
        Panel(
            [
                Band(so_far, shares.min(axis=1), shares.max(axis=1), color=2, label="20 starts"),
                Line(so_far, mean, color=2, dash=False, label="mean"),
                Handle(rate, mean[-1], moves="rate", label="share of dead units"),
            ],
            title="Dead units",
            x_label="learning rate α",
            x_scale="log",
            x=(0.08, 40),
            x_ticks=_STEPS,
            y=(-0.03, 1.0),
            y_format=".0%",
        ),
    ]


def _dead_alt(rate: float) -> str:
    died, shares = int(_trained(rate, 0)[1].sum()), _dead_shares(rate)
    right = np.mean([_trained(rate, seed)[2] for seed in _STARTS])
    return (
        f"Learning rate {rate:g}: in the start shown, {died} of 32 units died. "
        f"Over 20 starts it is {shares.mean():.0%} on average, from "
        f"{shares.min():.0%} to {shares.max():.0%}, and {right:.0%} of the answers are right."
    )


def dead_units() -> Explorer:
    """How many ReLU units die as the steps get longer."""
    return Explorer(
        _dead_frame,
        [Slider("rate", _STEPS, label="learning rate α", start=10.0)],
        title="Dead units",
        alt=_dead_alt,
    )
