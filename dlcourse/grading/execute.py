"""nbgrader's own commands, made safe: a preprocessor that takes the place of its ``Execute``.

``nbgrader autograde`` and formgrader then run students' code in the sandbox and tests in the
referee; everything else of nbgrader stays as it is. The shipped ``nbgrader_config.py`` sets it.
"""

import atexit
import json
import os
from pathlib import Path
from typing import Any, ClassVar

from nbformat import from_dict
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Bool, Dict

from dlcourse.grading import submissions
from dlcourse.grading.limits import Limits
from dlcourse.grading.sanitize import clean_notebook
from dlcourse.grading.spec import load_spec
from dlcourse.grading.station import Station


class SafeExecute(NbGraderPreprocessor):  # type: ignore[misc]
    """Runs a submission in the sandbox and its locked tests outside of it."""

    limits = Dict(help="Limits by name, see dlcourse.grading.limits.Limits.").tag(config=True)
    sandbox = Bool(
        True, help="Whether students' code is kept in the sandbox. False is dangerous."
    ).tag(config=True)

    _stations: ClassVar[dict[tuple[str, str], Station]] = {}

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
        folder = Path(
            course.format_path(course.submitted_directory, names["student"], names["assignment"])
        )
        limits = self.limits_of()
        submission = submissions.read(
            names["student"], Path(course.root, folder), int(limits.notebook_mb) << 20
        )
        name = f"{names['notebook']}.ipynb"
        if submission.refused or name not in submission.files:
            raise OSError(submission.refused or f"{name} is missing, or a link to another place")
        files = {key: content for key, content in submission.files.items() if key != name}
        notebook = clean_notebook(notebook, int(limits.output_kb) << 10)
        seed = int.from_bytes(os.urandom(4))
        cells = json.loads(json.dumps(notebook["cells"]))  # plain lists and dicts
        answer = station.execute(names["notebook"], cells, files, seed)
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
        key = assignment, spec.digest
        if key not in self._stations:
            if not self.sandbox:
                self.log.critical("STUDENTS' CODE RUNS WITHOUT A SANDBOX, WITH ALL YOUR RIGHTS.")
            self._stations[key] = Station(spec, self.limits_of(), self.sandbox)
            atexit.register(self._stations[key].close)
        return self._stations[key]
