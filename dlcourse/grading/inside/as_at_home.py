"""Parts of Python that need what the sandbox has not, made of what it has.

A student's cell then does what it does at home. Nothing here guards anything: the walls are
elsewhere.
"""

import _multiprocessing  # type: ignore[import-not-found]  # it has no types
import contextlib
import errno
import mmap
import os
import pwd
import select
import tempfile
import threading
import time
from multiprocessing.managers import BaseManager
from typing import Any, NoReturn

_user = pwd.getpwuid
RECURSIVE = 0  # multiprocessing.synchronize.RECURSIVE_MUTEX


def install() -> None:
    """Put them into the places of Python's own."""
    mmap.mmap = Memory  # type: ignore[misc]
    _multiprocessing.SemLock = SemLock
    BaseManager.start = no_server  # type: ignore[method-assign]
    pwd.getpwuid = user


def draw_inline() -> None:
    """Let all of matplotlib's backends draw as the inline one does, and a bitmap in any format.

    There is no window, and no page that would show SVG or run a backend's script.
    """
    import matplotlib
    from IPython.core import pylabtools
    from matplotlib import pyplot
    from matplotlib_inline import backend_inline

    select = pylabtools.select_figure_formats

    def bitmaps(shell: Any, formats: Any, **settings: Any) -> None:
        asked = {formats} if isinstance(formats, str) else set(formats)
        drawn = {"png" if one in ("svg", "pdf") else one for one in asked}
        select(shell, drawn, **settings)  # type: ignore[no-untyped-call]

    for module in (pylabtools, backend_inline):
        module.select_figure_formats = bitmaps  # type: ignore[attr-defined]
    matplotlib.use = pyplot.switch_backend = lambda *_, **__: None  # type: ignore[assignment]


def no_server(*_: Any, **__: Any) -> NoReturn:
    """Refuse to start what other processes connect to.

    Raises
    ------
    OSError
        In any case.
    """
    raise OSError(
        errno.ENOSYS,
        "While grading there are no sockets, which multiprocessing's Manager needs; "
        "its Pool, Queue, Value and Array are there",
    )


def user(number: int) -> pwd.struct_passwd:
    """Look a user up; there is no list of users, but who asks about oneself is there.

    Raises
    ------
    KeyError
        If it is somebody else.
    """
    if number != os.getuid():
        return _user(number)
    name, home = (os.environ.get(variable, "") for variable in ("USER", "HOME"))
    return pwd.struct_passwd((name, "x", number, os.getgid(), "", home, "/bin/sh"))


class Memory(mmap.mmap):
    """`mmap.mmap`; memory that processes share lies in a file without a name.

    Memory of no file can be kept by a process that is counted as having none.
    """

    def __new__(
        cls, fileno: int, length: int, flags: int = mmap.MAP_SHARED, *others: Any, **named: Any
    ) -> "Memory":
        """Map a file, or memory of its own where there is none (-1)."""
        if fileno != -1 or flags & mmap.MAP_PRIVATE:
            return super().__new__(cls, fileno, length, flags, *others, **named)
        with tempfile.TemporaryFile(dir=os.environ.get("HOME")) as file:
            os.posix_fallocate(file.fileno(), 0, length)  # or a full disk would end the process
            return super().__new__(cls, file.fileno(), length, mmap.MAP_SHARED, *others, **named)


class SemLock:
    """The semaphore of which `multiprocessing` makes its locks, queues and pools, by an eventfd.

    Python's own waits at a place in memory that is shared with other processes, which the sandbox
    refuses: two submissions could wake each other at a place in a file of the system. This one is
    handed on by a fork. Where a count is known to the system alone it behaves as on macOS: a
    semaphore of more than 1 does not notice that it is released too often, and tells no value.

    Parameters
    ----------
    kind, value, maxvalue : int
        Recursive lock or not, how often it can be acquired at first, and at most.
    name : str
        Not used.
    unlink : bool
        False for a process that starts anew and would look for the name.

    Raises
    ------
    OSError
        If `unlink` is False.
    """

    SEM_VALUE_MAX = 2**31 - 1

    def __init__(self, kind: int, value: int, maxvalue: int, name: str, unlink: bool) -> None:
        if not unlink:
            raise OSError(
                errno.ENOSYS,
                "While grading, processes must be forked: multiprocessing's start methods 'spawn' "
                "and 'forkserver' need semaphores with a name, which are not there",
            )
        self.kind, self.maxvalue, self.name = kind, maxvalue, None
        self.held, self.owner = 0, 0
        self.handle = os.eventfd(value, os.EFD_SEMAPHORE | os.EFD_NONBLOCK | os.EFD_CLOEXEC)

    def acquire(self, block: bool = True, timeout: float | None = None) -> bool:
        """Take it, waiting for so many seconds at most; tell whether that worked."""
        if self.kind == RECURSIVE and self._is_mine():
            self.held += 1
            return True
        end = None if timeout is None else time.monotonic() + timeout
        while True:
            with contextlib.suppress(BlockingIOError):
                os.eventfd_read(self.handle)
                self.held, self.owner = self.held + 1, threading.get_ident()
                return True
            left = None if end is None else end - time.monotonic()
            if not block or (left is not None and left <= 0):
                return False
            select.select([self.handle], [], [], left)

    def release(self) -> None:
        """Give it back.

        Raises
        ------
        AssertionError
            If it is a recursive lock of another thread.
        ValueError
            If it is a lock that nobody has.
        """
        if self.kind == RECURSIVE:
            if not self._is_mine():
                raise AssertionError("attempt to release recursive lock not owned by thread")
            if self.held > 1:
                self.held -= 1
                return
        elif self.maxvalue == 1 and not self._is_zero():
            raise ValueError("semaphore or lock released too many times")
        os.eventfd_write(self.handle, 1)
        self.held -= 1

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()

    def __del__(self) -> None:
        with contextlib.suppress(OSError, AttributeError):
            os.close(self.handle)

    def _count(self) -> int:
        return self.held

    def _is_mine(self) -> bool:
        return self.held > 0 and self.owner == threading.get_ident()

    def _is_zero(self) -> bool:
        return not select.select([self.handle], [], [], 0)[0]

    def _get_value(self) -> int:
        raise NotImplementedError("the value of a semaphore is not known while grading")

    def _after_fork(self) -> None:
        self.held = 0
