"""Noise of the same size: each pixel moves by eps, up or down as a coin says."""

from collections.abc import Iterable

import numpy as np

from dlcourse._validation import FloatArray, IntArray
from dlcourse.assignments.adversarial_examples.fgsm import WORDS
from dlcourse.assignments.adversarial_examples.input_gradient import pixels
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import array, single, sizes
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part


def random_signs(X: FloatArray, coins: IntArray, eps: float) -> FloatArray:
    """Move every pixel by eps, up for the coin 1 and down for 0, but not out of 0 to 1.

    Parameters
    ----------
    X : ndarray of shape (n, N0)
        Images as rows.
    coins : ndarray of int, shape (n, N0)
        0 or 1 for each pixel.
    eps : float
        Size of the step.

    Returns
    -------
    ndarray of shape (n, N0)

    Examples
    --------
    >>> random_signs(np.array([[0.5, 0.95]]), np.array([[0, 1]]), 0.1)
    array([[0.4, 1. ]])
    """
    return np.clip(X + eps * (2 * coins - 1), 0, 1)


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw arguments for `random_signs`."""
    for n, features in sizes(rng):
        coins = rng.integers(0, 2, (n, features))
        yield pixels(rng, n, features), coins, float(rng.choice([0.05, 0.1, 0.25]))


IMAGES = array([[0.2, 1.0, 0.5], [0.7, 0.0, 0.5]])
COINS = np.array([[0, 1, 1], [1, 0, 0]])

EXERCISE = Exercise(
    key="adversarial_examples/random_signs",
    reference=random_signs,
    parts=(
        Part(
            "the noise",
            2,
            draw,
            {
                "black, white and grey": (IMAGES, COINS, 0.25),
                "inside the range": (array([[0.5, 0.5]]), np.array([[0, 1]]), 0.25),
                "all coins 0": (array([[0.5, 0.75]]), np.array([[0, 0]]), 0.1),
                "single precision": (single(IMAGES), COINS, 0.25),
                "pixels that are integers": (np.eye(2, dtype=int), np.array([[0, 1], [1, 0]]), 0.5),
            },
            hint="A coin is 0 or 1, a direction is -1 or 1. How do you get the one from the other?",
        ),
    ),
    misconceptions=(
        Misconception(
            "coin for a sign",
            lambda X, coins, eps: np.clip(X + eps * coins, 0, 1),
            "Where the coin is 0, your pixel stays. It should move down.",
            "Which expression turns 0 into -1, and 1 into 1?",
        ),
        Misconception(
            "the other way round",
            lambda X, coins, eps: np.clip(X - eps * (2 * coins - 1), 0, 1),
            "Your pixels move down where the coin is 1 and up where it is 0.",
            "What does your expression give for the coin 1?",
        ),
        Misconception(
            "bounds forgotten",
            lambda X, coins, eps: X + eps * (2 * coins - 1),
            "Some of your pixels are darker than black or lighter than white.",
            "What must become of a pixel that has left the range from 0 to 1?",
        ),
        Misconception(
            "half the size",
            lambda X, coins, eps: np.clip(X + eps * (coins - 0.5), 0, 1),
            "Your pixels move by half of eps: the coin less one half is only one half in size.",
            "How far apart must the two directions be?",
        ),
        Misconception(
            "size forgotten",
            lambda X, coins, eps: np.clip(X + (2 * coins - 1), 0, 1),
            "Every pixel becomes black or white: your step has the size 1.",
            "What does the direction have to be multiplied by?",
        ),
        Misconception(
            "the noise alone",
            lambda X, coins, eps: eps * (2 * coins - 1),
            "This is the noise. Asked for is the image with it.",
            "To what must the noise be added?",
        ),
        Misconception(
            "bounds for the noise",
            lambda X, coins, eps: X + np.clip(eps * (2 * coins - 1), 0, 1),
            "You have limited the noise to 0 to 1, so that no pixel gets darker.",
            "What must lie from 0 to 1, the noise or the image?",
        ),
        Misconception(
            "from 0 to 2",
            lambda X, coins, eps: np.clip(X + eps * 2 * coins, 0, 1),
            "Your pixels stay or move by twice eps.",
            "Twice a coin is 0 or 2: what is missing to make it -1 or 1?",
        ),
    ),
    remark="The same size as the worst step, for every pixel: only who decides is another one.",
    words=WORDS,
)

ANSWERS = Answers(
    right=variants("""
