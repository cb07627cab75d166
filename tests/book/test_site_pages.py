"""The built site in Chromium: quiet, accessible, at home on a server and on a disk."""

import io

import pytest
from chapter_list import sections

from dlcourse.palette import DARK

pytestmark = pytest.mark.site

# the drawn half of a formula is hidden from assistive technology; its MathML half is what counts
VIOLATIONS = """async () => {
  const outside = {exclude: [[".katex-html"]]};
  const {violations} = await axe.run(outside, {resultTypes: ["violations"]});
  const example = (node) => node.html.slice(0, 120);
  return violations.map((found) => `${found.id}: ${found.nodes.map(example).join(" | ")}`);
}"""


def test_asks_nobody_and_complains_of_nothing(server, visit, page):
    seen = visit(f"{server}/{page}")
    seen.read_to_the_end()
    assert seen.off_site == []
    assert seen.errors == []


def test_axe_finds_no_violation(server, visit, axe, page):
    seen = visit(f"{server}/{page}", reduced_motion="reduce")
    seen.read_to_the_end()
    seen.tab.evaluate(axe)
    for scheme in ("light", "dark"):
        seen.tab.emulate_media(color_scheme=scheme)
        seen.tab.wait_for_function(f"document.documentElement.dataset.theme === '{scheme}'")
        assert seen.tab.evaluate(VIOLATIONS) == []


def test_axe_would_find_a_violation(server, visit, axe):
    seen = visit(f"{server}/book/index.html")
    seen.tab.evaluate("document.querySelector('main').append(document.createElement('img'))")
    seen.tab.evaluate(axe)
    assert any(found.startswith("image-alt") for found in seen.tab.evaluate(VIOLATIONS))


def test_fits_a_narrow_screen(server, visit, page):
    seen = visit(f"{server}/{page}")
    for width in (320, 390):
        seen.tab.set_viewport_size({"width": width, "height": 800})
        assert seen.tab.evaluate("document.documentElement.scrollWidth") <= width


def test_sections_are_no_higher_than_the_page_expects(server, visit, chapter):
    """On a telephone, before they are laid out; one that is would be taken to cover the next."""
    tab = visit(f"{server}/{chapter}.html").tab
    tab.set_viewport_size({"width": 412, "height": 823})
    tab.add_style_tag(content="section, section > * { content-visibility: visible !important }")
    heights = tab.eval_on_selector_all(
        ".bd-article > section > section",
        """(all) => all.map((section) => [section.id, section.getBoundingClientRect().height,
          parseFloat(section.style.getPropertyValue("--dl-height"))])""",
    )
    assert len(heights) > 5
    assert [name for name, height, expected in heights if height > expected] == []


def test_colour_mode_changes_and_is_kept(server, visit):
    seen = visit(f"{server}/book/index.html", color_scheme="light")
    ground = "getComputedStyle(document.body).backgroundColor"
    before = seen.tab.evaluate(ground)
    for _ in range(3):
        if seen.tab.evaluate("document.documentElement.dataset.mode") == "dark":
            break
        seen.tab.locator(".theme-switch-button").first.click()
    assert seen.tab.evaluate(ground) != before
    seen.tab.goto(f"{server}/book/notation.html")
    assert seen.tab.evaluate("document.documentElement.dataset.theme") == "dark"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_first_paint_has_the_colours_of_the_system(server, browser, scheme):
    """Before the theme's script is there, which would paint all anew."""
    with browser.new_context(color_scheme=scheme) as context:
        context.route("**/theme.js", lambda route: route.abort())
        tab = context.new_page()
        tab.goto(f"{server}/book/index.html")
        assert tab.evaluate("document.documentElement.dataset.theme") == scheme


def test_the_root_leads_to_the_front_page(server, visit):
    seen = visit(f"{server}/")
    seen.tab.wait_for_url("**/book/index.html")


