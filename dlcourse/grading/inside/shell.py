"""Run notebook cells in this process: IPython's shell, with its outputs collected as data."""

import asyncio
import base64
import contextlib
import contextvars
import io
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Coroutine, Iterator
from typing import Any

from IPython.core.async_helpers import get_asyncio_loop
from IPython.core.autocall import ZMQExitAutocall
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.history import HistoryManager
from IPython.core.interactiveshell import InteractiveShell
from IPython.lib.pretty import pretty
from traitlets import Instance
from traitlets.config import Config

from .wire import LONGEST_ID, MAX_OUTPUTS, UTF_8

Output = dict[str, Any]
BACKEND = "module://matplotlib_inline.backend_inline"


class OutOfTime(BaseException):
    """A cell or a call took longer than it may; not caught by ``except Exception``."""


class Outputs:
    """The outputs of the cell that is running; what exceeds the room is dropped.

    What is cleared or replaced gives its room back. `updates` holds what the cell shows anew in the
    place of displays of earlier cells, by their ids.
    """

    def __init__(self) -> None:
        self.displays: dict[str, list[Output]] = {}
        self.earlier: set[str] = set()
        self.restart(0)

    def restart(self, room: int) -> None:
        """Begin a new cell that may show so many bytes."""
        self.earlier.update(self.displays)
        self.updates: dict[str, Output] = {}
        self.whole = room
        self.clear()

    def clear(self) -> None:
        """Forget what the cell has shown."""
        self.outputs: list[Output] = []
        self.displays, self.clears = {}, False
        self.room = self.whole - sum(map(size_of, self.updates.values()))

    def clear_before_next(self) -> None:
        """Forget what the cell has shown as soon as it shows something else."""
        self.clears = True

    def add(self, output: Output) -> bool:
        """Add an output if there is room; a result, which may be a score, or an error always."""
        if self.clears:
            self.clear()
        self.room -= size_of(output)
        fits = self.room >= 0 and len(self.outputs) < MAX_OUTPUTS
        if kept := fits or output["output_type"] != "display_data":
            self.outputs.append(output)
        return kept

    def display(self, output: Output, name: str, update: bool = False) -> None:
        """Put a display into the places of those with the same id, and at the end."""
        for shown in self.displays.get(name, ()):
            more = size_of(output) - size_of(shown)
            if more <= self.room:
                self.room -= more
                shown.update(output)
        if name in self.earlier:
            self.room += size_of(self.updates.pop(name, {}))
            if size_of(output) <= self.room:
                self.room -= size_of(output)
                self.updates[name] = output
        if not update:
            if name:
                output = {**output, "transient": {"display_id": name}}
            if self.add(output) and name:
                self.displays.setdefault(name, []).append(output)

    def write(self, name: str, text: str) -> None:
        """Add text to a stream; what exceeds the room is cut off."""
        if self.clears and text:
            self.clear()
        encoded = text.encode(*UTF_8)
        if len(encoded) > self.room:
            text = encoded[: max(self.room, 0)].decode("utf-8", "ignore")
        self.room -= len(encoded)
        last = self.outputs[-1] if self.outputs else {}
        if last.get("name") == name:
            last["text"].append(text)
        elif text and len(self.outputs) < MAX_OUTPUTS:
            self.outputs.append({"output_type": "stream", "name": name, "text": [text]})

    def take(self) -> list[Output]:
        """Return the outputs with each stream's pieces joined."""
        return [
            {**output, "text": "".join(output["text"])}
            if output["output_type"] == "stream"
            else output
            for output in self.outputs
        ]


def size_of(output: Output) -> int:
    """Count the bytes of what is displayed, with its metadata; of an error none."""
    parts = [*output.get("data", {}).values(), output.get("metadata") or ""]
    return sum(len(str(part).encode(*UTF_8)) for part in parts)


