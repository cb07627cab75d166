"""Where a mistake is passed on: a right function stands in for one that an answer calls.

At home alone: the grader's functions are in another process, and what they call is out of reach.
"""

from collections.abc import Callable, Iterator, Sequence
from types import CodeType, FunctionType

import numpy as np

from dlcourse.checks.diagnosis.evidence import (
    CLOSE,
    Trial,
    floats,
    in_single_precision,
    quietly,
    same,
)
from dlcourse.checks.diagnosis.naming import Naming
from dlcourse.checks.registry import plain_solution
from dlcourse.checks.spec import Exercise
from dlcourse.checks.time_limit import OutOfTime

Watch = Callable[[Callable[..., object]], Callable[..., object]]


def passed_on(
    exercise: Exercise, function: object, trials: Sequence[Trial], watch: Watch
) -> Naming | None:
    """Name a mistake that is in a function which an answer calls.

    None where no right one in its place makes everything right.

    Parameters
    ----------
    exercise : Exercise
        What the answer is to.
    function : object
        The answer.
    trials : sequence of Trial
        The calls of the check.
    watch : callable
        Limits the time of each call of a function.
    """
    tolerance = max(CLOSE, exercise.tolerance)
    tried = [trial for trial in trials if not in_single_precision(trial.arguments)]
    for name, twin in with_stand_ins(exercise, function):
        answers = (floats(quietly(watch(twin), trial.arguments)) for trial in tried)
        try:
            right = all(same(a, t.right, tolerance) for a, t in zip(answers, tried, strict=True))
        except OutOfTime:
            continue
        if right:
            return Naming(
                f"passed on by {name}",
                f"As far as it goes, this function is right: the mistake is in `{name}`, which it "
                "calls.",
                f'What does `check("{name}", {name})` say?',
            )
    return None


def with_stand_ins(
    exercise: Exercise, function: object
) -> Iterator[tuple[str, Callable[..., object]]]:
    """Go through an answer with each exercise that it calls answered rightly, by its name."""
    *others, _ = plain_solution(exercise.key) or ("",)
    if not isinstance(function, FunctionType) or not others:
        return
    right: dict[str, object] = {"np": np}
    for source in others:
        exec(source, right)  # noqa: S102 (the course's own answers)
    for name in sorted(names_in(function.__code__) & right.keys() & function.__globals__.keys()):
        if isinstance(right[name], FunctionType) and name != exercise.name:
            twin = FunctionType(
                function.__code__,
                {**function.__globals__, name: right[name]},
                function.__name__,
                function.__defaults__,
                function.__closure__,
            )
            twin.__kwdefaults__ = function.__kwdefaults__
            yield name, twin


def names_in(code: CodeType) -> set[str]:
    """Collect the global names that a function's code uses, inner functions included."""
    inner = (names_in(constant) for constant in code.co_consts if isinstance(constant, CodeType))
    return set(code.co_names).union(*inner)
