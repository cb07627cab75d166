"""Figures and data of the chapter "Logistic regression"."""

from collections.abc import Callable
from functools import cache, partial

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from numpy.typing import NDArray

from dlcourse import plots
from dlcourse.activations import sigmoid, softplus
from dlcourse.datasets import load_digits_subset, moons, rings, xor
from dlcourse.explorers import (
    Arrows,
    Bars,
    Button,
    Choice,
    Contour,
    Explorer,
    Field,
    Handle,
    Line,
    Mark,
    Panel,
    Points,
    Rule,
    Slider,
    Text,
    number,
)
from dlcourse.explorers.values import Array
from dlcourse.figures.wording import counted
from dlcourse.linear import (
    Path,
    distance_to_boundary,
    fit_logistic,
    gradient_descent,
    logistic_objective,
    predict_probability,
    scores,
)


@cache
def ones_and_sevens() -> tuple[Array, Array, Array]:
    """Sixty digits: images, two numbers for each, and 1 for a seven."""
    images, digits, _, _ = load_digits_subset()
    chosen = np.flatnonzero(np.isin(digits, [1, 7]))[:60]
    images, y = images[chosen], (digits[chosen] == 7).astype(int)

    ink = images.astype(float).reshape(-1, 28, 28)
    share = ink / ink.sum(axis=(1, 2), keepdims=True)
    columns, place = share.sum(axis=1), np.arange(28)
    off_centre = place - (columns @ place)[:, np.newaxis]
    spread = np.sqrt((columns * off_centre**2).sum(axis=1))
    upper_half = share[:, :14].sum(axis=(1, 2))

    measured = np.column_stack([spread, upper_half])
    X = (measured - measured.mean(axis=0)) / measured.std(axis=0)
    return images, X.round(2) + 0.0, y


_, _X, _Y = ones_and_sevens()
_VIEW = (-3.2, 3.2)
_CLASSES = ("a one", "a seven")
_DIGITS = Points(_X, _Y, labels=_CLASSES)


def _boundary(w: Array, label: str = "boundary") -> Contour:
    return Contour(
        0.0, lambda P: scores(P, w), x=_VIEW, y=_VIEW, resolution=2, width=2, label=label
    )


def _plane(marks: list[Mark]) -> Panel:
    return Panel(
        marks,
        x_label="x₁: sideways spread",
        y_label="x₂: ink in the upper half",
        x=_VIEW,
        y=_VIEW,
        equal=True,
        aspect=1.0,
    )


def _sides(w: Array) -> Field:
    says = ("says one", "says seven")
    return Field(lambda P: scores(P, w) > 0, x=_VIEW, y=_VIEW, scale="classes", names=says)


def _wrong(w: Array) -> NDArray[np.bool_]:
    wrong: NDArray[np.bool_] = (scores(_X, w) > 0) != _Y
    return wrong


def _n_wrong(w: Array) -> int:
    return int(_wrong(w).sum())


# --- Drag the line ---


def _line(turn: float, shift: float) -> Array:
    """Weights of length 1 whose boundary has this direction and distance from the origin."""
    return np.array([-shift, np.cos(np.radians(turn)), np.sin(np.radians(turn))])


def _drag_frame(turn: int, shift: float) -> list[Mark]:
    w = _line(turn, shift)
    middle, along = shift * w[1:], np.array([-w[2], w[1]])
    return [
        _sides(w),
        _boundary(w, "the line"),
        _DIGITS,
        Points(_X[_wrong(w)], hollow=True, size=15, label="on the wrong side"),
        Handle(*middle, moves="shift", label="middle of the line"),
        Handle(*(middle + 2 * along), moves="turn", label="end of the line"),
    ]


def _drag_alt(turn: int, shift: float) -> str:
    wrong = _Y[_wrong(_line(turn, shift))]
    return (
        f"Turned by {turn} degrees and shifted by {number(shift, 'g')}, the line has {len(wrong)} "
        f"of 60 digits on the wrong side: {counted(int((wrong == 0).sum()), 'one')} and "
        f"{counted(int(wrong.sum()), 'seven')}."
    )


