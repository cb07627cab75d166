"""``dlcourse grade``: the course is found, a class is graded, problems are said in a sentence."""

import json
import sqlite3
from contextlib import contextmanager

import pytest

pytest.importorskip("nbgrader")

from click.testing import CliRunner
from grading.toy import NAME

from dlcourse import cli
from dlcourse.grading import command as module
from dlcourse.grading import own_solution, station
from dlcourse.grading.classroom import Choice
from dlcourse.grading.spec import SpecError


@pytest.fixture
def course(make_course, monkeypatch, tmp_path):
    """A course with two submissions; it is the current folder."""
    folder = make_course()
    for name, value in make_course.environment.items():
        if name.startswith(("HOME", "JUPYTER", "IPYTHON", "PATH")):
            monkeypatch.setenv(name, value)
    monkeypatch.chdir(folder)
    return folder


def hand_in(course, student, content, stamp=None):
    folder = course / "submitted" / student / NAME
    folder.mkdir(parents=True)
    (folder / f"{NAME}.ipynb").write_text(content)
    if stamp:
        (folder / "timestamp.txt").write_text(stamp)


@pytest.fixture
def pools(monkeypatch, station):
    """Grade with the tests' own station, and write down who asked for which pool."""
    from dlcourse.grading import executors

    asked = []

    def here(kind):
        @contextmanager
        def open_pool(*arguments):
            from concurrent.futures import ThreadPoolExecutor

            asked.append((kind, *arguments))
            monkeypatch.setattr(executors, "station_for", lambda setup: station)
            with ThreadPoolExecutor(1) as pool:
                yield pool

        return open_pool

    monkeypatch.setattr(module, "local_pool", here("local"))
    monkeypatch.setattr(module, "dask_cluster", here("dask"))
    return asked


def rows(course):
    with sqlite3.connect(course / "gradebook.db") as database:
        database.row_factory = sqlite3.Row
        found = {
            row["student"]: dict(row) for row in database.execute("select * from dlcourse_result")
        }
    database.close()
    return found


def test_a_class_is_graded_then_skipped(course, pools, solution, released):
    hand_in(course, "ada", json.dumps(solution))
    hand_in(course, "bob", json.dumps(released))
    hand_in(course, "eve", "no notebook")
    text = module.grade(NAME, Choice(), workers=1, seed=11)
    assert text.startswith("3 graded now.")
    assert str(course / "reports" / NAME / "index.html") in text
    found = rows(course)
    assert {name: row["status"] for name, row in found.items()} == {
        "ada": "graded", "bob": "graded", "eve": "rejected",
    }  # fmt: skip
    assert {row["seed"] for row in found.values()} == {11}
    assert (course / "reports" / NAME / "index.html").exists()
    assert pools[0][:2] == ("local", 1)
    hand_in(course, "b\udcff", json.dumps(solution))
    for name in ("zo\u00e9", "zoe\u0301"):
        hand_in(course, name, json.dumps(solution))
    (course / "submitted" / "fay").mkdir()
    (course / "submitted" / "fay" / f"{NAME}.ipynb").write_text("{}")
    again = module.grade(NAME, Choice())
    assert again.startswith(
        f"Nothing new to grade.\n{module.NAMELESS} 'b\\udcff'\n"
        rf"{module.ALIKE} 'zoe\u0301', 'zo\xe9'" + "\n"
        f"{module.MISPLACED} 'fay/{NAME}.ipynb'\n"
    )
    assert len(pools) == 1


def test_the_own_solution_is_graded_before_the_class(course, pools, released, capsys):
    """Wrong on purpose here; it is a submission like any other, but for what it may say."""
    source = course / "solutions" / NAME / f"{NAME}.ipynb"
    text = source.read_text()
    assert "return X @ w[1:] + w[0]" in text
    source.write_text(text.replace("return X @ w[1:] + w[0]", "return X @ w[1:]"))
    hand_in(course, "ada", json.dumps(released))
    text = module.grade(NAME, Choice(), workers=1)
    said, _, bar = capsys.readouterr().err.partition(own_solution.ADVICE)
    assert f"YOUR OWN SOLUTION LOSES POINTS:\n  {NAME}, check-scores: 0 of 2\n" in said
    assert "Where is the bias" in said
    assert "submissions" in bar
    short = f"\nYOUR OWN SOLUTION LOSES POINTS in check-scores ({NAME}): see the report.\n"
    assert short in text
    assert set(rows(course)) == {"ada"}
    assert short in module.grade(NAME, Choice())
    assert capsys.readouterr().err == ""


def test_a_right_own_solution_is_not_mentioned(course, pools, released, capsys):
    hand_in(course, "ada", json.dumps(released))
    assert "OWN" not in module.grade(NAME, Choice(), workers=1)
    assert "OWN" not in capsys.readouterr().err


def test_the_configurations_limits_are_kept(course, pools, solution):
    config = course / "nbgrader_config.py"
    config.write_text(config.read_text() + "\nc.SafeExecute.limits = {'cell_seconds': 7}\n")
    hand_in(course, "ada", json.dumps(solution))
    module.grade(NAME, Choice(), sandbox=False, whole=True)
    setup = pools[0][2]
    assert setup.limits.cell_seconds == 7
    assert (setup.sandbox, setup.whole) == (False, True)
    assert pools[0][1] >= 1


def test_a_cluster_gets_batches(course, pools, solution):
    hand_in(course, "ada", json.dumps(solution))
    module.grade(NAME, Choice(), dask="tcp://here:8786")
    assert pools == [("dask", "tcp://here:8786")]


