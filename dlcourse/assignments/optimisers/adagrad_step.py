r"""A rate for each weight: :math:`G` sums squares, a step is :math:`\alpha g / \sqrt G`."""

from collections.abc import Iterable

import numpy as np

from dlcourse._validation import FloatArray
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import array, examples, kinds, sizes
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part


def adagrad_step(
    W: FloatArray, G: FloatArray, gradient: FloatArray, learning_rate: float, eps: float
) -> FloatArray:
    """Return the new weights and the new sum of squares, stacked."""
    G = G + gradient**2
    return np.stack([W - learning_rate * gradient / (np.sqrt(G) + eps), G])


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw weights, a sum of squares, a gradient, a rate, and an eps that counts."""
    for shape in sizes(rng):
        W, G, gradient = (examples(rng, *shape) for _ in range(3))
        rate, eps = rng.uniform((0.1, 0.2), (0.9, 0.6)).round(2).tolist()
        yield W, np.abs(G), gradient, rate, eps


EXERCISE = Exercise(
    key="optimisers/adagrad_step",
    reference=adagrad_step,
    parts=(
        Part(
            points=2,
            inputs=draw,
            edge_cases={
                "the first step": (
                    array([1.0, -2.0]),
                    array([0.0, 0.0]),
                    array([0.001, 1000.0]),
                    0.5,
                    1e-10,
                ),
                "a weight that never had a gradient": (
                    array([1.0, -2.0]),
                    array([0.0, 4.0]),
                    array([0.0, 1.5]),
                    0.5,
                    0.1,
                ),
                **kinds(array([3, -1]), array([5, 1]), array([2, -1]), 0.25, 0.5),
            },
        ),
    ),
    misconceptions=(
        Misconception(
            "root forgotten",
            lambda W, G, g, a, e: np.stack([W - a * g / (G + g**2 + e), G + g**2]),
            "You divide by the sum of squares itself.",
            "Squares of slopes are summed: what makes a slope of them again?",
        ),
        Misconception(
            "eps inside the root",
            lambda W, G, g, a, e: np.stack([W - a * g / np.sqrt(G + g**2 + e), G + g**2]),
            "Your eps stands inside the root. Keras has it there; the formula here has not.",
            "What is added to what, before the division: eps to the sum, or to its root?",
        ),
        Misconception(
            "step with the old sum",
            lambda W, G, g, a, e: np.stack([W - a * g / (np.sqrt(G) + e), G + g**2]),
            "You divide by the sum as it was before this gradient.",
            "At the first step the old sum is 0: what would you divide by?",
        ),
        Misconception(
            "gradients summed, not their squares",
            lambda W, G, g, a, e: np.stack([W - a * g / (np.sqrt(np.abs(G + g)) + e), G + g]),
            "You add the gradient to G, where slopes of both signs cancel.",
            "What makes every slope count, whichever sign it has?",
        ),
        Misconception(
            "sum forgotten",
            lambda W, G, g, a, e: np.stack([W - a * g / (np.abs(g) + e), g**2]),
            "Only this gradient's square counts in your function; the ones before are lost.",
            "What did the weight's past leave in G?",
        ),
        Misconception(
            "memory of the old sum alone",
            lambda W, G, g, a, e: np.stack([W - a * g / (np.sqrt(G + g**2) + e), G]),
            "The step is right, but you hand on the old sum.",
            "What will the next step have to know?",
        ),
        Misconception(
            "one sum for all weights",
            lambda W, G, g, a, e: np.stack([W - a * g / (np.sqrt((G + g**2).sum()) + e), G + g**2]),
            "You divide every weight by the same number.",
            "Which past should decide about a weight's rate?",
        ),
        Misconception(
            "rate inside the sum",
            lambda W, G, g, a, e: np.stack(
                [W - a * g / (np.sqrt(G + (a * g) ** 2) + e), G + (a * g) ** 2]
            ),
            "You square the gradient with its rate.",
            "Does G collect slopes, or steps?",
        ),
        Misconception(
            "order of the two",
            lambda W, G, g, a, e: np.stack([G + g**2, W - a * g / (np.sqrt(G + g**2) + e)]),
            "Both rows are right, in the other order.",
            "Which of the two is asked for first?",
        ),
        Misconception(
            "uphill",
            lambda W, G, g, a, e: np.stack([W + a * g / (np.sqrt(G + g**2) + e), G + g**2]),
            "Your step makes the loss larger.",
            "The gradient points to where the loss rises: which way do you want to go?",
        ),
    ),
    remark="A rare feature keeps a large rate; a common one pays for its past, for good.",
)

ANSWERS = Answers(
    right=variants("""
## plain
def adagrad_step(W, G, gradient, learning_rate, eps):
    G = G + gradient**2
    return np.stack([W - learning_rate * gradient / (np.sqrt(G) + eps), G])
## sgd_step with rates
def adagrad_step(W, G, gradient, learning_rate, eps):
    G = G + gradient**2
    return np.stack([sgd_step(W, gradient, learning_rate / (np.sqrt(G) + eps)), G])
## np.array
def adagrad_step(W, G, gradient, learning_rate, eps):
    total = G + gradient * gradient
    rates = learning_rate / (total**0.5 + eps)
    return np.array([W - rates * gradient, total])
## np.square
def adagrad_step(W, G, gradient, learning_rate, eps):
    new = np.add(G, np.square(gradient))
    step = np.divide(learning_rate * gradient, np.sqrt(new) + eps)
    return np.stack([np.subtract(W, step), new])
