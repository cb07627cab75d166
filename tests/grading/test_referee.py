"""The referee: whose names count, what crosses the pipe, and what a test may show.

A referee runs here, in the tests' process; the student's side is real, in a forked process, but
for the tests in which it lies: then its answers wait in the pipe before they are asked for.
"""

import builtins
import contextlib
import json
import os
import select
import signal
import socket
import time
import warnings
from dataclasses import replace

import numpy as np
import pytest
from grading.builders import (
    STUB,
    cell,
    locked_spec,
    notebook,
    notebook_spec,
    solution_spec,
    test_spec,
)
from IPython.core.interactiveshell import InteractiveShell

pytest.importorskip("nbgrader")

from dlcourse.checks.errors import StudentError
from dlcourse.checks.judging import judge
from dlcourse.checks.registry import answers_to, find
from dlcourse.checks.spec import Exercise, Part
from dlcourse.grading import proxies, unnamed
from dlcourse.grading import referee as module
from dlcourse.grading.exceptions import KNOWN, raised_error
from dlcourse.grading.inside.moment import Moment
from dlcourse.grading.inside.shell import Shell
from dlcourse.grading.inside.student import Student, own_streams
from dlcourse.grading.inside.wire import MB, Channel, encode
from dlcourse.grading.limits import Limits
from dlcourse.grading.locked_cells import LockedShell
from dlcourse.grading.office import scores_of
from dlcourse.grading.proxies import (
    Names,
    RemoteSnapshot,
    StoppedError,
    StudentFunction,
    called_back,
    take_over,
)
from dlcourse.grading.referee import Referee, score_of
from dlcourse.grading.restore import grade_id_of, restore

LIMITS = Limits(
    cell_seconds=2, call_seconds=0.5, notebook_seconds=20, tests_seconds=10, answer_mb=2
)
pytestmark = pytest.mark.usefixtures("clean_ipython")
HIDDEN = "### BEGIN HIDDEN TESTS\n{}\n### END HIDDEN TESTS"


@pytest.fixture(scope="module")
def student_shell(clean_ipython):
    return Shell()


class Play:
    """A notebook that ran: its cells by name, and the referee that ran it."""

    def __init__(self, referee, cells):
        self.referee, self.cells = referee, cells
        self.by_id = {grade_id_of(cell): cell for cell in cells}
        self.scores = scores_of({"cells": cells}, referee.spec)

    def outputs(self, name):
        return self.by_id[name]["outputs"]

    def text(self, name=None):
        """Everything that a cell shows, or the whole notebook."""
        return json.dumps(self.cells if name is None else self.outputs(name), ensure_ascii=False)


def closed(referee):
    for snapshot in referee.snapshots.values():
        snapshot.channel.close()
    referee.student.close()


def wait_for(pid):
    """Wait for the end of a process; of one that hangs, faulthandler says where."""
    process = os.pidfd_open(pid)
    ended = select.select([process], [], [], 60)[0]
    os.close(process)
    if not ended:
        os.kill(pid, signal.SIGABRT)
    os.waitpid(pid, 0)
    assert ended, "the student's process does not end"


@pytest.fixture
def play(student_shell, tmp_path, monkeypatch):
    """Run a notebook: the student's cells in a forked process, the tests here."""

    def run(spec, *cells, limits=LIMITS, seed=1, files=None, whole=True):
        ours, theirs = socket.socketpair()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12 on fork
            pid = os.fork()
        if pid == 0:
            try:
                ours.close()
                os.chdir(tmp_path)
                InteractiveShell._instance = student_shell
                channel = Channel(theirs, int(limits.answer_mb * MB))
                moment = Moment([str(tmp_path)])
                written = own_streams()
                Student(student_shell, channel, limits.as_dict(), written, moment).work()
            finally:
                os._exit(0)
        theirs.close()
        restored = restore(notebook(*cells), spec)["cells"]
        shell = LockedShell(user_ns=Names())
        monkeypatch.setattr(InteractiveShell, "_instance", shell)  # what `display` asks for
        referee = Referee(shell, ours, spec, limits, seed)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("default")
                referee.run(restored, files or {}, whole)
        finally:
            closed(referee)
            wait_for(pid)
        return Play(referee, restored)

    return run


def one_test(source, stub=STUB, points=1.0, more=()):
    cells = solution_spec("f", stub), *more, test_spec("t", source, points)
    return notebook_spec(*cells, names=("mine",))


OWN_EXERCISE = """
from dlcourse.checks import Exercise, Misconception, Part, check

twofold = Exercise(
    "toy/twice",
    reference=lambda x: 2 * x,
    parts=(Part("any vector", 2, lambda rng: [(rng.normal(size=n),) for n in (1, 3)]),),
    misconceptions=(Misconception("squared", lambda x: x * x, "That is the square."),),
)
check(twofold, twice)
"""


def checked(source=OWN_EXERCISE):
    """An assignment whose test states an exercise of its own."""
    return notebook_spec(
        solution_spec("f", "def twice(x):\n    raise NotImplementedError()"),
        test_spec("t", source, 2.0),
        imports="import numpy as np",
    )


# --- scores -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("test", "score"),
    [
        ("assert f(2) == 4", 2.0),
        ("assert f(2) == 5", 0.0),
        ("f(1, 2)", 0.0),
        ("0.5", 0.5),
        ("0", 0.0),
        ("2", 2.0),
        ("2.5", 0.0),
        ("-1", 0.0),
        ("float('nan')", 0.0),
        ("float('inf')", 0.0),
        ("1e400", 0.0),
        ("'words'", 0.0),
        ("1;", 2.0),
        ("import sys; print('careful', file=sys.stderr)", 2.0),
        ("import warnings; warnings.warn('careful')", 2.0),
        ("raise SystemExit", 0.0),
        ("raise KeyboardInterrupt", 0.0),
        ("def broken(:", 0.0),
        ("f", 0.0),
    ],
)
def test_a_tests_output_makes_the_score(play, test, score):
    after = play(one_test(test, points=2.0), cell("def f(x): return x * x", "f"))
    assert after.scores == {"t": score}
    assert after.referee.stopped == ""


def test_part_of_the_points_is_a_number_to_nbgrader_and_words_to_a_reader(play):
    after = play(one_test("1.5", points=2.0), cell("def f(x): return x * x", "f"))
    (output,) = after.outputs("t")
    assert output["data"] == {"text/plain": "1.5", "text/html": "1.5 of 2 points"}


@pytest.mark.parametrize("score", [np.nan, np.inf, -np.inf, -0.5, 2.01, np.float32(3)])
def test_a_score_out_of_range_is_an_error(score):
    assert "points; it can give 0 to 2" in score_of(score, 2.0)[1]


@pytest.mark.parametrize("score", [0, 2, 1.5, np.float64(1), np.int32(2), np.array([1.0])])
def test_a_number_is_a_score(score):
    assert score_of(score, 2.0) == (repr(float(np.squeeze(score))), "")


@pytest.mark.parametrize(
    "value",
    [
        *(False, "2", [1], 1j, np.zeros(2), np.array("a"), object(), 10**400),
        *(np.timedelta64(1, "s"), np.timedelta64(1, "Y")),
    ],
)
def test_what_is_no_number_is_no_score(value):
    text, problem = score_of(value, 2.0)
    assert text == ""
    assert "The last value of a test is its points, from 0 to 2" in problem


def test_text_on_stderr_becomes_ordinary_text(play):
    test = "import sys\nprint('out'); print('err', file=sys.stderr)"
    shown = play(one_test(test), cell("def f(x): return 1", "f")).outputs("t")
    assert {output["name"] for output in shown} == {"stdout"}
    assert "out" in str(shown)
    assert "err" in str(shown)


def test_html_comes_from_checks_only(play):
    source = (
        "from IPython.display import HTML, display\n"
        "display(HTML('<b>mine</b>'))\n"
        "display({'text/html': '<i>raw</i>', 'text/plain': 'plain', 'image/svg+xml': '<svg/>',"
        " 'application/javascript': '1', 'image/png': 'AAAA'}, raw=True)\n"
        f"{OWN_EXERCISE}"
    )
    right = cell("def twice(x): return x + x", "f")
    shown = play(checked(source), right).outputs("t")
    pages = [output["data"]["text/html"] for output in shown if "text/html" in output["data"]]
    assert len(pages) == 1
    assert "twice" in pages[0]
    assert {mime for output in shown for mime in output["data"]} == {
        *("text/plain", "text/html", "image/png")
    }


# --- whose names count --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "test"),
    [
        ("def f(x): return 1\ndef len(x): return 99", "assert len([1]) == 1"),
        ("def f(x): return 1\nnp = None", "import numpy as np\nassert np.sum([1, 2]) == 3"),
        ("def f(x): return 1\nmine = [1, 2]", "assert mine == [1, 2]"),
        ("def f(x): return 1", "f = 5\nassert f == 5"),
        ("def f(x): return 1", "def f(x): return 2\nassert f(0) == 2"),
        ("def f(x): return 1", "for f in range(3): pass\nassert f == 2"),
        ("def f(x): return x", "assert [f(i) for i in range(3)] == [0, 1, 2]"),
        ("def f(x): return x", "assert (lambda: f(2))() == 2"),
        ("def f(x): return x", "def g():\n    return f(3)\nassert g() == 3"),
        ("def f(x): return x", "f.__name__ == 'f' or 1 / 0"),
        (
            "def f(x): return x\n_private = 1",
            "try:\n    _private\nexcept NameError: pass\nelse: 1/0",
        ),
        ("def f(x): return x", "try:\n    nobodys\nexcept NameError: pass\nelse: 1/0"),
        ("class f:\n    def __init__(self, x): pass", "assert type(f(1)).__name__ == 'f'"),
        ("f = 5", "assert f == 5"),
    ],
)
def test_names_are_looked_up_where_they_belong(play, answer, test):
    after = play(one_test(test), cell(answer, "f"))
    assert after.scores == {"t": 1.0}, after.text("t")


def test_a_builtin_that_the_stub_asks_for_is_the_students(play):
    spec = one_test("assert sum([1]) == 'mine'\nassert max([1, 2]) == 2", "def sum(x): ...")
    answer = "def sum(x): return 'mine'\ndef max(x): return 'mine'"
    assert play(spec, cell(answer, "f")).scores == {"t": 1.0}


