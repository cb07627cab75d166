"""What notebooks say of their experiments is the same in every Python, and slow in a browser's.

Nor are lines counted there: an experiment tries again what others test.
"""

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.name == "test_notebook.py":
            item.add_marker("local")
            item.add_marker("uncounted")
