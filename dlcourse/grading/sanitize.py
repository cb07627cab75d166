"""What a student's notebook may show in somebody else's browser.

Formgrader runs on the instructor's own Jupyter server, so a script in a student's output would
run with the instructor's rights. Everything that came from a student is therefore rebuilt from
checked parts: cells as they are read (`dlcourse.grading.restore`), outputs as they arrive from the
sandbox (`clean_outputs`), Markdown when it becomes HTML (`markdown2html`).

nbconvert's and nbgrader's templates print these unescaped, and this is what closes each:

================================================  ============================================
``text/html``, ``text/markdown``, Markdown cells  an allow-list of tags and attributes
SVG, JavaScript, widget views and states          dropped
images                                            PNG, JPEG and GIF by their bytes, not huge
raw cells                                         Markdown that shows them as text
``metadata.width`` (unquoted), ``isolated``       rebuilt: whole numbers below 4096, or nothing
`execution_count`                                 a whole number or None
`grade_id` in ``id="..."`` and ``href="#..."``    the instructor's own, or none
TeX, once MathJax reads it                        macros that reach beyond a formula are defused
================================================  ============================================
"""

import base64
import binascii
import io
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from html import escape
from typing import Any

import nh3
from jinja2 import pass_context
from jinja2.runtime import Context
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode, from_dict
from PIL import Image
from pygments.token import STANDARD_TYPES

from dlcourse.checks.outcome import Failure, Kind, Outcome
from dlcourse.grading.inside.wire import LONGEST_ID, MAX_OUTPUTS

CUT = "\n... (cut here)"
NO_IMAGE = "(an image was left out: the output is too large)"
TOO_MANY = "<i>(an image was left out: the page's images are too large together)</i>"
NO_SVG = "An SVG image is not shown here."
MAX_COLOURS = 500  # nbconvert copies the rest of the text at every change of colour
MAX_LINES = 500
MAX_MARKDOWN = 20_000  # the parser's time grows with the square of the number of brackets
ALL_MARKDOWN = 200_000  # effort for a notebook's Markdown: characters, and rows by their square
MAX_ROWS = 300  # of tables: the parser begins again at each row of one that is none
MAX_BLANKS = 500  # in a row: parsers try a pattern at each of them
MAX_HTML = 200_000
MAX_FORMULAS = 200  # nbconvert looks for the end of each in all of the rest of the text
FEW_TAGS, MAX_DEPTH = 500, 100  # the time of HTML parsers grows with the square of the depth
LARGEST_SIDE = 4096
BLANK_LINE, OPENING = re.compile(r"\n[^\S\n]*\n"), re.compile(r"<[a-zA-Z/!?]")
IMAGE_OR_TAG = re.compile(rf"!\[|{OPENING.pattern}")
MAX_EXIF = 100  # parts of an image's: Pillow copies all before each of them
PNG_HEAD, PNG_DATA = 33, b"\0\0\0\0IDAT"  # its first part, which says its size; its pixels begin
MAX_PIXELS = 50_000_000  # of an image: a browser keeps four bytes of each
ALL_PIXELS = 8 * MAX_PIXELS  # of a page's images
IMG = re.compile(r'<img\s[^>]*\bsrc="data:image/[a-z]+;base64,([A-Za-z0-9+/=]+)"[^>]*>')
IMAGES = {
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/jpeg": b"\xff\xd8\xff",
    "image/gif": b"GIF8",
}

