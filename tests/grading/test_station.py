"""The station: two warm processes that outlive whatever students and accidents do to them."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

import pytest
from grading.builders import cell
from grading.hostile_suite import CANARIES, FOLDER, load
from grading.toy import FULL, NAME

pytest.importorskip("nbgrader")

from dlcourse.grading import station as module
from dlcourse.grading.limits import Limits
from dlcourse.grading.sandbox import SandboxError, isolation
from dlcourse.grading.station import (
    Beginning,
    Child,
    ProcessGone,
    Station,
    WarmProcess,
)


def files(notebook, *before):
    """What a student hands in: a notebook, with cells of their own behind the imports."""
    cells = notebook["cells"]
    text = json.dumps({**notebook, "cells": [*cells[:2], *map(cell, before), *cells[2:]]})
    return {f"{NAME}.ipynb": text.encode()}


def grade(station, notebook, *before, **settings):
    return station.grade("ada", NAME, files(notebook, *before), **settings)


def children():
    """The processes that this one has started and not ended."""
    tasks = Path("/proc/self/task").glob("*/children")
    return {int(pid) for task in tasks for pid in task.read_text().split()}


@pytest.fixture
def limited(station, monkeypatch):
    """The station, with other limits for the next submissions."""

    def limit(**limits):
        given = {"cell_seconds": 4, "call_seconds": 2, "notebook_seconds": 20, "tests_seconds": 20}
        monkeypatch.setattr(station, "limits", Limits(**{**given, **limits}))
        return station

    return limit


# --- results ------------------------------------------------------------------------------------


def test_a_right_notebook_gets_everything(station, solution):
    result = grade(station, solution)
    assert (result.status, result.reason) == ("graded", "")
    assert result.scores == result.maximum == FULL
    assert (result.student, result.notebook) == ("ada", NAME)
    assert {outcome["cell"] for outcome in result.outcomes} == set(FULL)
    assert set(result.comments.values()) == {None}
    assert 0 < result.seconds < 20
    assert json.dumps(asdict(result))


def test_the_stubs_get_nothing(station, released):
    result = grade(station, released)
    assert result.status == "graded"
    assert set(result.scores.values()) == {0.0}
    assert set(result.comments.values()) == {"No response."}


def test_the_same_seed_gives_the_same_result(station, solution):
    broken = "def sigmoid(S):\n    return np.tanh(S)\n"
    wrong = json.loads(json.dumps(solution))
    for one in wrong["cells"]:
        if one["metadata"].get("nbgrader", {}).get("grade_id") == "sigmoid":
            one["source"] = broken
    seed = 2_718_281_828
    first, second = (grade(station, wrong, seed=seed) for _ in range(2))
    assert first.seed == second.seed == seed
    assert first.scores == second.scores
    assert first.outcomes == second.outcomes
    tests = [
        [
            c["outputs"]
            for c in json.loads(r.graded)["cells"]
            if c["id"] in r.graded and "outputs" in c
        ]
        for r in (first, second)
    ]
    assert tests[0] == tests[1]
    assert str(seed) not in first.graded
    assert str(seed) not in first.feedback
    assert 0 <= grade(station, wrong).seed < 2**32


@pytest.mark.parametrize(
    ("handed_in", "refused", "reason"),
    [
        ({}, "", f"There is no file {NAME}.ipynb."),
        ({f"{NAME}.ipynb": b"junk"}, "", "The file is not a notebook"),
        ({}, "It is larger than 20 MB.", "It is larger than 20 MB."),
    ],
)
def test_what_cannot_be_read_is_rejected(station, handed_in, refused, reason):
    result = station.grade("ada", NAME, handed_in, refused=refused)
    assert result.status == "rejected"
    assert result.reason.startswith(reason)
    assert set(result.scores.values()) == {0.0}
    assert result.maximum == FULL


def test_a_notebook_in_another_folder_has_its_files_beside_it(station, solution):
    cells = [{**one} for one in solution["cells"]]
    for one in cells:
        if one["id"] == "sigmoid":
            one["source"] = "from helpers import sigmoid"
    helper = b"import numpy as np\ndef sigmoid(S):\n    return 0.5 * (1 + np.tanh(0.5 * S))\n"
    files = {
        f"{NAME}/{NAME} (1).ipynb": json.dumps({**solution, "cells": cells}).encode(),
        f"{NAME}/helpers.py": helper,
        "helpers.py": b"1 / 0",
    }
    result = station.grade("ada", NAME, files)
    assert (result.status, result.scores) == ("graded", FULL)
    assert result.reason == (
        f'There is no file {NAME}.ipynb; "{NAME}/{NAME} (1).ipynb" was graded.'
    )


def test_a_submission_that_is_stopped_says_so(limited, solution):
    hang = "import signal, time\nsignal.signal(signal.SIGALRM, signal.SIG_IGN)\ntime.sleep(60)"
    station = limited(cell_seconds=50, notebook_seconds=0.2, tests_seconds=0.2)
    result = grade(station, solution, hang)
    assert result.status == "stopped"
    assert result.reason == "It took longer than 3.4 seconds and was stopped."


def test_two_threads_are_served_at_once(station, solution):
    """Both wait half a second in a cell; one behind the other that would be a second and more."""
    meet = "import time\nstart = time.time()\ntime.sleep(0.7)\nprint('span', start, time.time())"
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda _: grade(station, solution, meet), range(2)))
    spans = []
    for result in results:
        assert result.scores == FULL
        text = "".join(
            output["text"]
            for one in json.loads(result.graded)["cells"]
            for output in one.get("outputs", [])
            if output.get("text", "").startswith("span")
        )
        spans.append([float(number) for number in text.split()[1:3]])
    assert max(span[0] for span in spans) < min(span[1] for span in spans)


# --- limits -------------------------------------------------------------------------------------

ALLOCATE = """
import os, threading, time
def child():
    block = bytearray(400 << 20)
    for i in range(0, len(block), 4096):
        block[i] = 1
    time.sleep(8)
