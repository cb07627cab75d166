"""A training loop of one's own parts: shuffled batches, the gradient of each, a step of Adam."""

from collections.abc import Callable, Collection, Iterable

import numpy as np

from dlcourse._validation import FloatArray, IntArray
from dlcourse.assignments.optimisers.adam_step import adam_step
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import array, class_numbers, examples
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part
from dlcourse.linear import softmax_regression_gradient


def train_softmax(
    X: FloatArray,
    y: IntArray,
    W: FloatArray,
    orders: IntArray,
    batch_size: int,
    learning_rate: float,
) -> FloatArray:
    """Return the weights of a softmax regression after one epoch for each row of `orders`."""
    m, v, t = np.zeros(W.shape), np.zeros(W.shape), 0
    for order in orders:
        for start in range(0, len(order), batch_size):
            batch = order[start : start + batch_size]
            t += 1
            gradient = softmax_regression_gradient(X[batch], y[batch], W)
            W, m, v = adam_step(W, m, v, gradient, t, learning_rate, 0.9, 0.999, 1e-8)
    return W


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw examples, labels, weights, orders, a batch size that leaves a rest, and a rate."""
    for n, n_classes in ((5, 2), (7, 3), (11, 4)):
        X, y = examples(rng, n, n_classes + 1), class_numbers(rng, n, n_classes)
        W = rng.normal(scale=0.5, size=(n_classes, n_classes + 2)).round(1)
        orders = np.array([rng.permutation(n) for _ in range(3)]).astype(int)
        yield X, y, W, orders, 3 if n % 3 else 2, round(float(rng.uniform(0.05, 0.3)), 2)


Batch = tuple[FloatArray, IntArray]


def in_order(X: FloatArray, y: IntArray, order: IntArray, start: int, end: int) -> Batch:
    """Take the examples that stand next in the order."""
    return X[order[start:end]], y[order[start:end]]


def loop(
    pick: Callable[[FloatArray, IntArray, IntArray, int, int], Batch] = in_order,
    whole_batches: bool = False,
    forgets: Collection[str] = (),
    counts: bool = True,
    epochs: int | None = None,
    at_the_start: bool = False,
) -> Callable[..., FloatArray]:
    """Make the loop with a mistake in one of its parts."""

    def train(
        X: FloatArray,
        y: IntArray,
        W: FloatArray,
        orders: IntArray,
        batch_size: int,
        learning_rate: float,
    ) -> FloatArray:
        first, m, v, t = W, np.zeros(W.shape), np.zeros(W.shape), 0
        for order in orders[:epochs]:
            if "means" in forgets:
                m, v = np.zeros(W.shape), np.zeros(W.shape)
            if "count" in forgets:
                t = 0
            end = len(order) // batch_size * batch_size if whole_batches else len(order)
            for start in range(0, end, batch_size):
                t = t + 1 if counts else 1
                place = first if at_the_start else W
                batch = pick(X, y, order, start, start + batch_size)
                g = softmax_regression_gradient(*batch, place)
                W, m, v = adam_step(W, m, v, g, t, learning_rate, 0.9, 0.999, 1e-8)
        return W

    return train


def with_sgd(
    X: FloatArray,
    y: IntArray,
    W: FloatArray,
    orders: IntArray,
    batch_size: int,
    learning_rate: float,
) -> FloatArray:
    """Take plain steps."""
    for order in orders:
        for start in range(0, len(order), batch_size):
            batch = order[start : start + batch_size]
            W = W - learning_rate * softmax_regression_gradient(X[batch], y[batch], W)
    return W


EXERCISE = Exercise(
    key="optimisers/train_softmax",
    reference=train_softmax,
    tolerance=1e-6,  # a gradient near zero is divided by its own size
    parts=(
        Part(
            points=3,
            inputs=draw,
            edge_cases={
                "one epoch in a single batch": (
                    array([[0.5, 1.0], [2.0, -1.0]]),
                    np.array([0, 1]),
                    array([[0.1, 0.2, -0.3], [0.0, -0.5, 0.4]]),
                    np.array([[1, 0]]),
                    2,
                    0.1,
                ),
                "a batch size larger than the data": (
                    array([[0.5, 1.0], [2.0, -1.0], [1.0, 0.3]]),
                    np.array([0, 1, 1]),
                    array([[0.1, 0.2, -0.3], [0.0, -0.5, 0.4]]),
                    np.array([[1, 0, 2], [2, 1, 0]]),
                    10,
                    0.1,
                ),
            },
        ),
    ),
    misconceptions=(
        Misconception(
            "rest left out",
            loop(whole_batches=True),
            "Some examples are never used: those that are left when no whole batch remains.",
            "Where does the last batch of an epoch start, and how long is it?",
        ),
        Misconception(
            "order ignored",
            loop(lambda X, y, order, start, end: (X[start:end], y[start:end])),
            "Your batches come in the order of X, the same in each epoch.",
            "What does a row of `orders` hold, and what can be indexed with a piece of it?",
        ),
        Misconception(
            "labels not shuffled",
            loop(lambda X, y, order, start, end: (X[order[start:end]], y[start:end])),
            "Your rows of X follow the order, and the labels do not: examples learn the labels of "
            "others.",
            "What must be indexed together?",
        ),
        Misconception(
            "memory lost after each epoch",
            loop(forgets=("means", "count")),
            "Adam begins anew in each of your epochs: its means and its count are set back.",
            "Which lines belong before the first loop, and which into it?",
        ),
        Misconception(
            "means lost after each epoch",
            loop(forgets=("means",)),
            "Your means are set back to 0 in each epoch, while the count of steps goes on.",
            "Which lines belong before the first loop, and which into it?",
        ),
        Misconception(
            "count begins anew in each epoch",
            loop(forgets=("count",)),
            "Your count of steps begins anew in each epoch, while the means go on.",
            "How many steps has the memory of Adam seen when the second epoch begins?",
        ),
        Misconception(
            "steps not counted",
            loop(counts=False),
            "Every step has the correction of the first one in your loop.",
            "Where does t grow?",
        ),
        Misconception(
            "one epoch only",
            loop(epochs=1),
            "You go through the data once, whatever `orders` holds.",
            "How many rows has `orders`, and what should happen for each?",
        ),
        Misconception(
            "gradient at the first weights",
            loop(at_the_start=True),
            "All your gradients belong to the weights of the start.",
            "Where are the weights when the second batch comes?",
        ),
        Misconception(
            "all examples in each step",
            loop(lambda X, y, *_: (X, y)),
            "Each of your steps asks all examples, not those of its batch.",
            "Of which examples should the gradient be the mean?",
        ),
        Misconception(
            "steps of SGD",
            with_sgd,
            "Your loop takes plain steps; asked for are those of Adam.",
            "Which of your functions keeps two means?",
        ),
    ),
    remark="Gradient, step, order: swap any of the three, and the loop stays the same.",
    words={"rows of `X`": "examples", "rows of `W`": "classes"},
)

ANSWERS = Answers(
    right=variants("""
