"""``dlcourse moodle-feedback``: the students' pages, packed so that Moodle hands them back.

Moodle's "Upload multiple feedback files in a zip" reads folders that are named as in the download:
``Full Name_1234567_assignsubmission_file_``. It goes by the number, which is of one assignment, so
`dlcourse.grading.collecting` writes it down.
"""

import os
import stat
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dlcourse.grading.collecting import read_record, record_of
from dlcourse.grading.execute import course_here
from dlcourse.grading.spec import load_spec
from dlcourse.grading.submissions import FILE

PACKED = "moodle_feedback.zip"


def moodle_feedback(assignment: str) -> tuple[Path, int, list[str]]:
    """Pack the pages of all who were collected from Moodle, in the current folder's course.

    Parameters
    ----------
    assignment : str
        nbgrader's name of the assignment.

    Returns
    -------
    Path
        The archive.
    int
        Whose pages are in it, counted.
    list of str
        Whose pages are not there yet.

    Raises
    ------
    SpecError, ValueError, OSError
        If there is nothing to pack; the message says why.
    """
    _, course = course_here()
    names = [f"{notebook.name}.html" for notebook in load_spec(course, assignment).notebooks]
    record = read_record(record_of(course, assignment))
    labels = {s: str(one["label"]) for s, one in record.items() if one["from"] == "moodle"}
    if not labels:
        raise ValueError(
            f"assignment must be one that was collected from Moodle, got {assignment!r}. Run: "
            f"dlcourse collect {assignment} DOWNLOAD --from moodle"
        )
    pages = pages_of(course, assignment, labels, names)
    packed = Path(course.root, "reports", assignment, PACKED)
    packed.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=packed.parent, delete=False) as draft:
        try:
            with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as archive:
                for name, content in pages.items():
                    archive.writestr(name, content)
            os.replace(draft.name, packed)
        except BaseException:
            os.unlink(draft.name)
            raise
    there = {name.partition("/")[0] for name in pages}
    missing = [s for s, label in labels.items() if folder_of(label) not in there]
    return packed, len(there), sorted(missing)


def pages_of(
    course: Any, assignment: str, labels: Mapping[str, str], names: list[str]
) -> dict[str, bytes]:
    """Read the students' pages, by their names in the archive; a link is none."""
    pages = {}
    for student, label in sorted(labels.items()):
        folder = Path(course.format_path(course.feedback_directory, student, assignment))
        for name in names:
            try:
                descriptor = os.open(folder / name, FILE)
            except OSError:
                continue
            with open(descriptor, "rb") as page:
                if stat.S_ISREG(os.fstat(descriptor).st_mode):
                    pages[f"{folder_of(label)}/{name}"] = page.read()
    return pages


def folder_of(label: str) -> str:
    """Name a participant's folder as Moodle does."""
    return f"{label}_assignsubmission_file_"
