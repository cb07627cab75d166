"""Train the forty networks whose curves "Early stopping" shows, and write the curves down.

    OPENBLAS_NUM_THREADS=1 python tools/early_stopping_runs.py dlcourse/figures/early_stopping.json

Each run draws 300 of the bundled digits to learn from, of which 45 get a wrong label, others to
validate with, and takes the 4,000 that come last as fresh ones. About two minutes on one core.
"""

import argparse
import json
from pathlib import Path

from tqdm import tqdm

from dlcourse.figures.early_stopping import RUNS, curves


def main(file: Path) -> None:
    """Train all; write a line for each curve of each run, in thousandths."""
    runs = [curves(seed) for seed in tqdm(range(RUNS))]
    lines = [
        f"{json.dumps(name)}: [\n"
        + ",\n".join(json.dumps([round(1000 * v) for v in run[name]]) for run in runs)
        + "\n]"
        for name in runs[0]
    ]
    file.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("file", type=Path, help="where to write the curves, as JSON")
    main(parser.parse_args().file)
