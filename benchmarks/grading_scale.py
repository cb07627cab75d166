"""Grade ten thousand submissions on this machine, with a run and its processes killed on the way.

    python -m benchmarks.grading_scale --count 10000

Shows that every submission is graded exactly once, how fast, in how much memory, and how long the
report takes. It needs about 0.6 MB of disk for each submission.
"""

import argparse
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing, suppress
from pathlib import Path

import psutil

from benchmarks.grading import ENVIRONMENT, NAME, Memory, make_class
from dlcourse.grading.report import write_report

KILLS = (0.1, 0.4, 0.7)  # of all submissions, when the run is killed by force


def read_results(course: Path, columns: str) -> list[tuple]:
    """Read columns of all results so far; none before the table is there."""
    with closing(sqlite3.connect(course / "gradebook.db", timeout=60)) as gradebook:
        try:
            return gradebook.execute(f"select {columns} from dlcourse_result").fetchall()  # noqa: S608
        except sqlite3.OperationalError:
            return []


def graded(course: Path) -> dict[str, tuple[int, str]]:
    """Read seed and time of every result so far, by student."""
    rows = read_results(course, "student, seed, graded_at")
    return {student: (seed, moment) for student, seed, moment in rows}


def main() -> None:
    """Run it and print what was seen."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--workers", default=str(len(os.sched_getaffinity(0))))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="dlcourse-scale-") as folder:
        course = make_class(Path(folder), arguments.count)
        kills, kept, seconds = list(KILLS), {}, 0.0
        quarters: list[list[int]] = []
        while True:
            started = time.perf_counter()
            with (course / "log.txt").open("a") as log:
                run = subprocess.Popen(
                    [
                        sys.executable,
                        "-m",
                        "dlcourse",
                        "grade",
                        NAME,
                        "--workers",
                        arguments.workers,
                    ],
                    cwd=course,
                    env=ENVIRONMENT,
                    stdout=log,
                    stderr=log,
                )
            memory = Memory(run.pid)
            memory.start()
            aim = int(kills.pop(0) * arguments.count) if kills else None
            half_way = (len(kept) + (aim or arguments.count)) // 2
            while run.poll() is None:
                time.sleep(0.5)
                done = len(read_results(course, "seed"))
                if half_way and done > half_way:  # a warm process dies, and is replaced
                    half_way = 0
                    children = psutil.Process(run.pid).children()
                    with suppress(psutil.Error):
                        children[len(kills) % len(children)].kill()
                if aim is not None and done >= aim:
                    run.send_signal(signal.SIGKILL)
            run.wait()
            seconds += time.perf_counter() - started
            memory.peak()
            quarters.append(memory.samples)
            now = graded(course)
            assert kept.items() <= now.items(), "something was graded twice"
            print(f"{len(now)} graded after {seconds:.0f} s, exit {run.returncode}", flush=True)
            if aim is None or run.returncode == 0:
                break
            kept = now
        students = {path.parent.name for path in course.glob(f"submitted/*/{NAME}")}
        assert run.returncode == 0, (course / "log.txt").read_text()[-3000:]
        assert set(graded(course)) == students
        pages = len(list(course.glob(f"feedback/*/{NAME}/{NAME}.html")))
        last = quarters[-1]
        quarter = len(last) // 4 or 1
        print((course / "log.txt").read_text()[-2500:])
        seen = {
            "submissions": len(students),
            "feedback pages": pages,
            "seconds": round(seconds),
            "each": round(seconds / len(students), 4),
            "megabytes, second quarter of the last run": round(
                max(last[quarter : 2 * quarter]) / 1e6
            ),
            "megabytes, last quarter of it": round(max(last[-quarter:]) / 1e6),
            "report seconds": report_seconds(course),
        }
        print(json.dumps(seen, indent=1))


def report_seconds(course: Path) -> float:
    """Time the report alone, from the gradebook to the page."""
    from nbgrader.coursedir import CourseDirectory
    from traitlets.config import Config

    from dlcourse.grading.gradebook import Records
    from dlcourse.grading.spec import load_spec

    places = {"source_directory": "solutions", "release_directory": "exercises"}
    config = Config({"CourseDirectory": {"root": str(course), "course_id": "dlcourse", **places}})
    directory = CourseDirectory(config=config)
    records = Records(directory.db_url, "dlcourse", load_spec(directory, NAME))
    started = time.perf_counter()
    write_report(records.report_rows(), course / "timed", NAME)
    shutil.rmtree(course / "timed")
    return round(time.perf_counter() - started, 2)


if __name__ == "__main__":
    main()
