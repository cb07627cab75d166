"""Downloads of learning platforms, in the forms that these document: whose is what, and where.

Names are as hard as in a class: accents, apostrophes, two people of one name, and some who would
like to hand in for somebody else.
"""

import io
import json
import os
import re
import stat
import zipfile
from datetime import UTC, datetime

import pytest
import yaml
from courses import nbgrader
from grading.toy import NAME

pytest.importorskip("nbgrader")

from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from dlcourse import cli
from dlcourse.grading import collecting as module
from dlcourse.grading.downloads import (
    FORMS,
    Download,
    guess,
    read_metadata,
    stages,
)
from dlcourse.grading.inside.wire import MB
from dlcourse.grading.limits import Limits
from dlcourse.grading.roster import Roster, Student, read_roster, read_worksheet
from dlcourse.grading.submissions import handed_in_at

LATE = "Late Submission - "
LAB, FILE = "lab", "lab.ipynb"
CLASS = [
    Student("jose", "José", "Núñez", "jose@example.org", "101"),
    Student("anne", "Anne-Marie", "O'Neil", "anne@example.org", "102"),
    Student("jurgen", "Jürgen", "Weiß", "juergen@example.org", "103"),
    Student("alex1", "Alex", "Kim", "alex1@example.org", "104"),
    Student("alex2", "Alex", "Kim", "alex2@example.org", "105"),
    Student("eve", "Eve", "Black", "eve@example.org", "106"),
    Student("bob", "Bob", "Stone", "bob@example.org", "107"),
]
FIRST, SECOND = (2026, 11, 20, 10, 0, 0), (2026, 11, 21, 10, 0, 0)


