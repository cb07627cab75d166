"""Rows of a class's report, for tests of what is made of them."""

import random

from grading.toy import NAME, exercises

from dlcourse.checks.spec import name_of
from dlcourse.grading.statistics import ReportRow

EXERCISES = list(exercises().values())
MAXIMUM = float(sum(exercise.points for exercise in EXERCISES))


def cell_of(exercise):
    return f"check-{exercise}".replace("_", "-")


def unnamed(text="[0.5]", alike="a1"):
    """A wrong answer without a name, as the referee puts it down."""
    return {
        "part": "the formula",
        "case": "one score",
        "table": [["S", "[1.]"], ["expected", "[0.73]"], ["answered", text]],
        "alike": alike,
    }


def outcome(exercise, earned=0.0, kind="", misconception="", message="", look=None, hint=""):
    return {
        "cell": cell_of(name_of(exercise)),
        "exercise": exercise,
        "points": 2.0,
        "earned": earned,
        "kind": kind,
        "misconception": misconception,
        "message": message,
        "hint": hint,
        "unnamed": look or {},
    }


def row(student="ada", score=1.0, status="graded", reason="", **changes):
    values = {
        "student": student,
        "notebook": NAME,
        "status": status,
        "reason": reason,
        "score": score,
        "maximum": 2.0,
        "seconds": 0.1,
        "seed": 4_294_967_295,
        "sandbox": "bubblewrap",
        "cells": {cell_of("scores"): (score, 2.0)},
        "outcomes": (outcome("scores", score),),
    }
    return ReportRow(**{**values, **changes})


def a_class(size, seed=0):
    """Students of every ability, some stopped, some rejected; known and unknown mistakes."""
    rng = random.Random(seed)
    rows = []
    for number in range(size):
        ability = rng.betavariate(3, 1.5)
        cells, outcomes = {}, []
        for place, exercise in enumerate(EXERCISES):
            points = float(exercise.points)
            right = rng.random() < ability * (1 - 0.08 * place) + 0.1
            earned = points if right else rng.choice([0.0, 0.0, points / 2])
            known = exercise.misconceptions
            idea = rng.choice(known[:4]) if not right and known and rng.random() < 0.6 else None
            name, hint = (idea.name, idea.hint) if idea else ("", "")
            kind = "" if right else rng.choice(["not written", "raised", "value", "value", "shape"])
            cells[cell_of(exercise.name)] = (earned, points)
            look = rng.choice([{}, unnamed(), unnamed("[0.25]", "b2")]) if kind == "value" else {}
            look = {} if name else look
            outcomes.append(outcome(exercise.key, earned, kind, name, look=look, hint=hint))
        status = rng.choices(["graded", "stopped", "rejected"], [95, 3, 2])[0]
        reason = {
            "graded": "",
            "stopped": "Cell 7 ran for more than 30 s.",
            "rejected": "The file is not a notebook: it is not JSON.",
        }[status]
        if status == "rejected":
            cells, outcomes = {cell: (0.0, points) for cell, (_, points) in cells.items()}, []
        score = sum(earned for earned, _ in cells.values())
        rows.append(
            row(
                f"student{number:05}",
                score,
                status,
                reason,
                maximum=MAXIMUM,
                seconds=rng.lognormvariate(-2, 0.4),
                seed=rng.getrandbits(32),
                cells=cells,
                outcomes=tuple(outcomes),
            )
        )
    return rows
