"""Mistakes in functions of several examples, on made-up exercises: a loss, a slope, and rows."""

import numpy as np
import pytest

from dlcourse.checks.diagnosis import Evidence, Trial
from dlcourse.checks.diagnosis.examples import mixed_examples, several_examples, some_count_nothing

rng = np.random.default_rng(4)
CASES = [
    (rng.normal(size=(n, 2)), rng.permutation([0, 1] * n)[:n], rng.normal(size=2))
    for n in (1, 2, 2, 3, 4, 5, 7)
]
ROWS = [(rng.normal(size=(n, 3)), rng.normal(size=4)) for n in (1, 2, 3, 4, 6)]


def losses(X, y, v):
    return np.log1p(np.exp(X @ v)) - y * (X @ v)


def loss(X, y, v):
    """Mean of a loss over examples."""
    return losses(X, y, v).mean()


def slopes(X, y, v):
    return (1 / (1 + np.exp(-X @ v)) - y)[:, None] * X


def slope(X, y, v):
    """Mean of the losses' slopes."""
    return slopes(X, y, v).mean(axis=0)


def squares(X, w):
    """Square a weighted sum for every row."""
    return (w[0] + X @ w[1:]) ** 2


def said(wrong, right, relation=several_examples, cases=None, calls=400):
    cases = cases or (ROWS if right in (squares, sums) else CASES)
    names = ("X", "w") if len(cases[0]) == 2 else ("X", "y", "v")
    with np.errstate(all="ignore"):
        trials = [Trial(case, wrong(*case), np.asarray(right(*case), float)) for case in cases]
        return relation(Evidence(names, right, trials, wrong, calls=calls))


def sums(X, w):
    """Add a bias to a weighted sum for every row."""
    return w[0] + X @ w[1:]


@pytest.mark.parametrize(
    ("together", "words"),
    [
        (lambda v: v[0] / len(v), "that of the first alone, divided by the number of examples"),
        (lambda v: v[-1] / len(v), "that of the last alone, divided by the number of examples"),
        (lambda v: v[-1], "your answer is that of the last alone."),
        (lambda v: v.max(axis=0), "the largest of what each gives alone"),
        (lambda v: np.median(v, axis=0), "the median of what each gives alone"),
        (lambda v: v.sum(axis=0) / np.float64(len(v) - 1), "divided by one less than their number"),
        (lambda v: v.sum(axis=0) / 3, "the sum over the examples divided by 3, however many"),
        (
            lambda v: v[1:].sum(axis=0) / len(v),
            "the sum over all examples but the first, divided by",
        ),
        (lambda v: (v**2).mean(axis=0), "Every example counts the square of what it should"),
        (lambda v: np.abs(v).sum(axis=0) / len(v), "the absolute value of what it should"),
    ],
)
def test_how_examples_are_put_together_is_named(together, words):
    assert words in str(said(lambda X, y, v: together(slopes(X, y, v)), slope))


def test_a_mean_before_a_logarithm_is_named():
    naming = said(lambda X, y, v: -np.log(np.exp(-losses(X, y, v)).mean()), loss)
    assert "the logarithm of a mean, where the mean of minus the logarithms is right" in str(naming)


@pytest.mark.parametrize(
    ("weight", "words"),
    [
        (lambda y: y, "`y` = 0 count nothing; those with `y` = 1 count what they should"),
        (
            lambda y: 1 - 2 * y,
            "`y` = 0 count what they should; those with `y` = 1 count minus what they should",
        ),
        (lambda y: 1 + 4 * y, "those with `y` = 1 count 5 times what they should"),
    ],
)
@pytest.mark.parametrize(("each", "right"), [(losses, loss), (slopes, slope)])
def test_what_the_two_classes_count_is_named(weight, words, each, right):
    def wrong(X, y, v):
        return (weight(y) * each(X, y, v).T).T.mean(axis=0)

    assert words in str(said(wrong, right))