def test_a_stubs_name_is_the_students_though_the_test_imports_it(play):
    """As in an ordinary notebook, where the student's cell comes after the imports."""
    spec = notebook_spec(
        locked_spec("setup", "from math import sqrt as f"),
        solution_spec("f"),
        test_spec("t", "assert f(4) == 'mine'"),
        imports="from math import sqrt as f",
    )
    cells = cell("from math import sqrt as f", "setup"), cell("def f(x): return 'mine'", "f")
    assert play(spec, *cells).scores == {"t": 1.0}


def test_a_locked_helper_is_ours_whatever_the_student_makes_of_it(play):
    spec = notebook_spec(
        locked_spec("helper", "def compare(a, b):\n    assert a == b"),
        solution_spec("f"),
        test_spec("t", "compare(f(1), 1)"),
    )
    cheat = "def f(x): return 2\ndef compare(a, b): pass"
    helper = cell("x", "helper")
    assert play(spec, helper, cell(cheat, "f")).scores == {"t": 0.0}
    assert play(spec, helper, cell("def f(x): return compare(1, 1) or 1", "f")).scores == {"t": 1.0}


@pytest.mark.parametrize("order", [("data", "t"), ("t", "data")], ids=["in order", "moved"])
def test_a_locked_cell_that_was_moved_behind_its_test_still_decides(play, order):
    """The instructor's notebook binds the name in an open cell, too, so it may be a student's."""
    spec = notebook_spec(
        locked_spec("data", "points = [1, 2, 3]"),
        solution_spec("f"),
        test_spec("t", "assert all(f(x) == x * x for x in points)"),
        names=("points",),
    )
    locked = [cell("", name) for name in order]
    for answer, score in (("1", 0.0), ("x * x", 1.0)):
        cells = cell(f"points = [1]\ndef f(x): return {answer}", "f"), *locked
        after = play(spec, *cells)
        assert after.scores == {"t": score}, after.text("t")


def test_a_locked_cell_that_was_moved_does_not_make_an_answer_ours(play):
    spec = notebook_spec(
        locked_spec("setup", "f = abs"),
        solution_spec("f"),
        test_spec("t", "assert f(-2) == 2"),
    )
    cells = cell("def f(x): return x", "f"), cell("", "setup"), cell("def f(x): return x")
    assert play(spec, *cells, cell("", "t")).scores == {"t": 0.0}


def test_a_name_that_a_test_gives_anew_is_the_tests_also_in_later_cells(play):
    """A test may replace a function, so that a later exercise does not depend on it."""
    spec = notebook_spec(
        solution_spec("f"),
        test_spec("t", "f(1)\ndef f(x): return 'ours'"),
        solution_spec("g", "def g(x): ..."),
        test_spec("u", "assert f(1) == 'ours'"),
    )
    answers = cell("def f(x): return 0", "f"), cell("def g(x): return 0", "g")
    assert play(spec, *answers).scores == {"t": 1.0, "u": 1.0}


def test_a_test_sees_the_names_as_they_were_at_its_place(play):
    spec = notebook_spec(
        solution_spec("f"), test_spec("t", "assert f(1) == 1"), test_spec("u", "assert f(1) == 2")
    )
    cells = (
        cell("def f(x): return 1", "f"),
        cell("", "t"),
        cell("def f(x): return 2"),
        cell("", "u"),
    )
    assert play(spec, *cells).scores == {"t": 1.0, "u": 1.0}


def test_what_a_call_leaves_behind_is_gone_with_the_test(play):
    spec = notebook_spec(
        solution_spec("f"),
        test_spec("t", "f(1)\nassert f(1) == 2"),
        test_spec("u", "assert f(1) == 1"),
    )
    answer = "calls = []\ndef f(x):\n    calls.append(x)\n    return len(calls)"
    assert play(spec, cell(answer, "f")).scores == {"t": 1.0, "u": 1.0}


def test_no_cell_runs_after_the_process_has_seen_a_test(play):
    """The inputs of a test cannot be kept for a later cell."""
    spec = one_test("f('SECRET')")
    spy = cell("seen = []\ndef f(x): seen.append(x)", "f")
    after = play(spec, spy, cell("", "t"), cell("seen"))
    assert "SECRET" not in str([cell["outputs"] for cell in after.cells])
    assert after.cells[-1]["outputs"][0]["data"]["text/plain"] == "[]"


def test_tests_without_an_answer_are_name_errors(play):
    after = play(one_test("f(1)"), cell("", "f"))
    assert after.scores == {"t": 0.0}
    assert "NameError" in after.text("t")


def test_names_are_a_dict_that_asks_the_snapshot():
    names = Names()
    names["a"] = 1
    assert names["a"] == 1
    with pytest.raises(KeyError):
        names["b"]
    names.students = {"a"}
    with pytest.raises(KeyError):
        names["a"]
    names.stopped = "The process ended."
    with pytest.raises(StoppedError, match="The process ended"):
        names["a"]
    with pytest.raises(KeyError):
        names["len"]
    names["a"] = 2
    assert names["a"] == 2


# --- what crosses the pipe ----------------------------------------------------------------------

CALLS = [
    ("return x", "import numpy as np\na = np.arange(3)\nassert (f(a) == a).all() and f(a) is not a"),  # noqa: E501
    ("x[0] = 9", "import numpy as np\na = np.zeros(2)\nf(a)\nassert a[0] == 0"),
    ("x.append(9)", "a = [1]\nf(a)\nassert a == [1]"),
    ("x[0] = 9", "import numpy as np\na = np.zeros(2)\na.flags.writeable = False\nf(a)\nassert a[0] == 0"),  # noqa: E501
    ("return x(2)", "assert f(lambda n: n + 1) == 3"),
    ("return [x(i) for i in range(3)]", "import numpy as np\nassert f(np.exp)[0] == 1"),
    ("return x(n=2)", "def g(n): return 2 * n\nassert f(g) == 4"),
    ("return x", "assert f(x=3) == 3"),
    ("return {'a': (1, [2.5, None])}", "assert f(0) == {'a': (1, [2.5, None])}"),
    ("import numpy as np\n    return np.float32(1)", "assert type(f(0)).__name__ == 'float32'"),
    ("return object()", "assert type(f(0)).__name__ == 'object'\ntry:\n    bool(f(0))\nexcept Exception: pass\nelse: 1/0"),  # noqa: E501
    ("import numpy as np\n    return np.matrix([[1.0]])", "import numpy as np\nassert type(f(0)) is not np.matrix"),  # noqa: E501
    ("print('hello')", "import io, contextlib\nwith contextlib.redirect_stdout(io.StringIO()) as t: f(0)\nassert t.getvalue() == 'hello\\n'"),  # noqa: E501
    ("import warnings; warnings.warn('careful')", "import warnings\nwith warnings.catch_warnings(record=True) as w:\n    warnings.simplefilter('always')\n    f(0)\nassert str(w[0].message) == 'careful'"),  # noqa: E501
]  # fmt: skip


@pytest.mark.filterwarnings("ignore:the matrix subclass")
@pytest.mark.parametrize(("body", "test"), CALLS)
def test_calls_go_by_value(play, body, test):
    after = play(one_test(test), cell(f"def f(x):\n    {body}", "f"))
    assert after.scores == {"t": 1.0}, after.text("t")


def test_a_students_function_can_be_handed_to_another(play):
    spec = one_test("assert apply(f, 3) == 9", "def f(x): ...\ndef apply(g, x): ...")
    answer = cell("def f(x): return x * x\ndef apply(g, x): return g(x)", "f")
    assert play(spec, answer).scores == {"t": 1.0}


def test_an_answer_that_is_odd_does_not_end_the_conversation(play):
    spec = one_test("try:\n    f(True)\nexcept Exception: pass\nassert f(False) == 1")
    answer = cell("def f(x): return {frozenset({1})} if x else 1", "f")
    assert play(spec, answer).scores == {"t": 1.0}


def test_a_test_that_fails_in_a_callback_says_nothing_of_itself(play):
    spec = one_test("def g(x): raise ValueError('SECRET')\nf(g)")
    answer = cell(
        "def f(x):\n    try:\n        x(1)\n    except Exception as e:\n        raise KeyError(str(e))",  # noqa: E501
        "f",
    )
    shown = play(spec, answer).text("t")
    assert "the function that you were given stopped (ValueError)" in shown
    assert "SECRET" not in shown


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("return 1 / 0", "ZeroDivisionError: division by zero"),
        ("raise SystemExit", "SystemExit"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("raise NotImplementedError()", "NotImplementedError"),
        ("while True: pass", "TimeoutError: This call took longer than 0.5 seconds"),
        ("import os; os._exit(3)", "ProcessEnded: the other end of the pipe is gone"),
        ("import os; os.kill(os.getpid(), 9)", "ProcessEnded"),
        ("import os; os.closerange(3, 200)", "ProcessEnded"),
        ("return 'x' * (3 << 20)", "too large"),
        ("return '\\n'.join(['x'] * 3) + chr(0xd800)", ""),
    ],
)
def test_errors_of_a_call_are_errors_of_the_test(play, body, said):
    after = play(one_test("f(1)\nassert False"), cell(f"def f(x):\n    {body}", "f"))
    assert after.scores == {"t": 0.0}
    assert said in after.text("t")
    assert after.referee.stopped == ""


def test_a_call_that_cannot_be_interrupted_loses_its_snapshot_only(play, monkeypatch):
    monkeypatch.setattr("dlcourse.grading.proxies.GRACE", 0)
    spec = notebook_spec(
        solution_spec("f"),
        test_spec("t", "try:\n    f(1)\nexcept Exception: pass\nf(0)"),
        test_spec("u", "assert f(0) == 0"),
    )
    hang = (
        "def f(x):\n    import signal, time\n    while x:\n"
        "        try:\n            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})\n"
        "            time.sleep(3)\n            x = 0\n        except BaseException: pass\n    return x"  # noqa: E501
    )
    after = play(spec, cell(hang, "f"))
    assert after.scores == {"t": 0.0, "u": 1.0}
    assert "ProcessEnded: no answer came in time" in after.text("t")


