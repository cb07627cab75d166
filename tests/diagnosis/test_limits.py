"""Answers that are right up to a limit: the limit is named, and none where there is none."""

import numpy as np
import pytest

from dlcourse.checks.diagnosis import Evidence, Trial, diagnose

rng = np.random.default_rng(1)
SCORES = [
    (scale * rng.normal(size=size),)
    for size, scale in ((3, 1), (4, 2), (5, 1), (6, 3), (4, 300), (5, 500), (6, 800))
]
ROWS = [
    (rng.normal(size=(n, d)), rng.normal(size=d))
    for n, d in ((1, 1), (1, 3), (2, 2), (3, 2), (4, 2), (5, 4), (6, 3))
]
MIXED = [
    *[(np.array([whole, whole + 2, -3]),) for whole in (1, 2, 5)],
    *[(rng.normal(size=3),) for _ in range(4)],
]
POWERS = [(rng.normal(size=3), steps) for steps in (0, 0, 1, 2, 3, 5)]


def tanh(S):
    return np.tanh(S / 20)


def softplus(S):
    return np.logaddexp(0, S)


def products(X, w):
    return X @ w


def half(x):
    return x / 2


def power(x, steps):
    return 0.5**steps * x


def named(wrong, right, cases, names, calls=400):
    with np.errstate(all="ignore"):
        trials = [Trial(case, wrong(*case), np.asarray(right(*case), float)) for case in cases]
    return diagnose(Evidence(names, right, trials, wrong, calls=calls))


def halves_kept_whole(x):
    out = x.copy()
    out[:] = x / 2
    return out.astype(float)


def truncated_series(S):
    return np.log(2) + S / 2 + S**2 / 8 - S**4 / 192 + S**6 / 2880


@pytest.mark.parametrize(
    ("wrong", "right", "cases", "words"),
    [
        (lambda S: tanh(np.clip(S, -60, 60)), tanh, SCORES, "stays at -0.995055 or 0.995055"),
        (
            lambda S: np.log(1 + np.exp(S)),
            softplus,
            SCORES,
            "holds inf where numbers in `S`",
        ),
        (lambda S: np.log(1 + np.exp(S)), softplus, SCORES, "beyond about 710"),
        (lambda S: softplus(np.clip(S, -90, 90)), softplus, SCORES, "beyond about 90"),
        (truncated_series, softplus, [(s / 40,) for (s,) in SCORES], "right for small numbers"),
        (halves_kept_whole, half, MIXED, "only where `x` holds whole numbers"),
        (
            lambda X, w: X[:, 0] * w[0] + X[:, -1] * w[-1],
            products,
            ROWS,
            "only where the number of columns of `X` is not 2",
        ),
        (
            lambda X, w: X @ w + np.median(X[:, 0]) - np.mean(X[:, 0]),
            products,
            [*ROWS, ROWS[1], ROWS[2]],
            "right for each example alone",
        ),
        (
            lambda X, w: X[:, :2] @ w[:2],
            products,
            [*ROWS, ROWS[1]],
            "only where the number of columns of `X` is more than 2",
        ),
        (
            lambda X, w: X @ w + (len(X) > 1),
            products,
            [*ROWS, ROWS[1]],
            "right for each example alone",
        ),
        (lambda x, steps: power(x, steps) + (steps == 0) * x**2, power, POWERS, "`steps` is 0"),
        (
            lambda x, steps: power(x, steps) + (steps > 1) * np.sin(x),
            power,
            POWERS,
            "`steps` is more than 1",
        ),
        (
            lambda S: tanh(S) * (1 + 1e-3 * np.cos(S)),
            tanh,
            SCORES[:4],
            "come close to the right ones",
        ),
    ],
)
def test_a_limit_is_named(wrong, right, cases, words):
    names = {1: ("S",), 2: ("X", "w")}[len(cases[0])]
    names = {tanh: ("S",), half: ("x",), power: ("x", "steps")}.get(right, names)
    assert words in str(named(wrong, right, cases, names))


