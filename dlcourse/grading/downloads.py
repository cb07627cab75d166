"""Whose is a file of a download? The forms in which learning platforms pack a class's work.

=========== ======================================================================================
Moodle      ``Full Name_1234567_assignsubmission_file_/x.ipynb``, or ``..._file_x.ipynb``
Canvas      ``lastfirst_LATE_12345_67890_x.ipynb``: the person's number, then the file's
ILIAS       ``Title/Submissions/Last_First_login_12345/20261120_100000_x.ipynb``, or without titles
Gradescope  ``submission_12345/x.ipynb``, and ``submission_metadata.yml`` with the people
=========== ======================================================================================

A student chooses what comes behind the part that names a person, so that part is looked for from
the front, and only there. What can be read in two ways is not read. Sources: Moodle's
``mod/assign/classes/downloader.php``, Canvas's ``lib/content_zipper.rb``, ILIAS's
``class.ilExSubmission.php``, and exports of Gradescope.
"""

import contextlib
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any
from unicodedata import normalize

import yaml

from dlcourse.grading.submissions import moment_of

METADATA = "submission_metadata.yml"
EXPORT = re.compile(rf"(?:assignment_\d+_export/)?{re.escape(METADATA)}")
SUBMITTER = (":name", ":email", ":sid")
MOST_METADATA = 64 * 10**6  # bytes
DEEPEST_METADATA = 100
NOISE = re.compile(r"(^|/)(__MACOSX/|\.DS_Store$|Thumbs\.db$|desktop\.ini$)")
MOODLE = re.compile(
    r"((?P<name>[^_/]*)_(?P<number>\d+))_assignsubmission_(?:file|onlinetext)(?=[_/])_?/?(?P<file>.+)"
)
CANVAS_PERSON = r"(?P<label>(?P<name>[^/]*?)(?P<late>_LATE)?_(?P<number>\d+))"
CANVAS = re.compile(rf"{CANVAS_PERSON}_(?:\d+_(?P<file>.+)|(?:text|link)\.html)")
TWO_READINGS = re.compile(r"\d+_|(?:text|link)\.html$")
ILIAS = re.compile(r"(?P<label>(?P<name>[^/_]+(?:_[^/_]+){2,})_(?P<number>\d+))/(?P<file>.+)")
ILIAS_TIME = re.compile(r"(\d{8})_?(\d{6})_(.+)")
ILIAS_LATE = re.compile(r"(?:Late Submission|Versp(?:ä|ae|a)tete Abgabe) - (.+)")


@dataclass(frozen=True)
class Person:
    """Somebody, as a download names them.

    Parameters
    ----------
    label : str
        The part of the file's name that stands for them.
    names : tuple of str
        What may be their first and last name, in whatever order.
    number : str
        The platform's number of them (a gradebook's ``lms_user_id``), if it has one for all
        assignments.
    email : str
        Their address, if it is told.
    ids : tuple of str
        What may be the id by which nbgrader knows them.
    joined : str
        Last and first name and login in one, where nobody can tell where one ends.
    """

    label: str
    names: tuple[str, ...] = ()
    number: str = ""
    email: str = ""
    ids: tuple[str, ...] = ()
    joined: str = ""


@dataclass(frozen=True)
class Found:
    """A file that people handed in.

    Parameters
    ----------
    people : tuple of Person
        Whose it is; several where a group handed it in.
    file : str
        Its name, relative to the submission.
    moment : datetime or None
        When it was handed in, in UTC, if the download tells.
    late : bool
        Whether the platform says that it is late.
    """

    people: tuple[Person, ...]
    file: str
    moment: datetime | None = None
    late: bool = False


@dataclass(frozen=True)
class Download:
    """The names in a download, and what a platform tells beside the files.

    Parameters
    ----------
    paths : collection of str
        Names of files, with slashes.
    metadata : mapping of str to bytes
        The outermost file called ``submission_metadata.yml``, by name, if there is one.
    notebooks : collection of str
        File names of the assignment's notebooks.
    odd : collection of str
        Names that nobody should look at, as they have no end or cannot be shown.
    addresses : mapping of str to str
        Of Moodle's participants, by their numbers.
    """

    paths: Collection[str]
    metadata: Mapping[str, bytes] = field(default_factory=dict)
    notebooks: Collection[str] = ()
    odd: Collection[str] = ()
    addresses: Mapping[str, str] = field(default_factory=dict)


