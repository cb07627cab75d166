"""The command that opens the sandbox: what of this machine students' code can see.

Each folder is bound by its name, no tree for the sake of a part of it. Below what is bound, the
course, its exchange and every copy of this package, which holds the answers, are covered.
"""

import os
import shutil
import stat
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import matplotlib

from dlcourse.grading import cgroups, student_package
from dlcourse.grading.inside.jail import HOME, NOBODY
from dlcourse.grading.inside.system_calls import system_call_filter

FONT_CACHE = "/tmp/matplotlib"  # noqa: S108  (the sandbox's own)
BLAS_THREADS = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1"
)
LIBRARIES = ("bin", "sbin", "lib", "lib32", "lib64")
SYSTEM = (
    *(f"/{name}" for name in LIBRARIES),
    *(f"/usr/{name}" for name in LIBRARIES),
    *(f"/usr/share/{name}" for name in ("fonts", "terminfo", "zoneinfo")),
    "/etc/alternatives",
    "/etc/ld.so.cache",
    "/etc/fonts",
)
ADVICE = """\
Students' code runs only in a sandbox. It needs Linux and bubblewrap (Debian, Ubuntu: apt install
bubblewrap libseccomp2; Fedora: dnf install bubblewrap libseccomp) and the right to make user
namespaces. In a container the host must allow them (Docker: --security-opt seccomp=unconfined
--security-opt systempaths=unconfined, or --privileged); on Ubuntu 24.04 see
kernel.apparmor_restrict_unprivileged_userns."""


class SandboxError(RuntimeError):
    """The sandbox cannot start here; the message says what to do."""


def isolation(sandbox: bool) -> str:
    """Say what students' code is kept in on this machine, for the report."""
    if not sandbox:
        return "NOT SANDBOXED"
    filtered = "" if system_call_filter() is None else ", seccomp"
    return f"bubblewrap{filtered}{cgroups.note()}"


