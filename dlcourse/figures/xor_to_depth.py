"""Figures and experiments of the chapter "From XOR to depth"."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache, partial
from typing import Any

import numpy as np

from dlcourse.activations import sigmoid
from dlcourse.datasets import toy
from dlcourse.explorers import (
    Arrows,
    Button,
    Choice,
    Contour,
    Diagram,
    Explorer,
    Field,
    Handle,
    Line,
    Mark,
    Matrix,
    Panel,
    Points,
    Slider,
    Text,
    network_diagram,
    number,
)
from dlcourse.explorers.values import Array, Color, Function, Limits
from dlcourse.features import product_features
from dlcourse.figures.stored import stored
from dlcourse.figures.wording import counted
from dlcourse.gates import XOR_NETWORK
from dlcourse.linear import scores
from dlcourse.losses import binary_cross_entropy
from dlcourse.network import Network, forward, initialize, network_from_weights, predict_scores
from dlcourse.optimizers import Adam
from dlcourse.training import Epoch, train

CORNERS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
XOR = np.array([0, 1, 1, 0])
_CLASSES = ("XOR says 0", "XOR says 1")
_CLOUDS, _CLOUD_CLASSES = toy.xor(120, noise=0.09, rng=np.random.default_rng(0))


def _xor_network(sharpness: float) -> list[Array]:
    """NAND and OR, then AND of the two; at 20 they are the constants of `dlcourse.gates`."""
    return [sharpness * (W / 20) for W in XOR_NETWORK]


def _corners(labels: Sequence[str] = ()) -> Points:
    return Points(CORNERS, XOR, labels=labels, size=11)


def _input_plane(title: str, side: Limits, *marks: Mark, **look: Any) -> Panel:
    look = {"x": side, "y": side, "aspect": 1.1, **look}
    return Panel(marks, title=title, x_label="x₁", y_label="x₂", **look)


def _field(function: Function, side: Limits, label: str, resolution: int, **look: Any) -> Field:
    look = {"x": side, "y": side, **look}
    return Field(function, label=label, resolution=resolution, **look)


def _strokes(paths: Iterable[Array], color: Color, width: float, label: str, **look: Any) -> Line:
    """Draw many paths as one line; the pen is lifted after each."""
    lifted = [np.vstack([path, [path[-1, 0], np.nan]]) for path in paths]
    return Line(*np.vstack(lifted).T, color=color, width=width, label=label, **look)


def _net(low: float, high: float, lines: int, points: int) -> list[Array]:
    """Upright and level lines of a square."""
    along = np.linspace(low, high, points)
    upright = [np.column_stack([0 * along + x, along]) for x in np.linspace(low, high, lines)]
    return [*upright, *(line[:, ::-1] for line in upright)]


# --- Two logistic regressions move the plane ---


def _moved(X: Array, way: float) -> Array:
    """Points part of the way from where they are to the outputs of NAND and OR."""
    moved: Array = X + way * (sigmoid(scores(X, _xor_network(8)[0])) - X)
    return moved


def _moved_frame(way: float) -> list[Mark]:
    grid = [_moved(line, way) for line in _net(-0.25, 1.25, 7, 25)]
    return [
        _strokes(grid, "muted", 0.8, "what was a square grid"),
        Line([0.15, 1.35], [1.35, 0.15], color="ink", width=2.5, label="one straight line"),
        Points(_moved(_CLOUDS, way), _CLOUD_CLASSES, labels=("class 0", "class 1")),
        Handle(*_moved(CORNERS[:1], way)[0], moves="way", label="corner (0, 0)"),
    ]


def _moved_alt(way: float) -> str:
    beyond = _moved(_CLOUDS, way).sum(axis=1) > 1.5
    zeros, ones = (f"{beyond[k == _CLOUD_CLASSES].mean():.0%}" for k in (0, 1))
    return (
        f"After {way:.0%} of the way {ones} of class 1 and {zeros} of class 0 are beyond the line."
    )


def two_units_move_the_plane() -> Explorer:
    """Move the plane to the outputs of two regressions, under a line that stays."""
    return Explorer(
        _moved_frame,
        [Slider("way", np.linspace(0, 1, 21), label="way", format=".0%", play=True)],
        title="Two logistic regressions move the plane",
        alt=_moved_alt,
        x_label="x₁, turning into output 1",
        y_label="x₂, turning into output 2",
        x=(-0.35, 1.35),
        y=(-0.35, 1.35),
        aspect=1.25,
        equal=True,
        frames_per_second=5,
    )


# --- A plane among the features, a hyperbola among the inputs ---

_CROSS_SIDE = (-0.3, 1.3)


def _cross_score(X: Array, w12: float) -> Array:
    return scores(product_features(X), [-0.4, 1, 1, w12])


def _seen(P: Array, turn: float) -> Array:
    """Flat picture of points (x1, x2, x1 x2): from the side at turn 0, along the plane at 1."""
    azimuth, height = np.deg2rad(-18 + 63 * turn), np.deg2rad(24 * (1 - turn))
    c, s = np.cos(azimuth), np.sin(azimuth)
    x1, x2, z = P[:, 0] - 0.5, P[:, 1] - 0.5, P[:, 2] - 0.4
    u, v = c * x1 + s * x2, c * x2 - s * x1
    picture: Array = 0.5 + np.column_stack([u, z * np.cos(height) + v * np.sin(height)]) / 2.5
    return picture


def _plane(w12: float) -> list[Array]:
    """Net on the plane s = 0 around its point that is nearest to the middle of the data."""
    down = np.array([w12, w12, -2.0]) / np.hypot(2.0, w12 * np.sqrt(2))
    along = np.array([1, -1, 0]) / np.sqrt(2)
    middle = np.array([0.5, 0.5, 0.4]) - np.array([1, 1, w12]) * (0.6 + 0.4 * w12) / (2 + w12**2)
    return [middle + line @ [0.85 * along, 0.7 * down] for line in _net(-1, 1, 6, 13)]


def _boundary(w12: float) -> tuple[Array, Array]:
    """Points of the boundary, and which of them lie in the window.

    Solved for x2 over x1 and, as it is its own mirror image, once more with both exchanged: what
    stands upright in one is flat in the other.
    """
    x1 = np.linspace(*_CROSS_SIDE, 80)
    with np.errstate(divide="ignore", invalid="ignore"):
        x2 = (0.4 - x1) / (1 + w12 * x1)
    inside = (x2 > _CROSS_SIDE[0]) & (x2 < _CROSS_SIDE[1])
    curve = np.column_stack([x1, np.where(inside, x2, 0.0)])
    return np.vstack([curve, [[0, 0]], curve[:, ::-1]]), np.hstack([inside, False, inside])


def _in_ink(points: Array, drawn: Array, width: float, label: str) -> Line:
    y = np.where(drawn, points[:, 1], np.nan)
    return Line(points[:, 0], y, color="ink", width=width, label=label)


def _feature_axes(turn: float) -> list[Mark]:
    tips = np.array([[1.4, -0.3, 0], [-0.3, 1.4, 0], [-0.3, -0.3, 1.0], [-0.3, -0.3, 0]])
    *ends, origin = _seen(tips, turn)
    names = ("x₁", "x₂", "x₁x₂")
    return [
        Arrows([origin] * 3, ends, width=1.2),
        *(Text(x, y, name, dx=8, dy=6) for (x, y), name in zip(ends, names, strict=True)),
    ]


def _cross_frame(w12: float, turn: float) -> list[Panel]:
    side, (boundary, inside) = _CROSS_SIDE, _boundary(w12)
    sheet = [_seen(product_features(line), turn) for line in _net(*side, 7, 13)]
    plane = [_seen(line, turn) for line in _plane(w12)]
    flat = [
        _field(lambda X: _cross_score(X, w12), side, "score", 40, domain=(-2, 2)),
        _in_ink(boundary, inside, 2.0, "s = 0"),
        Points(_CLOUDS, _CLOUD_CLASSES, labels=_CLASSES),
    ]
    lifted = [
        _strokes(sheet, "muted", 0.7, "the inputs, lifted to x₁x₂"),
        _strokes(plane, 2, 1.0, "the plane s = 0", dash=False),
        *_feature_axes(turn),
        Points(_seen(product_features(_CLOUDS), turn), _CLOUD_CLASSES),
        _in_ink(_seen(product_features(boundary), turn), inside, 3.0, "where they meet"),
    ]
    return [
        _input_plane("Input plane", side, *flat),
        Panel(lifted, title="Feature space", axes=False, aspect=1.1),
    ]


def _cross_alt(w12: float, turn: float) -> str:
    right = np.mean((_cross_score(_CLOUDS, w12) > 0) == _CLOUD_CLASSES)
    shape = {0.0: "a straight line", -2.5: "two lines that cross"}.get(w12, "a hyperbola")
    side = "seen along its surface as a line" if turn == 1 else "and the data lie on a saddle"
    return (
        f"With w₁₂ = {number(w12, 'g')} the boundary in the input plane is {shape} and has "
        f"{right:.0%} of the points on the right side; in feature space, turned by {turn:.0%}, it "
        f"is a plane, {side}."
    )


def plane_among_features() -> Explorer:
    """Show one boundary in the plane of the inputs and in the space of x1, x2 and x1 x2."""
    return Explorer(
        _cross_frame,
        [
            Slider(
                "w12",
                np.arange(-4, 1.1, 0.5),
                label="weight w₁₂",
                start=0.0,
                format=".1f",
            ),
            Slider("turn", np.linspace(0, 1, 9), label="turn", format=".0%"),
        ],
        title="A plane among the features, a hyperbola among the inputs",
        alt=_cross_alt,
        buttons=[
            Button("OR's line", w12=0.0),
            Button("XOR", w12=-2.0),
            Button("Along the plane", turn=1.0),
        ],
    )


# --- XOR in two stages ---

_XOR_SIDE = (-0.4, 1.4)


def _between(sharpness: float) -> float:
    """Middle between NAND + OR where XOR is 0 and where it is 1."""
    sums = sigmoid(scores(CORNERS, _xor_network(sharpness)[0])).sum(axis=1)
    return float(sums[:2].mean())


def _weights(sharpness: float, line: str) -> list[Array]:
    """NAND and OR, then AND with its own threshold or with one between the sums."""
    first, second = _xor_network(sharpness)
    threshold = 1.5 if line == "at 1.5" else _between(sharpness)
    return [first, np.column_stack([[-sharpness * threshold], second[:, 1:]])]


def _stages(X: Array, weights: list[Array]) -> tuple[Array, Array]:
    """Outputs of the hidden units and of the network."""
    H = sigmoid(scores(X, weights[0]))
    return H, sigmoid(scores(H, weights[1]))[:, 0]


def _xor_diagram(x: Array, weights: list[Array]) -> Diagram:
    H, y = _stages(x, weights)
    return network_diagram(
        weights,
        [x[0], H[0], y],
        hidden=[["NAND", "OR"]],
        outputs=["XOR"],
        functions="σ",
        weight_domain=(-30, 30),
    )


def _truth_table(corner: int, weights: list[Array]) -> Matrix:
    return Matrix(
        np.column_stack([CORNERS, *_stages(CORNERS, weights)]),
        columns=["x₁", "x₂", "NAND", "OR", "XOR"],
        numbers=".2f",
        scale="diverging",
        domain=(-1, 1),
        highlight=[(corner, None)],
    )


def _xor_plane(x: Array, weights: list[Array]) -> Panel:
    return _input_plane(
        "Input plane",
        _XOR_SIDE,
        _field(lambda X: _stages(X, weights)[1], _XOR_SIDE, "output", 36),
        Line([-0.4, 0.9], [0.9, -0.4], color="ink", dash=True, label="OR"),
        Line([0.1, 1.4], [1.4, 0.1], color="ink", label="NAND"),
        _corners(),
        Handle(*x[0], moves="corner", label="input"),
    )


def _hidden_space(x: Array, weights: list[Array]) -> Panel:
    diagonal, side = np.linspace(*_XOR_SIDE, 73), (-0.2, 1.3)
    track, _ = _stages(np.column_stack([diagonal, diagonal]), weights)
    bias, slope, _ = weights[1][0]
    marks = [
        Line(*track.T, color="muted", label="the whole plane"),
        Line(side, -bias / slope - np.array(side), color="ink", label="AND"),
        Points(_stages(CORNERS, weights)[0], XOR, labels=_CLASSES, size=11),
        Points(_stages(x, weights)[0], color="ink", hollow=True, size=20),
    ]
    return Panel(
        marks, title="Hidden space", x_label="NAND", y_label="OR", x=side, y=side, aspect=1.1
    )


def _xor_frame(corner: int, sharpness: float, line: str) -> list[Panel]:
    x, weights = CORNERS[[corner]], _weights(sharpness, line)
    return [
        Panel([_xor_diagram(x, weights)], title="The network", aspect=1.1),
        Panel([_truth_table(corner, weights)], title="All four inputs", aspect=1.1),
        _xor_plane(x, weights),
        _hidden_space(x, weights),
    ]


def _xor_alt(corner: int, sharpness: float, line: str) -> str:
    weights = _weights(sharpness, line)
    H, y = _stages(CORNERS, weights)
    (x1, x2), (h1, h2) = CORNERS[corner], H[corner]
    threshold = "" if line == "at 1.5" else f" and with AND's line at {_between(sharpness):.2f}"
    return (
        f"At sharpness {sharpness:g}{threshold} the input ({x1}, {x2}) goes to "
        f"({h1:.2f}, {h2:.2f}) in hidden space, and the output is {y[corner]:.2f}. "
        f"{np.sum((y > 0.5) == XOR)} of the 4 corners are right."
    )


def xor_in_two_stages() -> Explorer:
    """Make the units of the XOR network softer and softer, with AND's line at rest or not."""
    sharpness = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10, 14, 20]
    corners = [f"{x1}, {x2}" for x1, x2 in CORNERS]
    return Explorer(
        _xor_frame,
        [
            Choice("corner", range(4), labels=corners, label="inputs x₁, x₂", start=1),
            Slider("sharpness", sharpness, label="sharpness", start=20),
            Choice("line", ["at 1.5", "halfway"], label="AND's line"),
        ],
        title="XOR in two stages",
        alt=_xor_alt,
        columns=2,
    )


