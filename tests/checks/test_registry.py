"""Exercises are found by their place, and a name that two of them bear must say which is meant."""

import importlib
import subprocess
import sys

import pytest

from dlcourse.authoring.entries import entries
from dlcourse.checks import registry
from dlcourse.checks.registry import (
    all_exercises,
    answers_to,
    assignments,
    exercises_of,
    find,
    keys,
)

EXERCISE = """
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.spec import Exercise, Part

EXERCISE = Exercise(key="{key}", reference=abs, parts=(Part("all", 1),))
ANSWERS = Answers(right=variants("## plain\\nforward = abs"), wrong={{}})
"""


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course of two assignments that share a name."""
    for key in ("mlp/forward", "mlp/backward", "cnn/forward"):
        module = tmp_path / "toy" / f"{key}.py"
        module.parent.mkdir(parents=True, exist_ok=True)
        (module.parent / "__init__.py").touch()
        module.write_text(EXERCISE.format(key=key), encoding="utf-8")
    (tmp_path / "toy" / "__init__.py").touch()
    importlib.invalidate_caches()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(registry, "HOME", "toy")
    registry.assignments.cache_clear()
    registry.keys.cache_clear()
    yield tmp_path / "toy"
    for name in [name for name in sys.modules if name.partition(".")[0] == "toy"]:
        del sys.modules[name]
    registry.assignments.cache_clear()
    registry.keys.cache_clear()


@pytest.mark.usefixtures("course")
def test_exercises_are_listed_by_their_place():
    assert keys() == ("cnn/forward", "mlp/backward", "mlp/forward")
    assert [exercise.name for exercise in exercises_of("mlp")] == ["backward", "forward"]
    assert {key: exercise.key for key, exercise in all_exercises().items()} == {
        k: k for k in keys()
    }


@pytest.mark.usefixtures("course")
def test_key_always_works_and_a_bare_name_where_it_is_unique():
    assert find("cnn/forward").key == "cnn/forward"
    assert find("mlp/forward").key == "mlp/forward"
    assert find("backward") is find("mlp/backward")
    assert answers_to("mlp/forward").right == {"plain": "forward = abs"}


@pytest.mark.usefixtures("course")
def test_name_of_two_exercises_is_refused_with_the_candidates():
    with pytest.raises(ValueError, match="which of cnn/forward, mlp/forward is meant, got 'forwa"):
        find("forward")


@pytest.mark.usefixtures("course")
@pytest.mark.parametrize("name", ["", "forwards", "mlp", "mlp/", "/forward", "rnn/forward"])
def test_unknown_name_is_refused_with_those_there_are(name):
    with pytest.raises(ValueError, match="one of cnn/forward, mlp/backward, mlp/forward"):
        find(name)


@pytest.mark.local
def test_listing_the_keys_imports_no_exercise_and_finding_one_imports_its_assignment_alone():
    program = (
        "import sys; from dlcourse.checks import check; from dlcourse.checks.registry import *\n"
        "loaded = lambda: {n[20:] for n in sys.modules if n.startswith('dlcourse.assignments')}\n"
        "print(loaded()); keys(); print(loaded()); find(keys()[0]); print(loaded())"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    nothing, folders, one = map(eval, done.stdout.splitlines())
    assert nothing == set()
    assert folders == {"", *(f".{assignment}" for assignment in assignments())}
    assert f".{keys()[0].replace('/', '.')}" in one
    assert {name.split(".")[1] for name in one - folders} == {keys()[0].split("/")[0]}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("ANSWERS", "SOLUTIONS", "backward.py: ANSWERS must be dlcourse.checks.Answers, got None"),
        ("import", "imprt", "mlp/backward: must run, got SyntaxError: "),
    ],
)
@pytest.mark.parametrize("name", ["backward", "mlp"])
def test_what_is_amiss_in_the_course_is_told_in_a_line(course, name, old, new, said):
    file = course / "mlp" / "backward.py"
    file.write_text(file.read_text("utf-8").replace(old, new, 1), "utf-8")
    with pytest.raises(ValueError, match=said) as caught:
        entries([name])
    assert "\n" not in str(caught.value)
