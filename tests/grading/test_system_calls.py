"""What a student's process may ask of the kernel, tried under the filter itself."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import dlcourse.grading.inside.system_calls as module

GRADING = Path(module.__file__).parents[1]
UNDER_THE_FILTER = """
import ctypes, errno, fcntl, os, socket, sys
sys.path.insert(0, sys.argv[1])
from inside.system_calls import system_call_filter
libc = ctypes.CDLL(None, use_errno=True)
os.chdir(sys.argv[2])
one, other = socket.socketpair()
file = open("file", "w+")
system_call_filter().load()
"""
REFUSED = """
import mmap
tries = {
    "socket": socket.socket,
    "connect": lambda: one.connect(b"\\0name"),
    "bind": lambda: other.bind(b"\\0name"),
    "listen": lambda: other.listen(),
    "lease": lambda: fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_RDLCK),
    "larger pipe": lambda: fcntl.fcntl(os.pipe()[0], 1031, 1 << 20),
    "terminal input": lambda: fcntl.ioctl(file, 0x5412, b"x"),
    "shared memory": lambda: mmap.mmap(-1, 4096),
    "pages put out": lambda: os.posix_fadvise(shown, 0, 0, os.POSIX_FADV_DONTNEED),
    "pages put out of a mapping": lambda: mapped.madvise(21),
    "pages asked for": lambda: os.preadv(shown, [bytearray(1)], 0, os.RWF_NOWAIT),
    "pages counted": lambda: checked(libc.mincore, place, 4096, ctypes.byref(ctypes.c_char())),
    "readahead": lambda: checked(libc.readahead, shown, 0, 4096),
    "cachestat": lambda: checked(libc.syscall, 451, shown, None, None, 0),
    "waking at a file": lambda: checked(libc.syscall, 202, place, 1, 1, None, None, 0),
    "waiting for several": lambda: checked(libc.syscall, 449, None, 1, 0, None, 1),
    "a session": os.setsid,
    "load of the machine": lambda: checked(libc.sysinfo, ctypes.create_string_buffer(256)),
    "memfd": lambda: os.memfd_create("m"),
    "setxattr": lambda: os.setxattr("file", "user.x", b"x"),
    "mount": lambda: checked(libc.mount, b"none", b".", b"tmpfs", 0, None),
    "chroot": lambda: os.chroot("."),
    "unshare": lambda: checked(libc.unshare, 0x10000000),
    "ptrace": lambda: checked(libc.ptrace, 0, 0, 0, 0),
    "dumpable": lambda: checked(libc.prctl, 4, 0, 0, 0, 0),
    "semget": lambda: checked(libc.semget, 0, 1, 0o1600),
    "shmget": lambda: checked(libc.shmget, 0, 4096, 0o1600),
    "inotify": lambda: checked(libc.inotify_init1, 0),
    "vmsplice": lambda: checked(libc.vmsplice, 1, None, 0, 0),
    "landlock": lambda: checked(libc.syscall, 444, None, 0, 1),
    "keyctl": lambda: checked(libc.syscall, 250, 0, 0),
    "io_uring": lambda: checked(libc.syscall, 425, 1, None),
    "bpf": lambda: checked(libc.syscall, 321, 0, None, 0),
    "a call of tomorrow": lambda: checked(libc.syscall, 2000),
}

shown = os.open("/usr/bin/env", os.O_RDONLY)
mapped = mmap.mmap(shown, 4096, mmap.MAP_PRIVATE, mmap.PROT_READ)
libc.mmap.restype = ctypes.c_void_p
place = ctypes.c_void_p(libc.mmap(None, 4096, 1, 2, shown, 0))

def checked(function, *arguments):
    if function(*arguments) < 0:
        raise OSError(ctypes.get_errno(), "")

for name, call in tries.items():
    try:
        call()
        print(name, "worked")
    except OSError as error:
        if error.errno not in (errno.ENOSYS, errno.EOPNOTSUPP):  # the latter is the C library's
            print(name, error)
"""
NEEDED = """
import asyncio, mmap, multiprocessing, pickle, random, subprocess, tempfile, threading, time
import numpy as np
thread = threading.Thread(target=lambda: print("thread"))
thread.start()
thread.join()
print(subprocess.run(["/bin/echo", "program"], capture_output=True, text=True).stdout.strip())
async def later():
    await asyncio.sleep(0.01)
    return "loop"
print(asyncio.run(later()))
with tempfile.TemporaryDirectory() as folder:
    np.save(f"{folder}/a.npy", np.arange(3.0))
    assert np.load(f"{folder}/a.npy", mmap_mode="r+").sum() == 3
    os.rename(f"{folder}/a.npy", f"{folder}/b.npy")
    os.symlink("b.npy", f"{folder}/c")
waited = ctypes.c_uint32(5)
assert libc.syscall(202, ctypes.byref(waited), 0, 5, None, None, 0) == -1  # as a join does
assert ctypes.get_errno() == errno.EAGAIN
joined, start = ctypes.c_ulong(), libc.usleep
assert libc.pthread_create(ctypes.byref(joined), None, start, ctypes.c_void_p(100_000)) == 0
assert libc.pthread_join(joined, None) == 0
mmap.mmap(-1, 4096, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
for lock in (fcntl.flock, fcntl.lockf):  # which two have at once: nobody's lock is anywhere
    with open("file", "w") as one, open("file", "w") as two:
        lock(one, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.fork() == 0:
            lock(two, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os._exit(0)
        assert os.wait()[1] == 0
file.isatty()
os.urandom(4), os.getpid(), time.sleep(0.001), os.sched_getaffinity(0), os.times()
if os.fork() == 0:
    os._exit(0)
print(os.wait()[1], np.linalg.solve(np.eye(2), np.ones(2)))
import matplotlib
matplotlib.use("agg")
import matplotlib.pyplot as plt
plt.plot([1, 2])
plt.savefig("figure.png")
print(os.path.getsize("figure.png") > 1000)
"""


def under_the_filter(program, folder):
    pytest.importorskip("pyseccomp", exc_type=(ImportError, OSError, RuntimeError))
    command = [sys.executable, "-c", UNDER_THE_FILTER + program, str(GRADING), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_what_could_hide_memory_or_reach_others_is_not_there(tmp_path):
    assert under_the_filter(REFUSED, tmp_path) == []


def test_what_notebooks_need_is_there(tmp_path):
    said = under_the_filter(NEEDED, tmp_path)
    assert said == ["thread", "program", "loop", "0 [1. 1.]", "True"]


def test_no_call_is_listed_twice():
    names = [name for names in module.ALLOWED.values() for name in names.split()]
    names += module.CONDITIONS
    assert len(names) == len(set(names))


def test_there_is_no_filter_without_its_package(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyseccomp", None)
    assert module.system_call_filter() is None


def test_calls_that_the_machine_lacks_are_skipped(monkeypatch):
    rules = []

    class Filter:
        def __init__(self, otherwise):
            rules.append(otherwise)

        def add_rule(self, action, name, *arguments):
            if name == "open":  # as on a 64-bit ARM
                raise OSError("no such call")
            rules.append((action, name, *arguments))

    fake = SimpleNamespace(
        SyscallFilter=Filter, ALLOW="allow", ERRNO=lambda n: n, Arg=lambda *a: a, MASKED_EQ="&="
    )
    monkeypatch.setitem(sys.modules, "pyseccomp", fake)
    assert module.system_call_filter() is not None
    assert rules[0] == module.NOT_THERE
    assert ("allow", "openat") in rules
    assert ("allow", "clone", (0, "&=", module.NEW_NAMESPACES, 0)) in rules
