"""The script that made the bundled digits, as far as it can be run without all of MNIST."""

import runpy
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from dlcourse.datasets.idx import parse_idx

SCRIPT = Path(__file__).parents[2] / "tools" / "make_digits_subset.py"


@pytest.fixture(scope="module")
def script():
    return runpy.run_path(str(SCRIPT))


def test_hashes_are_taken_over_idx_files(script):
    images = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    assert_array_equal(parse_idx(script["as_idx"](images)), images)


def test_rows_are_drawn_evenly_and_without_repeats(script):
    y = np.repeat(np.arange(10), 50)
    rows = script["draw_rows"](y, 7, np.random.default_rng(0))
    assert_array_equal(np.bincount(y[rows]), 7)
    assert len(np.unique(rows)) == 70
    assert_array_equal(rows, np.sort(rows))


def test_a_source_that_is_not_mnist_is_refused(script, tmp_path, monkeypatch):
    fake = {name: np.zeros((1, 28, 28), np.uint8) for name in script["SHA256_OF_IDX"]}
    np.savez(tmp_path / "fake.npz", **fake)
    target = tmp_path / "out.npz"
    monkeypatch.setattr(sys, "argv", ["make", str(tmp_path / "fake.npz"), str(target)])
    with pytest.raises(SystemExit, match="x_train is not MNIST's"):
        script["main"]()
    assert not target.exists()
