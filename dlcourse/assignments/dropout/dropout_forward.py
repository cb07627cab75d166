r"""Inverted dropout with the chances given: :math:`\tilde x = x / (1-p)` where kept, else 0."""

from collections.abc import Iterable

import numpy as np

from dlcourse._validation import FloatArray
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import array, examples, kinds, sizes
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part


def dropout_forward(X: FloatArray, U: FloatArray, p: float) -> FloatArray:
    """Drop where the number in ``U`` is below ``p``, and scale up the rest."""
    return np.where(p > U, 0.0, X / (1 - p))


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw outputs, a number between 0 and 1 for each, and a probability to drop."""
    for shape in sizes(rng):
        U = rng.random(shape).round(2)
        U[0, 0], U[-1, -1] = 0.95, 0.05
        yield examples(rng, *shape), U, round(float(rng.choice([0.15, 0.2, 0.3, 0.4, 0.6])), 2)


EXERCISE = Exercise(
    key="dropout/dropout_forward",
    reference=dropout_forward,
    parts=(
        Part(
            points=2,
            inputs=draw,
            edge_cases={
                "a number equal to p": (array([[1.0, 2.0]]), array([[0.25, 0.2]]), 0.25),
                **kinds(array([[3, -1, 4]]), array([[0, 1, 0]]), 0.2),
            },
        ),
    ),
    misconceptions=(
        Misconception(
            "not scaled",
            lambda X, U, p: np.where(p > U, 0.0, X),
            "What you keep is as large as before, so the units above hear less on average than "
            "when all units work.",
            "By what must a kept output be multiplied, so that its mean over all masks is the "
            "output?",
        ),
        Misconception(
            "p as the probability to keep",
            lambda X, U, p: np.where(p > U, X / p, 0.0),
            "You keep with probability p, as the paper's p means it. Ours is the probability to "
            "drop.",
            "With p = 0.2, how many of ten units should work?",
        ),
        Misconception(
            "keeps what should be dropped",
            lambda X, U, p: np.where(p > U, X / (1 - p), 0.0),
            "You keep exactly those that should be dropped.",
            "A number below p: is its unit silent or does it work?",
        ),
        Misconception(
            "divided by p",
            lambda X, U, p: np.where(p > U, 0.0, X / p),
            "You divide what is kept by p.",
            "How often is a unit kept? That times the factor must be 1.",
        ),
        Misconception(
            "scaled down",
            lambda X, U, p: np.where(p > U, 0.0, X * (1 - p)),
            "You make what is kept smaller. That is what the paper does after training, when no "
            "unit is dropped.",
            "If some units are silent, should the others speak up or down?",
        ),
        Misconception(
            "scaled by the share that happens to be kept",
            lambda X, U, p: np.where(p > U, 0.0, X / max(float((p <= U).mean()), 1e-9)),
            "You divide by the share of units that happen to be kept this time.",
            "The factor should be the same for every mask: which number says how often a unit is "
            "kept in the long run?",
        ),
        Misconception(
            "a whole number for a factor",
            lambda X, U, p: np.where(p > U, 0.0, X * np.trunc(1 / (1 - p))),
            "You multiply what is kept by a whole number: the decimals of the factor are lost.",
            "Which array, or which division, of yours holds whole numbers only?",
        ),
        Misconception(
            "the root of the factor",
            lambda X, U, p: np.where(p > U, 0.0, X / np.sqrt(1 - p)),
            "Your factor keeps the mean square, not the mean.",
            "What is the mean of factor times coin, and what should it be?",
        ),
        Misconception(
            "one mask for all examples",
            lambda X, U, p: X * (U[:1] >= p) / (1 - p),
            "All your examples lose the units that the first one loses.",
            "`U` has a row for each example: which of them does your mask use?",
        ),
        Misconception(
            "the dropped ones are scaled too",
            lambda X, U, p: np.where(p > U, X, X / (1 - p)),
            "Your dropped units still send their output.",
            "What do the units above hear from a silent unit?",
        ),
        Misconception(
            "the mask alone",
            lambda X, U, p: (p <= U) / (1 - p),
            "You return the mask; it has not been applied to the outputs yet.",
            "What are the entries of the mask multiplied by?",
        ),
    ),
    remark="On average over U this is X: nothing needs to change when training is over.",
)

ANSWERS = Answers(
    right=variants("""