def work():
    for _ in range(3):
        if os.fork() == 0:
            try:
                child()
            finally:
                os._exit(0)
"""


@pytest.mark.grading
@pytest.mark.parametrize(
    "start",
    ["work()", "threading.Thread(target=lambda: (work(), time.sleep(12)), daemon=True).start()"],
    ids=["main thread", "other thread"],
)
def test_the_memory_of_all_processes_counts_together(limited, solution, start):
    station = limited(memory_mb=1000, cell_seconds=14)
    result = grade(station, solution, f"{ALLOCATE}\n{start}\ntime.sleep(10)")
    assert result.status == "stopped"
    assert result.seconds < 9  # while it was used, not when everything was over
    assert result.reason == "It used more than 1000 MB of memory and was stopped."


@pytest.mark.grading
def test_one_process_cannot_have_more_memory_than_the_limit(limited, solution):
    result = grade(limited(memory_mb=1000), solution, "x = bytearray(1100 << 20)")
    assert "MemoryError" in result.graded
    assert result.scores == FULL


@pytest.mark.grading
def test_a_fork_bomb_burns_out(limited, solution):
    bomb = "import os, time\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        break"  # noqa: E501
    result = grade(limited(processes=6, cell_seconds=2, notebook_seconds=4), solution, bomb)
    assert set(result.scores) == set(FULL)
    assert grade(station := limited(), solution).scores == FULL
    assert station.students.process.poll() is None


@pytest.mark.grading
def test_a_hang_that_blocks_signals_ends(limited, solution):
    hang = "import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))\nwhile True: pass"
    station = limited(cell_seconds=0.5, notebook_seconds=3, tests_seconds=1)
    result = grade(station, solution, hang)
    assert result.status == "stopped"
    assert "could not be interrupted" in result.reason
    assert set(result.scores.values()) == {0.0}


# --- control groups -----------------------------------------------------------------------------


@pytest.fixture
def grouped(station):
    """The station, where it may make groups for memory and processors."""
    if "cgroups (cpu, memory)" not in station.tier:
        pytest.skip("this process may make no groups")
    return station


def read(folder, *names):
    """The numbers in those of these files that this version of the kernel's interface has."""
    return [int((folder / name).read_text()) for name in names if (folder / name).exists()]


