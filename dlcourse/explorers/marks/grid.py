"""Numbers on a grid over a rectangle, given as they are or as a function of the place."""

from __future__ import annotations

import numpy as np

from dlcourse._validation import whole_number
from dlcourse.explorers.values import Array, Function, Limits, check_floats


def on_grid(function: Function, x: Limits, y: Limits, resolution: int) -> Array:
    """Values of `function` on a square grid over the rectangle `x` times `y`.

    Parameters
    ----------
    function : callable
        Takes an (m, 2) array of points, returns m values.
    x, y : (low, high)
        Sides of the rectangle; the outer grid points lie on them.
    resolution : int
        Grid points along each side, at least 2.

    Returns
    -------
    array, shape (resolution, resolution)
        Row j belongs to the j-th y from below, column i to the i-th x.

    Examples
    --------
    >>> on_grid(lambda X: X[:, 0] + 10 * X[:, 1], (0, 1), (0, 2), 2)
    array([[ 0.,  1.],
           [20., 21.]])
    """
    resolution = whole_number(resolution, "resolution", minimum=2)
    columns, rows = np.meshgrid(np.linspace(*x, resolution), np.linspace(*y, resolution))
    points = np.column_stack([columns.ravel(), rows.ravel()])
    values = np.asarray(function(points), dtype=np.float64)
    if values.size != len(points):
        raise ValueError(
            f"a function given as values must return one number per point: "
            f"got shape {values.shape} for points of shape {points.shape}"
        )
    return values.reshape(resolution, resolution)


def grid_values(values: object, x: Limits, y: Limits, resolution: int) -> Array:
    """Return `values`, which may be a function, as an array of at least two rows and columns."""
    if callable(values):
        values = on_grid(values, x, y, resolution)
    array = check_floats(values, "values", 2)
    if min(array.shape) < 2:
        raise ValueError(f"values must have at least two rows and columns, got {array.shape}")
    return array


def crossings(values: Array, level: float) -> Array:
    """Return where `values` pass through `level` between neighbours on the grid.

    Returns
    -------
    array, shape (m, 2)
        Places as shares of the two sides, across and up.

    Examples
    --------
    >>> crossings(np.array([[0.0, 1.0], [0.0, 1.0]]), 0.25)
    array([[0.25, 0.  ],
           [0.25, 1.  ]])
    """
    found = []
    for axis in (1, 0):
        before, after = np.delete(values, -1, axis), np.delete(values, 0, axis)
        at = np.nonzero((before > level) != (after > level))
        place = np.stack(at, axis=1).astype(np.float64)
        place[:, axis] += (level - before[at]) / (after[at] - before[at])
        found.append(place)
    places: Array = np.concatenate(found) / (np.array(values.shape) - 1)
    return places[:, ::-1]


def outer_edges(limits: Limits, count: int) -> Limits:
    """Return where `count` picture elements begin and end whose outer centres lie on `limits`.

    >>> outer_edges((0.0, 2.0), 3)
    (-0.5, 2.5)
    """
    half = (limits[1] - limits[0]) / (count - 1) / 2
    return limits[0] - half, limits[1] + half
