"""The cheat sheet has a part for each chapter with formulas, and fits on one sheet of paper."""

import re
from pathlib import Path

import pytest
from chapter_list import parts

BOOK = Path(__file__).parents[2] / "book"
PAGE = re.compile(rb"/Type\s*/Page\b")


def test_the_lectures_chapters_stand_in_order():
    sheet = (BOOK / "cheat_sheet.md").read_text(encoding="utf-8")
    lecture = [page for pages in list(parts().values())[:3] for page in pages]
    assert [f"book/{name}" for name in re.findall(r"\((\w+)\.md\)\*\*$", sheet, re.M)] == lecture


@pytest.mark.site
@pytest.mark.parametrize(("name", "sheets"), [("cheat_sheet", 1), ("conventions", None)])
def test_it_prints_on_one_sheet(server, visit, name, sheets):
    seen = visit(f"{server}/book/{name}.html")
    margin = dict.fromkeys(("top", "right", "bottom", "left"), "10mm")
    printed = len(PAGE.findall(seen.tab.pdf(format="A4", margin=margin)))
    assert printed == sheets if sheets else printed > 1  # the other page shows that we can count
