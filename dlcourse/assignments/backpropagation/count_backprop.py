r"""What it costs: multiplications of one pass forward and one pass back, for one example."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np

from dlcourse._validation import IntArray
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part
from dlcourse.costs import (
    count_backprop,
    count_finite_differences,
    count_paths,
    count_without_storing,
)


def network(*sizes: int) -> IntArray:
    """Write sizes in integers that hold any count, also in the browser's Python."""
    return np.array(sizes, dtype=np.int64)


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw the sizes of networks, deeper and deeper."""
    for depth in (2, 3, 4, 6):
        yield (network(*rng.integers(2, 60, depth + 1).tolist()),)


def weights(sizes: Sequence[int]) -> int:
    """Count weights and biases."""
    return sum(out * (into + 1) for into, out in pairwise(sizes))


def plain_weights(sizes: Sequence[int]) -> int:
    """Count weights without biases."""
    return sum(out * into for into, out in pairwise(sizes))


EXERCISE = Exercise(
    key="backpropagation/count_backprop",
    reference=count_backprop,
    parts=(
        Part(
            points=2,
            inputs=draw,
            edge_cases={
                "one layer": (network(3, 2),),
                "two layers": (network(2, 3, 1),),
                "digits": (network(784, 256, 10),),
            },
        ),
    ),
    misconceptions=(
        Misconception(
            "blame of the inputs",
            lambda sizes: 2 * weights(sizes) + plain_weights(sizes),
            "You bring blame down to the inputs, too. Nobody asks for it: which layer needs no "
            "step down?",
        ),
        Misconception(
            "three times every weight",
            lambda sizes: 3 * weights(sizes),
            "You count each weight and bias three times. That is the rule of thumb; two of the "
            "three products leave something out.",
        ),
        Misconception(
            "last layer left out",
            lambda sizes: count_backprop(sizes[:-1]) if len(sizes) > 2 else 0,
            "The last layer is not counted. Where does your range end, and is that number still in "
            "it?",
        ),
        Misconception(
            "biases left out",
            lambda sizes: 2 * plain_weights(sizes) + plain_weights(sizes[1:]),
            "The biases are missing. With the unit of ones, a bias is multiplied on the way up and "
            "in the gradient like any weight.",
        ),
        Misconception(
            "biases on the way down",
            lambda sizes: 2 * weights(sizes) + weights(sizes[1:]),
            "You count the biases on the way down, too. The unit of ones reads nothing, so no "
            "blame is sent to it.",
        ),
        Misconception(
            "the last layer sends nothing down",
            lambda sizes: 2 * weights(sizes) + plain_weights(sizes[:-1]),
            "You leave out the step down from the *last* layer and count that from the first one. "
            "It is the other way round.",
        ),
        Misconception(
            "forward pass alone",
            weights,
            "This is the forward pass. There are two more products on the way back: one for the "
            "weights, one for the layer below.",
        ),
        Misconception(
            "no step down",
            lambda sizes: 2 * weights(sizes),
            "The way up and the gradients are there. How does blame get from a layer to the one "
            "below, and what does that take?",
        ),
        Misconception(
            "no gradients of the weights",
            lambda sizes: weights(sizes) + plain_weights(sizes[1:]),
            "The way up and the way down are there. But each weight's own derivative takes a "
            "product, too: blame above times output below.",
        ),
        Misconception(
            "backward pass alone",
            lambda sizes: plain_weights(sizes) + plain_weights(sizes[1:]),
            "You count two products of the three, both without biases. The forward pass is asked "
            "for as well, and biases take part in two of the three.",
        ),
        Misconception(
            "started again for each layer",
            count_without_storing,
            "You start again from the loss for each layer. What is stored is used once more and "
            "costs nothing.",
        ),
        Misconception(
            "finite differences",
            count_finite_differences,
            "This is what nudging every weight costs: two forward passes for each.",
        ),
        Misconception(
            "number of paths",
            count_paths,
            "This is the number of paths through the network. Paths that meet share the rest of "
            "their way.",
        ),
        Misconception(
            "additions counted, too",
            lambda sizes: 2 * count_backprop(sizes),
            "You count twice as many: additions, too? Asked for are multiplications alone.",
        ),
    ),
    remark="About three forward passes, however deep the network.",
)

ANSWERS = Answers(
    right=variants("""
## layer by layer
def count_backprop(sizes):
    total = 0
    for l in range(1, len(sizes)):
        up = sizes[l] * (sizes[l - 1] + 1)
        down = sizes[l] * sizes[l - 1] if l > 1 else 0
        total += 2 * up + down
    return total
## three sums
def count_backprop(sizes):
    pairs = list(zip(sizes[:-1], sizes[1:]))
    forward = sum((a + 1) * b for a, b in pairs)
    gradients = sum((a + 1) * b for a, b in pairs)
    down = sum(a * b for a, b in pairs[1:])
    return forward + gradients + down
## one sum, and what is too much
def count_backprop(sizes):
    total = -sizes[0] * sizes[1]
    for a, b in zip(sizes, sizes[1:]):
        total += 3 * a * b + 2 * b
    return total
## while
def count_backprop(sizes):
    l, total = len(sizes) - 1, 0
    while l >= 1:
        total += 2 * (sizes[l - 1] + 1) * sizes[l]
        if l >= 2:
            total += sizes[l - 1] * sizes[l]
        l -= 1
    return total
## arrays
def count_backprop(sizes):
    n = np.array(sizes)
    products = n[1:] * n[:-1]
    return 2 * (products + n[1:]).sum() + products[1:].sum()
