"""The student's side of the pipe, driven in this process: all requests lie in the pipe beforehand.

Where the code forks, the tests play the child: `os.fork` then returns 0 and `os._exit` raises.
"""

import asyncio
import builtins
import ctypes
import gc
import json
import mmap
import os
import signal
import socket
import sys
import time
import warnings
from types import SimpleNamespace

import IPython.display
import numpy as np
import pytest
from IPython.core.async_helpers import get_asyncio_loop
from IPython.core.interactiveshell import InteractiveShell

from dlcourse.grading.inside import forkserver, jail, student
from dlcourse.grading.inside.moment import Moment
from dlcourse.grading.inside.shell import (
    OutOfTime,
    Outputs,
    Stream,
    ZMQInteractiveShell,
    alarm,
    warm_up,
)
from dlcourse.grading.inside.student import Snapshot, Student, unchanged
from dlcourse.grading.inside.wire import KB, MAX_OUTPUTS, Channel, Named, Opaque, encode
from dlcourse.grading.limits import Limits

LIMITS = Limits(cell_seconds=0.5, call_seconds=0.3, output_kb=4, answer_mb=1).as_dict()


class Exited(BaseException):
    """A process would have ended here."""


@pytest.fixture(scope="module")
def warm_shell():
    before, main = dict(vars(builtins)), sys.modules["__main__"]
    yield ZMQInteractiveShell()
    get_asyncio_loop().close()
    for name in set(vars(builtins)) - set(before):
        delattr(builtins, name)
    sys.modules["__main__"] = main


@pytest.fixture
def shell(warm_shell, monkeypatch):
    """A shell as it is after a start."""
    monkeypatch.setattr(InteractiveShell, "_instance", warm_shell)
    warm_shell.reset(new_session=True)
    return warm_shell


@pytest.fixture
def written(tmp_path):
    """What is written past Python."""
    with open(tmp_path / "written", "w+b", buffering=0) as file:
        yield file


@pytest.fixture
def pipe():
    ours, theirs = socket.socketpair()
    for end in (ours, theirs):
        end.settimeout(5)
    with ours, theirs:
        yield Channel(ours, 1 << 20), Channel(theirs, 1 << 24)


@pytest.fixture
def exits(monkeypatch):
    def leave(status):
        raise Exited(status)

    monkeypatch.setattr(os, "_exit", leave)


def shown(outputs):
    return "".join(o.get("text", "") for o in outputs)


# --- the shell ----------------------------------------------------------------------------------


def run(shell, source, seconds=5, room=10_000):
    return shell.run(source, seconds, room)


def test_streams_are_collected_in_order(shell):
    source = "import sys\nprint('a'); print('b')\nprint('c', file=sys.stderr)\nprint('d')"
    assert [(o["name"], o["text"]) for o in run(shell, source)] == [
        ("stdout", "a\nb\n"),
        ("stderr", "c\n"),
        ("stdout", "d\n"),
    ]


def test_the_last_value_is_a_result_with_its_number(shell):
    run(shell, "x = 6")
    (output,) = run(shell, "x * 7")
    assert output["output_type"] == "execute_result"
    assert output["data"] == {"text/plain": "42"}
    assert output["execution_count"] == 2
    assert run(shell, "x;") == []


def test_displays_and_figures_are_data(shell):
    (output,) = run(shell, "from IPython.display import HTML, display\ndisplay(HTML('<b>x</b>'))")
    assert output["output_type"] == "display_data"
    assert output["data"]["text/html"] == "<b>x</b>"
    (raw,) = run(shell, "display({'image/png': b'\\x89PNG'}, raw=True)")
    assert raw["data"]["image/png"] == "iVBORw=="
    json.dumps(raw)
    assert (
        run(
            shell,
            "print('a'); display(1)\nfrom IPython.display import clear_output\nclear_output()",
        )
        == []
    )


def test_what_is_cleared_or_replaced_gives_its_room_back(shell):
    shell.user_ns["clear"] = IPython.display.clear_output
    frames = "for i in range(500):\n    clear(wait=True); print(i, 'x' * 5000)"
    (output,) = run(shell, frames)
    assert output["text"] == f"499 {'x' * 5000}\n"
    (output,) = run(shell, "for i in range(500):\n    display('x' * 5000); clear(); print(i)")
    assert output["text"] == "499\n"
    one = "handle = display('', display_id=True)"
    (output,) = run(shell, f"{one}\nfor i in range(500): handle.update('x' * 5000 + str(i))")
    assert output["data"]["text/plain"] == repr(f"{'x' * 5000}499")


