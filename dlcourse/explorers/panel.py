"""Panels: marks with axes of their own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import KW_ONLY, dataclass, fields
from typing import Any, Literal

from dlcourse.explorers.marks import Contour, Field, Image, Mark
from dlcourse.explorers.values import Limits, check_choice, check_limits


@dataclass(eq=False)
class Panel:
    """Marks with axes of their own; a frame may return a list of panels instead of marks.

    Parameters
    ----------
    marks : sequence of Mark
        Drawn in this order, the first at the back (fields and images lie below all lines).
    title : str
        One line above the panel.
    x_label, y_label : str
        Names of the axes.
    x, y : (low, high), optional
        Limits of the axes. Default: what the marks of all frames need, and 4 % beside it.
        Give them where you can: a live kernel cannot look ahead at all frames.
    x_scale, y_scale : {"linear", "log"}
        Scales of the axes.
    aspect : float
        Width over height of the drawing with its axes, without title and legend. Panels beside
        each other have the same height.
    equal : bool
        One unit has the same length on both axes.
    axes : bool, optional
        Show axes; default yes, except for panels with only images or diagrams.
    legend : bool
        Show legends and colour bars.
    """

    marks: Sequence[Mark]
    _: KW_ONLY
    title: str = ""
    x_label: str = ""
    y_label: str = ""
    x: Limits | None = None
    y: Limits | None = None
    x_scale: Literal["linear", "log"] = "linear"
    y_scale: Literal["linear", "log"] = "linear"
    aspect: float = 1.4
    equal: bool = False
    axes: bool | None = None
    legend: bool = True

    def __post_init__(self) -> None:
        self.marks = _resolve_contours(self.marks)
        if "log" in (self.x_scale, self.y_scale) and any(m.kind == "field" for m in self.marks):
            raise ValueError("x_scale and y_scale must be linear in a panel with a Field")
        self.x = None if self.x is None else check_limits(self.x, "x")
        self.y = None if self.y is None else check_limits(self.y, "y")
        check_choice(self.x_scale, "x_scale", ("linear", "log"))
        check_choice(self.y_scale, "y_scale", ("linear", "log"))
        if not 0.2 <= self.aspect <= 5:
            raise ValueError(f"aspect must lie between 0.2 and 5, got {self.aspect}")
        if self.axes is None:
            self.axes = not self.marks or any(mark.framed for mark in self.marks)

    def entries(self) -> list[tuple[str, bool]]:
        """Return the names in the legend, each with whether a colour bar stands beside it."""
        if not self.legend:
            return []
        bars = [isinstance(m, (Field, Image)) and m.scale != "classes" for m in self.marks]
        pairs = zip(self.marks, bars, strict=True)
        return [(name, bar) for mark, bar in pairs for name in mark.legend()]

    def describe(self) -> dict[str, Any]:
        """Return what the page needs to draw the panel, without its marks."""
        return {e.name: getattr(self, e.name) for e in fields(self) if e.name not in ("marks", "_")}


def _resolve_contours(marks: Iterable[Mark]) -> list[Mark]:
    resolved: list[Mark] = []
    for mark in marks:
        if not isinstance(mark, Mark):
            raise TypeError(f"a frame must hold marks such as Line or Points, got {mark!r}")
        if isinstance(mark, Contour) and mark.values is None:
            sources = [other for other in resolved if isinstance(other, Field)]
            if not sources:
                raise ValueError("a Contour without values needs a Field before it in the list")
            mark = mark.follow(sources[-1])
        resolved.append(mark)
    return resolved
