r"""Blame of a hidden ReLU layer under dropout: what comes down, times mask, times slope."""

from collections.abc import Iterable

import numpy as np

from dlcourse._validation import FloatArray
from dlcourse.activations import sigmoid
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import array, examples, sizes
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part


def hidden_blame(dS: FloatArray, W: FloatArray, S: FloatArray, mask: FloatArray) -> FloatArray:
    """Send blame of the scores above down through weights, mask and ReLU."""
    return np.asarray(dS @ W[:, 1:] * mask * (S > 0))


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw blame above, weights, scores below, and a mask with its factor."""
    for n, units in sizes(rng):
        K = units + 2
        dS, W, S = examples(rng, n, K), examples(rng, K, units + 1), examples(rng, n, units)
        S[0, 0] = abs(S[0, 0]) + 0.1  # one unit at least works and is kept
        mask = (rng.random((n, units)) >= 0.4) / float(rng.choice([0.5, 0.8]))
        mask[0, 0] = mask.max() or 2.0
        yield dS, W, S, mask


EXERCISE = Exercise(
    key="dropout/hidden_blame",
    reference=hidden_blame,
    parts=(
        Part(
            points=3,
            inputs=draw,
            edge_cases={
                "nothing is dropped": (
                    array([[1.0, -1.0]]),
                    array([[0.5, 2.0], [0.5, -1.0]]),
                    array([[0.3]]),
                    array([[1.0]]),
                ),
                "a score of 0, and one below": (
                    array([[2.0]]),
                    array([[1.0, 3.0, -2.0, 1.0]]),
                    array([[0.0, -0.5, 4.0]]),
                    array([[2.0, 2.0, 2.0]]),
                ),
                "integers, but for the mask": (
                    np.array([[2, -1]]),
                    np.array([[1, 3, -2], [2, 1, 1]]),
                    np.array([[5, 3]]),
                    array([[2, 0]]),
                ),
                "single precision": tuple(
                    values.astype(np.float32)
                    for values in (
                        array([[2, -1]]),
                        array([[1, 3, -2], [2, 1, 1]]),
                        array([[5, 3]]),
                        array([[2, 0]]),
                    )
                ),
            },
        ),
    ),
    misconceptions=(
        Misconception(
            "no mask",
            lambda dS, W, S, mask: dS @ W[:, 1:] * (S > 0),
            "Units that were silent get blame, too.",
            "Had a dropped unit sent something else, would the loss have changed?",
        ),
        Misconception(
            "mask without its factor",
            lambda dS, W, S, mask: dS @ W[:, 1:] * (mask > 0) * (S > 0),
            "The right units get blame, but too little of it: going up, their outputs were made "
            "larger.",
            "By what was a kept output multiplied, and what does the chain rule make of that?",
        ),
        Misconception(
            "no slope",
            lambda dS, W, S, mask: dS @ W[:, 1:] * mask,
            "You stop at the outputs. Blame of the *scores* is asked for, on the other side of the "
            "ReLU.",
            "What is the slope of the ReLU where the score is negative?",
        ),
        Misconception(
            "ReLU instead of its slope",
            lambda dS, W, S, mask: dS @ W[:, 1:] * mask * np.maximum(S, 0),
            "You multiply by the outputs of the ReLU, where its slope belongs.",
            "Which values can the slope of the ReLU have?",
        ),
        Misconception(
            "the last columns of W",
            lambda dS, W, S, mask: dS @ W[:, :-1] * mask * (S > 0),
            "Your weights are off by one column: the biases come first in W.",
            "Which column of W belongs to the unit of ones, which has no blame?",
        ),
        Misconception(
            "mask twice",
            lambda dS, W, S, mask: dS @ W[:, 1:] * mask**2 * (S > 0),
            "The factor of the mask is in your blame twice.",
            "How many masks lie between the scores and the layer above?",
        ),
        Misconception(
            "divided by the mask",
            lambda dS, W, S, mask: np.where(
                mask > 0, dS @ W[:, 1:] / np.where(mask > 0, mask, 1) * (S > 0), 0.0
            ),
            "You undo the factor of the mask on the way down.",
            "An output counts twice as much above: does it get more blame or less?",
        ),
        Misconception(
            "slope of the sigmoid",
            lambda dS, W, S, mask: dS @ W[:, 1:] * mask * sigmoid(S) * (1 - sigmoid(S)),
            "Your slope is the sigmoid's. These units are ReLUs.",
            "What is the slope of max(0, s) for a positive s?",
        ),
        Misconception(
            "the mean over the examples once more",
            lambda dS, W, S, mask: dS @ W[:, 1:] * mask * (S > 0) / len(S),
            "You divide by the number of examples; the blame from above has that in it already.",
            "Where in backpropagation does 1/n enter, and how often?",
        ),
        Misconception(
            "uphill",
            lambda dS, W, S, mask: -(dS @ W[:, 1:]) * mask * (S > 0),
            "Every entry has the wrong sign.",
            "Blame is a derivative: does the way down turn its sign anywhere?",
        ),
    ),
    remark="A unit that was silent, by the mask or by the ReLU, learns nothing in this step.",
)

ANSWERS = Answers(
    right=variants("""
