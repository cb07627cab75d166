r"""A training step with dropped inputs: :math:`W - \alpha g`, with g at masked examples."""

from collections.abc import Iterable

import numpy as np

from dlcourse._validation import FloatArray, IntArray
from dlcourse.activations import softmax
from dlcourse.assignments.dropout.dropout_forward import dropout_forward
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import array, class_numbers, examples, sizes
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part
from dlcourse.features import append_ones
from dlcourse.labels import one_hot
from dlcourse.linear import scores
from dlcourse.linear import softmax_regression_gradient as gradient


def input_dropout_step(
    X: FloatArray, y: IntArray, W: FloatArray, U: FloatArray, p: float, learning_rate: float
) -> FloatArray:
    """Return the weights of a softmax regression after one step with dropped inputs."""
    return W - learning_rate * gradient(dropout_forward(X, U, p), y, W)


def full_inputs_below(
    X: FloatArray, y: IntArray, W: FloatArray, U: FloatArray, p: float, learning_rate: float
) -> FloatArray:
    """Drop inputs on the way up alone: the blame meets all of them."""
    blame = softmax(scores(dropout_forward(X, U, p), W)) - one_hot(y, len(W))
    return W - learning_rate * blame.T @ append_ones(X) / len(X)


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw examples, labels, weights, a number for each input, a probability and a rate."""
    for n, features in sizes(rng):
        U = rng.random((n, features)).round(2)
        U[0, 0], U[-1, -1] = 0.95, 0.05
        W = examples(rng, 3, features + 1) / 2
        p, rate = float(rng.choice([0.2, 0.3, 0.4])), round(float(rng.uniform(0.1, 0.9)), 1)
        yield examples(rng, n, features), class_numbers(rng, n, 3), W, U, p, rate


_W = array([[0.5, -1.0], [0.0, 0.5], [1.0, 0.0]])

EXERCISE = Exercise(
    key="dropout/input_dropout_step",
    reference=input_dropout_step,
    parts=(
        Part(
            points=3,
            inputs=draw,
            edge_cases={
                "nothing is dropped": (array([[2.0]]), np.array([1]), _W, array([[0.0]]), 0.0, 0.5),
                "one example of two is blank": (
                    array([[2.0], [1.0]]),
                    np.array([1, 0]),
                    _W,
                    array([[0.1], [0.2]]),
                    0.2,
                    1.0,
                ),
                "very large scores": (
                    array([[2000.0], [1.0]]),
                    np.array([1, 0]),
                    _W,
                    array([[0.9], [0.3]]),
                    0.25,
                    0.5,
                ),
                "features that are integers": (
                    np.array([[1, 2], [3, -4]]),
                    np.array([2, 0]),
                    array([[0.5, 1, 0.5], [0, 0.5, 0], [0.5, 0, 0]]),
                    array([[0.9, 0.1], [0.3, 0.6]]),
                    0.2,
                    0.5,
                ),
                "single precision": (
                    np.array([[1, 2], [3, -4]], np.float32),
                    np.array([2, 0]),
                    np.array([[0.5, 1, 0.5], [0, 0.5, 0], [0.5, 0, 0]], np.float32),
                    np.array([[0.9, 0.1], [0.3, 0.6]], np.float32),
                    0.25,
                    0.5,
                ),
            },
        ),
    ),
    misconceptions=(
        Misconception(
            "nothing is dropped",
            lambda X, y, W, U, p, rate: W - rate * gradient(X, y, W),
            "Your step sees all inputs.",
            "Which examples should the gradient be taken at?",
        ),
        Misconception(
            "not scaled",
            lambda X, y, W, U, p, rate: W - rate * gradient(np.where(p > U, 0, X), y, W),
            "The inputs that you keep are not scaled up.",
            "Which of your functions does both, dropping and scaling?",
        ),
        Misconception(
            "weights dropped",
            lambda X, y, W, U, p, rate: (
                W - rate * gradient(X, y, np.column_stack([W[:, :1], W[:, 1:] * (U[0] >= p)]))
            ),
            "You silence weights, the same for all examples; the inputs stay as they were.",
            "`U` has a row for each example: what does it belong to?",
        ),
        Misconception(
            "blame meets the full inputs",
            full_inputs_below,
            "Your blame comes from the dropped inputs, and you multiply it by the full ones.",
            "By what does a weight multiply its blame: by the input that it saw, or by another?",
        ),
        Misconception(
            "uphill",
            lambda X, y, W, U, p, rate: W + rate * gradient(dropout_forward(X, U, p), y, W),
            "Your step makes the loss larger.",
            "The gradient points to where the loss rises: which way do you want to go?",
        ),
        Misconception(
            "the gradient alone",
            lambda X, y, W, U, p, rate: gradient(dropout_forward(X, U, p), y, W),
            "You return the gradient. The weights after the step are asked for.",
            "Where does a step start, and how long is it?",
        ),
        Misconception(
            "rate left out",
            lambda X, y, W, U, p, rate: W - gradient(dropout_forward(X, U, p), y, W),
            "Your step has the length of the gradient, whatever the rate.",
            "What is the gradient multiplied by?",
        ),
        Misconception(
            "weights scaled for use",
            lambda X, y, W, U, p, rate: (
                (1 - p) * (W - rate * gradient(dropout_forward(X, U, p), y, W))
            ),
            "You shrink the weights after the step, as the paper does after all training. With "
            "inputs that are scaled up, nothing is left to do.",
            "Which of the two ways to keep the mean have you used already?",
        ),
        Misconception(
            "keeps what should be dropped",
            lambda X, y, W, U, p, rate: (
                W - rate * gradient(np.where(p > U, X / (1 - p), 0.0), y, W)
            ),
            "You keep exactly the inputs that should be dropped.",
            "A number below p: is its input silent or not?",
        ),
    ),
    remark="The step is the usual one, at examples that are full of holes. The next epoch tears "
    "other holes.",
)

ANSWERS = Answers(
    right=variants("""
