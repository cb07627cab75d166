"""Scores in nbgrader's gradebook: what people marked stays, and a batch is written or not."""

import shutil
import sqlite3
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from grading.builders import assignment_spec, result

pytest.importorskip("nbgrader")

from nbgrader.api import Gradebook

from dlcourse.grading import gradebook as module
from dlcourse.grading.gradebook import Entry, Records

SPEC = assignment_spec(name="week")
DUE = datetime(2026, 1, 10)


@pytest.fixture(scope="module")
def template(make_course):
    """A gradebook with another assignment; copying the shipped one's saves seconds."""
    path = make_course() / "gradebook.db"
    with Gradebook(f"sqlite:///{path}", "dlcourse") as gradebook:
        gradebook.add_assignment("week", duedate=DUE, course_id="dlcourse")
        for notebook in ("week", "more"):
            gradebook.add_notebook(notebook, "week")
            names = notebook, "week"
            gradebook.add_grade_cell("test", *names, max_score=2, cell_type="code")
            gradebook.add_grade_cell("essay", *names, max_score=3, cell_type="markdown")
            gradebook.add_solution_cell("f", *names)
            gradebook.add_solution_cell("essay", *names)
            gradebook.add_task_cell("task", *names, max_score=4, cell_type="markdown")
    return path


@pytest.fixture
def url(template, tmp_path):
    shutil.copy(template, tmp_path / "gradebook.db")
    return f"sqlite:///{tmp_path / 'gradebook.db'}"


@pytest.fixture
def records(url):
    return Records(url, "course", SPEC)


@pytest.fixture
def look(url):
    """Open the gradebook and ask."""

    def ask(question):
        with Gradebook(url, "dlcourse") as gradebook:
            return question(gradebook)

    return ask


def entry(student="ada", name="week", key="k", timestamp=None, **more):
    scores = more.pop("scores", {"test": 2.0, "essay": None})
    maximum = {"test": 2.0, "essay": 3.0}
    comments = more.pop("comments", {"f": None, "essay": "No response."})
    outcome = result(student, name, scores, maximum, comments=comments, **more)
    return Entry(outcome, key, timestamp)


def grades(look, student="ada", name="week"):
    """Read what nbgrader has: automatic, manual, and whether a person must look."""

    def read(gradebook):
        submission = gradebook.find_submission_notebook(name, "week", student)
        return {
            grade.name: (grade.auto_score, grade.manual_score, grade.needs_manual_grade)
            for grade in submission.grades
        }

    return look(read)


def rows(url):
    with sqlite3.connect(url.removeprefix("sqlite:///")) as database:
        database.row_factory = sqlite3.Row
        found = [dict(row) for row in database.execute("select * from dlcourse_result")]
    database.close()
    return found


def hand_in(gradebook, student):
    """Add a submission as nbgrader does."""
    gradebook.add_student(student)
    with gradebook.db.no_autoflush:  # nbgrader's own order of adding makes SQLAlchemy warn
        submission = gradebook.add_submission("week", student)
    gradebook.db.commit()
    return submission


def mark(look, score, name="test", student="ada", comment=None):
    """Mark a cell by hand, as formgrader does."""

    def write(gradebook):
        grade = gradebook.find_grade(name, "week", "week", student)
        grade.manual_score, grade.needs_manual_grade = score, False
        if comment:
            gradebook.find_comment("f", "week", "week", student).manual_comment = comment
        gradebook.db.commit()

    look(write)


def test_scores_and_comments_arrive(records, look, url):
    stamp = datetime(2026, 1, 9, 12)
    records.write([entry(timestamp=stamp), entry("bob", scores={"test": 0.5, "essay": 0.0})])
    assert grades(look) == {
        "test": (2.0, None, False), "essay": (None, None, True), "task": (None, None, True),
    }  # fmt: skip
    assert grades(look, "bob")["test"] == (0.5, None, False)
    assert grades(look, "bob")["essay"] == (0.0, None, False)
    comments = look(
        lambda g: {c.name: c.auto_comment for c in g.find_submission_notebook("week", "week", "ada").comments}  # noqa: E501
    )  # fmt: skip
    assert comments == {"f": None, "essay": "No response.", "task": None}
    assert look(lambda g: g.find_submission("week", "ada").timestamp) == stamp
    assert look(lambda g: g.find_submission("week", "bob").timestamp) is None
    assert look(lambda g: sorted(s.id for s in g.students)) == ["ada", "bob"]
    assert look(lambda g: g.find_submission("week", "ada").score) == 2.0


