"""Numerical gradients: their known errors, and what they refuse."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.testing import assert_allclose, assert_array_equal

from dlcourse import losses
from dlcourse.gradcheck import (
    central_difference,
    check_gradient,
    complex_step,
    forward_difference,
    relative_error,
)

few = settings(max_examples=50)
METHODS = [central_difference, forward_difference, complex_step]
points = hnp.arrays(
    st.sampled_from([np.float32, np.float64]),
    hnp.array_shapes(min_dims=0, max_dims=3, max_side=3, min_side=0),
    elements=st.floats(-3, 3, width=32),
)


def bumpy(x):
    return (np.sin(x) * np.exp(x)).sum()


def bumpy_gradient(x):
    return (np.sin(x) + np.cos(x)) * np.exp(x)


@few
@given(points)
def test_each_method_has_its_known_error(x):
    exact = bumpy_gradient(x.astype(np.float64))
    for method, error in zip(METHODS, (1e-8, 1e-5, 1e-13), strict=True):
        measured = method(bumpy, x)
        assert measured.dtype == np.float64
        assert measured.shape == x.shape
        assert_allclose(measured, exact, rtol=0, atol=error)


def test_central_differences_equal_scipys():
    scipy = pytest.importorskip("scipy.optimize")
    x = np.array([0.3, -2.0, 5.0])
    theirs = scipy.approx_fprime(x, lambda x: (x**3).sum())
    assert_allclose(central_difference(lambda x: (x**3).sum(), x), theirs, atol=1e-5)


def test_the_error_falls_with_the_step_and_rises_again():
    def errors(method, steps):
        return [abs(method(np.exp, 1.0, step).item() - np.e) for step in steps]

    for method, best in ((central_difference, 1e-5), (forward_difference, 1e-8)):
        large, well_chosen, small = errors(method, (1e-1, best, 1e-14))
        assert well_chosen < 1e-3 * large
        assert well_chosen < 1e-3 * small
    assert max(errors(complex_step, (1e-10, 1e-30, 1e-200))) < 1e-15


def test_order_of_the_truncation_error():
    def error(method, step):
        return abs(method(np.exp, 0.0, step).item() - 1)

    assert_allclose(
        error(forward_difference, 1e-2) / error(forward_difference, 1e-3), 10, rtol=0.01
    )
    assert_allclose(
        error(central_difference, 1e-1) / error(central_difference, 1e-2), 100, rtol=0.01
    )


def test_default_steps_grow_with_the_point():
    for method, error in ((central_difference, 1e-9), (forward_difference, 1e-6)):
        assert_allclose(method(lambda x: (x**2).sum(), [1e8]), 2e8, rtol=error)


@pytest.mark.parametrize("method", METHODS)
def test_the_point_is_left_as_it_was(method):
    x = np.array([1.0, 2.0])

    def vandal(x):
        result = (x * x).sum()
        x[...] = 7
        return result

    assert_allclose(method(vandal, x), [2, 4], rtol=1e-6)
    assert_array_equal(x, [1, 2])


@pytest.mark.parametrize("method", METHODS)
def test_methods_refuse_bad_input_by_name(method):
    with pytest.raises(ValueError, match=r"^step must be a finite number above 0, got 0$"):
        method(bumpy, [1.0], step=0)
    with pytest.raises(ValueError, match=r"^x must be finite, got nan at row 0$"):
        method(bumpy, [np.nan])
    with pytest.raises(TypeError, match=r"^f must return one number, got array"):
        method(lambda x: np.stack([x, x]), [1.0])
    with pytest.raises(TypeError, match=r"^f must return one number, got None$"):
        method(lambda x: None, [1.0])
    with pytest.raises(ValueError, match=r"^f must return a finite number, got nan near x$"):
        method(lambda x: np.nan, [1.0])


@few
@given(points)
def test_relative_error_lies_between_zero_and_one(a):
    assert relative_error(a, a) == 0
    expected = 1 if np.any(a) else 0
    assert_allclose(relative_error(a, -a), expected)
    assert_allclose(relative_error(a, 0 * a), expected)
    assert relative_error(a, a + 1) == relative_error(a + 1, a)


def test_relative_error_is_the_formula():
    assert_allclose(relative_error([3.0, 0.0], [0.0, 4.0]), 5 / 7)
    with pytest.raises(ValueError, match=r"^b must have the shape of a, \(1,\), got \(2,\)$"):
        relative_error([1.0], [1.0, 2.0])
    for a, b, name in [([np.nan], [1.0], "a"), ([1.0], [np.nan], "b")]:
        with pytest.raises(ValueError, match=rf"^{name} must be finite"):
            relative_error(a, b)


def test_check_gradient_passes_a_right_one():
    x = np.array([[1.0, -2.0], [0.5, 3.0]])
    assert check_gradient(bumpy, bumpy_gradient, x) < 1e-8
    assert check_gradient(bumpy, bumpy_gradient(x), x) < 1e-8
    assert check_gradient(lambda x: 0.0, np.zeros_like, x) == 0


def tilted_bowl(x):
    return ((x - 1) ** 2 + (x - 1) ** 3).sum()


ZERO_GRADIENTS = {
    "minimum of a large function": (lambda x: 5 + x @ x, np.zeros(3)),
    "constant, up to rounding": (lambda x: 1 + np.log((np.exp(x) / np.exp(x).sum()).sum()), 1.0),
    "cube": (lambda x: (x**3).sum(), np.zeros(3)),
    "minimum without symmetry": (tilted_bowl, np.ones(3)),
}


@pytest.mark.parametrize("case", ZERO_GRADIENTS)
def test_check_gradient_passes_a_right_one_that_is_zero(case):
    f, at = ZERO_GRADIENTS[case]
    x = at * np.ones(3)
    assert check_gradient(f, np.zeros_like, x) < 1e-6
    for k in range(3):
        wrong = np.zeros(3)
        wrong[k] = 1e-7
        with pytest.raises(ValueError, match=rf"at index \({k},\) it is 1e-07, differences say"):
            check_gradient(f, wrong, x)


def test_check_gradient_passes_at_the_minimum_of_a_loss():
    uniform = np.full((4, 3), 1 / 3)
    error = check_gradient(
        lambda s: losses.cross_entropy(s, uniform),
        lambda s: losses.cross_entropy_gradient(s, uniform),
        np.zeros((4, 3)),
    )
    assert error < 1e-6


@few
@given(st.floats(-30, 30), st.floats(1e-3, 1e3), st.integers(0, 2**32 - 1))
def test_check_gradient_knows_right_from_wrong_in_all_units(power, factor, seed):
    unit, x = 10.0**power, np.random.default_rng(seed).normal(size=3)
    assert check_gradient(lambda x: unit * bumpy(x), unit * bumpy_gradient(x), x) < 1e-7
    if abs(factor - 1) > 1e-3:
        with pytest.raises(ValueError, match="relative error"):
            check_gradient(lambda x: unit * bumpy(x), factor * unit * bumpy_gradient(x), x)


def test_check_gradient_points_at_the_worst_entry():
    def wrong(x):
        gradient = 2 * x
        gradient[1, 0] = -1
        gradient[0, 1] += 0.25
        return gradient

    x = np.array([[1.0, 2.0], [3.0, 4.0]])
    message = (
        r"^gradient has a relative error of 0\.\d+: at index \(1, 0\) it is -1, differences say 6$"
    )
    with pytest.raises(ValueError, match=message):
        check_gradient(lambda x: (x**2).sum(), wrong, x)
    error = check_gradient(lambda x: (x**2).sum(), wrong, x, tolerance=1.0)
    assert_allclose(error, relative_error(wrong(x), 2 * x), rtol=1e-6)
    assert 0.2 < error < 1


def test_check_gradient_refuses_bad_input_by_name():
    with pytest.raises(
        ValueError, match=r"^gradient must have the shape of x, \(2,\), got \(1,\)$"
    ):
        check_gradient(bumpy, [1.0], [1.0, 2.0])
    with pytest.raises(ValueError, match=r"^gradient must be finite, got nan at row 0$"):
        check_gradient(bumpy, [np.nan], [1.0])
    with pytest.raises(ValueError, match=r"^tolerance must be a finite number above 0, got 0$"):
        check_gradient(bumpy, bumpy_gradient, [1.0], tolerance=0)
