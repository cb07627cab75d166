"""An epoch of mini-batch descent: a step for each batch, each at the newest weights."""

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from dlcourse._validation import FloatArray
from dlcourse.assignments.batches_and_noise.batch_gradient import WORDS, batch_gradient
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import array, examples, labels, single, sizes, weights
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part
from dlcourse.linear import logistic_gradient


def one_epoch(
    X: FloatArray,
    y: FloatArray,
    w: FloatArray,
    order: NDArray[np.intp],
    batch_size: int,
    learning_rate: float,
) -> FloatArray:
    """Take a step for each batch of an epoch.

    Parameters
    ----------
    X : ndarray of shape (n, N0)
        Examples.
    y : ndarray of shape (n,)
        Labels 0 or 1.
    w : ndarray of shape (N0 + 1,)
        Where to start; it is not changed.
    order : ndarray of int, shape (n,)
        The numbers of all rows, in the order of this epoch.
    batch_size : int
        Rows in a batch; the last one takes what is left.
    learning_rate : float
        Step per unit of gradient.

    Returns
    -------
    ndarray of shape (N0 + 1,)
        The weights at the end of the epoch.

    Examples
    --------
    >>> X, y, order = np.array([[2.0], [4.0]]), np.array([1, 0]), np.array([1, 0])
    >>> one_epoch(X, y, np.zeros(2), order, batch_size=2, learning_rate=1.0)
    array([ 0. , -0.5])
    """
    for start in range(0, len(order), batch_size):
        w = w - learning_rate * batch_gradient(X, y, w, order[start : start + batch_size])
    return w


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw arguments for `one_epoch`; the last batch is shorter but for the smallest case."""
    for (n, features), size in zip(sizes(rng), (1, 2, 2, 9), strict=True):
        n += n % size == 0 and size > 1
        yield (
            examples(rng, n, features),
            labels(rng, n),
            weights(rng, n, features),
            rng.permutation(n).astype(int),
            size,
            round(rng.uniform(0.1, 0.9), 2),
        )


def along(gradient: Callable[..., FloatArray]) -> Callable[..., FloatArray]:
    """Make an epoch with another gradient: of X, y, w, the rows, the start and the batch size."""

    def epoch(
        X: FloatArray,
        y: FloatArray,
        w: FloatArray,
        order: NDArray[np.intp],
        batch_size: int,
        learning_rate: float,
    ) -> FloatArray:
        start = w
        for k in range(0, len(order), batch_size):
            rows = order[k : k + batch_size]
            w = w - learning_rate * gradient(X, y, w, rows, start, batch_size)
        return w

    return epoch


def without_the_rest(order: NDArray[np.intp], batch_size: int) -> NDArray[np.intp]:
    """Leave out what does not fill a batch."""
    return order[: len(order) // batch_size * batch_size]


TABLE = array([[1.0, 2.0], [3.0, -4.0], [-2.0, 0.5]])
LABELS, START, ORDER = np.array([1, 0, 0]), array([0.5, 1, -1]), np.array([2, 0, 1])

EXERCISE = Exercise(
    key="batches_and_noise/one_epoch",
    reference=one_epoch,
    parts=(
        Part(
            "an epoch",
            3,
            draw,
            {
                "fewer than a batch": (TABLE, LABELS, START, ORDER, 4, 0.5),
                "a single example": (
                    array([[2.0]]),
                    np.array([1]),
                    array([0.5, -1]),
                    np.array([0]),
                    1,
                    0.5,
                ),
                "single precision": (single(TABLE), LABELS, single(START), ORDER, 2, 0.5),
            },
            {"a start of integers": (TABLE, LABELS, np.array([1, -1, 1]), ORDER, 1, 0.5)},
            hint="Print the batch and w after every step of the case below, and take the steps by "
            "hand. Which is the first that differs, and what did its gradient see?",
        ),
    ),
    misconceptions=(
        Misconception(
            "gradient at the old weights",
            along(lambda X, y, w, rows, start, B: batch_gradient(X, y, start, rows)),
            "All gradients of the epoch are taken at the weights of its start. Then the batches "
            "add up to one long step.",
            "The weights have moved: where should the gradient of the next batch be taken?",
        ),
        Misconception(
            "sum instead of mean",
            along(lambda X, y, w, rows, start, B: batch_gradient(X, y, w, rows) * len(rows)),
            "Each of your steps is too long by the number of examples in its batch.",
            "Is the gradient of a batch a sum, or a mean?",
        ),
        Misconception(
            "last batch divided by the batch size",
            along(lambda X, y, w, rows, start, B: batch_gradient(X, y, w, rows) * len(rows) / B),
            "Your last step is too short: its batch has fewer examples, and you divide by as many "
            "as the others have.",
            "By what should the last batch's sum be divided?",
        ),
        Misconception(
            "last batch dropped",
            lambda X, y, w, order, batch_size, learning_rate: one_epoch(
                X, y, w, without_the_rest(order, batch_size), batch_size, learning_rate
            ),
            "The last, shorter batch takes no step in your epoch.",
            "How many steps has an epoch when the batches do not fit?",
        ),
        Misconception(
            "order ignored",
            lambda X, y, w, order, batch_size, learning_rate: one_epoch(
                X, y, w, np.arange(len(order)), batch_size, learning_rate
            ),
            "Your epoch goes through the rows as they stand: it is not shuffled.",
            "What does `order` hold, and where should you use it?",
        ),
        Misconception(
            "labels not shuffled",
            lambda X, y, w, order, batch_size, learning_rate: one_epoch(
                X[order], y, w, np.arange(len(order)), batch_size, learning_rate
            ),
            "You put the rows of X into the new order and leave y as it was: examples get the "
            "labels of others.",
            "What else belongs to a row of X?",
        ),
        Misconception(
            "rows not shuffled",
            lambda X, y, w, order, batch_size, learning_rate: one_epoch(
                X, y[order], w, np.arange(len(order)), batch_size, learning_rate
            ),
            "You put the labels into the new order and leave X as it was: examples get the labels "
            "of others.",
            "What else belongs to a label?",
        ),
        Misconception(
            "one step only",
            lambda X, y, w, order, batch_size, learning_rate: one_epoch(
                X, y, w, order[:batch_size], batch_size, learning_rate
            ),
            "You stop after the first batch.",
            "Where does your function return: inside its loop, or after it?",
        ),
        Misconception(
            "gradient of all",
            along(lambda X, y, w, rows, start, B: logistic_gradient(X, y, w)),
            "Each step uses the gradient of all examples, as many times as there are batches.",
            "Which rows should a step look at?",
        ),
        Misconception(
            "uphill",
            lambda X, y, w, order, batch_size, learning_rate: one_epoch(
                X, y, w, order, batch_size, -learning_rate
            ),
            "You walk uphill: the gradient points where the loss grows.",
            "Which way should a step go?",
        ),
        Misconception(
            "one example at a time",
            lambda X, y, w, order, batch_size, learning_rate: one_epoch(
                X, y, w, order, 1, learning_rate
            ),
            "You take a step for each example, whatever the batch size is.",
            "How many examples should a step look at?",
        ),
    ),
    remark="Sixty thousand examples in batches of 100 are 600 steps for the price of one look.",
    words=WORDS,
)


ANSWERS = Answers(
    right=variants("""