# --- A network that learns XOR, or does not ---

_STOPS = [0, 20, 40, 70, 100, 150, 200, 300]


fit = partial(train, loss="binary_cross_entropy", progress=False)


def learn_xor(n_hidden: int, seed: int, **how: Any) -> Network:
    """Train one hidden layer of sigmoids on the four corners; `how` goes to `train`."""
    rng = np.random.default_rng(seed)
    network = initialize((2, n_hidden, 1), rng, activation="sigmoid")
    fit(network, CORNERS, XOR, optimizer=Adam(0.1), epochs=300, rng=rng, **how)
    return network


@cache
def _learning(n_hidden: int, seed: int) -> list[Network]:
    """Network after every tenth step."""
    kept = [initialize((2, n_hidden, 1), np.random.default_rng(seed), activation="sigmoid")]

    def keep(epoch: Epoch) -> None:
        if epoch.number % 10 == 0:
            network = epoch.network
            kept.append(replace(network, parameters=network.parameters.copy()))

    learn_xor(n_hidden, seed, callbacks=[keep])
    return kept


@cache
def _losses(n_hidden: int, seed: int) -> list[float]:
    networks = _learning(n_hidden, seed)
    return [binary_cross_entropy(predict_scores(n, CORNERS)[:, 0], XOR) for n in networks]


