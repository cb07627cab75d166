"""Measure how long a check takes to find an answer right, or to say what is wrong with it.

    python -m benchmarks.diagnosis
    node tools/browser_python/run_tests.mjs --run benchmarks.diagnosis

The second runs it in the browser's Python. The answers are those of ``tests/diagnosis/answers``,
which nobody wrote for this. Processor time in milliseconds; the calls of the student's function are
in it, an answer that never ends is not.
"""

import sys
import time
from pathlib import Path

import numpy as np

from dlcourse.checks.answers import variants
from dlcourse.checks.judging import judge
from dlcourse.checks.registry import find, plain_solution

ANSWERS = Path(__file__).parents[1] / "tests/diagnosis/answers"
CALL_SECONDS = 5.0


def seconds() -> float:
    """Read the processor time of this process, in the browser's Python from Node around it."""
    if sys.platform != "emscripten":
        return time.process_time()
    from js import process  # type: ignore[import-not-found]

    used = process.cpuUsage()
    return float(used.user + used.system) / 1e6


def milliseconds(key: str, source: str) -> float | None:
    """Measure one check; None where the answer does not end."""
    space: dict[str, object] = {"np": np}
    for each in (*plain_solution(key)[:-1], source):
        exec(each, space)  # noqa: S102 (the answers of the tests)
    exercise = find(key)
    start = seconds()
    outcome = judge(exercise, space[exercise.name], seed=1, call_seconds=CALL_SECONDS)
    took = 1e3 * (seconds() - start)
    return None if outcome.failure and "took longer" in outcome.failure.message else took


def main() -> None:
    """Print a row for each function and kind of answer."""
    print(f"{'function':27}{'answers':>9}{'median':>9}{'90 %':>9}{'most':>9}")
    for file in sorted(ANSWERS.glob("*/*.md")):
        answers = variants(file.read_text(encoding="utf-8"))
        for kind in ("right", "wrong"):
            sources = [s for title, s in answers.items() if title.startswith(f"{kind}: ")]
            times = [milliseconds(f"{file.parent.name}/{file.stem}", s) for s in sources]
            known = sorted(took for took in times if took is not None)
            shown = (np.median(known), known[int(0.9 * len(known))], known[-1])
            row = "".join(f"{took:9.0f}" for took in shown)
            print(f"{file.stem:27}{kind:>9}{row}")


if __name__ == "__main__":
    main()
