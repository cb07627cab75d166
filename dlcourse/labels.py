r"""Class numbers as targets: one unit for the number, a binary code, or one unit for each class.

.. math:: Y = 4 \text{ of } K = 5 \quad\rightarrow\quad (0, 0, 0, 1, 0)^T

The first two say things about the classes that nobody meant: that class 2 lies between 1 and 3, or
that classes whose codes share bits are alike. One-hot vectors all have the same distance. The
lecture counts classes from 1, the code from 0. Source: the lecture; Bishop (2006), section 4.1.3.
"""

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from dlcourse._validation import (
    FloatArray,
    IntArray,
    float_array,
    float_dtype,
    labels_array,
    whole_number,
)


def one_hot(y: ArrayLike, n_classes: int, dtype: DTypeLike = np.float64) -> FloatArray:
    """Give every class a unit of its own.

    Parameters
    ----------
    y : array_like of shape (n,)
        Class numbers 0 to K - 1.
    n_classes : int
        K, the number of classes.
    dtype : dtype
        Of the result, float32 or float64.

    Returns
    -------
    ndarray of shape (n, K)

    Raises
    ------
    TypeError, ValueError
        If ``n_classes`` is not a whole number above 0, ``y`` holds anything else than class
        numbers, or ``dtype`` is another one.

    Examples
    --------
    >>> one_hot([3, 0], 5)
    array([[0., 0., 0., 1., 0.],
           [1., 0., 0., 0., 0.]])
    """
    y, K = _labels(y, n_classes)
    Y = np.zeros((len(y), K), float_dtype(dtype, "dtype"))
    Y[np.arange(len(y)), y] = 1
    return Y


def integer_code(y: ArrayLike, n_classes: int) -> FloatArray:
    """Give one unit the class number itself, shape (n, 1); parameters as for :func:`one_hot`.

    >>> integer_code([3, 0], 5)
    array([[3.],
           [0.]])
    """
    y, _ = _labels(y, n_classes)
    return y[:, np.newaxis].astype(np.float64)


def binary_code(y: ArrayLike, n_classes: int) -> FloatArray:
    r"""Give :math:`\lceil \log_2 K \rceil` units the bits of the class number, highest bit first.

    Parameters and errors as for :func:`one_hot`. A single class still gets one bit.

    >>> binary_code([3, 4], 5)
    array([[0., 1., 1.],
           [1., 0., 0.]])
    """
    y, K = _labels(y, n_classes)
    powers = np.arange(max(1, (K - 1).bit_length()))[::-1]
    return (y[:, np.newaxis] >> powers & 1).astype(np.float64)


def decode_one_hot(outputs: ArrayLike) -> IntArray:
    """Take the class whose unit is largest, the first of equals.

    Parameters
    ----------
    outputs : array_like of shape (n, K)
        Scores, probabilities or one-hot rows, K >= 1.

    Returns
    -------
    ndarray of int, shape (n,)

    Raises
    ------
    TypeError, ValueError
        If ``outputs`` is not a finite numeric matrix with at least one column.

    Examples
    --------
    >>> decode_one_hot([[0.1, 0.7, 0.2], [0.9, 0.0, 0.1]])
    array([1, 0])
    """
    outputs = float_array(outputs, "outputs", ndim=2)
    if outputs.shape[1] == 0:
        raise ValueError(f"outputs must have a column for each class, got shape {outputs.shape}")
    return np.asarray(outputs.argmax(axis=1))


def decode_integer(outputs: ArrayLike, n_classes: int) -> IntArray:
    """Take the class whose number is nearest.

    Parameters
    ----------
    outputs : array_like of shape (n, 1)
        What the one unit says.
    n_classes : int
        K, the number of classes.

    Returns
    -------
    ndarray of int, shape (n,)

    Raises
    ------
    TypeError, ValueError
        If ``outputs`` is not a finite numeric matrix of one column, or ``n_classes`` no count.

    Examples
    --------
    >>> decode_integer([[1.8], [-3.0], [99.0]], 5)
    array([2, 0, 4])
    """
    return decode(outputs, integer_code(_all_classes(n_classes), n_classes))


def decode_binary(outputs: ArrayLike, n_classes: int) -> IntArray:
    r"""Take the class whose code is nearest.

    Where the outputs, rounded to bits, are the code of a class, it is that class; rounding alone
    would also name classes that do not exist, such as 7 of 5.

    Parameters
    ----------
    outputs : array_like of shape (n, ceil(log2 K))
        Probabilities or bits, highest bit first.
    n_classes : int
        K, the number of classes.

    Returns
    -------
    ndarray of int, shape (n,)

    Raises
    ------
    TypeError, ValueError
        If ``outputs`` is not a finite numeric matrix with a column for each bit, or ``n_classes``
        no count.

    Examples
    --------
    >>> decode_binary([[0.1, 0.8, 0.9], [0.9, 0.4, 0.2]], 5)
    array([3, 4])
    """
    return decode(outputs, binary_code(_all_classes(n_classes), n_classes))


def decode(outputs: ArrayLike, codes: ArrayLike) -> IntArray:
    """Take the class whose code is nearest, the first of equals.

    Parameters
    ----------
    outputs : array_like of shape (n, m)
        What m units say.
    codes : array_like of shape (K, m)
        One row for each class.

    Returns
    -------
    ndarray of int, shape (n,)

    Raises
    ------
    TypeError, ValueError
        If ``outputs`` or ``codes`` is not a finite numeric matrix, or their columns do not match.

    Examples
    --------
    >>> decode([[0.1, 0.8], [0.9, 0.7]], codes=[[0, 0], [0, 1], [1, 0], [1, 1]])
    array([1, 3])
    """
    outputs, codes = float_array(outputs, "outputs", ndim=2), float_array(codes, "codes", ndim=2)
    if outputs.shape[1] != codes.shape[1]:
        raise ValueError(
            f"outputs must have {codes.shape[1]} columns to code {len(codes)} classes, "
            f"got shape {outputs.shape}"
        )
    return np.asarray(((outputs[:, np.newaxis] - codes) ** 2).sum(axis=2).argmin(axis=1))


def hamming_distances(codes: ArrayLike) -> NDArray[np.intp]:
    """Count the places where two codes differ, for each pair of classes.

    Parameters
    ----------
    codes : array_like of shape (K, m)
        One row for each class.

    Returns
    -------
    ndarray of int, shape (K, K)

    Raises
    ------
    TypeError, ValueError
        If ``codes`` is not a finite numeric matrix.

    Examples
    --------
    >>> hamming_distances(binary_code([0, 1, 2, 3], 4))
    array([[0, 1, 1, 2],
           [1, 0, 2, 1],
           [1, 2, 0, 1],
           [2, 1, 1, 0]])
    """
    codes = float_array(codes, "codes", ndim=2)
    return np.asarray((codes[:, np.newaxis] != codes).sum(axis=2, dtype=np.intp))


def _labels(y: ArrayLike, n_classes: int) -> tuple[IntArray, int]:
    K = whole_number(n_classes, "n_classes")
    return labels_array(y, "y", n_classes=K), K


def _all_classes(n_classes: int) -> IntArray:
    return np.arange(whole_number(n_classes, "n_classes"), dtype=np.intp)
