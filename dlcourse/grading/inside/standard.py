"""Values of the standard library as plain data, and made of it again.

`taken_apart` goes by a type's own methods, whatever a subclass makes of them. `put_together` makes
the standard type, so that what arrives compares, counts and prints as such values do. It trusts
nothing: what would be large, or slow to compare or to go through, is refused.
"""

import builtins
import re
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from pathlib import PurePath, PurePosixPath, PureWindowsPath
from types import EllipsisType, MappingProxyType
from typing import Any

import numpy as np

KINDS = frozenset("biufcSUmM")  # of dtypes that are data
PLAIN_DTYPE = re.compile(r"[<>|=]?[a-zA-Z]\d{0,9}(\[([1-9]\d{0,2})?[a-zA-Z]{1,2}\])?")
FIELD = re.compile(r"[a-zA-Z][a-zA-Z0-9_]{0,79}")
MOST_BITS = 10_000  # of each number of a fraction
MOST_DIGITS = 5_000  # of a decimal number, and its largest exponent
MOST_STEPS = 1_000_000  # of a range: `sum` goes through all of them before an alarm is heard
MOST_FIELDS = 100  # of a named tuple
# Methods by which plain values say yes or no: what another object says there is its word alone.
PREDICATES = frozenset(
    name for kind in (str, set, float) for name in vars(kind) if name.startswith("is")
) | {"all", "any", "startswith", "endswith"}
EMPTY: dict[str, object] = {}
Keys, Values, Items = (type(view) for view in (EMPTY.keys(), EMPTY.values(), EMPTY.items()))

# Classes that pass by their name.
CLASSES: dict[str, type] = {
    name: each
    for name, each in vars(builtins).items()
    if isinstance(each, type) and each.__name__ == name
}
CLASSES |= {kind.__name__: kind for kind in np.sctypeDict.values() if np.dtype(kind).kind in KINDS}
BESIDE: tuple[type, ...] = (type(None), np.ndarray, Counter, OrderedDict, defaultdict, deque)
CLASSES |= {each.__name__: each for each in (*BESIDE, Decimal, Fraction, date, datetime)}
FACTORIES: tuple[type, ...] = (bool, int, float, complex, str, list, tuple, set, dict)

# How a value of a subclass becomes one of its base, by the base's own methods.
BASES: dict[type, Callable[[Any], object]] = {
    str: str.__str__,
    int: int.__pos__,
    float: float.__pos__,
    complex: complex.__pos__,
    bytes: lambda value: bytes.__getitem__(value, slice(None)),
    list: lambda value: list(list.__iter__(value)),
    tuple: lambda value: tuple(tuple.__iter__(value)),
    set: lambda value: set(set.__iter__(value)),
    frozenset: lambda value: frozenset(frozenset.__iter__(value)),
    dict: lambda value: dict(dict.items(value)),
    MappingProxyType: dict,
}


def taken_apart(value: object) -> tuple[str, object] | None:
    """Return the name of a standard type and a value's parts; None for all that may not pass."""
    if (found := parts_of(value)) is not None:
        try:
            put_together(*found)
        except Exception:  # it is too large, or not what it seems to be
            return None
    return found


def parts_of(value: Any) -> tuple[str, object] | None:
    """Return the name of a standard type and a value's parts; None for other types."""
    kind = type(value)
    for base, (name, parts) in APART.items():
        if issubclass(kind, base):
            return name, parts(value)
    if issubclass(kind, tuple) and type(fields := getattr(kind, "_fields", None)) is tuple:
        return "namedtuple", [kind.__name__, list(fields), list(tuple.__iter__(value))]
    if issubclass(kind, range):
        return "range", [value.start, value.stop, value.step]
    if issubclass(kind, type):
        known = [name for name, each in CLASSES.items() if each is value]
        return ("type", known[0]) if known else None
    if issubclass(kind, np.dtype):
        return "dtype", value.str
    if issubclass(kind, np.random.Generator) and type(value.bit_generator) is np.random.PCG64:
        return "Generator", value.bit_generator.state
    if issubclass(kind, memoryview) and value.format == "B" and value.ndim == 1:
        return "memoryview", value.tobytes()
    return None


def put_together(name: str, parts: Any) -> object:
    """Make a value of its parts.

    Raises
    ------
    ValueError, TypeError, LookupError, OverflowError, ArithmeticError
        If they are not those of such a value, or it would be too large.
    """
    return TOGETHER[name](parts)


def factory_of(value: "defaultdict[Any, Any]") -> str:
    """Name what a dictionary gives for a missing key; an empty name where it is not known."""
    return next((each.__name__ for each in FACTORIES if value.default_factory is each), "")


def checked(kind: type, make: Callable[[Any], object] | None = None) -> Callable[[Any], Any]:
    """Make something of parts of just one type."""

    def made(parts: Any) -> Any:
        if type(parts) is not kind:
            raise TypeError(f"parts must be a {kind.__name__}, got a {type(parts).__name__}")
        return (make or kind)(parts)

    return made


