"""nbgrader's own commands, made safe: a preprocessor that takes the place of its ``Execute``.

``nbgrader autograde`` and formgrader then run students' code in the sandbox and tests in the
referee; everything else of nbgrader stays as it is. The shipped ``nbgrader_config.py`` sets it.
"""

import atexit
import json
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from nbformat import from_dict
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import Exchange
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Bool, Dict

from dlcourse.grading import submissions
from dlcourse.grading.inside.wire import KB, MB
from dlcourse.grading.limits import Limits
from dlcourse.grading.restore import restore
from dlcourse.grading.sanitize import clean_notebook
from dlcourse.grading.spec import load_spec
from dlcourse.grading.station import Station


class SafeExecute(NbGraderPreprocessor):  # type: ignore[misc]
    """Runs a submission in the sandbox and its locked tests outside of it."""

    limits = Dict(help="Limits by name, see dlcourse.grading.limits.Limits.").tag(config=True)
    sandbox = Bool(
        True, help="Whether students' code is kept in the sandbox. False is dangerous."
    ).tag(config=True)

    _stations: ClassVar[dict[str, tuple[str, Station]]] = {}

    def preprocess(self, notebook: Any, resources: Any) -> tuple[Any, Any]:
        """Run the notebook that nbgrader has restored.

        Raises
        ------
        OSError
            If what was handed in is a link, or cannot be read.
        """
        names = resources["nbgrader"]
        course = CourseDirectory(parent=self.parent)
        station = self.station(course, names["assignment"])
        limits = self.limits_of()
        folder = course.format_path(
            course.submitted_directory, names["student"], names["assignment"]
        )
        name = f"{names['notebook']}.ipynb"
        room = int(limits.notebook_mb * MB)
        submission = submissions.read(names["student"], Path(course.root, folder), room, [name])
        if submission.refused or name not in submission.files:
            raise OSError(submission.refused or f"{name} is missing, or a link to another place")
        remove_active_files(Path(resources["metadata"]["path"]), station.spec.files)
        files = {key: content for key, content in submission.files.items() if key != name}
        notebook = clean_notebook(notebook, int(limits.output_kb * KB))
        seed = int.from_bytes(os.urandom(4))
        answer = station.execute(names["notebook"], notebook["cells"], files, seed)
        if answer["reason"]:
            self.log.warning("%s: %s", names["student"], answer["reason"])
        notebook["cells"] = answer["cells"]
        notebook["metadata"]["dlcourse"] = {"seed": seed}
        return from_dict(notebook), resources

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
            station = Station(spec, self.limits_of(), self.sandbox, private=private)
            self._stations[assignment] = spec.digest, station
            atexit.register(station.close)
        return station


def private_folders(course: CourseDirectory) -> tuple[str, ...]:
    """List the folders of a course and of nbgrader's exchange, for `Station`."""
    return str(course.root), str(Exchange(parent=course.parent).root)


class SafeRestore(NbGraderPreprocessor):  # type: ignore[misc]
    """Puts the instructor's cells back, in the place of nbgrader's list of sanitisers.

    A doubled or deleted cell stops nobody, and no metadata of a student's survives.
    """

    def preprocess(self, notebook: Any, resources: Any) -> tuple[Any, Any]:
        """Restore a notebook.

        Raises
        ------
        RejectedError
            If it cannot be.
        """
        names = resources["nbgrader"]
        spec = load_spec(CourseDirectory(parent=self.parent), names["assignment"])
        content = json.dumps(notebook).encode()
        return from_dict(restore(content, spec.notebook(names["notebook"]))), resources


def put_links_aside(assignment: str, student: str, notebooks: list[str]) -> None:
    """Rename whatever in a submission nbgrader should not open, before it does.

    nbgrader's hook before ``autograde``: a link would put its target, somebody else's work or a
    key, next to the graded notebook, and a time stamp that is none could stop or hang the run. The
    new names begin with a dot and are ignored.

    Parameters
    ----------
    assignment, student : str
        Patterns, which nbgrader gives and which are not needed.
    notebooks : list of str
        Paths of one submission's notebooks.
    """
    for folder in {Path(notebook).parent for notebook in notebooks}:
        for path in [folder, *folder.rglob("*")]:
            found = path.lstat()
            notebook = str(path) in notebooks
            lonely = stat.S_ISREG(found.st_mode) and (found.st_nlink == 1 or notebook)
            if not lonely and not stat.S_ISDIR(found.st_mode):
                path.rename(path.with_name(f".{path.name}.refused"))
        stamp = folder / submissions.STAMP
        if stamp.is_file() and not submissions.plain_stamp(stamp.read_bytes()):
            stamp.rename(folder / f".{submissions.STAMP}.refused")


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
