"""Figures and experiments of the chapter "Labels and losses"."""

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from dlcourse import plots
from dlcourse._validation import IntArray
from dlcourse.activations import sigmoid, softmax, softplus
from dlcourse.datasets import half_size, load_digits_subset
from dlcourse.explorers import (
    Bars,
    Choice,
    Explorer,
    Field,
    Handle,
    Line,
    Mark,
    Matrix,
    Panel,
    Points,
    Rule,
    Slider,
    Text,
    number,
)
from dlcourse.explorers.values import Array
from dlcourse.features import append_ones
from dlcourse.figures.stored import stored
from dlcourse.figures.wording import counted
from dlcourse.labels import (
    binary_code,
    decode_binary,
    decode_integer,
    decode_one_hot,
    hamming_distances,
    integer_code,
    one_hot,
)
from dlcourse.linear import fit_logistic, fit_softmax, scores
from dlcourse.losses import cross_entropy, cross_entropy_gradient
from dlcourse.network import forward, initialize
from dlcourse.optimizers import Adam
from dlcourse.training import train

# --- Three machines for one task ---


def say_number(X: Array, t: IntArray, X_new: Array, K: int) -> IntArray:
    """One output learns the number; the nearest number is the answer."""
    w = np.linalg.lstsq(append_ones(X), t, rcond=None)[0]
    return decode_integer(scores(X_new, w)[:, np.newaxis], K)


def say_bits(X: Array, t: IntArray, X_new: Array, K: int) -> IntArray:
    """One logistic regression for each bit; the nearest code is the answer."""
    fits = [fit_logistic(X, bit.astype(int), 0.001) for bit in binary_code(t, K).T]
    return decode_binary(sigmoid(scores(X_new, fits)), K)


def say_one_of_many(X: Array, t: IntArray, X_new: Array, K: int) -> IntArray:
    """Softmax regression, one output for each class; the largest is the answer."""
    return decode_one_hot(scores(X_new, fit_softmax(X, t, K, 0.001)))


class Machine(NamedTuple):
    """What learns class numbers, how it has them written, and how a network learns the same."""

    answers: Callable[[Array, IntArray, Array, int], IntArray]
    encode: Callable[[IntArray, int], Array]
    loss: str
    decode: Callable[[Array, int], IntArray]


MACHINES = {
    "number": Machine(say_number, integer_code, "squared_error", decode_integer),
    "bits": Machine(
        say_bits, binary_code, "binary_cross_entropy", lambda S, K: decode_binary(sigmoid(S), K)
    ),
    "one-hot": Machine(say_one_of_many, one_hot, "cross_entropy", lambda S, K: decode_one_hot(S)),
}

_CLOUDS = ("A", "B", "C", "D")
_CORNERS = np.array([[-1.0, -1.0], [1, -1], [1, 1], [-1, 1]])
_CLOUD = np.repeat(np.arange(4), 20)
_PLACES = (_CORNERS[_CLOUD] + np.random.default_rng(0).normal(scale=0.17, size=(80, 2))).round(2)
_VIEW = (-2.0, 2.0)
#: Numbers of the clouds A, B, C and D.
NUMBERINGS = ((0, 1, 3, 2), (0, 1, 2, 3), (0, 2, 1, 3), (0, 2, 3, 1), (0, 3, 1, 2), (0, 3, 2, 1))


def clouds_said(target: str, numbers: tuple[int, ...], X: Array = _PLACES) -> IntArray:
    """Train a machine on the clouds' numbers; return the cloud that it says at each place."""
    answers = MACHINES[target].answers(_PLACES, np.array(numbers)[_CLOUD], X, 4)
    return np.asarray(np.argsort(numbers)[answers])


@cache
def _n_clouds_right(target: str, numbers: tuple[int, ...]) -> int:
    return int((clouds_said(target, numbers) == _CLOUD).sum())


def _codes(target: str, numbers: tuple[int, ...]) -> list[str]:
    """Write what the machine is to say for each cloud."""
    rows = MACHINES[target].encode(np.array(numbers), 4)
    return [" ".join(f"{bit:.0f}" for bit in row) for row in rows]


def _clouds_frame(target: str, numbering: int) -> list[Mark]:
    numbers = NUMBERINGS[numbering]
    labels = [
        Text(x, 1.7 * y, code, bold=True)
        for (x, y), code in zip(_CORNERS, _codes(target, numbers), strict=True)
    ]
    return [
        Field(
            lambda P: clouds_said(target, numbers, P),
            x=_VIEW,
            y=_VIEW,
            scale="classes",
            resolution=96,
        ),
        Points(_PLACES, _CLOUD, labels=[f"cloud {name}" for name in _CLOUDS]),
        *labels,
    ]