def test_tasks_wait_for_a_person_as_after_nbgraders_autograde(records, look):
    """Whether a submission shows up under "needs manual grading" hangs on it."""
    records.write([entry(scores={"test": 2.0, "essay": 0.0})])

    def of_nbgrader(gradebook):
        submission = hand_in(gradebook, "stock")
        return {g.name: g.needs_manual_grade for g in submission.notebooks[0].grades}

    assert grades(look)["task"][2] == look(of_nbgrader)["task"]


def test_a_second_run_updates(records, look):
    records.write([entry(timestamp=datetime(2026, 1, 1), comments={"f": "No response."})])
    records.write([entry(scores={"test": 1.0, "essay": 0.0}, timestamp=datetime(2026, 1, 2))])
    assert grades(look)["test"] == (1.0, None, False)
    assert grades(look)["essay"][:2] == (0.0, None)
    assert len(grades(look)) == 3
    assert look(lambda g: g.find_comment("f", "week", "week", "ada").auto_comment) is None
    assert look(lambda g: g.find_submission("week", "ada").timestamp) == datetime(2026, 1, 2)
    assert look(lambda g: len(g.students)) == 1
    assert look(lambda g: len(g.assignment_submissions("week"))) == 1


def test_manual_marks_and_comments_stay_and_are_looked_at_again(records, look):
    records.write([entry()])
    mark(look, 1.5, comment="Well said.")
    mark(look, 3.0, "essay")
    mark(look, 4.0, "task")
    records.write([entry(scores={"test": 0.0, "essay": None})])
    assert grades(look)["test"] == (0.0, 1.5, True)
    assert grades(look)["essay"] == (None, 3.0, True)
    assert grades(look)["task"] == (None, 4.0, False)
    marks, comments = records.marks("ada", "week")
    assert marks == {"test": 1.5, "essay": 3.0, "task": 4.0}
    assert comments == {"f": "Well said.", "essay": "No response.", "task": None}


def test_a_mark_of_zero_is_a_mark(records, look):
    records.write([entry()])
    mark(look, 0.0)
    records.write([entry()])
    assert grades(look)["test"] == (2.0, 0.0, True)
    assert records.marked(["ada", "bob"]) == {("ada", "week")}


@pytest.mark.parametrize("left", ["comment", "extra credit"])
def test_a_comment_and_extra_points_are_a_persons_too(records, look, left):
    records.write([entry(), entry("bob")])
    assert records.marked(["ada", "bob"]) == set()

    def write(gradebook):
        if left == "comment":
            gradebook.find_comment("f", "week", "week", "ada").manual_comment = "Well said."
        else:
            gradebook.find_grade("test", "week", "week", "ada").extra_credit = 1.0
        gradebook.db.commit()

    look(write)
    assert records.marked(["ada", "bob"]) == {("ada", "week")}


def test_notebooks_of_an_assignment_are_kept_apart(records, look):
    records.write([entry(), entry(name="more", scores={"test": 1.0, "essay": 0.0})])
    assert grades(look)["test"][0] == 2.0
    assert grades(look, name="more")["test"][0] == 1.0
    assert records.keys() == {("ada", "week"): "k", ("ada", "more"): "k"}
    assert look(lambda g: len(g.assignment_submissions("week"))) == 1


def test_a_submission_that_nbgrader_knows_is_the_same_one(records, look):
    look(lambda gradebook: hand_in(gradebook, "ada"))
    records.write([entry()])
    assert grades(look)["test"][0] == 2.0
    assert look(lambda g: len(g.assignment_submissions("week"))) == 1


def test_other_students_are_left_alone(records, look):
    records.write([entry("bob")])
    mark(look, 1.0, student="bob")
    before = grades(look, "bob")
    records.write([entry()])
    assert grades(look, "bob") == before


