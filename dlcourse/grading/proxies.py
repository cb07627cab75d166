"""A student's names, seen from the referee: data by copy, functions and objects by stand-ins.

Nothing here believes the other side. What comes back is plain data, checked field by field; what
does not come back in time is an error of the student's function. A stand-in can be called, and
asked for what belongs to it. It is neither true nor false, equal to nothing and no number: a
student's class could say that it is whatever a test asks for.
"""

import builtins
import contextlib
import inspect
import linecache
import random
import re
import socket
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache, wraps
from types import CodeType, FunctionType
from typing import Any
from unittest.mock import patch
from weakref import WeakValueDictionary

import numpy as np

from dlcourse.checks.errors import StudentError
from dlcourse.grading.exceptions import error_class, raised_error
from dlcourse.grading.inside.objects import abilities_of, fields_of
from dlcourse.grading.inside.standard import PREDICATES
from dlcourse.grading.inside.wire import (
    KB,
    MB,
    Channel,
    Message,
    Named,
    Opaque,
    TooLargeError,
    WireError,
    encode,
    opaque,
)
from dlcourse.grading.limits import GRACE, Limits

Function = Callable[..., object]
GONE = (OSError, EOFError, WireError)  # TimeoutError is an OSError
OWN_BUILTINS = {name: getattr(builtins, name) for name in ("print", "input")}
MOST_PARAMETERS, MOST_NAMES = 100, 1000
PRINTED = 2000  # characters of what a call prints that a check is given
TYPE_NAMES = re.compile(r"[A-Za-z_][\w, |\[\]]{0,99}", re.ASCII)  # no call, no attribute
MOST_STAND_INS = 20_000  # that a test holds at a time
MOST_ITEMS = 200_000  # of one iterator
NUMBER = re.compile(r"\d{1,10}\.\d{1,10}")  # of what is kept on the other side
CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f\ud800-\udfff]")


class StoppedError(Exception):
    """The student's process is not there to answer; the message says why."""


