"""What stands at the axes: the same on the page and in print."""

import numpy as np
import pytest
from explorers.opened import opened
from matplotlib.figure import Figure

from dlcourse.explorers import Explorer, Line, Panel

LINE = Line(np.linspace(-1, 3, 9), np.linspace(0.25, 1, 9))
TICKS = """() => {
  const box = document.querySelector('.dlx-plot svg clipPath rect').getBBox();
  return [...document.querySelectorAll('.dlx-ticks text')].map((text) => {
    const at = text.getBBox();
    return [at.y > box.y + box.height ? 'x' : 'y', text.textContent];
  });
}"""


def at_axes(pairs):
    return {axis: [text for name, text in pairs if name == axis] for axis in "xy"}


def on_the_page(browser, folder, **options):
    figure = Explorer(lambda: [Panel([LINE], **options)], [], title="A", alt="A line that rises.")
    with opened(browser, folder, figure, viewport={"width": 700, "height": 900}) as page:
        return at_axes(page.evaluate(TICKS))


def in_print(monkeypatch, **options):
    found = []

    def save(printed, *_, **__):
        (axes,) = printed.axes
        for k, (name, axis) in enumerate((("x", axes.xaxis), ("y", axes.yaxis))):
            low, high = axis.get_view_interval()
            labels = axis.get_majorticklabels() if axis.get_visible() else []
            seen = [label for label in labels if low <= label.get_position()[k] <= high]
            found.extend([name, label.get_text()] for label in seen)

    monkeypatch.setattr(Figure, "savefig", save)
    Explorer(lambda: [Panel([LINE], **options)], [], title="A", alt="A line.").picture()
    return at_axes(found)


GIVEN = [
    ({"axes": "x", "x_ticks": [-1, 0, 2.5, 99]}, {"x": ["−1", "0", "2.5"], "y": []}),
    ({"axes": "y", "y_ticks": {0.5: "half", 1: "whole"}}, {"x": [], "y": ["half", "whole"]}),
    (
        {"x_ticks": [0, 2], "x_format": "+.1f", "y_ticks": [0.25, 0.5], "y_format": ".0%"},
        {"x": ["0.0", "+2.0"], "y": ["25%", "50%"]},
    ),
    ({"axes": False}, {"x": [], "y": []}),
    (
        {"x_ticks": {0: "a name that is so long", 0.1: "another", 2: "a third"}, "axes": "x"},
        {"x": ["a name that is so long", "a third"], "y": []},
    ),
]


@pytest.mark.parametrize(("options", "marked"), GIVEN)
def test_ticks_stand_where_the_author_wants_them(browser, tmp_path, monkeypatch, options, marked):
    assert on_the_page(browser, tmp_path, **options) == marked
    assert in_print(monkeypatch, **options) == marked


def test_numbers_at_the_axes_have_the_format_that_the_author_wants(browser, tmp_path, monkeypatch):
    options = {"x_format": "d", "y_format": ".0%"}
    for found in (on_the_page(browser, tmp_path, **options), in_print(monkeypatch, **options)):
        assert found["x"] == ["−1", "0", "1", "2", "3"]
        assert all(text.endswith("%") for text in found["y"])


def test_a_long_name_of_an_axis_is_broken_into_lines(browser, tmp_path):
    name = "a name of an axis that says what is counted here, and in which units it is counted"
    figure = Explorer(
        lambda: [Panel([LINE], x_label=name, y_label=name)], [], title="A", alt="A line."
    )
    with opened(browser, tmp_path, figure, viewport={"width": 390, "height": 900}) as page:
        lines = page.locator(".dlx-axis").all()
        said = [line.text_content() for line in lines]
        boxes = [line.bounding_box() for line in lines]
    assert " ".join(said) == f"{name} {name}"
    assert len(lines) == 4
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= 390 for box in boxes)


def test_what_is_not_given_travels_with_no_packet():
    about = Panel([LINE]).options()
    assert [about[name] for name in ("x_ticks", "y_ticks", "x_format", "y_format")] == [None] * 4
