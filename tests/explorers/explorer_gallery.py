"""Explorers that together use every mark, control and option; looked at and tested."""

import numpy as np
from explorers.gallery_digits import adversarial, dropout_weights, encodings  # noqa: F401
from explorers.gallery_labels import gradient_noise, timeline  # noqa: F401
from explorers.gallery_training import (  # noqa: F401
    nobody,
    patience,
    race,
    slice_of_a_landscape,
    ten_digits,
)

from dlcourse.explorers import (
    Arrows,
    Band,
    Bars,
    Button,
    Choice,
    Contour,
    Diagram,
    Edge,
    ErrorBars,
    Explorer,
    Field,
    Handle,
    Image,
    Line,
    Matrix,
    Node,
    Panel,
    Points,
    Rule,
    Slider,
    Text,
    network_diagram,
)
from dlcourse.explorers.values import MARKER_NAMES

rng = np.random.default_rng(7)
X = np.concatenate([rng.normal((-1, -0.6), 0.75, (30, 2)), rng.normal((1.1, 0.8), 0.75, (30, 2))])
Y = np.repeat([0, 1], 30)


def sigmoid(s):
    return 1 / (1 + np.exp(-s))


def boundary() -> Explorer:
    """Field, contour, points, arrows, text; two sliders, a choice, buttons."""

    def frame(w1, w2, bias):
        w = np.array([w1, w2])
        return [
            Field(lambda P: sigmoid(P @ w + bias), x=(-3, 3), y=(-3, 3), label="P(Y = 1)"),
            Contour(0.5, label="decision boundary"),
            Points(X, Y, labels=["class 0", "class 1"]),
            Arrows([0, 0], w, label="w"),
        ]

    def alt(w1, w2, bias):
        errors = np.sum((X @ [w1, w2] + bias > 0) != Y)
        return f"With weights {w1:g} and {w2:g} and bias {bias:g}, {errors} of 60 points lie wrong."

    values = np.linspace(-2, 2, 9)
    return Explorer(
        frame,
        [
            Slider("w1", values, label="weight w₁", start=1.0),
            Slider("w2", values, label="weight w₂", start=1.0, play=True),
            Slider("bias", [-2, -1, 0, 1, 2], label="bias w₀", start=0),
        ],
        title="A linear boundary and its weights",
        alt=alt,
        buttons=[Button("Good weights", w1=1.5, w2=1.0, bias=0), Button("Bias only", w1=0, w2=0.5)],
        x_label="x₁",
        y_label="x₂",
        equal=False,
    )


def curves() -> Explorer:
    """Lines with markers, dashes, direct labels, a band, rules; log axes; two panels; a choice."""

    def frame(rate, loss):
        steps = np.arange(1, 61)
        decay = np.exp(-rate * steps / 8) + 1e-3
        noise = 0.2 * decay
        gap = np.where(steps > 40, np.nan, 0.6 * decay + 0.02)
        return [
            Panel(
                [
                    Band(steps, decay - noise, decay + noise, label="spread"),
                    Line(steps, decay, label="training loss"),
                    Line(steps, gap, color=1, label="validation loss"),
                    Rule(x=20, label="stop"),
                ],
                title=f"{loss}, linear axes",
                x_label="epoch",
                y_label="loss",
            ),
            Panel(
                [
                    Line(steps[::6], decay[::6], label="training", markers=True, direct=True),
                    Line(
                        steps[::6], 2 * decay[::6], color=2, label="test", markers=True, direct=True
                    ),
                    Text(3, 0.01, "exponential decay", anchor="start"),
                    Rule(y=1e-2, label="target"),
                ],
                title="The same, logarithmic",
                x_label="epoch",
                y_label="loss",
                x_scale="log",
                y_scale="log",
                x=(1, 60),
                y=(5e-4, 3),
            ),
        ]

    return Explorer(
        frame,
        [
            Slider("rate", [0.25, 0.5, 1, 2], label="learning rate", start=1, play=True),
            Choice("loss", ["cross-entropy", "squared error"], label="loss"),
        ],
        buttons=[
            Button("Slow and steady learning", rate=0.25),
            Button("Fast learning", rate=2, loss="squared error"),
        ],
        title="Two views of a learning curve",
        alt=lambda rate, loss: (
            f"At learning rate {rate:g} the {loss} falls by a factor e every "
            f"{8 / rate:g} epochs; on logarithmic axes the fall is steeper at the end."
        ),
    )


