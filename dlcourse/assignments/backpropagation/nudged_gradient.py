r"""Is this gradient right? Ask central differences: :math:`(L(w + h) - L(w - h)) / 2h`."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dlcourse._validation import FloatArray, IntArray
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import array, examples, labels, single, sizes, weights
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part
from dlcourse.gradcheck import central_difference, forward_difference
from dlcourse.linear import logistic_gradient


def loss(w: NDArray[Any], X: FloatArray, y: FloatArray) -> Any:
    """Compute the mean cross-entropy from analytic pieces alone, so that `w` may be complex."""
    s = w[0] + X @ w[1:]
    return np.mean(np.log(1 + np.exp(s)) - y * s)


def nudged_gradient(w: FloatArray, X: FloatArray, y: FloatArray, h: float) -> FloatArray:
    """Measure the gradient of the loss by nudging each weight up and down by `h`."""
    return central_difference(lambda v: loss(v, X, y), w, h)


def cases(rng: np.random.Generator) -> Iterable[tuple[FloatArray, FloatArray, IntArray, float]]:
    """Draw weights, examples and labels, and steps so large that one sees how far they are off."""
    for n, features in sizes(rng):
        for h in (0.5, 0.01):
            yield weights(rng, n, features), examples(rng, n, features), labels(rng, n), h


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw them as arguments."""
    return cases(rng)


def each(
    change: Callable[[float, float, float, float], float],
) -> Callable[[FloatArray, FloatArray, FloatArray, float], FloatArray]:
    """Combine the losses above, here and below with the step, for each weight."""

    def measured(w: FloatArray, X: FloatArray, y: FloatArray, h: float) -> FloatArray:
        ups, downs = (w + sign * h * np.eye(len(w)) for sign in (1, -1))
        here = float(loss(w, X, y))
        pairs = zip(ups, downs, strict=True)
        found = [
            change(float(loss(up, X, y)), here, float(loss(down, X, y)), h) for up, down in pairs
        ]
        return np.array(found)

    return measured


def not_taken_back(w: FloatArray, X: FloatArray, y: FloatArray, h: float) -> FloatArray:
    """Nudge one weight after the other, and leave each where the last nudge brought it."""
    w, found = w.astype(np.float64), []
    for k in range(len(w)):
        w[k] += h
        up = loss(w, X, y)
        w[k] -= 2 * h
        found.append((up - loss(w, X, y)) / (2 * h))
    return np.array(found)


def all_at_once(w: FloatArray, X: FloatArray, y: FloatArray, h: float) -> FloatArray:
    """Nudge all weights together."""
    slope = (loss(w + h, X, y) - loss(w - h, X, y)) / (2 * h)
    return np.full(len(w), slope)


