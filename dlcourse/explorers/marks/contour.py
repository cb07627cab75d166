"""`Contour`: lines of equal value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from dlcourse._validation import limits
from dlcourse.explorers import looks
from dlcourse.explorers.marks.base import LegendEntry, Mark
from dlcourse.explorers.marks.field import Field
from dlcourse.explorers.marks.grid import grid_values
from dlcourse.explorers.values import (
    Color,
    Extent,
    Function,
    Limits,
    check_color,
    check_floats,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BITS = 12  # with fewer a line has steps


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
    color, width, dash, casing
        Colour, width in pixels, and whether the line is dashed or, as that of a `Line`, cased.
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
    casing: bool = False
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
        self.x, self.y = limits(self.x, "x"), limits(self.y, "y")
        self.values = grid_values(self.values, self.x, self.y, self.resolution)

    def resolved(self, before: Sequence[Mark]) -> Mark:
        """Return this contour drawn on the values of the last field, which then needs precision."""
        if self.values is not None:
            return self
        fields = [mark for mark in before if isinstance(mark, Field)]
        if not fields:
            raise ValueError("a Contour without values needs a Field before it in the list")
        source = fields[-1]
        source.bits = source.bits or BITS
        return replace(self, values=source.shades, x=source.x, y=source.y, bits=source.bits)

    def extent(self) -> Extent:
        """Return the sides."""
        return np.asarray(self.x or ()), np.asarray(self.y or ())

    def legend(self, domain: Limits | None = None) -> list[LegendEntry]:
        """Return the line."""
        look = LegendEntry(self.label, "line", self.color, width=self.width, dash=int(self.dash))
        return [look] if self.label else []

    def bits_of(self, array: str) -> int:
        """Return the precision of the field, 12 bits by default."""
        return self.bits or BITS

    def print_on(self, axes: Axes, domain: Limits | None) -> None:
        """Draw the lines of those levels that the values reach."""
        values = self.arrays()["values"]
        levels = [v for v in np.unique(self.level) if values.min() < v < values.max()]
        x, y = (
            np.linspace(low, high, count)
            for (low, high), count in zip(self.extent(), values.shape[::-1], strict=True)
        )
        if levels:
            axes.contour(
                x,
                y,
                values,
                levels,
                colors=looks.color(self.color),
                linewidths=self.width * looks.PIXEL,
                linestyles=[looks.dash(self.dash)],
            ).set(path_effects=looks.casing(self.width) if self.casing else None)
