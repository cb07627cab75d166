"""Make a notebook of what was handed in, with the instructor's cells as they were released.

Nothing of a student's metadata survives, so no score, no lock and no name can be smuggled in.
"""

import json
from collections import defaultdict
from typing import Any

from dlcourse.grading.identity import Identity
from dlcourse.grading.names import listed
from dlcourse.grading.sanitize import (
    CELL_ID,
    MarkdownBudget,
    as_markdown,
    as_source,
    clean_attachments,
    clean_markdown,
    clean_text,
)
from dlcourse.grading.spec import CellSpec, NotebookSpec

CELLS, CHARACTERS = 2000, 4_000_000

Cell = dict[str, Any]
Notebook = dict[str, Any]


class RejectedError(Exception):
    """What was handed in cannot be read as a notebook; the message is one sentence."""


def restore(content: bytes, spec: NotebookSpec, notes: list[str] | None = None) -> Notebook:
    """Read a submission and put the instructor's cells back.

    Parameters
    ----------
    content : bytes
        The file.
    spec : NotebookSpec
        What the notebook must hold.
    notes : list of str, optional
        Gets a sentence about each thing that had to be mended, for a person to look at.

    Returns
    -------
    dict
        A notebook in nbformat 4.5 without outputs. Cells are known as `Identity` knows them.
        Locked cells that a student deleted are back in their place, tests behind what they test.

    Raises
    ------
    RejectedError
        If the file is no notebook.
    """
    notes = [] if notes is None else notes
    identity = Identity(_student_cells(read_cells(content), notes), spec)
    known = {place: spec.by_id[name] for name, place in identity.places.items()}
    markdown = MarkdownBudget()
    cells = [
        _restored(cell, known.get(index), index in identity.copies, markdown)
        for index, cell in enumerate(identity.cells)
    ]
    lost = sum(
        len(_dict(cell["attachments"])) - len(kept.get("attachments", {}))
        for cell, kept in zip(identity.cells, cells, strict=True)
        if kept["cell_type"] == "markdown"
    )
    if lost:
        notes.append(f"Attached files that are no PNG, JPEG or GIF image were left out: {lost}.")
    cells, added = _with_missing(cells, identity)
    _say_what_was_done(notes, identity, added)
    _name_cells(cells)
    return notebook_of(cells, spec)


def _say_what_was_done(notes: list[str], identity: Identity, added: list[str]) -> None:
    counts = _what_counts(identity.spec)
    for names, sentence in (
        (identity.guessed, "Cells without their mark were known by id, text or names"),
        (identity.doubled, "Of cells that are there twice the last that is filled in counts"),
        (identity.copies.values(), "Stubs beside their answers are shown and do not run"),
        (added, "Missing cells were put back"),
        (identity.above(), "Tests stand above what they test"),
    ):
        if named := [name for name in dict.fromkeys(names) if name in counts]:
            notes.append(f"{sentence}: {listed(named)}.")
    if counts and not identity.places:
        notes.append("No cell of the assignment was found in it.")


def _what_counts(spec: NotebookSpec) -> set[str]:
    """Name the cells on which a score can depend: all but plain text of the instructor's."""
    cells = (cell for cell in spec.cells if cell.runs_outside or cell.solution)
    return {cell.grade_id for cell in (*cells, *(c for c in spec.cells if c.points is not None))}


def notebook_of(cells: list[Cell], spec: NotebookSpec) -> Notebook:
    """Wrap cells in the instructor's metadata."""
    metadata = {"kernelspec": spec.kernelspec, "language_info": {"name": "python"}}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def unreadable(reason: str, spec: NotebookSpec) -> Notebook:
    """Make a notebook that stands for a file that cannot be read: the stubs, under the reason.

    Its tests have failed: nbgrader gives full marks to one that shows nothing.
    """
    cells = [notice("Not graded", reason), *map(instructor_cell, spec.cells)]
    said = "The reason is at the top."
    failed = {"output_type": "error", "ename": "NotGraded", "evalue": said, "traceback": [said]}
    for cell, known in zip(cells[1:], spec.cells, strict=True):
        if known.is_test:
            cell["outputs"] = [failed]
    _name_cells(cells)
    return notebook_of(cells, spec)


def notice(heading: str, text: str) -> Cell:
    """Make a cell that says what a person should know."""
    return _cell("markdown", f"**{heading}.** {as_markdown(text)}", {}, None)


def put_notice(notebook: Notebook, text: str) -> None:
    """Say above all cells what had to be mended."""
    notebook["cells"].insert(0, notice("To look at", text))
    _name_cells(notebook["cells"])


