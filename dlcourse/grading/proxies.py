"""A student's names, seen from the referee: data by copy, functions by stand-ins.

Nothing here believes the other side. What comes back is plain data, checked field by field; what
does not come back in time is an error of the student's function.
"""

import socket
import time
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from dlcourse.checks.errors import StudentError
from dlcourse.grading.inside.wire import MB, Channel, Message, Named, WireError
from dlcourse.grading.limits import GRACE, Limits

Function = Callable[..., object]
GONE = (OSError, EOFError, WireError)  # TimeoutError is an OSError


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
        self.seconds = limits.call_seconds + GRACE
        self.lost = ""
        self.begins = True  # whether its turn begins: files and pools are to be made what they were
        self.silent = False  # whether what a call prints is dropped
        self.writes_back = False  # whether arguments change here as a call changed them

    def ask(self, **request: Any) -> Message:
        """Send a request, serve the callbacks that it leads to, and return the answer.

        Raises
        ------
        StudentError
            If no proper answer comes, now or earlier.
        """
        if self.lost:
            raise StudentError("ProcessEnded", self.lost)
        functions: list[Function] = []
        request["begins"], self.begins = self.begins, False
        deadline = time.monotonic() + self.seconds  # callbacks give no more time
        try:
            self.channel.connection.settimeout(self.seconds)
            self.channel.send(request, functions)
            while (left := deadline - time.monotonic()) > 0:
                self.channel.connection.settimeout(left)
                reply = self.channel.receive()
                if not isinstance(reply, dict):
                    raise WireError("an answer is not a message")
                if "callback" not in reply:
                    return reply
                self.channel.send(called_back(functions, reply))
            raise TimeoutError
        except TimeoutError:
            self.lost = "no answer came in time"
        except GONE as error:
            self.lost = str(error)[:200] or "the process ended during a call"
        raise StudentError("ProcessEnded", self.lost)

    def find(self, name: str) -> object:
        """Return a copy of a name's value, or a stand-in for a function.

        Raises
        ------
        KeyError
            If the student has no such name.
        """
        kind = self.ask(do="kind", name=name).get("kind")
        if kind == "function":
            return StudentFunction(name, self)
        if kind == "data":
            return self.ask(do="get", name=name).get("answer")
        raise KeyError(name)


def called_back(functions: list[Function], request: Message) -> Message:
    """Call a function of the test's for the student, and hide how it fails."""
    try:
        function = functions[int(request["callback"])]
        arguments, named = request["arguments"], request["named"]
        return {"answer": function(*arguments, **{str(k): v for k, v in named.items()})}
    except Exception as error:
        return {"error": f"the function that you were given stopped ({type(error).__name__})"}


class StudentFunction(Named):
    """Stands in for a student's function: a call goes to the snapshot and back, by value.

    What the call prints is printed here, and what it warns of is warned of here. An array that it
    changed is changed here only for a check, which looks for that; to other tests, arguments are
    theirs, or a function could change what it is compared with.

    Parameters
    ----------
    name : str
        The function's.
    snapshot : RemoteSnapshot
        Where it is.
    others : mapping, optional
        Functions of this side that have the names of those that it calls: they are called back.
    """

    def __init__(
        self,
        name: str,
        snapshot: RemoteSnapshot,
        others: Mapping[str, Function] | None = None,
    ) -> None:
        super().__init__(name)
        self.__name__ = self.__qualname__ = name
        self.snapshot, self.others = snapshot, dict(others or {})

    def __call__(self, *arguments: object, **named: object) -> object:
        """Call the student's function.

        Raises
        ------
        StudentError
            If it raised, or did not answer.
        """
        reply = self.snapshot.ask(
            do="call",
            name=self.name,
            arguments=list(arguments),
            named=named,
            others=self.others,
        )
        if not self.snapshot.silent:
            print(end=str(reply.get("printed", ""))[:2000])
            for text in as_list(reply.get("warned"))[:20]:
                warnings.warn(str(text)[:500], RuntimeWarning, stacklevel=2)
        changed = reply.get("changed") if self.snapshot.writes_back else None
        for position, after in changed.items() if isinstance(changed, dict) else ():
            take_over(arguments, position, after)
        if "error" in reply:
            kind, text, line, name = (*map(str, as_list(reply["error"])), "", "", "", "")[:4]
            raise StudentError(kind[:80], text[:500], line[:300], name[:80])
        return reply.get("answer")


def with_others(function: Function, others: Mapping[str, Function]) -> Function:
    """Put functions of this side in the place of those that a student's function calls by name.

    Functions of a test's own are left as they are: what they call is not the student's alone.
    """
    if type(function) is StudentFunction:
        return StudentFunction(function.name, function.snapshot, others)
    return function


def has(function: Function, name: str) -> bool:
    """Tell whether the notebook of a student's function has another one of that name."""
    if type(function) is not StudentFunction:
        return True
    try:
        return function.snapshot.ask(do="kind", name=name).get("kind") == "function"
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
    """The namespace of the locked cells: ours, and the names that the student was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.students: set[str] = set()
        self.assigned: set[str] = set()  # by a locked cell
        self.snapshot: RemoteSnapshot | None = None
        self.stopped = ""

    def __getitem__(self, name: str) -> Any:
        return self.__missing__(name) if name in self.students else super().__getitem__(name)

    def __setitem__(self, name: str, value: Any) -> None:
        self.students.discard(name)
        self.assigned.add(name)
        super().__setitem__(name, value)

    def __missing__(self, name: str) -> Any:
        if name not in self.students:
            raise KeyError(name)
        if self.snapshot is None:
            if self.stopped:
                raise StoppedError(self.stopped)
            raise KeyError(name)
        return self.snapshot.find(name)
