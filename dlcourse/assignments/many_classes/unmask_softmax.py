"""Unmask the wrong one: scores on which a softmax with a hidden mistake is not right."""

from collections.abc import Iterable

import numpy as np

from dlcourse._validation import FloatArray
from dlcourse.activations import softmax
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part, Property

UNDERFLOW = 700  # e^-700 is a normal double yet; e^-746 is 0


def masked_softmax(S: FloatArray) -> FloatArray:
    """Turn scores into probabilities, row by row: so it says, and mostly it does."""
    E = np.exp(S - S.max())
    return np.asarray(E / E.sum(axis=1, keepdims=True))


def unmask_softmax(n: int, n_classes: int) -> FloatArray:
    """Put one row a thousand above the others: the exponentials of these are all 0 then."""
    S = np.zeros((n, n_classes))
    S[0] = 1000
    return S


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw numbers of examples and of classes."""
    for least in (2, 4):
        yield int(rng.integers(least, 7)), int(rng.integers(least, 7))


def is_unmasked(S: FloatArray, *_: object) -> bool:
    """Tell whether the masked function is wrong on a table of finite scores."""
    with np.errstate(all="ignore"):
        S = S.astype(np.float64)
        right, masked = softmax(S), masked_softmax(S)
    return bool(np.isfinite(right).all() and not np.allclose(masked, right))


EXERCISE = Exercise(
    key="many_classes/unmask_softmax",
    reference=unmask_softmax,
    open_ended=True,
    parts=(
        Part(
            points=2,
            inputs=draw,
            edge_cases={
                "two examples of two classes": (2, 2),
                "more classes than examples": (3, 5),
            },
            hint="Follow one row of your table through the masked function: what is subtracted "
            "from it, and what would its own softmax subtract?",
        ),
    ),
    properties=(
        Property(
            "rows apart",
            lambda S, *_: len(set(S.max(axis=1).tolist())) > 1,
            "The largest score is the same in each row of your table. What the masked function "
            "subtracts is right for every row then.",
        ),
        Property(
            "far apart",
            lambda S, *_: bool((S.max() - S.max(axis=1) > UNDERFLOW).any()),
            "In every row of your table some score is within 700 of the table's largest. So no row "
            "loses all its exponentials: the smallest are tiny, but a double holds them.",
        ),
        Property(
            "unmasked",
            is_unmasked,
            "On your table the masked function is right.",
        ),
    ),
    misconceptions=(
        Misconception(
            "nothing but zeros",
            lambda n, n_classes: np.zeros((n, n_classes)),
            "Equal scores everywhere are the easiest case. Which line of the masked function could "
            "go wrong, and for which numbers?",
        ),
        Misconception(
            "huge everywhere",
            lambda n, n_classes: np.full((n, n_classes), 1000.0),
            "Huge scores do not trouble it as long as all rows are huge: the largest is taken "
            "away first. Could it be the wrong largest for some row?",
        ),
        Misconception(
            "far below zero everywhere",
            lambda n, n_classes: np.full((n, n_classes), -1000.0),
            "Scores far below zero do not trouble it as long as all rows are: the largest is taken "
            "away first. Could it be the wrong largest for some row?",
        ),
        Misconception(
            "one huge class",
            lambda n, n_classes: 1000.0 * np.eye(1, n_classes).repeat(n, axis=0),
            "Every row has its own 1000, so the largest score of the table is that of each row. "
            "Make the rows differ.",
        ),
        Misconception(
            "a hundred apart",
            lambda n, n_classes: np.linspace(0, 100, n)[:, None] + np.zeros(n_classes),
            "e^-100 is tiny, but a double holds it, and the quotient is right. How small must an "
            "exponential be to be stored as 0?",
        ),
        Misconception(
            "one class far below",
            lambda n, n_classes: -1000.0 * np.eye(n, n_classes),
            "Each row still has a score near the largest of the table, so its sum is not 0. What "
            "if that held for no score of a row?",
        ),
    ),
    remark="One row far above the others, and these others are 0 / 0: the shift is each row's own.",
)

ANSWERS = Answers(
    right=variants("""
## first row huge
def unmask_softmax(n, n_classes):
    S = np.zeros((n, n_classes))
    S[0] = 1000
    return S
## integers
def unmask_softmax(n, n_classes):
    S = np.zeros((n, n_classes), dtype=int)
    S[0] = 1000
    return S
