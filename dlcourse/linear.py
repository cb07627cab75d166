r"""A line (plane, hyperplane) that separates classes, and how to find it.

.. math::
    s = w^T x + w_0, \qquad P(Y = 1 \mid x) = \sigma(s), \qquad
    P(Y = k \mid x) = \frac{e^{s_k}}{Z}, \quad Z = \sum_{k'} e^{s_{k'}}

Weights of one unit are a vector ``w`` with the bias first; those of K units are the rows of ``W``.
``X`` comes without ones. Source: the lecture; Bishop (2006), sections 4.1 and 4.3.
"""

from collections import deque
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlcourse._validation import (
    FloatArray,
    float_array,
    in_interval,
    labels_array,
    positive,
    refuse,
    whole_number,
)
from dlcourse.activations import logsumexp, sigmoid, softmax
from dlcourse.features import append_ones
from dlcourse.labels import one_hot
from dlcourse.losses import LOSSES, Loss

_EPS = float(np.finfo(np.float64).eps)

ValueAndGradient = Callable[[FloatArray], tuple[float, FloatArray]]


# --- what a linear model says ---------------------------------------------------------------------


def scores(X: ArrayLike, w: ArrayLike) -> FloatArray:
    r"""Weigh the features and add the bias, :math:`s = w^T x + w_0`.

    Parameters
    ----------
    X : array_like of shape (n, N0)
        Examples as rows, without ones.
    w : array_like of shape (N0 + 1,) or (K, N0 + 1)
        Weights of one unit or of K units, bias first.

    Returns
    -------
    ndarray of shape (n,) or (n, K)

    Raises
    ------
    TypeError, ValueError
        If ``X`` or ``w`` is not finite and real, or their columns do not match.

    Examples
    --------
    >>> scores([[1.0, 2.0]], [0.5, 10.0, 1.0])
    array([12.5])
    """
    X, w = float_array(X, "X", ndim=2), float_array(w, "w", ndim=(1, 2))
    if w.shape[-1] != X.shape[1] + 1:
        raise ValueError(
            f"w must have {X.shape[1] + 1} entries for each unit (a bias and one weight for each "
            f"of the {X.shape[1]} columns of X), got shape {w.shape}"
        )
    return np.asarray(X @ w[..., 1:].T + w[..., 0])


def predict_probability(X: ArrayLike, w: ArrayLike) -> FloatArray:
    r"""Probability of class 1 (sigmoid of one score), or of each class (softmax of K scores).

    Parameters, shapes and errors as for :func:`scores`.

    >>> predict_probability([[0.0], [np.log(3)]], [0.0, 1.0])
    array([0.5 , 0.75])
    >>> predict_probability([[0.0]], [[0.0, 1.0], [np.log(3), 1.0]])
    array([[0.25, 0.75]])
    """
    S = scores(X, w)
    return sigmoid(S) if S.ndim == 1 else softmax(S)


def distance_to_boundary(X: ArrayLike, w: ArrayLike) -> FloatArray:
    r"""Signed distance to the hyperplane :math:`s = 0`, that is :math:`s / \lVert w \rVert`.

    Positive on the side that :math:`w` points to.

    Parameters
    ----------
    X : array_like of shape (n, N0)
        Examples as rows.
    w : array_like of shape (N0 + 1,)
        Bias first.

    Returns
    -------
    ndarray of shape (n,)

    Raises
    ------
    TypeError, ValueError
        As for :func:`scores`; also if all weights but the bias are zero.

    References
    ----------
    Bishop (2006), equation 4.7.

    Examples
    --------
    >>> distance_to_boundary([[3.0, 4.0], [0.0, 0.0]], [-5.0, 3.0, 4.0])
    array([ 4., -1.])
    """
    w = float_array(w, "w", ndim=1)
    length = np.linalg.norm(w[1:])
    if length == 0:
        raise ValueError("w must have a weight that is not 0: without one there is no boundary")
    return np.asarray(scores(X, w) / length)


