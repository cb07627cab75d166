r"""The second derivatives of logistic regression: :math:`\frac1n X^T D X`."""

from collections.abc import Iterable

import numpy as np

from dlcourse._validation import FloatArray
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import array, examples, kinds, sizes, weights
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part
from dlcourse.features import append_ones
from dlcourse.linear import predict_probability


def bent(X: FloatArray, bends: FloatArray) -> FloatArray:
    """Weigh the products of each example's features by its bend, and average."""
    A = append_ones(X)
    return np.asarray((A.T * bends) @ A / len(A))


def logistic_hessian(X: FloatArray, w: FloatArray) -> FloatArray:
    """Compute the Hessian of the mean binary cross-entropy."""
    p = predict_probability(X, w)
    return bent(X, p * (1 - p))


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw examples and weights."""
    for n, features in sizes(rng):
        yield examples(rng, n, features), weights(rng, n, features)


EXERCISE = Exercise(
    key="landscape/logistic_hessian",
    reference=logistic_hessian,
    parts=(
        Part(
            points=3,
            inputs=draw,
            edge_cases={
                "weights of zero": (array([[1, 2], [3, -1]]), array([0, 0, 0])),
                "one example, one feature": (array([[2.0]]), array([0.5, -1])),
                **kinds(array([[1, -2], [0, 1], [2, 1]]), array([1, -1, 1])),
            },
        ),
    ),
    misconceptions=(
        Misconception(
            "p instead of p (1 - p)",
            lambda X, w: bent(X, predict_probability(X, w)),
            "You weigh each example by its probability.",
            "What is the derivative of the sigmoid, written with p?",
        ),
        Misconception(
            "p squared",
            lambda X, w: bent(X, predict_probability(X, w) ** 2),
            "You weigh each example by p squared.",
            "What is the derivative of the sigmoid, written with p?",
        ),
        Misconception(
            "no D",
            lambda X, w: bent(X, np.ones(len(X))),
            "Your matrix does not depend on the weights. So it would be for squared error.",
            "How much does each example bend the loss, where its probability is p?",
        ),
        Misconception(
            "sum instead of mean",
            lambda X, w: logistic_hessian(X, w) * len(X),
            "The loss is a mean over the examples, and yours is a sum.",
            "By what is each entry too large?",
        ),
        Misconception(
            "bias left out",
            lambda X, w: logistic_hessian(X, w)[1:, 1:],
            "The bias is a weight, too: the matrix needs a row and a column for it.",
            "What is the feature of the bias?",
        ),
        Misconception(
            "bias last",
            lambda X, w: np.roll(logistic_hessian(X, w), -1, axis=(0, 1)),
            "The bias has the last row and column in your matrix; here it comes first.",
        ),
        Misconception(
            "last weight read as the bias",
            lambda X, w: np.roll(logistic_hessian(X, np.roll(w, 1)), -1, axis=(0, 1)),
            "You put the ones behind the features, and so the last weight was the bias; here the "
            "first one is.",
            "In which column do the ones meet w[0]?",
        ),
        Misconception(
            "D twice",
            lambda X, w: bent(
                X, (predict_probability(X, w) * (1 - predict_probability(X, w))) ** 2
            ),
            "Each p (1 - p) comes in twice, once from either side.",
            "How many factors D are there between the two X?",
        ),
        Misconception(
            "score without the bias",
            lambda X, w: logistic_hessian(X, np.append(0, w[1:])),
            "Your probabilities leave out the bias.",
            "What is the score of an example, bias included?",
        ),
        Misconception(
            "wrong sign",
            lambda X, w: -logistic_hessian(X, w),
            "All entries have the wrong sign: this would bend down everywhere.",
            "Which sign has p (1 - p)?",
        ),
        Misconception(
            "diagonal only",
            lambda X, w: np.diag(np.diag(logistic_hessian(X, w))),
            "You have the second derivatives by one weight each. Where are those by two "
            "different ones?",
        ),
        Misconception(
            "one triangle",
            lambda X, w: np.triu(logistic_hessian(X, w)),
            "Below the diagonal all is 0. A Hessian is symmetric.",
            "What does the entry for weights j and k say about the one for k and j?",
        ),
    ),
    words={"`w[0]`": "the bias"},
    remark="No eigenvalue of it is ever negative: that is the whole guarantee.",
)

ANSWERS = Answers(
    right=variants("""
