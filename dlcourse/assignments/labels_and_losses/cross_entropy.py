r"""What a wrong answer costs among K classes: minus the log probability of the right one."""

from collections.abc import Callable, Iterable

import numpy as np

from dlcourse._validation import FloatArray, IntArray
from dlcourse.activations import log_softmax, softmax
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import array, class_numbers, huge, score_tables, single
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part, Property
from dlcourse.losses import cross_entropy


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw scores and class numbers."""
    for (S,) in score_tables(rng):
        scores = np.asarray(S)
        yield scores, class_numbers(rng, *scores.shape)


def draw_huge(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw huge scores of both signs."""
    yield huge(rng, 24).round(1).reshape(6, 4), class_numbers(rng, 6, 4)


def of_right(table: FloatArray, y: IntArray) -> FloatArray:
    """Pick each example's number for its own class."""
    return np.asarray(table[np.arange(len(y)), y])


def on_paper(scores: FloatArray, y: IntArray) -> float:
    """Take the exponentials as they are."""
    return float(np.mean(np.log(np.exp(scores).sum(axis=1)) - of_right(scores, y)))


def clipped(eps: float) -> Callable[[FloatArray, IntArray], float]:
    """Keep the probability away from 0 by force."""
    return lambda scores, y: float(-np.mean(np.log(np.maximum(of_right(softmax(scores), y), eps))))


CLIPPED = (
    "Keeping P away from 0 by a tiny number avoids the infinity, but not the mistake: who is wrong "
    "by 1000 is charged about {:.0f}. Write log P in terms of the scores instead."
)


