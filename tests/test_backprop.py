"""Backprop against PyTorch, and central differences."""

import tracemalloc

import numpy as np
import pytest
from golden import losses as golden
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcourse.activations import ACTIVATIONS
from dlcourse.backprop import (
    allocate_gradients,
    backpropagate,
    input_gradient,
    loss_and_gradients,
    output_gradient,
    output_targets,
    score_gradients,
)
from dlcourse.losses import LOSSES
from dlcourse.network import Network, allocate, initialize, propagate

SMOOTH = [name for name, activation in ACTIVATIONS.items() if not activation.one_sided]


def problem(sizes, n, loss, seed, activation="tanh", dtype=np.float64):
    rng = np.random.default_rng(seed)
    network = initialize(sizes, rng, activation, dtype)
    network.parameters[...] = rng.normal(size=network.parameters.size) / 2
    X = rng.normal(size=(n, sizes[0])).astype(dtype)
    return network, X, golden.targets(rng, loss, "hard", (n, sizes[-1]))


def central_differences(function, at, step=1e-5):
    slopes = np.empty_like(at)
    for k in range(at.size):
        kept = at.flat[k]
        at.flat[k] = kept + step
        above = function()
        at.flat[k] = kept - step
        below = function()
        at.flat[k] = kept
        slopes.flat[k] = (above - below) / (2 * step)
    return slopes


