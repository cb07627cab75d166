"""What a unit of a network computes, as a line of text with its own numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from dlcourse.explorers.numbers import number

FORMAT = ".3g"
MOST_TERMS = 6


def product_text(*factors: float) -> str:
    """Write a product; factors after the first stand in brackets if they are negative.

    >>> product_text(-20, 1), product_text(2, -0.5)
    ('−20·1', '2·(−0.5)')
    """
    first, *others = (number(factor, FORMAT) for factor in factors)
    return "·".join([first, *(f"({text})" if text.startswith("−") else text for text in others)])


def score_text(weights: ArrayLike, inputs: ArrayLike) -> str:
    """Write the sum of bias and weighted inputs; of a long one only the ends.

    Parameters
    ----------
    weights : array_like, shape (N + 1,)
        The lecture's row of weights, the bias first; a bias of zero is left out.
    inputs : array_like, shape (N,)
        What the weights after the first multiply.

    Examples
    --------
    >>> score_text([-10, 20, -20], [0, 1])
    '−10 + 20·0 − 20·1'
    """
    bias, *others = np.asarray(weights, dtype=float).tolist()
    terms = [number(bias, FORMAT)] if bias else []
    terms += [product_text(*pair) for pair in zip(others, np.asarray(inputs).tolist(), strict=True)]
    if len(terms) > MOST_TERMS:
        terms[MOST_TERMS - 2 : -1] = ["…"]
    return " + ".join(terms).replace("+ −", "− ")


def edge_text(source: str, target: str, weight: float, value: float) -> str:
    """Write what an edge carries from one unit to another.

    >>> edge_text("x₂", "h₁", -20, 0.5)
    'From x₂ to h₁: −20·0.5 = −10'
    """
    carried = f"{product_text(weight, value)} = {number(weight * value, FORMAT)}"
    return f"From {source} to {target}: {carried}"


def unit_text(name: str, function: str, weights: ArrayLike, inputs: ArrayLike, output: str) -> str:
    """Write what a unit computes.

    Parameters
    ----------
    name, function : str
        Of the unit and of its non-linearity.
    weights, inputs : array_like
        As for `score_text`.
    output : str
        The value that comes out, as the reader sees it elsewhere.

    Examples
    --------
    >>> unit_text("h₁", "σ", [-10, 20, 20], [0, 1], "1.00")
    'h₁ = σ(−10 + 20·0 + 20·1) = σ(10) = 1.00'
    """
    score = np.dot(np.asarray(weights)[1:], inputs) + np.asarray(weights)[0]
    return (
        f"{name} = {function}({score_text(weights, inputs)}) "
        f"= {function}({number(float(score), FORMAT)}) = {output}"
    )
