"""Where submissions are graded: the two warm processes, the clock and the memory's limit."""

import contextlib
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from dlcourse.grading import cgroups, student_package
from dlcourse.grading.cgroups import Group
from dlcourse.grading.inside.forkserver import PACKET
from dlcourse.grading.inside.wire import KB, MB, Channel, WireError
from dlcourse.grading.limits import Limits
from dlcourse.grading.result import Result, Status
from dlcourse.grading.sandbox import (
    ADVICE,
    BLAS_THREADS,
    SandboxError,
    as_other_user,
    bubblewrap,
    isolation,
    python_folders,
)
from dlcourse.grading.scratch import Scratch
from dlcourse.grading.spec import AssignmentSpec

START_SECONDS = 120
JUDGING_SECONDS = 30  # for the referee, on top of the student's own time
WATCH_SECONDS = 0.1
PAUSE_SECONDS = 0.5  # before another attempt: what has ended one process may be ending more
REFEREE = """
from dlcourse.grading.nbgrader_parts import skip_slow_imports
skip_slow_imports()
from dlcourse.grading.office import main
main({fd})
"""
RESULT_LIMIT = 512 * MB


class ProcessGone(Exception):  # noqa: N818 (it says what happened)
    """A warm process, or a child of it, ended when it should not have."""


class TookTooLong(ProcessGone):
    """The referee was not done in time: it will not be the second time."""


class WarmProcess:
    """A fork server in another process.

    Parameters
    ----------
    command : list of str
        Starts it; ``{fd}`` in an argument becomes the control socket's number.
    environment : dict
        Its environment.
    name : str
        What messages call it.
    """

    def __init__(self, command: list[str], environment: dict[str, str], name: str) -> None:
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.name, self.note = name, ""
        self.told = self.ready = False
        self.given = tempfile.TemporaryFile()  # noqa: SIM115  (closed with the process)
        self.errors = tempfile.TemporaryFile()  # noqa: SIM115
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603  (our own program)
                [part.replace("{fd}", str(theirs.fileno())) for part in command],
                env=environment,
                stdin=self.given,
                stdout=subprocess.DEVNULL,
                stderr=self.errors,
                pass_fds=[theirs.fileno()],
            )
        self.control.settimeout(START_SECONDS)

    def tell(self, text: str) -> None:
        """Give it what it waits for, in a file without a name: its standard input."""
        self.given.write(text.encode())
        self.given.seek(0)
        with contextlib.suppress(OSError):  # it has ended; who waits for it is told why
            self.control.send(b"told")
        self.told = True

    def wait_until_ready(self) -> None:
        """Wait until it can fork.

        Raises
        ------
        ProcessGone
            If it does not get there; with what it said.
        """
        with contextlib.suppress(OSError):
            said = self.control.recv(PACKET).decode()
            if said.startswith("ready"):
                self.note, self.ready = said.removeprefix("ready"), True
                return
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(5)  # it may still be writing what is wrong
        self.errors.seek(0)
        said = self.errors.read().decode(errors="replace").strip()[-3000:]
        self.close()
        raise ProcessGone(f"{self.name} did not start:\n{said}")

    def fork(self, settings: dict[str, Any], connections: list[socket.socket]) -> "Child":
        """Start a child that owns these connections."""
        try:
            packet = json.dumps(settings).encode()
            socket.send_fds(self.control, [packet], [c.fileno() for c in connections])
            said, descriptors, _, _ = socket.recv_fds(self.control, PACKET, 1)
        except OSError as error:
            raise ProcessGone(f"{self.name} is gone: {error}") from None
        if not descriptors:
            raise ProcessGone(f"{self.name}: {said.decode(errors='replace') or 'is gone'}")
        return Child(descriptors[0], leads_group=settings.get("jailed") is False)

    def ended(self) -> bool:
        """Tell whether it is gone; one that is about to end has closed its socket already."""
        try:
            heard, _, _ = select.select([self.control], [], [], 0)
            gone = bool(heard) and not self.control.recv(1, socket.MSG_PEEK)
        except (OSError, ValueError):  # ValueError: this end is closed
            gone = True
        if gone:
            self.process.kill()
            self.process.wait()
        return self.process.poll() is not None

    def close(self) -> None:
        """End it, and with it every child."""
        self.control.close()
        self.process.kill()
        self.process.wait()
        self.given.close()
        self.errors.close()