def test_an_error_names_the_students_line():
    """`StudentError` carries it to `check`, which shows it."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(encode({"error": ["ZeroDivisionError", "division by zero", "y = x / 0"]}))
        with pytest.raises(StudentError) as caught:
            StudentFunction("f", RemoteSnapshot(ours, LIMITS))(1)
    assert (caught.value.kind, caught.value.text) == ("ZeroDivisionError", "division by zero")
    assert caught.value.line == "y = x / 0"


def test_a_check_names_the_stub_that_a_function_calls(play):
    source = "def helper(x):\n    raise NotImplementedError()\ndef twice(x):\n    return helper(x)"
    after = play(checked(), cell(source, "f"))
    assert after.scores == {"t": 0.0}
    assert "Your function calls helper, and of helper there is only the stub" in after.text("t")


# --- a student's side that lies -----------------------------------------------------------------


@pytest.fixture
def liar():
    """Let a snapshot receive what a liar sends."""
    limits = replace(LIMITS, output_kb=1)
    with contextlib.ExitStack() as stack:

        def lies(*messages):
            ours, theirs = map(stack.enter_context, socket.socketpair())
            for message in messages:
                theirs.sendall(message if type(message) is bytes else encode(message))
            theirs.shutdown(socket.SHUT_WR)
            return RemoteSnapshot(ours, limits)

        yield lies


@pytest.mark.parametrize(
    "reply",
    [
        *(None, 5, "x", [1], b"", np.arange(3), {}, {"answer": 1}, {"error": 5}, {"error": []}),
        *({"error": [1, 2, 3, 4]}, {"error": None}, {"printed": 5, "warned": 5, "changed": 5}),
        *({"warned": [1, None]}, {"changed": {5: 1, "x": 2, "-1": 3, "99": 4, "0": 5}}),
        {"changed": {"0": np.zeros((2, 2))}, "printed": None},
        *({1: 2}, {"answer": {"error": 1}}, {"printed": "x" * 10_000, "warned": ["y" * 1000] * 99}),
    ],
    ids=lambda reply: repr(reply)[:40],
)
def test_any_reply_to_a_call_is_an_answer_or_a_student_error(liar, reply, capsys):
    array = np.ones(3)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with contextlib.suppress(StudentError):
            StudentFunction("f", liar(reply))(array)
    assert len(caught) <= 20
    assert all(len(str(one.message)) <= 500 for one in caught)
    assert len(capsys.readouterr().out) <= 1024
    assert (array == 1).all()


@pytest.mark.parametrize(
    "frame", [b"", b"\x00" * 8, b"\xff" * 8, b"\x00\x00\x00\x02\x00\x00\x00\x00{}", b"junk" * 9]
)
def test_junk_loses_the_snapshot_for_good(liar, frame):
    snapshot = liar(frame)
    with pytest.raises(StudentError, match="ProcessEnded") as first:
        snapshot.ask(do="kind", name="f")
    with pytest.raises(StudentError) as again:
        snapshot.ask(do="kind", name="f")
    assert snapshot.lost
    assert again.value.text == first.value.text


def test_what_is_found_under_a_name(liar):
    found = liar({"kind": "function"}).find("f")
    assert isinstance(found, StudentFunction)
    assert found.__name__ == found.__qualname__ == "f"
    assert liar({"kind": "data"}, {"answer": [1]}).find("f") == [1]
    assert liar({"kind": "data"}, {}).find("f") is None
    for kind in ("missing", 5, None, ["data"]):
        with pytest.raises(KeyError):
            liar({"kind": kind}).find("f")


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        ({"callback": 0, "arguments": [2], "named": {}}, {"answer": 4}),
        ({"callback": "0", "arguments": [2], "named": {}}, {"answer": 4}),
        ({"callback": 0, "arguments": [], "named": {"x": 3}}, {"answer": 6}),
    ],
)
def test_callbacks_are_served(request_, answer):
    assert called_back([lambda x: 2 * x], request_) == answer


@pytest.mark.parametrize(
    "request_",
    [
        {"callback": 5, "arguments": [], "named": {}},
        {"callback": None, "arguments": [], "named": {}},
        {"callback": 0, "arguments": 5, "named": {}},
        {"callback": 0, "arguments": [], "named": 5},
        {"callback": 0, "arguments": [None], "named": {}},
        {"callback": 0, "named": {}},
        {"callback": [], "arguments": [], "named": {}},
        {"callback": 0, "arguments": [1], "named": {1: 2}},
    ],
    ids=str,
)
def test_bad_callbacks_are_answered_with_an_error(request_):
    answer = called_back([lambda x: 2 * x], request_)
    assert list(answer) == ["error"]
    assert answer["error"].startswith("the function that you were given stopped (")


def test_callbacks_are_served_until_an_answer_comes(liar):
    asks = [{"callback": 0, "arguments": [i], "named": {}} for i in range(3)]
    seen = []
    snapshot = liar(*asks, {"answer": "done"})
    assert StudentFunction("f", snapshot)(seen.append) == "done"
    assert seen == [0, 1, 2]


@pytest.mark.parametrize(
    ("position", "after"),
    [
        ("0", np.zeros(3)),
        ("0", [9, 9]),
        ("0", np.array([9, 9])),
        ("0", None),
        ("1", np.array([9.0, 9.0])),
        ("-1", np.array([9.0, 9.0])),
        (0, np.array([9.0, 9.0])),
        (None, np.array([9.0, 9.0])),
        ("²", np.array([9.0, 9.0])),
    ],
)
def test_a_change_that_does_not_fit_is_not_taken_over(position, after):
    array = np.array([1.0, 2.0])
    take_over((array,), position, after)
    assert (array == [1, 2]).all()


def test_a_change_that_fits_is_taken_over():
    array = np.array([1.0, 2.0])
    take_over((None, array), "1", np.array([3.0, np.nan]))
    assert array[0] == 3
    assert np.isnan(array[1])


@pytest.fixture
def lying_student():
    """A referee whose student's side has sent all its answers already."""
    with contextlib.ExitStack() as stack:

        def make(*messages, spec=None):
            ours, theirs = map(stack.enter_context, socket.socketpair())
            for message in messages:
                theirs.sendall(message if type(message) is bytes else encode(message))
            theirs.shutdown(socket.SHUT_WR)
            spec = spec or one_test("f(1)")
            return Referee(LockedShell(user_ns=Names()), ours, spec, LIMITS, 1)

        yield make


# `test_no_socket_is_left_open_where_no_snapshot_came` watches the sockets.
forgotten_sockets = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@forgotten_sockets
@pytest.mark.parametrize(
    "reply",
    [
        *(5, None, [], "x", b"junk" * 9, {}, {"outputs": 5, "count": "x"}, {"count": 10**9}),
        *({"outputs": [5, None, {"output_type": "x"}]}, {"outputs": [{"data": 5}], "count": -1}),
        {"outputs": [{"output_type": "execute_result", "data": {"text/html": 5}}], "count": True},
    ],
    ids=lambda reply: repr(reply)[:40],
)
def test_any_reply_to_a_cell_makes_a_notebook(lying_student, reply):
    import nbformat

    referee = lying_student({}, reply, {})
    restored = restore(notebook(cell("x", "f")), referee.spec)
    referee.run(restored["cells"], {})
    assert scores_of(restored, referee.spec) == {"t": 0.0}
    assert referee.stopped
    nbformat.validate(nbformat.from_dict(restored))


def test_an_answer_that_is_none_ends_the_notebook(lying_student):
    referee = lying_student({}, [1, 2])
    restored = restore(notebook(cell("x", "f")), referee.spec)
    referee.run(restored["cells"], {})
    assert referee.stopped == "The process answered with something that is no answer."
    assert "Stopped" in json.dumps(restored)
    assert "StoppedError: The process answered" in json.dumps(restored["cells"][1])


@forgotten_sockets
def test_a_process_that_ends_between_two_cells_is_noticed(lying_student):
    referee = lying_student({}, {"outputs": []}, {})
    restored = restore(notebook(cell("x", "f")), referee.spec)
    referee.run(restored["cells"], {})
    assert referee.stopped.startswith("The process ended between two cells (")


@pytest.mark.parametrize("answers", [[{}, {"outputs": []}], [{}, {"outputs": []}, {}]])
def test_no_socket_is_left_open_where_no_snapshot_came(lying_student, monkeypatch, answers):
    pairs, original = [], socket.socketpair

    def spy(*arguments):
        pairs.append(original(*arguments))
        return pairs[-1]

    referee = lying_student(*answers)
    monkeypatch.setattr(module.socket, "socketpair", spy)
    cells = restore(notebook(cell("x", "f")), referee.spec)["cells"]
    referee.run_students_cells(cells, {})
    left = [end for pair in pairs for end in pair if end.fileno() >= 0]
    for end in left:
        end.close()
    assert len(pairs) == 1
    assert not left


# --- a notebook that stops ----------------------------------------------------------------------


def test_what_was_done_before_the_end_counts(play):
    spec = notebook_spec(
        solution_spec("f"),
        test_spec("t", "assert f(1) == 1"),
        solution_spec("g", "def g(x): ..."),
        test_spec("u", "assert g(1) == 1"),
    )
    end = "import os\nos._exit(1)\ndef g(x): return 1"
    after = play(spec, cell("def f(x): return 1", "f"), cell("", "t"), cell(end, "g"))
    assert after.scores == {"t": 1.0, "u": 0.0}
    assert after.referee.stopped.startswith("The process ended while a cell ran")
    assert after.outputs("g")[0]["ename"] == "Stopped"


def test_a_cell_that_takes_too_long_is_interrupted(play):
    limits = Limits(cell_seconds=0.3, call_seconds=0.5, notebook_seconds=9, tests_seconds=9)
    loop = cell("def f(x): return 1\nwhile True: pass", "f")
    after = play(one_test("f(1)"), loop, limits=limits)
    assert "took longer than 0.3 seconds" in after.text("f")
    assert after.scores == {"t": 1.0}
    assert after.referee.stopped == ""


def test_a_cell_that_cannot_be_interrupted_ends_the_notebook(play, monkeypatch):
    monkeypatch.setattr(module, "GRACE", 0.1)
    limits = Limits(cell_seconds=0.2, call_seconds=0.5, notebook_seconds=9, tests_seconds=9)
    block = "import signal, time\nsignal.signal(signal.SIGALRM, signal.SIG_IGN)\ntime.sleep(1)"
    after = play(one_test("f(1)"), cell(block, "f"), limits=limits)
    assert "could not be interrupted" in after.referee.stopped
    assert after.scores == {"t": 0.0}


def test_cells_beyond_the_notebooks_time_do_not_run(play):
    limits = Limits(cell_seconds=2, call_seconds=0.5, notebook_seconds=0.1, tests_seconds=9)
    slow = cell("import time\ntime.sleep(0.2)\ndef f(x): return 1", "f")
    after = play(one_test("f(1)"), slow, cell("", "t"), cell("print('late')"), limits=limits)
    assert after.referee.stopped == "The notebook took longer than 0.1 seconds."
    assert "late" not in str(after.cells[-1]["outputs"])


