"""Weights by hand: a unit that says whether enough of its inputs are 1, as AND and OR do."""

from collections.abc import Iterable
from itertools import product

import numpy as np

from dlcourse._validation import FloatArray
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part, Property


def gate_weights(n_inputs: int, at_least: int) -> FloatArray:
    """Count the ones, and ask for half a one less than is needed."""
    return np.array([0.5 - at_least] + [1.0] * n_inputs)


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw gates of three to seven inputs."""
    for _ in range(4):
        n_inputs = int(rng.integers(3, 8))
        yield n_inputs, int(rng.integers(1, n_inputs + 1))


def scores_by_answer(w: FloatArray, n_inputs: int, at_least: int) -> tuple[FloatArray, FloatArray]:
    """Score all rows of the truth table: those that call for a 0, and those that call for a 1."""
    rows = np.array(list(product([0, 1], repeat=n_inputs)))
    s = w[0] + rows @ w[1:]
    enough = rows.sum(axis=1) >= at_least
    return s[~enough], s[enough]


def few_weights(n_inputs: int, at_least: int) -> FloatArray:
    """Let the first few inputs count alone."""
    return np.array([0.5 - at_least] + [1.0] * at_least + [0.0] * (n_inputs - at_least))


EXERCISE = Exercise(
    key="xor_to_depth/gate_weights",
    reference=gate_weights,
    open_ended=True,
    parts=(
        Part(
            "AND and OR",
            1,
            edge_cases={"AND": (2, 2), "OR": (2, 1)},
            hint="Write the score of each of the four corners. Which bias puts it above 0 where "
            "the gate says 1, and below 0 where it says 0?",
        ),
        Part(
            "any number of inputs",
            1,
            draw,
            {
                "one input": (1, 1),
                "two of three": (3, 2),
                "all of four": (4, 4),
                "six of seven": (7, 6),
            },
            hint="Let all inputs count the same. What is the score with as many ones as are "
            "needed, and what is it with one fewer? The bias must put 0 between the two.",
        ),
    ),
    properties=(
        Property(
            "says 1",
            lambda w, *gate: bool((scores_by_answer(w, *gate)[1] > 0).all()),
            "Some row of the truth table has enough ones, and yet the score of your unit is not "
            "positive there.",
        ),
        Property(
            "says 0",
            lambda w, *gate: bool((scores_by_answer(w, *gate)[0] < 0).all()),
            "Some row of the truth table has too few ones, and yet the score of your unit is not "
            "negative there.",
        ),
    ),
    misconceptions=(
        Misconception(
            "no bias",
            lambda n_inputs, at_least: np.array([0.0] + [1.0] * n_inputs),
            "Your bias is 0, so a single one at the inputs makes the score positive, and none "
            "makes it 0, which is neither yes nor no.",
        ),
        Misconception(
            "on the edge",
            lambda n_inputs, at_least: np.array([-at_least] + [1.0] * n_inputs, dtype=float),
            "With exactly as many ones as are needed your score is 0, and the unit says one half. "
            "Put the line between two counts, not on one.",
        ),
        Misconception(
            "the half of the bias lost",
            lambda n_inputs, at_least: np.array([1.0 - at_least] + [1.0] * n_inputs),
            "With one too few ones your score is 0, and the unit says one half. A bias halfway "
            "between two counts is no whole number: an array of integers cuts its half off.",
        ),
        Misconception(
            "more than instead of at least",
            lambda n_inputs, at_least: np.array([-0.5 - at_least] + [1.0] * n_inputs),
            "Your unit asks for one more than is needed: with exactly the number that is asked for "
            "it still says no.",
        ),
        Misconception(
            "one too few is enough",
            lambda n_inputs, at_least: np.array([1.5 - at_least] + [1.0] * n_inputs),
            "Your unit says yes already when one is missing. Try the row of the truth table that "
            "has one fewer than is needed.",
        ),
        Misconception(
            "sign of the bias",
            lambda n_inputs, at_least: np.array([at_least - 0.5] + [1.0] * n_inputs),
            "Your bias pulls upwards, so the unit says yes even to zeros alone. To ask for more, "
            "it must pull down.",
        ),
        Misconception(
            "bias at the end",
            lambda n_inputs, at_least: np.array([1.0] * n_inputs + [0.5 - at_least]),
            "Your bias stands at the end. It is the first entry: the last one is the weight of the "
            "last input.",
        ),
        Misconception(
            "the opposite",
            lambda n_inputs, at_least: np.array([at_least - 0.5] + [-1.0] * n_inputs),
            "Your unit says the opposite of what is asked for, at each row of the table. The line "
            "is right, and its sides are swapped.",
        ),
        Misconception(
            "always AND",
            lambda n_inputs, at_least: np.array([0.5 - n_inputs] + [1.0] * n_inputs),
            "Your unit asks for all its inputs, however few are needed. Which of the two arguments "
            "should its bias hang on?",
        ),
        Misconception(
            "always OR",
            lambda n_inputs, at_least: np.array([-0.5] + [1.0] * n_inputs),
            "Your unit is content with a single one, however many are needed. Which of the two "
            "arguments should its bias hang on?",
        ),
        Misconception(
            "bias 1",
            lambda n_inputs, at_least: np.ones(n_inputs + 1),
            "With a positive bias the score is positive even for zeros alone. To ask for ones, the "
            "bias must pull down.",
        ),
        Misconception(
            "zeros counted",
            lambda n_inputs, at_least: np.array([at_least - n_inputs - 0.5] + [1.0] * n_inputs),
            "The more ones are asked for, the more your bias gives away. Did you count how many "
            "may be missing?",
        ),
        Misconception(
            "as many weights as ones are needed",
            few_weights,
            "Some of your weights are 0, so the unit does not see these inputs. Which inputs are 1 "
            "is not said beforehand: all must count.",
        ),
        Misconception(
            "a share as the bias",
            lambda n_inputs, at_least: np.array([-at_least / n_inputs] + [1.0] * n_inputs),
            "Your bias is a share of the inputs, and the weighted sum counts them. Which count "
            "should the sum be compared with?",
        ),
    ),
    remark="The weights count, and the bias says how many are enough.",
)

ANSWERS = Answers(
    right=variants("""
