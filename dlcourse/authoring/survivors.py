"""What an exercise makes of the mutants of its right answers: refused, named, equal or overlooked.

A mutant that passes is held against the reference once more, on far more draws than a check's and
with numbers much smaller and larger. Where it is right there too, it is the same function written
otherwise; where it is not, the exercise overlooks it.
"""

from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cache

import numpy as np

from dlcourse.authoring.entries import SEEDS, Entry, Trial, drawn_trials, fixed_trials, refusal
from dlcourse.authoring.mutants import Mutant, mutated
from dlcourse.checks.judging import Function, attempt_case, judge
from dlcourse.checks.spec import Case, Exercise

ENOUGH = 0.99  # of the wrong mutants must be refused
DRAWS = 5  # of all cases, to tell an equal mutant from one that is overlooked
STRETCH = 10.0  # by which its numbers are larger or smaller at most


@dataclass(frozen=True)
class Survivor:
    """A wrong mutant that the exercise takes for right, with some seeds at least."""

    title: str
    mutant: Mutant
    passed: int
    tried: int

    def __str__(self) -> str:
        """Write it in one line."""
        return f"{self.title!r}, {self.mutant}: passes with {self.passed} of {self.tried} seeds"


@dataclass
class Verdict:
    """What became of the mutants of an exercise.

    Parameters
    ----------
    refused : list of callable
        Those that are refused whatever the seed.
    equal : list of callable
        Those that are right answers still.
    survivors : list of Survivor
        The wrong ones that pass.
    """

    refused: list[Function] = field(default_factory=list)
    equal: list[Function] = field(default_factory=list)
    survivors: list[Survivor] = field(default_factory=list)

    @property
    def share_refused(self) -> float:
        """The share of the wrong mutants that is refused, from 0 to 1."""
        return len(self.refused) / max(len(self.refused) + len(self.survivors), 1)


def try_mutants(entry: Entry, seeds: range = SEEDS) -> Verdict:
    """Hold every mutant of an exercise's right answers against its cases."""
    exercise, originals = entry.exercise, dict(entry.functions("right"))
    verdict = Verdict()
    for title, mutant, function in mutated(entry):
        passed = count_passes(exercise, function, seeds)
        if not passed:
            verdict.refused.append(function)
        elif passed == len(seeds) and not differs(exercise, function, originals[title]):
            verdict.equal.append(function)
        else:
            verdict.survivors.append(Survivor(title, mutant, passed, len(seeds)))
    return verdict


def described(exercise: Exercise, verdict: Verdict) -> list[str]:
    """Write the figures, and each survivor, in a line of its own."""
    told = Counter(how_it_is_told(exercise, function) for function in verdict.refused)
    shares = ", ".join(f"{way} {n / told.total():.0%}" for way, n in told.most_common())
    wrong = len(verdict.refused) + len(verdict.survivors)
    return [
        f"{wrong} wrong mutants, {verdict.share_refused:.1%} refused ({shares}); "
        f"{len(verdict.equal)} more are right still",
        *(f"overlooks {survivor}" for survivor in verdict.survivors),
    ]


def how_it_is_told(exercise: Exercise, function: Function) -> str:
    """Say how a student learns of the mistake: by its name, or by the kind of failure alone."""
    failure = judge(exercise, function, SEEDS[0]).failure
    assert failure is not None
    if failure.misconception in [idea.name for idea in exercise.misconceptions]:
        return "named by a misconception"
    return "named by a relation" if failure.misconception else str(failure.kind)


def count_passes(exercise: Exercise, function: Function, seeds: range) -> int:
    """Count the seeds with which a function is right."""
    if refusal(exercise, function, fixed_trials(exercise)):
        return 0
    refused = [refusal(exercise, function, drawn_trials(exercise, seed)) for seed in seeds]
    return refused.count(None)


def differs(exercise: Exercise, mutant: Function, original: Function) -> bool:
    """Tell whether a mutant is wrong anywhere that the answer it was made from is right.

    An open-ended exercise asks for properties on data of its own: other numbers would tell nothing.
    """
    return not exercise.open_ended and any(
        refusal(exercise, mutant, [trial]) and not refusal(exercise, original, [trial])
        for trial in far_trials(exercise)
    )


@cache
def far_trials(exercise: Exercise) -> tuple[Trial, ...]:
    """Draw many cases with stretched numbers, and the reference's answers where it has one."""
    rng = np.random.default_rng(0)
    return tuple(
        Trial(part, far, right.answer)
        for _ in range(DRAWS)
        for part in exercise.parts
        for far in (stretched(case, rng) for case in part.cases(rng))
        for right in [attempt_case(exercise.reference, far.arguments)]
        if not right.error and np.isfinite(np.asarray(right.answer)).all()
    )


def stretched(case: Case, rng: np.random.Generator) -> Case:
    """Make the floats of each argument larger or smaller by a factor, and whole numbers larger.

    All in double precision: rounding of single precision, once stretched, tells nothing apart.
    """

    def other(argument: object) -> object:
        factor = STRETCH ** rng.uniform(-1, 1)
        if isinstance(argument, np.ndarray) and argument.dtype.kind == "f":
            return argument.astype(float) * factor
        if type(argument) is int:
            return argument + int(rng.integers(3))
        return argument * factor if isinstance(argument, float) else argument

    return replace(case, arguments=tuple(map(other, case.arguments)))
