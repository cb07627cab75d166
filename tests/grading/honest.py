"""Honest submissions to the assignment "Logistic regression", as many as a test asks for.

`honest_submissions` composes notebooks as a class would hand them in: about half of them right,
many with a known mistake, some unfinished or broken, all with habits of their own. Nobody in here
wants to cheat. What students write for the five functions is data: `RIGHT`, `PARTLY_RIGHT` and
`WRONG` map an exercise to named pieces of source; what they do around the functions stands in
`HELPERS`, `EXTRA_CELLS` and the tables beside them.

`expected_scores` says what the checks give in the student's own kernel: the notebook runs up to
its last test cell, test cells included, in a fresh IPython shell, forked from a warm process. What
comes after the last test cannot change a score. One rule of nbgrader is left out on purpose: output
on stderr does not count as a failure, because a right answer that prints a warning is still right.
"""

import atexit
import functools
import importlib
import io
import json
import os
import random
import re
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
NOTEBOOK = "logistic_regression.ipynb"
RELEASED = ROOT / "exercises" / "logistic_regression" / NOTEBOOK
EXERCISES = ("scores", "sigmoid", "binary_cross_entropy", "logistic_gradient", "descend")
PARTIAL_POINTS = {"sigmoid": 1.0, "binary_cross_entropy": 2.0}
SECONDS = 30.0  # for one notebook
PRELOADED = (
    "dlcourse.checks.judging",
    "dlcourse.checks.logistic_regression",
    "matplotlib.pyplot",
    "nbgrader.utils",
)

Variant = tuple[str, str]
Cell = dict


def variants(text: str) -> list[Variant]:
    """Split a text at its ``## name`` lines into (name, source)."""
    pieces = re.split(r"^## (.+)\n", text.strip() + "\n", flags=re.MULTILINE)[1:]
    return [(name, body.rstrip()) for name, body in zip(pieces[::2], pieces[1::2], strict=True)]


# --- what students write for the five functions ------------------------------------------------

