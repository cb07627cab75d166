"""The autograder for Gradescope: its scripts, run in a folder that looks like Gradescope's."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from importlib.metadata import version
from pathlib import Path

import pytest
from grading.builders import (
    assignment_spec,
    cell,
    cell_spec,
    notebook,
    result,
    solution_spec,
    test_spec,
)
from grading.toy import FULL, NAME, hint

pytest.importorskip("nbgrader")

from click.testing import CliRunner
from jsonschema import validate
from packaging.requirements import Requirement

from dlcourse import cli
from dlcourse.grading import autograder, gradescope
from dlcourse.grading.autograder import BROKEN, NOT_PROTECTED, results_of, text_of
from dlcourse.grading.inside.wire import MB
from dlcourse.grading.referee import FORGEABLE
from dlcourse.grading.result import Status

VISIBILITY = {"enum": ["hidden", "after_due_date", "after_published", "visible"]}
TEXT, NUMBER = {"type": "string"}, {"type": "number"}
FORMAT = {"enum": ["text", "html", "simple_format", "md", "ansi"]}
TEST = {
    "type": "object",
    "properties": {
        "score": NUMBER,
        "max_score": NUMBER,
        "status": {"enum": ["passed", "failed"]},
        "name": TEXT,
        "name_format": FORMAT,
        "number": TEXT,
        "output": TEXT,
        "output_format": FORMAT,
        "tags": {"type": "array"},
        "visibility": VISIBILITY,
        "extra_data": {"type": "object"},
    },
    "required": ["score"],
    "additionalProperties": False,
}
RESULTS = {  # as Gradescope's page "Autograder Specifications" has it
    "type": "object",
    "properties": {
        "score": NUMBER,
        "execution_time": NUMBER,
        "output": TEXT,
        "output_format": FORMAT,
        "test_output_format": FORMAT,
        "test_name_format": FORMAT,
        "visibility": VISIBILITY,
        "stdout_visibility": VISIBILITY,
        "extra_data": {"type": "object"},
        "tests": {"type": "array", "items": TEST},
        "leaderboard": {"type": "array"},
    },
    "anyOf": [{"required": ["score"]}, {"properties": {"tests": {"minItems": 1}}}],
    "additionalProperties": False,
}
STUBS = {
    "apt-get": 'echo "$@" >> "$STUBS/asked"',
    f"python{sys.version_info.major}.{sys.version_info.minor}": (
        'mkdir -p "$3/bin"\n'
        f'printf \'#!/bin/sh\\nexec {sys.executable} "$@"\\n\' > "$3/bin/python"\n'
        'printf \'#!/bin/sh\\ncp "$4" "$STUBS/installed"\\n\' > "$3/bin/pip"\n'
        'chmod +x "$3/bin/python" "$3/bin/pip"'
    ),
}


@pytest.fixture(scope="module")
def container(make_course):
    """Gradescope's folder, with the autograder of the toy set up in it; others may look at it."""
    place = Path(tempfile.mkdtemp())
    place.chmod(0o755)
    course = make_course()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in make_course.environment.items():
            if name.startswith(("HOME", "JUPYTER", "IPYTHON", "PATH")):
                patch.setenv(name, value)
        patch.chdir(course)
        done = CliRunner().invoke(cli.main, ["gradescope", NAME])
    assert done.exit_code == 0, done.output
    packed = course / "reports" / NAME / "gradescope_autograder.zip"
    assert str(packed) in done.output
    root = place / "autograder"
    (root / "results").mkdir(parents=True)
    (root / "submission").mkdir()
    with zipfile.ZipFile(packed) as archive:
        archive.extractall(root / "source")
    stubs = place / "stubs"
    stubs.mkdir()
    for name, text in STUBS.items():
        (stubs / name).write_text(f"#!/bin/sh\n{text}\n")
        (stubs / name).chmod(0o755)
    path = f"{stubs}{os.pathsep}{os.environ['PATH']}"
    variables = {**os.environ, "PATH": path, "STUBS": str(stubs)}
    setup = ["bash", str(root / "source" / "setup.sh")]
    subprocess.run(setup, check=True, env=variables, capture_output=True, text=True)
    shutil.copy(root / "source" / "run_autograder", root)
    (root / "run_autograder").chmod(0o755)
    yield root
    shutil.rmtree(place)


