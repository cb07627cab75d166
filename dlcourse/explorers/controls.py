"""What the reader can move: sliders, choices and buttons that set several of them at once."""

from __future__ import annotations

import ast
import json
from collections.abc import Hashable, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from dlcourse._validation import finite_number
from dlcourse.explorers.notation import reading
from dlcourse.explorers.numbers import number
from dlcourse.explorers.values import check_names

PHONE = 320  # pixels that a narrow phone has for one line of controls
LABELS = 120  # the column of the controls' names, at its widest
CHARACTER = 7.4  # mean width of a character
OPTION = 52  # frame, dot and gap around the text of an option
MOST_BUTTONS = 6  # of more options one is selected in a box


def _identifier(name: object) -> str:
    if not isinstance(name, str) or not name.isidentifier():
        raise ValueError(
            f"name must be an argument name of the frame function, as 'w1', got {name!r}"
        )
    return name


class Slider:
    """A native range input over a list of numbers.

    Parameters
    ----------
    name : str
        Argument of the frame function that gets the value.
    values : array_like, shape (k,)
        The numbers the slider stops at, k >= 2, finite, strictly increasing or decreasing. Integers
        reach the frame function as ``int``, other numbers as ``float``.
    label : str, optional
        What the reader sees and hears, `name` if not given. May hold Unicode such as "weight w₁".
    start : float, optional
        Value at first sight: the nearest of `values`, among which it must lie; default the first.
    format : str
        Format specification of the value shown, as in ``format(value, ".2f")``.
    names : iterable of str, length k, optional
        What the reader sees and hears instead of the numbers.
    play : bool
        Offer a button that runs through this slider's values. At most one slider can have it.

    Examples
    --------
    >>> Slider("w1", [-1, 0, 1], label="weight w₁", start=0).labels
    ['−1', '0', '1']
    """

    def __init__(
        self,
        name: str,
        values: ArrayLike,
        *,
        label: str | None = None,
        start: float | None = None,
        format: str = "g",
        names: Iterable[str] = (),
        play: bool = False,
    ) -> None:
        self.name = _identifier(name)
        array = np.asarray(values)
        if array.ndim != 1 or array.size < 2 or array.dtype.kind not in "iuf":
            raise ValueError(
                f"values of slider {name!r} must be a list of at least two numbers, got {values!r}"
            )
        steps = np.diff(array.astype(float))
        if not (np.all(steps > 0) or np.all(steps < 0)):
            raise ValueError(
                f"values of slider {name!r} must be finite and sorted, got {array.tolist()}"
            )
        self.values: list[int | float] = array.tolist()
        self.label = name if label is None else label
        known = check_names(names, f"names of slider {name!r}", len(self.values))
        self.labels = list(known) or [number(value, format) for value in self.values]
        self.start = 0 if start is None else self._nearest(start)
        self.play = bool(play)

    def index(self, value: object, name: str = "value") -> int:
        """Return the position of `value` in the list of values.

        Raises
        ------
        ValueError
            If it is not one of them.
        """
        wanted = finite_number(value, f"{name} of slider {self.name!r}")
        nearest = self._closest(wanted)
        if abs(self.values[nearest] - wanted) > _rounding(wanted):
            raise ValueError(
                f"{name} of slider {self.name!r} must be one of its values, got {value}; "
                f"the nearest is {self.values[nearest]}"
            )
        return nearest

    def _closest(self, number: float) -> int:
        return int(np.argmin(np.abs(np.asarray(self.values, dtype=float) - number)))

    def _nearest(self, start: object) -> int:
        number = finite_number(start, f"start of slider {self.name!r}")
        low, high = sorted((self.values[0], self.values[-1]))
        if not low - _rounding(low) <= number <= high + _rounding(high):
            raise ValueError(
                f"start of slider {self.name!r} must lie among its values, "
                f"{low} to {high}, got {start}"
            )
        return self._closest(number)

    def options(self) -> dict[str, Any]:
        """Return what the page needs to draw the control, ready for JSON."""
        return {
            "kind": "slider",
            "name": self.name,
            "label": self.label,
            "values": self.labels,
            "play": self.play,
            **_unless_shown(self.code, [reading(label).replace("−", "-") for label in self.labels]),
        }

    @property
    def code(self) -> list[str | None]:
        """Each value as it is written in Python."""
        return [str(v) if isinstance(v, int) else f"{v:.10g}" for v in self.values]


