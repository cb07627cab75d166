"""Labels keep apart, on the page and in print; what does not fit is left out."""

from itertools import combinations, pairwise

import numpy as np
import pytest
from explorers.opened import opened
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure
from matplotlib.text import Annotation

from dlcourse.explorers import (
    Bars,
    Explorer,
    Line,
    Panel,
    Rule,
    Slider,
    Span,
    Text,
    network_diagram,
)
from dlcourse.explorers.labels import dodge

X = np.linspace(1, 10, 30)
CROWD = [
    Span(x=(5, 7), label="a plateau of the loss"),
    *(
        Line(X, a * X, color=k, direct=True, label=f"method {k} of four")
        for k, a in enumerate([1, 1.02, 0.99, 0.5])
    ),
    Line(X[:15], 0.7 * X[:15], color=5, direct=True, label="early"),
    *(Rule(x=x, label=label) for x, label in [(3, "warm"), (3.4, "first epoch")]),
    *(Rule(y=y, label=label) for y, label in [(4, "target"), (4.5, "second target")]),
    *(Text(3 + k / 4, 8, f"some words {k}") for k in range(3)),
]
NARROW = np.array([0.5, 0.25, 0.125] * 4)
BOXES = """() => [...document.querySelectorAll('svg .dlx-words')].map((text) => {
  const box = text.getBBox();
  return [text.textContent, box.x, box.y, box.x + box.width, box.y + box.height];
})"""


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(1, 9)), min_size=1, max_size=9))
def test_things_that_are_pushed_apart_keep_their_order_and_their_bounds(things):
    things.sort()
    middles = dodge(things, 0, 100)
    ends = [(m - size / 2, m + size / 2) for m, (_, size) in zip(middles, things, strict=True)]
    assert ends[0][0] >= -1e-9
    assert ends[-1][1] <= 100 + 1e-9
    assert all(a[1] <= b[0] + 1e-9 for a, b in pairwise(ends))


def test_what_does_not_touch_stays_where_it_is():
    assert dodge([(10, 4), (20, 4), (95, 4)], 0, 100) == [10, 20, 95]


def figure(marks):
    return Explorer(
        lambda k: [Panel(marks, aspect=1.6)], [Slider("k", [0, 1])], title="A", alt="Labels."
    )


def on_the_page(browser, marks, folder, width):
    with opened(browser, folder, figure(marks), viewport={"width": width, "height": 900}) as page:
        return {text: box for text, *box in page.evaluate(BOXES)}


def in_print(marks, monkeypatch):
    boxes = {}

    def save(printed, *_, **__):
        renderer = printed.canvas.get_renderer()
        for text in printed.axes[0].texts:
            if isinstance(text, Annotation) and text.get_visible():
                boxes[text.get_text().replace("\n", "")] = text.get_window_extent(renderer).extents

    monkeypatch.setattr(Figure, "savefig", save)
    figure(marks).picture()
    return boxes


def apart(boxes):
    for (one, a), (other, b) in combinations(boxes.items(), 2):
        touch = min(a[2], b[2]) - max(a[0], b[0]) > 1 and min(a[3], b[3]) - max(a[1], b[1]) > 1
        assert not touch, f"{one!r} lies over {other!r}"


@pytest.mark.parametrize("width", [1000, 390])
def test_no_label_lies_over_another_on_the_page(browser, tmp_path, width):
    boxes = on_the_page(browser, CROWD, tmp_path, width)
    assert len(boxes) == 13
    apart(boxes)
    assert all(x0 >= 0 and x1 <= width for x0, _, x1, _ in boxes.values())


def test_no_label_lies_over_another_in_print(monkeypatch):
    boxes = in_print(CROWD, monkeypatch)
    assert len(boxes) == 13
    apart(boxes)


def test_numbers_wider_than_their_bars_are_left_out_on_the_page(browser, tmp_path):
    bars = [Bars(NARROW, numbers=".5f")]
    assert on_the_page(browser, bars, tmp_path, 390) == {}
    assert on_the_page(browser, bars, tmp_path, 1400) != {}


def test_numbers_wider_than_their_bars_are_left_out_in_print(monkeypatch):
    assert in_print([Bars(NARROW, numbers=".7f")], monkeypatch) == {}
    assert in_print([Bars(NARROW[:2], numbers=".2f")], monkeypatch).keys() == {"0.50", "0.25"}


GAPS = """() => [...document.querySelectorAll('svg .dlx-words')].map((text) => {
  const [own, gap] = [text, text.previousElementSibling].map((part) => part.getBBox());
  const fits = gap.x <= own.x && own.x + own.width <= gap.x + gap.width;
  const later = [...text.parentNode.children].slice([...text.parentNode.children].indexOf(text));
  return [text.previousElementSibling.tagName, fits, later.some((part) => part.tagName === 'line')];
})"""


def test_a_number_on_an_edge_stands_in_a_gap_that_no_line_crosses(browser, tmp_path):
    network = network_diagram([[[-1.5, 20, -0.25], [3, 2, 1]]], edge_numbers="+.2f")
    with opened(browser, tmp_path, figure([network])) as page:
        on_edges = page.evaluate(GAPS)
    assert on_edges == [["rect", True, False]] * 6
