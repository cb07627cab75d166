"""What a function may be given: arrays of real numbers, labels, numbers in a range.

Each check returns its input in the form that the caller works with, or raises an error that names
the argument, what it got and what it needs. Checks look at values and shapes, never at units or
meaning, so that the message can always be acted on.

The course computes in ``float32`` and ``float64``. Other real numbers (integers, booleans, half and
extended precision) become ``float64``, in :func:`float_array`; where an array is written in place,
or a result's dtype is asked for, :func:`float_dtype` refuses every other one.
"""

from collections.abc import Iterable, Sized
from typing import Any, Literal, cast

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

FloatArray = NDArray[np.floating[Any]]
IntArray = NDArray[np.intp]

Closed = Literal["both", "left", "right", "neither"]

_FLOATS = (np.dtype(np.float32), np.dtype(np.float64))
_MISSING = ("None", "nan", "NaT", "<NA>")


def place(wrong: NDArray[np.bool_]) -> str:
    """Where the first ``True`` stands, in words.

    >>> place(np.array([False, True])), place(np.array([[False, True]])), place(np.array(True))
    (' at row 1', ' at row 0, column 1', '')
    """
    index = tuple(int(i) for i in np.argwhere(wrong)[0])
    if not index:
        return ""
    if len(index) > 2:
        return f" at index {index}"
    return " at " + ", ".join(f"{axis} {i}" for axis, i in zip(("row", "column"), index))  # noqa: B905


def refuse(wrong: NDArray[np.bool_], array: NDArray[Any], name: str, needed: str) -> None:
    """Raise ``ValueError`` for the first entry of ``array`` where ``wrong`` is true.

    >>> y = np.array([0, 1, 2])
    >>> refuse(y > 1, y, "y", "hold labels 0 or 1")
    Traceback (most recent call last):
    ValueError: y must hold labels 0 or 1, got 2 at row 2
    """
    if np.any(wrong):
        got = str(array[wrong].flat[0]).removesuffix(".0")
        raise ValueError(f"{name} must {needed}, got {got}{place(wrong)}")


def missing(array: NDArray[Any]) -> NDArray[np.bool_]:
    """Where an array holds None, NaN, NaT, or what pandas writes for them.

    >>> missing(np.array(["a", None, np.nan], dtype=object))
    array([False,  True,  True])
    """
    if array.dtype.kind == "O":  # by name: pandas.NA can be neither compared nor imported here
        found = [not isinstance(v, str) and str(v) in _MISSING for v in array.flat]
        return np.array(found, dtype=bool).reshape(array.shape)
    return np.isnan(array) if array.dtype.kind in "fcmM" else np.zeros(array.shape, dtype=bool)


def _as_array(value: ArrayLike, name: str, kinds: str, needed: str) -> NDArray[Any]:
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ValueError(f"{name} must be rectangular, got rows of different shapes") from error
    if array.size == 0 and not isinstance(value, np.ndarray):
        return array.astype(np.float64)  # a bare [] says nothing about its dtype
    if array.dtype.kind not in kinds:
        raise TypeError(f"{name} must hold {needed}, got {_what_else(value, array)}")
    return array


def _what_else(value: object, array: NDArray[Any]) -> str:
    if array.dtype != object:
        return f"dtype {array.dtype}"
    gaps = missing(array)
    if array.ndim and gaps.any():
        return f"{array[gaps][0]}{place(gaps)}"
    return type(value).__name__


def _check_ndim(array: NDArray[Any], name: str, ndim: int | tuple[int, ...]) -> None:
    allowed = (ndim,) if isinstance(ndim, int) else ndim
    if array.ndim not in allowed:
        needed = " or ".join(str(n) for n in allowed)
        plural = "" if allowed == (1,) else "s"
        raise ValueError(f"{name} must have {needed} dimension{plural}, got shape {array.shape}")


def float_dtype(dtype: DTypeLike, name: str) -> np.dtype[np.floating[Any]]:
    """Require a dtype that the course computes in.

    Half precision has no room for a learning rate's ``eps`` or for 1/n of a large batch.

    >>> float_dtype("f4", "dtype")
    dtype('float32')
    >>> float_dtype(np.float16, "dtype")
    Traceback (most recent call last):
    TypeError: dtype must be float32 or float64, got float16
    """
    try:
        checked: np.dtype[Any] = np.dtype(dtype)
    except TypeError as error:
        raise TypeError(f"{name} must be float32 or float64, got {dtype!r}") from error
    if checked not in _FLOATS:
        raise TypeError(f"{name} must be float32 or float64, got {checked}")
    return checked


