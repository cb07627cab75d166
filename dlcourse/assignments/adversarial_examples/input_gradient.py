r"""How the loss of an image changes with its pixels: :math:`(p - y)\,w_j`."""

from collections.abc import Iterable

import numpy as np

from dlcourse._validation import FloatArray, IntArray
from dlcourse.activations import sigmoid
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import array, labels, readable, single, sizes, weights
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part
from dlcourse.linear import predict_probability, scores

WORDS = {
    "rows of `X`": "images",
    "columns of `X`": "pixels",
    "`len(y)`": "the number of images",
    "`w[0]`": "the bias `w[0]`",
}


def input_gradient(X: FloatArray, y: IntArray, w: FloatArray) -> FloatArray:
    r"""Derivative of each image's own binary cross-entropy with respect to its pixels.

    Parameters
    ----------
    X : ndarray of shape (n, N0)
        Images as rows.
    y : ndarray of shape (n,)
        Their labels, 0 or 1.
    w : ndarray of shape (N0 + 1,)
        Weights; ``w[0]`` is the bias.

    Returns
    -------
    ndarray of shape (n, N0)

    Examples
    --------
    >>> input_gradient(np.array([[0.5, 0.5]]), np.array([1]), np.array([0.0, 2.0, -2.0]))
    array([[-1.,  1.]])
    """
    return np.outer(predict_probability(X, w) - y, w[1:])


def pixels(rng: np.random.Generator, n: int, features: int) -> FloatArray:
    """Draw images."""
    return readable(rng.random((n, features)), n)


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw arguments for `input_gradient`."""
    for n, features in sizes(rng):
        yield pixels(rng, n, features), labels(rng, n), weights(rng, n, features)


def for_the_weights(X: FloatArray, y: IntArray, w: FloatArray) -> FloatArray:
    """Multiply each error by the image, as for the gradient of the weights."""
    return np.asarray((predict_probability(X, w) - y)[:, None] * X)


def with_slope(X: FloatArray, y: IntArray, w: FloatArray) -> FloatArray:
    """Multiply by the slope of the sigmoid once more."""
    p = predict_probability(X, w)
    return np.outer((p - y) * p * (1 - p), w[1:])


IMAGES = array([[0.2, 1.0], [0.7, 0.0], [0.4, 0.5]])
LABELS = np.array([1, 0, 1])
START = array([0.5, 1, -2])

EXERCISE = Exercise(
    key="adversarial_examples/input_gradient",
    reference=input_gradient,
    parts=(
        Part(
            "the slope of each pixel",
            2,
            draw,
            {
                "one image of class 1": (array([[0.5]]), np.array([1]), array([0.5, -1])),
                "one image of class 0": (array([[0.5]]), np.array([0]), array([0.5, -1])),
                "a black image": (array([[0, 0]]), np.array([1]), START),
                "as many images as pixels": (IMAGES[:2], LABELS[:2], START),
                "single precision": (single(IMAGES), LABELS, single(START)),
                "pixels that are integers": (np.eye(2, dtype=int), np.array([0, 1]), START),
            },
            hint="By the chain rule there are two factors: how the loss changes with the score, "
            "and how the score changes with one pixel. Which of them does a pixel share with all "
            "the others of its image?",
        ),
    ),
    misconceptions=(
        Misconception(
            "gradient of the weights",
            for_the_weights,
            "You multiply the error by the image: that is how the loss changes with the weights.",
            "In w_j x_j, what is the factor of x_j?",
        ),
        Misconception(
            "mean over the images",
            lambda X, y, w: input_gradient(X, y, w) / len(y),
            "You divide by the number of images. Each image has a loss of its own here, and no "
            "other image has a part in it.",
            "Does the loss of your image change if there are more images?",
        ),
        Misconception(
            "sign",
            lambda X, y, w: -input_gradient(X, y, w),
            "Every sign is the other way round: this is how to make the loss smaller.",
            "For a wrong and confident answer 1, is p - y positive or negative?",
        ),
        Misconception(
            "bias left in",
            lambda X, y, w: np.outer(predict_probability(X, w) - y, w),
            "There is a column too many: the bias is no pixel's weight, and nobody can change the "
            "one that it belongs to.",
            "Which entries of w belong to pixels?",
        ),
        Misconception(
            "bias at the end",
            lambda X, y, w: np.outer(predict_probability(X, w) - y, w[:-1]),
            "You have taken all weights but the last one. The bias stands in front.",
            "Which entry of w is the bias?",
        ),
        Misconception(
            "scores instead of probabilities",
            lambda X, y, w: np.outer(scores(X, w) - y, w[1:]),
            "You compare the label with the score.",
            "What does the score go through before it is a probability?",
        ),
        Misconception(
            "probability alone",
            lambda X, y, w: np.outer(predict_probability(X, w), w[1:]),
            "The label does not occur in your answer: this is not the slope of the loss.",
            "How does the loss of one image change with its score?",
        ),
        Misconception(
            "extra slope of the sigmoid",
            with_slope,
            "There is a factor p (1 - p) too many. It cancels against the logarithm in the loss.",
            "What is the derivative of the cross-entropy with respect to the score?",
        ),
        Misconception(
            "decisions instead of probabilities",
            lambda X, y, w: np.outer((scores(X, w) > 0) - y, w[1:]),
            "You compare the label with the decision, so that whatever is right has no slope at "
            "all.",
            "A right answer can become a wrong one: which number says how near it is to that?",
        ),
        Misconception(
            "bias forgotten in the score",
            lambda X, y, w: np.outer(sigmoid(X @ w[1:]) - y, w[1:]),
            "Your probabilities are those of a model without a bias.",
            "What is the score of a black image?",
        ),
        Misconception(
            "added up over the images",
            lambda X, y, w: input_gradient(X, y, w).sum(axis=0),
            "You have one slope for each pixel, for all images together.",
            "Should all images be moved the same way?",
        ),
    ),
    remark="All slopes of an image are the weights, times one number.",
    words=WORDS,
)

ANSWERS = Answers(
    right=variants("""