def moodle(download: Download) -> dict[str, Found]:
    """Read the form of Moodle's "Download all submissions"; its number is of one assignment."""
    found = {}
    for path, match in _from_the_front(MOODLE, download.paths):
        address = download.addresses.get(match["number"], "")
        person = Person(match[1], (match["name"],), email=address)
        found[path] = Found((person,), match["file"])
    return found


def canvas(download: Download) -> dict[str, Found]:
    """Read the form of Canvas's "Download Submissions", in which all files lie side by side.

    A name may end in a number, too. Of three numbers in a row, or two before a text that is no
    file, nobody can tell the person's, but where the third begins the name of a notebook that the
    assignment has.
    """
    found = {}
    folders = {path.rpartition("/")[0] for path in download.paths}
    for path, match in _from_the_front(CANVAS, download.paths if len(folders) == 1 else ()):
        if re.match(r"anon(_|$)", match["name"]):  # names were to be hidden
            continue
        file, known = match["file"] or "", set(map(plain, download.notebooks))
        if TWO_READINGS.match(file) and not stages(file) & known:
            continue
        person = Person(match["label"], (match["name"],), match["number"])
        found[path] = Found((person,), file or "text.html", late=match["late"] is not None)
    return found


def ilias(download: Download) -> dict[str, Found]:
    """Read the forms of ILIAS: all submissions, with or without titles, and multi-feedback.

    It writes times as its server's clock shows them; they are taken as this computer's. Some
    versions write none. A time that not all files have is a student's own, as is one behind the
    first part of a file's name. Of two files of one name the later one has it.
    """
    inner = {
        path.partition("/")[2] if path.startswith("multi_feedback") else path: path
        for path in download.paths
    }
    matches = _from_the_front(ILIAS, inner)
    timed = all(ILIAS_TIME.fullmatch(_without_late(match)[0]) for _, match in matches)
    found = {}
    taken = set[tuple[str, str]]()
    for path, match in sorted(matches, key=_moment_in_name, reverse=True):
        name, number = match["name"], match["number"]
        parts = name.split("_")
        ids = (number, *("_".join(parts[start:]) for start in range(2, len(parts))))
        names = tuple("_".join(parts[:end]) for end in range(2, len(parts)))
        file, late = _without_late(match)
        moment = None
        _, slash, rest = match["file"].partition("/")
        if timed and (said := ILIAS_TIME.fullmatch(file)) is not None:
            moment, own = _local(said[1] + said[2]), (match["label"], said[3] + slash + rest)
            file = file if own in taken else said[3]
            taken.add(own)
        person = Person(match["label"], names, ids=ids, joined=name)
        found[inner[path]] = Found((person,), file + slash + rest, moment, late)
    return found


def gradescope(download: Download) -> dict[str, Found]:
    """Read Gradescope's "Download Submissions": folders, and one file that says whose they are.

    Where that file lies elsewhere, or speaks of other folders, a student may have handed it in.
    """
    found: dict[str, Found] = {}
    path, content = next(iter(download.metadata.items()), ("", b""))
    if not EXPORT.fullmatch(path):
        return found
    root, people = path.removesuffix(METADATA), read_metadata(content)
    for path in download.paths:
        folder, _, file = path.removeprefix(root).partition("/")
        its_own = path.startswith(root) and file and re.fullmatch(r"submission_\d+", folder)
        if its_own and folder in people:
            found[path] = replace(people[folder], file=file)
    return found


FORMS: dict[str, Callable[[Download], dict[str, Found]]] = {
    "gradescope": gradescope,
    "moodle": moodle,
    "canvas": canvas,
    "ilias": ilias,
}


def guess(download: Download) -> str:
    """Name the one form that all files of a download have.

    Where it holds one student's files alone, their names may have another form, too.

    Raises
    ------
    ValueError
        If there is none, or more than one.
    """
    files, fits = set(download.paths) - download.metadata.keys(), []
    for name, form in FORMS.items():
        with contextlib.suppress(ValueError):  # a file of that name that is none
            fits += [name] if files and files <= form(download).keys() else []
    if len(fits) == 1:
        return fits[0]
    raise ValueError(
        f"from must be one of {', '.join(sorted(FORMS))}: this download has the form of "
        f"{' and of '.join(fits) or 'none'} throughout, so say which it is"
    )