def float_array(
    value: ArrayLike,
    name: str,
    ndim: int | tuple[int, ...] | None = None,
    finite: bool = True,
) -> FloatArray:
    """``value`` as an array of ``float32`` or ``float64``.

    Those two are kept; all other real numbers become ``float64``. The result may be the very array
    that came in, so callers do not write to it.

    Parameters
    ----------
    value : array_like, any shape
        Real numbers.
    name : str
        What the caller's user calls it.
    ndim : int or tuple of int, optional
        Numbers of dimensions that are allowed; any by default.
    finite : bool
        Refuse NaN and infinity.

    Raises
    ------
    TypeError
        If it holds complex numbers, strings or objects.
    ValueError
        If it is ragged, has another number of dimensions, or is not finite where it has to be.

    Examples
    --------
    >>> float_array([[1, 2]], "X", ndim=2)
    array([[1., 2.]])
    >>> float_array([0.0, np.nan], "X")
    Traceback (most recent call last):
    ValueError: X must be finite, got nan at row 1
    """
    array = _as_array(value, name, "fiub", "real numbers")
    # Byte order is made native: it is how numbers were stored, not how exact they are.
    dtype = array.dtype.newbyteorder("=")
    array = array.astype(dtype if dtype in _FLOATS else np.float64, copy=False)
    if ndim is not None:
        _check_ndim(array, name, ndim)
    if finite:
        refuse(~np.isfinite(array), array, name, "be finite")
    return array


def labels_array(
    y: ArrayLike, name: str, n: int | None = None, n_classes: int | None = None
) -> IntArray:
    """``y`` as a vector of class numbers.

    Parameters
    ----------
    y : array_like of shape (n,)
        Whole numbers from 0 on. Floats are taken if they are whole.
    name : str
        What the caller's user calls it.
    n : int, optional
        How many labels are needed.
    n_classes : int, optional
        Labels must be below it.

    Raises
    ------
    TypeError
        If it does not hold numbers.
    ValueError
        If it is not a vector, has another length, or a label is not a class number.

    Examples
    --------
    >>> labels_array([0.0, 2.0], "y", n_classes=3)
    array([0, 2])
    >>> labels_array([0, 3], "y", n_classes=3)
    Traceback (most recent call last):
    ValueError: y must hold class numbers 0 to 2, got 3 at row 1
    """
    array = _as_array(y, name, "fiub", "class numbers")
    _check_ndim(array, name, 1)
    if n is not None and len(array) != n:
        raise ValueError(f"{name} must have {n} labels, one for each example, got {len(array)}")
    if array.dtype.kind == "f":
        refuse(~np.isfinite(array), array, name, "be finite")
        refuse(array != np.floor(array), array, name, "hold whole numbers")
    if n_classes is None:
        refuse(array < 0, array, name, "hold class numbers from 0 on")
    else:
        wrong = (array < 0) | (array >= n_classes)
        refuse(wrong, array, name, f"hold class numbers 0 to {n_classes - 1}")
    return array.astype(np.intp, copy=False)


def same_length(a: Sized, b: Sized, names: tuple[str, str]) -> None:
    """Refuse two arrays with different numbers of rows.

    >>> same_length(np.zeros((3, 2)), np.zeros(2), ("X", "y"))
    Traceback (most recent call last):
    ValueError: X and y must have the same length, got 3 and 2
    """
    if len(a) != len(b):
        raise ValueError(
            f"{names[0]} and {names[1]} must have the same length, got {len(a)} and {len(b)}"
        )


