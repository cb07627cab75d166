"""What `judge` says about every way to be wrong, on a toy exercise: twice the argument."""

import dataclasses
import functools
import math
import re
import sys
import warnings

import numpy as np
import pytest

from dlcourse.checks.diagnosis import Naming
from dlcourse.checks.errors import StudentError
from dlcourse.checks.judging import (
    as_array,
    describe_type,
    explained,
    first_change,
    judge,
    pretty,
)
from dlcourse.checks.outcome import Failure, Kind
from dlcourse.checks.spec import Exercise, Misconception, Part, Property


def double(x, factor):
    return 2.0 * x * factor


def draw(rng):
    for n in (7, 2, 4):
        yield rng.normal(size=n), float(rng.integers(1, 5))


EXERCISE = Exercise(
    key="toy/double",
    reference=double,
    parts=(
        Part("easy", 2, draw, {"one number": (np.array([3.0]), 1.0)}),
        Part(
            "hard",
            1,
            edge_cases={
                "integers": (np.array([1, 2]), 2.0),
                "single precision": (np.array([1, 2, 3], dtype=np.float32), 2.0),
            },
            hint="Think of whole numbers.",
        ),
    ),
    properties=(
        Property("finite sign", lambda a, x, f: bool((a * x >= 0).all()), "Doubling keeps signs."),
    ),
    misconceptions=(
        Misconception("square", lambda x, factor: x * x * factor, "That is the square."),
        Misconception("factor ignored", lambda x, factor: 2.0 * x, "Where is the factor?"),
        Misconception("floor", lambda x, factor: (2 * x * factor).astype(x.dtype), "Cut off."),
        Misconception("one number", lambda x, factor: 2 * math.exp(x), "math is for one number."),
    ),
    remark="Twice as nice.",
)


def failure(function, seed=5):
    outcome = judge(EXERCISE, function, seed)
    assert not outcome.passed
    return outcome.failure


def test_right_answer():
    outcome = judge(EXERCISE, double, seed=5)
    assert outcome.passed
    assert (outcome.earned, outcome.points, outcome.fraction) == (3.0, 3.0, 1.0)
    assert outcome.passed_parts == ("easy", "hard")
    assert outcome.seed == 5


def test_smallest_failing_case_is_shown():
    found = failure(lambda x, factor: double(x, factor) if len(x) < 3 else x)
    assert [len(eval(text)) for name, text in found.arguments if name == "x"] == [4]
    assert found.case == "random numbers"


def test_part_of_the_points():
    outcome = judge(EXERCISE, lambda x, f: double(x, f) if x.dtype == np.float64 else 3.0 * x)
    assert (outcome.earned, outcome.fraction) == (2.0, 2 / 3)
    assert outcome.passed_parts == ("easy",)
    assert outcome.failure.part == "hard"
    assert outcome.failure.hint == "Think of whole numbers."
    assert not outcome.failure.misconception


def test_a_later_part_earns_nothing_without_the_earlier_one():
    outcome = judge(EXERCISE, lambda x, f: double(x, f) if x.dtype != np.float64 else x)
    assert outcome.earned == 0


@pytest.mark.parametrize(
    ("naming", "message", "hints", "name"),
    [
        (Naming("r", "It is half.", "Why?"), "Wrong.", ("It is half.", "Why?"), "r"),
        (Naming("r", "It is half.", "", place="At 0."), "Wrong. At 0.", ("It is half.",), "r"),
        (Naming("r", "", "Why?", place="At 0."), "Wrong. At 0.", ("Why?",), "r"),
        (Naming("r", "Half.", "Why?", True, "At 0."), "Wrong. At 0. Half.", ("Why?", "Think."), ""),
        (None, "Wrong.", ("Think.",), ""),
    ],
)
def test_place_and_description_stand_in_the_message_and_the_rest_is_hints(
    naming, message, hints, name
):
    found = explained(Failure("all", Kind.VALUE, "Wrong."), naming, "Think.")
    assert (found.message, found.hints, found.misconception) == (message, hints, name)
    stopped = explained(Failure("all", Kind.RAISED, "Stopped."), None, "Think.")
    assert stopped.hints == ()  # what is said of all wrong numbers is not about errors


def test_misconception_must_agree_on_every_case_of_the_part():
    assert failure(lambda x, factor: x * x * factor).misconception == "square"
    mixed = failure(lambda x, factor: x * x * factor if len(x) < 5 else x)
    assert (mixed.kind, mixed.misconception) == ("value", "")


