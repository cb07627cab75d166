"""`Contour`: lines of equal value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from dlcourse._validation import limits, refuse
from dlcourse.explorers import looks
from dlcourse.explorers.marks.base import LegendEntry, Mark
from dlcourse.explorers.marks.field import Field
from dlcourse.explorers.marks.grid import crossings, grid_values
from dlcourse.explorers.numbers import written
from dlcourse.explorers.values import (
    Array,
    Color,
    Extent,
    Function,
    Limits,
    check_color,
    check_floats,
    check_number_format,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BITS = 12  # with fewer a line has steps
MARGIN = 0.08  # of the sides, where no number stands
GAP = 8  # pixels around a number that hide its line


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
    numbers : str
        Format specification to write each level on its line, for example "g"; "" for none.
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
    numbers: str = ""
    color: Color = "ink"
    width: float = 1.5
    dash: bool = False
    casing: bool = False
    resolution: int = 48
    bits: int | None = None
    decades: bool = field(default=False, init=False)  # whether the values are logarithms

    def __post_init__(self) -> None:
        levels = np.atleast_1d(np.asarray(self.level, dtype=np.float64))
        self.level = check_floats(levels, "level", 1).tolist()
        self.color = check_color(self.color)
        check_number_format(self.numbers, "numbers")
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
        drawn = replace(self, values=source.shades, x=source.x, y=source.y, bits=source.bits)
        drawn.decades = source.scale == "log"
        if drawn.decades:
            levels = np.array(self.level)
            refuse(levels <= 0, levels, "level", 'be positive on a Field with the scale "log"')
        return drawn

    @property
    def _levels(self) -> Array:
        """The levels in the units of the values."""
        return np.log10(self.level) if self.decades else np.array(self.level)

    def options(self) -> dict[str, Any]:
        """Return what is not an array, and what is written where."""
        options = {**super().options(), "level": self._levels.tolist()}
        del options["numbers"]
        return {**options, "numbers": self._numbers()} if self.numbers else options

    def _numbers(self) -> list[tuple[str, float, float]]:
        """Return texts and places, each as far as it can be from those before it."""
        if not self.numbers:
            return []
        low, side = np.transpose([(x[0], np.ptp(x)) for x in self.extent()])
        texts = written(np.array(self.level), self.numbers)
        taken = [np.array([0.5, 0.5])]
        numbers = []
        for text, level in zip(texts, self._levels, strict=True):
            free = crossings(self.arrays()["values"], level)
            free = free[np.all(np.abs(free - 0.5) < 0.5 - MARGIN, axis=1)]
            if len(free):
                apart = np.min([np.hypot(*(free - place).T) for place in taken], axis=0)
                taken.append(free[np.argmax(apart)])
                across, up = (low + taken[-1] * side).round(6).tolist()
                numbers.append((text, across, up))
        return numbers

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
        levels = [v for v in np.unique(self._levels) if values.min() < v < values.max()]
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
        for text, across, up in self._numbers():
            axes.annotate(
                text, (across, up), ha="center", va="center", fontsize=8,
                path_effects=looks.halo(GAP), color=looks.color(self.color),
            )  # fmt: skip
