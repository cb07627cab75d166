"""The referee: runs a notebook's tests outside the student's process, and writes down the score.

First the student's process runs the cells, one by one, and at every locked cell a snapshot of it
is put aside. Only when all outputs are here do the locked cells run, in this process. In them a
name that the student was asked to define is looked up in the cell's snapshot: data comes as a copy,
a function as a `StudentFunction`, which sends its arguments there and gets the answer.
"""

import ast
import contextlib
import ctypes
import gc
import json
import linecache
import math
import os
import resource
import signal
import socket
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from dlcourse.checks.errors import StudentError
from dlcourse.checks.judging import judge
from dlcourse.checks.outcome import Outcome
from dlcourse.checks.registry import all_exercises
from dlcourse.checks.reporting import judged_by
from dlcourse.checks.spec import Exercise
from dlcourse.grading.feedback import FeedbackPages
from dlcourse.grading.inside.forkserver import Announce, serve
from dlcourse.grading.inside.shell import Hook, Output, Shell, warm_up
from dlcourse.grading.inside.wire import KB, MB, Channel
from dlcourse.grading.limits import GRACE, Limits
from dlcourse.grading.nbgrader_parts import load_utils
from dlcourse.grading.proxies import GONE, Message, Names, Snapshot
from dlcourse.grading.restore import (
    Notebook,
    RejectedError,
    as_released,
    grade_id_of,
    restore,
    unreadable,
)
from dlcourse.grading.result import GRADED, REJECTED, STOPPED
from dlcourse.grading.sanitize import as_node, clean_outputs, clean_terminal
from dlcourse.grading.spec import (
    HIDDEN_TESTS,
    AssignmentSpec,
    CellSpec,
    NotebookSpec,
    defined_names,
)

nbgrader = load_utils()
PR_SET_PDEATHSIG = 1
JOB_LIMIT = 512 * MB
OWN_MEMORY = 1024 * MB  # bytes that judging one notebook may add
ALL_OUTPUTS = 16 * MB  # characters that a notebook may show
NOT_RUN = "Not run while grading, nor anything below: nothing from here on is graded."

# --- the shell of the locked cells ------------------------------------------------------------


class ScoreHook(Hook):
    """Keeps the value of a cell's last line, which is a test's score."""

    shell: "TestShell"

    def __call__(self, result: Any = None) -> None:
        """Take the value, unless a semicolon hides it."""
        if result is not None and not self.quiet():  # type: ignore[no-untyped-call]
            self.shell.value = result
        super().__call__(result)  # type: ignore[no-untyped-call]


class TestShell(Shell):
    """Runs locked cells; an error shows the test's own line and nothing of ours."""

    hides = False
    value: object = None

    def __init__(self, **settings: Any) -> None:
        super().__init__(displayhook_class=ScoreHook, **settings)

    def showtraceback(self, exc_tuple: Any = None, *_: Any, **__: Any) -> None:
        """Show an error in one or two lines."""
        kind, error, trace = self._get_exc_info(exc_tuple)  # type: ignore[no-untyped-call]
        line, hidden = failing_line(trace, self.user_ns)
        if hasattr(error, "_render_traceback_"):
            lines = [] if self.hides else list(error._render_traceback_())
        elif hidden:
            lines = ["A hidden test did not pass."]
        elif self.hides:
            lines = [f"{kind.__name__} in the test: {line}"]
        else:
            text = str(error)[:2000]
            said = f"{error.kind}: {error.text}" if isinstance(error, StudentError) else ""
            lines = [
                said or f"{kind.__name__}: {text}",
                *([f"in the test: {line}"] if line else []),
            ]
        self._showtraceback(kind, "" if self.hides or hidden else error, lines)


def failing_line(trace: Any, names: dict[str, Any]) -> tuple[str, bool]:
    """Return the line of the cell that failed, and whether it is hidden from students."""
    for frame, number in traceback.walk_tb(trace):
        if frame.f_globals is names and frame.f_code.co_name == "<module>":
            lines = linecache.getlines(frame.f_code.co_filename)
            above = [line.strip() for line in lines[:number]]
            begun, ended = (above.count(mark) for mark in HIDDEN_TESTS)
            return (lines[number - 1].strip() if 0 < number <= len(lines) else ""), begun > ended
    return "", False