@pytest.mark.parametrize(
    "source",
    [
        "for i in range(9):\n    print('x' * 6000); clear(wait=True)",
        "for i in range(9):\n    clear(wait=True); clear(wait=True); display('x' * 60_000)",
        "h = display('x' * 3000, display_id='a')\nfor i in range(9): display('', display_id=f'{i}')"
        "\nfor i in range(9): h.update('x' * (3000 + i)); clear(); display('x' * 9000)",
        "for i in range(99): display('x' * 3000, display_id='a')",
        "for i in range(9): display('', display_id='a')\n"
        "update('x' * 3000, display_id='a'); update('x' * 9000, display_id='a')",
        "update('x' * 9000, display_id='before')\nfor i in range(9): display('x' * 9000); clear()",
    ],
)
def test_no_order_of_clearing_and_updating_gains_room(shell, source):
    shell.user_ns["clear"] = IPython.display.clear_output
    shell.user_ns["update"] = IPython.display.update_display
    run(shell, "display('', display_id='before')")
    outputs = run(shell, source)
    said = [o.get("text", "") + str(o.get("data", "")) for o in outputs]
    assert len("".join(said)) + len(str(shell.collected.updates)) < 10_500


def test_clearing_waits_for_the_next_output_of_the_cell(shell):
    shell.user_ns["clear"] = IPython.display.clear_output
    for source, text in (
        ("print(1); clear(wait=True)", "1\n"),
        ("print(2)", "2\n"),
        ("print(3); clear(wait=True); print('', end=''); print(4)", "4\n"),
        ("print(5); clear(wait=True); print(6); print(7)", "6\n7\n"),
        ("print(8); clear(); clear(wait=True)", ""),
    ):
        assert shown(run(shell, source)) == text
    (error,) = run(shell, "print(1); clear(wait=True); 1 / 0")
    assert error["ename"] == "ZeroDivisionError"


def test_displays_are_updated_in_place_in_this_cell_and_sent_along_for_others(shell):
    first = run(shell, "h = display('a', display_id='one'); display(2); h.update('b')")
    assert [o["data"]["text/plain"] for o in first] == ["'b'", "2"]
    assert first[0]["transient"] == {"display_id": "one"}
    assert shell.collected.updates == {}
    assert run(shell, "h.update('c'); h.update('d'); update = h.update") == []
    assert shell.collected.updates["one"]["data"] == {"text/plain": "'d'"}
    (again,) = run(shell, "display('e', display_id='one')\nh.update('f')")
    assert again["data"] == shell.collected.updates["one"]["data"] == {"text/plain": "'f'"}
    assert (
        run(shell, "from IPython.display import *\nupdate_display(1, display_id='nowhere')") == []
    )
    assert shell.collected.updates == {}


@pytest.mark.parametrize(
    "name", ["'x' * 10**6", "7", "10**9", "3.5", "b'x'", "[1]", "{}", "object()"]
)
def test_an_id_is_a_short_text(shell, name):
    for output in run(shell, f"name = {name}\ndisplay(1, display_id=name)"):
        json.dumps(output)
        name = output.get("transient", {"display_id": ""})["display_id"]
        assert isinstance(name, str)
        assert len(name) <= 100


def test_a_flood_of_updates_is_one_display(shell):
    source = """
publish = get_ipython().display_pub.publish
publish({}, transient={"display_id": "a"})
for i in range(200_000):
    publish({"text/plain": "x"}, transient={"display_id": "a"}, update=True)
"""
    (output,) = run(shell, source, seconds=60)
    assert output["data"] == {"text/plain": "x"}


def test_a_flood_of_outputs_is_cut_where_nobody_reads_on(shell):
    source = "import sys\nfor i in range(9000):\n    print(i); print(i, file=sys.stderr)"
    assert len(run(shell, source, room=10**6)) == MAX_OUTPUTS
    assert len(run(shell, "for i in range(2000): display(i)\n1", room=10**6)) == MAX_OUTPUTS + 1


def test_nothing_that_is_printed_is_kept_elsewhere(shell):
    run(shell, "import sys\nprint('x' * 1000); print('x' * 1000, file=sys.stderr)")
    assert "x" * 1000 not in str(getattr(shell.history_manager, "outputs", ""))


def test_metadata_takes_room(shell):
    source = "display({'text/plain': 'x'}, metadata={'a': 'b' * 20_000}, raw=True)"
    assert run(shell, source) == []


def test_each_cell_runs_in_the_same_loop(shell):
    source = "import asyncio\nasync def f():\n    await asyncio.sleep(0)\n    return 7"
    assert (
        run(shell, f"{source}\ntask = asyncio.create_task(f()); loop = asyncio.get_event_loop()")
        == []
    )
    assert run(shell, "await task")[0]["data"] == {"text/plain": "7"}
    (output,) = run(shell, "loop is asyncio.get_running_loop(), loop.is_running()")
    assert output["data"] == {"text/plain": "(True, True)"}
    assert run(shell, "get_ipython().run_cell('print(8)');")[0]["text"] == "8\n"


def test_what_a_cell_sets_in_the_context_stays(shell):
    run(shell, "from contextvars import ContextVar\nv = ContextVar('v'); token = v.set(3)")
    assert run(shell, "v.get()")[0]["data"] == {"text/plain": "3"}
    assert run(shell, "v.set(4); v.reset(token)") == []
    assert run(shell, "v.set(3); v.get()")[0]["data"] == {"text/plain": "3"}
    assert shell.user_ns["v"].get() == 3  # the calls of the tests, outside the loop, see it, too


