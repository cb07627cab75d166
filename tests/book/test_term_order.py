"""A term is not used before the section that defines it, over all chapters in reading order.

A term is what ``{defined}`` marks. Titles and links are not looked at: they name what is to come.
Where an earlier page has the same word in another sense, the phrase stands in `OTHERWISE`.
"""

import re
from pathlib import Path

import pytest
from chapter_list import chapters

ROOT = Path(__file__).parents[2]
DEFINED = re.compile(r"\{defined\}`(?:[^`<]*<)?([^`>]+)>?`")
NOT_PROSE = (
    r"\A---$(?s:.*?)^---$",  # front matter
    r"^```(?:\{code-cell\}|\{literalinclude\}|\w*$)(?s:.*?)^```$",
    r"\$\$(?s:.*?)\$\$|\$[^$\n]*\$",
    r"\{[\w:]+\}`[^`]*`|`[^`]*`",
    r"\[[^\]]*\]\([^)]*\)",
    r"^# .*$|^:(?!waiting)\w+:.*$|^:::.*$|^\(.+\)=$",
)
# other names that hold the word, everyday senses, and what is explained in passing or said to come
OTHERWISE = (
    "logistic regression",
    "softmax regression",
    "binary cross-entropy",
    "its confidence creeps",
    "take on trust from the coming chapters a network that bends its boundaries",
    "ended research on networks",
    "are to blame",
    "take patience",
    "patience does not help",
    "adam is gradient descent that chooses its own step lengths",
    "on xor, two corners against the other two",
    "on rings and xor",
    "that is xor, at which",
    "large networks, too, are often too sure",
    "the networks of this book use softmax",
    "shuffle *rows*: indexes",
    "the figure's other method, rmsprop, which comes soon",
    "filters over an image",
)


def prose(page):
    """A page's text with a mark ``«TERM»`` where a term is defined."""
    text = DEFINED.sub(lambda found: f"«{found[1]}»", page)
    for pattern in NOT_PROSE:
        text = re.sub(pattern, " ", text, flags=re.MULTILINE)
    return text


def words(text):
    """The text in small letters, on one line, without what is meant otherwise."""
    line = " ".join(text.lower().split())
    for phrase in OTHERWISE:
        line = line.replace(phrase, "…")
    return line


def too_early(pages):
    """Pairs of a term and the words around its use before the section that defines it."""
    before, found = "", []
    for page in map(prose, pages):
        for section in re.split(r"^(?=## )", page, flags=re.MULTILINE):
            for term in re.findall("«(.*?)»", section):
                name = re.escape(term.lower()).replace(r"\ ", "[ -]")
                use = rf"(?<![\w-]){name}(?:s|es)?(?![\w-])"
                found += [
                    (term, before[max(0, m.start() - 40) : m.end() + 30])
                    for m in re.finditer(use, before)
                ]
            before += words(section) + " "
    return found


@pytest.fixture(scope="module")
def book():
    return [(ROOT / f"{chapter}.md").read_text(encoding="utf-8") for chapter in chapters()]


def test_no_term_is_used_before_the_section_that_defines_it(book):
    assert too_early(book) == []


def test_what_is_meant_otherwise_is_there(book):
    text = " ".join(" ".join(map(prose, book)).lower().split())
    assert [phrase for phrase in OTHERWISE if phrase not in text] == []


def test_an_early_use_would_be_found():
    one = "# One\n\nThe layers of a unit.\n\n## B\n\nA {defined}`unit`. In `layer`, $layer$.\n"
    two = "# Layers\n\nA unit.\n\n## C\n\nMany are {defined}`a layer <layer>`.\n"
    assert [term for term, _ in too_early([one, two])] == ["unit", "layer"]
    assert too_early([two]) == []