class RemoteSnapshot:
    """The student's names as they were at one place in the notebook.

    Parameters
    ----------
    connection : socket.socket
        To the process that holds them.
    limits : Limits
        How long a call may take and how large an answer may be.
    """

    def __init__(self, connection: socket.socket, limits: Limits) -> None:
        self.channel = Channel(connection, int(limits.answer_mb * MB))
        self.seconds, self.output_kb = limits.call_seconds + GRACE, limits.output_kb
        self.lost: tuple[str, str] | None = None
        self.begins = True  # whether its turn begins: files and pools are to be made what they were
        # Whether a check asks: then arguments change as a call changed them; messages are exact.
        self.writes_back = False
        self.names: Names | None = None  # of the test's that asks
        self.stand_ins: WeakValueDictionary[str, StandIn] = WeakValueDictionary()
        self.functions: list[Function] = []  # of the test's, which may be called later
        self.uses: dict[str, frozenset[str]] = {}
        self.random = b""  # state of the test's global generators when a call last had them

    def ask(self, **request: Any) -> Message:
        """Send a request, serve the callbacks that it leads to, and return the answer.

        Raises
        ------
        StudentError
            If no proper answer comes, now or earlier.
        """
        if self.lost:
            raise StudentError(*self.lost)
        functions: list[Function] = [] if self.writes_back else self.functions
        request["begins"], self.begins = self.begins, False
        deadline = time.monotonic() + self.seconds  # callbacks give no more time
        try:
            self.channel.connection.settimeout(self.seconds)
            self.channel.send(request, functions)
            while (left := deadline - time.monotonic()) > 0:
                self.channel.connection.settimeout(left)
                reply = self.channel.receive(self.resolve)
                if not isinstance(reply, dict):
                    raise WireError("an answer is not a message")
                if "callback" not in reply:
                    return reply
                answer = called_back(functions, reply, tells=not self.writes_back)
                self.channel.send(answer, None if self.writes_back else functions)
            raise TimeoutError
        except TimeoutError:
            self.lost = ("ProcessEnded", "no answer came in time")
        except TooLargeError as error:
            self.lost = ("TooLarge", str(error))
        except GONE as error:
            self.lost = ("ProcessEnded", str(error)[:200] or "the process ended during a call")
        raise StudentError(*self.lost)

    def perform(self, target: "StandIn", **request: Any) -> Message:
        """Let the student's code do something, and let all that came of it happen here.

        Raises
        ------
        StudentError
            If it raised, or did not answer.
        """
        if self.writes_back:
            request["exact"] = True
        elif self.names is not None:
            request |= self.names.changes(self, target)
        reply = self.ask(**request)
        if printed := str(reply.get("printed", "")):
            sys.stdout.write(printed[: PRINTED if self.writes_back else self.room])
        for text in as_list(reply.get("warned"))[:20]:
            warnings.warn_explicit(str(text)[:500], RuntimeWarning, "<call>", 1)
        if reply.get("cut") is True and not self.writes_back:
            told = f"What this call printed was cut: it may print {self.output_kb:g} KB.\n"
            sys.stderr.write(told)
        if "error" in reply:
            kind, text, line, name = (*map(str, as_list(reply["error"])), "", "", "", "")[:4]
            described = [kind[:80], text[:500], line[:300], name[:80]]
            raise raised_error(described, reply.get("raised"))
        return reply

    @property
    def room(self) -> int:
        """Characters of a call's output."""
        return int(self.output_kb * KB)

    def resolve(self, letter: str, content: Any) -> object:
        """Make a stand-in for a value that is kept on the other side, or cannot come at all."""
        if letter == "o":
            return opaque(str(content), Opaque if self.writes_back else Unknown)
        number, type_name, abilities, name = map(str, content)
        if letter != "k" or not NUMBER.fullmatch(number):
            raise WireError("an answer names what is not there")
        if self.writes_back:
            return opaque(type_name)
        if (known := self.stand_ins.get(number)) is not None:
            object.__setattr__(known, "_again_", True)
            return known
        if len(self.stand_ins) >= MOST_STAND_INS:
            raise TooLargeError(f"answers may hold {MOST_STAND_INS:,} objects that are no data")
        new = self.stand_ins[number] = self.stand_in(number, type_name, abilities, name)
        return new

    def stand_in(self, number: str, type_name: str, abilities: str, name: str) -> "StandIn":
        """Make a stand-in that can do what the value can."""
        if "t" in abilities or type_name in FUNCTIONS:
            return function_class(abilities)(number, self, name=name)
        return stand_in_class(type_name, "".join(a for a in ABILITIES if a in abilities))(
            number, self
        )

    def used(self, target: "StandIn") -> frozenset[str]:
        """Ask which names something looks up when it is called."""
        if target._name_ not in self.uses:
            reply = self.ask(do="uses", object=target)
            self.uses[target._name_] = frozenset(map(str, as_list(reply.get("answer"))))
        return self.uses[target._name_]

    def test(self, source: str, imports: str, seconds: float, limit: int) -> Message:
        """Let the student's process run a test cell.

        Parameters
        ----------
        source, imports : str
            The cell, and import statements that come before it.
        seconds : float
            How long to wait.
        limit : int
            Bytes that the answer may have.

        Raises
        ------
        StudentError
            If no proper answer comes.
        """
        self.seconds, self.channel.limit = seconds, limit
        return self.ask(do="test", source=source, imports=imports)

    def find(self, name: str) -> object:
        """Return a copy of a name's value, or a stand-in for a function.

        Raises
        ------
        KeyError
            If the student has no such name.
        """
        reply = self.ask(do="kind", name=name)
        if reply.get("kind") == "function":
            if as_list(reply.get("exception")):
                return error_class(as_list(reply["exception"]))
            own, abilities = str(reply.get("name", name)), str(reply.get("abilities", ""))
            return function_class(abilities)(name, self, name=own)
        if reply.get("kind") == "data":
            return self.ask(do="get", name=name).get("answer")
        raise KeyError(name)


def called_back(functions: list[Function], request: Message, tells: bool = False) -> Message:
    """Call a function of the test's for the student; of an error, tell its class at most."""
    try:
        function = functions[int(request["callback"])]
        arguments, named = request["arguments"], request["named"]
        return {"answer": function(*arguments, **{str(k): v for k, v in named.items()})}
    except Exception as error:
        said = f"the function that you were given stopped ({type(error).__name__})"
        kinds = {"kinds": [each.__name__ for each in type(error).__mro__]} if tells else {}
        return {"error": said, **kinds}


