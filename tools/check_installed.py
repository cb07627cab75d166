"""Check that an installed dlcourse loads with its runtime dependencies only, and how fast.

``import dlcourse`` may take 150 ms beyond NumPy's own import; the best of five fresh processes
counts, because anything slower was the machine's doing.
"""

import subprocess
import sys
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

NEEDS_AN_EXTRA = ("dlcourse.explorers.live", "dlcourse.grading", "dlcourse.__main__")
LIMIT_MS = 150
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
    print(f"import dlcourse: {best:.1f} ms beyond NumPy (at most {LIMIT_MS})")
    if best > LIMIT_MS:
        sys.exit("import dlcourse is too slow")


if __name__ == "__main__":
    main()
