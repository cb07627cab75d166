"""Novikoff's bound on the mistakes, from weights that separate."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from dlcourse._validation import FloatArray
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import array, kinds, sizes
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part
from dlcourse.features import append_ones
from dlcourse.history.perceptron_1957 import mistake_bound

Signs = NDArray[np.int_]


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw examples, weights, and the labels that these give."""
    for n, features in sizes(rng):
        X, u = rng.normal(scale=2, size=(n, features)), rng.normal(scale=2, size=features + 1)
        if n <= 5:
            X, u = X.round(), u.round()
            u[0] += 0.5  # no score is 0
        yield X, np.where(u[0] + X @ u[1:] > 0, 1, -1), u


def bound(longest: float, gap: float, length: float) -> float:
    """Compute the bound from R, the least margin and the length of u."""
    return float((longest * length / gap) ** 2)


def longest(Z: FloatArray) -> float:
    """Compute the length of the longest row."""
    return float(np.linalg.norm(Z, axis=1).max())


def least(X: FloatArray, y: Signs, u: FloatArray) -> float:
    """Compute the least margin."""
    return float((y * (u[0] + X @ u[1:])).min())


def length(u: FloatArray) -> float:
    """Compute the length of a vector."""
    return float(np.linalg.norm(u))


EXERCISE = Exercise(
    key="early_systems/mistake_bound",
    reference=mistake_bound,
    parts=(
        Part(
            points=2,
            inputs=draw,
            edge_cases={
                "one example": (array([[2]]), np.array([1]), array([0, 3])),
                "two examples": (array([[2, 1], [-1, -2]]), np.array([1, -1]), array([1, 1, 2])),
                "one class, label -1": (
                    array([[3, 1], [5, 2]]),
                    np.array([-1, -1]),
                    array([1, -1, 0]),
                ),
                "the bias alone": (array([[3, 1], [1, 2]]), np.array([1, 1]), array([4, 0, 0])),
                **kinds(array([[2, 2], [-3, 1]]), np.array([1, -1]), array([1, 2, 2])),
            },
        ),
    ),
    misconceptions=(
        Misconception(
            "weights not brought to length 1",
            lambda X, y, u: bound(longest(append_ones(X)), least(X, y, u), 1),
            "Your bound changes when `u` is made twice as long. The line stays the same, though.",
            "What must the margins be divided by?",
        ),
        Misconception(
            "no square",
            lambda X, y, u: bound(longest(append_ones(X)), least(X, y, u), length(u)) ** 0.5,
            "This is R divided by the gap. The bound is its square.",
            "Which power does the theorem have?",
        ),
        Misconception(
            "ones left out of R",
            lambda X, y, u: bound(longest(X), least(X, y, u), length(u)),
            "Your R is the length of the longest `x`, without the one for the bias.",
            "Which vector is added to the weights after a mistake?",
        ),
        Misconception(
            "length without the bias",
            lambda X, y, u: bound(longest(append_ones(X)), least(X, y, u), length(u[1:])),
            "You divide by the length of the weights without the bias. Here the bias is a weight "
            "like the others.",
            "How many entries does `u` have in the proof?",
        ),
        Misconception(
            "largest margin instead of the least",
            lambda X, y, u: bound(
                longest(append_ones(X)), float((y * (u[0] + X @ u[1:])).max()), length(u)
            ),
            "You take the largest margin. Each mistake is sure to bring the least of them only.",
            "Which example is nearest to the line?",
        ),
        Misconception(
            "mean margin instead of the least",
            lambda X, y, u: bound(
                longest(append_ones(X)), float((y * (u[0] + X @ u[1:])).mean()), length(u)
            ),
            "You take the mean of the margins. The proof needs what *every* mistake brings.",
            "By how much does the nearest example help?",
        ),
        Misconception(
            "upside down",
            lambda X, y, u: 1 / bound(longest(append_ones(X)), least(X, y, u), length(u)),
            "Your bound gets smaller as the gap gets smaller.",
            "Which data are harder, those with a wide gap or those with a narrow one?",
        ),
        Misconception(
            "shortest instead of longest",
            lambda X, y, u: bound(
                float(np.linalg.norm(append_ones(X), axis=1).min()), least(X, y, u), length(u)
            ),
            "R is the length of your shortest example. The bound needs the longest.",
            "How much can a mistake add to the squared length of the weights at most?",
        ),
        Misconception(
            "labels left out",
            lambda X, y, u: bound(
                longest(append_ones(X)), float((u[0] + X @ u[1:]).min()), length(u)
            ),
            "You take the least *score*. For an example with label -1 a low score is good.",
            "What is the margin of an example with label -1 and score -3?",
        ),
    ),
    remark="The number of examples does not occur in it.",
    words={"rows of `X`": "examples", "`u[0]`": "the bias"},
)

