"""The exercises from elsewhere judge their own answers as they should, whatever is drawn."""

import pytest
from diagnosis.elsewhere import EXERCISES, answers, run
from diagnosis.telling import says_what_is_wrong

from dlcourse.checks import judging
from dlcourse.checks.judging import judge

pytestmark = pytest.mark.uncounted
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


@pytest.mark.local  # a minute in the browser's Python
def test_most_mistakes_are_named_where_an_author_gives_a_plain_answer(monkeypatch):
    plain = {f"elsewhere/{name}": (answers(name)[0],) for name in EXERCISES}
    assert all(answer.right for (answer,) in plain.values())
    monkeypatch.setattr(judging, "plain_solution", lambda key: (plain[key][0].source,))
    wrong = [(name, answer) for name, answer in EVERY if not answer.right]
    named = [
        says_what_is_wrong(judge(EXERCISES[name], run(name, answer.source), 1).failure)
        for name, answer in wrong
    ]
    assert (len(EXERCISES), len(wrong)) == (35, 303)
    assert sum(named) >= 257
