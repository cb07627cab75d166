"""What nbgrader's own commands are kept from opening, copying and serving."""

import json
import os
import re
import shutil
import subprocess
from types import SimpleNamespace
from typing import ClassVar

import pytest
from grading.builders import assignment_spec, result, test_spec

pytest.importorskip("nbgrader")

from nbgrader.converters.base import NbGraderException
from traitlets.config import LoggingConfigurable

import dlcourse.grading.execute as module
from dlcourse.grading.execute import (
    SafeExecute,
    SafeExporter,
    put_links_aside,
    remove_active_files,
)
from dlcourse.grading.limits import Limits
from dlcourse.grading.spec import SpecError

SPEC = assignment_spec(test_spec("test", "f(1)", 2.0))
NOTE = "put aside, see .week.refused-*"


@pytest.fixture
def handed_in(tmp_path):
    """A submission with all that a folder can hold."""
    folder = tmp_path / "submitted" / "ada" / "week"
    (folder / "data").mkdir(parents=True)
    (tmp_path / "secret.txt").write_text("secret")
    (folder / "week.ipynb").write_text("{}")
    (folder / "data" / "table.csv").write_text("1,2")
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "data" / "folder").symlink_to(tmp_path)
    os.link(tmp_path / "secret.txt", folder / "data" / "hard.txt")
    os.mkfifo(folder / "pipe")
    return folder