## columns weighed
def logistic_hessian(X, w):
    A = np.column_stack([np.ones(len(X)), X])
    p = 1 / (1 + np.exp(-A @ w))
    return (A.T * (p * (1 - p))) @ A / len(X)
## D as a matrix
def logistic_hessian(X, w):
    A = np.column_stack([np.ones(len(X)), X])
    p = 1 / (1 + np.exp(-A @ w))
    D = np.diag(p * (1 - p))
    return A.T @ D @ A / len(A)
## rows weighed
def logistic_hessian(X, w):
    A = np.hstack([np.ones((len(X), 1)), X])
    s = A @ w
    p = 1 / (1 + np.exp(-s))
    return A.T @ (A * (p * (1 - p))[:, None]) / len(X)
## sum of outer products
def logistic_hessian(X, w):
    H = np.zeros((len(w), len(w)))
    for x in X:
        a = np.concatenate([[1], x])
        p = 1 / (1 + np.exp(-a @ w))
        H += p * (1 - p) * np.outer(a, a)
    return H / len(X)
## four loops (slow)
def logistic_hessian(X, w):
    n = len(X)
    H = np.zeros((len(w), len(w)))
    for i in range(n):
        a = [1.0] + [float(value) for value in X[i]]
        s = 0.0
        for j in range(len(w)):
            s += w[j] * a[j]
        p = 1 / (1 + np.exp(-s))
        for j in range(len(w)):
            for k in range(len(w)):
                H[j, k] += p * (1 - p) * a[j] * a[k] / n
    return H
## einsum
def logistic_hessian(X, w):
    A = np.insert(X.astype(float), 0, 1, axis=1)
    p = 1 / (1 + np.exp(-(X @ w[1:] + w[0])))
    return np.einsum("i,ij,ik->jk", p * (1 - p), A, A) / len(A)
## roots
def logistic_hessian(X, w):
    A = np.column_stack([np.ones(len(X)), X])
    p = 1 / (1 + np.exp(-A @ w))
    R = np.sqrt(p * (1 - p))[:, None] * A
    return R.T @ R / len(R)
## p - p squared
def logistic_hessian(X, w):
    A = np.c_[np.ones(len(X)), X]
    p = 1 / (1 + np.exp(-np.dot(A, w)))
    bend = p - p**2
    return np.dot(A.T, bend[:, np.newaxis] * A) / X.shape[0]
## both classes
def logistic_hessian(X, w):
    A = np.column_stack([np.ones(len(X)), X])
    s = A @ w
    one, zero = 1 / (1 + np.exp(-s)), 1 / (1 + np.exp(s))
    return (A * (one * zero / len(A))[:, None]).T @ A
## entry by entry
def logistic_hessian(X, w):
    A = np.column_stack([np.ones(len(X)), X])
    p = 1 / (1 + np.exp(-A @ w))
    H = np.empty((len(w), len(w)))
    for j in range(len(w)):
        for k in range(len(w)):
            H[j, k] = np.mean(p * (1 - p) * A[:, j] * A[:, k])
    return H
## tanh
def logistic_hessian(X, w):
    A = np.column_stack([np.ones(len(X)), X])
    bend = (1 - np.tanh(A @ w / 2) ** 2) / 4
    return (A.T * bend) @ A / len(A)
## lambda
with_ones = lambda X: np.column_stack([np.ones(len(X)), X])
bend = lambda s: np.exp(-s) / (1 + np.exp(-s)) ** 2
logistic_hessian = lambda X, w: with_ones(X).T * bend(with_ones(X) @ w) @ with_ones(X) / len(X)
## type hints
def logistic_hessian(X: np.ndarray, w: np.ndarray) -> np.ndarray:
    '''X^T D X / n.'''
    A: np.ndarray = np.concatenate([np.ones((X.shape[0], 1)), X], axis=1)
    p: np.ndarray = 1.0 / (1.0 + np.exp(-np.matmul(A, w)))
    weighed: np.ndarray = A * np.expand_dims(p * (1.0 - p), 1)
    return np.matmul(A.T, weighed) / A.shape[0]
