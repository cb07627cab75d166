"""``dlcourse collect``: from a learning platform's download to ``submitted/STUDENT/ASSIGNMENT/``.

First all names are read and each person is found in the class; only then is anything unpacked, and
only what belongs to one student for certain. What lies in an archive that a student packed is that
student's. A submission appears in one step, when it is whole.
"""

import contextlib
import json
import os
import re
import shutil
import tempfile
import zipfile
from collections import defaultdict
from collections.abc import Generator, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, Any

from dlcourse.grading.archives import (
    MOST_IN_A_CLASS,
    RATIO,
    Amount,
    Member,
    SafeExtractor,
    members,
)
from dlcourse.grading.downloads import (
    FORMS,
    METADATA,
    MOST_METADATA,
    NOISE,
    Download,
    Found,
    Person,
    guess,
    plain,
    stages,
)
from dlcourse.grading.execute import SafeExecute, course_here
from dlcourse.grading.inside.wire import MB
from dlcourse.grading.limits import Limits
from dlcourse.grading.roster import Roster, UnknownError, in_gradebook, read_roster, read_worksheet
from dlcourse.grading.spec import load_spec
from dlcourse.grading.submissions import DEEPEST, SECRET, STAMP, handed_in_at, is_text
from dlcourse.grading.tables import write_whole

OWN = (STAMP, SECRET)  # what decides about lateness and feedback comes from no student
RECORD = "collected.json"
LONGEST = 1000  # characters of a name in a download
MOST_NOTES = 5  # of a student
MOST_LINES = 50  # of each list in the summary
ODD = "its name is too long or too deep, or has control characters"
NOBODYS = "its name does not say for certain whose it is"
FRONT = re.compile(  # of a path in a download, before what a student chooses
    r"(assignment_\d+_export/|multi_feedback[^/]*/|[^/]*/Submissions/)?.*?_\d+(?=[_/])", re.DOTALL
)


class Extractor(SafeExtractor):
    """Unpacks what one student handed in, and remembers what it leaves out.

    Parameters
    ----------
    largest : int
        Bytes that a submission may have.
    """

    def __init__(self, largest: int) -> None:
        super().__init__()
        self.largest, self.notes = largest, list[str]()

    def leave_out(self, path: Path, reason: object) -> None:
        """Remember what is not there, and why."""
        self.notes.append(f"{shown(path.name)}: {reason}")


@dataclass
class Arrival:
    """What a download holds of one student.

    Parameters
    ----------
    people : set of Person
        Who of the download is this student.
    moment : datetime or None
        When it was handed in, in UTC, if the download tells.
    late : bool
        Whether the platform says that it is late.
    folder : Path or None
        Where it is unpacked to, before it takes its place.
    size, files : int
        Bytes and files unpacked so far.
    notes : list of str
        What people should know of it.
    """

    people: set[Person] = field(default_factory=set)
    moment: datetime | None = None
    late: bool = False
    folder: Path | None = None
    size: int = 0
    files: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def label(self) -> str:
        """What the download calls the student."""
        return next(iter(self.people)).label


