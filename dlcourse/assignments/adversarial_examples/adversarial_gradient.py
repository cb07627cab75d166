"""The gradient of adversarial training: half from the images, half from the worst step."""

from collections.abc import Iterable

import numpy as np

from dlcourse._validation import FloatArray, IntArray
from dlcourse.assignments.adversarial_examples.fgsm import fgsm
from dlcourse.assignments.adversarial_examples.input_gradient import WORDS, input_gradient, pixels
from dlcourse.assignments.adversarial_examples.robust_accuracy import attacked
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import array, labels, single, sizes, weights
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part
from dlcourse.features import append_ones
from dlcourse.linear import logistic_gradient, predict_probability


def adversarial_gradient(X: FloatArray, y: IntArray, w: FloatArray, eps: float) -> FloatArray:
    r"""Gradient of the weights, the mean of that for the images and for the images after FGSM.

    Parameters
    ----------
    X : ndarray of shape (n, N0)
        Images as rows.
    y : ndarray of shape (n,)
        Their labels, 0 or 1.
    w : ndarray of shape (N0 + 1,)
        Weights; ``w[0]`` is the bias.
    eps : float
        Size of the step.

    Returns
    -------
    ndarray of shape (N0 + 1,)

    Examples
    --------
    >>> adversarial_gradient(np.array([[0.5]]), np.array([1]), np.array([-2.0, 5.0]), 0.1)
    array([-0.43877033, -0.19438517])
    """
    moved = attacked(X, y, w, eps)
    return np.asarray((logistic_gradient(X, y, w) + logistic_gradient(moved, y, w)) / 2)


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw arguments for `adversarial_gradient`."""
    for n, features in sizes(rng):
        w, eps = weights(rng, n, features), float(rng.choice([0.05, 0.1, 0.25]))
        yield pixels(rng, n, features), labels(rng, n), w, eps


def unbounded(X: FloatArray, y: IntArray, w: FloatArray, eps: float) -> FloatArray:
    """Forget the bounds."""
    moved = X + eps * np.sign(input_gradient(X, y, w))
    return np.asarray((logistic_gradient(X, y, w) + logistic_gradient(moved, y, w)) / 2)


def other_way(X: FloatArray, y: IntArray, w: FloatArray, eps: float) -> FloatArray:
    """Train on images that were made easier."""
    moved = fgsm(X, -input_gradient(X, y, w), eps)
    return np.asarray((logistic_gradient(X, y, w) + logistic_gradient(moved, y, w)) / 2)


def between(X: FloatArray, y: IntArray, w: FloatArray, eps: float) -> FloatArray:
    """Take the gradient halfway between the images and the attacked ones."""
    return logistic_gradient((X + attacked(X, y, w, eps)) / 2, y, w)


def without_bias(X: FloatArray, y: IntArray, w: FloatArray, eps: float) -> FloatArray:
    """Give the bias no gradient."""
    return adversarial_gradient(X, y, w, eps) * (np.arange(len(w)) > 0)


IMAGES = array([[0.2, 1.0], [0.7, 0.0], [0.4, 0.5]])
LABELS = np.array([1, 0, 1])
START = array([0.5, 1, -2])


def errors_of_before(X: FloatArray, y: IntArray, w: FloatArray, eps: float) -> FloatArray:
    """Weigh the features after the step by the errors before it."""
    errors = predict_probability(X, w) - y
    mean = (append_ones(X) + append_ones(attacked(X, y, w, eps))) / 2
    return mean.T @ errors / len(y)


EXERCISE = Exercise(
    key="adversarial_examples/adversarial_gradient",
    reference=adversarial_gradient,
    parts=(
        Part(
            "the gradient",
            3,
            draw,
            {
                "one image of class 1": (array([[0.5]]), np.array([1]), array([0.5, -1]), 0.25),
                "one image of class 0": (array([[0.5]]), np.array([0]), array([0.5, -1]), 0.25),
                "black and white": (np.eye(2), np.array([0, 1]), START, 0.25),
                "a pixel without weight": (IMAGES, LABELS, array([0.5, 0, -2]), 0.1),
                "single precision": (single(IMAGES), LABELS, single(START), 0.1),
            },
            hint="Write the gradient of the weights for any images as a function of its own. How "
            "often do you call it, and with which images?",
        ),
    ),
    misconceptions=(
        Misconception(
            "the images alone",
            lambda X, y, w, eps: logistic_gradient(X, y, w),
            "This is the gradient for the images as they are: training as always.",
            "Where do the attacked images come in?",
        ),
        Misconception(
            "the attacked images alone",
            lambda X, y, w, eps: logistic_gradient(attacked(X, y, w, eps), y, w),
            "This is the gradient for the attacked images alone. Half of the loss is that of the "
            "images as they are.",
            "Of which two gradients is yours the mean?",
        ),
        Misconception(
            "sum of both",
            lambda X, y, w, eps: 2 * adversarial_gradient(X, y, w, eps),
            "You add the two gradients. Each of them counts one half.",
            "What should come out for eps = 0?",
        ),
        Misconception(
            "halfway images",
            between,
            "You take one gradient, for images halfway between those before and those after the "
            "step. The loss is the mean of two losses, not the loss of a mean.",
            "How many gradients does the mean of two losses have?",
        ),
        Misconception(
            "easier images",
            other_way,
            "Your second half is for images that were moved the way that *lowers* the loss.",
            "Which way does an attacker step?",
        ),
        Misconception(
            "bounds forgotten",
            unbounded,
            "In your attack some pixels are darker than black or lighter than white.",
            "What must become of a pixel that has left the range from 0 to 1?",
        ),
        Misconception(
            "sum over the images",
            lambda X, y, w, eps: adversarial_gradient(X, y, w, eps) * len(y),
            "This is the sum over the images. The loss is a mean.",
            "By what do you divide a sum over n images?",
        ),
        Misconception(
            "sign",
            lambda X, y, w, eps: -adversarial_gradient(X, y, w, eps),
            "Every sign is the other way round: with this gradient training would climb.",
            "Which comes first in the error, the probability or the label?",
        ),
        Misconception(
            "no gradient for the bias",
            without_bias,
            "The first entry, that of the bias, is 0 in your answer.",
            "The bias is the weight of a feature that is always 1: what is its derivative?",
        ),
        Misconception(
            "difference of both",
            lambda X, y, w, eps: (
                (logistic_gradient(X, y, w) - logistic_gradient(attacked(X, y, w, eps), y, w)) / 2
            ),
            "You subtract one gradient from the other.",
            "The two losses are added: what becomes of their gradients?",
        ),
        Misconception(
            "errors of the images before",
            errors_of_before,
            "In the second half you take the probabilities of the images as they were. After the "
            "step the model says something else.",
            "Which images does each p belong to?",
        ),
    ),
    remark="The attacked images are made for the weights as they are, and then held fixed.",
    words=WORDS,
)

ANSWERS = Answers(
    right=variants("""
