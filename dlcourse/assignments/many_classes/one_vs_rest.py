r"""K models trained apart, one decision: the class of the largest score."""

from collections.abc import Iterable

import numpy as np

from dlcourse._validation import FloatArray, IntArray
from dlcourse.activations import sigmoid
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import array, examples, single, sizes
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part, Property
from dlcourse.labels import decode_one_hot, one_hot
from dlcourse.linear import scores

CLEAR = 0.05  # by which the largest score leads: no answer hangs on rounding


def one_vs_rest(X: FloatArray, W: FloatArray) -> IntArray:
    """Give each row of `X` the class of the largest score."""
    return decode_one_hot(scores(X, W))


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw arguments for `one_vs_rest`; examples between two classes are drawn again."""
    for n, features in (*sizes(rng), (1, 2)):
        W = examples(rng, int(rng.integers(4, 7)), features + 1)
        X = examples(rng, 30 * n, features)
        best = np.sort(scores(X, W), axis=1)
        yield X[best[:, -1] - best[:, -2] > CLEAR][:n], W


EXERCISE = Exercise(
    key="many_classes/one_vs_rest",
    reference=one_vs_rest,
    parts=(
        Part(
            points=2,
            inputs=draw,
            edge_cases={
                "claimed by the last class alone": (
                    array([[2.0]]),
                    array([[-1.0, 0.0], [0.0, -1.0], [1.0, 1.0]]),
                ),
                "claimed by nobody": (
                    array([[1.0], [-1.0]]),
                    array([[-4.0, 1.0], [-2.0, 1.0], [-2.0, -1.0]]),
                ),
                "two are very sure": (array([[1.0]]), array([[0.0, 40.0], [0.0, 60.0]])),
                "nobody by far": (array([[1.0]]), array([[0.0, -900.0], [0.0, -800.0]])),
                "the biases decide": (
                    array([[0.0, 0.0]]),
                    array([[0.5, 9.0, 9.0], [1.5, 0.0, 0.0], [1.0, -9.0, -9.0]]),
                ),
                "features that are integers": (
                    np.array([[1, 2], [3, -4]]),
                    array([[0.5, 0.25, 0.25], [0.5, 0.25, 0.5], [1.4, 0.1, 0.1]]),
                ),
                "single precision": (
                    single([[1, 2], [3, -4]]),
                    single([[0.5, 2, 1.5], [1.0, 0, -1]]),
                ),
            },
            hint="Look at the scores of the example below. Which of them is the largest, and in "
            "which column does it stand?",
        ),
    ),
    properties=(
        Property(
            "a number of a class",
            lambda k, X, W: bool(((k >= 0) & (k < len(W))).all()),
            "Some of your class numbers belong to no class. Python counts from 0: the classes are "
            "0 to K - 1.",
        ),
    ),
    misconceptions=(
        Misconception(
            "the first that claims",
            lambda X, W: (scores(X, W) > 0).argmax(axis=1),
            "You take the first class that says yes. Several may say yes, or none; whose score is "
            "the largest?",
        ),
        Misconception(
            "the last that claims",
            lambda X, W: np.array(
                [max([k for k, s in enumerate(row) if s > 0], default=0) for row in scores(X, W)]
            ),
            "A class that says yes later overwrites one that said yes before. Several may say yes, "
            "or none; whose score is the largest?",
        ),
        Misconception(
            "the largest size of a score",
            lambda X, W: np.abs(scores(X, W)).argmax(axis=1),
            "You compare the scores without their signs. A score far below zero is a firm no.",
        ),
        Misconception(
            "the smallest score",
            lambda X, W: scores(X, W).argmin(axis=1),
            "You take the class that is least sure that the example is its own.",
        ),
        Misconception(
            "the score nearest to zero",
            lambda X, W: np.abs(scores(X, W)).argmin(axis=1),
            "A score near zero is one that can't decide. The largest score wins, be it above zero "
            "or below.",
        ),
        Misconception(
            "probabilities compared",
            lambda X, W: sigmoid(scores(X, W)).argmax(axis=1),
            "You compare probabilities. For two sure classes both are rounded to 1, and it is lost "
            "who was surer. The scores still know.",
        ),
        Misconception(
            "nobody where none claims",
            lambda X, W: np.where((scores(X, W) > 0).any(axis=1), one_vs_rest(X, W), -1),
            "You give an example to nobody where no class says yes. It still goes to the class "
            "whose no is the weakest.",
        ),
        Misconception(
            "zero to be beaten",
            lambda X, W: np.maximum(scores(X, W), 0).argmax(axis=1),
            "Your search starts at 0, so a score below zero never wins. Where all are below, the "
            "largest of them wins: where could the search start?",
        ),
        Misconception(
            "scores cut off to whole numbers",
            lambda X, W: np.trunc(scores(X, W)).argmax(axis=1),
            "The scores are compared without their decimals. Did you store them in an array of "
            "integers?",
        ),
        Misconception(
            "counted from 1",
            lambda X, W: one_vs_rest(X, W) + 1,
            "You count the classes from 1, as the lecture does. In the code they are 0 to K - 1.",
        ),
        Misconception(
            "over the examples",
            lambda X, W: scores(X, W).argmax(axis=0),
            "Your answer has a number for each class: its best example. Asked for is each "
            "example's best class. Along which axis do the classes lie?",
        ),
        Misconception(
            "place in the whole table",
            lambda X, W: int(scores(X, W).argmax()),
            "Without an axis, np.argmax looks for the largest number of the whole table. Each "
            "example needs an answer of its own.",
        ),
        Misconception(
            "the score instead of the class",
            lambda X, W: scores(X, W).max(axis=1),
            "This is the largest score itself. Asked for is whose it is: the number of its column.",
        ),
        Misconception(
            "one-hot rows",
            lambda X, W: one_hot(one_vs_rest(X, W), len(W)),
            "You mark the winner in a row for each example. Asked for is its number.",
        ),
        Misconception(
            "biases left out",
            lambda X, W: (X @ W[:, 1:].T).argmax(axis=1),
            "Where are the biases? Without them every class has the score 0 at the origin.",
        ),
    ),
    remark="Every point of the plane has an owner now, also where nobody or everybody said yes.",
)

ANSWERS = Answers(
    right=variants("""
