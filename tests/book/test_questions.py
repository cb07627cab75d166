"""Questions: what authors write, and what a reader meets in Chromium, from disk."""

import math
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
from chapter_list import sections
from figures.asked import questions
from questions import interval, number, settings

from dlcourse.explorers.page import STATIC
from dlcourse.figures import backpropagation as figures
from dlcourse.figures import slopes_that_vanish

nbformat = pytest.importorskip("nbformat")
pytest.importorskip("myst_nb")

BOOK = Path(__file__).parents[2] / "book"
CONF = f"""
import sys
sys.path.insert(0, {str(BOOK / "_ext")!r})
from dlcourse.figures import backpropagation, slopes_that_vanish
backpropagation.output_and_slope = slopes_that_vanish.output_and_slope  # on one page with its own
project = "Small"
extensions = ["myst_nb", "static_math", "dlcourse_explorers", "figure_source", "questions"]
myst_enable_extensions = ["colon_fence", "dollarmath"]
nb_execution_mode = "off"
html_theme = "basic"
html_static_path = [{str(BOOK / "_static")!r}]
html_css_files = ["site.css"]
"""
CHOICE = """
:::{predict} more-blame
:figure: two_passes
:at: stage=0
:waiting: "The small network, and nothing yet for the way back."

The output reads $h_1$ and $h_2$.

Which of the two gets more blame?

- [ ] The first, $h_1$.

  The output listens to the *other* one.
- [x] The second, $h_2$.

  Its weight is twice as large.
- [ ] Both get the same.

  Their weights differ.
:::
"""
SKETCH = """
:::{predict} slope
:figure: output_and_slope
:sketch: slope of sigmoid
:waiting: "The axes for the slope."

Draw the slope.

- [x] Largest at 0.
- [above] Too high.
- [valley] The other way round.
- [ ] Something else.
:::
"""
NUMBER = """
:::{self-test} pieces
:number: 0.5
:within: 0.01
:unit: pieces

How many?

- [x] A half.
- [2] Upside down.
- [> 100] Far too many.
- [-0.5] Mind the sign.
- [ ] No.
:::
"""


def notebook(*cells):
    """A notebook as the book's build leaves it: text, and figures with their outputs."""
    made = []
    for cell in cells:
        if isinstance(cell, str):
            made.append(nbformat.v4.new_markdown_cell(cell))
            continue
        data, _ = cell()._repr_mimebundle_()
        output = nbformat.v4.new_output("display_data", data)
        code = f"figures.{cell.__name__}()"
        made.append(
            nbformat.v4.new_code_cell(code, outputs=[output], metadata={"tags": ["figure"]})
        )
    language = {"name": "python", "pygments_lexer": "ipython3"}
    return nbformat.v4.new_notebook(cells=made, metadata={"language_info": language})


