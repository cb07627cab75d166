"""What every page of the book owes its reader, as build warnings (so `-W` fails).

* a description in its front matter: ``myst: html_meta: description: ...`` (50 to 160 characters);
* a written alternative text on every image, outputs of code cells too. There it is given with
  ``mystnb: image: alt: ...`` in the cell; without it the alternative text is a file's path, which
  no accessibility checker notices.
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging

logger = logging.getLogger(__name__)
SHORTEST, LONGEST = 50, 160
SHORTEST_ALT = 15


def description_of(doctree: nodes.document) -> str:
    """Return the description in the page's front matter, or an empty string."""
    for meta in doctree.findall(nodes.meta):
        if meta.get("name") == "description":
            return str(meta["content"])
    return ""


def check_description(app: Sphinx, doctree: nodes.document) -> None:
    """Warn of a page that a search engine could not describe."""
    if app.env.docname == "genindex":
        return
    length = len(description_of(doctree))
    if not SHORTEST <= length <= LONGEST:
        logger.warning(
            "the front matter's myst: html_meta: description must have %d to %d characters, has %d",
            SHORTEST,
            LONGEST,
            length,
            location=app.env.docname,
            type="page_rules",
        )


def written(alt: str, uri: str) -> bool:
    """Tell whether an alternative text was written by a person."""
    return len(alt) >= SHORTEST_ALT and " " in alt.strip() and alt not in uri


def check_images(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Warn of images without a written alternative text, once outputs are in the page."""
    for image in doctree.findall(nodes.image):
        alt = str(image.get("alt", ""))
        if not written(alt, str(image.get("uri", ""))):
            logger.warning(
                "image %s has no written alt text",
                image.get("uri"),
                location=image or docname,
                type="page_rules",
            )


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect the rules."""
    app.connect("doctree-read", check_description)
    app.connect("doctree-resolved", check_images)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
