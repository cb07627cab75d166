"""Learning: steps of gradient descent."""

from collections.abc import Callable, Iterable

import numpy as np

from dlcourse._validation import FloatArray
from dlcourse.activations import sigmoid
from dlcourse.assignments.logistic_regression.logistic_gradient import without_bias
from dlcourse.assignments.logistic_regression.scores import WORDS
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import array, examples, labels, single, sizes, weights
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part
from dlcourse.features import append_ones
from dlcourse.linear import logistic_gradient, scores
from dlcourse.losses import binary_cross_entropy


def descend(
    X: FloatArray, y: FloatArray, w: FloatArray, learning_rate: float, steps: int
) -> FloatArray:
    r"""Take steps of gradient descent on the binary cross-entropy.

    Each step is :math:`\mathbf w \leftarrow \mathbf w - \alpha\, X^\mathsf{T}(\mathbf p - y)/n`.

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
    with_ones = append_ones(X)  # once: logistic_gradient would look at X anew in every step
    for _ in range(steps):
        w = w - learning_rate * with_ones.T @ (sigmoid(with_ones @ w) - y) / len(y)
    return w


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw arguments for `descend`."""
    for (n, features), steps in zip(sizes(rng), (2, 3, 5, int(rng.integers(20, 60))), strict=True):
        yield (
            examples(rng, n, features),
            labels(rng, n),
            weights(rng, n, features),
            round(rng.uniform(0.1, 0.5), 2),
            steps,
        )


def descend_with(gradient: Callable[..., FloatArray]) -> Callable[..., FloatArray]:
    """Make a descent that takes its steps along another gradient."""

    def descent(
        X: FloatArray, y: FloatArray, w: FloatArray, learning_rate: float, steps: int
    ) -> FloatArray:
        for _ in range(steps):
            w = w - learning_rate * gradient(X, y, w)
        return w

    return descent


def integer_steps(
    X: FloatArray, y: FloatArray, w: FloatArray, learning_rate: float, steps: int
) -> FloatArray:
    """Write each step into an array of the start's dtype, which may be an integer one."""
    for _ in range(steps):
        w = (w - learning_rate * logistic_gradient(X, y, w)).astype(w.dtype)
    return w


def loss_as_step(X: FloatArray, y: FloatArray, w: FloatArray) -> FloatArray:
    """Give every weight the loss itself for a gradient."""
    return np.full(len(w), binary_cross_entropy(scores(X, w), y))


START = (array([[1.0, 2.0], [3.0, -4.0]]), np.array([1, 0]), array([0.5, 1, -1]))


