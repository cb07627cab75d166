"""Cases of several kinds of numbers."""

import numpy as np

from dlcourse.checks.drawing import array, kinds


def test_kinds_change_arrays_and_leave_numbers():
    cases = kinds(array([1, 2]), 0.5, 3)
    assert [case[0].dtype for case in cases.values()] == [int, np.float32]
    assert all(case[1:] == (0.5, 3) for case in cases.values())
    assert all(type(case[2]) is int for case in cases.values())
