"""`Explorer`: the figure itself, from the author's function to its three faces."""

from __future__ import annotations

import base64
import hashlib
import html
import math
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from difflib import get_close_matches
from functools import cached_property
from inspect import currentframe, signature, unwrap
from itertools import product
from types import FrameType
from typing import Any

from dlcourse.explorers.controls import Button, Control, Slider
from dlcourse.explorers.marks.base import Mark
from dlcourse.explorers.marks.handle import Handle, check_handles
from dlcourse.explorers.notation import reading, typeset
from dlcourse.explorers.packet import pack
from dlcourse.explorers.panel import Panel, legends
from dlcourse.explorers.scales import Settled, settle

MIME_TYPE = "application/vnd.dlcourse.explorer+json"
FACES = ("live", "static", "print")
FACES_VARIABLE = "DLCOURSE_EXPLORER_FACES"
Position = tuple[int, ...]
FrameFunction = Callable[..., Sequence[Mark] | Sequence[Panel]]


class Explorer:
    """A figure that the reader moves.

    Parameters
    ----------
    frame : callable
        Gets the value of every control as a keyword argument and returns a list of marks, or a list
        of `Panel`. The number of panels must not depend on the values; the marks may.
    controls : sequence of Slider or Choice, optional
        At most six, at most three of them sliders. Without any the figure does not move.
    title : str
        Heading of the figure; names what is explored.
    alt : str or callable
        What one sees, in a sentence or two. A callable gets the same keyword arguments as `frame`
        and returns the sentence for that frame, which is shown below the figure, is the image's
        text alternative and is announced to screen readers. To a plain string the values of
        the controls are added.
    buttons : sequence of Button
        Settings of the controls worth a visit.
    columns : int, optional
        Panels per row on wide screens; default all, up to three.
    frames_per_second : float
        Speed of the play control, where the caption leaves time for it: each word that is new in
        the caption takes a quarter of a second to read.
    max_frames, max_bytes : int
        What the static page may carry: number of frames, and size of the compressed data.
    faces : sequence of {"live", "static", "print"}, optional
        Which faces the notebook output holds, default all three, or what the environment variable
        ``DLCOURSE_EXPLORER_FACES`` says (comma separated; the book's build sets "static,print").
        Leave out "static" for a figure whose frames take long.
    **panel
        Options of `Panel` (``x_label``, ``y_label``, ``x``, ``y``, ``aspect``, ``equal`` ...) for a
        frame function that returns marks.

    Raises
    ------
    TypeError, ValueError
        If an argument is not what it must be; the message names it.

    Examples
    --------
    >>> from dlcourse.explorers import Explorer, Line, Slider
    >>> explorer = Explorer(
    ...     lambda slope: [Line([0, 1], [0, slope])],
    ...     [Slider("slope", [0, 1, 2])],
    ...     title="Slope",
    ...     alt=lambda slope: f"A line that rises by {slope} per unit.",
    ... )
    >>> explorer.caption_at(slope=2)
    'A line that rises by 2 per unit.'
    """

    def __init__(
        self,
        frame: FrameFunction,
        controls: Sequence[Control] = (),
        *,
        title: str,
        alt: str | Callable[..., str],
        buttons: Sequence[Button] = (),
        columns: int | None = None,
        frames_per_second: float = 6.0,
        max_frames: int = 4000,
        max_bytes: int = 1_500_000,
        faces: Sequence[str] | None = None,
        **panel: Any,
    ) -> None:
        if not callable(frame):
            raise TypeError(f"frame must be a function that returns marks, got {frame!r}")
        self.frame = frame
        self.controls = _checked_controls(controls)
        self.title = _sentence(title, "title")
        self.alt = alt if callable(alt) else _sentence(alt, "alt")
        self.buttons = list(buttons)
        self.columns = columns
        if not frames_per_second > 0:
            raise ValueError(f"frames_per_second must be positive, got {frames_per_second}")
        self.frames_per_second = frames_per_second
        self.max_frames, self.max_bytes = max_frames, max_bytes
        self.faces = _checked_faces(faces)
        self.panel = panel
        _check_options(panel)  # the constructor's error, not the display's
        here = currentframe()
        self._call = _call(here.f_back if here else None)
        self._limits: list[Settled] | None = None  # known once all frames were computed
        self._presets = [self._position(button.settings, partial=True) for button in self.buttons]

    # Frames -------------------------------------------------------------------------------------

    @property
    def n_frames(self) -> int:
        """Number of settings that the controls have together."""
        return math.prod(len(control.values) for control in self.controls)

    @property
    def start(self) -> Position:
        """Position of every control at first sight."""
        return tuple(control.start for control in self.controls)

    def frame_at(self, **values: Any) -> list[Panel]:
        """Return the panels of one frame; controls that are not named stand at their start."""
        return self._frame(self._position(values))

    def caption_at(self, **values: Any) -> str:
        """Return the sentence that says what one sees in one frame, as screen readers get it."""
        return reading(self._caption(self._position(values)))

    def at(self, **values: Any) -> Explorer:
        """Return the same figure with other values at first sight.

        Controls that are not named keep their start. On the page, "Copy code" gives the call of
        this method that shows what the reader sees, where one function without arguments that
        says it returns an `Explorer` made the figure.

        Examples
        --------
        >>> from dlcourse.explorers import Line, Slider
        >>> slope = Slider("slope", [0, 1, 2])
        >>> explorer = Explorer(
        ...     lambda slope: [Line([0, 1], [0, slope])], [slope], title="Slope", alt="A line."
        ... )
        >>> explorer.at(slope=2).caption_at()
        'A line. Now slope = 2.'
        """
        other = copy(self)
        other.controls = [copy(control) for control in self.controls]
        for control, start in zip(other.controls, self._position(values), strict=True):
            control.start = start
        vars(other).pop("_probes", None)  # which lie around the start
        return other

    def _position(self, values: Mapping[str, Any], partial: bool = False) -> Position:
        """Where the controls stand for `values`; with `partial`, -1 for those not named."""
        unknown = set(values) - {control.name for control in self.controls}
        if unknown:
            raise ValueError(
                f"{sorted(unknown)[0]!r} is no control of explorer {self.title!r}; "
                f"it has {[control.name for control in self.controls]}"
            )
        return tuple(
            c.index(values[c.name], c.name) if c.name in values else -1 if partial else c.start
            for c in self.controls
        )

    def _values(self, position: Position) -> dict[str, Any]:
        pairs = zip(self.controls, position, strict=True)
        return {control.name: control.values[index] for control, index in pairs}

    def _frame(self, position: Position) -> list[Panel]:
        values = self._values(position)
        try:
            panels = self._panels(self.frame(**values))
            if len(panels) != self._n_panels:
                raise ValueError(
                    f"frame must return the same number of panels for all values, "
                    f"got {len(panels)} here and {self._n_panels} at the start"
                )
            for panel in panels:
                check_handles(panel.marks, [control.name for control in self.controls])
        except Exception as error:
            error.add_note(f"in the frame of explorer {self.title!r} at {values}")
            raise
        return panels

    def _panels(self, returned: Any) -> list[Panel]:
        if isinstance(returned, (Mark, Panel)) or not isinstance(returned, Iterable):
            raise TypeError(
                f"frame must return a list of marks or of panels, got one {type(returned).__name__}"
            )
        parts = list(returned)
        panels = [isinstance(part, Panel) for part in parts]
        if any(panels):
            if not all(panels):
                raise TypeError(
                    "frame must return marks or panels, got both: "
                    f"{[type(part).__name__ for part in parts]}; put the marks into a Panel"
                )
            if self.panel:
                raise ValueError(
                    f"options {sorted(self.panel)} belong to each Panel, "
                    "as the frame function returns panels"
                )
            return parts
        return [Panel(parts, **self.panel)]

    @cached_property
    def _n_panels(self) -> int:
        return len(self._panels(self.frame(**self._values(self.start))))

    def _caption(self, position: Position) -> str:
        values = self._values(position)
        if callable(self.alt):
            try:
                return _sentence(self.alt(**values), "what alt returns")
            except Exception as error:
                error.add_note(f"in alt of explorer {self.title!r} at {values}")
                raise
        said = (f"{c.label} = {c.labels[i]}" for c, i in zip(self.controls, position, strict=True))
        now = ", ".join(said)
        return f"{self.alt} Now {now}." if now else self.alt

    @cached_property
    def _captions(self) -> list[str]:
        return [self._caption(position) for position in self._grid()]

    def _grid(self) -> Iterator[Position]:
        return product(*(range(len(control.values)) for control in self.controls))

    # Faces --------------------------------------------------------------------------------------

    def outline(self) -> dict[str, Any]:
        """Return what the page must know before any frame is there."""
        panels = self._frame(self.start)
        shared, own = legends(panels, [limits.domains for limits in self._settled(panels)])
        about = {
            "title": self.title,
            "controls": [control.options() for control in self.controls],
            "buttons": [
                {"label": button.label, "position": position}
                for button, position in zip(self.buttons, self._presets, strict=True)
            ],
            "start": self.start,
            "caption": self._caption(self.start),
            "panels": [
                {
                    "aspect": panel.aspect,
                    "title": panel.title,
                    "images": panel.images,
                    "legend": [(entry.label, entry.sample) for entry in entries],
                }
                for panel, entries in zip(panels, own, strict=True)
            ],
            "legend": [(entry.label, entry.sample) for entry in shared],
            "columns": self.columns or min(len(panels), 3),
            "small": all(panel.images == 1 for panel in panels),
            "frames_per_second": self.frames_per_second,
            **self._shared(),
        }
        return {key: typeset(value) for key, value in about.items()}

    def _shared(self) -> dict[str, Any]:
        """Return the call that makes the figure, where there is one for every state."""
        written = all(code is not None for control in self.controls for code in control.code)
        return {"call": self._call} if self._call and written else {}

    def packet(self) -> bytes:
        """Return all frames, compressed, for the static page.

        Raises
        ------
        ValueError
            If there are more than `max_frames` frames or the packet exceeds `max_bytes`.
        """
        if self.n_frames > self.max_frames:
            counts = " x ".join(str(len(control.values)) for control in self.controls)
            raise ValueError(
                f"explorer {self.title!r} has {self.n_frames} frames ({counts}) and may have "
                f"{self.max_frames}: give its controls fewer values"
            )
        frames = [self._frame(position) for position in self._grid()]
        self._limits = settle(frames)
        data = pack(frames, self._captions, self._limits)
        if len(data) > self.max_bytes:
            raise ValueError(
                f"explorer {self.title!r} takes {len(data):,} bytes and may take "
                f"{self.max_bytes:,}: use fewer values, a lower resolution or 8-bit fields"
            )
        return data

    def live_packet(self, position: Sequence[int]) -> bytes:
        """Return one frame in full precision, for a live kernel."""
        here = tuple(position)
        frame = self._frame(here)
        limits = settle([*self._probes, frame])
        return pack([frame], [self._caption(here)], limits, exact=True)

    @cached_property
    def _probes(self) -> list[list[Panel]]:
        """Frames at both ends of every control: what a live figure's axes are made for."""
        ends = {self.start}
        for place, control in enumerate(self.controls):
            for index in (0, len(control.values) - 1):
                ends.add((*self.start[:place], index, *self.start[place + 1 :]))
        return [self._frame(position) for position in sorted(ends)]

    def spots(
        self, panel: int, label: str, positions: Iterable[Sequence[int]]
    ) -> list[list[float] | None]:
        """Return where the handle `label` of a panel lies at each position, None where it is not.

        A frame that fails has no handle: one on the way of a drag need not end it.
        """
        return [self._spot(panel, label, tuple(position)) for position in positions]

    def _spot(self, panel: int, label: str, position: Position) -> list[float] | None:
        try:
            marks = self._frame(position)[panel].marks
        except Exception:
            return None
        held = (m for m in marks if isinstance(m, Handle) and m.label == label)
        return next((mark.at.tolist() for mark in held), None)

    def picture(self, **values: Any) -> bytes:
        """Return one frame as a PNG, drawn by matplotlib."""
        from dlcourse.explorers.picture import draw

        frame = self.frame_at(**values)
        return draw(frame, self._settled(frame), self.columns)

    def _settled(self, frame: list[Panel]) -> list[Settled]:
        """Limits and domains: those of all frames once they are known."""
        return self._limits or settle([*self._probes, frame])

    def static(self) -> dict[str, Any]:
        """Return the static face as JSON: outline, packet, picture, longest caption and address."""
        packet = self.packet()
        return {
            **self.outline(),
            "longest_caption": max(map(reading, self._captions), key=len),
            "anchor": self._call[1]
            if self._call
            else re.sub(r"\W+", "_", reading(self.title).lower()),
            "name": hashlib.sha256(packet).hexdigest()[:16],
            "packet": base64.b64encode(packet).decode(),
            "picture": base64.b64encode(self.picture()).decode(),
        }

    def widget(self) -> Any:
        """Return a widget that asks this explorer for its frames.

        Raises
        ------
        ImportError
            If anywidget is not installed.
        FileNotFoundError
            If the browser's part was not built (``npm run build`` in a source checkout).
        """
        from dlcourse.explorers.live import ExplorerWidget

        return ExplorerWidget(self)

    def page(self) -> str:
        """Return the static face as one HTML page that needs nothing else, offline too."""
        from dlcourse.explorers.page import whole_page

        return whole_page(self.static())

    def _live(self) -> dict[str, Any]:
        """Return the widget or, where anywidget is missing, the whole page in a frame."""
        try:
            bundle = self.widget()._repr_mimebundle_()
        except ImportError:
            source = html.escape(self.page())
            label = html.escape(reading(self.title))
            frame = f'<iframe srcdoc="{source}" title="{label}" style="{IFRAME_STYLE}"></iframe>'
            return {"text/html": frame}
        data = bundle[0] if isinstance(bundle, tuple) else bundle
        return {key: value for key, value in data.items() if key != "text/plain"}

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        data: dict[str, Any] = {"text/plain": f"{reading(self.title)}: {self.caption_at()}"}
        if "live" in self.faces:
            data |= self._live()
        static = self.static() if "static" in self.faces else {}
        if static:
            data[MIME_TYPE] = static
        if "print" in self.faces:
            picture = static.get("picture") or base64.b64encode(self.picture()).decode()
            data["image/png"] = picture
        return data, {"image/png": {"alt": self.caption_at()}}

    def __repr__(self) -> str:
        return f"Explorer({self.title!r}, {self.n_frames} frames)"


