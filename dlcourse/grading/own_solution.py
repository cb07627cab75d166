"""The instructor's own solution is graded before the class: it shows what right answers lose.

Tests run outside of the student's process, and not everything that works in one process works
through that wall. What the author of a test loses, every right student loses as well.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from textwrap import indent
from typing import Any

from dlcourse.grading.result import Result
from dlcourse.grading.spec import STUDENT_PROCESS, AssignmentSpec, NotebookSpec
from dlcourse.grading.station import Station
from dlcourse.grading.tables import number, write_whole

FILE = "solution.json"
LONGEST = 2000  # characters of a message that are kept, its last ones
LINES = 12  # of a message that are said in the terminal
ADVICE = (
    "Students with right answers will lose these points, too. Mend the test, or tag its cell "
    f"{STUDENT_PROCESS} in the source notebook: it then runs as in nbgrader, and can be forged."
)
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Loss:
    """A test in which the instructor's own solution does not get all points.

    Parameters
    ----------
    notebook, cell : str
        Which test.
    score, maximum : float
        Points.
    message : str
        What the test said.
    """

    notebook: str
    cell: str
    score: float
    maximum: float
    message: str

    @property
    def headline(self) -> str:
        """Name the test and its points."""
        return f"{self.notebook}, {self.cell}: {number(self.score)} of {number(self.maximum)}"


def solutions(course: Any, spec: AssignmentSpec) -> dict[str, bytes]:
    """Read the source notebooks, by name."""
    folder = Path(course.format_path(course.source_directory, ".", spec.name))
    return {n.name: (folder / f"{n.name}.ipynb").read_bytes() for n in spec.notebooks}


def grade_solutions(station: Station, notebooks: dict[str, bytes]) -> list[Loss]:
    """Grade source notebooks as if a student had handed them in."""
    return [
        loss
        for name, content in notebooks.items()
        for loss in losses(
            station.grade("", name, {f"{name}.ipynb": content}, reveals=True),
            station.spec.notebook(name),
        )
    ]


def losses(result: Result, spec: NotebookSpec) -> Iterable[Loss]:
    """List the tests without full marks; what a person marks is none of them."""
    settings = [(c["metadata"].get("nbgrader", {}), c) for c in json.loads(result.graded)["cells"]]
    cells = {nbgrader.get("grade_id"): cell for nbgrader, cell in settings}
    for known in spec.cells:
        score, maximum = result.scores.get(known.grade_id), known.points or 0.0
        if known.is_test and score is not None and score < maximum:
            said = [result.reason, *texts(cells[known.grade_id]["outputs"])]
            message = COLOUR.sub("", "\n".join(filter(None, said))).strip()
            yield Loss(spec.name, known.grade_id, score, maximum, message[-LONGEST:])


def texts(outputs: Iterable[dict[str, Any]]) -> Iterable[str]:
    """Collect what a cell showed, as text."""
    for output in outputs:
        if output["output_type"] == "error":
            yield "\n".join(output["traceback"]) or output["evalue"]
        elif output["output_type"] == "stream":
            yield output["text"].strip()
        elif output["output_type"] == "display_data":
            yield output["data"].get("text/plain", "")


def in_short(lost: Sequence[Loss]) -> str:
    """Say what is lost in one line."""
    names = ", ".join(f"{loss.cell} ({loss.notebook})" for loss in lost)
    return f"YOUR OWN SOLUTION LOSES POINTS in {names}: see the report."


def as_text(lost: Sequence[Loss]) -> str:
    """Say what is lost and why, for the terminal and for logs."""
    lines = ["YOUR OWN SOLUTION LOSES POINTS:"]
    for loss in lost:
        lines.append(f"  {loss.headline}")
        lines.append(indent("\n".join(loss.message.splitlines()[-LINES:]), "    "))
    return "\n".join([*filter(str.strip, lines), ADVICE])


def write(folder: Path, key: str, lost: Sequence[Loss]) -> None:
    """Keep what was found beside the report, with a hash of what was graded."""
    folder.mkdir(parents=True, exist_ok=True)
    data = {"key": key, "losses": [asdict(loss) for loss in lost]}
    write_whole(folder / FILE, json.dumps(data, indent=1))


def read(folder: Path) -> tuple[str, tuple[Loss, ...]]:
    """Read what `write` kept; an empty hash where there is nothing."""
    path = folder / FILE
    if not path.is_file():
        return "", ()
    data = json.loads(path.read_text(encoding="utf-8"))
    return data["key"], tuple(Loss(**loss) for loss in data["losses"])
