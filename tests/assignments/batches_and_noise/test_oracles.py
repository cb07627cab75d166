"""The references of the assignment against oracles that others wrote."""

from itertools import combinations

import numpy as np
import pytest

from dlcourse.checks.registry import find

pytest.importorskip("sklearn")
from sklearn.linear_model import LogisticRegression, SGDClassifier

RNG = np.random.default_rng(7)
X = RNG.normal(size=(50, 3))
y = (X @ [1.0, -2.0, 0.5] + RNG.normal(size=50) > 0).astype(int)


def reference(name):
    return find(f"batches_and_noise/{name}").reference


@pytest.mark.parametrize("size", [1, 2, 3, 5, 6])
def test_noise_is_that_of_all_batches_there_are(size):
    """Every batch of so many out of six, each as likely as the others."""
    G = RNG.normal(size=(6, 4)) + 1
    means = np.array([G[list(rows)].mean(axis=0) for rows in combinations(range(6), size)])
    squares = ((means - G.mean(axis=0)) ** 2).sum(axis=1)
    np.testing.assert_allclose(
        reference("batch_noise")(G, size), np.sqrt(squares.mean()), atol=1e-12
    )


def test_single_examples_are_scikit_learns_stochastic_descent():
    """Its epoch goes through the rows in order where it is told not to shuffle."""
    model = SGDClassifier(
        loss="log_loss",
        penalty=None,
        learning_rate="constant",
        eta0=0.1,
        max_iter=1,
        tol=None,
        shuffle=False,
    ).fit(X, y)
    found = reference("one_epoch")(X, y, np.zeros(4), np.arange(50), 1, 0.1)
    np.testing.assert_allclose(found, np.r_[model.intercept_, model.coef_[0]], rtol=1e-10)


def test_full_batch_reaches_scikit_learns_optimum():
    best = LogisticRegression(C=np.inf, tol=1e-10, max_iter=10_000).fit(X, y)
    path = reference("full_batch")(X, y, np.zeros(4), 1.0, 3000)
    np.testing.assert_allclose(path[-1], np.r_[best.intercept_, best.coef_[0]], rtol=1e-4)


@pytest.mark.parametrize("size", [1, 7, 10, 50, 60])
def test_the_batches_of_an_epoch_are_numpys_pieces(size):
    order = RNG.permutation(50)
    pieces = np.split(order, range(size, 50, size))
    found = [reference("batch")(order, size, k) for k in range(len(pieces))]
    assert [piece.tolist() for piece in found] == [piece.tolist() for piece in pieces]


def test_an_epoch_in_one_batch_is_a_step_of_full_batch_descent_whatever_the_order():
    path = reference("full_batch")(X, y, np.ones(4), 0.5, 1)
    end = reference("one_epoch")(X, y, np.ones(4), RNG.permutation(50), 50, 0.5)
    np.testing.assert_allclose(end, path[-1], rtol=1e-12)
