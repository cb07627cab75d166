"""Gradient descent with a fixed rate: its recursion, its end, and what it refuses."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from dlcourse.descent import gradient_descent
from dlcourse.linear import fit_logistic, logistic_objective


def problem(n, seed):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, 2)), rng.integers(2, size=n), rng.normal(size=3)


def square(w):
    return float(w @ w) / 2, w


def test_gradient_descent_is_the_recursion():
    X, y, start = problem(30, seed=3)
    objective = logistic_objective(X, y)
    path = gradient_descent(objective, start, learning_rate=0.5, n_steps=20)
    assert path.points.shape == (21, 3)
    assert_array_equal(path.points[0], start)
    w = start
    for step in range(20):
        assert path.values[step] == objective(w)[0]
        w = w - 0.5 * objective(w)[1]
        assert_array_equal(path.points[step + 1], w)
    assert (np.diff(path.values) < 0).all()
    assert gradient_descent(objective, start, 0.5, 0).values.shape == (1,)


def test_gradient_descent_agrees_with_the_optimum():
    X, y, _ = problem(60, seed=4)
    path = gradient_descent(logistic_objective(X, y), np.zeros(3), learning_rate=2.0, n_steps=500)
    assert_allclose(path.points[-1], fit_logistic(X, y), atol=1e-6)


def test_a_rate_that_diverges_is_refused_by_name():
    message = r"^learning_rate 1000000.0 leads to the value (inf|nan) after \d+ steps$"
    with np.errstate(all="ignore"), pytest.raises(ValueError, match=message):
        gradient_descent(square, [1.0], learning_rate=1e6, n_steps=100)


def test_bad_settings_are_named():
    with pytest.raises(
        ValueError, match=r"^learning_rate must be a finite number above 0, got -1$"
    ):
        gradient_descent(square, [1.0], -1, 5)
    with pytest.raises(ValueError, match=r"^n_steps must be at least 0, got -1$"):
        gradient_descent(square, [1.0], 0.1, -1)
    with pytest.raises(ValueError, match=r"^start must be finite"):
        gradient_descent(square, [np.inf], 0.1, 1)