@settings(max_examples=40)
@given(
    sizes=st.lists(st.integers(1, 4), min_size=2, max_size=4).map(tuple),
    n=st.integers(1, 4),
    loss=st.sampled_from(sorted(LOSSES)),
    activation=st.sampled_from(SMOOTH),
    seed=st.integers(0, 2**32 - 1),
)
def test_every_weight_and_input_against_central_differences(sizes, n, loss, activation, seed):
    network, X, y = problem(sizes, n, loss, seed, activation)

    def value():
        return loss_and_gradients(network, X, y, loss)[0]

    _, gradients = loss_and_gradients(network, X, y, loss)
    slopes = central_differences(value, network.parameters)
    np.testing.assert_allclose(gradients.flat, slopes, rtol=1e-6, atol=1e-8)
    inputs = input_gradient(network, X, y, loss) / n
    np.testing.assert_allclose(inputs, central_differences(value, X), rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu"])
@pytest.mark.parametrize("loss", sorted(LOSSES))
@pytest.mark.parametrize("sizes", [(4, 3), (4, 6, 3), (4, 6, 5, 3)])
def test_gradients_equal_pytorchs(sizes, loss, activation):
    torch = pytest.importorskip("torch")
    network, X, y = problem(sizes, 8, loss, 1, activation)
    W = [torch.tensor(w, requires_grad=True) for w in network.W]
    x = t = torch.tensor(X, requires_grad=True)
    scores = []
    for k, w in enumerate(W):
        s = torch.nn.functional.linear(t, w[:, 1:], w[:, 0])
        s.retain_grad()
        scores.append(s)
        t = getattr(torch, activation)(s) if k < len(W) - 1 else s
    functional = torch.nn.functional
    value = {
        "cross_entropy": lambda: functional.cross_entropy(t, torch.tensor(y)),
        "binary_cross_entropy": lambda: (
            functional.binary_cross_entropy_with_logits(
                t, torch.tensor(y, dtype=torch.float64), reduction="sum"
            )
            / len(X)
        ),
        "squared_error": lambda: ((t - torch.tensor(y)) ** 2).sum() / 2 / len(X),
    }[loss]()
    value.backward()
    ours, gradients = loss_and_gradients(network, X, y, loss)
    assert ours == pytest.approx(value.item(), rel=1e-12)
    for dW, w in zip(gradients.dW, W, strict=True):
        np.testing.assert_allclose(dW, w.grad, rtol=1e-12, atol=1e-16)
    for dS, s in zip(score_gradients(network, X, y, loss), scores, strict=True):
        np.testing.assert_allclose(dS, s.grad, rtol=1e-12, atol=1e-16)
    np.testing.assert_allclose(
        input_gradient(network, X, y, loss), 8 * x.grad.numpy(), rtol=1e-12, atol=1e-16
    )


@given(n=st.integers(1, 6), seed=st.integers(0, 2**32 - 1), loss=st.sampled_from(sorted(LOSSES)))
def test_batch_gradient_is_the_mean_of_single_ones(n, seed, loss):
    network, X, y = problem((3, 4, 2), n, loss, seed)
    _, batch = loss_and_gradients(network, X, y, loss)
    singles = [
        loss_and_gradients(network, X[i : i + 1], y[i : i + 1], loss)[1].flat for i in range(n)
    ]
    np.testing.assert_allclose(batch.flat, np.mean(singles, axis=0), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu"])
def test_dropout_masks_are_part_of_the_function(activation):
    """With masks held fixed, the gradient is that of the masked network."""
    network, X, y = problem((3, 5, 4, 2), 6, "cross_entropy", 3, activation)
    targets = output_targets(y, "cross_entropy", 2, np.float64)
    rng = np.random.default_rng(4)
    buffers, gradients = allocate(network, 6, dropout=True), allocate_gradients(network)
    buffers.units[0][...] = X
    for mask in buffers.masks:
        mask[...] = 2 * rng.integers(2, size=mask.shape)

    def value():
        propagate(network, buffers)
        return LOSSES["cross_entropy"].value(buffers.scores, targets)

    slopes = central_differences(value, network.parameters)
    value()
    output_gradient(buffers, targets, "cross_entropy")
    backpropagate(network, buffers, gradients)
    np.testing.assert_allclose(gradients.flat, slopes, rtol=1e-6, atol=1e-9)


def test_gradients_are_views_of_one_vector_in_the_networks_dtype():
    network, X, y = problem((3, 4, 2), 5, "cross_entropy", 0, dtype=np.float32)
    value, gradients = loss_and_gradients(network, X, y)
    assert isinstance(value, float)
    assert gradients.flat.dtype == np.float32
    assert all(np.shares_memory(dW, gradients.flat) for dW in gradients.dW)


def test_targets_are_rounded_to_the_networks_dtype():
    """A float32 score that is as near to the target as it can be has nothing left to learn."""
    network = Network((1, 1), "relu", np.array([0.1, 0.0], np.float32))
    value, gradients = loss_and_gradients(network, [[1.0]], [0.1], "squared_error")
    assert value == 0
    np.testing.assert_array_equal(gradients.flat, [0, 0])


@pytest.mark.parametrize("function", [loss_and_gradients, score_gradients, input_gradient])
def test_cross_entropy_is_the_default_loss(function):
    network, X, y = problem((3, 4, 2), 5, "cross_entropy", 0)
    np.testing.assert_equal(function(network, X, y), function(network, X, y, "cross_entropy"))


@pytest.mark.parametrize(
    ("y", "loss", "n_outputs", "expected"),
    [
        ([1, 0], "cross_entropy", 2, [[0, 1], [1, 0]]),
        ([[0.25, 0.75]], "cross_entropy", 2, [[0.25, 0.75]]),
        ([[0.5, 0.5], [1, 0]], "cross_entropy", 2, [[0.5, 0.5], [1, 0]]),
        ([1, 0], "binary_cross_entropy", 1, [[1], [0]]),
        ([[1, 0]], "binary_cross_entropy", 2, [[1, 0]]),
        ([2.5, -1.0], "squared_error", 1, [[2.5], [-1]]),
    ],
)
def test_labels_become_targets(y, loss, n_outputs, expected):
    targets = output_targets(y, loss, n_outputs, np.float32)
    assert targets.dtype == np.float32
    np.testing.assert_array_equal(targets, expected)


@pytest.mark.parametrize(
    ("y", "loss", "message"),
    [
        ([0, 2], "cross_entropy", "y must hold class numbers"),
        (
            [0, 1],
            "binary_cross_entropy",
            r"y must have one column for each of the 2 output units, got shape \(2,\)$",
        ),
        ([[0, 2]], "binary_cross_entropy", "y must hold numbers between 0 and 1"),
        ([[0, -1]], "binary_cross_entropy", "y must hold numbers between 0 and 1"),
        (
            [[0.5, 0.5], [0.5, 0.75]],
            "cross_entropy",
            "y must hold rows of probabilities that sum to 1, got 1.25 at row 1$",
        ),
        ([[0.5, 0.25]], "cross_entropy", "y must hold rows of probabilities that sum to 1, got 0"),
        ([[np.nan, 0]], "squared_error", "y must be finite"),
        ([[[0.0]]], "squared_error", "y must have 1 or 2 dimensions"),
        ([0, 1], "hinge", "loss must be one of"),
    ],
)
def test_bad_labels_are_refused_by_name(y, loss, message):
    with pytest.raises(ValueError, match=message):
        output_targets(y, loss, 2, np.float64)
    with pytest.raises(ValueError, match=message.replace("y ", "labels ", 1)):
        output_targets(y, loss, 2, np.float64, "labels")


def test_targets_have_a_dtype_that_is_computed_in():
    with pytest.raises(TypeError, match=r"^dtype must be float32 or float64, got float16$"):
        output_targets([0], "cross_entropy", 2, np.float16)


def test_rows_of_probabilities_may_be_rounded():
    output_targets([[0.5, 0.500009]], "cross_entropy", 2, np.float64)
    with pytest.raises(ValueError, match="sum to 1"):
        output_targets([[0.5, 0.500011]], "cross_entropy", 2, np.float64)


@pytest.mark.parametrize("loss", sorted(LOSSES))
def test_examples_and_labels_must_be_as_many(loss):
    network, X, y = problem((3, 2), 4, loss, 0)
    message = r"^X and y must have the same length, got 4 and 3$"
    with pytest.raises(ValueError, match=message):
        loss_and_gradients(network, X, y[:3], loss)
    with pytest.raises(ValueError, match=r"^X must hold at least one example, got none$"):
        loss_and_gradients(network, X[:0], y[:0], loss)


def test_one_parameter_network_by_hand():
    network = Network((1, 1), "relu", np.array([1.0, 2.0]))
    value, gradients = loss_and_gradients(network, [[3.0]], [5.0], "squared_error")
    assert value == 2.0  # (1 + 2*3 - 5)^2 / 2
    np.testing.assert_array_equal(gradients.flat, [2.0, 6.0])


def test_one_pass_forwards_and_backwards_allocates_no_arrays():
    network = initialize((300, 400, 400, 2), np.random.default_rng(0))
    buffers, gradients = allocate(network, 8), allocate_gradients(network)
    tracemalloc.start()
    propagate(network, buffers)
    backpropagate(network, buffers, gradients)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < network.W[1].nbytes / 10