## one huge score
def unmask_softmax(n, n_classes):
    S = np.zeros((n, n_classes))
    S[0, 0] = 1000
    return S
## last row far below
def unmask_softmax(n, n_classes):
    S = np.ones((n, n_classes))
    S[-1, :] = -2000
    return S
## a ladder
def unmask_softmax(n, n_classes):
    return np.arange(n * n_classes).reshape(n, n_classes) * 1000.0
## a column added
def unmask_softmax(n, n_classes):
    height = np.linspace(0, 5000, n)
    return height[:, None] + np.zeros(n_classes)
## random numbers, far apart
def unmask_softmax(n, n_classes):
    S = np.random.default_rng(0).normal(size=(n, n_classes))
    S[1] -= 1e4
    return S
## built from lists
def unmask_softmax(n, n_classes):
    rows = [[0.0] * n_classes for _ in range(n - 1)]
    rows.append([900.0] * n_classes)
    return np.array(rows)
## outer product
def unmask_softmax(n, n_classes):
    return np.outer(1000.0 * np.arange(n), np.ones(n_classes))
## loops
def unmask_softmax(n, n_classes):
    S = np.zeros((n, n_classes))
    for i in range(n):
        for k in range(n_classes):
            S[i, k] = -3000 * i + k
    return S
## lambda
unmask_softmax = lambda n, n_classes: 1e6 * np.ones((n, n_classes)) * np.arange(n)[:, None]
## stacked
def unmask_softmax(n, n_classes):
    high = np.full((1, n_classes), 1e5)
    low = np.full((n - 1, n_classes), -1e5)
    return np.vstack([low, high])
## single precision
def unmask_softmax(n, n_classes):
    S = np.zeros((n, n_classes), dtype=np.float32)
    S[0] = 2000
    return S
## almost too small
def unmask_softmax(n, n_classes):
    S = np.zeros((n, n_classes))
    S[1:] = -744.0
    S[1:, 0] = -743.0
    return S
## searched for
def unmask_softmax(n, n_classes):
    step = 1.0
    while np.exp(-step) > 0:
        step *= 2
    return step * np.eye(n)[:, :1] * np.ones(n_classes)
"""),
    wrong=variants("""
## nothing but zeros
def unmask_softmax(n, n_classes):
    return np.zeros((n, n_classes))
## huge everywhere
def unmask_softmax(n, n_classes):
    return np.full((n, n_classes), 1000.0)
## far below zero everywhere
def unmask_softmax(n, n_classes):
    return -1000.0 * np.ones((n, n_classes))
## one huge class
def unmask_softmax(n, n_classes):
    S = np.zeros((n, n_classes))
    S[:, 0] = 1000
    return S
## a hundred apart
def unmask_softmax(n, n_classes):
    return np.linspace(0, 100, n)[:, None] + np.zeros(n_classes)
## one class far below
def unmask_softmax(n, n_classes):
    return -1000.0 * np.eye(n, n_classes)
## infinity
def unmask_softmax(n, n_classes):
    S = np.zeros((n, n_classes))
    S[0, 0] = np.inf
    return S
## nan
def unmask_softmax(n, n_classes):
    return np.full((n, n_classes), np.nan)
## small random numbers
def unmask_softmax(n, n_classes):
    return np.random.default_rng(0).normal(size=(n, n_classes))
## a table of two by two
def unmask_softmax(n, n_classes):
    return np.array([[1000.0, 1000.0], [0.0, 0.0]])
## three classes at most
def unmask_softmax(n, n_classes):
    S = np.zeros((n, min(n_classes, 3)))
    S[0] = 1000
    return S
## classes down, examples across
def unmask_softmax(n, n_classes):
    S = np.zeros((n_classes, n))
    S[0] = 1000
    return S
## a list
def unmask_softmax(n, n_classes):
    return [[1000.0] * n_classes] + [[0.0] * n_classes] * (n - 1)
## one row
def unmask_softmax(n, n_classes):
    S = np.zeros(n_classes)
    S[0] = 1000
    return S
## what comes out
def unmask_softmax(n, n_classes):
    S = np.zeros((n, n_classes))
    S[0] = 1000
    return softmax(S)
## a probability that is rounded to 0
def unmask_softmax(n, n_classes):
    return np.array([800.0, 0.0] + [0.0] * (n_classes - 2)) + np.zeros((n, 1))
## a column of nothing
def unmask_softmax(n, n_classes):
    return 600.0 * np.eye(n, n_classes)
"""),
)
