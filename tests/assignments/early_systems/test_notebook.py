"""What the notebook says about digits, and the exercises against another perceptron."""

import numpy as np
import pytest

from dlcourse.checks.registry import find
from dlcourse.datasets import half_size, load_digits_subset
from dlcourse.history.perceptron_1957 import learn


def reference(name):
    return find(f"early_systems/{name}").reference


@pytest.mark.parametrize("seed", range(3))
def test_a_count_of_none_means_that_scikit_learn_is_done(seed):
    linear_model = pytest.importorskip("sklearn.linear_model")
    rng = np.random.default_rng(seed)
    X, u = rng.integers(-5, 6, (20, 2)), np.array([0.5, 1, -2])
    y = np.where(u[0] + X @ u[1:] > 0, 1, -1)
    count = reference("count_mistakes")(X, y, 1000)
    assert count <= reference("mistake_bound")(X, y, u)
    theirs = linear_model.Perceptron(shuffle=False, tol=None, max_iter=1000).fit(X, y)
    assert theirs.score(X, y) == 1


def test_xor_makes_twenty_four_mistakes_in_six_passes():
    corners = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    assert reference("count_mistakes")(corners, np.array([-1, 1, 1, -1]), 6) == 24


def test_threes_and_sevens_are_learned_far_below_the_bound():
    images, digits, *_ = load_digits_subset()
    images, mine = half_size(images).astype(float), (digits == 3) | (digits == 7)
    X, y = images[mine], np.where(digits[mine] == 7, 1, -1)
    assert len(X) > 900
    lesson = learn(X[:800], y[:800], max_passes=100)
    assert lesson.learned
    assert 100 * len(lesson.mistakes) < reference("mistake_bound")(
        X[:800], y[:800], lesson.weights[-1]
    )
    w = lesson.weights[-1]
    assert np.mean(y[800:] * (w[0] + X[800:] @ w[1:]) <= 0) < 0.03
