"""The student's page: nbgrader's look, the right numbers, and nothing that runs or asks others."""

import base64
import contextlib
import copy
import io
import json
import re

import nbformat
import pytest
from grading.builders import notebook_spec
from grading.payloads import HTML, MARKDOWN, MATHS, PIXEL, RUN, png, shown

pytest.importorskip("nbgrader")

from bs4 import BeautifulSoup
from nbconvert.exporters import HTMLExporter
from nbconvert.filters.highlight import Highlight2HTML
from nbgrader.preprocessors import ClearHiddenTests
from PIL import Image
from traitlets.config import Config

from dlcourse.checks.registry import answers_to, exercises_of
from dlcourse.grading import feedback as module
from dlcourse.grading.feedback import (
    ALL_HIGHLIGHTED,
    ALL_SOURCES,
    BOOTSTRAP,
    FILTERS,
    FORMGRADER,
    HIDDEN,
    FeedbackExporter,
    FeedbackPages,
    as_a_terminal,
    highlighted,
)
from dlcourse.grading.restore import restore
from dlcourse.grading.sanitize import TOO_MANY, as_node, clean_outputs, rendered

ADDRESS = "http://feedback.test/page.html"
POLICY = re.compile(r"<meta [^>]*\"Content-Security-Policy\"[^>]*>")
# Events and clicks that a reader could cause; links that lead away are looked at instead.
TOUCH_EVERYTHING = """() => {
  const away = [];
  for (const element of document.querySelectorAll("*")) {
    if (element.matches("a[href], area[href]")) {
      away.push(element.href);
      if (!/^(javascript|vbscript|data):/i.test(element.href)) continue;
    }
    if (element.matches("[type=submit], form button")) continue;
    try { element.focus(); element.click?.(); } catch {}
    for (const kind of ["mouseover", "pointerrawupdate", "toggle"])
      element.dispatchEvent(new Event(kind, {bubbles: true}));
  }
  return away;
}"""
FOUND = """() => {
  const bad = "script, iframe, object, embed, svg, math, form, input, button, base, link, video";
  const main = document.querySelector("#notebook-container");
  const elements = [...document.querySelectorAll("*")];
  return {
    elements: [...document.querySelectorAll(bad)].map(e => e.outerHTML),
    handlers: elements.flatMap(e => [...e.attributes].filter(a => /^on/i.test(a.name))).length,
    covering: elements.filter(e => /fixed|sticky/.test(getComputedStyle(e).position)).length,
    images: [...document.images].filter(i => i.src && !i.src.startsWith("data:image/")).length,
    seen: [...document.images].filter(i => i.naturalWidth).length,
    styles: main.querySelectorAll("style, meta, title, template").length,
  };
}"""


def cell(kind, source, grade_id=None, **more):
    metadata = {"nbgrader": {"grade_id": grade_id, **more.pop("settings", {})}} if grade_id else {}
    extra = {"outputs": [], "execution_count": None} if kind == "code" else {}
    return {"cell_type": kind, "source": source, "metadata": metadata, **extra, **more}


def notebook(*cells):
    return nbformat.from_dict(
        {
            "cells": [{"id": f"c{i}", **cell} for i, cell in enumerate(cells)],
            "metadata": {},
            "nbformat": 4,
            "nbformat_minor": 5,
        }
    )


