"""Grades as a safe table, for Canvas and for Moodle, as plugins of ``nbgrader export``.

    nbgrader export
    nbgrader export --exporter=dlcourse.grading.exports.CanvasExporter --to=canvas.csv
    nbgrader export --exporter=dlcourse.grading.exports.MoodleExporter --to=moodle.csv

``--assignment`` and ``--student`` select, as they do for nbgrader's own export. A score is what the
gradebook holds less the penalty for lateness, 0 at least. For Canvas and Moodle, who handed nothing
in has an empty cell and not a zero: both systems then show no grade, and take away one that was
there.

Text that a spreadsheet would compute gets an apostrophe in front (`dlcourse.grading.tables`). An
id that begins with ``=``, ``+``, ``-`` or ``@`` is then not found by Canvas or Moodle.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from nbgrader.api import (
    Assignment,
    Grade,
    Gradebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.plugins import ExportPlugin
from sqlalchemy import func, select

from dlcourse.grading.tables import Value, write_csv

Known = TypeVar("Known")
Scores = dict[tuple[str, str], float]  # by student id and assignment name
# When it was handed in, points and penalty, by the same.
Results = dict[tuple[str, str], tuple[datetime | None, float, float]]


class GradeTable(ExportPlugin):  # type: ignore[misc]
    """What both exporters share: select, look scores up, write the file."""

    def export(self, gradebook: Gradebook) -> None:
        """Write the selected grades to `to`, or to ``grades.csv``.

        Raises
        ------
        ValueError
            Where a selected assignment or student is not in the gradebook.
        """
        assignments = selected("assignment", self.assignment, gradebook.assignments, "name")
        students = selected("student", self.student, gradebook.students, "id")
        path = Path(self.to or "grades.csv")
        self.log.info("Exporting %d students to %s", len(students), path)
        write_csv(path, self.table(students, assignments, final_scores(gradebook)))

    def table(
        self, students: Sequence[Student], assignments: Sequence[Assignment], scores: Scores
    ) -> Iterable[list[Value]]:
        """Arrange the file's rows, the header first."""
        raise NotImplementedError


class CsvExporter(ExportPlugin):  # type: ignore[misc]
    """The table of nbgrader's own `CsvExportPlugin`, in cells that no spreadsheet computes.

    As there, who handed nothing in has 0 points, and a selected name that is unknown has no row.
    """

    HEAD = (
        *("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email"),
        *("raw_score", "late_submission_penalty", "score", "max_score"),
    )

    def export(self, gradebook: Gradebook) -> None:
        """Write the selected grades to `to`, or to ``grades.csv``."""
        path = Path(self.to or "grades.csv")
        self.log.info("Exporting grades to %s", path)
        write_csv(path, [self.HEAD, *self.rows(gradebook)], write=str)

    def rows(self, gradebook: Gradebook) -> Iterable[list[Value]]:
        """Arrange a row for each selected assignment and student."""
        found = results(gradebook)
        assignments, students = ({str(name) for name in x} for x in (self.assignment, self.student))
        picked = [s for s in gradebook.students if not students or s.id in students]
        for assignment in gradebook.assignments:
            if assignments and assignment.name not in assignments:
                continue
            due = str(assignment.duedate or "")
            for one in picked:
                when, points, late = found.get((one.id, assignment.name), (None, 0.0, 0.0))
                yield [
                    *(assignment.name, due, str(when or ""), one.id),
                    *(one.last_name, one.first_name, one.email),
                    *(points, late, max(0.0, points - late), assignment.max_score),
                ]


