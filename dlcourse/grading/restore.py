"""Make a notebook of what was handed in, with the instructor's cells as they were released.

Nothing of a student's metadata survives, so no score, no lock and no name can be smuggled in.
"""

import json
from typing import Any

from dlcourse.grading.sanitize import CELL_ID, clean_markdown, clean_text
from dlcourse.grading.spec import CellSpec, NotebookSpec

CELLS, CHARACTERS = 2000, 4_000_000

Cell = dict[str, Any]
Notebook = dict[str, Any]


class RejectedError(Exception):
    """What was handed in cannot be read as a notebook; the message is one sentence."""


def restore(content: bytes, spec: NotebookSpec) -> Notebook:
    """Read a submission and put the instructor's cells back.

    Parameters
    ----------
    content : bytes
        The file.
    spec : NotebookSpec
        What the notebook must hold.

    Returns
    -------
    dict
        A notebook in nbformat 4.5 without outputs. Locked cells that a student deleted are back
        in their place, and of cells with the same name the last one counts.

    Raises
    ------
    RejectedError
        If the file is no notebook.
    """
    cells = [_student_cell(cell) for cell in read_cells(content)]
    _keep_last_of_each_name(cells, spec)
    cells = [_restored(cell, spec) for cell in cells]
    _add_missing(cells, spec)
    _name_cells(cells)
    return notebook_of(cells, spec)


def notebook_of(cells: list[Cell], spec: NotebookSpec) -> Notebook:
    """Wrap cells in the instructor's metadata."""
    metadata = {"kernelspec": spec.kernelspec, "language_info": {"name": "python"}}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def unreadable(reason: str, spec: NotebookSpec) -> Notebook:
    """Make a notebook that stands for a file that cannot be read: the stubs, under the reason.

    Its tests have failed: nbgrader gives full marks to one that shows nothing.
    """
    notice = {"cell_type": "markdown", "metadata": {}, "source": f"**Not graded.** {reason}"}
    cells = [notice, *map(instructor_cell, spec.cells)]
    said = "The reason is at the top."
    failed = {"output_type": "error", "ename": "NotGraded", "evalue": said, "traceback": [said]}
    for cell, known in zip(cells[1:], spec.cells, strict=True):
        if known.is_test:
            cell["outputs"] = [failed]
    _name_cells(cells)
    return notebook_of(cells, spec)


def as_released(spec: NotebookSpec) -> Notebook:
    """Make the notebook that students get, but for the order of its cells."""
    free = [_cell(kind, source, {}, None) for kind, source in spec.free_cells]
    return notebook_of([*free, *map(instructor_cell, spec.cells)], spec)


def read_cells(content: bytes) -> list[Any]:
    """Read the list of cells of any version of the notebook format.

    Raises
    ------
    RejectedError
        If there is none.
    """
    import nbformat

    try:
        text = content.decode("utf-8-sig")
        data = json.loads(text)  # NaN passes, which some tools write into metadata
    except RecursionError:
        raise RejectedError("The file is nested too deeply to be a notebook.") from None
    except ValueError as error:
        raise RejectedError(f"The file is not a notebook: {_line(error)}.") from None
    if not isinstance(data, dict) or not isinstance(data.get("nbformat"), int):
        raise RejectedError("The file is JSON, but not a notebook.")
    if data["nbformat"] > 4:
        raise RejectedError(
            f"The notebook is in format {data['nbformat']}, which is not known here."
        )
    if data["nbformat"] < 4:
        _flatten_headings(data)
        try:
            data = nbformat.convert(nbformat.from_dict(data), 4)
        except Exception as error:
            raise RejectedError(
                f"The notebook is in an old format and cannot be converted: {_line(error)}."
            ) from None
    cells = data.get("cells")
    if not isinstance(cells, list):
        raise RejectedError("The notebook has no list of cells.")
    if len(cells) > CELLS:
        raise RejectedError(f"The notebook has {len(cells)} cells; at most {CELLS} are read.")
    return cells


