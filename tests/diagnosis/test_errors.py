"""Errors on small made-up exercises: what met what is said, and nothing that is not known."""

import math

import numpy as np
import pytest

from dlcourse.checks.diagnosis import Evidence, Trial, diagnose
from dlcourse.checks.errors import StudentError, describe_exception

rng = np.random.default_rng(1)
CASES = [
    (rng.normal(size=(n, d)), rng.normal(size=n), rng.normal(size=d + 1))
    for n, d in ((1, 2), (2, 1), (4, 2), (3, 2), (8, 3), (7, 4), (6, 2))
]


def slope(X, y, w):
    """Gradient of the mean squared error, by half."""
    Z = np.column_stack([np.ones(len(X)), X])
    return Z.T @ (Z @ w - y) / len(y)


def trial(wrong, case, right):
    try:
        return Trial(case, wrong(*case), np.asarray(right(*case), float))
    except Exception as error:
        return Trial(case, None, np.asarray(right(*case), float), describe_exception(error, wrong))


def named(wrong, right=slope, cases=CASES, names=("X", "y", "w")):
    trials = [trial(wrong, case, right) for case in cases]
    return diagnose(Evidence(names, right, trials, wrong))


def with_a_row(X, y, w):
    return X @ (X @ w[1:] - y)


def with_a_second_column_of_ones(X, y, w):
    X = np.column_stack([np.ones(len(X)), X])
    return slope(X, y, w)


def one_too_far(X, y, w):
    return np.array([slope(X, y, w)[j] for j in range(len(w) + 1)])


def two_features(X, y, w):
    errors = w[0] + X[:, 0] * w[1] + X[:, 1] * w[2] - y
    return np.array([errors.mean(), (errors * X[:, 0]).mean(), (errors * X[:, 1]).mean()])


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (with_a_row, "the number of rows of `X` and the number of columns of `X`"),
        (with_a_second_column_of_ones, "Every time one is longer by 1"),
        (one_too_far, "one entry too far: there are `len(w)`"),
        (two_features, "only where the number of columns of `X` is not 2"),
        (lambda w, X, y: slope(X, y, w), "when it is given `w`, `X`, `y`"),
        (lambda X, y: slope(X, y, 0), "is called with 3 arguments"),
        (lambda X, y, w, rate: slope(X, y, w), "is called without 'rate'"),
        (lambda X, y, w: unknown + X, "Nothing is called `unknown`"),  # noqa: F821
        (lambda X, y, w: slope(X, y, w) / (1 // 0), "divided by 0"),
        (lambda X, y, w: math.exp(X), "one number is needed"),
        (lambda X, y, w: slope(X, y, w) if y > 0 else w, "one yes or no is needed"),
        (lambda X, y, w: np.mean + slope(X, y, w), "At `+` a function itself"),
        (lambda X, y, w: None * slope(X, y, w), "At `*` there is nothing (None)"),
        (lambda X, y, w: [1.0] - 2.0, "`-` stands between a list and a number"),
        (lambda X, y, w: X(w), "You call an array as if it were a function"),
        (lambda X, y, w: 2.0 ^ 2, "does not raise to a power"),
        (lambda X, y, w: y[0, 0], "2 indices for an array of 1 axes"),
        (lambda X, y, w: list(len(w)), "No loop can go through a whole number"),
        (lambda X, y, w: w.mean(axis=1), "Axis 1 is asked for"),
        (lambda X, y, w: np.sigmoid(X), "`numpy` has nothing that is called `sigmoid`"),
        (lambda X, y, w: math.exp(1e4), "larger than Python can hold"),
    ],
)
def test_an_error_is_explained(wrong, words):
    assert words in str(named(wrong))


def test_a_call_without_end_is_explained():
    def endless(X, y, w):
        return endless(X, y, w)

    assert "calls itself" in named(endless).name


def test_a_variable_that_only_a_loop_fills_is_said_with_the_case_that_has_no_turn():
    def power(x, steps):
        for _ in range(steps):
            result = x**steps
        return result

    cases = [(rng.normal(size=3), steps) for steps in (0, 1, 0, 2, 3, 4)]
    naming = named(power, lambda x, steps: x**steps, cases, ("x", "steps"))
    assert naming.name == "`result` is used before it has a value."
    assert naming.place == "Your answers go wrong only where `steps` is 0."


def test_lengths_have_no_names_where_too_few_cases_tell_them_apart():
    naming = named(with_a_row, cases=CASES[1:2] * 4)
    assert naming.observed
    assert "`X`" not in naming.name


def test_an_array_in_place_of_another_is_not_said_to_be_turned_round():
    taken_for_weights = named(lambda X, y, w: slope(X, y, np.append(1, y[1:])))
    assert "turned round, or is another one meant?" in taken_for_weights.question
    cut = named(lambda X, y, w: X @ y[1:])
    assert "the number of rows of `X` - 1 and the number of columns of `X`" in cut.name
    assert "turned round" not in cut.question


def test_lengths_that_differ_by_1_are_no_bias_where_another_difference_occurs():
    assert "longer by 1" not in named(with_a_row).name


def test_an_error_after_a_wrong_number_is_not_what_is_told():
    def late(X, y, w):
        return 2 * slope(X, y, w) if len(X) < 8 else math.exp(X)

    assert named(late).relation == "factor 2"


def test_an_error_that_nobody_knows_is_left_to_python():
    def odd(X, y, w):
        raise RuntimeError("the device is on fire")

    assert named(odd) is None


def test_the_text_decides_and_not_the_class():
    cases = [Trial(case, None, slope(*case), StudentError("TypeError", "?")) for case in CASES]
    assert diagnose(Evidence(("X", "y", "w"), slope, cases)) is None