def made_defaultdict(parts: Any) -> object:
    """Make a dictionary with a default of a known type, or with none."""
    factory, items = parts
    known = [each for each in FACTORIES if each.__name__ == factory]
    return defaultdict(known[0] if known else None, checked(dict)(items))


def made_namedtuple(parts: Any) -> object:
    """Make a named tuple."""
    name, fields, values = parts
    return namedtuple_class(name, tuple(fields))(*values)


@lru_cache(maxsize=100)
def namedtuple_class(name: str, fields: tuple[str, ...]) -> Callable[..., object]:
    """Make a class; the same one for the same name and fields."""
    odd = PREDICATES.intersection(fields) or not all(FIELD.fullmatch(field) for field in fields)
    if len(fields) > MOST_FIELDS or odd:
        raise ValueError("a named tuple has too many fields, or odd ones")
    return namedtuple(name if FIELD.fullmatch(name) else "record", fields)


def made_range(parts: Any) -> object:
    """Make a range that is not too long."""
    made = range(*parts)
    if len(made) > MOST_STEPS:
        raise ValueError("a range is too long")
    return made


def made_fraction(parts: Any) -> object:
    """Make a fraction of numbers that are not too large."""
    if any(type(part) is not int or part.bit_length() > MOST_BITS for part in parts):
        raise ValueError("the numbers of a fraction are too large")
    return Fraction(*parts)


def made_decimal(parts: Any) -> object:
    """Make a decimal number that is not too long."""
    if type(parts) is not str or len(parts) > MOST_DIGITS + 20:
        raise ValueError("a decimal number is too long")
    made = Decimal(parts)
    exponent = made.as_tuple().exponent
    if isinstance(exponent, int) and abs(exponent) > MOST_DIGITS:
        raise ValueError("the exponent of a decimal number is too large")
    return made


def made_dtype(parts: Any) -> object:
    """Make the dtype of an array that is data."""
    if not PLAIN_DTYPE.fullmatch(str(parts)) or np.dtype(str(parts)).kind not in KINDS:
        raise ValueError("a dtype is not a plain one")
    return np.dtype(str(parts))


def made_generator(parts: Any) -> object:
    """Make a random generator that goes on from a state."""
    bits = np.random.PCG64(0)
    bits.state = parts
    return np.random.Generator(bits)


# A subclass stands before its base.
APART: dict[type, tuple[str, Callable[[Any], object]]] = {
    OrderedDict: ("OrderedDict", lambda value: dict(OrderedDict.items(value))),
    Counter: ("Counter", lambda value: dict(dict.items(value))),
    defaultdict: ("defaultdict", lambda value: [factory_of(value), dict(dict.items(value))]),
    deque: ("deque", lambda value: [list(deque.__iter__(value)), value.maxlen]),
    Keys: ("dict_keys", lambda value: dict.fromkeys(value)),
    Values: ("dict_values", list),
    Items: ("dict_items", dict),
    bytearray: ("bytearray", bytes),
    slice: ("slice", lambda value: [value.start, value.stop, value.step]),
    EllipsisType: ("Ellipsis", lambda _: None),
    Fraction: ("Fraction", lambda value: [value.numerator, value.denominator]),
    Decimal: ("Decimal", Decimal.__str__),
    datetime: ("datetime", datetime.isoformat),
    date: ("date", date.isoformat),
    time: ("time", time.isoformat),
    timedelta: ("timedelta", lambda value: [value.days, value.seconds, value.microseconds]),
    PureWindowsPath: ("PureWindowsPath", PurePath.__str__),
    PurePath: ("PurePosixPath", PurePath.__str__),  # never one that opens files where it arrives
}
TOGETHER: dict[str, Callable[[Any], object]] = {
    "OrderedDict": checked(dict, OrderedDict),
    "Counter": checked(dict, Counter),
    "defaultdict": made_defaultdict,
    "deque": lambda parts: deque(checked(list)(parts[0]), parts[1]),
    "dict_keys": checked(dict, dict.keys),
    "dict_values": checked(list, lambda parts: dict(enumerate(parts)).values()),
    "dict_items": checked(dict, dict.items),
    "bytearray": checked(bytes, bytearray),
    "memoryview": checked(bytes, memoryview),
    "slice": lambda parts: slice(*parts),
    "Ellipsis": lambda _: ...,
    "Fraction": made_fraction,
    "Decimal": made_decimal,
    "datetime": checked(str, datetime.fromisoformat),
    "date": checked(str, date.fromisoformat),
    "time": checked(str, time.fromisoformat),
    "timedelta": lambda parts: timedelta(*parts),
    "PureWindowsPath": checked(str, PureWindowsPath),
    "PurePosixPath": checked(str, PurePosixPath),
    "namedtuple": made_namedtuple,
    "range": made_range,
    "type": CLASSES.__getitem__,
    "dtype": made_dtype,
    "Generator": checked(dict, made_generator),
}
