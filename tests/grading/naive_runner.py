"""A naive runner: student cells and test cells in one process, as in stock nbgrader's kernel.

It exists to show that the hostile suite is hostile: what claims to win against such a runner must
win here. It does what nbgrader does around a kernel: restores locked cells, clears outputs, skips
tagged cells, reads scores from outputs. One forked process stands for one kernel.

It shall not harm the machine: everything runs in a bubblewrap box in which only a folder of its
own can be written, with limits. Within the box nothing protects anything.

    python naive_runner.py FOLDER NAME ...    runs attacks, writes {name: verdict} there
"""

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any

from grading import toy

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
VERDICTS = "verdicts.json"
HANG_SECONDS, SECONDS = 2.0, 30.0


def boxed(folder: Path) -> list[str]:
    """Write the command line of a box in which only `folder` can be changed."""
    box = (
        "bwrap --ro-bind / / --dev /dev --proc /proc --unshare-pid --unshare-ipc --die-with-parent"
    )
    ours = ("--ro-bind", str(ROOT), str(ROOT))  # the repository may lie in /tmp too
    return [*box.split(), "--tmpfs", "/tmp", *ours, "--bind", str(folder), str(folder)]


def available() -> bool:
    """Tell whether a box can be started here."""
    if not shutil.which("bwrap"):
        return False
    return subprocess.run([*boxed(HERE), "true"], capture_output=True).returncode == 0


def run(folder: Path, names: list[str]) -> dict[str, str | None]:
    """Run attacks in a box; say of each how it won, or None."""
    from grading.hostile_suite import environment

    home = folder / "home"
    variables = {
        **os.environ,
        **environment(),
        "HOME": str(home),
        "OPENBLAS_NUM_THREADS": "1",
        "IPYTHONDIR": str(home / "ipython"),
        "MPLBACKEND": "agg",
        "MPLCONFIGDIR": str(folder / "matplotlib"),
        "PYTHONPATH": str(HERE.parent),
    }
    command = [*boxed(folder), sys.executable, str(Path(__file__)), str(folder), *names]
    done = subprocess.run(
        command,
        env=variables,
        cwd=folder,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=600,
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-3000:])
    verdicts: dict[str, str | None] = json.loads((folder / VERDICTS).read_text())
    return verdicts


# --- inside the box: one attack after the other -----------------------------------------------


def main(folder: Path, names: list[str]) -> None:
    from grading import hostile_suite as suite

    released, solution = toy.released(), toy.solution()
    suite.plant_home(folder / "home")
    warm()
    attacks = {attack.name: attack for attack in suite.load_all()}
    verdicts = {}
    with suite.services() as port:
        for name in names:
            course = folder / name
            course.mkdir()
            suite.plant(course, solution, released)
            places = {"HOME": str(folder / "home"), "PORT": port}
            verdicts[name] = one(suite, attacks[name], course, released, places)
    (folder / VERDICTS).write_text(json.dumps(verdicts))
    os._exit(0)


def warm() -> None:
    """Import what every kernel would import, but nothing of the course."""
    for name in ("IPython.core.interactiveshell", "matplotlib.pyplot", "nbgrader.utils"):
        import_module(name)


def one(suite: Any, attack: Any, course: Path, released: Any, places: dict[str, str]) -> str | None:
    """Lay an attack out, let a child run it, and look what came of it."""
    own = course / "submitted" / suite.STUDENT / suite.ASSIGNMENT
    result = course / "result.json"
    deadline = HANG_SECONDS if ("hang", "") in attack.wins else SECONDS
    with suite.hostage() as hostage:
        attack.write(own, released, {**places, "HOSTAGE": str(hostage.pid)})
        started = time.monotonic()
        child = os.fork()
        if child == 0:
            kernel(own, released, result)
        timed_out = not waited(child, started + deadline)
        seconds = time.monotonic() - started + timed_out
        end_group(child)
        graded = result.read_text() if result.exists() else ""
        survived = hostage.poll() is None and (bool(graded) or timed_out)
    try:
        scores = scores_of(graded)
        pages = [page(graded)] if graded and ("script", "") in attack.wins else []
    except Exception as error:
        return f"kill: the runner itself raised {type(error).__name__}"
    verdict: str | None = suite.verdict(
        attack,
        scores,
        graded,
        *pages,
        course=course,
        seconds=seconds,
        deadline=deadline,
        survived=survived,
    )
    return verdict


def waited(child: int, until: float) -> bool:
    """Wait for a child; say whether it ended in time."""
    while time.monotonic() < until:
        if os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            return True
        time.sleep(0.005)
    return False


def end_group(child: int) -> None:
    for kill in (os.killpg, os.kill):
        try:
            kill(child, signal.SIGKILL)
        except OSError:
            continue
    os.waitpid(child, 0)


def scores_of(graded: str) -> dict[str, float | None]:
    """Read scores as nbgrader reads them; a notebook that it cannot read earns nothing."""
    import nbformat
    from nbgrader.utils import determine_grade, is_grade

    if not graded:
        return {}
    cells = nbformat.reads(graded, as_version=4).cells
    scores = {}
    for cell in filter(is_grade, cells):
        try:
            scores[cell.metadata.nbgrader.grade_id] = determine_grade(cell)[0]
        except (ValueError, KeyError):
            scores[cell.metadata.nbgrader.grade_id] = 0.0
    return scores