# --- one notebook -----------------------------------------------------------------------------


class Referee:
    """Runs one notebook.

    Parameters
    ----------
    shell : TestShell
        Runs the locked cells; its namespace is a `Names`.
    student : socket.socket
        To the student's process.
    spec : NotebookSpec
        What the instructor's notebook says.
    limits : Limits
        What the student may use.
    seed : int
        Decides about all random inputs.
    """

    def __init__(
        self,
        shell: TestShell,
        student: socket.socket,
        spec: NotebookSpec,
        limits: Limits,
        seed: int,
    ) -> None:
        self.shell, self.spec, self.limits, self.seed = shell, spec, limits, seed
        self.names: Names = shell.user_ns
        self.student = Channel(student, int(limits.output_kb * 8 * KB) + MB)
        self.snapshots: dict[int, Snapshot] = {}
        self.outcomes: list[dict[str, Any]] = []
        self.pages: set[str] = set()  # HTML that comes from a check, and is safe
        self.cell: CellSpec | None = None
        self.stopped = ""

    def run(self, cells: list[Message], files: dict[str, bytes], whole: bool = True) -> None:
        """Run cells and write their outputs into them.

        Parameters
        ----------
        cells : list of dict
            The notebook's.
        files : dict of str to bytes
            What lies beside the notebook.
        whole : bool
            Whether to run the student's cells behind the last graded one, too.
        """
        graded = [i for i, cell in enumerate(cells) if (known := self.known(cell)) and known.graded]
        end = len(cells) if whole or not graded else graded[-1] + 1
        self.run_students_cells(cells[:end], files)
        for cell in [cell for cell in cells[end:] if cell["cell_type"] == "code"][:1]:
            cell["outputs"] = [stream_output(NOT_RUN)]
        with contextlib.suppress(OSError):
            self.student.connection.shutdown(socket.SHUT_RDWR)
        self.run_locked_cells(cells)

    def known(self, cell: Message) -> CellSpec | None:
        """Return what the instructor said about a cell."""
        return self.spec.by_id.get(grade_id_of(cell) or "")

    def run_students_cells(self, cells: list[Message], files: dict[str, bytes]) -> None:
        """Let the student's process run everything but the tests, and keep snapshots of it."""
        deadline = time.monotonic() + self.limits.notebook_seconds
        self.tell(do="files", files=files)
        room, left, told = int(self.limits.output_kb * KB), ALL_OUTPUTS, False
        for index, cell in enumerate(cells):
            if cell["cell_type"] != "code":
                continue
            if time.monotonic() > deadline:
                self.stopped = self.stopped or (
                    f"The notebook took longer than {self.limits.notebook_seconds:g} seconds."
                )
            known = self.known(cell)
            if known is not None and known.runs_outside:
                self.put_aside(index, cell["source"])
            if known is None or not known.is_test:
                reply = self.tell(do="run", source=cell["source"])
                cell["outputs"] = clean_outputs(reply.get("outputs"), min(room, left))
                left -= sum(len(str(output)) for output in cell["outputs"])
                count = reply.get("count")
                cell["execution_count"] = (
                    count if type(count) is int and 0 < count < 10**6 else None
                )
                if self.stopped and not told:
                    cell["outputs"].append(error_output("Stopped", self.stopped))
                    told = True

    def tell(self, **request: Any) -> Message:
        """Send a request to the student's process; an empty answer where it is gone."""
        if self.stopped:
            return {}
        self.student.connection.settimeout(self.limits.cell_seconds + GRACE)
        try:
            self.student.send(request)
            reply = self.student.receive()
            if isinstance(reply, dict):
                return reply
            self.stopped = "The process answered with something that is no answer."
        except TimeoutError:
            self.stopped = (
                f"A cell took longer than {self.limits.cell_seconds:g} seconds and could not be "
                "interrupted."
            )
        except GONE as error:
            self.stopped = f"The process ended while a cell ran ({str(error)[:200]})."
        return {}

    def put_aside(self, index: int, source: str) -> None:
        """Ask for a snapshot, unless the cell only imports."""
        if only_imports(source) or self.stopped:
            return
        ours, theirs = socket.socketpair()
        self.tell(do="snapshot")
        if not self.stopped:
            try:
                socket.send_fds(self.student.connection, [b"s"], [theirs.fileno()])
                self.student.receive()
                self.snapshots[index] = Snapshot(ours, self.limits)
            except GONE as error:
                self.stopped = f"The process ended between two cells ({error})."
        theirs.close()
        if index not in self.snapshots:
            ours.close()

    def run_locked_cells(self, cells: list[Message]) -> None:
        """Run the locked cells here, each with its snapshot of the student's names."""
        deadline = time.monotonic() + self.limits.tests_seconds
        for statement in self.spec.imports.splitlines():
            with contextlib.suppress(Exception):
                exec(statement, self.names)  # noqa: S102  (the instructor's own)
        np.random.seed(self.seed)  # noqa: NPY002  (an instructor's test may use it)
        self.names.stopped = self.stopped
        hides, ours = False, set[str]()
        for index, cell in enumerate(cells):
            known = self.known(cell) if cell["cell_type"] == "code" else None
            if known is not None and known.solution:
                self.names.assigned.difference_update(defined_names(known.source))
            if known is None or not known.runs_outside:
                continue
            asked = (set(self.spec.students_names) - ours) | self.spec.stub_names
            self.names.students = asked - self.names.assigned
            ours.update(defined_names(known.source))
            hides = hides or known.has_hidden_tests
            self.cell, self.shell.hides, self.shell.value = known, hides, None
            self.names.snapshot = self.snapshots.get(index)
            if self.names.snapshot is not None:
                self.names.snapshot.silent = hides
            seconds = max(deadline - time.monotonic(), 0.01)
            with judged_by(self.judge):
                outputs = self.shell.run(cell["source"], seconds, MB)
            if known.is_test:
                cell["outputs"] = self.outputs_of_test(outputs, known)
                cell["execution_count"] = None
            self.names.snapshot = None

    def judge(self, exercise: Exercise, function: object, seed: int | None) -> Outcome:
        """Judge by the recorded seed, keep the outcome, and say what may be said."""
        drawn = np.random.SeedSequence([self.seed, *exercise.key.encode()]).generate_state(1)[0]
        if self.names.snapshot is not None:
            self.names.snapshot.writes_back = True
        outcome = judge(exercise, function, int(drawn))
        if self.names.snapshot is not None:
            self.names.snapshot.writes_back = False
        failure = outcome.failure
        self.outcomes.append(
            {
                "cell": self.cell.grade_id if self.cell else "",
                "exercise": exercise.key,
                "points": outcome.points,
                "earned": outcome.earned,
                "kind": failure.kind if failure else "",
                "misconception": failure.misconception if failure else "",
                "message": failure.message[:300] if failure else "",
            }
        )
        if self.shell.hides and failure is not None:
            silent = replace(failure, message="", arguments=(), expected="", got="", printed="")
            outcome = replace(outcome, failure=silent, notes=())
        outcome = replace(outcome, seed=None)
        self.pages.add(outcome._repr_html_())
        return outcome

    def outputs_of_test(self, outputs: list[Output], known: CellSpec) -> list[Output]:
        """Turn what a test showed into what nbgrader reads a score from.

        Text on stderr costs nothing; a score must be a number from 0 to what the cell is worth.
        """
        kept = []
        for output in outputs:
            if output["output_type"] == "stream":
                if not self.shell.hides:
                    kept.append(stream_output(clean_terminal(output["text"])))
            elif output["output_type"] == "error":
                lines = [clean_terminal(line) for line in output["traceback"]]
                evalue = clean_terminal(output["evalue"])
                kept.append({**output, "evalue": evalue, "traceback": lines})
            elif output["output_type"] == "display_data":
                kept.append({**output, "data": self.safe_data(output["data"]), "metadata": {}})
            else:
                score, problem = score_of(self.shell.value, known.points or 0)
                shown = {**output, "data": {"text/plain": score}, "metadata": {}}
                if problem and self.shell.hides:
                    problem = "The last value of this test is no score."
                kept.append(error_output("ScoreError", problem) if problem else shown)
        return kept

    def safe_data(self, data: dict[str, Any]) -> dict[str, Any]:
        """Keep text and pictures, and HTML only where it is a check's."""
        return {
            mime: content
            for mime, content in data.items()
            if mime in ("text/plain", "image/png")
            or (mime == "text/html" and content in self.pages)
        }