def boundary_line(w: ArrayLike, x1: ArrayLike) -> FloatArray:
    r"""Height :math:`x_2 = -(w_0 + w_1 x_1) / w_2` of the boundary in the plane.

    Parameters
    ----------
    w : array_like of shape (3,)
        Bias first.
    x1 : array_like, any shape
        Where along the first axis.

    Returns
    -------
    ndarray of the shape of ``x1``

    Raises
    ------
    TypeError, ValueError
        If an argument is not finite and real, ``w`` does not have three entries, or the boundary is
        vertical (``w[2]`` is 0).

    Examples
    --------
    >>> boundary_line([-1.0, 1.0, 1.0], [0.0, 0.5])
    array([1. , 0.5])
    """
    w, x1 = float_array(w, "w", ndim=1), float_array(x1, "x1")
    if w.shape != (3,):
        raise ValueError(f"w must have 3 entries (bias, w1, w2), got shape {w.shape}")
    if w[2] == 0:
        raise ValueError("w[2] must not be 0: the boundary is vertical and has no height x2")
    return np.asarray(-(w[0] + w[1] * x1) / w[2])


def claims(X: ArrayLike, W: ArrayLike) -> NDArray[np.bool_]:
    """Which of K one-vs-rest models claim an example: those whose score is above 0.

    Parameters
    ----------
    X : array_like of shape (n, N0)
        Examples as rows.
    W : array_like of shape (K, N0 + 1)
        One model in each row, bias first.

    Returns
    -------
    ndarray of bool, shape (n, K)
        A row may have several claims, or none.

    Raises
    ------
    TypeError, ValueError
        If ``X`` or ``W`` is not a finite numeric matrix, or their columns do not match.

    Examples
    --------
    >>> claims([[0.0], [2.0]], [[1.0, -1.0], [-1.0, 1.0]])
    array([[ True, False],
           [False,  True]])
    """
    return _class_scores(X, W) > 0


def partition_function(X: ArrayLike, W: ArrayLike) -> FloatArray:
    r"""Sum that makes the probabilities of K classes add up to one, :math:`Z = \sum_k e^{s_k}`.

    Parameters
    ----------
    X : array_like of shape (n, N0)
        Examples as rows.
    W : array_like of shape (K, N0 + 1)
        One class in each row, bias first.

    Returns
    -------
    ndarray of shape (n,)

    Raises
    ------
    TypeError, ValueError
        If ``X`` or ``W`` is not a finite numeric matrix, their columns do not match, or ``Z`` is
        too large for a number; :func:`dlcourse.activations.logsumexp` of the scores never is.

    Examples
    --------
    >>> partition_function([[0.0]], [[0.0, 1.0], [np.log(3), 1.0]])
    array([4.])
    """
    log_Z = logsumexp(_class_scores(X, W))
    limit = np.log(np.finfo(log_Z.dtype).max)
    refuse(log_Z > limit, log_Z, "W", f"keep log Z below {limit:.0f} for Z to be a number")
    return np.asarray(np.exp(log_Z))


def _class_scores(X: ArrayLike, W: ArrayLike) -> FloatArray:
    return scores(X, float_array(W, "W", ndim=2))


# --- what training minimises ----------------------------------------------------------------------


def logistic_gradient(X: ArrayLike, y: ArrayLike, w: ArrayLike) -> FloatArray:
    r"""Differentiate the mean binary cross-entropy by the weights: :math:`X^T (p - y) / n`.

    Parameters
    ----------
    X : array_like of shape (n, N0)
        Examples as rows, without ones.
    y : array_like of shape (n,)
        Labels 0 or 1.
    w : array_like of shape (N0 + 1,)
        Bias first.

    Returns
    -------
    ndarray of shape (N0 + 1,)

    Raises
    ------
    TypeError, ValueError
        If the arrays are not finite and real, do not fit each other or hold no example, or ``y``
        holds another label.

    References
    ----------
    The lecture; Bishop (2006), equation 4.91.

    Examples
    --------
    >>> logistic_gradient([[2.0], [4.0]], [1, 0], [0.0, 0.0])
    array([0. , 0.5])
    """
    X, y = _examples(X, y, 2)
    errors = sigmoid(scores(X, float_array(w, "w", ndim=1))) - y.astype(X.dtype)
    return np.asarray(append_ones(X).T @ errors / len(X))


