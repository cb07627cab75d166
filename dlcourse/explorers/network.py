"""The diagram of a fully connected network, from its weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from dlcourse.explorers.marks.diagram import Diagram, Edge, Node
from dlcourse.explorers.values import Array, check_floats, check_names


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
