"""Relations on small made-up exercises: each names its mistake, and is silent where it may not."""

import numpy as np
import pytest

from dlcourse.checks.diagnosis import Evidence, Trial, diagnose

rng = np.random.default_rng(1)
CASES = [
    (rng.normal(size=(n, d)), rng.permutation([0, 1] * n)[:n], rng.normal(size=d + 1))
    for n, d in ((1, 2), (2, 1), (3, 2), (5, 3), (7, 4), (6, 2))
]


def slope(X, y, w):
    """Gradient of the mean squared error, by half."""
    Z = np.column_stack([np.ones(len(X)), X])
    return Z.T @ (Z @ w - y) / len(y)


def named(wrong, right=slope, cases=CASES, names=("X", "y", "w")):
    with np.errstate(all="ignore"):
        trials = [Trial(case, wrong(*case), np.asarray(right(*case), float)) for case in cases]
    return diagnose(
        Evidence(
            names,
            right,
            trials,
            wrong,
        )
    )


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda X, y, w: slope(X, y, w) * len(y), "times the number of rows of `X`"),
        (lambda X, y, w: -slope(X, y, w), "-1 times the right one"),
        (lambda X, y, w: np.roll(slope(X, y, w), -1), "its first entry moved to the end"),
        (lambda X, y, w: slope(X, 1 - y, w), "1 - `y` in place of `y`"),
        (
            lambda X, y, w: slope(X, y, w * (np.arange(len(w)) > 0)),
            "does not depend on `w[0]`",
        ),
        (lambda X, y, w: slope(X[:-1], y[:-1], w), "all examples but the last"),
        (lambda X, y, w: slope(X, y, w)[1:], "without its first entry"),
        (lambda X, y, w: w - slope(X, y, w), "`w` minus the right one"),
        (lambda X, y, w: list(slope(X, y, w)), "in a list"),
        (lambda X, y, w: (slope(X, y, w), 1.0), "of which number 0 (counted from 0) is right"),
        (lambda X, y, w: slope(X, y, w).round(2), "rounded to 2 decimals"),
        (lambda X, y, w: np.full(len(w), 0.25), "is 0.25 in every case"),
        (lambda X, y, w: np.sin(np.r_[w, X.sum(), y.sum()]), "2 entries too many, every time"),
        (lambda X, y, w: np.abs(w), "Your answer is the absolute value of `w`"),
    ],
)
def test_a_mistake_is_named(wrong, words):
    naming = named(wrong)
    assert words in str(naming)


def test_what_changes_from_call_to_call_is_said():
    seen = []

    def remembers(X, y, w):
        seen.append(1)
        return slope(X, y, w) + len(seen)

    assert named(remembers).relation == "another answer the second time"


def test_nonsense_is_not_explained():
    def nonsense(X, y, w):
        return np.sin(np.arange(len(w)) + X.sum() * w[0] ** 3 + y @ y)

    assert named(nonsense) is None


def test_nothing_is_explained_by_two_cases():
    assert named(lambda X, y, w: -slope(X, y, w), cases=CASES[:2]) is None
