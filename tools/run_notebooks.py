"""Run notebooks from top to bottom in this Python's kernel, as a reader would who downloaded them.

usage: python tools/run_notebooks.py NOTEBOOK_OR_FOLDER...
It needs nbclient and ipykernel; the notebooks' own needs are what is being tried.
"""

import sys
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError


def notebooks(places: Iterable[str]) -> list[Path]:
    """Return the notebooks named and those in the folders named."""
    found = []
    for place in map(Path, places):
        found += sorted(place.rglob("*.ipynb")) if place.is_dir() else [place]
    return found


def run(path: Path) -> None:
    """Run one notebook in an empty folder; raise what its first failing cell raises."""
    with TemporaryDirectory() as folder:
        book = nbformat.read(path, as_version=4)
        NotebookClient(
            book, timeout=600, kernel_name="python3", resources={"metadata": {"path": folder}}
        ).execute()


def main() -> None:
    """Run all, then say which failed."""
    paths = notebooks(sys.argv[1:])
    if not paths:
        sys.exit(f"no notebook in {sys.argv[1:]}")
    failed = []
    for path in paths:
        start = perf_counter()
        try:
            run(path)
        except CellExecutionError as error:
            failed.append(path.name)
            print(f"{path.name}: {error}")
        else:
            print(f"{path.name}: runs ({perf_counter() - start:.0f} s)")
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
