"""Make nbgrader's source notebooks from the text in which people write and review them.

``solutions/NAME.md`` (MyST) becomes ``solutions/NAME/NAME.ipynb``. The text lies beside the folder
because nbgrader hands every file of an assignment's folder to the students. A cell's id is its
``grade_id`` or, where nbgrader has no part in it, its ``name``: answers are found by it.
"""

from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode

SOLUTIONS = Path(__file__).parents[1] / "solutions"


def notebook_of(text: Path) -> NotebookNode:
    """Read a text as a notebook."""
    notebook = jupytext.read(text)
    del notebook.metadata["jupytext"]
    for number, cell in enumerate(notebook.cells, start=1):
        cell.id = cell.metadata.get("nbgrader", {}).get("grade_id") or cell.metadata.get("name", "")
        if not cell.id:
            first = cell.source.partition("\n")[0]
            raise ValueError(f"{text.name}: cell {number} ({first!r}) needs a grade_id or a name")
    nbformat.validate(notebook)
    return notebook


if __name__ == "__main__":
    for text in sorted(SOLUTIONS.glob("*.md")):
        made = SOLUTIONS / text.stem / f"{text.stem}.ipynb"
        made.parent.mkdir(exist_ok=True)
        nbformat.write(notebook_of(text), made)
        print(f"==> {made.relative_to(SOLUTIONS.parent)}")
