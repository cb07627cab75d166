"""One mistake costs once: right functions stand in for those of the student's that an answer calls.

An answer that fails is judged again with them, if what it needs is not all right by itself. A
stand-in *knows* and does not compute: before each call of the answer a plain solution runs on the
same arguments, and all that it asks of the assignment's other functions is put down with what they
say. What the answer asks is looked up there. A call that asks for anything else earns nothing: a
right answer may go a way of its own and have no help then, but none learns by asking whether it is
on a right one. So nothing is computed from arguments that a student chose, and what is told is what
a right function of the student's own would have said at the same place.
"""

import inspect
from collections import Counter
from collections.abc import Collection, Mapping
from copy import deepcopy
from functools import cache, partial
from types import CodeType
from typing import Any, Protocol

import numpy as np

from dlcourse.checks.diagnosis.evidence import in_single_precision, quietly
from dlcourse.checks.errors import StudentError
from dlcourse.checks.registry import exercises_of, plain_solution
from dlcourse.checks.spec import SINGLE_TOLERANCE, Arguments, Exercise, name_of
from dlcourse.checks.swapping import Function, swapped

STRAYED = "Strayed"  # kind of the error of a call that asked for something else
NUMBERS = (bool, int, float, np.ndarray)

signature = cache(inspect.signature)


class Notebook(Protocol):
    """Where an answer and the functions that it calls come from."""

    def is_right(self, function: Function, key: str) -> bool:
        """Tell whether the notebook of an answer has a right function to another exercise."""

    def with_others(self, function: Function, others: Mapping[str, Function]) -> Function:
        """Make a function that calls this one while others have the names of those it calls."""


class Helped:
    """An answer that is called with stand-ins.

    Parameters
    ----------
    exercise : Exercise
        What the answer is to.
    function : callable
        The answer.
    notebook : Notebook
        Where it comes from.
    names : collection of str
        The functions that are stood in for.
    """

    def __init__(
        self, exercise: Exercise, function: Function, notebook: Notebook, names: Collection[str]
    ) -> None:
        self.exercise, self.function = exercise, function
        self.notebook, self.names = notebook, names
        self.asked: set[str] = set()
        self.__code__ = getattr(function, "__code__", None)  # by which an error finds its line

    def __call__(self, *arguments: object) -> object:
        """Call the answer.

        Raises
        ------
        StudentError
            If it asked for something that a plain solution does not ask for.
        """
        known = Known(self.exercise, arguments)
        stand_ins = {
            name: partial(known.answer, name) for name in known.calls if name in self.names
        }
        answer: object = None
        error: Exception | None = None
        try:
            answer = self.notebook.with_others(self.function, stand_ins)(*arguments)
        except Exception as raised:
            error = raised
        self.asked |= known.asked
        if known.strayed:
            raise StudentError(
                STRAYED,
                f"Here your function calls `{known.strayed}` with other arguments than a plain "
                f"answer does, so no right one can stand in for yours. Mend `{known.strayed}` "
                "first.",
            )
        if error is not None:
            raise error
        return answer


