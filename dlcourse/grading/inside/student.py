"""The student's side of the pipe: run cells, and answer the calls of the tests.

Before a test's first call the process is asked for a *snapshot*: it forks, and the copy waits for
that test's calls. The original goes on with the next cells; where there are none, it is itself the
last snapshot. So a test sees the names as they were at its place in the notebook, what a call
leaves behind is gone with the process, and no cell ever runs in one that has seen a test's inputs.
"""

import builtins
import contextlib
import os
import random
import signal
import socket
import sys
import tempfile
import threading
import warnings
from collections.abc import Callable, Sequence
from typing import Any, BinaryIO, NoReturn

import numpy as np

from . import as_at_home, jail
from .forkserver import Announce, serve
from .moment import Moment, remember_pools
from .objects import OPERATIONS, abilities_of, raised, renamed, uses
from .shell import (
    OutOfTime,
    Outputs,
    Shell,
    Stream,
    ZMQInteractiveShell,
    alarm,
    run_imports,
    warm_up,
)
from .system_calls import system_call_filter
from .wire import KB, MB, Channel, Message, WireError, encode, opaque

PRINTED = 2000  # characters of a call's output that are passed on to a check, which shows fewer
WARNINGS = 20
LOST_THREADS = (
    "A thread that an earlier cell started is not there in a test; start it in the function."
)


def main(descriptor: int) -> NoReturn:
    """Warm up, then fork for every submission."""
    as_at_home.install()
    remember_pools()
    shell = ZMQInteractiveShell.instance()
    sys.__stdout__, sys.__stderr__ = shell.streams  # type: ignore[misc]  # to turn back to
    sys.unraisablehook = without_alarms
    signal.signal(signal.SIGINT, signal.default_int_handler)  # also where the grader ignores it
    warm_up(shell)
    as_at_home.draw_inline()
    warm_package()
    system_calls = system_call_filter()

    def start(settings: Message, connections: list[socket.socket], announce: Announce) -> None:
        limits, jailed = settings["limits"], settings["jailed"]
        if jailed:
            jail.leave_namespaces()
        child = os.fork()
        if child:
            announce(child)
            return
        os.setsid()
        if jailed:
            jail.close_walls(limits, settings["test_cells"], settings["python"])
            if system_calls is not None:
                system_calls.load()
        else:
            os.chdir(settings["folder"])
            if not settings.get("filtered"):
                jail.set_limits({**limits, "processes": 4096}, 0)
            else:
                jail.set_limits(limits, settings["test_cells"])
                if system_calls is not None:
                    system_calls.load()
        close_others(connections[0].fileno())
        written = own_streams()
        connections[0].recv(1)  # until the station has put this process into its group
        if os.fork():
            connections[0].close()
            jail.reap()
            return
        channel = Channel(connections[0], int(limits["answer_mb"] * MB))
        moment = Moment([jail.HOME, tempfile.gettempdir()] if jailed else [settings["folder"]])
        Student(shell, channel, limits, written, moment).work()

    note = "" if system_calls is None else ", seccomp"
    serve(socket.socket(fileno=descriptor), start, note)


def without_alarms(unraisable: Any) -> None:
    """Show what Python cannot raise, but for an alarm of ours that rings where it is ignored."""
    if not issubclass(unraisable.exc_type, OutOfTime):
        sys.__unraisablehook__(unraisable)


def close_others(keep: int) -> None:
    """Close every inherited descriptor but the standard ones and one more."""
    os.closerange(3, keep)
    os.closerange(keep + 1, 4096)


def own_streams() -> BinaryIO:
    """Put a file of the submission's own in the place of the warm process's standard streams.

    What programs and libraries in C write there, past Python, is shown as the cell's output.
    """
    nothing = os.open(os.devnull, os.O_RDONLY)
    written = tempfile.TemporaryFile(buffering=0, dir=".")  # noqa: SIM115  (as long as the process)
    for descriptor, own in enumerate((nothing, written.fileno(), written.fileno())):
        os.dup2(own, descriptor)
    os.close(nothing)
    return written


def warm_package() -> None:
    """Import what notebooks import, so that no submission has to wait for it."""
    with contextlib.suppress(ImportError):
        import dlcourse.checks.swapping
        import dlcourse.datasets
        import dlcourse.plots

        dlcourse.datasets.load_digits_subset()


