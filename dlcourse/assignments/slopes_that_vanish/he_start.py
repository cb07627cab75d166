r"""First weights of a layer of ReLU units: biases 0, the others of variance :math:`2/N`."""

from collections.abc import Iterable

import numpy as np

from dlcourse._validation import FloatArray
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import READABLE, array, single
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part

LAYERS = ((2, 1), (3, 2), (2, 5), (40, 30))  # (units, inputs), never as many of one as of the other


def scaled(Z: FloatArray, scale: float) -> FloatArray:
    """Multiply all numbers but the biases, which are 0."""
    W: FloatArray = Z * scale
    W[:, 0] = 0
    return W


def he_start(Z: FloatArray) -> FloatArray:
    """Turn standard normal numbers into first weights."""
    return scaled(Z, np.sqrt(2 / (Z.shape[1] - 1)))


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw standard normal numbers, a row for each unit."""
    for units, inputs in LAYERS:
        Z = rng.normal(size=(units, inputs + 1))
        yield (Z.round(1) if units <= READABLE else Z,)


EXERCISE = Exercise(
    key="slopes_that_vanish/he_start",
    reference=he_start,
    parts=(
        Part(
            points=2,
            inputs=draw,
            edge_cases={
                "one unit with two inputs": (array([[0.5, 1.0, -2.0]]),),
                "one unit with one input": (array([[0.5, -1.0]]),),
                "single precision": (single([[0.5, 1.0], [-2.0, 0.25]]),),
            },
        ),
    ),
    tolerance=1e-6,
    misconceptions=(
        Misconception(
            "variance instead of standard deviation",
            lambda Z: scaled(Z, 2 / (Z.shape[1] - 1)),
            "You multiply by the variance. That makes the variance of the weights (2/N)^2.",
            "By what must a number of variance 1 be multiplied to have the variance v?",
        ),
        Misconception(
            "units counted instead of inputs",
            lambda Z: scaled(Z, np.sqrt(2 / len(Z))),
            "You divide by the number of units. A score is a sum over the *inputs*.",
            "How many terms has the sum that makes one score?",
        ),
        Misconception(
            "the bias counted as an input",
            lambda Z: scaled(Z, np.sqrt(2 / Z.shape[1])),
            "You count the column of the biases as an input. They are 0 and add nothing.",
            "How many inputs has a unit whose row has three numbers?",
        ),
        Misconception(
            "biases at random",
            lambda Z: Z * np.sqrt(2 / (Z.shape[1] - 1)),
            "The weights are right, but the biases are still random.",
            "Where do the biases start, and in which column are they?",
        ),
        Misconception(
            "the rule for tanh",
            lambda Z: scaled(Z, np.sqrt(1 / (Z.shape[1] - 1))),
            "That is 1/N, which would do for tanh near 0.",
            "What does ReLU do to half of the scores, and what makes up for it?",
        ),
        Misconception(
            "inputs and units together",
            lambda Z: scaled(Z, np.sqrt(2 / (Z.shape[1] - 1 + len(Z)))),
            "That is the compromise of Glorot and Bengio, for tanh.",
            "Which of the two numbers stands in the rule of He and others?",
        ),
        Misconception(
            "2 outside the root",
            lambda Z: scaled(Z, 2 / np.sqrt(Z.shape[1] - 1)),
            "Only N is under your root. So the variance is 4/N.",
            "What is the root of 2/N?",
        ),
        Misconception(
            "divided instead of multiplied",
            lambda Z: scaled(Z, np.sqrt((Z.shape[1] - 1) / 2)),
            "Your weights grow with the number of inputs.",
            "Should the weights be larger or smaller where a unit adds up more inputs?",
        ),
        Misconception(
            "as the numbers came",
            lambda Z: scaled(Z, 1.0),
            "The variance of your weights is still 1.",
            "How large are scores that add up a hundred such products?",
        ),
        Misconception(
            "last column set to 0",
            lambda Z: np.column_stack(
                [(Z * np.sqrt(2 / (Z.shape[1] - 1)))[:, :-1], np.zeros(len(Z))]
            ),
            "You set the last column to 0.",
            "Which column of W holds the biases in this course?",
        ),
        Misconception(
            "all weights of the layer counted",
            lambda Z: scaled(Z, np.sqrt(2 / (len(Z) * (Z.shape[1] - 1)))),
            "You divide by the number of all weights.",
            "How many of them make one score?",
        ),
        Misconception(
            "biases left out",
            lambda Z: Z[:, 1:] * np.sqrt(2 / (Z.shape[1] - 1)),
            "The column of the biases is missing.",
            "Which shape must W have, and what stands in its first column?",
        ),
    ),
    words={"rows of `Z`": "units", "columns of `Z`": "inputs and bias"},
    remark="Now outputs and blame keep their size from layer to layer, on average.",
)

ANSWERS = Answers(
    right=variants("""
## scale, then zero
def he_start(Z):
    W = Z * np.sqrt(2 / (Z.shape[1] - 1))
    W[:, 0] = 0
    return W
## named
def he_start(Z):
    M, columns = Z.shape
    N = columns - 1
    W = np.sqrt(2 / N) * Z
    W[:, 0] = 0.0
    return W
