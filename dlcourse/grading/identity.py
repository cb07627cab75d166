"""Which cell of a student's notebook is which of the instructor's.

A cell is known by nbgrader's name for it, else by its id, else by its text as released, and an
answer also by the names that it defines: copies, other programs and other services drop the marks.
All of these are a student's to choose, so they decide about the place of a cell and nothing else.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from dlcourse.grading.spec import (
    CellSpec,
    NotebookSpec,
    bound_names,
    functions,
    statements,
    without_layout,
)

LONGEST, PARSED = 50_000, 200_000  # characters of a cell and of a notebook that are parsed

Cell = dict[str, Any]


class Identity:
    """Finds the cells of an assignment in a notebook.

    Parameters
    ----------
    cells : list of dict
        The student's cells.
    spec : NotebookSpec
        The assignment's.

    Attributes
    ----------
    cells : list of dict
        The cells; an answer that was written into a locked cell has one of its own.
    places : dict of str to int
        Where each known cell is.
    copies : dict of int to str
        Where there are stubs as released beside their answers, and whose they are.
    doubled, guessed : list of str
        Which cells are there twice, and which do not carry nbgrader's name for them.
    """

    def __init__(self, cells: list[Cell], spec: NotebookSpec) -> None:
        self.spec, self.left = spec, PARSED
        self.places: dict[str, int] = {}
        self.copies: dict[int, str] = {}
        self.doubled: list[str] = []
        self.guessed: list[str] = []
        self.cells = [part for cell in cells for part in self._taken_apart(cell)]
        self.texts = [plain(cell) for cell in self.cells]
        self.parsed: dict[int, dict[str, bool] | None] = {}
        self._find_marks("grade_id", spec.by_id)
        self._find_marks("id", spec.by_cell_id)
        for known in spec.cells:
            if known.solution and known.defines:
                self._find_answer(known)
        self._find_texts()

    def unknown(self) -> list[int]:
        """List the places of cells that are not known so far."""
        taken = set(self.places.values())
        return [index for index in range(len(self.cells)) if index not in taken]

    def _marked(self, cell: Cell) -> CellSpec | None:
        by_name = self.spec.by_id.get(cell["grade_id"] or "")
        return by_name or self.spec.by_cell_id.get(str(cell["id"]))

    def _taken_apart(self, cell: Cell) -> list[Cell]:
        """Take an answer out of a locked cell that it was merged into."""
        known = self._marked(cell)
        if known is None or not known.runs_outside or plain(cell) in known.texts:
            return [cell]
        found = self._parse(cell["source"]) or {}
        answers = self.spec.stub_names - set(known.defines)
        if not any(found.get(name) for name in answers):
            return [cell]
        rest = cell["source"].replace(known.released.strip(), "").strip()
        return [{**cell, "source": rest, "id": None, "grade_id": None}, cell]

    def _find_marks(self, mark: str, marked: Mapping[str, CellSpec]) -> None:
        """Find cells by what is written into them; of several the last that is filled in counts."""
        places: defaultdict[str, list[int]] = defaultdict(list)
        for index in self.unknown():
            written = self.cells[index][mark]
            known = marked.get(written) if isinstance(written, str) else None
            if known is not None and known.grade_id not in self.places:
                places[known.grade_id].append(index)
        for name, found in places.items():
            known = self.spec.by_id[name]
            filled = [i for i in found if not (known.solution and self.is_stub(i, known))]
            self.places[name] = (filled or found)[-1]
            if len(found) > 1:
                self.doubled.append(name)
            if filled and known.solution and known.cell_type == "code":
                self.copies |= {i: name for i in found if self.texts[i] in known.texts}
            if mark != "grade_id":
                self.guessed.append(name)

    def is_stub(self, index: int, known: CellSpec) -> bool:
        """Tell whether a cell is empty or as it was released."""
        return self.texts[index] in ("", *known.texts)

    def _find_answer(self, known: CellSpec) -> None:
        """Find an answer by its names, where what carries its mark defines none of them."""
        marked, unknown = self.places.get(known.grade_id), self.unknown()
        copies = [index for index in unknown if self.texts[index] in known.texts]
        best = marked if marked is not None and self._is_filled(marked, known) else None
        if best is None:
            others = set(unknown).difference(copies, self.copies)
            nothing = (False, False, 0, 0, -1)
            fits = max((self._fits(index, known) for index in others), default=nothing)
            empty = marked is None or self.is_stub(marked, known)
            best = fits[-1] if fits[0] and (empty or fits[2]) else None
        if best is not None:
            copies += [marked] if marked not in (None, best) and self.is_stub(marked, known) else []
            self.copies.update(dict.fromkeys(copies, known.grade_id))
        elif marked is None and copies:
            best = copies[-1]
        if best is not None and best != marked:
            self.places[known.grade_id] = best
            self.guessed.append(known.grade_id)

    def _is_filled(self, index: int, known: CellSpec) -> bool:
        """Tell whether a cell can be an answer: it defines a name of the stub, or nobody knows."""
        found = self.defined(index)
        names = found is None or found.keys() & set(known.defines)
        return bool(names) and not self.is_stub(index, known)

    def _fits(self, index: int, known: CellSpec) -> tuple[bool, bool, int, int, int]:
        """Say how well a cell answers a question: compare two cells by it."""
        found = self.defined(index) or {}
        names = [n for n in known.defines if n in found and found[n] >= (n in known.functions)]
        solid = sum(found[name] for name in names)
        code = self.cells[index]["cell_type"] == "code"
        return bool(names if code else solid), code, solid, len(names), index

    def _find_texts(self) -> None:
        """Find cells by their text; a test counts only behind what it tests."""
        same: defaultdict[str, list[CellSpec]] = defaultdict(list)
        for known in self.spec.cells:
            if known.grade_id not in self.places:
                for text in known.texts:
                    same[text].append(known)
        found: defaultdict[str, list[int]] = defaultdict(list)
        for index in self.unknown():
            found[self.texts[index]].append(index)
        for text, alike in same.items():
            for known, index in zip(reversed(alike), reversed(found[text]), strict=False):
                behind = not known.runs_outside or self.needed_from(known, index) <= index
                if known.grade_id not in self.places and behind:
                    self.places[known.grade_id] = index
                    self.guessed.append(known.grade_id)

    def needed_from(self, known: CellSpec, place: int) -> int:
        """Say from where on a locked cell finds what it asks for: at a place, or behind it."""
        return max([place, *(self._from(name, place) for name in known.uses & self.spec.asked)])

    def _from(self, name: str, place: int) -> int:
        """Find the place behind the last definition of a name, if there is none before a place."""
        found = self.definers(name)
        if not found or min(found) < place:
            return 0
        return 1 + max(found, key=lambda index: ((self.defined(index) or {})[name], index))

    def definers(self, name: str) -> list[int]:
        """List the places of the student's cells that define a name, without copies of stubs."""
        passed = {
            place
            for grade_id, place in self.places.items()
            if (known := self.spec.by_id[grade_id]).locked or self.is_stub(place, known)
        }
        passed |= self.copies.keys()
        return [
            index
            for index, cell in enumerate(self.cells)
            if cell["cell_type"] == "code"
            and index not in passed
            and name in (self.defined(index) or {})
        ]

    def defined(self, index: int) -> dict[str, bool] | None:
        """Return what a cell defines, and whether it does as a function; None if nobody knows."""
        if index not in self.parsed:
            source = self.cells[index]["source"]
            long = len(source) > LONGEST
            asks = long or any(name in source for name in self.spec.asked)
            ours = self.texts[index] in self.spec.free_texts
            self.parsed[index] = self._parse(source) if asks and not ours else {}
        return self.parsed[index]

    def _parse(self, source: str) -> dict[str, bool] | None:
        if len(source) > min(LONGEST, self.left):
            return None
        self.left -= len(source)
        body = statements(source)
        lines = (line.strip() for line in source.splitlines())
        if not body and any(line and not line.startswith("#") for line in lines):
            return None
        return {**dict.fromkeys(bound_names(body), False), **dict.fromkeys(functions(body), True)}

    def above(self) -> list[str]:
        """Name the tests that stand above what they test."""
        tests = [cell for cell in self.spec.cells if cell.is_test and cell.grade_id in self.places]
        return [test.grade_id for test in tests if self._is_above(test, self.places[test.grade_id])]

    def _is_above(self, test: CellSpec, place: int) -> bool:
        functions = {name for cell in self.spec.cells if cell.solution for name in cell.functions}
        return any(
            self._from(name, place) > place
            and any(found[name] >= (name in functions) for found in self._definitions(name))
            for name in test.uses & self.spec.asked
        )

    def _definitions(self, name: str) -> list[dict[str, bool]]:
        return [self.defined(index) or {} for index in self.definers(name)]


def plain(cell: Cell) -> str:
    """Return a cell's text without its layout; what is too long is like nothing else anyhow."""
    source: str = cell["source"]
    return without_layout(source) if len(source) <= LONGEST else source
