"""The references of the assignment against oracles that others wrote."""

import numpy as np
import pytest

from dlcourse.checks.registry import find
from dlcourse.landscape import hessian
from dlcourse.linear import logistic_gradient
from dlcourse.network import Network, network_from_weights, predict_scores

linalg = pytest.importorskip("scipy.linalg")
RNG = np.random.default_rng(7)


def reference(name):
    return find(f"landscape/{name}").reference


@pytest.mark.parametrize("size", [1, 3, 8])
def test_the_hessian_is_what_nudges_of_the_gradient_say_whatever_the_labels(size):
    X, w = RNG.normal(size=(20, size)), RNG.normal(size=size + 1)
    y = RNG.integers(2, size=20)
    measured = hessian(lambda v: logistic_gradient(X, y, v), w)
    np.testing.assert_allclose(reference("logistic_hessian")(X, w), measured, atol=1e-8)


@pytest.mark.parametrize("n", [2, 5, 9])
def test_directions_down_are_the_negative_pivots_of_scipys_ldl(n):
    """Sylvester's law: a change of axes keeps the number of negative curvatures."""
    A = RNG.normal(size=(n, n))
    H = A + A.T
    D = linalg.ldl(H)[1]
    assert reference("directions_down")(H) == (np.linalg.eigvalsh(D) < 0).sum()


def test_the_line_is_numpys_linspace_between_the_ends():
    start, end = RNG.normal(size=(2, 6))
    found = reference("on_the_way")(start, end, np.linspace(0, 1, 11))
    np.testing.assert_allclose(found, np.linspace(start, end, 11), atol=1e-12)


def test_the_one_matrix_says_what_both_layers_say():
    W1, W2 = RNG.normal(size=(3, 6)), RNG.normal(size=(4, 4))
    X = RNG.normal(size=(10, 5))
    both = network_from_weights([W1, W2], "identity")
    one = network_from_weights([reference("one_matrix")(W1, W2)], "identity")
    np.testing.assert_allclose(predict_scores(one, X), predict_scores(both, X), atol=1e-12)


def test_reordered_units_compute_the_same():
    W1, W2 = RNG.normal(size=(6, 4)), RNG.normal(size=(2, 7))
    X = RNG.normal(size=(10, 3))
    twin = Network((3, 6, 2), "tanh", reference("reorder_units")(W1, W2, RNG.permutation(6)))
    before = predict_scores(network_from_weights([W1, W2], "tanh"), X)
    np.testing.assert_allclose(predict_scores(twin, X), before, atol=1e-12)