## own function
def one_vs_rest(X, W):
    return class_scores(X, W).argmax(axis=1)
## np.argmax
def one_vs_rest(X, W):
    S = class_scores(X, W)
    return np.argmax(S, axis=-1)
## written out
def one_vs_rest(X, W):
    return np.argmax(X @ W[:, 1:].T + W[:, 0], axis=1)
## column of ones
def one_vs_rest(X, W):
    Z = np.column_stack([np.ones(len(X)), X])
    return (W @ Z.T).argmax(axis=0)
## loop (slow)
def one_vs_rest(X, W):
    classes = np.zeros(len(X), dtype=int)
    S = class_scores(X, W)
    for i in range(len(X)):
        best = 0
        for k in range(1, len(W)):
            if S[i, k] > S[i, best]:
                best = k
        classes[i] = best
    return classes
## sorted
def one_vs_rest(X, W):
    return np.argsort(class_scores(X, W), axis=1)[:, -1]
## comprehension
def one_vs_rest(X, W):
    return np.array([np.argmax(row) for row in class_scores(X, W)])
## max and index (slow)
def one_vs_rest(X, W):
    rows = class_scores(X, W).tolist()
    return np.array([row.index(max(row)) for row in rows])
## champion so far
def one_vs_rest(X, W):
    best = X @ W[0, 1:] + W[0, 0]
    owner = np.zeros(len(X), dtype=np.int64)
    for k in range(1, len(W)):
        s = X @ W[k, 1:] + W[k, 0]
        owner = np.where(s > best, k, owner)
        best = np.maximum(s, best)
    return owner
## lambda
one_vs_rest = lambda X, W: (-class_scores(X, W)).argmin(1)
## small integers
def one_vs_rest(X, W):
    return class_scores(X, W).argmax(axis=1).astype(np.int8)