RIGHT = {
    "scores": variants("""
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
## two loops
def scores(X, w):
    n, m = X.shape
    s = np.zeros(n)
    for i in range(n):
        s[i] = w[0]
        for j in range(m):
            s[i] += X[i, j] * w[j + 1]
    return s
## comprehension
def scores(X, w):
    return np.array([sum(a * b for a, b in zip(x, w[1:])) + w[0] for x in X])
## loop over the features
def scores(X, w):
    s = np.full(len(X), float(w[0]))
    for j, weight in enumerate(w[1:]):
        s = s + weight * X[:, j]
    return s
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
## type hints
def scores(X: np.ndarray, w: np.ndarray) -> np.ndarray:
    "s = w^T x + w0 for every row."
    bias: float = w[0]
    weights: np.ndarray = w[1:]
    return np.matmul(X, weights) + bias
## float32 result
def scores(X, w):
    return (X @ w[1:] + w[0]).astype(np.float32)
## math and lists
import math

def scores(X, w):
    w = list(w)
    result = []
    for row in X.tolist():
        result.append(math.fsum([w[0]] + [a * b for a, b in zip(row, w[1:])]))
    return np.array(result)
## apply_along_axis
def scores(X, w):
    def one(x):
        return w[0] + np.sum(w[1:] * x)
    return np.apply_along_axis(one, 1, X)
## xp
import numpy as xp

def scores(X, w):
    return xp.inner(X, w[1:]) + w[0]
## Greek names
def scores(X, w):
    β0, β = w[0], w[1:]   # β₀: Achsenabschnitt (Schwelle)
    return X @ β + β0
## keyword default
def scores(X, w, bias=None, *, verbose=False):
    if bias is None:
        bias = w[0]
    if verbose:
        print(X.shape, w.shape)
    return (X * w[1:]).sum(axis=-1) + bias
## column and ravel
def scores(X, w):
    S = X @ w[1:].reshape(-1, 1) + w[0]
    return S.ravel()
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
## two spaces, one line
def scores(X, w): b = w[0]; v = w[1:]; return X@v+b
## recursion over the features
def scores(X, w):
    if X.shape[1] == 0:
        return np.full(X.shape[0], w[0], dtype=float)
    return X[:, -1] * w[-1] + scores(X[:, :-1], w[:-1])
"""),
    "sigmoid": variants("""
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
## loop with math
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
## vectorize
def sigmoid_of_one(s):
    return 1 / (1 + np.exp(-s)) if s >= 0 else np.exp(s) / (1 + np.exp(s))

sigmoid = np.vectorize(sigmoid_of_one, otypes=[float])
## recursion into the rows
import math

def sigmoid(S):
    if np.ndim(S) > 0:
        return np.array([sigmoid(s) for s in S])
    return 1 / (1 + math.exp(-S)) if S > -700 else 0.0
## class with __call__
class Sigmoid:
    '''A function that knows its own derivative.'''

    def __call__(self, S):
        return 1 / (1 + np.exp(-np.clip(S, -700, 700)))

    def derivative(self, S):
        return self(S) * (1 - self(S))

sigmoid = Sigmoid()
## lambda
sigmoid = lambda S: (np.tanh(S / 2) + 1) / 2
## functools.partial
import functools

def logistic(S, steepness, top):
    return top / (1 + np.exp(-steepness * S))

sigmoid = functools.partial(logistic, steepness=1, top=1)
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
## float32 result
def sigmoid(S):
    S = S.astype(np.float32)
    return 1 / (1 + np.exp(-S))
## long double
def sigmoid(S):
    S = S.astype(np.longdouble)
    return 1 / (1 + np.exp(-S))
## warns on purpose
import warnings

def sigmoid(S):
    if np.abs(S).max() > 100:
        warnings.warn("these scores are huge")
    return np.exp(-np.logaddexp(0.0, -1.0 * S))
## one minus
def sigmoid(S):
    "1 - 1 / (1 + e^s) is the same"
    return 1 - 1 / (1 + np.exp(S))
## nested function
def sigmoid(S):
    def exponential(x):
        return np.exp(np.minimum(x, 700))
    return 1 / (1 + exponential(-S))
## reciprocal and power
def sigmoid(S):
    return np.reciprocal(1 + np.power(np.e, -S.astype(float)))
## type hints
def sigmoid(S: np.ndarray) -> np.ndarray:
    P: np.ndarray = np.zeros_like(S, dtype=np.float64)
    np.divide(1.0, 1.0 + np.exp(-S), out=P)
    return P
## comprehension and reshape
def sigmoid(S):
    flat = [1 / (1 + np.exp(-float(s))) for s in S.flatten()]
    return np.array(flat).reshape(S.shape)
## helper: one score
def sigmoid(S):
    return np.array([squash(s) for s in S.ravel()]).reshape(S.shape)
"""),
    "binary_cross_entropy": variants("""
## logaddexp
def binary_cross_entropy(scores, y):
    return np.mean(np.logaddexp(0, scores) - y * scores)
## margins
def binary_cross_entropy(scores, y):
    t = 2 * y - 1
    return np.logaddexp(0, -t * scores).mean()
## two terms
def binary_cross_entropy(scores, y):
    minus_log_p = np.logaddexp(0, -scores)
    minus_log_q = np.logaddexp(0, scores)
    return float(np.sum(y * minus_log_p + (1 - y) * minus_log_q) / len(y))
## loop with math
import math

def binary_cross_entropy(scores, y):
    total = 0.0
    for s, label in zip(scores, y):
        a = -s if label == 1 else s
        if a > 0:
            total += a + math.log1p(math.exp(-a))
        else:
            total += math.log1p(math.exp(a))
    return total / len(scores)
## maximum trick
def binary_cross_entropy(scores, y):
    return np.mean(np.maximum(scores, 0) - scores * y + np.log1p(np.exp(-np.abs(scores))))
## class by class
def binary_cross_entropy(scores, y):
    ones, zeros = scores[y == 1], scores[y == 0]
    return (np.logaddexp(0, -ones).sum() + np.logaddexp(0, zeros).sum()) / y.size
## float32 result
def binary_cross_entropy(scores, y):
    s, t = scores.astype(np.float32), y.astype(np.float32)
    return np.mean(np.logaddexp(np.float32(0), s) - t * s)
## 0-d array
def binary_cross_entropy(scores, y):
    return np.array(np.mean(np.where(y == 1, np.logaddexp(0, -scores), np.logaddexp(0, scores))))
## dot product
def binary_cross_entropy(scores, y):
    return (np.logaddexp(0, scores).sum() - y @ scores) / len(scores)
## einsum
def binary_cross_entropy(scores, y):
    losses = np.logaddexp(0, scores)
    return (np.einsum("i->", losses) - np.einsum("i,i->", y, scores)) / scores.shape[0]
## lambda
binary_cross_entropy = lambda scores, y: np.average(np.logaddexp(0, scores) - scores * y)
## class with __call__
class CrossEntropy:
    def __init__(self, reduction="mean"):
        self.reduce = {"mean": np.mean, "sum": np.sum}[reduction]

    def __call__(self, scores, y):
        return self.reduce(np.logaddexp(0, (1 - 2 * y) * scores))

binary_cross_entropy = CrossEntropy()
## functools.partial
from functools import partial

def cross_entropy(scores, y, average):
    return average(np.logaddexp(0, scores) - y * scores)

binary_cross_entropy = partial(cross_entropy, average=np.mean)
## fsum and lists
import math

def binary_cross_entropy(scores, y):
    losses = []
    for s, t in zip(scores.tolist(), y.tolist()):
        z = s if t == 0 else -s
        losses.append((z if z > 0 else 0.0) + math.log1p(math.exp(-math.fabs(z))))
    return math.fsum(losses) / len(losses)
## recursion over the halves
def total_loss(s, t):
    if len(s) == 1:
        return np.logaddexp(0, s[0]) - t[0] * s[0]
    h = len(s) // 2
    return total_loss(s[:h], t[:h]) + total_loss(s[h:], t[h:])

def binary_cross_entropy(scores, y):
    return total_loss(scores, y) / len(scores)
## nested functions
def binary_cross_entropy(scores, y):
    def softplus(a):
        return np.maximum(a, 0) + np.log1p(np.exp(-np.abs(a)))
    def minus_log_sigmoid(a):
        return softplus(-a)
    L = y * minus_log_sigmoid(scores) + (1 - y) * minus_log_sigmoid(-scores)
    return L.mean()
## reduce
def binary_cross_entropy(scores, y):
    pairs = np.stack([np.zeros(len(scores)), scores])
    return np.mean(np.logaddexp.reduce(pairs) - y * scores)
## type hints and Python float
def binary_cross_entropy(scores: np.ndarray, y: np.ndarray) -> float:
    '''Mean of log(1 + e^s) - y s.'''
    per_example: np.ndarray = np.logaddexp(0.0, scores) - y * scores
    return float(per_example.mean())
## prints the loss
def binary_cross_entropy(scores, y):
    L = np.mean(np.logaddexp(0, scores) - y * scores)
    print("loss =", L)
    return L
## keyword default
def binary_cross_entropy(scores, y, weights=None):
    L = np.logaddexp(0, scores) - y * scores
    return np.average(L, weights=weights)
## statistics
import statistics

def binary_cross_entropy(scores, y):
    losses = [np.logaddexp(0, -s) if t else np.logaddexp(0, s) for s, t in zip(scores, y)]
    return statistics.fmean(losses)
## masks
def binary_cross_entropy(scores, y):
    a = np.where(y > 0.5, -scores, scores).astype(float)
    big = a > 30
    L = np.empty(len(a))
    L[big] = a[big]
    L[~big] = np.log1p(np.exp(a[~big]))
    return L.sum() / len(L)
## helper: one loss
def binary_cross_entropy(scores, y):
    return sum(loss_of_one(s, t) for s, t in zip(scores, y)) / len(y)
"""),
    "logistic_gradient": variants("""
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
## two loops
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
## nudged
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
## lists
def logistic_gradient(X, y, w):
    errors = list(sigmoid(scores(X, w)) - y)
    rows = [[1.0] + list(row) for row in X]
    n = len(rows)
    return np.array([sum(e * row[j] for e, row in zip(errors, rows)) / n for j in range(len(w))])
## nested function
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
## accumulate rows
def logistic_gradient(X, y, w):
    total = 0
    for x, t in zip(X, y):
        z = np.append(1.0, x)
        total = total + (sigmoid(np.array([z @ w]))[0] - t) * z
    return total / len(X)
"""),
    "descend": variants("""
## loop
def descend(X, y, w, learning_rate, steps):
    for _ in range(steps):
        w = w - learning_rate * logistic_gradient(X, y, w)
    return w
## copy, then in place
def descend(X, y, w, learning_rate, steps):
    w = w.copy()
    for i in range(steps):
        w -= learning_rate * logistic_gradient(X, y, w)
    return w
## while, other names
def descend(X, y, w, eta, k):
    while k > 0:
        w, k = w + eta * -logistic_gradient(X, y, w), k - 1
    return w
## recursion
def descend(X, y, w, learning_rate, steps):
    if steps == 0:
        return w
    w_new = w - learning_rate * logistic_gradient(X, y, w)
    return descend(X, y, w_new, learning_rate, steps - 1)
## list of weights
def descend(X, y, w, learning_rate, steps):
    path = [w]
    for _ in range(steps):
        path.append(path[-1] - learning_rate * logistic_gradient(X, y, path[-1]))
    return path[-1]
## reduce
from functools import reduce

def descend(X, y, w, learning_rate, steps):
    return reduce(lambda v, _: v - learning_rate * logistic_gradient(X, y, v), range(steps), w)
## generator
def walk(X, y, w, learning_rate):
    while True:
        yield w
        w = w - learning_rate * logistic_gradient(X, y, w)

def descend(X, y, w, learning_rate, steps):
    path = walk(X, y, w, learning_rate)
    for _ in range(steps):
        next(path)
    return next(path)
## nested function
def descend(X, y, w, learning_rate, steps):
    def step(v):
        return v - learning_rate * logistic_gradient(X, y, v)
    for _ in range(steps):
        w = step(w)
    return w
## class with __call__
class GradientDescent:
    def __init__(self, gradient):
        self.gradient = gradient

    def __call__(self, X, y, w, learning_rate, steps):
        for _ in range(steps):
            w = w - learning_rate * self.gradient(X, y, w)
        return w

descend = GradientDescent(lambda X, y, w: logistic_gradient(X, y, w))
## keyword defaults
def descend(X, y, w, learning_rate=0.1, steps=100, verbose=False):
    w_t = np.array(w, copy=True)
    for t in range(steps):
        w_t = w_t - learning_rate * logistic_gradient(X, y, w_t)
        if verbose and t % 10 == 0:
            print(t, w_t)
    return w_t
## itertools
import itertools

def descend(X, y, w, learning_rate, steps):
    path = itertools.accumulate(
        range(steps), lambda v, _: v - learning_rate * logistic_gradient(X, y, v), initial=w)
    return list(path)[-1]
## type hints
def descend(
    X: np.ndarray, y: np.ndarray, w: np.ndarray, learning_rate: float, steps: int
) -> np.ndarray:
    "Walk downhill."
    weights: np.ndarray = w
    step: int
    for step in range(1, steps + 1):
        weights = weights - learning_rate * logistic_gradient(X, y, weights)
    return weights
## subtract into a buffer
def descend(X, y, w, learning_rate, steps):
    new = w.astype(float)
    for _ in range(steps):
        np.subtract(new, learning_rate * logistic_gradient(X, y, new), out=new)
    return new
## momentum of zero
MOMENTUM = 0.0

def descend(X, y, w, learning_rate, steps):
    velocity = np.zeros(len(w))
    for _ in range(steps):
        velocity = MOMENTUM * velocity - learning_rate * logistic_gradient(X, y, w)
        w = w + velocity
    return w
## prints the loss
def descend(X, y, w, learning_rate, steps):
    for i in range(steps):
        w = w - learning_rate * logistic_gradient(X, y, w)
        if i % 10 == 0:
            print(f"step {i}: |w| = {np.linalg.norm(w):.4f}")
    return w
## Greek names
def descend(X, y, w, learning_rate, steps):
    η = learning_rate
    for _ in range(steps):
        w = w - η * logistic_gradient(X, y, w)   # w ← w − η∇L
    return w
## counts its steps
total_steps = 0

def descend(X, y, w, learning_rate, steps):
    global total_steps
    v = w + 0.0
    for _ in range(steps):
        v = v - learning_rate * logistic_gradient(X, y, v)
        total_steps += 1
    return v
## float32 result
def descend(X, y, w, learning_rate, steps):
    for _ in range(steps):
        w = w - learning_rate * logistic_gradient(X, y, w)
    return w.astype(np.float32)
## component by component
def descend(X, y, w, learning_rate, steps):
    current = [float(x) for x in w]
    for _ in range(steps):
        g = logistic_gradient(X, y, np.array(current))
        current = [c - learning_rate * d for c, d in zip(current, g)]
    return np.array(current)
## helper: one step
def descend(X, y, w, learning_rate, steps):
    for _ in range(steps):
        w = one_step(X, y, w, learning_rate)
    return w
## timed decorator
import time

def timed(function):
    def wrapper(*args, **kwargs):
        start = time.perf_counter()
        result = function(*args, **kwargs)
        wrapper.seconds += time.perf_counter() - start
        return result
    wrapper.seconds = 0
    return wrapper

@timed
def descend(X, y, w, learning_rate, steps):
    for _ in range(steps): w = w - learning_rate * logistic_gradient(X, y, w)
    return w
"""),
}

