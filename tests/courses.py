"""The shipped course: the one place that says which assignment is tested as students get it.

It is copied for nbgrader's own commands, away from the user's own settings.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
NAME = "logistic_regression"

# What the program `nbgrader` does, for one command after the other.
IN_TURN = """
import json, sys
from nbgrader.apps.nbgraderapp import NbGraderApp

for arguments in json.loads(sys.argv[1]):
    NbGraderApp.launch_instance(arguments)
    NbGraderApp.clear_instance()
"""


def shipped(top, assignment=NAME):
    """Read an assignment's notebook: of `solutions`, or of `exercises` as students get it."""
    path = ROOT / top / assignment / f"{assignment}.ipynb"
    return json.loads(path.read_text(encoding="utf-8"))


def full_marks(notebook):
    """Say what each cell earns that is right, in the notebook's order: None waits for a person."""
    settings = [cell["metadata"].get("nbgrader", {}) for cell in notebook["cells"]]
    graded = [one for one in settings if one.get("grade")]
    return {one["grade_id"]: None if one["solution"] else float(one["points"]) for one in graded}


def copy_course(folder):
    """Lay out a course as an instructor has it: configuration and source notebooks."""
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    shutil.copytree(ROOT / "solutions", folder / "solutions")


def environment(home):
    """The environment of a user whose settings lie in this folder."""
    places = ("HOME", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    # nbgrader starts `alembic` by its bare name, so the environment's programs must be in PATH.
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, **dict.fromkeys(places, str(home)), "PATH": programs}


def answered(released, answers):
    """Write a student's answers over the stubs of the released notebook, by cell."""
    cells = [{**c, "source": answers.get(c["id"], c["source"])} for c in released["cells"]]
    return {**released, "cells": cells}


def nbgrader(course, home, *arguments):
    """Run an nbgrader command in a course."""
    return run_module(course, environment(home), "nbgrader", *arguments)


def nbgrader_in_turn(course, home, commands):
    """Run nbgrader commands in one process: to load nbgrader takes longer than most of them."""
    return run_python(course, environment(home), "-c", IN_TURN, json.dumps(commands))


def run_module(course, variables, *arguments):
    """Run a Python module in a course's folder, with these environment variables."""
    return run_python(course, variables, "-m", *arguments)


def run_python(course, variables, *arguments):
    """Run Python in a course's folder, with these environment variables."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=course,
        env=variables,
        capture_output=True,
        text=True,
        timeout=300,
    )
