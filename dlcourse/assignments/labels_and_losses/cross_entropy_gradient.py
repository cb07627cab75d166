r"""Which way to move the scores: the gradient :math:`(P - Y) / n`."""

from collections.abc import Iterable

import numpy as np

from dlcourse._validation import FloatArray, IntArray
from dlcourse.activations import sigmoid, softmax
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import array, class_numbers, score_tables, single
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part
from dlcourse.labels import one_hot
from dlcourse.losses import cross_entropy_gradient


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw scores and class numbers."""
    for (S,) in score_tables(rng):
        scores = np.asarray(S)
        yield scores, class_numbers(rng, *scores.shape)


def targets(scores: FloatArray, y: IntArray) -> FloatArray:
    """Write the class numbers as one-hot rows."""
    return one_hot(y, scores.shape[1])


EXERCISE = Exercise(
    key="labels_and_losses/cross_entropy_gradient",
    reference=cross_entropy_gradient,
    parts=(
        Part(
            points=2,
            inputs=draw,
            edge_cases={
                "one example": (array([[2.0, 0.0, 1.0]]), np.array([2])),
                "the last class does not occur": (
                    array([[1.0, 0.0, 2.0], [0.5, 1.0, 0.0]]),
                    np.array([0, 1]),
                ),
                "sure and wrong": (array([[1000.0, 0.0], [-800.0, 900.0]]), np.array([1, 0])),
                "rows far apart": (array([[1000.0, 999.0], [-1000.0, -999.0]]), np.array([0, 1])),
                "integers": (np.array([[1, 2, 0], [3, -4, 1]]), np.array([0, 2])),
                "single precision": (single([[1, 2, 0], [3, -4, 1]]), np.array([0, 2])),
            },
        ),
    ),
    misconceptions=(
        Misconception(
            "sign",
            lambda scores, y: -cross_entropy_gradient(scores, y),
            "Every entry has the wrong sign: you took Y - P. The gradient points where the loss "
            "grows, and that is along P - Y.",
        ),
        Misconception(
            "sum instead of mean",
            lambda scores, y: cross_entropy_gradient(scores, y) * len(y),
            "This is the gradient of the summed loss. Ours is the mean, so each example's part is "
            "divided by their number.",
        ),
        Misconception(
            "only the probabilities averaged",
            lambda scores, y: softmax(scores) / len(y) - targets(scores, y),
            "You divide the probabilities by n and not the targets. P - Y is one error: divide it "
            "as a whole.",
        ),
        Misconception(
            "columns of all labels",
            lambda scores, y: (softmax(scores) - targets(scores, y).max(axis=0)) / len(y),
            "You subtract 1 in whole columns: P[:, y] means the columns of all labels in every "
            "row. Which row belongs to which label?",
        ),
        Misconception(
            "averaged over the classes as well",
            lambda scores, y: cross_entropy_gradient(scores, y) / scores.shape[1],
            "You divide by the number of classes, too. The loss is a mean over examples alone.",
        ),
        Misconception(
            "added up over the examples",
            lambda scores, y: cross_entropy_gradient(scores, y).sum(axis=0),
            "You add up over the examples. Each example has scores of its own, and the loss "
            "changes with each of them: the answer has the shape of the scores.",
        ),
        Misconception(
            "probabilities alone",
            lambda scores, y: softmax(scores) / len(y),
            "The labels play no part. The right class's score should grow: what is subtracted from "
            "its probability?",
        ),
        Misconception(
            "only the right class",
            lambda scores, y: cross_entropy_gradient(scores, y) * targets(scores, y),
            "Only the right class of each example has an entry. The wrong ones got a share that "
            "they should not have: their error is P, not 0.",
        ),
        Misconception(
            "scores instead of probabilities",
            lambda scores, y: (scores - targets(scores, y)) / len(y),
            "You took S - Y, the gradient of the squared error. Here the error is between the "
            "probabilities and the targets.",
        ),
        Misconception(
            "sigmoid instead of softmax",
            lambda scores, y: (sigmoid(scores) - targets(scores, y)) / len(y),
            "Each class has a sigmoid of its own here. Under the cross-entropy of K classes they "
            "share one whole: the softmax.",
        ),
        Misconception(
            "derivative by the probability",
            lambda scores, y: -targets(scores, y) / softmax(scores) / len(y),
            "This is the derivative by the probabilities, -1/P for the right class. From a score "
            "to the probabilities is one more link of the chain.",
        ),
        Misconception(
            "extra derivative",
            lambda scores, y: (
                cross_entropy_gradient(scores, y) * softmax(scores) * (1 - softmax(scores))
            ),
            "There is a factor P (1 - P) too many. It cancels against the derivative of the "
            "logarithm.",
        ),
        Misconception(
            "decisions instead of probabilities",
            lambda scores, y: (
                (np.eye(scores.shape[1])[scores.argmax(axis=1)] - targets(scores, y)) / len(y)
            ),
            "You compare the targets with the decisions. Compare them with the probabilities: who "
            "is barely right still has something to learn.",
        ),
        Misconception(
            "integers cut off",
            lambda scores, y: cross_entropy_gradient(scores, y).astype(scores.dtype),
            "Where the scores are integers, an array that is made like them holds integers too, "
            "and the gradient is cut off to whole numbers in it. Ask for dtype=float.",
        ),
        Misconception(
            "exponential of a large score",
            lambda scores, y: (
                (np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True) - targets(scores, y))
                / len(y)
            ),
            "np.exp(1000.0) overflows to infinity, and infinity / infinity is nan. A shift of all "
            "scores of an example changes nothing: which one helps?",
        ),
    ),
    remark="What was said minus what should have been said: between -1 and 1, however wrong.",
)

ANSWERS = Answers(
    right=variants("""
