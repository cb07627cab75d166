"""Where the exercises are: a module for each in its assignment's folder, imported when needed.

The place of a module is the key of its exercise: what ``logistic_regression/sigmoid.py`` in
`dlcourse.assignments` holds is ``"logistic_regression/sigmoid"``. Listing the keys imports none of
them, and looking one up imports that one.
"""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from dlcourse.checks.answers import Answers
from dlcourse.checks.spec import Exercise, name_of

# A name and no import: who can check knows no answer before an exercise is looked up.
HOME = "dlcourse.assignments"


@cache
def assignments() -> tuple[str, ...]:
    """List the names of the assignments."""
    return tuple(found.name for found in iter_modules(import_module(HOME).__path__))


@cache
def keys() -> tuple[str, ...]:
    """List the keys of the course's exercises, ``"assignment/name"``."""
    return tuple(
        f"{assignment}/{found.name}"
        for assignment in assignments()
        for found in iter_modules(import_module(f"{HOME}.{assignment}").__path__)
    )


def keys_of(assignment: str) -> tuple[str, ...]:
    """List the keys of an assignment's exercises, by name."""
    return tuple(key for key in keys() if key.startswith(f"{assignment}/"))


def exercises_of(assignment: str) -> tuple[Exercise, ...]:
    """List an assignment's exercises, by name."""
    return tuple(map(find, keys_of(assignment)))


def all_exercises() -> dict[str, Exercise]:
    """Map the key of every exercise of the course to the exercise."""
    return {key: find(key) for key in keys()}


def find(name: str) -> Exercise:
    """Look an exercise up by its key, or by its bare name where only one has it.

    Raises
    ------
    ValueError
        Where there is no exercise of that name, or more than one.

    Examples
    --------
    >>> find("sigmoid") is find("logistic_regression/sigmoid")
    True
    """
    exercise: Exercise = module_of(name).EXERCISE
    return exercise


def answers_to(name: str) -> Answers:
    """Look up answers to an exercise as students write them; the name is as in `find`."""
    answers: Answers = module_of(name).ANSWERS
    return answers


def plain_solution(key: str) -> tuple[str, ...]:
    """Return the plainest right answers to an assignment's exercises, that to this one last.

    Each comes after the functions that answers to it may call besides. Empty for an exercise that
    is in no assignment.
    """
    if key not in keys():
        return ()
    beside = [each for each in keys_of(key.partition("/")[0]) if each != key]
    known = [answers_to(each) for each in (*beside, key)]
    return tuple(source for each in known for source in (*each.helpers.values(), each.plainest))


def key_of(name: str) -> str:
    """Return the key that a name is short for; nothing is imported."""
    found = [key for key in keys() if name in (key, name_of(key))]
    if not found:
        raise ValueError(f"name must be one of {', '.join(keys())}, got {name!r}")
    if len(found) > 1:
        raise ValueError(f"name must say which of {', '.join(found)} is meant, got {name!r}")
    return found[0]


def module_of(name: str) -> ModuleType:
    """Import the module of an exercise."""
    return import_module(f"{HOME}.{key_of(name).replace('/', '.')}")
