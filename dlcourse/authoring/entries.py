"""An exercise as its author wrote it, and the trials that an answer to it goes through.

What a rule wants to know of hundreds of answers is whether they are right. `refusal` says so
without the diagnosis that `dlcourse.checks.judging.judge` writes for a student.
"""

import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from runpy import run_path
from typing import Any, NamedTuple, TypeVar

import numpy as np

from dlcourse.checks.answers import Answers
from dlcourse.checks.judging import Function, Problem, attempt_case, find_problem
from dlcourse.checks.registry import assignments, key_of, keys_of, module_of
from dlcourse.checks.spec import Case, Exercise, Part

SEEDS = range(20)
Kind = TypeVar("Kind")


@dataclass(frozen=True, eq=False)
class Entry:
    """One exercise with its answers, among the other exercises of its assignment.

    Parameters
    ----------
    exercise : Exercise
        What a right answer is.
    answers : Answers
        What students write.
    others : tuple of (Exercise, Answers)
        The assignment's other exercises: their plainest right answers are there for an answer to
        call, and earn nothing here.
    file : str
        Where it is written.
    """

    exercise: Exercise
    answers: Answers
    others: tuple[tuple[Exercise, Answers], ...] = ()
    file: str = ""

    def function(self, source: str, title: str = "", **more: Function) -> Function:
        """Run the source of an answer, which may call `more`; return the function it defines.

        Raises
        ------
        ValueError
            Where the source does not run, or defines no such function.
        """
        name, names = self.exercise.name, self.namespace | more
        names.pop(name, None)  # the plainest answer must not stand in for one that is misnamed
        self.run(source, title, names)
        if name not in names:
            made = [got for got, value in names.items() if value is not self.namespace.get(got)]
            came = ", ".join(made) or "nothing"
            raise ValueError(f"{self.file}: answer {title!r} must define {name}, got {came}")
        defined: Function = names[name]
        return defined

    def run(self, source: str, title: str, names: dict[str, Any]) -> None:
        """Run the source of an answer among `names`."""
        with in_a_line(f"{self.file}: answer {title!r} must run"), warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            exec(source, names)  # noqa: S102 (an author's own source)

    def functions(self, *kinds: str) -> Iterator[tuple[str, Function]]:
        """Go through answers of some kinds, such as ``"wrong"``: title and function."""
        for kind in kinds:
            for title, source in getattr(self.answers, kind).items():
                yield title, self.function(source, title)

    def try_out(self) -> None:
        """Run each answer and draw the cases once, before any rule depends on them.

        Raises
        ------
        ValueError
            Where an answer does not define the function, or a case is none.
        """
        if not self.answers.right:
            raise ValueError(f"{self.file}: ANSWERS must have a right answer, got none")
        for _ in self.functions("right", "wrong", "partly_right"):
            pass
        for part in self.exercise.parts:
            with in_a_line(f"{self.file}: part {part.title!r} must have cases"):
                part.cases(np.random.default_rng(SEEDS[0]))

    @cached_property
    def namespace(self) -> dict[str, Any]:
        """What an answer may call: NumPy, the assignment's other functions, helpers."""
        names: dict[str, Any] = {"np": np}
        for answers in (*(answers for _, answers in self.others), self.answers):
            for title, source in (next(iter(answers.right.items())), *answers.helpers.items()):
                self.run(source, title, names)
        return names

    @cached_property
    def wrong_functions(self) -> list[tuple[str, Function]]:
        """Everything that is known to be wrong or partly wrong, by what it is called."""
        ideas = [(idea.name, idea.function) for idea in self.exercise.misconceptions]
        return [*ideas, *self.functions("wrong", "partly_right")]


def entries(names: Iterable[str] = ()) -> list[Entry]:
    """Look up exercises: by name or key, all of an assignment, or all of the course; or in files.

    Raises
    ------
    ValueError
        Where there is nothing of a name, or what is there is no exercise with answers that run.

    Examples
    --------
    >>> [entry.exercise.name for entry in entries(["sigmoid"])]
    ['sigmoid']
    """
    found: dict[str, Entry] = {}
    for name in names or assignments():
        if name.endswith(".py"):
            chosen = [entry_in(Path(name))]
        elif name in assignments():
            chosen = [entry_of(key) for key in keys_of(name)]
        else:
            chosen = [entry_of(key_of(name))]
        found |= {entry.file: entry for entry in chosen}
    for entry in found.values():
        entry.try_out()
    return list(found.values())


