"""Numbers as the reader sees them, at the places where their form changes."""

import pytest

from dlcourse.explorers import number


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.0, "0"),
        (1.0, "1"),
        (0.01, "0.01"),
        (0.0099, "10⁻²"),
        (99.7, "100"),
        (137.0, "140"),
        (999.0, "1000"),
        (1000, "10³"),
        (10**41, "10⁴¹"),
        (-3e-7, "−3 × 10⁻⁷"),
        (-1e-7, "−10⁻⁷"),
    ],
)
def test_a_number_of_any_size_reads_like_one_written_by_hand(value, written):
    assert number(value) == written


@pytest.mark.parametrize(
    ("value", "format", "written"),
    [
        (0, "+.1f", "0.0"),
        (-0.001, ".0%", "0%"),
        (-0.0, ".1e", "0.0"),
        (1e6, "g", "10⁶"),
        (2.5e6, "+g", "+2.5 × 10⁶"),
        (1.0, ".2e", "1.00"),
        (2.5, "d", "2"),
        (-3, "d", "−3"),
    ],
)
def test_numbers_are_written_without_noise(value, format, written):
    assert number(value, format) == written