TEXT_TAGS = """
    abbr b blockquote br caption cite code col colgroup dd del details dfn div dl dt em figcaption
    figure h1 h2 h3 h4 h5 h6 hr i ins kbd li mark ol p pre q s samp small span strike strong sub
    summary sup table tbody td tfoot th thead tr tt u ul var
"""
DROPPED_WITH_CONTENT = """
    iframe math noembed noframes noscript object script select style svg template textarea title xmp
"""
TAGS = {"a", "img", *TEXT_TAGS.split()}
VOID_TAGS = {"br", "col", "hr", "img"}
ATTRIBUTES = {
    "*": {"class", "style"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "details": {"open"},
    "ol": {"start"},
    "table": {"border"},
    "td": {"align", "colspan", "rowspan"},
    "th": {"align", "colspan", "rowspan", "scope"},
}
LINK = re.compile(r"(?:https?://|mailto:)[^\x00-\x20\x7f]*", re.IGNORECASE)
IMAGE_URL = re.compile(r"data:(image/(?:png|jpeg|gif));base64,([A-Za-z0-9+/]+={0,2})")
NUMBER = re.compile(r"\d{1,4}")
# Only these styles stay, letter for letter: a Markdown table's, and those of a check's outcome.
STYLES = {f"text-align:{side}" for side in ("left", "center", "right")} | {
    style
    for failure in (None, Failure("", Kind.VALUE, "", arguments=(("a", "b"),)))
    for style in re.findall(r'style="([^"]*)"', Outcome("", 1, 0, 0, (), failure)._repr_html_())
}
CLASSES = {"highlight", *STANDARD_TYPES.values()} - {""}  # highlighted code

# MathJax: links, styles, ids, scripts, boxes out of place, and whatever defines a macro.
MACROS = re.compile(
    r"\\(?=(?:href|url|class|cssId|style|unicode|require|bbox|mmlToken|includegraphics"
    r"|html[A-Za-z]*|data[A-Za-z]*|texttip|mathtip|toggle|Tooltip|verb|csname|expandafter"
    r"|[egx]?def|let|futurelet|(?:re)?new(?:command|environment)|providecommand"
    r"|[Nn]ewextarrow|DeclareMathOperator|definecolor"
    r"|raise|lower|move(?:left|right)|[Rr]ule|Space|smash|(?:math)?[lrc]lap|genfrac"
    r"|above(?:withdelims)?|m?kern|[hm]s(?:kip|pace)|\\\[\s*-[\d.,\s]*[a-z]{2})(?![A-Za-z]))"
)
MARKUP = re.compile(r"[\\`*<>\[\]#&!|~$]|:(?=//)")
LONGEST_ESCAPE = len(escape("'"))
HARMLESS_BACKSLASH = "\N{REVERSE SOLIDUS OPERATOR}"

COLOUR = re.compile(r"\x1b\[(?:\d{1,3}(?:;\d{1,3}){0,15})?m")
ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~])?")
SPAN = re.compile(r"[1-9]\d?")
CELL_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
SIMPLE_TAG = re.compile(rf"</?(?:{'|'.join(TEXT_TAGS.split())})\s*/?>", re.IGNORECASE)
TAG = re.compile(r'<(/?)([a-z0-9]+)(?:[^>"]|"[^"]*")*>')
PLAIN_TAG = re.compile(r"<(/?)([A-Za-z0-9]+)(?:\s[^<>]*)?>")


# --- HTML ------------------------------------------------------------------------------------


def keep_attribute(tag: str, name: str, value: str) -> str | None:
    """Decide about the value of an attribute that is allowed by its name."""
    if name == "href":
        return value if LINK.fullmatch(value) else None
    if name == "src":
        return value if is_image_url(value) else None
    if name == "class":
        return " ".join(word for word in value.split() if word in CLASSES) or None
    if name in ("colspan", "rowspan"):
        return value if SPAN.fullmatch(value) else None  # a browser makes each of its columns
    if name == "style":
        return value if value in STYLES else None
    if name in ("alt", "align", "scope", "open", "rel"):  # rel is only ever the cleaner's own
        return value
    return value if NUMBER.fullmatch(value) else None


CLEANER = nh3.Cleaner(
    tags=TAGS,
    clean_content_tags=set(DROPPED_WITH_CONTENT.split()),
    attributes=ATTRIBUTES,
    attribute_filter=keep_attribute,
    url_schemes={"http", "https", "mailto", "data"},
    url_relative="deny",
    link_rel="noopener noreferrer",
)


