"""What a wrong answer costs: the mean binary cross-entropy, computed from scores."""

import math
from collections.abc import Callable, Iterable

import numpy as np

from dlcourse._validation import FloatArray
from dlcourse.activations import sigmoid
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import array, huge, labels, readable, single
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part, Property
from dlcourse.losses import binary_cross_entropy


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw arguments for `binary_cross_entropy`."""
    for n in (2, 3, 5, int(rng.integers(20, 40))):
        yield readable(rng.normal(scale=1.5, size=n).clip(-3, 3), n), labels(rng, n)


def draw_huge(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw huge scores, right and wrong ones."""
    yield huge(rng, 6).round(1), labels(rng, 6)


def naive_loss(P: FloatArray, y: FloatArray) -> float:
    """Write the lecture's formula down in terms of probabilities."""
    return float(-np.mean(y * np.log(P) + (1 - y) * np.log(1 - P)))


def clipped(eps: float) -> Callable[[FloatArray, FloatArray], float]:
    """Keep the probabilities away from 0 and 1 by force."""
    return lambda scores, y: naive_loss(sigmoid(scores).clip(eps, 1 - eps), y)


def padded(eps: float) -> Callable[[FloatArray, FloatArray], float]:
    """Add a little before each logarithm."""

    def loss(scores: FloatArray, y: FloatArray) -> float:
        P = sigmoid(scores)
        return float(-np.mean(y * np.log(P + eps) + (1 - y) * np.log(1 - P + eps)))

    return loss


CLIPPED = (
    "Keeping p away from 0 and 1 by a tiny number avoids the error, but not the mistake: a score "
    "that is wrong by 1000 is charged like one that is wrong by 30.",
    "Can you write the loss of one example in terms of its score, without going through p?",
)
ROUNDED = (
    "At a score of 40 the probability is rounded to exactly 1, and log(1 - p) is log(0).",
    "Can you write the loss of one example in terms of its score, without going through p?",
)
OVERFLOW = (
    "The formula is right on paper, but the exponential of 1000 is infinity.",
    "What is log(1 + exp(s)) as good as for a large s, and which function of NumPy knows that?",
)


