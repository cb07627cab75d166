"""The exercises of the assignment "Logistic regression".

Five functions, from the score to the fitted weights, in the lecture's notation: rows of `X` are
examples, ``w[0]`` is the bias. Each comes with the mistakes that students make and with what a
tutor says to them. Small random cases are rounded, so that a failing one can be checked by hand;
the last one is neither rounded nor of a size that anybody knows, so that nothing can be learned by
heart.
"""

import math
from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlcourse._validation import FloatArray
from dlcourse.activations import sigmoid
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part, Property
from dlcourse.features import append_ones
from dlcourse.linear import logistic_gradient, scores
from dlcourse.losses import binary_cross_entropy

SMALL = ((2, 1), (3, 2), (5, 3))  # (examples, features) of the random cases, before a larger one
READABLE = 5  # examples, up to which numbers are rounded


def array(values: ArrayLike) -> NDArray[np.float64]:
    """Write an array of doubles."""
    return np.array(values, dtype=np.float64)


def single(values: ArrayLike) -> NDArray[np.float32]:
    """Write an array in single precision."""
    return np.array(values, dtype=np.float32)


def readable(values: FloatArray, n: int) -> FloatArray:
    """Round the numbers of a case that has few examples."""
    return values.round(1) if n <= READABLE else values


def sizes(rng: np.random.Generator) -> Iterable[tuple[int, int]]:
    """Draw numbers of examples and features, the largest last."""
    return *SMALL, (int(rng.integers(20, 40)), int(rng.integers(5, 9)))


def examples(rng: np.random.Generator, n: int, features: int) -> FloatArray:
    """Draw a table of features."""
    return readable(rng.normal(scale=2.0, size=(n, features)), n)