def zipped(files, written=FIRST):
    """Pack pairs of a name (or `ZipInfo`) and content, as a platform does at some time."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items() if isinstance(files, dict) else files:
            info = name if isinstance(name, zipfile.ZipInfo) else zipfile.ZipInfo(name, written)
            archive.writestr(info, content, zipfile.ZIP_DEFLATED)
    return whole.getvalue()


def moodle(name, file="lab.ipynb", number=1234567):
    return f"{name}_{number}_assignsubmission_file_/{file}"


@pytest.fixture
def collect(tmp_path, course_directory):
    """Collect a download, and look at what lies where afterwards."""
    course = course_directory(tmp_path / "course")

    def run(files, form=None, update=False, students=CLASS, written=FIRST, **others):
        download = tmp_path / "download.zip"
        download.write_bytes(files if isinstance(files, bytes) else zipped(files, written))
        roster = Roster(students)
        notebooks, addresses = others.get("notebooks", [FILE]), others.get("addresses")
        collector = module.Collector(course, LAB, notebooks, roster, Limits(), addresses)
        done = collector.collect(download, form, update)
        root = tmp_path / "course" / "submitted"
        there = {
            path.relative_to(root).as_posix(): path.read_bytes()
            for path in sorted(root.rglob("*"))
            if not path.is_dir()
        }
        assert not any(path.is_symlink() for path in root.rglob("*"))
        assert {path.name for path in tmp_path.iterdir()} <= {"course", "download.zip"}
        assert others.get("hidden") or not any("/." in f"/{name}" for name in there)
        return done, {n.replace(f"/{LAB}/", "/"): content for n, content in there.items()}

    run.course = tmp_path / "course"
    return run


def test_moodles_folders(collect):
    done, there = collect(
        {
            moodle("José Núñez"): b"1",
            moodle("Anne-Marie ONeil", "data/x.csv", 2): b"2",  # Moodle drops the apostrophe
            moodle("Anne-Marie ONeil", "lab.ipynb", 2): b"3",
            "Jürgen Weiß_3_assignsubmission_file/lab.ipynb": b"4",  # as since 4.1
            "Jürgen Weiß_3_assignsubmission_onlinetext/onlinetext.html": b"5",
            "__MACOSX/._x": b"",
        }
    )
    assert there == {
        "jose/lab.ipynb": b"1",
        "anne/data/x.csv": b"2",
        "anne/lab.ipynb": b"3",
        "jurgen/lab.ipynb": b"4",
        "jurgen/onlinetext.html": b"5",
    }
    assert (done.form, done.refused) == ("moodle", {})
    record = json.loads((collect.course / "downloaded" / LAB / "collected.json").read_text())
    assert record["jose"]["label"] == "José Núñez_1234567"


def test_moodles_files_side_by_side(collect):
    done, there = collect(
        {
            "José Núñez_1_assignsubmission_file_lab.ipynb": b"1",
            "José Núñez_1_assignsubmission_file_data.csv": b"2",
            "Eve Black_2_assignsubmission_file_lab_1_2_x.ipynb": b"3",
        }
    )
    assert there.keys() == {"jose/lab.ipynb", "jose/data.csv", "eve/lab_1_2_x.ipynb"}
    assert done.form == "moodle"
    assert done.placed["eve"].notes == ["no lab.ipynb"]


def test_canvas(collect):
    done, there = collect(
        {
            "núñezjosé_LATE_101_9001_lab-2.ipynb": b"1",
            "oneilannemarie_102_9002_lab.ipynb": b"2",
            "oneilannemarie_102_9003_data_1_2.csv": b"3",
            "kimalex_104_9004_lab (1).ipynb": b"4",
            "kimalex_105_9005_lab.ipynb": b"5",
            "stonebob_107_text.html": b"6",
        }
    )
    assert there == {
        "jose/lab.ipynb": b"1",
        "anne/lab.ipynb": b"2",
        "anne/data_1_2.csv": b"3",
        "alex1/lab.ipynb": b"4",
        "alex2/lab.ipynb": b"5",
        "bob/text.html": b"6",
    }
    assert (done.form, done.refused) == ("canvas", {})
    assert [name for name, arrival in done.placed.items() if arrival.late] == ["jose"]
    assert "Late, as canvas says: jose" in done.as_text()
    assert "  bob: no lab.ipynb" in done.as_text()


def test_a_number_of_canvas_wins_over_a_name(collect):
    done, there = collect({"kimalex_999_9004_lab.ipynb": b"1", "blackeve_107_9_lab.ipynb": b"2"})
    assert there == {"bob/lab.ipynb": b"2"}
    assert list(done.refused) == ["kimalex_999"]


@pytest.mark.parametrize("title", ["Week 1/Submissions/", "multi_feedback_Week_1/", ""])
def test_ilias(collect, title):
    done, there = collect(
        {
            f"{title}Nunez_Jose_jose_5001/20261120_100000_lab.ipynb": b"1",
            f"{title}Weiss_Juergen_jurgen_5003/20261120100000_lab (2).ipynb": b"2",
            f"{title}Black_Eve_login_of_hers_5004/{LATE}20261120_100000_lab.ipynb": b"3",
            f"{title}Black_Eve_login_of_hers_5004/20261119_100000_lab.ipynb": b"0",
        },
    )
    moment = datetime(2026, 11, 20, 10).astimezone(UTC)
    stamp = f"{moment:%Y-%m-%d %H:%M:%S} UTC\n".encode()
    assert there == {
        "jose/lab.ipynb": b"1",
        "jose/timestamp.txt": stamp,
        "jurgen/lab.ipynb": b"2",
        "jurgen/timestamp.txt": stamp,
        "eve/lab.ipynb": b"3",
        "eve/20261119_100000_lab.ipynb": b"0",
        "eve/timestamp.txt": stamp,
    }
    assert (done.form, done.refused) == ("ilias", {})
    assert [name for name, arrival in done.placed.items() if arrival.late] == ["eve"]


def test_where_ilias_tells_no_time_a_student_does_not_either(collect):
    _, there = collect(
        {
            "Black_Eve_eve_5004/20010101_000000_lab.ipynb": b"1",
            f"Stone_Bob_bob_5005/{LATE}lab.ipynb": b"2",
        }
    )
    assert there == {"eve/20010101_000000_lab.ipynb": b"1", "bob/lab.ipynb": b"2"}


def test_a_time_in_a_folder_of_ilias_is_the_students_own(collect):
    _, there = collect(
        {
            "Black_Eve_eve_5004/20261120_100000_x/20010101_000000_lab.ipynb": b"1",
            "Black_Eve_eve_5004/20261120_100000_x/data.csv": b"2",
            "Stone_Bob_bob_5005/20261120_100000_lab.ipynb": b"3",
        }
    )
    moment = datetime(2026, 11, 20, 10).astimezone(UTC)
    stamp = f"{moment:%Y-%m-%d %H:%M:%S} UTC\n".encode()
    assert there == {
        "eve/x/20010101_000000_lab.ipynb": b"1",
        "eve/x/data.csv": b"2",
        "eve/timestamp.txt": stamp,
        "bob/lab.ipynb": b"3",
        "bob/timestamp.txt": stamp,
    }


METADATA = """\
submission_1:
  :submitters:
  - :name: José Núñez
    :sid: ''
    :email: jose@example.org
  :created_at: 2026-04-26 10:34:00.861687000 -07:00
  :score: 2.0
  :results: &1
    tests:
    - {name: a, score: 1, output: ":submitters:"}
  :history:
  - :created_at: 2026-04-20 10:34:00.861687000 -07:00
    :results: *1
submission_2:
  :submitters:
  - :name: Alex Kim
    :sid: alex1
  - :name: Alex Kim
    :sid: '105'
  :created_at: 2026-04-26 17:34:00.861687000 Z
submission_3:
  :submitters:
  - :name: Somebody Else
    :email: else@example.org
submission_4:
  :submitters: []
