"""Diagrams of nodes and edges: networks with their weights, computation graphs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import KW_ONLY, dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from dlcourse.explorers.marks import Mark
from dlcourse.explorers.values import (
    Array,
    Limits,
    check_floats,
    check_limits,
    check_names,
    check_number_format,
)


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
    """

    x: float
    y: float
    label: str = ""
    value: float | None = None
    shape: Literal["circle", "box"] = "circle"
    highlight: bool = False


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
    """

    source: int
    target: int
    weight: float | None = None
    label: str = ""
    highlight: bool = False


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
        Format specification of the nodes' values, "" for colour only.
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
        self.value_domain = check_limits(self.value_domain, "value_domain")
        self.weight_domain = check_limits(self.weight_domain, "weight_domain")
        self.places = check_floats([[node.x, node.y] for node in self.nodes], "x and y of nodes", 2)
        self.values = _optional((node.value for node in self.nodes), "value of nodes")
        pairs = [[edge.source, edge.target] for edge in self.edges]
        self.ends = np.asarray(pairs, dtype=np.float64).reshape(-1, 2)
        if np.any(self.ends < 0) or np.any(self.ends >= len(self.nodes)):
            raise ValueError(f"source and target of edges must lie in 0..{len(self.nodes) - 1}")
        self.weights = _optional((edge.weight for edge in self.edges), "weight of edges")

    def options(self) -> dict[str, Any]:
        """Return what is not an array, lists in the order of the nodes and edges."""
        names = ("numbers", "value_domain", "weight_domain", "arrows", "edge_numbers")
        return {
            **{name: getattr(self, name) for name in names},
            "labels": [node.label for node in self.nodes],
            "shapes": [node.shape for node in self.nodes],
            "edge_labels": [edge.label for edge in self.edges],
            "strong_nodes": [i for i, node in enumerate(self.nodes) if node.highlight],
            "strong_edges": [i for i, edge in enumerate(self.edges) if edge.highlight],
        }


def _optional(values: Iterable[float | None], name: str) -> Array:
    return check_floats(
        [np.nan if value is None else value for value in values], name, 1, gaps=True
    )


def network_diagram(
    weights: Sequence[ArrayLike],
    activations: Sequence[ArrayLike] | None = None,
    *,
    inputs: Sequence[str] = (),
    outputs: Sequence[str] = (),
    bias: bool = True,
    **options: Any,
) -> Diagram:
    """Draw a fully connected network from its weights.

    Parameters
    ----------
    weights : sequence of array_like, weights[l] of shape (N_l, N_{l-1} + 1)
        The lecture's matrices, column 0 is the bias.
    activations : sequence of array_like, activations[l] of shape (N_l,), optional
        The value of every node, layer 0 are the inputs; without the ones of the bias.
    inputs, outputs : sequence of str
        Names of the first and last layer's nodes; default x₁, x₂ ... and y₁, y₂ ...
    bias : bool
        Show a node "1" in each layer with the edges that carry the biases.
    **options
        Handed on to `Diagram`, for example ``numbers=".1f"``.

    Examples
    --------
    >>> xor = network_diagram([[[-10, 20, 20], [30, -20, -20]], [[-30, 20, 20]]])
    >>> len(xor.nodes), len(xor.edges)
    (7, 9)
    """
    matrices = [check_floats(matrix, f"weights[{i}]", 2) for i, matrix in enumerate(weights)]
    sizes = _layer_sizes(matrices)
    values = [np.full(size, np.nan) for size in sizes]
    if activations is not None:
        values = [check_floats(a, f"activations[{i}]", 1) for i, a in enumerate(activations)]
        if [len(layer) for layer in values] != sizes:
            raise ValueError(
                f"activations must have {sizes} values per layer, got {[len(v) for v in values]}"
            )
    names = _layer_names(sizes, inputs, outputs)
    nodes: list[Node] = []
    first = []
    for layer, size in enumerate(sizes):
        first.append(len(nodes))
        nodes += _layer_nodes(layer, sizes, values[layer], names[layer], bias)
        assert len(nodes) >= first[-1] + size
    edges = [
        Edge(first[layer] + column, first[layer + 1] + (bias and layer + 2 < len(sizes)) + row, w)
        for layer, matrix in enumerate(matrices)
        for row, weights_of_unit in enumerate(matrix if bias else matrix[:, 1:])
        for column, w in enumerate(weights_of_unit.tolist())
    ]
    return Diagram(nodes, edges, **options)


def _layer_sizes(matrices: Sequence[Array]) -> list[int]:
    if not matrices:
        raise ValueError("weights must hold at least one matrix")
    sizes = [matrices[0].shape[1] - 1]
    for index, matrix in enumerate(matrices):
        if matrix.shape[1] != sizes[-1] + 1:
            raise ValueError(
                f"weights[{index}] must have {sizes[-1] + 1} columns (the bias first), "
                f"got shape {matrix.shape}"
            )
        sizes.append(len(matrix))
    return sizes


def _layer_names(
    sizes: Sequence[int], inputs: Sequence[str], outputs: Sequence[str]
) -> list[tuple[str, ...]]:
    digits = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
    numbered = [[str(k + 1).translate(digits) for k in range(size)] for size in sizes]
    first = check_names(inputs, "inputs", sizes[0]) or tuple(f"x{k}" for k in numbered[0])
    last = check_names(outputs, "outputs", sizes[-1]) or tuple(
        "y" if sizes[-1] == 1 else f"y{k}" for k in numbered[-1]
    )
    return [first, *(("",) * size for size in sizes[1:-1]), last]


def _layer_nodes(
    layer: int, sizes: Sequence[int], values: Array, names: Sequence[str], bias: bool
) -> list[Node]:
    """Nodes of one layer from top to bottom, the bias node first where there is one."""
    with_bias = bias and layer + 1 < len(sizes)
    rows = sizes[layer] + with_bias
    tallest = max(size + (bias and k + 1 < len(sizes)) for k, size in enumerate(sizes))
    x = layer / (len(sizes) - 1)
    ys = [0.5 + ((rows - 1) / 2 - k) / max(tallest - 1, 1) for k in range(rows)]
    nodes = [Node(x, ys[0], "1")] if with_bias else []
    for y, name, value in zip(ys[len(nodes) :], names, values.tolist(), strict=True):
        nodes.append(Node(x, y, name, None if np.isnan(value) else value))
    return nodes