## room first
def adagrad_step(W, G, gradient, learning_rate, eps):
    out = np.empty((2, *W.shape))
    out[1] = G + gradient**2
    out[0] = W - learning_rate * gradient / (np.sqrt(out[1]) + eps)
    return out
## other names
def adagrad_step(w, cache, g, lr, epsilon):
    cache = cache + g**2
    w = w - lr * g / (np.sqrt(cache) + epsilon)
    return np.stack([w, cache], axis=0)
## copies, then in place
def adagrad_step(W, G, gradient, learning_rate, eps):
    W, G = W.astype(float), G.astype(float)
    G += gradient**2
    W -= learning_rate * gradient / (np.sqrt(G) + eps)
    return np.stack([W, G])
## lambda
adagrad_step = lambda W, G, g, a, e: np.stack([W - a * g / (np.sqrt(G + g**2) + e), G + g**2])
## entry by entry
def adagrad_step(W, G, gradient, learning_rate, eps):
    new = np.zeros((2,) + W.shape)
    for place in np.ndindex(*W.shape):
        total = G[place] + gradient[place] ** 2
        new[(0,) + place] = W[place] - learning_rate * gradient[place] / (total**0.5 + eps)
        new[(1,) + place] = total
    return new
## power of a half
def adagrad_step(W, G, gradient, learning_rate, eps):
    G = G + np.power(gradient, 2)
    scale = np.power(G, 0.5) + eps
    return np.stack([W - learning_rate / scale * gradient, G])
## type hints
def adagrad_step(
    W: np.ndarray, G: np.ndarray, gradient: np.ndarray, learning_rate: float, eps: float
) -> np.ndarray:
    squares: np.ndarray = G + gradient**2
    direction: np.ndarray = gradient / (np.sqrt(squares) + eps)
    return np.stack([W - learning_rate * direction, squares])
## float32 result
def adagrad_step(W, G, gradient, learning_rate, eps):
    G = G + gradient**2
    return np.stack([W - learning_rate * gradient / (np.sqrt(G) + eps), G]).astype(np.float32)
## concatenate
def adagrad_step(W, G, gradient, learning_rate, eps):
    G = abs(gradient) ** 2 + G
    W = W - gradient * learning_rate / (eps + np.sqrt(G))
    return np.concatenate([W[None], G[None]])
## keyword defaults
def adagrad_step(W, G, gradient, learning_rate=0.01, eps=1e-10):
    G = G + gradient**2
    root = np.sqrt(G)
    return np.stack([W - learning_rate * gradient / (root + eps), G])
"""),
    wrong=variants("""
## root forgotten
def adagrad_step(W, G, gradient, learning_rate, eps):
    G = G + gradient**2
    return np.stack([W - learning_rate * gradient / (G + eps), G])
## eps inside the root
def adagrad_step(W, G, gradient, learning_rate, eps):
    G = G + gradient**2
    return np.stack([W - learning_rate * gradient / np.sqrt(G + eps), G])
## step with the old sum
def adagrad_step(W, G, gradient, learning_rate, eps):
    W = W - learning_rate * gradient / (np.sqrt(G) + eps)
    G = G + gradient**2
    return np.stack([W, G])
## gradients summed, not their squares
def adagrad_step(W, G, gradient, learning_rate, eps):
    G = G + gradient
    return np.stack([W - learning_rate * gradient / (np.sqrt(np.abs(G)) + eps), G])
## sum forgotten
def adagrad_step(W, G, gradient, learning_rate, eps):
    G = gradient**2
    return np.stack([W - learning_rate * gradient / (np.sqrt(G) + eps), G])
## memory of the old sum alone
def adagrad_step(W, G, gradient, learning_rate, eps):
    W = W - learning_rate * gradient / (np.sqrt(G + gradient**2) + eps)
    return np.stack([W, G])
## one sum for all weights
def adagrad_step(W, G, gradient, learning_rate, eps):
    G = G + gradient**2
    return np.stack([W - learning_rate * gradient / (np.sqrt(G.sum()) + eps), G])
## rate inside the sum
def adagrad_step(W, G, gradient, learning_rate, eps):
    G = G + (learning_rate * gradient) ** 2
    return np.stack([W - learning_rate * gradient / (np.sqrt(G) + eps), G])
## order of the two
def adagrad_step(W, G, gradient, learning_rate, eps):
    G = G + gradient**2
    return np.stack([G, W - learning_rate * gradient / (np.sqrt(G) + eps)])
## uphill
def adagrad_step(W, G, gradient, learning_rate, eps):
    G = G + gradient**2
    return np.stack([W + learning_rate * gradient / (np.sqrt(G) + eps), G])
## changes its argument
def adagrad_step(W, G, gradient, learning_rate, eps):
    G += gradient**2
    return np.stack([W - learning_rate * gradient / (np.sqrt(G) + eps), G])
## eps left out
def adagrad_step(W, G, gradient, learning_rate, eps):
    G = G + gradient**2
    return np.stack([W - learning_rate * gradient / np.sqrt(G), G])
## weights alone
def adagrad_step(W, G, gradient, learning_rate, eps):
    G = G + gradient**2
    return W - learning_rate * gradient / (np.sqrt(G) + eps)
## a tuple
def adagrad_step(W, G, gradient, learning_rate, eps):
    G = G + gradient**2
    return W - learning_rate * gradient / (np.sqrt(G) + eps), G
## gradient squared in the step too
def adagrad_step(W, G, gradient, learning_rate, eps):
    G = G + gradient**2
    return np.stack([W - learning_rate * gradient**2 / (np.sqrt(G) + eps), G])
"""),
)
