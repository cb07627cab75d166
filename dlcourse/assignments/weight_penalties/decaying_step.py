r"""The step with decoupled decay: :math:`w \leftarrow (1 - 2\alpha\lambda)\,w - \alpha g`."""

from collections.abc import Iterable

import numpy as np

from dlcourse._validation import FloatArray
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import array, examples, kinds, sizes
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part


def decaying_step(
    W: FloatArray, gradient: FloatArray, learning_rate: float, strength: float
) -> FloatArray:
    """Shrink all weights but the biases, and take a plain step."""
    shrunk: FloatArray = W.astype(float)
    shrunk[:, 1:] *= 1 - 2 * learning_rate * strength
    return np.asarray(shrunk - learning_rate * gradient)


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw a layer, a gradient, a rate and a strength."""
    for units, inputs in sizes(rng):
        W, gradient = (examples(rng, units, inputs + 1) for _ in range(2))
        rate, strength = rng.uniform(0.05, 0.9, 2).round(2)
        yield W, gradient, float(rate), float(strength)


EDGE_CASES: dict[str, Arguments] = {
    "no slope": (array([[5.0, 1.0, -2.0]]), array([[0.0, 0.0, 0.0]]), 0.1, 0.5),
    "strength 0": (array([[5.0, 1.0, -2.0]]), array([[1.0, -0.5, 0.3]]), 0.1, 0.0),
    "a large bias": (array([[50.0, 0.5], [-40.0, 1.0]]), array([[1.0, 2.0], [0.5, 0.1]]), 0.2, 0.3),
    **kinds(array([[3, -1, 2], [1, 2, -4]]), array([[1, 2, 0], [-1, 0, 3]]), 0.25, 0.5),
}


def split(W: FloatArray, biases: FloatArray, weights: FloatArray) -> FloatArray:
    """Put together what becomes of the biases and of the other weights."""
    return np.column_stack([biases[:, :1], weights[:, 1:]])


EXERCISE = Exercise(
    key="weight_penalties/decaying_step",
    reference=decaying_step,
    parts=(Part(points=2, inputs=draw, edge_cases=EDGE_CASES),),
    misconceptions=(
        Misconception(
            "biases shrink",
            lambda W, g, a, strength: (1 - 2 * a * strength) * W - a * g,
            "Your step shrinks the biases, too.",
            "Which column of W should only be stepped?",
        ),
        Misconception(
            "two left out",
            lambda W, g, a, strength: split(W, W, (1 - a * strength) * W) - a * g,
            "Your weights shrink half as much as they should.",
            "What is the slope of the charge for squares?",
        ),
        Misconception(
            "rate left out of the factor",
            lambda W, g, a, strength: split(W, W, (1 - 2 * strength) * W) - a * g,
            "Your weights shrink by the same factor whatever the learning rate is.",
            "Should smaller steps not shrink less, each?",
        ),
        Misconception(
            "step shrunk too",
            lambda W, g, a, strength: split(W, W - a * g, (1 - 2 * a * strength) * (W - a * g)),
            "You step first and then shrink the step along with the weight.",
            "Which is shrunk in the formula, the old weight or the new one?",
        ),
        Misconception(
            "weights grow",
            lambda W, g, a, strength: split(W, W, (1 + 2 * a * strength) * W) - a * g,
            "Your factor is above 1, so the weights grow.",
            "Follow a positive weight with no slope: where should it go?",
        ),
        Misconception(
            "uphill",
            lambda W, g, a, strength: split(W, W, (1 - 2 * a * strength) * W) + a * g,
            "Your step along the gradient makes the loss larger.",
            "To which side does a gradient point?",
        ),
        Misconception(
            "biases stay",
            lambda W, g, a, strength: split(W, W, (1 - 2 * a * strength) * W - a * g),
            "Your biases do not move at all. They go free of the charge, not of the step.",
            "What should a bias do where its slope is not 0?",
        ),
        Misconception(
            "slope of L1",
            lambda W, g, a, strength: split(W, W, W - a * strength * np.sign(W)) - a * g,
            "All your weights shrink by the same amount, not by the same factor.",
            "What must a weight of 8 lose if one of 4 loses a half?",
        ),
        Misconception(
            "no decay",
            lambda W, g, a, strength: W - a * g,
            "The strength changes nothing in your step.",
            "Where do the weights shrink?",
        ),
    ),
    remark="With this step for SGD, and Adam's in the place of the last term, you have AdamW.",
    words={"rows of `W`": "units", "`W[:, 0]`": "the biases"},
)

ANSWERS = Answers(
    right=variants("""
## plain
def decaying_step(W, gradient, learning_rate, strength):
    W = W.astype(float)
    W[:, 1:] *= 1 - 2 * learning_rate * strength
    return W - learning_rate * gradient
## gradient of the penalty
def decaying_step(W, gradient, learning_rate, strength):
    return W - learning_rate * (gradient + l2_gradient(W, strength))
## slope by hand
def decaying_step(W, gradient, learning_rate, strength):
    slope = 2 * strength * W
    slope[:, 0] = 0
    return W - learning_rate * (gradient + slope)
## a factor for each column
def decaying_step(W, gradient, learning_rate, strength):
    factors = np.full(W.shape[1], 1 - 2 * learning_rate * strength)
    factors[0] = 1
    return factors * W - learning_rate * gradient
