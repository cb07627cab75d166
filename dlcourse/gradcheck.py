r"""Is this gradient right? Nudge each number and see how far the function moves.

.. math:: \frac{\partial f}{\partial x_i} \approx \frac{f(x + h e_i) - f(x - h e_i)}{2h}

The error has two parts: truncation grows with :math:`h`, rounding with :math:`1/h`. Forward
differences balance them at an error near 1e-8, central ones near 1e-10. A step along the imaginary
axis subtracts nothing, so rounding hardly enters. Source: the lecture; Nocedal & Wright (2006),
section 8.1; Squire & Trapp (1998) for the complex step.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlcourse._validation import FloatArray, float_array, positive

Function = Callable[[NDArray[Any]], Any]

_EPS = float(np.finfo(np.float64).eps)


def central_difference(f: Function, x: ArrayLike, step: float | None = None) -> FloatArray:
    """Estimate a gradient from both sides, :math:`(f(x + h) - f(x - h)) / 2h`.

    Parameters
    ----------
    f : callable
        Takes an array of the shape of ``x`` and returns one number.
    x : array_like, any shape
        Where; taken to ``float64``.
    step : float, optional
        The nudge :math:`h`. By default the cube root of the machine's epsilon, 6e-6, times the
        size of the entry where that is above one.

    Returns
    -------
    ndarray of float64, shape of ``x``

    Raises
    ------
    TypeError, ValueError
        If ``x`` is not finite and real, ``step`` not positive, or ``f`` returns no finite number.

    Examples
    --------
    >>> central_difference(lambda x: x @ x, [1.0, 2.0]).round(6)
    array([2., 4.])
    """
    x = float_array(x, "x").astype(np.float64)
    h = _steps(x, step, _EPS ** (1 / 3))
    return np.asarray((_nudged_values(f, x, h) - _nudged_values(f, x, -h)) / (2 * h))


def forward_difference(f: Function, x: ArrayLike, step: float | None = None) -> FloatArray:
    """Estimate a gradient from one side, :math:`(f(x + h) - f(x)) / h`: cheaper and less exact.

    Parameters and errors as for :func:`central_difference`; the default step is the square root of
    epsilon, 1.5e-8.

    >>> forward_difference(lambda x: x @ x, [1.0, 2.0]).round(6)
    array([2., 4.])
    """
    x = float_array(x, "x").astype(np.float64)
    h = _steps(x, step, _EPS**0.5)
    return np.asarray((_nudged_values(f, x, h) - _number(f(x.copy()))) / h)


def complex_step(f: Function, x: ArrayLike, step: float = 1e-30) -> FloatArray:
    r"""Compute a gradient from :math:`\mathrm{Im} f(x + ih) / h`, exact to rounding.

    Parameters
    ----------
    f : callable
        Takes a complex array of the shape of ``x`` and returns one number. It must be written with
        analytic operations: no ``abs``, no ``max``, no comparison of its input.
    x : array_like, any shape
        Where; taken to ``float64``.
    step : float
        The nudge :math:`h`. Nothing is subtracted, so it can be tiny.

    Returns
    -------
    ndarray of float64, shape of ``x``

    Raises
    ------
    TypeError, ValueError
        If ``x`` is not finite and real, ``step`` not positive, or ``f`` returns no finite number.

    References
    ----------
    Squire & Trapp (1998), SIAM Review 40(1).

    Examples
    --------
    >>> complex_step(lambda x: (x**3).sum(), [1.0, 2.0])
    array([ 3., 12.])
    """
    x = float_array(x, "x").astype(np.float64)
    h = np.full(x.shape, positive(step, "step"))
    return np.asarray(_nudged_values(f, x, 1j * h).imag / h)


def relative_error(a: ArrayLike, b: ArrayLike) -> float:
    r"""How far two arrays are apart, measured by their own size.

    .. math:: \frac{\lVert a - b \rVert}{\lVert a \rVert + \lVert b \rVert}

    Between 0 (equal) and 1 (opposite, or one of them zero), whatever the units.

    Parameters
    ----------
    a, b : array_like, the same shape

    Returns
    -------
    float

    Raises
    ------
    TypeError, ValueError
        If one is not finite and real or the shapes differ.

    Examples
    --------
    >>> relative_error([1.0, 0.0], [1.0, 0.0]), relative_error([1.0], [-1.0])
    (0.0, 1.0)
    """
    first, second = float_array(a, "a"), float_array(b, "b")
    if first.shape != second.shape:
        raise ValueError(f"b must have the shape of a, {first.shape}, got {second.shape}")
    largest = max(np.abs(first).max(initial=0), np.abs(second).max(initial=0))
    if not largest:
        return 0.0
    # Unscaled, the squares of tiny numbers would vanish and those of huge ones overflow.
    first, second = first / largest, second / largest
    size = np.linalg.norm(first) + np.linalg.norm(second)
    return float(np.linalg.norm(first - second) / size)


def check_gradient(
    f: Function, gradient: ArrayLike | Function, x: ArrayLike, tolerance: float = 1e-6
) -> float:
    """Compare a gradient with central differences.

    Where the gradient is zero, or much smaller than the function, the differences' own error is all
    that there is to see. So a first disagreement is looked at again, without the error of order
    :math:`h^2`, and what the rounding of ``f`` explains does not count.

    Parameters
    ----------
    f : callable
        Takes an array of the shape of ``x`` and returns one number.
    gradient : array_like of the shape of ``x``, or callable
        The gradient at ``x``, or the function that computes it.
    x : array_like, any shape
        Where.
    tolerance : float
        Largest :func:`relative_error` to accept.

    Returns
    -------
    float
        The relative error; 0 where it is less than differences can tell.

    Raises
    ------
    ValueError
        If the error is above ``tolerance``; the message shows the entry that is furthest off.

    Examples
    --------
    >>> check_gradient(lambda x: x @ x, lambda x: 2 * x, [1.0, 2.0]) < 1e-9
    True
    >>> check_gradient(lambda x: x @ x, lambda x: x, [1.0, 2.0])
    Traceback (most recent call last):
    ValueError: gradient has a relative error of 0.33: at index (1,) it is 2, differences say 4
    """
    x = float_array(x, "x").astype(np.float64)
    claimed = float_array(gradient(x.copy()) if callable(gradient) else gradient, "gradient")
    if claimed.shape != x.shape:
        raise ValueError(f"gradient must have the shape of x, {x.shape}, got {claimed.shape}")
    tolerance = positive(tolerance, "tolerance")
    measured = central_difference(f, x)
    error = relative_error(claimed, measured)
    if error > tolerance:
        measured, rounding = _closer_look(f, x)
        error = relative_error(claimed, np.clip(claimed, measured - rounding, measured + rounding))
    if error > tolerance:
        flat = np.argmax(np.abs(claimed - measured))
        worst = tuple(int(i) for i in np.unravel_index(flat, x.shape))
        raise ValueError(
            f"gradient has a relative error of {error:.2g}: at index {worst} it is "
            f"{claimed[worst]:.6g}, differences say {measured[worst]:.6g}"
        )
    return error


def _steps(x: FloatArray, step: float | None, default: float) -> FloatArray:
    if step is not None:
        return np.full(x.shape, positive(step, "step"))
    # x + h is rounded to a float; what separates that float from x is the step that is taken.
    return np.asarray((x + default * np.maximum(1.0, np.abs(x))) - x)


def _closer_look(f: Function, x: FloatArray) -> tuple[FloatArray, FloatArray]:
    r"""Differences over :math:`h` and :math:`2h`, combined so that the terms in :math:`h^2` cancel.

    The second array is what the rounding of ``f`` can change each of them by. Source: Richardson
    (1911); Press et al. (2007), section 5.7.
    """
    h = _steps(x, None, _EPS ** (1 / 3))
    up, down, far_up, far_down = (_nudged_values(f, x, k * h) for k in (1, -1, 2, -2))
    near, far = (up - down) / (2 * h), (far_up - far_down) / (4 * h)
    largest = np.max(np.abs([up, down, far_up, far_down]), axis=0)
    return near + (near - far) / 3, np.asarray(8 * _EPS * largest / h)


def _nudged_values(f: Function, x: FloatArray, h: NDArray[Any]) -> NDArray[Any]:
    """Values of ``f`` with one entry of ``x`` moved by its own ``h``, for each entry in turn."""
    values = np.zeros(x.shape, h.dtype)
    for index in np.ndindex(x.shape):
        nudged = x.astype(h.dtype)
        nudged[index] += h[index]
        values[index] = _number(f(nudged))
    return values


def _number(value: Any) -> Any:
    array = np.asarray(value)
    if array.size != 1 or array.dtype.kind not in "fiubc":
        raise TypeError(f"f must return one number, got {value!r}")
    if not np.isfinite(array).all():
        raise ValueError(f"f must return a finite number, got {array.item()} near x")
    return array.item()
