"""Who wrote the book, and where its repository is: ``pyproject.toml`` is where that is said.

As long as ``[project.urls]`` there names no ``Repository``, no page links to one, nor to a server
that would fetch notebooks from it.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config

PROJECT: dict[str, Any] = tomllib.loads(
    (Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8")
)["project"]


def describe(config: Config, project: dict[str, Any]) -> None:
    """Write authors and address where Sphinx and the theme look for them."""
    config.author = ", ".join(author["name"] for author in project["authors"])
    if repository := project.get("urls", {}).get("Repository"):
        found = {"repository_url": repository, "use_repository_button": True}
        config.html_theme_options = config.html_theme_options | found


def setup(app: Sphinx) -> dict[str, Any]:
    """Do so before anybody has looked."""
    app.connect("config-inited", lambda app, config: describe(config, PROJECT), priority=100)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
