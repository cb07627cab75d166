r"""What a wrong answer costs, and which way to move the scores to pay less.

.. math::
    L_i = -\log P(Y = y_i), \qquad
    \frac{\partial L_i}{\partial s} = P - Y

Every loss is computed from scores, never from probabilities: a probability that has been rounded to
0 or 1 no longer knows how wrong it is, its score still does. Losses average over examples, or add
them up with ``reduction="sum"``. Source: the lecture; Bishop (2006), sections 4.3.2 to 4.3.6.
"""

from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlcourse._validation import (
    FloatArray,
    float_array,
    labels_array,
    one_of,
    refuse,
    rows_are_distributions,
)
from dlcourse.activations import identity, log_softmax, sigmoid, softmax, softplus

Reduction = Literal["mean", "sum"]


def _total(terms: FloatArray) -> float:
    """Sum in double precision: a batch of float32 losses must not lose its small members."""
    return float(np.add.reduce(terms, axis=None, dtype=np.float64))


def _divisor(n: int, reduction: Reduction) -> int:
    """Give what a sum over ``n`` examples is divided by."""
    one_of(reduction, "reduction", ("mean", "sum"))
    return n if reduction == "mean" else 1


def _check_scores(scores: ArrayLike, name: str, ndim: int | tuple[int, ...]) -> FloatArray:
    S = float_array(scores, name, ndim=ndim)
    if S.size == 0:
        raise ValueError(f"{name} must hold at least one example and one unit, got shape {S.shape}")
    return S


def _check_pair(
    scores: ArrayLike, y: ArrayLike, names: tuple[str, str] = ("scores", "y")
) -> tuple[FloatArray, FloatArray]:
    """Two finite arrays of one shape, (n,) or (n, K), in the dtype of the first."""
    S = _check_scores(scores, names[0], ndim=(1, 2))
    Y = float_array(y, names[1])
    if Y.shape != S.shape:
        raise ValueError(f"{names[1]} must have the shape of {names[0]}, {S.shape}, got {Y.shape}")
    return S, Y.astype(S.dtype)


def _check_binary(scores: ArrayLike, y: ArrayLike) -> tuple[FloatArray, FloatArray]:
    S, Y = _check_pair(scores, y)
    refuse((Y < 0) | (Y > 1), Y, "y", "hold labels 0 or 1, or probabilities between them")
    return S, Y


def _check_signs(scores: ArrayLike, y: ArrayLike) -> tuple[FloatArray, FloatArray]:
    S, Y = _check_pair(scores, y)
    refuse(np.abs(Y) != 1, Y, "y", "hold labels -1 or +1")
    return S, Y