class Choice:
    """Options shown as radio buttons, or in a box to select from where there are more than six.

    Parameters
    ----------
    name : str
        Argument of the frame function that gets the chosen value.
    values : sequence, length >= 2
        The options. They reach the frame function as they are; any hashable object will do.
    labels : sequence of str, optional
        What the reader sees; default ``str`` of each value.
    label : str, optional
        Name of the whole group; default `name`.
    start : optional
        The value chosen at first sight, default the first.

    Examples
    --------
    >>> Choice("loss", ["cross-entropy", "squared error"], label="Loss").start
    0
    """

    def __init__(
        self,
        name: str,
        values: Sequence[Hashable],
        *,
        labels: Sequence[str] | None = None,
        label: str | None = None,
        start: Hashable = None,
    ) -> None:
        self.name = _identifier(name)
        self.values = list(values)
        if isinstance(values, str) or len(set(self.values)) != len(self.values):
            raise ValueError(f"values of choice {name!r} must be different, got {values!r}")
        if len(self.values) < 2:
            raise ValueError(f"values of choice {name!r} must hold at least two, got {values!r}")
        self.labels = [str(value) for value in (self.values if labels is None else labels)]
        if len(self.labels) != len(self.values):
            raise ValueError(
                f"labels of choice {name!r} must have one entry per value, "
                f"got {len(self.labels)} for {len(self.values)}"
            )
        self.label = name if label is None else label
        self.start = 0 if start is None else self.index(start, "start")

    def index(self, value: object, name: str = "value") -> int:
        """Return the position of `value` in the list of options.

        Raises
        ------
        ValueError
            If it is not one of them.
        """
        if value not in self.values:
            raise ValueError(
                f"{name} of choice {self.name!r} must be one of {self.values}, got {value!r}"
            )
        return self.values.index(value)

    def options(self) -> dict[str, Any]:
        """Return what the page needs to draw the control, ready for JSON."""
        many = len(self.labels) > MOST_BUTTONS
        width = LABELS + sum(CHARACTER * len(reading(label)) + OPTION for label in self.labels)
        return {
            "kind": "select" if many else "choice",
            "name": self.name,
            "label": self.label,
            "values": self.labels,
            "wide": width > PHONE and not many,
            **_unless_shown(self.code, [_quoted(reading(label)) for label in self.labels]),
        }

    @property
    def code(self) -> list[str | None]:
        """Each value as it is written in Python, None for what cannot be written."""
        return [_written(value) for value in self.values]


def _rounding(number: float) -> float:
    return 1e-9 * max(1.0, abs(number))


def _unless_shown(code: list[str | None], shown: list[str]) -> dict[str, Any]:
    """Return what the page must be told: most values are written as the reader sees them."""
    return {} if code == shown else {"code": code}


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _written(value: Hashable) -> str | None:
    if isinstance(value, str):
        return _quoted(value)
    try:
        literal = ast.literal_eval(repr(value)) == value
    except (ValueError, SyntaxError):
        return None
    return repr(value) if literal else None


class Button:
    """A button that sets some of the controls at once, for example to the learned weights.

    Parameters
    ----------
    label : str
        Text on the button.
    **settings
        The control's name and the value it gets, one of that control's values.

    Examples
    --------
    >>> Button("XOR", w1=1.0, w2=-1.0).settings
    {'w1': 1.0, 'w2': -1.0}
    """

    def __init__(self, label: str, **settings: Any) -> None:
        if not isinstance(label, str) or not label.strip():
            raise ValueError(f"label must be the text on the button, got {label!r}")
        if not settings:
            raise ValueError(f"settings of button {label!r} must name at least one control")
        self.label = label
        self.settings = settings


Control = Slider | Choice
