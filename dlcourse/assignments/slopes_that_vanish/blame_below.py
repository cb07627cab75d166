r"""Blame goes down through weights and a ReLU: :math:`\partial L/\partial S\, W \odot 1[x > 0]`."""

from collections.abc import Iterable

import numpy as np

from dlcourse._validation import FloatArray
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import READABLE, array, examples, single, sizes
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part


def blame_below(dS: FloatArray, W: FloatArray, X: FloatArray) -> FloatArray:
    """Send the blame of a layer's scores down to the scores of the ReLU units below it."""
    return np.asarray((dS @ W[:, 1:]) * (X > 0))


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw blame of as many units as there are below, and of one more; some units are off."""
    for n, below in sizes(rng):
        for above in (below + 1, below):
            dS, W = examples(rng, n, above), examples(rng, above, below + 1)
            on = rng.permuted(np.arange(n * below) % 3 > 0).reshape(n, below)
            X = on * rng.uniform(0.2, 2.0, (n, below))
            yield dS, W, X.round(1) if n <= READABLE else X


EXERCISE = Exercise(
    key="slopes_that_vanish/blame_below",
    reference=blame_below,
    parts=(
        Part(
            points=3,
            inputs=draw,
            edge_cases={
                "one unit, on": (array([[0.5]]), array([[3.0, -2.0]]), array([[4.0]])),
                "one unit on, one off": (
                    array([[0.5], [2.0]]),
                    array([[1.5, -2.0]]),
                    array([[4.0], [0.0]]),
                ),
                "single precision": (
                    single([[0.5, 1.0]]),
                    single([[1.0, -2.0, 3.0], [2.0, 0.5, 1.0]]),
                    single([[4.0, 0.0]]),
                ),
            },
        ),
    ),
    misconceptions=(
        Misconception(
            "blame also for units that are off",
            lambda dS, W, X: dS @ W[:, 1:],
            "Units that are off get blame, too.",
            "An output of ReLU is never below 0. Which comparison tells a unit that is on from one "
            "that is off?",
        ),
        Misconception(
            "output instead of slope",
            lambda dS, W, X: (dS @ W[:, 1:]) * X,
            "You multiply by what the unit says. A slope says how much that changes.",
            "How steep is ReLU at a score of 4?",
        ),
        Misconception(
            "only the units that are off",
            lambda dS, W, X: (dS @ W[:, 1:]) * (X <= 0),
            "Blame reaches the units that are off, and only those.",
            "Which of them have changed what the layer above heard?",
        ),
        Misconception(
            "last column left out instead of the biases",
            lambda dS, W, X: (dS @ W[:, :-1]) * (X > 0),
            "You left out the last column of W. So each unit gets the blame for its neighbour's "
            "weights.",
            "In which column are the biases, which read no unit below?",
        ),
        Misconception(
            "biases not left out",
            lambda dS, W, X: (dS @ W) * (X > 0),
            "W has a column more than there are units below.",
            "Which column of W reads no unit?",
        ),
        Misconception(
            "W transposed",
            lambda dS, W, X: (dS @ W[:, 1:].T) * (X > 0),
            "On the way up a layer multiplies by the transpose, and you did so on the way down.",
            "Which index of W belongs to the units above, and which one must the sum run over?",
        ),
        Misconception(
            "gradient of the weights",
            lambda dS, W, X: dS.T @ X,
            "These are the gradients of the weights above, blame times what came in.",
            "Whose blame is asked for, and which shape has it?",
        ),
        Misconception(
            "slope of the sigmoid",
            lambda dS, W, X: (dS @ W[:, 1:]) * X * (1 - X),
            "You multiply by the slope of a sigmoid. These units are ReLU.",
            "Which two slopes does a ReLU have?",
        ),
        Misconception(
            "slope of tanh",
            lambda dS, W, X: (dS @ W[:, 1:]) * (1 - X**2),
            "You multiply by the slope of tanh. These units are ReLU.",
            "Which two slopes does a ReLU have?",
        ),
        Misconception(
            "ReLU of the blame",
            lambda dS, W, X: np.maximum(dS @ W[:, 1:], 0),
            "You send the blame through ReLU, so that negative blame is lost.",
            "Is it the blame that must be positive, or what the unit says?",
        ),
        Misconception(
            "averaged once more",
            lambda dS, W, X: (dS @ W[:, 1:]) * (X > 0) / len(X),
            "You divide by the number of examples. The blame that came from above holds that "
            "already.",
            "Is there any sum over examples on the way down?",
        ),
        Misconception(
            "not through the weights",
            lambda dS, W, X: dS[:, : X.shape[1]] * (X > 0),
            "You take over the blame of the layer above as it is.",
            "How much does a unit above mind a unit below that it reads with the weight 3?",
        ),
    ),
    words={"columns of `dS`": "units above", "rows of `dS`": "examples"},
    remark="Where a unit is on, its slope of 1 takes nothing away.",
)

ANSWERS = Answers(
    right=variants("""
