"""``{timeline}`` and ``{systems}``: ``book/timeline.yaml`` as a list to open and as a table.

The timeline is an axis with booms, winters and a dot for each entry, then a list of them in which
each opens: what was new, what it could do, what it could not, where this book has its idea. It is
made of ``<details>``, so it needs no script: a dot leads into its entry, and browsers open what one
is led into. On paper all of them are open (``timeline.css``).
"""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

import yaml
from docutils import nodes
from markdown_text import Page, blocks, markdown
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

DATA = Path(__file__).parents[1] / "timeline.yaml"
PARTS = {"new": "New", "could": "It could", "not": "It could not", "idea": "In this book"}
FIRST, LAST = 1955, 2020  # of the axis
APART = 3  # years between two dots at the same height

Entry = dict[str, Any]


class Axis(nodes.General, nodes.Element):
    """The axis: a drawing, whose words all stand in the list below it."""


class Opening(nodes.General, nodes.Element):
    """An entry of the list, which opens."""


def load(path: Path = DATA) -> dict[str, list[Entry]]:
    """Read what happened, and the booms and winters."""
    history: dict[str, list[Entry]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return history


def heights(years: list[int]) -> list[int]:
    """Return how high each dot stands, so that dots of near years do not touch.

    >>> heights([1957, 2011, 2011, 2012, 2014])
    [0, 0, 1, 2, 0]
    """
    last: list[int] = []  # the latest year at each height
    found = []
    for year in years:
        free = (k for k, before in enumerate(last) if year - before >= APART)
        height = next(free, len(last))
        last[height : height + 1] = [year]
        found.append(height)
    return found


def share(year: int) -> str:
    """Return where a year lies on the axis, as style sheets write it.

    >>> share(2020)
    '100.00%'
    """
    return f"{(year - FIRST) / (LAST - FIRST):.2%}"


def axis(history: dict[str, list[Entry]]) -> str:
    """Draw the axis; who uses a keyboard or hears the page has the list instead."""
    bands = [
        f'<span class="dl-band dl-{p["kind"]}" style="left:{share(p["from"])};'
        f'right:calc(100% - {share(p["to"])})">{p["kind"]}</span>'
        for p in history["periods"]
    ]
    entries = history["entries"]
    dots = [
        f'<a class="dl-dot" href="#timeline-{each["id"]}" tabindex="-1" '
        f'title="{each["year"]}: {escape(plain(each["title"]))}" '
        f'style="left:{share(each["year"])};bottom:{1.9 + height}rem"></a>'
        for each, height in zip(entries, heights([e["year"] for e in entries]), strict=True)
    ]
    ticks = [
        f'<span class="dl-tick" style="left:{share(year)}">{year}</span>'
        for year in range(1960, LAST, 10)
    ]
    return f'<div class="dl-axis" aria-hidden="true">{"".join([*bands, *dots, *ticks])}</div>'


def plain(text: str) -> str:
    """Return a title without its emphasis."""
    return text.replace("*", "")


def in_order(history: dict[str, list[Entry]]) -> list[Entry]:
    """Return entries and winters by year, a winter after what happened in its first year."""
    winters = [
        period
        | {"id": f"winter-{period['from']}", "year": period["from"]}
        | {"when": f"About {period['from']} to {period['to']}"}
        for period in history["periods"]
        if period["kind"] == "winter"
    ]
    return sorted([*history["entries"], *winters], key=lambda each: int(each["year"]))


def text_of(entry: Entry) -> str:
    """Return what opens, as MyST text."""
    if "text" in entry:
        return str(entry["text"])
    said = [f"**{name}:** {entry[key]}" for key, name in PARTS.items()]
    return "\n\n".join([f"*{entry['who']}*", *said])


def table(entries: list[Entry], written: set[str]) -> str:
    """Return the table of the systems as MyST text; a page that is written is linked."""
    rows = ["| System | What its page shows | Page |", "|---|---|---|"]
    for entry in entries:
        if "rebuild" in entry:
            page = page_of(entry)
            here = f"{{doc}}`here </{page}>`" if page in written else "*to come*"
            rows.append(f"| {entry['year']}: {entry['title']} | {entry['rebuild']} | {here} |")
    return "\n".join(rows)


def page_of(entry: Entry) -> str:
    """Return the name of a system's page.

    >>> page_of({"id": "perceptron-1957"})
    'book/perceptron_1957'
    """
    return "book/" + str(entry["id"]).replace("-", "_")


class Timeline(SphinxDirective):
    """The axis and the list."""

    def run(self) -> list[nodes.Node]:
        """Parse what each entry says where the directive stands, so that its links are checked."""
        self.env.note_dependency(str(DATA))
        history = load()
        made: list[nodes.Node] = [Axis("", html=axis(history))]
        for entry in in_order(history):
            name = f"timeline-{entry['id']}"
            title = f"{entry.get('when', entry['year'])}: {plain(entry['title'])}"
            opening = Opening("", ids=[name], title=title, winter="text" in entry)
            opening += self.parse_text_to_nodes(text_of(entry))
            made.append(opening)
        return made


class Systems(SphinxDirective):
    """The table of the systems that are rebuilt or are to be."""

    def run(self) -> list[nodes.Node]:
        """Parse the table where the directive stands."""
        self.env.note_dependency(str(DATA))
        return self.parse_text_to_nodes(table(load()["entries"], self.env.found_docs))


def visit_axis(translator: Any, node: Axis) -> None:
    """Write the drawing."""
    translator.body.append(node["html"])


def visit_opening(translator: Any, node: Opening) -> None:
    """Open an entry; its address is inside, so that whoever is led there finds it open."""
    kind = "dl-entry dl-winter" if node["winter"] else "dl-entry"
    title = escape(node["title"])
    translator.body.append(
        f'<details class="{kind}"><summary>{title}</summary>'
        f'<div id="{node["ids"][0]}" data-title="{title}">'
    )


def depart_opening(translator: Any, node: Opening) -> None:
    """Close it."""
    translator.body.append("</div></details>\n")


def nothing(translator: Any, node: nodes.Node) -> None:
    """Write nothing."""


@markdown.register
def _(node: Axis, page: Page) -> str:
    return ""


@markdown.register
def _(node: Opening, page: Page) -> str:
    return f"**{node['title']}**\n\n{blocks(node, page)}"


def add_assets(app: Sphinx, page: str, template: str, context: Any, doctree: Any) -> None:
    """Load the style sheet where there is a timeline."""
    if doctree is not None and any(doctree.findall(Axis)):
        app.add_css_file("timeline.css", priority=910)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register directives and nodes."""
    app.add_directive("timeline", Timeline)
    app.add_directive("systems", Systems)
    app.add_node(Axis, html=(visit_axis, nothing))
    app.add_node(Opening, html=(visit_opening, depart_opening))
    app.connect("html-page-context", add_assets)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
