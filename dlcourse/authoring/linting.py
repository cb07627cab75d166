"""Rules that every exercise keeps: each is a function that yields what breaks it, in words.

An author reads the findings line by line, so each says which answer, part or case it is about.
"""

import ast
import io
import keyword
import re
import tokenize
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from dlcourse._validation import FloatArray
from dlcourse.authoring.entries import (
    SEEDS,
    Entry,
    drawn_trials,
    earned,
    fixed_trials,
    refusal,
    trials,
)
from dlcourse.authoring.mutants import mutated
from dlcourse.checks.judging import Function, judge
from dlcourse.checks.outcome import Failure
from dlcourse.checks.spec import Case, Exercise

JUDGED = SEEDS[:4]  # where what is said counts, not points alone
HINT_LENGTH = range(40, 321)
NUMBERS = (0.0, 0.5, 1.0, -1.0, float(np.log(2)), 1e-9, 1e4, float("nan"), float("inf"))
SPREAD = 0.1  # between a part's answers, so that no constant is close to all of them
STEPS = (ast.BinOp, ast.UnaryOp, ast.Call, ast.Compare, ast.BoolOp)
NOT_VARIABLES = {"np", *keyword.kwlist}


@dataclass(frozen=True)
class Finding:
    """What breaks a rule, and where."""

    file: str
    exercise: str
    what: str

    def __str__(self) -> str:
        """Write it in one line."""
        return f"{self.file}: {self.exercise}: {self.what}"


def lint(entry: Entry) -> list[Finding]:
    """Hold an exercise against all rules."""
    return [
        Finding(entry.file, entry.exercise.name, what) for rule in RULES for what in rule(entry)
    ]


# --- the exercise itself ---------------------------------------------------------------------


def key_is_the_place(entry: Entry) -> Iterator[str]:
    """The key of an exercise is the place of its module, and its name one of Python's."""
    place = "/".join(Path(entry.file).with_suffix("").parts[-2:])
    if entry.exercise.key != place:
        yield f"key must be the module's place, {place!r}, got {entry.exercise.key!r}"
    if not entry.exercise.name.isidentifier():
        yield f"key must end with the function's name, got {entry.exercise.key!r}"


def reference_is_right(entry: Entry) -> Iterator[str]:
    """The reference gets full marks without a warning."""
    for seed in JUDGED:
        outcome = judge(entry.exercise, entry.exercise.reference, seed)
        if outcome.failure:
            yield f"the reference is refused with seed {seed}: {outcome.failure.message}"
            return
        if outcome.notes:
            yield f"the reference warns with seed {seed}: {outcome.notes[0]}"
            return


def parts_need_several_answers(entry: Entry) -> Iterator[str]:
    """Within each part right answers differ: its own cases, too, keep points from constants."""
    for part in entry.exercise.parts:
        expected = [t.expected for t in trials(entry.exercise, SEEDS[0]) if t.part is part]
        answers = np.concatenate([np.ravel(np.asarray(answer, float)) for answer in expected])
        if np.ptp(answers) <= SPREAD:
            yield f"part {part.title!r}: its right answers are all within {np.ptp(answers):.2g}"


def every_case_earns_its_place(entry: Entry) -> Iterator[str]:
    """Each edge case is the first that some wrong answer fails, or alone in its kinds."""
    tried = trials(entry.exercise, SEEDS[0])
    unseen = {}
    for part, case, _ in filter(lambda trial: trial.is_fixed, tried):
        kinds = [kinds_of(trial.case) for trial in tried if trial.part is part]
        if kinds.count(kinds_of(case)) > 1:
            unseen[id(case)] = part, case
    wrong = (function for _, function in entry.wrong_functions)
    mutants = (function for _, _, function in mutated(entry))
    for function in chain(wrong, mutants):
        if not unseen:
            break
        if refused := refusal(entry.exercise, function, tried):
            unseen.pop(id(refused.trial.case), None)
    for part, case in unseen.values():
        yield (
            f"case {case.label!r} of part {part.title!r} is shown to no wrong answer: each must be "
            "the first, from the smallest on, that one of them fails; add one that is right in all "
            "before it, or leave the case out"
        )


def kinds_of(case: Case) -> tuple[str, ...]:
    """Say what kinds of numbers a case is about."""
    return tuple(np.asarray(argument).dtype.str for argument in case.arguments)