## own functions
def one_epoch(X, y, w, order, batch_size, learning_rate):
    for k in range(int(np.ceil(len(order) / batch_size))):
        rows = batch(order, batch_size, k)
        w = w - learning_rate * batch_gradient(X, y, w, rows)
    return w
## slices
def one_epoch(X, y, w, order, batch_size, learning_rate):
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        w = w - learning_rate * batch_gradient(X, y, w, rows)
    return w
## copy, then in place
def one_epoch(X, y, w, order, batch_size, learning_rate):
    w = w.astype(float)
    for k in range(-(-len(order) // batch_size)):
        w -= learning_rate * batch_gradient(X, y, w, batch(order, batch_size, k))
    return w
## keyword and other names
def one_epoch(X, y, w, order, batch_size, learning_rate=0.1):
    n, η = len(order), learning_rate
    v = 1.0 * w
    for first in np.arange(0, n, batch_size):
        last = min(first + batch_size, n)
        v = v + -η * batch_gradient(X, y, v, order[first:last])
    return v
## shuffled first
def one_epoch(X, y, w, order, batch_size, learning_rate):
    X, y = X[order], y[order]
    for i in range(0, len(X), batch_size):
        rows = np.arange(i, min(i + batch_size, len(X)))
        w = w - learning_rate * batch_gradient(X, y, w, rows)
    return w
## written out
def one_epoch(X, y, w, order, batch_size, learning_rate):
    A = np.column_stack([np.ones(len(X)), X])[order]
    t = y[order]
    for i in range(0, len(A), batch_size):
        a = A[i : i + batch_size]
        p = 1 / (1 + np.exp(-a @ w))
        w = w - learning_rate * a.T @ (p - t[i : i + batch_size]) / len(a)
    return w
## split
def one_epoch(X, y, w, order, batch_size, learning_rate):
    for rows in np.split(order, range(batch_size, len(order), batch_size)):
        w = w - learning_rate * batch_gradient(X, y, w, rows)
    return w
## reduce
from functools import reduce

def one_epoch(X, y, w, order, batch_size, learning_rate):
    steps = range((len(order) + batch_size - 1) // batch_size)
    def step(v, k):
        return v - learning_rate * batch_gradient(X, y, v, batch(order, batch_size, k))
    return reduce(step, steps, w)
## full batches, then the rest
def one_epoch(X, y, w, order, batch_size, learning_rate):
    whole = len(order) // batch_size
    for k in range(whole):
        rows = order[k * batch_size : (k + 1) * batch_size]
        w = w - learning_rate * batch_gradient(X, y, w, rows)
    rest = order[whole * batch_size :]
    if len(rest):
        w = w - learning_rate * batch_gradient(X, y, w, rest)
    return w
## example by example within a batch
def one_epoch(X, y, w, order, batch_size, learning_rate):
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        total = np.zeros(len(w))
        for i in rows:
            x = np.append(1.0, X[i])
            total = total + (1 / (1 + np.exp(-x @ w)) - y[i]) * x
        w = w - learning_rate * total / len(rows)
    return w
## rate per example
def one_epoch(X, y, w, order, batch_size, learning_rate):
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        rate = learning_rate / len(rows)
        w = w - rate * len(rows) * batch_gradient(X, y, w, rows)
    return w
## counts its steps
steps_taken = 0

def one_epoch(X, y, w, order, batch_size, learning_rate):
    global steps_taken
    for start in range(0, order.shape[0], batch_size):
        w = w - learning_rate * batch_gradient(X, y, w, order[start:start + batch_size])
        steps_taken += 1
    return w
"""),
    wrong=variants("""
## gradient at the old weights
def one_epoch(X, y, w, order, batch_size, learning_rate):
    new = w
    for start in range(0, len(order), batch_size):
        new = new - learning_rate * batch_gradient(X, y, w, order[start : start + batch_size])
    return new
## sum instead of mean
def one_epoch(X, y, w, order, batch_size, learning_rate):
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        w = w - learning_rate * len(rows) * batch_gradient(X, y, w, rows)
    return w
## last batch divided by the batch size
def one_epoch(X, y, w, order, batch_size, learning_rate):
    A = np.column_stack([np.ones(len(X)), X])[order]
    t = y[order]
    for i in range(0, len(A), batch_size):
        a = A[i : i + batch_size]
        p = 1 / (1 + np.exp(-a @ w))
        w = w - learning_rate * a.T @ (p - t[i : i + batch_size]) / batch_size
    return w
## last batch dropped
def one_epoch(X, y, w, order, batch_size, learning_rate):
    for k in range(len(order) // batch_size):
        w = w - learning_rate * batch_gradient(X, y, w, batch(order, batch_size, k))
    return w
## order ignored
def one_epoch(X, y, w, order, batch_size, learning_rate):
    for i in range(0, len(X), batch_size):
        rows = np.arange(i, min(i + batch_size, len(X)))
        w = w - learning_rate * batch_gradient(X, y, w, rows)
    return w
## labels not shuffled
def one_epoch(X, y, w, order, batch_size, learning_rate):
    X = X[order]
    for i in range(0, len(X), batch_size):
        rows = np.arange(i, min(i + batch_size, len(X)))
        w = w - learning_rate * batch_gradient(X, y, w, rows)
    return w
## rows not shuffled
def one_epoch(X, y, w, order, batch_size, learning_rate):
    y = y[order]
    for i in range(0, len(X), batch_size):
        rows = np.arange(i, min(i + batch_size, len(X)))
        w = w - learning_rate * batch_gradient(X, y, w, rows)
    return w
## one step only
def one_epoch(X, y, w, order, batch_size, learning_rate):
    for start in range(0, len(order), batch_size):
        w = w - learning_rate * batch_gradient(X, y, w, order[start : start + batch_size])
        return w
## gradient of all
def one_epoch(X, y, w, order, batch_size, learning_rate):
    for start in range(0, len(order), batch_size):
        w = w - learning_rate * batch_gradient(X, y, w, order)
    return w
## uphill
def one_epoch(X, y, w, order, batch_size, learning_rate):
    for start in range(0, len(order), batch_size):
        w = w + learning_rate * batch_gradient(X, y, w, order[start : start + batch_size])
    return w
## one example at a time
def one_epoch(X, y, w, order, batch_size, learning_rate):
    for i in order:
        w = w - learning_rate * batch_gradient(X, y, w, np.array([i]))
    return w
## changes its argument
def one_epoch(X, y, w, order, batch_size, learning_rate):
    for start in range(0, len(order), batch_size):
        w -= learning_rate * batch_gradient(X, y, w, order[start : start + batch_size])
    return w
## an order of its own
def one_epoch(X, y, w, order, batch_size, learning_rate):
    order = np.random.permutation(len(X))
    for start in range(0, len(order), batch_size):
        w = w - learning_rate * batch_gradient(X, y, w, order[start : start + batch_size])
    return w
## all the weights on the way
def one_epoch(X, y, w, order, batch_size, learning_rate):
    path = [w]
    for start in range(0, len(order), batch_size):
        w = w - learning_rate * batch_gradient(X, y, w, order[start : start + batch_size])
        path.append(w)
    return np.array(path)
"""),
)
