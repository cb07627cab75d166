"""Figures of the chapter "Backpropagation": where blame comes from, what it costs, how it fades."""

from collections.abc import Sequence
from copy import deepcopy
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from numpy.typing import NDArray

from dlcourse import plots
from dlcourse._validation import FloatArray
from dlcourse.activations import ACTIVATIONS, sigmoid
from dlcourse.backprop import (
    count_backprop,
    count_finite_differences,
    count_paths,
    count_without_storing,
    loss_and_gradients,
    score_gradients,
)
from dlcourse.datasets import moons
from dlcourse.explorers import (
    Button,
    Choice,
    Contour,
    Diagram,
    Edge,
    Explorer,
    Field,
    Handle,
    Line,
    Mark,
    Node,
    Panel,
    Points,
    Rule,
    Slider,
    number,
)
from dlcourse.explorers.formulas import edge_text, product_text, unit_text
from dlcourse.explorers.numbers import minus_sign
from dlcourse.figures.wording import counted
from dlcourse.gradcheck import central_difference, complex_step, forward_difference
from dlcourse.network import Network, forward, initialize, network_from_weights, predict_scores
from dlcourse.optimizers import Adam
from dlcourse.training import train

_LOSS = "binary_cross_entropy"
_NAMES = {"sigmoid": "sigmoid", "tanh": "tanh", "relu": "ReLU"}  # of the non-linearities


# --- A pass forward, a pass back ---


def _tiny_network(w: float = 1.0) -> Network:
    return network_from_weights([[[0, 2, -1], [0, -1, 1]], [[0, w, -2]]], "sigmoid")


class _Passes(NamedTuple):
    outputs: list[float]  # of x₁, x₂, h₁, h₂ and P
    loss: float
    blame: list[float]  # of h₁, h₂ and P
    weights: list[float]
    slopes: list[float]  # of the loss, by weight


def _both_passes(x1: float, w: float, y: int) -> _Passes:
    network, X = _tiny_network(w), [[x1, 0.5]]
    buffers = forward(network, X)
    outputs = [x1, 0.5, *buffers.X[1][0, 1:].tolist(), sigmoid(buffers.scores).item()]
    loss, gradients = loss_and_gradients(network, X, [y], _LOSS)
    blame = np.concatenate(score_gradients(network, X, [y], _LOSS), axis=1)[0].tolist()
    weights, slopes = (
        [weight for W in matrices for weight in W[:, 1:].ravel().tolist()]
        for matrices in (network.W, gradients.dW)
    )
    return _Passes(outputs, loss, blame, weights, slopes)


_NODES = ("x₁", "x₂", "h₁", "h₂", "P")
_ENDS = [(0, 2), (1, 2), (0, 3), (1, 3), (2, 4), (3, 4)]


def _forward_details(passes: _Passes, w: float, reached: int) -> tuple[list[str], list[str]]:
    """What a click tells on the way up, of nodes and of the edges from those that are reached."""
    network, outputs = _tiny_network(w), passes.outputs
    hidden, last = network.W
    inputs = [outputs[:2], outputs[:2], outputs[2:4]]
    units = zip(_NODES[2:], [*hidden, *last], inputs, outputs[2:], strict=True)
    return (
        [f"{name} = {number(x, 'g')}" for name, x in zip(_NODES[:2], outputs[:2], strict=True)]
        + [unit_text(name, "σ", row, X, number(value, ".2f")) for name, row, X, value in units],
        [
            edge_text(_NODES[a], _NODES[b], weight, outputs[a]) if a < reached else ""
            for (a, b), weight in zip(_ENDS, passes.weights, strict=True)
        ],
    )


def _backward_details(passes: _Passes, w: float, y: int) -> tuple[list[str], list[str]]:
    """What a click tells on the way down, of nodes and of edges."""
    outputs, blame = passes.outputs, dict(zip((2, 3, 4), passes.blame, strict=True))
    told = ["", ""]
    for k, weight in ((2, w), (3, -2.0)):
        slope = outputs[k] * (1 - outputs[k])
        told.append(
            f"Blame of {_NODES[k]}: blame of P · weight · slope "
            f"= {product_text(blame[4], weight, slope)} = {number(blame[k], '.3g')}"
        )
    told.append(f"Blame of P: P − y = {outputs[4]:.3f} − {y} = {number(blame[4], '.3f')}")
    return told, [
        f"Weight from {_NODES[a]} to {_NODES[b]}: blame of {_NODES[b]} · {_NODES[a]} "
        f"= {product_text(blame[b], outputs[a])} = {number(slope, '.3g')}"
        for (a, b), slope in zip(_ENDS, passes.slopes, strict=True)
    ]


