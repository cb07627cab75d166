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
