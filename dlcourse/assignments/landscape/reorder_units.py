"""The same network with its hidden units in another order."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from dlcourse._validation import FloatArray, IntArray
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import array, examples
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part


def joined(W1: FloatArray, W2: FloatArray) -> FloatArray:
    """Write two matrices into one vector, row by row."""
    return np.concatenate([W1.ravel(), W2.ravel()])


def reorder_units(W1: FloatArray, W2: FloatArray, order: IntArray) -> FloatArray:
    """Put hidden unit ``order[k]`` in place k, and let the upper layer follow it."""
    return joined(W1[order], W2[:, np.append(0, order + 1)])


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw networks with one hidden layer, and orders that are not their own inverse."""
    for inputs, hidden, outputs in ((1, 3, 1), (2, 3, 2), (3, 4, 4), (4, 5, 3), (5, 7, 4)):
        order = rng.permutation(hidden)
        while (order[order] == np.arange(hidden)).all():
            order = rng.permutation(hidden)
        yield examples(rng, hidden, inputs + 1), examples(rng, outputs, hidden + 1), order


def order_of(numbers: list[int]) -> NDArray[np.int_]:
    """Write an order."""
    return np.array(numbers)


EXERCISE = Exercise(
    key="landscape/reorder_units",
    reference=reorder_units,
    parts=(
        Part(
            points=3,
            inputs=draw,
            edge_cases={
                "two units swapped": (
                    array([[1, 2], [3, 4]]),
                    array([[5, 6, 7]]),
                    order_of([1, 0]),
                ),
                "three in a circle": (
                    array([[1, 2], [3, 4], [5, 6]]),
                    array([[7, 8, 9, 10]]),
                    order_of([1, 2, 0]),
                ),
            },
        ),
    ),
    misconceptions=(
        Misconception(
            "upper weights left as they are",
            lambda W1, W2, order: joined(W1[order], W2),
            "The upper layer listens to the old places: the function has changed.",
            "Which weights read what a hidden unit says?",
        ),
        Misconception(
            "lower weights left as they are",
            lambda W1, W2, order: joined(W1, W2[:, np.append(0, order + 1)]),
            "Only the upper layer has been reordered: it listens to the wrong units now.",
            "Which weights make a hidden unit what it is?",
        ),
        Misconception(
            "bias counted as a unit",
            lambda W1, W2, order: joined(W1[order], np.c_[W2[:, order], W2[:, -1]]),
            "Column 0 of W2 is the bias. Your columns are off by one.",
            "In which column of W2 does hidden unit 0 have its weights?",
        ),
        Misconception(
            "bias counted as a unit, last unit lost",
            lambda W1, W2, order: joined(W1[order], W2[:, order]),
            "Column 0 of W2 is the bias. You take it for the first unit, and lose the last one.",
            "In which column of W2 does hidden unit 0 have its weights?",
        ),
        Misconception(
            "upper layer by the inverse",
            lambda W1, W2, order: joined(W1[order], W2[:, np.append(0, np.argsort(order) + 1)]),
            "Below, place k gets unit `order[k]`; above, you do it the other way round. For a "
            "swap of two that is the same.",
            "Which unit stands in place k now, and which column belongs to it?",
        ),
        Misconception(
            "both by the inverse",
            lambda W1, W2, order: reorder_units(W1, W2, np.argsort(order)),
            "The function is the same, but unit k has gone to place `order[k]`. Asked for is "
            "that place k gets unit `order[k]`.",
        ),
        Misconception(
            "bias forgotten",
            lambda W1, W2, order: joined(W1[order], W2[:, order + 1]),
            "The upper biases are gone: your vector is shorter than the weights were.",
            "Which column of W2 belongs to no hidden unit?",
        ),
        Misconception(
            "upper layer first",
            lambda W1, W2, order: joined(W2[:, np.append(0, order + 1)], W1[order]),
            "Both matrices are right, but they stand in the wrong order: W1 comes first.",
        ),
        Misconception(
            "column by column",
            lambda W1, W2, order: np.concatenate(
                [W1[order].T.ravel(), W2[:, np.append(0, order + 1)].T.ravel()]
            ),
            "You write the matrices column by column; here it is row by row, as `ravel` does.",
        ),
        Misconception(
            "lower biases left where they were",
            lambda W1, W2, order: joined(
                np.c_[W1[:, 0], W1[order, 1:]], W2[:, np.append(0, order + 1)]
            ),
            "The lower biases have stayed where they were. A hidden unit's bias is part of the "
            "unit, and moves with it.",
            "What is column 0 of W1, and whose numbers stand in it?",
        ),
    ),
    words={"rows of `W1`": "hidden units", "rows of `W2`": "outputs"},
    remark="N units have N! orders, and each is another place in the landscape, as low as this.",
)

