r"""XOR from soft gates: :math:`x_1 \oplus x_2 = \neg(x_1 \wedge x_2) \wedge (x_1 \vee x_2)`."""

from collections.abc import Iterable

import numpy as np

from dlcourse._validation import FloatArray
from dlcourse.activations import sigmoid
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import array, readable, single, sizes
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part
from dlcourse.gates import AND, NAND, OR
from dlcourse.linear import scores

UNIT_AND, UNIT_NAND, UNIT_OR = AND / 20, NAND / 20, OR / 20  # sharpness 1
CORNERS = array([[0, 0], [0, 1], [1, 0], [1, 1]])


def soft_gate(w: FloatArray, X: FloatArray, sharpness: float) -> FloatArray:
    """Say what one unit says about every row of `X`."""
    return sigmoid(scores(X, sharpness * w))


def two_stages(
    first: tuple[FloatArray, FloatArray], last: FloatArray, X: FloatArray, sharpness: float
) -> FloatArray:
    """Let a last unit read what two first ones say."""
    H = np.column_stack([soft_gate(w, X, sharpness) for w in first])
    return soft_gate(last, H, sharpness)


def soft_xor(X: FloatArray, sharpness: float) -> FloatArray:
    """Say AND of what NAND and OR say."""
    return two_stages((UNIT_NAND, UNIT_OR), UNIT_AND, X, sharpness)


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw points in and around the unit square, and a sharpness that leaves all of them apart."""
    for n, _ in sizes(rng):
        yield readable(rng.uniform(-0.5, 1.5, (n, 2)), n), float(rng.uniform(2, 6).__round__(1))


def switches(X: FloatArray, sharpness: float) -> FloatArray:
    """Let the first stage say 0 or 1 and nothing between."""
    H = np.column_stack([scores(X, w) > 0 for w in (UNIT_NAND, UNIT_OR)]).astype(float)
    return soft_gate(UNIT_AND, H, sharpness)


def with_tanh(X: FloatArray, sharpness: float) -> FloatArray:
    """Let all three units say tanh of their scores."""
    H = np.tanh([scores(X, sharpness * w) for w in (UNIT_NAND, UNIT_OR)])
    return np.tanh(scores(H.T, sharpness * UNIT_AND))


EXERCISE = Exercise(
    key="xor_to_depth/soft_xor",
    reference=soft_xor,
    parts=(
        Part(
            points=3,
            inputs=draw,
            edge_cases={
                "sharp corners": (CORNERS, 20.0),
                "one point": (array([[0.5, 0.2]]), 4.0),
                "corners that are integers": (CORNERS.astype(int), 5.0),
                "single precision": (single(CORNERS), 4.0),
            },
            hint="Write down for the corner (0, 1) the two outputs of the first stage, and the "
            "score that the last unit makes of them.",
        ),
    ),
    misconceptions=(
        Misconception(
            "AND of AND and OR",
            lambda X, c: two_stages((UNIT_AND, UNIT_OR), UNIT_AND, X, c),
            "Your network says yes to (1, 1): its first stage has AND where NAND is needed, which "
            'says "not both".',
        ),
        Misconception(
            "OR at the end",
            lambda X, c: two_stages((UNIT_NAND, UNIT_OR), UNIT_OR, X, c),
            "Your network is content with one of the two. Both must hold: not both, *and* at least "
            "one. A wrong sign in the exponent of every sigmoid comes to the same.",
        ),
        Misconception(
            "OR alone",
            lambda X, c: soft_gate(UNIT_OR, X, c),
            "This is OR, the one unit. Where are the second unit of the first stage, and the "
            "stage that reads both?",
        ),
        Misconception(
            "NAND alone",
            lambda X, c: soft_gate(UNIT_NAND, X, c),
            "This is NAND, the one unit. Where are the second unit of the first stage, and the "
            "stage that reads both?",
        ),
        Misconception(
            "first stage without sigmoid",
            lambda X, c: soft_gate(
                UNIT_AND, np.column_stack([scores(X, c * UNIT_NAND), scores(X, c * UNIT_OR)]), c
            ),
            "Your last unit reads the scores of the first stage, not its outputs. Their sum is the "
            "same for every point: what told the corners apart was the sigmoid.",
        ),
        Misconception(
            "score instead of output",
            lambda X, c: np.log(soft_xor(X, c)) - np.log(1 - soft_xor(X, c)),
            "These are the scores of the last unit. It is a unit like the others: what does it "
            "send its score through?",
        ),
        Misconception(
            "sharpness of the first stage only",
            lambda X, c: soft_gate(
                UNIT_AND,
                np.column_stack([soft_gate(UNIT_NAND, X, c), soft_gate(UNIT_OR, X, c)]),
                1.0,
            ),
            "The last unit has the sharpness 1 in your network, whatever is asked for. The factor "
            "belongs to all weights.",
        ),
        Misconception(
            "sharpness of the last stage only",
            lambda X, c: soft_gate(
                UNIT_AND,
                np.column_stack([soft_gate(UNIT_NAND, X, 1.0), soft_gate(UNIT_OR, X, 1.0)]),
                c,
            ),
            "The first stage has the sharpness 1 in your network, whatever is asked for. The "
            "factor belongs to all weights.",
        ),
        Misconception(
            "biases not made sharper",
            lambda X, c: two_stages(
                (UNIT_NAND * [1 / c, 1, 1], UNIT_OR * [1 / c, 1, 1]),
                UNIT_AND * [1 / c, 1, 1],
                X,
                c,
            ),
            "You multiply the weights with the sharpness, but not the biases, so the lines move. "
            "Does the factor belong to the whole score, or to a part of it?",
        ),
        Misconception(
            "sharpness left out",
            lambda X, c: soft_xor(X, 1.0),
            "Your network has the sharpness 1, whatever is asked for. By which factor should the "
            "weights of all three units grow?",
        ),
        Misconception(
            "hidden outputs",
            lambda X, c: np.column_stack([soft_gate(UNIT_NAND, X, c), soft_gate(UNIT_OR, X, c)]),
            "These are the outputs of the first stage, NAND and OR. The unit that reads them is "
            "still missing.",
        ),
        Misconception(
            "a first stage of switches",
            switches,
            "Your first stage says 0 or 1 and nothing between. Its units are logistic ones, as "
            "soft as the last.",
        ),
        Misconception(
            "the opposite",
            lambda X, c: 1 - soft_xor(X, c),
            "Your network says the opposite: no to the corners with one 1, and yes to the others.",
        ),
        Misconception(
            "product of the two gates",
            lambda X, c: soft_gate(UNIT_NAND, X, c) * soft_gate(UNIT_OR, X, c),
            "You multiply the two outputs. At 0 and 1 that is AND, too; but asked for is the unit "
            "AND, with its weights and its sigmoid.",
        ),
        Misconception(
            "tanh instead of sigmoid",
            with_tanh,
            "Your units have tanh, from -1 to 1. Asked for is the sigmoid, from 0 to 1.",
        ),
        Misconception(
            "none instead of not both",
            lambda X, c: two_stages((-UNIT_OR, UNIT_OR), UNIT_AND, X, c),
            'One unit of your first stage is the opposite of the other: it says "none", where NAND '
            'says "not both". Look at its bias.',
        ),
    ),
    remark="Two lines, and a third one in the plane that they make.",
    words={"columns of `X`": "inputs"},
)

ANSWERS = Answers(
    right=variants("""