@pytest.fixture
def run(container, tmp_path):
    """Hand something in and read the results; without namespaces, if that is asked for."""
    spec = container / "source" / "spec.json"
    before = spec.read_text()

    def hand_in(files, assignment=None, without=False):
        shutil.rmtree(container / "submission")
        (container / "submission").mkdir()
        for name, content in files.items():
            (container / "submission" / name).write_bytes(content)
        if assignment is not None:
            spec.write_text(assignment.to_json())
        metadata = container / "submission_metadata.json"
        metadata.write_text('{"users": [{"email": "planted@example.org"}]}')
        variables = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
        if without:
            programs = tmp_path / "bin"
            programs.mkdir()
            for name in ("bash", "env", "dirname", "readlink", "setpriv", "sh"):
                (programs / name).symlink_to(shutil.which(name))
            (programs / "bwrap").write_text("#!/bin/sh\necho No permissions >&2\nexit 1\n")
            (programs / "bwrap").chmod(0o755)
            variables["PATH"] = str(programs)
        command = [str(container / "run_autograder")]
        done = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=110)
        assert done.returncode == 0, done.stderr
        print(done.stdout)
        found = json.loads((container / "results" / "results.json").read_text())
        assert [path.name for path in (container / "results").iterdir()] == ["results.json"]
        validate(found, RESULTS)
        assert (found["visibility"], found["stdout_visibility"]) == ("visible", "hidden")
        return found, done.stdout

    yield hand_in
    spec.write_text(before)


def scores(found):
    return {test["name"]: test["score"] for test in found["tests"]}


def test_the_archive_holds_scripts_package_and_versions(container):
    names = {path.name for path in (container / "source").iterdir()}
    assert names == {
        *("setup.sh", "run_autograder", "requirements.txt", "spec.json", "limits.json", "dlcourse")
    }
    installed = (container.parent / "stubs" / "installed").read_text().splitlines()
    packages = {line.partition("==")[0] for line in installed}
    assert {"numpy", "nbgrader", "ipython", "nh3", "pyseccomp"} <= packages
    assert not packages & {"dlcourse", "mypy"}
    assert "bubblewrap libseccomp2 util-linux" in (container.parent / "stubs" / "asked").read_text()
    assert (container / "source").stat().st_mode & 0o077 == 0


def test_right_and_wrong_answers(run, solution):
    found, _ = run({f"{NAME}.ipynb": json.dumps(solution).encode()})
    points = {name: value for name, value in FULL.items() if value is not None}
    assert scores(found) == points
    assert found["extra_data"]["isolation"].startswith("bubblewrap")
    assert "not_protected" not in found["extra_data"]
    assert all(test["max_score"] == points[test["name"]] for test in found["tests"])
    assert all(test["visibility"] == "visible" for test in found["tests"])
    source = "def scores(X, w):\n    return X @ w[1:]"
    wrong = [
        {**one, "source": source if one["id"] == "scores" else one["source"]}
        for one in solution["cells"]
    ]
    found, _ = run({f"{NAME}.ipynb": json.dumps({**solution, "cells": wrong}).encode()})
    assert scores(found) == {**points, "check-scores": 0}
    (test,) = (test for test in found["tests"] if test["name"] == "check-scores")
    assert hint("scores", "bias left out") in test["output"]


def test_a_missing_notebook_is_said(run):
    found, _ = run({"other.ipynb": b"{}"})
    assert set(scores(found).values()) == {0}
    assert f"{NAME}.ipynb" in found["output"]


