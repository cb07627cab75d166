"""How many mistakes a perceptron makes before a pass is without one."""

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from dlcourse._validation import FloatArray
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import array, single
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part
from dlcourse.history.perceptron_1957 import learn

Signs = NDArray[np.int_]


def count_mistakes(X: FloatArray, y: Signs, passes: int) -> int:
    """Count the mistakes from weights 0 on, in at most `passes` passes."""
    return len(learn(X, y, passes).mistakes)


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw whole numbers with labels by lot, and a longer case that some weights separate."""
    for n, features, passes in ((3, 1, 4), (5, 2, 3), (8, 2, 7)):
        yield rng.integers(-4, 5, (n, features)).astype(float), rng.choice([-1, 1], n), passes
    X, u = rng.normal(size=(30, 3)), rng.normal(size=3)
    yield X, np.where(X @ u > 0, 1, -1), 40


def going(
    wrong: Callable[[float], bool] = lambda margin: margin <= 0,
    step: Callable[[FloatArray, FloatArray, int], FloatArray] = lambda w, z, y: w + y * z,
) -> Callable[..., int]:
    """Make a count with another idea of a mistake, or another step."""

    def count(X: FloatArray, y: Signs, passes: int) -> int:
        Z = np.column_stack([np.ones(len(X)), X])
        w, mistakes = np.zeros(Z.shape[1]), 0
        for _ in range(passes):
            for z, label in zip(Z, y, strict=True):
                if wrong(float(label * (w @ z))):
                    w, mistakes = step(w, z, int(label)), mistakes + 1
        return mistakes

    return count


def all_at_once(X: FloatArray, y: Signs, passes: int) -> int:
    """Change the weights after a pass only, by all its mistakes."""
    Z = np.column_stack([np.ones(len(X)), X])
    w, mistakes = np.zeros(Z.shape[1]), 0
    for _ in range(passes):
        wrong = y * (Z @ w) <= 0
        w, mistakes = w + y[wrong] @ Z[wrong], mistakes + int(wrong.sum())
    return mistakes


def wrong_in_the_end(X: FloatArray, y: Signs, passes: int) -> int:
    """Count the examples that the last weights get wrong."""
    w = learn(X, y, passes).weights[-1]
    return int((y * (w[0] + X @ w[1:]) <= 0).sum())


EXERCISE = Exercise(
    key="early_systems/count_mistakes",
    reference=count_mistakes,
    parts=(
        Part(
            points=3,
            inputs=draw,
            edge_cases={
                "one example": (array([[2]]), np.array([-1]), 5),
                "one pass": (array([[1], [-1], [3]]), np.array([1, -1, -1]), 1),
                "XOR, which never ends": (
                    array([[0, 0], [0, 1], [1, 0], [1, 1]]),
                    np.array([-1, 1, 1, -1]),
                    6,
                ),
                "a score of exactly 0": (array([[1], [-1]]), np.array([1, -1]), 3),
                "the bias decides": (array([[5], [7], [6]]), np.array([-1, 1, 1]), 60),
                "integers": (np.array([[2, -1], [1, 1], [-1, 0]]), np.array([1, -1, -1]), 9),
                "single precision": (single([[2, -1], [1, 1], [0, 3]]), np.array([-1, 1, -1]), 9),
            },
        ),
    ),
    misconceptions=(
        Misconception(
            "a score of 0 counts as right",
            going(wrong=lambda margin: margin < 0),
            "At a score of exactly 0 you see no mistake. Then weights of 0 are never changed.",
            "What are the scores in the very first pass?",
        ),
        Misconception(
            "one pass",
            lambda X, y, passes: count_mistakes(X, y, 1),
            "You go through the examples once. Later passes bring further mistakes.",
            "When is it safe to stop?",
        ),
        Misconception(
            "changed after the pass",
            all_at_once,
            "You change the weights once a pass, by all mistakes together. A perceptron changes "
            "them at once.",
            "With which weights is the second example judged, if the first one was wrong?",
        ),
        Misconception(
            "passes instead of mistakes",
            lambda X, y, passes: learn(X, y, passes).passes,
            "This is the number of passes. Asked for are the mistakes in them.",
            "How many mistakes can there be in one pass?",
        ),
        Misconception(
            "wrong in the end",
            wrong_in_the_end,
            "You count what the last weights get wrong. Asked for are all mistakes on the way.",
            "When should the counter rise?",
        ),
        Misconception(
            "weights never changed",
            going(step=lambda w, z, y: w),
            "Your weights stay 0, so that every example is wrong in every pass.",
            "What is done after a mistake, apart from counting it?",
        ),
        Misconception(
            "bias never changed",
            going(step=lambda w, z, y: w + y * np.append(0, z[1:])),
            "Your line always goes through the origin.",
            "Which entry of the example belongs to the bias?",
        ),
        Misconception(
            "examples instead of mistakes",
            lambda X, y, passes: len(X) * learn(X, y, passes).passes,
            "You count every example that is shown. Asked for are those that were got wrong.",
            "Under which condition does the counter rise?",
        ),
    ),
    remark="No learning rate: it would scale all weights and change no answer.",
    words={"rows of `X`": "examples"},
)

ANSWERS = Answers(
    right=variants("""
