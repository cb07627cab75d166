"""Honest submissions to the toy course, as many as a test asks for.

`honest_submissions` composes notebooks as a class would hand them in: about half of them right,
many with a known mistake, some unfinished or broken, all with habits of their own. Nobody in here
wants to cheat. What students write for the functions is data of the course: `RIGHT`,
`PARTLY_RIGHT` and `WRONG` map an exercise to it. What they do around the functions stands in
`EXTRA_CELLS` and the tables beside it.

`expected_scores` says what the checks give in the student's own kernel: the notebook runs up to
its last test cell, test cells included, in a fresh IPython shell, forked from a warm process. What
comes after the last test cannot change a score. One rule of nbgrader is left out on purpose: output
on stderr does not count as a failure, because a right answer that prints a warning is still right.
"""

import atexit
import functools
import importlib
import io
import json
import os
import random
import re
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

from grading.course.answers import ANSWERS
from grading.toy import NAME, exercises, released

NOTEBOOK = f"{NAME}.ipynb"
SECONDS = 30.0  # for one notebook

Variant = tuple[str, str]
Cell = dict

EXERCISES = list(ANSWERS)
RIGHT = {exercise: list(answers.right.items()) for exercise, answers in ANSWERS.items()}
WRONG = {exercise: list(answers.wrong.items()) for exercise, answers in ANSWERS.items()}
PARTLY_RIGHT = {
    exercise: list(answers.partly_right.items())
    for exercise, answers in ANSWERS.items()
    if answers.partly_right
}
PARTIAL_POINTS = {
    exercise: float(exercises()[exercise].parts[0].points) for exercise in PARTLY_RIGHT
}
# Functions that some answers use; they stand in a cell of their own, not always before the answer.
HELPERS = {name: source for answers in ANSWERS.values() for name, source in answers.helpers.items()}

# --- what students write around them -----------------------------------------------------------

# Cells of the student's own: (name, the cell that they come after at the earliest, source).
EXTRA_CELLS = [
    ("seed", "setup", "np.random.seed(0)\nrng = np.random.default_rng(42)"),
    ("inline magic", "setup", "%matplotlib inline"),
    ("shell line", "setup", "!echo hello"),
    ("versions", "setup", "import sys\nprint(sys.version)\nprint(np.__version__)"),
    ("print options", "setup", "np.set_printoptions(precision=3, suppress=True)"),
    ("strict floats", "setup", 'np.seterr(all="raise")'),
    ("warnings as errors", "setup", 'import warnings\nwarnings.simplefilter("error")'),
    ("warnings off", "setup", 'import warnings\nwarnings.filterwarnings("ignore")'),
    ("question to the user", "setup", 'name = input("Who are you? ")'),
    ("empty cell", "setup", ""),
    ("comment only", "setup", "# TODO: ask in the tutorial"),
    ("error in a try", "setup", "1 / 0"),
    ("missing module", "setup", "import seaborn as sns\nsns.set_theme()"),
    ("help", "setup", "np.logaddexp?"),
    ("names so far", "setup", "%who"),
    ("stderr", "setup", 'import sys\nprint("careful!", file=sys.stderr)'),
    ("long output", "setup", "for i in range(500):\n    print(i, i ** 2)"),
    ("big array", "setup", "np.arange(10_000.0).reshape(100, 100)"),
    ("rich display", "setup", 'from IPython.display import Markdown\nMarkdown("**bold** $x^2$")'),
    ("file", "setup", 'with open("notes.txt", "w") as f:\n    f.write("w0 is the bias")'),
    ("progress bar", "setup", "from tqdm import tqdm\nfor i in tqdm(range(5)):\n    pass"),
    ("plot", "setup", "plt.plot(np.linspace(0, 1), np.linspace(0, 1) ** 2)\nplt.show()"),
    (
        "plot of e^x",
        "setup",
        's = np.linspace(-3, 3)\nplt.plot(s, np.exp(s), label="exp")\nplt.legend();',
    ),
    ("exponential of 1000", "setup", "np.exp(1000.0)"),
    ("variables", "setup", "X = np.ones((4, 2))\ny = np.array([0, 1, 1, 0])\nw = np.zeros(3)"),
    ("own scores", "scores", "scores(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([0.5, 1, -1]))"),
    (
        "print debugging",
        "scores",
        "s = scores(np.eye(3), np.arange(4.0))\nprint('s =', s, s.shape)",
    ),
    ("own assert", "scores", "assert scores(np.zeros((1, 2)), np.array([3.0, 1, 1]))[0] == 3"),
    ("own check", "scores", 'check("scores", scores)'),
    ("own sigmoid", "sigmoid", "sigmoid(np.array([-1000.0, 0.0, 1000.0]))"),
    ("timeit", "sigmoid", "%timeit -n1 -r1 sigmoid(np.linspace(-5, 5, 1000))"),
    ("time", "sigmoid", "%time p = sigmoid(np.zeros(1000))"),
    (
        "plot of the sigmoid",
        "sigmoid",
        "s = np.linspace(-6, 6, 100)\nplt.plot(s, sigmoid(s))\nplt.grid()",
    ),
    ("assert that fails", "sigmoid", 'assert sigmoid(np.array([0.0]))[0] == 0.6, "hm, why?"'),
    ("own check", "sigmoid", 'check("sigmoid", sigmoid)'),
    ("own check, own seed", "sigmoid", 'check("sigmoid", sigmoid, seed=1)'),
    ("check called wrongly", "sigmoid", 'check("sigmoid", sigmoid(np.zeros(3)))'),
]

