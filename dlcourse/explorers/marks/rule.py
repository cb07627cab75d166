"""`Rule`: a line across the whole panel."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from dlcourse.explorers import looks
from dlcourse.explorers.labels import LINE, Spot, label_on
from dlcourse.explorers.marks.base import Mark, in_sight, shares
from dlcourse.explorers.values import Color, Extent, Limits, check_color, check_floats

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(eq=False)
class Rule(Mark):
    """A line across the whole panel: vertical at `x` or horizontal at `y`.

    Parameters
    ----------
    x, y : float, optional
        Exactly one of them.
    label, color, width, dash
        Text at the end of the line where it covers no other words, colour, width in pixels, whether
        dashed.
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

    def extent(self) -> Extent:
        """Return all x and all y of the mark."""
        return tuple(np.array([] if v is None else [v]) for v in (self.x, self.y))  # type: ignore[return-value]

    def print_on(self, axes: Axes, domain: Limits | None) -> None:
        """Draw the line if it is in sight, and its label."""
        axis = 0 if self.y is None else 1
        value = float(self.extent()[axis][0])
        share = shares(axes, value, value)[0, axis]
        if not in_sight(share):
            return
        shade = looks.color(self.color)
        style: Any = {"color": shade, "lw": self.width * looks.PIXEL, "ls": looks.dash(self.dash)}
        if axis == 0:
            axes.axvline(value, **style)
            side = -1 if share > 0.5 else 1  # where there is more room
            spots: list[Spot] = [
                ((value, 1.0), 4 * to, -6 - row * LINE, "end" if to < 0 else "start")
                for row in range(5)
                for to in (side, -side)
            ]
        else:
            axes.axhline(value, **style)
            spots = [
                ((end, value), 2 - 4 * end, up, "end" if end else "start")
                for end in (1, 0)
                for up in (7, -7)
            ]
        coordinates = (axes.get_xaxis_transform, axes.get_yaxis_transform)[axis]()
        label_on(axes, "rule", self.label, spots, color=self.color, coordinates=coordinates)
