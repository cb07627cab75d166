r"""Logarithms of probabilities, from scores: :math:`\log P_k = s_k - \log \sum_{k'} e^{s_{k'}}`."""

from collections.abc import Callable, Iterable

import numpy as np

from dlcourse._validation import FloatArray
from dlcourse.activations import log_softmax, logsumexp, sigmoid, softmax
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import array, huge, kinds, score_tables, single
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part, Property


def draw_huge(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw a table of huge scores of both signs."""
    yield (huge(rng, 24).round(1).reshape(6, 4),)


def log_Z(S: FloatArray) -> FloatArray:
    """Compute the logarithm of the partition function as a column, as it is written on paper."""
    return np.asarray(np.log(np.exp(S).sum(axis=1, keepdims=True)))


def clipped(eps: float) -> Callable[[FloatArray], FloatArray]:
    """Keep the probabilities away from 0 by force."""
    return lambda S: np.log(np.maximum(softmax(S), eps))


ROUNDED = (
    "A probability of e^-1000 is stored as 0, and its logarithm is minus infinity. Do not go "
    "through P: take the logarithm of the formula on paper first."
)
CLIPPED = (
    "Keeping P away from 0 by a tiny number avoids the infinity, but not the mistake: what is true "
    "is -1000, and you say about {:.0f}. Take the logarithm of the formula on paper first."
)


EXERCISE = Exercise(
    key="many_classes/log_softmax",
    reference=log_softmax,
    parts=(
        Part(
            "the formula",
            1,
            score_tables,
            {
                "one example": (array([[2.0, 0.0, 1.0]]),),
                "equal scores": (array([[3.0, 3.0, 3.0, 3.0]]),),
                **kinds(array([[1, 2, 0], [3, -4, 1]])),
            },
        ),
        Part(
            "huge scores",
            1,
            draw_huge,
            {
                "two huge scores": (array([[1000.0, 999.0]]),),
                "huge negative scores": (array([[-1000.0, -1001.0]]),),
                "a huge score among small ones": (array([[0.0, 800.0, 1.0]]),),
                "a probability near 0": (array([[30.0, -30.0]]),),
                "rows far apart": (array([[1000.0, 999.0], [-1000.0, -999.0]]),),
                "huge in single precision": (single([[200, 199], [-200, 0]]),),
            },
            hint="Write log P as the score minus something, and take the largest score out of that "
            "something's exponentials. At which of your steps is a score of 1000 lost?",
        ),
    ),
    tolerance=1e-6,  # forgives the 1e-10 that people add to P; the second part does not
    properties=(
        Property(
            "not positive",
            lambda L, S: bool((L <= 1e-6).all()),
            "A probability is at most 1, so its logarithm is at most 0. Some of yours are above.",
        ),
    ),
    misconceptions=(
        Misconception(
            "probabilities without the logarithm",
            lambda S: softmax(S),
            "These are the probabilities. Asked for are their logarithms.",
        ),
        Misconception(
            "sign",
            lambda S: -log_softmax(S),
            "These are the logarithms with a minus before them. That is what a loss takes; here "
            "the logarithm of a probability is at most 0.",
        ),
        Misconception(
            "over the examples",
            lambda S: log_softmax(S.T).T,
            "Your sum runs over the examples. It must run over the classes of one example.",
        ),
        Misconception(
            "over the whole table",
            lambda S: S - np.log(np.exp(S).sum()),
            "You subtract one number from the whole table. Each example has a Z of its own.",
        ),
        Misconception(
            "a column lost",
            lambda S: S - np.log(np.exp(S).sum(axis=1)),
            "The sums have the shape (n,), and NumPy lays that over a row. It must be a column, "
            "one number for each row: see `keepdims`.",
        ),
        Misconception(
            "no logarithm of Z",
            lambda S: S - np.exp(S).sum(axis=1, keepdims=True),
            "You subtract Z from the score. A quotient becomes a difference of two *logarithms*.",
        ),
        Misconception(
            "divided by log Z",
            lambda S: S / np.log(np.exp(S).sum(axis=1, keepdims=True)),
            "You divide the scores by log Z. The logarithm of a quotient is a difference.",
        ),
        Misconception(
            "sum of the scores for log Z",
            lambda S: S - S.sum(axis=1, keepdims=True),
            "You subtract the sum of the scores. Z is the sum of their exponentials, and its "
            "logarithm is subtracted.",
        ),
        Misconception(
            "sum of the scores",
            lambda S: S - np.log(np.abs(S.sum(axis=1, keepdims=True))),
            "Z is the sum of the exponentials of the scores, not of the scores.",
        ),
        Misconception(
            "logarithm to base 2",
            lambda S: log_softmax(S) / np.log(2),
            "You took np.log2. The lecture's log is the natural one.",
        ),
        Misconception(
            "logarithm to base 10",
            lambda S: log_softmax(S) / np.log(10),
            "You took the logarithm to base 10. The lecture's log is the natural one.",
        ),
        Misconception(
            "logarithm of the sigmoid",
            lambda S: np.log(sigmoid(S)),
            "You squash each score by itself. In a softmax the classes of an example share one "
            "whole.",
        ),
        Misconception(
            "log Z alone",
            lambda S: logsumexp(S),
            "This is log Z, one number for each example. What becomes of the score of each class?",
        ),
        Misconception(
            "only the largest subtracted",
            lambda S: S - S.max(axis=1, keepdims=True),
            "You subtract the largest score alone. It is close to log Z, but not equal: what do "
            "the other classes add to the sum?",
        ),
        Misconception(
            "largest not added again",
            lambda S: S - log_Z(S - S.max(axis=1, keepdims=True)),
            "Inside the sum you moved the scores by their largest, outside you did not. A shift "
            "must be made everywhere, or be undone.",
        ),
        Misconception(
            "integers cut off",
            lambda S: log_softmax(S).astype(S.dtype),
            "np.zeros_like(S) makes an array of integers where S holds integers, and your "
            "logarithms are cut off to whole numbers in it. Ask for dtype=float.",
        ),
        Misconception("logarithm of a rounded probability", lambda S: np.log(softmax(S)), ROUNDED),
        Misconception(
            "exponential of a large score",
            lambda S: S - log_Z(S),
            "The formula is right on paper, but np.exp(1000.0) is infinity. Move the scores of "
            "each example by their largest first: what must then be added again?",
        ),
        Misconception(
            "largest of the whole table",
            lambda S: S - S.max() - log_Z(S - S.max()),
            "You move all scores by the largest of the table. For an example far below it every "
            "exponential is 0, and log 0 is minus infinity.",
        ),
        *(
            Misconception(f"P kept above {eps:g}", clipped(eps), CLIPPED.format(np.log(eps)))
            for eps in (1e-16, 1e-15, 1e-12, 1e-10)
        ),
    ),
    remark="A difference of scores, exact also where the probability itself is rounded to 0.",
)

ANSWERS = Answers(
    right=variants("""
## largest taken out
def log_softmax(S):
    T = S - S.max(axis=1, keepdims=True)
    return T - np.log(np.exp(T).sum(axis=1, keepdims=True))
## logaddexp
def log_softmax(S):
    return S - np.logaddexp.reduce(S, axis=1, keepdims=True)
## log Z apart
def log_softmax(S):
    m = np.max(S, axis=1)
    log_Z = m + np.log(np.sum(np.exp(S - m[:, None]), axis=1))
    return S - log_Z[:, None]
## transposed
def log_softmax(S):
    T = S.T - S.max(axis=1)
    return (T - np.log(np.exp(T).sum(axis=0))).T
## row by row
def log_softmax(S):
    L = np.empty(S.shape)
    for i, row in enumerate(S):
        m = row.max()
        L[i] = row - m - np.log(np.sum(np.exp(row - m)))
    return L
## loops with math (slow)
import math

def log_softmax(S):
    L = np.zeros(S.shape)
    for i in range(len(S)):
        top = max(S[i])
        Z = 0
        for k in range(S.shape[1]):
            Z += math.exp(S[i, k] - top)
        for k in range(S.shape[1]):
            L[i, k] = S[i, k] - top - math.log(Z)
    return L
## scores seen from each class
def log_softmax(S):
    D = S[:, None, :] - S[:, :, None]
    return -np.logaddexp.reduce(D, axis=2)
## lambda
below = lambda S: S - S.max(1, keepdims=True)
log_softmax = lambda S: below(S) - np.log(np.exp(below(S)).sum(1, keepdims=True))
## comprehension
def log_softmax(S):
    def of_row(s):
        t = s - max(s)
        return t - np.log(sum(np.exp(t)))
    return np.array([of_row(s) for s in S])
## one minus
def log_softmax(S):
    S = S.astype(float)
    top = S.max(axis=1, keepdims=True)
    rest = np.exp(S - top).sum(axis=1, keepdims=True) - 1
    return S - (top + np.log1p(rest))
## class by class
def log_softmax(S):
    log_Z = S[:, 0].astype(float)
    for k in range(1, S.shape[1]):
        log_Z = np.logaddexp(log_Z, S[:, k])
    return S - log_Z.reshape(-1, 1)
## own softmax shifted
def log_softmax(S):
    T = S - S.max(axis=1, keepdims=True)
    P = softmax(S)
    k = S.argmax(axis=1)
    top = P[np.arange(len(S)), k]
    return T + np.log(top)[:, None]
## float32 result
def log_softmax(S):
    S = S.astype(np.float32)
    T = S - S.max(axis=1, keepdims=True)
    return T - np.log(np.exp(T).sum(axis=1, keepdims=True))
## type hints
def log_softmax(S: np.ndarray) -> np.ndarray:
    '''s_k - log Z.'''
    shifted: np.ndarray = S - np.amax(S, axis=1, keepdims=True)
    Z: np.ndarray = np.exp(shifted) @ np.ones((S.shape[1], 1))
    return shifted - np.log(Z)
## helper: log of Z
def log_softmax(S):
    return np.stack([s - log_of_sum(s) for s in S])
"""),
    partly_right=variants("""
## logarithm of a rounded probability
def log_softmax(S):
    return np.log(softmax(S))
## exponential of a large score
def log_softmax(S):
    return S - np.log(np.exp(S).sum(axis=1, keepdims=True))
## exponential of a large score, quotient
def log_softmax(S):
    E = np.exp(S)
    return np.log(E / E.sum(axis=1, keepdims=True))
## largest of the whole table
def log_softmax(S):
    T = S - S.max()
    return T - np.log(np.exp(T).sum(axis=1, keepdims=True))
## P kept above 1e-12
def log_softmax(S):
    return np.log(softmax(S) + 1e-12)
## P kept above 1e-15
def log_softmax(S):
    return np.log(np.clip(softmax(S), 1e-15, 1))
## mean subtracted
def log_softmax(S):
    T = S - S.mean(axis=1, keepdims=True)
    return T - np.log(np.exp(T).sum(axis=1, keepdims=True))
## only positive scores moved
def log_softmax(S):
    m = np.maximum(S.max(axis=1, keepdims=True), 0)
    return S - m - np.log(np.exp(S - m).sum(axis=1, keepdims=True))
## minus infinity replaced
def log_softmax(S):
    return np.nan_to_num(np.log(softmax(S)), neginf=-1e9)
## at least -30
def log_softmax(S):
    return np.maximum(S - np.logaddexp.reduce(S, axis=1, keepdims=True), -30)
"""),
    wrong=variants("""
## probabilities without the logarithm
def log_softmax(S):
    return softmax(S)
## sign
def log_softmax(S):
    return -np.log(softmax(S))
## over the examples
def log_softmax(S):
    T = S - S.max(axis=0)
    return T - np.log(np.exp(T).sum(axis=0))
## over the whole table
def log_softmax(S):
    return S - np.log(np.exp(S).sum())
## no logarithm of Z
def log_softmax(S):
    return S - np.exp(S).sum(axis=1, keepdims=True)
## sum of the scores
def log_softmax(S):
    return S - np.log(np.abs(np.sum(S, axis=1, keepdims=True)))
## logarithm to base 2
def log_softmax(S):
    return np.log2(softmax(S))
## logarithm to base 10
def log_softmax(S):
    return np.log10(softmax(S))
## logarithm of the sigmoid
def log_softmax(S):
    return -np.log(1 + np.exp(-S))
## log Z alone
def log_softmax(S):
    return np.log(np.exp(S).sum(axis=1))
## only the largest subtracted
def log_softmax(S):
    return S - S.max(axis=1, keepdims=True)
## largest not added again
def log_softmax(S):
    T = S - S.max(axis=1, keepdims=True)
    return S - np.log(np.exp(T).sum(axis=1, keepdims=True))
## integers cut off
def log_softmax(S):
    L = np.zeros_like(S)
    L[...] = np.log(softmax(S))
    return L
## a column lost
def log_softmax(S):
    return S - np.log(np.exp(S).sum(axis=1))
## logarithm of the scores
def log_softmax(S):
    return np.log(S)
## quotient of logarithms
def log_softmax(S):
    return S / np.log(np.exp(S).sum(axis=1, keepdims=True))
## softmax of the logarithm
def log_softmax(S):
    return softmax(np.log(np.abs(S) + 1))
## plus one
def log_softmax(S):
    return np.log(1 + softmax(S))
## log Z added
def log_softmax(S):
    return S + np.log(np.exp(S).sum(axis=1, keepdims=True))
## padded with a thousandth
def log_softmax(S):
    return np.log(softmax(S) + 1e-3)
## changes its argument
def log_softmax(S):
    S -= S.max(axis=1, keepdims=True)
    return S - np.log(np.exp(S).sum(axis=1, keepdims=True))
## rounded
def log_softmax(S):
    return np.round(np.log(softmax(S)), 3)
"""),
    helpers=variants("""
## log_of_sum
def log_of_sum(s):
    return s.max() + np.log(np.exp(s - s.max()).sum())
"""),
)
