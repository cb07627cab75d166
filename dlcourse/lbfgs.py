r"""L-BFGS: down a smooth function to the bottom, all data at once, no rate to choose.

.. math:: w \leftarrow w - a H \nabla f(w)

The last few steps, and the changes of the gradient along them, tell the curvature: :math:`H`, never
written down, bends and scales the gradient into a better direction, and the step :math:`a` is
halved until the function falls. Source: Nocedal & Wright (2006), algorithms 3.1, 7.4 and 7.5; Liu &
Nocedal (1989).
"""

from collections import deque
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from dlcourse._validation import FloatArray, float_array, positive, whole_number
from dlcourse.descent import ValueAndGradient

_EPS = float(np.finfo(np.float64).eps)


class Minimum(NamedTuple):
    """What :func:`minimize` found.

    Attributes
    ----------
    w : ndarray of float64, shape of the start
    value : float
        The function at ``w``.
    n_iterations : int
    converged : bool
        Whether no entry of the gradient is above the tolerance.
    """

    w: FloatArray
    value: float
    n_iterations: int
    converged: bool


def minimize(
    value_and_gradient: ValueAndGradient,
    start: ArrayLike,
    max_iterations: int = 5000,
    tolerance: float = 1e-8,
    memory: int = 10,
) -> Minimum:
    """Find the bottom of a smooth function.

    A convex function is taken to its minimum. Where there is none, as for separable classes without
    a penalty, the value still falls towards its bound and the search ends at ``tolerance`` or
    ``max_iterations``.

    Parameters
    ----------
    value_and_gradient : callable
        Takes a ``float64`` point, returns the value there and the gradient of the same shape.
    start : array_like, any shape
        The first point.
    max_iterations : int
        Stop after so many steps.
    tolerance : float
        Stop when no entry of the gradient is larger.
    memory : int
        How many steps to remember.

    Returns
    -------
    Minimum

    Raises
    ------
    TypeError, ValueError
        If an argument is not as described, or value or gradient at the start are not finite.

    Examples
    --------
    >>> minimum = minimize(lambda w: ((w - 3) @ (w - 3), 2 * (w - 3)), [0.0, 100.0])
    >>> minimum.w.round(6), minimum.converged
    (array([3., 3.]), True)
    """
    w: FloatArray = float_array(start, "start").astype(np.float64)
    max_iterations = whole_number(max_iterations, "max_iterations", 0)
    tolerance = positive(tolerance, "tolerance")
    value, gradient = value_and_gradient(w)
    if not (np.isfinite(value) and np.isfinite(gradient).all()):
        raise ValueError(f"start must have a finite value and gradient, got the value {value}")
    steps: deque[_Step] = deque(maxlen=whole_number(memory, "memory"))
    iteration = 0
    while np.abs(gradient).max(initial=0.0) > tolerance and iteration < max_iterations:
        iteration += 1
        lower = _step_down(value_and_gradient, w, value, gradient, _direction(gradient, steps))
        if lower is None and not steps:
            break  # not even the gradient leads down: rounding is all that is left
        if lower is None:
            steps.clear()  # the remembered curvature misleads: start again from the gradient
            continue
        step = _Step(lower[0] - w, lower[2] - gradient)
        w, value, gradient = lower
        if np.vdot(*step) > _EPS * np.vdot(step.turn, step.turn):
            steps.append(step)
    flat = bool(np.abs(gradient).max(initial=0.0) <= tolerance)
    return Minimum(w, value, iteration, flat)


class _Step(NamedTuple):
    """How far the point moved and how the gradient turned on the way."""

    move: FloatArray
    turn: FloatArray


def _direction(gradient: FloatArray, steps: deque[_Step]) -> FloatArray:
    """Minus the gradient, seen through the curvature met in the last steps (algorithm 7.4)."""
    if not steps:
        return np.asarray(-gradient / max(1.0, float(np.abs(gradient).sum())))
    q, shares = gradient.copy(), []
    for move, turn in reversed(steps):
        shares.append(np.vdot(move, q) / np.vdot(move, turn))
        q -= shares[-1] * turn
    q *= np.vdot(*steps[-1]) / np.vdot(steps[-1].turn, steps[-1].turn)
    for (move, turn), share in zip(steps, reversed(shares), strict=True):
        q += (share - np.vdot(turn, q) / np.vdot(move, turn)) * move
    return np.asarray(-q)


def _step_down(
    value_and_gradient: ValueAndGradient,
    w: FloatArray,
    value: float,
    gradient: FloatArray,
    direction: FloatArray,
) -> tuple[FloatArray, float, FloatArray] | None:
    """Halve the step until the value falls by a share of what the slope promises (Armijo)."""
    promise = 1e-4 * float(np.vdot(gradient, direction))
    rounding = 4 * _EPS * abs(value)  # near the bottom the value is flat to its last digits
    for length in 0.5 ** np.arange(40):
        lower = w + length * direction
        new_value, new_gradient = value_and_gradient(lower)
        if new_value <= value + length * promise + rounding:
            return lower, new_value, new_gradient
    return None