def test_what_awaits_for_too_long_is_over_with_its_cell(shell):
    source = "import asyncio\nwhile True:\n    await asyncio.sleep(0.01); print('x')"
    *_, error = run(shell, source, seconds=0.2)
    assert error["ename"] == "OutOfTime"
    assert shown(run(shell, "await asyncio.sleep(0.1); print('y')")) == "y\n"
    deaf = (
        "while True:\n    try: await asyncio.sleep(0.05)\n    except asyncio.CancelledError: pass"
    )
    *_, error = run(shell, deaf, seconds=0.2)
    assert error["ename"] == "OutOfTime"
    assert shown(run(shell, "await asyncio.sleep(0.1); print('z')")) == "z\n"
    assert len(asyncio.all_tasks(get_asyncio_loop())) == 0
    gc.collect()  # or what is said about a task that never ends is said in another test


def test_streams_last_over_cells(shell):
    run(shell, "import io, sys\nkept, sys.stdout = sys.stdout, io.StringIO()\nprint('a')")
    assert run(shell, "print('b')\nsaid, sys.stdout = sys.stdout.getvalue(), kept\nsaid")[0][
        "data"
    ] == {"text/plain": r"'a\nb\n'"}
    assert shown(run(shell, "sys.stdout.close(); print('c', flush=True)")) == "c\n"
    assert shown(run(shell, "print(sys.stdout.encoding, sys.stdout.isatty())")) == "UTF-8 False\n"
    run(shell, "sys.stdout = None")
    run(shell, "del sys.stderr")
    assert shown(run(shell, "print('d')")) == "d\n"


def test_exit_says_that_it_does_nothing(shell):
    for source in ("exit()", "quit", "exit(1)"):
        assert "exit() and quit() do nothing" in shown(run(shell, source))


@pytest.mark.parametrize("source", ["len?", "?len", "len??", "%pdoc len", "%pinfo len"])
def test_what_a_pager_shows_is_no_output(shell, source):
    assert run(shell, source) == []


def test_a_shell_is_known_as_a_notebooks(shell):
    idioms = "get_ipython().__class__.__name__, 'IPKernelApp' in get_ipython().config"
    assert run(shell, idioms)[0]["data"] == {"text/plain": "('ZMQInteractiveShell', True)"}


def test_a_widget_shows_what_it_is_in_the_end(shell):
    pytest.importorskip("ipywidgets")
    source = (
        "from ipywidgets import IntProgress\nbar = IntProgress(max=9); display(bar); bar.value = 9"
    )
    (output,) = run(shell, source)
    assert output["data"]["text/plain"] == "IntProgress(value=9, max=9)"


@pytest.mark.parametrize(
    ("source", "name", "text"),
    [
        ("1 / 0", "ZeroDivisionError", "division by zero"),
        ("def f(:", "SyntaxError", ""),
        ("raise SystemExit(3)", "SystemExit", "3"),
        ("import sys; sys.exit('bye')", "SystemExit", "bye"),
        ("%no_such_magic", "", ""),
        ("class E(Exception):\n    def __str__(self): raise ValueError\nraise E", "", ""),
        ("raise ValueError('x' * 10**6)", "ValueError", "x" * 2000),
    ],
)
def test_an_error_is_an_output(shell, source, name, text):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        outputs = run(shell, source)
    json.dumps(outputs)
    if name:
        (error,) = [o for o in outputs if o["output_type"] == "error"]
        assert error["ename"] == name
        assert text in error["evalue"]
        assert sum(map(len, error["traceback"])) <= 100_000
    assert run(shell, "print(1)") == [{"output_type": "stream", "name": "stdout", "text": "1\n"}]


def test_a_cell_that_takes_too_long_is_stopped(shell):
    (error,) = run(shell, "while True: pass", seconds=0.2)
    assert error["ename"] == "OutOfTime"
    assert error["evalue"] == "This cell took longer than 0.2 seconds and was stopped."


def test_a_cell_that_catches_everything_is_stopped_all_the_same(shell):
    source = "import time\nfor _ in range(3):\n    try:\n        time.sleep(9)\n    except Exception: pass"  # noqa: E501
    assert run(shell, source, seconds=0.2)[0]["ename"] == "OutOfTime"


def test_the_room_is_counted_in_bytes_and_no_character_is_cut_through(shell):
    (output,) = run(shell, "print('神经网络')", room=8)
    assert output["text"] == "神经"
    assert run(shell, "display('神经网络')", room=13) == []
    assert len(run(shell, "display('神经网络')", room=14)) == 1


def test_a_line_of_the_systems_shell_goes_through_pipes(shell):
    (output,) = run(shell, "word = 'né'\n!echo {word}; echo wrong >&2; exit 3")
    assert (output["name"], output["text"]) == ("stdout", "né\nwrong\n")
    (output,) = run(shell, "_exit_code")
    assert output["data"] == {"text/plain": "3"}


def test_a_line_of_the_systems_shell_has_no_more_time_than_its_cell(shell):
    outputs = run(shell, "!echo first; exec sleep 60", seconds=0.3)
    assert outputs[0]["text"] == "first\n"
    assert outputs[1]["ename"] == "OutOfTime"


