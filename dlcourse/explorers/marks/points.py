"""`Points`: points of the plane, by class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from dlcourse._validation import same_length
from dlcourse.explorers import looks
from dlcourse.explorers.marks.base import LegendEntry, Mark
from dlcourse.explorers.values import (
    Array,
    Color,
    Extent,
    Limits,
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
            same_length(self.X, self.y, ("X", "y"))
            if np.any(self.y != np.round(self.y)) or np.any(self.y < 0):
                raise ValueError("y must hold class numbers 0, 1, 2 ...")

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
        X, y = arrays["X"], arrays.get("y")
        groups: list[tuple[Color, Array]] = (
            [(self.color, X)] if y is None else [(int(k), X[y == k]) for k in np.unique(y)]
        )
        for group, places in groups:
            shade = looks.color(group)
            axes.scatter(
                places[:, 0], places[:, 1], s=self.size**2, alpha=self.opacity, zorder=3,
                marker=looks.marker(group),
                facecolors="none" if self.hollow else shade,
                edgecolors=shade if self.hollow else looks.PAPER,
                linewidths=1.6 if self.hollow else 0.6,
            )  # fmt: skip
