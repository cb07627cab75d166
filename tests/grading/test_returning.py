"""Feedback for Moodle: what its "Upload multiple feedback files in a zip" would read."""

import json
import os
import zipfile

import pytest
from grading.toy import NAME

pytest.importorskip("nbgrader")

from click.testing import CliRunner

from dlcourse import cli


@pytest.fixture
def course(make_course, monkeypatch):
    folder = make_course()
    for name, value in make_course.environment.items():
        if name.startswith(("HOME", "JUPYTER", "IPYTHON", "PATH")):
            monkeypatch.setenv(name, value)
    monkeypatch.chdir(folder)
    return folder


def participant(path):
    """Read a name as Moodle's importer does: full name, number, kind, plugin, and what is left."""
    for part in path.split("/"):
        parts = part.split("_", 4)
        if len(parts) >= 4 and parts[1].isdigit():
            return int(parts[1]), f"{parts[2]}_{parts[3]}"
    return None


def collected(course, **labels):
    place = course / "downloaded" / NAME / "collected.json"
    place.parent.mkdir(parents=True)
    record = {
        student: {"from": label.partition(":")[0], "label": label.partition(":")[2], "late": False}
        for student, label in labels.items()
    }
    place.write_text(json.dumps(record))


def page(course, student, text="<p>page</p>"):
    place = course / "feedback" / student / NAME / f"{NAME}.html"
    place.parent.mkdir(parents=True)
    place.write_text(text)
    return place


def test_pages_go_where_moodle_looks_for_them(course):
    collected(
        course,
        jose="moodle:José Núñez_1234567",
        anne="moodle:Anne-Marie ONeil_22",
        late="moodle:Late Riser_33",
        eve="moodle:Eve Black_44",
        other="canvas:kimalex_104",
    )
    for student in ("jose", "anne", "other"):
        page(course, student, student)
    link = page(course, "eve")
    link.unlink()
    os.symlink("/etc/passwd", link)
    done = CliRunner().invoke(cli.main, ["moodle-feedback", NAME])
    assert done.exit_code == 0, done.output
    packed = course / "reports" / NAME / "moodle_feedback.zip"
    assert done.output == (
        f"No feedback yet, run dlcourse grade {NAME}: eve, late\n"
        f"The pages of 2 students: {packed}\n"
    )
    with zipfile.ZipFile(packed) as archive:
        pages = {name: archive.read(name).decode() for name in archive.namelist()}
    assert pages == {
        f"José Núñez_1234567_assignsubmission_file_/{NAME}.html": "jose",
        f"Anne-Marie ONeil_22_assignsubmission_file_/{NAME}.html": "anne",
    }
    assert sorted(map(participant, pages)) == [
        (22, "assignsubmission_file"),
        (1234567, "assignsubmission_file"),
    ]
    assert {path.name for path in packed.parent.iterdir()} == {"moodle_feedback.zip"}


def test_without_a_download_there_is_nothing_to_return(course):
    done = CliRunner().invoke(cli.main, ["moodle-feedback", NAME])
    assert done.exit_code == 1
    assert "assignment must be one that was collected from Moodle, got 'toy'" in done.output


def test_there_and_back(course):
    """What came from Moodle goes back to the same participant."""
    folder = "José Núñez_1234567_assignsubmission_file"  # since 4.1 the last sign is gone
    with zipfile.ZipFile("d.zip", "w") as archive:
        archive.writestr(f"{folder}/{NAME}.ipynb", "{}")
    (course / "r.csv").write_text("id,first_name,last_name\njose,José,Núñez\n", encoding="utf-8")
    runner = CliRunner()
    done = runner.invoke(cli.main, ["collect", NAME, "d.zip", "--roster", "r.csv"])
    assert done.exit_code == 0, done.output
    page(course, "jose")
    assert runner.invoke(cli.main, ["moodle-feedback", NAME]).exit_code == 0
    with zipfile.ZipFile(course / "reports" / NAME / "moodle_feedback.zip") as archive:
        assert [participant(name) for name in archive.namelist()] == [
            (1234567, "assignsubmission_file")
        ]
