r"""A line (plane, hyperplane) that separates classes, and how to find it.

.. math::
    s = w^T x + w_0, \qquad P(Y = 1 \mid x) = \sigma(s), \qquad
    P(Y = k \mid x) = \frac{e^{s_k}}{Z}, \quad Z = \sum_{k'} e^{s_{k'}}

Weights of one unit are a vector ``w`` with the bias first; those of K units are the rows of ``W``.
``X`` comes without ones. Source: the lecture; Bishop (2006), sections 4.1 and 4.3.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlcourse._validation import (
    FloatArray,
    IntArray,
    float_array,
    in_interval,
    labels_array,
    refuse,
    whole_number,
)
from dlcourse.activations import logsumexp, sigmoid, softmax

# Both ways down are known by this address too.
from dlcourse.descent import Path as Path
from dlcourse.descent import ValueAndGradient
from dlcourse.descent import gradient_descent as gradient_descent
from dlcourse.features import append_ones
from dlcourse.labels import one_hot
from dlcourse.lbfgs import Minimum as Minimum
from dlcourse.lbfgs import minimize as minimize
from dlcourse.losses import LOSSES, Loss

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
    X, y = _features_and_labels(X, y, 2)
    errors = sigmoid(scores(X, float_array(w, "w", ndim=1))) - y.astype(X.dtype)
    return np.asarray(append_ones(X).T @ errors / len(X))


def softmax_regression_gradient(X: ArrayLike, y: ArrayLike, W: ArrayLike) -> FloatArray:
    r"""Differentiate the mean cross-entropy by the weights of K classes: :math:`(P - Y)^T X / n`.

    Parameters
    ----------
    X : array_like of shape (n, N0)
        Examples as rows, without ones.
    y : array_like of shape (n,)
        Class numbers 0 to K - 1.
    W : array_like of shape (K, N0 + 1)
        One class in each row, bias first.

    Returns
    -------
    ndarray of shape (K, N0 + 1)
        Its rows add up to zero.

    Raises
    ------
    TypeError, ValueError
        If the arrays are not finite and real, do not fit each other or hold no example, or ``y``
        holds another label.

    References
    ----------
    The lecture; Bishop (2006), equation 4.109.

    Examples
    --------
    >>> softmax_regression_gradient([[2.0], [4.0]], [1, 0], np.zeros((2, 2)))
    array([[ 0. , -0.5],
           [ 0. ,  0.5]])
    """
    W = float_array(W, "W", ndim=2)
    X, y = _features_and_labels(X, y, len(W))
    errors = softmax(scores(X, W)) - one_hot(y, len(W), X.dtype)
    return np.asarray(errors.T @ append_ones(X) / len(X))


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
    X, y = _features_and_labels(X, y, 2)
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
    X, y = _features_and_labels(X, y, whole_number(n_classes, "n_classes"))
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


def _features_and_labels(X: ArrayLike, y: ArrayLike, n_classes: int) -> tuple[FloatArray, IntArray]:
    X = float_array(X, "X", ndim=2)
    if len(X) == 0:
        raise ValueError(f"X must hold at least one example, got shape {X.shape}")
    return X, labels_array(y, "y", n=len(X), n_classes=n_classes)


def _penalty(weight_penalty: float) -> float:
    return in_interval(weight_penalty, "weight_penalty", 0, np.inf, closed="left")


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
        See :func:`dlcourse.lbfgs.minimize`; the tolerance is for features scaled to unit variance.

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
    X, y = _features_and_labels(X, y, 2)
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
    X, y = _features_and_labels(X, y, whole_number(n_classes, "n_classes"))
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
    X, y = _features_and_labels(X, y, whole_number(n_classes, "n_classes"))
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
