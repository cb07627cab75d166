"""Folders that live as long as the process that works in them."""

import os
import socket
import subprocess
import sys

import pytest

pytest.importorskip("fcntl")

import dlcourse.grading.scratch as module
from dlcourse.grading.scratch import PREFIX, Scratch, sweep

pytestmark = pytest.mark.local
WORK = """
import sys, tempfile
tempfile.tempdir = sys.argv[1]
from dlcourse.grading.scratch import Scratch
scratch = Scratch()
(scratch.folder / "file").write_text("")
print(scratch.folder, flush=True)
sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    """Where temporary files lie."""
    monkeypatch.setattr(module.tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def elsewhere(place):
    """Another process that works in a folder, and that folder's name."""
    command = [sys.executable, "-c", WORK, str(place)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        yield process, place / process.stdout.readline().decode().strip()
        process.kill()


def test_a_folder_goes_when_it_is_closed(place):
    scratch = Scratch()
    (scratch.folder / "file").write_text("")
    assert scratch.folder.stat().st_mode & 0o777 == 0o755
    scratch.close()
    scratch.close()
    assert list(place.iterdir()) == []


def test_what_a_killed_process_left_goes_and_what_is_in_use_stays(elsewhere):
    process, folder = elsewhere
    sweep()
    assert (folder / "file").exists()
    process.kill()
    process.wait()
    assert folder.exists()
    scratch = Scratch()
    assert not folder.exists()
    assert scratch.folder.exists()
    scratch.close()


def test_only_our_own_folders_are_swept(place, monkeypatch):
    kept = place / "kept"
    kept.mkdir()
    (place / f"{PREFIX}link").symlink_to(kept)
    (place / f"{PREFIX}file").write_text("")
    (place / f"{PREFIX}old").mkdir()
    monkeypatch.setattr(module.os, "getuid", lambda: -1)  # all of it is somebody else's
    sweep()
    assert len(list(place.iterdir())) == 4
    monkeypatch.undo()
    module.tempfile.tempdir = str(place)
    sweep()
    assert {path.name for path in place.iterdir()} == {"kept", f"{PREFIX}link", f"{PREFIX}file"}


@pytest.mark.parametrize("when", ["before it is locked", "after"])
def test_a_folder_that_another_one_sweeps_is_made_again(place, monkeypatch, when):
    lock, taken = module._lock, []

    def late(folder):
        if taken:
            return lock(folder)
        taken.append(folder)
        descriptor = lock(folder) if when == "after" else None
        folder.rmdir()
        return descriptor or lock(folder)

    monkeypatch.setattr(module, "_lock", late)
    scratch = Scratch()
    assert scratch.folder.exists()
    assert scratch.folder not in taken
    scratch.close()


def test_what_a_swept_folder_links_to_stays(place):
    """A killed run's student may have left links: who follows them removes the course."""
    kept = place / "kept"
    (kept / "inner").mkdir(parents=True)
    (kept / "inner" / "file").write_text("kept")
    old = place / f"{PREFIX}old"
    (old / "deep").mkdir(parents=True)
    for folder in (old, old / "deep"):
        (folder / "link").symlink_to(kept)
        (folder / "up").symlink_to("../..")
        os.link(kept / "inner" / "file", folder / "hard")
        folder.chmod(0o500)
    sweep()
    assert not old.exists()
    assert (kept / "inner" / "file").read_text() == "kept"


def test_nothing_that_has_a_folders_name_makes_a_sweep_wait_or_stop(place):
    """Any user may make it among the temporary files: a pipe waits for who writes into it."""
    os.mkfifo(place / f"{PREFIX}pipe")
    (place / f"{PREFIX}loop").symlink_to(f"{PREFIX}loop")
    (place / f"{PREFIX}long").symlink_to("n" * 300)
    (place / f"{PREFIX}up").symlink_to("..")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(place / f"{PREFIX}s"))
        before = set(place.iterdir())
        Scratch().close()
        assert set(place.iterdir()) == before


def test_a_lock_of_somebody_else_makes_nobody_wait(place):
    """Whoever may read a folder may lock it for ever."""
    (place / f"{PREFIX}old").mkdir()
    lock = module._lock(place / f"{PREFIX}old")
    Scratch().close()
    assert (place / f"{PREFIX}old").exists()
    os.close(lock)
    Scratch().close()
    assert list(place.iterdir()) == []
