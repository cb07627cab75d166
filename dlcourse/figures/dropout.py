"""Figures and experiments of the chapter "Dropout"."""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dlcourse._validation import FloatArray, IntArray
from dlcourse.activations import sigmoid
from dlcourse.datasets import half_size, load_digits_subset, moons
from dlcourse.explorers import (
    Band,
    Bars,
    Choice,
    Contour,
    Explorer,
    Field,
    Image,
    Line,
    Mark,
    Panel,
    Points,
    Rule,
    Slider,
    network_diagram,
    number,
)
from dlcourse.figures.stored import stored
from dlcourse.figures.wording import counted
from dlcourse.network import Network, forward, initialize
from dlcourse.optimizers import Adam, Momentum
from dlcourse.training import train

# --- What autoencoders look for ---

FEATURE_P = (0.0, 0.2, 0.5, 0.8)


@cache
def features(p: float) -> FloatArray:
    """Weights of 36 units of an autoencoder, from ``tools/dropout_runs.py``; the largest is 1."""
    with (
        files(__package__).joinpath("dropout_features.npz").open("rb") as file,
        np.load(file, allow_pickle=False) as arrays,
    ):
        weights: FloatArray = (arrays[f"p{10 * p:.0f}"].astype(float) - 128) / 127
    return weights


def in_the_strongest_tenth(p: float) -> float:
    """How much of a unit's squared weights lies in a tenth of the pixels, mean over the units."""
    squares = np.sort(features(p).reshape(36, -1) ** 2, axis=1)[:, ::-1]
    return float((squares[:, :78].sum(axis=1) / squares.sum(axis=1)).mean())


def _tiles(p: float) -> Image:
    return Image(features(p), columns=6, domain=(-1, 1))


def _features_frame(p: float) -> list[Panel]:
    return [
        Panel([_tiles(0.0)], title="without dropout", aspect=1.0),
        Panel([_tiles(p)], title=f"trained with p = {p:g}", aspect=1.0),
    ]


def _features_alt(p: float) -> str:
    return (
        "The weights of 36 units, each an image of 28 x 28 pixels. Without dropout they are "
        "patterns of blobs that cover nearly the whole image; a tenth of the pixels holds "
        f"{in_the_strongest_tenth(0.0):.0%} of a unit's squared weights. With p = {p:g} it is "
        f"{in_the_strongest_tenth(p):.0%}"
        + (", often in single spots and strokes." if p >= 0.5 else ".")
    )


def what_units_look_for() -> Explorer:
    """First-layer weights of autoencoders without dropout and with it, by p."""
    return Explorer(
        _features_frame,
        [Slider("p", FEATURE_P, label="p, dropped", start=0.0)],
        title="What the units look for",
        alt=_features_alt,
    )


# --- Losing units ---

UNITS = 100
_REMOVED = (0, 10, 20, 30, 40, 50, 60, 70, 80, 90)
_CO_SEEDS = 3


@cache
def _few_digits() -> tuple[FloatArray, IntArray, FloatArray, IntArray]:
    """A thousand digits of 14 x 14 pixels to learn from, and a thousand others."""
    X, y, new, truth = load_digits_subset()
    return half_size(X[:1000]), y[:1000], half_size(new), truth


@cache
def digit_reader(p: float, seed: int) -> Network:
    """A network with 100 hidden units that has learned a thousand digits with dropout."""
    X, y, _, _ = _few_digits()
    rng = np.random.default_rng(seed)
    network = initialize((196, UNITS, 10), rng, dtype=np.float32)
    train(
        network,
        X,
        y,
        rng=rng,
        optimizer=Momentum(0.02),
        epochs=40,
        batch_size=50,
        dropout=p,
        progress=False,
    )
    return network


@cache
def _hidden(network: Network) -> FloatArray:
    return forward(network, _few_digits()[2]).outputs[0]