ANSWERS = Answers(
    right=variants("""
## plain
def mistake_bound(X, y, u):
    Z = np.column_stack([np.ones(len(X)), X])
    R = np.linalg.norm(Z, axis=1).max()
    gap = (y * (Z @ u)).min() / np.linalg.norm(u)
    return (R / gap) ** 2
## unit length first
def mistake_bound(X, y, u):
    Z = np.hstack([np.ones((len(X), 1)), X])
    u = u / np.sqrt(u @ u)
    gamma = np.min(y * (Z @ u))
    return np.max(np.sum(Z ** 2, axis=1)) / gamma ** 2
## squares only
def mistake_bound(X, y, u):
    Z = np.insert(X.astype(float), 0, 1, axis=1)
    return (Z * Z).sum(axis=1).max() * (u * u).sum() / (y * (Z @ u)).min() ** 2
## bias apart
def mistake_bound(X, y, u):
    R2 = 1 + (X ** 2).sum(axis=1).max()
    margins = y * (u[0] + X @ u[1:])
    return R2 * np.dot(u, u) / min(margins) ** 2
## loop
def mistake_bound(X, y, u):
    longest, least = 0.0, np.inf
    for x, label in zip(X, y):
        z = np.append(1, x)
        longest = max(longest, np.sqrt(z @ z))
        least = min(least, label * (u @ z))
    return (longest * np.linalg.norm(u) / least) ** 2
## signed examples
def mistake_bound(X, y, u):
    A = np.column_stack([np.ones(len(X)), X]) * y[:, None]
    gap = np.min(A @ u) / np.linalg.norm(u)
    return np.max(np.linalg.norm(A, axis=1) ** 2) / gap ** 2
## abs of scores
def mistake_bound(X, y, u):
    Z = np.c_[np.ones(len(X)), X]
    distance = np.abs(Z @ u) / np.linalg.norm(u)
    return (np.linalg.norm(Z, axis=1).max() / distance.min()) ** 2
## einsum
def mistake_bound(X, y, u):
    Z = np.concatenate([np.ones((X.shape[0], 1)), X], axis=1)
    R2 = np.einsum("ij,ij->i", Z, Z).max()
    m = np.einsum("i,ij,j->i", y, Z, u).min()
    return R2 / m ** 2 * np.einsum("j,j->", u, u)
## lists
def mistake_bound(X, y, u):
    lengths = [1 + sum(v * v for v in x) for x in X.tolist()]
    margins = [label * (u[0] + sum(a * b for a, b in zip(u[1:], x))) for x, label in zip(X, y)]
    return max(lengths) * sum(a * a for a in u) / min(margins) ** 2
## sorted
def mistake_bound(X, y, u):
    Z = np.ones((X.shape[0], X.shape[1] + 1))
    Z[:, 1:] = X
    R = np.sort(np.sqrt(np.sum(np.square(Z), axis=1)))[-1]
    gamma = np.sort(y * np.dot(Z, u))[0] / np.sqrt(np.sum(np.square(u)))
    return np.square(R / gamma)
## inverse gap
def mistake_bound(X, y, u):
    Z = np.column_stack((np.ones(X.shape[0]), X))
    inverse = np.max(np.linalg.norm(u) / (y * (Z @ u)))
    return (np.max(np.linalg.norm(Z, axis=1)) * inverse) ** 2
## hypot
def mistake_bound(X, y, u):
    R = np.hypot(1, np.linalg.norm(X, axis=1)).max()
    length = np.hypot(u[0], np.linalg.norm(u[1:]))
    gamma = np.min(y * (X @ u[1:] + u[0])) / length
    return float(R / gamma) ** 2
## type hints
def mistake_bound(X: np.ndarray, y: np.ndarray, u: np.ndarray) -> float:
    '''(R / gamma) squared.'''
    Z: np.ndarray = np.column_stack([np.ones(len(y)), X])
    R: float = float(np.sqrt((Z ** 2).sum(axis=1)).max())
    gamma: float = float((y * (Z @ u)).min() / np.sqrt((u ** 2).sum()))
    return R ** 2 / gamma ** 2
"""),
    wrong=variants("""
## weights not brought to length 1
def mistake_bound(X, y, u):
    Z = np.column_stack([np.ones(len(X)), X])
    return (np.linalg.norm(Z, axis=1).max() / (y * (Z @ u)).min()) ** 2
## no square
def mistake_bound(X, y, u):
    Z = np.column_stack([np.ones(len(X)), X])
    gap = (y * (Z @ u)).min() / np.linalg.norm(u)
    return np.linalg.norm(Z, axis=1).max() / gap
## ones left out of R
def mistake_bound(X, y, u):
    gap = (y * (u[0] + X @ u[1:])).min() / np.linalg.norm(u)
    return (np.linalg.norm(X, axis=1).max() / gap) ** 2
## length without the bias
def mistake_bound(X, y, u):
    Z = np.column_stack([np.ones(len(X)), X])
    gap = (y * (Z @ u)).min()
    return (np.linalg.norm(Z, axis=1).max() * np.linalg.norm(u[1:]) / gap) ** 2
## largest margin instead of the least
def mistake_bound(X, y, u):
    Z = np.column_stack([np.ones(len(X)), X])
    gap = (y * (Z @ u)).max() / np.linalg.norm(u)
    return (np.linalg.norm(Z, axis=1).max() / gap) ** 2
## mean margin instead of the least
def mistake_bound(X, y, u):
    Z = np.column_stack([np.ones(len(X)), X])
    gap = (y * (Z @ u)).mean() / np.linalg.norm(u)
    return (np.linalg.norm(Z, axis=1).max() / gap) ** 2
## upside down
def mistake_bound(X, y, u):
    Z = np.column_stack([np.ones(len(X)), X])
    gap = (y * (Z @ u)).min() / np.linalg.norm(u)
    return (gap / np.linalg.norm(Z, axis=1).max()) ** 2
## shortest instead of longest
def mistake_bound(X, y, u):
    Z = np.column_stack([np.ones(len(X)), X])
    gap = (y * (Z @ u)).min() / np.linalg.norm(u)
    return (np.linalg.norm(Z, axis=1).min() / gap) ** 2
## labels left out
def mistake_bound(X, y, u):
    Z = np.column_stack([np.ones(len(X)), X])
    gap = (Z @ u).min() / np.linalg.norm(u)
    return (np.linalg.norm(Z, axis=1).max() / gap) ** 2
## bias left out of the score
def mistake_bound(X, y, u):
    Z = np.column_stack([np.ones(len(X)), X])
    gap = (y * (X @ u[1:])).min() / np.linalg.norm(u)
    return (np.linalg.norm(Z, axis=1).max() / gap) ** 2
## largest entry instead of longest row
def mistake_bound(X, y, u):
    Z = np.column_stack([np.ones(len(X)), X])
    gap = (y * (Z @ u)).min() / np.linalg.norm(u)
    return (np.abs(Z).max() / gap) ** 2
## length of the whole table
def mistake_bound(X, y, u):
    Z = np.column_stack([np.ones(len(X)), X])
    gap = (y * (Z @ u)).min() / np.linalg.norm(u)
    return (np.linalg.norm(Z) / gap) ** 2
## rounded down
def mistake_bound(X, y, u):
    Z = np.column_stack([np.ones(len(X)), X])
    gap = (y * (Z @ u)).min() / np.linalg.norm(u)
    return int((np.linalg.norm(Z, axis=1).max() / gap) ** 2)
"""),
)
