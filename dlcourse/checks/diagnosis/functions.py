"""Answers that are another function of an argument than the one asked for."""

from collections.abc import Callable

import numpy as np

from dlcourse._validation import FloatArray
from dlcourse.checks.diagnosis.evidence import Evidence
from dlcourse.checks.diagnosis.naming import Naming
from dlcourse.checks.diagnosis.output import logistic

Function = Callable[[FloatArray], FloatArray]


def softmax(values: FloatArray, axis: int | None) -> FloatArray:
    """Compute the softmax along an axis, or over everything."""
    shifted = np.exp(values - values.max(axis=axis, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=axis, keepdims=True))


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


FUNCTIONS = (another_function,)