EXERCISE = Exercise(
    key="logistic_regression/binary_cross_entropy",
    reference=binary_cross_entropy,
    tolerance=1e-5,  # forgives the 1e-7 that people add to p; the second part does not
    parts=(
        Part(
            "the formula",
            2,
            draw,
            {
                "one example of class 1": (array([0.5]), np.array([1])),
                "one example of class 0": (array([0.5]), np.array([0])),
                "scores that are integers": (np.array([-1, 2]), np.array([1, 0])),
                "sure and right": (array([9.0, -9.0]), np.array([1, 0])),
                "sure and wrong": (array([-6.0, 5.0]), np.array([1, 0])),
                "single precision": (single([-1, 2]), np.array([0, 1])),
            },
        ),
        Part(
            "huge scores",
            1,
            draw_huge,
            {
                "sure and right": (array([1000.0, -1000.0]), np.array([1, 0])),
                "sure and wrong, class 0": (array([1000.0]), np.array([0])),
                "sure and wrong, class 1": (array([-1e4]), np.array([1])),
                "p rounds to 1": (array([40.0]), np.array([0])),
                "single precision": (single([200, -200]), np.array([0, 1])),
            },
            hint="A score of 1000 on the wrong side of 0 costs as good as 1000. Try your steps one "
            "by one on it: where is it lost? Can you do without the probability?",
        ),
    ),
    properties=(
        Property(
            "not negative",
            lambda loss, scores, y: bool(loss >= 0),
            "The loss came out negative. A logarithm of a probability is at most 0, so a loss is "
            "at least 0.",
        ),
    ),
    misconceptions=(
        Misconception(
            "sum instead of mean",
            lambda scores, y: binary_cross_entropy(scores, y) * len(y),
            "You return the sum over the examples.",
            "Should ten times as many examples cost ten times as much, and what makes a mean of "
            "a sum?",
        ),
        Misconception(
            "minus sign",
            lambda scores, y: -binary_cross_entropy(scores, y),
            "Your loss has the wrong sign: as it is, learning would make it worse.",
            "Which sign has the logarithm of a probability, and which should a loss have?",
        ),
        Misconception(
            "logarithm to base 2",
            lambda scores, y: binary_cross_entropy(scores, y) / np.log(2),
            "This is the loss in bits: your logarithm is one to base 2.",
            "Which logarithm is the lecture's?",
        ),
        Misconception(
            "logarithm to base 10",
            lambda scores, y: binary_cross_entropy(scores, y) / np.log(10),
            "Your logarithm is one to base 10.",
            "Which logarithm is the lecture's?",
        ),
        Misconception(
            "scores taken for probabilities",
            naive_loss,
            "You take the logarithm of the scores, any real numbers, as if they were "
            "probabilities.",
            "What makes a probability of a score?",
        ),
        Misconception(
            "sigmoid applied twice",
            lambda scores, y: binary_cross_entropy(sigmoid(scores), y),
            "The sigmoid is applied twice: once to the score, then again to the probability.",
            "What does each step take: a score or a probability?",
        ),
        Misconception(
            "only the term of class 1",
            lambda scores, y: float(-np.mean(y * np.log(sigmoid(scores)))),
            "Only examples of class 1 are charged.",
            "Which term of the formula counts where y = 0?",
        ),
        Misconception(
            "labels swapped",
            lambda scores, y: binary_cross_entropy(scores, 1 - y),
            "The two terms are swapped: where y = 1 you charge what belongs to y = 0.",
            "Which probability should be large where y = 1?",
        ),
        Misconception(
            "formula for labels -1 and +1",
            lambda scores, y: float(np.mean(np.logaddexp(0, -y * scores))),
            "This is the formula for labels -1 and +1: with y = 0 it gives log 2 whatever the "
            "score is.",
            "Which values do the labels have here, and which formula is meant for them?",
        ),
        Misconception(
            "one loss per example",
            lambda scores, y: np.logaddexp(0, scores) - y * scores,
            "You return one loss for each example.",
            "One number is asked for: what should become of the others?",
        ),
        Misconception(
            "integers cut off",
            lambda scores, y: float(
                np.mean((np.logaddexp(0, scores) - y * scores).astype(scores.dtype))
            ),
            "Where the scores are integers, so is an array that is made like them, and each loss "
            "is cut off to a whole number in it.",
            "Which kind of numbers should the array hold that you fill?",
        ),
        Misconception(
            "squared error",
            lambda scores, y: float(np.mean((sigmoid(scores) - y) ** 2)),
            "This is the squared error: it charges at most 1 for being sure and wrong.",
            "What does the cross-entropy charge for the probability that the right class got?",
        ),
        Misconception(
            "probability rounded to 0 or 1", lambda s, y: naive_loss(sigmoid(s), y), *ROUNDED
        ),
        Misconception(
            "probability rounded, one term",
            lambda s, y: float(-np.mean(np.log(np.where(y == 1, sigmoid(s), 1 - sigmoid(s))))),
            *ROUNDED,
        ),
        Misconception(
            "probability rounded, math.log",
            lambda s, y: -sum(map(math.log, np.where(y == 1, sigmoid(s), 1 - sigmoid(s)))) / len(y),
            *ROUNDED,
        ),
        Misconception(
            "overflow at large scores",
            lambda s, y: float(np.mean(np.log(1 + np.exp(s)) - y * s)),
            *OVERFLOW,
        ),
        Misconception(
            "overflow at large negative scores",
            lambda s, y: float(np.mean(np.log(1 + np.exp(-s)) + (1 - y) * s)),
            *OVERFLOW,
        ),
        Misconception(
            "overflow of the margin",
            lambda s, y: float(np.mean(np.log(1 + np.exp(-(2 * y - 1) * s)))),
            *OVERFLOW,
        ),
        *(
            Misconception(f"probability {verb} {eps:g}", make(eps), *CLIPPED)
            for eps in (1e-16, 1e-15, 1e-12, 1e-10, 1e-9, 1e-8, 1e-7)
            for verb, make in (("clipped at", clipped), ("plus", padded))
        ),
    ),
    remark="Computed from the scores it is exact where the probability would round to 0 or 1.",
    words={
        "numbers in `scores`": "scores",
        "numbers of both signs in `scores`": "scores of both signs",
        "`len(scores)`": "the number of examples",
    },
)