def build(folder, *cells):
    """Build a site of one page; return its folder and what was complained of."""
    source = folder / "source"
    source.mkdir(parents=True)
    (source / "conf.py").write_text(CONF)
    (source / "index.md").write_text("# Small\n\n```{toctree}\nbackpropagation\n```\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DLCOURSE_EXPLORER_FACES", "static,print")
        nbformat.write(notebook("# Questions", *cells), source / "backpropagation.ipynb")
    command = [sys.executable, "-m", "sphinx", "-q", "-b", "html", source, folder / "site"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    return folder / "site", done.stderr


# What authors write ------------------------------------------------------------------------------


def test_numbers_as_authors_write_them():
    assert [number(t) for t in ("22", "1/2", "−0.2", "1e-3")] == [22, 0.5, -0.2, 0.001]


def test_a_key_stands_for_an_interval():
    assert interval("x", 22, 0.5) == (21.5, 22.5)
    assert interval("12", 22, 0.5) == (11.5, 12.5)
    assert interval("< 1", 22, 0) == (-math.inf, 1)
    assert interval("> 5", 22, 0) == (5, math.inf)
    assert interval("", 22, 0) == (-math.inf, math.inf)
    low, high = interval("0.1", 22, 0)
    assert low < 0.1 < high < 0.1 + 1e-9


def test_settings_of_the_figure():
    assert settings("stage=0, name='XOR'") == {"stage": 0, "name": "XOR"}
    for nonsense in ("stage", "stage=", "stage=f()"):
        with pytest.raises(ValueError, match="option at must be settings such as stage=0"):
            settings(nonsense)


BAD = {
    "- [x] a\n\n  b\n- [ ] c\n\n  d": "must hold what is asked and, last, the list of answers",
    "Which?\n\n- [x] a\n\n  b\n- c\n\n  d": r"option 2 of its choice must begin with [x] or [ ]",
    "Which?\n\n- [x] a\n- [ ] c\n\n  d": "option 1 of its choice, 'a', needs feedback",
    "Which?\n\n- [ ] a\n\n  b\n- [ ] c\n\n  d": "it has 2, and 0 with [x]",
    ":number: many\n\nHow many?\n\n- [x] a\n- [ ] b": "option number must be a number such as",
    ":number: 1\n\nHow many?\n\n- [x] a": "among them [x] (right) and [ ] (any other), got ['x']",
    ":number: 1\n\nHow many?\n\n- [x] a\n- [few] b\n- [ ] c": "a number, got [few]",
    ":unit: m\n\nWhich?\n\n- [x] a\n\n  b\n- [ ] c\n\n  d": "option unit needs the option number",
    ":figure: two_passes\n\nWhich?": "options figure and waiting need each other",
    ":sketch: a\n\nWhich?": "option sketch needs the option figure",
    ":given: a\n\nWhich?": "option given needs the option sketch",
    ":at: a=0\n\nWhich?": "option at needs the option figure",
}


def test_what_is_wrong_is_said_of_the_question_and_the_option(tmp_path):
    pages = [f":::{{predict}} bad-{k}\n{text}\n:::" for k, text in enumerate(BAD)]
    twice = ":::{self-test} same\n:number: 1\n\nHow many?\n\n- [x] a\n- [ ] b\n:::"
    _, said = build(tmp_path, *pages, twice, twice, ":::{predict} Named_So\nWhich?\n:::")
    for k, message in enumerate(BAD.values()):
        (line,) = [line for line in said.splitlines() if f"question 'bad-{k}'" in line]
        assert message in line
    assert "question 'same': the page has another question of this name" in said
    assert "question 'Named_So': its name must be small letters, digits and hyphens" in said


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (("two_passes", "three_passes"), "an explorer of the page, got 'three_passes'; it has"),
        (("stage=0", "stage"), "option at must be settings such as stage=0, got 'stage'"),
        (("stage=0", "stage=7"), "stage of slider 'stage' must be one of its values, got 7"),
        ((":at: stage=0", ":sketch: loss"), "must be the label of one line of two_passes"),
    ],
)
def test_what_is_wrong_with_its_figure_is_said(tmp_path, changed, message):
    text = CHOICE.replace(*changed)
    if "sketch" in text:
        text = text[: text.index("- [ ]")] + "- [x] a\n- [ ] b\n:::"
    _, said = build(tmp_path, text, figures.two_passes)
    assert "question 'more-blame'" in said
    assert message in said


def test_every_chapter_asks_before_its_figures_and_at_its_end(chapter):
    asked = questions(Path(chapter).name)
    kinds = [kind for kind, _, _ in asked.values()]
    predictions, self_tests = (3, 2) if chapter in sections() else (5, 3)
    assert kinds.count("predict") >= predictions
    assert kinds.count("self-test") >= self_tests
    assert kinds == sorted(kinds)
    answered_by = {
        next((way for way in ("number", "sketch") if way in options), "choice")
        for _, options, _ in asked.values()
    }
    assert len(answered_by) > 1


# What the reader meets ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    if not (STATIC / "explorer.js").exists():
        pytest.skip("npm run build was not run")
    cells = [CHOICE, figures.two_passes, SKETCH, slopes_that_vanish.output_and_slope, NUMBER]
    folder, said = build(tmp_path_factory.mktemp("questions"), *cells)
    assert said == ""
    return folder


@contextmanager
def opened(browser, site, **options):
    """The page of questions in a browser that remembers nothing yet."""
    options = {"viewport": {"width": 900, "height": 900}, **options}
    context = browser.new_context(**options)
    page = context.new_page()
    trouble = []
    page.on("console", lambda message: trouble.append(message.text))
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("request", lambda r: trouble.append(r.url) if not r.url.startswith("file:") else None)
    page.goto((site / "backpropagation.html").as_uri())
    yield page
    context.close()
    assert trouble == []


