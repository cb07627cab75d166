"""Marks: what they accept, what they refuse and in which words, how far they reach."""

import re
from dataclasses import replace
from graphlib import TopologicalSorter
from itertools import combinations

import numpy as np
import pytest

from dlcourse.explorers import (
    Arrows,
    Band,
    Bars,
    Contour,
    Diagram,
    Edge,
    ErrorBars,
    Field,
    Handle,
    Image,
    Line,
    Mark,
    Matrix,
    Node,
    Panel,
    Points,
    Rule,
    Span,
    Text,
    network_diagram,
)
from dlcourse.explorers.marks.base import LegendEntry, Shaded, common_domain
from dlcourse.explorers.marks.grid import on_grid
from dlcourse.explorers.page import STATIC
from dlcourse.explorers.values import MARKER_NAMES
from dlcourse.plots import MARKERS, PALETTE

SIDES = {"x": (0, 1), "y": (0, 1)}
GRID = np.arange(6.0).reshape(2, 3)

WRONG = [
    (lambda: Field(GRID, x=(1, 0), y=(0, 1)), "x must be a pair"),
    (lambda: Field(GRID, x=(0, 1), y=(0, 1, 2)), "y must be a pair"),
    (lambda: Field(np.zeros(3), **SIDES), "values"),
    (lambda: Field(np.zeros((1, 3)), **SIDES), "values must have at least two rows"),
    (lambda: Field(GRID * np.nan, **SIDES), "values"),
    (lambda: Field(GRID, **SIDES, scale="jet"), "scale must be one of"),
    (lambda: Field(GRID, **SIDES, domain=(1, 1)), "domain must be a pair"),
    (lambda: Field(GRID, **SIDES, bits=4), "bits must lie in 8..16"),
    (lambda: Field(GRID / 2, **SIDES, scale="classes"), "values must hold class numbers"),
    (lambda: Field(GRID - 2, **SIDES, scale="classes"), "0 to 9, or -1 for none, .* got -2"),
    (lambda: Field(lambda X: X, **SIDES), "one number per point"),
    (lambda: Field(lambda X: X[:, 0], **SIDES, resolution=1), "resolution must be at least 2"),
    (lambda: Field(GRID, **SIDES, scale="log"), 'values must be positive .* "log", got 0 at row 0'),
    (lambda: Field(GRID + 1, **SIDES, scale="log", domain=(0, 1)), "domain must be positive"),
    (lambda: Contour(1, GRID, **SIDES, numbers="x"), "numbers must be a format"),
    (
        lambda: Panel([Field(GRID + 1, **SIDES, scale="log"), Contour([1, -1])]),
        'level must be positive on a Field with the scale "log", got -1',
    ),
    (lambda: Contour(0.5, GRID), "x and y must be given"),
    (lambda: Contour(np.nan), "level"),
    (lambda: Contour(0.5, GRID, **SIDES, color="pink"), "color must be a class number"),
    (lambda: Points([[1, 2, 3]]), "X must have two columns"),
    (lambda: Points([[1, 2]], [0, 1]), "X and y must have the same length"),
    (lambda: Points([[1, 2]], [0.5]), "y must hold class numbers"),
    (lambda: Points([[1, 2]], [10]), "y must hold class numbers 0 to 9"),
    (
        lambda: Points([[1, 2]], [0], labels="abcdefghijk"),
        "labels must have at most 10 entries, got 11",
    ),
    (lambda: Points([[1, 2]], color=10), "color must be a class number 0 to 9"),
    (lambda: Points([[1, 2]], size=[1, 2]), "X and size must have the same length"),
    (lambda: Points([[1, 2]], color=-1), "color"),
    (lambda: Points([[1, 2]], color=True), "color"),
    (lambda: Points([[1, 2]], values=[1, 2]), "X and values must have the same length"),
    (lambda: Points([[1, 2]], values=[1], scale="grey"), "scale must be one of"),
    (lambda: Points([[1, 2]], marker="heart"), "marker must be one of 'circle', .* got 'heart'"),
    (lambda: Points([[1, 2]], upto=1), "upto must be the position of a point, 0 to 0, got 1"),
    (lambda: Line([1, 2], [1, 2], upto=2), "upto must be the position of a point, 0 to 1, got 2"),
    (lambda: Line([1, 2], [1, 2], upto=-1), "upto must be at least 0, got -1"),
    (lambda: Line([1, 2], [1, 2], opacity=2), "opacity must lie in"),
    (lambda: Line([1, 2], [1]), "x and y must have the same length"),
    (lambda: Line([1, np.nan], [1, 1]), "x"),
    (lambda: Line([1, 2], [1, np.inf]), "y must not hold infinity"),
    (lambda: Band([1, 2], [1, np.nan], 2), "low"),
    (lambda: ErrorBars([1], [2], [1, 2]), "x and high must have the same length"),
    (lambda: ErrorBars([1, 2], [2, 3], [3, 2]), "low must not exceed high, got 3 at row 1"),
    (lambda: Arrows([1, 2], [[1, 2], [3, 4]]), "start and end must have the same length"),
    (lambda: Arrows([1, 2, 3], [1, 2, 3]), "start must have two columns"),
    (lambda: Bars([1, 2], ["a"]), "names must have 2 entries, got 1"),
    (lambda: Bars([1, 2], edges=[0, 1]), "edges"),
    (lambda: Bars([[1, 2]], labels=["a"]), "labels must have 2 entries"),
    (lambda: Bars([1, 2], color=[1]), "color must be one colour, or 2"),
    (lambda: Bars([[1, 2]], color=9), "color of series 1 must be a class number 0 to 9"),
    (lambda: Bars([1, 2], numbers="{}"), "numbers must be a format"),
    (lambda: Bars([1, 2], numbers=".2d"), "numbers must be a format"),
    (lambda: Image(np.zeros(3)), "pixels"),
    (lambda: Image(np.zeros((2, 2, 2)), rgb=True), "pixels must hold red, green and blue"),
    (lambda: Image(np.full((2, 2, 3), 2.0), rgb=True), "pixels must hold red, green and blue"),
    (lambda: Image(np.zeros((3, 2, 2)), titles=["a"]), "titles must have 3 entries"),
    (lambda: Image(np.zeros((2, 2)), scale="jet"), "scale must be one of"),
    (lambda: Image(np.zeros((2, 2)), highlight=[(0, 1)]), r"highlight .* 0 to 0, got \[\(0, 1\)\]"),
    (lambda: Image(np.zeros((3, 2, 2)), highlight=[3]), r"highlight .* 0 to 2, got \[3\]"),
    (lambda: Image(GRID, own_scale=True, domain=(0, 1)), "own_scale must stand without rgb and"),
    (lambda: Matrix([1, 2]), "values"),
    (lambda: Matrix(GRID * np.nan), r"values must hold a number, got only NaN, shape \(2, 3\)"),
    (lambda: Matrix(GRID + np.inf), "values must not hold infinity"),
    (lambda: Matrix(GRID, scale="classes"), "scale must be one of"),
    (lambda: Matrix(GRID, numbers="x"), "numbers must be a format"),
    (lambda: Matrix(GRID, rows=["a"]), "rows must have 2 entries, got 1"),
    (lambda: Matrix(GRID, columns="ab"), "columns must have 3 entries, got 2"),
    (lambda: Matrix(GRID, row_groups=["a"]), "row_groups must have 2 entries, got 1"),
    (lambda: Matrix(GRID, highlight=[2]), r"highlight must hold pairs .* got 2"),
    (lambda: Matrix(GRID, highlight=[(2, 0)]), r"rows 0 to 1 .* got \(2, 0\)"),
    (lambda: Matrix(GRID, highlight=[(None, 3)]), r"columns 0 to 2, .* got \(None, 3\)"),
    (lambda: Text(0, np.nan, "a"), "y"),
    (lambda: Text(0, 0, "a", anchor="left"), "anchor must be one of"),
    (lambda: Rule(), "exactly one of x and y"),
    (lambda: Rule(x=1, y=1), "exactly one of x and y"),
    (lambda: Panel([], x_format="g"), "x_format must be like '.2f'"),
    (lambda: Panel([], y_ticks=[np.nan]), "y_ticks"),
    (lambda: Panel([], axes="z"), "axes must be True, False, 'x' or 'y', got 'z'"),
    (lambda: Span(), "exactly one of x and y"),
    (lambda: Span(x=(2, 1)), "x must be a pair"),
    (lambda: Diagram([]), "nodes must hold at least one"),
    (lambda: Diagram([Node(0, 0)], [Edge(0, 1)]), "source and target of edges"),
    (lambda: Diagram([Node(0, np.inf)]), "x and y of nodes"),
    (lambda: Diagram([Node(0, 0)], edge_numbers="x"), "edge_numbers must be a format"),
    (lambda: Panel([Contour(0.5)]), "needs a Field before it"),
    (lambda: Panel([], x=(2, 1)), "x must be a pair"),
    (lambda: Panel([], y_scale="square"), "y_scale must be one of"),
    (lambda: Panel([], follow="z"), "follow must be one of '', 'x', 'y', 'xy', got 'z'"),
    (lambda: Panel([], aspect=10), "aspect must lie between"),
    (
        lambda: Panel([Field(GRID, **SIDES)], x_scale="log"),
        "must be linear in a panel",
    ),
    (lambda: network_diagram([]), "weights must hold at least one matrix"),
    (lambda: network_diagram([np.zeros((2, 3)), np.zeros((1, 4))]), r"weights\[1\] must have 3"),
    (lambda: network_diagram([np.zeros((1, 3))], [[0, 0], [0, 0]]), "activations must have"),
]


