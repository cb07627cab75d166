"""The toy course: an assignment of three functions.

It is written in ``course/toy.md``, two of its exercises in the cells of their tests, as an
instructor may state them; whatever else a test wants to know of it is derived from there. The third
calls the other two, and is an exercise of the course: only where a plain solution is known does a
right function stand in for a wrong one.
"""

import json
import runpy
import shutil
from functools import cache

import numpy as np
from courses import ROOT, full_marks

from dlcourse.checks.registry import find
from dlcourse.checks.spec import Exercise

NAME = "toy"
TEXT = ROOT / "tests" / "grading" / "course" / f"{NAME}.md"


@cache
def notebooks():
    """Make the instructor's notebook, and from it the students', with nbgrader's own steps."""
    import nbformat
    from nbgrader.preprocessors import ClearSolutions, ComputeChecksums, LockCells

    notebook = runpy.run_path(str(ROOT / "tools" / "make_solutions.py"))["notebook_of"](TEXT)
    texts = [nbformat.writes(notebook)]
    for step in (LockCells(), ClearSolutions(), ComputeChecksums()):
        notebook, _ = step.preprocess(notebook, {})
    return *texts, nbformat.writes(notebook)


def solution():
    """Read the instructor's notebook, a right answer to everything."""
    return json.loads(notebooks()[0])


def released():
    """Read the notebook that students get."""
    return json.loads(notebooks()[1])


FULL = full_marks(solution())


def copy_course(folder):
    """Lay out the course as an instructor has it: the shipped configuration and its notebook."""
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    place = folder / "solutions" / NAME
    place.mkdir(parents=True)
    (place / f"{NAME}.ipynb").write_text(notebooks()[0], encoding="utf-8")


@cache
def exercises():
    """Collect the exercises that the test cells state, by name."""
    found = {}
    names = {"np": np, "scores": None, "sigmoid": None, "logistic_gradient": None}

    def check(stated, function):
        exercise = stated if isinstance(stated, Exercise) else find(stated)
        found[exercise.name] = exercise

    names["check"] = check
    for cell in solution()["cells"]:
        if cell["id"] in FULL:
            exec("".join(cell["source"]), names)  # the course's own
    return found


def hint(exercise, mistake):
    """Say what the tutor tells somebody who makes a mistake."""
    (said,) = (" ".join(m.hints) for m in exercises()[exercise].misconceptions if m.name == mistake)
    return said
