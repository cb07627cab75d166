r"""One layer down: :math:`\partial L/\partial S^l` from :math:`\partial L/\partial S^{l+1}`."""

from collections.abc import Iterable

import numpy as np

from dlcourse._validation import FloatArray
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import array, examples, single, sizes
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part


def blame_below(W: FloatArray, dS: FloatArray, X: FloatArray) -> FloatArray:
    """Bring blame one layer down, to the scores of units with tanh whose outputs are `X`."""
    return np.asarray((dS @ W[:, 1:]) * (1 - X**2))


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw a layer, its blame, and what the units below it say; in some W is square."""
    for n, units in sizes(rng):
        for above in (3, units + 1, units):
            W, dS = examples(rng, above, units + 1), examples(rng, n, above)
            yield W, dS, np.tanh(examples(rng, n, units) / 2).round(2)


EXERCISE = Exercise(
    key="backpropagation/blame_below",
    reference=blame_below,
    parts=(
        Part(
            points=2,
            inputs=draw,
            edge_cases={
                "one unit above": (
                    array([[5.0, 2.0, -1.0]]),
                    array([[0.5], [-0.25]]),
                    array([[0.5, -0.5], [0.0, 0.25]]),
                ),
                "a saturated unit": (
                    array([[0.5, 2.0], [1.0, -1.0]]),
                    array([[0.5, -0.5]]),
                    array([[1.0]]),
                ),
                "weights that are integers": (
                    np.array([[5, 2, -1], [1, 3, 1]]),
                    array([[0.5, 1.0]]),
                    array([[0.5, 0.25]]),
                ),
                "single precision": (
                    single([[1, 2, 3], [0, -1, 1]]),
                    single([[0.5, 1], [1, -0.5]]),
                    single([[0.5, 0], [0.25, -0.5]]),
                ),
            },
        ),
    ),
    misconceptions=(
        Misconception(
            "missing slope",
            lambda W, dS, X: dS @ W[:, 1:],
            "This is the blame at the *outputs* of the units below. On to their scores it takes "
            "one more factor, the slope of tanh.",
        ),
        Misconception(
            "slope of the sigmoid",
            lambda W, dS, X: (dS @ W[:, 1:]) * X * (1 - X),
            "You multiply by the slope of the sigmoid. These units have tanh: what is its slope, "
            "in terms of its output?",
        ),
        Misconception(
            "slope taken at the output",
            lambda W, dS, X: (dS @ W[:, 1:]) * (1 - np.tanh(X) ** 2),
            "You take tanh once more. X holds the outputs already: the slope at the score can be "
            "read from them directly.",
        ),
        Misconception(
            "output instead of slope",
            lambda W, dS, X: (dS @ W[:, 1:]) * X,
            "You multiply by what the units say. How strongly a unit says something and how "
            "strongly it answers to its score are two things.",
        ),
        Misconception(
            "square forgotten",
            lambda W, dS, X: (dS @ W[:, 1:]) * (1 - X),
            "Look at your slope at an output of -1: there the unit is saturated, and the slope "
            "must be 0 as it is at 1.",
        ),
        Misconception(
            "slope of ReLU",
            lambda W, dS, X: (dS @ W[:, 1:]) * (X > 0),
            "You multiply by the slope of ReLU, all or nothing. These units have tanh.",
        ),
        Misconception(
            "bias column not cut off",
            lambda W, dS, X: (dS @ W) * (1 - np.column_stack([np.ones(len(X)), X]) ** 2),
            "There is a column for the unit of ones. It reads nothing, so nobody asks for its "
            "blame: on the way down the biases play no part.",
        ),
        Misconception(
            "last column cut off",
            lambda W, dS, X: (dS @ W[:, :-1]) * (1 - X**2),
            "You cut off the last column of W. The biases stand in the first one, so every blame "
            "went along its neighbour's weight.",
        ),
        Misconception(
            "W transposed as on the way up",
            lambda W, dS, X: (dS @ W[:, 1:].T) * (1 - X**2),
            "You multiply as on the way up. On the way down a unit collects, from all units "
            "above, along the weights that it sends out: those are a column of W.",
        ),
        Misconception(
            "divided by the slope",
            lambda W, dS, X: (dS @ W[:, 1:]) / (1 - X**2),
            "You divide by the slope. A flat unit passes on less of the blame, not more.",
        ),
        Misconception(
            "mean over the units above",
            lambda W, dS, X: blame_below(W, dS, X) / len(W),
            "You average over the units above. A unit reaches the loss through every one of them, "
            "and the effects add up.",
        ),
        Misconception(
            "mean over the examples",
            lambda W, dS, X: blame_below(W, dS, X) / len(X),
            "You divide by the number of examples. The 1/n of the mean is in the blame above "
            "already; twice would be once too often.",
        ),
        Misconception(
            "sign",
            lambda W, dS, X: -blame_below(W, dS, X),
            "Every entry has the wrong sign: the slope of tanh is not negative. Which of its two "
            "terms is the larger one?",
        ),
        Misconception(
            "size of the weights",
            lambda W, dS, X: (dS @ np.abs(W[:, 1:])) * (1 - X**2),
            "You take the weights without their signs. Through a negative weight, a unit that "
            "should rise asks the one below to fall.",
        ),
    ),
    remark="What it needs is stored, so that no step above is done again.",
)

ANSWERS = Answers(
    right=variants("""
