r"""The worst step of a limited size: :math:`\tilde x = x + \epsilon\,\mathrm{sign}(g)`."""

from collections.abc import Iterable

import numpy as np

from dlcourse._validation import FloatArray
from dlcourse.assignments.adversarial_examples.input_gradient import pixels
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import array, readable, single, sizes
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part

WORDS = {"rows of `X`": "images", "columns of `X`": "pixels", "`eps`": "the size of the step"}


def fgsm(X: FloatArray, G: FloatArray, eps: float) -> FloatArray:
    """Move every pixel by eps the way that raises the loss, but not out of 0 to 1.

    Parameters
    ----------
    X : ndarray of shape (n, N0)
        Images as rows.
    G : ndarray of shape (n, N0)
        Slope of the loss for each pixel.
    eps : float
        Size of the step.

    Returns
    -------
    ndarray of shape (n, N0)

    Examples
    --------
    >>> fgsm(np.array([[0.5, 0.95]]), np.array([[-3.0, 0.01]]), 0.1)
    array([[0.4, 1. ]])
    """
    return np.clip(X + eps * np.sign(G), 0, 1)


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw arguments for `fgsm`, at times a slope of 0."""
    for n, features in sizes(rng):
        G = readable(rng.normal(scale=0.5, size=(n, features)), n)
        yield pixels(rng, n, features), G, float(rng.choice([0.05, 0.1, 0.25]))


def by_length(X: FloatArray, G: FloatArray, eps: float) -> FloatArray:
    """Step along the gradient, as long as eps in all."""
    lengths = np.linalg.norm(G, axis=1, keepdims=True)
    return np.clip(X + eps * G / np.where(lengths == 0, 1, lengths), 0, 1)


def squeezed(X: FloatArray, G: FloatArray, eps: float) -> FloatArray:
    """Scale all pixels to the range as soon as one has left it."""
    moved = X + eps * np.sign(G)
    outside = moved.min() < 0 or moved.max() > 1
    return (moved - moved.min()) / np.ptp(moved) if outside else moved


def stretched(X: FloatArray, G: FloatArray, eps: float) -> FloatArray:
    """Scale all pixels to the range."""
    moved = X + eps * np.sign(G)
    with np.errstate(invalid="ignore"):
        scaled: FloatArray = (moved - moved.min()) / np.ptp(moved)
    return scaled


IMAGES = array([[0.2, 1.0, 0.5], [0.7, 0.0, 0.5]])
SLOPES = array([[-0.3, 2, 0], [0.5, -0.25, 1.5]])


def no_step_at_the_border(X: FloatArray, G: FloatArray, eps: float) -> FloatArray:
    """Move only those pixels that stay in the range."""
    moved = X + eps * np.sign(G)
    return np.where((moved < 0) | (moved > 1), X, moved)


EXERCISE = Exercise(
    key="adversarial_examples/fgsm",
    reference=fgsm,
    parts=(
        Part(
            "the step",
            2,
            draw,
            {
                "inside the range": (array([[0.5, 0.5]]), array([[1.5, -0.5]]), 0.25),
                "a slope of 0": (array([[0.5, 0.3]]), array([[0, -0.25]]), 0.1),
                "a tiny slope": (array([[0.5]]), array([[1e-12]]), 0.1),
                "single precision": (single(IMAGES), single(SLOPES), 0.25),
                "pixels that are integers": (np.eye(2, dtype=int), array([[1, 2], [-3, -4]]), 0.5),
            },
            hint="Two things are asked for, one after the other: each pixel moves by eps, up or "
            "down; and then none may be below 0 or above 1.",
        ),
    ),
    misconceptions=(
        Misconception(
            "bounds forgotten",
            lambda X, G, eps: X + eps * np.sign(G),
            "Some of your pixels are darker than black or lighter than white.",
            "What must become of a pixel that has left the range from 0 to 1?",
        ),
        Misconception(
            "gradient instead of its sign",
            lambda X, G, eps: np.clip(X + eps * G, 0, 1),
            "You step by eps times the slope, so that a pixel with a small slope hardly moves.",
            "How far may every pixel move, whatever its slope is?",
        ),
        Misconception(
            "downhill",
            lambda X, G, eps: np.clip(X - eps * np.sign(G), 0, 1),
            "Your step makes the loss smaller, as in training.",
            "An attacker wants the loss to go which way?",
        ),
        Misconception(
            "step of a fixed length",
            by_length,
            "Your step has the length eps in all, along the gradient. Here every pixel alone may "
            "move by eps.",
            "Which point of a square is furthest in a slanted direction: a corner or a side?",
        ),
        Misconception(
            "bounds for the step",
            lambda X, G, eps: X + np.clip(eps * np.sign(G), 0, 1),
            "You have limited the step to 0 to 1, so that no pixel gets darker.",
            "What must lie from 0 to 1, the step or the image?",
        ),
        Misconception(
            "the step alone",
            lambda X, G, eps: eps * np.sign(G),
            "This is the step. Asked for is the image after it.",
            "To what must the step be added?",
        ),
        Misconception(
            "size forgotten",
            lambda X, G, eps: np.clip(X + np.sign(G), 0, 1),
            "Every pixel becomes black or white: your step has the size 1.",
            "What does the sign have to be multiplied by?",
        ),
        Misconception(
            "zero moves too",
            lambda X, G, eps: np.clip(X + np.where(G > 0, eps, -eps), 0, 1),
            "A pixel whose slope is 0 has moved down. It neither helps nor hurts, so it stays.",
            "What is the sign of 0?",
        ),
        Misconception(
            "zero moves up",
            lambda X, G, eps: np.clip(X + np.where(G >= 0, eps, -eps), 0, 1),
            "A pixel whose slope is 0 has moved up. It neither helps nor hurts, so it stays.",
            "What is the sign of 0?",
        ),
        Misconception(
            "only upwards",
            lambda X, G, eps: np.clip(X + eps * (G > 0), 0, 1),
            "Your pixels get lighter or stay. Where the slope is negative, getting darker raises "
            "the loss.",
            "Which values does a sign have?",
        ),
        Misconception(
            "no step at the border",
            lambda X, G, eps: np.where(
                np.abs(X + eps * np.sign(G) - 0.5) > 0.5, X, fgsm(X, G, eps)
            ),
            "A pixel that would leave the range does not move at all in your answer. It goes as "
            "far as the border.",
            "How far may a pixel of 0.95 get lighter?",
        ),
        Misconception(
            "all pixels squeezed",
            squeezed,
            "As soon as one pixel leaves the range, you scale all of them, so that others move by "
            "more or less than eps.",
            "Which pixels must come back, and what should become of the others?",
        ),
        Misconception(
            "all pixels stretched",
            stretched,
            "You scale all pixels, so that the darkest becomes 0 and the lightest 1, whether one "
            "has left the range or not.",
            "Which pixels must come back, and what should become of the others?",
        ),
    ),
    remark="However small a slope is, its pixel moves all the way.",
    words=WORDS,
)

ANSWERS = Answers(
    right=variants("""
