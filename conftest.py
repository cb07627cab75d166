"""Settings of every test and doctest."""

import sys
from importlib.util import find_spec

import pytest
from hypothesis import HealthCheck, settings

# How long an example takes says how busy the machine is, not whether the package is right.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

# Rooms that have nothing to test where what they stand on is not installed, as in the browser.
NEEDED = {
    "anywidget": ["dlcourse/explorers/live.py", "tests/explorers/test_live.py"],
    "click": ["dlcourse/cli.py", "tests/test_cli.py"],
    "nbgrader": ["dlcourse/grading", "tests/exercises", "tests/grading"],
    "pypdf": ["tests/editions"],
    "sphinx": ["tests/book"],
    "yaml": ["tests/test_package.py"],
}
collect_ignore = [
    room for package, rooms in NEEDED.items() if find_spec(package) is None for room in rooms
]


@pytest.fixture(autouse=True)
def _close_figures(monkeypatch):
    """Draw off screen, and leave no figure open for the next test."""
    monkeypatch.setenv("MPLBACKEND", "agg")
    yield
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")
