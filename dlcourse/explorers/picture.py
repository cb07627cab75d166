"""The print face: the same marks drawn by matplotlib, on a white card."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dlcourse.explorers import labels, looks
from dlcourse.explorers.marks.base import LegendEntry
from dlcourse.explorers.notation import reading
from dlcourse.explorers.numbers import number
from dlcourse.explorers.panel import Panel, legends
from dlcourse.explorers.scales import Settled
from dlcourse.explorers.values import Limits
from dlcourse.palette import LIGHT

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

LEGEND_CHARACTERS, WIDTH_CHARACTERS = 34, 90
LEGEND: Any = {
    "handlelength": 1.6, "columnspacing": 1.2, "handletextpad": 0.5, "markerscale": 0.8,
}  # fmt: skip
WIDTH_INCHES = 7.2
DPI = 120


def draw(frame: Sequence[Panel], settled: Sequence[Settled], columns: int | None = None) -> bytes:
    """Draw one frame.

    Parameters
    ----------
    frame : sequence of Panel
        The panels.
    settled : sequence of Settled
        Limits and domains as `dlcourse.explorers.scales.settle` gives them.
    columns : int, optional
        Panels per row.

    Returns
    -------
    bytes
        A PNG.
    """
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    per_row = columns or min(len(frame), 3)
    weights = [panel.aspect for panel in frame[:per_row]]
    rows = -(-len(frame) // per_row)
    width = WIDTH_INCHES if per_row > 1 else min(WIDTH_INCHES, 3.6 * max(weights[0], 1))
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(width, width / sum(weights) * rows + 0.3), dpi=DPI)
        FigureCanvasAgg(figure)
        figure.set_layout_engine("constrained", h_pad=0.08, w_pad=0.06)
        grid = figure.add_gridspec(rows, per_row, width_ratios=weights)
        shared, own = legends(frame, [limits.domains for limits in settled])
        places = []
        for k, (panel, limits, entries) in enumerate(zip(frame, settled, own, strict=True)):
            places.append(figure.add_subplot(grid[divmod(k, per_row)]))
            _draw_panel(places[-1], panel, limits.at(panel), entries)
        _place_shared_legend(figure, places, shared)
        _place_labels(figure)
        stream = io.BytesIO()
        figure.savefig(stream, format="png", metadata={"Software": None})
    return stream.getvalue()


def _place_labels(figure: Figure) -> None:
    """Move labels apart where the layout has put them, which then stays as it is."""
    figure.draw_without_rendering()
    renderer = figure.canvas.get_renderer()  # type: ignore[attr-defined]
    for axes in figure.axes:
        labels.fit(axes, renderer)
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    for axes in figure.axes:
        labels.settle(axes, renderer)
        for axis in (axes.xaxis, axes.yaxis):
            labels.thin_out(axis, renderer)


STYLE: Any = {
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": LIGHT.muted,
    "axes.labelcolor": LIGHT.ink,
    "xtick.color": LIGHT.muted,
    "ytick.color": LIGHT.muted,
    "xtick.labelcolor": LIGHT.ink,
    "ytick.labelcolor": LIGHT.ink,
    "text.color": LIGHT.ink,
    "figure.facecolor": LIGHT.paper,
    "axes.facecolor": LIGHT.paper,
    "lines.scale_dashes": False,
    "legend.frameon": False,
    "legend.fontsize": 8,
}


def _draw_panel(axes: Axes, panel: Panel, limits: Settled, entries: Sequence[LegendEntry]) -> None:
    axes.set_title(panel.title, loc="left", fontsize=9.5)
    axes.set_xscale(panel.x_scale)
    axes.set_yscale(panel.y_scale)
    axes.set(xlim=limits.x, ylim=limits.y)
    _mark_axis(axes.xaxis, limits.x, panel.ticks("x"), panel.x_format)
    _mark_axis(axes.yaxis, limits.y, panel.ticks("y"), panel.y_format)
    if panel.axes:
        axes.set_xlabel(labels.broken(panel.x_label, int(LEGEND_CHARACTERS * panel.aspect) - 6))
        axes.set_ylabel(labels.broken(panel.y_label, LEGEND_CHARACTERS))
    else:
        axes.set_axis_off()
    for name, axis, spine in (("x", axes.xaxis, "bottom"), ("y", axes.yaxis, "left")):
        axis.set_visible(panel.shows(name))
        axes.spines[spine].set_visible(panel.shows(name))
    for place, mark in enumerate(panel.marks):
        mark.print_on(axes, limits.domains.get(place))
    named = _color_bars([axes], entries)
    if panel.equal:
        axes.set_aspect("equal", adjustable="box")
    _place_legend(axes, panel, named)


def _mark_axis(
    axis: Axis, limits: Limits, ticks: Sequence[tuple[float, str]] | None, form: str | None
) -> None:
    """Write at an axis what the page writes there."""
    from matplotlib.ticker import MaxNLocator, NullLocator

    low, high = limits
    log = axis.get_scale() == "log"
    if ticks is not None:
        seen = [(place, name) for place, name in ticks if low <= place <= high]
        axis.set_ticks([place for place, _ in seen], [name for _, name in seen])
        axis.set_minor_locator(NullLocator())
    elif form:
        axis.set_major_formatter(lambda value, _: number(value, form))
        if form.endswith("d") and not log:
            axis.set_major_locator(MaxNLocator(integer=True))
    elif log and low > 1e-4 and high < 1e5:
        axis.set_major_formatter(lambda value, _: f"{value:g}")


def _place_legend(axes: Axes, panel: Panel, entries: Sequence[LegendEntry]) -> None:
    """Put the legend between title and drawing, as on the page, and lift the title above it."""
    if not entries:
        return
    columns = _columns(entries, LEGEND_CHARACTERS * panel.aspect)
    axes.legend(
        handles=[_sample(entry) for entry in entries],
        loc="lower left", bbox_to_anchor=(0, 1), ncols=columns, borderaxespad=0.2, **LEGEND,
    )  # fmt: skip
    lines = -(-len(entries) // columns)
    axes.set_title(panel.title, loc="left", fontsize=9.5, pad=6 + 13 * lines)


def _place_shared_legend(
    figure: Figure, places: Sequence[Axes], entries: Sequence[LegendEntry]
) -> None:
    """Put what several panels share above all of them."""
    if named := _color_bars(places, entries):
        figure.legend(
            handles=[_sample(entry) for entry in named], loc="outside upper left",
            ncols=_columns(named, WIDTH_CHARACTERS), **LEGEND,
        )  # fmt: skip


def _columns(entries: Sequence[LegendEntry], characters: float) -> int:
    longest = max(len(reading(entry.label)) for entry in entries)
    return max(1, int(characters / (longest + 5)))


def _sample(entry: LegendEntry) -> Artist:
    """Return what matplotlib's legend draws beside a name."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    if entry.sample == "tint":
        ground: Any = looks.tint(entry.color)
        return Line2D([], [], ls="", marker="s", ms=8.4, color=ground, label=entry.label)
    shade = looks.color(entry.color)
    if entry.sample == "block":
        return Patch(color=shade, alpha=entry.opacity, lw=0, label=entry.label)
    marker = looks.marker(entry.color, entry.shape)
    if entry.sample == "point":
        return Line2D(
            [], [], ls="", marker=marker, ms=7, label=entry.label,
            mfc="none" if entry.hollow else shade,
            mec=shade if entry.hollow else looks.PAPER,
            mew=1.6 if entry.hollow else 0.6,
        )  # fmt: skip
    return Line2D(
        [], [], color=shade, lw=entry.width * looks.PIXEL, ls=looks.dash(entry.dash),
        label=entry.label, marker=marker if entry.marker else None, ms=5, mec=looks.PAPER, mew=0.6,
    )  # fmt: skip


def _color_bars(places: Sequence[Axes], entries: Sequence[LegendEntry]) -> list[LegendEntry]:
    """Draw the colour bars among the entries beside the axes, and return the other entries."""
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import LogNorm, Normalize
    from matplotlib.ticker import LogLocator

    for entry in entries:
        if entry.sample == "scale":
            assert entry.domain, "settled before anything is drawn"
            norm = (LogNorm if entry.log else Normalize)(*entry.domain)
            look: Any = {"label": entry.label, "shrink": 0.8, "aspect": 30}
            if entry.log:
                look |= {"ticks": LogLocator(subs=(1, 2, 5)), "format": "{x:g}"}
            mappable = ScalarMappable(norm, looks.ramp(str(entry.color)))
            places[0].figure.colorbar(mappable, ax=places, **look).minorticks_off()
    return [entry for entry in entries if entry.sample != "scale"]