class Unknown(Opaque):
    """An opaque value that a test got: to compare it is an error, not just false."""

    def __eq__(self, other: object) -> bool:
        """Refuse to be compared: what the value was equal to is not known here."""
        raise TypeError(f"a value of type {type(self).__name__} is not plain data to compare with")

    __hash__ = Opaque.__hash__


FUNCTIONS = ("function", "method", "builtin_function_or_method", "method-wrapper", "partial")


def refused(text: str) -> StudentError:
    """Make the error of what a stand-in does not do; no `except TypeError` of a test catches it."""
    return StudentError("NotPlainData", text)


class StandIn(Named):
    """Stands in for a value that stays with the student: each request goes there and back.

    Parameters
    ----------
    name : str
        The student's name of it, or the number under which it is kept.
    snapshot : RemoteSnapshot
        Where it is.
    """

    __slots__ = ("__weakref__", "_again_", "_made_of_", "_snapshot_")
    __module__ = "__main__"

    def __init__(self, name: str, snapshot: RemoteSnapshot) -> None:
        super().__init__(name)
        object.__setattr__(self, "_snapshot_", snapshot)
        object.__setattr__(self, "_again_", False)  # whether it has come before
        object.__setattr__(self, "_made_of_", None)  # what the test itself gave to make it

    def _ask_(self, operation: str, *more: object) -> Any:
        request = {"do": "operate", "operation": operation, "arguments": [self, *more]}
        return self._snapshot_.perform(self, **request).get("answer")

    def _known_(self, answer: object, *arguments: object, **named: object) -> Any:
        """Remember what the test gave to a class for an object.

        One that has come before is not the same: the other side could give one for all.
        """
        if not isinstance(answer, StandIn) or not isinstance(self, StudentClass):
            return answer
        given = arguments, named
        if answer._again_ and answer._made_of_ != given:
            answer = type(answer)(answer._name_, self._snapshot_)
        object.__setattr__(answer, "_made_of_", given)
        return answer

    def __getattr__(self, name: str) -> Any:
        """Ask for an attribute; what Python and others look for by themselves is not there."""
        if name == "__dict__":
            raise refused(f"{name!r} of a value of type {type(self).__name__} is not known here")
        if name.startswith("_") and name.endswith("_"):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r} here")
        if name in PREDICATES:
            raise refused(
                f"{name!r} of a value of type {type(self).__name__} is its own word; a test can "
                "ask it of plain data only"
            )
        return self._ask_("attribute", name)

    def __setattr__(self, name: str, value: object) -> None:
        if name.startswith("_") and name.endswith("_"):
            object.__setattr__(self, name, value)
        else:
            self._ask_("set attribute", name, value)

    def __bool__(self) -> bool:
        """Refuse to be true: only data can be."""
        raise refused(
            f"whether a value of type {type(self).__name__} is true cannot be tested, only data "
            "that belongs to it"
        )

    def __eq__(self, other: object) -> bool:
        """Refuse to be compared: only data can be."""
        raise refused(
            f"a value of type {type(self).__name__} cannot be compared, only data that belongs to "
            "it: an attribute, what a method returns, str(...)"
        )

    __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __eq__

    def __hash__(self) -> int:
        """Refuse to be hashed: whether the value can be is not known here."""
        raise refused(f"a value of type {type(self).__name__} cannot be hashed here")

    def _combined_(self, sign: str, *both: object) -> Any:
        """Combine two stand-ins: what comes of one and of the test's data could pass for right."""
        if not all(isinstance(each, StandIn) for each in both):
            raise refused(
                f"a value of type {type(self).__name__} can be combined with such a value, not "
                "with data of the test's"
            )
        request = {"do": "operate", "operation": sign, "arguments": list(both)}
        return self._snapshot_.perform(self, **request).get("answer")

    def __add__(self, other: object) -> Any:
        return self._combined_("add", self, other)

    def __radd__(self, other: object) -> Any:
        return self._combined_("add", other, self)

    def __sub__(self, other: object) -> Any:
        return self._combined_("sub", self, other)

    def __rsub__(self, other: object) -> Any:
        return self._combined_("sub", other, self)

    def __mul__(self, other: object) -> Any:
        return self._combined_("mul", self, other)

    def __rmul__(self, other: object) -> Any:
        return self._combined_("mul", other, self)

    def __matmul__(self, other: object) -> Any:
        return self._combined_("matmul", self, other)

    def __truediv__(self, other: object) -> Any:
        return self._combined_("truediv", self, other)

    def __contains__(self, item: object) -> bool:
        """Refuse to be searched: only data can be."""
        raise refused(f"a value of type {type(self).__name__} cannot be searched by `in`")

    def __str__(self) -> str:
        return str(self._ask_("text"))

    def __repr__(self) -> str:
        return str(self._ask_("representation"))

    def __copy__(self) -> Any:
        return self._ask_("copy")

    def __deepcopy__(self, memo: object) -> Any:
        return self._ask_("deep copy")

    def __reduce_ex__(self, protocol: Any) -> Any:
        """Refuse to be written down."""
        raise refused(f"a value of type {type(self).__name__} cannot be pickled here")