def test_the_table_says_what_was_graded(records, url):
    outcomes = ({"cell": "test", "earned": 1.0},)
    records.write([entry(key="k1", outcomes=outcomes, status="stopped", reason="Why.", seed=2**32)])
    records.write([entry(key="k2", outcomes=outcomes, sandbox="NOT SANDBOXED"), entry("bob")])
    first, second = sorted(rows(url), key=lambda row: row["student"])
    assert (first["key"], first["status"], first["sandbox"]) == ("k2", "graded", "NOT SANDBOXED")
    assert second["student"] == "bob"
    graded = datetime.fromisoformat(first["graded_at"]).replace(tzinfo=UTC)
    assert abs((datetime.now(UTC) - graded).total_seconds()) < 60
    assert records.keys() == {("ada", "week"): "k2", ("bob", "week"): "k"}


def test_the_report_reads_what_was_written(records):
    outcomes = ({"cell": "test", "earned": 1.0},)
    records.write([entry(outcomes=outcomes, seed=2**32 - 1)])
    (row,) = records.report_rows()
    assert (row.student, row.notebook, row.status, row.seed) == ("ada", "week", "graded", 2**32 - 1)
    assert (row.score, row.maximum) == (2.0, 5.0)
    assert row.cells == {"test": (2.0, 2.0), "essay": (None, 3.0)}
    assert row.outcomes == outcomes


def test_assignments_do_not_mix(records, url):
    records.write([entry()])
    other = Records(url, "course", assignment_spec(name="other"))
    assert other.keys() == {}
    assert other.report_rows() == []


def test_nothing_is_written_for_nobody(records, url):
    records.write([])
    assert rows(url) == []


# --- late ---------------------------------------------------------------------------------------


def half(student, score, seconds):
    return score / 2


def points_off(records, *students, rule=half):
    found = records.penalties(rule, students or None)
    return {student: (one.written, one.right) for (student, _), one in found.items()}


@pytest.mark.parametrize(
    ("stamp", "late"),
    [(DUE, False), (DUE.replace(hour=1), True), (DUE.replace(day=9), False), (None, False)],
)
def test_late_is_what_comes_after_the_due_date(records, stamp, late):
    records.write([entry(timestamp=stamp), entry("bob")])
    assert points_off(records, "ada") == ({"ada": (0.0, 1.0)} if late else {})
    assert points_off(records, "bob") == {}
    assert points_off(records) == points_off(records, "ada")


def test_a_rule_is_told_who_how_much_and_how_late(records, look):
    records.write([entry(timestamp=DUE.replace(hour=1))])
    mark(look, 1.5)
    asked = []
    points_off(records, rule=lambda *said: asked.append(said))
    assert asked == [("ada", 1.5, 3600.0)]


@pytest.mark.parametrize(
    ("asked", "right"), [(None, 0.0), (-1.0, 0.0), (0.5, 0.5), (2.0, 2.0), (99, 2.0)]
)
def test_a_penalty_is_nothing_at_least_and_the_score_at_most_as_nbgraders(
    records, look, url, asked, right
):
    from nbformat.v4 import new_notebook
    from nbgrader.plugins import BasePlugin
    from nbgrader.preprocessors import AssignLatePenalties

    class Plugin(BasePlugin):
        def late_submission_penalty(self, student_id, score, total_seconds_late):
            return asked

    records.write([entry(timestamp=datetime(2026, 1, 11))])
    assert points_off(records, rule=lambda *_: asked) == {"ada": (0.0, right)}
    names = {"notebook": "week", "assignment": "week", "student": "ada", "db_url": url}
    AssignLatePenalties(plugin_class=Plugin).preprocess(new_notebook(), {"nbgrader": names})
    theirs = look(lambda g: g.find_submission("week", "ada").late_submission_penalty)
    assert theirs == right


def test_an_extension_puts_the_due_date_off(records, look):
    records.write([entry(timestamp=datetime(2026, 1, 11))])
    look(lambda gradebook: gradebook.grant_extension("week", "ada", days=1))
    assert points_off(records) == {}
    look(lambda gradebook: gradebook.grant_extension("week", "ada", hours=23))
    assert points_off(records) == {"ada": (0.0, 1.0)}


@pytest.mark.parametrize("extended", [True, False])
def test_without_a_due_date_nobody_is_late(records, look, extended):
    def no_date(gradebook):
        gradebook.find_assignment("week").duedate = None
        gradebook.db.commit()

    records.write([entry(timestamp=datetime(2030, 1, 1))])
    look(no_date)
    if extended:
        look(lambda gradebook: gradebook.grant_extension("week", "ada", days=1))
    assert points_off(records) == {}