def _check_classes(scores: ArrayLike, y: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Scores and rows of probabilities, both (n, K); a class number becomes its unit vector."""
    S = _check_scores(scores, "scores", ndim=2)
    if np.ndim(y) == 1:
        labels = labels_array(y, "y", n=len(S), n_classes=S.shape[1])
        return S, np.eye(S.shape[1], dtype=S.dtype)[labels]
    S, Y = _check_pair(S, y)
    rows_are_distributions(y, "y")
    return S, Y


def _binary_terms(S: FloatArray, Y: FloatArray) -> FloatArray:
    # -y log p - (1-y) log(1-p) = log(1 + e^s) - y s = log(e^((1-y) s) + e^(-y s)): the last form
    # subtracts no large numbers from each other.
    return np.asarray(np.logaddexp((1 - Y) * S, -Y * S))


def _class_terms(S: FloatArray, Y: FloatArray) -> FloatArray:
    return -Y * log_softmax(S)


def _square_terms(S: FloatArray, Y: FloatArray) -> FloatArray:
    return (S - Y) ** 2 / 2


def binary_cross_entropy(scores: ArrayLike, y: ArrayLike, reduction: Reduction = "mean") -> float:
    r"""Loss of probabilities :math:`p = \sigma(s)` for labels 0 and 1.

    .. math:: L = -\sum_i \left[y_i \log p_i + (1 - y_i) \log (1 - p_i)\right]

    Parameters
    ----------
    scores : array_like of shape (n,) or (n, K)
        Scores :math:`s`, before the sigmoid. K columns are K independent units, whose losses add
        up.
    y : array_like of the same shape
        Labels 0 or 1, or probabilities between them.
    reduction : {"mean", "sum"}
        Divide by the number of examples n, or do not.

    Returns
    -------
    float

    Raises
    ------
    TypeError
        If an array does not hold real numbers.
    ValueError
        If an array is empty, not finite or of the wrong shape, or a label is outside [0, 1].

    References
    ----------
    The lecture; Bishop (2006), equation 4.90.

    Examples
    --------
    >>> round(binary_cross_entropy([0.0, 0.0], [0, 1]), 4)
    0.6931
    >>> binary_cross_entropy([10_000.0], [0])
    10000.0
    """
    S, Y = _check_binary(scores, y)
    return _total(_binary_terms(S, Y)) / _divisor(len(S), reduction)


def binary_cross_entropy_gradient(
    scores: ArrayLike, y: ArrayLike, reduction: Reduction = "mean"
) -> FloatArray:
    r"""Differentiate :func:`binary_cross_entropy` by the scores: :math:`p - y`.

    Parameters and errors as there; the result has the shape and dtype of ``scores``.

    >>> binary_cross_entropy_gradient([0.0, 0.0], [0, 1], reduction="sum")
    array([ 0.5, -0.5])
    """
    S, Y = _check_binary(scores, y)
    return np.asarray((sigmoid(S) - Y) / _divisor(len(S), reduction))


def logistic_loss(scores: ArrayLike, y: ArrayLike, reduction: Reduction = "mean") -> float:
    r"""Compute the same loss for labels -1 and +1, written with the margin :math:`y s`.

    .. math:: L = \sum_i \log\left(1 + e^{-y_i s_i}\right)

    A margin above zero is a right answer, and the larger it is the less it costs.

    Parameters
    ----------
    scores : array_like of shape (n,) or (n, K)
        Scores :math:`s`. K columns are K independent units; their losses add up.
    y : array_like of the same shape
        Labels -1 or +1.
    reduction : {"mean", "sum"}
        Divide by the number of examples n, or do not.

    Returns
    -------
    float

    Raises
    ------
    TypeError
        If an array does not hold real numbers.
    ValueError
        If an array is empty, not finite or of the wrong shape, or a label is not -1 or +1.

    References
    ----------
    The lecture; Hastie, Tibshirani & Friedman (2009), equation 10.18.

    Examples
    --------
    >>> logistic_loss([2.0, -1.0], [1, -1]) == binary_cross_entropy([2.0, -1.0], [1, 0])
    True
    """
    S, Y = _check_signs(scores, y)
    return _total(softplus(-Y * S)) / _divisor(len(S), reduction)


def logistic_loss_gradient(
    scores: ArrayLike, y: ArrayLike, reduction: Reduction = "mean"
) -> FloatArray:
    r"""Differentiate :func:`logistic_loss` by the scores: :math:`-y\,\sigma(-y s)`.

    Parameters and errors as there; the result has the shape and dtype of ``scores``.

    >>> logistic_loss_gradient([0.0, 0.0], [-1, 1], reduction="sum")
    array([ 0.5, -0.5])
    """
    S, Y = _check_signs(scores, y)
    return np.asarray(-Y * sigmoid(-Y * S) / _divisor(len(S), reduction))


def cross_entropy(scores: ArrayLike, y: ArrayLike, reduction: Reduction = "mean") -> float:
    r"""Negative log probability of the right class, :math:`P = \mathrm{softmax}(s)`.

    .. math:: L = -\sum_i \log P(Y = y_i) = -\sum_i \sum_k Y_{ik} \log P_{ik}

    Parameters
    ----------
    scores : array_like of shape (n, K)
        Scores :math:`s`, before the softmax.
    y : array_like of shape (n,) or (n, K)
        Class numbers 0 to K - 1, or rows of probabilities such as one-hot rows.
    reduction : {"mean", "sum"}
        Divide by the number of examples n, or do not.

    Returns
    -------
    float

    Raises
    ------
    TypeError
        If an array does not hold real numbers.
    ValueError
        If an array is empty, not finite or of the wrong shape, a class number is out of range, or
        a row is not a distribution.

    References
    ----------
    The lecture; Bishop (2006), equation 4.108.

    Examples
    --------
    >>> round(cross_entropy([[0.0, 0.0, 0.0]], [2]), 4)    # three classes, no idea: log 3
    1.0986
    >>> cross_entropy([[10_000.0, -10_000.0]], [1])
    20000.0
    """
    S, Y = _check_classes(scores, y)
    return _total(_class_terms(S, Y)) / _divisor(len(S), reduction)


def cross_entropy_gradient(
    scores: ArrayLike, y: ArrayLike, reduction: Reduction = "mean"
) -> FloatArray:
    r"""Differentiate :func:`cross_entropy` by the scores: :math:`P_k - 1[y = k]`.

    Parameters and errors as there; the result has the shape and dtype of ``scores``.

    >>> cross_entropy_gradient([[0.0, 0.0]], [1])
    array([[ 0.5, -0.5]])
    """
    S, Y = _check_classes(scores, y)
    return np.asarray((softmax(S) - Y) / _divisor(len(S), reduction))


def squared_error(
    predictions: ArrayLike, targets: ArrayLike, reduction: Reduction = "mean"
) -> float:
    r"""Half the squared distance to the target.

    .. math:: L = \frac12 \sum_i \sum_k (s_{ik} - t_{ik})^2

    PyTorch's ``mse_loss`` has no half and averages over units as well: it is this loss times 2/K.

    Parameters
    ----------
    predictions : array_like of shape (n,) or (n, K)
        Real numbers.
    targets : array_like of the same shape
        Real numbers.
    reduction : {"mean", "sum"}
        Divide by the number of examples n, or do not.

    Returns
    -------
    float

    Raises
    ------
    TypeError
        If an array does not hold real numbers.
    ValueError
        If an array is empty, not finite or of the wrong shape.

    References
    ----------
    Bishop (2006), equation 5.11.

    Examples
    --------
    >>> squared_error([[1.0, 2.0], [0.0, 0.0]], [[0.0, 0.0], [0.0, 0.0]])
    1.25
    """
    S, T = _check_pair(predictions, targets, ("predictions", "targets"))
    return _total(_square_terms(S, T)) / _divisor(len(S), reduction)


def squared_error_gradient(
    predictions: ArrayLike, targets: ArrayLike, reduction: Reduction = "mean"
) -> FloatArray:
    r"""Differentiate :func:`squared_error` by the predictions: :math:`s - t`.

    Parameters and errors as there; the result has the shape and dtype of ``predictions``.

    >>> squared_error_gradient([1.0, 4.0], [0.0, 0.0])
    array([0.5, 2. ])
    """
    S, T = _check_pair(predictions, targets, ("predictions", "targets"))
    return np.asarray((S - T) / _divisor(len(S), reduction))


def _numbers_between_0_and_1(y: ArrayLike, name: str) -> None:
    Y = float_array(y, name)
    refuse((Y < 0) | (Y > 1), Y, name, "hold numbers between 0 and 1")


def _right_units(S: FloatArray, Y: FloatArray) -> NDArray[np.bool_]:
    return np.asarray((S > 0) == (Y > 0.5))


def _right_rows(S: FloatArray, Y: FloatArray) -> NDArray[np.bool_]:
    return np.asarray(S.argmax(axis=1) == Y.argmax(axis=1))


class Loss(NamedTuple):
    r"""A loss as the training loop uses it: every array is (n, K), and only targets are checked.

    Attributes
    ----------
    name : str
    terms : callable
        ``terms(S, Y)`` gives an array whose sum is the summed loss.
    link : callable
        ``link(S, out=None)`` turns scores into what is compared with the targets: the function
        that makes :math:`\partial L/\partial S = (link(S) - Y)/n`.
    check_targets : callable
        ``check_targets(y, name)`` refuses targets, (n, K), that the loss does not know.
    right : callable or None
        ``right(S, Y)`` says for each example, or each unit, whether it is classified rightly; None
        where targets are no classes.
    class_numbers : bool
        Whether a vector of targets holds class numbers.

    Examples
    --------
    >>> S, Y = np.array([[0.0, 0.0]]), np.array([[0.0, 1.0]])
    >>> loss = LOSSES["cross_entropy"]
    >>> round(loss.value(S, Y), 4), loss.link(S) - Y
    (0.6931, array([[ 0.5, -0.5]]))
    """

    name: str
    terms: Callable[[FloatArray, FloatArray], FloatArray]
    link: Callable[..., FloatArray]
    check_targets: Callable[[ArrayLike, str], object]
    right: Callable[[FloatArray, FloatArray], NDArray[np.bool_]] | None = None
    class_numbers: bool = False

    def value(self, S: FloatArray, Y: FloatArray) -> float:
        """Mean loss over the rows of ``S``."""
        return _total(self.terms(S, Y)) / len(S)


#: Each loss by the name that training takes.
#:
#: :meta hide-value:
LOSSES: dict[str, Loss] = {
    loss.name: loss
    for loss in (
        Loss(
            "binary_cross_entropy", _binary_terms, sigmoid, _numbers_between_0_and_1, _right_units
        ),
        Loss("cross_entropy", _class_terms, softmax, rows_are_distributions, _right_rows, True),
        Loss("squared_error", _square_terms, identity, float_array),
    )
}
