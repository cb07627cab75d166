"""Measure how fast a class is graded, beside nbgrader's own ``autograde``, on the same submissions.

    make bench-grading

Every contestant grades the same honest submissions, in a course of its own, by its own command,
start of the program included. ``book/benchmarks_grading.json`` is what this script writes. Stock
nbgrader runs students' code with your rights: the submissions here hold the answers by which the
exercises are tested, and are harmless.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import psutil
from nbformat import read
from tqdm import tqdm

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from courses import NAME, answered, shipped

from benchmarks.grading_walls import walls
from benchmarks.machine import machine
from dlcourse.checks.registry import answers_to, exercises_of
from dlcourse.grading.feedback import FeedbackPages

RESULTS = ROOT / "book" / "benchmarks_grading.json"
STOCK = """
c = get_config()
c.CourseDirectory.course_id = "dlcourse"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "exercises"
c.ExecutePreprocessor.timeout = 60
c.Execute.timeout = 60
"""
ENVIRONMENT = {  # without a variable that has every start of Python compile what it imports
    **{name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"},
    **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
    "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
}


class Memory(threading.Thread):
    """Follows the memory of a process and all that it starts: the sum of proportional shares."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.root, self.samples, self.running = psutil.Process(pid), [], True

    def run(self) -> None:
        """Take a sample every now and then."""
        while self.running:
            total = 0
            try:
                for process in [self.root, *self.root.children(recursive=True)]:
                    try:
                        total += process.memory_full_info().pss
                    except psutil.Error:
                        continue
                self.samples.append(total)
            except psutil.Error:
                return
            time.sleep(1)

    def peak(self) -> float:
        """Return the megabytes that 95 of 100 samples stayed below."""
        self.running = False
        self.join()
        ordered = sorted(self.samples) or [0]
        return ordered[int(0.95 * (len(ordered) - 1))] / 1e6


def run(course: Path, *command: str) -> tuple[float, float]:
    """Run a command in a course; return seconds and megabytes."""
    started = time.perf_counter()
    with (course / "log.txt").open("a") as log:
        process = subprocess.Popen(command, cwd=course, env=ENVIRONMENT, stdout=log, stderr=log)
        memory = Memory(process.pid)
        memory.start()
        status = process.wait()
    seconds, peak = time.perf_counter() - started, memory.peak()
    if status:
        raise SystemExit(f"{' '.join(command)} failed:\n{(course / 'log.txt').read_text()[-3000:]}")
    return seconds, peak


def nbgrader(course: Path, *arguments: str) -> tuple[float, float]:
    """Run an nbgrader command."""
    return run(course, sys.executable, "-m", "nbgrader", *arguments, "--log-level=ERROR")


def grade(course: Path, *arguments: str) -> tuple[float, float]:
    """Run ``dlcourse grade``."""
    return run(course, sys.executable, "-m", "dlcourse", "grade", NAME, *arguments)


@contextmanager
def dask_workers(count: int) -> Iterator[str]:
    """Start a cluster of this machine's processes."""
    from distributed import LocalCluster

    with LocalCluster(n_workers=count, threads_per_worker=1, dashboard_address=None) as cluster:
        yield cluster.scheduler_address


def render_feedback(course: Path) -> float:
    """Make the pages of a graded class, as the run does on the way; return seconds."""
    started = time.perf_counter()
    pages = FeedbackPages()
    for path in sorted(course.glob(f"autograded/*/{NAME}/*.ipynb")):
        page = pages.render(read(path, 4), {}, {}, name=NAME)
        (course / "page.html").write_text(page, encoding="utf-8")
    return time.perf_counter() - started


def submission(rng: np.random.Generator) -> dict:
    """Compose a notebook of known answers, four right ones to a wrong one."""
    sources = {}
    for exercise in exercises_of(NAME):
        known = answers_to(exercise.key)
        answers = known.right if rng.random() < 0.8 else known.wrong
        title = rng.choice([title for title in answers if not title.endswith("(slow)")])
        parts = *known.helpers.values(), answers[title]
        sources[exercise.name.replace("_", "-")] = "\n\n".join(parts)
    return answered(shipped("exercises"), sources)


def make_class(folder: Path, count: int) -> Path:
    """Lay out a course with so many submissions."""
    course = folder / "template"
    course.mkdir()
    shutil.copy(ROOT / "nbgrader_config.py", course)
    for part in ("solutions", "exercises"):
        shutil.copytree(ROOT / part, course / part)
    nbgrader(course, "generate_assignment", NAME, "--force")
    for number in range(count):
        place = course / "submitted" / f"student{number:05}" / NAME
        place.mkdir(parents=True)
        text = json.dumps(submission(np.random.default_rng(number)))
        (place / f"{NAME}.ipynb").write_text(text, encoding="utf-8")
    return course


def main() -> None:
    """Run every contestant and write the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=200, help="submissions")
    parser.add_argument("--without-stock", action="store_true", help="print, and write nothing")
    arguments = parser.parse_args()
    measured: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory(prefix="dlcourse-bench-") as folder:
        template = make_class(Path(folder), arguments.count)

        def contest(name: str, work: Callable[[Path], tuple[float, float]]) -> Path:
            course = Path(folder) / name.replace(" ", "-")
            shutil.copytree(template, course)
            seconds, megabytes = work(course)
            measured[name] = {
                "seconds": round(seconds, 2),
                "each": round(seconds / arguments.count, 4),
                "megabytes": round(megabytes),
            }
            tqdm.write(f"{name}: {measured[name]}")
            return course

        contest("one worker", lambda course: grade(course, "--workers", "1"))
        ours = contest("two workers", lambda course: grade(course, "--workers", "2"))
        contest("two workers, whole", lambda course: grade(course, "--workers", "2", "--whole"))
        with dask_workers(2) as address:
            contest("two Dask workers", lambda course: grade(course, "--dask", address))
        measured["feedback"] = {"seconds": round(render_feedback(ours), 2)}
        if not arguments.without_stock:

            def stock(course: Path) -> tuple[float, float]:
                (course / "nbgrader_config.py").write_text(STOCK)
                return nbgrader(course, "autograde", NAME)

            course = contest("stock nbgrader", stock)
            seconds, _ = nbgrader(course, "generate_feedback", NAME)
            measured["stock feedback"] = {"seconds": round(seconds, 2)}
    print(json.dumps(measured, indent=1))
    if not arguments.without_stock:
        results = {
            "machine": machine("numpy", "nbgrader"),
            "submissions": arguments.count,
            "measured": measured,
            "walls": walls(),
        }
        RESULTS.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
