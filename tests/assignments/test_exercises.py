"""Every exercise: right answers pass, known mistakes get their own hint, constants nothing."""

import dataclasses
import inspect
import json
import pkgutil
import time
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

import dlcourse
from dlcourse.checks.judging import attempt_case, judge
from dlcourse.checks.registry import all_exercises, answers_to, assignments, exercises_of, find

ROOT = Path(__file__).parents[2]
EXERCISES = all_exercises()
SEEDS = range(4)
MANY_SEEDS = range(20)


def each(attribute):
    """Parametrise over the members of every exercise, under readable names."""
    return [
        pytest.param(exercise, member, id=f"{name}: {member.name}")
        for name, exercise in EXERCISES.items()
        for member in getattr(exercise, attribute)
    ]


def written(kind):
    """Parametrise over the answers of one kind to every exercise: key, title and source."""
    return [
        pytest.param(key, title, source, id=f"{key}: {title}")
        for key in EXERCISES
        for title, source in getattr(answers_to(key), kind).items()
    ]


def function_of(key, source):
    """Run an answer among the plainest right answers to its assignment's other exercises."""
    namespace = {"np": np}
    others = [answers_to(exercise.key) for exercise in exercises_of(key.partition("/")[0])]
    for answers in others:
        plainest = next(iter(answers.right.values()))
        for text in (plainest, *answers.helpers.values()):
            exec(text, namespace)
    exec(source, namespace)
    return namespace[EXERCISES[key].name]


def earned(key, source):
    """Collect what an answer earns with one seed or another."""
    function = function_of(key, source)
    exercise = dataclasses.replace(EXERCISES[key], misconceptions=())  # points are all that matters
    return {judge(exercise, function, seed).earned for seed in MANY_SEEDS}


@pytest.mark.parametrize("key", EXERCISES)
def test_key_is_the_place_of_the_module(key):
    assert EXERCISES[key].key == key
    assert EXERCISES[key].name.isidentifier()


@pytest.mark.parametrize("name", EXERCISES)
def test_reference_gets_full_marks_without_a_warning(name):
    for seed in SEEDS:
        outcome = judge(EXERCISES[name], EXERCISES[name].reference, seed)
        assert outcome.passed, str(outcome)
        assert outcome.earned == outcome.points
        assert not outcome.notes


@pytest.mark.parametrize(("key", "title", "source"), written("right"))
def test_right_answers_get_full_marks_whatever_the_seed(key, title, source):
    assert earned(key, source) == {EXERCISES[key].points}


@pytest.mark.parametrize(("key", "title", "source"), written("partly_right"))
def test_partly_right_answers_get_the_points_of_the_first_part_whatever_the_seed(
    key, title, source
):
    first = EXERCISES[key].parts[0].points
    assert earned(key, source) == {first}
    assert first < EXERCISES[key].points


@pytest.mark.parametrize(("key", "title", "source"), written("wrong"))
def test_wrong_answers_get_nothing_whatever_the_seed(key, title, source):
    assert earned(key, source) == {0}


@pytest.mark.parametrize(("key", "title", "source"), [*written("wrong"), *written("partly_right")])
def test_answer_titled_as_a_misconception_is_told_its_hint(key, title, source):
    known = [idea.name for idea in EXERCISES[key].misconceptions]
    told = judge(EXERCISES[key], function_of(key, source), seed=1).failure.misconception
    assert told == title or title not in known


@pytest.mark.parametrize("key", EXERCISES)
def test_every_exercise_has_answers_to_be_tested_with(key):
    answers = answers_to(key)
    assert min(len(answers.right), len(answers.wrong)) >= 12
    assert answers.right.keys().isdisjoint(answers.wrong)
    assert "dlcourse" not in repr(answers)


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


def public_functions(name):
    """Find what the lecture's modules call by a name."""
    for found in pkgutil.iter_modules(dlcourse.__path__):
        if not found.ispkg and not found.name.startswith("_"):
            module = import_module(f"dlcourse.{found.name}")
            function = getattr(module, name, None)
            if inspect.isfunction(function) and function.__module__ == module.__name__:
                yield function


@pytest.mark.local
@pytest.mark.parametrize("key", EXERCISES)
def test_what_the_package_has_under_the_name_is_what_is_asked_for(key):
    assert set(public_functions(EXERCISES[key].name)) <= {EXERCISES[key].reference}


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


@pytest.mark.parametrize("assignment", assignments())
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
        calls = [f'check("{called}", {exercise.name})' for called in (exercise.name, exercise.key)]
        (call,) = graded.keys() & set(calls)
        assert find(call.split('"')[1]) is exercise
        assert graded.pop(call) == exercise.points
        arguments = inspect.signature(exercise.reference).parameters.values()
        needed = ", ".join(a.name for a in arguments if a.default is inspect.Parameter.empty)
        assert any(source.startswith(f"def {exercise.name}({needed}):") for source in code)
    assert not graded