PARTLY_RIGHT = {
    "sigmoid": variants("""
## exponential of a large score
def sigmoid(S):
    return np.exp(S) / (1 + np.exp(S))
## the same with a name
def sigmoid(S):
    z = np.exp(S)
    p = z / (z + 1)
    return p
## math.exp in a loop
import math

def sigmoid(S):
    P = np.zeros(S.shape)
    for index, s in np.ndenumerate(S):
        P[index] = 1 / (1 + math.exp(-s))
    return P
## sinh and cosh
def sigmoid(S):
    return 0.5 * (1 + np.sinh(S / 2) / np.cosh(S / 2))
## exponent of a logarithm
def sigmoid(S):
    return np.exp(S - np.log(1 + np.exp(S)))
## times the inverse
def sigmoid(S):
    up = np.power(np.e, S)
    return up * (1 + up) ** -1.0
## both exponentials
def sigmoid(S):
    a, b = np.exp(S / 2), np.exp(-S / 2)
    return a / (a + b)
"""),
    "binary_cross_entropy": variants("""
## probability rounded
def binary_cross_entropy(scores, y):
    p = sigmoid(scores)
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
## probability rounded, one term
def binary_cross_entropy(scores, y):
    p = sigmoid(scores)
    return -np.mean(np.log(np.where(y == 1, p, 1 - p)))
## overflow at large scores
def binary_cross_entropy(scores, y):
    return np.mean(np.log(1 + np.exp(scores)) - y * scores)
## overflow at large negative scores
def binary_cross_entropy(scores, y):
    return np.mean(np.log(1 + np.exp(-scores)) + (1 - y) * scores)
## overflow of the margin
def binary_cross_entropy(scores, y):
    return np.log(1 + np.exp(-(2 * y - 1) * scores)).mean()
## clipped at 1e-15
def binary_cross_entropy(scores, y):
    p = np.clip(sigmoid(scores), 1e-15, 1 - 1e-15)
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
## clipped at 1e-7
EPS = 1e-7

def binary_cross_entropy(scores, y):
    p = sigmoid(scores).clip(EPS, 1 - EPS)
    return float(-np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)))
## plus 1e-10
def binary_cross_entropy(scores, y):
    p = sigmoid(scores)
    return -np.mean(y * np.log(p + 1e-10) + (1 - y) * np.log(1 - p + 1e-10))
## math.log in a loop
import math

def binary_cross_entropy(scores, y):
    total = 0
    for p, t in zip(sigmoid(scores), y):
        total -= math.log(p) if t == 1 else math.log(1 - p)
    return total / len(y)
## nan_to_num
def binary_cross_entropy(scores, y):
    p = sigmoid(scores)
    return np.nan_to_num(-np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)))
"""),
}

