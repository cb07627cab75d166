"""A whole class: ``dlcourse grade``.

Submissions are independent, so they go through any executor of `dlcourse.grading.executors`. One
writer, this process, keeps the results.
"""

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

from nbformat import reads

from dlcourse.grading import own_solution, submissions
from dlcourse.grading.executors import ATTEMPTS, Setup, grade_batch, grade_own
from dlcourse.grading.feedback import FeedbackPages
from dlcourse.grading.gradebook import Entry, LateRule, Penalty, Records
from dlcourse.grading.own_solution import Loss
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
    late_rule : callable
        nbgrader's ``LateSubmissionPlugin.late_submission_penalty`` or another one.
    """

    def __init__(
        self,
        course: Any,
        spec: AssignmentSpec,
        setup: Setup,
        late_rule: LateRule = lambda student, score, seconds: None,
    ) -> None:
        self.course, self.spec, self.setup = course, spec, setup
        self.late_rule = late_rule
        self.records = Records(course.db_url, course.course_id, spec)
        self.digest = digest_of_run(spec, setup.limits, setup.whole)
        self.nameless: list[str] = []  # folders whose names are no text
        self.alike: list[str] = []  # folders that have one name in two ways of writing it

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
            If a student is asked for who handed nothing in, or has two folders.
        """
        found = submissions.folders(self.course, self.spec.name)
        self.nameless = [name for name in found if not submissions.is_text(name)]
        for name in self.nameless:
            del found[name]
        counts = Counter(map(submissions.same_name, found))
        self.alike = [name for name in found if counts[submissions.same_name(name)] > 1]
        only = {submissions.same_name(name): name for name in choice.only}
        if missing := [name for same, name in only.items() if same not in counts]:
            raise ValueError(f"only must name students who handed in, got {', '.join(missing)}")
        if double := [name for name in self.alike if submissions.same_name(name) in only]:
            raise ValueError(
                f"only must name one folder of a student, got {' and '.join(map(ascii, double))}"
            )
        for name in self.alike:
            del found[name]
        chosen = {
            name: path
            for name, path in found.items()
            if not only or submissions.same_name(name) in only
        }
        if choice.since is None and choice.rerun:
            return chosen
        graded = {} if choice.rerun else self.records.keys()
        return {
            name: path
            for name, path in chosen.items()
            if self._wanted(self.read(name, path), choice, graded, isolation)
        }

    @property
    def notebooks(self) -> list[str]:
        """File names of the assignment's notebooks."""
        return [f"{notebook.name}.ipynb" for notebook in self.spec.notebooks]

    def misplaced(self) -> list[str]:
        """Find what was handed in into a wrong folder."""
        return submissions.misplaced(self.course, self.spec.name, self.notebooks)

    def read(self, student: str, folder: Path) -> Submission:
        """Read what a student handed in."""
        return submissions.read(student, folder, self.setup.limits, self.notebooks)

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

    def own_losses(
        self, executor: Executor, isolation: str, rerun: bool = False
    ) -> tuple[Loss, ...]:
        """Say which tests the instructor's own solution loses; it is graded if it has changed.

        Parameters
        ----------
        executor : Executor
            Where.
        isolation : str
            What students' code is kept in there.
        rerun : bool
            Whether to grade it in any case.
        """
        notebooks = own_solution.solutions(self.course, self.spec)
        key = Submission("", notebooks).key(self.digest, isolation)
        known, lost = own_solution.read(self.reports)
        if rerun or known != key:
            lost = tuple(executor.submit(grade_own, self.setup, notebooks).result())
            own_solution.write(self.reports, key, lost)
        return lost

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
            reason = " ".join(filter(None, (submission.untimed, result.reason)))
            entries.append(Entry(replace(result, reason=reason), key, submission.timestamp))
        self.records.write(entries)
        students = {result.student for result in results}
        penalties = self.records.penalties(self.late_rule, students)
        self.write_pages({*penalties, *self.records.marked(students)}, penalties)

    def renew_penalties(self, only: Collection[str] = ()) -> int:
        """Put right what hangs on a due date, an extension or a rule that has changed.

        Parameters
        ----------
        only : collection of str
            These students' alone, if any are named.

        Returns
        -------
        int
            How many penalties were not right.
        """
        penalties = self.records.penalties(self.late_rule, only or None)
        changed = {name: one for name, one in penalties.items() if one.right != one.written}
        self.write_pages(changed, changed)
        return len(changed)

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
            submissions.write_time(folder, submission.timestamp)
            if submission.secret:
                write_whole(folder / submissions.SECRET, submission.secret)

    def write_pages(
        self, names: Iterable[tuple[str, str]], penalties: Mapping[tuple[str, str], Penalty]
    ) -> None:
        """Write feedback as the gradebook has the marks, then the penalties that it shows.

        In this order, since a penalty that is not right is found by the next run.

        Parameters
        ----------
        names : iterable of (str, str)
            Students and notebooks; a graded notebook that is gone has no page.
        penalties : mapping of (str, str) to Penalty
            By the same.
        """
        for student, name in sorted(names):
            graded, page = (
                Path(self.course.format_path(step, student, self.spec.name), f"{name}.{ending}")
                for step, ending in (
                    (self.course.autograded_directory, "ipynb"),
                    (self.course.feedback_directory, "html"),
                )
            )
            if not graded.is_file():
                continue
            marks, comments = self.records.marks(student, name)
            text = self.pages.render(
                reads(graded.read_text(encoding="utf-8"), 4),
                marks,
                self.spec.notebook(name).maximum,
                penalties[student, name].right if (student, name) in penalties else 0.0,
                name=name,
                comments=comments,
            )
            page.parent.mkdir(parents=True, exist_ok=True)
            write_whole(page, text)
        self.records.write_penalties(penalties.values())

    @cached_property
    def pages(self) -> FeedbackPages:
        """What makes pages here."""
        return FeedbackPages()

    @property
    def known_losses(self) -> tuple[Loss, ...]:
        """What the last own solution that was graded has lost."""
        return own_solution.read(self.reports)[1]

    @property
    def reports(self) -> Path:
        """Where the report lies."""
        return Path(self.course.root) / "reports" / self.spec.name

    def report(self) -> tuple[Summary, Path]:
        """Write the report about everything that is graded so far."""
        rows = self.records.report_rows()
        title = self.spec.name.replace("_", " ").capitalize()
        return write_report(rows, self.reports, title, self.known_losses)
