"""Control groups: in a made-up tree of plain files, and with this machine's kernel where it may."""

import errno
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("nbgrader")

from dlcourse.grading import cgroups as module
from dlcourse.grading.cgroups import Group, group, own_groups, sweep
from dlcourse.grading.sandbox import isolation

ME = os.getpid()
BOTH = frozenset(("cpu", "memory"))
ROOM = 3 << 20
V1 = {
    "memory": {"memory.limit_in_bytes": "", "memory.oom_control": "under_oom 0\noom_kill 0\n"},
    "cpu": {"cpu.shares": "1024"},
}
V2 = {
    "memory": {"memory.max": "max", "memory.swap.max": "max", "memory.oom.group": "0"}
    | {"memory.events": "oom 0\noom_kill 0\noom_group_kill 0\n"},
    "cpu": {"cpu.weight": "100"},
}


@pytest.fixture
def kernel(tmp_path, monkeypatch):
    """Put a made-up kernel in the place of this one: groups with files, processes that move."""
    made, root = tmp_path / "proc", tmp_path / "sys"
    tree = {name: getattr(Path, name) for name in ("mkdir", "rmdir", "write_text")}
    first, second = root / "1", root / "2"

    def mkdir(path, *arguments, **named):
        tree["mkdir"](path, *arguments, **named)
        if path.is_relative_to(second):
            content = {"cgroup.subtree_control": "", "cgroup.controllers": ""}
            names = (path.parent / "cgroup.subtree_control").read_text().replace("+", "").split()
            content["cgroup.controllers"] = " ".join(names)
            for name in names:
                content |= V2[name]
        else:
            content = V1.get(path.relative_to(first).parts[0], {})
        for name, text in {"cgroup.procs": "", **content}.items():
            tree["write_text"](path / name, text)

    def write(path, text, *arguments, **named):
        if path.name == "cgroup.subtree_control" and (path.parent / "cgroup.procs").read_text():
            raise OSError(errno.EBUSY, "processes are in it")
        if path.name == "cgroup.procs":
            for other in root.rglob("cgroup.procs"):
                if other.relative_to(root).parts[:2] == path.relative_to(root).parts[:2]:
                    left = [pid for pid in other.read_text().split() if pid != text]
                    tree["write_text"](other, "\n".join(left))
        return tree["write_text"](path, text, *arguments, **named)

    def begin(cgroup, mounts, **second_version):
        """Start with these lines, and a group of the second version with these files."""
        for path, lines in ((made / "self/cgroup", cgroup), (made / "self/mountinfo", mounts)):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("".join(f"{line.format(sys=root)}\n" for line in lines))
        stat = f"{ME} (a) name) S 1 " + "0 " * 17 + "777 0"
        for pid, text in ((str(ME), stat), ("5", "5 (other) S 1 " + "0 " * 17 + "888 0")):
            (made / pid).mkdir(exist_ok=True)
            (made / pid / "stat").write_text(text)
        for controller in V1:
            (first / controller / "dock").mkdir(parents=True)
        (second / "user/station").mkdir(parents=True)
        for name, text in second_version.items():
            (second / "user/station" / f"cgroup.{name}").write_text(text)
        monkeypatch.setattr(Path, "mkdir", mkdir)
        monkeypatch.setattr(Path, "rmdir", shutil.rmtree)
        monkeypatch.setattr(Path, "write_text", write)
        monkeypatch.setattr(module, "PROC", made)
        return second / "user/station"

    module.homes.cache_clear()
    yield begin
    module.homes.cache_clear()


FIRST = [
    "31 23 0:28 / {sys} rw - tmpfs tmpfs rw,mode=755",
    "32 31 0:29 /box {sys}/1/cpu rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct",
    "33 31 0:32 / {sys}/1/memory rw,relatime - cgroup cgroup rw,memory",
]
SECOND = ["41 31 0:37 / {sys}/2 rw,relatime - cgroup2 cgroup2 rw,nsdelegate"]
IN_FIRST = ["4:memory:/dock", "2:cpu,cpuacct:/box/dock", "1:name=systemd:/dock"]
IN_SECOND = ["0::/user/station"]
ALONE = {"controllers": "cpuset cpu memory pids", "procs": f"{ME}\n", "subtree_control": ""}


# --- finding a place ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cgroup", "mounts", "found"),
    [
        (IN_FIRST, FIRST, {"1/memory/dock": {"memory"}, "1/cpu/dock": {"cpu"}}),
        (IN_SECOND, SECOND, {"2/user/station": set()}),
        (IN_SECOND, FIRST, {}),
        (IN_FIRST, SECOND, {}),
        (["4:memory:/elsewhere", "2:cpu,cpuacct:/"], FIRST[:2], {}),
        (["4:memory:/../..", "0::/.."], FIRST + SECOND, {}),
        (
            [*IN_FIRST[:1], *IN_SECOND],
            FIRST + SECOND,
            {"1/memory/dock": {"memory"}, "2/user/station": set()},
        ),
        ([], [], {}),
    ],
)
def test_the_own_group_is_found_in_each_hierarchy(kernel, tmp_path, cgroup, mounts, found):
    kernel(cgroup, mounts)
    assert dict(own_groups()) == {tmp_path / "sys" / name: given for name, given in found.items()}


