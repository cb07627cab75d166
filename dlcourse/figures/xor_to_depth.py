"""Figures and experiments of the chapter "From XOR to depth"."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np

from dlcourse.activations import sigmoid
from dlcourse.datasets import toy
from dlcourse.explorers import (
    Arrows,
    Bars,
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
from dlcourse.explorers.values import Array, Function, Limits
from dlcourse.features import append_ones, product_features
from dlcourse.gates import XOR_NETWORK, gate
from dlcourse.linear import scores
from dlcourse.network import Network, forward, initialize, network_from_weights, predict_scores
from dlcourse.optimizers import Adam
from dlcourse.training import Epoch, train

_CLASSES = ("XOR says 0", "XOR says 1")
_CORNERS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
_CLOUDS, _CLOUD_CLASSES = toy.xor(120, noise=0.09, rng=np.random.default_rng(0))


def _xor_network(sharpness: float) -> list[Array]:
    """NAND and OR, then AND of the two; at 20 they are the constants of `dlcourse.gates`."""
    return [sharpness * (W / 20) for W in XOR_NETWORK]


def _input_plane(marks: list[Mark], side: Limits, title: str, aspect: float = 1.1) -> Panel:
    return Panel(marks, title=title, x_label="x₁", y_label="x₂", x=side, y=side, aspect=aspect)


def _over_plane(
    function: Function, side: Limits, label: str, resolution: int, domain: Limits = (0, 1)
) -> Field:
    return Field(function, x=side, y=side, label=label, domain=domain, resolution=resolution)


# --- Two logistic units move the plane ---


def _moved(X: Array, percent: int) -> Array:
    """Points part of the way from where they are to the outputs of NAND and OR."""
    moved: Array = X + percent / 100 * (sigmoid(scores(X, _xor_network(8)[0])) - X)
    return moved


def _moved_grid(percent: int) -> Line:
    """Seven and seven lines; the pen is lifted after each."""
    along = np.linspace(-0.25, 1.25, 25)
    upright = [np.column_stack([np.full(25, x), along]) for x in np.linspace(-0.25, 1.25, 7)]
    grid = _moved(np.vstack([*upright, *(line[:, ::-1] for line in upright)]), percent)
    grid[24::25, 1] = np.nan
    return Line(*grid.T, color="muted", width=0.8, label="what was a square grid")


def _moved_frame(percent: int) -> list[Mark]:
    return [
        _moved_grid(percent),
        Line([0.15, 1.35], [1.35, 0.15], color="ink", width=2.5, label="one straight line"),
        Points(_moved(_CLOUDS, percent), _CLOUD_CLASSES, labels=_CLASSES),
        Handle(*_moved(_CORNERS[:1], percent)[0], moves="percent", label="corner (0, 0)"),
    ]


def _moved_alt(percent: int) -> str:
    right = np.mean((_moved(_CLOUDS, percent).sum(axis=1) > 1.5) == _CLOUD_CLASSES)
    return (
        f"With the points {percent} % of the way to where two logistic units send them, the line "
        f"has {right:.0%} of them on the right side."
    )


def two_units_move_the_plane() -> Explorer:
    """Move the plane to the outputs of two units, under a line that stays."""
    way = "way from the data to the hidden layer, in %"
    return Explorer(
        _moved_frame,
        [Slider("percent", range(0, 101, 5), label=way, play=True)],
        title="Two logistic units move the plane",
        alt=_moved_alt,
        x_label="x₁, turning into the output of unit 1",
        y_label="x₂, turning into the output of unit 2",
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


def _wires(patch: Callable[[Array, Array], Array], turn: float, n: int) -> tuple[Array, Array]:
    """Net of n and n lines on the surface that `patch(a, b)` spans for a, b in 0..1."""
    a, b = np.meshgrid(np.linspace(0, 1, n), np.linspace(0, 1, 13))
    lines = [_seen(patch(p.ravel(), q.ravel()), turn) for p, q in ((a.T, b.T), (b.T, a.T))]
    path = np.vstack(lines)
    path[12::13, 1] = np.nan
    return path[:, 0], path[:, 1]


def _saddle(a: Array, b: Array) -> Array:
    return product_features(np.column_stack([1.6 * a - 0.3, 1.6 * b - 0.3]))


def _plane(w12: float) -> Callable[[Array, Array], Array]:
    """Patch of the plane s = 0 around the point nearest to the middle of the data."""
    down = np.array([w12, w12, -2.0]) / np.hypot(2.0, w12 * np.sqrt(2))
    along = np.array([1, -1, 0]) / np.sqrt(2)
    normal = np.array([1, 1, w12])
    middle = np.array([0.5, 0.5, 0.4]) - normal * (0.6 + 0.4 * w12) / (2 + w12**2)
    return lambda a, b: middle + np.outer(1.7 * a - 0.85, along) + np.outer(1.4 * b - 0.7, down)


def _hyperbola(w12: float, turn: float) -> tuple[Array, Array]:
    """Both branches of the boundary, on the saddle, with gaps outside the window."""
    x1 = np.linspace(*_CROSS_SIDE, 241)
    with np.errstate(divide="ignore", invalid="ignore"):
        x2 = (0.4 - x1) / (1 + w12 * x1)
    inside = (x2 > _CROSS_SIDE[0]) & (x2 < _CROSS_SIDE[1])
    curve = _seen(product_features(np.column_stack([x1, np.where(inside, x2, 0.0)])), turn)
    return curve[:, 0], np.where(inside, curve[:, 1], np.nan)


def _feature_axes(turn: float) -> list[Mark]:
    tips = np.array([[1.4, -0.3, 0], [-0.3, 1.4, 0], [-0.3, -0.3, 1.0], [-0.3, -0.3, 0]])
    *ends, origin = _seen(tips, turn)
    names = ("x₁", "x₂", "x₁x₂")
    return [
        Arrows([origin] * 3, ends, width=1.2),
        *(Text(x, y, name, dx=8, dy=6) for (x, y), name in zip(ends, names, strict=True)),
    ]


def _cross_frame(w12: float, turn: float) -> list[Panel]:
    side = _CROSS_SIDE
    flat = [
        _over_plane(lambda X: _cross_score(X, w12), side, "score", 40, domain=(-2, 2)),
        Contour(0.0, label="s = 0"),
        Points(_CLOUDS, _CLOUD_CLASSES, labels=_CLASSES),
    ]
    lifted = [
        Line(*_wires(_saddle, turn, 7), color="muted", width=0.7, label="height x₁x₂"),
        Line(*_wires(_plane(w12), turn, 6), color=2, width=1.0, dash=False, label="s = 0"),
        *_feature_axes(turn),
        Points(_seen(product_features(_CLOUDS), turn), _CLOUD_CLASSES),
        Line(*_hyperbola(w12, turn), color="ink", width=3.0, label="where they meet"),
    ]
    return [
        _input_plane(flat, side, "Input plane", aspect=1.0),
        Panel(lifted, title="Feature space", axes=False, aspect=1.0),
    ]


def _cross_alt(w12: float, turn: float) -> str:
    right = np.mean((_cross_score(_CLOUDS, w12) > 0) == _CLOUD_CLASSES)
    shape = "a straight line" if w12 == 0 else "a hyperbola"
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
                label="weight of the product, w₁₂",
                start=0.0,
                format=".1f",
            ),
            Slider("turn", np.linspace(0, 1, 9), label="turn the feature space", format=".0%"),
        ],
        title="A plane among the features, a hyperbola among the inputs",
        alt=_cross_alt,
        buttons=[
            Button("OR's line", w12=0.0),
            Button("XOR", w12=-2.0),
            Button("Along the plane", turn=1.0),
        ],
    )


# --- One unit, four corners ---

_GATE_NAMES = {
    "0000": "always 0",
    "0001": "AND",
    "0010": "x₁ but not x₂",
    "0011": "x₁",
    "0100": "x₂ but not x₁",
    "0101": "x₂",
    "0111": "OR",
    "1000": "NOR",
    "1010": "NOT x₂",
    "1011": "x₁ or not x₂",
    "1100": "NOT x₁",
    "1101": "x₂ or not x₁",
    "1110": "NAND",
    "1111": "always 1",
}


def _gate_frame(w0: int, w1: int, w2: int) -> list[Panel]:
    side, w = (-0.4, 1.4), [w0, w1, w2]
    p = gate(w, *_CORNERS.T)
    says = (p > 0.5).astype(int)
    plane = [
        _over_plane(lambda X: gate(w, *X.T), side, "probability of 1", 32),
        Contour(0.5, label="one half"),
        Points(_CORNERS, says, labels=("says 0", "says 1"), size=13),
    ]
    inputs = [f"{x1}, {x2}" for x1, x2 in _CORNERS]
    bars = Bars(p, inputs, color=says.tolist(), horizontal=True, numbers=".2f")
    return [
        _input_plane(plane, side, "One unit over the plane"),
        Panel(
            [bars],
            title="Its truth table",
            x_label="output",
            y_label="x₁, x₂",
            x=(0, 1.15),
            aspect=1.0,
        ),
    ]


def _gate_alt(w0: int, w1: int, w2: int) -> str:
    p = gate([w0, w1, w2], *_CORNERS.T)
    weights = f"w₀ = {number(w0, 'g')}, w₁ = {number(w1, 'g')}, w₂ = {number(w2, 'g')}"
    if np.any(np.abs(p - 0.5) < 1e-9):
        return f"With {weights} the boundary runs through a corner: the unit is undecided there."
    bits = "".join(str(int(value > 0.5)) for value in p)
    return (
        f"With {weights} the unit answers {', '.join(bits)} at (0,0), (0,1), (1,0), (1,1): "
        f"this is “{_GATE_NAMES[bits]}”."
    )


def one_unit_four_corners() -> Explorer:
    """Show what one logistic unit says of two inputs that are 0 or 1."""
    return Explorer(
        _gate_frame,
        [
            Slider("w0", range(-30, 31, 10), label="bias w₀", start=-10),
            Slider("w1", range(-20, 21, 10), label="weight w₁", start=20),
            Slider("w2", range(-20, 21, 10), label="weight w₂", start=0),
        ],
        title="One unit, four corners",
        alt=_gate_alt,
        buttons=[
            Button("AND", w0=-30, w1=20, w2=20),
            Button("OR", w0=-10, w1=20, w2=20),
            Button("NAND", w0=30, w1=-20, w2=-20),
            Button("NOT x₁", w0=10, w1=-20, w2=0),
        ],
    )


# --- XOR in two stages ---

_XOR = np.array([0, 1, 1, 0])


def _stages(X: Array, sharpness: float) -> tuple[Array, Array]:
    """Outputs of the hidden units and of the network."""
    first, second = _xor_network(sharpness)
    H = sigmoid(scores(X, first))
    return H, sigmoid(scores(H, second))[:, 0]


def _xor_diagram(x: Array, sharpness: float) -> Diagram:
    H, y = _stages(x, sharpness)
    return network_diagram(
        _xor_network(sharpness),
        [x[0], H[0], y],
        hidden=[["NAND", "OR"]],
        outputs=["XOR"],
        functions="σ",
        weight_domain=(-30, 30),
    )


def _truth_table(sharpness: float, corner: int) -> Matrix:
    return Matrix(
        np.column_stack([_CORNERS, *_stages(_CORNERS, sharpness)]),
        columns=["x₁", "x₂", "NAND", "OR", "XOR"],
        numbers=".2f",
        domain=(0, 2),
        highlight=[(corner, None)],
    )


def _xor_plane(x: Array, sharpness: float) -> Panel:
    side = (-0.4, 1.4)
    marks = [
        _over_plane(lambda X: _stages(X, sharpness)[1], side, "output", 36),
        Line([-0.4, 0.9], [0.9, -0.4], color="ink", dash=True, label="OR"),
        Line([0.1, 1.4], [1.4, 0.1], color="ink", label="NAND"),
        Points(_CORNERS, _XOR, size=11),
        Handle(*x[0], moves="corner", label="input"),
    ]
    return _input_plane(marks, side, "Input plane")


def _hidden_space(x: Array, sharpness: float) -> Panel:
    sums, side = np.linspace(-0.6, 2.6, 65), (-0.2, 1.3)
    track, _ = _stages(np.column_stack([sums / 2, sums / 2]), sharpness)
    marks = [
        Line(*track.T, color="muted", label="the whole plane"),
        Line([0.1, 1.4], [1.4, 0.1], color="ink", label="AND"),
        Points(_stages(_CORNERS, sharpness)[0], _XOR, labels=_CLASSES, size=11),
        Points(_stages(x, sharpness)[0], color="ink", hollow=True, size=20),
    ]
    return Panel(
        marks, title="Hidden space", x_label="NAND", y_label="OR", x=side, y=side, aspect=1.1
    )


def _xor_frame(sharpness: float, corner: int) -> list[Panel]:
    x = _CORNERS[[corner]]
    return [
        Panel([_xor_diagram(x, sharpness)], title="The network", aspect=1.1),
        Panel([_truth_table(sharpness, corner)], title="All four inputs", aspect=1.1),
        _xor_plane(x, sharpness),
        _hidden_space(x, sharpness),
    ]


def _xor_alt(sharpness: float, corner: int) -> str:
    H, y = _stages(_CORNERS, sharpness)
    n_right = int(np.sum((y > 0.5) == _XOR))
    (x1, x2), (h1, h2) = _CORNERS[corner], H[corner]
    return (
        f"At sharpness {sharpness:g} the input ({x1}, {x2}) moves to ({h1:.2f}, {h2:.2f}) in "
        f"hidden space and the output is {y[corner]:.2f}; {n_right} of the 4 corners are "
        "classified rightly."
    )


def xor_in_two_stages() -> Explorer:
    """Make the units of the XOR network softer and softer, until it fails."""
    sharpness = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10, 14, 20]
    corners = [f"{x1}, {x2}" for x1, x2 in _CORNERS]
    return Explorer(
        _xor_frame,
        [
            Choice("corner", range(4), labels=corners, label="inputs x₁, x₂", start=1),
            Slider("sharpness", sharpness, label="sharpness", start=20),
        ],
        title="XOR in two stages",
        alt=_xor_alt,
        columns=2,
    )


# --- Neuron, layer, network ---

_FIRST_LAYER = np.array([[-1.0, 2.0, 0.5], [0.5, -1.0, 1.0], [1.0, 0.5, -1.5]])
_GROWING = {
    "neuron": [_FIRST_LAYER[:1]],
    "layer": [_FIRST_LAYER],
    "network": [
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


def _growing_frame(what: str) -> list[Mark]:
    return [
        network_diagram(
            _GROWING[what],
            _outputs(what),
            functions="σ",
            value_domain=(-2, 2),
            weight_domain=(-2, 2),
            edge_numbers="+.1f" if what == "neuron" else "",
        )
    ]


def _growing_alt(what: str) -> str:
    n_units = sum(len(W) for W in _GROWING[what])
    n_weights = sum(W.size for W in _GROWING[what])
    outputs = ", ".join(f"{value:.2f}" for value in _outputs(what)[-1])
    return (
        f"A {what} with {n_units} unit{'s' * (n_units > 1)} and {n_weights} weights, biases "
        f"included; for the input (1, 2) it gives {outputs}."
    )


def neuron_layer_network() -> Explorer:
    """Draw one neuron, the layer that it belongs to, and a network that begins with it."""
    labels = ["one neuron", "a layer", "a network"]
    return Explorer(
        _growing_frame,
        [Choice("what", list(_GROWING), labels=labels, label="draw")],
        title="Neuron, layer, network",
        alt=_growing_alt,
        aspect=1.7,
    )


# --- Activations flow, layer by layer ---


@cache
def trained_on_moons() -> tuple[Network, Array, Array]:
    """Network of sizes 2, 4, 3, 1, and the moons it was trained on."""
    rng = np.random.default_rng(5)
    X, y = toy.moons(200, noise=0.12, rng=rng)
    network = initialize((2, 4, 3, 1), rng, activation="tanh")
    train(
        network,
        X,
        y,
        loss="binary_cross_entropy",
        optimizer=Adam(0.03),
        epochs=100,
        rng=rng,
        progress=False,
    )
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
        Field(
            lambda P: sigmoid(predict_scores(network, P)),
            x=wide,
            y=high,
            domain=(0, 1),
            label="P",
            resolution=64,
        ),
        Contour(0.5, label="one half"),
        Points(X, y, labels=("class 0", "class 1"), size=5),
        Points([x1, x2], color="ink", size=5),
        Handle(x1, x2, moves=("x1", "x2"), label="input"),
    ]
    return [
        Panel([_flow_diagram(layer, x1, x2)], title="The pass so far", aspect=1.9),
        Panel(
            plane,
            title="Where the input lies",
            x_label="x₁",
            y_label="x₂",
            x=wide,
            y=high,
            aspect=1.9,
        ),
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


# --- Folding an interval: pieces at equal parameter counts ---

_ALONG = np.linspace(0, 1, 1025)


def folds(k: int, n_inputs: int = 1) -> Network:
    """Stack k stages of 2 ReLU units; the first reads the mean input."""
    mean = [1 / n_inputs] * n_inputs
    first = [[0, *mean], [-0.5, *mean]]
    fold = [[0.0, 2, -4], [-0.5, 2, -4]]
    weights = [first, *[fold] * (k - 1), fold[:1]]
    return network_from_weights(weights, "relu")


def _deep(k: int) -> Array:
    return predict_scores(folds(k), _ALONG[:, np.newaxis])[:, 0]


def _shallow(k: int) -> Array:
    """Fit of 2k ReLU units: kinks on the first teeth, heights by least squares."""
    kinks = np.arange(2 * k) / 2**k
    features = append_ones(np.maximum(0, _ALONG[:, np.newaxis] - kinks))
    fit: Array = features @ np.linalg.lstsq(features, _deep(k), rcond=None)[0]
    return fit


def _saw_frame(k: int) -> list[Panel]:
    ks = np.arange(1, 8)
    thin = 2 if k < 7 else 1
    deep_label = f"deep: {k} stage{'s' * (k > 1)} of 2 units"
    shallow_label = f"shallow: 1 stage of {2 * k} units"
    graph = [
        Line(_ALONG[::thin], _deep(k)[::thin], color=0, width=1.6, label=deep_label),
        Line(_ALONG[::4], _shallow(k)[::4], color=1, width=2.5, label=shallow_label),
    ]
    counts = [
        Line(6 * ks + 1, 2.0**ks, color=0, markers=True, label="deep"),
        Line(6 * ks + 1, 2 * ks + 1, color=1, markers=True, label="shallow, at most"),
        Points([[6 * k + 1, 2.0**k], [6 * k + 1, 2.0 * k + 1]], color="ink", hollow=True, size=17),
    ]
    return [
        Panel(
            graph,
            title="Output",
            x_label="x",
            y_label="output",
            x=(0, 1),
            y=(-0.05, 1.05),
            aspect=1.5,
        ),
        Panel(
            counts,
            title="Straight pieces",
            x_label="parameters",
            y_label="pieces",
            y_scale="log",
            x=(4, 46),
            y=(1.6, 160),
            aspect=1.1,
        ),
    ]


def _saw_alt(k: int) -> str:
    bends = np.abs(np.diff(_deep(k), 2)) > 1e-9
    error = np.abs(_shallow(k) - _deep(k)).mean()
    return (
        f"With {folds(k).parameters.size} parameters each, the deep network's graph has "
        f"{1 + bends.sum()} straight pieces, a shallow one's at most {2 * k + 1}; the shallow fit "
        f"drawn is {error:.2f} away on average."
    )


def folding_an_interval() -> Explorer:
    """Compare a deep and a shallow network with the same number of parameters."""
    return Explorer(
        _saw_frame,
        [Slider("k", range(1, 8), label="stages k", start=3, play=True)],
        title="Folding an interval: pieces at equal parameter counts",
        alt=_saw_alt,
        frames_per_second=1,
    )


# --- Shallow and deep on four rings ---

_SHALLOW, _DEEP = (2, 64, 1), (2, 8, 8, 8, 8, 1)
_RACE_EPOCHS = [0, 2, 5, 10, 15, 20, 30, 40, 50, 60, 80, 100]


def _alternating_rings(n: int, seed: int) -> tuple[Array, Array]:
    X, ring = toy.rings(n, noise=0.03, rng=np.random.default_rng(seed), n_classes=4)
    return X, ring % 2


@cache
def _race(sizes: tuple[int, ...]) -> dict[int, Network]:
    """Network after each of the epochs shown."""
    rng = np.random.default_rng(1)
    network = initialize(sizes, rng)
    kept = {0: replace(network, parameters=network.parameters.copy())}

    def keep(epoch: Epoch) -> None:
        if epoch.number in _RACE_EPOCHS:
            kept[epoch.number] = replace(network, parameters=network.parameters.copy())

    train(
        network,
        *_alternating_rings(320, seed=0),
        loss="binary_cross_entropy",
        optimizer=Adam(0.01),
        epochs=_RACE_EPOCHS[-1],
        rng=rng,
        callbacks=[keep],
        progress=False,
    )
    return kept


def _race_panel(sizes: tuple[int, ...], epoch: int, title: str) -> Panel:
    network, side = _race(sizes)[epoch], (-1.2, 1.2)

    def probability(X: Array) -> Array:
        return sigmoid(predict_scores(network, X)[:, 0])

    marks = [
        _over_plane(probability, side, "probability of class 1", 56),
        Contour(0.5, label="one half"),
        Points(*_alternating_rings(320, seed=0), labels=("class 0", "class 1"), size=4.5),
    ]
    return _input_plane(marks, side, title)


def _race_frame(epoch: int) -> list[Panel]:
    return [
        _race_panel(_SHALLOW, epoch, "shallow: 64 units in one"),
        _race_panel(_DEEP, epoch, "deep: 8 units in each of 4"),
    ]


def _rings_right(network: Network) -> float:
    X, y = _alternating_rings(2000, seed=1)
    return float(np.mean((predict_scores(network, X)[:, 0] > 0) == y))


def _race_alt(epoch: int) -> str:
    shallow, deep = _race(_SHALLOW)[epoch], _race(_DEEP)[epoch]
    return (
        f"After {epoch} epochs the shallow network ({shallow.parameters.size} parameters) has "
        f"{_rings_right(shallow):.0%} of new points right, the deep one ({deep.parameters.size} "
        f"parameters) {_rings_right(deep):.0%}."
    )


def shallow_and_deep_on_rings() -> Explorer:
    """Train a wide and a deep network on the same rings."""
    return Explorer(
        _race_frame,
        [Slider("epoch", _RACE_EPOCHS, label="epochs", play=True)],
        title="Shallow and deep on four rings",
        alt=_race_alt,
        frames_per_second=2,
    )


# --- Accuracy against depth at equal parameter counts ---

HIDDEN = [(64,), (14, 14), (10, 10, 10), (8, 8, 8, 8), (6,) * 6]


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
    train(
        network,
        X[:320],
        y[:320],
        loss="binary_cross_entropy",
        optimizer=Adam(rate),
        epochs=epochs,
        rng=rng,
        progress=False,
    )
    says_1 = predict_scores(network, X[320:])[:, 0] > 0
    return float(np.mean(says_1 == y[320:]))


@cache
def spiral_accuracies(turns: int) -> Array:
    """One row for each of HIDDEN, one column for each of five seeds."""
    runs = [spiral_accuracy(h, turns, k) for h in HIDDEN for k in range(5)]
    return np.reshape(runs, (len(HIDDEN), 5))


def _depth_frame(turns: int) -> list[Mark]:
    accuracies, depths = spiral_accuracies(turns), np.array([len(hidden) for hidden in HIDDEN])
    dots = np.column_stack([np.repeat(depths, accuracies.shape[1]), accuracies.ravel()])
    return [
        Line(depths, np.median(accuracies, axis=1), color=0, markers=True, label="median"),
        Points(dots, color=1, size=6, label="one seed", opacity=0.7),
    ]


def _depth_alt(turns: int) -> str:
    rows = zip(HIDDEN, spiral_accuracies(turns), strict=True)
    medians = ", ".join(f"{np.median(row):.0%} with {len(hidden)}" for hidden, row in rows)
    return (
        f"Spirals of {turns} turn{'s' * (turns > 1)}, median accuracy on new points by number of "
        f"hidden layers: {medians}."
    )


def accuracy_against_depth() -> Explorer:
    """Compare networks of one to six hidden layers on easy and on hard spirals."""
    return Explorer(
        _depth_frame,
        [Choice("turns", [1, 2], labels=["1 turn", "2 turns"], label="spirals with", start=2)],
        title="Accuracy against depth at equal parameter counts",
        alt=_depth_alt,
        x_label="hidden layers",
        y_label="accuracy on new points",
        x=(0.5, 6.5),
        y=(0.45, 1.03),
        aspect=1.8,
    )