def test_misconception_that_is_right_in_the_case_shown_does_not_speak():
    """ "floor" answers every case of the first part rightly, as this function does."""

    def changes_its_argument(x, factor):
        answer = double(x, factor)
        x[0] = 99
        return answer

    found = failure(changes_its_argument)
    assert (found.kind, found.misconception) == ("changed its argument", "")
    assert "argument `x`" in found.message


@pytest.mark.parametrize(
    ("change", "position"),
    [
        (lambda a, b: None, None),
        (lambda a, b: a.__setitem__(0, np.nan), None),  # what stood there before
        (lambda a, b: a.__setitem__(1, np.nan), 0),
        (lambda a, b: b.__setitem__(0, 7), 1),
    ],
)
def test_first_change_is_the_position_of_what_a_call_changed(change, position):
    before, after = ((np.array([np.nan, 1.0]), np.array([1, 2])) for _ in range(2))
    change(*after)
    assert first_change(before, after) == position


def test_misconception_in_the_second_part_alone():
    found = failure(lambda x, factor: (2 * x * factor).astype(x.dtype))
    assert (found.part, found.kind, found.misconception) == ("hard", "kind of number", "floor")


def test_misconception_that_is_an_error():
    found = failure(lambda x, factor: 2 * math.exp(np.array(x)) if len(x) > 1 else math.nan)
    assert found.misconception == ""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # NumPy is about to refuse arrays of one number as well
        assert failure(lambda x, factor: 2 * math.exp(x)).misconception == "one number"


def test_misconception_that_is_an_error_says_the_same():
    """Errors of one class have many causes."""
    add = Misconception("add", lambda x, factor: factor + "2", "Text is no number.")
    exercise = dataclasses.replace(EXERCISE, misconceptions=(add,))
    assert judge(exercise, lambda x, factor: factor + "two").failure.misconception == "add"
    found = judge(exercise, lambda x, factor: x ^ factor).failure
    assert (found.kind, found.misconception) == ("raised", "error: ^ for a power")
    assert "bitwise_xor" in found.message


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (None, "type", "returns nothing"),
        ([6.0], "type", "a list; it must return an array of shape (1,)."),
        (6.0, "type", "the number 6"),
        ("6", "type", "a str"),
        (np.ma.masked_array([6.0]), "type", "a MaskedArray"),
        (np.array([object()]), "type", "shape (1,) and dtype object; it must return an array of "),
        (np.array([object()]), "type", "of shape (1,) that holds numbers."),
        (np.array(["6"]), "type", "and dtype <U1"),
        (np.array([[6.0]]), "shape", "(1, 1); it must be (1,)"),
        (np.array([6]), "kind of number", "integers"),
        (np.array([True]), "kind of number", "booleans"),
        (np.array([6 + 0j]), "kind of number", "complex"),
        (np.array([np.nan]), "not finite", "nan"),
        (np.array([np.inf]), "not finite", "inf"),
        (np.array([-6.0]), "property", "Doubling keeps signs."),
        (np.array([5.0]), "value", "not right"),
    ],
)
def test_wrong_answers(answer, kind, words):
    found = failure(lambda x, factor: answer)
    assert found.kind == kind
    assert words in found.message
    assert found.case == "one number"
    assert found.expected == "[6.]"
    assert found.got == pretty(answer)


def test_single_number_may_be_whole():
    exercise = dataclasses.replace(
        EXERCISE, reference=lambda x, factor: float(max(0, x.sum())), properties=()
    )
    assert judge(exercise, lambda x, factor: max(0, x.sum())).passed
    assert judge(exercise, lambda x, factor: int(max(0, x.sum())), 5).failure.kind == "value"
    for other in (lambda x, factor: x.sum() + 0j, lambda x, factor: bool(x.sum() > 0)):
        assert judge(exercise, other).failure.kind == "kind of number"


def test_subclass_with_its_own_opinion_on_equality_is_refused():
    class Agreeable(np.ndarray):
        def __array_ufunc__(self, *args, **kwargs):
            return np.array(True)

        def copy(self, order="C"):
            return self

    found = failure(lambda x, factor: np.array([1.0]).view(Agreeable))
    assert found.kind == "type"

    class Agreeing(float):
        def __eq__(self, other):
            return True

        __hash__ = float.__hash__

    assert as_array(Agreeing(1.0)) is None