# --- what earns points -----------------------------------------------------------------------


def right_answers_earn_everything(entry: Entry) -> Iterator[str]:
    """Right answers get full marks, in whatever style they are written."""
    exercise = entry.exercise
    drawn = [trial for seed in SEEDS for trial in drawn_trials(exercise, seed)]
    for title, function in entry.functions("right"):
        if refused := refusal(exercise, function, (*fixed_trials(exercise), *drawn)):
            trial, problem = refused
            yield f"right answer {title!r} is refused at {trial.case.label!r}: {problem.message}"


def partly_right_answers_earn_the_first_part(entry: Entry) -> Iterator[str]:
    """Partly right answers get the points of the first part, whatever the seed."""
    for title, function in entry.functions("partly_right"):
        yield from pays(entry.exercise, f"partly right answer {title!r}", function, whole_part=True)


def wrong_answers_earn_nothing(entry: Entry) -> Iterator[str]:
    """Wrong answers get nothing, whatever the seed."""
    for title, function in entry.functions("wrong"):
        yield from pays(entry.exercise, f"wrong answer {title!r}", function)


def knowing_nothing_earns_nothing(entry: Entry) -> Iterator[str]:
    """Constants, an argument as it came, and neighbouring functions get nothing."""
    for title, function in (*know_nothings(entry.exercise), *neighbours(entry)):
        yield from pays(entry.exercise, title, function)


def pays(
    exercise: Exercise, title: str, function: Function, whole_part: bool = False
) -> Iterator[str]:
    """Say where a function earns more or less than it deserves: nothing, or the first part."""
    deserved = exercise.parts[0].points if whole_part else 0
    for seed in SEEDS:
        points = earned(exercise, function, seed)
        if points != deserved or points == exercise.points:
            yield f"{title} earns {points:g} points with seed {seed}, deserved are {deserved:g}"
            return


def know_nothings(exercise: Exercise) -> Iterator[tuple[str, Function]]:
    """Answer with fixed numbers, arrays of the right shape, arguments, their means."""
    smallest = trials(exercise, SEEDS[0])[0]
    first = np.asarray(smallest.expected)
    for number in (*NUMBERS, float(first.mean())):
        yield f"{number:.4g}", constant(number)
        # Even a student who is told every shape and dtype must earn nothing by a constant.
        yield f"{number:.4g} everywhere", shaped(exercise, partial(np.full, fill_value=number))
    yield "the first answer", constant(first[()])
    yield "nothing", constant(None)
    yield "random numbers", shaped(exercise, np.random.default_rng(0).random)
    for at, name in enumerate(exercise.argument_names[: len(smallest.case.arguments)]):
        for title, made in OF_AN_ARGUMENT.items():
            yield title.format(name), lambda *a, at=at, made=made: made(a[at])


OF_AN_ARGUMENT: dict[str, Callable[[Any], object]] = {
    "{} itself": lambda argument: argument,
    "zeros like {}": np.zeros_like,
    "ones like {}": np.ones_like,
    "the mean of {}": np.mean,
    "the first row of {}": lambda argument: np.atleast_1d(argument)[0],
}


def constant(value: object) -> Function:
    """Answer with the same whatever is asked."""
    return lambda *_: value


def shaped(exercise: Exercise, fill: Callable[[tuple[int, ...]], FloatArray]) -> Function:
    """Answer in shape and kind of number as the reference does, with other numbers."""

    def answer(*arguments: object) -> object:
        right = np.asarray(exercise.reference(*arguments))
        return fill(right.shape).astype(right.dtype)[()]

    return answer


def neighbours(entry: Entry) -> Iterator[tuple[str, Function]]:
    """Answer with the assignment's other functions, given as many arguments as they take."""
    for other, _ in entry.others:
        count = len(other.argument_names)
        yield f"the function {other.name}", partial(first_arguments, other.reference, count)


def first_arguments(function: Function, count: int, *arguments: object) -> object:
    """Call a function with the first few arguments."""
    return function(*arguments[:count])


# --- what is said ----------------------------------------------------------------------------


def misconceptions_are_told_their_own_hint(entry: Entry) -> Iterator[str]:
    """Each misconception is refused, and by no other's hint: so it matches no other."""
    exercise = entry.exercise
    for idea in exercise.misconceptions:
        for seed in JUDGED:
            failure = judge(exercise, idea.function, seed).failure
            if failure is None:
                yield f"misconception {idea.name!r} is not refused with seed {seed}"
                break
            if (failure.misconception, failure.hints) != (idea.name, idea.hints):
                told = f"the hint of {failure.misconception!r}" if failure.misconception else "none"
                yield f"misconception {idea.name!r} is told {told} with seed {seed}"
                break