def test_without_a_proc_there_is_no_group(monkeypatch, tmp_path):
    monkeypatch.setattr(module, "PROC", tmp_path)
    assert list(own_groups()) == []


def test_of_the_first_version_groups_lie_below_the_own_ones(kernel, tmp_path):
    kernel(IN_FIRST, FIRST)
    memory, cpu = (tmp_path / "sys/1" / name / "dock" for name in ("memory", "cpu"))
    assert module.homes() == {memory: {"memory"}, cpu: {"cpu"}}
    assert module.note() == ", cgroups (cpu, memory)"
    assert isolation(True).endswith(module.note())
    with group(module.homes(), ROOM) as made:
        assert [folder.parent for folder in made.folders] == [memory, cpu]
        in_memory, in_cpu = made.folders
        assert (in_memory / "memory.limit_in_bytes").read_text() == str(ROOM)
        assert not (in_memory / "memory.max").exists()
        made.put(ME)
        for folder in made.folders:
            assert (folder / "cgroup.procs").read_text() == str(ME)
        assert (in_cpu / "cpu.shares").read_text() == "1024"
    assert not in_memory.exists()
    assert not in_cpu.exists()


def test_a_group_of_the_second_version_is_divided_by_the_only_process_in_it(kernel):
    home = kernel(IN_SECOND, SECOND, **ALONE)
    assert module.homes() == {home: BOTH}
    assert module.note() == ", cgroups (cpu, memory)"
    assert (home / "cgroup.subtree_control").read_text() == "+cpu +memory"
    assert (home / "cgroup.procs").read_text() == ""
    (own,) = (path for path in home.iterdir() if path.is_dir())
    assert (own / "cgroup.procs").read_text() == str(ME)
    with group(module.homes(), ROOM) as made:
        (folder,) = made.folders
        written = {n: (folder / n).read_text() for n in ("memory.max", "memory.swap.max")}
        assert written == {"memory.max": str(ROOM), "memory.swap.max": "0"}
        assert (folder / "memory.oom.group").read_text() == "1"
        assert (folder / "cpu.weight").read_text() == "100"
        made.put(5)
        assert (folder / "cgroup.procs").read_text() == "5"
    assert [path for path in home.iterdir() if path.is_dir()] == [own]


def test_a_process_in_a_group_of_a_station_makes_its_own_beside_it(kernel):
    home = kernel(IN_SECOND, SECOND, **{**ALONE, "subtree_control": "cpu memory", "procs": ""})
    own = home / f"dlcourse-{ME}-777-0"
    own.mkdir()
    (module.PROC / "self/cgroup").write_text(f"0::/user/station/{own.name}\n")
    assert module.homes() == {home: BOTH}
    assert own.exists()


def test_only_what_the_own_group_has_is_divided(kernel):
    home = kernel(IN_SECOND, SECOND, **{**ALONE, "controllers": "memory pids"})
    assert module.homes() == {home: {"memory"}}
    assert module.note() == ", cgroups (memory)"


@pytest.mark.parametrize(
    "what",
    [
        {"procs": f"{ME}\n5\n"},  # others would have to move, too
        {"controllers": "pids"},
        {"controllers": ""},
    ],
)
def test_where_nothing_can_be_divided_there_is_no_group(kernel, what):
    home = kernel(IN_SECOND, SECOND, **{**ALONE, **what})
    assert (module.homes(), module.note()) == ({}, "")
    assert not [path for path in home.iterdir() if path.is_dir()]
    with group(module.homes(), ROOM) as made:
        made.put(ME)
        assert (made.folders, made.ran_out()) == ([], False)


@pytest.mark.parametrize(("cgroup", "mounts"), [(IN_FIRST, FIRST), (IN_SECOND, SECOND)])
@pytest.mark.parametrize("refused", ["mkdir", "write_text"])
def test_where_nothing_may_be_written_there_is_no_group(
    kernel, monkeypatch, cgroup, mounts, refused
):
    kernel(cgroup, mounts, **ALONE)

    def refuse(path, *_, **__):
        raise PermissionError(errno.EACCES, "denied")

    monkeypatch.setattr(Path, refused, refuse)
    assert (module.homes(), module.note()) == ({}, "")


# --- one group ----------------------------------------------------------------------------------


def test_half_a_group_is_taken_away(kernel, tmp_path):
    kernel(IN_FIRST, FIRST)
    home = tmp_path / "sys/1/memory/dock"
    with pytest.raises(FileNotFoundError):
        Group([home, tmp_path / "sys/1/cpu/elsewhere"], ROOM)
    assert not [path for path in home.iterdir() if path.is_dir()]


