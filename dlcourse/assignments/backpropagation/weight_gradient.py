r"""Blame above times output below: :math:`\partial L/\partial W = (\partial L/\partial S)^T X`."""

from collections.abc import Iterable

import numpy as np

from dlcourse._validation import FloatArray
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import array, examples, kinds, sizes
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part
from dlcourse.features import append_ones


def weight_gradient(dS: FloatArray, X: FloatArray) -> FloatArray:
    """Compute the gradient of a layer's weights, biases in column 0."""
    return np.asarray(dS.T @ append_ones(X))


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw blame and inputs: three units, then as many as examples, then as inputs and one more."""
    for n, features in sizes(rng):
        for units in (3, n, features + 1):
            yield examples(rng, n, units), examples(rng, n, features)


EXERCISE = Exercise(
    key="backpropagation/weight_gradient",
    reference=weight_gradient,
    parts=(
        Part(
            points=2,
            inputs=draw,
            edge_cases={
                "one example": (array([[0.5, -1.0]]), array([[2.0, 3.0, 4.0]])),
                "no blame": (array([[0.0, 0.0], [0.0, 0.0]]), array([[2.0], [3.0]])),
                "inputs that are integers": (
                    array([[0.5], [-0.25]]),
                    np.array([[1, 2], [3, -4]]),
                ),
                "single precision": kinds(array([[1, 2], [3, -4]]), array([[1, 0], [2, 1]]))[
                    "single precision"
                ],
            },
        ),
    ),
    misconceptions=(
        Misconception(
            "mean twice",
            lambda dS, X: weight_gradient(dS, X) / len(X),
            "You divide by the number of examples. The 1/n of the mean is in the blame already: "
            "it was put in at the output, once for all layers.",
        ),
        Misconception(
            "on its side",
            lambda dS, X: weight_gradient(dS, X).T,
            "The numbers are right, but the table lies on its side. It must have the shape of W: "
            "one row for each unit.",
        ),
        Misconception(
            "no entries for the biases",
            lambda dS, X: dS.T @ X,
            "There are no entries for the biases. A bias is the weight of an input that is always "
            "1, and stands first.",
        ),
        Misconception(
            "biases at the end",
            lambda dS, X: np.roll(weight_gradient(dS, X), -1, axis=1),
            "The entries of the biases stand at the end. They must be the first column, as in W.",
        ),
        Misconception(
            "entries of the biases are 0",
            lambda dS, X: np.column_stack([np.zeros(dS.shape[1]), dS.T @ X]),
            "The first column is always 0, so the biases would never learn. What is the derivative "
            "of a score by its bias?",
        ),
        Misconception(
            "entries of the biases are 1",
            lambda dS, X: np.column_stack([np.ones(dS.shape[1]), dS.T @ X]),
            "The first column is always 1. A bias is the weight of an input of 1, but that is only "
            "one of the two factors.",
        ),
        Misconception(
            "biases averaged",
            lambda dS, X: np.column_stack([dS.mean(axis=0), dS.T @ X]),
            "You average for the biases where you add up for the weights. Treat a bias as a weight "
            "like any other, of an input that is 1.",
        ),
        Misconception(
            "only the first example",
            lambda dS, X: np.outer(dS[0], append_ones(X)[0]),
            "This is the part of the first example. What all of them say adds up.",
        ),
        Misconception(
            "only the last example",
            lambda dS, X: np.outer(dS[-1], append_ones(X)[-1]),
            "This is the part of the last example: each one overwrites the one before. What all "
            "of them say adds up.",
        ),
        Misconception(
            "sums multiplied",
            lambda dS, X: np.outer(dS.sum(axis=0), append_ones(X).sum(axis=0)),
            "You add up over the examples before you multiply, so that the blame of one meets the "
            "input of another. First multiply within each example.",
        ),
        Misconception(
            "sign",
            lambda dS, X: -weight_gradient(dS, X),
            "Every entry has the wrong sign. The minus belongs to the step that is taken against "
            "the gradient, not to the gradient.",
        ),
        Misconception(
            "integers cut off",
            lambda dS, X: weight_gradient(dS, X).astype(X.dtype),
            "Where X holds integers, an array made like it holds integers too, and your gradient "
            "is cut off to whole numbers in it. Ask for dtype=float.",
        ),
        Misconception(
            "size of the blame",
            lambda dS, X: weight_gradient(np.abs(dS), X),
            "You take blame without its sign. A negative blame says that the score should rise, a "
            "positive one that it should fall.",
        ),
    ),
    remark="A weight is to blame as much as the number that it multiplies.",
)

ANSWERS = Answers(
    right=variants("""
## ones in front
def weight_gradient(dS, X):
    Z = np.column_stack([np.ones(len(X)), X])
    return dS.T @ Z
## biases apart
def weight_gradient(dS, X):
    return np.column_stack([dS.sum(axis=0), dS.T @ X])
## three loops (slow)
def weight_gradient(dS, X):
    n, M = dS.shape
    N = X.shape[1]
    dW = np.zeros((M, N + 1))
    for i in range(n):
        for j in range(M):
            dW[j, 0] += dS[i, j]
            for k in range(N):
                dW[j, k + 1] += dS[i, j] * X[i, k]
    return dW
## outer products
def weight_gradient(dS, X):
    dW = np.zeros((dS.shape[1], X.shape[1] + 1))
    for d, x in zip(dS, X):
        dW += np.outer(d, np.append(1.0, x))
    return dW