class Child:
    """A forked process, held by its pidfd.

    Parameters
    ----------
    pidfd : int
        From `os.pidfd_open`.
    leads_group : bool
        Whether what it starts must be ended by its process group: in no namespace of its own.
    """

    def __init__(self, pidfd: int, leads_group: bool = False) -> None:
        self.pidfd, self.leads_group = pidfd, leads_group
        fields = Path(f"/proc/self/fdinfo/{pidfd}").read_text().split()
        self.pid = int(fields[fields.index("Pid:") + 1])

    def uses_more_than(self, limit: int) -> bool:
        """Tell whether the process and all that it started use more memory than so many bytes.

        A page that several share counts in parts. That takes milliseconds to add up, so first all
        pages are counted, which is quick and never too few.
        """
        family = list(_descendants(self.pid))
        return sum(map(_resident, family)) > limit and sum(map(_proportional, family)) > limit

    def kill(self) -> None:
        """End it at once; in a sandbox everything that it started ends with it."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)
        if self.leads_group:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)

    def close(self) -> None:
        """Kill it and forget it."""
        self.kill()
        os.close(self.pidfd)


def _descendants(pid: int) -> Iterator[int]:
    yield pid
    with contextlib.suppress(OSError):  # it may end while it is looked at
        for children in Path(f"/proc/{pid}/task").glob("*/children"):  # of each of its threads
            for child in children.read_text().split():
                yield from _descendants(int(child))


def _resident(pid: int) -> int:
    """Count the bytes that a process has in memory, shared ones in full."""
    with contextlib.suppress(OSError):
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")
    return 0


def _proportional(pid: int) -> int:
    """Count the bytes that a process has in memory, shared ones in parts if we may know."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * KB
    return _resident(pid)


class Beginning:
    """What a station has before it knows its assignment: a folder, and a referee to be told."""

    def __init__(self) -> None:
        self.scratch = Scratch()
        self.referees = start_referees(self.scratch.folder)

    def close(self) -> None:
        """End it; a second time does no harm."""
        self.referees.close()
        self.scratch.close()


def start_referees(folder: Path) -> WarmProcess:
    """Start the process that judges; it gets ready, and waits to be told the assignment."""
    environment = {**os.environ, **BLAS_THREADS, "TMPDIR": str(folder)}
    return WarmProcess([sys.executable, "-c", REFEREE], environment, "The referee")


