"""nbgrader's own commands, made safe: an exporter and a preprocessor that take its places.

``nbgrader autograde`` and formgrader then open nothing that a student handed in: all of it is
graded by a `Station`, as by ``dlcourse grade``. The shipped ``nbgrader_config.py`` sets both.
"""

import atexit
import contextlib
import json
import os
import stat
import tempfile
from collections.abc import Mapping
from glob import escape
from pathlib import Path
from typing import Any, ClassVar

from nbconvert.exporters import NotebookExporter
from nbformat import from_dict
from nbformat.v4 import new_notebook
from nbgrader.api import Gradebook
from nbgrader.apps import NbGrader
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import Exchange
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Bool, Dict

from dlcourse.grading import own_solution, submissions
from dlcourse.grading.limits import Limits
from dlcourse.grading.spec import SpecError, load_spec
from dlcourse.grading.station import Station
from dlcourse.grading.submissions import handed_in_at


class SafeExporter(NotebookExporter):
    """Puts aside what nbgrader must not open, and reads no notebook: `SafeExecute` does.

    nbgrader makes its exporter before it looks into any submission. Its hook before each one comes
    after the first look, and an error in it stops nothing.
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)  # type: ignore[no-untyped-call]
        converter: Any = self.parent
        try:
            load_spec(converter.coursedir, converter.coursedir.assignment_id)
        except SpecError as error:
            self.log.error("%s", error)
            raise NbGraderException(str(error)) from None
        converter.coursedir.get_existing_timestamp = handed_in_at
        limits = SafeExecute(parent=converter).limits_of()
        for folder in map(Path, converter.assignments):
            student = folder.parent.name
            if escape(student) != student or not student.isprintable():
                raise ValueError(
                    f"a student's folder must have none of * ? [ and no line end in its name, got "
                    f"{student!r}: nbgrader takes it for others; rename it, or use dlcourse grade"
                )
            put_links_aside(folder)
            if submissions.read(student, folder, limits).refused:
                put_others_aside(folder)

    def from_file(
        self, file_stream: Any, resources: Any = None, **settings: Any
    ) -> tuple[Any, Any]:
        """Begin with an empty notebook, whatever the file holds."""
        begun: tuple[Any, Any] = self.from_notebook_node(  # type: ignore[no-untyped-call]
            new_notebook(), resources, **settings
        )
        return begun


class SafeExecute(NbGraderPreprocessor):  # type: ignore[misc]
    """Grades what was handed in: in the sandbox, and its locked tests outside of it."""

    limits = Dict(help="Limits by name, see dlcourse.grading.limits.Limits.").tag(config=True)
    sandbox = Bool(
        True, help="Whether students' code is kept in the sandbox. False is dangerous."
    ).tag(config=True)

    _stations: ClassVar[dict[str, tuple[str, Station]]] = {}

    def preprocess(self, notebook: Any, resources: Any) -> tuple[Any, Any]:
        """Put the graded notebook in the place of an empty one.

        What cannot be graded earns nothing, and the notebook says why.
        """
        names = resources["nbgrader"]
        course = CourseDirectory(parent=self.parent)
        station = self.station(course, names["assignment"])
        folder = course.format_path(
            course.submitted_directory, names["student"], names["assignment"]
        )
        place, own = Path(course.root, folder), f"{names['notebook']}.ipynb"
        handed_in = submissions.read(names["student"], place, self.limits_of(), [own])
        copies = Path(resources["metadata"]["path"])
        remove_active_files(copies, station.spec.files)
        submissions.write_time(copies, handed_in.timestamp)
        with Gradebook(names["db_url"]) as gradebook:  # nbgrader keeps a time that is gone
            gradebook.update_or_create_submission(
                names["assignment"], names["student"], timestamp=handed_in.timestamp
            )
        result = station.grade(
            names["student"], names["notebook"], handed_in.files, refused=handed_in.refused
        )
        for reason in filter(None, (result.reason, handed_in.untimed)):
            self.log.warning("%s: %s", names["student"], reason)
        graded = from_dict(json.loads(result.graded))
        graded["metadata"]["dlcourse"] = {"seed": result.seed}
        return graded, resources

    def limits_of(self) -> Limits:
        """Return the limits that the course's configuration sets."""
        return Limits(**self.limits)

    def station(self, course: Any, assignment: str) -> Station:
        """Return the station of an assignment; it stays open for the next student."""
        spec = load_spec(course, assignment)
        digest, station = self._stations.get(assignment, ("", None))
        if station is None or digest != spec.digest:
            if station is not None:
                station.close()
            if not self.sandbox:
                self.log.critical("STUDENTS' CODE RUNS WITHOUT A SANDBOX, WITH ALL YOUR RIGHTS.")
            private = private_folders(course)
            station = Station(spec, self.limits_of(), self.sandbox, whole=True, private=private)
            self._stations[assignment] = spec.digest, station
            atexit.register(station.close)
            notebooks = own_solution.solutions(course, spec)
            if lost := own_solution.grade_solutions(station, notebooks):
                self.log.warning("%s", own_solution.as_text(lost))
        return station