def everybody_in(group):
    return [set((folder / "cgroup.procs").read_text().split()) for folder in group.folders]


def test_the_tier_is_what_the_run_was_told(station, solution):
    assert station.tier == isolation(True) == grade(station, solution).sandbox


def test_a_submission_is_in_its_group_before_its_first_cell(grouped, solution, monkeypatch):
    """The group comes late, so a process that did not wait for it would be outside."""
    put, wait, seen = module.Group.put, Station._wait, []

    def put_late(group, pid):
        time.sleep(0.5)
        put(group, pid)

    def look(station, job, connection, student, group):
        family = {str(pid) for pid in module._descendants(student.pid)}
        seen.append((family, everybody_in(group), group))
        return wait(station, job, connection, student, group)

    monkeypatch.setattr(module.Group, "put", put_late)
    monkeypatch.setattr(Station, "_wait", look)
    assert grade(grouped, solution).scores == FULL
    ((family, inside, group),) = seen
    assert family
    assert len(group.folders) == len(grouped.homes)
    assert all(family <= those for those in inside)
    assert not any(folder.exists() for folder in group.folders)


def test_a_process_that_ends_before_its_first_cell_is_an_end_like_any_other(
    grouped, solution, monkeypatch
):
    put = module.Group.put

    def put_late(group, pid):
        os.kill(pid, signal.SIGKILL)
        while Path(f"/proc/{pid}").exists():
            time.sleep(0.01)
        put(group, pid)

    monkeypatch.setattr(module.Group, "put", put_late)
    result = grade(grouped, solution)
    assert (result.status, sum(result.scores.values())) == ("stopped", 0)


FAMILY = """
import os, time
for _ in range(12):
    if os.fork() == 0:
        time.sleep(4)
        os._exit(0)
time.sleep(1)
"""


@pytest.mark.grading
def test_many_children_have_the_share_of_one_submission(grouped, limited, solution, monkeypatch):
    """Two groups weigh the same, and all children are in one of them."""
    exceeded, weights, many = Station._exceeded, {}, []

    def look(station, student, group, deadline):
        weights[group] = [read(folder, "cpu.shares", "cpu.weight") for folder in group.folders]
        family = {str(pid) for pid in module._descendants(student.pid)}
        if len(family) > 12 and not many:
            many.extend((family, everybody_in(group)))
        return exceeded(station, student, group, deadline)

    monkeypatch.setattr(Station, "_exceeded", look)
    with ThreadPoolExecutor(2) as pool:
        cells = (FAMILY, "import time\ntime.sleep(1)")
        list(pool.map(lambda source: grade(limited(), solution, source), cells))
    family, inside = many
    assert all(family <= those for those in inside)
    one, other = weights.values()
    assert one == other
    assert sum(map(len, one)) == 1


LOOK_UPS = """
import os
for i in range(100_000):
    try:
        os.stat("/usr/lib/" + f"{i:0>20}-{os.urandom(8).hex()}".ljust(250, "x"))
    except OSError:
        pass
"""


@pytest.mark.grading
def test_names_that_are_not_there_are_charged_to_who_asks(grouped, solution, monkeypatch):
    remove, kept = module.Group.remove, []

    def look(group):
        for folder in group.folders:
            kept.extend(read(folder, "memory.kmem.usage_in_bytes"))
            if (folder / "memory.max").exists():
                counts = (folder / "memory.stat").read_text().splitlines()
                kept.extend(int(line.split()[1]) for line in counts if line.startswith("slab "))
        remove(group)

    monkeypatch.setattr(module.Group, "remove", look)
    assert grade(grouped, solution, LOOK_UPS).scores == FULL
    (bytes_of_kernel,) = kept
    assert bytes_of_kernel > 100_000 * 250


