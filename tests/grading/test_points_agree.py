"""Maximum, penalty, time and feedback are the same wherever one looks, whichever command graded."""

import csv
import json
import re
import shutil
import sqlite3
from contextlib import closing

import pytest
from courses import answered, run_module
from grading.hostile_suite import new_cell

pytestmark = pytest.mark.grading

NAME = "points"
# Of the first notebook, then of the second: a test, an answer, a task, and what earns nothing.
FIRST, SECOND = {"test": 2, "essay": 3, "task": 4, "nothing": 0}, {"test": 1, "task": 5}
MOST, ALL = (9, 6), 15
# All at the same time, a day too late but for `early`; dateutil takes some for other times.
LATE = {
    "plain": "2026-01-03 10:00:00 UTC",
    "offset": "2026-01-03 02:00:00 -0800",
    "mail": "Sat, 03 Jan 2026 11:00:00 +0100 (CET)",
}
UNKNOWN = {"abbreviated": "2026-01-03 10:00:00 EST"}


def graded_cell(grade_id, kind, source, points, **roles):
    roles = {"grade": False, "solution": False, "locked": False, "task": False, **roles}
    settings = {"grade_id": grade_id, "schema_version": 3, "points": points, **roles}
    return {**new_cell(kind, source, grade_id), "metadata": {"nbgrader": settings}}


def source_of(points):
    answer = graded_cell("f", "code", "### BEGIN SOLUTION\nf = 1\n### END SOLUTION", 0)
    answer["metadata"]["nbgrader"] |= {"solution": True}
    del answer["metadata"]["nbgrader"]["points"]
    cells = [answer]
    for name, worth in points.items():
        if name == "task":
            made = graded_cell(name, "markdown", "Draw.", worth, task=True, locked=True)
        elif name == "essay":
            made = graded_cell(name, "markdown", "Why?", worth, grade=True, solution=True)
        else:
            made = graded_cell(name, "code", "assert f == 1", worth, grade=True, locked=True)
        cells.append(made)
    return {"cells": cells, "metadata": KERNEL, "nbformat": 4, "nbformat_minor": 5}


KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}