def test_tests_have_a_time_of_their_own(play):
    limits = Limits(cell_seconds=2, call_seconds=0.5, notebook_seconds=9, tests_seconds=0.3)
    spec = notebook_spec(
        solution_spec("f"),
        test_spec("t", "while True: pass"),
        test_spec("u", "import time\ntime.sleep(1)"),
    )
    after = play(spec, cell("def f(x): return 1", "f"), limits=limits)
    assert after.scores == {"t": 0.0, "u": 0.0}
    assert "OutOfTime" in after.text("t")


def test_cells_behind_the_last_graded_one_run_only_if_wanted(play):
    spec = one_test("f(1)")
    cells = (
        cell("def f(x): return 1", "f"), cell("", "t"),
        cell("print('one')"), cell("text", kind="markdown"), cell("print('two')"),
    )  # fmt: skip
    whole = play(spec, *cells).text()
    assert "one\\n" in whole
    assert "two\\n" in whole
    part = play(spec, *cells, whole=False)
    assert part.cells[2]["outputs"][0]["text"] == module.NOT_RUN
    assert part.cells[4]["outputs"] == []
    assert part.scores == {"t": 1.0}


def test_a_text_that_a_person_marks_makes_no_cell_run(play):
    spec = notebook_spec(
        solution_spec("f"),
        test_spec("t", "f(1)"),
        solution_spec("why", "", kind="markdown", points=3.0, grade=True),
    )
    cells = (
        cell("def f(x): return 1", "f"), cell("", "t"), cell("print('an experiment')"),
        cell("Because.", "why", kind="markdown"),
    )  # fmt: skip
    assert play(spec, *cells, whole=False).cells[2]["outputs"][0]["text"] == module.NOT_RUN


def test_without_a_graded_cell_everything_runs(play):
    after = play(notebook_spec(), cell("print('one')"), whole=False)
    assert "one\\n" in after.text()


def test_files_lie_beside_the_notebook(play):
    files = {"a.txt": b"1", "deep/er/b.txt": b"2", "\udcff": b"3"}
    show = "print(open('a.txt').read(), open('deep/er/b.txt').read(), open('\\udcff').read())"
    after = play(notebook_spec(), cell(show), files=files)
    assert after.cells[0]["outputs"][0]["text"] == "1 2 3\n"


def test_a_file_that_cannot_be_written_is_no_reason_to_stop(play):
    """A handed-in file ``data`` may stand in the way of a released ``data/table.csv``."""
    after = play(one_test("f(1)"), cell("def f(x): return 1", "f"), files={"a": b"", "a/b": b""})
    assert after.scores == {"t": 1.0}


# --- what a test may show -----------------------------------------------------------------------


def test_an_error_shows_the_tests_line_and_nothing_of_ours(play):
    after = play(one_test("x = 1\nassert f(1) == 2, 'not two'"), cell("def f(x): return 1", "f"))
    (output,) = after.outputs("t")
    assert output["traceback"] == [
        "AssertionError: not two",
        "in the test: assert f(1) == 2, 'not two'",
    ]
    assert "referee" not in after.text("t")
    assert os.sep + "grading" not in after.text("t")


def test_a_locked_cell_before_the_tests_stays_the_students(play):
    """It runs in both processes; what is shown is the student's."""
    spec = notebook_spec(locked_spec("helper", "print('helper')\nh = 1"), test_spec("t", "h"))
    after = play(spec, cell("", "helper"))
    assert after.outputs("helper")[0]["text"] == "helper\n"
    assert after.by_id["helper"]["execution_count"] == 1
    assert after.by_id["t"]["execution_count"] is None


@pytest.mark.parametrize(
    "test",
    [
        HIDDEN.format("assert f(41) == 'SECRET'"),
        "assert True\n" + HIDDEN.format("secret = 41\nassert f(secret) == 42, 'SECRET 41'"),
        HIDDEN.format("print('SECRET')\nraise ValueError('SECRET')"),
        HIDDEN.format("import sys\nprint('SECRET', file=sys.stderr)\nf(41, 'SECRET')"),
        "def g():\n    " + HIDDEN.format("    raise ValueError('SECRET 41')") + "\ng()",
        HIDDEN.format("f(41)") + "\nassert f(1) == 'SECRET'[:0]",
        HIDDEN.format("f('SECRET')\nf(41)") + "\nraise RuntimeError('SECRET'[::1])",
    ],
)
def test_a_hidden_test_hides_everything(play, test):
    spy = "def f(x, *more):\n    print('got', x, more)\n    import warnings\n    warnings.warn(str(x))\n    return x"  # noqa: E501
    after = play(one_test(test), cell(spy, "f"), cell("", "t"))
    shown = after.text("t")
    assert after.scores == {"t": 0.0}
    for secret in ("SECRET'", "41", "got", "SECRET\\n"):
        assert secret not in shown.replace("assert f(1) == 'SECRET'[:0]", "").replace(
            "raise RuntimeError('SECRET'[::1])", ""
        )


def test_what_follows_a_hidden_test_is_hidden_too(play):
    """A student's function may print in a later test what it saw in a hidden one: not even there."""  # noqa: E501
    spec = notebook_spec(
        solution_spec("f"),
        test_spec("t", HIDDEN.format("f(41)")),
        test_spec("u", "print('later')\nf(1)\nassert False, 'words'"),
    )
    shown = play(spec, cell("def f(x): print('got', x)", "f")).text("u")
    assert "later" not in shown
    assert "got" not in shown
    assert "words" not in shown.replace("assert False, 'words'", "")


def test_what_a_test_displays_behind_a_hidden_one_is_not_shown(play):
    """It may be an answer, in which a function says what the hidden test gave it."""
    spec = notebook_spec(
        solution_spec("f"),
        test_spec("before", "display(f(7))"),
        test_spec("hidden", HIDDEN.format("f(41)")),
        test_spec(
            "after",
            "display(f(8))\nimport matplotlib.pyplot as plt\nplt.plot([f(9)])\nplt.show()\n1",
        ),
    )
    played = play(spec, cell("def f(x): return x", "f"))
    assert "7" in played.text("before")
    kinds = [output["output_type"] for output in played.outputs("after")]
    assert kinds == ["execute_result"]


def test_a_check_in_a_hidden_test_shows_no_numbers(play):
    after = play(checked(HIDDEN.format("") + OWN_EXERCISE), cell("def twice(x): return 0.123", "f"))
    shown = after.text("t")
    assert after.scores == {"t": 0.0}
    assert "twice" in shown
    assert "0.123" not in shown
    assert "expected" not in shown
    assert after.referee.outcomes[0]["message"]


@pytest.mark.parametrize("answer", ["1 + x", "x", "None", "1 / 0", "[x]"])
def test_a_check_in_a_hidden_test_tells_no_mistake_from_another(play, answer):
    """By the mistake that it chooses, a function could tell what an earlier hidden test gave it."""
    shown = [
        play(checked(HIDDEN.format("") + OWN_EXERCISE), cell(f"def twice(x): return {one}", "f"))
        for one in (answer, "-x")
    ]
    assert shown[0].text("t") == shown[1].text("t")
    assert shown[0].referee.outcomes != shown[1].referee.outcomes


# --- seeds --------------------------------------------------------------------------------------

WRONG = cell("def twice(x): return 1 + x", "f")


def test_the_same_seed_gives_the_same_outcome_and_inputs(play):
    one, two, other = (play(checked(), WRONG, seed=seed) for seed in (2**31 + 5, 2**31 + 5, 77))
    assert one.text("t") == two.text("t")
    assert one.referee.outcomes == two.referee.outcomes
    draw = notebook_spec(
        solution_spec("f"), test_spec("t", "f(np.random.rand())"), imports="import numpy as np"
    )
    tell = cell("def f(x): print(repr(x))", "f")
    shown = [play(draw, tell, seed=seed).text("t") for seed in (3, 3, 4)]
    assert shown[0] == shown[1] != shown[2]
    assert other.scores == one.scores


def test_the_seed_of_a_check_is_drawn_from_the_recorded_one(monkeypatch):
    seeds = []
    referee = Referee.__new__(Referee)
    referee.cell, referee.outcomes, referee.pages, referee.names = None, [], set(), Names()
    referee.shell = type("S", (), {"hides": False})()
    exercise = Exercise("toy/same", lambda x: x, (Part("any", 1, lambda rng: [(rng.random(),)]),))

    def spy(exercise, function, seed, **settings):
        seeds.append(seed)
        return original(exercise, function, seed, **settings)

    original = module.judge
    monkeypatch.setattr(module, "judge", spy)
    for seed in (1, 1, 2):
        referee.seed = seed
        assert referee.judge(exercise, lambda x: x, 99).seed is None
    assert 99 not in seeds
    assert seeds[0] == seeds[1] != seeds[2]
    assert referee.outcomes[0]["cell"] == ""


def test_no_seed_is_shown(play):
    seed = 3_141_592_653
    after = play(checked(), WRONG, seed=seed)
    assert after.referee.outcomes[0]["earned"] == 0
    assert str(seed) not in after.text()
    assert "seed" not in after.text("t")
    assert "same numbers" not in after.text("t").lower()


def test_outcomes_say_what_was_found(play):
    after = play(checked(), WRONG)
    (outcome,) = after.referee.outcomes
    assert outcome == {
        "cell": "t",
        "exercise": "toy/twice",
        "points": 2.0,
        "earned": 0.0,
        "kind": outcome["kind"],
        "misconception": outcome["misconception"],
        "message": outcome["message"],
        "hint": outcome["hint"],
        "unnamed": outcome["unnamed"],
    }
    assert outcome["kind"]
    good = play(checked(), cell("def twice(x): return x + x", "f")).referee.outcomes[0]
    assert (good["earned"], good["unnamed"]) == (2.0, {})


def test_mistake_without_a_name_is_looked_at_on_inputs_that_are_the_same_for_all(play):
    strange = cell("def twice(x): return x ** 3 - 1", "f")
    first, second = (play(checked(), strange, seed=n) for n in (1, 2))
    assert first.text("t") != second.text("t")
    (one,), (other,) = first.referee.outcomes, second.referee.outcomes
    assert one["unnamed"] == other["unnamed"] != {}
    (known,) = play(checked(), cell("def twice(x): return x * x", "f")).referee.outcomes
    assert known["unnamed"] == {}


