"""The perceptron beside scikit-learn's, Novikoff's theorem, and what was shown in 1958."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_array_equal

from dlcourse.datasets import toy
from dlcourse.history.perceptron_1957 import (
    RETINA,
    SQUARE,
    cards,
    learn,
    mistake_bound,
    perceptron_step,
)

CORNERS, XOR = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), np.array([-1, 1, 1, -1])
SEEDS = range(20)
RIGHT_MINUS_LEFT = np.concatenate([[0], np.tile(np.repeat([-1, 1], RETINA // 2), RETINA)])


@st.composite
def separable(draw):
    """Whole numbers that some weights, whole numbers too, tell apart."""
    n, features = draw(st.integers(1, 8)), draw(st.integers(1, 4))
    u = draw(arrays(np.int64, features + 1, elements=st.integers(-5, 5)))
    X = draw(arrays(np.int64, (n, features), elements=st.integers(-9, 9)))
    scores = X @ u[1:] + u[0]
    X, scores = X[scores != 0], scores[scores != 0]
    return X, np.sign(scores), u


# --- exact ---


@given(separable(), st.booleans())
def test_no_run_makes_more_mistakes_than_novikoff_allows(problem, shuffled):
    X, y, u = problem
    if len(X) == 0:
        return
    Z = np.column_stack([np.ones(len(X), int), X])
    length, least = int((u * u).sum()), int((y * (Z @ u)).min())
    longest = int((Z * Z).sum(axis=1).max())
    lesson = learn(X, y, 10**5, np.random.default_rng(0) if shuffled else None)
    assert lesson.learned
    assert len(lesson.mistakes) * least**2 <= longest * length  # in whole numbers
    assert mistake_bound(X, y, u) == pytest.approx(longest * length / least**2)
    for k, w in enumerate(lesson.weights):  # the two halves of the proof
        assert w @ u >= k * least
        assert w @ w <= k * longest


@given(separable())
def test_each_mistake_is_one_and_is_answered_by_its_own_example(problem):
    X, y, _ = problem
    if len(X) == 0:
        return
    lesson = learn(X, y, 10**5)
    for w, i, after in zip(lesson.weights, lesson.mistakes, lesson.weights[1:], strict=False):
        assert y[i] * (w[0] + X[i] @ w[1:]) <= 0
        assert_array_equal(perceptron_step(w, X[i], y[i]), after)
        assert_array_equal(after - w, y[i] * np.append(1, X[i]))
    w = lesson.weights[-1]
    assert (y * (w[0] + X @ w[1:]) > 0).all()


def test_xor_goes_round_for_ever():
    lesson = learn(CORNERS, XOR, max_passes=50)
    assert not lesson.learned
    assert lesson.passes == 50
    assert_array_equal(lesson.mistakes, np.tile([0, 1, 2, 3], 50))
    assert_array_equal(lesson.weights[:5], [[0, 0, 0], [-1, 0, 0], [0, 0, 1], [1, 1, 1], [0, 0, 0]])
    assert_array_equal(lesson.weights[4:], lesson.weights[:-4])


def test_a_card_has_one_square_in_the_half_of_its_label():
    X, y = cards(300, np.random.default_rng(0))
    assert RETINA**2 == 400 == X.shape[1]
    assert abs(y.sum()) == 0
    for x, label in zip(X.reshape(-1, RETINA, RETINA), y, strict=True):
        rows, columns = np.flatnonzero(x.any(axis=1)), np.flatnonzero(x.any(axis=0))
        assert np.ptp(rows) == np.ptp(columns) == SQUARE - 1
        assert x.sum() == SQUARE**2
        assert ((columns >= RETINA // 2) == (label > 0)).all()


def test_twenty_six_mistakes_are_the_most_that_any_run_of_cards_allows():
    X, y = cards(100, np.random.default_rng(0))
    assert mistake_bound(X, y, RIGHT_MINUS_LEFT) == pytest.approx(17 * 400 / 16**2)
    assert int(17 * 400 / 16**2) == 26


# --- a band over 20 seeds ---


@cache
def fifty_trials(seed):
    """Mistakes among the first fifty cards, and the share of fresh ones told right afterwards."""
    rng = np.random.default_rng(seed)
    lesson = learn(*cards(50, rng), max_passes=1)
    X, y = cards(1000, rng)
    w = lesson.weights[-1]
    return len(lesson.mistakes), np.mean(y * (w[0] + X @ w[1:]) > 0)


def test_after_fifty_trials_it_tells_left_from_right_as_in_1958():
    mistakes, right = np.array([fifty_trials(seed) for seed in SEEDS]).T
    assert (mistakes.min(), mistakes.max()) == (7, 13)
    assert right.min() > 0.85
    assert 0.93 < np.median(right) < 0.95


def test_of_a_thousand_cards_it_gets_fewer_than_eighteen_wrong():
    wrong = [len(learn(*cards(1000, np.random.default_rng(s)), 1).mistakes) for s in SEEDS]
    assert min(wrong) >= 10
    assert max(wrong) <= 17


# --- an order ---


def test_a_wider_gap_means_fewer_mistakes():
    means = [
        np.mean(
            [
                len(learn(X, 2 * y - 1).mistakes)
                for X, y in (toy.separable(60, gap, np.random.default_rng(s)) for s in SEEDS)
            ]
        )
        for gap in (0.05, 0.2, 0.8)
    ]
    assert means[0] > 3 * means[1] > 9 * means[2] / 2


# --- the same as others' ---


@pytest.mark.parametrize("seed", range(5))
def test_scikit_learn_comes_to_the_same_weights(seed):
    rng = np.random.default_rng(seed)
    X, y = rng.integers(-4, 5, (30, 3)), rng.choice([-1, 1], 30)
    linear_model = pytest.importorskip("sklearn.linear_model")
    theirs = linear_model.Perceptron(shuffle=False, tol=None, max_iter=7).fit(X, y)
    ours = learn(X, y, max_passes=7).weights[-1]
    assert_array_equal(ours, np.append(theirs.intercept_, theirs.coef_))


# --- the edges ---


def test_single_precision_stays_single():
    X = np.array([[2.0], [-1.0]], np.float32)
    assert learn(X, [1, -1]).weights.dtype == np.float32
    assert perceptron_step(np.zeros(2, np.float32), X[0], 1).dtype == np.float32


def test_nothing_that_came_in_is_changed():
    w, x = np.zeros(3), np.array([1.0, 2.0])
    assert_array_equal(perceptron_step(w, x, -1), [-1, -1, -2])
    assert_array_equal(w, [0, 0, 0])


def test_what_shuffles_changes_the_order_alone():
    X, y = cards(40, np.random.default_rng(0))
    plain, mixed = learn(X, y), learn(X, y, rng=np.random.default_rng(1))
    assert plain.learned
    assert mixed.learned
    assert plain.mistakes.tolist() != mixed.mistakes.tolist()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: perceptron_step([0, 1], [2, 3], 1), "w must have 3 entries"),
        (lambda: perceptron_step([0, 1], [2], 0), "y must hold labels -1 and 1, got 0"),
        (lambda: learn([[1]], [1, -1]), "X and y must have the same length"),
        (lambda: learn([[1]], [1], max_passes=0), "max_passes must be at least 1"),
        (lambda: mistake_bound([[1]], [1], [0, -1]), "must be above 0 for every example, got -1"),
        (lambda: mistake_bound([[1]], [1], [1]), "u must have 2 entries"),
        (lambda: cards(0, np.random.default_rng(0)), "n must be at least 1"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
