"""Links from a chapter to its notebooks: exercises on Binder or Colab, and the chapter to download.

A chapter names its exercise notebook in its front matter, as ``notebook: exercises/.../x.ipynb``.
These are links only: nothing is asked of Binder or Colab before a reader follows one.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sphinx.application import Sphinx


def binder_url(repository: str, branch: str, notebook: str) -> str:
    """Return the address that opens a notebook of the repository on mybinder.org."""
    place = quote(f"lab/tree/{notebook}", safe="")
    return f"https://mybinder.org/v2/gh/{repository}/{branch}?urlpath={place}"


def colab_url(repository: str, branch: str, notebook: str) -> str:
    """Return the address that opens a notebook of the repository on Colab."""
    return f"https://colab.research.google.com/github/{repository}/blob/{branch}/{quote(notebook)}"


def executed_notebook(app: Sphinx, pagename: str) -> Path | None:
    """Copy the executed chapter beside its source in the site; return its path from the root."""
    notebook = Path(app.outdir).parent / "jupyter_execute" / f"{pagename}.ipynb"
    if not notebook.exists():
        return None
    copy = Path(app.outdir) / "_sources" / f"{pagename}.ipynb"
    copy.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(notebook, copy)
    return copy.relative_to(app.outdir)


def link(text: str, url: str, tooltip: str, icon: str) -> dict[str, str]:
    """Describe one entry of a header menu to the theme."""
    return {"type": "link", "text": text, "url": url, "tooltip": tooltip, "icon": icon}


def add_links(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Put a menu with the page's notebooks into the header."""
    meta = context.get("meta") or {}
    options = app.config.html_theme_options
    repository = options["repository_url"].removeprefix("https://github.com/")
    at = (repository, options["repository_branch"])
    links = []
    if exercise := meta.get("notebook"):
        links.append(
            link(
                "Exercises on Binder",
                binder_url(*at, exercise),
                "A free server, ready in a minute",
                "fas fa-rocket",
            )
        )
        links.append(
            link(
                "Exercises on Colab",
                colab_url(*at, exercise),
                "Needs a Google account",
                "fas fa-rocket",
            )
        )
    if "kernelspec" in meta and (notebook := executed_notebook(app, pagename)):
        address = context["pathto"](notebook.as_posix(), 1)
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
    app.connect("html-page-context", add_links, priority=600)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