NOTES = [
    "I do not understand why the bias comes first.",
    "**Note to self:** $\\sigma(-s) = 1 - \\sigma(s)$",
    "Lösung: siehe Übung 3, Aufgabe 2 – `np.logaddexp` hilft.",
    "# My notes\n\n- rows are examples\n- `w[0]` is the bias\n\n| s | p |\n|---|---|\n| 0 | 0.5 |",
    "Question: is the loss convex? <br> <b>Answer:</b> yes",
    "这里要小心溢出 😅",
]

REMARKS = [
    "first try",
    "worked after an hour",
    "thanks to Ada for the hint",
    "не трогать",
    "s = wᵀx + w₀",
    "TODO: tidy up",
    "see lecture 2",
]

# What is done to a name once its check is past; nothing of it may change a score.
LATE_CHANGES = [
    "scores = scores(X, w)\nprint(scores[:5])",
    "sigmoid = sigmoid(np.linspace(-3, 3, 7))\nsigmoid",
    "sigmoid = None",
    "def scores(X, w):\n    return X @ w[:-1]   # tried with the bias at the end",
    "del scores",
    "check = 'all done'",
    "X = P = w = None",
]

# What is done to a name between its answer and its check.
EARLY_CHANGES = [
    ("scores", "scores = scores(np.eye(3), np.arange(4.0))"),
    ("sigmoid", "sigmoid = sigmoid(np.linspace(-3, 3, 7))"),
    ("scores", "def scores(X, w):\n    return X @ w[:-1] + w[-1]   # try the bias at the end"),
]

# How the last section fails: what stood there, and what the student made of it.
LATE_FAILURES = [("0.5, 1.0, 0.2", "0.5, 1.0"), ("probabilities(", "probability("), ("plt", "plot")]

# Every one breaks the syntax of a cell that begins with a `def`.
TYPOS: dict[str, Callable[[str], str]] = {
    "colon forgotten": lambda source: source.replace("):", ")", 1),
    "bracket not closed": lambda source: source + "\nprint(np.zeros((2, 3))",
    "wrong indent": lambda source: source + "\n  return 0",
    "sentence left in": lambda source: source + "\nhere I was not sure",
    "text not closed": lambda source: source + "\nprint('done)",
    "assignment in a comparison": lambda source: source + "\nif 1 = 1: pass",
}

