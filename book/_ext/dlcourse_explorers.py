"""Explorers on the site: the static face of ``dlcourse.explorers.Explorer`` as HTML and files.

A notebook output of the explorers' own mime type becomes a small figure element; its frames go into
a script file of their own that the page asks for when the reader gets near. Elsewhere
the picture is taken (``epub_edition`` does so for EPUB). Pages without an explorer load nothing.
"""

from __future__ import annotations

import os
import posixpath
import shutil
import struct
from base64 import b64decode
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

from docutils import nodes
from myst_nb.core.render import MimeData, NbElementRenderer, load_mime_renders
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ExtensionError
from sphinx.util.osutil import relative_uri
from sphinx.util.typing import ExtensionMetadata

from dlcourse.explorers.explorer import FACES_VARIABLE, MIME_TYPE
from dlcourse.explorers.page import STATIC, asset, data_script, figure_html, plain

FRAMES = "explorers"
HTML_BUILDERS = ("html", "dirhtml", "singlehtml", "epub")


class ExplorerNode(nodes.General, nodes.Element):
    """A figure that moves; its child is the picture for readers without scripts."""


class ExplorerRenderer:
    """Plugin of myst-nb for the explorers' mime type."""

    mime_priority_overrides = tuple((name, MIME_TYPE, 1) for name in HTML_BUILDERS)

    @staticmethod
    def handle_mime(
        renderer: NbElementRenderer, data: MimeData, inline: bool
    ) -> list[nodes.Element] | None:
        """Turn the output into a node; the frames go to a file at once, not into the doctree."""
        if data.mime_type != MIME_TYPE or inline:
            return None
        face: dict[str, Any] = dict(data.content)  # type: ignore[call-overload]
        script = data_script(face).encode()
        frames = renderer.write_file([f"explorer-{face['name']}.js"], script, exists_ok=True)
        png = MimeData("image/png", face["picture"], data.cell_metadata, line=data.line)
        (picture,) = renderer.render_image(png)
        picture["alt"] = plain(face["caption"])
        width, height = struct.unpack(">II", b64decode(face["picture"][:64])[16:24])
        about = {key: face[key] for key in face if key not in ("packet", "picture")}
        node = ExplorerNode(face=about, frames=frames, size=(width, height))
        node += picture
        return [node]


def visit_explorer(self: Any, node: ExplorerNode) -> None:
    """Write the figure element and put its frames beside the other static files."""
    builder = self.builder
    name = f"{node['face']['name']}.js"
    target = Path(builder.outdir, "_static", FRAMES, name)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(Path(builder.srcdir, node["frames"].lstrip("/")), target)
    page = builder.get_target_uri(builder.current_docname)
    source = relative_uri(page, f"_static/{FRAMES}/{name}")
    self.body.append(figure_html(node["face"], source=source, picture=_image(builder, node)))
    raise nodes.SkipNode


def _image(builder: Any, node: ExplorerNode) -> str:
    (picture,) = node.children
    uri = picture["uri"]
    if uri in builder.images:
        uri = posixpath.join(builder.imgpath, quote(builder.images[uri]))
    width, height = node["size"]
    return (
        f'<img src="{uri}" alt="{escape(picture["alt"])}" width="{width}" height="{height}" '
        'loading="lazy" decoding="async">'
    )


def add_assets(app: Sphinx, page: str, template: str, context: Any, doctree: Any) -> None:
    """Load script and style sheet on pages with an explorer only."""
    if doctree is not None and any(doctree.findall(ExplorerNode)):
        app.add_js_file("explorer.js", loading_method="defer")
        app.add_css_file("explorer.css")


def register_assets(app: Sphinx, config: Config) -> None:
    """Add the built files here: Jupyter Book puts those it knows earlier on every page."""
    try:
        asset("explorer.js")
    except FileNotFoundError as error:
        raise ExtensionError(str(error)) from error
    config.html_static_path.append(str(STATIC))


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register node, plugin and events; tell the kernels which faces to compute."""
    os.environ.setdefault(FACES_VARIABLE, "static,print")
    if ExplorerRenderer not in load_mime_renders():
        load_mime_renders().append(ExplorerRenderer)
    app.setup_extension("palette_css")
    app.add_node(ExplorerNode, html=(visit_explorer, None))
    app.connect("config-inited", register_assets)
    app.connect("html-page-context", add_assets)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
