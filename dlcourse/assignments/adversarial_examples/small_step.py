"""One step of the iterated attack: move, and take back what has gone too far."""

from collections.abc import Iterable
from functools import partial

import numpy as np

from dlcourse._validation import FloatArray
from dlcourse.assignments.adversarial_examples.input_gradient import pixels
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import array, readable, single, sizes
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part

WORDS = {"rows of `X`": "images", "columns of `X`": "pixels", "`eps`": "the size allowed in all"}


def small_step(
    X: FloatArray, moved: FloatArray, G: FloatArray, step: float, eps: float
) -> FloatArray:
    """Move by a small step of FGSM, then back to within eps of the images and to 0 to 1.

    Parameters
    ----------
    X : ndarray of shape (n, N0)
        The images as they were, in rows.
    moved : ndarray of shape (n, N0)
        Where the attack has got to.
    G : ndarray of shape (n, N0)
        Slope of the loss for each pixel there.
    step : float
        How far a pixel moves now.
    eps : float
        How far it may be from where it was.

    Returns
    -------
    ndarray of shape (n, N0)

    Examples
    --------
    >>> X, moved, G = np.array([[0.5, 0.5]]), np.array([[0.5, 0.55]]), np.array([[-3.0, 1.0]])
    >>> small_step(X, moved, G, 0.1, 0.1)
    array([[0.4, 0.6]])
    """
    ahead = moved + step * np.sign(G)
    return np.clip(np.clip(ahead, X - eps, X + eps), 0, 1)


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw arguments for `small_step`: a place within eps and 0 to 1."""
    for n, features in sizes(rng):
        eps, step = float(rng.choice([0.1, 0.25, 0.3])), float(rng.choice([0.04, 0.1]))
        X, G = pixels(rng, n, features), readable(rng.normal(size=(n, features)), n)
        moved = np.clip(X + eps * rng.uniform(-1, 1, X.shape), 0, 1)
        yield X, moved, G, step, eps


def from_where_it_is(
    X: FloatArray, moved: FloatArray, G: FloatArray, step: float, eps: float
) -> FloatArray:
    """Measure eps from the place before this step."""
    ahead = moved + step * np.sign(G)
    return np.clip(np.clip(ahead, moved - eps, moved + eps), 0, 1)


def shrunk_together(
    X: FloatArray, moved: FloatArray, G: FloatArray, step: float, eps: float, axis: int | None
) -> FloatArray:
    """Make the whole change smaller where one pixel has gone too far."""
    change = moved + step * np.sign(G) - X
    furthest = np.abs(change).max(axis=axis, keepdims=True)
    kept: FloatArray = X + change * np.minimum(1, eps / np.maximum(furthest, 1e-300))
    return np.clip(kept, 0, 1)


IMAGES = array([[0.2, 0.95, 0.5], [0.7, 0.05, 0.5]])
PLACES = array([[0.1, 0.9, 0.65], [0.85, 0.1, 0.4]])
SLOPES = array([[-0.3, 2, 0], [0.5, -0.25, 1.5]])


def all_the_way_back(
    X: FloatArray, moved: FloatArray, G: FloatArray, step: float, eps: float
) -> FloatArray:
    """Undo what has gone further than eps."""
    further = moved + step * np.sign(G)
    return np.clip(np.where(np.abs(further - X) > eps, X, further), 0, 1)


EXERCISE = Exercise(
    key="adversarial_examples/small_step",
    reference=small_step,
    parts=(
        Part(
            "the step that is taken back",
            3,
            draw,
            {
                "some too far": (IMAGES, PLACES, SLOPES, 0.1, 0.2),
                "nothing too far": (
                    array([[0.5, 0.5]]),
                    array([[0.45, 0.55]]),
                    array([[1, -1]]),
                    0.04,
                    0.2,
                ),
                "a step larger than eps": (IMAGES, IMAGES, SLOPES, 0.3, 0.1),
                "black and white": (np.eye(2), np.eye(2), array([[1, -1], [1, -1]]), 0.1, 0.2),
                "a slope of 0": (
                    array([[0.5, 0.3]]),
                    array([[0.55, 0.25]]),
                    array([[0, -0.5]]),
                    0.1,
                    0.2,
                ),
                "single precision": (single(IMAGES), single(PLACES), single(SLOPES), 0.1, 0.2),
            },
            hint="Three steps: from where the attack is, go on by `step`. Take back what is "
            "further than eps from X. Take back what is not from 0 to 1.",
        ),
    ),
    misconceptions=(
        Misconception(
            "not taken back to eps",
            lambda X, moved, G, step, eps: np.clip(moved + step * np.sign(G), 0, 1),
            "Some of your pixels are further than eps from where they were.",
            "After many small steps, what keeps the whole change small?",
        ),
        Misconception(
            "bounds forgotten",
            lambda X, moved, G, step, eps: np.clip(moved + step * np.sign(G), X - eps, X + eps),
            "Some of your pixels are darker than black or lighter than white.",
            "From which range to which must a pixel be taken back, besides eps?",
        ),
        Misconception(
            "eps from the last place",
            from_where_it_is,
            "You measure eps from where the attack has got to, so that it can wander off, a little "
            "each time.",
            "From what may a pixel be no further than eps?",
        ),
        Misconception(
            "all shrink together",
            partial(shrunk_together, axis=None),
            "Where one pixel has gone too far, you make the changes of all pixels smaller.",
            "Which pixels go back to the distance eps, and what should become of the others?",
        ),
        Misconception(
            "an image shrinks together",
            partial(shrunk_together, axis=1),
            "Where one pixel has gone too far, you make the changes of its whole image smaller.",
            "Which pixels go back to the distance eps, and what should become of the others?",
        ),
        Misconception(
            "from the start again",
            lambda X, moved, G, step, eps: small_step(X, X, G, step, eps),
            "Your step starts at X, so that all steps before it are lost.",
            "From where does the attack go on?",
        ),
        Misconception(
            "eps for the step",
            lambda X, moved, G, step, eps: small_step(X, moved, G, eps, eps),
            "You move by eps at once. That is the size allowed in all, not of one step.",
            "Which of the two sizes belongs to this step alone?",
        ),
        Misconception(
            "downhill",
            lambda X, moved, G, step, eps: small_step(X, moved, -G, step, eps),
            "Your step makes the loss smaller, as in training.",
            "An attacker wants the loss to go which way?",
        ),
        Misconception(
            "gradient instead of its sign",
            lambda X, moved, G, step, eps: np.clip(
                np.clip(moved + step * G, X - eps, X + eps), 0, 1
            ),
            "You step by the slope itself, so that a pixel with a small slope hardly moves.",
            "How far does every pixel move in a step, whatever its slope is?",
        ),
        Misconception(
            "the change alone",
            lambda X, moved, G, step, eps: small_step(X, moved, G, step, eps) - X,
            "This is how far each pixel is from where it was. Asked for are the images.",
            "To what must the change be added?",
        ),
        Misconception(
            "all the way back",
            all_the_way_back,
            "A pixel that is too far goes back to where it was in X. It should stay eps away.",
            "How far from X may a pixel be?",
        ),
        Misconception(
            "only upwards of X",
            lambda X, moved, G, step, eps: np.clip(
                X + np.minimum(np.abs(moved + step * np.sign(G) - X), eps), 0, 1
            ),
            "All your pixels lie above those of X: the distance has lost its sign.",
            "What becomes of a pixel that was to get darker?",
        ),
    ),
    remark="However many steps, the change never gets larger than eps.",
    words=WORDS,
)

ANSWERS = Answers(
    right=variants("""
