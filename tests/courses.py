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


def shipped(top):
    """Read the assignment's notebook: of `solutions`, or of `exercises` as students get it."""
    return json.loads((ROOT / top / NAME / f"{NAME}.ipynb").read_text(encoding="utf-8"))


def full_marks(notebook):
    """Say what each test cell is worth, in the notebook's order."""
    settings = [cell["metadata"].get("nbgrader", {}) for cell in notebook["cells"]]
    return {one["grade_id"]: float(one["points"]) for one in settings if one.get("grade")}


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


def run_module(course, variables, *arguments):
    """Run a Python module in a course's folder, with these environment variables."""
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=course,
        env=variables,
        capture_output=True,
        text=True,
        timeout=300,
    )
