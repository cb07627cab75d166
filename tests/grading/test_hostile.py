"""A class of attackers, graded in one run: not one of them wins anything.

Every attack hands in under its own name; between them sit honest students. The run has a test's
limits, the shipped configuration otherwise. `grading.hostile_suite` says what winning means.
"""

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from grading.hostile_suite import (
    ASSIGNMENT,
    VICTIM,
    digest,
    environment,
    hostage,
    load_all,
    plant,
    plant_home,
    services,
    strays,
    verdict,
)

ATTACKS = {attack.name: attack for attack in load_all()}
LIMITS = {
    "cell_seconds": 3,
    "call_seconds": 1,
    "notebook_seconds": 8,
    "tests_seconds": 8,
    "memory_mb": 1024,
}
HONEST_EVERY = 10  # one honest student after so many attackers
UNTOUCHABLE = ("solutions", "exercises", "submitted", "secret.txt", "nbgrader_config.py")

pytestmark = pytest.mark.grading


def untouchable(course):
    """Hash what no grading may change."""
    return {name: value for name, value in digest(course).items() if name.startswith(UNTOUCHABLE)}


def results(course):
    """Read what the run wrote down, by student."""
    with sqlite3.connect(course / "gradebook.db") as gradebook:
        gradebook.row_factory = sqlite3.Row
        rows = [dict(row) for row in gradebook.execute("select * from dlcourse_result")]
    gradebook.close()
    return {row["student"]: row for row in rows}


@pytest.fixture(scope="module")
def graded(make_course, released, solution, tmp_path_factory):
    """Let everybody hand in, and grade the class by the command."""
    course = make_course()
    config = course / "nbgrader_config.py"
    config.write_text(config.read_text() + f"\nc.SafeExecute.limits = {LIMITS}\n")
    plant(course, solution, released)
    home = tmp_path_factory.mktemp("grader")
    plant_home(home)
    right = json.dumps(solution).encode()
    with services() as port, hostage() as witness:
        places = {"PORT": port, "HOME": str(home), "HOSTAGE": str(witness.pid)}
        for number, (name, attack) in enumerate(ATTACKS.items()):
            attack.write(course / "submitted" / name / ASSIGNMENT, released, places)
            if number % HONEST_EVERY == 0:
                folder = course / "submitted" / f"honest-{number:03d}" / ASSIGNMENT
                folder.mkdir(parents=True)
                (folder / f"{ASSIGNMENT}.ipynb").write_bytes(right)
        before = untouchable(course)
        run = subprocess.run(
            [sys.executable, "-m", "dlcourse", "grade", ASSIGNMENT, "--workers", "2"],
            cwd=course,
            env={**os.environ, **make_course.environment, "HOME": str(home), **environment()},
            capture_output=True,
            text=True,
            timeout=1800,
        )
        alive = witness.poll() is None
    return {
        "course": course,
        "run": run,
        "alive": alive,
        "unchanged": before == untouchable(course),
        "results": results(course),
        "report": (course / "reports" / ASSIGNMENT / "index.html").read_text(encoding="utf-8"),
    }


def text_of(path):
    return path.read_text(encoding="utf-8") if path.exists() else ""


def test_run_ends_well(graded):
    assert graded["run"].returncode == 0, graded["run"].stderr[-3000:]
    assert graded["alive"]
    assert graded["unchanged"]
    assert not strays()


def test_everybody_has_a_result(graded):
    handed_in = {path.parent.name for path in graded["course"].glob(f"submitted/*/{ASSIGNMENT}")}
    assert set(graded["results"]) == handed_in
    assert len(graded["results"]) > len(ATTACKS) > 80


def test_honest_neighbours_lose_nothing(graded):
    honest = [row for name, row in graded["results"].items() if name.startswith("honest-")]
    assert len(honest) > 20
    for row in honest:
        assert row["status"] == "graded"
        assert json.loads(row["scores"]) == json.loads(row["maximum"])
    assert graded["results"][VICTIM]["status"] == "graded"


@pytest.mark.parametrize("name", ATTACKS)
def test_attack_fails(graded, name):
    attack, course = ATTACKS[name], graded["course"]
    row = graded["results"][name]
    notebook = course / "autograded" / name / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
    feedback = course / "feedback" / name / ASSIGNMENT / f"{ASSIGNMENT}.html"
    won = verdict(
        attack,
        json.loads(row["scores"]),
        text_of(notebook),
        text_of(feedback),
        graded["report"],
        course=course,
        seconds=row["seconds"],
        deadline=40,
    )
    assert won is None
    assert notebook.exists()
    assert feedback.exists()


def test_gradebook_and_table_agree(graded):
    """What nbgrader shows is what the run wrote down."""
    query = """
        select submitted_assignment.student_id, sum(grade.auto_score) from grade
        join submitted_notebook on submitted_notebook.id = grade.notebook_id
        join submitted_assignment on submitted_assignment.id = submitted_notebook.assignment_id
        group by submitted_assignment.student_id
    """
    with sqlite3.connect(graded["course"] / "gradebook.db") as gradebook:
        totals = dict(gradebook.execute(query))
    gradebook.close()
    for student, row in graded["results"].items():
        assert totals[student] == pytest.approx(sum(json.loads(row["scores"]).values()))


def test_report_is_one_page_for_all(graded):
    assert "bubblewrap" in graded["report"]
    assert "<script" not in graded["report"]
    assert Path(graded["course"] / "reports" / ASSIGNMENT / "submissions.csv").stat().st_size
