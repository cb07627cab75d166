"""`ErrorBars`: how far from sure a height is."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from dlcourse._validation import refuse, same_length
from dlcourse.explorers import looks
from dlcourse.explorers.marks.base import LegendEntry, Mark
from dlcourse.explorers.values import Color, Extent, Limits, check_color, check_floats

if TYPE_CHECKING:
    from matplotlib.axes import Axes

CAP = 4  # pixels on either side, as in errorbars.js


@dataclass(eq=False)
class ErrorBars(Mark):
    """Upright intervals on points, a line or bars: deviations, quartiles, smallest to largest.

    Parameters
    ----------
    x, low, high : array_like, shape (n,)
        Each reaches from `low` to `high` at its `x`; named bars stand at 0, 1, 2 ...
    label, color, width
        Entry in the legend, which should say what the ends are; colour; width in pixels.
    """

    kind = "errorbars"

    x: ArrayLike
    low: ArrayLike
    high: ArrayLike
    _: KW_ONLY
    label: str = ""
    color: Color = "ink"
    width: float = 1.5

    def __post_init__(self) -> None:
        self.x = check_floats(self.x, "x", 1)
        self.low, self.high = check_floats(self.low, "low", 1), check_floats(self.high, "high", 1)
        same_length(self.x, self.low, ("x", "low"))
        same_length(self.x, self.high, ("x", "high"))
        refuse(self.low > self.high, self.low, "low", "not exceed high")
        self.color = check_color(self.color)

    def extent(self) -> Extent:
        """Return all x and all y of the mark."""
        arrays = self.arrays()
        return arrays["x"], np.concatenate([arrays["low"], arrays["high"]])

    def legend(self, domain: Limits | None = None) -> list[LegendEntry]:
        """Return the line."""
        look = LegendEntry(self.label, "line", self.color, width=self.width)
        return [look] if self.label else []

    def print_on(self, axes: Axes, domain: Limits | None) -> None:
        """Draw the intervals with a cap at each end."""
        m = self.arrays()
        middle, half = (m["low"] + m["high"]) / 2, (m["high"] - m["low"]) / 2
        width = self.width * looks.PIXEL
        axes.errorbar(
            m["x"], middle, half, fmt="none", ecolor=looks.color(self.color), elinewidth=width,
            capsize=CAP * looks.PIXEL, capthick=width,
        )  # fmt: skip