@pytest.mark.parametrize(("make", "message"), WRONG)
def test_a_wrong_argument_is_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_things_that_are_no_marks_are_refused():
    with pytest.raises(TypeError, match="a frame must hold marks"):
        Panel([3])


def test_a_function_is_evaluated_where_meshgrid_puts_the_points():
    columns, rows = np.meshgrid(np.linspace(-1, 2, 5), np.linspace(0, 1, 5))
    values = on_grid(lambda X: np.sin(X[:, 0]) + X[:, 1] ** 2, (-1, 2), (0, 1), 5)
    np.testing.assert_allclose(values, np.sin(columns) + rows**2)


@pytest.mark.parametrize(
    ("mark", "x", "y"),
    [
        (Field(GRID, x=(-1, 1), y=(2, 3)), (-1, 1), (2, 3)),
        (Contour(1, GRID, x=(-1, 1), y=(2, 3)), (-1, 1), (2, 3)),
        (Points([[1, 5], [2, 3]]), (1, 2), (3, 5)),
        (Line([3, 1], [4, 5]), (1, 3), (4, 5)),
        (Band([0, 1], -1, [2, 3]), (0, 1), (-1, 3)),
        (ErrorBars([0, 1], [-1, 0], [2, 3]), (0, 1), (-1, 3)),
        (Arrows([0, 0], [2, -1]), (0, 2), (-1, 0)),
        (Bars([1, -2, 3]), (-0.5, 2.5), (-2, 3)),
        (Bars([1, 2], horizontal=True), (0, 2), (-0.5, 1.5)),
        (Bars([1, 2], edges=[5, 6, 9]), (5, 9), (0, 2)),
        (Text(1, 2, "a"), (1, 1), (2, 2)),
        (Handle(1, 2, moves="w", label="tip"), (1, 1), (2, 2)),
    ],
)
def test_extent(mark, x, y):
    got = [(values.min(), values.max()) for values in mark.extent()]
    assert got == [x, y]


