"""Glide: between two stops marks move, and at rest the frame is the one that was asked for."""

from contextlib import ExitStack

import pytest
from explorers.opened import opened

from dlcourse.explorers import (
    Bars,
    Choice,
    ErrorBars,
    Explorer,
    Field,
    Handle,
    Line,
    Panel,
    Points,
    Slider,
)

DRAWN = "document.querySelector('.dlx-plot svg').innerHTML"
WATCH = """() => {
  const plots = [...document.querySelectorAll('.dlx-plot')];
  window.seen = plots.map(() => []);
  plots.forEach((plot, k) => {
    const look = () => window.seen[k].push(plot.querySelector('svg').innerHTML);
    look();
    new MutationObserver(look).observe(plot.querySelector('svg'), { childList: true });
  });
}"""


def figure():
    """Marks that move, one of another shape, one that stays, one on axes that change."""

    def frame(a, kind):
        ground = Field([[0, a], [a, 1]], x=(0, 1), y=(0, 1), domain=(0, 4))
        marks = [
            [Line([0, 1, 2], [1, 10.0**a, 1]), Points([a, 10.0**a])],
            [Bars([a + kind, 1]), ErrorBars([0, 1], [a, 1], [a + 1, 2])],
            [ground, Handle(a / 4, 0.5, moves="a", label="point")],
            [Line(range(a + 2), range(a + 2))],
            [Line([0, 4], [0, 4], color=kind)],
            [Line([0, 1], [0, a + 1])],
        ]
        options = {0: {"y_scale": "log", "y": (1, 1e4)}, 5: {"follow": "y"}}
        return [Panel(some, legend=False, **options.get(k, {})) for k, some in enumerate(marks)]

    return Explorer(
        frame,
        [Slider("a", range(5), start=0), Choice("kind", [0, 1])],
        title="Everything moves",
        alt="Six panels.",
    )


@pytest.fixture
def watched(browser, tmp_path):
    """Opens the figure, with or without motion, and watches it."""
    with ExitStack() as stack:

        def watched(**options):
            screen = {"width": 1000, "height": 1200}
            page = stack.enter_context(
                opened(browser, tmp_path, figure(), viewport=screen, **options)
            )
            page.wait_for_timeout(100)
            page.evaluate(WATCH)
            return page

        yield watched


def seen(page):
    """What each panel has shown, once the figure is at rest."""
    page.wait_for_timeout(400)
    return page.evaluate("window.seen")


def at_rest(page, value):
    """What each panel shows at a value that was reached at one stroke."""
    still = page.context.browser.new_page(
        viewport={"width": 1000, "height": 1200}, reduced_motion="reduce"
    )
    still.goto(page.url)
    still.wait_for_selector(".dlx-ready .dlx-handle")
    still.get_by_role("slider", name="a", exact=True).fill(str(value))
    still.wait_for_timeout(200)
    shown = still.evaluate(
        "[...document.querySelectorAll('.dlx-plot svg')].map((svg) => svg.innerHTML)"
    )
    still.close()
    return shown


def test_marks_move_between_two_stops_and_come_to_rest_at_the_frame(watched):
    page = watched()
    page.get_by_role("slider", name="a", exact=True).focus()
    page.keyboard.press("End")
    shown = seen(page)
    for panel, moves in zip(shown, [True] * 3 + [False] * 3, strict=True):
        assert (len({*panel}) > 2) == moves
    assert [panel[-1] for panel in shown] == at_rest(page, 4)


def test_on_a_logarithmic_axis_a_point_moves_evenly(watched):
    """At every moment its logarithm, here its height, has gone as far as its place."""
    page = watched()
    page.get_by_role("slider", name="a", exact=True).focus()
    page.keyboard.press("End")
    page.wait_for_timeout(400)
    shares = page.evaluate("""() => {
      const centre = (html) => {
        const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
        svg.innerHTML = html;
        document.body.append(svg);
        const box = svg.querySelector('[data-mark=points] path').getBBox();
        svg.remove();
        return [box.x, box.y];
      };
      const all = window.seen[0].map(centre);
      const [[x0, y0], [x1, y1]] = [all[0], all.at(-1)];
      return all.map(([x, y]) => [(x - x0) / (x1 - x0), (y - y0) / (y1 - y0)]);
    }""")
    assert any(0.01 < x < 0.99 for x, _ in shares)
    for x, y in shares:
        assert x == pytest.approx(y, abs=0.02)


@pytest.mark.parametrize("why", ["no motion is wanted", "a choice", "a drag", "too fast"])
def test_nothing_glides_where(watched, why):
    page = watched(**({"reduced_motion": "reduce"} if why == "no motion is wanted" else {}))
    slider = page.get_by_role("slider", name="a", exact=True)
    box = slider.bounding_box()
    if why == "a choice":
        page.get_by_role("radio", name="1").check()
    elif why == "a drag":
        page.mouse.move(box["x"] + 8, box["y"] + box["height"] / 2)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] - 5, box["y"] + box["height"] / 2, steps=1)
    elif why == "too fast":
        slider.evaluate("""(slider) => {
          for (slider.value of [1, 2]) slider.dispatchEvent(new Event('input', { bubbles: true }));
        }""")
    else:
        slider.press("End")
    shown = seen(page)
    assert len({*shown[1]}) == 2
    assert len({*shown[2]}) == (1 if why == "a choice" else 2)