EXERCISE = Exercise(
    key="logistic_regression/descend",
    reference=descend,
    parts=(
        Part(
            "gradient descent",
            2,
            draw,
            {
                "one step, one example": (array([[2.0]]), np.array([1]), array([0.5, -1]), 0.5, 1),
                "two steps, one example": (array([[2.0]]), np.array([0]), array([0.5, 1]), 0.5, 2),
                "no step at all": (*START, 0.5, 0),
                "a start at 0": (START[0], START[1], array([0, 0, 0]), 1.0, 2),
                "single precision": (single(START[0]), START[1], single(START[2]), 0.5, 2),
                "steep and flat": (
                    array([[2000.0, 0.001]]),
                    np.array([0]),
                    array([0.5, 0, 2000]),
                    1e-5,
                    1,
                ),
                "steps that go too far": (
                    array([[2.0], [2.0], [2.0], [2.0]]),
                    np.array([0, 1, 0, 1]),
                    array([0.5, 1]),
                    8.0,
                    3,
                ),
                "three hundred steps on flat ground": (
                    START[0],
                    START[1],
                    array([0.5, 3.7, 7.8]),
                    100.0,
                    300,
                ),
            },
            {"a start of integers": (START[0], START[1], np.array([1, -1, 1]), 0.5, 2)},
            hint="Is logistic_gradient right already? If its check passes, print w after every "
            "step of the case below and take the steps by hand. Which is the first that differs, "
            "and at which w was its gradient taken?",
        ),
    ),
    misconceptions=(
        Misconception(
            "uphill",
            descend_with(lambda X, y, w: -logistic_gradient(X, y, w)),
            "You walk uphill: the gradient points where the loss grows.",
            "Which way should a step go? And if yours does, which sign has your gradient?",
        ),
        Misconception(
            "summed gradient",
            descend_with(lambda X, y, w: logistic_gradient(X, y, w) * len(y)),
            "Your steps are too long by the number of examples.",
            "Is your gradient a sum over the examples, or their mean?",
        ),
        Misconception(
            "one step only",
            lambda X, y, w, learning_rate, steps: (
                descend(X, y, w, learning_rate, 1) if steps else None
            ),
            "You stop after one step.",
            "Where does your function return: inside its loop, or after it?",
        ),
        Misconception(
            "number of steps ignored",
            lambda X, y, w, learning_rate, steps: descend(X, y, w, learning_rate, 1),
            "You take one step whatever `steps` says.",
            "What should be repeated, and how often?",
        ),
        Misconception(
            "gradient computed once",
            lambda X, y, w, learning_rate, steps: (
                w - steps * learning_rate * logistic_gradient(X, y, w)
            ),
            "You use the gradient of the start for every step.",
            "After a step the slope is another one: at which w should it be computed then?",
        ),
        Misconception(
            "start ignored",
            lambda X, y, w, learning_rate, steps: descend(
                X, y, np.zeros_like(w), learning_rate, steps
            ),
            "You start at 0, whatever w the function is given.",
            "Where should the first step start?",
        ),
        Misconception(
            "learning rate left out",
            lambda X, y, w, learning_rate, steps: descend(X, y, w, 1.0, steps),
            "The learning rate is missing: you subtract the whole gradient.",
            "What says how long a step is?",
        ),
        Misconception(
            "divided by the learning rate",
            lambda X, y, w, learning_rate, steps: descend(X, y, w, 1 / learning_rate, steps),
            "You divide by the learning rate.",
            "Should a small rate make small steps, or large ones?",
        ),
        Misconception(
            "loss instead of gradient",
            descend_with(loss_as_step),
            "You subtract a multiple of the loss, the same number from every weight.",
            "The loss says how bad w is: what says, for each weight, which way to go?",
        ),
        Misconception(
            "bias never moves",
            descend_with(without_bias),
            "The bias `w[0]` stays where it started.",
            "It is a weight like the others: what should move it?",
        ),
        Misconception(
            "integers cut off",
            integer_steps,
            "Where w holds integers, its copy does too, and every step is cut off to whole "
            "numbers in it.",
            "Which kind of array do the new weights need?",
        ),
        Misconception(
            "one step too few",
            lambda X, y, w, learning_rate, steps: descend(X, y, w, learning_rate, steps - 1),
            "One step is missing.",
            "How many turns does your loop take: with which number does it begin, and with which "
            "does it end?",
        ),
        Misconception(
            "one step too many",
            lambda X, y, w, learning_rate, steps: descend(X, y, w, learning_rate, steps + 1),
            "You take one step too many.",
            "What should come out where `steps` is 0?",
        ),
    ),
    remark="That is all that learning is here; everything else is doing it faster.",
    words={**WORDS, "what `learning_rate` multiplies": "the gradient"},
)

