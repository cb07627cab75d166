"""Every exercise keeps the rules for exercises, and those of this course."""

import inspect
import json
import pkgutil
import sys
from importlib import import_module
from pathlib import Path

import pytest

import dlcourse
from dlcourse.authoring import linting
from dlcourse.authoring.entries import entries
from dlcourse.authoring.survivors import ENOUGH, try_mutants
from dlcourse.checks.registry import all_exercises, answers_to, assignments, exercises_of, find

ROOT = Path(__file__).parents[2]
EXERCISES = all_exercises()

each_entry = pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry.exercise.key)


# The others ask what the cases and the sentences are worth, which is the same in every Python.
OF_EVERY_PYTHON = {
    linting.reference_is_right,
    linting.right_answers_earn_everything,
    linting.partly_right_answers_earn_the_first_part,
    linting.wrong_answers_earn_nothing,
    linting.misconceptions_are_told_their_own_hint,
}

TRAINS = "weight_penalties/regularised_digits"  # each answer to it trains a network


@pytest.mark.uncounted
@each_entry
@pytest.mark.parametrize(
    "rule",
    [
        pytest.param(rule, marks=() if rule in OF_EVERY_PYTHON else pytest.mark.local)
        for rule in linting.RULES
    ],
    ids=lambda rule: rule.__name__,
)
def test_exercise_keeps_the_rule(entry, rule):
    trains = (entry.exercise.key, rule) == (TRAINS, linting.wrong_answers_earn_nothing)
    if trains and sys.platform == "emscripten":
        pytest.skip("two minutes in the browser's Python")
    assert list(rule(entry)) == []


@pytest.mark.local  # minutes in the browser's Python
@pytest.mark.uncounted
@each_entry
def test_mutants_of_right_answers_are_refused(entry):
    verdict = try_mutants(entry, seeds=range(2))
    assert len(verdict.refused) > 150
    assert verdict.share_refused >= ENOUGH, verdict.survivors


@pytest.mark.parametrize("key", EXERCISES)
def test_every_exercise_has_answers_to_be_tested_with(key):
    answers = answers_to(key)
    assert min(len(answers.right), len(answers.wrong)) >= 12
    assert answers.right.keys().isdisjoint(answers.wrong)
    assert "dlcourse" not in repr(answers)


@pytest.mark.parametrize("name", EXERCISES)
def test_between_four_and_more_misconceptions_for_each_exercise(name):
    assert len(EXERCISES[name].misconceptions) >= 4


def public_functions(name):
    """Find what the lecture's modules call by a name."""
    for found in pkgutil.iter_modules(dlcourse.__path__):
        if not found.ispkg and not found.name.startswith("_"):
            module = import_module(f"dlcourse.{found.name}")
            function = getattr(module, name, None)
            if inspect.isfunction(function) and function.__module__ == module.__name__:
                yield function


SPECIAL_CASES = {  # of what the package has for a whole network; their oracles compare the two
    "adversarial_examples/fgsm",
    "adversarial_examples/input_gradient",
    "weight_penalties/l1_penalty",
    "weight_penalties/l2_penalty",
}


@pytest.mark.local
@pytest.mark.parametrize("key", sorted(EXERCISES.keys() - SPECIAL_CASES))
def test_what_the_package_has_under_the_name_is_what_is_asked_for(key):
    assert set(public_functions(EXERCISES[key].name)) <= {EXERCISES[key].reference}


@pytest.mark.parametrize("assignment", assignments())
def test_notebook_asks_for_what_the_exercises_judge(assignment):
    """Points, names and argument names in the notebook are those of the specifications.

    Either with or without the arguments that have defaults in the package.
    """
    path = ROOT / "solutions" / assignment / f"{assignment}.ipynb"
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    graded = {
        "".join(cell["source"]): cell["metadata"]["nbgrader"]["points"]
        for cell in cells
        if cell["cell_type"] == "code" and cell["metadata"].get("nbgrader", {}).get("grade")
    }
    for exercise in exercises_of(assignment):
        calls = [f'check("{called}", {exercise.name})' for called in (exercise.name, exercise.key)]
        (call,) = graded.keys() & set(calls)
        assert find(call.split('"')[1]) is exercise
        assert graded.pop(call) == exercise.points
        arguments = inspect.signature(exercise.reference).parameters.values()
        needed = [a.name for a in arguments if a.default is inspect.Parameter.empty]
        asked = [", ".join(needed), ", ".join(a.name for a in arguments)]
        heads = tuple(f"def {exercise.name}({names}):" for names in asked)
        assert any(source.startswith(heads) for source in code)
    assert not graded