## plain
def hidden_blame(dS, W, S, mask):
    return dS @ W[:, 1:] * mask * (S > 0)
## in steps
def hidden_blame(dS, W, S, mask):
    dX = dS @ W[:, 1:]
    dX = dX * mask
    return dX * (S > 0)
## where
def hidden_blame(dS, W, S, mask):
    return np.where(S > 0, (dS @ W[:, 1:]) * mask, 0.0)
## product, then cut
def hidden_blame(dS, W, S, mask):
    return (dS @ W)[:, 1:] * mask * (S > 0)
## dot
def hidden_blame(dS, W, S, mask):
    slope = (S > 0).astype(float)
    return np.dot(dS, W[:, 1:]) * slope * mask
## einsum
def hidden_blame(dS, W, S, mask):
    return np.einsum("ik,kj->ij", dS, W[:, 1:]) * mask * (S > 0)
## weights without biases
def hidden_blame(dS, W, S, mask):
    weights = W[:, 1:]
    blame = np.matmul(dS, weights)
    blame = blame * mask
    blame[S <= 0] = 0
    return blame
## transposed
def hidden_blame(dS, W, S, mask):
    return (W[:, 1:].T @ dS.T).T * mask * (S > 0)
## np.delete
def hidden_blame(dS, W, S, mask):
    return dS @ np.delete(W, 0, axis=1) * (mask * (S > 0))
## example by example
def hidden_blame(dS, W, S, mask):
    return np.array([W[:, 1:].T @ d * m * (s > 0) for d, s, m in zip(dS, S, mask)])
## loops
def hidden_blame(dS, W, S, mask):
    n, units = S.shape
    out = np.zeros((n, units))
    for i in range(n):
        for j in range(units):
            if S[i, j] > 0:
                out[i, j] = mask[i, j] * sum(dS[i, k] * W[k, j + 1] for k in range(len(W)))
    return out
## heaviside
def hidden_blame(dS, W, S, mask):
    return dS @ W[:, 1:] * mask * np.heaviside(S, 0)
## type hints
def hidden_blame(
    dS: np.ndarray, W: np.ndarray, S: np.ndarray, mask: np.ndarray
) -> np.ndarray:
    open_: np.ndarray = mask * (S > 0)
    return (dS @ W[:, 1:]) * open_
"""),
    wrong=variants("""
## no mask
def hidden_blame(dS, W, S, mask):
    return dS @ W[:, 1:] * (S > 0)
## mask without its factor
def hidden_blame(dS, W, S, mask):
    return dS @ W[:, 1:] * (mask > 0) * (S > 0)
## no slope
def hidden_blame(dS, W, S, mask):
    return dS @ W[:, 1:] * mask
## ReLU instead of its slope
def hidden_blame(dS, W, S, mask):
    return dS @ W[:, 1:] * mask * np.maximum(0, S)
## the last columns of W
def hidden_blame(dS, W, S, mask):
    return dS @ W[:, :-1] * mask * (S > 0)
## mask twice
def hidden_blame(dS, W, S, mask):
    return dS @ W[:, 1:] * mask * mask * (S > 0)
## slope of the sigmoid
def hidden_blame(dS, W, S, mask):
    p = 1 / (1 + np.exp(-S))
    return dS @ W[:, 1:] * mask * p * (1 - p)
## the mean over the examples once more
def hidden_blame(dS, W, S, mask):
    return dS @ W[:, 1:] * mask * (S > 0) / len(dS)
## uphill
def hidden_blame(dS, W, S, mask):
    return -dS @ W[:, 1:] * mask * (S > 0)
## with the bias column
def hidden_blame(dS, W, S, mask):
    return dS @ W * mask * (S > 0)
## slope of the masked scores only
def hidden_blame(dS, W, S, mask):
    return dS @ W[:, 1:] * (S * mask > 0)
## blame above masked
def hidden_blame(dS, W, S, mask):
    return dS * mask @ W[:, 1:] * (S > 0)
## a slope of 1 at 0
def hidden_blame(dS, W, S, mask):
    return dS @ W[:, 1:] * mask * (S >= 0)
## negative scores pass
def hidden_blame(dS, W, S, mask):
    return dS @ W[:, 1:] * mask * (S < 0)
"""),
)
