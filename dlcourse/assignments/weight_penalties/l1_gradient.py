r"""The slope of the charge for absolute values: :math:`\lambda\,\mathrm{sign}(w)`, 0 for a bias."""

import numpy as np

from dlcourse._validation import FloatArray
from dlcourse.assignments.weight_penalties.l2_gradient import biases_free
from dlcourse.assignments.weight_penalties.l2_penalty import EDGE_CASES, draw
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import array
from dlcourse.checks.spec import Exercise, Misconception, Part


def l1_gradient(W: FloatArray, strength: float) -> FloatArray:
    """Differentiate the charge for absolute values by each weight; 0 where the weight is 0."""
    return biases_free(strength * np.sign(W))


EXERCISE = Exercise(
    key="weight_penalties/l1_gradient",
    reference=l1_gradient,
    parts=(
        Part(
            points=1,
            inputs=draw,
            edge_cases={
                "a weight of 0": (array([[1.0, 0.0, -2.0], [0.0, 3.0, 0.0]]), 0.5),
                **EDGE_CASES,
            },
        ),
    ),
    misconceptions=(
        Misconception(
            "biases charged",
            lambda W, strength: strength * np.sign(W),
            "Your slopes by the biases are not 0.",
            "What does the penalty say of a bias, and what is its slope then?",
        ),
        Misconception(
            "slope of L2",
            lambda W, strength: biases_free(2 * strength * W),
            "Your slopes grow with the weights: those are the slopes of L2.",
            "Draw the absolute value. Is it steeper far from 0?",
        ),
        Misconception(
            "absolute values",
            lambda W, strength: biases_free(strength * np.abs(W)),
            "You return what the weights cost, not by how much it changes.",
            "What is the slope of the absolute value at 3, and at 5?",
        ),
        Misconception(
            "sign lost",
            lambda W, strength: biases_free(strength * (W != 0)),
            "All your slopes are positive.",
            "Does the absolute value rise or fall when -2 becomes -1.9?",
        ),
        Misconception(
            "a slope at zero",
            lambda W, strength: biases_free(strength * np.where(W >= 0, 1.0, -1.0)),
            "Where a weight is 0, your slope is not.",
            "What does the task ask for at a weight of exactly 0?",
        ),
        Misconception(
            "divided by zero",
            lambda W, strength: biases_free(strength * W / np.abs(W)),
            "Where a weight is 0, you divide 0 by 0.",
            "Which function of NumPy gives the sign of a number, of 0 too?",
        ),
        Misconception(
            "bias column dropped",
            lambda W, strength: strength * np.sign(W[:, 1:]),
            "Your gradient has no column for the biases.",
            "Which shape must a gradient have that is subtracted from W?",
        ),
        Misconception(
            "strength left out",
            lambda W, strength: biases_free(np.sign(W)),
            "The strength changes nothing in your function.",
            "How steep is a penalty that is twice as strong?",
        ),
        Misconception(
            "integers cut off",
            lambda W, strength: biases_free(strength * np.sign(W)).astype(W.dtype),
            "Where W holds integers, an array that is made like it holds integers too, and your "
            "slopes are cut off to whole numbers in it.",
            "Which kind of array do the slopes need?",
        ),
    ),
    remark="The push towards 0 is as strong at 0.001 as at 1000: steps along it jump over 0.",
    words={"rows of `W`": "units", "`W[:, 0]`": "the biases"},
)

