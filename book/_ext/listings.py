"""A listing of the package's code fits its column and says nothing that the page says better.

A function or class that ``literalinclude`` takes from a module loses its docstrings, whose formulas
would stand there as TeX, and ruff breaks its lines where the column ends.

Every listing, of a cell too, has elements only where something is coloured: names, brackets and
white space were two thirds of them, and a quarter of a chapter's page.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterable
from typing import Any

from docutils import nodes
from pygments.formatters import HtmlFormatter
from pygments.token import Name, Punctuation, Text, Whitespace, _TokenType
from sphinx.application import Sphinx
from sphinx.highlighting import PygmentsBridge

COLUMN = 78
"""Characters across the narrowest box that holds a listing, on a screen 1280 pixels wide."""

PLAIN = {Name, Name.Namespace, Punctuation, Whitespace}
"""What both of the site's styles show as they show text."""

GONE = "a line of a docstring"


def fitted(code: str) -> str:
    """Return a program with lines no longer than the column, where Python can break them."""
    ruff = [sys.executable, "-m", "ruff", "format", "--isolated"]
    command = [*ruff, f"--line-length={COLUMN}", "-"]
    formatted = subprocess.run(command, input=code, capture_output=True, text=True, check=True)
    return formatted.stdout.rstrip()


def without_docstrings(code: str) -> str:
    """Return a program without its docstrings and the empty lines after them."""
    lines = code.splitlines()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None:
            first, last = node.body[0].lineno - 1, node.body[0].end_lineno or 0
            while last < len(lines) and not lines[last].strip():
                last += 1
            lines[first:last] = [GONE] * (last - first)
    return "\n".join(line for line in lines if line is not GONE)


def set_listings(app: Sphinx, doctree: nodes.document) -> None:
    """Set the functions and classes that a page includes whole."""
    for listing in doctree.findall(nodes.literal_block):
        whole = listing.astext().startswith(("def ", "class ", "@"))
        if "source" in listing and listing.get("language") == "python" and whole:
            code = fitted(without_docstrings(listing.astext()))
            listing.rawsource = code
            listing.children = [nodes.Text(code)]


class LeanFormatter(HtmlFormatter):
    """Write no element around what looks like text."""

    def format_unencoded(self, tokens: Iterable[tuple[_TokenType, str]], file: Any) -> None:
        """Write the HTML of `tokens` into `file`."""
        super().format_unencoded(((Text if k in PLAIN else k, text) for k, text in tokens), file)


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect the step, and the formatter of all code."""
    PygmentsBridge.html_formatter = LeanFormatter
    app.connect("doctree-read", set_listings)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
