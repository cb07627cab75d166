"""What the instructor's overview and the front page say of all chapters is so."""

import re
from importlib import import_module
from pathlib import Path

import pytest
from chapter_list import chapters, parts
from lecture_map import load_map, missing

from dlcourse.checks.registry import assignments

ROOT = Path(__file__).parents[2]
OVERVIEW = ROOT / "book" / "teaching_overview.md"
FRONT = (ROOT / "book" / "index.md").read_text(encoding="utf-8")
CELL = re.compile(r"^```\{code-cell\} ipython3\n(?::tags: \[(.*?)\]\n)?", re.MULTILINE)


def text_of(chapter):
    return (ROOT / f"{chapter}.md").read_text(encoding="utf-8")


def test_the_timetable_follows_the_chapters():
    rows = re.findall(r"^\| (\d+) \| \[.*\]\((\w+)\.md\)", OVERVIEW.read_text("utf-8"), re.M)
    lecture = [page for pages in list(parts().values())[:3] for page in pages]
    assert [f"book/{name}" for _, name in rows] == lecture
    assert [int(week) for week, _ in rows] == list(range(1, len(lecture) + 1))


@pytest.mark.local
def test_most_figures_are_computed_while_the_book_is_built():
    figure_source = pytest.importorskip("figure_source")
    from figures.every_figure import EXPLORERS, PICTURES

    programs = map(figure_source.program, [*EXPLORERS.values(), *PICTURES.values()])
    read = ["stored(" in program or ".npz" in program for program in programs]
    assert 0 < sum(read) < len(read) / 2


def test_a_script_in_tools_makes_what_was_trained_beforehand():
    scripts = [file.read_text(encoding="utf-8") for file in (ROOT / "tools").glob("*.py")]
    folder = ROOT / "dlcourse" / "figures"
    kept = [*folder.glob("*.json"), *folder.glob("*.npz")]
    assert kept
    for file in kept:
        if not any(file.name in script for script in scripts):  # then tools/runs.py makes it
            assert callable(import_module(f"dlcourse.figures.{file.stem}").runs)


def test_the_lecture_has_more_than_the_chapters():
    ideas = [idea for theme in load_map().values() for idea in theme]
    assert any("section" in missing(idea) for idea in ideas)


def test_where_formulas_are_there_is_code_that_a_reader_sees(chapter):
    text = text_of(chapter)
    tags = [found.group(1) or "" for found in CELL.finditer(text)]
    seen = [each for each in tags if not re.search(r"figure|remove-cell|remove-input", each)]
    assert bool(re.search(r"^\$\$", text, re.MULTILINE)) <= (len(seen) > 1)


def test_a_chapter_ends_with_exercises_and_folds_its_answers_away(chapter):
    before, exercises = re.split(r"^## Exercises$", text_of(chapter), flags=re.MULTILINE)
    assert ":::{self-test}" in before
    assert ":::{self-test}" not in exercises
    asked = re.findall(r"^\*\*\d\.", exercises, re.MULTILINE)
    answers = re.findall(r"^:class: (?:tip )?dropdown$", exercises, re.MULTILINE)
    assert asked
    to_discuss = "\nTo discuss" in exercises  # there some have no one right answer
    assert (0 < len(answers) < len(asked)) if to_discuss else len(answers) == len(asked)


def test_a_chapter_of_the_first_three_parts_has_a_notebook():
    lecture = [page for pages in list(parts().values())[:3] for page in pages]
    for page in lecture:
        name = Path(page).name
        assert f"\nnotebook: exercises/{name}/{name}.ipynb\n" in text_of(page)
        assert (ROOT / "exercises" / name / f"{name}.ipynb").exists()
        assert name in assignments()


@pytest.mark.site
def test_a_chapter_takes_as_long_as_the_front_page_says(site):
    times = []
    for page in chapters():
        html = (site / f"{page}.html").read_text(encoding="utf-8")
        start = re.search(r'class="requirements admonition".*?(\d+)\sminutes', html, re.DOTALL)
        times.append(int(start.group(1)))
    said = re.search(r"A chapter takes (\d+) to (\d+) minutes", FRONT)
    assert [min(times), max(times)] == [int(limit) for limit in said.groups()]