def test_both_signs_are_named_where_one_decision_is_taken_for_all_entries():
    def by_the_first(x):
        return np.exp(-x if x[0] > 0 else x)

    cases = [(sign * (np.abs(rng.normal(size=3)) + 0.1),) for sign in (1, 1, -1, -1)]
    cases += [(np.array([1.0, -2.0, -3.0]),), (np.array([-0.5, 0.2]),), (np.array([-3.0, 0.1]),)]
    naming = named(by_the_first, lambda x: np.exp(-np.abs(x)), cases, ("x",))
    assert "both signs" in naming.place


def test_what_is_wrong_for_small_numbers_too_has_no_limit():
    naming = named(lambda S: tanh(np.clip(S, -60, 60)) ** 3 + 1, tanh, SCORES, ("S",))
    assert naming is None


def test_wrong_whole_numbers_are_not_to_blame_where_decimals_are_wrong_too():
    naming = named(lambda x: halves_kept_whole(x) ** 3, half, MIXED, ("x",))
    assert naming is None


def test_a_coincidence_is_no_special_case():
    """Wrong where the sum is large, which is where the number of rows is 6 in these cases."""
    cases = [(np.full((n, 2), value),) for n, value in ((1, 0.1), (2, 0.2), (3, 0.3), (6, 9.0))]
    naming = named(lambda X: X + (X.sum() > 50) * X**2, lambda X: X + 0.0, cases, ("X",))
    assert naming is None or "rows" not in naming.place


@pytest.mark.parametrize("calls", [0, 1, 20, 30, 40, 60, 100])
def test_few_calls_say_nothing_or_the_same(calls):
    naming = named(lambda S: softplus(np.clip(S, -90, 90)), softplus, SCORES, ("S",), calls)
    assert naming is None or naming.name.endswith(("the right one is another.", "up to 90."))


def test_an_update_is_not_an_approximation_because_it_moves_little():
    cases = [(rng.normal(size=4), rng.normal(size=4)) for _ in range(5)]
    naming = named(
        lambda w, g: w - 1e-3 * np.cos(g * w), lambda w, g: w - 1e-3 * g, cases, ("w", "g")
    )
    assert naming is None


def attention(Q, K):
    S = Q @ K.T
    E = np.exp(S - S.max(axis=1, keepdims=True))
    return E / E.sum(axis=1, keepdims=True)


def test_an_array_is_not_to_blame_whose_numbers_are_small_where_it_goes_wrong():
    def no_shift(Q, K):
        E = np.exp(Q @ K.T)
        return E / E.sum(axis=1, keepdims=True)

    rng = np.random.default_rng(1)
    shapes = [(1, 2, 2), (2, 3, 2), (3, 2, 4), (4, 5, 3), (2, 4, 3)]
    small = [(rng.normal(size=(n, d)), rng.normal(size=(m, d))) for n, m, d in shapes]
    large = [(900 * rng.uniform(size=(2, 2)), rng.uniform(1, 2, size=(k, 2))) for k in (2, 3, 4)]
    naming = named(no_shift, attention, large + small, ("Q", "K"))
    assert naming is not None
    assert "`K`" not in naming.name
    assert "nan or infinite where they are large" in naming.name


def test_no_size_is_to_blame_for_class_numbers():
    def nearest(X, new):
        return np.abs(X - new[:, None]).argmin(axis=1)

    def cut(X, new):
        return nearest(np.clip(X, -2, 2), new)

    rng = np.random.default_rng(2)
    sizes = enumerate((0.1, 0.3, 1, 5, 5, 5), 1)
    cases = [(scale * rng.normal(size=n + 2), rng.normal(size=n)) for n, scale in sizes]
    naming = named(cut, nearest, cases, ("X", "new"))
    assert naming is None or "beyond" not in naming.name