class _Sized(StandIn):
    __slots__ = ()

    def __len__(self) -> int:
        return int(self._ask_("length"))


class _Indexed(StandIn):
    __slots__ = ()

    def __getitem__(self, key: object) -> Any:
        return self._known_(self._ask_("item", key), name=key)

    def __setitem__(self, key: object, value: object) -> None:
        self._ask_("set item", key, value)


class _Iterable(StandIn):
    __slots__ = ()

    def __iter__(self) -> Any:
        found = self._ask_("iterate")
        return found if isinstance(found, _Iterator) else iter(found)


class _Iterator(StandIn):
    """An iterator gives one value at a time: what comes after it may never come to be."""

    __slots__ = ("_given_",)

    def __init__(self, name: str, snapshot: RemoteSnapshot) -> None:
        super().__init__(name, snapshot)
        self._given_ = 0

    def __iter__(self) -> Any:
        return self

    def __next__(self) -> object:
        """Return the next value.

        Raises
        ------
        StudentError
            If that raised, or there were too many.
        """
        self._given_ += 1
        if self._given_ > MOST_ITEMS:
            raise StudentError("TooLarge", f"an iterator may give {MOST_ITEMS:,} values")
        found = as_list(self._ask_("next"))
        if not found:
            raise StopIteration
        return found[0]

    def __contains__(self, item: object) -> bool:
        return any(each is item or each == item for each in self)


class _Callable(StandIn):
    __slots__ = ()

    def __call__(self, *arguments: object, **named: object) -> Any:
        """Call it."""
        request = {"do": "call", "name": self._name_, "arguments": list(arguments)}
        reply = self._snapshot_.perform(self, **request, named=named, others={})
        return reply.get("answer")


class _Record(StandIn):
    """A data class or a member of an enumeration: equal to one of its name with equal fields.

    One of the two must have been made by the test, of data or by its name: of two others the other
    side could say that they are alike, whatever they are.
    """

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        if other is self:
            return True
        if type(other).__name__ != type(self).__name__:
            return False
        if isinstance(other, _Record):
            both = [each for each in (self, other) if each._made_of_] or [self]
            told = [each._given_fields_() for each in both]
            return bool(self._ask_("fields") == other._ask_("fields") == told[0])
        if "f" not in abilities_of(other):
            return super().__eq__(other)
        return bool(fields_of(other) == self._ask_("fields"))

    def _given_fields_(self) -> dict[str, object]:
        """Return the fields, all of which the test itself has given, or the name of a member.

        Raises
        ------
        TypeError
            If it has not.
        """
        fields = self._ask_("fields")
        arguments, named = self._made_of_ or ((), {})
        if type(fields) is dict and len(arguments) <= len(fields):
            told = {**dict(zip(fields, arguments, strict=False)), **named}
            member = list(fields) == ["name", "value"] and list(told) == ["name"]
            if (member or told.keys() == fields.keys()) and told == {k: fields[k] for k in told}:
                return fields
        raise refused(
            f"values of type {type(self).__name__} can be compared with one that the test makes of "
            "all its fields, or names; otherwise compare their fields"
        )

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self._name_)


