"""Right answers to the shipped assignment, in unusual but honest habits: they earn everything."""

import csv
import json
import re

import pytest
from courses import NAME, answered, copy_course, environment, full_marks, run_module, shipped
from grading.ordinary_courses import TEXTS

pytestmark = pytest.mark.grading

FULL = sum(points or 0 for points in full_marks(shipped("solutions")).values())


def habits():
    """Read of each habit the answers and the student's own cells, by the cell they belong to."""
    text = (TEXTS / "habits.md").read_text(encoding="utf-8")
    found = {}
    for section in text.split("\n## ")[1:]:
        blocks = re.findall(r"^```python (before )?(\S+)\n(.*?)^```$", section, re.M | re.S)
        answers = {cell: source for before, cell, source in blocks if not before}
        own = {cell: source for before, cell, source in blocks if before}
        found[section.partition("\n")[0]] = answers, own
    return found


HABITS = habits()


def written(answers, own):
    """Write a student's notebook: the solution, but for these answers and cells."""
    notebook = answered(shipped("solutions"), answers)
    assert {*answers, *own} <= {cell["id"] for cell in notebook["cells"]}
    cells = []
    for cell in notebook["cells"]:
        if cell["id"] in own:
            more = {"execution_count": None, "metadata": {}, "outputs": []}
            more |= {"cell_type": "code", "id": f"own-{cell['id']}", "source": own[cell["id"]]}
            cells.append(more)
        cells.append(cell)
    return {**notebook, "cells": cells}


@pytest.fixture(scope="module")
def scores(tmp_path_factory):
    """What each habit earns."""
    course, home = tmp_path_factory.mktemp("course"), tmp_path_factory.mktemp("home")
    copy_course(course)
    run_module(
        course, environment(home), "nbgrader", "generate_assignment", NAME
    ).check_returncode()
    for number, notebook in enumerate(written(*habit) for habit in HABITS.values()):
        folder = course / "submitted" / f"student{number}" / NAME
        folder.mkdir(parents=True)
        (folder / f"{NAME}.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    run_module(course, environment(home), "dlcourse", "grade", NAME).check_returncode()
    report = course / "reports" / NAME / "submissions.csv"
    with report.open(newline="", encoding="utf-8") as file:
        earned = {row["student"]: float(row["score"]) for row in csv.DictReader(file)}
    return {habit: earned[f"student{number}"] for number, habit in enumerate(HABITS)}


@pytest.mark.parametrize("habit", HABITS)
def test_a_right_answer_earns_everything(scores, habit):
    assert scores[habit] == FULL
