"""The PDF: every chapter in the outline, every link inside the book, nothing of the screen."""

import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from book.built_site import SITE
from bs4 import BeautifulSoup
from pypdf import PageObject, PdfReader

sys.path.append(str(Path(__file__).parents[2] / "tools"))
from make_pdf import PDF, anchor, parts

pytestmark = pytest.mark.editions
CONTROLS = {
    "Show the code",
    "Hide the code",
    "Check",
    "Show me",
    "Start again",
    "Play",
    "Your answer",
}


@cache
def pdf() -> PdfReader:
    if not PDF.exists():
        pytest.fail("there is no PDF: run `make pdf` first")
    return PdfReader(PDF)


@cache
def text(number: int) -> str:
    return re.sub(r"\s+", " ", pdf().pages[number].extract_text())


def headings(outline: list[Any]) -> Iterator[str]:
    for entry in outline:
        if isinstance(entry, list):
            yield from headings(entry)
        else:
            yield re.sub(r"\s+", " ", entry.title).strip()


def links(page: PageObject) -> Iterator[Any]:
    for annotation in page.get("/Annots") or []:
        yield annotation.get_object()


def test_outline_has_every_part_and_chapter():
    listed = [*headings(pdf().outline)]
    for caption, pages in parts(SITE):
        wanted = [title for _, title in pages] + [caption] * bool(caption)
        assert not set(wanted) - set(listed)


def test_contents_tell_the_page_on_which_a_chapter_begins():
    destinations = pdf().named_destinations
    contents = f"{text(1)} {text(2)}"
    for _, pages in parts(SITE):
        for path, title in pages:
            number = pdf().get_destination_page_number(destinations[f"/{anchor(path)}"])
            assert title in text(number)
            assert re.search(rf"{re.escape(title)} ?{number + 1}\b", contents)


def test_links_inside_the_book_lead_to_a_place():
    inside = [link["/Dest"] for page in pdf().pages for link in links(page) if "/Dest" in link]
    assert len(inside) > 500
    assert not {*inside} - {*pdf().named_destinations}


def test_links_elsewhere_name_a_host():
    actions = [link["/A"] for page in pdf().pages for link in links(page) if "/A" in link]
    addresses = {str(action["/URI"]) for action in actions if "/URI" in action}
    assert all(re.match(r"https?://[\w.]+", address) for address in addresses)


def test_it_is_tagged_and_says_its_language_and_title():
    catalog = pdf().trailer["/Root"]
    assert catalog["/MarkInfo"]["/Marked"]
    assert catalog["/Lang"] == "en"
    assert pdf().metadata.title == "Deep learning from one lecture"


def test_no_page_is_empty():
    """A page has more runs of glyphs than its head and its number."""
    drawn = [page.get_contents().get_data() for page in pdf().pages]
    runs = [len(re.findall(rb"\bT[jJ]\b", data)) for data in drawn]
    assert [number for number, count in enumerate(runs, 1) if count < 3] == []


def test_nothing_of_the_screen_is_left():
    printed = BeautifulSoup(PDF.with_name("book.html").read_text(encoding="utf-8"), "html.parser")
    assert not printed.select("button, input, script, details.hide")
    assert not {*printed.main.stripped_strings} & CONTROLS


def test_fonts_are_embedded():
    for page in pdf().pages:
        for font in page["/Resources"].get("/Font", {}).values():
            kind = font.get_object()
            if kind["/Subtype"] == "/Type0":
                kind = kind["/DescendantFonts"][0].get_object()
            if kind["/Subtype"] != "/Type3":
                descriptor = kind["/FontDescriptor"]
                assert {"/FontFile", "/FontFile2", "/FontFile3"} & descriptor.keys(), kind[
                    "/BaseFont"
                ]
