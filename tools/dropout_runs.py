"""Train what the chapter Dropout shows but a build has no time for, on the bundled digits.

    OPENBLAS_NUM_THREADS=1 python tools/dropout_runs.py dlcourse/figures

Writes ``dropout_runs.json``: how many of 1,000 new digits are told wrongly, by epoch for networks
784-800-800-10 that learn 5,000 digits, and in the end for 784-256-10 that learn 1,000; and
``dropout_features.npz``: weights of 36 of the 256 ReLU units of autoencoders, as in figure 7 of
Srivastava et al. (2014). Some two hours on one core.
"""

import argparse
import json
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dlcourse.datasets import load_digits_subset
from dlcourse.network import forward, initialize
from dlcourse.optimizers import Adam, Momentum
from dlcourse.training import train

SEEDS = range(8)
FEATURE_DROPOUT = (0.0, 0.2, 0.5, 0.8)


class Setting(NamedTuple):
    """What is trained, and what of it is dropped."""

    hidden: tuple[int, ...]
    examples: int
    epochs: int
    rate: float
    dropout: float
    input_dropout: float


LARGE = [
    Setting((800, 800), 5000, 120, rate, *dropped)
    for rate in (0.01, 0.1)
    for dropped in ((0.0, 0.0), (0.5, 0.0), (0.5, 0.2))
]
SMALL = [Setting((256,), 1000, 200, 0.01, p / 10, q / 10) for p in range(0, 9) for q in (0, 2, 4)]

data = cache(load_digits_subset)


def wrong(setting: Setting, seed: int) -> list[int]:
    """Train once; count the test images told wrongly after each epoch."""
    X, y, X_test, y_test = data()
    rng = np.random.default_rng(seed)
    history = train(
        initialize((784, *setting.hidden, 10), rng, dtype=np.float32),
        X[: setting.examples],
        y[: setting.examples],
        rng=rng,
        optimizer=Momentum(setting.rate),
        epochs=setting.epochs,
        batch_size=50,
        dropout=setting.dropout,
        input_dropout=setting.input_dropout,
        validation=(X_test, y_test),
        progress=False,
    )
    return [round(len(y_test) * (1 - accuracy)) for accuracy in history.validation_accuracy]


def features(p: float) -> NDArray[np.uint8]:
    """Weights of the first 36 units that are awake, each on its own scale: 128 is 0."""
    X = data()[0]
    rng = np.random.default_rng(0)
    network = initialize((784, 256, 784), rng, dtype=np.float32)
    network.parameters[:] *= 0.1  # or the start would be seen, not what was learned
    train(
        network,
        X,
        X,
        rng=rng,
        loss="binary_cross_entropy",
        optimizer=Adam(),
        epochs=25,
        batch_size=50,
        dropout=p,
        progress=False,
    )
    awake = (forward(network, X).outputs[0] > 0).any(axis=0)
    W = network.W[0][awake, 1:][:36]
    scaled = W / np.abs(W).max(axis=1, keepdims=True)
    return np.round(128 + 127 * scaled).astype(np.uint8).reshape(-1, 28, 28)


def main(folder: Path) -> None:
    """Train everything on all cores and write both files."""
    trials = [(setting, seed) for setting in LARGE + SMALL for seed in SEEDS]
    found: dict[Setting, list[Any]] = defaultdict(list)
    with ProcessPoolExecutor() as pool:
        pictures = pool.map(features, FEATURE_DROPOUT)
        counts = pool.map(wrong, *zip(*trials, strict=True))
        for (setting, _), count in zip(trials, counts, strict=True):
            found[setting].append(count if setting in LARGE else count[-1])
        weights = {
            f"p{10 * p:.0f}": picture for p, picture in zip(FEATURE_DROPOUT, pictures, strict=True)
        }
    np.savez_compressed(folder / "dropout_features.npz", **weights)
    cells = ({**setting._asdict(), "wrong": counts} for setting, counts in found.items())
    lines = ",\n".join(json.dumps(cell) for cell in cells)
    (folder / "dropout_runs.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="where to write both files")
    main(parser.parse_args().folder)
