"""FGSM: as long as allowed, and no other step of that size hurts a linear model more."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcourse.adversarial import fgsm
from dlcourse.backprop import loss_and_gradients
from dlcourse.datasets import load_digits_subset
from dlcourse.network import initialize, predict_scores
from dlcourse.optimizers import Adam
from dlcourse.training import train


@given(seed=st.integers(0, 2**32 - 1), eps=st.floats(0, 2))
def test_no_other_step_of_this_size_hurts_a_linear_model_more(seed, eps):
    rng = np.random.default_rng(seed)
    network = initialize((4, 1), rng)
    X, y = rng.normal(size=(1, 4)), rng.integers(2, size=1)

    def loss(x):
        return loss_and_gradients(network, x, y, "binary_cross_entropy")[0]

    worst = loss(fgsm(network, X, y, eps, "binary_cross_entropy"))
    others = [loss(X + eps * rng.uniform(-1, 1, size=X.shape)) for _ in range(20)]
    assert worst >= max(others) - 1e-12


def test_moves_by_eps_stays_in_bounds_and_keeps_dtype():
    rng = np.random.default_rng(0)
    network = initialize((5, 8, 3), rng, dtype=np.float32)
    X, y = rng.random((6, 5)).astype(np.float32), rng.integers(3, size=6)
    free, held = fgsm(network, X, y, 0.25), fgsm(network, X, y, 0.25, bounds=(0, 1))
    assert free.dtype == held.dtype == np.float32
    np.testing.assert_allclose(np.abs(free - X).max(), 0.25, rtol=1e-5)
    np.testing.assert_array_equal(held, free.clip(0, 1))
    np.testing.assert_array_equal(fgsm(network, X, y, 0.0), X)


def test_digits_flip_where_random_noise_of_the_same_size_does_nothing():
    X, y, X_test, y_test = load_digits_subset()
    rng = np.random.default_rng(0)
    network = initialize((784, 32, 10), rng, dtype=np.float32)
    train(network, X, y, rng=rng, optimizer=Adam(), epochs=4)

    def accuracy(images):
        return (predict_scores(network, images).argmax(axis=1) == y_test).mean()

    signs = rng.choice([-0.1, 0.1], size=X_test.shape).astype(np.float32)
    assert accuracy(X_test) > 0.88
    assert accuracy((X_test + signs).clip(0, 1)) > 0.8
    assert accuracy(fgsm(network, X_test, y_test, 0.1, bounds=(0, 1))) < 0.3


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"eps": -0.1}, "eps must lie in"),
        ({"bounds": (1, 0)}, r"bounds must be a pair \(low, high\) with low < high, got \(1, 0\)"),
        ({"bounds": 3}, r"bounds must be a pair"),
        ({"bounds": (np.nan, 1)}, "bounds must be finite"),
        ({"X": [[np.nan, 0]]}, "X must be finite"),
        ({"X": [[0.0]]}, "X must have 2 columns"),
        ({"y": [7]}, "y must hold class numbers"),
    ],
)
def test_bad_arguments_are_named(change, message):
    network = initialize((2, 3), np.random.default_rng(0))
    with pytest.raises(ValueError, match=message):
        fgsm(**({"network": network, "X": [[0.0, 1.0]], "y": [1], "eps": 0.1} | change))
