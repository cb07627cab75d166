r"""The part of the way that few steps go, :math:`1 - (1 - \alpha\kappa)^t`, beside a penalty's."""

from collections.abc import Iterable

import numpy as np

from dlcourse._validation import FloatArray
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import array, readable, single
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part


def by_steps(kappa: FloatArray, learning_rate: float, steps: float) -> FloatArray:
    """Give the part that gradient descent from 0 goes in directions of these curvatures."""
    return np.asarray(1 - (1 - learning_rate * kappa) ** steps)


def by_penalty(kappa: FloatArray, strength: float) -> FloatArray:
    """Give the part that a penalty of this strength leaves."""
    return np.asarray(kappa / (kappa + 2 * strength))


def kept_shares(kappa: FloatArray, learning_rate: float, steps: int) -> FloatArray:
    """Stack both parts, the penalty being the one that matches the steps."""
    matching = 1 / (2 * learning_rate * steps)
    return np.stack([by_steps(kappa, learning_rate, steps), by_penalty(kappa, matching)])


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw curvatures, a rate at which none of them flies away, and a number of steps."""
    for n, rate, steps in ((2, 0.5, 2), (3, 0.2, 4), (5, 0.1, 7), (30, 0.07, 25)):
        yield readable(rng.uniform(0.1, 1.9, size=n), n), rate, steps


EXERCISE = Exercise(
    key="early_stopping/kept_shares",
    reference=kept_shares,
    parts=(
        Part(
            points=2,
            inputs=draw,
            edge_cases={
                "a single step": (array([0.5, 1.0, 4.0]), 0.25, 1),
                "one direction": (array([0.5]), 0.5, 3),
                "a direction that swings": (array([3.0]), 0.5, 3),
                "a flat direction": (array([0.0, 1.0]), 0.5, 3),
                "single precision": (single([0.5, 1.0, 2.0]), 0.25, 2),
            },
        ),
    ),
    tolerance=1e-6,
    misconceptions=(
        Misconception(
            "what is left instead of what is done",
            lambda kappa, learning_rate, steps: 1 - kept_shares(kappa, learning_rate, steps),
            "These are the parts of the way that are still to go.",
            "Which part of the way has been gone when half of it is left?",
        ),
        Misconception(
            "first row still to go",
            lambda kappa, learning_rate, steps: np.stack(
                [
                    1 - by_steps(kappa, learning_rate, steps),
                    kept_shares(kappa, learning_rate, steps)[1],
                ]
            ),
            "Your first row is the distance that is left. The second is right.",
            "By what is the distance multiplied, and what part of the way has then been gone?",
        ),
        Misconception(
            "the 2 of the penalty forgotten",
            lambda kappa, learning_rate, steps: np.stack(
                [
                    by_steps(kappa, learning_rate, steps),
                    by_penalty(kappa, 0.25 / (learning_rate * steps)),
                ]
            ),
            "Your penalty is half as strong as the one that matches. Its slope is twice "
            "lambda times the weight.",
            "Which of the two is 1 / (rate times steps): lambda, or twice lambda?",
        ),
        Misconception(
            "penalty twice as strong",
            lambda kappa, learning_rate, steps: np.stack(
                [
                    by_steps(kappa, learning_rate, steps),
                    by_penalty(kappa, 1 / (learning_rate * steps)),
                ]
            ),
            "Your penalty is twice as strong as the one that matches.",
            "Where has the factor 2 its place, if twice lambda is 1 / (rate times steps)?",
        ),
        Misconception(
            "strength not inverted",
            lambda kappa, learning_rate, steps: np.stack(
                [
                    by_steps(kappa, learning_rate, steps),
                    by_penalty(kappa, learning_rate * steps / 2),
                ]
            ),
            "Your penalty grows with the number of steps.",
            "Do more steps match a stronger penalty, or a weaker one?",
        ),
        Misconception(
            "steps multiplied, not to the power",
            lambda kappa, learning_rate, steps: np.stack(
                [
                    learning_rate * kappa * steps,
                    kept_shares(kappa, learning_rate, steps)[1],
                ]
            ),
            "Your steps all have the length of the first one. But the slope falls on the way.",
            "By what is the distance multiplied, again and again?",
        ),
        Misconception(
            "exponential instead of steps",
            lambda kappa, learning_rate, steps: np.stack(
                [
                    1 - np.exp(-learning_rate * kappa * steps),
                    kept_shares(kappa, learning_rate, steps)[1],
                ]
            ),
            "That is what endlessly many tiny steps would do. Asked for are these.",
            "What is left of the distance after one step, exactly?",
        ),
        Misconception(
            "rows exchanged",
            lambda kappa, learning_rate, steps: kept_shares(kappa, learning_rate, steps)[::-1],
            "Your two rows are exchanged.",
            "Which row is that of the steps?",
        ),
        Misconception(
            "one step too few",
            lambda kappa, learning_rate, steps: np.stack(
                [
                    by_steps(kappa, learning_rate, steps - 1),
                    kept_shares(kappa, learning_rate, steps)[1],
                ]
            ),
            "Your descent takes one step too few.",
            "How far has it come after a single step?",
        ),
        Misconception(
            "table on its side",
            lambda kappa, learning_rate, steps: kept_shares(kappa, learning_rate, steps).T,
            "Your table lies on its side.",
            "How many rows should it have?",
        ),
    ),
    remark="Steep directions come along, flat ones stay: that is what both ways have in common.",
    words={"columns of the answer": "directions", "rows of the answer": "ways"},
)

ANSWERS = Answers(
    right=variants("""