def bars() -> Explorer:
    """Bars: named, signed, grouped, horizontal, histogram."""

    def frame(temperature):
        scores = np.array([2.0, 1.0, -0.5, 0.3])
        p = np.exp(scores / temperature)
        p /= p.sum()
        names = ["cat", "dog", "horse", "frog"]
        edges = np.linspace(-3, 3, 13)
        histogram, _ = np.histogram(X[:, 0] / temperature, edges)
        return [
            Panel(
                [Bars(p, names, numbers=".2f")], title="Softmax", y=(0, 1.1), y_label="probability"
            ),
            Panel(
                [Bars(scores, names, color="signed", horizontal=True, numbers="+.1f")],
                title="Scores",
            ),
            Panel(
                [Bars(np.column_stack([p, p[::-1]]), names, labels=["model", "other"])],
                title="Two models",
                y=(0, 1),
            ),
            Panel([Bars(histogram, edges=edges, color=2)], title="Histogram", x_label="x₁"),
        ]

    return Explorer(
        frame,
        [Slider("temperature", [0.5, 1, 2, 4], start=1)],
        title="Four kinds of bars",
        alt="Bars of probabilities, scores, two models and a histogram.",
        columns=2,
    )


def _digit(angle):
    v, u = np.mgrid[-1:1:28j, -1:1:28j]
    c, s = np.cos(angle), np.sin(angle)
    radius = np.hypot((c * u + s * v) / 0.55, (c * v - s * u) / 0.85)
    return np.exp(-((radius - 0.8) ** 2) / 0.03)


def images() -> Explorer:
    """Images: one, a grid with titles and highlight, diverging weights, several marks, colour."""

    def frame(angle):
        digits = np.stack([_digit(angle + k / 3) for k in range(10)])
        hue = np.stack(np.meshgrid(np.linspace(0, 1, 12), np.linspace(0, 1, 12)), axis=-1)
        color = np.concatenate([hue, np.full((12, 12, 1), abs(np.cos(angle)))], axis=-1)
        return [
            Panel([Image(digits[0])], title="One digit", aspect=1),
            Panel(
                [Image(digits, columns=5, titles=[str(k) for k in range(10)], highlight=[3])],
                title="Ten digits",
                aspect=1.8,
            ),
            Panel([Image(digits[0] - digits[4], scale="diverging", label="weight")], aspect=1),
            Panel(
                [
                    Image(digits[0], titles=["ring"]),
                    Image(digits[2] - 0.5, titles=["step"], scale="diverging", sign="+"),
                    Image(digits[:4], sign="=", own_scale=True, label="value"),
                ],
                title="Several in a row",
                aspect=1.8,
            ),
            Panel([Image(color, rgb=True)], title="Colour", aspect=1),
        ]

    return Explorer(
        frame,
        [Slider("angle", np.linspace(0, 3, 7), format=".1f")],
        title="Images",
        alt="Blurred rings that turn with the angle, alone, in a grid, as weights and as a sum.",
        columns=2,
    )


