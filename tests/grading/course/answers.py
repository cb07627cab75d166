"""What a class hands in for the toy course: right, partly right and wrong answers, by exercise."""

from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.registry import answers_to

GRADIENT = answers_to("logistic_regression/logistic_gradient")
ANSWERS = {
    "scores": Answers(
        right=variants("""
## matrix product
def scores(X, w):
    return X @ w[1:] + w[0]
## column of ones
def scores(X, w):
    X1 = np.hstack([np.ones((len(X), 1)), X])
    return X1 @ w
## einsum
def scores(X, w):
    return np.einsum("ij,j->i", X, w[1:]) + w[0]
## comprehension (slow)
def scores(X, w):
    return np.array([sum(a * b for a, b in zip(x, w[1:])) + w[0] for x in X])
## lambda
scores = lambda X, w: X @ w[1:] + w[0]
## star unpacking
def scores(X, w):
    bias, *weights = w
    return np.dot(X, np.array(weights)) + bias
## class with __call__
class Scores:
    def __init__(self):
        self.calls = 0

    def __call__(self, X, w):
        self.calls += 1
        return X.dot(w[1:]) + w[0]

scores = Scores()
## functools.partial
from functools import partial

def weighted_sum(combine, X, w):
    return combine(X @ w[1:], w[0])

scores = partial(weighted_sum, np.add)
## float32 result
def scores(X, w):
    return (X @ w[1:] + w[0]).astype(np.float32)
## Greek names
def scores(X, w):
    β0, β = w[0], w[1:]   # β₀: Achsenabschnitt (Schwelle)
    return X @ β + β0
## prints inside
def scores(X, w):
    print("X", X.shape, "w", w.shape)
    s = X @ w[1:] + w[0]
    print(s[:3])
    return s
## raise left behind
def scores(X, w):
    return np.tensordot(X, w[1:], axes=1) + w[0]
    # YOUR CODE HERE
    raise NotImplementedError()
## helper: ones
def scores(X, w):
    return add_ones(X) @ w
## recursion over the features (slow)
def scores(X, w):
    if X.shape[1] == 0:
        return np.full(X.shape[0], w[0], dtype=float)
    return X[:, -1] * w[-1] + scores(X[:, :-1], w[:-1])
"""),
        wrong=variants("""
## bias left out
def scores(X, w):
    return X @ w[1:]
## bias taken from the end
def scores(X, w):
    Z = np.column_stack([X, np.ones(len(X))])
    return Z @ w
## bias subtracted
def scores(X, w):
    return X @ w[1:] - w[0]
## no ones column
def scores(X, w):
    return X @ w
## a column instead of a vector
def scores(X, w):
    return X @ w[1:].reshape(-1, 1) + w[0]
## a list
def scores(X, w):
    return [float(x @ w[1:] + w[0]) for x in X]
## prints, returns nothing
def scores(X, w):
    s = X @ w[1:] + w[0]
    print(s)
## changes its argument
def scores(X, w):
    X *= w[1:]
    return X.sum(axis=1) + w[0]
## two features only
def scores(X, w):
    return w[0] + w[1] * X[:, 0] + w[2] * X[:, 1]
## return inside the loop
def scores(X, w):
    s = np.zeros(len(X))
    for i, x in enumerate(X):
        s[i] = w[1:] @ x + w[0]
        return s
## matrix class
def scores(X, w):
    return np.asmatrix(X @ w[1:] + w[0])
## one argument too many
def scores(X, w, b):
    return X @ w + b
"""),
        helpers=variants("""
## add_ones
def add_ones(X):
    return np.column_stack([np.ones(len(X)), X])
"""),
    ),
    "sigmoid": Answers(
        right=variants("""
## formula with a warning
def sigmoid(S):
    return 1 / (1 + np.exp(-S))
## stable where
def sigmoid(S):
    e = np.exp(-np.abs(S))
    return np.where(S >= 0, 1, e) / (1 + e)
## tanh
def sigmoid(S):
    return 0.5 * (1 + np.tanh(S / 2))
## masks
def sigmoid(S):
    P = np.empty(S.shape, dtype=float)
    positive = S >= 0
    P[positive] = 1 / (1 + np.exp(-S[positive]))
    e = np.exp(S[~positive])
    P[~positive] = e / (1 + e)
    return P
## loop with math (slow)
import math

def sigmoid(S):
    P = np.zeros(S.shape)
    for index, s in np.ndenumerate(S):
        if s > 0:
            P[index] = 1 / (1 + math.exp(-s))
        else:
            P[index] = 1 - 1 / (1 + math.exp(s))
    return P
## clipped scores
LIMIT = 500

def sigmoid(S):
    S = np.clip(S, -LIMIT, LIMIT)
    return 1 / (1 + np.exp(-S))
## logaddexp
def sigmoid(S):
    return np.exp(-np.logaddexp(0, -S))
## errstate
def sigmoid(S):
    with np.errstate(over="ignore"):
        return 1.0 / (1.0 + np.exp(-S))
## vectorize (slow)
def sigmoid_of_one(s):
    return 1 / (1 + np.exp(-s)) if s >= 0 else np.exp(s) / (1 + np.exp(s))

sigmoid = np.vectorize(sigmoid_of_one, otypes=[float])
## memo decorator
def remember(function):
    known = {}
    def wrapper(S):
        key = (S.shape, S.dtype.str, S.tobytes())
        if key not in known:
            known[key] = function(S)
        return known[key]
    return wrapper

@remember
def sigmoid(S):
    return 1 / (1 + np.exp(-S))
## warns on purpose
import warnings

def sigmoid(S):
    if np.abs(S).max() > 100:
        warnings.warn("these scores are huge")
    return np.exp(-np.logaddexp(0.0, -1.0 * S))
## long double
def sigmoid(S):
    S = S.astype(np.longdouble)
    return 1 / (1 + np.exp(-S))
## nested function
def sigmoid(S):
    def exponential(x):
        return np.exp(np.minimum(x, 700))
    return 1 / (1 + exponential(-S))
## helper: one score (slow)
def sigmoid(S):
    return np.array([squash(s) for s in S.ravel()]).reshape(S.shape)
"""),
        partly_right=variants("""
## exponential of a large score
def sigmoid(S):
    return np.exp(S) / (1 + np.exp(S))
## the same with a name
def sigmoid(S):
    z = np.exp(S)
    p = z / (z + 1)
    return p
## math.exp in a loop (slow)
import math

def sigmoid(S):
    P = np.zeros(S.shape)
    for index, s in np.ndenumerate(S):
        P[index] = 1 / (1 + math.exp(-s))
    return P
## both exponentials
def sigmoid(S):
    a, b = np.exp(S / 2), np.exp(-S / 2)
    return a / (a + b)
"""),
        wrong=variants("""
## sign of the score
def sigmoid(S):
    return 1 / (1 + np.exp(S))
## brackets around the denominator
def sigmoid(S):
    return 1 / 1 + np.exp(-S)
## hyperbolic tangent
def sigmoid(S):
    return np.tanh(S)
## softmax over the scores
def sigmoid(S):
    e = np.exp(S)
    return e / e.sum()
## hard threshold
def sigmoid(S):
    return np.where(S > 0, 1.0, 0.0)
## powers of 2
def sigmoid(S):
    return 1 / (1 + 2.0 ** -S)
## if on an array
def sigmoid(S):
    if S >= 0:
        return 1 / (1 + np.exp(-S))
    else:
        return np.exp(S) / (1 + np.exp(S))
## math.exp on an array
import math

def sigmoid(S):
    return 1 / (1 + math.exp(-S))
## a list (slow)
def sigmoid(S):
    return [1 / (1 + np.exp(-s)) for s in S]
## changes its argument
def sigmoid(S):
    S *= -1
    return 1 / (1 + np.exp(S))
## calls itself for ever
def sigmoid(S):
    return sigmoid(S)
## returns nothing
def sigmoid(S):
    result = 1 / (1 + np.exp(-S))
## rounded
def sigmoid(S):
    return np.round(1 / (1 + np.exp(-S)), 2)
"""),
        helpers=variants("""
## squash
def squash(s):
    return 1 / (1 + np.exp(-s)) if s >= 0 else 1 - 1 / (1 + np.exp(s))
"""),
    ),
    "logistic_gradient": Answers(
        right={title: one for title, one in GRADIENT.right.items() if "helper" not in title},
        wrong=GRADIENT.wrong,
    ),
}
