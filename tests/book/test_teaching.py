"""The instructor's page on the assignments: none is missing, and what it says is true."""

import re
from itertools import pairwise
from pathlib import Path

import nbformat
import numpy as np
import pytest
from teaching import glance, in_order, mistakes, source_of

from dlcourse.activations import sigmoid, softmax
from dlcourse.checks import Exercise, Misconception, Part
from dlcourse.checks.registry import all_exercises, assignments
from dlcourse.datasets import load_digits_subset
from dlcourse.features import append_ones
from dlcourse.labels import binary_code, decode, integer_code, one_hot
from dlcourse.linear import logistic_gradient, scores, softmax_regression_gradient
from dlcourse.losses import (
    binary_cross_entropy,
    cross_entropy,
    cross_entropy_gradient,
    squared_error_gradient,
)

PAGE = (Path(__file__).parents[2] / "book" / "teaching.md").read_text(encoding="utf-8")
# text, label, text, label, text ...
SECTIONS = re.split(r"^\(teaching-([\w-]+)\)=$", PAGE, flags=re.MULTILINE)[1:]


def notebook_of(assignment):
    return nbformat.read(source_of(assignment), as_version=4)


def test_every_assignment_has_its_section():
    labels = [label.replace("-", "_") for label in SECTIONS[::2]]
    assert sorted(labels) == sorted(assignments())
    for assignment, section in zip(labels, SECTIONS[1::2], strict=True):
        assert re.findall(r"\{assignment\} (\w+)", section) == [assignment]
        assert re.findall(r"^\*\*(.+)\.\*\*", section, re.MULTILINE) == [
            "Aims",
            "To discuss",
            "To mark",
        ]


@pytest.mark.parametrize("assignment", assignments())
def test_time_and_points_are_the_notebooks(assignment):
    text = notebook_of(assignment).cells[0].source
    minutes, points, *rest = map(float, re.findall(r"\d+", glance(notebook_of(assignment))))
    assert f"about {minutes:g} minutes" in text
    assert minutes < 60
    table = re.findall(r"\| (\d+) \|$", text, re.MULTILINE)
    assert points == sum(map(int, table))
    assert sum(rest) in (0, points)
    assert bool(rest) == ("marked by a person" in text)


@pytest.mark.parametrize("assignment", assignments())
def test_exercises_stand_in_the_notebooks_order(assignment):
    title = notebook_of(assignment).cells[0].source
    named = re.findall(r"^\| \d+\. `(\w+)`", title, re.MULTILINE)
    assert [each.name for each in in_order(assignment, notebook_of(assignment))] == named


def test_every_mistake_of_every_exercise_is_told_with_its_hints():
    for exercise in all_exercises().values():
        text = mistakes(exercise)
        for each in exercise.misconceptions:
            assert "".join(f"\n: {hint}" for hint in each.hints) in text


def test_mistakes_with_the_same_hint_are_told_once():
    alike = [Misconception(f"cut at {eps}", abs, "Do not cut.", "Why?") for eps in (1, 2, 3)]
    bank = (*alike, Misconception("sign", abs, "Look at the sign."))
    assert mistakes(Exercise("a/twice", abs, (Part(),), misconceptions=bank)) == (
        ":::{admonition} `twice`: 2 mistakes\n:class: dropdown\n\n"
        "cut at 1, and 2 like it\n: Do not cut.\n: Why?\n\n"
        "sign\n: Look at the sign.\n\n:::"
    )


# What to listen for ------------------------------------------------------------------------------


def test_a_clipped_probability_stops_the_loss_and_its_slope():
    def clipped(score):
        return -np.log(1 - np.clip(sigmoid(np.array([score])), 1e-12, 1 - 1e-12))[0]

    assert clipped(28.0) == clipped(1000.0) == pytest.approx(27.6, abs=0.05)
    assert clipped(27.0) < clipped(27.5)
    assert binary_cross_entropy(np.array([1000.0]), np.array([0])) == 1000


def test_threes_and_eights():
    X, y, X_test, y_test = load_digits_subset()
    pair = np.isin(y, [3, 8])
    X, y = X[pair], 1 * (y[pair] == 8)
    w = np.zeros(785)
    difference = X[y == 1].mean(axis=0) - X[y == 0].mean(axis=0)
    np.testing.assert_allclose(-logistic_gradient(X, y, w)[1:], difference / 4, atol=1e-6)
    for _ in range(300):
        w = w - 0.1 * logistic_gradient(X, y, w)
    blank = ~X.any(axis=0)
    assert blank.any()
    assert not w[1:][blank].any()
    p = sigmoid(scores(X_test[~np.isin(y_test, [3, 8])], w))
    assert 0.4 < np.mean(np.maximum(p, 1 - p) > 0.9) < 0.46