## with the step
def count_mistakes(X, y, passes):
    w, mistakes = np.zeros(X.shape[1] + 1), 0
    for _ in range(passes):
        for x, label in zip(X, y):
            if label * (w[0] + w[1:] @ x) <= 0:
                w = perceptron_step(w, x, label)
                mistakes += 1
    return mistakes
## stops when done
def count_mistakes(X, y, passes):
    Z = np.column_stack([np.ones(len(X)), X])
    w, mistakes = np.zeros(Z.shape[1]), 0
    for _ in range(passes):
        before = mistakes
        for z, label in zip(Z, y):
            if label * (w @ z) <= 0:
                w = w + label * z
                mistakes += 1
        if mistakes == before:
            break
    return mistakes
## while
def count_mistakes(X, y, passes):
    w, b, total, new, p = np.zeros(X.shape[1]), 0.0, 0, 1, 0
    while new > 0 and p < passes:
        new = 0
        for i in range(len(X)):
            if y[i] * (X[i] @ w + b) <= 0:
                w = w + y[i] * X[i]
                b = b + y[i]
                new += 1
        total += new
        p += 1
    return total
## compare weights
def count_mistakes(X, y, passes):
    w, mistakes = np.zeros(X.shape[1] + 1), 0
    for _ in range(passes):
        for x, label in zip(X, y):
            new = perceptron_step(w, x, label)
            if not np.array_equal(new, w):
                mistakes += 1
            w = new
    return mistakes
## one long loop
def count_mistakes(X, y, passes):
    n, m = len(X), 0
    w = np.zeros(X.shape[1] + 1)
    for t in range(passes * n):
        z = np.append(1, X[t % n])
        label = y[t % n]
        if label * np.dot(w, z) <= 0:
            w = w + label * z
            m = m + 1
    return m
## signed examples
def count_mistakes(X, y, passes):
    A = np.hstack([np.ones((len(X), 1)), X]) * y[:, None]
    w, count = np.zeros(A.shape[1]), 0
    for _ in range(passes):
        for a in A:
            if a @ w <= 0:
                w = w + a
                count += 1
    return count
## counts of each example
def count_mistakes(X, y, passes):
    A = np.insert(X.astype(float), 0, 1, axis=1) * np.reshape(y, (-1, 1))
    G = A @ A.T
    counts = np.zeros(len(A))
    for _ in range(passes):
        for i in range(len(A)):
            if G[i] @ counts <= 0:
                counts[i] += 1
    return int(counts.sum())
## recursion
def count_mistakes(X, y, passes):
    def one_pass(w):
        wrong = 0
        for x, label in zip(X, y):
            if label * (w[0] + x @ w[1:]) <= 0:
                w = w + label * np.append(1, x)
                wrong += 1
        return w, wrong
    def go(w, left):
        if left == 0:
            return 0
        w, wrong = one_pass(w)
        return wrong + (go(w, left - 1) if wrong else 0)
    return go(np.zeros(X.shape[1] + 1), passes)
## list of mistakes
def count_mistakes(X, y, passes):
    w = np.zeros(X.shape[1] + 1)
    made = []
    for p in range(passes):
        for i, x in enumerate(X):
            z = np.concatenate([[1], x])
            if np.sign(w @ z) != y[i]:
                made.append((p, i))
                w += y[i] * z
    return len(made)
## jump to the next mistake
def count_mistakes(X, y, passes):
    n = len(X)
    A = np.column_stack([np.ones(n), X]) * y[:, None]
    w, count, start, left = np.zeros(A.shape[1]), 0, 0, passes
    while left > 0:
        wrong = np.flatnonzero(A[start:] @ w <= 0)
        if len(wrong):
            start += int(wrong[0])
            w = w + A[start]
            count += 1
            start += 1
        else:
            start = n
        if start >= n:
            start, left = 0, left - 1
    return count
## for and else
def count_mistakes(X, y, passes):
    w = [0.0] * (X.shape[1] + 1)
    mistakes = 0
    for _ in range(passes):
        clean = True
        for x, label in zip(X.tolist(), y.tolist()):
            z = [1.0] + x
            if label * sum(a * b for a, b in zip(w, z)) <= 0:
                w = [a + label * b for a, b in zip(w, z)]
                mistakes += 1
                clean = False
        if clean:
            return mistakes
    return mistakes