def question(page, name):
    return page.locator(f"#question-{name}")


def passes(page):
    """The first figure, drawn."""
    return drawn(page, 0)


def drawn(page, number):
    figure = page.locator("figure.dlx").nth(number)
    figure.scroll_into_view_if_needed()
    figure.locator(".dlx-plot svg *").first.wait_for(state="attached")
    return figure


def reply(page, name):
    return page.locator(f"#form-{name} [role=status]").inner_text()


def test_a_choice_by_keyboard(browser, site):
    with opened(browser, site) as page:
        page.get_by_role("radio", name="The first").focus()
        page.keyboard.press("Space")
        page.keyboard.press("Enter")
        assert reply(page, "more-blame").startswith("Not so. The output listens to the other one.")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Check"
        page.keyboard.press("Enter")
        assert reply(page, "more-blame").startswith("Right. Its weight is twice as large.")
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert reply(page, "more-blame") == ""
        assert page.get_by_role("radio", name="The first").evaluate(
            "(radio) => radio === document.activeElement && !radio.checked"
        )


def test_a_screen_reader_hears_what_is_asked(browser, site):
    with opened(browser, site) as page:
        asked = page.get_by_role("group", name="Which of the two gets more blame?")
        assert asked.get_by_role("radio").count() == 3
        question(page, "pieces").scroll_into_view_if_needed()
        page.get_by_role("textbox", name="Your answer").wait_for()
        assert question(page, "more-blame").get_by_role("status").count() == 1
        asked.get_by_role("radio", name="The second").check()
        assert page.get_by_role("button", name="Show me").count() == 3


def test_the_figure_waits_at_its_start_and_is_silent(browser, site):
    with opened(browser, site) as page:
        figure = passes(page)
        start, answer = (figures.two_passes().caption_at(stage=k) for k in (0, 5))
        controls = figure.locator(".dlx-controls").locator("input, button").all()
        assert len(controls) > 5
        assert not any(control.is_enabled() for control in controls)
        assert figure.locator(".dlx-caption").inner_text().startswith("The small network, and")
        assert figure.locator(".dlx-stage").get_attribute("aria-label") == (
            "The small network, and nothing yet for the way back."
        )
        move = "(s) => { s.value = 5; s.dispatchEvent(new Event('input', {bubbles: true})) }"
        figure.locator("input[type=range]").first.evaluate(move)
        page.evaluate("location.hash = '#two_passes?stage=5'")
        page.wait_for_timeout(700)  # longer than the quiet before a live region speaks
        assert answer not in figure.inner_text()
        assert answer not in figure.locator(".dlx-spoken").inner_text()
        page.get_by_role("button", name="Show me").first.click()
        assert reply(page, "more-blame").startswith("Right: The second, ")
        figure.get_by_text(answer).wait_for()  # where the address led
        page.get_by_role("button", name="Start again").click()
        page.get_by_role("button", name="Show me").first.click()
        figure.get_by_text(start).wait_for()
        figure.locator("input[type=range]").first.evaluate(move)
        figure.get_by_text(answer).wait_for()


def test_answers_are_kept_until_the_reader_starts_again(browser, site):
    with opened(browser, site) as page:
        page.get_by_role("radio", name="Both").check()
        page.get_by_role("button", name="Check").first.click()
        page.reload()
        assert page.get_by_role("radio", name="Both").is_checked()
        assert reply(page, "more-blame").startswith("Not so. Their weights differ.")
        assert passes(page).locator("input").first.is_enabled()
        page.get_by_role("button", name="Start again").click()
        assert not passes(page).locator("input").first.is_enabled()
        page.reload()
        assert reply(page, "more-blame") == ""
        assert not passes(page).locator("input").first.is_enabled()


DENIED = """for (const name of ["getItem", "setItem", "removeItem"])
  Storage.prototype[name] = (key) => { if (key.startsWith("dlcourse")) throw new Error("denied"); };
"""


def test_without_a_memory_it_works_too(browser, site):
    with opened(browser, site) as page:
        page.add_init_script(DENIED)
        page.reload()
        page.get_by_role("radio", name="Both").check()
        page.get_by_role("button", name="Check").first.click()
        assert reply(page, "more-blame").startswith("Not so.")


