"""An image says its size, so that nothing moves when it arrives, and waits for the reader.

docutils would write the size as a style, which a narrow screen cannot shrink in proportion; as
attributes of the element it can.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.images import get_image_size
from sphinx.writers.html5 import HTML5Translator


def look_up_sizes(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Note the size in pixels of every image of a page, and that it is to be loaded late."""
    for image in doctree.findall(nodes.image):
        image["loading"] = "lazy"
        size = get_image_size(str(Path(app.srcdir, image["uri"].lstrip("/"))))
        if size and not {"width", "height", "scale"} & set(image.attributes):
            image["pixels"] = size


def visit_image(translator: HTML5Translator, node: nodes.image) -> None:
    """Write an image with its size."""
    HTML5Translator.visit_image(translator, node)
    if "pixels" in node:
        width, height = node["pixels"]
        sized = f'<img width="{width}" height="{height}" '
        translator.body[-1] = translator.body[-1].replace("<img ", sized, 1)


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect the steps, after outputs have become images."""
    app.connect("doctree-resolved", look_up_sizes)
    app.add_node(nodes.image, override=True, html=(visit_image, HTML5Translator.depart_image))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
