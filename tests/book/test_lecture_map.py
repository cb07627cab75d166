"""The map of the lecture: no idea missing, no link to what is not there."""

import re
from importlib import import_module
from pathlib import Path

import pytest
from lecture_map import LINKS, NEEDS, label_of, load_map, missing, summary

from dlcourse.checks.registry import assignments, keys

BOOK = Path(__file__).parents[2] / "book"
THEMES = load_map()
IDEAS = [idea for theme in THEMES.values() for idea in theme]


def linking(key):
    return [pytest.param(idea[key], id=idea["id"]) for idea in IDEAS if key in idea]


def test_the_ideas_are_those_of_the_lecture():
    listed = (Path(__file__).parent / "lecture_ids.txt").read_text(encoding="utf-8").splitlines()
    ours = [f"{name} {i['id']} {i['kind']}" for name, theme in THEMES.items() for i in theme]
    assert ours == listed
    assert len(ours) == 65


def test_every_idea_is_put_into_words_and_has_no_unknown_key():
    for idea in IDEAS:
        assert set(idea) <= {"id", "kind", "idea", *LINKS}, idea["id"]
        assert len(idea["idea"].split()) >= 6, idea["id"]
        assert idea["idea"].endswith("."), idea["id"]


def test_the_page_shows_every_theme():
    page = (BOOK / "lecture_map.md").read_text(encoding="utf-8")
    assert re.findall(r"```\{lecture_map\} (\w+)", page) == list(THEMES)


@pytest.mark.parametrize("functions", linking("functions"))
def test_functions_can_be_imported(functions):
    for path in functions:
        module, _, name = path.rpartition(".")
        assert hasattr(import_module(module), name), path


@pytest.mark.parametrize("section", linking("section"))
def test_sections_are_in_their_chapter(section):
    chapter = (BOOK.parent / section.partition("#")[0]).with_suffix(".md")
    assert chapter.exists()
    label = rf"^\({re.escape(label_of(section))}\)=$"
    assert re.search(label, chapter.read_text(encoding="utf-8"), re.MULTILINE), section


@pytest.mark.parametrize("exercise", linking("exercise"))
def test_exercises_are_in_their_assignment(exercise):
    assignment, _, name = exercise.partition("/")
    assert exercise in keys()
    source = BOOK.parent / "solutions" / assignment / f"{assignment}.ipynb"
    assert f"def {name}(" in source.read_text(encoding="utf-8")


def test_every_assignment_is_on_the_map():
    """An idea links to one exercise; a warm-up and a game stand beside those in the notebook."""
    linked = {idea["exercise"].partition("/")[0] for idea in IDEAS if "exercise" in idea}
    assert linked == set(assignments())


def test_the_count_tells_what_is_missing():
    some = {"id": "a", "kind": "method", "idea": "x", "functions": ["dlcourse.losses"]}
    whole = some | {"id": "b", "section": "book/x#y", "exercise": "x/y"}
    assert missing(some) == {"section", "exercise"}
    assert missing(whole) == set()
    assert "2 ideas. So far 2 of them have code" in summary({"theme": [some, whole]})
    assert "; 1 have all" in summary({"theme": [some, whole]})
    assert set(NEEDS) == {idea["kind"] for idea in IDEAS}