## nonzero
def one_vs_rest(X, W):
    S = class_scores(X, W)
    return np.nonzero(S == S.max(axis=1, keepdims=True))[1]
## dictionary (slow)
def one_vs_rest(X, W):
    answer = []
    for x in X:
        score = {k: W[k, 0] + W[k, 1:] @ x for k in range(len(W))}
        answer.append(max(score, key=score.get))
    return np.array(answer)
## apply_along_axis
def one_vs_rest(X, W):
    return np.apply_along_axis(np.argmax, 1, class_scores(X, W))
## type hints
def one_vs_rest(X: np.ndarray, W: np.ndarray) -> np.ndarray:
    '''The most confident yes wins, or the least firm no.'''
    S: np.ndarray = np.stack([w[0] + X @ w[1:] for w in W])
    return S.argmax(axis=0)
"""),
    wrong=variants("""
## the first that claims
def one_vs_rest(X, W):
    return np.argmax(class_scores(X, W) > 0, axis=1)
## the last that claims
def one_vs_rest(X, W):
    owner = np.zeros(len(X), dtype=int)
    S = class_scores(X, W)
    for k in range(len(W)):
        owner[S[:, k] > 0] = k
    return owner
## the largest size of a score
def one_vs_rest(X, W):
    return np.abs(class_scores(X, W)).argmax(axis=1)
## the smallest score
def one_vs_rest(X, W):
    return np.argsort(class_scores(X, W), axis=1)[:, 0]
## the score nearest to zero
def one_vs_rest(X, W):
    return np.argmin(class_scores(X, W) ** 2, axis=1)
## probabilities compared
def one_vs_rest(X, W):
    P = 1 / (1 + np.exp(-class_scores(X, W)))
    return P.argmax(axis=1)
## counted from 1
def one_vs_rest(X, W):
    return class_scores(X, W).argmax(axis=1) + 1
## over the examples
def one_vs_rest(X, W):
    return class_scores(X, W).argmax(axis=0)
## place in the whole table
def one_vs_rest(X, W):
    return np.argmax(class_scores(X, W))
## the score instead of the class
def one_vs_rest(X, W):
    return class_scores(X, W).max(axis=1)
## one-hot rows
def one_vs_rest(X, W):
    S = class_scores(X, W)
    return (S == S.max(axis=1, keepdims=True)).astype(float)
## biases left out
def one_vs_rest(X, W):
    return (X @ W[:, 1:].T).argmax(axis=1)
## biases from the end
def one_vs_rest(X, W):
    return (X @ W[:, :-1].T + W[:, -1]).argmax(axis=1)
## minus one where nobody claims
def one_vs_rest(X, W):
    S = class_scores(X, W)
    return np.where(S.max(axis=1) > 0, S.argmax(axis=1), -1)
## a list
def one_vs_rest(X, W):
    return [int(np.argmax(row)) for row in class_scores(X, W)]
## floats
def one_vs_rest(X, W):
    owner = np.zeros(len(X))
    for i, row in enumerate(class_scores(X, W)):
        owner[i] = np.argmax(row)
    return owner
## true or false
def one_vs_rest(X, W):
    return class_scores(X, W) > 0
## starts from zero
def one_vs_rest(X, W):
    S = class_scores(X, W)
    owner = np.zeros(len(X), dtype=int)
    best = np.zeros(len(X))
    for k in range(len(W)):
        better = S[:, k] > best
        owner[better] = k
        best[better] = S[better, k]
    return owner
## distances to the lines compared
def one_vs_rest(X, W):
    lengths = np.linalg.norm(W[:, 1:], axis=1)
    return (class_scores(X, W) / lengths).argmax(axis=1)
## scores rounded
def one_vs_rest(X, W):
    return class_scores(X, W).astype(int).argmax(axis=1)
## scores clipped
def one_vs_rest(X, W):
    return np.clip(class_scores(X, W), -500, 500).argmax(axis=1)
"""),
)