def matrices() -> Explorer:
    """Matrices: names, groups, gaps, frames, blank zeros, numbers that do not fit."""

    def frame(steps):
        words = ["the", "cat", "sat", "because", "it", "was", "tired"]
        scores = np.cos(np.subtract.outer(np.arange(7), np.arange(7)) * steps)
        causal = np.where(np.tri(7), np.exp(2 * scores), np.nan)
        counts = np.diag([50, 41, 38, 44]) + steps * np.eye(4, k=1) + 3 * np.eye(4, k=-2)
        kinds = ["cat", "dog", "automobile", "aeroplane"]
        return [
            Panel(
                [
                    Matrix(
                        counts,
                        rows=kinds,
                        columns=kinds,
                        row_groups=["animals", "animals", "machines", "machines"],
                        column_groups="says the network",
                        numbers="d",
                        blank_zeros=True,
                        highlight=[(0, 1), (2, None)],
                        domain=(0, 20),
                        label="pictures",
                    )
                ],
                title="Confusion",
            ),
            Panel(
                [
                    Matrix(
                        causal / np.nansum(causal, axis=1, keepdims=True),
                        rows=words,
                        columns=words,
                        highlight=[(None, 1)],
                        label="attention",
                    )
                ],
                title="Attention",
                aspect=1.1,
            ),
            Panel(
                [
                    Matrix(
                        np.outer([1, -1, 0.5], [np.cos(steps), np.sin(steps), 1.0]),
                        scale="diverging",
                        rows=["h₁", "h₂", "h₃"],
                        columns=["x₁", "x₂", "1"],
                        column_groups=["inputs", "inputs", ""],
                        numbers=".2f",
                    )
                ],
                title="Weights",
                aspect=1.8,
            ),
            Panel(
                [Matrix([[7, 42, 100, 123456789 * steps] * 2], numbers="d")],
                title="Large numbers",
                aspect=1.8,
            ),
        ]

    return Explorer(
        frame,
        [Slider("steps", [1, 2, 3])],
        title="Matrices",
        alt=lambda steps: f"In {steps} of 50 pictures a cat is taken for a dog.",
        columns=2,
    )


def diagrams() -> Explorer:
    """A network from its weights and a computation graph; a click tells what each part does."""

    def frame(x1, x2, step):
        hidden = sigmoid(np.array([-10 + 20 * x1 + 20 * x2, 30 - 20 * x1 - 20 * x2]))
        output = sigmoid(-30 + 20 * hidden.sum())
        network = network_diagram(
            [[[-10, 20, 20], [30, -20, -20]], [[-30, 20, 20]]],
            [[x1, x2], hidden, [output]],
            functions="σ",
            weight_domain=(-30, 30),
            numbers=".2g",
            edge_numbers="d",
        )
        names = ["$x$", "$w$", r"$s = w \cdot x$", r"$y = \sigma(s)$", "loss"]
        places = [(0, 0.8), (0, 0.2), (0.33, 0.5), (0.67, 0.5), (1, 0.5)]
        nodes = [
            Node(*place, name, shape="box", highlight=k >= step, detail=f"{name}: step {k}")
            for k, (place, name) in enumerate(zip(places, names, strict=True))
        ]
        edges = [
            Edge(a, b, label=label, highlight=b >= step)
            for a, b, label in [
                (0, 2, ""),
                (1, 2, ""),
                (2, 3, "$y(1-y)$"),
                (3, 4, r"$\partial L/\partial y$"),
            ]
        ]
        return [
            Panel([network], title="XOR"),
            Panel([Diagram(nodes, edges, arrows=True)], title="Backwards"),
        ]

    return Explorer(
        frame,
        [
            Choice("x1", [0, 1], label="x₁"),
            Choice("x2", [0, 1], label="x₂"),
            Slider("step", [4, 3, 2], label=r"layer $\ell$"),
        ],
        title="Diagrams",
        alt="XOR by a network with the values of its nodes, and a chain of functions up to $L(w)$.",
    )