WRONG = {
    "scores": variants("""
## bias left out
def scores(X, w):
    return X @ w[1:]
## bias taken from the end
def scores(X, w):
    Z = np.column_stack([X, np.ones(len(X))])
    return Z @ w
## bias added once per feature
def scores(X, w):
    return (X * w[1:] + w[0]).sum(axis=1)
## bias subtracted
def scores(X, w):
    return X @ w[1:] - w[0]
## no ones column
def scores(X, w):
    return X @ w
## a column instead of a vector
def scores(X, w):
    return X @ w[1:].reshape(-1, 1) + w[0]
## summed over the examples
def scores(X, w):
    return np.sum(X * w[1:], axis=0) + w[0]
## label instead of score
def scores(X, w):
    return np.where(X @ w[1:] + w[0] > 0, 1.0, 0.0)
## probability instead of score
def scores(X, w):
    s = X @ w[1:] + w[0]
    return 1 / (1 + np.exp(-s))
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
## integers cut off
def scores(X, w):
    s = np.zeros_like(X[:, 0])
    for i in range(len(X)):
        s[i] = X[i] @ w[1:] + w[0]
    return s
## return inside the loop
def scores(X, w):
    s = np.zeros(len(X))
    for i, x in enumerate(X):
        s[i] = w[1:] @ x + w[0]
        return s
## matrix class
def scores(X, w):
    return np.asmatrix(X @ w[1:] + w[0])
## 0-d array
def scores(X, w):
    return np.array((X @ w[1:] + w[0]).sum())
## zip stops early
def scores(X, w):
    return np.array([sum(a * b for a, b in zip(w, x)) for x in X])
## one argument too many
def scores(X, w, b):
    return X @ w + b
## booleans
def scores(X, w):
    return X @ w[1:] + w[0] > 0
"""),
    "sigmoid": variants("""
## sign of the score
def sigmoid(S):
    return 1 / (1 + np.exp(S))
## brackets around the denominator
def sigmoid(S):
    return 1 / 1 + np.exp(-S)
## minus in the denominator
def sigmoid(S):
    return 1 / (1 - np.exp(-S))
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
## derivative instead of value
def sigmoid(S):
    p = 1 / (1 + np.exp(-S))
    return p * (1 - p)
## powers of 2
def sigmoid(S):
    return 1 / (1 + 2.0 ** -S)
## powers of 10
def sigmoid(S):
    return 1 / (1 + 10.0 ** (-S))
## integers cut off
def sigmoid(S):
    P = np.zeros_like(S)
    P[...] = (1 + np.tanh(S / 2)) / 2
    return P
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
## a list
def sigmoid(S):
    return [1 / (1 + np.exp(-s)) for s in S]
## changes its argument
def sigmoid(S):
    S *= -1
    return 1 / (1 + np.exp(S))
## flattened
def sigmoid(S):
    return np.array([1 / (1 + np.exp(-s)) for s in S.flatten()])
## calls itself for ever
def sigmoid(S):
    return sigmoid(S)
## one number
def sigmoid(S):
    return float(np.mean(1 / (1 + np.exp(-S))))
## returns nothing
def sigmoid(S):
    result = 1 / (1 + np.exp(-S))
## rounded
def sigmoid(S):
    return np.round(1 / (1 + np.exp(-S)), 2)
"""),
    "binary_cross_entropy": variants("""
## sum instead of mean
def binary_cross_entropy(scores, y):
    return np.sum(np.logaddexp(0, scores) - y * scores)
## minus sign
def binary_cross_entropy(scores, y):
    p = sigmoid(scores)
    return np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
## logarithm to base 2
def binary_cross_entropy(scores, y):
    p = sigmoid(scores)
    return -np.mean(y * np.log2(p) + (1 - y) * np.log2(1 - p))
## logarithm to base 10
def binary_cross_entropy(scores, y):
    p = sigmoid(scores)
    return -np.mean(y * np.log10(p) + (1 - y) * np.log10(1 - p))
## scores taken for probabilities
def binary_cross_entropy(scores, y):
    return -np.mean(y * np.log(scores) + (1 - y) * np.log(1 - scores))
## sigmoid applied twice
def binary_cross_entropy(scores, y):
    p = sigmoid(sigmoid(scores))
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
## only the term of class 1
def binary_cross_entropy(scores, y):
    return -np.mean(y * np.log(sigmoid(scores)))
## labels swapped
def binary_cross_entropy(scores, y):
    return np.mean(np.logaddexp(0, scores) - (1 - y) * scores)
## formula for labels -1 and +1
def binary_cross_entropy(scores, y):
    return np.mean(np.logaddexp(0, -y * scores))
## one loss per example
def binary_cross_entropy(scores, y):
    return np.logaddexp(0, scores) - y * scores
## squared error
def binary_cross_entropy(scores, y):
    return np.mean((sigmoid(scores) - y) ** 2)
## prints, returns nothing
def binary_cross_entropy(scores, y):
    print(np.mean(np.logaddexp(0, scores) - y * scores))
## an array of one number
def binary_cross_entropy(scores, y):
    return np.array([np.mean(np.logaddexp(0, scores) - y * scores)])
## calls the scores
def binary_cross_entropy(scores, y):
    s = scores(X, w)
    return np.mean(np.logaddexp(0, s) - y * s)
## changes its argument
def binary_cross_entropy(scores, y):
    scores[y == 1] = -scores[y == 1]
    return np.mean(np.logaddexp(0, scores))
## if on an array
def binary_cross_entropy(scores, y):
    if y == 1:
        return np.mean(np.logaddexp(0, -scores))
    return np.mean(np.logaddexp(0, scores))
## a string
def binary_cross_entropy(scores, y):
    return f"{np.mean(np.logaddexp(0, scores) - y * scores):.4f}"
## absolute error
def binary_cross_entropy(scores, y):
    return np.abs(sigmoid(scores) - y).mean()
## divided by two
def binary_cross_entropy(scores, y):
    return np.mean(np.logaddexp(0, scores) - y * scores) / 2
"""),
    "logistic_gradient": variants("""
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
    return Z.T @ (sigmoid(Z @ w) - y) / (len(w) + 7)
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
## nudged too far
def logistic_gradient(X, y, w):
    g = np.zeros(len(w))
    for j in range(len(w)):
        e = np.eye(len(w))[j]
        g[j] = binary_cross_entropy(scores(X, w + e), y) - binary_cross_entropy(scores(X, w), y)
    return g
"""),
    "descend": variants("""
## uphill
def descend(X, y, w, learning_rate, steps):
    for _ in range(steps):
        w = w + learning_rate * logistic_gradient(X, y, w)
    return w
## summed gradient
def descend(X, y, w, learning_rate, steps):
    for _ in range(steps):
        w = w - learning_rate * logistic_gradient(X, y, w) * len(y)
    return w
## one step only
def descend(X, y, w, learning_rate, steps):
    for _ in range(steps):
        w = w - learning_rate * logistic_gradient(X, y, w)
        return w
## number of steps ignored
def descend(X, y, w, learning_rate, steps):
    return w - learning_rate * logistic_gradient(X, y, w)
## gradient computed once
def descend(X, y, w, learning_rate, steps):
    gradient = logistic_gradient(X, y, w)
    for _ in range(steps):
        w = w - learning_rate * gradient
    return w
## start ignored
def descend(X, y, w, learning_rate, steps):
    w = np.zeros(X.shape[1] + 1)
    for _ in range(steps):
        w = w - learning_rate * logistic_gradient(X, y, w)
    return w
## learning rate left out
def descend(X, y, w, learning_rate, steps):
    for _ in range(steps):
        w = w - logistic_gradient(X, y, w)
    return w
## divided by the learning rate
def descend(X, y, w, learning_rate, steps):
    for _ in range(steps):
        w = w - logistic_gradient(X, y, w) / learning_rate
    return w
## loss instead of gradient
def descend(X, y, w, learning_rate, steps):
    for _ in range(steps):
        w = w - learning_rate * binary_cross_entropy(scores(X, w), y)
    return w
## bias never moves
def descend(X, y, w, learning_rate, steps):
    w = w.copy()
    for _ in range(steps):
        w[1:] -= learning_rate * logistic_gradient(X, y, w)[1:]
    return w
## one step too few
def descend(X, y, w, learning_rate, steps):
    for _ in range(1, steps):
        w = w - learning_rate * logistic_gradient(X, y, w)
    return w
## one step too many
def descend(X, y, w, learning_rate, steps):
    for _ in range(steps + 1):
        w = w - learning_rate * logistic_gradient(X, y, w)
    return w
## changes its argument
def descend(X, y, w, learning_rate, steps):
    for _ in range(steps):
        w -= learning_rate * logistic_gradient(X, y, w)
    return w
## returns the whole path
def descend(X, y, w, learning_rate, steps):
    path = [w]
    for _ in range(steps):
        w = w - learning_rate * logistic_gradient(X, y, w)
        path.append(w)
    return path
## returns nothing
def descend(X, y, w, learning_rate, steps):
    for _ in range(steps):
        w = w - learning_rate * logistic_gradient(X, y, w)
## arguments in another order
def descend(X, y, w, steps, learning_rate):
    for _ in range(steps):
        w = w - learning_rate * logistic_gradient(X, y, w)
    return w
## shrinking steps
def descend(X, y, w, learning_rate, steps):
    for t in range(steps):
        w = w - learning_rate / (1 + t) * logistic_gradient(X, y, w)
    return w
## recursion without an end
def descend(X, y, w, learning_rate, steps):
    w = w - learning_rate * logistic_gradient(X, y, w)
    return descend(X, y, w, learning_rate, steps - 1)
## returns the loss
def descend(X, y, w, learning_rate, steps):
    for _ in range(steps):
        w = w - learning_rate * logistic_gradient(X, y, w)
    return binary_cross_entropy(scores(X, w), y)
"""),
}

