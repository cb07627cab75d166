"""Figures of the chapter "Backpropagation": where blame comes from, its cost, its check."""

from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dlcourse._validation import FloatArray
from dlcourse.activations import sigmoid
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
from dlcourse.explorers.formulas import edge_text, product_text, score_text, unit_text
from dlcourse.explorers.numbers import minus_sign
from dlcourse.figures.wording import counted
from dlcourse.gradcheck import central_difference, complex_step, forward_difference
from dlcourse.network import Network, forward, initialize, network_from_weights, predict_scores

_LOSS = "binary_cross_entropy"


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
_PLACES = [(0, 0.95), (0, 0.05), (0.55, 0.95), (0.55, 0.05), (1, 0.5)]
_ENDS = [(0, 2), (1, 2), (0, 3), (1, 3), (2, 4), (3, 4)]


def _short(*factors: float) -> str:
    """Write a product so that it fits on a line of the diagram."""
    first, *others = (number(factor, ".2g") for factor in factors)
    return "·".join([first, *(f"({text})" if text.startswith("−") else text for text in others)])


class _Drawn(NamedTuple):
    """What one of the two diagrams shows so far."""

    values: Sequence[float | None]
    told: Sequence[str]  # of the nodes, by a click
    edges: list[Edge]


def _up(passes: _Passes, stage: int) -> _Drawn:
    outputs, weights = passes.outputs, passes.weights
    reached = {0: 2, 1: 4}.get(stage, 5)
    rows = [[0.0, *weights[k : k + 2]] for k in (0, 2, 4)]
    inputs = [outputs[:2], outputs[:2], outputs[2:4]]
    units = zip(_NODES[2:], rows, inputs, outputs[2:], strict=True)
    told = [f"{name} = {number(x, 'g')}" for name, x in zip(_NODES, outputs[:2], strict=False)]
    told += [unit_text(name, "σ", row, X, number(value, ".2f")) for name, row, X, value in units]
    edges = [
        Edge(
            *ends,
            weight,
            _short(weight, outputs[ends[0]]) if ends[1] < reached else number(weight, "g"),
            highlight=stage == (2 if ends[1] == 4 else 1),
            detail=edge_text(_NODES[ends[0]], _NODES[ends[1]], weight, outputs[ends[0]])
            if ends[0] < reached
            else "",
        )
        for ends, weight in zip(_ENDS, weights, strict=True)
    ]
    return _Drawn([value if k < reached else None for k, value in enumerate(outputs)], told, edges)


def _down(passes: _Passes, stage: int, y: int) -> _Drawn:
    outputs, weights = passes.outputs, passes.weights
    h1, h2, top = passes.blame
    slopes = [output * (1 - output) for output in outputs[2:4]]
    told = ["", ""] + [
        f"Blame of {name}: blame of P · weight · slope "
        f"= {product_text(top, weight, slope)} = {number(blame, '.3g')}"
        for name, weight, slope, blame in zip(
            _NODES[2:4], weights[4:], slopes, (h1, h2), strict=True
        )
    ]
    told.append(f"Blame of P: P − y = {outputs[4]:.3f} − {y} = {number(top, '.3f')}")
    values = [None, None, *((h1, h2) if stage >= 4 else (None, None)), top if stage >= 3 else None]
    if stage == 4:
        return _Drawn(values, told, _blame_on_its_way(weights, top))
    if stage < 4:
        return _Drawn(values, told, [Edge(*ends) for ends in _ENDS])
    labels = [
        _short(passes.blame[b - 2], outputs[a]) if stage == 5 else number(slope, ".2f")
        for (a, b), slope in zip(_ENDS, passes.slopes, strict=True)
    ]
    chains = [_chain(passes, k) for k in range(6)]
    edges = [
        Edge(*ends, slope, label, detail=chain)
        for ends, slope, label, chain in zip(_ENDS, passes.slopes, labels, chains, strict=True)
    ]
    return _Drawn(values, told, edges)


