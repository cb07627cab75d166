"""Walls around one submission, built by the process itself before it runs a line of the student's.

The whole fork server already lives in bubblewrap: no network, a read-only system, nothing of the
course. Inside, each submission gets namespaces of its own, private and empty folders to write to,
limits, no capability, and a filter on system calls. All that happens in a process of ours; the
student's code comes afterwards and cannot undo any of it.
"""

import ctypes
import os
import resource
import signal
from typing import Any

from .wire import MB

HOME = "/submission"
NOBODY = 65534  # whose rights students' code has where root grades

_libc = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNS, CLONE_NEWIPC = 0x00020000, 0x08000000
CLONE_NEWUSER, CLONE_NEWPID = 0x10000000, 0x20000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 0x20, 0x1000, 0x4000, 0x40000
DEVICES = [f"/dev/{name}" for name in ("null", "zero", "full", "random", "urandom", "tty")]
PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS = 4, 38
CAPABILITY_VERSION = 0x20080522


def _check(result: int, what: str) -> None:
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{what}: {os.strerror(error)}")


def leave_namespaces() -> None:
    """Put the children of this process into namespaces of their own."""
    user, group = os.getuid(), os.getgid()
    flags = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC
    _check(_libc.unshare(flags), "unshare")
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)


def _mount(place: str, options: str, flags: int = 0) -> None:
    flags |= MS_NOSUID | MS_NODEV
    _check(
        _libc.mount(b"tmpfs", place.encode(), b"tmpfs", flags, options.encode()), f"mount {place}"
    )


def _mount_tmp(python: list[str]) -> None:
    """Make ``/tmp`` the submission's own, in which Python stays where it lies and read-only."""
    kept = [(place, os.open(place, os.O_PATH)) for place in python if place.startswith("/tmp/")]  # noqa: S108
    _mount("/tmp", "size=8m,nr_inodes=1000,mode=1777")  # noqa: S108
    for place, descriptor in kept:
        if os.path.isdir(f"/proc/self/fd/{descriptor}"):
            os.makedirs(place, exist_ok=True)
        else:
            os.makedirs(os.path.dirname(place), exist_ok=True)
            open(place, "x").close()
        hidden = f"/proc/self/fd/{descriptor}".encode()
        _check(_libc.mount(hidden, place.encode(), None, MS_BIND | MS_REC, None), f"bind {place}")
        os.close(descriptor)


def close_walls(limits: dict[str, Any], test_cells: int, python: list[str]) -> None:
    """Hide the rest of the sandbox but for Python, then give up every right to see it again."""
    _check(_libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None), "mount /")
    room = f"size={int(limits['files_mb'] * MB)},nr_inodes=10000,mode=700"
    _mount(HOME, room)
    _mount_tmp(python)
    _mount("/proc", "size=4k,nr_inodes=2", MS_RDONLY | MS_NOEXEC)
    _mount("/dev/shm", "size=8m,nr_inodes=100,mode=1777", MS_NOEXEC)  # noqa: S108
    options = b"newinstance,ptmxmode=0666,mode=620"
    _check(_libc.mount(b"devpts", b"/dev/pts", b"devpts", MS_NOSUID | MS_NOEXEC, options), "devpts")
    _check(_libc.mount(b"/dev/null", b"/dev/zero", None, MS_BIND, None), "hide /dev/zero")
    for device in DEVICES:  # or all would share what time of day it shows
        kept = os.statvfs(device).f_flag & (MS_NOSUID | MS_NODEV | MS_NOEXEC)
        flags = MS_REMOUNT | MS_BIND | MS_RDONLY | kept
        _check(_libc.mount(None, device.encode(), None, flags, None), f"close {device}")
    os.chdir(HOME)
    set_limits(limits, test_cells)
    _check(_libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no new privileges")
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION, 0)
    _check(_libc.capset(header, (ctypes.c_uint32 * 6)()), "drop capabilities")
    _libc.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)  # or the station may not ask how much memory it uses


def set_limits(limits: dict[str, Any], test_cells: int) -> None:
    """Set the limits that the kernel keeps for each process."""
    for name, limit in (
        (resource.RLIMIT_AS, limits["memory_mb"] * MB),
        (resource.RLIMIT_FSIZE, limits["files_mb"] * MB),
        (resource.RLIMIT_NPROC, limits["processes"] + test_cells),
        (resource.RLIMIT_NOFILE, limits["open_files"]),
        (resource.RLIMIT_CPU, int(limits["notebook_seconds"]) + 5),
        (resource.RLIMIT_MSGQUEUE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(name, (int(limit), int(limit)))


def reap() -> None:
    """Wait for all children and orphans; be the namespace's first process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        try:
            os.wait()
        except ChildProcessError:
            return
