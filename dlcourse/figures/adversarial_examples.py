"""Figures and experiments of the chapter "Adversarial examples"."""

from collections.abc import Iterable
from functools import cache

import numpy as np
from numpy.typing import NDArray

from dlcourse._validation import FloatArray, IntArray
from dlcourse.activations import softmax
from dlcourse.adversarial import adversarial_loss_and_gradients, fgsm
from dlcourse.datasets import load_digits_subset
from dlcourse.explorers import (
    Arrows,
    Bars,
    Choice,
    Explorer,
    Field,
    Image,
    Line,
    Mark,
    Matrix,
    Panel,
    Points,
    Rule,
    Slider,
    number,
)
from dlcourse.figures.stored import stored
from dlcourse.figures.wording import counted
from dlcourse.network import Network, initialize, predict_scores
from dlcourse.optimizers import Adam
from dlcourse.training import train

EPS = (0.0, 0.05, 0.1, 0.15, 0.2, 0.25)


def is_right(network: Network, X: FloatArray, y: IntArray) -> NDArray[np.bool_]:
    """Which examples a network gets right, by the sign of one score or the largest of several."""
    S = predict_scores(network, X)
    told = S[:, 0] > 0 if S.shape[1] == 1 else S.argmax(axis=1)
    return np.asarray(told == y)


def random_signs(X: FloatArray, eps: float, rng: np.random.Generator) -> FloatArray:
    """Move each pixel by eps up or down as a coin says, but not out of 0 to 1."""
    return np.clip(X + eps * rng.choice(np.array([-1, 1], X.dtype), X.shape), 0, 1)


