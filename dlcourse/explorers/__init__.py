r"""Figures that the reader moves: one Python function from parameter values to marks.

An author writes ``frame``, a function that gets the value of every control by name and returns
marks (a field, points, lines ...), names the controls, and says in words what one sees:

    >>> import numpy as np
    >>> from dlcourse.explorers import Contour, Explorer, Field, Slider
    >>> def frame(w1, w2):
    ...     return [
    ...         Field(lambda X: np.tanh(X @ [w1, w2]), x=(-3, 3), y=(-3, 3), label="tanh(s)"),
    ...         Contour(0.0, label="s = 0"),
    ...     ]
    >>> explorer = Explorer(
    ...     frame,
    ...     [Slider("w1", np.linspace(-2, 2, 5), label="weight w₁", start=1.0),
    ...      Slider("w2", np.linspace(-2, 2, 5), label="weight w₂", start=0.0)],
    ...     title="A line turns with its weights",
    ...     alt=lambda w1, w2: f"The line s = 0 is at right angles to the vector ({w1:g}, {w2:g}).",
    ...     x_label="x₁", y_label="x₂",
    ... )
    >>> explorer.n_frames
    25

The last expression of a notebook cell shows it. The one object has three faces: with a live
kernel a widget that asks Python for each frame, on the website frames that were computed when
the book was built, in print a picture of the start. Authors need no JavaScript.

What there is
-------------
Marks
    `Field`, `Contour`, `Points`, `Line`, `Band`, `ErrorBars`, `Arrows`, `Bars`, `Text`, `Rule`,
    `Span` (a shaded stretch), `Image` (several stand in a row, each with its scale), `Matrix` (a
    table in coloured cells), `Diagram` (with `Node` and `Edge`, which tell their ``detail`` when
    they are clicked); `network_diagram` draws a network from its weights, with formulas to click
    on. Labels that would cover each other are moved apart.
Controls
    `Slider` (up to three; ``names=[...]`` are shown instead of its numbers), `Choice` (radio
    buttons, or a box to select from), `Button` (sets several controls at once).
    ``Slider(..., play=True)`` adds a play button; it leaves time to read what is new in the
    caption. A figure may have no control. `Handle` is a ring on the drawing that moves controls
    when it is dragged.
Links
    "Copy link" below a figure gives the address of what one sees, "Copy code" the call that shows
    it, as ``boundary().at(w1=1, w2=0.5)``: see `Explorer.at`.
Motion
    Between two stops of a slider lines, bands, points, arrows, bars and handles glide where the
    frames hold the same marks; put marks that may be missing last.
Layout
    A frame that returns a list of `Panel` is drawn side by side, each with its own axes. On a phone
    panels stand below each other, lower than on a desk, so that two of them and the controls are
    in view together; of more, each is seen above the controls. Single images stay side by side.
    What stands at the axes say ``x_ticks=[1, 32]``, ``x_format=".0%"``, and ``axes="x"`` hides the
    other one. What several panels have in their legends is shown once.
Texts
    Any may hold a little mathematics: ``"weight $w_1$"``, ``r"$\partial L/\partial w_{ij}$"`` (what
    is known: `dlcourse.explorers.notation`). "w₁" is as good. A dollar is ``\$``.
Captions
    `number` writes a number with a true minus sign and powers of ten, as the figures do.

Colours
-------
``color`` is a class number (0 to 9 in `dlcourse.plots.PALETTE`) or one of "ink" (the colour of the
text), "muted" (grey), "positive" and "negative" (the two ends of the diverging scale). Every class
has a marker shape and a dash pattern too, so that no figure relies on colour; what belongs to no
class is grey. ``casing=True`` keeps a line in sight on any field.

What changes
------------
Whatever ``frame`` returns; the page holds once what frames share. A path that grows is the whole
path and ``upto``, the position of its last point so far. Axes stay the same in all frames unless
``Panel(follow="x")`` lets them go with the controls.
"""

from dlcourse.explorers.controls import Button, Choice, Slider
from dlcourse.explorers.explorer import Explorer
from dlcourse.explorers.marks.arrows import Arrows
from dlcourse.explorers.marks.band import Band
from dlcourse.explorers.marks.bars import Bars
from dlcourse.explorers.marks.base import Mark
from dlcourse.explorers.marks.contour import Contour
from dlcourse.explorers.marks.diagram import Diagram, Edge, Node
from dlcourse.explorers.marks.errorbars import ErrorBars
from dlcourse.explorers.marks.field import Field
from dlcourse.explorers.marks.handle import Handle
from dlcourse.explorers.marks.image import Image
from dlcourse.explorers.marks.line import Line
from dlcourse.explorers.marks.matrix import Matrix
from dlcourse.explorers.marks.points import Points
from dlcourse.explorers.marks.rule import Rule
from dlcourse.explorers.marks.span import Span
from dlcourse.explorers.marks.text import Text
from dlcourse.explorers.network import network_diagram
from dlcourse.explorers.numbers import number
from dlcourse.explorers.panel import Panel

__all__ = [
    "Arrows",
    "Band",
    "Bars",
    "Button",
    "Choice",
    "Contour",
    "Diagram",
    "Edge",
    "ErrorBars",
    "Explorer",
    "Field",
    "Handle",
    "Image",
    "Line",
    "Mark",
    "Matrix",
    "Node",
    "Panel",
    "Points",
    "Rule",
    "Slider",
    "Span",
    "Text",
    "network_diagram",
    "number",
]