def regions() -> Explorer:
    """Fields of classes and of a loss, hollow and plain points, several levels, equal axes."""

    def frame(angle):
        centres = [
            (1.7 * np.cos(angle + 2 * np.pi * k / 3), 1.7 * np.sin(angle + 2 * np.pi * k / 3))
            for k in range(3)
        ]
        C = np.array(centres)
        nearest = lambda P: np.argmin(((P[:, None] - C) ** 2).sum(-1), axis=1)  # noqa: E731
        bowl = lambda P: (P[:, 0] - C[0, 0]) ** 2 + 3 * (P[:, 1] - C[0, 1]) ** 2  # noqa: E731
        path = np.column_stack([np.linspace(-2, C[0, 0], 9), np.linspace(2, C[0, 1], 9) ** 1])
        return [
            Panel(
                [
                    Field(
                        nearest,
                        x=(-3, 3),
                        y=(-3, 3),
                        scale="classes",
                        names=["A", "B", "C"],
                        resolution=80,
                    ),
                    Points(C, [0, 1, 2], size=11),
                    Points(C[:1], hollow=True, size=20, label="chosen"),
                ],
                title="Nearest centre",
                x_label="x₁",
                y_label="x₂",
                equal=True,
                aspect=1.1,
            ),
            Panel(
                [
                    Field(bowl, x=(-3, 3), y=(-3, 3), scale="sequential", label="loss"),
                    Contour([1, 3, 6, 10, 20, 30], color="muted", width=1),
                    Arrows(path[:-1], path[1:], width=1.5, color=1, label="descent"),
                    Points(path[-1], color=1, label="end"),
                    Text(-2, 2, "start\nat $w^{(0)}$", dy=16, bold=True),
                ],
                title="A bowl $L(w)$",
                x_label="$w_1$",
                y_label="$w_2$",
                equal=True,
                aspect=1.1,
            ),
        ]

    return Explorer(
        frame,
        [Slider("angle", np.linspace(0, 2, 9), format=".2f", play=True)],
        title="Regions and a bowl",
        alt="Three regions that turn; beside them a bowl and a path to its bottom.",
    )


def looks() -> Explorer:
    """Markers by name, values as colours and sizes, error bars, cased and faint lines, decades."""

    def frame(shown):
        turns = np.linspace(0, 6, 40)
        spiral = np.column_stack([turns * np.cos(turns), turns * np.sin(turns)])
        peak = lambda P: 10 ** (3 - np.hypot(*P.T) / 2)  # noqa: E731
        side = (-5, 5)
        means = np.array([3.0, 5, 4]) + shown / 20
        return [
            Panel(
                [Points([k, 0], color=k, marker=m, size=20) for k, m in enumerate(MARKER_NAMES)],
                title="Markers",
                y=(-1, 1),
                x=(-0.5, 9.5),
                aspect=2.6,
            ),
            Panel(
                [
                    Points(spiral, values=turns, size=4 + turns, label="turned by", upto=shown),
                    Line(*spiral.T, color="muted", opacity=0.4),
                ],
                title="Values",
                equal=True,
            ),
            Panel(
                [
                    Bars(means, ["a", "b", "c"]),
                    ErrorBars(range(3), means - 1, means + np.array([1, 2, 1]), label="quartiles"),
                ],
                title="Bars with errors",
            ),
            Panel(
                [
                    ErrorBars([1, 2, 3], [0, 1, 10], [1, 10 + shown, 100], color=1, width=3),
                    Line([1, 2, 3], [0.5, 5, 50], marker="star", markers=True),
                ],
                title="Errors on decades",
                y_scale="log",
                y=(0.1, 200),
            ),
            Panel(
                [
                    Field(peak, x=side, y=side, scale="log", domain=(1, 1000), label="height"),
                    Contour([3, 30, 300], numbers="d", casing=True),
                    Arrows([4, 4], [1, 1], casing=True),
                    Line(side, [-4, -3], casing=True, upto=1, marker="diamond", width=3),
                ],
                title="Decades of height",
            ),
        ]

    return Explorer(
        frame,
        [Slider("shown", [9, 20, 39], label="last point")],
        title="Looks",
        alt=lambda shown: f"Ten markers; a spiral up to its point {shown}; errors; a hill.",
        columns=2,
    )