def course_here() -> tuple[NbGrader, CourseDirectory]:
    """Open the course of the current folder; the application holds nbgrader's settings."""
    app = NbGrader()
    app.initialize([])
    return app, CourseDirectory(parent=app)


def private_folders(course: CourseDirectory) -> tuple[str, ...]:
    """List the folders of a course and of nbgrader's exchange, for `Station`."""
    return str(course.root), str(Exchange(parent=course.parent).root)


def put_links_aside(folder: Path) -> None:
    """Move whatever in a submission nbgrader should not open out of it, before it does.

    A link would put its target, somebody else's work or a key, next to the graded notebook; a time
    stamp that is none could stop or hang the run. Each goes into a new folder beside the
    submission, whose name begins with a dot; where a time stamp was, a note says so. If that fails,
    the whole submission goes there.

    Parameters
    ----------
    folder : Path
        The submission.

    Raises
    ------
    OSError
        If nothing can be moved.
    """
    try:
        for link in (folder.parent, folder):
            if link.is_symlink():
                _move_away(link, link)
                return
        for place, folders, files, descriptor in os.fwalk(folder, onerror=_raise_unless_gone):
            depth = len(Path(place).relative_to(folder).parts)
            for name in [*folders, *files]:
                if not _may_stay(name, descriptor, depth):
                    _move_away(name, folder, descriptor)
                    if (depth, name) == (0, submissions.STAMP):
                        folders[:] = [other for other in folders if other != name]
                        _leave_note(descriptor, f"put aside, see .{folder.name}.refused-*")
    except OSError:
        _move_away(folder, folder)


def put_others_aside(folder: Path) -> None:
    """Move all but notebooks and time out of a submission that is too large for a copy."""
    for entry in list(os.scandir(folder)):
        if not entry.name.endswith(".ipynb") and entry.name != submissions.STAMP:
            _move_away(entry.path, folder)


def _raise_unless_gone(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise error


def _may_stay(name: str, place: int, depth: int) -> bool:
    """Tell whether nbgrader may open something, by its name in a folder that is open."""
    try:
        found = os.stat(name, dir_fd=place, follow_symlinks=False)
    except FileNotFoundError:
        return True
    if stat.S_ISDIR(found.st_mode):
        return depth < submissions.DEEPEST and (depth, name) != (0, submissions.STAMP)
    notebook = depth == 0 and name.endswith(".ipynb")  # a second name must not cost the grade
    if not stat.S_ISREG(found.st_mode) or (found.st_nlink > 1 and not notebook):
        return False
    if depth == 0 and name == submissions.STAMP:
        file = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=place)
        with open(file, "rb") as stamp:
            return submissions.moment_of(stamp.read(submissions.STAMP_BYTES + 1)) is not None
    return True


def _move_away(name: str | Path, submission: Path, place: int | None = None) -> None:
    """Move something, if it is still there, into a new folder beside the submission."""
    prefix = f".{submission.name}.refused-"
    with contextlib.suppress(FileNotFoundError):
        target = Path(tempfile.mkdtemp(prefix=prefix, dir=submission.parent), Path(name).name)
        os.rename(name, target, src_dir_fd=place)


def _leave_note(submission: int, text: str) -> None:
    """Write where a time was that nobody can read: the next one to grade shall ask for it."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    file = os.open(submissions.STAMP, flags, 0o644, dir_fd=submission)
    with open(file, "w", encoding="utf-8") as note:
        note.write(text)


PASSIVE = frozenset(
    (".csv", ".gif", ".ipynb", ".jpeg", ".jpg", ".json", ".npy", ".npz", ".png", ".txt")
)


def remove_active_files(folder: Path, released: Mapping[str, bytes]) -> None:
    """Remove copies of what a student handed in that formgrader would serve as a page.

    Parameters
    ----------
    folder : Path
        Where nbgrader puts the graded notebook; it has copied all other files there.
    released : mapping of str to bytes
        The instructor's own files, by relative name, which may be of any kind.
    """
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and path.suffix.lower() not in PASSIVE and name not in released:
            path.unlink()