## einsum
def weight_gradient(dS, X):
    Z = np.insert(X.astype(float), 0, 1, axis=1)
    return np.einsum("ij,ik->jk", dS, Z)
## as in the lecture
def weight_gradient(dS, X):
    dW = np.zeros((dS.shape[1], 1 + X.shape[1]))
    for i in range(len(X)):
        row = dS[i : i + 1]
        column = np.append(1.0, X[i])[:, None]
        dW = dW + row.T @ column.T
    return dW
## unit by unit
def weight_gradient(dS, X):
    dW = np.empty((dS.shape[1], X.shape[1] + 1))
    for j in range(dS.shape[1]):
        dW[j, 0] = dS[:, j].sum()
        dW[j, 1:] = dS[:, j] @ X
    return dW
## input by input
def weight_gradient(dS, X):
    columns = [dS.sum(axis=0)]
    for k in range(X.shape[1]):
        columns.append((dS * X[:, [k]]).sum(axis=0))
    return np.stack(columns, axis=1)
## transposed twice
def weight_gradient(dS, X):
    Z = np.vstack([np.ones(len(X)), X.T])
    return (Z @ dS).T
## new axis
def weight_gradient(dS, X):
    Z = np.c_[np.ones(len(X)), X]
    return (dS[:, :, None] * Z[:, None, :]).sum(axis=0)
## tensordot
def weight_gradient(dS, X):
    Z = np.hstack((np.ones((X.shape[0], 1)), X))
    return np.tensordot(dS, Z, axes=(0, 0))
## filled
def weight_gradient(dS, X):
    dW = np.zeros((dS.shape[1], X.shape[1] + 1))
    dW[:, 1:] = dS.T.dot(X)
    dW[:, 0] = np.ones(len(X)) @ dS
    return dW
## lists
def weight_gradient(dS, X):
    Z = [[1.0, *x] for x in X]
    entry = lambda j, k: sum(d[j] * z[k] for d, z in zip(dS, Z))
    return np.array([[entry(j, k) for k in range(len(Z[0]))] for j in range(dS.shape[1])])
## mean times n
def weight_gradient(dS, X):
    Z = np.concatenate([np.ones((len(X), 1)), X], axis=1)
    return np.mean([np.outer(d, z) for d, z in zip(dS, Z)], axis=0) * len(X)
## lambda
with_ones = lambda X: np.pad(X, ((0, 0), (1, 0)), constant_values=1)
weight_gradient = lambda dS, X: dS.T @ with_ones(X)
## type hints
def weight_gradient(dS: np.ndarray, X: np.ndarray) -> np.ndarray:
    '''Blame above times output below.'''
    ones: np.ndarray = np.ones((X.shape[0], 1), dtype=X.dtype)
    return np.matmul(np.transpose(dS), np.append(ones, X, axis=1))
## helper: one example
def weight_gradient(dS, X):
    return sum(of_one(d, x) for d, x in zip(dS, X))
"""),
    wrong=variants("""
## mean twice
def weight_gradient(dS, X):
    return dS.T @ np.column_stack([np.ones(len(X)), X]) / len(X)
## on its side
def weight_gradient(dS, X):
    return np.column_stack([np.ones(len(X)), X]).T @ dS
## no entries for the biases
def weight_gradient(dS, X):
    return dS.T @ X
## biases at the end
def weight_gradient(dS, X):
    return dS.T @ np.column_stack([X, np.ones(len(X))])
## entries of the biases are 0
def weight_gradient(dS, X):
    dW = np.zeros((dS.shape[1], X.shape[1] + 1))
    dW[:, 1:] = dS.T @ X
    return dW
## entries of the biases are 1
def weight_gradient(dS, X):
    dW = np.ones((dS.shape[1], X.shape[1] + 1))
    dW[:, 1:] = dS.T @ X
    return dW
## biases averaged
def weight_gradient(dS, X):
    return np.column_stack([dS.mean(axis=0), dS.T @ X])
## only the first example
def weight_gradient(dS, X):
    return np.outer(dS[0], np.append(1, X[0]))
## only the last example
def weight_gradient(dS, X):
    for d, x in zip(dS, X):
        dW = np.outer(d, np.append(1, x))
    return dW
## sums multiplied
def weight_gradient(dS, X):
    Z = np.column_stack([np.ones(len(X)), X])
    return np.outer(dS.sum(axis=0), Z.sum(axis=0))
## sign
def weight_gradient(dS, X):
    return -dS.T @ np.column_stack([np.ones(len(X)), X])
## size of the blame
def weight_gradient(dS, X):
    return np.abs(dS).T @ np.column_stack([np.ones(len(X)), X])
## not transposed
def weight_gradient(dS, X):
    return dS @ np.column_stack([np.ones(len(X)), X])
## X transposed
def weight_gradient(dS, X):
    return dS @ X.T
## one number for the biases
def weight_gradient(dS, X):
    return np.column_stack([np.full(dS.shape[1], dS.sum()), dS.T @ X])
## ones in a row
def weight_gradient(dS, X):
    return dS.T @ np.vstack([np.ones(X.shape[1]), X])
## flat
def weight_gradient(dS, X):
    return (dS.T @ np.column_stack([np.ones(len(X)), X])).ravel()
"""),
    helpers=variants("""
## of_one
def of_one(d, x):
    return d[:, np.newaxis] * np.append(1.0, x)
"""),
)