def _flatten_headings(data: dict[str, Any]) -> None:
    """Keep the levels of an old notebook's headings small: nbformat writes one # for each."""
    sheets = data.get("worksheets")
    for sheet in sheets if isinstance(sheets, list) else [data]:
        cells = _dict(sheet).get("cells")
        for cell in cells if isinstance(cells, list) else []:
            if isinstance(cell, dict) and "level" in cell:
                cell["level"] = 2


def _line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200].rstrip(".")


def _student_cell(cell: Any) -> Cell:
    """Take kind, name and text of a cell, and nothing else.

    Raises
    ------
    RejectedError
        If it is no cell.
    """
    if not isinstance(cell, dict):
        raise RejectedError("A cell of the notebook is not a cell.")
    kind, source = cell.get("cell_type"), cell.get("source", "")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if kind not in ("code", "markdown", "raw") or not isinstance(source, str):
        raise RejectedError("A cell of the notebook has no type or no text.")
    if len(source) > CHARACTERS:
        raise RejectedError(f"A cell of the notebook has more than {CHARACTERS} characters.")
    source = clean_text(source)
    nbgrader = _dict(_dict(cell.get("metadata")).get("nbgrader"))
    grade_id = nbgrader.get("grade_id")
    return {
        "cell_type": kind,
        "source": source,
        "id": cell.get("id"),
        "grade_id": grade_id if isinstance(grade_id, str) else None,
    }


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _keep_last_of_each_name(cells: list[Cell], spec: NotebookSpec) -> None:
    seen: set[str] = set()
    for cell in reversed(cells):
        if cell["grade_id"] in seen or cell["grade_id"] not in spec.by_id:
            cell["grade_id"] = None
        else:
            seen.add(cell["grade_id"])


def _restored(cell: Cell, spec: NotebookSpec) -> Cell:
    known, kind, source = spec.by_id.get(cell["grade_id"] or ""), cell["cell_type"], cell["source"]
    if known is not None:
        kind = known.cell_type
    if kind == "raw":
        source = f"```\n{source}\n```"
    if kind != "code":
        source = clean_markdown(source)
    if known is None:
        return _cell("code" if kind == "code" else "markdown", source, {}, cell["id"])
    source = known.source if known.locked else source
    return _cell(kind, source, {"nbgrader": known.nbgrader_metadata()}, cell["id"])


def instructor_cell(known: CellSpec) -> Cell:
    """Make the cell as it was released."""
    metadata = {"nbgrader": known.nbgrader_metadata()}
    return _cell(known.cell_type, known.source, metadata, known.grade_id)


def _cell(kind: str, source: str, metadata: dict[str, Any], cell_id: Any) -> Cell:
    cell = {"cell_type": kind, "id": cell_id, "metadata": metadata, "source": source}
    if kind == "code":
        cell |= {"outputs": [], "execution_count": None}
    return cell


def grade_id_of(cell: Cell) -> str | None:
    """Return the name that nbgrader knows the cell by, if it has one."""
    grade_id: str | None = cell["metadata"].get("nbgrader", {}).get("grade_id")
    return grade_id


def _add_missing(cells: list[Cell], spec: NotebookSpec) -> None:
    """Put back what a student deleted, each behind the cell that it follows in the source."""
    before: str | None = None
    for known in spec.cells:
        names = [grade_id_of(cell) for cell in cells]
        if known.grade_id not in names and (known.locked or known.points is not None):
            place = names.index(before) + 1 if before in names else 0
            cells.insert(place, instructor_cell(known))
        if known.grade_id in names or known.locked or known.points is not None:
            before = known.grade_id


def _name_cells(cells: list[Cell]) -> None:
    """Give each cell an id of its own that is harmless in a page."""
    taken: set[str] = set()
    for number, cell in enumerate(cells):
        cell_id = cell.get("id")
        if not isinstance(cell_id, str) or not CELL_ID.fullmatch(cell_id) or cell_id in taken:
            cell_id = f"cell-{number}"
            while cell_id in taken:
                cell_id += "x"
        cell["id"] = cell_id
        taken.add(cell_id)
