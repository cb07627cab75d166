r"""Adversarial examples: a tiny step along the sign of the input gradient flips the class.

.. math:: \tilde x = x + \epsilon\,\mathrm{sign}\bigl(\nabla_x L(\theta, x, y)\bigr)

Each input moves by no more than :math:`\epsilon`, and all of them move the way that hurts most.
Source: the lecture; Goodfellow, Shlens & Szegedy (2015), section 3; Szegedy et al. (2013).
"""

import numpy as np
from numpy.typing import ArrayLike

from dlcourse._validation import FloatArray, float_array, in_interval, limits
from dlcourse.backprop import input_gradient
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