def only_imports(source: str) -> bool:
    """Tell whether a cell does nothing but import."""
    try:
        body = ast.parse(source).body
    except SyntaxError:
        return False
    return all(isinstance(statement, (ast.Import, ast.ImportFrom)) for statement in body)


def score_of(value: object, points: float) -> tuple[str, str]:
    """Read a test's last value as a score.

    Returns
    -------
    str
        The score as nbgrader reads it; "True" is full marks.
    str
        Why the value is none, or an empty string.
    """
    if value is True or value is np.True_:
        return "True", ""
    if type(value) is np.ndarray and value.size == 1 and value.dtype.kind in "iuf":
        value = value.item()
    if isinstance(value, (int, float, np.integer, np.floating)) and type(value) is not bool:
        with contextlib.suppress(OverflowError):
            score = float(value)
            if math.isfinite(score) and 0 <= score <= points:
                return repr(score), ""
            return "", f"This test gave {score:g} points; it can give 0 to {points:g}."
    kind = "False" if value is False else f"of type {type(value).__name__}"
    return "", f"The last value of a test is its points, from 0 to {points:g}; this one is {kind}."


def stream_output(text: str) -> Output:
    """Write text as a cell shows it."""
    return {"output_type": "stream", "name": "stdout", "text": text}


def error_output(name: str, text: str) -> Output:
    """Write an error as a cell shows it."""
    return {"output_type": "error", "ename": name, "evalue": text, "traceback": [text]}


