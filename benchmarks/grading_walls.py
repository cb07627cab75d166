"""Measure what each wall around a submission costs; ``make bench-grading`` does it in its run.

    python -m benchmarks.grading_walls

One half of this file runs in the sandbox, where it builds the walls as a station does and looks at
the clock in between. All figures are medians.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

COUNT, CALLS = 200, 20_000
NAMESPACES, PRIVATE, FILTER, CALL = "namespaces", "private", "filter", "one call"
ENDING, GROUP, MOMENT, COVERING, PACKAGE = "ending", "group", "moment", "covering", "package"


def seconds(work: Callable[[], object]) -> float:
    """Time a call."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def repeated(work: Callable[[], object]) -> float:
    """Time a call many times."""
    return statistics.median(seconds(work) for _ in range(COUNT))


def inside() -> None:
    """Build the walls again and again, in the sandbox, and print the times."""
    sys.path[:0] = ["/course"]
    from inside import jail  # type: ignore[import-not-found]
    from inside.moment import Moment  # type: ignore[import-not-found]
    from inside.system_calls import system_call_filter  # type: ignore[import-not-found]

    limits, python = json.loads(sys.argv[1])
    rules = system_call_filter()
    hear, say = os.pipe()

    def walled(spent: dict[str, float]) -> None:
        spent[NAMESPACES] = seconds(jail.leave_namespaces)
        if os.fork() == 0:
            spent[PRIVATE] = seconds(lambda: jail.close_walls(limits, 20, python))
            if rules is not None:
                call = seconds(some_calls)
                spent[FILTER] = seconds(rules.load)
                spent[CALL] = (seconds(some_calls) - call) / CALLS
            for number in range(3):
                Path(f"data{number}.csv").write_text("1,2\n" * 1000)
            moment = Moment([jail.HOME, "/tmp"])  # noqa: S108  (the sandbox's own)
            spent[MOMENT] = repeated(moment.take)
            os.write(say, json.dumps(spent).encode())
            os._exit(0)

    def bare(spent: dict[str, float]) -> None:
        if os.fork() == 0:
            os.write(say, b"{}")
            os._exit(0)

    def submission(work: Callable[[dict[str, float]], None]) -> dict[str, float]:
        if os.fork() == 0:
            work({})
            os.wait()
            os._exit(0)
        spent: dict[str, float] = json.loads(os.read(hear, 65536))
        spent[ENDING] = seconds(os.wait)
        return spent

    def some_calls() -> None:
        for _ in range(CALLS):
            os.get_inheritable(hear)  # fcntl, at whose arguments the filter looks

    without = statistics.median(submission(bare)[ENDING] for _ in range(COUNT))
    runs = [submission(walled) for _ in range(COUNT)]
    median = {name: statistics.median(run[name] for run in runs) for name in runs[0]}
    print(json.dumps({**median, ENDING: median[ENDING] - without}))


def walls() -> dict[str, float]:
    """Measure everything.

    Returns
    -------
    dict of str to float
        Milliseconds, by wall: of a submission, of a test (``moment``), of ``one call`` to the
        system; ``covering`` and ``package`` once in a run.
    """
    from dlcourse.grading import cgroups, sandbox, student_package
    from dlcourse.grading.limits import Limits
    from dlcourse.grading.scratch import Scratch

    place = Path(cgroups.__file__).parent / "inside"
    homes = cgroups.homes()
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)

    def group() -> None:
        with cgroups.group(homes, 1 << 31) as made:
            made.put(process.pid)
            for folder in made.folders:  # an empty group is taken away at once
                (folder.parent / "cgroup.procs").write_text(str(process.pid))

    scratch = Scratch()
    package = scratch.folder / "dlcourse"
    spent = {
        PACKAGE: seconds(lambda: student_package.build(package)),
        COVERING: seconds(lambda: sandbox.bubblewrap(package, place)),
    }
    if homes:
        spent[GROUP] = repeated(group)
    process.kill()
    process.wait()
    given = json.dumps([Limits().as_dict(), sandbox.python_folders()])
    command = sandbox.bubblewrap(package, place)
    command += [sys.executable, "-I", "-B", "-c", Path(__file__).read_text(), given]
    said = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    scratch.close()
    found: dict[str, Any] = {**json.loads(said.stdout), **spent}
    return {name: round(1000 * found[name], 5) for name in found}


if __name__ == "__main__":
    if len(sys.argv) > 1:
        inside()
    else:
        print(json.dumps(walls(), indent=1))
