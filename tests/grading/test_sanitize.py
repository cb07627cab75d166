"""Nothing that a student writes runs, loads, covers or names anything in a browser."""

import json
import re
import time
from html import unescape
from html.parser import HTMLParser

import nbformat
import pytest
from grading.payloads import (
    BREAKOUT,
    FORMULAS,
    HTML,
    MARKDOWN,
    MATHS,
    METADATA,
    NOTHING,
    PIXEL,
    RUN,
    png,
    shown,
)
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("nh3")
pytest.importorskip("nbconvert")

from nbconvert.filters import ansi2html
from nbconvert.filters.markdown_mistune import markdown2html_mistune

from dlcourse.checks.outcome import Failure, Outcome
from dlcourse.grading.sanitize import (
    ATTRIBUTES,
    CLASSES,
    CUT,
    IMAGE_URL,
    LINK,
    NO_IMAGE,
    STYLES,
    TAGS,
    as_node,
    clean_attachments,
    clean_html,
    clean_markdown,
    clean_outputs,
    defuse_maths,
    render_markdown,
)

ROOM = 1_000_000
CPU_SECONDS = (
    20  # of the process, whatever else the machine does; what is meant takes far below one
)
NBCONVERTS_OWN = r"h\d id=|\w+ class=|a href='#|a title=|a without rel"


