"""Toy data: shape, balance, the geometry that each docstring promises; scikit-learn's copies."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from dlcourse.datasets import SEPARATOR, blobs, moons, rings, separable, spirals, xor

PLAIN = {"xor": xor, "blobs": blobs, "moons": moons, "rings": rings, "spirals": spirals}


def rng(seed=0):
    return np.random.default_rng(seed)


def in_order(X):
    return X[np.lexsort(np.round(X, 9).T)]


@pytest.mark.parametrize("name", [*PLAIN, "separable"])
@given(n=st.integers(3, 60), seed=st.integers(0, 2**32 - 1))
@settings(max_examples=20)
def test_shape_dtype_and_balance(name, n, seed):
    make = PLAIN.get(name, separable)
    X, y = make(n, 0.1, rng(seed))
    assert X.shape == (n, 2)
    assert X.dtype == np.float64
    assert np.isfinite(X).all()
    assert y.shape == (n,)
    assert y.dtype == np.intp
    counts = np.bincount(y)
    assert counts.max() - counts.min() <= 1


@pytest.mark.parametrize("make", [*PLAIN.values(), separable])
def test_a_seed_repeats_and_rows_are_shuffled(make):
    X, y = make(60, 0.2, rng(7))
    assert_array_equal(make(60, 0.2, rng(7))[0], X)
    assert not np.array_equal(make(60, 0.2, rng(8))[0], X)
    assert np.count_nonzero(np.diff(y)) > 15  # neither sorted nor alternating
    assert np.count_nonzero(np.diff(y)) < 55


@pytest.mark.parametrize("make", PLAIN.values())
def test_noise_is_a_standard_deviation(make):
    clean, y_clean = make(4000, 0.0, rng(3))
    noisy, y_noisy = make(4000, 0.05, rng(3))
    assert_array_equal(y_clean, y_noisy)
    assert abs((noisy - clean).std() - 0.05) < 0.002


def test_xor_is_the_truth_table():
    X, y = xor(40, 0.0, rng())
    corners, counts = np.unique(X, axis=0, return_counts=True)
    assert_array_equal(corners, [[0, 0], [0, 1], [1, 0], [1, 1]])
    assert_array_equal(counts, 10)
    assert_array_equal(y, np.logical_xor(*X.T))


@pytest.mark.parametrize("n", [50, 51])
def test_moons_are_those_of_scikit_learn(n):
    datasets = pytest.importorskip("sklearn.datasets")
    theirs, their_y = datasets.make_moons((n - n // 2, n // 2))
    X, y = moons(n, 0.0, rng())
    for k in range(2):
        assert_allclose(in_order(X[y == k]), in_order(theirs[their_y == k]), atol=1e-12)


def test_rings_are_those_of_scikit_learn():
    datasets = pytest.importorskip("sklearn.datasets")
    theirs, their_y = datasets.make_circles(50, factor=0.5)
    X, y = rings(50, 0.0, rng())
    for k in range(2):
        assert_allclose(in_order(X[y == k]), in_order(theirs[their_y == 1 - k]), atol=1e-12)


def test_blobs_lie_on_a_circle_of_radius_two():
    X, y = blobs(20, 0.0, rng(), n_classes=4)
    assert_allclose(X, 2 * np.array([[1, 0], [0, 1], [-1, 0], [0, -1]])[y], atol=1e-12)


def test_spirals_wind_as_often_as_asked():
    X, y = spirals(400, 0.0, rng(), n_classes=2, turns=1.5)
    arm = X[y == 0]
    arm = arm[np.argsort(np.hypot(*arm.T))]
    angle = np.unwrap(np.arctan2(*arm.T[::-1]))
    assert_allclose(angle[-1] - angle[0], 1.5 * 2 * np.pi, rtol=1e-9)
    assert_allclose(np.hypot(*arm.T)[[0, -1]], [0.1, 1.0])
    opposite = X[y == 1]
    assert_allclose(in_order(-opposite), in_order(arm), atol=1e-12)


@given(
    n=st.integers(2, 80),
    margin=st.floats(1e-3, 10.0),
    seed=st.integers(0, 2**32 - 1),
)
@settings(max_examples=40)
def test_separable_keeps_its_margin(n, margin, seed):
    X, y = separable(n, margin, rng(seed))
    distance = (SEPARATOR[0] + X @ SEPARATOR[1:]) * np.where(y == 1, 1, -1)
    assert_allclose(np.hypot(*SEPARATOR[1:]), 1.0, rtol=1e-15)
    assert distance.min() >= margin - 1e-12
    assert distance.max() <= margin + 1 + 1e-12
    for k in range(2):
        assert_allclose(distance[y == k].min(), margin, rtol=1e-10)


def test_the_separator_cannot_be_changed_by_accident():
    with pytest.raises(ValueError, match="read-only"):
        SEPARATOR[0] = 1.0


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: xor(1, 0.1, rng()), ValueError, "n_samples must be at least 2, got 1"),
        (lambda: moons(10.5, 0.1, rng()), TypeError, "n_samples must be"),
        (lambda: blobs(2, 0.1, rng()), ValueError, "n_samples must be at least 3"),
        (lambda: rings(10, 0.1, rng(), n_classes=0), ValueError, "n_classes must be"),
        (lambda: moons(10, -0.1, rng()), ValueError, r"noise must lie in \[0"),
        (lambda: moons(10, np.nan, rng()), ValueError, "noise must"),
        (lambda: moons(10, "much", rng()), TypeError, "noise must"),
        (lambda: moons(10, 0.1, 0), TypeError, "rng must be a numpy.random.Generator, got int"),
        (lambda: separable(10, 0.0, rng()), ValueError, "margin must be"),
        (lambda: separable(1, 0.1, rng()), ValueError, "n_samples must be at least 2"),
        (lambda: spirals(10, 0.1, rng(), turns=-1), ValueError, "turns must be"),
    ],
)
def test_errors_name_the_argument(call, error, words):
    with pytest.raises(error, match=words):
        call()
