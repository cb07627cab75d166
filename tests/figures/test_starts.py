"""Every figure starts in the browser's Python; elsewhere test_every_figure walks through it."""

import sys

import pytest
from figures.every_figure import EXPLORERS, PICTURES
from matplotlib.figure import Figure

pytestmark = pytest.mark.skipif(sys.platform != "emscripten", reason="for the browser's Python")


@pytest.mark.parametrize("name", EXPLORERS)
def test_an_explorer_starts(name):
    explorer = EXPLORERS[name]()
    start = {control.name: control.values[control.start] for control in explorer.controls}
    assert list(explorer.frame(**start))


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_drawn(name):
    assert isinstance(PICTURES[name](), Figure)
