"""The arrows at the foot of a page lead through the chapters and no further."""

import re
from types import SimpleNamespace

import pytest
import yaml
from chapter_list import CONTENTS, chapters, pages, way_through
from reading_order import keep_to_the_way

ARROW = r'<a class="{}-(?:prev|next)"\s+href="([^"]+)"'


def arrows(page, before, after):
    """What is left of both arrows."""
    app = SimpleNamespace(builder=SimpleNamespace(relations={page: (None, before, after)}))
    context = {"prev": before, "next": after}
    keep_to_the_way(app, page, "page.html", context, None)
    return context["prev"], context["next"]


def test_the_way_is_the_beginning_of_the_table_of_contents():
    contents = yaml.safe_load(CONTENTS.read_text(encoding="utf-8"))
    listed = [contents["root"], *(page for part in contents["parts"] for page in pages(part))]
    assert listed[: len(way_through())] == way_through()
    assert len(listed) > len(way_through())


def test_the_last_chapter_leads_nowhere():
    *_, before, last = chapters()
    assert arrows(last, before, "book/teaching_overview") == (before, None)
    assert arrows("book/teaching_overview", last, "book/teaching") == (None, "book/teaching")


def test_the_others_keep_their_neighbours():
    first, second, third, *_ = way_through()
    assert arrows(second, first, third) == (first, third)
    assert arrows("book/notation", None, "book/glossary") == (None, "book/glossary")


@pytest.mark.site
def test_the_arrows_of_the_site_lead_through_the_chapters(site):
    here, seen = way_through()[0], []
    while here:
        seen.append(here)
        html = (site / f"{here}.html").read_text(encoding="utf-8")
        after = re.search(ARROW.format("right"), html)
        here = after and f"book/{after[1].removesuffix('.html')}"
    assert seen == way_through()
