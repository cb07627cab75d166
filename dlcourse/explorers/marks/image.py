"""`Image`: images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np
from numpy.typing import ArrayLike

from dlcourse._validation import one_of
from dlcourse.explorers import looks
from dlcourse.explorers.marks.base import LegendEntry, Shaded, canvas_on
from dlcourse.explorers.values import (
    Array,
    Limits,
    check_floats,
    check_names,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(eq=False)
class Image(Shaded):
    """An image, or several in a grid: digits, weights, feature maps.

    Several of these marks in one panel stand in a row and are as high as each other, each with its
    own scale, size and entry in the legend: an image, a step, and their sum.

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
    own_scale : bool
        Give each image a scale of its own: show its values as shares of the largest in size.
    sign : str, optional
        Text before the images, such as "+" or "=" between the marks of a row.
    highlight : sequence of int
        Images to be framed in the colour of class 1.
    """

    kind = "image"
    framed = False

    pixels: ArrayLike
    _: KW_ONLY
    columns: int | None = None
    titles: Sequence[str] = ()
    scale: Literal["grey", "diverging", "sequential"] = "grey"
    rgb: bool = False
    own_scale: bool = False
    sign: str | None = None
    highlight: Sequence[int] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        one_of(self.scale, "scale", ("grey", "diverging", "sequential"))
        extra = 1 if self.rgb else 0
        pixels = check_floats(self.pixels, "pixels", (2 + extra, 3 + extra))
        self.pixels = pixels if pixels.ndim == 3 + extra else pixels[None]
        if self.rgb:
            self._check_rgb(self.pixels)
        if self.own_scale:
            self.pixels = self._on_own_scales(self.pixels)
        count = len(self.pixels)
        self.columns = int(self.columns or np.ceil(np.sqrt(count)))
        self.titles = check_names(self.titles, "titles", count)
        if any(index not in range(count) for index in self.highlight):
            raise ValueError(
                f"highlight must hold numbers of images, 0 to {count - 1}, got {self.highlight!r}"
            )
        self.highlight = [int(index) for index in self.highlight]

    def _check_rgb(self, pixels: Array) -> None:
        if pixels.shape[-1] != 3 or pixels.min(initial=0) < 0 or pixels.max(initial=0) > 1:
            raise ValueError("pixels must hold red, green and blue in 0..1 on the last axis")
        self.domain = (0.0, 1.0)

    def _on_own_scales(self, pixels: Array) -> Array:
        if self.rgb or self.domain is not None:
            raise ValueError("own_scale must stand without rgb and domain, got both")
        largest = np.abs(pixels).max(axis=(1, 2), keepdims=True)
        return pixels / np.where(largest == 0, 1, largest)

    @property
    def shades(self) -> Array:
        """The pixels."""
        return self.arrays()["pixels"]

    def bits_of(self, array: str) -> int:
        """Return 8: an image needs no more."""
        return 8

    def legend(self, domain: Limits | None = None) -> list[LegendEntry]:
        """Return the colour bar, which says if its ends are other numbers in each image."""
        share = " / image's largest" if self.own_scale else ""
        return [replace(e, label=e.label + share) for e in super().legend(domain)]

    def print_on(self, axes: Axes, domain: Limits | None) -> None:
        """Draw images in a grid that is 1 high, beside those that earlier marks have drawn."""
        from matplotlib.patches import Rectangle

        axes, start = _shared_canvas(axes)
        count, height, width = self.shades.shape[:3]
        per_row = min(int(self.columns or count), count)
        rows = -(-count // per_row)
        tall, wide = 1 / rows, width / height / rows
        gap, head = tall * 0.08, tall * (0.22 if self.titles else 0.08)
        if self.sign:
            look: Any = {"fontsize": 14, "ha": "center", "va": "center"}
            axes.text(start + SIGN / 2 - gap, 0.5, self.sign, **look)
            start += SIGN
        colors = self._colors(domain)
        for k in range(count):
            row, column = divmod(k, per_row)
            left, top = start + column * (wide + gap), row * (tall + head)
            extent = (left, left + wide, top + tall, top)
            bottom, above = axes.get_ylim()
            axes.imshow(colors[k], extent=extent, interpolation="nearest")
            axes.set(
                xlim=(0, start + per_row * (wide + gap)),
                ylim=(max(bottom, top + tall), min(above, -head)),
            )
            if self.titles:
                place = (left + wide / 2, top - 0.03 * tall)
                axes.text(*place, self.titles[k], ha="center", fontsize=8)
            if k in self.highlight:
                frame: Any = {"fill": False, "ec": looks.color("positive"), "lw": 3 * looks.PIXEL}
                axes.add_patch(Rectangle((left, top), wide, tall, **frame))

    def _colors(self, domain: Limits | None) -> Array:
        """Red, green and blue of every pixel."""
        if self.rgb or domain is None:
            return self.shades
        return looks.shades(self.scale, self.shades, domain)


SIGN = 0.3  # room before a sign and behind it, as a share of the height of the images


def _shared_canvas(axes: Axes) -> tuple[Axes, float]:
    """Return the axes that all images of a panel share, and where the next ones begin."""
    for child in axes.child_axes:
        if child.get_label() == "images":
            return cast("Axes", child), child.get_xlim()[1]
    canvas = canvas_on(axes)
    canvas.set_label("images")
    return canvas, 0.0