def test_a_line_that_is_drawn_up_to_a_point_leaves_room_for_the_rest():
    line, points = Line([0, 5], [1, 9], upto=0), Points([[0, 1], [5, 9]], upto=0)
    assert [values.tolist() for values in line.extent()] == [[0, 5], [1, 9]]
    assert [values.tolist() for values in points.extent()] == [[0, 5], [1, 9]]


def test_markers_have_a_name_each():
    assert len(MARKER_NAMES) == len(MARKERS) == len(PALETTE)


def test_a_rule_reaches_along_one_axis_only():
    x, y = Rule(y=3).extent()
    assert x.size == 0
    assert y.tolist() == [3]


def test_a_contour_without_values_takes_those_of_the_field_before_it():
    field = Field(GRID, **SIDES)
    drawn = Panel([Field(GRID + 1, **SIDES), field, Contour([1, 2], label="c")]).marks[-1]
    assert drawn.values is field.values
    assert drawn.level == [1, 2]
    assert field.bits == drawn.bits == 12, "a contour needs a finer field than a heat map"


def test_colours_of_a_logarithmic_field_and_its_contours_stand_for_powers_of_ten():
    values = 10.0 ** np.array([[-2, 0, 2]] * 3)
    field = Field(values, **SIDES, scale="log", label="loss", domain=(0.01, 1000))
    _, contour = Panel([field, Contour([0.1, 10], numbers="g")]).marks
    assert field.options()["scale"] == "sequential"
    np.testing.assert_allclose(field.shades, np.log10(values))
    assert field.domain == (-2, 3)
    (bar,) = field.legend(field.domain)
    assert (bar.label, bar.color, bar.log) == ("loss (log scale)", "sequential", True)
    assert bar.options()["domain"] == ["0.01", "10³"]
    assert contour.options()["level"] == [-1, 1]
    assert [(text, x) for text, x, _ in contour.options()["numbers"]] == [
        ("0.1", 0.25),
        ("10", 0.75),
    ]


