"""The share of images that are still right after the worst step."""

from collections.abc import Iterable

import numpy as np

from dlcourse._validation import FloatArray, IntArray
from dlcourse.assignments.adversarial_examples.fgsm import fgsm
from dlcourse.assignments.adversarial_examples.input_gradient import WORDS, input_gradient, pixels
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import array, single
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part, Property
from dlcourse.linear import predict_probability, scores


def attacked(X: FloatArray, y: IntArray, w: FloatArray, eps: float) -> FloatArray:
    """Attack the images."""
    return fgsm(X, input_gradient(X, y, w), eps)


def robust_accuracy(X: FloatArray, y: IntArray, w: FloatArray, eps: float) -> float:
    """Share of images that logistic regression gets right after the worst step of size eps.

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
    float

    Examples
    --------
    >>> X, y, w = np.array([[0.5], [0.9]]), np.array([1, 1]), np.array([-4.0, 10.0])
    >>> robust_accuracy(X, y, w, 0.0), robust_accuracy(X, y, w, 0.2)
    (1.0, 0.5)
    """
    return float(rights(attacked(X, y, w, eps), y, w).mean())


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw arguments for `robust_accuracy`: most labels are what the model says."""
    for n, features in ((7, 2), (11, 3), (43, 5), (61, 8)):
        X, slopes = pixels(rng, n, features), rng.normal(size=features)
        w = np.concatenate([[-X.mean(axis=0) @ slopes], slopes])
        y = ((scores(X, w) > 0) ^ (rng.random(n) < 0.15)).astype(int)
        yield X, y, w, float(rng.choice([0.05, 0.1, 0.15]))


def rights(X: FloatArray, y: IntArray, w: FloatArray) -> FloatArray:
    """Tell which images are right, as numbers."""
    return np.asarray((scores(X, w) > 0) == (y == 1), dtype=float)


def other_way(X: FloatArray, y: IntArray, w: FloatArray, eps: float) -> float:
    """Step downhill."""
    return float(rights(fgsm(X, -input_gradient(X, y, w), eps), y, w).mean())


def with_the_weights(X: FloatArray, y: IntArray, w: FloatArray, eps: float) -> float:
    """Move all images along the weights, whatever their label."""
    return float(rights(fgsm(X, np.tile(w[1:], (len(X), 1)), eps), y, w).mean())


def unbounded(X: FloatArray, y: IntArray, w: FloatArray, eps: float) -> float:
    """Forget the bounds."""
    return float(rights(X + eps * np.sign(input_gradient(X, y, w)), y, w).mean())


def of_those_right(X: FloatArray, y: IntArray, w: FloatArray, eps: float) -> float:
    """Divide by the number of images that were right before."""
    before = rights(X, y, w).sum()
    return robust_accuracy(X, y, w, eps) * len(y) / max(float(before), 1.0)


IMAGES = array([[0.5, 0.2], [0.9, 0.3], [0.6, 0.5], [0.1, 0.8]])
LABELS = np.array([1, 1, 1, 0])
START = array([0, 2, -2])

EXERCISE = Exercise(
    key="adversarial_examples/robust_accuracy",
    reference=robust_accuracy,
    parts=(
        Part(
            "what is left",
            2,
            draw,
            {
                "no step": (IMAGES, LABELS, START, 0.0),
                "a step that turns two of four": (IMAGES, LABELS, START, 0.2),
                "a step that turns all": (IMAGES, LABELS, START, 0.5),
                "held by the bounds": (
                    array([[1.0, 0.05], [0.95, 0.0]]),
                    np.array([0, 0]),
                    array([-1.2, 1, -1]),
                    0.25,
                ),
                "a score of 0": (array([[0.5]]), np.array([1]), array([-0.25, 1]), 0.25),
                "sure of each": (
                    array([[0.0, 1.0], [1.0, 0.0], [0.5, 0.5]]),
                    np.array([0, 1, 1]),
                    array([0, 100, -100]),
                    0.1,
                ),
                "single precision": (single(IMAGES), LABELS, single(START), 0.2),
            },
            hint="Three steps: the slopes of the images, the images after the step, and the share "
            "of *those* that are right. At which of them do you part from the case below?",
        ),
    ),
    properties=(
        Property(
            "a share",
            lambda share, *_: bool(0 <= share <= 1),
            "A share lies from 0 to 1. Yours does not.",
        ),
    ),
    misconceptions=(
        Misconception(
            "not attacked",
            lambda X, y, w, eps: rights(X, y, w).mean(),
            "This is the share of images that are right as they are.",
            "Which images should be judged, those before the step or those after it?",
        ),
        Misconception(
            "errors instead of right answers",
            lambda X, y, w, eps: 1 - robust_accuracy(X, y, w, eps),
            "This is the share that is wrong.",
            "What does accuracy count?",
        ),
        Misconception(
            "downhill",
            other_way,
            "Your step helps the model: it moves the images towards their own class.",
            "Should the loss rise or fall under an attack?",
        ),
        Misconception(
            "all the same way",
            with_the_weights,
            "You move all images along the weights. That hurts those of one class and helps those "
            "of the other.",
            "Which sign has p - y for each of the two classes?",
        ),
        Misconception(
            "bounds forgotten",
            unbounded,
            "Some pixels are darker than black or lighter than white in your attack.",
            "What must become of a pixel that has left the range from 0 to 1?",
        ),
        Misconception(
            "count instead of share",
            lambda X, y, w, eps: rights(attacked(X, y, w, eps), y, w).sum(),
            "This is how many are right. A share is asked for.",
            "By what number do you have to divide?",
        ),
        Misconception(
            "of those that were right",
            of_those_right,
            "You divide by the number of images that were right before the step.",
            "Robust accuracy is a share of *all* images: what does an image count that was wrong "
            "already?",
        ),
        Misconception(
            "only class 1",
            lambda X, y, w, eps: (scores(attacked(X, y, w, eps), w) > 0).mean(),
            "This is the share of images that are called 1. The labels do not occur in it.",
            "With what must an answer be compared?",
        ),
        Misconception(
            "mean probability",
            lambda X, y, w, eps: predict_probability(attacked(X, y, w, eps), w).mean(),
            "This is the mean probability of class 1 after the step.",
            "Where does a probability become an answer, right or wrong?",
        ),
        Misconception(
            "for each image",
            lambda X, y, w, eps: rights(attacked(X, y, w, eps), y, w),
            "You say of each image whether it is right. One number is asked for, their share.",
            "What makes a share of many rights and wrongs?",
        ),
        Misconception(
            "compared with the answers before",
            lambda X, y, w, eps: (
                (scores(attacked(X, y, w, eps), w) > 0) == (scores(X, w) > 0)
            ).mean(),
            "This is the share of answers that have not changed. An answer that was wrong before "
            "and stays so counts as right.",
            "With what must an answer be compared?",
        ),
        Misconception(
            "attacked by answers, not by labels",
            lambda X, y, w, eps: rights(
                attacked(X, (scores(X, w) > 0).astype(int), w, eps), y, w
            ).mean(),
            "The attack goes against what the model says, not against the labels. Where the model "
            "is wrong, it helps.",
            "Whose loss does the attack raise, that of which label?",
        ),
    ),
    remark="An attack is part of the number: robust accuracy without its eps means nothing.",
    words=WORDS,
)

ANSWERS = Answers(
    right=variants("""
