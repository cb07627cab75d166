"""Whole classes: nothing is lost when a run, a worker or a part of a cluster is killed.

The submissions are honest ones (`grading.honest`); the runs are the command ``dlcourse grade``.
"""

import contextlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from courses import ROOT
from grading.honest import expected_scores, honest_submissions
from grading.toy import NAME

RESULTS = "select student, seed, graded_at, status, scores, maximum from dlcourse_result"

pytestmark = pytest.mark.grading


def hand_in(course, submissions):
    for submission in submissions:
        folder = course / "submitted" / submission.student / NAME
        folder.mkdir(parents=True)
        for name, content in submission.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)


def quick(count, seed):
    """Submissions without those that are slow on purpose."""
    made = honest_submissions(2 * count, seed)
    lively = (one for one in made if not any("slow" in trait for trait in one.traits))
    return [one for _, one in zip(range(count), lively, strict=False)]


def recorded(course):
    """Read what has been graded so far, by student."""
    try:
        with sqlite3.connect(course / "gradebook.db", timeout=30) as gradebook:
            rows = gradebook.execute(RESULTS).fetchall()
    except sqlite3.OperationalError:  # the table is not there yet
        return {}
    finally:
        with contextlib.suppress(UnboundLocalError):
            gradebook.close()
    return {row[0]: row[1:] for row in rows}


