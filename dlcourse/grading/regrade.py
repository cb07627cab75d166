"""When a submission is graded again: when anything that decides about its score has changed.

For all submissions of a run that is the assignment, the limits, which cells run, and the code that
judges: what the referee, the sandbox and the exercises import, and what students' code finds there.
A figure of the book is none of it. `Submission.key` adds what differs from one to another.
"""

import ast
import contextlib
import hashlib
import json
import re
from collections.abc import Iterator
from modulefinder import ModuleFinder
from pathlib import Path
from typing import Any

from dlcourse.checks.registry import HOME, keys
from dlcourse.checks.spec import name_of
from dlcourse.grading.limits import Limits
from dlcourse.grading.spec import AssignmentSpec, statements
from dlcourse.grading.student_package import KEPT, PACKAGE

JUDGES = ("dlcourse.grading.station", "dlcourse.grading.office")
IN_THE_SANDBOX = ("grading/inside", *KEPT)  # which imports nothing else there


def digest_of_run(spec: AssignmentSpec, limits: Limits, whole: bool) -> str:
    """Hash what decides about the scores of all submissions of a run.

    Parameters
    ----------
    spec : AssignmentSpec
        The assignment.
    limits : Limits
        What a submission may use.
    whole : bool
        Whether students' cells behind the last graded code run, too.
    """
    run = hashlib.sha256(json.dumps([spec.to_json(), limits.as_dict(), whole]).encode())
    for path in sorted(judging_files(spec)):
        run.update(f"{path.relative_to(PACKAGE)}\0".encode())
        run.update(hashlib.sha256(path.read_bytes()).digest())
    return run.hexdigest()


def judging_files(spec: AssignmentSpec) -> set[Path]:
    """Find the package's files that decide about scores: by import, and what students get."""
    finder = CourseFinder([str(PACKAGE.parent)])
    for name in (*JUDGES, *exercises(spec)):
        finder.import_hook(name)
    cells = finder.add_module("instructor's cells")
    for source in sources_outside(spec):
        with contextlib.suppress(SyntaxError):
            finder.scan_code(compile(ast.Module(statements(source), []), "cell", "exec"), cells)
    places = (getattr(module, "__file__", None) for module in finder.modules.values())
    found = {Path(place) for place in places if place}
    for name in IN_THE_SANDBOX:
        place = PACKAGE / name
        inner = place.rglob("*") if place.is_dir() else [place]
        found |= {path for path in inner if path.is_file() and path.suffix != ".pyc"}
    return found


class CourseFinder(ModuleFinder):
    """Follows the imports of the course's own modules and no other."""

    def find_module(self, name: str, path: Any, parent: Any = None) -> Any:
        """Find a module, in the package alone."""
        if path is None and name != PACKAGE.name:
            raise ImportError(name)
        return super().find_module(name, path, parent)


def exercises(spec: AssignmentSpec) -> Iterator[str]:
    """Name the modules of the exercises that the assignment's cells mention, and of their like.

    Plain solutions to the others beside an exercise may stand in for what an answer to it calls.
    """
    texts = (cell.source for notebook in spec.notebooks for cell in notebook.cells)
    words = set(re.findall(r"\w+", "\n".join(texts)))
    mentioned = {key.partition("/")[0] for key in keys() if name_of(key) in words}
    for key in keys():
        if key.partition("/")[0] in mentioned:
            yield f"{HOME}.{key.replace('/', '.')}"


def sources_outside(spec: AssignmentSpec) -> Iterator[str]:
    """List the instructor's code that the referee runs."""
    for notebook in spec.notebooks:
        yield notebook.imports
        yield from (cell.source for cell in notebook.cells if cell.runs_outside)
