"""What the instructor's notebooks say: read once for each run, then sent where grading happens.

nbgrader's gradebook holds the truth about locked and graded cells, hidden tests included. The
source notebook on disk adds the order of the cells and what they import.
"""

import ast
import base64
import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

HIDDEN_TESTS = ("### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS")
STUDENT_PROCESS = "student-process"  # the tag of a test that runs in the student's own process
NOT_RELEASED = re.compile(
    r"^[^\n]*### BEGIN (HIDDEN TESTS|MARK SCHEME).*?(?:^[^\n]*### END \1[^\n]*$|\Z)",
    re.DOTALL | re.MULTILINE,
)


class SpecError(ValueError):
    """The assignment is not ready to be graded; the message says what to do."""


@dataclass(frozen=True)
class CellSpec:
    """A cell that nbgrader knows.

    Parameters
    ----------
    grade_id : str
        Its name.
    cell_type : {"code", "markdown"}
        What it is, whatever a student made of it.
    source : str
        As released; a test with its hidden parts.
    checksum : str
        nbgrader's, by which it sees whether a cell was filled in.
    grade, solution, locked, task : bool
        nbgrader's roles.
    points : float or None
        What it is worth, for graded cells and tasks.
    forgeable : bool
        Whether it is a test that runs in the student's process, by the instructor's tag.
    cell_id : str
        The notebook format's id of it, by which a copy without metadata is known; may be empty.
    """

    grade_id: str
    cell_type: str
    source: str
    checksum: str
    grade: bool
    solution: bool
    locked: bool
    task: bool
    points: float | None
    forgeable: bool = False
    cell_id: str = ""

    @property
    def is_test(self) -> bool:
        """Whether this is a locked test."""
        return self.cell_type == "code" and self.grade and not self.solution

    @property
    def graded_code(self) -> bool:
        """Whether this is code that somebody looks at: a test, an answer or a task."""
        return self.cell_type == "code" and (self.grade or self.solution or self.task)

    @property
    def needs_snapshot(self) -> bool:
        """Whether the student's process is copied at the cell's place."""
        return self.cell_type == "code" and self.locked

    @property
    def runs_outside(self) -> bool:
        """Whether the referee runs the cell: a test, or another locked cell, for its names."""
        return self.needs_snapshot and not self.forgeable

    @property
    def has_hidden_tests(self) -> bool:
        """Whether a part of the cell is hidden from students."""
        return HIDDEN_TESTS[0] in self.source

    @cached_property
    def released(self) -> str:
        """The cell's text as students get it."""
        return NOT_RELEASED.sub("", self.source)

    @cached_property
    def texts(self) -> frozenset[str]:
        """The cell's text as the instructor wrote it and as students get it, without its layout."""
        return frozenset(map(without_layout, (self.source, self.released))) - {""}

    @cached_property
    def defines(self) -> tuple[str, ...]:
        """The names that the cell binds at its top level, but for imports."""
        return tuple(defined_names(self.source)) if self.cell_type == "code" else ()

    @cached_property
    def functions(self) -> frozenset[str]:
        """Those of them that are functions or classes."""
        return frozenset(functions(statements(self.source)))

    @cached_property
    def uses(self) -> frozenset[str]:
        """The names that the cell looks up."""
        whole = ast.Module(statements(self.source) if self.cell_type == "code" else [], [])
        return frozenset(n.id for n in ast.walk(whole) if isinstance(n, ast.Name))

    def nbgrader_metadata(self) -> dict[str, Any]:
        """Write what nbgrader keeps in the cell."""
        metadata: dict[str, Any] = {
            "grade": self.grade,
            "grade_id": self.grade_id,
            "locked": self.locked,
            "schema_version": 3,
            "solution": self.solution,
            "task": self.task,
            "cell_type": self.cell_type,
            "checksum": self.checksum,
        }
        return metadata if self.points is None else {**metadata, "points": self.points}