# --- what students write around them -----------------------------------------------------------

# Functions that some answers use; they stand in a cell of their own, not always before the answer.
HELPERS = dict(
    variants("""
## add_ones
def add_ones(X):
    return np.column_stack([np.ones(len(X)), X])
## squash
def squash(s):
    return 1 / (1 + np.exp(-s)) if s >= 0 else 1 - 1 / (1 + np.exp(s))
## loss_of_one
def loss_of_one(s, t):
    a = s if t == 0 else -s
    return np.logaddexp(0, a)
## one_step
def one_step(X, y, w, eta):
    return w - eta * logistic_gradient(X, y, w)
""")
)

# These take long on 785 features or 2000 steps, so their authors train on less.
SLOW = {
    "scores: two loops",
    "scores: comprehension",
    "scores: math and lists",
    "scores: loop over the features",
    "scores: recursion over the features",
    "scores: zip stops early",
    "scores: integers cut off",
    "scores: apply_along_axis",
    "sigmoid: loop with math",
    "sigmoid: math.exp in a loop",
    "sigmoid: vectorize",
    "sigmoid: recursion into the rows",
    "sigmoid: comprehension and reshape",
    "sigmoid: helper: one score",
    "sigmoid: a list",
    "sigmoid: flattened",
    "logistic_gradient: two loops",
    "logistic_gradient: nudged",
    "logistic_gradient: nudged too far",
    "logistic_gradient: lists",
    "logistic_gradient: nested function",
    "logistic_gradient: accumulate rows",
    "logistic_gradient: returns the loss",
}

# Cells of the student's own: (name, the cell that they come after at the earliest, source).
EXTRA_CELLS = [
    ("seed", "setup", "np.random.seed(0)\nrng = np.random.default_rng(42)"),
    ("inline magic", "setup", "%matplotlib inline"),
    ("shell line", "setup", "!echo hello"),
    ("versions", "setup", "import sys\nprint(sys.version)\nprint(np.__version__)"),
    ("print options", "setup", "np.set_printoptions(precision=3, suppress=True)"),
    ("strict floats", "setup", 'np.seterr(all="raise")'),
    ("warnings as errors", "setup", 'import warnings\nwarnings.simplefilter("error")'),
    ("warnings off", "setup", 'import warnings\nwarnings.filterwarnings("ignore")'),
    ("question to the user", "setup", 'name = input("Who are you? ")'),
    ("empty cell", "setup", ""),
    ("comment only", "setup", "# TODO: ask in the tutorial"),
    ("error in a try", "setup", "1 / 0"),
    ("missing module", "setup", "import seaborn as sns\nsns.set_theme()"),
    ("help", "setup", "np.logaddexp?"),
    ("names so far", "setup", "%who"),
    ("stderr", "setup", 'import sys\nprint("careful!", file=sys.stderr)'),
    ("long output", "setup", "for i in range(500):\n    print(i, i ** 2)"),
    ("big array", "setup", "np.arange(10_000.0).reshape(100, 100)"),
    ("rich display", "setup", 'from IPython.display import Markdown\nMarkdown("**bold** $x^2$")'),
    ("file", "setup", 'with open("notes.txt", "w") as f:\n    f.write("w0 is the bias")'),
    ("progress bar", "setup", "from tqdm import tqdm\nfor i in tqdm(range(5)):\n    pass"),
    ("plot", "setup", "plt.plot(np.linspace(0, 1), np.linspace(0, 1) ** 2)\nplt.show()"),
    (
        "plot of e^x",
        "setup",
        's = np.linspace(-3, 3)\nplt.plot(s, np.exp(s), label="exp")\nplt.legend();',
    ),
    ("exponential of 1000", "setup", "np.exp(1000.0)"),
    ("variables", "setup", "X = np.ones((4, 2))\ny = np.array([0, 1, 1, 0])\nw = np.zeros(3)"),
    ("own scores", "scores", "scores(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([0.5, 1, -1]))"),
    (
        "print debugging",
        "scores",
        "s = scores(np.eye(3), np.arange(4.0))\nprint('s =', s, s.shape)",
    ),
    ("own assert", "scores", "assert scores(np.zeros((1, 2)), np.array([3.0, 1, 1]))[0] == 3"),
    ("own check", "scores", 'check("scores", scores)'),
    ("own sigmoid", "sigmoid", "sigmoid(np.array([-1000.0, 0.0, 1000.0]))"),
    ("timeit", "sigmoid", "%timeit -n1 -r1 sigmoid(np.linspace(-5, 5, 1000))"),
    ("time", "sigmoid", "%time p = sigmoid(np.zeros(1000))"),
    (
        "plot of the sigmoid",
        "sigmoid",
        "s = np.linspace(-6, 6, 100)\nplt.plot(s, sigmoid(s))\nplt.grid()",
    ),
    ("assert that fails", "sigmoid", 'assert sigmoid(np.array([0.0]))[0] == 0.6, "hm, why?"'),
    ("own check", "sigmoid", 'check("sigmoid", sigmoid)'),
    ("own check, own seed", "sigmoid", 'check("sigmoid", sigmoid, seed=1)'),
    (
        "own loss",
        "binary-cross-entropy",
        "binary_cross_entropy(np.zeros(4), np.array([0, 1, 1, 0]))",
    ),
    (
        "log 2",
        "binary-cross-entropy",
        "print(np.log(2), binary_cross_entropy(np.zeros(2), np.ones(2)))",
    ),
    ("own check", "binary-cross-entropy", 'check("binary_cross_entropy", binary_cross_entropy)'),
    (
        "own gradient",
        "logistic-gradient",
        "logistic_gradient(np.eye(2), np.array([0, 1]), np.zeros(3))",
    ),
    (
        "wrong shapes",
        "logistic-gradient",
        "logistic_gradient(np.eye(2), np.array([0, 1]), np.zeros(5))",
    ),
    ("own check", "logistic-gradient", 'check("logistic_gradient", logistic_gradient)'),
    ("own descent", "descend", "descend(np.eye(2), np.array([0, 1]), np.zeros(3), 0.1, 10)"),
    (
        "check called wrongly",
        "descend",
        'check("descend", descend(np.eye(2), np.ones(2), np.zeros(3), 1, 1))',
    ),
    ("own check", "descend", 'check("descend", descend)'),
]

NOTES = [
    "I do not understand why the bias comes first.",
    "**Note to self:** $\\sigma(-s) = 1 - \\sigma(s)$",
    "Lösung: siehe Übung 3, Aufgabe 2 – `np.logaddexp` hilft.",
    "# My notes\n\n- rows are examples\n- `w[0]` is the bias\n\n| s | p |\n|---|---|\n| 0 | 0.5 |",
    "Question: is the loss convex? <br> <b>Answer:</b> yes",
    "这里要小心溢出 😅",
]

REMARKS = [
    "first try",
    "worked after an hour",
    "thanks to Ada for the hint",
    "не трогать",
    "s = wᵀx + w₀",
    "TODO: tidy up",
    "see lecture 2",
]

