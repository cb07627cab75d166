"""Explorers in Chromium: from disk, by mouse, keyboard and play, in both themes, on a phone."""

import re
from contextlib import contextmanager
from itertools import pairwise

import pytest
from explorers import explorer_gallery

from dlcourse.explorers import Explorer, Line, Slider
from dlcourse.explorers.notation import reading
from dlcourse.explorers.panel import legends

NAMES = [make.__name__ for make in explorer_gallery.ALL]
ALLOWED = ("file:", "data:", "blob:", "about:")
CLIPBOARD = ["clipboard-read", "clipboard-write"]
PICTURE = """() => [...document.querySelectorAll('.dlx-plot')].map((plot) =>
  plot.querySelector('canvas').toDataURL() + plot.querySelector('svg').innerHTML).join()
  + document.querySelector('.dlx-stage').innerText"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """One file per explorer, as a reader would have it on disk."""
    folder = tmp_path_factory.mktemp("explorers")
    for make in explorer_gallery.ALL:
        (folder / f"{make.__name__}.html").write_text(make().page(), encoding="utf-8")
    return folder


@contextmanager
def opened(browser, pages, name, width=1000, script="", state="", **options):
    """The page with its figure; at the end nothing may have complained or gone to the network.

    Nothing glides unless `options` want it to, so that what is seen is what was asked for.
    """
    options = {"reduced_motion": "reduce", **options}
    context = browser.new_context(viewport={"width": width, "height": 900}, **options)
    page = context.new_page()
    page.add_init_script(script)
    trouble = []
    page.on("console", lambda message: trouble.append(message.text))
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("request", lambda r: trouble.append(r.url) if not r.url.startswith(ALLOWED) else None)
    page.goto((pages / f"{name}.html").as_uri() + state)
    page.wait_for_selector(".dlx-ready .dlx-plot svg *", state="attached")
    settle(page)
    yield page
    context.close()
    assert trouble == []


def settle(page):
    """Wait until what was asked for has been painted."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 30)))")


def picture(page):
    settle(page)
    return page.evaluate(PICTURE)


def changed(page, before):
    """The picture, once it is another one than before; a busy machine may paint late."""
    for _ in range(50):
        if (now := picture(page)) != before:
            return now
    raise AssertionError("the figure did not change")


@pytest.mark.parametrize("name", NAMES)
def test_every_slider_changes_the_figure_by_keyboard_and_by_mouse(browser, pages, name):
    with opened(browser, pages, name) as page:
        for slider in page.locator("input[type=range]").all():
            before = picture(page)
            slider.focus()
            page.keyboard.press("End" if slider.input_value() == "0" else "Home")
            after = changed(page, before)
            box = slider.bounding_box()
            assert box["height"] >= 24
            page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
            changed(page, after)


@pytest.mark.parametrize("name", ["curves", "diagrams"])
def test_every_choice_changes_the_figure(browser, pages, name):
    with opened(browser, pages, name) as page:
        for group in page.get_by_role("radiogroup").all():
            before = picture(page)
            group.get_by_role("radio", checked=False).first.check()
            after = changed(page, before)
            page.keyboard.press("ArrowRight")
            changed(page, after)


def test_what_is_seen_is_the_frame_of_the_grid(browser, pages):
    figure = explorer_gallery.boundary()
    with opened(browser, pages, "boundary") as page:
        for w1, w2, bias in [(0, 0, 0), (8, 2, 4), (3, 7, 1)]:
            for slider, value in zip(page.locator("input").all(), (w1, w2, bias), strict=True):
                slider.fill(str(value))
            values = {c.name: c.values[i] for c, i in zip(figure.controls, (w1, w2, bias))}  # noqa: B905
            caption = figure.caption_at(**values)
            settle(page)
            assert page.locator("figcaption span").inner_text() == caption
            assert page.get_by_role("img", name=caption).is_visible()


