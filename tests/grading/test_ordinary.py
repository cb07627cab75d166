"""Two ordinary courses, graded by nbgrader alone and by us: cell by cell the same, but for a table.

nbgrader alone runs the students' code and the tests in one kernel, with all rights of whoever runs
it: here, and with what is written here, for once that is no danger.
"""

import csv
import re
import shutil
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass

import pytest
from courses import environment, run_module
from grading.ordinary_courses import COURSES, DUE
from nbgrader.api import Gradebook

WAYS = {
    "stock": ("nbgrader", "autograde", "--create"),
    "dlcourse grade": ("dlcourse", "grade", "--workers=1"),
    "nbgrader autograde": ("nbgrader", "autograde", "--create"),
}
OURS = [way for way in WAYS if way != "stock"]

pytestmark = pytest.mark.grading

STOPPED_BY_STOCK = "test-retyped"  # a test that was made a text: an error, and no more is graded

# Where we differ on purpose, and why. By student and cell: what stock gives, and what we give;
# None is a score that waits for a person.
PUT_BACK = "a test that was deleted, or lost its name, is put back"
STDERR = "text on stderr costs nothing"
OWN_TESTS = "a test's names are there for tests, and a student's builtins are not"
COPIES = "an array that a function changes stays as it was for the test"
IMPORTS = "what the instructor's notebook imports is there for tests, whatever the student imports"
BASES = "a value of a subclass of tuple arrives as a tuple, without attributes of its own"
DIFFERENCES = {
    PUT_BACK: {
        ("test-deleted", "correct_squares"): (None, 1),
        ("copied", "test-mymin"): (None, 1),
        (STOPPED_BY_STOCK, "correct_squares"): (None, 1),
        (STOPPED_BY_STOCK, "squares_invalid_input"): (None, 1),
        (STOPPED_BY_STOCK, "correct_sum_of_squares"): (None, 0.5),
        (STOPPED_BY_STOCK, "sum_of_squares_uses_squares"): (None, 0.5),
    },
    STDERR: {
        ("remarks", "test-palindrome"): (0, 3),
        ("remarks", "test-palindrome-hidden"): (0, 2),
        ("remarks", "test-logarithms"): (0, 1),
    },
    OWN_TESTS: {
        ("name-of-a-test", "test-palindrome"): (3, 0),
        ("name-of-a-test", "test-palindrome-hidden"): (2, 0),
        ("name-of-a-test", "test-spread"): (1, 0),
        ("name-of-a-test", "test-spread-uses-average"): (1, 0),
        ("shadows", "test-fibonacci"): (0, 2),
        ("shadows", "test-vector"): (0, 2),
        ("shadows", "test-power"): (0, 1),
    },
    IMPORTS: {(student, "test-library"): (0, 2) for student in ("right-1", "right-3", "right-5")},
    BASES: {(student, "test-vector"): (2, 0) for student in ("right-1", "right-3", "right-5")},
    COPIES: {
        (student, "test-standardise-unchanged"): (0, 1)
        for student in ("wrong-0", "wrong-4", "wrong-8")
    },
}
EXPECTED = {place: both for table in DIFFERENCES.values() for place, both in table.items()}
CELLS = [
    pytest.param(course, cell, id=f"{course.name}-{cell}")
    for course in COURSES
    for cell in course.graded_cells
]


@dataclass(frozen=True)
class Graded:
    """What a gradebook and its export say of one assignment."""

    scores: dict[tuple[str, str], tuple[float | None, bool]]  # and whether it waits for a person
    maximum: dict[tuple[str, str], float]
    comments: dict[tuple[str, str], str | None]
    earned: dict[tuple[str, str], float]  # by student and notebook
    penalties: dict[tuple[str, str], float]
    rows: dict[str, dict[str, str]]


def handed_in(way, course):
    """List who hands in; nbgrader's own command, which is slow, grades a part of the class."""
    names = [student.name for student in course.students]
    alike = re.compile(r"right-[13-6]|wrong-[1-9]")
    return [name for name in names if way != "nbgrader autograde" or not alike.fullmatch(name)]


def read(folder, course, said):
    """Add what lies in a course's folder to what is known."""
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as gradebook:
        for submission in gradebook.assignment_submissions(course.name):
            name = submission.student_id
            for notebook in submission.notebooks:
                earned = 0.0
                for grade in notebook.grades:
                    said.scores[name, grade.name] = grade.auto_score, bool(grade.needs_manual_grade)
                    said.maximum[name, grade.name] = grade.max_score
                    own = grade.auto_score if grade.manual_score is None else grade.manual_score
                    if own is not None:  # what has no score has no extra credit
                        earned += own + (grade.extra_credit or 0)
                for comment in notebook.comments:
                    said.comments[name, comment.name] = comment.auto_comment
                said.earned[name, notebook.name] = earned
                said.penalties[name, notebook.name] = notebook.late_submission_penalty or 0
    with (folder / "grades.csv").open(newline="", encoding="utf-8") as file:
        said.rows.update({row["student_id"]: row for row in csv.DictReader(file)})


def mark_by_hand(folder, course, students):
    """Give marks for words, and points beyond, as a person does in formgrader."""
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as gradebook:
        marked = [each for each in BY_HAND[course.name] if each[0] in students]
        for name, cell, notebook, marks in marked:
            grade = gradebook.find_grade(cell, notebook, course.name, name)
            grade.needs_manual_grade = False
            for column, points in marks.items():
                setattr(grade, column, points)
        gradebook.db.commit()


