"""The command of the sandbox: what it shows and what it hides, wherever Python lies."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from grading.builders import assignment_spec, cell, notebook

pytest.importorskip("nbgrader")

import dlcourse
from dlcourse.grading import sandbox as module
from dlcourse.grading.sandbox import SYSTEM, SandboxError, bubblewrap, python_folders

INSIDE = module.student_package.PACKAGE / "grading" / "inside"


@pytest.mark.parametrize("as_root", [True, False])
def test_the_sandbox_holds_python_and_nothing_of_the_course(monkeypatch, as_root):
    monkeypatch.setattr(os, "getuid", lambda: 0 if as_root else 1000)
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    command = bubblewrap(Path("/some/dlcourse"), INSIDE)
    text = " ".join(command)
    assert command[0] == "/usr/bin/bwrap"
    assert {"--die-with-parent", "--new-session", "--clearenv"} <= set(command)
    assert ("--unshare-all" in command) is not as_root
    assert ("setpriv" in command) is as_root
    assert "--ro-bind /some/dlcourse /course/dlcourse" in text
    assert "--bind" not in command
    mounted = [command[i + 1] for i, word in enumerate(command) if word == "--ro-bind"]
    assert not any(module.student_package.PACKAGE.is_relative_to(place) for place in mounted)


def test_nothing_is_bound_for_the_sake_of_a_part_of_it(monkeypatch, tmp_path):
    """A course folder that is an environment itself, and all of /usr, stay outside."""
    for name in ("bin", "lib", "source", "submitted"):
        (tmp_path / name).mkdir()
    (tmp_path / "pyvenv.cfg").touch()
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    bound = {*python_folders(), *SYSTEM}
    assert {f"{tmp_path}/bin", f"{tmp_path}/lib", f"{tmp_path}/pyvenv.cfg"} <= bound
    assert not bound & {str(tmp_path), f"{tmp_path}/source", "/usr", "/usr/local", "/usr/share"}


@pytest.fixture
def system(monkeypatch, tmp_path):
    """A folder of the system, which is bound."""
    place = tmp_path / "system"
    place.mkdir()
    monkeypatch.setattr(module, "SYSTEM", (str(place),))
    monkeypatch.setattr(module, "python_folders", lambda: [])
    return place


def test_course_exchange_and_copies_of_the_answers_are_covered(system, tmp_path):
    course, exchange = system / "srv" / "course", system / "share" / "exchange"
    copies = [system / "a" / "dlcourse", system / "python3" / "dist-packages" / "dlcourse"]
    for folder in (course / "dlcourse", exchange, *copies, tmp_path / "elsewhere"):
        folder.mkdir(parents=True)
    private = [str(course), str(exchange), str(tmp_path / "elsewhere")]
    assert set(module.covered([], private)) == set(map(str, [course, exchange, *copies]))
    command = bubblewrap(Path("/a"), INSIDE, private)
    assert all(
        command[command.index(str(folder)) - 1] == "--tmpfs" for folder in (course, exchange)
    )


def test_the_package_is_covered_under_whatever_name_it_lies(monkeypatch, system, tmp_path):
    (system / "answers").mkdir()
    (tmp_path / "dlcourse").symlink_to(system / "answers")
    monkeypatch.setattr(module.student_package, "PACKAGE", tmp_path / "dlcourse")
    assert module.covered([], []) == [str(system / "answers")]


def test_what_is_not_there_needs_no_cover(system):
    """A mount needs a place, and nothing can be made in a folder of the system."""
    assert module.covered([], [str(system / "share" / "exchange")]) == []


def test_what_is_bound_by_two_names_is_covered_below_both(system, tmp_path):
    (system / "lib" / "dlcourse").mkdir(parents=True)
    (tmp_path / "lib64").symlink_to(system / "lib")
    found = module.covered([str(tmp_path / "lib64")], [])
    assert found == [f"{tmp_path}/lib64/dlcourse", f"{system}/lib/dlcourse"]


def test_python_in_a_folder_that_must_be_covered_is_named(system):
    python = system / "course" / "venv" / "lib"
    python.mkdir(parents=True)
    with pytest.raises(SandboxError, match=f"Python lies in {python}, .*Move the course elsewhere"):
        module.covered([str(python)], [str(system / "course")])


def test_folders_of_python_do_not_lie_in_one_another():
    folders = python_folders()
    library = Path(sys.base_prefix, "lib")
    assert any(library.is_relative_to(one) for one in (*folders, *SYSTEM))
    for one in folders:
        assert not any(Path(one).is_relative_to(two) for two in folders if two != one)


@pytest.mark.parametrize("place", ["/proc/1/venv", "/dev/shm/venv", f"{module.HOME}/venv"])
def test_python_must_not_lie_where_the_sandbox_has_its_own(monkeypatch, place):
    monkeypatch.setattr(module, "python_folders", lambda: [place])
    with pytest.raises(SandboxError, match=f"Python lies in {place}, which the sandbox hides"):
        bubblewrap(Path("/a"), INSIDE)


def test_python_that_nobody_may_read_is_named(monkeypatch, tmp_path):
    place = tmp_path / "my venv"
    place.mkdir(0o700)
    monkeypatch.setattr(module, "python_folders", lambda: [str(place)])
    monkeypatch.setattr(os, "getuid", lambda: 0)
    with pytest.raises(SandboxError, match=f"nobody, who may not read {place}. .* chmod -R o"):
        bubblewrap(Path("/a"), INSIDE)
    monkeypatch.setattr(os, "getuid", lambda: 1000)
    assert "--unshare-all" in bubblewrap(Path("/a"), INSIDE)


ELSEWHERE = """
import json, sys
from dlcourse.grading.sandbox import SandboxError
from dlcourse.grading.spec import AssignmentSpec
from dlcourse.grading.station import Station
spec, notebook, private = json.load(sys.stdin)
try:
    with Station(AssignmentSpec.from_json(spec), private=private) as station:
        print(station.grade("ada", "week", {"week.ipynb": notebook.encode()}).graded)