## outer
def input_gradient(X, y, w):
    p = 1 / (1 + np.exp(-(X @ w[1:] + w[0])))
    return np.outer(p - y, w[1:])
## column times row
def input_gradient(X, y, w):
    p = 1 / (1 + np.exp(-(w[0] + X @ w[1:])))
    return (p - y)[:, None] * w[1:]
## matrix product
def input_gradient(X, y, w):
    A = np.column_stack([np.ones(len(X)), X])
    error = 1 / (1 + np.exp(-A @ w)) - y
    return error.reshape(-1, 1) @ w[1:].reshape(1, -1)
## einsum
def input_gradient(X, y, w):
    error = 1 / (1 + np.exp(-(X @ w[1:] + w[0]))) - y
    return np.einsum("i,j->ij", error, w[1:])
## image by image
def input_gradient(X, y, w):
    G = np.zeros(X.shape, dtype=float)
    for i in range(len(X)):
        p = 1 / (1 + np.exp(-(w[0] + X[i] @ w[1:])))
        G[i] = (p - y[i]) * w[1:]
    return G
## two loops
def input_gradient(X, y, w):
    n, m = X.shape
    G = np.empty((n, m))
    for i in range(n):
        s = w[0] + sum(w[j + 1] * X[i, j] for j in range(m))
        for j in range(m):
            G[i, j] = (1 / (1 + np.exp(-s)) - y[i]) * w[j + 1]
    return G
## pixel by pixel
def input_gradient(X, y, w):
    error = 1 / (1 + np.exp(-X @ w[1:] - w[0])) - y
    return np.stack([error * weight for weight in w[1:]], axis=1)
## tanh for a sigmoid
def input_gradient(X, y, w):
    p = (1 + np.tanh((X @ w[1:] + w[0]) / 2)) / 2
    return (p - y)[:, np.newaxis] * w[np.newaxis, 1:]
