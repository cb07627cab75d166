"""Wrong answers that no message named: what they look like on inputs that are the same for all.

Each submission is judged on inputs of its own, so the answers of two cannot be compared. A function
whose mistake got no name is therefore called once more, on the cases of one seed, when all scores
are known. Who answers alike there has the same idea, probably: the exercise's next misconception.
Of what comes back only numbers are kept.
"""

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from dlcourse.checks.errors import shortened
from dlcourse.checks.judging import (
    Attempt,
    Function,
    as_array,
    attempt_all,
    find_problem,
    write_down,
)
from dlcourse.checks.outcome import Failure, Kind
from dlcourse.checks.spec import Exercise

SEED = 0  # of the inputs, for everybody
SECONDS = 2.0  # for all functions of a notebook; less than `GRACE`, or it would count as too slow
NUMERIC = (Kind.VALUE, Kind.NOT_FINITE, Kind.PROPERTY, Kind.SHAPE, Kind.DTYPE)
MOST_NUMBERS, NEGLIGIBLE = 10_000, 1e-9


def is_unnamed(failure: Failure) -> bool:
    """Tell whether numbers are wrong and no message said why."""
    return failure.kind in NUMERIC and not failure.misconception


def look(exercise: Exercise, title: str, function: Function) -> dict[str, Any]:
    """Call a function on the inputs that all submissions get, and put down what is wrong.

    Parameters
    ----------
    exercise : Exercise
        What a right answer is.
    title : str
        Of the part that failed.
    function : callable
        The student's function, or what stands in for it.

    Returns
    -------
    dict
        ``part`` and ``case`` in words; ``table``, the smallest failing case as pairs of a label and
        a value; ``alike``, equal for functions with equal answers. Empty where nothing is wrong
        on these inputs, or no number came back.
    """
    part = next(part for part in exercise.parts if part.title == title)
    cases = part.cases(np.random.default_rng(SEED))
    attempts, expected = attempt_all(function, cases), attempt_all(exercise.reference, cases)
    for case, attempt, right in zip(cases, attempts, expected, strict=False):
        problem = find_problem(exercise, case, attempt, right.answer)
        if problem is None:
            continue
        if problem.kind not in NUMERIC:
            return {}
        wrong = write_down(exercise, part, case, attempt, right, problem)
        table = [*wrong.arguments, ("expected", wrong.expected), ("answered", wrong.got)]
        return {
            "part": title,
            "case": case.label,
            "table": [(label, shortened(value)) for label, value in table],
            "alike": fingerprint(attempts),
        }
    return {}


def fingerprint(attempts: Sequence[Attempt]) -> str:
    """Hash what calls came to; answers that differ by rounding are equal."""
    return hashlib.sha256("\n".join(map(written, attempts)).encode()).hexdigest()[:16]


def written(attempt: Attempt) -> str:
    """Write what a call came to: six digits of every number, or what came instead of numbers."""
    answer = as_array(attempt.answer)
    if answer is None:
        return attempt.error.kind if attempt.error else type(attempt.answer).__name__
    if answer.size > MOST_NUMBERS:
        return str(answer.shape)
    numbers = np.where(np.abs(answer) < NEGLIGIBLE, 0, answer)  # 1e-17 or -0.0 is a 0
    return " ".join([str(answer.shape), *(f"{number:.6g}" for number in numbers.flat)])
