"""Tests with the tag that runs them in the student's process: as in stock nbgrader, and no further.

Their points can be forged, and everybody is told. What must not happen is that anything else comes
of it: points in another test, hidden tests or their inputs in a page, a class that is not graded.
"""

import json

import pytest
from grading.builders import (
    assignment_spec,
    cell,
    locked_spec,
    notebook,
    solution_spec,
    test_spec,
)

pytest.importorskip("nbgrader")

from dlcourse.grading.inside.wire import KB, MB
from dlcourse.grading.referee import FORGEABLE

LINE = f"{FORGEABLE}\n"  # its own line, whatever is printed behind it
SECRET, LOOT = "canary-of-a-hidden-test", 31_415_926  # a source's word; a hidden input
STUB = "def f(x):\n    raise NotImplementedError()"
RIGHT = "def f(x):\n    return 2 * x"
HIDDEN = "### BEGIN HIDDEN TESTS\n{}\n### END HIDDEN TESTS"


def tagged(grade_id, source, points=1.0):
    return test_spec(grade_id, source, points, forgeable=True)


@pytest.fixture(scope="module")
def grade(open_station):
    """Grade a notebook of `f` and more cells; one station for each assignment."""
    stations = {}

    def run(spec, *sources, cells=(), **settings):
        if spec not in stations:
            stations[spec] = open_station(assignment_spec(*spec))
        cells = cells or [cell(sources[0], "f"), *map(cell, sources[1:])]
        return stations[spec].grade("ada", "week", {"week.ipynb": notebook(*cells)}, **settings)

    yield run
    for station in stations.values():
        station.close()


def outputs(result, grade_id):
    cells = json.loads(result.graded)["cells"]
    (found,) = [c for c in cells if c["metadata"].get("nbgrader", {}).get("grade_id") == grade_id]
    return found["outputs"]


def shown(result):
    """All that the graded notebook shows, without its sources, and the student's page."""
    cells = json.loads(result.graded)["cells"]
    return json.dumps([c.get("outputs") for c in cells]) + result.feedback


# --- as in stock nbgrader -----------------------------------------------------------------------

AS_STOCK = (
    locked_spec("helper", "def helped(x):\n    return f(x) + offset"),
    solution_spec("f", STUB),
    test_spec("imports", "from unittest.mock import patch\nsecond = 2\nassert f(1) == 2"),
    tagged(
        "mock", "with patch('builtins.print') as said:\n    f('Ada')\nsaid.assert_called_once()"
    ),
    tagged("helper-test", "offset = 1\nassert helped(2) == 5"),
    tagged("fresh", "assert 'said' not in globals() and 'second' not in globals()\nf.seen = 1"),
    tagged("part", "class Model: ...\nassert not hasattr(f, 'seen')\nnp.float64(0.25)"),
    tagged("only-imports", "import math"),
    tagged("empty", ""),
)
PRINTS = "import numpy as np\ndef f(x):\n    print(x)\n    return 2 * x"


def test_a_tagged_test_runs_where_the_students_code_ran(grade):
    result = grade(AS_STOCK, PRINTS)
    assert result.status == "graded"
    assert result.scores == {**result.maximum, "part": 0.25}


def test_every_page_says_that_such_points_can_be_forged(grade):
    result = grade(AS_STOCK, PRINTS)
    assert result.feedback.count("which can forge its points") == 6
    assert outputs(result, "mock")[0]["text"] == LINE
    assert FORGEABLE not in json.dumps(outputs(result, "imports"))


VALUES = {
    "None": 2.0,
    "True": 2.0,
    "0": 0.0,
    "1.5": 1.5,
    "np.float32(0.5)": 0.5,
    "np.array([0.5])": 0.5,
    "2;": 2.0,
    "print(1)": 2.0,
    "import sys; print('careful', file=sys.stderr)": 2.0,
    "False": 0.0,
    "-1": 0.0,
    "2.5": 0.0,
    "1e999": 0.0,
    "float('nan')": 0.0,
    "'words'": 0.0,
    "object()": 0.0,
    "np.timedelta64(1, 's')": 0.0,
    "1 / 0": 0.0,
    "raise SystemExit": 0.0,
    "raise KeyboardInterrupt": 0.0,
    "def f(:": 0.0,
    "[display(i) for i in range(2000)]; 1 / 0": 0.0,
    "x = []\nfor _ in range(200): x = [x]\nx": 0.0,
}


def test_outputs_are_read_as_outside(grade):
    spec = (solution_spec("f", STUB), *(tagged(f"t{i}", v, 2.0) for i, v in enumerate(VALUES)))
    result = grade(spec, "import numpy as np\n" + RIGHT)
    assert dict(zip(VALUES, result.scores.values(), strict=True)) == VALUES
    assert "this one is of type str" in json.dumps(outputs(result, "t14"))
    assert "ZeroDivisionError" in json.dumps(outputs(result, "t17"))


def test_check_does_not_give_full_marks_where_it_cannot_judge(grade):
    spec = (
        solution_spec("f", STUB),
        tagged("t", "from dlcourse.checks import check\ncheck('x', f)"),
    )
    result = grade(spec, RIGHT)
    assert result.scores == {"t": 0.0}
    assert "check needs no tag student-process" in json.dumps(outputs(result, "t"))


