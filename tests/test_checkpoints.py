"""Checkpoints: whole files without pickles, and only for the run that they belong to."""

import numpy as np
import pytest

from dlcourse.checkpoints import load_checkpoint, save_checkpoint

SETTINGS = {"sizes": [2, 1], "loss": "squared_error"}


@pytest.fixture
def path(tmp_path):
    save_checkpoint(tmp_path / "run.npz", SETTINGS, {"epochs": 2}, {"W": np.arange(3.0)})
    return tmp_path / "run.npz"


def test_what_was_saved_is_loaded_without_pickles(path):
    progress, arrays = load_checkpoint(path, SETTINGS)
    assert progress == {"epochs": 2}
    np.testing.assert_array_equal(arrays.pop("W"), np.arange(3.0))
    assert not arrays
    with np.load(path, allow_pickle=False) as saved:
        assert all(saved[name].dtype != object for name in saved.files)


def test_nothing_else_is_left_behind(path):
    assert [file.name for file in path.parent.iterdir()] == ["run.npz"]


def test_a_full_disk_leaves_the_old_file(path, monkeypatch):
    def write_a_part(file, **arrays):
        file.write(b"PK")
        raise OSError("No space left on device")

    monkeypatch.setattr(np, "savez", write_a_part)
    with pytest.raises(OSError, match="No space left"):
        save_checkpoint(path, SETTINGS, {"epochs": 3}, {})
    assert load_checkpoint(path, SETTINGS)[0] == {"epochs": 2}


def test_the_state_of_a_generator_survives(tmp_path):
    for kind in (np.random.PCG64, np.random.MT19937):  # the second one's state holds an array
        rng = np.random.Generator(kind(0))
        save_checkpoint(tmp_path / "rng.npz", {}, {"rng": rng.bit_generator.state}, {})
        expected = rng.random(3)
        progress, _ = load_checkpoint(tmp_path / "rng.npz", {})
        rng.bit_generator.state = progress["rng"]
        np.testing.assert_array_equal(rng.random(3), expected)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (SETTINGS | {"loss": "cross_entropy"}, "with loss squared_error, got cross_entropy"),
        (SETTINGS | {"dtype": "float32"}, "with dtype None, got float32"),
    ],
)
def test_other_settings_are_named(path, settings, message):
    with pytest.raises(ValueError, match=message):
        load_checkpoint(path, settings)


def test_another_file_of_arrays_is_no_checkpoint(tmp_path):
    np.savez(tmp_path / "run.npz", W=np.ones(2))
    with pytest.raises(ValueError, match=r"must be a checkpoint of this version, got \['W'\]"):
        load_checkpoint(tmp_path / "run.npz", {})
