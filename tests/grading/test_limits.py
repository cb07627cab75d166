"""Limits are positive numbers, and say so."""

import dataclasses
import json
import math
import re

import pytest

from dlcourse.grading.limits import GRACE, Limits

NAMES = [field.name for field in dataclasses.fields(Limits)]
COUNTS = ["processes", "open_files", "notebook_files"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "value", [0, -1, 0.0, -math.inf, math.inf, math.nan, None, True, "5", "", [1], 1j]
)
def test_what_is_no_positive_number_is_refused(name, value):
    kind = "whole" if name in COUNTS else "finite"
    expected = f"{name} must be a positive, {kind} number, got {value!r}"
    with pytest.raises(ValueError, match=re.escape(expected)):
        Limits(**{name: value})


@pytest.mark.parametrize("name", NAMES)
def test_positive_numbers_are_taken(name):
    assert getattr(Limits(**{name: 7}), name) == 7
    if name not in COUNTS:
        assert getattr(Limits(**{name: 0.5}), name) == 0.5


@pytest.mark.parametrize("name", COUNTS)
def test_half_a_process_is_none(name):
    with pytest.raises(ValueError, match=f"{name} must be a positive, whole number, got 0.5"):
        Limits(**{name: 0.5})


def test_limits_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Limits().cell_seconds = 1


def test_the_whole_time_is_that_of_cells_and_tests():
    assert Limits(notebook_seconds=5, tests_seconds=7).all_seconds == 12 + GRACE


def test_limits_travel_as_json():
    limits = Limits(cell_seconds=2.5, memory_mb=512)
    assert Limits(**json.loads(json.dumps(limits.as_dict()))) == limits
    assert hash(limits) == hash(Limits(cell_seconds=2.5, memory_mb=512))
