"""What students handed in, read from disk as bytes: regular files only, within limits."""

import errno
import hashlib
import os
import re
import stat
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from glob import glob
from pathlib import Path
from typing import Any
from unicodedata import category, normalize
from zoneinfo import ZoneInfo, available_timezones

from dlcourse.grading.inside.wire import MB
from dlcourse.grading.limits import Limits
from dlcourse.grading.tables import write_whole

DEEPEST = 20
FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK  # a pipe in its place makes nobody wait
FOLDER = FILE | os.O_DIRECTORY
GONE = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENXIO)  # since it was listed
STAMP, SECRET = "timestamp.txt", "submission_secret.txt"
LONGEST_STAMP = 80  # characters
STAMP_BYTES = 2 * LONGEST_STAMP + 2  # of as many in UTF-16, which begins with a mark
ISO_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?)"
    r" ?(Z|UTC|GMT|[+-]\d\d(?::?[0-5]\d)?|[A-Z]\w*(?:/[A-Z][\w+-]*)+)?",
    re.ASCII | re.IGNORECASE,
)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MAIL_TIME = re.compile(  # of RFC 2822
    rf"(?:({'|'.join(DAYS)}), ?)?\d\d? (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
    r" [1-9]\d{3} \d\d:\d\d(?::\d\d)?(?: (?:Z|UTC?|GMT|[+-]\d\d[0-5]\d)(?: \([A-Z]{1,5}\))?)?",
    re.ASCII | re.IGNORECASE,
)


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
        When it was handed in, in UTC, if that was written down.
    refused : str
        Why the files were not read; empty if they were.
    secret : str
        What nbgrader's exchange knows the submission by; empty without an exchange.
    untimed : str
        Why the time that was written down cannot be read; empty if it can, or there is none.
    """

    student: str
    files: dict[str, bytes] = field(default_factory=dict)
    timestamp: datetime | None = None
    refused: str = ""
    secret: str = ""
    untimed: str = ""

    def key(self, run: str, isolation: str) -> str:
        """Hash everything that decides about the result, but for the seed.

        Parameters
        ----------
        run : str
            What `dlcourse.grading.regrade.digest_of_run` returned.
        isolation : str
            What the student's code is kept in, as `dlcourse.grading.sandbox.isolation` says it.
        """
        said = f"{run} {isolation} {self.timestamp} {self.refused}{self.untimed}"
        whole = hashlib.sha256(said.encode("utf-8", "surrogateescape"))
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


def misplaced(course: Any, assignment: str, notebooks: Iterable[str]) -> list[str]:
    """Find notebooks in the folders of students who have none for the assignment.

    Parameters
    ----------
    course : nbgrader.coursedir.CourseDirectory
        Where the course is.
    assignment : str
        nbgrader's name of the assignment.
    notebooks : iterable of str
        File names of its notebooks.

    Returns
    -------
    list of str
        Their paths, from the folder of all students on: they lie in the student's own folder, or in
        one whose name begins as the assignment's does.
    """
    place = Path(course.format_path(course.submitted_directory, "*", assignment))
    found: list[str] = []
    if place.parent.name != "*":
        return found
    root, notebooks = place.parent.parent, list(notebooks)
    handed_in = folders(course, assignment)
    for student in _folders_in(root):
        if student in handed_in:
            continue
        alike = [
            name
            for name in _folders_in(root / student)
            if _letters(name).startswith(_letters(assignment))
            and not Path(course.format_path(course.source_directory, ".", name)).is_dir()
        ]
        paths = (Path(student, folder, name) for folder in (".", *alike) for name in notebooks)
        found += [path.as_posix() for path in paths if (root / path).is_file()]
    return found


def _folders_in(folder: Path) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))
    except OSError:
        return []


def _letters(name: str) -> str:
    return re.sub(r"[\W_]", "", name).casefold()


def same_name(name: str) -> str:
    """Write a name in the one of its ways in which accents are part of their letters.

    A file system or an archive may have taken them apart.
    """
    return normalize("NFC", name)


def is_text(name: str) -> bool:
    """Tell whether a name is text without control characters.

    A gradebook holds no stray bytes, and nbgrader's commands end at a folder with a line end.
    """
    return not {"Cc", "Cs"} & {category(character) for character in name}


def read(student: str, folder: Path, limits: Limits, notebooks: Collection[str] = ()) -> Submission:
    """Read a submission, whatever it is.

    Each name is opened in the folder in which it was found, and no link is followed: what somebody
    puts into its place meanwhile leads nowhere else.

    Parameters
    ----------
    student : str
        Whose.
    folder : Path
        Where.
    limits : Limits
        Of them, how much is read at most.
    notebooks : collection of str
        File names of the assignment's notebooks. Of all else, what has another name somewhere
        (a hard link) is not read; these are, or a link to one could keep it from being graded.
    """
    files: dict[str, bytes] = {}
    room = int(limits.notebook_mb * MB)
    refused, moment, untimed = "", None, ""
    try:
        with (
            _opened(folder.parent.parent, FOLDER & ~os.O_NOFOLLOW) as course,
            _opened(folder.parent.name, FOLDER, course) as parent,
            _opened(folder.name, FOLDER, parent) as root,
        ):
            moment, untimed = _time_in(root)
            for name, descriptor in _regular_files(root):
                other_name = os.fstat(descriptor).st_nlink > 1 and name not in notebooks
                if name == STAMP or other_name:
                    continue
                with open(descriptor, "rb", closefd=False) as file:
                    files[name] = file.read(room + 1)
                room -= len(files[name])
                if room < 0:
                    refused = f"It is larger than {limits.notebook_mb:g} MB."
                elif len(files) > limits.notebook_files:
                    refused = f"It has more than {limits.notebook_files} files."
                if refused:
                    break
    except OSError as error:
        refused = f"A file cannot be read: {error.strerror}."
        if folder.is_symlink() or folder.parent.is_symlink():
            refused = "The folder is a link to another place."
    if refused:
        return Submission(student, timestamp=moment, refused=refused, untimed=untimed)
    secret = files.pop(SECRET, b"").decode("ascii", "replace")
    return Submission(student, files, moment, secret=secret, untimed=untimed)


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


def handed_in_at(folder: Path) -> datetime | None:
    """Read the time from a submission's folder, in UTC; None where there is none to read."""
    try:
        with _opened(folder, FOLDER) as root:
            return _time_in(root)[0]
    except OSError:
        return None