def clean_html(html: str) -> str:
    """Keep what shows text, tables and images; drop what runs, loads, covers or names things.

    Parameters
    ----------
    html : str
        Any text.

    Returns
    -------
    str
        Well-formed HTML. Links lead to http, https or mailto; images are PNG, JPEG or GIF in
        data URLs; of classes and styles only those of highlighted code and of `check` are left.
        What is nested too deeply is shown as source.

    Examples
    --------
    >>> clean_html('<table onclick="x()"><tr><td>1</table><script>alert(1)</script>')
    '<table><tbody><tr><td>1</td></tr></tbody></table>'
    """
    html = clean_text(html)
    return defuse_html(CLEANER.clean(html)) if is_shallow(html) else f"<pre>{escape(html)}</pre>"


def is_shallow(html: str) -> bool:
    """Tell whether HTML has few tags, or simple ones that are closed in order and nest little."""
    if html.count("<") <= FEW_TAGS:
        return True
    tags = list(PLAIN_TAG.finditer(html))
    within: list[str] = []
    for tag in tags:
        name = tag[2].lower()
        if tag[1] and within and within[-1] == name:
            within.pop()
        elif not tag[1] and name not in VOID_TAGS:
            within.append(name)
        if len(within) > MAX_DEPTH:
            return False
    return len(tags) == html.count("<")


def defuse_html(html: str) -> str:
    """Defuse the maths in well-formed HTML; MathJax does not read ``<pre>`` and ``<code>``."""
    if not MACROS.search(html):
        return html
    parts, start, code = [], 0, 0
    for tag in TAG.finditer(html):
        text = html[start : tag.start()]
        parts += [text if code else defuse_maths(text), tag[0]]
        start = tag.end()
        if tag[2] in ("pre", "code"):
            code += -1 if tag[1] else 1
    return "".join([*parts, defuse_maths(html[start:])])


def defuse_maths(text: str) -> str:
    r"""Put another backslash before macros that reach beyond a formula, so that none is run.

    Parameters
    ----------
    text : str
        TeX, or text with TeX in it.

    Returns
    -------
    str
        The same text to a reader, and plain letters to MathJax.

    Examples
    --------
    >>> print(defuse_maths(r"\frac{1}{2} \href{javascript:alert(1)}{x}"))
    \frac{1}{2} ⧵href{javascript:alert(1)}{x}
    """
    return MACROS.sub(HARMLESS_BACKSLASH, text)


# --- Markdown --------------------------------------------------------------------------------


class Renderer(IPythonRenderer):
    """nbconvert's renderer: a missing attachment is a missing image, and each is shown once.

    A page that repeated one would be many times as large as what was handed in.
    """

    def _embed_image_or_attachment(self, src: str) -> str:
        name = src.removeprefix("attachment:")
        if name == src:
            return src
        images = self.attachments.pop(name, {}).items()
        return next((f"data:{kind};base64,{image}" for kind, image in images), "")


@pass_context
def markdown2html(context: Context, source: str) -> str:
    """Jinja filter in the place of nbconvert's: the same Markdown, cleaned.

    Parameters
    ----------
    context : jinja2.runtime.Context
        The template's variables; the attachments are those of its ``cell``.
    source : str
        Markdown with maths.

    Returns
    -------
    str
        Clean HTML.
    """
    cell = context.get("cell") or {}
    return render_markdown(source, clean_attachments(cell.get("attachments")))


def render_markdown(source: str, attachments: dict[str, dict[str, str]] | None = None) -> str:
    """Render Markdown as nbconvert does, then clean it."""
    if not is_short_markdown(source):
        return f"<pre>{escape(source)}</pre>"
    return rendered_with(source, attachments) if attachments else rendered(source)


def is_short_markdown(source: str) -> bool:
    """Tell whether a text can be rendered in a reasonable time."""
    if len(source) > MAX_MARKDOWN or has_long_gap(source) or rows_of(source) > MAX_ROWS:
        return False
    return max(source.count(start) for start in (r"\begin{", r"\\[", r"\\(")) <= MAX_FORMULAS


def has_long_gap(text: str) -> bool:
    """Tell whether there are very many blanks or line ends in a row."""
    return max(map(len, re.findall(r"\s+", text)), default=0) > MAX_BLANKS


