r"""A schedule: learning rates that shrink like :math:`1/k`."""

from collections.abc import Iterable

import numpy as np

from dlcourse._validation import FloatArray
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part


def rates(first_rate: float, halved_after: int, n_steps: int) -> FloatArray:
    r"""Learning rates :math:`\alpha_k = \alpha / (1 + k/h)` of the steps k = 0, 1, ...

    Parameters
    ----------
    first_rate : float
        :math:`\alpha`, the rate of step 0.
    halved_after : int
        :math:`h`: in this step the rate is one half of the first.
    n_steps : int
        How many rates.

    Returns
    -------
    ndarray of shape (n_steps,)

    Examples
    --------
    >>> rates(0.5, 2, 5).round(3)
    array([0.5  , 0.333, 0.25 , 0.2  , 0.167])
    """
    return np.asarray(first_rate / (1 + np.arange(n_steps) / halved_after))


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw a first rate, when it is halved, and a number of steps."""
    for most in (4, 8, 40):
        yield round(rng.uniform(0.1, 4), 1), int(rng.integers(2, most)), int(rng.integers(most, 60))


def compounded(first_rate: float, halved_after: int, n_steps: int) -> FloatArray:
    """Divide the last rate, where it should be the first one."""
    factors = np.concatenate([[1.0], 1 / (1 + np.arange(1, n_steps) / halved_after)])
    return first_rate * np.cumprod(factors)


EXERCISE = Exercise(
    key="batches_and_noise/rates",
    reference=rates,
    parts=(
        Part(
            "a schedule",
            2,
            draw,
            {
                "halved at once": (1.0, 1, 3),
                "far from halved": (4, 1000, 3),
            },
            hint="Write down the rates of the steps 0, 1 and 2 of the case below by hand, and "
            "compare.",
        ),
    ),
    misconceptions=(
        Misconception(
            "constant",
            lambda first_rate, halved_after, n_steps: np.full(n_steps, float(first_rate)),
            "Your rate stays as it is.",
            "What becomes of the rate when k grows, and is that division one of whole numbers?",
        ),
        Misconception(
            "counted from 1",
            lambda first_rate, halved_after, n_steps: rates(first_rate, halved_after, n_steps + 1)[
                1:
            ],
            "Your first step has the number 1. It is step 0, which has the first rate itself.",
            "With which number does the row of steps begin?",
        ),
        Misconception(
            "a straight line",
            lambda first_rate, halved_after, n_steps: (
                first_rate * (1 - np.arange(n_steps) / (2 * halved_after))
            ),
            "Your rate falls along a straight line, to 0 and below.",
            "Is k part of what is multiplied, or of what is divided by?",
        ),
        Misconception(
            "halved again and again",
            lambda first_rate, halved_after, n_steps: (
                first_rate * 0.5 ** (np.arange(n_steps) / halved_after)
            ),
            "Your rate is halved every so many steps. That is another schedule, which falls much "
            "faster in the long run.",
            "Which formula is asked for?",
        ),
        Misconception(
            "the last rate divided",
            compounded,
            "You divide the rate of the step before. Then the divisors multiply up.",
            "Which rate does the formula divide?",
        ),
        Misconception(
            "whole numbers only",
            lambda first_rate, halved_after, n_steps: (
                first_rate / (1 + np.arange(n_steps) // halved_after)
            ),
            "Your rate falls in stairs: the quotient is rounded down to a whole number.",
            "Which division keeps the fraction?",
        ),
        Misconception(
            "root",
            lambda first_rate, halved_after, n_steps: (
                first_rate / np.sqrt(1 + np.arange(n_steps) / halved_after)
            ),
            "Your rate falls like one over the root of k, too slowly.",
            "What stands in the denominator?",
        ),
        Misconception(
            "without h",
            lambda first_rate, halved_after, n_steps: first_rate / (1 + np.arange(n_steps)),
            "The rate is halved after one step, whatever `halved_after` says.",
            "What should k be measured in?",
        ),
        Misconception(
            "times instead of divided",
            lambda first_rate, halved_after, n_steps: (
                first_rate / (1 + np.arange(n_steps) * halved_after)
            ),
            "You multiply k by h, so that the rate falls at once.",
            "In which step should the rate be half of the first?",
        ),
        Misconception(
            "the last one only",
            lambda first_rate, halved_after, n_steps: rates(first_rate, halved_after, n_steps)[-1],
            "This is the rate of the last step. Asked for are all of them.",
            "How many rates should come out?",
        ),
    ),
    remark="It keeps both conditions of Robbins and Monro: the rates have an endless sum, their "
    "squares a finite one.",
)

ANSWERS = Answers(
    right=variants("""