def _time_in(folder: int) -> tuple[datetime | None, str]:
    """Read the time from a submission's folder, and say why it cannot be read if it is there."""
    try:
        with _opened(STAMP, FILE, folder) as stamp, open(stamp, "rb", closefd=False) as file:
            found = os.fstat(stamp)
            if stat.S_ISREG(found.st_mode) and found.st_nlink == 1:
                content = file.read(STAMP_BYTES + 1)
                moment = moment_of(content)
                text = _text_of(content)[:LONGEST_STAMP]
                why = f"{STAMP} holds no time that is sure, but {text!r}."
                return moment, "" if moment else why
    except FileNotFoundError:
        return None, ""
    except OSError:
        pass
    return None, f"{STAMP} is no plain file, so the time is not known."


def write_time(folder: Path, moment: datetime | None) -> None:
    """Write a time as nbgrader's exchange does, which nbgrader reads right; None removes it."""
    if moment is None:
        (folder / STAMP).unlink(missing_ok=True)
    else:
        write_whole(folder / STAMP, f"{moment} UTC")


def moment_of(content: bytes) -> datetime | None:
    """Read a time, in UTC; None for what is none, or could mean several.

    nbgrader reads times with dateutil, which takes hours for some texts, opens the file that a
    time zone's name points to, takes ``-0800`` for seconds and guesses what stands for a day.

    Parameters
    ----------
    content : bytes
        Of the file, in UTF-8 or UTF-16: a time as nbgrader's exchange, ISO 8601 or RFC 2822 has
        it. Without a zone it is UTC. A zone is an offset, UTC, or a name such as Europe/Berlin:
        ``EST`` is used on several continents.

    Examples
    --------
    >>> moment_of(b"2026-11-19 20:00 -0800")
    datetime.datetime(2026, 11, 20, 4, 0)
    """
    text = _text_of(content)
    if len(content) > STAMP_BYTES or len(text) > LONGEST_STAMP:
        return None
    try:
        moment = _parsed(" ".join(text.split()))
        if moment is None:
            return None
        moment = moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, ArithmeticError):
        return None
    # A time zone can carry the first and the last year over the end of the calendar.
    return moment.replace(tzinfo=None) if 1 < moment.year < 9999 else None


def _text_of(content: bytes) -> str:
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    return content.decode("utf-16" if marked else "utf-8-sig", "replace")


def _parsed(text: str) -> datetime | None:
    """Read a time of one line as it stands; ValueError where it is not in the calendar."""
    if match := ISO_TIME.fullmatch(text):
        day, time, zone = match[1], match[2], (match[3] or "").upper()
        if "/" not in zone:
            zone = "Z" if zone in ("UTC", "GMT") else zone
            return datetime.fromisoformat(f"{day}T{time}{zone}")
        if zone not in _zones():
            return None
        moment = datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=ZoneInfo(_zones()[zone]))
        once = moment.utcoffset() == moment.replace(fold=1).utcoffset()
        return moment if once else None  # where clocks are changed
    if match := MAIL_TIME.fullmatch(text):
        moment = parsedate_to_datetime(text)
        named = (match[1] or "").lower()
        return moment if named in ("", DAYS[moment.weekday()]) else None  # or which is wrong?
    return None


@cache
def _zones() -> dict[str, str]:
    """Names of time zones in capitals, and as they are written: no other file is opened."""
    return {name.upper(): name for name in available_timezones() if "/" in name}
