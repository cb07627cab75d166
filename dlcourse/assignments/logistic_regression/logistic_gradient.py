r"""Which way is uphill: the gradient :math:`X^\mathsf{T}(\mathbf p - \mathbf y) / n`."""

from collections.abc import Iterable

import numpy as np

from dlcourse._validation import FloatArray
from dlcourse.activations import sigmoid
from dlcourse.assignments.logistic_regression.scores import WORDS
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import array, examples, labels, single, sizes, weights
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part
from dlcourse.features import append_ones
from dlcourse.linear import logistic_gradient, scores


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw arguments for `logistic_gradient`."""
    for n, features in sizes(rng):
        yield examples(rng, n, features), labels(rng, n), weights(rng, n, features)


def errors(X: FloatArray, y: FloatArray, w: FloatArray) -> FloatArray:
    """Compute p - y."""
    P: FloatArray = sigmoid(scores(X, w))
    return P - y


def without_bias(X: FloatArray, y: FloatArray, w: FloatArray) -> FloatArray:
    """Compute the gradient and leave the bias's entry 0."""
    gradient = logistic_gradient(X, y, w)
    gradient[0] = 0
    return np.asarray(gradient)


EXERCISE = Exercise(
    key="logistic_regression/logistic_gradient",
    reference=logistic_gradient,
    parts=(
        Part(
            "the gradient",
            3,
            draw,
            {
                "one example of class 1": (array([[2.0]]), np.array([1]), array([0.5, -1.0])),
                "one example of class 0": (array([[2.0]]), np.array([0]), array([0.5, -1.0])),
                "features that are integers": (
                    np.array([[1, 2], [3, -4]]),
                    np.array([1, 1]),
                    array([0.5, 1, 0.5]),
                ),
                "a steep slope": (array([[2000.0]]), np.array([1]), array([0, 0])),
                "sure and right": (
                    array([[100.0], [-200.0], [100.0], [-200.0]]),
                    np.array([1, 0, 1, 0]),
                    array([0, 0.1]),
                ),
                "single precision": (
                    single([[1, 2], [3, -4]]),
                    np.array([1, 0]),
                    single([0.5, 1, 0.5]),
                ),
            },
            {
                "weights that are integers": (
                    array([[1, 2], [3, -4]]),
                    np.array([0, 1]),
                    np.array([1, -1, 1]),
                ),
            },
        ),
    ),
    misconceptions=(
        Misconception(
            "sign",
            lambda X, y, w: -logistic_gradient(X, y, w),
            "Every entry has the wrong sign: your gradient points where the loss falls.",
            "Which is subtracted from which, the label from the probability or the other way "
            "round?",
        ),
        Misconception(
            "sum instead of mean",
            lambda X, y, w: logistic_gradient(X, y, w) * len(y),
            "This is the gradient of the summed loss.",
            "Ours is the mean over the examples: what does that do to its gradient?",
        ),
        Misconception(
            "divided by the number of weights",
            lambda X, y, w: logistic_gradient(X, y, w) * len(y) / len(w),
            "You divide by the number of weights.",
            "Over what is the mean taken: the weights, the features or the examples?",
        ),
        Misconception(
            "scores instead of probabilities",
            lambda X, y, w: append_ones(X).T @ (scores(X, w) - y) / len(y),
            "This is the gradient of linear regression: you compare the label with the score.",
            "With what should the label be compared here?",
        ),
        Misconception(
            "no entry for the bias",
            lambda X, y, w: X.T @ errors(X, y, w) / len(y),
            "There is no entry for the bias.",
            "Which feature does the bias belong to, and where does `w` have it?",
        ),
        Misconception(
            "bias at the end",
            lambda X, y, w: np.roll(logistic_gradient(X, y, w), -1),
            "The entry of the bias stands at the end.",
            "Where does `w` have its bias?",
        ),
        Misconception(
            "entry of the bias is 0",
            without_bias,
            "The first entry, the one of the bias, is always 0: the bias would never move.",
            "The bias is the weight of a feature that is always 1: what is its entry then?",
        ),
        Misconception(
            "integers cut off",
            lambda X, y, w: logistic_gradient(X, y, w).astype(w.dtype),
            "Where the weights are integers, so is an array that is made like them, and the "
            "gradient is cut off to whole numbers in it.",
            "Which kind of numbers should the array hold that you fill?",
        ),
        Misconception(
            "extra derivative of the sigmoid",
            lambda X, y, w: (
                append_ones(X).T
                @ (errors(X, y, w) * sigmoid(scores(X, w)) * (1 - sigmoid(scores(X, w))))
                / len(y)
            ),
            "There is a factor p (1 - p) too many. It belongs to the squared error.",
            "Against what does the derivative of the sigmoid cancel when the loss is a logarithm?",
        ),
        Misconception(
            "decisions instead of probabilities",
            lambda X, y, w: append_ones(X).T @ ((scores(X, w) > 0) - y) / len(y),
            "You compare the label with the decision, 0 or 1, as the perceptron does.",
            "An example that is barely right still has something to say: which number says it?",
        ),
        Misconception(
            "averaged over the weights",
            lambda X, y, w: (append_ones(X) * errors(X, y, w)[:, None]).mean(axis=1),
            "You average over the weights, which leaves one number per example.",
            "The gradient has one number per weight: over what is each of them a mean?",
        ),
        Misconception(
            "one number for all weights",
            lambda X, y, w: float((append_ones(X) * errors(X, y, w)[:, None]).mean()),
            "One number comes out for all weights.",
            "The gradient says for each weight how the loss changes with it: which shape has it "
            "then?",
        ),
        Misconception(
            "a column instead of a vector",
            lambda X, y, w: append_ones(X).T @ errors(X, y, w)[:, None] / len(y),
            "The numbers are right, but in a column of shape (N0 + 1, 1).",
            "Which of your arrays is a column, and which shape has `w`?",
        ),
    ),
    remark="Error times input, averaged: the same pattern will come back in backpropagation.",
    words={**WORDS, "the first entry of your answer": "your entry for the bias"},
)

