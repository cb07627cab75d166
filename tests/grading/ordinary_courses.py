"""Two courses as an ordinary nbgrader instructor has them, each with thirty students.

`QUICKSTART` is what ``nbgrader quickstart`` gives; `HOMEWORK` is written after nbgrader's
documentation, in ``ordinary/``, with shorter words for nbgrader's settings of a cell: ``answer``,
``test``, ``locked``, ``manual`` and ``task`` are followed by its name. All students are honest:
right in several habits, wrong in several ways, or odd in what they do around their
"""

import json
import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import jupytext
import nbgrader
from courses import ROOT

TEXTS = ROOT / "tests" / "grading" / "ordinary"
SHIPPED = Path(nbgrader.__file__).parent / "docs" / "source" / "user_guide" / "source"
STEPS = {  # what a word means, in nbgrader's settings
    "answer": {"solution": True},
    "test": {"grade": True, "locked": True},
    "locked": {"locked": True},
    "manual": {"grade": True, "solution": True},
    "task": {"task": True, "locked": True},
}
DUE = "2026-01-10 12:00:00"
MARKS = ("### BEGIN SOLUTION", "### END SOLUTION")
SAFE = "# Students' code runs"  # where the shipped configuration begins to be more than nbgrader's
IN_TIME = "2026-01-10 10:00:00 UTC"

Cell = dict[str, Any]
Notebook = dict[str, Any]
Answers = dict[str, list[str]]
Change = Callable[[list[Cell]], list[Cell]]


@dataclass(frozen=True)
class Student:
    """A student's answers by cell, and what else is odd about the submission.

    ``changes`` are done to the cells of the first notebook; ``missing`` is not handed in.
    """

    name: str
    answers: dict[str, str]
    changes: tuple[Change, ...] = ()
    missing: str = ""
    time: str | None = IN_TIME


@dataclass(frozen=True)
class Course:
    """An assignment, its notebooks, who hands it in, and how it is graded.

    ``seconds`` is what a cell may take, ``settings`` is the configuration's end; ``beside`` the
    notebooks lies data, and ``modules`` beside the configuration.
    """

    name: str
    notebooks: tuple[str, ...]
    source: Callable[[str], Notebook]
    students: tuple[Student, ...]
    seconds: int
    settings: str
    beside: dict[str, bytes]
    modules: dict[str, str] = field(default_factory=dict)

    @property
    def graded_cells(self) -> list[str]:
        """Name the cells that earn points."""
        cells = [cell for name in self.notebooks for cell in self.source(name)["cells"]]
        return [name_of(cell) for cell in cells if "points" in cell["metadata"].get("nbgrader", {})]

    def lay_out(self, folder: Path) -> None:
        """Make the instructor's folder: configuration and source."""
        self.configure(folder)
        for name, text in self.modules.items():
            (folder / name).write_text(text)
        source = folder / "solutions" / self.name
        for path, content in self.beside.items():
            (source / path).parent.mkdir(parents=True, exist_ok=True)
            (source / path).write_bytes(content)
        for name in self.notebooks:
            (source / f"{name}.ipynb").write_text(json.dumps(self.source(name)), encoding="utf-8")

    def configure(self, folder: Path, stock: bool = False) -> None:
        """Write the shipped configuration; for nbgrader alone, its first lines."""
        shipped = (ROOT / "nbgrader_config.py").read_text(encoding="utf-8")
        limits = {"cell_seconds": self.seconds, "call_seconds": self.seconds}
        safe = f"{shipped}\nc.SafeExecute.limits = {limits}\n"
        patient = f"c.Execute.timeout = {self.seconds}\nc.Execute.iopub_timeout = 60\n"
        # Two kernels that start at a time may choose the same port of the network.
        patient += f"c.KernelManager.transport = 'ipc'\nc.KernelManager.ip = '{folder}/kernel'\n"
        alone = f"{shipped.partition(SAFE)[0]}\n{patient}"
        text = (alone if stock else safe) + self.settings
        (folder / "nbgrader_config.py").write_text(text, encoding="utf-8")

    def hand_in(self, folder: Path) -> None:
        """Make what the students hand in of what nbgrader has released."""
        for student in self.students:
            target = folder / "submitted" / student.name / self.name
            shutil.copytree(folder / "exercises" / self.name, target)
            for name in self.notebooks:
                path = target / f"{name}.ipynb"
                notebook = json.loads(path.read_text(encoding="utf-8"))
                for cell in notebook["cells"]:
                    cell["source"] = student.answers.get(name_of(cell), cell["source"])
                for change in student.changes if name == self.notebooks[0] else ():
                    notebook["cells"] = change(notebook["cells"])
                path.write_text(json.dumps(notebook, indent=1), encoding="utf-8")
                if name == student.missing:
                    path.unlink()
            if student.time is not None:
                (target / "timestamp.txt").write_text(student.time)


# --- the instructor ---------------------------------------------------------------------------