def names(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def aside(folder):
    """What was moved out of a submission."""
    places = folder.parent.glob(f".{folder.name}.refused-*")
    return sorted(path.name for place in places for path in place.iterdir())


def test_whatever_is_no_file_of_its_own_is_moved_out(handed_in):
    put_links_aside(handed_in)
    assert names(handed_in) == ["data", "data/table.csv", "week.ipynb"]
    assert aside(handed_in) == ["folder", "hard.txt", "link.txt", "pipe"]
    put_links_aside(handed_in)
    assert len(aside(handed_in)) == 4


@pytest.mark.parametrize("name", ["n" * 255, "[ab]", "*", "week.ipynb", ".hidden"])
def test_no_name_keeps_a_link_where_it_is(tmp_path, name):
    folder = tmp_path / "submitted" / "ada" / "week"
    inner = folder / name[:9] / name
    inner.parent.mkdir(parents=True)
    inner.symlink_to(tmp_path)
    (folder / "link").symlink_to(tmp_path)
    put_links_aside(folder)
    assert names(folder) == [name[:9]]
    assert aside(folder) == sorted(["link", name])


def test_a_submission_that_is_a_link_is_moved_away_and_not_looked_into(handed_in):
    other = handed_in.with_name("other")
    other.symlink_to(handed_in)
    put_links_aside(other)
    assert aside(other) == ["other"]
    assert "link.txt" in names(handed_in)


def test_a_student_who_is_a_link_is_moved_away_and_not_looked_into(handed_in):
    other = handed_in.parent.with_name("other")
    other.symlink_to(handed_in.parent)
    put_links_aside(other / "week")
    assert aside(other) == ["other"]
    assert "link.txt" in names(handed_in)


def test_a_folder_in_the_place_of_a_time_stamp_is_moved_out(handed_in):
    (handed_in / "timestamp.txt").mkdir()
    put_links_aside(handed_in)
    assert "timestamp.txt" in aside(handed_in)
    assert (handed_in / "timestamp.txt").read_text() == NOTE


def test_a_submission_that_is_gone_stops_nothing(tmp_path):
    put_links_aside(tmp_path / "ada" / "week")
    assert list(tmp_path.iterdir()) == []


def test_folders_in_folders_without_end_are_moved_out(handed_in):
    place = os.open(handed_in, os.O_RDONLY)
    for _ in range(1200):  # more than Python's functions may call one another
        os.mkdir("d", dir_fd=place)
        inner = os.open("d", os.O_RDONLY, dir_fd=place)
        os.close(place)
        place = inner
    os.close(place)
    put_links_aside(handed_in)
    assert "link.txt" not in names(handed_in)
    assert max(name.count("/") for name in names(handed_in)) < 30
    assert "d" in aside(handed_in)
    (moved,) = handed_in.parent.glob(".week.refused-*/d")
    subprocess.run(["rm", "-r", moved], check=True)  # pytest cannot remove it


@pytest.mark.parametrize("what", ["table.csv", "data"])
def test_what_goes_while_it_is_looked_at_stops_nothing(handed_in, monkeypatch, what):
    look = os.stat

    def late(path, **settings):
        if path == what and "dir_fd" in settings:
            shutil.rmtree(handed_in / "data", ignore_errors=True)
        return look(path, **settings)

    monkeypatch.setattr(module.os, "stat", late)
    put_links_aside(handed_in)
    assert names(handed_in) == ["week.ipynb"]


@pytest.mark.parametrize("step", ["stat", "open"])
def test_what_cannot_be_looked_at_is_moved_out_as_a_whole(handed_in, monkeypatch, step):
    usual = getattr(os, step)

    def fail(path, *given, **settings):
        if path == "data":
            raise PermissionError
        return usual(path, *given, **settings)

    monkeypatch.setattr(module.os, step, fail)
    put_links_aside(handed_in)
    monkeypatch.undo()
    assert not handed_in.exists()
    assert "week" in aside(handed_in)


def test_a_notebook_with_a_second_name_is_graded_all_the_same(handed_in, tmp_path):
    os.link(handed_in / "week.ipynb", tmp_path / "copy.ipynb")
    put_links_aside(handed_in)
    assert "week.ipynb" in names(handed_in)


@pytest.mark.parametrize("name", ["...", " ", "\n", "-rf", "~", "$(id)", "\udcff", "\u202e", "con"])
def test_odd_names_of_links_are_moved_as_they_are(tmp_path, name):
    """Who builds a command or a pattern of them moves something else."""
    folder = tmp_path / "submitted" / "ada" / "week"
    folder.mkdir(parents=True)
    (folder / name).symlink_to(tmp_path)
    put_links_aside(folder)
    assert names(folder) == []
    assert aside(folder) == [name]
    assert {path.name for path in tmp_path.iterdir()} == {"submitted"}


def test_what_lies_where_things_are_put_aside_is_left_alone(handed_in, tmp_path):
    """Whoever writes into the submission's parent may have made links of such names."""
    other = tmp_path / "other"
    other.mkdir()
    made = [handed_in.parent / f".week.refused-{name}" for name in ("a", "b", "12345678")]
    for path in made:
        path.symlink_to(other)
    put_links_aside(handed_in)
    assert list(other.iterdir()) == []
    assert all(path.is_symlink() for path in made)
    assert names(handed_in) == ["data", "data/table.csv", "week.ipynb"]


def test_a_folder_that_becomes_a_link_is_not_gone_into(handed_in, tmp_path, monkeypatch):
    """Between the look at it and the way in: links elsewhere would be moved out of there."""
    other = tmp_path / "other"
    other.mkdir()
    (other / "mine").symlink_to(tmp_path)
    look = os.stat

    def swapped(path, **settings):
        found = look(path, **settings)
        if path == "data" and "dir_fd" in settings and not (tmp_path / "moved").exists():
            (handed_in / "data").rename(tmp_path / "moved")
            (handed_in / "data").symlink_to(other)
        return found

    monkeypatch.setattr(module.os, "stat", swapped)
    put_links_aside(handed_in)
    monkeypatch.undo()
    assert (other / "mine").is_symlink()


def test_the_removal_of_pages_follows_no_link(tmp_path):
    """nbgrader may have copied one; what it leads to is somebody's page."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "index.html").write_text("mine")
    graded = tmp_path / "graded"
    graded.mkdir()
    (graded / "link").symlink_to(tmp_path / "site")
    (graded / "page.html").symlink_to(tmp_path / "site" / "index.html")
    remove_active_files(graded, {})
    assert (tmp_path / "site" / "index.html").read_text() == "mine"


@pytest.mark.parametrize("text", ["2026-01-02 03:04:05.678 UTC\n", "2026-01-02 03:04:05 +0100"])
def test_a_time_stamp_stays(handed_in, text):
    (handed_in / "timestamp.txt").write_text(text)
    put_links_aside(handed_in)
    assert "timestamp.txt" in names(handed_in)


@pytest.mark.parametrize(
    "text",
    [
        *("", "2026-01-01 00:00:00 /proc/self/mem", "1." * 100_000, "yesterday", "\0"),
        *("2026-02-30 00:00:00 UTC", "2026-01-01 00:00:00+99:99", "9999-12-31 00:00:00 UTC"),
    ],
)
def test_what_is_no_time_stamp_is_put_aside(handed_in, text):
    """With a note in its place: who grades next must not take it for a submission without one."""
    (handed_in / "timestamp.txt").write_text(text)
    put_links_aside(handed_in)
    assert (handed_in / "timestamp.txt").read_text() == NOTE
    assert "timestamp.txt" in aside(handed_in)
    assert NOTE in module.submissions.read("ada", handed_in, Limits()).untimed


class Converter(LoggingConfigurable):
    """Of nbgrader's converter, what an exporter asks for."""

    assignments: ClassVar = {}
    coursedir: ClassVar = SimpleNamespace(assignment_id="week")


@pytest.fixture(autouse=True)
def ready(monkeypatch):
    """The assignment can be graded."""
    monkeypatch.setattr(module, "load_spec", lambda course, assignment: SPEC)


@pytest.mark.parametrize("text", ["junk", "[" * 100_000, '{"nbformat": 3}'])
def test_nbgraders_own_process_looks_first_and_reads_no_notebook(handed_in, monkeypatch, text):
    """No cell of a notebook may be large enough to fill its memory: the referee has a limit."""
    (handed_in / "week.ipynb").write_text(text)
    monkeypatch.setattr(Converter, "assignments", {str(handed_in): []})
    exporter = SafeExporter(parent=Converter())
    assert "link.txt" in aside(handed_in)
    made, resources = exporter.from_filename(str(handed_in / "week.ipynb"))
    assert json.loads(made)["cells"] == []
    assert resources["metadata"]["name"] == "week"


@pytest.mark.parametrize("student", ["*", "a?a", "[a]da"])
def test_a_student_whose_name_nbgrader_takes_for_several_is_named(monkeypatch, student):
    folder = f"/course/submitted/{student}/week"
    monkeypatch.setattr(Converter, "assignments", {folder: []})
    with pytest.raises(ValueError, match=f"in its name, got {re.escape(repr(student))}"):
        SafeExporter(parent=Converter())


def test_a_submission_that_is_too_large_for_a_copy_keeps_its_notebook_and_its_time(
    handed_in, monkeypatch
):
    """A late one shall not lose its time by many files."""
    (handed_in / "timestamp.txt").write_text("2026-01-02 03:04:05 UTC")
    for number in range(Limits().notebook_files):
        (handed_in / f"{number}.txt").touch()
    monkeypatch.setattr(Converter, "assignments", {str(handed_in): []})
    SafeExporter(parent=Converter())
    assert names(handed_in) == ["timestamp.txt", "week.ipynb"]


def test_pages_are_removed_wherever_a_student_put_them(tmp_path):
    deep = "/".join("d" * 30)
    kept = {"week.ipynb", "plot.PNG", "data.csv", "timestamp.txt", "helper.py", "page/index.html"}
    gone = {"a.html", ".page.html", ".html", ".d/page.svg", f"{deep}/page.xhtml", "program", "x.js"}
    for name in kept | gone:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("<script>")
    remove_active_files(tmp_path, {"helper.py": b"", "page/index.html": b""})
    assert {path for path in names(tmp_path) if (tmp_path / path).is_file()} == kept


def test_an_assignment_that_cannot_be_graded_stops_the_command_in_a_sentence(monkeypatch, caplog):
    def refuse(course, assignment):
        raise SpecError("the instructor's notebook week.ipynb is written in R")

    monkeypatch.setattr(module, "load_spec", refuse)
    with pytest.raises(NbGraderException, match="is written in R"):
        SafeExporter(parent=Converter())
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == [
        "the instructor's notebook week.ipynb is written in R"
    ]


class FakeStation:
    """Gives every notebook half of the points."""

    spec = SPEC

    def __init__(self, *_, **__):
        self.asked = []

    def grade(self, student, notebook, files, **settings):
        self.asked.append((student, notebook, files, settings))
        cells = [{"metadata": {"nbgrader": {"grade_id": "test"}}, "outputs": []}]
        return result(student, graded=json.dumps({"cells": cells}))

    def close(self):
        pass


def test_the_own_solution_is_graded_and_warned_of_once(monkeypatch, caplog, tmp_path):
    monkeypatch.setattr(module, "Station", FakeStation)
    monkeypatch.setattr(SafeExecute, "_stations", {})
    course = SimpleNamespace(
        root=tmp_path,
        parent=None,
        source_directory="source",
        format_path=lambda step, student, assignment: str(tmp_path / step / assignment),
    )
    (tmp_path / "source" / "week").mkdir(parents=True)
    (tmp_path / "source" / "week" / "week.ipynb").write_bytes(b"mine")
    for _ in range(2):
        station = SafeExecute().station(course, "week")
    assert station.asked == [("", "week", {"week.ipynb": b"mine"}, {"reveals": True})]
    (warning,) = [record for record in caplog.records if record.levelname == "WARNING"]
    assert "YOUR OWN SOLUTION LOSES POINTS:\n  week, test: 1 of 2\n" in warning.getMessage()