def test_what_exceeds_the_room_is_cut(shell):
    (output,) = run(shell, "print('x' * 1000)", room=10)
    assert output["text"] == "x" * 10
    assert run(shell, "display('x' * 1000)", room=10) == []
    assert run(shell, "", room=10) == []


def test_a_broken_shell_gives_an_error(shell, monkeypatch):
    def fail(*_, **__):
        raise MemoryError("too much")

    monkeypatch.setattr(shell, "run_cell", fail)
    (error,) = run(shell, "1")
    assert (error["ename"], error["traceback"]) == ("MemoryError", ["MemoryError: too much"])


def test_streams_are_writable_text(shell):
    outputs = Outputs()
    outputs.restart(100)
    stream = Stream(outputs, "stdout")
    assert stream.writable()
    assert stream.write("abc") == 3
    outputs.write("stdout", "")
    assert outputs.take()[0]["text"] == "abc"


def test_guis_and_prompts_are_ignored(shell):
    assert shell.enable_gui("qt") is None
    assert shell.displayhook.write_output_prompt() is None


def test_warming_up_leaves_nothing_behind(shell):
    warm_up(shell)
    assert shell.execution_count == 1
    assert "figure" not in shell.user_ns
    assert "np" not in shell.user_ns
    assert sys.last_traceback is None
    import matplotlib.pyplot as plt
    from matplotlib import font_manager

    assert plt.get_fignums() == []
    assert font_manager._get_font.cache_info().currsize == 0  # or each fork would free them


def test_the_alarm_is_given_back():
    def mine(*_):
        pass

    before = signal.signal(signal.SIGALRM, mine)
    timer = signal.setitimer(signal.ITIMER_REAL, 300, 7)
    try:
        with alarm(5, "This"):
            assert signal.getsignal(signal.SIGALRM) is not mine
            assert signal.getitimer(signal.ITIMER_REAL)[0] <= 5
        assert signal.getsignal(signal.SIGALRM) is mine
        left, again = signal.getitimer(signal.ITIMER_REAL)
        assert 200 < left <= 300
        assert again == pytest.approx(7)
        signal.setitimer(signal.ITIMER_REAL, 0)
        with alarm(5, "This"):
            signal.setitimer(signal.ITIMER_REAL, 9)  # what is set within ends with it
        assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
        with pytest.raises(OutOfTime, match="This took longer than 0.05 seconds"):  # noqa: RUF043, SIM117
            with alarm(0.05, "This"):
                time.sleep(5)
    finally:
        signal.signal(signal.SIGALRM, before)
        signal.setitimer(signal.ITIMER_REAL, *timer)


# --- a submission's cells -----------------------------------------------------------------------


@pytest.fixture
def work(shell, pipe, written, tmp_path, monkeypatch):
    """Let the student's process do what it is asked for, and return its answers."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))

    def done(*requests):
        ours, theirs = pipe
        state = np.random.get_state()  # noqa: NPY002
        for request in requests:
            theirs.send(request)
        theirs.connection.shutdown(socket.SHUT_WR)
        Student(shell, ours, LIMITS, written, Moment([])).work()
        np.random.set_state(state)  # noqa: NPY002
        return [theirs.receive() for _ in requests]

    return done


def test_cells_run_one_by_one(work):
    answers = work({"do": "run", "source": "x = 20"}, {"do": "run", "source": "x + 1"})
    assert answers[0] == {"outputs": [], "updates": {}, "count": 1}
    assert answers[1]["count"] == 2
    assert answers[1]["outputs"][0]["data"] == {"text/plain": "21"}


def test_files_are_written_before_and_modules_found(work, tmp_path):
    files = {"a.txt": b"1", "deep/er/b.txt": b"2", "mine_xyz.py": b"y = 5"}
    answers = work(
        {"do": "files", "files": files},
        {
            "do": "run",
            "source": "import mine_xyz\nfrom pathlib import Path; print(mine_xyz.y, Path('deep/er/b.txt').read_text())",  # noqa: E501
        },
    )
    sys.modules.pop("mine_xyz", None)
    assert answers[0] == {}
    assert shown(answers[1]["outputs"]) == "5 2\n"
    assert (tmp_path / "a.txt").read_bytes() == b"1"


def test_what_is_written_past_python_is_shown_with_its_cell(work, written):
    source = f"import os\nprint('python')\n_ = os.write({written.fileno()}, b'C\\xff')"
    answers = work({"do": "run", "source": source}, {"do": "run", "source": "print('next')"})
    assert [output["text"] for output in answers[0]["outputs"]] == [
        "python\n",
        "C\N{REPLACEMENT CHARACTER}",
    ]
    assert [output["text"] for output in answers[1]["outputs"]] == ["next\n"]


def test_what_is_written_past_python_has_the_same_room(work, written):
    long = f"import os\nprint('x' * 3000)\n_ = os.write({written.fileno()}, b'y' * 3000)"
    answers = work({"do": "run", "source": long}, {"do": "run", "source": ""})
    assert sum(len(output["text"]) for output in answers[0]["outputs"]) == 4096
    assert answers[1]["outputs"] == []


def test_a_cells_time_and_room_are_those_of_the_limits(work):
    slow, loud = work(
        {"do": "run", "source": "while True: pass"}, {"do": "run", "source": "print('x' * 9999)"}
    )
    assert slow["outputs"][0]["ename"] == "OutOfTime"
    assert len(loud["outputs"][0]["text"]) == 4096


def test_random_numbers_are_not_those_of_the_warm_process(shell, pipe, written):
    ours, theirs = pipe
    theirs.connection.shutdown(socket.SHUT_WR)
    np.random.seed(0)  # noqa: NPY002
    expected = np.random.random()  # noqa: NPY002
    np.random.seed(0)  # noqa: NPY002
    path = list(sys.path)
    Student(shell, ours, LIMITS, written, Moment([])).work()
    assert sys.path[0] == ""
    sys.path[:] = path
    assert np.random.random() != expected  # noqa: NPY002


def remember_sockets(monkeypatch):
    """Keep what the student's side makes of descriptors, in a list."""
    made, original = [], socket.socket

    def make(*arguments, **named):
        made.append(original(*arguments, **named))
        return made[-1]

    monkeypatch.setattr(student.socket, "socket", make)
    return made