def huge(rng: np.random.Generator, n: int) -> FloatArray:
    """Draw scores of both signs, from 20 to 10,000: as many in the tens as in the thousands."""
    signs = rng.permutation([-1.0, 1.0] * (n // 2))
    return signs * np.exp(rng.uniform(np.log(20), np.log(1e4), n))


def labels(rng: np.random.Generator, n: int) -> NDArray[np.int64]:
    """Draw labels 0 and 1, one of each at least."""
    return rng.permutation(np.concatenate([[0, 1], rng.integers(0, 2, n - 2)]))


# --- scores: s = w^T x + w_0 -----------------------------------------------------------------


def draw_scores(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw arguments for `scores`."""
    for n, features in sizes(rng):
        yield examples(rng, n, features), readable(rng.normal(size=features + 1), n)


SCORES = Exercise(
    name="scores",
    reference=scores,
    parts=(
        Part(
            "the scores",
            2,
            draw_scores,
            {
                "one example, one feature": (array([[2.0]]), array([0.5, 3.0])),
                "the example at the origin": (array([[0.0, 0.0]]), array([1.5, -2.0, 3.0])),
                "features that are integers": (np.array([[1, 2], [3, -4]]), array([0.5, 2, 1.5])),
                "single precision": (single([[1, 2], [3, -4]]), single([0.5, 2, 1.5])),
            },
        ),
    ),
    misconceptions=(
        Misconception(
            "bias left out",
            lambda X, w: X @ w[1:],
            "Where is the bias w_0? Without it every boundary goes through the origin, and the "
            "example x = 0 gets the score 0 whatever the weights are.",
        ),
        Misconception(
            "bias taken from the end",
            lambda X, w: X @ w[:-1] + w[-1],
            "The bias is the first entry, w[0]. You used the last one, so that every other weight "
            "meets its neighbour's feature. If you add a column of ones to X, put it first.",
        ),
        Misconception(
            "bias added once per feature",
            lambda X, w: (X * w[1:] + w[0]).sum(axis=1),
            "The bias is added to each product before the sum, so it is counted once per feature. "
            "It belongs to the score, once.",
        ),
        Misconception(
            "bias subtracted",
            lambda X, w: X @ w[1:] - w[0],
            "The bias is added: s = w^T x + w_0. With a minus, a large bias would speak against "
            "class 1.",
        ),
        Misconception(
            "no ones column for the bias",
            lambda X, w: X @ w,
            "w has one entry more than X has columns: the bias. Either split w into w[0] and "
            "w[1:], or put a column of ones in front of X.",
        ),
        Misconception(
            "a column instead of a vector",
            lambda X, w: X @ w[1:, None] + w[0],
            "The numbers are right, but they stand in a column of shape (n, 1). Later y - s would "
            "quietly broadcast (n,) against (n, 1) to an n by n table. Return shape (n,).",
        ),
        Misconception(
            "summed over the examples",
            lambda X, w: (X * w[1:]).sum(axis=0) + w[0],
            "You add up over the examples (axis 0). A score belongs to one example: sum over its "
            "features, axis 1.",
        ),
        Misconception(
            "label instead of score",
            lambda X, w: np.where(X @ w[1:] + w[0] > 0, 1.0, 0.0),
            "This is the decision already. The score is the number before it is compared with 0.",
        ),
        Misconception(
            "probability instead of score",
            lambda X, w: sigmoid(X @ w[1:] + w[0]),
            "This is the probability already. The score is what goes into the sigmoid; that comes "
            "next.",
        ),
    ),
    remark="All scores at once, with no loop over examples needed.",
)


# --- sigmoid: P(Y = 1 | x) = 1 / (1 + exp(-s)) -----------------------------------------------


def draw_sigmoid(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw arguments for `sigmoid`: vectors and a table."""
    for shape in ((2,), (4,), (3, 2), (int(rng.integers(20, 40)),)):
        yield (readable(rng.normal(scale=2.0, size=shape), shape[0]),)


def draw_huge(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw huge scores, with a few others between them."""
    yield (rng.permutation([*huge(rng, 8), *rng.normal(scale=2.0, size=4)]).round(1),)


def truncated(S: FloatArray) -> FloatArray:
    """Answer in an array of the argument's dtype, which may be an integer one."""
    P = np.zeros_like(S)
    P[...] = sigmoid(S)
    return P


def branched(S: FloatArray) -> FloatArray:
    """Compare an array as if it were one number."""
    return 1 / (1 + np.exp(-S)) if S >= 0 else np.exp(S) / (1 + np.exp(S))


SIGMOID = Exercise(
    name="sigmoid",
    reference=sigmoid,
    parts=(
        Part(
            "the formula",
            1,
            draw_sigmoid,
            {
                "one score of 0": (array([0.0]),),
                "one positive score": (array([2.0]),),
                "one negative score": (array([-1.0]),),
                "scores that are integers": (np.array([-2, 0, 1]),),
                "single precision": (single([-2, 0, 1]),),
            },
        ),
        Part(
            "huge scores",
            1,
            draw_huge,
            {
                "a huge positive score": (array([1000.0]),),
                "a huge negative score": (array([-1000.0]),),
                "huge and small together": (array([-1e4, -800, -1, 1, 800, 1e4]),),
                "huge in single precision": (single([-200, 3, 200]),),
            },
            hint="The sigmoid of a huge score is as good as 0 or 1. Which exponential does your "
            "formula take there, and what does NumPy make of it? Try np.exp(1000.0).",
        ),
    ),
    properties=(
        Property(
            "between 0 and 1",
            lambda P, S: bool(((P >= 0) & (P <= 1)).all()),
            "A probability lies between 0 and 1; some of yours do not.",
        ),
    ),
    misconceptions=(
        Misconception(
            "sign of the score",
            lambda S: sigmoid(-S),
            "You have the probability of class 0. A large positive score must give a probability "
            "near 1: look at the sign in the exponent.",
        ),
        Misconception(
            "brackets around the denominator",
            lambda S: 1 / 1 + np.exp(-S),
            "Python divides before it adds: 1 / 1 + a is 1 + a. The denominator needs brackets.",
        ),
        Misconception(
            "minus in the denominator",
            lambda S: 1 / (1 - np.exp(-S)),
            "The denominator is 1 plus the exponential. With a minus it is 0 at s = 0.",
        ),
        Misconception(
            "hyperbolic tangent",
            lambda S: np.tanh(S),
            "tanh has the same shape, but it runs from -1 to 1. A probability runs from 0 to 1.",
        ),
        Misconception(
            "softmax over the scores",
            lambda S: np.exp(S) / np.exp(S).sum(),
            "Your probabilities add up to 1 over all scores, as in a softmax. Here every score is "
            "an example of its own, with a probability of its own.",
        ),
        Misconception(
            "hard threshold",
            lambda S: np.where(S > 0, 1.0, 0.0),
            "That is a step, not a slope: it says which class, but not how sure. And its "
            "derivative is 0 everywhere, so gradient descent could not learn from it.",
        ),
        Misconception(
            "derivative instead of value",
            lambda S: sigmoid(S) * (1 - sigmoid(S)),
            "This is the derivative of the sigmoid, p (1 - p). Asked for is p itself.",
        ),
        Misconception(
            "powers of 2",
            lambda S: 1 / (1 + 2.0**-S),
            "The base of the power is e, not 2: use np.exp.",
        ),
        Misconception(
            "powers of 10",
            lambda S: 1 / (1 + 10.0**-S),
            "The base of the power is e, not 10: use np.exp.",
        ),
        Misconception(
            "integers cut off",
            truncated,
            "np.zeros_like(S) makes an array of integers where S holds integers, and your "
            "probabilities are cut off to whole numbers in it. Ask for dtype=float.",
        ),
        Misconception(
            "if on an array",
            branched,
            "`if S >= 0` asks one question of many numbers. np.where, or a mask such as S[S >= 0], "
            "asks each of them.",
        ),
        Misconception(
            "math.exp on an array",
            lambda S: 1 / (1 + math.exp(-S)),
            "math.exp takes one number, np.exp a whole array.",
        ),
        Misconception(
            "exponential of a large score",
            lambda S: np.exp(S) / (1 + np.exp(S)),
            "np.exp(1000.0) overflows to infinity, and infinity / infinity is nan. The formula is "
            "right on paper: write it so that the exponent is never large and positive.",
        ),
    ),
    remark="Any score becomes a probability, and not even a score of 10,000 breaks it.",
)


# --- binary cross-entropy from scores ---------------------------------------------------------


def draw_loss(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw arguments for `binary_cross_entropy`."""
    for n in (2, 3, 5, int(rng.integers(20, 40))):
        yield readable(rng.normal(scale=1.5, size=n).clip(-3, 3), n), labels(rng, n)


def draw_huge_loss(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw huge scores, right and wrong ones."""
    yield huge(rng, 6).round(1), labels(rng, 6)


def naive_loss(P: FloatArray, y: FloatArray) -> float:
    """Write the lecture's formula down in terms of probabilities."""
    return float(-np.mean(y * np.log(P) + (1 - y) * np.log(1 - P)))


def clipped(eps: float) -> Callable[[FloatArray, FloatArray], float]:
    """Keep the probabilities away from 0 and 1 by force."""
    return lambda scores, y: naive_loss(sigmoid(scores).clip(eps, 1 - eps), y)


def padded(eps: float) -> Callable[[FloatArray, FloatArray], float]:
    """Add a little before each logarithm."""

    def loss(scores: FloatArray, y: FloatArray) -> float:
        P = sigmoid(scores)
        return float(-np.mean(y * np.log(P + eps) + (1 - y) * np.log(1 - P + eps)))

    return loss


CLIPPED = (
    "Keeping p away from 0 and 1 by a tiny number avoids the error, but not the mistake: a score "
    "that is wrong by 1000 is charged like one that is wrong by 30, and its gradient is lost. "
    "Write log(1 + exp(-s)) in terms of the score instead (np.logaddexp helps)."
)
ROUNDED = (
    "At a score of 40 the probability is rounded to exactly 1, and log(1 - p) is log(0). Do not "
    "go through p: -log p is log(1 + exp(-s)), a function of the score (np.logaddexp helps)."
)
OVERFLOW = (
    "The formula is right on paper, but np.exp(1000.0) is infinity. For large s, log(1 + exp(s)) "
    "is as good as s: np.logaddexp(0, s) knows that."
)

BINARY_CROSS_ENTROPY = Exercise(
    name="binary_cross_entropy",
    reference=binary_cross_entropy,
    tolerance=1e-5,  # forgives the 1e-7 that people add to p; the second part does not
    parts=(
        Part(
            "the formula",
            2,
            draw_loss,
            {
                "one example of class 1": (array([0.5]), np.array([1])),
                "one example of class 0": (array([0.5]), np.array([0])),
                "scores that could be probabilities": (array([0.2, 0.7, 0.4]), np.array([0, 1, 1])),
                "labels that are floats": (array([-1.0, 2.0]), array([1, 0])),
                "single precision": (single([-1, 2]), single([0, 1])),
            },
        ),
        Part(
            "huge scores",
            1,
            draw_huge_loss,
            {
                "sure and right": (array([1000.0, -1000.0]), np.array([1, 0])),
                "sure and wrong, class 0": (array([1000.0]), np.array([0])),
                "sure and wrong, class 1": (array([-1e4]), np.array([1])),
                "p rounds to 1": (array([40.0]), np.array([0])),
                "single precision": (single([200, -200]), single([0, 1])),
            },
            hint="Somewhere on the way a number gets too large, or a probability is rounded to 0 "
            "or 1 before its logarithm is taken. Can you write the loss of one example as "
            "log(1 + exp(a)), and find a NumPy function for that?",
        ),
    ),
    properties=(
        Property(
            "not negative",
            lambda loss, scores, y: bool(loss >= 0),
            "The loss came out negative. A logarithm of a probability is at most 0, so a loss is "
            "at least 0.",
        ),
    ),
    misconceptions=(
        Misconception(
            "sum instead of mean",
            lambda scores, y: binary_cross_entropy(scores, y) * len(y),
            "You return the sum over the examples. Here losses are averages: divide by the number "
            "of examples, then a learning rate that suits 10 examples suits 10,000.",
        ),
        Misconception(
            "minus sign",
            lambda scores, y: -binary_cross_entropy(scores, y),
            "There is a minus in front of the sum. Without it you would maximise the loss.",
        ),
        Misconception(
            "logarithm to base 2",
            lambda scores, y: binary_cross_entropy(scores, y) / np.log(2),
            "This is the loss in bits: you took np.log2. The lecture's log is the natural one.",
        ),
        Misconception(
            "logarithm to base 10",
            lambda scores, y: binary_cross_entropy(scores, y) / np.log(10),
            "You took the logarithm to base 10. The lecture's log is the natural one, np.log.",
        ),
        Misconception(
            "scores taken for probabilities",
            naive_loss,
            "The function is given scores, any real numbers, and you take their logarithm as if "
            "they were probabilities. The sigmoid comes in between.",
        ),
        Misconception(
            "sigmoid applied twice",
            lambda scores, y: binary_cross_entropy(sigmoid(scores), y),
            "The sigmoid is applied twice: once to the score, then again to the probability.",
        ),
        Misconception(
            "only the term of class 1",
            lambda scores, y: float(-np.mean(y * np.log(sigmoid(scores)))),
            "Only examples of class 1 are charged. For y = 0 the other term counts, "
            "(1 - y) log(1 - p).",
        ),
        Misconception(
            "labels swapped",
            lambda scores, y: binary_cross_entropy(scores, 1 - y),
            "The two terms are swapped: you charge -log(1 - p) where y = 1. For y = 1 the output "
            "should be close to 1.",
        ),
        Misconception(
            "formula for labels -1 and +1",
            lambda scores, y: float(np.mean(np.logaddexp(0, -y * scores))),
            "log(1 + exp(-y s)) is the loss for labels -1 and +1. With y = 0 it is log 2 whatever "
            "the score. Turn the labels into 2 y - 1, or use the formula for 0 and 1.",
        ),
        Misconception(
            "one loss per example",
            lambda scores, y: np.logaddexp(0, scores) - y * scores,
            "You return one loss for each example. The loss is one number, their mean.",
        ),
        Misconception(
            "squared error",
            lambda scores, y: float(np.mean((sigmoid(scores) - y) ** 2)),
            "This is the squared error. It charges at most 1 for being sure and wrong; the "
            "cross-entropy charges -log of the probability that the right class got.",
        ),
        Misconception(
            "probability rounded to 0 or 1", lambda s, y: naive_loss(sigmoid(s), y), ROUNDED
        ),
        Misconception(
            "probability rounded, one term",
            lambda s, y: float(-np.mean(np.log(np.where(y == 1, sigmoid(s), 1 - sigmoid(s))))),
            ROUNDED,
        ),
        Misconception(
            "overflow at large scores",
            lambda s, y: float(np.mean(np.log(1 + np.exp(s)) - y * s)),
            OVERFLOW,
        ),
        Misconception(
            "overflow at large negative scores",
            lambda s, y: float(np.mean(np.log(1 + np.exp(-s)) + (1 - y) * s)),
            OVERFLOW,
        ),
        Misconception(
            "overflow of the margin",
            lambda s, y: float(np.mean(np.log(1 + np.exp(-(2 * y - 1) * s)))),
            OVERFLOW,
        ),
        *(
            Misconception(f"probability {verb} {eps:g}", make(eps), CLIPPED)
            for eps in (1e-16, 1e-15, 1e-12, 1e-10, 1e-9, 1e-8, 1e-7)
            for verb, make in (("clipped at", clipped), ("plus", padded))
        ),
    ),
    remark="Computed from the scores it is exact where the probability would round to 0 or 1.",
)


# --- the gradient: X^T (p - y) / n ------------------------------------------------------------


def regression(rng: np.random.Generator, n: int, features: int) -> Arguments:
    """Draw examples, labels and weights."""
    w = readable(rng.normal(scale=0.7, size=features + 1), n)
    return examples(rng, n, features), labels(rng, n), w


def draw_gradient(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw arguments for `logistic_gradient`."""
    for n, features in sizes(rng):
        yield regression(rng, n, features)


def errors(X: FloatArray, y: FloatArray, w: FloatArray) -> FloatArray:
    """Compute p - y."""
    P: FloatArray = sigmoid(scores(X, w))
    return P - y


def without_bias(X: FloatArray, y: FloatArray, w: FloatArray) -> FloatArray:
    """Compute the gradient and leave the bias's entry 0."""
    gradient = logistic_gradient(X, y, w)
    gradient[0] = 0
    return np.asarray(gradient)


LOGISTIC_GRADIENT = Exercise(
    name="logistic_gradient",
    reference=logistic_gradient,
    parts=(
        Part(
            "the gradient",
            3,
            draw_gradient,
            {
                "one example of class 1": (array([[2.0]]), np.array([1]), array([0.5, -1.0])),
                "one example of class 0": (array([[2.0]]), np.array([0]), array([0.5, -1.0])),
                "all weights 0": (
                    array([[1.0, 2.0], [3.0, -4.0]]),
                    np.array([0, 1]),
                    array([0, 0, 0]),
                ),
                "features that are integers": (
                    np.array([[1, 2], [3, -4]]),
                    np.array([1, 1]),
                    array([0.5, 1, 0.5]),
                ),
                "single precision": (
                    single([[1, 2], [3, -4]]),
                    single([1, 0]),
                    single([0.5, 1, 0.5]),
                ),
            },
        ),
    ),
    misconceptions=(
        Misconception(
            "sign",
            lambda X, y, w: -logistic_gradient(X, y, w),
            "Every entry has the wrong sign: you took y - p. The gradient points where the loss "
            "grows, and that is along p - y.",
        ),
        Misconception(
            "sum instead of mean",
            lambda X, y, w: logistic_gradient(X, y, w) * len(y),
            "This is the gradient of the summed loss. Ours is the mean, so is its gradient: divide "
            "by the number of examples.",
        ),
        Misconception(
            "divided by the number of weights",
            lambda X, y, w: logistic_gradient(X, y, w) * len(y) / len(w),
            "You divide by the number of weights. The mean is over the examples, so divide by "
            "len(X).",
        ),
        Misconception(
            "scores instead of probabilities",
            lambda X, y, w: append_ones(X).T @ (scores(X, w) - y) / len(y),
            "You took s - y, which is the gradient of linear regression. Here the error is between "
            "the probability and the label: p - y, with p = sigmoid(s).",
        ),
        Misconception(
            "no entry for the bias",
            lambda X, y, w: X.T @ errors(X, y, w) / len(y),
            "There is no entry for the bias. It is the weight of a feature that is always 1, so "
            "its entry is the mean of p - y, and it stands first.",
        ),
        Misconception(
            "bias at the end",
            lambda X, y, w: np.roll(logistic_gradient(X, y, w), -1),
            "The entry of the bias stands at the end. It must stand first, as w[0] does.",
        ),
        Misconception(
            "entry of the bias is 0",
            without_bias,
            "The first entry, the one of the bias, is always 0: the bias would never move. It is "
            "the mean of p - y.",
        ),
        Misconception(
            "extra derivative of the sigmoid",
            lambda X, y, w: (
                append_ones(X).T
                @ (errors(X, y, w) * sigmoid(scores(X, w)) * (1 - sigmoid(scores(X, w))))
                / len(y)
            ),
            "There is a factor p (1 - p) too many. It belongs to the squared error; in the "
            "cross-entropy it cancels against the derivative of the logarithm.",
        ),
        Misconception(
            "decisions instead of probabilities",
            lambda X, y, w: append_ones(X).T @ ((scores(X, w) > 0) - y) / len(y),
            "You compare the label with the decision, 0 or 1, as the perceptron does. Compare it "
            "with the probability: an example that is barely right still has something to say.",
        ),
        Misconception(
            "averaged over the weights",
            lambda X, y, w: (append_ones(X) * errors(X, y, w)[:, None]).mean(axis=1),
            "You average over the weights (axis 1), which leaves one number per example. The "
            "gradient has one number per weight: average over the examples, axis 0.",
        ),
        Misconception(
            "one number for all weights",
            lambda X, y, w: float((append_ones(X) * errors(X, y, w)[:, None]).mean()),
            "One number comes out. The gradient says for each weight how the loss changes with "
            "it: it has the shape of w.",
        ),
        Misconception(
            "a column instead of a vector",
            lambda X, y, w: append_ones(X).T @ errors(X, y, w)[:, None] / len(y),
            "The numbers are right, but in a column of shape (N0 + 1, 1). The gradient must have "
            "the shape of w, or w - gradient becomes a table.",
        ),
    ),
    remark="Error times input, averaged: the same pattern will come back in backpropagation.",
)


# --- gradient descent -------------------------------------------------------------------------


def descend(
    X: FloatArray, y: FloatArray, w: FloatArray, learning_rate: float, steps: int
) -> FloatArray:
    r"""Take steps of gradient descent on the binary cross-entropy.

    Each step is :math:`\mathbf w \leftarrow \mathbf w - \eta\, X^\mathsf{T}(\mathbf p - y)/n`.

    Parameters
    ----------
    X : ndarray of shape (n, N0)
        Examples.
    y : ndarray of shape (n,)
        Labels 0 or 1.
    w : ndarray of shape (N0 + 1,)
        Where to start; ``w[0]`` is the bias. It is not changed.
    learning_rate : float
        The step's length per unit of gradient.
    steps : int
        How many steps.

    Returns
    -------
    ndarray of shape (N0 + 1,)
        The weights after the last step.

    Examples
    --------
    >>> descend(np.array([[2.0]]), np.array([1]), np.zeros(2), learning_rate=1.0, steps=1)
    array([0.5, 1. ])
    """
    for _ in range(steps):
        w = w - learning_rate * logistic_gradient(X, y, w)
    return w


def draw_descent(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw arguments for `descend`."""
    for (n, features), steps in zip(sizes(rng), (2, 3, 5, int(rng.integers(20, 60))), strict=True):
        yield *regression(rng, n, features), round(rng.uniform(0.1, 0.5), 2), steps


def descend_with(gradient: Callable[..., FloatArray]) -> Callable[..., FloatArray]:
    """Make a descent that takes its steps along another gradient."""

    def descent(
        X: FloatArray, y: FloatArray, w: FloatArray, learning_rate: float, steps: int
    ) -> FloatArray:
        for _ in range(steps):
            w = w - learning_rate * gradient(X, y, w)
        return w

    return descent


def loss_as_step(X: FloatArray, y: FloatArray, w: FloatArray) -> FloatArray:
    """Give every weight the loss itself for a gradient."""
    return np.full_like(w, binary_cross_entropy(scores(X, w), y))


START = (array([[1.0, 2.0], [3.0, -4.0]]), np.array([1, 0]), array([0.5, 1, -1]))

DESCEND = Exercise(
    name="descend",
    reference=descend,
    parts=(
        Part(
            "gradient descent",
            2,
            draw_descent,
            {
                "one step, one example": (array([[2.0]]), np.array([1]), array([0.5, -1]), 0.5, 1),
                "two steps, one example": (array([[2.0]]), np.array([0]), array([0.5, 1]), 0.5, 2),
                "no step at all": (*START, 0.5, 0),
                "three steps": (*START, 0.1, 3),
                "a start at 0": (START[0], START[1], array([0, 0, 0]), 1.0, 2),
                "single precision": (single(START[0]), START[1], single(START[2]), 0.5, 2),
            },
            hint="Is logistic_gradient right already? If its check passes, take one step by hand: "
            "the new w is the old w minus learning_rate times the gradient at the old w.",
        ),
    ),
    misconceptions=(
        Misconception(
            "uphill",
            descend_with(lambda X, y, w: -logistic_gradient(X, y, w)),
            "You walk uphill: the gradient points where the loss grows. Go the other way (or, if "
            "your gradient holds y - p, mend it there).",
        ),
        Misconception(
            "summed gradient",
            descend_with(lambda X, y, w: logistic_gradient(X, y, w) * len(y)),
            "Your steps are too long by the number of examples: the gradient is summed where it "
            "should be averaged.",
        ),
        Misconception(
            "one step only",
            lambda X, y, w, learning_rate, steps: (
                descend(X, y, w, learning_rate, 1) if steps else None
            ),
            "You stop after one step: a `return` inside the loop ends it on its first turn. Move "
            "it out, to the depth of the `for`.",
        ),
        Misconception(
            "number of steps ignored",
            lambda X, y, w, learning_rate, steps: descend(X, y, w, learning_rate, 1),
            "You take one step whatever `steps` says. The update must be repeated that many times.",
        ),
        Misconception(
            "gradient computed once",
            lambda X, y, w, learning_rate, steps: (
                w - steps * learning_rate * logistic_gradient(X, y, w)
            ),
            "You use the gradient of the start for every step. After a step the slope is another "
            "one: compute it anew, at the new w.",
        ),
        Misconception(
            "start ignored",
            lambda X, y, w, learning_rate, steps: descend(
                X, y, np.zeros_like(w), learning_rate, steps
            ),
            "You start at 0. Start at the w that the function is given.",
        ),
        Misconception(
            "learning rate left out",
            lambda X, y, w, learning_rate, steps: descend(X, y, w, 1.0, steps),
            "The learning rate is missing: you subtract the whole gradient.",
        ),
        Misconception(
            "divided by the learning rate",
            lambda X, y, w, learning_rate, steps: descend(X, y, w, 1 / learning_rate, steps),
            "You divide by the learning rate. A small rate must make small steps: multiply.",
        ),
        Misconception(
            "loss instead of gradient",
            descend_with(loss_as_step),
            "You subtract the learning rate times the loss, the same number from every weight. The "
            "loss says how bad w is; which way to go, each weight learns from the gradient.",
        ),
        Misconception(
            "bias never moves",
            descend_with(without_bias),
            "The bias w[0] stays where it started. It is a weight like the others and takes its "
            "step too.",
        ),
        Misconception(
            "one step too few",
            lambda X, y, w, learning_rate, steps: descend(X, y, w, learning_rate, steps - 1),
            "One step is missing: range(1, steps) has steps - 1 turns.",
        ),
        Misconception(
            "one step too many",
            lambda X, y, w, learning_rate, steps: descend(X, y, w, learning_rate, steps + 1),
            "You take one step too many. For steps = 0 the answer is the start itself.",
        ),
    ),
    remark="That is all that learning is here; everything else is doing it faster.",
)

EXERCISES = (SCORES, SIGMOID, BINARY_CROSS_ENTROPY, LOGISTIC_GRADIENT, DESCEND)
