"""Each rule finds what it is there for, in an exercise that is right but for one thing."""

import warnings
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from dlcourse.authoring import linting
from dlcourse.authoring.entries import Entry
from dlcourse.checks import Exercise, Misconception, Part, Property
from dlcourse.checks.answers import Answers


def total(X, c):
    """Sum each row and multiply by a number."""
    return X.sum(axis=1) * c


def draw(rng):
    return [(rng.normal(size=(n, 3)), float(rng.integers(2, 9))) for n in (4, 10)]


HINT = "How often should the number c count, and on which side of the sum does it stand?"
SQUARED = Misconception("c squared", lambda X, c: total(X, c) * c, HINT)
UNUSED = Misconception("c not used", lambda X, c: total(X, 1.0), HINT)
EXERCISE = Exercise("toy/total", total, (Part("sums", 1, draw),), misconceptions=(SQUARED, UNUSED))
ANSWERS = Answers(
    right={"plain": "def total(X, c):\n    return X.sum(axis=1) * c"},
    wrong={"c squared": "def total(X, c):\n    return X.sum(axis=1) * c ** 2"},
)
TOY = Entry(EXERCISE, ANSWERS, file="somewhere/toy/total.py")


def with_exercise(**changes):
    return replace(TOY, exercise=replace(EXERCISE, **changes))


def with_part(**changes):
    return with_exercise(parts=(replace(EXERCISE.parts[0], **changes),))


def with_answers(**changes):
    return replace(TOY, answers=replace(ANSWERS, **changes))


def with_hint(hint):
    return with_exercise(misconceptions=(replace(SQUARED, hint=hint),))


NEIGHBOUR = (Exercise("toy/sums", total, EXERCISE.parts), ANSWERS)
TOO_LARGE = {"many rows": (np.ones((99, 3)), 2.0)}  # what fails here has failed before


def test_nothing_is_found_in_a_good_exercise():
    assert linting.lint(TOY) == []


def warning(X, c):
    """Answer rightly, with a warning."""
    warnings.warn("odd", stacklevel=2)
    return total(X, c)


@pytest.mark.parametrize(
    ("entry", "rule", "what"),
    [
        (with_exercise(key="toy/sum-of"), "key_is_the_place", "'toy/total', got 'toy/sum-of'"),
        (with_exercise(key="toy/sum-of"), "key_is_the_place", "the function's name"),
        (
            with_exercise(properties=(Property("big", lambda S, X, c: False, "Too small."),)),
            "reference_is_right",
            "refused with seed 0: Too small.",
        ),
        (
            with_exercise(reference=lambda X, c: total(X, c) + 0 * np.exp(1000.0 - X[0, 0])),
            "reference_is_right",
            "refused",
        ),
        (
            with_exercise(reference=warning),
            "reference_is_right",
            "warns with seed 0: Python warned",
        ),
        (
            with_part(inputs=lambda rng: [(np.ones((2, 3)), 1.0)] * 2),
            "parts_need_several_answers",
            "part 'sums': its right answers are all within 0",
        ),
        (
            with_part(edge_cases=TOO_LARGE),
            "every_case_earns_its_place",
            "case 'many rows' of part 'sums' is shown to no wrong answer: each must be the first",
        ),
        (
            with_answers(right=ANSWERS.right | {"sum": "total = lambda X, c: X.sum() * c"}),
            "right_answers_earn_everything",
            "right answer 'sum' is refused at 'random numbers'",
        ),
        (
            with_answers(partly_right=ANSWERS.wrong),
            "partly_right_answers_earn_the_first_part",
            "partly right answer 'c squared' earns 0 points with seed 0, deserved are 1",
        ),
        (
            with_answers(partly_right=ANSWERS.right),
            "partly_right_answers_earn_the_first_part",
            "earns 1 points",
        ),
        (
            with_answers(wrong=ANSWERS.right),
            "wrong_answers_earn_nothing",
            "wrong answer 'plain' earns 1 points",
        ),
        (
            with_exercise(reference=lambda X, c: np.zeros(len(X))),
            "knowing_nothing_earns_nothing",
            "0 everywhere earns 1 points",
        ),
        (
            with_exercise(reference=lambda X, c: X),
            "knowing_nothing_earns_nothing",
            "X itself earns 1 points",
        ),
        (
            replace(TOY, others=(NEIGHBOUR,)),
            "knowing_nothing_earns_nothing",
            "the function sums earns 1 points",
        ),
        (
            with_exercise(misconceptions=(Misconception("none", total, HINT),)),
            "misconceptions_are_told_their_own_hint",
            "misconception 'none' is not refused",
        ),
        (
            with_exercise(misconceptions=(SQUARED, replace(SQUARED, name="again"))),
            "misconceptions_are_told_their_own_hint",
            "misconception 'again' is told the hint of 'c squared'",
        ),
        (
            with_answers(wrong={"c not used": "total = lambda X, c: X.sum(axis=0)"}),
            "answers_titled_so_are_told_the_hint",
            "answer 'c not used' is not told",
        ),
        (with_hint("Too short."), "hints_are_readable", "40 to 320 characters, got 10"),
        (with_hint(HINT[:-1]), "hints_are_readable", "must end with a sentence"),
        (
            with_exercise(misconceptions=(SQUARED, SQUARED)),
            "hints_are_readable",
            "the name must be its own",
        ),
        (
            with_hint("Write c times the sum: `M.sum( axis = 1) * rate`, that is all you need."),
            "nothing_said_holds_the_answer",
            "misconception 'c squared' says 'M.sum( axis = 1) * rate', the line of right answer",
        ),
        (
            with_part(hint="It is A.sum(axis=1)*b."),
            "nothing_said_holds_the_answer",
            "part 'sums' says",
        ),
    ],
)
def test_rule_finds_what_breaks_it(entry, rule, what):
    assert any(what in found for found in getattr(linting, rule)(entry))


def test_finding_is_one_line_with_the_place():
    (finding,) = linting.lint(with_hint("Too short."))
    assert str(finding).startswith("somewhere/toy/total.py: total: misconception 'c squared': hint")


def test_every_rule_is_tried_here():
    (mark,) = test_rule_finds_what_breaks_it.pytestmark
    assert {rule for _, rule, _ in mark.args[1]} == {rule.__name__ for rule in linting.RULES}


def test_answer_that_does_not_run_is_told_by_its_title():
    with pytest.raises(ValueError, match=r"total.py: answer 'odd' must run, got NameError: "):
        TOY.function("total = totl", "odd")


def test_what_wrong_answers_are_told_without_a_misconception_is_read_too(monkeypatch):
    told = SimpleNamespace(
        misconception="a factor", message="Wrong.", hint="Return A.sum(axis=1) * b instead."
    )
    monkeypatch.setattr(linting, "judge", lambda *_: SimpleNamespace(failure=told))
    (found,) = linting.nothing_said_holds_the_answer(replace(TOY))
    assert found.startswith("what is said of 'c squared' says 'A.sum(axis=1) * b', the line")