def drag_the_line() -> Explorer:
    """Turn and shift a line between ones and sevens until few are on the wrong side."""
    return Explorer(
        _drag_frame,
        [
            Slider("turn", range(0, 360, 10), label="turn, in degrees", start=0),
            Slider("shift", np.arange(-15, 16) / 10, label="shift", start=1.2),
        ],
        title="Drag the line",
        alt=_drag_alt,
        x_label="sideways spread",
        y_label="ink in the upper half",
        x=_VIEW,
        y=_VIEW,
        equal=True,
        aspect=1.3,
    )


# --- Three numbers make a line ---

_RINGED = _X[12]  # a seven


def _arrows_of(w: Array) -> list[Mark]:
    """Draw w from the boundary, and the way from the ringed seven to the boundary."""
    v = w[1:]
    if not v.any():
        return [_tip(v)]
    foot, nearest = -w[0] * v / (v @ v), _RINGED - (w[0] + v @ _RINGED) * v / (v @ v)
    return [
        Arrows(foot, foot + v),
        Arrows(_RINGED, nearest, head=False, dash=True, width=1.5),
        _tip(foot + v),
        Handle(*foot, moves="w0", label="boundary"),
        _name_of(foot + v),
    ]


def _tip(place: Array) -> Handle:
    return Handle(*place, moves=("w1", "w2"), label="tip of w")


def _name_of(tip: Array) -> Text:
    x, y = np.clip(tip, *_VIEW)
    return Text(x, y, "w", bold=True, dy=18)


def _line_frame(w1: float, w2: float, w0: float) -> list[Panel]:
    w = np.array([w0, w1, w2])
    marks = [
        _sides(w),
        _boundary(w),
        _DIGITS,
        Points(_RINGED, hollow=True, size=17, label="ringed"),
        *_arrows_of(w),
    ]
    parts = [w0, *(w[1:] * _RINGED), w0 + w[1:] @ _RINGED]
    names = ["w₀", "w₁x₁", "w₂x₂", "sum: s"]
    bars = Bars(parts, names, color="signed", horizontal=True, numbers="+.2f")
    return [
        _plane(marks),
        Panel([bars], title="Score of the ringed seven", x=(-6, 6), aspect=0.8),
    ]


def _line_alt(w1: float, w2: float, w0: float) -> str:
    if not (w1 or w2):
        return (
            f"Both weights are 0: there is no line. Every digit has the score {number(w0, 'g')}, "
            "and 30 of 60 are wrong."
        )
    w = np.array([w0, w1, w2])
    s = float(w0 + w[1:] @ _RINGED)
    return (
        f"With w₁ = {number(w1, 'g')}, w₂ = {number(w2, 'g')} and w₀ = {number(w0, 'g')}, "
        f"{_n_wrong(w)} of 60 digits lie on the wrong side. The ringed seven has the score "
        f"{number(s, '.2f')} and lies {abs(s) / np.hypot(w1, w2):.2f} from the line."
    )


def three_numbers_make_a_line() -> Explorer:
    """Turn and shift the line between ones and sevens by hand."""
    weights = np.linspace(-2, 2, 17)
    return Explorer(
        _line_frame,
        [
            Slider("w1", weights, label="weight w₁", start=-1.0),
            Slider("w2", weights, label="weight w₂", start=1.0),
            Slider("w0", np.linspace(-2, 2, 9), label="bias w₀", start=0),
        ],
        title="Three numbers make a line",
        alt=_line_alt,
        buttons=[
            Button("w₁ = ½, w₂ = 1, w₀ = 1", w1=0.5, w2=1.0, w0=1),
            Button("all three doubled", w1=1.0, w2=2.0, w0=2),
        ],
    )


