"""Networks: shapes, the three forms of a layer, folded biases, and the forward pass."""

import copy
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcourse.activations import ACTIVATIONS
from dlcourse.network import (
    Network,
    allocate,
    forward,
    initialize,
    layer_dots,
    layer_loops,
    layer_matmul,
    layer_views,
    network_from_weights,
    neuron,
    predict_scores,
    propagate,
)

sizes = st.lists(st.integers(1, 5), min_size=2, max_size=5).map(tuple)
seeds = st.integers(0, 2**32 - 1)


@given(n=st.integers(0, 4), n_in=st.integers(0, 4), n_out=st.integers(1, 4), seed=seeds)
def test_three_forms_of_a_layer_agree(n, n_in, n_out, seed):
    rng = np.random.default_rng(seed)
    W, X = rng.normal(size=(n_out, n_in + 1)), rng.normal(size=(n, n_in))
    loops = layer_loops(W, X)
    assert loops.shape == (n, n_out)
    for form in (layer_dots, layer_matmul):
        np.testing.assert_allclose(form(W, X), loops, rtol=1e-12, atol=1e-14)


@given(sizes=sizes, seed=seeds, activation=st.sampled_from(sorted(ACTIVATIONS)))
def test_forward_is_the_composed_function(sizes, seed, activation):
    rng = np.random.default_rng(seed)
    network = initialize(sizes, rng, activation)
    network.parameters[...] = rng.normal(size=network.parameters.shape)
    X = inputs = rng.normal(size=(3, sizes[0]))
    for W in network.W[:-1]:
        X = ACTIVATIONS[activation].function(layer_matmul(W, X))
    scores = layer_matmul(network.W[-1], X)
    buffers = forward(network, inputs)
    np.testing.assert_allclose(buffers.scores, scores, rtol=1e-12, atol=1e-14)
    np.testing.assert_array_equal(predict_scores(network, inputs), buffers.scores)
    assert all((x[:, 0] == 1).all() for x in buffers.X)


def test_forward_agrees_with_pytorch():
    torch = pytest.importorskip("torch")
    network = initialize((4, 6, 5, 3), np.random.default_rng(0), "tanh")
    network.parameters[...] += 0.1
    x = np.random.default_rng(1).normal(size=(7, 4))
    t = torch.tensor(x)
    for k, W in enumerate(torch.tensor(W) for W in network.W):
        t = torch.nn.functional.linear(t, W[:, 1:], W[:, 0])
        t = torch.tanh(t) if k < 2 else t
    np.testing.assert_allclose(predict_scores(network, x), t.numpy(), rtol=1e-12)


def test_weights_are_views_of_the_parameters():
    network = initialize((2, 3, 1), np.random.default_rng(0))
    network.W[1][0, 2] = 7.0
    assert network.parameters[-2] == 7.0
    assert [W.shape for W in layer_views(network.parameters, network.sizes)] == [(3, 3), (1, 4)]


@pytest.mark.parametrize("clone", [copy.deepcopy, lambda n: pickle.loads(pickle.dumps(n))])
def test_copies_keep_their_views(clone):
    network = initialize((2, 3, 1), np.random.default_rng(0))
    twin = clone(network)
    twin.parameters[...] = 1
    assert all((W == 1).all() for W in twin.W)
    assert (network.parameters != 1).all()