def _blame_on_its_way(weights: Sequence[float], top: float) -> list[Edge]:
    lines = [Edge(*ends) for ends in _ENDS[:4]]
    for ends, weight in zip(_ENDS[4:], weights[4:], strict=True):
        sent = f"{product_text(top, weight)} = {number(top * weight, '.3g')}"
        detail = f"From P down to {_NODES[ends[0]]}: blame of P · weight = {sent}"
        lines.append(Edge(*ends, weight, _short(top, weight), highlight=True, detail=detail))
    return lines


def _chain(passes: _Passes, k: int) -> str:
    """The chain rule of one weight, from the loss to the weight, with its numbers."""
    a, b = _ENDS[k]
    outputs, top = passes.outputs, passes.blame[2]
    words, factors = ["(P − y)"], [top]
    if b < 4:
        h = outputs[b]
        words += [f"weight from {_NODES[b]} to P", f"slope of {_NODES[b]}"]
        factors += [passes.weights[b + 2], h * (1 - h)]
    return (
        f"Weight from {_NODES[a]} to {_NODES[b]}: {' · '.join([*words, _NODES[a]])} "
        f"= {product_text(*factors, outputs[a])} = {number(passes.slopes[k], '.3g')}"
    )


def _tiny_diagram(drawn: _Drawn) -> Diagram:
    nodes = [
        Node(*place, name, value, detail="" if value is None else told)
        for place, name, value, told in zip(_PLACES, _NODES, drawn.values, drawn.told, strict=True)
    ]
    return Diagram(nodes, drawn.edges, numbers=".2f", weight_domain=(-2, 2))


def _passes_frame(stage: int, x1: float, w: float, y: int) -> list[Panel]:
    passes = _both_passes(x1, w, y)
    return [
        Panel(
            [_tiny_diagram(_up(passes, stage))], title="Forward: what each unit says", aspect=1.25
        ),
        Panel(
            [_tiny_diagram(_down(passes, stage, y))],
            title="Backward: whom to blame",
            aspect=1.25,
        ),
    ]


def _passes_alt(stage: int, x1: float, w: float, y: int) -> str:
    outputs, loss, blame, _, slopes = _both_passes(x1, w, y)
    _, _, h1, h2, P = outputs
    said = [
        f"The inputs are {x1} and 0.5. On the lines stand the weights, {w:g} from h₁ to P.",
        f"h₁ says σ({2 * x1} − 0.5) = {h1:.2f} and h₂ says σ({-x1} + 0.5) = {h2:.2f}; P will weigh "
        f"them {w:g} and −2.",
        f"The score {w:g} × {h1:.2f} − 2 × {h2:.2f} = {w * h1 - 2 * h2:.2f} makes the output say "
        f"{P:.2f}. The label is {y}, so the loss is {loss:.3f}.",
        f"With the weights {w:g} and −2 into the output, the blame of P is "
        f"P − y = {P:.3f} − {y} = {blame[2]:.3f}.",
        f"Blame goes back through the weights {w:g} and −2 and is multiplied by the slope of each "
        f"unit: h₁ gets {blame[0]:.3f} and h₂ gets {blame[1]:.3f}.",
        "Each weight gets the blame at its upper end times what came in at its lower end: that "
        f"from h₁ to P, now {w:g}, gets {blame[2]:.2f} × {h1:.2f}.",
        f"Six derivatives of the loss. That of the weight from h₁ to P, now {w:g}, is "
        f"{slopes[4]:.2f}, and that of the weight from x₁ to h₁ is {slopes[0]:.2f}.",
    ]
    return minus_sign(said[stage])


def two_passes() -> Explorer:
    """An example goes up through a tiny network stage by stage, and its blame comes down."""
    return Explorer(
        _passes_frame,
        [
            Slider("stage", range(7), play=True),
            Slider("x1", [-2, -1, 0, 1, 2], label="input x₁", start=1),
            Slider("w", [-4, -2, -1, 0, 1, 2, 4], label="weight from h₁ to P", start=1),
            Choice("y", [0, 1], label="label y", start=1),
        ],
        buttons=[
            Button("Nobody listens to h₁", stage=6, w=0),
            Button("Wrong and sure", stage=6, x1=-2, w=-4, y=1),
        ],
        title="An example goes forward, its blame comes back",
        alt=_passes_alt,
        frames_per_second=1.0,
    )


# --- What the gradient is for ---


