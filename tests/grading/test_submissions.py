"""What students hand in is read as bytes, whatever they put into the folder."""

import os
import socket
import subprocess
from datetime import datetime
from types import SimpleNamespace

import pytest

pytest.importorskip("nbgrader")

from dlcourse.grading import submissions
from dlcourse.grading.limits import Limits
from dlcourse.grading.submissions import Submission, folders

MB = 1 << 20


def read(student, folder, size, notebooks=()):
    """Read a submission that may have so many bytes."""
    return submissions.read(student, folder, Limits(notebook_mb=size / MB), notebooks)


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "ada" / "week"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def course(tmp_path):
    """As much of a course directory as `folders` needs."""

    def format_path(step, student, assignment):
        return os.path.join(str(tmp_path), step, student, assignment)

    return SimpleNamespace(
        format_path=format_path,
        submitted_directory="submitted",
        source_directory="solutions",
        student_id_exclude="",
    )


# --- reading ------------------------------------------------------------------------------------


def test_files_are_read_with_their_relative_names(folder):
    (folder / "week.ipynb").write_bytes(b"{}")
    (folder / "data" / "deep").mkdir(parents=True)
    (folder / "data" / "deep" / "a.csv").write_bytes(b"1,2\r\n")
    submission = read("ada", folder, MB)
    assert submission == Submission("ada", {"week.ipynb": b"{}", "data/deep/a.csv": b"1,2\r\n"})


def test_hidden_and_compiled_files_are_left_out(folder):
    for name in (".hidden", ".ipynb_checkpoints/a.ipynb", "__pycache__/a.pyc", "b/.git/config"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x")
    assert read("ada", folder, MB).files == {}


def test_links_and_special_files_are_left_out(folder, tmp_path):
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "secret").write_text("secret")
    (folder / "kept.txt").write_text("kept")
    (folder / "week.ipynb").symlink_to(tmp_path / "secret")
    (folder / "folder").symlink_to(tmp_path / "elsewhere")
    (folder / "dangling").symlink_to(tmp_path / "nothing")
    (folder / "loop").symlink_to(folder / "loop")
    os.mkfifo(folder / "fifo")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(folder / "socket"))
        assert read("ada", folder, MB).files == {"kept.txt": b"kept"}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make devices")
def test_devices_are_left_out(folder):
    try:
        os.mknod(folder / "zero", 0o600 | 0o020000, os.makedev(1, 5))
    except PermissionError:
        pytest.skip("this container makes no devices")
    assert read("ada", folder, MB).files == {}


def before_opening(monkeypatch, name, change):
    """Do something between the listing of a name and its opening."""
    opened = os.open

    def opening(path, flags, **place):
        if path == name:
            change()
        return opened(path, flags, **place)

    monkeypatch.setattr(submissions.os, "open", opening)


@pytest.mark.parametrize("swapped", ["link", "fifo", "folder", "nothing"])
def test_a_file_that_is_swapped_after_it_was_listed_is_not_followed(
    folder, tmp_path, monkeypatch, swapped
):
    (tmp_path / "secret").write_text("secret")
    (folder / "kept.txt").write_text("kept")
    path = folder / "week.ipynb"
    path.write_text("{}")

    def swap():
        path.unlink()
        if swapped == "link":
            path.symlink_to(tmp_path / "secret")
        elif swapped == "fifo":
            os.mkfifo(path)
        elif swapped == "folder":
            path.mkdir()

    before_opening(monkeypatch, "week.ipynb", swap)
    assert read("ada", folder, MB) == Submission("ada", {"kept.txt": b"kept"})


@pytest.mark.parametrize("swapped", ["link", "fifo", "file", "nothing"])
@pytest.mark.parametrize("level", ["week", "data"])
def test_a_folder_that_is_swapped_for_a_link_is_not_followed(
    folder, tmp_path, monkeypatch, level, swapped
):
    secret = tmp_path / "bob" / "week"
    secret.mkdir(parents=True)
    (secret / "week.ipynb").write_text("secret")
    path = folder if level == "week" else folder / "data"
    path.mkdir(exist_ok=True)

    def swap():
        path.rename(tmp_path / "moved")
        if swapped == "link":
            path.symlink_to(secret)
        elif swapped == "fifo":
            os.mkfifo(path)
        elif swapped == "file":
            path.write_text("")

    before_opening(monkeypatch, level, swap)
    submission = read("ada", folder, MB)
    assert submission.files == {}
    assert bool(submission.refused) == (level == "week")


