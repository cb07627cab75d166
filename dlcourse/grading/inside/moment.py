"""What a forked copy of a student's process does not keep by itself: files, and what threads do.

A snapshot answers a test when the notebook has long come to its end. Its memory is as it was at the
test's place; the folder that it shares with the other copies, the places in open files, and pools
of threads or processes are made so here.
"""

import contextlib
import os
import signal
import stat
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from functools import wraps
from multiprocessing.pool import Pool
from multiprocessing.process import BaseProcess
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary, ref

from .wire import MB

ROOM = 32 * MB  # of files' contents; what is beyond is found as the last cell left it
JUST_NOW = 50_000_000  # nanoseconds in which a second change of a file may show no other time
PATIENCE = 1.0  # seconds for threads to come to an end by themselves
WORKERS = ("concurrent.futures.thread", "concurrent.futures.process", "multiprocessing.pool")
POOLS = (ThreadPoolExecutor, ProcessPoolExecutor, Pool)

_pools: WeakKeyDictionary[Any, Callable[[], None]] = WeakKeyDictionary()


class Kept(NamedTuple):
    """A file as it was: its stamp, None if that may not show the next change; content; mode."""

    stamp: tuple[int, int, int] | None
    content: bytes | None  # None is too large to be kept
    mode: int


class Moment:
    """The state of a submission's folders, followed from test to test.

    Parameters
    ----------
    folders : list of str
        All that the submission can write to.
    """

    def __init__(self, folders: list[str]) -> None:
        self.roots = folders
        self.files: dict[str, Kept] = {}
        self.folders: set[str] = set()
        self.places: dict[int, int] = {}
        self.patience, self.lost_threads = PATIENCE, False

    def take(self) -> None:
        """Look at all there is, just before a fork."""
        self.wait_for_threads()
        self.places = dict(places_in_open_files())
        before, room = self.files, ROOM
        self.files, self.folders = {}, set()
        for path, found in walk(self.roots):
            if stat.S_ISDIR(found.st_mode):
                self.folders.add(path)
                continue
            stamp, last = stamp_of(found), before.get(path)
            if last is not None and last.stamp == stamp:
                content = last.content
            else:
                content = read(path) if found.st_size <= room else None
            room -= len(content or b"")
            trusted = time.time_ns() - found.st_ctime_ns > JUST_NOW
            self.files[path] = Kept(stamp if trusted else None, content, found.st_mode)

    def wait_for_threads(self) -> None:
        """Give threads that come to an end the time for it; a fork goes on without them."""
        others = [thread for thread in threading.enumerate() if not is_a_workers(thread)]
        deadline = time.monotonic() + self.patience
        for thread in others:
            if not thread.daemon:
                thread.join(max(deadline - time.monotonic(), 0))
        self.lost_threads = any(thread.is_alive() for thread in others)
        self.patience = max(deadline - time.monotonic(), 0)

    def bring_back(self) -> None:
        """Make everything what it was, in the copy that answers for this moment."""
        for path, found in sorted(walk(self.roots), reverse=True):  # what is in a folder first
            folder = stat.S_ISDIR(found.st_mode)
            if path not in (self.folders if folder else self.files):
                with contextlib.suppress(OSError):
                    (os.rmdir if folder else os.unlink)(path)
        for path in sorted(self.folders):
            with contextlib.suppress(OSError):
                os.makedirs(path, exist_ok=True)
        for path, kept in self.files.items():
            with contextlib.suppress(OSError):
                restore(path, kept)
        for descriptor, place in self.places.items():
            with contextlib.suppress(OSError):
                os.lseek(descriptor, place, os.SEEK_SET)
        for pool, begin in list(_pools.items()):
            if is_open(pool):
                end_workers(pool)
                begin()


def walk(roots: list[str]) -> Iterator[tuple[str, os.stat_result]]:
    """Find the folders and files below some folders, but for what is mounted there."""
    waiting = []
    for root in roots:
        with contextlib.suppress(OSError):
            waiting.append((root, os.stat(root).st_dev))
    while waiting:
        folder, device = waiting.pop()
        with contextlib.suppress(OSError), os.scandir(folder) as entries:
            for entry in entries:
                found = entry.stat(follow_symlinks=False)
                if found.st_dev != device:
                    continue
                if stat.S_ISDIR(found.st_mode):
                    waiting.append((entry.path, device))
                    yield entry.path, found
                elif stat.S_ISREG(found.st_mode):
                    yield entry.path, found


def stamp_of(found: os.stat_result) -> tuple[int, int, int]:
    """Return what differs when a file has been changed; its other times can be set."""
    return found.st_ino, found.st_size, found.st_ctime_ns


def read(path: str) -> bytes | None:
    """Read a file, if it can be."""
    with contextlib.suppress(OSError), open(path, "rb") as file:
        return file.read(ROOM)
    return None


def restore(path: str, kept: Kept) -> None:
    """Give a file its content again, in its place: it may be open."""
    if kept.content is None:
        return
    with contextlib.suppress(FileNotFoundError):
        stamp = stamp_of(os.lstat(path))
        if stamp == kept.stamp or read(path) == kept.content:
            return
    with open(path, "wb") as file:
        file.write(kept.content)
    os.chmod(path, stat.S_IMODE(kept.mode))


def places_in_open_files() -> Iterator[tuple[int, int]]:
    """Say of each open file how far it has been read: copies of a process share that."""
    for descriptor in range(3, os.sysconf("SC_OPEN_MAX")):
        with contextlib.suppress(OSError):
            if stat.S_ISREG(os.fstat(descriptor).st_mode):
                yield descriptor, os.lseek(descriptor, 0, os.SEEK_CUR)


def remember_pools() -> None:
    """Let pools be made anew in a copy, where the threads that serve them are not."""
    for kind in POOLS:
        kind.__init__ = remembered(kind.__init__)  # type: ignore[method-assign]


def remembered(begin: Callable[..., None]) -> Callable[..., None]:
    """Make an ``__init__`` that can be called again."""

    @wraps(begin)
    def remember(self: Any, *arguments: Any, **named: Any) -> None:
        begin(self, *arguments, **named)
        own = ref(self)
        _pools[self] = lambda: begin(own(), *arguments, **named)

    return remember


def is_open(pool: Any) -> bool:
    """Tell whether a pool takes work."""
    closed = ("_shutdown", "_shutdown_thread")
    return getattr(pool, "_state", "RUN") == "RUN" and not any(
        getattr(pool, name, False) for name in closed
    )


def end_workers(pool: Any) -> None:
    """End the processes that served a pool: they hear nothing of it any more."""
    workers = getattr(pool, "_pool", None) or (getattr(pool, "_processes", None) or {}).values()
    for worker in workers:
        if isinstance(worker, BaseProcess) and worker.pid is not None:
            with contextlib.suppress(OSError):
                os.kill(worker.pid, signal.SIGKILL)


def is_a_workers(thread: threading.Thread) -> bool:
    """Tell whether a thread is the main one, or serves a pool."""
    work = getattr(thread, "_target", None) or type(thread)
    return thread is threading.main_thread() or getattr(work, "__module__", "") in WORKERS
