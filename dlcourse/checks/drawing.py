"""Drawing of cases, for all exercises: tables, scores, labels and weights, small and large ones.

Small random cases are rounded, so that a failing one can be checked by hand; the last one is
neither rounded nor of a size that anybody knows, so that nothing can be learned by heart.

A part's `inputs` for a function of a table, labels and weights:

>>> def inputs(rng):
...     for n, features in sizes(rng):
...         yield examples(rng, n, features), labels(rng, n), weights(rng, n, features)
>>> [X.shape for X, y, w in inputs(np.random.default_rng(0))]
[(2, 1), (3, 2), (5, 3), (37, 7)]
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlcourse._validation import FloatArray
from dlcourse.checks.spec import Arguments

SMALL = ((2, 1), (3, 2), (5, 3))  # (examples, features) of the random cases, before a larger one
FEW_CLASSES = ((2, 2), (3, 4), (5, 3))  # (examples, classes), as there
READABLE = 5  # examples, up to which numbers are rounded


def array(values: ArrayLike) -> NDArray[np.float64]:
    """Write an array of doubles."""
    return np.array(values, dtype=np.float64)


def single(values: ArrayLike) -> NDArray[np.float32]:
    """Write an array in single precision."""
    return np.array(values, dtype=np.float32)


def readable(values: FloatArray, n: int) -> FloatArray:
    """Round the numbers of a case that has few examples."""
    return values.round(1) if n <= READABLE else values


def sizes(rng: np.random.Generator) -> Iterable[tuple[int, int]]:
    """Draw numbers of examples and features, the largest last."""
    return *SMALL, (int(rng.integers(20, 40)), int(rng.integers(5, 9)))


def examples(rng: np.random.Generator, n: int, features: int) -> FloatArray:
    """Draw a table of features."""
    return readable(rng.normal(scale=2.0, size=(n, features)), n)


def tables(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw arguments for a function of one table, the largest last."""
    return [(examples(rng, n, features),) for n, features in sizes(rng)]


def kinds(*arguments: FloatArray | float) -> dict[str, Arguments]:
    """Write one case of whole numbers in integers and in single precision.

    What is no array, such as a rate or a number of steps, stays as it is.

    Examples
    --------
    >>> list(kinds(array([1, 2])))
    ['integers', 'single precision']
    """
    return {
        kind: tuple(a.astype(dtype) if isinstance(a, np.ndarray) else a for a in arguments)
        for kind, dtype in (("integers", int), ("single precision", np.float32))
    }


def weights(rng: np.random.Generator, n: int, features: int) -> FloatArray:
    """Draw weights, the bias first, for a case of `n` examples."""
    return readable(rng.normal(scale=0.7, size=features + 1), n)


def labels(rng: np.random.Generator, n: int) -> NDArray[np.int_]:
    """Draw labels 0 and 1, one of each at least."""
    return rng.permutation(np.concatenate([[0, 1], rng.integers(0, 2, n - 2)])).astype(int)


def table_sizes(rng: np.random.Generator) -> Iterable[tuple[int, int]]:
    """Draw numbers of examples and classes, the largest last."""
    return *FEW_CLASSES, (int(rng.integers(20, 40)), int(rng.integers(5, 9)))


def score_tables(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw arguments for a function of the scores of several classes, a table."""
    return [(examples(rng, n, K),) for n, K in table_sizes(rng)]


def class_numbers(rng: np.random.Generator, n: int, n_classes: int) -> NDArray[np.int_]:
    """Draw class numbers, two of them different at least."""
    first = rng.choice(n_classes, 2, replace=False)
    drawn = rng.permutation(np.concatenate([first, rng.integers(0, n_classes, n - 2)]))
    return drawn.astype(int)  # np.bincount refuses more than 32 bits in the browser's Python


def huge(rng: np.random.Generator, n: int) -> FloatArray:
    """Draw scores of both signs, from 20 to 10,000: as many in the tens as in the thousands."""
    signs = rng.permutation([-1.0, 1.0] * (n // 2))
    return signs * np.exp(rng.uniform(np.log(20), np.log(1e4), n))