SECRET = "27182.8"
HIDDEN = f"""assert f(1) == 1
### BEGIN HIDDEN TESTS
assert f({SECRET}) == {SECRET}, "planted"
### END HIDDEN TESTS"""
SPEC = assignment_spec(
    solution_spec("f"),
    test_spec("seen", "assert f(1) == 1", 2),
    test_spec("hidden", HIDDEN, 3),
    cell_spec("essay", "", "markdown", 4, grade=True, solution=True),
)
REACH = """
import os, pathlib, socket

reached, root = [], "ROOT"
for place in (
    *("source/spec.json", "source/dlcourse/linear.py", "results/x", "results/results.json"),
    *("submission/week.ipynb", "submission_metadata.json", "run_autograder"),
):
    for mode in ("r", "a") if place != "run_autograder" else ("a",):
        try:
            open(f"{root}/{place}", mode).close()
            reached.append((place, mode))
        except OSError:
            pass
for path in pathlib.Path("/proc").glob("[0-9]*"):
    try:
        if b"PYTHONPATH" in (path / "environ").read_bytes():
            reached.append(f"{path}/environ")
    except OSError:
        pass
    try:
        if path.stat().st_uid == 0:
            os.kill(int(path.name), 0)
            reached.append(f"kill {path}")
    except OSError:
        pass
for act in (
    lambda: socket.create_connection(("127.0.0.1", 1), 1),
    lambda: os.setuid(0),
    lambda: os.setgroups([0]),
    lambda: os.unlink(f"{root}/run_autograder"),
):
    try:
        act()
        reached.append("an act")
    except ConnectionRefusedError:
        reached.append("the network")
    except OSError:
        pass
import dlcourse.linear
try:
    reached.append(dlcourse.linear.scores([[1.0]], [1.0, 1.0]))
except RuntimeError:
    pass


def f(x):
    raise ValueError(f"reached: {reached}, as {os.getuid() or 'root'} {os.getgroups()}")
"""
FORGED = """
import builtins, json
def f(x):
    for place in ("results/results.json", "source/spec.json"):
        try:
            open(f"ROOT/{place}", "w").write("{}")
        except OSError:
            pass
    print("f was asked", x)
    raise ValueError(f"f was asked {x}")
"""


KEPT_IN = pytest.mark.parametrize(
    "without",
    [
        False,
        pytest.param(
            True, marks=pytest.mark.skipif(os.getuid() != 0, reason="root becomes another user")
        ),
    ],
)


def handed_in(container, source):
    answer = cell(source.replace("ROOT", str(container)), "f")
    return {"week.ipynb": notebook(answer, cell("", "seen"), cell("", "hidden"))}


@KEPT_IN
def test_points_and_what_protects(run, container, without):
    found, said = run(handed_in(container, "def f(x):\n    return x"), SPEC, without)
    assert scores(found) == {"seen": 2, "hidden": 3}
    assert {test["name"]: test["visibility"] for test in found["tests"]} == {
        "seen": "visible",
        "hidden": "after_published",
    }
    by_hand = "Answers that a person marks and that are not counted here: 1."
    assert found["output"].endswith(by_hand)
    assert SECRET not in json.dumps(found)
    assert (NOT_PROTECTED in said) is ("No permissions" in said) is without
    assert found["extra_data"].get("not_protected") == (NOT_PROTECTED if without else None)
    tier = found["extra_data"]["isolation"]
    assert tier.startswith("another user, seccomp" if without else "bubblewrap, seccomp")


@KEPT_IN
def test_what_students_code_can_reach(run, container, without):
    found, _ = run(handed_in(container, REACH), SPEC, without)
    user = autograder.STUDENT if without else 65534
    assert f"reached: [], as {user} []" in found["tests"][0]["output"]


@KEPT_IN
def test_a_hostile_submission_gets_nothing_and_learns_nothing(run, container, without):
    found, _ = run(handed_in(container, FORGED), SPEC, without)
    assert scores(found) == {"seen": 0, "hidden": 0}
    assert SECRET not in json.dumps(found)
    assert "planted" not in json.dumps(found)
    assert "f was asked" not in found["tests"][1]["output"]
    assert json.loads((container / "source" / "spec.json").read_text())["name"] == "week"


