"""A whole class: what is graded, skipped and kept, mostly with results that nobody had to grade."""

import os
import re
import shutil
from concurrent.futures import Executor, Future
from dataclasses import replace
from datetime import datetime
from types import SimpleNamespace

import pytest
from grading.builders import assignment_spec, cell, notebook, result, solution_spec, test_spec

pytest.importorskip("nbgrader")

from nbgrader.api import Gradebook

from dlcourse.grading import classroom as module
from dlcourse.grading.classroom import Choice, Classroom
from dlcourse.grading.executors import Setup, grade_batch, grade_own
from dlcourse.grading.limits import Limits
from dlcourse.grading.own_solution import Loss
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
        source_directory="solutions",
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


COMPOSED, TAKEN_APART = "Jos\u00e9", "Jose\u0301"


@pytest.mark.parametrize("written", [COMPOSED, TAKEN_APART])
@pytest.mark.parametrize("asked", [COMPOSED, TAKEN_APART])
def test_a_student_is_found_however_accents_are_written(classroom, hand_in, written, asked):
    hand_in(written, "ada")
    assert run(classroom, choice=Choice(only=(asked,))) == [written]


def test_two_folders_of_one_name_are_not_graded_and_named(classroom, course, hand_in):
    hand_in(COMPOSED, TAKEN_APART, "ada")
    assert run(classroom) == ["ada"]
    assert set(graded(course)) == {"ada"}
    assert sorted(classroom.alike) == sorted([COMPOSED, TAKEN_APART])
    said = r"only must name one folder of a student, got 'Jose\u0301' and 'Jos\xe9'"
    with pytest.raises(ValueError, match=re.escape(said)):
        classroom.to_grade(Choice(only=(COMPOSED,)), "")


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


# --- the own solution ---------------------------------------------------------------------------


@pytest.fixture
def own(course, tmp_path):
    """The instructor's notebook, and what an executor is asked to do with it."""
    course.source_directory = "source"
    (tmp_path / "source" / "week").mkdir(parents=True)
    (tmp_path / "source" / "week" / "week.ipynb").write_bytes(b"mine")
    tasks = []

    class Graded(Executor):
        def submit(self, task, setup, notebooks):
            assert task is grade_own
            tasks.append(notebooks)
            future = Future()
            future.set_result([Loss("week", "test", 0.5, 2.0, f"said {len(tasks)} times")])
            return future

    return SimpleNamespace(tasks=tasks, executor=Graded(), path=tmp_path / "source/week/week.ipynb")


def test_the_own_solution_is_graded_once_and_its_losses_are_kept(classroom, own):
    (loss,) = classroom.own_losses(own.executor, "strong")
    assert own.tasks == [{"week": b"mine"}]
    assert classroom.own_losses(own.executor, "strong") == classroom.known_losses == (loss,)
    assert len(own.tasks) == 1
    classroom.own_losses(own.executor, "weak")
    own.path.write_bytes(b"another")
    classroom.own_losses(own.executor, "weak")
    classroom.own_losses(own.executor, "weak", rerun=True)
    assert own.tasks[1:] == [{"week": b"mine"}, {"week": b"another"}, {"week": b"another"}]


def test_what_the_own_solution_loses_stands_in_the_report(classroom, own, hand_in):
    classroom.own_losses(own.executor, "")
    hand_in("ada")
    run(classroom)
    page = classroom.report()[1].read_text()
    assert "Tests that your own solution loses" in page
    assert "said 1 times" in page


# --- late, and marked by hand -------------------------------------------------------------------


def by_half(student, score, seconds):
    return score / 2


@pytest.fixture
def change(course):
    """Change the gradebook as the instructor does."""

    def write(action):
        with Gradebook(course.db_url, "dlcourse") as gradebook:
            action(gradebook)
            gradebook.db.commit()

    return write


def taken_off(course, tmp_path, student="ada"):
    """What lateness costs: in the gradebook, and as the student's page has it."""
    with Gradebook(course.db_url, "dlcourse") as gradebook:
        written = gradebook.find_submission("week", student).late_submission_penalty
    page = (tmp_path / f"feedback/{student}/week/week.html").read_text()
    said = re.search(r"Late submission penalty \(Score: -([\d.]+)\)", page)
    return written, float(said[1]) if said else 0.0


