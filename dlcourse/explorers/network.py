"""The diagram of a fully connected network, from its weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from dlcourse.explorers.formulas import FORMAT, edge_text, unit_text
from dlcourse.explorers.marks.diagram import Diagram, Edge, Node
from dlcourse.explorers.notation import SUBSCRIPTS
from dlcourse.explorers.numbers import number
from dlcourse.explorers.values import Array, check_floats, check_names


def network_diagram(
    weights: Sequence[ArrayLike],
    activations: Sequence[ArrayLike] | None = None,
    *,
    inputs: Sequence[str] = (),
    outputs: Sequence[str] = (),
    hidden: Sequence[Sequence[str]] = (),
    functions: str | Sequence[str] = "f",
    bias: bool = True,
    **options: Any,
) -> Diagram:
    """Draw a fully connected network from its weights.

    Parameters
    ----------
    weights : sequence of array_like, weights[l] of shape (N_l, N_{l-1} + 1)
        The lecture's matrices, column 0 is the bias.
    activations : sequence of array_like, activations[l] of shape (N_l,), optional
        The value of every node, layer 0 are the inputs; without the ones of the bias. NaN is a
        value that is not known yet. With them a click on a node or an edge tells what it computes.
    inputs, outputs : sequence of str
        Names of the first and last layer's nodes; default x₁, x₂ ... and y₁, y₂ ...
    hidden : sequence of sequence of str
        Names of each hidden layer's nodes; default none, and h₁, h₂ ... in what a click tells.
    functions : str or sequence of str
        How the non-linearity of all layers or of each is written, for example ``("tanh", "σ")``.
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
        values = [
            check_floats(a, f"activations[{i}]", 1, gaps=True) for i, a in enumerate(activations)
        ]
        if [len(layer) for layer in values] != sizes:
            raise ValueError(
                f"activations must have {sizes} values per layer, got {[len(v) for v in values]}"
            )
    names = _layer_names(sizes, inputs, hidden, outputs)
    called = _called(names)
    details = _node_details(
        matrices,
        values,
        called,
        _function_names(functions, len(matrices)),
        options.get("numbers", Diagram.numbers) or FORMAT,
    )
    nodes: list[Node] = []
    first = []
    for layer, size in enumerate(sizes):
        first.append(len(nodes))
        nodes += _layer_nodes(layer, sizes, values[layer], names[layer], details[layer], bias)
        assert len(nodes) >= first[-1] + size
    edges = [
        Edge(
            first[layer] + column - (not bias),
            first[layer + 1] + (bias and layer + 2 < len(sizes)) + row,
            weight,
            detail=detail,
        )
        for layer, matrix in enumerate(matrices)
        for row, unit in enumerate(matrix.tolist())
        for column, (weight, detail) in enumerate(
            zip(
                unit,
                _edge_details(unit, values[layer], called[layer], called[layer + 1][row]),
                strict=True,
            )
        )
        if bias or column
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


def _subscript(k: int) -> str:
    return str(k).translate(SUBSCRIPTS)


def _layer_names(
    sizes: Sequence[int],
    inputs: Sequence[str],
    hidden: Sequence[Sequence[str]],
    outputs: Sequence[str],
) -> list[tuple[str, ...]]:
    """Names that are written beside the nodes, "" for none."""
    if hidden and len(hidden) != len(sizes) - 2:
        raise ValueError(f"hidden must have names for {len(sizes) - 2} layers, got {len(hidden)}")
    first = [f"x{_subscript(k + 1)}" for k in range(sizes[0])]
    last = [f"y{_subscript(k + 1)}" for k in range(sizes[-1])] if sizes[-1] > 1 else ["y"]
    return [
        check_names(inputs, "inputs", sizes[0]) or tuple(first),
        *(
            check_names(hidden[k] if hidden else (), f"hidden[{k}]", size) or ("",) * size
            for k, size in enumerate(sizes[1:-1])
        ),
        check_names(outputs, "outputs", sizes[-1]) or tuple(last),
    ]


def _called(names: Sequence[Sequence[str]]) -> list[list[str]]:
    """Names of the nodes in what a click tells, where none is without one."""
    return [
        [
            name or f"h{_subscript(k + 1)}" + f" of layer {layer}" * (len(names) > 3)
            for k, name in enumerate(names_of_layer)
        ]
        for layer, names_of_layer in enumerate(names)
    ]


def _function_names(functions: str | Sequence[str], n_layers: int) -> tuple[str, ...]:
    if isinstance(functions, str):
        return (functions,) * n_layers
    return check_names(functions, "functions", n_layers) or ("f",) * n_layers


def _node_details(
    matrices: Sequence[Array],
    values: Sequence[Array],
    called: Sequence[Sequence[str]],
    functions: Sequence[str],
    written: str,
) -> list[list[str]]:
    """What a click on each node tells; nothing where a value is not known."""
    told = [
        [
            "" if np.isnan(value) else f"{name} = {number(value, written)}"
            for name, value in zip(called[0], values[0].tolist(), strict=True)
        ]
    ]
    for layer, (matrix, function) in enumerate(zip(matrices, functions, strict=True)):
        known = not np.isnan(values[layer]).any()
        told.append(
            [
                unit_text(name, function, unit, values[layer], number(value, written))
                if known and not np.isnan(value)
                else ""
                for name, unit, value in zip(
                    called[layer + 1], matrix, values[layer + 1].tolist(), strict=True
                )
            ]
        )
    return told


def _edge_details(
    unit: Sequence[float], values: Array, sources: Sequence[str], target: str
) -> list[str]:
    """What a click on each edge into one unit tells, the bias first."""
    bias, *weights = unit
    told = [f"Bias of {target}: {number(bias, FORMAT)}" if np.isfinite(values).any() else ""]
    for source, weight, value in zip(sources, weights, values.tolist(), strict=True):
        told.append("" if np.isnan(value) else edge_text(source, target, weight, value))
    return told


def _layer_nodes(
    layer: int,
    sizes: Sequence[int],
    values: Array,
    names: Sequence[str],
    details: Sequence[str],
    bias: bool,
) -> list[Node]:
    """Nodes of one layer from top to bottom, the bias node first where there is one."""
    with_bias = bias and layer + 1 < len(sizes)
    rows = sizes[layer] + with_bias
    tallest = max(size + (bias and k + 1 < len(sizes)) for k, size in enumerate(sizes))
    x = layer / (len(sizes) - 1)
    ys = [0.5 + ((rows - 1) / 2 - k) / max(tallest - 1, 1) for k in range(rows)]
    nodes = [Node(x, ys[0], "1")] if with_bias else []
    units = zip(ys[len(nodes) :], names, values.tolist(), details, strict=True)
    for y, name, value, detail in units:
        nodes.append(Node(x, y, name, None if np.isnan(value) else value, detail=detail))
    return nodes
