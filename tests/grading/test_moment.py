"""A test finds files, open files, pools and threads as they were at its place in the notebook."""

import json
import os
import stat
import threading
import time

import pytest
from grading.builders import cell
from grading.toy import FULL, NAME

from dlcourse.grading.inside.moment import ROOM, Moment

READS = "def scores(X, w): return X @ w[1:] + w[int(open('b.txt').read())]"
OTHER = "def scores(X, w): return X @ w[1:] + w[0]"
USES_POOL = "def scores(X, w): return np.array(list(pool.map(abs, [-1]))) * (X @ w[1:] + w[0])"

#: What stands before, in and behind the answer: right notebooks that a kernel gives full marks.
NOTEBOOKS = {
    "file deleted": (
        "open('b.txt', 'w').write('0')",
        READS,
        f"import os; os.remove('b.txt')\n{OTHER}",
    ),
    "file overwritten": ("open('b.txt', 'w').write('0')", READS, "open('b.txt', 'w').write('1')"),
    "file overwritten in place": (
        "open('b.txt', 'w').write('0')",
        READS,
        "with open('b.txt', 'r+') as f: f.write('1')",
    ),
    "file replaced": (
        "open('b.txt', 'w').write('0')",
        READS,
        "import os\nopen('c.txt', 'w').write('1')\nos.replace('c.txt', 'b.txt')",
    ),
    "file that comes later": (
        "import os",
        "def scores(X, w): return X @ w[1:] + w[int(os.path.exists('later'))]",
        "os.makedirs('later/inner'); open('later/inner/x', 'w').write('x')",
    ),
    "module rewritten": (
        "%%writefile linear.py\ndef f(X, w): return X @ w[1:] + w[0]",
        "def scores(X, w):\n    import linear\n    return linear.f(X, w)",
        "%%writefile linear.py\ndef f(X, w): return X",
    ),
    "temporary folder cleaned up": (
        "import tempfile, pathlib\ntmp = tempfile.TemporaryDirectory()\n"
        "place = pathlib.Path(tmp.name, 'b.txt'); place.write_text('0')",
        "def scores(X, w): return X @ w[1:] + w[int(place.read_text())]",
        "tmp.cleanup()",
    ),
    "program made executable": (
        "%%writefile bias.sh\n#!/bin/sh\necho 0",
        "import subprocess\n!chmod +x bias.sh\n"
        "def scores(X, w): return X @ w[1:] + w[int(subprocess.check_output('./bias.sh'))]",
        "!rm bias.sh",
    ),
    "file read once": (
        "open('b.txt', 'w').write('0')\nsource = open('b.txt'); bias = None",
        "def scores(X, w):\n    global bias\n"
        "    if bias is None: bias = int(source.read())\n    return X @ w[1:] + w[bias]",
        "",
    ),
    "table read at the first call": (
        "import csv\nopen('t.csv', 'w').write('0,1\\n2,3\\n')\n"
        "reader = csv.reader(open('t.csv')); known = []",
        "def scores(X, w):\n    if not known: known.extend(reader)\n"
        "    return X @ w[1:] + w[int(known[0][0])]",
        "list(reader)",
    ),
    "database changed": (
        "import sqlite3\nbase = sqlite3.connect('a.db'); base.execute('create table t (b)')\n"
        "base.execute('insert into t values (0)'); base.commit()",
        "def scores(X, w):\n    rows = sqlite3.connect('a.db').execute('select b from t')\n"
        "    return X @ w[1:] + w[next(rows)[0]]",
        "base.execute('update t set b = 1'); base.commit()",
    ),
    "pool of threads": (
        "from concurrent.futures import ThreadPoolExecutor\n"
        "pool = ThreadPoolExecutor(2); list(pool.map(abs, [-1]))",
        USES_POOL,
        "pool.shutdown()",
    ),
    "pool of threads of multiprocessing": (
        "from multiprocessing.pool import ThreadPool\npool = ThreadPool(2); pool.map(abs, [-1])",
        USES_POOL,
        "pool.close(); pool.join()",
    ),
    "pool of processes": (
        "import multiprocessing\npool = multiprocessing.Pool(2); pool.map(abs, [-1])",
        USES_POOL,
        "",
    ),
    "executor of processes": (
        "from concurrent.futures import ProcessPoolExecutor\n"
        "pool = ProcessPoolExecutor(2); list(pool.map(abs, [-1]))",
        USES_POOL,
        "",
    ),
    "thread that is still loading": (
        "import threading, time\nbox = {}\n"
        "def load(): time.sleep(0.3); box['bias'] = 0\n"
        "loader = threading.Thread(target=load); loader.start()",
        "def scores(X, w): loader.join(); return X @ w[1:] + w[box['bias']]",
        "",
    ),
    "lock that a thread holds": (
        "import threading, time\nlock = threading.Lock()\n"
        "def hold():\n    with lock: time.sleep(0.3)\n"
        "threading.Thread(target=hold).start()\ntime.sleep(0.05)",
        "def scores(X, w):\n    with lock: return X @ w[1:] + w[0]",
        "",
    ),
}


@pytest.fixture
def graded(station, solution):
    """Grade the solution with other cells around one of its answers."""

    def grade(before, answer, after):
        changed = []
        for each in solution["cells"]:
            changed.append({**each, "source": answer} if each["id"] == "scores" else each)
            if each["id"] == "check-scores":
                changed.append(cell(after))
        text = json.dumps({**solution, "cells": [*changed[:2], cell(before), *changed[2:]]})
        return station.grade("ada", NAME, {f"{NAME}.ipynb": text.encode()})

    return grade