EXERCISE = Exercise(
    key="labels_and_losses/cross_entropy",
    reference=cross_entropy,
    tolerance=1e-6,  # forgives the 1e-10 that people add to P; the second part does not
    parts=(
        Part(
            "the formula",
            2,
            draw,
            {
                "one example": (array([[2.0, 0.0, 1.0]]), np.array([2])),
                "sure and right": (array([[6.0, -3.0], [-4.0, 5.0]]), np.array([0, 1])),
                "integers": (np.array([[1, 2, 0], [3, -4, 1]]), np.array([0, 2])),
                "single precision": (single([[1, 2, 0], [3, -4, 1]]), np.array([0, 2])),
            },
        ),
        Part(
            "huge scores",
            1,
            draw_huge,
            {
                "sure and wrong": (array([[1000.0, 0.0]]), np.array([1])),
                "huge negative scores": (array([[-1000.0, -1001.0]]), np.array([1])),
                "rows far apart": (
                    array([[1000.0, 999.0], [-1000.0, -999.0]]),
                    np.array([0, 0]),
                ),
                "huge in single precision": (single([[200, 0], [-200, 0]]), np.array([1, 0])),
            },
            hint="Write the loss of one example as log Z minus a score. At which of your steps is "
            "a score of 1000 lost, and what can be taken out of the sum in Z?",
        ),
    ),
    properties=(
        Property(
            "not negative",
            lambda loss, *_: bool(loss >= -1e-6),
            "The loss came out negative. A logarithm of a probability is at most 0, so a loss is "
            "at least 0.",
        ),
    ),
    misconceptions=(
        Misconception(
            "sum instead of mean",
            lambda scores, y: cross_entropy(scores, y) * len(y),
            "You return the sum over the examples. Here losses are averages.",
        ),
        Misconception(
            "averaged over the classes as well",
            lambda scores, y: cross_entropy(scores, y) / scores.shape[1],
            "You average over the classes, too. Each example pays once, for its own class: the "
            "mean is over examples alone.",
        ),
        Misconception(
            "sign",
            lambda scores, y: -cross_entropy(scores, y),
            "There is a minus in front of the logarithm. Without it you would maximise the loss.",
        ),
        Misconception(
            "logarithm to base 2",
            lambda scores, y: cross_entropy(scores, y) / np.log(2),
            "This is the loss in bits: you took np.log2. The lecture's log is the natural one.",
        ),
        Misconception(
            "logarithm to base 10",
            lambda scores, y: cross_entropy(scores, y) / np.log(10),
            "You took the logarithm to base 10. The lecture's log is the natural one.",
        ),
        Misconception(
            "all classes charged",
            lambda scores, y: float(-log_softmax(scores).sum(axis=1).mean()),
            "You add up -log P over all classes. Only the right class's probability is charged: "
            "where does the label come in?",
        ),
        Misconception(
            "scores taken for probabilities",
            lambda scores, y: float(-np.mean(np.log(of_right(scores, y)))),
            "You take logarithms of scores as if they were probabilities. The softmax comes in "
            "between.",
        ),
        Misconception(
            "softmax applied twice",
            lambda scores, y: cross_entropy(softmax(scores), y),
            "The softmax is applied twice: once to the scores, then again to the probabilities.",
        ),
        Misconception(
            "no logarithm",
            lambda scores, y: float(1 - of_right(softmax(scores), y).mean()),
            "You charge 1 - P, at most 1. The cross-entropy charges -log P: who is sure and wrong "
            "pays much more.",
        ),
        Misconception(
            "most likely class charged",
            lambda scores, y: float(-log_softmax(scores).max(axis=1).mean()),
            "You charge the class that the model prefers. What counts is the probability that the "
            "right class got.",
        ),
        Misconception(
            "one loss per example",
            lambda scores, y: -of_right(log_softmax(scores), y),
            "You return one loss for each example. The loss is one number, their mean.",
        ),
        Misconception(
            "softmax over the examples",
            lambda scores, y: float(-of_right(log_softmax(scores.T).T, y).mean()),
            "Your probabilities add up to 1 over the examples. They must do so over the classes of "
            "each example.",
        ),
        Misconception(
            "squared error",
            lambda scores, y: float(
                ((softmax(scores) - np.eye(scores.shape[1])[y]) ** 2).sum(axis=1).mean()
            ),
            "This is the squared error. It charges at most 2 for being sure and wrong; the "
            "cross-entropy charges -log P of the right class.",
        ),
        Misconception(
            "logarithm of a rounded probability",
            lambda scores, y: float(-np.mean(np.log(of_right(softmax(scores), y)))),
            "A probability of e^-1000 is stored as 0, and its logarithm is minus infinity. Take "
            "the logarithm of the formula on paper first.",
        ),
        Misconception(
            "exponential of a large score",
            on_paper,
            "The formula is right on paper, but np.exp(1000.0) is infinity. Which score can be "
            "taken out of the sum, so that no exponential is large?",
        ),
        Misconception(
            "quotient of large exponentials",
            lambda scores, y: float(
                -np.mean(np.log(of_right(np.exp(scores), y) / np.exp(scores).sum(axis=1)))
            ),
            "np.exp(1000.0) is infinity, and infinity / infinity is nan. Which number can be taken "
            "from all scores of an example, so that no exponential is large?",
        ),
        *(
            Misconception(f"P kept above {eps:g}", clipped(eps), CLIPPED.format(-np.log(eps)))
            for eps in (1e-16, 1e-15, 1e-12, 1e-10)
        ),
    ),
    remark="A mistake by 1000 costs 1000, and two classes give the loss of logistic regression.",
)

