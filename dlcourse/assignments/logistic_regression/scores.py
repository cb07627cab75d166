r"""The score of an example: :math:`s = \mathbf w^\mathsf{T}\mathbf x + w_0`."""

from collections.abc import Iterable

import numpy as np

from dlcourse.activations import sigmoid
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import array, examples, single, sizes, weights
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part
from dlcourse.linear import scores


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw arguments for `scores`."""
    for n, features in sizes(rng):
        yield examples(rng, n, features), weights(rng, n, features)


WORDS = {
    "rows of `X`": "examples",
    "columns of `X`": "features",
    "column of `X`": "feature",
    "`len(y)`": "the number of examples",
    "`len(w)`": "the number of weights",
    "`w[0]`": "the bias `w[0]`",
    "`w` without its first entry": "`w` without its bias",
}
NO_ONES = (
    "`w` has one entry more than `X` has columns.",
    "Which entry is that, and what does it multiply?",
)


INTEGERS = (
    "Where an argument holds integers, so does an array that is made like it, and your scores are "
    "cut off to whole numbers in it.",
    "Which kind of numbers should the array hold that you fill?",
)


EXERCISE = Exercise(
    key="logistic_regression/scores",
    reference=scores,
    parts=(
        Part(
            "the scores",
            2,
            draw,
            {
                "one example, one feature": (array([[2.0]]), array([0.5, 3.0])),
                "the example at the origin": (array([[0.0, 0.0]]), array([1.5, -2.0, 3.0])),
                "features that are integers": (np.array([[1, 2], [3, -4]]), array([0.5, 2, 1.5])),
                "features in the thousands": (
                    array([[1000.0], [-2000.0], [500.0]]),
                    array([0.5, 3.0]),
                ),
                "single precision": (single([[1, 2], [3, -4]]), single([0.5, 2, 1.5])),
            },
            {"weights that are integers": (array([[0.5], [1.2]]), np.array([1, 2]))},
        ),
    ),
    misconceptions=(
        Misconception(
            "bias left out",
            lambda X, w: X @ w[1:],
            "The bias is missing: without it every boundary goes through the origin.",
            "Which score should the example x = 0 get, and from where?",
        ),
        Misconception(
            "bias taken from the end",
            lambda X, w: X @ w[:-1] + w[-1],
            "You take the last entry of `w` for the bias, so that every other weight meets its "
            "neighbour's feature.",
            "Which entry of `w` is the bias?",
        ),
        Misconception(
            "bias added once per feature",
            lambda X, w: (X * w[1:] + w[0]).sum(axis=1),
            "The bias is counted once per feature.",
            "Is it added to each product, or to their sum?",
        ),
        Misconception(
            "bias subtracted",
            lambda X, w: X @ w[1:] - w[0],
            "The bias is subtracted: a large one would speak against class 1.",
            "Which sign has w_0 in the formula?",
        ),
        Misconception("no ones column for the bias", lambda X, w: X @ w, *NO_ONES),
        Misconception("no ones column, np.dot", lambda X, w: np.dot(X, w), *NO_ONES),
        Misconception("integers cut off", lambda X, w: scores(X, w).astype(X.dtype), *INTEGERS),
        Misconception(
            "integer weights cut off",
            lambda X, w: scores(X, w).astype(w.dtype),
            *INTEGERS,
        ),
        Misconception(
            "a column instead of a vector",
            lambda X, w: X @ w[1:, None] + w[0],
            "The numbers are right, but they stand in a column of shape (n, 1): with it, y - s "
            "would quietly become an n by n table.",
            "Which of your arrays is a column, and which shape is asked for?",
        ),
        Misconception(
            "summed over the examples",
            lambda X, w: (X * w[1:]).sum(axis=0) + w[0],
            "You add up over the examples.",
            "A score belongs to one example: over what is it a sum?",
        ),
        Misconception(
            "label instead of score",
            lambda X, w: np.where(X @ w[1:] + w[0] > 0, 1.0, 0.0),
            "This is the decision already: a 0 or a 1.",
            "Which number is compared with 0 to decide?",
        ),
        Misconception(
            "probability instead of score",
            lambda X, w: sigmoid(X @ w[1:] + w[0]),
            "This is the probability already.",
            "Which number goes into the sigmoid?",
        ),
    ),
    remark="All scores at once, with no loop over examples needed.",
    words=WORDS,
)

ANSWERS = Answers(
    right=variants("""
## matrix product
def scores(X, w):
    return X @ w[1:] + w[0]
## column of ones
def scores(X, w):
    X1 = np.hstack([np.ones((len(X), 1)), X])
    return X1 @ w
## einsum
def scores(X, w):
    return np.einsum("ij,j->i", X, w[1:]) + w[0]
## two loops (slow)
def scores(X, w):
    n, m = X.shape
    s = np.zeros(n)
    for i in range(n):
        s[i] = w[0]
        for j in range(m):
            s[i] += X[i, j] * w[j + 1]
    return s
## comprehension (slow)
def scores(X, w):
    return np.array([sum(a * b for a, b in zip(x, w[1:])) + w[0] for x in X])
## loop over the features (slow)
def scores(X, w):
    s = np.full(len(X), float(w[0]))
    for j, weight in enumerate(w[1:]):
        s = s + weight * X[:, j]
    return s
## lambda
scores = lambda X, w: X @ w[1:] + w[0]
## star unpacking
def scores(X, w):
    bias, *weights = w
    return np.dot(X, np.array(weights)) + bias
## class with __call__
class Scores:
    def __init__(self):
        self.calls = 0

    def __call__(self, X, w):
        self.calls += 1
        return X.dot(w[1:]) + w[0]

