"""Numbers in words, at the places where their form changes."""

import pytest

from dlcourse.figures.wording import counted, in_powers


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.0, "0"),
        (1.0, "1"),
        (0.01, "0.01"),
        (0.0099, "1 × 10⁻²"),
        (99.7, "100"),
        (137.0, "140"),
        (999.0, "1000"),
        (1000, "1 × 10³"),
        (10**41, "1 × 10⁴¹"),
        (-3e-7, "−3 × 10⁻⁷"),
    ],
)
def test_a_number_of_any_size_reads_like_one_written_by_hand(value, written):
    assert in_powers(value) == written


@pytest.mark.parametrize(("number", "written"), [(0, "0 units"), (1, "1 unit"), (2, "2 units")])
def test_a_noun_has_the_number_of_its_count(number, written):
    assert counted(number, "unit") == written