def borders() -> Explorer:
    """Marks that reach beyond the axes, logarithmic axes, panels without axes, long names."""

    def frame(shift, color):
        x = np.linspace(0, 10, 21)
        slope = lambda P: P[:, 0] + 0.2 * P[:, 1] - shift  # noqa: E731
        names = ["adaptive moments", "momentum", "plain descent", "root mean squares"]
        return [
            Panel(
                [
                    Line(x, x + shift, color=color, direct=True, label="rises"),
                    Points(np.column_stack([x, 10 - x]), size=np.linspace(4, 16, 21)),
                    Arrows([[1, 2], [8, 4]], [[12, 6], [2, 14]]),
                    Rule(x=7.5, label="late"),
                    Rule(x=2 + shift, label="early"),
                    Rule(y=2, label="low"),
                    Rule(y=30, label="out of sight"),
                    Text(10.4, 9, "beside\nthe panel", anchor="start"),
                ],
                title="Beyond the axes",
                x=(0, 10),
                y=(0, 10),
            ),
            Panel(
                [
                    Band(x + 1, 10.0**-x, np.append(0, 10 ** (2 - x[1:])), color=2),
                    Line(x + 1, np.where(x == 5, 0, 10 ** (1 - x)), dash=True),
                ],
                title="A band down to nothing",
                x_scale="log",
                y_scale="log",
                y=(1e-4, 10),
            ),
            Panel(
                [Bars([30, 0.2 + shift, 4, 900], names, numbers="g")],
                title="Bars on decades",
                y_scale="log",
                y=(0.1, 5000),
                x_label="method",
            ),
            Panel(
                [Bars([62, 71.5, 80 + shift, 99], [1957, 1969, 1986, 1997], numbers=".1f")],
                title="Foot below the axis",
                y=(60, 90),
            ),
            Panel(
                [
                    Field(slope, x=(-3, 3), y=(-3, 3), scale="sequential"),
                    Contour(1.5, label="half way up"),
                    Points([[-4, -4], [4, 4]]),
                ],
                title="A contour that leaves the field",
            ),
            Panel(
                [
                    Line([1958, 1969, 1986], [2, 5 + shift, 3], markers=True, color=3),
                    Text(1969, 4, "a place", size=0.9),
                ],
                title="Without axes",
                axes=False,
            ),
            Panel(
                [Line([1960, 1980, 2000], [1, 2, shift]), Rule(x=1986, label="1986")],
                title="Years",
                x_label="year",
            ),
            Panel(
                [Matrix(np.eye(3) * 100 * (1 + shift), numbers="d"), Text(0.5, 0.5, "middle")],
                title="Text on a matrix",
                axes=False,
            ),
        ]

    return Explorer(
        frame,
        [
            Slider(
                "shift",
                [0, 0.5, 1],
                label="how far everything is moved from where it stood at first, in units",
            ),
            Choice(
                "color",
                [1, 2, 3],
                labels=[f"the first line in the colour of class {k}" for k in (1, 2, 3)],
                label="a choice whose options take one line each, on a phone and on a desk",
            ),
        ],
        title="At the borders",
        alt=lambda shift, color: (
            f"Eight panels whose marks reach their borders, moved by {shift:g}."
        ),
        columns=2,
    )


def sum_of_images() -> Explorer:
    """No control; images small enough to stand beside each other on a phone."""
    digit = _digit(0.4)
    noise = np.sign(np.random.default_rng(3).normal(size=digit.shape))

    def frame():
        return [
            Panel([Image(digit)], title="A ring", aspect=1),
            Panel([Image(noise, scale="diverging")], title="+ 0.2 × noise", aspect=1),
            Panel([Image(np.clip(digit + 0.2 * noise, 0, 1))], title="= a sum", aspect=1),
        ]

    return Explorer(
        frame,
        title="A ring and noise",
        alt="A grey ring, the signs of noise, and their sum, in which the ring is still seen.",
    )


