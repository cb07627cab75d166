"""A whole class: what is graded, skipped and kept, mostly with results that nobody had to grade."""

import os
import shutil
from concurrent.futures import Executor, Future
from dataclasses import replace
from datetime import datetime
from types import SimpleNamespace

import pytest
from grading.builders import assignment_spec, result, solution_spec, test_spec

pytest.importorskip("nbgrader")

from nbgrader.api import Gradebook

from dlcourse.grading import classroom as module
from dlcourse.grading.classroom import Choice, Classroom
from dlcourse.grading.executors import Setup, grade_batch
from dlcourse.grading.limits import Limits
from dlcourse.grading.sandbox import SandboxError

SPEC = assignment_spec(solution_spec("f"), test_spec("test", "f(1)", 2.0))
DUE = datetime(2026, 1, 10)


@pytest.fixture(scope="module")
def template(make_course):
    """A gradebook with another assignment; copying the shipped one's saves seconds."""
    path = make_course() / "gradebook.db"
    with Gradebook(f"sqlite:///{path}", "dlcourse") as gradebook:
        gradebook.add_assignment("week", duedate=DUE, course_id="dlcourse")
        gradebook.add_notebook("week", "week")
        gradebook.add_grade_cell("test", "week", "week", max_score=2, cell_type="code")
        gradebook.add_solution_cell("f", "week", "week")
    return path


@pytest.fixture
def course(template, tmp_path):
    shutil.copy(template, tmp_path / "gradebook.db")

    def format_path(step, student, assignment):
        return os.path.join(str(tmp_path), step, student, assignment)

    return SimpleNamespace(
        root=str(tmp_path),
        db_url=f"sqlite:///{tmp_path / 'gradebook.db'}",
        course_id="dlcourse",
        format_path=format_path,
        submitted_directory="submitted",
        autograded_directory="autograded",
        feedback_directory="feedback",
        student_id_exclude="",
    )


@pytest.fixture
def hand_in(tmp_path):
    def write(*students, content="{}", stamp=None):
        for student in students:
            folder = tmp_path / "submitted" / student / "week"
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "week.ipynb").write_text(content)
            if stamp:
                (folder / "timestamp.txt").write_text(stamp)

    return write


@pytest.fixture
def classroom(course):
    return Classroom(course, SPEC, Setup(SPEC.to_json(), Limits()))


class Now(Executor):
    """Does everything at once, by a function of the test's."""

    def __init__(self, grade=lambda submission, seed: result(submission.student)):
        self.grade, self.tasks = grade, []

    def submit(self, task, setup, batch, seed):
        assert task is grade_batch
        self.tasks.append([submission.student for submission in batch])
        future = Future()
        future.set_running_or_notify_cancel()
        try:
            future.set_result([self.grade(submission, seed) for submission in batch])
        except Exception as error:
            future.set_exception(error)
        return future


def graded(course):
    """Read the gradebook's scores by student."""
    with Gradebook(course.db_url, "dlcourse") as gradebook:
        submissions = gradebook.assignment_submissions("week")
        return {one.student.id: one.score for one in submissions}


def run(classroom, executor=None, choice=Choice(), **settings):  # noqa: B008
    executor = executor or Now()
    folders = classroom.to_grade(choice, settings.pop("isolation", ""))
    classroom.run(folders, executor, settings.pop("in_flight", 4), **settings)
    return sorted(student for task in executor.tasks for student in task)


# --- what is graded -----------------------------------------------------------------------------


def test_everybody_is_graded_once(classroom, course, hand_in, tmp_path):
    hand_in("ada", "bob", stamp="2026-01-02 03:04:05 UTC")
    assert run(classroom) == ["ada", "bob"]
    assert graded(course) == {"ada": 1.0, "bob": 1.0}
    for step, name in (("autograded", "week.ipynb"), ("feedback", "week.html")):
        folder = tmp_path / step / "ada" / "week"
        assert sorted(p.name for p in folder.iterdir()) == ["timestamp.txt", name]
        assert (folder / "timestamp.txt").read_text() == "2026-01-02 03:04:05 UTC"
    assert (tmp_path / "feedback/ada/week/week.html").read_text() == "<p>page</p>"


