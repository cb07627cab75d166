"""Labels that keep apart in print, as ``src/labels.js`` lays them out on the page.

Those at the ends of lines are pushed up and down; every other one takes the first of its spots at
which it covers no label that stands already and keeps within the axes; words at a place may stand
beside them. Who stays and who gives way: `RANKS`. Numbers that do not fit are left out.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from dlcourse.explorers import looks
from dlcourse.explorers.values import Color

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.backends.backend_agg import RendererAgg
    from matplotlib.text import Annotation, Text
    from matplotlib.transforms import Bbox, BboxBase

FONT_SIZE = 9.0  # points
LINE = 1.2 * FONT_SIZE
RANKS = ("end", "text", "rule", "span")
GAP = 6.0  # points between two labels side by side
BESIDE = 0.3  # of the width of the axes, for a label at the end of a line
ALIGNMENTS = {"start": "left", "middle": "center", "end": "right"}  # matplotlib's words
Spot = tuple[tuple[float, float], float, float, str]


class _Wish(NamedTuple):
    """Where a label wants to stand."""

    rank: int
    spots: Sequence[Spot]
    room: float


_rooms: WeakKeyDictionary[Text, tuple[float, float]] = WeakKeyDictionary()
_wishes: WeakKeyDictionary[Annotation, _Wish] = WeakKeyDictionary()


def label_on(
    axes: Axes,
    kind: str,
    text: str,
    spots: Sequence[Spot],
    *,
    color: Color,
    coordinates: Any = "data",
    size: float = 1.0,
    bold: bool = False,
    room: float = 1.0,
) -> None:
    """Write `text` at the first of `spots`; `settle` finds out which is free.

    Parameters
    ----------
    axes : Axes
        Where to.
    kind : {"end", "text", "rule", "span"}
        At the end of a line, at a place, at a line or a stretch across the panel.
    text : str
        The words, "" for none.
    spots : sequence of (place, right, up, anchor)
        A place in `coordinates`, as in ``axes.annotate``, the shift from there in points, and
        "start", "middle" or "end"; the best one first.
    color, size, bold
        Look; `size` relative to the figure's text.
    room : float
        Share of the width of the axes that it may take before it is broken into lines.
    """
    if not text:
        return
    place, right, up, anchor = spots[0]
    label = axes.annotate(
        text, place, (right, up), xycoords=coordinates, textcoords="offset points",
        annotation_clip=False, va="center", ha=ALIGNMENTS[anchor], color=looks.color(color),
        fontsize=FONT_SIZE * size, fontweight="bold" if bold else "normal",
        path_effects=looks.halo(),
    )  # fmt: skip
    _wishes[label] = _Wish(RANKS.index(kind), spots, room)


def leave_out_beyond(text: Text, width: float, height: float) -> None:
    """Leave out a number if it takes more than these shares of the width and height of the axes."""
    _rooms[text] = width, height


def fit(axes: Axes, renderer: RendererAgg) -> None:
    """Leave out numbers and break labels that are too large for their place.

    Mathematics is not broken.
    """
    for number in axes.texts:
        box, (width, height) = number.get_window_extent(renderer), _rooms.get(number, (np.inf,) * 2)
        fits = box.width <= width * axes.bbox.width and box.height <= height * axes.bbox.height
        number.set_visible(fits)
    for label in _on(axes):
        text, width = label.get_text(), label.get_window_extent(renderer).width
        room = axes.bbox.width * _wishes[label].room
        if width > room:
            letters = max(1, int(max(map(len, text.split("\n"))) * room / width))
            label.set_text(broken(text, letters))


def broken(text: str, letters: int) -> str:
    """Break a text into lines of at most so many letters; mathematics is not broken."""
    if "$" in text:
        return text
    lines = [textwrap.fill(line, letters, break_long_words=False) for line in text.split("\n")]
    return "\n".join(lines)


def settle(axes: Axes, renderer: RendererAgg) -> None:
    """Move the labels apart, once the axes have their final size."""
    labels = sorted(_on(axes), key=lambda label: _wishes[label].rank)
    boxes: list[Bbox] = []
    gap = GAP * axes.figure.dpi / 72
    ends = [label for label in labels if _wishes[label].rank == 0]
    for group in _beside_each_other(ends, renderer):
        _push_apart(group, axes, renderer)
        boxes += [label.get_window_extent(renderer) for label in group]
    for label in labels[len(ends) :]:
        spots = _wishes[label].spots
        bounds = axes.figure.bbox if _wishes[label].rank == 1 else axes.bbox
        costs = [_cost(_at(label, spot, renderer), boxes, bounds, gap) for spot in spots]
        chosen = int(np.argmin(costs))
        boxes.append(_at(label, spots[chosen], renderer))
        if _wishes[label].rank == RANKS.index("text") and chosen:
            _lead(axes, label, boxes[-1])


def thin_out(axis: Axis, renderer: RendererAgg) -> None:
    """Leave out the names at an axis that would touch the one before; turned ones may."""
    last: Bbox | None = None
    for label in axis.get_majorticklabels():
        box = label.get_window_extent(renderer)
        if last is not None and not label.get_rotation() and _common(box, last):
            label.set_visible(False)
        elif label.get_text():
            last = box


def _on(axes: Axes) -> Iterator[Annotation]:
    return (text for text in axes.texts if text in _wishes)  # type: ignore[misc]


def _at(label: Annotation, spot: Spot, renderer: RendererAgg) -> Bbox:
    label.xy, right, up, anchor = spot
    if _wishes[label].rank == RANKS.index("span"):
        up -= label.get_text().count("\n") * LINE / 2  # from the top downwards
    label.set_position((right, up))
    label.set_horizontalalignment(ALIGNMENTS[anchor])  # type: ignore[arg-type]
    return label.get_window_extent(renderer)


def _lead(axes: Axes, label: Annotation, box: Bbox) -> None:
    """Draw a thin line from a place to a label that could not stay beside it."""
    from matplotlib.lines import Line2D
    from matplotlib.transforms import IdentityTransform

    x, y = axes.transData.transform(label.xy)
    to_x, to_y = np.clip(x, *box.intervalx), np.clip(y, *box.intervaly)
    if abs(to_y - y) < LINE * axes.figure.dpi / 72:
        return
    line = Line2D([x, to_x], [y, to_y], color=looks.color("muted"), lw=0.8 * looks.PIXEL)
    line.set_transform(IdentityTransform())  # the layout is final
    axes.add_artist(line)


def _cost(box: Bbox, others: Sequence[Bbox], bounds: BboxBase, gap: float) -> int:
    """How much of other labels and of what lies beyond `bounds` a label would cover, in pixels."""
    covered = sum(_common(box, other, gap) for other in others)
    return round(covered + box.width * box.height - _common(box, bounds))


def _common(a: BboxBase, b: BboxBase, gap: float = 0.0) -> float:
    across = min(a.x1, b.x1) - max(a.x0, b.x0) + gap
    down = min(a.y1, b.y1) - max(a.y0, b.y0)
    return float(max(0.0, across) * max(0.0, down))


def _beside_each_other(
    labels: Sequence[Annotation], renderer: RendererAgg
) -> Iterator[list[Annotation]]:
    """Labels in groups that share no column of pixels."""
    group: list[Annotation] = []
    reach = -np.inf
    for label in sorted(labels, key=lambda label: label.get_window_extent(renderer).x0):
        box = label.get_window_extent(renderer)
        if group and box.x0 >= reach:
            yield group
            group = []
        group.append(label)
        reach = max(reach, box.x1)
    if group:
        yield group


def _push_apart(group: list[Annotation], axes: Axes, renderer: RendererAgg) -> None:
    group.sort(key=lambda label: sum(label.get_window_extent(renderer).intervaly))
    boxes = [label.get_window_extent(renderer) for label in group]
    middles = dodge([((b.y0 + b.y1) / 2, b.height) for b in boxes], axes.bbox.y0, axes.bbox.y1)
    points = 72 / axes.figure.dpi
    for label, box, middle in zip(group, boxes, middles, strict=True):
        right, up = label.get_position()
        label.set_position((right, up + (middle - (box.y0 + box.y1) / 2) * points))


def dodge(things: Sequence[tuple[float, float]], low: float, high: float) -> list[float]:
    """Return the middles, nearest to the wanted ones, of things that do not cover each other.

    Parameters
    ----------
    things : sequence of (float, float)
        Wanted middle and size, in the order in which they follow each other.
    low, high : float
        Between which they lie, if they fit.

    Examples
    --------
    >>> dodge([(5, 2), (5, 2), (9, 2)], 0, 10)
    [4.0, 6.0, 9.0]
    """
    blocks: list[tuple[float, list[float], float]] = []  # where it begins, sizes, sum of wishes
    for middle, size in things:
        sizes, wishes = [size], middle - size / 2
        while True:
            start = max(low, min(high - sum(sizes), wishes / len(sizes)))
            if not blocks or blocks[-1][0] + sum(blocks[-1][1]) <= start:
                break
            _, before, earlier = blocks.pop()
            wishes += earlier - len(sizes) * sum(before)
            sizes = before + sizes
        blocks.append((start, sizes, wishes))
    return [
        float(start + sum(sizes[:k]) + size / 2)
        for start, sizes, _ in blocks
        for k, size in enumerate(sizes)
    ]