## own functions
def robust_accuracy(X, y, w, eps):
    moved = fgsm(X, input_gradient(X, y, w), eps)
    told = moved @ w[1:] + w[0] > 0
    return np.mean(told == (y == 1))
## whole numbers
def robust_accuracy(X, y, w, eps):
    moved = fgsm(X, input_gradient(X, y, w), eps)
    told = (w[0] + moved @ w[1:] > 0).astype(int)
    return (told == y).sum() / len(y)
## sign of the class
def robust_accuracy(X, y, w, eps):
    away = np.where(y == 1, -1, 1)[:, None] * np.sign(w[1:])
    moved = np.clip(X + eps * away, 0, 1)
    return np.mean((moved @ w[1:] + w[0] > 0) == y)
## probabilities
def robust_accuracy(X, y, w, eps):
    moved = fgsm(X, input_gradient(X, y, w), eps)
    p = 1 / (1 + np.exp(-(moved @ w[1:] + w[0])))
    return np.mean((p > 0.5) == (y > 0.5))
## errors off one
def robust_accuracy(X, y, w, eps):
    moved = fgsm(X, input_gradient(X, y, w), eps)
    told = np.where(moved @ w[1:] + w[0] > 0, 1, 0)
    return 1 - np.abs(told - y).mean()
## column of ones
def robust_accuracy(X, y, w, eps):
    moved = fgsm(X, input_gradient(X, y, w), eps)
    A = np.column_stack([np.ones(len(X)), moved])
    return float(((A @ w > 0) == (y == 1)).mean())
## counting
def robust_accuracy(X, y, w, eps):
    moved = fgsm(X, input_gradient(X, y, w), eps)
    right = 0
    for x, label in zip(moved, y):
        told = 1 if x @ w[1:] + w[0] > 0 else 0
        if told == label:
            right += 1
    return right / len(y)
## count_nonzero
def robust_accuracy(X, y, w, eps):
    moved = fgsm(X, input_gradient(X, y, w), eps)
    scores = moved.dot(w[1:]) + w[0]
    return np.count_nonzero((scores > 0) == y.astype(bool)) / y.size
## two classes apart
def robust_accuracy(X, y, w, eps):
    s = fgsm(X, input_gradient(X, y, w), eps) @ w[1:] + w[0]
    right = np.sum((s > 0) & (y == 1)) + np.sum((s <= 0) & (y == 0))
    return right / len(X)