def test_every_folder_is_a_row_or_named(classroom, course, hand_in):
    names = ["a\u00a0b", "a\u200bb", "a\u202eb", "<b>", "-2+3", "a,b;'\""]
    nameless = ["a\tb", "a\nb", "\x1b[2J", "b\udcff"]
    hand_in(*names, *nameless, "ada")
    assert run(classroom) == sorted([*names, "ada"])
    assert set(graded(course)) == {*names, "ada"}
    assert sorted(classroom.nameless) == sorted(nameless)
    assert {row.student for row in classroom.records.report_rows()} == {*names, "ada"}


def test_what_has_not_changed_is_skipped(classroom, hand_in):
    hand_in("ada", "bob")
    run(classroom)
    assert run(classroom) == []
    hand_in("bob", content="{} ")
    hand_in("eve")
    assert run(classroom) == ["bob", "eve"]
    assert run(classroom) == []


def test_another_assignment_text_is_a_reason_to_grade_again(classroom, course, hand_in):
    hand_in("ada")
    run(classroom)
    spec = assignment_spec(solution_spec("f"), test_spec("test", "f(2)", 2.0))
    assert run(Classroom(course, spec, Setup(spec.to_json(), Limits()))) == ["ada"]


@pytest.mark.parametrize("changed", [{"whole": True}, {"limits": Limits(cell_seconds=29)}])
def test_other_limits_or_cells_are_a_reason_to_grade_again(classroom, course, hand_in, changed):
    hand_in("ada")
    run(classroom)
    other = Classroom(course, SPEC, replace(classroom.setup, **changed))
    assert run(other) == ["ada"]
    assert run(other) == []


def test_a_machine_that_keeps_code_in_something_else_grades_again(classroom, hand_in):
    hand_in("ada", "bob")

    def grade(submission, seed):
        strong = submission.student == "ada"
        return result(submission.student, sandbox="strong" if strong else "weak")

    assert run(classroom, Now(grade), isolation="strong") == ["ada", "bob"]
    assert run(classroom, Now(grade), isolation="strong") == ["bob"]
    assert run(classroom, Now(grade), isolation="weak") == ["ada"]


def test_rerun_grades_all_again(classroom, hand_in):
    hand_in("ada", "bob")
    run(classroom)
    assert run(classroom, choice=Choice(rerun=True)) == ["ada", "bob"]


def test_only_some_are_graded(classroom, hand_in):
    hand_in("ada", "bob", "eve")
    assert run(classroom, choice=Choice(only=("eve", "ada"))) == ["ada", "eve"]
    assert run(classroom, choice=Choice(only=("ada", "bob"))) == ["bob"]
    with pytest.raises(ValueError, match="only must name students who handed in, got zoe, max"):
        classroom.to_grade(Choice(only=("zoe", "ada", "max")), "")


@pytest.mark.parametrize("rerun", [True, False])
def test_since_means_then_or_later(classroom, hand_in, rerun):
    hand_in("early", stamp="2026-01-01 11:59:59 UTC")
    hand_in("just", stamp="2026-01-01 12:00:00 UTC")
    hand_in("late", stamp="2026-01-01 14:00:00 Europe/Berlin")
    hand_in("never")
    choice = Choice(rerun, since=datetime(2026, 1, 1, 12))
    assert run(classroom, choice=choice) == ["just", "late"]
    assert run(classroom, choice=choice) == (["just", "late"] if rerun else [])


def test_a_notebook_that_is_missing_in_the_table_is_graded(course, hand_in):
    from dlcourse.grading.spec import AssignmentSpec

    two = AssignmentSpec("week", (SPEC.notebooks[0], assignment_spec(name="more").notebooks[0]))
    classroom = Classroom(course, two, Setup(two.to_json(), Limits()))
    hand_in("ada")
    run(classroom)
    assert run(classroom) == ["ada"]