@pytest.mark.parametrize(("version", "name"), [(FIRST, "oom_control"), (SECOND, "events")])
def test_a_kill_for_want_of_memory_is_seen(kernel, version, name):
    kernel(IN_FIRST if version is FIRST else IN_SECOND, version, **ALONE)
    with group(module.homes(), ROOM) as made:
        assert not made.ran_out()
        (made.folders[0] / f"memory.{name}").write_text("oom 1\noom_kill 12\n")
        assert made.ran_out()


def test_a_process_that_has_ended_needs_no_group(kernel, monkeypatch):
    kernel(IN_FIRST, FIRST)
    with group(module.homes(), ROOM) as made:

        def write(path, text):
            raise ProcessLookupError

        monkeypatch.setattr(Path, "write_text", write)
        made.put(5)


def test_a_group_waits_for_those_who_are_dying(kernel, monkeypatch):
    kernel(IN_FIRST[:1], FIRST)
    made, tries = Group(module.homes(), ROOM), []

    def rmdir(path):
        tries.append(path)
        if len(tries) < 3:
            raise OSError(errno.EBUSY, "busy")
        shutil.rmtree(path)

    monkeypatch.setattr(Path, "rmdir", rmdir)
    made.remove()
    assert (len(tries), made.folders[0].exists()) == (3, False)


def test_a_group_that_is_never_empty_is_left(kernel, monkeypatch):
    kernel(IN_FIRST, FIRST)
    made = Group(module.homes(), ROOM)

    def rmdir(path):
        raise OSError(errno.EBUSY, "busy")

    monkeypatch.setattr(Path, "rmdir", rmdir)
    monkeypatch.setattr(module, "DYING_SECONDS", 0)
    made.remove()
    assert all(folder.exists() for folder in made.folders)


def test_groups_of_dead_stations_are_swept(kernel, tmp_path):
    kernel(IN_FIRST, FIRST)
    home = tmp_path / "sys/1/memory/dock"
    kept = {f"dlcourse-{ME}-777-9", "dlcourse-5-888-0", "dlcourse-exam.scope", "dlcourse-5-1", "a"}
    for name in (*kept, "dlcourse-5-887-0", "dlcourse-6-888-0", "dlcourse-5-88-12"):
        (home / name).mkdir()
    module.homes()
    assert {path.name for path in home.iterdir() if path.is_dir()} == kept


def test_a_sweep_takes_no_more_than_empty_groups_of_its_own(tmp_path):
    """A name may lead elsewhere, be no number of a process, or hold what is not ours."""
    kept = tmp_path / "kept"
    kept.mkdir()
    home = tmp_path / "home"
    (home / "dlcourse-1-2-3" / "inner").mkdir(parents=True)
    for name in ("dlcourse-1-2-x", "xdlcourse-1-2-3", "dlcourse-1-2-3\n", "dlcourse--1-2-3"):
        (home / name).mkdir()
    (home / "dlcourse-4-5-6").symlink_to(kept)
    (home / "dlcourse-7-8-9").write_text("mine")
    (home / f"dlcourse-{'9' * 200}-1-1").mkdir()
    before = set(home.iterdir())
    module.sweep(home)
    assert before - set(home.iterdir()) == {home / f"dlcourse-{'9' * 200}-1-1"}
    assert kept.exists()


def test_a_group_that_is_still_in_use_is_not_swept(kernel, tmp_path, monkeypatch):
    kernel(IN_FIRST, FIRST)
    left = tmp_path / "sys/1/memory/dock/dlcourse-6-888-0"
    left.mkdir()

    def rmdir(path):
        raise OSError(errno.EBUSY, "busy")

    monkeypatch.setattr(Path, "rmdir", rmdir)
    sweep(left.parent)
    assert left.exists()


# --- this machine -------------------------------------------------------------------------------


@pytest.fixture
def homes():
    found = module.homes()
    if set().union(*found.values()) != BOTH:
        pytest.skip("this process may make no groups")
    return found


def test_the_kernel_kills_who_has_more_memory_than_the_group(homes):
    with group(homes, 32 << 20) as made:
        gate, go = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(go)
            os.read(gate, 1)
            len(bytearray(b"x") * (128 << 20))
            os._exit(0)
        made.put(pid)
        assert all(str(pid) in (f / "cgroup.procs").read_text().split() for f in made.folders)
        assert not made.ran_out()
        os.close(go)
        assert os.waitpid(pid, 0)[1] == signal.SIGKILL
        assert made.ran_out()
        os.close(gate)
    assert not any(folder.exists() for folder in made.folders)


MAKER = """
from dlcourse.grading import cgroups
print(*cgroups.Group(cgroups.homes(), 1 << 30).folders, sep="\\n", flush=True)
input()
"""


def test_what_a_killed_process_leaves_is_swept(homes):
    maker = subprocess.Popen(
        [sys.executable, "-c", MAKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with maker:
        left = [Path(maker.stdout.readline().strip()) for _ in homes]
        for home in homes:
            sweep(home)
        assert all(folder.exists() for folder in left)
        maker.kill()
    for home in homes:
        sweep(home)
    assert not any(folder.exists() for folder in left)
