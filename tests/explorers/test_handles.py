"""Handles: what they accept, and how pointer, finger and keys move their controls."""

import base64

import pytest
from explorers import explorer_gallery
from explorers.opened import opened

from dlcourse.explorers import Explorer, Handle, Line, Slider
from dlcourse.explorers.page import asset, figure_html, style_sheet


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"moves": ()}, "moves must be the name of a control or of two different ones, got"),
        ({"moves": ("a", "a")}, "two different ones"),
        ({"moves": "abc", "label": " "}, "label must say what the handle holds"),
        ({"moves": "abc", "x": float("nan")}, "x"),
    ],
)
def test_a_wrong_argument_is_named(options, message):
    with pytest.raises(ValueError, match=message):
        Handle(**({"x": 0, "y": 0, "label": "tip"} | options))


def figure(*handles):
    return Explorer(
        lambda a: [Line([0, 1], [0, a]), *handles],
        [Slider("a", [0, 1])],
        title="A line",
        alt="A line.",
    )


def test_a_handle_moves_a_control_of_the_explorer():
    with pytest.raises(ValueError, match="moves of handle 'tip' must name controls, got 'b'; the"):
        figure(Handle(1, 1, moves=("a", "b"), label="tip")).frame_at()


def test_handles_of_a_panel_have_different_labels():
    with pytest.raises(ValueError, match="different, got 'tip' twice"):
        figure(*(Handle(k, 1, moves="a", label="tip") for k in (0, 1))).frame_at()


def test_the_places_of_a_handle_are_those_of_its_frames():
    explorer = Explorer(
        lambda a: [Handle(a, 1 / a, moves="a", label="point")] * (a < 2),
        [Slider("a", [0, 1, 2], start=1)],
        title="A line",
        alt="A line.",
    )
    assert explorer.spots(0, "point", [[1], [2], [0]]) == [[1, 1], None, None]
    assert explorer.spots(0, "another", [[1]]) == [None]


# --- In the browser ---


def handle(page, label):
    return page.get_by_role("slider", name=label, exact=True).and_(page.locator(".dlx-handle"))


def centre(element):
    box = element.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def expect_values(page, left=1, right=0, place="middle"):
    """Wait until the figure shows these values."""
    caption = explorer_gallery.handles().caption_at(
        left=left, right=right, place=["left", "middle", "right"].index(place) - 1
    )
    page.locator("figcaption span", has_text=caption).wait_for()
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 30)))")


def drag(page, element, dx, dy):
    x, y = centre(element)
    page.mouse.move(x + 3, y - 2)
    page.mouse.down()
    page.mouse.move(x + 3 + dx, y - 2 + dy, steps=4)
    page.mouse.up()


@pytest.fixture
def dragged(browser, tmp_path):
    with opened(browser, tmp_path, explorer_gallery.handles(), reduced_motion="reduce") as page:
        yield page


def test_a_pointer_drags_the_end_of_a_line_and_its_slider_follows(dragged):
    end = handle(dragged, "left end")
    unit = dragged.locator(".dlx-plot clipPath rect").first.bounding_box()["height"] / 8
    x, y = centre(end)
    drag(dragged, end, 40, 2.1 * unit)
    expect_values(dragged, left=-1)
    assert centre(end) == pytest.approx((x, y + 2 * unit), abs=1), "it lies at a stop of the slider"
    drag(dragged, end, 0, -100 * unit)
    expect_values(dragged, left=3)
    dragged.mouse.move(100, 600)
    expect_values(dragged, left=3)  # it was let go


def test_a_handle_moves_two_controls_where_the_axis_is_logarithmic(dragged):
    both = handle(dragged, "the loss")
    box = dragged.locator(".dlx-plot clipPath rect").nth(1).bounding_box()
    # from step 20 to 26, and from 20 x 5/60 decades below 1 to 26 x 3/60 decades
    drag(dragged, both, 6 / 43.2 * box["width"], -(20 * 5 - 26 * 3) / 60 / 3 * box["height"])
    expect_values(dragged, left=-1, right=1)


def test_a_handle_beyond_the_axes_lies_at_their_border_and_a_press_leaves_it_there(
    browser, tmp_path
):
    """Also where a logarithmic axis has no place for it at all."""
    explorer = Explorer(
        lambda a: [Line([0, 1], [1, 10]), Handle(0.5, a, moves="a", label="point")],
        [Slider("a", [-1, 0, 2, 5, 30, 100], start=100)],
        title="A point on decades",
        alt=lambda a: f"A point at {a}.",
        y_scale="log",
        y=(1, 10),
    )
    with opened(browser, tmp_path, explorer, reduced_motion="reduce") as page:
        point, caption = page.locator(".dlx-handle"), page.locator("figcaption span")
        box = page.locator(".dlx-plot clipPath rect").bounding_box()
        assert centre(point)[1] == pytest.approx(box["y"], abs=1)
        drag(page, point, 0, 1)
        assert caption.inner_text() == "A point at 100."
        drag(page, point, 0, 0.4 * box["height"])
        caption.filter(has_text="A point at 5.").wait_for()
        drag(page, point, 0, box["height"])
        caption.filter(has_text="A point at 0.").wait_for()
        drag(page, point, 0, -2 * box["height"])
        caption.filter(has_text="A point at 100.").wait_for()


def test_a_handle_moves_a_choice(dragged):
    drag(dragged, handle(dragged, "a place"), 60, 0)
    expect_values(dragged, place="right")
    assert dragged.get_by_role("radio", name="right").is_checked()


