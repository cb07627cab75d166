r"""A rate that forgets: :math:`v` averages squares, a step is :math:`\alpha g / \sqrt v`."""

from collections.abc import Iterable

import numpy as np

from dlcourse._validation import FloatArray
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import array, examples, kinds, sizes
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part


def rmsprop_step(
    W: FloatArray,
    v: FloatArray,
    gradient: FloatArray,
    learning_rate: float,
    rho: float,
    eps: float,
) -> FloatArray:
    """Return the new weights and the new mean of squares, stacked."""
    v = rho * v + (1 - rho) * gradient**2
    return np.stack([W - learning_rate * gradient / (np.sqrt(v) + eps), v])


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw weights, a mean of squares, a gradient, a rate, a decay, and an eps that counts."""
    for shape in sizes(rng):
        W, v, gradient = (examples(rng, *shape) for _ in range(3))
        rate, rho, eps = rng.uniform((0.1, 0.6, 0.2), (0.9, 0.95, 0.6)).round(2).tolist()
        yield W, np.abs(v), gradient, rate, rho, eps


EXERCISE = Exercise(
    key="optimisers/rmsprop_step",
    reference=rmsprop_step,
    parts=(
        Part(
            points=2,
            inputs=draw,
            edge_cases={
                "the first step": (
                    array([1.0, -2.0]),
                    array([0.0, 0.0]),
                    array([0.01, 100.0]),
                    0.5,
                    0.9,
                    1e-8,
                ),
                "a gradient of zero": (
                    array([1.0, -2.0]),
                    array([0.0, 4.0]),
                    array([0.0, 0.0]),
                    0.5,
                    0.75,
                    0.1,
                ),
                **kinds(array([3, -1]), array([5, 1]), array([2, -1]), 0.25, 0.75, 0.5),
            },
        ),
    ),
    misconceptions=(
        Misconception(
            "nothing forgotten",
            lambda W, v, g, a, r, e: np.stack([W - a * g / (np.sqrt(v + g**2) + e), v + g**2]),
            "You add up the squares, as AdaGrad does, so the steps fall for ever.",
            "What is the old mean multiplied by, and what the new square?",
        ),
        Misconception(
            "new square with its whole weight",
            lambda W, v, g, a, r, e: np.stack(
                [W - a * g / (np.sqrt(r * v + g**2) + e), r * v + g**2]
            ),
            "The new square has the weight 1 in your mean.",
            "In a mean, what must the two weights add up to?",
        ),
        Misconception(
            "weights of the mean exchanged",
            lambda W, v, g, a, r, e: np.stack(
                [
                    W - a * g / (np.sqrt((1 - r) * v + r * g**2) + e),
                    (1 - r) * v + r * g**2,
                ]
            ),
            "Your mean forgets nearly all at each step: the weights of old and new have changed "
            "places.",
            "rho is close to 1: which of the two should it keep?",
        ),
        Misconception(
            "eps inside the root",
            lambda W, v, g, a, r, e: np.stack(
                [
                    W - a * g / np.sqrt(r * v + (1 - r) * g**2 + e),
                    r * v + (1 - r) * g**2,
                ]
            ),
            "Your eps stands inside the root. Keras has it there; the formula here has not.",
            "What is added to what, before the division: eps to the mean, or to its root?",
        ),
        Misconception(
            "root forgotten",
            lambda W, v, g, a, r, e: np.stack(
                [W - a * g / (r * v + (1 - r) * g**2 + e), r * v + (1 - r) * g**2]
            ),
            "You divide by the mean of squares itself.",
            "What makes a slope of a squared slope again?",
        ),
        Misconception(
            "step with the old mean",
            lambda W, v, g, a, r, e: np.stack(
                [W - a * g / (np.sqrt(v) + e), r * v + (1 - r) * g**2]
            ),
            "You divide by the mean as it was before this gradient.",
            "At the first step the old mean is 0: what would you divide by?",
        ),
        Misconception(
            "gradients averaged, not their squares",
            lambda W, v, g, a, r, e: np.stack(
                [
                    W - a * g / (np.sqrt(np.abs(r * v + (1 - r) * g)) + e),
                    r * v + (1 - r) * g,
                ]
            ),
            "You average the gradient, where slopes of both signs cancel.",
            "What makes every slope count, whichever sign it has?",
        ),
        Misconception(
            "old mean handed on",
            lambda W, v, g, a, r, e: np.stack(
                [W - a * g / (np.sqrt(r * v + (1 - r) * g**2) + e), v]
            ),
            "The step is right, but you hand on the old mean.",
            "What will the next step have to know?",
        ),
        Misconception(
            "uphill",
            lambda W, v, g, a, r, e: np.stack(
                [
                    W + a * g / (np.sqrt(r * v + (1 - r) * g**2) + e),
                    r * v + (1 - r) * g**2,
                ]
            ),
            "Your step makes the loss larger.",
            "The gradient points to where the loss rises: which way do you want to go?",
        ),
        Misconception(
            "weights alone",
            lambda W, v, g, a, r, e: W - a * g / (np.sqrt(r * v + (1 - r) * g**2) + e),
            "The weights are right, but the new mean is missing.",
            "What will the next step have to know?",
        ),
    ),
    remark="One line of AdaGrad changed: the past fades, and the steps come to rest.",
)

ANSWERS = Answers(
    right=variants("""