## plain
def train_softmax(X, y, W, orders, batch_size, learning_rate):
    m, v, t = np.zeros(W.shape), np.zeros(W.shape), 0
    for order in orders:
        for start in range(0, len(order), batch_size):
            batch = order[start : start + batch_size]
            t += 1
            gradient = batch_gradient(X[batch], y[batch], W)
            W, m, v = adam_step(W, m, v, gradient, t, learning_rate, 0.9, 0.999, 1e-8)
    return W
## shuffle first
def train_softmax(X, y, W, orders, batch_size, learning_rate):
    m, v, t = 0 * W, 0 * W, 1
    for order in orders:
        X_epoch, y_epoch = X[order], y[order]
        for i in range(0, len(X), batch_size):
            g = batch_gradient(X_epoch[i:i + batch_size], y_epoch[i:i + batch_size], W)
            W, m, v = adam_step(W, m, v, g, t, learning_rate, 0.9, 0.999, 1e-8)
            t += 1
    return W
## while
def train_softmax(X, y, W, orders, batch_size, learning_rate):
    m, v, t = np.zeros_like(W), np.zeros_like(W), 0
    for order in orders:
        start = 0
        while start < len(X):
            rows = order[start:start + batch_size]
            g = batch_gradient(X[rows], y[rows], W)
            t = t + 1
            W, m, v = adam_step(W, m, v, g, t, learning_rate, 0.9, 0.999, 1e-8)
            start = start + batch_size
    return W
