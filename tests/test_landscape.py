"""Landscapes: curvature, saddles found, noise that escapes, linear collapse."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcourse.landscape import (
    RAVINE,
    SADDLE,
    TILTED_DOUBLE_WELL,
    collapse,
    critical_index,
    find_critical_point,
    hessian,
    hessian_spectrum,
    loss_slice,
    noisy_descent,
    of_network,
)
from dlcourse.network import initialize, predict_scores

seeds = st.integers(0, 2**32 - 1)


@pytest.mark.parametrize("landscape", [TILTED_DOUBLE_WELL, RAVINE, SADDLE])
@given(seed=seeds)
def test_gradients_are_slopes(landscape, seed):
    w, d = np.random.default_rng(seed).normal(size=(2, 2))
    slope = (landscape.value(w + 1e-6 * d) - landscape.value(w - 1e-6 * d)) / 2e-6
    assert landscape.gradient(w) @ d == pytest.approx(slope, rel=1e-6, abs=1e-6)


def test_a_networks_landscape_leaves_the_network_alone():
    rng = np.random.default_rng(0)
    network = initialize((2, 3, 2), rng, "tanh")
    X, y = rng.normal(size=(5, 2)), rng.integers(2, size=5)
    surface = of_network(network, X, y, "cross_entropy")
    before = network.parameters.copy()
    w, d = before + 0.3, rng.normal(size=before.size)
    slope = (surface.value(w + 1e-6 * d) - surface.value(w - 1e-6 * d)) / 2e-6
    assert surface.gradient(w) @ d == pytest.approx(slope, rel=1e-6)
    np.testing.assert_array_equal(network.parameters, before)


@given(seed=seeds)
def test_hessian_of_a_quadratic_is_its_matrix(seed):
    A = np.random.default_rng(seed).normal(size=(4, 4))
    A = A + A.T
    w = np.random.default_rng(seed + 1).normal(size=4)
    np.testing.assert_allclose(hessian(lambda v: A @ v, w), A, rtol=1e-6, atol=1e-8)
    spectrum = hessian_spectrum(lambda v: A @ v, w)
    np.testing.assert_allclose(spectrum, np.linalg.eigvalsh(A), rtol=1e-6, atol=1e-8)


def test_logistic_regression_is_convex_and_a_deep_net_is_not():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(30, 2)), rng.integers(2, size=30)
    shapes = {(2, 1): 0, (2, 4, 1): 0}
    for sizes in shapes:
        surface = of_network(initialize(sizes, rng, "tanh"), X, y, "binary_cross_entropy")
        size = initialize(sizes, rng).parameters.size
        smallest = [hessian_spectrum(surface.gradient, rng.normal(size=size))[0] for _ in range(20)]
        shapes[sizes] = min(smallest)
    assert shapes[2, 1] > 0 > shapes[2, 4, 1]


@pytest.mark.parametrize(
    ("spectrum", "index"),
    [([1.0, 2.0], 0.0), ([-1.0, -2.0], 1.0), ([-1.0, 1.0], 0.5), ([0.0], 0.0), ([-1e-9, 1], 0.0)],
)
def test_index_is_the_share_of_directions_down(spectrum, index):
    assert critical_index(spectrum) == index


@pytest.mark.parametrize(
    ("start", "expected"), [([0.3, 0.1], [0, 0]), ([0.3, 1.4], [0, 1]), ([-2.0, -0.9], [0, -1])]
)
def test_finds_saddles_and_minima_alike(start, expected):
    point = find_critical_point(SADDLE.gradient, start)
    assert point.converged
    assert point.gradient_norm <= 1e-8
    np.testing.assert_allclose(point.w, expected, atol=1e-7)


def test_says_so_when_there_is_no_critical_point():
    point = find_critical_point(lambda w: np.ones_like(w), [0.0], max_iterations=5)
    assert not point.converged
    assert point.gradient_norm == 1


@pytest.mark.local  # a minute in the browser's Python
def test_higher_critical_points_of_a_net_have_more_ways_down():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(12, 2)), rng.normal(size=12)
    network = initialize((2, 3, 1), rng, "tanh")
    surface = of_network(network, X, y, "squared_error")
    found = []
    for _ in range(25):
        start = rng.normal(size=network.parameters.size)
        point = find_critical_point(surface.gradient, start, tolerance=1e-6, max_iterations=80)
        if point.converged:
            index = critical_index(hessian_spectrum(surface.gradient, point.w), 1e-5)
            found.append((surface.value(point.w), index))
    losses, indices = np.array(found).T
    assert len(found) >= 5
    assert len(set(indices)) > 1
    assert np.corrcoef(losses, indices)[0, 1] > 0.3


def test_noise_leaves_the_poor_minimum_and_descent_alone_does_not():
    start = np.full((300, 1), 0.9)
    ends = {
        noise: noisy_descent(
            TILTED_DOUBLE_WELL.gradient, start, 0.05, noise, 400, np.random.default_rng(0)
        )[-1]
        for noise in (0.0, 4.0)
    }
    assert (ends[0.0] > 0).all()
    assert (ends[4.0] < 0).mean() > 0.6


def test_paths_start_at_the_start_and_follow_the_gradient():
    path = noisy_descent(RAVINE.gradient, [1.0, 1.0], 0.01, 0.0, 3, np.random.default_rng(0))
    assert path.shape == (4, 2)
    np.testing.assert_allclose(path[-1], [0.99**3, 0.75**3])


def test_slices_in_one_and_two_directions():
    def value(w):
        return float(w @ w)

    line = loss_slice(value, [1.0, 0.0], [[1.0, 0.0]], [-1.0, 0.0, 1.0])
    np.testing.assert_array_equal(line, [0, 1, 4])
    plane = loss_slice(value, [0.0, 0.0], np.eye(2), [0.0, 1.0], [0.0, 1.0, 2.0])
    np.testing.assert_array_equal(plane, [[0, 1, 4], [1, 2, 5]])


@given(
    sizes=st.lists(st.integers(1, 5), min_size=2, max_size=5).map(tuple),
    seed=seeds,
)
def test_without_non_linearities_a_network_is_one_matrix(sizes, seed):
    rng = np.random.default_rng(seed)
    network = initialize(sizes, rng, "identity")
    network.parameters[...] = rng.normal(size=network.parameters.size)
    X = rng.normal(size=(6, sizes[0]))
    W = collapse(network)
    np.testing.assert_allclose(
        X @ W[:, 1:].T + W[:, 0], predict_scores(network, X), rtol=1e-9, atol=1e-10
    )
    assert np.linalg.matrix_rank(W[:, 1:]) <= min(sizes)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: collapse(initialize((2, 2, 1), np.random.default_rng(0))), "network must have"),
        (lambda: critical_index([]), "spectrum must hold"),
        (lambda: critical_index([np.nan]), "spectrum must be finite"),
        (lambda: critical_index([1.0], tolerance=2), "tolerance"),
        (lambda: hessian(RAVINE.gradient, [0.0, 0.0], step=0), "step"),
        (lambda: find_critical_point(RAVINE.gradient, [[0.0]]), "start must have 1 dimension"),
        (lambda: loss_slice(len, [0.0], [[1.0, 2.0]], [0.0]), "directions must have 1 columns"),
        (lambda: loss_slice(len, [0.0], [[1.0]]), "steps must be one array"),
        (
            lambda: noisy_descent(RAVINE.gradient, [0.0], -1, 0.0, 1, np.random.default_rng(0)),
            "learning_rate",
        ),
        (
            lambda: noisy_descent(RAVINE.gradient, [0.0], 1, -1.0, 1, np.random.default_rng(0)),
            "noise",
        ),
        (lambda: hessian(lambda w: w[:1], [0.0, 0.0]), r"gradient must return shape \(2,\), got"),
        (lambda: hessian(lambda w: w * np.nan, [0.0]), "gradient must be finite, got nan at row 0"),
        (lambda: find_critical_point(lambda w: w / np.inf * np.inf, [1.0]), "gradient must be fin"),
        (
            lambda: noisy_descent(lambda w: 1e300 * w, [1.0], 1e9, 0, 3, np.random.default_rng(0)),
            "learning_rate 1000000000.0 leads to no point after 1 steps",
        ),
    ],
)
def test_bad_arguments_are_named(call, message):
    with np.errstate(all="ignore"), pytest.raises(ValueError, match=message):
        call()


def test_a_seed_is_not_taken_for_a_generator():
    with pytest.raises(TypeError, match=r"^rng must be a numpy.random.Generator, got int$"):
        noisy_descent(RAVINE.gradient, [0.0, 0.0], 0.1, 0.0, 1, 0)
