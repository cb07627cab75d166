"""Which part of a layer of ReLU units is off for every example."""

from collections.abc import Iterable

import numpy as np

from dlcourse._validation import FloatArray
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import array, examples, readable, single
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part
from dlcourse.linear import scores

SHAPES = ((3, 2, 3), (4, 2, 4), (5, 3, 5), (30, 6, 8), (30, 7, 15))  # (examples, inputs, units)


def dead_share(W: FloatArray, X: FloatArray) -> float:
    """Compute the share of units whose score is above 0 for no example."""
    return float(np.mean(np.all(scores(X, W) <= 0, axis=0)))


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw layers of which some units are dead, from none to all but one, in any order."""
    for n, features, units in SHAPES:
        X, W = examples(rng, n, features), examples(rng, units, features + 1)
        W[:, 0] = 0
        reach = np.sort(scores(X, W), axis=0)
        dead = rng.permuted(np.arange(units) < rng.integers(1, units))
        W[:, 0] = readable(np.where(dead, -reach[-1] - 1, -(reach[0] + reach[-1]) / 2), n)
        yield W, X


EXERCISE = Exercise(
    key="slopes_that_vanish/dead_share",
    reference=dead_share,
    parts=(
        Part(
            points=2,
            inputs=draw,
            edge_cases={
                "one unit, off for one of two examples": (
                    array([[-1.0, 1.0]]),
                    array([[3.0], [0.5]]),
                ),
                "a score of exactly 0": (array([[0.0, 1.0], [1.0, 1.0]]), array([[0.0], [-2.0]])),
                "two dead units of three": (
                    array([[-5.0, 1.0], [2.0, 1.0], [-9.0, 2.0]]),
                    array([[1.0], [2.0]]),
                ),
                "single precision": (
                    single([[-5.0, 1.0], [2.0, 1.0]]),
                    single([[1.0], [2.0]]),
                ),
            },
        ),
    ),
    misconceptions=(
        Misconception(
            "share of outputs that are 0",
            lambda W, X: np.mean(scores(X, W) <= 0),
            "You count how often units are off. A unit is dead only if it is off for *every* "
            "example.",
            "What must hold for all numbers of a column?",
        ),
        Misconception(
            "off for some example",
            lambda W, X: np.mean(np.any(scores(X, W) <= 0, axis=0)),
            "You count units that are off at least once. That is what ReLUs are for.",
            "For how many of the examples is a dead unit off?",
        ),
        Misconception(
            "examples instead of units",
            lambda W, X: np.mean(np.all(scores(X, W) <= 0, axis=1)),
            "You count the examples for which the whole layer is silent.",
            "Units are columns of the scores. Along which axis must all of them be compared?",
        ),
        Misconception(
            "share of the living",
            lambda W, X: 1 - dead_share(W, X),
            "This is the share of units that are alive.",
            "Which ones are asked for?",
        ),
        Misconception(
            "number instead of share",
            lambda W, X: float(np.sum(np.all(scores(X, W) <= 0, axis=0))),
            "This is how many units are dead. Asked for is the share of all units.",
            "By what must the number be divided?",
        ),
        Misconception(
            "biases left out",
            lambda W, X: np.mean(np.all(X @ W[:, 1:].T <= 0, axis=0)),
            "Where are the biases? It is mostly a bias far below 0 that kills a unit.",
            "Which column of W is added to every score of its unit?",
        ),
        Misconception(
            "biases taken from the end",
            lambda W, X: np.mean(np.all(X @ W[:, :-1].T + W[:, -1] <= 0, axis=0)),
            "You took the last column of W for the biases.",
            "Where do the biases stand in this course?",
        ),
        Misconception(
            "strictly below 0",
            lambda W, X: np.mean(np.all(scores(X, W) < 0, axis=0)),
            "A unit whose score is exactly 0 says 0, and its slope is 0.",
            "Is it on or off?",
        ),
        Misconception(
            "negative weights",
            lambda W, X: np.mean(np.all(W <= 0, axis=1)),
            "You look at the weights alone. With a negative weight and a negative input, a unit "
            "may well be on.",
            "What decides whether a unit is on, its weights or its score?",
        ),
        Misconception(
            "negative bias",
            lambda W, X: np.mean(W[:, 0] < 0),
            "You look at the biases alone. Many a unit with a negative bias is on for some "
            "example.",
            "What decides whether a unit is on?",
        ),
        Misconception(
            "mean score below 0",
            lambda W, X: np.mean(scores(X, W).mean(axis=0) <= 0),
            "You ask whether a unit is off on average. A single example for which it is on keeps "
            "it alive.",
            "What must hold for every score of a dead unit?",
        ),
        Misconception(
            "which ones instead of how many",
            lambda W, X: np.all(scores(X, W) <= 0, axis=0).astype(float),
            "You say of each unit whether it is dead.",
            "Asked for is one number. What is the share of ones in your row?",
        ),
    ),
    words={"rows of `W`": "units", "rows of `X`": "examples", "`W[:, 0]`": "the biases"},
    remark="Look at this number whenever a network of ReLUs does not learn.",
)

ANSWERS = Answers(
    right=variants("""
## all, then mean
def dead_share(W, X):
    S = X @ W[:, 1:].T + W[:, 0]
    return np.mean(np.all(S <= 0, axis=0))
