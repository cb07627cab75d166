r"""A nudge along the imaginary axis; nothing is subtracted: :math:`\mathrm{Im}\, L(w + ih) / h`."""

from collections.abc import Callable, Iterable

import numpy as np

from dlcourse._validation import FloatArray
from dlcourse.assignments.backpropagation.nudged_gradient import cases, loss, nudged_gradient
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import array
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part
from dlcourse.gradcheck import complex_step, forward_difference
from dlcourse.linear import logistic_gradient


def complex_gradient(w: FloatArray, X: FloatArray, y: FloatArray, h: float) -> FloatArray:
    """Measure the gradient of the loss by an imaginary nudge of each weight."""
    return complex_step(lambda v: loss(v, X, y), w, h)


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw examples, and steps so large that one sees how far they are off."""
    for w, X, y, h in cases(rng):
        yield w, X, y, h / 2


def draw_tiny(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw again, with a step that is lost beside any weight."""
    for w, X, y, _ in cases(rng):
        yield w, X, y, 1e-30


def each(
    take: Callable[[complex, float], float],
) -> Callable[[FloatArray, FloatArray, FloatArray, float], FloatArray]:
    """Take something from the loss at each weight's imaginary nudge, and from the step."""

    def measured(w: FloatArray, X: FloatArray, y: FloatArray, h: float) -> FloatArray:
        return np.array([take(complex(loss(v, X, y)), h) for v in w + 1j * h * np.eye(len(w))])

    return measured


def not_taken_back(w: FloatArray, X: FloatArray, y: FloatArray, h: float) -> FloatArray:
    """Leave each weight where its nudge brought it."""
    v, found = w.astype(complex), []
    for k in range(len(v)):
        v[k] += 1j * h
        found.append(loss(v, X, y).imag / h)
    return np.array(found)


def all_at_once(w: FloatArray, X: FloatArray, y: FloatArray, h: float) -> FloatArray:
    """Nudge all weights together."""
    return np.full(len(w), loss(w + 1j * h, X, y).imag / h)


EXERCISE = Exercise(
    key="backpropagation/complex_gradient",
    reference=complex_gradient,
    parts=(
        Part(
            "any step",
            1,
            draw,
            {
                "one feature, one example": (
                    array([0.5, -1.0]),
                    array([[2.0]]),
                    array([1.0]),
                    0.25,
                ),
                "weights that are integers": (
                    np.array([1, -2]),
                    array([[0.5], [1.5]]),
                    np.array([1, 0]),
                    0.25,
                ),
            },
        ),
        Part(
            "a tiny step",
            1,
            draw_tiny,
            {
                "step 1e-200": (array([0.5, -1.0]), array([[2.0]]), array([1.0]), 1e-200),
            },
            hint="With h = 1e-30, w + h is w, to the last digit. So no two losses may be "
            "subtracted, and nothing may be made of h that is smaller still.",
        ),
    ),
    misconceptions=(
        Misconception(
            "central difference",
            nudged_gradient,
            "This is the central difference: you nudge along the real numbers. Here the nudge is "
            "imaginary, and there is only one.",
        ),
        Misconception(
            "forward difference",
            lambda w, X, y, h: forward_difference(lambda v: loss(v, X, y), w, h),
            "You nudge along the real numbers and subtract. Here the nudge is imaginary, and "
            "nothing is subtracted.",
        ),
        Misconception(
            "not divided",
            each(lambda value, h: value.imag),
            "This is the imaginary part of the loss. For a slope, it must be divided by the way.",
        ),
        Misconception(
            "divided twice over",
            each(lambda value, h: value.imag / (2 * h)),
            "Every entry is half as large as it should be. The 2 belongs to a nudge to either "
            "side; here there is only one.",
        ),
        Misconception(
            "real part",
            each(lambda value, h: value.real / h),
            "You take the real part. To first order that is the loss itself; how it changes along "
            "the nudge is in the other part.",
        ),
        Misconception(
            "size",
            each(lambda value, h: abs(value) / h),
            "You take the size of the complex number, in which the loss itself is the larger part. "
            "Only one of its two parts is wanted.",
        ),
        Misconception(
            "angle",
            each(lambda value, h: float(np.angle(value)) / h),
            "You take the angle of the complex number. That is the slope of the loss's logarithm; "
            "here it is enough to take one of the two parts.",
        ),
        Misconception(
            "sign",
            each(lambda value, h: -value.imag / h),
            "Every entry has the wrong sign. The nudge goes along +i.",
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
            lambda w, X, y, h: complex_gradient(w, X, y, h)[1:],
            "The bias is missing. It is a weight too, the first one, and wants its nudge.",
        ),
        Misconception(
            "the formula instead of a nudge",
            lambda w, X, y, h: logistic_gradient(X, y, w),
            "This is the gradient by its formula. Asked for is what a nudge by h says: how else "
            "would one check a formula?",
        ),
        Misconception(
            "loss added up",
            lambda w, X, y, h: complex_gradient(w, X, y, h) * len(X),
            "Your loss is a sum over the examples. Here it is their mean.",
        ),
        Misconception(
            "complex numbers returned",
            each(lambda value, h: value / h),  # type: ignore[arg-type,return-value]
            "You return complex numbers. The slope is in one of their two parts.",
        ),
    ),
    remark="All sixteen digits, from a single nudge.",
)