def bubblewrap(package: Path, inside: Path, private: Iterable[str] = ()) -> list[str]:
    """Write the command that opens the sandbox around what follows it.

    Parameters
    ----------
    package : Path
        The ``dlcourse`` for students.
    inside : Path
        The folder of `dlcourse.grading.inside`.
    private : iterable of str
        Folders of the course: no student's code sees what is in them, wherever they lie.

    Raises
    ------
    SandboxError
        If bubblewrap is not installed, or Python lies where the sandbox cannot show it.
    """
    program = shutil.which("bwrap")
    if program is None:
        raise SandboxError(f"bubblewrap is not installed.\n{ADVICE}")
    command = [program, "--die-with-parent", "--new-session", "--clearenv"]
    as_root = os.getuid() == 0
    if as_root:  # the mounts are made with root's rights, then setpriv gives all of them up
        command += ["--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"]
        command += ["--unshare-cgroup-try", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    else:
        command += ["--unshare-all"]
    python = python_folders()
    for place in python:
        if any(Path(place).is_relative_to(hidden) for hidden in (HOME, "/proc", "/dev")):
            raise SandboxError(
                f"Python lies in {place}, which the sandbox hides. Install it elsewhere."
            )
    for place in (*python, str(inside)) if as_root else ():
        needed = stat.S_IXOTH if Path(place).is_dir() else stat.S_IROTH
        if not Path(place).stat().st_mode & needed:
            raise SandboxError(
                f"As root, students' code runs as nobody, who may not read {place}. Grade as an "
                f"ordinary user, or run: chmod -R o+rX '{place}'"
            )
    command += ["--perms", "0755", "--tmpfs", "/", "--perms", "1777", "--tmpfs", "/tmp"]  # noqa: S108
    for folder in sorted(
        {parent for place in (*SYSTEM, *python) for parent in Path(place).parents}
    ):
        if str(folder) != "/" and not any(folder.is_relative_to(place) for place in SYSTEM):
            command += ["--perms", "0755", "--dir", str(folder)]
    for place in SYSTEM:
        if Path(place).is_symlink():
            command += ["--symlink", os.readlink(place), place]
        elif Path(place).exists():
            command += ["--ro-bind", place, place]
    for place in python:
        command += ["--ro-bind", place, place]
    link = Path(sys.executable)
    while link.is_symlink():  # from a virtual environment to Python itself, in several steps maybe
        if not any(link.is_relative_to(place) for place in (*SYSTEM, *python)):
            command += ["--symlink", os.readlink(link), str(link)]
        link = link.parent / os.readlink(link)
    for place in covered(python, private):
        command += ["--perms", "0755", "--tmpfs", place, "--remount-ro", place]
    command += ["--proc", "/proc", "--dev", "/dev", "--perms", "1777", "--dir", FONT_CACHE]
    for fonts in Path(matplotlib.get_cachedir()).glob("fontlist-*.json"):  # saves a second
        command += ["--ro-bind", str(fonts), f"{FONT_CACHE}/{fonts.name}"]
    command += ["--perms", "1777", "--tmpfs", HOME, "--perms", "0755", "--dir", "/course"]
    command += ["--ro-bind", str(package), "/course/dlcourse"]
    command += ["--ro-bind", str(inside), "/course/inside"]
    command += ["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", HOME]
    environment = {
        **settings(),
        "HOME": HOME,
        "TMPDIR": "/tmp",  # noqa: S108
        "IPYTHONDIR": "/tmp/ipython",  # noqa: S108
        "MPLCONFIGDIR": FONT_CACHE,
    }
    for name, value in environment.items():
        command += ["--setenv", name, value]
    if as_root:
        nobody = str(NOBODY)
        command += ["setpriv", f"--reuid={nobody}", f"--regid={nobody}", "--clear-groups"]
    return command


def as_other_user(user: int, folder: Path) -> tuple[list[str], dict[str, str]]:
    """Write the command that runs what follows it as another user: less than a sandbox.

    Where root may not make namespaces, students' code can at least not read what is root's alone.

    Parameters
    ----------
    user : int
        Number of the user, and of the group.
    folder : Path
        Where the user's home is made, among files that everybody may read.

    Returns
    -------
    list of str
        The command.
    dict of str to str
        Its environment.

    Raises
    ------
    SandboxError
        If this is not root, or everybody may read the package, which holds the answers.
    """
    program = shutil.which("setpriv")
    if os.getuid() != 0 or program is None:
        raise SandboxError("To run students' code as another user takes root and setpriv.")
    package = student_package.PACKAGE.resolve()
    if all(place.stat().st_mode & stat.S_IXOTH for place in (package, *package.parents)):
        raise SandboxError(f"Everybody may read the answers in {package}: chmod go= '{package}'")
    home = folder / "home"
    home.mkdir(exist_ok=True)
    os.chown(home, user, user)
    command = [program, f"--reuid={user}", f"--regid={user}", "--clear-groups", "--no-new-privs"]
    command += ["--inh-caps=-all", "--bounding-set=-all"]
    places = dict.fromkeys(("HOME", "TMPDIR", "IPYTHONDIR", "MPLCONFIGDIR"), str(home))
    return command, {**settings(), **places}


def settings() -> dict[str, str]:
    """List the variables that students' code finds, but for those that name places."""
    return {
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "USER": "student",  # whose name is in no list of users
        "JOBLIB_MULTIPROCESSING": "0",  # its processes need more than there is; one is enough
        "PIP_NO_INDEX": "1",  # there is no network, for which pip would wait
        "LANG": "C.UTF-8",
        **BLAS_THREADS,
    }


def python_folders() -> list[str]:
    """List what holds Python and its packages: folders, and the file that says they belong."""
    packages = [p for p in sys.path if Path(p).name in ("site-packages", "dist-packages")]
    parts = [Path(p, n) for p in (sys.prefix, sys.base_prefix) for n in (*LIBRARIES, "pyvenv.cfg")]
    kept: list[str] = []
    for place in sorted({*parts, *map(Path, packages)}):
        inside = any(place.is_relative_to(other) for other in (*kept, *SYSTEM))
        if place.exists() and not inside:
            kept.append(str(place))
    return kept


def covered(python: Iterable[str], private: Iterable[str]) -> list[str]:
    """List what lies below a bound folder and is nothing for students.

    Raises
    ------
    SandboxError
        If Python itself lies in it.
    """
    clone = student_package.PACKAGE.parent
    folders = [str(student_package.PACKAGE), *private]
    folders += [str(clone)] if (clone / "solutions").is_dir() else []
    hidden = {os.path.realpath(folder) for folder in folders if Path(folder).is_dir()}
    found = set()
    for place in (*(p for p in SYSTEM if not Path(p).is_symlink()), *python):
        real = os.path.realpath(place)  # one folder may be bound by two names, as lib and lib64
        for folder in hidden.union(copies_below(real)):
            if not Path(folder).is_relative_to(real):
                continue
            needed = [p for p in python if Path(os.path.realpath(p)).is_relative_to(folder)]
            if needed:
                raise SandboxError(
                    f"Python lies in {needed[0]}, in a folder that students' code must not see, "
                    f"{folder}, which lies in a folder of the system. Move the course elsewhere."
                )
            found.add(str(Path(place, Path(folder).relative_to(real))))
    inner = {a for a in found for b in found if a != b and Path(a).is_relative_to(b)}
    return sorted(found - inner)


@cache
def copies_below(folder: str) -> tuple[str, ...]:
    """Find every folder with the package's name: a walk of a second, once in a process."""
    name = student_package.PACKAGE.name
    return tuple(os.path.join(place, name) for place, names, _ in os.walk(folder) if name in names)