## clip
def fgsm(X, G, eps):
    return np.clip(X + eps * np.sign(G), 0, 1)
## method
def fgsm(X, G, eps):
    moved = X + eps * np.sign(G)
    return moved.clip(0, 1)
## maximum and minimum
def fgsm(X, G, eps):
    return np.minimum(np.maximum(X + eps * np.sign(G), 0), 1)
## where
def fgsm(X, G, eps):
    moved = X + np.where(G > 0, eps, np.where(G < 0, -eps, 0))
    moved = np.where(moved > 1, 1, moved)
    return np.where(moved < 0, 0, moved)
## masks
def fgsm(X, G, eps):
    moved = X.astype(float).copy()
    moved[G > 0] += eps
    moved[G < 0] -= eps
    moved[moved > 1] = 1
    moved[moved < 0] = 0
    return moved
## truth as numbers
def fgsm(X, G, eps):
    return np.clip(X + eps * (G > 0) - eps * (G < 0), 0.0, 1.0)
## loops
def fgsm(X, G, eps):
    moved = np.zeros(X.shape)
    for i in range(X.shape[0]):
        for j in range(X.shape[1]):
            moved[i, j] = min(1.0, max(0.0, X[i, j] + eps * np.sign(G[i, j])))
    return moved
## row by row
def fgsm(X, G, eps):
    return np.array([np.clip(x + eps * np.sign(g), 0, 1) for x, g in zip(X, G)])
