"""Figure of the book's front page."""

from collections.abc import Callable

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from dlcourse import plots
from dlcourse.activations import softmax
from dlcourse.datasets import spirals
from dlcourse.explorers.values import Array
from dlcourse.network import Network, initialize, predict_scores
from dlcourse.optimizers import Adam
from dlcourse.training import train


def _probability_of_1(network: Network) -> Callable[[Array], Array]:
    return lambda X: softmax(predict_scores(network, X))[:, 1]


def three_networks_on_two_spirals() -> Figure:
    """Draw what networks of three sizes make of two spirals."""
    X, y = spirals(400, 0.05, np.random.default_rng(0), turns=1.25)
    networks = {
        "a straight line": (2, 2),
        "8 hidden units": (2, 8, 2),
        "two layers of 32": (2, 32, 32, 2),
    }
    figure, panels = plt.subplots(1, 3, figsize=(9, 3.4), layout="constrained")
    for panel, (name, sizes) in zip(panels, networks.items(), strict=True):
        network = initialize(sizes, np.random.default_rng(1))
        rng, optimizer = np.random.default_rng(2), Adam(0.01)
        history = train(network, X, y, optimizer=optimizer, epochs=150, rng=rng, progress=False)
        plots.regions(_probability_of_1(network), X, panel)
        legend = plots.scatter(X, y, panel, size=9).get_legend()
        assert legend is not None
        legend.remove()
        title = f"{name}: {history.training_accuracy[-1]:.0%} right"
        panel.set(title=title, xlabel="", ylabel="", xticks=[], yticks=[])
    return figure
