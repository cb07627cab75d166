"""What all marks have in common, and what those have whose numbers are shown by colours."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import KW_ONLY, asdict, dataclass, fields
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
from numpy.typing import ArrayLike

from dlcourse._validation import limits
from dlcourse.explorers.numbers import number
from dlcourse.explorers.values import Array, Color, Extent, Limits

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NOTHING: Extent = (np.empty(0), np.empty(0))
UNIT_SQUARE: Extent = (np.array([0.0, 1.0]), np.array([0.0, 1.0]))
PADDING = 0.04


@dataclass(frozen=True)
class LegendEntry:
    """A name in the legend and the sample beside it; the page and the print draw it alike.

    Parameters
    ----------
    label : str
        The name.
    sample : {"line", "point", "block", "tint", "scale"}
        What stands beside it; a "tint" is the ground of a class's region, a "scale" a colour bar.
    color : int or str
        Class number or name of a colour; the name of the colour scale where there is a bar.
    width, dash, marker
        Of a line: width in pixels, number of its dash pattern, whether it has markers.
    shape : int, optional
        Number of the marker's shape; default that of the colour.
    hollow : bool
        Whether the point is a ring.
    opacity : float
        Of a block, from 0 to 1.
    domain : (low, high), optional
        Values at the ends of the colour bar, once they are settled.
    log : bool
        Whether equal steps along the colour bar are equal factors.
    """

    label: str
    sample: Literal["line", "point", "block", "tint", "scale"]
    color: Color
    _: KW_ONLY
    width: float = 2.0
    dash: int = 0
    marker: bool = False
    shape: Color | None = None
    hollow: bool = False
    opacity: float = 1.0
    domain: Limits | None = None
    log: bool = False

    def options(self) -> dict[str, Any]:
        """Return what the page needs to draw it, the ends of a scale as they are written."""
        return _needed({**asdict(self), "domain": [number(e, ".3g") for e in self.domain or ()]})


def _needed(options: dict[str, Any]) -> dict[str, Any]:
    """Leave out None and False, for which the page takes what is missing."""
    return {k: value for k, value in options.items() if value is not None and value is not False}


@dataclass(eq=False)
class Mark(ABC):
    """What all marks have in common; authors use the classes derived from it."""

    kind: ClassVar[str] = ""
    framed: ClassVar[bool] = True
    """Whether a panel with this mark shows axes unless told otherwise; others fill the panel."""
    linear: ClassVar[bool] = False
    """Whether the axes around this mark must be linear."""

    def arrays(self) -> dict[str, Array]:
        """Return the numbers of the mark by name."""
        values = {entry.name: getattr(self, entry.name) for entry in fields(self)}
        return {name: value for name, value in values.items() if isinstance(value, np.ndarray)}

    def options(self) -> dict[str, Any]:
        """Return everything else, ready for JSON."""
        arrays = self.arrays()
        names = [entry.name for entry in fields(self) if entry.name not in arrays]
        return _needed({name: getattr(self, name) for name in names})

    def texts(self) -> dict[str, list[str]]:
        """Return lists of sentences by name, of which most return in other frames."""
        return {}

    def resolved(self, before: Sequence[Mark]) -> Mark:
        """Return the mark to draw, given those `before` it in the same panel."""
        return self

    def extent(self) -> Extent:
        """Return all x and all y that the axes must reach."""
        return NOTHING if self.framed else UNIT_SQUARE

    def tight(self) -> Extent:
        """Return the ends of both axes that need no space beside them."""
        return NOTHING if self.framed else UNIT_SQUARE

    def padding(self) -> tuple[float, float]:
        """Return the share of both axes that stays free at their other ends."""
        return PADDING, PADDING

    def beside(self, x: Limits, y: Limits) -> tuple[float, str] | None:
        """Return the x right of which a text needs room, and the text, given the axes' limits."""
        return None

    def legend(self, domain: Limits | None = None) -> list[LegendEntry]:
        """Return what the legend says; `domain` is the settled one of a mark with a scale."""
        return []

    def bits_of(self, array: str) -> int:
        """Return the precision of an array on the static page: 8 to 16 bits, 0 for a float."""
        return 0

    @abstractmethod
    def print_on(self, axes: Axes, domain: Limits | None) -> None:
        """Draw the mark with matplotlib; `domain` as for `legend`."""


@dataclass(eq=False)
class Shaded(Mark):
    """A mark that shows numbers by colours on a scale.

    Parameters
    ----------
    label : str
        Title of the colour bar; "" for none.
    scale : str
        Name of the scale.
    domain : (low, high), optional
        Values at the ends of the scale.
    """

    _: KW_ONLY
    label: str = ""
    scale: str = "diverging"
    domain: Limits | None = None

    def __post_init__(self) -> None:
        if self.domain is not None:
            self.domain = limits(self.domain, "domain")

    @property
    @abstractmethod
    def shades(self) -> Array:
        """The numbers that colours stand for."""

    def legend(self, domain: Limits | None = None) -> list[LegendEntry]:
        """Return the colour bar."""
        return [LegendEntry(self.label, "scale", self.scale, domain=domain)] if self.label else []


def canvas_on(axes: Axes, bounds: tuple[float, float, float, float] = (0, 0, 1, 1)) -> Axes:
    """Return axes over the whole of `axes`, or a part, for a mark that has units of its own."""
    canvas = axes.inset_axes(bounds, zorder=0)
    canvas.set_axis_off()
    return canvas


def shares(axes: Axes, x: ArrayLike, y: ArrayLike) -> Array:
    """Return places as shares of the axes, 0 to 1 where they are in sight, one row for each."""
    to_shares = axes.transScale + axes.transLimits
    return to_shares.transform(np.column_stack([np.atleast_1d(x), np.atleast_1d(y)]))


def in_sight(places: Array) -> Array:
    """Return which of the `shares` lie within the axes, but for rounding."""
    inside: Array = (places > -1e-6) & (places < 1 + 1e-6)
    return inside


def common_domain(marks: Sequence[Shaded]) -> Limits:
    """Return the ends of the colour scale that holds for `marks`, one mark's turns in all frames.

    Parameters
    ----------
    marks : sequence of Shaded
        At least one. Domains that they give are kept.

    Returns
    -------
    (low, high)
        Else (0, 1) if all values lie in it and the scale is not sequential; symmetric about 0 for
        the diverging scale; from the smallest to the largest value for others.
    """
    given = [mark.domain for mark in marks if mark.domain is not None]
    if given:
        return min(low for low, _ in given), max(high for _, high in given)
    low = min(float(mark.shades.min()) for mark in marks)
    high = max(float(mark.shades.max()) for mark in marks)
    if marks[0].scale not in ("sequential", "log") and low >= 0 and high <= 1:
        return 0.0, 1.0
    if marks[0].scale == "diverging":
        high = max(-low, high)
        low = -high
    elif marks[0].scale != "log" and 0 <= low < high / 20:
        low = 0.0  # a scale that almost starts at zero starts there
    return (low, high) if low < high else (low - 0.5, high + 0.5)