def _tiny_diagram(
    values: Sequence[float | None],
    weights: Sequence[float | None],
    details: tuple[list[str], list[str]],
    strong: Sequence[int],
    numbers: str,
) -> Diagram:
    """Draw the network with the values and weights that are known, and what is told of those."""
    places = [(0, 0.95), (0, 0.05), (0.55, 0.95), (0.55, 0.05), (1, 0.5)]
    of_nodes, of_edges = (
        ["" if known is None else text for known, text in zip(part, texts, strict=True)]
        for part, texts in zip((values, weights), details, strict=True)
    )
    nodes = [Node(*places[k], _NODES[k], v, detail=of_nodes[k]) for k, v in enumerate(values)]
    edges = [
        Edge(*_ENDS[k], weight, highlight=k in strong, detail=of_edges[k])
        for k, weight in enumerate(weights)
    ]
    return Diagram(nodes, edges, numbers=".2f", edge_numbers=numbers, weight_domain=(-2, 2))


def _passes_frame(stage: int, x1: float, w: float, y: int) -> list[Panel]:
    passes = _both_passes(x1, w, y)
    reached = {0: 2, 1: 4}.get(stage, 5)
    outputs = [value if k < reached else None for k, value in enumerate(passes.outputs)]
    used = {1: [0, 1, 2, 3], 2: [4, 5]}.get(stage, [])
    hidden = passes.blame[:2] if stage >= 4 else [None, None]
    blame = [None, None, *hidden, passes.blame[2] if stage >= 3 else None]
    slopes = passes.slopes if stage == 5 else [None] * 6
    up, down = _forward_details(passes, w, reached), _backward_details(passes, w, y)
    return [
        Panel(
            [_tiny_diagram(outputs, passes.weights, up, used, ".0f")],
            title="Forward: outputs, weights on the lines",
            aspect=1.25,
        ),
        Panel(
            [_tiny_diagram(blame, slopes, down, [4, 5] if stage == 4 else [], ".2f")],
            title="Backward: blame, ∂L/∂W on the lines",
            aspect=1.25,
        ),
    ]


def _passes_alt(stage: int, x1: float, w: float, y: int) -> str:
    outputs, loss, blame, _, slopes = _both_passes(x1, w, y)
    _, _, h1, h2, P = outputs
    said = [
        f"Stage 0: there are the inputs, {x1} and 0.5, and the weights, among them {w:g} from h₁ "
        "to P.",
        f"Stage 1: the hidden units say {h1:.2f} and {h2:.2f}; P will weigh them {w:g} and −2.",
        f"Stage 2: {w:g} × {h1:.2f} − 2 × {h2:.2f} = {w * h1 - 2 * h2:.2f} makes the output say "
        f"{P:.2f}. The label is {y}, so the loss is {loss:.3f}.",
        f"Stage 3: with the weights {w:g} and −2 into the output, the blame at its score is "
        f"P − y = {P:.3f} − {y} = {blame[2]:.3f}.",
        f"Stage 4: through the weights {w:g} and −2 and the slopes of the hidden units, "
        f"their scores get {blame[0]:.3f} and {blame[1]:.3f}.",
        "Stage 5: each weight gets the blame at its right end times the output at its left end, "
        f"so that from h₁ to P, now {w:g}, gets {blame[2]:.3f} × {h1:.3f} = {slopes[4]:.3f}.",
    ]
    return minus_sign(said[stage])


def two_passes() -> Explorer:
    """An example goes up through a tiny network stage by stage, and its blame comes down."""
    return Explorer(
        _passes_frame,
        [
            Slider("stage", range(6), start=5, play=True),
            Slider("x1", [-2, -1, 0, 1, 2], label="input x₁", start=1),
            Slider("w", [-4, -2, -1, 0, 1, 2, 4], label="weight from h₁ to P", start=1),
            Choice("y", [0, 1], label="label y", start=1),
        ],
        buttons=[
            Button("Nobody listens to h₁", stage=5, w=0),
            Button("Wrong and sure", stage=5, x1=-2, w=-4, y=1),
        ],
        title="An example goes forward, its blame comes back",
        alt=_passes_alt,
        frames_per_second=1.0,
    )


# --- What the gradient is for ---


@cache
def _two_moons() -> tuple[FloatArray, NDArray[np.intp]]:
    return moons(200, 0.2, np.random.default_rng(0))