@pytest.mark.grading
@pytest.mark.parametrize("where", ["{}", "import os\nif os.fork() == 0:\n    {}\nos.wait()"])
def test_who_uses_up_a_group_is_told(limited, grouped, solution, monkeypatch, where):
    """The group is made too small, or the station would see it as soon as the kernel."""
    put = module.Group.put

    def put_in_less(group, pid):
        for folder in group.folders:
            for name in ("memory.limit_in_bytes", "memory.max"):
                if (folder / name).exists():
                    (folder / name).write_text(str(128 << 20))
        put(group, pid)

    monkeypatch.setattr(module.Group, "put", put_in_less)
    source = where.format("len(bytearray(b'x') * (400 << 20))")
    result = grade(limited(), solution, source)
    assert result.status == "stopped"
    assert result.reason == "It used more than 2048 MB of memory and was stopped."


# --- accidents ----------------------------------------------------------------------------------


@pytest.mark.grading
@pytest.mark.parametrize("which", ["students", "referees"])
def test_a_killed_process_is_started_again(station, solution, which):
    """`kill -9` in the middle of a submission costs a second, and nobody a point."""
    results = []
    assert grade(station, solution).scores == FULL  # both are there
    slow = "import time\ntime.sleep(1)"
    thread = threading.Thread(target=lambda: results.append(grade(station, solution, slow)))
    before = getattr(station, which).process.pid
    thread.start()
    time.sleep(0.5)
    os.kill(before, signal.SIGKILL)
    thread.join(60)
    assert results[0].scores == FULL, results[0].reason
    assert results[0].status == "graded"
    assert getattr(station, which).process.pid != before
    after = grade(station, solution)
    assert after.scores == FULL, after.reason


def answers_of(station, monkeypatch, answers):
    """Let the station's jobs end in these ways."""
    jobs = []

    def run(job):
        jobs.append(job)
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(station, "_run", run)
    return jobs


def test_a_referee_that_fails_twice_rejects_the_submission(station, monkeypatch):
    original, gone = station._run, ProcessGone("ValueError: odd")
    jobs = answers_of(station, monkeypatch, [gone, gone, None])
    replay = station._run

    def run(job):
        return replay(job) or original(job)

    monkeypatch.setattr(station, "_run", run)
    result = station.grade("ada", NAME, {f"{NAME}.ipynb": b"{}"})
    assert result.status == "rejected"
    assert result.reason == "The referee could not finish (ValueError: odd)."
    assert [job["files"] is None for job in jobs] == [False, False, True]


def test_a_station_that_cannot_grade_any_more_says_so(station, monkeypatch):
    answers_of(station, monkeypatch, [ProcessGone("gone")] * 3)
    with pytest.raises(SandboxError, match="Nothing can be graded here any more.*gone"):  # noqa: RUF043
        station.grade("ada", NAME, {})


def test_a_child_that_cannot_start_says_why(station):
    ours, theirs = socket.socketpair()
    with ours, theirs, pytest.raises(ProcessGone, match="KeyError: 'limits'"):
        station.students.fork({}, [theirs])


def test_a_process_that_is_gone_says_so(station):
    warm = WarmProcess([sys.executable, "-c", READY], {}, "The thing")
    try:
        warm.wait_until_ready()
        warm.process.kill()
        warm.process.wait()
        with pytest.raises(ProcessGone, match="The thing"):
            warm.fork({}, [])
    finally:
        warm.close()


READY = "import socket, time; socket.socket(fileno={fd}).send(b'ready'); time.sleep(60)"


