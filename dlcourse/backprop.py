r"""Backpropagation: the chain rule with every intermediate result stored once and used again.

.. math::
    \frac{\partial L}{\partial W^l} = \Bigl(\frac{\partial L}{\partial S^l}\Bigr)^T X^{l-1},
    \qquad
    \frac{\partial L}{\partial S^{l-1}} = \Bigl(\frac{\partial L}{\partial S^l} W^l\Bigr)
    \odot \sigma'(S^{l-1})

Storing :math:`\partial L/\partial S^l` is dynamic programming: each layer costs two matrix
products, however deep the network. Source: the lecture; Rumelhart, Hinton & Williams (1986).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from dlcourse._validation import (
    FloatArray,
    float_array,
    float_dtype,
    labels_array,
    one_of,
    same_length,
)
from dlcourse.activations import ACTIVATIONS

# What it costs is known by this address too.
from dlcourse.costs import count_backprop as count_backprop
from dlcourse.costs import count_finite_differences as count_finite_differences
from dlcourse.costs import count_paths as count_paths
from dlcourse.costs import count_without_storing as count_without_storing
from dlcourse.labels import one_hot
from dlcourse.losses import LOSSES
from dlcourse.network import Buffers, Network, forward, layer_views


class Gradients(NamedTuple):
    """One flat vector of derivatives and the same memory as matrices.

    Attributes
    ----------
    flat : ndarray, shape of ``network.parameters``
        What an optimiser takes.
    dW : list of ndarray, shapes (N_l, N_{l-1} + 1)
        Views of ``flat``, one for each layer.
    """

    flat: FloatArray
    dW: list[FloatArray]


def allocate_gradients(network: Network) -> Gradients:
    """Room for the derivative of every parameter.

    >>> [dW.shape for dW in allocate_gradients(Network((2, 3, 1), "relu", np.zeros(13))).dW]
    [(3, 3), (1, 4)]
    """
    flat = np.zeros_like(network.parameters)
    return Gradients(flat, layer_views(flat, network.sizes))


def backpropagate(network: Network, buffers: Buffers, gradients: Gradients) -> None:
    r"""Backward pass, written into ``gradients`` and ``buffers.dS``.

    Expects :math:`\partial L/\partial S^L` in ``buffers.dS[-1]`` and a forward pass in the other
    buffers. This is the pass that training runs: it checks nothing and allocates nothing.
    """
    W, X, dS, dW = network.W, buffers.X, buffers.dS, gradients.dW
    masks, outputs, scratch = buffers.masks, buffers.outputs, buffers.scratch
    times_derivative = ACTIVATIONS[network.activation].scale_gradient
    for depth in range(len(W) - 1, 0, -1):
        below = depth - 1
        np.dot(dS[depth].T, X[depth], out=dW[depth])
        # np.dot would copy the columns behind the biases.
        np.matmul(dS[depth], W[depth][:, 1:], out=dS[below])
        if masks:
            dS[below] *= masks[below]
        times_derivative(dS[below], outputs[below], scratch[below])
    np.dot(dS[0].T, X[0], out=dW[0])


def output_targets(
    y: ArrayLike, loss: str, n_outputs: int, dtype: DTypeLike, name: str = "y"
) -> FloatArray:
    """Labels as the matrix of targets that the output layer is compared with.

    Parameters
    ----------
    y : array_like of shape (n,) or (n, N_L)
        Class numbers for ``"cross_entropy"``, labels 0 or 1 (one column for each output unit) for
        ``"binary_cross_entropy"``, numbers for ``"squared_error"``. A matrix is taken as it is.
    loss : str
        A key of ``dlcourse.losses.LOSSES``.
    n_outputs : int
        Units in the output layer.
    dtype : dtype
        Of the result, float32 or float64.
    name : str
        What messages call ``y``.

    Returns
    -------
    ndarray of shape (n, N_L)

    Raises
    ------
    TypeError
        If ``y`` does not hold real numbers, or ``dtype`` is another one.
    ValueError
        If ``y`` has another shape or labels that the loss does not know.

    Examples
    --------
    >>> output_targets([2, 0], "cross_entropy", 3, np.float64)
    array([[0., 0., 1.],
           [1., 0., 0.]])
    """
    one_of(loss, "loss", LOSSES)
    dtype = float_dtype(dtype, "dtype")
    if LOSSES[loss].class_numbers and np.ndim(y) == 1:
        return one_hot(labels_array(y, name, n_classes=n_outputs), n_outputs, dtype)
    targets = float_array(y, name, ndim=(1, 2))
    if targets.ndim == 1:
        targets = targets[:, np.newaxis]
    if targets.shape[1] != n_outputs:
        raise ValueError(
            f"{name} must have one column for each of the {n_outputs} output units, "
            f"got shape {np.shape(y)}"
        )
    LOSSES[loss].check_targets(y, name)
    return targets.astype(dtype, copy=False)


def output_gradient(buffers: Buffers, targets: FloatArray, loss: str) -> None:
    r"""Write :math:`\partial L/\partial S^L = (P - Y)/n` into ``buffers.dS[-1]``.

    One line serves all losses, because each one meets the link that makes its gradient a
    plain difference: the sigmoid, the softmax, or the identity (Bishop 2006, section 4.3.6).
    """
    dS = buffers.dS[-1]
    LOSSES[loss].link(buffers.scores, out=dS)
    dS -= targets
    dS /= len(dS)


def _one_pass(
    network: Network, X: ArrayLike, y: ArrayLike, loss: str
) -> tuple[float, Buffers, Gradients]:
    buffers, gradients = forward(network, X), allocate_gradients(network)
    targets = output_targets(y, loss, network.sizes[-1], network.parameters.dtype)
    same_length(buffers.scores, targets, ("X", "y"))
    if not len(targets):
        raise ValueError("X must hold at least one example, got none")
    value = LOSSES[loss].value(buffers.scores, targets)
    output_gradient(buffers, targets, loss)
    backpropagate(network, buffers, gradients)
    return value, buffers, gradients


def loss_and_gradients(
    network: Network, X: ArrayLike, y: ArrayLike, loss: str = "cross_entropy"
) -> tuple[float, Gradients]:
    """Loss of a batch and its derivative with respect to every weight.

    Parameters
    ----------
    network : Network
    X : array_like of shape (n, N_0)
        Examples as rows.
    y : array_like of shape (n,) or (n, N_L)
        Labels or targets, see :func:`output_targets`.
    loss : str
        A key of ``dlcourse.losses.LOSSES``.

    Returns
    -------
    value : float
        Mean loss over the batch.
    gradients : Gradients

    Raises
    ------
    TypeError, ValueError
        If ``X``, ``y`` or ``loss`` do not fit the network; the message names the argument.

    Examples
    --------
    >>> network = Network((1, 1), "relu", np.zeros(2))
    >>> value, gradients = loss_and_gradients(network, [[2.0]], [1], "binary_cross_entropy")
    >>> round(value, 3), gradients.dW[0]
    (0.693, array([[-0.5, -1. ]]))
    """
    value, _, gradients = _one_pass(network, X, y, loss)
    return value, gradients


def score_gradients(
    network: Network, X: ArrayLike, y: ArrayLike, loss: str = "cross_entropy"
) -> list[FloatArray]:
    r"""What backprop stores: :math:`\partial L/\partial S^l` for every layer, shapes (n, N_l).

    Parameters and errors as for :func:`loss_and_gradients`. The norms of these matrices show
    whether the gradient vanishes on its way down.

    >>> network = Network((1, 2, 1), "sigmoid", np.ones(7))
    >>> [dS.shape for dS in score_gradients(network, [[2.0]], [1], "binary_cross_entropy")]
    [(1, 2), (1, 1)]
    """
    _, buffers, _ = _one_pass(network, X, y, loss)
    return buffers.dS


def input_gradient(
    network: Network, X: ArrayLike, y: ArrayLike, loss: str = "cross_entropy"
) -> FloatArray:
    r"""Derivative of each example's own loss with respect to its input, shape (n, N_0).

    One more step of the recursion, :math:`\partial L/\partial X^0 = \partial L/\partial S^1\, W^1`.
    Parameters and errors as for :func:`loss_and_gradients`; the mean over the batch is undone.

    >>> network = Network((1, 1), "relu", np.array([0.0, 3.0]))
    >>> input_gradient(network, [[0.0]], [1], "binary_cross_entropy")
    array([[-1.5]])
    """
    dS = score_gradients(network, X, y, loss)[0]
    return len(dS) * dS @ network.W[0][:, 1:]
