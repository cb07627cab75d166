"""How an author's colours, scales, dashes and markers look in print."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from dlcourse.explorers.values import Array, Color, Limits
from dlcourse.palette import DASHES, LIGHT
from dlcourse.plots import MARKERS

if TYPE_CHECKING:
    from matplotlib.colors import LinearSegmentedColormap
    from matplotlib.markers import MarkerStyle
    from matplotlib.patheffects import AbstractPathEffect

PAPER = LIGHT.paper
PIXEL = 0.75  # in points, matplotlib's unit


def color(value: Color) -> str:
    """Return the colour that an author's `value` stands for."""
    if isinstance(value, str):
        return LIGHT.named[value]
    return LIGHT.classes[value]


# Width and height of each class's marker on the page, as shares of matplotlib's.
MARKER_SIZES = (
    (1, 1), (0.88, 0.88), (1.05, 0.97), (0.74, 0.88), (1.05, 0.97),
    (1.15, 1.15), (1.1, 1.1), (1.35, 1.35), (0.97, 1.05), (0.97, 1.05),
)  # fmt: skip


def marker(value: Color, shape: Color | None = None) -> MarkerStyle:
    """Return the marker of a shape, by default of the one that belongs to a colour."""
    from matplotlib.markers import MarkerStyle
    from matplotlib.transforms import Affine2D

    own = value if isinstance(value, int) else 0
    number = own if shape is None else int(shape)
    return MarkerStyle(MARKERS[number], transform=Affine2D().scale(*MARKER_SIZES[number]))


def dash(number: int) -> Any:
    """Return a dash pattern as matplotlib takes it, in points and not in widths of the line."""
    return (0, tuple(length * PIXEL for length in DASHES[number])) if number else "-"


def halo(pixels: float = 3.5) -> list[AbstractPathEffect]:
    """Return what keeps words readable on lines and fields: an outline in the colour of paper."""
    from matplotlib.patheffects import withStroke

    return [withStroke(linewidth=pixels * PIXEL, foreground=PAPER)]


def casing(width: float) -> list[AbstractPathEffect]:
    """Return what keeps a line of that width readable on a field."""
    from matplotlib.patheffects import withStroke

    return [withStroke(linewidth=(width + 3) * PIXEL, foreground=PAPER)]


def ramp(scale: str) -> LinearSegmentedColormap:
    """Return the colours of a scale."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list(scale, getattr(LIGHT, scale))


def shades(scale: str, values: Array, domain: Limits) -> Array:
    """Return the colours that stand for `values` on a scale whose ends are `domain`."""
    low, high = domain
    colors: Array = ramp(scale)((values - low) / (high - low))
    return colors


def tint(value: Color) -> Array:
    """Return the ground of a region of that colour, as red, green and blue in 0..1."""
    from matplotlib.colors import to_rgb

    tinted: Array = 1 - LIGHT.tint * (1 - np.array(to_rgb(color(value))))
    return tinted


def tints() -> Array:
    """Return the grounds of the regions of classes 0, 1, ... and, as the last row, of no class."""
    return np.array([tint(k) for k in range(len(LIGHT.classes))] + [tint("muted")])


def ink_on(shade: Array) -> str:
    """Return the text colour, dark or light, that reads better on red, green and blue in 0..1."""
    return LIGHT.ink if shade[:3] @ [0.3, 0.59, 0.11] > 135 / 255 else LIGHT.paper