@cache
def _descended(rate: float) -> tuple[FloatArray, list[Network]]:
    """Loss and network before each of 200 steps, and after the last."""
    X, y = _two_moons()
    network = initialize((2, 8, 1), np.random.default_rng(3), "tanh")
    losses, networks = [], []
    for _ in range(201):
        loss, gradients = loss_and_gradients(network, X, y, _LOSS)
        losses.append(loss)
        networks.append(deepcopy(network))
        network.parameters[:] -= rate * gradients.flat
    return np.array(losses), networks


def _descent_frame(rate: float, step: int) -> list[Panel]:
    losses, networks = _descended(rate)
    surface = Field(
        lambda Z: sigmoid(predict_scores(networks[step], Z))[:, 0],
        x=(-1.8, 2.8),
        y=(-1.4, 1.9),
        label="P(Y = 1)",
        domain=(0, 1),
        resolution=40,
    )
    return [
        Panel(
            [surface, Contour(0.5), Points(*_two_moons(), size=5)],
            title="What the network says",
            x_label="x₁",
            y_label="x₂",
        ),
        Panel(
            [
                Line(range(step + 1), losses[: step + 1]),
                Points([step, losses[step]]),
                Handle(step, losses[step], moves="step", label="step"),
            ],
            title="Loss so far",
            x_label="step",
            y_label="loss",
            y_scale="log",
            x=(0, 200),
            y=(0.03, 40),
        ),
    ]


def _descent_alt(rate: float, step: int) -> str:
    losses = _descended(rate)[0][: step + 1]
    rises = int((np.diff(losses) > 0).sum())
    return (
        f"With the rate {rate:g}, the loss is {losses[-1]:.3f} after {step} steps; "
        f"it rose in {rises} of them and was {losses.max():.3f} at its highest."
    )


def learning_rates() -> Explorer:
    """Gradient descent on the two moons, step by step, with rates from too small to too large."""
    return Explorer(
        _descent_frame,
        [
            Slider(
                "rate",
                [0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0],
                label="learning rate α",
                start=0.3,
            ),
            Slider("step", [0, 1, 2, 5, 10, 20, 50, 100, 200], label="step", start=200, play=True),
        ],
        title="One rate for every weight of every layer",
        alt=_descent_alt,
        frames_per_second=2.0,
    )


# --- Why P − Y ---


def blame_of_two_losses() -> Figure:
    """Blame at the score of a sigmoid output whose label is 1, by two losses."""
    s = np.linspace(-8, 8, 161)
    P = sigmoid(s)
    blame = {
        "cross-entropy: P − y": P - 1,
        "squared error: (P − y) P (1 − P)": (P - 1) * P * (1 - P),
    }
    figure, axes = plt.subplots(figsize=(5.0, 4.0), layout="constrained")
    plots.lines(s, blame, axes, x_label="score $s$", y_label="blame at the score")
    return figure


# --- What it costs ---


_WAYS = {
    "backpropagation": count_backprop,
    "storing nothing": count_without_storing,
    "finite differences": count_finite_differences,
    "number of paths": count_paths,
}


def _counts(width: int, depth: int) -> list[int]:
    return [count((width,) * (depth + 1)) for count in _WAYS.values()]


def _costs_frame(width: int, depth: int) -> list[Mark]:
    depths = range(1, 41)
    table = np.array([_counts(width, d) for d in depths], dtype=float)
    table[table > 1e16] = np.nan  # beyond the axis
    here = table[depth - 1]
    lines = [Line(depths, table[:, k], label=name, color=k) for k, name in enumerate(_WAYS)]
    dots = [Points([depth, value], color=k) for k, value in enumerate(here) if np.isfinite(value)]
    held = Handle(depth, here[0], moves=("depth", "width"), label="backpropagation's cost")
    return [Rule(x=depth), *lines, *dots, held]


def _costs_alt(width: int, depth: int) -> str:
    back, forget, nudge, paths = _counts(width, depth)
    return (
        f"{counted(depth, 'layer')} of {counted(width, 'unit')}: backpropagation "
        f"takes {back:,} multiplications for one example, storing nothing {forget / back:.1f} "
        f"times as many, finite differences {nudge / back:,.0f} times as many; "
        f"the network has {paths if paths < 1e6 else number(paths)} "
        f"path{'s' * (paths > 1)}."
    )