## where
def dropout_forward(X, U, p):
    return np.where(U < p, 0.0, X / (1 - p))
## mask
def dropout_forward(X, U, p):
    mask = (U >= p) / (1 - p)
    return X * mask
## mask of floats
def dropout_forward(X, U, p):
    keep = (U >= p).astype(float)
    return keep * X / (1 - p)
## keep first
def dropout_forward(X, U, p):
    keep = 1 - p
    return X * (U >= p) / keep
## copy and assign
def dropout_forward(X, U, p):
    out = X / (1 - p)
    out[U < p] = 0
    return out
## zeros and fill
def dropout_forward(X, U, p):
    out = np.zeros(X.shape)
    kept = U >= p
    out[kept] = X[kept] / (1 - p)
    return out
## not below
def dropout_forward(X, U, p):
    return X * ~(U < p) / (1 - p)
## entry by entry
def dropout_forward(X, U, p):
    out = np.zeros(X.shape)
    for place in np.ndindex(*X.shape):
        if U[place] >= p:
            out[place] = X[place] / (1 - p)
    return out
## row by row
def dropout_forward(X, U, p):
    return np.array([x * (u >= p) / (1 - p) for x, u in zip(X, U)])
## ufuncs
def dropout_forward(X, U, p):
    return np.divide(np.multiply(X, np.greater_equal(U, p)), 1 - p)
## other names
def dropout_forward(outputs, chances, drop):
    scale = 1 / (1 - drop)
    return outputs * scale * (chances >= drop)
## type hints
def dropout_forward(X: np.ndarray, U: np.ndarray, p: float) -> np.ndarray:
    M: np.ndarray = np.where(U < p, 0.0, 1.0 / (1.0 - p))
    return X * M
## float32 result
def dropout_forward(X, U, p):
    return (X * (U >= p) / (1 - p)).astype(np.float32)
"""),
    wrong=variants("""
## not scaled
def dropout_forward(X, U, p):
    return X * (U >= p)
## p as the probability to keep
def dropout_forward(X, U, p):
    return X * (U < p) / p
## keeps what should be dropped
def dropout_forward(X, U, p):
    return X * (U < p) / (1 - p)
## divided by p
def dropout_forward(X, U, p):
    return X * (U >= p) / p
## scaled down
def dropout_forward(X, U, p):
    return X * (U >= p) * (1 - p)
## scaled by the share that happens to be kept
def dropout_forward(X, U, p):
    keep = U >= p
    return X * keep / np.mean(keep)
## a whole number for a factor
def dropout_forward(X, U, p):
    mask = np.zeros(X.shape, dtype=int)
    mask[U >= p] = 1 / (1 - p)
    return X * mask
## the root of the factor
def dropout_forward(X, U, p):
    return X * (U >= p) / np.sqrt(1 - p)
## one mask for all examples
def dropout_forward(X, U, p):
    keep = U[0] >= p
    return X * keep / (1 - p)
## the dropped ones are scaled too
def dropout_forward(X, U, p):
    return np.where(U >= p, X / (1 - p), X)
## the mask alone
def dropout_forward(X, U, p):
    return (U >= p) / (1 - p)
## brackets forgotten
def dropout_forward(X, U, p):
    return X * (U >= p) / 1 - p
## draws its own numbers
def dropout_forward(X, U, p):
    return X * (np.random.rand(*X.shape) >= p) / (1 - p)
## in place
def dropout_forward(X, U, p):
    X[U < p] = 0
    return X / (1 - p)
## a number equal to p is dropped
def dropout_forward(X, U, p):
    return X * (U > p) / (1 - p)
"""),
)