def holds(content: bytes, spec: NotebookSpec) -> bool:
    """Tell whether a file is a notebook that holds most of what counts in the assignment."""
    try:
        identity = Identity(_student_cells(read_cells(content), []), spec)
    except RejectedError:
        return False
    counts = _what_counts(spec)
    return len(counts & identity.places.keys()) > len(counts) / 2


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
        data = json.loads(content)  # UTF-16 passes, and NaN, which some tools write into metadata
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


def _student_cells(given: list[Any], notes: list[str]) -> list[Cell]:
    """Take kind, name, text and images of cells, and nothing else; leave out what is no cell.

    Raises
    ------
    RejectedError
        If a cell is too long.
    """
    cells, odd = [], 0
    for raw in given:
        cell = _dict(raw)
        kind, source = cell.get("cell_type"), cell.get("source")
        if isinstance(source, list):
            source = "".join(line for line in source if isinstance(line, str))
        if kind not in ("code", "markdown", "raw") or not isinstance(source, str):
            odd += 1
            if not isinstance(source, str):
                continue
            kind = "raw"  # shown as text
        if len(source) > CHARACTERS:
            raise RejectedError(f"A cell of the notebook has more than {CHARACTERS} characters.")
        metadata = _dict(cell.get("metadata"))
        grade_id = _dict(metadata.get("nbgrader")).get("grade_id")
        cells.append(
            {
                "cell_type": kind,
                "source": clean_text(source),
                "id": cell.get("id", metadata.get("id")),  # Colab moves it there
                "grade_id": grade_id if isinstance(grade_id, str) else None,
                "attachments": cell.get("attachments"),
            }
        )
    if odd:
        notes.append(f"Cells without a known type or text are shown as text or left out: {odd}.")
    return cells


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _restored(cell: Cell, known: CellSpec | None, copy: bool, markdown: MarkdownBudget) -> Cell:
    """Make a cell of a student's; a copy of a stub is shown and does not run."""
    kind, source = cell["cell_type"], cell["source"]
    if known is not None:
        kind = known.cell_type
    elif copy:
        kind = "raw"
    if kind == "raw":
        source = f"```\n{source}\n```"
    attachments = clean_attachments(cell["attachments"]) if kind == "markdown" else {}
    if known is not None and known.locked:
        source = known.source
    elif kind != "code":
        parsed = markdown.covers(source)
        source = clean_markdown(source, attachments) if parsed else as_source(source)
    if known is None:
        made = _cell("code" if kind == "code" else "markdown", source, {}, cell["id"])
    else:
        made = _cell(kind, source, {"nbgrader": known.nbgrader_metadata()}, cell["id"])
    return {**made, "attachments": attachments} if attachments else made


def instructor_cell(known: CellSpec) -> Cell:
    """Make the cell as it was released."""
    metadata = {"nbgrader": known.nbgrader_metadata()}
    source = known.source if known.locked else known.released  # nothing of a mark scheme
    return _cell(known.cell_type, source, metadata, known.grade_id)


def _cell(kind: str, source: str, metadata: dict[str, Any], cell_id: Any) -> Cell:
    cell = {"cell_type": kind, "id": cell_id, "metadata": metadata, "source": source}
    if kind == "code":
        cell |= {"outputs": [], "execution_count": None}
    return cell


def grade_id_of(cell: Cell) -> str | None:
    """Return the name that nbgrader knows the cell by, if it has one."""
    grade_id: str | None = cell["metadata"].get("nbgrader", {}).get("grade_id")
    return grade_id


def _with_missing(cells: list[Cell], identity: Identity) -> tuple[list[Cell], list[str]]:
    """Put back what a student deleted, each behind the cell that it follows in the source.

    A locked cell is put behind what it asks for, too: the student's answers and locked cells.
    """
    behind = {name: place + 1 for name, place in identity.places.items()}
    added: defaultdict[int, list[Cell]] = defaultdict(list)
    names, before, ours = [], 0, dict[str, int]()
    for known in identity.spec.cells:
        if known.grade_id not in behind and (known.locked or known.points is not None):
            place = before
            if known.runs_outside:
                place = max(
                    [identity.needed_from(known, place), *(ours.get(n, 0) for n in known.uses)]
                )
            added[place].append(_put_back(known, identity))
            names.append(known.grade_id)
            behind[known.grade_id] = place
        else:
            before = behind.get(known.grade_id, before)
        if known.runs_outside:
            ours.update(dict.fromkeys(known.defines, behind[known.grade_id]))
    whole = list(added[0])
    for place, cell in enumerate(cells, 1):
        whole += [cell, *added[place]]
    return whole, names


def _put_back(known: CellSpec, identity: Identity) -> Cell:
    """Make a missing cell; a stub whose names other cells define must not define them again."""
    cell = instructor_cell(known)
    if known.solution and any(map(identity.definers, known.defines)):
        cell["source"] = "# The answer stands in another cell."
    return cell


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
