"""The page and the print show the same marks at the same places: a browser and matplotlib tell."""

import numpy as np
import pytest
from explorers import explorer_gallery
from explorers.opened import opened
from matplotlib.axes import Axes
from matplotlib.collections import Collection, PathCollection
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from dlcourse.explorers import Mark, looks
from dlcourse.explorers.labels import ALIGNMENTS
from dlcourse.explorers.marks.base import Shaded
from dlcourse.explorers.notation import runs

ANCHORS = {words: anchor for anchor, words in ALIGNMENTS.items()}
DRAWN_WITH_A_PEN = ("line", "rule", "arrows", "contour")
OWN_UNITS = ("image", "matrix", "diagram")  # laid out for the pixels at hand, not on the axes
KINDS = [kind for base in (Mark, Shaded) for kind in base.__subclasses__() if kind.kind]

# Of each mark: the boxes around its shapes and the anchors of its texts, in shares of the panel,
# and the width of its first line in pixels.
ON_THE_PAGE = """() => [...document.querySelectorAll('.dlx-plot svg')].flatMap((svg) => {
  const panel = svg.querySelector('clipPath rect').getBBox();
  const share = (x, y) => [(x - panel.x) / panel.width, 1 - (y - panel.y) / panel.height];
  return [...svg.querySelectorAll('g[data-mark]')].map((mark) => {
    const shapes = mark.querySelectorAll('path, rect, line:not(.dlx-leader), circle');
    const boxes = [...shapes].map((shape) => shape.getBBox());
    const texts = [...mark.querySelectorAll('text')].filter((text) => text.textContent);
    return {
      kind: mark.dataset.mark,
      pen: Number(mark.querySelector('path:not(.dlx-casing), line')?.getAttribute('stroke-width')),
      shapes: boxes.map((b) => [...share(b.x, b.y + b.height), ...share(b.x + b.width, b.y)]),
      texts: texts.map((text) => {
        const box = text.getBBox();
        const anchor = getComputedStyle(text).textAnchor;
        const along = { start: 0, middle: 0.5, end: 1 }[anchor];
        const lines = [...text.querySelectorAll('.dlx-line')].map((line) => line.textContent);
        return [lines.join(' ') || text.textContent, anchor,
          ...share(box.x + along * box.width, box.y + box.height / 2)];
      }),
    };
  });
})"""


def on_the_page(browser, explorer, folder):
    """What the browser says of every mark, in the order of the panels."""
    with opened(browser, folder, explorer) as page:
        return page.evaluate(ON_THE_PAGE)


def in_print(explorer, monkeypatch):
    """What matplotlib says of every mark, in the order of the panels."""
    drawn, seen = [], {}

    def watched(print_on):
        def draw(mark, axes, domain):
            before = {*parts(axes.get_children())}
            print_on(mark, axes, domain)
            added = [artist for artist in parts(axes.get_children()) if artist not in before]
            drawn.append((mark, axes, added))

        return draw

    def save(figure, *_, **__):
        figure.draw_without_rendering()
        renderer = figure.canvas.get_renderer()
        seen["marks"] = [described(mark, axes, artists, renderer) for mark, axes, artists in drawn]

    for kind in KINDS:
        monkeypatch.setattr(kind, "print_on", watched(kind.print_on))
    monkeypatch.setattr(Figure, "savefig", save)
    explorer.picture()
    return seen["marks"]


def parts(artists):
    """The artists, instead of axes within the axes what these hold."""
    for artist in artists:
        if isinstance(artist, Axes):
            yield from parts([*artist.texts, *artist.images, *artist.collections])
        else:
            yield artist


