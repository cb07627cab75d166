"""One example shown to a perceptron."""

from collections.abc import Iterable

import numpy as np

from dlcourse._validation import FloatArray
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import array, single
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part
from dlcourse.history.perceptron_1957 import perceptron_step


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw weights, an example and a label: two that are wrong, two that are right."""
    for size, right in ((1, False), (2, True), (4, False), (9, True)):
        w, x = rng.normal(scale=2, size=size + 1), rng.normal(scale=2, size=size)
        if size < 9:
            w, x = w.round(), x.round()
            w[0] += 0.5  # no score is 0, and none is rounded
        score = w[0] + w[1:] @ x
        yield w, x, (1 if (score > 0) == right else -1)


def score(w: FloatArray, x: FloatArray) -> float:
    """Compute the score of one example."""
    return float(w[0] + w[1:] @ x)


def with_one(x: FloatArray) -> FloatArray:
    """Put a one in front."""
    return np.concatenate([np.ones(1, x.dtype), x])


EXERCISE = Exercise(
    key="early_systems/perceptron_step",
    reference=perceptron_step,
    parts=(
        Part(
            points=2,
            inputs=draw,
            edge_cases={
                "all weights 0": (array([0, 0, 0]), array([2, -1]), -1),
                "a score of exactly 0": (array([1, 2, -1]), array([1, 3]), 1),
                "a score of exactly 0, the other label": (array([-3, 1, 1]), array([2, 1]), -1),
                "a right answer": (array([1, 2]), array([3]), 1),
                "right by little": (array([0.5, 2, 1]), array([1, -2]), 1),
                "right by little, the other label": (array([-0.5, 2]), array([0]), -1),
                "a wrong answer": (array([1, 2]), array([3]), -1),
                "still wrong afterwards": (array([-20, 1]), array([2]), 1),
                "single precision": (single([2, 1, -3]), single([1, 2]), 1),
            },
        ),
    ),
    misconceptions=(
        Misconception(
            "a score of 0 counts as right",
            lambda w, x, y: w + y * with_one(x) if y * score(w, x) < 0 else w,
            "At a score of exactly 0 you change nothing. A score of 0 is no answer, and counts as "
            "a mistake.",
            "What would ever happen to weights that start at 0?",
        ),
        Misconception(
            "changes after right answers too",
            lambda w, x, y: w + y * with_one(x),
            "You add the example whatever the answer was.",
            "What should become of the weights after a right answer?",
        ),
        Misconception(
            "never changes",
            lambda w, x, y: w,
            "Your weights come back as they were, even after a wrong answer.",
            "What does the rule add after a mistake?",
        ),
        Misconception(
            "moves away",
            lambda w, x, y: w - y * with_one(x) if y * score(w, x) <= 0 else w,
            "Your step goes the wrong way: afterwards the score is further from its label.",
            "For label 1, should the score of this example rise or fall?",
        ),
        Misconception(
            "label left out",
            lambda w, x, y: w + with_one(x) if y * score(w, x) <= 0 else w,
            "You add the example for both labels. Then every score can only rise.",
            "What should happen to an example with label -1 that was taken for 1?",
        ),
        Misconception(
            "bias left as it was",
            lambda w, x, y: w + y * np.append(0, x) if y * score(w, x) <= 0 else w,
            "The bias never changes in your answer.",
            "Which input does the bias belong to, and what is its value?",
        ),
        Misconception(
            "changes only when right",
            lambda w, x, y: w + y * with_one(x) if y * score(w, x) > 0 else w,
            "You change the weights where the answer was right, and leave them where it was wrong.",
            "What does it mean that label times score is above 0?",
        ),
        Misconception(
            "bias left out of the score",
            lambda w, x, y: w + y * with_one(x) if y * float(w[1:] @ x) <= 0 else w,
            "You decide without the bias whether the answer is wrong.",
            "Which weight has no feature of its own?",
        ),
        Misconception(
            "twice the step",
            lambda w, x, y: w + (y - (1 if score(w, x) > 0 else -1)) * with_one(x),
            "Your steps are twice as large: label minus answer is 2 or -2 after a mistake.",
            "How often should the example be added?",
        ),
        Misconception(
            "label minus score",
            lambda w, x, y: w + (y - score(w, x)) * with_one(x),
            "You move by label minus score, as a linear unit does. A perceptron asks for the sign "
            "alone.",
            "By how much does it change where the score is -0.1, and where it is -100?",
        ),
    ),
    remark="Nothing here is a derivative: the rule is older than gradient descent for units.",
    words={"entries of `w`": "weights", "`w[0]`": "the bias"},
)

ANSWERS = Answers(
    right=variants("""
## plain
def perceptron_step(w, x, y):
    z = np.concatenate([[1], x])
    if y * (w @ z) <= 0:
        return w + y * z
    return w