@pytest.mark.parametrize("name", NAMES)
def test_the_legend_holds_what_python_decided(browser, pages, name):
    panels = getattr(explorer_gallery, name)().frame_at()
    shared, own = legends(panels, [{} for _ in panels])
    with opened(browser, pages, name) as page:
        shown = page.locator(".dlx-legend").all()
        for entries, legend in zip([shared, *own], shown, strict=True):
            labels = legend.locator(".dlx-entry > span:not(.dlx-bar)").all_inner_texts()
            assert labels == [entry.label for entry in entries]
            samples = legend.locator(".dlx-swatch > *, .dlx-bar")
            assert samples.count() >= len(labels), "beside each name stands a sample"


def test_sliders_say_their_name_and_value(browser, pages):
    with opened(browser, pages, "boundary") as page:
        slider = page.get_by_label("weight w₁")
        assert slider.get_attribute("aria-valuetext") == "weight w₁ = 1"
        slider.focus()
        page.keyboard.press("ArrowLeft")
        assert slider.get_attribute("aria-valuetext") == "weight w₁ = 0.5"
        assert page.locator("output").first.inner_text() == "0.5"


def test_a_screen_reader_hears_the_sentence_once_the_slider_rests(browser, pages):
    with opened(browser, pages, "boundary") as page:
        spoken = page.locator("[aria-live=polite]")
        assert spoken.text_content() == ""
        page.get_by_label("weight w₁").focus()
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("ArrowLeft")
        assert spoken.text_content() == ""
        page.wait_for_function("document.querySelector('.dlx-spoken').textContent !== ''")
        assert spoken.text_content() == explorer_gallery.boundary().caption_at(w1=0)


def test_buttons_set_the_controls_they_name_and_leave_the_others(browser, pages):
    with opened(browser, pages, "boundary") as page:
        page.get_by_role("slider", name="bias").fill("4")
        page.get_by_role("button", name="Bias only").click()
        assert page.locator("output").all_inner_texts() == ["0", "0.5", "2"]
        page.get_by_role("button", name="Good weights").click()
        assert page.locator("output").all_inner_texts() == ["1.5", "1", "0"]


def test_an_option_is_selected_by_keyboard(browser, pages):
    figure = explorer_gallery.softmax_with_temperature()
    with opened(browser, pages, "softmax_with_temperature") as page:
        before = picture(page)
        page.get_by_label("picture of", exact=True).focus()
        page.keyboard.press("ArrowDown")
        changed(page, before)
        caption = figure.caption_at(picture="a cat in the dark")
        assert page.locator("figcaption span").inner_text() == caption


def test_a_stop_with_a_name_is_seen_and_heard_by_it(browser, pages):
    with opened(browser, pages, "softmax_with_temperature") as page:
        slider = page.get_by_label("temperature", exact=True)
        before = slider.bounding_box()
        for name in ("3", "10, hot"):
            slider.focus()
            page.keyboard.press("ArrowRight")
            assert page.locator("output").inner_text() == name
            assert slider.get_attribute("aria-valuetext") == f"temperature = {name}"
        assert slider.bounding_box() == before, "room is kept for the longest name"


def test_an_address_leads_to_a_state(browser, pages):
    figure = explorer_gallery.curves()
    state = "#curves?rate=0.25&loss=squared+error"
    with opened(browser, pages, "curves", state=state, permissions=CLIPBOARD) as page:
        caption = page.locator("figcaption span")
        assert caption.inner_text() == figure.caption_at(rate=0.25, loss="squared error")
        assert page.evaluate("document.activeElement.id") == "curves"
        page.get_by_role("button", name="Copy link").click()
        page.get_by_role("button", name="Copied").wait_for()
        assert page.locator("[aria-live=polite]").inner_text() == "The link was copied."
        assert page.evaluate("navigator.clipboard.readText()") == page.url
        page.goto(page.url.replace("0.25", "2"))  # on the same page
        assert caption.inner_text() == figure.caption_at(rate=2, loss="squared error")
        page.goto(page.url.replace("rate=2", "rate=7"))  # no such value: the start
        assert caption.inner_text() == figure.caption_at(loss="squared error")


