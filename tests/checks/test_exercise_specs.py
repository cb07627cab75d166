"""Every exercise: right answers pass, known mistakes get their own hint, constants nothing."""

import importlib
import inspect
import json
import runpy
import time
from pathlib import Path

import numpy as np
import pytest

from dlcourse.checks.judging import attempt_case, judge
from dlcourse.checks.registry import ASSIGNMENTS, all_exercises, exercises_of, find

ROOT = Path(__file__).parents[2]
EXERCISES = all_exercises()
RIGHT = {
    name: answers
    for assignment in ASSIGNMENTS
    for name, answers in runpy.run_path(f"{Path(__file__).parent}/right_{assignment}.py")[
        "RIGHT"
    ].items()
}
SEEDS = range(4)

# Where an exercise's function is the package's own, its signature must be the package's, too.
PACKAGE = {
    "scores": "linear",
    "sigmoid": "activations",
    "binary_cross_entropy": "losses",
    "logistic_gradient": "linear",
}


def each(attribute):
    """Parametrise over the members of every exercise, under readable names."""
    return [
        pytest.param(exercise, member, id=f"{name}: {member.name}")
        for name, exercise in EXERCISES.items()
        for member in getattr(exercise, attribute)
    ]


def test_names_are_unique_over_the_course():
    assert len(EXERCISES) == sum(len(exercises_of(assignment)) for assignment in ASSIGNMENTS)
    assert list(EXERCISES) == [find(name).name for name in EXERCISES]


@pytest.mark.parametrize("name", EXERCISES)
def test_reference_gets_full_marks_without_a_warning(name):
    for seed in SEEDS:
        outcome = judge(EXERCISES[name], EXERCISES[name].reference, seed)
        assert outcome.passed, str(outcome)
        assert outcome.earned == outcome.points
        assert not outcome.notes


@pytest.mark.parametrize(
    ("name", "answer"),
    [pytest.param(name, f, id=f.__name__) for name, fs in RIGHT.items() for f in fs],
)
def test_right_answers_get_full_marks(name, answer):
    for seed in SEEDS:
        outcome = judge(EXERCISES[name], answer, seed)
        assert outcome.passed, str(outcome)


def test_every_exercise_has_right_answers_to_be_tested_with():
    assert {name for name in EXERCISES if len(RIGHT[name]) >= 4} == set(EXERCISES)


@pytest.mark.parametrize(("exercise", "idea"), each("misconceptions"))
def test_every_misconception_is_caught_with_its_own_hint(exercise, idea):
    for seed in SEEDS:
        outcome = judge(exercise, idea.function, seed)
        assert not outcome.passed
        assert (outcome.failure.misconception, outcome.failure.hint) == (idea.name, idea.hint)


@pytest.mark.parametrize(("exercise", "idea"), each("misconceptions"))
def test_hints_are_sentences_of_a_readable_length(exercise, idea):
    assert 40 <= len(idea.hint) <= 320, len(idea.hint)
    assert idea.hint[-1] in ".?"
    assert sum(other.name == idea.name for other in exercise.misconceptions) == 1


@pytest.mark.parametrize("name", EXERCISES)
def test_between_four_and_more_misconceptions_for_each_exercise(name):
    assert len(EXERCISES[name].misconceptions) >= 4


def constants(exercise):
    """Answers that know nothing: fixed numbers, arrays of the right shape, arguments, means."""
    reference = exercise.reference
    smallest = exercise.parts[0].cases(np.random.default_rng(0))[0]
    first_answer = np.asarray(reference(*smallest.arguments))
    numbers = (0.0, 0.5, 1.0, -1.0, np.log(2), 1e-9, 1e4, np.nan, np.inf)
    for number in numbers:
        yield f"{number}", lambda *_, number=number: number
        # Even a student who is told every shape and dtype must earn nothing by a constant.
        yield (
            f"{number} everywhere",
            lambda *a, number=number: np.full_like(np.asarray(reference(*a)), number)[()],
        )
    yield "first answer", lambda *_: first_answer[()]
    yield (
        "mean of the first answer",
        lambda *a: np.full_like(np.asarray(reference(*a)), first_answer.mean())[()],
    )
    yield "nothing", lambda *_: None
    yield (
        "random",
        lambda *a: np.random.default_rng(0).random(np.shape(reference(*a)))[()],
    )
    for position, name in enumerate(exercise.argument_names[: len(smallest.arguments)]):
        yield f"{name} itself", lambda *a, position=position: a[position]
        yield f"zeros like {name}", lambda *a, position=position: np.zeros_like(a[position])
        yield f"ones like {name}", lambda *a, position=position: np.ones_like(a[position])
        yield f"mean of {name}", lambda *a, position=position: np.mean(a[position])
        yield f"first row of {name}", lambda *a, position=position: np.atleast_1d(a[position])[0]


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        pytest.param(exercise, answer, id=f"{name}: {label}")
        for name, exercise in EXERCISES.items()
        for label, answer in constants(exercise)
    ],
)
def test_constants_earn_nothing(exercise, answer):
    for seed in range(3):
        assert judge(exercise, answer, seed).earned == 0


@pytest.mark.parametrize("name", EXERCISES)
def test_each_part_alone_gives_nothing_to_constants(name):
    """Not only the order of the parts protects the points: each part's own cases do."""
    exercise = EXERCISES[name]
    for part in exercise.parts:
        cases = part.cases(np.random.default_rng(0))
        answers = [np.asarray(exercise.reference(*case.arguments)) for case in cases]
        spread = max(a.max() for a in answers) - min(a.min() for a in answers)
        assert spread > 0.1, part.title


@pytest.mark.parametrize("name", EXERCISES)
def test_a_check_takes_less_than_a_second(name):
    exercise = EXERCISES[name]
    start = time.process_time()
    judge(exercise, exercise.misconceptions[-1].function, 1)
    assert time.process_time() - start < 0.5


@pytest.mark.parametrize("name", PACKAGE)
def test_exercise_asks_for_the_packages_function(name):
    function = getattr(importlib.import_module(f"dlcourse.{PACKAGE[name]}"), name)
    assert EXERCISES[name].reference is function


@pytest.mark.parametrize("name", EXERCISES)
def test_cases_are_tried_from_small_to_large_with_finite_answers(name):
    for part in EXERCISES[name].parts:
        cases = part.cases(np.random.default_rng(1))
        assert [case.size for case in cases] == sorted(case.size for case in cases)
        for case in cases:
            attempt = attempt_case(EXERCISES[name].reference, case.arguments)
            assert attempt.error is None
            assert attempt.changed is None
            assert np.isfinite(attempt.answer).all()


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_notebook_asks_for_what_the_exercises_judge(assignment):
    """Points, names and argument names in the notebook are those of the specifications."""
    path = ROOT / "solutions" / assignment / f"{assignment}.ipynb"
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    graded = {
        "".join(cell["source"]): cell["metadata"]["nbgrader"]["points"]
        for cell in cells
        if cell["metadata"].get("nbgrader", {}).get("grade")
    }
    for exercise in exercises_of(assignment):
        assert graded.pop(f'check("{exercise.name}", {exercise.name})') == exercise.points
        arguments = inspect.signature(exercise.reference).parameters.values()
        needed = ", ".join(a.name for a in arguments if a.default is inspect.Parameter.empty)
        assert any(source.startswith(f"def {exercise.name}({needed}):") for source in code)
    assert not graded
