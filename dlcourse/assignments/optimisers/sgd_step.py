r"""The plain step of gradient descent: :math:`W \leftarrow W - \alpha g`."""

from collections.abc import Iterable

import numpy as np

from dlcourse._validation import FloatArray
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import array, examples, kinds, sizes
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part


def sgd_step(W: FloatArray, gradient: FloatArray, learning_rate: float) -> FloatArray:
    """Take one step against the gradient."""
    return W - learning_rate * gradient


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw weights, a gradient and a rate."""
    for shape in sizes(rng):
        W, gradient = examples(rng, *shape), examples(rng, *shape)
        yield W, gradient, round(float(rng.uniform(0.05, 0.9)), 2)


EXERCISE = Exercise(
    key="optimisers/sgd_step",
    reference=sgd_step,
    parts=(
        Part(
            points=1,
            inputs=draw,
            edge_cases={
                "a vector of weights": (array([1.0, -2.0]), array([0.5, 4.0]), 0.1),
                "a rate above 1": (array([1.0, -2.0]), array([0.5, 4.0]), 3.0),
                **kinds(array([3, -1]), array([1, 2]), 0.25),
            },
        ),
    ),
    misconceptions=(
        Misconception(
            "uphill",
            lambda W, gradient, learning_rate: W + learning_rate * gradient,
            "Your step makes the loss larger.",
            "The gradient points to where the loss rises: which way do you want to go?",
        ),
        Misconception(
            "step instead of weights",
            lambda W, gradient, learning_rate: -learning_rate * gradient,
            "You return the step. Asked for are the weights after it.",
            "From where does the step start?",
        ),
        Misconception(
            "rate left out",
            lambda W, gradient, learning_rate: W - gradient,
            "The learning rate does nothing in your function.",
            "What says how long a step is?",
        ),
        Misconception(
            "divided by the rate",
            lambda W, gradient, learning_rate: W - gradient / learning_rate,
            "A larger learning rate makes your steps shorter.",
            "Which operation makes a step longer when the rate is larger?",
        ),
        Misconception(
            "sign of the gradient",
            lambda W, gradient, learning_rate: W - learning_rate * np.sign(gradient),
            "All your steps have the same length: you use the sign of the gradient alone.",
            "Should a steep slope move a weight no more than a gentle one?",
        ),
        Misconception(
            "weights shrink too",
            lambda W, gradient, learning_rate: (1 - learning_rate) * W - learning_rate * gradient,
            "You shrink the weights by the rate before you subtract the step.",
            "Where the gradient is zero, what should become of the weights?",
        ),
        Misconception(
            "integers cut off",
            lambda W, gradient, learning_rate: (W - learning_rate * gradient).astype(W.dtype),
            "Where W holds integers, an array that is made like it holds integers too, and your "
            "weights are cut off to whole numbers in it.",
            "Which kind of array do the new weights need?",
        ),
    ),
    remark="All the others are this step with another gradient or another rate.",
)

ANSWERS = Answers(
    right=variants("""
## plain
def sgd_step(W, gradient, learning_rate):
    return W - learning_rate * gradient
## in two lines
def sgd_step(W, gradient, learning_rate):
    step = learning_rate * gradient
    return W - step
## add the negative
def sgd_step(W, gradient, learning_rate):
    return W + -learning_rate * gradient
## copy, then in place
def sgd_step(W, gradient, learning_rate):
    W_new = W.astype(float)
    W_new -= learning_rate * gradient
    return W_new
## other names
def sgd_step(theta, g, eta):
    return theta - g * eta
## np.subtract
def sgd_step(W, gradient, learning_rate):
    return np.subtract(W, np.multiply(learning_rate, gradient))
## lambda
sgd_step = lambda W, gradient, learning_rate: W - learning_rate * gradient
## entry by entry
def sgd_step(W, gradient, learning_rate):
    new = np.zeros(W.shape)
    for place in np.ndindex(*W.shape):
        new[place] = W[place] - learning_rate * gradient[place]
    return new
## list of entries
def sgd_step(W, gradient, learning_rate):
    flat = [w - learning_rate * g for w, g in zip(W.ravel(), gradient.ravel())]
    return np.array(flat).reshape(W.shape)
## type hints
def sgd_step(W: np.ndarray, gradient: np.ndarray, learning_rate: float) -> np.ndarray:
    '''W - alpha g.'''
    update: np.ndarray = learning_rate * gradient
    return W - update
## keyword default
def sgd_step(W, gradient, learning_rate=0.1):
    gradient = np.asarray(gradient, dtype=float)
    return np.array(W, dtype=float) - learning_rate * gradient
## float32 result
def sgd_step(W, gradient, learning_rate):
    return (W - learning_rate * gradient).astype(np.float32)
## helper: one step
def sgd_step(W, gradient, learning_rate):
    return W - scaled(gradient, learning_rate)
## momentum of zero
def sgd_step(W, gradient, learning_rate):
    beta, mu = 0.0, np.zeros(W.shape)
    mu = beta * mu + learning_rate * gradient
    return W - mu
## mean of two ends
def sgd_step(W, gradient, learning_rate):
    far = W - 2 * learning_rate * gradient
    return (W + far) / 2
## row by row
def sgd_step(W, gradient, learning_rate):
    rows = [W[i] - learning_rate * gradient[i] for i in range(len(W))]
    return np.array(rows)
"""),
    wrong=variants("""
## uphill
def sgd_step(W, gradient, learning_rate):
    return W + learning_rate * gradient
## step instead of weights
def sgd_step(W, gradient, learning_rate):
    return -learning_rate * gradient
## rate left out
def sgd_step(W, gradient, learning_rate):
    return W - gradient
## divided by the rate
def sgd_step(W, gradient, learning_rate):
    return W - gradient / learning_rate
## sign of the gradient
def sgd_step(W, gradient, learning_rate):
    return W - learning_rate * np.sign(gradient)
## weights shrink too
def sgd_step(W, gradient, learning_rate):
    return W - learning_rate * (W + gradient)
## integers cut off
def sgd_step(W, gradient, learning_rate):
    new = np.zeros_like(W)
    new[...] = W - learning_rate * gradient
    return new
## changes its argument
def sgd_step(W, gradient, learning_rate):
    W -= learning_rate * gradient
    return W
## returns nothing
def sgd_step(W, gradient, learning_rate):
    W = W - learning_rate * gradient
## gradient averaged
def sgd_step(W, gradient, learning_rate):
    return W - learning_rate * gradient.mean()
## gradient of length one
def sgd_step(W, gradient, learning_rate):
    return W - learning_rate * gradient / (np.linalg.norm(gradient) + 1e-12)
## rate at most 1
def sgd_step(W, gradient, learning_rate):
    return W - min(learning_rate, 1.0) * gradient
## gradient clipped at 3
def sgd_step(W, gradient, learning_rate):
    return W - learning_rate * np.clip(gradient, -3, 3)
## biases stay
def sgd_step(W, gradient, learning_rate):
    new = W - learning_rate * gradient
    new[..., 0] = W[..., 0]
    return new
"""),
    helpers=variants("""
## scaled
def scaled(g, rate):
    return rate * g
"""),
)
