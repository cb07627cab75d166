"""`Points`: points of the plane, by class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from dlcourse._validation import refuse, same_length
from dlcourse.explorers import looks
from dlcourse.explorers.marks.base import LegendEntry, Mark, in_sight, shares
from dlcourse.explorers.values import (
    CLASSES,
    Array,
    Color,
    Extent,
    Limits,
    check_class_names,
    check_color,
    check_floats,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes


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
    size : float or array_like, shape (n,)
        Diameter in pixels, of all points or of each.
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
    size: float | ArrayLike = 7.0
    hollow: bool = False
    opacity: float = 1.0

    def __post_init__(self) -> None:
        self.X = np.atleast_2d(check_floats(self.X, "X", (1, 2)))
        if self.X.shape[1] != 2:
            raise ValueError(f"X must have two columns, got shape {self.X.shape}")
        self.color = check_color(self.color)
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

    def extent(self) -> Extent:
        """Return all x and all y of the mark."""
        X = self.arrays()["X"]
        return X[:, 0], X[:, 1]

    def legend(self, domain: Limits | None = None) -> list[LegendEntry]:
        """Return the names of the classes, or the one label of points without classes."""
        if self.y is not None:
            return [LegendEntry(name, "point", k) for k, name in enumerate(self.labels)]
        look = LegendEntry(self.label, "point", self.color, hollow=self.hollow)
        return [look] if self.label else []

    def print_on(self, axes: Axes, domain: Limits | None) -> None:
        """Draw a scatter plot for each class."""
        arrays = self.arrays()
        seen = in_sight(shares(axes, *self.extent())).all(axis=1)
        X, y = arrays["X"][seen], arrays["y"][seen] if self.y is not None else None
        areas = np.broadcast_to(np.asarray(self.size) * looks.PIXEL, seen.shape)[seen] ** 2
        everywhere = np.full(len(X), True)
        groups: list[tuple[Color, Array]] = (
            [(self.color, everywhere)] if y is None else [(int(k), y == k) for k in np.unique(y)]
        )
        for group, members in groups:
            shade = looks.color(group)
            axes.scatter(
                X[members, 0], X[members, 1], s=areas[members], alpha=self.opacity,
                zorder=3, clip_on=False,
                marker=looks.marker(group),
                facecolors="none" if self.hollow else shade,
                edgecolors=shade if self.hollow else looks.PAPER,
                linewidths=1.6 if self.hollow else 0.6,
            )  # fmt: skip