class Student:
    """Runs a submission's cells one by one, as it is told."""

    def __init__(
        self,
        shell: Shell,
        channel: Channel,
        limits: Message,
        written: BinaryIO,
        moment: Moment,
    ) -> None:
        self.shell, self.channel, self.limits = shell, channel, limits
        self.written, self.moment = written, moment

    def work(self) -> None:
        """Do what the referee says until it hangs up."""
        np.random.seed()  # noqa: NPY002  (students may use it; every process starts elsewhere)
        sys.path.insert(0, "")
        while True:
            try:
                request: Any = self.channel.receive()
            except EOFError:
                return
            self.channel.send(getattr(self, request["do"])(request))

    def files(self, request: Message) -> Message:
        """Write the files that belong to the assignment and to the submission."""
        for name, content in request["files"].items():
            with contextlib.suppress(OSError):  # a name that is also a folder's, or too long
                os.makedirs(os.path.dirname(name) or ".", exist_ok=True)
                with open(name, "wb") as file:
                    file.write(content)
        return {}

    def run(self, request: Message) -> Message:
        """Run a cell."""
        room = int(self.limits["output_kb"] * KB)
        outputs = self.shell.run(request["source"], self.limits["cell_seconds"], room)
        said = os.pread(self.written.fileno(), max(self.shell.collected.room, 0), 0)
        self.written.seek(0)
        self.written.truncate()
        if said:
            text = said.decode("utf-8", "replace")
            outputs.append({"output_type": "stream", "name": "stdout", "text": text})
        return {
            "outputs": outputs,
            "updates": self.shell.collected.updates,
            "count": self.shell.execution_count - 1,
        }

    def test(self, request: Message) -> Message:
        """Run a test cell, after what the tests before it import, and send its value, too."""
        import dlcourse.checks

        vars(dlcourse.checks)["in_a_test"] = True
        imported: dict[str, Any] = {}
        run_imports(request["imports"], imported)
        self.shell.user_ns.update({**imported, **self.shell.user_ns})
        self.written.seek(0)
        self.written.truncate()  # what calls in other tests wrote
        reply = self.run(request)
        result = self.shell.last_execution_result
        return {**reply, "value": result and result.result}

    def snapshot(self, request: Message) -> Message:
        """Fork a copy that serves one test on a connection of its own; be it behind all cells.

        With other threads the last one is a copy, too: they are in none.
        """
        self.channel.send({})
        _, descriptors, _, _ = socket.recv_fds(self.channel.connection, 1, 1)
        self.moment.take()
        itself = request["last"] and threading.active_count() == 1
        if itself:
            self.channel.send({})
        if itself or os.fork() == 0:
            self.channel.close()
            connection = socket.socket(fileno=descriptors[0])
            channel = Channel(connection, int(self.limits["answer_mb"] * MB))
            with contextlib.suppress(EOFError):
                names = self.shell.user_ns
                Snapshot(names, channel, self.limits, self.moment, self.test).work()
            os._exit(0)
        os.close(descriptors[0])
        return {}


class NotKeptError(Exception):
    """A value was asked for that is not here."""


