"""`Text`: a few words at a place."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from dlcourse._validation import one_of
from dlcourse.explorers import looks
from dlcourse.explorers.marks.base import Mark
from dlcourse.explorers.values import Color, Extent, Limits, check_color, check_floats

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ALIGNMENTS = {"start": "left", "middle": "center", "end": "right"}  # matplotlib's words


@dataclass(eq=False)
class Text(Mark):
    """A few words at a place.

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

    def print_on(self, axes: Axes, domain: Limits | None) -> None:
        """Write the words."""
        axes.annotate(
            self.text, (self.x, self.y), (self.dx * looks.PIXEL, self.dy * looks.PIXEL),
            textcoords="offset points", annotation_clip=False, color=looks.color(self.color),
            fontsize=9 * self.size, va="center", ha=ALIGNMENTS[self.anchor],
            path_effects=looks.halo(), fontweight="bold" if self.bold else "normal",
        )  # fmt: skip