@pytest.fixture
def start(make_course):
    """Start ``dlcourse grade`` in a course."""
    running = []

    def start(course, *arguments):
        process = subprocess.Popen(
            [sys.executable, "-m", "dlcourse", "grade", NAME, *arguments],
            cwd=course,
            env={**os.environ, **make_course.environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        running.append(process)
        return process

    yield start
    for process in running:
        process.kill()
        process.wait()
        process.stdout.close()


def finish(process, seconds=600):
    """Wait for a run to end well, and return what it said."""
    said, _ = process.communicate(timeout=seconds)
    assert process.returncode == 0, said[-3000:]
    return said


def wait_for(condition, seconds=120):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def complete(course, submissions):
    """Check that everybody has one result, and files that belong to it."""
    rows = recorded(course)
    assert set(rows) == {submission.student for submission in submissions}
    for submission in submissions:
        path = course / "autograded" / submission.student / NAME / f"{NAME}.ipynb"
        notebook = json.loads(path.read_text(encoding="utf-8"))
        assert notebook["nbformat"] == 4
        page = course / "feedback" / submission.student / NAME / f"{NAME}.html"
        assert page.read_text(encoding="utf-8").rstrip().endswith("</html>")
    with sqlite3.connect(course / "gradebook.db") as gradebook:
        (count,) = gradebook.execute("select count(*) from submitted_notebook").fetchone()
    gradebook.close()
    assert count == len(submissions)
    return rows


def test_honest_students_lose_nothing(spec):
    """Scores are what the checks give in a student's own kernel, 300 times."""
    from dlcourse.grading.station import Station

    submissions = list(honest_submissions(300, 3))
    with Station(spec) as station, ThreadPoolExecutor(2) as pool:
        results = list(
            pool.map(lambda one: station.grade(one.student, NAME, one.files), submissions)
        )
    different = [
        (submission.traits, expected, result.scores)
        for submission, result in zip(submissions, results, strict=True)
        if (expected := expected_scores(submission)) != result.scores
    ]
    assert different == []
    assert {result.status for result in results} == {"graded"}
    assert len({sum(result.scores.values()) for result in results}) > 3


def test_killed_run_goes_on_where_it_was(make_course, start):
    course, submissions = make_course(), quick(80, 4)
    hand_in(course, submissions)
    kept = {}
    for share in (0.2, 0.5):
        run = start(course)
        wait_for(lambda share=share: len(recorded(course)) > share * len(submissions))
        run.kill()
        run.communicate()
        before = recorded(course)
        assert kept.items() <= before.items()  # what was recorded was not graded again
        kept = before
    finish(start(course))
    rows = complete(course, submissions)
    assert kept.items() <= rows.items()
    assert "Nothing new to grade" in finish(start(course))
    assert recorded(course) == rows


def test_killed_processes_are_replaced(make_course, start):
    """Kill both warm processes of a run, and some of their children, again and again.

    What was interrupted is tried once more, so each time it gets to its end before the next.
    """
    course, submissions = make_course(), quick(120, 5)
    hand_in(course, submissions)
    order = sorted(submission.student for submission in submissions)
    run = start(course, "--workers", "2")
    begun = 1
    for _ in range(3):
        wait_for(lambda begun=begun: set(order[:begun]) <= set(recorded(course)))
        children = psutil.Process(run.pid).children(recursive=True)
        for child in children[:: max(1, len(children) // 3)]:
            with contextlib.suppress(psutil.Error):
                child.kill()
        # The next write has all that was done before; four were out, two for each worker.
        done = len(recorded(course))
        wait_for(lambda done=done: len(recorded(course)) > done)
        begun = len(recorded(course)) + 4
    assert begun < len(order)
    finish(run)
    rows = complete(course, submissions)
    assert {row[2] for row in rows.values()} == {"graded"}


def test_no_process_outlives_a_killed_run(make_course, start):
    course, submissions = make_course(), quick(30, 6)
    hand_in(course, submissions)
    run = start(course)
    wait_for(lambda: recorded(course))
    family = psutil.Process(run.pid).children(recursive=True)
    assert family
    run.kill()
    run.communicate()
    _, alive = psutil.wait_procs(family, timeout=20)
    assert alive == []


def test_cluster_with_a_dying_and_a_hanging_worker_loses_nothing(make_course, start):
    distributed = pytest.importorskip("distributed")
    course, submissions = make_course(), quick(90, 7)
    hand_in(course, submissions)
    environment = {**os.environ, "DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL": "8s"}
    scheduler = subprocess.Popen(
        [
            *(sys.executable, "-m", "distributed.cli.dask_scheduler", "--no-dashboard"),
            *("--host", "127.0.0.1", "--port", "0"),
            *("--scheduler-file", str(course / "scheduler.json")),
        ],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    workers = []
    try:
        wait_for((course / "scheduler.json").exists)
        time.sleep(0.5)
        address = json.loads((course / "scheduler.json").read_text())["address"]
        for number in range(3):
            command = [sys.executable, "-m", "distributed.cli.dask_worker", address, "--no-nanny"]
            command += ["--nthreads", "1", "--no-dashboard", "--name", f"worker-{number}"]
            workers.append(
                subprocess.Popen(
                    command,
                    env=environment,
                    cwd=course,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
            )
        with distributed.Client(address) as client:
            client.wait_for_workers(3, timeout=60)
        run = start(course, "--dask", address)
        wait_for(lambda: recorded(course))
        workers[0].kill()
        workers[1].send_signal(signal.SIGSTOP)
        finish(run)
        complete(course, submissions)
    finally:
        for process in [*workers, scheduler]:
            process.kill()
            process.wait()


def as_nobody():
    """The command that gives up all of root's rights but reading Python, if root's home has it."""
    home, rights = Path("/root"), ("CAP_SETUID", "CAP_SETGID")
    command = ["bwrap", "--dev-bind", "/", "/", *(w for r in rights for w in ("--cap-add", r))]
    needed = [place for place in (Path(sys.base_prefix), ROOT) if place.is_relative_to(home)]
    if needed:
        command += ["--perms", "0755", "--tmpfs", str(home)]
    for place in needed:
        for parent in reversed(place.relative_to(home).parents[:-1]):
            command += ["--perms", "0755", "--dir", str(home / parent)]
        command += ["--ro-bind", str(place), str(place)]
    return [*command, "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]


def test_an_ordinary_user_can_grade(make_course, tmp_path_factory):
    """The other tests may run as root; here nobody with any rights grades."""
    prefix = as_nobody() if os.getuid() == 0 else []
    again = "import subprocess, sys; subprocess.run([sys.executable, '-c', ''], check=True)"
    trial = subprocess.run([*prefix, sys.executable, "-c", again], capture_output=True, text=True)
    if trial.returncode:
        pytest.skip(f"an ordinary user may not run this Python: {trial.stderr[-300:]}")
    submissions = quick(3, 8)
    with tempfile.TemporaryDirectory() as place:  # pytest's own folders are root's alone
        course = Path(place) / "course"
        shutil.copytree(make_course(), course)
        hand_in(course, submissions)
        for path in (Path(place), *course.rglob("*"), course):
            os.chmod(path, 0o777 if path.is_dir() else 0o666)
        run = subprocess.run(
            [*prefix, sys.executable, "-m", "dlcourse", "grade", NAME],
            cwd=course,
            env={**os.environ, **make_course.environment, "HOME": place},
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert run.returncode == 0, run.stderr[-3000:]
        rows = complete(course, submissions)
        assert {row[2] for row in rows.values()} == {"graded"}
