"""A file that training can go on from: arrays and JSON, never pickles, replaced in one move.

Whoever is interrupted while writing keeps the file of before, and nobody has to trust a checkpoint
to open it: NumPy's ``.npz`` with ``allow_pickle=False`` runs no code.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


def save_checkpoint(
    path: str | os.PathLike[str],
    settings: Mapping[str, Any],
    progress: Mapping[str, Any],
    arrays: Mapping[str, Any],
) -> None:
    """Write a checkpoint, or leave the old file as it is.

    Parameters
    ----------
    path : path
        Where to; NumPy's ``.npz`` format.
    settings : mapping
        What must be the same when the run goes on: anything that JSON holds.
    progress : mapping
        What the run continues from: anything that JSON holds, and arrays, which come back as lists.
    arrays : mapping from str to ndarray
        The same, for what is large.
    """
    partial = Path(f"{os.fspath(path)}.partial")
    text = json.dumps({"settings": settings, "progress": progress}, default=np.ndarray.tolist)
    with partial.open("wb") as file:
        np.savez(file, json=np.array(text), **arrays)
    partial.replace(path)


def load_checkpoint(
    path: str | os.PathLike[str], settings: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Read a checkpoint of a run with the same settings.

    Parameters
    ----------
    path : path
        Of :func:`save_checkpoint`.
    settings : mapping
        Those of the run that is to go on.

    Returns
    -------
    progress, arrays : dict
        What :func:`save_checkpoint` was given.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is no checkpoint, or one with other settings; the message names the setting.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     save_checkpoint(f"{folder}/run.npz", {"rate": 1}, {"epochs": 2}, {"W": np.ones(3)})
    ...     load_checkpoint(f"{folder}/run.npz", {"rate": 1})
    ({'epochs': 2}, {'W': array([1., 1., 1.])})
    """
    with np.load(path, allow_pickle=False) as saved:
        if "json" not in saved:
            raise ValueError(f"{path} must be a checkpoint of this version, got {saved.files}")
        text = json.loads(saved["json"].item())
        arrays = {name: saved[name] for name in saved.files if name != "json"}
    for name, ours in settings.items():
        theirs = text["settings"].get(name)
        if theirs != ours:
            raise ValueError(f"{path} was written with {name} {theirs}, got {ours}")
    return text["progress"], arrays
