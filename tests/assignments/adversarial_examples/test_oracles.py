"""The references of the assignment against the package, which has oracles of its own."""

import numpy as np
import pytest

from dlcourse import adversarial, backprop
from dlcourse.checks.registry import find
from dlcourse.network import network_from_weights

RNG = np.random.default_rng(5)
X, Y, W = RNG.random((30, 6)), RNG.integers(0, 2, 30), RNG.normal(scale=3, size=7)
MODEL, LOSS = network_from_weights([W[np.newaxis]], "identity"), "binary_cross_entropy"


def reference(name):
    return find(f"adversarial_examples/{name}").reference


def test_the_slopes_are_what_backpropagation_says():
    expected = backprop.input_gradient(MODEL, X, Y, LOSS)
    np.testing.assert_allclose(reference("input_gradient")(X, Y, W), expected, rtol=1e-9)


@pytest.mark.parametrize("eps", [0.0, 0.1, 0.6])
def test_the_step_and_the_gradient_of_training_on_it_are_the_packages(eps):
    moved = adversarial.fgsm(MODEL, X, Y, eps, LOSS, (0, 1))
    G = reference("input_gradient")(X, Y, W)
    np.testing.assert_allclose(reference("fgsm")(X, G, eps), moved, rtol=1e-12)
    _, gradients = adversarial.adversarial_loss_and_gradients(MODEL, X, Y, eps, 0.5, LOSS, (0, 1))
    found = reference("adversarial_gradient")(X, Y, W, eps)
    np.testing.assert_allclose(found, gradients.flat, rtol=1e-9)


def test_small_steps_walk_as_the_package_does():
    """From the package's random start, with all slopes looked at anew."""
    steps, step, eps = 5, 0.04, 0.15
    low, high = np.clip([X - eps, X + eps], 0, 1)
    moved = low + (high - low) * np.random.default_rng(0).random(X.shape)
    for _ in range(steps):
        G = reference("input_gradient")(moved, Y, W)
        moved = reference("small_step")(X, moved, G, step, eps)
    rng = np.random.default_rng(0)
    expected = adversarial.pgd(MODEL, X, Y, eps, step, steps, rng, LOSS, (0, 1))
    np.testing.assert_allclose(moved, expected, atol=1e-12)


def test_robust_accuracy_falls_and_unbounded_images_follow_the_closed_form():
    """Inside the range the worst step costs each image eps times the 1-norm."""
    inner = 0.3 + 0.4 * X
    margins = (2 * Y - 1) * (inner @ W[1:] + W[0])
    shares = [reference("robust_accuracy")(inner, Y, W, eps) for eps in (0, 0.05, 0.1, 0.2)]
    closed = [(margins > eps * np.abs(W[1:]).sum()).mean() for eps in (0, 0.05, 0.1, 0.2)]
    assert shares == closed
    assert shares == sorted(shares, reverse=True)


def test_random_signs_are_numpys_choice_of_two():
    coins = RNG.integers(0, 2, X.shape, dtype=int)
    expected = np.clip(X + np.choose(coins, [-0.1, 0.1]), 0, 1)
    np.testing.assert_allclose(reference("random_signs")(X, coins, 0.1), expected)
