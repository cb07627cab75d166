r"""The scores of all classes: :math:`s_k = \mathbf w_k^\mathsf{T}\mathbf x + w_{k,0}`."""

from collections.abc import Iterable

import numpy as np

from dlcourse._validation import FloatArray
from dlcourse.activations import softmax
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import array, examples, kinds, sizes
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part
from dlcourse.features import append_ones
from dlcourse.linear import scores


def class_scores(X: FloatArray, W: FloatArray) -> FloatArray:
    """Score every row of `X` for every row of `W`."""
    return scores(X, W)


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw arguments for `class_scores`: three classes, then as many as features and one more."""
    for n, features in sizes(rng):
        for n_classes in (3, features + 1):
            yield examples(rng, n, features), examples(rng, n_classes, features + 1)


NO_ONES = (
    "W has one column more than X: the biases. Either split W into its first column and the "
    "others, or put a column of ones in front of X."
)


EXERCISE = Exercise(
    key="many_classes/class_scores",
    reference=class_scores,
    parts=(
        Part(
            inputs=draw,
            edge_cases={
                "one example, two classes": (array([[2.0]]), array([[0.5, 3.0], [1.0, -1.0]])),
                "the example at the origin": (
                    array([[0.0, 0.0]]),
                    array([[1.5, -2.0, 3.0], [-0.5, 1.0, 1.0]]),
                ),
                "features that are integers": (
                    np.array([[1, 2], [3, -4]]),
                    array([[0.5, 2, 1.5], [0.25, 1, -1]]),
                ),
                "features in the thousands": (
                    array([[1000.0], [-2000.0], [500.0]]),
                    array([[0.5, 3.0], [0.5, -3.0]]),
                ),
                "single precision": kinds(
                    array([[1, 2], [3, -4]]), array([[0.5, 2, 1.5], [1.0, 0, 1]])
                )["single precision"],
            },
            refusable_cases={
                "weights that are integers": (
                    array([[0.5], [1.2]]),
                    np.array([[1, 2], [3, -1], [0, 1]]),
                )
            },
        ),
    ),
    misconceptions=(
        Misconception(
            "biases left out",
            lambda X, W: X @ W[:, 1:].T,
            "Where are the biases? Without them every class gets the score 0 at the origin, "
            "whatever its weights are.",
        ),
        Misconception(
            "biases taken from the end",
            lambda X, W: X @ W[:, :-1].T + W[:, -1],
            "The bias of a class is the first entry of its row, W[k, 0]. You used the last one, so "
            "that every other weight meets its neighbour's feature.",
        ),
        Misconception(
            "classes down, examples across",
            lambda X, W: scores(X, W).T,
            "The numbers are right, but the table lies on its side. Rows are examples, in X as in "
            "the answer; each class has a column.",
        ),
        Misconception("no ones column for the biases", lambda X, W: X @ W.T, NO_ONES),
        Misconception(
            "W not transposed",
            lambda X, W: X @ W[:, 1:] + W[:, 0],
            "Each row of W belongs to one class. `@` pairs the rows of X with the *columns* of "
            "what stands at its right: what must be done to W first?",
        ),
        Misconception(
            "reshaped instead of transposed",
            lambda X, W: append_ones(X) @ W.reshape(W.shape[::-1]),
            "`reshape` reads the numbers of W in their order and mixes the classes' weights up. "
            "Which operation turns rows into columns?",
        ),
        Misconception(
            "ones over the first feature",
            lambda X, W: np.column_stack([np.ones(len(X)), X[:, 1:]]) @ W[:, : X.shape[1]].T,
            "Your ones have taken the place of the first feature. They need a column of their own.",
        ),
        Misconception(
            "sum not started anew",
            lambda X, W: scores(X, W).cumsum(axis=1),
            "Each class's score holds those of the classes before it, too. Where in your loops "
            "does the sum begin again?",
        ),
        Misconception(
            "only the first class",
            lambda X, W: scores(X, W[0]),
            "You return the scores of one class alone. Asked for is a table with a column for each "
            "of the K classes.",
        ),
        Misconception(
            "integers cut off",
            lambda X, W: scores(X, W).astype(X.dtype),
            "Where X holds integers, an array that is made like it holds integers too, and your "
            "scores are cut off to whole numbers in it. Ask for dtype=float.",
        ),
        Misconception(
            "integer weights cut off",
            lambda X, W: scores(X, W).astype(W.dtype),
            "Where W holds integers, an array that is made like it holds integers too, and your "
            "scores are cut off to whole numbers in it. Ask for dtype=float.",
        ),
        Misconception(
            "probabilities instead of scores",
            lambda X, W: softmax(scores(X, W)),
            "These are probabilities already. A score is what goes into the softmax; that comes "
            "later.",
        ),
        Misconception(
            "decisions instead of scores",
            lambda X, W: np.where(scores(X, W) > 0, 1.0, 0.0),
            "This says which classes claim an example. The score is the number before it is "
            "compared with 0.",
        ),
    ),
    remark="All examples and all classes in one product.",
)

ANSWERS = Answers(
    right=variants("""