class Known:
    """What a plain solution asks of other functions on its way to one answer."""

    def __init__(self, exercise: Exercise, arguments: Arguments) -> None:
        coarse = SINGLE_TOLERANCE if in_single_precision(arguments) else 0.0
        self.tolerance = max(exercise.tolerance, coarse)
        self.calls: dict[str, list[tuple[Arguments, object]]] = {}
        self.next: Counter[str] = Counter()  # which of them comes next in a plain answer
        self.asked: set[str] = set()
        self.strayed = ""  # the name by which something else was asked for
        names, self.right = plain_functions(exercise.key)
        with swapped(names, {name: partial(self.put_down, name) for name in self.right}):
            quietly(names[exercise.name], kept(arguments))

    def put_down(self, name: str, /, *arguments: object, **named: object) -> object:
        """Answer the plain solution, and keep question and answer."""
        question = kept(self.bound(name, arguments, named))
        answer = self.right[name](*arguments, **named)
        self.calls.setdefault(name, []).append((question, kept(answer)))
        return answer

    def answer(self, name: str, /, *arguments: object, **named: object) -> object:
        """Answer a student's function.

        Raises
        ------
        LookupError
            If the answer is not known, or another one was not before.
        """
        self.asked.add(name)
        strayed, self.strayed = self.strayed, self.strayed or name  # unless it is found
        if not strayed:
            question, calls = self.bound(name, arguments, named), self.calls[name]
            # in most cases it is the next one, or the last one again
            for place in range(self.next[name], self.next[name] - len(calls), -1):
                known, answer = calls[place % len(calls)]
                if agree(question, known, self.tolerance):
                    self.next[name], self.strayed = place % len(calls) + 1, ""
                    return kept(answer)
        raise LookupError(f"what the right {name} says to these arguments is not known here")

    def bound(self, name: str, arguments: Arguments, named: Mapping[str, object]) -> Arguments:
        """Put the arguments of a call into the order of the right function's."""
        wanted = signature(self.right[name])
        if not named and len(arguments) == len(wanted.parameters):
            return arguments
        given = wanted.bind(*arguments, **named)
        given.apply_defaults()
        return tuple(given.arguments.values())


@cache
def plain_functions(key: str) -> tuple[dict[str, Any], dict[str, Function]]:
    """Write plain solutions to an assignment's exercises down as functions.

    Returns
    -------
    dict
        The names among which they live.
    dict
        All of the functions but this exercise's.
    """
    names: dict[str, Any] = {"np": np}
    for source in plain_solution(key):
        exec(source, names)  # noqa: S102 (the course's own answers)
    beside = exercises_of(key.partition("/")[0]) if len(names) > 1 else ()
    return names, {each.name: names[each.name] for each in beside if each.key != key}


@cache
def needed(key: str) -> tuple[str, ...]:
    """List the exercises whose functions a plain solution calls, and those that these call."""
    names, others = plain_functions(key)
    found: set[str] = set()
    ahead = {name_of(key)} if others else set()
    while ahead:
        called = names_in(names[ahead.pop()].__code__) & others.keys()
        ahead |= called - found
        found |= called
    return tuple(f"{key.partition('/')[0]}/{name}" for name in sorted(found))


def names_in(code: CodeType) -> set[str]:
    """Collect the global names that a function's code uses, inner functions included."""
    inner = (names_in(constant) for constant in code.co_consts if isinstance(constant, CodeType))
    return set(code.co_names).union(*inner)


def kept(value: Any) -> Any:
    """Copy a value, so that nobody's change in place reaches what is kept."""
    if type(value) is np.ndarray:
        return value.copy("K")
    return type(value)(map(kept, value)) if type(value) in (list, tuple) else deepcopy(value)


def agree(one: object, other: object, tolerance: float) -> bool:
    """Tell whether two arguments are one but for rounding; the second is our own."""
    if isinstance(other, (list, tuple)):
        if not isinstance(one, (list, tuple)) or len(one) != len(other):
            return False
        return all(agree(a, b, tolerance) for a, b in zip(one, other, strict=True))
    if isinstance(other, np.generic) or type(other) in NUMBERS:
        numeric = isinstance(one, np.generic) or type(one) in NUMBERS
        a, b = np.asarray(one if numeric else None), np.asarray(other)
        if a.dtype.kind not in "biuf" or a.shape != b.shape:
            return False
        if a.dtype == b.dtype and a.tobytes() == b.tobytes():
            return True  # as most are
        if a.size and abs(a.item(0) - b.item(0)) > tolerance * (1 + abs(b.item(0))):
            return False  # as most others are, by their first number already
        with np.errstate(all="ignore"):
            if a.dtype.kind == b.dtype.kind == "f" and np.isfinite(b).all():  # as most are
                return bool((np.abs(a - b) <= tolerance * (1 + np.abs(b))).all())
            return np.allclose(a, b, rtol=tolerance, atol=tolerance, equal_nan=True)
    return type(one) is type(other) and bool(one == other)