@pytest.mark.parametrize(
    "trick", ["os._exit(0)", "time.sleep(60)", "return ['<script>']", "return np.zeros(10**5)"]
)
def test_nothing_is_won_by_a_function_that_knows_when_only_its_mistake_is_looked_at(play, trick):
    """The inputs of everybody are no secret. What a function does with them comes too late."""
    source = f"""import os, time
import numpy as np
def twice(x):
    if x[0] == np.random.default_rng({unnamed.SEED}).normal(size=1)[0]:
        {trick}
    return x ** 3 - 1"""
    spec = notebook_spec(
        *checked().cells,
        solution_spec("g", "def g(x):\n    raise NotImplementedError()"),
        test_spec("u", "assert g(2) == 4"),
        imports="import numpy as np",
    )
    after = play(spec, cell(source, "f"), cell("def g(x): return x * x", "g"))
    assert after.scores == {"t": 0.0, "u": 1.0}
    (outcome,) = after.referee.outcomes
    assert (outcome["kind"], outcome["misconception"]) == ("value", "")
    assert bool(outcome["unnamed"]) == trick.startswith("return np")
    assert after.referee.stopped == ""
    assert "script" not in str(outcome)
    assert len(str(outcome)) < 3000


def test_exercise_of_the_instructors_own_is_judged_as_those_of_the_course_are(play):
    good = play(checked(), cell("def twice(x): return x + x", "f"))
    assert good.scores == {"t": 2.0}
    bad = play(checked(), cell("def twice(x): return x * x", "f"))
    assert bad.scores == {"t": 0.0}
    (outcome,) = bad.referee.outcomes
    assert (outcome["exercise"], outcome["misconception"]) == ("toy/twice", "squared")
    assert outcome["hint"] == "That is the square."
    assert "That is the square." in bad.text("t")


# --- what a red team found ------------------------------------------------------------------------


def test_a_name_that_a_locked_cell_failed_to_bind_is_not_the_students(play):
    """The student's function stops your cell before it binds the truth, then offers another."""
    spec = notebook_spec(
        solution_spec("f"),
        locked_spec("truth", "k = f(2)\ntruth = 4.0"),
        test_spec("t", "assert abs(f(2) - truth) < 1e-9"),
        names=("truth",),
    )
    forged = "def f(x):\n    if 'truth' not in globals(): raise ValueError\n    return 0.0"
    cells = cell(forged, "f"), cell("", "truth"), cell("truth = 0.0"), cell("", "t")
    assert play(spec, *cells).scores == {"t": 0.0}
    right = cell("def f(x): return 4.0", "f"), cell("", "truth"), cell("", "t")
    assert play(spec, *right).scores == {"t": 1.0}


def test_a_call_cannot_change_what_it_is_compared_with(play):
    spec = one_test("import numpy as np\nZ = np.ones(3)\nassert np.allclose(f(Z), Z**2)")
    assert play(spec, cell("def f(x):\n    x[...] = 0\n    return 0", "f")).scores == {"t": 0.0}
    assert play(spec, cell("def f(x): return x * x", "f")).scores == {"t": 1.0}


def test_output_does_not_push_a_score_out(play):
    spec = one_test("good = sum(f(i) == i * i for i in range(1000))\n3 * good / 1000", points=3.0)
    loud = cell("def f(x):\n    print('x' * 2500)\n    return 0", "f")
    assert play(spec, loud).scores == {"t": pytest.approx(0.003)}


def test_an_array_is_no_score(play):
    spec = one_test("1.0 * (f(2) == 4) + 1.0 * (f(3) == 9)", points=2.0)
    assert play(
        spec, cell("def f(x):\n    import numpy as np\n    return np.zeros(1)", "f")
    ).scores == {"t": 0.0}
    assert play(spec, cell("def f(x): return x * x", "f")).scores == {"t": 2.0}


# --- stand-ins ----------------------------------------------------------------------------------

COURSE = "logistic_regression"
FUNCTIONS = ("scores", "sigmoid", "logistic_gradient", "descend")
FULL_POINTS = {name: float(find(f"{COURSE}/{name}").points) for name in FUNCTIONS}
ROOMY = Limits()  # so that no busy machine makes a call too slow
SETUP = cell("import numpy as np\nimport gc, sys, socket")
BROKEN = {
    "all right": {},
    "sigmoid wrong": {"sigmoid": "def sigmoid(S): return 1 / (1 + np.exp(S))"},
    "sigmoid a stub": {"sigmoid": "def sigmoid(S): raise NotImplementedError()"},
    "sigmoid no Python": {"sigmoid": "def sigmoid(S: return 1"},
    "sigmoid right in part": {"sigmoid": "def sigmoid(S): return np.exp(S) / (1 + np.exp(S))"},
    "scores and sigmoid": {
        "scores": "def scores(X, w): return X @ w[:-1] + w[-1]",
        "sigmoid": "def sigmoid(S): return [1 / (1 + np.exp(-s)) for s in S]",
    },
    "the gradient has a wrong sign": {
        "logistic_gradient": "def logistic_gradient(X, y, w):\n"
        "    e = y - sigmoid(scores(X, w))\n"
        "    return np.concatenate([[e.mean()], X.T @ e / len(X)])"
    },
    "a step is wrong, and sigmoid": {
        "sigmoid": "def sigmoid(S): return np.tanh(S)",
        "descend": "def descend(X, y, w, rate, steps):\n"
        "    for _ in range(steps): w = w + rate * logistic_gradient(X, y, w)\n    return w",
    },
    "an argument is changed": {
        "scores": "def scores(X, w):\n    w *= 2\n    return X @ w[1:] + w[0]",
    },
}


def course_spec(test="check('{0}/{1}', {1})"):
    cells = [
        spec
        for name in FUNCTIONS
        for spec in (
            solution_spec(name, f"def {name}(*arguments):\n    raise NotImplementedError()"),
            test_spec(f"check-{name}", test.format(COURSE, name), find(f"{COURSE}/{name}").points),
        )
    ]
    return notebook_spec(*cells, imports="from dlcourse.checks import check")


def course_cells(**answers):
    plain = {name: answers_to(f"{COURSE}/{name}").plainest for name in FUNCTIONS}
    return SETUP, *(cell(source, name) for name, source in {**plain, **answers}.items())


def points_at_home(**answers):
    names = {"np": np}
    for one in course_cells(**answers):
        with contextlib.suppress(SyntaxError):
            exec(one["source"], names)
    return {
        f"check-{name}": judge(find(f"{COURSE}/{name}"), names.get(name), 5).earned
        for name in FUNCTIONS
    }


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("broken", BROKEN)
def test_one_mistake_costs_once_and_as_much_as_at_home(play, broken):
    answers = BROKEN[broken]
    after = play(course_spec(), *course_cells(**answers), limits=ROOMY)
    assert after.scores == points_at_home(**answers)
    lost = {name for name in FUNCTIONS if after.scores[f"check-{name}"] < FULL_POINTS[name]}
    assert lost == set(answers)
    assert after.referee.stopped == ""


@pytest.mark.filterwarnings("ignore")
def test_it_is_told_who_stood_in(play):
    after = play(course_spec(), *course_cells(**BROKEN["sigmoid wrong"]), limits=ROOMY)
    for name in ("logistic_gradient", "descend"):
        assert "Judged with a right `sigmoid` in place of yours" in after.text(f"check-{name}")
    assert "Judged with" not in after.text("check-sigmoid")


@pytest.mark.filterwarnings("ignore")
def test_a_hidden_test_gives_the_same_points(play):
    hidden = course_spec(HIDDEN.format("") + "\ncheck('{0}/{1}', {1})")
    after = play(hidden, *course_cells(**BROKEN["a step is wrong, and sigmoid"]), limits=ROOMY)
    assert after.scores == points_at_home(**BROKEN["a step is wrong, and sigmoid"])


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("first", ["sigmoid", "logistic_gradient"])
def test_a_function_counts_as_it_was_in_its_own_test(play, first):
    """Right there, it is not stood in for; nor is it where no test has asked for it before."""
    answers = {
        "sigmoid": "over = []\ndef sigmoid(S):\n    if over: raise ValueError\n"
        "    return 1 / (1 + np.exp(-S))",
        "logistic_gradient": "def logistic_gradient(X, y, w):\n    over.append(1)\n"
        "    try: e = sigmoid(scores(X, w)) - y\n    except ValueError: return w\n"
        "    return np.concatenate([[e.mean()], X.T @ e / len(X)])",
    }
    plain = {
        one["metadata"].get("nbgrader", {}).get("grade_id"): one for one in course_cells(**answers)
    }
    spec = course_spec()
    order = sorted(spec.cells, key=lambda one: one.grade_id.endswith(first), reverse=True)
    names = [one.grade_id for one in order if one.solution]
    defined = [SETUP, *(cell(one["source"]) for one in plain.values())]
    spec = notebook_spec(*order, imports=spec.imports)
    after = play(spec, *defined, *(plain[name] for name in names))
    assert after.scores["check-logistic_gradient"] == 0.0
    assert after.scores["check-sigmoid"] == FULL_POINTS["sigmoid"]


def test_what_a_test_calls_itself_has_no_stand_ins(play):
    after = play(
        course_spec("check('{0}/{1}', lambda *a: {1}(*a))"),
        *course_cells(**BROKEN["sigmoid a stub"]),
    )
    assert after.scores == {
        **{f"check-{name}": 0.0 for name in FUNCTIONS},
        "check-scores": FULL_POINTS["scores"],
    }


