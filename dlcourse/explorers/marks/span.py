"""`Span`: a shaded stretch across the whole panel."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING

import numpy as np

from dlcourse._validation import limits
from dlcourse.explorers import looks
from dlcourse.explorers.labels import LINE, Spot, label_on
from dlcourse.explorers.marks.base import Mark, shares
from dlcourse.explorers.values import Color, Extent, Limits, check_color

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(eq=False)
class Span(Mark):
    """A shaded stretch across the whole panel, along `x` or `y`: an era, a regime, a tolerance.

    Parameters
    ----------
    x, y : (low, high), optional
        Exactly one of them.
    label : str
        Text in the stretch, at its upper or right end.
    color, opacity
        Colour, and opacity from 0 to 1.
    """

    kind = "span"

    _: KW_ONLY
    x: Limits | None = None
    y: Limits | None = None
    label: str = ""
    color: Color = "muted"
    opacity: float = 0.15

    def __post_init__(self) -> None:
        if (self.x is None) == (self.y is None):
            raise ValueError("exactly one of x and y must be given to a Span")
        self.x = None if self.x is None else limits(self.x, "x")
        self.y = None if self.y is None else limits(self.y, "y")
        self.color = check_color(self.color)

    def extent(self) -> Extent:
        """Return both ends of the stretch."""
        return np.array(self.x or ()), np.array(self.y or ())

    def print_on(self, axes: Axes, domain: Limits | None) -> None:
        """Shade the stretch and write its label."""
        axis = 0 if self.y is None else 1
        ends = self.extent()[axis]
        low, high = np.sort(np.clip(shares(axes, ends, ends)[:, axis], 0, 1)).tolist()
        if low == high:
            return
        shade = axes.axvspan if axis == 0 else axes.axhspan
        shade(*ends, color=looks.color(self.color), alpha=self.opacity, lw=0)
        middle = (low + high) / 2
        spots: list[Spot] = (
            [((middle, 1.0), 0, -6 - row * LINE, "middle") for row in range(10)]
            if axis == 0
            else [((1.0, middle), -3, 0, "end"), ((0.0, middle), 3, 0, "start")]
        )
        room = max(high - low, 0.1) if axis == 0 else 1.0
        label_on(
            axes, "span", self.label, spots, color="ink", coordinates=axes.transAxes, room=room
        )
