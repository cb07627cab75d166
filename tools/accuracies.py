"""Train the networks whose accuracies two figures show, and write the accuracies down.

    OPENBLAS_NUM_THREADS=1 python tools/accuracies.py dlcourse/figures/accuracies.json

They are `network_and_labels` of "Labels and losses", a row for each numbering and a column for each
seed, and `accuracy_against_depth` of "From XOR to depth", a row for each network and a column for
each seed. About half a minute on one core.
"""

import argparse
import json
from pathlib import Path

from dlcourse.figures.labels_and_losses import MACHINES, N_NETWORK_ORDERS, N_SEEDS, network_accuracy
from dlcourse.figures.xor_to_depth import HIDDEN, N_SPIRAL_SEEDS, spiral_accuracy


def main(file: Path) -> None:
    """Train all; write a line for each row."""
    tables = {
        target: [
            [network_accuracy(target, order, seed) for seed in range(N_SEEDS)]
            for order in range(N_NETWORK_ORDERS)
        ]
        for target in MACHINES
    } | {
        f"{turns} turns": [
            [spiral_accuracy(hidden, turns, seed) for seed in range(N_SPIRAL_SEEDS)]
            for hidden in HIDDEN
        ]
        for turns in (1, 2)
    }
    lines = [
        f"{json.dumps(name)}: [\n" + ",\n".join(map(json.dumps, table)) + "\n]"
        for name, table in tables.items()
    ]
    file.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("file", type=Path, help="where to write the accuracies, as JSON")
    main(parser.parse_args().file)