@cache
def written(name: str) -> Notebook:
    """Make a notebook of our own of its text."""
    notebook = jupytext.read(TEXTS / f"{name}.md")
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    cells = [
        {**as_nbgrader_has_it(cell), "id": f"cell-{n}"} for n, cell in enumerate(notebook.cells)
    ]
    return {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


def shipped(name: str) -> Notebook:
    """Read a notebook of ``nbgrader quickstart``."""
    notebook: Notebook = json.loads((SHIPPED / "ps1" / f"{name}.ipynb").read_text("utf-8"))
    return notebook


def as_nbgrader_has_it(cell: Cell) -> Cell:
    """Write nbgrader's settings for one of our words."""
    settings = dict(cell["metadata"])
    for word, roles in STEPS.items():
        if word in settings:
            known = {"grade": False, "solution": False, "locked": False, "task": False, **roles}
            known |= {"schema_version": 3, "grade_id": settings.pop(word)}
            if "points" in settings:
                known["points"] = settings.pop("points")
            return {**cell, "metadata": {**settings, "nbgrader": known}}
    return cell


def name_of(cell: Cell) -> str:
    name: str = cell["metadata"].get("nbgrader", {}).get("grade_id", "")
    return name


# --- what students do around their answers ----------------------------------------------------


def before(name: str, source: str) -> Change:
    """Put a code cell of the student's own before another."""
    own = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": []}
    return each(name, lambda cell: [{**own, "source": source}, cell])


def without(name: str) -> Change:
    """Delete a cell."""
    return each(name, lambda cell: [])


def rewritten(name: str, source: str) -> Change:
    """Write something else into a cell, locked or not."""
    return each(name, lambda cell: [{**cell, "source": source}])


def retyped(name: str) -> Change:
    """Make a Markdown cell of a code cell."""
    kept = ("metadata", "source", "id")
    as_text = {"cell_type": "markdown"}
    return each(name, lambda cell: [{**as_text, **{k: cell[k] for k in kept if k in cell}}])


def unnamed(name: str) -> Change:
    """Copy a cell's text into a new cell and delete the old one."""
    return each(name, lambda cell: [{**cell, "metadata": {}}])


def worth(name: str, points: float) -> Change:
    """Change what a cell says that it is worth."""

    def change(cell: Cell) -> list[Cell]:
        settings = {**cell["metadata"]["nbgrader"], "points": points}
        return [{**cell, "metadata": {"nbgrader": settings}}]

    return each(name, change)


def moved(name: str, behind: str) -> Change:
    """Move a cell behind another."""

    def change(cells: list[Cell]) -> list[Cell]:
        (one,) = (cell for cell in cells if name_of(cell) == name)
        others = [cell for cell in cells if cell is not one]
        place = [name_of(cell) for cell in others].index(behind) + 1
        return [*others[:place], one, *others[place:]]

    return change


def run_at_home(cells: list[Cell]) -> list[Cell]:
    """Leave counts and outputs of another day in every second cell."""
    text = {"output_type": "stream", "name": "stderr", "text": ["left from yesterday\n"]}
    count = 0
    for cell in cells:
        if cell["cell_type"] == "code":
            count += 1
            if count % 2:
                cell |= {"execution_count": 90 - count, "outputs": [text]}
    return cells


def each(name: str, change: Callable[[Cell], list[Cell]]) -> Change:
    """Put other cells in the place of one."""

    def all_cells(cells: list[Cell]) -> list[Cell]:
        return [
            one for cell in cells for one in (change(cell) if name_of(cell) == name else [cell])
        ]

    return all_cells


# --- the classes ------------------------------------------------------------------------------


def class_of(
    notebooks: Sequence[Notebook],
    right: Answers,
    wrong: Answers,
    odd: Sequence[Student],
) -> tuple[Student, ...]:
    """Make thirty students: those with answers of their own, then the odd ones."""
    own = {name: text for notebook in notebooks for name, text in own_words(notebook).items()}

    def varied(table: Answers, number: int) -> dict[str, str]:
        return {**own, **{name: texts[number % len(texts)] for name, texts in table.items()}}

    return (
        Student("solution", own),
        Student("stubs", {}),
        *(Student(f"right-{n}", varied(right, n)) for n in range(7)),
        *(Student(f"wrong-{n}", varied(wrong, n)) for n in range(9)),
        *(replace(student, answers={**own, **student.answers}) for student in odd),
    )


def own_words(notebook: Notebook) -> dict[str, str]:
    """Read the instructor's answers, by cell."""
    answers = {
        name_of(cell): "".join(cell["source"]).splitlines()
        for cell in notebook["cells"]
        if cell["metadata"].get("nbgrader", {}).get("solution")
    }
    return {
        name: "\n".join(line for line in lines if line.strip() not in MARKS)
        for name, lines in answers.items()
    }


def answers_of(course: str) -> tuple[Answers, Answers]:
    """Read the right and the wrong answers of a class, by cell, from a text beside the course."""
    right: Answers = {}
    wrong: Answers = {}
    text = (TEXTS / f"{course}_answers.md").read_text(encoding="utf-8")
    for section in text.split("\n## ")[1:]:
        name = section.partition("\n")[0]
        for kind, source in re.findall(r"^```python (\w+)\n(.*?)^```$", section, re.M | re.S):
            (right if kind == "right" else wrong).setdefault(name, []).append(source.rstrip("\n"))
    return right, wrong


MINUTES_LATE, DAYS_LATE = "2026-01-10 12:20:00 UTC", "2026-01-13 09:00:00 UTC"
LOUD = "for number in range(20_000):\n    print(number, 'of many lines')"
# A name of a test's, which is not there before the tests run.
NAME_OF_A_TEST = {
    "average": """\
half = middle.x / 2


def average(numbers):
    return sum(numbers) / len(numbers)
""",
    "is_palindrome": """\
separators = len(words)


def is_palindrome(text):
    letters = [letter.lower() for letter in text if letter.isalpha()]
    return letters == letters[::-1]
""",
}
# Something on stderr: from the cell of an answer, and from functions.
REMARKS = {
    "mymin": """\
import sys

print("mymin is next", file=sys.stderr)


def mymin(x, y):
    return x if x < y else y
""",
    "is_palindrome": """\
import warnings


def is_palindrome(text):
    warnings.warn("slow for long texts")
    letters = [letter.lower() for letter in text if letter.isalpha()]
    return letters == letters[::-1]
""",
    "logarithms": """\
def logarithms(x):
    np.log(0 * x)
    return np.log(x)
""",
}
FIGURE = """\
%matplotlib inline
import matplotlib.pyplot as plt
plt.plot([1, 4, 9])
plt.show()
!echo from the shell
"""
LOOP = """\
import time


def sum_of_squares(n):
    while n:
        time.sleep(0.1)
"""
ERRORS = "import no_such_module\nx = 1"
ASKS = "name = input('Who are you? ')"
QUICKSTART = Course(
    "ps1",
    ("problem1", "problem2"),
    shipped,
    class_of(
        [shipped("problem1"), shipped("problem2")],
        *answers_of("quickstart"),
        [
            Student("late-minutes", {}, time=MINUTES_LATE),
            Student("late-days", {}, time=DAYS_LATE),
            Student("no-time", {}, time=None),
            Student("one-notebook", {}, missing="problem2"),
            Student("test-deleted", {}, (without("correct_squares"),)),
            Student("answer-below", {}, (moved("sum_of_squares", "correct_sum_of_squares"),)),
            Student("loop", {"sum_of_squares": LOOP}),
            Student(
                "test-edited",
                {"squares": "def squares(n):\n    return []"},
                (rewritten("correct_squares", "pass"), worth("correct_squares", 9)),
            ),
            Student("loud", {}, (before("squares", LOUD),)),
            Student("test-retyped", {}, (retyped("correct_squares"),)),
            Student("errors", {}, (before("squares", ERRORS), before("squares", ASKS))),
            Student("yesterday", {}, (run_at_home,)),
        ],
    ),
    seconds=10,
    settings='c.LateSubmissionPlugin.penalty_method = "zero"\n',
    beside={"jupyter.png": (SHIPPED / "ps1" / "jupyter.png").read_bytes()},
)
PENALTY = """
from nbgrader.plugins import BasePlugin


class SubMarks(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        \"\"\"Penalty of 1 mark per hour late\"\"\"
        hours_late = total_seconds_late / 3600
        return round(hours_late, 0)
"""
HOMEWORK = Course(
    "homework",
    ("words", "numbers"),
    written,
    class_of(
        [written("words"), written("numbers")],
        *answers_of("homework"),
        [
            Student("late-minutes", {}, time=MINUTES_LATE),
            Student("late-hour", {}, time="2026-01-10T14:01:00+00:00"),
            Student("late-days", {}, time=DAYS_LATE),
            Student("one-notebook", {}, missing="numbers"),
            Student("locked-edited", {}, (rewritten("words-setup", "import io"),)),
            Student("loop", {}, (before("shout", "while True:\n    pass"),)),
            Student("name-of-a-test", NAME_OF_A_TEST),
            Student("remarks", REMARKS),
            Student("shadows", {}, (before("longest", "list = [1, 2]\nsorted = sorted([2, 1])"),)),
            Student("copied", {}, (unnamed("longest"), unnamed("test-mymin"))),
            Student("quits", {}, (before("longest", "import sys\nsys.exit()"),)),
            Student("figures", {}, (before("longest", FIGURE),)),
        ],
    ),
    seconds=10,
    settings='c.AssignLatePenalties.plugin_class = "late.SubMarks"\n',
    beside={
        "data/words.txt": b"perceptron\ngradient\nloss\n\nepoch\n",
        "data/ages.csv": b"name,age\nAda,36\nGrace,85\nAlan,41\n",
    },
    modules={"late.py": PENALTY},
)
COURSES = (QUICKSTART, HOMEWORK)
