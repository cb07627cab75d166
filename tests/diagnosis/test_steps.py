"""Mistakes in functions that repeat a step, on two made-up ones: a descent and a smoothing."""

import numpy as np
import pytest

from dlcourse.checks.diagnosis import Evidence, Trial
from dlcourse.checks.diagnosis.steps import repeated

rng = np.random.default_rng(3)
CASES = [
    (rng.normal(size=(n, d)), rng.normal(size=n), rng.normal(size=d), rate, count)
    for n, d, rate, count in (
        (3, 2, 0.1, 0),
        (1, 2, 0.2, 1),
        (2, 2, 0.3, 2),
        (3, 3, 0.15, 3),
        (4, 2, 0.25, 5),
        (5, 3, 0.35, 12),
    )
]


def slope(X, t, v):
    return X.T @ (X @ v - t) / len(t)


def fit(X, t, v, rate, count):
    """Steps of gradient descent on a mean squared error."""
    for _ in range(count):
        v = v - rate * slope(X, t, v)
    return v


def said(wrong, right=fit, cases=CASES, names=("X", "t", "v", "rate", "count"), calls=400):
    with np.errstate(all="ignore"):
        trials = [Trial(case, wrong(*case), np.asarray(right(*case), float)) for case in cases]
        return repeated(Evidence(names, right, trials, wrong, calls=calls))


def steps(move):
    """Repeat a move, which is given the step's number and a note of what was before."""

    def walk(X, t, v, rate, count):
        past = [v]
        for number in range(1, count + 1):
            past.append(move(X, t, past, rate, number))
        return past[-1]

    return walk


def entry_by_entry(X, t, past, rate, number):
    v = past[-1].copy()
    for j in range(len(v)):
        v[j] -= rate * slope(X, t, v)[j]
    return v


def example_by_example(X, t, past, rate, number):
    v = past[-1]
    for i in range(len(t)):
        v = v - rate * slope(X[i : i + 1], t[i : i + 1], v)
    return v


def one_example(X, t, past, rate, number):
    i = (number - 1) % len(t)
    return past[-1] - rate * slope(X[i : i + 1], t[i : i + 1], past[-1])


def first_stays(X, t, past, rate, number):
    return past[-1] - rate * slope(X, t, past[-1]) * (np.arange(len(past[-1])) > 0)


def momentum(X, t, past, rate, number):
    before = past[-1] - past[-2] if number > 1 else 0
    return past[-1] + 0.8 * before - rate * slope(X, t, past[-1])


def smoothed(X, t, past, rate, number):
    before = past[-1] - past[-2] if number > 1 else 0
    return past[-1] + 0.7 * before - 0.3 * rate * slope(X, t, past[-1])


@pytest.mark.parametrize(
    ("move", "words"),
    [
        (lambda X, t, p, r, k: p[-1] + r * slope(X, t, p[-1]), "the opposite direction"),
        (lambda X, t, p, r, k: p[0] - r * slope(X, t, p[0]), "You end after one step from `v`"),
        (lambda X, t, p, r, k: p[-1] - r * slope(X, t, p[0]), "computed at the `v` that was given"),
        (lambda X, t, p, r, k: p[0] - r * slope(X, t, p[-1]), "only the last one counts"),
        (lambda X, t, p, r, k: p[-1] - r / k * slope(X, t, p[-1]), "divided by 2, the third by 3"),
        (lambda X, t, p, r, k: p[-1] - r / 2**k * slope(X, t, p[-1]) * 2, "each is half as long"),
        (lambda X, t, p, r, k: p[-1] - r * np.sign(slope(X, t, p[-1])), "only the sign of what"),
        (
            lambda X, t, p, r, k: (
                p[-1] - r * slope(X, t, p[-1]) / np.linalg.norm(slope(X, t, p[-1]))
            ),
            "has the length `rate`",
        ),
        (
            lambda X, t, p, r, k: p[-1] - r * np.clip(slope(X, t, p[-1]), -0.3, 0.3),
            "what `rate` multiplies are cut to the range from -0.3 to 0.3",
        ),
        (
            lambda X, t, p, r, k: p[-1] - r * len(t) * slope(X, t, p[-1]),
            "the right one times the number of rows of `X`",
        ),
        (lambda X, t, p, r, k: p[-1] * 0.99 - r * slope(X, t, p[-1]), "`v` times -0.01 is added"),
        (
            lambda X, t, p, r, k: p[-1] - r * (slope(X, t, p[-1]) + 0.2 * p[-1]),
            "`v` times -0.2 times `rate` is added",
        ),
        (lambda X, t, p, r, k: (p[-1] - r * slope(X, t, p[-1])).round(2), "to 2 decimals"),
        (lambda X, t, p, r, k: p[-1] * (1 - r * slope(X, t, p[-1])), "multiplied by 1 plus"),
        (entry_by_entry, "one after the other, and each is computed from the new values"),
        (example_by_example, "one for each example"),
        (one_example, "one example alone, the first step the first one"),
        (first_stays, "The first entry of `v` never moves"),
        (momentum, "the right one plus 0.8 times the step before"),
        (smoothed, "0.3 times the right one plus 0.7 times the step before"),
    ],
)
def test_a_wrong_step_is_named(move, words):
    assert words in str(said(steps(move)))