"""


def test_gradescope(collect):
    root = "assignment_77_export/"
    done, there = collect(
        {
            f"{root}submission_metadata.yml": METADATA.encode(),
            f"{root}submission_1/lab.ipynb": b"1",
            f"{root}submission_1/data/submission_metadata.yml": b"x",
            f"{root}submission_2/lab.ipynb": b"2",
            f"{root}submission_3/lab.ipynb": b"3",
        },
        form="gradescope",
    )
    stamp = b"2026-04-26 17:34:00 UTC\n"
    assert there == {
        "jose/data/submission_metadata.yml": b"x",
        "jose/lab.ipynb": b"1",
        "jose/timestamp.txt": stamp,
        "alex1/lab.ipynb": b"2",
        "alex1/timestamp.txt": stamp,
        "alex2/lab.ipynb": b"2",
        "alex2/timestamp.txt": stamp,
    }
    assert done.refused == {
        "submission_3 (Somebody Else)": "no student of the class is known by that"
    }


def test_a_folder_is_a_download_too(collect, tmp_path, course_directory):
    place = tmp_path / "course" / "unpacked" / moodle("Eve Black")
    place.parent.mkdir(parents=True)
    place.write_bytes(b"1")
    (place.parent / "link.txt").symlink_to("/etc/passwd")
    collector = module.Collector(
        course_directory(tmp_path / "course"), LAB, ["lab.ipynb"], Roster(CLASS), Limits()
    )
    done = collector.collect(tmp_path / "course" / "unpacked", None, False)
    assert list(done.placed) == ["eve"]
    there = tmp_path / "course" / "submitted" / "eve" / LAB
    assert [path.name for path in there.iterdir()] == ["lab.ipynb"]
    assert "link.txt" in done.placed["eve"].notes[0]


# --- who is who ---------------------------------------------------------------------------------


def test_in_doubt_nothing_is_put_anywhere(collect):
    done, there = collect(
        {
            moodle("Alex Kim", number=1): b"1",  # two have this name
            moodle("Nobody Known", number=2): b"2",
            moodle("Eve Black", number=3): b"3",
            moodle("eve  black", number=4): b"4",  # two are one
            moodle("Bob Stone", number=5): b"5",
        }
    )
    assert there == {"bob/lab.ipynb": b"5"}
    assert done.refused == {
        "Alex Kim_1": "it may be alex1 or alex2",
        "Nobody Known_2": "no student of the class is known by that",
        "Eve Black_3": "2 people in the download are eve",
        "eve  black_4": "2 people in the download are eve",
    }
    assert {path.name for path in (collect.course / "submitted").iterdir()} == {"bob"}


def test_a_login_that_ends_as_anothers_is_nobody_where_the_class_has_no_names(collect):
    files = {"Black_Eve_x_bob_5004/lab.ipynb": b"!", "Kim_Alex_alex1_5005/lab.ipynb": b"1"}
    done, there = collect(files, students=[Student("bob"), Student("alex1")])
    assert there == {"alex1/lab.ipynb": b"1"}
    assert list(done.refused) == ["Black_Eve_x_bob_5004"]
    by_number = [Student("eve", lms_user_id="5004"), Student("bob")]
    assert "eve/lab.ipynb" in collect(files, students=by_number)[1]


WORKSHEET = """\ufeffIdentifier,"Full name","Email address",Status,Grade
"Participant 1","Alex Kim",ALEX2@example.org,"Submitted for grading",
"Teilnehmer/in 2","=cmd|x","alex1@example.org",,
"Participant 3","Eve Black",,,
"Participant 4","alex1@example.org","eve@example.org",,
"""


def test_moodles_worksheet_tells_two_of_one_name_apart(tmp_path, collect):
    path = tmp_path / "download.zip"
    path.write_text(WORKSHEET, encoding="utf-8")
    addresses = read_worksheet(path)
    assert addresses == {"1": "ALEX2@example.org", "2": "alex1@example.org"}
    files = {moodle("Alex Kim", number=number): b"%d" % number for number in (1, 2)}
    files[moodle("Eve Black", number=3)] = b"3"
    done, there = collect(files, addresses=addresses)
    assert there == {"alex2/lab.ipynb": b"1", "alex1/lab.ipynb": b"2", "eve/lab.ipynb": b"3"}
    assert done.refused == {}


@pytest.mark.parametrize(
    "content", ["", "a", ",\n,", "Participant 1,x@", "x,a@b", "9" * 10**5 + "x,a@b", "@,@"]
)
def test_what_is_no_worksheet_is_refused(tmp_path, content):
    (tmp_path / "w.csv").write_text(content)
    with pytest.raises(ValueError, match="worksheet must be Moodle's grading worksheet"):
        read_worksheet(tmp_path / "w.csv")


@pytest.mark.parametrize(
    "name",
    [
        "blackeve_107_666_888_lab2.ipynb",  # she calls herself "Eve Black_107"
        "stonebob_107_106_888_lab.ipynb",
        "stonebob_107_106_text.html",
        "anon_107_888_lab.ipynb",
        "_107_lab.ipynb",
        "107_888_lab.ipynb",
    ],
)
def test_a_name_of_canvas_that_can_be_read_in_two_ways_is_not_read(collect, name):
    done, there = collect({name: b"1"}, form="canvas")
    assert there == {}
    assert list(done.refused) == [name]


def test_a_notebook_may_begin_with_a_number(collect):
    _, there = collect({"x_107_888_01_lab-1.ipynb": b"1"}, notebooks=["01_lab.ipynb"])
    assert there == {"bob/01_lab.ipynb": b"1"}


@pytest.mark.parametrize(
    ("form", "own", "others"),
    [
        ("moodle", moodle("Eve Black", ""), moodle("Bob Stone", number=7)),
        ("moodle", moodle("Eve Black", ""), "../" + moodle("Bob Stone", number=7)),
        ("ilias", "Black_Eve_eve_1/", "Stone_Bob_bob_2/lab.ipynb"),
        ("ilias", "Nobody_No_no_1/Submissions/", "Stone_Bob_bob_2/lab.ipynb"),
        ("canvas", "blackeve_106_9_", "stonebob_107_10_lab.ipynb"),
        ("canvas", "!_9_", "/stonebob_107_10_lab.ipynb"),
    ],
)
def test_what_a_student_names_speaks_for_nobody_else(collect, form, own, others):
    packed = zipped({others: b"!"})
    _, there = collect({f"{own}{others}": b"!", f"{own}x.zip": packed}, form)
    assert all(name.startswith("eve/") for name in there)


PIECES = st.sampled_from(
    [
        *("_", "__", "/", "a", "9", "107", "_107_", "LATE", "..", ".zip", "Submissions/"),
        *("Stone", "Bob", "bob", "stonebob", "Stone_Bob_bob_2/", "stonebob_107_8_"),
        "Bob Stone_7_assignsubmission_file_",
    ]
)


@given(st.lists(PIECES, min_size=1, max_size=8).map("".join))
def test_whatever_a_student_calls_a_file_it_is_theirs(tail):
    own = {
        "moodle": ("Eve Black_1_assignsubmission_file_/", "Eve Black_1_assignsubmission_file_"),
        "canvas": ("blackeve_106_9_",),
        "ilias": ("Black_Eve_eve_1/", "Week/Submissions/Black_Eve_eve_1/"),
    }
    for form, starts in own.items():
        for start in starts:
            found = FORMS[form](Download([start + tail], notebooks=[FILE]))
            labels = {person.label for one in found.values() for person in one.people}
            assert labels <= {"Eve Black_1", "blackeve_106", "Black_Eve_eve_1"}


@given(st.lists(PIECES, min_size=1, max_size=8).map("".join))
def test_whatever_a_student_of_canvas_is_called_it_is_not_read_as_another(name):
    """The name stands in front, and Canvas takes numbers between two such signs out of it."""
    cleaned = re.sub(r"_(\d+)_", r"\1", re.sub(r"\W", "", name)).casefold()
    for rest in (f"9_{FILE}", "9_text.html", "text.html", "link.html"):
        found = FORMS["canvas"](Download([f"{cleaned}_106_{rest}"], notebooks=[FILE]))
        assert {person.number for one in found.values() for person in one.people} <= {"106"}


def test_a_list_of_people_that_a_student_hands_in_is_not_read(collect):
    said = b"bob_s:\n  :submitters:\n  - :email: bob@example.org\n"
    done, there = collect(
        {"submission_9/submission_metadata.yml": said, "submission_9/bob_s/lab.ipynb": b"!"},
        form="gradescope",
    )
    assert there == {}
    assert list(done.refused) == ["submission_9/bob_s/lab.ipynb"]


BOBS = b"x:\n  :submitters:\n  - :email: bob@example.org\n  :created_at: 2030-01-01 00:00:00 Z\n"


@pytest.mark.parametrize("inner", ["", "assignment_1_export/"])
@pytest.mark.parametrize("folder", ["x", "submission_1"])
@pytest.mark.parametrize("own", [moodle("Eve Black", ""), "Black_Eve_eve_1/"])
def test_who_hands_in_alone_hands_in_for_nobody_else(collect, own, folder, inner):
    """As in a resit: all files of the download have the form that she chooses."""
    said = BOBS.replace(b"x:", f"{folder}:".encode())
    files = {f"{own}{inner}{folder}/lab.ipynb": b"!"}
    _, there = collect({**files, f"{own}{inner}submission_metadata.yml": said})
    assert all(name.startswith("eve/") for name in there)
    assert there


def test_a_list_of_people_speaks_of_folders_as_gradescope_names_them(collect):
    files = {"submission_metadata.yml": BOBS, "x/lab.ipynb": b"!"}
    assert collect(files, form="gradescope")[1] == {}


@pytest.mark.parametrize(
    "name",
    [
        f"Black_Eve_eve_1/{moodle('Bob Stone')}",
        f"{moodle('Eve Black', '')}stonebob_107_9_lab.ipynb",
        f"{moodle('Eve Black', '')}Stone_Bob_bob_2/lab.ipynb",
    ],
)
def test_of_two_forms_none_is_guessed(collect, name):
    with pytest.raises(ValueError, match=r"from must be .* the form of moodle and of \w+ through"):
        collect({name: b"!"})


def test_of_many_lists_of_people_one_is_read(collect, monkeypatch):
    """Each may be large, and any student may hand one in."""
    read = []
    contents = module.contents

    def counted(*arguments):
        for path, opened in contents(*arguments):
            yield path, lambda opened=opened, path=path: read.append(path) or opened()

    monkeypatch.setattr(module, "contents", counted)
    names = ("Eve Black", "Bob Stone")
    files = {moodle(name, "submission_metadata.yml", i): b"[" for i, name in enumerate(names)}
    _, there = collect(files)
    assert there.keys() == {f"{name}/submission_metadata.yml" for name in ("eve", "bob")}
    assert len(read) == 3


def test_what_decides_about_lateness_and_feedback_comes_from_no_student(collect):
    own = {"timestamp.txt": b"2001-01-01 00:00:00 UTC", "submission_secret.txt": b"s"}
    packed = zipped({"lab/lab.ipynb": b"1", **{f"lab/{n}": c for n, c in own.items()}})
    _, there = collect(
        {
            moodle("Eve Black", "lab.zip"): packed,
            **{moodle("Eve Black", name): content for name, content in own.items()},
            moodle("Bob Stone", "timestamp.txt/x", 2): b"1",
        }
    )
    assert there == {"eve/lab.ipynb": b"1"}


def test_names_of_a_roster_lead_nowhere(tmp_path):
    for wrong in ("../x", "a/b", "/etc", ".", "..", ".hidden", "", "a\nb", "x" * 256):
        (tmp_path / "r.csv").write_text(f'id,email\n"{wrong}",x\n')
        with pytest.raises(ValueError, match="id must be the name of a folder"):
            read_roster(tmp_path / "r.csv")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"name\nx\n", "must have a column id"),
        (b"", "must have a column id"),
        (b"id\nx\nx\n", "must name an id once, got 'x' twice"),
        (b"id\n\xff\n", "must be a file in UTF-8"),
        (b'id\n"x\n', "must be comma-separated"),
        (b"id\n" + b"x" * 10**7, "must have 10,000,000 bytes at most"),
    ],
)
def test_what_is_no_roster_is_refused(tmp_path, content, said):
    (tmp_path / "r.csv").write_bytes(content)
    with pytest.raises(ValueError, match=said):
        read_roster(tmp_path / "r.csv")


def test_a_formula_in_a_roster_is_text(collect, tmp_path):
    (tmp_path / "course").mkdir()
    path = tmp_path / "course" / "r.csv"
    path.write_text('\ufeffid,first_name,last_name\n=1+1,"=HYPERLINK(1)",Doe\n', encoding="utf-8")
    students = read_roster(path)
    _, there = collect({moodle("HYPERLINK(1) Doe"): b"1"}, students=students)
    assert there == {"=1+1/lab.ipynb": b"1"}


# --- names of files -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["lab-1.ipynb", "lab (3).ipynb", "LAB.ipynb", "lab-Copy1.ipynb", "lab.ipynb.json"]
)
def test_a_notebook_gets_its_name_back(collect, name):
    done, there = collect({moodle("Eve Black", name): b"1"})
    assert there == {"eve/lab.ipynb": b"1"}
    assert done.placed["eve"].notes == []


def test_a_name_that_may_be_two_stays(collect):
    files = {moodle("Eve Black", name): b"1" for name in ("lab-1.ipynb", "lab-2.ipynb")}
    done, there = collect(files)
    assert there.keys() == {"eve/lab-1.ipynb", "eve/lab-2.ipynb"}
    assert done.placed["eve"].notes == ["no lab.ipynb; it may be lab-1.ipynb or lab-2.ipynb"]
    _, there = collect(files, notebooks=["lab.ipynb", "lab-1.ipynb"], update=True, written=SECOND)
    assert there.keys() == {"eve/lab-1.ipynb", "eve/lab.ipynb"}


@pytest.mark.parametrize("packed", [True, False])
def test_a_folder_with_the_name_of_a_notebook_costs_nobody_else_anything(collect, packed):
    files = {"lab.ipynb/x.txt": b"1", "lab (1).ipynb": b"2"}
    own = {"eve.zip": zipped(files)} if packed else files
    handed_in = {moodle("Eve Black", name): content for name, content in own.items()}
    done, there = collect({**handed_in, moodle("José Núñez", number=2): b"3"})
    assert there == {"jose/lab.ipynb": b"3", **{f"eve/{name}": c for name, c in files.items()}}
    assert done.placed["eve"].notes == ["no lab.ipynb; it may be lab (1).ipynb"]


def test_what_notebooks_may_have_been_called():
    assert stages("x.py") == stages("x.ipynb.zip") == set()
    assert stages("U\u0308bung-2.ipynb") == {"übung-2.ipynb", "übung.ipynb"}


def test_a_packed_submission_is_unpacked(collect):
    packed = zipped({"my lab/lab-1.ipynb": b"1", "my lab/data/x": b"2", "__MACOSX/x": b""})
    _, there = collect(
        {
            moodle("Eve Black", "my lab.zip"): packed,
            moodle("Bob Stone", "data.zip", 2): zipped({"x": b"1"}),
            moodle("Bob Stone", "lab.ipynb", 2): b"1",
        }
    )
    assert there.keys() == {
        *("eve/lab.ipynb", "eve/data/x"),
        *("bob/lab.ipynb", "bob/data.zip"),  # he has his notebook: what else he packed stays
    }


@pytest.mark.parametrize("as_utf_8", [True, False])
@pytest.mark.parametrize("name", ["José Núñez", "Jose\u0301 Nu\u0301n\u0303ez"])
def test_names_as_macos_and_others_pack_them(collect, name, as_utf_8):
    whole = zipped({moodle(name): b"1"})
    if not as_utf_8:  # macOS packs UTF-8 without a word of it
        for mark, place in ((b"PK\1\2", 8), (b"PK\3\4", 6)):
            at = whole.index(mark) + place
            whole = whole[:at] + b"\0\0" + whole[at + 2 :]
    assert collect(whole)[1] == {"jose/lab.ipynb": b"1"}


def test_names_in_an_old_code_stay_what_they_are(collect):
    whole = zipped({moodle("Jxse Stone"): b"1"}).replace(b"Jxse", b"J\x82se")  # é in code page 437
    students = [Student("j", "Jése", "Stone")]
    assert collect(whole, students=students)[1] == {"j/lab.ipynb": b"1"}


# --- again --------------------------------------------------------------------------------------


def test_what_is_there_stays_unless_the_download_is_later(collect):
    files = {moodle("Eve Black"): b"1"}
    collect(files, written=SECOND)
    for written, update, kept in (
        (SECOND, False, "there is a submission; --update replaces it by a later one"),
        (SECOND, True, "nothing says that the download is later"),
        (FIRST, True, "nothing says that the download is later"),
    ):
        done, there = collect({moodle("Eve Black"): b"2"}, update=update, written=written)
        assert there == {"eve/lab.ipynb": b"1"}
        assert done.kept == {"eve": kept}
    third = (2026, 11, 22, 10, 0, 0)
    done, there = collect({moodle("Eve Black", "lab-1.ipynb"): b"3"}, update=True, written=third)
    assert there == {"eve/lab.ipynb": b"3"}
    assert (list(done.placed), done.kept) == (["eve"], {})


def test_the_time_of_a_submission_decides_where_it_is_known(collect):
    place = collect.course / "submitted" / "jose" / LAB
    place.mkdir(parents=True)
    (place / "lab.ipynb").write_bytes(b"0")
    (place / "timestamp.txt").write_text("2026-04-26 17:33:59 UTC")
    files = {"submission_metadata.yml": METADATA.encode(), "submission_1/lab.ipynb": b"1"}
    done, there = collect(files, update=True)
    assert there["jose/lab.ipynb"] == b"1"
    assert handed_in_at(place) == datetime(2026, 4, 26, 17, 34)
    done, there = collect({**files, "submission_1/lab.ipynb": b"2"}, update=True, written=SECOND)
    assert there["jose/lab.ipynb"] == b"1"
    assert list(done.kept) == ["jose"]


def test_what_came_from_elsewhere_is_not_replaced_without_a_time(collect):
    place = collect.course / "submitted" / "eve" / LAB
    place.mkdir(parents=True)
    (place / "lab.ipynb").write_bytes(b"0")
    _, there = collect({moodle("Eve Black"): b"1"}, update=True)
    assert there == {"eve/lab.ipynb": b"0"}


def test_a_link_in_the_place_of_a_student_leads_nowhere(tmp_path, course_directory):
    course, away = tmp_path / "course", tmp_path / "away"
    away.mkdir()
    (course / "submitted" / "bob").mkdir(parents=True)
    (course / "submitted" / "eve").symlink_to(away)
    (course / "submitted" / "bob" / LAB).symlink_to(away)
    (tmp_path / "d.zip").write_bytes(zipped({moodle("Eve Black"): b"1", moodle("Bob Stone"): b"1"}))
    collector = module.Collector(course_directory(course), LAB, [], Roster(CLASS), Limits())
    done = collector.collect(tmp_path / "d.zip", None, True)
    assert done.kept == dict.fromkeys(("eve", "bob"), "what is there is no folder")
    assert list(away.iterdir()) == []


def test_who_cannot_be_put_in_place_is_refused_and_the_others_are_collected(collect, monkeypatch):
    (collect.course / "submitted").mkdir(parents=True)
    (collect.course / "submitted" / "anne").write_bytes(b"0")  # in the way of a folder
    rename = os.rename

    def full(source, target):
        if "eve" in str(target):
            raise OSError(28, "No space left on device")
        rename(source, target)

    monkeypatch.setattr(os, "rename", full)
    names = ("Anne-Marie ONeil", "Eve Black", "José Núñez")
    done, there = collect({moodle(n, number=i): b"1" for i, n in enumerate(names)})
    assert there == {"anne": b"0", "jose/lab.ipynb": b"1"}
    assert list(done.placed) == ["jose"]
    assert "File exists" in done.refused["Anne-Marie ONeil_0"]
    assert "No space left on device" in done.refused["Eve Black_1"]


# --- hostile archives ---------------------------------------------------------------------------


def link(name):
    info = zipfile.ZipInfo(name)
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


@pytest.mark.parametrize(
    "name",
    [
        moodle("Eve Black", "../../../bob/lab/lab.ipynb"),
        moodle("Eve Black", "/etc/x"),
        moodle("Eve Black", "..\\x"),
        "/" + moodle("Eve Black"),
        "../" + moodle("Eve Black"),
        link(moodle("Eve Black")),
        moodle("Eve Black", "d/" * 15 + "x" * 300),
    ],
    ids=["up", "absolute", "backslash", "absolute folder", "up folder", "link", "long"],
)
def test_what_leads_elsewhere_is_left_out(collect, name):
    done, there = collect([(name, b"/etc/passwd"), (moodle("Bob Stone", number=2), b"1")])
    assert there.pop("bob/lab.ipynb") == b"1"
    assert all(found == "eve/etc/x" for found in there)
    assert done.placed["eve"].notes


@pytest.mark.parametrize("name", ["x\n.ipynb", "x\x1b[2J", "\ud800", "a/" * 30 + "x", "x" * 1001])
def test_names_that_cannot_be_shown_are_listed_by_their_codes(collect, tmp_path, name):
    path = moodle("Eve Black", name.encode("utf-8", "replace").decode())
    done, _ = collect({path: b"1", moodle("Bob Stone", number=2): b"1"})
    assert "bob" in done.placed
    text = done.as_text()
    assert all(line.isprintable() for line in text.splitlines())


@pytest.mark.parametrize(
    ("form", "own", "others"),
    [
        ("moodle", moodle("Eve Black", "{0}/" + "x/" * 25 + "x"), moodle("Zoe Lost", "a\nb", 9)),
        ("ilias", "Week_1/Submissions/Black_Eve_eve_1/x{0}\n", "Week_1/Submissions/L_Z_z_9/\n"),
        ("gradescope", "assignment_7_export/submission_1/{0}\n", "assignment_7_export/x_9/\n"),
        ("canvas", "blackeve_106_{0}_107_8_x", "zoelost_1_2_3_x"),
    ],
)
def test_many_files_of_one_person_hide_nobody_else(collect, form, own, others):
    files = [own.format(i) for i in range(60)]
    done, _ = collect(dict.fromkeys([*files, others, moodle("Zoe Known", number=8)], b"1"), form)
    assert set(done.refused) > {*files, others}
    said = done.as_text()
    assert " (60 files): its name " in said
    assert f"  {module.shown(others)}: its name " in said
    assert "more" not in said


def test_files_hide_no_people(collect):
    files = {moodle(f"N {chr(97 + i // 26)}{chr(97 + i % 26)}", "\n", i): b"1" for i in range(60)}
    done, _ = collect({**files, moodle("Zoe Lost", number=99): b"1"})
    assert "\nNOT COLLECTED\n  Zoe Lost_99: no student" in done.as_text()


@pytest.mark.parametrize("name", ["con.txt", "NUL", "\u202eipynb.x", "aux/x", "a:b", "x."])
def test_names_that_other_systems_dislike_stay_in_the_students_folder(collect, name):
    done, there = collect({moodle("Eve Black", name): b"1", moodle("\u202eeve", number=2): b"1"})
    assert there == {f"eve/{name}": b"1"}
    assert "\u202e" not in done.as_text()
    assert "\\u202eeve_2" in done.as_text()


def test_a_file_comes_once(collect):
    with pytest.warns(UserWarning, match="Duplicate"):
        twice = zipped([(moodle("Eve Black"), b"1"), (moodle("Eve Black"), b"2")])
    done, there = collect(twice)
    assert there == {"eve/lab.ipynb": b"1"}
    assert "lab.ipynb" in done.placed["eve"].notes[0]


@pytest.mark.parametrize(
    "bomb",
    [
        {moodle("Eve Black", "x"): bytes(20 * MB + 1)},
        {moodle("Eve Black", f"{i}"): bytes(MB) for i in range(30)},
        {moodle("Eve Black", f"{i}"): b"" for i in range(Limits().notebook_files + 1)},
    ],
    ids=["one", "many", "files"],
)
def test_a_bomb_costs_nobody_else_anything(collect, bomb):
    done, there = collect({**bomb, moodle("Bob Stone", number=2): b"1"})
    assert there == {"bob/lab.ipynb": b"1"}
    assert "has more than 20 MB or 200 files" in done.refused["Eve Black_1234567"]
    assert [path.name for path in (collect.course / "submitted").iterdir()] == ["bob"]


def test_a_packed_bomb_is_not_unpacked(collect):
    packed = zipped({f"{i}": bytes(MB) for i in range(30)})
    _, there = collect({moodle("Eve Black", "lab.zip"): packed})
    assert there.keys() == {"eve/lab.zip"}


ODD = {
    "a folder that is called an archive": {"a.zip/x": b"1", "b.zip": b"none"},
    "the course's word as a folder": {
        "a.zip": zipped({"q/timestamp.txt/x": b"2020", "q/submission_secret.txt/x/y": b"s"})
    },
    "the course's word in an archive": {
        "a.zip": zipped({"timestamp.txt": b"2020-01-01", "submission_secret.txt": b"s"})
    },
    "names that are options, or turn the line": {
        "a.zip": zipped({"-rf": b"", "\u202egnp.x": b"", "a\nb": b"", "../../../x": b"!"})
    },
    "many bombs": {f"{i}.zip": zipped({"x": bytes(21 * MB)}) for i in range(20)},
    "an archive of its own name": {"lab.zip": zipped({"lab.zip": b"1", "lab": b"2"})},
    "one notebook in three spellings": {"LAB.ipynb": b"1", "Lab.ipynb": b"2", "lab (1).ipynb": b""},
    "a list of people": {
        "submission_metadata.yml": b"x:\n  :submitters:\n  - :email: bob@example.org\n",
        "x/lab.ipynb": b"!",
    },
    "folders of others": {"a.zip": zipped({moodle("Bob Stone"): b"!", "bob/lab/lab.ipynb": b"!"})},
    "a folder of the collector's": {".lab.collecting-x/lab.ipynb": b"!", ".lab.ipynb.1": b"!"},
}


@pytest.mark.parametrize("what", ODD)
def test_odd_things_of_one_student_cost_the_others_nothing(collect, what):
    files = {moodle("Anne-Marie O'Neil"): b"anne's", moodle("José Núñez", number=3): b"jose's"}
    odd = {moodle("Eve Black", name, 2): content for name, content in ODD[what].items()}
    _, there = collect({**odd, **files}, hidden=True)
    others = {name: content for name, content in there.items() if not name.startswith("eve/")}
    assert others == {"anne/lab.ipynb": b"anne's", "jose/lab.ipynb": b"jose's"}
    assert not {"eve/timestamp.txt", "eve/submission_secret.txt"} & there.keys()


def test_a_time_of_ones_own_behind_that_of_ilias_is_a_part_of_the_name(collect):
    late = "Black_Eve_eve_1/20261120_110000_20200101_000000_lab.ipynb"
    done, there = collect({late: b"1"}, "ilias")
    assert done.placed["eve"].moment.year == 2026
    assert "eve/20200101_000000_lab.ipynb" in there


def test_a_login_that_ends_in_anothers_is_nobodys(collect):
    students = [Student("bob"), Student("x_bob")]
    done, there = collect({"Black_Eve_x_bob_2/lab.ipynb": b"1"}, "ilias", students=students)
    assert there == {}
    assert list(done.refused) == ["Black_Eve_x_bob_2"]


def test_more_names_than_a_class_has_are_refused(collect, monkeypatch):
    monkeypatch.setattr(module, "MOST_IN_A_CLASS", 1)
    with pytest.raises(ValueError, match="must have at most 200 files"):
        collect({moodle("Eve Black", f"{i}"): b"" for i in range(201)})


def test_what_is_no_download_is_refused(collect):
    with pytest.raises(ValueError, match="download must be a zip archive or a folder"):
        collect(b"junk")
    with pytest.raises(ValueError, match="from must be one of canvas, gradescope, ilias, moodle"):
        collect({"lab.ipynb": b"1", moodle("Eve Black"): b"1"})


# --- the file of Gradescope ---------------------------------------------------------------------

SUBMITTER = "s:\n  :submitters:\n  - :name: {}\n"
LAUGHS = "".join(f"  l{i}: &l{i} [{', '.join([f'*l{i - 1}'] * 9)}]\n" for i in range(1, 30))


@pytest.mark.parametrize(
    "hostile",
    [
        "s:\n  l0: &l0 [x, x]\n" + LAUGHS + "  :submitters: *l29\n",
        "s: &s\n  :submitters: *s\n",
        SUBMITTER.format("!!python/object/apply:os.system ['touch /tmp/x']"),
        "s: !!python/object/apply:os.system [x]\n",
        "s:\n  :submitters: {999999999: {name: x}}\n",
        "s:\n  ? [a, {b: c}]\n  : {d: e}\n  :submitters: [[], x, {}]\n",
        "[]",
        "",
        "x",
    ],
)
def test_a_hostile_list_of_people_names_nobody(hostile):
    assert read_metadata(hostile.encode()) == {}


@pytest.mark.parametrize(
    "broken", ["s: [", "s: {" * 200, "[" * 100_000, "\0", "s: *x\n:", "a: b: c", "\ud800"]
)
def test_a_broken_list_of_people_is_refused(broken):
    with pytest.raises(ValueError, match=r"submission_metadata.yml cannot be read"):
        read_metadata(broken.encode("utf-8", "surrogatepass"))


def test_a_huge_list_of_people_is_refused(monkeypatch):
    from dlcourse.grading import downloads

    monkeypatch.setattr(downloads, "MOST_METADATA", 10)
    with pytest.raises(ValueError, match="must have 10 bytes at most"):
        read_metadata(METADATA.encode())


def test_the_list_of_people_says_what_another_reader_says():
    said = yaml.safe_load(METADATA)
    read = read_metadata(METADATA.encode())
    for folder, one in said.items():
        people = read[folder].people if folder in read else ()
        names = [submitter[":name"] for submitter in one[":submitters"]]
        assert [person.names[0] for person in people] == names
    assert read["submission_1"].moment == datetime(2026, 4, 26, 17, 34)


def test_every_form_reads_nothing_in_nothing():
    assert [form(Download([])) for form in FORMS.values()] == [{}] * 4
    with pytest.raises(ValueError, match="from must be"):
        guess(Download([]))


# --- the command --------------------------------------------------------------------------------


@pytest.fixture
def course(make_course, monkeypatch):
    folder = make_course()
    for name, value in make_course.environment.items():
        if name.startswith(("HOME", "JUPYTER", "IPYTHON", "PATH")):
            monkeypatch.setenv(name, value)
    monkeypatch.chdir(folder)
    return folder


def test_the_command_knows_every_form():
    (option,) = (one for one in cli.collect.params if one.name == "form")
    assert list(option.type.choices) == sorted(FORMS)


def test_the_command_collects_and_says_what_is_left(course, make_course):
    notebook = f"{NAME}-1.ipynb"
    (course / "d.zip").write_bytes(
        zipped({moodle("Eve Black", notebook): b"1", moodle("Who Else", notebook, 2): b"2"})
    )
    command = ["collect", NAME, "d.zip"]
    done = CliRunner().invoke(cli.main, command)
    assert done.exit_code == 1
    assert "roster must be given: the gradebook knows no student yet" in done.output
    (course / "roster.csv").write_text("id,first_name,last_name\neve,Eve,Black\n")
    done = CliRunner().invoke(cli.main, [*command, "--roster", "roster.csv"])
    assert done.exit_code == 1
    assert done.output.startswith("1 collected from moodle.\n")
    assert "NOT COLLECTED\n  Who Else_2: no student" in done.output
    assert (course / "submitted" / "eve" / NAME / f"{NAME}.ipynb").read_bytes() == b"1"
    home = make_course.environment["HOME"]
    add = ("db", "student", "add", "else", "--first-name=Who", "--last-name=Else")
    nbgrader(course, home, *add).check_returncode()
    done = CliRunner().invoke(cli.main, [*command, "--roster", "roster.csv", "--from", "moodle"])
    assert done.exit_code == 0, done.output
    assert os.listdir(course / "submitted" / "else" / NAME) == [f"{NAME}.ipynb"]
    assert "Kept as it was\n  eve: there is a submission" in done.output