## half a one less
def gate_weights(n_inputs, at_least):
    w = np.ones(n_inputs + 1)
    w[0] = 0.5 - at_least
    return w
## sharp
def gate_weights(n_inputs, at_least):
    return 20 * np.array([0.5 - at_least] + [1.0] * n_inputs)
## whole numbers
def gate_weights(n_inputs, at_least):
    return np.array([1 - 2 * at_least] + [2] * n_inputs, dtype=float)
## concatenated
def gate_weights(n_inputs, at_least):
    return np.concatenate([[-at_least + 0.5], np.ones(n_inputs)])
## filled
def gate_weights(n_inputs, at_least):
    w = np.empty(1 + n_inputs)
    w[0] = -(at_least - 0.25)
    w[1:] = 1
    return w
## loop
def gate_weights(n_inputs, at_least):
    w = [0.0]
    for _ in range(n_inputs):
        w.append(3.0)
    w[0] = -3.0 * at_least + 1.0
    return np.array(w)
## shares
def gate_weights(n_inputs, at_least):
    w = np.full(n_inputs + 1, 1 / n_inputs)
    w[0] = (0.5 - at_least) / n_inputs
    return w
## appended
def gate_weights(n_inputs, at_least):
    return np.append(0.5 - at_least, np.ones(n_inputs))
## stacked
def gate_weights(n_inputs, at_least):
    return np.hstack((10 * (0.5 - at_least), 10 * np.ones(n_inputs)))
## weights that differ a little
def gate_weights(n_inputs, at_least):
    w = np.linspace(0.99, 1.01, n_inputs + 1)
    w[0] = 0.5 - at_least
    return w
## insert
def gate_weights(n_inputs, at_least):
    return np.insert(np.ones(n_inputs), 0, 0.75 - at_least)
## lambda
gate_weights = lambda n_inputs, at_least: np.r_[0.5 - at_least, np.ones(n_inputs)]
## single precision
def gate_weights(n_inputs, at_least):
    return np.array([0.5 - at_least] + [1] * n_inputs, dtype=np.float32)
## type hints
def gate_weights(n_inputs: int, at_least: int) -> np.ndarray:
    '''The bias first.'''
    bias: float = -at_least + 0.5
    return np.array([bias, *[1.0 for _ in range(n_inputs)]])
"""),
    partly_right=variants("""
## two inputs by heart
def gate_weights(n_inputs, at_least):
    if at_least == 2:
        return np.array([-1.5, 1.0, 1.0])
    return np.array([-0.5, 1.0, 1.0])
## AND or else OR
def gate_weights(n_inputs, at_least):
    w = np.ones(n_inputs + 1)
    w[0] = 0.5 - n_inputs if at_least > 1 else -0.5
    return w
## two weights, and the others 0
def gate_weights(n_inputs, at_least):
    w = np.zeros(n_inputs + 1)
    w[0] = 0.5 - at_least
    w[1:3] = 1
    return w
"""),
    wrong=variants("""
## no bias
def gate_weights(n_inputs, at_least):
    return np.array([0.0] + [1.0] * n_inputs)
## on the edge
def gate_weights(n_inputs, at_least):
    w = np.ones(n_inputs + 1)
    w[0] = -at_least
    return w
## more than instead of at least
def gate_weights(n_inputs, at_least):
    w = np.ones(n_inputs + 1)
    w[0] = -at_least - 0.5
    return w
## one too few is enough
def gate_weights(n_inputs, at_least):
    w = np.ones(n_inputs + 1)
    w[0] = 1.5 - at_least
    return w
## sign of the bias
def gate_weights(n_inputs, at_least):
    w = np.ones(n_inputs + 1)
    w[0] = at_least - 0.5
    return w
## bias at the end
def gate_weights(n_inputs, at_least):
    return np.append(np.ones(n_inputs), 0.5 - at_least)
## the opposite
def gate_weights(n_inputs, at_least):
    w = -np.ones(n_inputs + 1)
    w[0] = at_least - 0.5
    return w
## always AND
def gate_weights(n_inputs, at_least):
    w = np.ones(n_inputs + 1)
    w[0] = 0.5 - n_inputs
    return w
## always OR
def gate_weights(n_inputs, at_least):
    w = np.ones(n_inputs + 1)
    w[0] = -0.5
    return w
## all zeros
def gate_weights(n_inputs, at_least):
    return np.zeros(n_inputs + 1)
## without a place for the bias
def gate_weights(n_inputs, at_least):
    return np.full(n_inputs, 1 / at_least)
## bias weighted
def gate_weights(n_inputs, at_least):
    return (0.5 - at_least) * np.ones(n_inputs + 1)
## a list
def gate_weights(n_inputs, at_least):
    return [0.5 - at_least] + [1.0] * n_inputs
## nan
def gate_weights(n_inputs, at_least):
    return np.full(n_inputs + 1, np.nan)
## infinite
def gate_weights(n_inputs, at_least):
    return np.array([0.5 - at_least] + [np.inf] * n_inputs)
## random numbers
def gate_weights(n_inputs, at_least):
    return np.random.default_rng(0).normal(size=n_inputs + 1)
## the truth table
def gate_weights(n_inputs, at_least):
    return np.array([float(count >= at_least) for count in range(n_inputs + 1)])
"""),
)
