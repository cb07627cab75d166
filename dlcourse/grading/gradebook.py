"""nbgrader's gradebook: scores go in, in batches; beside them, what was graded, by content.

The table ``dlcourse_result`` lies in the same database and is written in the same transaction as
the scores. So a submission is either graded or not, whenever a run is killed.
"""

import json
import time
import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from nbgrader.api import (
    Comment,
    Grade,
    Gradebook,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)

from dlcourse.grading.result import Result
from dlcourse.grading.schema import RESULTS, prepare
from dlcourse.grading.spec import AssignmentSpec
from dlcourse.grading.statistics import ReportRow

TRIES, WAIT_SECONDS = 10, 1.0  # while somebody else, formgrader say, holds the database


@dataclass(frozen=True)
class Entry:
    """A result on its way into the gradebook.

    Parameters
    ----------
    result : Result
        What came out.
    key : str
        Hash of what went in.
    timestamp : datetime or None
        When it was handed in, in UTC.
    """

    result: Result
    key: str
    timestamp: datetime | None


# Who, their points, how many seconds late: points off, None for none.
LateRule = Callable[[str, float, float], float | None]


@dataclass(frozen=True)
class Penalty:
    """What lateness takes off a notebook.

    Parameters
    ----------
    number : str
        nbgrader's id of the notebook that was handed in.
    written, right : float
        Points, as the gradebook has them and as they should be; from 0 to the notebook's score.
    """

    number: str
    written: float
    right: float


