"""`Field`: a number at every place of a rectangle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from dlcourse._validation import limits, one_of, refuse
from dlcourse.explorers import looks
from dlcourse.explorers.marks.base import LegendEntry, Shaded
from dlcourse.explorers.marks.grid import grid_values, outer_edges
from dlcourse.explorers.values import CLASSES, Array, Extent, Function, Limits, check_class_names

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(eq=False)
class Field(Shaded):
    """A number at every place of a rectangle, as a heat map with a colour bar.

    Parameters
    ----------
    values : array_like, shape (ny, nx), or callable
        Row j lies at the j-th y from below, column i at the i-th x, as ``numpy.meshgrid`` gives
        them. A callable takes an (m, 2) array of points and returns m values.
    x, y : (low, high)
        Sides of the rectangle.
    label : str
        Title of the colour bar.
    scale : {"diverging", "sequential", "log", "classes"}
        "diverging" runs from the colour of class 0 over neutral to the colour of class 1;
        "sequential" from light to dark, and so does "log", where equal steps are equal factors;
        "classes" tints whole numbers with the class colours, and -1, a place of no class, grey.
    domain : (low, high), optional
        Values at the ends of the colour scale. Default: (0, 1) if all values of all frames lie
        in it and the scale is diverging; else symmetric about 0 for the diverging scale, and
        from the smallest to the largest value for the sequential one.
    names : sequence of str
        Names of the classes 0, 1, ... for the legend ("classes" only).
    none : str, optional
        What the legend calls the grey, for example "nobody" ("classes" only).
    smooth : bool
        Interpolate between the values (default), or show each as a rectangle.
    resolution : int
        Grid points per side where `values` is a callable.
    bits : int, optional
        Precision on the static page, 8 to 16; default 12 with a `Contour` of the field, else 8.
    """

    kind = "field"
    linear = True

    values: ArrayLike | Function
    _: KW_ONLY
    x: Limits
    y: Limits
    scale: Literal["diverging", "sequential", "log", "classes"] = "diverging"
    names: Sequence[str] = ()
    none: str | None = None
    smooth: bool = True
    resolution: int = 48
    bits: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.x, self.y = limits(self.x, "x"), limits(self.y, "y")
        one_of(self.scale, "scale", ("diverging", "sequential", "log", "classes"))
        if self.bits is not None and self.bits not in range(8, 17):
            raise ValueError(f"bits must lie in 8..16, got {self.bits!r}")
        self.values = grid_values(self.values, self.x, self.y, self.resolution)
        if self.scale == "classes":
            self._check_classes(self.values)
        if self.scale == "log":  # from here on the values are logarithms
            self.values = _log10(self.values, "values")
            self.domain = self.domain and tuple(_log10(np.array(self.domain), "domain").tolist())

    def _check_classes(self, values: Array) -> None:
        wrong = (values != np.round(values)) | (values < -1) | (values >= CLASSES)
        need = f'hold class numbers 0 to {CLASSES - 1}, or -1 for none, where scale is "classes"'
        refuse(wrong, values, "values", need)
        self.smooth, self.domain, self.bits = False, (-1.0, 254.0), 8
        self.names = check_class_names(self.names, "names")

    @property
    def shades(self) -> Array:
        """The values."""
        return self.arrays()["values"]

    def extent(self) -> Extent:
        """Return the sides."""
        return np.array(self.x), np.array(self.y)

    def tight(self) -> Extent:
        """Return the sides: a field reaches to the axes."""
        return self.extent()

    def legend(self, domain: Limits | None = None) -> list[LegendEntry]:
        """Return the names of the classes, or the colour bar."""
        if self.scale == "classes":
            none = [LegendEntry(self.none, "tint", "muted")] if self.none else []
            return [LegendEntry(name, "tint", k) for k, name in enumerate(self.names)] + none
        bar = super().legend(domain)
        return [self._logarithmic(entry) for entry in bar] if self.scale == "log" else bar

    def _logarithmic(self, bar: LegendEntry) -> LegendEntry:
        ends = bar.domain and (10.0 ** bar.domain[0], 10.0 ** bar.domain[1])
        return replace(
            bar, label=f"{bar.label} (log scale)", color=self._ramp, domain=ends, log=True
        )

    @property
    def _ramp(self) -> str:
        """Name of the colours."""
        return "sequential" if self.scale == "log" else self.scale

    def options(self) -> dict[str, Any]:
        """Return what is not an array; the page needs no more than the colours of the scale."""
        return {**super().options(), "scale": self._ramp}

    def bits_of(self, array: str) -> int:
        """Return the given precision, 8 bits by default."""
        return self.bits or 8

    def print_on(self, axes: Axes, domain: Limits | None) -> None:
        """Draw an image."""
        rows, columns = self.shades.shape
        classes = self.scale == "classes"
        axes.imshow(
            looks.tints()[self.shades.astype(int)] if classes else self.shades,
            origin="lower",
            extent=(*outer_edges(self.x, columns), *outer_edges(self.y, rows)),
            cmap=None if classes else looks.ramp(self._ramp),
            clim=domain,
            interpolation="bilinear" if self.smooth else "nearest",
            aspect="auto",
        )


def _log10(array: Array, name: str) -> Array:
    refuse(array <= 0, array, name, 'be positive where scale is "log"')
    return np.log10(array)
