"""Where the exercises are: one module for each assignment, imported when it is needed."""

from importlib import import_module

from dlcourse.checks.spec import Exercise

ASSIGNMENTS = ("logistic_regression",)


def exercises_of(assignment: str) -> tuple[Exercise, ...]:
    """List an assignment's exercises in the notebook's order."""
    exercises: tuple[Exercise, ...] = import_module(f"dlcourse.checks.{assignment}").EXERCISES
    return exercises


def all_exercises() -> dict[str, Exercise]:
    """Map the name of every exercise of the course to the exercise."""
    return {
        exercise.name: exercise
        for assignment in ASSIGNMENTS
        for exercise in exercises_of(assignment)
    }


def find(name: str) -> Exercise:
    """Look an exercise up by its name.

    Raises
    ------
    ValueError
        Where there is no exercise of that name.
    """
    exercises = all_exercises()
    if name not in exercises:
        raise ValueError(f"name must be one of {', '.join(exercises)}, got {name!r}")
    return exercises[name]