## bias apart
def perceptron_step(w, x, y):
    score = w[0] + w[1:] @ x
    if y * score > 0:
        return w
    return np.concatenate([[w[0] + y], w[1:] + y * x])
## copy filled
def perceptron_step(w, x, y):
    new = np.array(w, dtype=float)
    if y * (w[0] + np.dot(w[1:], x)) <= 0:
        new[0] += y
        new[1:] += y * x
    return new
## np.append
def perceptron_step(w, x, y):
    z = np.append(1, x)
    mistake = y * np.dot(w, z) <= 0
    return w + mistake * y * z
## np.where
def perceptron_step(w, x, y):
    z = np.insert(x, 0, 1)
    return np.where(y * (w @ z) <= 0, w + y * z, w)
## sign
def perceptron_step(w, x, y):
    z = np.r_[1, x]
    if np.sign(w @ z) != y:
        return w + y * z
    return w
## loop
def perceptron_step(w, x, y):
    s = w[0]
    for j in range(len(x)):
        s = s + w[j + 1] * x[j]
    if s * y > 0:
        return w
    new = [w[0] + y]
    for j in range(len(x)):
        new.append(w[j + 1] + y * x[j])
    return np.array(new)
## two labels
def perceptron_step(w, x, y):
    z = np.hstack([1, x])
    s = w @ z
    if y == 1 and s <= 0:
        return w + z
    if y == -1 and s >= 0:
        return w - z
    return w
## conditional expression
def perceptron_step(w, x, y):
    z = np.concatenate((np.ones(1), x))
    return w + y * z if (w * z).sum() * y <= 0 else w
## signed example
def perceptron_step(w, x, y):
    signed = y * np.append([1.0], x)
    if w.dot(signed) > 0:
        return w.copy()
    return w + signed
## answer
def perceptron_step(w, x, y):
    z = np.concatenate([[1], x])
    answer = np.sign(np.inner(w, z))
    step = 0 if answer == y else y
    return w + step * z
## sum of products
def perceptron_step(w, x, y):
    z = [1, *x]
    s = sum(a * b for a, b in zip(w, z))
    if y * s <= 0:
        w = np.array([a + y * b for a, b in zip(w, z)])
    return w
## not above
def perceptron_step(w, x, y):
    z = np.append(1.0, x)
    if not y * (z @ w) > 0:
        w = w + y * z
    return w
## type hints
def perceptron_step(w: np.ndarray, x: np.ndarray, y: int) -> np.ndarray:
    '''A score of 0 is a mistake.'''
    z: np.ndarray = np.concatenate([np.ones(1), x])
    margin: float = float(y * (w @ z))
    return w + (margin <= 0) * y * z
"""),
    wrong=variants("""
## a score of 0 counts as right
def perceptron_step(w, x, y):
    z = np.concatenate([[1], x])
    if y * (w @ z) < 0:
        return w + y * z
    return w
## a score of 0 counts as label 1
def perceptron_step(w, x, y):
    z = np.concatenate([[1], x])
    answer = 1 if w @ z >= 0 else -1
    return w if answer == y else w + y * z
## changes after right answers too
def perceptron_step(w, x, y):
    return w + y * np.append(1, x)
## never changes
def perceptron_step(w, x, y):
    return w
## moves away
def perceptron_step(w, x, y):
    z = np.append(1, x)
    if y * (w @ z) <= 0:
        return w - y * z
    return w
## label left out
def perceptron_step(w, x, y):
    z = np.append(1, x)
    if y * (w @ z) <= 0:
        return w + z
    return w
## bias left as it was
def perceptron_step(w, x, y):
    new = w.astype(float)
    if y * (w[0] + w[1:] @ x) <= 0:
        new[1:] += y * x
    return new
## bias taken from the end
def perceptron_step(w, x, y):
    z = np.append(x, 1)
    if y * (w @ z) <= 0:
        return w + y * z
    return w
## changes only when right
def perceptron_step(w, x, y):
    z = np.append(1, x)
    return w + y * z if y * (w @ z) > 0 else w
## bias left out of the score
def perceptron_step(w, x, y):
    if y * (w[1:] @ x) <= 0:
        return w + y * np.append(1, x)
    return w
## twice the step
def perceptron_step(w, x, y):
    z = np.append(1, x)
    answer = 1 if w @ z > 0 else -1
    return w + (y - answer) * z
## label minus score
def perceptron_step(w, x, y):
    z = np.append(1, x)
    return w + (y - w @ z) * z
## answer 0 or 1
def perceptron_step(w, x, y):
    z = np.append(1, x)
    answer = 1 if w @ z > 0 else 0
    return w + (y - answer) * z
## repeated until right
def perceptron_step(w, x, y):
    z = np.append(1, x)
    while y * (w @ z) <= 0:
        w = w + y * z
    return w
## step without the weights
def perceptron_step(w, x, y):
    z = np.append(1, x)
    return y * z if y * (w @ z) <= 0 else 0 * z
"""),
)
