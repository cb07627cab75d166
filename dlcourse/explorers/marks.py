"""Marks: what a frame is made of. Each one checks its input and knows how far it reaches.

A mark is data, not drawing: arrays (which travel in binary) and options (which travel as JSON).
The browser (``src/``) and matplotlib (`dlcourse.explorers.picture`) draw the same marks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass, fields
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import ArrayLike

from dlcourse.explorers.values import (
    Array,
    Color,
    Extent,
    Function,
    Limits,
    check_choice,
    check_color,
    check_floats,
    check_limits,
    check_names,
    check_number_format,
    check_same_length,
)

CONTOUR_BITS = 12
NOTHING: Extent = (np.empty(0), np.empty(0))


def on_grid(function: Function, x: Limits, y: Limits, resolution: int) -> Array:
    """Values of `function` on a square grid over the rectangle `x` times `y`.

    Parameters
    ----------
    function : callable
        Takes an (m, 2) array of points, returns m values.
    x, y : (low, high)
        Sides of the rectangle; the outer grid points lie on them.
    resolution : int
        Grid points along each side, at least 2.

    Returns
    -------
    array, shape (resolution, resolution)
        Row j belongs to the j-th y from below, column i to the i-th x.

    Examples
    --------
    >>> on_grid(lambda X: X[:, 0] + 10 * X[:, 1], (0, 1), (0, 2), 2)
    array([[ 0.,  1.],
           [20., 21.]])
    """
    if resolution < 2:
        raise ValueError(f"resolution must be at least 2, got {resolution}")
    columns, rows = np.meshgrid(np.linspace(*x, resolution), np.linspace(*y, resolution))
    points = np.column_stack([columns.ravel(), rows.ravel()])
    values = np.asarray(function(points), dtype=np.float64)
    if values.size != len(points):
        raise ValueError(
            f"a function given as values must return one number per point: "
            f"got shape {values.shape} for points of shape {points.shape}"
        )
    return values.reshape(resolution, resolution)


@dataclass(eq=False)
class Mark:
    """What all marks have in common; authors use the classes below."""

    kind: ClassVar[str] = ""
    framed: ClassVar[bool] = True
    """Whether a panel with this mark shows axes unless told otherwise."""

    def arrays(self) -> dict[str, Array]:
        """Return the numbers of the mark by name."""
        values = {entry.name: getattr(self, entry.name) for entry in fields(self)}
        return {name: value for name, value in values.items() if isinstance(value, np.ndarray)}

    def options(self) -> dict[str, Any]:
        """Return everything else, ready for JSON."""
        arrays = self.arrays()
        return {e.name: getattr(self, e.name) for e in fields(self) if e.name not in arrays}

    def extent(self) -> Extent:
        """Return all x and all y that the axes must reach."""
        return self._reach()

    def legend(self) -> list[str]:
        """Return the names that the legend shows for this mark."""
        label = getattr(self, "label", "")
        return [label] if label else []

    def _reach(self) -> Extent:
        return NOTHING


@dataclass(eq=False)
class Field(Mark):
    """A number at every place of a rectangle, as a heat map with a colour bar.

    Parameters
    ----------
    values : array_like, shape (ny, nx), or callable
        Row j lies at the j-th y from below, column i at the i-th x, as ``numpy.meshgrid`` gives
        them. A callable takes an (m, 2) array of points and returns m values.
    x, y : (low, high)
        Sides of the rectangle.
    label : str
        Title of the colour bar.
    scale : {"diverging", "sequential", "classes"}
        "diverging" runs from the colour of class 0 over neutral to the colour of class 1;
        "sequential" from light to dark; "classes" tints whole numbers with the class colours.
    domain : (low, high), optional
        Values at the ends of the colour scale. Default: (0, 1) if all values of all frames lie
        in it and the scale is diverging; else symmetric about 0 for the diverging scale, and
        from the smallest to the largest value for the sequential one.
    names : sequence of str
        Names of the classes 0, 1, ... for the legend ("classes" only).
    smooth : bool
        Interpolate between the values (default), or show each as a rectangle.
    resolution : int
        Grid points per side where `values` is a callable.
    bits : int, optional
        Precision on the static page, 8 to 16; default 12 with a `Contour` of the field, else 8.
    """

    kind = "field"

    values: ArrayLike | Function
    _: KW_ONLY
    x: Limits
    y: Limits
    label: str = ""
    scale: Literal["diverging", "sequential", "classes"] = "diverging"
    domain: Limits | None = None
    names: Sequence[str] = ()
    smooth: bool = True
    resolution: int = 48
    bits: int | None = None

    def __post_init__(self) -> None:
        self.x, self.y = check_limits(self.x, "x"), check_limits(self.y, "y")
        check_choice(self.scale, "scale", ("diverging", "sequential", "classes"))
        if self.bits is not None and self.bits not in range(8, 17):
            raise ValueError(f"bits must lie in 8..16, got {self.bits!r}")
        if self.domain is not None:
            self.domain = check_limits(self.domain, "domain")
        self.values = _grid_values(self.values, self.x, self.y, self.resolution)
        if self.scale == "classes":
            self._check_classes(self.values)

    def _check_classes(self, values: Array) -> None:
        if np.any(values != np.round(values)) or values.min() < 0 or values.max() > 9:
            raise ValueError('values must be class numbers 0 to 9 where scale is "classes"')
        self.smooth, self.domain, self.bits = False, (0.0, 255.0), 8
        self.names = tuple(str(name) for name in self.names)

    def legend(self) -> list[str]:
        """Return the names of the classes, or the title of the colour bar."""
        return list(self.names) if self.scale == "classes" else super().legend()

    def _reach(self) -> Extent:
        return np.array(self.x), np.array(self.y)


def _grid_values(values: object, x: Limits, y: Limits, resolution: int) -> Array:
    if callable(values):
        values = on_grid(values, x, y, resolution)
    array = check_floats(values, "values", 2)
    if min(array.shape) < 2:
        raise ValueError(f"values must have at least two rows and columns, got {array.shape}")
    return array


@dataclass(eq=False)
class Contour(Mark):
    """Lines on which a field has a given level.

    Parameters
    ----------
    level : float or sequence of float
        The level or levels.
    values : array_like, shape (ny, nx), or callable, optional
        As for `Field`. Left out, it is the last `Field` before this mark in the same list.
    x, y : (low, high), optional
        Sides of the rectangle, needed with `values`.
    label : str
        Entry in the legend.
    color, width, dash
        Colour, width in pixels, and whether the line is dashed.
    """

    kind = "contour"

    level: float | Sequence[float]
    values: ArrayLike | Function | None = None
    _: KW_ONLY
    x: Limits | None = None
    y: Limits | None = None
    label: str = ""
    color: Color = "ink"
    width: float = 1.5
    dash: bool = False
    resolution: int = 48
    bits: int | None = None

    def __post_init__(self) -> None:
        levels = np.atleast_1d(np.asarray(self.level, dtype=np.float64))
        self.level = check_floats(levels, "level", 1).tolist()
        self.color = check_color(self.color)
        if self.values is None:
            return
        if self.x is None or self.y is None:
            raise ValueError("x and y must be given where a Contour has values of its own")
        self.x, self.y = check_limits(self.x, "x"), check_limits(self.y, "y")
        self.values = _grid_values(self.values, self.x, self.y, self.resolution)

    def follow(self, source: Field) -> Contour:
        """Return this contour drawn on the values of `source`, which then needs more precision."""
        source.bits = source.bits or CONTOUR_BITS
        return Contour(
            self.level,
            source.arrays()["values"],
            x=source.x,
            y=source.y,
            label=self.label,
            color=self.color,
            width=self.width,
            dash=self.dash,
            bits=source.bits,
        )

    def _reach(self) -> Extent:
        return np.asarray(self.x or ()), np.asarray(self.y or ())


@dataclass(eq=False)
class Points(Mark):
    """Points, by class: a colour and a shape for each.

    Parameters
    ----------
    X : array_like, shape (n, 2) or (2,)
        Coordinates.
    y : array_like of int, shape (n,), optional
        Class of each point, 0, 1, 2 ... Without it all points look alike.
    labels : sequence of str
        Names of the classes 0, 1, ... for the legend.
    label : str
        Entry in the legend where there is no `y`.
    color : int or str
        Colour and shape where there is no `y`.
    size : float
        Diameter in pixels.
    hollow : bool
        Draw rings, for example around points that `Points` without it has drawn.
    opacity : float
        From 0 to 1.
    """

    kind = "points"

    X: ArrayLike
    y: ArrayLike | None = None
    _: KW_ONLY
    labels: Sequence[str] = ()
    label: str = ""
    color: Color = "ink"
    size: float = 7.0
    hollow: bool = False
    opacity: float = 1.0

    def __post_init__(self) -> None:
        self.X = np.atleast_2d(check_floats(self.X, "X", (1, 2)))
        if self.X.shape[1] != 2:
            raise ValueError(f"X must have two columns, got shape {self.X.shape}")
        self.color = check_color(self.color)
        self.labels = tuple(str(label) for label in self.labels)
        if self.y is not None:
            self.y = check_floats(self.y, "y", 1)
            check_same_length(X=len(self.X), y=len(self.y))
            if np.any(self.y != np.round(self.y)) or np.any(self.y < 0):
                raise ValueError("y must hold class numbers 0, 1, 2 ...")

    def legend(self) -> list[str]:
        """Return the names of the classes, or the one label of points without classes."""
        return super().legend() if self.y is None else list(self.labels)

    def _reach(self) -> Extent:
        X = self.arrays()["X"]
        return X[:, 0], X[:, 1]


@dataclass(eq=False)
class Line(Mark):
    """A line through points, in the order given.

    Parameters
    ----------
    x, y : array_like, shape (n,)
        Coordinates; NaN in `y` leaves a gap.
    label : str
        Name of the line, in the legend, or at its right end with ``direct=True``.
    color, width
        Colour, and width in pixels.
    dash : bool, optional
        Whether the line is dashed. Default: lines of class 1, 2, 3 get a pattern of their own (that
        of ``dlcourse.plots.LINE_STYLES``), unless markers or a direct label tell them apart.
    markers : bool
        Mark each point, with the shape that belongs to the colour.
    direct : bool
        Write the label at the end of the line instead of in the legend.
    """

    kind = "line"

    x: ArrayLike
    y: ArrayLike
    _: KW_ONLY
    label: str = ""
    color: Color = 0
    width: float = 2.0
    dash: bool | None = None
    markers: bool = False
    direct: bool = False

    def __post_init__(self) -> None:
        self.x, self.y = check_floats(self.x, "x", 1), check_floats(self.y, "y", 1, gaps=True)
        check_same_length(x=len(self.x), y=len(self.y))
        self.color = check_color(self.color)

    def options(self) -> dict[str, Any]:
        """Return what is not an array, the dash as the number of a pattern."""
        return {**super().options(), "dash": self._pattern()}

    def legend(self) -> list[str]:
        """Return the label unless it stands at the end of the line."""
        return [] if self.direct else super().legend()

    def _pattern(self) -> int:
        if self.dash is not None:
            return int(self.dash)
        told_apart = self.markers or self.direct or isinstance(self.color, str)
        return 0 if told_apart else int(self.color) % 4

    def _reach(self) -> Extent:
        arrays = self.arrays()
        return arrays["x"], arrays["y"]


@dataclass(eq=False)
class Band(Mark):
    """The area between two curves, for example an uncertainty or the area under a curve.

    Parameters
    ----------
    x, low, high : array_like, shape (n,)
        The area reaches from `low` to `high` at each `x`.
    label, color, opacity
        Entry in the legend, colour, opacity from 0 to 1.
    """

    kind = "band"

    x: ArrayLike
    low: ArrayLike
    high: ArrayLike
    _: KW_ONLY
    label: str = ""
    color: Color = 0
    opacity: float = 0.2

    def __post_init__(self) -> None:
        self.x = check_floats(self.x, "x", 1)
        self.low = np.broadcast_to(check_floats(self.low, "low", (0, 1)), self.x.shape).copy()
        self.high = np.broadcast_to(check_floats(self.high, "high", (0, 1)), self.x.shape).copy()
        self.color = check_color(self.color)

    def _reach(self) -> Extent:
        arrays = self.arrays()
        return arrays["x"], np.concatenate([arrays["low"], arrays["high"]])


@dataclass(eq=False)
class Arrows(Mark):
    """Arrows (vectors, steps) or, with ``head=False``, plain segments.

    Parameters
    ----------
    start, end : array_like, shape (n, 2) or (2,)
        Tails and tips.
    label, color, width, dash
        Entry in the legend, colour, width in pixels, whether dashed.
    head : bool
        Draw arrow heads.
    """

    kind = "arrows"

    start: ArrayLike
    end: ArrayLike
    _: KW_ONLY
    label: str = ""
    color: Color = "ink"
    width: float = 2.0
    dash: bool = False
    head: bool = True

    def __post_init__(self) -> None:
        self.start = np.atleast_2d(check_floats(self.start, "start", (1, 2)))
        self.end = np.atleast_2d(check_floats(self.end, "end", (1, 2)))
        for name, array in (("start", self.start), ("end", self.end)):
            if array.shape[1] != 2:
                raise ValueError(f"{name} must have two columns, got shape {array.shape}")
        check_same_length(start=len(self.start), end=len(self.end))
        self.color = check_color(self.color)

    def _reach(self) -> Extent:
        both = np.concatenate(list(self.arrays().values()))
        return both[:, 0], both[:, 1]


@dataclass(eq=False)
class Bars(Mark):
    """Bars from zero, one per name or one per interval.

    Parameters
    ----------
    values : array_like, shape (k,) or (k, m)
        Heights; with m columns, m bars stand beside each other at each name.
    names : sequence of str, length k
        What stands below each bar; default 0, 1, 2 ...
    edges : array_like, shape (k + 1,), optional
        Borders of the bars on a numeric axis (a histogram) instead of `names`.
    labels : sequence of str, length m
        Names of the m series in the legend.
    label : str
        Entry in the legend where there is one series.
    color : int or str, or a sequence of them
        One colour for all, or one for each bar (where there is one series). Series j has the
        colour `color` + j. "signed" colours by sign.
    horizontal : bool
        Bars to the right, names at the left, the first on top.
    numbers : str
        Format specification for a number at the end of each bar, for example ".2f"; "" for none.
    """

    kind = "bars"

    values: ArrayLike
    names: Sequence[str] = ()
    _: KW_ONLY
    edges: ArrayLike | None = None
    labels: Sequence[str] = ()
    label: str = ""
    color: Color | Sequence[Color] = 0
    horizontal: bool = False
    numbers: str = ""

    def __post_init__(self) -> None:
        values = check_floats(self.values, "values", (1, 2))
        self.values = values.reshape(len(values), -1)
        count, series = self.values.shape
        if self.edges is not None:
            self.edges = check_floats(self.edges, "edges", 1)
            check_same_length(edges=len(self.edges), values_plus_one=count + 1)
        self.names = check_names(self.names, "names", count)
        if not self.names and self.edges is None:
            self.names = tuple(str(index) for index in range(count))
        self.labels = check_names(self.labels, "labels", series)
        check_number_format(self.numbers, "numbers")
        self.color = _bar_colors(self.color, count, series)

    def legend(self) -> list[str]:
        """Return the names of the series, or the one label."""
        return list(self.labels) or super().legend()

    def _reach(self) -> Extent:
        arrays = self.arrays()
        along = arrays.get("edges", np.array([-0.5, len(arrays["values"]) - 0.5]))
        across = np.append(arrays["values"].ravel(), 0.0)
        return (across, along) if self.horizontal else (along, across)


def _bar_colors(color: object, count: int, series: int) -> Color | list[Color]:
    if color == "signed":
        return "signed"
    if isinstance(color, (str, int, np.integer)):
        return check_color(color)
    colors = [check_color(item) for item in color]  # type: ignore[attr-defined]
    if series != 1 or len(colors) != count:
        raise ValueError(f"color must be one colour, or {count} for one series of {count} bars")
    return colors


@dataclass(eq=False)
class Image(Mark):
    """An image, or several in a grid: digits, weights, feature maps, matrices with numbers.

    Parameters
    ----------
    pixels : array_like, shape (h, w) or (n, h, w); with ``rgb=True`` also a last axis of 3
        Row 0 is the top row.
    columns : int, optional
        Images per row of the grid; default about the square root of n.
    titles : sequence of str, length n
        Text above each image.
    scale : {"grey", "diverging", "sequential"}
        "grey" is black for low and white for high, as MNIST's digits are.
    domain : (low, high), optional
        Values at the ends of the scale; default as for `Field` ("grey" like "diverging" takes
        (0, 1) where all values lie in it, else smallest to largest).
    label : str
        Title of a colour bar; "" for none.
    rgb : bool
        The last axis holds red, green and blue, each in 0..1.
    numbers : str
        Format specification to write each value into its cell, for example ".1f"; "" for none.
    highlight : sequence of int
        Images to be framed in the colour of class 1.
    rows, names : sequences of str
        Text beside each row and above each column of a single image, for matrices.
    """

    kind = "image"
    framed = False

    pixels: ArrayLike
    _: KW_ONLY
    columns: int | None = None
    titles: Sequence[str] = ()
    scale: Literal["grey", "diverging", "sequential"] = "grey"
    domain: Limits | None = None
    label: str = ""
    rgb: bool = False
    numbers: str = ""
    highlight: Sequence[int] = ()
    rows: Sequence[str] = ()
    names: Sequence[str] = ()

    def __post_init__(self) -> None:
        check_choice(self.scale, "scale", ("grey", "diverging", "sequential"))
        check_number_format(self.numbers, "numbers")
        extra = 1 if self.rgb else 0
        pixels = check_floats(self.pixels, "pixels", (2 + extra, 3 + extra))
        self.pixels = pixels if pixels.ndim == 3 + extra else pixels[None]
        if self.rgb:
            self._check_rgb(self.pixels)
        count, height, width = self.pixels.shape[:3]
        self.columns = int(self.columns or np.ceil(np.sqrt(count)))
        self.titles = check_names(self.titles, "titles", count)
        self.rows, self.names = (
            check_names(self.rows, "rows", height),
            check_names(self.names, "names", width),
        )
        self.highlight = [int(index) for index in self.highlight]
        if self.domain is not None:
            self.domain = check_limits(self.domain, "domain")

    def _check_rgb(self, pixels: Array) -> None:
        if pixels.shape[-1] != 3 or pixels.min(initial=0) < 0 or pixels.max(initial=0) > 1:
            raise ValueError("pixels must hold red, green and blue in 0..1 on the last axis")
        self.domain = (0.0, 1.0)


@dataclass(eq=False)
class Text(Mark):
    """A few words at a place.

    Parameters
    ----------
    x, y : float
        The place, in the units of the axes.
    text : str
        The words.
    color : int or str
        Colour.
    anchor : {"start", "middle", "end"}
        Which part of the text lies at `x`.
    dx, dy : float
        Shift to the right and upwards in pixels.
    size : float
        Size relative to the figure's text.
    bold : bool
        Heavier letters.
    """

    kind = "text"

    x: float
    y: float
    text: str
    _: KW_ONLY
    color: Color = "ink"
    anchor: Literal["start", "middle", "end"] = "middle"
    dx: float = 0.0
    dy: float = 0.0
    size: float = 1.0
    bold: bool = False

    def __post_init__(self) -> None:
        self.x, self.y = (float(check_floats(v, n, 0)) for v, n in ((self.x, "x"), (self.y, "y")))
        self.text = str(self.text)
        self.color = check_color(self.color)
        check_choice(self.anchor, "anchor", ("start", "middle", "end"))

    def _reach(self) -> Extent:
        return np.array([self.x]), np.array([self.y])


@dataclass(eq=False)
class Rule(Mark):
    """A line across the whole panel: vertical at `x` or horizontal at `y`.

    Parameters
    ----------
    x, y : float, optional
        Exactly one of them.
    label, color, width, dash
        Text at the end of the line, colour, width in pixels, whether dashed.
    """

    kind = "rule"

    _: KW_ONLY
    x: float | None = None
    y: float | None = None
    label: str = ""
    color: Color = "muted"
    width: float = 1.5
    dash: bool = True

    def __post_init__(self) -> None:
        if (self.x is None) == (self.y is None):
            raise ValueError("exactly one of x and y must be given to a Rule")
        name, value = ("x", self.x) if self.y is None else ("y", self.y)
        setattr(self, name, float(check_floats(value, name, 0)))
        self.color = check_color(self.color)

    def legend(self) -> list[str]:
        """Return nothing: the label stands beside the line."""
        return []

    def _reach(self) -> Extent:
        return tuple(np.array([] if v is None else [v]) for v in (self.x, self.y))  # type: ignore[return-value]
