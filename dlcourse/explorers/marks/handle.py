"""`Handle`: a place to take hold of, which moves controls."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import KW_ONLY, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from dlcourse.explorers import looks
from dlcourse.explorers.marks.base import Mark
from dlcourse.explorers.notation import reading
from dlcourse.explorers.values import Array, Extent, Limits, check_floats
from dlcourse.palette import LIGHT

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DIAMETER = 18  # pixels of the ring


@dataclass(eq=False)
class Handle(Mark):
    """A ring that the reader drags, or moves by the arrow keys, to move one or two controls.

    While it is dragged, the page looks among the frames that differ in these controls only for the
    one whose handle lies nearest to the pointer. So no inverse of the frame function is needed:
    place the handle where a thing lies in this frame, and the thing can be dragged.

    Parameters
    ----------
    x, y : float
        The place, in the units of the axes; beyond them the handle stays at their border.
    moves : str or (str, str)
        Name of a control, or of two. The keys to the left and right move the first, those up and
        down the second, or the only one.
    label : str
        What is held, for example "tip of w"; for screen readers, and different from other handles'.

    Examples
    --------
    >>> Handle(1.0, 0.5, moves=("w1", "w2"), label="tip of w").moves
    ('w1', 'w2')
    """

    kind = "handle"

    x: float
    y: float
    _: KW_ONLY
    moves: str | Sequence[str]
    label: str
    at: Array = field(init=False)

    def __post_init__(self) -> None:
        self.at = np.array([check_floats(v, n, 0) for v, n in ((self.x, "x"), (self.y, "y"))])
        self.moves = (self.moves,) if isinstance(self.moves, str) else tuple(self.moves)
        if not 1 <= len(set(self.moves)) == len(self.moves) <= 2:
            raise ValueError(
                f"moves must be the name of a control or of two different ones, got {self.moves!r}"
            )
        if not isinstance(self.label, str) or not self.label.strip():
            raise ValueError(f"label must say what the handle holds, got {self.label!r}")
        self.label = reading(self.label)

    def options(self) -> dict[str, Any]:
        """Return what is not an array."""
        return {"moves": self.moves, "label": self.label}

    def extent(self) -> Extent:
        """Return the place."""
        return self.at[:1], self.at[1:]

    def print_on(self, axes: Axes, domain: Limits | None) -> None:
        """Draw the ring, in a wider one of the colour of paper."""
        x, y = (
            float(np.clip(value, min(ends), max(ends)))
            for value, ends in zip(self.at, (axes.get_xlim(), axes.get_ylim()), strict=True)
        )
        for width, shade in ((5.0, looks.PAPER), (2.0, LIGHT.accent)):
            axes.scatter(
                x, y, s=(DIAMETER * looks.PIXEL) ** 2, facecolors="none", edgecolors=shade,
                linewidths=width * looks.PIXEL, zorder=4, clip_on=False,
            )  # fmt: skip


def check_handles(marks: Iterable[Mark], controls: Collection[str]) -> None:
    """Refuse handles of one panel that look alike or move what is no control."""
    labels: set[str] = set()
    for mark in marks:
        if not isinstance(mark, Handle):
            continue
        if unknown := set(mark.moves) - set(controls):
            raise ValueError(
                f"moves of handle {mark.label!r} must name controls, got {sorted(unknown)[0]!r}; "
                f"the explorer has {list(controls)}"
            )
        if mark.label in labels:
            raise ValueError(f"label of each handle must be different, got {mark.label!r} twice")
        labels.add(mark.label)
