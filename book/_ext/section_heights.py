"""A section says about how high it is, so that a page is as long before it is laid out as after.

``site.css`` leaves a section that nobody is near without a layout (``content-visibility``); what
stands in its place is as high as its text and figures are on a telephone, rather more than less:
what a section holds beyond its height would be taken to lie over the next one.
"""

from __future__ import annotations

from typing import Any

from dlcourse_explorers import ExplorerNode
from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from questions import Answers, Form
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator

HEADING, LETTER, BLOCK, FORM, FIGURE = 200, 0.75, 24, 150, 700  # pixels
BLOCKS = (nodes.TextElement, nodes.list_item)
FOLDED = (HideCodeCellNode, Answers, ExplorerNode)


def height(node: nodes.Node) -> float:
    """Estimate how many pixels what a reader sees of a node is high on a telephone."""
    if isinstance(node, ExplorerNode | nodes.image):
        return FIGURE
    if isinstance(node, FOLDED) or "dropdown" in getattr(node, "attributes", {}).get("classes", ()):
        return BLOCK
    if isinstance(node, nodes.Text):
        return LETTER * len(node)
    block = FORM if isinstance(node, Form) else BLOCK if isinstance(node, BLOCKS) else 0
    return block + sum(map(height, node.children))


def visit_section(translator: HTML5Translator, node: nodes.section) -> None:
    """Open a section; of a chapter's own sections, say how high they are."""
    HTML5Translator.visit_section(translator, node)
    if translator.section_level == 2:
        style = f'style="--dl-height: {HEADING + height(node):.0f}px"'
        translator.body[-1] = translator.body[-1].replace("<section ", f"<section {style} ", 1)


def setup(app: Sphinx) -> dict[str, Any]:
    """Replace the writer of sections."""
    depart = HTML5Translator.depart_section
    app.add_node(nodes.section, override=True, html=(visit_section, depart))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