def test_a_folder_that_is_swapped_while_it_is_read_is_read_to_its_end(
    folder, tmp_path, monkeypatch
):
    secret = tmp_path / "secret"
    secret.mkdir()
    for name in ("a", "b"):
        (secret / name).write_text("secret")
        (folder / name).write_text("mine")

    def swap():
        folder.rename(tmp_path / "moved")
        folder.symlink_to(secret)

    before_opening(monkeypatch, "b", swap)
    assert read("ada", folder, MB).files == {"a": b"mine", "b": b"mine"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_read_is_a_reason(folder):
    (folder / "data").mkdir(mode=0)
    assert read("ada", folder, MB).refused == "A file cannot be read: Permission denied."


@pytest.mark.parametrize("where", ["listing", "reading"])
def test_every_error_of_the_disk_is_a_reason(folder, monkeypatch, where):
    (folder / "week.ipynb").write_text("{}")

    def fail(*_, **__):
        raise OSError(5, "Input/output error")

    module, name = (submissions.os, "scandir") if where == "listing" else (submissions, "open")
    monkeypatch.setattr(module, name, fail, raising=False)
    assert read("ada", folder, MB).refused == "A file cannot be read: Input/output error."


@pytest.mark.parametrize("level", ["folder", "parent"])
def test_a_submission_that_is_a_link_is_refused(tmp_path, level):
    real = tmp_path / "bob" / "week"
    real.mkdir(parents=True)
    (real / "week.ipynb").write_text("{}")
    if level == "folder":
        (tmp_path / "ada").mkdir()
        (tmp_path / "ada" / "week").symlink_to(real)
    else:
        (tmp_path / "ada").symlink_to(tmp_path / "bob")
    submission = read("ada", tmp_path / "ada" / "week", MB)
    assert submission.files == {}
    assert submission.refused == "The folder is a link to another place."


def test_a_file_that_cannot_be_opened_is_a_reason(folder, monkeypatch):
    (folder / "week.ipynb").write_text("{}")

    def refuse():
        raise PermissionError(13, "Permission denied")

    before_opening(monkeypatch, "week.ipynb", refuse)
    assert read("ada", folder, MB).refused == "A file cannot be read: Permission denied."


def test_a_file_in_the_place_of_the_folder_is_a_reason(tmp_path):
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada" / "week").write_text("I am a file")
    refused = read("ada", tmp_path / "ada" / "week", MB).refused
    assert refused == "A file cannot be read: Not a directory."


def test_just_the_limit_is_read_and_one_byte_more_is_not(folder):
    (folder / "a").write_bytes(b"x" * (MB - 3))
    (folder / "b").write_bytes(b"x" * 3)
    assert len(read("ada", folder, MB).files) == 2
    (folder / "c").write_bytes(b"x")
    submission = read("ada", folder, MB)
    assert submission.files == {}
    assert submission.refused == "It is larger than 1 MB."
    assert read("ada", folder, MB // 2).refused == "It is larger than 0.5 MB."


def test_a_huge_sparse_file_is_not_read_whole(folder):
    with open(folder / "huge", "wb") as file:
        file.truncate(1 << 40)
    assert "larger" in read("ada", folder, MB).refused


def test_too_many_files_are_refused(folder):
    limits = Limits(notebook_files=3)
    for number in range(3):
        (folder / f"{number}").touch()
    assert len(submissions.read("ada", folder, limits).files) == 3
    (folder / "one more").touch()
    assert submissions.read("ada", folder, limits).refused == "It has more than 3 files."
    assert submissions.read("ada", folder, Limits()).refused == ""


def test_a_very_deep_folder_is_read_or_refused(folder, tmp_path):
    """Found in one submission, it must not end the whole run."""
    here = os.getcwd()
    try:
        os.chdir(folder)
        for _ in range(1100):
            os.mkdir("a")
            os.chdir("a")
    finally:
        os.chdir(here)
    try:
        assert read("ada", folder, MB).files == {}
    finally:
        subprocess.run(["rm", "-rf", str(folder)], check=True)  # too deep for pytest's own cleaning


def test_names_that_are_not_utf8_are_kept(folder):
    (folder / os.fsdecode(b"\xff.csv")).write_text("1")
    submission = read("ada", folder, MB)
    assert submission.files == {"\udcff.csv": b"1"}
    assert submission.key("run", "")


# --- time stamps --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-02 03:04:05.678 UTC", datetime(2026, 1, 2, 3, 4, 5, 678000)),
        ("2026-01-02 03:04:05 UTC\n", datetime(2026, 1, 2, 3, 4, 5)),
        ("2026-01-02 03:04:05 Europe/Berlin", datetime(2026, 1, 2, 2, 4, 5)),
        ("2026-07-02 03:04:05 Europe/Berlin", datetime(2026, 7, 2, 1, 4, 5)),
        ("2026-01-02T03:04:05+05:30", datetime(2026, 1, 1, 21, 34, 5)),
        ("2026-01-02 03:04:05 -0800", datetime(2026, 1, 2, 11, 4, 5)),
        ("2026-01-02 03:04:05 -08:00", datetime(2026, 1, 2, 11, 4, 5)),
        ("2026-01-02 03:04:05-08", datetime(2026, 1, 2, 11, 4, 5)),
        ("2026-01-02 03:04 UTC", datetime(2026, 1, 2, 3, 4)),
        ("2026-01-02 03:04:05 gmt\r\n", datetime(2026, 1, 2, 3, 4, 5)),
        ("2026-01-02T03:04:05Z", datetime(2026, 1, 2, 3, 4, 5)),
        ("2026-01-02t03:04:05,25z", datetime(2026, 1, 2, 3, 4, 5, 250000)),
        ("2026-01-02 03:04:05.1234567Z", datetime(2026, 1, 2, 3, 4, 5, 123456)),
        ("2026-07-02 03:04 europe/berlin", datetime(2026, 7, 2, 1, 4)),
        ("Fri, 02 Jan 2026 03:04:05 GMT", datetime(2026, 1, 2, 3, 4, 5)),
        ("fri, 2 jan 2026 03:04 +0100 (CET)", datetime(2026, 1, 2, 2, 4)),
        ("2 Jan 2026 03:04:05 -0000", datetime(2026, 1, 2, 3, 4, 5)),
        ("2026-01-02 03:04:05", datetime(2026, 1, 2, 3, 4, 5)),
    ],
)
def test_time_stamps_are_read_in_utc(folder, text, moment):
    (folder / "timestamp.txt").write_text(text)
    (folder / "a").touch()
    submission = read("ada", folder, MB)
    assert submission.timestamp == moment
    assert submission.timestamp.tzinfo is None
    assert set(submission.files) == {"a"}


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16"])
def test_time_stamps_are_read_behind_a_mark_of_their_encoding(folder, codec):
    (folder / "timestamp.txt").write_bytes("2026-01-02 03:04:05 UTC\r\n".encode(codec))
    assert read("ada", folder, MB).timestamp == datetime(2026, 1, 2, 3, 4, 5)