def _clouds_alt(target: str, numbering: int) -> str:
    codes = _codes(target, NUMBERINGS[numbering])
    asked = ", ".join(f"{name} {code}" for name, code in zip(_CLOUDS, codes, strict=True))
    right = _n_clouds_right(target, NUMBERINGS[numbering])
    said = [_CLOUDS[k] for k in np.unique(clouds_said(target, NUMBERINGS[numbering]))]
    only = "" if len(said) == len(_CLOUDS) else f" All answers are {' or '.join(said)}."
    return f"To be learned: {asked}. {right} of 80 points are right.{only}"


def four_clouds() -> Explorer:
    """Renumber four clouds and train three machines on the numbers."""
    return Explorer(
        _clouds_frame,
        [
            Choice(
                "target",
                list(MACHINES),
                labels=["number", "bits", "one per cloud"],
                label="Output",
            ),
            Slider(
                "numbering",
                range(len(NUMBERINGS)),
                names=[" ".join(map(str, numbers)) for numbers in NUMBERINGS],
                label="numbers of A, B, C, D",
            ),
        ],
        title="Four clouds and their numbers",
        alt=_clouds_alt,
        x=_VIEW,
        y=_VIEW,
        equal=True,
        aspect=1.2,
        x_label="x₁",
        y_label="x₂",
    )


# --- Digits, renumbered ---

N_SAMPLES, N_ORDERS = 3, 20


@cache
def digits() -> tuple[Array, IntArray, Array, IntArray]:
    """Return the bundled digits, four pixels averaged to one: 5,000 and 1,000 of 14 x 14."""
    X, y, X_test, y_test = load_digits_subset()
    return half_size(X).astype(float), y, half_size(X_test).astype(float), y_test


def renumbered(target: str, order: IntArray, sample: slice) -> IntArray:
    """Give digit ``order[j]`` the number j, train, and return which digits are said in the test."""
    X, y, X_test, _ = digits()
    t = np.argsort(order)[y]
    return order[MACHINES[target].answers(X[sample], t[sample], X_test, 10)]


@cache
def orders() -> IntArray:
    """Return 20 numberings of the digits: the usual one, then random ones."""
    rng = np.random.default_rng(0)
    return np.array([np.arange(10), *(rng.permutation(10) for _ in range(N_ORDERS - 1))])


@cache
def said(target: str, order: int, sample: int) -> IntArray:
    """Run one of the experiments: the digits said of the 1,000 test images."""
    return renumbered(target, orders()[order], slice(1000 * sample, 1000 * (sample + 1)))


def count_answers(target: str, order: int, sample: int) -> IntArray:
    """Count the answers of one experiment: right numbers in rows, numbers said in columns."""
    number_of, y_test = np.argsort(orders()[order]), digits()[3]
    counts = np.zeros((10, 10), np.intp)
    np.add.at(counts, (number_of[y_test], number_of[said(target, order, sample)]), 1)
    return counts


@cache
def answer_counts(target: str) -> IntArray:
    """Return all these counts, as `runs` found them; shape (20, 3, 10, 10)."""
    return np.reshape(stored("labels_and_losses")[f"{target}: answers"], (N_ORDERS, -1, 10, 10))


def accuracies(target: str) -> Array:
    """Return the share of right answers in the test, for each numbering (rows) and sample."""
    return np.asarray(answer_counts(target).trace(axis1=2, axis2=3) / 1000)


def mistakes(target: str, order: int) -> Array:
    """Count the mistakes over all samples: right numbers in rows, numbers said in columns."""
    return np.asarray(answer_counts(target)[order].sum(axis=0) * (1 - np.eye(10)))


APART = {
    "number": np.abs(np.subtract.outer(np.arange(10), np.arange(10))),
    "bits": hamming_distances(binary_code(np.arange(10), 10)),
}


def shares(counts: Array, apart: Array) -> Array:
    """Return which share of the mistakes is 1, 2, 3 ... apart."""
    by_distance = np.bincount(apart.ravel(), counts.ravel())[1:]
    return np.asarray(by_distance / by_distance.sum())


_ORDERS_SHOWN = range(8)
_MEASURE = {"number": "number", "bits": "bits", "one-hot": "number"}