## plain
def rmsprop_step(W, v, gradient, learning_rate, rho, eps):
    v = rho * v + (1 - rho) * gradient**2
    return np.stack([W - learning_rate * gradient / (np.sqrt(v) + eps), v])
## sgd_step with rates
def rmsprop_step(W, v, gradient, learning_rate, rho, eps):
    v = rho * v + (1 - rho) * gradient**2
    return np.stack([sgd_step(W, gradient, learning_rate / (np.sqrt(v) + eps)), v])
## np.array
def rmsprop_step(W, v, gradient, learning_rate, rho, eps):
    new = v * rho + gradient * gradient * (1 - rho)
    return np.array([W - learning_rate / (new**0.5 + eps) * gradient, new])
## a step of the mean
def rmsprop_step(W, v, gradient, learning_rate, rho, eps):
    v = v + (1 - rho) * (gradient**2 - v)
    return np.stack([W - learning_rate * gradient / (np.sqrt(v) + eps), v])
## np.square
def rmsprop_step(W, v, gradient, learning_rate, rho, eps):
    v = np.add(rho * v, (1 - rho) * np.square(gradient))
    step = np.divide(learning_rate * gradient, np.sqrt(v) + eps)
    return np.stack([np.subtract(W, step), v])
## room first
def rmsprop_step(W, v, gradient, learning_rate, rho, eps):
    out = np.empty((2, *W.shape))
    out[1] = rho * v + (1 - rho) * gradient**2
    out[0] = W - learning_rate * gradient / (np.sqrt(out[1]) + eps)
    return out
## other names
def rmsprop_step(w, cache, g, lr, decay, epsilon):
    cache = decay * cache + (1 - decay) * g**2
    w = w - lr * g / (np.sqrt(cache) + epsilon)
    return np.stack([w, cache], axis=0)
## copies, then in place
def rmsprop_step(W, v, gradient, learning_rate, rho, eps):
    W, v = W.astype(float), v.astype(float)
    v *= rho
    v += (1 - rho) * gradient**2
    W -= learning_rate * gradient / (np.sqrt(v) + eps)
    return np.stack([W, v])
## np.average
def rmsprop_step(W, v, gradient, learning_rate, rho, eps):
    v = np.average([v, gradient**2], axis=0, weights=[rho, 1 - rho])
    return np.stack([W - learning_rate * gradient / (np.sqrt(v) + eps), v])
## entry by entry
def rmsprop_step(W, v, gradient, learning_rate, rho, eps):
    new = np.zeros((2,) + W.shape)
    for place in np.ndindex(*W.shape):
        mean = rho * v[place] + (1 - rho) * gradient[place] ** 2
        new[(0,) + place] = W[place] - learning_rate * gradient[place] / (mean**0.5 + eps)
        new[(1,) + place] = mean
    return new
