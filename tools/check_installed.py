"""Check that an installed dlcourse loads with its runtime dependencies only; say how fast.

The time of ``import dlcourse`` beyond NumPy's own is the best of five fresh processes, because
anything slower was the machine's doing. It is not held to a limit, but what is imported is: see
tests/test_package.py.
"""

import subprocess
import sys
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

NEEDS_AN_EXTRA = ("dlcourse.explorers.live", "dlcourse.grading", "dlcourse.__main__")
RUNS = 5
TIMER = """
from time import perf_counter
import numpy
start = perf_counter()
import dlcourse
print((perf_counter() - start) * 1000)
"""


def import_time_ms() -> float:
    """Return the milliseconds that a fresh process spends in ``import dlcourse``."""
    run = subprocess.run([sys.executable, "-c", TIMER], capture_output=True, text=True, check=True)
    return float(run.stdout)


def main() -> None:
    """Import every module that needs no extra, read the bundled data, time the import."""
    import dlcourse

    found = (name for _, name, _ in walk_packages(dlcourse.__path__, "dlcourse."))
    modules = sorted(name for name in found if not name.startswith(NEEDS_AN_EXTRA))
    for name in modules:
        import_module(name)
    bundle = Path(dlcourse.__path__[0]) / "explorers" / "static"
    if not any(bundle.glob("*.js")) and not any(bundle.glob("*.mjs")):
        sys.exit("the wheel came without the explorers' browser code: run npm run build first")
    images = dlcourse.datasets.load_digits_subset()[0]
    best = min(import_time_ms() for _ in range(RUNS))
    print(f"{len(modules)} modules load, {len(images)} digits are here")
    print(f"import dlcourse: {best:.1f} ms beyond NumPy")


if __name__ == "__main__":
    main()