@pytest.mark.parametrize("in_child", [True, False])
def test_a_snapshot_answers_on_a_connection_of_its_own(
    shell, pipe, written, monkeypatch, exits, in_child
):
    ours, theirs = pipe
    asked, given = socket.socketpair()
    with asked, given:
        Channel(asked, 1 << 20).send({"do": "kind", "name": "x"})
        asked.shutdown(socket.SHUT_WR)
        socket.send_fds(theirs.connection, [b"s"], [given.fileno()])
        shell.user_ns["x"] = 5
        monkeypatch.setattr(os, "fork", lambda: 0 if in_child else 123)
        if in_child:
            made = remember_sockets(monkeypatch)
            with pytest.raises(Exited):
                Student(shell, ours, LIMITS, written, Moment([])).snapshot({"last": False})
            made[-1].close()  # in a child of its own, its end does that
            asked.settimeout(5)
            assert Channel(asked, 1 << 20).receive() == {"kind": "data"}
            assert ours.connection.fileno() == -1
        else:
            original = Student(shell, ours, LIMITS, written, Moment([]))
            assert original.snapshot({"last": False}) == {}
        assert theirs.receive() == {}


@pytest.mark.parametrize(("threads", "forks"), [(1, 0), (2, 1)])
def test_the_last_snapshot_is_the_process_itself_where_it_has_no_other_threads(
    shell, pipe, written, monkeypatch, exits, threads, forks
):
    ours, theirs = pipe
    asked, given = socket.socketpair()
    forked = []
    monkeypatch.setattr(os, "fork", lambda: forked.append(0) or 0)
    monkeypatch.setattr(student.threading, "active_count", lambda: threads)
    with asked, given:
        Channel(asked, 1 << 20).send({"do": "kind", "name": "x"})
        asked.shutdown(socket.SHUT_WR)
        socket.send_fds(theirs.connection, [b"s"], [given.fileno()])
        shell.user_ns["x"] = 5
        made = remember_sockets(monkeypatch)
        with pytest.raises(Exited):
            Student(shell, ours, LIMITS, written, Moment([])).snapshot({"last": True})
        made[-1].close()
        asked.settimeout(5)
        assert Channel(asked, 1 << 20).receive() == {"kind": "data"}
        assert len(forked) == forks
        assert theirs.receive() == {}
        if not forks:  # the process itself says that it is ready; of a copy the original does
            assert theirs.receive() == {}
        assert ours.connection.fileno() == -1


# --- calls --------------------------------------------------------------------------------------


@pytest.fixture
def answer(pipe):
    """Ask a snapshot of these names, and return its answers; further messages are callbacks'."""

    def asked(names, *messages, count=1):
        ours, theirs = pipe
        for message in messages:
            theirs.send(message) if type(message) is not bytes else theirs.connection.sendall(
                message
            )
        theirs.connection.shutdown(socket.SHUT_WR)
        with pytest.raises(EOFError):
            Snapshot(names, ours, LIMITS, Moment([])).work()
        answers = [theirs.receive() for _ in range(count)]
        return answers[0] if count == 1 else answers

    return asked


def call(*arguments, name="f", **named):
    return {"do": "call", "name": name, "arguments": list(arguments), "named": named, "others": {}}


def test_kinds_and_values_are_told(answer):
    names = {"f": len, "x": np.arange(2), "C": int, "o": object()}
    asks = [{"do": "kind", "name": name} for name in ("f", "x", "C", "nobody")]
    gets = [{"do": "get", "name": name} for name in ("x", "o")]
    answers = answer(names, *asks, *gets, count=6)
    assert [a["kind"] for a in answers[:4]] == ["function", "data", "function", "missing"]
    assert (answers[4]["answer"] == [0, 1]).all()
    assert isinstance(answers[5]["answer"], Opaque)


