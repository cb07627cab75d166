"""The gradient that a batch sees: the mean over its examples alone."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from dlcourse._validation import FloatArray
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import array, examples, labels, single, sizes, weights
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part
from dlcourse.features import append_ones
from dlcourse.linear import logistic_gradient, scores

WORDS = {
    "rows of `X`": "examples",
    "columns of `X`": "features",
    "`len(y)`": "the number of examples",
    "`len(batch)`": "the number of examples in the batch",
    "`w[0]`": "the bias `w[0]`",
}


def batch_gradient(
    X: FloatArray, y: FloatArray, w: FloatArray, batch: NDArray[np.intp]
) -> FloatArray:
    r"""Mean gradient of the binary cross-entropy over the examples of a batch.

    :math:`\frac1B \sum_{i \in \text{batch}} (p_i - y_i)\,\mathbf x_i`, where each
    :math:`\mathbf x_i` has a leading 1.

    Parameters
    ----------
    X : ndarray of shape (n, N0)
        All examples.
    y : ndarray of shape (n,)
        Their labels, 0 or 1.
    w : ndarray of shape (N0 + 1,)
        Weights; ``w[0]`` is the bias.
    batch : ndarray of int, shape (B,)
        Numbers of the rows in the batch.

    Returns
    -------
    ndarray of shape (N0 + 1,)

    Examples
    --------
    >>> X, y = np.array([[2.0], [4.0], [6.0]]), np.array([1, 0, 1])
    >>> batch_gradient(X, y, np.zeros(2), np.array([0, 1]))
    array([0. , 0.5])
    """
    return logistic_gradient(X[batch], y[batch], w)


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw arguments for `batch_gradient`: the batch is some of the rows, in some order."""
    for n, features in sizes(rng):
        batch = rng.permutation(n)[: max(2, n // 2)]
        yield examples(rng, n, features), labels(rng, n), weights(rng, n, features), batch


def with_the_first_labels(
    X: FloatArray, y: FloatArray, w: FloatArray, batch: NDArray[np.intp]
) -> FloatArray:
    """Pick the rows of the batch and leave the labels behind."""
    return logistic_gradient(X[batch], y[: len(batch)], w)


def without_the_link(
    X: FloatArray, y: FloatArray, w: FloatArray, batch: NDArray[np.intp]
) -> FloatArray:
    """Take the score for the probability."""
    A = append_ones(X[batch])
    return A.T @ (scores(X[batch], w) - y[batch]) / len(batch)


def without_bias(
    X: FloatArray, y: FloatArray, w: FloatArray, batch: NDArray[np.intp]
) -> FloatArray:
    """Give the bias no gradient."""
    return batch_gradient(X, y, w, batch) * (np.arange(len(w)) > 0)


TABLE = array([[1.0, 2.0], [3.0, -4.0], [-2.0, 0.5], [0.0, 1.0]])
LABELS = np.array([1, 0, 0, 1])
START = array([0.5, 1, -1])

EXERCISE = Exercise(
    key="batches_and_noise/batch_gradient",
    reference=batch_gradient,
    parts=(
        Part(
            "the gradient of a batch",
            2,
            draw,
            {
                "a single example": (TABLE, LABELS, START, np.array([1])),
                "one example twice": (TABLE, LABELS, START, np.array([2, 2, 0])),
                "single precision": (single(TABLE), LABELS, single(START), np.array([3, 1])),
                "sure and wrong": (
                    array([[800.0], [-1.0]]),
                    np.array([0, 1]),
                    array([0, 1]),
                    np.array([0]),
                ),
                "integers": (
                    TABLE.round().astype(int),
                    LABELS,
                    START.astype(int),
                    np.array([1, 2]),
                ),
            },
            hint="Take the batch of the case below by hand: which rows of X are in it, which "
            "labels belong to them, and by how many do you divide?",
        ),
    ),
    misconceptions=(
        Misconception(
            "all examples",
            lambda X, y, w, batch: logistic_gradient(X, y, w),
            "This is the gradient of all examples; the batch is not used.",
            "Which rows should the mean go over?",
        ),
        Misconception(
            "divided by all",
            lambda X, y, w, batch: batch_gradient(X, y, w, batch) * len(batch) / len(y),
            "You divide the sum over the batch by the number of *all* examples.",
            "Over how many examples does your sum go?",
        ),
        Misconception(
            "sum instead of mean",
            lambda X, y, w, batch: batch_gradient(X, y, w, batch) * len(batch),
            "This is the sum over the batch. With it the length of a step would depend on the "
            "batch size.",
            "What turns a sum into a mean?",
        ),
        Misconception(
            "labels left behind",
            with_the_first_labels,
            "You pick the rows of X, and the labels from the start of y: an example gets the label "
            "of another one.",
            "Which labels belong to the rows that you picked?",
        ),
        Misconception(
            "the first rows",
            lambda X, y, w, batch: logistic_gradient(X[: len(batch)], y[: len(batch)], w),
            "You take as many rows as the batch has, from the start of X.",
            "The batch holds the *numbers* of its rows: how do you pick those?",
        ),
        Misconception(
            "sign",
            lambda X, y, w, batch: -batch_gradient(X, y, w, batch),
            "Every sign is the other way round: this points downhill.",
            "Which comes first in the error, what the model says or what it should have said?",
        ),
        Misconception(
            "score instead of probability",
            without_the_link,
            "Your error compares the label with the score.",
            "What does the score go through before it is a probability?",
        ),
        Misconception(
            "no gradient for the bias",
            without_bias,
            "The first entry, that of the bias, is 0 in your answer.",
            "The bias is the weight of a feature that is always 1: what is its derivative?",
        ),
    ),
    remark="Rows and labels by the same numbers: then no shuffling can part them.",
    words=WORDS,
)

ANSWERS = Answers(
    right=variants("""
## picked, then as ever
def batch_gradient(X, y, w, batch):
    A = np.column_stack([np.ones(len(batch)), X[batch]])
    p = 1 / (1 + np.exp(-A @ w))
    return A.T @ (p - y[batch]) / len(batch)
## bias apart
def batch_gradient(X, y, w, batch):
    Xb, yb = X[batch], y[batch]
    error = 1 / (1 + np.exp(-(Xb @ w[1:] + w[0]))) - yb
    return np.concatenate([[error.mean()], Xb.T @ error / len(yb)])
## mean of the rows
def batch_gradient(X, y, w, batch):
    A = np.hstack([np.ones((len(X), 1)), X])[batch]
    error = 1 / (1 + np.exp(-A.dot(w))) - y[batch]
    return (error[:, None] * A).mean(axis=0)
## all gradients, then the batch's
def batch_gradient(X, y, w, batch):
    A = np.c_[np.ones(len(X)), X]
    G = (1 / (1 + np.exp(-A @ w)) - y)[:, np.newaxis] * A
    return G[batch].mean(axis=0)
## example by example
def batch_gradient(X, y, w, batch):
    total = np.zeros(len(w))
    for i in batch:
        x = np.append(1.0, X[i])
        total += (1 / (1 + np.exp(-w @ x)) - y[i]) * x
    return total / len(batch)
## take
def batch_gradient(X, y, w, batch):
    A = np.insert(np.take(X, batch, axis=0).astype(float), 0, 1, axis=1)
    p = 1 / (1 + np.exp(-np.matmul(A, w)))
    return np.matmul(p - np.take(y, batch), A) / batch.size
## einsum
def batch_gradient(X, y, w, batch):
    A = np.ones((len(batch), len(w)))
    A[:, 1:] = X[batch]
    error = 1 / (1 + np.exp(-A @ w)) - y[batch]
    return np.einsum("b,bj->j", error, A) / A.shape[0]
## tanh for a sigmoid
def batch_gradient(X, y, w, batch):
    A = np.column_stack((np.ones(len(batch)), X[batch]))
    p = (1 + np.tanh(A @ w / 2)) / 2
    return np.mean((p - y[batch])[:, None] * A, axis=0)
## helper
def sigmoid(s):
    return 1 / (1 + np.exp(-s))

def batch_gradient(X, y, w, batch):
    def gradient(X, y):
        A = np.column_stack([np.ones(len(X)), X])
        return A.T @ (sigmoid(A @ w) - y) / len(X)
    return gradient(X[batch], y[batch])
## list comprehension
def batch_gradient(X, y, w, batch):
    rows = [np.concatenate(([1.0], X[i])) for i in batch]
    return np.mean([(1 / (1 + np.exp(-(x @ w))) - y[i]) * x for x, i in zip(rows, batch)], axis=0)
## counts as weights
def batch_gradient(X, y, w, batch):
    times = np.bincount(batch, minlength=len(X))
    A = np.column_stack([np.ones(len(X)), X])
    return A.T @ (times * (1 / (1 + np.exp(-A @ w)) - y)) / times.sum()
## minus outside
def batch_gradient(X, y, w, batch):
    A = np.column_stack([np.ones(len(batch)), X[batch]])
    return -((y[batch] - 1 / (1 + np.exp(-A @ w))) @ A) / len(batch)
## type hints
def batch_gradient(
    X: np.ndarray, y: np.ndarray, w: np.ndarray, batch: np.ndarray
) -> np.ndarray:
    A: np.ndarray = np.c_[np.ones(batch.shape[0]), X[batch, :]]
    p: np.ndarray = 1.0 / (1.0 + np.exp(-(A @ w)))
    return np.average(A * (p - y[batch]).reshape(-1, 1), axis=0)
"""),
    wrong=variants("""
## all examples
def batch_gradient(X, y, w, batch):
    A = np.column_stack([np.ones(len(X)), X])
    return A.T @ (1 / (1 + np.exp(-A @ w)) - y) / len(X)
## divided by all
def batch_gradient(X, y, w, batch):
    A = np.column_stack([np.ones(len(batch)), X[batch]])
    return A.T @ (1 / (1 + np.exp(-A @ w)) - y[batch]) / len(X)
## sum instead of mean
def batch_gradient(X, y, w, batch):
    A = np.column_stack([np.ones(len(batch)), X[batch]])
    return A.T @ (1 / (1 + np.exp(-A @ w)) - y[batch])
## labels left behind
def batch_gradient(X, y, w, batch):
    A = np.column_stack([np.ones(len(batch)), X[batch]])
    return A.T @ (1 / (1 + np.exp(-A @ w)) - y[: len(batch)]) / len(batch)
## the first rows
def batch_gradient(X, y, w, batch):
    B = len(batch)
    A = np.column_stack([np.ones(B), X[:B]])
    return A.T @ (1 / (1 + np.exp(-A @ w)) - y[:B]) / B
## sign
def batch_gradient(X, y, w, batch):
    A = np.column_stack([np.ones(len(batch)), X[batch]])
    return A.T @ (y[batch] - 1 / (1 + np.exp(-A @ w))) / len(batch)
## score instead of probability
def batch_gradient(X, y, w, batch):
    A = np.column_stack([np.ones(len(batch)), X[batch]])
    return A.T @ (A @ w - y[batch]) / len(batch)
## no gradient for the bias
def batch_gradient(X, y, w, batch):
    g = np.zeros(len(w))
    error = 1 / (1 + np.exp(-(X[batch] @ w[1:] + w[0]))) - y[batch]
    g[1:] = X[batch].T @ error / len(batch)
    return g
## bias at the end
def batch_gradient(X, y, w, batch):
    error = 1 / (1 + np.exp(-(X[batch] @ w[1:] + w[0]))) - y[batch]
    return np.append(X[batch].T @ error / len(batch), error.mean())
## a gradient for each example
def batch_gradient(X, y, w, batch):
    A = np.column_stack([np.ones(len(batch)), X[batch]])
    return (1 / (1 + np.exp(-A @ w)) - y[batch])[:, None] * A
## mean over the weights
def batch_gradient(X, y, w, batch):
    A = np.column_stack([np.ones(len(batch)), X[batch]])
    return ((1 / (1 + np.exp(-A @ w)) - y[batch])[:, None] * A).mean(axis=1)
## decisions instead of probabilities
def batch_gradient(X, y, w, batch):
    A = np.column_stack([np.ones(len(batch)), X[batch]])
    return A.T @ ((A @ w > 0) - y[batch]) / len(batch)
## each example once
def batch_gradient(X, y, w, batch):
    rows = np.unique(batch)
    A = np.column_stack([np.ones(len(rows)), X[rows]])
    return A.T @ (1 / (1 + np.exp(-A @ w)) - y[rows]) / len(rows)
## rows from batch[0] on
def batch_gradient(X, y, w, batch):
    rows = slice(batch[0], batch[0] + len(batch))
    A = np.column_stack([np.ones(len(X[rows])), X[rows]])
    return A.T @ (1 / (1 + np.exp(-A @ w)) - y[rows]) / len(A)
"""),
)