# --- attacks ------------------------------------------------------------------------------------

WITH_HIDDEN = (
    solution_spec("f", STUB),
    tagged("early", "assert f(1) == 2", 2.0),
    test_spec("hidden", HIDDEN.format(f"assert f({LOOT}) == {2 * LOOT}")),
    tagged("secret", HIDDEN.format(f"word = '{SECRET}'\nassert f(3) == 6, word\n1 / 3"), 2.0),
    test_spec("open", "assert f(3) == 6"),
)
KEEP = """
def keep(*words):
    for name in ("kept.txt", "/tmp/kept.txt", "/dev/shm/kept.txt"):
        with open(name, "a") as file:
            print(*words, file=file)

def kept():
    return open("/tmp/kept.txt").read() + open("kept.txt").read()
"""


def test_points_of_a_tagged_test_can_be_forged_and_no_other(grade):
    """The documented price; the other tests do not believe the same answer."""
    forged = "class Any(int):\n    __eq__ = lambda *_: True\n\ndef f(x):\n    return Any()"
    result = grade(WITH_HIDDEN, forged)
    assert result.scores == {"early": 2.0, "hidden": 0.0, "secret": 0.33, "open": 0.0}
    assert outputs(result, "early")[0]["text"] == LINE


def test_a_score_behind_hidden_tests_has_no_digits_to_tell_them(grade):
    result = grade(WITH_HIDDEN, RIGHT)
    assert result.scores == {"early": 2.0, "hidden": 1.0, "secret": 0.33, "open": 1.0}
    assert result.feedback.count("0.33 of 2 points") == 1


READS_SOURCES = f"""{KEEP}
import os, sys, gc
def f(x):
    said = [*In, *map(str, sys._getframe(1).f_locals.values()), sys._getframe(1).f_code.co_consts]
    keep(*said)
    print(*said)
    os.write(1, repr(said).encode())
    os.write(2, repr(said).encode())
    display(*said)
    get_ipython().user_ns["_"] = said
    {{}}
"""


@pytest.mark.parametrize(
    "then",
    [
        "return 2 * x",
        "raise ValueError(*said)",
        "raise type(said[-2], (Exception,), {})(*said)",
        "raise SystemExit(said)",
        "get_ipython().showtraceback = print; raise ValueError(*said)",
        "return type('Six', (int,), {'__repr__': lambda self: str(said)})(6)",
    ],
)
def test_a_hidden_source_reaches_no_page(grade, then):
    answers = f"{READS_SOURCES.format(then)}\n"
    result = grade(WITH_HIDDEN, answers, "try:\n    print(kept())\nexcept OSError: ...")
    assert SECRET in json.dumps(json.loads(result.graded)["cells"])  # the source, for instructors
    assert SECRET not in shown(result)
    assert str(LOOT) not in shown(result)


CHECKED = """
from dlcourse.checks import Exercise, Part, check
check(Exercise("toy/f", lambda x: 2 * x, (Part("numbers", 1, lambda rng: [(1.0,), (3.0,)]),)), f)
"""


def test_what_looks_like_a_checks_page_brings_no_other_text(grade):
    """A page of a check may be shown behind hidden tests; here a student writes it."""
    spec = (*WITH_HIDDEN, test_spec("check", CHECKED))
    (page,) = outputs(grade(spec, RIGHT), "check")
    told = f"{{'text/html': {page['data']['text/html']!r}, 'text/plain': {SECRET[::-1]!r}[::-1]}}"
    answers = f"def f(x):\n    display({told}, raw=True)\n    return 2 * x"
    assert SECRET not in shown(grade(spec, answers))


@pytest.mark.parametrize("end", ["raise ValueError(x)", "return 0", "import os; os._exit(1)"])
def test_a_failing_tagged_test_behind_a_hidden_one_says_one_sentence(grade, end):
    result = grade(WITH_HIDDEN, READS_SOURCES.format(end))
    for name in ("early", "secret"):
        line, error = outputs(result, name)
        assert error["traceback"] == ["This test did not pass."]
        assert line["text"] == LINE


def test_inputs_of_a_hidden_test_are_not_shown_by_a_tagged_one(grade):
    """It stands above the hidden test, and runs after it."""
    result = grade(
        WITH_HIDDEN, f"{KEEP}\ndef f(x):\n    keep(x)\n    print(kept())\n    return 2 * x"
    )
    assert result.scores["hidden"] == 1.0
    assert str(LOOT) not in shown(result)


def test_what_a_tagged_test_leaves_behind_helps_no_other(grade):
    answers = f"""{KEEP}
import sys
def f(x):
    test = sys._getframe(1).f_code.co_filename
    if "ipython-input" in test:  # a test that runs here, whose source says the answers
        keep("seen")
        __builtins__.sum = None
    try:
        return 2 * x if "seen" in kept() else 0
    except OSError:
        return 0
"""
    result = grade(WITH_HIDDEN, answers)
    assert result.scores["hidden"] == result.scores["open"] == 0.0