def test_keys_move_a_handle_and_screen_readers_hear_where_it_is(dragged):
    end, both = handle(dragged, "left end"), handle(dragged, "the loss")
    assert end.get_attribute("aria-valuetext") == "left end = 1"
    assert both.get_attribute("aria-valuetext") == "right end = 0, left end = 1"
    assert both.get_attribute("aria-description") == (
        "The arrow keys move right end (left, right) and left end (up, down)"
    )
    dragged.keyboard.press("Tab")
    assert end.evaluate("(e) => e === document.activeElement"), "before the controls"
    assert end.evaluate("(e) => getComputedStyle(e).outlineStyle") == "solid"
    for key, left in [("ArrowRight", 1.5), ("ArrowUp", 2), ("ArrowDown", 1.5), ("Home", -3)]:
        dragged.keyboard.press(key)
        expect_values(dragged, left=left)
    assert end.get_attribute("aria-valuetext") == "left end = −3"
    dragged.keyboard.press("ArrowLeft")
    both.focus()
    for key, values in [
        ("ArrowLeft", {"left": -3, "right": -0.5}),
        ("ArrowUp", {"left": -2.5, "right": -0.5}),
        ("PageUp", {"left": 3, "right": -0.5}),
        ("End", {"left": 3, "right": 3}),
    ]:
        dragged.keyboard.press(key)
        expect_values(dragged, **values)
    assert both.evaluate("(e) => e === document.activeElement"), "redrawing keeps the focus"
    dragged.wait_for_function("document.querySelector('[aria-live]').textContent !== ''")


def test_the_stage_is_a_group_as_there_is_something_in_it(dragged):
    caption = dragged.locator("figcaption span").inner_text()
    assert dragged.get_by_role("group", name=caption).is_visible()
    assert dragged.locator(".dlx-plot svg:not([aria-hidden])").count() == 0


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(browser, tmp_path, axe, theme):
    calm = {"reduced_motion": "reduce", "color_scheme": theme}
    with opened(browser, tmp_path, explorer_gallery.handles(), **calm) as page:
        page.evaluate(axe)
        found = page.evaluate("axe.run('.dlx').then((result) => result.violations)")
        assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found] == []


def test_a_finger_drags_a_handle_and_scrolls_elsewhere(browser, tmp_path):
    phone = {"viewport": {"width": 390, "height": 500}, "has_touch": True, "is_mobile": True}
    phone |= {"reduced_motion": "reduce"}
    with opened(browser, tmp_path, explorer_gallery.handles(), **phone) as page:
        touch = page.context.new_cdp_session(page)

        def swipe(x, y, by):
            kinds = ["touchStart", *["touchMove"] * 8, "touchEnd"]
            for k, kind in enumerate(kinds):
                points = [] if kind == "touchEnd" else [{"x": x, "y": y + by * k / 8}]
                event = {"type": kind, "touchPoints": points}
                touch.send("Input.dispatchTouchEvent", event)

        end = handle(page, "right end")
        assert end.bounding_box()["width"] >= 24
        unit = page.locator(".dlx-plot clipPath rect").first.bounding_box()["height"] / 8
        swipe(*centre(end), -3 * unit)
        expect_values(page, right=3)
        assert page.evaluate("scrollY") == 0
        x, y = centre(end)
        swipe(x - 150, y + 120, -100)
        page.wait_for_function("scrollY > 30")
        expect_values(page, right=3)


def test_handles_are_not_printed_but_their_rings_are(dragged):
    dragged.emulate_media(media="print")
    assert not handle(dragged, "left end").is_visible()
    assert dragged.locator("[data-mark=handle] circle").count() == 8


LIVE = """async ([source, html, frame]) => {
  const module = await import(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
  const bytes = (text) => new DataView(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
  const state = { html, position: [1], answered: [1], packet: bytes(frame), error: "" };
  const listeners = {};
  window.live = { state, sent: [], tell: (message) => listeners["msg:custom"](message) };
  const model = {
    get: (name) => state[name],
    set: (name, value) => (state[name] = value),
    on: (name, call) => (listeners[name] = call),
    off: () => {},
    save_changes: () => {},
    send: (message) => live.sent.push(message),
  };
  module.default.render({ model, el: document.body });
}"""


def test_a_live_figure_asks_python_for_the_places_when_a_drag_starts(browser):
    explorer = Explorer(
        lambda a: [Line([0, 1], [0, a]), Handle(1, a, moves="a", label="tip")],
        [Slider("a", [0, 1, 2, 3], start=1)],
        title="A line",
        alt="A line.",
        y=(0, 3),
        x=(0, 2),
    )
    page = browser.new_page()
    page.goto("about:blank")
    page.add_style_tag(content=style_sheet())
    frame = base64.b64encode(explorer.live_packet([1])).decode()
    source = asset("explorer.mjs").read_text(encoding="utf-8")
    page.evaluate(LIVE, [source, figure_html(explorer.outline()), frame])
    page.locator(".dlx-handle").wait_for()
    x, y = centre(page.locator(".dlx-handle"))
    page.mouse.move(x, y)
    page.mouse.down()
    (asked,) = page.evaluate("live.sent")
    assert asked == {"panel": 0, "label": "tip", "positions": [[0], [1], [2], [3]]}
    page.mouse.move(x, 0)
    assert page.evaluate("live.state.position") == [1], "the places are not known yet"
    page.evaluate("(spots) => live.tell({ spots })", explorer.spots(**asked))
    page.wait_for_function("live.state.position[0] === 3")
    page.mouse.up()
    page.close()