@pytest.mark.parametrize(
    ("each", "words"),
    [
        (
            lambda X, y, v: losses(X, y, v) + 0.5 * (y == 0),
            "`y` = 0 count what they should, plus 0.5; the others are right",
        ),
        (
            lambda X, y, v: np.where(y == 1, 2.0, losses(X, y, v)),
            "`y` = 1 count 2, whatever else they hold",
        ),
        (
            lambda X, y, v: np.where(y == 1, -losses(X, 0 * y, v), losses(X, y, v)),
            "`y` = 1 count minus what they would with the other label",
        ),
        (
            lambda X, y, v: losses(X, 2 * y - 1, v),
            "`y` = 0 count what they would for a label of -1",
        ),
        (
            lambda X, y, v: np.where(y == 1, losses(X, y, v) ** 2, losses(X, y, v)),
            "`y` = 1 count the square of what they should",
        ),
    ],
)
def test_what_one_class_counts_is_named(each, words):
    assert words in str(said(lambda X, y, v: each(X, y, v).mean(), loss))


def test_means_of_classes_are_named():
    def wrong(X, y, v):
        each = losses(X, y, v)
        return (each[y == 0].mean() + each[y == 1].mean()) / 2

    with pytest.warns(RuntimeWarning, match="empty slice"):
        naming = said(wrong, loss)
    assert "the mean of the means of both classes" in str(naming)


@pytest.mark.parametrize(("reduce", "more"), [(np.mean, ""), (np.sum, ", and sums are taken")])
def test_examples_that_meet_every_label_are_named(reduce, more):
    def wrong(X, y, v):
        s = (X @ v)[:, None]
        return reduce(np.log1p(np.exp(s)) - y * s)

    assert f"Every example meets all entries of `y`, not only its own{more}." in str(
        said(wrong, loss)
    )


def test_examples_that_are_left_out_are_numbered():
    def wrong(X, y, v):
        missed = (X @ v > 0) != (y == 1)
        return np.where(missed[:, None], slopes(X, y, v), 0).mean(axis=0)

    assert said(wrong, slope) is None
    naming = said(wrong, slope, some_count_nothing)
    assert "Some examples count nothing: in one case with" in naming.name


def running(X, w):
    total, rows = w[0], []
    for x in X:
        total += x @ w[1:]
        rows.append(total)
    return np.array(rows)


def bias_once(X, w):
    rows = X @ w[1:]
    rows[0] += w[0]
    return rows


@pytest.mark.parametrize(
    ("wrong", "right", "words"),
    [
        (running, sums, "holds the sums of all those before, too"),
        (bias_once, sums, "What does not depend on `X` is added for the first example alone"),
        (lambda X, w: np.cumsum(squares(X, w)), squares, "the sum of its own and of all those"),
        (lambda X, w: squares(X, w) * (np.arange(len(X)) == 0), squares, "all others are 0"),
        (lambda X, w: squares(X[-1:], w).repeat(len(X)), squares, "that of the last example"),
    ],
)
def test_rows_that_depend_on_those_before_are_named(wrong, right, words):
    assert words in str(said(wrong, right))


def test_rows_that_depend_on_all_examples_are_named():
    def wrong(X, w):
        return squares(X, w) / np.abs(X).max() + X.mean()

    assert said(wrong, squares) is None
    naming = said(wrong, squares, mixed_examples)
    assert "One entry of your answer changes when only other rows of `X` change" in str(naming)
    assert said(wrong, squares, mixed_examples, calls=2) is None


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        (lambda X, y, v: np.cos(loss(X, y, v)) * len(y), loss),
        (lambda X, y, v: slope(X, y, v) * v, slope),
        (lambda X, y, v: loss(X, 1 - y, v), loss),
        (lambda X, y, v: loss(X, y, v) + v @ v, loss),
        (lambda X, w: squares(X, w) * w[1], squares),
        (lambda X, w: np.tanh(squares(X, w)), squares),
    ],
)
@pytest.mark.parametrize("relation", [several_examples, some_count_nothing, mixed_examples])
def test_other_mistakes_are_left_alone(wrong, right, relation):
    assert said(wrong, right, relation) is None


def test_what_is_not_put_together_from_examples_is_left_alone():
    def spread(X, w):
        return X.std() * w[0]

    assert said(lambda X, w: -spread(X, w), spread, cases=ROWS) is None