def test_a_penalty_survives_a_second_run_and_is_looked_at_again(records, look):
    records.write([entry(timestamp=datetime(2026, 1, 11))])
    records.write_penalties(records.penalties(half).values())
    penalty = lambda g: g.find_submission("week", "ada").late_submission_penalty  # noqa: E731
    assert look(penalty) == 1.0
    records.write([entry(timestamp=datetime(2026, 1, 11))])
    assert look(penalty) == 1.0
    records.write([entry(timestamp=datetime(2026, 1, 9))])
    assert points_off(records) == {"ada": (1.0, 0.0)}
    records.write_penalties(records.penalties(half).values())
    assert look(penalty) == 0.0
    assert points_off(records) == {}


# --- one transaction ----------------------------------------------------------------------------


def test_an_error_in_the_middle_leaves_nothing(records, look, url, monkeypatch):
    monkeypatch.setattr(records, "_row", lambda entry: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        records.write([entry(), entry("bob")])
    assert rows(url) == []
    assert look(lambda g: (len(g.students), len(g.assignment_submissions("week")))) == (0, 0)


def test_an_error_in_an_update_leaves_the_old_scores(records, look, monkeypatch):
    records.write([entry(key="old")])
    original = module._upsert

    def fail(db, table, values):
        original(db, table, values)
        if table is module.Comment:
            raise KeyboardInterrupt

    monkeypatch.setattr(module, "_upsert", fail)
    with pytest.raises(KeyboardInterrupt):
        records.write([entry(key="new", scores={"test": 0.0, "essay": 0.0})])
    assert grades(look)["test"][0] == 2.0
    assert records.keys() == {("ada", "week"): "old"}


def locking(url):
    """Hold the database as formgrader does while it writes."""
    database = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    database.execute("begin exclusive")
    return database


@pytest.fixture
def impatient(records, monkeypatch):
    """Records that wait no time for a lock, and count how often they wait."""
    waits = []
    monkeypatch.setattr(module, "WAIT_SECONDS", 0.0)
    monkeypatch.setattr(module.time, "sleep", lambda seconds: waits.append(seconds))
    original = Records._write

    def write(self, gradebook, entries):
        gradebook.db.execute(sa.text("pragma busy_timeout = 0"))
        original(self, gradebook, entries)

    monkeypatch.setattr(Records, "_write", write)
    return waits


def test_a_locked_database_is_tried_again(records, url, impatient, monkeypatch):
    database = locking(url)

    def sleep(seconds):
        impatient.append(seconds)
        if len(impatient) == 2:
            database.rollback()

    monkeypatch.setattr(module.time, "sleep", sleep)
    monkeypatch.setattr(Records, "open", quickly(records))
    try:
        records.write([entry()])
    finally:
        database.close()
    assert impatient == [0.0, 0.0]
    assert len(rows(url)) == 1


def test_a_student_whom_another_run_makes_meanwhile_is_no_error(records, url, monkeypatch):
    """Both runs have looked, neither has found the student, and the other one is first."""
    monkeypatch.setattr(module, "WAIT_SECONDS", 0.0)
    original, others = module._many, [entry(key="other")]

    def many(db, statement, rows):
        if others and statement.table.name == "student":
            Records(url, "dlcourse", records.spec).write([others.pop()])
        original(db, statement, rows)

    monkeypatch.setattr(module, "_many", many)
    records.write([entry(key="mine")])
    assert records.keys() == {("ada", "week"): "mine"}
    assert others == []


def test_a_database_that_stays_locked_is_an_error(records, url, impatient, monkeypatch):
    database = locking(url)
    monkeypatch.setattr(Records, "open", quickly(records))
    try:
        with pytest.raises(sa.exc.OperationalError, match="locked"):
            records.write([entry()])
    finally:
        database.rollback()
        database.close()
    assert len(impatient) == module.TRIES - 1
    assert rows(url) == []


def quickly(records):
    """Open the gradebook without waiting for a lock."""

    def open_(self):
        return Gradebook(f"{records.db_url}?timeout=0", records.course_id)

    return open_
