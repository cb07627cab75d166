"""Nothing that a student writes runs, loads, covers or names anything in a browser."""

import base64
import io
import json
import re
import struct
import time
import zlib
from collections import OrderedDict, deque
from decimal import Decimal
from html import unescape
from html.parser import HTMLParser
from io import BytesIO

import nbformat
import numpy as np
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
from PIL import Image

pytest.importorskip("nh3")
pytest.importorskip("nbconvert")

from nbconvert.filters import ansi2html
from nbconvert.filters.markdown_mistune import markdown2html_mistune

from dlcourse.checks.outcome import Failure, Outcome
from dlcourse.grading import sanitize as module
from dlcourse.grading.sanitize import (
    ALL_MARKDOWN,
    ATTRIBUTES,
    CLASSES,
    CUT,
    IMAGE_URL,
    IMAGES,
    LINK,
    MAX_EXIF,
    NO_IMAGE,
    NO_SVG,
    STYLES,
    TAGS,
    MarkdownBudget,
    as_markdown,
    as_node,
    characters_of,
    clean_attachments,
    clean_html,
    clean_image,
    clean_markdown,
    clean_outputs,
    defuse_maths,
    markdown2html,
    render_markdown,
    update_displays,
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


@pytest.fixture
def parsed(monkeypatch):
    """Collect what the Markdown parser gets to read."""
    texts = []

    class Parser(module.MarkdownWithMath):
        def parse(self, source, *more):
            texts.append(source)
            return super().parse(source, *more)

    monkeypatch.setattr(module, "MarkdownWithMath", Parser)
    for cache in (module.rendered, module.is_harmless_markdown):
        cache.cache_clear()
    return texts


@pytest.mark.parametrize(
    "source",
    [
        "|" + " " * 19_900 + "x",
        "# a" + " " * 19_900 + "#x",
        "a\n=" + "\u3000" * 10_000 + "x",
        "a\n" * 300 + " \n" * 300,
        "_" + "|-|-|\n-" * 2000 + "}",
    ],
)
def test_what_the_parser_tries_again_and_again_is_shown_as_source(parsed, source):
    assert render_markdown(source).startswith("<pre>")
    assert clean_markdown(source).startswith("~~~~")
    assert MarkdownBudget().covers(source) is False
    assert parsed == []


def test_ordinary_tables_and_gaps_are_parsed(parsed):
    table = "| a | b |\n|---|---|\n" + f"| 1 |{' ' * 200}2 |\n" * 90
    assert render_markdown(table).count("<tr>") == 91
    assert clean_markdown(table) == table
    assert len(parsed) == 2


def test_displays_of_a_notebook_share_what_may_be_parsed(parsed):
    budget, displays = MarkdownBudget(), {}
    texts = [f"*{i}* {'word ' * 1000}" for i in range(60)]
    outputs = [{**shown(text_markdown=t), "transient": {"display_id": t[:9]}} for t in texts]
    cells = [clean_outputs([output], ROOM, displays, budget) for output in outputs]
    updates = {name: shown(text_markdown=f"new {texts[0]}") for name in displays}
    update_displays(displays, updates, ROOM, budget)
    assert 0 < sum(map(len, set(parsed))) <= ALL_MARKDOWN
    assert "<em>0</em>" in cells[0][0]["data"]["text/html"] or "new" in str(cells[0])
    last = cells[-1][0]["data"]
    assert last["text/html"].startswith("<pre>")
    assert last["text/markdown"].startswith("~~~~")


def test_rows_of_tables_cost_more_than_other_text(parsed):
    budget = MarkdownBudget()
    table = "| a | b |\n|---|---|\n" + "| 1 | 2 |\n" * 250
    assert [budget.covers(table) for _ in range(4)] == [True, True, True, False]
    assert budget.covers("short")


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


def image(kind, size=(3, 2)):
    """A white image in base64."""
    data = io.BytesIO()
    Image.new("1", size, 1).save(data, kind.upper())
    return base64.b64encode(data.getvalue()).decode()


@pytest.mark.parametrize("kind", ["png", "jpeg", "gif"])
def test_an_image_is_shown_and_one_of_billions_of_pixels_is_not(kind):
    small, huge = image(kind), as_if_huge(kind)
    url = f"<img src='data:image/{kind};base64,"
    assert clean_outputs([shown(**{f"image_{kind}": huge})], ROOM) == []
    assert clean_attachments({"a": {f"image/{kind}": huge}}) == {}
    assert "src" not in clean_html(f"{url}{huge}'>")
    assert "src" not in render_markdown(f"![x](data:image/{kind};base64,{huge})")
    assert "~~~" in clean_markdown(f"![x](data:image/{kind};base64,{huge})")
    (output,) = clean_outputs([shown(**{f"image_{kind}": small})], ROOM)
    assert small in "".join(output["data"].values())
    assert small in clean_html(f"{url}{small}'>")
    assert "~~~" not in clean_markdown(f"![x](data:image/{kind};base64,{small})")


def as_if_huge(kind):
    """An image of a few bytes that says it has 65,000 times 65,000 pixels."""
    data = bytearray(base64.b64decode(image(kind)))
    if kind == "png":
        data[16:24] = struct.pack(">II", 65_000, 65_000)
        data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
    elif kind == "jpeg":
        place = data.index(b"\xff\xc0") + 5
        data[place : place + 4] = struct.pack(">HH", 65_000, 65_000)
    else:  # the screen is small, its first picture is not
        place = data.rindex(b",\0\0\0\0") + 5
        data[place : place + 4] = struct.pack("<HH", 65_000, 65_000)
    return base64.b64encode(data).decode()


def test_a_gif_is_html_of_its_size():
    given = {"image/gif": {"width": 300, "height": BREAKOUT}}
    (output,) = clean_outputs([{**shown(image_gif=image("gif")), "metadata": given}], ROOM)
    assert output["data"] == {
        "text/html": f'<img alt="GIF" src="data:image/gif;base64,{image("gif")}" width="300">'
    }
    assert output["metadata"] == {}
    assert clean_html(output["data"]["text/html"]) == output["data"]["text/html"]
    html = shown(text_html="<b>x</b>", image_gif=image("gif"))
    assert clean_outputs([html], ROOM)[0]["data"] == {"text/html": "<b>x</b>"}
    (output,) = clean_outputs([shown(text_plain="x", image_gif=image("gif"))], 90)
    assert output["data"] == {"text/plain": f"x{NO_IMAGE}"}


def with_parts(kind, count):
    """An image with so many parts in its head that are read for nothing."""
    data = base64.b64decode(image(kind))
    if kind == "jpeg":
        part, place = b"\xff\xe1" + struct.pack(">H", 28) + b"Exif\0\0" + bytes(20), 2
    else:
        profile = b"iCCP" + b"a\0\0" + zlib.compress(bytes(1_000_000))
        size, check = struct.pack(">I", len(profile) - 4), struct.pack(">I", zlib.crc32(profile))
        part, place = size + profile + check, 33
    return base64.b64encode(data[:place] + part * count + data[place:]).decode()


def test_an_image_whose_metadata_come_in_many_parts_is_not_shown():
    for count, kept in ((0, 1), (1, 1), (MAX_EXIF, 1), (MAX_EXIF + 1, 0), (10_000, 0)):
        assert len(clean_attachments({"a": {"image/jpeg": with_parts("jpeg", count)}})) == kept


def test_of_a_png_only_the_part_that_says_its_size_is_opened(monkeypatch):
    opened = []
    open_image = Image.open
    monkeypatch.setattr(
        module.Image, "open", lambda file, **more: opened.append(file) or open_image(file, **more)
    )
    bundle = {"image/png": with_parts("png", 500)}
    assert clean_attachments({"a": bundle}) == {"a": bundle}
    assert [len(file.getvalue()) for file in opened] == [41]


@pytest.mark.parametrize("kind", ["png", "jpeg", "gif"])
@pytest.mark.parametrize("rest", [b"", b"<script>", b"\0" * 100])
def test_the_first_bytes_do_not_make_an_image(kind, rest):
    fake = base64.b64encode(IMAGES[f"image/{kind}"] + rest).decode()
    assert clean_outputs([shown(**{f"image_{kind}": fake})], ROOM) == []


def test_a_sentence_stands_for_an_svg_image():
    svg = {"image_svg+xml": f"<svg onload={RUN}/>"}
    for more, text in (
        ({}, NO_SVG),
        ({"text_plain": "<SVG object>"}, f"<SVG object>\n{NO_SVG}"),
        ({"text_plain": "x", "image_png": PIXEL}, "x"),
        ({"text_plain": "x", "text_html": "<b>x</b>"}, "x"),
        ({"text_plain": "x", "text_html": "<script>x</script>"}, f"x\n{NO_SVG}"),
    ):
        (output,) = clean_outputs([shown(**svg, **more)], ROOM)
        assert output["data"]["text/plain"] == text
        assert RUN not in str(output)


def test_updates_replace_what_is_shown_by_their_id():
    displays = {}
    named = {**shown(text_plain="old"), "transient": {"display_id": "a"}}
    first = clean_outputs([named, shown(text_plain="other")], ROOM, displays)
    second = clean_outputs([named], ROOM, displays)
    assert first == [shown(text_plain="old"), shown(text_plain="other")]
    newer = shown(text_plain="newer", text_html=f"<b {RUN}>")
    grown = update_displays(displays, {"a": newer}, ROOM)
    new = shown(text_plain="newer", text_html="<b></b>")
    assert (first, second) == ([new, shown(text_plain="other")], [new])
    assert grown == 2 * (characters_of([new]) - characters_of([shown(text_plain="old")]))


@pytest.mark.parametrize(
    "updates",
    [
        None,
        3,
        [],
        [["a", shown(text_plain="new")]],
        {"a": None},
        {"a": {"output_type": "stream", "name": "stdout", "text": "new"}},
        {"a": {"output_type": "execute_result", "data": {"text/plain": "new"}}},
        {"a": {"output_type": "error", "ename": "a", "evalue": "b", "traceback": []}},
        {"a": shown(application_javascript=RUN)},
        {"b": shown(text_plain="new")},
        {"x" * 101: shown(text_plain="new")},
    ],
    ids=lambda updates: ascii(updates)[:60],
)
def test_what_is_no_update_changes_nothing(updates):
    displays = {}
    names = ["a", "x" * 101, 3, None, ["b"], {}]
    raw = [{**shown(text_plain="old"), "transient": {"display_id": name}} for name in names]
    outputs = clean_outputs([*raw, {**shown(text_plain="old"), "transient": 3}], ROOM, displays)
    assert set(displays) == {"a"}
    assert update_displays(displays, updates, ROOM) == 0
    assert outputs == [shown(text_plain="old")] * 7


def test_an_update_has_the_room_of_one_cell_however_often_it_is_shown():
    displays = {}
    raw = [{**shown(text_plain="x"), "transient": {"display_id": "a"}}] * 1000
    outputs = clean_outputs(raw, ROOM, displays)
    begun = time.process_time()
    grown = update_displays(displays, {"a": shown(text_plain="y" * 5_000_000)}, 10_000)
    assert time.process_time() - begun < CPU_SECONDS
    assert grown == 0
    assert outputs == [shown(text_plain="x")] * 1000
    assert update_displays(displays, {"a": shown(text_plain="yy")}, ROOM) == 1000
    assert outputs == [shown(text_plain="yy")] * 1000


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


@pytest.mark.parametrize(
    "output",
    [
        {"output_type": np.arange(2)},
        {"output_type": "stream", "name": np.arange(2), "text": "x"},
        {"output_type": "display_data", "data": {np.str_("text/plain"): Decimal("sNaN")}},
        OrderedDict(output_type=deque(), data=range(3)),
    ],
    ids=str,
)
def test_what_is_no_json_is_left_out(output):
    """The pipe carries more than JSON, and the other end may send any of it."""
    assert clean_outputs([output], ROOM) == []


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


def picture(kind, size=(2, 2)):
    """A picture of a kind, in base64; its size may be a lie."""
    made = BytesIO()
    Image.new("RGB", (2, 2)).save(made, kind)
    image = made.getvalue()
    if size != (2, 2):
        head = b"IHDR" + struct.pack(">II", *size) + image[24:29]
        image = image[:12] + head + struct.pack(">I", zlib.crc32(head)) + image[33:]
    return base64.b64encode(image).decode()


@pytest.mark.parametrize("kind", ["png", "jpeg", "gif"])
def test_attached_images_of_three_kinds_stay(kind):
    attachments = {f"a.{kind}": {f"image/{kind}": picture(kind)}}
    assert clean_attachments(attachments) == attachments


@pytest.mark.parametrize(
    "bundle",
    [
        {"image/png": picture("png", (40_000, 40_000))},
        {"image/png": picture("jpeg")},
        {"image/jpeg": picture("png")},
        {"image/webp": picture("webp")},
        {"image/png": base64.b64encode(b"\x89PNG\r\n\x1a\n<script>").decode()},
        {"image/gif": base64.b64encode(b"GIF8").decode()},
        {"image/png": picture("png")[:-20] + "\ud800"},
        {"image/png": 5},
        {},
        [],
        None,
    ],
    ids=lambda bundle: ascii(bundle)[:60],
)
def test_attached_bombs_and_other_things_go(bundle):
    assert clean_attachments({"a": bundle}) == {}


@pytest.mark.parametrize("name", ["a\n", "\u202eb", "\ud800", "\0"])
def test_attachments_whose_names_are_not_seen_go(name):
    assert clean_attachments({name: {"image/png": PIXEL}}) == {}


def test_an_attached_image_is_shown_once():
    """However often the text shows it, a page is not larger than what was handed in."""
    cell = {"attachments": {"a": {"image/png": PIXEL}, "b": {"image/png": PIXEL}}}
    page = markdown2html({"cell": cell}, "![](attachment:a) ![](attachment:b)" * 50)
    assert page.count("<img") == 100
    assert page.count(PIXEL) == 2
    assert markdown2html({"cell": cell}, "![](attachment:a)").count(PIXEL) == 1


@pytest.mark.parametrize(
    "text", ["a_b *c* `d` <e> [f](g) ![h](i)", "# j\n", "$k$", "&amp;", "~~l~~"]
)
def test_text_as_markdown_is_shown_letter_by_letter(text):
    assert unescape(markdown2html({}, as_markdown(text))).strip() == f"<p>{text.strip()}</p>"


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


@pytest.mark.parametrize(
    "text",
    [
        "$$\n\n![x](http://pwned/x.png)\n\n$$",
        "\\\\[\n\n![x](http://pwned/x.png)\n\n\\\\]",
        "\\begin{a}\n\n<img src='http://pwned/x.png'>\n\n\\end{a}",
        "|a|\n|-|\n|`` ` ``![x](http://pwned)|`` ` ``|",
        "| a | b |\n|-|-|\n| `![x](http://pwned)` | `<b>` |",
        "<b/>\n<img/src=http://pwned>",
    ],
)
def test_what_others_read_as_an_image_is_shown_as_source(text):
    assert clean_markdown(text).startswith("~~~~\n")


@pytest.mark.parametrize(
    "text",
    [
        "`List<int>`, $a<b$",
        "if a < b",
        "$$\nx<y\n$$",
        "| a | `x` |\n|-|-|\n| `b` | c |",
        "`![x](y)`",
    ],
)
def test_signs_that_look_like_tags_stay(text):
    assert clean_markdown(text) == text


@pytest.mark.parametrize(
    "source",
    [
        "a\n    ![x](http://pwned)",
        "> [x]: http://pwned\n\n![x]",
        "- [x]: http://pwned\n\n![x]",
        "[x]:\nhttp://pwned\n\n![x]",
        "![\u1e9e]\n\n[SS]: http://pwned",
        "![X  y]\n\n[x\ny]: http://pwned",
        "# [x]: http://pwned\n![x](http://pwned)",
        "``` `\n![x](http://pwned)",
        "```a`b\n![x](http://pwned)\n```",
        "-     a\n  ![x](http://pwned)",
        "`a\n\n![x](http://pwned)`",
        "`` ` ![x](http://pwned)",
        "\\`![x](http://pwned)`",
        "![x](\nhttp://pwned)",
        "![x]( <http://pwned> (t))",
        "![[x]](http://pwned)",
        "![x\\]](http://pwned)",
        "![<b>](http://pwned)",
        "![a [b](https://c) d](http://pwned)",
        "<b>\n<img/src=http://pwned>",
        "<summary>\n<img/src=http://pwned>",
        "a\n<p>\n<img/src=http://pwned>",
        "> <p>\n> <img/src=http://pwned>",
        "- <p>\n  <img/src=http://pwned>",
        "</b >\n<img/src=http://pwned>",
        "<hr/>\n<img/src=http://pwned>",
        "<!-- x --><img/src=http://pwned>",
    ],
    ids=ascii,
)
def test_markdown_that_others_read_differently_is_shown_as_source(source):
    """A reader of CommonMark finds an image of another host in most of these."""
    assert clean_markdown(source).startswith("~~~~\n")


@pytest.mark.parametrize(
    ("kind", "start"),
    [
        ("gif", b"GIF89a\1\0\1\0\0\0\0" + b"\x21\xfe\1x\0" * 200_000),
        ("gif", b"GIF89a\1\0\1\0\0\0\0\x21\xfe" + b"\1x" * 500_000 + b"\0"),
        ("gif", b"GIF89a\xff\xff\xff\xff\0\0\0"),
    ],
    ids=["many comments", "a long comment", "a huge canvas"],
)
def test_what_stands_in_an_image_beside_its_pixels_is_read_once(kind, start):
    image = base64.b64encode(start + b",\0\0\0\0\1\0\1\0\0\2\2L\1\0;").decode()
    kept = clean_image(f"image/{kind}", image)
    assert kept == ("" if b"\xff\xff" in start else image)


def test_a_cell_of_a_table_spans_no_more_than_a_page_can_hold():
    table = '<table><tr><td colspan="1000">a</td><td rowspan="2">b</td></tr></table>'
    assert 'colspan="1000"' not in clean_html(table)
    assert 'rowspan="2"' in clean_html(table)
