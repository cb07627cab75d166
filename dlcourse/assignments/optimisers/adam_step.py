r"""Two fading means, both corrected: :math:`W - \alpha\,\hat m/(\sqrt{\hat v} + \epsilon)`."""

from collections.abc import Callable, Iterable

import numpy as np

from dlcourse._validation import FloatArray
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import array, examples, kinds, sizes
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part


def adam_step(
    W: FloatArray,
    m: FloatArray,
    v: FloatArray,
    gradient: FloatArray,
    t: int,
    learning_rate: float,
    beta1: float,
    beta2: float,
    eps: float,
) -> FloatArray:
    """Return the new weights and both new means, stacked; `t` counts the steps from 1."""
    m = beta1 * m + (1 - beta1) * gradient
    v = beta2 * v + (1 - beta2) * gradient**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    return np.stack([W - learning_rate * m_hat / (np.sqrt(v_hat) + eps), m, v])


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw weights, both means, a gradient, a count, a rate, two decays, and an eps that counts."""
    for shape in sizes(rng):
        W, m, v, gradient = (examples(rng, *shape) for _ in range(4))
        low, high = (0.1, 0.5, 0.7, 0.2), (0.9, 0.8, 0.95, 0.6)
        settings = rng.uniform(low, high).round(2).tolist()
        yield W, m, np.abs(v), gradient, int(rng.integers(2, 6)), *settings


def hats(
    m: FloatArray, v: FloatArray, t: int, beta1: float, beta2: float
) -> tuple[FloatArray, FloatArray]:
    """Correct both means for their start at zero."""
    return m / (1 - beta1**t), v / (1 - beta2**t)


def other_step(step: Callable[..., FloatArray]) -> Callable[..., FloatArray]:
    """Take another step, of `m`, `v`, `t`, both betas and eps, in units of the rate."""

    def mistaken(
        W: FloatArray,
        m: FloatArray,
        v: FloatArray,
        g: FloatArray,
        t: int,
        a: float,
        beta1: float,
        beta2: float,
        eps: float,
    ) -> FloatArray:
        _, m, v = adam_step(W, m, v, g, t, a, beta1, beta2, eps)
        return np.stack([W - a * step(m, v, t, beta1, beta2, eps), m, v])

    return mistaken


def uncorrected(
    m: FloatArray, v: FloatArray, t: int, beta1: float, beta2: float, eps: float
) -> FloatArray:
    """Divide the means as they are."""
    return np.asarray(m / (np.sqrt(v) + eps))


def only_mean_corrected(
    m: FloatArray, v: FloatArray, t: int, beta1: float, beta2: float, eps: float
) -> FloatArray:
    """Forget the correction of the squares."""
    return np.asarray(hats(m, v, t, beta1, beta2)[0] / (np.sqrt(v) + eps))


def only_squares_corrected(
    m: FloatArray, v: FloatArray, t: int, beta1: float, beta2: float, eps: float
) -> FloatArray:
    """Forget the correction of the mean."""
    return np.asarray(m / (np.sqrt(hats(m, v, t, beta1, beta2)[1]) + eps))


def one_step_late(
    m: FloatArray, v: FloatArray, t: int, beta1: float, beta2: float, eps: float
) -> FloatArray:
    """Count the steps from 2."""
    m, v = hats(m, v, t + 1, beta1, beta2)
    return np.asarray(m / (np.sqrt(v) + eps))


def power_forgotten(
    m: FloatArray, v: FloatArray, t: int, beta1: float, beta2: float, eps: float
) -> FloatArray:
    """Divide by 1 - beta in every step."""
    m, v = hats(m, v, 1, beta1, beta2)
    return np.asarray(m / (np.sqrt(v) + eps))


def eps_too_early(
    m: FloatArray, v: FloatArray, t: int, beta1: float, beta2: float, eps: float
) -> FloatArray:
    """Add eps to the root before the root is corrected."""
    m_hat, _ = hats(m, v, t, beta1, beta2)
    return np.asarray(m_hat * (1 - beta2**t) ** 0.5 / (np.sqrt(v) + eps))


def eps_inside(
    m: FloatArray, v: FloatArray, t: int, beta1: float, beta2: float, eps: float
) -> FloatArray:
    """Add eps before the root."""
    m, v = hats(m, v, t, beta1, beta2)
    return np.asarray(m / np.sqrt(v + eps))


def root_forgotten(
    m: FloatArray, v: FloatArray, t: int, beta1: float, beta2: float, eps: float
) -> FloatArray:
    """Divide by the squares."""
    m, v = hats(m, v, t, beta1, beta2)
    return m / (v + eps)


def uphill(
    m: FloatArray, v: FloatArray, t: int, beta1: float, beta2: float, eps: float
) -> FloatArray:
    """Step the other way."""
    m, v = hats(m, v, t, beta1, beta2)
    return np.asarray(-m / (np.sqrt(v) + eps))


def corrected_means_kept(
    W: FloatArray,
    m: FloatArray,
    v: FloatArray,
    g: FloatArray,
    t: int,
    a: float,
    beta1: float,
    beta2: float,
    eps: float,
) -> FloatArray:
    """Hand on the corrected means."""
    W, m, v = adam_step(W, m, v, g, t, a, beta1, beta2, eps)
    return np.stack([W, *hats(m, v, t, beta1, beta2)])


EXERCISE = Exercise(
    key="optimisers/adam_step",
    reference=adam_step,
    parts=(
        Part(
            points=3,
            inputs=draw,
            edge_cases={
                "the first step": (
                    array([1.0, -2.0]),
                    array([0.0, 0.0]),
                    array([0.0, 0.0]),
                    array([0.001, 1000.0]),
                    1,
                    0.1,
                    0.9,
                    0.999,
                    1e-8,
                ),
                "a gradient of zero": (
                    array([1.0, -2.0]),
                    array([0.0, 0.5]),
                    array([0.0, 1.5]),
                    array([0.0, 0.0]),
                    3,
                    0.1,
                    0.75,
                    0.9,
                    0.1,
                ),
                "a late step": (
                    array([1.0, -2.0]),
                    array([0.3, 0.5]),
                    array([0.4, 1.5]),
                    array([2.0, -1.0]),
                    1000,
                    0.1,
                    0.9,
                    0.99,
                    0.1,
                ),
                **kinds(
                    array([3, -1]),
                    array([1, -2]),
                    array([5, 1]),
                    array([2, -1]),
                    2,
                    0.25,
                    0.5,
                    0.75,
                    0.5,
                ),
            },
        ),
    ),
    misconceptions=(
        Misconception(
            "no correction",
            other_step(uncorrected),
            "Both means started at 0 and are too small in the first steps; you use them as they "
            "are.",
            "To what do the weights of a mean add up after t steps?",
        ),
        Misconception(
            "squares not corrected",
            other_step(only_mean_corrected),
            "The mean of squares is too small in the first steps, so the first ones are far too "
            "long.",
            "Which of the two means did not get its correction?",
        ),
        Misconception(
            "mean not corrected",
            other_step(only_squares_corrected),
            "The mean of gradients is too small in the first steps, so the first ones are too "
            "short.",
            "Which of the two means did not get its correction?",
        ),
        Misconception(
            "steps counted from two",
            other_step(one_step_late),
            "Your corrections are those of the next step.",
            "In the first step t is 1: which power does the correction have then?",
        ),
        Misconception(
            "power forgotten",
            other_step(power_forgotten),
            "Your correction is the same in every step, as if each were the first.",
            "After many steps a mean needs no correction: what must fade with t?",
        ),
        Misconception(
            "eps inside the root",
            other_step(eps_inside),
            "Your eps stands inside the root; the formula has it outside.",
            "What is added to what, before the division: eps to the mean, or to its root?",
        ),
        Misconception(
            "eps before the correction",
            other_step(eps_too_early),
            "Your eps is added to the root as it was before its correction, as Keras does.",
            "To which of the two is eps added here, v or its corrected form?",
        ),
        Misconception(
            "root forgotten",
            other_step(root_forgotten),
            "You divide by the mean of squares itself.",
            "What makes a slope of a squared slope again?",
        ),
        Misconception(
            "corrected means kept",
            corrected_means_kept,
            "The weights are right. But you hand on the corrected means, and the next step would "
            "correct them again.",
            "Which of the two, `m` or its corrected form, does the next line of the formula use?",
        ),
        Misconception(
            "uphill",
            other_step(uphill),
            "Your step makes the loss larger.",
            "The gradient points to where the loss rises: which way do you want to go?",
        ),
        Misconception(
            "means that do not average",
            lambda W, m, v, g, t, a, b1, b2, e: np.stack(
                [
                    W
                    - a
                    * ((b1 * m + g) / (1 - b1**t))
                    / (np.sqrt((b2 * v + g**2) / (1 - b2**t)) + e),
                    b1 * m + g,
                    b2 * v + g**2,
                ]
            ),
            "The newest gradient has the weight 1 in your means.",
            "In a mean, what must the weights of old and new add up to?",
        ),
        Misconception(
            "betas exchanged",
            lambda W, m, v, g, t, a, b1, b2, e: adam_step(W, m, v, g, t, a, b2, b1, e),
            "Your two betas have changed places.",
            "Which of the two belongs to the mean of gradients?",
        ),
        Misconception(
            "order of the means",
            lambda *arguments: adam_step(*arguments)[[0, 2, 1]],
            "All three rows are right, in another order.",
            "Which of the two means is asked for first?",
        ),
    ),
    remark="Momentum above, RMSprop below, and both true from the first step on.",
)

ANSWERS = Answers(
    right=variants("""