## twice less one
def random_signs(X, coins, eps):
    return np.clip(X + eps * (2 * coins - 1), 0, 1)
## where
def random_signs(X, coins, eps):
    return np.clip(X + np.where(coins == 1, eps, -eps), 0, 1)
## method
def random_signs(X, coins, eps):
    signs = 2 * coins - 1
    return (X + eps * signs).clip(0, 1)
## maximum and minimum
def random_signs(X, coins, eps):
    return np.minimum(1, np.maximum(0, X + eps * (coins * 2 - 1)))
## power
def random_signs(X, coins, eps):
    return np.clip(X - eps * (-1.0) ** coins, 0, 1)
## looked up
def random_signs(X, coins, eps):
    return np.clip(X + eps * np.array([-1, 1])[coins], 0, 1)
## masks
def random_signs(X, coins, eps):
    moved = np.array(X, dtype=float)
    heads = coins == 1
    moved[heads] += eps
    moved[~heads] -= eps
    moved[moved < 0] = 0
    moved[moved > 1] = 1
    return moved
## loops
def random_signs(X, coins, eps):
    moved = np.zeros(X.shape)
    for i in range(X.shape[0]):
        for j in range(X.shape[1]):
            step = eps if coins[i, j] else -eps
            moved[i, j] = min(max(X[i, j] + step, 0), 1)
    return moved
## sign of what is left
def random_signs(X, coins, eps):
    return np.clip(X + eps * np.sign(coins - 0.5), 0, 1)
## heads less tails
def random_signs(X, coins, eps):
    up = eps * coins
    down = eps * (1 - coins)
    return np.clip(X + up - down, 0.0, 1.0)
## row by row
def random_signs(X, coins, eps):
    return np.array([np.clip(x + eps * (c + c - 1), 0, 1) for x, c in zip(X, coins)])
## as the worst step
def random_signs(X, coins, eps):
    def move(X, G, eps):
        return np.clip(X + eps * np.sign(G), 0, 1)
    return move(X, 2 * coins - 1, eps)
## lambda
random_signs = lambda X, coins, eps: np.clip(X - eps + 2 * eps * coins, 0, 1)
## type hints
def random_signs(X: np.ndarray, coins: np.ndarray, eps: float) -> np.ndarray:
    directions: np.ndarray = np.where(coins > 0, 1.0, -1.0)
    return np.clip(X + directions * eps, 0.0, 1.0)
"""),
    wrong=variants("""
## coin for a sign
def random_signs(X, coins, eps):
    return np.clip(X + eps * coins, 0, 1)
## the other way round
def random_signs(X, coins, eps):
    return np.clip(X + eps * (1 - 2 * coins), 0, 1)
## bounds forgotten
def random_signs(X, coins, eps):
    return X + eps * (2 * coins - 1)
## half the size
def random_signs(X, coins, eps):
    return np.clip(X + eps * (coins - 0.5), 0, 1)
## size forgotten
def random_signs(X, coins, eps):
    return np.clip(X + (2 * coins - 1), 0, 1)
## the noise alone
def random_signs(X, coins, eps):
    return np.where(coins == 1, eps, -eps)
## bounds for the noise
def random_signs(X, coins, eps):
    return X + np.clip(eps * (2 * coins - 1), 0, 1)
## from 0 to 2
def random_signs(X, coins, eps):
    return np.clip(X + 2 * eps * coins, 0, 1)
## only the upper bound
def random_signs(X, coins, eps):
    return np.minimum(X + eps * (2 * coins - 1), 1)
## only the lower bound
def random_signs(X, coins, eps):
    return np.maximum(X + eps * (2 * coins - 1), 0)
## the first coin for all
def random_signs(X, coins, eps):
    return np.clip(X + eps * (2 * coins[0, 0] - 1), 0, 1)
## a coin for each image
def random_signs(X, coins, eps):
    return np.clip(X + eps * (2 * coins[:, :1] - 1), 0, 1)
## tosses its own coins
def random_signs(X, coins, eps):
    rng = np.random.default_rng()
    return np.clip(X + eps * rng.choice([-1, 1], X.shape), 0, 1)
## sign of the coin
def random_signs(X, coins, eps):
    return np.clip(X + eps * np.sign(coins), 0, 1)
"""),
)