## one by one
def robust_accuracy(X, y, w, eps):
    G = input_gradient(X, y, w)
    right = []
    for i in range(len(X)):
        x = np.clip(X[i] + eps * np.sign(G[i]), 0, 1)
        right.append((w[0] + np.dot(x, w[1:]) > 0) == (y[i] == 1))
    return np.mean(right)
## mean of a list
def robust_accuracy(X, y, w, eps):
    moved = fgsm(X, input_gradient(X, y, w), eps)
    return np.mean([(w[1:] @ x + w[0] > 0) == bool(t) for x, t in zip(moved, y)])
## helper
def accuracy(X, y, w):
    return np.mean((X @ w[1:] + w[0] > 0) == (y == 1))

def robust_accuracy(X, y, w, eps):
    return accuracy(fgsm(X, input_gradient(X, y, w), eps), y, w)
## type hints
def robust_accuracy(X: np.ndarray, y: np.ndarray, w: np.ndarray, eps: float) -> float:
    G: np.ndarray = input_gradient(X, y, w)
    s: np.ndarray = fgsm(X, G, eps) @ w[1:] + w[0]
    return float(np.mean((s > 0).astype(int) == y))
"""),
    wrong=variants("""
## not attacked
def robust_accuracy(X, y, w, eps):
    return np.mean((X @ w[1:] + w[0] > 0) == (y == 1))
## errors instead of right answers
def robust_accuracy(X, y, w, eps):
    moved = fgsm(X, input_gradient(X, y, w), eps)
    return np.mean((moved @ w[1:] + w[0] > 0) != (y == 1))
## downhill
def robust_accuracy(X, y, w, eps):
    moved = fgsm(X, -input_gradient(X, y, w), eps)
    return np.mean((moved @ w[1:] + w[0] > 0) == (y == 1))
## all the same way
def robust_accuracy(X, y, w, eps):
    moved = np.clip(X + eps * np.sign(w[1:]), 0, 1)
    return np.mean((moved @ w[1:] + w[0] > 0) == (y == 1))
## bounds forgotten
def robust_accuracy(X, y, w, eps):
    moved = X + eps * np.sign(input_gradient(X, y, w))
    return np.mean((moved @ w[1:] + w[0] > 0) == (y == 1))
## count instead of share
def robust_accuracy(X, y, w, eps):
    moved = fgsm(X, input_gradient(X, y, w), eps)
    return np.sum((moved @ w[1:] + w[0] > 0) == (y == 1))
## of those that were right
def robust_accuracy(X, y, w, eps):
    moved = fgsm(X, input_gradient(X, y, w), eps)
    before = np.sum((X @ w[1:] + w[0] > 0) == (y == 1))
    return np.sum((moved @ w[1:] + w[0] > 0) == (y == 1)) / max(before, 1)
## only class 1
def robust_accuracy(X, y, w, eps):
    moved = fgsm(X, input_gradient(X, y, w), eps)
    return np.mean(moved @ w[1:] + w[0] > 0)
## mean probability
def robust_accuracy(X, y, w, eps):
    moved = fgsm(X, input_gradient(X, y, w), eps)
    return np.mean(1 / (1 + np.exp(-(moved @ w[1:] + w[0]))))
## for each image
def robust_accuracy(X, y, w, eps):
    moved = fgsm(X, input_gradient(X, y, w), eps)
    return (moved @ w[1:] + w[0] > 0) == (y == 1)
## bias forgotten
def robust_accuracy(X, y, w, eps):
    moved = fgsm(X, input_gradient(X, y, w), eps)
    return np.mean((moved @ w[1:] > 0) == (y == 1))
## gradient instead of its sign
def robust_accuracy(X, y, w, eps):
    moved = np.clip(X + eps * input_gradient(X, y, w), 0, 1)
    return np.mean((moved @ w[1:] + w[0] > 0) == (y == 1))
## unsure is right
def robust_accuracy(X, y, w, eps):
    moved = fgsm(X, input_gradient(X, y, w), eps)
    s = moved @ w[1:] + w[0]
    return np.mean((s > -1) == (y == 1))
## attacked only where right
def robust_accuracy(X, y, w, eps):
    right = (X @ w[1:] + w[0] > 0) == (y == 1)
    moved = fgsm(X[right], input_gradient(X[right], y[right], w), eps)
    return np.mean((moved @ w[1:] + w[0] > 0) == (y[right] == 1))
## compared with the answers before
def robust_accuracy(X, y, w, eps):
    before = X @ w[1:] + w[0] > 0
    after = fgsm(X, input_gradient(X, y, w), eps) @ w[1:] + w[0] > 0
    return np.mean(before == after)
## attacked by answers, not by labels
def robust_accuracy(X, y, w, eps):
    said = (X @ w[1:] + w[0] > 0).astype(int)
    moved = fgsm(X, input_gradient(X, said, w), eps)
    return np.mean((moved @ w[1:] + w[0] > 0) == y)
"""),
)