## two layers
def soft_xor(X, sharpness):
    sigmoid = lambda S: 1 / (1 + np.exp(-S))
    H = sigmoid(layer(sharpness * np.array([[1.5, -1, -1], [-0.5, 1, 1]]), X))
    return sigmoid(layer(sharpness * np.array([[-1.5, 1, 1]]), H))[:, 0]
## unit by unit
def soft_xor(X, sharpness):
    x1, x2 = X[:, 0], X[:, 1]
    nand = 1 / (1 + np.exp(-sharpness * (1.5 - x1 - x2)))
    either = 1 / (1 + np.exp(-sharpness * (x1 + x2 - 0.5)))
    return 1 / (1 + np.exp(-sharpness * (nand + either - 1.5)))
## by the sum
def soft_xor(X, sharpness):
    ones = X.sum(axis=1)
    h = squash(sharpness * (1.5 - ones)) + squash(sharpness * (ones - 0.5))
    return squash(sharpness * (h - 1.5))
## neuron by neuron (slow)
def soft_xor(X, sharpness):
    AND = sharpness * np.array([-1.5, 1.0, 1.0])
    OR = sharpness * np.array([-0.5, 1.0, 1.0])
    hidden = [np.array([neuron(-AND, x), neuron(OR, x)]) for x in X]
    return np.array([neuron(AND, h) for h in hidden])
