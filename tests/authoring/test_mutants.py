"""Mutants: what is changed, that every call ends, and which of them an exercise overlooks."""

import numpy as np
import pytest

from dlcourse.authoring.entries import Entry
from dlcourse.authoring.mutants import limited, mutants
from dlcourse.authoring.survivors import described, try_mutants
from dlcourse.checks import Exercise, Part
from dlcourse.checks.answers import Answers
from dlcourse.checks.errors import StudentError


def changed(source):
    return [(mutant.was, mutant.now) for mutant in mutants(source)]


@pytest.mark.parametrize(
    ("source", "was", "now"),
    [
        ("a - b", "a - b", "b - a"),
        ("a @ b", "a @ b", "a.T @ b"),
        ("a @ b", "a @ b", "a * b"),
        ("a / (b + c)", "a / (b + c)", "a / b + c"),
        ("X.T @ e / len(X)", "X.T @ e / len(X)", "X.T @ e"),
        ("X.T @ e / len(X)", "X.T", "X"),
        ("e / len(X)", "len(X)", "len(X) - 1"),
        ("-np.exp(a)", "-np.exp(a)", "np.exp(a)"),
        ("np.exp(a)", "np.exp(a)", "a"),
        ("X.sum(axis=1)", "1", "0"),
        ("X.sum(axis=1)", "X.sum(axis=1)", "X.mean(axis=1)"),
        ("X.sum(axis=1)", "X.sum(axis=1)", "X.sum()"),
        ("X.max(keepdims=True)", "True", "False"),
        ("w[1:]", "1", "2"),
        ("w.copy()", "w.copy()", "w"),
        ("np.zeros(n)", "np.zeros(n)", "np.zeros(n, dtype=int)"),
        ("g(X, y)", "g(X, y)", "g(y, X)"),
        ("s > 0", "s > 0", "s >= 0"),
        ("a if s else b", "a if s else b", "b"),
        ("a and b", "a and b", "a or b"),
        ("range(n)", "range(n)", "range(1, n)"),
    ],
)
def test_expression_is_changed_as_learners_err(source, was, now):
    assert (was, now) in changed(source)


@pytest.mark.parametrize(
    ("source", "was", "now"),
    [
        ("w = w - step", "w = w - step", "w -= step"),
        ("w += step", "w += step", "w = step"),
        ("for i in r:\n    f(i)\nreturn s", "for i in r: ...", "for i in r: ..."),
        ("if a:\n    b()", "if a: ...", "if True: ..."),
        ("f(a)\ng(a)", "f(a)", "pass"),
    ],
)
def test_statement_is_changed_as_learners_err(source, was, now):
    body = source.replace("\n", "\n    ")
    assert (was, now) in changed(f"def f():\n    {body}")


def test_arguments_change_places_and_no_mutant_comes_twice():
    made = list(mutants("def f(a, b, c=1):\n    'Text.'\n    return a"))
    assert [(m.line, m.was, m.now) for m in made[:2]] == [
        (1, "a, b, c=1", "b, a, c=1"),
        (3, "return a", "pass"),
    ]
    assert len({mutant.source for mutant in made}) == len(made)


def power(x, n):
    """Multiply a number by itself."""
    return x**n


LOOP = """
def power(x, n):
    product = 1.0
    while n > 0:
        product = product * x
        n = n - 1
    return product
"""


def toy(*parts, right=LOOP):
    exercise = Exercise("toy/power", power, parts or (Part("powers", 1, draw),))
    return Entry(exercise, Answers({"loop": right}, {}))


def draw(rng):
    return [(rng.uniform(1, 2), int(n)) for n in rng.integers(2, 9, 4)]


def test_endless_loop_ends_at_every_call_at_once():
    endless = limited(toy(), LOOP.replace("n - 1", "n"))
    for _ in range(1000):  # quick, although each would be as long as the limit
        with pytest.raises(StudentError, match="took more than 20000 turns"):
            endless(1.0, 1)


def test_endless_recursion_ends_too():
    endless = limited(toy(), "def power(x, n):\n    return power(x, n) + power(x, n)")
    with pytest.raises(RecursionError):
        endless(1.0, 1)


def test_right_answer_is_limited_call_by_call():
    limited_power = limited(toy(), LOOP)
    assert [limited_power(1.0, 15_000) for _ in range(3)] == [1.0] * 3


def test_good_exercise_refuses_all_mutants_and_counts_equal_ones_apart():
    verdict = try_mutants(toy(), range(3))
    assert len(verdict.refused) > 10
    assert not verdict.survivors
    equal = [function(1.5, 3) for function in verdict.equal]  # n >= 1, say, is n > 0
    assert equal == [power(1.5, 3)] * len(equal) != []


def test_careless_exercise_is_told_what_it_overlooks():
    entry = toy(Part("powers", 1, lambda rng: [(np.array([rng.uniform(1, 2)]), 1)]))
    verdict = try_mutants(entry, range(3))
    lines = described(entry.exercise, verdict)
    assert verdict.share_refused < 0.9
    assert any(
        "overlooks 'loop', line 5: `product * x` -> `x`: passes with 3 of 3 seeds" in line
        for line in lines
    )
