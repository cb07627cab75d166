"""`Text`: a few words at a place."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from dlcourse._validation import one_of
from dlcourse.explorers import looks
from dlcourse.explorers.labels import BESIDE, LINE, Spot, label_on
from dlcourse.explorers.marks.base import Mark
from dlcourse.explorers.values import Color, Extent, Limits, check_color, check_floats

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(eq=False)
class Text(Mark):
    """A few words at a place, or as near to it as other words allow.

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
        one_of(self.anchor, "anchor", ("start", "middle", "end"))

    def extent(self) -> Extent:
        """Return all x and all y of the mark."""
        return np.array([self.x]), np.array([self.y])

    def beside(self, x: Limits, y: Limits) -> tuple[float, str] | None:
        """Return the words if they start beyond the right side."""
        return (self.x, self.text) if self.anchor == "start" and self.x > x[1] else None

    def print_on(self, axes: Axes, domain: Limits | None) -> None:
        """Write the words."""
        place = (self.x, self.y)
        dx, dy = self.dx * looks.PIXEL, self.dy * looks.PIXEL
        step = (-1 if dy < 0 else 1) * LINE * self.size * (self.text.count("\n") + 2) / 2
        spots: list[Spot] = [  # further away, or on the other side
            (place, dx, side * (dy + row * step), self.anchor)
            for row in range(8)
            for side in (1, -1)
        ]
        if self.anchor != "middle":
            spots.insert(1, (place, -dx, dy, "start" if self.anchor == "end" else "end"))
        label_on(
            axes, "text", self.text, spots, color=self.color, size=self.size, bold=self.bold,
            room=BESIDE if self.beside(axes.get_xlim(), axes.get_ylim()) else 1.0,
        )  # fmt: skip
