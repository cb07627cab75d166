r"""Blame at the output, from scores: :math:`\partial L/\partial S = (P - Y)/n`."""

from collections.abc import Iterable

import numpy as np

from dlcourse._validation import FloatArray
from dlcourse.activations import sigmoid, softmax
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import array, score_tables, single
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part


def output_blame(S: FloatArray, Y: FloatArray) -> FloatArray:
    """Compute the derivative of the mean cross-entropy by each score."""
    return np.asarray((sigmoid(S) - Y) / len(S))


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw scores, and for each of them a label 0 or 1."""
    for (S,) in score_tables(rng):
        yield S, rng.integers(0, 2, np.shape(np.asarray(S))).astype(float)


EXERCISE = Exercise(
    key="backpropagation/output_blame",
    reference=output_blame,
    parts=(
        Part(
            points=1,
            inputs=draw,
            edge_cases={
                "one example, one output": (array([[2.0]]), array([[1.0]])),
                "one output": (array([[2.0], [-1.0]]), array([[0.0], [1.0]])),
                "sure and wrong": (array([[700.0, -600.0]]), array([[0.0, 1.0]])),
                "integers": (np.array([[1, 2], [3, -4]]), np.array([[1, 0], [1, 1]])),
                "single precision": (single([[1, 2], [3, -4]]), single([[0, 0], [1, 0]])),
            },
        ),
    ),
    misconceptions=(
        Misconception(
            "sign",
            lambda S, Y: -output_blame(S, Y),
            "Every entry has the wrong sign: you took Y - P. Blame says how the loss *grows* with "
            "the score.",
        ),
        Misconception(
            "sum instead of mean",
            lambda S, Y: output_blame(S, Y) * len(S),
            "This is the blame under the summed loss. Ours is a mean over the examples, so each "
            "has only its share of it.",
        ),
        Misconception(
            "averaged over the outputs as well",
            lambda S, Y: output_blame(S, Y) / S.shape[1],
            "You divide by the number of outputs, too. The loss of an example is a sum over its "
            "outputs; only over the examples it is a mean.",
        ),
        Misconception(
            "divided by the number of outputs",
            lambda S, Y: (sigmoid(S) - Y) / S.shape[1],
            "You divide by the number of outputs. The mean goes over the examples: in which "
            "direction of the table do they lie?",
        ),
        Misconception(
            "slope kept",
            lambda S, Y: output_blame(S, Y) * sigmoid(S) * (1 - sigmoid(S)),
            "This is the blame under the squared error: the slope of the sigmoid is still in it. "
            "What does the cross-entropy's own derivative have in its denominator?",
        ),
        Misconception(
            "loss by the output",
            lambda S, Y: ((1 - Y) / (1 - sigmoid(S)) - Y / sigmoid(S)) / len(S),
            "This says how the loss changes with the *output*. From there to the score is one more "
            "factor of the chain.",
        ),
        Misconception(
            "scores instead of probabilities",
            lambda S, Y: (S - Y) / len(S),
            "You took S - Y, which belongs to the squared error of the scores. Here the label is "
            "compared with a probability.",
        ),
        Misconception(
            "softmax instead of sigmoid",
            lambda S, Y: (softmax(S) - Y) / len(S),
            "Your outputs share one whole: that is the softmax. Here every output answers a yes-or-"
            "no question of its own.",
        ),
        Misconception(
            "decisions instead of probabilities",
            lambda S, Y: ((S > 0) - Y) / len(S),
            "You compare the labels with decisions. Compare them with probabilities: who is barely "
            "right still has something to learn.",
        ),
        Misconception(
            "one number for each example",
            lambda S, Y: output_blame(S, Y).sum(axis=1, keepdims=True),
            "You add up over the outputs. Each score has a blame of its own, so the answer has the "
            "shape of S.",
        ),
        Misconception(
            "tanh instead of sigmoid",
            lambda S, Y: (np.tanh(S) - Y) / len(S),
            "You squash with tanh, which runs from -1 to 1. A probability lies between 0 and 1.",
        ),
        Misconception(
            "labels -1 and 1",
            lambda S, Y: (sigmoid(S) - (2 * Y - 1)) / len(S),
            "You made -1 and 1 of the labels. Then a probability of 0 would still be off by one.",
        ),
    ),
    remark="The loss was made for this output: no slope is left.",
)

ANSWERS = Answers(
    right=variants("""
## plain
def output_blame(S, Y):
    P = 1 / (1 + np.exp(-S))
    return (P - Y) / len(S)
## one line
def output_blame(S, Y):
    return (1 / (1 + np.exp(-S)) - Y) / S.shape[0]
## two loops
def output_blame(S, Y):
    n, K = S.shape
    dS = np.zeros((n, K))
    for i in range(n):
        for k in range(K):
            P = 1 / (1 + np.exp(-S[i, k]))
            dS[i, k] = (P - Y[i, k]) / n
    return dS