# What is done to a name once its check is past; nothing of it may change a score.
LATE_CHANGES = [
    "scores = scores(X_test, w)\nprint(scores[:5])",
    "sigmoid = sigmoid(np.linspace(-3, 3, 7))\nsigmoid",
    "descend = descend(X, y, w, 0.1, 2)",
    "binary_cross_entropy = 0.25",
    "logistic_gradient = None",
    "def scores(X, w):\n    return X @ w[:-1]   # tried with the bias at the end",
    "del scores",
    "check = 'all done'",
    "X = y = w = None",
]

# What is done to a name between its own check and one that still needs it.
EARLY_CHANGES = [
    ("scores", "scores = scores(np.eye(3), np.arange(4.0))"),
    ("sigmoid", "sigmoid = sigmoid(np.linspace(-3, 3, 7))"),
    (
        "logistic-gradient",
        "logistic_gradient = logistic_gradient(np.eye(2), np.ones(2), np.zeros(3))",
    ),
    ("scores", "def scores(X, w):\n    return X @ w[:-1] + w[-1]   # try the bias at the end"),
]

# How the last section fails: (cell, what stood there, what the student made of it).
LATE_FAILURES = [
    ("weights", "two_digits(3, 8)", 'two_digits("3", "8")'),
    ("weights", "np.zeros(785)", "np.zeros(784)"),
    ("train", "np.zeros(3)", "np.zeros(2)"),
    ("weights", "descend(", "descending("),
    ("boundary", "axes[0].plot(", "axes[0].plott("),
]

# Every one breaks the syntax of a cell that begins with a `def`.
TYPOS: dict[str, Callable[[str], str]] = {
    "colon forgotten": lambda source: source.replace("):", ")", 1),
    "bracket not closed": lambda source: source + "\nprint(np.zeros((2, 3))",
    "wrong indent": lambda source: source + "\n  return 0",
    "sentence left in": lambda source: source + "\nhere I was not sure",
    "text not closed": lambda source: source + "\nprint('done)",
    "assignment in a comparison": lambda source: source + "\nif 1 = 1: pass",
}

TIMED = """\
import functools, time

def timed(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        start = time.time()
        result = function(*args, **kwargs)
        wrapper.seconds = time.time() - start
        return result
    return wrapper

"""

KINDS = {
    "all right": 45,
    "some wrong": 35,
    "partly right": 8,
    "stubs left": 5,
    "syntax error": 3.5,
    "name error": 3.5,
}
FIRST_NAMES = ("ada", "alan", "chen", "fatima", "grace", "ivan", "kofi", "lin", "maria", "noor")


@dataclass(frozen=True)
class Honest:
    """What one student hands in.

    Parameters
    ----------
    student : str
        Name of the student's folder.
    files : dict
        Content by name; ``"logistic_regression.ipynb"`` is the submission.
    traits : tuple of str
        What was mixed in. The first is one of `KINDS`; "exercise: name" is the variant.
    answers : dict
        Source of the five answer cells, by cell id.
    """

    student: str
    files: dict[str, bytes]
    traits: tuple[str, ...]
    answers: dict[str, str]


def honest_submissions(count: int, seed: int) -> Iterator[Honest]:
    """Compose submissions, each different from all others in its answers and in its bytes.

    The student at one place of the row is the same for every `count`.
    """
    for index in range(count):
        rng = random.Random(f"{seed}/{index}")
        yield compose(rng, f"{rng.choice(FIRST_NAMES)}{index:05d}")


def compose(rng: random.Random, student: str) -> Honest:
    """Compose one student's submission."""
    (kind,) = rng.choices(list(KINDS), list(KINDS.values()))
    traits = [kind]
    sources = choose_answers(rng, kind, traits)
    for exercise in EXERCISES:
        sources[exercise] = in_own_style(rng, exercise, sources[exercise], traits)
    signed = rng.choice(EXERCISES)
    sources[signed] = with_remark(sources[signed], f"{student}: {rng.choice(REMARKS)}")
    answers = {cell_id(exercise): source for exercise, source in sources.items()}
    cells = [
        {**cell, "source": answers.get(cell["id"], "".join(cell["source"]))}
        for cell in released()["cells"]
    ]
    files = add_helpers(rng, cells, kind, sources, traits)
    change_demos(rng, cells, traits)
    add_cells(rng, cells, traits)
    files[NOTEBOOK] = saved(rng, cells, traits)
    return Honest(student, files, tuple(traits), answers)


@functools.cache
def released() -> dict:
    """Read the notebook that students get."""
    return json.loads(RELEASED.read_text(encoding="utf-8"))


def stub(exercise: str) -> str:
    """Return what stands in an answer cell before the student comes."""
    return next("".join(c["source"]) for c in released()["cells"] if c["id"] == cell_id(exercise))


def cell_id(exercise: str) -> str:
    """Return the id of an exercise's answer cell."""
    return exercise.replace("_", "-")


def happens(rng: random.Random, percent: float) -> bool:
    """Throw a die."""
    return rng.random() * 100 < percent


# --- the answers -------------------------------------------------------------------------------


def choose_answers(rng: random.Random, kind: str, traits: list[str]) -> dict[str, str]:
    """Choose a variant of each function, and spoil some as the kind of student asks for."""
    chosen = {exercise: rng.choice(RIGHT[exercise]) for exercise in EXERCISES}
    if kind == "some wrong":
        for exercise in rng.sample(EXERCISES, rng.choices([1, 2, 3], [60, 28, 12])[0]):
            chosen[exercise] = rng.choice(WRONG[exercise])
    if kind == "partly right":
        for exercise in rng.sample(list(PARTLY_RIGHT), rng.choice([1, 1, 2])):
            chosen[exercise] = rng.choice(PARTLY_RIGHT[exercise])
    if kind == "stubs left":
        first = rng.randint(0, 4)
        for exercise in EXERCISES[first:] if happens(rng, 70) else EXERCISES[first : first + 1]:
            chosen[exercise] = "stub", stub(exercise)
    if kind in ("syntax error", "name error"):
        exercise = rng.choice(EXERCISES)
        chosen[exercise] = rng.choice(plain(exercise))
        chosen[exercise] = broken(rng, kind, exercise, chosen[exercise])
    traits += [f"{exercise}: {name}" for exercise, (name, _) in chosen.items()]
    return {exercise: source for exercise, (_, source) in chosen.items()}


def plain(exercise: str) -> list[Variant]:
    """List the right variants that are one function and use arrays by their usual name."""
    return [
        (name, source)
        for name, source in RIGHT[exercise]
        if source.startswith(f"def {exercise}(") and "np." in source and "):\n" in source
    ]


def broken(rng: random.Random, kind: str, exercise: str, variant: Variant) -> Variant:
    """Break the syntax of a right answer, or a name in it."""
    name, source = variant
    if kind == "syntax error":
        typo = rng.choice(list(TYPOS))
        return f"{name}, {typo}", TYPOS[typo](source)
    if happens(rng, 50):
        return f"{name}, numpy by its long name", source.replace("np.", "numpy.")
    return f"{name}, another name", source.replace(f"def {exercise}(", f"def my_{exercise}(")


