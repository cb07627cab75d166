"""No page, notebook or figure shares a run of words with the lecture, which is here as hashes."""

from pathlib import Path
from runpy import run_path

import pytest

ROOT = Path(__file__).parents[2]
TOOL = run_path(str(ROOT / "tools" / "lecture_ngrams.py"))
HASHES, runs = TOOL["HASHES"], TOOL["runs"]
LECTURE = set(HASHES.read_text(encoding="utf-8").split())
TEXTS = [
    *(ROOT / "book").glob("*.md"),
    *(ROOT / "book").glob("*.yaml"),
    *(ROOT / "solutions").glob("*.md"),
    *(ROOT / "dlcourse" / "figures").glob("*.py"),
]


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: f"{text.parent.name}-{text.stem}")
def test_the_words_are_the_books_own(text):
    said = runs(text.read_text(encoding="utf-8"))
    assert [said[shared] for shared in said.keys() & LECTURE] == []


def test_the_hashes_are_those_of_a_whole_lecture():
    assert len(LECTURE) > 2000
    assert {len(shared) for shared in LECTURE} == {12}


def test_a_shared_run_would_be_found():
    """Line ends, capitals, signs and formulas between the words do not hide it."""
    lecture = runs("What six words in a row are, $x = 1$, is a run")
    copied = "As said, **six words** in\na row `are` $y$: one 1."
    assert [runs(copied)[h] for h in runs(copied).keys() & lecture] == ["six words in a row are"]
