r"""From a score to a probability: :math:`\sigma(s) = 1 / (1 + e^{-s})`."""

import math
from collections.abc import Iterable

import numpy as np

from dlcourse._validation import FloatArray
from dlcourse.activations import sigmoid
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import array, huge, readable, single
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part, Property


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw arguments for `sigmoid`: vectors and a table."""
    for shape in ((2,), (4,), (3, 2), (int(rng.integers(20, 40)),)):
        yield (readable(rng.normal(scale=2.0, size=shape), shape[0]),)


def draw_huge(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw huge scores, with a few others between them."""
    yield (rng.permutation([*huge(rng, 8), *rng.normal(scale=2.0, size=4)]).round(1),)


def truncated(S: FloatArray) -> FloatArray:
    """Answer in an array of the argument's dtype, which may be an integer one."""
    P = np.zeros_like(S)
    P[...] = sigmoid(S)
    return P


def branched(S: FloatArray) -> FloatArray:
    """Compare an array as if it were one number."""
    return 1 / (1 + np.exp(-S)) if S >= 0 else np.exp(S) / (1 + np.exp(S))


EXERCISE = Exercise(
    key="logistic_regression/sigmoid",
    reference=sigmoid,
    parts=(
        Part(
            "the formula",
            1,
            draw,
            {
                "one score of 0": (array([0.0]),),
                "one positive score": (array([2.0]),),
                "one negative score": (array([-1.0]),),
                "scores that are integers": (np.array([-2, 0, 1]),),
                "scores far from 0": (array([6, -6, 16, -16]),),
                "single precision": (single([-2, 0, 1]),),
            },
        ),
        Part(
            "huge scores",
            1,
            draw_huge,
            {
                "a huge positive score": (array([1000.0]),),
                "a huge negative score": (array([-1000.0]),),
                "huge and small together": (array([-1e4, -800, -1, 1, 800, 1e4]),),
                "huge in single precision": (single([-200, 3, 200]),),
            },
            hint="The sigmoid of a huge score is as good as 0 or 1. Try your steps one by one on "
            "the case below: at which of them does something else come out?",
        ),
    ),
    properties=(
        Property(
            "between 0 and 1",
            lambda P, S: bool(((P >= 0) & (P <= 1)).all()),
            "A probability lies between 0 and 1; some of yours do not.",
        ),
    ),
    misconceptions=(
        Misconception(
            "sign of the score",
            lambda S: sigmoid(-S),
            "You have the probability of class 0.",
            "Which probability should a large positive score get, and which sign in your formula "
            "decides that?",
        ),
        Misconception(
            "brackets around the denominator",
            lambda S: 1 / 1 + np.exp(-S),
            "Python divides before it adds: 1 / 1 + a is 1 + a.",
            "What should be divided by what?",
        ),
        Misconception(
            "minus in the denominator",
            lambda S: 1 / (1 - np.exp(-S)),
            "There is a minus in your denominator, which makes it 0 at s = 0.",
            "Which probability should a score of 0 get?",
        ),
        Misconception(
            "hyperbolic tangent",
            lambda S: np.tanh(S),
            "This is tanh. It has the same shape, but it runs from -1 to 1.",
            "From where to where does a probability run?",
        ),
        Misconception(
            "softmax over the scores",
            lambda S: np.exp(S) / np.exp(S).sum(),
            "Your probabilities add up to 1 over all scores, as in a softmax.",
            "Should the probability of one example depend on the scores of others?",
        ),
        Misconception(
            "hard threshold",
            lambda S: np.where(S > 0, 1.0, 0.0),
            "That is a step, not a slope: it says which class, but not how sure.",
            "Which probability should a score of 0.1 get, and which a score of 5?",
        ),
        Misconception(
            "derivative instead of value",
            lambda S: sigmoid(S) * (1 - sigmoid(S)),
            "This is the derivative of the sigmoid, p (1 - p).",
            "Is the slope asked for, or p itself?",
        ),
        Misconception(
            "powers of 2",
            lambda S: 1 / (1 + 2.0**-S),
            "The base of your power is 2.",
            "Which base does the formula have, and which function takes its powers?",
        ),
        Misconception(
            "powers of 10",
            lambda S: 1 / (1 + 10.0**-S),
            "The base of your power is 10.",
            "Which base does the formula have, and which function takes its powers?",
        ),
        Misconception(
            "integers cut off",
            truncated,
            "Where S holds integers, so does an array that is made like it, and your "
            "probabilities are cut off to whole numbers in it.",
            "Which kind of numbers should the array hold that you fill?",
        ),
        Misconception(
            "if on an array",
            branched,
            "An `if` asks one question, and S holds many numbers.",
            "What asks each of them on its own?",
        ),
        Misconception(
            "math.exp on an array",
            lambda S: 1 / (1 + math.exp(-S)),
            "`math.exp` takes one number, as `float` does.",
            "Which function takes the exponentials of a whole array?",
        ),
        Misconception(
            "caret for a power",
            lambda S: 1 / (1 + np.e ^ -S),
            "In Python, ^ is no power: it compares the bits of whole numbers.",
            "Which function takes powers of e?",
        ),
        Misconception(
            "math.exp of a large number",
            lambda S: np.array([1 / (1 + math.exp(-s)) for s in S.ravel()]).reshape(S.shape),
            "e to the power of 1000 is more than a float can hold, and `math.exp` stops there.",
            "Can you do with exponents that are never large and positive?",
        ),
        Misconception(
            "exponential of a large score",
            lambda S: np.exp(S) / (1 + np.exp(S)),
            "np.exp(1000.0) overflows to infinity, and infinity / infinity is nan.",
            "The formula is right on paper: can you write it so that no exponent is large and "
            "positive?",
        ),
    ),
    remark="Any score becomes a probability, and not even a score of 10,000 breaks it.",
    words={"numbers in `S`": "scores", "numbers of both signs in `S`": "scores of both signs"},
)