def rows_are_distributions(y: ArrayLike, name: str) -> None:
    """Refuse a matrix of labels, shape (n, K), in which a row is no distribution over the classes.

    A row's sum may miss 1 by 1e-5, or by the rounding of the dtype that it came in where that is
    coarser.

    >>> rows_are_distributions([[0.5, 0.5], [1.0, 0.5]], "y")
    Traceback (most recent call last):
    ValueError: y must hold rows of probabilities that sum to 1, got 1.5 at row 1
    """
    Y = float_array(y, name, ndim=2)
    refuse((Y < 0) | (Y > 1), Y, name, "hold class numbers, or probabilities between 0 and 1")
    rounding = 4 * float(np.finfo(np.result_type(np.asarray(y), np.float16)).eps)
    sums = Y.sum(axis=1)
    off = np.abs(sums - 1) > max(1e-5, rounding)
    refuse(off, sums, name, "hold rows of probabilities that sum to 1")


def _number(value: object, name: str, kinds: str, needed: str) -> Any:
    array = np.asarray(value)
    if array.ndim or array.dtype.kind not in kinds:
        raise TypeError(f"{name} must be {needed}, got {value!r}")
    return array.item()


def finite_number(value: object, name: str) -> float:
    """Require a number that is neither NaN nor infinite.

    >>> finite_number(np.inf, "start")
    Traceback (most recent call last):
    ValueError: start must be finite, got inf
    """
    number = float(_number(value, name, "fiu", "a number"))
    if not np.isfinite(number):
        raise ValueError(f"{name} must be finite, got {value!r}")
    return number


def positive(value: object, name: str) -> float:
    """Require a finite number above zero.

    >>> positive(-1, "learning_rate")
    Traceback (most recent call last):
    ValueError: learning_rate must be a finite number above 0, got -1
    """
    number = float(_number(value, name, "fiu", "a number"))
    if not 0 < number < np.inf:
        raise ValueError(f"{name} must be a finite number above 0, got {value!r}")
    return number


def in_interval(
    value: object, name: str, low: float, high: float, closed: Closed = "both"
) -> float:
    """Require a number from ``low`` to ``high``; ``closed`` says which ends belong to the interval.

    >>> in_interval(1.0, "p", 0, 1, closed="left")
    Traceback (most recent call last):
    ValueError: p must lie in [0, 1), got 1.0
    """
    number = float(_number(value, name, "fiu", "a number"))
    above = number >= low if closed in ("both", "left") else number > low
    below = number <= high if closed in ("both", "right") else number < high
    if not (above and below):  # NaN fails every comparison, so it ends here too
        left = "[" if closed in ("both", "left") else "("
        right = "]" if closed in ("both", "right") else ")"
        raise ValueError(f"{name} must lie in {left}{low}, {high}{right}, got {value!r}")
    return number


def whole_number(value: object, name: str, minimum: int = 1) -> int:
    """Require an integer that is at least ``minimum``.

    >>> whole_number(2.5, "n_classes")
    Traceback (most recent call last):
    TypeError: n_classes must be a whole number, got 2.5
    """
    number = int(_number(value, name, "iu", "a whole number"))
    if number < minimum:
        raise ValueError(f"{name} must be at least {minimum}, got {value!r}")
    return number


def limits(value: object, name: str) -> tuple[float, float]:
    """Require a pair of finite numbers, the lower one first.

    >>> limits((1, 0), "bounds")
    Traceback (most recent call last):
    ValueError: bounds must be a pair (low, high) with low < high, got (1, 0)
    """
    pair = float_array(cast(ArrayLike, value), name)
    if pair.shape != (2,) or not pair[0] < pair[1]:
        raise ValueError(f"{name} must be a pair (low, high) with low < high, got {value!r}")
    return float(pair[0]), float(pair[1])


def random_generator(value: object, name: str = "rng") -> np.random.Generator:
    """Require NumPy's random numbers; a seed would give each call the same ones.

    >>> random_generator(0)
    Traceback (most recent call last):
    TypeError: rng must be a numpy.random.Generator, got int
    """
    if not isinstance(value, np.random.Generator):
        raise TypeError(f"{name} must be a numpy.random.Generator, got {type(value).__name__}")
    return value


def one_of(value: object, name: str, choices: Iterable[str]) -> None:
    """Require one of a few words.

    >>> one_of("max", "reduction", ("mean", "sum"))
    Traceback (most recent call last):
    ValueError: reduction must be one of 'mean', 'sum', got 'max'
    """
    allowed = list(choices)
    if value not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, allowed))}, got {value!r}")
