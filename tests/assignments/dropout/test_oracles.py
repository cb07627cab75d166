"""The references of the assignment against the package, which PyTorch has checked."""

import numpy as np
import pytest

from dlcourse.activations import sigmoid
from dlcourse.backprop import allocate_gradients, backpropagate, output_gradient, output_targets
from dlcourse.checks.registry import find
from dlcourse.dropout import apply_dropout
from dlcourse.network import allocate, initialize, propagate
from dlcourse.optimizers import SGD
from dlcourse.training import train


def reference(name):
    return find(f"dropout/{name}").reference


@pytest.mark.parametrize("p", [0.0, 0.2, 0.5, 0.9])
def test_forward_is_the_packages_dropout_with_the_same_numbers(p):
    X = np.random.default_rng(0).normal(size=(30, 20))
    U = np.random.default_rng(1).random(X.shape)
    theirs = apply_dropout(X, p, np.random.default_rng(1))
    np.testing.assert_allclose(reference("dropout_forward")(X, U, p), theirs)


def test_hidden_blame_is_what_backprop_stores():
    rng = np.random.default_rng(2)
    network = initialize((5, 7, 3), rng)
    buffers = allocate(network, 11, dropout=True)
    buffers.units[0][...] = rng.normal(size=(11, 5))
    buffers.masks[0][...] = reference("dropout_forward")(np.ones((11, 7)), rng.random((11, 7)), 0.3)
    propagate(network, buffers)
    targets = output_targets(rng.integers(0, 3, 11), "cross_entropy", 3, float)
    output_gradient(buffers, targets, "cross_entropy")
    backpropagate(network, buffers, allocate_gradients(network))
    S = buffers.X[0] @ network.W[0].T
    said = reference("hidden_blame")(buffers.dS[1], network.W[1], S, buffers.masks[0])
    np.testing.assert_allclose(said, buffers.dS[0], atol=1e-15)


@pytest.mark.parametrize("p", [0.2, 0.5])
def test_mean_of_all_masks_is_the_mean_of_many_draws(p):
    rng = np.random.default_rng(3)
    h, w = rng.random(6), rng.normal(size=7)
    scores = w[0] + apply_dropout(np.tile(h, (200_000, 1)), p, rng) @ w[1:]
    drawn = sigmoid(scores)
    error = drawn.std() / np.sqrt(len(drawn))
    assert abs(reference("mean_of_all_masks")(h, w, p) - drawn.mean()) < 5 * error


def test_a_step_with_dropped_inputs_is_a_step_of_training():
    rng = np.random.default_rng(4)
    X, y = rng.normal(size=(12, 5)), rng.integers(0, 3, 12)
    network = initialize((5, 3), rng)
    before = network.W[0].copy()
    settings = {"optimizer": SGD(0.3), "epochs": 1, "batch_size": 12, "progress": False}
    train(network, X, y, rng=np.random.default_rng(5), input_dropout=0.4, **settings)
    same = np.random.default_rng(5)
    rows, U = same.permutation(12), same.random((12, 5))
    said = reference("input_dropout_step")(X[rows], y[rows], before, U, 0.4, 0.3)
    np.testing.assert_allclose(network.W[0], said)