## dot products
def count_backprop(sizes):
    below, above = np.array(sizes[:-1]), np.array(sizes[1:])
    return int(2 * (below + 1) @ above + below[1:] @ above[1:])
## matrices
def count_backprop(sizes):
    total = 0
    for l, (a, b) in enumerate(zip(sizes, sizes[1:])):
        W = np.zeros((b, a + 1))
        total += 2 * W.size
        if l > 0:
            total += W[:, 1:].size
    return total
## recursive
def count_backprop(sizes):
    def rest(sizes, first):
        if len(sizes) < 2:
            return 0
        a, b = sizes[0], sizes[1]
        here = 2 * (a + 1) * b + (0 if first else a * b)
        return here + rest(sizes[1:], False)
    return rest(sizes, True)
## counted one by one (slow)
def count_backprop(sizes):
    count = 0
    for l in range(len(sizes) - 1):
        for j in range(sizes[l + 1]):
            for k in range(sizes[l] + 1):
                count += 2
                if l > 0 and k > 0:
                    count += 1
    return count
## biases apart
def count_backprop(sizes):
    weights = biases = 0
    for a, b in zip(sizes, sizes[1:]):
        weights += a * b
        biases += b
    return 3 * weights - sizes[0] * sizes[1] + 2 * biases
## reduced
from functools import reduce

def count_backprop(sizes):
    pairs = list(zip(sizes, sizes[1:]))
    up = reduce(lambda total, p: total + (p[0] + 1) * p[1], pairs, 0)
    down = reduce(lambda total, p: total + p[0] * p[1], pairs[1:], 0)
    return up + up + down
## comprehension
def count_backprop(sizes):
    L = len(sizes) - 1
    return sum(sizes[l + 1] * (2 * sizes[l] + 2 + sizes[l] * (l > 0)) for l in range(L))
## lambda
up = lambda sizes: sum((a + 1) * b for a, b in zip(sizes, sizes[1:]))
down = lambda sizes: sum(a * b for a, b in zip(sizes[1:], sizes[2:]))
count_backprop = lambda sizes: 2 * up(sizes) + down(sizes)
## type hints
def count_backprop(sizes: tuple) -> int:
    '''Twice each weight and bias, once more each weight above the first layer.'''
    total: int = 0
    previous: int = sizes[0]
    for number, size in enumerate(sizes[1:], start=1):
        total += 2 * size * (previous + 1)
        total += size * previous if number > 1 else 0
        previous = size
    return total
## helper: a product
def count_backprop(sizes):
    total = 0
    for l in range(len(sizes) - 1):
        total += 2 * product_of(sizes[l] + 1, sizes[l + 1])
        total += product_of(sizes[l], sizes[l + 1]) if l else 0
    return total
"""),
    wrong=variants("""
## blame of the inputs
def count_backprop(sizes):
    return sum(2 * (a + 1) * b + a * b for a, b in zip(sizes, sizes[1:]))
## three times every weight
def count_backprop(sizes):
    return sum(3 * (a + 1) * b for a, b in zip(sizes, sizes[1:]))
## biases left out
def count_backprop(sizes):
    pairs = list(zip(sizes, sizes[1:]))
    return 2 * sum(a * b for a, b in pairs) + sum(a * b for a, b in pairs[1:])
## biases on the way down
def count_backprop(sizes):
    pairs = list(zip(sizes, sizes[1:]))
    return 2 * sum((a + 1) * b for a, b in pairs) + sum((a + 1) * b for a, b in pairs[1:])
## the last layer sends nothing down
def count_backprop(sizes):
    pairs = list(zip(sizes, sizes[1:]))
    return 2 * sum((a + 1) * b for a, b in pairs) + sum(a * b for a, b in pairs[:-1])
## forward pass alone
def count_backprop(sizes):
    return sum((a + 1) * b for a, b in zip(sizes, sizes[1:]))
## no step down
def count_backprop(sizes):
    return 2 * sum((a + 1) * b for a, b in zip(sizes, sizes[1:]))
## no gradients of the weights
def count_backprop(sizes):
    pairs = list(zip(sizes, sizes[1:]))
    return sum((a + 1) * b for a, b in pairs) + sum(a * b for a, b in pairs[1:])
## started again for each layer
def count_backprop(sizes):
    pairs = list(zip(sizes, sizes[1:]))
    up = sum((a + 1) * b for a, b in pairs)
    return 2 * up + sum(a * b for l in range(len(pairs)) for a, b in pairs[l + 1 :])
## finite differences
def count_backprop(sizes):
    return 2 * sum((a + 1) * b for a, b in zip(sizes, sizes[1:])) ** 2
## number of paths
def count_backprop(sizes):
    paths = 1
    for size in sizes:
        paths *= size
    return paths
## additions counted, too
def count_backprop(sizes):
    pairs = list(zip(sizes, sizes[1:]))
    up = sum((a + 1) * b for a, b in pairs)
    return 2 * (2 * up + sum(a * b for a, b in pairs[1:]))
## units
def count_backprop(sizes):
    return sum(sizes)
## one layer too few
def count_backprop(sizes):
    pairs = list(zip(sizes[:-2], sizes[1:-1]))
    return 2 * sum((a + 1) * b for a, b in pairs) + sum(a * b for a, b in pairs[1:])
## ones on both sides
def count_backprop(sizes):
    pairs = list(zip(sizes, sizes[1:]))
    up = sum((a + 1) * (b + 1) for a, b in pairs)
    return 2 * up + sum(a * b for a, b in pairs[1:])
"""),
    helpers=variants("""
## product_of
def product_of(rows, columns):
    return rows * columns
"""),
)
