"""What a student's function raised, as an exception that a test can catch by its class.

`except ValueError` in a test must catch a `ValueError` of the other side. Nothing of it comes over
but names and plain arguments: the class is made here, of `StudentError` and of the class of that
name if it is a known one. What would end more than the test, or an iteration, is no such class.
"""

import builtins
import dataclasses
import decimal
import json
import statistics
from functools import lru_cache
from typing import Any

import numpy as np

from dlcourse.checks.errors import StudentError

# The end of an iterator would end a loop of the test's; a group wants other exceptions in it.
NOT_MADE = (StopIteration, StopAsyncIteration, BaseExceptionGroup)
KNOWN: dict[str, type[Exception]] = {
    each.__name__: each
    for each in (
        *vars(builtins).values(),
        *(np.linalg.LinAlgError, np.exceptions.AxisError, json.JSONDecodeError),
        *(decimal.InvalidOperation, decimal.DivisionByZero, statistics.StatisticsError),
        dataclasses.FrozenInstanceError,
    )
    if isinstance(each, type) and issubclass(each, Exception) and not issubclass(each, NOT_MADE)
}
MOST_BASES, LONGEST_NAME = 20, 80


class RaisedError(StudentError):
    """An exception of a student's function: a `StudentError` that says what that one said."""

    def __init__(self, *arguments: object) -> None:
        Exception.__init__(self, *arguments)
        self.kind, self.text = type(self).__name__, Exception.__str__(self)
        self.line = self.raised_by = ""

    def __str__(self) -> str:
        return self.text


def raised_error(described: list[str], more: object) -> StudentError:
    """Make an exception of what the other side says about it.

    Parameters
    ----------
    described : list of str
        Kind, text, line and function, as in `StudentError`.
    more : object
        Where they came, ``kinds``, the names of its class and of that one's bases, and
        ``arguments``, a list of plain ones or None.
    """
    kind, text, line, raised_by = described
    names = more.get("kinds") if isinstance(more, dict) else None
    if not isinstance(more, dict) or not isinstance(names, list):
        return StudentError(kind, text, line, raised_by)
    arguments = more.get("arguments")
    error = error_class(names)(*(arguments if isinstance(arguments, list) else [text]))
    error.kind, error.text, error.line, error.raised_by = kind, text, line, raised_by
    return error


def error_class(names: list[object]) -> type[StudentError]:
    """Make the class of an exception from the names of its own class and of that one's bases.

    Examples
    --------
    >>> issubclass(error_class(["TooMuch", "ValueError", "Exception"]), ValueError)
    True
    >>> issubclass(error_class(["SystemExit", "BaseException"]), (SystemExit, ValueError))
    False
    """
    plain = [each for each in names[:MOST_BASES] if type(each) is str and each.isidentifier()]
    return _error_class(tuple(each[:LONGEST_NAME] for each in plain))


@lru_cache(maxsize=200)
def _error_class(names: tuple[str, ...]) -> type[StudentError]:
    if not names or names[0] in ("BaseException", "object"):
        return RaisedError
    known = KNOWN.get(names[0])
    bases: tuple[Any, ...] = (_error_class(names[1:]),) if known is None else (RaisedError, known)
    return type(names[0], bases, {"__module__": "__main__"})
