"""What more calls tell: what is right for each alone, and which arguments have no influence."""

import numpy as np
import pytest

from dlcourse.checks.diagnosis import Evidence, Trial
from dlcourse.checks.diagnosis.asked import right_alone, without_influence

rng = np.random.default_rng(1)
TABLES = [
    (rng.normal(size=(n, d)), rng.normal(size=d), 0.3 * n)
    for n, d in ((1, 2), (2, 3), (3, 2), (5, 4), (8, 3))
]
NAMES = "X", "w", "rate"


def squares(X, w, rate):
    return rate * (X @ w) ** 2


def rows(X, w, rate):
    return rate * np.exp(X * w)


def said(relation, wrong, right, calls=400):
    with np.errstate(all="ignore"):
        trials = [Trial(case, wrong(*case), np.asarray(right(*case), float)) for case in TABLES]
        naming = relation(Evidence(NAMES, right, trials, wrong, calls=calls))
    return "" if naming is None else str(naming)


def test_what_is_right_for_each_example_alone_is_said():
    words = said(right_alone, lambda X, w, rate: rate * (X @ w) * (X @ w).max(), squares)
    assert "right for each example alone, and wrong for several at once" in words


def test_what_is_right_for_each_entry_alone_is_said():
    def wrong(x):
        return np.tanh(x - x.max() + x[0])

    cases = [(rng.normal(size=n),) for n in (1, 2, 3, 5)]
    trials = [Trial(case, wrong(*case), np.tanh(*case)) for case in cases]
    naming = right_alone(Evidence(("x",), np.tanh, trials, wrong))
    assert "right for each entry of `x` alone" in str(naming)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda X, w, rate: squares(X, w, rate) + (len(X) > 1) * 0 + 1,  # wrong alone, too
        lambda X, w, rate: squares(X, w, 2 * rate),
    ],
)
def test_what_is_wrong_alone_is_not_right_alone(wrong):
    assert said(right_alone, wrong, squares) == ""


def test_an_argument_without_influence_is_named():
    assert "does not depend on `rate`" in said(
        without_influence, lambda X, w, rate: np.sin(X) * w, rows
    )
    fixed = said(without_influence, lambda X, w, rate: np.arange(3.0) + w.sum(), rows)
    assert "does not depend on `X` and `rate`" in fixed


@pytest.mark.parametrize(
    "wrong",
    [
        lambda X, w, rate: np.trunc(rows(X, w, rate)),  # hides what it holds
        lambda X, w, rate: rows(X, w, max(rate, 0.5)),  # some of it counts
        lambda X, w, rate: rows(X, w, rate) + 1,
    ],
)
def test_what_has_some_influence_is_not_named(wrong):
    assert said(without_influence, wrong, rows) == ""


def test_what_hangs_on_how_many_labels_there_are_depends_on_them():
    def wrong(y, n_classes):
        return np.bincount(y, minlength=n_classes)

    def right(y, n_classes):
        return wrong(y, n_classes) + y[0]

    cases = [(rng.integers(0, k, n, dtype=int), k) for n, k in ((4, 2), (5, 3), (7, 4), (9, 5))]
    trials = [Trial(case, wrong(*case), right(*case).astype(float)) for case in cases]
    naming = without_influence(Evidence(("y", "n_classes"), right, trials, wrong))
    assert naming is None


def test_few_calls_say_nothing():
    def wrong(X, w, rate):
        return np.sin(X) * w

    assert said(without_influence, wrong, rows, calls=2) == ""
    assert said(right_alone, wrong, rows, calls=0) == ""