def entry_in(file: Path) -> Entry:
    """Read an exercise of one's own; what its folder holds besides is of the same assignment."""
    if not file.is_file():
        raise ValueError(f"name must be that of a file, got {str(file)!r}")
    files = (file, *sorted({*file.parent.glob("*.py")} - {file}))
    modules = {path: names_in(path) for path in files}
    first, *others = [
        defined(path, names)
        for path, names in modules.items()
        if path == file or "EXERCISE" in names
    ]
    return Entry(*first, tuple(others), str(file.resolve()))


def names_in(file: Path) -> dict[str, Any]:
    """Run a file; return what it defines."""
    with in_a_line(f"{file}: must run"):
        return run_path(str(file))


def defined(file: Path, names: Mapping[str, Any]) -> tuple[Exercise, Answers]:
    """Take the exercise and its answers from what a file defines."""
    return needed(file, names, "EXERCISE", Exercise), needed(file, names, "ANSWERS", Answers)


def needed(file: Path, names: Mapping[str, Any], name: str, kind: type[Kind]) -> Kind:
    """Take from what a file defines what must be there."""
    value = names.get(name)
    if not isinstance(value, kind):
        raise ValueError(f"{file}: {name} must be dlcourse.checks.{kind.__name__}, got {value!r}")
    return value


@contextmanager
def in_a_line(need: str) -> Iterator[None]:
    """Tell an author's error in one line, after what is needed."""
    try:
        yield
    except Exception as error:
        raise ValueError(f"{need}, got {type(error).__name__}: {error}") from error


@cache
def entry_of(key: str) -> Entry:
    """Find what belongs to an exercise of the course."""
    beside = [each for each in keys_of(key.partition("/")[0]) if each != key]
    first, *others = [written(each) for each in (key, *beside)]
    return Entry(*first, tuple(others), str(module_of(key).__file__))


def written(key: str) -> tuple[Exercise, Answers]:
    """Import an exercise of the course and the answers to it."""
    with in_a_line(f"{key}: must run"):
        module = module_of(key)
    return defined(Path(str(module.__file__)), vars(module))


class Trial(NamedTuple):
    """One case and the right answer to it."""

    part: Part
    case: Case
    expected: object

    @property
    def is_fixed(self) -> bool:
        """Whether the case is tried with every seed."""
        return self.case.label in {*self.part.edge_cases, *self.part.refusable_cases}


class Refusal(NamedTuple):
    """Where an answer is refused first, and why."""

    trial: Trial
    problem: Problem


@cache
def trials(exercise: Exercise, seed: int) -> tuple[Trial, ...]:
    """Draw what `judge` draws from a seed, with the reference's answers."""
    rng = np.random.default_rng(seed)
    return tuple(
        Trial(part, case, attempt_case(exercise.reference, case.arguments).answer)
        for part in exercise.parts
        for case in part.cases(rng)
    )


@cache
def fixed_trials(exercise: Exercise) -> tuple[Trial, ...]:
    """Collect what is tried with every seed."""
    return tuple(trial for trial in trials(exercise, SEEDS[0]) if trial.is_fixed)


@cache
def drawn_trials(exercise: Exercise, seed: int) -> tuple[Trial, ...]:
    """Collect what is tried with one seed alone."""
    return tuple(trial for trial in trials(exercise, seed) if not trial.is_fixed)


def refusal(
    exercise: Exercise, function: Callable[..., object], tried: Iterable[Trial]
) -> Refusal | None:
    """Find the first trial that a function fails; None where it is right.

    Examples
    --------
    >>> sigmoid = entries(["sigmoid"])[0].exercise
    >>> refusal(sigmoid, lambda S: S, trials(sigmoid, seed=0)).trial.case.label
    'one score of 0'
    """
    for trial in tried:
        attempt = attempt_case(function, trial.case.arguments)
        if problem := find_problem(exercise, trial.case, attempt, trial.expected):
            return Refusal(trial, problem)
    return None


def earned(exercise: Exercise, function: Callable[..., object], seed: int) -> float:
    """Count the points that a function gets: those of the parts before the one that fails."""
    refused = refusal(exercise, function, trials(exercise, seed))
    if refused is None:
        return exercise.points
    return sum(part.points for part in exercise.parts[: exercise.parts.index(refused.trial.part)])
