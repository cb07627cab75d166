"""The referee: runs a notebook's tests outside the student's process.

First the student's process runs the cells, one by one, and at every locked cell a snapshot of it
is put aside. Only when all outputs are here do the locked cells run, in this process. In them a
name that the student was asked to define is looked up in the cell's snapshot: data comes as a copy,
a function as a `StudentFunction`, which sends its arguments there and gets the answer.

A test that cannot work so may have the tag `STUDENT_PROCESS`. It then runs in its snapshot, as
stock nbgrader would run it, and its points are as good as the student's word. Those tests come last
of all, so that no other test meets what they leave behind.
"""

import ast
import contextlib
import math
import socket
import time
import warnings
from dataclasses import replace
from doctest import DocTestRunner
from itertools import takewhile
from typing import Any, NoReturn
from unittest.mock import patch

import numpy as np

from dlcourse.checks.errors import StudentError
from dlcourse.checks.judging import judge
from dlcourse.checks.outcome import Failure, Kind, Outcome
from dlcourse.checks.reporting import Points, judged_by
from dlcourse.checks.spec import Exercise, name_of
from dlcourse.grading import unnamed
from dlcourse.grading.inside.shell import OutOfTime, Output, alarm, run_imports
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
    noticed_seeds,
    with_others,
)
from dlcourse.grading.restore import grade_id_of
from dlcourse.grading.sanitize import (
    MarkdownBudget,
    characters_of,
    clean_outputs,
    clean_terminal,
    update_displays,
)
from dlcourse.grading.spec import CellSpec, NotebookSpec, import_statements