EXERCISE = Exercise(
    key="backpropagation/nudged_gradient",
    reference=nudged_gradient,
    parts=(
        Part(
            points=2,
            inputs=draw,
            edge_cases={
                "one feature, one example": (
                    array([0.5, -1.0]),
                    array([[2.0]]),
                    array([1.0]),
                    0.5,
                ),
                "weights that are integers": (
                    np.array([1, -2]),
                    array([[0.5], [1.5]]),
                    np.array([1, 0]),
                    0.25,
                ),
                "single precision": (
                    single([0.5, 1, -1]),
                    single([[1, 2], [2, -1]]),
                    single([1, 0]),
                    0.5,
                ),
            },
        ),
    ),
    misconceptions=(
        Misconception(
            "forward difference",
            lambda w, X, y, h: forward_difference(lambda v: loss(v, X, y), w, h),
            "You compare the loss above with the loss *here*. The central difference leaves out "
            "the middle: it has a smaller error, and asks for two nudges.",
        ),
        Misconception(
            "backward difference",
            each(lambda up, here, down, h: (here - down) / h),
            "You compare the loss *here* with the loss below. The central difference leaves out "
            "the middle, and asks for a nudge to either side.",
        ),
        Misconception(
            "h not doubled",
            each(lambda up, here, down, h: (up - down) / h),
            "Every entry is twice as large as it should be. How far apart are the two places at "
            "which you take the loss?",
        ),
        Misconception(
            "multiplied by h / 2",
            each(lambda up, here, down, h: (up - down) / 2 * h),
            "You divide by 2 and multiply by h: without brackets, Python works from left to right.",
        ),
        Misconception(
            "divided by 2 alone",
            each(lambda up, here, down, h: (up - down) / 2),
            "This is half of the change of the loss. A slope is a change divided by the way.",
        ),
        Misconception(
            "change instead of slope",
            each(lambda up, here, down, h: up - down),
            "This is by how much the loss changes. A slope is a change divided by the way.",
        ),
        Misconception(
            "sign",
            each(lambda up, here, down, h: (down - up) / (2 * h)),
            "Every entry has the wrong sign: the loss above comes first, then the one below.",
        ),
        Misconception(
            "second derivative",
            each(lambda up, here, down, h: (up - 2 * here + down) / h**2),
            "This says how the slope changes, not what it is. The central difference asks for the "
            "loss at two places.",
        ),
        Misconception(
            "nudge not taken back",
            not_taken_back,
            "The first entry is right, the others are not: a weight that was nudged stays where "
            "it is while the next one is nudged.",
        ),
        Misconception(
            "all weights at once",
            all_at_once,
            "You nudge all weights together, so every entry is the same. Only one weight may move "
            "at a time.",
        ),
        Misconception(
            "bias not nudged",
            lambda w, X, y, h: nudged_gradient(w, X, y, h)[1:],
            "The bias is missing. It is a weight too, the first one, and wants its nudge.",
        ),
        Misconception(
            "the formula instead of nudges",
            lambda w, X, y, h: logistic_gradient(X, y, w),
            "This is the gradient by its formula. Asked for is what nudges say, their error "
            "included: how else would one check a formula?",
        ),
        Misconception(
            "loss added up",
            lambda w, X, y, h: nudged_gradient(w, X, y, h) * len(X),
            "Your loss is a sum over the examples. Here it is their mean.",
        ),
        Misconception(
            "half the nudge to either side",
            lambda w, X, y, h: nudged_gradient(w, X, y, h / 2),
            "You go half of h to either side. In the formula each of the two places lies a whole h "
            "away.",
        ),
        Misconception(
            "integers cut off",
            lambda w, X, y, h: nudged_gradient(w, X, y, h).astype(w.dtype),
            "Where w holds integers, an array made like it holds integers too, and a gradient is "
            "cut off to whole numbers in it. Ask for dtype=float.",
        ),
    ),
    remark="Two losses for each weight: too dear to learn with, and good enough to check with.",
)