def logistic_objective(X: ArrayLike, y: ArrayLike, weight_penalty: float = 0.0) -> ValueAndGradient:
    r"""Loss of logistic regression as a function of its weights, with its gradient.

    .. math:: f(w) = \frac1n \sum_i L_i + \lambda \sum_{j \ge 1} w_j^2

    Parameters
    ----------
    X : array_like of shape (n, N0)
        Examples as rows, without ones.
    y : array_like of shape (n,)
        Labels 0 or 1.
    weight_penalty : float
        :math:`\lambda \ge 0`. The bias is not penalised.

    Returns
    -------
    callable
        Takes ``w`` of shape (N0 + 1,), returns the value and the gradient of the same shape.

    Raises
    ------
    TypeError, ValueError
        If an argument is not as described; the message names it.

    Examples
    --------
    >>> value, gradient = logistic_objective([[2.0], [4.0]], [1, 0])(np.zeros(2))
    >>> round(value, 4), gradient
    (0.6931, array([0. , 0.5]))
    """
    X, y = _examples(X, y, 2)
    penalties = np.full(X.shape[1], _penalty(weight_penalty))
    targets = y[:, np.newaxis].astype(X.dtype)
    return _objective(append_ones(X), targets, LOSSES["binary_cross_entropy"], penalties)


def softmax_objective(
    X: ArrayLike, y: ArrayLike, n_classes: int, weight_penalty: float = 0.0
) -> ValueAndGradient:
    r"""Loss of softmax regression as a function of its weights, with its gradient.

    As :func:`logistic_objective`, with class numbers 0 to K - 1 in ``y`` and weights of shape
    (K, N0 + 1).

    >>> value, gradient = softmax_objective([[2.0], [4.0]], [1, 0], 2)(np.zeros((2, 2)))
    >>> round(value, 4), gradient
    (0.6931, array([[ 0. , -0.5],
           [ 0. ,  0.5]]))
    """
    X, y = _examples(X, y, whole_number(n_classes, "n_classes"))
    penalties = np.full(X.shape[1], _penalty(weight_penalty))
    targets = one_hot(y, n_classes, X.dtype)
    return _objective(append_ones(X), targets, LOSSES["cross_entropy"], penalties)


def _objective(X: FloatArray, Y: FloatArray, loss: Loss, penalties: FloatArray) -> ValueAndGradient:
    """Mean loss with a penalty of its own for each feature; here ``X`` has its ones."""

    def value_and_gradient(w: FloatArray) -> tuple[float, FloatArray]:
        W = w.reshape(Y.shape[1], X.shape[1])
        S = X @ W.T
        gradient = (loss.link(S) - Y).T @ X / len(X)
        gradient[:, 1:] += 2 * penalties * W[:, 1:]
        value = loss.value(S, Y) + float((penalties * W[:, 1:] ** 2).sum())
        return value, gradient.reshape(w.shape)

    return value_and_gradient


def _examples(X: ArrayLike, y: ArrayLike, n_classes: int) -> tuple[FloatArray, NDArray[np.intp]]:
    X = float_array(X, "X", ndim=2)
    if len(X) == 0:
        raise ValueError(f"X must hold at least one example, got shape {X.shape}")
    return X, labels_array(y, "y", n=len(X), n_classes=n_classes)


def _penalty(weight_penalty: float) -> float:
    return in_interval(weight_penalty, "weight_penalty", 0, np.inf, closed="left")