@pytest.mark.parametrize(
    ("program", "said"),
    [("import sys; sys.exit('out of order')", "out of order"), ("import time; time.sleep(60)", "")],
)
def test_a_process_that_does_not_start_says_why(program, said, monkeypatch):
    monkeypatch.setattr(module, "START_SECONDS", 0.2 if "time" in program else 20)
    original = module.subprocess.Popen.wait
    monkeypatch.setattr(
        module.subprocess.Popen, "wait", lambda self, t=None: original(self, t and min(t, 0.2))
    )
    warm = WarmProcess([sys.executable, "-S", "-c", program], {}, "The thing")
    if "exit" in program:
        warm.process.wait()
    with pytest.raises(ProcessGone, match=f"The thing did not start:\n{said}"):
        warm.wait_until_ready()
    assert warm.process.poll() is not None


@pytest.mark.grading
@pytest.mark.parametrize("attack", ["to_a_neighbour", "by_locks"])
def test_nothing_passes_between_two_that_are_graded_at_once(station, released, attack):
    handed_in = load(FOLDER / f"leak_hidden_inputs_{attack}.nb.txt").files(released)
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda name: station.grade(name, NAME, handed_in), ("ada", "bob")))
    for result in both:
        assert result.status == "graded"
        assert CANARIES["loot"] not in result.graded + result.feedback


# --- memory and ends of processes ---------------------------------------------------------------


def test_a_child_is_held_by_its_pidfd():
    pid = os.fork()
    if pid == 0:
        os.setsid()
        time.sleep(60)
        os._exit(0)
    child = Child(os.pidfd_open(pid), leads_group=True)
    assert child.pid == pid
    assert child.uses_more_than(1 << 16)
    assert not child.uses_more_than(1 << 33)
    child.kill()
    assert os.waitpid(pid, 0)[1] == signal.SIGKILL
    child.kill()
    assert not child.uses_more_than(0)
    child.close()
    with pytest.raises(OSError):
        os.fstat(child.pidfd)


def test_memory_is_counted_in_pages_where_the_kernel_tells_no_more(monkeypatch):
    original = Path.read_text

    def read(path, *arguments, **named):
        if path.name == "smaps_rollup":
            raise PermissionError
        return original(path, *arguments, **named)

    shares, pages = module._proportional(os.getpid()), module._resident(os.getpid())
    monkeypatch.setattr(Path, "read_text", read)
    assert 0 < shares <= pages < 3 * shares
    assert module._proportional(os.getpid()) == module._resident(os.getpid())
    assert module._resident(2**30) == 0


# --- starting and closing -----------------------------------------------------------------------


