"""What the notebook and the instructor's page say about their experiments."""

from itertools import pairwise

import numpy as np
import pytest

from dlcourse.backprop import count_backprop, count_finite_differences, loss_and_gradients
from dlcourse.checks.registry import find
from dlcourse.datasets import load_digits_subset
from dlcourse.network import forward, network_from_weights

SIZES = (784, 32, 16, 10)
LOSS = "binary_cross_entropy"


def reference(name):
    return find(f"backpropagation/{name}").reference


def learned(seed, epochs=5):
    """As the notebook does it."""
    X, y, _, _ = load_digits_subset()
    rng = np.random.default_rng(seed)
    W = [rng.normal(size=(m, k + 1)) / np.sqrt(k + 1) for k, m in pairwise(SIZES)]
    network, Y = network_from_weights(W, "tanh"), np.eye(10)[y]
    for _ in range(epochs):
        for batch in rng.permutation(len(X)).reshape(-1, 50):
            _, gradients = loss_and_gradients(network, X[batch], Y[batch], LOSS)
            network.parameters[:] -= 0.3 * gradients.flat
    return network


@pytest.mark.parametrize("seed", range(3))
def test_nine_of_ten_digits_are_right_and_pixels_that_get_their_way_mend_most_mistakes(seed):
    _, _, X, y = load_digits_subset()
    network = learned(seed)
    said = forward(network, X).scores.argmax(axis=1)
    assert 0.87 < np.mean(said == y) < 0.95
    wrong = np.flatnonzero(said != y)[:10]
    buffers = forward(network, X[wrong])
    X1, X2 = (output for output in buffers.outputs)
    dS = reference("output_blame")(buffers.scores, np.eye(10)[y[wrong]])
    for V, output in ((network.W[2], X2), (network.W[1], X1)):
        dS = reference("blame_below")(V, dS, output)
    pixels = dS @ network.W[0][:, 1:]
    mended = forward(network, X[wrong] - 20 * pixels).scores.argmax(axis=1)
    assert np.sum(mended == y[wrong]) >= 7


def test_the_numbers_of_the_notebook():
    assert sum(m * (k + 1) for k, m in pairwise(SIZES)) == 25_818
    sizes = (784, 256, 10)
    dearer = count_finite_differences(sizes) / count_backprop(sizes)
    assert dearer == pytest.approx(200_000, rel=0.02)


def small(seed, scale=1.0):
    rng = np.random.default_rng(seed)
    W = [scale * rng.normal(size=(m, k + 1)) / np.sqrt(k + 1) for k, m in pairwise((3, 6, 5, 2))]
    return W, rng.normal(size=(40, 3)), rng.integers(0, 2, (40, 2)).astype(float)


def without_slopes(W, X, Y):
    network = network_from_weights(W, "tanh")
    buffers = forward(network, X)
    dS = reference("output_blame")(buffers.scores, Y)
    found = []
    for depth in (2, 1, 0):
        found.insert(0, reference("weight_gradient")(dS, buffers.X[depth][:, 1:]).ravel())
        dS = dS @ W[depth][:, 1:]
    return np.concatenate(found)


@pytest.mark.parametrize("seed", range(20))
def test_without_the_slope_the_loss_still_falls_and_a_nudge_tells(seed):
    W, X, Y = small(seed)
    right, wrong = reference("network_gradient")(*W, X, Y), without_slopes(W, X, Y)
    assert right @ wrong > 0  # so a small step against the wrong one goes down
    last = W[2].size
    np.testing.assert_allclose(right[-last:], wrong[-last:])
    hidden = np.linalg.norm(right[:-last] - wrong[:-last])
    sizes = np.linalg.norm(right[:-last]) + np.linalg.norm(wrong[:-last])
    assert hidden / sizes > 0.01


def test_where_nobody_listens_only_the_last_layer_learns_at_first():
    W, X, Y = small(0)
    W[2][:] = 0
    gradient = reference("network_gradient")(*W, X, Y)
    assert not gradient[: -W[2].size].any()
    assert gradient[-W[2].size :].all()
    W[2] -= gradient[-W[2].size :].reshape(W[2].shape)
    assert reference("network_gradient")(*W, X, Y).all()


def test_where_all_weights_are_0_only_the_biases_at_the_top_move():
    W, X, Y = small(0, scale=0.0)
    Y[:, 0] = 1
    for _ in range(3):
        gradient = reference("network_gradient")(*W, X, Y)
        ends = np.cumsum([V.size for V in W])[:-1]
        parts = [part.reshape(V.shape) for V, part in zip(W, np.split(gradient, ends), strict=True)]
        assert not parts[0].any()
        assert not parts[1].any()
        assert not parts[2][:, 1:].any()
        assert parts[2][:, 0].any()
        W = [V - part for V, part in zip(W, parts, strict=True)]


def test_a_step_too_small_is_not_felt_along_the_real_axis():
    w, X, y = np.array([1.0, -1.2]), np.array([[0.5], [-1.0]]), np.array([1.0, 0.0])
    nothing = reference("nudged_gradient")(w, X, y, 1e-17)
    assert not nothing.any()
    exact = reference("complex_gradient")(w, X, y, 1e-30)
    np.testing.assert_allclose(exact, reference("nudged_gradient")(w, X, y, 1e-5), rtol=1e-8)
