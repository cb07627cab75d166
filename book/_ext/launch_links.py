"""Links from a chapter to its notebooks: its exercises and itself to download; exercises elsewhere.

A chapter names its exercise notebook in its front matter, as ``notebook: exercises/.../x.ipynb``.
Where the repository is published on GitHub, Binder and Colab open it from there. These are links
only: nothing is asked of them before a reader follows one.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote

import nbformat
from chapter_list import chapters
from chapter_notebook import notebook
from docutils import nodes
from markdown_text import Page
from sphinx.application import Sphinx

GITHUB = "https://github.com/"


def binder_url(repository: str, branch: str, notebook: str) -> str:
    """Return the address that opens a notebook of the repository on mybinder.org."""
    place = quote(f"lab/tree/{notebook}", safe="")
    return f"https://mybinder.org/v2/gh/{repository}/{branch}?urlpath={place}"


def colab_url(repository: str, branch: str, notebook: str) -> str:
    """Return the address that opens a notebook of the repository on Colab."""
    return f"https://colab.research.google.com/github/{repository}/blob/{branch}/{quote(notebook)}"


def write_notebook(app: Sphinx, pagename: str, doctree: nodes.document) -> str:
    """Write the chapter's notebook among the site's downloads; return its path from the root."""
    path = PurePosixPath("_downloads", f"{pagename}.ipynb")
    target = Path(app.outdir, path)
    target.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook(doctree, Page(app.builder, pagename)), target)
    return str(path)


def offer_exercises(app: Sphinx, doctree: nodes.document) -> None:
    """Put the exercise notebook that a page names among the site's downloads."""
    page = app.env.docname
    if exercise := app.env.metadata[page].get("notebook"):
        app.env.dlfiles.add_file(page, exercise)


def link(text: str, url: str, tooltip: str, icon: str) -> dict[str, str]:
    """Describe one entry of a header menu to the theme."""
    return {"type": "link", "text": text, "url": url, "tooltip": tooltip, "icon": icon}


def add_links(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Put a menu with the page's notebooks into the header."""
    if app.builder.name != "html":
        return
    meta = context.get("meta") or {}
    options = app.config.html_theme_options
    repository = options.get("repository_url", "")
    links = []
    if exercise := meta.get("notebook"):
        place = context["pathto"](f"_downloads/{app.env.dlfiles[exercise][1]}", 1)
        links.append(
            link("Exercises (.ipynb)", place, "Download, to solve them yourself", "fas fa-download")
        )
        if repository.startswith(GITHUB):
            at = (repository.removeprefix(GITHUB), options["repository_branch"], exercise)
            links += [
                link(
                    "Exercises on Binder",
                    binder_url(*at),
                    "A free server, ready in a minute",
                    "fas fa-rocket",
                ),
                link(
                    "Exercises on Colab",
                    colab_url(*at),
                    "Needs a Google account",
                    "fas fa-rocket",
                ),
            ]
    if pagename in chapters():
        address = context["pathto"](write_notebook(app, pagename, doctree), 1)
        links.append(
            link(
                "This chapter (.ipynb)", address, "Download, to run it yourself", "fas fa-download"
            )
        )
    if links:
        menu = {"type": "group", "icon": "fas fa-rocket", "tooltip": "Run it yourself"}
        context["header_buttons"].insert(0, menu | {"buttons": links, "label": "launch-buttons"})


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect the menu, after the theme has prepared the header."""
    app.connect("doctree-read", offer_exercises)
    app.connect("html-page-context", add_links, priority=600)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
