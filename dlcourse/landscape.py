r"""The loss as a landscape over weight space: slices, curvature, critical points, noise.

.. math:: \nabla f(w^*) = 0, \qquad H_{ij} = \frac{\partial^2 f}{\partial w_i\,\partial w_j}

At a critical point the signs of the Hessian's eigenvalues tell a minimum from a saddle. Functions
here take any ``value`` or ``gradient`` of a flat vector; :func:`of_network` makes both from a
network and its data. Source: the lecture; Dauphin et al. (2014); Choromanska et al. (2015).
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from dlcourse._validation import (
    FloatArray,
    float_array,
    in_interval,
    positive,
    random_generator,
    whole_number,
)
from dlcourse.backprop import loss_and_gradients
from dlcourse.network import Network

Gradient = Callable[[FloatArray], FloatArray]


class Landscape(NamedTuple):
    """A function of a flat vector and its gradient."""

    value: Callable[[FloatArray], float]
    gradient: Gradient


def of_network(network: Network, X: ArrayLike, y: ArrayLike, loss: str) -> Landscape:
    """Loss of a network on fixed data, as a function of its parameters.

    Parameters and errors as for :func:`dlcourse.backprop.loss_and_gradients`; the network itself
    stays as it is.

    >>> surface = of_network(Network((1, 1), "relu", np.zeros(2)), [[2.0]], [3.0], "squared_error")
    >>> surface.value(np.array([1.0, 0.5])), surface.gradient(np.array([1.0, 0.5]))
    (0.5, array([-1., -2.]))
    """

    def value_and_gradient(parameters: FloatArray) -> tuple[float, FloatArray]:
        twin = Network(network.sizes, network.activation, parameters)
        value, gradients = loss_and_gradients(twin, X, y, loss)
        return value, gradients.flat

    return Landscape(lambda w: value_and_gradient(w)[0], lambda w: value_and_gradient(w)[1])


def _double_well(w: FloatArray) -> float:
    return float(np.sum(w**4 - 2 * w**2 + 0.4 * w))


TILTED_DOUBLE_WELL = Landscape(_double_well, lambda w: 4 * w**3 - 4 * w + 0.4)
r""":math:`f(w) = w^4 - 2w^2 + 0.4w`: a poor minimum near 0.95, a good one near -1.05."""

RAVINE = Landscape(
    lambda w: float(0.5 * (w[0] ** 2 + 25 * w[1] ** 2)),
    lambda w: np.array([1.0, 25.0]) * w,
)
r""":math:`f(w) = \tfrac12 (w_1^2 + 25 w_2^2)`: steep across, flat along; where momentum shines."""

SADDLE = Landscape(
    lambda w: float(0.5 * (w[0] ** 2 - w[1] ** 2) + 0.25 * w[1] ** 4),
    lambda w: np.array([w[0], -w[1] + w[1] ** 3]),
)
r""":math:`f(w) = \tfrac12 (w_1^2 - w_2^2) + \tfrac14 w_2^4`: a saddle at 0, minima at (0, ±1)."""


def loss_slice(
    value: Callable[[FloatArray], float],
    center: ArrayLike,
    directions: ArrayLike,
    *steps: ArrayLike,
) -> FloatArray:
    r"""Loss over a line or a plane through weight space, :math:`f(w + \sum_k a_k d_k)`.

    Parameters
    ----------
    value : callable
        From a vector of shape (P,) to a number.
    center : array_like of shape (P,)
        The point :math:`w`.
    directions : array_like of shape (D, P)
        The vectors :math:`d_k`, one or more.
    *steps : D array_likes of shape (m_k,)
        The numbers :math:`a_k` along each direction.

    Returns
    -------
    ndarray of shape (m_1, ..., m_D)

    Raises
    ------
    TypeError, ValueError
        If shapes do not fit or numbers are not finite.

    Examples
    --------
    >>> loss_slice(lambda w: float(w @ w), [0, 0], [[1, 0]], [-1, 0, 2])
    array([1., 0., 4.])
    """
    w = float_array(center, "center", ndim=1)
    D = float_array(directions, "directions", ndim=2)
    if D.shape[1] != len(w):
        raise ValueError(
            f"directions must have {len(w)} columns, as many as center, got {D.shape[1]}"
        )
    if len(steps) != len(D):
        raise ValueError(
            f"steps must be one array for each of {len(D)} directions, got {len(steps)}"
        )
    axes = [float_array(a, f"steps[{k}]", ndim=1) for k, a in enumerate(steps)]
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    flat = [value(w + a @ D) for a in grid.reshape(-1, len(D))]
    return np.array(flat).reshape(grid.shape[:-1])


def hessian(gradient: Gradient, w: ArrayLike, step: float = 1e-5) -> FloatArray:
    """Second derivatives by central differences of the gradient.

    Parameters
    ----------
    gradient : callable
        From a vector of shape (P,) to its gradient, shape (P,).
    w : array_like of shape (P,)
        Where to look.
    step : float
        Half the width of a difference.

    Returns
    -------
    ndarray of shape (P, P)
        Symmetric.

    Raises
    ------
    TypeError, ValueError
        If an argument is not as described; the message names it.

    Examples
    --------
    >>> hessian(RAVINE.gradient, [0.3, -0.2]).round(6) + 0.0
    array([[ 1.,  0.],
           [ 0., 25.]])
    """
    w = float_array(w, "w", ndim=1)
    positive(step, "step")
    nudges = step * np.eye(len(w))
    above, below = ([_at(gradient, w + sign * nudge) for nudge in nudges] for sign in (1, -1))
    H = np.subtract(above, below).reshape(len(w), len(w)) / (2 * step)
    return np.asarray((H + H.T) / 2)


def _at(gradient: Gradient, w: FloatArray) -> FloatArray:
    slopes = float_array(gradient(w), "gradient")
    if slopes.shape != w.shape:
        raise ValueError(f"gradient must return shape {w.shape}, got {slopes.shape}")
    return slopes


def hessian_spectrum(gradient: Gradient, w: ArrayLike, step: float = 1e-5) -> FloatArray:
    """Eigenvalues of :func:`hessian`, smallest first; parameters as there.

    >>> hessian_spectrum(SADDLE.gradient, [0.0, 0.0]).round(6)
    array([-1.,  1.])
    """
    return np.linalg.eigvalsh(hessian(gradient, w, step))


def critical_index(spectrum: ArrayLike, tolerance: float = 1e-6) -> float:
    """Share of directions that lead down: 0 at a minimum, 1 at a maximum, between at a saddle.

    Parameters
    ----------
    spectrum : array_like of shape (P,)
        Eigenvalues of the Hessian, P >= 1.
    tolerance : float
        Eigenvalues within this of zero, relative to the largest in size, count as flat.

    Examples
    --------
    >>> critical_index([-1.0, 0.0, 1.0, 2.0])
    0.25
    """
    eigenvalues = float_array(spectrum, "spectrum", ndim=1)
    if not len(eigenvalues):
        raise ValueError("spectrum must hold at least one eigenvalue, got none")
    in_interval(tolerance, "tolerance", 0, 1)
    return float((eigenvalues < -tolerance * np.abs(eigenvalues).max()).mean())


class CriticalPoint(NamedTuple):
    """Where the search ended, the size of the gradient there, and whether that is zero enough."""

    w: FloatArray
    gradient_norm: float
    converged: bool


def find_critical_point(
    gradient: Gradient,
    start: ArrayLike,
    tolerance: float = 1e-8,
    max_iterations: int = 200,
) -> CriticalPoint:
    r"""Find a point where the gradient vanishes, be it minimum, saddle or maximum.

    Levenberg-Marquardt on :math:`\tfrac12\lVert\nabla f\rVert^2`: the step
    :math:`-(H^2 + \mu I)^{-1} H \nabla f` is kept if it shortens the gradient, and :math:`\mu`
    adapts.
    Descent on the loss itself would run away from saddles; this is drawn to the nearest one.
    Source: Nocedal & Wright (2006), section 10.3.

    Parameters
    ----------
    gradient : callable
        From a vector of shape (P,) to its gradient, shape (P,).
    start : array_like of shape (P,)
        Where to begin.
    tolerance : float
        Length of a gradient that counts as zero.
    max_iterations : int
        Steps tried before giving up.

    Returns
    -------
    CriticalPoint

    Raises
    ------
    TypeError, ValueError
        If an argument is not as described; the message names it.

    Examples
    --------
    >>> find_critical_point(SADDLE.gradient, [0.4, 0.2]).w.round(6) + 0.0
    array([0., 0.])
    """
    w = float_array(start, "start", ndim=1)
    positive(tolerance, "tolerance")
    whole_number(max_iterations, "max_iterations")
    g, damping = _at(gradient, w), 1.0
    for _ in range(max_iterations):
        if np.linalg.norm(g) <= tolerance:
            break
        H = hessian(gradient, w)
        trial = w - np.linalg.solve(H @ H + damping * np.eye(len(w)), H @ g)
        g_trial = _at(gradient, trial)
        if np.linalg.norm(g_trial) < np.linalg.norm(g):
            w, g, damping = trial, g_trial, damping / 10
        else:
            damping *= 4
    norm = float(np.linalg.norm(g))
    return CriticalPoint(w, norm, norm <= tolerance)


def noisy_descent(
    gradient: Gradient,
    start: ArrayLike,
    learning_rate: float,
    noise: float,
    n_steps: int,
    rng: np.random.Generator,
) -> FloatArray:
    r"""Gradient descent whose gradient is a noisy estimate, as a mini-batch's is.

    .. math:: w \leftarrow w - \alpha\,(\nabla f(w) + \sigma \xi), \qquad \xi \sim N(0, I)

    Parameters
    ----------
    gradient : callable
        Must act row by row if ``start`` holds many points.
    start : array_like of shape (P,) or (m, P)
        One start, or one for each of m runs.
    learning_rate : float
        :math:`\alpha > 0`.
    noise : float
        :math:`\sigma \ge 0`; 0 is full-batch gradient descent.
    n_steps : int
        Steps to take.
    rng : numpy.random.Generator
        Source of the noise.

    Returns
    -------
    ndarray of shape (n_steps + 1, \*start.shape)
        The path, from the start on.

    Raises
    ------
    TypeError, ValueError
        If an argument is not as described, or the rate is so large that the path leaves the finite
        numbers.

    Examples
    --------
    >>> start = np.full((500, 1), 0.95)    # 500 runs from the poor minimum
    >>> still, noisy = (
    ...     noisy_descent(
    ...         TILTED_DOUBLE_WELL.gradient, start, 0.05, noise, 400, np.random.default_rng(0)
    ...     )[-1]
    ...     for noise in (0.0, 4.0)
    ... )
    >>> int((still < 0).sum()), bool((noisy < 0).mean() > 0.5)
    (0, True)
    """
    w = float_array(start, "start", ndim=(1, 2))
    positive(learning_rate, "learning_rate")
    in_interval(noise, "noise", 0, np.inf, closed="left")
    random_generator(rng)
    path = np.empty((whole_number(n_steps, "n_steps", minimum=0) + 1, *w.shape), w.dtype)
    path[0] = w
    for k in range(n_steps):
        estimate = gradient(path[k]) + noise * rng.normal(size=w.shape)
        path[k + 1] = path[k] - learning_rate * estimate
        if not np.isfinite(path[k + 1]).all():
            raise ValueError(f"learning_rate {learning_rate} leads to no point after {k + 1} steps")
    return path


def collapse(network: Network) -> FloatArray:
    r"""The one matrix that a network without non-linearities is, :math:`W^{1 \ldots L}`.

    Biases are carried along by giving each layer a first row that passes the one on.

    Parameters
    ----------
    network : Network
        With ``activation="identity"``.

    Returns
    -------
    ndarray of shape (N_L, N_0 + 1)
        Bias in column 0.

    Raises
    ------
    ValueError
        If the network has another activation: then there is no such matrix.

    Examples
    --------
    >>> from dlcourse.network import network_from_weights
    >>> collapse(network_from_weights([[[1, 2]], [[0, 3]], [[-1, 1]]], "identity"))
    array([[2., 6.]])
    """
    if network.activation != "identity" and len(network.W) > 1:
        raise ValueError(
            f"network must have the activation 'identity' to collapse, got {network.activation!r}"
        )
    product = np.eye(network.sizes[0] + 1, dtype=network.parameters.dtype)
    pass_the_one_on = product[:1]
    for W in network.W:
        product = np.vstack([pass_the_one_on, W @ product])
    return product[1:]