ANSWERS = Answers(
    right=variants("""
## plain
def l1_gradient(W, strength):
    gradient = strength * np.sign(W)
    gradient[:, 0] = 0
    return gradient
## zeros, then filled
def l1_gradient(W, strength):
    gradient = np.zeros(W.shape)
    gradient[:, 1:] = strength * np.sign(W[:, 1:])
    return gradient
## column of zeros in front
def l1_gradient(W, strength):
    zeros = np.zeros((len(W), 1))
    return np.hstack([zeros, strength * np.sign(W[:, 1:])])
## two comparisons
def l1_gradient(W, strength):
    gradient = strength * (1.0 * (W > 0) - 1.0 * (W < 0))
    gradient[:, 0] = 0
    return gradient
## np.where
def l1_gradient(W, strength):
    gradient = np.where(W > 0, strength, np.where(W < 0, -strength, 0.0))
    gradient[:, 0] = 0
    return gradient
## masks
def l1_gradient(W, strength):
    gradient = np.zeros(W.shape)
    gradient[W > 0] = strength
    gradient[W < 0] = -strength
    gradient[:, 0] = 0
    return gradient
## loops
def l1_gradient(W, strength):
    gradient = np.zeros(W.shape)
    for i in range(W.shape[0]):
        for j in range(1, W.shape[1]):
            if W[i, j] > 0:
                gradient[i, j] = strength
            elif W[i, j] < 0:
                gradient[i, j] = -strength
    return gradient
## list of lists
def l1_gradient(W, strength):
    return np.array([[0.0] + [strength * np.sign(w) for w in row[1:]] for row in W])
## padded
def l1_gradient(W, strength):
    return np.pad(strength * np.sign(W[:, 1:]), ((0, 0), (1, 0)))
## divided where not zero
def l1_gradient(W, strength):
    sizes = np.abs(W)
    signs = W / np.where(sizes == 0, 1, sizes)
    signs[:, 0] = 0
    return strength * signs
## biases zeroed in a copy
def l1_gradient(W, strength):
    free = W.astype(float)
    free[:, 0] = 0
    return strength * np.sign(free)
## type hints
def l1_gradient(W: np.ndarray, strength: float) -> np.ndarray:
    slopes: np.ndarray = np.sign(W).astype(float)
    slopes[:, :1] = 0.0
    return strength * slopes
## np.copysign
def l1_gradient(W, strength):
    gradient = np.copysign(strength, W) * (W != 0)
    gradient[:, 0] = 0
    return gradient
"""),
    wrong=variants("""
## biases charged
def l1_gradient(W, strength):
    return strength * np.sign(W)
## slope of L2
def l1_gradient(W, strength):
    gradient = 2 * strength * W
    gradient[:, 0] = 0
    return gradient
## absolute values
def l1_gradient(W, strength):
    gradient = strength * np.abs(W)
    gradient[:, 0] = 0
    return gradient
## sign lost
def l1_gradient(W, strength):
    gradient = strength * np.abs(np.sign(W))
    gradient[:, 0] = 0
    return gradient
## a slope at zero
def l1_gradient(W, strength):
    gradient = np.where(W < 0, -strength, strength)
    gradient[:, 0] = 0
    return gradient
## divided by zero
def l1_gradient(W, strength):
    gradient = strength * W / np.abs(W)
    gradient[:, 0] = 0
    return gradient
## bias column dropped
def l1_gradient(W, strength):
    return strength * np.sign(W[:, 1:])
## strength left out
def l1_gradient(W, strength):
    gradient = np.sign(W).astype(float)
    gradient[:, 0] = 0
    return gradient
## integers cut off
def l1_gradient(W, strength):
    gradient = np.zeros_like(W)
    gradient[:, 1:] = strength * np.sign(W[:, 1:])
    return gradient
## downhill
def l1_gradient(W, strength):
    gradient = -strength * np.sign(W)
    gradient[:, 0] = 0
    return gradient
## first row free
def l1_gradient(W, strength):
    gradient = strength * np.sign(W)
    gradient[0] = 0
    return gradient
## a two from nowhere
def l1_gradient(W, strength):
    gradient = 2 * strength * np.sign(W)
    gradient[:, 0] = 0
    return gradient
## minus one at zero
def l1_gradient(W, strength):
    gradient = np.where(W > 0, strength, -strength)
    gradient[:, 0] = 0
    return gradient
## only positive weights
def l1_gradient(W, strength):
    gradient = strength * (W > 0)
    gradient[:, 0] = 0
    return gradient
"""),
)
