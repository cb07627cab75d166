"""The exercises from elsewhere judge their own answers as they should, whatever is drawn."""

import pytest
from diagnosis.elsewhere import EXERCISES, answers, run

from dlcourse.checks.judging import judge

SEEDS = 1, 2, 3
EVERY = [(name, answer) for name in EXERCISES for answer in answers(name)]


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=lambda exercise: exercise.name)
def test_the_reference_passes(exercise):
    for seed in SEEDS:
        assert judge(exercise, exercise.reference, seed).failure is None


@pytest.mark.local  # minutes in the browser's Python
@pytest.mark.parametrize(
    ("name", "answer"), EVERY, ids=[f"{name}: {answer.title}" for name, answer in EVERY]
)
def test_only_right_answers_pass(name, answer):
    function = run(name, answer.source)
    for seed in SEEDS:
        failure = judge(EXERCISES[name], function, seed).failure
        assert (failure is None) == answer.right, failure


@pytest.mark.parametrize("name", EXERCISES)
def test_an_exercise_has_wrong_answers_of_many_kinds_and_a_right_one(name):
    titles = [answer.title for answer in answers(name) if not answer.right]
    assert len(set(titles)) == len(titles) >= 5
    assert all(len(title.split()) <= 14 for title in titles)
    assert any(answer.right for answer in answers(name))