def hostile():
    """A notebook of everything, as it comes out when a student hands it in."""
    outputs = [
        shown(**{kind: text}) for text in HTML[:-1] for kind in ("text_html", "text_markdown")
    ]
    outputs += [shown(text_latex=f"${text}$") for text in MATHS]
    outputs += [
        shown(**{"image_svg+xml": f"<svg onload='{RUN}' xmlns='http://www.w3.org/2000/svg'/>"}),
        shown(application_javascript=RUN),
        png(metadata={"image/png": {"width": f"1 onload={RUN}"}}),
        png(metadata={"filenames": {"image/png": "https://evil.test/x.png"}}),
        {
            "output_type": "stream",
            "name": "stdout",
            "text": f"<img src=x onerror={RUN}>\x1b[31m<b>",
        },
        {
            "output_type": "error",
            "ename": "<b>",
            "evalue": "",
            "traceback": [f"<script>{RUN}</script>"],
        },
    ]
    texts = [text for text in (*MARKDOWN, *HTML[:-1], *MATHS) if len(text) < 5000]
    handed_in = {
        "cells": [
            cell(
                "code",
                f"'</pre><script>{RUN}</script>'",
                outputs=outputs,
                execution_count=f"<b {RUN}>",
            ),
            *(cell("markdown", text) for text in texts),
            cell("raw", f"<script>{RUN}</script>"),
            cell("code", "1", f'"><script>{RUN}</script>', settings={"grade": True}),
            cell("code", "1", type=f"<script>{RUN}</script>", id=f'"><img onerror={RUN}>'),
        ],
        "metadata": {
            "title": f"</title><script>{RUN}</script>",
            "widgets": {"application/vnd.jupyter.widget-state+json": {"x": f"</script><b {RUN}>"}},
            "language_info": {"pygments_lexer": f'"><script>{RUN}</script>'},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    restored = restore(json.dumps(handed_in).encode(), notebook_spec())
    restored["cells"][0]["outputs"] = clean_outputs(outputs, 1_000_000)
    return as_node(restored)


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("\r 0%\r 50%\r100%\nnext", "100%\nnext"),
        ("10%\r20%\r", "20%"),
        ("a\r\nb\r\n", "a\nb\n"),
        ("100%\r    \rdone", "done"),
        ("\x1b[31m<b>\x1b[0m\r\x1b[32mok\x1b[0m", '<span class="ansi-green-fg">ok</span>'),
        ("<b>", "&lt;b&gt;"),
    ],
)
def test_of_a_line_written_over_the_end_is_seen(text, seen):
    assert as_a_terminal(text) == seen


def test_a_progress_bar_is_one_line_of_the_page():
    bar = "".join(f"\r{i}%" for i in range(101))
    outputs = [{"output_type": "stream", "name": "stderr", "text": bar}]
    page = FeedbackPages().render(notebook(cell("code", "1", outputs=outputs)), {}, {})
    assert "100%" in page
    assert "99%" not in page


@pytest.fixture(scope="module")
def pages():
    return FeedbackPages()


@pytest.fixture(scope="module")
def page(pages):
    book = notebook(
        cell("markdown", "# Title\n\n$a < b$", "intro", settings={"locked": True}),
        cell("code", "x = 1", "answer", settings={"solution": True}),
        cell("code", "check(x)", "check-answer", settings={"grade": True}, outputs=[png()]),
        cell("markdown", "because", "why", settings={"grade": True, "solution": True}),
    )
    scores = {"check-answer": 1.5, "why": None}
    comments = {"answer": "No response.", "why": "Say **more**."}
    maximum = {"check-answer": 2, "why": 3}
    return pages.render(book, scores, maximum, 0.25, name="a & b", comments=comments)


# --- what it shows ---------------------------------------------------------------------------


def test_page_shows_scores_penalty_and_comments(page):
    assert "<title>a &amp; b</title>" in page
    assert "a &amp; b (Score: 1.25 / 5.0)" in page
    assert '<a href="#check-answer">Test cell</a> (Score: 1.5 / 2.0)' in page
    assert '<a href="#why">Written response</a> (Score: 0.0 / 3.0)' in page
    assert "Late submission penalty (Score: -0.25)" in page
    assert "<p>No response.</p>" in page
    assert "<p>Say <strong>more</strong>.</p>" in page
    assert "<p>$a &lt; b$</p>" in page
    assert 'alt="No description has been provided for this image"' in page


def test_no_late_penalty_is_not_mentioned(pages):
    assert "penalty" not in pages.render(notebook(), {}, {}).split("<body>")[1]