@dataclass(frozen=True)
class NotebookSpec:
    """A notebook of the assignment.

    Parameters
    ----------
    name : str
        File name without its ending.
    kernelspec : dict
        As the instructor's notebook has it.
    cells : tuple of CellSpec
        In the notebook's order.
    imports : str
        All import statements of the instructor's notebook: the referee's tests may use them.
    students_names : tuple of str
        What the cells bind that students fill in or may change, in the instructor's own version:
        no other name is ever looked up at a student's.
    free_cells : tuple of (str, str)
        Kind and source of the cells that nbgrader does not know. Most students leave them alone,
        so what can be said of them is worked out beforehand.
    """

    name: str
    kernelspec: dict[str, Any]
    cells: tuple[CellSpec, ...]
    imports: str = ""
    students_names: tuple[str, ...] = ()
    free_cells: tuple[tuple[str, str], ...] = ()

    @cached_property
    def by_id(self) -> dict[str, CellSpec]:
        """The cells by name."""
        return {cell.grade_id: cell for cell in self.cells}

    @cached_property
    def by_cell_id(self) -> dict[str, CellSpec]:
        """The cells by the notebook format's id, where they have one."""
        return {cell.cell_id: cell for cell in self.cells if cell.cell_id}

    @cached_property
    def asked(self) -> frozenset[str]:
        """The names that answers define: those of the stubs, and of the instructor's answers."""
        ours = {name for cell in self.cells if cell.locked for name in cell.defines}
        free = {
            name
            for kind, source in self.free_cells
            if kind == "code"
            for name in defined_names(source)
        }
        return self.stub_names | (frozenset(self.students_names) - ours - free)

    @cached_property
    def free_texts(self) -> frozenset[str]:
        """The texts of the cells that nbgrader does not know, without their layout."""
        return frozenset(without_layout(source) for _, source in self.free_cells)

    @property
    def stub_names(self) -> frozenset[str]:
        """The names that the released stubs define: the student's, whatever a locked cell says."""
        return frozenset(name for cell in self.cells if cell.solution for name in cell.defines)

    @property
    def maximum(self) -> dict[str, float]:
        """Points by graded cell and task, as nbgrader adds them up."""
        return {
            cell.grade_id: cell.points
            for cell in self.cells
            if (cell.grade or cell.task) and cell.points is not None
        }

    @property
    def forgeable(self) -> frozenset[str]:
        """The tests whose points a student can forge, by name."""
        return frozenset(cell.grade_id for cell in self.cells if cell.forgeable)