## plain
def input_dropout_step(X, y, W, U, p, learning_rate):
    return W - learning_rate * batch_gradient(dropout_forward(X, U, p), y, W)
## in steps
def input_dropout_step(X, y, W, U, p, learning_rate):
    dropped = dropout_forward(X, U, p)
    gradient = batch_gradient(dropped, y, W)
    return W - learning_rate * gradient
## where
def input_dropout_step(X, y, W, U, p, learning_rate):
    X_dropped = np.where(U < p, 0.0, X / (1 - p))
    return W - learning_rate * batch_gradient(X_dropped, y, W)
## mask
def input_dropout_step(X, y, W, U, p, learning_rate):
    mask = (U >= p) / (1 - p)
    return W - learning_rate * batch_gradient(X * mask, y, W)
## copy of the weights
def input_dropout_step(X, y, W, U, p, learning_rate):
    new = W.astype(float)
    new -= learning_rate * batch_gradient(dropout_forward(X, U, p), y, W)
    return new
## no helper
def input_dropout_step(X, y, W, U, p, learning_rate):
    Z = np.column_stack([np.ones(len(X)), dropout_forward(X, U, p)])
    S = Z @ W.T
    E = np.exp(S - S.max(axis=1, keepdims=True))
    P = E / E.sum(axis=1, keepdims=True)
    Y = np.eye(len(W))[y]
    return W - learning_rate * (P - Y).T @ Z / len(X)
## example by example
def input_dropout_step(X, y, W, U, p, learning_rate):
    total = np.zeros(W.shape)
    for i in range(len(X)):
        x = dropout_forward(X[i : i + 1], U[i : i + 1], p)
        total += batch_gradient(x, y[i : i + 1], W)
    return W - learning_rate * total / len(X)
## other names
def input_dropout_step(inputs, labels, weights, numbers, drop, rate):
    holes = dropout_forward(inputs, numbers, drop)
    return weights - rate * batch_gradient(holes, labels, weights)
## add the negative
def input_dropout_step(X, y, W, U, p, learning_rate):
    step = -learning_rate * batch_gradient(dropout_forward(X, U, p), y, W)
    return W + step
## np.subtract
def input_dropout_step(X, y, W, U, p, learning_rate):
    g = batch_gradient(dropout_forward(X, U, p), y, W)
    return np.subtract(W, np.multiply(learning_rate, g))