def test_a_call_is_answered_with_all_that_came_of_it(answer):
    def f(x, y, factor):
        print("hello")
        print("error", file=sys.stderr)
        warnings.warn("careful", stacklevel=1)
        x *= factor
        return x.sum()

    reply = answer({"f": f}, call(np.ones(3), np.ones(2), factor=2))
    assert reply["answer"] == 6
    assert reply["printed"] == "hello\nerror\n"
    assert reply["warned"] == ["careful"]
    assert list(reply["changed"]) == ["0"]
    assert (reply["changed"]["0"] == 2).all()
    assert "error" not in reply


def test_numpys_warnings_are_told_whatever_was_set(answer):
    before = np.seterr(all="ignore")
    try:
        reply = answer({"f": lambda x: np.log(x)}, call(np.zeros(1)))
    finally:
        np.seterr(**before)
    assert reply["warned"] == ["divide by zero encountered in log"]


def test_prints_and_warnings_have_limits(answer):
    def f():
        print("x" * 10_000)
        for number in range(50):
            warnings.warn(f"{number}" * 1000, stacklevel=1)

    reply = answer({"f": f}, call())
    assert len(reply["printed"]) == LIMITS["output_kb"] * KB
    assert reply["cut"] is True
    assert len(reply["warned"]) == student.WARNINGS
    assert max(map(len, reply["warned"])) == 500


@pytest.mark.parametrize(
    ("raised", "kind"),
    [
        (ValueError("no"), "ValueError"),
        (SystemExit(), "SystemExit"),
        (KeyboardInterrupt(), "KeyboardInterrupt"),
        (NotImplementedError(), "NotImplementedError"),
        (GeneratorExit(), "GeneratorExit"),
    ],
)
def test_errors_are_described(answer, raised, kind):
    def f():
        raise raised

    reply = answer({"f": f}, call())
    assert reply["error"][:2] == [kind, str(raised)]
    assert all(type(part) is str for part in reply["error"])
    assert "answer" not in reply


def test_wrong_arguments_are_an_error(answer):
    assert answer({"f": lambda x: x}, call(1, 2))["error"][0] == "TypeError"


def test_a_call_that_takes_too_long_is_stopped(answer):
    def f():
        try:
            time.sleep(5)
        except Exception:
            time.sleep(5)

    reply = answer({"f": f}, call())
    assert reply["error"] == [
        "TimeoutError", "This call took longer than 0.3 seconds and was stopped.", "",
    ]  # fmt: skip


def test_callbacks_ask_the_referee(answer):
    def f(g):
        return [g(i, n=i) for i in range(2)]

    function = encode(call(max), [])
    replies = [{"answer": 10}, {"answer": 20}]
    first, second, last = answer({"f": f}, function, *replies, count=3)
    assert first == {"callback": 0, "arguments": [0], "named": {"n": 0}}
    assert second["arguments"] == [1]
    assert last["answer"] == [10, 20]


def test_a_callback_that_fails_is_an_error(answer):
    function = encode(call(max), [])
    _, reply = answer({"f": lambda g: g(1)}, function, {"error": "it stopped"}, count=2)
    assert reply["error"][:2] == ["RuntimeError", "it stopped"]


def test_a_name_stands_for_a_function_of_its_own(answer):
    names = {"f": lambda g: g(3), "g": lambda x: 2 * x}
    assert answer(names, call(Named("g")))["answer"] == 6


def test_an_answer_that_cannot_be_sent_is_an_error(answer, monkeypatch):
    sends, original = [], student.encode

    def fail_once(message, **how):
        if not sends:
            sends.append(message)
            raise MemoryError("too large")
        return original(message, **how)

    ours_only = {"f": lambda: 1}
    request = encode(call())
    monkeypatch.setattr(student, "encode", fail_once)
    assert answer(ours_only, request)["error"] == ["MemoryError", "too large", ""]


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ([1.0, np.nan], [1.0, np.nan], True),
        ([1.0], [2.0], False),
        ([0.0], [-0.0], False),
        ([[1.0, 2.0]], [[1.0], [2.0]], False),
    ],
)
def test_changes_are_seen_bit_by_bit(old, new, same):
    assert unchanged(np.array(old), np.array(new)) is same


# --- starting -----------------------------------------------------------------------------------


class Control:
    """A control socket that hands out packets."""

    def __init__(self, *packets):
        self.packets, self.sent, self.closed = list(packets), [], False

    def send(self, data):
        self.sent.append(data)

    def fileno(self):
        return -1 if self.closed else 99

    def close(self):
        self.closed = True


@pytest.fixture
def server(monkeypatch, exits):
    """Serve packets without a fork: the first job runs in this process."""

    def serve(control, start, forks=0):
        def recv_fds(*_):
            packet, descriptors = control.packets.pop(0)
            return packet, descriptors, 0, None

        def send_fds(socket_, data, descriptors):
            control.sent.append((data, len(descriptors)))

        monkeypatch.setattr(forkserver.socket, "recv_fds", recv_fds)
        monkeypatch.setattr(forkserver.socket, "send_fds", send_fds)
        monkeypatch.setattr(forkserver.gc, "freeze", lambda: None)
        monkeypatch.setattr(forkserver, "gather_pages", lambda: None)
        monkeypatch.setattr(os, "fork", lambda: forks)
        before = signal.getsignal(signal.SIGCHLD)
        try:
            with pytest.raises(Exited) as caught:
                forkserver.serve(control, start)
        finally:
            signal.signal(signal.SIGCHLD, before)
        return caught.value.args[0]

    return serve


