"""The book as an EPUB, which runs no script (``make epub``): the same pages, said without one.

A figure is its picture, a question a list with its answers folded below it, a formula MathML.
Folded code, notebooks to download, scripts and style sheets of the site are left out. EPUB is XML,
and its manifest must name the pages that hold MathML, which Sphinx's builder does not do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from dlcourse_explorers import ExplorerNode
from docutils import nodes
from questions import TITLES, Question
from sphinx.application import Sphinx
from sphinx.builders.epub3 import Epub3Builder
from sphinx.config import Config
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.typing import ExtensionMetadata

import dlcourse
from dlcourse.explorers.page import words

STYLE = Path(__file__).parents[1] / "_epub"
SHEETS = ("pygments.css", "epub.css", "book.css")
ITEM = re.compile(r'(?<=href=")((?!nav\.)[^"]+\.xhtml)"')  # nav.xhtml is not there yet


class Epub(Epub3Builder):
    """Sphinx's builder, with a manifest that says which pages hold formulas."""

    def build_content(self) -> None:
        """Write the manifest."""
        super().build_content()
        manifest = Path(self.outdir, "content.opf")
        text, _, rest = manifest.read_text(encoding="utf-8").partition("</manifest>")
        manifest.write_text(f"{ITEM.sub(self.item, text)}</manifest>{rest}", encoding="utf-8")

    def item(self, found: re.Match[str]) -> str:
        """Return the address of a page with its properties."""
        page = Path(self.outdir, found[1]).read_text(encoding="utf-8")
        held = [name for name, sign in (("mathml", "<math"), ("svg", "<svg")) if sign in page]
        return f'{found[0]} properties="{" ".join(held)}"' if held else found[0]

    def toc_metadata(self, level: int, navpoints: list[Any]) -> dict[str, Any]:
        """Return what the old kind of contents says, with the identifier of the new kind."""
        found = super().toc_metadata(level, navpoints)
        return found | {"uid": self.config.epub_identifier}


class WithoutScripts(SphinxPostTransform):
    """Put what every reader can show in the place of what waits for a script."""

    builders = ("epub",)
    default_priority = 100  # myst-nb has chosen an output's type, and folds cells later

    def run(self, **settings: Any) -> None:
        """Replace the nodes."""
        for cell in [*self.document.findall(nodes.container)]:
            if cell.get("hide_mode") == "all":
                cell.parent.remove(cell)
            elif cell.get("hide_mode") == "input":
                del cell["hide_mode"], cell[0]
        for paragraph in [*self.document.findall(nodes.paragraph)]:
            if any(isinstance(child, nodes.bullet_list) for child in paragraph):
                paragraph.replace_self(paragraph.children)  # of a function's results
        for explorer in [*self.document.findall(ExplorerNode)]:
            explorer.replace_self([*picture(explorer)])
        for question in [*self.document.findall(Question)]:
            question.replace_self(asked(question))


def html(text: str) -> nodes.raw:
    """Return a piece of a page as it is written."""
    return nodes.raw("", text, format="html")


def picture(explorer: ExplorerNode) -> Iterator[nodes.Node]:
    """Yield the picture of an explorer, its title and what one sees below it."""
    title, caption = (words(explorer["face"][key]) for key in ("title", "caption"))
    yield html("<figure>")
    yield from explorer.children
    yield html(f"<figcaption><b>{title}</b><br />{caption}</figcaption></figure>")


def asked(question: Question) -> nodes.container:
    """Return a question, its options if it is a choice, and its answers."""
    *text, form, answers = question.children
    legend, *options = form.children
    if question["kind"] == "sketch":
        legend = nodes.Element("", nodes.Text("Sketch it on paper."))
    choice = [listed([nodes.paragraph("", "", *option.children)] for option in options)]
    return nodes.container(
        "",
        nodes.paragraph("", TITLES[question["look"]], classes=["admonition-title"]),
        *text,
        nodes.paragraph("", "", *legend.children),
        *(choice if options else []),
        html("<details><summary>Answers</summary>"),
        listed(answer.children for answer in answers),
        html("</details>"),
        ids=question["ids"],
        classes=["admonition", question["look"]],
    )


def listed(items: Iterable[list[nodes.Node]]) -> nodes.bullet_list:
    """Return a list of items, each a list of nodes."""
    return nodes.bullet_list("", *(nodes.list_item("", *item) for item in items))


def say_version(app: Sphinx, config: Config) -> None:
    """Give the book the package's version."""
    config.version = dlcourse.__version__


def choose_files(app: Sphinx) -> None:
    """Take our own style sheet along, and nothing that the site serves."""
    if app.builder.name == "epub":
        app.config.html_static_path = [str(STYLE)]
        app.config.html_extra_path = []
        app.add_css_file("book.css")


def link_files(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any
) -> None:
    """Let a page ask for these alone."""
    if app.builder.name == "epub":
        named = ((sheet, Path(str(sheet.filename)).name) for sheet in context["css_files"])
        context["css_files"] = [sheet for sheet, name in named if name in SHEETS]
        context["script_files"] = []


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the builder and what it changes."""
    app.add_builder(Epub, override=True)
    app.add_post_transform(WithoutScripts)
    app.connect("config-inited", say_version)
    app.connect("builder-inited", choose_files, priority=900)
    app.connect("html-page-context", link_files, priority=995)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