# A base comes before another one whose methods it has of its own.
ABILITIES: dict[str, type[StandIn]] = {
    "n": _Iterator,
    "i": _Iterable,
    "g": _Indexed,
    "l": _Sized,
    "c": _Callable,
    "f": _Record,
}


@lru_cache(maxsize=100)
def stand_in_class(type_name: str, abilities: str) -> type[StandIn]:
    """Make the class of stand-ins for values of a type."""
    name = type_name if type_name.isidentifier() and len(type_name) < 80 else "object"
    bases = tuple(
        ABILITIES[letter] for letter in abilities if not (letter == "i" and "n" in abilities)
    )
    return type(name, bases or (StandIn,), {"__slots__": (), "__module__": "__main__"})


def without_programs(annotations: object) -> dict[str, object]:
    """Keep of annotations what may be evaluated: `typing.get_type_hints` evaluates texts."""
    given = annotations if isinstance(annotations, dict) else {}
    return {
        str(name): each
        for name, each in given.items()
        if not isinstance(each, str) or TYPE_NAMES.fullmatch(each)
    }


class StudentFunction(_Callable):
    """Stands in for a student's function or class: a call goes to the snapshot and back, by value.

    What the call prints is printed here, and what it warns of is warned of here. An array that it
    changed is changed here only for a check, which looks for that; to other tests, arguments are
    theirs, or a function could change what it is compared with.

    Its docstring, signature, annotations and source are the student's.

    Parameters
    ----------
    place : str
        The name of the function, or the number under which it is kept.
    snapshot : RemoteSnapshot
        Where it is.
    others : mapping, optional
        Functions of this side that have the names of those that it calls: they are called back.
    name : str, optional
        What it calls itself.
    """

    def __init__(
        self,
        place: str,
        snapshot: RemoteSnapshot,
        others: Mapping[str, Function] | None = None,
        name: str = "",
    ) -> None:
        StandIn.__init__(self, place, snapshot)  # `super` would look at `__class__`
        self._others_ = dict(others or {})
        self.__name__ = self.__qualname__ = name[:80] or place
        self.__module__ = "__main__"

    def __call__(self, *arguments: object, **named: object) -> object:
        """Call the student's function.

        Raises
        ------
        StudentError
            If it raised, or did not answer.
        """
        request = {"do": "call", "name": self._name_, "arguments": list(arguments)}
        reply = self._snapshot_.perform(self, **request, named=named, others=self._others_)
        changed = reply.get("changed") if self._snapshot_.writes_back else None
        for position, after in changed.items() if isinstance(changed, dict) else ():
            take_over(arguments, position, after)
        return self._known_(reply.get("answer"), *arguments, **named)

    def __getattr__(self, name: str) -> Any:
        """Ask for an attribute: of an enumeration, a member."""
        return self._known_(StandIn.__getattr__(self, name), name=name)

    def __bool__(self) -> bool:
        """Functions are true."""
        return True

    def __eq__(self, other: object) -> bool:
        """Tell whether another one is the same function, by its place."""
        return isinstance(other, StudentFunction) and (
            (other._name_, other._snapshot_) == (self._name_, self._snapshot_)
        )

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self._name_)

    def __str__(self) -> str:
        return f"<{type(self).__name__} {self.__name__}>"

    __repr__ = __str__

    def __instancecheck__(self, value: object) -> bool:
        """Tell whether a value is of this class, as its own side says."""
        if isinstance(value, StandIn):
            return self._ask_("is an instance", value) is True
        return hasattr(value, "_fields") and type(value).__name__ == self.__name__

    def __subclasscheck__(self, value: object) -> bool:
        """Tell whether another class is derived from this one, as its own side says."""
        return isinstance(value, StandIn) and self._ask_("is derived", value) is True

    # What `inspect` looks at. A check, which is at home in the other process, sees none of it.

    def _told_(self, what: str) -> Any:
        if self._snapshot_.writes_back:
            raise AttributeError(what)
        if "_about_" not in vars(self):
            about = self._ask_("about")
            self._about_ = about if isinstance(about, dict) else {}
        return self._about_.get(what)

    def _signature_(self) -> inspect.Signature:
        return signature_of(self._told_("parameters"), self._told_("returns"))

    def _code_(self) -> CodeType:
        return code_of(self.__name__, self._told_("source"), self._told_("names"))

    __class__ = property(lambda self: FunctionType)
    __signature__ = property(_signature_)
    __code__ = property(_code_)
    __annotations__ = property(lambda self: without_programs(self._told_("annotations")))
    __defaults__ = property(lambda self: self._told_("defaults"))
    __kwdefaults__ = property(lambda self: self._told_("keyword defaults"))
    __doc__ = property(lambda self: self._told_("doc"))


