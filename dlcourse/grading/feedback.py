"""The page that a student gets back: nbgrader's feedback, without scripts and without other hosts.

The page is nbgrader's own template, filled with scores that are already at hand, so no database
is read. It differs in four things: Markdown is cleaned (`dlcourse.grading.sanitize`), hidden tests
stay hidden, formulas stay TeX because MathJax would come from another host, and a content security
policy forbids all scripts and requests.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any

from IPython.lib.lexers import IPython3Lexer
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup
from nbconvert.exporters import HTMLExporter
from nbconvert.filters.ansi import ansi2html
from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
from nbformat import NotebookNode
from nbformat.v4 import new_notebook
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer
from traitlets.config import Config

from dlcourse.grading.nbgrader_parts import package_folder
from dlcourse.grading.sanitize import Room, has_long_gap, without_too_many_pixels
from dlcourse.grading.spec import HIDDEN_TESTS

TEMPLATES = Path(__file__).parent / "templates"
FORMGRADER = package_folder() / "server_extensions" / "formgrader"
BOOTSTRAP = FORMGRADER / "static" / "node_modules" / "bootstrap" / "dist" / "css"
FILTERS = {
    "ansi2html": "dlcourse.grading.feedback.as_a_terminal",
    "markdown2html": "dlcourse.grading.sanitize.markdown2html",
    "clean_html": "dlcourse.grading.sanitize.clean_html",
    "highlight_code": "dlcourse.grading.feedback.highlight_code",
    "strip_files_prefix": "dlcourse.grading.feedback.as_it_is",
}
MAX_HIGHLIGHTED, ALL_HIGHLIGHTED = 5000, 100_000  # characters of a cell and of a page
ALL_SOURCES = 2_000_000  # characters of all cells' texts, as they stand in HTML
NO_DESCRIPTION = "No description has been provided for this image"
FONT_FACE = re.compile(r"@font-face\s*\{[^}]*\}")
# Most code has none of the signs of IPython's own syntax, for which its lexer takes twice as long.
LEXERS, IPYTHONS_SIGNS = (PythonLexer(), IPython3Lexer()), re.compile(r"[%!?]")
FORMATTER = HtmlFormatter(cssclass=" highlight hl-ipython3")  # as nbconvert has it
HIDDEN = "# (hidden tests were run here)"
BEGIN, END = (re.escape(mark.lstrip("# ")) for mark in HIDDEN_TESTS)
HIDDEN_PARTS = re.compile(rf"^[^\n]*{BEGIN}.*?(?:^[^\n]*{END}[^\n]*$|\Z)", re.DOTALL | re.MULTILINE)


@lru_cache(maxsize=512)
def highlighted(source: str) -> str:
    """Colour Python code that may come again."""
    lexer = LEXERS[bool(IPYTHONS_SIGNS.search(source))]
    return str(highlight(source or " ", lexer, FORMATTER))


@pass_context
def highlight_code(context: Context, source: str, metadata: object = None) -> str:
    """Jinja filter in the place of nbconvert's: always Python, and plain where it is too long.

    What a page has coloured so far is counted in its ``resources``.
    """
    resources = context["resources"]
    coloured = resources.get("coloured", 0) + len(source)
    # what is no Python can take quadratic time, and become 24 times as long
    if len(source) > MAX_HIGHLIGHTED or coloured > ALL_HIGHLIGHTED or has_long_gap(source):
        return f"<pre>{escape(source)}</pre>"
    resources["coloured"] = coloured
    return highlighted(source)


def as_a_terminal(text: str) -> str:
    """Jinja filter in the place of `ansi2html`: of a line written over, what is seen in the end."""
    lines = (line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n"))
    return str(ansi2html("\n".join(lines)))


def as_it_is(text: str) -> str:
    """Jinja filter in the place of `strip_files_prefix`, which takes quadratic time."""
    return text


class PageExporter(HTMLExporter):
    """nbconvert's exporter for notebooks of students, within the limits of a page."""

    def from_notebook_node(  # type: ignore[override]
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """Convert a notebook; texts and images that are too much for a page are left out."""
        page, resources = super().from_notebook_node(within_a_page(nb), resources, **kw)
        return without_too_many_pixels(page), resources


class FeedbackExporter(PageExporter):
    """The exporter with the safe template and filters.

    `nbgrader generate_feedback` uses it where ``c.GenerateFeedback.exporter_class`` names it.
    """

    @property
    def default_config(self) -> Config:
        """Settings of its own section, which win over those for every `HTMLExporter`."""
        own = {
            "template_name": "dlcourse_feedback",
            "extra_template_basedirs": [str(TEMPLATES), str(FORMGRADER / "templates")],
            "extra_template_paths": [str(BOOTSTRAP)],
            "sanitize_html": True,
            "filters": FILTERS,
        }
        config = Config(super().default_config)
        config.merge(Config({"FeedbackExporter": own}))
        return config

    def _init_resources(self, resources: dict[str, Any]) -> dict[str, Any]:
        """Take the icons' font out of Bootstrap's CSS: it would be asked for and is not used."""
        filled: dict[str, Any] = super()._init_resources(resources)  # type: ignore[no-untyped-call]
        include_css = filled["include_css"]
        filled["include_css"] = lambda name: Markup(FONT_FACE.sub("", include_css(name)))  # noqa: S704
        return filled

    def from_notebook_node(  # type: ignore[override]
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """Convert a notebook; its hidden tests are left out."""
        nb = NotebookNode({**nb, "cells": [without_hidden_tests(cell) for cell in nb.cells]})
        return super().from_notebook_node(nb, resources, **kw)


def within_a_page(notebook: NotebookNode) -> NotebookNode:
    """Return a copy of a notebook whose cells' texts are cut where they are too much for a page."""
    room = Room(ALL_SOURCES)
    cells = [NotebookNode({**cell, "source": room.take(cell.source)}) for cell in notebook.cells]
    return NotebookNode({**notebook, "cells": cells})


def without_hidden_tests(cell: NotebookNode) -> NotebookNode:
    """Return a copy of a cell; in a test cell, a comment stands for the hidden tests."""
    tests = cell.metadata.get("nbgrader", {}).get("grade")
    source = HIDDEN_PARTS.sub(HIDDEN, cell.source) if tests else cell.source
    return NotebookNode({**cell, "source": source})


class FeedbackPages:
    """Writes feedback pages. Make one before forking: it loads the template and warms caches."""

    def __init__(self) -> None:
        exporter: HTMLExporter = FeedbackExporter()  # type: ignore[no-untyped-call]
        exporter.register_preprocessor(CSSHTMLHeaderPreprocessor, enabled=True)
        nothing = {"nbgrader": {"notebook": "", "score": 0, "max_score": 0, "late_penalty": 0}}
        # An empty page makes nbconvert compile the template and fill in its resources.
        _, self._resources = exporter.from_notebook_node(new_notebook(), nothing)
        self._template = exporter.template

    def render(
        self,
        notebook: NotebookNode,
        scores: Mapping[str, float | None],
        maximum: Mapping[str, float],
        late_penalty: float = 0,
        *,
        name: str = "Feedback",
        comments: Mapping[str, str | None] | None = None,
    ) -> str:
        """Write a page.

        Parameters
        ----------
        notebook : NotebookNode
            The graded notebook with its outputs, as the referee makes it.
        scores : mapping of str to float or None
            Points by grade id; None where a person still has to give them.
        maximum : mapping of str to float
            Points that there are, by grade id.
        late_penalty : float
            Points taken off for being late.
        name : str
            The page's title: the notebook's name.
        comments : mapping of str to str or None, optional
            Comments by grade id of a solution cell.

        Returns
        -------
        str
            HTML that needs no other file.
        """
        cells = [self._marked(cell, scores, maximum, comments or {}) for cell in notebook.cells]
        grading = {
            "notebook": escape(name),
            "score": sum(score or 0 for score in scores.values()) - late_penalty,
            "max_score": sum(maximum.values()),
            "late_penalty": late_penalty,
        }
        page = self._template.render(
            nb=within_a_page(NotebookNode({**notebook, "cells": cells})),
            resources={**self._resources, "nbgrader": grading},
        )
        return without_too_many_pixels(page)

    def _marked(
        self,
        cell: NotebookNode,
        scores: Mapping[str, float | None],
        maximum: Mapping[str, float],
        comments: Mapping[str, str | None],
    ) -> NotebookNode:
        """Return a copy of a cell that carries its score and comment."""
        marked = without_hidden_tests(cell)
        metadata = NotebookNode({**cell.metadata, "alt": NO_DESCRIPTION})
        if "nbgrader" in metadata:
            settings = NotebookNode(metadata.nbgrader)
            grade_id = settings.get("grade_id", "")
            settings.score = scores.get(grade_id)
            settings.points = maximum.get(grade_id, 0)
            settings.comment = comments.get(grade_id)
            metadata.nbgrader = settings
        marked.metadata = metadata
        return marked
