r"""A weighted sum, then a sigmoid: :math:`x = \sigma(\mathbf w^\mathsf{T}\mathbf x + w_0)`."""

from collections.abc import Iterable

import numpy as np

from dlcourse._validation import FloatArray
from dlcourse.activations import sigmoid
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import array, kinds, sizes, weights
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part
from dlcourse.network import neuron


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw weights and one example, with scores that leave the sigmoid's slope in sight."""
    for n, features in sizes(rng):
        w = weights(rng, n, features)
        yield w, (rng.normal(size=features)).round(1)


def score(w: FloatArray, x: FloatArray) -> float:
    """Compute the score of one example."""
    return float(w[0] + w[1:] @ x)


EXERCISE = Exercise(
    key="xor_to_depth/neuron",
    reference=neuron,
    parts=(
        Part(
            inputs=draw,
            edge_cases={
                "one input": (array([0.5, 1.0]), array([2.0])),
                "all inputs 0": (array([1.5, 2.0, -1.0]), array([0.0, 0.0])),
                "a score of 0": (array([0.0, 2.0, -1.0]), array([1.0, 2.0])),
                **kinds(array([-1, 2, 1]), array([1, -1])),
            },
        ),
    ),
    misconceptions=(
        Misconception(
            "score instead of output",
            score,
            "This is the score. A unit sends it through its non-linear function before it says "
            "anything.",
        ),
        Misconception(
            "bias left out",
            lambda w, x: sigmoid(w[1:] @ x),
            "Where is the bias? Without it every unit says one half when all its inputs are 0.",
        ),
        Misconception(
            "bias taken from the end",
            lambda w, x: sigmoid(w[:-1] @ x + w[-1]),
            "The bias is the first entry of w. You used the last one, so that every other weight "
            "meets its neighbour's input.",
        ),
        Misconception(
            "bias outside the sigmoid",
            lambda w, x: w[0] + sigmoid(w[1:] @ x),
            "You add the bias after the sigmoid. It belongs to the weighted sum, and moves the "
            "place where the unit says one half.",
        ),
        Misconception(
            "bias subtracted",
            lambda w, x: sigmoid(w[1:] @ x - w[0]),
            "You subtract the bias. In this course it is added: a positive bias makes the unit say "
            "more.",
        ),
        Misconception(
            "sign in the exponent",
            lambda w, x: sigmoid(-score(w, x)),
            "Your unit says less the larger its score is. Look at the sign of the exponent: what "
            "becomes of the exponential for a large score?",
        ),
        Misconception(
            "threshold instead of sigmoid",
            lambda w, x: float(score(w, x) > 0),
            "This is a unit of 1943: all or nothing. Ours has a soft step, with values between 0 "
            "and 1.",
        ),
        Misconception(
            "tanh instead of sigmoid",
            lambda w, x: np.tanh(score(w, x)),
            "These are the values of tanh, from -1 to 1. Asked for is the sigmoid, from 0 to 1.",
        ),
        Misconception(
            "sigmoid before the sum",
            lambda w, x: w[0] + w[1:] @ sigmoid(x),
            "You apply the sigmoid to the inputs. First comes the weighted sum, then the sigmoid "
            "of that one number.",
        ),
        Misconception(
            "not summed",
            lambda w, x: sigmoid(w[0] + w[1:] * x),
            "You return a number for each input. A unit adds up what its inputs contribute, and "
            "says one number.",
        ),
        Misconception(
            "last weight cut off",
            lambda w, x: sigmoid(w[:-1] @ x),
            "The bias meets the first input, the first weight the second, and the last weight is "
            "lost. Which entries of w belong to the inputs?",
        ),
        Misconception(
            "minus in the denominator",
            lambda w, x: np.exp(score(w, x)) / (1 - np.exp(score(w, x))),
            "Your answer can leave the range from 0 to 1. Look at the sign between the two terms "
            "of the denominator.",
        ),
    ),
    remark="With a sigmoid, a neuron is logistic regression under another name.",
)