def mean_of_the_way(X, t, v, rate, count):
    way = [fit(X, t, v, rate, k) for k in range(1, count + 1)]
    return np.mean(way, axis=0) if way else v


def last_step(X, t, v, rate, count):
    return fit(X, t, v, rate, count) - fit(X, t, v, rate, max(count - 1, 0))


def last_slope(X, t, v, rate, count):
    return slope(X, t, fit(X, t, v, rate, max(count - 1, 0)))


def other_start(X, t, v, rate, count):
    return fit(X, t, np.linspace(1, 2, len(v)), rate, count)


def always_thirty(X, t, v, rate, count):
    return fit(X, t, v, rate, 30)


def at_most_two(X, t, v, rate, count):
    return fit(X, t, v, rate, min(count, 2))


def until_small(X, t, v, rate, count):
    for _ in range(count):
        if np.linalg.norm(slope(X, t, v)) < 0.4:
            break
        v = fit(X, t, v, rate, 1)
    return v


def shorter_where_small(X, t, v, rate, count):
    for _ in range(count):
        g = slope(X, t, v)
        v = v - rate * g / (1 + g @ g)
    return v


def slowly_shrinking(X, t, v, rate, count):
    for number in range(count):
        v = v - rate / (1 + 0.1 * number) * slope(X, t, v)
    return v


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (slowly_shrinking, "in one case 1, 0.909"),
        (mean_of_the_way, "the mean of `v` over all steps"),
        (last_step, "the last step alone"),
        (last_slope, "what `rate` multiplies in the last step"),
        (other_start, "do not start at the `v` that was given"),
        (always_thirty, "does not depend on `count`"),
        (at_most_two, "You take 2 steps at most"),
        (until_small, "you return an earlier `v`"),
        (shorter_where_small, "in the right direction, but they have the wrong lengths"),
    ],
)
def test_a_wrong_end_is_named(wrong, words):
    assert words in str(said(wrong))


def at_most_a_hundred(X, t, v, rate, count):
    return fit(X, t, v, rate, min(count, 100))


def rate_at_most_one(X, t, v, rate, count):
    return fit(X, t, v, min(rate, 1.0), count)


@pytest.mark.parametrize(
    ("wrong", "telling", "words"),
    [
        (at_most_a_hundred, {"count": 400}, "You take 100 steps at most"),
        (rate_at_most_one, {"rate": 2.5}, "A `rate` above 1 counts as 1"),
    ],
)
def test_more_and_longer_steps_are_asked_for_where_one_answer_is_wrong(wrong, telling, words):
    flat = [(0.1 * X, t, v, rate, count) for X, t, v, rate, count in CASES]
    X, t, v, rate, count = flat[-1]
    long = {"rate": rate, "count": count} | telling
    assert words in str(said(wrong, cases=[*flat, (X, t, v, *long.values())]))
    assert said(fit, cases=flat) is None


def smooth(a, times):
    """Replace every number by the mean of itself and its left neighbour."""
    for _ in range(times):
        a = (a + np.roll(a, 1)) / 2
    return a


def test_a_step_needs_no_rate():
    cases = [(rng.normal(size=n), times) for n, times in ((3, 1), (4, 2), (5, 3), (6, 7))]

    def from_the_start(a, times):
        new = a
        for _ in range(times):
            new = a + ((new + np.roll(new, 1)) / 2 - new)
        return new

    naming = said(from_the_start, smooth, cases, ("a", "times"))
    assert naming.relation == "steps: from the start"


def grid(X, t, v, rate, count):
    """Answer something else that depends on everything."""
    return np.cos(np.arange(len(v)) + count + rate) * v + slope(X, t, v) ** 2


@pytest.mark.parametrize(
    "wrong",
    [
        grid,
        lambda X, t, v, rate, count: fit(X, t, v, rate, max(count - 1, 0)),
        lambda X, t, v, rate, count: fit(X, t, v, rate, count // 2),
        lambda X, t, v, rate, count: fit(X, t[::-1], v, rate, count),
    ],
)
def test_what_no_step_explains_is_left_alone(wrong):
    assert said(wrong) is None


def test_what_repeats_no_step_is_left_alone():
    def power(a, n):
        return a**n

    cases = [(rng.normal(size=3), n) for n in (1, 2, 3, 4)]
    assert said(lambda a, n: -(a**n), power, cases, ("a", "n")) is None


@pytest.mark.parametrize("calls", [0, 3])
def test_without_more_calls_what_needs_none_is_still_named(calls):
    naming = said(steps(entry_by_entry), calls=calls)
    assert naming.relation == "steps: one entry after the other"
    assert said(steps(momentum), calls=calls) is None


@pytest.mark.parametrize(
    ("move", "place"),
    [
        (first_stays, "For `count` = 1 your answer is wrong already."),
        (momentum, "For `count` = 1 your answer is right."),
    ],
)
def test_where_the_steps_go_wrong_is_said(move, place):
    assert said(steps(move)).place == place


def test_where_the_steps_go_wrong_is_not_guessed():
    assert said(steps(entry_by_entry), calls=0).place == ""