## one-hot targets
def cross_entropy_gradient(scores, y):
    E = np.exp(scores - scores.max(axis=1, keepdims=True))
    P = E / E.sum(axis=1, keepdims=True)
    return (P - one_hot(y, scores.shape[1])) / len(y)
## minus one in place
def cross_entropy_gradient(scores, y):
    E = np.exp(scores - scores.max(axis=1, keepdims=True))
    D = E / E.sum(axis=1, keepdims=True)
    D[np.arange(len(y)), y] -= 1
    return D / len(y)
## logaddexp
def cross_entropy_gradient(scores, y):
    P = np.exp(scores - np.logaddexp.reduce(scores, axis=1, keepdims=True))
    return (P - np.eye(scores.shape[1])[y]) / scores.shape[0]
## loop
def cross_entropy_gradient(scores, y):
    D = np.zeros(scores.shape)
    for i, (s, label) in enumerate(zip(scores, y)):
        e = np.exp(s - s.max())
        D[i] = e / e.sum()
        D[i, label] -= 1
    return D / len(y)
## loops with math (slow)
import math

def cross_entropy_gradient(scores, y):
    n, K = scores.shape
    D = np.zeros((n, K))
    for i in range(n):
        m = max(scores[i])
        Z = sum(math.exp(s - m) for s in scores[i])
        for k in range(K):
            target = 1 if k == y[i] else 0
            D[i, k] = (math.exp(scores[i, k] - m) / Z - target) / n
    return D
## compared with all classes
def cross_entropy_gradient(scores, y):
    Y = y[:, None] == np.arange(scores.shape[1])
    E = np.exp(scores - np.max(scores, axis=1)[:, None])
    return (E / np.sum(E, axis=1)[:, None] - Y) / len(Y)
## transposed
def cross_entropy_gradient(scores, y):
    E = np.exp(scores.T - scores.max(axis=1))
    Y = one_hot(y, scores.shape[1])
    return ((E / E.sum(axis=0)).T - Y) / len(y)
## nudged (slow)
def cross_entropy_gradient(scores, y):
    D = np.zeros(scores.shape)
    S = scores.astype(float)
    for index in np.ndindex(*S.shape):
        nudge = np.zeros(S.shape)
        nudge[index] = 1e-5
        D[index] = (cross_entropy(S + nudge, y) - cross_entropy(S - nudge, y)) / 2e-5
    return D
## class by class
def cross_entropy_gradient(scores, y):
    log_Z = np.logaddexp.reduce(scores, axis=1)
    columns = [np.exp(scores[:, k] - log_Z) - (y == k) for k in range(scores.shape[1])]
    return np.stack(columns, axis=1) / len(y)
## lambda
shares = lambda S: np.exp(S - np.logaddexp.reduce(S, axis=1, keepdims=True))
cross_entropy_gradient = lambda scores, y: (shares(scores) - np.eye(scores.shape[1])[y]) / len(y)
## comprehension
def cross_entropy_gradient(scores, y):
    def error(s, label):
        e = np.exp(s - s.max())
        return e / e.sum() - (np.arange(len(s)) == label)
    return np.array([error(s, label) for s, label in zip(scores, y)]) / len(y)