@dataclass
class Collected:
    """What came of a download.

    Parameters
    ----------
    form : str
        The platform.
    placed : dict of str to Arrival
        By student, what is in ``submitted`` now.
    kept : dict of str to str
        By student, why what was there stayed.
    refused : dict of str to str
        By name in the download, why a person's files, or one file, were put nowhere.
    """

    form: str
    placed: dict[str, Arrival] = field(default_factory=dict)
    kept: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)

    def as_text(self) -> str:
        """Write a summary."""
        lines = [f"{len(self.placed)} collected from {self.form}."]
        late = [student for student, arrival in self.placed.items() if arrival.late]
        lines += [f"Late, as {self.form} says: {', '.join(late)}"] if late else []
        notes = {student: in_short(a.notes) for student, a in self.placed.items() if a.notes}
        for head, listed in (
            ("Kept as it was", self.kept),
            ("Look at", notes),
            ("NOT COLLECTED", {n: r for n, r in self.refused.items() if r not in (ODD, NOBODYS)}),
            ("FILES NOT COLLECTED", self.files()),
        ):
            lines += [f"\n{head}"] if listed else []
            said = [f"  {shown(name)}: {reason}" for name, reason in sorted(listed.items())]
            lines += said[:MOST_LINES]
            lines += [f"  and {len(said) - MOST_LINES} more"] if len(said) > MOST_LINES else []
        return "\n".join(lines)

    def files(self) -> dict[str, str]:
        """List the files that nobody has; many of one person are one, as they would hide others."""
        fronts: dict[str, list[str]] = defaultdict(list)
        for path, reason in self.refused.items():
            if reason in (ODD, NOBODYS):
                front = FRONT.match(path[:LONGEST])
                fronts[front[0] if front else path.partition("/")[0]].append(path)
        return {
            paths[0] if len(paths) == 1 else f"{front} ({len(paths)} files)": "; ".join(
                sorted({self.refused[path] for path in paths})
            )
            for front, paths in fronts.items()
        }


