"""`Image`: images, matrices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from dlcourse._validation import one_of
from dlcourse.explorers import looks
from dlcourse.explorers.marks.base import Shaded, canvas_on
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


@dataclass(eq=False)
class Image(Shaded):
    """An image, or several in a grid: digits, weights, feature maps, matrices with numbers.

    Parameters
    ----------
    pixels : array_like, shape (h, w) or (n, h, w); with ``rgb=True`` also a last axis of 3
        Row 0 is the top row.
    columns : int, optional
        Images per row of the grid; default about the square root of n.
    titles : sequence of str, length n
        Text above each image.
    scale : {"grey", "diverging", "sequential"}
        "grey" is black for low and white for high, as MNIST's digits are.
    domain : (low, high), optional
        Values at the ends of the scale; default as for `Field` ("grey" like "diverging" takes
        (0, 1) where all values lie in it, else smallest to largest).
    label : str
        Title of a colour bar; "" for none.
    rgb : bool
        The last axis holds red, green and blue, each in 0..1.
    numbers : str
        Format specification to write each value into its cell, for example ".1f"; "" for none.
    highlight : sequence of int
        Images to be framed in the colour of class 1.
    rows, names : sequences of str
        Text beside each row and above each column of a single image, for matrices.
    """

    kind = "image"
    framed = False

    pixels: ArrayLike
    _: KW_ONLY
    columns: int | None = None
    titles: Sequence[str] = ()
    scale: Literal["grey", "diverging", "sequential"] = "grey"
    rgb: bool = False
    numbers: str = ""
    highlight: Sequence[int] = ()
    rows: Sequence[str] = ()
    names: Sequence[str] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        one_of(self.scale, "scale", ("grey", "diverging", "sequential"))
        check_number_format(self.numbers, "numbers")
        extra = 1 if self.rgb else 0
        pixels = check_floats(self.pixels, "pixels", (2 + extra, 3 + extra))
        self.pixels = pixels if pixels.ndim == 3 + extra else pixels[None]
        if self.rgb:
            self._check_rgb(self.pixels)
        count, height, width = self.pixels.shape[:3]
        self.columns = int(self.columns or np.ceil(np.sqrt(count)))
        self.titles = check_names(self.titles, "titles", count)
        self.rows, self.names = (
            check_names(self.rows, "rows", height),
            check_names(self.names, "names", width),
        )
        if any(index not in range(count) for index in self.highlight):
            raise ValueError(
                f"highlight must hold numbers of images, 0 to {count - 1}, got {self.highlight!r}"
            )
        self.highlight = [int(index) for index in self.highlight]

    def _check_rgb(self, pixels: Array) -> None:
        if pixels.shape[-1] != 3 or pixels.min(initial=0) < 0 or pixels.max(initial=0) > 1:
            raise ValueError("pixels must hold red, green and blue in 0..1 on the last axis")
        self.domain = (0.0, 1.0)

    @property
    def worded(self) -> bool:
        """Whether there are words or numbers at single rows, columns or cells."""
        return bool(self.numbers or self.rows or self.names)

    @property
    def shades(self) -> Array:
        """The pixels."""
        return self.arrays()["pixels"]

    def bits_of(self, array: str) -> int:
        """Return 8: an image needs no more."""
        return 8

    def options(self) -> dict[str, Any]:
        """Return what is not an array, the numbers as they are written into the cells."""
        return {**super().options(), "numbers": self._written()}

    def _written(self) -> list[str]:
        return [] if self.rgb else written(self.shades, self.numbers)

    def print_on(self, axes: Axes, domain: Limits | None) -> None:
        """Draw images in a grid of unit squares' proportions, the first at the top left."""
        from matplotlib.patches import Rectangle

        axes = canvas_on(axes)
        count, height, width = self.shades.shape[:3]
        gap, head = width * 0.08, height * (0.22 if self.titles else 0.08)
        per_row = int(self.columns or count)
        colors = self._colors(domain)
        for k in range(count):
            row, column = divmod(k, per_row)
            left, top = column * (width + gap), row * (height + head)
            extent = (left, left + width, top + height, top)
            axes.imshow(colors[k], extent=extent, interpolation="nearest")
            if self.titles:
                place = (left + width / 2, top - 0.03 * height)
                axes.text(*place, self.titles[k], ha="center", fontsize=8)
            if k in self.highlight:
                frame: Any = {"fill": False, "ec": looks.color("positive"), "lw": 3 * looks.PIXEL}
                axes.add_patch(Rectangle((left, top), width, height, **frame))
            self._write_on(axes, k, left, top, colors[k])
        rows, columns = -(-count // per_row), min(count, per_row)
        axes.set_xlim(-gap, columns * (width + gap))
        axes.set_ylim(rows * (height + head), -head)

    def _colors(self, domain: Limits | None) -> Array:
        """Red, green and blue of every pixel."""
        if self.rgb or domain is None:
            return self.shades
        low, high = domain
        return looks.ramp(self.scale)((self.shades - low) / (high - low))

    def _write_on(self, axes: Axes, image: int, left: float, top: float, colors: Array) -> None:
        """Write numbers into the cells, the names of rows and columns beside them."""
        height, width = colors.shape[:2]
        texts = self._written()[image * height * width :]
        for (i, j), text in zip(np.ndindex(height, width), texts, strict=False):
            ink = looks.ink_on(colors[i, j])
            axes.text(left + j + 0.5, top + i + 0.5, text, ha="center", va="center", color=ink)
        for i, name in enumerate(self.rows):
            axes.text(left - 0.1, top + i + 0.5, name, ha="right", va="center")
        for j, name in enumerate(self.names):
            axes.text(left + j + 0.5, top - 0.1, name, ha="center", va="bottom")
