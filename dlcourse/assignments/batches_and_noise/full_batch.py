"""Full-batch gradient descent: an epoch is a single step."""

from collections.abc import Callable, Iterable

import numpy as np

from dlcourse._validation import FloatArray
from dlcourse.assignments.batches_and_noise.batch_gradient import WORDS
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import array, examples, labels, single, sizes, weights
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part
from dlcourse.linear import logistic_gradient


def full_batch(
    X: FloatArray, y: FloatArray, w: FloatArray, learning_rate: float, epochs: int
) -> FloatArray:
    """Descend on the binary cross-entropy of all examples, one step an epoch.

    Parameters
    ----------
    X : ndarray of shape (n, N0)
        Examples.
    y : ndarray of shape (n,)
        Labels 0 or 1.
    w : ndarray of shape (N0 + 1,)
        Where to start; it is not changed.
    learning_rate : float
        Step per unit of gradient.
    epochs : int
        How often to look at all examples.

    Returns
    -------
    ndarray of shape (epochs + 1, N0 + 1)
        The weights before the first epoch and after each one.

    Examples
    --------
    >>> full_batch(np.array([[2.0]]), np.array([1]), np.zeros(2), 1.0, epochs=1)
    array([[0. , 0. ],
           [0.5, 1. ]])
    """
    path = [np.asarray(w, float)]
    for _ in range(epochs):
        path.append(path[-1] - learning_rate * logistic_gradient(X, y, path[-1]))
    return np.array(path)


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw arguments for `full_batch`."""
    for (n, features), epochs in zip(sizes(rng), (2, 3, 4, 9), strict=True):
        rate = round(rng.uniform(0.1, 0.9), 2)
        yield examples(rng, n, features), labels(rng, n), weights(rng, n, features), rate, epochs


def along(gradient: Callable[..., FloatArray]) -> Callable[..., FloatArray]:
    """Make a descent whose step in an epoch is another one: of X, y, w and the start."""

    def descent(
        X: FloatArray, y: FloatArray, w: FloatArray, learning_rate: float, epochs: int
    ) -> FloatArray:
        path = [w]
        for _ in range(epochs):
            path.append(path[-1] - learning_rate * gradient(X, y, path[-1], w))
        return np.array(path)

    return descent


def example_by_example(
    X: FloatArray, y: FloatArray, w: FloatArray, learning_rate: float, epochs: int
) -> FloatArray:
    """Take a step for each example and keep the weights at the end of each epoch."""
    path = [w]
    for _ in range(epochs):
        for i in range(len(X)):
            w = w - learning_rate * logistic_gradient(X[[i]], y[[i]], w)
        path.append(w)
    return np.array(path)


TABLE, LABELS, START = array([[1.0, 2.0], [3.0, -4.0]]), np.array([1, 0]), array([0.5, 1, -1])

EXERCISE = Exercise(
    key="batches_and_noise/full_batch",
    reference=full_batch,
    parts=(
        Part(
            "full-batch descent",
            2,
            draw,
            {
                "one epoch": (array([[2.0], [1.0]]), np.array([1, 0]), array([0.5, -1]), 0.5, 1),
                "no epoch": (TABLE, LABELS, START, 0.5, 0),
                "single precision": (single(TABLE), LABELS, single(START), 0.5, 2),
            },
            {"a start of integers": (TABLE, LABELS, np.array([1, -1, 1]), 0.5, 2)},
            hint="How many rows has your answer in the case below, and is the first one the start? "
            "Take the first step by hand, with your batch_gradient of all rows.",
        ),
    ),
    misconceptions=(
        Misconception(
            "last weights only",
            lambda X, y, w, learning_rate, epochs: full_batch(X, y, w, learning_rate, epochs)[-1],
            "These are the weights after the last epoch. Asked for is the whole path.",
            "What should be kept in each epoch?",
        ),
        Misconception(
            "start left out",
            lambda X, y, w, learning_rate, epochs: np.array(
                [*full_batch(X, y, w, learning_rate, epochs)[1:]]
            ),
            "The path begins after the first epoch in your answer.",
            "Where was the walk before it?",
        ),
        Misconception(
            "start left out of the table",
            lambda X, y, w, learning_rate, epochs: full_batch(X, y, w, learning_rate, epochs)[1:],
            "The path begins after the first epoch in your answer.",
            "Where was the walk before it?",
        ),
        Misconception(
            "one epoch too few",
            lambda X, y, w, learning_rate, epochs: np.array(
                [*full_batch(X, y, w, learning_rate, epochs)[:-1]]
            ),
            "The weights after the last epoch are missing.",
            "Do you keep the weights before a step, or after it?",
        ),
        Misconception(
            "a step for each example",
            example_by_example,
            "You take a step for each example. That is descent with batches of one.",
            "How many steps has an epoch if each step looks at all examples?",
        ),
        Misconception(
            "gradient of the start",
            along(lambda X, y, w, start: logistic_gradient(X, y, start)),
            "Every step goes along the gradient at the start.",
            "The weights have moved: where should the next gradient be taken?",
        ),
        Misconception(
            "summed gradient",
            along(lambda X, y, w, start: logistic_gradient(X, y, w) * len(y)),
            "Your steps are too long by the number of examples.",
            "Is the loss a sum over the examples, or their mean?",
        ),
        Misconception(
            "uphill",
            along(lambda X, y, w, start: -logistic_gradient(X, y, w)),
            "You walk uphill: the gradient points where the loss grows.",
            "Which way should a step go?",
        ),
        Misconception(
            "learning rate left out",
            lambda X, y, w, learning_rate, epochs: full_batch(X, y, w, 1.0, epochs),
            "The learning rate is missing: you subtract the whole gradient.",
            "What says how long a step is?",
        ),
        Misconception(
            "the same array again and again",
            lambda X, y, w, learning_rate, epochs: np.array(
                [full_batch(X, y, w, learning_rate, epochs)[-1]] * (epochs + 1)
            ),
            "All rows of your path are the last weights: the list holds one array, which each step "
            "changes.",
            "When does a step make a new array, and when does it write into the old one?",
        ),
    ),
    remark="One look at everything, one step. The next task gets more steps out of the same look.",
    words=WORDS,
)

ANSWERS = Answers(
    right=variants("""