## helper
def logistic_hessian(X, w):
    A = np.column_stack([np.ones(len(X)), X])
    return A.T @ np.diag(slope_of_sigmoid(A @ w)) @ A / len(X)
"""),
    wrong=variants("""
## p instead of p (1 - p)
def logistic_hessian(X, w):
    A = np.column_stack([np.ones(len(X)), X])
    p = 1 / (1 + np.exp(-A @ w))
    return A.T * p @ A / len(X)
## p squared
def logistic_hessian(X, w):
    A = np.column_stack([np.ones(len(X)), X])
    p = 1 / (1 + np.exp(-A @ w))
    return A.T * p**2 @ A / len(X)
## no D
def logistic_hessian(X, w):
    A = np.column_stack([np.ones(len(X)), X])
    return A.T @ A / len(X)
## sum instead of mean
def logistic_hessian(X, w):
    A = np.column_stack([np.ones(len(X)), X])
    p = 1 / (1 + np.exp(-A @ w))
    return A.T * (p * (1 - p)) @ A
## bias left out
def logistic_hessian(X, w):
    p = 1 / (1 + np.exp(-(X @ w[1:] + w[0])))
    return X.T * (p * (1 - p)) @ X / len(X)
## bias last
def logistic_hessian(X, w):
    p = 1 / (1 + np.exp(-(X @ w[1:] + w[0])))
    A = np.column_stack([X, np.ones(len(X))])
    return A.T * (p * (1 - p)) @ A / len(X)
## last weight read as the bias
def logistic_hessian(X, w):
    A = np.column_stack([X, np.ones(len(X))])
    p = 1 / (1 + np.exp(-A @ w))
    return A.T * (p * (1 - p)) @ A / len(X)
## D twice
def logistic_hessian(X, w):
    A = np.column_stack([np.ones(len(X)), X])
    p = 1 / (1 + np.exp(-A @ w))
    R = (p * (1 - p))[:, None] * A
    return R.T @ R / len(X)
## score without the bias
def logistic_hessian(X, w):
    A = np.column_stack([np.ones(len(X)), X])
    p = 1 / (1 + np.exp(-X @ w[1:]))
    return A.T * (p * (1 - p)) @ A / len(X)
## wrong sign
def logistic_hessian(X, w):
    A = np.column_stack([np.ones(len(X)), X])
    p = 1 / (1 + np.exp(-A @ w))
    return A.T * (p * (p - 1)) @ A / len(X)
## diagonal only
def logistic_hessian(X, w):
    A = np.column_stack([np.ones(len(X)), X])
    p = 1 / (1 + np.exp(-A @ w))
    return np.diag((p * (1 - p)) @ A**2) / len(X)
## examples across
def logistic_hessian(X, w):
    A = np.column_stack([np.ones(len(X)), X])
    p = 1 / (1 + np.exp(-A @ w))
    return A @ A.T * (p * (1 - p)) / len(X)
## divided by the number of weights
def logistic_hessian(X, w):
    A = np.column_stack([np.ones(len(X)), X])
    p = 1 / (1 + np.exp(-A @ w))
    return A.T * (p * (1 - p)) @ A / len(w)
## the bound 1/4
def logistic_hessian(X, w):
    A = np.column_stack([np.ones(len(X)), X])
    return A.T @ A / 4 / len(X)
## one triangle
def logistic_hessian(X, w):
    A = np.column_stack([np.ones(len(X)), X])
    p = 1 / (1 + np.exp(-A @ w))
    H = np.zeros((len(w), len(w)))
    for j in range(len(w)):
        for k in range(j, len(w)):
            H[j, k] = np.mean(p * (1 - p) * A[:, j] * A[:, k])
    return H
"""),
    helpers=variants("""
## slope_of_sigmoid
def slope_of_sigmoid(s):
    p = 1 / (1 + np.exp(-s))
    return p * (1 - p)
"""),
)