## largest score
def dead_share(W, X):
    S = X @ W[:, 1:].T + W[:, 0]
    return np.mean(S.max(axis=0) <= 0)
## by relu
def dead_share(W, X):
    outputs = relu(X @ W[:, 1:].T + W[:, 0])
    return np.mean(outputs.max(axis=0) == 0)
## column of ones
def dead_share(W, X):
    S = np.column_stack([np.ones(len(X)), X]) @ W.T
    return (S <= 0).all(axis=0).mean()
## not any
def dead_share(W, X):
    S = W[:, 0] + np.dot(X, W[:, 1:].T)
    return 1 - np.any(S > 0, axis=0).mean()
## sum of outputs
def dead_share(W, X):
    outputs = np.maximum(0, X @ W[:, 1:].T + W[:, 0])
    dead = outputs.sum(axis=0) == 0
    return dead.sum() / len(dead)
## unit by unit
def dead_share(W, X):
    dead = 0
    for w in W:
        if np.all(w[0] + X @ w[1:] <= 0):
            dead += 1
    return dead / len(W)
## three loops (slow)
def dead_share(W, X):
    dead = 0
    for w in W:
        alive = False
        for x in X:
            s = w[0]
            for k in range(len(x)):
                s += w[k + 1] * x[k]
            if s > 0:
                alive = True
        if not alive:
            dead += 1
    return dead / len(W)
## comprehension
def dead_share(W, X):
    return float(np.mean([max(X @ w[1:] + w[0]) <= 0 for w in W]))
## count_nonzero
def dead_share(W, X):
    S = X @ W[:, 1:].T + W[:, 0]
    on = np.count_nonzero(S > 0, axis=0)
    return np.mean(on == 0)
## as in the lecture
def dead_share(W, X):
    X0 = np.vstack([np.ones(len(X)), X.T])
    S = W @ X0
    return np.mean((S <= 0).all(axis=1))
## einsum
def dead_share(W, X):
    S = np.einsum("ik,jk->ij", X, W[:, 1:]) + W[:, 0]
    return np.mean(np.max(S, axis=0) <= 0)
## helper
def dead_share(W, X):
    return sum(is_dead(w, X) for w in W) / W.shape[0]
## alive ones named
def dead_share(W, X):
    alive = (X @ W[:, 1:].T > -W[:, 0]).any(axis=0)
    return (len(W) - alive.sum()) / len(W)
## lambda
dead_share = lambda W, X: (np.max(X @ W[:, 1:].T + W[:, 0], axis=0) <= 0).mean()
## type hints
def dead_share(W: np.ndarray, X: np.ndarray) -> float:
    '''Off for every example.'''
    S: np.ndarray = np.inner(X, W[:, 1:]) + W[:, 0]
    dead: np.ndarray = np.logical_and.reduce(S <= 0, axis=0)
    return float(dead.mean())
"""),
    wrong=variants("""
## share of outputs that are 0
def dead_share(W, X):
    return np.mean(relu(X @ W[:, 1:].T + W[:, 0]) == 0)
## off for some example
def dead_share(W, X):
    S = X @ W[:, 1:].T + W[:, 0]
    return np.mean(S.min(axis=0) <= 0)
## examples instead of units
def dead_share(W, X):
    S = X @ W[:, 1:].T + W[:, 0]
    return np.mean(S.max(axis=1) <= 0)
## share of the living
def dead_share(W, X):
    S = X @ W[:, 1:].T + W[:, 0]
    return np.mean(np.any(S > 0, axis=0))
## number instead of share
def dead_share(W, X):
    S = X @ W[:, 1:].T + W[:, 0]
    return float(np.sum(S.max(axis=0) <= 0))
## biases left out
def dead_share(W, X):
    return np.mean(np.all(X @ W[:, 1:].T <= 0, axis=0))
## biases taken from the end
def dead_share(W, X):
    S = np.column_stack([X, np.ones(len(X))]) @ W.T
    return np.mean(np.all(S <= 0, axis=0))
## strictly below 0
def dead_share(W, X):
    S = X @ W[:, 1:].T + W[:, 0]
    return np.mean(S.max(axis=0) < 0)
## negative weights
def dead_share(W, X):
    return np.mean((W <= 0).all(axis=1))
## negative bias
def dead_share(W, X):
    return (W[:, 0] < 0).mean()
## mean score below 0
def dead_share(W, X):
    S = X @ W[:, 1:].T + W[:, 0]
    return np.mean(S.sum(axis=0) <= 0)
## which ones instead of how many
def dead_share(W, X):
    S = X @ W[:, 1:].T + W[:, 0]
    return np.all(S <= 0, axis=0) * 1.0
## divided by the number of examples
def dead_share(W, X):
    S = X @ W[:, 1:].T + W[:, 0]
    return np.sum(np.all(S <= 0, axis=0)) / len(X)
## last example only
def dead_share(W, X):
    for x in X:
        s = W[:, 1:] @ x + W[:, 0]
    return np.mean(s <= 0)
## biases subtracted
def dead_share(W, X):
    S = X @ W[:, 1:].T - W[:, 0]
    return np.mean(np.all(S <= 0, axis=0))
## the whole layer
def dead_share(W, X):
    S = X @ W[:, 1:].T + W[:, 0]
    return float(np.all(S <= 0))
"""),
    helpers=variants("""
## is_dead
def is_dead(w, X):
    return bool(np.all(X @ w[1:] + w[0] <= 0))
"""),
)
