"""Answers that are another function of an argument than the one asked for."""

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np

from dlcourse._validation import FloatArray
from dlcourse.checks.diagnosis.evidence import Evidence, shape
from dlcourse.checks.diagnosis.naming import Naming
from dlcourse.checks.diagnosis.output import logistic

Function = Callable[[FloatArray], FloatArray]
Values = list[FloatArray]
Loss = Callable[[FloatArray, FloatArray], FloatArray]


def softmax(values: FloatArray, axis: int | None) -> FloatArray:
    """Compute the softmax along an axis, or over everything."""
    shifted = np.exp(values - values.max(axis=axis, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=axis, keepdims=True))


def scaled(values: FloatArray, axis: int) -> FloatArray:
    """Scale a table along an axis to the range from 0 to 1."""
    low, high = values.min(axis=axis, keepdims=True), values.max(axis=axis, keepdims=True)
    return np.asarray((values - low) / (high - low))


KNOWN: tuple[tuple[str, Function], ...] = (
    ("the sigmoid of {}", logistic),
    ("the sigmoid of -{}", lambda a: logistic(-a)),
    ("the logarithm of the sigmoid of {}", lambda a: -np.logaddexp(0, -a)),
    ("the softplus of {}", lambda a: np.logaddexp(0, a)),
    ("the hyperbolic tangent of {}", np.tanh),
    ("the derivative of tanh at {}", lambda a: 1 - np.tanh(a) ** 2),
    ("the derivative of the sigmoid at {}", lambda a: logistic(a) * (1 - logistic(a))),
    ("{} with 0 in place of its negative numbers (a ReLU)", lambda a: np.maximum(a, 0)),
    ("1 where {} is positive, and 0 elsewhere", lambda a: (a > 0) * 1.0),
    ("the sign of {}", np.sign),
    ("the absolute value of {}", np.abs),
    ("the square of {}", np.square),
    ("half the square of {}", lambda a: a**2 / 2),
    ("the exponential of {}", np.exp),
    ("the exponential of -{}", lambda a: np.exp(-a)),
    ("the logarithm of {}", np.log),
    ("1 - {}", lambda a: 1 - a),
    ("1 - {} squared", lambda a: 1 - a**2),
    ("{} (1 - {})", lambda a: a * (1 - a)),
    ("1 divided by {}", lambda a: 1 / a),
    ("the arctangent of {}", np.arctan),
    ("the arctangent of {}, squeezed into 0 to 1", lambda a: np.arctan(a) / np.pi + 0.5),
    ("{} + 1/2, cut to the range from 0 to 1", lambda a: np.clip(a + 0.5, 0, 1)),
    ("{} / 4 + 1/2, cut to the range from 0 to 1", lambda a: np.clip(a / 4 + 0.5, 0, 1)),
    ("{} / 6 + 1/2, cut to the range from 0 to 1", lambda a: np.clip(a / 6 + 0.5, 0, 1)),
    ("0.2 {} + 1/2, cut to the range from 0 to 1", lambda a: np.clip(0.2 * a + 0.5, 0, 1)),
    ("a softmax over each row of {}", lambda a: softmax(a, -1)),
    ("a softmax over each column of {}", lambda a: softmax(a, 0)),
    ("a softmax over all of {}", lambda a: softmax(a, None)),
    ("{} divided by its sum", lambda a: a / a.sum()),
    ("{} with each row divided by its sum", lambda a: a / a.sum(axis=-1, keepdims=True)),
    ("{} minus the mean of its columns", lambda a: a - a.mean(axis=0)),
    ("{} minus its mean", lambda a: a - a.mean()),
    ("{} + 1", lambda a: a + 1),
    ("the logarithm of {} / (1 - {})", lambda a: np.log(a / (1 - a))),
    ("1 divided by (1 + {} squared)", lambda a: 1 / (1 + a**2)),
    ("t (1 - t), where t is tanh of {}", lambda a: np.tanh(a) * (1 - np.tanh(a))),
    ("{} without its negative numbers and zeros", lambda a: a[a > 0]),
    ("{} with ones in place of its first column", lambda a: np.c_[a[:, 0] * 0 + 1, a[:, 1:]]),
    ("{} with each column scaled to the range from 0 to 1", lambda a: scaled(a, 0)),
    ("{} with each row scaled to the range from 0 to 1", lambda a: scaled(a, 1)),
    ("the largest entry of each column of {}", lambda a: a.max(axis=0)),
    ("the largest entry of each row of {}", lambda a: a.max(axis=1)),
    ("the sum of each column of {}", lambda a: a.sum(axis=0)),
    ("the sum of each row of {}", lambda a: a.sum(axis=1)),
)
# of scores, or of probabilities, and of labels, as students know them from elsewhere
LOSSES: tuple[tuple[str, Loss], ...] = (
    ("the hinge loss", lambda s, t: np.maximum(0, 1 - t * s)),
    ("the squared hinge loss", lambda s, t: np.maximum(0, 1 - t * s) ** 2),
    ("the perceptron's loss", lambda s, t: np.maximum(0, -t * s)),
    ("the logistic loss", lambda s, t: np.logaddexp(0, -t * s)),
    ("the exponential loss", lambda s, t: np.exp(-t * s)),
    ("the squared error", lambda s, t: (s - t) ** 2),
    ("the squared error of the sigmoid", lambda s, t: (logistic(s) - t) ** 2),
    ("half the squared error", lambda s, t: (s - t) ** 2 / 2),
    ("the absolute error", lambda s, t: np.abs(s - t)),
    ("the share of mistakes", lambda s, t: ((s > 0) != (t > 0)) * 1.0),
    ("the share of hits", lambda s, t: ((s > 0) == (t > 0)) * 1.0),
)


def another_function(evidence: Evidence) -> Naming | None:
    """Answer a well-known function of one argument that is not the one asked for."""
    for k in evidence.arrays:
        name = f"`{evidence.names[k]}`"
        values = [np.asarray(value, dtype=float) for value in evidence.values(k)]
        for words, function in KNOWN:
            if evidence.explains(lambda case, f=function, v=values: f(v[case])):  # type: ignore[misc]
                said = words.format(name, name)
                return Naming(
                    f"function: {said}", f"Your answer is {said}.", "Which function is asked for?"
                )
    return None


def another_loss(evidence: Evidence) -> Naming | None:
    """Answer a well-known loss of two vectors that is not the one asked for."""
    vectors = [k for k in evidence.arrays if len(shape(evidence.values(k)[0])) == 1]
    if len(vectors) != 2:
        return None
    scores, labels = (
        [np.asarray(value, dtype=float) for value in evidence.values(k)] for k in vectors
    )
    signs = [2 * y - 1 for y in labels] if vectors[1] in evidence.labels else labels
    names = " and ".join(f"`{evidence.names[k]}`" for k in vectors)
    for (words, loss), targets in itertools.product(LOSSES, (signs, labels)):
        for how, together in (("mean", np.mean), ("sum", np.sum)):

            def answer(k: int, loss: Loss = loss, t: Values = targets, g: Any = together) -> object:
                return g(loss(scores[k], t[k]))

            if evidence.explains(answer):
                said = f"the {how} of {words} of {names}"
                return Naming(
                    f"loss: {said}", f"Your answer is {said}.", "Which loss is asked for?"
                )
    return None


FUNCTIONS = (another_function, another_loss)
