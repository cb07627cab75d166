"""``{assignment} NAME``: what an instructor wants to know of an assignment at a glance.

Time and points are those of its notebook, the mistakes those that its exercises know by name, in
the notebook's order and folded away. So an exercise that is added appears by itself; no solution
does.
"""

from __future__ import annotations

import re
from itertools import groupby
from pathlib import Path
from typing import Any

import nbformat
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from dlcourse.checks.registry import exercises_of, module_of
from dlcourse.checks.spec import Exercise, Misconception

ROOT = Path(__file__).parents[2]


def source_of(assignment: str) -> Path:
    """Return where the instructor's notebook is."""
    return ROOT / "solutions" / assignment / f"{assignment}.ipynb"


def text_of(notebook: nbformat.NotebookNode) -> str:
    """Return all that stands in a notebook."""
    return "\n".join(cell.source for cell in notebook.cells)


def in_order(assignment: str, notebook: nbformat.NotebookNode) -> list[Exercise]:
    """Return an assignment's exercises in the order in which its notebook checks them."""
    checked = re.findall(r'check\("([^"]+)"', text_of(notebook))
    return sorted(exercises_of(assignment), key=lambda each: checked.index(each.key))


def glance(notebook: nbformat.NotebookNode) -> str:
    """Say in a line how long a notebook takes, and where its points come from."""
    (minutes,) = re.findall(r"\*\*Time:\*\* about (\d+) minutes", text_of(notebook))
    cells = [cell.metadata.get("nbgrader", {}) for cell in notebook.cells]
    graded = [cell for cell in cells if cell.get("grade")]
    points = sum(cell["points"] for cell in graded)
    by_hand = sum(cell["points"] for cell in graded if cell["solution"])
    origin = f"{points - by_hand:g} from the checks and {by_hand:g} by hand"
    return f"{minutes} minutes, {points:g} points{f': {origin}' if by_hand else ''}."


def entry(alike: list[Misconception]) -> str:
    """Return mistakes that get the same hints as an entry of a definition list."""
    name = alike[0].name + (f", and {len(alike) - 1} like it" if alike[1:] else "")
    return "\n".join([name, *(f": {hint}" for hint in alike[0].hints)])


def mistakes(exercise: Exercise) -> str:
    """Return an exercise's mistakes, folded, as MyST text."""
    groups = groupby(exercise.misconceptions, lambda each: each.hints)
    entries = [entry(list(alike)) for _, alike in groups]
    title = f"{{admonition}} `{exercise.name}`: {len(entries)} mistakes"
    return "\n\n".join([f":::{title}\n:class: dropdown", *entries, ":::"])


class Assignment(SphinxDirective):
    """``{assignment} NAME`` shows one assignment."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Parse the text where the directive stands."""
        (name,) = self.arguments
        source = source_of(name)
        notebook = nbformat.read(source, as_version=4)
        exercises = in_order(name, notebook)
        for path in (source, *(module_of(each.key).__file__ for each in exercises)):
            self.env.note_dependency(str(path))
        students = f"{{download}}`The students' notebook </exercises/{name}/{name}.ipynb>`"
        line = f"{glance(notebook)} {students}"
        return self.parse_text_to_nodes("\n\n".join([line, *map(mistakes, exercises)]))


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("assignment", Assignment)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
