"""Counts of multiplications against products that are carried out and counted."""

from itertools import pairwise

import numpy as np
import pytest

from dlcourse.costs import (
    count_backprop,
    count_finite_differences,
    count_paths,
    count_without_storing,
)
from dlcourse.network import initialize


class Counted:
    """A number that counts the multiplications it takes part in."""

    done = 0

    def __mul__(self, other):
        Counted.done += 1
        return self

    def __add__(self, other):
        return self


def counted_matmul(rows, inner, columns):
    for _ in range(rows * columns):
        for _ in range(inner):
            Counted() * Counted()


@pytest.mark.parametrize("sizes", [(2, 3), (2, 3, 1), (5, 4, 3, 2), (3, 3, 3, 3, 3)])
@pytest.mark.parametrize("n", [1, 4])
def test_counts_are_what_the_products_do(sizes, n):
    layers = list(pairwise(sizes))
    Counted.done = 0
    for n_in, n_out in layers:  # S = X W^T
        counted_matmul(n, n_in + 1, n_out)
    forward_only = Counted.done
    for depth, (n_in, n_out) in enumerate(layers):
        counted_matmul(n_out, n, n_in + 1)  # dW = dS^T X
        if depth:
            counted_matmul(n, n_out, n_in)  # dX = dS W
    assert count_backprop(sizes, n) == Counted.done
    parameters = initialize(sizes, np.random.default_rng(0)).parameters.size
    assert count_finite_differences(sizes, n) == 2 * parameters * forward_only
    for depth in range(2, len(layers)):  # layer `depth` of the way down, again for those below
        for _ in range(depth - 1):
            counted_matmul(n, layers[depth][1], layers[depth][0])
    assert count_without_storing(sizes, n) == Counted.done


@pytest.mark.parametrize("count", [count_backprop, count_without_storing, count_finite_differences])
def test_counts_are_for_one_example_unless_told(count):
    assert count((5, 4, 3, 2)) == count((5, 4, 3, 2), n=1)


def test_paths_of_a_net_are_products_of_its_sizes():
    assert count_paths((2, 3, 1)) == 6
    assert count_paths((10,) * 30) == 10**30
