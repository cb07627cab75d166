"""Locks and memory of the sandbox's own, against Python's."""

import _multiprocessing
import mmap
import os
import pwd
import threading
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.managers import BaseManager

import pytest

from dlcourse.grading.inside import as_at_home
from dlcourse.grading.inside.as_at_home import Memory, SemLock

RECURSIVE, SEMAPHORE = 0, 1
pytestmark = pytest.mark.local
PYTHONS = _multiprocessing.SemLock


@pytest.fixture(params=[SemLock, PYTHONS], ids=["ours", "Python's"])
def semlock(request):
    """Make a lock; what is asserted holds for Python's own, too."""
    names = iter(f"/dlcourse-{os.getpid()}-{number}" for number in range(100))

    def make(kind, value, maxvalue):
        return request.param(kind, value, maxvalue, next(names), True)

    return make


def elsewhere(function, *arguments):
    """Call a function in another thread."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(function, *arguments).result()


def test_a_lock_is_had_by_one(semlock):
    lock = semlock(SEMAPHORE, 1, 1)
    assert lock.acquire()
    assert not lock.acquire(False)
    assert not lock.acquire(True, 0.01)
    assert not elsewhere(lock.acquire, False)
    assert (lock._count(), lock._is_mine(), lock._is_zero()) == (1, True, True)
    assert not elsewhere(lock._is_mine)
    elsewhere(lock.release)
    assert not lock._is_zero()
    with lock:
        assert lock._is_zero()
    with pytest.raises(ValueError, match="released too many times"):
        lock.release()


def test_a_recursive_lock_belongs_to_a_thread(semlock):
    lock = semlock(RECURSIVE, 1, 1)
    with lock, lock:
        assert lock._count() == 2
        assert not elsewhere(lock.acquire, False)
        with pytest.raises(AssertionError, match="not owned by thread"):
            elsewhere(lock.release)
    assert lock._count() == 0
    assert elsewhere(lock.acquire, False)


def test_a_semaphore_is_had_by_several(semlock):
    places = semlock(SEMAPHORE, 2, SemLock.SEM_VALUE_MAX)
    assert [places.acquire(False) for _ in range(3)] == [True, True, False]
    places.release()
    assert places.acquire(False)
    assert (places.kind, places.maxvalue) == (SEMAPHORE, SemLock.SEM_VALUE_MAX)


def test_who_waits_is_woken(semlock):
    lock = semlock(SEMAPHORE, 0, 1)
    woken = threading.Event()
    thread = threading.Thread(target=lambda: lock.acquire(True, 60) and woken.set())
    thread.start()
    lock.release()
    assert woken.wait(60)
    thread.join()


def test_a_forked_process_has_the_same_lock(semlock):
    lock = semlock(SEMAPHORE, 0, 1)
    child = os.fork()
    if child == 0:
        lock._after_fork()
        lock.release()
        os._exit(0)
    assert lock.acquire(True, 60)
    os.waitpid(child, 0)


def test_a_lock_says_what_it_cannot_do():
    lock = SemLock(SEMAPHORE, 1, 1, "", True)
    with pytest.raises(NotImplementedError, match="value of a semaphore is not known"):
        lock._get_value()
    with pytest.raises(OSError, match=r"processes must be forked: .*'spawn'"):
        SemLock(SEMAPHORE, 1, 1, "", False)


def test_a_lock_that_goes_leaves_no_descriptor():
    before = len(os.listdir("/proc/self/fd"))
    locks = [SemLock(SEMAPHORE, 1, 1, "", True) for _ in range(5)]
    assert len(os.listdir("/proc/self/fd")) == before + 5
    del locks
    assert len(os.listdir("/proc/self/fd")) == before


@pytest.mark.parametrize(
    "named", [{}, {"access": mmap.ACCESS_WRITE}, {"prot": mmap.PROT_WRITE | 1}]
)
def test_memory_without_a_file_is_shared_with_a_forked_process(named):
    with Memory(-1, 10_000, **named) as memory:
        assert isinstance(memory, mmap.mmap)
        assert (len(memory), memory[:3]) == (10_000, b"\0\0\0")
        child = os.fork()
        if child == 0:
            memory[:5] = b"child"
            os._exit(0)
        os.waitpid(child, 0)
        assert memory[:5] == b"child"


def test_memory_of_a_file_and_private_memory_are_pythons_own(tmp_path):
    (tmp_path / "file").write_bytes(b"abc")
    with open(tmp_path / "file", "r+b") as file, Memory(file.fileno(), 0) as memory:
        assert memory[:] == b"abc"
        memory[0] = ord("x")
    assert (tmp_path / "file").read_bytes() == b"xbc"
    with Memory(-1, 100, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as memory:
        assert len(memory) == 100


def test_memory_for_which_there_is_no_room_is_an_error(monkeypatch):
    def fallocate(descriptor, start, size):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(as_at_home.os, "posix_fallocate", fallocate)
    with pytest.raises(OSError, match="No space left"):
        Memory(-1, 100)


def test_they_take_the_places_of_pythons_own(monkeypatch):
    monkeypatch.setattr(mmap, "mmap", mmap.mmap)
    monkeypatch.setattr(_multiprocessing, "SemLock", _multiprocessing.SemLock)
    monkeypatch.setattr(BaseManager, "start", BaseManager.start)
    monkeypatch.setattr(pwd, "getpwuid", pwd.getpwuid)
    as_at_home.install()
    assert mmap.mmap is Memory
    assert _multiprocessing.SemLock is SemLock
    with pytest.raises(OSError, match=r"no sockets, which multiprocessing's Manager needs"):
        BaseManager().start()
    assert pwd.getpwuid is as_at_home.user


def test_a_user_knows_oneself_where_there_is_no_list_of_users(monkeypatch):
    monkeypatch.setenv("USER", "student")
    monkeypatch.setattr(os, "getuid", lambda: 2**31)
    me = as_at_home.user(2**31)
    assert (me.pw_name, me.pw_uid, me.pw_dir) == ("student", 2**31, os.environ["HOME"])
    with pytest.raises(KeyError):
        as_at_home.user(2**31 - 1)
