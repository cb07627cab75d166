"""Panels: marks with axes of their own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, fields
from typing import Any, Literal

from dlcourse._validation import limits, one_of
from dlcourse.explorers.marks.base import LegendEntry, Mark
from dlcourse.explorers.marks.image import Image
from dlcourse.explorers.numbers import number
from dlcourse.explorers.values import Limits, check_floats, check_tick_format


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
    follow : {"", "x", "y", "xy"}
        Axes whose limits may change with the controls: each frame has those that it gives, or those
        that its own marks need. Say in the caption that they change; readers compare heights.
    x_scale, y_scale : {"linear", "log"}
        Scales of the axes.
    aspect : float
        Width over height of the drawing with its axes, without title and legend. Panels beside
        each other have the same height.
    equal : bool
        One unit has the same length on both axes.
    x_ticks, y_ticks : sequence of float, or mapping from float to str, optional
        Where the axes are marked, and what stands there; default at round numbers. Those that
        would touch the one before are left out.
    x_format, y_format : str, optional
        Format of the numbers at the axes, such as ".2f", "+.1f", ".0%" or "d" (only whole numbers).
    axes : bool or {"x", "y"}, optional
        Show both axes, none, or one; default both, except for panels with only images or diagrams.
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
    follow: Literal["", "x", "y", "xy"] = ""
    x_scale: Literal["linear", "log"] = "linear"
    y_scale: Literal["linear", "log"] = "linear"
    aspect: float = 1.4
    equal: bool = False
    x_ticks: Sequence[float] | Mapping[float, str] | None = None
    y_ticks: Sequence[float] | Mapping[float, str] | None = None
    x_format: str | None = None
    y_format: str | None = None
    axes: bool | Literal["x", "y"] | None = None
    legend: bool = True

    def __post_init__(self) -> None:
        self.marks = _resolved(self.marks)
        if "log" in (self.x_scale, self.y_scale) and any(m.linear for m in self.marks):
            raise ValueError("x_scale and y_scale must be linear in a panel with a Field")
        self.x = None if self.x is None else limits(self.x, "x")
        self.y = None if self.y is None else limits(self.y, "y")
        one_of(self.follow, "follow", ("", "x", "y", "xy"))
        one_of(self.x_scale, "x_scale", ("linear", "log"))
        one_of(self.y_scale, "y_scale", ("linear", "log"))
        if not 0.2 <= self.aspect <= 5:
            raise ValueError(f"aspect must lie between 0.2 and 5, got {self.aspect}")
        for axis in ("x", "y"):
            check_tick_format(getattr(self, f"{axis}_format"), f"{axis}_format")
            self.ticks(axis)  # refuses what is none
        if self.axes not in (True, False, "x", "y", None):
            raise ValueError(f"axes must be True, False, 'x' or 'y', got {self.axes!r}")
        if self.axes is None:
            self.axes = not self.marks or any(mark.framed for mark in self.marks)

    def ticks(self, axis: str) -> list[tuple[float, str]] | None:
        """Return the given places of the "x" or the "y" axis in order, and what stands there."""
        given = getattr(self, f"{axis}_ticks")
        if given is None:
            return None
        places = check_floats(list(given), f"{axis}_ticks", 1).tolist()
        form = getattr(self, f"{axis}_format") or "g"
        names = given.values() if isinstance(given, Mapping) else [number(v, form) for v in places]
        return sorted(zip(places, names, strict=True))

    def shows(self, axis: str) -> bool:
        """Whether the "x" or the "y" axis is shown."""
        return self.axes is True or self.axes == axis

    def entries(self, domains: Mapping[int, Limits] | None = None) -> list[LegendEntry]:
        """Return what the legend says; `domains` are the settled ones by the marks' positions."""
        if not self.legend:
            return []
        known = domains or {}
        return [e for k, mark in enumerate(self.marks) for e in mark.legend(known.get(k))]

    @property
    def images(self) -> int:
        """Number of images, 0 if there is anything else; for one a third of a phone is enough."""
        marks = [mark for mark in self.marks if isinstance(mark, Image)]
        return sum(len(mark.shades) for mark in marks) if len(marks) == len(self.marks) else 0

    def options(self) -> dict[str, Any]:
        """Return what the page needs to draw the panel, without its marks."""
        python_only = ("marks", "follow", "_")
        names = [entry.name for entry in fields(self) if entry.name not in python_only]
        about = {name: getattr(self, name) for name in names}
        return {**about, "x_ticks": self.ticks("x"), "y_ticks": self.ticks("y")}


def legends(
    panels: Sequence[Panel], domains: Sequence[Mapping[int, Limits]]
) -> tuple[list[LegendEntry], list[list[LegendEntry]]]:
    """Return the entries that several panels share, shown once, and those of each panel alone."""
    all_of = [
        list(dict.fromkeys(panel.entries(known)))
        for panel, known in zip(panels, domains, strict=True)
    ]
    counts = Counter(entry for entries in all_of for entry in entries)
    shared = [entry for entry, count in counts.items() if count > 1]
    return shared, [[entry for entry in entries if entry not in shared] for entries in all_of]


def _resolved(marks: Iterable[Mark]) -> list[Mark]:
    resolved: list[Mark] = []
    for mark in marks:
        if not isinstance(mark, Mark):
            raise TypeError(f"a frame must hold marks such as Line or Points, got {mark!r}")
        resolved.append(mark.resolved(resolved))
    return resolved
