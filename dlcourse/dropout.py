r"""Dropout: silence units at random while training, keep all of them afterwards.

.. math::
    \tilde X = X \odot M, \qquad
    M_{ij} = \frac{1}{1-p}\ \text{with probability } 1-p,\ \text{else } 0

``p`` is the probability to drop, .5 for hidden units and .2 for inputs in the paper's networks for
MNIST. Dividing by :math:`1-p` keeps the expectation of every unit, so that nothing changes at test
time. Source: the lecture; Srivastava et al. (2014), section 10 and appendix B.1.
"""

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from dlcourse._validation import FloatArray, float_array, float_dtype, in_interval


def dropout_mask(
    shape: tuple[int, ...],
    p: float,
    rng: np.random.Generator,
    dtype: DTypeLike = np.float64,
) -> FloatArray:
    r"""Draw :math:`M`: zero with probability ``p``, else :math:`1/(1-p)`.

    Parameters
    ----------
    shape : tuple of int
        Shape of the units to mask.
    p : float
        Probability to drop, in [0, 1).
    rng : numpy.random.Generator
        The only source of randomness.
    dtype : dtype
        ``float32`` or ``float64``.

    Raises
    ------
    TypeError, ValueError
        If ``p`` lies outside [0, 1), or ``dtype`` is another one.

    Examples
    --------
    >>> sorted(set(dropout_mask((100,), 0.5, np.random.default_rng(0)).tolist()))
    [0.0, 2.0]
    """
    in_interval(p, "p", 0, 1, closed="left")
    mask = np.empty(shape, float_dtype(dtype, "dtype"))
    fill_dropout_mask(mask, p, rng)
    return mask


def fill_dropout_mask(mask: FloatArray, p: float, rng: np.random.Generator) -> None:
    """Draw a new mask into ``mask``, without allocating; a mask must be contiguous."""
    rng.random(out=mask, dtype=mask.dtype.type)
    np.greater_equal(mask, p, out=mask)
    mask /= 1 - p


def apply_dropout(X: ArrayLike, p: float, rng: np.random.Generator) -> FloatArray:
    """Drop each entry of ``X`` with probability ``p`` and scale up the rest.

    Parameters
    ----------
    X : array_like of any shape
        Activations.
    p : float
        Probability to drop, in [0, 1).
    rng : numpy.random.Generator
        The only source of randomness.

    Returns
    -------
    ndarray of the shape of ``X``

    Raises
    ------
    TypeError, ValueError
        If ``X`` is not finite and numeric or ``p`` lies outside [0, 1).

    Examples
    --------
    >>> apply_dropout(np.ones(8), 0.5, np.random.default_rng(1))
    array([2., 2., 0., 2., 0., 0., 2., 0.])
    """
    X = float_array(X, "X")
    return X * dropout_mask(X.shape, p, rng, X.dtype)