@pytest.mark.parametrize("name", NAMES)
def test_the_code_that_is_copied_makes_what_one_sees(browser, pages, name):
    with opened(browser, pages, name, permissions=CLIPBOARD) as page:
        for slider in page.get_by_role("slider").all():
            slider.focus()
            page.keyboard.press("Home")
        if page.get_by_role("combobox").count():
            page.get_by_role("combobox").select_option(index=6)
        settle(page)
        page.get_by_role("button", name="Copy code").focus()
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Copied").wait_for()
        code = page.evaluate("navigator.clipboard.readText()")
        known = {}
        exec(code.replace("\n\n", "\n\nfigure = "), known)
        heard = page.locator(".dlx-stage").get_attribute("aria-label")
        assert heard == reading(known["figure"].caption_at())


def test_an_address_holds_numbers_as_python_writes_them(browser, tmp_path):
    slider = Slider("a", [-1e-5, 0, 1e-5])
    figure = Explorer(lambda a: [Line([0, 1], [0, a])], [slider], title="Low", alt="A line.")
    (tmp_path / "low.html").write_text(figure.page(), encoding="utf-8")
    with opened(browser, tmp_path, "low", state="#low?a=1e-05") as page:
        assert page.locator("output").inner_text() == "10⁻⁵"
        page.goto(page.url.replace("1e-05", "-1e-05"))
        assert page.locator("output").inner_text() == "−10⁻⁵"


def test_where_there_is_no_clipboard_the_reader_is_shown_what_to_copy(browser, pages):
    with opened(browser, pages, "bars", script="delete Navigator.prototype.clipboard") as page:
        shown = []
        page.on("dialog", lambda dialog: (shown.append(dialog.default_value), dialog.dismiss()))
        page.get_by_role("button", name="Copy code").click()
        settle(page)
        assert shown == [
            f"from {explorer_gallery.__name__} import bars\n\nbars().at(temperature=1)\n"
        ]


def test_play_runs_to_the_end_and_stops(browser, pages):
    with opened(browser, pages, "curves", reduced_motion="no-preference") as page:
        button = page.locator(".dlx-play")
        slider = page.get_by_label("learning rate", exact=True)
        assert button.get_attribute("aria-label") == "Play: learning rate"
        before = picture(page)
        page.wait_for_timeout(400)
        assert picture(page) == before, "nothing moves by itself"
        button.click()
        assert button.inner_text() == "Pause"
        page.wait_for_function("document.querySelector('.dlx input[type=range]').value === '3'")
        page.wait_for_function("document.querySelector('.dlx-play').textContent === 'Play'")
        changed(page, before)
        button.click()  # from the end it starts again
        page.wait_for_function("document.querySelector('.dlx input[type=range]').value === '1'")
        button.click()
        stopped = slider.input_value()
        page.wait_for_timeout(400)
        assert slider.input_value() == stopped


PAUSES = """
window.pauses = [];
const wait = setTimeout;
window.setTimeout = (then, time, ...more) => {
  pauses.push(time);
  return wait(then, Math.min(time, 50), ...more);
};
"""


def test_play_waits_until_what_is_new_in_the_caption_was_read(browser, pages):
    figure = explorer_gallery.softmax_with_temperature()
    said = [figure.caption_at(temperature=t).split() for t in figure.controls[1].values]
    new = [len(set(now) - set(before)) for before, now in pairwise(said)]
    with opened(
        browser,
        pages,
        "softmax_with_temperature",
        script=PAUSES,
        reduced_motion="no-preference",
    ) as page:
        page.get_by_role("slider").fill("0")
        settle(page)
        page.evaluate("pauses.length = 0")
        page.get_by_role("button", name="Play").click()
        page.wait_for_function("document.querySelector('.dlx-play').textContent === 'Play'")
        floor = 1000 / figure.frames_per_second
        wanted = [max(floor, 250 * count) for count in new]
        assert page.evaluate("pauses")[: len(wanted)] == pytest.approx(wanted)