# --- The length of w is the sharpness ---


def _through_the_origin(length: float, angle: float) -> Array:
    direction = np.radians(angle)
    return np.array([0.0, length * np.cos(direction), length * np.sin(direction)])


def _strip_of_doubt(w: Array) -> list[Mark]:
    """Lines on which p is 0.1 and 0.9."""
    labels = {-np.log(9): "", np.log(9): "p = 0.1 and 0.9"}
    return [
        Contour(
            level,
            lambda P: scores(P, w),
            x=_VIEW,
            y=_VIEW,
            resolution=2,
            color="muted",
            dash=True,
            label=label,
        )
        for level, label in labels.items()
    ]


def _sharpness_frame(length: float, angle: float) -> list[Panel]:
    w = _through_the_origin(length, angle)
    plane = [
        Field(lambda P: predict_probability(P, w), x=_VIEW, y=_VIEW, label="P(Y = 1)"),
        _boundary(w),
        *_strip_of_doubt(w),
        _DIGITS,
    ]
    d = np.linspace(-4, 4, 161)
    cut = [
        Line(d, sigmoid(length * d), color="ink", label="p = σ(‖w‖ d)"),
        Rule(y=0.5),
        Rule(x=0.0),
        Points(np.column_stack([distance_to_boundary(_X, w), _Y]), _Y, opacity=0.6),
    ]
    return [
        _plane(plane),
        Panel(
            cut,
            x_label="distance d to the boundary",
            y_label="probability p of a seven",
            x=(-4, 4),
            y=(-0.04, 1.04),
            aspect=1.1,
        ),
    ]


def _sharpness_alt(length: float, angle: float) -> str:
    return (
        f"With ‖w‖ = {length:g} and w at {angle} degrees, the probability of a seven climbs from "
        f"0.1 to 0.9 within {2 * np.log(9) / length:.2f} units of distance. "
        f"{_n_wrong(_through_the_origin(length, angle))} of 60 digits lie on the wrong side of "
        "the line."
    )


def length_is_sharpness() -> Explorer:
    """Make w longer and shorter, and turn it."""
    return Explorer(
        _sharpness_frame,
        [
            Slider("length", [0.25, 0.5, 1, 2, 4, 8, 16], label="length ‖w‖", start=1),
            Slider("angle", range(0, 91, 15), label="direction of w in degrees", start=45),
        ],
        title="The length of w is the sharpness",
        alt=_sharpness_alt,
    )


# --- Two terms, one switched on ---


def _terms_frame(truth: int, p: float) -> list[Panel]:
    cost = -np.log(p if truth else 1 - p)
    ps = np.linspace(0.0005, 0.9995, 400)
    seven, one = "−log p, for a seven", "−log (1 − p), for a one"
    terms = [
        Line(ps, -np.log(ps), color=1, label=seven, dash=not truth, width=3 if truth else 1.5),
        Line(ps, -np.log(1 - ps), color=0, label=one, dash=bool(truth), width=1.5 if truth else 3),
        Rule(x=p),
        Points([p, cost], color=truth, size=12),
        Handle(p, cost, moves="p", label="what p costs"),
    ]
    costs = [truth * cost, (1 - truth) * cost]
    bars = Bars(costs, ["first", "second"], color=[1, 0], numbers=".2f")
    return [
        Panel(
            terms,
            x_label="p, the probability given to a seven",
            y_label="cost",
            x=(0, 1),
            y=(0, 7.2),
            aspect=1.3,
        ),
        Panel([bars], title="The two terms", y=(0, 7.2), aspect=0.8),
    ]


def _terms_alt(truth: int, p: float) -> str:
    given = p if truth else 1 - p
    return (
        f"The digit is {_CLASSES[truth]} and the model gives that the probability {given:.4g}: "
        f"the cost is {-np.log(given):.3f}. The other term is switched off."
    )


