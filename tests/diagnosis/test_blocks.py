"""Answers of which only a part is wrong: the part, and what is there, and no part where all is."""

import numpy as np
import pytest

from dlcourse.checks.diagnosis import Evidence, Trial
from dlcourse.checks.diagnosis.blocks import BLOCKS, LAST_BLOCKS

rng = np.random.default_rng(1)
VECTORS = [(rng.normal(size=n), rng.normal(size=n)) for n in (2, 3, 4, 5, 6, 7)]
TABLES = [
    (rng.normal(size=shape), np.ones(1)) for shape in ((2, 3), (3, 2), (4, 3), (3, 4), (5, 5))
]
LABELLED = [(rng.normal(size=n), rng.permutation([0, 1] * n)[:n]) for n in (4, 5, 6, 7, 8)]


def combination(x, y):
    return np.exp(x / 4) * (2 + np.sin(y))


def table(x, y):
    return np.exp(x) + y


def but_for(index, change, right=combination):
    """Answer right but for one part, which is changed."""

    def wrong(x, y):
        answer = right(x, y)
        answer[index(x, y)] = change(answer, x, y)[index(x, y)]
        return answer

    return wrong


def named(wrong, right=combination, cases=VECTORS):
    trials = [Trial(case, wrong(*case), right(*case)) for case in cases]
    evidence = Evidence(("x", "y"), right, trials, wrong)
    relations = (*BLOCKS, *LAST_BLOCKS)
    return next(filter(None, (relation(evidence) for relation in relations)), None)


@pytest.mark.parametrize(
    ("index", "change", "words"),
    [
        (lambda x, y: 0, lambda r, x, y: 0 * r, "Only the first entry of your answer is wrong."),
        (lambda x, y: 0, lambda r, x, y: 0 * r, "Where it is wrong, your answer is 0."),
        (lambda x, y: -1, lambda r, x, y: r * len(x), "the right one times `len(x)`"),
        (
            lambda x, y: np.s_[1:],
            lambda r, x, y: 3 * r,
            "Only the first entry of your answer is always right",
        ),
        (lambda x, y: x < 0, lambda r, x, y: x, "wrong only where `x` is negative"),
        (lambda x, y: x < 0, lambda r, x, y: x, "your answer is `x`: nothing happens to it"),
        (lambda x, y: y > 0, lambda r, x, y: r**2, "only where `y` is positive"),
        (lambda x, y: x > 0, lambda r, x, y: combination(-x, y), "would be right with -`x` in pl"),
    ],
)
def test_a_wrong_part_is_named(index, change, words):
    assert words in str(named(but_for(index, change)))


@pytest.mark.parametrize(
    ("index", "words"),
    [
        (np.s_[-1], "Only the last row of your answer is wrong"),
        (np.s_[:, 0], "Only the first column of your answer is wrong"),
        (np.s_[:, 1:], "Only the first column of your answer is always right"),
    ],
)
def test_rows_and_columns_are_parts(index, words):
    wrong = but_for(lambda x, y: index, lambda r, x, y: 3 * r, table)
    naming = named(wrong, table, TABLES)
    assert words in naming.place
    assert "3 times" in naming.name


def test_examples_of_one_label_are_a_part():
    naming = named(but_for(lambda x, y: y == 1, lambda r, x, y: r**2), cases=LABELLED)
    assert "wrong only where `y` is 1" in naming.place


def test_what_is_in_a_part_may_stay_unknown():
    strange = but_for(lambda x, y: 0, lambda r, x, y: np.cos(1e3 * r.cumsum()))
    naming = named(strange)
    assert naming.observed
    assert naming.name == "Only the first entry of your answer is wrong."


def test_a_wrong_entry_elsewhere_is_no_part():
    def wrong(x, y):
        answer = combination(x, y)
        answer[0] = 7.0
        answer[-1] += np.sin(40 * x.sum())
        return answer

    assert named(wrong, cases=VECTORS[1:]) is None


def test_a_part_that_is_mostly_right_is_not_blamed():
    def wrong(x, y):
        answer = combination(x, y)
        answer[x == x.min()] += np.sin(40 * y.sum())
        return answer

    naming = named(wrong, cases=VECTORS[2:] * 2)
    assert naming is None or "negative" not in naming.place


def test_one_number_where_another_is_right_is_no_function_of_it():
    """The sigmoid of 0 is 1/2, and so is many a wrong idea of what belongs at 0."""
    cases = [(np.array([0.0, x, -x, 0.0]), np.ones(4)) for x in (1.0, 2.0, 3.0)]
    naming = named(lambda x, y: (np.sign(x) + 1) / 2, lambda x, y: (x > 0) * 1.0, cases)
    assert naming.place == "Your answer is wrong only where `x` is 0."
    assert naming.name == "Where it is wrong, your answer is 0.5."


def test_a_number_among_the_arguments_is_found_in_a_part():
    cases = [
        (x, rate) for (x, _), rate in zip(VECTORS, (0.1, 0.2, 0.3, 0.4, 0.5, 0.6), strict=True)
    ]
    naming = named(
        lambda x, rate: np.where(x < 0, rate, x),
        lambda x, rate: np.where(x < 0, rate * x, x),
        cases,
    )
    assert "your answer is `y`" in naming.name
