"""What the notebook and the instructor's page say of the digits is what its last cells give."""

from functools import cache

import numpy as np
import pytest

from dlcourse.checks.registry import find
from dlcourse.datasets import load_digits_subset
from dlcourse.linear import scores, softmax_regression_gradient
from dlcourse.optimizers import OPTIMIZERS

RATES = 10.0 ** np.arange(-4, 3)


@cache
def digits():
    def shrunk(images):
        return images.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4)).reshape(-1, 196)

    X, y, unseen, truth = load_digits_subset()
    return shrunk(X), y, shrunk(unseen), truth


def orders(seed):
    rng = np.random.default_rng(seed)
    return np.array([rng.permutation(5000) for _ in range(5)])


@pytest.mark.parametrize("seed", range(4))
def test_the_loop_reads_more_than_88_percent_of_unseen_digits(seed):
    X, y, unseen, truth = digits()
    train = find("optimisers/train_softmax").reference
    W = train(X, y, np.zeros((10, 197)), orders(seed), 50, 0.01)
    assert (scores(unseen, W).argmax(axis=1) == truth).mean() > 0.88


@cache
def raced(method, rate, seed=0, brightness=1.0):
    """Share of unseen digits that are right after an epoch in batches of 50."""
    X, y, unseen, truth = digits()
    W, optimizer = np.zeros((10, 197)), OPTIMIZERS[method](learning_rate=rate)
    state = optimizer.init(W)
    for batch in orders(seed)[0].reshape(-1, 50):
        gradient = softmax_regression_gradient(brightness * X[batch], y[batch], W)
        optimizer.step(W, gradient, state)
    return (scores(brightness * unseen, W).argmax(axis=1) == truth).mean()


def best(method, **options):
    return RATES[np.argmax([raced(method, rate, **options) for rate in RATES])]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("method", OPTIMIZERS)
def test_at_its_best_rate_each_method_is_right_about_more_than_86_percent(method, seed):
    assert max(raced(method, rate, seed) for rate in RATES) > 0.86


@pytest.mark.parametrize("seed", range(4))
def test_the_methods_differ_little_at_their_best_and_much_at_one_rate(seed):
    tops = [max(raced(method, rate, seed) for rate in RATES) for method in OPTIMIZERS]
    assert np.ptp(tops) < 0.04
    assert np.ptp([raced(method, 0.001, seed) for method in OPTIMIZERS]) > 0.15


def test_brighter_images_ask_sgd_for_a_ten_thousandth_of_its_rate():
    """As the exercise of the chapter says of units: weights and slopes both change."""
    assert best("sgd") == 1.0
    assert raced("sgd", 1e-4, brightness=100.0) == pytest.approx(raced("sgd", 1.0), abs=0.01)
    assert raced("rmsprop", 1e-4, brightness=100.0) == pytest.approx(
        raced("rmsprop", 1e-2), abs=0.01
    )