## plain
def adam_step(W, m, v, gradient, t, learning_rate, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * gradient
    v = beta2 * v + (1 - beta2) * gradient**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    return np.stack([W - learning_rate * m_hat / (np.sqrt(v_hat) + eps), m, v])
## np.array
def adam_step(W, m, v, gradient, t, learning_rate, beta1, beta2, eps):
    m_new = beta1 * m + (1 - beta1) * gradient
    v_new = beta2 * v + (1 - beta2) * gradient * gradient
    step = (m_new / (1 - beta1**t)) / ((v_new / (1 - beta2**t)) ** 0.5 + eps)
    return np.array([W - learning_rate * step, m_new, v_new])
## sgd_step of the mean
def adam_step(W, m, v, gradient, t, learning_rate, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * gradient
    v = beta2 * v + (1 - beta2) * gradient**2
    rates = learning_rate / (np.sqrt(v / (1 - beta2**t)) + eps)
    return np.stack([sgd_step(W, m / (1 - beta1**t), rates), m, v])
## mean of squares by rmsprop_step
def adam_step(W, m, v, gradient, t, learning_rate, beta1, beta2, eps):
    v = rmsprop_step(W, v, gradient, learning_rate, beta2, eps)[1]
    m = beta1 * m + (1 - beta1) * gradient
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return np.stack([W - learning_rate * m_hat / (np.sqrt(v_hat) + eps), m, v])
## nested function
def adam_step(W, m, v, gradient, t, learning_rate, beta1, beta2, eps):
    def fade(mean, new, beta):
        return beta * mean + (1 - beta) * new
    m, v = fade(m, gradient, beta1), fade(v, gradient**2, beta2)
    root = np.sqrt(v / (1 - beta2**t))
    return np.stack([W - learning_rate * m / (1 - beta1**t) / (root + eps), m, v])
## room first
def adam_step(W, m, v, gradient, t, learning_rate, beta1, beta2, eps):
    out = np.empty((3, *W.shape))
    out[1] = beta1 * m + (1 - beta1) * gradient
    out[2] = beta2 * v + (1 - beta2) * gradient**2
    m_hat = out[1] / (1 - beta1**t)
    v_hat = out[2] / (1 - beta2**t)
    out[0] = W - learning_rate * m_hat / (np.sqrt(v_hat) + eps)
    return out
## other names
def adam_step(w, m, s, g, k, lr, b1, b2, epsilon):
    m = b1 * m + (1 - b1) * g
    s = b2 * s + (1 - b2) * g**2
    w = w - lr * (m / (1 - b1**k)) / (np.sqrt(s / (1 - b2**k)) + epsilon)
    return np.stack([w, m, s], axis=0)
## copies, then in place
def adam_step(W, m, v, gradient, t, learning_rate, beta1, beta2, eps):
    W, m, v = W.astype(float), m.astype(float), v.astype(float)
    m *= beta1
    m += (1 - beta1) * gradient
    v *= beta2
    v += (1 - beta2) * gradient**2
    W -= learning_rate * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps)
    return np.stack([W, m, v])
## entry by entry
def adam_step(W, m, v, gradient, t, learning_rate, beta1, beta2, eps):
    new = np.zeros((3,) + W.shape)
    for place in np.ndindex(*W.shape):
        mean = beta1 * m[place] + (1 - beta1) * gradient[place]
        squares = beta2 * v[place] + (1 - beta2) * gradient[place] ** 2
        step = mean / (1 - beta1**t) / ((squares / (1 - beta2**t)) ** 0.5 + eps)
        new[(0,) + place] = W[place] - learning_rate * step
        new[(1,) + place] = mean
        new[(2,) + place] = squares
    return new
## a step of the means
def adam_step(W, m, v, gradient, t, learning_rate, beta1, beta2, eps):
    m = m + (1 - beta1) * (gradient - m)
    v = v + (1 - beta2) * (gradient**2 - v)
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    return np.stack([W - learning_rate * m_hat / (np.sqrt(v_hat) + eps), m, v])
## corrections first
def adam_step(W, m, v, gradient, t, learning_rate, beta1, beta2, eps):
    n1, n2 = 1 - beta1**t, 1 - beta2**t
    m = beta1 * m + (1 - beta1) * gradient
    v = beta2 * v + (1 - beta2) * gradient**2
    W = W - (learning_rate / n1) * m / (np.sqrt(v) / np.sqrt(n2) + eps)
    return np.stack([W, m, v])
## type hints
def adam_step(
    W: np.ndarray, m: np.ndarray, v: np.ndarray, gradient: np.ndarray, t: int,
    learning_rate: float, beta1: float, beta2: float, eps: float,
) -> np.ndarray:
    m = beta1 * m + (1 - beta1) * gradient
    v = beta2 * v + (1 - beta2) * np.square(gradient)
    direction: np.ndarray = m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps)
    return np.stack([W - learning_rate * direction, m, v])