def handles() -> Explorer:
    """Handles: both ends of a line, a point among options, a point on a logarithmic axis."""

    def frame(left, right, place):
        steps = np.arange(41)
        step, decay = 20 + 6 * right, (4 + left) / 60
        return [
            Panel(
                [
                    Points(X, Y, labels=["class 0", "class 1"]),
                    Line([-3, 3], [left, right], color="ink", label="boundary"),
                    Handle(-3, left, moves="left", label="left end"),
                    Handle(3, right, moves="right", label="right end"),
                    Points([1.5 * place, -3.5], color=2, size=12),
                    Handle(1.5 * place, -3.5, moves="place", label="a place"),
                ],
                x_label="x₁",
                y_label="x₂",
                x=(-3, 3),
                y=(-4, 4),
            ),
            Panel(
                [
                    Line(steps, 10 ** (-steps * decay), label="loss"),
                    Handle(step, 10 ** (-step * decay), moves=("right", "left"), label="the loss"),
                ],
                y_scale="log",
                y=(1e-3, 1),
                x_label="step",
            ),
        ]

    values = np.linspace(-3, 3, 13)
    return Explorer(
        frame,
        [
            Slider("left", values, label="left end", start=1.0),
            Slider("right", values, label="right end", start=0.0),
            Choice("place", [-1, 0, 1], labels=["left", "middle", "right"], start=0),
        ],
        title="Things to take hold of",
        alt=lambda left, right, place: (
            f"A line from {left:g} at the left to {right:g} at the right, and a point at {place}; "
            "beside it a curve of loss."
        ),
    )


def softmax_with_temperature() -> Explorer:
    """Seven options in a box to select from, a slider whose stops have names."""
    classes = ["cat", "dog", "fox", "owl"]
    scores = {
        "a cat": [4.0, 1.5, 0.5, -2.0],
        "a cat in the dark": [1.2, 0.9, 1.0, 0.2],
        "a dog": [0.5, 3.5, 1.5, -2.0],
        "a dog with a long coat": [0.2, 2.0, 1.8, -1.5],
        "a fox": [0.0, 2.2, 3.0, -1.0],
        "an owl": [-1.0, -2.0, -1.5, 4.5],
        "an owl with ears": [1.9, -1.0, 0.3, 2.1],
    }
    stops = {0.1: "0.1, cold", 0.3: "0.3", 1: "1, plain", 3: "3", 10: "10, hot"}

    def probabilities(picture, temperature):
        powers = np.exp(np.divide(scores[picture], temperature))
        return powers / powers.sum()

    def frame(picture, temperature):
        bars = Bars(probabilities(picture, temperature), classes, color=range(4), numbers=".2f")
        T = np.geomspace(0.1, 10, 41)
        paths = np.transpose([probabilities(picture, t) for t in T])
        lines = [Line(T, path, color=k, label=classes[k]) for k, path in enumerate(paths)]
        x = {"x": (0.1, 10), "x_scale": "log", "x_label": "temperature"}
        y = {"y": (0, 1.1), "y_label": "probability"}
        return [
            Panel([bars], title="Now", **y),
            Panel([*lines, Rule(x=temperature)], title="At every temperature", **x, **y),
        ]

    def alt(picture, temperature):
        p = probabilities(picture, temperature)
        seen = f"At temperature {temperature:g} the network calls the picture of {picture} "
        return f"{seen}{classes[p.argmax()]!r}, with probability {p.max():.2f}."

    return Explorer(
        frame,
        [
            Choice("picture", list(scores), label="picture of"),
            Slider("temperature", list(stops), names=stops.values(), start=1, play=True),
        ],
        title="Softmax with temperature",
        alt=alt,
    )


ALL = tuple(
    f for f in vars().values() if getattr(f, "__annotations__", {}).get("return") is Explorer
)