def _confusion_frame(target: str, order: int) -> list[Panel]:
    names = [str(digit) for digit in orders()[order]]
    counts, apart = mistakes(target, order), APART[_MEASURE[target]]
    gaps = np.where(np.eye(10, dtype=bool), np.nan, counts / counts.sum())
    table = Matrix(
        gaps,
        rows=names,
        columns=names,
        row_groups="digit shown",
        column_groups="digit said",
        label="share of mistakes",
        domain=(0.0, 0.06),
    )
    by_chance = shares(1 - np.eye(10), apart)
    distances = np.arange(1, len(by_chance) + 1)
    bars = [
        Bars(shares(counts, apart), [str(d) for d in distances], color="muted", label="mistakes"),
        Points(
            np.column_stack([distances - 1, by_chance]),
            color="ink",
            hollow=True,
            label="if numbers played no part",
        ),
    ]
    unit = "bits that differ" if target == "bits" else "difference of the numbers"
    return [
        Panel([table], aspect=1.1),
        Panel(bars, x_label=unit, y_label="share of mistakes", y=(0, 0.9), y_format=".0%"),
    ]


def _confusion_alt(target: str, order: int) -> str:
    counts, apart = mistakes(target, order), APART[_MEASURE[target]]
    near, chance = shares(counts, apart)[0], shares(1 - np.eye(10), apart)[0]
    row, column = np.unravel_index(counts.argmax(), counts.shape)
    shown, said_ = orders()[order][[row, column]]
    unit = "codes differ in one bit" if target == "bits" else "numbers are neighbours"
    right = 1 - counts.sum() / (N_SAMPLES * 1000)
    return (
        f"{right:.0%} of the test digits are right. Of the mistakes, {near:.0%} lie between "
        f"digits whose {unit}; it would be {chance:.0%} if numbers played no part. The most "
        f"frequent mistake: {shown} is called {said_}."
    )


def where_the_mistakes_go() -> Explorer:
    """Renumber the digits and watch the mistakes of three machines."""
    return Explorer(
        _confusion_frame,
        [
            Choice("target", list(MACHINES), label="Output learns"),
            Slider(
                "order",
                _ORDERS_SHOWN,
                names=[" ".join(map(str, orders()[r])) for r in _ORDERS_SHOWN],
                label="order of the digits",
            ),
        ],
        title="Where the mistakes go",
        alt=_confusion_alt,
    )


# --- Twenty numberings ---

_ROWS = {"number": 2, "bits": 1, "one-hot": 0}


def _twenty_frame(sample: int, tried: int) -> list[Mark]:
    marks: list[Mark] = []
    for target, row in _ROWS.items():
        found = accuracies(target)[:tried, sample]
        heights = row + np.linspace(-0.25, 0.25, N_ORDERS)[:tried]
        marks.append(Points(np.column_stack([found, heights]), color=row, opacity=0.8))
    return marks


def _twenty_alt(sample: int, tried: int) -> str:
    found = {target: accuracies(target)[:tried, sample] for target in MACHINES}
    if tried == 1:
        shares = ", ".join(f"{target} {a[0]:.1%}" for target, a in found.items())
        return f"Sample {sample + 1}, the usual numbering. Right answers: {shares}."
    shares = ", ".join(f"{target} {a.min():.1%} to {a.max():.1%}" for target, a in found.items())
    return (
        f"Sample {sample + 1}, {counted(tried, 'numbering')}, one mark each; its height only keeps "
        f"it apart from the others. Right answers: {shares}."
    )


def twenty_numberings() -> Explorer:
    """Train three machines on more and more numberings of the same digits."""
    return Explorer(
        _twenty_frame,
        [
            Choice("sample", range(N_SAMPLES), labels=["1", "2", "3"], label="sample of digits"),
            Slider("tried", range(1, N_ORDERS + 1), label="numberings tried", play=True),
        ],
        title="Twenty numberings of the same digits",
        alt=_twenty_alt,
        x=(0, 1),
        y=(-0.6, 2.6),
        x_label="share of right answers",
        x_format=".0%",
        y_label="output learns",
        y_ticks={2: "number", 1: "bits", 0: "one-hot"},
    )


# --- Three scores, one right ---

_THREE = ("4", "9", "7")


def _three_scores(right: float, wrong: float) -> Array:
    return np.array([[right, wrong, 0.0]])