IFRAME_STYLE = "width:100%;height:40rem;border:0"


def _sentence(text: object, name: str) -> str:
    if not isinstance(text, str) or not text.strip():
        raise ValueError(f"{name} must be a text that says what one sees, got {text!r}")
    return " ".join(text.split())


def _check_options(options: Mapping[str, Any]) -> None:
    known = [parameter for parameter in signature(Panel).parameters if parameter != "marks"]
    for name in options.keys() - known:
        near = get_close_matches(name, known, n=1)
        raise TypeError(
            f"{name!r} is no option of an Explorer"
            + (f"; did you mean {near[0]!r}?" if near else f"; those of its panel are {known}")
        )
    Panel([], **options)


def _call(maker: FrameType | None) -> tuple[str, str] | None:
    """Return module and name of the function that made an explorer, if calling it makes another."""
    if maker is None:
        return None
    module, code = maker.f_globals.get("__name__", "__main__"), maker.f_code
    function: Any = getattr(sys.modules.get(module), code.co_name, None)
    function = unwrap(function)
    if module == "__main__" or getattr(function, "__code__", None) is not code:
        return None
    call = signature(function)
    promised = call.return_annotation in (Explorer, "Explorer")
    return (module, code.co_name) if promised and not call.parameters else None


def _checked_controls(controls: Sequence[Control]) -> list[Control]:
    from dlcourse.explorers.controls import Choice

    checked = list(controls)
    if len(checked) > 6 or not all(isinstance(c, (Slider, Choice)) for c in checked):
        raise ValueError(f"controls must be at most six Slider or Choice, got {controls!r}")
    names = [control.name for control in checked]
    if len(set(names)) != len(names):
        raise ValueError(f"controls must have different names, got {names}")
    sliders = [control for control in checked if isinstance(control, Slider)]
    if len(sliders) > 3:
        raise ValueError(f"controls may hold three sliders, got {len(sliders)}")
    if sum(slider.play for slider in sliders) > 1:
        raise ValueError("controls may hold one slider with play=True")
    return checked


def _checked_faces(faces: Sequence[str] | None) -> tuple[str, ...]:
    if faces is None:
        faces = os.environ.get(FACES_VARIABLE, ",".join(FACES)).split(",")
    unknown = set(faces) - set(FACES)
    if unknown or not faces:
        raise ValueError(f"faces must be chosen from {FACES}, got {tuple(faces)}")
    return tuple(faces)
