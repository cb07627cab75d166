"""`Rule`: a line across the whole panel."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from dlcourse.explorers import looks
from dlcourse.explorers.marks.base import Mark
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
        Text at the end of the line, colour, width in pixels, whether dashed.
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
        """Draw the line, its label at its upper or right end."""
        shade = looks.color(self.color)
        style: Any = {"color": shade, "lw": self.width, "ls": looks.dash(self.dash)}
        if self.x is not None:
            axes.axvline(self.x, **style)
            place, units = (self.x, 1.0), axes.get_xaxis_transform()
        elif self.y is not None:
            axes.axhline(self.y, **style)
            place, units = (1.0, self.y), axes.get_yaxis_transform()
        axes.annotate(
            self.label, place, (-2, 2), xycoords=units, textcoords="offset points", ha="right",
            color=shade, fontsize=8,
        )  # fmt: skip
