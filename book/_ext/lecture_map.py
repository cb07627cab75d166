"""Show ``book/lecture_map.yaml``: a table for each theme, and the count of what is there.

Links are checked twice, by ``tests/book/test_lecture_map.py`` against the sources and by the build,
where a function or label that does not exist is a warning.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import yaml
from docutils import nodes
from docutils.parsers.rst.states import RSTState
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

MAP = Path(__file__).parents[1] / "lecture_map.yaml"
LINKS = ("functions", "section", "exercise")
# what an idea of each kind should link to; what it lacks is shown as "not there yet"
NEEDS = {
    "method": {"functions", "section", "exercise"},
    "idea": {"section"},
    "system": {"functions", "section"},
    "view": {"section"},
}
ABSENT = '<span class="dl-absent">not there yet</span>'
NONE_NEEDED = '<span class="dl-absent" title="none planned">–</span>'

Idea = dict[str, Any]


def load_map(path: Path = MAP) -> dict[str, list[Idea]]:
    """Read the map: the ideas of each theme, in the order of the lecture."""
    themes: dict[str, list[Idea]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return themes


def label_of(section: str) -> str:
    """Return the label in ``book/chapter#label``."""
    return section.partition("#")[2]


def functions_cell(idea: Idea) -> str:
    """Link the functions to the API pages."""
    return "<br />".join(
        f"{{py:obj}}`{name.removeprefix('dlcourse.')} <{name}>`" for name in idea["functions"]
    )


def section_cell(idea: Idea) -> str:
    """Link the chapter's section."""
    return f"{{ref}}`{label_of(idea['section'])}`"


def exercise_cell(idea: Idea) -> str:
    """Offer the notebook that holds the exercise."""
    assignment, _, name = idea["exercise"].partition("/")
    return f"{{download}}`{name} </exercises/{assignment}/{assignment}.ipynb>`"


def cell(idea: Idea, key: str) -> str:
    """Return one cell of the table as MyST text."""
    if key not in idea:
        return ABSENT if key in NEEDS[idea["kind"]] else NONE_NEEDED
    if key == "exercise":
        return exercise_cell(idea)
    return functions_cell(idea) if key == "functions" else section_cell(idea)


def table(ideas: list[Idea]) -> str:
    """Return a theme's table as MyST text."""
    rows = ["| Idea | In the package | Chapter | Exercise |", "|---|---|---|---|"]
    for idea in ideas:
        first = f'**{idea["id"]}** <span class="dl-kind">{idea["kind"]}</span><br />{idea["idea"]}'
        rows.append("| " + " | ".join([first, *(cell(idea, key) for key in LINKS)]) + " |")
    return "\n".join(rows)


def missing(idea: Idea) -> set[str]:
    """Return what an idea of this kind should link to and does not."""
    return {key for key in NEEDS[idea["kind"]] if key not in idea}


def summary(themes: dict[str, list[Idea]]) -> str:
    """Count what is there and what is not."""
    ideas = [idea for theme in themes.values() for idea in theme]
    have = {key: sum(key in idea for idea in ideas) for key in LINKS}
    complete = sum(not missing(idea) for idea in ideas)
    return (
        f"The lecture has {len(ideas)} ideas. "
        f"So far {have['functions']} of them have code in the package, "
        f"{have['section']} a section in a chapter and {have['exercise']} a graded exercise; "
        f"{complete} have all that they need."
    )


class LectureMap(SphinxDirective):
    """``{lecture_map} THEME`` shows one theme, ``{lecture_map}`` alone counts what is there."""

    optional_arguments = 1
    option_spec: ClassVar[dict[str, Any]] = {}
    state: RSTState

    def run(self) -> list[nodes.Node]:
        """Parse the table's text where the directive stands."""
        self.env.note_dependency(str(MAP))
        themes = load_map()
        if not self.arguments:
            return [nodes.paragraph("", summary(themes))]
        parsed = self.parse_text_to_nodes(table(themes[self.arguments[0]]))
        for node in parsed:
            if isinstance(node, nodes.table):
                node["classes"].append("dl-map")
        return parsed


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("lecture_map", LectureMap)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
