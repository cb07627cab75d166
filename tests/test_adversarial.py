"""Steps as long as allowed; no other of that size hurts a linear model more; training on them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcourse.adversarial import adversarial_loss_and_gradients, fgsm, pgd
from dlcourse.backprop import loss_and_gradients
from dlcourse.datasets import load_digits_subset
from dlcourse.network import initialize, network_from_weights, predict_scores
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


@given(seed=st.integers(0, 2**32 - 1), eps=st.floats(0.01, 2))
def test_on_a_linear_model_small_steps_end_where_one_step_does(seed, eps):
    rng = np.random.default_rng(seed)
    network = initialize((4, 1), rng)
    X, y = rng.normal(size=(3, 4)), rng.integers(2, size=3)
    one = fgsm(network, X, y, eps, "binary_cross_entropy", (-1, 1))
    walked = pgd(network, X, y, eps, eps / 2, 4, rng, "binary_cross_entropy", (-1, 1))
    inside = np.abs(X) <= 1  # what lies outside is taken in first
    np.testing.assert_allclose(walked[inside], one[inside], atol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_small_steps_stay_within_eps_and_bounds_and_hurt_a_network_more_than_one(dtype):
    rng = np.random.default_rng(0)
    network = initialize((20, 50, 50, 3), rng, dtype=dtype)
    X, y = rng.random((40, 20)).astype(dtype), rng.integers(3, size=40)
    walked = pgd(network, X, y, 0.3, 0.05, 40, rng, bounds=(0, 1))
    assert walked.dtype == dtype
    assert np.abs(walked - X).max() <= 0.3 + 1e-6
    assert 0 <= walked.min() <= walked.max() <= 1
    losses = [
        loss_and_gradients(network, moved, y)[0]
        for moved in (X, fgsm(network, X, y, 0.3, bounds=(0, 1)), walked)
    ]
    assert losses[0] < losses[1] < losses[2]


@given(seed=st.integers(0, 2**32 - 1), share=st.floats(0, 1))
def test_the_adversarial_loss_of_a_linear_model_is_the_papers_closed_form(seed, share):
    """Section 5: the worst step lowers the right answer's score by eps times the 1-norm of w."""
    rng = np.random.default_rng(seed)
    network = initialize((4, 1), rng)
    X, y, eps = rng.normal(size=(6, 4)), rng.integers(2, size=6), 0.3
    margin = (2 * y - 1) * predict_scores(network, X)[:, 0]
    worst = margin - eps * np.abs(network.W[0][0, 1:]).sum()
    expected = share * np.log1p(np.exp(-margin)) + (1 - share) * np.log1p(np.exp(-worst))
    loss = "binary_cross_entropy"
    value, gradients = adversarial_loss_and_gradients(network, X, y, eps, share, loss)
    np.testing.assert_allclose(value, expected.mean(), rtol=1e-9)

    def mixed(w):
        return adversarial_loss_and_gradients(
            network_from_weights([w[np.newaxis]], "relu"), X, y, eps, share, loss
        )[0]

    w = network.parameters
    nudges = [(mixed(w + nudge) - mixed(w - nudge)) / 2e-6 for nudge in 1e-6 * np.eye(5)]
    # Where the loss is nudged, the step is made anew; its gradient holds the step fixed: no matter.
    np.testing.assert_allclose(gradients.flat, nudges, rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"step": 0.0}, "step must be"),
        ({"steps": 0}, "steps must be at least 1, got 0"),
        ({"eps": -0.1}, "eps must lie in"),
        ({"bounds": (1, 0)}, "bounds must be a pair"),
        ({"X": [[0.0]]}, "X must have 2 columns"),
    ],
)
def test_bad_arguments_of_small_steps_are_named(change, message):
    rng = np.random.default_rng(0)
    given = {"X": [[0.0, 1.0]], "y": [1], "eps": 0.1, "step": 0.05, "steps": 3, "rng": rng}
    with pytest.raises(ValueError, match=message):
        pgd(initialize((2, 3), rng), **given | change)


def test_a_share_outside_of_0_to_1_is_refused():
    network = initialize((2, 3), np.random.default_rng(0))
    with pytest.raises(ValueError, match="clean_share must lie in"):
        adversarial_loss_and_gradients(network, [[0.0, 1.0]], [1], 0.1, 1.5)


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