ANSWERS = Answers(
    right=variants("""
## dot product
def neuron(w, x):
    return 1 / (1 + np.exp(-(w[0] + w[1:] @ x)))
## two steps
def neuron(w, x):
    s = np.dot(w[1:], x) + w[0]
    return 1.0 / (1.0 + np.exp(-s))
## loop
def neuron(w, x):
    s = w[0]
    for k in range(len(x)):
        s = s + w[k + 1] * x[k]
    return 1 / (1 + np.exp(-s))
## one in front
def neuron(w, x):
    s = w @ np.concatenate([[1.0], x])
    return 1 / (1 + np.exp(-s))
## own sigmoid
def neuron(w, x):
    return squash(w[0] + (w[1:] * x).sum())
## tanh
def neuron(w, x):
    s = w[0] + w[1:] @ x
    return 0.5 * (1 + np.tanh(s / 2))
## logaddexp
def neuron(w, x):
    return np.exp(-np.logaddexp(0, -(x @ w[1:] + w[0])))
## unpacked
def neuron(w, x):
    bias, *rest = w
    return 1 / (1 + np.exp(-bias - sum(a * b for a, b in zip(rest, x))))
## by the layer
def neuron(w, x):
    s = layer(w[None, :], x[None, :])[0, 0]
    return 1 / (1 + np.exp(-s))
## einsum
def neuron(w, x):
    s = np.einsum("j,j->", w[1:], x) + w[0]
    return 1 / (1 + np.exp(-s))
## exponential above
def neuron(w, x):
    e = np.exp(w[0] + np.inner(w[1:], x))
    return e / (1 + e)
## lambda
neuron = lambda w, x: (1 + np.exp(-w[0] - w[1:].dot(x))) ** -1
## type hints
def neuron(w: np.ndarray, x: np.ndarray) -> float:
    '''Bias first.'''
    score: float = float(w[0]) + float(np.dot(w[1:], x))
    return float(1 / (1 + np.exp(-score)))
"""),
    wrong=variants("""
## score instead of output
def neuron(w, x):
    return w[0] + w[1:] @ x
## bias left out
def neuron(w, x):
    return 1 / (1 + np.exp(-(w[1:] @ x)))
## bias taken from the end
def neuron(w, x):
    return 1 / (1 + np.exp(-(w[:-1] @ x + w[-1])))
## bias outside the sigmoid
def neuron(w, x):
    return w[0] + 1 / (1 + np.exp(-(w[1:] @ x)))
## bias subtracted
def neuron(w, x):
    return 1 / (1 + np.exp(-(w[1:] @ x - w[0])))
## sign in the exponent
def neuron(w, x):
    return 1 / (1 + np.exp(w[0] + w[1:] @ x))
## threshold instead of sigmoid
def neuron(w, x):
    return 1.0 if w[0] + w[1:] @ x > 0 else 0.0
## tanh instead of sigmoid
def neuron(w, x):
    return np.tanh(w[0] + w[1:] @ x)
## sigmoid before the sum
def neuron(w, x):
    return w[0] + w[1:] @ (1 / (1 + np.exp(-x)))
## not summed
def neuron(w, x):
    return 1 / (1 + np.exp(-(w[0] + w[1:] * x)))
## minus before the bias alone
def neuron(w, x):
    return 1 / (1 + np.exp(-w[0] + w[1:] @ x))
## bias once for each input
def neuron(w, x):
    return 1 / (1 + np.exp(-(w[0] + w[1:] * x).sum()))
## first input only
def neuron(w, x):
    return 1 / (1 + np.exp(-(w[0] + w[1] * x[0])))
## relu
def neuron(w, x):
    return max(0.0, w[0] + w[1:] @ x)
## mean instead of sum
def neuron(w, x):
    return 1 / (1 + np.exp(-(w[0] + (w[1:] * x).mean())))
## rounded
def neuron(w, x):
    return np.round(1 / (1 + np.exp(-(w[0] + w[1:] @ x))), 2)
"""),
    helpers=variants("""
## squash
def squash(s):
    return 1 / (1 + np.exp(-s))
"""),
)