def test_numbers_on_contours_stand_apart_and_only_where_there_is_a_line():
    x = np.linspace(-1, 1, 41)
    bowl = np.add.outer(x**2, x**2)
    levels = [0.05, 0.2, 0.5, 0.8, 7]
    numbers = Contour(levels, bowl, x=(-1, 1), y=(-1, 1), numbers="g").options()["numbers"]
    assert [text for text, _, _ in numbers] == ["0.05", "0.2", "0.5", "0.8"]
    places = np.array([place for _, *place in numbers])
    np.testing.assert_allclose((places**2).sum(axis=1), levels[:4], atol=2e-3)
    assert min(np.hypot(*(a - b)) for a, b in combinations(places, 2)) > 0.3
    assert np.abs(places).max() < 0.9
    assert "numbers" not in Contour(levels, bowl, x=(-1, 1), y=(-1, 1)).options()


def test_lines_of_different_colour_differ_in_dash_too_unless_something_else_tells_them_apart():
    patterns = [Line([0], [0], color=k).options()["dash"] for k in range(10)]
    assert patterns == list(range(10))
    assert Line([0], [0], color=1, markers=True).options()["dash"] == 0
    assert Line([0], [0], color=1, direct=True, label="a").options()["dash"] == 0
    assert Line([0], [0], color="ink").options()["dash"] == 0
    assert Line([0], [0], color=0, dash=True).options()["dash"] == 1


def test_images_with_own_scales_are_shares_of_their_largest():
    images = np.stack([GRID, -100 * GRID, 0 * GRID])
    np.testing.assert_allclose(
        Image(images, own_scale=True).shades, [GRID / 5, -GRID / 5, 0 * GRID]
    )


def test_an_image_without_a_sign_sends_none():
    assert "sign" not in Image(GRID).options()
    assert Image(GRID, sign="+").options()["sign"] == "+"


