"""L-BFGS on parabolas, a curved valley, and functions that mislead it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from dlcourse.lbfgs import minimize


def parabola(curvatures):
    return lambda w: (float(curvatures @ w**2) / 2, curvatures * w)


@settings(max_examples=25)
@given(st.integers(1, 6), st.integers(0, 2**32 - 1))
def test_finds_the_bottom_of_a_parabola(dimension, seed):
    rng = np.random.default_rng(seed)
    curvatures = 10.0 ** rng.uniform(-2, 4, size=dimension)
    minimum = minimize(parabola(curvatures), 10 * rng.normal(size=dimension), tolerance=1e-9)
    assert minimum.converged
    assert abs(curvatures * minimum.w).max() <= 1e-9
    assert minimum.value == parabola(curvatures)(minimum.w)[0]


def test_equals_scipys_on_a_curved_valley():
    optimize = pytest.importorskip("scipy.optimize")

    def rosenbrock(w):
        return optimize.rosen(w), optimize.rosen_der(w)

    minimum = minimize(rosenbrock, [-1.2, 1.0, -0.5, 2.0])
    assert minimum.converged
    assert minimum.n_iterations < 200
    assert_allclose(minimum.w, 1, atol=1e-6)


def test_keeps_the_shape_and_the_start():
    start = np.ones((2, 3), np.float32)
    minimum = minimize(lambda w: (float((w**2).sum()), 2 * w), start)
    assert minimum.w.shape == (2, 3)
    assert minimum.w.dtype == np.float64
    assert_array_equal(start, 1)
    assert_allclose(minimum.w, 0, atol=1e-8)
    assert minimize(lambda w: (0.0, w), np.zeros(0)).converged


def test_stops_where_it_is_told_to():
    f = parabola(np.array([1.0, 100.0, 1e4]))
    start = np.ones(3)
    stopped = minimize(f, start, max_iterations=3)
    assert (stopped.n_iterations, stopped.converged) == (3, False)
    assert stopped.value < f(start)[0]
    untouched = minimize(f, start, max_iterations=0)
    assert (untouched.n_iterations, untouched.converged, untouched.value) == (0, False, f(start)[0])
    assert minimize(f, start, tolerance=1e5).n_iterations == 0
    assert minimize(f, start, tolerance=1e5).converged
    exact = minimize(f, start, max_iterations=minimize(f, start).n_iterations)
    assert exact.converged  # the last step allowed was the one that arrived


def test_gives_up_on_a_gradient_that_leads_nowhere():
    calls = []

    def liar(w):
        calls.append(w)
        return float(w @ w), -2 * w  # uphill

    result = minimize(liar, [1.0])
    assert (result.n_iterations, result.converged) == (1, False)
    assert len(calls) < 100
    assert_array_equal(result.w, [1.0])


def test_starts_again_when_curvature_misleads():
    def kink(w):  # convex, not smooth: steps remembered from one side are wrong on the other
        return float(abs(w[0]) ** 1.5 + abs(w[1])), np.array(
            [1.5 * np.sign(w[0]) * abs(w[0]) ** 0.5, np.sign(w[1])]
        )

    result = minimize(kink, [3.0, 1.0], max_iterations=500)
    assert result.value < 1e-3


def test_does_not_trust_a_curvature_below_zero():
    def hill_and_valley(w):
        return float(np.cos(w).sum()), -np.sin(w)

    result = minimize(hill_and_valley, [0.1, -0.3, 1.0])
    assert result.converged
    assert_allclose(result.value, -3, atol=1e-12)


def test_bad_settings_are_named():
    f = parabola(np.ones(1))
    with pytest.raises(ValueError, match=r"^start must be finite"):
        minimize(f, [np.nan])
    with pytest.raises(
        ValueError, match=r"^start must have a finite value and gradient, got the .* nan$"
    ):
        minimize(lambda w: (np.nan, w), [1.0])
    with pytest.raises(ValueError, match=r"^memory must be at least 1, got 0$"):
        minimize(f, [1.0], memory=0)
