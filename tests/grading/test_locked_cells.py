"""The shell of the locked cells, as far as it shows no notebook; `test_referee` runs whole ones."""

from dlcourse.grading.locked_cells import failing_line


def test_the_line_that_failed_is_found_in_the_cell_only():
    assert failing_line(None, {}) == ("", False)