## type hints
def rmsprop_step(
    W: np.ndarray, v: np.ndarray, gradient: np.ndarray, learning_rate: float, rho: float, eps: float
) -> np.ndarray:
    mean: np.ndarray = rho * v + (1 - rho) * gradient**2
    direction: np.ndarray = gradient / (np.sqrt(mean) + eps)
    return np.stack([W - learning_rate * direction, mean])
## float32 result
def rmsprop_step(W, v, gradient, learning_rate, rho, eps):
    v = rho * v + (1 - rho) * gradient**2
    return np.stack([W - learning_rate * gradient / (np.sqrt(v) + eps), v]).astype(np.float32)
## concatenate
def rmsprop_step(W, v, gradient, learning_rate, rho, eps):
    forget = 1 - rho
    v = gradient**2 * forget + v * rho
    W = W - gradient * learning_rate / (eps + np.sqrt(v))
    return np.concatenate([W[None], v[None]])
"""),
    wrong=variants("""
## nothing forgotten
def rmsprop_step(W, v, gradient, learning_rate, rho, eps):
    v = v + gradient**2
    return np.stack([W - learning_rate * gradient / (np.sqrt(v) + eps), v])
## new square with its whole weight
def rmsprop_step(W, v, gradient, learning_rate, rho, eps):
    v = rho * v + gradient**2
    return np.stack([W - learning_rate * gradient / (np.sqrt(v) + eps), v])
## weights of the mean exchanged
def rmsprop_step(W, v, gradient, learning_rate, rho, eps):
    v = (1 - rho) * v + rho * gradient**2
    return np.stack([W - learning_rate * gradient / (np.sqrt(v) + eps), v])
## eps inside the root
def rmsprop_step(W, v, gradient, learning_rate, rho, eps):
    v = rho * v + (1 - rho) * gradient**2
    return np.stack([W - learning_rate * gradient / np.sqrt(v + eps), v])
## root forgotten
def rmsprop_step(W, v, gradient, learning_rate, rho, eps):
    v = rho * v + (1 - rho) * gradient**2
    return np.stack([W - learning_rate * gradient / (v + eps), v])
## step with the old mean
def rmsprop_step(W, v, gradient, learning_rate, rho, eps):
    W = W - learning_rate * gradient / (np.sqrt(v) + eps)
    v = rho * v + (1 - rho) * gradient**2
    return np.stack([W, v])
## gradients averaged, not their squares
def rmsprop_step(W, v, gradient, learning_rate, rho, eps):
    v = rho * v + (1 - rho) * gradient
    return np.stack([W - learning_rate * gradient / (np.sqrt(np.abs(v)) + eps), v])
## old mean handed on
def rmsprop_step(W, v, gradient, learning_rate, rho, eps):
    new = rho * v + (1 - rho) * gradient**2
    return np.stack([W - learning_rate * gradient / (np.sqrt(new) + eps), v])
## uphill
def rmsprop_step(W, v, gradient, learning_rate, rho, eps):
    v = rho * v + (1 - rho) * gradient**2
    return np.stack([W + learning_rate * gradient / (np.sqrt(v) + eps), v])
## weights alone
def rmsprop_step(W, v, gradient, learning_rate, rho, eps):
    v = rho * v + (1 - rho) * gradient**2
    return W - learning_rate * gradient / (np.sqrt(v) + eps)
## changes its argument
def rmsprop_step(W, v, gradient, learning_rate, rho, eps):
    v *= rho
    v += (1 - rho) * gradient**2
    return np.stack([W - learning_rate * gradient / (np.sqrt(v) + eps), v])
## a tuple
def rmsprop_step(W, v, gradient, learning_rate, rho, eps):
    v = rho * v + (1 - rho) * gradient**2
    return W - learning_rate * gradient / (np.sqrt(v) + eps), v
## a fixed decay
def rmsprop_step(W, v, gradient, learning_rate, rho, eps):
    v = 0.9 * v + 0.1 * gradient**2
    return np.stack([W - learning_rate * gradient / (np.sqrt(v) + eps), v])
## mean with the rate
def rmsprop_step(W, v, gradient, learning_rate, rho, eps):
    v = rho * v + learning_rate * gradient**2
    return np.stack([W - learning_rate * gradient / (np.sqrt(v) + eps), v])
"""),
)