## product and mask
def blame_below(dS, W, X):
    return (dS @ W[:, 1:]) * (X > 0)
## where
def blame_below(dS, W, X):
    return np.where(X > 0, dS @ W[:, 1:], 0)
## assign zero
def blame_below(dS, W, X):
    blame = dS @ W[:, 1:]
    blame[X <= 0] = 0
    return blame
## two steps
def blame_below(dS, W, X):
    dX = dS.dot(W[:, 1:])
    slopes = (X > 0).astype(float)
    return dX * slopes
## einsum
def blame_below(dS, W, X):
    return np.einsum("ij,jk->ik", dS, W[:, 1:]) * (X != 0)
## bias cut off later
def blame_below(dS, W, X):
    all_of_it = dS @ W
    return all_of_it[:, 1:] * (X > 0)
## loops (slow)
def blame_below(dS, W, X):
    n, N = X.shape
    M = len(W)
    blame = np.zeros((n, N))
    for i in range(n):
        for k in range(N):
            if X[i, k] > 0:
                for j in range(M):
                    blame[i, k] += dS[i, j] * W[j, k + 1]
    return blame
## example by example
def blame_below(dS, W, X):
    return np.array([(W[:, 1:].T @ d) * (x > 0) for d, x in zip(dS, X)])
## columns
def blame_below(dS, W, X):
    blame = np.zeros(X.shape)
    for k in range(X.shape[1]):
        on = X[:, k] > 0
        blame[on, k] = dS[on] @ W[:, k + 1]
    return blame
## as in the lecture
def blame_below(dS, W, X):
    blame = W[:, 1:].T @ dS.T
    blame = blame.T
    return blame * np.sign(X)
## heaviside
def blame_below(dS, W, X):
    return np.matmul(dS, W[:, 1:]) * np.heaviside(X, 0)
## helper
def blame_below(dS, W, X):
    return slope_of_relu(X) * (dS @ W[:, 1:])
## sum over the units above
def blame_below(dS, W, X):
    total = 0
    for j, w in enumerate(W):
        total = total + np.outer(dS[:, j], w[1:])
    return total * (X > 0)
## broadcast
def blame_below(dS, W, X):
    return (dS[:, :, None] * W[None, :, 1:]).sum(axis=1) * (X > 0)
## lambda
blame_below = lambda dS, W, X: (X > 0) * np.dot(dS, np.delete(W, 0, axis=1))
## type hints
def blame_below(dS: np.ndarray, W: np.ndarray, X: np.ndarray) -> np.ndarray:
    '''One step down.'''
    weights: np.ndarray = W[:, 1:]
    off: np.ndarray = X == 0
    dX = dS @ weights
    return dX - dX * off
"""),
    wrong=variants("""
## blame also for units that are off
def blame_below(dS, W, X):
    return (dS @ W[:, 1:]) * (X >= 0)
## output instead of slope
def blame_below(dS, W, X):
    return (dS @ W[:, 1:]) * np.maximum(X, 0)
## only the units that are off
def blame_below(dS, W, X):
    return np.where(X > 0, 0, dS @ W[:, 1:])
## last column left out instead of the biases
def blame_below(dS, W, X):
    return (dS @ W)[:, :-1] * (X > 0)
## biases not left out
def blame_below(dS, W, X):
    return (dS @ W) * (X > 0)
## W transposed
def blame_below(dS, W, X):
    return dS @ W[:, 1:].T * (X > 0)
## gradient of the weights
def blame_below(dS, W, X):
    return dS.T @ X
## slope of the sigmoid
def blame_below(dS, W, X):
    return (dS @ W[:, 1:]) * sigmoid_slope(X)
## slope of tanh
def blame_below(dS, W, X):
    return (dS @ W[:, 1:]) * tanh_slope(X)
## ReLU of the blame
def blame_below(dS, W, X):
    return relu(dS @ W[:, 1:])
## averaged once more
def blame_below(dS, W, X):
    return (dS @ W[:, 1:]) * (X > 0) / X.shape[0]
## not through the weights
def blame_below(dS, W, X):
    return dS[:, : X.shape[1]] * (X > 0)
## number by number
def blame_below(dS, W, X):
    return dS * W[:, 1:] * (X > 0)
## sum of the blame
def blame_below(dS, W, X):
    return dS.sum(axis=1, keepdims=True) * (X > 0)
## slope of the blame
def blame_below(dS, W, X):
    dX = dS @ W[:, 1:]
    return dX * (dX > 0)
## forward again
def blame_below(dS, W, X):
    return (X @ W[:, 1:].T + W[:, 0]) * dS
## summed over the examples
def blame_below(dS, W, X):
    return ((dS @ W[:, 1:]) * (X > 0)).sum(axis=0)
"""),
    helpers=variants("""
## slope_of_relu
def slope_of_relu(X):
    return np.where(X > 0, 1.0, 0.0)
"""),
)