class Collector:
    """Puts a download's submissions in their places.

    Parameters
    ----------
    course : nbgrader.coursedir.CourseDirectory
        Where they go.
    assignment : str
        nbgrader's name of the assignment.
    notebooks : iterable of str
        File names of its notebooks.
    roster : Roster
        The class.
    limits : Limits
        Of them, how much a submission may hold.
    addresses : mapping of str to str
        Of Moodle's participants, by their numbers.
    """

    def __init__(
        self,
        course: Any,
        assignment: str,
        notebooks: Iterable[str],
        roster: Roster,
        limits: Limits,
        addresses: Mapping[str, str] | None = None,
    ) -> None:
        self.addresses = addresses or {}
        self.course, self.assignment, self.roster = course, assignment, roster
        self.notebooks = tuple(notebooks)
        self.largest, self.most = int(limits.notebook_mb * MB), limits.notebook_files
        self.record = record_of(course, assignment)

    def collect(self, download: Path, form: str | None, update: bool) -> Collected:
        """Read a download and put in place what is certain.

        Parameters
        ----------
        download : Path
            A zip archive or a folder.
        form : str, optional
            One of `dlcourse.grading.downloads.FORMS`; guessed without it.
        update : bool
            Whether a later submission replaces one that is there.

        Raises
        ------
        ValueError
            If it is no download, or nobody can tell its form.
        """
        names = self.names(download)
        form = form or guess(names)
        found = FORMS[form](names)
        done = Collected(form)
        for path in names.odd:
            done.refused[path] = ODD
        for path in names.paths - found.keys() - names.metadata.keys():
            done.refused[path] = NOBODYS
        arrivals = self.arrivals(found, done)
        written = written_at(download)
        for student in list(arrivals):
            if reason := self.stays(student, arrivals[student], written, update):
                done.kept[student] = reason
                del arrivals[student]
        try:
            self.unpack(download, found, arrivals, done)
            for student, arrival in arrivals.items():
                with refusing(arrival, done):
                    self.place(student, arrival, done)
        finally:
            for arrival in arrivals.values():
                if arrival.folder is not None:
                    shutil.rmtree(arrival.folder, ignore_errors=True)
                    with contextlib.suppress(OSError):  # it holds something
                        arrival.folder.parent.rmdir()
            self.record.parent.mkdir(parents=True, exist_ok=True)
            self.write_record(done, written)
        return done

    def names(self, download: Path) -> Download:
        """List the files of a download, but for what systems leave behind.

        Of all files that may say who is who, the outermost alone is read.
        """
        paths, odd = set[str](), set[str]()
        with closing(contents(download, self.largest)) as files:
            for path, _ in files:
                if NOISE.search(path):
                    continue
                if len(paths) + len(odd) >= MOST_IN_A_CLASS * self.most:
                    most = f"{MOST_IN_A_CLASS * self.most:,}"
                    raise ValueError(f"download must have at most {most} files")
                strange = len(path) > LONGEST or path.count("/") > DEEPEST or not is_text(path)
                (odd if strange else paths).add(path)
        named = (path for path in paths if PurePosixPath(path).name == METADATA)
        outermost = min(named, key=lambda path: (path.count("/"), path), default=None)
        metadata = {}
        with closing(contents(download, self.largest)) as files:
            for path, opened in files:
                if path == outermost and (content := opened()) is not None:
                    with content:
                        metadata[path] = content.read(MOST_METADATA + 1)
                    break
        return Download(paths, metadata, self.notebooks, odd, self.addresses)

    def arrivals(self, found: dict[str, Found], done: Collected) -> dict[str, Arrival]:
        """Find out who is who; put down who is nobody, or the same as another."""
        students: dict[Person, str] = {}
        arrivals: dict[str, Arrival] = defaultdict(Arrival)
        for person in {person for one in found.values() for person in one.people}:
            try:
                students[person] = self.roster.find(person).id
                arrivals[students[person]].people.add(person)
            except UnknownError as problem:
                done.refused[person.label] = str(problem)
        for student, arrival in list(arrivals.items()):
            if len(labels := {person.label for person in arrival.people}) > 1:
                for label in labels:
                    done.refused[label] = f"{len(labels)} people in the download are {student}"
                del arrivals[student]
        for one in found.values():
            for person in one.people:
                if (here := arrivals.get(students.get(person, ""))) is not None:
                    here.late = here.late or one.late
                    here.moment = max(filter(None, (here.moment, one.moment)), default=None)
        return {student: arrivals[student] for student in sorted(arrivals)}

    def stays(self, student: str, arrival: Arrival, written: datetime | None, update: bool) -> str:
        """Say why what is there already is not replaced, if it is not."""
        there = self.folder(student)
        if there.is_symlink() or there.parent.is_symlink() or there.is_file():
            return "what is there is no folder"
        if not there.exists():
            return ""
        if not update:
            return "there is a submission; --update replaces it by a later one"
        before, now = handed_in_at(there), arrival.moment
        if before is None or now is None:
            said = self.known.get(student, {}).get("written", "")
            before = datetime.fromisoformat(said) if said else None
            now = written
        later = before is not None and now is not None and now > before
        return "" if later else "nothing says that the download is later"

    def unpack(
        self,
        download: Path,
        found: dict[str, Found],
        arrivals: dict[str, Arrival],
        done: Collected,
    ) -> None:
        """Write the files of those who are known to folders that nobody reads yet."""
        owners = {person: s for s, arrival in arrivals.items() for person in arrival.people}
        with closing(contents(download, self.largest)) as files:
            for path, opened in files:
                if (one := found.get(path)) is None:
                    continue
                for student in {owners[person] for person in one.people if person in owners}:
                    with refusing(arrivals[student], done):
                        self.write(arrivals[student], student, path, one.file, opened)

    def write(self, arrival: Arrival, student: str, path: str, file: str, opened: Any) -> None:
        """Write one file of a student, if it may be there."""
        if arrival.folder is None:
            parent = self.folder(student).parent
            parent.mkdir(parents=True, exist_ok=True)
            prefix = f".{self.assignment}.collecting-"
            arrival.folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
            arrival.folder.chmod(0o755)
        if arrival.size > self.largest or arrival.files > self.most:
            return
        arrival.files += 1
        if not is_text(file) or "\\" in file or ".." in path.split("/") or path.startswith("/"):
            arrival.notes.append(f"{shown(file)}: left out for its name")
            return
        extractor = Extractor(self.largest)
        arrival.size += extractor.write(
            arrival.folder, file, opened, max(self.largest - arrival.size, 0)
        )
        arrival.notes += extractor.notes

    def place(self, student: str, arrival: Arrival, done: Collected) -> None:
        """Give the notebooks their names and put the submission in its place."""
        if arrival.folder is None:  # it was refused when it was to be made
            return
        if arrival.size > self.largest or arrival.files > self.most:
            limits = f"{self.largest / MB:g} MB or {self.most} files"
            done.refused[arrival.label] = f"it has more than {limits}"
            return
        drop_own(arrival.folder)
        missing = self.set_names(arrival)
        if missing:
            self.unpack_packed(arrival)
            drop_own(arrival.folder)
            missing = self.set_names(arrival)
        arrival.notes += missing
        if arrival.moment is not None:
            stamp = f"{arrival.moment:%Y-%m-%d %H:%M:%S} UTC\n"
            (arrival.folder / STAMP).write_text(stamp, encoding="ascii")
        there = self.folder(student)
        if there.exists():
            aside = Path(tempfile.mkdtemp(prefix=f".{there.name}.collecting-", dir=there.parent))
            os.rename(there, aside / there.name)
            os.rename(arrival.folder, there)
            shutil.rmtree(aside, ignore_errors=True)
        else:
            os.rename(arrival.folder, there)
        done.placed[student] = arrival

    def set_names(self, arrival: Arrival) -> list[str]:
        """Rename notebooks that a platform or a browser renamed; say which are missing."""
        assert arrival.folder is not None
        files = [path for path in arrival.folder.iterdir() if path.is_file()]
        known, missing = set(self.notebooks), []
        for name in self.notebooks:
            if (arrival.folder / name).is_file():
                continue
            fits = [p for p in files if p.name not in known and plain(name) in stages(p.name)]
            if len(fits) == 1 and not (arrival.folder / name).exists():  # a folder, say
                os.rename(fits[0], arrival.folder / name)
                files.remove(fits[0])
            else:
                said = " or ".join(sorted(shown(path.name) for path in fits))
                missing.append(f"no {name}" + (f"; it may be {said}" if fits else ""))
        return missing

    def unpack_packed(self, arrival: Arrival) -> None:
        """Unpack the archives that a student handed in, and put what is in them beside them."""
        assert arrival.folder is not None
        for archive in sorted(arrival.folder.glob("*.zip")):
            extractor = Extractor(self.largest)
            with tempfile.TemporaryDirectory(dir=arrival.folder.parent, prefix=".") as place:
                room = Amount(self.largest - arrival.size, self.most - arrival.files)
                used = extractor.unpack(archive, Path(place), room, 0)
                arrival.notes += extractor.notes
                if not used.files:
                    continue
                arrival.size, arrival.files = arrival.size + used.size, arrival.files + used.files
                inner = only_folder(Path(place))
                for path in sorted(inner.iterdir()):
                    if is_text(path.name) and not (arrival.folder / path.name).exists():
                        os.rename(path, arrival.folder / path.name)
            archive.unlink()

    def folder(self, student: str) -> Path:
        """Tell where a student's submission goes."""
        place = self.course.format_path(self.course.submitted_directory, student, self.assignment)
        return Path(place)

    @property
    def known(self) -> dict[str, dict[str, Any]]:
        """What is written down of those who were collected before."""
        return read_record(self.record)

    def write_record(self, done: Collected, written: datetime | None) -> None:
        """Write down under which names a platform knows the students."""
        new = {
            student: {
                "from": done.form,
                "label": arrival.label,
                "late": arrival.late,
                "written": written.isoformat() if written else "",
            }
            for student, arrival in done.placed.items()
        }
        if new:
            text = json.dumps(self.known | new, indent=1, ensure_ascii=False, sort_keys=True)
            write_whole(self.record, text + "\n")