## clipped twice
def small_step(X, moved, G, step, eps):
    ahead = moved + step * np.sign(G)
    ahead = np.clip(ahead, X - eps, X + eps)
    return np.clip(ahead, 0, 1)
## own function
def small_step(X, moved, G, step, eps):
    return np.clip(fgsm(moved, G, step), X - eps, X + eps)
## bounds first
def small_step(X, moved, G, step, eps):
    low, high = np.maximum(X - eps, 0), np.minimum(X + eps, 1)
    return np.clip(moved + step * np.sign(G), low, high)
## the change is clipped
def small_step(X, moved, G, step, eps):
    change = np.clip(moved + step * np.sign(G) - X, -eps, eps)
    return np.clip(X + change, 0, 1)
## maximum and minimum
def small_step(X, moved, G, step, eps):
    ahead = moved + step * np.sign(G)
    ahead = np.minimum(np.maximum(ahead, X - eps), X + eps)
    return np.minimum(np.maximum(ahead, 0), 1)
## methods
def small_step(X, moved, G, step, eps):
    return (moved + np.sign(G) * step).clip(X - eps, X + eps).clip(0, 1)
## where
def small_step(X, moved, G, step, eps):
    ahead = moved + step * np.sign(G)
    ahead = np.where(ahead > X + eps, X + eps, ahead)
    ahead = np.where(ahead < X - eps, X - eps, ahead)
    ahead = np.where(ahead > 1, 1, ahead)
    return np.where(ahead < 0, 0, ahead)
## masks
def small_step(X, moved, G, step, eps):
    ahead = moved.astype(float).copy()
    ahead[G > 0] += step
    ahead[G < 0] -= step
    far = ahead - X > eps
    ahead[far] = (X + eps)[far]
    far = X - ahead > eps
    ahead[far] = (X - eps)[far]
    return np.clip(ahead, 0, 1)