@pytest.mark.parametrize(
    "text",
    [
        *("2026-01-02 03:04 EST", "2026-01-02 03:04 PST", "2026-07-02 03:04 CET", "2026-01-02"),
        *("02/01/2026 03:04", "2.1.2026 03:04", "2 Jan 26 03:04 GMT", "2026-01-02 3 pm UTC"),
        *("Mon, 02 Jan 2026 03:04:05 GMT", "2026-01-02 03:04 UTC+1", "2 Jan 2026 03:04 EST"),
        *("2026-10-25 02:30 Europe/Berlin", "2026-03-29 02:30 Europe/Berlin"),
        *("2026-01-02 03:04 Mars/Base", "2026-01-02 03:04 America/Argentina", "1767323045"),
        *("2026-01-02 03:04 UTC\n2026-01-03 03:04 UTC", "2026-01-02 03:04:05 -3600"),
    ],
)
def test_what_could_mean_several_times_is_not_guessed(folder, text):
    (folder / "timestamp.txt").write_text(text)
    submission = read("ada", folder, MB)
    assert submission.timestamp is None
    assert submission.untimed == f"timestamp.txt holds no time that is sure, but {text!r}."


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"  \n", b"yesterday", b"\xff\xfe", b"2026-02-30", b"2026-01-02 25:00:00 UTC"),
        *(b"9" * 400, b"\0", b"1 2 3 4 5 6 7", b"0001-01-01 00:00:00 +2359", b"x" * 10_000),
        b"24:00111111111111111111111111111111\xc3\xa9",
        *(b"2026-01-01 00:00:00 /proc/self/mem", b"2026-01-01 00:00:00 ../../etc/passwd"),
        *(b"1." * 400_000, b"2026-01-02 03:04:05" + b" " * 100),
        *(
            b"2026-01-02 03:04:60",
            b"2026-01-02 24:00:00",
            b"2026-W01-5 03:04",
            b"2026-01-02 03:04\0",
        ),
        *(b"2026-01-02 03:04+24:00", b"2026-01-02 03:04 posix/Europe/Berlin"),
        *(
            "\uff12026-01-02 03:04".encode(),
            b"2 Jan 2026 03:04:05 +9959",
            b"31 Dec 9998 23:59 -9959",
        ),
    ],
    ids=lambda content: ascii(content[:20]),
)
def test_bad_time_stamps_are_none(folder, content):
    (folder / "timestamp.txt").write_bytes(content)
    submission = read("ada", folder, MB)
    assert submission.timestamp is None
    assert submission.untimed.startswith("timestamp.txt holds no time that is sure, but '")
    assert submission.untimed.isprintable()
    assert len(submission.untimed) < 500
    assert submission.refused == ""


