"""A class in numbers: how many submissions ended how, the scores, the exercises, the mistakes.

A score is a student's, summed over the assignment's notebooks; a rejected notebook counts as 0.
How hard an exercise is shows in the notebooks that could be read.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from dlcourse.checks.spec import name_of
from dlcourse.grading.result import Status

MOST_BARS = 15

Cell = tuple[str, str]  # notebook, grade_id


@dataclass(frozen=True)
class ReportRow:
    """One notebook of one submission, after grading.

    Parameters
    ----------
    student, notebook : str
        Whose it is, and its name without ``.ipynb``.
    status : str
        ``"graded"``, ``"stopped"`` or ``"rejected"``.
    reason : str
        What people should know, in plain sentences; empty where there is nothing to say.
    score, maximum : float
        Points.
    seconds : float
        Wall time of grading.
    seed : int
        Reproduces the random inputs.
    sandbox : str
        What the student's code was kept in.
    cells : dict of str to (float or None, float)
        Score and maximum by grade_id; None where a person must mark the cell.
    outcomes : tuple of dict
        One per check that ran, as in ``Result.outcomes``; older versions put down less.
    forgeable : frozenset of str
        The grade_ids of tests that ran in the student's process, where points can be forged.
    """

    student: str
    notebook: str
    status: str
    reason: str
    score: float
    maximum: float
    seconds: float
    seed: int
    sandbox: str
    cells: dict[str, tuple[float | None, float]] = field(default_factory=dict)
    outcomes: tuple[dict[str, object], ...] = ()
    forgeable: frozenset[str] = frozenset()


@dataclass(frozen=True)
class ExerciseSummary:
    """How the class did in one graded cell.

    ``full``, ``part`` and ``nothing`` are shares of those with a mark, ``mean`` is in points, all
    four are 0 where nobody has a mark; ``unmarked`` counts those who wait for a person.
    """

    name: str
    maximum: float
    marked: int
    unmarked: int
    full: float
    part: float
    nothing: float
    mean: float

    @property
    def settled(self) -> bool:
        """Whether these numbers say how hard it was: somebody has a mark, and nobody waits for one.

        While answers wait for a person, only those who left the cell empty have a mark, 0.
        """
        return self.marked > 0 and not self.unmarked


@dataclass(frozen=True)
class Mistake:
    """A mistake in one exercise and how many students made it.

    ``misconception`` is empty where the mistake is not a known one; then ``kind`` says more.
    ``hint`` is what the check told those who made a known one.
    """

    exercise: str
    misconception: str
    kind: str
    hint: str
    students: int
    share: float


@dataclass(frozen=True)
class Unnamed:
    """A wrong answer that no message named, and how many students gave it.

    Parameters
    ----------
    exercise, part, case : str
        What was wrong, and in which case.
    table : tuple of (str, str)
        That case: arguments, what is expected, what they answered.
    students : int
        How many answered so.
    share : float
        Of all who handed something in.
    example : str
        One of them.
    """

    exercise: str
    part: str
    case: str
    table: tuple[tuple[str, str], ...]
    students: int
    share: float
    example: str


@dataclass(frozen=True)
class Bar:
    """One bar of a histogram: scores from ``low`` to below ``high``, or the full score alone."""

    low: float
    high: float
    students: int
    share: float


@dataclass(frozen=True)
class Summary:
    """A class in numbers.

    Parameters
    ----------
    submissions : int
        Notebooks handed in.
    statuses, sandboxes : dict of str to int
        How many of them ended how, and ran in what.
    scores : tuple of float
        One per student, in ascending order, in points.
    maximum : float
        What there was to earn.
    seconds : tuple of float
        Time per notebook, in ascending order.
    exercises : tuple of ExerciseSummary
        The hardest first, those for which a person must mark an answer last.
    mistakes : tuple of Mistake
        Known misconceptions and other failures, the commonest first.
    unnamed : tuple of Unnamed
        Wrong answers that no message named, the commonest first.
    forgeable : float
        How many of the points students can forge.
    """

    submissions: int
    statuses: dict[str, int]
    sandboxes: dict[str, int]
    scores: tuple[float, ...]
    maximum: float
    seconds: tuple[float, ...]
    exercises: tuple[ExerciseSummary, ...]
    mistakes: tuple[Mistake, ...]
    unnamed: tuple[Unnamed, ...]
    forgeable: float = 0.0

    @property
    def students(self) -> int:
        """How many people handed something in."""
        return len(self.scores)

    @property
    def unmarked(self) -> int:
        """How many cells wait for a person."""
        return sum(exercise.unmarked for exercise in self.exercises)

    @property
    def mean(self) -> float:
        """Mean score; 0 without students."""
        return float(np.mean(self.scores)) if self.scores else 0.0

    @cached_property
    def quartiles(self) -> tuple[float, float, float]:
        """Lower quartile, median and upper quartile of the scores; 0 without students."""
        low, middle, high = np.quantile(self.scores or (0.0,), (0.25, 0.5, 0.75))
        return float(low), float(middle), float(high)

    @property
    def misconceptions(self) -> tuple[Mistake, ...]:
        """The mistakes that have a name and a hint."""
        return tuple(mistake for mistake in self.mistakes if mistake.misconception)

    def histogram(self) -> list[Bar]:
        """Count the scores in steps of 1, 2 or 5 times a power of ten; full marks stand alone."""
        top = max(self.maximum, *self.scores[-1:], 0.0)
        step = histogram_step(top)
        bins = [bin_of(score, step) for score in self.scores]
        counts = np.bincount(bins, minlength=bin_of(top, step) + 1)
        return [
            Bar(i * step, min((i + 1) * step, top), int(count), share(int(count), self.students))
            for i, count in enumerate(counts)
        ]


def summarise(rows: Iterable[ReportRow]) -> Summary:
    """Count what a class did.

    Parameters
    ----------
    rows : iterable of ReportRow
        One per notebook, in any order.

    Returns
    -------
    Summary

    Examples
    --------
    >>> row = ReportRow("ada", "ps", "graded", "", 1.5, 2.0, 0.1, 7, "bubblewrap")
    >>> summary = summarise([row])
    >>> summary.statuses, summary.mean, summary.maximum
    ({'graded': 1}, 1.5, 2.0)
    """
    rows = list(rows)
    scores: dict[str, float] = defaultdict(float)
    maxima: dict[str, float] = {}
    forgeable: dict[Cell, float] = {}
    for row in rows:
        scores[row.student] += row.score
        forged = row.cells.keys() & row.forgeable
        forgeable.update({(row.notebook, cell): row.cells[cell][1] for cell in forged})
        maxima[row.notebook] = max(row.maximum, maxima.get(row.notebook, 0.0))
    return Summary(
        submissions=len(rows),
        statuses=dict(Counter(row.status for row in rows).most_common()),
        sandboxes=dict(Counter(row.sandbox for row in rows).most_common()),
        scores=tuple(sorted(scores.values())),
        maximum=sum(maxima.values()),
        seconds=tuple(sorted(row.seconds for row in rows)),
        exercises=count_exercises(rows),
        mistakes=count_mistakes(rows, len(scores)),
        unnamed=count_unnamed(rows, len(scores)),
        forgeable=sum(forgeable.values()),
    )


def count_exercises(rows: Sequence[ReportRow]) -> tuple[ExerciseSummary, ...]:
    """Say for each graded cell how the class did, the smallest share of the points first."""
    names = name_cells(rows)
    marks: dict[Cell, list[float | None]] = {cell: [] for cell in names}
    maxima: dict[Cell, float] = {}
    for row in rows:
        for grade_id, (score, maximum) in row.cells.items():
            maxima[row.notebook, grade_id] = maximum
            if row.status != Status.REJECTED:
                marks[row.notebook, grade_id].append(score)
    exercises = [count_exercise(names[c], maxima[c], marks[c]) for c in names]
    return tuple(sorted(exercises, key=difficulty))


def count_exercise(name: str, maximum: float, marks: Sequence[float | None]) -> ExerciseSummary:
    """Say how the class did in one cell."""
    marked = [mark for mark in marks if mark is not None]
    full = sum(mark >= maximum for mark in marked)
    nothing = sum(mark <= 0 < maximum for mark in marked)
    return ExerciseSummary(
        name=name,
        maximum=maximum,
        marked=len(marked),
        unmarked=len(marks) - len(marked),
        full=share(full, len(marked)),
        part=share(len(marked) - full - nothing, len(marked)),
        nothing=share(nothing, len(marked)),
        mean=share(sum(marked), len(marked)),
    )


def difficulty(exercise: ExerciseSummary) -> tuple[bool, float]:
    """Sort key: the smallest share of the points first, what is not settled last."""
    return not (exercise.settled and exercise.maximum), share(exercise.mean, exercise.maximum)


def name_cells(rows: Iterable[ReportRow]) -> dict[Cell, str]:
    """Name the graded cells, in order, by the exercise checked there or else by grade_id.

    Two notebooks may use one name; then the notebook's name comes first. What students can forge is
    said behind the name.
    """
    names: dict[Cell, str] = {}
    forgeable = {(row.notebook, grade_id) for row in rows for grade_id in row.forgeable}
    checks: dict[Cell, set[str]] = defaultdict(set)
    for row in rows:
        for grade_id in row.cells:
            names.setdefault((row.notebook, grade_id), grade_id)
        for outcome in row.outcomes:
            checks[row.notebook, str(outcome["cell"])].add(name_of(str(outcome["exercise"])))
    for cell in names:
        if len(checks[cell]) == 1:
            (names[cell],) = checks[cell]
    uses = Counter(names.values())
    by_notebook = {c: f"{c[0]}: {name}" for c, name in names.items() if uses[name] > 1}
    distinct = len(set(by_notebook.values())) == len(by_notebook)
    clear = {c: f"{c[0]}: {c[1]}" for c in by_notebook}
    names |= by_notebook if distinct else clear
    return {c: f"{name} (forgeable)" if c in forgeable else name for c, name in names.items()}


def count_mistakes(rows: Iterable[ReportRow], students: int) -> tuple[Mistake, ...]:
    """Count the students behind each mistake of each exercise, the commonest first."""
    made: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    hints: dict[tuple[str, str, str], str] = {}
    for row in rows:
        for outcome in row.outcomes:
            exercise, name = str(outcome["exercise"]), str(outcome["misconception"])
            kind = str(outcome["kind"])
            if name or kind:
                key = exercise, name, "" if name else kind
                made[key].add(row.student)
                hints.setdefault(key, str(outcome.get("hint", "")) if name else "")
    mistakes = [
        Mistake(*key, hints[key], len(who), share(len(who), students)) for key, who in made.items()
    ]
    return tuple(sorted(mistakes, key=lambda m: (-m.students, m.exercise, m.misconception, m.kind)))


def count_unnamed(rows: Iterable[ReportRow], students: int) -> tuple[Unnamed, ...]:
    """Count the students behind each wrong answer that no message named, the commonest first."""
    gave: dict[tuple[str, str], set[str]] = defaultdict(set)
    looks: dict[tuple[str, str], Any] = {}
    for row in rows:
        for outcome in row.outcomes:
            look: Any = outcome.get("unnamed")
            if look:
                key = str(outcome["exercise"]), str(look["alike"])
                gave[key].add(row.student)
                looks.setdefault(key, look)
    groups = [
        Unnamed(
            exercise=key[0],
            part=looks[key]["part"],
            case=looks[key]["case"],
            table=tuple((label, value) for label, value in looks[key]["table"]),
            students=len(who),
            share=share(len(who), students),
            example=min(who),
        )
        for key, who in gave.items()
    ]
    return tuple(sorted(groups, key=lambda g: (-g.students, g.exercise, g.example)))


def share(part: float, whole: float) -> float:
    """Divide; 0 of 0 is 0."""
    return part / whole if whole else 0.0


def histogram_step(top: float) -> float:
    """Choose the width of a bar: 1, 2 or 5 times a power of ten, for 15 bars at most.

    Examples
    --------
    >>> histogram_step(13.0), histogram_step(100.0), histogram_step(3.0)
    (1.0, 10.0, 0.5)
    """
    smallest = max(top, 1e-3) / (MOST_BARS - 1)
    decade = 10.0 ** np.floor(np.log10(smallest))
    return float(next(f * decade for f in (1, 2, 5, 10) if f * decade >= smallest * (1 - 1e-9)))


def bin_of(score: float, step: float) -> int:
    """Return which bar a score belongs to; nothing is below the first."""
    return max(int(np.floor(score / step + 1e-9)), 0)