def with_rule(course, rule=by_half):
    return Classroom(course, SPEC, Setup(SPEC.to_json(), Limits()), rule)


def test_late_submissions_get_the_penalty_in_their_feedback(course, hand_in, tmp_path):
    hand_in("late", stamp="2026-01-11 00:00:00 UTC")
    hand_in("early", stamp="2026-01-09 00:00:00 UTC")
    run(with_rule(course))
    assert taken_off(course, tmp_path, "late") == (0.5, 0.5)
    assert (tmp_path / "feedback/early/week/week.html").read_text() == "<p>page</p>"


DATES = {
    "due later": lambda g: setattr(g.find_assignment("week"), "duedate", datetime(2026, 1, 12)),
    "no due date": lambda g: setattr(g.find_assignment("week"), "duedate", None),
    "extension": lambda g: g.grant_extension("week", "ada", days=2),
}


@pytest.mark.parametrize("name", DATES)
def test_a_date_that_changes_changes_penalty_and_page_and_runs_nothing(
    course, hand_in, tmp_path, change, name
):
    hand_in("ada", "bob", stamp="2026-01-11 00:00:00 UTC")
    classroom = with_rule(course)
    run(classroom)
    assert taken_off(course, tmp_path) == taken_off(course, tmp_path, "bob") == (0.5, 0.5)
    change(DATES[name])
    assert run(classroom) == []
    assert classroom.renew_penalties() == (1 if name == "extension" else 2)
    assert taken_off(course, tmp_path) == (0.0, 0.0)
    assert classroom.renew_penalties() == 0
    change(lambda g: g.grant_extension("week", "ada"))
    change(lambda g: setattr(g.find_assignment("week"), "duedate", DUE))
    classroom.renew_penalties()
    assert taken_off(course, tmp_path) == taken_off(course, tmp_path, "bob") == (0.5, 0.5)
    assert run(classroom) == []


def test_another_rule_for_lateness_changes_penalty_and_page(course, hand_in, tmp_path):
    hand_in("ada", stamp="2026-01-11 00:00:00 UTC")
    run(with_rule(course, lambda *_: None))
    assert taken_off(course, tmp_path) == (0.0, 0.0)
    assert run(with_rule(course)) == []
    assert with_rule(course).renew_penalties() == 1
    assert taken_off(course, tmp_path) == (0.5, 0.5)
    assert with_rule(course, lambda student, score, seconds: score).renew_penalties() == 1
    assert taken_off(course, tmp_path) == (1.0, 1.0)


def test_a_time_that_is_corrected_comes_or_goes_grades_again(course, hand_in, tmp_path):
    classroom, stamp = with_rule(course), tmp_path / "submitted/ada/week/timestamp.txt"
    steps = (
        *((None, 0.0), ("2026-01-10 01:00 +0100", 0.0), ("2026-01-10 01:00 -0100", 0.5)),
        *(("2026-01-09 00:00:00 UTC", 0.0), ("2026-01-11 00:00:00 UTC", 0.5), (None, 0.0)),
    )
    for text, penalty in steps:
        hand_in("ada", stamp=text)
        if text is None:
            stamp.unlink(missing_ok=True)
        assert run(classroom) == ["ada"]
        assert taken_off(course, tmp_path) == (penalty, penalty)
        copies = [tmp_path / step / "ada/week/timestamp.txt" for step in ("autograded", "feedback")]
        assert [path.exists() for path in copies] == [text is not None] * 2
    hand_in("ada", stamp="2026-01-11 00:00:00 UTC")
    run(classroom)
    hand_in("ada", stamp="Sun, 11 Jan 2026 01:00:00 +0100")
    assert run(classroom) == []  # the same time


