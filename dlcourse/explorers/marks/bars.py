"""`Bars`: bars from zero."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from dlcourse.explorers import looks
from dlcourse.explorers.labels import leave_out_beyond
from dlcourse.explorers.marks.base import PADDING, LegendEntry, Mark, shares
from dlcourse.explorers.notation import reading
from dlcourse.explorers.numbers import written
from dlcourse.explorers.values import (
    Color,
    Extent,
    Limits,
    check_color,
    check_floats,
    check_names,
    check_number_format,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

CHARACTER = 5.2  # mean width of a character of the axes' text in print, in points
NUMBERS_PADDING = 0.16  # of an axis, beyond bars with numbers at their ends


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
        A number that does not fit is left out.
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
            if len(self.edges) != count + 1:
                raise ValueError(
                    f"edges must have {count + 1} entries, one more than values, "
                    f"got {len(self.edges)}"
                )
        self.names = check_names(self.names, "names", count)
        if not self.names and self.edges is None:
            self.names = tuple(str(index) for index in range(count))
        self.labels = check_names(self.labels, "labels", series)
        check_number_format(self.numbers, "numbers")
        self.color = _bar_colors(self.color, count, series)

    def options(self) -> dict[str, Any]:
        """Return what is not an array, the numbers as they are written at the bars."""
        return {**super().options(), "numbers": written(self.arrays()["values"], self.numbers)}

    def extent(self) -> Extent:
        """Return all x and all y of the mark."""
        arrays = self.arrays()
        along = arrays.get("edges", np.array([-0.5, len(arrays["values"]) - 0.5]))
        across = np.append(arrays["values"].ravel(), 0.0)
        return (across, along) if self.horizontal else (along, across)

    def tight(self) -> Extent:
        """Return both ends of the row of bars, and their foot."""
        x, y = self.extent()
        foot = np.zeros(1)
        return (foot, y) if self.horizontal else (x, foot)

    def padding(self) -> tuple[float, float]:
        """Return more than usual where numbers stand at the ends of the bars."""
        beyond = NUMBERS_PADDING if self.numbers else PADDING
        return (beyond, PADDING) if self.horizontal else (PADDING, beyond)

    def legend(self, domain: Limits | None = None) -> list[LegendEntry]:
        """Return a block for each series, or for the one label."""
        names = self.labels or ([self.label] if self.label else [])
        signed = self.color == "signed"
        return [
            LegendEntry(name, "block", "positive" if signed else self._colors(j)[0])
            for j, name in enumerate(names)
        ]

    def _colors(self, series: int) -> Sequence[Color]:
        """Colour of each bar of one series."""
        heights = self.arrays()["values"][:, series]
        if self.color == "signed":
            return ["positive" if height > 0 else "negative" for height in heights]
        if isinstance(self.color, Sequence) and not isinstance(self.color, str):
            return self.color
        own = self.color + series if isinstance(self.color, int) else self.color
        return [own] * len(heights)

    def print_on(self, axes: Axes, domain: Limits | None) -> None:
        """Draw the bars of each series, names and numbers."""
        values = self.arrays()["values"]
        count, series = values.shape
        edges = self.arrays().get("edges", np.arange(count + 1) - 0.5)
        if self.edges is None:
            self._print_names(axes)
        thickness = np.diff(edges) * (0.8 if self.edges is None else 0.96) / series
        rooms = np.diff(shares(axes, edges, edges)[:, 1 if self.horizontal else 0]) / series
        plot: Callable[..., Any] = axes.barh if self.horizontal else axes.bar
        for j in range(series):
            centres = (edges[:-1] + edges[1:]) / 2 + (j - (series - 1) / 2) * thickness
            shades = [looks.color(shade) for shade in self._colors(j)]
            bars = plot(centres, values[:, j], thickness, color=shades)
            if self.numbers:
                numbers = written(values[:, j], self.numbers)
                texts = axes.bar_label(bars, numbers, fontsize=8, padding=2)
                for text, room in zip(texts, rooms, strict=True):
                    leave_out_beyond(text, *((1.0, room) if self.horizontal else (room, 1.0)))
        if self.horizontal:
            axes.invert_yaxis()

    def _print_names(self, axes: Axes) -> None:
        places = range(len(self.names))
        if self.horizontal:
            axes.set_yticks(places, self.names)
            return
        points = axes.get_window_extent().width * 72 / axes.figure.dpi
        longest = max(len(reading(name)) for name in self.names)
        turned = longest * CHARACTER > points / len(self.names)
        turn: Any = {"rotation": 40, "ha": "right", "rotation_mode": "anchor"} if turned else {}
        axes.set_xticks(places, self.names, **turn)


def _bar_colors(color: object, count: int, series: int) -> Color | list[Color]:
    if color == "signed":
        return "signed"
    if isinstance(color, (str, int, np.integer)):
        first = check_color(color)
        if isinstance(first, int):
            check_color(first + series - 1, f"color of series {series - 1}")
        return first
    colors = [check_color(item) for item in color]  # type: ignore[attr-defined]
    if series != 1 or len(colors) != count:
        raise ValueError(f"color must be one colour, or {count} for one series of {count} bars")
    return colors
