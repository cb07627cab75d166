r"""From K scores to K probabilities: :math:`P_k = e^{s_k} / \sum_{k'} e^{s_{k'}}`."""

import math
from collections.abc import Callable, Iterable

import numpy as np

from dlcourse._validation import FloatArray
from dlcourse.activations import log_softmax, sigmoid, softmax
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import array, huge, kinds, score_tables, single
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part, Property


def draw_huge(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw a table of huge scores of both signs."""
    yield (huge(rng, 24).round(1).reshape(6, 4),)


def after(shift: Callable[[FloatArray], FloatArray | int]) -> Callable[[FloatArray], FloatArray]:
    """Take a softmax of what is left when something is subtracted from the scores."""

    def shifted(S: FloatArray) -> FloatArray:
        E = np.exp(S - shift(S))
        return np.asarray(E / E.sum(axis=1, keepdims=True))

    return shifted


EXERCISE = Exercise(
    key="many_classes/softmax",
    reference=softmax,
    parts=(
        Part(
            "the formula",
            2,
            score_tables,
            {
                "one example": (array([[2.0, 0.0, 1.0]]),),
                "scores far apart": (array([[12.0, -4.0, 0.0], [-8.0, 8.0, 7.0]]),),
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
                "a huge score beside a small one": (array([[3000.0, 0.0]]),),
                "rows far apart": (array([[1000.0, 999.0], [-1000.0, -999.0]]),),
                "huge in single precision": (single([[200, 199], [-200, -201]]),),
            },
            hint="Adding a number to all scores of an example changes nothing. Which number would "
            "you add so that no exponential can become too large, and one of them is not 0?",
        ),
    ),
    properties=(
        Property(
            "not negative",
            lambda P, S: bool((P >= 0).all()),
            "A probability is not negative; some of yours are.",
        ),
        Property(
            "rows add up to one",
            lambda P, S: bool(np.allclose(P.sum(axis=1), 1, atol=1e-4)),
            "The probabilities of an example, a row of your answer, must add up to 1. Some rows do "
            "not.",
        ),
    ),
    misconceptions=(
        Misconception(
            "over the examples",
            lambda S: softmax(S.T).T,
            "Your columns add up to 1. Are those the probabilities of one example?",
        ),
        Misconception(
            "over the whole table",
            lambda S: np.exp(S) / np.exp(S).sum(),
            "All your numbers together add up to 1. Each example has a sum of its own: along which "
            "axis do its classes lie?",
        ),
        Misconception(
            "not divided",
            lambda S: np.exp(S),
            "These are the exponentials. What must each row be divided by to add up to 1?",
        ),
        Misconception(
            "divided by the sum of the scores",
            lambda S: np.exp(S) / S.sum(axis=1, keepdims=True),
            "You divide the exponentials by the sum of the scores. Z is the sum of the "
            "exponentials themselves.",
        ),
        Misconception(
            "no exponential",
            lambda S: S / S.sum(axis=1, keepdims=True),
            "You share out the scores themselves. Scores may be negative; what turns any number "
            "into a positive one here?",
        ),
        Misconception(
            "sigmoid of each score",
            lambda S: sigmoid(S),
            "You squash each score by itself, as one-vs-rest does. Here the classes of an example "
            "share one whole.",
        ),
        Misconception(
            "sigmoids made to add up",
            lambda S: sigmoid(S) / sigmoid(S).sum(axis=1, keepdims=True),
            "You divide sigmoids by their sum. Those are probabilities too, but others: the "
            "softmax takes exponentials.",
        ),
        Misconception(
            "sign of the score",
            lambda S: softmax(-S),
            "The class with the lowest score gets the most. Look at the sign in the exponent.",
        ),
        Misconception(
            "powers of 2",
            lambda S: softmax(S * math.log(2)),
            "The base of the power is e, not 2: use np.exp.",
        ),
        Misconception(
            "all to the largest",
            lambda S: np.eye(S.shape[1])[S.argmax(axis=1)],
            "That is a hard choice: all for the largest score. The softmax is a soft one, and says "
            "how sure it is.",
        ),
        Misconception(
            "logarithm of the softmax",
            lambda S: log_softmax(S),
            "These are the logarithms of the probabilities; they come next. Asked for are the "
            "probabilities themselves.",
        ),
        Misconception(
            "axis of the sum lost",
            lambda S: np.exp(S) / np.exp(S).sum(axis=1),
            "The sums have the shape (n,), and NumPy lays that over a row. It must be a column, "
            "one number for each row: see `keepdims`.",
        ),
        Misconception(
            "integers cut off",
            lambda S: softmax(S).astype(S.dtype),
            "np.zeros_like(S) makes an array of integers where S holds integers, and your "
            "probabilities are cut off to whole numbers in it. Ask for dtype=float.",
        ),
        Misconception(
            "math.exp on an array",
            lambda S: math.exp(S) / math.exp(S),
            "math.exp takes one number, as float does; np.exp takes a whole array.",
        ),
        Misconception(
            "exponential of a large score",
            after(lambda S: 0),
            "np.exp(1000.0) overflows to infinity, and infinity / infinity is nan. Adding a number "
            "to all scores of an example changes nothing: which one would help?",
        ),
        Misconception(
            "scores divided by the largest",
            lambda S: softmax(S / S.max(axis=1, keepdims=True)),
            "You divide the scores by the largest. That keeps the exponentials small, but it "
            "changes the probabilities: adding a number to all scores of an example does not.",
        ),
        Misconception(
            "cut off at 500",
            lambda S: softmax(np.clip(S, -500, 500)),
            "Scores beyond 500 are all made 500, and which of them was larger is lost. Adding a "
            "number to all scores of an example loses nothing: which one would help?",
        ),
        Misconception(
            "largest of the whole table",
            after(lambda S: S.max()),
            "You subtract the largest score of the whole table. For an example whose own scores "
            "are all far below it, every exponential is 0, and 0 / 0 is nan.",
        ),
        Misconception(
            "largest of a column",
            after(lambda S: S.max(axis=0)),
            "You subtract from each column its largest score. That is another number for each "
            "class, and it changes the probabilities of an example.",
        ),
        Misconception(
            "mean subtracted",
            after(lambda S: S.mean(axis=1, keepdims=True)),
            "With the mean at 0 the largest score may still be huge. Which shift leaves no score "
            "above 0?",
        ),
        Misconception(
            "smallest subtracted",
            after(lambda S: S.min(axis=1, keepdims=True)),
            "With the smallest score at 0 the largest may still be huge. Which shift leaves no "
            "score above 0?",
        ),
    ),
    remark="Scores of a thousand do not break it, and a shift of all of them changes nothing.",
)

ANSWERS = Answers(
    right=variants("""
## largest subtracted
def softmax(S):
    E = np.exp(S - S.max(axis=1, keepdims=True))
    return E / E.sum(axis=1, keepdims=True)
## new axis
def softmax(S):
    e = np.exp(S - np.max(S, axis=1)[:, None])
    return e / np.sum(e, axis=1)[:, None]
## transposed
def softmax(S):
    T = S.T - S.max(axis=1)
    E = np.exp(T)
    return (E / E.sum(axis=0)).T
## row by row
def softmax(S):
    P = np.empty(S.shape)
    for i, row in enumerate(S):
        e = np.exp(row - row.max())
        P[i] = e / e.sum()
    return P
## loops with math (slow)
import math

def softmax(S):
    P = np.zeros(S.shape)
    for i in range(len(S)):
        m = max(S[i])
        Z = 0
        for k in range(S.shape[1]):
            Z += math.exp(S[i, k] - m)
        for k in range(S.shape[1]):
            P[i, k] = math.exp(S[i, k] - m) / Z
    return P
## log of Z
def softmax(S):
    log_Z = np.logaddexp.reduce(S, axis=1, keepdims=True)
    return np.exp(S - log_Z)
## differences of all pairs
def softmax(S):
    D = S[:, None, :] - S[:, :, None]
    with np.errstate(over="ignore"):
        return 1 / np.exp(D.astype(float)).sum(axis=2)
## lambda
shifted = lambda S: np.exp(S - S.max(1, keepdims=True))
softmax = lambda S: shifted(S) / shifted(S).sum(1, keepdims=True)
## comprehension
def softmax(S):
    def of_row(s):
        e = np.exp(s - max(s))
        return e / sum(e)
    return np.array([of_row(s) for s in S])
## apply_along_axis
def softmax(S):
    def one(s):
        top = s.max()
        return np.exp(s - top) / np.sum(np.exp(s - top))
    return np.apply_along_axis(one, 1, S.astype(float))
## einsum
def softmax(S):
    E = np.exp(S - S.max(axis=-1).reshape(-1, 1))
    return np.einsum("ik,i->ik", E, 1 / E.sum(axis=-1))
## masked in place
def softmax(S):
    P = S.astype(float)
    P -= P.max(axis=1, keepdims=True)
    np.exp(P, out=P)
    P /= P.sum(axis=1, keepdims=True)
    return P
## float32 result
def softmax(S):
    S = S.astype(np.float32)
    E = np.exp(S - S.max(axis=1, keepdims=True))
    return E / E.sum(axis=1, keepdims=True)
## class with __call__
class Softmax:
    def __init__(self, axis):
        self.axis = axis

    def __call__(self, S):
        E = np.exp(S - S.max(axis=self.axis, keepdims=True))
        return E / E.sum(axis=self.axis, keepdims=True)

softmax = Softmax(axis=1)
## type hints
def softmax(S: np.ndarray) -> np.ndarray:
    '''Shift, exponentiate, divide by Z.'''
    shifted: np.ndarray = S - np.amax(S, axis=1, keepdims=True)
    exponentials: np.ndarray = np.exp(shifted)
    Z: np.ndarray = exponentials @ np.ones((S.shape[1], 1))
    return exponentials / Z
## helper: one row
def softmax(S):
    return np.stack([shares(s) for s in S])
"""),
    partly_right=variants("""
## exponential of a large score
def softmax(S):
    E = np.exp(S)
    return E / E.sum(axis=1, keepdims=True)
## largest of the whole table
def softmax(S):
    E = np.exp(S - np.max(S))
    return E / E.sum(axis=1, keepdims=True)
## only positive scores moved
def softmax(S):
    E = np.exp(S - np.maximum(S.max(axis=1, keepdims=True), 0))
    return E / E.sum(axis=1, keepdims=True)
## mean subtracted
def softmax(S):
    E = np.exp(S - S.mean(axis=1, keepdims=True))
    return E / E.sum(axis=1, keepdims=True)
## smallest subtracted
def softmax(S):
    E = np.exp(S - S.min(axis=1, keepdims=True))
    return E / E.sum(axis=1, keepdims=True)
## clipped at 500
def softmax(S):
    E = np.exp(np.clip(S, -500, 500))
    return E / E.sum(axis=1, keepdims=True)
## math.exp in a loop (slow)
import math

def softmax(S):
    P = np.array([[math.exp(s) for s in row] for row in S])
    return P / P.sum(axis=1, keepdims=True)
## a constant subtracted
def softmax(S):
    E = np.exp(S - 10.0)
    return E / E.sum(axis=1, keepdims=True)
## nan replaced
def softmax(S):
    E = np.exp(S)
    return np.nan_to_num(E / E.sum(axis=1, keepdims=True), nan=1.0)
"""),
    wrong=variants("""
## over the examples
def softmax(S):
    E = np.exp(S - S.max(axis=0))
    return E / E.sum(axis=0)
## over the whole table
def softmax(S):
    E = np.exp(S - S.max())
    return E / E.sum()
## not divided
def softmax(S):
    return np.exp(S)
## not divided, shifted
def softmax(S):
    return np.exp(S - S.max(axis=1, keepdims=True))
## divided by the sum of the scores
def softmax(S):
    return np.exp(S) / np.sum(S, axis=1, keepdims=True)
## no exponential
def softmax(S):
    return S / np.sum(S, axis=1, keepdims=True)
## sigmoid of each score
def softmax(S):
    return 1 / (1 + np.exp(-S))
## sigmoids made to add up
def softmax(S):
    P = 1 / (1 + np.exp(-S))
    return P / P.sum(axis=1, keepdims=True)
## sign of the score
def softmax(S):
    E = np.exp(-S)
    return E / E.sum(axis=1, keepdims=True)
## powers of 2
def softmax(S):
    E = 2.0 ** S
    return E / E.sum(axis=1, keepdims=True)
## all to the largest
def softmax(S):
    return np.eye(S.shape[1])[S.argmax(axis=1)]
## logarithm of the softmax
def softmax(S):
    T = S - S.max(axis=1, keepdims=True)
    return T - np.log(np.exp(T).sum(axis=1, keepdims=True))
## axis of the sum lost
def softmax(S):
    return np.exp(S) / np.exp(S).sum(axis=1)
## integers cut off
def softmax(S):
    P = np.zeros_like(S)
    P[...] = np.exp(S) / np.exp(S).sum(axis=1, keepdims=True)
    return P
## math.exp on an array
import math

def softmax(S):
    E = math.exp(S)
    return E / E.sum(axis=1, keepdims=True)
## a list (slow)
def softmax(S):
    return [np.exp(row - row.max()) / np.exp(row - row.max()).sum() for row in S]
## largest of a column
def softmax(S):
    E = np.exp(S - S.max(axis=0))
    return E / E.sum(axis=1, keepdims=True)
## divided by the largest
def softmax(S):
    E = np.exp(S - S.max(axis=1, keepdims=True))
    return E / E.max(axis=1, keepdims=True)
## returns Z
def softmax(S):
    return np.exp(S).sum(axis=1, keepdims=True)
## changes its argument
def softmax(S):
    S -= S.max(axis=1, keepdims=True)
    E = np.exp(S)
    return E / E.sum(axis=1, keepdims=True)
## rounded
def softmax(S):
    E = np.exp(S - S.max(axis=1, keepdims=True))
    return np.round(E / E.sum(axis=1, keepdims=True), 3)
## scores divided by their largest
def softmax(S):
    E = np.exp(S / np.abs(S).max(axis=1, keepdims=True))
    return E / E.sum(axis=1, keepdims=True)
## scores clipped at 10
def softmax(S):
    E = np.exp(np.clip(S, -10, 10))
    return E / E.sum(axis=1, keepdims=True)
## right for the first row only
def softmax(S):
    E = np.exp(S - S.max(axis=1, keepdims=True))
    return E / E[0].sum()
"""),
    helpers=variants("""
## shares
def shares(s):
    e = np.exp(s - s.max())
    return e / e.sum()
"""),
)