def rows_of(source: str) -> int:
    """Count the lines that may be rows of a table."""
    return sum("|" in line for line in source.split("\n"))


class MarkdownBudget:
    """The effort for all of a notebook's Markdown; what goes beyond it is shown as source."""

    def __init__(self) -> None:
        self.left = ALL_MARKDOWN

    def covers(self, source: str) -> bool:
        """Tell whether a text may be parsed, and take the effort for it."""
        if not is_short_markdown(source):
            return False
        effort = len(source) + rows_of(source) ** 2
        if effort > self.left:
            return False
        self.left -= effort
        return True


@lru_cache(maxsize=512)
def rendered(source: str) -> str:
    """Render a text that may come again."""
    return rendered_with(source, {})


def rendered_with(source: str, attachments: dict[str, dict[str, str]]) -> str:
    """Render a text with its images; what the parser stumbles over is shown as it is."""
    renderer = Renderer(escape=False, attachments=attachments, exclude_anchor_links=True)
    try:
        html = str(MarkdownWithMath(renderer=renderer).render(source))
    except Exception:  # a parser that fails on one student's text must not stop a page
        html = f"<pre>{escape(source)}</pre>"
    return clean_html(html)


def clean_markdown(source: str, attached: Collection[str] = ()) -> str:
    """Make a student's Markdown harmless even where another program renders it.

    Parameters
    ----------
    source : str
        Markdown.
    attached : collection of str
        Names of the images that are attached to it; nbconvert stops at the name of another.

    Returns
    -------
    str
        The same text with its maths defused; shown as source in a code block where it holds
        HTML with attributes, or links and images that `clean_html` would not keep.
    """
    if is_harmless_markdown(source, tuple(attached)):
        return defuse_maths(source)
    return as_source(source)


def as_source(source: str) -> str:
    """Put a text into a code block."""
    fence = "~" * max(4, 1 + max(map(len, re.findall("~+", source)), default=0))
    return f"{fence}\n{source}\n{fence}"


@lru_cache(maxsize=512)
def is_harmless_markdown(source: str, attached: tuple[str, ...]) -> bool:
    """Tell whether no HTML but simple tags and no questionable address is in the text."""
    if not is_short_markdown(source):
        return False
    try:
        tokens = list(tokens_of(source))
        in_table = any(token["type"] == "table" for token in tokens)
        return all(
            is_harmless_token(token, attached) and not may_be_read_otherwise(token, in_table)
            for token in tokens
        )
    except Exception:  # what cannot be parsed cannot be trusted
        return False


def as_markdown(text: str) -> str:
    """Write a text as Markdown that shows it letter by letter.

    Examples
    --------
    >>> as_markdown("[x](y) is <b>")
    '&#91;x&#93;(y) is &#60;b&#62;'
    """
    return MARKUP.sub(lambda found: f"&#{ord(found[0])};", defuse_maths(text))


def tokens_of(source: str) -> Iterator[dict[str, Any]]:
    """List every token of a Markdown text, however deep."""
    parser = MarkdownWithMath(renderer=None)  # type: ignore[arg-type]  # mistune's, for tokens
    waiting: list[Any] = list(parser.parse(source)[0])
    while waiting:
        token = waiting.pop()
        yield token
        waiting += token.get("children", ())


def is_harmless_token(token: dict[str, Any], attached: Collection[str]) -> bool:
    """Tell whether a token becomes text, simple tags, or a link that `clean_html` keeps."""
    kind, attributes = token["type"], token.get("attrs", {})
    if kind in ("block_html", "inline_html"):
        return "<" not in SIMPLE_TAG.sub("", token["raw"])
    if kind == "block_code":
        return not attributes.get("info", "").strip().startswith("mermaid")
    if kind == "link":
        return bool(LINK.fullmatch(attributes["url"]))
    if kind == "image":
        scheme, _, name = attributes["url"].partition(":")
        return is_image_url(attributes["url"]) or (scheme == "attachment" and name in attached)
    return True


