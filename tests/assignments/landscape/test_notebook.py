"""What the notebook says about its experiments, over several seeds."""

from math import factorial

import numpy as np
import pytest

from dlcourse.checks.registry import find
from dlcourse.figures.landscape import DIGITS_SIZES, learn_digits, some_digits
from dlcourse.losses import cross_entropy
from dlcourse.network import Network, predict_scores

on_the_way, directions_down, logistic_hessian, reorder_units = (
    find(f"landscape/{name}").reference
    for name in ("on_the_way", "directions_down", "logistic_hessian", "reorder_units")
)


def losses(start, end):
    """Return the loss at eleven places from one set of weights to another."""
    X, y = some_digits()
    networks = (
        Network(DIGITS_SIZES, "tanh", w) for w in on_the_way(start, end, np.linspace(0, 1, 11))
    )
    return np.array([cross_entropy(predict_scores(network, X), y) for network in networks])


@pytest.mark.parametrize("seed", range(2))
def test_down_all_the_way_and_a_wall_to_another_end_and_to_the_twin(seed):
    start, end = learn_digits(seed)
    network = Network(DIGITS_SIZES, "tanh", end)
    twin = reorder_units(*network.W, np.random.default_rng(seed).permutation(20))
    assert (np.diff(losses(start, end)) < 0).all()
    walls = [losses(end, other) for other in (learn_digits(seed + 1)[1], twin)]
    for wall in walls:
        assert wall.max() > 7 * max(wall[0], wall[-1])
    assert 0.5 < walls[0].max() / walls[1].max() < 2
    np.testing.assert_allclose(walls[1][-1], walls[1][0], rtol=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_logistic_regression_leads_down_nowhere(seed):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(50, 4))
    places = rng.normal(size=(1000, 5))
    assert max(directions_down(logistic_hessian(X, w)) for w in places) == 0


def test_the_saddle_and_the_count_of_the_predictions():
    assert directions_down(np.array([[1.0, 3.0], [3.0, 1.0]])) == 1
    assert factorial(20) == pytest.approx(2.4e18, rel=0.02)
