"""A class in numbers that are right."""

import pytest
from grading.classes import NAME, outcome, row

pytest.importorskip("nbgrader")

from dlcourse.grading.statistics import Summary, summarise
from dlcourse.grading.wording import bar_label


def test_scores_are_a_students_over_all_notebooks():
    rows = [row("a", 2.0), row("a", 1.0, notebook="two"), row("b", 0.5), row("c", 0.0, "rejected")]
    summary = summarise(rows)
    assert (summary.students, summary.submissions) == (3, 4)
    assert summary.scores == (0.0, 0.5, 3.0)
    assert summary.maximum == 4.0
    assert summary.mean == pytest.approx(3.5 / 3)
    assert summary.quartiles == (0.25, 0.5, 1.75)
    assert summary.statuses == {"graded": 3, "rejected": 1}
    assert summary.sandboxes == {"bubblewrap": 4}


def test_exercises_are_sorted_by_share_of_points_and_leave_out_what_was_rejected():
    def submission(student, easy, hard, status="graded"):
        cells = {"easy": (easy, 1.0), "hard": (hard, 10.0), "essay": (None, 5.0)}
        return row(student, 0.0, status, cells=cells, outcomes=())

    rows = [submission("a", 1.0, 10.0), submission("b", 1.0, 4.0), submission("c", 0.0, 0.0)]
    hard, easy, essay = summarise([*rows, submission("d", 0.0, 0.0, "rejected")]).exercises
    assert (hard.name, hard.maximum, hard.marked) == ("hard", 10.0, 3)
    assert (hard.full, hard.part, hard.nothing) == pytest.approx((1 / 3, 1 / 3, 1 / 3))
    assert hard.mean == pytest.approx(14 / 3)
    assert (easy.full, easy.part, easy.nothing) == pytest.approx((2 / 3, 0, 1 / 3))
    assert (essay.marked, essay.unmarked, essay.mean) == (0, 3, 0.0)


def test_a_question_is_not_called_hard_while_answers_to_it_wait():
    """Until a person marks it, only those who left it empty have a mark."""

    def submission(student, question):
        return row(student, cells={"hard": (1.0, 4.0), "question": (question, 3.0)}, outcomes=())

    waiting = summarise([submission("wrote", None), submission("left it empty", 0.0)])
    assert [(e.name, e.settled) for e in waiting.exercises] == [("hard", True), ("question", False)]
    empty = summarise([submission("left it empty", 0.0), submission("so did she", 0.0)])
    assert [(e.name, e.settled) for e in empty.exercises] == [("question", True), ("hard", True)]


def test_exercises_bear_the_name_of_the_check_in_their_cell():
    cells = {"check-scores": (1.0, 2.0), "essay": (None, 1.0)}
    (checked, essay) = summarise([row(cells=cells)]).exercises
    assert (checked.name, essay.name) == ("scores", "essay")


@pytest.mark.parametrize("checks", [(), (outcome("scores"),)])
def test_same_name_in_two_notebooks_is_told_apart(checks):
    rows = [row(outcomes=checks), row(notebook="two", outcomes=checks)]
    assert len({exercise.name for exercise in summarise(rows).exercises}) == 2


def test_one_exercise_checked_in_two_cells_is_told_apart():
    cells = {"first": (1.0, 1.0), "second": (0.0, 1.0)}
    checks = tuple({**outcome("scores"), "cell": cell} for cell in cells)
    names = {exercise.name for exercise in summarise([row(cells=cells, outcomes=checks)]).exercises}
    assert names == {f"{NAME}: first", f"{NAME}: second"}


def test_mistakes_count_students_not_checks():
    wrong = outcome("toy/scores", 0.0, "value", "bias left out", hint="Where is the bias?")
    rows = [
        row("a", outcomes=(wrong, wrong)),
        row("b", outcomes=(wrong,)),
        row("c", outcomes=(outcome("scores", 0.0, "raised", hint="In general, ..."),)),
        row("d"),
    ]
    known, unknown = summarise(rows).mistakes
    assert (known.misconception, known.students, known.share) == ("bias left out", 2, 0.5)
    assert (unknown.misconception, unknown.kind, unknown.students) == ("", "raised", 1)
    assert (known.hint, unknown.hint) == ("Where is the bias?", "")
    assert summarise(rows).misconceptions == (known,)


def test_exercise_bears_its_bare_name():
    wrong = outcome(f"{NAME}/scores", 0.0, "value", "bias left out")
    assert summarise([row(outcomes=(wrong,))]).exercises[0].name == "scores"


def test_outcomes_of_older_versions_have_no_hint_and_no_answers():
    old = outcome("theirs", 0.0, "value", "their misconception")
    del old["hint"], old["unnamed"]
    summary = summarise([row(outcomes=(old,))])
    assert (summary.mistakes[0].hint, summary.unnamed) == ("", ())


@pytest.mark.parametrize(
    ("scores", "maximum", "labels", "counts"),
    [
        ([0, 0.5, 1, 2], 2, {"0 – 0.2": 1, "0.4 – 0.6": 1, "1 – 1.2": 1, "2": 1}, 11),
        ([13, 12.5, 0], 13, {"0 – 1": 1, "12 – 13": 1, "13": 1}, 14),
        ([0.3], 0.3, {"0.3": 1}, 7),
        ([12], 10, {"12": 1}, 13),  # extra credit
        ([-1], 10, {"0 – 1": 1}, 11),
        ([0], 0, {"0": 1}, None),
        ([10.5], 10.5, {"10 – 10.5": 1}, 11),
        ([100, 99], 100, {"100": 1, "90 – 100": 1}, 11),
    ],
)
def test_histogram_counts_every_student_once(scores, maximum, labels, counts):
    rows = [row(str(i), float(s), maximum=float(maximum)) for i, s in enumerate(scores)]
    bars = summarise(rows).histogram()
    assert {bar_label(bar): bar.students for bar in bars if bar.students} == labels
    assert counts is None or len(bars) == counts
    assert sum(bar.share for bar in bars) == pytest.approx(1)


def test_what_can_be_forged_is_counted_and_said_behind_its_name():
    cells = {"a": (1.0, 2.0), "b": (3.0, 3.0)}
    both = [row(name, cells=cells, forgeable=frozenset({"b"}), outcomes=()) for name in "xy"]
    summary = summarise(both)
    assert summary.forgeable == 3.0
    assert {exercise.name for exercise in summary.exercises} == {"a", "b (forgeable)"}
    assert summarise([row()]).forgeable == 0.0


def test_empty_class():
    assert summarise([]) == Summary(0, {}, {}, (), 0.0, (), (), (), ())
