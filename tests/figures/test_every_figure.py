"""Every figure of the book, in every state: it builds, and its words keep up with its picture."""

import base64
import json
import zlib
from inspect import signature
from itertools import pairwise, product

import numpy as np
import pytest
from figures.every_figure import EXPLORERS, PICTURES
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from dlcourse.explorers import Diagram, Handle, Panel
from dlcourse.plots import INK, PALETTE

BUDGET = 150_000  # bytes that a reader's browser fetches for one figure


def by_name(functions):
    return [pytest.param(function, id=name) for name, function in functions.items()]


class Walk:
    """One explorer with everything that it shows, each state computed once.

    `pictures` and `words` belong to the values of the controls; `face` is what goes into the page,
    `packet` the header of what the page loads, and `printed` the figure that matplotlib draws.
    """

    def __init__(self, explorer):
        controls = explorer.controls
        self.names = [control.name for control in controls]
        self.values = [control.values for control in controls]
        self.start = tuple(control.values[control.start] for control in controls)
        self.frames = {}
        frame = explorer.frame

        def remember(**values):
            parts = list(frame(**values))
            self.frames[tuple(values[control.name] for control in controls)] = parts
            return parts

        explorer.frame = remember
        drawn = []
        with pytest.MonkeyPatch.context() as patch:
            save = Figure.savefig
            patch.setattr(Figure, "savefig", lambda f, *_, **k: (drawn.append(f), save(f, *_, **k)))
            self.face = explorer.static()
        (self.printed,) = drawn
        self.data = base64.b64decode(self.face["packet"])
        text = zlib.decompress(self.data)
        self.packet = json.loads(text[4 : 4 + int.from_bytes(text[:4], "little")])
        self.words = dict(zip(product(*self.values), self.packet["captions"], strict=True))
        self.pictures = {state: fingerprint(parts) for state, parts in self.frames.items()}

    def steps(self):
        """Yield every step of a control as its number and two values, and the states around it."""
        for k, values in enumerate(self.values):
            for two in pairwise(values):
                for others in product(*self.values[:k], *self.values[k + 1 :]):
                    yield (k, *two), *((*others[:k], value, *others[k:]) for value in two)

    def marks(self):
        """Yield every mark of every state."""
        for parts in self.frames.values():
            for part in parts:
                yield from part.marks if isinstance(part, Panel) else [part]

    def panel_of_the_page(self, index, number):
        """Options of one panel in one frame: the packet holds differences from those before."""
        row = sum(frame[number][0] for frame in self.packet["frames"][: index + 1])
        changes = self.packet["tables"][number][0][: row + 1]
        return {name: value for change in changes for name, value in change.items()}

    def panels_of_the_page(self):
        """Each panel's title, names and limits of its axes, and legend, as the page starts."""
        index = list(self.words).index(self.start)
        panels = [
            self.panel_of_the_page(index, number) for number in range(len(self.face["panels"]))
        ]
        names = [[name for name, _ in about["legend"]] for about in self.face["panels"]]
        names[-1] += [name for name, _ in self.face["legend"]]  # of all panels
        return [
            (
                p["title"],
                [p[k] for k in ("x_label", "y_label", "x", "y")] if p["axes"] else None,
                sorted(n),
            )
            for p, n in zip(panels, names, strict=True)
        ]

    def panels_of_the_print(self):
        """Read the same from what matplotlib has drawn, where a colour bar follows its panel."""
        panels = []
        for axes in self.printed.axes:
            if axes.get_label() == "<colorbar>":
                panels[-1][2].append(axes.get_ylabel())
                continue
            about = [
                axes.get_xlabel().replace("\n", " "),
                axes.get_ylabel().replace("\n", " "),
                sorted(axes.get_xlim()),
                sorted(axes.get_ylim()),
            ]
            legend = axes.get_legend()
            names = [text.get_text() for text in legend.get_texts()] if legend else []
            panels.append((axes.get_title(loc="left"), about if axes.axison else None, names))
        for legend in self.printed.legends:  # of all panels
            panels[-1][2].extend(text.get_text() for text in legend.get_texts())
        return [(title, about, sorted(names)) for title, about, names in panels]

    def handles(self, state):
        """The handles of a state, by panel and label."""
        parts = self.frames[state]
        panels = [part.marks for part in parts] if isinstance(parts[0], Panel) else [parts]
        return {
            (k, mark.label): mark
            for k, marks in enumerate(panels)
            for mark in marks
            if isinstance(mark, Handle)
        }


