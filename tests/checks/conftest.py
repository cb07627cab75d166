"""What tests of checks share."""

import sys

import pytest


@pytest.fixture
def untraced():
    """Nobody watches: with a debugger or with coverage there is no time limit."""
    before = sys.gettrace()
    sys.settrace(None)
    yield
    sys.settrace(before)
