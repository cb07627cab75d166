"""Figures of the chapter "From XOR to depth"."""

import numpy as np

from dlcourse.activations import sigmoid
from dlcourse.datasets import toy
from dlcourse.explorers import Explorer, Line, Mark, Points, Slider
from dlcourse.explorers.values import Array
from dlcourse.linear import scores

_CLASSES = ("XOR says 0", "XOR says 1")
_X, _Y = toy.xor(120, noise=0.09, rng=np.random.default_rng(0))


def _moved(X: Array, percent: int) -> Array:
    """Part of the way from the data to the outputs of NAND and OR, not too sure of themselves."""
    units = 8 * np.array([[1.5, -1, -1], [-0.5, 1, 1]])
    moved: Array = X + percent / 100 * (sigmoid(scores(X, units)) - X)
    return moved


def _moved_grid(percent: int) -> Line:
    """Square grid of 7 + 7 lines; the pen is lifted after each."""
    along = np.linspace(-0.25, 1.25, 25)
    upright = [np.column_stack([np.full(25, x), along]) for x in np.linspace(-0.25, 1.25, 7)]
    grid = _moved(np.vstack([*upright, *(line[:, ::-1] for line in upright)]), percent)
    grid[24::25, 1] = np.nan
    return Line(*grid.T, color="muted", width=0.8, label="what was a square grid")


def _moved_frame(percent: int) -> list[Mark]:
    return [
        _moved_grid(percent),
        Line([0.15, 1.35], [1.35, 0.15], color="ink", width=2.5, label="one straight line"),
        Points(_moved(_X, percent), _Y, labels=_CLASSES),
    ]


def _moved_alt(percent: int) -> str:
    right = np.mean((_moved(_X, percent).sum(axis=1) > 1.5) == _Y)
    return (
        f"With the points {percent} % of the way to where two logistic units send them, the line "
        f"has {right:.0%} of them on the right side."
    )


def two_units_move_the_plane() -> Explorer:
    """Move the plane from the data to the outputs of two units, under a line that stays."""
    return Explorer(
        _moved_frame,
        [
            Slider(
                "percent",
                range(0, 101, 5),
                label="way from the data to the hidden layer, in %",
                play=True,
            )
        ],
        title="Two logistic units move the plane",
        alt=_moved_alt,
        x_label="x₁, turning into the output of unit 1",
        y_label="x₂, turning into the output of unit 2",
        x=(-0.35, 1.35),
        y=(-0.35, 1.35),
        aspect=1.25,
        equal=True,
        frames_per_second=5,
    )
