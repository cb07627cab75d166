"""How far axes and colour scales reach, settled over all frames so that nothing jumps.

Also the arithmetic of the grid of frames: which settings of the controls there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from dlcourse.explorers.marks import Bars, Field, Image
from dlcourse.explorers.panel import Panel
from dlcourse.explorers.values import Array, Limits

Frame = Sequence[Panel]
Settled = list[dict[str, Any]]
PADDING = 0.04
NUMBERS_PADDING = 0.16


def settle(frames: Iterable[Frame]) -> Settled:
    """Limits of the axes and domains of the colour scales that hold for all `frames`.

    Parameters
    ----------
    frames : iterable of sequences of Panel
        Each with the same number of panels.

    Returns
    -------
    list of dict
        One per panel: "x" and "y", pairs (low, high), and "domains", a dict from the position of a
        `Field` or `Image` in the panel to its pair.

    Raises
    ------
    ValueError
        If a logarithmic axis would have to show numbers that are not positive.
    """
    columns = [list(column) for column in zip(*frames, strict=True)]
    return [
        {"x": _axis(panels, 0), "y": _axis(panels, 1), "domains": _domains(panels)}
        for panels in columns
    ]


def _axis(panels: Sequence[Panel], axis: int) -> Limits:
    name = "xy"[axis]
    given = [getattr(panel, name) for panel in panels]
    log = getattr(panels[0], f"{name}_scale") == "log"
    if all(limits is not None for limits in given):
        low, high = min(pair[0] for pair in given), max(pair[1] for pair in given)
    else:
        low, high = _reach(panels, axis, log)
    if log and low <= 0:
        raise ValueError(f"{name} must be positive on a logarithmic scale, got the limit {low}")
    if all(given):
        return low, high
    return _padded(low, high, _tight(panels, axis), _space(panels, axis), log)


def _reach(panels: Sequence[Panel], axis: int, log: bool) -> Limits:
    parts = {id(mark): mark.extent()[axis] for panel in panels for mark in panel.marks}
    values = np.concatenate([np.empty(0), *parts.values()])
    values = values[np.isfinite(values) & ((values > 0) | (not log))]
    if values.size == 0:
        return (1.0, 10.0) if log else (0.0, 1.0)
    return float(values.min()), float(values.max())


def _tight(panels: Sequence[Panel], axis: int) -> list[float]:
    """Find the ends that need no space beside them: the sides of a field, the foot of the bars."""
    ends: set[float] = set()
    for panel in panels:
        for mark in panel.marks:
            if isinstance(mark, Field):
                ends.update((mark.x, mark.y)[axis])
            elif isinstance(mark, Bars):
                along = axis == int(mark.horizontal)
                ends.update(mark.extent()[axis].tolist() if along else (0.0,))
    return sorted(ends)


def _space(panels: Sequence[Panel], axis: int) -> float:
    """Part of the axis that stays free at each end; the numbers on bars need more."""
    bars = [mark for panel in panels for mark in panel.marks if isinstance(mark, Bars)]
    numbered = any(mark.numbers and axis != int(mark.horizontal) for mark in bars)
    return NUMBERS_PADDING if numbered else PADDING


def _padded(low: float, high: float, tight: Sequence[float], share: float, log: bool) -> Limits:
    if log:
        low, high = np.log10(low), np.log10(high)
        tight = [np.log10(end) for end in tight if end > 0]
    space = share * (high - low) or 0.5
    low = low if low in tight else low - space
    high = high if high in tight else high + space
    return (float(10**low), float(10**high)) if log else (float(low), float(high))


def _domains(panels: Sequence[Panel]) -> dict[int, Limits]:
    marks: dict[int, dict[int, Field | Image]] = {}
    for panel in panels:
        for position, mark in enumerate(panel.marks):
            if isinstance(mark, (Field, Image)):
                marks.setdefault(position, {})[id(mark)] = mark
    return {position: _domain(list(group.values())) for position, group in marks.items()}


def _domain(marks: Sequence[Field | Image]) -> Limits:
    given = [mark.domain for mark in marks if mark.domain is not None]
    if given:
        return min(low for low, _ in given), max(high for _, high in given)
    values = [next(iter(mark.arrays().values())) for mark in marks]
    low = min(float(array.min()) for array in values)
    high = max(float(array.max()) for array in values)
    if marks[0].scale != "sequential" and low >= 0 and high <= 1:
        return 0.0, 1.0
    if marks[0].scale == "diverging":
        high = max(-low, high)
        low = -high
    elif 0 <= low < high / 20:
        low = 0.0  # a scale that almost starts at zero starts there
    return (low, high) if low < high else (low - 0.5, high + 0.5)


def scaled(values: Array, limits: Limits, log: bool = False) -> Array:
    """Position of `values` between the two `limits`, 0 to 1.

    >>> scaled(np.array([1.0, 10.0, 100.0]), (1.0, 100.0), log=True)
    array([0. , 0.5, 1. ])
    """
    if log:
        values, limits = np.log10(values), (np.log10(limits[0]), np.log10(limits[1]))
    share: Array = (values - limits[0]) / (limits[1] - limits[0])
    return share