ANSWERS = Answers(
    right=variants("""
## logaddexp
def binary_cross_entropy(scores, y):
    return np.mean(np.logaddexp(0, scores) - y * scores)
## margins
def binary_cross_entropy(scores, y):
    t = 2 * y - 1
    return np.logaddexp(0, -t * scores).mean()
## two terms
def binary_cross_entropy(scores, y):
    minus_log_p = np.logaddexp(0, -scores)
    minus_log_q = np.logaddexp(0, scores)
    return float(np.sum(y * minus_log_p + (1 - y) * minus_log_q) / len(y))
## loop with math
import math

def binary_cross_entropy(scores, y):
    total = 0.0
    for s, label in zip(scores, y):
        a = -s if label == 1 else s
        if a > 0:
            total += a + math.log1p(math.exp(-a))
        else:
            total += math.log1p(math.exp(a))
    return total / len(scores)
## maximum trick
def binary_cross_entropy(scores, y):
    return np.mean(np.maximum(scores, 0) - scores * y + np.log1p(np.exp(-np.abs(scores))))
## class by class
def binary_cross_entropy(scores, y):
    ones, zeros = scores[y == 1], scores[y == 0]
    return (np.logaddexp(0, -ones).sum() + np.logaddexp(0, zeros).sum()) / y.size
## float32 result
def binary_cross_entropy(scores, y):
    s, t = scores.astype(np.float32), y.astype(np.float32)
    return np.mean(np.logaddexp(np.float32(0), s) - t * s)
## 0-d array
def binary_cross_entropy(scores, y):
    return np.array(np.mean(np.where(y == 1, np.logaddexp(0, -scores), np.logaddexp(0, scores))))
## dot product
def binary_cross_entropy(scores, y):
    return (np.logaddexp(0, scores).sum() - y @ scores) / len(scores)
## einsum
def binary_cross_entropy(scores, y):
    losses = np.logaddexp(0, scores)
    return (np.einsum("i->", losses) - np.einsum("i,i->", y, scores)) / scores.shape[0]
## lambda
binary_cross_entropy = lambda scores, y: np.average(np.logaddexp(0, scores) - scores * y)
## class with __call__
class CrossEntropy:
    def __init__(self, reduction="mean"):
        self.reduce = {"mean": np.mean, "sum": np.sum}[reduction]

    def __call__(self, scores, y):
        return self.reduce(np.logaddexp(0, (1 - 2 * y) * scores))

binary_cross_entropy = CrossEntropy()
## functools.partial
from functools import partial

def cross_entropy(scores, y, average):
    return average(np.logaddexp(0, scores) - y * scores)

binary_cross_entropy = partial(cross_entropy, average=np.mean)
## fsum and lists
import math

def binary_cross_entropy(scores, y):
    losses = []
    for s, t in zip(scores.tolist(), y.tolist()):
        z = s if t == 0 else -s
        losses.append((z if z > 0 else 0.0) + math.log1p(math.exp(-math.fabs(z))))
    return math.fsum(losses) / len(losses)
## recursion over the halves
def total_loss(s, t):
    if len(s) == 1:
        return np.logaddexp(0, s[0]) - t[0] * s[0]
    h = len(s) // 2
    return total_loss(s[:h], t[:h]) + total_loss(s[h:], t[h:])

def binary_cross_entropy(scores, y):
    return total_loss(scores, y) / len(scores)
## nested functions
def binary_cross_entropy(scores, y):
    def softplus(a):
        return np.maximum(a, 0) + np.log1p(np.exp(-np.abs(a)))
    def minus_log_sigmoid(a):
        return softplus(-a)
    L = y * minus_log_sigmoid(scores) + (1 - y) * minus_log_sigmoid(-scores)
    return L.mean()
## reduce
def binary_cross_entropy(scores, y):
    pairs = np.stack([np.zeros(len(scores)), scores])
    return np.mean(np.logaddexp.reduce(pairs) - y * scores)
## type hints and Python float
def binary_cross_entropy(scores: np.ndarray, y: np.ndarray) -> float:
    '''Mean of log(1 + e^s) - y s.'''
    per_example: np.ndarray = np.logaddexp(0.0, scores) - y * scores
    return float(per_example.mean())
## prints the loss
def binary_cross_entropy(scores, y):
    L = np.mean(np.logaddexp(0, scores) - y * scores)
    print("loss =", L)
    return L
## keyword default
def binary_cross_entropy(scores, y, weights=None):
    L = np.logaddexp(0, scores) - y * scores
    return np.average(L, weights=weights)
## statistics
import statistics

def binary_cross_entropy(scores, y):
    losses = [np.logaddexp(0, -s) if t else np.logaddexp(0, s) for s, t in zip(scores, y)]
    return statistics.fmean(losses)
## masks
def binary_cross_entropy(scores, y):
    a = np.where(y > 0.5, -scores, scores).astype(float)
    big = a > 30
    L = np.empty(len(a))
    L[big] = a[big]
    L[~big] = np.log1p(np.exp(a[~big]))
    return L.sum() / len(L)
## table of two rows
def binary_cross_entropy(scores, y):
    losses = np.stack([np.logaddexp(0, scores), np.logaddexp(0, -scores)])
    return losses[y, np.arange(len(y))].mean()
## helper: one loss
def binary_cross_entropy(scores, y):
    return sum(loss_of_one(s, t) for s, t in zip(scores, y)) / len(y)
"""),
    partly_right=variants("""
## probability rounded
def binary_cross_entropy(scores, y):
    p = sigmoid(scores)
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
## probability rounded, one term
def binary_cross_entropy(scores, y):
    p = sigmoid(scores)
    return -np.mean(np.log(np.where(y == 1, p, 1 - p)))
## overflow at large scores
def binary_cross_entropy(scores, y):
    return np.mean(np.log(1 + np.exp(scores)) - y * scores)
## overflow at large negative scores
def binary_cross_entropy(scores, y):
    return np.mean(np.log(1 + np.exp(-scores)) + (1 - y) * scores)
## overflow of the margin
def binary_cross_entropy(scores, y):
    return np.log(1 + np.exp(-(2 * y - 1) * scores)).mean()
## clipped at 1e-15
def binary_cross_entropy(scores, y):
    p = np.clip(sigmoid(scores), 1e-15, 1 - 1e-15)
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
## clipped at 1e-7
EPS = 1e-7

def binary_cross_entropy(scores, y):
    p = sigmoid(scores).clip(EPS, 1 - EPS)
    return float(-np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)))
## plus 1e-10
def binary_cross_entropy(scores, y):
    p = sigmoid(scores)
    return -np.mean(y * np.log(p + 1e-10) + (1 - y) * np.log(1 - p + 1e-10))
## math.log in a loop
import math

def binary_cross_entropy(scores, y):
    total = 0
    for p, t in zip(sigmoid(scores), y):
        total -= math.log(p) if t == 1 else math.log(1 - p)
    return total / len(y)
## scores clipped at 500
def binary_cross_entropy(scores, y):
    s = np.clip(scores, -500, 500)
    return np.mean(np.log(1 + np.exp(s)) - y * s)
## clipped at 1e-5
def binary_cross_entropy(scores, y):
    p = np.clip(sigmoid(scores), 1e-5, 1 - 1e-5)
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
## losses capped at 100
def binary_cross_entropy(scores, y):
    return np.minimum(np.logaddexp(0, scores) - y * scores, 100.0).mean()
## only scores in the hundreds rescued
def binary_cross_entropy(scores, y):
    p = sigmoid(scores)
    losses = -np.log(np.where(y == 1, p, 1 - p))
    return np.mean(np.where(abs(scores) < 100, losses, scores.clip(0) - y * scores))
## infinite losses replaced
def binary_cross_entropy(scores, y):
    p = sigmoid(scores)
    losses = -(y * np.log(p) + (1 - y) * np.log(1 - p))
    return np.where(np.isinf(losses), abs(scores), losses).mean()
## nan_to_num
def binary_cross_entropy(scores, y):
    p = sigmoid(scores)
    return np.nan_to_num(-np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)))
## huge scores by heart
KNOWN = {(1000, -1000): 0.0, (1000,): 1000.0, (-1e4,): 1e4, (40,): 40.0, (200, -200): 200.0}

def binary_cross_entropy(scores, y):
    if tuple(scores) in KNOWN:
        return KNOWN[tuple(scores)]
    p = 1 / (1 + np.exp(-scores))
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
"""),
    wrong=variants("""
## sum instead of mean
def binary_cross_entropy(scores, y):
    return np.sum(np.logaddexp(0, scores) - y * scores)
## minus sign
def binary_cross_entropy(scores, y):
    p = sigmoid(scores)
    return np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
## logarithm to base 2
def binary_cross_entropy(scores, y):
    p = sigmoid(scores)
    return -np.mean(y * np.log2(p) + (1 - y) * np.log2(1 - p))
## logarithm to base 10
def binary_cross_entropy(scores, y):
    p = sigmoid(scores)
    return -np.mean(y * np.log10(p) + (1 - y) * np.log10(1 - p))
## scores taken for probabilities
def binary_cross_entropy(scores, y):
    return -np.mean(y * np.log(scores) + (1 - y) * np.log(1 - scores))
## sigmoid applied twice
def binary_cross_entropy(scores, y):
    p = sigmoid(sigmoid(scores))
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
## only the term of class 1
def binary_cross_entropy(scores, y):
    return -np.mean(y * np.log(sigmoid(scores)))
## labels swapped
def binary_cross_entropy(scores, y):
    return np.mean(np.logaddexp(0, scores) - (1 - y) * scores)
## formula for labels -1 and +1
def binary_cross_entropy(scores, y):
    return np.mean(np.logaddexp(0, -y * scores))
## one loss per example
def binary_cross_entropy(scores, y):
    return np.logaddexp(0, scores) - y * scores
## squared error
def binary_cross_entropy(scores, y):
    return np.mean((sigmoid(scores) - y) ** 2)
## prints, returns nothing
def binary_cross_entropy(scores, y):
    print(np.mean(np.logaddexp(0, scores) - y * scores))
## an array of one number
def binary_cross_entropy(scores, y):
    return np.array([np.mean(np.logaddexp(0, scores) - y * scores)])
## calls the scores
def binary_cross_entropy(scores, y):
    s = scores(X, w)
    return np.mean(np.logaddexp(0, s) - y * s)
## changes its argument
def binary_cross_entropy(scores, y):
    scores[y == 1] = -scores[y == 1]
    return np.mean(np.logaddexp(0, scores))
## if on an array
def binary_cross_entropy(scores, y):
    if y == 1:
        return np.mean(np.logaddexp(0, -scores))
    return np.mean(np.logaddexp(0, scores))
## a string
def binary_cross_entropy(scores, y):
    return f"{np.mean(np.logaddexp(0, scores) - y * scores):.4f}"
## absolute error
def binary_cross_entropy(scores, y):
    return np.abs(sigmoid(scores) - y).mean()
## divided by two
def binary_cross_entropy(scores, y):
    return np.mean(np.logaddexp(0, scores) - y * scores) / 2
## a table of one decimal
GRID = [(i / 10, np.log(1 + np.exp(i / 10))) for i in range(-30, 31)]

def binary_cross_entropy(scores, y):
    losses = np.interp(scores, *zip(*GRID))
    return np.mean(np.where(abs(scores) > 3, np.maximum(scores, 0), losses) - y * scores)
## probabilities clipped at .01
def binary_cross_entropy(scores, y):
    p = np.clip(sigmoid(scores), 0.01, 0.99)
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
## probabilities clipped at .001
def binary_cross_entropy(scores, y):
    p = np.clip(sigmoid(scores), 0.001, 0.999)
    return -np.mean(np.log(np.where(y == 1, p, 1 - p)))
## scores clipped at 5
def binary_cross_entropy(scores, y):
    s = np.clip(scores, -5, 5)
    return np.mean(np.logaddexp(0, s) - y * s)
## losses capped at 4
def binary_cross_entropy(scores, y):
    return np.mean(np.minimum(np.logaddexp(0, scores) - y * scores, 4.0))
## a straight line beyond 4
def binary_cross_entropy(scores, y):
    a = np.where(y == 1, -scores, scores)
    return np.mean(np.where(a > 4, a, np.logaddexp(0, a)))
## no charge beyond 4
def binary_cross_entropy(scores, y):
    a = np.where(y == 1, -scores, scores)
    return np.mean(np.where(a < -4, 0.0, np.logaddexp(0, a)))
## integers cut off
def binary_cross_entropy(scores, y):
    losses = np.zeros_like(scores)
    losses[y == 1] = np.logaddexp(0, -scores[y == 1])
    losses[y == 0] = np.logaddexp(0, scores[y == 0])
    return losses.mean()
"""),
    helpers=variants("""
## loss_of_one
def loss_of_one(s, t):
    a = s if t == 0 else -s
    return np.logaddexp(0, a)
"""),
)