@pytest.mark.parametrize(
    "end",
    [
        "import os; os._exit(0)",
        "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
        "import time; time.sleep(60)",
        "import signal, time; signal.signal(signal.SIGALRM, signal.SIG_IGN); time.sleep(60)",
        "while True: print('x' * 10_000_000)",
        "display(*[0] * 100_000); raise ValueError",
        "import os; [os.close(n) for n in range(3, 64)]",
        "import os; [os.fork() for _ in range(5)]; raise ValueError",
        "x = [0]\n        while True: x = x * 2",
    ],
)
def test_a_tagged_test_that_ends_badly_costs_itself(grade, end):
    """The tests outside have been there already."""
    answers = f"""
import sys
def f(x):
    if "ipython-input" in sys._getframe(1).f_code.co_filename:
        {end}
    return 2 * x
"""
    result = grade(SHORT, answers)
    assert result.scores == {"tagged": 0.0, "open": 1.0, "after": 2.0}
    assert len(result.feedback) < 8_000_000
    assert grade(SHORT, RIGHT).scores == {"tagged": 1.0, "open": 1.0, "after": 2.0}


SHORT = (
    solution_spec("f", STUB),
    tagged("tagged", "assert f(3) == 6"),
    test_spec("open", "assert f(3) == 6"),
    tagged("after", "2", 2.0),
)


def test_a_tagged_test_that_ends_all_processes_costs_no_test_outside(grade):
    answers = """
import os, signal, sys
def f(x):
    if "ipython-input" in sys._getframe(1).f_code.co_filename:
        os.kill(-1, signal.SIGKILL)
    return 2 * x
"""
    result = grade(SHORT, answers)
    assert result.scores == {"tagged": 1.0, "open": 1.0, "after": 0.0}


def test_a_flood_is_cut(grade):
    flood = "def f(x):\n    for _ in range(300): print('x' * 100_000)\n    return 2 * x"
    result = grade(SHORT, flood)
    assert result.scores["tagged"] == 1.0
    assert len(result.graded) < 3 * MB + 10 * KB  # of three tests that call it


def test_a_students_own_tag_means_nothing(grade):
    forged = "class Any(int):\n    __eq__ = lambda *_: True\n\ndef f(x):\n    return Any()"
    mine = {"grade": True, "locked": True, "solution": False, "points": 100.0, "schema_version": 3}
    tags = {"tags": ["student-process"]}
    cells = [
        {**cell(forged, "f"), "metadata": {**tags, "nbgrader": {"grade_id": "f"}}},
        {**cell("100.0"), "metadata": {**tags, "nbgrader": {**mine, "grade_id": "mine"}}},
        {**cell("1.0"), "metadata": {**tags, "nbgrader": {**mine, "grade_id": "open"}}},
    ]
    result = grade(SHORT, cells=cells)
    assert result.scores == {"tagged": 1.0, "open": 0.0, "after": 2.0}


LIES = {
    "{}": 0.0,
    "3": 0.0,
    "{'outputs': 3}": 0.0,
    "{'outputs': [3, {}, {'output_type': np.array([1, 2])}]}": 2.0,
    "{'outputs': [{'output_type': 'stream', 'name': np.array(['a', 'b']), 'text': 'x'}]}": 2.0,
    "{'outputs': [{'output_type': 'error'}]}": 0.0,
    "{'outputs': [], 'value': 0.5}": 0.5,
    "{'outputs': [], 'value': 1e9}": 0.0,
    "{'outputs': [], 'value': -0.5}": 0.0,
    "{'outputs': [], 'value': float('nan')}": 0.0,
    "{'outputs': [], 'value': np.timedelta64(1, 's')}": 0.0,
    "{'outputs': [], 'value': np.timedelta64(1, 'Y')}": 0.0,
    "{'outputs': [], 'value': Student}": 0.0,
    "{'callback': 0, 'arguments': [], 'named': {}}": 0.0,
    "{'error': ['Error', 'x', '']}": 0.0,
    "{'outputs': [], 'value': 'x' * 10**8}": 0.0,
}


@pytest.mark.parametrize("lie", LIES)
def test_a_process_that_lies_about_a_tagged_test_has_its_points_at_most(grade, lie):
    found = "import sys, numpy as np\nStudent = sys.modules['inside.student'].Student"
    result = grade(LIED, f"{found}\nStudent.test = lambda *_: {lie}\n{RIGHT}")
    assert (result.status, result.scores) == ("graded", {"open": 1.0, "last": LIES[lie]})


LIED = (solution_spec("f", STUB), test_spec("open", "assert f(3) == 6"), tagged("last", "2.0", 2.0))


# --- the instructor's own solution ----------------------------------------------------------------


def test_the_author_of_a_hidden_test_sees_what_it_says(grade):
    secret = grade(WITH_HIDDEN, "def f(x):\n    return 0", reveals=True)
    assert SECRET in json.dumps(outputs(secret, "secret"))
    assert "assert f(3) == 6" in json.dumps(outputs(secret, "open"))
    assert str(LOOT) in json.dumps(outputs(secret, "hidden"))
