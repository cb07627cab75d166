r"""The same loss for labels -1 and +1: :math:`\log(1 + e^{-y s})`, averaged."""

from collections.abc import Iterable

import numpy as np

from dlcourse._validation import FloatArray
from dlcourse.activations import sigmoid
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import array, huge, labels, readable, single
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part, Property
from dlcourse.losses import logistic_loss


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw scores and signs."""
    for n in (2, 3, 5, int(rng.integers(20, 40))):
        yield readable(rng.normal(scale=1.5, size=n).clip(-3, 3), n), 2 * labels(rng, n) - 1


def draw_huge(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw huge scores, on the right side and on the wrong one."""
    yield huge(rng, 6).round(1), 2 * labels(rng, 6) - 1


def on_paper(scores: FloatArray, y: FloatArray) -> float:
    """Take the exponential as it is."""
    return float(np.mean(np.log(1 + np.exp(-y * scores))))


EXERCISE = Exercise(
    key="logistic_regression/logistic_loss",
    reference=logistic_loss,
    parts=(
        Part(
            "the formula",
            1,
            draw,
            {
                "one example of class +1": (array([0.5]), np.array([1])),
                "one example of class -1": (array([0.5]), np.array([-1])),
                "scores that are integers": (np.array([-1, 2]), np.array([1, -1])),
                "sure and right": (array([9.0, -9.0]), np.array([1, -1])),
                "single precision": (single([-1, 2]), np.array([-1, 1])),
            },
        ),
        Part(
            "huge scores",
            1,
            draw_huge,
            {
                "sure and right": (array([1000.0, -1000.0]), np.array([1, -1])),
                "sure and wrong": (array([1000.0]), np.array([-1])),
                "p rounds to 1": (array([40.0]), np.array([-1])),
                "single precision": (single([200, -200]), np.array([-1, 1])),
            },
            hint="A margin of -1000 costs as good as 1000. Try your steps one by one on it: where "
            "is it lost, and which NumPy function adds exponentials without computing them?",
        ),
    ),
    properties=(
        Property(
            "not negative",
            lambda loss, *_: bool(loss >= 0),
            "The loss came out negative. 1 plus an exponential is above 1, so its logarithm is "
            "above 0.",
        ),
    ),
    misconceptions=(
        Misconception(
            "sum instead of mean",
            lambda scores, y: logistic_loss(scores, y) * len(y),
            "You return the sum over the examples. Here losses are averages.",
        ),
        Misconception(
            "sign of the margin",
            lambda scores, y: logistic_loss(-scores, y),
            "Being right is charged and being wrong is not. A large margin y s must cost little: "
            "look at the sign in the exponent.",
        ),
        Misconception(
            "formula for labels 0 and 1",
            lambda scores, y: float(np.mean(np.logaddexp(0, scores) - y * scores)),
            "log(1 + exp(s)) - y s is the loss for labels 0 and 1. Here the labels are -1 and +1, "
            "and one term is enough: what does the margin say?",
        ),
        Misconception(
            "margins cut off at 30",
            lambda scores, y: on_paper(np.clip(y * scores, -30, 30), np.ones_like(scores)),
            "Margins are cut off, so that no mistake costs more than some number. A huge mistake "
            "costs about its margin: which function takes the logarithm of a sum of exponentials "
            "without overflow?",
        ),
        Misconception(
            "label left out",
            lambda scores, y: float(np.mean(np.logaddexp(0, -scores))),
            "All examples are charged as if they were of class +1. Where does the label come in?",
        ),
        Misconception(
            "probability instead of loss",
            lambda scores, y: float(np.mean(sigmoid(y * scores))),
            "This is the mean probability of what really happened. The loss is minus its log.",
        ),
        Misconception(
            "hinge",
            lambda scores, y: float(np.mean(np.maximum(0, 1 - y * scores))),
            "This is the hinge loss, made of two straight pieces. The logistic loss is smooth: a "
            "logarithm of 1 plus an exponential.",
        ),
        Misconception(
            "logarithm to base 2",
            lambda scores, y: logistic_loss(scores, y) / np.log(2),
            "This is the loss in bits: you took np.log2. The lecture's log is the natural one.",
        ),
        Misconception(
            "one loss per example",
            lambda scores, y: np.logaddexp(0, -y * scores),
            "You return one loss for each example. The loss is one number, their mean.",
        ),
        Misconception(
            "margin of the means",
            lambda scores, y: float(np.logaddexp(0, -np.mean(y * scores))),
            "You average the margins before the logarithm. Each example pays for its own margin, "
            "and these losses are averaged.",
        ),
        Misconception(
            "overflow of the margin",
            on_paper,
            "With a margin of -1000 the exponential is infinite, and the probability 0. The loss "
            "is as good as minus the margin there: np.logaddexp knows that.",
        ),
        Misconception(
            "overflow of a large margin",
            lambda scores, y: float(np.mean(np.log(1 + np.exp(y * scores)) - y * scores)),
            "With a margin of 1000 your exponential is infinite, and infinity minus infinity is "
            "nan. Turn the sign in the exponent, or ask np.logaddexp.",
        ),
        Misconception(
            "probability rounded to 1",
            lambda scores, y: float(
                -np.mean(np.log(np.where(y == 1, sigmoid(scores), 1 - sigmoid(scores))))
            ),
            "At a score of 40 the probability is rounded to exactly 1, and log(1 - p) is log(0). "
            "Do not go through p: its logarithm can be taken on paper.",
        ),
    ),
    remark="The same numbers as the binary cross-entropy, from one term.",
)