def collect(
    assignment: str,
    download: Path,
    form: str | None,
    roster: Path | None,
    worksheet: Path | None,
    update: bool,
) -> Collected:
    """Collect a download in the current folder's course.

    Parameters
    ----------
    assignment : str
        nbgrader's name of the assignment.
    download : Path
        A zip archive or a folder, as a platform gives it.
    form : str, optional
        Which platform; guessed without it.
    roster : Path, optional
        A table of the class, beside what the gradebook knows.
    worksheet : Path, optional
        Moodle's grading worksheet, which tells participants' addresses.
    update : bool
        Whether a later submission replaces one that is there.

    Raises
    ------
    SpecError, ValueError, OSError
        If nothing can be collected; the message says why.
    """
    app, course = course_here()
    spec = load_spec(course, assignment)
    students = {student.id: student for student in in_gradebook(course)}
    if roster is not None:
        students |= {student.id: student for student in read_roster(roster)}
    if not students:
        raise ValueError("roster must be given: the gradebook knows no student yet")
    limits = SafeExecute(parent=app).limits_of()
    notebooks = [f"{notebook.name}.ipynb" for notebook in spec.notebooks]
    addresses = read_worksheet(worksheet) if worksheet else None
    collector = Collector(
        course, assignment, notebooks, Roster(students.values()), limits, addresses
    )
    return collector.collect(download, form, update)