ANSWERS = Answers(
    right=variants("""
## nudges
def nudged_gradient(w, X, y, h):
    def loss(w):
        s = w[0] + X @ w[1:]
        return np.mean(np.log(1 + np.exp(s)) - y * s)
    g = np.zeros(len(w))
    for k in range(len(w)):
        nudge = np.zeros(len(w))
        nudge[k] = h
        g[k] = (loss(w + nudge) - loss(w - nudge)) / (2 * h)
    return g
## copies
def nudged_gradient(w, X, y, h):
    def loss(w):
        s = X @ w[1:] + w[0]
        return (np.log(1 + np.exp(s)) - y * s).mean()
    g = []
    for k in range(len(w)):
        up, down = w.astype(float), w.astype(float)
        up[k] += h
        down[k] -= h
        g.append((loss(up) - loss(down)) / (2 * h))
    return np.array(g)
## taken back
def nudged_gradient(w, X, y, h):
    loss = lambda w: np.mean(np.logaddexp(0, w[0] + X @ w[1:]) - y * (w[0] + X @ w[1:]))
    w = w.astype(float)
    g = np.empty(len(w))
    for k in range(len(w)):
        old = w[k]
        w[k] = old + h
        above = loss(w)
        w[k] = old - h
        below = loss(w)
        w[k] = old
        g[k] = (above - below) / h / 2
    return g
## rows of the unit matrix
def nudged_gradient(w, X, y, h):
    Z = np.column_stack([np.ones(len(X)), X])
    loss = lambda v: np.sum(np.log(1 + np.exp(Z @ v)) - y * (Z @ v)) / len(X)
    E = h * np.eye(len(w))
    return np.array([(loss(w + e) - loss(w - e)) / (2 * h) for e in E])
## all scores in one table
def nudged_gradient(w, X, y, h):
    Z = np.column_stack([np.ones(len(X)), X])
    s = (Z @ w)[:, None]
    def losses(S):
        return (np.log(1 + np.exp(S)) - y[:, None] * S).mean(axis=0)
    return (losses(s + h * Z) - losses(s - h * Z)) / (2 * h)
## probabilities
def nudged_gradient(w, X, y, h):
    def loss(v):
        P = 1 / (1 + np.exp(-(v[0] + X @ v[1:])))
        return -np.mean(y * np.log(P) + (1 - y) * np.log(1 - P))
    g = np.zeros(w.size)
    for k in range(w.size):
        e = np.zeros(w.size)
        e[k] = h
        g[k] = 0.5 * (loss(w + e) - loss(w - e)) / h
    return g
## labels as signs
def nudged_gradient(w, X, y, h):
    t = 2 * y - 1
    def loss(v):
        return np.log1p(np.exp(-t * (X @ v[1:] + v[0]))).mean()
    g = np.zeros(len(w))
    for k, e in enumerate(np.identity(len(w))):
        g[k] = (loss(w + h * e) - loss(w - h * e)) / (2.0 * h)
    return g
## mean of both sides
def nudged_gradient(w, X, y, h):
    def loss(v):
        s = v[0] + X @ v[1:]
        return np.mean(np.log(1 + np.exp(s)) - y * s)
    here = loss(w)
    g = np.zeros(len(w))
    for k in range(len(w)):
        e = np.zeros(len(w))
        e[k] = h
        ahead = (loss(w + e) - here) / h
        behind = (here - loss(w - e)) / h
        g[k] = (ahead + behind) / 2
    return g
## loops (slow)
import math

def nudged_gradient(w, X, y, h):
    def loss(v):
        total = 0.0
        for i in range(len(X)):
            s = v[0]
            for j in range(X.shape[1]):
                s = s + v[j + 1] * X[i, j]
            total = total + math.log(1 + math.exp(s)) - y[i] * s
        return total / len(X)
    g = []
    for k in range(len(w)):
        v = [float(value) for value in w]
        v[k] = v[k] + h
        up = loss(v)
        v[k] = v[k] - 2 * h
        g.append((up - loss(v)) / (2 * h))
    return np.array(g)
## two directions
def nudged_gradient(w, X, y, h):
    def loss(v):
        s = v[0] + X.dot(v[1:])
        return np.average(np.logaddexp(0, s) - y * s)
    g = np.zeros(len(w))
    for k in range(len(w)):
        for sign in (-1, 1):
            v = w + 0.0
            v[k] += sign * h
            g[k] += sign * loss(v) / (2 * h)
    return g
## einsum
def nudged_gradient(w, X, y, h):
    Z = np.insert(X.astype(float), 0, 1, axis=1)
    def loss(v):
        s = np.einsum("ij,j->i", Z, v)
        return np.einsum("i->", np.log(1 + np.exp(s)) - y * s) / len(s)
    def slope(k):
        e = h * (np.arange(len(w)) == k)
        return (loss(w + e) - loss(w - e)) / (h + h)
    return np.array([slope(k) for k in range(len(w))])
## lambda
one_loss = lambda v, X, y: np.mean(np.log(1 + np.exp(v[0] + X @ v[1:])) - y * (v[0] + X @ v[1:]))
rise = lambda w, X, y, e: one_loss(w + e, X, y) - one_loss(w - e, X, y)
nudges = lambda w, h: h * np.eye(len(w))
nudged_gradient = lambda w, X, y, h: np.array([rise(w, X, y, e) / 2 / h for e in nudges(w, h)])
## type hints
def nudged_gradient(w: np.ndarray, X: np.ndarray, y: np.ndarray, h: float) -> np.ndarray:
    '''Central differences.'''
    def loss(v: np.ndarray) -> float:
        s: np.ndarray = np.dot(X, v[1:]) + v[0]
        return float(np.sum(np.logaddexp(0.0, s) - np.multiply(y, s)) / X.shape[0])
    result: np.ndarray = np.zeros(w.shape, dtype=float)
    for index in range(w.shape[0]):
        nudge: np.ndarray = np.zeros(w.shape[0])
        nudge[index] = h
        result[index] = (loss(w + nudge) - loss(w - nudge)) / (2 * h)
    return result
## helper: mean cost
def nudged_gradient(w, X, y, h):
    E = h * np.eye(len(w))
    return np.array([(mean_cost(w + e, X, y) - mean_cost(w - e, X, y)) / (2 * h) for e in E])
"""),
    wrong=variants("""
## forward difference
def nudged_gradient(w, X, y, h):
    E = h * np.eye(len(w))
    return np.array([(mean_cost(w + e, X, y) - mean_cost(w, X, y)) / h for e in E])
## backward difference
def nudged_gradient(w, X, y, h):
    E = h * np.eye(len(w))
    return np.array([(mean_cost(w, X, y) - mean_cost(w - e, X, y)) / h for e in E])
## h not doubled
def nudged_gradient(w, X, y, h):
    E = h * np.eye(len(w))
    return np.array([(mean_cost(w + e, X, y) - mean_cost(w - e, X, y)) / h for e in E])
## multiplied by h / 2
def nudged_gradient(w, X, y, h):
    E = h * np.eye(len(w))
    return np.array([(mean_cost(w + e, X, y) - mean_cost(w - e, X, y)) / 2 * h for e in E])
## divided by 2 alone
def nudged_gradient(w, X, y, h):
    E = h * np.eye(len(w))
    return np.array([(mean_cost(w + e, X, y) - mean_cost(w - e, X, y)) / 2 for e in E])
## change instead of slope
def nudged_gradient(w, X, y, h):
    E = h * np.eye(len(w))
    return np.array([mean_cost(w + e, X, y) - mean_cost(w - e, X, y) for e in E])
## sign
def nudged_gradient(w, X, y, h):
    E = h * np.eye(len(w))
    return np.array([(mean_cost(w - e, X, y) - mean_cost(w + e, X, y)) / (2 * h) for e in E])
## nudge not taken back
def nudged_gradient(w, X, y, h):
    w, g = w.astype(float), np.zeros(len(w))
    for k in range(len(w)):
        w[k] += h
        up = mean_cost(w, X, y)
        w[k] -= 2 * h
        g[k] = (up - mean_cost(w, X, y)) / (2 * h)
    return g
## all weights at once
def nudged_gradient(w, X, y, h):
    slope = (mean_cost(w + h, X, y) - mean_cost(w - h, X, y)) / (2 * h)
    return np.full(len(w), slope)
## bias not nudged
def nudged_gradient(w, X, y, h):
    E = h * np.eye(len(w))[1:]
    return np.array([(mean_cost(w + e, X, y) - mean_cost(w - e, X, y)) / (2 * h) for e in E])
## the formula instead of nudges
def nudged_gradient(w, X, y, h):
    Z = np.column_stack([np.ones(len(X)), X])
    return (1 / (1 + np.exp(-Z @ w)) - y) @ Z / len(X)
## loss added up
def nudged_gradient(w, X, y, h):
    E, n = h * np.eye(len(w)), len(X)
    return np.array([n * (mean_cost(w + e, X, y) - mean_cost(w - e, X, y)) / (2 * h) for e in E])
## half the nudge to either side
def nudged_gradient(w, X, y, h):
    E = h / 2 * np.eye(len(w))
    return np.array([(mean_cost(w + e, X, y) - mean_cost(w - e, X, y)) / h for e in E])
## a step of its own
def nudged_gradient(w, X, y, h):
    h = 1e-6
    E = h * np.eye(len(w))
    return np.array([(mean_cost(w + e, X, y) - mean_cost(w - e, X, y)) / (2 * h) for e in E])
## one number
def nudged_gradient(w, X, y, h):
    return (mean_cost(w + h, X, y) - mean_cost(w - h, X, y)) / (2 * h)
## relative nudge
def nudged_gradient(w, X, y, h):
    E = np.diag(h * (1 + np.abs(w)))
    return np.array([(mean_cost(w + e, X, y) - mean_cost(w - e, X, y)) / (2 * h) for e in E])
## slope of the score
def nudged_gradient(w, X, y, h):
    score = lambda v: np.mean(v[0] + X @ v[1:])
    E = h * np.eye(len(w))
    return np.array([(score(w + e) - score(w - e)) / (2 * h) for e in E])
## labels left out
def nudged_gradient(w, X, y, h):
    E, none = h * np.eye(len(w)), 0 * y
    return np.array([(mean_cost(w + e, X, none) - mean_cost(w - e, X, none)) / (2 * h) for e in E])
"""),
    helpers=variants("""
## mean_cost
def mean_cost(v, X, y):
    s = v[0] + X @ v[1:]
    return np.mean(np.log(1 + np.exp(s)) - y * s)
"""),
)
