"""Figure of the book's front page."""

from dataclasses import replace
from functools import cache

import numpy as np

from dlcourse.activations import softmax
from dlcourse.datasets import spirals
from dlcourse.explorers import Choice, Explorer, Field, Mark, Points, Slider
from dlcourse.explorers.values import Array
from dlcourse.figures.wording import counted
from dlcourse.network import Network, initialize, predict_scores
from dlcourse.optimizers import Adam
from dlcourse.training import Epoch, train

_X, _Y = spirals(400, 0.05, np.random.default_rng(0), turns=1.25)
_NETWORKS = {
    "a straight line": (2, 2),
    "8 hidden units": (2, 8, 2),
    "two layers of 32": (2, 32, 32, 2),
}
_EPOCHS = [0, 1, 2, 4, 6, 8, 10, 12, 15, 20, 30, 50, 80, 150]


@cache
def _learning(sizes: tuple[int, ...]) -> list[Network]:
    """Network before training and after each epoch."""
    network = initialize(sizes, np.random.default_rng(1))
    kept = [replace(network, parameters=network.parameters.copy())]

    def keep(epoch: Epoch) -> None:
        kept.append(replace(network, parameters=network.parameters.copy()))

    train(
        network, _X, _Y, optimizer=Adam(0.01), epochs=_EPOCHS[-1],
        rng=np.random.default_rng(2), callbacks=[keep], progress=False,
    )  # fmt: skip
    return kept


def _probability(network: str, epoch: int, X: Array) -> Array:
    """Probability of class 1 at each place."""
    scores = predict_scores(_learning(_NETWORKS[network])[epoch], X)
    probability: Array = softmax(scores)[:, 1]
    return probability


def _frame(network: str, epoch: int) -> list[Mark]:
    return [
        Field(
            lambda X: _probability(network, epoch, X),
            x=(-2.3, 2.3), y=(-1.15, 1.15), resolution=60, label="probability of class 1",
        ),
        Points(_X, _Y, labels=("class 0", "class 1"), size=5),
    ]  # fmt: skip


def right(network: str, epoch: int) -> float:
    """Share of the points that a network classifies rightly."""
    return float(np.mean((_probability(network, epoch, _X) > 0.5) == _Y))


def _alt(network: str, epoch: int) -> str:
    when = f"after {counted(epoch, 'epoch')} of training" if epoch else "before training"
    share = f"{right(network, epoch):.0%} of the points are classified rightly"
    return f"{network[0].upper()}{network[1:]} {when}: {share}."


def learning_two_spirals() -> Explorer:
    """What networks of three sizes make of two spirals while they learn."""
    return Explorer(
        _frame,
        [
            Choice("network", list(_NETWORKS), label="Network", start="two layers of 32"),
            Slider("epoch", _EPOCHS, label="epochs of training", start=8, play=True),
        ],
        title="Two spirals",
        alt=_alt,
        aspect=2.0,
        axes=False,
        frames_per_second=3,
    )
