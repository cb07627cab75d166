"""`Points`: points of the plane, by class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from dlcourse._validation import one_of, refuse, same_length
from dlcourse.explorers import looks
from dlcourse.explorers.marks.base import LegendEntry, Shaded, in_sight, shares
from dlcourse.explorers.values import (
    CLASSES,
    Array,
    Color,
    Extent,
    Limits,
    check_class_names,
    check_color,
    check_floats,
    check_marker,
    check_upto,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(eq=False)
class Points(Shaded):
    """Points, by class: a colour and a shape for each; or by a number, on a scale of colours.

    Parameters
    ----------
    X : array_like, shape (n, 2) or (2,)
        Coordinates.
    y : array_like of int, shape (n,), optional
        Class of each point, 0, 1, 2 ... Without it all points look alike.
    labels : sequence of str
        Names of the classes 0, 1, ... for the legend.
    values : array_like, shape (n,), optional
        Numbers that the colours show, instead of the class.
    label : str
        Title of the colour bar where there are `values`, else entry in the legend without `y`.
    scale, domain
        Of the colours of `values`, as for `Field`.
    color : int or str
        Colour and shape where there is no `y`.
    marker : str, optional
        Another shape, by its name (`dlcourse.explorers.values.MARKER_NAMES`).
    size : float or array_like, shape (n,)
        Diameter in pixels, of all points or of each.
    hollow : bool
        Draw rings, for example around points that `Points` without it has drawn.
    opacity : float
        From 0 to 1.
    upto : int, optional
        Position of the last point to be drawn, as for a `Line`.
    """

    kind = "points"

    X: ArrayLike
    y: ArrayLike | None = None
    _: KW_ONLY
    labels: Sequence[str] = ()
    values: ArrayLike | None = None
    scale: Literal["diverging", "sequential"] = "sequential"
    color: Color = "ink"
    marker: Color | None = None
    size: float | ArrayLike = 7.0
    hollow: bool = False
    opacity: float = 1.0
    upto: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.X = np.atleast_2d(check_floats(self.X, "X", (1, 2)))
        if self.X.shape[1] != 2:
            raise ValueError(f"X must have two columns, got shape {self.X.shape}")
        self.color = check_color(self.color)
        self.marker = check_marker(self.marker)
        self.upto = check_upto(self.upto, len(self.X))
        one_of(self.scale, "scale", ("diverging", "sequential"))
        if self.values is not None:
            self.values = check_floats(self.values, "values", 1)
            same_length(self.X, self.values, ("X", "values"))
        self.size = check_floats(self.size, "size", (0, 1))
        if self.size.ndim == 0:
            self.size = float(self.size)
        else:
            same_length(self.X, self.size, ("X", "size"))
        self.labels = check_class_names(self.labels, "labels")
        if self.y is not None:
            self.y = check_floats(self.y, "y", 1)
            same_length(self.X, self.y, ("X", "y"))
            wrong = (self.y != np.round(self.y)) | (self.y < 0) | (self.y >= CLASSES)
            refuse(wrong, self.y, "y", f"hold class numbers 0 to {CLASSES - 1}")

    @property
    def shades(self) -> Array:
        """The numbers that the colours show, often none."""
        return self.arrays().get("values", np.empty(0))

    def options(self) -> dict[str, Any]:
        """Return what is not an array; a scale only where something is on it."""
        options = super().options()
        return options if self.shades.size else {n: v for n, v in options.items() if n != "scale"}

    def extent(self) -> Extent:
        """Return all x and all y of the mark."""
        X = self.arrays()["X"]
        return X[:, 0], X[:, 1]

    def legend(self, domain: Limits | None = None) -> list[LegendEntry]:
        """Return the colour bar, the names of the classes, or the one label without either."""
        if self.shades.size:
            return super().legend(domain)
        if self.y is not None:
            names = enumerate(self.labels)
            return [LegendEntry(name, "point", k, shape=self.marker) for k, name in names]
        look = LegendEntry(self.label, "point", self.color, shape=self.marker, hollow=self.hollow)
        return [look] if self.label else []

    def print_on(self, axes: Axes, domain: Limits | None) -> None:
        """Draw a scatter plot for each class."""
        arrays = self.arrays()
        X, y = arrays["X"], arrays.get("y")
        seen: Array = np.all(in_sight(shares(axes, *self.extent())), axis=1)
        seen[len(X) if self.upto is None else self.upto + 1 :] = False
        areas = np.broadcast_to(np.asarray(self.size) * looks.PIXEL, seen.shape) ** 2
        groups: list[tuple[Color, Array]] = (
            [(self.color, seen)] if y is None else [(int(k), seen & (y == k)) for k in np.unique(y)]
        )
        colors = looks.shades(self.scale, self.shades, domain) if domain else None
        for group, members in groups:
            shade: Any = looks.color(group) if colors is None else colors[members]
            edge = looks.PAPER if colors is None else looks.color("muted")
            axes.scatter(
                X[members, 0], X[members, 1], s=areas[members], alpha=self.opacity,
                zorder=3, clip_on=False,
                marker=looks.marker(group, self.marker),
                facecolors="none" if self.hollow else shade,
                edgecolors=shade if self.hollow else edge,
                linewidths=1.6 if self.hollow else 0.6,
            )  # fmt: skip
