"""The one test that grades an assignment of the course: what it is worth, and what it says."""

import html
import json
import re
import shutil

import pytest
from courses import NAME, ROOT, answered, copy_course, full_marks, nbgrader, shipped

pytest.importorskip("nbgrader")

from dlcourse.checks.registry import answers_to, exercises_of
from dlcourse.grading.spec import load_spec


def known_mistakes():
    """Pair misconceptions with the answers that are titled as they are."""
    for exercise in exercises_of(NAME):
        answers = answers_to(exercise.key)
        for idea in exercise.misconceptions:
            if idea.name in answers.wrong:
                yield exercise, idea, answers.wrong[idea.name]


def test_right_answers_earn_everything_and_a_known_mistake_is_named(
    tmp_path, course_directory, open_station
):
    copy_course(tmp_path)
    shutil.copytree(ROOT / "exercises" / NAME, tmp_path / "exercises" / NAME)  # as in a clone
    make = ("generate_assignment", NAME, "--create", "--force")
    nbgrader(tmp_path, tmp_path, *make).check_returncode()
    solution, full = shipped("solutions"), full_marks(shipped("solutions"))
    exercise, idea, source = next(known_mistakes())
    cell = exercise.name.replace("_", "-")
    wrong = answered(solution, {cell: source})
    called = answered(solution, {"sigmoid": "def sigmoid(S):\n    return np.tanh(S)"})
    with open_station(load_spec(course_directory(tmp_path), NAME)) as station:
        right, mistaken, once = (
            station.grade("ada", NAME, {f"{NAME}.ipynb": json.dumps(notebook).encode()})
            for notebook in (solution, wrong, called)
        )
    assert right.scores == full
    assert once.scores == {**full, "check-sigmoid": 0}  # and nothing else of what calls it
    assert mistaken.scores[f"check-{cell}"] == 0
    assert idea.hint in re.sub(r"</?code>", "`", html.unescape(mistaken.feedback))