def test_a_matrix_says_which_cells_a_group_holds():
    matrix = Matrix(np.zeros((4, 2)), row_groups=["", "in", "in", "out"], column_groups="all")
    assert matrix.options()["row_groups"] == [("in", 1, 3), ("out", 3, 4)]
    assert matrix.options()["column_groups"] == [("all", 0, 2)]
    assert Matrix(GRID).options()["row_groups"] == []


def test_a_matrix_writes_nothing_into_gaps_nor_if_asked_for_zeros():
    values = [[0, 0.04], [np.nan, -2]]
    assert Matrix(values, numbers=".1f").options()["numbers"] == ["0.0", "0.0", "", "−2.0"]
    assert Matrix(values, numbers=".1f", blank_zeros=True).options()["numbers"] == [
        "",
        "",
        "",
        "−2.0",
    ]


def test_a_gap_takes_no_part_in_the_scale_of_a_matrix():
    gap = Matrix([[1, np.nan, 3]])
    assert common_domain([gap]) == (1, 3)
    assert gap.bits_of("values") == 0, "whole numbers know no gap"
    assert Matrix([[1, 2, 3]]).bits_of("values") == 8


def test_a_matrix_stays_the_same_when_it_is_copied():
    matrix = Matrix(GRID, row_groups="rows", column_groups=["", "a", "a"], highlight=[(None, 1)])
    assert replace(matrix).options() == matrix.options()


CLASSES = [LegendEntry("a", "point", 0), LegendEntry("b", "point", 1)]
LEGENDS = [
    (Field(GRID, **SIDES, label="loss"), [LegendEntry("loss", "scale", "diverging")]),
    (
        Field(GRID, **SIDES, scale="classes", names=["a", "b"]),
        [LegendEntry("a", "tint", 0), LegendEntry("b", "tint", 1)],
    ),
    (
        Field(GRID - 1, **SIDES, scale="classes", names="ab", none="nobody"),
        [
            LegendEntry(*entry)
            for entry in (("a", "tint", 0), ("b", "tint", 1), ("nobody", "tint", "muted"))
        ],
    ),
    (
        Contour(0.5, GRID, **SIDES, label="c", dash=True),
        [LegendEntry("c", "line", "ink", width=1.5, dash=1)],
    ),
    (Points([[0, 0]], [0], labels=["a", "b"], label="unused"), CLASSES),
    (
        Points([[0, 0]], label="all", color=3, hollow=True),
        [LegendEntry("all", "point", 3, hollow=True)],
    ),
    (
        Line([0], [0], label="l", color=2, markers=True),
        [LegendEntry("l", "line", 2, marker=True)],
    ),
    (
        Points([[0, 0]], values=[2], label="loss", marker="star"),
        [LegendEntry("loss", "scale", "sequential")],
    ),
    (
        Points([[0, 0]], [1], labels=["a"], marker="star"),
        [LegendEntry("a", "point", 0, shape=7)],
    ),
    (
        Line([0], [0], label="l", upto=0, marker="cross"),
        [LegendEntry("l", "line", 0, marker=True, shape=6)],
    ),
    (Line([0], [0], label="l", color=3), [LegendEntry("l", "line", 3, dash=3)]),
    (Line([0], [0], label="l", direct=True), []),
    (Band([0], 0, 1, label="b"), [LegendEntry("b", "block", 0, opacity=0.2)]),
    (ErrorBars([0], [0], [1], label="e"), [LegendEntry("e", "line", "ink", width=1.5)]),
    (Arrows([0, 0], [1, 1], label="w"), [LegendEntry("w", "line", "ink")]),
    (
        Bars([[1, 2]], labels=["a", "b"], color=1),
        [LegendEntry("a", "block", 1), LegendEntry("b", "block", 2)],
    ),
    (Bars([-1, 2], label="s", color="signed"), [LegendEntry("s", "block", "positive")]),
    (Bars([1, 2], label="s", color=[4, 5]), [LegendEntry("s", "block", 4)]),
    (Rule(x=1, label="r"), []),
    (Text(0, 0, "t"), []),
    (Handle(0, 0, moves="w", label="tip"), []),
    (Image(GRID, label="weight"), [LegendEntry("weight", "scale", "grey")]),
    (
        Image(GRID, own_scale=True, label="weight"),
        [LegendEntry("weight / image's largest", "scale", "grey")],
    ),
    (Matrix(GRID, label="share"), [LegendEntry("share", "scale", "sequential")]),
    (Diagram([Node(0, 0, "n")]), []),
]


