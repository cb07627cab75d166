"""Diagrams of nodes and edges: networks with their weights, computation graphs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import KW_ONLY, dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from dlcourse._validation import limits
from dlcourse.explorers import looks
from dlcourse.explorers.marks.base import Mark, canvas_on
from dlcourse.explorers.notation import reading
from dlcourse.explorers.numbers import written
from dlcourse.explorers.values import (
    Array,
    Limits,
    check_floats,
    check_number_format,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LONGEST = 9  # characters of a number in a circle; a longer one is left out
_RADIUS, _NAME_HEIGHT = 12.5, 14  # points


@dataclass(eq=False)
class Node:
    """A node of a `Diagram`.

    Parameters
    ----------
    x, y : float
        Place in a square of side 1, y upwards.
    label : str
        Its name, for example "x₁".
    value : float, optional
        A number shown in the node and by its colour.
    shape : {"circle", "box"}
        Boxes are wide enough for a word.
    highlight : bool
        Drawn with a strong outline.
    detail : str
        What a click on it tells, for example "h₁ = σ(2·1 − 0.5) = σ(1.5) = 0.82"; what stands
        before the first " = " or ": " is its name for screen readers.
    """

    x: float
    y: float
    label: str = ""
    value: float | None = None
    shape: Literal["circle", "box"] = "circle"
    highlight: bool = False
    detail: str = ""


@dataclass(eq=False)
class Edge:
    """An edge of a `Diagram`, from one node to another by their numbers in the list.

    Parameters
    ----------
    source, target : int
        Positions of the two nodes in the diagram's list.
    weight : float, optional
        Sign by colour and dash pattern, size by width.
    label : str
        Text at the middle of the edge.
    highlight : bool
        Drawn in the colour of the text and wider.
    detail : str
        As for a `Node`, for example "From x₁ to h₁: 2·1 = 2".
    """

    source: int
    target: int
    weight: float | None = None
    label: str = ""
    highlight: bool = False
    detail: str = ""


@dataclass(eq=False)
class Diagram(Mark):
    """Nodes with values and edges with signed weights: networks and computation graphs.

    Parameters
    ----------
    nodes : sequence of Node
        At least one.
    edges : sequence of Edge
        Arrows or lines between them.
    numbers : str
        Format specification of the nodes' values, "" for colour only. A number that does not fit
        into its circle is left out.
    value_domain, weight_domain : (low, high)
        Value at the ends of the colour scale, and weight that has the full width; symmetric about
        zero, so only the larger magnitude of the pair counts.
    arrows : bool
        Draw arrow heads on the edges.
    edge_numbers : str
        Format specification to write each weight on its edge, "" for none.
    """

    kind = "diagram"
    framed = False

    nodes: Sequence[Node]
    edges: Sequence[Edge] = ()
    _: KW_ONLY
    numbers: str = ".2f"
    value_domain: Limits = (-1.0, 1.0)
    weight_domain: Limits = (-2.0, 2.0)
    arrows: bool = False
    edge_numbers: str = ""
    places: Array = field(init=False)
    values: Array = field(init=False)
    ends: Array = field(init=False)
    weights: Array = field(init=False)

    def __post_init__(self) -> None:
        if not self.nodes:
            raise ValueError("nodes must hold at least one Node")
        check_number_format(self.numbers, "numbers")
        check_number_format(self.edge_numbers, "edge_numbers")
        self.value_domain = limits(self.value_domain, "value_domain")
        self.weight_domain = limits(self.weight_domain, "weight_domain")
        self.places = check_floats([[node.x, node.y] for node in self.nodes], "x and y of nodes", 2)
        self.values = _optional((node.value for node in self.nodes), "value of nodes")
        pairs = [[edge.source, edge.target] for edge in self.edges]
        self.ends = np.asarray(pairs, dtype=np.float64).reshape(-1, 2)
        if np.any(self.ends < 0) or np.any(self.ends >= len(self.nodes)):
            raise ValueError(f"source and target of edges must lie in 0..{len(self.nodes) - 1}")
        self.weights = _optional((edge.weight for edge in self.edges), "weight of edges")

    def options(self) -> dict[str, Any]:
        """Return what is not an array, lists in the order of the nodes and edges."""
        return {
            "value_domain": self.value_domain,
            "weight_domain": self.weight_domain,
            "arrows": self.arrows,
            "numbers": written(self.values, self.numbers),
            "labels": [node.label for node in self.nodes],
            "shapes": [node.shape for node in self.nodes],
            "edge_labels": self._edge_labels(),
            "strong_nodes": [i for i, node in enumerate(self.nodes) if node.highlight],
            "strong_edges": [i for i, edge in enumerate(self.edges) if edge.highlight],
        }

    def texts(self) -> dict[str, list[str]]:
        """Return what clicks tell, of the nodes and then of the edges."""
        details = [node.detail for node in self.nodes] + [edge.detail for edge in self.edges]
        return {"details": details} if any(details) else {}

    def _edge_labels(self) -> list[str]:
        """Text on each edge: its label, else its weight."""
        weights = written(self.weights, self.edge_numbers) or [""] * len(self.edges)
        return [edge.label or weight for edge, weight in zip(self.edges, weights, strict=True)]

    def print_on(self, axes: Axes, domain: Limits | None) -> None:
        """Draw the edges, and the nodes above them."""
        axes = canvas_on(axes)
        axes.set_xlim(-0.15, 1.15)
        axes.set_ylim(-0.15, 1.15)
        for edge, weight, text in zip(self.edges, self.weights, self._edge_labels(), strict=True):
            self._print_edge(axes, edge, float(weight), text)
        largest = max(abs(bound) for bound in self.value_domain)
        fills = looks.ramp("diverging")((self.values / largest + 1) / 2)
        numbers = written(self.values, self.numbers) or [""] * len(self.nodes)
        beside = self._named_beside(axes, numbers)
        for node, number, value, fill in zip(self.nodes, numbers, self.values, fills, strict=True):
            paper = looks.PAPER if np.isnan(value) else fill
            _print_node(axes, node, number, paper, node in beside)

    def _named_beside(self, axes: Axes, numbers: Sequence[str]) -> list[Node]:
        """Nodes of the first column, where they lie too close for names between them."""
        begins = min(node.x for node in self.nodes)
        first = [node for node in self.nodes if node.x == begins and node.shape != "box"]
        points = axes.get_window_extent().height * 72 / axes.figure.dpi
        gaps = np.diff(sorted(node.y for node in first)) * points / np.ptp(axes.get_ylim())
        named = [
            node
            for node, number in zip(self.nodes, numbers, strict=True)
            if node in first and number and node.label
        ]
        return named if len(named) > 1 and gaps.min() < 2 * _RADIUS + _NAME_HEIGHT else []

    def _print_edge(self, axes: Axes, edge: Edge, weight: float, text: str) -> None:
        source, target = self.nodes[edge.source], self.nodes[edge.target]
        known = bool(np.isfinite(weight))
        largest = max(abs(bound) for bound in self.weight_domain)
        shade = ("positive" if weight > 0 else "negative") if known else "muted"
        arrow = {
            "arrowstyle": "-|>" if self.arrows else "-",
            "color": looks.color("ink" if edge.highlight else shade),
            "lw": (0.4 + 3.2 * min(abs(weight) / largest, 1) if known else 1.1) + edge.highlight,
            "ls": looks.dash(known and weight < 0),
            "shrinkA": _radius(source),
            "shrinkB": _radius(target),
        }
        start, end = (source.x, source.y), (target.x, target.y)
        axes.annotate("", end, start, arrowprops=arrow, zorder=1)
        long = abs(target.x - source.x) > 0.4
        share, lift = (0.5, 12 if long else 20) if self.arrows else (0.38, 0)
        place = (start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1]))
        axes.annotate(
            text, place, (0, lift), textcoords="offset points",
            fontsize=7.5, ha="center", va="center", zorder=2,
            bbox={"fc": looks.PAPER, "ec": "none", "pad": 1} if text and not lift else None,
        )  # fmt: skip


def _print_node(axes: Axes, node: Node, number: str, fill: Any, beside: bool) -> None:
    """Draw a node: in a circle its number, or else its name; in a box its name.

    The other one stands above, or a circle's name ``beside`` it.
    """
    width = 2.2 if node.highlight else 0.9
    look = {"boxstyle": "round,pad=0.4", "fc": fill, "ec": looks.color("ink"), "lw": width}
    box = node.shape == "box"
    text, above = (node.label, number) if box or not number else (number, node.label)
    if not box:
        axes.scatter(
            [node.x], [node.y], s=620, color=[fill], edgecolors=look["ec"], linewidths=width,
            zorder=3,
        )  # fmt: skip
    length = len(reading(text))
    size = 8 if box else max(5.0, min(8.0, 30 / max(length, 1)))
    style: Any = {"ha": "center", "va": "center", "fontsize": size, "zorder": 4}
    if box or not number or length <= LONGEST:
        axes.text(node.x, node.y, text, bbox=look if box else None, **style)
    if number:
        place: Any = {"textcoords": "offset points", "fontsize": 8}
        place |= {"ha": "right", "va": "center"} if beside else {"ha": "center"}
        axes.annotate(above, (node.x, node.y), (-16, 0) if beside else (0, 14), **place)


def _radius(node: Node) -> float:
    """Points from the centre of a node to the end of an edge."""
    return 2.2 * len(reading(node.label)) + 7 if node.shape == "box" else _RADIUS


def _optional(values: Iterable[float | None], name: str) -> Array:
    return check_floats(
        [np.nan if value is None else value for value in values], name, 1, gaps=True
    )
