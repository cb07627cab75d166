"""Other functions stand under a name while a call lasts, wherever the function comes from."""

from functools import partial, wraps

import pytest

from dlcourse.checks.swapping import names_of, swapped, with_others


def helper():
    return "own"


def plain(x=0):
    return helper(), x


class Callable:
    def __call__(self, x=0):
        return helper(), x

    def method(self, x=0):
        return helper(), x


@wraps(plain)
def wrapped(*arguments):
    return plain(*arguments)


@pytest.mark.parametrize(
    "function",
    [plain, lambda x=0: (helper(), x), Callable(), Callable().method, partial(plain), wrapped],
)
def test_what_a_function_calls_by_name_is_another_one_while_it_runs(function):
    assert function(3) == ("own", 3)
    assert with_others(function, {"helper": lambda: "other"})(3) == ("other", 3)
    assert function(3) == ("own", 3)


def test_names_come_back_after_an_error_and_new_ones_go():
    names, seen = {"a": 1}, []

    def fails():
        seen.append(dict(names))
        names["a"] = 4
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), swapped(names, {"a": 2, "b": 3}):
        fails()
    assert seen == [{"a": 2, "b": 3}]
    assert names == {"a": 1}


def test_what_was_written_in_no_notebook_has_no_names():
    assert names_of(len) == {}
    assert with_others(len, {"helper": helper})([1]) == 1
