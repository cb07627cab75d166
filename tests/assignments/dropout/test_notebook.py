"""What the notebook and the instructor's page say of the digits is what its cells give."""

from functools import cache

import numpy as np

from dlcourse.activations import sigmoid
from dlcourse.checks.registry import find
from dlcourse.datasets import half_size, load_digits_subset
from dlcourse.network import initialize, predict_scores
from dlcourse.optimizers import SGD
from dlcourse.training import train

SEEDS = range(4)


@cache
def share_wrong(p, q, seed):
    """The last cell's training by the package; the oracles say that the steps are the same."""
    X, y, new, truth = load_digits_subset()
    rng = np.random.default_rng(seed)
    network = initialize((196, 100, 10), rng)
    train(
        network,
        half_size(X[:1000]),
        y[:1000],
        rng=rng,
        optimizer=SGD(0.1),
        epochs=40,
        batch_size=20,
        dropout=p,
        input_dropout=q,
        progress=False,
    )
    return (predict_scores(network, half_size(new)).argmax(axis=1) != truth).mean()


def test_half_of_the_units_dropped_is_one_and_a_half_points_better():
    without, dropped, inputs_too = (
        np.mean([share_wrong(p, q, seed) for seed in SEEDS])
        for p, q in ((0, 0), (0.5, 0), (0.5, 0.2))
    )
    assert 0.010 < without - dropped < 0.021
    assert inputs_too < dropped + 0.003


def test_the_mean_probability_lies_nearer_to_one_half_and_on_the_same_side():
    mean_of_all_masks = find("dropout/mean_of_all_masks").reference
    rng, pairs = np.random.default_rng(0), []
    for _ in range(100):
        h, w = rng.random(8), rng.normal(size=9)
        pairs.append((sigmoid(w[0] + w[1:] @ h), mean_of_all_masks(h, w, 0.5)))
    one, mean = np.array(pairs).T - 0.5
    assert (np.abs(mean) < np.abs(one)).mean() > 0.9
    assert (np.sign(mean) == np.sign(one)).mean() > 0.95
