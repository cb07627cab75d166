r"""The step of the L1 penalty: a plain step, then the soft threshold of all but the biases."""

from collections.abc import Callable

import numpy as np

from dlcourse._validation import FloatArray
from dlcourse.assignments.weight_penalties.decaying_step import EDGE_CASES, draw, split
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import array
from dlcourse.checks.spec import Exercise, Misconception, Part
from dlcourse.penalties import soft_threshold


def proximal_step(
    W: FloatArray, gradient: FloatArray, learning_rate: float, strength: float
) -> FloatArray:
    """Take a plain step, and move all weights but the biases towards 0, at most to 0."""
    V = W - learning_rate * gradient
    V[:, 1:] = soft_threshold(V[:, 1:], learning_rate * strength)
    return V


def threshold_with(
    move: Callable[[FloatArray, float], FloatArray],
) -> Callable[[FloatArray, FloatArray, float, float], FloatArray]:
    """Make the step with something else in the place of the soft threshold."""

    def step(W: FloatArray, g: FloatArray, a: float, strength: float) -> FloatArray:
        V = W - a * g
        return split(W, V, move(V, a * strength))

    return step


EXERCISE = Exercise(
    key="weight_penalties/proximal_step",
    reference=proximal_step,
    parts=(
        Part(
            points=3,
            inputs=draw,
            edge_cases={
                **EDGE_CASES,
                "a weight within the threshold": (
                    array([[0.2, 0.03, -0.02, 2.0]]),
                    array([[0.1, 0.0, 0.0, 0.5]]),
                    0.1,
                    0.5,
                ),
                "a step across zero": (
                    array([[0.0, 0.2, -0.3]]),
                    array([[0.0, 9.0, -9.0]]),
                    0.1,
                    1,
                ),
            },
        ),
    ),
    misconceptions=(
        Misconception(
            "jumps over zero",
            threshold_with(lambda V, a: V - a * np.sign(V)),
            "A weight nearer to 0 than the threshold is carried to the other side of it.",
            "Where should a weight of 0.03 be after it has moved towards 0 by 0.05 at most?",
        ),
        Misconception(
            "hard threshold",
            threshold_with(lambda V, a: np.where(np.abs(V) > a, V, 0.0)),
            "You set small weights to 0 and leave the large ones as they are.",
            "What does the penalty take from a weight of 2?",
        ),
        Misconception(
            "biases thresholded",
            lambda W, g, a, strength: soft_threshold(W - a * g, a * strength),
            "Your step moves the biases towards 0, too.",
            "Which column of W should only be stepped?",
        ),
        Misconception(
            "rate left out of the threshold",
            lambda W, g, a, strength: split(W, W - a * g, soft_threshold(W - a * g, strength)),
            "Your threshold is the same whatever the learning rate is.",
            "Should smaller steps not move the weights less, each?",
        ),
        Misconception(
            "threshold before the step",
            lambda W, g, a, strength: split(W, W, soft_threshold(W, a * strength)) - a * g,
            "You threshold the old weights and step then, which takes them away from 0 again.",
            "Which of the two comes last in the task?",
        ),
        Misconception(
            "negative weights lost",
            threshold_with(lambda V, a: np.maximum(V - a, 0)),
            "Every negative weight becomes 0.",
            "Where should a weight of -2 go, and how do you get its sign back?",
        ),
        Misconception(
            "the largest of a column",
            threshold_with(lambda V, a: np.sign(V) * (np.abs(V) - a).max(axis=0)),
            "All weights of a column get the size of its largest: `np.max` looks for the largest "
            "entry, and its second argument is an axis.",
            "Which two numbers are compared for each weight, and which function does that entry "
            "by entry?",
        ),
        Misconception(
            "the largest of all",
            threshold_with(lambda V, a: np.sign(V) * max((np.abs(V[:, 1:]) - a).max(), 0)),
            "All your weights get the size of the largest one.",
            "Which two numbers are compared for each weight, and which function does that entry "
            "by entry?",
        ),
        Misconception(
            "signs lost",
            threshold_with(lambda V, a: np.maximum(np.abs(V) - a, 0)),
            "All your weights are positive or 0.",
            "The size has shrunk: what else belongs to a number?",
        ),
        Misconception(
            "sign of the old weight",
            lambda W, g, a, strength: split(
                W,
                W - a * g,
                np.sign(W) * np.maximum(np.abs(W - a * g) - a * strength, 0),
            ),
            "You take the sign of the weight before the step.",
            "A step can carry a weight across 0: whose sign counts then?",
        ),
        Misconception(
            "subgradient at the old weight",
            lambda W, g, a, strength: split(W, W - a * g, W - a * (g + strength * np.sign(W))),
            "You step along the slope of the penalty, which jumps over 0.",
            "What keeps a weight from changing its sign?",
        ),
        Misconception(
            "shrunk by a factor",
            threshold_with(lambda V, a: (1 - 2 * a) * V),
            "Your weights shrink by a factor, as with L2, and none becomes 0.",
            "By how much should a weight of 2 shrink, and one of 3?",
        ),
        Misconception(
            "biases stay",
            lambda W, g, a, strength: split(W, W, soft_threshold(W - a * g, a * strength)),
            "Your biases do not move at all. They go free of the charge, not of the step.",
            "What should a bias do where its slope is not 0?",
        ),
    ),
    remark="Weights that the loss does not pull at end at exactly 0, and stay there.",
    words={"rows of `W`": "units", "`W[:, 0]`": "the biases"},
)

