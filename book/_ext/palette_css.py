"""The palette as a style sheet of custom properties, on every page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from dlcourse import palette


def add_style_sheet(app: Sphinx) -> None:
    """Write the style sheet where the builder finds what it copies."""
    folder = Path(app.doctreedir).parent / "palette"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "palette.css").write_text(palette.css(), encoding="utf-8")
    app.config.html_static_path.append(str(folder))
    app.add_css_file("palette.css")


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect the style sheet to the build."""
    app.connect("builder-inited", add_style_sheet)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
