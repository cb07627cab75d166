"""`Arrows`: vectors, steps, segments."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from dlcourse._validation import same_length
from dlcourse.explorers import looks
from dlcourse.explorers.marks.base import LegendEntry, Mark
from dlcourse.explorers.values import (
    Color,
    Extent,
    Limits,
    check_color,
    check_floats,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(eq=False)
class Arrows(Mark):
    """Arrows (vectors, steps) or, with ``head=False``, plain segments.

    Parameters
    ----------
    start, end : array_like, shape (n, 2) or (2,)
        Tails and tips.
    label, color, width, dash, casing
        Entry in the legend, colour, width in pixels, whether dashed or, as a `Line`, cased.
    head : bool
        Draw arrow heads.
    """

    kind = "arrows"

    start: ArrayLike
    end: ArrayLike
    _: KW_ONLY
    label: str = ""
    color: Color = "ink"
    width: float = 2.0
    dash: bool = False
    head: bool = True
    casing: bool = False

    def __post_init__(self) -> None:
        self.start = np.atleast_2d(check_floats(self.start, "start", (1, 2)))
        self.end = np.atleast_2d(check_floats(self.end, "end", (1, 2)))
        for name, array in (("start", self.start), ("end", self.end)):
            if array.shape[1] != 2:
                raise ValueError(f"{name} must have two columns, got shape {array.shape}")
        same_length(self.start, self.end, ("start", "end"))
        self.color = check_color(self.color)

    def extent(self) -> Extent:
        """Return all x and all y of the mark."""
        both = np.concatenate(list(self.arrays().values()))
        return both[:, 0], both[:, 1]

    def legend(self, domain: Limits | None = None) -> list[LegendEntry]:
        """Return the line."""
        look = LegendEntry(self.label, "line", self.color, width=self.width, dash=int(self.dash))
        return [look] if self.label else []

    def print_on(self, axes: Axes, domain: Limits | None) -> None:
        """Draw each arrow."""
        from matplotlib.patches import FancyArrowPatch

        head = (5 + 2 * self.width) * looks.PIXEL
        look: Any = {
            "arrowstyle": "-|>" if self.head else "-",
            "mutation_scale": head / 0.4,  # the style's heads are 0.4 long
            "color": looks.color(self.color),
            "lw": self.width * looks.PIXEL,
            "ls": looks.dash(self.dash),
            "shrinkA": 0,
            "shrinkB": 0,
            "path_effects": looks.casing(self.width) if self.casing else None,
        }
        m = self.arrays()
        for start, end in zip(m["start"], m["end"], strict=True):
            axes.add_patch(FancyArrowPatch(start, end, **look))
