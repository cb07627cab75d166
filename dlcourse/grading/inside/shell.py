"""Run notebook cells in this process: IPython's shell, with its outputs collected as data."""

import base64
import contextlib
import io
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.history import HistoryManager
from IPython.core.interactiveshell import InteractiveShell

from .wire import UTF_8

Output = dict[str, Any]
BACKEND = "module://matplotlib_inline.backend_inline"


class OutOfTime(BaseException):
    """A cell or a call took longer than it may; not caught by ``except Exception``."""


class Outputs:
    """The outputs of the cell that is running; what exceeds the room is dropped."""

    def __init__(self) -> None:
        self.outputs: list[Output] = []
        self.room = 0

    def restart(self, room: int) -> None:
        """Begin a new cell that may show so many bytes."""
        self.outputs, self.room = [], room

    def add(self, output: Output, size: int) -> None:
        """Add an output of that size while there is room."""
        self.room -= size
        if self.room >= 0 or output["output_type"] == "execute_result":  # which may be a score
            self.outputs.append(output)

    def write(self, name: str, text: str) -> None:
        """Add text to a stream; what exceeds the room is cut off."""
        encoded = text.encode(*UTF_8)
        if len(encoded) > self.room:
            text = encoded[: max(self.room, 0)].decode("utf-8", "ignore")
        self.room -= len(encoded)
        last = self.outputs[-1] if self.outputs else {}
        if last.get("name") == name:
            last["text"].append(text)
        elif text:
            self.outputs.append({"output_type": "stream", "name": name, "text": [text]})

    def take(self) -> list[Output]:
        """Return the outputs with each stream's pieces joined."""
        for output in self.outputs:
            if output["output_type"] == "stream":
                output["text"] = "".join(output["text"])
        return self.outputs


class Stream(io.TextIOBase):
    """``sys.stdout`` or ``sys.stderr`` of a cell."""

    def __init__(self, outputs: Outputs, name: str) -> None:
        self.outputs, self.name = outputs, name

    def write(self, text: str) -> int:
        """Write text."""
        self.outputs.write(self.name, str(text))
        return len(text)

    def writable(self) -> bool:
        """Say yes."""
        return True

    def fileno(self) -> int:
        """Give the number to which programs and libraries in C write, past Python."""
        return 1 if self.name == "stdout" else 2


class Publisher(DisplayPublisher):
    """Collects what ``display`` shows."""

    shell: "Shell"

    def publish(self, data: Any, metadata: Any = None, *_: Any, **__: Any) -> None:
        """Add a display."""
        add_data(self.shell.collected, "display_data", data, metadata)

    def clear_output(self, wait: bool = False) -> None:
        """Forget what the cell has shown."""
        self.shell.collected.outputs.clear()


class Hook(DisplayHook):
    """Collects the value of a cell's last line."""

    shell: "Shell"

    def write_output_prompt(self) -> None:
        """Write none: the number is a part of the output."""

    def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
        """Add the value."""
        count = self.prompt_count
        add_data(self.shell.collected, "execute_result", format_dict, md_dict, count)

    def finish_displayhook(self) -> None:
        """End without a line break."""
        self._is_active = False


def add_data(
    outputs: Outputs, kind: str, data: Any, metadata: Any, count: int | None = None
) -> None:
    """Add something in several formats, bytes in base64."""
    data = {
        mime: base64.b64encode(content).decode() if isinstance(content, bytes) else content
        for mime, content in data.items()
    }
    output = {"output_type": kind, "data": data, "metadata": metadata or {}}
    if kind == "execute_result":
        output["execution_count"] = count
    outputs.add(output, sum(len(str(content).encode(*UTF_8)) for content in data.values()))


class Shell(InteractiveShell):
    """IPython's shell without a terminal, a history file or a kernel."""

    def __init__(self, **settings: Any) -> None:
        self.collected = Outputs()
        os.environ["MPLBACKEND"] = BACKEND
        super().__init__(**{"display_pub_class": Publisher, "displayhook_class": Hook, **settings})  # type: ignore[no-untyped-call]
        self.InteractiveTB.set_mode("Plain")  # IPython's own takes five times as long

    def init_history(self) -> None:
        """Keep the history in memory."""
        self.history_manager = HistoryManager(
            shell=self, parent=self, hist_file=":memory:", enabled=False
        )

    def system(self, cmd: str) -> None:
        """Run a line of the system's shell, by pipes: there is no terminal."""
        with subprocess.Popen(  # noqa: S602  (the student's own line)
            self.var_expand(cmd, depth=1),  # type: ignore[no-untyped-call]
            shell=True,
            executable=shutil.which("bash"),  # as at home; None is the system's own
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        ) as process:
            try:
                with io.TextIOWrapper(process.stdout, "utf-8", "replace", newline="") as lines:  # type: ignore[type-var]
                    for text in lines:
                        sys.stdout.write(text)
            except BaseException:  # the cell's time is over
                process.kill()
                raise
        self.user_ns["_exit_code"] = process.returncode

    def enable_gui(self, gui: Any = None) -> None:
        """Ignore it: there is no screen."""

    def _showtraceback(self, etype: type, evalue: Any, stb: list[str]) -> None:
        text = [str(line) for line in stb]
        error = {
            "output_type": "error",
            "ename": str(etype.__name__),
            "evalue": str(evalue)[:2000],
            "traceback": text if sum(map(len, text)) < 100_000 else [text[-1][-5000:]],
        }
        self.collected.outputs.append(error)

    def run(self, source: str, seconds: float, room: int) -> list[Output]:
        """Run a cell and return its outputs in nbformat's form.

        Parameters
        ----------
        source : str
            The cell.
        seconds : float
            Time it may take.
        room : int
            Bytes that it may show, in UTF-8.
        """
        self.collected.restart(room)
        streams = Stream(self.collected, "stdout"), Stream(self.collected, "stderr")
        with contextlib.redirect_stdout(streams[0]), contextlib.redirect_stderr(streams[1]):
            try:
                with alarm(seconds, "This cell"):
                    self.run_cell(source, store_history=True)  # type: ignore[no-untyped-call]
            except BaseException as error:
                self._showtraceback(type(error), error, [f"{type(error).__name__}: {error}"])
        return self.collected.take()


@contextlib.contextmanager
def alarm(seconds: float, what: str) -> Iterator[None]:
    """Let the system's alarm raise `OutOfTime` in the main thread after so many seconds."""

    def ring(signal_number: int, frame: object) -> None:
        raise OutOfTime(f"{what} took longer than {seconds:g} seconds and was stopped.")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds, 1)  # again each second, should it be swallowed
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


WARM_UP = """
import warnings
import matplotlib.pyplot as plt
import numpy as np
%matplotlib inline
figure, axes = plt.subplots(1, 2, figsize=(2, 1), layout="constrained")
axes[0].plot([0, 1], label=r"$x^2$")
axes[0].set(xlabel="x", ylabel="y", title="t")
axes[0].legend()
axes[1].imshow(np.eye(3))
plt.show()
np.linalg.solve(np.eye(2), np.ones(2))
"""


def warm_up(shell: Shell) -> None:
    """Use everything once that is slow the first time, then forget it."""
    for source in (WARM_UP, "1 / 0", "def f(:", "np.testing.assert_allclose([1.0], [2.0])"):
        shell.run(source, 60, 1 << 20)
    shell.run("plt.close('all'); plt.draw_if_interactive.called = False", 60, 1 << 20)
    shell.reset(new_session=True)  # type: ignore[no-untyped-call]
    sys.last_value = sys.last_traceback = None