def in_own_style(rng: random.Random, exercise: str, source: str, traits: list[str]) -> str:
    """Add habits to an answer: docstring, debugging, timing, remarks, tries, magics."""
    if "NotImplementedError" in source and "np." not in source:
        return source
    cells_own = (
        ("docstring kept", 55, lambda s: inside(s, exercise, docstring(exercise))),
        ("print inside", 2, lambda s: inside(s, exercise, f'    print("in {exercise}")\n')),
        ("counter", 2, lambda s: counted(s, exercise)),
        ("timed", 2, lambda s: timed(s, exercise)),
        ("remark", 20, lambda s: with_remark(s, rng.choice(REMARKS))),
        ("slow", 0.8 if exercise in ("binary_cross_entropy", "descend") else 0,
         lambda s: slowed(s, exercise)),
        ("checked in the cell", 2, lambda s: f'{s}\n\ncheck("{exercise}", {exercise})'),
        ("error after the function", 2, lambda s: f"{s}\n\nprint({exercise}_result)"),
        ("cell magic", 1.5, lambda s: f"%%time\n{s}"),
        ("line magic", 1.5, lambda s: f"%matplotlib inline\n{s}"),
    )  # fmt: skip
    for name, percent, change in cells_own:
        if happens(rng, percent) and (changed := change(source)) != source:
            traits.append(f"{exercise}: {name}" if name == "slow" else name)
            source = changed
            if name in ("checked in the cell", "error after the function", "cell magic"):
                break
    return source


def inside(source: str, exercise: str, lines: str) -> str:
    """Put lines at the top of a function's body, where it is written the usual way."""
    return re.sub(
        rf"^(def {exercise}\(.*:\n)(?=    \S)",
        lambda found: found[1] + lines,
        source,
        flags=re.MULTILINE,
    )


def docstring(exercise: str) -> str:
    """Return the docstring's lines of the released notebook."""
    return re.search(r'    """.*?"""\n', stub(exercise), re.DOTALL)[0]


def counted(source: str, exercise: str) -> str:
    """Count the calls in a global variable."""
    changed = inside(source, exercise, f"    global calls_{exercise}\n    calls_{exercise} += 1\n")
    return source if changed == source else f"calls_{exercise} = 0\n\n{changed}"


def timed(source: str, exercise: str) -> str:
    """Put a decorator before the function."""
    changed = re.sub(rf"^def {exercise}\(", f"@timed\ndef {exercise}(", source, flags=re.MULTILINE)
    return source if changed == source else TIMED + changed


def slowed(source: str, exercise: str) -> str:
    """Make the function wait, unless it calls itself."""
    if source.count(f"{exercise}(") > 1:
        return source
    return inside(source, exercise, "    import time; time.sleep(0.2)\n")


def with_remark(source: str, remark: str) -> str:
    """Put a comment at the end: a cell's magic must stay its first line."""
    return f"{source}\n# {remark}"


# --- the cells ---------------------------------------------------------------------------------


def new_cell(rng: random.Random, source: str, kind: str = "code") -> Cell:
    """Make a cell of the student's own."""
    cell = {"cell_type": kind, "id": f"{rng.getrandbits(32):08x}", "metadata": {}, "source": source}
    return {**cell, "execution_count": None, "outputs": []} if kind == "code" else cell


def place(cells: list[Cell], name: str) -> int:
    """Return the position of a cell."""
    return next(i for i, cell in enumerate(cells) if cell["id"] == name)


def insert(cells: list[Cell], after: str, cell: Cell) -> None:
    """Insert a cell behind another one."""
    cells.insert(place(cells, after) + 1, cell)


def add_helpers(
    rng: random.Random, cells: list[Cell], kind: str, sources: dict[str, str], traits: list[str]
) -> dict[str, bytes]:
    """Define the functions that the answers use, in a cell before its first check or in a file."""
    files: dict[str, bytes] = {}
    for helper, source in HELPERS.items():
        users = [cell_id(e) for e in EXERCISES if re.search(rf"\b{helper}\(", sources[e])]
        if users and happens(rng, 10) and helper != "one_step":
            files["helpers.py"] = files.get("helpers.py", b"import numpy as np\n") + (
                f"\n\n{source}\n".encode()
            )
            cell = new_cell(rng, f"from helpers import {helper}")
            insert(cells, "setup", cell)
            traits.append("helper in a file")
        elif users:
            after = rng.choice(["setup", f"task-{users[0]}", users[0]])
            insert(cells, after, new_cell(rng, source))
            traits.append("helper after its use" if after == users[0] else "helper in a cell")
    if kind == "some wrong" and happens(rng, 8):
        after, source = rng.choice(EARLY_CHANGES)
        insert(cells, f"check-{after}", new_cell(rng, source))
        traits.append("name changed early")
    if happens(rng, 2):
        files["notes.txt"] = "Bias zuerst! ∑ wᵢxᵢ + w₀\n".encode()
        traits.append("another file")
    return files


def change_demos(rng: random.Random, cells: list[Cell], traits: list[str]) -> None:
    """Let students play in the last section: train less, fail, overwrite names, delete cells."""
    by_id = {cell["id"]: cell for cell in cells}
    if not SLOW.isdisjoint(traits) or any(trait.endswith(": slow") for trait in traits):
        replace(by_id["train"], "range(100)", "range(3)")
        replace(by_id["train"], "steps=20", "steps=2")
        replace(by_id["boundary"], "np.arange(100)", "np.arange(3)")
        replace(by_id["weights"], "steps=300", "steps=1")
        by_id["boundary"]["source"] = by_id["boundary"]["source"].split("plots.regions")[0]
        traits.append("trains less")
    if happens(rng, 6):
        replace(by_id["train"], "learning_rate=5.0", "learning_rate=200")
        traits.append("other learning rate")
    if happens(rng, 5):
        name, old, new = rng.choice(LATE_FAILURES)
        replace(by_id[name], old, new)
        traits.append("last section fails")
    if happens(rng, 8):
        insert(cells, "weights", new_cell(rng, rng.choice(LATE_CHANGES)))
        traits.append("name changed late")
    if happens(rng, 5):
        by_id["weights"]["source"] += "\nscores = scores(X, w)"
        traits.append("name changed late")
    if happens(rng, 5):
        deleted = rng.sample(["try-gradient", "data", "train", "boundary", "weights"], 2)
        cells[:] = [cell for cell in cells if cell["id"] not in deleted]
        traits.append("demo deleted")


def replace(cell: Cell, old: str, new: str) -> None:
    """Edit a cell."""
    cell["source"] = cell["source"].replace(old, new)


def add_cells(rng: random.Random, cells: list[Cell], traits: list[str]) -> None:
    """Add cells and notes, and delete some of the teacher's texts."""
    for _ in range(rng.choices([0, 1, 2, 4, 8], [35, 25, 20, 15, 5])[0]):
        name, earliest, source = rng.choice(EXTRA_CELLS)
        position = rng.randint(place(cells, earliest) + 1, len(cells))
        cells.insert(position, new_cell(rng, source))
        traits.append(name)
    if happens(rng, 3):
        cells.insert(0, new_cell(rng, "# Name: see the file's name\nprint('start')"))
        traits.append("cell before the setup")
    if happens(rng, 5) and not uses_builtins(cells):
        insert(cells, "setup", new_cell(rng, "from numpy import *"))
        traits.append("star import")
    if happens(rng, 20):
        cells.insert(rng.randint(1, len(cells)), new_cell(rng, rng.choice(NOTES), "markdown"))
        traits.append("note")
    if happens(rng, 8):
        texts = [cell["id"] for cell in cells if cell["cell_type"] == "markdown"]
        deleted = rng.sample(texts, rng.randint(1, 4))
        cells[:] = [cell for cell in cells if cell["id"] not in deleted]
        traits.append("text deleted")


