r"""The slope of the charge for squares: :math:`2\lambda w`, and 0 for each bias."""

import numpy as np

from dlcourse._validation import FloatArray
from dlcourse.assignments.weight_penalties.l2_penalty import EDGE_CASES, draw
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.spec import Exercise, Misconception, Part


def biases_free(slopes: FloatArray) -> FloatArray:
    """Put 0 where the slopes of the biases stand, in a copy."""
    free = np.array(slopes, dtype=float)
    free[:, 0] = 0
    return free


def l2_gradient(W: FloatArray, strength: float) -> FloatArray:
    """Differentiate the charge for squares by each weight."""
    return biases_free(2 * strength * W)


EXERCISE = Exercise(
    key="weight_penalties/l2_gradient",
    reference=l2_gradient,
    parts=(Part(points=1, inputs=draw, edge_cases=EDGE_CASES),),
    misconceptions=(
        Misconception(
            "biases charged",
            lambda W, strength: 2 * strength * W,
            "Your slopes by the biases are not 0.",
            "What does the penalty say of a bias, and what is its slope then?",
        ),
        Misconception(
            "two left out",
            lambda W, strength: biases_free(strength * W),
            "Your slopes are half of what they should be.",
            "What is the derivative of a square?",
        ),
        Misconception(
            "slope of L1",
            lambda W, strength: biases_free(strength * np.sign(W)),
            "Your slopes have the same size for all weights: those are the slopes of L1.",
            "Is a large weight's square as steep as a small one's?",
        ),
        Misconception(
            "squares kept",
            lambda W, strength: biases_free(2 * strength * W**2),
            "You multiply by the squares. The derivative of a square is no square.",
            "By how much does the square of 3 change if 3 becomes 3.01?",
        ),
        Misconception(
            "bias column dropped",
            lambda W, strength: 2 * strength * W[:, 1:],
            "Your gradient has no column for the biases.",
            "Which shape must a gradient have that is subtracted from W?",
        ),
        Misconception(
            "downhill",
            lambda W, strength: biases_free(-2 * strength * W),
            "Your slopes have the wrong sign.",
            "Does the penalty rise or fall if a positive weight grows?",
        ),
        Misconception(
            "first row free",
            lambda W, strength: 2 * strength * np.vstack([0 * W[:1], W[1:]]),
            "You let the first unit go free instead of the biases.",
            "Is a bias for each unit a row or a column of W?",
        ),
        Misconception(
            "integers cut off",
            lambda W, strength: biases_free(2 * strength * W).astype(W.dtype),
            "Where W holds integers, an array that is made like it holds integers too, and your "
            "slopes are cut off to whole numbers in it.",
            "Which kind of array do the slopes need?",
        ),
    ),
    remark="So a plain step at the rate alpha multiplies each weight by 1 - 2 alpha lambda.",
    words={"rows of `W`": "units", "`W[:, 0]`": "the biases"},
)

ANSWERS = Answers(
    right=variants("""
## plain
def l2_gradient(W, strength):
    gradient = 2 * strength * W
    gradient[:, 0] = 0
    return gradient
## zeros, then filled
def l2_gradient(W, strength):
    gradient = np.zeros(W.shape)
    gradient[:, 1:] = 2 * strength * W[:, 1:]
    return gradient
## column of zeros in front
def l2_gradient(W, strength):
    zeros = np.zeros((len(W), 1))
    return np.hstack([zeros, 2 * strength * W[:, 1:]])
## column_stack
def l2_gradient(W, strength):
    return np.column_stack([np.zeros(len(W)), strength * (W[:, 1:] + W[:, 1:])])
## mask
def l2_gradient(W, strength):
    mask = np.ones(W.shape[1])
    mask[0] = 0
    return 2 * strength * W * mask
## np.where
def l2_gradient(W, strength):
    return np.where(np.arange(W.shape[1]) > 0, 2 * strength * W, 0.0)
## loops
def l2_gradient(W, strength):
    gradient = np.zeros(W.shape)
    for i in range(W.shape[0]):
        for j in range(1, W.shape[1]):
            gradient[i, j] = strength * 2 * W[i, j]
    return gradient
## list of lists
def l2_gradient(W, strength):
    return np.array([[0.0] + [2 * strength * w for w in row[1:]] for row in W])
## padded
def l2_gradient(W, strength):
    return np.pad(2.0 * strength * W[:, 1:], ((0, 0), (1, 0)))
## matrix of zero and ones
def l2_gradient(W, strength):
    D = np.eye(W.shape[1])
    D[0, 0] = 0
    return 2 * strength * (W @ D)
## copy as float
def l2_gradient(W, strength):
    G = W.astype(float)
    G[:, 0] = 0.0
    G *= 2 * strength
    return G
## type hints
def l2_gradient(W: np.ndarray, strength: float) -> np.ndarray:
    slopes: np.ndarray = strength * 2.0 * W
    slopes[:, :1] = 0.0
    return slopes
## exact differences of a parabola
def l2_gradient(W, strength):
    h = 1.0
    slopes = strength * ((W + h) ** 2 - (W - h) ** 2) / (2 * h)
    slopes[:, 0] = 0
    return slopes
"""),
    wrong=variants("""
## biases charged
def l2_gradient(W, strength):
    return 2 * strength * W
## two left out
def l2_gradient(W, strength):
    gradient = strength * W
    gradient[:, 0] = 0
    return gradient
## slope of L1
def l2_gradient(W, strength):
    gradient = strength * np.sign(W)
    gradient[:, 0] = 0
    return gradient
## squares kept
def l2_gradient(W, strength):
    gradient = 2 * strength * W ** 2
    gradient[:, 0] = 0
    return gradient
## bias column dropped
def l2_gradient(W, strength):
    return 2 * strength * W[:, 1:]
## downhill
def l2_gradient(W, strength):
    gradient = -2 * strength * W
    gradient[:, 0] = 0
    return gradient
## first row free
def l2_gradient(W, strength):
    gradient = 2 * strength * W
    gradient[0] = 0
    return gradient
## integers cut off
def l2_gradient(W, strength):
    gradient = np.zeros_like(W)
    gradient[:, 1:] = 2 * strength * W[:, 1:]
    return gradient
## the penalty itself
def l2_gradient(W, strength):
    return strength * (W[:, 1:] ** 2).sum()
## strength left out
def l2_gradient(W, strength):
    gradient = 2.0 * W
    gradient[:, 0] = 0
    return gradient
## last column free
def l2_gradient(W, strength):
    gradient = 2 * strength * W
    gradient[:, -1] = 0
    return gradient
## divided by the number of weights
def l2_gradient(W, strength):
    gradient = 2 * strength * W / W[:, 1:].size
    gradient[:, 0] = 0
    return gradient
## biases of one
def l2_gradient(W, strength):
    gradient = 2 * strength * W
    gradient[:, 0] = 1
    return gradient
## changes its argument
def l2_gradient(W, strength):
    W[:, 0] = 0
    return 2 * strength * W
"""),
)
