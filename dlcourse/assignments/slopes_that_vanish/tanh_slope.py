r"""The slope of tanh from its output: :math:`\tanh'(s) = 1 - x^2`."""

from collections.abc import Iterable

import numpy as np

from dlcourse._validation import FloatArray
from dlcourse.activations import tanh_derivative
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import READABLE, array, single, sizes
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part


def tanh_slope(X: FloatArray) -> FloatArray:
    """Compute the slope of each unit from what it says."""
    return 1 - X**2


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw outputs of tanh, none of them near 0."""
    for n, units in sizes(rng):
        size = rng.uniform(0.2, 1.5, (n, units))
        X = np.tanh(size * rng.choice([-1, 1], (n, units)))
        yield (X.round(2) if n <= READABLE else X,)


EXERCISE = Exercise(
    key="slopes_that_vanish/tanh_slope",
    reference=tanh_slope,
    parts=(
        Part(
            inputs=draw,
            edge_cases={
                "an output of 0": (array([[0.0]]),),
                "saturated on both sides": (array([[-1.0, 1.0]]),),
                "single precision": (single([[0.25, -0.75], [0.125, 0.5]]),),
            },
        ),
    ),
    misconceptions=(
        Misconception(
            "output taken for the score",
            lambda X: tanh_derivative(X),
            "You put X into tanh once more. It has been through it already: X is what the unit "
            "says.",
            "Which part of the formula for the slope can be replaced by X?",
        ),
        Misconception(
            "no square",
            lambda X: 1 - X,
            "You subtract the output, not its square. So the slope at -1 would be 2.",
            "How steep is tanh where it says -1?",
        ),
        Misconception(
            "square around the difference",
            lambda X: (1 - X) ** 2,
            "You square the whole difference. So the slope at -1 would be 4.",
            "What is squared in the formula, the output or the difference?",
        ),
        Misconception(
            "slope of the sigmoid",
            lambda X: X * (1 - X),
            "This is the slope of the sigmoid, and for tanh it would be negative on one side.",
            "At which output is tanh steepest, and how steep is it there?",
        ),
        Misconception(
            "sign",
            lambda X: X**2 - 1,
            "Your slope is negative, as if a unit said less with a larger score.",
            "Does tanh rise or fall?",
        ),
        Misconception(
            "plus instead of minus",
            lambda X: 1 + X**2,
            "Your slope grows towards the ends, where tanh is flat.",
            "Which sign follows from the quotient rule?",
        ),
        Misconception(
            "square alone",
            lambda X: X**2,
            "Your slope is 0 where tanh is steepest.",
            "What is the slope of tanh where its output is 0?",
        ),
        Misconception(
            "root",
            lambda X: np.sqrt(1 - X**2),
            "You took a root, as for sine and cosine: there the squares add up to 1.",
            "What does the quotient rule make of sinh and cosh?",
        ),
        Misconception(
            "score instead of slope",
            lambda X: np.arctanh(X),
            "You go back to the score. Asked for is the slope, and that needs no score.",
            "By what is the slope given once the output is known?",
        ),
        Misconception(
            "a quarter, as for the sigmoid",
            lambda X: (1 - X**2) / 4,
            "Your largest slope is a quarter, as the sigmoid's is.",
            "How steep is tanh at 0?",
        ),
    ),
    remark="It reaches 1, but only where the output is 0.",
)

ANSWERS = Answers(
    right=variants("""
## square
def tanh_slope(X):
    return 1 - X**2
## product
def tanh_slope(X):
    return 1 - X * X
## two factors
def tanh_slope(X):
    return (1 - X) * (1 + X)
## np.square
def tanh_slope(X):
    return 1.0 - np.square(X)
## power
def tanh_slope(X):
    return 1 - np.power(X, 2)
## loops (slow)
def tanh_slope(X):
    slopes = np.zeros(X.shape)
    for i in range(X.shape[0]):
        for j in range(X.shape[1]):
            slopes[i, j] = 1 - X[i, j] ** 2
    return slopes
## comprehension (slow)
def tanh_slope(X):
    return np.array([[1 - x * x for x in row] for row in X])
## in place of a copy
def tanh_slope(X):
    slopes = X * X
    slopes *= -1
    slopes += 1
    return slopes
## by the sigmoid
def tanh_slope(X):
    P = (X + 1) / 2
    return 4 * P * (1 - P)
## by the sigmoid's slope
def tanh_slope(X):
    return 4 * sigmoid_slope((1 + X) / 2)
## row by row
def tanh_slope(X):
    return np.array([1 - row**2 for row in X])
## size
def tanh_slope(X):
    return 1 - np.abs(X) ** 2
## named
def tanh_slope(X):
    below = 1 - X
    above = 1 + X
    return below * above
## vectorized (slow)
def tanh_slope(X):
    return np.vectorize(lambda x: 1.0 - x**2)(X)
## lambda
tanh_slope = lambda X: -(X**2 - 1)
## type hints
def tanh_slope(X: np.ndarray) -> np.ndarray:
    '''From the output alone.'''
    squares: np.ndarray = np.multiply(X, X)
    return np.ones_like(X) - squares
"""),
    wrong=variants("""
## output taken for the score
def tanh_slope(X):
    return 1 - np.tanh(X) ** 2
## no square
def tanh_slope(X):
    return 1 - X
## square around the difference
def tanh_slope(X):
    return (1 - X) ** 2
## slope of the sigmoid
def tanh_slope(X):
    return X * (1 - X)
## sign
def tanh_slope(X):
    return X * X - 1
## plus instead of minus
def tanh_slope(X):
    return 1 + X**2
## square alone
def tanh_slope(X):
    return X**2
## root
def tanh_slope(X):
    return np.sqrt(1 - X**2)
## score instead of slope
def tanh_slope(X):
    with np.errstate(all="ignore"):
        return np.arctanh(X)
## a quarter, as for the sigmoid
def tanh_slope(X):
    return 0.25 * (1 - X**2)
## hyperbolic secant of the output
def tanh_slope(X):
    return 1 / np.cosh(X) ** 2
## secant not squared
def tanh_slope(X):
    return 1 / np.cosh(X)
## twice
def tanh_slope(X):
    return 1 - 2 * X
## derivative of the square
def tanh_slope(X):
    return -2 * X
## size instead of square
def tanh_slope(X):
    return 1 - np.abs(X)
## cube
def tanh_slope(X):
    return 1 - X**3
## of the mean
def tanh_slope(X):
    return 1 - X.mean(axis=0) ** 2
"""),
)
