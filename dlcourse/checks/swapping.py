"""Other functions in the place of those that a function calls by name.

Both the notebook at home and the sandbox of the grader use this module, so it imports nothing that
knows an answer.
"""

import contextlib
import inspect
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

Function = Callable[..., object]


def with_others(function: Function, others: Mapping[str, Function]) -> Function:
    """Make a function that calls this one while others have the names of those that it calls."""

    def called(*arguments: object, **named: object) -> object:
        with swapped(names_of(function), others):
            return function(*arguments, **named)

    return called


def names_of(function: Any) -> dict[str, Any]:
    """Find the names among which a function was written: those of its notebook."""
    while isinstance(function, partial):
        function = function.func
    with contextlib.suppress(ValueError):  # it wraps itself
        function = inspect.unwrap(function)
    if not hasattr(function, "__globals__"):
        function = type(function).__call__
    names: dict[str, Any] = getattr(function, "__globals__", {})
    return names


@contextlib.contextmanager
def swapped(names: dict[str, Any], others: Mapping[str, Any]) -> Iterator[None]:
    """Let names stand for something else for a while; afterwards they are what they were."""
    before = {name: names[name] for name in others if name in names}
    names.update(others)
    try:
        yield
    finally:
        for name in others:
            names.pop(name, None)
        names.update(before)