@contextlib.contextmanager
def refusing(arrival: Arrival, done: Collected) -> Generator[None, None, None]:
    """Put down why one student's files cannot be where they belong; the others' can."""
    try:
        yield
    except OSError as problem:
        done.refused[arrival.label] = shown(str(problem))


def contents(download: Path, largest: int) -> Generator[Member, None, None]:
    """List the files of a zip archive or of a folder, with what opens each.

    Raises
    ------
    ValueError
        If it is neither.
    """
    if download.is_dir():
        for place, folders, names in os.walk(download):
            folders.sort()
            for name in sorted(names):
                path = Path(place, name)
                plain_file = path.is_file() and not path.is_symlink()
                opened = partial(_open, path) if plain_file else lambda: None
                yield path.relative_to(download).as_posix(), opened
    elif zipfile.is_zipfile(download):
        yield from members(download, largest + RATIO * download.stat().st_size)
    else:
        raise ValueError(f"download must be a zip archive or a folder, got {download}")


def _open(path: Path) -> IO[bytes]:
    return open(path, "rb")


def written_at(download: Path) -> datetime | None:
    """Tell when a platform packed a download: it holds what was handed in by then."""
    if download.is_dir():
        files = (Path(place, name) for place, _, names in os.walk(download) for name in names)
        times = [path.lstat().st_mtime for path in files]
        return datetime.fromtimestamp(int(max(times))) if times else None
    with zipfile.ZipFile(download) as archive:
        latest = max((info.date_time for info in archive.infolist()), default=None)
    try:
        return datetime(*latest) if latest else None
    except ValueError:
        return None


def record_of(course: Any, assignment: str) -> Path:
    """Tell where it is written down under which names a platform knows the students."""
    return Path(course.root, "downloaded", assignment, RECORD)


def read_record(path: Path) -> dict[str, dict[str, Any]]:
    """Read what `Collector.write_record` wrote; nothing where nothing is."""
    if not path.is_file():
        return {}
    record: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return record


def drop_own(folder: Path) -> None:
    """Remove what looks like the course's own word on a submission."""
    for name in OWN:
        path = folder / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def only_folder(folder: Path) -> Path:
    """Go down as long as there is nothing but one folder."""
    while True:
        inside = [path for path in folder.iterdir() if path.name not in ("__MACOSX", ".DS_Store")]
        if len(inside) != 1 or not inside[0].is_dir():
            return folder
        folder = inside[0]


def in_short(notes: list[str]) -> str:
    """Join the first few notes."""
    more = len(notes) - MOST_NOTES
    return "; ".join([*notes[:MOST_NOTES], *([f"and {more} more"] if more > 0 else [])])


def shown(text: str) -> str:
    """Write a name for a terminal: what cannot be seen, or would turn the line, by its code."""
    return text if text.isprintable() else ascii(text)[1:-1]