## fill a copy
def input_dropout_step(X, y, W, U, p, learning_rate):
    kept = X / (1 - p)
    kept[U < p] = 0
    return W - learning_rate * batch_gradient(kept, y, W)
## type hints
def input_dropout_step(
    X: np.ndarray, y: np.ndarray, W: np.ndarray, U: np.ndarray, p: float, learning_rate: float
) -> np.ndarray:
    g: np.ndarray = batch_gradient(dropout_forward(X, U, p), y, W)
    return W - g * learning_rate
"""),
    wrong=variants("""
## nothing is dropped
def input_dropout_step(X, y, W, U, p, learning_rate):
    return W - learning_rate * batch_gradient(X, y, W)
## not scaled
def input_dropout_step(X, y, W, U, p, learning_rate):
    return W - learning_rate * batch_gradient(X * (U >= p), y, W)
## weights dropped
def input_dropout_step(X, y, W, U, p, learning_rate):
    holes = W.copy()
    holes[:, 1:] *= U[0] >= p
    return W - learning_rate * batch_gradient(X, y, holes)
## blame meets the full inputs
def input_dropout_step(X, y, W, U, p, learning_rate):
    seen = blame(dropout_forward(X, U, p), y, W)
    return W - learning_rate * seen.T @ with_ones(X)
## uphill
def input_dropout_step(X, y, W, U, p, learning_rate):
    return W + learning_rate * batch_gradient(dropout_forward(X, U, p), y, W)
## the gradient alone
def input_dropout_step(X, y, W, U, p, learning_rate):
    return batch_gradient(dropout_forward(X, U, p), y, W)
## rate left out
def input_dropout_step(X, y, W, U, p, learning_rate):
    return W - batch_gradient(dropout_forward(X, U, p), y, W)
## weights scaled for use
def input_dropout_step(X, y, W, U, p, learning_rate):
    W = W - learning_rate * batch_gradient(dropout_forward(X, U, p), y, W)
    return W * (1 - p)
## keeps what should be dropped
def input_dropout_step(X, y, W, U, p, learning_rate):
    return W - learning_rate * batch_gradient(np.where(U < p, X / (1 - p), 0), y, W)
## dropped twice
def input_dropout_step(X, y, W, U, p, learning_rate):
    X = dropout_forward(dropout_forward(X, U, p), U, p)
    return W - learning_rate * batch_gradient(X, y, W)
## only the change
def input_dropout_step(X, y, W, U, p, learning_rate):
    return -learning_rate * batch_gradient(dropout_forward(X, U, p), y, W)
## rows reversed
def input_dropout_step(X, y, W, U, p, learning_rate):
    return W - learning_rate * batch_gradient(dropout_forward(X, U[::-1], p), y, W)
## rate divided by the kept share
def input_dropout_step(X, y, W, U, p, learning_rate):
    g = batch_gradient(dropout_forward(X, U, p), y, W)
    return W - learning_rate / (1 - p) * g
## scores that overflow
def input_dropout_step(X, y, W, U, p, learning_rate):
    Z = np.column_stack([np.ones(len(X)), dropout_forward(X, U, p)])
    E = np.exp(Z @ W.T)
    P = E / E.sum(axis=1, keepdims=True)
    return W - learning_rate * (P - np.eye(len(W))[y]).T @ Z / len(X)
## gradient of the sum
def input_dropout_step(X, y, W, U, p, learning_rate):
    g = batch_gradient(dropout_forward(X, U, p), y, W)
    return W - learning_rate * g * len(X)
"""),
    helpers=variants("""
## blame
def blame(X, y, W):
    S = X @ W[:, 1:].T + W[:, 0]
    P = np.exp(S - S.max(axis=1, keepdims=True))
    P = P / P.sum(axis=1, keepdims=True)
    P[np.arange(len(y)), y] -= 1
    return P / len(X)
## with_ones
def with_ones(X):
    return np.column_stack([np.ones(len(X)), X])
## batch_gradient
def batch_gradient(X, y, W):
    return blame(X, y, W).T @ with_ones(X)
"""),
)
