"""Images and matrices in Chromium: what is written stays apart and in sight, images stay sharp."""

from itertools import combinations

import numpy as np
import pytest
from explorers import explorer_gallery
from explorers.opened import opened

from dlcourse.explorers import Explorer, Image, Matrix, Slider

# For each panel its box (left, top, right, bottom), and those of the texts or frames in it.
BOXES = """(what) => [...document.querySelectorAll('.dlx-plot')].map((plot) => {
  const box = (element) => {
    const { left, top, right, bottom } = element.getBoundingClientRect();
    return [left, top, right, bottom];
  };
  const found = [...plot.querySelectorAll(`g[data-mark] ${what}`)];
  return [box(plot), found.map((e) => [e.textContent, box(e)])];
})"""


def boxes(browser, figure, folder, what, width=1000, pixels=1):
    """What BOXES says of the figure on a screen of that width."""
    options = {"viewport": {"width": width, "height": 900}, "device_scale_factor": pixels}
    with opened(browser, folder, figure, **options) as page:
        return page.evaluate(BOXES, what)


def still(*marks):
    """A figure that shows `marks`."""
    return Explorer(lambda k: marks, [Slider("k", [0, 1])], title="Marks", alt="Marks.")


def overlap(a, b):
    """How far two boxes lie over each other, across and down; both positive where they do."""
    return [min(a[k + 2], b[k + 2]) - max(a[k], b[k]) for k in (0, 1)]


@pytest.mark.parametrize("width", [1000, 390])
def test_no_text_of_a_matrix_lies_over_another_or_out_of_sight(browser, tmp_path, width):
    for panel, texts in boxes(browser, explorer_gallery.matrices(), tmp_path, "text", width):
        for name, (left, top, right, bottom) in texts:
            assert panel[0] <= left < right <= panel[2], name
            assert panel[1] <= top < bottom <= panel[3], name
        for (name, a), (other, b) in combinations(texts, 2):
            # a line of text is higher than its letters
            assert min(np.subtract(overlap(a, b), 3)) < 0, (name, other)


def test_where_cells_are_small_names_are_left_out_at_equal_steps(browser, tmp_path):
    names = [f"word{k}" for k in range(40)]
    figure = still(Matrix(np.eye(40), rows=names, columns=names))
    ((_, texts),) = boxes(browser, figure, tmp_path, "text", width=390)
    shown = [name for name, _ in texts]
    assert shown == [*names[::2], *names[::2]] or shown == [*names[::3], *names[::3]]


def test_a_number_that_does_not_fit_is_left_out(browser, tmp_path):
    figure = still(Matrix([[1, 20, 300, 1234567] * 3], numbers="d"))
    ((_, texts),) = boxes(browser, figure, tmp_path, "text", width=390)
    assert [number for number, _ in texts] == ["1", "20", "300"] * 3


@pytest.mark.parametrize(("width", "pixels"), [(1000, 1), (390, 3)])
def test_images_in_a_row_are_as_high_as_each_other_and_sharp(browser, tmp_path, width, pixels):
    small, large = np.eye(7), np.eye(28)
    figure = still(Image(large), Image(small, sign="+"), Image(large, sign="="))
    ((panel, frames),) = boxes(browser, figure, tmp_path, "rect", width, pixels)
    assert len(frames) == 3
    ends = [panel[0]]
    for size, (_, (left, top, right, bottom)) in zip((28, 7, 28), frames, strict=True):
        assert left > ends[-1], "from left to right"
        assert top == pytest.approx(frames[0][1][1], abs=1)
        assert bottom == pytest.approx(frames[0][1][3], abs=8), "but for whole pixels"
        cell = (right - left) / size * pixels
        assert cell == pytest.approx(round(cell), rel=0.005)
        ends.append(right)
    assert ends[-1] <= panel[2]
