"""How far axes and colour scales reach: settled over all frames, so that nothing jumps unasked."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from dlcourse.explorers.marks.base import PADDING, Shaded, common_domain
from dlcourse.explorers.notation import reading
from dlcourse.explorers.panel import Panel
from dlcourse.explorers.values import Limits

Frame = Sequence[Panel]


@dataclass(frozen=True)
class Settled:
    """What holds for one panel in all frames.

    Parameters
    ----------
    x, y : (low, high)
        Limits of the axes.
    domains : dict
        From the position of a mark with a colour scale in the panel to the ends of the scale.
    ends : tuple of (float, str)
        Texts that need room at the right: where they begin as a share of the panel's width, and
        what they say.
    """

    x: Limits
    y: Limits
    domains: dict[int, Limits]
    ends: tuple[tuple[float, str], ...]

    def at(self, panel: Panel) -> Settled:
        """What holds for `panel`, one frame's, whose axes may follow the controls."""
        x = _axis([panel], 0) if "x" in panel.follow else self.x
        y = _axis([panel], 1) if "y" in panel.follow else self.y
        return replace(self, x=x, y=y)


def settle(frames: Iterable[Frame]) -> list[Settled]:
    """Limits of the axes and domains of the colour scales that hold for all `frames`.

    Parameters
    ----------
    frames : iterable of sequences of Panel
        Each with the same number of panels.

    Returns
    -------
    list of Settled
        One per panel.

    Raises
    ------
    ValueError
        If a logarithmic axis would have to show numbers that are not positive.
    """
    columns = [list(column) for column in zip(*frames, strict=True)]
    return [_settle(panels) for panels in columns]


def _settle(panels: Sequence[Panel]) -> Settled:
    settled = Settled(_axis(panels, 0), _axis(panels, 1), _domains(panels), ())
    return replace(settled, ends=_ends(panels, settled))


def _ends(panels: Sequence[Panel], settled: Settled) -> tuple[tuple[float, str], ...]:
    """Of all texts at the right, those that no other one outreaches."""
    position: Callable[[float], float] = math.log if panels[0].x_scale == "log" else float
    shares: dict[str, float] = {}
    for panel in panels:
        here = settled.at(panel)
        low, high = map(position, here.x)
        for place, text in filter(None, (mark.beside(here.x, here.y) for mark in panel.marks)):
            share = round((position(place) - low) / (high - low), 3)
            shares[text] = max(share, shares.get(text, 0))
    kept: list[tuple[float, str]] = []
    for text, share in sorted(shares.items(), key=lambda end: (-len(reading(end[0])), -end[1])):
        if not kept or share > kept[-1][0]:
            kept.append((share, text))
    return tuple(kept)


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
    marks = [mark for panel in panels for mark in panel.marks]
    tight = {end for mark in marks for end in mark.tight()[axis].tolist()}
    share = max((mark.padding()[axis] for mark in marks), default=PADDING)
    return _padded(low, high, tight, share, log)


def _reach(panels: Sequence[Panel], axis: int, log: bool) -> Limits:
    parts = {id(mark): mark.extent()[axis] for panel in panels for mark in panel.marks}
    values = np.concatenate([np.empty(0), *parts.values()])
    values = values[np.isfinite(values) & ((values > 0) | (not log))]
    if values.size == 0:
        return (1.0, 10.0) if log else (0.0, 1.0)
    return float(values.min()), float(values.max())


def _padded(low: float, high: float, tight: Collection[float], share: float, log: bool) -> Limits:
    if log:
        low, high = np.log10(low), np.log10(high)
        tight = [np.log10(end) for end in tight if end > 0]
    space = share * (high - low) or 0.5
    low = low if low in tight else low - space
    high = high if high in tight else high + space
    return (float(10**low), float(10**high)) if log else (float(low), float(high))


def _domains(panels: Sequence[Panel]) -> dict[int, Limits]:
    marks: dict[int, dict[int, Shaded]] = {}
    for panel in panels:
        for position, mark in enumerate(panel.marks):
            if isinstance(mark, Shaded) and mark.shades.size:
                marks.setdefault(position, {})[id(mark)] = mark
    return {position: common_domain(list(group.values())) for position, group in marks.items()}
