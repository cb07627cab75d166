"""What students hand in is read as bytes, whatever they put into the folder."""

import os
import socket
import subprocess
from datetime import datetime
from types import SimpleNamespace

import pytest

pytest.importorskip("nbgrader")

from dlcourse.grading import submissions
from dlcourse.grading.submissions import Submission, folders, read

MB = 1 << 20


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
        format_path=format_path, submitted_directory="submitted", student_id_exclude=""
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
    for number in range(submissions.MOST_FILES):
        (folder / f"{number}").touch()
    assert len(read("ada", folder, MB).files) == submissions.MOST_FILES
    (folder / "one more").touch()
    assert read("ada", folder, MB).refused == "It has more than 200 files."


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
        ("2026-01-02 03:04:05 -3600", datetime(2026, 1, 2, 4, 4, 5)),
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


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"  \n", b"yesterday", b"\xff\xfe", b"2026-02-30", b"2026-01-02 25:00:00 UTC"),
        *(b"9" * 400, b"\0", b"1 2 3 4 5 6 7", b"0001-01-01 00:00:00 +2359", b"x" * 10_000),
        b"24:00111111111111111111111111111111\xc3\xa9",
        *(b"2026-01-01 00:00:00 /proc/self/mem", b"2026-01-01 00:00:00 ../../etc/passwd"),
        *(b"1." * 400_000, b"2026-01-02 03:04:05" + b" " * 100),
    ],
    ids=lambda content: ascii(content[:20]),
)
def test_bad_time_stamps_are_none(folder, content):
    (folder / "timestamp.txt").write_bytes(content)
    submission = read("ada", folder, MB)
    assert submission.timestamp is None
    assert submission.refused == ""


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
    ],
    ids=["content", "name", "swapped", "fewer", "more", "joined", "refused", "time"],
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
