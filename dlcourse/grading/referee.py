"""The referee: runs a notebook's tests outside the student's process.

First the student's process runs the cells, one by one, and at every locked cell a snapshot of it
is put aside. Only when all outputs are here do the locked cells run, in this process. In them a
name that the student was asked to define is looked up in the cell's snapshot: data comes as a copy,
a function as a `StudentFunction`, which sends its arguments there and gets the answer.
"""

import ast
import contextlib
import math
import socket
import time
from dataclasses import replace
from html import escape
from typing import Any

import numpy as np

from dlcourse.checks.judging import judge
from dlcourse.checks.outcome import Failure, Kind, Outcome
from dlcourse.checks.reporting import Points, judged_by
from dlcourse.checks.spec import Exercise, name_of
from dlcourse.grading import unnamed
from dlcourse.grading.inside.shell import OutOfTime, Output, alarm
from dlcourse.grading.inside.wire import KB, MB, Channel, Message
from dlcourse.grading.limits import GRACE, Limits
from dlcourse.grading.locked_cells import LockedShell
from dlcourse.grading.proxies import (
    GONE,
    Function,
    Names,
    RemoteSnapshot,
    StudentFunction,
    has,
    with_others,
)
from dlcourse.grading.restore import grade_id_of
from dlcourse.grading.sanitize import clean_outputs, clean_terminal
from dlcourse.grading.spec import CellSpec, NotebookSpec, defined_names

ALL_OUTPUTS = 6 * MB  # characters that a notebook may show, as they stand in HTML
NOT_RUN = "Not run while grading, nor anything below: no test comes after it."


class Referee:
    """Runs one notebook.

    Parameters
    ----------
    shell : LockedShell
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

    with_others = staticmethod(with_others)

    def __init__(
        self,
        shell: LockedShell,
        student: socket.socket,
        spec: NotebookSpec,
        limits: Limits,
        seed: int,
    ) -> None:
        self.shell, self.spec, self.limits, self.seed = shell, spec, limits, seed
        self.names: Names = shell.user_ns
        self.student = Channel(student, int(limits.output_kb * 8 * KB) + MB)
        self.snapshots: dict[int, RemoteSnapshot] = {}
        self.outcomes: list[dict[str, Any]] = []
        self.unnamed: list[tuple[dict[str, Any], Exercise, str, Any]] = []
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
            Whether to run the student's cells behind the last graded code, too.
        """
        graded = [
            i for i, cell in enumerate(cells) if (known := self.known(cell)) and known.graded_code
        ]
        end = len(cells) if whole or not graded else graded[-1] + 1
        self.run_students_cells(cells[:end], files)
        for cell in [cell for cell in cells[end:] if cell["cell_type"] == "code"][:1]:
            cell["outputs"] = [stream_output(NOT_RUN)]
        with contextlib.suppress(OSError):
            self.student.connection.shutdown(socket.SHUT_RDWR)
        self.run_locked_cells(cells)
        self.look_at_unnamed_mistakes()

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
                left -= sum(len(escape(str(output))) for output in cell["outputs"])
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
                self.snapshots[index] = RemoteSnapshot(ours, self.limits)
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
        # no call but those that earn points: one that does not end would cost what comes after it
        outcome = judge(exercise, function, int(drawn), calls=0, notebook=self)
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
                "hint": failure.hint[:500] if failure else "",
                "unnamed": {},
            }
        )
        if failure is not None and unnamed.is_unnamed(failure):
            self.unnamed.append((self.outcomes[-1], exercise, failure.part, function))
        if self.shell.hides and failure is not None:
            # Nothing that depends on the answers but the points: in a later test a function may
            # know, from a file, say, what a hidden one gave it, and choose a mistake by that.
            silent = Failure(part="", kind=Kind.VALUE, message="")
            outcome = replace(outcome, failure=silent, passed_parts=(), notes=())
        outcome = replace(outcome, seed=None)
        self.pages.add(outcome._repr_html_())
        return outcome

    def is_right(self, function: Function, key: str) -> bool:
        """Tell whether a function was found right by the last test of it.

        What no test has asked for yet passes for right as long as it is there: nobody shall gain
        by a function that is right in its own test and fails in another one.
        """
        name = name_of(key)
        right = {
            name_of(each["exercise"]): each["earned"] >= each["points"] for each in self.outcomes
        }
        return right[name] if name in right else has(function, name)

    def look_at_unnamed_mistakes(self) -> None:
        """Call the functions again whose mistakes got no name: too late to change a score."""
        with contextlib.suppress(OutOfTime), alarm(unnamed.SECONDS, "Looking at mistakes"):
            for outcome, exercise, part, function in self.unnamed:
                if type(function) is StudentFunction:
                    function.snapshot.begins = True
                outcome["unnamed"] = unnamed.look(exercise, part, function)

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
                if data := self.safe_data(output["data"]):
                    kept.append({**output, "data": data, "metadata": {}})
            else:
                score, problem = score_of(self.shell.value, known.points or 0)
                data = {"text/plain": score}
                if score not in ("", "True"):  # what stays is our own text, of a checked number
                    data["text/html"] = Points(float(score), known.points or 0)._repr_html_()
                shown = {**output, "data": data, "metadata": {}}
                if problem and self.shell.hides:
                    problem = "The last value of this test is no score."
                kept.append(error_output("ScoreError", problem) if problem else shown)
        return kept

    def safe_data(self, data: dict[str, Any]) -> dict[str, Any]:
        """Keep text and pictures, and HTML only where it is a check's.

        Behind a hidden test a check's alone, with its text: what a test displays may be an answer.
        """
        page = data.get("text/html") in self.pages
        kept = ("text/plain", "image/png") if page or not self.shell.hides else ()
        return {
            mime: content
            for mime, content in data.items()
            if mime in kept or (mime == "text/html" and page)
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
