"""What a test may ask of a value that stays in the student's process, and what describes it."""

import copy
import dataclasses
import enum
import inspect
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from types import CodeType
from typing import Any

MOST_SOURCE = 100_000  # characters of a function's source
MOST_WALKED = 1000  # functions that are looked at for the names that one uses
LONGEST_ARGUMENT = 500  # characters of an exception's

# What can be done with a value, by the letters that describe its type.
ABILITIES = {"l": "__len__", "g": "__getitem__", "i": "__iter__", "n": "__next__", "c": "__call__"}


def abilities_of(value: object) -> str:
    """Describe what can be done with a value, by letters; ``f`` has fields, ``t`` is a class."""
    kind = type(value)
    letters = [letter for letter, method in ABILITIES.items() if hasattr(kind, method)]
    record = getattr(kind, "__dataclass_params__", None)
    if issubclass(kind, enum.Enum) or (record is not None and record.eq is True):
        letters.append("f")
    return "".join([*letters, *(["t"] if issubclass(kind, type) else [])])


def fields_of(value: Any) -> dict[str, object]:
    """Return what a data class or a member of an enumeration is compared by."""
    if isinstance(value, enum.Enum):
        return {"name": value.name, "value": value.value}
    return {f.name: getattr(value, f.name) for f in dataclasses.fields(value) if f.compare}


def following(iterator: Iterator[object]) -> list[object]:
    """Return the next value in a list, which is empty at the end."""
    try:
        return [next(iterator)]
    except StopIteration:
        return []


def about(function: Any) -> dict[str, object]:
    """Describe a function or a class as `inspect` does."""
    described: dict[str, object] = {}
    looks: dict[str, Callable[[], object]] = {
        "doc": lambda: function.__doc__,
        "source": lambda: source_of(function),
        "parameters": lambda: parameters_of(function),
        "returns": lambda: annotation_of(inspect.signature(function).return_annotation),
        "annotations": lambda: annotations_of(function),
        "defaults": lambda: function.__defaults__,
        "keyword defaults": lambda: function.__kwdefaults__,
        "names": lambda: [list(getattr(function.__code__, each)) for each in NAMES_OF_CODE],
    }
    for name, look in looks.items():
        with suppress(Exception):  # it has none, or will not tell
            described[name] = look()
    return described


NAMES_OF_CODE = ("co_names", "co_varnames")


def source_of(function: Any) -> str:
    """Return the source as written; a longer one is an error."""
    source = inspect.getsource(function)
    if len(source) > MOST_SOURCE:
        raise ValueError("the source is too long")
    return source


def parameters_of(function: Any) -> list[list[object]]:
    """List name, kind, default and annotation of each parameter, in lists of one or none."""
    return [
        [
            p.name,
            int(p.kind),
            [] if p.default is p.empty else [p.default],
            annotation_of(p.annotation),
        ]
        for p in inspect.signature(function).parameters.values()
    ]


def annotation_of(annotation: object) -> list[object]:
    """Put an annotation into a list, which is empty where there is none."""
    return [] if annotation is inspect.Parameter.empty else [annotation]


def annotations_of(function: Any) -> dict[str, object]:
    """Return annotations by name."""
    return {str(name): each for name, each in function.__annotations__.items()}


def raised(error: BaseException) -> dict[str, object]:
    """Describe an exception: the names of its class and of that one's bases, and its arguments."""
    names = [each.__name__ for each in type(error).__mro__][:20]
    arguments: tuple[object, ...] = BaseException.args.__get__(error)  # type: ignore[attr-defined]
    plain = (type(None), bool, int, float, str)
    short = len(arguments) <= 10 and all(
        type(each) in plain and len(str(each)) <= LONGEST_ARGUMENT for each in arguments
    )
    return {"kinds": names, "arguments": list(arguments) if short else None}


def uses(value: object, names: Mapping[str, object]) -> list[str]:
    """List the names that a function, or the class of an object, looks up when it is called.

    Those that the functions look up which it calls are among them.
    """
    found: set[str] = set()
    seen: set[int] = set()
    ahead = [value, *vars(type(value)).values()]
    while ahead and len(seen) < MOST_WALKED:
        each: Any = ahead.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        if isinstance(each, type):
            ahead += vars(each).values()
        ahead += [getattr(each, n) for n in ("__func__", "__wrapped__", "fget") if hasattr(each, n)]
        code = getattr(each, "__code__", None)
        if isinstance(code, CodeType):
            ahead += [cell.cell_contents for cell in each.__closure__ or ()]
            new = set(global_names(code)) - found
            ahead += [names[name] for name in new if name in names]
            found |= new
    return sorted(found)


def global_names(code: CodeType) -> Iterator[str]:
    """Yield the global names that code uses, inner functions included."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from global_names(constant)


@contextmanager
def renamed(
    names: dict[str, Any], replaced: Mapping[str, object], gone: Iterable[str]
) -> Iterator[None]:
    """Let names stand for something else, or for nothing, for a while."""
    before = {name: names[name] for name in [*replaced, *gone] if name in names}
    names.update(replaced)
    for name in gone:
        names.pop(name, None)
    try:
        yield
    finally:
        for name in replaced:
            names.pop(name, None)
        names.update(before)


OPERATIONS: dict[str, Callable[..., object]] = {
    "attribute": getattr,
    "set attribute": setattr,
    "length": len,
    "item": operator.getitem,
    "set item": operator.setitem,
    "iterate": iter,
    "next": following,
    "text": str,
    "representation": repr,
    "fields": fields_of,
    "about": about,
    "is an instance": lambda kind, value: isinstance(value, kind),
    "is derived": lambda kind, value: issubclass(value, kind),
    **{sign: getattr(operator, sign) for sign in ("add", "sub", "mul", "matmul", "truediv")},
    "copy": copy.copy,
    "deep copy": copy.deepcopy,
}
