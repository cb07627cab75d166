"""Figures and experiments of the chapter "The landscape"."""

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from dlcourse._validation import FloatArray, IntArray
from dlcourse.activations import sigmoid
from dlcourse.backprop import loss_and_gradients
from dlcourse.datasets import half_size, load_digits_subset
from dlcourse.descent import ValueAndGradient
from dlcourse.explorers import (
    Button,
    Choice,
    Explorer,
    Field,
    Handle,
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
from dlcourse.landscape import hessian_spectrum, loss_slice
from dlcourse.lbfgs import Minimum, minimize
from dlcourse.losses import cross_entropy
from dlcourse.network import Network, initialize, layer_shapes, predict_scores
from dlcourse.optimizers import Adam
from dlcourse.training import train

# --- A ball on two weights ---

_X = np.linspace(-2, 2, 20)
_T = 1.5 * np.tanh(1.5 * _X) + 0.2 * np.random.default_rng(0).normal(size=20)
_STEPS = (0, 2, 5, 10, 15, 20, 30, 40, 60, 100)
_PLACES = np.linspace(-2, 2, 9)


def ball_loss(W: FloatArray) -> FloatArray:
    """Half the mean squared error of ``w2 * tanh(w1 * x)``, for each row of weights."""
    outputs = W[:, 1:] * np.tanh(W[:, :1] * _X)
    losses: FloatArray = ((outputs - _T) ** 2).mean(axis=1) / 2
    return losses


def ball_slope(w: FloatArray) -> FloatArray:
    """The gradient of `ball_loss` at one point."""
    bend = np.tanh(w[0] * _X)
    errors = w[1] * bend - _T
    return np.array([(errors * w[1] * (1 - bend**2) * _X).mean(), (errors * bend).mean()])


@cache
def ball_path(w1: float, w2: float) -> FloatArray:
    """Where gradient descent with the rate 0.1 is before and after each of 100 steps."""
    path = [np.array([w1, w2])]
    for _ in range(100):
        path.append(path[-1] - 0.1 * ball_slope(path[-1]))
    return np.array(path)


@cache
def _bowl() -> Field:
    return Field(ball_loss, x=(-3, 3), y=(-3, 3), scale="log", domain=(0.01, 10), label="loss")


def _ball_frame(w1: float, w2: float, step: int) -> list[Panel]:
    path = ball_path(w1, w2)
    return [
        Panel(
            [
                _bowl(),
                Line(*path.T, color=1, upto=step, casing=True),
                Handle(w1, w2, moves=("w1", "w2"), label="start of the ball"),
            ],
            x_label="weight w₁",
            y_label="weight w₂",
            x=(-3, 3),
            y=(-3, 3),
            equal=True,
            aspect=1.0,
        ),
        Panel(
            [Line(range(101), ball_loss(path), color=1, upto=step)],
            x_label="step",
            y_label="loss",
            x=(0, 100),
            y=(0, max(2.0, 1.1 * float(ball_loss(path)[0]))),
            follow="y",
            aspect=1.0,
        ),
    ]


def _ball_alt(w1: float, w2: float, step: int) -> str:
    path = ball_path(w1, w2)
    here = ", ".join(number(w + 0.0, ".2f") for w in path[step])
    loss = number(ball_loss(path)[step], ".3f")
    return (
        f"Dropped at ({number(w1, 'g')}, {number(w2, 'g')}): after {counted(step, 'step')} the "
        f"ball is at ({here}), its loss is {loss}."
    )


def drop_a_ball() -> Explorer:
    """The loss of one unit with two weights, and a ball that the reader drops on it."""
    return Explorer(
        _ball_frame,
        [
            Slider("w1", _PLACES, label="start: w₁", start=1.0),
            Slider("w2", _PLACES, label="start: w₂", start=0.5),
            Slider("step", _STEPS, label="steps", start=0, play=True),
        ],
        buttons=[
            Button("From the other side", w1=-1.0, w2=-0.5, step=100),
            Button("Towards the pass", w1=-0.5, w2=0.5, step=100),
            Button("On the pass", w1=0, w2=0, step=100),
        ],
        title="Drop a ball",
        alt=_ball_alt,
        frames_per_second=2.5,
    )


# --- From many starts ---

PENALTY = 1e-3
_UNITS = (0, 1, 2, 3, 4, 6, 10)
_STARTS = 40
_RANKS = (1, 5, 10, 15, 20, 25, 30, 35, 40)


@cache
def stripes() -> tuple[FloatArray, IntArray]:
    """Eighty examples on a line, in six stripes of two classes; one in ten has the other label."""
    rng, x = np.random.default_rng(0), np.linspace(-3, 3, 80)
    y = rng.random(80) < np.where(np.sin(3 * x) > 0, 0.9, 0.1)
    return x[:, np.newaxis], y.astype(np.intp)


def stripes_sizes(units: int) -> tuple[int, ...]:
    """One input, so many hidden units, one output; without hidden units a logistic regression."""
    return (1, units, 1) if units else (1, 1)


def stripes_loss(units: int) -> ValueAndGradient:
    """Cross-entropy of such a network of tanh units on the stripes, with a small penalty."""
    X, y = stripes()

    def value_and_gradient(w: FloatArray) -> tuple[float, FloatArray]:
        network = Network(stripes_sizes(units), "tanh", w)
        loss, gradients = loss_and_gradients(network, X, y, "binary_cross_entropy")
        return loss + PENALTY / 2 * float(w @ w), gradients.flat + PENALTY * w

    return value_and_gradient


def n_weights(units: int) -> int:
    """How many weights such a network has."""
    return sum(rows * columns for rows, columns in layer_shapes(stripes_sizes(units)))


def downhill_from(units: int, seed: int) -> Minimum:
    """The bottom below a random start, of standard deviation 1."""
    start = np.random.default_rng(seed).normal(size=n_weights(units))
    return minimize(stripes_loss(units), start, max_iterations=500, tolerance=1e-5)


class _End(NamedTuple):
    value: float
    seed: int


def runs() -> dict[str, list[Any]]:
    """Go downhill from all starts whose ends are stored for the figure (``tools/runs.py``)."""
    return {
        str(units): sorted(
            [round(downhill_from(units, seed).value, 8), seed] for seed in range(_STARTS)
        )
        for units in _UNITS
    }


def _ends(units: int) -> list[_End]:
    """Where the descents from all starts end, the best first, as `runs` found them."""
    return [_End(*end) for end in stored("landscape")[str(units)]]


@cache
def _bottom(units: int, rank: int) -> FloatArray:
    """The weights at one of these ends."""
    return downhill_from(units, _ends(units)[rank - 1].seed).w


def _probability(units: int, w: FloatArray, x: FloatArray) -> FloatArray:
    network = Network(stripes_sizes(units), "tanh", w)
    return sigmoid(predict_scores(network, x[:, np.newaxis])[:, 0])


def _ends_frame(units: int, rank: int) -> list[Panel]:
    (X, y), x, ends = stripes(), np.linspace(-3, 3, 121), _ends(units)
    losses = np.array([end.value for end in ends])
    ranks = np.arange(1, _STARTS + 1)
    w = _bottom(units, rank)
    return [
        Panel(
            [
                Points(np.column_stack([X[:, 0], y]), y, labels=["class 0", "class 1"], size=6),
                Line(x, _probability(units, w, x), color="ink", label="P(class 1)", width=2.5),
            ],
            x_label="x",
            y_label="probability of class 1",
            x=(-3, 3),
            y=(-0.05, 1.05),
            aspect=1.0,
        ),
        Panel(
            [
                Points(np.column_stack([ranks, losses]), color="muted", size=6),
                Points([rank, losses[rank - 1]], color="ink", size=13, hollow=True, label="shown"),
            ],
            x_label="starts, best first",
            y_label="loss at the end",
            x=(0, 41),
            y=(0.4, 0.72),
            aspect=1.0,
        ),
    ]


def _ends_alt(units: int, rank: int) -> str:
    ends = _ends(units)
    name = counted(units, "hidden unit") if units else "Logistic regression, no hidden unit"
    return (
        f"{name}: over {_STARTS} starts the loss ends between {ends[0].value:.3f} and "
        f"{ends[-1].value:.3f}. Shown is number {rank}, {ends[rank - 1].value:.3f}."
    )


def ends_of_many_starts() -> Explorer:
    """Where descents from forty starts end, by the number of hidden units."""
    return Explorer(
        _ends_frame,
        [
            Slider("units", _UNITS, label="hidden units", start=0, play=True),
            Slider("rank", _RANKS, label="start shown, best first", start=1),
        ],
        title="Forty starts",
        alt=_ends_alt,
        frames_per_second=0.7,
    )


# --- One matrix, three depths ---

SIZES = (3.0, 1.0, 0.3)
_LINEAR_STEPS = 600
_LINEAR_SHOWN = (0, 10, 20, 40, 60, 100, 150, 200, 300, 400, 600)


def linear_target(rng: np.random.Generator) -> FloatArray:
    """A 3 x 3 matrix that stretches three directions at right angles by `SIZES`."""
    left, right = (np.linalg.qr(rng.normal(size=(3, 3)))[0] for _ in range(2))
    return np.asarray((left * SIZES) @ right.T)


def descend_factors(depth: int, target: FloatArray, rng: np.random.Generator) -> list[FloatArray]:
    """Gradient descent on the factors of a product that should become ``target``.

    Returns the product before and after each step, at the rate 0.04. The loss is half the squared
    distance.
    """
    W = [0.1 * rng.normal(size=(3, 3)) for _ in range(depth)]
    products: list[FloatArray] = []
    for _ in range(_LINEAR_STEPS + 1):
        below: list[FloatArray] = [np.eye(3)]
        for factor in W:
            below.append(factor @ below[-1])
        products.append(below[-1])
        blame = below[-1] - target
        for k in reversed(range(depth)):
            slope, blame = blame @ below[k].T, W[k].T @ blame
            W[k] = W[k] - 0.04 * slope
    return products


@cache
def _factors(depth: int, seed: int = 0) -> tuple[FloatArray, FloatArray]:
    """The loss, and the three sizes of the product, before and after each step."""
    rng = np.random.default_rng(seed)
    target = linear_target(rng)
    products = np.array(descend_factors(depth, target, rng))
    losses = ((products - target) ** 2).sum(axis=(1, 2)) / 2
    return losses, np.linalg.svd(products, compute_uv=False)


def _linear_frame(depth: int, step: int) -> list[Panel]:
    losses = [
        Line(
            range(_LINEAR_STEPS + 1),
            _factors(k)[0],
            color=k - 1,
            upto=step,
            label=counted(k, "layer"),
            width=3 if k == depth else 1.5,
            opacity=1 if k == depth else 0.5,
        )
        for k in (1, 2, 3)
    ]
    sizes: list[Mark] = [
        Line(
            range(_LINEAR_STEPS + 1),
            stretch,
            color=depth - 1,
            dash=False,
            upto=step,
        )
        for stretch in _factors(depth)[1].T
    ]
    goals: list[Mark] = [Rule(y=size) for size in SIZES]
    return [
        Panel(losses, x_label="step", y_label="loss", x=(0, 600), y=(0, 6), aspect=1.0),
        Panel(
            [*goals, *sizes],
            x_label="step",
            y_label="how much the product stretches",
            x=(0, 600),
            y=(0, 3.3),
            aspect=1.0,
        ),
    ]


def _linear_alt(depth: int, step: int) -> str:
    losses, sizes = _factors(depth)
    told = ", ".join(f"{size:.2f}" for size in sizes[step])
    return (
        f"{counted(depth, 'linear layer')} after {counted(step, 'step')}: the loss is "
        f"{losses[step]:.2f}, the product stretches three directions by {told}."
    )


def one_matrix_three_paths() -> Explorer:
    """Loss of linear networks of one to three layers, and the sizes of their product, by steps."""
    return Explorer(
        _linear_frame,
        [
            Slider("step", _LINEAR_SHOWN, label="steps", start=0, play=True),
            Choice("depth", [1, 2, 3], label="Layers"),
        ],
        title="One matrix, three paths",
        alt=_linear_alt,
        frames_per_second=2.0,
    )


# --- Signs of curvatures drawn at random ---

_DIRECTIONS = (1, 2, 3, 4, 5, 10, 20, 50)
_DRAWN = 200_000


def random_curvatures(n: int, count: int, rng: np.random.Generator) -> FloatArray:
    """Eigenvalues of random symmetric matrices, shape (count, n), with the spread near 1."""
    A = rng.normal(size=(count, n, n))
    return np.linalg.eigvalsh((A + A.transpose(0, 2, 1)) / np.sqrt(2 * (n + 1)))


@cache
def all_up(n: int) -> float:
    """Share of 200,000 such matrices all of whose eigenvalues are positive."""
    curvatures = random_curvatures(n, _DRAWN, np.random.default_rng(n))
    return float((curvatures > 0).all(axis=1).mean())


_COUNTED = tuple(n for n in _DIRECTIONS if n <= 5)


def _twelve(n: int) -> FloatArray:
    """The curvatures of the twelve matrices shown."""
    return random_curvatures(n, 12, np.random.default_rng(n + 1))


def _signs_frame(n: int) -> list[Panel]:
    drawn = _twelve(n)
    rows = np.repeat(np.arange(1, 13), n)
    places = np.column_stack([drawn.ravel(), rows])
    upto = min(len(_COUNTED), _DIRECTIONS.index(n) + 1) - 1
    shares = [all_up(k) for k in _COUNTED]
    coins = [0.5**k for k in _COUNTED]
    return [
        Panel(
            [
                Rule(x=0),
                Points(places, (places[:, 0] > 0).astype(int), labels=["down", "up"], size=6),
            ],
            title="Twelve random matrices",
            x_label="eigenvalue",
            y_label="matrix",
            x=(-2.6, 2.6),
            y=(0, 13),
            aspect=1.0,
        ),
        Panel(
            [
                Line(_COUNTED, coins, color="muted", dash=True, upto=upto, label="by coin tosses"),
                Line(_COUNTED, shares, color=1, upto=upto, markers=True, label="counted"),
            ],
            title="Share with all up",
            x_label="directions n",
            y_label="share",
            x=(1, 5),
            y_scale="log",
            y=(3e-5, 1),
            aspect=1.0,
        ),
    ]


def _signs_alt(n: int) -> str:
    up = (_twelve(n) > 0).all(axis=1).sum()
    told = f"; of 200,000 a share of {number(all_up(n), '.2g')}" if n in _COUNTED else ""
    return f"{counted(n, 'direction')}: {up} of 12 random matrices bend up in all of them{told}."


def all_signs_equal() -> Explorer:
    """Eigenvalues of random symmetric matrices, and how often all of them are positive."""
    return Explorer(
        _signs_frame,
        [Slider("n", _DIRECTIONS, label="directions n", start=1, play=True)],
        title="Up in all directions?",
        alt=_signs_alt,
        frames_per_second=0.7,
    )


# --- The flat places of a network ---


class FlatPlace(NamedTuple):
    """A point of zero gradient: its weights, its loss, and how many directions lead down."""

    w: FloatArray
    loss: float
    down: int


FOUND = (1, 2, 3, 4, 5)


def down_directions(units: int, w: FloatArray) -> int:
    """How many eigenvalues of the Hessian of `stripes_loss` are negative."""
    loss = stripes_loss(units)
    return int((hessian_spectrum(lambda v: loss(v)[1], w) < 0).sum())


@cache
def flat_places(units: int) -> list[FlatPlace]:
    """What ``tools/flat_places.py`` found from 120 starts."""
    found = stored("flat_places")[str(units)]
    return [FlatPlace(np.array(w), loss, down) for w, loss, down in found]


def share_of_saddles(units: int) -> float:
    """Share of the flat places with a direction that leads down."""
    return float(np.mean([place.down > 0 for place in flat_places(units)]))


def _apart(units: int) -> FloatArray:
    """Loss and directions down of each place; those at one spot a little above each other."""
    places = np.array([(place.loss, place.down) for place in flat_places(units)])
    _, spot = np.unique(places.round(2), axis=0, return_inverse=True)
    for k in range(spot.max() + 1):
        here = np.flatnonzero(spot == k)
        places[here, 1] += np.linspace(-0.3, 0.3, len(here)) if len(here) > 1 else 0
    return places


def _flat_frame(units: int) -> list[Panel]:
    places = _apart(units)
    saddle = np.array([place.down > 0 for place in flat_places(units)])
    shares = [share_of_saddles(k) for k in FOUND]
    return [
        Panel(
            [
                Points(places[~saddle], color=0, size=8, opacity=0.6, label="minimum"),
                Points(places[saddle], color=1, size=8, opacity=0.6, label="saddle"),
            ],
            x_label="loss",
            y_label="directions down",
            x=(0.4, 0.72),
            y=(-0.5, 5.5),
            y_ticks=range(6),
            aspect=1.0,
        ),
        Panel(
            [Line(FOUND, shares, color=1, markers=True, upto=FOUND.index(units))],
            x_label="hidden units",
            y_label="share of saddles",
            x=(0.8, 5.2),
            y=(0, 1),
            x_ticks=FOUND,
            y_format=".0%",
            aspect=1.0,
        ),
    ]


def _flat_alt(units: int) -> str:
    places = flat_places(units)
    most = max(place.down for place in places)
    return (
        f"{counted(units, 'hidden unit')}, {counted(len(places), 'flat place')}: "
        f"{share_of_saddles(units):.0%} are saddles, with up to "
        f"{counted(most, 'direction')} down."
    )


def flat_places_of_a_network() -> Explorer:
    """Loss and number of directions down at the flat places of a small network, by its size."""
    return Explorer(
        _flat_frame,
        [Slider("units", FOUND, label="hidden units", start=1, play=True)],
        title="Flat places",
        alt=_flat_alt,
        frames_per_second=0.7,
    )


# --- A network that reads digits ---

DIGITS_SIZES = (196, 20, 10)


@cache
def some_digits() -> tuple[FloatArray, IntArray]:
    """A thousand digits of 14 x 14 pixels."""
    images, y, _, _ = load_digits_subset()
    return half_size(images[:1000]).astype(float), y[:1000]


def learn_digits(seed: int) -> tuple[FloatArray, FloatArray]:
    """All weights of a network before and after it has learned the thousand digits."""
    rng = np.random.default_rng(seed)
    network = initialize(DIGITS_SIZES, rng, "tanh")
    start = network.parameters.copy()
    X, y = some_digits()
    train(network, X, y, optimizer=Adam(0.01), batch_size=50, epochs=20, rng=rng, progress=False)
    return start, network.parameters


def reorder(sizes: Sequence[int], parameters: FloatArray, order: IntArray) -> FloatArray:
    """The weights of a network with one hidden layer after its units have changed places."""
    W1, W2 = Network(tuple(sizes), "tanh", parameters).W
    listeners = np.concatenate([[0], 1 + order])  # the bias stays in front
    return np.concatenate([W1[order].ravel(), W2[:, listeners].ravel()])


_OTHERS = {"training": "a second training", "order": "the same, units reordered"}
_WAY = tuple(np.linspace(0, 1, 11).round(1).tolist())
_ACROSS = np.linspace(-0.5, 1.5, 21)
_ALONG = np.linspace(-0.25, 1.25, 31)


class Plane(NamedTuple):
    """Losses on a plane through a start (0, 0), its end (1, 0) and another end (0, 1)."""

    losses: FloatArray
    descent: FloatArray
    crossing: FloatArray


@cache
def plane(other: str, seed: int = 0) -> Plane:
    """The loss on a plane, on the line from start to end and on the line from end to end."""
    start, end = learn_digits(seed)
    if other == "training":
        second = learn_digits(seed + 1000)[1]
    else:
        second = reorder(DIGITS_SIZES, end, np.random.default_rng(seed).permutation(20))
    X, y = some_digits()

    def value(w: FloatArray) -> float:
        return float(cross_entropy(predict_scores(Network(DIGITS_SIZES, "tanh", w), X), y))

    return Plane(
        loss_slice(value, start, [end - start, second - start], _ACROSS, _ACROSS).T,
        loss_slice(value, start, [end - start], _ALONG),
        loss_slice(value, end, [second - end], _ALONG),
    )


def _plane_frame(way: float, other: str) -> list[Panel]:
    losses, descent, crossing = plane(other)
    return [
        Panel(
            [
                Field(
                    losses,
                    x=(-0.5, 1.5),
                    y=(-0.5, 1.5),
                    scale="log",
                    domain=(0.005, 3),
                    label="loss",
                ),
                Line([0, 1], [0, 0], color=0, casing=True, dash=True),
                Line([1, 0], [0, 1], color=1, casing=True, dash=False),
                Points([[0, 0]], color="ink", marker="square", size=10, label="start"),
                Points([[1, 0], [0, 1]], color="ink", marker="star", size=13, label="ends"),
                Points([1 - way, way], color=1, size=11),
            ],
            x_label="towards the end",
            y_label="towards the other end",
            x=(-0.5, 1.5),
            y=(-0.5, 1.5),
            equal=True,
            aspect=1.0,
        ),
        Panel(
            [
                Line(_ALONG, descent, color=0, dash=True, label="from start to end"),
                Line(
                    _ALONG,
                    crossing,
                    color=1,
                    dash=False,
                    label="from end to other end",
                    upto=int(np.searchsorted(_ALONG, way - 1e-9)),
                ),
            ],
            x_label="part of the way",
            y_label="loss",
            x=(-0.25, 1.25),
            y=(0, 3),
            aspect=1.0,
        ),
    ]


def _plane_alt(way: float, other: str) -> str:
    here = float(np.interp(way, _ALONG, plane(other).crossing))
    return (
        f"The other end is {_OTHERS[other]}. After {way:.0%} of the way from end to end the loss "
        f"is {here:.2f}."
    )


def a_plane_through_a_network() -> Explorer:
    """Loss of a network on digits over a plane through its start, its end and another end."""
    return Explorer(
        _plane_frame,
        [
            Slider("way", _WAY, label="part of the way", start=0, format=".1f", play=True),
            Choice("other", list(_OTHERS), labels=list(_OTHERS.values()), label="The other end"),
        ],
        title="A plane through a network",
        alt=_plane_alt,
        frames_per_second=3.0,
    )