## own functions
def adversarial_gradient(X, y, w, eps):
    def weight_gradient(X):
        A = np.column_stack([np.ones(len(X)), X])
        p = 1 / (1 + np.exp(-A @ w))
        return A.T @ (p - y) / len(X)
    moved = fgsm(X, input_gradient(X, y, w), eps)
    return (weight_gradient(X) + weight_gradient(moved)) / 2
## shares of one half
def adversarial_gradient(X, y, w, eps):
    moved = fgsm(X, input_gradient(X, y, w), eps)
    total = np.zeros(len(w))
    for images in (X, moved):
        error = 1 / (1 + np.exp(-(images @ w[1:] + w[0]))) - y
        total[0] += 0.5 * error.mean()
        total[1:] += 0.5 * images.T @ error / len(y)
    return total
## one long batch
def adversarial_gradient(X, y, w, eps):
    both = np.vstack([X, fgsm(X, input_gradient(X, y, w), eps)])
    A = np.column_stack([np.ones(len(both)), both])
    labels = np.concatenate([y, y])
    return A.T @ (1 / (1 + np.exp(-A @ w)) - labels) / len(both)
## rows, then their mean
def adversarial_gradient(X, y, w, eps):
    both = np.concatenate([X, fgsm(X, input_gradient(X, y, w), eps)])
    A = np.hstack([np.ones((len(both), 1)), both])
    error = 1 / (1 + np.exp(-A.dot(w))) - np.tile(y, 2)
    return (error[:, None] * A).mean(axis=0)
