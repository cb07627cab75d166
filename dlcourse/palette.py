"""Every colour of the course, from one file: ``palette.json`` beside this module.

Pictures that Python draws are white cards and take `LIGHT`; pages and the scripts on them take the
custom properties that `css` writes. Classes 0 to 5 have colours that Okabe and Ito designed for
every kind of colour vision (https://jfly.uni-koeln.de/color/), on dark pages a little lighter.
Classes 6 to 9 have darker ones, as far from those and from each other as they get for readers who
lack one of the three kinds of cones. Grey is for what belongs to no class.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal

_COLOURS = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))

LIGHT_PAGES = ":root,:host"
"""Selector of any page, and of a notebook's outputs that are shut off from theirs."""

DARK_PAGES = 'html[data-theme="dark"],body[data-jp-theme-light="false"]'
"""Selector of the site's dark pages and of a dark JupyterLab."""


@dataclass(frozen=True)
class Theme:
    """What pictures need, for light or for dark pages; a colour is written ``#RRGGBB``.

    Parameters
    ----------
    ink, muted, faint, paper : str
        Text, secondary text and axes, the lines of a grid, the ground.
    accent : str
        What the reader moves.
    classes : tuple of str
        Class 0, 1, 2, ...
    diverging, sequential, grey : tuple of str
        Colours of a scale at even distances, from low to high.
    tint : float
        Share of a class's colour in the ground of its region; the rest is paper.
    """

    ink: str
    muted: str
    faint: str
    paper: str
    accent: str
    classes: tuple[str, ...]
    diverging: tuple[str, ...]
    sequential: tuple[str, ...]
    grey: tuple[str, ...]
    tint: float

    @property
    def named(self) -> dict[str, str]:
        """The colours that authors call by name."""
        positive, negative = self.classes[1], self.classes[0]
        return {"ink": self.ink, "muted": self.muted, "positive": positive, "negative": negative}


def _theme(name: str) -> Theme:
    values = {**_COLOURS["both"], **_COLOURS[name]}
    fixed: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}
    return Theme(**{field.name: fixed[field.name] for field in fields(Theme)})


LIGHT = _theme("light")
"""Colours on light pages and on the white cards of printed pictures."""

DARK = _theme("dark")
"""Colours on dark pages."""

DASHES: tuple[tuple[float, ...], ...] = tuple(map(tuple, _COLOURS["dashes"]))
"""Dash pattern of the line of class 0, 1, 2, ...: lengths of strokes and gaps in pixels."""

RIGHT: str = _COLOURS["both"]["right"]
"""Colour of a right answer, with a contrast of 3 to 1 on white and on black."""

WRONG: str = _COLOURS["both"]["wrong"]
"""Colour of a wrong answer, with the same contrast."""


def css() -> str:
    """Write the palette as custom properties, for light pages and for dark ones.

    Returns
    -------
    str
        Two rules with ``--dl-ink``, ``--dl-0`` for class 0, the stops of a scale separated by
        commas, and so on; ``--dl-card`` and ``--dl-card-ink`` are light everywhere.

    Examples
    --------
    >>> f"--dl-0:{LIGHT.classes[0]};" in css()
    True
    """
    card = f"--dl-card:{LIGHT.paper};--dl-card-ink:{LIGHT.ink};"
    return f"{LIGHT_PAGES}{{{card}{properties('light')}}}{DARK_PAGES}{{{properties('dark')}}}\n"


def properties(name: Literal["light", "dark"]) -> str:
    """Write the custom properties of one kind of page, as the inside of a rule."""
    values = {**_COLOURS["both"], **_COLOURS[name]}
    values |= {str(number): color for number, color in enumerate(values.pop("classes"))}
    values |= {"positive": "var(--dl-1)", "negative": "var(--dl-0)"}
    return "".join(f"--dl-{key.replace('_', '-')}:{_text(values[key])};" for key in values)


def _text(value: Any) -> str:
    return ",".join(value) if isinstance(value, list) else str(value)
