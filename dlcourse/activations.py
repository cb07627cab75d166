r"""What a unit does to its score: squash it, clip it, or share it out among classes.

.. math::
    \sigma(s) = \frac{1}{1 + e^{-s}}, \qquad \tanh s, \qquad \max(0, s), \qquad
    P_k = \frac{e^{s_k}}{\sum_{k'} e^{s_{k'}}}

All take scores of any shape and keep float32 and float64; ``softmax`` and its relatives work along
the last axis. NaN passes through, since the input had it. Source: the lecture; Goodfellow, Bengio &
Courville (2016), sections 3.10, 4.1 and 6.2.2.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from dlcourse._validation import FloatArray, float_array

# Typed constants: NumPy takes a slower road when it has to convert a Python number on each call.
_ZERO = {np.dtype(t): np.zeros((), t) for t in (np.float32, np.float64)}
_ONE = {dtype: np.ones((), dtype) for dtype in _ZERO}


def _scores_and_room(S: ArrayLike, out: FloatArray | None) -> tuple[FloatArray, FloatArray]:
    """Scores as floats and the array to write to; with ``out``, the caller vouches for both."""
    if out is not None:
        return S, out  # type: ignore[return-value]
    S = float_array(S, "S", finite=False)
    return S, np.empty_like(S)


def _class_scores(S: ArrayLike) -> FloatArray:
    S = float_array(S, "S", finite=False)
    if S.ndim == 0 or S.shape[-1] == 0:
        raise ValueError(f"S must have at least one class along its last axis, got shape {S.shape}")
    return S


@np.errstate(over="ignore")
def sigmoid(S: ArrayLike, out: FloatArray | None = None) -> FloatArray:
    r"""Squash a score to a probability, :math:`\sigma(s) = 1/(1 + e^{-s})`.

    Where :math:`e^{-s}` overflows, the reciprocal is the right answer, zero.

    Parameters
    ----------
    S : array_like, any shape
        Scores.
    out : ndarray of S's shape and dtype (float32 or float64), optional
        Written to and returned; may be ``S`` itself. Then nothing is checked.

    Returns
    -------
    ndarray of S's shape

    Raises
    ------
    TypeError
        If ``S`` does not hold real numbers.

    Examples
    --------
    >>> sigmoid([-1000.0, 0.0, 1000.0])
    array([0. , 0.5, 1. ])
    """
    S, out = _scores_and_room(S, out)
    one = _ONE[out.dtype]
    np.negative(S, out=out)
    np.exp(out, out=out)
    np.add(out, one, out=out)
    return np.divide(one, out, out=out)


def tanh(S: ArrayLike, out: FloatArray | None = None) -> FloatArray:
    r"""Squash a score to :math:`(-1, 1)`; parameters and errors as for :func:`sigmoid`.

    >>> tanh([-1000.0, 0.0, 1000.0])
    array([-1.,  0.,  1.])
    """
    S, out = _scores_and_room(S, out)
    return np.tanh(S, out=out)


def relu(S: ArrayLike, out: FloatArray | None = None) -> FloatArray:
    r"""Clip a score at zero, :math:`\max(0, s)`; parameters and errors as for :func:`sigmoid`.

    >>> relu([-2.0, 0.0, 3.0])
    array([0., 0., 3.])
    """
    S, out = _scores_and_room(S, out)
    return np.maximum(S, _ZERO[out.dtype], out=out)


def identity(S: ArrayLike, out: FloatArray | None = None) -> FloatArray:
    """Copy the score unchanged; parameters and errors as for :func:`sigmoid`.

    >>> identity([-2.0, 3.0])
    array([-2.,  3.])
    """
    S, out = _scores_and_room(S, out)
    np.copyto(out, S)
    return out


def softmax(S: ArrayLike, out: FloatArray | None = None) -> FloatArray:
    r"""Share one unit of probability among classes, :math:`P_k = e^{s_k} / \sum_{k'} e^{s_{k'}}`.

    Adding a number to all scores of a row changes nothing, so the largest is moved to zero first:
    no exponential can overflow then.

    Parameters
    ----------
    S : array_like of shape (..., K)
        Scores, K >= 1.
    out : ndarray of S's shape and dtype (float32 or float64), optional
        Written to and returned; may be ``S`` itself. Then nothing is checked.

    Returns
    -------
    ndarray of shape (..., K)
        Each row sums to one.

    Raises
    ------
    TypeError, ValueError
        If ``S`` does not hold real numbers or has no class.

    Examples
    --------
    >>> softmax([[1000.0, 1000.0], [0.0, np.log(3)]])
    array([[0.5 , 0.5 ],
           [0.25, 0.75]])
    """
    if out is None:
        S = _class_scores(S)
    S, out = _scores_and_room(S, out)
    np.subtract(S, np.maximum.reduce(S, axis=-1, keepdims=True), out=out)
    np.exp(out, out=out)
    return np.divide(out, np.add.reduce(out, axis=-1, keepdims=True), out=out)


def _below_the_top(S: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    r"""Top score, the scores seen from it, and the log of their summed exponentials.

    The top class adds :math:`e^0 = 1` to the sum. It is kept apart, for ``log1p`` to see the other
    terms even where they are too small to change a one.
    """
    top = S.argmax(axis=-1, keepdims=True)
    highest = np.take_along_axis(S, top, axis=-1)
    below = S - highest
    others = np.exp(below)
    np.put_along_axis(others, top, 0, axis=-1)
    return highest, below, np.log1p(others.sum(axis=-1, keepdims=True))


def log_softmax(S: ArrayLike) -> FloatArray:
    r"""Logarithm of :func:`softmax`, :math:`s_k - \log \sum_{k'} e^{s_{k'}}`, exact at both ends.

    Parameters, shapes and errors as for :func:`softmax`.

    >>> log_softmax([[0.0, 1000.0], [0.0, 0.0]]).round(4)
    array([[-1.000e+03,  0.000e+00],
           [-6.931e-01, -6.931e-01]])
    """
    _, below, log_sum = _below_the_top(_class_scores(S))
    return below - log_sum


def logsumexp(S: ArrayLike) -> FloatArray:
    r"""Logarithm of the partition function, :math:`\log \sum_k e^{s_k}`, of shape (...).

    Parameters and errors as for :func:`softmax`.

    >>> logsumexp([[1000.0, 1000.0], [0.0, 0.0]]) - np.log(2)
    array([1000.,    0.])
    """
    highest, _, log_sum = _below_the_top(_class_scores(S))
    return (highest + log_sum)[..., 0]


@np.errstate(invalid="ignore")
def softplus(S: ArrayLike) -> FloatArray:
    r"""Smooth version of ReLU, :math:`\log(1 + e^s)`; its derivative is the sigmoid.

    ``S`` and errors as for :func:`sigmoid`.

    >>> softplus([-1000.0, 0.0, 1000.0]).round(4)
    array([0.000e+00, 6.931e-01, 1.000e+03])
    """
    S = float_array(S, "S", finite=False)
    return np.asarray(np.logaddexp(_ZERO[S.dtype], S))


def sigmoid_derivative(S: ArrayLike) -> FloatArray:
    r"""Slope of the sigmoid, :math:`\sigma'(s) = \sigma(s)\,(1 - \sigma(s))`, at most 1/4.

    Computed as :math:`\sigma(s)\,\sigma(-s)`, which is the same but keeps its digits where
    :math:`\sigma(s)` rounds to one. ``S`` and errors as for :func:`sigmoid`.

    >>> sigmoid_derivative([-1000.0, 0.0, 1000.0])
    array([0.  , 0.25, 0.  ])
    """
    S = float_array(S, "S", finite=False)
    return np.asarray(sigmoid(S) * sigmoid(-S))


def tanh_derivative(S: ArrayLike) -> FloatArray:
    r"""Slope of the hyperbolic tangent, :math:`1 - \tanh^2 s`.

    Since :math:`\tanh s = 2\sigma(2s) - 1`, this is :math:`4\sigma'(2s)`, exact for large scores
    too. ``S`` and errors as for :func:`sigmoid`.

    >>> tanh_derivative([-1000.0, 0.0, 1000.0])
    array([0., 1., 0.])
    """
    S = float_array(S, "S", finite=False)
    return np.asarray(4 * sigmoid_derivative(2 * S))


def relu_derivative(S: ArrayLike) -> FloatArray:
    r"""Slope of ReLU, :math:`1[s > 0]`; zero at zero, as in PyTorch.

    ``S`` and errors as for :func:`sigmoid`.

    >>> relu_derivative([-2.0, 0.0, 3.0])
    array([0., 0., 1.])
    """
    S = float_array(S, "S", finite=False)
    return np.asarray(np.heaviside(S, _ZERO[S.dtype]))


def identity_derivative(S: ArrayLike) -> FloatArray:
    """Slope of the identity: one everywhere. ``S`` and errors as for :func:`sigmoid`.

    >>> identity_derivative([-2.0, 3.0])
    array([1., 1.])
    """
    return np.ones_like(float_array(S, "S", finite=False))


def softmax_jacobian(S: ArrayLike) -> FloatArray:
    r"""How each probability answers to each score, :math:`\partial P_i/\partial s_j`.

    .. math:: \frac{\partial P_i}{\partial s_j} = P_i\,(1[i = j] - P_j)

    Parameters
    ----------
    S : array_like of shape (..., K)
        Scores.

    Returns
    -------
    ndarray of shape (..., K, K)
        Rows and columns sum to zero.

    Raises
    ------
    TypeError, ValueError
        If ``S`` does not hold real numbers or has no class.

    Examples
    --------
    >>> softmax_jacobian([0.0, 0.0])
    array([[ 0.25, -0.25],
           [-0.25,  0.25]])
    """
    P = softmax(S)
    return P[..., :, np.newaxis] * (np.eye(P.shape[-1], dtype=P.dtype) - P[..., np.newaxis, :])


def _scale_by_sigmoid_slope(gradient: FloatArray, X: FloatArray, scratch: FloatArray) -> None:
    np.subtract(_ONE[X.dtype], X, out=scratch)
    np.multiply(scratch, X, out=scratch)
    np.multiply(gradient, scratch, out=gradient)


def _scale_by_tanh_slope(gradient: FloatArray, X: FloatArray, scratch: FloatArray) -> None:
    np.multiply(X, X, out=scratch)
    np.subtract(_ONE[X.dtype], scratch, out=scratch)
    np.multiply(gradient, scratch, out=gradient)


def _scale_by_relu_slope(gradient: FloatArray, X: FloatArray, scratch: FloatArray) -> None:
    np.greater(X, _ZERO[X.dtype], out=scratch)
    np.multiply(gradient, scratch, out=gradient)


def _scale_by_one(gradient: FloatArray, X: FloatArray, scratch: FloatArray) -> None:
    pass


class Activation(NamedTuple):
    r"""A non-linearity as the hidden layers of a network use it.

    Attributes
    ----------
    name : str
    function : callable
        ``function(S, out=None)`` gives :math:`X = \sigma(S)`.
    derivative : callable
        ``derivative(S)`` gives :math:`\sigma'(S)`.
    scale_gradient : callable
        ``scale_gradient(gradient, X, scratch)`` multiplies ``gradient`` in place by
        :math:`\sigma'(S)`, written in terms of the output :math:`X` that the forward pass kept:
        :math:`X(1 - X)` for the sigmoid. ``scratch`` has the same shape and dtype and is
        overwritten. This is training's inner loop: nothing is checked.
    one_sided : bool
        Whether it lets through scores of one sign only, so that initial weights are larger.

    Examples
    --------
    >>> gradient, X = np.array([8.0, 8.0]), np.array([0.5, 1.0])
    >>> ACTIVATIONS["sigmoid"].scale_gradient(gradient, X, np.empty(2))
    >>> gradient
    array([2., 0.])
    """

    name: str
    function: Callable[..., FloatArray]
    derivative: Callable[[ArrayLike], FloatArray]
    scale_gradient: Callable[[FloatArray, FloatArray, FloatArray], None]
    one_sided: bool = False


#: Each non-linearity by the name that networks take.
#:
#: :meta hide-value:
ACTIVATIONS: dict[str, Activation] = {
    activation.name: activation
    for activation in (
        Activation("sigmoid", sigmoid, sigmoid_derivative, _scale_by_sigmoid_slope),
        Activation("tanh", tanh, tanh_derivative, _scale_by_tanh_slope),
        Activation("relu", relu, relu_derivative, _scale_by_relu_slope, one_sided=True),
        Activation("identity", identity, identity_derivative, _scale_by_one),
    )
}
