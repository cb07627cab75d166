"""What students handed in, read from disk as bytes: regular files only, within limits."""

import hashlib
import os
import re
import stat
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from dlcourse.grading.inside.wire import MB

MOST_FILES, DEEPEST = 200, 20
STAMP, SECRET = "timestamp.txt", "submission_secret.txt"
LONGEST_STAMP = 80
ZONE = r"[+-]\d\d:?\d\d|[A-Za-z][\w+-]*(/[A-Za-z][\w+-]*)*"
PLAIN_STAMP = re.compile(rf"\d{{4}}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)? ?({ZONE})?", re.ASCII)


@dataclass(frozen=True)
class Submission:
    """All that one student handed in for an assignment.

    Parameters
    ----------
    student : str
        nbgrader's name of the student.
    files : dict of str to bytes
        By relative name; links and special files are left out.
    timestamp : datetime or None
        When it was handed in, in UTC, if nbgrader wrote that down.
    refused : str
        Why the files were not read; empty if they were.
    secret : str
        What nbgrader's exchange knows the submission by; empty without an exchange.
    """

    student: str
    files: dict[str, bytes] = field(default_factory=dict)
    timestamp: datetime | None = None
    refused: str = ""
    secret: str = ""

    def key(self, run: str, isolation: str) -> str:
        """Hash everything that decides about the result, but for the seed.

        Parameters
        ----------
        run : str
            What `dlcourse.grading.regrade.digest_of_run` returned.
        isolation : str
            What the student's code is kept in, as `dlcourse.grading.sandbox.isolation` says it.
        """
        whole = hashlib.sha256(f"{run} {isolation} {self.timestamp} {self.refused}".encode())
        for name, content in sorted(self.files.items()):
            whole.update(hashlib.sha256(name.encode("utf-8", "surrogateescape")).digest())
            whole.update(hashlib.sha256(content).digest())
        return whole.hexdigest()


def folders(course: Any, assignment: str) -> dict[str, Path]:
    """Find the folders of all who handed something in.

    Parameters
    ----------
    course : nbgrader.coursedir.CourseDirectory
        Where the course is.
    assignment : str
        nbgrader's name of the assignment.

    Returns
    -------
    dict of str to Path
        By student, sorted.
    """
    pattern = course.format_path(course.submitted_directory, "*", assignment)
    marked = course.format_path(course.submitted_directory, "\0", assignment)
    student = re.compile(re.escape(marked).replace("\\\0", "([^/]+)").replace("\0", "([^/]+)"))
    root = Path(pattern[: pattern.index("*")])
    found = {}
    for path in sorted(root.glob(pattern[len(str(root)) :].lstrip("/"))):
        match = student.fullmatch(str(path))
        if match is not None and match[1].isprintable():  # a name that is text, not stray bytes
            found[match[1]] = path
    excluded = set(filter(None, course.student_id_exclude.split(",")))
    return {name: path for name, path in found.items() if name not in excluded}


def read(student: str, folder: Path, limit: int, notebooks: Collection[str] = ()) -> Submission:
    """Read a submission, whatever it is.

    Parameters
    ----------
    student : str
        Whose.
    folder : Path
        Where.
    limit : int
        Bytes that are read at most.
    notebooks : collection of str
        File names of the assignment's notebooks. Of all else, what has another name somewhere
        (a hard link) is not read; these are, or a link to one could keep it from being graded.
    """
    files: dict[str, bytes] = {}
    if folder.is_symlink() or folder.parent.is_symlink():
        return Submission(student, refused="The folder is a link to another place.")
    room = limit
    for path in _regular_files(folder):
        name = path.relative_to(folder).as_posix()
        try:
            found = path.lstat()
            if name not in notebooks and stat.S_ISREG(found.st_mode) and found.st_nlink > 1:
                continue
            content = _read_file(path, room)
        except FileNotFoundError:  # it went after it was listed
            continue
        except OSError as error:
            return Submission(student, refused=f"A file cannot be read: {error.strerror}.")
        room -= len(content)
        if room < 0:
            return Submission(student, refused=f"It is larger than {limit / MB:g} MB.")
        files[name] = content
        if len(files) > MOST_FILES:
            return Submission(student, refused=f"It has more than {MOST_FILES} files.")
    stamp = _timestamp(files.pop(STAMP, b""))
    secret = files.pop(SECRET, b"").decode("ascii", "replace")
    return Submission(student, files, stamp, secret=secret)


def _regular_files(folder: Path, depth: int = 0) -> Iterator[Path]:
    """List regular files, by name; neither links nor hidden ones nor what lies very deep."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        if entry.name.startswith(".") or entry.name == "__pycache__":
            continue
        if entry.is_dir(follow_symlinks=False) and depth < DEEPEST:
            yield from _regular_files(Path(entry.path), depth + 1)
        elif entry.is_file(follow_symlinks=False):
            yield Path(entry.path)


def _read_file(path: Path, room: int) -> bytes:
    """Read a file that is still a regular one; one byte more than there is room for, at most."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with open(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(0, "it is not a file")
        return file.read(room + 1)


def plain_stamp(content: bytes) -> str:
    """Return a time as nbgrader's exchange writes it; an empty string for anything else.

    nbgrader reads times with dateutil, which takes hours for some texts, and opens the file that a
    time zone's name points to.
    """
    text = content[: LONGEST_STAMP + 1].decode("ascii", "replace").strip()
    return text if len(content) <= LONGEST_STAMP and PLAIN_STAMP.fullmatch(text) else ""


def _timestamp(content: bytes) -> datetime | None:
    from nbgrader.utils import parse_utc

    try:
        text = plain_stamp(content)
        moment: datetime | None = parse_utc(text) if text else None
    except (ValueError, ArithmeticError):
        return None
    return moment