## the formula
def rates(first_rate, halved_after, n_steps):
    k = np.arange(n_steps)
    return first_rate / (1 + k / halved_after)
## over a common denominator
def rates(first_rate, halved_after, n_steps):
    return first_rate * halved_after / (halved_after + np.arange(n_steps))
## list
def rates(first_rate, halved_after, n_steps):
    return np.array([first_rate / (1 + k / halved_after) for k in range(n_steps)])
## filled
def rates(first_rate, halved_after, n_steps):
    alpha = np.empty(n_steps)
    for k in range(n_steps):
        alpha[k] = first_rate / (1 + k / halved_after)
    return alpha
## append
def rates(first_rate, halved_after, n_steps):
    alphas = []
    for k in range(n_steps):
        alphas.append(first_rate * (1 + k / halved_after) ** -1)
    return np.array(alphas)
## linspace
def rates(first_rate, halved_after, n_steps):
    denominators = np.linspace(1, 1 + (n_steps - 1) / halved_after, n_steps)
    return first_rate / denominators
## inverse rates grow by a constant
def rates(first_rate, halved_after, n_steps):
    growth = np.full(n_steps, 1 / (first_rate * halved_after))
    growth[0] = 1 / first_rate
    return 1 / np.cumsum(growth)
## from the rate before
def rates(first_rate, halved_after, n_steps):
    alpha = [float(first_rate)]
    for k in range(1, n_steps):
        alpha.append(alpha[-1] * (halved_after + k - 1) / (halved_after + k))
    return np.array(alpha)
## helper
def rate(first_rate, halved_after, k):
    return first_rate / (1.0 + k / float(halved_after))

def rates(first_rate, halved_after, n_steps):
    return np.array([rate(first_rate, halved_after, k) for k in range(n_steps)])
## reciprocal
def rates(first_rate, halved_after, n_steps):
    return first_rate * np.reciprocal(1.0 + np.arange(n_steps) / halved_after)
## fromiter
def rates(first_rate, halved_after, n_steps):
    values = (first_rate / (1 + k / halved_after) for k in range(n_steps))
    return np.fromiter(values, float, n_steps)
## type hints
def rates(first_rate: float, halved_after: int, n_steps: int) -> np.ndarray:
    k: np.ndarray = np.arange(n_steps, dtype=float)
    return np.divide(first_rate, 1 + k / halved_after)
"""),
    wrong=variants("""
## constant
def rates(first_rate, halved_after, n_steps):
    return np.ones(n_steps) * first_rate
## counted from 1
def rates(first_rate, halved_after, n_steps):
    k = np.arange(1, n_steps + 1)
    return first_rate / (1 + k / halved_after)
## halved again and again
def rates(first_rate, halved_after, n_steps):
    return first_rate / 2 ** (np.arange(n_steps) / halved_after)
## the last rate divided
def rates(first_rate, halved_after, n_steps):
    alpha, path = first_rate, []
    for k in range(n_steps):
        alpha = alpha / (1 + k / halved_after)
        path.append(alpha)
    return np.array(path)
## whole numbers only
def rates(first_rate, halved_after, n_steps):
    return first_rate / (1 + np.arange(n_steps) // halved_after)
## root
def rates(first_rate, halved_after, n_steps):
    return first_rate / np.sqrt(1 + np.arange(n_steps) / halved_after)
## without h
def rates(first_rate, halved_after, n_steps):
    return first_rate / (1 + np.arange(n_steps))
## times instead of divided
def rates(first_rate, halved_after, n_steps):
    return first_rate / (1 + halved_after * np.arange(n_steps))
## the last one only
def rates(first_rate, halved_after, n_steps):
    for k in range(n_steps):
        alpha = first_rate / (1 + k / halved_after)
    return alpha
## one rate too many
def rates(first_rate, halved_after, n_steps):
    return first_rate / (1 + np.arange(n_steps + 1) / halved_after)
## straight down
def rates(first_rate, halved_after, n_steps):
    return first_rate * (1 - np.arange(n_steps) / (2 * halved_after))
## brackets forgotten
def rates(first_rate, halved_after, n_steps):
    return first_rate / 1 + np.arange(n_steps) / halved_after
## squared
def rates(first_rate, halved_after, n_steps):
    return first_rate / (1 + np.arange(n_steps) / halved_after) ** 2
"""),
)