except SandboxError as error:
    print(json.dumps({"problem": str(error)}))
"""


def test_python_may_lie_in_tmp_in_a_closed_home_and_behind_links(tmp_path, station):
    """Its packages can be imported at any time, and cannot be changed."""
    home, link = tmp_path / "a closed home", tmp_path / "bin" / "python3"
    home.mkdir(0o700)
    link.parent.mkdir()
    link.symlink_to(os.path.realpath(sys.executable))
    subprocess.run([link, "-m", "venv", "--without-pip", home / "my venv"], check=True)
    (packages,) = home.glob("my venv/lib/*/site-packages")
    others = [sysconfig.get_path("purelib"), str(Path(dlcourse.__file__).parents[1])]
    (packages / "others.pth").write_text("\n".join(others))
    inbound, copy = home / "my venv/lib/exchange/inbound", packages / "a/dlcourse"
    for folder in (inbound, copy, home / "my venv/solutions"):
        folder.mkdir(parents=True)
        (folder / "answers.py").touch()
    (packages / "late.py").write_text("answer = 6 * 7")
    (packages / "late.py").chmod(0o666)  # so that it is the mount that protects it
    cells = [
        cell("import late; print(late.answer, late.__file__)"),
        cell("open(late.__file__, 'a')"),
        cell("import os; print(sorted(os.listdir('/tmp')))"),
        cell(f"print(os.listdir({str(home)!r}), open('/tmp/own', 'w').write('own'))"),
        cell(f"print(os.listdir({str(inbound.parent)!r}), os.listdir({str(copy)!r}))"),
        cell(f"print(sorted(os.listdir({str(home / 'my venv')!r})))"),
    ]
    done = subprocess.run(
        [home / "my venv/bin/python", "-W", "ignore", "-c", ELSEWHERE],
        input=json.dumps(
            [assignment_spec().to_json(), notebook(*cells).decode(), [str(inbound.parent)]]
        ),
        env={**os.environ, "JUPYTER_PATH": f"{sys.prefix}/share/jupyter"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    shown = [one["outputs"] for one in json.loads(done.stdout)["cells"]]
    assert shown[0][0]["text"] == f"42 {packages}/late.py\n"
    assert shown[1][0]["evalue"].startswith("[Errno 30] Read-only file system")
    shared = {path.parts[2] for path in map(Path, [tmp_path, *others]) if path.parts[1] == "tmp"}
    assert shown[2][0]["text"] == f"{sorted(shared)}\n"
    assert shown[3][0]["text"] == "['my venv'] 3\n"
    assert shown[4][0]["text"] == "[] []\n"
    parts = {"bin", "lib", "lib64", "pyvenv.cfg"} & set(os.listdir(home / "my venv"))
    assert shown[5][0]["text"] == f"{sorted(parts)}\n"