# --- how to get down ------------------------------------------------------------------------------


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
    """Go down a smooth function to the bottom, all data at once, no rate to choose.

    L-BFGS: the last few steps and the changes of the gradient along them tell the curvature, which
    bends and scales the gradient into a better direction. Each step is halved until the function
    falls. A convex function is taken to its minimum. Where there is none, as for separable classes
    without a penalty, the value still falls towards its bound and the search ends at ``tolerance``
    or ``max_iterations``.

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

    References
    ----------
    Nocedal & Wright (2006), algorithms 3.1, 7.4 and 7.5; Liu & Nocedal (1989).

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


# --- fits -----------------------------------------------------------------------------------------


def fit_logistic(
    X: ArrayLike,
    y: ArrayLike,
    weight_penalty: float = 0.0,
    max_iterations: int = 5000,
    tolerance: float = 1e-8,
) -> FloatArray:
    r"""Fit logistic regression: the minimum of :func:`logistic_objective`.

    With :math:`\lambda = 0` and classes that a line separates there is no minimum: the weights
    would grow for ever. The fit then stops where the gradient has all but vanished, at a line that
    separates them.

    Parameters
    ----------
    X : array_like of shape (n, N0)
        Examples as rows, without ones.
    y : array_like of shape (n,)
        Labels 0 or 1.
    weight_penalty : float
        :math:`\lambda \ge 0`, see :func:`logistic_objective`; scikit-learn's ``C`` is
        :math:`1/(2 n \lambda)`.
    max_iterations, tolerance
        See :func:`minimize`; the tolerance is for features scaled to unit variance.

    Returns
    -------
    ndarray of shape (N0 + 1,)
        Bias first.

    Raises
    ------
    TypeError, ValueError
        If an argument is not as described; the message names it.

    Examples
    --------
    >>> w = fit_logistic([[0.0], [1.0], [2.0], [3.0]], [0, 1, 0, 1])
    >>> predict_probability([[1.5]], w).round(6)
    array([0.5])
    """
    X, y = _examples(X, y, 2)
    loss, targets = LOSSES["binary_cross_entropy"], y[:, np.newaxis].astype(np.float64)
    w: FloatArray = _fit(X, targets, loss, weight_penalty, max_iterations, tolerance)[0]
    return w


def fit_one_vs_rest(
    X: ArrayLike,
    y: ArrayLike,
    n_classes: int,
    weight_penalty: float = 0.0,
    max_iterations: int = 5000,
    tolerance: float = 1e-8,
) -> FloatArray:
    r"""Fit one binary model for each class against all the others.

    Parameters and errors as for :func:`fit_logistic`, with class numbers 0 to K - 1 in ``y``.

    Returns
    -------
    ndarray of shape (K, N0 + 1)
        One model in each row, bias first. The class of an example is the row with the largest
        score.

    Examples
    --------
    >>> X, y = [[0.0], [1.0], [5.0], [6.0]], [0, 0, 1, 1]
    >>> scores(X, fit_one_vs_rest(X, y, 2)).argmax(axis=1)
    array([0, 0, 1, 1])
    """
    X, y = _examples(X, y, whole_number(n_classes, "n_classes"))
    fits = [
        fit_logistic(X, y == k, weight_penalty, max_iterations, tolerance) for k in range(n_classes)
    ]
    return np.stack(fits)


def fit_softmax(
    X: ArrayLike,
    y: ArrayLike,
    n_classes: int,
    weight_penalty: float = 0.0,
    max_iterations: int = 5000,
    tolerance: float = 1e-8,
) -> FloatArray:
    r"""Fit softmax regression, all classes jointly: the minimum of :func:`softmax_objective`.

    Parameters and errors as for :func:`fit_logistic`, with class numbers 0 to K - 1 in ``y``.
    Adding one vector to all rows changes no probability; of all these answers this is the one whose
    columns sum to zero.

    Returns
    -------
    ndarray of shape (K, N0 + 1)
        One class in each row, bias first.

    Examples
    --------
    >>> X, y = [[0.0], [1.0], [2.0], [3.0], [4.0]], [0, 0, 1, 2, 2]
    >>> predict_probability(X, fit_softmax(X, y, 3)).argmax(axis=1)
    array([0, 0, 1, 2, 2])
    """
    X, y = _examples(X, y, whole_number(n_classes, "n_classes"))
    loss, targets = LOSSES["cross_entropy"], one_hot(y, n_classes)
    return _fit(X, targets, loss, weight_penalty, max_iterations, tolerance)


def _fit(
    X: FloatArray,
    Y: FloatArray,
    loss: Loss,
    weight_penalty: float,
    max_iterations: int,
    tolerance: float,
) -> FloatArray:
    r"""Minimise in units in which all features look alike, then convert the weights back.

    The curvature along a weight is at most a quarter of its feature's variance plus
    :math:`2\lambda`; the units make that bound 1/4 for every feature. The minimum is the same, and
    the way to it is short however large or small the features are.
    """
    strength = _penalty(weight_penalty)
    features = X.astype(np.float64)
    mean = features.mean(axis=0)
    unit = np.sqrt(features.var(axis=0) + 8 * strength)
    unit[unit <= 1e-12 * np.abs(mean)] = 1.0  # a constant: what it varies by is rounding
    scaled = append_ones((features - mean) / unit)
    start = np.zeros((Y.shape[1], scaled.shape[1]))
    objective = _objective(scaled, Y, loss, strength / unit**2)
    W = minimize(objective, start, max_iterations, tolerance).w
    W[:, 1:] /= unit
    W[:, 0] -= W[:, 1:] @ mean
    return W.astype(X.dtype)