def test_late_submissions_get_nbgraders_penalty(course, pools, solution, course_directory):
    from datetime import datetime

    from nbgrader.api import Gradebook

    (course / "penalty.py").write_text(
        "from nbgrader.plugins import BasePlugin\n"
        "class Plugin(BasePlugin):\n"
        "    def late_submission_penalty(self, student_id, score, total_seconds_late):\n"
        "        return 1.5\n"
    )
    config = course / "nbgrader_config.py"
    config.write_text(
        "import sys\nsys.path.insert(0, '.')\n" + config.read_text()
        + "\nc.AssignLatePenalties.plugin_class = 'penalty.Plugin'\n"
    )  # fmt: skip
    url = course_directory(course).db_url
    with Gradebook(url, "dlcourse") as gradebook:
        gradebook.update_or_create_assignment(NAME, duedate=datetime(2026, 1, 10))
    hand_in(course, "late", json.dumps(solution), "2026-01-11 00:00:00 UTC")
    hand_in(course, "early", json.dumps(solution), "2026-01-09 00:00:00 UTC")
    module.grade(NAME, Choice(), workers=1)
    with Gradebook(url, "dlcourse") as gradebook:
        penalties = {
            name: gradebook.find_submission_notebook(NAME, NAME, name).late_submission_penalty
            for name in ("late", "early")
        }
    assert penalties["late"] == 1.5
    assert not penalties["early"]
    page = course / "feedback" / "late" / NAME / f"{NAME}.html"
    assert "Late submission penalty (Score: -1.5)" in page.read_text()
    (course / "submitted" / "late" / NAME / "timestamp.txt").write_text("2026-01-09 00:00:00 UTC")
    assert module.grade(NAME, Choice(), workers=1).startswith("1 graded now.")
    with Gradebook(url, "dlcourse") as gradebook:
        assert not gradebook.find_submission_notebook(NAME, NAME, "late").late_submission_penalty
    assert "Late submission penalty" not in page.read_text()


def test_a_folder_that_is_no_course_stays_as_it_is(course, tmp_path, monkeypatch):
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    monkeypatch.chdir(folder)
    with pytest.raises(SpecError, match=r"there is no gradebook .*/elsewhere/gradebook.db. Go to"):
        module.grade(NAME, Choice())
    assert list(folder.iterdir()) == []


def test_an_unknown_assignment_is_a_problem(course):
    with pytest.raises(SpecError, match="assignment must be one that the gradebook knows"):
        module.grade("week9", Choice())


# --- the command line ---------------------------------------------------------------------------


@pytest.fixture
def called(monkeypatch):
    calls = []

    def grade(*arguments):
        calls.append(arguments)
        return "1 graded now."

    monkeypatch.setattr(module, "grade", grade)
    return calls


def test_options_reach_the_run(called):
    options = "--workers 3 --dask here --rerun --only ada --only bob --since 2026-01-02"
    done = CliRunner().invoke(
        cli.main, ["grade", "week", *options.split(), "--seed", "5", "--whole"]
    )
    assert done.exit_code == 0, done.output
    assert done.output == "1 graded now.\n"
    ((assignment, choice, *rest),) = called
    assert assignment == "week"
    assert (choice.rerun, choice.only, choice.since.isoformat()) == (
        True, ("ada", "bob"), "2026-01-02T00:00:00",
    )  # fmt: skip
    assert rest == [3, "here", 5, True, True, None]


def test_without_a_sandbox_there_is_a_warning(called):
    done = CliRunner().invoke(cli.main, ["grade", "week", "--no-sandbox"])
    assert "WITHOUT A SANDBOX" in done.output
    assert called[0][5] is False


def test_a_referee_gets_ready_before_nbgrader_is_there_and_ends_with_the_run(called):
    CliRunner().invoke(cli.main, ["grade", "week"])
    assert called[0][7].referees.process.poll() is not None
    assert not called[0][7].scratch.folder.exists()


def test_a_referee_that_cannot_begin_is_said_in_a_sentence(called, monkeypatch):
    def fail():
        raise OSError("no room")

    monkeypatch.setattr(station, "Beginning", fail)
    done = CliRunner().invoke(cli.main, ["grade", "week"])
    assert (done.exit_code, done.output) == (1, "Error: no room\n")
    assert called == []


@pytest.mark.parametrize("problem", [*module.PROBLEMS, KeyboardInterrupt])
def test_problems_are_said_in_a_sentence(monkeypatch, problem):
    def fail(*_):
        raise problem("what is wrong")

    monkeypatch.setattr(module, "grade", fail)
    done = CliRunner().invoke(cli.main, ["grade", "week"])
    assert done.exit_code == 1
    said = "run it again to go on" if problem is KeyboardInterrupt else "what is wrong"
    assert said in done.output
    assert "Traceback" not in done.output


@pytest.mark.parametrize("wrong", [["--workers", "0"], ["--seed", "-1"], ["--since", "soon"]])
def test_wrong_options_are_refused(called, wrong):
    done = CliRunner().invoke(cli.main, ["grade", "week", *wrong])
    assert done.exit_code == 2
    assert called == []


def test_missing_packages_are_named(monkeypatch, called):
    monkeypatch.setattr(cli, "installed_version", lambda name: None if name == "nh3" else "1")
    done = CliRunner().invoke(cli.main, ["grade", "week"])
    assert done.exit_code == 1
    assert 'nh3 is missing. Get it: pip install "dlcourse[grading]"' in done.output
    assert called == []