def may_be_read_otherwise(token: dict[str, Any], in_table: bool) -> bool:
    """Tell whether another program may see tags or an image where our parser sees none.

    For JupyterLab a formula ends at a blank line; to others, code is no shield in a table's row.
    """
    kind = token["type"]
    raw = token.get("raw") or token.get("attrs", {}).get("body", "")  # of an environment of TeX
    open_formula = ("math" in kind or kind == "latex_environment") and BLANK_LINE.search(raw)
    return bool(
        (kind == "text" and OPENING.search(raw))
        or ((open_formula or (in_table and kind == "codespan")) and IMAGE_OR_TAG.search(raw))
    )


# --- outputs ---------------------------------------------------------------------------------


class Room:
    """Characters that may still be shown, counted as they stand in HTML."""

    def __init__(self, characters: int, markdown: MarkdownBudget | None = None) -> None:
        self.left = max(0, characters)
        self.markdown = markdown or MarkdownBudget()

    def take(self, text: str) -> str:
        """Take all of a text that there is room for; a note stands where it is cut."""
        if len(escape(text)) > self.left:
            text = text[: max(0, self.left - len(CUT))]
            if len(escape(text)) > self.left:
                text = text[: self.left // LONGEST_ESCAPE]
            text = (text + CUT)[: self.left]
        self.left -= len(escape(text))
        return text


def clean_outputs(
    outputs: object,
    room: int,
    displays: dict[str, list[dict[str, Any]]] | None = None,
    markdown: MarkdownBudget | None = None,
) -> list[dict[str, Any]]:
    """Rebuild a cell's outputs from what an untrusted process says they are.

    Parameters
    ----------
    outputs : object
        Parsed JSON; a list of nbformat 4 outputs, if it is what it should be.
    room : int
        Characters that all outputs of the cell may have together, images included.
    displays : dict of str to list, optional
        What is shown under each display id so far; those of this cell are added.
    markdown : MarkdownBudget, optional
        What is left for Markdown in the notebook.

    Returns
    -------
    list of dict
        Valid nbformat 4 outputs without anything that is not understood; never an error.

    Examples
    --------
    >>> clean_outputs([{"output_type": "stream", "name": "stdout", "text": "1", "x": 2}, 3], 100)
    [{'output_type': 'stream', 'name': 'stdout', 'text': '1'}]
    """
    space = Room(room, markdown)
    kept: list[dict[str, Any]] = []
    for raw in outputs[:MAX_OUTPUTS] if isinstance(outputs, list) else ():
        output = clean_output(raw, space) if isinstance(raw, dict) else None
        if output is not None:
            kept.append(output)
            transient = raw.get("transient")
            name = transient.get("display_id") if isinstance(transient, dict) else None
            if displays is not None and isinstance(name, str) and len(name) <= LONGEST_ID:
                displays.setdefault(name, []).append(output)
    return kept


def update_displays(
    displays: Mapping[str, list[dict[str, Any]]],
    updates: object,
    room: int,
    markdown: MarkdownBudget | None = None,
) -> int:
    """Show something else in the places of displays of earlier cells.

    Parameters
    ----------
    displays : mapping of str to list
        The outputs by display id, as `clean_outputs` has collected them; they are changed.
    updates : object
        What an untrusted process says is to be shown; by id, if it is what it should be.
    room : int
        Characters that all new displays may have together, each as often as it is shown; one for
        which there is no room is left out.
    markdown : MarkdownBudget, optional
        What is left for Markdown in the notebook.

    Returns
    -------
    int
        By how many characters the outputs have grown.
    """
    markdown, left, grown = markdown or MarkdownBudget(), room, 0
    given = updates if isinstance(updates, dict) else {}
    for name, raw in given.items():
        places = displays.get(name, [])
        new = clean_output(raw, Room(left, markdown)) if places and isinstance(raw, dict) else None
        size = characters_of([new]) * len(places) if new else 0
        if new and new["output_type"] == "display_data" and size <= left:
            left -= size
            grown += size - characters_of(places)
            for shown in places:
                shown.update(new)
    return grown


def characters_of(outputs: Iterable[dict[str, Any]]) -> int:
    """Count the characters of outputs as they stand in HTML."""
    return sum(len(escape(str(output))) for output in outputs)


def clean_output(raw: Mapping[object, object], room: Room) -> dict[str, Any] | None:
    """Rebuild one output; None where nothing of it can be shown."""
    kind = raw.get("output_type")
    if not isinstance(kind, str):  # an array is equal to a word at each of its places
        return None
    if kind == "stream":
        return clean_stream(raw, room)
    if kind == "error":
        return clean_error(raw, room)
    if kind not in ("display_data", "execute_result"):
        return None
    data = clean_data(raw.get("data"), room)
    if not data:
        return None
    sizes = image_sizes(raw, data)
    if gif := data.pop("image/gif", ""):  # which no template shows
        size = "".join(f' {name}="{n}"' for name, n in sizes.pop("image/gif", {}).items())
        data.setdefault("text/html", f'<img alt="GIF" src="data:image/gif;base64,{gif}"{size}>')
    output: dict[str, Any] = {"output_type": kind, "data": data, "metadata": sizes}
    if kind == "execute_result":
        output["execution_count"] = clean_count(raw.get("execution_count"))
    return output


def clean_stream(raw: Mapping[object, object], room: Room) -> dict[str, object] | None:
    """Rebuild what was printed."""
    name, text = raw.get("name"), raw.get("text")
    if not isinstance(name, str) or name not in ("stdout", "stderr") or not isinstance(text, str):
        return None
    text = room.take(clean_terminal(text))
    return {"output_type": "stream", "name": name, "text": text} if text else None


def clean_error(raw: Mapping[object, object], room: Room) -> dict[str, object] | None:
    """Rebuild an exception."""
    name, value, lines = raw.get("ename"), raw.get("evalue"), raw.get("traceback")
    if not isinstance(name, str) or not isinstance(value, str) or not isinstance(lines, list):
        return None
    if not all(isinstance(line, str) for line in lines):
        return None
    return {
        "output_type": "error",
        "ename": room.take(clean_terminal(name[:200])),
        "evalue": room.take(clean_terminal(value)),
        "traceback": [room.take(clean_terminal(line)) for line in lines[:MAX_LINES]],
    }


def clean_data(raw: object, room: Room) -> dict[str, str]:
    """Rebuild a MIME bundle from the kinds that are allowed."""
    texts = raw if isinstance(raw, dict) else {}
    texts = {kind: value for kind, value in texts.items() if isinstance(value, str)}
    data = {}
    if "text/plain" in texts:
        data["text/plain"] = room.take(clean_terminal(texts["text/plain"]))
    markdown = clean_text(texts.get("text/markdown", ""))
    parsed = room.markdown.covers(markdown)
    html = clean_html_within(texts.get("text/html", ""), markdown, parsed, room)
    if html:
        data["text/html"] = html
    if html and markdown:
        markdown = clean_markdown(markdown) if parsed else as_source(markdown)
        data["text/markdown"] = room.take(markdown)
    if "text/latex" in texts:
        data["text/latex"] = room.take(defuse_maths(clean_text(texts["text/latex"])))
    for kind in IMAGES:
        if len(texts.get(kind, "")) > room.left:
            data["text/plain"] = data.get("text/plain", "") + room.take(NO_IMAGE)
        else:
            data[kind] = room.take(clean_image(kind, texts.get(kind, "")))
    if "image/svg+xml" in texts and not any(data.get(kind) for kind in ("text/html", *IMAGES)):
        text = data.get("text/plain", "")
        data["text/plain"] = text + room.take(f"\n{NO_SVG}" if text else NO_SVG)
    return {kind: value for kind, value in data.items() if value}


def clean_html_within(html: str, markdown: str, parsed: bool, room: Room) -> str:
    """Return the bundle's HTML, or its Markdown as HTML, so that no other program renders it."""
    if len(html or markdown) > min(room.left, MAX_HTML):
        return ""
    if html:
        clean = clean_html(html)
    elif parsed:
        clean = render_markdown(markdown)
    else:
        clean = f"<pre>{escape(markdown)}</pre>" if markdown else ""
    fits = len(clean) <= room.left
    room.left -= min(room.left, len(clean))
    return clean if fits else ""


def image_sizes(raw: Mapping[object, object], data: Iterable[str]) -> dict[str, dict[str, int]]:
    """Keep the width and height that images are to have."""
    metadata = raw.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    sizes = {}
    for kind in IMAGES.keys() & set(data):
        given = metadata.get(kind)
        given = given if isinstance(given, dict) else {}
        size = {name: given.get(name) for name in ("width", "height")}
        sizes[kind] = {k: v for k, v in size.items() if type(v) is int and 0 < v < LARGEST_SIDE}
    return {kind: size for kind, size in sizes.items() if size}


def clean_image(kind: str, text: str) -> str:
    """Return an image's base64 in one line; nothing where it is no image of that kind, or huge."""
    image = decoded(text)
    fits = image.startswith(IMAGES[kind]) and 0 < pixels_of(image) <= MAX_PIXELS
    return base64.b64encode(image).decode() if fits else ""


def decoded(text: str) -> bytes:
    """Decode base64; nothing where it is none."""
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return b""


def pixels_of(image: bytes) -> int:
    """Count the pixels that an image says it has; 0 where it is none, or takes long to read."""
    if image.startswith(IMAGES["image/png"]):  # what follows its size may be packed a thousandfold
        image = image[:PNG_HEAD] + PNG_DATA
    if image.count(b"Exif\0\0") > MAX_EXIF:
        return 0
    try:
        with Image.open(io.BytesIO(image), formats=("PNG", "JPEG", "GIF")) as opened:
            return opened.width * opened.height
    except Exception:  # what cannot be read is not shown
        return 0


def without_too_many_pixels(page: str) -> str:
    """Leave out of a page, as HTML, images beyond what a browser can well draw."""
    left = ALL_PIXELS

    def kept(image: re.Match[str]) -> str:
        nonlocal left
        pixels = pixels_of(decoded(image[1]))
        if pixels > left:
            return TOO_MANY
        left -= pixels
        return image[0]

    return IMG.sub(kept, page)


def is_image_url(url: str) -> bool:
    """Tell whether an address holds an image that may be shown."""
    found = IMAGE_URL.fullmatch(url)
    return bool(found and clean_image(*found.groups()))


def clean_text(text: str) -> str:
    """Drop what cannot be written to a file as UTF-8, and zeros."""
    return text.replace("\0", "").encode("utf-8", "ignore").decode()


def clean_terminal(text: str) -> str:
    """Keep colours of a terminal's text and drop its other control sequences."""
    text = clean_text(text)
    if text.count("\x1b") > MAX_COLOURS:
        return ESCAPE.sub("", text)
    return ESCAPE.sub(lambda found: found[0] if is_colour(found[0]) else "", text)


def is_colour(sequence: str) -> bool:
    """Tell whether nbconvert can read a colour; it fails on 38 and 48 with nothing after them."""
    return bool(COLOUR.fullmatch(sequence)) and sequence[2:-1].split(";")[-1] not in ("38", "48")


def clean_count(count: object) -> int | None:
    """Return a number of an execution, or None."""
    return count if type(count) is int and 0 <= count < 10**9 else None


# --- notebooks -------------------------------------------------------------------------------


def as_node(value: dict[str, object]) -> NotebookNode:
    """Turn a dict, and those in it, into what templates read by attribute."""
    node: NotebookNode = from_dict(value)
    return node


def clean_attachments(attachments: object) -> dict[str, dict[str, str]]:
    """Keep attached images, one form of each; neither what is none nor what needs a huge room."""
    given = attachments if isinstance(attachments, dict) else {}
    clean = {}
    for name, bundle in given.items():
        for kind in IMAGES if isinstance(bundle, dict) and str(name).isprintable() else ():
            text = bundle.get(kind)
            image = clean_image(kind, text) if isinstance(text, str) else ""
            if image:
                clean[str(name)] = {kind: image}
                break
    return clean