class CanvasExporter(GradeTable):
    """A table that "Import" in Canvas's gradebook reads.

    Canvas looks for a student by ``ID``, ``SIS User ID``, ``SIS Login ID`` and ``Student``, in this
    order. ``ID`` is the gradebook's ``lms_user_id`` (``nbgrader db student add --lms-user-id``),
    ``SIS Login ID`` is the student id that nbgrader uses, ``Student`` is "last name, first name".
    The gradebook knows neither ``SIS User ID`` nor ``Section``. Both are empty, and neither is
    needed where one of the others is right.

    An assignment's column bears its name in nbgrader. Canvas takes an assignment of exactly that
    name for it; otherwise it offers to make a new one. To aim at one that has another name, change
    the column's head to "Name (1234)" with the number from its address in Canvas.
    """

    def table(
        self, students: Sequence[Student], assignments: Sequence[Assignment], scores: Scores
    ) -> Iterable[list[Value]]:
        """Arrange the rows: header, points possible, one per student."""
        head = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
        yield [*head, *(assignment.name for assignment in assignments)]
        yield [
            *("Points Possible", None, None, None, None),
            *(assignment.max_score for assignment in assignments),
        ]
        for student in students:
            yield [
                *(full_name(student), student.lms_user_id, None, student.id, None),
                *(scores.get((student.id, assignment.name)) for assignment in assignments),
            ]


class MoodleExporter(GradeTable):
    """A table that "Import, CSV file" in Moodle's gradebook reads.

    On Moodle's preview page map from "Username" to "Username", and each assignment's column to its
    grade item or to "New grade item". ``Username`` is the student id that nbgrader uses. ``ID
    number`` (the gradebook's ``lms_user_id``) and ``Email address`` can be mapped in its place;
    each is there only where no selected student lacks it, because Moodle gives the grades of a
    row without an identifier to the student in the row above.

    Moodle refuses more than 100 points unless the site's settings allow it. There is no column
    for feedback: nbgrader's is a page of its own.
    """

    def table(
        self, students: Sequence[Student], assignments: Sequence[Assignment], scores: Scores
    ) -> Iterable[list[Value]]:
        """Arrange the rows: header, one per student."""
        named = {"Username": "id", "ID number": "lms_user_id", "Email address": "email"}
        complete = {
            head: field for head, field in named.items() if all(getattr(s, field) for s in students)
        }
        yield [*complete, "First name", "Last name", *(a.name for a in assignments)]
        for student in students:
            yield [
                *(getattr(student, field) for field in complete.values()),
                *(student.first_name, student.last_name),
                *(scores.get((student.id, assignment.name)) for assignment in assignments),
            ]


def full_name(student: Student) -> str:
    """Write "last name, first name"; what is missing is left out, down to the id."""
    names = [name for name in (student.last_name, student.first_name) if name]
    return ", ".join(names) or str(student.id)


def selected(
    option: str, wanted: Iterable[object], entries: Sequence[Known], key: str
) -> list[Known]:
    """Pick the entries that were asked for, all of them where none was named."""
    names = {str(name) for name in wanted}
    known = {getattr(entry, key) for entry in entries}
    if missing := sorted(names - known):
        raise ValueError(f"{option} must be in the gradebook, got {', '.join(missing)}")
    return [entry for entry in entries if not names or getattr(entry, key) in names]


def final_scores(gradebook: Gradebook) -> Scores:
    """Look up every score less its penalty."""
    return {key: max(0.0, points - late) for key, (_, points, late) in results(gradebook).items()}


def results(gradebook: Gradebook) -> Results:
    """Look up every submission's time, points and penalty, in one query.

    nbgrader's own ``SubmittedAssignment.score`` searches all grades once per submission.
    """
    earned = (
        select(SubmittedNotebook.assignment_id, func.sum(Grade.score).label("points"))
        .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
        .group_by(SubmittedNotebook.assignment_id)
        .subquery()
    )
    late = (
        select(
            SubmittedNotebook.assignment_id,
            func.sum(SubmittedNotebook.late_submission_penalty).label("points"),
        )
        .group_by(SubmittedNotebook.assignment_id)
        .subquery()
    )
    query = (
        select(
            *(SubmittedAssignment.student_id, Assignment.name, SubmittedAssignment.timestamp),
            *(earned.c.points, late.c.points),
        )
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .outerjoin(earned, earned.c.assignment_id == SubmittedAssignment.id)
        .outerjoin(late, late.c.assignment_id == SubmittedAssignment.id)
    )
    return {
        (student, assignment): (when, points or 0.0, penalty or 0.0)
        for student, assignment, when, points, penalty in gradebook.db.execute(query)
    }