def uses_builtins(cells: list[Cell]) -> bool:
    """Tell whether a star import from NumPy would change what the notebook's own code means."""
    shadowed = re.compile(r"(?<![.\w])(abs|all|any|divmod|max|min|pow|round|sum)\(")
    return any(cell["cell_type"] == "code" and shadowed.search(cell["source"]) for cell in cells)


# --- the file ----------------------------------------------------------------------------------


def saved(rng: random.Random, cells: list[Cell], traits: list[str]) -> bytes:
    """Save the notebook as one of the usual editors does, mostly with outputs of an older run."""
    notebook = {**released(), "cells": cells}
    if happens(rng, 50):
        notebook["cells"] = [with_old_output(rng, cell) for cell in cells]
        traits.append("old outputs")
    if happens(rng, 6):
        kernel = {"display_name": "dl", "language": "python", "name": "conda-env-dl-py"}
        notebook["metadata"] = {**notebook["metadata"], "kernelspec": kernel}
        traits.append("other kernel")
    if happens(rng, 3):
        notebook["cells"] = [
            {key: value for key, value in cell.items() if key != "id"} for cell in notebook["cells"]
        ]
        notebook["nbformat_minor"] = 4
        traits.append("no cell ids")
    if happens(rng, 70):
        notebook["cells"] = [
            {**cell, "source": cell["source"].splitlines(keepends=True)}
            for cell in notebook["cells"]
        ]
    text = json.dumps(notebook, indent=rng.choice([1, 1, 2, None]), ensure_ascii=happens(rng, 20))
    if happens(rng, 5):
        text = text.replace("\n", "\r\n")
        traits.append("Windows line ends")
    return (text + "\n").encode()


def with_old_output(rng: random.Random, cell: Cell) -> Cell:
    """Give a code cell the number and the output that it had on the student's machine."""
    if cell["cell_type"] != "code":
        return cell
    count = rng.randint(1, 99)
    outputs = [
        [],
        [{"output_type": "stream", "name": "stdout", "text": ["old\n"]}],
        [{"output_type": "execute_result", "execution_count": count, "metadata": {},
          "data": {"text/plain": ["1.0"]}}],
        [{"output_type": "error", "ename": "CheckFailed", "evalue": "not yet",
          "traceback": ["CheckFailed"]}],
        [{"output_type": "display_data", "metadata": {},
          "data": {"text/html": ["<b>right</b>"], "text/plain": ["right"]}}],
    ]  # fmt: skip
    metadata = {**cell["metadata"], "scrolled": True} if happens(rng, 5) else cell["metadata"]
    return {**cell, "metadata": metadata, "execution_count": count, "outputs": rng.choice(outputs)}


# --- what the checks say in the student's own kernel -------------------------------------------


def expected_scores(honest: Honest) -> dict[str, float]:
    """Run a submission in a kernel of its own; return the score of each test cell by grade_id.

    Cells that are not reached within `SECONDS` score 0.
    """
    warm = warm_process()
    files = {name: content.decode() for name, content in honest.files.items()}
    warm.stdin.write(json.dumps(files) + "\n")
    warm.stdin.flush()
    return json.loads(warm.stdout.readline())


@functools.cache
def warm_process() -> subprocess.Popen:
    """Start the process that has everything loaded and runs each notebook in a fork of itself."""
    settings = {
        "PYTHONPATH": str(Path(__file__).parents[1]),
        "MPLBACKEND": "agg",
        "OPENBLAS_NUM_THREADS": "1",
        "TERM": "dumb",  # `np.exp?` must not start a pager
    }
    warm = subprocess.Popen(
        [sys.executable, "-c", "from grading.honest import serve; serve()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, **settings},
        text=True,
    )
    atexit.register(warm.kill)
    return warm


def serve() -> None:
    """Answer each line of files with a line of scores."""
    for name in PRELOADED:
        importlib.import_module(name)
    with tempfile.TemporaryDirectory() as home:
        os.environ["IPYTHONDIR"] = home
        shell = make_shell()
        for line in sys.stdin:
            print(json.dumps(run_in_fork(shell, json.loads(line))), flush=True)


def make_shell():
    """Make an IPython shell that leaves nothing behind."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    class Shell(InteractiveShell):
        def enable_gui(self, gui=None):
            """Have no windows."""

    settings = Config(
        {"HistoryManager": {"enabled": False}, "InteractiveShell": {"colors": "nocolor"}}
    )
    return Shell.instance(config=settings)


def run_in_fork(shell, files: dict[str, str]) -> dict[str, float]:
    """Run a notebook in a child process and collect its scores until the time is over."""
    cells = json.loads(files[NOTEBOOK])["cells"]
    settings = [cell["metadata"].get("nbgrader", {}) for cell in cells]
    scores = {setting["grade_id"]: 0.0 for setting in settings if setting.get("grade")}
    reading, writing = os.pipe()
    with tempfile.TemporaryDirectory() as folder:
        child = os.fork()
        if child == 0:
            try:
                run_notebook(shell, files, folder, writing)
            finally:
                os._exit(0)
        os.close(writing)
        for line in lines_until(reading, time.monotonic() + SECONDS):
            scores.update(json.loads(line))
        os.close(reading)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    return scores


def lines_until(pipe: int, deadline: float) -> Iterator[bytes]:
    """Read whole lines from a pipe until it is closed or the time is over."""
    rest = b""
    while select.select([pipe], [], [], max(0.0, deadline - time.monotonic()))[0]:
        piece = os.read(pipe, 65536)
        if not piece:
            return
        *lines, rest = (rest + piece).split(b"\n")
        yield from lines


def run_notebook(shell, files: dict[str, str], folder: str, writing: int) -> None:
    """Run the cells up to the last test and write the score of each test cell to the pipe."""
    import nbformat
    from nbgrader.utils import determine_grade, is_grade

    os.chdir(folder)
    for name, text in files.items():
        Path(name).write_text(text, encoding="utf-8")
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    cells = nbformat.from_dict(joined(json.loads(files[NOTEBOOK])))["cells"]
    last = max(i for i, cell in enumerate(cells) if is_grade(cell))
    for cell in cells[: last + 1]:
        if cell.cell_type == "code":
            cell.outputs = run_cell(shell, cell.source)
            if is_grade(cell):
                score, _ = determine_grade(cell)
                os.write(writing, json.dumps({cell.metadata.nbgrader.grade_id: score}).encode())
                os.write(writing, b"\n")


def joined(notebook: dict) -> dict:
    """Join the lines that a saved notebook's sources are split into."""
    cells = [{**cell, "source": "".join(cell["source"])} for cell in notebook["cells"]]
    return {**notebook, "cells": cells}


def run_cell(shell, source: str) -> list:
    """Run one cell and collect the outputs that nbgrader looks at; stderr is not among them."""
    from nbformat.v4 import new_output

    printed = io.StringIO()
    with redirect_stdout(printed), redirect_stderr(io.StringIO()):
        done = shell.run_cell(source, store_history=True)
        outputs = [new_output("stream", name="stdout", text=printed.getvalue())]
        if not done.success:
            error = done.error_before_exec or done.error_in_exec
            outputs.append(new_output("error", ename=type(error).__name__, evalue=str(error)))
        elif done.result is not None:
            data, _ = shell.display_formatter.format(done.result)
            outputs.append(new_output("execute_result", data=data))
    return outputs