def four_ways_to_the_gradient() -> Explorer:
    """Multiplications that four ways to the gradient take, by depth and width of the network."""
    return Explorer(
        _costs_frame,
        [
            Slider(
                "depth", [1, 2, 3, 4, 6, 8, 10, 15, 20, 30, 40], label="layers", start=10, play=True
            ),
            Slider("width", [1, 2, 5, 10, 20, 50, 100, 1000], label="units per layer", start=10),
        ],
        title="Four ways to the same gradient",
        alt=_costs_alt,
        x_label="layers",
        y_label="multiplications for one example",
        y_scale="log",
        y=(1, 1e16),
        x=(1, 40),
        aspect=1.7,
        frames_per_second=2.0,
    )


# --- Checking a gradient ---


def loss_of_one_weight(w: Any) -> Any:
    """Loss of the small network by its first weight, in analytic operations: w may be complex."""
    h1 = 1 / (1 + np.exp(-(w - 0.5)))
    h2 = 1 / (1 + np.exp(0.5))
    return np.log(1 + np.exp(-(h1 - 2 * h2)))


_STEPS = [float(f"1e{k}") for k in range(0, -17, -1)]
_SCHEMES = {
    "forward": forward_difference,
    "central": central_difference,
    "complex step": complex_step,
}


@cache
def _true_slope() -> float:
    h1, h2 = sigmoid(1.5), sigmoid(-0.5)
    return float((sigmoid(h1 - 2 * h2) - 1) * h1 * (1 - h1))


@cache
def _relative_error(scheme: str, h: float) -> float:
    return abs(float(_SCHEMES[scheme](loss_of_one_weight, 2.0, h)) / _true_slope() - 1)


def _nudges_frame(scheme: str, h: float) -> list[Panel]:
    error = max(_relative_error(scheme, h), 1e-17)
    curves = [
        Line(
            _STEPS,
            [max(_relative_error(name, step), 1e-17) for step in _STEPS],  # 0 has no logarithm
            label=name,
            color=k,
            markers=True,
        )
        for k, name in enumerate(_SCHEMES)
    ]
    return [
        Panel(
            _microscope(scheme, h),
            title="Around the weight, magnified by 1/h",
            x_label="nudge t, in units of h",
            y_label="change of the loss, in units of slope × h",
            y=(-3, 3),
            x=(-2, 2),
        ),
        Panel(
            [Rule(x=h), *curves, Handle(h, error, moves=("h", "scheme"), label="error")],
            title="Error against h",
            x_label="step h",
            y_label="relative error",
            x_scale="log",
            y_scale="log",
            y=(1e-17, 10),
        ),
    ]


def _microscope(scheme: str, h: float) -> list[Mark]:
    t = np.linspace(-2, 2, 161)
    exact = Line(t, t, label="true slope", color="muted", dash=True)
    if scheme == "complex step":
        rise = loss_of_one_weight(2.0 + 1j * t * h).imag / (_true_slope() * h)
        return [Line(t, rise, label="imaginary part of the loss at w + ith", color=0), exact]
    rise = (loss_of_one_weight(2.0 + t * h) - loss_of_one_weight(2.0)) / (_true_slope() * h)
    ends = np.array([0.0, 1.0] if scheme == "forward" else [-1.0, 1.0])
    heights = np.interp(ends, t, rise)
    return [
        exact,
        Line(t, np.clip(rise, -6, 6), label="the loss", color=0),
        Line(ends, np.clip(heights, -6, 6), label="what the difference sees", color=1, width=3),
        Points(np.column_stack([ends, heights]), color=1),
    ]


def _nudges_alt(scheme: str, h: float) -> str:
    error = _relative_error(scheme, h)
    size = f"a relative error of {number(error)}" if error else "no error at all"
    method = scheme if scheme == "complex step" else f"{scheme} difference"
    return f"With h = {number(h, '.0e')}, the {method} has {size}."


def size_of_the_nudge() -> Explorer:
    """Error of three difference quotients against the step, and the loss magnified to see why."""
    return Explorer(
        _nudges_frame,
        [
            Slider("h", _STEPS, label="step h", start=0.1, format=".0e", play=True),
            Choice("scheme", list(_SCHEMES), label="Method"),
        ],
        title="Too far, too near",
        alt=_nudges_alt,
        frames_per_second=2.0,
    )