def two_terms_one_switched_on() -> Explorer:
    """Show what a probability costs, for a seven and for a one."""
    ps = [0.001, 0.01, 0.02, *np.arange(0.05, 0.96, 0.05).round(2), 0.98, 0.99, 0.999]
    digits = ["a seven, y = 1", "a one, y = 0"]
    return Explorer(
        _terms_frame,
        [
            Choice("truth", [1, 0], labels=digits, label="The digit is"),
            Slider("p", ps, label="model's p", start=0.5, play=True),
        ],
        title="Two terms, one switched on",
        alt=_terms_alt,
    )


# --- Margins under the loss ---

_BEST = fit_logistic(_X, _Y)
_UNIT_MARGINS = (2 * _Y - 1) * distance_to_boundary(_X, _BEST)  # the margins when w has length 1
_RIGHT = _UNIT_MARGINS > 0
_LENGTHS = np.array([0.25, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 5.5, 6])


def _costs(length: float) -> Array:
    return softplus(-length * _UNIT_MARGINS)


def _margin_frame(length: float) -> list[Panel]:
    top = np.column_stack([length * _UNIT_MARGINS, _costs(length)])
    foot = top * [1, 0]
    m = np.linspace(-7, 9, 321)
    cost = [
        Line(m, softplus(-m), color="ink", width=1.5, label="log (1 + e⁻ᵐ)"),
        Rule(x=0.0),
        Arrows(foot[_RIGHT], top[_RIGHT], head=False, color=2, label="right: m > 0"),
        Arrows(foot[~_RIGHT], top[~_RIGHT], head=False, color=3, width=3),
        Points(top[~_RIGHT], color=3, label="wrong: m < 0"),
    ]
    mean = [
        Line(
            _LENGTHS,
            [_costs(each).mean() for each in _LENGTHS],
            color="ink",
            label="mean cost",
        ),
        Points([length, _costs(length).mean()], color="ink", size=12),
        Handle(length, _costs(length).mean(), moves="length", label="length of w"),
    ]
    return [
        Panel(
            cost, x_label="margin m", y_label="cost of one digit", x=(-7, 9), y=(0, 7), aspect=1.3
        ),
        Panel(mean, x_label="length ‖w‖", y_label="mean cost", x=(0, 6.2), y=(0, 0.7), aspect=1.0),
    ]


def _margin_alt(length: float) -> str:
    costs = _costs(length)
    return (
        f"‖w‖ = {length:g}: the {(~_RIGHT).sum()} wrong digits cost {costs[~_RIGHT].sum():.1f} "
        f"together, the {_RIGHT.sum()} right ones {costs[_RIGHT].sum():.1f}. "
        f"The mean cost is {costs.mean():.3f}."
    )


def margins_under_the_loss() -> Explorer:
    """Stretch all margins by the length of w."""
    return Explorer(
        _margin_frame,
        [Slider("length", _LENGTHS, label="length ‖w‖", start=2, play=True)],
        title="Margins under the loss",
        alt=_margin_alt,
    )


# --- The boundary learns ---

_STEPS = np.arange(61)
_RATES = (0.05, 5.0, 25.0, 40.0)
_W0, _W2 = (-4.5, 5.5), (-1.0, 16.0)
_HEIGHTS = (0.3, 0.35, 0.5, 0.7, 1.0, 2.0)
_loss = logistic_objective(_X, _Y)


@cache
def _descent(rate: float) -> Path:
    return gradient_descent(_loss, np.zeros(3), rate, int(_STEPS[-1]))


def _lowest_loss() -> float:
    return _loss(_BEST)[0]


@cache
def _map() -> Field:
    """Draw the loss against bias and second weight, the first weight at its best."""
    return Field(
        lambda P: np.array([_loss(np.array([w0, _BEST[1], w2]))[0] for w0, w2 in P]),
        x=_W0,
        y=_W2,
        scale="log",
        label=f"loss, with w₁ fixed at {_BEST[1]:.2f}",
    )


