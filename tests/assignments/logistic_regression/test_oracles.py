"""The references of the assignment against oracles that others wrote."""

import numpy as np
import pytest

from dlcourse.checks.registry import find

pytest.importorskip("sklearn")
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

RNG = np.random.default_rng(3)
X = RNG.normal(size=(60, 3))
y = (RNG.random(60) < expit(X @ [1.0, -2.0, 0.5] + 0.3)).astype(int)
w = RNG.normal(size=4)


def test_loss_and_probabilities_agree_with_scipy_and_scikit_learn():
    s = find("logistic_regression/scores").reference(X, w)
    P = find("logistic_regression/sigmoid").reference(s)
    np.testing.assert_allclose(P, expit(X @ w[1:] + w[0]), rtol=1e-12)
    loss = find("logistic_regression/binary_cross_entropy").reference(s, y)
    assert loss == pytest.approx(log_loss(y, P), rel=1e-12)


def test_descent_reaches_scikit_learns_optimum():
    """Ten thousand steps of the exercise's descent end where an optimiser of others does."""
    best = LogisticRegression(C=np.inf, tol=1e-10, max_iter=10_000).fit(X, y)
    found = find("logistic_regression/descend").reference(X, y, np.zeros(4), 1.0, 10_000)
    np.testing.assert_allclose(found, np.r_[best.intercept_, best.coef_[0]], rtol=1e-4)
