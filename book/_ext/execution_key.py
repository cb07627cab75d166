"""A chapter is executed anew when code that it runs was changed, not only when its own text was.

The cache of executed chapters (jupyter-cache) knows a chapter by its cells and its kernel's
description, and Sphinx reads a page again when its text has changed. Both are told of more files:
the package's modules that the chapter's cells import, directly or through each other, and its data;
what the page's front matter lists under ``reads``; and the lock, which says with which NumPy and
matplotlib all that runs. A hash of them goes into the kernel's name. The cache forgets by itself
what was not used for long. And when one of the book's extensions was changed, all pages are read
again: what Sphinx keeps of a page is what they made of it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from modulefinder import ModuleFinder
from pathlib import Path
from typing import Any

from myst_nb.core.read import is_myst_markdown_notebook, read_myst_markdown_notebook
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements.lock"
DATA = (".json", ".npz")


def imported(code: str, root: Path = ROOT) -> list[Path]:
    """Return the files that a program uses of the packages in a folder.

    These are the modules that it imports, those that they import, and all data of their packages.
    """
    finder = ModuleFinder([str(root)])
    finder.scan_code(compile(code, "<chapter>", "exec"), finder.add_module("__main__"))
    modules = {Path(module.__file__) for module in finder.modules.values() if module.__file__}
    packages = {root / module.relative_to(root).parts[0] for module in modules}
    data = (file for package in packages for file in package.rglob("*") if file.suffix in DATA)
    return sorted({*modules, *data})


def read(page: Path, places: Iterable[str]) -> list[Path]:
    """Return the files that a page reads, those of folders included."""
    found = [page.parent / place for place in places]
    return [f for p in found for f in (sorted(p.iterdir()) if p.is_dir() else [p]) if f.is_file()]


def key(files: Iterable[Path]) -> str:
    """Return a short hash that changes when any of the files does."""
    digests = (hashlib.sha256(file.read_bytes()).digest() for file in files)
    return hashlib.sha256(b"".join(digests)).hexdigest()[:16]


def add_key(app: Sphinx, docname: str, source: list[str]) -> None:
    """Name the kernel of a page with code after the files that its code comes from."""
    (text,) = source
    if not is_myst_markdown_notebook(text):
        return
    page, notebook = Path(app.env.doc2path(docname)), read_myst_markdown_notebook(text)
    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    places = notebook.metadata.get("reads", [])
    files = [*imported(code), *read(page, places), LOCK]
    # a folder counts as changed always, so a new file in it is seen
    for place in [*files, *(page.parent / place for place in places)]:
        app.env.note_dependency(str(place))
    name = rf"\g<0> ({key(files)})"
    source[0], found = re.subn(r"^  display_name: .+", name, text, count=1, flags=re.MULTILINE)
    if not found:
        raise ExtensionError(f"{docname}: its front matter needs kernelspec: display_name")


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect the key."""
    app.connect("source-read", add_key)
    extensions = int(key(sorted(Path(__file__).parent.glob("*.py"))), 16)
    return {"env_version": extensions, "parallel_read_safe": True, "parallel_write_safe": True}
