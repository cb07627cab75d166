"""What students handed in, read from disk as bytes: regular files only, within limits."""

import errno
import hashlib
import os
import re
import stat
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from glob import glob
from pathlib import Path
from typing import Any
from unicodedata import category

from dlcourse.grading.inside.wire import MB

MOST_FILES, DEEPEST = 200, 20
FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK  # a pipe in its place makes nobody wait
FOLDER = FILE | os.O_DIRECTORY
GONE = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENXIO)  # since it was listed
STAMP, SECRET = "timestamp.txt", "submission_secret.txt"
LONGEST_STAMP = 80
ZONE = r"[+-]\d\d:?\d\d|[A-Za-z][\w+-]*(/[A-Za-z][\w+-]*)*"
# A time zone can carry the first and the last year over the end of the calendar.
YEAR = r"(?!000[01]|9999)\d{4}"
PLAIN_STAMP = re.compile(rf"{YEAR}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)? ?({ZONE})?", re.ASCII)


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
        By student, sorted; a name may be no text (`is_text`).
    """
    pattern = course.format_path(course.submitted_directory, "*", assignment)
    marked = course.format_path(course.submitted_directory, "\0", assignment)
    student = re.compile(re.escape(marked).replace("\\\0", "([^/]+)").replace("\0", "([^/]+)"))
    root = Path(pattern[: pattern.index("*")])
    found = {}
    rest = pattern[len(str(root)) :].lstrip("/")
    for name in sorted(glob(rest, root_dir=root, include_hidden=True)):  # stops at nothing
        path = root / name
        if (match := student.fullmatch(str(path))) is not None:
            found[match[1]] = path
    excluded = set(filter(None, course.student_id_exclude.split(",")))
    return {name: path for name, path in found.items() if name not in excluded}


def is_text(name: str) -> bool:
    """Tell whether a name is text without control characters.

    A gradebook holds no stray bytes, and nbgrader's commands end at a folder with a line end.
    """
    return not {"Cc", "Cs"} & {category(character) for character in name}


def read(student: str, folder: Path, limit: int, notebooks: Collection[str] = ()) -> Submission:
    """Read a submission, whatever it is.

    Each name is opened in the folder in which it was found, and no link is followed: what somebody
    puts into its place meanwhile leads nowhere else.

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
    room = limit
    try:
        with (
            _opened(folder.parent.parent, FOLDER & ~os.O_NOFOLLOW) as course,
            _opened(folder.parent.name, FOLDER, course) as parent,
            _opened(folder.name, FOLDER, parent) as root,
        ):
            for name, descriptor in _regular_files(root):
                if name not in notebooks and os.fstat(descriptor).st_nlink > 1:
                    continue
                with open(descriptor, "rb", closefd=False) as file:
                    files[name] = file.read(room + 1)
                room -= len(files[name])
                if room < 0:
                    return Submission(student, refused=f"It is larger than {limit / MB:g} MB.")
                if len(files) > MOST_FILES:
                    return Submission(student, refused=f"It has more than {MOST_FILES} files.")
    except OSError as error:
        if folder.is_symlink() or folder.parent.is_symlink():
            return Submission(student, refused="The folder is a link to another place.")
        return Submission(student, refused=f"A file cannot be read: {error.strerror}.")
    stamp = moment_of(files.pop(STAMP, b""))
    secret = files.pop(SECRET, b"").decode("ascii", "replace")
    return Submission(student, files, stamp, secret=secret)


@contextmanager
def _opened(name: str | Path, flags: int, folder: int | None = None) -> Iterator[int]:
    """Open a file or a folder by its name in another one."""
    descriptor = os.open(name, flags, dir_fd=folder)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _regular_files(folder: int, prefix: str = "", depth: int = 0) -> Iterator[tuple[str, int]]:
    """Open one regular file after the other, by name; neither hidden ones nor what lies deep."""
    with os.scandir(folder) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    for entry in entries:
        if entry.name.startswith(".") or entry.name == "__pycache__":
            continue
        try:
            if entry.is_dir(follow_symlinks=False) and depth < DEEPEST:
                with _opened(entry.name, FOLDER, folder) as inner:
                    yield from _regular_files(inner, f"{prefix}{entry.name}/", depth + 1)
            elif entry.is_file(follow_symlinks=False):
                with _opened(entry.name, FILE, folder) as descriptor:
                    if stat.S_ISREG(os.fstat(descriptor).st_mode):
                        yield prefix + entry.name, descriptor
        except OSError as error:
            if error.errno not in GONE:
                raise


def plain_stamp(content: bytes) -> str:
    """Return a time as nbgrader's exchange writes it; an empty string for anything else.

    nbgrader reads times with dateutil, which takes hours for some texts, and opens the file that a
    time zone's name points to.
    """
    text = content[: LONGEST_STAMP + 1].decode("ascii", "replace").strip()
    return text if len(content) <= LONGEST_STAMP and PLAIN_STAMP.fullmatch(text) else ""


def handed_in_at(folder: Path) -> datetime | None:
    """Read the time from a submission's folder; None where there is none, or no plain one."""
    try:
        with _opened(folder / STAMP, FILE) as stamp, open(stamp, "rb", closefd=False) as file:
            return moment_of(file.read(LONGEST_STAMP + 1))
    except OSError:
        return None


def moment_of(content: bytes) -> datetime | None:
    """Read a time as nbgrader's exchange writes it, in UTC; None for anything else."""
    from nbgrader.utils import parse_utc

    try:
        text = plain_stamp(content)
        moment: datetime | None = parse_utc(text) if text else None
    except (ValueError, ArithmeticError):
        return None
    return moment