## float32 result
def adam_step(W, m, v, gradient, t, learning_rate, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * gradient
    v = beta2 * v + (1 - beta2) * gradient**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    new = np.stack([W - learning_rate * m_hat / (np.sqrt(v_hat) + eps), m, v])
    return new.astype(np.float32)
"""),
    wrong=variants("""
## no correction
def adam_step(W, m, v, gradient, t, learning_rate, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * gradient
    v = beta2 * v + (1 - beta2) * gradient**2
    return np.stack([W - learning_rate * m / (np.sqrt(v) + eps), m, v])
## squares not corrected
def adam_step(W, m, v, gradient, t, learning_rate, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * gradient
    v = beta2 * v + (1 - beta2) * gradient**2
    return np.stack([W - learning_rate * m / (1 - beta1**t) / (np.sqrt(v) + eps), m, v])
## mean not corrected
def adam_step(W, m, v, gradient, t, learning_rate, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * gradient
    v = beta2 * v + (1 - beta2) * gradient**2
    return np.stack([W - learning_rate * m / (np.sqrt(v / (1 - beta2**t)) + eps), m, v])
## steps counted from two
def adam_step(W, m, v, gradient, t, learning_rate, beta1, beta2, eps):
    t = t + 1
    m = beta1 * m + (1 - beta1) * gradient
    v = beta2 * v + (1 - beta2) * gradient**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return np.stack([W - learning_rate * m_hat / (np.sqrt(v_hat) + eps), m, v])
## power forgotten
def adam_step(W, m, v, gradient, t, learning_rate, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * gradient
    v = beta2 * v + (1 - beta2) * gradient**2
    m_hat, v_hat = m / (1 - beta1), v / (1 - beta2)
    return np.stack([W - learning_rate * m_hat / (np.sqrt(v_hat) + eps), m, v])
## eps inside the root
def adam_step(W, m, v, gradient, t, learning_rate, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * gradient
    v = beta2 * v + (1 - beta2) * gradient**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return np.stack([W - learning_rate * m_hat / np.sqrt(v_hat + eps), m, v])
## eps before the correction
def adam_step(W, m, v, gradient, t, learning_rate, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * gradient
    v = beta2 * v + (1 - beta2) * gradient**2
    rate = learning_rate * np.sqrt(1 - beta2**t) / (1 - beta1**t)
    return np.stack([W - rate * m / (np.sqrt(v) + eps), m, v])
## root forgotten
def adam_step(W, m, v, gradient, t, learning_rate, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * gradient
    v = beta2 * v + (1 - beta2) * gradient**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return np.stack([W - learning_rate * m_hat / (v_hat + eps), m, v])
## corrected means kept
def adam_step(W, m, v, gradient, t, learning_rate, beta1, beta2, eps):
    m = (beta1 * m + (1 - beta1) * gradient) / (1 - beta1**t)
    v = (beta2 * v + (1 - beta2) * gradient**2) / (1 - beta2**t)
    return np.stack([W - learning_rate * m / (np.sqrt(v) + eps), m, v])
## uphill
def adam_step(W, m, v, gradient, t, learning_rate, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * gradient
    v = beta2 * v + (1 - beta2) * gradient**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return np.stack([W + learning_rate * m_hat / (np.sqrt(v_hat) + eps), m, v])
## means that do not average
def adam_step(W, m, v, gradient, t, learning_rate, beta1, beta2, eps):
    m = beta1 * m + gradient
    v = beta2 * v + gradient**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return np.stack([W - learning_rate * m_hat / (np.sqrt(v_hat) + eps), m, v])
## betas exchanged
def adam_step(W, m, v, gradient, t, learning_rate, beta2, beta1, eps):
    m = beta1 * m + (1 - beta1) * gradient
    v = beta2 * v + (1 - beta2) * gradient**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return np.stack([W - learning_rate * m_hat / (np.sqrt(v_hat) + eps), m, v])
## order of the means
def adam_step(W, m, v, gradient, t, learning_rate, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * gradient
    v = beta2 * v + (1 - beta2) * gradient**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return np.stack([W - learning_rate * m_hat / (np.sqrt(v_hat) + eps), v, m])
## changes its argument
def adam_step(W, m, v, gradient, t, learning_rate, beta1, beta2, eps):
    m *= beta1
    m += (1 - beta1) * gradient
    v = beta2 * v + (1 - beta2) * gradient**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return np.stack([W - learning_rate * m_hat / (np.sqrt(v_hat) + eps), m, v])
## corrected for ten steps only
def adam_step(W, m, v, gradient, t, learning_rate, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * gradient
    v = beta2 * v + (1 - beta2) * gradient**2
    n1, n2 = (1 - beta1**t, 1 - beta2**t) if t <= 10 else (1, 1)
    return np.stack([W - learning_rate * m / n1 / (np.sqrt(v / n2) + eps), m, v])
## a tuple
def adam_step(W, m, v, gradient, t, learning_rate, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * gradient
    v = beta2 * v + (1 - beta2) * gradient**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return W - learning_rate * m_hat / (np.sqrt(v_hat) + eps), m, v
"""),
)