## minus outside
def cross_entropy_gradient(scores, y):
    P = np.exp(scores - np.logaddexp.reduce(scores, axis=1)[:, None])
    return -(one_hot(y, scores.shape[1]) - P) / len(P)
## float32 result
def cross_entropy_gradient(scores, y):
    P = np.exp(scores - np.logaddexp.reduce(scores, axis=1, keepdims=True))
    Y = one_hot(y, scores.shape[1])
    return np.divide(P - Y, len(y)).astype(np.float32)
## helper: softmax
def cross_entropy_gradient(scores, y):
    return (softmax_of(scores) - one_hot(y, scores.shape[1])) / len(y)
"""),
    wrong=variants("""
## sign
def cross_entropy_gradient(scores, y):
    return (one_hot(y, scores.shape[1]) - softmax_of(scores)) / len(y)
## sum instead of mean
def cross_entropy_gradient(scores, y):
    return softmax_of(scores) - one_hot(y, scores.shape[1])
## averaged over the classes as well
def cross_entropy_gradient(scores, y):
    return (softmax_of(scores) - one_hot(y, scores.shape[1])) / scores.size
## added up over the examples
def cross_entropy_gradient(scores, y):
    return (softmax_of(scores) - one_hot(y, scores.shape[1])).mean(axis=0)
## probabilities alone
def cross_entropy_gradient(scores, y):
    return softmax_of(scores) / len(y)
## only the right class
def cross_entropy_gradient(scores, y):
    Y = one_hot(y, scores.shape[1])
    return Y * (softmax_of(scores) - 1) / len(y)
## scores instead of probabilities
def cross_entropy_gradient(scores, y):
    return (scores - one_hot(y, scores.shape[1])) / len(y)
## sigmoid instead of softmax
def cross_entropy_gradient(scores, y):
    return (0.5 + 0.5 * np.tanh(scores / 2) - one_hot(y, scores.shape[1])) / len(y)
## derivative by the probability
def cross_entropy_gradient(scores, y):
    return -one_hot(y, scores.shape[1]) / softmax_of(scores) / len(y)
## extra derivative
def cross_entropy_gradient(scores, y):
    P = softmax_of(scores)
    return (P - one_hot(y, scores.shape[1])) * P * (1 - P) / len(y)
## decisions instead of probabilities
def cross_entropy_gradient(scores, y):
    K = scores.shape[1]
    return (one_hot(scores.argmax(axis=1), K) - one_hot(y, K)) / len(y)
## integers cut off
def cross_entropy_gradient(scores, y):
    D = np.zeros_like(scores)
    D[...] = (softmax_of(scores) - one_hot(y, scores.shape[1])) / len(y)
    return D
## exponential of a large score
def cross_entropy_gradient(scores, y):
    E = np.exp(scores)
    return (E / E.sum(axis=1, keepdims=True) - one_hot(y, scores.shape[1])) / len(y)
## largest of the whole table
def cross_entropy_gradient(scores, y):
    E = np.exp(scores - scores.max())
    return (E / E.sum(axis=1, keepdims=True) - one_hot(y, scores.shape[1])) / len(y)
## columns of all labels
def cross_entropy_gradient(scores, y):
    D = softmax_of(scores)
    D[:, y] -= 1
    return D / len(y)
## classes counted in the labels
def cross_entropy_gradient(scores, y):
    return (softmax_of(scores) - np.eye(y.max() + 1)[y]) / len(y)
## classes counted from 1
def cross_entropy_gradient(scores, y):
    D = softmax_of(scores)
    D[np.arange(len(y)), y - 1] -= 1
    return D / len(y)
## class number subtracted
def cross_entropy_gradient(scores, y):
    return (softmax_of(scores) - y[:, None]) / len(y)
## returns the loss
def cross_entropy_gradient(scores, y):
    return cross_entropy(scores, y)
## changes its argument
def cross_entropy_gradient(scores, y):
    scores[...] = softmax_of(scores)
    return (scores - one_hot(y, scores.shape[1])) / len(y)
"""),
    helpers=variants("""
## softmax_of
def softmax_of(S):
    E = np.exp(S - S.max(axis=1, keepdims=True))
    return E / E.sum(axis=1, keepdims=True)
"""),
)