TIMED = """\
import functools, time

def timed(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        start = time.time()
        result = function(*args, **kwargs)
        wrapper.seconds = time.time() - start
        return result
    return wrapper

"""

KINDS = {
    "all right": 45,
    "some wrong": 35,
    "partly right": 8,
    "stubs left": 5,
    "syntax error": 3.5,
    "name error": 3.5,
}
FIRST_NAMES = ("ada", "alan", "chen", "fatima", "grace", "ivan", "kofi", "lin", "maria", "noor")


@dataclass(frozen=True)
class Honest:
    """What one student hands in.

    Parameters
    ----------
    student : str
        Name of the student's folder.
    files : dict
        Content by name; ``"toy.ipynb"`` is the submission.
    traits : tuple of str
        What was mixed in. The first is one of `KINDS`; "exercise: name" is the variant.
    answers : dict
        Source of the answer cells, by cell id.
    """

    student: str
    files: dict[str, bytes]
    traits: tuple[str, ...]
    answers: dict[str, str]


def honest_submissions(count: int, seed: int) -> Iterator[Honest]:
    """Compose submissions, each different from all others in its answers and in its bytes.

    The student at one place of the row is the same for every `count`.
    """
    for index in range(count):
        rng = random.Random(f"{seed}/{index}")
        yield compose(rng, f"{rng.choice(FIRST_NAMES)}{index:05d}")


def compose(rng: random.Random, student: str) -> Honest:
    """Compose one student's submission."""
    (kind,) = rng.choices(list(KINDS), list(KINDS.values()))
    traits = [kind]
    sources = choose_answers(rng, kind, traits)
    for exercise in EXERCISES:
        sources[exercise] = in_own_style(rng, exercise, sources[exercise], traits)
    signed = rng.choice(EXERCISES)
    sources[signed] = with_remark(sources[signed], f"{student}: {rng.choice(REMARKS)}")
    answers = {cell_id(exercise): source for exercise, source in sources.items()}
    cells = [
        {**cell, "source": answers.get(cell["id"], "".join(cell["source"]))}
        for cell in released()["cells"]
    ]
    files = add_helpers(rng, cells, kind, sources, traits)
    change_demo(rng, cells, traits)
    add_cells(rng, cells, traits)
    files[NOTEBOOK] = saved(rng, cells, traits)
    return Honest(student, files, tuple(traits), answers)


def stub(exercise: str) -> str:
    """Return what stands in an answer cell before the student comes."""
    return next("".join(c["source"]) for c in released()["cells"] if c["id"] == cell_id(exercise))


def cell_id(exercise: str) -> str:
    """Return the id of an exercise's answer cell."""
    return exercise.replace("_", "-")


def happens(rng: random.Random, percent: float) -> bool:
    """Throw a die."""
    return rng.random() * 100 < percent


# --- the answers -------------------------------------------------------------------------------


def choose_answers(rng: random.Random, kind: str, traits: list[str]) -> dict[str, str]:
    """Choose a variant of each function, and spoil some as the kind of student asks for."""
    chosen = {exercise: rng.choice(RIGHT[exercise]) for exercise in EXERCISES}
    if kind == "some wrong":
        for exercise in rng.sample(EXERCISES, rng.choices([1, 2], [60, 40])[0]):
            chosen[exercise] = rng.choice(WRONG[exercise])
    if kind == "partly right":
        exercise = rng.choice(list(PARTLY_RIGHT))
        chosen[exercise] = rng.choice(PARTLY_RIGHT[exercise])
    if kind == "stubs left":
        first = rng.randrange(len(EXERCISES))
        for exercise in EXERCISES[first:] if happens(rng, 70) else EXERCISES[first : first + 1]:
            chosen[exercise] = "stub", stub(exercise)
    if kind in ("syntax error", "name error"):
        exercise = rng.choice(EXERCISES)
        chosen[exercise] = rng.choice(plain(exercise))
        chosen[exercise] = broken(rng, kind, exercise, chosen[exercise])
    traits += [f"{exercise}: {name}" for exercise, (name, _) in chosen.items()]
    return {exercise: source for exercise, (_, source) in chosen.items()}


