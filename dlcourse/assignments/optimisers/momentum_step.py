r"""A step with a memory: :math:`\mu \leftarrow \beta\mu + \alpha g`, then :math:`W - \mu`."""

from collections.abc import Iterable

import numpy as np

from dlcourse._validation import FloatArray
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import array, examples, kinds, sizes
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part


def momentum_step(
    W: FloatArray, mu: FloatArray, gradient: FloatArray, learning_rate: float, momentum: float
) -> FloatArray:
    """Return the new weights and the new update, stacked."""
    mu = momentum * mu + learning_rate * gradient
    return np.stack([W - mu, mu])


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw weights, an update, a gradient, a rate and a momentum."""
    for shape in sizes(rng):
        W, mu, gradient = (examples(rng, *shape) for _ in range(3))
        rate, momentum = rng.uniform((0.05, 0.3), (0.4, 0.95)).round(2).tolist()
        yield W, mu, gradient, rate, momentum


EXERCISE = Exercise(
    key="optimisers/momentum_step",
    reference=momentum_step,
    parts=(
        Part(
            points=2,
            inputs=draw,
            edge_cases={
                "the first step": (
                    array([1.0, -2.0]),
                    array([0.0, 0.0]),
                    array([0.5, 4.0]),
                    0.1,
                    0.9,
                ),
                "a gradient of zero": (
                    array([1.0, -2.0]),
                    array([0.5, 0.2]),
                    array([0.0, 0.0]),
                    0.1,
                    0.9,
                ),
                **kinds(array([3, -1]), array([2, 1]), array([1, 2]), 0.25, 0.75),
            },
        ),
    ),
    misconceptions=(
        Misconception(
            "step with the old memory",
            lambda W, mu, g, a, b: np.stack([W - mu, b * mu + a * g]),
            "Your weights move by the old update, so this gradient moves nothing until the next "
            "step.",
            "Which of the two lines of the formula comes first?",
        ),
        Misconception(
            "memory with the other sign",
            lambda W, mu, g, a, b: np.stack([W + (b * mu - a * g), b * mu - a * g]),
            "You remember the step with its sign, as some libraries do; here it is what is "
            "subtracted from W.",
            "If `mu` is subtracted from W, with which sign does the gradient enter it?",
        ),
        Misconception(
            "rate outside the memory",
            lambda W, mu, g, a, b: np.stack([W - a * (b * mu + g), b * mu + g]),
            "Your memory holds gradients, and the rate comes in afterwards. So does PyTorch's; "
            "here the memory holds the step itself.",
            "Which of the two terms of the new update does the rate belong to?",
        ),
        Misconception(
            "rate on both terms",
            lambda W, mu, g, a, b: np.stack([W - a * (b * mu + g), a * (b * mu + g)]),
            "The rate multiplies the old update too, though that has had its rate before.",
            "What does an update hold already when it is remembered?",
        ),
        Misconception(
            "fading mean instead of sum",
            lambda W, mu, g, a, b: np.stack(
                [W - (b * mu + (1 - b) * a * g), b * mu + (1 - b) * a * g]
            ),
            "You give the new gradient the weight 1 - momentum, so the updates are averaged and "
            "do not pile up.",
            "On a steady slope, should the step become longer than the rate times the gradient?",
        ),
        Misconception(
            "mean of gradients",
            lambda W, mu, g, a, b: np.stack([W - a * (b * mu + (1 - b) * g), b * mu + (1 - b) * g]),
            "Your memory is a mean of gradients, as Adam's; here it is the step itself, a sum.",
            "What are the two terms of the new mu, and where does the rate stand?",
        ),
        Misconception(
            "memory ignored",
            lambda W, mu, g, a, b: np.stack([W - a * g, a * g]),
            "The old update does nothing in your function: this is SGD.",
            "What part of the last step is to be taken again?",
        ),
        Misconception(
            "memory does not fade",
            lambda W, mu, g, a, b: np.stack([W - (mu + a * g), mu + a * g]),
            "Your updates add up without fading, so nothing ever stops the ball.",
            "What is the momentum multiplied by?",
        ),
        Misconception(
            "order of the two",
            lambda W, mu, g, a, b: np.stack([b * mu + a * g, W - b * mu - a * g]),
            "Both rows are right, in the other order.",
            "Which of the two is asked for first?",
        ),
        Misconception(
            "weights alone",
            lambda W, mu, g, a, b: W - b * mu - a * g,
            "The weights are right, but the new update is missing.",
            "What will the next step have to know?",
        ),
        Misconception(
            "uphill",
            lambda W, mu, g, a, b: np.stack([W + b * mu + a * g, b * mu + a * g]),
            "The memory is right, and the weights go uphill with it.",
            "Is the update added to the weights, or subtracted?",
        ),
    ),
    remark="The ball rolls: on a steady slope its steps grow by the factor 1/(1 - momentum).",
)

ANSWERS = Answers(
    right=variants("""
## plain
def momentum_step(W, mu, gradient, learning_rate, momentum):
    mu = momentum * mu + learning_rate * gradient
    return np.stack([W - mu, mu])
## np.array
def momentum_step(W, mu, gradient, learning_rate, momentum):
    new = momentum * mu + learning_rate * gradient
    return np.array([W - new, new])
## sgd_step with a rate of one
def momentum_step(W, mu, gradient, learning_rate, momentum):
    mu = momentum * mu + learning_rate * gradient
    return np.array([sgd_step(W, mu, 1.0), mu])