class Snapshot:
    """Answers questions about the names of a notebook at one moment, or runs a test there.

    A value that is no data is kept here, and its number sent; so a test can ask it for more.
    """

    def __init__(
        self,
        names: dict[str, Any],
        channel: Channel,
        limits: Message,
        moment: Moment,
        test: Callable[[Message], Message] | None = None,
    ) -> None:
        self.names, self.channel, self.limits = names, channel, limits
        self.moment, self.test = moment, test
        self.kept: dict[str, object] = {}
        self.numbers: dict[int, str] = {}  # by the identity of what is kept
        self.busy = False  # whether this happens within a call, whose time it shares

    def work(self) -> None:
        """Answer until nobody asks."""
        while True:
            try:
                request: Any = self.channel.receive(self.resolve)
            except NotKeptError as error:
                self.send({"error": ["LookupError", str(error), ""]})
            else:
                self.answer(request)

    def answer(self, request: Message) -> None:
        """Do what is asked, and say what came of it."""
        if request.get("begins"):
            self.moment.bring_back()
        answer = getattr(self, request["do"])(request)
        try:
            self.send(answer, request.get("exact", False))
        except Exception as error:
            kind = "TooLarge" if isinstance(error, WireError) else type(error).__name__
            self.send({"error": [kind, str(error)[:500], ""]})

    def send(self, message: Message, exact: bool = False) -> None:
        """Send a message that is not too large."""
        frame = encode(message, keep=None if exact else self.keep, exact=exact)
        self.channel.sizes(frame)
        self.channel.connection.sendall(frame)

    def keep(self, value: object) -> list[str]:
        """Keep a value, and describe it: a number for it, its type, what it can do, its name."""
        number = self.numbers.setdefault(id(value), f"{os.getpid()}.{len(self.kept)}")
        self.kept[number] = value
        name = str(getattr(value, "__name__", ""))
        return [number, type(value).__name__, abilities_of(value), name]

    def resolve(self, letter: str, content: Any) -> object:
        """Give a value for a name or a number of ours, or for a number of the referee's.

        Raises
        ------
        NotKeptError
            If there is none.
        """
        if letter == "o":
            return opaque(str(content))
        if letter == "n":
            if content not in self.kept and content not in self.names:
                raise NotKeptError("a value of an earlier test is not there in a later one")
            return self.kept[content] if content in self.kept else self.names[content]

        def function(*arguments: object, **named: object) -> object:
            self.send({"callback": content, "arguments": list(arguments), "named": named})
            reply: Any = self.channel.receive(self.resolve)
            while "do" in reply:  # what is called back may ask for more before it answers
                self.answer(reply)
                reply = self.channel.receive(self.resolve)
            if "error" in reply:
                raise as_raised(reply["error"], reply.get("kinds", []))
            return reply["answer"]

        return GivenIterator(function) if letter == "next" else function

    def kind(self, request: Message) -> Message:
        """Say what a name stands for."""
        name = request["name"]
        if name not in self.names:
            return {"kind": "missing"}
        value = self.names[name]
        if not callable(value):
            return {"kind": "data"}
        own, abilities = str(getattr(value, "__name__", name)), abilities_of(value)
        reply: Message = {"kind": "function", "name": own, "abilities": abilities}
        if isinstance(value, type) and issubclass(value, BaseException):
            reply["exception"] = [each.__name__ for each in value.__mro__][:20]
        return reply

    def get(self, request: Message) -> Message:
        """Send a value."""
        return {"answer": self.names[request["name"]]}

    def uses(self, request: Message) -> Message:
        """Say which names a value looks up when it is called."""
        return {"answer": uses(request["object"], self.names)}

    def operate(self, request: Message) -> Message:
        """Ask a value for something."""
        operation, arguments = OPERATIONS[request["operation"]], request["arguments"]
        return self.answered(request, operation, arguments)

    def call(self, request: Message) -> Message:
        """Call a function and send all that came of it."""
        name, arguments = request["name"], request["arguments"]
        function: Any = self.kept[name] if name in self.kept else self.names[name]
        before = [a.copy() if type(a) is np.ndarray else None for a in arguments]
        called = called_with(request["others"], function)
        reply = self.answered(request, called, arguments, request["named"], function)
        reply["changed"] = {
            str(i): after
            for i, (old, after) in enumerate(zip(before, arguments, strict=True))
            if old is not None and not unchanged(old, after)
        }
        return reply

    def answered(
        self,
        request: Message,
        action: Callable[..., object],
        arguments: Sequence[object],
        named: dict[str, object] | None = None,
        function: Callable[..., object] | None = None,
    ) -> Message:
        """Let the student's code do something within its limits, and put down what came of it."""
        printed = Outputs()
        printed.restart(PRINTED if request.get("exact") else int(self.limits["output_kb"] * KB))
        reply: Message = {}
        alone = not self.busy
        within = (
            alarm(self.limits["call_seconds"], "This call") if alone else contextlib.nullcontext()
        )
        self.busy = True
        with (
            warnings.catch_warnings(record=True) as caught,
            np.errstate(divide="warn", over="warn", invalid="warn", under="ignore"),
            contextlib.redirect_stdout(Stream(printed, "stdout")),
            contextlib.redirect_stderr(Stream(printed, "stdout")),
            renamed(self.names, request.get("replaced", {}), request.get("deleted", [])),
        ):
            warnings.simplefilter("always")
            set_random_states(request.get("random", {}))
            try:
                with within:
                    reply["answer"] = action(*arguments, **(named or {}))
            except OutOfTime as error:
                said = f"{error} {LOST_THREADS}" if self.moment.lost_threads else str(error)
                reply["error"] = ["TimeoutError", said, ""]
            except BaseException as error:
                reply["error"] = as_message(error, function)
                reply["raised"] = raised(error)
        self.busy = not alone
        reply["cut"] = printed.room < 0
        reply["printed"] = "".join(output["text"] for output in printed.take())
        reply["warned"] = [str(warning.message)[:500] for warning in caught[:WARNINGS]]
        return reply


class GivenIterator:
    """An iterator of the test's: each value is asked for when its turn comes."""

    def __init__(self, following: Callable[[], object]) -> None:
        self.following = following

    def __iter__(self) -> "GivenIterator":
        return self

    def __next__(self) -> object:
        """Return the next value."""
        return self.following()


def as_raised(said: str, kinds: Sequence[str]) -> Exception:
    """Make the exception of a function of the test's, of the first of its classes that is known."""
    for name in kinds:
        kind = vars(builtins).get(name)
        if isinstance(kind, type) and issubclass(kind, Exception) and kind is not Exception:
            with contextlib.suppress(TypeError):  # some want more than a text
                return kind(said)
    return RuntimeError(said)


def set_random_states(states: Message) -> None:
    """Let the global random generators go on from where the test has set them."""
    if "numpy" in states:
        np.random.set_state(tuple(states["numpy"]))  # noqa: NPY002  (students use it)
    if "random" in states:
        version, numbers, gauss = states["random"]
        random.setstate((version, tuple(numbers.tolist()), gauss))


def called_with(
    others: dict[str, Callable[..., object]], function: Callable[..., object]
) -> Callable[..., object]:
    """Put the referee's functions in the place of those that a function calls by name."""
    from dlcourse.checks.swapping import with_others

    return with_others(function, others) if others else function


def unchanged(old: Any, new: Any) -> bool:
    """Tell whether an array is what it was, NaN included."""
    return bool(old.shape == new.shape and old.tobytes() == new.tobytes())


def as_message(error: BaseException, function: Any) -> list[str]:
    """Put an exception into a message: kind, text, the student's own line, and who raised it."""
    from dlcourse.checks.errors import describe_exception

    described = describe_exception(error, function)
    return [described.kind, described.text, described.line, described.raised_by]
