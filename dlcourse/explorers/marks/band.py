"""`Band`: the area between two curves."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from dlcourse.explorers import looks
from dlcourse.explorers.marks.base import LegendEntry, Mark
from dlcourse.explorers.values import Color, Extent, Limits, check_color, check_floats

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(eq=False)
class Band(Mark):
    """The area between two curves, for example an uncertainty or the area under a curve.

    Parameters
    ----------
    x, low, high : array_like, shape (n,)
        The area reaches from `low` to `high` at each `x`.
    label, color, opacity
        Entry in the legend, colour, opacity from 0 to 1.
    """

    kind = "band"

    x: ArrayLike
    low: ArrayLike
    high: ArrayLike
    _: KW_ONLY
    label: str = ""
    color: Color = 0
    opacity: float = 0.2

    def __post_init__(self) -> None:
        self.x = check_floats(self.x, "x", 1)
        self.low = np.broadcast_to(check_floats(self.low, "low", (0, 1)), self.x.shape).copy()
        self.high = np.broadcast_to(check_floats(self.high, "high", (0, 1)), self.x.shape).copy()
        self.color = check_color(self.color)

    def extent(self) -> Extent:
        """Return all x and all y of the mark."""
        arrays = self.arrays()
        return arrays["x"], np.concatenate([arrays["low"], arrays["high"]])

    def legend(self, domain: Limits | None = None) -> list[LegendEntry]:
        """Return a block of the band's colour."""
        look = LegendEntry(self.label, "block", self.color, opacity=self.opacity)
        return [look] if self.label else []

    def print_on(self, axes: Axes, domain: Limits | None) -> None:
        """Fill the area."""
        m = self.arrays()
        shade = looks.color(self.color)
        axes.fill_between(m["x"], m["low"], m["high"], color=shade, alpha=self.opacity, lw=0)