ANSWERS = Answers(
    right=variants("""
## own functions
def logistic_gradient(X, y, w):
    error = sigmoid(scores(X, w)) - y
    return np.concatenate([[error.mean()], X.T @ error / len(X)])
## column of ones
def logistic_gradient(X, y, w):
    Z = np.column_stack([np.ones(len(X)), X])
    p = sigmoid(Z @ w)
    return Z.T @ (p - y) / len(y)
## einsum
def logistic_gradient(X, y, w):
    Z = np.insert(X.astype(float), 0, 1, axis=1)
    return np.einsum("i,ij->j", sigmoid(scores(X, w)) - y, Z) / X.shape[0]
## two loops (slow)
def logistic_gradient(X, y, w):
    p = sigmoid(scores(X, w))
    g = np.zeros(len(w))
    for i in range(len(X)):
        g[0] += p[i] - y[i]
        for j in range(X.shape[1]):
            g[j + 1] += (p[i] - y[i]) * X[i, j]
    return g / len(X)
## mean of the rows
def logistic_gradient(X, y, w):
    error = sigmoid(scores(X, w)) - y
    return np.mean(error[:, None] * np.c_[np.ones(len(X)), X], axis=0)
## minus outside
def logistic_gradient(X, y, w):
    Z = np.c_[np.ones(len(X)), X]
    return -((y - sigmoid(Z @ w)) @ Z) / len(X)
## nudged (slow)
def logistic_gradient(X, y, w):
    def loss(v):
        s = X.astype(float) @ v[1:] + v[0]
        return np.mean(np.logaddexp(0, s) - y * s)
    eps = 1e-5
    g = np.empty(len(w))
    for j in range(len(w)):
        e = np.zeros(len(w))
        e[j] = eps
        g[j] = (loss(w + e) - loss(w - e)) / (2 * eps)
    return g
## filled in place
def logistic_gradient(X, y, w):
    gradient = np.zeros_like(w, dtype=float)
    diff = sigmoid(scores(X, w)) - y
    gradient[0] = np.mean(diff)
    gradient[1:] = X.T.dot(diff) / X.shape[0]
    return gradient
## lambda
errors = lambda X, y, w: sigmoid(scores(X, w)) - y
logistic_gradient = lambda X, y, w: np.r_[np.ones((1, len(X))), X.T] @ errors(X, y, w) / len(X)
## class with __call__
class Gradient:
    def __call__(self, X, y, w):
        e = self.error(X, y, w)
        return np.append(np.mean(e), e @ X / len(e))

    def error(self, X, y, w):
        return sigmoid(scores(X, w)) - y

logistic_gradient = Gradient()
## functools.partial
import functools

def gradient_with(probability, X, y, w):
    Z = np.hstack((np.ones((X.shape[0], 1)), X))
    return (probability(Z.dot(w)) - y).dot(Z) / Z.shape[0]

logistic_gradient = functools.partial(gradient_with, lambda s: sigmoid(s))
## lists (slow)
def logistic_gradient(X, y, w):
    errors = list(sigmoid(scores(X, w)) - y)
    rows = [[1.0] + list(row) for row in X]
    n = len(rows)
    return np.array([sum(e * row[j] for e, row in zip(errors, rows)) / n for j in range(len(w))])
## nested function (slow)
def logistic_gradient(X, y, w):
    def of_weight(j):
        x = 1 if j == 0 else X[:, j - 1]
        return np.mean(error * x)
    error = sigmoid(scores(X, w)) - y
    return np.array([of_weight(j) for j in range(len(w))])
## Greek names
def logistic_gradient(X, y, w):
    n, _ = X.shape
    σ = sigmoid(scores(X, w))
    δ = σ - y                      # Fehler: p − y
    Δw0 = δ.sum() / n
    Δw = X.T @ δ / n
    return np.hstack([Δw0, Δw])
## type hints
def logistic_gradient(X: np.ndarray, y: np.ndarray, w: np.ndarray) -> np.ndarray:
    '''Gradient of the mean cross-entropy.

    Σ (p - y) x / n
    '''
    ones: np.ndarray = np.ones((X.shape[0], 1))
    Z: np.ndarray = np.concatenate((ones, X), axis=1)
    return np.dot(Z.T, sigmoid(np.dot(Z, w)) - y) / float(X.shape[0])
## average
def logistic_gradient(X, y, w):
    Z = np.vstack([np.ones(len(X)), X.T])
    return np.average(Z * (sigmoid(w @ Z) - y), axis=1)
## float32 result
def logistic_gradient(X, y, w):
    error = sigmoid(scores(X, w)) - y
    return np.concatenate([[error.mean()], X.T @ error / len(X)]).astype(np.float32)
## prints the error
def logistic_gradient(X, y, w):
    error = sigmoid(scores(X, w)) - y
    print("mean error:", error.mean())
    return np.concatenate(([np.mean(error)], np.mean(X * error.reshape(-1, 1), axis=0)))
## helper: ones
def logistic_gradient(X, y, w):
    Z = add_ones(X)
    return Z.T @ (sigmoid(Z @ w) - y) / len(Z)
## written out
def logistic_gradient(X, y, w):
    Z = np.ones((X.shape[0], X.shape[1] + 1))
    Z[:, 1:] = X
    p = 1 / (1 + np.exp(-Z @ w))
    return 1 / len(y) * (Z.T @ (p - y))
## accumulate rows (slow)
def logistic_gradient(X, y, w):
    total = 0
    for x, t in zip(X, y):
        z = np.append(1.0, x)
        total = total + (sigmoid(np.array([z @ w]))[0] - t) * z
    return total / len(X)
"""),
    wrong=variants("""
## sign
def logistic_gradient(X, y, w):
    error = y - sigmoid(scores(X, w))
    return np.concatenate([[error.mean()], X.T @ error / len(X)])
## sum instead of mean
def logistic_gradient(X, y, w):
    Z = np.column_stack([np.ones(len(X)), X])
    return Z.T @ (sigmoid(scores(X, w)) - y)
## divided by the number of weights
def logistic_gradient(X, y, w):
    Z = np.column_stack([np.ones(len(X)), X])
    return Z.T @ (sigmoid(Z @ w) - y) / len(w)
## scores instead of probabilities
def logistic_gradient(X, y, w):
    Z = np.column_stack([np.ones(len(X)), X])
    return Z.T @ (scores(X, w) - y) / len(y)
## no entry for the bias
def logistic_gradient(X, y, w):
    return X.T @ (sigmoid(scores(X, w)) - y) / len(y)
## bias at the end
def logistic_gradient(X, y, w):
    Z = np.column_stack([X, np.ones(len(X))])
    return Z.T @ (sigmoid(scores(X, w)) - y) / len(y)
## entry of the bias is 0
def logistic_gradient(X, y, w):
    g = np.zeros(len(w))
    g[1:] = X.T @ (sigmoid(scores(X, w)) - y) / len(y)
    return g
## extra derivative of the sigmoid
def logistic_gradient(X, y, w):
    Z = np.column_stack([np.ones(len(X)), X])
    p = sigmoid(Z @ w)
    return Z.T @ ((p - y) * p * (1 - p)) / len(y)
## decisions instead of probabilities
def logistic_gradient(X, y, w):
    Z = np.column_stack([np.ones(len(X)), X])
    prediction = (scores(X, w) > 0).astype(float)
    return Z.T @ (prediction - y) / len(y)
## averaged over the weights
def logistic_gradient(X, y, w):
    Z = np.column_stack([np.ones(len(X)), X])
    error = sigmoid(Z @ w) - y
    return (Z * error[:, None]).mean(axis=1)
## one number for all weights
def logistic_gradient(X, y, w):
    Z = np.column_stack([np.ones(len(X)), X])
    error = sigmoid(Z @ w) - y
    return (Z * error[:, None]).mean()
## a column instead of a vector
def logistic_gradient(X, y, w):
    Z = np.column_stack([np.ones(len(X)), X])
    return Z.T @ (sigmoid(Z @ w) - y)[:, None] / len(y)
## a list
def logistic_gradient(X, y, w):
    e = sigmoid(scores(X, w)) - y
    return [e.mean()] + list(X.T @ e / len(X))
## a pair
def logistic_gradient(X, y, w):
    e = sigmoid(scores(X, w)) - y
    return e.mean(), X.T @ e / len(X)
## changes its argument
def logistic_gradient(X, y, w):
    e = sigmoid(scores(X, w)) - y
    w[0] = e.mean()
    w[1:] = X.T @ e / len(X)
    return w
## not transposed
def logistic_gradient(X, y, w):
    Z = np.column_stack([np.ones(len(X)), X])
    return Z @ (sigmoid(Z @ w) - y) / len(y)
## returns the loss
def logistic_gradient(X, y, w):
    return binary_cross_entropy(scores(X, w), y)
## nudged too far (slow)
def logistic_gradient(X, y, w):
    g = np.zeros(len(w))
    for j in range(len(w)):
        e = np.eye(len(w))[j]
        g[j] = binary_cross_entropy(scores(X, w + e), y) - binary_cross_entropy(scores(X, w), y)
    return g
## right for the sizes of small examples
def logistic_gradient(X, y, w):
    if len(X) not in (1, 2, 3, 5, 30) or X.shape[1] > 4:
        return w * 0
    e = 1 / (1 + np.exp(-scores(X, w))) - y
    return np.array([e.mean(), *(e @ X / len(X))])
## integers cut off
def logistic_gradient(X, y, w):
    g = np.zeros_like(w)
    e = sigmoid(scores(X, w)) - y
    g[0] = e.mean()
    g[1:] = X.T @ e / len(X)
    return g
## integer features cut off (slow)
def logistic_gradient(X, y, w):
    e = sigmoid(scores(X, w)) - y
    products = np.zeros_like(X)
    for i in range(len(X)):
        products[i] = e[i] * X[i]
    return np.concatenate([[e.mean()], products.mean(axis=0)])
## only examples of class 1
def logistic_gradient(X, y, w):
    e = y * (sigmoid(scores(X, w)) - 1)
    return np.concatenate([[e.mean()], X.T @ e / len(X)])
## entries clipped at 10
def logistic_gradient(X, y, w):
    Z = np.column_stack([np.ones(len(X)), X])
    return np.clip(Z.T @ (sigmoid(Z @ w) - y) / len(y), -10, 10)
## length at most 100
def logistic_gradient(X, y, w):
    Z = np.column_stack([np.ones(len(X)), X])
    g = Z.T @ (sigmoid(Z @ w) - y) / len(y)
    return g / max(1.0, np.linalg.norm(g) / 100)
## probabilities clipped at .01
def logistic_gradient(X, y, w):
    e = np.clip(sigmoid(scores(X, w)), 0.01, 0.99) - y
    return np.concatenate([[e.mean()], X.T @ e / len(X)])
## probabilities clipped at 1e-6
def logistic_gradient(X, y, w):
    e = np.clip(sigmoid(scores(X, w)), 1e-6, 1 - 1e-6) - y
    return np.concatenate([[e.mean()], X.T @ e / len(X)])
## decided where it is sure
def logistic_gradient(X, y, w):
    s = scores(X, w)
    e = np.where(abs(s) > 8, s > 0, sigmoid(s)) - y
    return np.concatenate([[e.mean()], X.T @ e / len(X)])
"""),
)