def harden(
    network: Network,
    X: FloatArray,
    y: IntArray,
    eps: float,
    epochs: int,
    rng: np.random.Generator,
) -> None:
    """Train on each batch, and on the FGSM step from it."""
    optimizer, bounds = Adam(0.001), (0, 1)
    state = optimizer.init(network.parameters)
    for _ in range(epochs):
        order = rng.permutation(len(X))
        for batch in np.array_split(order, len(X) // 100):
            _, gradients = adversarial_loss_and_gradients(
                network, X[batch], y[batch], eps, bounds=bounds
            )
            optimizer.step(network.parameters, gradients.flat, state)


# --- One digit turned ---

_TURNS = tuple(np.arange(0, 0.151, 0.01).round(2).tolist())
_DIGIT_COLORS: list[int | str] = [{3: 1, 7: 0}.get(digit, "muted") for digit in range(10)]
_WAYS = {"worst": "chosen by its gradient", "random": "by a coin for each pixel"}


@cache
def reader(seed: int = 0) -> Network:
    """A network that has learned to read the bundled digits."""
    X, y, _, _ = load_digits_subset()
    rng = np.random.default_rng(seed)
    network = initialize((784, 100, 10), rng, dtype=np.float32)
    train(network, X, y, rng=rng, optimizer=Adam(0.001), epochs=8, progress=False)
    return network


@cache
def a_seven() -> tuple[FloatArray, IntArray]:
    """One digit that the network has never seen, and its class, each as an array of one row."""
    _, _, X, y = load_digits_subset()
    return X[56:57], y[56:57]


def turned(eps: float, way: str) -> FloatArray:
    """The seven after a step of size eps."""
    X, y = a_seven()
    if way == "random":
        return random_signs(X, eps, np.random.default_rng(1))
    return fgsm(reader(), X, y, eps, bounds=(0, 1))


def told(X: FloatArray) -> FloatArray:
    """Probabilities that the network gives to the ten digits for one image."""
    return np.asarray(softmax(predict_scores(reader(), X))[0])


def _turned_frame(eps: float, way: str) -> list[Panel]:
    X, moved = a_seven()[0], turned(eps, way)
    probabilities = told(moved)
    return [
        Panel(
            [
                Image(X.reshape(28, 28), domain=(0, 1), titles=["the digit"]),
                Image(
                    (moved - X).reshape(28, 28),
                    domain=(-0.15, 0.15),
                    scale="diverging",
                    sign="+",
                    titles=["the step"],
                ),
                Image(moved.reshape(28, 28), domain=(0, 1), sign="=", titles=["together"]),
            ],
            aspect=2.2,
        ),
        Panel(
            [Bars(probabilities, color=_DIGIT_COLORS)],
            x_label="digit",
            y_label="probability",
            y=(0, 1),
            aspect=2.2,
        ),
    ]


def _turned_alt(eps: float, way: str) -> str:
    probabilities = told(turned(eps, way))
    best = int(probabilities.argmax())
    said = f"The network says {best}, with probability {probabilities[best]:.1%}."
    if eps == 0:
        return f"A seven, white on black. {said}"
    return f"Each pixel has moved by at most {eps:g}, {_WAYS[way]}. One still sees a seven. {said}"


def turn_a_digit() -> Explorer:
    """A digit, a small step of every pixel, and what a network says of the two together."""
    return Explorer(
        _turned_frame,
        [
            Slider("eps", _TURNS, label="size of the step ε", start=0, format=".2f", play=True),
            Choice("way", list(_WAYS), labels=list(_WAYS.values()), label="Up or down"),
        ],
        title="One digit turned",
        alt=_turned_alt,
        columns=1,
        frames_per_second=3.0,
    )


# --- Many small changes add up ---

_SIZES = (1, 4, 16, 64, 196, 784)
_WEIGHT, _STEP = 0.1, 0.1
_EDGES = np.linspace(-1.05, 1.05, 43)


def coin_shifts(n: int, draws: int = 20_000) -> FloatArray:
    """How far random signs move a score of n weights, as a share of what the worst signs do."""
    heads = np.random.default_rng(n).binomial(n, 0.5, draws)
    return np.asarray((2 * heads - n) / n)


def chosen_shift(n: int) -> float:
    """How far the worst step moves a score of n weights of size 0.1, with eps = 0.1."""
    return n * _WEIGHT * _STEP


def typical_shift(n: int) -> float:
    """Root mean square of what random signs do to it."""
    return float(np.sqrt(n)) * _WEIGHT * _STEP


def _adding_frame(n: int) -> list[Panel]:
    counts = np.histogram(coin_shifts(n), _EDGES)[0]
    upto = _SIZES.index(n)
    return [
        Panel(
            [
                Bars(counts / counts.sum(), edges=_EDGES, color="muted", label="random signs"),
                Rule(x=1, color="ink", dash=False, label="chosen signs"),
            ],
            x_label="shift of the score, chosen signs = 1",
            y_label="share of 20,000 draws",
            x=(-1.1, 1.1),
            y=(0, 0.55),
            aspect=1.2,
        ),
        Panel(
            [
                Line(
                    _SIZES,
                    [chosen_shift(size) for size in _SIZES],
                    color="ink",
                    dash=False,
                    label="chosen signs",
                    upto=upto,
                ),
                Line(
                    _SIZES,
                    [typical_shift(size) for size in _SIZES],
                    color="muted",
                    dash=True,
                    label="random signs",
                    upto=upto,
                ),
            ],
            x_label="number of inputs",
            y_label="shift of the score",
            x_scale="log",
            y_scale="log",
            x=(1, 1000),
            y=(0.008, 12),
            x_ticks=[1, 10, 100, 1000],
            aspect=1.2,
        ),
    ]


def _adding_alt(n: int) -> str:
    return (
        f"{counted(n, 'input')}. Chosen signs move the score by {chosen_shift(n):.2f}, random ones "
        f"by {typical_shift(n):.2f} on average (root mean square), which is "
        f"{typical_shift(n) / chosen_shift(n):.0%} of it."
    )


def small_changes_add_up() -> Explorer:
    """What a step of 0.1 in each input does to a score, by chosen and by random signs."""
    return Explorer(
        _adding_frame,
        [Slider("n", _SIZES, label="number of inputs", start=1, play=True)],
        title="Small changes add up",
        alt=_adding_alt,
        frames_per_second=1.0,
    )


# --- The corner ---

_ROUND = 32
_TILTS = (0, 15, 30, 45, 60, 75, 90)


def on_the_edge(place: int) -> FloatArray:
    """A point of the edge of the square from -1 to 1: 0 at the right, then anticlockwise."""
    t = place % _ROUND / _ROUND * 8 + 1  # from the corner at the lower right, in half sides
    side, along = int(t // 2) % 4, t % 2 - 1
    corners = [(1.0, along), (-along, 1.0), (-1.0, -along), (along, -1.0)]
    return np.array(corners[side])


def _slope(tilt: int) -> FloatArray:
    return np.array([np.cos(np.radians(tilt)), np.sin(np.radians(tilt))])


def _corner_frame(place: int, tilt: int) -> list[Panel]:
    slope, step = _slope(tilt), on_the_edge(place)
    rises = [on_the_edge(k) @ slope for k in range(_ROUND + 1)]
    return [
        Panel(
            [
                Field(
                    lambda D: D @ slope,
                    x=(-1.6, 1.6),
                    y=(-1.6, 1.6),
                    domain=(-2.3, 2.3),
                    label="change of the loss, in ε",
                ),
                Line([1, 1, -1, -1, 1], [-1, 1, 1, -1, -1], color="ink", dash=False, casing=True),
                Arrows([0, 0], slope, color="ink", label="gradient"),
                Points(step, color=1, size=13, label="the step"),
            ],
            x_label="step of pixel 1, in ε",
            y_label="step of pixel 2, in ε",
            x=(-1.6, 1.6),
            y=(-1.6, 1.6),
            equal=True,
            aspect=1.0,
        ),
        Panel(
            [Line(np.arange(_ROUND + 1) / _ROUND, rises, color=1, dash=False, upto=place)],
            x_label="part of the way round",
            y_label="rise of the loss, in ε",
            x=(0, 1),
            y=(-1.6, 1.6),
            aspect=1.0,
        ),
    ]


def _corner_alt(place: int, tilt: int) -> str:
    right, up = on_the_edge(place).tolist()
    rise = float(on_the_edge(place) @ _slope(tilt))
    return (
        f"The gradient points {tilt} degrees up from the right. The step ({number(right, '.2g')}, "
        f"{number(up, '.2g')}) ε changes the loss by {number(rise, '.2f')} ε."
    )


def the_best_corner() -> Explorer:
    """A walk round the square of allowed steps, and what each does to a loss that is linear."""
    return Explorer(
        _corner_frame,
        [
            Slider("place", range(_ROUND + 1), label="way round the square", start=0, play=True),
            Slider("tilt", _TILTS, label="tilt of the gradient, degrees", start=30),
        ],
        title="The best corner",
        alt=_corner_alt,
        frames_per_second=8.0,
    )


# --- What is left of the accuracy ---

_NAMES = {
    "logistic": "3 or 7, logistic",
    "softmax": "softmax",
    "net": "network",
    "hardened 0.1": "hardened, ε = 0.1",
    "hardened 0.25": "hardened, ε = 0.25",
}
_COLORS = {name: k for k, name in enumerate(_NAMES)}


@cache
def _tables() -> list[dict[str, dict[str, list[float]]]]:
    """What `tools/adversarial_table.py` has found, a table for each start."""
    return list(stored("adversarial_examples"))


def accuracies(made: str, asked: str) -> FloatArray:
    """Share of digits that are right, for each start and each eps.

    `asked` is the model that reads them; `made` says for which model the step was chosen, or how:
    "random", "small steps" or "unbounded" (one step that may leave the range of a pixel).
    """
    return np.array([table[made][asked] for table in _tables()])


def percent(made: str, asked: str, eps: float) -> float:
    """Mean accuracy over the starts, in per cent."""
    return float(100 * _left(asked, made)[EPS.index(eps)])


def confidence(name: str) -> float:
    """Mean probability that a model gives to wrong answers after an unbounded step of 0.25."""
    return float(np.mean([table["confidence"][name][0] for table in _tables()]))


PUBLISHED = {"logistic": 0.01, "softmax": 0.001}
"""Accuracies at eps = 0.25 in Goodfellow, Shlens and Szegedy (2015), sections 4 and 5."""
MAXOUT = 0.106


def _left(asked: str, made: str) -> FloatArray:
    return np.asarray(accuracies(made, asked).mean(axis=0))


def _under(name: str, attack: str) -> FloatArray:
    """Accuracies of a model under an attack, of which "own" is one FGSM step made for it."""
    return _left(name, name if attack == "own" else attack)


def _curves(names: Iterable[str], attack: str) -> list[Mark]:
    return [
        Line(EPS, _under(name, attack), color=_COLORS[name], markers=True, label=_NAMES[name])
        for name in names
    ]


_STEPS = {"random": "random signs", "own": "FGSM", "unbounded": "FGSM, not clipped"}


def _accuracy_frame(way: str) -> list[Mark]:
    lines = _curves(("logistic", "softmax", "net"), way)
    if way == "unbounded":
        lines += [
            Points([0.25, MAXOUT], color="ink", marker="star", size=13, label="maxout (published)"),
            Points(
                [[0.25, share] for share in PUBLISHED.values()],
                color="muted",
                marker="star",
                size=13,
                label="logistic, softmax (published)",
            ),
        ]
    return lines


def _accuracy_alt(way: str) -> str:
    left = [_under(name, way) for name in ("logistic", "softmax", "net")]
    middle, last = (", ".join(f"{shares[k]:.0%}" for shares in left) for k in (2, 5))
    return (
        f"Right answers against the size of the step, {_STEPS[way]}. Logistic regression, softmax "
        f"and the network, in this order: {middle} at 0.1, and {last} at 0.25."
    )


def what_is_left() -> Explorer:
    """Accuracy of three models against the size of a step, random or worst."""
    return Explorer(
        _accuracy_frame,
        [Choice("way", list(_STEPS), labels=list(_STEPS.values()), label="Each pixel moves by")],
        title="What is left",
        alt=_accuracy_alt,
        x_label="size of the step ε",
        y_label="share of digits that are right",
    )


# --- Made for one, fooling another ---

_MAKERS = {
    "random": "coins",
    "softmax": "softmax",
    "net": "network A",
    "second net": "network B",
    "tanh net": "tanh net",
}


def transfer(eps: float) -> FloatArray:
    """Mean accuracy, for whom the step was chosen by rows and who is asked by columns."""
    k, asked = EPS.index(eps), list(_MAKERS)[1:]
    return np.array([[_left(judge, maker)[k] for judge in asked] for maker in _MAKERS])


def _transfer_frame(eps: float) -> list[Mark]:
    names = list(_MAKERS.values())
    return [
        Matrix(
            transfer(eps),
            rows=names,
            columns=names[1:],
            row_groups="made for",
            column_groups="asked",
            numbers=".0%",
            domain=(0, 1),
            label="share right",
        )
    ]


def _transfer_alt(eps: float) -> str:
    shares = transfer(eps)
    own = np.diagonal(shares[1:])
    other = shares[1:][~np.eye(4, dtype=bool)]
    return (
        f"A step of {eps:g}. Each model is right in {own.min():.0%} to {own.max():.0%} of the "
        f"digits made for it, in {other.min():.0%} to {other.max():.0%} of those made for another, "
        f"and with random signs in {shares[0].min():.0%} to {shares[0].max():.0%}."
    )


def made_for_another() -> Explorer:
    """How four models do on digits that were made to fool each of them."""
    return Explorer(
        _transfer_frame,
        [Slider("eps", EPS, label="size of the step ε", start=0, format=".2f", play=True)],
        title="Made for one, shown to another",
        alt=_transfer_alt,
        frames_per_second=1.0,
    )


# --- Training on the worst ---

_TRAINED = ("net", "hardened 0.1", "hardened 0.25")
_ATTACKS = {"random": "random signs", "own": "one FGSM step", "small steps": "20 small steps"}


def _hardened_frame(attack: str) -> list[Mark]:
    return _curves(_TRAINED, attack)


def _hardened_alt(attack: str) -> str:
    lines = [_under(name, attack) for name in _TRAINED]
    middle, last = (", ".join(f"{shares[k]:.0%}" for shares in lines) for k in (2, 5))
    return (
        f"Right answers against the size of the step, {_ATTACKS[attack]}. The network as it was, "
        f"hardened with 0.1 and hardened with 0.25, in this order: {middle} at 0.1, and {last} at "
        "0.25."
    )


def what_hardening_buys() -> Explorer:
    """Accuracy of a network trained in three ways, under three attacks."""
    return Explorer(
        _hardened_frame,
        [Choice("attack", list(_ATTACKS), labels=list(_ATTACKS.values()), label="Attack")],
        title="What hardening buys",
        alt=_hardened_alt,
        x_label="size of the step ε",
        y_label="share of digits that are right",
    )
