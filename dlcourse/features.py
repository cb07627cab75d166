r"""New columns made from old ones: a unit of ones, and products.

.. math:: (x_1, x_2) \rightarrow (1, x_1, x_2), \qquad (x_1, x_2) \rightarrow (x_1, x_2, x_1 x_2)

The ones turn a bias into a weight like any other. The products let a linear score bend: its
boundary is a plane among the new features and a hyperbola among the old. Source: the lecture;
Bishop (2006), sections 3.1 and 4.1.
"""

from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike

from dlcourse._validation import FloatArray, float_array


def append_ones(X: ArrayLike) -> FloatArray:
    """Put a column of ones in front, to carry the bias.

    Parameters
    ----------
    X : array_like of shape (n, N0)
        Examples as rows.

    Returns
    -------
    ndarray of shape (n, N0 + 1)

    Raises
    ------
    TypeError, ValueError
        If ``X`` is not a finite numeric matrix.

    Examples
    --------
    >>> append_ones([[2.0, 3.0]])
    array([[1., 2., 3.]])
    """
    X = float_array(X, "X", ndim=2)
    with_ones = np.ones((X.shape[0], X.shape[1] + 1), X.dtype)
    with_ones[:, 1:] = X
    return with_ones


def product_features(X: ArrayLike) -> FloatArray:
    """Append the product of every pair of columns (feature crosses).

    Parameters
    ----------
    X : array_like of shape (n, N0)
        Examples as rows.

    Returns
    -------
    ndarray of shape (n, N0 + N0 (N0 - 1) / 2)
        The columns of ``X``, then the products in the order 12, 13, ..., 23, ...

    Raises
    ------
    TypeError, ValueError
        If ``X`` is not a finite numeric matrix.

    Examples
    --------
    >>> product_features([[2.0, 3.0], [-1.0, 4.0]])
    array([[ 2.,  3.,  6.],
           [-1.,  4., -4.]])
    """
    X = float_array(X, "X", ndim=2)
    pairs = list(combinations(range(X.shape[1]), 2))
    first, second = np.array(pairs, dtype=np.intp).reshape(-1, 2).T
    return np.hstack([X, X[:, first] * X[:, second]])