def _three_frame(right: float, wrong: float) -> list[Panel]:
    S = _three_scores(right, wrong)
    P, dS = softmax(S)[0], cross_entropy_gradient(S, [0])[0]
    return [
        Panel(
            [Bars(P, _THREE, color=[0, 1, 2], numbers=".3f")],
            title="Probabilities P",
            y=(0, 1.15),
            aspect=1.1,
        ),
        Panel(
            [Bars(dS, _THREE, color=[0, 1, 2], numbers="+.3f"), Rule(y=0, dash=False)],
            title="Slopes by the scores, P − Y",
            y=(-1.2, 1.2),
            aspect=1.1,
        ),
    ]


def _three_alt(right: float, wrong: float) -> str:
    S = _three_scores(right, wrong)
    loss, dS = cross_entropy(S, [0]), cross_entropy_gradient(S, [0])[0]
    slopes = ", ".join(
        f"{number(slope, '+.3f')} ({name})" for name, slope in zip(_THREE, dS, strict=True)
    )
    return (
        f"The digit is a 4. Scores: {number(right, 'g')} for 4, {number(wrong, 'g')} for 9, "
        f"0 for 7. The loss is {loss:.3f}; its slopes: {slopes}."
    )


def three_scores() -> Explorer:
    """Move two of three scores and see the loss and its slopes."""
    return Explorer(
        _three_frame,
        [
            Slider("right", range(-4, 9), label="score of 4, the right one", start=0),
            Slider("wrong", range(-4, 9), label="score of 9", start=0),
        ],
        title="Three scores, one of them right",
        alt=_three_alt,
    )


# --- What a confident mistake costs ---


#: Cost of a score and its slope where the right answer is yes.
COSTS: dict[str, tuple[Callable[[Array], Array], Callable[[Array], Array]]] = {
    "cross-entropy": (lambda s: softplus(-s), lambda s: sigmoid(s) - 1),
    "squared error of p": (
        lambda s: (1 - sigmoid(s)) ** 2 / 2,
        lambda s: -((1 - sigmoid(s)) ** 2) * sigmoid(s),
    ),
    "squared error of s": (lambda s: (1 - s) ** 2 / 2, lambda s: s - 1),
    "hinge": (lambda s: np.maximum(0, 1 - s), lambda s: -(s < 1).astype(float)),
    "0/1": (lambda s: (s < 0).astype(float), np.zeros_like),
}
_S = np.linspace(-8, 8, 321)


def _costs_at(s: float) -> tuple[Array, Array]:
    at = np.array([s])
    values = np.array([[cost(at)[0], slope(at)[0]] for cost, slope in COSTS.values()])
    return values[:, 0], values[:, 1]


def _mistake_frame(s: float) -> list[Panel]:
    costs, slopes = _costs_at(s)
    lines: list[Mark] = [
        Line(_S, cost(_S), color=k, label=name) for k, (name, (cost, _)) in enumerate(COSTS.items())
    ]
    points = Points(np.column_stack([np.full(len(costs), s), costs]), np.arange(len(costs)))
    handle = Handle(s, costs[0], moves="s", label="score")
    return [
        Panel(
            [*lines, Rule(x=s), points, handle],
            x_label="score s of an example whose right answer is yes",
            y_label="cost",
            x=(-8, 8),
            y=(-0.2, 9),
            aspect=1.2,
        ),
        Panel(
            [
                Bars(
                    -slopes,
                    list(COSTS),
                    color=[*range(len(COSTS))],
                    horizontal=True,
                    numbers=".2g",
                )
            ],
            title="Push on the score: minus the slope",
            x=(-10, 12),
            aspect=1.0,
        ),
    ]


def _mistake_alt(s: float) -> str:
    costs, slopes = _costs_at(s)
    told = "; ".join(
        f"{name} {number(cost, '.3g')}, push {number(0 - slope, '.2g')}"
        for name, cost, slope in zip(COSTS, costs, slopes, strict=True)
    )
    side = "right" if s > 0 else "undecided" if s == 0 else "wrong"
    return f"The score {number(s, 'g')} is {side}. Costs: {told}."


def confident_mistake() -> Explorer:
    """Move the score of one example and compare what five losses make of it."""
    return Explorer(
        _mistake_frame,
        [Slider("s", range(-8, 9), label="score s", start=0)],
        title="What a confident mistake costs",
        alt=_mistake_alt,
    )


# --- The way back ---

_STEPS = 450
_WAYS = {"cross-entropy": 0, "squared error of p": 1}


@cache
def way_back(loss: str, start: float, steps: int = _STEPS) -> Array:
    """Return the scores of one example on its way down a loss with the rate 1."""
    slope, path = COSTS[loss][1], [np.array([start])]
    for _ in range(steps):
        path.append(path[-1] - slope(path[-1]))
    return np.concatenate(path)