def test_much_text_does_not_hide_that_points_can_be_forged(run, container):
    spec = assignment_spec(solution_spec("f"), test_spec("seen", "f(1)", 2, forgeable=True))
    source = "def f(x):\n    print('\\r\\x1b[30;40m' + 'x' * 20_000)"
    (test,) = run(handed_in(container, source), spec)[0]["tests"]
    assert test["score"] == 2
    assert test["output"].startswith(f"{FORGEABLE}\n")
    assert test["output"].endswith("x ...")


def test_where_nothing_protects_nothing_runs(monkeypatch, tmp_path, capsys):
    """An ordinary user without bubblewrap; the student is told no more than that."""
    for name in ("source", "submission"):
        (tmp_path / name).mkdir()
    (tmp_path / "source" / "spec.json").write_text(SPEC.to_json())
    (tmp_path / "source" / "limits.json").write_text("{}")
    (tmp_path / "submission" / "week.ipynb").write_bytes(notebook(cell("open('ran', 'w')")))
    monkeypatch.setattr(os, "getuid", lambda: 1000)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    autograder.main(tmp_path)
    found = json.loads((tmp_path / "results" / "results.json").read_text())
    validate(found, RESULTS)
    assert (found["score"], found["output"], found["tests"]) == (0, BROKEN, [])
    assert "takes root and setpriv" in capsys.readouterr().out


def test_another_user_is_refused_where_everybody_may_read_the_answers(monkeypatch, tmp_path):
    from dlcourse.grading import sandbox

    monkeypatch.setattr(os, "getuid", lambda: 0)
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(Path, "stat", lambda path, **_: os.stat_result((0o40755, *[0] * 9)))
    with pytest.raises(sandbox.SandboxError, match=r"Everybody may read the answers in .*: chmod"):
        sandbox.as_other_user(61_999, tmp_path)


def test_what_the_notebooks_import_goes_along():
    spec = assignment_spec(imports="import numpy as np\nfrom yaml import safe_load\nimport nowhere")
    names = [requirement.name.casefold() for requirement in gradescope.roots(spec)]
    assert names == ["dlcourse", "numpy", "pyyaml"]
    versions = dict(pin.split("==") for pin in gradescope.pins([Requirement("nbconvert")]))
    assert versions["nbconvert"] == version("nbconvert")
    assert "jinja2" in versions
    assert "pytest" not in versions  # an extra's
    with pytest.raises(ValueError, match="no-such-package must be installed"):
        gradescope.pins([Requirement("no-such-package")])


def test_reasons_scores_and_texts_are_said():
    stopped = result(
        scores={"seen": None, "hidden": 1.5}, status=Status.STOPPED, reason="It was stopped."
    )
    found = results_of(SPEC, [stopped])
    validate(found, RESULTS)
    assert scores(found) == {"seen": 0, "hidden": 1.5}
    assert found["output"].startswith("It was stopped.\nAnswers that a person marks")
    assert found["extra_data"]["seeds"] == {"week": 7}
    nothing = results_of(assignment_spec(cell_spec("essay", "", "markdown", 4, grade=True)), [])
    validate(nothing, RESULTS)
    outputs = [
        {"output_type": "stream", "text": "said  \n"},
        {"output_type": "display_data", "data": {"text/plain": "shown", "text/html": "<b>"}},
        {"output_type": "execute_result", "data": {"text/plain": "2.0"}},
        {"output_type": "error", "ename": "ValueError", "evalue": "wrong"},
    ]
    assert text_of(outputs) == "said\n\nshown\nValueError: wrong"
    assert len(text_of([{"output_type": "stream", "text": "x" * 10**5}])) < 10_010


def test_a_line_of_a_million_blanks_is_cut_at_once():
    """This runs outside of every clock; a pattern that looks for ends of lines took an hour."""
    assert text_of([{"output_type": "stream", "text": f"a{' ' * MB}x"}]) == "a ..."