class Records:
    """The gradebook of a course, as far as one assignment goes.

    Parameters
    ----------
    db_url, course_id : str
        As nbgrader has them.
    spec : AssignmentSpec
        The assignment.

    Raises
    ------
    SchemaError
        If a newer dlcourse has written results there.
    """

    def __init__(self, db_url: str, course_id: str, spec: AssignmentSpec) -> None:
        self.db_url, self.course_id, self.spec = db_url, course_id, spec
        with self.open() as gradebook:
            prepare(gradebook.engine)

    @contextmanager
    def open(self) -> Iterator[Gradebook]:
        """Open the gradebook."""
        with Gradebook(self.db_url, self.course_id) as gradebook:
            yield gradebook

    def keys(self) -> dict[tuple[str, str], str]:
        """Return the hash of what was graded last, by student and notebook."""
        columns = RESULTS.c.student, RESULTS.c.notebook, RESULTS.c.key
        query = sa.select(*columns).where(RESULTS.c.assignment == self.spec.name)
        with self.open() as gradebook:
            return {(student, name): key for student, name, key in gradebook.db.execute(query)}

    def write(self, entries: Sequence[Entry]) -> None:
        """Write results in one transaction; marks and comments of people stay as they are.

        Raises
        ------
        sqlalchemy.exc.OperationalError, sqlalchemy.exc.IntegrityError
            If the database stays locked, or refuses the rows every time: another run may have
            made the same student since this one looked.
        """
        self._patiently(lambda gradebook: self._write(gradebook, entries))

    def _patiently(self, write: Callable[[Gradebook], None]) -> None:
        """Write in one transaction; again where that fails, a few times."""
        for remaining in reversed(range(TRIES)):
            try:
                with self.open() as gradebook:
                    write(gradebook)
                return
            except (sa.exc.OperationalError, sa.exc.IntegrityError):
                if not remaining:
                    raise
                time.sleep(WAIT_SECONDS)

    def _write(self, gradebook: Gradebook, entries: Sequence[Entry]) -> None:
        db = gradebook.db
        assignment = gradebook.find_assignment(self.spec.name)
        notebooks = {notebook.name: notebook for notebook in assignment.notebooks}
        submissions = self._submissions(db, assignment.id, entries)
        for name, notebook in notebooks.items():
            of_notebook = [entry for entry in entries if entry.result.notebook == name]
            if of_notebook:
                _write_notebook(db, notebook, submissions, [e.result for e in of_notebook])
        rows = {(e.result.student, e.result.notebook): self._row(e) for e in entries}
        identity = sa.tuple_(RESULTS.c.student, RESULTS.c.notebook)
        mine = RESULTS.c.assignment == self.spec.name
        db.execute(RESULTS.delete().where(mine, identity.in_(rows)))
        _many(db, RESULTS.insert(), list(rows.values()))
        db.commit()

    def _submissions(self, db: Any, assignment_id: str, entries: Sequence[Entry]) -> dict[str, str]:
        """Make sure that students and submissions exist; return the submissions' ids."""
        when = {entry.result.student: entry.timestamp for entry in entries}
        known = set(db.scalars(sa.select(Student.id).where(Student.id.in_(when))))
        _many(db, sa.insert(Student), [{"id": name} for name in when if name not in known])
        query = sa.select(SubmittedAssignment.student_id, SubmittedAssignment.id).where(
            SubmittedAssignment.assignment_id == assignment_id,
            SubmittedAssignment.student_id.in_(when),
        )
        ids: dict[str, str] = dict(db.execute(query).all())
        updates = [{"id": number, "timestamp": when[name]} for name, number in ids.items()]
        new = {name: uuid.uuid4().hex for name in when if name not in ids}
        inserts = [
            {"id": number, "assignment_id": assignment_id, "student_id": n, "timestamp": when[n]}
            for n, number in new.items()
        ]
        _many(db, sa.update(SubmittedAssignment), updates)
        _many(db, sa.insert(SubmittedAssignment), inserts)
        return {**ids, **new}

    def _row(self, entry: Entry) -> dict[str, Any]:
        result = entry.result
        return {
            "assignment": self.spec.name,
            "student": result.student,
            "notebook": result.notebook,
            "key": entry.key,
            "status": result.status,
            "reason": result.reason,
            "seed": result.seed,
            "seconds": result.seconds,
            "sandbox": result.sandbox,
            "scores": json.dumps(result.scores),
            "maximum": json.dumps(result.maximum),
            "outcomes": json.dumps(result.outcomes),
            "graded_at": datetime.now(UTC).replace(tzinfo=None),
        }

    def report_rows(self) -> list[ReportRow]:
        """Read what is known of all submissions, for the report."""
        query = sa.select(RESULTS).where(RESULTS.c.assignment == self.spec.name)
        forgeable = {notebook.name: notebook.forgeable for notebook in self.spec.notebooks}
        with self.open() as gradebook:
            return [_report_row(row, forgeable) for row in gradebook.db.execute(query)]

    def penalties(
        self, rule: LateRule, students: Collection[str] | None = None
    ) -> dict[tuple[str, str], Penalty]:
        """Work out the penalties of all who are late, or have had one since they were.

        Parameters
        ----------
        rule : callable
            nbgrader's ``LateSubmissionPlugin.late_submission_penalty`` or another one.
        students : collection of str, optional
            Theirs alone.

        Returns
        -------
        dict of (str, str) to Penalty
            By student and notebook.
        """
        of_notebook = SubmittedNotebook.late_submission_penalty
        query = (
            sa.select(
                *(SubmittedAssignment.student_id, Notebook.name, SubmittedNotebook.id, of_notebook),
                *(SubmittedAssignment.timestamp, SubmittedAssignment.extension),
            )
            .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
            .join(Notebook, Notebook.id == SubmittedNotebook.notebook_id)
            .order_by(SubmittedAssignment.student_id, Notebook.name)
        )
        if students is not None:
            query = query.where(SubmittedAssignment.student_id.in_(students))
        found = {}
        with self.open() as gradebook:
            assignment = gradebook.find_assignment(self.spec.name)
            mine = query.where(SubmittedAssignment.assignment_id == assignment.id)
            rows = [
                (row, seconds_late(row.timestamp, assignment.duedate, row.extension))
                for row in gradebook.db.execute(mine)
            ]
            rows = [(row, late) for row, late in rows if late or row.late_submission_penalty]
            numbers = [row.id for row, _ in rows]
            sums = sa.select(Grade.notebook_id, sa.func.sum(Grade.score)).where(
                Grade.notebook_id.in_(numbers)
            )
            scores = dict(gradebook.db.execute(sums.group_by(Grade.notebook_id)).all())
            for row, late in rows:
                score = scores.get(row.id) or 0.0
                asked = rule(row.student_id, score, late) if late else None
                right = 0.0 if asked is None or asked < 0 else min(asked, score)
                written = row.late_submission_penalty or 0.0
                found[row.student_id, row.name] = Penalty(row.id, written, right)
        return found

    def write_penalties(self, penalties: Iterable[Penalty]) -> None:
        """Write what is right where something else is written, in one transaction.

        Raises
        ------
        sqlalchemy.exc.OperationalError
            If the database stays locked.
        """
        rows = [
            {"id": one.number, "late_submission_penalty": one.right or None}
            for one in penalties
            if one.right != one.written
        ]

        def write(gradebook: Gradebook) -> None:
            _many(gradebook.db, sa.update(SubmittedNotebook), rows)
            gradebook.db.commit()

        if rows:
            self._patiently(write)

    def marked(self, students: Collection[str]) -> set[tuple[str, str]]:
        """Return by student and notebook where a person left a mark, extra points or a comment."""
        with self.open() as gradebook:
            assignment = gradebook.find_assignment(self.spec.name)
            notebooks = (
                sa.select(SubmittedAssignment.student_id, Notebook.name)
                .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
                .join(Notebook, Notebook.id == SubmittedNotebook.notebook_id)
                .where(
                    SubmittedAssignment.assignment_id == assignment.id,
                    SubmittedAssignment.student_id.in_(students),
                )
            )
            scores = notebooks.join(Grade, Grade.notebook_id == SubmittedNotebook.id).where(
                Grade.manual_score.is_not(None) | Grade.extra_credit.is_not(None)
            )
            comments = notebooks.join(Comment, Comment.notebook_id == SubmittedNotebook.id).where(
                Comment.manual_comment.is_not(None)
            )
            found = [*gradebook.db.execute(scores), *gradebook.db.execute(comments)]
            return {(student, notebook) for student, notebook in found}

    def marks(
        self, student: str, notebook: str
    ) -> tuple[dict[str, float | None], dict[str, str | None]]:
        """Return marks and comments by cell: a person's where there are any."""
        with self.open() as gradebook:
            entry = gradebook.find_submission_notebook(notebook, self.spec.name, student)
            scores = {grade.name: grade.score for grade in entry.grades}
            return scores, {comment.name: comment.comment for comment in entry.comments}