## state in one array
def train_softmax(X, y, W, orders, batch_size, learning_rate):
    state, t = np.stack([W, np.zeros(W.shape), np.zeros(W.shape)]), 0
    for order in orders:
        for start in range(0, len(order), batch_size):
            batch = order[start : start + batch_size]
            t += 1
            g = batch_gradient(X[batch], y[batch], state[0])
            state = adam_step(*state, g, t, learning_rate, 0.9, 0.999, 1e-8)
    return state[0]
## batches listed first
def train_softmax(X, y, W, orders, batch_size, learning_rate):
    starts = range(0, len(X), batch_size)
    batches = [order[i:i + batch_size] for order in orders for i in starts]
    m, v = np.zeros(W.shape), np.zeros(W.shape)
    for t, batch in enumerate(batches, start=1):
        g = batch_gradient(X[batch], y[batch], W)
        W, m, v = adam_step(W, m, v, g, t, learning_rate, 0.9, 0.999, 1e-8)
    return W
## np.split
def train_softmax(X, y, W, orders, batch_size, learning_rate):
    m, v, t = np.zeros(W.shape), np.zeros(W.shape), 0
    cuts = np.arange(batch_size, len(X), batch_size)
    for order in orders:
        for batch in np.split(order, cuts):
            t += 1
            g = batch_gradient(X[batch], y[batch], W)
            W, m, v = adam_step(W, m, v, g, t, learning_rate, 0.9, 0.999, 1e-8)
    return W
## generator
def batches_of(orders, size):
    for order in orders:
        for start in range(0, len(order), size):
            yield order[start:start + size]

def train_softmax(X, y, W, orders, batch_size, learning_rate):
    m, v, t = np.zeros(W.shape), np.zeros(W.shape), 0
    for batch in batches_of(orders, batch_size):
        t += 1
        g = batch_gradient(X[batch], y[batch], W)
        W, m, v = adam_step(W, m, v, g, t, learning_rate, 0.9, 0.999, 1e-8)
    return W