def test_value_whose_repr_fails_is_still_described():
    class Shy:
        def __repr__(self):
            raise RuntimeError("no")

    assert failure(lambda x, factor: Shy()).got == "a Shy"


def test_a_case_may_be_refused_but_not_got_wrong():
    part = Part("easy", 1, draw, refusable_cases={"integers": (np.array([1, 2]), 2.0)})
    exercise = dataclasses.replace(EXERCISE, parts=(part,))

    def in_place(x, factor):
        answer = x.copy()
        answer *= 2.0 * factor  # raises where x holds integers
        return answer

    assert judge(exercise, in_place).passed
    found = judge(exercise, lambda x, factor: double(x, factor).astype(x.dtype)).failure
    assert (found.case, found.kind) == ("integers", "kind of number")


def test_where_the_first_wrong_number_is():
    def last_one_off(x, factor):
        answer = double(x, factor)
        answer[-1] *= 2
        return answer if len(x) > 1 else double(x, factor)

    assert "1 of 2 numbers is not right: the one at [1] should be" in failure(last_one_off).message


def test_numbers_that_look_equal_are_shown_in_full():
    half = Part("easy", 1, edge_cases={"a half": (np.array([0.5]), 1.0)})
    exercise = dataclasses.replace(EXERCISE, parts=(half,))
    found = judge(exercise, lambda x, factor: double(x, factor) * (1 + 3e-7)).failure
    assert (found.expected, found.got) == ("[1.]", "[1.0000003]")


def test_numbers_are_written_until_they_differ():
    def off(x, factor):
        return double(x, factor) + 1e-6 * (len(x) > 1)

    part = Part("easy", 1, edge_cases={"two": (np.array([-0.817574476, 1.0]), 1.0)})
    found = judge(dataclasses.replace(EXERCISE, parts=(part,)), off).failure
    assert "at [0], should be -1.635149 and is -1.635148." in found.message
    assert (found.expected, found.got) == ("[-1.635149,  2.      ]", "[-1.635148,  2.000001]")


def test_single_precision_is_accepted_but_not_an_error_of_one_percent():
    assert judge(EXERCISE, lambda x, f: (2 * f * x).astype(np.float32), 1).passed
    assert failure(lambda x, f: (2.02 * f * x).astype(np.float32)).kind == "value"


def test_not_written_yet():
    def stub(x, factor):
        raise NotImplementedError()

    found = failure(stub)
    assert found.kind == "not written"
    assert "stub" in found.message
    assert not found.table


NOTEBOOK = """
def helper(x):
    raise NotImplementedError()

def mine(x, factor):
    return factor * helper(x)
"""


def test_a_stub_that_the_function_calls_is_named():
    names = {}
    exec(NOTEBOOK, names)
    found = failure(names["mine"])
    assert found.kind == "raised"
    assert "Your function calls helper, and of helper there is only the stub" in found.message
    assert not found.table
    assert failure(lambda x, factor: names["helper"](x)).message == found.message
    assert failure(lambda x, factor: x if len(x) < 2 else names["helper"](x)).kind == "value"
    names["mine"].__globals__["helper"] = functools.partial(names["helper"])
    assert failure(names["mine"]).kind == "not written"  # whose stub it is cannot be told


def test_a_stand_in_tells_which_function_is_a_stub():
    def stands_in(x, factor):
        raise StudentError("NotImplementedError", "", "return helper(x)", "helper")

    assert "Your function calls helper" in failure(stands_in).message


def test_exception_is_told_with_the_students_line():
    def broken(x, factor):
        total = np.ones(7) @ x
        return total * factor

    found = failure(broken)
    assert found.kind == "raised"
    assert "in the line `total = np.ones(7) @ x`" in found.message
    assert "ValueError: matmul" in found.message
    assert not found.got


def test_exception_from_inside_numpy_blames_the_students_line():
    def broken(x, factor):
        return np.linalg.inv(x)

    assert "in the line `return np.linalg.inv(x)`" in failure(broken).message


def test_wrong_number_of_arguments():
    assert "TypeError" in failure(lambda x: x).message


def test_a_stand_in_reports_an_error_that_happened_elsewhere():
    class Proxy:
        def __call__(self, *arguments):
            raise StudentError("IndexError", "out of range", "x[7]")

    message = failure(Proxy()).message
    assert "in the line `x[7]`" in message
    assert "IndexError: out of range" in message


