"""What nbgrader's own commands are kept from opening, copying and serving."""

import os

import pytest

pytest.importorskip("nbgrader")

from dlcourse.grading.execute import put_links_aside, remove_active_files


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


def put_aside(folder):
    put_links_aside("week", "*", [str(folder / "week.ipynb")])


def test_whatever_is_no_file_of_its_own_gets_a_name_that_is_ignored(handed_in):
    put_aside(handed_in)
    assert names(handed_in) == [
        *(".link.txt.refused", ".pipe.refused", "data", "data/.folder.refused"),
        *("data/.hard.txt.refused", "data/table.csv", "week.ipynb"),
    ]


def test_a_notebook_with_a_second_name_is_graded_all_the_same(handed_in, tmp_path):
    os.link(handed_in / "week.ipynb", tmp_path / "copy.ipynb")
    put_aside(handed_in)
    assert "week.ipynb" in names(handed_in)


@pytest.mark.parametrize("text", ["2026-01-02 03:04:05.678 UTC\n", "2026-01-02 03:04:05 +0100"])
def test_a_time_stamp_stays(handed_in, text):
    (handed_in / "timestamp.txt").write_text(text)
    put_aside(handed_in)
    assert "timestamp.txt" in names(handed_in)


@pytest.mark.parametrize(
    "text", ["", "2026-01-01 00:00:00 /proc/self/mem", "1." * 100_000, "yesterday", "\0"]
)
def test_what_is_no_time_stamp_is_put_aside(handed_in, text):
    (handed_in / "timestamp.txt").write_text(text)
    put_aside(handed_in)
    assert "timestamp.txt" not in names(handed_in)
    assert ".timestamp.txt.refused" in names(handed_in)


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
