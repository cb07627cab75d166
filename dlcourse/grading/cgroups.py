"""A control group of the kernel for each submission, where this process may make one.

A group pays for what no process owns, as the names that the kernel remembers, and has one share of
the processors, however many processes are in it: a new group's share is as large as any other's.
Groups lie below this process's own, one in each hierarchy that keeps memory or processors; both
versions of the kernel's interface are known. In the second one a group with processes in it can
have none below it that is limited. So this process, if it is alone in its group, first moves into
one of its own.

Where a group may not be made there is none: for an ordinary user, unless the system gave the
process a group to divide, and in a container that may only read ``/sys/fs/cgroup``.
"""

import contextlib
import itertools
import os
import re
import subprocess
import time
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from dlcourse.grading.inside.jail import NOBODY

PROC = Path("/proc")
NAME = re.compile(r"dlcourse-(\d+)-(\d+)-\d+")
CONTROLLERS = frozenset(("cpu", "memory"))
DYING_SECONDS = 5  # how long killed processes may take to leave a group

_numbers = itertools.count()


class Group:
    """A group, in every hierarchy where it is needed; of no folder where there can be none.

    Parameters
    ----------
    homes : iterable of Path
        In which folders to make it, from `homes`.
    memory : int
        Bytes of memory that it may have, with all that the kernel keeps for it.

    Raises
    ------
    OSError
        If it cannot be made.
    """

    def __init__(self, homes: Iterable[Path], memory: int) -> None:
        self.folders = [home / name_of_group() for home in homes]
        limits = {
            "memory.limit_in_bytes": memory,
            "memory.memsw.limit_in_bytes": memory,  # memory and swap, where swap is counted
            "memory.max": memory,
            "memory.swap.max": 0,
            "memory.oom.group": 1,
        }
        try:
            for folder in self.folders:
                folder.mkdir()
                for name, limit in limits.items():
                    if (folder / name).exists():
                        (folder / name).write_text(str(limit))
        except OSError:
            self.remove()
            raise

    def put(self, pid: int) -> None:
        """Move a process into it, unless it has ended; what it starts later is in it, too."""
        with contextlib.suppress(ProcessLookupError):
            for folder in self.folders:
                (folder / "cgroup.procs").write_text(str(pid))

    def ran_out(self) -> bool:
        """Tell whether the kernel has killed a process in it for want of memory."""
        return any(
            line.startswith("oom_kill ") and line != "oom_kill 0"
            for folder in self.folders
            for name in ("memory.oom_control", "memory.events")
            if (folder / name).exists()
            for line in (folder / name).read_text().splitlines()
        )

    def remove(self) -> None:
        """Take it away as soon as its killed processes have left; what stays is swept later."""
        deadline = time.monotonic() + DYING_SECONDS
        for folder in self.folders:
            while folder.exists():
                with contextlib.suppress(OSError):
                    folder.rmdir()
                    break
                if time.monotonic() > deadline:
                    break
                time.sleep(0.001)


@contextlib.contextmanager
def group(homes: Iterable[Path], memory: int) -> Iterator[Group]:
    """Make a group, and take it away in the end."""
    made = Group(homes, memory)
    try:
        yield made
    finally:
        made.remove()


@cache
def homes() -> dict[Path, frozenset[str]]:
    """Find in which folders this process may make groups, and what each of them divides.

    Groups that a killed process has left there are taken away.
    """
    found = {}
    for place, controllers in own_groups():
        with contextlib.suppress(OSError):
            home = place.parent if NAME.fullmatch(place.name) else place
            if (home / "cgroup.subtree_control").exists():
                controllers = hand_down(home)
            if controllers:
                sweep(home)
                try_out(home)
                found[home] = controllers
    return found


def try_out(home: Path) -> None:
    """Put a process that is who students' code will be into a group.

    Raises
    ------
    OSError
        If that is not allowed.
    """
    user = NOBODY if os.getuid() == 0 else None
    with (
        group([home], 1 << 30) as made,
        subprocess.Popen(["cat"], stdin=subprocess.PIPE, user=user) as process,  # noqa: S607
    ):
        made.put(process.pid)


def note() -> str:
    """Say what is divided among submissions here, for the report."""
    names = sorted(frozenset().union(*homes().values()))
    return f", cgroups ({', '.join(names)})" if names else ""


def own_groups() -> Iterator[tuple[Path, frozenset[str]]]:
    """Find the folder of this process's group in each hierarchy, with the controllers it names."""
    mounts = []
    for line in _lines(PROC / "self/mountinfo"):
        place, kind = line.split(" - ")
        root, point = place.split()[3:5]
        mounts.append((root, point, set(re.split("[ ,]", kind))))
    for line in _lines(PROC / "self/cgroup"):
        _, names, group = line.split(":", 2)
        controllers = frozenset(names.split(","))
        needed = {"cgroup", *controllers} if names else {"cgroup2"}
        for root, point, words in mounts:
            if needed <= words and Path(group).is_relative_to(root) and ".." not in group:
                yield point / Path(group).relative_to(root), controllers & CONTROLLERS
                break


def hand_down(home: Path) -> frozenset[str]:
    """Let a group of the second version divide what it has among the groups below it.

    Raises
    ------
    OSError
        If that is not allowed, or other processes are in it.
    """
    given = CONTROLLERS & set((home / "cgroup.controllers").read_text().split())
    control = home / "cgroup.subtree_control"
    if not given <= set(control.read_text().split()):
        if (home / "cgroup.procs").read_text().split() == [str(os.getpid())]:
            own = home / name_of_group()
            own.mkdir()
            (own / "cgroup.procs").write_text(str(os.getpid()))
        control.write_text(" ".join(f"+{name}" for name in sorted(given)))
    return given


def name_of_group() -> str:
    """Name a group by the process that makes it: its number, its time of birth, and a count."""
    return f"dlcourse-{os.getpid()}-{born(os.getpid())}-{next(_numbers)}"


def born(pid: int | str) -> str:
    """Say when a process started, in ticks since the system did; nothing if there is none."""
    with contextlib.suppress(OSError):
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[19]
    return ""


def sweep(home: Path) -> None:
    """Take away the groups of processes that are gone."""
    for folder in home.iterdir():
        maker = NAME.fullmatch(folder.name)
        if maker and born(maker[1]) != maker[2]:
            with contextlib.suppress(OSError):  # its last processes are still there
                folder.rmdir()


def _lines(path: Path) -> list[str]:
    with contextlib.suppress(OSError):
        return path.read_text().splitlines()
    return []