def test_the_server_ends_when_nobody_asks_any_more(server):
    control = Control((b"", []))
    assert server(control, None) == 0
    assert control.sent == [b"ready"]


def test_only_whole_large_pages_of_the_process_alone_are_gathered(monkeypatch):
    asked = []

    class Libc:
        def madvise(self, start, size, advice):
            asked.append((start.value, size.value, advice))

    monkeypatch.setattr(forkserver.ctypes, "CDLL", lambda name: Libc())
    ours = bytearray(16 << 20)  # of its own area, which has whole large pages in it
    with mmap.mmap(-1, 16 << 20) as shared:
        shared[0] = 1
        forkserver.gather_pages()
        theirs = ctypes.addressof(ctypes.c_char.from_buffer(shared))
    place = ctypes.addressof(ctypes.c_char.from_buffer(ours))
    assert any(start <= place + (8 << 20) < start + size for start, size, _ in asked)
    for start, size, advice in asked:
        assert start % forkserver.LARGE_PAGE == size % forkserver.LARGE_PAGE == 0 < size
        assert advice == forkserver.MADV_COLLAPSE
        assert not start <= theirs + (8 << 20) < start + size


def test_the_server_closes_what_its_child_got(server):
    ours, theirs = socket.socketpair()
    with ours:
        control = Control((b"{}", [theirs.detach()]), (b"", []))
        assert server(control, None, forks=123) == 0
        assert ours.recv(1) == b""


def test_a_job_announces_itself_by_a_pidfd(server):
    started = []

    def start(settings, connections, announce):
        started.append(settings)
        announce(os.getpid())
        assert len(connections) == 1
        connections[0].close()

    ours, theirs = socket.socketpair()
    control = Control((b'{"a": 1}', [theirs.detach()]))
    with ours:
        assert server(control, start) == 0
    assert started == [{"a": 1}]
    assert control.sent == [b"ready", ([b"started"], 1)]
    assert control.closed


@pytest.mark.parametrize("announced", [True, False])
def test_a_job_that_fails_says_why_while_somebody_listens(server, announced):
    def start(settings, connections, announce):
        if announced:
            announce(os.getpid())
        raise OSError("no namespaces")

    control = Control((b"{}", []))
    assert server(control, start) == 1
    said = [data for data in control.sent if isinstance(data, bytes) and b"no namespaces" in data]
    assert bool(said) is not announced


@pytest.fixture
def starting(monkeypatch, warm_shell):
    """The function that `main` serves, with everything dangerous written down instead."""
    calls, served = [], []

    def note(name):
        return lambda *arguments: calls.append((name, *arguments))

    monkeypatch.setattr(ZMQInteractiveShell, "instance", classmethod(lambda cls: warm_shell))
    monkeypatch.setattr(student, "warm_up", note("warm up"))
    monkeypatch.setattr(student, "serve", lambda *given: served.extend(given))
    monkeypatch.setattr(student, "close_others", note("close others"))
    monkeypatch.setattr(student, "own_streams", note("own streams"))
    monkeypatch.setattr(student.as_at_home, "install", note("as at home"))
    monkeypatch.setattr(student.as_at_home, "draw_inline", lambda: None)
    for name in ("__stdout__", "__stderr__"):
        monkeypatch.setattr(sys, name, getattr(sys, name))
    for name in ("leave_namespaces", "close_walls", "set_limits", "reap"):
        monkeypatch.setattr(jail, name, note(name))
    system_calls = SimpleNamespace(load=note("load"))
    monkeypatch.setattr(student, "system_call_filter", lambda: system_calls)
    monkeypatch.setattr(os, "setsid", note("setsid"))
    monkeypatch.setattr(Student, "work", lambda self: calls.append(("work", self.channel.limit)))
    ours, theirs = socket.socketpair()
    with ours:
        student.main(theirs.detach())
        served[0].close()
        yield served[1], calls, system_calls


def settings_of(jailed, folder="/"):
    places = {"folder": str(folder), "python": ["/python"]}
    return {"limits": LIMITS, "jailed": jailed, "test_cells": 5, **places}


def start_with(start, settings, monkeypatch, forks):
    forks = iter(forks)
    monkeypatch.setattr(os, "fork", lambda: next(forks))
    ours, theirs = socket.socketpair()
    announced = []
    with ours, theirs:
        ours.send(b"!")
        start(settings, [theirs], announced.append)
    return announced


def test_the_walls_stand_before_a_cell_runs(starting, monkeypatch):
    start, calls, _ = starting
    assert start_with(start, settings_of(True), monkeypatch, [0, 0]) == []
    names = [name for name, *_ in calls]
    assert names == [
        *("as at home", "warm up", "leave_namespaces", "setsid", "close_walls", "load"),
        *("close others", "own streams", "work"),
    ]
    assert ("close_walls", LIMITS, 5, ["/python"]) in calls
    assert calls[-1] == ("work", 1 << 20)