def test_marks_and_comments_of_a_person_stay_when_a_date_changes(course, hand_in, tmp_path, change):
    hand_in("ada", stamp="2026-01-11 00:00:00 UTC")
    classroom, page = with_rule(course), tmp_path / "feedback/ada/week/week.html"
    answer = cell("f = 1", "f", outputs=[], execution_count=None)
    answer["metadata"]["nbgrader"]["solution"] = True
    text = notebook(answer, nbformat_minor=4).decode()
    run(classroom, Now(lambda s, seed: result(s.student, graded=text)))

    def write(gradebook):
        gradebook.find_grade("test", "week", "week", "ada").manual_score = 1.75
        gradebook.find_grade("test", "week", "week", "ada").extra_credit = 0.5
        gradebook.find_comment("f", "week", "week", "ada").manual_comment = "Well said."

    change(write)
    assert classroom.renew_penalties() == 1  # of more points there is more to take off
    assert taken_off(course, tmp_path) == (1.125, 1.12)
    for days, total in ((5, 2.25), (0, 1.12)):
        change(lambda g, days=days: g.grant_extension("week", "ada", days=days))
        assert run(classroom) == []
        assert classroom.renew_penalties() == 1
        assert f"(Score: {total} / 2.0)" in page.read_text()
        assert "Well said." in page.read_text()


def test_a_run_that_is_stopped_between_page_and_gradebook_is_made_good(
    course, hand_in, tmp_path, monkeypatch, change
):
    hand_in("ada", stamp="2026-01-11 00:00:00 UTC")
    classroom = with_rule(course)
    run(classroom)
    change(DATES["extension"])

    def stop(*_):
        raise KeyboardInterrupt

    for place, name in ((module, "write_whole"), (classroom.records, "write_penalties")):
        with monkeypatch.context() as patch:
            patch.setattr(place, name, stop)
            with pytest.raises(KeyboardInterrupt):
                classroom.renew_penalties()
    assert classroom.renew_penalties() == 1
    assert taken_off(course, tmp_path) == (0.0, 0.0)


def test_a_penalty_is_put_right_where_the_graded_notebook_is_gone(
    course, hand_in, tmp_path, change
):
    hand_in("ada", stamp="2026-01-11 00:00:00 UTC")
    classroom = with_rule(course)
    run(classroom)
    (tmp_path / "autograded/ada/week/week.ipynb").unlink()
    change(DATES["extension"])
    classroom.renew_penalties()
    assert taken_off(course, tmp_path)[0] == 0.0


def test_only_those_who_are_named_are_put_right(course, hand_in, tmp_path, change):
    hand_in("ada", "bob", stamp="2026-01-11 00:00:00 UTC")
    classroom = with_rule(course)
    run(classroom)
    change(DATES["due later"])
    assert classroom.renew_penalties(("bob",)) == 1
    assert taken_off(course, tmp_path)[0] == 0.5
    assert taken_off(course, tmp_path, "bob") == (0.0, 0.0)


def test_who_has_a_time_that_cannot_be_read_is_to_be_looked_at(classroom, hand_in):
    hand_in("ada", stamp="10 p.m. <b>\u202e")
    hand_in("bob", stamp="2026-01-09 00:00:00 UTC")
    hand_in("eve")
    run(classroom)
    rows = {row.student: row for row in classroom.records.report_rows()}
    said = r"timestamp.txt holds no time that is sure, but '10 p.m. <b>\u202e'."
    assert rows["ada"].reason == said
    assert (rows["ada"].status, rows["ada"].score) == ("graded", 1.0)
    assert rows["bob"].reason == rows["eve"].reason == ""
    page = classroom.report()[1].read_text()
    looked_at = page[page.index("To look at") : page.index("All submissions")]
    assert "10 p.m. &lt;b&gt;\\u202e" in looked_at
    assert "bob" not in looked_at
    assert run(classroom) == []
    hand_in("ada", stamp="10 a.m.")
    assert run(classroom) == ["ada"]


def test_feedback_shows_a_persons_marks(classroom, course, hand_in, tmp_path):
    hand_in("ada")
    run(classroom)
    with Gradebook(course.db_url, "dlcourse") as gradebook:
        gradebook.find_grade("test", "week", "week", "ada").manual_score = 1.75
        gradebook.db.commit()
    run(classroom, choice=Choice(rerun=True))
    assert "1.75" in (tmp_path / "feedback/ada/week/week.html").read_text()
    assert graded(course) == {"ada": 1.75}