SPELLINGS = {
    "A half.": ["0.5", "1/2", "0,5", ".5", "5e-1", "5·10^-1", "5 × 10⁻¹", "50/100", "0.5 pieces"],
    "Upside down.": ["2", "4/2", "2,0", "+2", " 2 "],
    "Far too many.": ["1e3", "10^3", "1,000", "1 000", "203,530", "10³"],
    "Mind the sign.": ["-0.5", "−1/2", "–0,5", "-5e-1"],
    "No.": ["3", "0", "-10^3"],
}


def test_a_number_may_be_spelt_in_many_ways(browser, site):
    with opened(browser, site) as page:
        question(page, "pieces").scroll_into_view_if_needed()
        box = page.get_by_role("textbox", name="Your answer")
        for feedback, spellings in SPELLINGS.items():
            for spelling in spellings:
                box.fill(spelling)
                box.press("Enter")
                assert reply(page, "pieces").endswith(feedback), spelling
        for nonsense in ("many", "1/2/3", "1..5", "/2", "-"):
            box.fill(nonsense)
            box.press("Enter")
            assert "Write a number" in box.evaluate("(input) => input.validationMessage")
            assert reply(page, "pieces").endswith("No.")


@pytest.mark.parametrize("comes", ["by scrolling", "by keyboard"])
def test_a_text_field_waits_for_the_reader(browser, site, comes):
    with opened(browser, site, viewport={"width": 390, "height": 100}) as page:
        box = page.get_by_role("textbox", name="Your answer")
        page.wait_for_timeout(200)  # what could make it a field too early has time to
        assert box.count() == 0
        if comes == "by keyboard":
            page.keyboard.press("Tab")
        else:
            question(page, "pieces").scroll_into_view_if_needed()
        box.wait_for(timeout=5000)


def pull(page, figure, heights):
    """Draw over the second panel, heights given as shares of it, from left to right."""
    box = figure.locator(".dlx-sketch").bounding_box()
    for k, height in enumerate(heights):
        x = box["x"] + box["width"] * (0.1 + 0.87 * k / (len(heights) - 1))
        page.mouse.move(x, box["y"] + box["height"] * (0.9 - 0.8 * height), steps=4)
        if k == 0:
            page.mouse.down()
    page.mouse.up()


SEE_LINES = "(f) => f.querySelectorAll('.dlx-plot')[1].querySelectorAll('[data-mark=line]').length"


def test_a_sketch_by_mouse_is_judged_and_kept_beside_the_true_line(browser, site):
    with opened(browser, site) as page:
        figure = drawn(page, 1)
        figure.locator(".dlx-sketch circle").first.wait_for()
        assert figure.evaluate(SEE_LINES) == 0
        figure.get_by_role("button", name="Check").click()
        assert reply(page, "slope") == "Draw first: pull the line in the figure into shape."
        pull(page, figure, [0.8, 0.1, 0.8])
        figure.get_by_role("button", name="Check").click()
        assert reply(page, "slope").startswith("Not so. The other way round.")
        figure.locator("[data-mark=line]").nth(2).wait_for(state="attached")
        assert figure.evaluate(SEE_LINES) == 3
        assert figure.get_by_text("your sketch").is_visible()
        page.reload()
        figure = drawn(page, 1)
        assert figure.get_by_text("your sketch").is_visible()
        assert figure.evaluate(SEE_LINES) == 3
        figure.get_by_role("button", name="Start again").click()
        assert page.evaluate("document.activeElement.textContent") == "Check"
        page.wait_for_function(f"() => ({SEE_LINES})(document.querySelectorAll('.dlx')[1]) === 0")
        pull(page, figure, [0.03, 0.08, 0.25, 0.08, 0.03])
        figure.get_by_role("button", name="Check").click()
        assert reply(page, "slope").startswith("Right. Largest at 0.")
        figure.get_by_role("button", name="Start again").click()
        pull(page, figure, [0.03, 0.08, 0.95, 0.08, 0.03])  # as the slope of tanh
        figure.get_by_role("button", name="Check").click()
        assert reply(page, "slope").startswith("Not so. Too high.")
        figure.get_by_role("button", name="Start again").click()
        pull(page, figure, [0.03, 0.03, 0.05, 0.08, 0.25, 0.03])
        figure.get_by_role("button", name="Check").click()
        assert reply(page, "slope").startswith("Not so. Something else.")
        figure.get_by_role("button", name="Start again").click()
        pull(page, figure, [0.03, 0.9, 0.9, 0.9, 0.03])
        figure.get_by_role("button", name="Check").click()
        assert reply(page, "slope").startswith("Not so. Too high.")