## zeros and assign
def he_start(Z):
    W = np.zeros(Z.shape)
    W[:, 1:] = Z[:, 1:] * np.sqrt(2.0 / Z[:, 1:].shape[1])
    return W
## column_stack
def he_start(Z):
    N = Z.shape[1] - 1
    return np.column_stack([np.zeros(len(Z)), Z[:, 1:] * (2 / N) ** 0.5])
## hstack
def he_start(Z):
    weights = Z[:, 1:]
    return np.hstack([np.zeros((len(Z), 1)), weights / np.sqrt(weights.shape[1] / 2)])
## copy
def he_start(Z):
    W = Z.copy()
    W[:, 0] = 0
    W *= np.sqrt(2 / (W.shape[1] - 1))
    return W
## standard deviation
def he_start(Z):
    variance = 2 / (Z.shape[1] - 1)
    deviation = np.sqrt(variance)
    return deviation * np.insert(Z[:, 1:], 0, 0, axis=1)
## loops (slow)
def he_start(Z):
    M, N = Z.shape[0], Z.shape[1] - 1
    W = np.zeros((M, N + 1))
    for j in range(M):
        for k in range(1, N + 1):
            W[j, k] = Z[j, k] * np.sqrt(2 / N)
    return W
## unit by unit
def he_start(Z):
    return np.array([[0, *(z[1:] * np.sqrt(2 / len(z[1:])))] for z in Z])
## mask
def he_start(Z):
    scale = np.full(Z.shape[1], np.sqrt(2 / (Z.shape[1] - 1)))
    scale[0] = 0
    return Z * scale
## diagonal
def he_start(Z):
    N = Z.shape[1] - 1
    return Z @ np.diag([0.0] + [np.sqrt(2 / N)] * N)
## pad
def he_start(Z):
    W = Z[:, 1:] * np.sqrt(2 / (Z.shape[1] - 1))
    return np.pad(W, ((0, 0), (1, 0)))
## helper
def he_start(Z):
    W = Z * deviation(Z.shape[1] - 1)
    W[:, 0] = 0
    return W
## two roots
def he_start(Z):
    W = Z * np.sqrt(2) / np.sqrt(Z.shape[1] - 1)
    W[:, 0] -= W[:, 0]
    return W
## where
def he_start(Z):
    k = np.arange(Z.shape[1])
    return np.where(k == 0, 0, Z * np.sqrt(2 / k[-1]))
## type hints
def he_start(Z: np.ndarray) -> np.ndarray:
    '''He et al. (2015), equation 10.'''
    N: int = Z.shape[1] - 1
    W: np.ndarray = Z / (N / 2) ** 0.5
    W[:, 0] = 0
    return W
"""),
    wrong=variants("""
## variance instead of standard deviation
def he_start(Z):
    W = Z * 2 / (Z.shape[1] - 1)
    W[:, 0] = 0
    return W
## units counted instead of inputs
def he_start(Z):
    W = Z * np.sqrt(2 / Z.shape[0])
    W[:, 0] = 0
    return W
## the bias counted as an input
def he_start(Z):
    W = Z * np.sqrt(2 / Z.shape[1])
    W[:, 0] = 0
    return W
## biases at random
def he_start(Z):
    return Z * np.sqrt(2 / (Z.shape[1] - 1))
## the rule for tanh
def he_start(Z):
    W = Z / np.sqrt(Z.shape[1] - 1)
    W[:, 0] = 0
    return W
## inputs and units together
def he_start(Z):
    M, N = Z.shape[0], Z.shape[1] - 1
    W = Z * np.sqrt(2 / (N + M))
    W[:, 0] = 0
    return W
## 2 outside the root
def he_start(Z):
    W = Z * 2 / np.sqrt(Z.shape[1] - 1)
    W[:, 0] = 0
    return W
## divided instead of multiplied
def he_start(Z):
    W = Z / np.sqrt(2 / (Z.shape[1] - 1))
    W[:, 0] = 0
    return W
## as the numbers came
def he_start(Z):
    W = Z.copy()
    W[:, 0] = 0
    return W
## last column set to 0
def he_start(Z):
    W = Z * np.sqrt(2 / (Z.shape[1] - 1))
    W[:, -1] = 0
    return W
## all weights of the layer counted
def he_start(Z):
    W = Z * np.sqrt(2 / Z[:, 1:].size)
    W[:, 0] = 0
    return W
## biases left out
def he_start(Z):
    return Z[:, 1:] * np.sqrt(2 / (Z.shape[1] - 1))
## first row set to 0
def he_start(Z):
    W = Z * np.sqrt(2 / (Z.shape[1] - 1))
    W[0] = 0
    return W
## variance of the rule of Glorot and Bengio, not its root
def he_start(Z):
    W = Z * 2 / (Z.shape[1] - 1 + Z.shape[0])
    W[:, 0] = 0
    return W
## biases 1
def he_start(Z):
    W = Z * np.sqrt(2 / (Z.shape[1] - 1))
    W[:, 0] = 1
    return W
## squared
def he_start(Z):
    W = Z**2 * np.sqrt(2 / (Z.shape[1] - 1))
    W[:, 0] = 0
    return W
"""),
    helpers=variants("""
## deviation
def deviation(n_inputs):
    return np.sqrt(2 / n_inputs)
"""),
)
