"""nbgrader's own commands on the toy course, and on an assignment of ordinary asserts."""

import csv
import html
import json
import shutil
import sqlite3
from contextlib import closing

import pytest
from courses import answered, run_module
from grading.course.answers import ANSWERS as CLASS
from grading.hostile_suite import FOLDER, load, new_cell
from grading.toy import FULL, NAME, exercises, hint

TOTAL = sum(FULL.values())
NOTHING = dict.fromkeys(FULL, 0)
MISTAKE = "exponential of a large score"
WRONG = {
    "scores": CLASS["scores"].wrong["bias left out"],
    "sigmoid": CLASS["sigmoid"].partly_right[MISTAKE],
}
PART = exercises()["sigmoid"].parts[0].points
PARTLY = {**NOTHING, "check-sigmoid": PART}
FORGER = "forge_check_redefined"
LOOP = """\
import signal
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
while True:
    pass
"""
LIMITS = {"cell_seconds": 2, "call_seconds": 1, "notebook_seconds": 8, "tests_seconds": 10}

pytestmark = pytest.mark.grading


# --- helpers ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def command(make_course):
    """Run a Python module in a course's folder."""

    def run(course, *arguments, fails=False):
        done = run_module(course, make_course.environment, *arguments)
        assert (done.returncode != 0) == fails, done.stdout + done.stderr
        return done.stdout + done.stderr

    return run


def hand_in(course, student, assignment, *notebooks, **files):
    """Hand notebooks (pairs of name and content) and other files in."""
    folder = course / "submitted" / student / assignment
    folder.mkdir(parents=True)
    for name, notebook in notebooks:
        (folder / f"{name}.ipynb").write_text(json.dumps(notebook, indent=1), encoding="utf-8")
    for name, text in files.items():
        (folder / name.replace("_dot_", ".")).write_text(text, encoding="utf-8")


def query(course, text, *values):
    with closing(sqlite3.connect(course / "gradebook.db")) as gradebook:
        rows = gradebook.execute(text, values).fetchall()
        gradebook.commit()
    return rows


def marks(course, student, column="auto_score"):
    """One student's marks by cell."""
    text = f"""
        select base_cell.name, grade.{column} from grade
        join base_cell on base_cell.id = grade.cell_id
        join submitted_notebook on submitted_notebook.id = grade.notebook_id
        join submitted_assignment on submitted_assignment.id = submitted_notebook.assignment_id
        where submitted_assignment.student_id = ?
    """
    return dict(query(course, text, student))


def page_of(course, student, assignment, notebook):
    path = course / "feedback" / student / assignment / f"{notebook}.html"
    return path.read_text(encoding="utf-8")


def words_of(page):
    return html.unescape(page)


def graded_text(course, student, assignment, notebook):
    path = course / "autograded" / student / assignment / f"{notebook}.ipynb"
    return path.read_text(encoding="utf-8")


def outputs_of(course, student, assignment, notebook, name):
    """What a cell of the graded notebook shows, as text."""
    cells = json.loads(graded_text(course, student, assignment, notebook))["cells"]
    (cell,) = (c for c in cells if c["metadata"].get("nbgrader", {}).get("grade_id") == name)
    return json.dumps(cell["outputs"])


# --- the toy course ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def graded(make_course, command, released, solution):
    """Nine submissions through `autograde`, `generate_feedback` and `export`."""
    course = make_course()
    config = course / "nbgrader_config.py"
    config.write_text(config.read_text() + f"\nc.SafeExecute.limits = {LIMITS}\n")
    hand_in(course, "right", NAME, (NAME, solution))
    hand_in(course, "partly", NAME, (NAME, answered(released, WRONG)))
    hand_in(course, "looping", NAME, (NAME, answered(solution, {"sigmoid": LOOP})))
    load(FOLDER / f"{FORGER}.nb.txt").write(course / "submitted" / "forger" / NAME, released)
    folder = course / "submitted" / "linked" / NAME
    folder.mkdir(parents=True)
    (folder / f"{NAME}.ipynb").symlink_to(f"../../right/{NAME}/{NAME}.ipynb")
    secret = course / "secret.txt"
    secret.write_text("canary-of-a-linked-file")
    hand_in(course, "linking", NAME, (NAME, solution))
    (course / "submitted" / "linking" / NAME / "data.txt").symlink_to(secret)
    (course / "submitted" / "linking" / NAME / f"{'n' * 250}.txt").symlink_to(secret)
    old = {"nbformat": 3, "nbformat_minor": 0, "metadata": {}}
    cells = [{"cell_type": "heading", "level": 600_000_000, "metadata": {}, "source": "x"}]
    hand_in(course, "heading", NAME, (NAME, {**old, "worksheets": [{"cells": cells}]}))
    hand_in(course, "many", NAME, (NAME, {**solution, "metadata": {"x": [{}] * 4_000_000}}))
    hand_in(course, "junk", NAME, (NAME, ["no notebook"]))
    said = command(course, "nbgrader", "autograde", NAME, "--create", fails=True)
    feedback = command(course, "nbgrader", "generate_feedback", NAME)
    command(course, "nbgrader", "export")
    return {"course": course, "said": said, "feedback": feedback}


