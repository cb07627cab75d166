"""What the section "The perceptron, 1957" says of its figures is what they show."""

import numpy as np
import pytest
from figures.asked import numbers

from dlcourse.figures import perceptron_1957 as figures
from dlcourse.history.perceptron_1957 import learn, mistake_bound, perceptron_step

PAGE = "perceptron_1957"


# --- Mistake by mistake ---


def test_xor_is_back_at_the_start_after_four_mistakes():
    weights = figures.lesson("XOR").weights
    assert not weights[4].any()
    assert all(weights[k].any() for k in (1, 2, 3))
    np.testing.assert_array_equal(weights[4:], weights[:-4])


def test_the_wide_gap_takes_four_mistakes_and_the_narrow_one_nine():
    wide, narrow = figures.lesson("a wide gap"), figures.lesson("a narrow gap")
    assert (len(wide.mistakes), len(narrow.mistakes)) == (4, figures.MOST)
    assert figures.MOST == 9
    assert wide.learned
    assert narrow.learned
    _, *turns = narrow.mistakes
    assert len(set(turns[0::2])) == len(set(turns[1::2])) == 1
    one, other = turns[:2]
    assert figures.PROBLEMS["a narrow gap"].y[one] == -figures.PROBLEMS["a narrow gap"].y[other]


@pytest.mark.parametrize(("data", "bound"), [("a wide gap", 11.5), ("a narrow gap", 29.7)])
def test_where_the_curves_meet(data, bound):
    X, y, u = figures.PROBLEMS[data]
    assert round(mistake_bound(X, y, u), 1) == bound
    small = np.mgrid[-8:9, -6:7, -6:7].reshape(3, -1).T  # no other small whole numbers do better
    Z = np.column_stack([np.ones(len(X)), X])
    gaps = (y * (small @ Z.T)).min(axis=1)
    lengths = np.linalg.norm(small, axis=1)
    best = np.max(gaps[gaps > 0] / lengths[gaps > 0])
    assert (Z**2).sum(axis=1).max() / best**2 == pytest.approx(mistake_bound(X, y, u))


@pytest.mark.parametrize("seed", range(5))
def test_the_six_lines_of_the_text_do_as_the_package_does(seed):
    rng = np.random.default_rng(seed)
    X, y = rng.integers(-3, 4, (20, 2)), rng.choice([-1, 1], 20)
    w, mistakes = np.zeros(3), 0
    for _ in range(6):
        for z, label in zip(np.column_stack([np.ones(20), X]), y, strict=True):
            if label * (w @ z) <= 0:
                w, mistakes = w + label * z, mistakes + 1
    lesson = learn(X, y, max_passes=6)
    np.testing.assert_array_equal(lesson.weights[-1], w)
    assert len(lesson.mistakes) == mistakes


# --- Left from right ---


def test_ten_mistakes_in_fifty_cards_and_fourteen_in_two_hundred():
    taught, bound = figures.shown_cards()
    assert (taught.mistakes < 50).sum() == 10
    assert len(taught.mistakes) == 14
    assert bound == pytest.approx(17 / 0.64)
    assert int(bound) == 26


def test_the_halves_get_opposite_signs():
    w = figures.shown_cards()[0].weights[-1][1:].reshape(20, 20)
    assert (w[:, :10] <= 0).all()
    assert (w[:, 10:] >= 0).all()


# --- Beside the logistic unit ---


def test_with_a_gap_the_perceptron_is_done_after_a_pass():
    perceptron, logistic = figures.errors("a gap")
    assert not perceptron.any()
    assert round(logistic[0], 2) == 0.05
    lengths = np.linalg.norm(figures.beside("a gap"), axis=2)
    assert np.ptp(lengths[0]) == 0
    assert (np.diff(lengths[1]) > 0).all()


def test_with_an_overlap_the_logistic_unit_settles():
    perceptron, logistic = figures.errors("an overlap")
    assert f"{perceptron.min():.2f} {perceptron.max():.2f}" == "0.07 0.40"
    assert set(logistic.round(2)) == {0.08}
    runs = np.array([figures.errors("an overlap", seed)[:, 10:] for seed in range(20)])
    assert runs.mean(axis=(0, 2)).round(2).tolist() == [0.12, 0.08]
    assert (runs[:, 0].std(axis=1) > 3 * runs[:, 1].std(axis=1)).all()


# --- The self-tests ---


def test_the_self_test_about_the_bias():
    right, *_ = numbers(PAGE, "perceptron-bias-after-mistake")
    assert perceptron_step([0, 2, 1], [1, 1], -1)[0] == right


def test_the_self_test_about_half_the_gap():
    right, *_ = numbers(PAGE, "perceptron-twice-as-wide")
    wide = mistake_bound([[0, 2.0]], [1], [0, 0, 1])
    turned = np.sqrt(3)  # the same length, half as far from the line
    assert mistake_bound([[turned, 1.0]], [1], [0, 0, 1]) == pytest.approx(right * wide)


def test_the_exercise_about_or():
    lesson = learn([[0, 0], [0, 1], [1, 0], [1, 1]], [-1, 1, 1, 1], max_passes=1)
    np.testing.assert_array_equal(lesson.weights[1:], [[-1, 0, 0], [0, 0, 1], [1, 1, 1]])
