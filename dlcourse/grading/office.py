"""The warm process that judges: reads the assignment once, and does one job in each of its forks.

A job is what a student handed in. What comes back is the notebook with its outputs, the scores that
nbgrader would read in them, and the student's page.
"""

import contextlib
import ctypes
import gc
import json
import os
import resource
import signal
import socket
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from dlcourse.checks.judging import prepare
from dlcourse.checks.registry import all_exercises
from dlcourse.grading.feedback import FeedbackPages
from dlcourse.grading.inside.forkserver import PACKET, Announce, serve
from dlcourse.grading.inside.shell import run_imports, warm_up
from dlcourse.grading.inside.wire import MB, Channel, Message
from dlcourse.grading.limits import Limits
from dlcourse.grading.locked_cells import LockedShell
from dlcourse.grading.names import listed, quoted
from dlcourse.grading.nbgrader_parts import load_utils
from dlcourse.grading.proxies import Names
from dlcourse.grading.referee import Referee
from dlcourse.grading.restore import (
    Notebook,
    RejectedError,
    as_released,
    grade_id_of,
    holds,
    put_notice,
    restore,
    unreadable,
)
from dlcourse.grading.result import Status
from dlcourse.grading.sanitize import as_node
from dlcourse.grading.spec import AssignmentSpec, NotebookSpec

nbgrader = load_utils()
PR_SET_PDEATHSIG = 1
JOB_LIMIT = 512 * MB
MOST_MEANT = 10  # files that are looked into in search of a notebook of another name
OWN_MEMORY = 1024 * MB  # bytes that judging one notebook may add


def scores_of(notebook: Notebook, spec: NotebookSpec) -> dict[str, float | None]:
    """Read each graded cell's score from its output, as nbgrader does; a missing cell scores 0.

    A task waits for a person, whatever became of it.
    """
    scores = {name: None if spec.by_id[name].task else 0.0 for name in spec.maximum}
    for cell in notebook["cells"]:
        grade_id = grade_id_of(cell)
        if grade_id in scores and not spec.by_id[grade_id].task:
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

    def __init__(self, spec: AssignmentSpec, shell: LockedShell, pages: FeedbackPages) -> None:
        self.spec, self.shell, self.pages = spec, shell, pages
        for notebook in spec.notebooks:  # once for all students
            with self.files_of_the_assignment():
                run_imports(notebook.imports, {})
            untouched = restore(as_bytes(as_json(as_released(notebook))), notebook)
            self.pages.render(as_node(untouched), {}, {})
            for key, exercise in all_exercises().items():
                if any(key in cell.source for cell in notebook.cells):
                    prepare(exercise)

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
            answer = self.grade(job, student)
        except Exception as error:
            answer = {"failed": f"{type(error).__name__}: {error}"[:500]}
        channel.send(answer)

    def grade(self, job: Message, student: socket.socket) -> Message:
        """Grade what was handed in."""
        spec = self.spec.notebook(job["notebook"])
        status, notes, outcomes = Status.GRADED, list[str](), []
        try:
            files = self.accepted(job, spec, notes)
            notebook = restore(files.pop(f"{spec.name}.ipynb"), spec, notes)
            referee = self.referee(job, student, spec)
            with self.files_of_the_assignment():
                referee.run(notebook["cells"], {**files, **self.spec.files}, job["whole"])
            outcomes = referee.outcomes
            scores, comments = scores_of(notebook, spec), comments_of(notebook, spec)
            if notes:
                put_notice(notebook, " ".join(notes))
            if referee.stopped:
                status, notes = Status.STOPPED, [referee.stopped, *notes]
        except RejectedError as rejected:
            status, notes = Status.REJECTED, [str(rejected)]
            notebook = unreadable(str(rejected), spec)
            scores, comments = dict.fromkeys(spec.maximum, 0.0), {}  # nobody said "No response."
        page = self.pages.render(
            as_node(notebook), scores, spec.maximum, name=spec.name, comments=comments
        )
        reason = " ".join(notes)
        said = {"status": status, "reason": reason, "scores": scores, "comments": comments}
        return {
            **writable({**said, "outcomes": outcomes}),
            "graded": as_bytes(as_json(notebook)),
            "feedback": as_bytes(page),
        }

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

    def accepted(self, job: Message, spec: NotebookSpec, notes: list[str]) -> dict[str, bytes]:
        """Return the files that were handed in, the notebook under its own name.

        A notebook of another name or in another folder is taken where no other can be meant.

        Raises
        ------
        RejectedError
            If the notebook is not among them, or there is a reason already.
        """
        if job["files"] is None:
            raise RejectedError(job["reason"])
        files: dict[str, bytes] = job["files"]
        wanted = f"{spec.name}.ipynb"
        if wanted in files:
            return dict(files)
        others = [f"{notebook.name}.ipynb" for notebook in self.spec.notebooks]
        meant = [name for name in files if name not in others and may_be_notebook(name, spec.name)]
        meant = [name for name in meant[:MOST_MEANT] if holds(files[name], spec)]
        if len(meant) != 1:
            there = f"; there is {listed(map(quoted, files))}" if files else ""
            raise RejectedError(f"There is no file {wanted}{there}.")
        (name,) = meant
        notes.append(f"There is no file {wanted}; {quoted(name)} was graded.")
        folder = name[: name.rindex("/") + 1] if "/" in name else ""
        beside = {n.removeprefix(folder): files[n] for n in files if n.startswith(folder)}
        return {**files, **beside, wanted: files[name]}

    def referee(self, job: Message, student: socket.socket, spec: NotebookSpec) -> Referee:
        """Make the referee of a job."""
        limits = Limits(**job["limits"])
        return Referee(self.shell, student, spec, limits, job["seed"], job["reveals"])


def may_be_notebook(name: str, wanted: str) -> bool:
    """Tell whether a file's name is one that tools or people give to a notebook.

    >>> [may_be_notebook(n, "week") for n in ("a/week (1).ipynb", "week.ipynb.txt", "week.json")]
    [True, True, True]
    """
    base = name.rpartition("/")[2].lower()
    return ".ipynb" in base or base.partition(".")[0] == wanted.lower()


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
    """Warm up, read the assignment when it is there, then fork for every notebook."""
    sys.setrecursionlimit(3000)
    control = socket.socket(fileno=descriptor)
    shell = LockedShell.instance(user_ns=Names())
    warm_up(shell)
    pages = FeedbackPages()
    all_exercises()  # which imports them
    control.recv(PACKET)  # that it is in standard input
    spec = AssignmentSpec.from_json(sys.stdin.read())
    for cell in (c for notebook in spec.notebooks for c in notebook.cells if c.runs_outside):
        with contextlib.suppress(SyntaxError):
            shell.transform_cell(cell.source)
    serve(control, Office(spec, shell, pages).start)