## all written out
def adversarial_gradient(X, y, w, eps):
    n = len(X)
    A = np.c_[np.ones(n), X]
    e = 1 / (1 + np.exp(-A @ w)) - y
    B = np.c_[np.ones(n), np.clip(X + eps * np.sign(np.outer(e, w[1:])), 0, 1)]
    f = 1 / (1 + np.exp(-B @ w)) - y
    return (A.T @ e + B.T @ f) / (2 * n)
## bias apart
def adversarial_gradient(X, y, w, eps):
    moved = fgsm(X, input_gradient(X, y, w), eps)
    e = 1 / (1 + np.exp(-(X @ w[1:] + w[0]))) - y
    f = 1 / (1 + np.exp(-(moved @ w[1:] + w[0]))) - y
    bias = (e.mean() + f.mean()) / 2
    slopes = (e @ X + f @ moved) / (2 * len(y))
    return np.concatenate([[bias], slopes])
## image by image
def adversarial_gradient(X, y, w, eps):
    moved = fgsm(X, input_gradient(X, y, w), eps)
    total = np.zeros(w.shape)
    for i in range(len(X)):
        for x in (X[i], moved[i]):
            a = np.append(1.0, x)
            total += (1 / (1 + np.exp(-a @ w)) - y[i]) * a
    return total / (2 * len(X))
## mean of a stack
def adversarial_gradient(X, y, w, eps):
    def gradient(images):
        A = np.insert(images.astype(float), 0, 1, axis=1)
        return ((1 / (1 + np.exp(-A @ w)) - y) @ A) / len(A)
    pair = [gradient(X), gradient(fgsm(X, input_gradient(X, y, w), eps))]
    return np.mean(pair, axis=0)
## tanh for a sigmoid
def adversarial_gradient(X, y, w, eps):
    both = np.stack([X, fgsm(X, input_gradient(X, y, w), eps)])
    A = np.concatenate([np.ones((*both.shape[:2], 1)), both], axis=2)
    error = (1 + np.tanh(A @ w / 2)) / 2 - y
    return np.einsum("ki,kij->j", error, A) / (2 * len(y))
## minus outside
def adversarial_gradient(X, y, w, eps):
    moved = fgsm(X, input_gradient(X, y, w), eps)
    g = 0
    for Z in (X, moved):
        A = np.column_stack((np.ones(len(Z)), Z))
        g = g - (y - 1 / (1 + np.exp(-A @ w))) @ A
    return g / len(X) / 2
## helpers
def sigmoid(s):
    return 1 / (1 + np.exp(-s))

def with_ones(X):
    return np.column_stack([np.ones(len(X)), X])

def gradient(X, y, w):
    return with_ones(X).T @ (sigmoid(with_ones(X) @ w) - y) / len(X)

def adversarial_gradient(X, y, w, eps):
    moved = fgsm(X, input_gradient(X, y, w), eps)
    return 0.5 * gradient(X, y, w) + 0.5 * gradient(moved, y, w)
## share as a name
def adversarial_gradient(X, y, w, eps):
    share = 0.5
    def g(Z):
        A = np.column_stack([np.ones(len(Z)), Z])
        return np.average(A * (1 / (1 + np.exp(-A @ w)) - y)[:, np.newaxis], axis=0)
    return share * g(X) + (1 - share) * g(fgsm(X, input_gradient(X, y, w), eps))
## type hints
def adversarial_gradient(
    X: np.ndarray, y: np.ndarray, w: np.ndarray, eps: float
) -> np.ndarray:
    moved: np.ndarray = fgsm(X, input_gradient(X, y, w), eps)
    both: np.ndarray = np.r_[X, moved]
    A: np.ndarray = np.c_[np.ones(both.shape[0]), both]
    p: np.ndarray = 1.0 / (1.0 + np.exp(-(A @ w)))
    return np.matmul(A.T, p - np.r_[y, y]) / A.shape[0]
"""),
    wrong=variants("""
## the images alone
def adversarial_gradient(X, y, w, eps):
    A = np.column_stack([np.ones(len(X)), X])
    return A.T @ (1 / (1 + np.exp(-A @ w)) - y) / len(X)