## gates by a helper
def soft_xor(X, sharpness):
    H = np.stack([soft(X, sharpness, 1.5, -1), soft(X, sharpness, -0.5, 1)], axis=1)
    return soft(H, sharpness, -1.5, 1)
## ones in front
def soft_xor(X, sharpness):
    W1 = np.array([[1.5, -1.0, -1.0], [-0.5, 1.0, 1.0]])
    w2 = np.array([-1.5, 1.0, 1.0])
    H = 1 / (1 + np.exp(-sharpness * append_ones(X) @ W1.T))
    return 1 / (1 + np.exp(-sharpness * append_ones(H) @ w2))
## tanh
def soft_xor(X, sharpness):
    half = lambda s: 0.5 + 0.5 * np.tanh(sharpness * s / 2)
    total = X[:, 0] + X[:, 1]
    return half(half(1.5 - total) + half(total - 0.5) - 1.5)
## exponential above
def soft_xor(X, sharpness):
    total = X.sum(axis=1)
    nand = 1 - 1 / (1 + np.exp(-sharpness * (total - 1.5)))
    either = 1 / (1 + np.exp(-sharpness * (total - 0.5)))
    e = np.exp(sharpness * (nand + either - 1.5))
    return e / (1 + e)
## OR first
def soft_xor(X, sharpness):
    W = sharpness * np.array([[-0.5, 1, 1], [1.5, -1, -1]])
    H = 1 / (1 + np.exp(-layer(W, X)))
    return 1 / (1 + np.exp(-layer(sharpness * np.array([[-1.5, 1, 1]]), H).ravel()))
## comprehension (slow)
def soft_xor(X, sharpness):
    said = []
    for x1, x2 in X:
        nand = 1 / (1 + np.exp(sharpness * (x1 + x2 - 1.5)))
        either = 1 / (1 + np.exp(sharpness * (0.5 - x1 - x2)))
        said.append(1 / (1 + np.exp(sharpness * (1.5 - nand - either))))
    return np.array(said)
## logaddexp
def soft_xor(X, sharpness):
    s = lambda z: np.exp(-np.logaddexp(0, -sharpness * z))
    t = X @ np.ones(2)
    return s(s(1.5 - t) + s(t - 0.5) - 1.5)
## lambda
gate = lambda X, c, b, w: 1 / (1 + np.exp(-c * (b + w * X.sum(axis=1))))
hidden = lambda X, c: np.column_stack([gate(X, c, 1.5, -1), gate(X, c, -0.5, 1)])
soft_xor = lambda X, sharpness: gate(hidden(X, sharpness), sharpness, -1.5, 1)
## type hints
def soft_xor(X: np.ndarray, sharpness: float) -> np.ndarray:
    '''Two stages.'''
    W1: np.ndarray = sharpness * np.array([[1.5, -1.0, -1.0], [-0.5, 1.0, 1.0]])
    W2: np.ndarray = sharpness * np.array([[-1.5, 1.0, 1.0]])
    for W in (W1, W2):
        X = 1 / (1 + np.exp(-(X @ W[:, 1:].T + W[:, 0])))
    return X[:, 0]
"""),
    wrong=variants("""
## AND of AND and OR
def soft_xor(X, sharpness):
    s = lambda z: 1 / (1 + np.exp(-sharpness * z))
    t = X.sum(axis=1)
    return s(s(t - 1.5) + s(t - 0.5) - 1.5)
## OR at the end
def soft_xor(X, sharpness):
    s = lambda z: 1 / (1 + np.exp(-sharpness * z))
    t = X.sum(axis=1)
    return s(s(1.5 - t) + s(t - 0.5) - 0.5)
## OR alone
def soft_xor(X, sharpness):
    return 1 / (1 + np.exp(-sharpness * (X.sum(axis=1) - 0.5)))
## NAND alone
def soft_xor(X, sharpness):
    return 1 / (1 + np.exp(-sharpness * (1.5 - X.sum(axis=1))))
## first stage without sigmoid
def soft_xor(X, sharpness):
    H = layer(sharpness * np.array([[1.5, -1, -1], [-0.5, 1, 1]]), X)
    return 1 / (1 + np.exp(-layer(sharpness * np.array([[-1.5, 1, 1]]), H)[:, 0]))
