"""Small notebooks and specifications for tests, and the pieces that they are made of."""

import json
from dataclasses import replace

from dlcourse.grading.result import Result, Status
from dlcourse.grading.spec import AssignmentSpec, CellSpec, NotebookSpec, defined_names

KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}
STUB = "def f(x):\n    raise NotImplementedError()"


def cell_spec(grade_id, source="", kind="code", points=None, checksum="", **roles):
    """A cell that nbgrader knows; roles are grade, solution, locked, task."""
    roles = {"grade": False, "solution": False, "locked": False, "task": False, **roles}
    return CellSpec(grade_id, kind, source, checksum, points=points, **roles)


def solution_spec(grade_id="f", source=STUB, **settings):
    return cell_spec(grade_id, source, solution=True, **settings)


def test_spec(grade_id, source, points=1.0, **more):  # noqa: PT028
    return cell_spec(grade_id, source, points=points, grade=True, locked=True, **more)


test_spec.__test__ = False


def locked_spec(grade_id, source, kind="code", cell_id=""):
    return replace(cell_spec(grade_id, source, kind, locked=True), cell_id=cell_id)


def notebook_spec(*cells, name="week", imports="", names=()):
    """A notebook whose solutions define what their stubs do, and more names."""
    stubs = (c.source for c in cells if c.solution and c.cell_type == "code")
    mine = dict.fromkeys([*(name for stub in stubs for name in defined_names(stub)), *names])
    return NotebookSpec(name, KERNEL, cells, imports, tuple(mine))


def assignment_spec(*cells, name="week", files=None, imports=""):
    """An assignment of one notebook of the same name."""
    return AssignmentSpec(name, (notebook_spec(*cells, name=name, imports=imports),), files or {})


def cell(source, grade_id=None, kind="code", **more):
    """A cell as a student hands it in."""
    metadata = {} if grade_id is None else {"nbgrader": {"grade_id": grade_id}}
    return {"cell_type": kind, "metadata": metadata, "source": source, **more}


def notebook(*cells, **more):
    """The bytes of a file that is handed in."""
    data = {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5, **more}
    return json.dumps(data).encode()


def result(student="ada", name="week", scores=None, maximum=None, **more):
    """What grading may have come to."""
    scores = {"test": 1.0} if scores is None else scores
    fields = {
        "student": student,
        "notebook": name,
        "status": Status.GRADED,
        "reason": "",
        "seed": 7,
        "seconds": 0.25,
        "scores": scores,
        "maximum": maximum or dict.fromkeys(scores, 2.0),
        "comments": {},
        "outcomes": (),
        "graded": notebook().decode(),
        "feedback": "<p>page</p>",
    }
    return Result(**{**fields, **more})
