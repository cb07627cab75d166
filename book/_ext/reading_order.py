"""The arrows at the foot of a page lead through the chapters, not on into the guide to teaching."""

from __future__ import annotations

from typing import Any

from chapter_list import way_through
from sphinx.application import Sphinx


def parted(page: str, other: str) -> bool:
    """Tell whether one of two neighbours is on the reader's way and the other is not."""
    return (page in way_through()) != (other in way_through())


def keep_to_the_way(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Take away an arrow that leads off the way or onto it."""
    _, before, after = app.builder.relations.get(pagename, (None, None, None))
    for arrow, other in (("prev", before), ("next", after)):
        if other and parted(pagename, other):
            context[arrow] = None


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect the choice."""
    app.connect("html-page-context", keep_to_the_way)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