## matrix product
def class_scores(X, W):
    return X @ W[:, 1:].T + W[:, 0]
## column of ones
def class_scores(X, W):
    Z = np.column_stack([np.ones(len(X)), X])
    return Z @ W.T
## einsum
def class_scores(X, W):
    return np.einsum("ij,kj->ik", X, W[:, 1:]) + W[:, 0]
## three loops (slow)
def class_scores(X, W):
    n, m = X.shape
    K = len(W)
    S = np.zeros((n, K))
    for i in range(n):
        for k in range(K):
            S[i, k] = W[k, 0]
            for j in range(m):
                S[i, k] += X[i, j] * W[k, j + 1]
    return S
## class by class
def class_scores(X, W):
    return np.stack([X @ w[1:] + w[0] for w in W], axis=1)
## example by example
def class_scores(X, W):
    return np.array([W[:, 1:] @ x + W[:, 0] for x in X])
## columns filled
def class_scores(X, W):
    S = np.empty((len(X), len(W)))
    for k, w in enumerate(W):
        S[:, k] = w[0] + X @ w[1:]
    return S
## as in the lecture
def class_scores(X, W):
    X0 = np.vstack([np.ones(len(X)), X.T])
    S = W @ X0
    return S.T
## lambda
class_scores = lambda X, W: (W[:, 1:] @ X.T).T + W[:, 0]
## comprehension (slow)
def class_scores(X, W):
    return np.array([[w[0] + sum(a * b for a, b in zip(x, w[1:])) for w in W] for x in X])
## broadcast and sum
def class_scores(X, W):
    weights, biases = W[:, 1:], W[:, 0]
    return (X[:, None, :] * weights[None, :, :]).sum(axis=2) + biases
## dot
def class_scores(X, W):
    ones = np.ones((X.shape[0], 1))
    return np.hstack((ones, X)).dot(W.T)
## helper: one class
def class_scores(X, W):
    return np.column_stack([score_of_class(X, w) for w in W])
## type hints
def class_scores(X: np.ndarray, W: np.ndarray) -> np.ndarray:
    '''s_k = w_k^T x + w_k0.'''
    bias: np.ndarray = W[:, 0]
    return np.inner(X, W[:, 1:]) + bias
## float32 result
def class_scores(X, W):
    return (X @ W[:, 1:].T + W[:, 0]).astype(np.float32)
"""),
    wrong=variants("""
## biases left out
def class_scores(X, W):
    return X @ W[:, 1:].T
## biases taken from the end
def class_scores(X, W):
    Z = np.column_stack([X, np.ones(len(X))])
    return Z @ W.T
## classes down, examples across
def class_scores(X, W):
    return W[:, 1:] @ X.T + W[:, :1]
## no ones column for the biases
def class_scores(X, W):
    return X @ W.T
## W not transposed
def class_scores(X, W):
    return X @ W[:, 1:] + W[:, 0]
## only the first class
def class_scores(X, W):
    return X @ W[0, 1:] + W[0, 0]
## integers cut off (slow)
def class_scores(X, W):
    S = np.zeros((len(X), len(W)), dtype=X.dtype)
    for k in range(len(W)):
        S[:, k] = X @ W[k, 1:] + W[k, 0]
    return S
## bias of the first class for all
def class_scores(X, W):
    return X @ W[:, 1:].T + W[0, 0]
## first row of W taken for the biases
def class_scores(X, W):
    return X @ W[1:].T + W[0]
## a list
def class_scores(X, W):
    return [X @ w[1:] + w[0] for w in W]
## sum of all classes
def class_scores(X, W):
    return (X @ W[:, 1:].T + W[:, 0]).sum(axis=1)
## largest score
def class_scores(X, W):
    return (X @ W[:, 1:].T + W[:, 0]).max(axis=1)
## decision
def class_scores(X, W):
    return (X @ W[:, 1:].T + W[:, 0]).argmax(axis=1)
## bias once per feature
def class_scores(X, W):
    return np.stack([(X * w[1:] + w[0]).sum(axis=1) for w in W], axis=1)
## biases subtracted
def class_scores(X, W):
    return X @ W[:, 1:].T - W[:, 0]
## right up to three classes
def class_scores(X, W):
    S = np.zeros((len(X), len(W)))
    for k in range(min(len(W), 3)):
        S[:, k] = X @ W[k, 1:] + W[k, 0]
    return S
## clipped at 1000
def class_scores(X, W):
    return np.clip(X @ W[:, 1:].T + W[:, 0], -1000, 1000)
## biases doubled
def class_scores(X, W):
    Z = np.column_stack([np.ones(len(X)), X])
    return Z @ W.T + W[:, 0]
## changes its argument
def class_scores(X, W):
    W[:, 0] += X.mean()
    return X @ W[:, 1:].T + W[:, 0]
"""),
    helpers=variants("""
## score_of_class
def score_of_class(X, w):
    return X @ w[1:] + w[0]
"""),
)
