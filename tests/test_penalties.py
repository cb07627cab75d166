"""Penalties: values, derivatives, and the biases that go free."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcourse.penalties import (
    add_l1_gradient,
    add_l2_gradient,
    l1_penalty,
    l1_penalty_gradient,
    l2_penalty,
    l2_penalty_gradient,
    soft_threshold,
)

BOTH = [(l1_penalty, l1_penalty_gradient), (l2_penalty, l2_penalty_gradient)]


def layers(seed):
    rng = np.random.default_rng(seed)
    return [rng.normal(size=(3, 4)), rng.normal(size=(2, 4))]


@pytest.mark.parametrize(("penalty", "gradient"), BOTH)
@given(seed=st.integers(0, 2**32 - 1), strength=st.floats(0, 10))
def test_gradient_is_the_slope(penalty, gradient, seed, strength):
    W = layers(seed)
    direction = layers(seed + 1)
    step = 1e-6
    ahead, behind = (
        penalty([w + sign * step * d for w, d in zip(W, direction, strict=True)], strength)
        for sign in (1, -1)
    )
    slope = sum((g * d).sum() for g, d in zip(gradient(W, strength), direction, strict=True))
    if penalty is l2_penalty or min(abs(w).min() for w in W) > 1e-4:
        assert (ahead - behind) / (2 * step) == pytest.approx(slope, rel=1e-5, abs=1e-7)


def test_values_against_numpy_norms():
    W = layers(0)
    assert l2_penalty(W, 0.5) == pytest.approx(
        0.5 * sum(np.linalg.norm(w[:, 1:]) ** 2 for w in W), rel=1e-14
    )
    assert l1_penalty(W, 0.5) == pytest.approx(0.5 * sum(abs(w[:, 1:]).sum() for w in W), rel=1e-14)


@pytest.mark.parametrize(("penalty", "gradient"), BOTH)
def test_biases_go_free(penalty, gradient):
    W = [np.array([[100.0, 0.0]])]
    assert penalty(W, 1.0) == 0
    np.testing.assert_array_equal(gradient(W, 1.0)[0], [[0, 0]])


@pytest.mark.parametrize("add", [add_l1_gradient, add_l2_gradient])
def test_adding_keeps_what_was_there(add):
    W = layers(0)
    dW, scratch = layers(1), layers(2)
    expected = {
        add_l1_gradient: l1_penalty_gradient(W, 0.3),
        add_l2_gradient: l2_penalty_gradient(W, 0.3),
    }[add]
    before = [d.copy() for d in dW]
    add(dW, W, 0.3, scratch)
    for d, b, e in zip(dW, before, expected, strict=True):
        np.testing.assert_allclose(d - b, e, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize(("penalty", "gradient"), BOTH)
@pytest.mark.parametrize(
    ("W", "strength", "message"),
    [
        ([np.ones((1, 2))], -0.1, "strength must lie in"),
        ([np.ones((1, 2))], np.inf, "strength must lie in"),
        ([np.ones(2)], 0.1, r"W\[0\] must have 2 dimensions"),
        ([np.ones((1, 2)), [[np.nan]]], 0.1, r"W\[1\] must be finite"),
    ],
)
def test_bad_arguments_are_named(penalty, gradient, W, strength, message):
    for function in (penalty, gradient):
        with pytest.raises(ValueError, match=message):
            function(W, strength)


# --- The soft threshold ---


def test_steps_with_the_soft_threshold_find_scikit_learns_lasso():
    linear_model = pytest.importorskip("sklearn.linear_model")
    rng = np.random.default_rng(0)
    X = rng.normal(size=(40, 6))
    t = X @ [3, 0, 0, -2, 0, 0] + 1 + rng.normal(size=40)
    lasso = linear_model.Lasso(alpha=0.3, tol=1e-12).fit(X, t)
    w = np.zeros(7)
    Z = np.column_stack([np.ones(40), X])
    for _ in range(2000):
        w = w - 0.3 * Z.T @ (Z @ w - t) / 40
        w[1:] = soft_threshold(w[1:], 0.3 * 0.3)
    np.testing.assert_allclose(w, [lasso.intercept_, *lasso.coef_], atol=1e-7)
    assert (w[1:] == 0).tolist() == (lasso.coef_ == 0).tolist()
    assert 0 < (w == 0).sum() < 6


@given(v=st.floats(-5, 5), amount=st.floats(0, 5))
def test_the_soft_threshold_minimises(v, amount):
    def cost(w):
        return (w - v) ** 2 / 2 + amount * np.abs(w)

    w = float(soft_threshold(v, amount))
    assert cost(w) <= cost(np.linspace(-6, 6, 2001)).min() + 1e-12
    assert abs(w) == pytest.approx(max(abs(v) - amount, 0))


def test_the_soft_threshold_keeps_single_precision_and_its_argument():
    values = np.array([2.0, -0.25], np.float32)
    assert soft_threshold(values, 0.5).dtype == np.float32
    assert values.tolist() == [2.0, -0.25]


def test_the_soft_threshold_names_what_is_wrong():
    with pytest.raises(ValueError, match="amount must lie in"):
        soft_threshold([1.0], -0.1)
    with pytest.raises(ValueError, match="values must be finite"):
        soft_threshold([np.nan], 0.1)
