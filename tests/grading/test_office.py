"""The office: one job in each fork, and what is read from a notebook that ran."""

import html
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
from grading.hostile_suite import active_markup

pytest.importorskip("nbgrader")

from nbgrader.utils import compute_checksum

from dlcourse.checks.diagnosis.edits import edited
from dlcourse.checks.registry import find, plain_solution
from dlcourse.grading import office as module
from dlcourse.grading.feedback import FeedbackPages
from dlcourse.grading.inside.wire import Channel, encode
from dlcourse.grading.limits import Limits
from dlcourse.grading.locked_cells import LockedShell
from dlcourse.grading.office import Office, comments_of, scores_of
from dlcourse.grading.proxies import Names
from dlcourse.grading.restore import restore, unreadable
from dlcourse.grading.sanitize import clean_markdown, defuse_maths

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
    assert scores_of(untouched, spec) == {"essay": 0, "task": None}
    assert comments_of(untouched, spec) == {"essay": "No response.", "task": None}
    written = restore(notebook({**essay, "source": "An answer."}), spec)
    assert scores_of(written, spec) == {"essay": None, "task": None}
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
    return Office(spec, None, FeedbackPages())


def test_what_an_assignment_imports_is_there_before_the_first_fork(monkeypatch):
    monkeypatch.setattr(sys, "path", ["", *sys.path])
    files = {"released_beside.py": b"x = 5"}
    spec = assignment_spec(files=files, imports="import nowhere\nimport released_beside")
    Office(spec, None, FeedbackPages())
    assert sys.modules.pop("released_beside").x == 5


def test_what_wrong_answers_need_is_there_before_the_first_fork():
    key = "logistic_regression/sigmoid"
    exercise = find(key)
    edited.cache_clear()
    spec = assignment_spec(test_spec("t", f'check("{key}", sigmoid)'))
    Office(spec, None, FeedbackPages())
    edited(plain_solution(key), exercise.name, exercise.argument_names, False)
    assert edited.cache_info().hits == 1


def job(**more):
    return {
        "notebook": "week", "seed": 5, "whole": True, "reveals": False,
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
        ({"files": {"Week.ipynb": b""}}, 'There is no file week.ipynb; there is "Week.ipynb".'),
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


WHOLE = notebook(cell("def f(x): ...", "f"), cell("assert True", "t"))


@pytest.mark.parametrize(
    "name",
    [
        *("week (1).ipynb", "Week.ipynb", "week.ipynb.txt", "week.ipynb.json", "week.json"),
        *("week", "ada_week_final.ipynb", "week/week.ipynb", "a/b/c/week.ipynb", "week.IPYNB"),
    ],
)
def test_a_notebook_that_can_be_meant_alone_is_graded_and_named(office, name):
    folder = name[: name.rindex("/") + 1] if "/" in name else ""
    files = {name: WHOLE, f"{folder}data.csv": b"1", "scratch.ipynb": notebook(), "notes.txt": b""}
    notes = []
    accepted = office.accepted(job(files=files), office.spec.notebooks[0], notes)
    assert accepted["week.ipynb"] == WHOLE
    assert accepted["data.csv"] == b"1"
    assert notes == [f'There is no file week.ipynb; "{name}" was graded.']
    answer = done(office, files={name: WHOLE})
    assert answer["status"] == "stopped"  # the student's process is not there
    assert notes[0] in answer["reason"]


def test_a_notebook_of_the_right_name_is_the_one_that_counts(office):
    notes, files = [], {"week.ipynb": b"junk", "week (1).ipynb": WHOLE}
    assert office.accepted(job(files=files), office.spec.notebooks[0], notes) == files
    assert notes == []


@pytest.mark.parametrize(
    ("files", "there"),
    [
        ({}, ""),
        ({"week (1).ipynb": WHOLE, "week (2).ipynb": WHOLE}, '"week (1).ipynb", "week (2).ipynb"'),
        ({"week (1).ipynb": notebook()}, '"week (1).ipynb"'),
        ({"week (1).ipynb": b"junk"}, '"week (1).ipynb"'),
        ({"notes.txt": WHOLE}, '"notes.txt"'),
        (dict.fromkeys("abcdefg", WHOLE), '"a", "b", "c", "d", "e" and 2 more'),
        (
            {"\u202egnp.\x1b[31m\udcff": b"", "n" * 300: b""},
            f'"\\u202egnp.\\x1b[31m\\udcff", "{"n" * 99}…"',
        ),
    ],
)
def test_what_is_there_in_the_place_of_a_notebook_is_said(office, files, there):
    answer = done(office, files=files)
    assert answer["status"] == "rejected"
    there = f"; there is {there}" if there else ""
    assert answer["reason"] == f"There is no file week.ipynb{there}."


@pytest.mark.parametrize(
    "name",
    [
        *("<img src=x onerror=pwned()>", "[x](javascript:pwned())", "`<script>pwned()</script>`"),
        *("![x](https://pwned.example/x.png)", "$\\href{javascript:pwned()}{x}$", "&lt;b&gt;"),
    ],
)
def test_a_files_name_is_text_on_every_page(office, name):
    answer = done(office, files={name: b""})
    source = json.loads(answer["graded"])["cells"][0]["source"]
    said = f'There is no file week.ipynb; there is "{name}".'
    assert html.unescape(source) == f"**Not graded.** {defuse_maths(said)}"
    assert clean_markdown(source) == source
    page = answer["feedback"].decode()
    assert active_markup(page) == []
    assert defuse_maths(said) in html.unescape(page)


def test_a_graded_notebook_says_above_its_cells_what_was_mended(office):
    answer = done(office, files={"week.ipynb": notebook(cell("def f(x): ...", "f"))})
    first, *others = json.loads(answer["graded"])["cells"]
    assert first["source"] == "**To look at.** Missing cells were put back: t."
    assert b"Missing cells were put back: t." in answer["feedback"]
    assert len({one["id"] for one in [first, *others]}) == 1 + len(others)


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
            ours.send(b"told")
            module.main(theirs.detach())
    finally:
        sys.setrecursionlimit(limit)
        served[0][0].close()
    assert served[0][1].__self__.spec == office.spec


def test_unreadable_notebooks_warm_the_pages(office):
    assert unreadable("", office.spec.notebooks[0])["cells"]
