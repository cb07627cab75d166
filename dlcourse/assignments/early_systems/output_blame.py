"""Blame at the outputs in 1986, and none where an output is good enough."""

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from dlcourse._validation import FloatArray
from dlcourse.activations import sigmoid
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import array, single
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part
from dlcourse.history.backprop_1986 import output_blame

Blame = Callable[[FloatArray, FloatArray, float], FloatArray]


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw states, desired states and a margin that no error is equal to."""
    for n, K in ((2, 2), (3, 4), (5, 3), (int(rng.integers(20, 40)), int(rng.integers(5, 9)))):
        y, d = rng.uniform(0.02, 0.98, (n, K)), rng.integers(0, 2, (n, K)).astype(float)
        margin = round(float(rng.uniform(0.1, 0.45)), 1 if n <= 5 else 3)
        if n <= 5:
            y = y.round(2)
        yield np.where(np.abs(np.abs(y - d) - margin) < 2e-3, 0.5, y), d, margin


def blaming(
    slope: Callable[[FloatArray], FloatArray] = lambda y: y * (1 - y),
    enough: Callable[[FloatArray, FloatArray, float], NDArray[np.bool_]] = (
        lambda y, d, margin: np.abs(y - d) < margin
    ),
) -> Blame:
    """Make a blame with another slope, or another idea of good enough."""

    def blame(y: FloatArray, d: FloatArray, margin: float) -> FloatArray:
        return np.where(enough(y, d, margin), 0, (y - d) * slope(y))

    return blame


def margin_taken_off(y: FloatArray, d: FloatArray, margin: float) -> FloatArray:
    """Make every error smaller by the margin."""
    error = np.sign(y - d) * np.maximum(np.abs(y - d) - margin, 0)
    return np.asarray(error * y * (1 - y))


EXERCISE = Exercise(
    key="early_systems/output_blame",
    reference=output_blame,
    parts=(
        Part(
            points=2,
            inputs=draw,
            edge_cases={
                "one case, one output": (array([[0.6]]), array([[0]]), 0.2),
                "good enough, and should be on": (array([[0.9]]), array([[1]]), 0.2),
                "good enough, and should be off": (array([[0.1]]), array([[0]]), 0.2),
                "right, but not good enough": (array([[0.7, 0.3]]), array([[1, 0]]), 0.2),
                "wrong and almost sure": (array([[0.999], [0.001]]), array([[0], [1]]), 0.1),
                "margin 0": (array([[0.9, 0.2], [0.1, 0.6]]), array([[1, 0], [1, 0]]), 0.0),
                "a wide margin": (array([[0.6, 0.4], [0.5, 0.52]]), array([[1, 0], [1, 0]]), 0.45),
                "a narrow margin": (
                    array([[0.98, 0.7], [0.03, 0.1]]),
                    array([[1, 1], [0, 0]]),
                    0.05,
                ),
                "desired states that are integers": (
                    array([[0.9, 0.25], [0.6, 0.5]]),
                    np.array([[1, 1], [0, 0]]),
                    0.2,
                ),
                "single precision": (
                    single([[0.5, 0.75], [0.875, 0.25]]),
                    single([[1, 0], [1, 0]]),
                    0.2,
                ),
            },
        ),
    ),
    misconceptions=(
        Misconception(
            "slope left out",
            blaming(slope=np.ones_like),
            "This is the error. The blame belongs to the score below the output, one step further "
            "down the chain.",
            "How fast does a sigmoid's output change with its score?",
        ),
        Misconception(
            "sign",
            lambda y, d, margin: -output_blame(y, d, margin),
            "Every blame has the wrong sign. The error E grows where an output lies too high and "
            "rises still.",
            "Is the derivative of E by an output that is too high above 0 or below?",
        ),
        Misconception(
            "no margin",
            blaming(enough=lambda y, d, margin: np.zeros(y.shape, bool)),
            "You blame every output, whatever the margin.",
            "What is the blame of an output of 0.9 that should be on, with a margin of 0.2?",
        ),
        Misconception(
            "margin only where it should be on",
            blaming(enough=lambda y, d, margin: (d == 1) & (y > 1 - margin)),
            "Your margin excuses only outputs that should be on.",
            "What about an output of 0.1 that should be off, with a margin of 0.2?",
        ),
        Misconception(
            "margin only where it should be off",
            blaming(enough=lambda y, d, margin: (d == 0) & (y < margin)),
            "Your margin excuses only outputs that should be off.",
            "What about an output of 0.9 that should be on, with a margin of 0.2?",
        ),
        Misconception(
            "error without its size",
            blaming(enough=lambda y, d, margin: y - d < margin),
            "You compare the error with its sign. Then every output that lies too low is excused.",
            "What is the error of an output of 0.1 that should be on, and how far off is it?",
        ),
        Misconception(
            "margin taken off",
            margin_taken_off,
            "You make each error smaller by the margin. The margin only decides whether an output "
            "is blamed.",
            "With a margin of 0.2, how large is the error of an output of 0.7 that should be on?",
        ),
        Misconception(
            "margin against the square",
            blaming(enough=lambda y, d, margin: (y - d) ** 2 < margin),
            "You compare the *squared* error with the margin, which excuses too many.",
            "With a margin of 0.2, is an output of 0.6 near enough to a target of 1?",
        ),
        Misconception(
            "margin against the blame",
            lambda y, d, margin: np.where(
                np.abs(output_blame(y, d, 0)) < margin, 0, output_blame(y, d, 0)
            ),
            "You compare the *blame* with the margin. A blame is small also where an output is "
            "saturated and quite wrong.",
            "Which distance is the margin about?",
        ),
        Misconception(
            "far off instead of near",
            blaming(enough=lambda y, d, margin: np.abs(y - d) > margin),
            "You excuse the outputs that are far off, and blame those that are good enough.",
            "Which outputs still have something to learn?",
        ),
        Misconception(
            "right decision is good enough",
            blaming(enough=lambda y, d, margin: (y > 0.5) == (d == 1)),
            "You excuse every output on the right side of one half. The margin asks for more.",
            'With a margin of 0.2, where does "on" begin?',
        ),
        Misconception(
            "half of the slope",
            blaming(slope=lambda y: 1 - y),
            "One factor of the slope is missing. A sigmoid is flat at both ends, near 0 as well.",
            "What is your slope where the output is almost 0?",
        ),
        Misconception(
            "the other half of the slope",
            blaming(slope=lambda y: y),
            "One factor of the slope is missing. A sigmoid is flat at both ends, near 1 as well.",
            "What is your slope where the output is almost 1?",
        ),
        Misconception(
            "slope of the target",
            lambda y, d, margin: (y - d) * d * (1 - d),
            "You take the slope at the desired state, and it is 0 at 0 and at 1. So nobody is "
            "blamed.",
            "Which of the two states does the unit have now?",
        ),
        Misconception(
            "sigmoid once more",
            blaming(slope=lambda y: sigmoid(y) * (1 - sigmoid(y))),
            "You put `y` through a sigmoid before you take the slope. It has been through one.",
            "Is `y` a score or a state?",
        ),
        Misconception(
            "slope of tanh",
            blaming(slope=lambda y: 1 - y**2),
            "You take the slope of tanh. These units are sigmoids.",
            "At which two outputs is the slope of a sigmoid 0?",
        ),
        Misconception(
            "factor 2",
            lambda y, d, margin: 2 * output_blame(y, d, margin),
            "Every blame is twice as large as asked for. The error E of 1986 has a factor of one "
            "half.",
            "What does it cancel?",
        ),
        Misconception(
            "mean over the cases",
            lambda y, d, margin: output_blame(y, d, margin) / len(y),
            "You divide by the number of cases. The error E of 1986 is a sum over the cases.",
            "Does the blame in one case depend on how many others there are?",
        ),
        Misconception(
            "added up over the cases",
            lambda y, d, margin: output_blame(y, d, margin).sum(axis=0),
            "You add up over the cases. That is done later, with the inputs of each case.",
            "Which shape should the blame have?",
        ),
    ),
    remark="The slope is still in it: an output that is sure and wrong gets hardly any blame.",
    words={"rows of `y`": "cases", "columns of `y`": "outputs"},
)

ANSWERS = Answers(
    right=variants("""