## three factors
def output_blame(S, Y):
    P = 1 / (1 + np.exp(-np.clip(S, -700, 30).astype(float)))
    Q = 1 / (1 + np.exp(np.clip(S, -30, 700).astype(float)))
    by_output = (1 - Y) / Q - Y / P
    slope = P * Q
    return by_output * slope / len(S)
## tanh
def output_blame(S, Y):
    return (0.5 * (1 + np.tanh(S / 2)) - Y) / len(S)
## two terms
def output_blame(S, Y):
    P = 1 / (1 + np.exp(-S))
    wrong, right = (1 - Y) * P, Y * (1 - P)
    return (wrong - right) / len(S)
## example by example
def output_blame(S, Y):
    rows = []
    for s, y in zip(S, Y):
        p = 1 / (1 + np.exp(-s))
        rows.append((p - y) / len(S))
    return np.array(rows)
## column by column
def output_blame(S, Y):
    dS = np.empty(S.shape)
    for k in range(S.shape[1]):
        dS[:, k] = 1 / (1 + np.exp(-S[:, k])) - Y[:, k]
    return dS / len(S)
## odds
def output_blame(S, Y):
    log_p = -np.logaddexp(0, -S)
    return (np.exp(log_p) - Y) / len(S)
## masks
def output_blame(S, Y):
    P = 1 / (1 + np.exp(-S))
    return np.where(Y == 1, P - 1, P) / len(S)
## signed
def output_blame(S, Y):
    t = 2 * Y - 1
    return -t / (1 + np.exp(t * S)) / len(S)
## in place
def output_blame(S, Y):
    dS = 1 / (1 + np.exp(-S.astype(float)))
    dS -= Y
    dS /= len(dS)
    return dS
## lambda
sigma = lambda S: 1 / (1 + np.exp(-S))
output_blame = lambda S, Y: (sigma(S) - Y) / len(Y)
## minus outside
def output_blame(S, Y):
    n = S.shape[0]
    return -(Y - 1 / (1 + np.exp(-S))) / n
## vectorised function
import math

def output_blame(S, Y):
    one = lambda s, y: (1 / (1 + math.exp(-s)) if s > -700 else 0.0) - y
    return np.vectorize(one, otypes=[float])(S, Y) / len(S)
## type hints
def output_blame(S: np.ndarray, Y: np.ndarray) -> np.ndarray:
    '''(P - Y) / n.'''
    P: np.ndarray = np.reciprocal(1.0 + np.exp(-1.0 * S))
    return np.divide(np.subtract(P, Y), float(len(S)))
## helper: probability
def output_blame(S, Y):
    return (probability(S) - Y) / len(S)
"""),
    wrong=variants("""
## sign
def output_blame(S, Y):
    return (Y - 1 / (1 + np.exp(-S))) / len(S)
## sum instead of mean
def output_blame(S, Y):
    return 1 / (1 + np.exp(-S)) - Y
## averaged over the outputs as well
def output_blame(S, Y):
    return (1 / (1 + np.exp(-S)) - Y) / S.size
## divided by the number of outputs
def output_blame(S, Y):
    return (1 / (1 + np.exp(-S)) - Y) / len(S[0])
## slope kept
def output_blame(S, Y):
    P = 1 / (1 + np.exp(-S))
    return (P - Y) * P * (1 - P) / len(S)
## loss by the output
def output_blame(S, Y):
    P = 1 / (1 + np.exp(-S))
    return (P - Y) / (P * (1 - P)) / len(S)
## scores instead of probabilities
def output_blame(S, Y):
    return (S - Y) / len(S)
## softmax instead of sigmoid
def output_blame(S, Y):
    E = np.exp(S - S.max(axis=1, keepdims=True))
    return (E / E.sum(axis=1, keepdims=True) - Y) / len(S)
## decisions instead of probabilities
def output_blame(S, Y):
    return ((S > 0).astype(float) - Y) / len(S)
## one number for each example
def output_blame(S, Y):
    return (1 / (1 + np.exp(-S)) - Y).sum(axis=1, keepdims=True) / len(S)
## tanh instead of sigmoid
def output_blame(S, Y):
    return (np.tanh(S) - Y) / len(S)
## labels -1 and 1
def output_blame(S, Y):
    return (1 / (1 + np.exp(-S)) - np.where(Y == 1, 1, -1)) / len(S)
## on its side
def output_blame(S, Y):
    return ((1 / (1 + np.exp(-S)) - Y) / len(S)).T
## squared
def output_blame(S, Y):
    return (1 / (1 + np.exp(-S)) - Y) ** 2 / len(S)
## exponent without its sign
def output_blame(S, Y):
    return (1 / (1 + np.exp(S)) - Y) / len(S)
## the loss itself
def output_blame(S, Y):
    P = 1 / (1 + np.exp(-S))
    return -(Y * np.log(P) + (1 - Y) * np.log(1 - P)).sum() / len(S)
## one example's labels
def output_blame(S, Y):
    return (1 / (1 + np.exp(-S)) - Y[0]) / len(S)
"""),
    helpers=variants("""
## probability
def probability(S):
    return 1 / (1 + np.exp(-S))
"""),
)