## list of weights
def full_batch(X, y, w, learning_rate, epochs):
    path = [w]
    for _ in range(epochs):
        w = w - learning_rate * batch_gradient(X, y, w, np.arange(len(X)))
        path.append(w)
    return np.array(path)
## table filled
def full_batch(X, y, w, learning_rate, epochs):
    path = np.empty((epochs + 1, len(w)))
    path[0] = w
    everything = np.arange(len(X))
    for k in range(epochs):
        path[k + 1] = path[k] - learning_rate * batch_gradient(X, y, path[k], everything)
    return path
## copies
def full_batch(X, y, w, learning_rate, epochs):
    w = w.astype(float)
    path = [w.copy()]
    for _ in range(epochs):
        w -= learning_rate * batch_gradient(X, y, w, np.arange(len(y)))
        path.append(w.copy())
    return np.stack(path)
## last of the list
def full_batch(X, y, w, learning_rate, epochs):
    path = [w]
    while len(path) <= epochs:
        path.append(path[-1] - learning_rate * batch_gradient(X, y, path[-1], np.arange(len(X))))
    return np.vstack(path)
## accumulate
from itertools import accumulate

def full_batch(X, y, w, learning_rate, epochs):
    rows = np.arange(len(X))
    def step(v, _):
        return v - learning_rate * batch_gradient(X, y, v, rows)
    return np.array(list(accumulate(range(epochs), step, initial=w)))
## recursion
def full_batch(X, y, w, learning_rate, epochs):
    if epochs == 0:
        return np.array([w])
    new = w - learning_rate * batch_gradient(X, y, w, np.arange(len(X)))
    return np.vstack([w, full_batch(X, y, new, learning_rate, epochs - 1)])
## written out
def full_batch(X, y, w, learning_rate, epochs):
    A = np.column_stack([np.ones(len(X)), X])
    path = [w]
    for _ in range(epochs):
        p = 1 / (1 + np.exp(-A @ w))
        w = w - learning_rate * A.T @ (p - y) / len(y)
        path.append(w)
    return np.array(path)
## generator
def walk(X, y, w, learning_rate):
    while True:
        yield w
        w = w - learning_rate * batch_gradient(X, y, w, np.arange(len(X)))

def full_batch(X, y, w, learning_rate, epochs):
    weights = walk(X, y, w, learning_rate)
    return np.array([next(weights) for _ in range(epochs + 1)])
## zeros, then rows
def full_batch(X, y, w, learning_rate, epochs):
    history = np.zeros((epochs + 1, w.shape[0]))
    current = np.array(w, dtype=float)
    for epoch in range(epochs + 1):
        history[epoch] = current
        current = current - learning_rate * batch_gradient(X, y, current, np.arange(X.shape[0]))
    return history
