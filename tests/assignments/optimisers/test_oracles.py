"""The references of the assignment against the package's optimisers, which PyTorch has checked."""

import numpy as np
import pytest

from dlcourse.checks.registry import find
from dlcourse.linear import softmax_regression_gradient
from dlcourse.optimizers import SGD, AdaDelta, AdaGrad, Adam, Momentum, RMSprop

GRADIENTS = np.random.default_rng(3).normal(size=(30, 4, 3))
START = np.random.default_rng(4).normal(size=(4, 3))


def reference(name):
    return find(f"optimisers/{name}").reference


def walked(name, memories, settings, counted=False):
    """Weights after all gradients, each step from what the last one returned."""
    state = np.stack([START, *[np.zeros_like(START)] * memories])
    for t, g in enumerate(GRADIENTS, start=1):
        state = reference(name)(*state, g, *([t] if counted else []), *settings)
        state = state if memories else state[np.newaxis]
    return state[0]


@pytest.mark.parametrize(
    ("name", "memories", "settings", "optimizer"),
    [
        ("sgd_step", 0, (0.3,), SGD(0.3)),
        ("momentum_step", 1, (0.1, 0.8), Momentum(0.1, 0.8)),
        ("adagrad_step", 1, (0.2, 0.05), AdaGrad(0.2, 0.05)),
        ("adadelta_step", 2, (0.9, 1e-3), AdaDelta(1.0, 0.9, 1e-3)),
        ("rmsprop_step", 1, (0.02, 0.9, 0.05), RMSprop(0.02, 0.9, 0.05)),
        ("adam_step", 2, (0.05, 0.8, 0.95, 0.05), Adam(0.05, 0.8, 0.95, 0.05)),
    ],
)
def test_steps_walk_as_the_package_does(name, memories, settings, optimizer):
    W = START.copy()
    state = optimizer.init(W)
    for g in GRADIENTS:
        optimizer.step(W, g, state)
    said = walked(name, memories, settings, counted=name == "adam_step")
    np.testing.assert_allclose(said, W, rtol=1e-9)


def test_the_loop_is_adam_on_shuffled_batches():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(23, 5)), rng.integers(0, 3, 23)
    orders = np.array([rng.permutation(23) for _ in range(4)])
    W, optimizer = np.zeros((3, 6)), Adam(0.1)
    state = optimizer.init(W)
    for order in orders:
        for batch in np.split(order, [10, 20]):
            optimizer.step(W, softmax_regression_gradient(X[batch], y[batch], W), state)
    said = reference("train_softmax")(X, y, np.zeros((3, 6)), orders, 10, 0.1)
    np.testing.assert_allclose(said, W, rtol=1e-7)