def plain(exercise: str) -> list[Variant]:
    """List the right variants that are one function and use arrays by their usual name."""
    return [
        (name, source)
        for name, source in RIGHT[exercise]
        if source.startswith(f"def {exercise}(") and "np." in source and "):\n" in source
    ]


def broken(rng: random.Random, kind: str, exercise: str, variant: Variant) -> Variant:
    """Break the syntax of a right answer, or a name in it."""
    name, source = variant
    if kind == "syntax error":
        typo = rng.choice(list(TYPOS))
        return f"{name}, {typo}", TYPOS[typo](source)
    if happens(rng, 50):
        return f"{name}, numpy by its long name", source.replace("np.", "numpy.")
    return f"{name}, another name", source.replace(f"def {exercise}(", f"def my_{exercise}(")


def in_own_style(rng: random.Random, exercise: str, source: str, traits: list[str]) -> str:
    """Add habits to an answer: docstring, debugging, timing, remarks, tries, magics."""
    if "NotImplementedError" in source and "np." not in source:
        return source
    cells_own = (
        ("docstring kept", 55, lambda s: inside(s, exercise, docstring(exercise))),
        ("print inside", 2, lambda s: inside(s, exercise, f'    print("in {exercise}")\n')),
        ("counter", 2, lambda s: counted(s, exercise)),
        ("timed", 2, lambda s: timed(s, exercise)),
        ("remark", 20, lambda s: with_remark(s, rng.choice(REMARKS))),
        ("slow", 0.8, lambda s: slowed(s, exercise)),
        ("checked in the cell", 2, lambda s: f'{s}\n\ncheck("{exercise}", {exercise})'),
        ("error after the function", 2, lambda s: f"{s}\n\nprint({exercise}_result)"),
        ("cell magic", 1.5, lambda s: f"%%time\n{s}"),
        ("line magic", 1.5, lambda s: f"%matplotlib inline\n{s}"),
    )  # fmt: skip
    for name, percent, change in cells_own:
        if happens(rng, percent) and (changed := change(source)) != source:
            traits.append(f"{exercise}: {name}" if name == "slow" else name)
            source = changed
            if name in ("checked in the cell", "error after the function", "cell magic"):
                break
    return source


def inside(source: str, exercise: str, lines: str) -> str:
    """Put lines at the top of a function's body, where it is written the usual way."""
    return re.sub(
        rf"^(def {exercise}\(.*:\n)(?=    \S)",
        lambda found: found[1] + lines,
        source,
        flags=re.MULTILINE,
    )


def docstring(exercise: str) -> str:
    """Return the docstring's lines of the released notebook."""
    return re.search(r'    """.*?"""\n', stub(exercise), re.DOTALL)[0]


def counted(source: str, exercise: str) -> str:
    """Count the calls in a global variable."""
    changed = inside(source, exercise, f"    global calls_{exercise}\n    calls_{exercise} += 1\n")
    return source if changed == source else f"calls_{exercise} = 0\n\n{changed}"


def timed(source: str, exercise: str) -> str:
    """Put a decorator before the function."""
    changed = re.sub(rf"^def {exercise}\(", f"@timed\ndef {exercise}(", source, flags=re.MULTILINE)
    return source if changed == source else TIMED + changed


def slowed(source: str, exercise: str) -> str:
    """Make the function wait, unless it calls itself."""
    if source.count(f"{exercise}(") > 1:
        return source
    return inside(source, exercise, "    import time; time.sleep(0.2)\n")


