"""Settings of every test and doctest."""

import sys

import pytest


@pytest.fixture(autouse=True)
def _close_figures(monkeypatch):
    """Draw off screen, and leave no figure open for the next test."""
    monkeypatch.setenv("MPLBACKEND", "agg")
    yield
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")