class Station:
    """Grades notebooks of one assignment; several threads may use it at once.

    Parameters
    ----------
    spec : AssignmentSpec
        The assignment.
    limits : Limits
        What a submission may use.
    sandbox : bool
        False runs students' code with your own rights. Only for code that you trust.
    whole : bool
        Whether to run students' cells behind the last graded code, too.
    private : sequence of str
        Folders of the course that students' code never sees.
    user : int, optional
        Without a sandbox, whose rights students' code has instead of root's.
    begun : Beginning, optional
        What has been started before; the station closes it.

    Raises
    ------
    SandboxError
        If the sandbox cannot start.
    """

    def __init__(
        self,
        spec: AssignmentSpec,
        limits: Limits | None = None,
        sandbox: bool = True,
        whole: bool = False,
        private: Sequence[str] = (),
        user: int | None = None,
        begun: Beginning | None = None,
    ) -> None:
        self.spec, self.limits, self.user = spec, limits or Limits(), user
        self.sandbox, self.whole, self.private = sandbox, whole, private
        self.homes = cgroups.homes() if sandbox else {}
        self.python = python_folders()
        self.scratch = begun.scratch if begun else Scratch()
        self.folder = self.scratch.folder  # for all that is written, also by the referee
        self.lock = threading.Lock()
        self.students: WarmProcess | None = None
        self.referees = begun.referees if begun else None
        try:
            student_package.build(self.folder / "dlcourse")
            with self.lock:
                self._ensure()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End both warm processes."""
        for warm in (self.students, self.referees):
            if warm is not None:
                warm.close()
        self.students = self.referees = None
        self.scratch.close()

    def grade(
        self,
        student: str,
        notebook: str,
        files: dict[str, bytes],
        seed: int | None = None,
        refused: str = "",
        reveals: bool = False,
    ) -> Result:
        """Grade one notebook; what a student handed in never raises an error here.

        Parameters
        ----------
        student, notebook : str
            Whose, and which: ``files[f"{notebook}.ipynb"]`` is the submission.
        files : dict of str to bytes
            All that was handed in, by relative name.
        seed : int, optional
            Repeats the random inputs of an earlier run; fresh ones are drawn without it.
        refused : str
            Why the files could not be read, if they could not: there are no points then.
        reveals : bool
            Whether the result may show hidden tests. Only for the instructor's own solution.

        Raises
        ------
        SandboxError
            If the sandbox is gone and does not start again.
        """
        seed = int.from_bytes(os.urandom(4)) if seed is None else seed
        job = {
            "whole": self.whole,
            "notebook": notebook,
            "files": files,
            "seed": seed,
            "limits": self.limits.as_dict(),
            "reveals": reveals,
        }
        reason = refused
        attempts = [None] if refused else [files, files, None]
        while attempts:
            started = time.monotonic()
            try:
                answer, stopped = self._run({**job, "files": attempts.pop(0), "reason": reason})
            except ProcessGone as gone:
                reason = f"The referee could not finish ({gone})."
                if isinstance(gone, TookTooLong):
                    attempts = attempts[-1:]
                time.sleep(PAUSE_SECONDS)
                continue
            if stopped:
                answer.update(status=Status.STOPPED, reason=stopped)
            answer |= {name: answer[name].decode() for name in ("graded", "feedback")}
            answer |= {"status": Status(answer["status"]), "outcomes": tuple(answer["outcomes"])}
            return Result(
                student=student,
                notebook=notebook,
                seed=seed,
                seconds=round(time.monotonic() - started, 3),
                maximum=self.spec.notebook(notebook).maximum,
                sandbox=self.tier,
                **answer,
            )
        raise SandboxError(f"Nothing can be graded here any more. {reason}")

    @property
    def tier(self) -> str:
        """What students' code is kept in, for the report."""
        if not self.sandbox:
            noted = self.students.note if self.students else ""
            return isolation(False) if self.user is None else f"another user{noted}"
        return "bubblewrap" + (self.students.note if self.students else "") + cgroups.note()

    def _run(self, job: dict[str, Any]) -> tuple[dict[str, Any], str]:
        """Let a student's process and a referee do a job; say why the student was stopped."""
        room = int((self.limits.memory_mb + self.limits.files_mb) * MB)  # files are in memory
        with contextlib.ExitStack() as stack:
            group = stack.enter_context(cgroups.group(self.homes, room))
            to_student, student_end = socket.socketpair()
            to_referee, referee_end = socket.socketpair()
            for end in (to_student, to_referee):
                stack.callback(end.close)
            with self.lock:
                try:
                    students, referees = self._ensure()
                    folder = ""
                    if not self.sandbox:
                        folder = tempfile.mkdtemp(dir=self.folder)
                        stack.callback(shutil.rmtree, folder, ignore_errors=True)
                        if self.user is not None:
                            os.chown(folder, self.user, self.user)
                    settings = {
                        "limits": self.limits.as_dict(),
                        "jailed": self.sandbox,
                        "filtered": self.user is not None,
                        "folder": folder,
                        "test_cells": self.spec.most_locked_cells,
                        "python": self.python,
                    }
                    student = students.fork(settings, [student_end])
                    stack.callback(student.close)
                    referee = referees.fork({}, [referee_end, to_student])
                    stack.callback(referee.close)
                finally:
                    student_end.close()
                    referee_end.close()
            group.put(student.pid)
            with contextlib.suppress(BrokenPipeError):  # it has ended
                to_student.send(b"!")  # it waits for that, and the referee for its job
            to_student.close()
            answer = self._wait(job, to_referee, student, group)
            if students.process.poll() is not None:
                raise ProcessGone("the students' process ended")
            return answer

    def _wait(
        self, job: dict[str, Any], connection: socket.socket, student: Child, group: Group
    ) -> tuple[dict[str, Any], str]:
        channel, stopped = Channel(connection, RESULT_LIMIT), ""
        deadline = time.monotonic() + self.limits.all_seconds
        try:
            channel.send(job)
            while not select.select([connection], [], [], WATCH_SECONDS)[0]:
                if not stopped:
                    stopped = self._exceeded(student, group, deadline)
                    if stopped:
                        student.kill()
                elif time.monotonic() > deadline + JUDGING_SECONDS:
                    raise TookTooLong("the referee took too long")
            connection.settimeout(JUDGING_SECONDS)
            answer: Any = channel.receive()
            if "failed" in answer:
                raise ProcessGone(answer["failed"])
        except (OSError, EOFError, WireError, TimeoutError) as error:
            raise ProcessGone(f"its process ended: {error}") from None
        if not stopped and group.ran_out():  # since the last look
            stopped = self._too_much_memory
        return answer, stopped

    @property
    def _too_much_memory(self) -> str:
        return f"It used more than {self.limits.memory_mb} MB of memory and was stopped."

    def _exceeded(self, student: Child, group: Group, deadline: float) -> str:
        """Say which limit of the whole submission is passed, if one is."""
        if time.monotonic() > deadline:
            return f"It took longer than {self.limits.all_seconds:g} seconds and was stopped."
        if group.ran_out() or student.uses_more_than(int(self.limits.memory_mb * MB)):
            return self._too_much_memory
        return ""

    def _ensure(self) -> tuple[WarmProcess, WarmProcess]:
        """Start whichever of the two warm processes is not running, side by side."""
        for warm in (self.students, self.referees):
            if warm is not None and warm.ended():
                warm.close()
        if self.referees is None or self.referees.process.poll() is not None:
            self.referees = start_referees(self.folder)
        if not self.referees.told:
            self.referees.tell(self.spec.to_json())
        if self.students is None or self.students.process.poll() is not None:
            self.students = self._start_students()  # which looks around for a second before
        for warm in (self.referees, self.students):
            try:
                if not warm.ready:
                    warm.wait_until_ready()
            except ProcessGone as gone:
                if warm is self.students and (self.sandbox or self.user is not None):
                    raise SandboxError(f"{gone}\n{ADVICE}") from None
                raise
        return self.students, self.referees

    def _start_students(self) -> WarmProcess:
        program = "import sys; sys.path[:0] = ['PLACE']; import inside.student as s; s.main({fd})"
        inside = Path(__file__).parent / "inside"
        if self.sandbox:
            command = bubblewrap(self.folder / "dlcourse", inside, self.private)
            command += [sys.executable, "-I", "-B", "-c", program.replace("PLACE", "/course")]
            return WarmProcess(command, {}, "The sandbox")
        if self.user is not None:
            shutil.copytree(inside, self.folder / "inside", dirs_exist_ok=True)
            command, environment = as_other_user(self.user, self.folder)
            program = "import os; os.chdir('PLACE'); " + program
            command += [sys.executable, "-I", "-B", "-c"]
            command += [program.replace("PLACE", str(self.folder))]
            return WarmProcess(command, environment, "The students' process")
        if not (self.folder / "inside").exists():
            (self.folder / "inside").symlink_to(inside)
        command = [sys.executable, "-c", program.replace("PLACE", str(self.folder))]
        environment = {**os.environ, **BLAS_THREADS, "TMPDIR": str(self.folder)}
        return WarmProcess(command, environment, "The students' process")