@cache
def _two_moons() -> tuple[FloatArray, NDArray[np.intp]]:
    return moons(200, 0.2, np.random.default_rng(0))


_RATES = [0.0, 0.2, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 10.0, 12.0]


@cache
def _stepped(rate: float) -> tuple[Network, float]:
    """The network after one step from its random start, and its loss."""
    X, y = _two_moons()
    network = initialize((2, 8, 1), np.random.default_rng(3), "tanh")
    _, gradients = loss_and_gradients(network, X, y, _LOSS)
    network.parameters[:] -= rate * gradients.flat
    return network, loss_and_gradients(network, X, y, _LOSS)[0]


@cache
def _promise() -> tuple[float, float]:
    """Loss before the step, and by how much a rate of 1 should lower it."""
    X, y = _two_moons()
    loss, gradients = loss_and_gradients(_stepped(0.0)[0], X, y, _LOSS)
    return loss, float(gradients.flat @ gradients.flat)


def _step_frame(rate: float) -> list[Panel]:
    network, loss = _stepped(rate)
    before, fall = _promise()
    fine = np.linspace(0, 12, 49)
    surface = Field(
        lambda Z: sigmoid(predict_scores(network, Z))[:, 0],
        x=(-1.8, 2.8),
        y=(-1.4, 1.9),
        label="P(Y = 1)",
        domain=(0, 1),
        resolution=48,
    )
    return [
        Panel(
            [surface, Contour(0.5), Points(*_two_moons(), size=5)],
            title="What the network says after the step",
            x_label="x₁",
            y_label="x₂",
        ),
        Panel(
            [
                Line(
                    [0, before / fall], [before, 0], color="muted", dash=True, label="the promise"
                ),
                Line(fine, [_stepped(float(a))[1] for a in fine], label="loss after the step"),
                Points([rate, loss]),
                Handle(rate, loss, moves="rate", label="loss after the step"),
            ],
            title="Loss after one step",
            x_label="learning rate α",
            y_label="loss",
            x=(0, 12),
            y=(0, 0.8),
        ),
    ]


def _step_alt(rate: float) -> str:
    loss, (before, fall) = _stepped(rate)[1], _promise()
    if not rate:
        return f"No step yet: the loss of the random network is {before:.3f}."
    promised = before - rate * fall
    return minus_sign(
        f"One step with the rate {rate:g}: the gradient promises a loss of {promised:.3f}, "
        f"and it is {loss:.3f}."
    )


def one_step() -> Explorer:
    """One step down the gradient from a random start: the loss that it promises and what comes."""
    return Explorer(
        _step_frame,
        [Slider("rate", _RATES, label="learning rate α", play=True)],
        title="One step for every weight of every layer",
        alt=_step_alt,
        frames_per_second=2.0,
    )


# --- The recursion ---


_SIZES = (3, 3, 3, 3, 1)  # of the layers whose blame is drawn; below them are two inputs


@cache
def _chain_of_layers() -> tuple[Network, list[FloatArray], list[FloatArray]]:
    """A network with readable weights, and each layer's slopes and blame for one example."""
    rng = np.random.default_rng(177)
    sizes = pairwise((2, *_SIZES))
    weights = [(0.8 * rng.normal(size=(n, m + 1))).round(1) for m, n in sizes]
    network, X = network_from_weights(weights, "tanh"), [[1.0, 0.5]]
    slopes = [1 - output[0] ** 2 for output in forward(network, X).outputs]
    return network, slopes, [dS[0] for dS in score_gradients(network, X, [1], _LOSS)]


_WAYS_DOWN = {
    "reuse": "what is stored is used again",
    "start again": "each layer starts again from P",
    "every path": "each path by itself",
}


def _multiplications(way: str) -> list[int]:
    """What it takes to bring the blame from P down to each layer, the higher ones included."""
    each = [0]
    for k in range(len(_SIZES) - 2, -1, -1):
        products = [below * above for below, above in pairwise(_SIZES[k:])]
        paths = count_paths(_SIZES[k:]) * len(products)  # one factor for each line of a path
        each.append({"reuse": products[0], "start again": sum(products), "every path": paths}[way])
    return [sum(each[: steps + 1]) for steps in range(len(each))]


