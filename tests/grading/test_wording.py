"""How a class is put into words."""

import pytest
from grading.classes import NAME, a_class, outcome, row

pytest.importorskip("nbgrader")

from dlcourse.checks.outcome import Kind
from dlcourse.grading.statistics import Mistake, summarise
from dlcourse.grading.wording import MISTAKES, as_text, mistake_name


def test_text_is_short_and_says_what_matters():
    text = as_text(summarise(a_class(200)))
    assert len(text.splitlines()) <= 25
    assert max(map(len, text.splitlines())) <= 100
    for word in ("submissions  200 (1", "graded", "median", "quartiles", "bubblewrap", "sigmoid"):
        assert word in text


def test_text_obeys_no_control_characters():
    rows = [row(outcomes=(outcome("\x1b[2J", 0.0, "value", "\x1b]0;x\x07\n\u202e"),))]
    text = as_text(summarise(rows))
    assert all(line.isprintable() for line in text.splitlines())
    assert len(text.splitlines()) == 11


def test_an_empty_class_has_words():
    assert "submissions  0 (none)" in as_text(summarise([]))


def test_what_waits_for_a_person_is_counted_and_not_among_the_hardest():
    cells = {"hard": (1.0, 4.0), "question": (None, 3.0)}
    empty = {**cells, "question": (0.0, 3.0)}
    text = as_text(summarise([row("a", cells=cells), row("b", cells=empty)]))
    assert "by hand      1 cell waits for a person and counts as 0 until then" in text
    assert "hard  " in text
    assert "question" not in text
    waiting = row("a", cells={"question": (None, 3.0)}, outcomes=())
    assert "hardest" not in as_text(summarise([waiting]))


def test_what_can_be_forged_is_said():
    text = as_text(summarise([row(cells={"t": (1.0, 2.0)}, forgeable=frozenset({"t"}))]))
    assert "forgeable    2 of 2 points: those tests run in the student's own process" in text
    assert "t (forgeable)" in text
    assert max(map(len, text.splitlines())) <= 100


def test_a_mistake_is_shown_by_the_exercises_name():
    wrong = outcome(f"{NAME}/scores", 0.0, "value", "bias left out")
    assert "  scores: bias left out  " in as_text(summarise([row(outcomes=(wrong,))]))


def test_every_kind_of_mistake_has_words():
    def named(kind):
        return mistake_name(Mistake("scores", "", kind, "", 1, 1.0))

    assert set(MISTAKES) == set(Kind)
    assert named(Kind.RAISED) == "stopped with an error"
    assert named("of a course to come") == "of a course to come"