def test_half_a_megabyte_is_room_for_a_small_notebook(course, hand_in):
    classroom = Classroom(course, SPEC, Setup(SPEC.to_json(), Limits(notebook_mb=0.5)))
    hand_in("ada")
    assert classroom.read("ada", classroom.to_grade(Choice(), "")["ada"]).refused == ""


def test_an_empty_class_is_no_error(classroom):
    assert run(classroom) == []
    _summary, page = classroom.report()
    assert page.exists()


def test_the_seed_is_handed_on(classroom, hand_in):
    seeds = []
    hand_in("ada")
    run(classroom, Now(lambda s, seed: seeds.append(seed) or result(s.student)), seed=42)
    assert seeds == [42]


@pytest.mark.parametrize(("batch", "sizes"), [(1, [1] * 5), (2, [2, 2, 1]), (10, [5])])
def test_submissions_go_out_in_batches(classroom, course, hand_in, batch, sizes):
    hand_in(*"abcde")
    executor, counts = Now(), []
    run(classroom, executor, batch=batch, progress=counts.append)
    assert [len(task) for task in executor.tasks] == sizes
    assert sum(counts) == 5
    assert set(graded(course)) == set("abcde")


def test_no_more_tasks_than_wished_are_out_at_a_time(classroom, hand_in, monkeypatch):
    hand_in(*"abcdef")
    out = []
    original = module.wait

    def wait(running, **settings):
        out.append(len(running))
        return original(running, **settings)

    monkeypatch.setattr(module, "wait", wait)
    run(classroom, in_flight=2)
    assert max(out) == 2


def test_results_are_written_while_others_still_run(classroom, course, hand_in, monkeypatch):
    monkeypatch.setattr(module, "WRITE_RESULTS", 2)
    hand_in(*"abcde")
    seen = []
    run(classroom, in_flight=1, progress=lambda count: seen.append((count, len(graded(course)))))
    assert seen == [(2, 2), (2, 4), (1, 5)]


# --- what goes wrong ----------------------------------------------------------------------------


def test_a_failing_batch_is_tried_alone_then_recorded(classroom, course, hand_in):
    hand_in("ada", "bob", "eve")

    def grade(submission, seed):
        if submission.student == "bob":
            raise RuntimeError("worker died")
        return result(submission.student)

    executor = Now(grade)
    run(classroom, executor, batch=3)
    assert executor.tasks[0] == ["ada", "bob", "eve"]
    assert sorted(executor.tasks[1:]) == [["ada"], ["bob"], ["bob"], ["eve"]]
    assert graded(course) == {"ada": 1.0, "bob": 0.0, "eve": 1.0}
    rows = {row.student: row for row in classroom.records.report_rows()}
    assert rows["bob"].status == "rejected"
    assert rows["bob"].reason == "It could not be graded (RuntimeError: worker died)."
    assert rows["bob"].maximum == 2.0
    assert run(classroom) == ["bob"]  # and nobody else


def test_a_failure_that_passes_costs_nothing(classroom, course, hand_in):
    hand_in("ada")
    failures = [RuntimeError("once"), RuntimeError("twice")]

    def grade(submission, seed):
        if failures:
            raise failures.pop()
        return result(submission.student)

    run(classroom, Now(grade))
    assert graded(course) == {"ada": 1.0}
    assert run(classroom) == []


def test_an_earlier_notebook_stays_where_nothing_could_be_graded(classroom, hand_in, tmp_path):
    hand_in("ada")
    run(classroom)

    def fail(submission, seed):
        raise RuntimeError

    run(classroom, Now(fail), choice=Choice(rerun=True))
    assert (tmp_path / "feedback/ada/week/week.html").read_text() == "<p>page</p>"


def test_an_interrupt_keeps_what_is_done(classroom, course, hand_in):
    hand_in(*"abcd")

    class Interrupted(Now):
        def submit(self, task, setup, batch, seed):
            if len(self.tasks) == 2:
                raise KeyboardInterrupt
            return super().submit(task, setup, batch, seed)

    with pytest.raises(KeyboardInterrupt):
        run(classroom, Interrupted(), in_flight=1)
    assert set(graded(course)) == {"a", "b"}
    assert run(classroom) == ["c", "d"]


