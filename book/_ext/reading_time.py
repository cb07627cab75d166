"""``{reading_time}`` in a chapter's text: how long it takes, counted and not guessed.

A minute for 150 words, two for each figure, one for each question, in steps of five minutes. What a
reader has to open (folded answers) is not counted, nor is code, which stands beside its sentence.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil
from typing import Any

from docutils import nodes
from docutils.parsers.rst.states import Inliner
from figure_source import TAG
from questions import Question
from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

WORDS_A_MINUTE, MINUTES_A_FIGURE, MINUTES_A_QUESTION, STEP = 150, 2, 1, 5
ASIDE = {"dropdown", "toggle"}


class ReadingTime(nodes.Inline, nodes.TextElement):
    """Where the time is to stand."""


def reading_time(
    name: str, rawtext: str, text: str, lineno: int, inliner: Inliner, *_: Any, **__: Any
) -> tuple[list[nodes.Node], list[nodes.system_message]]:
    """Keep the place: the page is counted when it is whole; `text` is the unit, minutes."""
    return [ReadingTime(rawtext, text)], []


def prose(node: nodes.Element) -> Iterator[nodes.paragraph]:
    """Yield the paragraphs that are read from top to bottom."""
    for child in node.children:
        if isinstance(child, nodes.paragraph):
            yield child
        elif isinstance(child, nodes.Element) and not (
            isinstance(child, Question) or ASIDE.intersection(child.get("classes", ()))
        ):
            yield from prose(child)


def words(doctree: nodes.Element) -> int:
    """Count the words of a page's prose; a formula between them is one."""
    count = 0
    for paragraph in prose(doctree):
        texts = paragraph.findall(nodes.Text)
        plain = [text for text in texts if not isinstance(text.parent, nodes.math)]
        count += sum(len(text.split()) for text in plain) + len(list(paragraph.findall(nodes.math)))
    return count


def minutes(words: int, figures: int, questions: int) -> int:
    """Return how long a page takes, rounded up to five minutes.

    >>> minutes(words=2900, figures=6, questions=9)
    45
    """
    exact = words / WORDS_A_MINUTE + MINUTES_A_FIGURE * figures + MINUTES_A_QUESTION * questions
    return STEP * ceil(exact / STEP)


def say_time(app: Sphinx, doctree: nodes.document) -> None:
    """Write the time where the page asks for it."""
    figures = [c for c in doctree.findall(nodes.container) if f"tag_{TAG}" in c["classes"]]
    questions = list(doctree.findall(Question))
    for place in list(doctree.findall(ReadingTime)):
        time = minutes(words(doctree), len(figures), len(questions))
        place.replace_self(nodes.Text(f"{time} {place.astext()}"))


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the role and the count."""
    app.add_role("reading_time", reading_time)
    app.connect("doctree-read", say_time)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
