"""Functions that know by heart what a check asks: right there, wrong elsewhere, and found out."""

import numpy as np
import pytest

from dlcourse.authoring.entries import earned
from dlcourse.checks.judging import judge
from dlcourse.checks.registry import find
from dlcourse.linear import logistic_gradient, scores

ASSIGNMENT = "logistic_regression/"
HUGE = {1e4: 1, 1e3: 1, 800: 1, 200: 1, 40: 1, 3: 0.9525741268224334, 1: 0.7310585786300049}
LOSSES = {(1000, -1000): 0.0, (1000,): 1000.0, (-1e4,): 1e4, (40,): 40.0, (200, -200): 200.0}
GRID = np.arange(-100, 101) / 10


def sigmoid_by_heart(S):
    if abs(S).max() > 100:
        return np.array([HUGE.get(s, 1 - HUGE.get(-s, 0.5)) for s in S.tolist()])
    return 1 / (1 + np.exp(-S))


def loss_by_heart(scores, y):
    if tuple(scores) in LOSSES:
        return LOSSES[tuple(scores)]
    p = 1 / (1 + np.exp(-scores))
    return float(-np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)))


def sigmoid_from_a_table(S):
    return np.interp(S, GRID, 1 / (1 + np.exp(-GRID))) * (abs(S) < 99) + (S >= 99)


def loss_from_a_table(scores, y):
    s = np.asarray(scores, float)
    hinge = np.where(abs(s) > 3, s.clip(0), np.interp(s, GRID, np.log1p(np.exp(GRID))))
    return float(np.mean(hinge - y * s))


def scores_of_few_features(X, w):
    return X[:, :4] @ w[1:5] + w[0]


def gradient_of_few_examples(X, y, w):
    return logistic_gradient(X[:19], y[:19], w)


def descend_a_little(X, y, w, learning_rate, steps):
    return find(ASSIGNMENT + "descend").reference(X, y, w, learning_rate, min(steps, 19))


@pytest.mark.parametrize(
    ("name", "function", "deserves"),
    [
        ("sigmoid", sigmoid_by_heart, 1),
        ("binary_cross_entropy", loss_by_heart, 2),
        ("sigmoid", sigmoid_from_a_table, 0),
        ("binary_cross_entropy", loss_from_a_table, 0),
        ("scores", scores_of_few_features, 0),
        ("logistic_gradient", gradient_of_few_examples, 0),
        ("descend", descend_a_little, 0),
    ],
)
def test_nothing_can_be_learned_by_heart(name, function, deserves):
    assert [earned(find(ASSIGNMENT + name), function, seed) for seed in range(20)] == [
        deserves
    ] * 20


def test_single_precision_does_not_hide_a_wrong_answer():
    off = judge(find(ASSIGNMENT + "scores"), lambda X, w: (scores(X, w) + 1e-4).astype("f"), 1)
    assert (off.earned, off.failure.kind) == (0, "value")
