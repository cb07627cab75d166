"""A call that does not end is ended, and what comes after it is as before."""

import itertools
import sys

import pytest

from dlcourse.checks import CheckFailed, check, reporting
from dlcourse.checks.time_limit import OutOfTime, time_limit


def loop():
    while True:
        pass


def loop_that_catches():
    while True:
        try:
            loop()
        except Exception:  # an answer that catches too much
            continue


def loop_of_calls():
    return next(filter(lambda number: number < 0, itertools.count()))


def loop_in_an_expression():
    return [number for number in itertools.count() if number < 0]


class Slow:
    def __del__(self):  # nobody hears what is raised here
        sum(number for number in range(100))


def loop_that_deletes():
    while True:
        Slow()


@pytest.mark.parametrize(
    "endless",
    [loop, loop_that_catches, loop_of_calls, loop_in_an_expression, loop_that_deletes],
)
def test_what_does_not_end_is_ended(untraced, endless):
    with pytest.raises(OutOfTime, match=r"longer than 0\.05 seconds"), time_limit(0.05):
        endless()
    assert sys.gettrace() is None


def test_what_ends_is_left_alone(untraced):
    with time_limit(60):
        assert sum(range(10)) == 45
    assert sys.gettrace() is None


def test_an_error_comes_through(untraced):
    with pytest.raises(ZeroDivisionError), time_limit(60):
        print(1 / 0)
    assert sys.gettrace() is None


def test_a_debugger_keeps_watching(untraced):

    def watch(frame, event, argument):
        return watch

    sys.settrace(watch)
    with time_limit(0):
        assert sum(range(10)) == 45
    assert sys.gettrace() is watch


def test_check_ends_with_a_sentence(untraced, monkeypatch):
    monkeypatch.setattr(reporting, "CALL_SECONDS", 0.05)
    with pytest.raises(CheckFailed, match=r"This call took longer than 0\.05 seconds"):
        check("sigmoid", lambda S: loop())