BY_HAND = {
    "ps1": [
        ("solution", "part-a", "problem2", {"manual_score": 0.5}),
        ("right-0", "cell-938593c4a215c6cc", "problem1", {"manual_score": 4}),
        ("wrong-0", "correct_squares", "problem1", {"extra_credit": 1.5}),
    ],
    "homework": [
        ("solution", "style", "words", {"manual_score": 2}),
        ("right-0", "test-palindrome", "words", {"manual_score": 1, "extra_credit": 0.5}),
        ("late-hour", "explain-variance", "numbers", {"extra_credit": 2}),
    ],
}


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """Grade both courses three ways, half a class at a time; then mark by hand and export."""
    home = tmp_path_factory.mktemp("home")

    def command(folder, *arguments):
        done = run_module(folder, environment(home), *arguments)
        return done.returncode, done.stdout + done.stderr

    templates = {}
    for course in COURSES:
        folder = templates[course.name] = tmp_path_factory.mktemp("template")
        course.lay_out(folder)
        code, said = command(folder, "nbgrader", "generate_assignment", course.name)
        assert code == 0, said
        with closing(sqlite3.connect(folder / "gradebook.db")) as gradebook:
            gradebook.execute("update assignment set duedate = ?", [f"{DUE}.000000"])
            gradebook.commit()
        course.hand_in(folder)

    def grade(job):
        way, course, half = job
        folder = tmp_path_factory.mktemp("graded") / "course"
        shutil.copytree(templates[course.name], folder)
        course.configure(folder, stock=way == "stock")
        part = handed_in(way, course)[half::2]
        for other in {student.name for student in course.students}.difference(part):
            shutil.rmtree(folder / "submitted" / other)
        module, subcommand, option = WAYS[way]
        code, said = command(folder, module, subcommand, course.name, option)
        assert code == (way == "stock" and STOPPED_BY_STOCK in part), said
        mark_by_hand(folder, course, part)
        code, said = command(folder, "nbgrader", "export")
        assert code == 0, said
        read(folder, course, found[way, course.name])

    halves = [
        (way, course, half) for way in WAYS for course in reversed(COURSES) for half in (0, 1)
    ]
    found = {(way, course.name): Graded({}, {}, {}, {}, {}, {}) for way, course, _ in halves}
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(grade, halves))
    return found


def test_thirty_students_hand_in_each():
    assert [len(course.students) for course in COURSES] == [30, 30]


@pytest.mark.parametrize("way", OURS)
@pytest.mark.parametrize(("course", "cell"), CELLS)
def test_a_cell_earns_what_it_earns_in_stock(graded, way, course, cell):
    stock, ours = graded["stock", course.name], graded[way, course.name]
    wrong = {}
    for name in handed_in(way, course):
        place = name, cell
        given, got = stock.scores[place], ours.scores[place]
        expected = given, given
        if place in EXPECTED:
            expected = tuple((score, score is None) for score in EXPECTED[place])
        if (given, got) != expected:
            wrong[name] = given, got
    assert not wrong


@pytest.mark.parametrize("course", COURSES, ids=lambda course: course.name)
@pytest.mark.parametrize("way", OURS)
def test_maximum_is_that_of_stock(graded, way, course):
    stock = graded["stock", course.name].maximum
    students = handed_in(way, course)
    expected = {place: points for place, points in stock.items() if place[0] in students}
    assert graded[way, course.name].maximum == expected


@pytest.mark.parametrize("course", COURSES, ids=lambda course: course.name)
@pytest.mark.parametrize("way", OURS)
def test_comments_are_those_of_stock(graded, way, course):
    stock, ours = graded["stock", course.name].comments, graded[way, course.name].comments
    students = [name for name in handed_in(way, course) if name != STOPPED_BY_STOCK]
    assert {place: said for place, said in ours.items() if place[0] in students} == {
        place: said for place, said in stock.items() if place[0] in students
    }


@pytest.mark.parametrize("way", WAYS)
def test_penalties_follow_the_scores(graded, way):
    """All points are lost in the quickstart course, and one for each hour in the homework."""
    late = {"late-minutes": 0, "late-hour": 2, "late-days": 69}
    zero, hours = graded[way, "ps1"], graded[way, "homework"]
    for (name, notebook), earned in zero.earned.items():
        assert zero.penalties[name, notebook] == (earned if name in late else 0)
    for (name, notebook), earned in hours.earned.items():
        assert hours.penalties[name, notebook] == min(late.get(name, 0), earned)


@pytest.mark.parametrize("course", COURSES, ids=lambda course: course.name)
@pytest.mark.parametrize("way", WAYS)
def test_export_adds_up(graded, way, course):
    said, stock = graded[way, course.name], graded["stock", course.name]
    assert set(said.rows) == set(handed_in(way, course))
    for name, row in said.rows.items():
        earned = sum(said.earned[name, notebook] for notebook in course.notebooks)
        penalty = sum(said.penalties[name, notebook] for notebook in course.notebooks)
        points = {"raw_score": earned, "late_submission_penalty": penalty}
        points["score"] = max(0.0, earned - penalty)
        assert {column: float(row[column]) for column in points} == points
        assert {**row, **dict.fromkeys(points)} == {**stock.rows[name], **dict.fromkeys(points)}
