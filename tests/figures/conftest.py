"""What figures show is the same in every Python; in the browser's, each of them is only started.

Their lines are counted where they are built, not where what they show is tried once more.
"""

from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.parent == HERE and item.path.name != "test_starts.py":
            item.add_marker("local")
            if item.path.name != "test_every_figure.py":
                item.add_marker("uncounted")