def error_with(network: Network, kept: FloatArray) -> float:
    """Share of new digits misclassified if only some hidden units are ``kept`` (a row of 0, 1)."""
    _, _, _, truth = _few_digits()
    W = network.W[-1]
    scores = (_hidden(network) * kept) @ W[:, 1:].T + W[:, 0]
    return float((scores.argmax(axis=1) != truth).mean())


def price_of_one(p: float, seed: int) -> float:
    """How much the error grows when one hidden unit is lost, mean over the units."""
    network = digit_reader(p, seed)
    alone = [error_with(network, 1 - row) for row in np.eye(UNITS, dtype=np.float32)]
    return float(np.mean(alone)) - error_with(network, np.ones(UNITS, np.float32))


@cache
def losing_units(p: float, seed: int) -> FloatArray:
    """Error after losing 0, 10, ... 90 random units, mean over ten orders."""
    network, rng = digit_reader(p, seed), np.random.default_rng(seed)
    ranks = [rng.permutation(UNITS) for _ in range(10)]
    return np.array(
        [
            np.mean([error_with(network, (rank >= lost).astype(np.float32)) for rank in ranks])
            for lost in _REMOVED
        ]
    )


def _errors_of_losing(p: float) -> FloatArray:
    return np.asarray(np.mean([losing_units(p, seed) for seed in range(_CO_SEEDS)], axis=0))


def _losing_frame(lost: int) -> list[Mark]:
    names = {0.0: "without dropout", 0.5: "with p = 0.5"}
    upto = _REMOVED.index(lost)
    return [
        Line(_REMOVED, _errors_of_losing(p), color=k, label=name, markers=True, upto=upto)
        for k, (p, name) in enumerate(names.items())
    ]


def _losing_alt(lost: int) -> str:
    at = _REMOVED.index(lost)
    without, with_p = (_errors_of_losing(p)[at] for p in (0.0, 0.5))
    return (
        f"{lost} of 100 hidden units taken out: {without:.0%} of the new digits are misclassified "
        f"by the network without dropout, {with_p:.0%} by the one trained with p = 0.5."
    )


def lose_some_units() -> Explorer:
    """Error of trained networks as hidden units are taken out, without dropout and with it."""
    return Explorer(
        _losing_frame,
        [Slider("lost", _REMOVED, label="units taken out", start=0, play=True)],
        title="Taking units out",
        alt=_losing_alt,
        x_label="hidden units taken out, of 100",
        y_label="new digits misclassified",
        x=(0, 90),
        y=(0, 0.8),
        y_format=".0%",
        aspect=1.5,
        frames_per_second=1.5,
    )


# --- One score, many masks ---


def every_mask(units: int) -> FloatArray:
    """All 2^units rows of 0 and 1."""
    return np.array(list(product((0.0, 1.0), repeat=units)))


_X = np.array([1.0, 0.5])
_W1 = np.array(
    [
        [0.2, 1.0, 0.4],
        [0.1, 0.6, 1.2],
        [0.5, 0.8, -0.6],
        [0, 1.4, 0.2],
        [0.3, -0.4, 1.6],
        [0.1, 0.9, 0.9],
    ]
)
W_OUT = np.array([0.0, 1.0, -0.6, 0.8, 0.5, -0.7, 0.9])
H = np.maximum(_W1[:, 0] + _W1[:, 1:] @ _X, 0)
MASKS = every_mask(6)
_DRAWS = tuple(range(9))


def chances(masks: FloatArray, p: float) -> FloatArray:
    """Probability of each mask, a row of 0 and 1, if each unit is dropped with probability p."""
    return np.asarray(np.where(masks == 1, 1 - p, p).prod(axis=1))


def masked_scores(p: float, scaled: bool) -> FloatArray:
    """The score of the small network under each of its 64 masks."""
    return np.asarray(MASKS * H / (1 - p if scaled else 1) @ W_OUT[1:] + W_OUT[0])