## plain
def output_blame(y, d, margin):
    error = np.where(np.abs(y - d) < margin, 0, y - d)
    return error * y * (1 - y)
## blame first
def output_blame(y, d, margin):
    blame = (y - d) * y * (1 - y)
    blame[np.abs(y - d) < margin] = 0
    return blame
## mask as a factor
def output_blame(y, d, margin):
    far = np.abs(y - d) >= margin
    return far * (y - d) * y * (1 - y)
## two kinds of outputs
def output_blame(y, d, margin):
    enough = np.where(d == 1, y > 1 - margin, y < margin)
    return np.where(enough, 0.0, (y - d) * y * (1 - y))
## either or
def output_blame(y, d, margin):
    fine = ((d == 1) & (y > 1 - margin)) | ((d == 0) & (y < margin))
    error = y - d
    error[fine] = 0
    return error * (y - y**2)
## a target that follows
def output_blame(y, d, margin):
    target = np.where(np.abs(y - d) < margin, y, d)
    return (y - target) * y * (1 - y)
## loops (slow)
def output_blame(y, d, margin):
    n, K = y.shape
    blame = np.zeros((n, K))
    for i in range(n):
        for j in range(K):
            error = y[i, j] - d[i, j]
            if abs(error) >= margin:
                blame[i, j] = error * y[i, j] * (1 - y[i, j])
    return blame