# --- scores and pages -------------------------------------------------------------------------


def scores_of(notebook: Notebook, spec: NotebookSpec) -> dict[str, float | None]:
    """Read each graded cell's score from its output, as nbgrader does; a missing cell scores 0."""
    scores: dict[str, float | None] = dict.fromkeys(spec.maximum, 0.0)
    for cell in notebook["cells"]:
        grade_id = grade_id_of(cell)
        if grade_id in scores:
            scores[grade_id] = nbgrader.determine_grade(as_node(cell))[0]
    return scores


def comments_of(notebook: Notebook, spec: NotebookSpec) -> dict[str, str | None]:
    """Say for each cell to be filled in whether it was, as nbgrader does."""
    comments: dict[str, str | None] = {c.grade_id: None for c in spec.cells if c.solution or c.task}
    for cell in notebook["cells"]:
        grade_id = grade_id_of(cell)
        if grade_id in comments and not spec.by_id[grade_id].task:
            untouched = nbgrader.compute_checksum(as_node(cell)) == spec.by_id[grade_id].checksum
            comments[grade_id] = "No response." if untouched else None
    return comments


class Office:
    """Everything that the warm process knows: it does a job in each process that it forks."""

    def __init__(self, spec: AssignmentSpec, shell: TestShell) -> None:
        self.spec, self.shell, self.pages = spec, shell, FeedbackPages()
        for notebook in spec.notebooks:  # fills the caches with what most students leave alone
            untouched = restore(as_bytes(as_json(as_released(notebook))), notebook)
            self.pages.render(as_node(untouched), {}, {})
        all_exercises()

    def start(self, _: Message, connections: list[socket.socket], announce: Announce) -> None:
        """Do one job and send what came of it."""
        announce(os.getpid())
        gc.disable()  # it would touch, and so copy, pages that are shared; this process ends soon
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        most = pages * os.sysconf("SC_PAGE_SIZE") + OWN_MEMORY
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
        station, student = connections
        channel = Channel(station, JOB_LIMIT)
        job: Any = channel.receive()
        try:
            answer = getattr(self, job["do"])(job, student)
        except Exception as error:
            answer = {"failed": f"{type(error).__name__}: {error}"[:500]}
        channel.send(answer)

    def grade(self, job: Message, student: socket.socket) -> Message:
        """Grade what was handed in."""
        spec = self.spec.notebook(job["notebook"])
        status, reason, outcomes = GRADED, "", []
        try:
            files = self.accepted(job, spec)
            notebook = restore(files.pop(f"{spec.name}.ipynb"), spec)
            referee = self.referee(job, student, spec)
            with self.files_of_the_assignment():
                referee.run(notebook["cells"], {**files, **self.spec.files}, job["whole"])
            outcomes = referee.outcomes
            if referee.stopped:
                status, reason = STOPPED, referee.stopped
            scores = scores_of(notebook, spec)
        except RejectedError as rejected:
            status, reason = REJECTED, str(rejected)
            notebook = unreadable(reason, spec)
            scores = dict.fromkeys(spec.maximum, 0.0)
        comments = comments_of(notebook, spec)
        page = self.pages.render(
            as_node(notebook), scores, spec.maximum, name=spec.name, comments=comments
        )
        said = {"status": status, "reason": reason, "scores": scores, "comments": comments}
        return {
            **writable({**said, "outcomes": outcomes}),
            "graded": as_bytes(as_json(notebook)),
            "feedback": as_bytes(page),
        }

    def execute(self, job: Message, student: socket.socket) -> Message:
        """Run a notebook that nbgrader restored; the cells come and go as lists of dicts."""
        spec = self.spec.notebook(job["notebook"])
        referee = self.referee(job, student, spec)
        cells = json.loads(job["cells"])
        with self.files_of_the_assignment():
            referee.run(cells, {**job["files"], **self.spec.files})
        status = STOPPED if referee.stopped else GRADED
        answer = {"status": status, "reason": referee.stopped, "outcomes": referee.outcomes}
        return {**writable(answer), "cells": as_bytes(json.dumps(cells))}

    @contextlib.contextmanager
    def files_of_the_assignment(self) -> Iterator[None]:
        """Work in a folder with the files that the instructor released, which tests may read."""
        with tempfile.TemporaryDirectory(prefix="dlcourse-tests-") as folder:
            for name, content in self.spec.files.items():
                path = Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            with contextlib.chdir(folder):
                yield

    def accepted(self, job: Message, spec: NotebookSpec) -> dict[str, bytes]:
        """Return the files that were handed in.

        Raises
        ------
        RejectedError
            If the notebook is not among them, or there is a reason already.
        """
        if job["files"] is None:
            raise RejectedError(job["reason"])
        if f"{spec.name}.ipynb" not in job["files"]:
            raise RejectedError(f"There is no file {spec.name}.ipynb.")
        return dict(job["files"])

    def referee(self, job: Message, student: socket.socket, spec: NotebookSpec) -> Referee:
        """Make the referee of a job."""
        return Referee(self.shell, student, spec, Limits(**job["limits"]), job["seed"])


def writable(answer: Message) -> Message:
    """Replace what no file in UTF-8 can hold: halves of characters, in whatever a student said."""
    text = json.dumps(answer, ensure_ascii=False)
    clean: Message = json.loads(text.encode("utf-8", "replace"))
    return clean


def as_bytes(text: str) -> bytes:
    """Encode a text, whatever it is."""
    return text.encode("utf-8", "replace")


def as_json(notebook: Notebook) -> str:
    """Write a notebook as a file's text."""
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def main(descriptor: int) -> NoReturn:
    """Read the assignment from standard input, warm up, then fork for every notebook."""
    spec = AssignmentSpec.from_json(sys.stdin.read())
    sys.setrecursionlimit(3000)
    shell = TestShell.instance(user_ns=Names())
    warm_up(shell)
    serve(socket.socket(fileno=descriptor), Office(spec, shell).start)