def described(mark, axes, artists, renderer):
    share = axes.transAxes.inverted()
    shapes, texts = [], []
    for artist in artists:
        if isinstance(artist, Text):
            box = artist.get_window_extent(renderer)
            shown = artist.get_text() and artist.get_visible()
            if shown and not np.array_equal(box, Bbox.unit()):  # what is out of sight
                anchor = ANCHORS[artist.get_ha()]
                along = {"start": box.x0, "middle": (box.x0 + box.x1) / 2, "end": box.x1}[anchor]
                place = share.transform((along, (box.y0 + box.y1) / 2))
                texts.append([seen(artist.get_text()), anchor, *place])
        elif not isinstance(artist, AxesImage):
            points, reach = vertices(artist)
            ends = [np.nanmin(points - reach, axis=0), np.nanmax(points + reach, axis=0)]
            shapes.append(share.transform(ends).ravel())
    pens = [a for a in artists if hasattr(a, "get_linewidth")]
    pen = np.ravel(pens[0].get_linewidth())[0] * 96 / 72 if pens else 0
    return {"kind": mark.kind, "shapes": shapes, "texts": texts, "pen": pen}


def seen(text):
    """The characters that one sees of a text, mathematics included."""
    return "".join(run.text for run in runs(text)).replace("\n", " ")


def vertices(artist):
    """Points of a shape in pixels, and how far it reaches beyond each of them."""
    if isinstance(artist, PathCollection):  # a scatter plot
        radii = np.sqrt(artist.get_sizes()) / 2 * artist.figure.dpi / 72
        return artist.get_offset_transform().transform(artist.get_offsets()), radii[:, None]
    if isinstance(artist, Line2D):
        return artist.get_transform().transform(artist.get_xydata()), 0
    paths = artist.get_paths() if isinstance(artist, Collection) else [artist.get_path()]
    corners = [v for p in paths for v, c in p.iter_segments(simplify=False) if c != p.CLOSEPOLY]
    points = np.concatenate(corners).reshape(-1, 2)
    return artist.get_transform().transform(points), 0


def around(boxes):
    """The box around all `boxes` as far as it is in sight."""
    boxes = np.clip(np.reshape(boxes, (-1, 4)), 0, 1)
    return np.array([*boxes[:, :2].min(axis=0), *boxes[:, 2:].max(axis=0)])


@pytest.mark.parametrize("make", explorer_gallery.ALL, ids=lambda make: make.__name__)
def test_each_mark_is_at_the_same_place(browser, make, tmp_path, monkeypatch):
    explorer = make()
    page, printed = on_the_page(browser, explorer, tmp_path), in_print(explorer, monkeypatch)
    assert [mark["kind"] for mark in page] == [mark["kind"] for mark in printed]
    for here, there in zip(page, printed, strict=True):
        kind = here["kind"]
        if kind in OWN_UNITS:
            assert sorted(t[0] for t in here["texts"]) == sorted(t[0] for t in there["texts"])
            continue
        assert sorted(t[:2] for t in here["texts"]) == sorted(t[:2] for t in there["texts"])
        assert bool(here["shapes"]) == bool(there["shapes"]), kind
        if here["shapes"] and kind in DRAWN_WITH_A_PEN:
            assert here["pen"] == pytest.approx(there["pen"])
        if here["shapes"]:
            np.testing.assert_allclose(
                around(here["shapes"]), around(there["shapes"]), atol=0.03, err_msg=kind
            )
        if make is explorer_gallery.timeline:
            continue  # its labels give way to each other, which depends on the size of the panel
        for a, b in zip(sorted(here["texts"]), sorted(there["texts"]), strict=True):
            np.testing.assert_allclose(a[2:], b[2:], atol=0.06, err_msg=a[0])


def test_markers_have_the_same_size(browser, tmp_path):
    """The first panel of the figure shows all ten, 20 pixels in diameter."""
    with opened(browser, tmp_path, explorer_gallery.looks()) as page:
        shapes = page.locator(".dlx-plot").first.locator("g[data-mark=points] path")
        for number, shape in enumerate(shapes.all()):
            box = shape.evaluate("e => { const b = e.getBBox(); return [b.width, b.height]; }")
            style = looks.marker(number)
            printed = style.get_path().transformed(style.get_transform()).get_extents()
            assert box == pytest.approx([20 * printed.width, 20 * printed.height], abs=1), number
        assert number == 9
