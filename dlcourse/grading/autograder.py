"""What runs in Gradescope's container: one submission in, ``results.json`` out.

    python -m dlcourse.grading.autograder /autograder

Students' code runs in bubblewrap where the container allows it; otherwise as another user, who
cannot read what the instructor uploaded. The tests run outside of it in both cases. Gradescope
keeps the deadline, so nothing is taken off for being late.
"""

import json
import sys
import time
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dlcourse.grading import submissions
from dlcourse.grading.limits import Limits
from dlcourse.grading.result import Result
from dlcourse.grading.sandbox import SandboxError
from dlcourse.grading.spec import AssignmentSpec, CellSpec, NotebookSpec
from dlcourse.grading.station import Station
from dlcourse.grading.submissions import Submission
from dlcourse.grading.tables import write_whole

STUDENT = 61_999  # a user that no system has
SPEC, LIMITS = "spec.json", "limits.json"
LONGEST = 10_000  # characters that a test says
PRIVATE = ("source", "results", "submission", "submission_metadata.json")
BROKEN = "The autograder could not run. That is not your fault; please tell your instructor."
NOT_PROTECTED = (
    "Students' code runs as another user and not in a sandbox, as this container allows none. It "
    "cannot read the tests, the answers or the results, nor use the network where its isolation "
    "says seccomp. It can read whatever else everybody may read in the container, see which "
    "processes run, use more memory than the limits say, and leave processes and files behind "
    "until the container ends."
)


def main(root: Path) -> None:
    """Grade what lies in ``submission`` and write ``results/results.json``, whatever happens.

    Parameters
    ----------
    root : Path
        Gradescope's folder.
    """
    started = time.monotonic()
    try:
        close_to_others(root)
        report = grade(root)
    except Exception:
        traceback.print_exc(file=sys.stdout)  # which instructors alone see
        report = {"score": 0, "output": BROKEN, "tests": []}
    report |= {
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "execution_time": round(time.monotonic() - started, 1),
    }
    (root / "results").mkdir(exist_ok=True)
    write_whole(root / "results" / "results.json", json.dumps(report, ensure_ascii=False) + "\n")


def close_to_others(root: Path) -> None:
    """Let only owner and group into what is the instructor's, into results and work."""
    for name in PRIVATE:
        if (root / name).exists():
            (root / name).chmod((root / name).stat().st_mode & ~0o007)


def grade(root: Path) -> dict[str, Any]:
    """Grade a submission; return Gradescope's results.

    Raises
    ------
    SandboxError
        If students' code can be kept in nothing here.
    """
    source = root / "source"
    spec = AssignmentSpec.from_json((source / SPEC).read_text(encoding="utf-8"))
    limits = Limits(**json.loads((source / LIMITS).read_text(encoding="utf-8")))
    names = [f"{notebook.name}.ipynb" for notebook in spec.notebooks]
    handed_in = submissions.read("student", root / "submission", limits, names)
    private = tuple(str(root / name) for name in PRIVATE)
    try:
        results = judged(spec, limits, handed_in, sandbox=True, private=private)
    except SandboxError as refused:
        print(f"{refused}\n\n{NOT_PROTECTED}")
        results = judged(spec, limits, handed_in, sandbox=False, user=STUDENT)
    return results_of(spec, results)


def judged(
    spec: AssignmentSpec, limits: Limits, handed_in: Submission, **kept_in: Any
) -> list[Result]:
    """Grade each notebook of a submission."""
    with Station(spec, limits, **kept_in) as station:
        return [
            station.grade("student", notebook.name, handed_in.files, refused=handed_in.refused)
            for notebook in spec.notebooks
        ]


def results_of(spec: AssignmentSpec, results: list[Result]) -> dict[str, Any]:
    """Say in Gradescope's words what came out.

    A test cell is a test; what it says is what the student's page would show. With hidden tests it
    is held back until grades are published, as whoever hands in again and again could ask them
    questions. What a person marks is not there.
    """
    tests, said, by_hand = [], [], 0
    for result in results:
        notebook = spec.notebook(result.notebook)
        prefix = f"{notebook.name}: " if len(spec.notebooks) > 1 else ""
        by_hand += sum((cell.grade or cell.task) and not cell.is_test for cell in notebook.cells)
        tests += [
            {**test, "name": f"{prefix}{test['name']}"} for test in graded_tests(notebook, result)
        ]
        said += [f"{prefix}{result.reason}"] if result.reason else []
    if by_hand:
        said.append(f"Answers that a person marks and that are not counted here: {by_hand}.")
    sandboxes = sorted({result.sandbox for result in results})
    report: dict[str, Any] = {
        "output": "\n".join(said),
        "output_format": "text",
        "tests": tests,
        "extra_data": {
            "isolation": ", ".join(sandboxes),
            "seeds": {result.notebook: result.seed for result in results},
        },
    }
    if any("bubblewrap" not in one for one in sandboxes):
        report["extra_data"]["not_protected"] = NOT_PROTECTED
    return report if tests else {**report, "score": 0}


def graded_tests(notebook: NotebookSpec, result: Result) -> list[dict[str, Any]]:
    """List a notebook's test cells with their scores."""
    shown = {
        cell["metadata"].get("nbgrader", {}).get("grade_id"): cell.get("outputs", [])
        for cell in json.loads(result.graded)["cells"]
    }
    return [
        {
            "name": cell.grade_id,
            "score": result.scores.get(cell.grade_id) or 0,
            "max_score": cell.points or 0,
            "output": text_of(shown.get(cell.grade_id, [])),
            "output_format": "text",
            "visibility": visibility(cell),
        }
        for cell in notebook.cells
        if cell.is_test
    ]


def visibility(cell: CellSpec) -> str:
    """Say when students see a test."""
    return "after_published" if cell.has_hidden_tests else "visible"


def text_of(outputs: list[Mapping[str, Any]]) -> str:
    """Write what a test cell showed as text; its last value is the score, and stands elsewhere."""
    said = []
    for output in outputs:
        match output["output_type"]:
            case "stream":
                said.append(str(output["text"]))
            case "display_data":
                said.append(str(output["data"].get("text/plain", "")))
            case "error":
                said.append(f"{output['ename']}: {output['evalue']}")
    text = "\n".join(said).strip()
    shown = "\n".join(line.rstrip() for line in text[:LONGEST].split("\n"))
    return shown if len(text) <= LONGEST else f"{shown} ..."


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute())