def notebook_with(outputs):
    """A notebook whose one cell shows these."""
    cell = {"cell_type": "code", "id": "a", "source": "1", "metadata": {}, "execution_count": None}
    cells = [{**cell, "outputs": outputs}]
    return as_node({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


class Page(HTMLParser):
    """Everything in an HTML text that is not allowed there, and its words."""

    def __init__(self, text):
        super().__init__()
        self.dangers = []
        self.tags = []
        self.words = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag not in TAGS:
            self.dangers.append(tag)
        for name, value in attrs:
            if not self.allowed(tag, name, value or ""):
                self.dangers.append(f"{tag} {name}={value!r}")
        if "href" in dict(attrs) and dict(attrs).get("rel") != "noopener noreferrer":
            self.dangers.append("a without rel")

    def handle_comment(self, data):
        self.dangers.append(f"comment {data}")

    handle_decl = unknown_decl = handle_pi = handle_comment

    def handle_data(self, data):
        self.words += data

    @staticmethod
    def allowed(tag, name, value):
        if name == "class":
            return set(value.split()) <= CLASSES
        if name == "style":
            return value in STYLES
        if name == "href":
            return LINK.fullmatch(value)
        if name == "src":
            return IMAGE_URL.fullmatch(value)
        return name in ATTRIBUTES.get(tag, ()) or (tag, name) == ("a", "rel")


# --- HTML and Markdown -----------------------------------------------------------------------


@pytest.mark.parametrize("payload", HTML, ids=lambda text: ascii(text)[:60])
def test_html_is_clean_and_stays_clean(payload):
    clean = clean_html(payload)
    assert Page(clean).dangers == []
    assert clean_html(clean) == clean or len(payload) > 10_000


@pytest.mark.parametrize("payload", [*MARKDOWN, *HTML], ids=lambda text: ascii(text)[:60])
def test_markdown_is_clean(payload):
    assert Page(render_markdown(payload)).dangers == []


@pytest.mark.parametrize("payload", [*MARKDOWN, *HTML], ids=lambda text: ascii(text)[:60])
def test_clean_markdown_is_harmless_where_nbconvert_renders_it(payload):
    payload = payload[:3000].encode("utf-8", "ignore").decode()
    page = Page(markdown2html_mistune(clean_markdown(payload)))
    # Headings and highlighted code get ids and classes from nbconvert itself.
    assert not [danger for danger in page.dangers if not re.match(NBCONVERTS_OWN, danger)]


def test_these_tests_see_danger_in_what_is_not_cleaned():
    """A handful hide from Python's parser or are harmless as they stand; Chromium sees more."""
    seen = [bool(Page(payload).dangers) for payload in HTML]
    assert sum(seen) >= 0.95 * len(HTML)
    assert sum(bool(Page(markdown2html_mistune(p)).dangers) for p in MARKDOWN[:20]) >= 15


@given(
    st.text(
        alphabet=st.sampled_from("<>/=\"'! -abimgsvgonscriptstyle&;#:`$\\[](){}\n\0"), max_size=80
    )
)
def test_nothing_random_gets_through(text):
    assert Page(clean_html(text)).dangers == []
    assert Page(render_markdown(text)).dangers == []


def test_what_a_notebook_needs_survives():
    table = (
        '<style scoped>.dataframe {}</style><table border="1" class="dataframe"><thead><tr>'
        '<th></th><th>loss</th></tr></thead><tbody><tr><th>0</th><td colspan="2">0.5</td></tr>'
        "</tbody></table>"
    )
    assert clean_html(table) == (
        '<table border="1"><thead><tr><th></th><th>loss</th></tr></thead><tbody><tr><th>0</th>'
        '<td colspan="2">0.5</td></tr></tbody></table>'
    )
    details = "<details open><summary>a</summary><b>b</b></details>"
    assert clean_html(details) == details.replace("open", 'open=""')
    image = f'<img src="data:image/png;base64,{PIXEL}" alt="dots" width="30">'
    assert clean_html(image) == image


@pytest.mark.parametrize(
    "failure", [None, Failure("a", "value", "b", "c", arguments=(("X", "1"),))]
)
def test_outcome_of_a_check_keeps_its_look(failure):
    html = Outcome("sigmoid", 2, 0, 1, (), failure)._repr_html_()
    assert unescape(clean_html(html)) == unescape(html)


def test_markdown_keeps_tables_code_details_and_images():
    html = render_markdown(
        "# A & B\n\n```python\ndef f(): pass\n```\n\n| a |\n|--:|\n| 1 |\n\n"
        "<details><summary>Open</summary>\n\n**in**\n\n</details>\n\n"
        "[x](https://a.test/?b=1&c=2) ![dots](attachment:dots.png) `a < b`",
        {"dots.png": {"image/png": PIXEL}},
    )
    page = Page(html)
    assert page.dangers == []
    assert {"h1", "table", "details", "summary", "strong", "img", "a", "code"} <= set(page.tags)
    assert '<span class="k">def</span>' in html
    assert '<td style="text-align:right">1</td>' in html
    assert f'src="data:image/png;base64,{PIXEL}"' in html


def test_large_table_survives_and_deep_nesting_is_shown_as_source():
    table = f"<table><tbody>{'<tr><td>1</td><td>2</td></tr>' * 2000}</tbody></table>"
    assert clean_html(table) == table
    start = time.process_time()
    assert clean_html("<div>" * 100_000).startswith("<pre>&lt;div&gt;")
    assert clean_html("<div><!--</div>-->" * 50_000).startswith("<pre>&lt;div&gt;")
    assert time.process_time() - start < CPU_SECONDS


@pytest.mark.parametrize("start", [r"\\[", r"\\(", r"\begin{a}"])
def test_formulas_without_end_take_no_time(start):
    began = time.process_time()
    assert render_markdown(start * 10_000).startswith("<pre>")
    assert clean_markdown(start * 10_000).startswith("~~~~")
    assert time.process_time() - began < CPU_SECONDS


# --- maths -----------------------------------------------------------------------------------


@pytest.mark.parametrize("formula", MATHS)
@pytest.mark.parametrize("frame", ["${}$", "$${}$$", r"\begin{{equation}}{}\end{{equation}}", "{}"])
def test_macros_are_defused_wherever_mathjax_reads(formula, frame):
    text = frame.format(formula)
    for shown_text in (Page(render_markdown(text)).words, Page(clean_html(text)).words):
        assert defuse_maths(shown_text) == shown_text
    (output,) = clean_outputs([shown(text_latex=text)], ROOM)
    assert defuse_maths(output["data"]["text/latex"]) == output["data"]["text/latex"]


@pytest.mark.parametrize("formula", [m for m in MATHS if "<" not in m and "&" not in m])
def test_macros_stay_readable(formula):
    assert defuse_maths(formula) != formula
    assert defuse_maths(formula).replace("⧵", "\\") == formula


@pytest.mark.parametrize("formula", FORMULAS)
def test_ordinary_maths_comes_through_as_it_was(formula):
    assert defuse_maths(formula) == formula
    assert Page(render_markdown(formula)).words.strip() == formula


def test_macros_in_code_are_left_alone():
    html = render_markdown("`\\def` \\def\n\n```\n\\href\n```\n\n<pre>\\let</pre>")
    assert Page(html).words.replace("\n", " ").split() == ["\\def", "⧵def", "\\href", "\\let"]


# --- outputs ---------------------------------------------------------------------------------


@pytest.mark.parametrize("output", NOTHING, ids=lambda output: ascii(output)[:60])
def test_what_is_not_understood_is_dropped(output):
    assert clean_outputs([output], ROOM) == []
    good = {"output_type": "stream", "name": "stdout", "text": "fine"}
    assert clean_outputs([output, good], ROOM) == [good]


@pytest.mark.parametrize("outputs", [None, 3, "x", {}, {"output_type": "stream"}, True])
def test_what_is_no_list_is_dropped(outputs):
    assert clean_outputs(outputs, ROOM) == []


@pytest.mark.parametrize("metadata", METADATA, ids=lambda metadata: ascii(metadata)[:60])
def test_metadata_of_images_is_rebuilt(metadata):
    (output,) = clean_outputs([png(metadata=metadata, transient={"x": 1})], ROOM)
    assert output == png()


def test_size_of_an_image_is_kept():
    given = {"image/png": {"width": 300, "height": 4095, "alt": BREAKOUT}, "x": 1}
    (output,) = clean_outputs([png(metadata=given)], ROOM)
    assert output["metadata"] == {"image/png": {"width": 300, "height": 4095}}


@pytest.mark.parametrize("count", ["1", BREAKOUT, 1.5, True, -1, [1], 10**30])
def test_execution_count_is_a_number_or_none(count):
    raw = {"output_type": "execute_result", "data": {"text/plain": "1"}, "metadata": {}}
    (output,) = clean_outputs([{**raw, "execution_count": count}], ROOM)
    assert output == {**raw, "execution_count": None}
    (output,) = clean_outputs([{**raw, "execution_count": 7}], ROOM)
    assert output["execution_count"] == 7


@pytest.mark.parametrize("payload", HTML, ids=lambda text: ascii(text)[:60])
def test_html_and_markdown_of_outputs_are_clean_html(payload):
    for output in clean_outputs([shown(text_html=payload), shown(text_markdown=payload)], ROOM):
        assert Page(output["data"]["text/html"]).dangers == []


def test_valid_outputs_come_through_and_are_valid_nbformat():
    outputs = [
        {"output_type": "stream", "name": "stderr", "text": "\x1b[31mred\x1b[0m\n"},
        shown(text_plain="1", text_html="<b>1</b>", text_latex="$1$"),
        png(),
        {"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["\x1b[1;31mE\x1b[0m"]},
        {
            "output_type": "execute_result",
            "data": {"text/plain": "1"},
            "metadata": {},
            "execution_count": 1,
        },
    ]
    assert clean_outputs(outputs, ROOM) == outputs
    nbformat.validate(notebook_with(outputs))


@pytest.mark.parametrize(
    "text",
    ["\x1b[38m", "\x1b[48m", "\x1b[1;38m", "\x1b[38;2m", "\x1b]8;;x\x1b\\", "\x1b[2J", "\x1b"],
)
def test_nbconvert_can_show_any_escape_that_is_left(text):
    """`ansi2html` of nbconvert 7.17 raises an IndexError on the first three."""
    (output,) = clean_outputs(
        [{"output_type": "stream", "name": "stdout", "text": f"a{text}b\x1b[32mc"}], ROOM
    )
    assert "c</span>" in ansi2html(output["text"])


def test_many_colours_take_no_time():
    text = "\x1b[31mx" * 100_000
    (output,) = clean_outputs([{"output_type": "stream", "name": "stdout", "text": text}], ROOM)
    assert output["text"] == "x" * 100_000


def test_zeros_and_lone_surrogates_are_dropped():
    (output,) = clean_outputs(
        [{"output_type": "stream", "name": "stdout", "text": "a\0b\ud800c\udfffd😀"}], ROOM
    )
    assert output["text"] == "abcd😀"


def characters(value):
    """Count the characters of all texts that a browser shows."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return sum(characters(v) for k, v in value.items() if k not in ("output_type", "name"))
    return sum(map(characters, value)) if isinstance(value, list) else 0


@pytest.mark.parametrize("room", [0, 1, 10, 30, 100, 1000])
def test_outputs_keep_within_their_room(room):
    outputs = [
        {"output_type": "stream", "name": "stdout", "text": "x" * 60},
        png(),
        shown(text_html="&" * 40, text_plain="y" * 40),
        shown(text_markdown="*a* " * 20),
        {"output_type": "error", "ename": "E", "evalue": "v" * 30, "traceback": ["t" * 30] * 30},
    ] * 10
    assert characters(clean_outputs(outputs, room)) <= room


def test_long_text_is_cut_and_a_large_image_replaced_by_a_note():
    text = {"output_type": "stream", "name": "stdout", "text": "x" * 200}
    (output,) = clean_outputs([text], 100)
    assert output["text"] == "x" * (100 - len(CUT)) + CUT
    (output,) = clean_outputs([png()], len(PIXEL) - 1)
    assert output["data"] == {"text/plain": NO_IMAGE}


def test_number_of_outputs_is_capped():
    outputs = [{"output_type": "stream", "name": "stdout", "text": "x"}] * 5000
    assert len(clean_outputs(outputs, ROOM)) == 1000


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["output_type", "name", "text", "data", "metadata", "image/png", "text/html", "id",
             "cell_type", "source", "outputs", "nbgrader", "grade_id", "points", "attachments"]
        ),
        inner | st.sampled_from(["stream", "stdout", "error", "code", "markdown", "display_data"]),
        max_size=5,
    ),
    max_leaves=12,
)  # fmt: skip


@given(json_values)
def test_never_raises_and_always_valid(value):
    notebook = notebook_with(clean_outputs([value], ROOM))
    nbformat.validate(notebook)
    json.dumps(notebook).encode()


# --- Markdown --------------------------------------------------------------------------------


def test_attachments_are_images_of_known_kinds():
    attachments = {
        "a.png": {"image/png": PIXEL + "\n", "image/svg+xml": "<svg/>"},
        "b.svg": {"image/svg+xml": "PHN2Zy8+"},
        "c.png": {"image/png": f'{PIXEL}" onerror="{RUN}'},
        "d": "x",
        "e": {"image/png": [PIXEL]},
    }
    assert clean_attachments(attachments) == {"a.png": {"image/png": PIXEL}}


@pytest.mark.parametrize(
    "source",
    [
        "A *written* answer with $x < y$, `code <b>`, [a link](https://a.test/).\n\n- one\n- two",
        "<details><summary>x</summary>\n\ny\n\n</details>\n\na<br>b H<sub>2</sub>O",
        "```python\nif a < b:\n    pass\n```\n\n![dots](attachment:dots.png)",
        f"![dots](data:image/png;base64,{PIXEL})",
        "a ~~~~~~ b <- c && d -> e",
    ],
)
def test_honest_markdown_stays_as_it_is(source):
    assert clean_markdown(source, ["dots.png"]) == source


def test_fence_is_longer_than_any_in_the_text():
    assert clean_markdown("~~~~~\n~~~~~\n<script>").startswith("~~~~~~\n")