## plain
def blame_below(W, dS, X):
    dX = dS @ W[:, 1:]
    return dX * (1 - X**2)
## columns cut off afterwards
def blame_below(W, dS, X):
    return (dS @ W)[:, 1:] * (1 - X * X)
## three loops (slow)
def blame_below(W, dS, X):
    n, N = X.shape
    below = np.zeros((n, N))
    for i in range(n):
        for k in range(N):
            total = 0.0
            for j in range(len(W)):
                total += dS[i, j] * W[j, k + 1]
            below[i, k] = total * (1 - X[i, k] ** 2)
    return below
## example by example
def blame_below(W, dS, X):
    rows = []
    for d, x in zip(dS, X):
        rows.append((d @ W[:, 1:]) * (1 - x**2))
    return np.array(rows)
## unit by unit
def blame_below(W, dS, X):
    below = np.empty(X.shape)
    for k in range(X.shape[1]):
        below[:, k] = dS @ W[:, k + 1]
        below[:, k] *= 1 - X[:, k] ** 2
    return below
## einsum
def blame_below(W, dS, X):
    return np.einsum("ij,jk,ik->ik", dS, W[:, 1:], 1 - X**2)
## from the units above
def blame_below(W, dS, X):
    total = 0
    for d, w in zip(dS.T, W):
        total = total + np.outer(d, w[1:])
    return total * (1 - X**2)
## as in the lecture
def blame_below(W, dS, X):
    columns = W.T[1:] @ dS.T
    return (columns * (1 - X.T**2)).T
## factored slope
def blame_below(W, dS, X):
    return np.dot(dS, W[:, 1:]) * (1 - X) * (1 + X)
## from the scores
def blame_below(W, dS, X):
    slope = 1 - np.square(X)
    return np.multiply(np.matmul(dS, np.delete(W, 0, axis=1)), slope)
## with ones
def blame_below(W, dS, X):
    Z = np.column_stack([np.ones(len(X)), X])
    return ((dS @ W) * (1 - Z**2))[:, 1:]
## difference
def blame_below(W, dS, X):
    dX = dS @ W[:, 1:]
    return dX - dX * X**2
## in place
def blame_below(W, dS, X):
    below = (dS @ W[:, 1:]).astype(float)
    below *= 1 - X**2
    return below
## new axis
def blame_below(W, dS, X):
    paths = dS[:, :, None] * W[None, :, 1:]
    return paths.sum(axis=1) * (1 - X**2)
## lambda
slope = lambda X: 1 - X**2
blame_below = lambda W, dS, X: dS.dot(W[:, 1:]) * slope(X)
## type hints
def blame_below(W: np.ndarray, dS: np.ndarray, X: np.ndarray) -> np.ndarray:
    '''Back through the weights, then through the slope.'''
    weights: np.ndarray = W[:, 1 : W.shape[1]]
    back: np.ndarray = np.transpose(np.transpose(weights) @ np.transpose(dS))
    return back * (1.0 - np.power(X, 2))
## helper: slope of tanh
def blame_below(W, dS, X):
    return (dS @ W[:, 1:]) * slope_of_tanh(X)
"""),
    wrong=variants("""
## missing slope
def blame_below(W, dS, X):
    return dS @ W[:, 1:]
## slope of the sigmoid
def blame_below(W, dS, X):
    return (dS @ W[:, 1:]) * X * (1 - X)
## slope taken at the output
def blame_below(W, dS, X):
    return (dS @ W[:, 1:]) * (1 - np.tanh(X) ** 2)
## output instead of slope
def blame_below(W, dS, X):
    return (dS @ W[:, 1:]) * X
## square forgotten
def blame_below(W, dS, X):
    return (dS @ W[:, 1:]) * (1 - X)
## slope of ReLU
def blame_below(W, dS, X):
    return np.where(X > 0, dS @ W[:, 1:], 0)
## bias column not cut off
def blame_below(W, dS, X):
    Z = np.column_stack([np.ones(len(X)), X])
    return (dS @ W) * (1 - Z**2)
## last column cut off
def blame_below(W, dS, X):
    return (dS @ W[:, :-1]) * (1 - X**2)
## W transposed as on the way up
def blame_below(W, dS, X):
    return (dS @ W[:, 1:].T) * (1 - X**2)
## divided by the slope
def blame_below(W, dS, X):
    return (dS @ W[:, 1:]) / (1 - X**2)
## mean over the units above
def blame_below(W, dS, X):
    return (dS @ W[:, 1:]) * (1 - X**2) / dS.shape[1]
## mean over the examples
def blame_below(W, dS, X):
    return (dS @ W[:, 1:]) * (1 - X**2) / len(dS)
## sign
def blame_below(W, dS, X):
    return (dS @ W[:, 1:]) * (X**2 - 1)
## size of the weights
def blame_below(W, dS, X):
    return (dS @ abs(W[:, 1:])) * (1 - X**2)
## biases left in, shapes forced
def blame_below(W, dS, X):
    return (dS @ W)[:, : X.shape[1]] * (1 - X**2)
## twice the slope
def blame_below(W, dS, X):
    return (dS @ W[:, 1:]) * (1 - X**2) ** 2
## one example's slopes
def blame_below(W, dS, X):
    return (dS @ W[:, 1:]) * (1 - X[0] ** 2)
"""),
    helpers=variants("""
## slope_of_tanh
def slope_of_tanh(X):
    return 1 - X**2
"""),
)