def _first_right(path: Array) -> int | None:
    found = np.flatnonzero(path > 0)
    return int(found[0]) if len(found) else None


def _way_frame(start: int) -> list[Mark]:
    steps = np.arange(_STEPS + 1)
    return [
        *(Line(steps, way_back(loss, start), color=k, label=loss) for loss, k in _WAYS.items()),
        Rule(y=0, label="on the right side above"),
        Handle(0, start, moves="start", label="score at the start"),
    ]


def _way_alt(start: int) -> str:
    first = {loss: _first_right(way_back(loss, start)) for loss in _WAYS}
    told = "; ".join(
        f"{loss}: " + ("not yet" if k is None else f"after {counted(k, 'step')}")
        for loss, k in first.items()
    )
    return (
        f"The score starts at {number(start, 'g')}, where p = {sigmoid(float(start)):.4f}. On the "
        f"right side within {_STEPS} steps? {told}."
    )


def way_back_to_the_right_side() -> Explorer:
    """Start one example ever further on the wrong side and let two losses bring it back."""
    return Explorer(
        _way_frame,
        [Slider("start", range(-7, 1), label="score at the start", start=-1)],
        title="The way back from a mistake",
        alt=_way_alt,
        x=(0, _STEPS),
        y=(-7.5, 7.5),
        x_label="step of gradient descent, learning rate 1",
        y_label="score",
    )


# --- The same labels for a network ---

N_SEEDS, N_NETWORK_ORDERS = 3, 4


def network_accuracy(target: str, order: int, seed: int) -> float:
    """Train 32 hidden units on all 5,000 digits; return the share of right answers in the test."""
    X, y, X_test, y_test = digits()
    machine, rng = MACHINES[target], np.random.default_rng(seed)
    Y = machine.encode(np.argsort(orders()[order])[y], 10)
    network = initialize((196, 32, Y.shape[1]), rng, "relu")
    adam = Adam(0.003)
    train(network, X, Y, rng=rng, loss=machine.loss, optimizer=adam, epochs=15, progress=False)
    answers = orders()[order][machine.decode(forward(network, X_test).scores, 10)]
    return float((answers == y_test).mean())


def network_accuracies(target: str) -> Array:
    """Return the networks' accuracies, as `runs` found them, for each numbering (rows) and seed."""
    return np.array(stored("labels_and_losses")[f"{target}: networks"])


def linear_accuracy(target: str, order: int) -> float:
    """Train the linear machine on the same digits; return the share of right answers."""
    return float((renumbered(target, orders()[order], slice(None)) == digits()[3]).mean())


def linear_accuracies(target: str) -> Array:
    """Return the linear machines' accuracies, as `runs` found them, one row per numbering."""
    return np.array(stored("labels_and_losses")[f"{target}: linear, all digits"])


def network_and_labels() -> Figure:
    """Draw the accuracies of linear machines and networks that learn the three kinds of labels."""
    figure, ax = plt.subplots(figsize=(6.4, 2.6), layout="constrained")
    for target, row in _ROWS.items():
        color, marker = plots.PALETTE[row], plots.MARKERS[row]
        heights = row + 0.15 * (1.5 - np.arange(N_NETWORK_ORDERS))
        ax.plot(network_accuracies(target), heights, marker, color=color)
        ax.plot(linear_accuracies(target), heights, marker, color=color, fillstyle="none")
    ax.set(
        xlabel="share of right answers",
        ylabel="output learns",
        yticks=list(_ROWS.values()),
        yticklabels=list(_ROWS),
        xlim=(0, 1),
    )
    ax.spines[["top", "right"]].set_visible(False)
    return figure


# --- What is stored ---


def runs() -> dict[str, list[Any]]:
    """Train all that is stored for the figures of this chapter (``tools/runs.py``)."""
    found: dict[str, list[Any]] = {}
    for target in MACHINES:
        found[f"{target}: answers"] = [
            [count_answers(target, order, k).ravel().tolist() for k in range(N_SAMPLES)]
            for order in range(N_ORDERS)
        ]
        found[f"{target}: networks"] = [
            [network_accuracy(target, order, seed) for seed in range(N_SEEDS)]
            for order in range(N_NETWORK_ORDERS)
        ]
        found[f"{target}: linear, all digits"] = [
            [linear_accuracy(target, order)] for order in range(N_NETWORK_ORDERS)
        ]
    return found
