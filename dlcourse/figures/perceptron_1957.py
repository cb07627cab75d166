"""Figures of the section "The perceptron, 1957"."""

from functools import cache
from typing import NamedTuple

import numpy as np

from dlcourse._validation import FloatArray, IntArray
from dlcourse.activations import sigmoid
from dlcourse.datasets import toy
from dlcourse.explorers import (
    Button,
    Choice,
    Explorer,
    Image,
    Line,
    Mark,
    Panel,
    Points,
    Rule,
    Slider,
)
from dlcourse.explorers.values import Color
from dlcourse.features import append_ones
from dlcourse.figures.wording import counted
from dlcourse.history.perceptron_1957 import (
    RETINA,
    Lesson,
    cards,
    learn,
    mistake_bound,
    perceptron_step,
)


def _boundary(w: FloatArray, label: str, color: Color = "ink", dash: bool = False) -> Line:
    """Draw the line where the score is 0, far beyond any window."""
    length = np.hypot(*w[1:])
    foot, along = -w[0] * w[1:] / length**2, np.array([-w[2], w[1]]) / length
    x, y = np.transpose([foot - 30 * along, foot + 30 * along])
    return Line(x, y, color=color, dash=dash, width=2.5, label=label)


# --- Mistake by mistake ---


class Problem(NamedTuple):
    """Points with labels -1 and 1, and weights that tell them apart, where there are any."""

    X: IntArray
    y: IntArray
    u: tuple[int, ...] = ()


PROBLEMS = {
    "a wide gap": Problem(
        np.array([[0, -3], [-1, -2], [2, 2], [3, 3], [-1, -3], [3, 1], [-2, 3], [1, 3]]),
        np.array([-1, -1, 1, 1, -1, 1, -1, 1]),
        (-3, 6, 2),
    ),
    "a narrow gap": Problem(
        np.array([[1, -3], [1, -2], [1, 2], [0, 1], [2, -2], [0, 2], [-3, -2], [3, -1]]),
        np.array([-1, -1, 1, 1, -1, 1, -1, 1]),
        (-1, 4, 6),
    ),
    "XOR": Problem(
        np.array([[-2, -2], [-2, 2], [2, -2], [2, 2]]),
        np.array([-1, 1, 1, -1]),
    ),
}
MOST = 9  # mistakes that are shown
_WINDOW = (-4, 4)


def lesson(data: str) -> Lesson:
    """What a perceptron learns of these points, in the order in which they stand."""
    return learn(PROBLEMS[data].X, PROBLEMS[data].y, max_passes=20)


def _plane(data: str, k: int) -> Panel:
    (X, y, _), taught = PROBLEMS[data], lesson(data)
    w = taught.weights[k]
    marks: list[Mark] = [Points(X, (y > 0).astype(int), labels=("-1", "+1"), size=12)]
    if k < len(taught.mistakes):
        wrong = X[taught.mistakes[k]]
        marks.append(Points(wrong, color="ink", hollow=True, size=22, label="the next mistake"))
    if w[1:].any():
        marks.append(_boundary(w, "score 0"))
    return Panel(
        marks, title="The points", x_label="x₁", y_label="x₂", x=_WINDOW, y=_WINDOW, aspect=1.1
    )


def _squeeze(data: str, k: int) -> Panel:
    (X, y, u), taught = PROBLEMS[data], lesson(data)
    count = np.linspace(0, 32, 65)
    longest = np.sqrt((append_ones(X) ** 2).sum(axis=1).max())
    marks: list[Mark] = [Line(count, longest * np.sqrt(count), color=2, label="at most R√k")]
    if u:
        gap = longest / np.sqrt(mistake_bound(X, y, u))
        marks.append(Line(count, gap * count, color=3, dash=True, label="at least γk"))
    lengths = np.linalg.norm(taught.weights[: k + 1], axis=1)
    marks.append(
        Points(np.column_stack([np.arange(k + 1), lengths]), color="ink", label="so far", size=7)
    )
    return Panel(
        marks,
        title="Length of the weights",
        x_label="mistakes k",
        y_label="length of w",
        x=(0, 32),
        y=(0, 24),
        aspect=1.1,
    )


def _mistakes_frame(data: str, mistakes: int) -> list[Panel]:
    k = min(mistakes, len(lesson(data).mistakes))
    return [_plane(data, k), _squeeze(data, k)]


def _mistakes_alt(data: str, mistakes: int) -> str:
    (X, y, _), taught = PROBLEMS[data], lesson(data)
    k = min(mistakes, len(taught.mistakes))
    w = taught.weights[k]
    right = int((y * (w[0] + X @ w[1:]) > 0).sum())
    then = "No mistake follows." if k == len(taught.mistakes) else "Another mistake follows."
    return (
        f"With {data}, after {counted(k, 'mistake')} the weights are ({w[0]:g}, {w[1]:g}, "
        f"{w[2]:g}), of length {np.linalg.norm(w):.1f}, and {right} of {len(X)} points are "
        f"right. {then}"
    )


def mistake_by_mistake() -> Explorer:
    """Step through the mistakes of a perceptron, and watch its weights grow between two bounds."""
    return Explorer(
        _mistakes_frame,
        [
            Choice("data", list(PROBLEMS), label="Points"),
            Slider("mistakes", range(MOST + 1), label="mistakes", play=True),
        ],
        title="Mistake by mistake",
        alt=_mistakes_alt,
        frames_per_second=0.8,
    )


# --- Left from right ---

