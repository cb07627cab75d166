r"""Penalties on the weights: a term added to the loss that makes large weights cost something.

.. math::
    \lambda \sum_l \lVert W^l \rVert_2^2 \qquad\text{and}\qquad
    \lambda \sum_l \lVert W^l \rVert_1

Biases (column 0) go free: moving a boundary is not complexity. There is no factor 1/2, so PyTorch's
``weight_decay`` is :math:`2\lambda`. Steps along the gradient of the second one jump over zero;
:func:`soft_threshold` stops there. Source: the lecture; Krogh & Hertz (1992), Tibshirani (1996).
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from dlcourse._validation import FloatArray, float_array, in_interval


def l2_penalty(W: Sequence[ArrayLike], strength: float) -> float:
    r"""Weight decay, :math:`\lambda \sum_l \lVert W^l \rVert_2^2` without the biases.

    Parameters
    ----------
    W : sequence of array_like, shapes (N_l, N_{l-1} + 1)
        Weights of every layer, bias in column 0.
    strength : float
        :math:`\lambda \ge 0`.

    Raises
    ------
    TypeError, ValueError
        If a layer is not a finite matrix, or ``strength`` is negative.

    Examples
    --------
    >>> l2_penalty([[[5.0, 1.0, -2.0]]], 0.1)
    0.5
    """
    return _penalty(W, strength, np.square)


def l1_penalty(W: Sequence[ArrayLike], strength: float) -> float:
    r"""The penalty that makes weights exactly zero, :math:`\lambda \sum_l \lVert W^l \rVert_1`.

    Parameters and errors as for :func:`l2_penalty`.

    >>> round(l1_penalty([[[5.0, 1.0, -2.0]]], 0.1), 12)
    0.3
    """
    return _penalty(W, strength, np.abs)


def l2_penalty_gradient(W: Sequence[ArrayLike], strength: float) -> list[FloatArray]:
    r"""Derivative :math:`2\lambda W^l` for each layer, zero in the bias column.

    Parameters and errors as for :func:`l2_penalty`.

    >>> l2_penalty_gradient([[[5.0, 1.0, -2.0]]], 0.5)
    [array([[ 0.,  1., -2.]])]
    """
    return _gradient(W, strength, add_l2_gradient)


def l1_penalty_gradient(W: Sequence[ArrayLike], strength: float) -> list[FloatArray]:
    r"""Derivative :math:`\lambda\,\mathrm{sign}(W^l)` for each layer, zero in the bias column.

    At a weight of zero this takes the subgradient 0. Parameters and errors as for
    :func:`l2_penalty`.

    >>> l1_penalty_gradient([[[5.0, 1.0, -2.0]]], 0.5)
    [array([[ 0. ,  0.5, -0.5]])]
    """
    return _gradient(W, strength, add_l1_gradient)


def soft_threshold(values: ArrayLike, amount: float) -> FloatArray:
    r"""Move each value towards zero by an amount, and stop there.

    .. math:: \mathrm{sign}(v)\,\max(|v| - a,\, 0)

    It minimises :math:`\frac12 (w - v)^2 + a |w|`, so after a plain step at the learning rate
    :math:`\alpha` it takes the step of the L1 penalty, with :math:`a = \alpha\lambda`. Biases go
    free where the caller leaves them out: ``W[:, 1:] = soft_threshold(W[:, 1:], a)``.

    Parameters
    ----------
    values : array_like
        Any shape.
    amount : float
        :math:`a \ge 0`.

    Returns
    -------
    ndarray, shape of ``values``

    Raises
    ------
    TypeError, ValueError
        If ``values`` are not finite numbers, or ``amount`` is negative.

    Notes
    -----
    Source: Daubechies, Defrise & De Mol (2004); Parikh & Boyd (2014), section 6.5.2.

    Examples
    --------
    >>> soft_threshold([2.0, -0.25, -1.5], 0.5)
    array([ 1.5,  0. , -1. ])
    """
    in_interval(amount, "amount", 0, np.inf, closed="left")
    values = float_array(values, "values")
    return values - np.clip(values, -amount, amount)


def add_l2_gradient(
    dW: Sequence[FloatArray],
    W: Sequence[FloatArray],
    strength: float,
    scratch: Sequence[FloatArray],
) -> None:
    """Add the penalty's derivative to ``dW`` in place; ``scratch`` has the shapes of ``W``."""
    for gradient, weights, room in zip(dW, W, scratch, strict=True):
        gradient[:, 1:] += np.multiply(weights[:, 1:], 2 * strength, out=room[:, 1:])


def add_l1_gradient(
    dW: Sequence[FloatArray],
    W: Sequence[FloatArray],
    strength: float,
    scratch: Sequence[FloatArray],
) -> None:
    """Add the penalty's derivative to ``dW`` in place; ``scratch`` has the shapes of ``W``."""
    for gradient, weights, room in zip(dW, W, scratch, strict=True):
        sign = np.sign(weights[:, 1:], out=room[:, 1:])
        sign *= strength
        gradient[:, 1:] += sign


def _layers(W: Sequence[ArrayLike], strength: float) -> list[FloatArray]:
    in_interval(strength, "strength", 0, np.inf, closed="left")
    return [float_array(layer, f"W[{k}]", ndim=2) for k, layer in enumerate(W)]


def _penalty(
    W: Sequence[ArrayLike], strength: float, size: Callable[[FloatArray], FloatArray]
) -> float:
    return strength * sum(float(size(layer[:, 1:]).sum()) for layer in _layers(W, strength))


def _gradient(
    W: Sequence[ArrayLike], strength: float, add_gradient: Callable[..., None]
) -> list[FloatArray]:
    layers = _layers(W, strength)
    gradients = [np.zeros_like(layer) for layer in layers]
    add_gradient(gradients, layers, strength, [np.empty_like(layer) for layer in layers])
    return gradients
