"""Repairs to what docutils and MyST-NB write, where a screen reader would stumble.

* ``doc-biblioentry`` left the ARIA standard; a plain entry says the same.
* The line that opens a hidden cell had a second name, which hid the one that is visible.

The theme's templates are repaired in ``book/_templates``.
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode, depart_HideCellInput
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator


def visit_citation(translator: HTML5Translator, node: nodes.citation) -> None:
    """Open an entry of the bibliography."""
    translator.body.append(translator.starttag(node, "div", CLASS="citation"))


def depart_citation(translator: HTML5Translator, node: nodes.citation) -> None:
    """Close it."""
    translator.body.append("</div>\n")


def visit_hidden(translator: HTML5Translator, node: HideCodeCellNode) -> None:
    """Open a hidden cell, named by what its line says."""
    translator.body.append(translator.starttag(node, "details", CLASS="admonition hide"))
    translator.body.append("<summary>\n")
    for state, prompt in (("collapsed", "prompt_show"), ("expanded", "prompt_hide")):
        text = translator.encode(node[prompt])
        translator.body.append(f'<p class="{state} admonition-title">{text}</p>\n')
    translator.body.append("</summary>\n")


def setup(app: Sphinx) -> dict[str, Any]:
    """Replace the writers of these nodes."""
    app.add_node(nodes.citation, override=True, html=(visit_citation, depart_citation))
    app.add_node(HideCodeCellNode, override=True, html=(visit_hidden, depart_HideCellInput))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