def test_an_interrupt_while_waiting_cancels_what_has_not_begun(
    classroom, course, hand_in, monkeypatch
):
    hand_in(*"abcd")
    futures = []

    class Half(Now):
        def submit(self, task, setup, batch, seed):
            done = super().submit(task, setup, batch, seed)
            futures.append(done if len(futures) < 1 else Future())
            return futures[-1]

    original, calls = module.wait, []

    def wait(running, **settings):
        calls.append(1)
        if len(calls) > 1:
            raise KeyboardInterrupt
        return original(running, **settings)

    monkeypatch.setattr(module, "wait", wait)
    with pytest.raises(KeyboardInterrupt):
        run(classroom, Half())
    assert set(graded(course)) == {"a"}
    assert all(future.cancelled() for future in futures[1:])


def test_an_interrupt_while_progress_is_shown_stays_an_interrupt(
    classroom, course, hand_in, monkeypatch
):
    """Then everything is written already, and writing it again would find nothing."""
    monkeypatch.setattr(module, "WRITE_RESULTS", 1)
    hand_in(*"abc")

    def interrupt(count):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(classroom, in_flight=1, progress=interrupt)
    assert set(graded(course)) == {"a"}


def test_files_are_complete_before_the_gradebook_knows(classroom, course, hand_in, tmp_path):
    hand_in("ada")

    def fail(entries):
        assert (tmp_path / "autograded/ada/week/week.ipynb").exists()
        assert (tmp_path / "feedback/ada/week/week.html").exists()
        raise RuntimeError("disk full")

    classroom.records.write = fail
    with pytest.raises(RuntimeError, match="disk full"):
        run(classroom)
    assert graded(course) == {}


def test_a_run_without_a_sandbox_says_so(classroom, hand_in):
    hand_in("ada")
    run(classroom, Now(lambda s, seed: result(s.student, sandbox="NOT SANDBOXED")))
    assert [row.sandbox for row in classroom.records.report_rows()] == ["NOT SANDBOXED"]
    page = classroom.report()[1]
    assert "NOT SANDBOXED" in page.read_text()


def test_a_worker_without_a_sandbox_stops_the_run(classroom, course, hand_in):
    hand_in("ada", "bob")

    def grade(submission, seed):
        if submission.student == "bob":
            raise SandboxError("bubblewrap is not installed")
        return result(submission.student)

    with pytest.raises(SandboxError, match="not installed"):
        run(classroom, Now(grade), in_flight=1)
    assert graded(course) == {"ada": 1.0}
    assert run(classroom) == ["bob"]


def test_the_report_lies_in_its_folder(classroom, hand_in, tmp_path):
    hand_in("ada")
    run(classroom)
    summary, page = classroom.report()
    assert page.parent == tmp_path / "reports" / "week"
    assert summary.submissions == 1


# --- late, and marked by hand -------------------------------------------------------------------


def test_late_submissions_get_the_penalty_in_their_feedback(course, hand_in, tmp_path):
    hand_in("late", stamp="2026-01-11 00:00:00 UTC")
    hand_in("early", stamp="2026-01-09 00:00:00 UTC")
    asked = []

    def penalty(student, notebook):
        asked.append((student, notebook))
        return 0.5

    classroom = Classroom(course, SPEC, Setup(SPEC.to_json(), Limits()), penalty)
    run(classroom)
    assert asked == [("late", "week")]
    assert "0.5" in (tmp_path / "feedback/late/week/week.html").read_text()
    assert (tmp_path / "feedback/early/week/week.html").read_text() == "<p>page</p>"


def test_feedback_shows_a_persons_marks(classroom, course, hand_in, tmp_path):
    hand_in("ada")
    run(classroom)
    with Gradebook(course.db_url, "dlcourse") as gradebook:
        gradebook.find_grade("test", "week", "week", "ada").manual_score = 1.75
        gradebook.db.commit()
    run(classroom, choice=Choice(rerun=True))
    assert "1.75" in (tmp_path / "feedback/ada/week/week.html").read_text()
    assert graded(course) == {"ada": 1.75}