## new array
def decaying_step(W, gradient, learning_rate, strength):
    new = np.zeros(W.shape)
    new[:, 0] = W[:, 0] - learning_rate * gradient[:, 0]
    shrunk = (1 - 2 * learning_rate * strength) * W[:, 1:]
    new[:, 1:] = shrunk - learning_rate * gradient[:, 1:]
    return new
## hstack
def decaying_step(W, gradient, learning_rate, strength):
    decay = 1 - 2 * learning_rate * strength
    return np.hstack([W[:, :1], decay * W[:, 1:]]) - learning_rate * gradient
## step, then take away
def decaying_step(W, gradient, learning_rate, strength):
    new = W - learning_rate * gradient
    new[:, 1:] -= 2 * learning_rate * strength * W[:, 1:]
    return new
## loops
def decaying_step(W, gradient, learning_rate, strength):
    new = np.zeros(W.shape)
    for i in range(W.shape[0]):
        for j in range(W.shape[1]):
            factor = 1 if j == 0 else 1 - 2 * learning_rate * strength
            new[i, j] = factor * W[i, j] - learning_rate * gradient[i, j]
    return new
## diagonal matrix
def decaying_step(W, gradient, learning_rate, strength):
    D = (1 - 2 * learning_rate * strength) * np.eye(W.shape[1])
    D[0, 0] = 1
    return W @ D - learning_rate * gradient
## np.where
def decaying_step(W, gradient, learning_rate, strength):
    is_bias = np.arange(W.shape[1]) == 0
    kept = np.where(is_bias, W, W - 2 * learning_rate * strength * W)
    return kept - learning_rate * gradient
## other names
def decaying_step(theta, g, eta, lam):
    shrink = np.pad(theta[:, 1:], ((0, 0), (1, 0)))
    return theta - eta * g - 2 * eta * lam * shrink
## type hints
def decaying_step(
    W: np.ndarray, gradient: np.ndarray, learning_rate: float, strength: float
) -> np.ndarray:
    decay: float = 2 * learning_rate * strength
    weights: np.ndarray = W[:, 1:] - decay * W[:, 1:]
    return np.column_stack([W[:, 0], weights]) - learning_rate * gradient
## biases saved
def decaying_step(W, gradient, learning_rate, strength):
    biases = W[:, 0] - learning_rate * gradient[:, 0]
    new = W * (1 - 2 * learning_rate * strength) - learning_rate * gradient
    new[:, 0] = biases
    return new
"""),
    wrong=variants("""
## biases shrink
def decaying_step(W, gradient, learning_rate, strength):
    return (1 - 2 * learning_rate * strength) * W - learning_rate * gradient
## two left out
def decaying_step(W, gradient, learning_rate, strength):
    new = W - learning_rate * gradient
    new[:, 1:] -= learning_rate * strength * W[:, 1:]
    return new
## rate left out of the factor
def decaying_step(W, gradient, learning_rate, strength):
    new = W - learning_rate * gradient
    new[:, 1:] -= 2 * strength * W[:, 1:]
    return new
## step shrunk too
def decaying_step(W, gradient, learning_rate, strength):
    new = W - learning_rate * gradient
    new[:, 1:] *= 1 - 2 * learning_rate * strength
    return new
## weights grow
def decaying_step(W, gradient, learning_rate, strength):
    new = W - learning_rate * gradient
    new[:, 1:] += 2 * learning_rate * strength * W[:, 1:]
    return new
## uphill
def decaying_step(W, gradient, learning_rate, strength):
    new = W + learning_rate * gradient
    new[:, 1:] -= 2 * learning_rate * strength * W[:, 1:]
    return new
## biases stay
def decaying_step(W, gradient, learning_rate, strength):
    new = W.astype(float)
    decay = 1 - 2 * learning_rate * strength
    new[:, 1:] = decay * W[:, 1:] - learning_rate * gradient[:, 1:]
    return new
## slope of L1
def decaying_step(W, gradient, learning_rate, strength):
    new = W - learning_rate * gradient
    new[:, 1:] -= learning_rate * strength * np.sign(W[:, 1:])
    return new
## no decay
def decaying_step(W, gradient, learning_rate, strength):
    return W - learning_rate * gradient
## changes its argument
def decaying_step(W, gradient, learning_rate, strength):
    W[:, 1:] *= 1 - 2 * learning_rate * strength
    W -= learning_rate * gradient
    return W
## first row free
def decaying_step(W, gradient, learning_rate, strength):
    new = W - learning_rate * gradient
    new[1:] -= 2 * learning_rate * strength * W[1:]
    return new
## step instead of weights
def decaying_step(W, gradient, learning_rate, strength):
    slope = 2 * strength * W
    slope[:, 0] = 0
    return -learning_rate * (gradient + slope)
## rate counted twice
def decaying_step(W, gradient, learning_rate, strength):
    slope = 2 * learning_rate * strength * W
    slope[:, 0] = 0
    return W - learning_rate * (gradient + slope)
## gradient shrunk instead
def decaying_step(W, gradient, learning_rate, strength):
    return W - learning_rate * (1 - 2 * strength) * gradient
"""),
)
