"""A whole class: ``dlcourse grade``.

Submissions are independent, so they go through any executor of `dlcourse.grading.executors`. One
writer, this process, keeps the results.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

from nbformat import reads

from dlcourse.grading import submissions
from dlcourse.grading.executors import ATTEMPTS, Setup, grade_batch
from dlcourse.grading.feedback import FeedbackPages
from dlcourse.grading.gradebook import Entry, Records
from dlcourse.grading.inside.wire import MB
from dlcourse.grading.regrade import digest_of_run
from dlcourse.grading.report import write_report
from dlcourse.grading.result import Result, Status
from dlcourse.grading.sandbox import SandboxError
from dlcourse.grading.spec import AssignmentSpec
from dlcourse.grading.statistics import Summary
from dlcourse.grading.submissions import Submission
from dlcourse.grading.tables import write_whole

WRITE_SECONDS, WRITE_RESULTS = 1.0, 50


@dataclass(frozen=True)
class Choice:
    """Which submissions to grade.

    Parameters
    ----------
    rerun : bool
        Also those that have not changed since they were graded.
    only : tuple of str
        These students only, if any are named.
    since : datetime or None
        Only what was handed in at this time or later, in UTC.
    """

    rerun: bool = False
    only: tuple[str, ...] = ()
    since: datetime | None = None


class Classroom:
    """A run over one assignment.

    Parameters
    ----------
    course : nbgrader.coursedir.CourseDirectory
        Where the course is.
    spec : AssignmentSpec
        The assignment.
    setup : Setup
        How to grade it.
    late_penalty : callable
        ``late_penalty(student, notebook)`` writes nbgrader's penalty into the gradebook and
        returns it; called for late submissions only.
    """

    def __init__(
        self,
        course: Any,
        spec: AssignmentSpec,
        setup: Setup,
        late_penalty: Callable[[str, str], float] = lambda student, notebook: 0.0,
    ) -> None:
        self.course, self.spec, self.setup = course, spec, setup
        self.late_penalty = late_penalty
        self.records = Records(course.db_url, course.course_id, spec)
        self.digest = digest_of_run(spec, setup.limits, setup.whole)
        self.nameless: list[str] = []  # folders whose names are no text

    def to_grade(self, choice: Choice, isolation: str) -> dict[str, Path]:
        """Choose the submissions that this run grades.

        Parameters
        ----------
        choice : Choice
            Which ones are wanted.
        isolation : str
            What students' code is kept in where they will be graded.

        Raises
        ------
        ValueError
            If a student is asked for who handed nothing in.
        """
        found = submissions.folders(self.course, self.spec.name)
        self.nameless = [name for name in found if not submissions.is_text(name)]
        for name in self.nameless:
            del found[name]
        missing = [name for name in choice.only if name not in found]
        if missing:
            raise ValueError(f"only must name students who handed in, got {', '.join(missing)}")
        chosen = {n: path for n, path in found.items() if not choice.only or n in choice.only}
        if choice.since is None and choice.rerun:
            return chosen
        graded = {} if choice.rerun else self.records.keys()
        return {
            name: path
            for name, path in chosen.items()
            if self._wanted(self.read(name, path), choice, graded, isolation)
        }

    @property
    def room(self) -> int:
        """Bytes of a submission that are read."""
        return int(self.setup.limits.notebook_mb * MB)

    def read(self, student: str, folder: Path) -> Submission:
        """Read what a student handed in."""
        notebooks = [f"{notebook.name}.ipynb" for notebook in self.spec.notebooks]
        return submissions.read(student, folder, self.room, notebooks)

    def _wanted(
        self,
        submission: Submission,
        choice: Choice,
        graded: dict[tuple[str, str], str],
        isolation: str,
    ) -> bool:
        since, handed_in = choice.since, submission.timestamp
        if since is not None and (handed_in is None or handed_in < since):
            return False
        key = submission.key(self.digest, isolation)
        names = [(submission.student, notebook.name) for notebook in self.spec.notebooks]
        return any(graded.get(name) != key for name in names)

    def run(
        self,
        folders: dict[str, Path],
        executor: Executor,
        in_flight: int,
        batch: int = 1,
        seed: int | None = None,
        progress: Callable[[int], object] = lambda count: None,
    ) -> None:
        """Grade submissions and write what comes of it.

        Parameters
        ----------
        folders : dict of str to Path
            What `to_grade` chose.
        executor : Executor
            Where.
        in_flight : int
            Tasks handed out at a time.
        batch : int
            Submissions in a task.
        seed : int, optional
            The same random inputs for all; fresh ones for each without it.
        progress : callable
            Told how many submissions were written.
        """
        left = iter(folders.items())
        running: dict[Future[list[Result]], tuple[list[Submission], int]] = {}
        done: list[Result] = []
        handed_in: dict[str, Submission] = {}
        written = time.monotonic()

        def hand_out(batch: list[Submission], attempt: int) -> None:
            running[executor.submit(grade_batch, self.setup, batch, seed)] = batch, attempt

        def write() -> None:
            nonlocal done, written
            self.write(done, handed_in)
            students = {result.student for result in done}
            done, written = [], time.monotonic()
            for student in students:
                del handed_in[student]
            progress(len(students))

        try:
            while True:
                while len(running) < in_flight and (next_ones := list(islice(left, batch))):
                    read = [self.read(name, path) for name, path in next_ones]
                    handed_in.update({submission.student: submission for submission in read})
                    hand_out(read, 1)
                if not running:
                    break
                finished, _ = wait(running, timeout=WRITE_SECONDS, return_when=FIRST_COMPLETED)
                for future in finished:
                    these, attempt = running.pop(future)
                    if future.exception() is None:
                        done += future.result()
                    elif attempt < ATTEMPTS:
                        for submission in these:
                            hand_out([submission], attempt + 1)
                    elif isinstance(future.exception(), SandboxError):
                        future.result()  # a worker without a sandbox is nobody's mistake: stop
                    else:
                        done += self.failed(these, future.exception())
                if done and (
                    len(done) >= WRITE_RESULTS or time.monotonic() - written >= WRITE_SECONDS
                ):
                    write()
        finally:
            for future in running:
                future.cancel()
            if done:
                write()

    def failed(self, batch: Iterable[Submission], error: BaseException | None) -> list[Result]:
        """Write down that nothing could be graded, so that a person looks at it."""
        reason = f"It could not be graded ({type(error).__name__}: {error})."[:500]
        return [
            Result(
                student=submission.student,
                notebook=notebook.name,
                status=Status.REJECTED,
                reason=reason,
                seed=0,
                seconds=0.0,
                scores=dict.fromkeys(notebook.maximum, 0.0),
                maximum=notebook.maximum,
                comments={},
                outcomes=(),
                graded="",
                feedback="",
            )
            for submission in batch
            for notebook in self.spec.notebooks
        ]

    def write(self, results: Sequence[Result], handed_in: dict[str, Submission]) -> None:
        """Write files, then the gradebook: what the gradebook knows is complete."""
        entries = []
        for result in results:
            submission = handed_in[result.student]
            self.write_files(result, submission)
            key = submission.key(self.digest, result.sandbox) if result.graded else ""
            entries.append(Entry(result, key, submission.timestamp))
        self.records.write(entries)
        self.renew_feedback(results, handed_in)

    def write_files(self, result: Result, submission: Submission) -> None:
        """Write the graded notebook and the feedback where nbgrader has them."""
        if not result.graded:
            return
        for step, ending, text in (
            (self.course.autograded_directory, "ipynb", result.graded),
            (self.course.feedback_directory, "html", result.feedback),
        ):
            folder = Path(self.course.format_path(step, result.student, self.spec.name))
            folder.mkdir(parents=True, exist_ok=True)
            write_whole(folder / f"{result.notebook}.{ending}", text)
            if submission.timestamp is not None:
                write_whole(folder / submissions.STAMP, f"{submission.timestamp} UTC")
            if submission.secret:
                write_whole(folder / submissions.SECRET, submission.secret)

    def renew_feedback(self, results: Sequence[Result], handed_in: dict[str, Submission]) -> None:
        """Write the feedback anew where the marks are not the automatic ones alone."""
        late, marked = self.records.late_or_marked({result.student for result in results})
        for result in results:
            if result.graded and result.student in late | marked:
                penalty = 0.0
                if result.student in late:
                    penalty = self.late_penalty(result.student, result.notebook)
                marks, comments = self.records.marks(result.student, result.notebook)
                notebook = reads(result.graded, 4)
                page = self.pages.render(
                    notebook,
                    marks,
                    result.maximum,
                    penalty,
                    name=result.notebook,
                    comments=comments,
                )
                self.write_files(replace(result, feedback=page), handed_in[result.student])

    @cached_property
    def pages(self) -> FeedbackPages:
        """What makes pages here."""
        return FeedbackPages()

    def report(self) -> tuple[Summary, Path]:
        """Write the report about everything that is graded so far."""
        rows = self.records.report_rows()
        folder = Path(self.course.root) / "reports" / self.spec.name
        return write_report(rows, folder, self.spec.name.replace("_", " ").capitalize())