# What a hostile function tries while right functions stand in for those that it calls. `CHANNEL`
# is the pipe to the referee, found the way that an attacker would.
CHANNEL = """
def channel():
    from dlcourse.grading.inside.wire import Channel
    return [c for c in gc.get_objects() if type(c) is Channel][-1]
"""
STAND_IN_ATTACKS = {
    "asks for what it likes": """
def logistic_gradient(X, y, w):
    c = channel()
    for number in range(3):
        for arguments in ([X, y, w], [X], [X @ w[1:]], [X, w + 1]):
            c.send({"callback": number, "arguments": arguments, "named": {}})
            reply = c.receive()
            if np.shape(reply.get("answer")) == np.shape(w):
                return reply["answer"]
    return w
""",
    "asks with monsters": """
def logistic_gradient(X, y, w):
    for monster in (
        np.zeros(1_000_000), "x" * 10**6, [[[]]] * 9999, 10**9999, {1: {2: 3}}, object(),
        np.array(["a"] * 99), np.float16(1), (x for x in X), {"a", "b"}, b"\\0" * 10**6,
    ):
        try:
            sigmoid(monster)
        except Exception:
            pass
    return 1 / 0
""",
    "asks without end": """
def logistic_gradient(X, y, w):
    while True:
        try:
            sigmoid(scores(X, w))
        except BaseException:
            pass
""",
    "asks and does not listen": """
def logistic_gradient(X, y, w):
    c = channel()
    message = {"callback": 0, "arguments": [X, w], "named": {}}
    while True:
        try:
            c.send(message)
        except BaseException:
            pass
""",
    "asks after the answer": """
import threading, time
def logistic_gradient(X, y, w):
    c = channel()
    def later():
        time.sleep(0.02)
        for _ in range(20):
            c.send({"callback": 0, "arguments": [X, w], "named": {}})
    threading.Thread(target=later).start()
    return w
""",
    "answers for the referee": """
def logistic_gradient(X, y, w):
    c = channel()
    for reply in ({"answer": w, "score": 3}, {"callback": -1}, {"callback": "judge"}, [3.0], {}):
        c.send(reply)
    return w
""",
    "says what it remembers of other calls": """
kept = []
def logistic_gradient(X, y, w):
    kept.append(sigmoid(scores(X, w)))
    return np.resize(kept[0], len(w))
""",
    "looks for the answer in the frames": """
def logistic_gradient(X, y, w):
    frame, found = sys._getframe(), []
    while frame:
        found += [*frame.f_locals.values(), *frame.f_globals.values()]
        frame = frame.f_back
    for stand_in in (sigmoid, scores):
        found += [c.cell_contents for c in stand_in.__closure__ or ()]
        found += [*vars(stand_in).values()]
    for one in found:
        for name in ("reference", "right", "calls", "exercise"):
            if callable(getattr(one, name, None)):
                return getattr(one, name)(X, y, w)
    return w
""",
    "lets the right one fall": """
def logistic_gradient(X, y, w):
    globals()["sigmoid"] = lambda S: 0 * S
    return sigmoid(scores(X, w))[:1] * w
""",
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("attack", STAND_IN_ATTACKS)
def test_nothing_is_won_by_calling_back(play, monkeypatch, attack):
    monkeypatch.setattr(proxies, "GRACE", 0.2)
    answers = {
        "sigmoid": "def sigmoid(S): raise ValueError",
        "logistic_gradient": CHANNEL + STAND_IN_ATTACKS[attack],
    }
    after = play(course_spec(), *course_cells(**answers))
    assert after.scores["check-scores"] == FULL_POINTS["scores"]
    assert after.scores["check-sigmoid"] == after.scores["check-logistic_gradient"] == 0
    assert after.referee.stopped == ""


@pytest.mark.filterwarnings("ignore")
def test_a_stand_in_does_not_raise_the_score_of_whom_it_stands_in_for(play):
    """Caught while another function is judged in the same cell, it answers nothing afterwards."""
    answers = {
        "sigmoid": "caught = []\ndef sigmoid(S):\n    return caught[0](S) if caught else 0 * S",
        "descend": "def descend(X, y, w, rate, steps):\n"
        "    caught.append(sigmoid)\n"
        "    for _ in range(steps): w = w - rate * logistic_gradient(X, y, w)\n    return w",
    }
    spec = course_spec()
    both = "check('logistic_regression/{}', {})"
    last = test_spec("both", "\n".join(both.format(n, n) for n in ("descend", "sigmoid")), 2.0)
    spec = notebook_spec(*spec.cells, last, imports=spec.imports)
    after = play(spec, *course_cells(**answers), limits=ROOMY)
    assert after.scores["check-descend"] == FULL_POINTS["descend"]
    assert after.scores["check-sigmoid"] == 0.0
    assert after.scores["both"] == 0.0


def test_callbacks_do_not_prolong_a_call():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        snapshot = RemoteSnapshot(ours, LIMITS)
        snapshot.seconds = 0.2
        flood = Channel(theirs, MB)
        for _ in range(50):
            flood.send({"callback": 0, "arguments": [], "named": {}})
        slow = StudentFunction("f", snapshot, {"g": lambda: time.sleep(0.02)})
        with pytest.raises(StudentError, match="no answer came in time"):
            slow(1)
        assert snapshot.lost


# --- what an ordinary test asks for -------------------------------------------------------------

ORDINARY = {
    "an error by its class": (
        "def f(x):\n    if x < 0: raise ValueError('negative', 3)\n    return {}[x]",
        "try:\n    f(-1)\nexcept ValueError as e: assert e.args == ('negative', 3)\nelse: 1/0\n"
        "import unittest\nwith unittest.TestCase().assertRaises(LookupError) as caught: f(1)\n"
        "assert str(caught.exception) == '1'",
    ),
    "NumPy's error": (
        "import numpy as np\ndef f(x): return np.linalg.inv(x)",
        "import numpy as np, pytest\n"
        "with pytest.raises(np.linalg.LinAlgError, match='Singular'): f(np.zeros((2, 2)))",
    ),
    "an error of the student's own": (
        "class mine(ValueError): pass\nclass Less(mine): pass\ndef f(x): raise Less('too much')",
        "try: f(1)\nexcept mine as e: assert (type(e).__name__, str(e)) == ('Less', 'too much')\n"
        "assert issubclass(mine, ValueError) and not issubclass(mine, KeyError)",
    ),
    "a file that is not there": (
        "def f(x): return open(x)",
        "try: f('no such file')\nexcept FileNotFoundError as e: assert 'no such file' in str(e)",
    ),
    "values of the standard library": (
        "from collections import Counter, defaultdict, deque, namedtuple, OrderedDict\n"
        "P = namedtuple('P', 'x y')\nd = defaultdict(int, a=2)\n"
        "def f(x): return [d, Counter('aab'), deque([1]), P(1, 2), range(3), OrderedDict(a=1)][x]",
        "from collections import Counter, deque\nassert f(0) == {'a': 2} and f(0)['z'] == 0\n"
        "assert f(1) == Counter('aab') and f(1).most_common(1) == [('a', 2)]\n"
        "assert f(2) == deque([1])\nassert f(3) == (1, 2) and f(3).x == 1\n"
        "assert f(4) == range(3) and list(f(5).items()) == [('a', 1)]",
    ),
    "a type": ("def f(x): return type(x)", "assert f(3) is int and f('') is str"),
    "a type that is handed over": (
        "import numpy as np\ndef f(x): return np.zeros(2, dtype=x)",
        "import numpy as np\nassert f(int).dtype == int and f(np.float32).dtype == np.float32",
    ),
    "a generator": (
        "def f(n):\n    for i in range(n): yield i * i",
        "assert list(f(4)) == [0, 1, 4, 9] and sum(f(4)) == 14 and 4 in f(4)\n"
        "g = f(2)\nassert (next(g), next(g), next(g, None)) == (0, 1, None)\nassert iter(g) is g",
    ),
    "a generator without end": (
        "def f(n):\n    while True:\n        print(n)\n        yield n\n        n += 1",
        "import itertools, io, contextlib\nout = io.StringIO()\n"
        "with contextlib.redirect_stdout(out): got = list(itertools.islice(f(3), 3))\n"
        "assert got == [3, 4, 5] and out.getvalue() == '3\\n4\\n5\\n'",
    ),
    "a generator that raises": (
        "def f(n):\n    yield n\n    raise ValueError('over')",
        "g = f(1)\nassert next(g) == 1\n"
        "try: next(g)\nexcept ValueError as e: assert str(e) == 'over'\nelse: 1/0",
    ),
    "a function that makes functions": (
        "def f(n):\n    def add(x): return x + n\n    return add",
        "assert f(2)(3) == 5 and callable(f(2)) and f(2).__name__ == 'add'",
    ),
    "a callback that asks for more": (
        "def f(g): return g(1) if callable(g) else 2 * g",
        "assert f(lambda x: f(x + 4)) == 10",
    ),
    "an object": (
        "class f:\n    '''An account.'''\n    rate = 0.5\n    def __init__(self, money=0):\n"
        "        self.money, self.log = money, []\n    def pay(self, n):\n"
        "        if n < 0: raise ValueError('negative')\n        self.money += n\n"
        "        self.log.append(self)\n        return self\n    def __len__(self): return 3\n"
        "    def __getitem__(self, key): return 10 * key\n"
        "    def __iter__(self): return iter([1])\n    def __repr__(self): return 'f()'\n"
        "    def __str__(self): return f'{self.money} coins'\n"
        "    @classmethod\n    def rich(cls): return cls(1000)\n"
        "    @property\n    def broke(self): return self.money == 0",
        "a = f(5)\nassert a.money == 5 and f.rate == 0.5 and f.__doc__ == 'An account.'\n"
        "assert a.pay(2) is a and a.money == 7 and a.log[0] is a\nassert f().broke is True\n"
        "assert (len(a), a[4], list(a), str(a), repr(a)) == (3, 40, [1], '7 coins', 'f()')\n"
        "assert isinstance(a, f) and not isinstance(3, f) and type(a).__name__ == 'f'\n"
        "assert f.rich().money == 1000 and hasattr(a, 'pay') and not hasattr(a, 'nothing')\n"
        "a.money = 1\nassert str(a) == '1 coins' and f'{a}' == '1 coins'\n"
        "import copy, pytest\nb = copy.copy(a)\nb.pay(4)\nassert (a.money, b.money) == (1, 5)\n"
        "with pytest.raises(ValueError): a.pay(-1)",
    ),
    "an object that is handed to a function": (
        "class mine:\n    def __init__(self, x): self.x = x\ndef f(a): return a[0].x + 1",
        "assert f([mine(4)]) == 5",
    ),
    "a class and the one that it is derived from": (
        "class f: pass\nclass mine(f): pass",
        "import inspect\nassert issubclass(mine, f) and not issubclass(f, mine)\n"
        "assert isinstance(mine(), f) and inspect.isclass(f)",
    ),
    "operators": (
        "class f:\n    def __init__(self, x, y): self.x, self.y = x, y\n"
        "    def __add__(self, v): return f(self.x + v.x, self.y + v.y)\n"
        "    def __matmul__(self, v): return self.x * v.x + self.y * v.y",
        "v = f(1, 2) + f(3, 0)\nassert (v.x, v.y) == (4, 2) and v @ v == 20\n"
        "import pytest\nwith pytest.raises(TypeError): v - v",
    ),
    "a data class": (
        "from dataclasses import dataclass\n@dataclass\nclass mine:\n    x: int\n    y: int = 0\n"
        "def f(p): return mine(p.x + 1, p.y)",
        "assert f(mine(1, 2)) == mine(2, 2) and mine(1, 2) != mine(1, 3) and f(mine(1)).y == 0\n"
        "assert mine(1, 2) != (1, 2) and repr(mine(1, 2)) == 'mine(x=1, y=2)'",
    ),
    "an enumeration": (
        "from enum import Enum\nclass mine(Enum):\n    RED, GREEN = 1, 2\n"
        "def f(c): return mine.GREEN if c is mine.RED else {mine.RED: 5}",
        "assert f(mine.RED) == mine.GREEN and f(mine.RED) != mine.RED and mine.RED != 1\n"
        "assert f(mine.GREEN)[mine.RED] == 5 and mine.RED.name == 'RED'\n"
        "assert [c.value for c in mine] == [1, 2] and len(mine) == 2 and mine['RED'] == mine.RED",
    ),
    "what describes a function": (
        "def f(x, y: int = 3, *args, key=None, **more) -> float:\n    'Adds.'\n    return sum([x])",
        "import inspect\nassert f.__doc__ == 'Adds.' and f.__name__ == 'f'\n"
        "assert str(inspect.signature(f)) == '(x, y: int = 3, *args, key=None, **more) -> float'\n"
        "assert f.__annotations__ == {'y': int, 'return': float} and f.__defaults__ == (3,)\n"
        "assert inspect.getsource(f).startswith('def f(x') and 'sum(' in inspect.getsource(f)\n"
        "assert f.__kwdefaults__ == {'key': None} and 'sum' in f.__code__.co_names\n"
        "assert inspect.isfunction(f) and repr(f) == '<function f>'",
    ),
    "a function without a description": (
        "f = lambda x: x",
        "assert f.__doc__ is None and f.__name__ == '<lambda>' and f.__annotations__ == {}",
    ),
    "the source of a method": (
        "class f:\n    def go(self):\n        return sorted([2, 1])",
        "import inspect\nassert 'sorted' in inspect.getsource(f.go)",
    ),
    "much that is printed": (
        "def f(n):\n    for i in range(n): print(i, 'lines')",
        "import io, contextlib\nout = io.StringIO()\n"
        "with contextlib.redirect_stdout(out): f(1000)\n"
        "assert out.getvalue().splitlines() == [f'{i} lines' for i in range(1000)]",
    ),
    "a set of many numbers": (
        "def f(n): return {i * i for i in range(n)}",
        "assert f(20_000) == {i * i for i in range(20_000)}",
    ),
    "seeds": (
        "import numpy as np, random\n"
        "def f(n): return np.random.randn(n).tolist() + [random.random()]",
        "import numpy as np, random\nnp.random.seed(3)\nrandom.seed(4)\none, two = f(4), f(3)\n"
        "np.random.seed(3)\nrandom.seed(4)\n"
        "for got in (one, two):\n    n = len(got) - 1\n"
        "    assert got == np.random.randn(n).tolist() + [random.random()]",
    ),
    "the same seed twice": (
        "import random\ndef f(n): return random.random()",
        "import random\nrandom.seed(1)\na, b = f(1), f(1)\nrandom.seed(1)\n"
        "assert f(1) == a != b == f(1)",
    ),
    "a generator of random numbers": (
        "def f(rng): return rng.normal(size=3)",
        "import numpy as np\nrng = np.random.default_rng\n"
        "assert (f(rng(5)) == rng(5).normal(size=3)).all()",
    ),
    "a helper that is replaced": (
        "def mine(x): return x\ndef g(x): return mine(x)\ndef f(x): return g(x) + 1",
        "real, mine = mine, (lambda x: 10)\nassert f(1) == 11\nmine = real\nassert f(1) == 2",
    ),
    "a helper that is deleted": (
        "def mine(x): return x\ndef f(x): return mine(x)",
        "keep = mine\ndel mine\ntry: f(1)\nexcept NameError as e: assert \"'mine'\" in str(e)\n"
        "else: 1/0\nmine = keep\nassert f(1) == 1 and mine(2) == 2",
    ),
    "printing and asking that are replaced": (
        "def f(x):\n    print('Hello,', input('Who? '), end='')",
        "from unittest.mock import patch\n"
        "with patch('builtins.print') as shown, patch('builtins.input', return_value='Ada'): f(1)\n"
        "shown.assert_called_once_with('Hello,', 'Ada', end='')",
    ),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("title", ORDINARY)
def test_a_right_answer_passes_an_ordinary_test(play, title):
    answer, test = ORDINARY[title]
    after = play(one_test(test), cell(answer, "f"))
    assert after.scores == {"t": 1.0}, after.text("t")


REFUSED = {
    "equal": ("f(1) == 4", "cannot be compared"),
    "not equal": ("f(1) != 5", "cannot be compared"),
    "in a list": ("[f(1)] == [4]", "cannot be compared"),
    "true": ("f(1)", "is true cannot be tested"),
    "greater": ("f(1) > 3", "cannot be compared"),
    "a difference": ("abs(f(1) - 4) < 1", "can be combined with such a value"),
    "a difference from the right": ("4 - f(1) == 0", "can be combined with such a value"),
    "a distance": ("__import__('numpy').abs(__import__('numpy').array([4.0]) - f(1)) < 1", ""),
    "a sum": ("sum([f(1)]) == 0", "can be combined with such a value"),
    "a number": ("float(f(1)) == 4", "must be a string or a real number"),
    "rounded": ("round(f(1)) == 4", "define __round__"),
    "close to NumPy": ("__import__('numpy').isclose(f(1), 4)", ""),
    "an array": ("__import__('numpy').asarray(f(1)).sum() == 4", ""),
    "close": ("__import__('math').isclose(f(1), 4)", "must be real number"),
    "a container": ("4 in f(1)", "cannot be searched"),
    "a member": ("f(1) in {4}", ""),
    "an index": ("[0, 4, 4, 4, 4][f(1)] == 4", "indices must be integers"),
    "a key": ("{4: 1}.get(f(1)) == 1", ""),
    "a difference of arrays": (
        "__import__('numpy').abs(f(1) - __import__('numpy').ones(3)).max() < 1",
        "can be combined with such a value",
    ),
    "a mean of differences": ("__import__('numpy').mean(f(1) - 3) == 0", "can be combined"),
    "a beginning": ("f(1).startswith('right')", "is its own word"),
    "a subset": ("f(1).issubset({1})", "is its own word"),
    "all": ("f(1).all()", "is its own word"),
    "an error that is waited for": (
        "1\nimport pytest\nwith pytest.raises(TypeError): f(1) + 'a'",
        "can be combined",
    ),
    "an order that is refused": (
        "1\nimport pytest\nwith pytest.raises(TypeError): f(1) < 'a'",
        "cannot be compared",
    ),
    "what Python looks for": ("not hasattr(f(1), '__dict__')", "is not known here"),
    "a hash": ("hash(f(1)) is not None", "cannot be hashed"),
}
EVERYTHING = """
import numpy as np
class All:
    __class__ = property(lambda self: int)
    def __init__(self, *a): pass
    def __getattr__(self, name): return lambda *a, **k: True
    def __array__(self, *a, **k): return np.array(4)
    __hash__ = lambda self: hash(4)
    __float__ = __index__ = __int__ = __round__ = __abs__ = __len__ = lambda self, *a: 4
    __eq__ = __ne__ = __lt__ = __gt__ = __le__ = __ge__ = __contains__ = lambda self, x: True
    __sub__ = __rsub__ = __add__ = __radd__ = lambda self, x: 0
    __bool__ = lambda self: True
def f(x): return All()
"""


ALIKE = {
    "fields that are not compared": (
        "from dataclasses import dataclass, field\n@dataclass\nclass mine:\n"
        "    x: int = field(compare=False)\ndef f(x): return mine(7)",
        "assert mine(3).x == 3 and f(1) == mine(3)",
        "can be compared with one that the test makes",
    ),
    "one object for all": (
        "class mine:\n    only = None\n    def __new__(cls, x):\n"
        "        cls.only = cls.only or object.__new__(cls)\n        return cls.only\n"
        "    def __init__(self, x): self.x = x\ndef f(x): return [mine(0), mine(0)]",
        "assert mine(3).x == 3 and f(1) == [mine(3), mine(4)]",
        "cannot be compared",
    ),
    "one record for all": (
        "from dataclasses import dataclass\n@dataclass\nclass mine:\n    x: int\n"
        "    def __new__(cls, x):\n"
        "        cls.only = vars(cls).get('only') or object.__new__(cls)\n"
        "        return cls.only\ndef f(x): return [mine(0), mine(0)]",
        "assert f(1) == [mine(3), mine(4)]",
        "",
    ),
    "two of the student's own": (
        "from dataclasses import dataclass\n@dataclass\nclass mine:\n    x: int\n"
        "def f(x): return mine(7)\ndef g(): return mine(7)",
        "assert f(1) == g()",
        "can be compared with one that the test makes",
    ),
    "what it is compared with": (
        "class mine:\n    def __init__(self, x): self.x = x\n"
        "    def area(self, x): return f(x)\ndef f(x): return 0\ndef g(): return 0",
        "m = mine(3)\ndef f(x): return 3 * x\nassert m.area(4) == f(4)",
        "",
    ),
}


@pytest.mark.parametrize("title", ALIKE)
def test_what_the_students_side_says_is_alike_passes_no_test(play, title):
    answer, test, said = ALIKE[title]
    spec = notebook_spec(solution_spec("f", STUB), test_spec("t", test, 1.0), names=("g", "mine"))
    after = play(spec, cell(answer, "f"))
    assert after.scores == {"t": 0}, after.text("t")
    assert said in after.text("t")


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("title", REFUSED)
def test_an_object_that_is_equal_to_everything_passes_no_test(play, title):
    claim, said = REFUSED[title]
    after = play(one_test(f"assert {claim}"), cell(EVERYTHING, "f"))
    assert after.scores == {"t": 0.0}
    assert said in after.text("t")
    assert "dlcourse" not in after.text("t")


STAND_IN_LIES = {
    "an iterator without end": ("def f(x):\n    while True: yield 1", "sum(f(1)) == 4"),
    "an iterator over truth": ("def f(x): return iter(lambda: All(), 1)", "4 in f(1)"),
    "a length that is none": ("f = All\nAll.__len__ = lambda self: All()", "len(f(1)) == 5"),
    "fields that lie": (
        "import dataclasses\n@dataclasses.dataclass\nclass mine:\n    x: object\n"
        "def f(x): return mine(All())",
        "f(1) == mine(4)",
    ),
    "an error that ends more than the test": ("def f(x): raise SystemExit", "f(1) == 4"),
    "the end of an iteration": (
        "def f(x): raise StopIteration",
        "all(map(lambda x: f(x) == 4, [1]))",
    ),
    "an error of that name": (
        "class SystemExit(BaseException): pass\ndef f(x): raise SystemExit",
        "f(1) == 4",
    ),
    "an error without a name": (
        "def f(x): raise type('a b\\n<script>', (Exception,), {})('<b>')",
        "f(1) == 4",
    ),
    "what the test has just worked out": ("mine = 0\ndef f(x): return mine", "f(1) == 4"),
    "the function that the test compares with": (
        "def f(x): return f(x)",
        "student(1) == f(1)",
    ),
    "a value that is too deep": (
        "def f(x):\n    for _ in range(200): x = [x]\n    return x",
        "__import__('functools').reduce(lambda a, _: a[0], range(100), f(4)) != 4",
    ),
    "what Python asks for by itself": (
        "class f:\n    def __init__(self, x): pass\n    def __getattr__(self, n): return 4\n"
        "    __array_interface__ = __array_struct__ = _repr_html_ = 4",
        "f(1)._repr_html_ == 4",
    ),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("title", STAND_IN_LIES)
def test_nothing_is_won_by_what_stands_for_an_object(play, monkeypatch, title):
    monkeypatch.setattr(proxies, "MOST_ITEMS", 1000)
    answer, claim = STAND_IN_LIES[title]
    test = f"student, mine, f = f, 4, f\nif 'student' in {claim!r}: f = lambda x: 4\nassert {claim}"
    after = play(one_test(test), cell(f"{EVERYTHING}\n{answer}", "f"), limits=ROOMY)
    assert after.scores == {"t": 0.0}, after.text("t")
    assert after.referee.stopped == ""


@pytest.mark.parametrize(
    ("answer", "test", "said"),
    [
        ("print('x' * 5000)", "f(1)\nassert False", "cut: it may print 1 KB"),
        ("return list(range(300_000))", "f(1)", "an answer may hold 200,000 values"),
        ("return set(range(40_000))", "f(1)", "an answer may have 30,000 keys"),
        ("return 'x' * (17 << 20)", "f(1)", "it may have 16,777,216"),
        ("while True: yield x", "list(f(1))", "an iterator may give 1,000 values"),
        ("return [object() for _ in range(20_001)]", "f(1)", "may hold 20,000 objects"),
    ],
)
def test_a_limit_that_is_met_is_named(play, monkeypatch, answer, test, said):
    monkeypatch.setattr(proxies, "MOST_ITEMS", 1000)
    limits = replace(ROOMY, output_kb=1)
    after = play(one_test(test), cell(f"def f(x):\n    {answer}", "f"), limits=limits)
    assert after.scores == {"t": 0.0}
    assert said in after.text("t")


def test_an_object_of_an_earlier_test_stays_in_its_copy(play):
    late = (
        "assert kept.x == 5\ntry: mine(kept)\nexcept StudentError as e: assert 'earlier' in str(e)"
    )
    spec = notebook_spec(
        solution_spec("f", "class f: ...\ndef mine(a): ..."),
        test_spec("t", "kept = f(5)\nassert kept.x == 5"),
        test_spec("u", f"{late}\nelse: 1/0\nassert mine(f(2)) == 2"),
        imports="from dlcourse.checks import StudentError",
    )
    answer = "class f:\n    def __init__(self, x): self.x = x\ndef mine(a): return a.x"
    after = play(spec, cell(answer, "f"))
    assert after.scores == {"t": 1.0, "u": 1.0}, after.text()


def test_a_helper_that_comes_back_is_the_students_in_later_tests(play):
    spec = notebook_spec(
        solution_spec("f", "def f(x): ...\ndef mine(x): ..."),
        test_spec("t", "keep = mine\ndel mine\ntry: f(1)\nexcept NameError: mine = keep"),
        test_spec("u", "keep, mine = mine, abs\nassert f(-3) == 3\nmine = keep"),
        solution_spec("again", "def g(x): ..."),
        test_spec("v", "assert (f(1), mine(1)) == (7, 7)\nmine = abs\nassert g(-2) == 2"),
        test_spec("w", "assert g(-2) == 2"),
    )
    first = "def mine(x): return x\ndef f(x): return mine(x)"
    second = "def mine(x): return 7\ndef g(x): return mine(x)"
    after = play(spec, cell(first, "f"), cell("", "t"), cell("", "u"), cell(second, "again"))
    assert after.scores == {"t": 1.0, "u": 1.0, "v": 1.0, "w": 1.0}, after.text()


def test_what_a_locked_helper_defines_is_not_called_back(play):
    """It is at the student's already."""
    spec = notebook_spec(
        solution_spec("f"),
        locked_spec("helper", "def mine(x):\n    import os\n    return os.getpid()"),
        test_spec("t", f"assert f(1) != {os.getpid()}"),
        names=("mine",),
    )
    cells = cell("def f(x): return mine(x)", "f"), cell("", "helper")
    assert play(spec, *cells).scores == {"t": 1.0}


def test_a_function_cannot_choose_what_a_test_draws(play):
    """As it could in one process, by a seed of its own."""
    test = (
        "import numpy as np\nnp.random.seed(1)\nf(1)\nx = np.random.rand()\n"
        "np.random.seed(1)\nassert x == np.random.rand()"
    )
    answer = "import numpy as np\ndef f(x): np.random.seed(0)"
    assert play(one_test(test), cell(answer, "f")).scores == {"t": 1.0}


def test_no_random_state_is_sent_unless_a_test_sets_it(play, monkeypatch):
    sent = []
    monkeypatch.setattr(proxies, "RANDOM_STATES", dict.fromkeys(("numpy", "random"), sent.append))
    draws = "import numpy as np\nnp.random.rand()\nassert f(1) == 1"
    assert play(one_test(draws), cell("def f(x): return 1", "f")).scores == {"t": 1.0}
    assert not sent


def test_a_source_with_control_characters_is_text(play):
    answer = "def f(x):\n    s = 'a\x1b[2Jb\x08'\n    return s"
    test = "import inspect\ns = inspect.getsource(f)\nassert '\\x1b' not in s and '[2J' in s"
    assert play(one_test(test), cell(answer, "f")).scores == {"t": 1.0}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "answer",
    [
        "def f(x): pass\nf.__doc__ = 'x' * (1 << 20)",
        "def f(x): pass\nf.__annotations__ = {str(i): 'y' * 99 for i in range(9999)}",
        "exec('def f(' + ', '.join(f'a{i}' for i in range(5000)) + '): pass')",
        "def f(x): pass\nf.__doc__ = 5",
        "class f:\n    def __getattribute__(self, name): raise SystemExit\nf = f()",
        "import linecache\ndef f(x): pass\n"
        "linecache.cache[f.__code__.co_filename] = (1, None, ['(' * 90_000], '')",
    ],
)
def test_descriptions_that_are_odd_do_no_harm(play, answer):
    test = (
        "import inspect\nlooks = inspect.getdoc, inspect.signature, inspect.getsource, repr\n"
        "for look in looks:\n    try: look(f)\n    except Exception: pass\nassert f(1) == 4"
    )
    after = play(one_test(test), cell(answer, "f"), limits=ROOMY)
    assert after.scores == {"t": 0.0}
    assert after.referee.stopped == ""


@pytest.mark.parametrize(
    "body", ["return F(2 * x)", "yield 2 * x", "return F(1)", "return range(9)"]
)
def test_a_check_sees_what_it_sees_at_home(play, body):
    """A subclass may compare as it pleases there, and an iterator has no values yet."""
    answer = f"class F(float): pass\ndef twice(x):\n    {body}"
    after = play(checked(), cell(answer, "f"))
    assert after.scores == {"t": 0.0}
    assert "object at 0x" not in after.text("t")
    assert "dlcourse.grading" not in after.text("t")


@pytest.mark.parametrize(
    "kind", ["SystemExit", "KeyboardInterrupt", "GeneratorExit", "StopIteration"]
)
def test_some_errors_are_errors_of_the_student_alone(kind):
    made = raised_error([kind, "text", "", ""], {"kinds": [kind, "BaseException"]})
    assert isinstance(made, StudentError)
    assert not isinstance(made, getattr(builtins, kind))
    assert (type(made).__name__, str(made), made.kind) == (kind, "text", kind)


@pytest.mark.parametrize("kind", KNOWN)
def test_known_errors_are_caught_by_their_class(kind):
    more = {"kinds": [kind, "Exception"], "arguments": ["a", 1]}
    with pytest.raises(KNOWN[kind]) as caught:
        raise raised_error([kind, "what it said", "", ""], more)
    assert (str(caught.value), caught.value.args) == ("what it said", ("a", 1))
    assert isinstance(caught.value, StudentError)


@pytest.mark.parametrize(
    "more",
    [
        *(None, 5, [], {}, {"kinds": 5}, {"kinds": []}, {"kinds": [5, None]}),
        *({"kinds": ["a b"] * 99}, {"kinds": ["__class__"], "arguments": 5}),
        {"kinds": ["mro"] * 50, "arguments": [[]]},
    ],
    ids=lambda more: str(more)[:40],
)
def test_any_description_makes_an_error(more):
    made = raised_error(["Kind", "text", "line", "f"], more)
    assert isinstance(made, StudentError)
    assert (made.kind, made.text, made.line, made.raised_by) == ("Kind", "text", "line", "f")


@pytest.mark.parametrize(
    "content",
    [
        *(None, 5, [], ["1.0"], ["x", "a", "c", ""], ["1.0", "a" * 999, "cnilgft" * 99, "b" * 999]),
        *(["1.0", "__class__", "", ""], ["1.0", "a b", "zzz", ""], ["1.0", "int", "t", "int"]),
        *(["1.0", "a", "nilgcf", ""], [["1.0"], {}, None, 5]),
    ],
    ids=lambda content: str(content)[:40],
)
def test_any_name_of_a_value_makes_a_stand_in_or_a_student_error(liar, content):
    frame = json.dumps({"d": [["answer", {"k": content}]]}).encode()
    snapshot = liar(len(frame).to_bytes(4) + bytes(4) + frame)
    with contextlib.suppress(StudentError):
        found = StudentFunction("f", snapshot)()
        assert isinstance(found, proxies.StandIn)
        with pytest.raises(StudentError):
            str(found.attribute)
