"""The accessibility statement names tests that exist."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_each_test_that_is_named_exists():
    page = (ROOT / "book" / "accessibility.md").read_text(encoding="utf-8")
    tests = (path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    there = {name for text in tests for name in re.findall(r"^def (test_\w+)", text, re.MULTILINE)}
    named = re.findall(r"`(test_\w+)`", page)
    assert len(named) > 15
    assert set(named) - there == set()