def _zero_lines(W: Array, reach: float) -> Line:
    """Where each unit of a first layer has the score 0."""
    normal = W[:, 1:] / np.sum(W[:, 1:] ** 2, axis=1, keepdims=True)
    foot, along = -W[:, :1] * normal, normal[:, ::-1] * [1, -1]
    along *= reach / np.linalg.norm(along, axis=1, keepdims=True)
    ends = np.stack([foot - along, foot + along], axis=1)
    return _strokes(ends, "ink", 2.0, "a hidden unit's line", dash=True)


def _learning_frame(n_hidden: int, seed: int, step: int) -> list[Panel]:
    side, kept, losses = (-0.4, 1.4), _learning(n_hidden, seed), _losses(n_hidden, seed)
    network = kept[step // 10]
    plane = [
        _field(lambda X: sigmoid(predict_scores(network, X)[:, 0]), side, "output", 15),
        _zero_lines(network.W[0], reach=3.0),
        _corners(_CLASSES),
    ]
    loss = Line(10 * np.arange(len(kept)), losses, color="ink", label="loss", upto=step // 10)
    return [
        _input_plane("What it says", side, *plane),
        Panel(
            [loss], title="Its loss", x_label="steps", y_label="loss", x=(0, 310), y=(0, 1.1),
            aspect=1.1, legend=False,
        ),
    ]  # fmt: skip


def _learning_alt(n_hidden: int, seed: int, step: int) -> str:
    s = predict_scores(_learning(n_hidden, seed)[step // 10], CORNERS)[:, 0]
    says = ", ".join(f"{p:.2f}" for p in sigmoid(s))
    return (
        f"{n_hidden} hidden units, start {seed}, after {step} steps: it says {says} at (0,0), "
        f"(0,1), (1,0), (1,1). Right: {np.sum((s > 0) == XOR)} of 4; "
        f"loss {_losses(n_hidden, seed)[step // 10]:.2f}."
    )


def train_your_own() -> Explorer:
    """Train a network on XOR from a start and with a width that the reader chooses."""
    return Explorer(
        _learning_frame,
        [
            Choice("n_hidden", [2, 4, 8], label="hidden units"),
            Slider("seed", range(20), label="start (seed)"),
            Slider("step", _STOPS, label="training steps", play=True),
        ],
        title="Train your own XOR",
        alt=_learning_alt,
        frames_per_second=2,
    )


# --- Neuron, layer, network ---

_FIRST_LAYER = np.array([[-1.0, 2.0, 0.5], [0.5, -1.0, 1.0], [1.0, 0.5, -1.5]])
_GROWING = {
    "A neuron": [_FIRST_LAYER[:1]],
    "A layer": [_FIRST_LAYER],
    "A network": [
        _FIRST_LAYER,
        np.array([[0.5, 1.5, -1.0, 1.0], [-1.0, -0.5, 2.0, 0.5]]),
        np.array([[-0.5, 2.0, -1.5]]),
    ],
}


def _outputs(what: str) -> list[Array]:
    """Values of all layers for the input (1, 2)."""
    values = [np.array([1.0, 2.0])]
    for W in _GROWING[what]:
        values.append(sigmoid(W[:, 0] + W[:, 1:] @ values[-1]))
    return values


def _growing_panel(what: str) -> Panel:
    n_outputs = len(_GROWING[what][-1])
    diagram = network_diagram(
        _GROWING[what],
        _outputs(what),
        outputs=["output"] if n_outputs == 1 else [f"unit {k + 1}" for k in range(n_outputs)],
        functions="σ",
        value_domain=(-2, 2),
        weight_domain=(-2, 2),
        edge_numbers="+.1f" if what == "A neuron" else "",
    )
    return Panel([diagram], title=what, aspect=1.1)


def neuron_layer_network() -> Explorer:
    """Draw one neuron, the layer that it belongs to, and a network that begins with it."""
    first = ", ".join(f"{value:.2f}" for value in _outputs("A layer")[-1])
    return Explorer(
        lambda: [_growing_panel(what) for what in _GROWING],
        title="Neuron, layer, network",
        alt=(
            "Three diagrams for the inputs 1 and 2. A neuron with the weights 2 and 0.5 and the "
            f"bias −1 gives {_outputs('A neuron')[-1][0]:.2f}. A layer of three neurons, the same "
            f"one first, gives {first}. In a network that layer is followed by one of two neurons "
            f"and one of a single neuron, which gives {_outputs('A network')[-1][0]:.2f}."
        ),
        columns=2,
    )


# --- Activations flow, layer by layer ---


@cache
def trained_on_moons(seed: int = 8) -> tuple[Network, Array, Array]:
    """Network of sizes 2, 4, 3, 1, and the moons it was trained on."""
    rng = np.random.default_rng(seed)
    X, y = toy.moons(200, noise=0.12, rng=rng)
    network = initialize((2, 4, 3, 1), rng, activation="tanh")
    fit(network, X, y, optimizer=Adam(0.03), epochs=100, rng=rng)
    return network, X, y


def _flow(x1: float, x2: float) -> list[Array]:
    """Values of all layers for one input."""
    buffers = forward(trained_on_moons()[0], [[x1, x2]])
    return [*(X[0, 1:] for X in buffers.X), sigmoid(buffers.scores[0])]


def _flow_diagram(layer: int, x1: float, x2: float) -> Diagram:
    """Network with the values of the layers computed so far."""
    network, _, _ = trained_on_moons()
    values = _flow(x1, x2)
    return network_diagram(
        network.W,
        [values[k] if k <= layer else np.full_like(values[k], np.nan) for k in range(4)],
        outputs=["P"],
        functions=["tanh", "tanh", "σ"],
        value_domain=(-1.5, 1.5),
        weight_domain=(-5, 5),
    )


def _flow_frame(layer: int, x1: float, x2: float) -> list[Panel]:
    network, X, y = trained_on_moons()
    wide, high = (-1.5, 2.5), (-1.0, 1.5)
    plane = [
        _field(lambda P: sigmoid(predict_scores(network, P)), wide, "P", 64, y=high),
        Contour(0.5, label="one half"),
        _zero_lines(network.W[0], reach=5.0),
        Points(X, y, labels=("class 0", "class 1"), size=5),
        Points([x1, x2], color="ink", size=5),
        Handle(x1, x2, moves=("x1", "x2"), label="input"),
    ]
    return [
        Panel([_flow_diagram(layer, x1, x2)], title="The pass so far", aspect=1.6),
        _input_plane("Where the input lies", wide, *plane, y=high, aspect=1.9),
    ]


def _flow_alt(layer: int, x1: float, x2: float) -> str:
    place = f"({number(x1, 'g')}, {number(x2, 'g')})"
    if layer == 0:
        return f"The input {place} has entered; no layer has answered yet."
    who = ("Hidden layer 1 answers", "Hidden layer 2 answers", "The output is")[layer - 1]
    values = ", ".join(number(value, ".2f") for value in _flow(x1, x2)[layer])
    return f"{who} {values} for the input {place}."


def activations_flow() -> Explorer:
    """Watch one example pass through a network that was trained on moons."""
    return Explorer(
        _flow_frame,
        [
            Slider("layer", [0, 1, 2, 3], label="layers computed", play=True),
            Slider("x1", np.linspace(-1, 2, 7), label="input x₁", start=0.0, format=".1f"),
            Slider("x2", np.linspace(-0.5, 1, 7), label="input x₂", start=0.5, format=".2f"),
        ],
        title="Activations flow, layer by layer",
        alt=_flow_alt,
        columns=1,
        frames_per_second=1,
    )


# --- A plane is folded four times ---

_CREASES = [(0, 0.0, -1), (1, 0.0, -1), (0, 1.0, 1), (1, 1.0, 1)]  # axis, place, side that moves
_CUT = 1.25  # the straight line is x1 + x2 = 1.25 on the sheet


def _islands() -> tuple[Array, Array]:
    """Four islands of class 1 in a sea of class 0, with a strip between that is free of points."""
    X = np.random.default_rng(3).uniform(-2, 2, size=(500, 2))
    away = np.abs(np.abs(X) - 1).sum(axis=1)
    classes = [X[away > 0.9][:70], X[away < 0.6][:70]]
    return np.vstack(classes), np.repeat([0, 1], 70)


def _folded(X: Array, folds: float) -> Array:
    """Points of the sheet, seen from above; half a fold has them all on its crease."""
    X = np.array(X, dtype=float)
    for k, (axis, crease, side) in enumerate(_CREASES):
        beyond = X[:, axis] - crease
        turn = np.cos(np.pi * np.clip(folds - k, 0, 1))
        X[:, axis] = crease + np.where(side * beyond > 0, turn * beyond, beyond)
    return X


def _sheet(folds: float) -> list[Mark]:
    axis, crease, _ = _CREASES[min(int(folds), 3)]
    ends = [[crease, crease], [-2.2, 2.2]]
    X, y = _islands()
    return [
        _strokes([_folded(line, folds) for line in _net(-2, 2, 5, 5)], "muted", 0.8, "sheet"),
        Line([-0.95, 2.2], [2.2, -0.95], color="ink", width=2.5, label="straight line"),
        Points(_folded(X, folds), y, labels=("class 0", "class 1"), size=5),
        Handle(*_folded(np.array([[-2, -2]]), folds)[0], moves="folds", label="corner"),
        *([Line(*ends[:: 1 - 2 * axis], color="ink", dash=True, label="crease")] * (folds < 4)),
    ]


def _unfolded_score(X: Array, folds: float) -> Array:
    """Score on the sheet after the folds that are done."""
    score: Array = _folded(X, np.floor(folds)).sum(axis=1) - _CUT
    return score


def _fold_frame(folds: float) -> list[Panel]:
    side = (-2.2, 2.2)
    unfolded = [
        _field(lambda X: _unfolded_score(X, folds), side, "score", 45, domain=(-1.5, 1.5)),
        Contour(0.0, label="the same line"),
        Points(*_islands(), size=5),
    ]
    return [
        _input_plane("The sheet, folded", side, *_sheet(folds), aspect=1.0),
        _input_plane("And unfolded again", side, *unfolded, aspect=1.0),
    ]


def _fold_alt(folds: float) -> str:
    done, going = divmod(folds, 1)
    X, y = _islands()
    right = np.mean((_unfolded_score(X, folds) > 0) == y)
    begun = f" and {going:.0%} of the next" if going else ""
    return (
        f"{done:.0f} of 4 folds are done{begun}. Unfolded, the straight line has "
        f"{counted(2 ** int(done), 'straight piece')}, and {right:.0%} of the points lie on the "
        "right side of it."
    )


def folding_the_plane() -> Explorer:
    """Fold a sheet with the data on it, cut it along a line, and unfold it."""
    return Explorer(
        _fold_frame,
        [Slider("folds", np.linspace(0, 4, 17), label="folds", format="g", play=True)],
        title="Four folds and one straight line",
        alt=_fold_alt,
        buttons=[Button(counted(k, "fold"), folds=float(k)) for k in (1, 2, 3, 4)],
        frames_per_second=3,
    )


# --- A tent in a tent: 2^k pieces from 2k units ---

_ALONG = np.linspace(0, 1, 129)


def folds(k: int, n_inputs: int = 1) -> Network:
    """Stack k stages of 2 ReLU units; the first reads the mean input."""
    mean = [1 / n_inputs] * n_inputs
    first = [[0, *mean], [-0.5, *mean]]
    fold = [[0.0, 2, -4], [-0.5, 2, -4]]
    weights = [first, *[fold] * (k - 1), fold[:1]]
    return network_from_weights(weights, "relu")


def tents() -> Explorer:
    """Draw the outputs of one, two and three stages."""
    return Explorer(
        lambda: [
            Panel(
                [Line(_ALONG, predict_scores(folds(k), _ALONG[:, None])[:, 0], color="ink")],
                title=f"{counted(k, 'stage')}: {2**k} pieces",
                x_label="x",
                y_label="output",
                x=(0, 1),
                y=(-0.05, 1.05),
                aspect=1.4,
            )
            for k in (1, 2, 3)
        ],
        title="A tent in a tent",
        alt=(
            "One stage rises from 0 to 1 in the middle and falls back to 0: a tent of 2 straight "
            "pieces. Two stages make two such tents side by side, of 4 pieces, and three stages "
            "make four, of 8."
        ),
    )


# --- Accuracy against depth at about equal parameter counts ---

HIDDEN = [(64,), (14, 14), (10, 10, 10), (8, 8, 8, 8), (6,) * 6]
N_SPIRAL_SEEDS = 5


def spiral_accuracy(
    hidden: tuple[int, ...],
    turns: int,
    seed: int,
    rate: float = 0.01,
    epochs: int = 150,
) -> float:
    """Train on one half of 640 points, judge on the other."""
    data = np.random.default_rng(0)
    X, y = toy.spirals(640, noise=0.02, rng=data, turns=turns)
    rng = np.random.default_rng(seed)
    network = initialize((2, *hidden, 1), rng)
    fit(network, X[:320], y[:320], optimizer=Adam(rate), epochs=epochs, rng=rng)
    says_1 = predict_scores(network, X[320:])[:, 0] > 0
    return float(np.mean(says_1 == y[320:]))


def spiral_accuracies(turns: int) -> Array:
    """One row for each of HIDDEN, one column for each seed, as `runs` found them."""
    return np.array(stored("xor_to_depth")[f"{turns} turns"])


def runs() -> dict[str, list[Any]]:
    """Train all that is stored for the figures of this chapter (``tools/runs.py``)."""
    return {
        f"{turns} turns": [
            [spiral_accuracy(hidden, turns, seed) for seed in range(N_SPIRAL_SEEDS)]
            for hidden in HIDDEN
        ]
        for turns in (1, 2)
    }


def _depth_panel(turns: int) -> Panel:
    accuracies, depths = spiral_accuracies(turns), np.array([len(hidden) for hidden in HIDDEN])
    dots = np.column_stack([np.repeat(depths, accuracies.shape[1]), accuracies.ravel()])
    return Panel(
        [
            Line(depths, np.median(accuracies, axis=1), color="ink", label="median"),
            Points(dots, color="muted", size=6, label="one seed"),
        ],
        title=f"Spirals of {counted(turns, 'turn')}",
        x_label="hidden layers",
        y_label="accuracy on new points",
        x=(0.5, 6.5),
        y=(0.45, 1.03),
        x_format="d",
        y_format=".0%",
        aspect=1.3,
    )


def _depth_words(turns: int) -> str:
    rows = zip(HIDDEN, spiral_accuracies(turns), strict=True)
    medians = ", ".join(f"{np.median(row):.0%} with {len(hidden)}" for hidden, row in rows)
    return f"Spirals of {counted(turns, 'turn')}: {medians}."


def accuracy_against_depth() -> Explorer:
    """Compare networks of one to six hidden layers on easy and on hard spirals."""
    return Explorer(
        lambda: [_depth_panel(1), _depth_panel(2)],
        title="Accuracy against depth at about equal parameter counts",
        alt=(
            "Median accuracy on new points by number of hidden layers. "
            f"{_depth_words(1)} {_depth_words(2)}"
        ),
    )
