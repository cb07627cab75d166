"""Every slider of every explorer moves its figure, by keyboard and mouse, on server and disk."""

import pytest
from book.built_site import EXPLORER

pytestmark = pytest.mark.site

DRAWN = ".dlx-stage svg, .dlx-stage canvas"


def let_move(seen):
    """Ask for the answer to every question, so that no figure waits."""
    for show in seen.tab.locator(".dl-show").all():
        show.click()


def explorers(seen):
    """The explorers of a page, once they have drawn themselves."""
    figures = seen.tab.locator("figure.dlx")
    for k in range(figures.count()):
        figures.nth(k).scroll_into_view_if_needed()
        figures.nth(k).locator(DRAWN).first.wait_for()
    return [figures.nth(k) for k in range(figures.count())]


def look(seen, figure):
    """What the figure shows, as the bytes of a screenshot, once it stands still."""
    seen.tab.mouse.move(1, 1)
    picture = b""
    for _ in range(20):
        seen.tab.wait_for_timeout(60)
        now = figure.locator(".dlx-stage").screenshot()
        if now == picture:
            break
        picture = now
    return picture


def put_back(slider, value):
    """Return a slider to where it was, so that each is tried from the figure's start."""
    slider.evaluate(
        "(s, v) => { s.value = v; s.dispatchEvent(new Event('input', {bubbles: true})) }", value
    )


def step_by_key(slider):
    at_end = slider.evaluate("(s) => Number(s.value) >= Number(s.max)")
    slider.focus()
    slider.press("ArrowLeft" if at_end else "ArrowRight")


def drag_to_the_other_end(seen, slider):
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    share = slider.evaluate("(s) => (s.value - s.min) / (s.max - s.min)")
    middle = box["y"] + box["height"] / 2
    near, far = box["x"] + box["width"] * 0.04, box["x"] + box["width"] * 0.96
    seen.tab.mouse.move(box["x"] + 8 + (box["width"] - 16) * share, middle)
    seen.tab.mouse.down()
    seen.tab.mouse.move(near if share > 0.5 else far, middle, steps=5)
    seen.tab.mouse.up()


def with_explorers(site, page):
    if "dlx-stage" not in (site / page).read_text(encoding="utf-8"):
        pytest.skip("no explorer on this page")


def test_every_slider_moves_its_figure(site, server, visit, page):
    with_explorers(site, page)
    seen = visit(f"{server}/{page}", reduced_motion="reduce")
    let_move(seen)
    for figure in explorers(seen):
        name = figure.locator(".dlx-title").text_content()
        for k, slider in enumerate(figure.locator(".dlx-controls input[type=range]").all()):
            start = slider.input_value()
            before = look(seen, figure)
            step_by_key(slider)
            after_key = look(seen, figure)
            assert after_key != before, f"{name}: slider {k} does nothing by keyboard"
            drag_to_the_other_end(seen, slider)
            assert look(seen, figure) != after_key, f"{name}: slider {k} does nothing by mouse"
            assert slider.get_attribute("aria-valuetext"), f"{name}: slider {k} says no value"
            put_back(slider, start)
    assert seen.errors == []


def test_opens_from_disk_where_explorers_move(site, visit, page):
    """Their frames come from files that a page of the disk may read; one slider shows it."""
    seen = visit((site / page).as_uri(), reduced_motion="reduce")
    seen.read_to_the_end()
    let_move(seen)
    for figure in explorers(seen):
        for slider in figure.locator(".dlx-controls input[type=range]").all()[:1]:
            before = look(seen, figure)
            step_by_key(slider)
            assert look(seen, figure) != before
    assert seen.off_site == []
    assert seen.errors == []


def test_every_chapter_has_two_explorers(site, chapter):
    html = (site / f"{chapter}.html").read_text(encoding="utf-8")
    assert html.count(EXPLORER) >= 2


SEEN_TOGETHER = """(figure) => {
  const bar = () => document.querySelector(".bd-header-article").getBoundingClientRect().bottom;
  const inView = (part) => {
    for (let tries = 0; tries < 3; tries++)  // the bar sticks once the page has moved
      scrollBy(0, part.getBoundingClientRect().top - bar());
    const {bottom} = part.getBoundingClientRect();
    const controls = figure.querySelector(".dlx-controls").getBoundingClientRect();
    return controls.height
      ? bottom <= controls.top + 1 && controls.bottom <= innerHeight + 1
      : bottom <= innerHeight + 1;
  };
  const panels = [...figure.querySelectorAll(".dlx-panel")];
  const parts = figure.matches(".dlx-long") ? panels : [figure.querySelector(".dlx-stage")];
  return parts.map(inView);
}"""


def test_a_screen_holds_the_panels_and_all_controls(site, server, visit, page):
    """All panels at once, or each of them where there are more than two rows."""
    with_explorers(site, page)
    seen = visit(f"{server}/{page}", reduced_motion="reduce")
    let_move(seen)
    laid_out = "section, section > * { content-visibility: visible !important }"
    seen.tab.add_style_tag(content=laid_out)
    for width, height in [(390, 844), (1280, 720)]:
        seen.tab.set_viewport_size({"width": width, "height": height})
        for figure in explorers(seen):
            title = figure.locator(".dlx-title").text_content()
            assert all(figure.evaluate(SEEN_TOGETHER)), f"{width} pixels: {title}"


def test_an_address_leads_to_a_state_of_a_figure_far_down(site, visit, chapter):
    address = (site / f"{chapter}.html").as_uri()
    name, control, value, words = (
        visit(address)
        .tab.locator("figure.dlx")
        .evaluate_all(
            """(figures) => {
          const about = (figure) => JSON.parse(figure.querySelector("script").textContent);
          const figure = figures.findLast((figure) => about(figure).controls.length);
          const {controls, start} = about(figure);
          const values = controls[0].code ?? controls[0].values;
          const words = figure.querySelector("figcaption span").textContent;
          const value = values.at(start[0] ? 0 : -1).replace("−", "-");
          return [figure.id, controls[0].name, value, words];
        }"""
        )
    )
    seen = visit(f"{address}#{name}?{control}={value}", reduced_motion="reduce")
    figure = seen.tab.locator(f"#{name}")
    figure.locator(DRAWN).first.wait_for()
    seen.tab.wait_for_timeout(500)
    assert 0 <= figure.bounding_box()["y"] < 200
    let_move(seen)
    seen.tab.wait_for_timeout(500)
    assert figure.locator("figcaption > span").first.text_content() != words
    assert seen.errors == []
