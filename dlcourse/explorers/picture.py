"""The print face: the same marks drawn by matplotlib, on a white card."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from dlcourse.explorers.controls import shown
from dlcourse.explorers.marks import Mark
from dlcourse.explorers.panel import Panel
from dlcourse.explorers.scales import Settled, scaled
from dlcourse.explorers.values import Array, Color, Limits
from dlcourse.plots import INK, LINE_STYLES, MARKERS, PALETTE, PAPER

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import LinearSegmentedColormap

MUTED = "#6B7280"
RAMPS = {
    "diverging": ("#4C9BCC", "#AED1E8", "#F7F6F3", "#F3C9A4", "#E28A4D"),
    "sequential": ("#F6F5F2", "#BFD9E6", "#7FB2D0", "#3B82B5", "#12507F"),
    "grey": ("#000000", "#FFFFFF"),
}
"""Colours of the scales on light pages; ``src/colors.js`` has the same."""

CLASS_TINT = 0.32
LEGEND_CHARACTERS = 34
WIDTH_INCHES = 7.2
DPI = 120


def color(value: Color) -> str:
    """Return the colour that an author's `color` stands for."""
    named = {"ink": INK, "muted": MUTED, "positive": PALETTE[1], "negative": PALETTE[0]}
    return named[value] if isinstance(value, str) else PALETTE[value % len(PALETTE)]