def run(course, make_course, *arguments):
    done = run_module(course, make_course.environment, *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def query(course, text):
    with closing(sqlite3.connect(course / "gradebook.db")) as gradebook:
        rows = gradebook.execute(text).fetchall()
        gradebook.commit()
    return rows


def hand_in(course, student, notebooks, stamp=None):
    folder = course / "submitted" / student / NAME
    folder.mkdir(parents=True)
    for name, notebook in notebooks.items():
        (folder / f"{name}.ipynb").write_text(json.dumps(notebook))
    if stamp is not None:
        (folder / "timestamp.txt").write_bytes(stamp)


@pytest.fixture(scope="module")
def released(make_course):
    course = make_course()
    for name, points in (("first", FIRST), ("second", SECOND)):
        source = course / "solutions" / NAME / f"{name}.ipynb"
        source.parent.mkdir(exist_ok=True)
        source.write_text(json.dumps(source_of(points)))
    config = course / "nbgrader_config.py"
    config.write_text(
        config.read_text() + '\nc.LateSubmissionPlugin.penalty_method = "zero"\n'
    )  # fmt: skip
    run(course, make_course, "nbgrader", "generate_assignment", NAME)
    query(course, "update assignment set duedate = '2026-01-02 10:00:00.000000'")
    stubs = {
        name: json.loads((course / "exercises" / NAME / f"{name}.ipynb").read_text())
        for name in ("first", "second")
    }
    right = {name: answered(stub, {"f": "f = 1"}) for name, stub in stubs.items()}
    for student, stamp in (LATE | UNKNOWN).items():
        hand_in(course, student, right, stamp.encode())
    hand_in(course, "wide", right, LATE["plain"].encode("utf-16"))
    hand_in(course, "early", right, b"2026-01-02 02:00:00 -0800")
    hand_in(course, "timeless", {"first": right["first"]})
    return course


COMMANDS = {
    "dlcourse": [["dlcourse", "grade", NAME, "--workers", "2"]],
    "nbgrader": [["nbgrader", "autograde", NAME], ["nbgrader", "generate_feedback", NAME]],
}


@pytest.fixture(scope="module", params=COMMANDS.values(), ids=COMMANDS)
def commands(request):
    return request.param


@pytest.fixture(scope="module")
def graded(commands, released, make_course, tmp_path_factory):
    course = tmp_path_factory.mktemp("points") / "course"
    shutil.copytree(released, course)
    for command in commands:
        run(course, make_course, *command)
    return course


def table(course, make_course):
    run(course, make_course, "nbgrader", "export", f"--assignment={NAME}")
    with open(course / "grades.csv", newline="") as file:
        return {row["student_id"]: row for row in csv.DictReader(file)}


def head(course, student, notebook="first"):
    """The score and the maximum that a page shows."""
    page = (course / "feedback" / student / NAME / f"{notebook}.html").read_text()
    said = re.search(r"<h4>.* \(Score: ([\d.]+) / ([\d.]+)\)</h4>", page)
    return float(said[1]), float(said[2])


def test_times_are_the_same_in_gradebook_table_and_copies(graded, make_course):
    rows = table(graded, make_course)
    for student in (*LATE, "wide"):
        assert rows[student]["timestamp"] == "2026-01-03 10:00:00"
        assert float(rows[student]["late_submission_penalty"]) == 3
        assert float(rows[student]["score"]) == 0
        for step in ("autograded", "feedback"):
            copy = graded / step / student / NAME / "timestamp.txt"
            assert copy.read_text() == "2026-01-03 10:00:00 UTC"
        assert head(graded, student) == (0, MOST[0])
    assert rows["early"]["timestamp"] == "2026-01-02 10:00:00"
    for student in (*UNKNOWN, "timeless"):
        assert rows[student]["timestamp"] == ""
        assert not (graded / "autograded" / student / NAME / "timestamp.txt").exists()
    for student in (*UNKNOWN, "early"):
        assert float(rows[student]["score"]) == 3
        assert head(graded, student) == (2, MOST[0])


def test_maximum_is_the_same_in_table_and_pages(graded, make_course):
    assert {float(row["max_score"]) for row in table(graded, make_course).values()} == {ALL}
    assert head(graded, "early")[1] + head(graded, "early", "second")[1] == ALL
    page = (graded / "feedback" / "early" / NAME / "first.html").read_text()
    assert "Task</a> (Score: 0.0 / 4.0)" in page


def test_the_report_has_the_same_maximum_and_names_who_has_no_time(graded, make_course):
    """Also for those whom nbgrader has graded, and a notebook that is missing."""
    said = run(graded, make_course, "dlcourse", "grade", NAME, "--workers", "2")
    assert f"of {ALL} points" in said
    folder = graded / "reports" / NAME
    with open(folder / "submissions.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {(row["notebook"], float(row["maximum"])) for row in rows} == {
        ("first", MOST[0]), ("second", MOST[1]),
    }  # fmt: skip
    reasons = {row["student"]: row["reason"] for row in rows if row["notebook"] == "first"}
    assert {student for student, reason in reasons.items() if reason} == set(UNKNOWN)
    page = (folder / "index.html").read_text()
    assert f"<small>of {ALL}</small>" in page
    for student, text in UNKNOWN.items():
        assert "timestamp.txt holds no time" in reasons[student]
        assert (graded / "submitted" / student / NAME / "timestamp.txt").is_file()
        if "put aside" not in reasons[student]:
            assert text in reasons[student]


def test_a_time_that_is_taken_away_is_gone_everywhere(graded, make_course, tmp_path, commands):
    course = tmp_path / "course"
    shutil.copytree(graded, course)
    for folder in (course / "submitted").iterdir():
        if folder.name != "plain":
            shutil.rmtree(folder)
    (course / "submitted" / "plain" / NAME / "timestamp.txt").unlink()
    for words in commands:
        force = ["--force"] if words[0] == "nbgrader" else []
        run(course, make_course, *words, *force)
    row = table(course, make_course)["plain"]
    assert (row["timestamp"], float(row["score"])) == ("", 3)
    assert head(course, "plain") == (2, MOST[0])
    assert not [*course.glob(f"*ed*/plain/{NAME}/timestamp.txt")]


def test_marks_beyond_the_maximum_and_another_date_reach_page_and_table(
    graded, make_course, tmp_path
):
    course = tmp_path / "course"
    shutil.copytree(graded, course)
    run(course, make_course, "dlcourse", "grade", NAME, "--workers", "2")
    number = """select submitted_notebook.id from submitted_notebook
        join submitted_assignment on submitted_assignment.id = submitted_notebook.assignment_id
        join notebook on notebook.id = submitted_notebook.notebook_id
        where student_id = 'plain' and notebook.name = 'first'"""
    for name, column, points in (
        *(("task", "manual_score", 4), ("essay", "manual_score", 3), ("test", "extra_credit", 6)),
    ):
        query(
            course,
            f"update grade set {column} = {points} where notebook_id = ({number}) and cell_id in "
            f"(select id from base_cell where name = '{name}')",
        )
    query(course, "update assignment set duedate = '2026-01-04 10:00:00.000000'")
    said = run(course, make_course, "dlcourse", "grade", NAME, "--workers", "2")
    assert "Nothing new to grade.\nPenalties for lateness that have changed: 8" in said
    row = table(course, make_course)["plain"]
    assert (float(row["score"]), float(row["max_score"])) == (16, ALL)
    assert float(row["late_submission_penalty"]) == 0
    assert head(course, "plain") == (15, MOST[0])
    assert head(course, "offset") == (2, MOST[0])
    query(course, "update assignment set duedate = '2026-01-02 10:00:00.000000'")
    run(course, make_course, "dlcourse", "grade", NAME, "--workers", "2")
    assert float(table(course, make_course)["plain"]["late_submission_penalty"]) == 16
    assert head(course, "plain") == (0, MOST[0])