CARDS = 200
_SHOWN = (0, 1, 2, 5, 10, 20, 30, 40, 50, 75, 100, 150, 200)
RIGHT_MINUS_LEFT = np.concatenate([[0], np.tile(np.repeat([-1, 1], RETINA // 2), RETINA)])


@cache
def shown_cards() -> tuple[Lesson, float]:
    """One pass through 200 cards, and Novikoff's bound for all that there could be."""
    X, y = cards(CARDS, np.random.default_rng(0))
    return learn(X, y, max_passes=1), mistake_bound(X, y, RIGHT_MINUS_LEFT)


def _cards_frame(shown: int) -> list[Panel]:
    taught, bound = shown_cards()
    made = np.searchsorted(taught.mistakes, np.arange(CARDS + 1))  # before card 0, 1, 2, ...
    w = taught.weights[made[shown]]
    curve = Line(np.arange(CARDS + 1), made, color=1, upto=shown, label="mistakes so far")
    return [
        Panel(
            [Image(w[1:].reshape(RETINA, RETINA), scale="diverging", domain=(-2, 2), label="w")],
            title="The weights, as the retina lies",
        ),
        Panel(
            [
                Rule(y=bound, label="Novikoff: no more"),
                Rule(x=50, label="1958"),
                curve,
            ],
            title="Mistakes",
            x_label="cards shown",
            y_label="mistakes",
            x=(0, CARDS),
            y=(0, 30),
            aspect=1.3,
        ),
    ]


def _cards_alt(shown: int) -> str:
    made = int((shown_cards()[0].mistakes < shown).sum())
    w = shown_cards()[0].weights[made][1:].reshape(RETINA, RETINA)
    left, right = w[:, : RETINA // 2].mean(), w[:, RETINA // 2 :].mean()
    return (
        f"After {counted(shown, 'card')} with {counted(made, 'mistake')}, the weights of the left "
        f"half are {left:.2f} on average and those of the right half {right:.2f}."
    )


def left_from_right() -> Explorer:
    """Show cards with a square on the left or on the right: the weights, and the mistakes."""
    return Explorer(
        _cards_frame,
        [Slider("shown", _SHOWN, label="cards shown", play=True)],
        title="Left from right",
        alt=_cards_alt,
        frames_per_second=1.0,
    )


# --- Beside the logistic unit ---

PASSES = 30
CLOUDS = {
    "a gap": toy.separable(60, 0.1, np.random.default_rng(0)),
    "an overlap": toy.blobs(60, 1.4, np.random.default_rng(0), n_classes=2),
}


@cache
def beside(data: str, seed: int = 1) -> FloatArray:
    """Weights of both units after each pass, shape (2, passes, 3): perceptron, logistic.

    Both see the same points in the same order; the logistic unit has rate 0.1.
    """
    X, y = CLOUDS[data]
    rng = np.random.default_rng(seed)
    w: FloatArray = np.zeros(3)
    v, found = w, []
    Z = append_ones(X)
    for _ in range(PASSES):
        for i in rng.permutation(len(X)):
            w = perceptron_step(w, X[i], 2 * y[i] - 1)
            v = v + 0.1 * (y[i] - sigmoid(v @ Z[i])) * Z[i]
        found.append([w, v])
    return np.swapaxes(found, 0, 1)


def errors(data: str, seed: int = 1) -> FloatArray:
    """Share of the points that each unit gets wrong after each pass, shape (2, passes)."""
    X, y = CLOUDS[data]
    wrong = (2 * y - 1) * (beside(data, seed) @ append_ones(X).T) <= 0
    return np.asarray(wrong.mean(axis=2))


def _beside_frame(data: str, passes: int) -> list[Panel]:
    X, y = CLOUDS[data]
    w, v = beside(data)[:, passes - 1]
    curves = [
        Line(np.arange(1, PASSES + 1), e, color=c, dash=d, upto=passes - 1, label=label)
        for e, c, d, label in zip(
            errors(data), (2, 3), (False, True), ("perceptron", "logistic unit"), strict=True
        )
    ]
    side = (-6, 6) if data == "an overlap" else (-2, 2)
    return [
        Panel(
            [
                Points(X, y, labels=("0", "1"), size=8),
                _boundary(w, "perceptron", 2),
                _boundary(v, "logistic unit", 3, dash=True),
            ],
            title="The points",
            x_label="x₁",
            y_label="x₂",
            x=side,
            y=side,
            aspect=1.1,
            follow="xy",
        ),
        Panel(
            curves,
            title="Wrong after each pass",
            x_label="passes",
            y_label="share wrong",
            x=(1, PASSES),
            y=(0, 0.5),
            y_format=".0%",
            aspect=1.1,
        ),
    ]


def _beside_alt(data: str, passes: int) -> str:
    w, v = errors(data)[:, passes - 1]
    return (
        f"After {passes} of {PASSES} passes through points with {data}, the perceptron "
        f"gets {w:.0%} wrong and the logistic unit {v:.0%}."
    )


def beside_the_logistic_unit() -> Explorer:
    """Compare a perceptron and a logistic unit, pass by pass, with a gap and with an overlap."""
    return Explorer(
        _beside_frame,
        [
            Choice("data", list(CLOUDS), label="Points with"),
            Slider("passes", range(1, PASSES + 1), label="passes", play=True),
        ],
        title="Beside the logistic unit",
        alt=_beside_alt,
        buttons=[Button("Thirty passes", passes=PASSES)],
        frames_per_second=2.0,
    )