ANSWERS = Answers(
    right=variants("""
## logaddexp
def logistic_loss(scores, y):
    return np.mean(np.logaddexp(0, -y * scores))
## through labels 0 and 1
def logistic_loss(scores, y):
    return binary_cross_entropy(scores, (y + 1) / 2)
## margins
def logistic_loss(scores, y):
    margins = y * scores
    return np.logaddexp(0.0, -margins).sum() / len(margins)
## maximum trick
def logistic_loss(scores, y):
    m = -y * scores
    return np.mean(np.maximum(m, 0) + np.log1p(np.exp(-np.abs(m))))
## loop with math (slow)
import math

def logistic_loss(scores, y):
    total = 0.0
    for s, sign in zip(scores, y):
        m = sign * s
        if m > 0:
            total += math.log1p(math.exp(-m))
        else:
            total += -m + math.log1p(math.exp(m))
    return total / len(y)
## class by class
def logistic_loss(scores, y):
    right = np.logaddexp(0, -scores[y == 1]).sum()
    wrong = np.logaddexp(0, scores[y == -1]).sum()
    return (right + wrong) / y.size
## where
def logistic_loss(scores, y):
    return np.where(y > 0, np.logaddexp(0, -scores), np.logaddexp(0, scores)).mean()
## reduce
def logistic_loss(scores, y):
    pairs = np.stack([np.zeros(len(y)), -y * scores])
    return np.logaddexp.reduce(pairs).mean()
## lambda
logistic_loss = lambda scores, y: float(np.average(np.logaddexp(0, -scores * y)))
## comprehension (slow)
def logistic_loss(scores, y):
    return sum(np.logaddexp(0, -t * s) for s, t in zip(scores, y)) / len(scores)
## masks
def logistic_loss(scores, y):
    m = (y * scores).astype(float)
    loss = np.empty(len(m))
    far = m < -30
    loss[far] = -m[far]
    loss[~far] = np.log1p(np.exp(-m[~far]))
    return loss.mean()
## softplus inside
def logistic_loss(scores, y):
    def softplus(a):
        return np.maximum(a, 0) + np.log1p(np.exp(-np.abs(a)))
    return softplus(-scores * y).mean()
## type hints
def logistic_loss(scores: np.ndarray, y: np.ndarray) -> float:
    '''log(1 + e^(-ys)).'''
    margin: np.ndarray = np.multiply(y, scores)
    return float(np.logaddexp(np.zeros_like(margin, dtype=float), -margin).mean())
"""),
    partly_right=variants("""
## overflow of the margin
def logistic_loss(scores, y):
    return np.log(1 + np.exp(-y * scores)).mean()
## overflow, log1p
def logistic_loss(scores, y):
    return np.mean(np.log1p(np.exp(-y * scores)))
## overflow of a large margin
def logistic_loss(scores, y):
    m = y * scores
    return np.mean(np.log(1 + np.exp(m)) - m)
## probability rounded to 1
def logistic_loss(scores, y):
    p = sigmoid(scores)
    return -np.log(np.where(y == 1, p, 1 - p)).mean()
## through p where it is not huge
def logistic_loss(scores, y):
    p = sigmoid(scores)
    loss = -np.log(np.where(y == 1, p, 1 - p))
    return np.where(y * scores < -100, -y * scores, loss).mean()
## probability of what happened
def logistic_loss(scores, y):
    return -np.mean(np.log(sigmoid(y * scores)))
## margins clipped at 500
def logistic_loss(scores, y):
    return np.log1p(np.exp(np.clip(-y * scores, -500, 500))).mean()
## clipped probability
def logistic_loss(scores, y):
    return -np.log(np.clip(sigmoid(y * scores), 1e-12, 1)).mean()
"""),
    wrong=variants("""
## sum instead of mean
def logistic_loss(scores, y):
    return np.logaddexp(0, -y * scores).sum()
## sign of the margin
def logistic_loss(scores, y):
    return np.logaddexp(0, y * scores).mean()
## formula for labels 0 and 1
def logistic_loss(scores, y):
    return binary_cross_entropy(scores, y)
## label left out
def logistic_loss(scores, y):
    return np.mean(np.log(1 + np.exp(-scores)))
## probability instead of loss
def logistic_loss(scores, y):
    return np.mean(sigmoid(y * scores))
## hinge
def logistic_loss(scores, y):
    return np.maximum(0, 1 - y * scores).mean()
## logarithm to base 2
def logistic_loss(scores, y):
    return np.mean(np.log2(1 + np.exp(-y * scores)))
## one loss per example
def logistic_loss(scores, y):
    return np.logaddexp(0, -y * scores)
## margin of the means
def logistic_loss(scores, y):
    return np.logaddexp(0, -np.mean(y * scores))
## minus the margin
def logistic_loss(scores, y):
    return -np.mean(y * scores)
## wrong decisions counted
def logistic_loss(scores, y):
    return np.mean(y * scores < 0)
## exponential alone
def logistic_loss(scores, y):
    return np.exp(-y * scores).mean()
## squared
def logistic_loss(scores, y):
    return np.mean((1 - y * scores) ** 2)
## logarithm of the exponential minus one
def logistic_loss(scores, y):
    return np.mean(np.log(np.abs(1 - np.exp(-y * scores))))
## only wrong ones charged
def logistic_loss(scores, y):
    m = y * scores
    return np.mean(np.where(m < 0, np.logaddexp(0, -m), 0))
"""),
)