def answers_titled_so_are_told_the_hint(entry: Entry) -> Iterator[str]:
    """A wrong answer that is titled as a misconception is told its hint."""
    known = {idea.name for idea in entry.exercise.misconceptions}
    for title, failure in failures(entry).items():
        if title in known and failure.misconception != title:
            yield f"answer {title!r} is not told the hint of that misconception"


@cache
def failures(entry: Entry) -> dict[str, Failure]:
    """Find what each wrong or partly right answer is told, by its title."""
    judged = {
        title: judge(entry.exercise, function, SEEDS[0]).failure
        for title, function in entry.functions("wrong", "partly_right")
    }
    return {title: failure for title, failure in judged.items() if failure}


def hints_are_readable(entry: Entry) -> Iterator[str]:
    """Hints are one to four sentences; names of misconceptions differ."""
    names = [idea.name for idea in entry.exercise.misconceptions]
    for idea in entry.exercise.misconceptions:
        if names.count(idea.name) > 1:
            yield f"misconception {idea.name!r}: the name must be its own"
        if (length := len(" ".join(idea.hints))) not in HINT_LENGTH:
            bounds = f"{HINT_LENGTH[0]} to {HINT_LENGTH[-1]} characters"
            yield f"misconception {idea.name!r}: hint must have {bounds}, got {length}"
        for hint in idea.hints:
            if not hint.endswith((".", "?")):
                yield f"misconception {idea.name!r}: hint must end with a sentence, got {hint!r}"


def nothing_said_holds_the_answer(entry: Entry) -> Iterator[str]:
    """No sentence for those who are wrong contains a line of a right answer, whatever its names."""
    lines = {
        pattern_of(line): title
        for title, source in entry.answers.right.items()
        for line in telling_lines(source)
    }
    for place, sentence in sentences(entry):
        for pattern, title in lines.items():
            if found := re.search(pattern, sentence):
                yield f"{place} says {found[0]!r}, the line of right answer {title!r}"


def sentences(entry: Entry) -> Iterator[tuple[str, str]]:
    """Go through what students with wrong answers may read, by its place."""
    exercise = entry.exercise
    for idea in exercise.misconceptions:
        yield from ((f"misconception {idea.name!r}", hint) for hint in idea.hints)
    yield from ((f"property {rule.name!r}", rule.message) for rule in exercise.properties)
    yield from ((f"part {part.title!r}", part.hint) for part in exercise.parts)
    for title, told in failures(entry).items():
        yield f"what is said of {title!r}", f"{told.message} {told.hint}"


def telling_lines(source: str) -> Iterator[ast.expr]:
    """Go through what a source returns or assigns, where that takes two operations or more."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.Return, ast.Assign, ast.AugAssign)) and node.value:
            steps = [part for part in ast.walk(node.value) if isinstance(part, STEPS)]
            if len(steps) >= 2:
                yield node.value


def pattern_of(expression: ast.expr) -> str:
    """Write a pattern that finds an expression with any spaces and any names of variables."""
    called = {ast.unparse(node.func) for node in ast.walk(expression) if isinstance(node, ast.Call)}
    text = ast.unparse(expression)
    pieces = []
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        free = token.type == tokenize.NAME and token.string not in NOT_VARIABLES | called
        attribute = text[: token.start[1]].endswith(".")
        pieces.append(r"\w+" if free and not attribute else re.escape(token.string))
    pattern = r"\s*".join(filter(None, map(str.strip, pieces)))
    return rf"\b{pattern}" if pattern[0].isalnum() else pattern


RULES: tuple[Callable[[Entry], Iterator[str]], ...] = (
    key_is_the_place,
    reference_is_right,
    parts_need_several_answers,
    every_case_earns_its_place,
    right_answers_earn_everything,
    partly_right_answers_earn_the_first_part,
    wrong_answers_earn_nothing,
    knowing_nothing_earns_nothing,
    misconceptions_are_told_their_own_hint,
    answers_titled_so_are_told_the_hint,
    hints_are_readable,
    nothing_said_holds_the_answer,
)