class StudentClass(StudentFunction):
    """Stands in for a student's class."""

    __class__ = property(lambda self: type)
    __doc__ = StudentFunction.__doc__


StudentFunction.__name__, StudentClass.__name__ = "function", "class"  # as messages call them


@lru_cache(maxsize=100)
def function_class(abilities: str) -> type[StudentFunction]:
    """Return the class of stand-ins for a function, or for a class: an enumeration can do more."""
    if "t" not in abilities:
        return StudentFunction
    more = tuple(ABILITIES[letter] for letter in "igl" if letter in abilities)
    made: type[StudentFunction] = type("class", (StudentClass, *more), {"__module__": "__main__"})
    return made if more else StudentClass


def signature_of(parameters: object, returns: object) -> inspect.Signature:
    """Make a signature of what the other side says.

    Raises
    ------
    ValueError
        If it says none.
    """
    if type(parameters) is not list or len(parameters) > MOST_PARAMETERS:
        raise ValueError("this function has no signature that can be told here")
    made = [
        inspect.Parameter(
            str(name),
            list(inspect._ParameterKind)[kind],
            default=one(default),
            annotation=one(note),
        )
        for name, kind, default, note in parameters
    ]
    return inspect.Signature(made, return_annotation=one(returns))


def one(values: object) -> Any:
    """Return what a list of one value holds; what stands for none where it is empty."""
    return next(iter(as_list(values)), inspect.Parameter.empty)


def code_of(name: str, source: object, names: object) -> CodeType:
    """Make code that is never run, by which `inspect` finds a function's source and its names."""
    code = (lambda: None).__code__
    text = CONTROL.sub("\N{REPLACEMENT CHARACTER}", source) if isinstance(source, str) else ""
    place = f"<the student's {name}, {len(linecache.cache)}>"
    linecache.cache[place] = (len(text), None, text.splitlines(keepends=True), place)
    called = [str(each) for each in as_list(one(names))[:MOST_NAMES]]
    return code.replace(co_name=name, co_filename=place, co_firstlineno=1, co_names=tuple(called))


def with_others(function: Function, others: Mapping[str, Function]) -> Function:
    """Put functions of this side in the place of those that a student's function calls by name.

    Functions of a test's own are left as they are: what they call is not the student's alone.
    """
    if isinstance(function, StudentFunction):
        return StudentFunction(function._name_, function._snapshot_, others)
    return function


def has(function: Function, name: str) -> bool:
    """Tell whether the notebook of a student's function has another one of that name."""
    if not isinstance(function, StudentFunction):
        return True
    try:
        return bool(function._snapshot_.ask(do="kind", name=name).get("kind") == "function")
    except StudentError:
        return True  # and does not answer any more


def as_list(value: object) -> list[object]:
    """Return a list as it is and anything else as an empty one."""
    return value if type(value) is list else []


def take_over(arguments: tuple[object, ...], position: object, after: object) -> None:
    """Write what a call made of an array into the array here, where it fits."""
    if not (isinstance(position, str) and position.isdecimal() and int(position) < len(arguments)):
        return
    array = arguments[int(position)]
    if (
        type(array) is np.ndarray
        and type(after) is np.ndarray
        and array.shape == after.shape
        and array.dtype == after.dtype
        and array.flags.writeable
    ):
        array[...] = after