_EDGES = np.linspace(-5, 15, 21)


def _drawn(p: float, draw: int, scaled: bool) -> tuple[NDArray[np.bool_], FloatArray]:
    """Which units a draw keeps, and what all of them send; draw 0 is the whole network."""
    if draw == 0:
        return np.ones(6, bool), H
    kept = np.random.default_rng(draw).random(6) >= p
    return kept, np.asarray(H * kept / (1 - p if scaled else 1))


def _one_score_frame(p: float, draw: int, scaled: bool) -> list[Panel]:
    kept, units = _drawn(p, draw, scaled)
    out = W_OUT * np.concatenate([[1.0], kept])
    scores, weights = masked_scores(p, scaled), chances(MASKS, p)
    heights, _ = np.histogram(scores, _EDGES, weights=weights)
    here = float(W_OUT[0] + W_OUT[1:] @ units)
    return [
        Panel(
            [
                network_diagram(
                    [_W1 * kept[:, np.newaxis], [out]],
                    [_X, units, [here]],
                    outputs=["s"],
                    functions=("ReLU", "identity"),
                    bias=False,
                    numbers=".1f",
                )
            ],
            title="all units" if draw == 0 else f"mask number {draw}",
            aspect=1.1,
        ),
        Panel(
            [
                Bars(heights, edges=_EDGES, color=0),
                Rule(x=float(weights @ scores), color=1, label="their mean"),
                Rule(x=float(W_OUT[0] + W_OUT[1:] @ H), color="ink", label="all units"),
                Points([here, 0.02], color="ink", size=11, label="this draw"),
            ],
            title="all 64 masks",
            x_label="score s",
            y_label="probability",
            x=(-5, 15),
            y=(0, 0.5),
            aspect=1.1,
        ),
    ]


def _one_score_alt(p: float, draw: int, scaled: bool) -> str:
    scores, weights = masked_scores(p, scaled), chances(MASKS, p)
    mean = float(weights @ scores)
    spread = float(np.sqrt(weights @ (scores - mean) ** 2))
    kept, units = _drawn(p, draw, scaled)
    here = number(float(W_OUT[0] + W_OUT[1:] @ units), ".2f")
    mask = f"Mask number {draw} keeps {kept.sum()} of 6 units" if draw else "All 6 units work"
    how = "and what is kept is divided by 1 − p" if scaled else "and nothing is scaled"
    return (
        f"{mask}; the score is {here}. p = {p:g}, {how}: over all masks the score is "
        f"{number(mean, '.2f')} on average, with all units "
        f"{number(float(W_OUT[0] + W_OUT[1:] @ H), '.2f')}; its standard deviation is "
        f"{spread:.2f}."
    )


def one_score_many_masks() -> Explorer:
    """A small network under dropout masks: its score by draw, and over all 64 of them."""
    return Explorer(
        _one_score_frame,
        [
            Slider("p", [0.2, 0.5, 0.7], label="p, dropped", start=0.5),
            Slider("draw", _DRAWS, label="draw of the mask", start=0, play=True),
            Choice(
                "scaled",
                [False, True],
                labels=["as they are", "divided by 1 − p"],
                label="Kept units",
                start=True,
            ),
        ],
        title="One score under many masks",
        alt=_one_score_alt,
        frames_per_second=0.8,
    )


# --- All sub-networks ---

HIDDEN = 8
_MEMBERS = (1, 2, 4, 8, 16, 32, 64, 128, 256)


@cache
def moons_examples() -> tuple[FloatArray, IntArray]:
    """Two hundred noisy points of two moons."""
    return moons(200, 0.2, np.random.default_rng(0))


@cache
def moons_network(seed: int, hidden: tuple[int, ...] = (HIDDEN,), p: float = 0.5) -> Network:
    """A small ReLU network that has learned the moons with dropout."""
    X, y = moons_examples()
    rng = np.random.default_rng(seed)
    network = initialize((2, *hidden, 1), rng)
    train(
        network,
        X,
        y,
        rng=rng,
        loss="binary_cross_entropy",
        optimizer=Adam(0.02),
        epochs=300,
        batch_size=20,
        dropout=p,
        progress=False,
    )
    return network