def test_page_has_the_body_that_nbgrader_would_write(pages):
    """nbgrader's own exporter, set up as `nbgrader generate_feedback` does."""
    text = {"output_type": "stream", "name": "stdout", "text": "\x1b[31mred\x1b[0m <b>\n"}
    error = {"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["E: v"]}
    table = shown(text_html="<table><tbody><tr><td>1</td></tr></tbody></table>")
    graded = {"grade": True, "score": 1, "points": 2}
    book = notebook(
        cell("markdown", "Say $a < b$, `code` and\n\n- one\n- two", "t", settings={"locked": True}),
        cell("code", "x = 1  # <b>", "s", settings={"solution": True, "comment": "No *answer*."}),
        cell("code", "check(x)", "c", settings=graded, outputs=[text, error, png(), table]),
        cell("code", "%matplotlib inline", execution_count=3),
        cell("markdown", "because", "w", settings={**graded, "solution": True}),
    )
    config = Config()
    config.HTMLExporter.template_name = "feedback"
    config.HTMLExporter.extra_template_basedirs = [str(FORMGRADER / "templates")]
    config.HTMLExporter.extra_template_paths = [str(BOOTSTRAP)]
    grading = {"notebook": "n", "score": 1.75, "max_score": 4, "late_penalty": 0.25}
    stock, _ = HTMLExporter(config=config).from_notebook_node(book, {"nbgrader": grading})
    scores, maximum = {"c": 1, "w": 1}, {"c": 2, "w": 2}
    ours = pages.render(book, scores, maximum, 0.25, name="n", comments={"s": "No *answer*."})
    mine, theirs = (BeautifulSoup(page, "html.parser").body for page in (ours, stock))
    assert mine.prettify() == theirs.prettify()


def test_page_asks_nobody_and_runs_nothing(page):
    assert "<script" not in page
    assert "MathJax.Hub" not in page
    assert "://" not in re.sub(r"/\*.*?\*/", "", page, flags=re.DOTALL)
    assert "url(" not in page
    assert "<link" not in page
    head = page.split("</head>")[0]
    assert POLICY.search(head)[0].count("default-src 'none'") == 1


def test_render_leaves_its_arguments_alone(pages):
    book = notebook(cell("code", "x", "a", settings={"grade": True}))
    before = copy.deepcopy(book)
    pages.render(book, {"a": 1}, {"a": 2})
    assert book == before


def test_hidden_tests_stay_hidden(pages):
    begin, end = ClearHiddenTests().begin_test_delimeter, ClearHiddenTests().end_test_delimeter
    source = f"seen_1\n### {begin}\nsecret_1\n### {end}\nseen_2\n# {begin}\nsecret_2"
    test = cell("code", source, "check", settings={"grade": True})
    page = pages.render(notebook(test, cell("code", source.replace("secret", "mine"))), {}, {})
    text = re.sub(r"<[^>]*>", "", page)
    assert "secret" not in text
    assert text.count(HIDDEN) == 2
    assert text.count("seen_1") == text.count("seen_2") == 2
    assert "mine_1" in text


def test_exporter_hides_and_cleans_for_nbgraders_own_command():
    begin, end = ClearHiddenTests().begin_test_delimeter, ClearHiddenTests().end_test_delimeter
    test = cell("code", f"### {begin}\nsecret\n### {end}", "t", settings={"grade": True})
    for name in ("score", "points"):
        test["metadata"]["nbgrader"][name] = 1
    book = notebook(
        test,
        cell("markdown", f"<img src=x onerror={RUN}>"),
        cell("code", "", outputs=[shown(text_html=f"<b onclick={RUN}>x</b>")]),
        cell("code", "", outputs=[shown(application_javascript=RUN)]),
    )
    grading = {"notebook": "n", "score": 1, "max_score": 1, "late_penalty": 0}
    page, _ = FeedbackExporter().from_notebook_node(book, {"nbgrader": grading})
    assert "secret" not in page
    assert "secret" in book.cells[0].source
    assert RUN not in page
    assert POLICY.search(page)
    assert "<script" not in page


def test_recurring_texts_are_rendered_once(pages, released):
    book = nbformat.reads(json.dumps(released), as_version=4)
    pages.render(book, {}, {})
    before = [cache.cache_info() for cache in (highlighted, rendered)]
    pages.render(book, {}, {})
    for cache, info in zip((highlighted, rendered), before, strict=True):
        assert cache.cache_info().misses == info.misses
        assert cache.cache_info().hits > info.hits


@pytest.mark.parametrize(
    "source",
    [
        *("", "x = f'{1:.2f}'  # one", 'def f(x):\n    """What?"""\n    return x % 2 != 1'),
        *(
            "%matplotlib inline",
            "!ls -l",
            "print?",
            "%%bash\nls",
            "x = !ls\nx = %pwd",
            "f(:",
            "\x00",
        ),
    ],
)
def test_code_is_coloured_as_nbconvert_colours_it(source):
    assert highlighted(source) == Highlight2HTML(pygments_lexer="ipython3")(source)


def test_answers_are_coloured_as_nbconvert_colours_them():
    for exercise in exercises_of("logistic_regression"):
        for source in answers_to(exercise.key).right.values():
            assert highlighted(source) == Highlight2HTML(pygments_lexer="ipython3")(source)


def test_a_page_colours_no_more_than_there_is_room_for(monkeypatch, pages):
    coloured = []
    monkeypatch.setattr(module, "highlighted", lambda source: coloured.append(source) or source)
    codes = [f"x{i:02} = {'1 + ' * 1200}1" for i in range(30)]
    gap = "y = 1" + " \n" * 2000
    book = notebook(*(cell("code", source) for source in (codes[0], gap, *codes[1:])))
    config = Config()
    config.HTMLExporter.template_name = "formgrade"
    config.HTMLExporter.extra_template_basedirs = [str(FORMGRADER / "templates")]
    config.HTMLExporter.filters = FILTERS
    resources = {"index": 0, "total": 1, "base_url": "", "notebook_id": "n"}
    page, _ = HTMLExporter(config=config).from_notebook_node(book, resources)
    kept = codes[: ALL_HIGHLIGHTED // len(codes[0])]
    assert coloured == kept
    for text in (page, pages.render(book, {}, {}), pages.render(book, {}, {})):
        assert all(source in text for source in codes)
        assert f"<pre>{codes[-1]}</pre>" in text
    assert coloured == 3 * kept


def test_a_page_shows_no_more_of_the_sources_than_there_is_room_for(pages):
    grading = {"notebook": "n", "score": 1, "max_score": 1, "late_penalty": 0}
    flood = cell("code", "'" * 5_000_000), cell("markdown", "&" * 5_000_000)
    for cells in (flood, flood[::-1]):
        book = notebook(cell("code", "first = 1"), *cells, cell("code", "last = 1"))
        page, _ = FeedbackExporter().from_notebook_node(book, {"nbgrader": grading})
        for text in (page, pages.render(book, {}, {})):
            assert "first" in text
            assert "cut here" in text
            assert len(text) < len(pages.render(notebook(), {}, {})) + ALL_SOURCES + 10_000
        assert len(book.cells[1].source) == 5_000_000


@pytest.mark.parametrize("way", ["outputs", "attachments", "HTML", "Markdown"])
def test_a_page_shows_no_more_pixels_than_a_browser_can_well_draw(pages, way):
    data = io.BytesIO()
    Image.new("1", (7000, 7000)).save(data, "PNG")
    image = base64.b64encode(data.getvalue()).decode()
    url = f"data:image/png;base64,{image}"
    many = range(20)
    cells = {
        "outputs": [cell("code", "1", outputs=[shown(image_png=image) for _ in many])],
        "attachments": [
            cell("markdown", "![a](attachment:a)", attachments={"a": {"image/png": image}})
            for _ in many
        ],
        "HTML": [cell("code", "1", outputs=[shown(text_html=f'<img src="{url}">') for _ in many])],
        "Markdown": [cell("markdown", f"![a]({url})") for _ in many],
    }[way]
    page = pages.render(notebook(*cells, cell("code", "1", outputs=[png()])), {}, {})
    assert page.count(image) == 8
    assert page.count(TOO_MANY) == 12
    assert page.count(PIXEL) == 1


def test_formgrader_is_safe_by_configuration_alone():
    """A notebook that nothing has cleaned, in formgrader's template, with the config's lines."""
    config = Config()
    config.HTMLExporter.template_name = "formgrade"
    config.HTMLExporter.extra_template_basedirs = [str(FORMGRADER / "templates")]
    resources = {"index": 0, "total": 1, "base_url": "", "notebook_id": "n"}
    book = notebook(
        cell("markdown", f"<img src=x onerror={RUN}> $\\href{{javascript:{RUN}}}{{x}}$"),
        cell("code", "x", outputs=[shown(text_html=f"<b onclick={RUN}>x</b>"), png()]),
        cell("code", "x", outputs=[shown(text_markdown=f"<b onclick={RUN}>[x](javascript:{RUN})")]),
        cell("code", "x", outputs=[shown(application_javascript=RUN)]),
        cell("raw", f"<b onclick={RUN} class=modal>x</b>"),
    )
    stock, _ = HTMLExporter(config=config).from_notebook_node(book, dict(resources))
    assert stock.count(RUN) == 6
    config.HTMLExporter.sanitize_html = True
    config.HTMLExporter.filters = FILTERS
    page, _ = HTMLExporter(config=config).from_notebook_node(book, dict(resources))
    assert f"⧵href{{javascript:{RUN}}}" in page
    assert page.count(RUN) == 1
    assert "modal" not in page.split("notebook-container")[1]


# --- in a browser ----------------------------------------------------------------------------


class Visit:
    """A page opened in a tab of its own, every element touched; what happened is noted."""

    def __init__(self, browser, html):
        self.dialogs, self.requests, self.console = [], [], []
        context = browser.new_context()
        self.tab = context.new_page()
        self.html = html
        self.tab.on("dialog", self.dismiss)
        self.tab.on("console", lambda message: self.console.append(message.text))
        self.tab.on("pageerror", lambda error: self.console.append(str(error)))
        context.route("**/*", self.answer)
        self.tab.goto(ADDRESS, wait_until="load")
        self.links = self.tab.evaluate(TOUCH_EVERYTHING)
        self.tab.wait_for_timeout(200)
        self.found = self.tab.evaluate(FOUND) if "notebook-container" in html else None
        context.close()

    def dismiss(self, dialog):
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def answer(self, route):
        if route.request.url == ADDRESS:
            route.fulfill(body=self.html, content_type="text/html; charset=utf-8")
        else:
            self.requests.append(route.request.url)
            route.abort()


def check_quiet(visit):
    assert visit.dialogs == []
    assert visit.requests == []
    assert visit.found["elements"] == []
    nothing = dict.fromkeys(("handlers", "covering", "images", "styles"), 0)
    assert nothing.items() <= visit.found.items()
    assert all(re.match("https?:|mailto:", link) for link in visit.links)


@pytest.mark.parametrize("policy", [True, False], ids=["with policy", "cleaning alone"])
def test_nothing_happens_on_a_page_of_everything_hostile(browser, pages, policy):
    page = pages.render(hostile(), {}, {}, name=f"<script>{RUN}</script>")
    visit = Visit(browser, page if policy else POLICY.sub("", page))
    check_quiet(visit)
    assert visit.console == []


def test_payloads_do_run_where_they_are_not_cleaned(browser):
    """The same browser, the same touching: so the tests above can fail."""
    driver = pytest.importorskip("playwright.sync_api")
    ran, seen = {}, []
    context = browser.new_context()
    context.route("**/*", lambda route: route.abort())
    tab = context.new_page()
    tab.on("dialog", lambda dialog: (seen.append(dialog.message), dialog.dismiss()))
    for payload in HTML[:-1]:
        seen.clear()
        with contextlib.suppress(driver.Error):  # some payloads make the tab leave
            tab.set_content(payload.encode("utf-8", "ignore").decode(), wait_until="commit")
            tab.evaluate(TOUCH_EVERYTHING)
        tab.wait_for_timeout(20)
        ran[payload] = bool(seen)
    context.close()
    assert sum(ran.values()) >= 40
    assert ran[f"<script>{RUN}</script>"]
    assert ran[f"<a href='java\tscript:{RUN}'>x</a>"]


def test_policy_alone_stops_scripts_and_requests(browser, pages):
    """The second wall: the page with an image and a script put in after the cleaning."""
    extra = f"<script>{RUN}</script><img src='https://evil.test/x.png' onerror={RUN}></body>"
    page = pages.render(notebook(), {}, {}).replace("</body>", extra)
    visit = Visit(browser, page)
    assert visit.dialogs == []
    assert visit.requests == []
    unguarded = Visit(browser, POLICY.sub("", page))
    assert "1" in unguarded.dialogs
    assert "https://evil.test/x.png" in unguarded.requests


def test_image_is_shown(browser, pages):
    page = pages.render(notebook(cell("code", "x", outputs=[png()])), {}, {})
    visit = Visit(browser, page)
    assert visit.found["seen"] == 1
    assert visit.console == []