@pytest.mark.parametrize(
    ("student", "scores"), [("right", FULL), ("partly", PARTLY), ("forger", NOTHING)]
)
def test_scores(graded, student, scores):
    assert marks(graded["course"], student) == scores


def test_partial_credit_and_hint_together(graded):
    page = words_of(page_of(graded["course"], "partly", NAME, NAME))
    assert f"<strong>Hint:</strong> {hint('sigmoid', MISTAKE)}" in page
    assert "Right so far: the formula. Still to do: huge scores." in page
    assert f"(Score: {float(PART)} / {TOTAL})" in page


def test_feedback_is_clean(graded):
    for student in ("right", "partly", "forger", "looping", "linking"):
        page = page_of(graded["course"], student, NAME, NAME)
        assert "<script" not in page.lower()
        assert "canary" not in page


def test_what_fills_the_memory_or_is_no_notebook_has_a_row_and_a_reason(graded):
    """The referee reads it, within limits: nbgrader's process would take gigabytes."""
    course, said = graded["course"], graded["said"]
    reasons = {
        "junk": "The file is JSON, but not a notebook.",
        "many": "It is larger than 20 MB.",
    }
    for student, reason in reasons.items():
        assert marks(course, student) == NOTHING
        assert f"{student}: {reason}" in said
        assert f"Not graded.</strong> {reason}" in words_of(page_of(course, student, NAME, NAME))
    assert marks(course, "heading") == NOTHING
    assert "## x" in graded_text(course, "heading", NAME, NAME)


def test_linked_notebook_earns_nothing_and_is_named(graded):
    course = graded["course"]
    assert not any(marks(course, "linked").values())
    assert not (course / "autograded" / "linked" / NAME / f"{NAME}.ipynb").exists()
    assert not (course / "feedback" / "linked").exists()
    assert "for student 'linked'" in graded["said"]
    for neighbour in ("right", "partly", "forger", "looping", "linking", "heading", "junk", "many"):
        assert f"for student '{neighbour}'" not in graded["said"]


def test_linked_file_of_the_course_goes_nowhere(graded):
    """What a link leads to is neither copied for formgrader nor into the feedback."""
    course = graded["course"]
    assert marks(course, "linking") == FULL
    for step in ("autograded", "feedback"):
        texts = [p.read_bytes() for p in (course / step / "linking").rglob("*") if p.is_file()]
        assert not any(b"canary" in text for text in texts)


def test_loop_that_blocks_signals_ends_and_what_was_before_counts(graded):
    scores = marks(graded["course"], "looping")
    assert scores == {**dict.fromkeys(FULL, 0), "check-scores": FULL["check-scores"]}
    assert "could not be interrupted" in graded["said"]
    assert "could not be interrupted" in page_of(graded["course"], "looping", NAME, NAME)


def test_export_agrees_with_the_gradebook(graded):
    with (graded["course"] / "grades.csv").open(newline="") as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    totals = {name: float(row["score"]) for name, row in rows.items()}
    assert totals == {
        "right": TOTAL,
        "partly": PART,
        "forger": 0,
        "looping": FULL["check-scores"],
        "linked": 0,
        "linking": TOTAL,
        **dict.fromkeys(("heading", "junk", "many"), 0),
    }
    assert {row["max_score"] for row in rows.values()} == {str(TOTAL)}


