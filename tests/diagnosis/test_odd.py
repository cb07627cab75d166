"""Answers of every odd kind: whatever a function does, its check comes to an end and says so."""

import numpy as np
import pytest
from diagnosis.elsewhere import EXERCISES, answers

from dlcourse.checks import judging
from dlcourse.checks.judging import judge
from dlcourse.checks.registry import find

NAMES = "softmax", "perceptron_step", "stopping_epoch", "two_layer_output", "step_decay"


def array(value):
    return np.asarray(value, dtype=float)


def first(arguments):
    return next((array(a) for a in arguments if isinstance(a, np.ndarray)), np.zeros(2))


ODD = {
    "nan": lambda right, *given: array(right) * np.nan,
    "infinite": lambda right, *given: array(right) + np.inf,
    "empty": lambda right, *given: np.zeros((0, 3)),
    "four axes": lambda right, *given: array(right)[None, None],
    "an argument": lambda right, *given: first(given),
    "an argument, transposed": lambda right, *given: first(given).T,
    "one entry less": lambda right, *given: array(right).ravel()[:-1],
    "nothing now and then": lambda right, *given: right if len(str(given[0])) % 2 else None,
    "an error now and then": lambda right, *given: right if len(str(given[0])) % 3 else 1 / 0,
    "an error": lambda right, *given: first(given)[99],
    "too large for a double": lambda right, *given: 10**400,
    "a text": lambda right, *given: "x",
    "lists of lists": lambda right, *given: [1, [2, 3]],
    "objects": lambda right, *given: np.array([None, 1], dtype=object),
    "complex": lambda right, *given: array(right) * 1j,
    "a table twice": lambda right, *given: np.tile(array(right), 2),
    "half precision": lambda right, *given: array(right).astype(np.float16),
    "larger by the arguments": lambda right, *given: array(right) * (1 + first(given).size),
    "another number each": lambda right, *given: array(right) + np.sin(len(str(given))),
}


@pytest.mark.local  # a minute in the browser's Python
@pytest.mark.parametrize("name", ["sigmoid", "descend", *NAMES])
def test_a_check_comes_to_an_end(name, monkeypatch):
    exercise = EXERCISES[name] if name in EXERCISES else find(name)
    if name in EXERCISES:
        plain = (answers(name)[0].source,)
        monkeypatch.setattr(judging, "plain_solution", lambda key: plain)
    for odd in ODD.values():
        outcome = judge(exercise, lambda *given, f=odd: f(exercise.reference(*given), *given), 1)
        assert outcome.failure.message


def test_what_is_right_where_there_is_an_answer_is_right_for_no_other_arguments():
    exercise = EXERCISES["leaky_relu"]

    def now_and_then(S, slope):
        return exercise.reference(S, slope) if len(S) % 2 else None

    assert judge(exercise, now_and_then, 1).failure.misconception == ""