## loops
def small_step(X, moved, G, step, eps):
    ahead = np.zeros(X.shape)
    for i in range(X.shape[0]):
        for j in range(X.shape[1]):
            to = moved[i, j] + step * np.sign(G[i, j])
            low, high = max(0, X[i, j] - eps), min(1, X[i, j] + eps)
            ahead[i, j] = min(max(to, low), high)
    return ahead
## row by row
def small_step(X, moved, G, step, eps):
    rows = zip(X, moved, G)
    return np.array(
        [np.clip(np.clip(m + step * np.sign(g), x - eps, x + eps), 0, 1) for x, m, g in rows]
    )
## median of three
def small_step(X, moved, G, step, eps):
    ahead = moved + step * np.sign(G)
    inside = np.median([X - eps, ahead, X + eps], axis=0)
    return np.clip(inside, 0.0, 1.0)
## lambda
small_step = lambda X, moved, G, step, eps: np.clip(
    X + np.clip(moved - X + step * np.sign(G), -eps, eps), 0, 1
)
## type hints
def small_step(
    X: np.ndarray, moved: np.ndarray, G: np.ndarray, step: float, eps: float
) -> np.ndarray:
    low: np.ndarray = np.clip(X - eps, 0.0, 1.0)
    high: np.ndarray = np.clip(X + eps, 0.0, 1.0)
    return np.clip(np.sign(G) * step + moved, low, high)
"""),
    wrong=variants("""
## not taken back to eps
def small_step(X, moved, G, step, eps):
    return np.clip(moved + step * np.sign(G), 0, 1)
## bounds forgotten
def small_step(X, moved, G, step, eps):
    return np.clip(moved + step * np.sign(G), X - eps, X + eps)
## eps from the last place
def small_step(X, moved, G, step, eps):
    ahead = np.clip(moved + step * np.sign(G), moved - eps, moved + eps)
    return np.clip(ahead, 0, 1)
## all shrink together
def small_step(X, moved, G, step, eps):
    change = moved + step * np.sign(G) - X
    furthest = np.abs(change).max()
    if furthest > eps:
        change = change * eps / furthest
    return np.clip(X + change, 0, 1)
## an image shrinks together
def small_step(X, moved, G, step, eps):
    change = moved + step * np.sign(G) - X
    furthest = np.abs(change).max(axis=1, keepdims=True)
    change = np.where(furthest > eps, change * eps / np.maximum(furthest, eps), change)
    return np.clip(X + change, 0, 1)
## from the start again
def small_step(X, moved, G, step, eps):
    ahead = np.clip(X + step * np.sign(G), X - eps, X + eps)
    return np.clip(ahead, 0, 1)
## eps for the step
def small_step(X, moved, G, step, eps):
    ahead = np.clip(moved + eps * np.sign(G), X - eps, X + eps)
    return np.clip(ahead, 0, 1)
## downhill
def small_step(X, moved, G, step, eps):
    ahead = np.clip(moved - step * np.sign(G), X - eps, X + eps)
    return np.clip(ahead, 0, 1)
## gradient instead of its sign
def small_step(X, moved, G, step, eps):
    ahead = np.clip(moved + step * G, X - eps, X + eps)
    return np.clip(ahead, 0, 1)
## the change alone
def small_step(X, moved, G, step, eps):
    ahead = np.clip(moved + step * np.sign(G), X - eps, X + eps)
    return np.clip(ahead, 0, 1) - X
## only from above
def small_step(X, moved, G, step, eps):
    return np.clip(np.minimum(moved + step * np.sign(G), X + eps), 0, 1)
## only from below
def small_step(X, moved, G, step, eps):
    return np.clip(np.maximum(moved + step * np.sign(G), X - eps), 0, 1)
## eps around zero
def small_step(X, moved, G, step, eps):
    return np.clip(np.clip(moved + step * np.sign(G), -eps, eps), 0, 1)
## taken back before the step
def small_step(X, moved, G, step, eps):
    return np.clip(np.clip(moved, X - eps, X + eps) + step * np.sign(G), 0, 1)
## image taken to the place
def small_step(X, moved, G, step, eps):
    ahead = np.clip(X + step * np.sign(G), moved - eps, moved + eps)
    return np.clip(ahead, 0, 1)
## all the way back
def small_step(X, moved, G, step, eps):
    Z = moved + step * np.sign(G)
    far = np.abs(Z - X) > eps
    Z[far] = X[far]
    return np.clip(Z, 0, 1)
## only upwards of X
def small_step(X, moved, G, step, eps):
    away = np.minimum(np.abs(moved + step * np.sign(G) - X), eps)
    return np.clip(X + away, 0, 1)
"""),
)