ALL_OUTPUTS = 6 * MB  # characters that cells may show, as they stand in HTML, and tests as many
ROOM = 20 * KB, MB  # bytes that a test may show at least and at most
NOT_RUN = "Not run while grading, nor anything below: no test comes after it."
FORGEABLE = (
    "This test ran in the same process as the notebook's own cells, which can forge its points."
)


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
    reveals : bool
        Whether hidden tests may be shown: in the instructor's own solution.
    """

    with_others = staticmethod(with_others)

    def __init__(
        self,
        shell: LockedShell,
        student: socket.socket,
        spec: NotebookSpec,
        limits: Limits,
        seed: int,
        reveals: bool = False,
    ) -> None:
        self.shell, self.spec, self.limits, self.seed = shell, spec, limits, seed
        self.shell.reveals = reveals
        self.names: Names = shell.user_ns
        self.student = Channel(student, int(limits.output_kb * 8 * KB) + MB)
        self.snapshots: dict[int, RemoteSnapshot] = {}
        self.outcomes: list[dict[str, Any]] = []
        self.unnamed: list[tuple[dict[str, Any], Exercise, str, Any]] = []
        self.pages: set[str] = set()  # HTML that comes from a check, and is safe
        self.cell: CellSpec | None = None
        self.stopped = ""
        self.left = ALL_OUTPUTS  # of what tests may show
        self.markdown = MarkdownBudget()  # of what is displayed

    @property
    def room_of_test(self) -> int:
        """Bytes that the next test may show: what a student's function prints is a part of it."""
        least, most = ROOM
        return max(least, min(self.left, most))

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
        deadline = time.monotonic() + self.limits.tests_seconds
        no_doctests = patch.object(DocTestRunner, "run", refused_doctest)
        with noticed_seeds(self.names), no_doctests:
            self.run_locked_cells(cells, deadline)
        self.run_forgeable_tests(cells, deadline)
        self.look_at_unnamed_mistakes()

    def known(self, cell: Message) -> CellSpec | None:
        """Return what the instructor said about a cell."""
        return self.spec.by_id.get(grade_id_of(cell) or "")

    def run_students_cells(self, cells: list[Message], files: dict[str, bytes]) -> None:
        """Let the student's process run everything but the tests, and keep snapshots of it."""
        deadline = time.monotonic() + self.limits.notebook_seconds
        self.tell(do="files", files=files)
        room, left, told = int(self.limits.output_kb * KB), ALL_OUTPUTS, False
        displays: dict[str, list[Output]] = {}
        last = max((i for i, cell in enumerate(cells) if cell["cell_type"] == "code"), default=0)
        for index, cell in enumerate(cells):
            if cell["cell_type"] != "code":
                continue
            if time.monotonic() > deadline:
                self.stopped = self.stopped or (
                    f"The notebook took longer than {self.limits.notebook_seconds:g} seconds."
                )
            known = self.known(cell)
            if known is not None and known.needs_snapshot:
                self.put_aside(index, known, last=index == last and known.is_test)
            if known is None or not known.is_test:
                reply = self.tell(do="run", source=cell["source"])
                updates, outputs = reply.get("updates"), reply.get("outputs")
                left -= update_displays(displays, updates, min(room, left), self.markdown)
                kept = clean_outputs(outputs, min(room, left), displays, self.markdown)
                cell["outputs"] = kept
                left -= characters_of(cell["outputs"])
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

    def put_aside(self, index: int, known: CellSpec, last: bool) -> None:
        """Ask for a snapshot, unless the cell only imports, outside; none behind the last one."""
        if self.stopped or (known.runs_outside and only_imports(known.source)):
            return
        ours, theirs = socket.socketpair()
        self.tell(do="snapshot", last=last)
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

    def run_locked_cells(self, cells: list[Message], deadline: float) -> None:
        """Run the locked cells here, in the instructor's order, each with its snapshot."""
        run_imports(self.spec.imports, self.names)
        np.random.seed(self.seed)  # noqa: NPY002  (an instructor's test may use it)
        self.names.stopped = self.stopped
        places = {grade_id_of(c): i for i, c in enumerate(cells) if c["cell_type"] == "code"}
        hides, ours = False, set[str]()
        for known in self.spec.cells:  # a student who moves cells does not decide whose a name is
            if known.solution:
                self.names.assigned.difference_update(known.defines)
            index = places.get(known.grade_id)
            if index is None or not known.runs_outside:
                continue
            cell = cells[index]
            asked = (set(self.spec.students_names) - ours) | self.spec.stub_names
            self.names.students = asked - self.names.assigned
            ours.update(known.defines)
            hides = (hides or known.has_hidden_tests) and not self.shell.reveals
            self.cell, self.shell.hides, self.shell.value = known, hides, None
            self.names.in_test = known.is_test
            self.names.seeded.clear()
            self.names.snapshot = self.snapshots.get(index)
            seconds = max(deadline - time.monotonic(), 0.01)
            with judged_by(self.judge):
                outputs = self.shell.run(cell["source"], seconds, self.room_of_test)
            if known.is_test:
                cell["outputs"] = self.outputs_of_test(outputs, known)
                self.left -= characters_of(cell["outputs"])
                cell["execution_count"] = None
            self.names.snapshot = None

    def run_forgeable_tests(self, cells: list[Message], deadline: float) -> None:
        """Let the student's process run the tests with the tag, each in its snapshot.

        Where a test is hidden, before them or behind, they show their points alone: what it gave to
        a function may lie in a file.
        """
        hidden = any(cell.has_hidden_tests for cell in self.spec.cells)
        self.shell.hides = hidden and not self.shell.reveals
        for index, cell in enumerate(cells):
            known = self.known(cell)
            if known is not None and known.forgeable:
                said, value = self.run_in_snapshot(index, known, deadline)
                outputs = self.outputs_of_forgeable(said, value, known)
                cell["outputs"] = [stream_output(f"{FORGEABLE}\n"), *outputs]  # before any cut
                self.left -= characters_of(outputs)
                cell["execution_count"] = None

    def run_in_snapshot(
        self, index: int, known: CellSpec, deadline: float
    ) -> tuple[list[Output], object]:
        """Let a snapshot run a test; return the outputs that it says there are, and the value."""
        before = takewhile(lambda cell: cell is not known, self.spec.cells)
        imports = import_statements(cell.source for cell in before if cell.is_test)
        left = deadline - time.monotonic()
        try:
            if index not in self.snapshots or left <= 0:
                raise StudentError("Stopped", self.stopped or "The time for all tests was over.")
            seconds = min(left, self.limits.cell_seconds) + GRACE
            reply = self.snapshots[index].test(known.source, imports, seconds, self.student.limit)
        except StudentError as error:
            return [error_output(error.kind, error.text)], None
        said = reply.get("outputs")
        if not isinstance(said, list):
            return [error_output("ProcessEnded", "The answer was none.")], None
        outputs = [o for o in said if isinstance(o, dict) and isinstance(o.get("output_type"), str)]
        return outputs, reply.get("value")

    def outputs_of_forgeable(
        self, said: list[Output], value: object, known: CellSpec
    ) -> list[Output]:
        """Turn what a snapshot says of a test into what nbgrader reads a score from."""
        errors = [output for output in said if output["output_type"] == "error"]
        if self.shell.hides:
            score, problem = score_of(True if value is None else value, known.points or 0)
            if errors or problem:
                return [error_output("AssertionError", "This test did not pass.")]
            if score != "True":  # all digits together could tell what is hidden
                value = min(round(float(score), 2), known.points or 0)
            said = []
        shown = [output for output in said if output["output_type"] in ("stream", "display_data")]
        outputs = clean_outputs(shown, self.room_of_test, markdown=self.markdown)
        if errors:
            outputs += clean_outputs(errors[-1:], MB) or [error_output("Error", "No text.")]
        elif value is not None:
            outputs.append({"output_type": "execute_result", "execution_count": None})
        self.shell.value = value
        return self.outputs_of_test(outputs, known)

    def judge(self, exercise: Exercise, function: object, seed: int | None) -> Outcome:
        """Judge by the recorded seed, keep the outcome, and say what may be said."""
        drawn = np.random.SeedSequence([self.seed, *exercise.key.encode()]).generate_state(1)[0]
        if self.names.snapshot is not None:
            self.names.snapshot.writes_back = True
        # no call but those that earn points: one that does not end would cost what comes after it
        with warnings.catch_warnings():  # of ours about an answer, with a place of ours
            warnings.simplefilter("ignore")
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
        """Tell whether a function is there, and was found right by the last test of it.

        What no test has asked for yet passes for right, if it is there: nobody shall gain
        by a function that is right in its own test and fails in another one.
        """
        name = name_of(key)
        right = {
            name_of(each["exercise"]): each["earned"] >= each["points"] for each in self.outcomes
        }
        return right.get(name, True) and has(function, name)

    def look_at_unnamed_mistakes(self) -> None:
        """Call the functions again whose mistakes got no name: too late to change a score."""
        with contextlib.suppress(OutOfTime), alarm(unnamed.SECONDS, "Looking at mistakes"):
            for outcome, exercise, part, function in self.unnamed:
                if isinstance(function, StudentFunction):
                    function._snapshot_.begins = True
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
                    kept.append({"output_type": "display_data", "data": data, "metadata": {}})
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


def refused_doctest(*_: object, **__: object) -> NoReturn:
    """Refuse to run what stands in a docstring: it is the student's, and would run here.

    Raises
    ------
    StudentError
        In any case.
    """
    raise StudentError("NotRun", "doctest runs a student's text; tag the cell student-process")


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
    number = (int, float, np.integer, np.floating)
    if isinstance(value, number) and not isinstance(value, (bool, np.timedelta64)):
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
