r"""All classes learn at once: the gradient :math:`(P - Y)^\mathsf{T} X / n`."""

from collections.abc import Iterable

import numpy as np

from dlcourse._validation import FloatArray, IntArray
from dlcourse.activations import sigmoid, softmax
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import array, class_numbers, examples, single, sizes
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part
from dlcourse.features import append_ones
from dlcourse.labels import one_hot
from dlcourse.linear import scores, softmax_regression_gradient


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw arguments: three classes, then as many as features and one more."""
    for n, features in sizes(rng):
        for K in (3, features + 1):
            W = examples(rng, K, features + 1) / 2
            yield examples(rng, n, features), class_numbers(rng, n, K), W


def weigh(errors: FloatArray, X: FloatArray) -> FloatArray:
    """Weigh the errors with the features, averaged over the examples."""
    return np.asarray(errors.T @ append_ones(X) / len(X))


def errors(X: FloatArray, y: IntArray, W: FloatArray) -> FloatArray:
    """Compute P - Y."""
    return np.asarray(softmax(scores(X, W)) - one_hot(y, len(W)))


def without_biases(X: FloatArray, y: IntArray, W: FloatArray) -> FloatArray:
    """Compute the gradient and leave the biases' entries 0."""
    gradient = softmax_regression_gradient(X, y, W)
    gradient[:, 0] = 0
    return gradient


EXERCISE = Exercise(
    key="many_classes/softmax_regression_gradient",
    reference=softmax_regression_gradient,
    parts=(
        Part(
            points=3,
            inputs=draw,
            edge_cases={
                "one example of class 1": (
                    array([[2.0]]),
                    np.array([1]),
                    array([[0.5, -1.0], [0.0, 0.5], [1.0, 0.0]]),
                ),
                "a class without examples": (
                    array([[2.0], [-1.0]]),
                    np.array([0, 0]),
                    array([[0.5, -1.0], [0.5, 1.0]]),
                ),
                "features that are integers": (
                    np.array([[1, 2], [3, -4]]),
                    np.array([2, 0]),
                    array([[0.5, 1, 0.5], [0, 0.5, 0], [0.5, 0, 0]]),
                ),
                "sure and wrong": (
                    array([[1000.0], [-500.0]]),
                    np.array([0, 1]),
                    array([[0.5, -1.0], [1.0, 1.0]]),
                ),
                "single precision": (
                    single([[1, 2], [3, -4]]),
                    np.array([1, 0]),
                    single([[0.5, 1, 0.5], [0.5, 0, 0], [0.0, 0, 1]]),
                ),
            },
            refusable_cases={
                "weights that are integers": (
                    array([[1, 2], [3, -4]]),
                    np.array([0, 1]),
                    np.array([[1, -1, 1], [0, 1, 0], [0, 0, 1]]),
                ),
            },
        ),
    ),
    misconceptions=(
        Misconception(
            "sign",
            lambda X, y, W: -softmax_regression_gradient(X, y, W),
            "Every entry has the wrong sign: you took Y - P. The gradient points where the loss "
            "grows, and that is along P - Y.",
        ),
        Misconception(
            "sum instead of mean",
            lambda X, y, W: softmax_regression_gradient(X, y, W) * len(X),
            "This is the gradient of the summed loss. Ours is the mean, so is its gradient: divide "
            "by the number of examples.",
        ),
        Misconception(
            "averaged over the classes as well",
            lambda X, y, W: softmax_regression_gradient(X, y, W) / len(W),
            "You divide by the number of classes, too. The loss is a mean over examples; what an "
            "example pays is not shared out among classes.",
        ),
        Misconception(
            "on its side",
            lambda X, y, W: softmax_regression_gradient(X, y, W).T,
            "The numbers are right, but the table lies on its side. It must have the shape of W: "
            "one row for each class.",
        ),
        Misconception(
            "no entries for the biases",
            lambda X, y, W: errors(X, y, W).T @ X / len(X),
            "There are no entries for the biases. A bias is the weight of a feature that is always "
            "1, and stands first.",
        ),
        Misconception(
            "biases at the end",
            lambda X, y, W: np.roll(softmax_regression_gradient(X, y, W), -1, axis=1),
            "The entries of the biases stand at the end. They must be the first column, as in W.",
        ),
        Misconception(
            "entries of the biases are 0",
            without_biases,
            "The first column, that of the biases, is always 0: they would never move. What is the "
            "derivative of a score by its bias?",
        ),
        Misconception(
            "sigmoid instead of softmax",
            lambda X, y, W: weigh(sigmoid(scores(X, W)) - one_hot(y, len(W)), X),
            "This is the gradient of one-vs-rest: each class has a sigmoid of its own. In softmax "
            "regression the classes share one whole.",
        ),
        Misconception(
            "scores instead of probabilities",
            lambda X, y, W: weigh(scores(X, W) - one_hot(y, len(W)), X),
            "You took S - Y, which is the gradient of linear regression. Here the error is between "
            "the probabilities and the label: P - Y.",
        ),
        Misconception(
            "labels left out",
            lambda X, y, W: weigh(softmax(scores(X, W)), X),
            "The labels play no part. The error of a class is what the model said about it minus "
            "what it should have said.",
        ),
        Misconception(
            "only the right class",
            lambda X, y, W: weigh(errors(X, y, W) * one_hot(y, len(W)), X),
            "Only the right class of each example is moved. The wrong ones got a share that they "
            "should not have: their error is P, not 0.",
        ),
        Misconception(
            "one from every class",
            lambda X, y, W: weigh(softmax(scores(X, W)) - 1, X),
            "You subtract 1 from every class's probability. The 1 is only for the class that is "
            "right; for the others Y is 0.",
        ),
        Misconception(
            "class number subtracted",
            lambda X, y, W: weigh(softmax(scores(X, W)) - y[:, None], X),
            "You subtract the class number from the probabilities. A label must become a row of "
            "zeros with a single 1 before it can be compared with them.",
        ),
        Misconception(
            "classes counted in the labels",
            lambda X, y, W: weigh(softmax(scores(X, W)) - np.eye(y.max() + 1)[y], X),
            "Your Y has as many columns as the largest label asks for. A class may be missing "
            "among the labels, so ask W for the number of classes.",
        ),
        Misconception(
            "classes counted from 1",
            lambda X, y, W: weigh(softmax(scores(X, W)) - one_hot((y - 1) % len(W), len(W)), X),
            "You put the 1 one place too far to the left: P[i, y - 1] counts from 1. In the code "
            "the classes are 0 to K - 1.",
        ),
        Misconception(
            "decisions instead of probabilities",
            lambda X, y, W: weigh(
                one_hot(scores(X, W).argmax(axis=1), len(W)) - one_hot(y, len(W)), X
            ),
            "You compare the labels with the decisions, as the perceptron does. Compare them with "
            "the probabilities: an example that is barely right still has something to say.",
        ),
        Misconception(
            "gradient by the scores",
            lambda X, y, W: errors(X, y, W) / len(X),
            "This says how the loss changes with each score. From a score to a weight is one more "
            "link of the chain: the feature.",
        ),
        Misconception(
            "softmax over the examples",
            lambda X, y, W: weigh(softmax(scores(X, W).T).T - one_hot(y, len(W)), X),
            "Your probabilities add up to 1 over the examples. They must do so over the classes of "
            "each example.",
        ),
        Misconception(
            "integers cut off",
            lambda X, y, W: softmax_regression_gradient(X, y, W).astype(W.dtype),
            "Where the weights are integers, np.zeros_like(W) holds integers too, and the gradient "
            "is cut off to whole numbers in it. Ask for dtype=float.",
        ),
    ),
    remark="The error of the last chapter, once for each class: and its rows add up to zero.",
)