def test_a_loss_that_still_falls():
    """The model answer about 200 threes and eights, which are all right after 300 steps."""
    X, y, X_test, y_test = load_digits_subset()
    train, test = np.isin(y, [3, 8]), np.isin(y_test, [3, 8])
    X, y = X[train][:200], 1 * (y[train][:200] == 8)
    X_test, y_test = X_test[test], 1 * (y_test[test] == 8)
    w, weights = np.zeros(785), []
    for _ in range(30):
        for _ in range(100):
            w = w - 0.1 * logistic_gradient(X, y, w)
        weights.append(w)
    assert all(((scores(X, w) > 0) == y).all() for w in weights[2:])
    seen = [binary_cross_entropy(scores(X, w), y) for w in weights]
    unseen = [binary_cross_entropy(scores(X_test, w), y_test) for w in weights]
    assert np.all(np.diff(seen) < 0)
    assert np.argmin(unseen) == 2
    assert np.all(np.diff(unseen[2:]) > 0)
    longer = np.diff(np.linalg.norm(weights, axis=1))
    assert np.all(longer > 0)
    assert np.all(np.diff(longer) < 0)  # more and more slowly
    early, late = (scores(X_test, weights[k]) for k in (2, 29))
    assert np.sum((early > 0) != (late > 0)) <= 4  # of 200: hardly any changes sides
    wrong = ((early > 0) != y_test) & ((late > 0) != y_test)
    assert np.abs(late[wrong]).mean() > 1.5 * np.abs(early[wrong]).mean()


def test_what_nobody_claims():
    X, y, X_test, y_test = load_digits_subset()
    X, Y = append_ones(X[:1000]), one_hot(y[:1000], 10)
    W = np.zeros((10, 785))
    for _ in range(100):
        W = W - 0.3 * (sigmoid(X @ W.T) - Y).T @ X / 1000
    S = scores(X_test, W)
    claims, right = (S > 0).sum(axis=1), S.argmax(axis=1) == y_test
    assert 0.22 < np.mean(claims == 0) < 0.25
    assert right[claims == 0].mean() == pytest.approx(0.6, abs=0.02)
    assert right[claims == 1].mean() == pytest.approx(0.95, abs=0.01)


def test_the_same_weights_for_all_classes_change_no_probability():
    rng = np.random.default_rng(0)
    X, y, W, same = rng.normal(size=(9, 4)), np.arange(9) % 3, *rng.normal(size=(2, 3, 5))
    np.testing.assert_allclose(softmax(scores(X, W + same[0])), softmax(scores(X, W)))
    gradient = softmax_regression_gradient(X, y, W)
    np.testing.assert_allclose(gradient.sum(axis=0), 0, atol=1e-15)


def test_ten_numberings():
    X, y, X_test, y_test = load_digits_subset()
    X, y, X_test = append_ones(X[:1000]), y[:1000], append_ones(X_test)
    A = X.T @ X + 10 * np.eye(785)
    shares = np.empty((10, 3))
    for seed in range(10):
        number = np.random.default_rng(seed).permutation(10)
        for k, code in enumerate((integer_code, binary_code, one_hot)):
            codes = code(number, 10)
            W = np.linalg.solve(A, X.T @ codes[y])
            shares[seed, k] = np.mean(decode(X_test @ W, codes) == y_test)
    low, high = shares.min(axis=0), shares.max(axis=0)
    np.testing.assert_allclose(high - low, [0.12, 0.12, 0], atol=0.015)
    assert (low[1:] > high[:-1]).all()


@pytest.mark.parametrize(("left", "paid"), [(0.9, 2.30), (1e-10, 2.52), (0.1, 0.54)])
def test_right_nine_times_in_ten_and_what_it_pays(left, paid):
    P = np.full((10, 10), left / 9)
    P[:, 0] = 1 - left
    y = np.array([0] * 9 + [1])
    assert cross_entropy(np.log(P), y) == pytest.approx(paid, abs=0.005)


def test_how_hard_a_wrong_label_pulls():
    S, y = np.array([[1000.0, 0.0], [10.0, 0.0]]), np.array([1, 1])
    assert np.abs(cross_entropy_gradient(S, y, reduction="sum")).max() <= 1
    pull = np.abs(squared_error_gradient(S, one_hot(y, 2), reduction="sum"))
    assert pull[0, 0] == pytest.approx(100 * pull[1, 0])
    assert squared_error_gradient(np.array([[3.0]]), np.array([[1.0]])) > 0


def test_where_the_first_stage_of_xor_puts_the_corners():
    corners = append_ones(np.array([[0, 0], [0, 1], [1, 0], [1, 1]]))
    nand_or = np.array([[1.5, -1, -1], [-0.5, 1, 1]])
    sharp = sigmoid(50 * corners @ nand_or.T)
    np.testing.assert_allclose(sharp, [[1, 0], [1, 1], [1, 1], [0, 1]], atol=1e-6)
    soft = sigmoid(2 * corners @ nand_or.T).sum(axis=1)
    np.testing.assert_allclose(soft, [1.22, 1.46, 1.46, 1.22], atol=0.005)


def test_straight_layers_are_one_layer():
    rng = np.random.default_rng(0)
    sizes, X = (5, 4, 2, 1), rng.normal(size=(9, 5))
    layers = [rng.normal(size=(n, m + 1)) for m, n in pairwise(sizes)]
    one, S, whole = np.eye(6)[:1], X, np.eye(6)[1:]
    for W in layers:
        S, whole = append_ones(S) @ W.T, W @ np.vstack([one, whole])
    np.testing.assert_allclose(S, append_ones(X) @ whole.T)


@pytest.mark.parametrize("n", [2, 3, 4, 5])
def test_parity_from_units_that_ask_at_least_so_many(n):
    inputs = np.array(list(np.ndindex(*[2] * n)))
    at_least = inputs.sum(axis=1, keepdims=True) >= np.arange(1, n + 1)
    score = at_least @ (-1.0) ** np.arange(n) - 0.5
    np.testing.assert_array_equal(score > 0, inputs.sum(axis=1) % 2)
