"""`Matrix`: numbers in the coloured cells of a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from dlcourse._validation import one_of
from dlcourse.explorers import looks
from dlcourse.explorers.marks.base import Shaded, canvas_on
from dlcourse.explorers.notation import reading
from dlcourse.explorers.numbers import written
from dlcourse.explorers.values import (
    Array,
    Limits,
    check_floats,
    check_names,
    check_number_format,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.patches import Rectangle

Cell = tuple[int | None, int | None]
Bounds = tuple[float, float, float, float]


@dataclass(eq=False)
class Matrix(Shaded):
    """A table of numbers in coloured cells: confusion matrices, attention, truth tables.

    Parameters
    ----------
    values : array_like, shape (h, w)
        Row 0 is the top row; NaN leaves a cell empty.
    rows, columns : sequences of str
        Names beside the rows and above the columns. The columns' names are turned where they are
        wider than a cell; where the cells are small, only every second, third ... name stands.
        What long names take the cells lack, on a phone above all.
    row_groups, column_groups : str or sequence of str
        The group of each row or column: neighbours of one name get it together, beside a line along
        them, "" gets none. A single text belongs to all and so names the axis.
    numbers : str
        Format specification to write each value into its cell, for example "d"; "" for none. A
        number that does not fit into its cell is left out.
    blank_zeros : bool
        Leave out numbers that read as zero.
    highlight : sequence of (row, column)
        Cells to be framed in the colour of class 1; None takes the whole: ``(2, None)`` is a row,
        ``(None, 3)`` a column.
    label : str
        Title of a colour bar; "" for none.
    scale : {"sequential", "diverging", "grey"}
        As for `Image`.
    domain : (low, high), optional
        Values at the ends of the scale, others get the colour of the nearer end; default as for
        `Field`.
    """

    kind = "matrix"
    framed = False

    values: ArrayLike
    _: KW_ONLY
    rows: Sequence[str] = ()
    columns: Sequence[str] = ()
    row_groups: str | Sequence[str] = ()
    column_groups: str | Sequence[str] = ()
    numbers: str = ""
    blank_zeros: bool = False
    highlight: Sequence[Cell] = ()
    scale: Literal["sequential", "diverging", "grey"] = "sequential"

    def __post_init__(self) -> None:
        super().__post_init__()
        one_of(self.scale, "scale", ("sequential", "diverging", "grey"))
        check_number_format(self.numbers, "numbers")
        self.values = check_floats(self.values, "values", 2, gaps=True)
        if np.isnan(self.values).all():
            raise ValueError(f"values must hold a number, got only NaN, shape {self.values.shape}")
        height, width = self.values.shape
        self.rows = check_names(self.rows, "rows", height)
        self.columns = check_names(self.columns, "columns", width)
        self.row_groups = _groups(self.row_groups, "row_groups", height)
        self.column_groups = _groups(self.column_groups, "column_groups", width)
        self.highlight = [_cell(cell, height, width) for cell in self.highlight]

    @property
    def shades(self) -> Array:
        """The values that are there."""
        values = self.arrays()["values"]
        return values[~np.isnan(values)]

    def bits_of(self, array: str) -> int:
        """Return 8, as for an image, or 0 where a gap asks for floats."""
        return 8 if self.shades.size == self.arrays()[array].size else 0

    def options(self) -> dict[str, Any]:
        """Return what is not an array: the numbers as they are written, each group's cells."""
        return {
            **super().options(),
            "numbers": self._written(),
            "row_groups": spans(self.row_groups),
            "column_groups": spans(self.column_groups),
        }

    def _written(self) -> list[str]:
        texts = written(self.arrays()["values"], self.numbers)
        return ["" if self.blank_zeros and not text.strip("0.%") else text for text in texts]

    def print_on(self, axes: Axes, domain: Limits | None) -> None:
        """Draw square cells, what is written in them, and names and groups around them."""
        assert domain, "settled before anything is drawn"
        values = self.arrays()["values"]
        height, width = values.shape
        colors = looks.shades(self.scale, values, domain)
        cell, depth, bounds = self._layout(axes)
        axes = canvas_on(axes, bounds)
        axes.pcolormesh(colors, edgecolors=looks.PAPER, linewidth=looks.PIXEL)
        self._print_numbers(axes, colors, cell)
        _print_beside(axes, self.rows, self.row_groups, cell, _widest(self.rows), above=False)
        _print_beside(axes, self.columns, self.column_groups, cell, depth, above=True)
        for row, column in self.highlight:
            axes.add_patch(_frame(row, column, height, width))
        axes.set(xlim=(0, width), ylim=(height, 0), aspect="equal")

    def _layout(self, axes: Axes) -> tuple[float, float, Bounds]:
        """Side of a cell and depth of the columns' names in pixels; where in `axes` the cells are.

        The same as on the page, for the size that the axes have before the figure's layout.
        """
        height, width = self.arrays()["values"].shape
        pixel = axes.figure.dpi / 72 * looks.PIXEL
        wide, tall = axes.bbox.width / pixel, axes.bbox.height / pixel
        side = _room(self.rows, self.row_groups, _widest(self.rows))
        for depth in (LINE, _widest(self.columns)):
            head = _room(self.columns, self.column_groups, depth)
            cell = min((wide - side) / width, (tall - head) / height)
            if _widest(self.columns) <= cell:
                break
        return cell, depth, (side / wide, 0, 1 - side / wide, 1 - head / tall)

    def _print_numbers(self, axes: Axes, colors: Array, cell: float) -> None:
        texts = self._written()
        size = min(13, max(9, (cell - 4) / DIGIT / max([3, *map(len, texts)])))
        for (row, column), text in zip(np.ndindex(colors.shape[:2]), texts, strict=False):
            if text and DIGIT * size * len(text) <= cell - 4:
                look: Any = {"fontsize": size * looks.PIXEL, "ha": "center", "va": "center"}
                ink = looks.ink_on(colors[row, column])
                axes.text(column + 0.5, row + 0.5, text, color=ink, **look)


