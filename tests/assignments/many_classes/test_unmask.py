"""The masked softmax: what the notebook shows is what the check runs, and what unmasks it."""

import inspect
import json
from pathlib import Path

import numpy as np
import pytest

from dlcourse.assignments.many_classes.unmask_softmax import is_unmasked, masked_softmax
from dlcourse.checks.judging import judge
from dlcourse.checks.registry import find

NOTEBOOK = Path(__file__).parents[3] / "exercises/many_classes/many_classes.ipynb"
UNMASK = find("many_classes/unmask_softmax")


@pytest.mark.local  # the students' notebooks are not there in the browser's Python
def test_notebook_shows_the_masked_function_that_the_check_runs():
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    (shown,) = ("".join(c["source"]) for c in cells if c["id"] == "masked-softmax")
    ours = inspect.getsource(masked_softmax)
    assert shown.splitlines()[1:] == ours.splitlines()[1:]


def rows(top, *shape):
    S = np.zeros(shape)
    S[0] = top
    return S


@pytest.mark.parametrize("S", [rows(800, 2, 2), rows(-1e9, 3, 2), rows(1e308, 2, 2)])
def test_rows_far_apart_unmask_it(S):
    assert is_unmasked(S)


@pytest.mark.parametrize(
    "S",
    [
        rows(1e9, 1, 3),
        rows(600, 2, 2),
        np.full((2, 3), 1e4),
        rows(np.inf, 2, 2),
        rows(np.nan, 2, 2),
    ],
    ids=str,
)
def test_nothing_else_does(S):
    assert not is_unmasked(S)


def test_a_number_that_only_a_long_double_holds_unmasks_nothing():
    """It is finite where it is checked, and infinite as a double."""
    largest = np.finfo(np.longdouble).max

    def unmask_softmax(n, n_classes):
        S = np.zeros((n, n_classes), dtype=np.longdouble)
        S[0] = largest
        return S

    expected = 2 if largest == np.finfo(float).max else 0  # some machines have no longer one
    assert judge(UNMASK, unmask_softmax, 1).earned == expected


def test_no_table_is_given_away():
    failure = judge(UNMASK, lambda n, n_classes: np.full((n, n_classes), 5.0), 1).failure
    assert failure.expected == ""
    assert "expected" not in dict(failure.table)
    assert "1000" not in str(failure)


def test_relations_with_the_table_of_the_reference_name_nothing():
    """Half of it, or the same upside down, is no mistake of its own."""

    def tenth(n, n_classes):
        return UNMASK.reference(n, n_classes) / 10

    failure = judge(UNMASK, tenth, 1).failure
    assert failure.message.startswith("In every row of your table some score is within 700")
    assert failure.misconception == ""
    assert failure.hint == UNMASK.parts[0].hint