## minus outside
def input_gradient(X, y, w):
    p = 1 / (1 + np.exp(-(X.dot(w[1:]) + w[0])))
    return -np.outer(y - p, w[1:])
## helper
def sigmoid(s):
    return 1 / (1 + np.exp(-s))

def input_gradient(X, y, w):
    bias, weights = w[0], w[1:]
    return np.outer(sigmoid(X @ weights + bias) - y, weights)
## list comprehension
def input_gradient(X, y, w):
    P = 1 / (1 + np.exp(-(X @ w[1:] + w[0])))
    return np.array([(p - label) * w[1:] for p, label in zip(P, y)])
## by signs
def input_gradient(X, y, w):
    t = 2 * y - 1
    margin = t * (X @ w[1:] + w[0])
    return -(t / (1 + np.exp(margin)))[:, None] * w[1:]
## all, then without the bias
def input_gradient(X, y, w):
    p = 1 / (1 + np.exp(-(X @ w[1:] + w[0])))
    return np.outer(p - y, w)[:, 1:]
## type hints
def input_gradient(X: np.ndarray, y: np.ndarray, w: np.ndarray) -> np.ndarray:
    s: np.ndarray = X @ w[1:] + w[0]
    error: np.ndarray = 1.0 / (1.0 + np.exp(-s)) - y
    return np.multiply.outer(error, w[1:])
"""),
    wrong=variants("""
## gradient of the weights
def input_gradient(X, y, w):
    p = 1 / (1 + np.exp(-(X @ w[1:] + w[0])))
    return (p - y)[:, None] * X
## mean over the images
def input_gradient(X, y, w):
    p = 1 / (1 + np.exp(-(X @ w[1:] + w[0])))
    return np.outer(p - y, w[1:]) / len(X)
## sign
def input_gradient(X, y, w):
    p = 1 / (1 + np.exp(-(X @ w[1:] + w[0])))
    return np.outer(y - p, w[1:])
## bias left in
def input_gradient(X, y, w):
    A = np.column_stack([np.ones(len(X)), X])
    return np.outer(1 / (1 + np.exp(-A @ w)) - y, w)
## bias at the end
def input_gradient(X, y, w):
    p = 1 / (1 + np.exp(-(X @ w[1:] + w[0])))
    return np.outer(p - y, w[:-1])
## scores instead of probabilities
def input_gradient(X, y, w):
    return np.outer(X @ w[1:] + w[0] - y, w[1:])
## probability alone
def input_gradient(X, y, w):
    p = 1 / (1 + np.exp(-(X @ w[1:] + w[0])))
    return np.outer(p, w[1:])
## extra slope of the sigmoid
def input_gradient(X, y, w):
    p = 1 / (1 + np.exp(-(X @ w[1:] + w[0])))
    return np.outer((p - y) * p * (1 - p), w[1:])
## decisions instead of probabilities
def input_gradient(X, y, w):
    return np.outer((X @ w[1:] + w[0] > 0) - y, w[1:])
## bias forgotten in the score
def input_gradient(X, y, w):
    p = 1 / (1 + np.exp(-X @ w[1:]))
    return np.outer(p - y, w[1:])
## added up over the images
def input_gradient(X, y, w):
    p = 1 / (1 + np.exp(-(X @ w[1:] + w[0])))
    return (p - y).sum() * w[1:]
## pixels down
def input_gradient(X, y, w):
    p = 1 / (1 + np.exp(-(X @ w[1:] + w[0])))
    return np.outer(w[1:], p - y)
## signs only
def input_gradient(X, y, w):
    p = 1 / (1 + np.exp(-(X @ w[1:] + w[0])))
    return np.sign(np.outer(p - y, w[1:]))
## sizes of the weights
def input_gradient(X, y, w):
    p = 1 / (1 + np.exp(-(X @ w[1:] + w[0])))
    return np.outer(p - y, np.abs(w[1:]))
"""),
)