# In pixels, as in ``src/marks/matrix.js``.
DIGIT = 0.64  # width of a digit as a share of its height
CHARACTER = 7.2  # mean width of a character of a name
LINE = 14
AWAY = 6  # from the cells to the names, and from these to the groups


def _widest(names: Sequence[str]) -> float:
    return CHARACTER * max((len(reading(name)) for name in names), default=0)


def _room(names: Sequence[str], groups: Sequence[str], depth: float) -> float:
    """What names that are `depth` deep and groups take beside the cells."""
    return (AWAY + depth if names else 0) + (AWAY + LINE + 2 if groups else 0)


def _print_beside(
    axes: Axes, names: Sequence[str], groups: Sequence[str], cell: float, depth: float, above: bool
) -> None:
    """Write names and groups beside the rows, or above the columns."""
    from matplotlib.lines import Line2D
    from matplotlib.transforms import ScaledTranslation, Transform

    def away(pixels: float) -> Transform:
        inches = pixels * looks.PIXEL / 72
        x, y = (0, inches) if above else (-inches, 0)
        return axes.transData + ScaledTranslation(x, y, axes.figure.dpi_scale_trans)

    def spot(at: Any) -> tuple[Any, Any]:
        return (at, 0 * at) if above else (0 * at, at)

    turned = above and depth != LINE
    every = int(np.ceil(LINE / cell)) if turned or not above else 1
    look: Any = {"ha": "center", "va": "bottom"} if above else {"ha": "right", "va": "center"}
    for k in range(0, len(names), every):
        rotation = 90 if turned else 0
        axes.text(*spot(k + 0.5), names[k], transform=away(AWAY), rotation=rotation, **look)
    beyond = _room(names, (), depth) + AWAY
    for name, first, end in spans(groups):
        ends = np.array([first + 0.1, end - 0.1])
        line: Any = {"color": looks.color("muted"), "lw": looks.PIXEL, "clip_on": False}
        axes.add_line(Line2D(*spot(ends), transform=away(beyond), **line))
        look["rotation"] = 0 if above else 90
        look["fontsize"] = 9 * max(0.72, min(1, cell * (end - first) / _widest([name])))
        axes.text(*spot(ends.mean()), name, transform=away(beyond + 2), **look)


def _frame(row: int | None, column: int | None, height: int, width: int) -> Rectangle:
    from matplotlib.patches import Rectangle

    x, across = (0, width) if column is None else (column, 1)
    y, down = (0, height) if row is None else (row, 1)
    look: Any = {"ec": looks.color("positive"), "lw": 3 * looks.PIXEL, "clip_on": False}
    return Rectangle((x, y), across, down, fill=False, zorder=3, **look)


def _groups(value: str | Sequence[str], name: str, length: int) -> tuple[str, ...]:
    return check_names(
        [value] * length if isinstance(value, str) and value else value, name, length
    )


def spans(groups: Sequence[str]) -> list[tuple[str, int, int]]:
    """Return name, first place and place after the last of each group that has a name.

    >>> spans(["", "in", "in", "out"])
    [('in', 1, 3), ('out', 3, 4)]
    """
    runs = [[k for k, _ in run] for _, run in groupby(enumerate(groups), lambda pair: pair[1])]
    return [(groups[run[0]], run[0], run[-1] + 1) for run in runs if groups[run[0]]]


def _cell(cell: Any, height: int, width: int) -> Cell:
    """Return `cell` as a pair of places, either of which may be None."""
    try:
        row, column = cell
        inside = (row is None or row in range(height)) and (
            column is None or column in range(width)
        )
    except TypeError:
        inside = False
    if not inside:
        raise ValueError(
            f"highlight must hold pairs (row, column), rows 0 to {height - 1} and columns 0 to "
            f"{width - 1}, None for all of them, got {cell!r}"
        )
    return (None if row is None else int(row), None if column is None else int(column))