def test_the_outer_process_announces_the_inner_one(starting, monkeypatch):
    start, calls, _ = starting
    assert start_with(start, settings_of(True), monkeypatch, [123]) == [123]
    assert [name for name, *_ in calls] == ["as at home", "warm up", "leave_namespaces"]


def test_the_first_process_of_the_sandbox_waits_for_the_others(starting, monkeypatch):
    start, calls, _ = starting
    start_with(start, settings_of(True), monkeypatch, [0, 123])
    assert calls[-1] == ("reap",)


def test_nothing_of_the_students_starts_before_the_station_says_so(starting, monkeypatch):
    start, calls, _ = starting
    monkeypatch.setattr(socket.socket, "recv", lambda end, size: calls.append(("wait", size)))
    start_with(start, settings_of(True), monkeypatch, [0, 0])
    assert [name for name, *_ in calls][-2:] == ["wait", "work"]


def test_without_a_sandbox_there_are_limits_only(starting, monkeypatch, tmp_path):
    start, calls, _ = starting
    monkeypatch.chdir("/")
    start_with(start, settings_of(False, tmp_path), monkeypatch, [0, 0])
    names = [name for name, *_ in calls]
    assert names == [
        *("as at home", "warm up", "setsid", "set_limits"),
        *("close others", "own streams", "work"),
    ]
    assert os.getcwd() == str(tmp_path)
    assert calls[3][1]["processes"] == 4096


def test_another_user_has_limits_and_the_filter(starting, monkeypatch, tmp_path):
    start, calls, _ = starting
    monkeypatch.chdir("/")
    settings = {**settings_of(False, tmp_path), "filtered": True}
    start_with(start, settings, monkeypatch, [0, 0])
    names = [name for name, *_ in calls]
    assert names == [
        *("as at home", "warm up", "setsid", "set_limits", "load"),
        *("close others", "own streams", "work"),
    ]
    assert calls[3][1] == settings["limits"]


def test_without_libseccomp_the_rest_still_stands(starting, monkeypatch):
    _start, calls, _ = starting
    monkeypatch.setattr(student, "system_call_filter", lambda: None)
    served = []
    monkeypatch.setattr(student, "serve", lambda *given: served.extend(given))
    ours, theirs = socket.socketpair()
    with ours:
        student.main(theirs.detach())
    start_with(served[1], settings_of(True), monkeypatch, [0, 0])
    served[0].close()
    assert served[2] == ""
    assert "load" not in [name for name, *_ in calls]
    assert "close_walls" in [name for name, *_ in calls]


def test_other_descriptors_are_closed(monkeypatch):
    closed = []
    monkeypatch.setattr(os, "closerange", lambda low, high: closed.extend(range(low, high)))
    student.close_others(10)
    assert 10 not in closed
    assert {3, 9, 11, 4095} <= set(closed)
    assert not {0, 1, 2} & set(closed)


# --- the jail, as far as it can run here --------------------------------------------------------


def test_limits_are_the_kernels(monkeypatch):
    import resource

    set_, mb = {}, 1 << 20
    monkeypatch.setattr(resource, "setrlimit", lambda name, limit: set_.update({name: limit}))
    jail.set_limits(Limits(memory_mb=7, files_mb=3, processes=9, notebook_seconds=2.5).as_dict(), 4)
    assert set_[resource.RLIMIT_AS] == (7 * mb, 7 * mb)
    assert set_[resource.RLIMIT_FSIZE] == (3 * mb, 3 * mb)
    assert set_[resource.RLIMIT_NPROC] == (13, 13)
    assert set_[resource.RLIMIT_CPU] == (7, 7)
    assert set_[resource.RLIMIT_CORE] == (0, 0)
    jail.set_limits(Limits(memory_mb=0.5, files_mb=0.25).as_dict(), 4)
    assert set_[resource.RLIMIT_AS] == (mb // 2, mb // 2)
    assert set_[resource.RLIMIT_FSIZE] == (mb // 4, mb // 4)


def test_a_failing_call_says_what_failed():
    jail._check(0, "fine")
    with pytest.raises(OSError, match="unshare: "):
        jail._check(-1, "unshare")


def test_orphans_are_reaped_until_none_is_left(monkeypatch):
    waits = [(1, 0), (2, 0)]

    def wait():
        if not waits:
            raise ChildProcessError
        return waits.pop()

    monkeypatch.setattr(os, "wait", wait)
    before = signal.getsignal(signal.SIGINT)
    try:
        jail.reap()
        assert signal.getsignal(signal.SIGINT) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
    assert not waits


@pytest.mark.parametrize(
    ("error", "shown"), [(OutOfTime("late"), ""), (ValueError("mine"), "ValueError: mine")]
)
def test_an_alarm_where_python_ignores_it_shows_nothing(monkeypatch, capsys, error, shown):
    class Raises:
        def __del__(self):
            raise error

    monkeypatch.setattr(sys, "unraisablehook", student.without_alarms)
    Raises()
    said = capsys.readouterr().err
    assert shown in said
    assert bool(said) == bool(shown)