def draw(frame: Sequence[Panel], settled: Settled, columns: int | None = None) -> bytes:
    """Draw one frame.

    Parameters
    ----------
    frame : sequence of Panel
        The panels.
    settled : list of dict
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
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "text.color": INK,
    "figure.facecolor": PAPER,
    "axes.facecolor": PAPER,
    "legend.frameon": False,
    "legend.fontsize": 8,
}


def _draw_panel(axes: Axes, panel: Panel, limits: dict[str, Any]) -> None:
    axes.set_title(panel.title, loc="left", fontsize=9.5)
    axes.set_xscale(panel.x_scale)
    axes.set_yscale(panel.y_scale)
    if panel.axes:
        axes.set(xlabel=panel.x_label, ylabel=panel.y_label, xlim=limits["x"], ylim=limits["y"])
    else:
        axes.set_axis_off()
    for place, mark in enumerate(panel.marks):
        domain = limits["domains"].get(place)
        PAINTERS[mark.kind](axes, mark, mark.options() | mark.arrays() | {"domain": domain})
        if domain and panel.legend and mark.options()["label"]:
            _color_bar(axes, mark.options(), domain)
    if panel.equal:
        axes.set_aspect("equal", adjustable="box")
    _place_legend(axes, panel)


def _place_legend(axes: Axes, panel: Panel) -> None:
    """Put the legend between title and drawing, as on the page, and lift the title above it."""
    handles, labels = axes.get_legend_handles_labels()
    if not (panel.legend and handles):
        return
    columns = max(1, int(LEGEND_CHARACTERS * panel.aspect / (max(map(len, labels)) + 5)))
    axes.legend(
        loc="lower left", bbox_to_anchor=(0, 1), ncols=columns, borderaxespad=0.2,
        handlelength=1.6, columnspacing=1.2, handletextpad=0.5, markerscale=0.8,
    )  # fmt: skip
    lines = -(-len(labels) // columns)
    axes.set_title(panel.title, loc="left", fontsize=9.5, pad=6 + 13 * lines)


def _ramp(scale: str) -> LinearSegmentedColormap:
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list(scale, RAMPS[scale])


def _color_bar(axes: Axes, options: dict[str, Any], domain: Limits) -> None:
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    if options["scale"] == "classes":
        return
    mappable = ScalarMappable(Normalize(*domain), _ramp(options["scale"]))
    axes.figure.colorbar(mappable, ax=axes, label=options["label"], shrink=0.8, aspect=30)


def _dash(option: bool | int) -> str:
    return LINE_STYLES[int(option)]


def _label(mark: dict[str, Any]) -> str | None:
    return mark["label"] or None


def _field(axes: Axes, _: Mark, m: dict[str, Any]) -> None:
    steps = [
        (high - low) / (size - 1) / 2
        for (low, high), size in zip((m["x"], m["y"]), m["values"].shape[::-1], strict=True)
    ]
    extent = (
        m["x"][0] - steps[0], m["x"][1] + steps[0], m["y"][0] - steps[1], m["y"][1] + steps[1]
    )  # fmt: skip
    if m["scale"] == "classes":
        _class_field(axes, m, extent)
        return
    axes.imshow(
        m["values"],
        origin="lower",
        extent=extent,
        cmap=_ramp(m["scale"]),
        vmin=m["domain"][0],
        vmax=m["domain"][1],
        interpolation="bilinear" if m["smooth"] else "nearest",
        aspect="auto",
    )


def _class_field(axes: Axes, m: dict[str, Any], extent: Any) -> None:
    from matplotlib.colors import to_rgb

    colors = np.array([to_rgb(color(k)) for k in range(10)])
    tinted = 1 - CLASS_TINT * (1 - colors)
    image = tinted[m["values"].astype(int)]
    axes.imshow(image, origin="lower", extent=extent, aspect="auto", interpolation="nearest")
    for k, name in enumerate(m["names"]):
        axes.scatter([], [], marker="s", s=70, color=[tinted[k]], label=name)


def _contour(axes: Axes, _: Mark, m: dict[str, Any]) -> None:
    x, y = (
        np.linspace(m[k][0], m[k][1], n) for k, n in zip("xy", m["values"].shape[::-1], strict=True)
    )
    style = _dash(m["dash"])
    inside = [v for v in sorted(m["level"]) if m["values"].min() < v < m["values"].max()]
    if inside:
        axes.contour(
            x, y, m["values"], inside,
            colors=color(m["color"]), linewidths=m["width"], linestyles=style,
        )  # fmt: skip
    if m["label"]:
        axes.plot([], [], color=color(m["color"]), lw=m["width"], ls=style, label=m["label"])


def _points(axes: Axes, _: Mark, m: dict[str, Any]) -> None:
    classes = np.unique(m["y"]).astype(int).tolist() if m["y"] is not None else [None]
    for k in classes:
        X = m["X"] if k is None else m["X"][m["y"] == k]
        named = k is not None and k < len(m["labels"])
        shade = color(m["color"] if k is None else k)
        number = m["color"] if k is None else k
        axes.scatter(
            X[:, 0], X[:, 1], s=m["size"] ** 2, alpha=m["opacity"], zorder=3,
            marker=MARKERS[number % len(MARKERS)] if isinstance(number, int) else "o",
            facecolors="none" if m["hollow"] else shade,
            edgecolors=shade if m["hollow"] else PAPER,
            linewidths=1.6 if m["hollow"] else 0.6,
            label=m["labels"][k] if named else (_label(m) if k is None else None),
        )  # fmt: skip


def _line(axes: Axes, _: Mark, m: dict[str, Any]) -> None:
    shade = color(m["color"])
    marker = MARKERS[m["color"] % len(MARKERS)] if isinstance(m["color"], int) else "o"
    axes.plot(
        m["x"], m["y"], color=shade, lw=m["width"], ls=_dash(m["dash"]), ms=5, mec=PAPER, mew=0.6,
        marker=marker if m["markers"] else None, label=None if m["direct"] else _label(m),
    )  # fmt: skip
    known = np.flatnonzero(np.isfinite(m["y"]))
    if m["direct"] and len(known):
        end = (m["x"][known[-1]], m["y"][known[-1]])
        axes.annotate(m["label"], end, (4, 0), textcoords="offset points", color=shade, va="center")


def _band(axes: Axes, _: Mark, m: dict[str, Any]) -> None:
    axes.fill_between(
        m["x"], m["low"], m["high"], color=color(m["color"]), alpha=m["opacity"], lw=0,
        label=_label(m),
    )  # fmt: skip


def _arrows(axes: Axes, _: Mark, m: dict[str, Any]) -> None:
    shade, style = color(m["color"]), _dash(m["dash"])
    for start, end in zip(m["start"], m["end"], strict=True):
        arrow = {
            "arrowstyle": "-|>" if m["head"] else "-",
            "color": shade,
            "lw": m["width"],
            "ls": style,
            "shrinkA": 0,
            "shrinkB": 0,
        }
        axes.annotate("", end, start, arrowprops=arrow)
    if m["label"]:
        axes.plot([], [], color=shade, lw=m["width"], ls=style, label=m["label"])


def _bars(axes: Axes, _: Mark, m: dict[str, Any]) -> None:
    count, series = m["values"].shape
    edges = m.get("edges")
    if not isinstance(edges, np.ndarray):
        edges = np.arange(count + 1) - 0.5
        (axes.set_yticks if m["horizontal"] else axes.set_xticks)(range(count), m["names"])
    thickness = np.diff(edges) * (0.96 if m["edges"] is not None else 0.8) / series
    for j in range(series):
        centres = (edges[:-1] + edges[1:]) / 2 + (j - (series - 1) / 2) * thickness
        shades = bar_colors(m, j)
        label = m["labels"][j] if m["labels"] else _label(m)
        plot: Callable[..., Any] = axes.barh if m["horizontal"] else axes.bar
        bars = plot(centres, m["values"][:, j], thickness, color=shades, label=label)
        if m["numbers"]:
            numbers = [shown(v, m["numbers"]) for v in m["values"][:, j]]
            axes.bar_label(bars, numbers, fontsize=8, padding=2)
    if m["horizontal"]:
        axes.invert_yaxis()


def bar_colors(m: dict[str, Any], series: int) -> list[str]:
    """Return the colour of each bar of one series."""
    values = m["values"][:, series]
    if m["color"] == "signed":
        return [color("positive" if value > 0 else "negative") for value in values]
    if isinstance(m["color"], list):
        return [color(item) for item in m["color"]]
    own = m["color"] + series if isinstance(m["color"], int) else m["color"]
    return [color(own)] * len(values)


def _image(axes: Axes, _: Mark, m: dict[str, Any]) -> None:
    """Images in a grid of unit squares' proportions, the first at the top left."""
    count, height, width = m["pixels"].shape[:3]
    gap, head = width * 0.08, height * (0.22 if m["titles"] else 0.08)
    for k, pixels in enumerate(m["pixels"]):
        row, column = divmod(k, m["columns"])
        left, top = column * (width + gap), row * (height + head)
        extent = (left, left + width, top + height, top)
        colors = pixels if m["rgb"] else _ramp(m["scale"])(scaled(pixels, m["domain"]))
        axes.imshow(colors, extent=extent, interpolation="nearest")
        if m["titles"]:
            axes.text(
                left + width / 2, top - 0.03 * height, m["titles"][k], ha="center", fontsize=8
            )
        _image_details(axes, m, k, left, top)
    rows, columns = -(-count // m["columns"]), min(count, m["columns"])
    axes.set_xlim(-gap, columns * (width + gap))
    axes.set_ylim(rows * (height + head), -head)


def _image_details(axes: Axes, m: dict[str, Any], k: int, left: float, top: float) -> None:
    """Frame, numbers in the cells, names of rows and columns."""
    from matplotlib.patches import Rectangle

    pixels: Array = m["pixels"][k]
    height, width = pixels.shape[:2]
    if k in m["highlight"]:
        axes.add_patch(Rectangle((left, top), width, height, fill=False, ec=PALETTE[1], lw=2.5))
    if m["numbers"] and not m["rgb"]:
        colors = _ramp(m["scale"])(scaled(pixels, m["domain"]))
        for (i, j), value in np.ndenumerate(pixels):
            ink = INK if colors[i, j, :3] @ [0.3, 0.59, 0.11] > 0.5 else PAPER
            text = shown(value, m["numbers"])
            axes.text(left + j + 0.5, top + i + 0.5, text, ha="center", va="center", color=ink)
    for i, name in enumerate(m["rows"]):
        axes.text(left - 0.1, top + i + 0.5, name, ha="right", va="center")
    for j, name in enumerate(m["names"]):
        axes.text(left + j + 0.5, top - 0.1, name, ha="center", va="bottom")


def _text(axes: Axes, _: Mark, m: dict[str, Any]) -> None:
    axes.annotate(
        m["text"], (m["x"], m["y"]), (m["dx"] * 0.75, m["dy"] * 0.75),
        textcoords="offset points", color=color(m["color"]), fontsize=9 * m["size"], va="center",
        ha={"start": "left", "middle": "center", "end": "right"}[m["anchor"]],
        fontweight="bold" if m["bold"] else "normal",
    )  # fmt: skip


def _rule(axes: Axes, _: Mark, m: dict[str, Any]) -> None:
    style = {"color": color(m["color"]), "lw": m["width"], "ls": _dash(m["dash"])}
    if m["x"] is not None:
        axes.axvline(m["x"], **style)
        place, at = (m["x"], 1.0), axes.get_xaxis_transform()
    else:
        axes.axhline(m["y"], **style)
        place, at = (1.0, m["y"]), axes.get_yaxis_transform()
    axes.annotate(
        m["label"], place, (-2, 2), xycoords=at, textcoords="offset points", ha="right",
        color=color(m["color"]), fontsize=8,
    )  # fmt: skip


def _diagram(axes: Axes, _: Mark, m: dict[str, Any]) -> None:
    axes.set_xlim(-0.15, 1.15)
    axes.set_ylim(-0.15, 1.15)
    _edges(axes, m)
    largest = max(abs(bound) for bound in m["value_domain"])
    ramp = _ramp("diverging")
    for k, ((x, y), value) in enumerate(zip(m["places"], m["values"], strict=True)):
        fill = ramp(scaled(np.array(value), (-largest, largest))) if np.isfinite(value) else PAPER
        number = bool(np.isfinite(value) and m["numbers"])
        text = shown(value, m["numbers"]) if number else m["labels"][k]
        width = 2.2 if k in m["strong_nodes"] else 0.9
        frame = {"boxstyle": "round,pad=0.4", "fc": fill, "ec": INK, "lw": width}
        box = m["shapes"][k] == "box"
        if not box:
            axes.scatter([x], [y], s=620, color=[fill], edgecolors=INK, linewidths=width, zorder=3)
        size = 8 if box else max(5.0, min(8.0, 30 / max(len(text), 1)))
        style: Any = {"ha": "center", "va": "center", "fontsize": size, "zorder": 4}
        axes.text(x, y, text, bbox=frame if box else None, **style)
        if number:
            axes.annotate(
                m["labels"][k], (x, y), (0, 14), textcoords="offset points", ha="center", fontsize=8
            )


def _node_radius(m: dict[str, Any], node: int) -> float:
    """Points from the centre of a node to the end of an edge."""
    return 2.2 * len(m["labels"][node]) + 7 if m["shapes"][node] == "box" else 12.5


def _edges(axes: Axes, m: dict[str, Any]) -> None:
    largest = max(abs(bound) for bound in m["weight_domain"])
    for k, (ends, weight) in enumerate(zip(m["ends"].astype(int), m["weights"], strict=True)):
        known, strong = bool(np.isfinite(weight)), k in m["strong_edges"]
        width = 0.4 + 3.2 * min(abs(weight) / largest, 1) if known else 1.1
        shade = color("positive" if weight > 0 else "negative") if known else MUTED
        arrow = {
            "arrowstyle": "-|>" if m["arrows"] else "-",
            "color": INK if strong else shade,
            "lw": width + strong,
            "ls": "--" if known and weight < 0 else "-",
            "shrinkA": _node_radius(m, ends[0]),
            "shrinkB": _node_radius(m, ends[1]),
        }
        start, end = m["places"][ends[0]], m["places"][ends[1]]
        axes.annotate("", end, start, arrowprops=arrow, zorder=1)
        number = shown(weight, m["edge_numbers"]) if known and m["edge_numbers"] else ""
        text = m["edge_labels"][k] or number
        share, lift = (
            (0.5, 12 if abs(end[0] - start[0]) > 0.4 else 20) if m["arrows"] else (0.38, 0)
        )
        axes.annotate(
            text, start + share * (end - start), (0, lift), textcoords="offset points",
            fontsize=7.5, ha="center", va="center", zorder=2,
            bbox={"fc": PAPER, "ec": "none", "pad": 1} if text and not lift else None,
        )  # fmt: skip


PAINTERS: dict[str, Callable[[Axes, Mark, dict[str, Any]], None]] = {
    "field": _field,
    "contour": _contour,
    "points": _points,
    "line": _line,
    "band": _band,
    "arrows": _arrows,
    "bars": _bars,
    "image": _image,
    "text": _text,
    "rule": _rule,
    "diagram": _diagram,
}
