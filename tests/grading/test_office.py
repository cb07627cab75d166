"""The office: one job in each fork, and what is read from a notebook that ran."""

import io
import json
import os
import socket
import sys

import pytest
from grading.builders import (
    assignment_spec,
    cell,
    cell_spec,
    notebook,
    notebook_spec,
    solution_spec,
    test_spec,
)

pytest.importorskip("nbgrader")

from nbgrader.utils import compute_checksum

from dlcourse.grading import office as module
from dlcourse.grading.inside.wire import Channel, encode
from dlcourse.grading.limits import Limits
from dlcourse.grading.locked_cells import LockedShell
from dlcourse.grading.office import Office, comments_of, scores_of
from dlcourse.grading.proxies import Names
from dlcourse.grading.restore import restore, unreadable

pytestmark = pytest.mark.usefixtures("clean_ipython")
LIMITS = Limits(cell_seconds=2, call_seconds=0.5, notebook_seconds=20, tests_seconds=10)


def test_a_missing_cell_scores_nothing():
    spec = notebook_spec(solution_spec("f"), test_spec("t", "1"))
    assert scores_of({"cells": []}, spec) == {"t": 0.0}


def test_answers_for_people_wait_and_empty_ones_score_nothing():
    essay = cell("Write here.", kind="markdown", grade_id="essay")
    known = cell_spec(
        "essay", "Write here.", "markdown", grade=True, solution=True, points=3.0,
        checksum=compute_checksum(_node("markdown", "Write here.", "essay")),
    )  # fmt: skip
    task = cell_spec("task", "Draw.", "markdown", task=True, points=2.0)
    spec = notebook_spec(known, task)
    untouched = restore(notebook(essay), spec)
    assert scores_of(untouched, spec) == {"essay": 0}
    assert comments_of(untouched, spec) == {"essay": "No response.", "task": None}
    written = restore(notebook({**essay, "source": "An answer."}), spec)
    assert scores_of(written, spec) == {"essay": None}
    assert comments_of(written, spec) == {"essay": None, "task": None}


def _node(kind, source, grade_id):
    from nbformat import from_dict

    settings = {"grade_id": grade_id, "grade": True, "solution": True, "points": 3.0}
    return from_dict({"cell_type": kind, "source": source, "metadata": {"nbgrader": settings}})


@pytest.fixture(scope="module")
def office(clean_ipython):
    spec = assignment_spec(
        solution_spec("f"), test_spec("t", "assert f(1) == 1"), files={"a": b"1"}
    )
    return Office(spec, None)


def job(**more):
    return {
        "notebook": "week", "seed": 5, "whole": True,
        "limits": LIMITS.as_dict(), "files": {"week.ipynb": notebook()}, "reason": "", **more,
    }  # fmt: skip


def done(office, **more):
    """Let the office do a job for a student who is not there."""
    ours, theirs = socket.socketpair()
    theirs.close()
    office.shell = LockedShell(user_ns=Names())
    with ours:
        return office.grade(job(**more), ours)


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"files": None, "reason": "It is larger than 20 MB."}, "It is larger than 20 MB."),
        ({"files": {}}, "There is no file week.ipynb."),
        ({"files": {"Week.ipynb": b""}}, "There is no file week.ipynb."),
        ({"files": {"week.ipynb": b"junk"}}, "The file is not a notebook: "),
    ],
)
def test_what_cannot_be_read_is_rejected_with_a_page(office, more, reason):
    answer = done(office, **more)
    assert answer["status"] == "rejected"
    assert answer["reason"].startswith(reason)
    assert answer["scores"] == {"t": 0.0}
    assert answer["outcomes"] == []
    assert b"Not graded" in answer["graded"]
    assert scores_of(json.loads(answer["graded"]), office.spec.notebooks[0]) == {"t": 0.0}
    assert reason[:20].encode() in answer["feedback"]


def test_a_student_who_is_gone_is_stopped(office):
    answer = done(office)
    assert answer["status"] == "stopped"
    assert answer["reason"].startswith("The process ended while a cell ran")
    assert json.loads(answer["graded"])["nbformat"] == 4


@pytest.mark.parametrize("what", ["good", "failing"])
def test_a_job_is_answered_on_the_stations_connection(office, monkeypatch, what):
    announced = []
    libc = type("Libc", (), {"prctl": lambda *_: 0})()
    monkeypatch.setattr(module.ctypes, "CDLL", lambda *_: libc)
    monkeypatch.setattr(module.resource, "setrlimit", lambda *_: None)
    station, theirs = socket.socketpair()
    student, gone = socket.socketpair()
    office.shell = LockedShell(user_ns=Names())
    with station, theirs, student, gone:
        gone.close()
        more = {"files": None, "reason": "No."} if what == "good" else {"notebook": "other"}
        station.sendall(encode(job(**more)))
        office.start({}, [theirs, student], announced.append)
        answer = Channel(station, 1 << 24).receive()
    assert announced == [os.getpid()]
    if what == "good":
        assert answer["status"] == "rejected"
    else:
        assert answer == {"failed": "SpecError: notebook must be one of week, got 'other'"}


def test_the_warm_process_reads_the_spec_and_serves(office, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO(office.spec.to_json()))
    served = []
    limit = sys.getrecursionlimit()
    monkeypatch.setattr(module, "serve", lambda *given: served.append(given))
    monkeypatch.setattr(module, "warm_up", lambda shell: None)
    monkeypatch.setattr(LockedShell, "instance", classmethod(lambda cls, **k: cls(**k)))
    ours, theirs = socket.socketpair()
    try:
        with ours:
            module.main(theirs.detach())
    finally:
        sys.setrecursionlimit(limit)
        served[0][0].close()
    assert served[0][1].__self__.spec == office.spec


def test_unreadable_notebooks_warm_the_pages(office):
    assert unreadable("", office.spec.notebooks[0])["cells"]