def test_where_motion_is_not_wanted_play_is_a_step(browser, pages):
    with opened(browser, pages, "curves") as page:
        button = page.get_by_role("button", name="Step: learning rate")
        seen = []
        for _ in range(4):
            button.click()
            page.wait_for_timeout(250)
            seen.append(page.locator("output").inner_text())
        assert seen == ["2", "0.25", "0.5", "1"]


def test_the_figure_follows_the_theme(browser, pages):
    with opened(browser, pages, "boundary") as page:
        light = picture(page)
        page.evaluate("document.documentElement.dataset.theme = 'dark'")
        changed(page, light)
        text = "getComputedStyle(document.querySelector('.dlx-ticks text')).fill"
        red, green, blue = map(int, re.findall(r"\d+", page.evaluate(text)))
        assert min(red, green, blue) > 120
        page.evaluate("document.documentElement.dataset.theme = 'light'")
        assert picture(page) == light
    with opened(browser, pages, "boundary", color_scheme="dark") as page:
        assert page.evaluate("document.documentElement.dataset.theme") == "dark"


@pytest.mark.parametrize("name", NAMES)
def test_a_phone_shows_everything_without_scrolling_sideways(browser, pages, name):
    with opened(browser, pages, name, width=360) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        controls = page.locator(".dlx button, .dlx input[type=range], .dlx-options label")
        for control in controls.filter(visible=True).all():
            box = control.bounding_box()
            assert box["height"] >= 24
            assert box["width"] >= 24
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= 360


def test_axes_mark_every_decade_and_years_and_their_name_stands_below_turned_names(browser, pages):
    with opened(browser, pages, "borders") as page:
        plots = page.locator(".dlx-plot").all()
        ticks = [plot.locator(".dlx-ticks text").all_text_contents() for plot in plots]
        assert ticks[1] == ["1", "10", "10⁻⁴", "10⁻³", "10⁻²", "10⁻¹", "10⁰", "10¹"]
        band = plots[1].locator("[data-mark=band] path").get_attribute("d")
        assert band.count("M") == 1, "one area, though its foot lies beyond the axis"
        assert ticks[6][:5] == ["1960", "1970", "1980", "1990", "2000"]
        panel, name = plots[2].bounding_box(), plots[2].locator(".dlx-axis").bounding_box()
        turned = plots[2].locator(".dlx-ticks text").first.bounding_box()
        assert turned["y"] + turned["height"] <= name["y"]
        assert name["y"] + name["height"] <= panel["y"] + panel["height"]