ANSWERS = Answers(
    right=variants("""
## nudges
def complex_gradient(w, X, y, h):
    def loss(w):
        s = w[0] + X @ w[1:]
        return np.mean(np.log(1 + np.exp(s)) - y * s)
    g = np.zeros(len(w))
    for k in range(len(w)):
        nudge = np.zeros(len(w), dtype=complex)
        nudge[k] = 1j * h
        g[k] = loss(w + nudge).imag / h
    return g
## copies
def complex_gradient(w, X, y, h):
    def loss(w):
        s = X @ w[1:] + w[0]
        return (np.log(1 + np.exp(s)) - y * s).mean()
    g = []
    for k in range(len(w)):
        v = w.astype(complex)
        v[k] += 1j * h
        g.append(np.imag(loss(v)) / h)
    return np.array(g)
## taken back
def complex_gradient(w, X, y, h):
    def loss(v):
        s = v[0] + X @ v[1:]
        return np.sum(np.log(1 + np.exp(s)) - y * s) / len(X)
    v, g = w.astype(np.complex128), np.zeros(len(w))
    for k in range(len(w)):
        old = v[k]
        v[k] = old + 1j * h
        g[k] = loss(v).imag / h
        v[k] = old
    return g
## rows of the unit matrix
def complex_gradient(w, X, y, h):
    Z = np.column_stack([np.ones(len(X)), X])
    loss = lambda v: np.sum(np.log(1 + np.exp(Z @ v)) - y * (Z @ v)) / len(X)
    E = 1j * h * np.eye(len(w))
    return np.array([loss(w + e).imag / h for e in E])
## all scores in one table
def complex_gradient(w, X, y, h):
    Z = np.column_stack([np.ones(len(X)), X])
    S = (Z @ w)[:, None] + 1j * h * Z
    return (np.log(1 + np.exp(S)) - y[:, None] * S).mean(axis=0).imag / h
## two terms
def complex_gradient(w, X, y, h):
    g = np.empty(len(w))
    for k in range(len(w)):
        v = w + 0j
        v[k] = v[k] + 1j * h
        s = v[0] + X @ v[1:]
        cost = np.log(1 + np.exp(s)).imag
        reward = y * s.imag
        g[k] = (cost - reward).mean() / h
    return g
## labels as signs
def complex_gradient(w, X, y, h):
    t = 2 * y - 1
    def loss(v):
        return np.log(1 + np.exp(-t * (X @ v[1:] + v[0]))).mean()
    g = np.zeros(len(w))
    for k, e in enumerate(np.identity(len(w))):
        g[k] = loss(w + 1j * h * e).imag / h
    return g
## the other way round
def complex_gradient(w, X, y, h):
    def loss(v):
        s = v[0] + X @ v[1:]
        return np.mean(np.log(1 + np.exp(s)) - y * s)
    g = np.zeros(len(w))
    for k in range(len(w)):
        e = np.zeros(len(w))
        e[k] = h
        g[k] = -loss(w - 1j * e).imag / h
    return g
## divided by i
def complex_gradient(w, X, y, h):
    def loss(v):
        s = v[0] + X.dot(v[1:])
        return np.average(np.log(1 + np.exp(s)) - y * s)
    g = []
    for k in range(len(w)):
        v = w.astype(complex)
        v[k] = v[k] + complex(0, h)
        g.append((loss(v) / 1j / h).real)
    return np.array(g)
## loops with cmath (slow)
import cmath

def complex_gradient(w, X, y, h):
    def loss(v):
        total = 0j
        for i in range(len(X)):
            s = v[0]
            for j in range(X.shape[1]):
                s = s + v[j + 1] * X[i, j]
            total = total + cmath.log(1 + cmath.exp(s)) - y[i] * s
        return total / len(X)
    g = []
    for k in range(len(w)):
        v = [complex(value) for value in w]
        v[k] = v[k] + 1j * h
        g.append(loss(v).imag / h)
    return np.array(g)
## einsum
def complex_gradient(w, X, y, h):
    Z = np.insert(X.astype(float), 0, 1, axis=1)
    def loss(v):
        s = np.einsum("ij,j->i", Z, v)
        return np.einsum("i->", np.log(1 + np.exp(s)) - y * s) / len(s)
    def slope(k):
        e = 1j * h * (np.arange(len(w)) == k)
        return loss(w + e).imag / h
    return np.array([slope(k) for k in range(len(w))])
## lambda
score = lambda v, X: v[0] + X @ v[1:]
one_loss = lambda v, X, y: np.mean(np.log(1 + np.exp(score(v, X))) - y * score(v, X))
steps = lambda w, h: 1j * h * np.eye(len(w))
losses = lambda w, X, y, h: np.array([one_loss(w + e, X, y) for e in steps(w, h)])
complex_gradient = lambda w, X, y, h: losses(w, X, y, h).imag / h
## type hints
def complex_gradient(w: np.ndarray, X: np.ndarray, y: np.ndarray, h: float) -> np.ndarray:
    '''Imaginary nudges.'''
    def loss(v: np.ndarray) -> complex:
        s: np.ndarray = np.dot(X, v[1:]) + v[0]
        return complex(np.sum(np.log(1.0 + np.exp(s)) - np.multiply(y, s)) / X.shape[0])
    result: np.ndarray = np.zeros(w.shape, dtype=float)
    for index in range(w.shape[0]):
        nudged: np.ndarray = np.array(w, dtype=complex)
        nudged[index] += complex(0.0, h)
        result[index] = loss(nudged).imag / h
    return result
## helper: mean cost
def complex_gradient(w, X, y, h):
    E = 1j * h * np.eye(len(w))
    return np.array([mean_cost(w + e, X, y).imag for e in E]) / h
"""),
    partly_right=variants("""
## no step below 1e-8
def complex_gradient(w, X, y, h):
    if h < 1e-8:
        return np.zeros(len(w))
    E = 1j * h * np.eye(len(w))
    return np.array([mean_cost(w + e, X, y).imag / h for e in E])
"""),
    wrong=variants("""
## central difference
def complex_gradient(w, X, y, h):
    E = h * np.eye(len(w))
    return np.array([(mean_cost(w + e, X, y) - mean_cost(w - e, X, y)) / (2 * h) for e in E])
## forward difference
def complex_gradient(w, X, y, h):
    E = h * np.eye(len(w))
    return np.array([(mean_cost(w + e, X, y) - mean_cost(w, X, y)) / h for e in E])
## not divided
def complex_gradient(w, X, y, h):
    E = 1j * h * np.eye(len(w))
    return np.array([mean_cost(w + e, X, y).imag for e in E])
## divided twice over
def complex_gradient(w, X, y, h):
    E = 1j * h * np.eye(len(w))
    return np.array([mean_cost(w + e, X, y).imag / (2 * h) for e in E])
## real part
def complex_gradient(w, X, y, h):
    E = 1j * h * np.eye(len(w))
    return np.array([mean_cost(w + e, X, y).real / h for e in E])
## size
def complex_gradient(w, X, y, h):
    E = 1j * h * np.eye(len(w))
    return np.array([abs(mean_cost(w + e, X, y)) / h for e in E])
## angle
def complex_gradient(w, X, y, h):
    E = 1j * h * np.eye(len(w))
    return np.array([np.angle(mean_cost(w + e, X, y)) / h for e in E])
## sign
def complex_gradient(w, X, y, h):
    E = -1j * h * np.eye(len(w))
    return np.array([mean_cost(w + e, X, y).imag / h for e in E])
## nudge not taken back
def complex_gradient(w, X, y, h):
    v, g = w.astype(complex), np.zeros(len(w))
    for k in range(len(w)):
        v[k] += 1j * h
        g[k] = mean_cost(v, X, y).imag / h
    return g
## all weights at once
def complex_gradient(w, X, y, h):
    return np.full(len(w), mean_cost(w + 1j * h, X, y).imag / h)
## bias not nudged
def complex_gradient(w, X, y, h):
    E = 1j * h * np.eye(len(w))[1:]
    return np.array([mean_cost(w + e, X, y).imag / h for e in E])
## the formula instead of a nudge
def complex_gradient(w, X, y, h):
    Z = np.column_stack([np.ones(len(X)), X])
    return (1 / (1 + np.exp(-Z @ w)) - y) @ Z / len(X)
## loss added up
def complex_gradient(w, X, y, h):
    E = 1j * h * np.eye(len(w))
    return np.array([len(X) * mean_cost(w + e, X, y).imag / h for e in E])
## complex numbers returned
def complex_gradient(w, X, y, h):
    E = 1j * h * np.eye(len(w))
    return np.array([mean_cost(w + e, X, y) / h for e in E])
## complex, minus the loss here
def complex_gradient(w, X, y, h):
    E = 1j * h * np.eye(len(w))
    return np.array([(mean_cost(w + e, X, y) - mean_cost(w, X, y)).real / h for e in E])
## a step of its own
def complex_gradient(w, X, y, h):
    E = 1e-20j * np.eye(len(w))
    return np.array([mean_cost(w + e, X, y).imag / 1e-20 for e in E])
## one number
def complex_gradient(w, X, y, h):
    return mean_cost(w + 1j * h, X, y).imag / h
"""),
    helpers=variants("""
## mean_cost
def mean_cost(v, X, y):
    s = v[0] + X @ v[1:]
    return np.mean(np.log(1 + np.exp(s)) - y * s)
"""),
)
