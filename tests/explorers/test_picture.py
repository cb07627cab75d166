"""The print: it says in its legends what the page says, with the same samples."""

import pytest
from explorers import explorer_gallery
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from dlcourse.explorers import Band, Bars, Field, Line, Panel, Points, looks
from dlcourse.explorers.panel import legends
from dlcourse.explorers.picture import _draw_panel
from dlcourse.explorers.scales import settle

SIDES = {"x": (0, 1), "y": (0, 1)}


def printed(panel):
    """The axes of one panel, and those of its colour bars."""
    figure = Figure()
    axes = figure.add_subplot()
    (limits,) = settle([[panel]])
    _draw_panel(axes, panel, limits, panel.entries(limits.domains))
    return axes, figure.axes[1:]


def names(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()] if axes.get_legend() else []


@pytest.mark.parametrize("make", explorer_gallery.ALL, ids=lambda make: make.__name__)
def test_the_legend_holds_what_the_page_shows(make):
    for panel in make().frame_at():
        axes, bars = printed(panel)
        shown = [*names(axes), *(bar.get_ylabel() for bar in bars)]
        assert sorted(shown) == sorted(entry.label for entry in panel.entries())


def test_without_a_legend_there_is_none():
    axes, bars = printed(
        Panel([Line([0], [0], label="a"), Field([[0, 1]] * 2, **SIDES)], legend=False)
    )
    assert axes.get_legend() is None
    assert bars == []


def test_samples_have_the_look_of_their_marks():
    marks = [
        Line([0, 1], [0, 1], label="line", color=1, markers=True, dash=True),
        Points([[0, 0]], label="point", color=2),
        Points([[0, 0]], label="ring", color=3, hollow=True),
        Band([0, 1], 0, 1, label="band", color=4, opacity=0.5),
        Bars([1], label="bars", color=5),
        Field([[0, 1], [0, 1]], **SIDES, scale="classes", names=["region"]),
    ]
    axes, _ = printed(Panel(marks))
    line, point, ring, band, bars, region = axes.get_legend().legend_handles
    color = [looks.color(k) for k in range(6)]
    assert (line.get_color(), line.get_linestyle(), line.get_marker()) == (color[1], "--", "s")
    assert (point.get_markerfacecolor(), point.get_marker()) == (color[2], "^")
    assert (ring.get_markerfacecolor(), ring.get_markeredgecolor()) == ("none", color[3])
    assert band.get_alpha() == 0.5
    assert to_hex(band.get_facecolor()).upper() == color[4]
    assert to_hex(bars.get_facecolor()).upper() == color[5]
    assert region.get_marker() == "s"


def test_what_several_panels_share_is_said_once():
    def panel(*more):
        marks = [Line([0], [0], label="a"), Line([1], [1], label="a"), *more]
        return Panel([*marks, Field([[0, 1]] * 2, **SIDES, label="p")])

    panels = [panel(), panel(Line([0], [0], label="b", color=1)), Panel([Band([0], 0, 1)])]
    shared, own = legends(panels, [{2: (0, 1)}, {3: (0, 1)}, {}])
    assert [entry.label for entry in shared] == ["a", "p"]
    assert [[entry.label for entry in entries] for entries in own] == [[], ["b"], []]
    shared, own = legends(panels[:2], [{2: (0, 1)}, {3: (0, 2)}])
    assert [entry.label for entry in shared] == ["a"], "a scale with other ends is another one"


def test_the_shared_legend_stands_above_all_panels(monkeypatch):
    seen = []
    monkeypatch.setattr(Figure, "savefig", lambda figure, *_, **__: seen.append(figure))
    explorer_gallery.gradient_noise().picture()
    (legend,) = seen[0].legends
    assert [text.get_text() for text in legend.get_texts()] == ["first layer", "last layer"]
    assert all(axes.get_legend() is None for axes in seen[0].axes)