## plain
def kept_shares(kappa, learning_rate, steps):
    stopped = 1 - (1 - learning_rate * kappa) ** steps
    punished = kappa / (kappa + 1 / (learning_rate * steps))
    return np.stack([stopped, punished])
## with lambda
def kept_shares(kappa, learning_rate, steps):
    strength = 1 / (2 * learning_rate * steps)
    return np.array([
        1 - (1 - learning_rate * kappa) ** steps,
        kappa / (kappa + 2 * strength),
    ])
## step by step
def kept_shares(kappa, learning_rate, steps):
    w = 0 * kappa
    for _ in range(steps):
        w = w - learning_rate * kappa * (w - 1)
    return np.stack([w, kappa / (kappa + 1 / (learning_rate * steps))])
## distance step by step
def kept_shares(kappa, learning_rate, steps):
    left = np.ones(len(kappa))
    for step in range(steps):
        left = left * (1 - learning_rate * kappa)
    x = learning_rate * steps * kappa
    return np.stack([1 - left, x / (1 + x)])
## power
def kept_shares(kappa, learning_rate, steps):
    factor = 1 - learning_rate * kappa
    left = np.power(factor, steps)
    two_lambda = 1 / learning_rate / steps
    return np.vstack([1 - left, 1 - two_lambda / (kappa + two_lambda)])
## filled in
def kept_shares(kappa, learning_rate, steps):
    table = np.zeros((2, len(kappa)))
    table[0] = 1 - (1 - learning_rate * kappa) ** steps
    table[1] = kappa / (kappa + 1 / (learning_rate * steps))
    return table
## two loops (slow)
def kept_shares(kappa, learning_rate, steps):
    table = np.zeros((2, len(kappa)))
    for j in range(len(kappa)):
        w = 0.0
        for _ in range(steps):
            slope = kappa[j] * (w - 1)
            w = w - learning_rate * slope
        table[0, j] = w
        table[1, j] = kappa[j] / (kappa[j] + 1 / (learning_rate * steps))
    return table
## sum of a geometric series
def kept_shares(kappa, learning_rate, steps):
    factor = 1 - learning_rate * kappa
    stopped = sum(learning_rate * kappa * factor ** k for k in range(steps))
    punished = kappa / (kappa + 1 / (learning_rate * steps))
    return np.stack([stopped, punished])
## product of factors
def kept_shares(kappa, learning_rate, steps):
    factors = np.tile(1 - learning_rate * kappa, (steps, 1))
    done = 1 - factors.prod(axis=0)
    time = learning_rate * steps
    return np.stack([done, kappa * time / (kappa * time + 1)])
## functions inside
def kept_shares(kappa, learning_rate, steps):
    def descent(k):
        return 1 - (1 - learning_rate * k) ** steps

    def ridge(k, strength):
        return k / (k + 2 * strength)

    return np.stack([descent(kappa), ridge(kappa, 0.5 / (learning_rate * steps))])
