"""What the guide promises about hostile code, and the tests that it names for it."""

import re

from courses import ROOT

PAGE = (ROOT / "book" / "grading_security.md").read_text(encoding="utf-8")
TESTS = ROOT / "tests" / "grading"


def rows(head):
    """Read the rows of the table that begins with this head."""
    lines = PAGE.partition(f"| {head} |\n")[2].partition("\n\n")[0].splitlines()[1:]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def test_each_line_of_the_promises_names_what_holds_it():
    promises = rows("layer | stops") + rows("situation | what happens")
    assert len(rows("line | held by")) == len(promises) > 20


def test_all_that_is_named_is_there():
    sources = "".join(path.read_text(encoding="utf-8") for path in TESTS.glob("test_*.py"))
    defined = set(re.findall(r"^def (test_\w+)", sources, re.MULTILINE))
    attacks = {path.name.partition(".")[0] for path in (TESTS / "hostile").glob("*.nb.txt")}
    for line, held_by in rows("line | held by"):
        named = re.findall(r"`(\w+)`", held_by)
        assert len(named) >= 1, line
        assert set(named) <= defined | attacks, line