def fingerprint(part):
    """Everything that is drawn of a frame, a panel or a mark, as something to compare."""
    if isinstance(part, list):
        return tuple(map(fingerprint, part))
    if isinstance(part, Panel):
        about = {name: value for name, value in vars(part).items() if name != "marks"}
        return repr(about), fingerprint(part.marks)
    arrays = {name: array.tobytes() for name, array in part.arrays().items()}
    return part.kind, json.dumps(part.options()), tuple(arrays.items())


def class_numbers(mark):
    """Numbers of the classes whose colours a mark takes."""
    options, arrays = mark.options(), mark.arrays()
    numbers = [c for c in np.atleast_1d(options.get("color", "ink")) if isinstance(c, np.integer)]
    classes = {"points": arrays.get("y"), "field": arrays.get("values")}.get(mark.kind)
    if classes is not None and options.get("scale", "classes") == "classes":
        numbers += np.unique(classes).tolist()
    return numbers


@pytest.fixture(scope="module", params=by_name(EXPLORERS))
def walk(request):
    return Walk(request.param())


def test_figures_are_found_and_take_no_argument():
    assert len(EXPLORERS) >= 15
    assert PICTURES
    assert all(not signature(f).parameters for f in (EXPLORERS | PICTURES).values())


def test_every_state_is_there_and_the_data_are_small(walk):
    assert set(walk.frames) == set(walk.words)
    assert len(walk.data) <= BUDGET


def test_the_words_change_where_the_picture_does(walk):
    silent = [
        (before, after)
        for _, before, after in walk.steps()
        if walk.pictures[before] != walk.pictures[after]
        if walk.words[before] == walk.words[after]
    ]
    assert silent == []


def test_every_step_of_a_control_moves_the_picture(walk):
    """It need not do so wherever the other controls stand: a rate is nothing before a step."""
    steps = {step for step, *_ in walk.steps()}
    moving = {step for step, a, b in walk.steps() if walk.pictures[a] != walk.pictures[b]}
    assert steps - moving == set()


def test_a_handle_follows_each_control_that_it_moves(walk):
    wanted = {
        (*key, name)
        for state in walk.frames
        for key, handle in walk.handles(state).items()
        for name in handle.moves
    }
    follows = {
        (*key, walk.names[k])
        for (k, *_), a, b in walk.steps()
        for key, before in walk.handles(a).items()
        if (after := walk.handles(b).get(key)) and not np.array_equal(before.at, after.at)
    }
    assert wanted - follows == set()


def test_every_number_of_a_diagram_tells_where_it_comes_from(walk):
    nodes = [node for mark in walk.marks() if isinstance(mark, Diagram) for node in mark.nodes]
    assert all(node.detail for node in nodes if node.value is not None)


def test_classes_have_the_colours_of_the_palette(walk):
    numbers = {number for mark in walk.marks() for number in class_numbers(mark)}
    assert all(number < len(PALETTE) for number in numbers)


def test_the_page_and_the_print_say_the_same(walk):
    assert walk.panels_of_the_page() == walk.panels_of_the_print()


@pytest.mark.parametrize("draw", by_name(PICTURES))
def test_a_picture_names_its_axes_and_takes_the_palette(draw):
    for axes in draw().axes:
        assert bool(axes.get_xlabel()) == bool(len(axes.get_xticks()))
        assert bool(axes.get_ylabel()) == bool(len(axes.get_yticks()))
        assert {to_hex(line.get_color()).upper() for line in axes.lines} <= {*PALETTE, INK}
