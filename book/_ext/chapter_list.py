"""The chapters in reading order, from ``_toc.yml``: the one list from which all others are made."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import yaml

CONTENTS = Path(__file__).parents[2] / "_toc.yml"


@cache
def parts() -> dict[str, tuple[str, ...]]:
    """Return the pages, as ``book/NAME``, of each numbered part, by its caption."""
    contents = yaml.safe_load(CONTENTS.read_text(encoding="utf-8"))
    numbered = [part for part in contents["parts"] if part.get("numbered")]
    return {part["caption"]: tuple(pages(part)) for part in numbered}


def pages(entry: dict[str, Any]) -> Iterator[str]:
    """Yield the pages below an entry of the table of contents."""
    for below in [*entry.get("chapters", []), *entry.get("sections", [])]:
        yield below["file"]
        yield from pages(below)


def sections() -> set[str]:
    """Return the pages that lie below another page of the table of contents."""
    contents = yaml.safe_load(CONTENTS.read_text(encoding="utf-8"))
    return {page for part in contents["parts"] for top in part["chapters"] for page in pages(top)}


def way_through() -> list[str]:
    """Return what a reader is led through: the front page, how to use the book, all chapters."""
    return ["book/index", "book/how_to_use", *chain(*parts().values())]


def has_code(page: str) -> bool:
    """Tell whether a page is a notebook; the front page of a chapter's sections is none."""
    text = (CONTENTS.parent / f"{page}.md").read_text(encoding="utf-8")
    return "kernelspec" in next(yaml.safe_load_all(text))


@cache
def chapters() -> list[str]:
    """Return the pages of all numbered parts that have code of their own."""
    return [page for page in chain(*parts().values()) if has_code(page)]