def test_a_sketch_by_keyboard(browser, site):
    with opened(browser, site) as page:
        figure = drawn(page, 1)
        figure.get_by_text("Draw with sliders").focus()
        page.keyboard.press("Enter")
        first = figure.get_by_role("slider", name="score s: −6")
        assert first.get_attribute("aria-valuetext") == "0.53"
        first.focus()
        page.keyboard.press("Home")
        assert first.get_attribute("aria-valuetext") == "−0.05"
        page.keyboard.press("Shift+Tab")
        figure.get_by_role("slider", name="score s: 6", exact=True).focus()
        page.keyboard.press("Home")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert reply(page, "slope").startswith("Not so. Too high.")
        assert not figure.get_by_text("Draw with sliders").is_visible()
        assert page.evaluate("document.activeElement.textContent") == "Start again"


def test_who_asks_for_the_answer_sees_the_line_alone(browser, site):
    with opened(browser, site) as page:
        figure = drawn(page, 1)
        figure.get_by_role("button", name="Show me").click()
        assert reply(page, "slope").startswith("Right: The curve of the figure")
        page.wait_for_function(f"() => ({SEE_LINES})(document.querySelectorAll('.dlx')[1]) === 3")
        assert figure.get_by_text("your sketch").count() == 0


FOUND = """async () => {
  const {violations} = await axe.run({include: [[".dl-question"], ["figure.dlx"]],
    exclude: [[".katex-html"]]}, {resultTypes: ["violations"], preload: false});
  return violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html.slice(0, 90))}`);
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_before_nor_after_the_answer(browser, site, axe, theme):
    with opened(browser, site, reduced_motion="reduce") as page:
        page.evaluate("(theme) => document.documentElement.dataset.theme = theme", theme)
        page.add_style_tag(
            content="body, div.body { background: var(--dl-paper) !important; "
            "color: var(--dl-ink) !important; } a { color: var(--dl-link) !important; }"
        )
        for number in (0, 1):
            drawn(page, number)
        page.evaluate(axe)
        assert page.evaluate(FOUND) == []
        for form in page.locator(".dl-form").all():
            form.get_by_role("button", name="Show me").click()
        assert page.evaluate(FOUND) == []


def test_a_phone_is_wide_enough(browser, site):
    with opened(browser, site, viewport={"width": 390, "height": 844}) as page:
        drawn(page, 1)
        wide = "[...document.querySelectorAll('.dl-question, .dl-form')].map((e) => e.scrollWidth)"
        assert max(page.evaluate(wide)) <= 390


def test_without_scripts_the_answers_stand_folded_below(browser, site):
    with opened(browser, site, java_script_enabled=False) as page:
        asked = question(page, "more-blame")
        assert asked.get_by_text("The second").first.is_visible()
        assert not asked.get_by_role("button").first.is_visible()
        assert not asked.get_by_text("Its weight is twice as large.").is_visible()
        asked.get_by_text("Answers").click()
        assert asked.get_by_text("Its weight is twice as large.").is_visible()
        figure = page.locator("figure.dlx").first
        assert figure.locator("img").is_visible()
        assert figure.get_by_text(figures.two_passes().caption_at()).is_visible()
        assert not figure.get_by_text("The small network").is_visible()
        assert not question(page, "slope").get_by_text("Your curve").is_visible()


def test_on_paper_the_answers_stand_below(browser, site):
    with opened(browser, site) as page:
        page.emulate_media(media="print")
        asked = question(page, "more-blame")
        assert asked.get_by_text("Its weight is twice as large.").is_visible()
        assert page.locator("input, button, summary").filter(visible=True).count() == 0
        assert not page.get_by_text("It moves when you have answered.").first.is_visible()
