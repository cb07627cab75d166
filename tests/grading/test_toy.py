"""The toy course is what nbgrader makes of it, and its exercises judge as they say."""

import json

import numpy as np
import pytest
from grading.classes import cell_of
from grading.course.answers import ANSWERS
from grading.toy import FULL, NAME, exercises, hint, released

pytest.importorskip("nbgrader")

from dlcourse.checks.judging import judge


def test_the_students_notebook_is_what_nbgrader_releases(make_course):
    path = make_course() / "exercises" / NAME / f"{NAME}.ipynb"
    assert json.loads(path.read_text(encoding="utf-8")) == released()


def test_there_are_three_exercises_and_their_points_are_those_of_their_cells():
    points = {cell_of(name): float(one.points) for name, one in exercises().items()}
    assert points == FULL
    assert list(exercises()) == list(ANSWERS) == ["scores", "sigmoid", "logistic_gradient"]


@pytest.mark.filterwarnings("ignore")  # some of them overflow
@pytest.mark.parametrize(
    ("exercise", "kind", "title"),
    [
        (exercise, kind, title)
        for exercise, answers in ANSWERS.items()
        for kind in ("right", "partly_right", "wrong")
        for title in getattr(answers, kind)
    ],
)
def test_answer_earns_what_the_class_expects(exercise, kind, title):
    answers, known = ANSWERS[exercise], exercises()[exercise]
    names = {"np": np}
    others = [one.plainest for name, one in ANSWERS.items() if name != exercise]
    for source in (*others, *answers.helpers.values(), getattr(answers, kind)[title]):
        exec(source, names)
    outcome = judge(known, names[exercise], 3)
    points = {"right": known.points, "partly_right": known.parts[0].points, "wrong": 0}
    assert outcome.earned == points[kind]
    if title in {idea.name for idea in known.misconceptions}:
        assert outcome.failure.misconception == title
        assert outcome.failure.hint == hint(exercise, title)
