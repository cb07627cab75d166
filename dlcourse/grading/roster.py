"""Who is who: from a name, an address or a number of a learning platform to a student of the class.

Names are compared without accents, case, spaces and signs, as platforms leave these out. What is
certain decides first (a number, an address, a login), then the name, if one student alone has it
and nothing speaks against it. In doubt it is nobody.
"""

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unicodedata import normalize

from dlcourse.grading.downloads import Person
from dlcourse.grading.submissions import is_text

MOST_BYTES = 10_000_000
SPELT_OUT = str.maketrans(
    {"å": "aa", **{a: f"{b}e" for a, b in zip("äöüøæ", "aouoa", strict=True)}}
)


@dataclass(frozen=True)
class Student:
    """A line of nbgrader's ``students.csv``; what is unknown is empty.

    Parameters
    ----------
    id : str
        By which nbgrader knows them: the name of their folder.
    first_name, last_name, email, lms_user_id : str
        As in the gradebook.

    Raises
    ------
    ValueError
        If the id is no name of a folder.
    """

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_user_id: str = ""

    def __post_init__(self) -> None:
        """Refuse what leads elsewhere, or is hidden."""
        named = self.id and "/" not in self.id and not self.id.startswith(".") and is_text(self.id)
        if not named or len(self.id.encode()) > 255:
            raise ValueError(f"id must be the name of a folder, got {self.id!a}")

    @property
    def names(self) -> set[str]:
        """What their name may look like."""
        if not self.first_name and not self.last_name:
            return set()
        orders = (self.first_name + self.last_name, self.last_name + self.first_name)
        return {spelling for name in orders for spelling in spellings(name)}


class UnknownError(Exception):
    """Somebody is no one student of the class; the message says why."""


class Roster:
    """All students of a class.

    Parameters
    ----------
    students : iterable of Student
        Each id once.
    """

    def __init__(self, students: Iterable[Student]) -> None:
        self.students = list(students)

    def find(self, person: Person) -> Student:
        """Find the student that a download names.

        Raises
        ------
        UnknownError
            If there is none, or more than one.
        """
        certain = [student for student in self.students if _is_certainly(student, person)]
        found = certain or [
            student
            for student in self.students
            if not _cannot_be(student, person) and _is_named(student, person)
        ]
        if len(found) > 1:
            raise UnknownError(f"it may be {' or '.join(student.id for student in found)}")
        if not found:
            raise UnknownError("no student of the class is known by that")
        return found[0]


def read_roster(path: Path) -> list[Student]:
    """Read a class from a file of comma-separated values, as ``nbgrader db student import`` does.

    Raises
    ------
    ValueError
        If it is none, or an id is missing, comes twice or is no name of a folder.
    """
    head, *rows = _rows(path, "roster")
    if "id" not in head:
        raise ValueError("roster must have a column id in its first line")
    students: dict[str, Student] = {}
    for row in rows:
        told = dict(zip(head, row, strict=False))
        columns = ("id", "first_name", "last_name", "email", "lms_user_id")
        student = Student(*(told.get(column, "").strip() for column in columns))
        if student.id in students:
            raise ValueError(f"roster must name an id once, got {student.id!a} twice")
        students[student.id] = student
    return list(students.values())


def read_worksheet(path: Path) -> dict[str, str]:
    """Read addresses from Moodle's grading worksheet, by participants' numbers.

    Its words depend on Moodle's language: what ends in a number comes first ("Participant 77"), and
    what has the form of an address is one. Somebody with two is left out: a name may look like one.

    Raises
    ------
    ValueError
        If it has no participant with an address.
    """
    found = {}
    for row in _rows(path, "worksheet"):
        number = re.search(r"(?<!\d)\d+$", row[0].strip()[-40:]) if row else None
        told = {c.strip() for c in row if re.fullmatch(r"[^@\s]+@[^@\s]+", c.strip())}
        if number and len(told) == 1:
            found[number[0]] = told.pop()
    if not found:
        raise ValueError("worksheet must be Moodle's grading worksheet with addresses, in CSV")
    return found


def _rows(path: Path, what: str) -> list[list[str]]:
    """Read a file of comma-separated values that is not too large; at least one row."""
    with open(path, "rb") as file:
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise ValueError(f"{what} must have {MOST_BYTES:,} bytes at most")
    try:
        text = io.StringIO(content.decode("utf-8-sig"), newline="")
        return [row for row in csv.reader(text, strict=True) if row] or [[]]
    except UnicodeDecodeError:
        raise ValueError(f"{what} must be a file in UTF-8") from None
    except csv.Error as error:
        raise ValueError(f"{what} must be comma-separated: {error}") from None


def in_gradebook(course: Any) -> list[Student]:
    """Read the students that the gradebook knows; one whose id is no folder's name is left out."""
    from nbgrader.api import Gradebook

    found = []
    with Gradebook(course.db_url, course.course_id) as gradebook:
        for s in gradebook.students:
            told = (s.id, s.first_name, s.last_name, s.email, s.lms_user_id)
            try:
                found.append(Student(*(str(value or "").strip() for value in told)))
            except ValueError:
                continue
    return found


def spellings(name: str) -> set[str]:
    """Write a name as platforms may: without signs, and in two ways where letters are spelt out.

    Examples
    --------
    >>> sorted(spellings("Anne-Marie O'Neil") | spellings("Jürgen"))
    ['annemarieoneil', 'juergen', 'jurgen']
    """
    folded = normalize("NFC", name).casefold()
    found = {_letters(folded), _letters(folded.translate(SPELT_OUT))}
    return found - {""}


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, normalize("NFKD", text)))


def _is_certainly(student: Student, person: Person) -> bool:
    if person.number and student.lms_user_id:
        return person.number == student.lms_user_id
    if person.email and person.email.casefold() == student.email.casefold():
        return True
    if not person.joined or not student.names:
        # of several logins, no more than one is theirs: without a name nobody can tell which
        ids = person.ids[:1] if person.joined and len(person.ids) > 2 else person.ids
        return student.id in ids or (student.lms_user_id or None) in ids
    if student.lms_user_id and student.lms_user_id in person.ids:
        return _is_named(student, person)
    told = spellings(student.last_name + student.first_name + student.id)
    return student.id in person.ids and bool(told & spellings(person.joined))


def _is_named(student: Student, person: Person) -> bool:
    named = {spelling for name in person.names for spelling in spellings(name)}
    return bool(named & student.names)


def _cannot_be(student: Student, person: Person) -> bool:
    """Tell whether a number or an address belongs to somebody else."""
    number = person.number and student.lms_user_id and person.number != student.lms_user_id
    email = person.email and student.email and person.email.casefold() != student.email.casefold()
    return bool(number or email)
