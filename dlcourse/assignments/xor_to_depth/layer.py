r"""Scores of many units for many examples: :math:`S_j = W_{j0} + \sum_k W_{jk} X_k`."""

from collections.abc import Iterable

import numpy as np

from dlcourse._validation import FloatArray
from dlcourse.activations import sigmoid
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import array, examples, kinds, sizes
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part
from dlcourse.features import append_ones
from dlcourse.network import layer_matmul


def layer(W: FloatArray, X: FloatArray) -> FloatArray:
    """Score every row of `X` for every unit of `W`."""
    return layer_matmul(W, X)


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw arguments for `layer`: three units, then as many as inputs and one more."""
    for n, features in sizes(rng):
        for n_units in (3, features + 1):
            yield examples(rng, n_units, features + 1), examples(rng, n, features)


NO_ONES = (
    "W has one column more than X: the biases. Either split W into its first column and the "
    "others, or put a column of ones in front of X."
)


EXERCISE = Exercise(
    key="xor_to_depth/layer",
    reference=layer,
    parts=(
        Part(
            points=2,
            inputs=draw,
            edge_cases={
                "one example, two units": (array([[0.5, 3.0], [1.0, -1.0]]), array([[2.0]])),
                "one unit": (array([[0.5, 3.0, -1.0]]), array([[2.0, 1.0], [0.0, 4.0]])),
                "inputs that are integers": (
                    array([[0.5, 2, 1.5], [0.25, 1, -1]]),
                    np.array([[1, 2], [3, -4]]),
                ),
                "single precision": kinds(
                    array([[0.5, 2, 1.5], [1.0, 0, 1]]), array([[1, 2], [3, -4]])
                )["single precision"],
            },
            refusable_cases={
                "weights that are integers": (
                    np.array([[1, 2], [3, -1], [0, 1]]),
                    array([[0.5], [1.2]]),
                )
            },
        ),
    ),
    misconceptions=(
        Misconception(
            "biases left out",
            lambda W, X: X @ W[:, 1:].T,
            "Where are the biases? Without them every unit scores 0 at the origin, whatever its "
            "weights are.",
        ),
        Misconception(
            "biases taken from the end",
            lambda W, X: X @ W[:, :-1].T + W[:, -1],
            "The bias of a unit is the first entry of its row. You used the last one, so that "
            "every other weight meets its neighbour's input.",
        ),
        Misconception(
            "units down, examples across",
            lambda W, X: layer(W, X).T,
            "The numbers are right, but the table lies on its side. Rows are examples, in X as in "
            "the answer; each unit has a column.",
        ),
        Misconception("no ones column for the biases", lambda W, X: X @ W.T, NO_ONES),
        Misconception(
            "W not transposed",
            lambda W, X: append_ones(X) @ W,
            "Each row of W belongs to one unit. `@` pairs the rows of X with the *columns* of "
            "what stands at its right: what must be done to W first?",
        ),
        Misconception(
            "only the first unit",
            lambda W, X: layer(W, X)[:, 0],
            "You return the scores of one unit alone. Asked for is a table with a column for each "
            "unit.",
        ),
        Misconception(
            "integers cut off",
            lambda W, X: layer(W, X).astype(X.dtype),
            "Where X holds integers, an array that is made like it holds integers too, and your "
            "scores are cut off to whole numbers in it. Ask for dtype=float.",
        ),
        Misconception(
            "integer weights cut off",
            lambda W, X: layer(W, X).astype(W.dtype),
            "Where W holds integers, an array that is made like it holds integers too, and your "
            "scores are cut off to whole numbers in it. Ask for dtype=float.",
        ),
        Misconception(
            "outputs instead of scores",
            lambda W, X: sigmoid(layer(W, X)),
            "These are outputs already: you applied the sigmoid. Asked for are the scores before "
            "it.",
        ),
        Misconception(
            "tanh of the scores",
            lambda W, X: np.tanh(layer(W, X)),
            "These are outputs already: you applied tanh. Asked for are the scores before it.",
        ),
        Misconception(
            "bias once for each input",
            lambda W, X: X @ W[:, 1:].T + X.shape[1] * W[:, 0],
            "The bias is in the sum over the inputs, so each input adds it once more. It belongs "
            "to the unit: once is enough.",
        ),
        Misconception(
            "sum of all biases",
            lambda W, X: X @ W[:, 1:].T + W[:, 0].sum(),
            "You add the biases of all units to each score. A bias belongs to one unit.",
        ),
        Misconception(
            "sum not started anew",
            lambda W, X: layer(W, X).cumsum().reshape(len(X), len(W)),
            "Each score holds those before it, too. Where in your loops does the sum begin again?",
        ),
        Misconception(
            "weights one place too early",
            lambda W, X: X @ W[:, :-1].T + W[:, 0],
            "The bias is used twice: once as itself, and once as the weight of the first input. "
            "Where in a row does the weight of the first input stand?",
        ),
    ),
    remark="Three loops, two, or none: all examples and all units are one matrix product.",
)

ANSWERS = Answers(
    right=variants("""
