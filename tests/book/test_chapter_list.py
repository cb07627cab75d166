"""Chapters are listed once."""

from pathlib import Path

import pytest
from chapter_cards import card
from chapter_list import chapters, pages, parts

ROOT = Path(__file__).parents[2]


def test_chapters_are_the_pages_of_numbered_parts():
    assert chapters()[0] == "book/logistic_regression"
    assert "book/notation" not in chapters()
    listed = [page for part in parts().values() for page in part]
    assert [page for page in listed if page in chapters()] == chapters()
    assert set(listed) - set(chapters()) == {"book/systems"}  # the front page of its sections


def test_sections_of_a_chapter_are_pages_of_their_own():
    entry = {"chapters": [{"file": "a", "sections": [{"file": "b"}]}, {"file": "c"}]}
    assert list(pages(entry)) == ["a", "b", "c"]


def test_a_card_says_what_its_chapter_says_of_itself(chapter):
    text = (ROOT / f"{chapter}.md").read_text(encoding="utf-8")
    made = card(chapter, text)
    title = made.splitlines()[0].partition("} ")[2]
    assert f"\n# {title}\n" in text
    assert f":link: /{chapter}\n" in made
    assert f"description: {made.splitlines()[3]}\n" in text


def test_a_chapter_has_one_title():
    front_matter = "---\nmyst: {html_meta: {description: What it is.}}\n---\n"
    code = "\n```python\n# a comment\n```\n"
    made = card("book/a", f"{front_matter}# A title{code}")
    assert made.startswith(":::{grid-item-card} A title\n")
    with pytest.raises(ValueError, match="unpack"):
        card("book/a", f"{front_matter}# One\n# Two{code}")