@pytest.mark.parametrize(("activation", "variance"), [("relu", 2 / 300), ("tanh", 2 / 500)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_initial_weights_have_the_papers_variance(activation, variance, dtype):
    network = initialize((300, 200, 1), np.random.default_rng(0), activation, dtype)
    W = network.W[0]
    assert network.parameters.dtype == dtype
    assert (W[:, 0] == 0).all()
    assert W[:, 1:].var() == pytest.approx(variance, rel=0.02)
    assert abs(W[:, 1:].mean()) < 3 * np.sqrt(variance / W[:, 1:].size)


def test_float32_stays_float32_and_integers_become_float64():
    network = initialize((2, 3, 1), np.random.default_rng(0), dtype=np.float32)
    assert predict_scores(network, np.ones((2, 2))).dtype == np.float32
    assert network_from_weights([[[0, 1]]], "relu").parameters.dtype == np.float64


@pytest.mark.parametrize(
    "parameters",
    [[0, 1], np.array([0, 1]), np.array([0, 1], bool), np.array([0, 1], np.float16)],
    ids=lambda parameters: str(getattr(parameters, "dtype", "list")),
)
def test_parameters_of_another_dtype_become_float64(parameters):
    network = Network((1, 1), "relu", parameters)
    assert network.parameters.dtype == network.W[0].dtype == np.float64
    np.testing.assert_array_equal(predict_scores(network, [[0.9]]), [[0.9]])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_contiguous_parameters_are_used_as_they_are(dtype):
    parameters = np.ones(4, dtype)
    assert Network((3, 1), "relu", parameters).parameters is parameters
    scattered = Network((1, 1), "relu", parameters[::2])
    scattered.W[0][...] = 5
    assert (scattered.parameters == 5).all()


@pytest.mark.parametrize("n", [0, 1])
def test_empty_and_single_batches(n):
    network = initialize((2, 3, 4), np.random.default_rng(0))
    assert predict_scores(network, np.ones((n, 2))).shape == (n, 4)


def test_a_net_without_inputs_has_only_biases():
    network = Network((0, 1), "relu", np.array([2.0]))
    np.testing.assert_array_equal(predict_scores(network, np.empty((3, 0))), [[2.0]] * 3)
    assert initialize((0, 1), np.random.default_rng(0)).parameters == 0


def test_buffers_of_fewer_rows_share_memory_and_serve_as_a_smaller_batch():
    network = initialize((2, 3, 1), np.random.default_rng(0))
    buffers = allocate(network, 4, dropout=True)
    small = buffers.rows(2)
    assert np.shares_memory(small.X[1], buffers.X[1])
    assert small.scores.shape == (2, 1)
    assert small.masks[0].shape == (2, 3)
    small.units[0][...] = [[1, 2], [3, 4]]
    propagate(network, small)
    np.testing.assert_allclose(small.scores, predict_scores(network, [[1, 2], [3, 4]]), rtol=1e-14)


def test_masks_silence_units():
    network = network_from_weights([[[0, 1], [0, 1]], [[0, 1, 10]]], "relu")
    buffers = allocate(network, 1, dropout=True)
    buffers.units[0][...] = 1
    buffers.masks[0][...] = [[0, 2]]
    propagate(network, buffers)
    assert buffers.scores == 20
    np.testing.assert_array_equal(buffers.outputs[0], [[1, 1]])


def test_neuron_is_a_layer_of_one():
    assert neuron([1.0, 2.0], [3.0], "identity") == 7.0
    assert neuron([1.0], [], "identity") == 1.0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Network((2,), "relu", np.zeros(0)), "sizes must list"),
        (lambda: Network((2, 0), "relu", np.zeros(0)), "sizes must list"),
        (lambda: Network((-1, 1), "relu", np.zeros(0)), "sizes must list"),
        (lambda: Network((2, 1), "swish", np.zeros(3)), "activation must be one of"),
        (lambda: Network((2, 1), "relu", np.zeros(4)), r"parameters must have shape \(3,\)"),
        (lambda: network_from_weights([], "relu"), "weights must hold at least one"),
        (lambda: network_from_weights([[1.0]], "relu"), r"weights\[0\] must have 2 dimensions"),
        (
            lambda: network_from_weights([np.ones((2, 3)), np.ones((1, 2))], "relu"),
            r"weights\[1\] must have 3 columns",
        ),
        (lambda: layer_matmul(np.ones((1, 3)), np.ones((1, 3))), "W must have a bias and one"),
        (lambda: layer_dots(np.ones((1, 3)), np.ones(3)), "X must have 2 dimensions"),
        (lambda: neuron([1.0, 1.0], [1.0], "swish"), "activation must be one of"),
        (lambda: neuron([1.0, 1.0], [1.0, 1.0]), "W must have a bias"),
    ],
)
def test_bad_networks_are_refused_by_name(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_initialize_refuses_other_dtypes():
    with pytest.raises(TypeError, match="dtype must be float32 or float64, got float16"):
        initialize((2, 1), np.random.default_rng(0), dtype=np.float16)


@pytest.mark.parametrize(
    ("X", "message"),
    [
        (np.ones((2, 3)), "X must have 2 columns"),
        (np.ones(2), "X must have 2 dimensions"),
        ([[np.nan, 0]], "X must be finite"),
    ],
)
def test_bad_inputs_are_refused_by_name(X, message):
    network = initialize((2, 1), np.random.default_rng(0))
    with pytest.raises(ValueError, match=message):
        forward(network, X)
