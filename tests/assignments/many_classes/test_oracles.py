"""The references of the assignment against oracles that others wrote."""

import numpy as np
import pytest

from dlcourse.checks.registry import find
from dlcourse.linear import fit_one_vs_rest

pytest.importorskip("sklearn")
from scipy import special
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier

RNG = np.random.default_rng(5)
X = RNG.normal(size=(90, 2))
y = (X @ [[1.0, -1.0, 0.0], [0.0, 1.0, -2.0]] + RNG.gumbel(size=(90, 3))).argmax(axis=1)


def reference(name):
    return find(f"many_classes/{name}").reference


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_probabilities_and_their_logarithms_agree_with_scipy(name):
    S = RNG.normal(scale=300, size=(20, 5))
    np.testing.assert_allclose(
        reference(name)(S), getattr(special, name)(S, axis=1), rtol=1e-12, atol=1e-12
    )


def test_one_vs_rest_decides_as_scikit_learn_does():
    others = OneVsRestClassifier(LogisticRegression(C=np.inf, tol=1e-10, max_iter=10_000))
    decided = reference("one_vs_rest")(X, fit_one_vs_rest(X, y, 3))
    np.testing.assert_array_equal(decided, others.fit(X, y).predict(X))


def test_gradient_vanishes_at_scikit_learns_optimum():
    best = LogisticRegression(C=np.inf, tol=1e-10, max_iter=10_000).fit(X, y)
    W = np.column_stack([best.intercept_, best.coef_])
    assert np.abs(reference("softmax_regression_gradient")(X, y, W)).max() < 1e-5
    assert np.abs(reference("softmax_regression_gradient")(X, y, 0 * W)).max() > 0.01
