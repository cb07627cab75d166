"""The references of the assignment against oracles that others wrote."""

from itertools import pairwise

import numpy as np
import pytest

from dlcourse.checks.registry import find

pytest.importorskip("sklearn")
from scipy.optimize import approx_fprime
from scipy.special import expit
from sklearn.metrics import log_loss

RNG = np.random.default_rng(5)
n, SIZES = 12, (3, 5, 4, 2)
X = RNG.normal(size=(n, SIZES[0]))
Y = RNG.integers(0, 2, (n, SIZES[3]))
W = [RNG.normal(size=(below, above + 1)) for above, below in pairwise(SIZES)]
ENDS = np.cumsum([V.size for V in W])[:-1]


def reference(name):
    return find(f"backpropagation/{name}").reference


def cost(S):
    """The cross-entropy of every output by scikit-learn, added up."""
    P = expit(S)
    return sum(log_loss(Y[:, k], P[:, k], labels=[0, 1]) for k in range(Y.shape[1]))


def scores(parameters):
    A = X
    for V, flat in zip(W, np.split(parameters, ENDS), strict=True):
        S = A @ flat.reshape(V.shape)[:, 1:].T + flat.reshape(V.shape)[:, 0]
        A = np.tanh(S)
    return S


FLAT = np.concatenate([V.ravel() for V in W])


def test_the_output_s_blame_is_the_slope_of_scikit_learn_s_log_loss():
    S = RNG.normal(size=Y.shape)
    slope = approx_fprime(S.ravel(), lambda s: cost(s.reshape(S.shape)), 1e-7)
    found = reference("output_blame")(S, Y)
    np.testing.assert_allclose(found.ravel(), slope, atol=1e-6)


def test_the_network_s_gradient_is_the_slope_of_scikit_learn_s_log_loss():
    slope = approx_fprime(FLAT, lambda parameters: cost(scores(parameters)), 1e-7)
    found = reference("network_gradient")(*W, X, Y)
    np.testing.assert_allclose(found, slope, atol=1e-6)


def test_one_layer_s_two_functions_are_the_network_s_gradient():
    X1 = np.tanh(X @ W[0][:, 1:].T + W[0][:, 0])
    X2 = np.tanh(X1 @ W[1][:, 1:].T + W[1][:, 0])
    dS3 = reference("output_blame")(X2 @ W[2][:, 1:].T + W[2][:, 0], Y)
    dS2 = reference("blame_below")(W[2], dS3, X2)
    dS1 = reference("blame_below")(W[1], dS2, X1)
    pairs = (dS1, X), (dS2, X1), (dS3, X2)
    parts = [reference("weight_gradient")(*pair).ravel() for pair in pairs]
    np.testing.assert_allclose(np.concatenate(parts), reference("network_gradient")(*W, X, Y))


@pytest.mark.parametrize(("name", "h"), [("nudged_gradient", 1e-5), ("complex_gradient", 1e-30)])
def test_nudges_of_both_kinds_are_the_slope_of_scikit_learn_s_log_loss(name, h):
    w, y = RNG.normal(size=4), Y[:, 0]
    slope = approx_fprime(w, lambda w: log_loss(y, expit(X @ w[1:] + w[0])), 1e-7)
    np.testing.assert_allclose(reference(name)(w, X, y, h), slope, atol=1e-6)
