"""Nouns in words, at the place where their form changes."""

import pytest

from dlcourse.figures.wording import counted


@pytest.mark.parametrize(("number", "written"), [(0, "0 units"), (1, "1 unit"), (2, "2 units")])
def test_a_noun_has_the_number_of_its_count(number, written):
    assert counted(number, "unit") == written