@pytest.mark.parametrize(("width", "height"), [(1280, 900), (390, 844)])
def test_the_first_screen_has_three_doors_and_a_figure(server, visit, width, height):
    seen = visit(f"{server}/book/index.html")
    seen.tab.set_viewport_size({"width": width, "height": height})
    doors = [door.bounding_box() for door in seen.tab.locator(".dl-doors .sd-card").all()]
    assert len(doors) == 3
    assert all(door["y"] + door["height"] < height / 2 for door in doors)
    drawing = seen.tab.locator("figure.dlx .dlx-stage").first.bounding_box()
    assert drawing["y"] + drawing["height"] <= height


@pytest.mark.parametrize("where", ["server", "disk"])
def test_search_finds(request, site, visit, where):
    root = request.getfixturevalue("server") if where == "server" else site.as_uri()
    seen = visit(f"{root}/search.html?q=momentum")
    seen.tab.wait_for_selector("#search-results li a[href*='conventions']")
    assert seen.errors == []


def test_formulas_are_there_without_a_script(server, visit):
    seen = visit(f"{server}/book/conventions.html", java_script_enabled=False)
    assert seen.tab.locator(".katex-html").count() > 20
    assert seen.tab.locator("math").count() == seen.tab.locator(".katex-html").count()


def test_icons_are_painted(server, visit):
    seen = visit(f"{server}/book/index.html")
    masks = seen.tab.evaluate(
        """[...document.querySelectorAll(".fa-solid, .fas, .fab")]
             .map((icon) => getComputedStyle(icon).maskImage)"""
    )
    assert len(masks) > 5
    assert all(mask.startswith('url("data:image/svg+xml') for mask in masks)


def test_the_keyboard_reaches_the_text_first(server, visit):
    seen = visit(f"{server}/book/index.html")
    seen.tab.keyboard.press("Tab")
    assert seen.tab.evaluate("document.activeElement.getAttribute('href')") == "#main-content"


def test_an_anchor_is_where_one_lands(server, visit):
    """Sections out of sight are laid out late; a link into the last one must still arrive."""
    seen = visit(f"{server}/book/backpropagation.html")
    last = seen.tab.locator(".bd-article > section > section").last.get_attribute("id")
    seen = visit(f"{server}/book/backpropagation.html#{last}")
    seen.tab.wait_for_timeout(300)
    top = seen.tab.evaluate("(id) => document.getElementById(id).getBoundingClientRect().top", last)
    bottom = seen.tab.evaluate("document.documentElement.scrollHeight - innerHeight - scrollY")
    assert 0 <= top < 200 or bottom < 2


def test_a_wide_formula_can_be_scrolled_with_the_keyboard(server, visit):
    seen = visit(f"{server}/book/conventions.html")
    seen.tab.set_viewport_size({"width": 320, "height": 800})
    seen.read_to_the_end()
    wide = seen.tab.evaluate(
        """[...document.querySelectorAll(".pst-scrollable-table-container, .bd-article pre")]
             .filter((box) => box.scrollWidth > box.clientWidth + 1).map((box) => box.tabIndex)"""
    )
    assert wide
    assert set(wide) == {0}


def on_paper(seen):
    """What a printer gets of a page: its figures as pictures, and the colours around them."""
    seen.read_to_the_end()
    seen.tab.wait_for_function("!document.querySelector('figure.dlx:not(.dlx-ready)')")
    seen.tab.emulate_media(media="print")
    seen.tab.evaluate("dispatchEvent(new Event('beforeprint'))")
    colours = seen.tab.evaluate(
        """[...document.querySelectorAll("body, main *")].map((element) => {
          const {color, backgroundColor, borderColor, filter} = getComputedStyle(element);
          return [color, backgroundColor, borderColor, filter].join(" ");
        })"""
    )
    figures = seen.tab.locator("main figure.dlx, main .cell_output img").filter(visible=True)
    return set(colours), [figure.screenshot() for figure in figures.all()]


