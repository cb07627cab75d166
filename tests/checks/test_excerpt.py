"""Long cases are cut to their wrong rows, and only those."""

import numpy as np
import pytest

from dlcourse.checks.excerpt import LONG, SHOWN, excerpt, wrong_rows
from dlcourse.checks.judging import judge
from dlcourse.checks.spec import Exercise, Part


@pytest.mark.parametrize("shape", [(30,), (30, 4), (30, 2, 3)])
def test_rows_are_those_that_differ(shape):
    right = np.arange(np.prod(shape), dtype=float).reshape(shape)
    answer = right.copy()
    answer[[4, 17]] += 1
    assert wrong_rows(answer, right, 1e-7) == [4, 17]
    answer[...] = np.nan
    assert wrong_rows(answer, right, 1e-7) == list(range(SHOWN))


def test_what_is_short_or_of_another_shape_is_shown_whole():
    right = np.zeros(LONG)
    assert wrong_rows(right + 1, right, 1e-7) == []
    assert wrong_rows(np.ones((LONG + 1, 1)), np.zeros(LONG + 1), 1e-7) == []
    assert wrong_rows(np.ones(()), np.zeros(()), 1e-7) == []
    assert wrong_rows(None, np.zeros(LONG + 1), 1e-7) == []


def test_only_what_has_as_many_rows_is_cut():
    assert excerpt(np.arange(3), [1], 30, str) == "[0 1 2]"
    assert excerpt(2.0, [1], 30, str) == "2.0"
    assert excerpt(np.arange(60).reshape(30, 2), [3, 10], 30, str) == "[3]   [6 7]\n[10]  [20 21]"
    lines = excerpt(np.arange(60).reshape(30, 2, 1), [3], 30, str)
    assert lines == "[3]  [[6]\n      [7]]"


def test_student_sees_the_wrong_rows_of_a_long_case_with_their_index():
    double = Exercise(
        "double",
        lambda x, a: a * x,
        (Part("all", 1, lambda rng: [(np.arange(1.0, 31), 2.0)]),),
    )
    outcome = judge(double, lambda x, a: a * x + 4e-6 * (x == 13) + (x == 20))
    failure = outcome.failure
    assert failure.arguments == (("x", "[12]  13\n[19]  20"), ("a", "2"))
    assert failure.expected == "[12]  26\n[19]  40"
    assert failure.got == "[12]  26\n[19]  41"
    assert failure.left_out == 28
    for shown in (str(outcome), outcome._repr_html_()):
        assert "(random numbers; 28 rows left out):" in shown

    nearly = judge(double, lambda x, a: a * x + 4e-6 * (x == 13)).failure
    assert nearly.expected == "[12]  26"
    assert nearly.got.startswith("[12]  26.000004")