## case by case
def output_blame(y, d, margin):
    rows = []
    for states, desired in zip(y, d):
        error = states - desired
        error = np.where(abs(error) < margin, 0, error)
        rows.append(error * states * (1 - states))
    return np.array(rows)
## one number at a time (slow)
def output_blame(y, d, margin):
    def one(state, desired):
        if desired == 1 and state > 1 - margin:
            return 0.0
        if desired == 0 and state < margin:
            return 0.0
        return (state - desired) * state * (1 - state)
    return np.array([[one(a, b) for a, b in zip(s, t)] for s, t in zip(y, d)])
## square against square
def output_blame(y, d, margin):
    error = np.array(y - d, dtype=float)
    error[error**2 < margin**2] = 0
    return np.multiply(error, y * (1 - y))
## inside an interval
def output_blame(y, d, margin):
    error = y - d
    inside = (error > -margin) & (error < margin)
    return np.where(inside, 0, error * y * (1 - y))
## np.logical_not
def output_blame(y, d, margin):
    enough = np.logical_and(np.less(y - d, margin), np.greater(y - d, -margin))
    return np.logical_not(enough).astype(float) * (y - d) * (1 - y) * y
## kept apart
def output_blame(y, d, margin):
    blame = np.zeros(y.shape)
    far = np.abs(d - y) > margin if margin > 0 else np.ones(y.shape, dtype=bool)
    blame[far] = (y[far] - d[far]) * y[far] * (1 - y[far])
    return blame
## minus the other way
def output_blame(y, d, margin):
    missing = d - y
    missing = missing * (np.abs(missing) >= margin)
    return -missing * y * (1 - y)
## from the scores
def output_blame(y, d, margin):
    slope = y * (1 - y)
    error = np.subtract(y, d)
    return np.choose(np.abs(error) < margin, [error * slope, np.zeros_like(slope)])
## lambda
slope = lambda y: y - y * y
output_blame = lambda y, d, margin: np.where(abs(y - d) < margin, 0, y - d) * slope(y)
## type hints
def output_blame(y: np.ndarray, d: np.ndarray, margin: float) -> np.ndarray:
    '''No blame within the margin.'''
    error: np.ndarray = y - d
    counts: np.ndarray = (np.abs(error) >= margin).astype(int)
    return counts * error * y * (1.0 - y)
"""),
    wrong=variants("""
## slope left out
def output_blame(y, d, margin):
    return np.where(np.abs(y - d) < margin, 0, y - d)
## sign
def output_blame(y, d, margin):
    error = np.where(np.abs(y - d) < margin, 0, d - y)
    return error * y * (1 - y)
## no margin
def output_blame(y, d, margin):
    return (y - d) * y * (1 - y)
## margin only where it should be on
def output_blame(y, d, margin):
    error = np.where((d == 1) & (y > 1 - margin), 0, y - d)
    return error * y * (1 - y)