## the attacked images alone
def adversarial_gradient(X, y, w, eps):
    moved = fgsm(X, input_gradient(X, y, w), eps)
    A = np.column_stack([np.ones(len(X)), moved])
    return A.T @ (1 / (1 + np.exp(-A @ w)) - y) / len(X)
## sum of both
def adversarial_gradient(X, y, w, eps):
    both = np.vstack([X, fgsm(X, input_gradient(X, y, w), eps)])
    A = np.column_stack([np.ones(len(both)), both])
    return A.T @ (1 / (1 + np.exp(-A @ w)) - np.tile(y, 2)) / len(X)
## halfway images
def adversarial_gradient(X, y, w, eps):
    moved = (X + fgsm(X, input_gradient(X, y, w), eps)) / 2
    A = np.column_stack([np.ones(len(X)), moved])
    return A.T @ (1 / (1 + np.exp(-A @ w)) - y) / len(X)
## easier images
def adversarial_gradient(X, y, w, eps):
    both = np.vstack([X, fgsm(X, -input_gradient(X, y, w), eps)])
    A = np.column_stack([np.ones(len(both)), both])
    return A.T @ (1 / (1 + np.exp(-A @ w)) - np.tile(y, 2)) / len(both)
## bounds forgotten
def adversarial_gradient(X, y, w, eps):
    both = np.vstack([X, X + eps * np.sign(input_gradient(X, y, w))])
    A = np.column_stack([np.ones(len(both)), both])
    return A.T @ (1 / (1 + np.exp(-A @ w)) - np.tile(y, 2)) / len(both)
## sum over the images
def adversarial_gradient(X, y, w, eps):
    both = np.vstack([X, fgsm(X, input_gradient(X, y, w), eps)])
    A = np.column_stack([np.ones(len(both)), both])
    return A.T @ (1 / (1 + np.exp(-A @ w)) - np.tile(y, 2)) / 2
## sign
def adversarial_gradient(X, y, w, eps):
    both = np.vstack([X, fgsm(X, input_gradient(X, y, w), eps)])
    A = np.column_stack([np.ones(len(both)), both])
    return A.T @ (np.tile(y, 2) - 1 / (1 + np.exp(-A @ w))) / len(both)
## no gradient for the bias
def adversarial_gradient(X, y, w, eps):
    both = np.vstack([X, fgsm(X, input_gradient(X, y, w), eps)])
    A = np.column_stack([np.zeros(len(both)), both])
    error = 1 / (1 + np.exp(-(both @ w[1:] + w[0]))) - np.tile(y, 2)
    return A.T @ error / len(both)
## difference of both
def adversarial_gradient(X, y, w, eps):
    def g(Z):
        A = np.column_stack([np.ones(len(Z)), Z])
        return A.T @ (1 / (1 + np.exp(-A @ w)) - y) / len(Z)
    return (g(X) - g(fgsm(X, input_gradient(X, y, w), eps))) / 2
## errors of the images as they are
def adversarial_gradient(X, y, w, eps):
    moved = fgsm(X, input_gradient(X, y, w), eps)
    A = np.column_stack([np.ones(len(X)), X])
    B = np.column_stack([np.ones(len(X)), moved])
    error = 1 / (1 + np.exp(-A @ w)) - y
    return (A.T @ error + B.T @ error) / (2 * len(X))
## bias at the end
def adversarial_gradient(X, y, w, eps):
    both = np.vstack([X, fgsm(X, input_gradient(X, y, w), eps)])
    error = 1 / (1 + np.exp(-(both @ w[1:] + w[0]))) - np.tile(y, 2)
    return np.append(both.T @ error / len(both), error.mean())
## labels doubled each
def adversarial_gradient(X, y, w, eps):
    both = np.vstack([X, fgsm(X, input_gradient(X, y, w), eps)])
    A = np.column_stack([np.ones(len(both)), both])
    return A.T @ (1 / (1 + np.exp(-A @ w)) - np.repeat(y, 2)) / len(both)
## errors of the images before
def adversarial_gradient(X, y, w, eps):
    p = 1 / (1 + np.exp(-(X @ w[1:] + w[0])))
    moved = fgsm(X, input_gradient(X, y, w), eps)
    halves = [np.column_stack([np.ones(len(X)), Z]).T @ (p - y) / len(X) for Z in (X, moved)]
    return (halves[0] + halves[1]) / 2
"""),
)
