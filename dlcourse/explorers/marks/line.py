"""`Line`: a line through points."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from dlcourse._validation import in_interval, same_length
from dlcourse.explorers import looks
from dlcourse.explorers.labels import BESIDE, label_on
from dlcourse.explorers.marks.base import LegendEntry, Mark, in_sight, shares
from dlcourse.explorers.values import (
    Color,
    Extent,
    Limits,
    check_color,
    check_floats,
    check_marker,
    check_upto,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(eq=False)
class Line(Mark):
    """A line through points, in the order given.

    A path that grows with a slider is the whole path in each frame and `upto`, which alone changes:
    then the page holds the path once.

    Parameters
    ----------
    x, y : array_like, shape (n,)
        Coordinates; NaN in `y` leaves a gap.
    label : str
        Name of the line, in the legend, or at its right end with ``direct=True``.
    color, width
        Colour, and width in pixels.
    dash : bool, optional
        Whether the line is dashed. Default: the line of each class but 0 has a pattern of its own,
        unless markers or a direct label tell them apart.
    markers : bool
        Mark each point, with the shape that belongs to the colour.
    marker : str, optional
        Another shape, by its name (`dlcourse.explorers.values.MARKER_NAMES`).
    upto : int, optional
        Position of the last point to be drawn, which is then marked. Axes have room for the rest.
    opacity : float
        From 0 to 1.
    casing : bool
        Edge the line with the colour of the page, so that it can be seen on any field.
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
    marker: Color | None = None
    upto: int | None = None
    opacity: float = 1.0
    casing: bool = False
    direct: bool = False

    def __post_init__(self) -> None:
        self.x, self.y = check_floats(self.x, "x", 1), check_floats(self.y, "y", 1, gaps=True)
        same_length(self.x, self.y, ("x", "y"))
        self.color = check_color(self.color)
        self.marker = check_marker(self.marker)
        self.upto = check_upto(self.upto, len(self.x))
        self.opacity = in_interval(self.opacity, "opacity", 0, 1)

    def options(self) -> dict[str, Any]:
        """Return what is not an array, the dash as the number of a pattern."""
        return {**super().options(), "dash": self._pattern()}

    def _pattern(self) -> int:
        if self.dash is not None:
            return int(self.dash)
        told_apart = self.markers or self.direct or isinstance(self.color, str)
        return 0 if told_apart else int(self.color)

    def extent(self) -> Extent:
        """Return all x and all y of the mark."""
        arrays = self.arrays()
        return arrays["x"], arrays["y"]

    def beside(self, x: Limits, y: Limits) -> tuple[float, str] | None:
        """Return the last point in sight and the label that stands there."""
        if not self.direct:
            return None
        m = self.arrays()
        seen = (m["x"] >= x[0]) & (m["x"] <= x[1]) & (m["y"] >= y[0]) & (m["y"] <= y[1])
        last = np.flatnonzero(seen[: None if self.upto is None else self.upto + 1])[-1:]
        return (float(m["x"][last[0]]), self.label) if len(last) else None

    def legend(self, domain: Limits | None = None) -> list[LegendEntry]:
        """Return the line unless its label stands at its end."""
        if self.direct or not self.label:
            return []
        marker = self.markers or self.upto is not None
        return [
            LegendEntry(
                self.label, "line", self.color, width=self.width, dash=self._pattern(),
                marker=marker, shape=self.marker,
            )
        ]  # fmt: skip

    def print_on(self, axes: Axes, domain: Limits | None) -> None:
        """Draw the line, its markers, and the label at its end."""
        x, y = self.arrays()["x"], self.arrays()["y"]
        if axes.get_yscale() == "log":
            y = np.where(y > 0, y, np.nan)  # a gap, not a fall to the foot of the axis
        if self.upto is not None:
            x, y = x[: self.upto + 1], y[: self.upto + 1]
        shade = looks.color(self.color)
        axes.plot(
            x, y, color=shade, lw=self.width * looks.PIXEL, ls=looks.dash(self._pattern()),
            alpha=self.opacity, path_effects=looks.casing(self.width) if self.casing else None,
        )  # fmt: skip
        shown = np.flatnonzero(in_sight(shares(axes, x, y)).all(axis=1))
        marked = shown if self.markers else shown[shown == self.upto]
        radius = self.width + (1.8 if self.markers else 3)
        if len(marked):
            axes.plot(
                x[marked], y[marked], color=shade, ls="", clip_on=False,
                marker=looks.marker(self.color, self.marker),
                ms=2 * radius * looks.PIXEL, mec=looks.PAPER, mew=0.6,
            )  # fmt: skip
        if self.direct and len(shown):
            spot = ((x[shown[-1]], y[shown[-1]]), 6 * looks.PIXEL, 0.0, "start")
            label_on(axes, "end", self.label, [spot], color=self.color, bold=True, room=BESIDE)