class Names(dict[str, Any]):
    """The namespace of the locked cells: ours, and the names that the student was asked for.

    A test may put another function in the place of one that a student's function calls, or delete
    it: the function is then called among such names, as in an ordinary notebook. Data that a test
    names as the student did stays here, or an answer could be what a test has just worked out.
    """

    def __init__(self) -> None:
        super().__init__()
        self.students: set[str] = set()
        self.assigned: set[str] = set()  # by a locked cell
        self.in_test = True  # what other locked cells do is done at the student's, too
        self.replaced: set[str] = set()  # that were the student's, and are a test's now
        self.deleted: set[str] = set()  # that were the student's
        self.seeded: set[str] = set()  # global random generators that the cell has set
        self.seedings = 0  # how often it has
        self.snapshot: RemoteSnapshot | None = None
        self.stopped = ""

    def __getitem__(self, name: str) -> Any:
        return self.__missing__(name) if name in self.students else super().__getitem__(name)

    def __setitem__(self, name: str, value: Any) -> None:
        changed = name in self.replaced | self.deleted
        self.deleted.discard(name)
        if changed and isinstance(value, StandIn) and value._name_ == name:
            self.give_back(name)
            return
        if self.in_test and name in self.students:
            self.replaced.add(name)
        self.students.discard(name)
        self.assigned.add(name)
        super().__setitem__(name, value)

    def __delitem__(self, name: str) -> None:
        if name in self.students:
            self.students.discard(name)
        else:
            super().__delitem__(name)
            if name not in self.replaced:
                return
            self.replaced.discard(name)
        self.deleted.add(name)

    def give_back(self, name: str) -> None:
        """Let a name be the student's again."""
        self.replaced.discard(name)
        self.assigned.discard(name)
        self.pop(name, None)
        self.students.add(name)

    def __missing__(self, name: str) -> Any:
        if name not in self.students:
            raise KeyError(name)
        if self.snapshot is None:
            if self.stopped:
                raise StoppedError(self.stopped)
            raise KeyError(name)
        self.snapshot.names = self
        return self.snapshot.find(name)

    def changes(self, snapshot: RemoteSnapshot, target: StandIn) -> Message:
        """Say in what a call of a student's function is to differ, because the test has said so.

        Returns
        -------
        dict
            ``replaced``, functions by name; ``deleted``, names; ``random``, states of the global
            generators. What has not changed is left out.
        """
        changes: Message = {}
        ours = {n: super(Names, self).__getitem__(n) for n in self.replaced - self.students}
        kept = NUMBER.fullmatch(target._name_)  # nor does it tell the functions that it calls
        functions = {n: now for n, now in ours.items() if now is None or callable(now)}
        replaced = {} if kept else functions
        replaced.pop(target._name_, None)  # else it could call what it is compared with
        for name, own in OWN_BUILTINS.items():
            if (now := getattr(builtins, name)) is not own:
                replaced[name] = now
        deleted = self.deleted - self.students
        if replaced or deleted:
            used = snapshot.used(target)
            changes["replaced"] = {name: now for name, now in replaced.items() if name in used}
            changes["deleted"] = sorted(deleted & used)
        if self.seeded:
            states = {name: RANDOM_STATES[name]() for name in self.seeded}
            if (written := encode([self.seedings, states])) != snapshot.random:
                snapshot.random, changes["random"] = written, states
        return changes


def state_of_random() -> list[object]:
    """Return the state of Python's global generator as data."""
    version, numbers, gauss = random.getstate()
    return [version, np.array(numbers, dtype=np.uint32), gauss]


RANDOM_STATES: dict[str, Callable[[], list[object]]] = {
    "numpy": lambda: list(np.random.get_state()),  # noqa: NPY002  (tests may use it)
    "random": state_of_random,
}


@contextlib.contextmanager
def noticed_seeds(names: Names) -> Iterator[None]:
    """Notice when a test sets a global random generator.

    A student's function then draws what it would draw in the test's own process. The other way
    round nothing is taken over, or a function could choose what a test draws next.
    """

    def noticed(name: str, function: Function) -> Function:
        @wraps(function)
        def wrapper(*arguments: object, **named: object) -> object:
            names.seeded.add(name)
            names.seedings += 1
            return function(*arguments, **named)

        return wrapper

    setters = [(np.random, "numpy", each) for each in ("seed", "set_state")]
    setters += [(random, "random", each) for each in ("seed", "setstate")]
    with contextlib.ExitStack() as stack:
        for module, name, setter in setters:
            wrapped = noticed(name, getattr(module, setter))
            stack.enter_context(patch.object(module, setter, wrapped))
        yield
