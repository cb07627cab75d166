"""The bias is a weight too, that of a feature that is always 1."""

import numpy as np

from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import array, single, tables
from dlcourse.checks.spec import Exercise, Misconception, Part
from dlcourse.features import append_ones

EXERCISE = Exercise(
    key="xor_to_depth/append_ones",
    reference=append_ones,
    parts=(
        Part(
            inputs=tables,
            edge_cases={
                "one example": (array([[2.0, 3.0]]),),
                "single precision": (single([[1, 2], [3, -4]]),),
            },
        ),
    ),
    misconceptions=(
        Misconception(
            "ones at the end",
            lambda X: np.column_stack([X, np.ones(len(X))]),
            "The column of ones stands at the end. The bias is column 0 of W, so the ones must be "
            "column 0, too.",
        ),
        Misconception(
            "a row of ones",
            lambda X: np.vstack([np.ones(X.shape[1]), X]),
            "You added a row, which is one more example. Each example needs one more *feature*.",
        ),
        Misconception(
            "zeros",
            lambda X: np.column_stack([np.zeros(len(X)), X]),
            "The new column holds zeros, and a bias times 0 is lost. What must a bias be "
            "multiplied by to stay as it is?",
        ),
        Misconception(
            "ones on both sides",
            lambda X: np.column_stack([append_ones(X), np.ones(len(X))]),
            "There are ones on both sides. One bias is enough, so one column of them is, too.",
        ),
        Misconception(
            "first feature replaced",
            lambda X: np.column_stack([np.ones(len(X)), X[:, 1:]]),
            "The ones stand where the first feature was, and that is lost. The answer has one "
            "column more than X.",
        ),
        Misconception(
            "one added to each feature",
            lambda X: X + 1,
            "You added 1 to every number. Asked for is a further column that holds ones.",
        ),
        Misconception(
            "on its side",
            lambda X: append_ones(X).T,
            "The numbers are right, but the table lies on its side: an example is a row, in X as "
            "in the answer.",
        ),
    ),
    remark="From now on no formula needs a bias of its own.",
)

ANSWERS = Answers(
    right=variants("""
## column_stack
def append_ones(X):
    return np.column_stack([np.ones(len(X)), X])
## hstack
def append_ones(X):
    return np.hstack([np.ones((X.shape[0], 1)), X])
## concatenate
def append_ones(X):
    ones = np.ones((len(X), 1))
    return np.concatenate((ones, X), axis=1)
## insert
def append_ones(X):
    return np.insert(X, 0, 1, axis=1)
## pad
def append_ones(X):
    return np.pad(X, ((0, 0), (1, 0)), constant_values=1)
## c_
def append_ones(X):
    return np.c_[np.ones(len(X)), X]
## filled
def append_ones(X):
    n, m = X.shape
    Z = np.ones((n, m + 1))
    Z[:, 1:] = X
    return Z
## example by example
def append_ones(X):
    return np.array([np.append(1.0, x) for x in X])
## lists
def append_ones(X):
    return np.array([[1.0, *x] for x in X])
## transposed
def append_ones(X):
    return np.vstack([np.ones(len(X)), X.T]).T
## full
def append_ones(X):
    return np.concatenate([np.full_like(X[:, :1], 1), X], axis=1)
## loops (slow)
def append_ones(X):
    Z = np.zeros((X.shape[0], X.shape[1] + 1))
    for i in range(X.shape[0]):
        Z[i, 0] = 1
        for j in range(X.shape[1]):
            Z[i, j + 1] = X[i, j]
    return Z
## matrix product
def append_ones(X):
    m = X.shape[1]
    Z = X @ np.eye(m, m + 1, k=1)
    Z[:, 0] += 1
    return Z
## rolled
def append_ones(X):
    return np.roll(np.column_stack([X, np.ones(len(X))]), 1, axis=1)
## lambda
append_ones = lambda X: np.hstack((X[:, :1] * 0 + 1, X))
## type hints
def append_ones(X: np.ndarray) -> np.ndarray:
    '''Ones first.'''
    ones: np.ndarray = np.ones(shape=(X.shape[0], 1), dtype=X.dtype)
    return np.append(ones, X, axis=1)
"""),
    wrong=variants("""
## ones at the end
def append_ones(X):
    return np.column_stack([X, np.ones(len(X))])
## a row of ones
def append_ones(X):
    return np.vstack([np.ones(X.shape[1]), X])
## zeros
def append_ones(X):
    return np.column_stack([np.zeros(len(X)), X])
## ones on both sides
def append_ones(X):
    return np.pad(X, ((0, 0), (1, 1)), constant_values=1)
## first feature replaced
def append_ones(X):
    Z = X.copy()
    Z[:, 0] = 1
    return Z
## one added to each feature
def append_ones(X):
    return X + 1
## on its side
def append_ones(X):
    return np.vstack([np.ones(len(X)), X.T])
## flat
def append_ones(X):
    return np.append(1, X)
## inserted in the flat array
def append_ones(X):
    return np.insert(X, 0, 1)
## a row at the end
def append_ones(X):
    return np.vstack([X, np.ones(X.shape[1])])
## as it came
def append_ones(X):
    return X
## ones alone
def append_ones(X):
    return np.ones((X.shape[0], X.shape[1] + 1))
## numbers of the examples
def append_ones(X):
    return np.column_stack([np.arange(len(X)), X])
## padded on all sides
def append_ones(X):
    return np.pad(X, 1, constant_values=1)
## minus one
def append_ones(X):
    return np.insert(X, 0, -1, axis=1)
## second place
def append_ones(X):
    return np.insert(X, 1, 1, axis=1)
"""),
)