@pytest.mark.parametrize(("mark", "entries"), LEGENDS)
def test_legend_entries(mark, entries):
    assert Panel([mark]).entries() == entries
    assert Panel([mark], legend=False).entries() == []


@pytest.mark.parametrize("mark", [mark for mark, entries in LEGENDS if entries])
def test_without_names_there_is_no_legend(mark):
    named = [name for name in ("label", "labels", "names", "none") if hasattr(mark, name)]
    for name in named:
        setattr(mark, name, type(getattr(mark, name))())
    assert mark.legend() == []


def test_a_colour_bar_says_where_the_settled_scale_ends():
    panel = Panel([Line([0], [0]), Field(GRID, **SIDES, label="loss")])
    assert panel.entries({1: (-7, 7)})[0].domain == (-7, 7)


def test_every_mark_has_a_module_for_the_screen_and_a_place_in_its_register():
    marks = [kind for base in (Mark, Shaded) for kind in base.__subclasses__() if kind.kind]
    folder = STATIC.parent / "src/marks"
    register = (folder / "index.js").read_text(encoding="utf-8")
    assert {kind.kind for kind in marks} == {path.stem for path in folder.glob("*.js")} - {"index"}
    for kind in marks:
        assert f'import * as {kind.kind} from "./{kind.kind}.js";' in register
        assert "export function paint(" in (folder / f"{kind.kind}.js").read_text(encoding="utf-8")


def test_modules_of_the_browser_import_in_one_direction():
    source = STATIC.parent / "src"
    imports = {
        path: [
            (path.parent / name).resolve()
            for name in re.findall(r'from "(\..+?)";', path.read_text(encoding="utf-8"))
        ]
        for path in source.resolve().rglob("*.js")
    }
    assert source.resolve() / "marks/diagram.js" in imports
    TopologicalSorter(imports).prepare()  # raises CycleError


def test_axes_are_shown_unless_there_is_only_a_picture():
    assert Panel([Line([0], [0])]).axes
    assert Panel([]).axes
    assert not Panel([Image(GRID)]).axes
    assert Panel([Image(GRID)], axes=True).axes


def test_network_diagram_has_the_lectures_weights_on_its_edges():
    first, second = np.arange(6.0).reshape(2, 3), np.array([[7.0, 8.0, 9.0]])
    drawn = network_diagram([first, second], [[1, 2], [3, 4], [5]])
    labels = [node.label for node in drawn.nodes]
    assert labels == ["1", "x₁", "x₂", "1", "", "", "y"]
    pairs = {(e.source, e.target): e.weight for e in drawn.edges}
    hidden = {(source, 4 + unit): first[unit, source] for unit in (0, 1) for source in (0, 1, 2)}
    output = {(3 + source, 6): second[0, source] for source in (0, 1, 2)}
    assert pairs == hidden | output
    np.testing.assert_array_equal(drawn.values, [np.nan, 1, 2, np.nan, 3, 4, 5])


def test_network_diagram_without_bias_leaves_column_0_out():
    drawn = network_diagram([[[5, 1, 2]]], bias=False, inputs=["a", "b"], outputs=["c"])
    assert [node.label for node in drawn.nodes] == ["a", "b", "c"]
    assert [edge.weight for edge in drawn.edges] == [1, 2]
