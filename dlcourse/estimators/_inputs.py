"""What the estimators accept as ``X`` and ``y``, with errors that scikit-learn's users know.

The lecture modules take clean arrays and refuse the rest; estimators meet lists, data frames,
object arrays and labels of any kind. Where scikit-learn documents the words of an error or the
class of a warning, they are the same here.
"""

from __future__ import annotations

import sys
import warnings
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlcourse._validation import FloatArray, missing, refuse


class NotFittedError(ValueError, AttributeError):
    """A method that needs a fitted estimator was called before ``fit``."""


class DataConversionWarning(UserWarning):
    """``y`` came as a column and was flattened."""


@cache
def _with_sklearn_base(ours: type, sklearn_exceptions: Any) -> Any:
    return type(ours.__name__, (ours, getattr(sklearn_exceptions, ours.__name__)), {})


def known_to_sklearn(ours: type) -> Any:
    """``ours``, made a subclass of scikit-learn's class of that name where that is loaded.

    >>> issubclass(known_to_sklearn(NotFittedError), NotFittedError)
    True
    """
    sklearn_exceptions = sys.modules.get("sklearn.exceptions")
    return _with_sklearn_base(ours, sklearn_exceptions) if sklearn_exceptions else ours


def as_features(X: ArrayLike) -> FloatArray:
    """Turn ``X`` into a finite matrix of floats with at least one row and one column.

    Parameters
    ----------
    X : array_like of shape (n, N0)
        Array, list, or data frame; float32 and float64 are kept, all else becomes float64.

    Returns
    -------
    ndarray of shape (n, N0)

    Raises
    ------
    TypeError, ValueError
        If that is not possible; the message names ``X``.

    Examples
    --------
    >>> as_features([[1, 2], [3, 4]])
    array([[1., 2.],
           [3., 4.]])
    """
    if hasattr(X, "toarray"):
        raise TypeError("X must be a dense array, got a sparse one: pass X.toarray()")
    try:
        array = np.asarray(X)
    except ValueError as error:
        raise ValueError(f"X must have rows of one length: {error}") from error
    if np.iscomplexobj(array):
        raise ValueError(f"Complex data not supported: X must be real, got {array.dtype}")
    if array.ndim != 2:
        raise ValueError(
            f"X must be a 2D array (one row for each example), got shape {array.shape}. "
            "Reshape your data with X.reshape(-1, 1) if it has a single feature or "
            "X.reshape(1, -1) if it is a single example."
        )
    for size, what in zip(array.shape, ("sample", "feature"), strict=True):
        if size == 0:
            raise ValueError(
                f"X has 0 {what}(s) (shape={array.shape}) while a minimum of 1 is required."
            )
    return _finite(array)


def _finite(array: NDArray[Any]) -> FloatArray:
    if array.dtype not in (np.float32, np.float64):
        try:
            array = array.astype(np.float64)
        except (TypeError, ValueError) as error:
            raise type(error)(f"X must hold numbers: {error}") from error
    refuse(~np.isfinite(array), array, "X", "hold finite numbers, no NaN and no inf")
    return array


def label_vector(y: ArrayLike | None, estimator: str) -> NDArray[Any]:
    """Turn ``y`` into a vector of labels; a column is flattened, with a warning.

    Parameters
    ----------
    y : array_like of shape (n,) or (n, 1)
        One label for each example: integers, whole floats, booleans or strings.
    estimator : str
        Name to use in messages.

    Returns
    -------
    ndarray of shape (n,)

    Raises
    ------
    ValueError
        If ``y`` or one of its labels is missing, it is not one-dimensional or holds objects.

    Examples
    --------
    >>> label_vector(["no", "yes"], "LogisticRegression")
    array(['no', 'yes'], dtype='<U3')
    >>> label_vector(["no", np.nan], "LogisticRegression")
    Traceback (most recent call last):
    ValueError: Input y contains NaN: y must hold one label for each example, got nan at row 1
    """
    if y is None:
        raise ValueError(f"{estimator} requires y to be passed, but the target y is None")
    labels = np.asarray(y)
    # As text, the NaN in a list of strings would be a class called "nan".
    given = np.asarray(y, dtype=object) if labels.dtype.kind == "U" else labels
    if labels.ndim == 2 and labels.shape[1] == 1:
        warnings.warn(
            "A column-vector y was passed when a 1d array was expected: pass y.ravel().",
            known_to_sklearn(DataConversionWarning),
            stacklevel=3,
        )
        labels, given = labels.ravel(), given.ravel()
    if labels.ndim != 1:
        raise ValueError(f"y should be a 1d array, got an array of shape {labels.shape} instead")
    refuse(missing(given), given, "Input y contains NaN: y", "hold one label for each example")
    if labels.dtype.kind == "O":
        odd = np.array([not isinstance(label, str) for label in labels])
        refuse(odd, labels, "Unknown label type: y", "hold integers, booleans or strings")
    return labels


def as_classes(labels: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.intp]]:
    """Find the classes among labels and number them.

    Parameters
    ----------
    labels : ndarray of shape (n,)
        As :func:`label_vector` gives them.

    Returns
    -------
    classes : ndarray of shape (K,)
        Sorted distinct labels.
    numbers : ndarray of int, shape (n,)
        ``classes[numbers]`` is ``labels``.

    Raises
    ------
    ValueError
        If the labels are continuous or hold only one class.

    Examples
    --------
    >>> as_classes(np.array(["no", "yes", "no"]))
    (array(['no', 'yes'], dtype='<U3'), array([0, 1, 0]))
    """
    if labels.dtype.kind == "f":
        continuous = np.isinf(labels) | (labels != np.floor(labels))
        if continuous.any():
            raise ValueError(
                "Unknown label type: continuous. y must hold classes, got "
                f"{labels[continuous][0]}; for real targets use a regression"
            )
    classes, numbers = np.unique(labels, return_inverse=True)
    if len(classes) < 2:
        raise ValueError(f"y must hold at least two classes, got one class: {classes.tolist()}")
    return classes, numbers.astype(np.intp)


def feature_names(X: Any) -> NDArray[Any] | None:
    """Column names of a data frame if all are strings, else None.

    >>> feature_names([[1.0, 2.0]]) is None
    True
    """
    columns = getattr(X, "columns", None)
    if columns is None or not all(isinstance(name, str) for name in columns):
        return None
    return np.asarray(columns, dtype=object)


def same_feature_names(given: NDArray[Any] | None, fitted: NDArray[Any]) -> None:
    """Refuse a data frame whose columns are not those of the training data.

    >>> same_feature_names(np.array(["b", "a"], object), np.array(["a", "b"], object))
    Traceback (most recent call last):
    ...
    ValueError: The feature names should match those that were passed during fit.
    Feature names must be in the same order as they were in fit.
    """
    if given is None:
        warnings.warn(
            "X does not have valid feature names, but the estimator was fitted with feature names",
            UserWarning,
            stacklevel=4,
        )
        return
    if given.shape == fitted.shape and np.all(given == fitted):
        return
    lines = ["The feature names should match those that were passed during fit."]
    unseen, missing = sorted(set(given) - set(fitted)), sorted(set(fitted) - set(given))
    lines += ["Feature names unseen at fit time:", *(f"- {n}" for n in unseen)] if unseen else []
    if missing:
        lines += ["Feature names seen at fit time, yet now missing:", *(f"- {n}" for n in missing)]
    if not unseen and not missing:
        lines.append("Feature names must be in the same order as they were in fit.")
    raise ValueError("\n".join(lines))