ANSWERS = Answers(
    right=variants("""
## plain
def proximal_step(W, gradient, learning_rate, strength):
    V = W - learning_rate * gradient
    sizes = np.maximum(np.abs(V) - learning_rate * strength, 0)
    new = np.sign(V) * sizes
    new[:, 0] = V[:, 0]
    return new
## only the weights
def proximal_step(W, gradient, learning_rate, strength):
    V = W - learning_rate * gradient
    a = learning_rate * strength
    V[:, 1:] = np.sign(V[:, 1:]) * np.maximum(np.abs(V[:, 1:]) - a, 0)
    return V
## minus what is clipped
def proximal_step(W, gradient, learning_rate, strength):
    V = W - learning_rate * gradient
    a = learning_rate * strength
    V[:, 1:] -= np.clip(V[:, 1:], -a, a)
    return V
## two one-sided moves
def proximal_step(W, gradient, learning_rate, strength):
    V = W - learning_rate * gradient
    a = learning_rate * strength
    moved = np.maximum(V - a, 0) + np.minimum(V + a, 0)
    moved[:, 0] = V[:, 0]
    return moved
## np.where
def proximal_step(W, gradient, learning_rate, strength):
    V = W - learning_rate * gradient
    a = learning_rate * strength
    moved = np.where(V > a, V - a, np.where(V < -a, V + a, 0.0))
    return np.hstack([V[:, :1], moved[:, 1:]])
## loops
def proximal_step(W, gradient, learning_rate, strength):
    new = np.zeros(W.shape)
    for i in range(W.shape[0]):
        for j in range(W.shape[1]):
            v = W[i, j] - learning_rate * gradient[i, j]
            if j > 0:
                if v > learning_rate * strength:
                    v = v - learning_rate * strength
                elif v < -learning_rate * strength:
                    v = v + learning_rate * strength
                else:
                    v = 0
            new[i, j] = v
    return new
## a threshold for each column
def proximal_step(W, gradient, learning_rate, strength):
    V = W - learning_rate * gradient
    a = np.full(W.shape[1], learning_rate * strength)
    a[0] = 0
    return np.sign(V) * np.maximum(np.abs(V) - a, 0)
## masks
def proximal_step(W, gradient, learning_rate, strength):
    new = W - learning_rate * gradient
    weights = new[:, 1:]
    a = learning_rate * strength
    small = np.abs(weights) <= a
    weights -= a * np.sign(weights)
    weights[small] = 0
    return new
## scaled down
def proximal_step(W, gradient, learning_rate, strength):
    V = W - learning_rate * gradient
    sizes = np.abs(V)
    safe = np.where(sizes == 0, 1, sizes)
    scale = np.maximum(1 - learning_rate * strength / safe, 0)
    scale[:, 0] = 1
    return scale * V
## a function inside
def proximal_step(W, gradient, learning_rate, strength):
    def toward_zero(v, a):
        return np.sign(v) * np.maximum(abs(v) - a, 0)
    V = W - learning_rate * gradient
    weights = toward_zero(V[:, 1:], learning_rate * strength)
    return np.column_stack([V[:, 0], weights])
## copysign
def proximal_step(W, gradient, learning_rate, strength):
    V = W - learning_rate * gradient
    rest = np.abs(V[:, 1:]) - learning_rate * strength
    V[:, 1:] = np.copysign(np.clip(rest, 0, None), V[:, 1:])
    return V
## type hints
def proximal_step(
    W: np.ndarray, gradient: np.ndarray, learning_rate: float, strength: float
) -> np.ndarray:
    stepped: np.ndarray = W.astype(float) - learning_rate * gradient
    threshold: float = learning_rate * strength
    left: np.ndarray = (np.abs(stepped) - threshold).clip(min=0)
    shrunk: np.ndarray = np.sign(stepped) * left
    return np.concatenate([stepped[:, :1], shrunk[:, 1:]], axis=1)
## biases saved
def proximal_step(W, gradient, learning_rate, strength):
    V = W - learning_rate * gradient
    biases = V[:, 0].copy()
    V = V - np.minimum(np.abs(V), learning_rate * strength) * np.sign(V)
    V[:, 0] = biases
    return V
"""),
    wrong=variants("""
## jumps over zero
def proximal_step(W, gradient, learning_rate, strength):
    V = W - learning_rate * gradient
    V[:, 1:] -= learning_rate * strength * np.sign(V[:, 1:])
    return V
## hard threshold
def proximal_step(W, gradient, learning_rate, strength):
    V = W - learning_rate * gradient
    weights = V[:, 1:]
    weights[np.abs(weights) < learning_rate * strength] = 0
    return V
## biases thresholded
def proximal_step(W, gradient, learning_rate, strength):
    V = W - learning_rate * gradient
    return np.sign(V) * np.maximum(np.abs(V) - learning_rate * strength, 0)
## rate left out of the threshold
def proximal_step(W, gradient, learning_rate, strength):
    V = W - learning_rate * gradient
    V[:, 1:] -= np.clip(V[:, 1:], -strength, strength)
    return V
## threshold before the step
def proximal_step(W, gradient, learning_rate, strength):
    a = learning_rate * strength
    V = W.astype(float)
    V[:, 1:] -= np.clip(V[:, 1:], -a, a)
    return V - learning_rate * gradient
## negative weights lost
def proximal_step(W, gradient, learning_rate, strength):
    V = W - learning_rate * gradient
    V[:, 1:] = np.maximum(V[:, 1:] - learning_rate * strength, 0)
    return V
## the largest of a column
def proximal_step(W, gradient, learning_rate, strength):
    V = W - learning_rate * gradient
    new = np.sign(V) * np.max(np.abs(V) - learning_rate * strength, 0)
    new[:, 0] = V[:, 0]
    return new
## the largest of all
def proximal_step(W, gradient, learning_rate, strength):
    V = W - learning_rate * gradient
    new = np.sign(V) * max(np.max(np.abs(V[:, 1:]) - learning_rate * strength), 0)
    new[:, 0] = V[:, 0]
    return new
## signs lost
def proximal_step(W, gradient, learning_rate, strength):
    V = W - learning_rate * gradient
    V[:, 1:] = np.maximum(np.abs(V[:, 1:]) - learning_rate * strength, 0)
    return V
## sign of the old weight
def proximal_step(W, gradient, learning_rate, strength):
    V = W - learning_rate * gradient
    sizes = np.maximum(np.abs(V) - learning_rate * strength, 0)
    new = np.sign(W) * sizes
    new[:, 0] = V[:, 0]
    return new
## subgradient at the old weight
def proximal_step(W, gradient, learning_rate, strength):
    V = W - learning_rate * gradient
    V[:, 1:] -= learning_rate * strength * np.sign(W[:, 1:])
    return V
## shrunk by a factor
def proximal_step(W, gradient, learning_rate, strength):
    V = W - learning_rate * gradient
    V[:, 1:] *= 1 - 2 * learning_rate * strength
    return V
## biases stay
def proximal_step(W, gradient, learning_rate, strength):
    V = W - learning_rate * gradient
    V[:, 1:] -= np.clip(V[:, 1:], -learning_rate * strength, learning_rate * strength)
    V[:, 0] = W[:, 0]
    return V
## clipped weights
def proximal_step(W, gradient, learning_rate, strength):
    V = W - learning_rate * gradient
    V[:, 1:] = np.clip(V[:, 1:], -learning_rate * strength, learning_rate * strength)
    return V
## twice the threshold
def proximal_step(W, gradient, learning_rate, strength):
    V = W - learning_rate * gradient
    a = 2 * learning_rate * strength
    V[:, 1:] -= np.clip(V[:, 1:], -a, a)
    return V
## uphill
def proximal_step(W, gradient, learning_rate, strength):
    V = W + learning_rate * gradient
    a = learning_rate * strength
    V[:, 1:] -= np.clip(V[:, 1:], -a, a)
    return V
"""),
)