## appended rows
def full_batch(X, y, w, learning_rate, epochs):
    path = w[np.newaxis]
    for _ in range(epochs):
        g = batch_gradient(X, y, path[-1], np.arange(len(X)))
        path = np.append(path, [path[-1] - learning_rate * g], axis=0)
    return path
## a permutation of all rows
def full_batch(X, y, w, learning_rate, epochs):
    path = [w]
    for _ in range(epochs):
        order = np.random.permutation(len(X))
        w = w - learning_rate * batch_gradient(X, y, w, order)
        path += [w]
    return np.asarray(path)
## type hints
def full_batch(
    X: np.ndarray, y: np.ndarray, w: np.ndarray, learning_rate: float, epochs: int
) -> np.ndarray:
    path: list[np.ndarray] = [w]
    for epoch in range(1, epochs + 1):
        gradient = batch_gradient(X, y, path[epoch - 1], np.arange(len(X)))
        path.append(path[epoch - 1] - learning_rate * gradient)
    return np.array(path)
"""),
    wrong=variants("""
## last weights only
def full_batch(X, y, w, learning_rate, epochs):
    for _ in range(epochs):
        w = w - learning_rate * batch_gradient(X, y, w, np.arange(len(X)))
    return w
## start left out
def full_batch(X, y, w, learning_rate, epochs):
    path = []
    for _ in range(epochs):
        w = w - learning_rate * batch_gradient(X, y, w, np.arange(len(X)))
        path.append(w)
    return np.array(path)
## one epoch too few
def full_batch(X, y, w, learning_rate, epochs):
    path = []
    for _ in range(epochs):
        path.append(w)
        w = w - learning_rate * batch_gradient(X, y, w, np.arange(len(X)))
    return np.array(path)
## a step for each example
def full_batch(X, y, w, learning_rate, epochs):
    path = [w]
    for _ in range(epochs):
        for i in range(len(X)):
            w = w - learning_rate * batch_gradient(X, y, w, np.array([i]))
        path.append(w)
    return np.array(path)
## gradient of the start
def full_batch(X, y, w, learning_rate, epochs):
    gradient = batch_gradient(X, y, w, np.arange(len(X)))
    path = [w]
    for _ in range(epochs):
        path.append(path[-1] - learning_rate * gradient)
    return np.array(path)
## summed gradient
def full_batch(X, y, w, learning_rate, epochs):
    path = [w]
    for _ in range(epochs):
        w = w - learning_rate * len(X) * batch_gradient(X, y, w, np.arange(len(X)))
        path.append(w)
    return np.array(path)
## uphill
def full_batch(X, y, w, learning_rate, epochs):
    path = [w]
    for _ in range(epochs):
        w = w + learning_rate * batch_gradient(X, y, w, np.arange(len(X)))
        path.append(w)
    return np.array(path)
## learning rate left out
def full_batch(X, y, w, learning_rate, epochs):
    path = [w]
    for _ in range(epochs):
        w = w - batch_gradient(X, y, w, np.arange(len(X)))
        path.append(w)
    return np.array(path)
## the same array again and again
def full_batch(X, y, w, learning_rate, epochs):
    w = w.astype(float)
    path = [w]
    for _ in range(epochs):
        w -= learning_rate * batch_gradient(X, y, w, np.arange(len(X)))
        path.append(w)
    return np.array(path)
## changes its argument
def full_batch(X, y, w, learning_rate, epochs):
    path = [w.copy()]
    for _ in range(epochs):
        w -= learning_rate * batch_gradient(X, y, w, np.arange(len(X)))
        path.append(w.copy())
    return np.array(path)
## a step for each example, all kept
def full_batch(X, y, w, learning_rate, epochs):
    path = [w]
    for _ in range(epochs):
        for i in range(len(X)):
            w = w - learning_rate * batch_gradient(X, y, w, np.array([i]))
            path.append(w)
    return np.array(path)
## path on its side
def full_batch(X, y, w, learning_rate, epochs):
    path = [w]
    for _ in range(epochs):
        w = w - learning_rate * batch_gradient(X, y, w, np.arange(len(X)))
        path.append(w)
    return np.array(path).T
## one epoch too many
def full_batch(X, y, w, learning_rate, epochs):
    path = [w]
    for _ in range(epochs + 1):
        w = w - learning_rate * batch_gradient(X, y, w, np.arange(len(X)))
        path.append(w)
    return np.array(path)
"""),
)