ANSWERS = Answers(
    right=variants("""
## own functions
def softmax_regression_gradient(X, y, W):
    E = softmax(class_scores(X, W))
    E[np.arange(len(y)), y] -= 1
    return np.column_stack([E.sum(axis=0), E.T @ X]) / len(X)
## one-hot rows
def softmax_regression_gradient(X, y, W):
    Y = np.eye(len(W))[y]
    Z = np.column_stack([np.ones(len(X)), X])
    return (softmax(Z @ W.T) - Y).T @ Z / len(X)
## compared with all classes
def softmax_regression_gradient(X, y, W):
    Y = y[:, None] == np.arange(len(W))
    error = softmax(class_scores(X, W)) - Y
    return np.hstack([error.mean(axis=0)[:, None], error.T @ X / len(X)])
## einsum
def softmax_regression_gradient(X, y, W):
    Z = np.insert(X.astype(float), 0, 1, axis=1)
    D = softmax(class_scores(X, W)) - np.eye(W.shape[0])[y]
    return np.einsum("ik,ij->kj", D, Z) / X.shape[0]
## three loops (slow)
def softmax_regression_gradient(X, y, W):
    P = softmax(class_scores(X, W))
    n, m = X.shape
    G = np.zeros(W.shape)
    for i in range(n):
        for k in range(len(W)):
            error = P[i, k]
            if k == y[i]:
                error = error - 1
            G[k, 0] += error
            for j in range(m):
                G[k, j + 1] += error * X[i, j]
    return G / n
## class by class
def softmax_regression_gradient(X, y, W):
    P = softmax(class_scores(X, W))
    G = np.empty(W.shape)
    for k in range(len(W)):
        e = P[:, k] - (y == k)
        G[k, 0] = e.mean()
        G[k, 1:] = e @ X / len(X)
    return G
## example by example
def softmax_regression_gradient(X, y, W):
    G = np.zeros(W.shape)
    for x, label, p in zip(X, y, softmax(class_scores(X, W))):
        p = p.copy()
        p[label] -= 1
        G += np.outer(p, np.append(1.0, x))
    return G / len(X)
## rewards and costs
def softmax_regression_gradient(X, y, W):
    Z = np.c_[np.ones(len(X)), X]
    expected = softmax(class_scores(X, W)).T @ Z
    seen = np.zeros(W.shape)
    np.add.at(seen, y, Z)
    return (expected - seen) / len(X)
## nudged (slow)
def softmax_regression_gradient(X, y, W):
    def loss(V):
        return -log_softmax(class_scores(X.astype(float), V))[np.arange(len(y)), y].mean()
    G = np.zeros(W.shape)
    for index in np.ndindex(*W.shape):
        nudge = np.zeros(W.shape)
        nudge[index] = 1e-5
        G[index] = (loss(W + nudge) - loss(W - nudge)) / 2e-5
    return G
## from the logarithm
def softmax_regression_gradient(X, y, W):
    P = np.exp(log_softmax(class_scores(X, W)))
    Y = np.zeros(P.shape)
    Y[range(len(y)), y] = 1.0
    Z = np.vstack([np.ones(len(X)), X.T])
    return (Z @ (P - Y)).T / len(y)
## lambda
with_ones = lambda X: np.column_stack([np.ones(len(X)), X])
errors = lambda X, y, W: softmax(class_scores(X, W)) - np.eye(len(W))[y]
softmax_regression_gradient = lambda X, y, W: errors(X, y, W).T @ with_ones(X) / len(X)
## minus outside
def softmax_regression_gradient(X, y, W):
    Z = np.c_[np.ones(len(X)), X]
    Y = np.eye(len(W))[y]
    return -(Y - softmax(class_scores(X, W))).T.dot(Z) / len(Z)
## float32 result
def softmax_regression_gradient(X, y, W):
    Z = np.column_stack([np.ones(len(X)), X])
    E = softmax(class_scores(X, W)) - np.eye(len(W))[y]
    return (E.T @ Z / len(X)).astype(np.float32)
## type hints
def softmax_regression_gradient(X: np.ndarray, y: np.ndarray, W: np.ndarray) -> np.ndarray:
    '''(P - Y)^T X / n.'''
    K: int = W.shape[0]
    ones: np.ndarray = np.ones((X.shape[0], 1))
    Z: np.ndarray = np.concatenate((ones, X), axis=1)
    Y: np.ndarray = np.array([[float(label == k) for k in range(K)] for label in y])
    return np.dot((softmax(np.dot(Z, W.T)) - Y).T, Z) / float(X.shape[0])
## helper: ones in front
def softmax_regression_gradient(X, y, W):
    Z = ones_in_front(X)
    return (softmax(Z @ W.T) - np.eye(len(W))[y]).T @ Z / len(Z)
"""),
    wrong=variants("""
## sign
def softmax_regression_gradient(X, y, W):
    Z = np.column_stack([np.ones(len(X)), X])
    return (np.eye(len(W))[y] - softmax(Z @ W.T)).T @ Z / len(X)
## sum instead of mean
def softmax_regression_gradient(X, y, W):
    Z = np.column_stack([np.ones(len(X)), X])
    return (softmax(Z @ W.T) - np.eye(len(W))[y]).T @ Z
## averaged over the classes as well
def softmax_regression_gradient(X, y, W):
    Z = np.column_stack([np.ones(len(X)), X])
    E = softmax(Z @ W.T) - np.eye(len(W))[y]
    return E.T @ Z / E.size
## on its side
def softmax_regression_gradient(X, y, W):
    Z = np.column_stack([np.ones(len(X)), X])
    return Z.T @ (softmax(Z @ W.T) - np.eye(len(W))[y]) / len(X)
## no entries for the biases
def softmax_regression_gradient(X, y, W):
    return (softmax(class_scores(X, W)) - np.eye(len(W))[y]).T @ X / len(X)
## biases at the end
def softmax_regression_gradient(X, y, W):
    Z = np.column_stack([X, np.ones(len(X))])
    return (softmax(class_scores(X, W)) - np.eye(len(W))[y]).T @ Z / len(X)
## entries of the biases are 0
def softmax_regression_gradient(X, y, W):
    G = np.zeros(W.shape)
    G[:, 1:] = (softmax(class_scores(X, W)) - np.eye(len(W))[y]).T @ X / len(X)
    return G
## sigmoid instead of softmax
def softmax_regression_gradient(X, y, W):
    Z = np.column_stack([np.ones(len(X)), X])
    P = 0.5 * (1 + np.tanh(Z @ W.T / 2))
    return (P - np.eye(len(W))[y]).T @ Z / len(X)
## scores instead of probabilities
def softmax_regression_gradient(X, y, W):
    Z = np.column_stack([np.ones(len(X)), X])
    return (Z @ W.T - np.eye(len(W))[y]).T @ Z / len(X)
## labels left out
def softmax_regression_gradient(X, y, W):
    Z = np.column_stack([np.ones(len(X)), X])
    return softmax(Z @ W.T).T @ Z / len(X)
## only the right class
def softmax_regression_gradient(X, y, W):
    Z = np.column_stack([np.ones(len(X)), X])
    Y = np.eye(len(W))[y]
    return (Y * (softmax(Z @ W.T) - 1)).T @ Z / len(X)
## one from every class
def softmax_regression_gradient(X, y, W):
    E = softmax(class_scores(X, W))
    E[:] -= 1
    return np.column_stack([E.sum(axis=0), E.T @ X]) / len(X)
## one from the columns of all labels
def softmax_regression_gradient(X, y, W):
    E = softmax(class_scores(X, W))
    E[:, y] -= 1
    return np.column_stack([E.sum(axis=0), E.T @ X]) / len(X)
## class number subtracted
def softmax_regression_gradient(X, y, W):
    Z = np.column_stack([np.ones(len(X)), X])
    return (softmax(Z @ W.T) - y[:, None]).T @ Z / len(X)
## classes counted from 1
def softmax_regression_gradient(X, y, W):
    E = softmax(class_scores(X, W))
    E[np.arange(len(y)), y - 1] -= 1
    return np.column_stack([E.sum(axis=0), E.T @ X]) / len(X)
## decisions instead of probabilities
def softmax_regression_gradient(X, y, W):
    Z = np.column_stack([np.ones(len(X)), X])
    E = np.eye(len(W))[one_vs_rest(X, W)] - np.eye(len(W))[y]
    return E.T @ Z / len(X)
## gradient by the scores
def softmax_regression_gradient(X, y, W):
    return (softmax(class_scores(X, W)) - np.eye(len(W))[y]) / len(X)
## softmax over the examples
def softmax_regression_gradient(X, y, W):
    Z = np.column_stack([np.ones(len(X)), X])
    return (softmax(W @ Z.T).T - np.eye(len(W))[y]).T @ Z / len(X)
## integers cut off
def softmax_regression_gradient(X, y, W):
    E = softmax(class_scores(X, W)) - np.eye(len(W))[y]
    G = np.zeros_like(W)
    G[:, 0] = E.mean(axis=0)
    G[:, 1:] = E.T @ X / len(X)
    return G
## classes counted in the labels
def softmax_regression_gradient(X, y, W):
    Z = np.column_stack([np.ones(len(X)), X])
    return (softmax(Z @ W.T) - np.eye(y.max() + 1)[y]).T @ Z / len(X)
## extra derivative
def softmax_regression_gradient(X, y, W):
    Z = np.column_stack([np.ones(len(X)), X])
    P = softmax(Z @ W.T)
    return ((P - np.eye(len(W))[y]) * P * (1 - P)).T @ Z / len(X)
## a list
def softmax_regression_gradient(X, y, W):
    E = softmax(class_scores(X, W)) - np.eye(len(W))[y]
    return [np.append(e.mean(), e @ X / len(X)) for e in E.T]
## changes its argument
def softmax_regression_gradient(X, y, W):
    E = softmax(class_scores(X, W)) - np.eye(len(W))[y]
    W[:, 0] = E.mean(axis=0)
    W[:, 1:] = E.T @ X / len(X)
    return W
## entries clipped at 10
def softmax_regression_gradient(X, y, W):
    Z = np.column_stack([np.ones(len(X)), X])
    return np.clip((softmax(Z @ W.T) - np.eye(len(W))[y]).T @ Z / len(X), -10, 10)
## exponential of a large score
def softmax_regression_gradient(X, y, W):
    Z = np.column_stack([np.ones(len(X)), X])
    E = np.exp(Z @ W.T)
    return (E / E.sum(axis=1, keepdims=True) - np.eye(len(W))[y]).T @ Z / len(X)
"""),
    helpers=variants("""
## ones_in_front
def ones_in_front(X):
    return np.column_stack([np.ones(len(X)), X])
"""),
)