def test_without_bubblewrap_nothing_starts(spec, monkeypatch, tmp_path):
    monkeypatch.setattr(module.tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(shutil, "which", lambda name: None)
    before = children()
    with pytest.raises(SandboxError, match=r"(?s)bubblewrap is not installed.*apt"):
        Station(spec)
    assert children() == before
    assert list(tmp_path.iterdir()) == []


def test_a_sandbox_that_fails_gives_advice_and_leaves_nothing(spec, monkeypatch, tmp_path):
    monkeypatch.setattr(module.tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(
        module, "bubblewrap", lambda *_: [sys.executable, "-c", "raise SystemExit('no namespaces')"]
    )
    before = children()
    with pytest.raises(SandboxError, match=r"(?s)no namespaces.*--security-opt"):
        Station(spec)
    assert children() == before
    assert list(tmp_path.iterdir()) == []


@pytest.mark.grading
def test_a_station_uses_what_was_begun_before_its_assignment_was_known(
    spec, solution, tmp_path, monkeypatch
):
    monkeypatch.setattr(module.tempfile, "tempdir", str(tmp_path))
    before = children()
    begun = Beginning()
    with Station(spec, sandbox=False, begun=begun) as station:
        assert station.referees is begun.referees
        assert list(tmp_path.iterdir()) == [station.folder]
        result = grade(station, solution)
        assert result.scores == FULL
        station.referees.process.kill()
        assert grade(station, solution).scores == FULL
        assert station.referees is not begun.referees
    begun.close()
    assert children() == before
    assert list(tmp_path.iterdir()) == []


def test_what_is_begun_and_not_used_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(module.tempfile, "tempdir", str(tmp_path))
    before = children()
    Beginning().close()
    assert children() == before
    assert list(tmp_path.iterdir()) == []


def test_a_referee_that_nobody_tells_an_assignment_ends():
    """As when the run is killed that has begun one."""
    begun = Beginning()
    begun.referees.control.close()
    assert begun.referees.process.wait(60) != 0
    begun.close()


@pytest.mark.grading
def test_without_a_sandbox_grading_works_and_everything_ends(spec, solution, tmp_path, monkeypatch):
    monkeypatch.setattr(module.tempfile, "tempdir", str(tmp_path))
    before = children()
    with Station(spec, Limits(cell_seconds=4), sandbox=False, whole=True) as open_station:
        assert len(children() - before) == 2
        result = grade(open_station, solution, "import os; print(os.getcwd())")
        assert result.scores == FULL
        assert str(tmp_path) in result.graded  # it ran in the folder, not in a sandbox's
        assert "nor anything below" not in result.graded
        first = open_station.grade("eve", NAME, {**files(solution), "left.txt": b"behind"})
        assert first.status == "graded"
        look = "import os; print('left.txt' in os.listdir('.'))"
        after = grade(open_station, solution, look)
        texts = [
            output.get("text")
            for one in json.loads(after.graded)["cells"]
            for output in one.get("outputs", [])
        ]
    assert children() == before
    assert list(tmp_path.iterdir()) == []
    open_station.close()  # a second time does no harm
    assert "False\n" in texts


KILLED = """
import os, sys, tempfile, threading
from pathlib import Path
from grading.builders import assignment_spec, notebook, solution_spec, test_spec
from dlcourse.grading.station import Station

tempfile.tempdir = os.environ["TMPDIR"] = sys.argv[1]
spec = assignment_spec(
    solution_spec("f"), test_spec("t", "import time; time.sleep(60)"), files={"data.txt": b"1"}
)
station = Station(spec, sandbox=False)
given = {"week.ipynb": notebook()}
threading.Thread(target=station.grade, args=("ada", "week", given), daemon=True).start()
print([warm.process.pid for warm in (station.students, station.referees)], flush=True)
sys.stdin.read()
"""


@pytest.mark.grading
def test_what_killed_processes_left_goes_with_the_next_station(spec, tmp_path, monkeypatch):
    """All of them are killed while a test runs in a folder with the assignment's files."""
    monkeypatch.setattr(module.tempfile, "tempdir", str(tmp_path))
    command = [sys.executable, "-c", KILLED, str(tmp_path)]
    variables = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, env=variables, **pipes) as process:
        warm = json.loads(process.stdout.readline())
        while not list(tmp_path.rglob("data.txt")):
            assert process.poll() is None
            time.sleep(0.01)
        for pid in (process.pid, *warm):
            os.kill(pid, signal.SIGKILL)
    assert list(tmp_path.rglob("data.txt"))
    monkeypatch.setattr(Station, "_ensure", lambda self: None)
    with Station(spec) as idle:
        assert list(tmp_path.iterdir()) == [idle.folder]
    assert list(tmp_path.iterdir()) == []


def test_limits_are_the_usual_ones_if_none_are_given(spec, monkeypatch):
    monkeypatch.setattr(Station, "_ensure", lambda self: None)
    with Station(spec) as idle:
        assert idle.limits == Limits()
        assert idle.sandbox
        assert not idle.whole
        folder = idle.folder
        assert (folder / "dlcourse" / "_taken_out.py").exists()
    assert not folder.exists()