ANSWERS = Answers(
    right=variants("""
## columns with the bias in front
def reorder_units(W1, W2, order):
    columns = np.concatenate([[0], order + 1])
    return np.concatenate([W1[order].ravel(), W2[:, columns].ravel()])
## bias apart
def reorder_units(W1, W2, order):
    bias, upper = W2[:, :1], W2[:, 1:]
    new = np.hstack([bias, upper[:, order]])
    return np.concatenate([W1[order].ravel(), new.ravel()])
## copies
def reorder_units(W1, W2, order):
    lower, upper = W1.copy(), W2.copy()
    lower[:] = W1[order]
    upper[:, 1:] = W2[:, 1:][:, order]
    return np.append(lower, upper)
## unit by unit
def reorder_units(W1, W2, order):
    lower, upper = np.zeros(W1.shape), np.zeros(W2.shape)
    upper[:, 0] = W2[:, 0]
    for k in range(len(order)):
        lower[k] = W1[order[k]]
        upper[:, k + 1] = W2[:, order[k] + 1]
    return np.concatenate([lower.flatten(), upper.flatten()])
## matrix of the order
def reorder_units(W1, W2, order):
    P = np.eye(len(order))[order]
    upper = np.column_stack([W2[:, 0], W2[:, 1:] @ P.T])
    return np.concatenate([(P @ W1).ravel(), upper.ravel()])
## take
def reorder_units(W1, W2, order):
    lower = np.take(W1, order, axis=0)
    upper = np.take(W2, np.append(0, np.add(order, 1)), axis=1)
    return np.hstack([lower.reshape(-1), upper.reshape(-1)])
## insert
def reorder_units(W1, W2, order):
    upper = np.insert(W2[:, order + 1], 0, W2[:, 0], axis=1)
    return np.concatenate((W1[order, :].ravel(), upper.ravel()))
## lists
def reorder_units(W1, W2, order):
    flat = []
    for k in order:
        flat.extend(W1[k])
    for row in W2:
        flat.append(row[0])
        for k in order:
            flat.append(row[k + 1])
    return np.array(flat)
## output by output
def reorder_units(W1, W2, order):
    rows = [W1[k] for k in order]
    for row in W2:
        rows.append(np.concatenate([row[:1], row[1:][order]]))
    return np.concatenate(rows)
## three loops (slow)
def reorder_units(W1, W2, order):
    flat = np.zeros(W1.size + W2.size)
    place = 0
    for k in range(W1.shape[0]):
        for j in range(W1.shape[1]):
            flat[place] = W1[order[k], j]
            place += 1
    for i in range(W2.shape[0]):
        flat[place] = W2[i, 0]
        place += 1
        for k in range(W1.shape[0]):
            flat[place] = W2[i, order[k] + 1]
            place += 1
    return flat
## columns first, then turned
def reorder_units(W1, W2, order):
    columns = np.vstack([W2.T[0], W2.T[1:][order]])
    return np.r_[W1[order].ravel(), columns.T.ravel()]
## by the places
def reorder_units(W1, W2, order):
    columns = np.zeros(len(order) + 1, dtype=int)
    columns[1:] = order
    columns[1:] += 1
    return np.concatenate([W1[order].ravel(), W2[:, columns].ravel()])
## lambda
upper = lambda W2, order: np.c_[W2[:, 0], W2[:, 1:][:, order]]
reorder_units = lambda W1, W2, order: np.append(W1[order].ravel(), upper(W2, order).ravel())
## type hints
def reorder_units(W1: np.ndarray, W2: np.ndarray, order: np.ndarray) -> np.ndarray:
    '''W1 first.'''
    lower: np.ndarray = W1[order]
    listeners: list[int] = [0] + [int(k) + 1 for k in order]
    upper: np.ndarray = W2[:, listeners]
    return np.concatenate([lower.ravel(), upper.ravel()])
## helper
def reorder_units(W1, W2, order):
    return np.concatenate([W1[order].ravel(), follow(W2, order).ravel()])
"""),
    wrong=variants("""
## upper weights left as they are
def reorder_units(W1, W2, order):
    return np.concatenate([W1[order].ravel(), W2.ravel()])
## lower weights left as they are
def reorder_units(W1, W2, order):
    columns = np.append(0, order + 1)
    return np.concatenate([W1.ravel(), W2[:, columns].ravel()])
## upper rows
def reorder_units(W1, W2, order):
    return np.concatenate([W1[order].ravel(), W2[order].ravel()])
## bias counted as a unit
def reorder_units(W1, W2, order):
    upper = W2.copy()
    upper[:, :-1] = W2[:, order]
    return np.concatenate([W1[order].ravel(), upper.ravel()])
## bias counted as a unit, last unit lost
def reorder_units(W1, W2, order):
    return np.concatenate([W1[order].ravel(), W2[:, order].ravel()])
## upper layer by the inverse
def reorder_units(W1, W2, order):
    upper = W2.copy()
    upper[:, order + 1] = W2[:, 1:]
    return np.concatenate([W1[order].ravel(), upper.ravel()])
## both by the inverse
def reorder_units(W1, W2, order):
    lower, upper = W1.copy(), W2.copy()
    lower[order] = W1
    upper[:, order + 1] = W2[:, 1:]
    return np.concatenate([lower.ravel(), upper.ravel()])
## bias forgotten
def reorder_units(W1, W2, order):
    return np.concatenate([W1[order].ravel(), W2[:, order + 1].ravel()])
## upper layer first
def reorder_units(W1, W2, order):
    columns = np.append(0, order + 1)
    return np.concatenate([W2[:, columns].ravel(), W1[order].ravel()])
## column by column
def reorder_units(W1, W2, order):
    columns = np.append(0, order + 1)
    return np.concatenate([W1[order].T.ravel(), W2[:, columns].T.ravel()])
## nothing reordered
def reorder_units(W1, W2, order):
    return np.concatenate([W1.ravel(), W2.ravel()])
## upper biases zero
def reorder_units(W1, W2, order):
    columns = np.append(0, order + 1)
    upper = W2[:, columns]
    upper[:, 0] = 0
    return np.concatenate([W1[order].ravel(), upper.ravel()])
## sorted
def reorder_units(W1, W2, order):
    columns = np.append(0, np.sort(order) + 1)
    return np.concatenate([W1[np.sort(order)].ravel(), W2[:, columns].ravel()])
## bias last
def reorder_units(W1, W2, order):
    columns = np.append(order + 1, 0)
    return np.concatenate([W1[order].ravel(), W2[:, columns].ravel()])
## lower biases left where they were
def reorder_units(W1, W2, order):
    first, second = W1.copy(), W2.copy()
    first[:, 1:] = W1[order, 1:]
    second[:, 1:] = W2[:, 1:][:, order]
    return np.concatenate([first.ravel(), second.ravel()])
"""),
    helpers=variants("""
## follow
def follow(W2, order):
    return np.column_stack([W2[:, 0], W2[:, 1:][:, order]])
"""),
)