## own ones
def layer(W, X):
    return append_ones(X) @ W.T
## matrix product
def layer(W, X):
    return X @ W[:, 1:].T + W[:, 0]
## three loops (slow)
def layer(W, X):
    S = np.zeros((len(X), len(W)))
    for i in range(len(X)):
        for j in range(len(W)):
            total = W[j, 0]
            for k in range(X.shape[1]):
                total += W[j, k + 1] * X[i, k]
            S[i, j] = total
    return S
## dot products
def layer(W, X):
    S = np.empty((len(X), len(W)))
    for i, x in enumerate(X):
        for j, w in enumerate(W):
            S[i, j] = w[0] + w[1:] @ x
    return S
## unit by unit
def layer(W, X):
    return np.stack([X @ w[1:] + w[0] for w in W], axis=1)
## example by example
def layer(W, X):
    return np.array([W[:, 1:] @ x + W[:, 0] for x in X])
## as in the lecture
def layer(W, X):
    X0 = np.vstack([np.ones(len(X)), X.T])
    S = W @ X0
    return S.T
## einsum
def layer(W, X):
    return np.einsum("jk,ik->ij", W, append_ones(X))
## input by input
def layer(W, X):
    S = np.tile(W[:, 0].astype(float), (len(X), 1))
    for k in range(X.shape[1]):
        S += np.outer(X[:, k], W[:, k + 1])
    return S
## broadcast and sum
def layer(W, X):
    return (X[:, None, :] * W[None, :, 1:]).sum(axis=2) + W[:, 0]
## comprehension (slow)
def layer(W, X):
    return np.array([[w[0] + sum(a * b for a, b in zip(x, w[1:])) for w in W] for x in X])
## inner
def layer(W, X):
    return np.inner(append_ones(X), W)
## lambda
layer = lambda W, X: (W[:, 1:] @ X.T).T + W[:, 0]
## helper: one unit
def layer(W, X):
    return np.column_stack([unit(w, X) for w in W])
## type hints
def layer(W: np.ndarray, X: np.ndarray) -> np.ndarray:
    '''S = X W^T.'''
    bias: np.ndarray = W[:, 0]
    return np.dot(X, W[:, 1:].T) + bias
## float32 result
def layer(W, X):
    return (append_ones(X) @ W.T).astype(np.float32)
"""),
    wrong=variants("""
## biases left out
def layer(W, X):
    return X @ W[:, 1:].T
## biases taken from the end
def layer(W, X):
    return np.column_stack([X, np.ones(len(X))]) @ W.T
## units down, examples across
def layer(W, X):
    return W @ append_ones(X).T
## no ones column for the biases
def layer(W, X):
    return X @ W.T
## W not transposed
def layer(W, X):
    return append_ones(X) @ W
## only the first unit
def layer(W, X):
    return append_ones(X) @ W[0]
## integers cut off (slow)
def layer(W, X):
    S = np.zeros((len(X), len(W)), dtype=X.dtype)
    for j in range(len(W)):
        S[:, j] = X @ W[j, 1:] + W[j, 0]
    return S
## outputs instead of scores
def layer(W, X):
    return 1 / (1 + np.exp(-(append_ones(X) @ W.T)))
## tanh of the scores
def layer(W, X):
    return np.tanh(append_ones(X) @ W.T)
## bias once for each input
def layer(W, X):
    return np.stack([(X * w[1:] + w[0]).sum(axis=1) for w in W], axis=1)
## bias of the first unit for all
def layer(W, X):
    return X @ W[:, 1:].T + W[0, 0]
## first row of W taken for the biases
def layer(W, X):
    return X @ W[1:].T + W[0]
## a list
def layer(W, X):
    return [X @ w[1:] + w[0] for w in W]
## sum of all units
def layer(W, X):
    return (append_ones(X) @ W.T).sum(axis=1)
## biases subtracted
def layer(W, X):
    return X @ W[:, 1:].T - W[:, 0]
## negative scores lost
def layer(W, X):
    return np.maximum(append_ones(X) @ W.T, 0)
## biases doubled
def layer(W, X):
    return append_ones(X) @ W.T + W[:, 0]
## right up to three units
def layer(W, X):
    S = np.zeros((len(X), len(W)))
    for j in range(min(len(W), 3)):
        S[:, j] = X @ W[j, 1:] + W[j, 0]
    return S
## last input forgotten (slow)
def layer(W, X):
    S = np.zeros((len(X), len(W)))
    for i in range(len(X)):
        for j in range(len(W)):
            S[i, j] = W[j, 0]
            for k in range(1, X.shape[1]):
                S[i, j] += W[j, k] * X[i, k - 1]
    return S
## changes its argument
def layer(W, X):
    W[:, 0] += X.mean()
    return append_ones(X) @ W.T
"""),
    helpers=variants("""
## unit
def unit(w, X):
    return X @ w[1:] + w[0]
"""),
)