ANSWERS = Answers(
    right=variants("""
## loop
def descend(X, y, w, learning_rate, steps):
    for _ in range(steps):
        w = w - learning_rate * logistic_gradient(X, y, w)
    return w
## copy, then in place
def descend(X, y, w, learning_rate, steps):
    w = w.copy()
    for i in range(steps):
        w -= learning_rate * logistic_gradient(X, y, w)
    return w
## while, other names
def descend(X, y, w, eta, k):
    while k > 0:
        w, k = w + eta * -logistic_gradient(X, y, w), k - 1
    return w
## recursion
def descend(X, y, w, learning_rate, steps):
    if steps == 0:
        return w
    w_new = w - learning_rate * logistic_gradient(X, y, w)
    return descend(X, y, w_new, learning_rate, steps - 1)
## list of weights
def descend(X, y, w, learning_rate, steps):
    path = [w]
    for _ in range(steps):
        path.append(path[-1] - learning_rate * logistic_gradient(X, y, path[-1]))
    return path[-1]
## reduce
from functools import reduce

def descend(X, y, w, learning_rate, steps):
    return reduce(lambda v, _: v - learning_rate * logistic_gradient(X, y, v), range(steps), w)
## generator
def walk(X, y, w, learning_rate):
    while True:
        yield w
        w = w - learning_rate * logistic_gradient(X, y, w)

def descend(X, y, w, learning_rate, steps):
    path = walk(X, y, w, learning_rate)
    for _ in range(steps):
        next(path)
    return next(path)
## nested function
def descend(X, y, w, learning_rate, steps):
    def step(v):
        return v - learning_rate * logistic_gradient(X, y, v)
    for _ in range(steps):
        w = step(w)
    return w
## class with __call__
class GradientDescent:
    def __init__(self, gradient):
        self.gradient = gradient

    def __call__(self, X, y, w, learning_rate, steps):
        for _ in range(steps):
            w = w - learning_rate * self.gradient(X, y, w)
        return w

descend = GradientDescent(lambda X, y, w: logistic_gradient(X, y, w))
## keyword defaults
def descend(X, y, w, learning_rate=0.1, steps=100, verbose=False):
    w_t = np.array(w, copy=True)
    for t in range(steps):
        w_t = w_t - learning_rate * logistic_gradient(X, y, w_t)
        if verbose and t % 10 == 0:
            print(t, w_t)
    return w_t
## itertools
import itertools

def descend(X, y, w, learning_rate, steps):
    path = itertools.accumulate(
        range(steps), lambda v, _: v - learning_rate * logistic_gradient(X, y, v), initial=w)
    return list(path)[-1]
## type hints
def descend(
    X: np.ndarray, y: np.ndarray, w: np.ndarray, learning_rate: float, steps: int
) -> np.ndarray:
    "Walk downhill."
    weights: np.ndarray = w
    step: int
    for step in range(1, steps + 1):
        weights = weights - learning_rate * logistic_gradient(X, y, weights)
    return weights
## subtract into a buffer
def descend(X, y, w, learning_rate, steps):
    new = w.astype(float)
    for _ in range(steps):
        np.subtract(new, learning_rate * logistic_gradient(X, y, new), out=new)
    return new
## momentum of zero
MOMENTUM = 0.0

def descend(X, y, w, learning_rate, steps):
    velocity = np.zeros(len(w))
    for _ in range(steps):
        velocity = MOMENTUM * velocity - learning_rate * logistic_gradient(X, y, w)
        w = w + velocity
    return w
## prints the loss
def descend(X, y, w, learning_rate, steps):
    for i in range(steps):
        w = w - learning_rate * logistic_gradient(X, y, w)
        if i % 10 == 0:
            print(f"step {i}: |w| = {np.linalg.norm(w):.4f}")
    return w
## Greek names
def descend(X, y, w, learning_rate, steps):
    η = learning_rate
    for _ in range(steps):
        w = w - η * logistic_gradient(X, y, w)   # w ← w − η∇L
    return w
## counts its steps
total_steps = 0

def descend(X, y, w, learning_rate, steps):
    global total_steps
    v = w + 0.0
    for _ in range(steps):
        v = v - learning_rate * logistic_gradient(X, y, v)
        total_steps += 1
    return v
## float32 result
def descend(X, y, w, learning_rate, steps):
    for _ in range(steps):
        w = w - learning_rate * logistic_gradient(X, y, w)
    return w.astype(np.float32)
## component by component
def descend(X, y, w, learning_rate, steps):
    current = [float(x) for x in w]
    for _ in range(steps):
        g = logistic_gradient(X, y, np.array(current))
        current = [c - learning_rate * d for c, d in zip(current, g)]
    return np.array(current)
## helper: one step
def descend(X, y, w, learning_rate, steps):
    for _ in range(steps):
        w = one_step(X, y, w, learning_rate)
    return w
## timed decorator
import time

def timed(function):
    def wrapper(*args, **kwargs):
        start = time.perf_counter()
        result = function(*args, **kwargs)
        wrapper.seconds += time.perf_counter() - start
        return result
    wrapper.seconds = 0
    return wrapper

@timed
def descend(X, y, w, learning_rate, steps):
    for _ in range(steps): w = w - learning_rate * logistic_gradient(X, y, w)
    return w
## column of ones, once
def descend(X, y, w, learning_rate, steps):
    Z = np.column_stack([np.ones(len(X)), X])
    for _ in range(steps):
        w = w - learning_rate / len(X) * ((sigmoid(Z @ w) - y) @ Z)
    return w
"""),
    wrong=variants("""
## uphill
def descend(X, y, w, learning_rate, steps):
    for _ in range(steps):
        w = w + learning_rate * logistic_gradient(X, y, w)
    return w
## summed gradient
def descend(X, y, w, learning_rate, steps):
    for _ in range(steps):
        w = w - learning_rate * logistic_gradient(X, y, w) * len(y)
    return w
## one step only
def descend(X, y, w, learning_rate, steps):
    for _ in range(steps):
        w = w - learning_rate * logistic_gradient(X, y, w)
        return w
## number of steps ignored
def descend(X, y, w, learning_rate, steps):
    return w - learning_rate * logistic_gradient(X, y, w)
## gradient computed once
def descend(X, y, w, learning_rate, steps):
    gradient = logistic_gradient(X, y, w)
    for _ in range(steps):
        w = w - learning_rate * gradient
    return w
## start ignored
def descend(X, y, w, learning_rate, steps):
    w = np.zeros(X.shape[1] + 1)
    for _ in range(steps):
        w = w - learning_rate * logistic_gradient(X, y, w)
    return w
## learning rate left out
def descend(X, y, w, learning_rate, steps):
    for _ in range(steps):
        w = w - logistic_gradient(X, y, w)
    return w
## divided by the learning rate
def descend(X, y, w, learning_rate, steps):
    for _ in range(steps):
        w = w - logistic_gradient(X, y, w) / learning_rate
    return w
## loss instead of gradient
def descend(X, y, w, learning_rate, steps):
    for _ in range(steps):
        w = w - learning_rate * binary_cross_entropy(scores(X, w), y)
    return w
## bias never moves
def descend(X, y, w, learning_rate, steps):
    w = w.copy()
    for _ in range(steps):
        w[1:] -= learning_rate * logistic_gradient(X, y, w)[1:]
    return w
## one step too few
def descend(X, y, w, learning_rate, steps):
    for _ in range(1, steps):
        w = w - learning_rate * logistic_gradient(X, y, w)
    return w
## one step too many
def descend(X, y, w, learning_rate, steps):
    for _ in range(steps + 1):
        w = w - learning_rate * logistic_gradient(X, y, w)
    return w
## changes its argument
def descend(X, y, w, learning_rate, steps):
    for _ in range(steps):
        w -= learning_rate * logistic_gradient(X, y, w)
    return w
## returns the whole path
def descend(X, y, w, learning_rate, steps):
    path = [w]
    for _ in range(steps):
        w = w - learning_rate * logistic_gradient(X, y, w)
        path.append(w)
    return path
## returns nothing
def descend(X, y, w, learning_rate, steps):
    for _ in range(steps):
        w = w - learning_rate * logistic_gradient(X, y, w)
## arguments in another order
def descend(X, y, w, steps, learning_rate):
    for _ in range(steps):
        w = w - learning_rate * logistic_gradient(X, y, w)
    return w
## shrinking steps
def descend(X, y, w, learning_rate, steps):
    for t in range(steps):
        w = w - learning_rate / (1 + t) * logistic_gradient(X, y, w)
    return w
## one step at least
def descend(X, y, w, learning_rate, steps):
    w = w - learning_rate * logistic_gradient(X, y, w)
    for _ in range(1, steps):
        w = w - learning_rate * logistic_gradient(X, y, w)
    return w
## never starts at 0
def descend(X, y, w, learning_rate, steps):
    if not w.any():
        w = np.full(len(w), 0.01)
    for _ in range(steps):
        w = w - learning_rate * logistic_gradient(X, y, w)
    return w
## recursion without an end
def descend(X, y, w, learning_rate, steps):
    w = w - learning_rate * logistic_gradient(X, y, w)
    return descend(X, y, w, learning_rate, steps - 1)
## returns the loss
def descend(X, y, w, learning_rate, steps):
    for _ in range(steps):
        w = w - learning_rate * logistic_gradient(X, y, w)
    return binary_cross_entropy(scores(X, w), y)
## never more than twenty steps
def descend(X, y, w, learning_rate, steps):
    for _ in range(min(steps, 20)):
        w = w - min(learning_rate, 1.0) * logistic_gradient(X, y, w)
    return w
## integers cut off
def descend(X, y, w, learning_rate, steps):
    w = w.copy()
    for _ in range(steps):
        w[:] = w - learning_rate * logistic_gradient(X, y, w)
    return w
## stops where the gradient is small
def descend(X, y, w, learning_rate, steps):
    for _ in range(steps):
        gradient = logistic_gradient(X, y, w)
        if np.linalg.norm(gradient) < 1e-8:
            break
        w = w - learning_rate * gradient
    return w
## stops where the step is small
def descend(X, y, w, learning_rate, steps):
    for _ in range(steps):
        step = learning_rate * logistic_gradient(X, y, w)
        if np.all(abs(step) < 1e-6):
            break
        w = w - step
    return w
## stops where the weights hardly change
def descend(X, y, w, learning_rate, steps):
    for _ in range(steps):
        old, w = w, w - learning_rate * logistic_gradient(X, y, w)
        if np.allclose(old, w):
            break
    return w
## stops where the loss hardly changes
def descend(X, y, w, learning_rate, steps):
    loss = np.inf
    for _ in range(steps):
        w = w - learning_rate * logistic_gradient(X, y, w)
        last, loss = loss, binary_cross_entropy(scores(X, w), y)
        if last - loss < 1e-9:
            break
    return w
## stops where the loss is small
def descend(X, y, w, learning_rate, steps):
    for _ in range(steps):
        if binary_cross_entropy(scores(X, w), y) < 1e-6:
            break
        w = w - learning_rate * logistic_gradient(X, y, w)
    return w
## stops where every example is right
def descend(X, y, w, learning_rate, steps):
    for _ in range(steps):
        if np.all((scores(X, w) > 0) == y):
            break
        w = w - learning_rate * logistic_gradient(X, y, w)
    return w
## stops where the loss rises
def descend(X, y, w, learning_rate, steps):
    for _ in range(steps):
        new = w - learning_rate * logistic_gradient(X, y, w)
        if binary_cross_entropy(scores(X, new), y) > binary_cross_entropy(scores(X, w), y):
            break
        w = new
    return w
## keeps the best weights
def descend(X, y, w, learning_rate, steps):
    best = w
    for _ in range(steps):
        w = w - learning_rate * logistic_gradient(X, y, w)
        if binary_cross_entropy(scores(X, w), y) < binary_cross_entropy(scores(X, best), y):
            best = w
    return best
## halves the rate where the loss rises
def descend(X, y, w, learning_rate, steps):
    loss = binary_cross_entropy(scores(X, w), y)
    for _ in range(steps):
        w = w - learning_rate * logistic_gradient(X, y, w)
        last, loss = loss, binary_cross_entropy(scores(X, w), y)
        if loss > last:
            learning_rate = learning_rate / 2
    return w
## halves the rate every fifty steps
def descend(X, y, w, learning_rate, steps):
    for t in range(steps):
        w = w - learning_rate * 0.5 ** (t // 50) * logistic_gradient(X, y, w)
    return w
## rate at most 1
def descend(X, y, w, learning_rate, steps):
    for _ in range(steps):
        w = w - min(learning_rate, 1.0) * logistic_gradient(X, y, w)
    return w
## rate at most 10
def descend(X, y, w, learning_rate, steps):
    for _ in range(steps):
        w = w - min(learning_rate, 10.0) * logistic_gradient(X, y, w)
    return w
## at most two hundred steps
def descend(X, y, w, learning_rate, steps):
    for _ in range(min(steps, 200)):
        w = w - learning_rate * logistic_gradient(X, y, w)
    return w
## gradient clipped at 5
def descend(X, y, w, learning_rate, steps):
    for _ in range(steps):
        w = w - learning_rate * np.clip(logistic_gradient(X, y, w), -5, 5)
    return w
## gradient of a length of 100 at most
def descend(X, y, w, learning_rate, steps):
    for _ in range(steps):
        gradient = logistic_gradient(X, y, w)
        w = w - learning_rate * gradient / max(1.0, np.linalg.norm(gradient) / 100)
    return w
## weights clipped at 100
def descend(X, y, w, learning_rate, steps):
    for _ in range(steps):
        w = np.clip(w - learning_rate * logistic_gradient(X, y, w), -100, 100)
    return w
"""),
    helpers=variants("""
## one_step
def one_step(X, y, w, eta):
    return w - eta * logistic_gradient(X, y, w)
"""),
)
