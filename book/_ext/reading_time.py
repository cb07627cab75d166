"""``{reading_time}`` in a chapter's text: how long it takes, counted and not guessed.

A minute for 150 words, two for each figure, one to think about each question, in steps of five
minutes. Every word counts, of titles, tables, feedback and folded answers too; code and displayed
formulas stand beside their sentence and do not. A chapter has at most 3,000 words: what needs more
is two chapters.
"""

from __future__ import annotations

from math import ceil
from typing import Any

from docutils import nodes
from docutils.parsers.rst.states import Inliner
from figure_source import TAG
from questions import Question
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.typing import ExtensionMetadata

WORDS_A_MINUTE, MINUTES_A_FIGURE, MINUTES_A_QUESTION, STEP = 150, 2, 1, 5
MOST_WORDS = 3000
UNREAD = (nodes.literal_block, nodes.math_block, nodes.comment, nodes.raw)
logger = logging.getLogger(__name__)


class ReadingTime(nodes.Inline, nodes.TextElement):
    """Where the time is to stand."""


def reading_time(
    name: str, rawtext: str, text: str, lineno: int, inliner: Inliner, *_: Any, **__: Any
) -> tuple[list[nodes.Node], list[nodes.system_message]]:
    """Keep the place: the page is counted when it is whole; `text` is the unit, minutes."""
    return [ReadingTime(rawtext, text)], []


def words(node: nodes.Node) -> int:
    """Count the words that a reader sees below a node; a formula within a sentence is one."""
    if isinstance(node, nodes.Text):
        return len(node.split())
    if isinstance(node, nodes.math):
        return 1
    if isinstance(node, UNREAD) or "cell" in node.get("classes", []):
        return 0
    return sum(map(words, node.children))


def minutes(words: int, figures: int, questions: int) -> int:
    """Return how long a page takes, rounded up to five minutes.

    >>> minutes(words=2900, figures=6, questions=9)
    45
    """
    exact = words / WORDS_A_MINUTE + MINUTES_A_FIGURE * figures + MINUTES_A_QUESTION * questions
    return STEP * ceil(exact / STEP)


def say_time(app: Sphinx, doctree: nodes.document) -> None:
    """Write the time where the page asks for it, and warn if the page is too long to ask."""
    figures = [c for c in doctree.findall(nodes.container) if f"tag_{TAG}" in c["classes"]]
    questions = list(doctree.findall(Question))
    for place in list(doctree.findall(ReadingTime)):
        if (count := words(doctree)) > MOST_WORDS:
            text = "a chapter of %d words; at most %d are asked of a reader: cut it, or make it two"
            logger.warning(text, count, MOST_WORDS, location=doctree, type="reading_time")
        time = minutes(count, len(figures), len(questions))
        place.replace_self(nodes.Text(f"{time} {place.astext()}"))


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the role and the count."""
    app.add_role("reading_time", reading_time)
    app.connect("doctree-read", say_time, priority=400)  # before figures get their programs
    return {"parallel_read_safe": True, "parallel_write_safe": True}