## score instead of output
def soft_xor(X, sharpness):
    H = 1 / (1 + np.exp(-layer(sharpness * np.array([[1.5, -1, -1], [-0.5, 1, 1]]), X)))
    return layer(sharpness * np.array([[-1.5, 1, 1]]), H)[:, 0]
## sharpness of the first stage only
def soft_xor(X, sharpness):
    t = X.sum(axis=1)
    nand = 1 / (1 + np.exp(-sharpness * (1.5 - t)))
    either = 1 / (1 + np.exp(-sharpness * (t - 0.5)))
    return 1 / (1 + np.exp(-(nand + either - 1.5)))
## sharpness of the last stage only
def soft_xor(X, sharpness):
    t = X.sum(axis=1)
    nand = 1 / (1 + np.exp(-(1.5 - t)))
    either = 1 / (1 + np.exp(-(t - 0.5)))
    return 1 / (1 + np.exp(-sharpness * (nand + either - 1.5)))
## biases not made sharper
def soft_xor(X, sharpness):
    t = sharpness * X.sum(axis=1)
    nand = 1 / (1 + np.exp(-(1.5 - t)))
    either = 1 / (1 + np.exp(-(t - 0.5)))
    return 1 / (1 + np.exp(-(sharpness * (nand + either) - 1.5)))
## sharpness left out
def soft_xor(X, sharpness):
    s = lambda z: 1 / (1 + np.exp(-z))
    t = X.sum(axis=1)
    return s(s(1.5 - t) + s(t - 0.5) - 1.5)
## sharpness 20
def soft_xor(X, sharpness):
    s = lambda z: 1 / (1 + np.exp(-20 * z))
    t = X.sum(axis=1)
    return s(s(1.5 - t) + s(t - 0.5) - 1.5)
## sharpness 10 at most
def soft_xor(X, sharpness):
    c = min(sharpness, 10)
    s = lambda z: 1 / (1 + np.exp(-c * z))
    t = X.sum(axis=1)
    return s(s(1.5 - t) + s(t - 0.5) - 1.5)
## hidden outputs
def soft_xor(X, sharpness):
    return 1 / (1 + np.exp(-layer(sharpness * np.array([[1.5, -1, -1], [-0.5, 1, 1]]), X)))
## a first stage of switches
def soft_xor(X, sharpness):
    t = X.sum(axis=1)
    h = 1.0 * (t < 1.5) + 1.0 * (t > 0.5)
    return 1 / (1 + np.exp(-sharpness * (h - 1.5)))
## the opposite
def soft_xor(X, sharpness):
    s = lambda z: 1 / (1 + np.exp(-sharpness * z))
    t = X.sum(axis=1)
    return s(1.5 - s(1.5 - t) - s(t - 0.5))
## product of the two gates
def soft_xor(X, sharpness):
    s = lambda z: 1 / (1 + np.exp(-sharpness * z))
    t = X.sum(axis=1)
    return s(1.5 - t) * s(t - 0.5)
## the truth table
def soft_xor(X, sharpness):
    return np.array([float((x1 > 0.5) != (x2 > 0.5)) for x1, x2 in X])
## last stage of switches
def soft_xor(X, sharpness):
    s = lambda z: 1 / (1 + np.exp(-sharpness * z))
    t = X.sum(axis=1)
    return 1.0 * (s(1.5 - t) + s(t - 0.5) > 1.5)
## one input
def soft_xor(X, sharpness):
    s = lambda z: 1 / (1 + np.exp(-sharpness * z))
    t = 2 * X[:, 0]
    return s(s(1.5 - t) + s(t - 0.5) - 1.5)
## polynomial
def soft_xor(X, sharpness):
    x1, x2 = X.T
    return x1 + x2 - 2 * x1 * x2
## a column
def soft_xor(X, sharpness):
    s = lambda z: 1 / (1 + np.exp(-sharpness * z))
    t = X.sum(axis=1, keepdims=True)
    return s(s(1.5 - t) + s(t - 0.5) - 1.5)
"""),
    helpers=variants("""
## squash
def squash(s):
    return 1 / (1 + np.exp(-s))
## soft
def soft(X, sharpness, bias, weight):
    return 1 / (1 + np.exp(-sharpness * (bias + weight * X.sum(axis=1))))
"""),
)