def seconds_late(
    moment: datetime | None, due: datetime | None, extension: timedelta | None
) -> float:
    """Count the seconds from the due date, put off by an extension, to a later time."""
    if moment is None or due is None:
        return 0.0
    return max(0.0, (moment - due - (extension or timedelta())).total_seconds())


def _report_row(row: Any, forgeable: dict[str, frozenset[str]]) -> ReportRow:
    scores, maximum = json.loads(row.scores), json.loads(row.maximum)
    return ReportRow(
        student=row.student,
        notebook=row.notebook,
        status=row.status,
        reason=row.reason,
        score=sum(score or 0.0 for score in scores.values()),
        maximum=sum(maximum.values()),
        seconds=row.seconds,
        seed=row.seed,
        sandbox=row.sandbox,
        cells={name: (score, maximum[name]) for name, score in scores.items()},
        outcomes=tuple(json.loads(row.outcomes)),
        forgeable=forgeable.get(row.notebook, frozenset()),
    )


def _write_notebook(
    db: Any, notebook: Any, submissions: dict[str, str], results: Sequence[Result]
) -> None:
    """Write the scores and comments of one notebook of several students."""
    mine = [submissions[result.student] for result in results]
    query = sa.select(SubmittedNotebook.assignment_id, SubmittedNotebook.id).where(
        SubmittedNotebook.notebook_id == notebook.id, SubmittedNotebook.assignment_id.in_(mine)
    )
    ids: dict[str, str] = dict(db.execute(query).all())
    new = {submission: uuid.uuid4().hex for submission in mine if submission not in ids}
    inserts = [
        {"id": number, "assignment_id": submission, "notebook_id": notebook.id}
        for submission, number in new.items()
    ]
    _many(db, sa.insert(SubmittedNotebook), inserts)
    ids |= new
    grade_cells = {cell.name: cell.id for cell in notebook.grade_cells}
    others = {c.name: c.id for c in [*notebook.solution_cells, *notebook.task_cells]}
    by_hand = {
        (notebook_id, cell_id): manual
        for notebook_id, cell_id, manual in db.execute(
            sa.select(Grade.notebook_id, Grade.cell_id, Grade.manual_score).where(
                Grade.notebook_id.in_(ids.values())
            )
        )
    }
    grades, comments = [], []
    for result in results:
        number = ids[submissions[result.student]]
        for name, cell_id in grade_cells.items():
            score = result.scores.get(name)
            person = score is None or by_hand.get((number, cell_id)) is not None
            grades.append((number, cell_id, {"auto_score": score, "needs_manual_grade": person}))
        for name, cell_id in others.items():
            comments.append((number, cell_id, {"auto_comment": result.comments.get(name)}))
    for task in notebook.task_cells:  # marked by people; nbgrader wants the row to be there
        grades += [(number, task.id, {}) for number in ids.values()]
    _upsert(db, Grade, grades)
    _upsert(db, Comment, comments)


def _upsert(db: Any, table: Any, rows: Sequence[tuple[str, str, dict[str, Any]]]) -> None:
    """Insert or update rows that are known by notebook and cell."""
    numbers = list({number for number, _, _ in rows})
    query = sa.select(table.notebook_id, table.cell_id, table.id)
    query = query.where(table.notebook_id.in_(numbers))
    ids = {(number, cell): row_id for number, cell, row_id in db.execute(query)}
    inserts, updates = [], []
    for number, cell, values in rows:
        row_id = ids.get((number, cell))
        if row_id is None:
            inserts.append(
                {"id": uuid.uuid4().hex, "notebook_id": number, "cell_id": cell, **values}
            )
        elif values:
            updates.append({"id": row_id, **values})
    _many(db, sa.insert(table), inserts)
    _many(db, sa.update(table), updates)


def _many(db: Any, statement: Any, rows: Sequence[dict[str, Any]]) -> None:
    """Insert or update many rows; SQLAlchemy would take none for one of defaults."""
    if rows:
        db.execute(statement, rows)