def _descent_frame(rate: float, step: int) -> list[Panel]:
    path, ends = _descent(rate), (0, int(_STEPS[-1]))
    w, losses = path.points[step], path.values
    plane = [
        Field(
            lambda P: predict_probability(P, w), x=_VIEW, y=_VIEW, label="P(Y = 1)", resolution=32
        ),
        _boundary(w),
        _DIGITS,
    ]
    valley = [
        _map(),
        Contour(_HEIGHTS, numbers="g", width=1),
        Line(
            path.points[:, 0],
            path.points[:, 2],
            color="ink",
            width=1.5,
            upto=step,
            casing=True,
        ),
        Points(_BEST[[0, 2]], color="ink", marker="star", size=14, label="lowest"),
    ]
    curve = [
        Line(_STEPS, losses, color="ink", upto=step),
        Line(ends, [_lowest_loss()] * 2, color="muted", dash=True, label="lowest possible"),
        Handle(step, losses[step], moves="step", label="step"),
    ]
    return [
        _plane(plane),
        Panel(valley, x_label="bias w₀", y_label="weight w₂", x=_W0, y=_W2, aspect=1.3),
        Panel(curve, x_label="step", y_label="loss", x=ends, y=(0, 1.1), aspect=1.0),
    ]


def _descent_alt(rate: float, step: int) -> str:
    w, loss = _descent(rate).points[step], _descent(rate).values[step]
    return (
        f"Learning rate {rate:g}, step {step}: the loss is {loss:.3f} (the lowest possible is "
        f"{_lowest_loss():.3f}) at w₀ = {number(w[0], '.2f')}, w₁ = {number(w[1], '.2f')} and "
        f"w₂ = {number(w[2], '.2f')}. {_n_wrong(w)} of 60 digits are on the wrong side."
    )


def boundary_learns() -> Explorer:
    """Follow gradient descent with four learning rates."""
    rates = [f"{rate:g}" for rate in _RATES]
    return Explorer(
        _descent_frame,
        [
            Choice("rate", _RATES, labels=rates, label="learning rate α"),
            Slider("step", _STEPS, label="step", play=True),
        ],
        title="The boundary learns",
        alt=_descent_alt,
        frames_per_second=5,
    )


# --- What no line can do ---


def _centred(
    make: Callable[[int, float, np.random.Generator], tuple[Array, Array]], noise: float
) -> tuple[Array, Array]:
    X, y = make(80, noise, np.random.default_rng(0))
    X = X - X.mean(axis=0)
    return (1.6 * X / np.abs(X).max()).round(3), y


PROBLEMS = {
    "moons": _centred(moons, 0.15),
    "rings": _centred(rings, 0.07),
    "XOR": _centred(xor, 0.1),
}
_LINES = [_line(turn, shift) for turn in range(0, 360, 2) for shift in np.linspace(-2, 2, 161)]


@cache
def best_line(name: str) -> tuple[Array, float]:
    """Weights of the best of many thousand lines, and the share of points that it gets right."""
    X, y = PROBLEMS[name]
    shares = ((scores(X, _LINES) > 0) == y[:, np.newaxis]).mean(axis=0)
    best = int(shares.argmax())
    return _LINES[best], float(shares[best])


def _says(P: Array, w: Array) -> NDArray[np.bool_]:
    return np.asarray(scores(P, w) > 0)


def best_lines() -> Figure:
    """Draw three problems that no line solves, each with the best of many thousand lines."""
    figure, panels = plt.subplots(1, 3, figsize=(8.4, 2.9), layout="constrained")
    for ax, (name, (X, y)) in zip(panels, PROBLEMS.items(), strict=True):
        w, share = best_line(name)
        plots.regions(partial(_says, w=w), X, ax)
        plots.scatter(X, y, ax, size=14)
        ax.set_title(f"{name}: {share:.0%}")
        if ax is not panels[-1]:
            ax.get_legend().remove()
    return figure