def with_remark(source: str, remark: str) -> str:
    """Put a comment at the end: a cell's magic must stay its first line."""
    return f"{source}\n# {remark}"


# --- the cells ---------------------------------------------------------------------------------


def new_cell(rng: random.Random, source: str, kind: str = "code") -> Cell:
    """Make a cell of the student's own."""
    cell = {"cell_type": kind, "id": f"{rng.getrandbits(32):08x}", "metadata": {}, "source": source}
    return {**cell, "execution_count": None, "outputs": []} if kind == "code" else cell


def place(cells: list[Cell], name: str) -> int:
    """Return the position of a cell."""
    return next(i for i, cell in enumerate(cells) if cell["id"] == name)


def insert(cells: list[Cell], after: str, cell: Cell) -> None:
    """Insert a cell behind another one."""
    cells.insert(place(cells, after) + 1, cell)


def add_helpers(
    rng: random.Random, cells: list[Cell], kind: str, sources: dict[str, str], traits: list[str]
) -> dict[str, bytes]:
    """Define the functions that the answers use, in a cell before its first check or in a file."""
    files: dict[str, bytes] = {}
    for helper, source in HELPERS.items():
        users = [cell_id(e) for e in EXERCISES if re.search(rf"\b{helper}\(", sources[e])]
        if users and happens(rng, 10):
            files["helpers.py"] = files.get("helpers.py", b"import numpy as np\n") + (
                f"\n\n{source}\n".encode()
            )
            cell = new_cell(rng, f"from helpers import {helper}")
            insert(cells, "setup", cell)
            traits.append("helper in a file")
        elif users:
            after = rng.choice(["setup", f"task-{users[0]}", users[0]])
            insert(cells, after, new_cell(rng, source))
            traits.append("helper after its use" if after == users[0] else "helper in a cell")
    if kind == "some wrong" and happens(rng, 8):
        after, source = rng.choice(EARLY_CHANGES)
        insert(cells, after, new_cell(rng, source))
        traits.append("name changed early")
    if happens(rng, 2):
        files["notes.txt"] = "Bias zuerst! ∑ wᵢxᵢ + w₀\n".encode()
        traits.append("another file")
    return files


def change_demo(rng: random.Random, cells: list[Cell], traits: list[str]) -> None:
    """Let students play in the last section: fail, overwrite names, delete it."""
    demo = cells[place(cells, "demo")]
    if happens(rng, 5):
        demo["source"] = demo["source"].replace(*rng.choice(LATE_FAILURES))
        traits.append("last section fails")
    if happens(rng, 8):
        insert(cells, "demo", new_cell(rng, rng.choice(LATE_CHANGES)))
        traits.append("name changed late")
    if happens(rng, 5):
        demo["source"] += "\nscores = scores(X, w)"
        traits.append("name changed late")
    if happens(rng, 5):
        cells.remove(demo)
        traits.append("demo deleted")


def add_cells(rng: random.Random, cells: list[Cell], traits: list[str]) -> None:
    """Add cells and notes, and delete some of the teacher's texts."""
    for _ in range(rng.choices([0, 1, 2, 4, 8], [35, 25, 20, 15, 5])[0]):
        name, earliest, source = rng.choice(EXTRA_CELLS)
        position = rng.randint(place(cells, earliest) + 1, len(cells))
        cells.insert(position, new_cell(rng, source))
        traits.append(name)
    if happens(rng, 3):
        cells.insert(0, new_cell(rng, "# Name: see the file's name\nprint('start')"))
        traits.append("cell before the setup")
    if happens(rng, 5) and not uses_builtins(cells):
        insert(cells, "setup", new_cell(rng, "from numpy import *"))
        traits.append("star import")
    if happens(rng, 20):
        cells.insert(rng.randint(1, len(cells)), new_cell(rng, rng.choice(NOTES), "markdown"))
        traits.append("note")
    if happens(rng, 8):
        texts = [cell["id"] for cell in cells if cell["cell_type"] == "markdown"]
        deleted = rng.sample(texts, rng.randint(1, 3))
        cells[:] = [cell for cell in cells if cell["id"] not in deleted]
        traits.append("text deleted")