def test_seed_is_recorded_and_not_shown(graded):
    notebook = json.loads(graded_text(graded["course"], "partly", NAME, NAME))
    seed = notebook["metadata"]["dlcourse"]["seed"]
    assert isinstance(seed, int)
    assert str(seed) not in page_of(graded["course"], "partly", NAME, NAME)


def test_the_same_forger_wins_under_stock_settings(make_course, command, released):
    """So that the tests above can fail. This one runs the (harmless) forger in a kernel."""
    course = make_course()
    config = course / "nbgrader_config.py"
    config.write_text(config.read_text().partition("# Students' code runs")[0])
    load(FOLDER / f"{FORGER}.nb.txt").write(course / "submitted" / "forger" / NAME, released)
    command(course, "nbgrader", "autograde", NAME, "--create")
    assert sum(marks(course, "forger").values()) > 0


# --- both ways of grading, one after the other ------------------------------------------------


MANUAL = """
    update grade set manual_score = 0.5 where id in (
        select grade.id from grade join base_cell on base_cell.id = grade.cell_id
        join submitted_notebook on submitted_notebook.id = grade.notebook_id
        join submitted_assignment on submitted_assignment.id = submitted_notebook.assignment_id
        where student_id = 'partly' and base_cell.name = 'check-scores')
"""
COMMENT = MANUAL.replace("grade", "comment").replace("check-scores", "scores")
COMMENT = COMMENT.replace("manual_score = 0.5", "manual_comment = 'A word of a person.'")


@pytest.fixture(scope="module", params=["grade first", "autograde first"])
def twice(request, make_course, command, released, solution):
    course = make_course()
    hand_in(course, "right", NAME, (NAME, solution))
    hand_in(course, "partly", NAME, (NAME, answered(released, WRONG)))
    ours = ["dlcourse", "grade", NAME, "--workers", "2"]
    stock = ["nbgrader", "autograde", NAME, "--create"]
    first, second = (ours, [*stock, "--force"]) if "grade f" in request.param else (stock, ours)
    command(course, *first)
    before = {student: marks(course, student) for student in ("right", "partly")}
    query(course, MANUAL)
    query(course, COMMENT)
    command(course, *second)
    command(course, "nbgrader", "generate_feedback", NAME, "--force")
    return course, before


def test_both_ways_agree(twice):
    course, before = twice
    assert before == {"right": FULL, "partly": PARTLY}
    for student, scores in before.items():
        assert marks(course, student) == scores


def test_marks_and_words_of_people_survive(twice):
    course, _ = twice
    assert marks(course, "partly", "manual_score") == {
        **dict.fromkeys(FULL),
        "check-scores": 0.5,
    }
    page = page_of(course, "partly", NAME, NAME)
    assert f"(Score: {PART + 0.5} / {TOTAL})" in page
    assert "A word of a person." in page


# --- ordinary asserts -------------------------------------------------------------------------

LAB = "lab"
SECRET = "hidden-message-4711"


def cell(grade_id, source, points=None, *, solution=False, grade=False, locked=False):
    settings = {
        "grade": grade,
        "grade_id": grade_id,
        "locked": locked,
        "schema_version": 3,
        "solution": solution,
        "task": False,
        **({} if points is None else {"points": points}),
    }
    return {**new_cell("code", source, grade_id), "metadata": {"nbgrader": settings}}


def stub(name, source):
    body = f"### BEGIN SOLUTION\n{source}\n### END SOLUTION"
    return cell(name, body, solution=True)


def asserts(name, source, points=1):
    return cell(name, source, points, grade=True, locked=True)