def all_scores(network: Network, X: FloatArray, p: float = 0.5) -> FloatArray:
    """Scores of all sub-networks of a network with one or two hidden layers, (masks, n)."""
    W = network.W
    masks = every_mask(sum(network.sizes[1:-1])) / (1 - p)
    first = network.sizes[1]
    hidden = np.maximum(X @ W[0][:, 1:].T + W[0][:, 0], 0) * masks[:, np.newaxis, :first]
    if len(W) == 3:
        hidden = np.maximum(hidden @ W[1][:, 1:].T + W[1][:, 0], 0) * masks[:, np.newaxis, first:]
    scores: FloatArray = (hidden @ W[-1][:, 1:].T + W[-1][:, 0])[:, :, 0]
    return scores


@cache
def _order() -> IntArray:
    return np.random.default_rng(1).permutation(2**HIDDEN)


def ensemble(scores: FloatArray, members: int, average: str) -> FloatArray:
    """Probability of class 1 by the mean of some members' probabilities or of their scores."""
    chosen = scores[_order()[:members]]
    if average == "scores":
        return np.asarray(sigmoid(chosen.mean(axis=0)))
    return np.asarray(sigmoid(chosen).mean(axis=0))


def one_pass(network: Network, X: FloatArray) -> FloatArray:
    """Probability of class 1 by the whole network, nothing dropped."""
    return np.asarray(sigmoid(forward(network, X).scores[:, 0]))


def _ensemble_frame(members: int, average: str) -> list[Panel]:
    (X, y), network = moons_examples(), moons_network(0)
    said = ensemble(all_scores(network, X), members, average)
    field = Field(
        lambda Z: ensemble(all_scores(network, Z), members, average),
        x=(-2, 3),
        y=(-1.5, 2),
        domain=(0, 1),
        label="P(class 1)",
        resolution=36,
    )
    return [
        Panel(
            [
                field,
                Contour(0.5, color="ink", casing=True, label="border"),
                Points(X, y, labels=["class 0", "class 1"], size=6),
            ],
            x_label="x₁",
            y_label="x₂",
            x=(-2, 3),
            y=(-1.5, 2),
            aspect=1.1,
        ),
        Panel(
            [
                Line([0, 1], [0, 1], color="muted", label="equal"),
                Points(np.column_stack([one_pass(network, X), said]), y, size=6),
            ],
            x_label="the whole network, in one pass",
            y_label="mean of its sub-networks",
            x=(0, 1),
            y=(0, 1),
            aspect=1.1,
        ),
    ]


def _ensemble_alt(members: int, average: str) -> str:
    (X, y), network = moons_examples(), moons_network(0)
    said = ensemble(all_scores(network, X), members, average)
    right = float(((said > 0.5) == y).mean())
    off = float(np.abs(said - one_pass(network, X)).mean())
    return (
        f"The mean {average} of {counted(members, 'sub-network')} of 256: {right:.0%} of the "
        f"points are classified rightly. Its probabilities are {off:.2f} from those of the whole "
        "network on average."
    )


def every_sub_network() -> Explorer:
    """The mean of a network's sub-networks, from one to all 256, beside the network itself."""
    return Explorer(
        _ensemble_frame,
        [
            Slider("members", _MEMBERS, label="sub-networks", start=1, play=True),
            Choice("average", ["probabilities", "scores"], label="Mean of"),
        ],
        title="Every sub-network",
        alt=_ensemble_alt,
        frames_per_second=0.8,
    )


# --- Error by epoch ---

