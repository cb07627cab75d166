"""A mistake in a called function is found there, and only if it is the only one."""

import numpy as np
import pytest

from dlcourse.checks.judging import judge
from dlcourse.checks.registry import find, plain_solution

KEY = "logistic_regression/descend"
WRONG_GRADIENT = """
def logistic_gradient(X, y, w):
    Z = np.column_stack([np.ones(len(X)), X])
    return Z.T @ (y - sigmoid(Z @ w)) / len(y)
"""
RIGHT = """
def descend(X, y, w, learning_rate, steps):
    for _ in range(steps):
        w = w - learning_rate * logistic_gradient(X, y, w)
    return w
"""


def told(*sources, name="descend"):
    space = {"np": np}
    for source in (*plain_solution(KEY), *sources):
        exec(source, space)
    failure = judge(find(f"logistic_regression/{name}"), space[name], seed=1).failure
    return failure and failure.misconception


def test_a_right_function_that_calls_a_wrong_one_is_sent_there():
    assert told(WRONG_GRADIENT, RIGHT) == "passed on by logistic_gradient"
    assert told(WRONG_GRADIENT, name="logistic_gradient") == "sign"


def test_a_called_function_that_raises_is_named_too():
    broken = "def logistic_gradient(X, y, w):\n    return X @ w\n"
    assert told(broken, RIGHT) == "passed on by logistic_gradient"


@pytest.mark.parametrize("gradient", ["", WRONG_GRADIENT])
def test_nothing_is_passed_on_by_a_function_that_is_wrong_itself(gradient):
    assert "passed on" not in told(gradient, RIGHT.replace("range(steps)", "range(steps + 1)"))


def test_what_is_called_inside_a_list_counts():
    walk = """
def descend(X, y, w, learning_rate, steps):
    v = w + 0.0
    [v.__isub__(learning_rate * logistic_gradient(X, y, v)) for _ in range(steps)]
    return v
"""
    assert told(walk) is None
    assert told(WRONG_GRADIENT, walk) == "passed on by logistic_gradient"
