"""Limits are positive numbers, and say so."""

import dataclasses
import json
import math

import pytest

from dlcourse.grading.limits import GRACE, Limits

NAMES = [field.name for field in dataclasses.fields(Limits)]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("value", [0, -1, 0.0, -math.inf, math.nan, None, "5", "", [1], 1j])
def test_what_is_no_positive_number_is_refused(name, value):
    with pytest.raises(ValueError, match=f"{name} must be a positive number, got ") as caught:
        Limits(**{name: value})
    assert repr(value) in str(caught.value)


@pytest.mark.parametrize("name", NAMES)
def test_positive_numbers_are_taken(name):
    assert getattr(Limits(**{name: 0.5}), name) == 0.5
    assert getattr(Limits(**{name: 7}), name) == 7


def test_limits_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Limits().cell_seconds = 1


def test_the_whole_time_is_that_of_cells_and_tests():
    assert Limits(notebook_seconds=5, tests_seconds=7).all_seconds == 12 + GRACE


def test_limits_travel_as_json():
    limits = Limits(cell_seconds=2.5, memory_mb=512)
    assert Limits(**json.loads(json.dumps(limits.as_dict()))) == limits
    assert hash(limits) == hash(Limits(cell_seconds=2.5, memory_mb=512))
