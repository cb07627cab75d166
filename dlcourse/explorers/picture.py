"""The print face: the same marks drawn by matplotlib, on a white card."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dlcourse.explorers import looks
from dlcourse.explorers.marks.base import LegendEntry
from dlcourse.explorers.notation import reading
from dlcourse.explorers.panel import Panel
from dlcourse.explorers.scales import Settled
from dlcourse.palette import LIGHT

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

LEGEND_CHARACTERS = 34
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
        for number, (panel, limits) in enumerate(zip(frame, settled, strict=True)):
            _draw_panel(figure.add_subplot(grid[divmod(number, per_row)]), panel, limits)
        stream = io.BytesIO()
        figure.savefig(stream, format="png", metadata={"Software": None})
    return stream.getvalue()


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


def _draw_panel(axes: Axes, panel: Panel, limits: Settled) -> None:
    axes.set_title(panel.title, loc="left", fontsize=9.5)
    axes.set_xscale(panel.x_scale)
    axes.set_yscale(panel.y_scale)
    axes.set(xlim=limits.x, ylim=limits.y)
    for axis, (low, high) in ((axes.xaxis, limits.x), (axes.yaxis, limits.y)):
        if axis.get_scale() == "log" and low > 1e-4 and high < 1e5:
            axis.set_major_formatter(lambda value, _: f"{value:g}")  # as the page does
    if panel.axes:
        axes.set(xlabel=panel.x_label, ylabel=panel.y_label)
    else:
        axes.set_axis_off()
    for place, mark in enumerate(panel.marks):
        mark.print_on(axes, limits.domains.get(place))
    entries = panel.entries(limits.domains)
    for entry in entries:
        if entry.sample == "scale":
            _color_bar(axes, entry)
    if panel.equal:
        axes.set_aspect("equal", adjustable="box")
    _place_legend(axes, panel, [entry for entry in entries if entry.sample != "scale"])


def _place_legend(axes: Axes, panel: Panel, entries: Sequence[LegendEntry]) -> None:
    """Put the legend between title and drawing, as on the page, and lift the title above it."""
    if not entries:
        return
    longest = max(len(reading(entry.label)) for entry in entries)
    columns = max(1, int(LEGEND_CHARACTERS * panel.aspect / (longest + 5)))
    axes.legend(
        handles=[_sample(entry) for entry in entries],
        loc="lower left", bbox_to_anchor=(0, 1), ncols=columns, borderaxespad=0.2,
        handlelength=1.6, columnspacing=1.2, handletextpad=0.5, markerscale=0.8,
    )  # fmt: skip
    lines = -(-len(entries) // columns)
    axes.set_title(panel.title, loc="left", fontsize=9.5, pad=6 + 13 * lines)


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


def _color_bar(axes: Axes, entry: LegendEntry) -> None:
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    assert entry.domain, "settled before anything is drawn"
    mappable = ScalarMappable(Normalize(*entry.domain), looks.ramp(str(entry.color)))
    axes.figure.colorbar(mappable, ax=axes, label=entry.label, shrink=0.8, aspect=30)