def read_metadata(content: bytes) -> dict[str, Found]:
    """Read who handed in which folder.

    The file is read event by event: no object is made of it, what an alias or a tag stands for is
    never looked up.

    Parameters
    ----------
    content : bytes
        YAML, with ``:submitters`` (``:name``, ``:email``, ``:sid``) and ``:created_at`` by folder.

    Raises
    ------
    ValueError
        If it is none, too large or too deep.
    """
    if len(content) > MOST_METADATA:
        raise ValueError(f"{METADATA} must have {MOST_METADATA:,} bytes at most")
    people: dict[str, dict[object, dict[object, str]]] = {}
    moments: dict[str, datetime | None] = {}
    try:
        for keys, value in _scalars(content):
            if len(keys) == 2 and keys[1] == ":created_at":
                moment = moment_of(value.encode())
                moments[str(keys[0])] = moment and moment.replace(microsecond=0)
            if len(keys) == 4 and keys[1] == ":submitters" and keys[3] in SUBMITTER:
                submitter = people.setdefault(str(keys[0]), {}).setdefault(keys[2], {})
                submitter.setdefault(keys[3], value)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ValueError(f"{METADATA} cannot be read: {str(error)[:200]}") from None
    return {
        folder: Found(
            tuple(_submitter(folder, one) for one in said.values()), "", moments.get(folder)
        )
        for folder, said in people.items()
    }


def plain(name: str) -> str:
    """Write a file's name so that two systems write it alike."""
    return normalize("NFC", PurePosixPath(name).name).casefold()


def stages(name: str) -> set[str]:
    """List what a notebook's name was before platforms and browsers added to it.

    Examples
    --------
    >>> sorted(stages("Week-1 (2).ipynb.json"))
    ['week-1 (2).ipynb', 'week-1.ipynb', 'week.ipynb']
    """
    stem = re.sub(r"\.ipynb(\.(json|txt))?$", "", plain(name))
    if f"{stem}.ipynb" != re.sub(r"\.(json|txt)$", "", plain(name)):
        return set()
    found = {stem}
    while (shorter := re.sub(r"(-copy\d*|-\d{1,3}| ?\(\d{1,3}\))$", "", stem)) != stem:
        found.add(stem := shorter)
    return {f"{stem}.ipynb" for stem in found}


def _from_the_front(
    pattern: re.Pattern[str], paths: Collection[str]
) -> list[tuple[str, re.Match[str]]]:
    """Match the first part of each path that fits: what lies in it is a student's own."""
    found = []
    for path in paths:
        parts = path.split("/")
        tails = ("/".join(parts[start:]) for start in range(len(parts)))
        if (match := next(filter(None, map(pattern.fullmatch, tails)), None)) is not None:
            found.append((path, match))
    return found


def _without_late(match: re.Match[str]) -> tuple[str, bool]:
    """Return how a file's name begins in ILIAS's form, and whether it is said to be late."""
    name = match["file"].partition("/")[0]
    late = ILIAS_LATE.fullmatch(name)
    return (late[1], True) if late else (name, False)


def _moment_in_name(path_and_match: tuple[str, re.Match[str]]) -> str:
    said = ILIAS_TIME.fullmatch(_without_late(path_and_match[1])[0])
    return said[1] + said[2] if said else ""


def _local(digits: str) -> datetime | None:
    try:
        moment = datetime.strptime(digits, "%Y%m%d%H%M%S")
        return moment.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None


def _submitter(folder: str, said: Mapping[object, str]) -> Person:
    name, email, sid = (said.get(key, "").strip() for key in SUBMITTER)
    return Person(f"{folder} ({name})", (name,), "", email, (sid,) if sid else ())


def _scalars(content: bytes) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield each plain value with the keys and numbers that lead to it."""
    stack: list[list[Any]] = []  # kind, key or number so far
    for event in yaml.parse(content, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader)):
        if isinstance(event, yaml.CollectionEndEvent):
            stack.pop()
            continue
        if not isinstance(event, yaml.NodeEvent):
            continue
        scalar = event.value if isinstance(event, yaml.ScalarEvent) else None
        if stack and stack[-1][0] == "key":  # this is a key, whatever it is
            stack[-1] = ["value", scalar]
        else:
            if stack and stack[-1][0] == "value":
                stack[-1][0] = "key"
            elif stack:
                stack[-1][1] += 1
            if scalar is not None and all(isinstance(key, (str, int)) for _, key in stack):
                yield tuple(key for _, key in stack), scalar
        if isinstance(event, yaml.MappingStartEvent):
            stack.append(["key", None])
        elif isinstance(event, yaml.SequenceStartEvent):
            stack.append(["items", -1])
        if len(stack) > DEEPEST_METADATA:
            raise ValueError(f"it has more than {DEEPEST_METADATA} levels")