def page(graded: str) -> str:
    """Convert as nbgrader does: nbconvert's classic template, nothing sanitised."""
    import nbformat
    from nbconvert import HTMLExporter

    text: str = HTMLExporter(template_name="classic").from_notebook_node(
        nbformat.reads(graded, as_version=4)
    )[0]
    return text


# --- in the child: the kernel and its tests ---------------------------------------------------


def kernel(own: Path, released: Any, result: Path) -> None:
    """Run the notebook in this process, write what came of it, and end."""
    os.setsid()
    for stream in (1, 2):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
    for limit, value in (
        (resource.RLIMIT_AS, 4 << 30),
        (resource.RLIMIT_FSIZE, 256 << 20),
        (resource.RLIMIT_CPU, 60),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (value, value))
    try:
        os.chdir(own)
        sys.path.insert(0, str(own))
        for name in {Path(entry).stem for entry in os.listdir(own)} - {"numpy"}:
            for module in [m for m in sys.modules if m.partition(".")[0] == name]:
                del sys.modules[module]  # a fresh kernel would find the one beside the notebook
        notebook = json.loads((own / f"{own.name}.ipynb").read_text(encoding="utf-8"))
        notebook["cells"] = restored(notebook["cells"], released["cells"])
        execute(notebook["cells"])
        text = json.dumps(notebook, default=repr)
        result.with_suffix(".part").write_text(text)
        result.with_suffix(".part").rename(result)  # all of it or nothing
    finally:
        os._exit(0)


def restored(cells: Any, released: Any) -> list[Any]:
    """Clear outputs and restore locked cells, as nbgrader's OverwriteCells does."""
    locked = {
        cell["metadata"]["nbgrader"]["grade_id"]: cell
        for cell in released
        if cell["metadata"].get("nbgrader", {}).get("locked")
    }
    kept, seen = [], set()
    for cell in cells:
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
        settings = cell["metadata"].get("nbgrader") or {}
        name = settings.get("grade_id")
        if name in locked:
            if name in seen:
                raise ValueError(f"grade id {name} stands there twice")
            seen.add(name)
            cell = {**cell, **{k: locked[name][k] for k in ("cell_type", "source")}}
            cell["metadata"] = {
                **cell["metadata"],
                "nbgrader": locked[name]["metadata"]["nbgrader"],
            }
            if cell["cell_type"] == "code":
                cell["outputs"] = []
        elif settings.get("grade"):
            cell["metadata"].pop("nbgrader")
        kept.append(cell)
    return kept


def execute(cells: list[Any]) -> None:
    """Run code cells one after the other in IPython's shell."""
    shell, room = make_shell()
    for cell in cells:
        if cell["cell_type"] != "code" or "skip-execution" in cell["metadata"].get("tags", []):
            continue
        source = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
        room.outputs = cell["outputs"]
        shell.run_cell(source, store_history=True)


class Room:
    """Where outputs of the current cell go."""

    outputs: list[Any]

    def stream(self, name: str, text: str) -> None:
        last = self.outputs[-1] if self.outputs else {}
        if last.get("output_type") == "stream" and last["name"] == name:
            last["text"].append(text)
        else:
            self.outputs.append({"output_type": "stream", "name": name, "text": [text]})


class Stream:
    """A stdout or stderr that writes into the notebook."""

    encoding = "utf-8"

    def __init__(self, name: str, room: Room) -> None:
        self.name, self.room = name, room

    def write(self, text: str) -> int:
        self.room.stream(self.name, text)
        return len(text)

    def flush(self) -> None: ...

    def isatty(self) -> bool:
        return False


def make_shell() -> tuple[Any, Room]:
    """Make a shell that collects outputs as a kernel sends them."""
    from IPython.core.displayhook import DisplayHook
    from IPython.core.displaypub import DisplayPublisher
    from IPython.core.interactiveshell import InteractiveShell

    room = Room()
    room.outputs = []

    class Publisher(DisplayPublisher):
        def publish(
            self, data: Any, metadata: Any = None, *, update: bool = False, **k: Any
        ) -> None:
            room.outputs.append(
                {"output_type": "display_data", "data": data, "metadata": metadata or {}}
            )

        def clear_output(self, wait: bool = False) -> None:
            room.outputs.clear()

    class Hook(DisplayHook):
        def write_output_prompt(self) -> None: ...

        def write_format_data(self, data: Any, metadata: Any = None) -> None:
            room.outputs.append(
                {
                    "output_type": "execute_result",
                    "data": data,
                    "metadata": metadata or {},
                    "execution_count": 1,
                }
            )

        def finish_displayhook(self) -> None:
            self._is_active = False

    class Shell(InteractiveShell):
        def _showtraceback(self, kind: Any, value: Any, lines: Any) -> None:
            room.outputs.append(
                {
                    "output_type": "error",
                    "ename": kind.__name__,
                    "evalue": str(value),
                    "traceback": list(lines),
                }
            )

        def system(self, command: str) -> None:
            done = subprocess.run(command, shell=True, capture_output=True, text=True)
            print(done.stdout + done.stderr)

        def enable_gui(self, gui: Any = None) -> None: ...

    shell = Shell.instance(display_pub_class=Publisher, displayhook_class=Hook)
    shell.history_manager.enabled = False
    sys.stdout, sys.stderr = Stream("stdout", room), Stream("stderr", room)  # type: ignore[assignment]
    sys.displayhook = shell.displayhook
    return shell, room


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