## counted by epoch and batch
def train_softmax(X, y, W, orders, batch_size, learning_rate):
    m, v = np.zeros(W.shape), np.zeros(W.shape)
    n = len(X)
    per_epoch = -(-n // batch_size)
    for epoch in range(len(orders)):
        for b in range(per_epoch):
            rows = orders[epoch][b * batch_size:(b + 1) * batch_size]
            g = batch_gradient(X[rows], y[rows], W)
            t = epoch * per_epoch + b + 1
            W, m, v = adam_step(W, m, v, g, t, learning_rate, 0.9, 0.999, 1e-8)
    return W
## nested function
def train_softmax(X, y, W, orders, batch_size, learning_rate):
    def step(W, m, v, t, rows):
        g = batch_gradient(X[rows], y[rows], W)
        return adam_step(W, m, v, g, t, learning_rate, 0.9, 0.999, 1e-8)
    m, v, t = np.zeros(W.shape), np.zeros(W.shape), 0
    for order in orders:
        for start in range(0, len(order), batch_size):
            t += 1
            W, m, v = step(W, m, v, t, order[start:start + batch_size])
    return W
## keyword arguments
def train_softmax(X, y, W, orders, batch_size=32, learning_rate=0.01):
    m, v, t = np.zeros(W.shape), np.zeros(W.shape), 0
    for order in orders:
        for start in range(0, X.shape[0], batch_size):
            rows = order[start:min(start + batch_size, X.shape[0])]
            t += 1
            g = batch_gradient(X[rows], y[rows], W)
            W, m, v = adam_step(W, m, v, g, t, learning_rate, 0.9, 0.999, 1e-8)
    return W
## type hints
def train_softmax(
    X: np.ndarray, y: np.ndarray, W: np.ndarray, orders: np.ndarray, batch_size: int,
    learning_rate: float,
) -> np.ndarray:
    mean: np.ndarray = np.zeros(W.shape)
    squares: np.ndarray = np.zeros(W.shape)
    step: int = 0
    for order in orders:
        for start in range(0, len(order), batch_size):
            batch = order[start:start + batch_size]
            step += 1
            g = batch_gradient(X[batch], y[batch], W)
            new = adam_step(W, mean, squares, g, step, learning_rate, 0.9, 0.999, 1e-8)
            W, mean, squares = new[0], new[1], new[2]
    return W
## gradient by hand
def train_softmax(X, y, W, orders, batch_size, learning_rate):
    Z = np.column_stack([np.ones(len(X)), X])
    Y = np.eye(len(W))[y]
    m, v, t = np.zeros(W.shape), np.zeros(W.shape), 0
    for order in orders:
        for start in range(0, len(order), batch_size):
            rows = order[start:start + batch_size]
            S = Z[rows] @ W.T
            P = np.exp(S - S.max(axis=1, keepdims=True))
            P = P / P.sum(axis=1, keepdims=True)
            t += 1
            g = (P - Y[rows]).T @ Z[rows] / len(rows)
            W, m, v = adam_step(W, m, v, g, t, learning_rate, 0.9, 0.999, 1e-8)
    return W
"""),
    wrong=variants("""
## rest left out
def train_softmax(X, y, W, orders, batch_size, learning_rate):
    m, v, t = np.zeros(W.shape), np.zeros(W.shape), 0
    for order in orders:
        for b in range(len(X) // batch_size):
            batch = order[b * batch_size:(b + 1) * batch_size]
            t += 1
            g = batch_gradient(X[batch], y[batch], W)
            W, m, v = adam_step(W, m, v, g, t, learning_rate, 0.9, 0.999, 1e-8)
    return W
## order ignored
def train_softmax(X, y, W, orders, batch_size, learning_rate):
    m, v, t = np.zeros(W.shape), np.zeros(W.shape), 0
    for _ in orders:
        for i in range(0, len(X), batch_size):
            t += 1
            g = batch_gradient(X[i:i + batch_size], y[i:i + batch_size], W)
            W, m, v = adam_step(W, m, v, g, t, learning_rate, 0.9, 0.999, 1e-8)
    return W
## labels not shuffled
def train_softmax(X, y, W, orders, batch_size, learning_rate):
    m, v, t = np.zeros(W.shape), np.zeros(W.shape), 0
    for order in orders:
        for i in range(0, len(X), batch_size):
            t += 1
            g = batch_gradient(X[order[i:i + batch_size]], y[i:i + batch_size], W)
            W, m, v = adam_step(W, m, v, g, t, learning_rate, 0.9, 0.999, 1e-8)
    return W
## memory lost after each epoch
def train_softmax(X, y, W, orders, batch_size, learning_rate):
    for order in orders:
        m, v, t = np.zeros(W.shape), np.zeros(W.shape), 0
        for start in range(0, len(order), batch_size):
            batch = order[start:start + batch_size]
            t += 1
            g = batch_gradient(X[batch], y[batch], W)
            W, m, v = adam_step(W, m, v, g, t, learning_rate, 0.9, 0.999, 1e-8)
    return W
## steps not counted
def train_softmax(X, y, W, orders, batch_size, learning_rate):
    m, v = np.zeros(W.shape), np.zeros(W.shape)
    for order in orders:
        for start in range(0, len(order), batch_size):
            batch = order[start:start + batch_size]
            g = batch_gradient(X[batch], y[batch], W)
            W, m, v = adam_step(W, m, v, g, 1, learning_rate, 0.9, 0.999, 1e-8)
    return W
## one epoch only
def train_softmax(X, y, W, orders, batch_size, learning_rate):
    m, v, t = np.zeros(W.shape), np.zeros(W.shape), 0
    for order in orders:
        for start in range(0, len(order), batch_size):
            batch = order[start:start + batch_size]
            t += 1
            g = batch_gradient(X[batch], y[batch], W)
            W, m, v = adam_step(W, m, v, g, t, learning_rate, 0.9, 0.999, 1e-8)
        return W
## gradient at the first weights
def train_softmax(X, y, W, orders, batch_size, learning_rate):
    m, v, t, new = np.zeros(W.shape), np.zeros(W.shape), 0, W
    for order in orders:
        for start in range(0, len(order), batch_size):
            batch = order[start:start + batch_size]
            t += 1
            g = batch_gradient(X[batch], y[batch], W)
            new, m, v = adam_step(new, m, v, g, t, learning_rate, 0.9, 0.999, 1e-8)
    return new
## all examples in each step
def train_softmax(X, y, W, orders, batch_size, learning_rate):
    m, v, t = np.zeros(W.shape), np.zeros(W.shape), 0
    for order in orders:
        for start in range(0, len(order), batch_size):
            t += 1
            g = batch_gradient(X, y, W)
            W, m, v = adam_step(W, m, v, g, t, learning_rate, 0.9, 0.999, 1e-8)
    return W
## steps of SGD
def train_softmax(X, y, W, orders, batch_size, learning_rate):
    for order in orders:
        for start in range(0, len(order), batch_size):
            batch = order[start:start + batch_size]
            g = batch_gradient(X[batch], y[batch], W)
            W = sgd_step(W, g, learning_rate)
    return W
## one step for each epoch
def train_softmax(X, y, W, orders, batch_size, learning_rate):
    m, v, t = np.zeros(W.shape), np.zeros(W.shape), 0
    for order in orders:
        t += 1
        batch = order[:batch_size]
        g = batch_gradient(X[batch], y[batch], W)
        W, m, v = adam_step(W, m, v, g, t, learning_rate, 0.9, 0.999, 1e-8)
    return W
## count of epochs
def train_softmax(X, y, W, orders, batch_size, learning_rate):
    m, v = np.zeros(W.shape), np.zeros(W.shape)
    for t, order in enumerate(orders, start=1):
        for start in range(0, len(order), batch_size):
            batch = order[start:start + batch_size]
            g = batch_gradient(X[batch], y[batch], W)
            W, m, v = adam_step(W, m, v, g, t, learning_rate, 0.9, 0.999, 1e-8)
    return W
## memory of the mean lost
def train_softmax(X, y, W, orders, batch_size, learning_rate):
    t = 0
    for order in orders:
        for start in range(0, len(order), batch_size):
            batch = order[start:start + batch_size]
            t += 1
            g = batch_gradient(X[batch], y[batch], W)
            W, _, _ = adam_step(W, 0 * W, 0 * W, g, t, learning_rate, 0.9, 0.999, 1e-8)
    return W
## betas exchanged
def train_softmax(X, y, W, orders, batch_size, learning_rate):
    m, v, t = np.zeros(W.shape), np.zeros(W.shape), 0
    for order in orders:
        for start in range(0, len(order), batch_size):
            batch = order[start:start + batch_size]
            t += 1
            g = batch_gradient(X[batch], y[batch], W)
            W, m, v = adam_step(W, m, v, g, t, learning_rate, 0.999, 0.9, 1e-8)
    return W
## orders taken as they come, sorted
def train_softmax(X, y, W, orders, batch_size, learning_rate):
    m, v, t = np.zeros(W.shape), np.zeros(W.shape), 0
    for order in orders:
        for start in range(0, len(order), batch_size):
            batch = np.argsort(order)[start:start + batch_size]
            t += 1
            g = batch_gradient(X[batch], y[batch], W)
            W, m, v = adam_step(W, m, v, g, t, learning_rate, 0.9, 0.999, 1e-8)
    return W
## returns all three
def train_softmax(X, y, W, orders, batch_size, learning_rate):
    state, t = np.stack([W, 0 * W, 0 * W]), 0
    for order in orders:
        for start in range(0, len(order), batch_size):
            batch = order[start:start + batch_size]
            t += 1
            g = batch_gradient(X[batch], y[batch], state[0])
            state = adam_step(*state, g, t, learning_rate, 0.9, 0.999, 1e-8)
    return state
"""),
    helpers=variants("""
## batch_gradient
def batch_gradient(X, y, W):
    Z = np.column_stack([np.ones(len(X)), X])
    S = Z @ W.T
    P = np.exp(S - S.max(axis=1, keepdims=True))
    P = P / P.sum(axis=1, keepdims=True)
    P[np.arange(len(y)), y] -= 1
    return P.T @ Z / len(X)
"""),
)
