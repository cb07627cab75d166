r"""What a gradient costs: multiplications, counted for three ways to get it, and paths.

.. math:: 3\,\lvert W \rvert \ \text{per example, roughly, against}\ 2\,\lvert W \rvert^2

On the left what backpropagation takes for :math:`\lvert W \rvert` weights, on the right what finite
differences take: the gradient of all weights costs about as much as three values of the function.
Source: the lecture; Goodfellow, Bengio & Courville (2016), section 6.5.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np


def count_backprop(sizes: Sequence[int], n: int = 1) -> int:
    r"""Multiplications in the matrix products of one forward and one backward pass.

    Each weight is used once on the way up and twice on the way down, the first layer only once
    since nobody asks for :math:`\partial L/\partial X^0`; biases take part in two of the three.

    >>> count_backprop((2, 3, 1))
    29
    """
    forward_and_weights = 2 * sum((n_in + 1) * n_out for n_in, n_out in pairwise(sizes))
    return n * (forward_and_weights + sum(_products_down(sizes)))


def count_without_storing(sizes: Sequence[int], n: int = 1) -> int:
    r"""The same gradient, when each layer starts again from the loss instead of reusing.

    Without the stored :math:`\partial L/\partial S^l` the product for layer :math:`l` is built anew
    from the top, so that the cost of the way down grows with the square of the depth.

    >>> count_without_storing((2, 3, 1)), count_without_storing((2, 3, 3, 1))
    (29, 65)
    """
    down = _products_down(sizes)
    again = sum(sum(down[layer:]) for layer in range(len(down)))
    return count_backprop(sizes, n) + n * (again - sum(down))


def count_finite_differences(sizes: Sequence[int], n: int = 1) -> int:
    """Multiplications when every parameter is nudged up and down: two forward passes for each.

    >>> count_finite_differences((2, 3, 1))
    338
    """
    parameters = sum((n_in + 1) * n_out for n_in, n_out in pairwise(sizes))
    return 2 * parameters * n * parameters


def count_paths(sizes: Sequence[int]) -> int:
    """Paths from an input to an output unit: terms of the chain rule written out as a plain sum.

    >>> count_paths((2, 3, 3, 1))
    18
    """
    return int(np.prod([int(size) for size in sizes], dtype=object))


def _products_down(sizes: Sequence[int]) -> list[int]:
    """Multiplications of one example on the way down, for layers 2 to L."""
    return [n_in * n_out for n_in, n_out in list(pairwise(sizes))[1:]]
