"""What the notebook and the instructor's page say of the digits is what its last cells give."""

from functools import cache

import numpy as np
import pytest

from dlcourse.activations import sigmoid, softmax
from dlcourse.datasets import load_digits_subset
from dlcourse.features import append_ones
from dlcourse.labels import one_hot
from dlcourse.linear import scores, softmax_regression_gradient


@cache
def digits():
    X, y, unseen, truth = load_digits_subset()
    return X[:1000].astype(float), y[:1000], unseen.astype(float), truth


@cache
def trained(n):
    """Weights of ten sigmoids and of one softmax, after 100 steps with the first n digits."""
    X, y, _, _ = digits()
    X, y = X[:n], y[:n]
    A, Y = append_ones(X), one_hot(y, 10)
    apart, together = np.zeros((10, 785)), np.zeros((10, 785))
    for _ in range(100):
        apart -= 0.3 * (sigmoid(A @ apart.T) - Y).T @ A / n
        together -= 0.3 * softmax_regression_gradient(X, y, together)
    return apart, together


def right(X, W):
    return (scores(X, W).argmax(axis=1) == digits()[3]).mean()


def test_both_ways_read_about_seven_digits_in_eight():
    for W in trained(1000):
        assert right(digits()[2], W) == pytest.approx(7 / 8, abs=0.01)


def test_nobody_claims_almost_a_quarter_and_the_largest_score_is_right_for_six_in_ten_of_these():
    *_, unseen, truth = digits()
    S = scores(unseen, trained(1000)[0])
    n_claims, hit = (S > 0).sum(axis=1), S.argmax(axis=1) == truth
    assert 0.22 < (n_claims == 0).mean() < 0.25
    assert hit[n_claims == 0].mean() == pytest.approx(0.6, abs=0.02)
    assert hit[n_claims == 1].mean() == pytest.approx(0.95, abs=0.01)


def test_twice_as_bright_the_digits_keep_their_class_and_the_largest_probability_rises():
    X, (_, W) = digits()[2], trained(1000)
    once, twice = softmax(scores(X, W)), softmax(scores(2 * X, W))
    assert (once.argmax(axis=1) == twice.argmax(axis=1)).mean() == pytest.approx(0.99, abs=0.005)
    means = [P.max(axis=1).mean() for P in (once, twice)]
    np.testing.assert_allclose(means, [0.77, 0.90], atol=0.006)


def test_moved_by_one_two_three_pixels_fewer_and_fewer_are_right():
    X = digits()[2]
    for W in trained(1000):
        moved = [right(np.roll(X, pixels, axis=1), W) for pixels in (1, 2, 3)]
        np.testing.assert_allclose(moved, [0.79, 0.60, 0.41], atol=0.012)


def test_with_few_digits_softmax_is_ahead_by_two_in_a_hundred_at_most():
    shares = np.array([[right(digits()[2], W) for W in trained(n)] for n in (100, 200, 500, 1000)])
    np.testing.assert_allclose(shares[[0, -1]].mean(axis=1), [0.75, 0.87], atol=0.006)
    ahead = shares[:, 1] - shares[:, 0]
    assert ahead.min() >= 0
    assert ahead.max() < 0.02