SHIFTS = """
window.shift = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.shift += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""


@pytest.mark.parametrize("width", [360, 1000])
def test_nothing_moves_when_the_frames_arrive(browser, pages, width, tmp_path):
    """The frames come late, below them stands text that must stay where it is."""
    for name in ("boundary", "curves", "images", "borders"):
        html = (pages / f"{name}.html").read_text(encoding="utf-8")
        late = html.replace("<script>dlcourseFrames(", "<script>setTimeout(dlcourseFrames,250,")
        assert late != html
        (tmp_path / f"{name}.html").write_text(late.replace("</main>", "<p>Below</p></main>"))
        context = browser.new_context(viewport={"width": width, "height": 3000})
        page = context.new_page()
        page.add_init_script(SHIFTS)
        page.goto((tmp_path / f"{name}.html").as_uri())
        page.wait_for_timeout(100)
        before = page.get_by_text("Below", exact=True).bounding_box()
        page.wait_for_selector(".dlx-ready")
        settle(page)
        assert page.get_by_text("Below", exact=True).bounding_box() == before, name
        assert page.evaluate("window.shift") < 0.01, name
        context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", NAMES)
def test_axe_finds_nothing(browser, pages, axe, name, theme):
    with opened(browser, pages, name, color_scheme=theme) as page:
        page.evaluate(axe)
        found = page.evaluate("axe.run('.dlx').then((result) => result.violations)")
        assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found] == []


def test_where_the_frames_are_missing_the_reader_is_told(browser, pages, tmp_path):
    html = (pages / "curves.html").read_text(encoding="utf-8")
    html = html.replace('data-source=""', 'data-source="nowhere.js"')
    (tmp_path / "page.html").write_text(html[: html.index("<script>dlcourseFrames")])
    page = browser.new_page()
    page.goto((tmp_path / "page.html").as_uri())
    page.wait_for_selector(".dlx-failed")
    assert "could not be loaded" in page.locator("figcaption").inner_text()
    page.close()


LIVE = """async ([source, html, frames]) => {
  const module = await import(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
  const listeners = {}, asked = [];
  const bytes = (text) => new DataView(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
  const state = { html, position: [1], answered: [1], packet: bytes(frames[1]), error: "" };
  const model = {
    get: (name) => state[name],
    set: (name, value) => (state[name] = value),
    on: (name, call) => (listeners[name] = call),
    off: () => {},
    save_changes: () => asked.push(state.position[0]),
  };
  window.live = {
    asked,
    answer: (k, error = "") => {
      Object.assign(state, { packet: bytes(frames[k]), answered: [k], error });
      listeners["change:answered"]();
    },
  };
  module.default.render({ model, el: document.body });
}"""


def test_the_live_figure_asks_python_one_question_at_a_time(browser):
    import base64

    from dlcourse.explorers.page import asset, figure_html, style_sheet

    figure = Explorer(
        lambda a: [Line([0, 1], [0, a])],
        [Slider("a", [0, 1, 2, 3], start=1)],
        title="A line",
        alt=lambda a: f"Slope {a}.",
        y=(0, 3),
    )
    frames = [base64.b64encode(figure.live_packet([k])).decode() for k in range(4)]
    source = asset("explorer.mjs").read_text(encoding="utf-8")
    page = browser.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto("about:blank")
    page.add_style_tag(content=style_sheet())
    page.evaluate(LIVE, [source, figure_html(figure.outline()), frames])
    caption = page.locator("figcaption span")
    assert caption.inner_text() == "Slope 1."
    slider = page.get_by_role("slider")
    for value in "023":
        slider.fill(value)
    assert page.evaluate("live.asked") == [0], "Python is still computing"
    page.evaluate("live.answer(0)")
    assert page.evaluate("live.asked") == [0, 3], "only the latest is asked for"
    page.evaluate("live.answer(3)")
    assert caption.inner_text() == "Slope 3."
    assert slider.input_value() == "3"
    slider.fill("2")
    page.evaluate("live.answer(2, 'ValueError: no')")
    assert caption.inner_text() == "ValueError: no"
    slider.fill("1")
    page.evaluate("live.answer(1)")
    assert caption.inner_text() == "Slope 1."
    assert errors == []
    page.close()


def test_mathematics_is_seen_and_read(browser, pages):
    with opened(browser, pages, "diagrams") as page:
        slider = page.get_by_role("slider", name="layer ℓ")
        assert slider.get_attribute("aria-valuetext") == "layer ℓ = 4"
        assert page.get_by_role("group", name="a chain of functions up to L(w)").is_visible()
        assert page.locator("figcaption [aria-hidden]").text_content().endswith("layer ℓ = 4.")
        assert page.locator("svg .dlx-run", has_text="σ").get_attribute("data-style") == "italic"


def test_axes_that_follow_a_control_leave_the_drawing_where_it_is(browser, pages):
    with opened(browser, pages, "patience") as page:
        slider, panel = page.locator("input[type=range]"), page.locator(".dlx-plot svg").first
        numbers, places = set(), set()
        for stop in range(6):
            slider.fill(str(stop))
            settle(page)
            numbers.add(tuple(panel.locator(".dlx-ticks text").all_inner_texts()))
            places.add(panel.locator("clipPath rect").evaluate("e => e.outerHTML"))
            places.add(page.locator("figcaption").bounding_box()["y"])
        assert len(numbers) > 2
        assert len(places) == 2, "one for the drawing, one for the caption"
