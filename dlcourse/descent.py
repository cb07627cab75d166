r"""Gradient descent: all data at once, one fixed rate.

.. math:: w \leftarrow w - \alpha \nabla f(w)

The negative gradient is the direction in which a function falls fastest, near the point where it
was taken. How near, the learning rate has to know. Source: the lecture; Goodfellow, Bengio &
Courville (2016), section 4.3.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from dlcourse._validation import FloatArray, float_array, positive, whole_number

#: Takes a point, returns the value of a function there and the gradient of the same shape.
ValueAndGradient = Callable[[FloatArray], tuple[float, FloatArray]]


class Path(NamedTuple):
    """Where gradient descent has been.

    Attributes
    ----------
    points : ndarray of shape (n_steps + 1, ...)
        The start and where each step led.
    values : ndarray of shape (n_steps + 1,)
        The function at those points.
    """

    points: FloatArray
    values: FloatArray


def gradient_descent(
    value_and_gradient: ValueAndGradient, start: ArrayLike, learning_rate: float, n_steps: int
) -> Path:
    r"""Follow the gradient with a fixed rate, :math:`w \leftarrow w - \alpha \nabla f(w)`.

    Parameters
    ----------
    value_and_gradient : callable
        Takes a point, returns the value there and the gradient of the same shape.
    start : array_like, any shape
        The first point.
    learning_rate : float
        :math:`\alpha > 0`.
    n_steps : int
        How many steps to take.

    Returns
    -------
    Path

    Raises
    ------
    TypeError, ValueError
        If an argument is not as described, or the rate is so large that the value is no longer a
        finite number.

    Examples
    --------
    >>> path = gradient_descent(lambda w: (w @ w, 2 * w), [8.0], learning_rate=0.25, n_steps=3)
    >>> path.points.ravel(), path.values
    (array([8., 4., 2., 1.]), array([64., 16.,  4.,  1.]))
    """
    w = float_array(start, "start")
    rate, n_steps = positive(learning_rate, "learning_rate"), whole_number(n_steps, "n_steps", 0)
    points, values = [w], []
    for step in range(n_steps + 1):
        value, gradient = value_and_gradient(w)
        if not (np.isfinite(value) and np.isfinite(gradient).all()):
            raise ValueError(f"learning_rate {rate} leads to the value {value} after {step} steps")
        values.append(value)
        if step < n_steps:
            w = w - rate * gradient
            points.append(w)
    return Path(np.stack(points), np.array(values))