def notebook_of(cells):
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    return {"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}


ANSWERS = {
    "double": "def double(x):\n    return 2 * x",
    "lists": "def pairs(items):\n    return [[a, b] for a, b in zip(items, items[1:])]",
    "count": ("def count(text):\n    return {letter: text.count(letter) for letter in set(text)}"),
    "greet": "def greet(name):\n    return f'Hello, {name}!'",
    "normalise": ("def normalise(x):\n    return (x - x.mean(axis=0)) / x.std(axis=0)"),
    "apply": "def apply(function, values):\n    return [function(value) for value in values]",
    "data": "weights = np.array([1.0, 2.0, 3.0])\nsettings = {'rate': 0.1, 'names': ['a', 'b']}",
    "partial": "def steps():\n    return 3",
    "table": ("import csv\nwith open('data.csv') as file:\n    rows = list(csv.reader(file))"),
    "warn": (
        "import warnings\ndef noisy(x):\n    warnings.warn('careful')\n"
        "    return np.log(np.maximum(x, 1e-300)) + 0 * np.divide(1.0, np.zeros(1))[0:0].sum()"
    ),
}
TESTS = {
    "double": "assert double(2) == 4\nassert double(-1.5) == -3.0\nassert type(double(3)) is int",
    "lists": "assert pairs([1, 2, 3]) == [[1, 2], [2, 3]]\nassert len(pairs(list(range(9)))) == 8",
    "count": "assert count('abca') == {'a': 2, 'b': 1, 'c': 1}\nassert 'z' not in count('abc')",
    "greet": "assert greet('Ada') == 'Hello, Ada!', 'greet says something else'",
    "normalise": (
        "x = np.arange(12.0).reshape(4, 3)\n"
        "np.testing.assert_allclose(normalise(x).mean(axis=0), 0, atol=1e-12)\n"
        "np.testing.assert_allclose(normalise(x).std(axis=0), 1)\n"
        "np.testing.assert_array_equal(x, np.arange(12.0).reshape(4, 3))"
    ),
    "apply": (
        "assert apply(lambda x: x + 1, [1, 2]) == [2, 3]\nassert apply(len, ['ab', 'c']) == [2, 1]"
    ),
    "data": (
        "assert weights.shape == (3,)\nassert np.isclose(weights.sum(), 6)\n"
        "assert settings['rate'] == 0.1 and settings['names'][1] == 'b'"
    ),
    "partial": "min(steps(), 3) / 2 * 2 / 3 * 2",
    "table": "assert rows[0] == ['a', 'b']",
    "file": "assert open('data.csv').read().startswith('a,b')",
    "both": "assert apply(double, [1, 2]) == [2, 4]",
    "warn": "assert noisy(np.ones(2)).shape == (2,)",
    "helped": "assert near(double(4), 8)\nassert twice_of_student(3) == 12",
    "stderr": "import sys\nprint('only a remark', file=sys.stderr)\nassert double(1) == 2",
    "nan": "float('nan') if double(1) == 2 else 0",
    "negative": "-1.0",
    "large": "17.0",
    "hidden": (
        "assert double(1) == 2\n### BEGIN HIDDEN TESTS\n"
        f"assert double(271828) == 543656, '{SECRET}'\n### END HIDDEN TESTS"
    ),
}
POINTS = {"partial": 2, "nan": 2, "negative": 2, "large": 2}


def lab():
    """The instructor's notebook."""
    cells = [cell("imports", "import numpy as np", locked=True)]
    for name in ANSWERS:
        cells.append(stub(name, ANSWERS[name]))
        cells.append(asserts(f"test-{name}", TESTS[name], POINTS.get(name, 1)))
    helper = (
        "def near(a, b):\n    return abs(a - b) < 1e-9\n\n"
        "def twice_of_student(x):\n    return double(double(x))"
    )
    cells.append(cell("helper", helper, locked=True))
    more = ("file", "both", "helped", "stderr", "nan", "negative", "large", "hidden")
    cells += [asserts(f"test-{name}", TESTS[name], POINTS.get(name, 1)) for name in more]
    return notebook_of(cells)


def second():
    return notebook_of([stub("three", "three = 3"), asserts("test-three", "assert three == 3")])


BEST = {
    **{f"test-{name}": POINTS.get(name, 1) for name in TESTS},
    **{f"test-{name}": 0 for name in ("nan", "negative", "large")},
    "test-three": 1,
}
ALONE = ("test-both", "test-file")
BROKEN = {  # wrong at one place each
    "double": "def double(x):\n    return 2 * x if x != 271828 else x",
    "lists": "def pairs(items):\n    return list(zip(items, items[1:]))",
    "count": "def count(text):\n    return {}",
    "greet": "def greet(name):\n    return 'Hello'",
    "normalise": "def normalise(x):\n    x -= x.mean(axis=0)\n    return x / x.std(axis=0)",
    "apply": "def apply(function, values):\n    raise ValueError('no idea')",
    "data": "weights = [1.0, 2.0, 3.0]",
    "partial": "def steps():\n    return 1",
    "table": "pass",
    "warn": "def noisy(x):\n    return 1 / 0",
}


def changed(notebook, grade_id, change):
    cells = []
    for one in notebook["cells"]:
        cells += change(one) if one["id"] == grade_id else [one]
    return {**notebook, "cells": cells}


@pytest.fixture(scope="module")
def lab_course(make_course, command):
    """An assignment of asserts with two notebooks and a file, released and handed in."""
    course = make_course()
    source = course / "solutions" / LAB
    source.mkdir()
    for name, notebook in (("first", lab()), ("second", second())):
        (source / f"{name}.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    (source / "data.csv").write_text("a,b\n1,2\n")
    config = course / "nbgrader_config.py"
    late = '\nc.LateSubmissionPlugin.penalty_method = "zero"\n'
    config.write_text(config.read_text() + f"\nc.SafeExecute.limits = {LIMITS}\n{late}")
    command(course, "nbgrader", "generate_assignment", LAB)
    query(course, "update assignment set duedate = '2026-01-02 00:00:00' where name = ?", LAB)
    stubs = {
        name: json.loads((course / "exercises" / LAB / f"{name}.ipynb").read_text())
        for name in ("first", "second")
    }
    first, other = (
        answered(stubs["first"], ANSWERS),
        answered(stubs["second"], {"three": "three = 3"}),
    )
    both = ("first", first), ("second", other)
    hand_in(course, "best", LAB, *both, timestamp_dot_txt="2026-01-01 10:00:00 UTC")
    hand_in(course, "late", LAB, *both, timestamp_dot_txt="2026-01-03 10:00:00 UTC")
    hand_in(course, "timeless", LAB, *both, timestamp_dot_txt="2026-01-03 10:00:00 /proc/self/mem")
    (course / "submitted" / "timeless" / LAB / ".page.html").write_text("<script>")
    hand_in(course, "half", LAB, both[0])
    hand_in(course, "stubs", LAB, *stubs.items())
    hand_in(course, "broken", LAB, ("first", answered(first, BROKEN)), both[1])
    odd = {
        "deleted": lambda one: [],
        "doubled": lambda one: [one, {**one, "id": "again", "source": "pass"}],
        "retyped": lambda one: [
            {**new_cell("markdown", "x", one["id"]), "metadata": one["metadata"]}
        ],
        "replaced": lambda one: [{**one, "source": "assert True"}],
        "scored": lambda one: [
            {**one, "metadata": {"nbgrader": {**one["metadata"]["nbgrader"], "points": 9}}}
        ],
    }
    for name, change in odd.items():
        wrong = answered(first, {"greet": BROKEN["greet"]})
        hand_in(course, name, LAB, ("first", changed(wrong, "test-greet", change)), both[1])
        right = f"{name}-right"
        hand_in(course, right, LAB, ("first", changed(first, "test-greet", change)), both[1])
    return course


@pytest.fixture(scope="module", params=["dlcourse grade", "nbgrader autograde"])
def lab_graded(request, lab_course, command, tmp_path_factory):
    course = tmp_path_factory.mktemp("lab") / "course"
    shutil.copytree(lab_course, course, symlinks=True)
    if request.param == "dlcourse grade":
        command(course, "dlcourse", "grade", LAB, "--workers", "2")
    else:
        for folder in (course / "submitted").glob("doubled*"):
            folder.rename(course / folder.name)  # a test of its own tells about these
        command(course, "nbgrader", "autograde", LAB, "--create")
        command(course, "nbgrader", "generate_feedback", LAB)
    return course


def but(scores, *left_out):
    """Leave cells out that have a test of their own."""
    return {name: score for name, score in scores.items() if name not in left_out}


def test_right_answers_pass_asserts(lab_graded):
    assert but(marks(lab_graded, "best"), *ALONE) == but(BEST, *ALONE)


def test_students_function_goes_into_another_one(lab_graded):
    assert marks(lab_graded, "best")["test-both"] == 1


def test_test_reads_a_file_of_the_assignment(lab_graded):
    assert marks(lab_graded, "best")["test-file"] == 1


@pytest.mark.parametrize("name", ["nan", "negative", "large"])
def test_score_that_is_none_gives_nothing_and_says_why(lab_graded, name):
    course = lab_graded
    assert marks(course, "best")[f"test-{name}"] == 0
    assert "it can give 0 to 2" in outputs_of(course, "best", LAB, "first", f"test-{name}")
    assert "it can give 0 to 2" in page_of(course, "best", LAB, "first")


def test_stub_earns_nothing(lab_graded):
    earned = {name for name, score in marks(lab_graded, "stubs").items() if score}
    assert earned == {"test-file"}  # the one that asks nothing of the student
    page = words_of(page_of(lab_graded, "stubs", LAB, "first"))
    assert "No response." in page


def test_wrong_answers_lose_their_points_alone(lab_graded):
    scores = marks(lab_graded, "broken")
    # `normalise` changes its argument: plain assertions do not see that, only `check` does.
    kept = ("double", "partial", "normalise")
    lost = {f"test-{name}" for name in ANSWERS if name not in kept}
    assert {name for name in but(BEST, *ALONE) if scores[name] != BEST[name]} == {
        *lost,
        "test-partial",
        "test-hidden",
    }
    assert scores["test-partial"] == pytest.approx(2 / 3)
    assert scores["test-hidden"] == 0


def test_feedback_says_what_was_wrong(lab_graded):
    page = words_of(page_of(lab_graded, "broken", LAB, "first"))
    assert "greet says something else" in page
    assert "ValueError: no idea" in page
    assert "ZeroDivisionError" in page
    assert "rows" in page


def test_hidden_tests_stay_hidden(lab_graded):
    course = lab_graded
    shown = page_of(course, "broken", LAB, "first")
    shown += outputs_of(course, "broken", LAB, "first", "test-hidden")
    for secret in (SECRET, "271828", "543656"):
        assert secret not in shown.replace(BROKEN["double"], "").replace(
            '<span class="mi">271828</span>', "", 1
        )


def test_missing_notebook_scores_nothing_and_the_other_counts(lab_graded):
    scores = marks(lab_graded, "half")
    assert but(scores, *ALONE) == {**but(BEST, *ALONE), "test-three": 0}


@pytest.mark.parametrize("change", ["deleted", "retyped", "replaced", "scored"])
def test_changed_test_cell_is_put_back(lab_graded, change):
    course = lab_graded
    assert but(marks(course, change), *ALONE) == {**but(BEST, *ALONE), "test-greet": 0}
    assert but(marks(course, f"{change}-right"), *ALONE) == but(BEST, *ALONE)


@pytest.mark.parametrize("program", [["dlcourse", "grade"], ["nbgrader", "autograde"]])
def test_doubled_test_cell_stops_nobody(lab_course, command, tmp_path, program):
    course = tmp_path / "course"
    shutil.copytree(lab_course, course)
    for folder in (course / "submitted").iterdir():
        if folder.name not in ("doubled", "doubled-right", "half", "late"):
            shutil.rmtree(folder)
    command(course, *program, LAB)
    assert marks(course, "doubled")["test-greet"] == 0
    assert marks(course, "doubled-right")["test-greet"] == 1
    assert sum(marks(course, "late").values()) > sum(marks(course, "half").values()) > 0


def test_late_submission(lab_graded):
    course = lab_graded
    assert but(marks(course, "late"), *ALONE) == but(BEST, *ALONE)
    penalties = """
        select sum(late_submission_penalty) from submitted_notebook join submitted_assignment
        on submitted_assignment.id = submitted_notebook.assignment_id where student_id = ?
    """
    assert query(course, penalties, "late") == [(sum(marks(course, "late").values()),)]
    assert query(course, penalties, "best") in ([(None,)], [(0.0,)])
    total = float(sum(POINTS.get(name, 1) for name in TESTS))
    assert f"(Score: 0.0 / {total})" in page_of(course, "late", LAB, "first")
    assert f"(Score: 0.0 / {total})" not in page_of(course, "best", LAB, "first")


def test_a_false_time_and_a_hidden_page_cost_nobody_anything(lab_graded):
    assert but(marks(lab_graded, "timeless"), *ALONE) == but(BEST, *ALONE)
    assert not [*lab_graded.glob(f"autograded/timeless/{LAB}/**/*.html")]
    assert not [*lab_graded.glob(f"autograded/timeless/{LAB}/.*")]


def test_text_on_stderr_and_warnings_cost_nothing(lab_graded):
    scores = marks(lab_graded, "best")
    assert scores["test-stderr"] == scores["test-warn"] == 1
