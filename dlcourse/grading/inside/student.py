"""The student's side of the pipe: run cells, and answer the calls of the tests.

Before a test's first call the process is asked for a *snapshot*: it forks, and the copy waits for
that test's calls. The original goes on with the next cells. So a test sees the names as they were
at its place in the notebook, what a call leaves behind is gone with the copy, and no cell ever runs
in a process that has seen a test's inputs.
"""

import contextlib
import os
import socket
import sys
import tempfile
import warnings
from collections.abc import Callable
from typing import Any, BinaryIO, NoReturn

import numpy as np

from . import as_at_home, jail
from .forkserver import Announce, serve
from .moment import Moment, remember_pools
from .shell import OutOfTime, Outputs, Shell, Stream, alarm, warm_up
from .system_calls import system_call_filter
from .wire import KB, MB, Channel, Message

PRINTED = 2000  # characters of a call's output that are passed on
WARNINGS = 20
LOST_THREADS = (
    "A thread that an earlier cell started is not there in a test; start it in the function."
)


def main(descriptor: int) -> NoReturn:
    """Warm up, then fork for every submission."""
    as_at_home.install()
    remember_pools()
    shell = Shell.instance()
    warm_up(shell)
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
            jail.set_limits({**limits, "processes": 4096}, 0)
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
        import dlcourse.checks
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
        return {"outputs": outputs, "count": self.shell.execution_count - 1}

    def snapshot(self, request: Message) -> Message:
        """Fork a copy that answers the calls of one test on a connection of its own."""
        self.channel.send({})
        _, descriptors, _, _ = socket.recv_fds(self.channel.connection, 1, 1)
        self.moment.take()
        if os.fork() == 0:
            self.channel.close()
            connection = socket.socket(fileno=descriptors[0])
            channel = Channel(connection, int(self.limits["answer_mb"] * MB))
            with contextlib.suppress(EOFError):
                Snapshot(self.shell.user_ns, channel, self.limits, self.moment).work()
            os._exit(0)
        os.close(descriptors[0])
        return {}


class Snapshot:
    """Answers questions about the names of a notebook at one moment."""

    def __init__(
        self, names: dict[str, Any], channel: Channel, limits: Message, moment: Moment
    ) -> None:
        self.names, self.channel, self.limits, self.moment = names, channel, limits, moment

    def work(self) -> None:
        """Answer until nobody asks."""
        while True:
            request: Any = self.channel.receive(self.resolve)
            if request.get("begins"):
                self.moment.bring_back()
            answer = getattr(self, request["do"])(request)
            try:
                self.channel.send(answer)
            except (MemoryError, ValueError, RecursionError) as error:
                self.channel.send({"error": [type(error).__name__, str(error)[:500], ""]})

    def resolve(self, letter: str, content: Any) -> object:
        """Give a function for a name of ours, or for a number of the referee's."""
        if letter == "n":
            return self.names[content]

        def function(*arguments: object, **named: object) -> object:
            self.channel.send({"callback": content, "arguments": list(arguments), "named": named})
            reply: Any = self.channel.receive()
            if "error" in reply:
                raise RuntimeError(reply["error"])
            return reply["answer"]

        return function

    def kind(self, request: Message) -> Message:
        """Say what a name stands for."""
        name = request["name"]
        if name not in self.names:
            return {"kind": "missing"}
        return {"kind": "function" if callable(self.names[name]) else "data"}

    def get(self, request: Message) -> Message:
        """Send a value."""
        return {"answer": self.names[request["name"]]}

    def call(self, request: Message) -> Message:
        """Call a function and send all that came of it."""
        function, arguments = self.names[request["name"]], request["arguments"]
        before = [a.copy() if type(a) is np.ndarray else None for a in arguments]
        printed = Outputs()
        printed.restart(PRINTED)
        reply: Message = {}
        with (
            warnings.catch_warnings(record=True) as caught,
            np.errstate(divide="warn", over="warn", invalid="warn", under="ignore"),
            contextlib.redirect_stdout(Stream(printed, "stdout")),
            contextlib.redirect_stderr(Stream(printed, "stdout")),
        ):
            warnings.simplefilter("always")
            try:
                called = called_with(request["others"], function)
                with alarm(self.limits["call_seconds"], "This call"):
                    reply["answer"] = called(*arguments, **request["named"])
            except OutOfTime as error:
                said = f"{error} {LOST_THREADS}" if self.moment.lost_threads else str(error)
                reply["error"] = ["TimeoutError", said, ""]
            except BaseException as error:
                reply["error"] = as_message(error, function)
        reply["printed"] = "".join(output["text"] for output in printed.take())
        reply["warned"] = [str(warning.message)[:500] for warning in caught[:WARNINGS]]
        reply["changed"] = {
            str(i): after
            for i, (old, after) in enumerate(zip(before, arguments, strict=True))
            if old is not None and not unchanged(old, after)
        }
        return reply


def called_with(
    others: dict[str, Callable[..., object]], function: Callable[..., object]
) -> Callable[..., object]:
    """Put the referee's functions in the place of those that a function calls by name."""
    from dlcourse.checks.swapping import with_others

    return with_others(function, others) if others else function


def unchanged(old: Any, new: Any) -> bool:
    """Tell whether an array is what it was, NaN included."""
    return bool(old.shape == new.shape and old.tobytes() == new.tobytes())


def as_message(error: BaseException, function: Callable[..., object]) -> list[str]:
    """Put an exception into a message: kind, text, the student's own line, and who raised it."""
    from dlcourse.checks.errors import describe_exception

    described = describe_exception(error, function)
    return [described.kind, described.text, described.line, described.raised_by]