def _origin(layer: int, unit: int, way: str) -> str:
    """Where the blame of a unit comes from; layer 4 is the output."""
    network, slopes, blame = _chain_of_layers()
    name = f"Unit {unit + 1} of layer {layer + 1}"
    if layer == 4:
        return f"Blame of P: P − y = {number(blame[4].item(), '.3g')}"
    paths = count_paths(_SIZES[layer + 1 :])
    if way == "every path" and paths > 1:
        return f"{name}: a sum over {paths} paths up to P"
    weights = network.W[layer + 1][:, 1 + unit]
    total = score_text([0.0, *blame[layer + 1]], weights)
    return (
        f"{name}: ({total}) · slope {number(slopes[layer][unit], '.2g')} "
        f"= {number(blame[layer][unit], '.2g')}"
    )


def _layers_diagram(steps: int, way: str) -> Diagram:
    network, _, blame = _chain_of_layers()
    reached = 4 - steps
    read = {reached + 1} if way == "reuse" else {4} if steps else set()
    nodes, edges, first = [], [], [0, *np.cumsum(_SIZES).tolist()]
    for layer, size in enumerate(_SIZES):
        for unit in range(size):
            known = layer >= reached
            nodes.append(
                Node(
                    layer / 4,
                    0.5 + ((size - 1) / 2 - unit) / 2,
                    "P" if layer == 4 else "",
                    blame[layer][unit] if known else None,
                    highlight=layer in read,
                    detail=_origin(layer, unit, way) if known else "",
                )
            )
    for layer, W in enumerate(network.W[1:]):
        used = steps and (layer == reached if way == "reuse" else layer >= reached)
        for (above, below), weight in np.ndenumerate(W[:, 1:]):
            ends = first[layer] + below, first[layer + 1] + above
            edges.append(Edge(*ends, float(weight), highlight=bool(used)))
    return Diagram(nodes, edges, numbers=".2f", weight_domain=(-2, 2))


def _reuse_frame(steps: int, way: str) -> list[Panel]:
    counts = {name: _multiplications(name) for name in _WAYS_DOWN}
    lines = [
        Line(range(5), counts[name], label=label, color=k, markers=True, upto=steps)
        for k, (name, label) in enumerate(_WAYS_DOWN.items())
    ]
    return [
        Panel([_layers_diagram(steps, way)], title="Blame so far", aspect=1.25),
        Panel(
            [*lines, Points([steps, counts[way][steps]], size=13, hollow=True)],
            title="Multiplications so far",
            x_label="blame is known down to layer",
            x_ticks={0: "P", 1: "4", 2: "3", 3: "2", 4: "1"},
            x=(0, 4.2),
            y=(0, 450),
            aspect=1.25,
        ),
    ]


def _reuse_alt(steps: int, way: str) -> str:
    done = _multiplications(way)
    if not steps:
        how = "Each layer will be asked in turn" if way == "reuse" else "It will be told anew"
        return f"Only P knows its blame. {how} ({_WAYS_DOWN[way]})."
    layer, new = 5 - steps, done[steps] - done[steps - 1]
    lines = "1 line" if steps == 1 else f"{steps} lines"
    paths = f"{count_paths(_SIZES[layer - 1 :])} paths of {lines}"
    source = {
        "reuse": "from what the layer above has stored" if steps > 1 else "from the blame of P",
        "start again": f"all the way from P, through {counted(steps, 'layer')}",
        "every path": f"by {paths}",
    }[way]
    return f"Layer {layer} gets its blame {source}: {new} multiplications, {done[steps]} so far."


def blame_is_reused() -> Explorer:
    """Blame comes down four layers, by what is stored, by starting again or path by path."""
    return Explorer(
        _reuse_frame,
        [
            Slider("steps", range(5), label="layers told", play=True),
            Choice("way", list(_WAYS_DOWN), label="Way"),
        ],
        title="Each layer asks the one above",
        alt=_reuse_alt,
        frames_per_second=1.0,
    )


# --- What it costs ---


_WAYS = {
    "backpropagation": count_backprop,
    "starting again": count_without_storing,
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
        f"takes {back:,} multiplications for one example, starting again {forget / back:.1f} "
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


_STEPS = [float(f"1e{k}") for k in range(-16, 1)]
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