## type hints
def count_mistakes(X: np.ndarray, y: np.ndarray, passes: int) -> int:
    '''Mistakes in at most this many passes.'''
    w: np.ndarray = np.zeros(X.shape[1] + 1)
    total: int = 0
    for _ in range(passes):
        for i in range(len(y)):
            z = np.concatenate([np.ones(1), X[i]])
            mistake: bool = bool(y[i] * (w @ z) <= 0)
            w = w + mistake * y[i] * z
            total += mistake
    return total
"""),
    wrong=variants("""
## a score of 0 counts as right
def count_mistakes(X, y, passes):
    w, mistakes = np.zeros(X.shape[1] + 1), 0
    for _ in range(passes):
        for x, label in zip(X, y):
            z = np.append(1, x)
            if label * (w @ z) < 0:
                w = w + label * z
                mistakes += 1
    return mistakes
## one pass
def count_mistakes(X, y, passes):
    w, mistakes = np.zeros(X.shape[1] + 1), 0
    for x, label in zip(X, y):
        z = np.append(1, x)
        if label * (w @ z) <= 0:
            w = w + label * z
            mistakes += 1
    return mistakes
## changed after the pass
def count_mistakes(X, y, passes):
    Z = np.column_stack([np.ones(len(X)), X])
    w, mistakes = np.zeros(Z.shape[1]), 0
    for _ in range(passes):
        wrong = y * (Z @ w) <= 0
        w = w + y[wrong] @ Z[wrong]
        mistakes += int(wrong.sum())
    return mistakes
## passes instead of mistakes
def count_mistakes(X, y, passes):
    w = np.zeros(X.shape[1] + 1)
    for p in range(passes):
        clean = True
        for x, label in zip(X, y):
            z = np.append(1, x)
            if label * (w @ z) <= 0:
                w = w + label * z
                clean = False
        if clean:
            return p + 1
    return passes
## wrong in the end
def count_mistakes(X, y, passes):
    Z = np.column_stack([np.ones(len(X)), X])
    w = np.zeros(Z.shape[1])
    for _ in range(passes):
        for z, label in zip(Z, y):
            if label * (w @ z) <= 0:
                w = w + label * z
    return int((y * (Z @ w) <= 0).sum())
## weights never changed
def count_mistakes(X, y, passes):
    return passes * len(X)
## bias never changed
def count_mistakes(X, y, passes):
    w, mistakes = np.zeros(X.shape[1]), 0
    for _ in range(passes):
        for x, label in zip(X, y):
            if label * (w @ x) <= 0:
                w = w + label * x
                mistakes += 1
    return mistakes
## examples instead of mistakes
def count_mistakes(X, y, passes):
    w, shown = np.zeros(X.shape[1] + 1), 0
    for _ in range(passes):
        clean = True
        for x, label in zip(X, y):
            z = np.append(1, x)
            shown += 1
            if label * (w @ z) <= 0:
                w = w + label * z
                clean = False
        if clean:
            break
    return shown
## stops when a pass leaves the weights as they were
def count_mistakes(X, y, passes):
    w, mistakes = np.zeros(X.shape[1] + 1), 0
    for _ in range(passes):
        before = w
        for x, label in zip(X, y):
            z = np.append(1, x)
            if label * (w @ z) <= 0:
                w = w + label * z
                mistakes += 1
        if np.array_equal(before, w):
            break
    return mistakes
## starts afresh in each pass
def count_mistakes(X, y, passes):
    mistakes = 0
    for _ in range(passes):
        w = np.zeros(X.shape[1] + 1)
        for x, label in zip(X, y):
            z = np.append(1, x)
            if label * (w @ z) <= 0:
                w = w + label * z
                mistakes += 1
    return mistakes
## changes after right answers too
def count_mistakes(X, y, passes):
    w, mistakes = np.zeros(X.shape[1] + 1), 0
    for _ in range(passes):
        for x, label in zip(X, y):
            z = np.append(1, x)
            mistakes += int(label * (w @ z) <= 0)
            w = w + label * z
    return mistakes
## stops at the first right answer
def count_mistakes(X, y, passes):
    w, mistakes = np.zeros(X.shape[1] + 1), 0
    for _ in range(passes):
        for x, label in zip(X, y):
            z = np.append(1, x)
            if label * (w @ z) > 0:
                return mistakes
            w = w + label * z
            mistakes += 1
    return mistakes
## one pass too many
def count_mistakes(X, y, passes):
    w, mistakes = np.zeros(X.shape[1] + 1), 0
    for _ in range(passes + 1):
        for x, label in zip(X, y):
            z = np.append(1, x)
            if label * (w @ z) <= 0:
                w = w + label * z
                mistakes += 1
    return mistakes
## label left out of the step
def count_mistakes(X, y, passes):
    w, mistakes = np.zeros(X.shape[1] + 1), 0
    for _ in range(passes):
        for x, label in zip(X, y):
            z = np.append(1, x)
            if label * (w @ z) <= 0:
                w = w + z
                mistakes += 1
    return mistakes
"""),
)
