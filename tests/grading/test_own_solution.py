"""What the instructor's own solution loses: which tests count, and what is said of them."""

import json
from types import SimpleNamespace

import pytest
from grading.builders import cell_spec, notebook_spec, result, solution_spec, test_spec

pytest.importorskip("nbgrader")

from dlcourse.grading.own_solution import (
    ADVICE,
    LONGEST,
    Loss,
    as_text,
    grade_solutions,
    in_short,
    losses,
    read,
    write,
)
from dlcourse.grading.result import Status

SPEC = notebook_spec(
    solution_spec("f"),
    test_spec("full", "", 2.0),
    test_spec("part", "", 2.0),
    test_spec("none", "", 1.0),
    cell_spec("essay", grade=True, solution=True, points=5.0),
    cell_spec("stub", grade=True, solution=True, points=5.0),
    cell_spec("task", task=True, points=5.0),
)
SCORES = {"full": 2.0, "part": 0.5, "none": 0.0, "essay": None, "stub": 0.0, "task": None}


def graded(part=(), none=(), **more):
    cells = [{"metadata": {}, "outputs": []}]
    for name, outputs in (("full", []), ("part", part), ("none", none)):
        cells.append({"metadata": {"nbgrader": {"grade_id": name}}, "outputs": outputs})
    return result(scores=SCORES, graded=json.dumps({"cells": cells}), **more)


def stream(text):
    return {"output_type": "stream", "text": text}


def error(*lines, evalue=""):
    return {"output_type": "error", "traceback": lines, "evalue": evalue}


def test_only_tests_without_full_marks_are_lost():
    assert list(losses(graded(), SPEC)) == [
        Loss("week", "part", 0.5, 2.0, ""),
        Loss("week", "none", 0.0, 1.0, ""),
    ]


def test_a_loss_says_all_that_its_cell_showed():
    shown = [
        stream("first\n"),
        {"output_type": "display_data", "data": {"text/plain": "second"}},
        {"output_type": "display_data", "data": {"image/png": "iVBO"}},
        {"output_type": "execute_result", "data": {"text/plain": "0.5"}},
    ]
    wrong = [error("\x1b[31mAssertionError\x1b[39m", "in the test"), error(evalue="short")]
    part, none = losses(graded(shown, wrong), SPEC)
    assert part.message == "first\nsecond"
    assert none.message == "AssertionError\nin the test\nshort"


def test_a_long_message_keeps_its_end():
    part, _ = losses(graded([stream("x" * 3000 + "end")]), SPEC)
    assert len(part.message) == LONGEST
    assert part.message.endswith("xend")


def test_a_solution_that_is_stopped_says_so():
    stopped = graded(status=Status.STOPPED, reason="It took too long.")
    assert {loss.message for loss in losses(stopped, SPEC)} == {"It took too long."}


def test_each_notebook_is_graded_and_may_show_hidden_tests():
    asked = []

    def grade(student, name, files, **settings):
        asked.append((student, name, files, settings))
        return graded()

    station = SimpleNamespace(grade=grade, spec=SimpleNamespace(notebook=lambda name: SPEC))
    assert len(grade_solutions(station, {"a": b"1", "b": b"2"})) == 4
    assert asked == [
        ("", "a", {"a.ipynb": b"1"}, {"reveals": True}),
        ("", "b", {"b.ipynb": b"2"}, {"reveals": True}),
    ]


def test_text_names_the_test_the_points_the_message_and_what_to_do():
    lost = [
        Loss("week", "t", 1 / 3, 2.0, "".join(f"{i}\n" for i in range(15))),
        Loss("week", "u", 0.0, 1.0, ""),
    ]
    assert as_text(lost).splitlines() == [
        "YOUR OWN SOLUTION LOSES POINTS:",
        "  week, t: 0.33333 of 2",
        *(f"    {i}" for i in range(3, 15)),
        "  week, u: 0 of 1",
        ADVICE,
    ]
    assert in_short(lost) == "YOUR OWN SOLUTION LOSES POINTS in t (week), u (week): see the report."


def test_what_was_found_is_kept(tmp_path):
    lost = (Loss("week", "t", 0.5, 2.0, "message"),)
    assert read(tmp_path / "new") == ("", ())
    write(tmp_path / "new", "key", lost)
    assert read(tmp_path / "new") == ("key", lost)
