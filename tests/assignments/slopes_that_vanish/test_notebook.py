"""What the notebook says about its two starts, over several seeds."""

import numpy as np
import pytest

from dlcourse.backprop import score_gradients
from dlcourse.checks.registry import find
from dlcourse.datasets import load_digits_subset
from dlcourse.network import forward, network_from_weights, predict_scores
from dlcourse.optimizers import SGD
from dlcourse.training import train

SMALLER = 1 / np.sqrt(6)


def first(depth, factor, seed):
    """A network as the notebook starts it."""
    start, rng = find("slopes_that_vanish/he_start").reference, np.random.default_rng(seed)
    sizes = [784] + [30] * depth + [10]
    shapes = zip(sizes[1:], sizes[:-1], strict=True)
    weights = [factor * start(rng.normal(size=(M, N + 1))) for M, N in shapes]
    return network_from_weights(weights, "relu")


def right(depth, factor, seed):
    """Share of unseen digits that are right after ten epochs."""
    X, y, X_test, y_test = load_digits_subset()
    network, rng = first(depth, factor, seed), np.random.default_rng(seed)
    train(
        network,
        X[:2000],
        y[:2000],
        rng=rng,
        optimizer=SGD(0.02),
        epochs=10,
        batch_size=20,
        progress=False,
    )
    return np.mean(predict_scores(network, X_test).argmax(axis=1) == y_test)


@pytest.mark.parametrize("seed", range(3))
def test_from_five_layers_on_the_usual_start_learns_next_to_nothing_and_the_other_does(seed):
    assert right(5, SMALLER, seed) < 0.3 < 0.8 < right(5, 1, seed)
    assert right(8, SMALLER, seed) < 0.15


@pytest.mark.parametrize("seed", range(3))
def test_sixteen_layers_still_learn_but_no_better_than_one(seed):
    assert 0.6 < right(16, 1, seed) < right(1, 1, seed)


@pytest.mark.parametrize("seed", range(3))
def test_at_eight_layers_outputs_and_blame_are_a_thousand_times_smaller(seed):
    X, y, _, _ = load_digits_subset()
    outputs, blame = (
        [measure(first(8, factor, seed)) for factor in (1, SMALLER)]
        for measure in (
            lambda network: np.linalg.norm(forward(network, X[:50]).outputs[-1]),
            lambda network: np.linalg.norm(score_gradients(network, X[:50], y[:50])[0]),
        )
    )
    assert outputs[0] / outputs[1] == pytest.approx(6**4)
    assert blame[0] / blame[1] > 1000


def test_digits_become_more_alike_from_layer_to_layer():
    X, _, _, _ = load_digits_subset()
    alike = []
    for output in forward(first(16, 1, 0), X[:50]).outputs:
        directions = output / np.linalg.norm(output, axis=1, keepdims=True)
        alike.append((directions @ directions.T).mean())
    assert alike[0] < 0.8 < 0.95 < alike[-1]


def test_half_of_the_outputs_are_0_and_next_to_no_unit_is_dead():
    X, _, _, _ = load_digits_subset()
    network = first(1, 1, 0)
    (outputs,) = forward(network, X).outputs
    assert np.mean(outputs == 0) == pytest.approx(0.5, abs=0.1)
    assert find("slopes_that_vanish/dead_share").reference(network.W[0], X) < 0.1
