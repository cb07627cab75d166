r"""Feature crosses, :math:`(x_1, x_2) \rightarrow (x_1, x_2, x_1 x_2)`, for all pairs."""

from itertools import combinations_with_replacement, permutations

import numpy as np

from dlcourse._validation import FloatArray
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import array, single, tables
from dlcourse.checks.spec import Exercise, Misconception, Part
from dlcourse.features import product_features


def products(X: FloatArray) -> FloatArray:
    """Compute the products alone."""
    return product_features(X)[:, X.shape[1] :]


def second_first(X: FloatArray) -> FloatArray:
    """Order the products by their second column: 12, 13, 23, 14, ..."""
    pairs = [(j, k) for k in range(X.shape[1]) for j in range(k)]
    return np.column_stack([X, *(X[:, j] * X[:, k] for j, k in pairs)])


def with_squares(X: FloatArray) -> FloatArray:
    """Add the squares, too."""
    pairs = combinations_with_replacement(range(X.shape[1]), 2)
    return np.column_stack([X, *(X[:, j] * X[:, k] for j, k in pairs)])


def both_ways(X: FloatArray) -> FloatArray:
    """Multiply each pair twice: 12, 13, 21, 23, ..."""
    pairs = permutations(range(X.shape[1]), 2)
    return np.column_stack([X, *(X[:, j] * X[:, k] for j, k in pairs)])


def neighbours_alone(X: FloatArray) -> FloatArray:
    """Multiply each column with the next one alone."""
    return np.hstack([X, X[:, :-1] * X[:, 1:]])


EXERCISE = Exercise(
    key="xor_to_depth/product_features",
    reference=product_features,
    parts=(
        Part(
            points=2,
            inputs=tables,
            edge_cases={
                "one example of two features": (array([[2.0, 3.0]]),),
                "three features": (array([[2.0, 3.0, 5.0]]),),
                "four features": (array([[2.0, 3.0, 5.0, 7.0]]),),
                "one feature, so no pair": (array([[2.0], [-3.0]]),),
                "single precision": (single([[1, 2], [3, -4]]),),
            },
        ),
    ),
    misconceptions=(
        Misconception(
            "products alone",
            products,
            "These are the products alone. The columns of X should still be there, before them.",
        ),
        Misconception(
            "products first",
            lambda X: np.hstack([products(X), X]),
            "The columns are the right ones, and the products stand in front. First come the "
            "columns of X.",
        ),
        Misconception(
            "squares as well",
            with_squares,
            "You multiply each column with itself, too. Squares are other features; asked for are "
            "the products of two different columns.",
        ),
        Misconception(
            "squares instead",
            lambda X: np.hstack([X, X**2]),
            "These are squares: each column times itself. A cross multiplies two different "
            "columns.",
        ),
        Misconception(
            "only neighbours",
            neighbours_alone,
            "You multiply each column with the next one alone. With three columns, which pair is "
            "missing?",
        ),
        Misconception(
            "product of all",
            lambda X: np.column_stack([X, X.prod(axis=1)]),
            "You add one column, the product of all features. Asked for is a column for each pair.",
        ),
        Misconception(
            "in another order",
            second_first,
            "The products are right, and their order is another one: yours is 12, 13, 23, 14. "
            "First come all pairs of column 1, then those of column 2 with the later ones.",
        ),
        Misconception(
            "sums instead of products",
            lambda X: np.hstack([X, np.log(products(np.exp(X)))]),
            "You add the two columns of each pair. A sum is nothing new to a weighted sum; a "
            "product is.",
        ),
        Misconception(
            "each pair twice",
            both_ways,
            "Each pair is there twice, since 21 is the same product as 12. One of the two is "
            "enough.",
        ),
        Misconception(
            "first column alone with the others",
            lambda X: np.hstack([X, X[:, :1] * X[:, 1:]]),
            "The products of the first column are all there. With three columns, which pair is "
            "missing?",
        ),
    ),
    remark="One plane among these columns is a bent boundary among the old ones.",
)