def test_exit_is_a_failure_but_interrupting_is_not_caught():
    def interrupted(x, factor):
        raise KeyboardInterrupt

    assert "SystemExit" in failure(lambda x, factor: sys.exit(3)).message
    with pytest.raises(KeyboardInterrupt):
        judge(EXERCISE, interrupted)


def test_a_call_without_an_end_is_stopped_and_told(untraced):
    calls = []

    def endless(x, factor):
        calls.append(x)
        print("turning")
        while factor:
            x = x + 1
        return x

    found = judge(EXERCISE, endless, 5, call_seconds=0.1).failure
    assert (found.kind, found.case, found.got) == ("raised", "one number", "")
    assert found.message.startswith("This call took longer than 0.1 seconds and was stopped.")
    assert re.search(r"It was in the line `(while factor:|x = x \+ 1)`\. What must", found.message)
    assert found.printed == "turning"
    assert len(calls) == 1


def test_a_limit_changes_no_verdict():
    assert judge(EXERCISE, double, 5, call_seconds=60) == judge(EXERCISE, double, 5)


def test_result_instead_of_function():
    found = failure(np.array([6.0]))
    assert found.kind == "not a function"
    assert "without parentheses and arguments: double, not double(...)" in found.message
    assert "an array of shape (1,)" in found.message


def test_prints_are_kept_for_the_failing_case_and_reach_no_stream(capsys):
    def chatty(x, factor):
        print("x is", x)
        print("careful", file=sys.stderr)
        return x

    assert failure(chatty).printed == "x is [3.]\ncareful"
    assert capsys.readouterr() == ("", "")
    assert len(failure(lambda x, f: print("spam" * 10_000)).printed) < 400


@pytest.mark.skipif(sys.platform == "emscripten", reason="WebAssembly has no floating-point flags")
def test_warnings_cost_nothing_and_are_told_once():
    def warns(x, factor):
        np.log(np.zeros(2))
        return double(x, factor)

    outcome = judge(EXERCISE, warns)
    assert outcome.passed
    assert len(outcome.notes) == 1
    assert "divide by zero" in outcome.notes[0]


def test_warnings_of_other_cases_are_not_told_with_a_failure():
    def warns_later(x, factor):
        if len(x) > 1:
            np.log(np.zeros(2))
        return x

    assert judge(EXERCISE, warns_later).notes == ()


def test_hint_of_the_part_is_about_numbers_only():
    def broken(x, factor):
        return double(x, factor) if x.dtype == np.float64 else undefined  # noqa: F821

    assert failure(broken).kind == "raised"
    assert "Nothing is called `undefined`" in failure(broken).hint


def test_misconception_that_returns_no_number_is_recognised_by_the_type():
    forgot = Misconception("no return", lambda x, factor: None, "There is no return.")
    exercise = dataclasses.replace(EXERCISE, misconceptions=(forgot,))
    assert judge(exercise, lambda x, factor: None).failure.misconception == "no return"
    assert judge(exercise, lambda x, factor: "2").failure.misconception == ""


def test_functions_cannot_reach_the_reference_through_their_arguments():
    """Arguments kept and changed later, answers changed later: copies, all of them."""
    kept = []

    def hoarder(x, factor):
        for old in kept:
            old[...] = 0
        answer = double(x, factor)
        kept.extend([x, answer])
        return answer

    assert judge(EXERCISE, hoarder).passed


def test_fresh_seeds_differ_and_a_seed_repeats():
    wrong = lambda x, factor: x if len(x) > 1 else double(x, factor)  # noqa: E731
    first, second = judge(EXERCISE, wrong), judge(EXERCISE, wrong)
    assert first.seed != second.seed
    assert first.failure.arguments != second.failure.arguments
    assert judge(EXERCISE, wrong, first.seed) == first


def test_values_are_written_as_one_would():
    assert pretty(np.array([1, 0])) == "[1, 0]"
    assert pretty(0.1 + 0.2) == "0.3"
    assert pretty(np.float32(0.5)) == "0.5"
    assert pretty(np.array([0.5, 1.0])) == "[0.5, 1. ]"
    assert pretty(np.array([0.5], dtype=np.float32)) == "[0.5]  (float32)"
    assert "..." in pretty(np.zeros(1000))
    assert len(pretty(list(range(1000)))) < 400


def test_a_span_of_time_is_named_and_raises_nothing():
    """NumPy counts it among its integers."""
    assert describe_type(np.timedelta64(3, "s")) == "a timedelta64"