## lambda
fgsm = lambda X, G, eps: np.clip(np.add(X, np.multiply(eps, np.sign(G))), a_min=0, a_max=1)
## room up and down
def fgsm(X, G, eps):
    up = np.minimum(eps, 1 - X)
    down = np.minimum(eps, X)
    return X + up * (G > 0) - down * (G < 0)
## quotient
def fgsm(X, G, eps):
    size = np.abs(G)
    sign = G / np.where(size == 0, 1, size)
    return np.clip(X + eps * sign, 0, 1)
## helper
def in_range(X):
    return np.clip(X, 0, 1)

def fgsm(X, G, eps):
    step = eps * np.sign(G)
    return in_range(X + step)
## type hints
def fgsm(X: np.ndarray, G: np.ndarray, eps: float) -> np.ndarray:
    step: np.ndarray = np.sign(G) * eps
    return np.clip(step + X, 0.0, 1.0)
"""),
    wrong=variants("""
## bounds forgotten
def fgsm(X, G, eps):
    return X + eps * np.sign(G)
## gradient instead of its sign
def fgsm(X, G, eps):
    return np.clip(X + eps * G, 0, 1)
## downhill
def fgsm(X, G, eps):
    return np.clip(X - eps * np.sign(G), 0, 1)
## step of a fixed length
def fgsm(X, G, eps):
    length = np.sqrt((G ** 2).sum(axis=1, keepdims=True))
    return np.clip(X + eps * G / np.maximum(length, 1e-300), 0, 1)
## bounds for the step
def fgsm(X, G, eps):
    return X + np.clip(eps * np.sign(G), 0, 1)
## the step alone
def fgsm(X, G, eps):
    return eps * np.sign(G)
## size forgotten
def fgsm(X, G, eps):
    return np.clip(X + np.sign(G), 0, 1)
## zero moves too
def fgsm(X, G, eps):
    return np.clip(X + np.where(G > 0, eps, -eps), 0, 1)
## zero moves up
def fgsm(X, G, eps):
    return np.clip(X + np.where(G < 0, -eps, eps), 0, 1)
## only upwards
def fgsm(X, G, eps):
    return np.clip(X + eps * (G > 0), 0, 1)
## only the upper bound
def fgsm(X, G, eps):
    return np.minimum(X + eps * np.sign(G), 1)
## only the lower bound
def fgsm(X, G, eps):
    return np.maximum(X + eps * np.sign(G), 0)
## range from -1 to 1
def fgsm(X, G, eps):
    return np.clip(X + eps * np.sign(G), -1, 1)
## sign of the image
def fgsm(X, G, eps):
    return np.clip(X + eps * np.sign(X), 0, 1)
## all pixels squeezed
def fgsm(X, G, eps):
    moved = X + eps * np.sign(G)
    low, high = moved.min(), moved.max()
    if low < 0 or high > 1:
        moved = (moved - low) / (high - low)
    return moved
## all pixels stretched
def fgsm(X, G, eps):
    moved = X + eps * np.sign(G)
    return (moved - moved.min()) / (moved.max() - moved.min())
## no step at the border
def fgsm(X, G, eps):
    moved = X + eps * np.sign(G)
    outside = (moved < 0) | (moved > 1)
    return np.where(outside, X, moved)
"""),
)