## comprehension
def kept_shares(kappa, learning_rate, steps):
    two_lambda = 1 / (learning_rate * steps)
    stopped = [1 - (1 - learning_rate * k) ** steps for k in kappa]
    punished = [k / (k + two_lambda) for k in kappa]
    return np.array([stopped, punished])
## columns, then turned
def kept_shares(kappa, learning_rate, steps):
    left = (1 - learning_rate * kappa) ** steps
    share = kappa / (kappa + 1 / (steps * learning_rate))
    return np.column_stack([1 - left, share]).T
## type hints
def kept_shares(kappa: np.ndarray, learning_rate: float, steps: int) -> np.ndarray:
    '''A row for the steps, a row for the penalty.'''
    left: np.ndarray = (1 - learning_rate * kappa) ** steps
    strength: float = 1 / (2 * learning_rate * steps)
    return np.stack([1 - left, kappa / (kappa + 2 * strength)])
"""),
    wrong=variants("""
## what is left instead of what is done
def kept_shares(kappa, learning_rate, steps):
    left = (1 - learning_rate * kappa) ** steps
    two_lambda = 1 / (learning_rate * steps)
    return np.stack([left, two_lambda / (kappa + two_lambda)])
## first row still to go
def kept_shares(kappa, learning_rate, steps):
    left = (1 - learning_rate * kappa) ** steps
    return np.stack([left, kappa / (kappa + 1 / (learning_rate * steps))])
## the 2 of the penalty forgotten
def kept_shares(kappa, learning_rate, steps):
    strength = 1 / (2 * learning_rate * steps)
    return np.stack([1 - (1 - learning_rate * kappa) ** steps, kappa / (kappa + strength)])
## penalty twice as strong
def kept_shares(kappa, learning_rate, steps):
    strength = 1 / (learning_rate * steps)
    return np.stack([1 - (1 - learning_rate * kappa) ** steps, kappa / (kappa + 2 * strength)])
## strength not inverted
def kept_shares(kappa, learning_rate, steps):
    stopped = 1 - (1 - learning_rate * kappa) ** steps
    return np.stack([stopped, kappa / (kappa + learning_rate * steps)])
## steps multiplied, not to the power
def kept_shares(kappa, learning_rate, steps):
    stopped = 1 - (1 - learning_rate * kappa * steps)
    return np.stack([stopped, kappa / (kappa + 1 / (learning_rate * steps))])
## exponential instead of steps
def kept_shares(kappa, learning_rate, steps):
    stopped = 1 - np.exp(-learning_rate * steps * kappa)
    return np.stack([stopped, kappa / (kappa + 1 / (learning_rate * steps))])
## rows exchanged
def kept_shares(kappa, learning_rate, steps):
    stopped = 1 - (1 - learning_rate * kappa) ** steps
    return np.stack([kappa / (kappa + 1 / (learning_rate * steps)), stopped])
## one step too few
def kept_shares(kappa, learning_rate, steps):
    w = 0 * kappa
    for _ in range(1, steps):
        w = w - learning_rate * kappa * (w - 1)
    return np.stack([w, kappa / (kappa + 1 / (learning_rate * steps))])
## table on its side
def kept_shares(kappa, learning_rate, steps):
    stopped = 1 - (1 - learning_rate * kappa) ** steps
    return np.column_stack([stopped, kappa / (kappa + 1 / (learning_rate * steps))])
## both by steps
def kept_shares(kappa, learning_rate, steps):
    stopped = 1 - (1 - learning_rate * kappa) ** steps
    return np.stack([stopped, stopped])
## penalty by hand without the steps
def kept_shares(kappa, learning_rate, steps):
    stopped = 1 - (1 - learning_rate * kappa) ** steps
    return np.stack([stopped, kappa / (kappa + 1 / learning_rate)])
## power before the difference
def kept_shares(kappa, learning_rate, steps):
    stopped = (1 - (1 - learning_rate * kappa)) ** steps
    return np.stack([stopped, kappa / (kappa + 1 / (learning_rate * steps))])
## powers by logarithms
def kept_shares(kappa, learning_rate, steps):
    by_steps = 1 - np.exp(steps * np.log(1 - learning_rate * kappa))
    by_penalty = kappa / (kappa + 1 / (learning_rate * steps))
    return np.stack([by_steps, by_penalty])
"""),
)
