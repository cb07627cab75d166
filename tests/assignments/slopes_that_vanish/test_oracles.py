"""The references of the assignment against derivatives and starts that others wrote."""

import numpy as np
import pytest

from dlcourse.checks.registry import find
from dlcourse.gradcheck import central_difference
from dlcourse.network import initialize

special = pytest.importorskip("scipy.special")

RNG = np.random.default_rng(5)


def reference(name):
    return find(f"slopes_that_vanish/{name}").reference


@pytest.mark.parametrize(
    ("name", "function"), [("sigmoid_slope", special.expit), ("tanh_slope", np.tanh)]
)
def test_slopes_from_outputs_agree_with_nudges_of_the_score(name, function):
    S = RNG.normal(size=(4, 3))
    measured = np.reshape([central_difference(function, s) for s in S.ravel()], S.shape)
    np.testing.assert_allclose(reference(name)(function(S)), measured, atol=1e-9)


def test_blame_one_layer_down_agrees_with_nudges_of_the_scores_below():
    S, W, Y = RNG.normal(size=(5, 3)), RNG.normal(size=(2, 4)), RNG.normal(size=(5, 2))

    def scores(S):
        return np.maximum(S, 0) @ W[:, 1:].T + W[:, 0]

    measured = central_difference(lambda S: np.sum((scores(S) - Y) ** 2) / 2, S)
    blame = reference("blame_below")(scores(S) - Y, W, np.maximum(S, 0))
    np.testing.assert_allclose(blame, measured, atol=1e-8)


def test_first_weights_have_the_spread_of_the_package():
    W = reference("he_start")(RNG.normal(size=(200, 301)))
    package = initialize((300, 200), np.random.default_rng(0), "relu").W[0]
    assert W[:, 1:].std() == pytest.approx(package[:, 1:].std(), rel=0.02)
    assert not W[:, 0].any()


@pytest.mark.parametrize("dead", [0, 1, 4, 7])
def test_units_that_are_made_dead_are_counted(dead):
    X, W = RNG.uniform(-1, 1, (50, 3)), RNG.uniform(-1, 1, (7, 4))
    W[:, 0] = 0.1  # on for an example that is nearly 0
    W[:dead, 0] = -4
    assert reference("dead_share")(W, np.vstack([X, np.zeros(3)])) == dead / 7
