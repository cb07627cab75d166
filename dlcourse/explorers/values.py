"""Types that the marks share, and checks of what only figures know: colours, formats, names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlcourse._validation import float_array, one_of, refuse, whole_number
from dlcourse.palette import LIGHT

Array: TypeAlias = NDArray[Any]
Color: TypeAlias = int | str
Limits: TypeAlias = tuple[float, float]
Function: TypeAlias = Callable[[NDArray[np.float64]], ArrayLike]
Extent: TypeAlias = tuple[Array, Array]

CLASSES = len(LIGHT.classes)
NAMED_COLORS = ("ink", "muted", "positive", "negative")
MARKER_NAMES = (
    "circle", "square", "triangle", "diamond", "triangle-down",
    "plus", "cross", "star", "triangle-left", "triangle-right",
)  # fmt: skip
"""Shapes of the classes 0, 1, 2, ..., which `dlcourse.plots.MARKERS` has in matplotlib's names."""


def check_floats(
    value: object, name: str, ndim: int | tuple[int, ...], *, gaps: bool = False
) -> Array:
    """Return `value` as floats; with `gaps`, NaN (but not infinity) may be a missing value."""
    checked = float_array(cast(ArrayLike, value), name, ndim=ndim, finite=not gaps)
    array = np.asarray(checked, dtype=np.float64)
    refuse(np.isinf(array), array, name, "not hold infinity; NaN leaves a gap")
    return array


def check_color(value: object, name: str = "color") -> Color:
    """Return `value` as a class number or the name of a colour."""
    if isinstance(value, str) and value in NAMED_COLORS:
        return value
    if (
        isinstance(value, (int, np.integer))
        and not isinstance(value, bool)
        and 0 <= value < CLASSES
    ):
        return int(value)
    raise ValueError(
        f"{name} must be a class number 0 to {CLASSES - 1} or one of {NAMED_COLORS}, got {value!r}"
    )


def check_marker(value: Color | None) -> int | None:
    """Return the number of the shape with this name."""
    if value is None:
        return None
    one_of(value, "marker", MARKER_NAMES)
    return MARKER_NAMES.index(str(value))


def check_upto(value: int | None, length: int) -> int | None:
    """Return `value` as the position of the last point to be drawn, of `length` points."""
    if value is not None and whole_number(value, "upto", minimum=0) >= length:
        raise ValueError(f"upto must be the position of a point, 0 to {length - 1}, got {value}")
    return value if value is None else int(value)


def check_number_format(value: object, name: str) -> None:
    """Refuse what is no format specification for the numbers in a figure."""
    if not isinstance(value, str) or not re.fullmatch(r"\+?((\.\d+)?[fge%]?|d)", value):
        raise ValueError(f"{name} must be a format such as '.2f', '+.1f', 'd' or '', got {value!r}")


def check_tick_format(value: object, name: str) -> None:
    """Refuse what is no format of which the page and Python make the same of any number."""
    if value is not None and not re.fullmatch(r"\+?(\.\d+[f%]|d)", str(value)):
        raise ValueError(f"{name} must be like '.2f', '+.1f', '.0%' or 'd', got {value!r}")


def check_class_names(value: Iterable[object], name: str) -> tuple[str, ...]:
    """Return `value` as names of the classes 0, 1, ..., none for which there is no colour."""
    names = tuple(str(item) for item in value)
    if len(names) > CLASSES:
        raise ValueError(f"{name} must have at most {CLASSES} entries, got {len(names)}")
    return names


def check_names(value: Iterable[object], name: str, length: int) -> tuple[str, ...]:
    """Return `value` as strings, none or `length` of them."""
    names = tuple(str(item) for item in value)
    if names and len(names) != length:
        raise ValueError(f"{name} must have {length} entries, got {len(names)}")
    return names