HOSTILE = {
    "database": "2026-01-01 00:00 posixrules",
    "file": "2026-01-01 00:00 Europe/../../etc/passwd",
    "variable": "2026-01-01 00:00 TZ=/dev/zero",
    "device": "2026-01-01 00:00 /dev/zero",
    "rule": "2026-01-01 00:00 EST5EDT4,M3.2.0,M11.1.0",
    "comments": "Fri, 2 Jan 2026 03:04:05 +0000 " + "(" * 40,
    "many comments": "Fri, 2 Jan 2026 03:04:05 +0000 " + "(" * 5_000_000,
    "year 0": "0000-01-01 00:00 UTC",
    "year 0 in words": "1 Jan 0000 00:00 GMT",
    "year 99 in words": "1 Jan 0099 00:00 GMT",
    "last year": "9998-12-31 23:00 -23:59",
    "first year": "0001-01-01 00:00 +23:59",
    "large year": "1000000000-01-01 00:00 UTC",
    "offset": "2026-01-01 00:00 +24:00",
    "offset in words": "2 Jan 2026 00:00 +9959",
    "digits": "2026-01-01 00:00:00." + "1" * 40,
    "other digits": "\u0662\u0660\u0662\u0666-01-01 00:00 UTC",
    "letters of another case": "2026-01-01 00:00 Atlantic/Reykjavi\u212a",
    "control": "2026-01-01 00:00 UTC\x1b[2J",
    "bidirectional": "2026-01-01 00:00 \u202eCTU",
    "markup": "<script>alert(1)</script>",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("codec", ["utf-8", "utf-16"])
def test_a_hostile_time_stamp_opens_nothing_and_is_quoted_in_print(
    folder, monkeypatch, text, codec
):
    opened = []
    monkeypatch.setattr(submissions, "ZoneInfo", opened.append)
    (folder / "timestamp.txt").write_bytes(text.encode(codec))
    submission = read("ada", folder, MB)
    assert submission.timestamp is None
    assert repr(text[:9])[1:-1] in submission.untimed
    assert submission.untimed.isprintable()
    assert len(submission.untimed) < 500
    assert opened == []


@pytest.mark.parametrize("content", [b"\xff\xfe" * 500_000, b"\xff\xfe\x00\xd8" + b"0" * 9])
def test_a_time_stamp_of_marks_and_halves_is_none(folder, content):
    (folder / "timestamp.txt").write_bytes(content)
    assert read("ada", folder, MB).timestamp is None
    assert read("ada", folder, MB).untimed.isprintable()


def test_blanks_do_not_carry_a_time_over_what_is_cut_off(folder):
    (folder / "timestamp.txt").write_bytes(b"2026-01-02 03:04" + "\u3000".encode() * 49 + b"junk")
    assert read("ada", folder, MB).timestamp is None


@pytest.mark.parametrize("kind", ["link", "second name", "pipe", "folder"])
def test_a_time_that_is_no_plain_file_is_asked_for(folder, tmp_path, kind):
    stamp = folder / "timestamp.txt"
    (tmp_path / "stamp").write_text("2026-01-02 03:04:05 UTC")
    make = {
        "link": lambda: stamp.symlink_to(tmp_path / "stamp"),
        "second name": lambda: os.link(tmp_path / "stamp", stamp),
        "pipe": lambda: os.mkfifo(stamp),
        "folder": stamp.mkdir,
    }
    make[kind]()
    submission = read("ada", folder, MB)
    assert submission.timestamp is None
    assert submission.untimed == "timestamp.txt is no plain file, so the time is not known."
    assert submissions.handed_in_at(folder) is None


def test_a_submission_that_is_refused_keeps_its_time(folder):
    """Or a late one would not be late any more."""
    (folder / "timestamp.txt").write_text("2026-01-02 03:04:05 UTC")
    (folder / "a").write_bytes(b"x" * (MB + 1))
    submission = read("ada", folder, MB)
    assert "larger" in submission.refused
    assert submission.timestamp == datetime(2026, 1, 2, 3, 4, 5)


def test_a_time_is_written_as_it_is_read(folder):
    moment = datetime(2026, 1, 2, 3, 4, 5, 600)
    submissions.write_time(folder, moment)
    assert submissions.handed_in_at(folder) == moment
    submissions.write_time(folder, None)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("year", ["0000", "0001", "9999"])
def test_a_time_that_a_zone_can_carry_over_the_end_of_the_calendar_is_none(folder, year):
    (folder / "timestamp.txt").write_text(f"{year}-06-07 08:09:10 UTC")
    assert read("ada", folder, MB).timestamp is None


def test_a_time_stamp_that_is_a_link_is_not_read(folder, tmp_path):
    (tmp_path / "stamp").write_text("2026-01-02 03:04:05 UTC")
    (folder / "timestamp.txt").symlink_to(tmp_path / "stamp")
    assert read("ada", folder, MB).timestamp is None
    assert submissions.handed_in_at(folder) is None


def test_the_time_alone_is_read_without_waiting_for_anybody(folder):
    assert submissions.handed_in_at(folder) is None
    os.mkfifo(folder / "timestamp.txt")
    assert submissions.handed_in_at(folder) is None
    (folder / "timestamp.txt").unlink()
    (folder / "timestamp.txt").write_text("2026-01-02 03:04:05 UTC")
    assert submissions.handed_in_at(folder) == datetime(2026, 1, 2, 3, 4, 5)


# --- keys ---------------------------------------------------------------------------------------

ONE = Submission("ada", {"a": b"1", "b": b"2"})


def test_a_key_says_nothing_of_the_student():
    twin = Submission("bob", {"b": b"2", "a": b"1"}, secret="other")
    assert twin.key("run", "") == ONE.key("run", "")


@pytest.mark.parametrize(
    "other",
    [
        Submission("ada", {"a": b"1", "b": b"3"}),
        Submission("ada", {"a": b"1", "c": b"2"}),
        Submission("ada", {"a": b"2", "b": b"1"}),
        Submission("ada", {"a": b"1"}),
        Submission("ada", {"a": b"1", "b": b"2", "c": b""}),
        Submission("ada", {"a": b"1b", "": b"2"}),
        Submission("ada", {"a": b"1", "b": b"2"}, refused="It is larger than 1 MB."),
        Submission("ada", {"a": b"1", "b": b"2"}, datetime(2026, 1, 1)),
        Submission("ada", {"a": b"1", "b": b"2"}, untimed="timestamp.txt is no plain file."),
    ],
    ids=["content", "name", "swapped", "fewer", "more", "joined", "refused", "time", "untimed"],
)
def test_a_key_changes_with_all_that_decides(other):
    assert other.key("run", "") != ONE.key("run", "")


def test_a_key_changes_with_the_run_and_with_the_sandbox():
    assert ONE.key("run", "bubblewrap") == ONE.key("run", "bubblewrap")
    keys = {ONE.key(run, kept_in) for run in ("run", "other") for kept_in in ("", "bubblewrap")}
    assert len(keys) == 4


# --- finding ------------------------------------------------------------------------------------


def test_folders_are_found_by_student(course, tmp_path):
    for name in ("bob", "ada", "c[d]*", "..e"):
        (tmp_path / "submitted" / name / "week").mkdir(parents=True)
    (tmp_path / "submitted" / "late" / "week2").mkdir(parents=True)
    found = folders(course, "week")
    assert list(found) == sorted(found) == ["..e", "ada", "bob", "c[d]*"]
    assert found["ada"] == tmp_path / "submitted" / "ada" / "week"


def test_names_that_nobody_can_see_are_found_and_those_that_are_no_text_too(course, tmp_path):
    names = ["a b", "a\u00a0b", "a\u200bb", "a\u202eb", "a\tb", "a\nb", "a\x1b[2Jb", "\udcffb"]
    for name in names:
        (tmp_path / "submitted" / name / "week").mkdir(parents=True)
    found = folders(course, "week")
    assert sorted(found) == sorted(names)
    nameless = {name for name in found if not submissions.is_text(name)}
    assert nameless == {"a\tb", "a\nb", "a\x1b[2Jb", "\udcffb"}


def test_notebooks_in_a_wrong_folder_are_found(course, tmp_path):
    students, written = tmp_path / "submitted", {}
    for name in (
        *("ada/week.ipynb", "bob/Week (1)/week.ipynb", "cyd/WEEK_final/week.ipynb"),
        *("right/week/week.ipynb", "right/week.ipynb", "eve/week2/week.ipynb", "eve/x.ipynb"),
        *("fay/other/week.ipynb", "week.ipynb"),
    ):
        written[name] = students / name
        written[name].parent.mkdir(parents=True, exist_ok=True)
        written[name].write_text("{}")
    (students / "gus").symlink_to(students / "ada")
    (tmp_path / "solutions" / "." / "week2").mkdir(parents=True)
    found = submissions.misplaced(course, "week", ["week.ipynb"])
    assert found == ["ada/week.ipynb", "bob/Week (1)/week.ipynb", "cyd/WEEK_final/week.ipynb"]


def test_a_course_of_another_layout_or_of_nobody_has_no_wrong_folder(course, tmp_path):
    assert submissions.misplaced(course, "week", ["week.ipynb"]) == []
    course.format_path = lambda step, who, what: os.path.join(str(tmp_path), step, what, who)
    (tmp_path / "submitted" / "week" / "ada").mkdir(parents=True)
    assert submissions.misplaced(course, "week", ["week.ipynb"]) == []


@pytest.mark.parametrize("level", ["week", "."])
def test_a_link_to_nowhere_hides_nobody(course, tmp_path, level):
    """A name that is too long for the system, for one."""
    for name in ("ada", "eve", "zoe"):
        (tmp_path / "submitted" / name / "week").mkdir(parents=True)
    place = tmp_path / "submitted" / "eve" / level
    subprocess.run(["rm", "-r", str(place.resolve())], check=True)
    place.resolve().symlink_to("n" * 300)
    found = folders(course, "week")
    assert {"ada", "zoe"} <= set(found)
    if level == "week":
        assert read("eve", found["eve"], MB).refused == "The folder is a link to another place."


@pytest.mark.parametrize(
    "target", ["eve", "..", ".", "/", "/proc/self/root", "/dev/zero", "no/where"]
)
@pytest.mark.parametrize("level", ["student", "assignment"])
def test_a_link_among_the_students_hides_nobody(course, tmp_path, target, level):
    """Who looks for folders by following links goes round for ever, or ends with an error."""
    for name in ("ada", "zoe"):
        (tmp_path / "submitted" / name / "week").mkdir(parents=True)
    link = tmp_path / "submitted" / "eve"
    if level == "assignment":
        link.mkdir()
        link /= "week"
    link.symlink_to(target)
    found = folders(course, "week")
    assert {"ada", "zoe"} <= found.keys() <= {"ada", "eve", "zoe"}
    if "eve" in found:
        assert read("eve", found["eve"], MB).files == {}


def test_a_file_that_grows_while_it_is_read_ends(folder, monkeypatch):
    """It was small when it was listed: who asks then, and reads all of it, has no limit."""
    path = folder / "week.ipynb"
    path.write_bytes(b"1")

    def grow():
        with path.open("ab") as file:
            file.truncate(path.stat().st_size + 2 * MB)

    before_opening(monkeypatch, "week.ipynb", grow)
    assert read("ada", folder, MB).refused == "It is larger than 1 MB."


@pytest.mark.parametrize("secret", [b"\xff" * 40, b"\0\n../../up", b"9" * (MB // 2)])
def test_a_secret_is_text_and_no_file_of_the_notebook(folder, secret):
    """It goes into a file beside the feedback: one of stray bytes would end the run."""
    (folder / "submission_secret.txt").write_bytes(secret)
    (folder / "data").mkdir()
    (folder / "data" / "submission_secret.txt").write_bytes(b"mine")
    submission = read("ada", folder, MB)
    assert submission.secret.encode()
    assert set(submission.files) == {"data/submission_secret.txt"}


@pytest.mark.parametrize("special", ["folder", "socket", "sparse"])
def test_a_time_stamp_that_is_no_file_of_text_is_none(folder, special):
    """Who opens it by its name alone gets an error, or a terabyte."""
    stamp = folder / "timestamp.txt"
    with socket.socket(socket.AF_UNIX) as listener:
        if special == "folder":
            stamp.mkdir()
        elif special == "socket":
            listener.bind(str(stamp))
        else:
            with stamp.open("wb") as file:
                file.truncate(1 << 40)
        assert submissions.handed_in_at(folder) is None
        assert read("ada", folder, MB).timestamp is None


def test_excluded_students_are_left_out(course, tmp_path):
    for name in ("ada", "bob", "eve"):
        (tmp_path / "submitted" / name / "week").mkdir(parents=True)
    course.student_id_exclude = "ada,eve,,nobody"
    assert list(folders(course, "week")) == ["bob"]


def test_nobody_is_found_where_nothing_was_handed_in(course):
    assert folders(course, "week") == {}


def test_other_layouts_of_a_course_work(course, tmp_path):
    def format_path(step, student, assignment):
        return os.path.join(str(tmp_path), step, assignment, student, student, "end")

    course.format_path = format_path
    (tmp_path / "submitted" / "week" / "ada" / "ada" / "end").mkdir(parents=True)
    (tmp_path / "submitted" / "week" / "bob" / "bob" / "start").mkdir(parents=True)
    assert list(folders(course, "week")) == ["ada"]


def test_hard_links_are_left_out_but_for_the_notebook(folder, tmp_path):
    """Or whoever links to another's notebook would keep that one from being graded."""
    for name in ("week.ipynb", "data.txt", "theirs.ipynb"):
        (tmp_path / f"other-{name}").write_text("{}")
        os.link(tmp_path / f"other-{name}", folder / name)
    assert set(read("ada", folder, MB, ["week.ipynb"]).files) == {"week.ipynb"}