class Stream(io.TextIOBase):
    """``sys.stdout`` or ``sys.stderr`` of a cell."""

    encoding = "UTF-8"

    def __init__(self, outputs: Outputs, name: str) -> None:
        self.outputs, self.name = outputs, name

    def write(self, text: str) -> int:
        """Write text."""
        self.outputs.write(self.name, str(text))
        return len(text)

    def writable(self) -> bool:
        """Say yes."""
        return True

    def close(self) -> None:
        """Stay open: the next cell writes here, too."""

    def fileno(self) -> int:
        """Give the number to which programs and libraries in C write, past Python."""
        return 1 if self.name == "stdout" else 2


class Publisher(DisplayPublisher):
    """Collects what ``display`` shows."""

    shell: "Shell"

    def publish(
        self,
        data: Any,
        metadata: Any = None,
        *_: Any,
        transient: Any = None,
        update: bool = False,
        **__: Any,
    ) -> None:
        """Add a display, or show it in the place of those with its id."""
        name = (transient or {}).get("display_id")
        name = str(name)[:LONGEST_ID] if isinstance(name, (str, int)) else ""
        self.shell.collected.display(as_output("display_data", data, metadata), name, update)

    def clear_output(self, wait: bool = False) -> None:
        """Forget what the cell has shown, at once or before the next output."""
        collected = self.shell.collected
        (collected.clear_before_next if wait else collected.clear)()


class Hook(DisplayHook):
    """Collects the value of a cell's last line."""

    shell: "Shell"

    def write_output_prompt(self) -> None:
        """Write none: the number is a part of the output."""

    def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
        """Add the value."""
        output = as_output("execute_result", format_dict, md_dict)
        self.shell.collected.add({**output, "execution_count": self.prompt_count})

    def finish_displayhook(self) -> None:
        """End without a line break."""
        self._is_active = False


def as_output(kind: str, data: Any, metadata: Any) -> Output:
    """Make an output of something in several formats, bytes in base64."""
    data = {
        mime: base64.b64encode(content).decode() if isinstance(content, bytes) else content
        for mime, content in data.items()
    }
    return {"output_type": kind, "data": data, "metadata": metadata or {}}


class Shell(InteractiveShell):
    """IPython's shell without a terminal, a history file or a kernel."""

    def __init__(self, **settings: Any) -> None:
        self.collected = Outputs()
        self.streams: tuple[Any, Any] = (
            Stream(self.collected, "stdout"),
            Stream(self.collected, "stderr"),
        )
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

    def enable_matplotlib(self, gui: Any = None) -> Any:
        """Draw inline, whatever is asked for."""
        return super().enable_matplotlib("inline")  # type: ignore[no-untyped-call]

    @contextlib.contextmanager
    def _tee(self, channel: str) -> Iterator[None]:
        """Keep no copy of all that is printed: it would grow without end."""
        yield

    def _showtraceback(self, etype: type, evalue: Any, stb: list[str]) -> None:
        text = [str(line) for line in stb]
        error = {
            "output_type": "error",
            "ename": str(etype.__name__),
            "evalue": str(evalue)[:2000],
            "traceback": text if sum(map(len, text)) < 100_000 else [text[-1][-5000:]],
        }
        self.collected.add(error)

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
        out, err = self.streams
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                with alarm(seconds, "This cell"):
                    self.run_cell(source, store_history=True)  # type: ignore[no-untyped-call]
            except BaseException as error:
                self._showtraceback(type(error), error, [f"{type(error).__name__}: {error}"])
            self.keep_streams()
        return self.collected.take()

    def keep_streams(self) -> None:
        """Do nothing: the next cell begins with its own streams."""