def test_a_dark_page_prints_as_a_light_one(server, visit, chapter):
    light = on_paper(visit(f"{server}/{chapter}.html", color_scheme="light"))
    seen = visit(f"{server}/{chapter}.html", color_scheme="dark")
    dark = on_paper(seen)
    assert dark[0] == light[0]
    assert len(dark[1]) == len(light[1]) > (2 if chapter in sections() else 3)
    different = [k for k, two in enumerate(zip(dark[1], light[1], strict=True)) if two[0] != two[1]]
    assert different == []
    seen.tab.evaluate("dispatchEvent(new Event('afterprint'))")
    assert seen.tab.evaluate("document.documentElement.dataset.theme") == "dark"


def test_paper_shows_no_controls(server, visit, chapter):
    seen = visit(f"{server}/{chapter}.html")
    seen.read_to_the_end()
    seen.tab.emulate_media(media="print")
    shown = seen.tab.locator("main").locator("input, button, summary").filter(visible=True)
    assert shown.all_inner_texts() == []


def test_search_leaves_room_for_its_icon(server, visit):
    seen = visit(f"{server}/search.html?q=momentum")
    icon = seen.tab.locator(".bd-search .fa-magnifying-glass").last.bounding_box()
    field = seen.tab.locator(".bd-search input").last
    text = field.evaluate(
        "(f) => f.getBoundingClientRect().x + parseFloat(getComputedStyle(f).paddingLeft)"
    )
    assert icon["x"] + icon["width"] < text


@pytest.mark.parametrize(
    ("link", "marked"), [("#search-results li a", True), (".bd-links a", False)]
)
def test_only_the_page_of_a_result_marks_the_words_sought(server, visit, link, marked):
    seen = visit(f"{server}/search.html?q=momentum")
    seen.tab.wait_for_selector("#search-results li")
    seen.tab.locator(link).last.click()
    seen.tab.wait_for_load_state("networkidle")
    seen.tab.wait_for_timeout(100)
    assert (seen.tab.locator("span.highlighted").count() > 0) == marked


def test_a_picture_has_the_ground_of_a_dark_page(server, visit):
    """Pictures are drawn on white; on a dark page nothing of them may be near it."""
    image = pytest.importorskip("PIL.Image")
    seen = visit(f"{server}/book/labels_and_losses.html", color_scheme="dark")
    picture = seen.tab.locator(".cell_output img:visible").first
    picture.scroll_into_view_if_needed()
    seen.tab.wait_for_load_state("networkidle")
    pixels = image.open(io.BytesIO(picture.screenshot())).convert("RGB")
    ground = seen.tab.evaluate("getComputedStyle(document.body).backgroundColor")
    assert f"rgb{pixels.getpixel((3, 3))}" == ground


def test_captions_are_as_easy_to_read_as_the_text(server, visit, chapter):
    seen = visit(f"{server}/{chapter}.html", color_scheme="dark")
    seen.read_to_the_end()
    styles = seen.tab.evaluate(
        """[...document.querySelectorAll("figcaption")].map((caption) => getComputedStyle(caption))
             .map(({color, fontWeight}) => [color, Number(fontWeight) >= 400])"""
    )
    explorer = f"rgb{tuple(bytes.fromhex(DARK.ink[1:]))}"
    text = {seen.tab.evaluate("getComputedStyle(document.body).color"), explorer}
    assert styles
    assert all(color in text and strong for color, strong in styles)


@pytest.mark.parametrize("name", ["backpropagation", "api_tools"])
def test_a_listing_fits_its_column(server, visit, name):
    seen = visit(f"{server}/book/{name}.html")
    seen.tab.evaluate("for (const box of document.querySelectorAll('details')) box.open = true")
    seen.read_to_the_end()
    listings = seen.tab.locator(".highlight-python pre, .doctest pre").filter(visible=True)
    assert listings.count() > 5
    for listing in listings.all():
        assert listing.evaluate("(box) => box.scrollWidth <= box.clientWidth + 1")
        assert ":math:" not in listing.inner_text()