def uses_builtins(cells: list[Cell]) -> bool:
    """Tell whether a star import from NumPy would change what the notebook's own code means."""
    shadowed = re.compile(r"(?<![.\w])(abs|all|any|divmod|max|min|pow|round|sum)\(")
    return any(cell["cell_type"] == "code" and shadowed.search(cell["source"]) for cell in cells)


# --- the file ----------------------------------------------------------------------------------


def saved(rng: random.Random, cells: list[Cell], traits: list[str]) -> bytes:
    """Save the notebook as one of the usual editors does, mostly with outputs of an older run."""
    notebook = {**released(), "cells": cells}
    if happens(rng, 50):
        notebook["cells"] = [with_old_output(rng, cell) for cell in cells]
        traits.append("old outputs")
    if happens(rng, 6):
        kernel = {"display_name": "dl", "language": "python", "name": "conda-env-dl-py"}
        notebook["metadata"] = {**notebook["metadata"], "kernelspec": kernel}
        traits.append("other kernel")
    if happens(rng, 3):
        notebook["cells"] = [
            {key: value for key, value in cell.items() if key != "id"} for cell in notebook["cells"]
        ]
        notebook["nbformat_minor"] = 4
        traits.append("no cell ids")
    if happens(rng, 70):
        notebook["cells"] = [
            {**cell, "source": cell["source"].splitlines(keepends=True)}
            for cell in notebook["cells"]
        ]
    text = json.dumps(notebook, indent=rng.choice([1, 1, 2, None]), ensure_ascii=happens(rng, 20))
    if happens(rng, 5):
        text = text.replace("\n", "\r\n")
        traits.append("Windows line ends")
    return (text + "\n").encode()


def with_old_output(rng: random.Random, cell: Cell) -> Cell:
    """Give a code cell the number and the output that it had on the student's machine."""
    if cell["cell_type"] != "code":
        return cell
    count = rng.randint(1, 99)
    outputs = [
        [],
        [{"output_type": "stream", "name": "stdout", "text": ["old\n"]}],
        [{"output_type": "execute_result", "execution_count": count, "metadata": {},
          "data": {"text/plain": ["1.0"]}}],
        [{"output_type": "error", "ename": "CheckFailed", "evalue": "not yet",
          "traceback": ["CheckFailed"]}],
        [{"output_type": "display_data", "metadata": {},
          "data": {"text/html": ["<b>right</b>"], "text/plain": ["right"]}}],
    ]  # fmt: skip
    metadata = {**cell["metadata"], "scrolled": True} if happens(rng, 5) else cell["metadata"]
    return {**cell, "metadata": metadata, "execution_count": count, "outputs": rng.choice(outputs)}


# --- what the checks say in the student's own kernel -------------------------------------------


def expected_scores(honest: Honest) -> dict[str, float]:
    """Run a submission in a kernel of its own; return the score of each test cell by grade_id.

    Cells that are not reached within `SECONDS` score 0.
    """
    warm = warm_process()
    files = {name: content.decode() for name, content in honest.files.items()}
    warm.stdin.write(json.dumps(files) + "\n")
    warm.stdin.flush()
    return json.loads(warm.stdout.readline())