@pytest.mark.grading
@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_test_finds_what_was_there_at_its_place(graded, name):
    result = graded(*NOTEBOOKS[name])
    assert (result.status, result.reason) == ("graded", "")
    assert result.scores["check-scores"] == FULL["check-scores"], result.outcomes


@pytest.mark.grading
def test_a_call_that_waits_for_a_lost_thread_is_told_why(graded):
    before = (
        "import queue, threading\njobs, done = queue.Queue(), queue.Queue()\n"
        "def work():\n    while True: done.put(jobs.get())\n"
        "threading.Thread(target=work, daemon=True).start()"
    )
    result = graded(before, "def scores(X, w): jobs.put(1); return done.get()", "")
    assert result.scores["check-scores"] == 0
    said = "A thread that an earlier cell started is not there in a test; start it in the function."
    assert said in str(result.outcomes)


# --- files, by themselves -------------------------------------------------------------------------


@pytest.fixture
def moment(tmp_path):
    """Follow a folder."""
    return Moment([str(tmp_path)])


def contents(folder):
    """All there is below a folder: text of files, None for folders."""
    return {
        path.relative_to(folder).as_posix(): path.read_text() if path.is_file() else None
        for path in folder.rglob("*")
    }


def test_everything_is_as_it_was(moment, tmp_path):
    (tmp_path / "a").write_text("a")
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "er" / "b").write_text("b")
    before = contents(tmp_path)
    moment.take()
    (tmp_path / "a").write_text("A")
    (tmp_path / "deep" / "er" / "b").unlink()
    (tmp_path / "deep" / "er").rmdir()
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "c").write_text("c")
    moment.bring_back()
    assert contents(tmp_path) == before


def test_each_moment_is_its_own(tmp_path):
    moments = []
    for text in ("0", "1", "2"):
        (tmp_path / "a").write_text(text)
        moments.append(Moment([str(tmp_path)]))
        moments[-1].take()
    for moment, text in zip(reversed(moments), "210", strict=True):
        moment.bring_back()
        assert (tmp_path / "a").read_text() == text


def test_a_file_that_does_not_change_is_read_once(moment, tmp_path, monkeypatch):
    file = tmp_path / "a"
    file.write_text("a")
    monkeypatch.setattr("dlcourse.grading.inside.moment.JUST_NOW", -1)
    moment.take()
    monkeypatch.setattr("dlcourse.grading.inside.moment.read", pytest.fail)
    moment.take()
    moment.bring_back()
    assert file.read_text() == "a"


def test_a_change_that_no_time_shows_is_seen(moment, tmp_path, monkeypatch):
    file = tmp_path / "a"
    file.write_text("a")
    monkeypatch.setattr("dlcourse.grading.inside.moment.JUST_NOW", 10**18)
    monkeypatch.setattr("dlcourse.grading.inside.moment.stamp_of", lambda found: (1, 1, 1))
    moment.take()
    file.write_text("b")
    moment.bring_back()
    assert file.read_text() == "a"


def test_a_change_whose_time_was_set_back_is_seen(moment, tmp_path, monkeypatch):
    file = tmp_path / "a"
    file.write_text("a")
    os.utime(file, ns=(0, 0))
    monkeypatch.setattr("dlcourse.grading.inside.moment.JUST_NOW", -1)
    moment.take()
    time.sleep(0.05)  # in which the clock of the kernel goes on
    file.write_text("b")
    os.utime(file, ns=(0, 0))
    moment.bring_back()
    assert file.read_text() == "a"


def test_a_file_stays_the_one_that_is_open(moment, tmp_path):
    file = tmp_path / "a"
    file.write_text("12345")
    with file.open() as opened:
        opened.read(2)
        os.lseek(opened.fileno(), 2, os.SEEK_SET)
        moment.take()
        file.write_text("other")
        os.lseek(opened.fileno(), 4, os.SEEK_SET)
        moment.bring_back()
        assert os.read(opened.fileno(), 9) == b"345"


def test_rights_come_back_with_a_file(moment, tmp_path):
    file = tmp_path / "a"
    file.write_text("a")
    file.chmod(0o750)
    moment.take()
    file.unlink()
    moment.bring_back()
    assert stat.S_IMODE(file.stat().st_mode) == 0o750


def test_what_is_too_large_stays_as_it_is_at_the_end(moment, tmp_path):
    file = tmp_path / "a"
    with file.open("wb") as opened:
        opened.truncate(ROOM + 1)
    moment.take()
    file.write_text("end")
    moment.bring_back()
    assert file.read_text() == "end"


def test_links_lead_nowhere(moment, tmp_path):
    outside = tmp_path.parent / f"{tmp_path.name}-outside"
    outside.write_text("outside")
    (tmp_path / "link").symlink_to(outside)
    moment.take()
    outside.write_text("changed")
    moment.bring_back()
    assert outside.read_text() == "changed"
    assert (tmp_path / "link").is_symlink()


def test_nobody_waits_twice_for_a_thread_that_does_not_end(moment, monkeypatch):
    ended = threading.Event()
    thread = threading.Thread(target=ended.wait)
    monkeypatch.setattr(threading, "enumerate", lambda: [threading.main_thread(), thread])
    thread.start()
    try:
        moment.patience = 0.05
        moment.take()
        assert moment.lost_threads
        assert moment.patience == 0
    finally:
        ended.set()
        thread.join()
    moment.take()
    assert not moment.lost_threads