# --- Slopes of the non-linearities ---


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
    return [
        Panel(
            [
                Line(grid, activation.function(grid), label=_NAMES[name]),
                Line(s + near, value + slope * near, color=1, width=3, dash=False, label="tangent"),
                Points([s, value]),
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
                Line(grid, activation.derivative(grid), label=f"slope of {_NAMES[name]}"),
                Points([s, slope]),
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


def slopes_of_the_nonlinearities() -> Explorer:
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


# --- Vanishing gradients ---


def saturated_share(scale: float) -> float:
    """Part of the sigmoid units in the middle of ten layers whose slope is below a tenth of ¼."""
    rng = np.random.default_rng(0)
    network = _random_network("sigmoid", 10, scale, rng)
    output = forward(network, rng.normal(size=(64, 64))).X[5][:, 1:]
    return float((output * (1 - output) < 0.025).mean())


def _random_network(kind: str, depth: int, scale: float, rng: np.random.Generator) -> Network:
    """Hidden layers of 64 units whose weights have the standard deviation scale/√64."""
    network = initialize((64,) * (depth + 1) + (1,), rng, kind)
    for W in network.W:
        W[:, 1:] = rng.normal(size=(len(W), 64)) * scale / 8
    return network


@cache
def _blame(kind: str, depth: int, scale: float) -> FloatArray:
    """Norm of dL/dS^l for l = 1 ... depth, relative to the output's."""
    rng = np.random.default_rng(0)
    network = _random_network(kind, depth, scale, rng)
    dS = score_gradients(network, rng.normal(size=(64, 64)), rng.integers(2, size=64), _LOSS)
    norms = np.array([np.linalg.norm(layer) for layer in dS])
    relative: FloatArray = norms[:-1] / norms[-1]
    return relative


def _fading_frame(depth: int, scale: float) -> list[Mark]:
    layers = np.arange(1, depth + 1)
    curves = [
        Line(
            layers,
            np.where(blame > 1e12, np.nan, blame),  # beyond the axis
            color=k,
            label=_NAMES[kind],
            markers=depth <= 10,
        )
        for k, kind in enumerate(_NAMES)
        for blame in [_blame(kind, depth, scale)]
    ]
    bound = Line(
        layers,
        (scale / 4) ** (depth + 1.0 - layers),
        color="ink",
        dash=True,
        width=1.2,
        label="(scale/4) per layer",
    )
    return [*curves, bound]


def _fading_alt(depth: int, scale: float) -> str:
    sigmoid_, tanh, relu = (number(_blame(kind, depth, scale)[0]) for kind in _NAMES)
    return (
        f"{depth} hidden layers, weights of scale {scale:g}. Where the output has blame 1, the "
        f"first layer has {sigmoid_} with sigmoid units, {tanh} with tanh, {relu} with ReLU."
    )


def blame_by_layer() -> Explorer:
    """How much blame reaches each layer of a deep network with random weights."""
    return Explorer(
        _fading_frame,
        [
            Slider(
                "depth", [2, 4, 6, 8, 10, 12, 15, 20], label="hidden layers", start=15, play=True
            ),
            Slider(
                "scale",
                [0.7, 1.0, 1.2, 1.4, 2.0, 3.0, 4.0, 10.0],
                label="scale of the weights",
                start=1.0,
            ),
        ],
        title="How much blame reaches each layer",
        alt=_fading_alt,
        x_label="layer (1 is next to the input)",
        y_label="size of ∂L/∂S, output = 1",
        y_scale="log",
        y=(1e-16, 1e12),
        x=(1, 20),
        aspect=1.7,
        frames_per_second=2.0,
    )


# --- ReLU: what it keeps, what it costs ---


def _relu_network(units: int, layers: int) -> Network:
    """First units and layers of one random network, so that a larger one adds to the picture."""
    rng = np.random.default_rng(12)
    whole = initialize((2, 12, 12, 12, 1), rng, "relu")
    for W in whole.W[:3]:
        W[:, 0] = rng.normal(scale=0.6, size=12)
    first, *others = whole.W[:layers]
    hidden = [first[:units], *(W[:units, : units + 1] for W in others)]
    return network_from_weights([*hidden, np.ones((1, units + 1))], "relu")


@cache
def _region_numbers(units: int, layers: int) -> NDArray[np.intp]:
    """Number of the region at every point of a grid; where the same units are on is one region."""
    side = np.linspace(-3, 3, 150)
    grid = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    hidden = forward(_relu_network(units, layers), grid).X[1:]
    on = np.concatenate([X[:, 1:] > 0 for X in hidden], axis=1)
    pattern = on @ 2 ** np.arange(on.shape[1], dtype=np.int64)
    return np.unique(pattern, return_inverse=True)[1].reshape(150, 150)


def _colours(regions: NDArray[np.intp]) -> NDArray[np.intp]:
    """Give each region the first colour that no region beside it has."""
    sides = [(regions[1:], regions[:-1]), (regions[:, 1:], regions[:, :-1])]
    pairs = np.concatenate([np.stack(side, axis=-1).reshape(-1, 2) for side in sides])
    neighbours: list[set[int]] = [set() for _ in range(regions.max() + 1)]
    for a, b in np.unique(pairs[pairs[:, 0] != pairs[:, 1]], axis=0).tolist():
        neighbours[a].add(b)
        neighbours[b].add(a)
    colours: list[int] = []
    for beside in neighbours:
        taken = {colours[k] for k in beside if k < len(colours)}
        colours.append(next(c for c in range(9) if c not in taken))
    return np.array(colours)[regions]


def _regions_frame(units: int, layers: int) -> list[Mark]:
    colours = _colours(_region_numbers(units, layers))
    return [Field(colours, x=(-3, 3), y=(-3, 3), scale="classes")]


def _regions_alt(units: int, layers: int) -> str:
    found = _region_numbers(units, layers).max() + 1
    most = 1 + units + units * (units - 1) // 2
    said = (
        f"{counted(layers, 'hidden layer')} of {counted(units, 'ReLU unit')}: this window shows "
        f"{found} regions, in each of which the network is linear."
    )
    if layers > 1:
        return said
    return f"{said} In the whole plane, {counted(units, 'line')} can make at most {most}."


def linear_regions() -> Explorer:
    """The regions of the plane in each of which a ReLU network is linear."""
    return Explorer(
        _regions_frame,
        [
            Slider("units", range(1, 13), label="units per layer", start=6, play=True),
            Choice("layers", [1, 2, 3], label="Hidden layers", start=2),
        ],
        title="The regions in which a ReLU network is linear",
        alt=_regions_alt,
        x_label="x₁",
        y_label="x₂",
        equal=True,
        aspect=1.0,
        legend=False,
        frames_per_second=2.0,
    )


def sine_error(kind: str, units: int) -> float:
    """Return how far the best of five small networks is from the sine at its worst place."""
    return float(np.abs(_best_fit(kind, units) - np.sin(_ANGLES)).max())


_ANGLES = np.linspace(-np.pi, np.pi, 101)


@cache
def _best_fit(kind: str, units: int) -> FloatArray:
    fits = [_fit(kind, units, np.random.default_rng(seed)) for seed in range(5)]
    return min(fits, key=lambda fit: np.abs(fit - np.sin(_ANGLES)).max())


def _fit(kind: str, units: int, rng: np.random.Generator) -> FloatArray:
    network = initialize((1, units, 1), rng, kind)
    network.W[0][:, 0] = rng.uniform(-2, 2, units)  # spread the kinks
    X = _ANGLES[:, np.newaxis]
    train(
        network,
        X,
        np.sin(X),
        loss="squared_error",
        optimizer=Adam(0.03),
        epochs=600,
        batch_size=101,
        rng=rng,
        progress=False,
    )
    return predict_scores(network, X)[:, 0]


def _sine_frame(units: int) -> list[Panel]:
    sine = np.sin(_ANGLES)
    fits, errors = [], []
    for k, kind in enumerate(["tanh", "relu"]):
        fit = _best_fit(kind, units)
        fits.append(Line(_ANGLES, fit, label=_NAMES[kind], color=k))
        errors.append(Line(_ANGLES, np.abs(fit - sine), label=_NAMES[kind], color=k))
    return [
        Panel(
            [Line(_ANGLES, sine, color="muted", width=4, label="sine"), *fits],
            title="The fit",
            x_label="x",
            y=(-1.4, 1.4),
        ),
        Panel(errors, title="Its error", x_label="x", y=(0, 0.8)),
    ]


def _sine_alt(units: int) -> str:
    return (
        f"{units} hidden units: the largest error is {sine_error('tanh', units):.3f} with tanh and "
        f"{sine_error('relu', units):.3f} with ReLU, whose curve has at most {units + 1} straight "
        "pieces."
    )


def sine_from_straight_pieces() -> Explorer:
    """Small networks of tanh and of ReLU that have learned one period of the sine."""
    return Explorer(
        _sine_frame,
        [Slider("units", [2, 3, 4, 6, 8, 12], label="hidden units", start=4, play=True)],
        title="A round curve from straight pieces",
        alt=_sine_alt,
        frames_per_second=1.0,
    )