DROPPED = {
    (0.0, 0.0): "nothing",
    (0.5, 0.0): "half the units",
    (0.5, 0.2): "and a fifth of the inputs",
}
RATES = (0.01, 0.1)
_EPOCHS = (1, 2, 3, 5, 10, 20, 40, 60, 80, 100, 120)


@cache
def _runs() -> list[dict[str, Any]]:
    return list(stored("dropout_runs"))


def errors(units: int, rate: float, p: float, q: float) -> FloatArray:
    """Share of 1,000 new digits misclassified, by seed (and epoch), from ``tools/dropout_runs.py``.

    ``units`` is the size of the first hidden layer, 800 (of two) or 256; p of its units and q of
    the inputs were dropped.
    """
    (run,) = (
        run
        for run in _runs()
        if (run["hidden"][0], run["rate"], run["dropout"], run["input_dropout"])
        == (units, rate, p, q)
    )
    return np.array(run["wrong"]) / 1000


def _epochs_frame(rate: float, epoch: int) -> list[Mark]:
    lines: list[Mark] = []
    for k, (dropped, name) in enumerate(DROPPED.items()):
        curves = errors(800, rate, *dropped)
        lines.append(Line(range(1, 121), curves.mean(axis=0), color=k, label=name, upto=epoch - 1))
    return lines


def _epochs_alt(rate: float, epoch: int) -> str:
    told = "; ".join(
        f"{name} {errors(800, rate, *dropped)[:, epoch - 1].mean():.1%}"
        for dropped, name in DROPPED.items()
    )
    return (
        f"Rate {number(rate)}, after {counted(epoch, 'epoch')}: new digits misclassified, by what "
        f"was dropped: {told}. Means of eight runs."
    )


def error_by_epoch() -> Explorer:
    """Error on new digits while networks learn, by what is dropped, at two learning rates."""
    return Explorer(
        _epochs_frame,
        [
            Slider("epoch", _EPOCHS, label="epochs", start=1, play=True),
            Choice("rate", list(RATES), labels=["0.01", "0.1"], label="Rate α"),
        ],
        title="What is dropped: nothing, half the units, inputs too",
        alt=_epochs_alt,
        x_label="epoch",
        y_label="new digits misclassified",
        x=(1, 120),
        y=(0, 0.2),
        y_format=".0%",
        aspect=1.5,
        frames_per_second=1.5,
    )


# --- How much to drop ---

GRID_P = tuple(k / 10 for k in range(9))
GRID_Q = (0.0, 0.2, 0.4)


def _grid(q: float) -> FloatArray:
    return np.array([errors(256, 0.01, p, q) for p in GRID_P])


def _how_much_frame(q: float) -> list[Mark]:
    shown: Sequence[float] = GRID_Q[: GRID_Q.index(q) + 1]
    front = _grid(q)
    return [
        Band(GRID_P, front.min(axis=1), front.max(axis=1), color=len(shown) - 1),
        *(
            Line(GRID_P, _grid(k).mean(axis=1), color=i, markers=True, label=f"inputs: {k:g}")
            for i, k in enumerate(shown)
        ),
    ]


def _how_much_alt(q: float) -> str:
    means = _grid(q).mean(axis=1)
    return (
        f"Inputs dropped with probability {q:g}: {means[0]:.1%} of the new digits are "
        f"misclassified if no hidden unit is dropped, {means.min():.1%} at the best, "
        f"p = {GRID_P[int(means.argmin())]:g}, and {means[-1]:.1%} at p = 0.8."
    )


def how_much_to_drop() -> Explorer:
    """Error on new digits against p for hidden units, for three p of inputs."""
    return Explorer(
        _how_much_frame,
        [Slider("q", GRID_Q, label="p of the inputs", start=0.0)],
        title="How much to drop",
        alt=_how_much_alt,
        x_label="p of the hidden units",
        y_label="new digits misclassified",
        x=(0, 0.8),
        y=(0.06, 0.13),
        y_format=".0%",
        aspect=1.5,
    )
