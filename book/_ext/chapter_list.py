"""The chapters in reading order, from ``_toc.yml``: the one list from which all others are made."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]


@cache
def chapters() -> tuple[str, ...]:
    """Return the pages of the numbered parts, as ``book/NAME``, sections of a chapter included."""
    contents = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    return tuple(page for part in contents["parts"] if part.get("numbered") for page in pages(part))


def pages(entry: dict[str, Any]) -> Iterator[str]:
    """Yield the pages below an entry of the table of contents."""
    for below in [*entry.get("chapters", []), *entry.get("sections", [])]:
        yield below["file"]
        yield from pages(below)
