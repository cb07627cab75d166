r"""The slope of the sigmoid from its output: :math:`\sigma'(s) = x\,(1 - x)`."""

from collections.abc import Iterable

import numpy as np

from dlcourse._validation import FloatArray
from dlcourse.activations import sigmoid, sigmoid_derivative
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import READABLE, array, single, sizes
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part


def sigmoid_slope(X: FloatArray) -> FloatArray:
    """Compute the slope of each unit from what it says."""
    return X * (1 - X)


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw outputs of sigmoids, none of them one half."""
    for n, units in sizes(rng):
        size = rng.uniform(0.3, 3.0, (n, units))
        X = sigmoid(size * rng.choice([-1, 1], (n, units)))
        yield (X.round(2) if n <= READABLE else X,)


EXERCISE = Exercise(
    key="slopes_that_vanish/sigmoid_slope",
    reference=sigmoid_slope,
    parts=(
        Part(
            inputs=draw,
            edge_cases={
                "an output of one half": (array([[0.5]]),),
                "saturated on both sides": (array([[0.0, 1.0]]),),
                "single precision": (single([[0.25, 0.75], [0.125, 0.5]]),),
            },
        ),
    ),
    misconceptions=(
        Misconception(
            "output taken for the score",
            lambda X: sigmoid_derivative(X),
            "You put X into the sigmoid once more. It has been through it already: X is what the "
            "unit says.",
            "Which of the two factors of the slope can be read off X at once?",
        ),
        Misconception(
            "slope of tanh",
            lambda X: 1 - X**2,
            "This is the slope of tanh. The sigmoid is another function.",
            "How steep can a sigmoid be at most, and at which output?",
        ),
        Misconception(
            "one factor",
            lambda X: 1 - X,
            "You have one of the two factors.",
            "The slope vanishes at both ends, for an output of 1 and for one of 0. Which factor "
            "vanishes at 0?",
        ),
        Misconception(
            "score instead of slope",
            lambda X: np.log(X / (1 - X)),
            "You go back to the score. Asked for is the slope, and that needs no score.",
            "By what is the slope given once the output is known?",
        ),
        Misconception(
            "sign",
            lambda X: X * (X - 1),
            "Your slope is negative, as if a unit said less with a larger score.",
            "Does the sigmoid rise or fall?",
        ),
        Misconception(
            "slope of the score",
            lambda X: 1 / (X * (1 - X)),
            "This says how the score answers to the output.",
            "Which of the two is moved, and which one follows, on the way forward?",
        ),
        Misconception(
            "scaled to 1",
            lambda X: 4 * X * (1 - X),
            "You made the largest slope 1. The sigmoid never is that steep, which is why it fades.",
            "What is the slope at an output of one half?",
        ),
        Misconception(
            "square inside",
            lambda X: X * (1 - X**2),
            "You mixed the slopes of the sigmoid and of tanh.",
            "Which powers of the output does the slope of the sigmoid have?",
        ),
        Misconception(
            "matrix product",
            lambda X: X @ (1 - X).T,
            "`@` multiplies matrices, and so mixes the units with each other.",
            "Which sign multiplies number by number?",
        ),
    ),
    remark="At most a quarter: ten such layers leave less than a millionth.",
)

ANSWERS = Answers(
    right=variants("""
## product
def sigmoid_slope(X):
    return X * (1 - X)
## difference
def sigmoid_slope(X):
    return X - X**2
## multiply
def sigmoid_slope(X):
    return np.multiply(X, 1.0 - X)
## quarter minus square
def sigmoid_slope(X):
    return 0.25 - (X - 0.5) ** 2
## loops (slow)
def sigmoid_slope(X):
    slopes = np.zeros(X.shape)
    for i in range(X.shape[0]):
        for j in range(X.shape[1]):
            slopes[i, j] = X[i, j] * (1 - X[i, j])
    return slopes
## comprehension (slow)
def sigmoid_slope(X):
    return np.array([[x * (1 - x) for x in row] for row in X])
## in place of a copy
def sigmoid_slope(X):
    slopes = 1 - X
    slopes *= X
    return slopes
## named
def sigmoid_slope(X):
    yes = X
    no = 1 - X
    return yes * no
## sum is one
def sigmoid_slope(X):
    return (1 - X**2 - (1 - X) ** 2) / 2
## row by row
def sigmoid_slope(X):
    return np.array([row - row * row for row in X])
## einsum
def sigmoid_slope(X):
    return np.einsum("ij,ij->ij", X, 1 - X)
## helper
def sigmoid_slope(X):
    return slope_of_one(X)
## vectorized (slow)
def sigmoid_slope(X):
    return np.vectorize(lambda x: x * (1.0 - x))(X)
## square
def sigmoid_slope(X):
    return X - np.square(X)
## lambda
sigmoid_slope = lambda X: -X * (X - 1)
## type hints
def sigmoid_slope(X: np.ndarray) -> np.ndarray:
    '''From the output alone.'''
    rest: np.ndarray = np.ones_like(X) - X
    return rest * X
"""),
    wrong=variants("""
## output taken for the score
def sigmoid_slope(X):
    P = 1 / (1 + np.exp(-X))
    return P * (1 - P)
## slope of tanh
def sigmoid_slope(X):
    return 1 - X * X
## one factor
def sigmoid_slope(X):
    return 1 - X
## score instead of slope
def sigmoid_slope(X):
    with np.errstate(all="ignore"):
        return np.log(X) - np.log(1 - X)
## sign
def sigmoid_slope(X):
    return X**2 - X
## slope of the score
def sigmoid_slope(X):
    with np.errstate(all="ignore"):
        return 1 / X + 1 / (1 - X)
## scaled to 1
def sigmoid_slope(X):
    return X * (1 - X) / 0.25
## square inside
def sigmoid_slope(X):
    return X * (1 - X**2)
## matrix product
def sigmoid_slope(X):
    return X @ (1 - X).T
## exponential of the output
def sigmoid_slope(X):
    return np.exp(-X) / (1 + np.exp(-X)) ** 2
## the other factor
def sigmoid_slope(X):
    return X
## square alone
def sigmoid_slope(X):
    return X**2
## output squared
def sigmoid_slope(X):
    return X * X * (1 - X)
## both squared
def sigmoid_slope(X):
    return X**2 * (1 - X) ** 2
## sigmoid once more
def sigmoid_slope(X):
    return 1 / (1 + np.exp(-X))
## slope of relu
def sigmoid_slope(X):
    return (X > 0) * 1.0
## mean slope
def sigmoid_slope(X):
    return (X * (1 - X)).mean()
"""),
    helpers=variants("""
## slope_of_one
def slope_of_one(x):
    return x * (1 - x)
"""),
)
