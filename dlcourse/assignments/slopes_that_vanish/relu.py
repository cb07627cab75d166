r"""The rectified linear unit: :math:`\max(0, s)`."""

from collections.abc import Iterable

import numpy as np

from dlcourse._validation import FloatArray
from dlcourse.activations import relu, sigmoid, softplus
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import array, examples, single, sizes
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw tables of scores, of both signs in each."""
    for n, units in sizes(rng):
        S = np.abs(examples(rng, n, units)) + 0.1
        S.flat[:: rng.integers(2, 4)] *= -1
        yield (rng.permuted(S, axis=0),)


def branched(S: FloatArray) -> FloatArray:
    """Compare an array as if it were one number."""
    return S if S > 0 else 0 * S


EXERCISE = Exercise(
    key="slopes_that_vanish/relu",
    reference=relu,
    parts=(
        Part(
            inputs=draw,
            edge_cases={
                "one positive score": (array([[2.0]]),),
                "single precision": (single([[1, -2], [-3, 4]]),),
            },
        ),
    ),
    misconceptions=(
        Misconception(
            "absolute value",
            lambda S: np.abs(S),
            "You turn a negative score into a positive one.",
            "What should a unit say whose score is -2?",
        ),
        Misconception(
            "slope instead of output",
            lambda S: np.where(S > 0, 1.0, 0.0),
            "This is the slope of ReLU, 0 or 1. Asked for is what the unit says.",
            "What should a unit say whose score is 3?",
        ),
        Misconception(
            "capped at 1",
            lambda S: np.clip(S, 0, 1),
            "Your unit never says more than 1, so it saturates at the top.",
            "Which slope does your function have at a score of 3?",
        ),
        Misconception(
            "minimum instead of maximum",
            lambda S: np.minimum(S, 0),
            "You keep the negative scores and lose the positive ones.",
            "Which of 0 and s should be taken, the smaller or the larger?",
        ),
        Misconception(
            "a leak",
            lambda S: np.where(S > 0, S, 0.01 * S),
            "This is a leaky ReLU: below 0 it still says a hundredth of its score.",
            "What is the larger one of 0 and -2?",
        ),
        Misconception(
            "rounded corner",
            lambda S: softplus(S),
            "This is softplus, a ReLU with a rounded corner.",
            "What should a unit say whose score is 0?",
        ),
        Misconception(
            "sigmoid",
            lambda S: sigmoid(S),
            "This is the sigmoid, which saturates on both sides.",
            "How large may an output of max(0, s) become?",
        ),
        Misconception(
            "sign of the score",
            lambda S: np.maximum(0, -S),
            "Your unit is on where its score is negative.",
            "Which scores should it pass on unchanged?",
        ),
        Misconception(
            "negative scores left out",
            lambda S: S[S > 0],
            "You leave out the negative scores, so the table falls apart into a row of others.",
            "Which number should stand in the place of a negative score?",
        ),
        Misconception(
            "one number for all",
            lambda S: max(0.0, float(S.max())),
            "You return the largest number of the whole table.",
            "Each score is compared with 0 by itself. Which function of NumPy does that?",
        ),
        Misconception(
            "if on an array",
            branched,
            "An `if` asks one question, and S holds many numbers.",
            "What asks each of them on its own?",
        ),
    ),
    remark="Nothing more: two straight pieces and a corner.",
)

ANSWERS = Answers(
    right=variants("""
## maximum
def relu(S):
    return np.maximum(0, S)
## where
def relu(S):
    return np.where(S > 0, S, 0)
## mask times score
def relu(S):
    return S * (S > 0)
## clip
def relu(S):
    return np.clip(S, 0, None)
## copy and assign
def relu(S):
    X = S.copy()
    X[S < 0] = 0
    return X
## zeros and assign
def relu(S):
    X = np.zeros(S.shape)
    on = S > 0
    X[on] = S[on]
    return X
## half of the score and its size
def relu(S):
    return (S + np.abs(S)) / 2
## two loops (slow)
def relu(S):
    X = np.zeros(S.shape)
    for i in range(S.shape[0]):
        for j in range(S.shape[1]):
            if S[i, j] > 0:
                X[i, j] = S[i, j]
    return X
## comprehension (slow)
def relu(S):
    return np.array([[max(0, s) for s in row] for row in S])
## vectorized (slow)
def relu(S):
    return np.vectorize(lambda s: s if s > 0 else 0.0, otypes=[float])(S)
## score minus its negative part
def relu(S):
    return S - np.minimum(S, 0)
## select
def relu(S):
    return np.select([S <= 0, S > 0], [0, S])
## fmax
def relu(S):
    return np.fmax(S, 0.0)
## stacked
def relu(S):
    return np.stack([S, np.zeros_like(S)]).max(axis=0)
## row by row
def relu(S):
    X = np.zeros_like(S)
    for i in range(len(S)):
        X[i] = np.maximum(S[i], 0)
    return X
## while (slow)
def relu(S):
    X = S.copy()
    i = 0
    while i < X.shape[0]:
        for j in range(X.shape[1]):
            if X[i, j] < 0:
                X[i, j] = 0.0
        i += 1
    return X
## sign
def relu(S):
    return S * (1 + np.sign(S)) / 2
## sorted with zero
def relu(S):
    both = np.array([S, 0 * S])
    return np.sort(both, axis=0)[1]
## lambda
relu = lambda S: (abs(S) + S) * 0.5
## type hints
def relu(S: np.ndarray) -> np.ndarray:
    '''max(0, s).'''
    on: np.ndarray = (S > 0).astype(float)
    return on * S
"""),
    wrong=variants("""
## absolute value
def relu(S):
    return abs(S)
## slope instead of output
def relu(S):
    return (S > 0) * 1.0
## capped at 1
def relu(S):
    return np.minimum(np.maximum(S, 0), 1)
## minimum instead of maximum
def relu(S):
    return np.minimum(0, S)
## a leak
def relu(S):
    return np.maximum(0.01 * S, S)
## rounded corner
def relu(S):
    return np.log(1 + np.exp(S))
## sigmoid
def relu(S):
    return 1 / (1 + np.exp(-S))
## sign of the score
def relu(S):
    return np.where(S < 0, -S, 0)
## negative scores left out
def relu(S):
    return np.array([s for s in S.ravel() if s > 0])
## one number for all
def relu(S):
    return max(0, S.max())
## if on an array
def relu(S):
    if S > 0:
        return S
    return np.zeros(S.shape)
## as it came
def relu(S):
    return S
## ones below
def relu(S):
    return np.maximum(1, S)
## step of the unit
def relu(S):
    return np.sign(S)
## tanh
def relu(S):
    return np.tanh(S)
## columns instead of numbers
def relu(S):
    return np.maximum(0, S.max(axis=0))
## threshold at 1
def relu(S):
    return np.where(S > 1, S, 0)
"""),
)