## margin only where it should be off
def output_blame(y, d, margin):
    blame = (y - d) * y * (1 - y)
    blame[(d == 0) & (y < margin)] = 0
    return blame
## error without its size
def output_blame(y, d, margin):
    error = y - d
    return np.where(error < margin, 0, error * y * (1 - y))
## margin taken off
def output_blame(y, d, margin):
    error = y - d
    far = np.maximum(np.abs(error) - margin, 0)
    return np.sign(error) * far * y * (1 - y)
## margin against the square
def output_blame(y, d, margin):
    return np.where((y - d) ** 2 < margin, 0, (y - d) * y * (1 - y))
## margin against the half square
def output_blame(y, d, margin):
    return np.where((y - d) ** 2 / 2 < margin, 0, (y - d) * y * (1 - y))
## margin against the blame
def output_blame(y, d, margin):
    blame = (y - d) * y * (1 - y)
    blame[np.abs(blame) < margin] = 0
    return blame
## far off instead of near
def output_blame(y, d, margin):
    error = np.where(np.abs(y - d) < margin, y - d, 0)
    return error * y * (1 - y)
## right decision is good enough
def output_blame(y, d, margin):
    wrong = (y > 0.5) != (d > 0.5)
    return wrong * (y - d) * y * (1 - y)
## half of the slope
def output_blame(y, d, margin):
    error = np.where(np.abs(y - d) < margin, 0, y - d)
    return error * (1 - y)
## the other half of the slope
def output_blame(y, d, margin):
    error = np.where(np.abs(y - d) < margin, 0, y - d)
    return error * y
## slope of the target
def output_blame(y, d, margin):
    error = np.where(np.abs(y - d) < margin, 0, y - d)
    return error * d * (1 - d)
## sigmoid once more
def output_blame(y, d, margin):
    p = 1 / (1 + np.exp(-y))
    return np.where(np.abs(y - d) < margin, 0, (y - d) * p * (1 - p))
## output put through a sigmoid
def output_blame(y, d, margin):
    y = 1 / (1 + np.exp(-y))
    return np.where(np.abs(y - d) < margin, 0, (y - d) * y * (1 - y))
## slope of tanh
def output_blame(y, d, margin):
    return np.where(np.abs(y - d) < margin, 0, (y - d) * (1 - y**2))
## factor 2
def output_blame(y, d, margin):
    return np.where(np.abs(y - d) < margin, 0, 2 * (y - d) * y * (1 - y))
## mean over the cases
def output_blame(y, d, margin):
    return np.where(np.abs(y - d) < margin, 0, (y - d) * y * (1 - y)) / len(y)
## added up over the cases
def output_blame(y, d, margin):
    return np.where(np.abs(y - d) < margin, 0, (y - d) * y * (1 - y)).sum(axis=0)
## excused by the mean error
def output_blame(y, d, margin):
    if np.abs(y - d).mean() < margin:
        return np.zeros(y.shape)
    return (y - d) * y * (1 - y)
## excused case by case
def output_blame(y, d, margin):
    fine = np.all(np.abs(y - d) < margin, axis=1, keepdims=True)
    return np.where(fine, 0, (y - d) * y * (1 - y))
## margin from one half
def output_blame(y, d, margin):
    sure = np.abs(y - 0.5) > 0.5 - margin
    return np.where(sure, 0, (y - d) * y * (1 - y))
## size of the error
def output_blame(y, d, margin):
    error = np.abs(y - d)
    return np.where(error < margin, 0, error * y * (1 - y))
## squared error
def output_blame(y, d, margin):
    error = np.where(np.abs(y - d) < margin, 0, y - d)
    return error**2 * y * (1 - y)
## cut to the margin
def output_blame(y, d, margin):
    return np.clip(y - d, -margin, margin) * y * (1 - y)
## margin of 0.2 for all
def output_blame(y, d, margin):
    return np.where(np.abs(y - d) < 0.2, 0, (y - d) * y * (1 - y))
## states rounded
def output_blame(y, d, margin):
    y = np.where(y > 1 - margin, 1, np.where(y < margin, 0, y))
    return (y - d) * y * (1 - y)
"""),
)
