"""`check`: judge a function, show the outcome, tell nbgrader the score.

nbgrader reads a cell's score from its output. An exception is 0 points, a number as the last
value is that many points, anything else is full marks. So `check` raises where nothing is right,
returns a number where a part is right and returns nothing where everything is; the outcome itself
is shown first, which is why a hint and part of the points go together.

Whoever can run a check again is not told everything at once: first where it goes wrong, then what
the mistake is called, then the question that mends it, all in the same numbers. Another mistake
starts at the top.

A check that is interrupted judges nothing. It stays a `KeyboardInterrupt`, so that a loop around it
stops as well, and as an exception it is worth nothing.
"""

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import ModuleType
from typing import Self

from dlcourse.checks.errors import describe_exception
from dlcourse.checks.outcome import WRONG, Outcome
from dlcourse.checks.spec import Exercise

Judge = Callable[[Exercise, object, int | None], Outcome]
CALL_SECONDS = 10.0  # as long as a call may take where it is graded
_judges: list[Judge] = []
Asked = tuple[tuple[str, ...], int | None, int]  # a mistake, the seed that shows it, hints given
NOTHING_ASKED: Asked = (), None, 0
_asked: dict[str, Asked] = {}  # by exercise


class CheckFailed(Exception):  # noqa: N818 (an outcome that students read, not an error of ours)
    """Nothing is right yet. ``outcome`` says what is wrong.

    In a notebook the outcome stands above, so that the exception shows as one line there.
    """

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(str(outcome))
        self.outcome = outcome

    def _render_traceback_(self) -> list[str]:
        return [self.outcome.headline]


class CheckInterrupted(KeyboardInterrupt):
    """The student stopped the check. Shows as its text alone, in a notebook as well."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


class Points(float):
    """Points for a part: nbgrader reads the number, a reader sees ``1 of 2 points``.

    Parameters
    ----------
    earned, whole : float
        What was earned, and what there was to earn.

    Examples
    --------
    >>> Points(1.0, 2.0), Points(1.0, 2.0)._repr_html_()
    (1.0, '1 of 2 points')
    """

    whole: float

    def __new__(cls, earned: float, whole: float) -> Self:
        """Make a number that knows what it is a part of."""
        points = super().__new__(cls, earned)
        points.whole = whole
        return points

    def _repr_html_(self) -> str:
        return f"{self:g} of {self.whole:g} points"


def check(
    exercise: str | Exercise, function: Callable[..., object], seed: int | None = None
) -> float | None:
    """Judge your function and show what was found.

    Parameters
    ----------
    exercise : str or Exercise
        Name of the exercise; where two assignments have one of that name, assignment and name,
        ``"logistic_regression/sigmoid"``. An exercise of one's own is given itself.
    function : callable
        Your function itself, without parentheses: ``check("sigmoid", sigmoid)``.
    seed : int, optional
        Repeats the random inputs of an earlier check. Without it fresh ones are drawn, but for a
        function that was wrong before: it is shown the same again until it is right.

    Returns
    -------
    float or None
        The points, where only a part is right (nbgrader reads them); None where all of it is.

    Raises
    ------
    CheckFailed
        Where nothing is right yet.
    CheckInterrupted
        If it is interrupted (Ctrl-C, or the notebook's stop button); nothing is judged then.
    ValueError
        Where there is no exercise of that name, or more than one.

    Examples
    --------
    >>> from dlcourse.activations import sigmoid
    >>> check("sigmoid", sigmoid)
    ✓ sigmoid: right (2 of 2 points)
    Any score becomes a probability, and not even a score of 10,000 breaks it.
    """
    # Imported here, so that a student's `from dlcourse.checks import check` loads no answer.
    from dlcourse.checks.registry import find

    known = exercise if isinstance(exercise, Exercise) else find(exercise)
    ask = _judges[-1] if _judges else judge_at_home
    try:
        outcome = ask(known, function, seed)
    except KeyboardInterrupt as stopped:
        line = describe_exception(stopped, function).line
        raise CheckInterrupted(interrupted(known.name, line)) from None
    nothing_right = not outcome.passed and not outcome.earned
    shell = notebook()
    if shell:
        shell.display.display(outcome)
    elif not nothing_right:  # where nothing is right, the exception carries the text
        print(outcome)
    if nothing_right:
        raise CheckFailed(outcome)
    return None if outcome.passed else Points(outcome.earned, outcome.points)


def judge_at_home(exercise: Exercise, function: object, seed: int | None) -> Outcome:
    """Judge, and keep back the hints that were not asked for yet, where they can be asked for.

    A mistake that is made again is shown in the same numbers; what is right must be so in others.
    """
    from dlcourse.checks.judging import judge

    mistake, numbers, rung = _asked.get(exercise.key, NOTHING_ASKED)
    outcome = judge(exercise, function, numbers if seed is None else seed, CALL_SECONDS)
    if outcome.passed and seed is None and numbers is not None:
        outcome = judge(exercise, function, None, CALL_SECONDS)
    failure = outcome.failure
    if failure is None:
        _asked.pop(exercise.key, None)
    # Stock nbgrader runs a notebook once, as a script does: there is nobody to ask again.
    if failure is None or not hasattr(sys, "ps1") or "NBGRADER_EXECUTION" in os.environ:
        return outcome
    found = failure.part, failure.kind, failure.misconception
    rung = rung + 1 if found == mistake else 0
    _asked[exercise.key] = found, outcome.seed, rung
    return replace(outcome, rung=rung)


def interrupted(name: str, line: str) -> str:
    """Say that nothing was judged, and where the student's function was."""
    where = f" It was in your line `{line}`. Is that in a loop, and what ends the loop?"
    return f"{WRONG} {name}: interrupted, so nothing was judged.{where if line else ''}"


@contextlib.contextmanager
def judged_by(judge: Judge) -> Iterator[None]:
    """Let `check` ask another judge: the grader's draws the seeds and keeps the outcomes."""
    _judges.append(judge)
    try:
        yield
    finally:
        _judges.pop()


def notebook() -> ModuleType | None:
    """Find IPython, where this runs inside one: its `display` shows the outcome as HTML."""
    ipython = sys.modules.get("IPython")
    return ipython if ipython is not None and ipython.get_ipython() is not None else None