ANSWERS = Answers(
    right=variants("""
## two loops
def product_features(X):
    columns = [X]
    for j in range(X.shape[1]):
        for k in range(j + 1, X.shape[1]):
            columns.append(X[:, j] * X[:, k])
    return np.column_stack(columns)
## triangle of indices
def product_features(X):
    j, k = np.triu_indices(X.shape[1], k=1)
    return np.hstack([X, X[:, j] * X[:, k]])
## combinations
from itertools import combinations

def product_features(X):
    pairs = combinations(range(X.shape[1]), 2)
    return np.column_stack([X] + [X[:, j] * X[:, k] for j, k in pairs])
## combinations of columns
import itertools

def product_features(X):
    products = [a * b for a, b in itertools.combinations(X.T, 2)]
    return np.vstack([X.T, *products]).T
## filled
def product_features(X):
    n, m = X.shape
    F = np.zeros((n, m + m * (m - 1) // 2))
    F[:, :m] = X
    column = m
    for j in range(m):
        for k in range(j + 1, m):
            F[:, column] = X[:, j] * X[:, k]
            column += 1
    return F
## a column with all later ones
def product_features(X):
    blocks = [X[:, j : j + 1] * X[:, j + 1 :] for j in range(X.shape[1])]
    return np.hstack([X, *blocks])
## outer products
def product_features(X):
    upper = np.triu(np.ones((X.shape[1], X.shape[1]), dtype=bool), k=1)
    squares = X[:, :, None] * X[:, None, :]
    return np.concatenate([X, squares[:, upper]], axis=1)
## example by example (slow)
def product_features(X):
    rows = []
    for x in X:
        row = list(x)
        for j in range(len(x)):
            for k in range(j + 1, len(x)):
                row.append(x[j] * x[k])
        rows.append(row)
    return np.array(rows)
## einsum
def product_features(X):
    j, k = np.triu_indices(X.shape[1], 1)
    return np.hstack([X, np.einsum("ij,ij->ij", X[:, j], X[:, k])])
## c_
def product_features(X):
    F = X
    for j in range(X.shape[1] - 1):
        F = np.c_[F, X[:, [j]] * X[:, j + 1:]]
    return F
## lambda
product_features = lambda X: np.hstack([X] + [X[:, [j]] * X[:, j + 1:] for j in range(X.shape[1])])
## all pairs, then a choice
def product_features(X):
    m = X.shape[1]
    columns = [X[:, j] * X[:, k] for j in range(m) for k in range(m) if j < k]
    return np.concatenate([X.T, np.array(columns).reshape(-1, len(X))]).T
## type hints
def product_features(X: np.ndarray) -> np.ndarray:
    '''Columns, then crosses.'''
    later: list[np.ndarray] = [X]
    for j in range(X.shape[1]):
        for k in range(j + 1, X.shape[1]):
            later.append((X[:, j] * X[:, k]).reshape(-1, 1))
    return np.hstack(later)
## float32 result
def product_features(X):
    j, k = np.triu_indices(X.shape[1], k=1)
    return np.hstack([X, X[:, j] * X[:, k]]).astype(np.float32)
"""),
    wrong=variants("""
## products alone
def product_features(X):
    j, k = np.triu_indices(X.shape[1], k=1)
    return X[:, j] * X[:, k]
## products first
def product_features(X):
    j, k = np.triu_indices(X.shape[1], k=1)
    return np.hstack([X[:, j] * X[:, k], X])
## squares as well
def product_features(X):
    j, k = np.triu_indices(X.shape[1])
    return np.hstack([X, X[:, j] * X[:, k]])
## squares instead
def product_features(X):
    return np.hstack([X, X * X])
## only neighbours
def product_features(X):
    return np.hstack([X, X[:, :-1] * X[:, 1:]])
## product of all
def product_features(X):
    return np.column_stack([X, X.prod(axis=1)])
## in another order
def product_features(X):
    columns = [X]
    for k in range(X.shape[1]):
        for j in range(k):
            columns.append(X[:, j] * X[:, k])
    return np.column_stack(columns)
## sums instead of products
def product_features(X):
    j, k = np.triu_indices(X.shape[1], k=1)
    return np.hstack([X, X[:, j] + X[:, k]])
## each pair twice
def product_features(X):
    columns = [X]
    for j in range(X.shape[1]):
        for k in range(X.shape[1]):
            if j != k:
                columns.append(X[:, j] * X[:, k])
    return np.column_stack(columns)
## the first two columns only
def product_features(X):
    return np.column_stack([X, X[:, :1] * X[:, 1:2]])
## first column with all others
def product_features(X):
    return np.hstack([X, X[:, :1] * X[:, 1:]])
## on its side
def product_features(X):
    j, k = np.triu_indices(X.shape[1], k=1)
    return np.hstack([X, X[:, j] * X[:, k]]).T
## as it came
def product_features(X):
    return X
## pairs of examples
def product_features(X):
    j, k = np.triu_indices(len(X), k=1)
    return np.vstack([X, X[j] * X[k]])
## last pair lost
def product_features(X):
    j, k = np.triu_indices(X.shape[1], k=1)
    return np.hstack([X, X[:, j[:-1]] * X[:, k[:-1]]])
## ones in front
def product_features(X):
    j, k = np.triu_indices(X.shape[1], k=1)
    return np.hstack([np.ones((len(X), 1)), X, X[:, j] * X[:, k]])
## summed over the examples
def product_features(X):
    j, k = np.triu_indices(X.shape[1], k=1)
    return np.hstack([X, (X.T @ X)[j, k] + np.zeros((len(X), 1))])
"""),
)