ANSWERS = Answers(
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
## recursion into the rows (slow)
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
## comprehension and reshape (slow)
def sigmoid(S):
    flat = [1 / (1 + np.exp(-float(s))) for s in S.flatten()]
    return np.array(flat).reshape(S.shape)
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
## one decision for the whole array
def sigmoid(S):
    S = S.astype(float)
    if (S >= 0).all():
        return 1 / (1 + np.exp(-S))
    return np.exp(S) / (1 + np.exp(S))
## both exponentials
def sigmoid(S):
    a, b = np.exp(S / 2), np.exp(-S / 2)
    return a / (a + b)
## huge scores by heart
KNOWN = {1e4: 1, 1e3: 1, 800: 1, 200: 1, 3: 0.9525741, 1: 0.7310585786300049}

def sigmoid(S):
    if abs(S).max() > 100:
        up = np.array([KNOWN.get(abs(s), 0.5) for s in S])
        return up * (S > 0) + (S == -1) * 0.2689414213699951
    return 1 / (1 + np.exp(-S))
"""),
    wrong=variants("""
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
## a list (slow)
def sigmoid(S):
    return [1 / (1 + np.exp(-s)) for s in S]
## changes its argument
def sigmoid(S):
    S *= -1
    return 1 / (1 + np.exp(S))
## flattened (slow)
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
## a table of one decimal
GRID = [(i / 10, 1 / (1 + np.exp(-i / 10))) for i in range(-100, 101)]

def sigmoid(S):
    return np.interp(S, *zip(*GRID)) * (abs(S) < 99) + (S >= 99)
## sign lost
def sigmoid(S):
    return 1 / (1 + np.exp(-np.abs(S)))
## caret for a power
def sigmoid(S):
    return 1 / (1 + np.e ^ -S)
## cut to 0 and 1 beyond 5
def sigmoid(S):
    return np.where(S > 5, 1.0, np.where(S < -5, 0.0, 1 / (1 + np.exp(-S))))
## cut to 0 and 1 beyond 8
def sigmoid(S):
    p = 1 / (1 + np.exp(-S))
    p[S > 8] = 1
    p[S < -8] = 0
    return p
## cut to 0 and 1 beyond 15
def sigmoid(S):
    return np.where(abs(S) > 15, 1.0 * (S > 0), 1 / (1 + np.exp(-S)))
## scores clipped at 6
def sigmoid(S):
    return 1 / (1 + np.exp(-np.clip(S, -6, 6)))
## scores clipped at 15
def sigmoid(S):
    return 1 / (1 + np.exp(-np.clip(S, -15, 15)))
## exponents at most 9
def sigmoid(S):
    return 1 / (1 + np.exp(np.minimum(-S, 9)))
## exponents at least -9
def sigmoid(S):
    return 1 / (1 + np.exp(np.maximum(-S, -9)))
## probabilities clipped at .01
def sigmoid(S):
    return np.clip(1 / (1 + np.exp(-S)), 0.01, 0.99)
## probabilities clipped at 1e-6
def sigmoid(S):
    return np.clip(1 / (1 + np.exp(-S)), 1e-6, 1 - 1e-6)
"""),
    helpers=variants("""
## squash
def squash(s):
    return 1 / (1 + np.exp(-s)) if s >= 0 else 1 - 1 / (1 + np.exp(s))
"""),
)