scores = Scores()
## functools.partial
from functools import partial

def weighted_sum(combine, X, w):
    return combine(X @ w[1:], w[0])

scores = partial(weighted_sum, np.add)
## type hints
def scores(X: np.ndarray, w: np.ndarray) -> np.ndarray:
    "s = w^T x + w0 for every row."
    bias: float = w[0]
    weights: np.ndarray = w[1:]
    return np.matmul(X, weights) + bias
## float32 result
def scores(X, w):
    return (X @ w[1:] + w[0]).astype(np.float32)
## math and lists (slow)
import math

def scores(X, w):
    w = list(w)
    result = []
    for row in X.tolist():
        result.append(math.fsum([w[0]] + [a * b for a, b in zip(row, w[1:])]))
    return np.array(result)
## apply_along_axis (slow)
def scores(X, w):
    def one(x):
        return w[0] + np.sum(w[1:] * x)
    return np.apply_along_axis(one, 1, X)
## xp
import numpy as xp

def scores(X, w):
    return xp.inner(X, w[1:]) + w[0]
## Greek names
def scores(X, w):
    β0, β = w[0], w[1:]   # β₀: Achsenabschnitt (Schwelle)
    return X @ β + β0
## keyword default
def scores(X, w, bias=None, *, verbose=False):
    if bias is None:
        bias = w[0]
    if verbose:
        print(X.shape, w.shape)
    return (X * w[1:]).sum(axis=-1) + bias
## column and ravel
def scores(X, w):
    S = X @ w[1:].reshape(-1, 1) + w[0]
    return S.ravel()
## prints inside
def scores(X, w):
    print("X", X.shape, "w", w.shape)
    s = X @ w[1:] + w[0]
    print(s[:3])
    return s
## raise left behind
def scores(X, w):
    return np.tensordot(X, w[1:], axes=1) + w[0]
    # YOUR CODE HERE
    raise NotImplementedError()
## helper: ones
def scores(X, w):
    return add_ones(X) @ w
## two spaces, one line
def scores(X, w): b = w[0]; v = w[1:]; return X@v+b
## recursion over the features (slow)
def scores(X, w):
    if X.shape[1] == 0:
        return np.full(X.shape[0], w[0], dtype=float)
    return X[:, -1] * w[-1] + scores(X[:, :-1], w[:-1])
## backwards
def scores(X, w):
    return w[0] + (w[:0:-1] * X[:, ::-1]).sum(1)
## float32 all through
def scores(X, w):
    w = w.astype(np.float32)
    return X.astype(np.float32) @ w[1:] + w[0]
"""),
    wrong=variants("""
## bias left out
def scores(X, w):
    return X @ w[1:]
## bias taken from the end
def scores(X, w):
    Z = np.column_stack([X, np.ones(len(X))])
    return Z @ w
## bias added once per feature
def scores(X, w):
    return (X * w[1:] + w[0]).sum(axis=1)
## bias subtracted
def scores(X, w):
    return X @ w[1:] - w[0]
## no ones column
def scores(X, w):
    return X @ w
## no ones column, np.dot
def scores(X, w):
    return np.dot(X, w)
## a column instead of a vector
def scores(X, w):
    return X @ w[1:].reshape(-1, 1) + w[0]
## summed over the examples
def scores(X, w):
    return np.sum(X * w[1:], axis=0) + w[0]
## label instead of score
def scores(X, w):
    return np.where(X @ w[1:] + w[0] > 0, 1.0, 0.0)
## probability instead of score
def scores(X, w):
    s = X @ w[1:] + w[0]
    return 1 / (1 + np.exp(-s))
## a list
def scores(X, w):
    return [float(x @ w[1:] + w[0]) for x in X]
## prints, returns nothing
def scores(X, w):
    s = X @ w[1:] + w[0]
    print(s)
## changes its argument
def scores(X, w):
    X *= w[1:]
    return X.sum(axis=1) + w[0]
## two features only
def scores(X, w):
    return w[0] + w[1] * X[:, 0] + w[2] * X[:, 1]
## integers cut off (slow)
def scores(X, w):
    s = np.zeros_like(X[:, 0])
    for i in range(len(X)):
        s[i] = X[i] @ w[1:] + w[0]
    return s
## return inside the loop
def scores(X, w):
    s = np.zeros(len(X))
    for i, x in enumerate(X):
        s[i] = w[1:] @ x + w[0]
        return s
## matrix class
def scores(X, w):
    return np.asmatrix(X @ w[1:] + w[0])
## 0-d array
def scores(X, w):
    return np.array((X @ w[1:] + w[0]).sum())
## zip stops early (slow)
def scores(X, w):
    return np.array([sum(a * b for a, b in zip(w, x)) for x in X])
## one argument too many
def scores(X, w, b):
    return X @ w + b
## booleans
def scores(X, w):
    return X @ w[1:] + w[0] > 0
## right up to four features
def scores(X, w):
    s = w[0] + 0 * X[:, 0]
    for j in range(min(X.shape[1], 4)):
        s = s + X[:, j] * w[j + 1]
    return s
## integer weights cut off (slow)
def scores(X, w):
    s = np.full(len(X), w[0])
    for i in range(len(X)):
        s[i] = s[i] + X[i] @ w[1:]
    return s
## clipped at 500
def scores(X, w):
    return np.clip(X @ w[1:] + w[0], -500, 500)
"""),
    helpers=variants("""
## add_ones
def add_ones(X):
    return np.column_stack([np.ones(len(X)), X])
"""),
)
