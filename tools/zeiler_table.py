"""Train what Zeiler (2012) trained for his tables 1 and 2, and write the test errors down.

    OPENBLAS_NUM_THREADS=1 python tools/zeiler_table.py dlcourse/figures/zeiler_2012.json

All of MNIST, 784-500-300-10, batches of 100, six epochs, every setting of the two tables, from
five starts each, with ReLU and with tanh: 270 runs of some 20 seconds on one core. Momentum is 0.9;
AdaDelta has no rate (it is 1).
"""

import argparse
import json
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from tqdm import tqdm

from dlcourse.datasets import load_mnist
from dlcourse.network import initialize, predict_scores
from dlcourse.optimizers import OPTIMIZERS
from dlcourse.training import train

SIZES, BATCH_SIZE, EPOCHS = (784, 500, 300, 10), 100, 6
SEEDS = range(5)
RATES = (1.0, 0.1, 0.01, 0.001, 0.0001)
EPS, RHOS = (1e-2, 1e-4, 1e-6, 1e-8), (0.9, 0.95, 0.99)


class Setting(NamedTuple):
    """One cell of a table."""

    activation: str
    optimizer: str
    options: dict[str, float]


def settings() -> Iterator[Setting]:
    """Go through the cells of both tables."""
    for activation in ("relu", "tanh"):
        for optimizer in ("sgd", "momentum", "adagrad"):
            for rate in RATES:
                yield Setting(activation, optimizer, {"learning_rate": rate})
        for eps in EPS:
            for rho in RHOS:
                yield Setting(activation, "adadelta", {"eps": eps, "rho": rho})


data = cache(load_mnist)


def test_error(setting: Setting, seed: int) -> float | None:
    """Train once; return the share of test images told wrongly, or None if scores overflowed."""
    X, y, X_test, y_test = data()
    network = initialize(SIZES, np.random.default_rng(seed), setting.activation, np.float32)
    optimizer = OPTIMIZERS[setting.optimizer](**setting.options)
    shuffling = np.random.default_rng(seed)
    try:
        with np.errstate(all="ignore"):  # some of the rates are far too large: that is the point
            train(
                network,
                X,
                y,
                rng=shuffling,
                optimizer=optimizer,
                epochs=EPOCHS,
                batch_size=BATCH_SIZE,
                progress=False,
            )
    except FloatingPointError:
        return None
    told = predict_scores(network, X_test).argmax(axis=1)
    return round(float(np.mean(told != y_test)), 4)


def main(file: Path) -> None:
    """Train everything on all cores; write a list of cells with their errors."""
    chosen = list(settings())
    trials = [(setting, seed) for setting in chosen for seed in SEEDS]
    with ProcessPoolExecutor() as pool:
        errors = list(tqdm(pool.map(test_error, *zip(*trials, strict=True)), total=len(trials)))
    cells: list[dict[str, Any]] = []
    for k, setting in enumerate(chosen):
        own = errors[k * len(SEEDS) : (k + 1) * len(SEEDS)]
        cells.append({**setting._asdict(), "errors": own})
    lines = ",\n".join(json.dumps(cell) for cell in cells)
    file.write_text(f"[\n{lines}\n]\n", encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("file", type=Path, help="where to write the results, as JSON")
    main(parser.parse_args().file)