@dataclass(frozen=True)
class AssignmentSpec:
    """An assignment: its notebooks, and the files that come with them.

    Parameters
    ----------
    name : str
        nbgrader's name of the assignment.
    notebooks : tuple of NotebookSpec
        Those that the gradebook knows.
    files : dict of str to bytes
        What is released beside the notebooks, by relative name.
    """

    name: str
    notebooks: tuple[NotebookSpec, ...]
    files: dict[str, bytes] = field(default_factory=dict)

    def notebook(self, name: str) -> NotebookSpec:
        """Look a notebook up.

        Raises
        ------
        SpecError
            If the assignment has no such notebook.
        """
        for notebook in self.notebooks:
            if notebook.name == name:
                return notebook
        names = ", ".join(notebook.name for notebook in self.notebooks)
        raise SpecError(f"notebook must be one of {names}, got {name!r}")

    @property
    def most_locked_cells(self) -> int:
        """Count the cells that need a snapshot, in the notebook that has the most."""
        counts = (sum(c.needs_snapshot for c in notebook.cells) for notebook in self.notebooks)
        return max(counts, default=0)

    @property
    def digest(self) -> str:
        """A hash of everything that decides about scores, but for the course's own code."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    def to_json(self) -> str:
        """Write everything as JSON."""
        data = asdict(self)
        data["files"] = {k: base64.b64encode(v).decode() for k, v in self.files.items()}
        return json.dumps(data, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "AssignmentSpec":
        """Read what `to_json` wrote."""
        data = json.loads(text)
        notebooks = tuple(
            NotebookSpec(
                **{
                    **notebook,
                    "cells": tuple(CellSpec(**cell) for cell in notebook["cells"]),
                    "students_names": tuple(notebook["students_names"]),
                    "free_cells": tuple((kind, text) for kind, text in notebook["free_cells"]),
                }
            )
            for notebook in data["notebooks"]
        )
        files = {name: base64.b64decode(content) for name, content in data["files"].items()}
        return cls(data["name"], notebooks, files)


def load_spec(course: Any, assignment: str) -> AssignmentSpec:
    """Read an assignment from nbgrader's gradebook and source folder.

    Parameters
    ----------
    course : nbgrader.coursedir.CourseDirectory
        Where the course is.
    assignment : str
        nbgrader's name of the assignment.

    Raises
    ------
    SpecError
        If there is no gradebook, it does not know the assignment, or a notebook is not in Python.
    """
    from nbgrader.api import Gradebook, MissingEntry
    from sqlalchemy.engine import make_url

    url = make_url(course.db_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        raise SpecError(
            f"there is no gradebook {url.database}. Go to the folder of a course and run: "
            f"nbgrader generate_assignment {assignment} --create --force"
        )
    folder = Path(course.format_path(course.source_directory, ".", assignment))
    with Gradebook(course.db_url, course.course_id) as gradebook:
        try:
            entry = gradebook.find_assignment(assignment)
        except MissingEntry:
            raise SpecError(
                f"assignment must be one that the gradebook knows, got {assignment!r}. If its "
                f"source is there, run: nbgrader generate_assignment {assignment} --create --force"
            ) from None
        notebooks = tuple(_notebook(notebook, folder) for notebook in entry.notebooks)
    if not notebooks:
        raise SpecError(f"assignment {assignment!r} has no notebook in the gradebook")
    return AssignmentSpec(assignment, notebooks, _released_files(course, assignment))


def _notebook(entry: Any, folder: Path) -> NotebookSpec:
    graded = {cell.name: cell for cell in entry.grade_cells}
    tasks = {cell.name: cell for cell in entry.task_cells}
    solutions = {cell.name for cell in entry.solution_cells}
    worth = {name: float(cell.max_score) for name, cell in {**graded, **tasks}.items()}
    source = folder / f"{entry.name}.ipynb"
    if not source.is_file():
        raise SpecError(f"the instructor's notebook {source} is missing; the tests need its names")
    content = json.loads(source.read_text(encoding="utf-8"))
    _refuse_other_languages(source, content.get("metadata", {}))
    notebook = content["cells"]
    tagged = {_grade_id(c) for c in notebook if STUDENT_PROCESS in c["metadata"].get("tags", ())}
    cells = [
        CellSpec(
            grade_id=cell.name,
            cell_type=cell.cell_type,
            source=cell.source or "",
            checksum=cell.checksum or "",
            grade=cell.name in graded,
            solution=cell.name in solutions,
            locked=bool(cell.locked),
            task=cell.name in tasks,
            points=worth.get(cell.name),
            forgeable=cell.name in tagged,
        )
        for cell in entry.source_cells
    ]
    if wrong := tagged - {cell.grade_id for cell in cells if cell.is_test}:
        raise SpecError(
            f"the tag {STUDENT_PROCESS} is for autograder tests alone; in {source} it is on "
            f"{', '.join(sorted(name or 'a cell without a name' for name in wrong))}"
        )
    order = [_grade_id(cell) for cell in notebook]
    cell_ids = {_grade_id(cell): cell.get("id", "") for cell in notebook}
    cells = [replace(cell, cell_id=cell_ids.get(cell.grade_id, "")) for cell in cells]
    cells.sort(key=lambda cell: order.index(cell.grade_id) if cell.grade_id in order else -1)
    code = [cell for cell in notebook if cell["cell_type"] == "code"]
    locked = {cell.grade_id for cell in cells if cell.locked}
    open_cells = [cell for cell in code if _grade_id(cell) not in locked]
    names = (name for cell in open_cells for name in defined_names("".join(cell["source"])))
    return NotebookSpec(
        entry.name,
        json.loads(entry.kernelspec or "{}"),
        tuple(cells),
        import_statements("".join(cell["source"]) for cell in code),
        tuple(dict.fromkeys(name for name in names if name.strip("_"))),  # `_` is IPython's own
        tuple((c["cell_type"], "".join(c["source"])) for c in notebook if _grade_id(c) is None),
    )


def _refuse_other_languages(source: Path, metadata: dict[str, Any]) -> None:
    """Raise `SpecError` where a notebook's kernel is another language's, or perhaps so."""
    kernel = metadata.get("kernelspec") or {}
    language = kernel.get("language") or (metadata.get("language_info") or {}).get("name")
    name = kernel.get("name", "")
    if language and "python" not in language.lower():
        raise SpecError(
            f"the instructor's notebook {source} is written in {language} (kernel {name!r}); only "
            "Python is graded"
        )
    if kernel and not language and "py" not in f"{name} {kernel.get('display_name')}".lower():
        raise SpecError(
            f"the instructor's notebook {source} has the kernel {name!r}, which states no "
            'language; only Python is graded. If it is Python, choose "Python 3" and save it'
        )


def _grade_id(cell: dict[str, Any]) -> str | None:
    grade_id: str | None = cell["metadata"].get("nbgrader", {}).get("grade_id")
    return grade_id


def _released_files(course: Any, assignment: str) -> dict[str, bytes]:
    folder = Path(course.format_path(course.release_directory, ".", assignment))
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".ipynb" and not path.name.startswith(".")
    }


def without_layout(text: str) -> str:
    r"""Write a text with single spaces, to compare it with another one.

    >>> without_layout("def f(x):\n    return x\n")
    'def f(x): return x'
    """
    return " ".join(text.split())


def statements(source: str) -> list[ast.stmt]:
    """Parse a cell, but for IPython's own commands; what is no Python has no statements."""
    lines = source.splitlines()
    plain = [line for line in lines if not line.lstrip().startswith(("%", "!"))]
    try:
        return ast.parse("\n".join(plain)).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []


def import_statements(cells: Iterable[str]) -> str:
    r"""Collect the import statements of code cells.

    >>> import_statements(["%matplotlib inline", "import numpy as np\nx = 1"])
    'import numpy as np'
    """
    parsed = (statement for source in cells for statement in statements(source))
    imports = [ast.unparse(s) for s in parsed if isinstance(s, (ast.Import, ast.ImportFrom))]
    return "\n".join(dict.fromkeys(imports))


def defined_names(source: str) -> list[str]:
    r"""List the names that a cell binds at its top level, but for imports.

    >>> defined_names("def f(x):\n    y = x\n\nfor i in range(3):\n    a, b = i, 2")
    ['f', 'i', 'a', 'b']
    """
    return bound_names(statements(source))


def bound_names(body: Iterable[ast.stmt]) -> list[str]:
    """List the names that statements bind, but for imports and what is bound within functions."""
    names = []
    waiting: list[ast.AST] = list(reversed(list(body)))
    while waiting:
        node = waiting.pop()
        inner = list(ast.iter_child_nodes(node))
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                names.append(node.name)
                inner = []
            case ast.Name(ctx=ast.Store()):
                names.append(node.id)
            case (
                ast.MatchAs(name=str(name))
                | ast.MatchStar(name=str(name))
                | ast.MatchMapping(rest=str(name))
            ):
                names.append(name)
            case ast.Lambda():
                inner = []
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                # What a comprehension binds stays in it, but for `:=`.
                inner = [n.target for n in ast.walk(node) if isinstance(n, ast.NamedExpr)]
        waiting += reversed(inner)
    return list(dict.fromkeys(names))


def functions(body: Iterable[ast.stmt]) -> list[str]:
    """List the functions and classes that statements define, lambdas and imported ones as well."""
    names = []
    waiting: list[ast.AST] = list(body)
    while waiting:
        node = waiting.pop()
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                names.append(node.name)
            case ast.Import() | ast.ImportFrom():
                names += [alias.asname or alias.name for alias in node.names]
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Lambda()):
                names.append(name)
            case ast.stmt() | ast.ExceptHandler() | ast.match_case():
                waiting += ast.iter_child_nodes(node)
    return names
