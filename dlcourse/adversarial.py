r"""Adversarial examples: a tiny step along the sign of the input gradient flips the class.

.. math:: \tilde x = x + \epsilon\,\mathrm{sign}\bigl(\nabla_x L(\theta, x, y)\bigr)

Each input moves by no more than :math:`\epsilon`, and all of them move the way that hurts most.
Several small steps of this kind hurt more; training on their results makes a network hard to turn.
Source: the lecture; Goodfellow, Shlens & Szegedy (2015), sections 4 and 6; Szegedy et al. (2013);
Madry et al. (2018).
"""

import numpy as np
from numpy.typing import ArrayLike

from dlcourse._validation import (
    FloatArray,
    float_array,
    in_interval,
    limits,
    positive,
    random_generator,
    whole_number,
)
from dlcourse.backprop import Gradients, input_gradient, loss_and_gradients
from dlcourse.network import Network


def fgsm(
    network: Network,
    X: ArrayLike,
    y: ArrayLike,
    eps: float,
    loss: str = "cross_entropy",
    bounds: tuple[float, float] | None = None,
) -> FloatArray:
    """Fast gradient sign method.

    Parameters
    ----------
    network : Network
        Left as it is.
    X : array_like of shape (n, N_0)
        Examples as rows.
    y : array_like of shape (n,) or (n, N_L)
        Their true labels, see :func:`dlcourse.backprop.output_targets`.
    eps : float
        How far each input may move, at least 0, in the units of ``X``.
    loss : str
        A key of ``dlcourse.losses.LOSSES``.
    bounds : (low, high), optional
        Range that inputs must stay in, such as ``(0, 1)`` for images.

    Returns
    -------
    ndarray of shape (n, N_0)

    Raises
    ------
    TypeError, ValueError
        If an argument does not fit the network or is out of range; the message names it.

    Examples
    --------
    >>> network = Network((2, 1), "relu", np.array([0.0, 3.0, -1.0]))
    >>> fgsm(network, [[0.5, 0.5]], [1], 0.25, "binary_cross_entropy")
    array([[0.25, 0.75]])
    """
    in_interval(eps, "eps", 0, np.inf, closed="left")
    X = float_array(X, "X", ndim=2)
    step = np.sign(input_gradient(network, X, y, loss)).astype(X.dtype, copy=False)
    moved = X + eps * step
    if bounds is None:
        return moved
    return np.clip(moved, *limits(bounds, "bounds"))


def pgd(
    network: Network,
    X: ArrayLike,
    y: ArrayLike,
    eps: float,
    step: float,
    steps: int,
    rng: np.random.Generator,
    loss: str = "cross_entropy",
    bounds: tuple[float, float] | None = None,
) -> FloatArray:
    r"""Projected gradient descent on minus the loss: FGSM in small steps, from a random start.

    .. math:: x \leftarrow \Pi\bigl(x + a\,\mathrm{sign}(\nabla_x L)\bigr)

    where :math:`\Pi` takes each input back to within :math:`\epsilon` of where it was, and to
    ``bounds``. Source: Madry et al. (2018), section 2.1.

    Parameters
    ----------
    network, X, y, eps, loss, bounds
        See :func:`fgsm`.
    step : float
        :math:`a > 0`, how far each input moves in one step.
    steps : int
        Their number, at least 1.
    rng : numpy.random.Generator
        Draws the start, uniformly from all that is allowed.

    Returns
    -------
    ndarray of shape (n, N_0)

    Raises
    ------
    TypeError, ValueError
        If an argument does not fit the network or is out of range; the message names it.

    Examples
    --------
    >>> network = Network((2, 1), "relu", np.array([0.0, 3.0, -1.0]))
    >>> rng = np.random.default_rng(0)
    >>> pgd(network, [[0.5, 0.5]], [1], 0.25, 0.1, 5, rng, "binary_cross_entropy")
    array([[0.25, 0.75]])
    """
    in_interval(eps, "eps", 0, np.inf, closed="left")
    positive(step, "step")
    whole_number(steps, "steps")
    random_generator(rng)
    X = float_array(X, "X", ndim=2)
    low, high = X - eps, X + eps
    if bounds is not None:
        low, high = np.clip([low, high], *limits(bounds, "bounds"))
    moved = (low + (high - low) * rng.random(X.shape)).astype(X.dtype)
    for _ in range(steps):
        uphill = np.sign(input_gradient(network, moved, y, loss)).astype(X.dtype, copy=False)
        moved = np.clip(moved + step * uphill, low, high)
    return moved


def adversarial_loss_and_gradients(
    network: Network,
    X: ArrayLike,
    y: ArrayLike,
    eps: float,
    clean_share: float = 0.5,
    loss: str = "cross_entropy",
    bounds: tuple[float, float] | None = None,
) -> tuple[float, Gradients]:
    r"""What adversarial training descends on, and its derivative with respect to every weight.

    .. math:: c\,L(\theta, x, y) + (1 - c)\,L(\theta, \tilde x, y)

    with :math:`\tilde x` from :func:`fgsm`, made for the weights as they are and then held fixed.
    Source: Goodfellow, Shlens & Szegedy (2015), section 6.

    Parameters
    ----------
    network, X, y, eps, loss, bounds
        See :func:`fgsm`.
    clean_share : float
        :math:`c`, weight of the loss on the examples as they are, 0 to 1. (The paper says alpha.)

    Returns
    -------
    value : float
        Mean over the batch.
    gradients : Gradients

    Raises
    ------
    TypeError, ValueError
        If an argument does not fit the network or is out of range; the message names it.

    Examples
    --------
    >>> network = Network((1, 1), "relu", np.array([0.0, 1.0]))
    >>> value, gradients = adversarial_loss_and_gradients(
    ...     network, [[1.0]], [1], 1.0, 0.5, "binary_cross_entropy"
    ... )
    >>> round(value, 3), gradients.dW[0].round(3)
    (0.503, array([[-0.384, -0.134]]))
    """
    in_interval(clean_share, "clean_share", 0, 1)
    moved = fgsm(network, X, y, eps, loss, bounds)
    value, gradients = loss_and_gradients(network, X, y, loss)
    moved_value, moved_gradients = loss_and_gradients(network, moved, y, loss)
    gradients.flat[...] = clean_share * gradients.flat + (1 - clean_share) * moved_gradients.flat
    return clean_share * value + (1 - clean_share) * moved_value, gradients
