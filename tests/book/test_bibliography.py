"""What is cited is in the bibliography, and what is in the bibliography is cited."""

import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
CITED = re.compile(r"\{?:?cite(?:[:\w]*)\}?:?`([^`]+)`")
pytestmark = pytest.mark.local


def entries():
    text = (REPOSITORY / "book" / "references.bib").read_text(encoding="utf-8")
    return re.findall(r"^@\w+\{(\w+),", text, re.M)


def cited():
    texts = [*(REPOSITORY / "book").glob("*.md"), *(REPOSITORY / "book").glob("*.yaml")]
    texts += [*(REPOSITORY / "dlcourse").rglob("*.py"), *(REPOSITORY / "solutions").glob("*.md")]
    found = set()
    for path in texts:
        for names in CITED.findall(path.read_text(encoding="utf-8")):
            found |= set(re.sub(r"\{[^}]*\}", "", names).replace(" ", "").split(","))
    return found


def test_each_entry_is_cited_and_stands_once():
    assert len(entries()) == len(set(entries())) > 100
    assert set(entries()) == cited()
