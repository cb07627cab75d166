"""Wrong answers without a name are put down as numbers, and those that are alike are equal."""

import json

import numpy as np
import pytest
from courses import answered
from grading.toy import NAME, exercises

pytest.importorskip("nbgrader")

from dlcourse.checks.judging import Attempt
from dlcourse.grading.statistics import ReportRow, summarise
from dlcourse.grading.unnamed import SECONDS, fingerprint, look

SIGMOID = exercises()["sigmoid"]


def seen(function):
    return look(SIGMOID, "the formula", function)


def test_what_is_put_down_is_the_smallest_wrong_case_in_numbers():
    found = seen(np.sin)
    assert found["part"] == "the formula"
    assert [label for label, _ in found["table"]] == ["S", "expected", "answered"]
    numbers = [np.array(json.loads(value)) for _, value in found["table"]]
    assert np.allclose(numbers[2], np.sin(numbers[0]), atol=1e-5)
    assert numbers[0].shape == (2,)
    assert seen(np.sin) == found


def test_answers_are_alike_whatever_the_code():
    def in_a_loop(S):
        return np.array([np.sin(s) for s in S.flat]).reshape(S.shape) + 1e-14

    assert seen(in_a_loop)["alike"] == seen(np.sin)["alike"]
    assert seen(np.cos)["alike"] != seen(np.sin)["alike"]


def test_answers_that_differ_only_in_a_larger_case_are_not_alike():
    def first_three(S):
        return np.where(np.arange(S.size).reshape(S.shape) < 3, np.sin(S), 0.0)

    assert seen(first_three)["table"] == seen(np.sin)["table"]
    assert seen(first_three)["alike"] != seen(np.sin)["alike"]


def test_nothing_but_numbers_is_put_down():
    for answer in (["<b>"], "<b>", None, np.array(["<b>"]), {"a": 1}):
        assert seen(lambda S, answer=answer: answer) == {}
    assert seen(lambda S: 1 / 0) == {}
    assert seen(SIGMOID.reference) == {}
    long = seen(lambda S: np.full(3000, 0.123456))["table"][-1][1]
    assert len(long) < 320


def test_rounding_and_signs_of_zero_do_not_part_answers():
    def mark(*answers):
        return fingerprint([Attempt(answer=np.asarray(answer)) for answer in answers])

    assert mark([0.1 + 0.2, 0.0]) == mark([0.3, -1e-17])
    assert mark([1e300, np.nan, np.inf]) == mark([1e300 * (1 + 1e-12), np.nan, np.inf])
    assert len({mark([1.0]), mark([[1.0]]), mark([1.0], [1.0]), mark([1.001]), mark(1.0)}) == 5
    assert mark([True]) != mark([False])
    assert mark([1 + 2j]) != mark([1 - 2j])
    assert mark(np.zeros(10_001)) == mark(np.ones(10_001))


STRANGE = {
    "ada": "def sigmoid(S):\n    return np.sin(S)",
    "bob": "def sigmoid(S):\n    return np.cos(S - np.pi / 2)",
    "cyd": "def sigmoid(S):\n    print('<script>')\n    return 0.0 + np.sin(S)",
    "dan": "def sigmoid(S):\n    return np.cos(S) * S",
    "eve": "def sigmoid(S):\n    return ['<script>']",
}


def test_class_that_shares_a_mistake_finds_it(station, solution):
    rows = []
    for student, source in STRANGE.items():
        notebook = json.dumps(answered(solution, {"sigmoid": source})).encode()
        result = station.grade(student, NAME, {f"{NAME}.ipynb": notebook})
        outcomes = tuple(json.loads(json.dumps(result.outcomes)))  # as the gradebook keeps them
        fields = (student, NAME, result.status, "", 0.0, 5.0, 0.1, result.seed, "")
        rows.append(ReportRow(*fields, outcomes=outcomes))
        assert result.status == "graded"
        assert result.scores["check-sigmoid"] == 0
        assert result.scores["check-scores"] == 2
    assert len({row.seed for row in rows}) == len(rows)
    first, second = summarise(rows).unnamed
    assert (first.exercise, first.part, first.students) == ("toy/sigmoid", "the formula", 3)
    assert (first.share, first.example) == (0.6, "ada")
    assert (second.students, second.example) == (1, "dan")
    assert "script" not in str([row.outcomes[1]["unnamed"] for row in rows])


def test_slow_function_loses_nothing_by_it(station, solution):
    """Quick enough for its test, it is too slow to be called again on all cases."""
    slow = f"import time\ndef sigmoid(S):\n    time.sleep({SECONDS / 3})\n    return np.sin(S)"
    notebook = json.dumps(answered(solution, {"sigmoid": slow})).encode()
    result = station.grade("ada", NAME, {f"{NAME}.ipynb": notebook})
    assert (result.status, result.reason) == ("graded", "")
    assert result.outcomes[1]["kind"] == "value"
    assert result.outcomes[1]["unnamed"] == {}