class ZMQInteractiveShell(Shell):
    """The shell of a student's cells, under the name of a kernel's: programs look for it."""

    exiter = Instance(ZMQExitAutocall)

    def __init__(self, **settings: Any) -> None:
        super().__init__(config=Config({"IPKernelApp": {}}), **settings)  # looked for, too
        self.loop_runner = self.run_in_loop
        self.context = contextvars.copy_context()
        no_pager = lambda *_, **__: None  # noqa: E731  (what it shows is no part of a notebook)
        self.set_hook("show_in_pager", no_pager, 0)  # type: ignore[no-untyped-call]
        self.events.register("post_execute", self.show_widgets_as_they_are)

    def _exiter_default(self) -> ZMQExitAutocall:
        return ZMQExitAutocall(self)

    def ask_exit(self) -> None:
        """Say that there is no end before the notebook's."""
        print("While grading, exit() and quit() do nothing: all cells are run.")

    def show_widgets_as_they_are(self) -> None:
        """Write what widgets say in the end: a bar that has moved would stand at its beginning."""
        module = sys.modules.get("ipywidgets.widgets.widget")
        for output in self.collected.outputs if module else ():
            view = output.get("data", {}).get("application/vnd.jupyter.widget-view+json", {})
            if widget := getattr(module, "_instances", {}).get(view.get("model_id")):
                output["data"]["text/plain"] = pretty(widget)

    def keep_streams(self) -> None:
        """Let the next cell print where this one has turned ``sys.stdout`` and ``sys.stderr``."""
        left = getattr(sys, "stdout", None), getattr(sys, "stderr", None)
        if all(hasattr(stream, "write") for stream in left):
            self.streams = left

    def should_run_async(self, raw_cell: str, **transformed: Any) -> bool:
        """Run each cell in the notebook's one loop, in which tasks live on, as a kernel does."""
        within = asyncio._get_running_loop() is not None  # a cell that another one runs
        return bool(super().should_run_async(raw_cell, **transformed)) if within else True

    def run_in_loop(self, cell: Coroutine[Any, Any, Any]) -> Any:
        """Run a cell to its end in the context of all cells, which calls outside of it see, too."""
        loop = get_asyncio_loop()
        task = loop.create_task(cell, context=self.context)
        try:
            return loop.run_until_complete(task)
        except BaseException:  # its time is over: nothing of it may go on in the next cell
            task.cancel()
            with contextlib.suppress(BaseException):
                loop.run_until_complete(task)
            if not (task.done() or loop.is_running()):
                loop.close()  # the next cell makes another one
            raise
        finally:
            for variable, value in self.context.items():
                variable.set(value)


@contextlib.contextmanager
def alarm(seconds: float, what: str) -> Iterator[None]:
    """Let the system's alarm raise `OutOfTime` in the main thread after so many seconds.

    An alarm that was set before, for somebody else, rings when it would have rung.
    """

    def ring(signal_number: int, frame: object) -> None:
        raise OutOfTime(f"{what} took longer than {seconds:g} seconds and was stopped.")

    before = signal.signal(signal.SIGALRM, ring)
    started = time.monotonic()
    again = 1  # second: should it be swallowed
    left, repeated = signal.setitimer(signal.ITIMER_REAL, seconds, again)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        if left:
            left = max(left - (time.monotonic() - started), 0.001)
            signal.setitimer(signal.ITIMER_REAL, left, repeated)


def run_imports(statements: str, names: dict[str, Any]) -> None:
    """Run the instructor's import statements, one a line; what cannot be imported is not there."""
    for statement in statements.splitlines():
        with contextlib.suppress(Exception):
            exec(statement, names)  # noqa: S102


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
    from matplotlib import font_manager

    for source in (WARM_UP, "1 / 0", "def f(:", "np.testing.assert_allclose([1.0], [2.0])"):
        shell.run(source, 60, 1 << 20)
    shell.run("plt.close('all'); plt.draw_if_interactive.called = False", 60, 1 << 20)
    shell.reset(new_session=True)  # type: ignore[no-untyped-call]
    sys.last_value = sys.last_traceback = None
    get_asyncio_loop().close()  # each submission makes its own
    if fonts := getattr(font_manager, "_get_font", None):
        fonts.cache_clear()  # matplotlib does so in every fork, in which their pages are copied