ANSWERS = Answers(
    right=variants("""
## log Z minus the score
def cross_entropy(scores, y):
    top = scores.max(axis=1)
    log_Z = top + np.log(np.exp(scores - top[:, None]).sum(axis=1))
    return np.mean(log_Z - scores[np.arange(len(y)), y])
## logaddexp
def cross_entropy(scores, y):
    right = scores[np.arange(len(y)), y]
    return (np.logaddexp.reduce(scores, axis=1) - right).mean()
## log-softmax
def cross_entropy(scores, y):
    below = scores - scores.max(axis=1, keepdims=True)
    log_P = below - np.log(np.exp(below).sum(axis=1, keepdims=True))
    return -log_P[np.arange(len(y)), y].mean()
## one-hot targets
def cross_entropy(scores, y):
    Y = one_hot(y, scores.shape[1])
    log_P = scores - np.logaddexp.reduce(scores, axis=1, keepdims=True)
    return -np.sum(Y * log_P) / len(y)
## loop
def cross_entropy(scores, y):
    total = 0.0
    for s, label in zip(scores, y):
        t = s - s.max()
        total += np.log(np.exp(t).sum()) - t[label]
    return total / len(y)
## loops with math (slow)
import math

def cross_entropy(scores, y):
    total = 0
    for i in range(len(y)):
        m = max(scores[i])
        Z = 0
        for k in range(scores.shape[1]):
            Z += math.exp(scores[i, k] - m)
        total += math.log(Z) + m - scores[i, y[i]]
    return total / len(y)
## seen from the right class
def cross_entropy(scores, y):
    D = scores - scores[np.arange(len(y)), y].reshape(-1, 1)
    return np.logaddexp.reduce(D, axis=1).mean()
## take_along_axis
def cross_entropy(scores, y):
    right = np.take_along_axis(scores, y[:, None], axis=1)[:, 0]
    return np.average(np.logaddexp.reduce(scores, axis=1) - right)
## comprehension
def cross_entropy(scores, y):
    return sum(np.logaddexp.reduce(s - s[k]) for s, k in zip(scores, y)) / len(y)
## lambda
log_Z = lambda S: np.logaddexp.reduce(S, axis=1)
cross_entropy = lambda scores, y: float(np.mean(log_Z(scores) - np.choose(y, scores.T)))
## trace
def cross_entropy(scores, y):
    return (np.logaddexp.reduce(scores, axis=1).sum() - np.trace(scores[:, y])) / len(y)
## masks
def cross_entropy(scores, y):
    mask = y[:, None] == np.arange(scores.shape[1])
    log_Z = np.logaddexp.reduce(scores, axis=1)
    return float((log_Z - scores[mask]).mean())
## float32 result
def cross_entropy(scores, y):
    s = (scores - scores.max(axis=1, keepdims=True)).astype(np.float32)
    return np.mean(np.logaddexp.reduce(s, axis=1) - s[np.arange(len(y)), y])
## 0-d array
def cross_entropy(scores, y):
    return np.array(np.mean(np.logaddexp.reduce(scores, axis=1) - scores[np.arange(len(y)), y]))
"""),
    partly_right=variants("""
## logarithm of a rounded probability
def cross_entropy(scores, y):
    E = np.exp(scores - scores.max(axis=1, keepdims=True))
    P = E / E.sum(axis=1, keepdims=True)
    return -np.log(P[np.arange(len(y)), y]).mean()
## exponential of a large score
def cross_entropy(scores, y):
    return np.mean(np.log(np.exp(scores).sum(axis=1)) - scores[np.arange(len(y)), y])
## quotient of large exponentials
def cross_entropy(scores, y):
    E = np.exp(scores)
    return -np.log(E[np.arange(len(y)), y] / E.sum(axis=1)).mean()
## P kept above 1e-12
def cross_entropy(scores, y):
    E = np.exp(scores - scores.max(axis=1, keepdims=True))
    P = E / E.sum(axis=1, keepdims=True)
    return -np.log(np.clip(P[np.arange(len(y)), y], 1e-12, 1)).mean()
## P kept above 1e-15
def cross_entropy(scores, y):
    E = np.exp(scores - scores.max(axis=1, keepdims=True))
    P = E / E.sum(axis=1, keepdims=True)
    return -np.log(P[np.arange(len(y)), y] + 1e-15).mean()
## largest of the whole table
def cross_entropy(scores, y):
    S = scores - scores.max()
    return np.mean(np.log(np.exp(S).sum(axis=1)) - S[np.arange(len(y)), y])
## only positive scores moved
def cross_entropy(scores, y):
    m = np.maximum(scores.max(axis=1), 0)
    log_Z = m + np.log(np.exp(scores - m[:, None]).sum(axis=1))
    return np.mean(log_Z - scores[np.arange(len(y)), y])
## at most 40
def cross_entropy(scores, y):
    losses = np.logaddexp.reduce(scores, axis=1) - scores[np.arange(len(y)), y]
    return np.minimum(losses, 40).mean()
"""),
    wrong=variants("""
## sum instead of mean
def cross_entropy(scores, y):
    return np.sum(np.logaddexp.reduce(scores, axis=1) - scores[np.arange(len(y)), y])
## averaged over the classes as well
def cross_entropy(scores, y):
    log_P = scores - np.logaddexp.reduce(scores, axis=1, keepdims=True)
    return -np.mean(one_hot(y, scores.shape[1]) * log_P)
## sign
def cross_entropy(scores, y):
    return np.mean(scores[np.arange(len(y)), y] - np.logaddexp.reduce(scores, axis=1))
## logarithm to base 2
def cross_entropy(scores, y):
    E = np.exp(scores)
    return -np.log2(E[np.arange(len(y)), y] / E.sum(axis=1)).mean()
## logarithm to base 10
def cross_entropy(scores, y):
    E = np.exp(scores)
    return -np.log10(E[np.arange(len(y)), y] / E.sum(axis=1)).mean()
## all classes charged
def cross_entropy(scores, y):
    log_P = scores - np.logaddexp.reduce(scores, axis=1, keepdims=True)
    return -log_P.sum() / len(y)
## scores taken for probabilities
def cross_entropy(scores, y):
    return -np.mean(np.log(scores[np.arange(len(y)), y]))
## softmax applied twice
def cross_entropy(scores, y):
    for _ in range(2):
        E = np.exp(scores - scores.max(axis=1, keepdims=True))
        scores = E / E.sum(axis=1, keepdims=True)
    return -np.log(scores[np.arange(len(y)), y]).mean()
## no logarithm
def cross_entropy(scores, y):
    E = np.exp(scores)
    return np.mean(1 - E[np.arange(len(y)), y] / E.sum(axis=1))
## most likely class charged
def cross_entropy(scores, y):
    return np.mean(np.logaddexp.reduce(scores, axis=1) - scores.max(axis=1))
## one loss per example
def cross_entropy(scores, y):
    return np.logaddexp.reduce(scores, axis=1) - scores[np.arange(len(y)), y]
## softmax over the examples
def cross_entropy(scores, y):
    log_P = scores - np.logaddexp.reduce(scores, axis=0)
    return -log_P[np.arange(len(y)), y].mean()
## squared error
def cross_entropy(scores, y):
    E = np.exp(scores)
    P = E / E.sum(axis=1, keepdims=True)
    return ((P - one_hot(y, scores.shape[1])) ** 2).sum() / len(y)
## columns of all labels
def cross_entropy(scores, y):
    log_P = scores - np.logaddexp.reduce(scores, axis=1, keepdims=True)
    return -log_P[:, y].mean()
## classes counted from 1
def cross_entropy(scores, y):
    return np.mean(np.logaddexp.reduce(scores, axis=1) - scores[np.arange(len(y)), y - 1])
## logarithm of the mean
def cross_entropy(scores, y):
    E = np.exp(scores)
    return -np.log(np.mean(E[np.arange(len(y)), y] / E.sum(axis=1)))
## sigmoid of each score
def cross_entropy(scores, y):
    Y = one_hot(y, scores.shape[1])
    return np.mean(np.sum(np.logaddexp(0, scores) - Y * scores, axis=1))
## only the score
def cross_entropy(scores, y):
    return -np.mean(scores[np.arange(len(y)), y])
## accuracy
def cross_entropy(scores, y):
    return np.mean(scores.argmax(axis=1) == y)
## padded with a thousandth
def cross_entropy(scores, y):
    E = np.exp(scores)
    return -np.log(E[np.arange(len(y)), y] / E.sum(axis=1) + 1e-3).mean()
"""),
)