## velocity
def momentum_step(W, mu, gradient, learning_rate, momentum):
    v = -momentum * mu - learning_rate * gradient
    return np.stack((W + v, -v))
## room first
def momentum_step(W, mu, gradient, learning_rate, momentum):
    out = np.empty((2, *W.shape))
    out[1] = momentum * mu + learning_rate * gradient
    out[0] = W - out[1]
    return out
## other names
def momentum_step(w, velocity, g, lr, beta):
    velocity = beta * velocity + lr * g
    w = w - velocity
    return np.stack([w, velocity], axis=0)
## copies, then in place
def momentum_step(W, mu, gradient, learning_rate, momentum):
    W, mu = W.astype(float), mu.astype(float)
    mu *= momentum
    mu += learning_rate * gradient
    W -= mu
    return np.stack([W, mu])
## lambda
momentum_step = lambda W, mu, g, a, b: np.stack([W - b * mu - a * g, b * mu + a * g])
## entry by entry
def momentum_step(W, mu, gradient, learning_rate, momentum):
    new = np.zeros((2,) + W.shape)
    for place in np.ndindex(*W.shape):
        update = momentum * mu[place] + learning_rate * gradient[place]
        new[(0,) + place] = W[place] - update
        new[(1,) + place] = update
    return new
## memory divided by the rate on the way
def momentum_step(W, mu, gradient, learning_rate, momentum):
    b = momentum * (mu / learning_rate) + gradient
    return np.stack([W - learning_rate * b, learning_rate * b])
## type hints
def momentum_step(
    W: np.ndarray, mu: np.ndarray, gradient: np.ndarray, learning_rate: float, momentum: float
) -> np.ndarray:
    kept: np.ndarray = momentum * mu
    added: np.ndarray = learning_rate * gradient
    return np.stack([W - kept - added, kept + added])
## float32 result
def momentum_step(W, mu, gradient, learning_rate, momentum):
    mu = momentum * mu + learning_rate * gradient
    return np.stack([W - mu, mu]).astype(np.float32)
## concatenate
def momentum_step(W, mu, gradient, learning_rate, momentum):
    mu = np.add(momentum * mu, learning_rate * gradient)
    return np.concatenate([(W - mu)[None], mu[None]])
## keyword defaults
def momentum_step(W, mu, gradient, learning_rate=0.1, momentum=0.9):
    mu = momentum * mu + learning_rate * gradient
    return np.stack([W - mu, mu])
"""),
    wrong=variants("""
## step with the old memory
def momentum_step(W, mu, gradient, learning_rate, momentum):
    W = W - mu
    mu = momentum * mu + learning_rate * gradient
    return np.stack([W, mu])
## memory with the other sign
def momentum_step(W, mu, gradient, learning_rate, momentum):
    mu = momentum * mu - learning_rate * gradient
    return np.stack([W + mu, mu])
## rate outside the memory
def momentum_step(W, mu, gradient, learning_rate, momentum):
    mu = momentum * mu + gradient
    return np.stack([W - learning_rate * mu, mu])
## rate on both terms
def momentum_step(W, mu, gradient, learning_rate, momentum):
    mu = learning_rate * (momentum * mu + gradient)
    return np.stack([W - mu, mu])
## fading mean instead of sum
def momentum_step(W, mu, gradient, learning_rate, momentum):
    mu = momentum * mu + (1 - momentum) * learning_rate * gradient
    return np.stack([W - mu, mu])
## mean of gradients
def momentum_step(W, mu, gradient, learning_rate, momentum):
    mu = momentum * mu + (1 - momentum) * gradient
    return np.stack([W - learning_rate * mu, mu])
## memory ignored
def momentum_step(W, mu, gradient, learning_rate, momentum):
    mu = learning_rate * gradient
    return np.stack([W - mu, mu])
## memory does not fade
def momentum_step(W, mu, gradient, learning_rate, momentum):
    mu = mu + learning_rate * gradient
    return np.stack([W - mu, mu])
## order of the two
def momentum_step(W, mu, gradient, learning_rate, momentum):
    mu = momentum * mu + learning_rate * gradient
    return np.stack([mu, W - mu])
## weights alone
def momentum_step(W, mu, gradient, learning_rate, momentum):
    mu = momentum * mu + learning_rate * gradient
    return W - mu
## uphill
def momentum_step(W, mu, gradient, learning_rate, momentum):
    mu = momentum * mu + learning_rate * gradient
    return np.stack([W + mu, mu])
## changes its argument
def momentum_step(W, mu, gradient, learning_rate, momentum):
    mu *= momentum
    mu += learning_rate * gradient
    return np.stack([W - mu, mu])
## a tuple
def momentum_step(W, mu, gradient, learning_rate, momentum):
    mu = momentum * mu + learning_rate * gradient
    return W - mu, mu
## Nesterov
def momentum_step(W, mu, gradient, learning_rate, momentum):
    mu = momentum * mu + learning_rate * gradient
    return np.stack([W - momentum * mu - learning_rate * gradient, mu])
## rate and momentum exchanged
def momentum_step(W, mu, gradient, learning_rate, momentum):
    mu = learning_rate * mu + momentum * gradient
    return np.stack([W - mu, mu])
## the update doubled
def momentum_step(W, mu, gradient, learning_rate, momentum):
    mu = momentum * mu + learning_rate * gradient
    return np.stack([W - mu - learning_rate * gradient, mu])
"""),
)
