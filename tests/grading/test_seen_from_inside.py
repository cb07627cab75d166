"""What a student's cell sees of the machine, whole: a change of the sandbox shows in a review.

``seen_from_inside.txt`` beside this file is what is right, in sorted lines. What the machine
decides (where Python lies, which folders of libraries there are) has one name for all.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from grading.builders import cell
from grading.toy import NAME

pytest.importorskip("nbgrader")

from dlcourse.grading import station as module
from dlcourse.grading.inside.system_calls import AS_IF, CONDITIONS
from dlcourse.grading.limits import Limits
from dlcourse.grading.sandbox import FONT_CACHE, SYSTEM, covered, python_folders

pyseccomp = pytest.importorskip("pyseccomp", exc_type=(ImportError, OSError, RuntimeError))
KNOWN = Path(__file__).with_name("seen_from_inside.txt")
PROBES = (335, 336)  # uretprobe and uprobe: newer kernels let no filter see them
NUMBERS = [number for number in range(512) if number not in PROBES]
CELL = f"""
import ctypes, json, os, signal
libc = ctypes.CDLL(None, use_errno=True)
there = []
for number in {NUMBERS}:
    pid = os.fork()
    if pid == 0:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, 0.2)  # some wait
        answer = libc.syscall(number, *[ctypes.c_long(-1)] * 6)
        os._exit(99 if answer == -1 and ctypes.get_errno() == 38 else 0)
    if os.waitpid(pid, 0)[1] != 99 << 8:
        there.append(number)
print(json.dumps([there, dict(os.environ), sorted(os.listdir("/")), sorted(os.listdir("/dev"))]))
"""


@pytest.fixture(scope="module")
def inside(station, released):
    """What the cell above says, and the mounts of its process, read from outside."""
    mounts, looked = [], module.Child.uses_more_than

    def look(child, limit):
        mounts[:] = Path(f"/proc/{child.pid}/mountinfo").read_text().splitlines()
        return looked(child, limit)

    notebook = {**released, "cells": [cell(CELL)]}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module.Child, "uses_more_than", look)
        patch.setattr(station, "whole", True)
        patch.setattr(station, "limits", Limits())
        result = station.grade("ada", NAME, {f"{NAME}.ipynb": json.dumps(notebook).encode()})
    (mine,) = (
        c for c in json.loads(result.graded)["cells"] if "libc.syscall" in "".join(c["source"])
    )
    return [mounts, *json.loads("".join(mine["outputs"][0]["text"]))]


def as_mount(line):
    """Write a mount as place, file system, and how it may be used."""
    fields, system = line.split(" - ")
    root, place, options = fields.split()[3:6]
    kind, _, settings = system.split()
    if place in SYSTEM:
        place = "(the system)"
    elif place in python_folders():
        place = "(Python)"
    elif place in covered(python_folders(), ()):
        place = "(what is covered)"
    elif place.startswith(f"{FONT_CACHE}/fontlist"):
        place = "(the list of fonts)"
    words = [word for word in options.split(",") if word != "relatime"]
    own = kind in ("tmpfs", "proc", "devpts") and (root == "/" or place == "/")
    if own and kind == "tmpfs":
        limits = ("size", "nr_inodes", "mode")
        words += [word for word in settings.split(",") if word.startswith(limits)]
    return f"{place} {kind if own else 'bound'} {' '.join(words)}"


def lines(inside):
    """Arrange all that is seen, a fact a line."""
    mounts, there, variables, root, devices = inside
    names = (pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, number) for number in there)
    for name, value in variables.items():
        yield f"variable {name}={value.replace(os.path.dirname(sys.executable), '(Python)')}"
    yield from {f"mount {as_mount(line)}" for line in mounts}
    machine = {Path(place).parts[1] for place in (*SYSTEM, *python_folders())}
    yield from (f"in / {name}" for name in root if name not in machine)
    yield from (f"in /dev {name}" for name in devices)
    yield from (f"call {name.decode()}" for name in names)
    for name, choices in CONDITIONS.items():
        yield from (
            f"call {name} where argument {p} & {mask:#x} is {v:#x}" for p, mask, v in choices
        )
    for error, table in AS_IF.items():
        for name, choices in table.items():
            asked = [f"where argument {p} & {mask:#x} is {v:#x}" for p, mask, v in choices] or [
                "always"
            ]
            yield from (f"call {name} {where} answers {-error}, not done" for where in asked)


def lacks(line):
    """Tell whether this machine's kernel has no such call, outside the sandbox either."""
    number = pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, line.removeprefix("call "))
    call = f"libc.syscall({number}, *[ctypes.c_long(-1)] * 6) == -1 and ctypes.get_errno() == 38"
    program = f"import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\nraise SystemExit({call})"
    return number < 0 or subprocess.run([sys.executable, "-c", program]).returncode == 1


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="calls have other names there")
@pytest.mark.skipif(os.getuid() != 0, reason="root's mounts have other options")
def test_a_cell_sees_what_is_known_and_no_more(inside):
    seen, known = set(lines(inside)), set(KNOWN.read_text().splitlines())
    assert seen - known == set()
    assert {
        line for line in known - seen if not (line.startswith("call ") and lacks(line))
    } == set()