@functools.cache
def warm_process() -> subprocess.Popen:
    """Start the process that has everything loaded and runs each notebook in a fork of itself."""
    settings = {
        "PYTHONPATH": str(Path(__file__).parents[1]),
        "MPLBACKEND": "agg",
        "OPENBLAS_NUM_THREADS": "1",
        "TERM": "dumb",  # `np.exp?` must not start a pager
    }
    warm = subprocess.Popen(
        [sys.executable, "-c", "from grading.honest import serve; serve()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, **settings},
        text=True,
    )
    atexit.register(warm.kill)
    return warm


def serve() -> None:
    """Answer each line of files with a line of scores."""
    for name in ("dlcourse.checks.judging", "matplotlib.pyplot", "nbgrader.utils"):
        importlib.import_module(name)
    with tempfile.TemporaryDirectory() as home:
        os.environ["IPYTHONDIR"] = home
        shell = make_shell()
        for line in sys.stdin:
            print(json.dumps(run_in_fork(shell, json.loads(line))), flush=True)


def make_shell():
    """Make an IPython shell that leaves nothing behind."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    class Shell(InteractiveShell):
        def enable_gui(self, gui=None):
            """Have no windows."""

    settings = Config(
        {"HistoryManager": {"enabled": False}, "InteractiveShell": {"colors": "nocolor"}}
    )
    return Shell.instance(config=settings)


def run_in_fork(shell, files: dict[str, str]) -> dict[str, float]:
    """Run a notebook in a child process and collect its scores until the time is over."""
    cells = json.loads(files[NOTEBOOK])["cells"]
    settings = [cell["metadata"].get("nbgrader", {}) for cell in cells]
    scores = {setting["grade_id"]: 0.0 for setting in settings if setting.get("grade")}
    reading, writing = os.pipe()
    with tempfile.TemporaryDirectory() as folder:
        child = os.fork()
        if child == 0:
            try:
                run_notebook(shell, files, folder, writing)
            finally:
                os._exit(0)
        os.close(writing)
        for line in lines_until(reading, time.monotonic() + SECONDS):
            scores.update(json.loads(line))
        os.close(reading)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    return scores


def lines_until(pipe: int, deadline: float) -> Iterator[bytes]:
    """Read whole lines from a pipe until it is closed or the time is over."""
    rest = b""
    while select.select([pipe], [], [], max(0.0, deadline - time.monotonic()))[0]:
        piece = os.read(pipe, 65536)
        if not piece:
            return
        *lines, rest = (rest + piece).split(b"\n")
        yield from lines


def run_notebook(shell, files: dict[str, str], folder: str, writing: int) -> None:
    """Run the cells up to the last test and write the score of each test cell to the pipe."""
    import nbformat
    from nbgrader.utils import determine_grade, is_grade

    os.chdir(folder)
    for name, text in files.items():
        Path(name).write_text(text, encoding="utf-8")
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    cells = nbformat.from_dict(joined(json.loads(files[NOTEBOOK])))["cells"]
    last = max(i for i, cell in enumerate(cells) if is_grade(cell))
    for cell in cells[: last + 1]:
        if cell.cell_type == "code":
            cell.outputs = run_cell(shell, cell.source)
            if is_grade(cell):
                score, _ = determine_grade(cell)
                os.write(writing, json.dumps({cell.metadata.nbgrader.grade_id: score}).encode())
                os.write(writing, b"\n")


def joined(notebook: dict) -> dict:
    """Join the lines that a saved notebook's sources are split into."""
    cells = [{**cell, "source": "".join(cell["source"])} for cell in notebook["cells"]]
    return {**notebook, "cells": cells}


def run_cell(shell, source: str) -> list:
    """Run one cell and collect the outputs that nbgrader looks at; stderr is not among them."""
    from nbformat.v4 import new_output

    printed = io.StringIO()
    with redirect_stdout(printed), redirect_stderr(io.StringIO()):
        done = shell.run_cell(source, store_history=True)
        outputs = [new_output("stream", name="stdout", text=printed.getvalue())]
        if not done.success:
            error = done.error_before_exec or done.error_in_exec
            outputs.append(new_output("error", ename=type(error).__name__, evalue=str(error)))
        elif done.result is not None:
            data, _ = shell.display_formatter.format(done.result)
            outputs.append(new_output("execute_result", data=data))
    return outputs
