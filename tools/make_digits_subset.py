"""Make the digits that dlcourse bundles out of the whole of MNIST.

    python tools/make_digits_subset.py mnist.npz dlcourse/datasets/data/digits.npz

The source has the arrays x_train, y_train, x_test and y_test (uint8; 60,000 and 10,000 images of
28 x 28). Each array, written as an IDX file, must have the SHA-256 of the original distribution.
Rows are drawn at random within each class: the first half of the official test set is easier than
the second, so "the first hundred" would flatter every classifier.
"""

import argparse
import hashlib
import struct
from pathlib import Path

import numpy as np

from dlcourse.datasets.mnist import SHA256_UNPACKED

SEED = 1998
PER_CLASS = {"train": 500, "test": 100}
ARRAYS = ("x_train", "y_train", "x_test", "y_test")
SHA256_OF_IDX = dict(zip(ARRAYS, SHA256_UNPACKED.values(), strict=True))


def as_idx(array: np.ndarray) -> bytes:
    """Return the bytes of an IDX file with this array of unsigned bytes."""
    header = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
    return header + array.astype(np.uint8, casting="equiv").tobytes()


def load_source(path: Path) -> dict[str, np.ndarray]:
    """Load the four arrays of MNIST, each checked against the original distribution."""
    with np.load(path, allow_pickle=False) as archive:
        arrays = {name: archive[name] for name in SHA256_OF_IDX}
    for name, expected in SHA256_OF_IDX.items():
        found = hashlib.sha256(as_idx(arrays[name])).hexdigest()
        if found != expected:
            raise SystemExit(f"{path}: {name} is not MNIST's (SHA-256 {found}, not {expected})")
    return arrays


def draw_rows(y: np.ndarray, per_class: int, rng: np.random.Generator) -> np.ndarray:
    """Rows of ``per_class`` random examples of each digit, in the order of the original file."""
    rows = [rng.choice(np.flatnonzero(y == digit), per_class, replace=False) for digit in range(10)]
    return np.sort(np.concatenate(rows)).astype(np.int32)


def make_subset(arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Images, labels and the rows they came from, for training and test."""
    rng = np.random.default_rng(SEED)
    subset = {}
    for part, per_class in PER_CLASS.items():
        rows = draw_rows(arrays[f"y_{part}"], per_class, rng)
        subset[f"x_{part}"] = arrays[f"x_{part}"][rows]
        subset[f"y_{part}"] = arrays[f"y_{part}"][rows]
        subset[f"{part}_rows"] = rows
    return subset


def main() -> None:
    """Read the two paths from the command line and write the subset."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=Path, help="npz file with all of MNIST")
    parser.add_argument("target", type=Path, help="npz file to write")
    paths = parser.parse_args()
    np.savez_compressed(paths.target, **make_subset(load_source(paths.source)))
    print(f"{paths.target}: {paths.target.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
