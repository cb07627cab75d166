"""What the notebook says of the digits is what its cells give, over seeds."""

from functools import cache

import numpy as np
import pytest

from dlcourse import backprop
from dlcourse.checks.registry import find
from dlcourse.datasets import load_digits_subset
from dlcourse.figures.adversarial_examples import is_right, reader
from dlcourse.linear import fit_logistic

fgsm, random_signs, small_step, robust_accuracy, adversarial_gradient = (
    find(f"adversarial_examples/{name}").reference
    for name in ("fgsm", "random_signs", "small_step", "robust_accuracy", "adversarial_gradient")
)
SEEDS = range(3)


@cache
def threes_and_sevens():
    X, y, X_new, y_new = load_digits_subset()
    pairs = (np.isin(labels, (3, 7)) for labels in (y, y_new))
    return [
        (images[pair].astype(float), (labels[pair] == 7).astype(int))
        for images, labels, pair in zip((X, X_new), (y, y_new), pairs, strict=True)
    ]


@cache
def fitted():
    X, y = threes_and_sevens()[0]
    return fit_logistic(X, y, 1e-3, tolerance=1e-4)


@pytest.mark.parametrize("seed", SEEDS)
def test_coins_cost_logistic_regression_little_and_the_worst_signs_much(seed):
    (old, _), (X, y) = threes_and_sevens()
    assert (len(old), len(X)) == (1000, 200)
    coins = np.random.default_rng(seed).integers(0, 2, X.shape)
    noisy = robust_accuracy(random_signs(X, coins, 0.1), y, fitted(), 0.0)
    assert noisy > 0.95
    assert robust_accuracy(X, y, fitted(), 0.1) < 0.7


def test_hardening_helps_keeps_what_was_right_and_makes_the_1_norm_smaller():
    (X, y), (X_try, y_try) = threes_and_sevens()
    w = fitted()
    hard = w.copy()
    for _ in range(500):
        hard = hard - 0.1 * adversarial_gradient(X, y, hard, 0.1)
    gain = robust_accuracy(X_try, y_try, hard, 0.1) - robust_accuracy(X_try, y_try, w, 0.1)
    assert gain > 0.15
    assert robust_accuracy(X_try, y_try, hard, 0.0) > robust_accuracy(X_try, y_try, w, 0.0) - 0.03
    assert np.abs(hard[1:]).sum() < 0.8 * np.abs(w[1:]).sum()


@pytest.mark.parametrize("seed", SEEDS)
def test_coins_do_least_another_network_more_one_step_more_and_small_steps_most(seed):
    A, B = reader(seed), reader(seed + 1)
    _, _, X, y = load_digits_subset()
    eps = 0.06

    def share(images):
        return is_right(A, images, y).mean()

    coins = np.random.default_rng(seed).integers(0, 2, X.shape)
    moved = X
    for _ in range(10):
        G = backprop.input_gradient(A, moved, y)
        moved = small_step(X, moved, G, eps / 4, eps)
    shares = [
        share(X),
        share(random_signs(X, coins, eps)),
        share(fgsm(X, backprop.input_gradient(B, X, y), eps)),
        share(fgsm(X, backprop.input_gradient(A, X, y), eps)),
        share(moved),
    ]
    assert shares[0] - shares[1] < 0.03
    assert (np.diff(shares[1:]) < -0.03).all()
    assert shares[1] - shares[2] > 0.1
