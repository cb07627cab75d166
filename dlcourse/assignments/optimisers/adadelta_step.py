r"""A step in the units of the weights: :math:`\Delta = \sqrt{u+\epsilon}\,g/\sqrt{v+\epsilon}`."""

from collections.abc import Callable, Iterable

import numpy as np

from dlcourse._validation import FloatArray
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import array, examples, kinds, sizes
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part


def adadelta_step(
    W: FloatArray, v: FloatArray, u: FloatArray, gradient: FloatArray, rho: float, eps: float
) -> FloatArray:
    """Return the new weights and both new means of squares, stacked."""
    v = rho * v + (1 - rho) * gradient**2
    delta = np.sqrt(u + eps) / np.sqrt(v + eps) * gradient
    u = rho * u + (1 - rho) * delta**2
    return np.stack([W - delta, v, u])


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw weights, two means of squares, a gradient, a decay, and an eps that counts."""
    for shape in sizes(rng):
        W, v, u, gradient = (examples(rng, *shape) for _ in range(4))
        rho, eps = rng.uniform((0.6, 0.2), (0.95, 0.6)).round(2).tolist()
        yield W, np.abs(v), np.abs(u), gradient, rho, eps


Mean = Callable[[FloatArray, FloatArray, float], FloatArray]


def fading(mean: FloatArray, value: FloatArray, rho: float) -> FloatArray:
    """Let a mean of squares take in one more value."""
    return rho * mean + (1 - rho) * value**2


def root(v: FloatArray, eps: float) -> FloatArray:
    """Take the root, the small number inside."""
    return np.asarray(np.sqrt(v + eps))


def with_means(of_v: Mean, of_u: Mean) -> Callable[..., FloatArray]:
    """Take the step with other means."""

    def step(
        W: FloatArray, v: FloatArray, u: FloatArray, g: FloatArray, rho: float, eps: float
    ) -> FloatArray:
        v = of_v(v, g, rho)
        delta = root(u, eps) / root(np.abs(v), eps) * g
        return np.stack([W - delta, v, of_u(u, delta, rho)])

    return step


def with_delta(
    delta: Callable[[FloatArray, FloatArray, FloatArray, float], FloatArray],
) -> Callable[..., FloatArray]:
    """Take the step with another length, of the new `v`, of `u`, the gradient and eps."""

    def step(
        W: FloatArray, v: FloatArray, u: FloatArray, g: FloatArray, rho: float, eps: float
    ) -> FloatArray:
        v = fading(v, g, rho)
        d = delta(v, u, g, eps)
        return np.stack([W - d, v, fading(u, d, rho)])

    return step


def new_mean_of_steps(
    W: FloatArray, v: FloatArray, u: FloatArray, g: FloatArray, rho: float, eps: float
) -> FloatArray:
    """Use the mean of steps after it has taken in this gradient's step."""
    _, v, u = adadelta_step(W, v, u, g, rho, eps)
    return np.stack([W - root(u, eps) / root(v, eps) * g, v, u])


def old_mean_of_squares(
    W: FloatArray, v: FloatArray, u: FloatArray, g: FloatArray, rho: float, eps: float
) -> FloatArray:
    """Divide by the mean of squares as it was before this gradient."""
    d = root(u, eps) / root(v, eps) * g
    return np.stack([W - d, fading(v, g, rho), fading(u, d, rho)])


def uphill(
    W: FloatArray, v: FloatArray, u: FloatArray, g: FloatArray, rho: float, eps: float
) -> FloatArray:
    """Add the step."""
    down, v, u = adadelta_step(W, v, u, g, rho, eps)
    return np.stack([2 * W - down, v, u])


EXERCISE = Exercise(
    key="optimisers/adadelta_step",
    reference=adadelta_step,
    parts=(
        Part(
            points=3,
            inputs=draw,
            edge_cases={
                "the first step": (
                    array([1.0, -2.0]),
                    array([0.0, 0.0]),
                    array([0.0, 0.0]),
                    array([5.0, -0.5]),
                    0.9,
                    1e-6,
                ),
                "a gradient of zero": (
                    array([1.0, -2.0]),
                    array([0.0, 4.0]),
                    array([0.5, 0.0]),
                    array([0.0, 0.0]),
                    0.75,
                    0.1,
                ),
                **kinds(array([3, -1]), array([5, 1]), array([2, 1]), array([2, -1]), 0.75, 0.5),
            },
        ),
    ),
    misconceptions=(
        Misconception(
            "eps outside the roots",
            with_delta(lambda v, u, g, e: (np.sqrt(u) + e) / (np.sqrt(v) + e) * g),
            "Your eps stands outside the roots, as in AdaGrad. Here it is inside both.",
            "What is added to what: eps to a mean, or to its root?",
        ),
        Misconception(
            "eps below only",
            with_delta(lambda v, u, g, e: np.sqrt(u) / root(v, e) * g),
            "Without an eps under the upper root, no step is ever taken: `u` starts at 0.",
            "What makes the first step possible?",
        ),
        Misconception(
            "roots forgotten",
            with_delta(lambda v, u, g, e: (u + e) / (v + e) * g),
            "You divide squares by squares.",
            "In which unit is a mean of squared steps, and in which should the step be?",
        ),
        Misconception(
            "means exchanged",
            with_delta(lambda v, u, g, e: root(v, e) / root(u, e) * g),
            "Your fraction stands on its head.",
            "Large gradients should make the step shorter: which mean belongs below?",
        ),
        Misconception(
            "mean of steps not used",
            with_delta(lambda v, u, g, e: g / root(v, e)),
            "The size of the old steps does nothing in your step, which has no unit then.",
            "What does `u` say, and where does it enter?",
        ),
        Misconception(
            "new mean of steps too early",
            new_mean_of_steps,
            "Your step is scaled by the mean of steps that holds this very step.",
            "Which of the four lines comes last?",
        ),
        Misconception(
            "step with the old mean of squares",
            old_mean_of_squares,
            "You divide by the mean of squares as it was before this gradient.",
            "Which of the four lines comes first?",
        ),
        Misconception(
            "mean of steps not renewed",
            with_means(fading, lambda u, d, rho: u),
            "The mean of squared steps stays as it was.",
            "What will the next step have to know about this one?",
        ),
        Misconception(
            "nothing forgotten",
            with_means(lambda v, g, rho: v + g**2, lambda u, d, rho: u + d**2),
            "You add up the squares, as AdaGrad does; here they fade.",
            "What is the old mean multiplied by, and what the new square?",
        ),
        Misconception(
            "weights of the means exchanged",
            with_means(
                lambda v, g, rho: fading(v, g, 0) * rho + (1 - rho) * v,
                lambda u, d, rho: fading(u, d, 0) * rho + (1 - rho) * u,
            ),
            "Your means forget nearly all at each step: the weights of old and new have changed "
            "places.",
            "rho is close to 1: which of the two should it keep?",
        ),
        Misconception(
            "uphill",
            uphill,
            "Your step makes the loss larger.",
            "The gradient points to where the loss rises: which way do you want to go?",
        ),
        Misconception(
            "order of the means",
            lambda *arguments: adadelta_step(*arguments)[[0, 2, 1]],
            "All three rows are right, in another order.",
            "Which of the two means is asked for first?",
        ),
    ),
    remark="No rate is left: the step has the unit of the weights, and its size is that of the "
    "steps before.",
)

ANSWERS = Answers(
    right=variants("""
## plain
def adadelta_step(W, v, u, gradient, rho, eps):
    v = rho * v + (1 - rho) * gradient**2
    delta = np.sqrt(u + eps) / np.sqrt(v + eps) * gradient
    u = rho * u + (1 - rho) * delta**2
    return np.stack([W - delta, v, u])
## one root
def adadelta_step(W, v, u, gradient, rho, eps):
    v = rho * v + (1 - rho) * gradient**2
    delta = np.sqrt((u + eps) / (v + eps)) * gradient
    return np.array([W - delta, v, rho * u + (1 - rho) * delta**2])
## sgd_step with rates
def adadelta_step(W, v, u, gradient, rho, eps):
    v = rho * v + (1 - rho) * gradient**2
    rates = np.sqrt((u + eps) / (v + eps))
    u = rho * u + (1 - rho) * (rates * gradient) ** 2
    return np.stack([sgd_step(W, gradient, rates), v, u])
## negative step, as in the paper
def adadelta_step(W, v, u, gradient, rho, eps):
    v = rho * v + (1 - rho) * gradient**2
    dx = -np.sqrt(u + eps) / np.sqrt(v + eps) * gradient
    u = rho * u + (1 - rho) * dx**2
    return np.stack([W + dx, v, u])
## nested function
def adadelta_step(W, v, u, gradient, rho, eps):
    def mean(old, new):
        return rho * old + (1 - rho) * new**2
    v = mean(v, gradient)
    delta = (u + eps) ** 0.5 / (v + eps) ** 0.5 * gradient
    return np.stack([W - delta, v, mean(u, delta)])
## root mean squares
def adadelta_step(W, v, u, gradient, rho, eps):
    rms = lambda mean: np.sqrt(mean + eps)
    v_new = rho * v + (1 - rho) * gradient * gradient
    step = rms(u) * gradient / rms(v_new)
    u_new = rho * u + (1 - rho) * step * step
    return np.stack([W - step, v_new, u_new])
## room first
def adadelta_step(W, v, u, gradient, rho, eps):
    out = np.empty((3, *W.shape))
    out[1] = rho * v + (1 - rho) * gradient**2
    delta = np.sqrt(u + eps) / np.sqrt(out[1] + eps) * gradient
    out[0] = W - delta
    out[2] = rho * u + (1 - rho) * delta**2
    return out
## other names
def adadelta_step(w, Eg2, Edx2, g, decay, epsilon):
    Eg2 = decay * Eg2 + (1 - decay) * g**2
    dx = np.sqrt(Edx2 + epsilon) / np.sqrt(Eg2 + epsilon) * g
    Edx2 = decay * Edx2 + (1 - decay) * dx**2
    return np.stack([w - dx, Eg2, Edx2], axis=0)
## copies, then in place
def adadelta_step(W, v, u, gradient, rho, eps):
    W, v, u = W.astype(float), v.astype(float), u.astype(float)
    v *= rho
    v += (1 - rho) * gradient**2
    delta = np.sqrt(u + eps) / np.sqrt(v + eps) * gradient
    u *= rho
    u += (1 - rho) * delta**2
    W -= delta
    return np.stack([W, v, u])
## entry by entry
def adadelta_step(W, v, u, gradient, rho, eps):
    new = np.zeros((3,) + W.shape)
    for place in np.ndindex(*W.shape):
        mean = rho * v[place] + (1 - rho) * gradient[place] ** 2
        delta = ((u[place] + eps) / (mean + eps)) ** 0.5 * gradient[place]
        new[(0,) + place] = W[place] - delta
        new[(1,) + place] = mean
        new[(2,) + place] = rho * u[place] + (1 - rho) * delta**2
    return new
## a step of the mean
def adadelta_step(W, v, u, gradient, rho, eps):
    v = v + (1 - rho) * (gradient**2 - v)
    delta = np.sqrt(u + eps) / np.sqrt(v + eps) * gradient
    u = u + (1 - rho) * (delta**2 - u)
    return np.stack([W - delta, v, u])
## type hints
def adadelta_step(
    W: np.ndarray, v: np.ndarray, u: np.ndarray, gradient: np.ndarray, rho: float, eps: float
) -> np.ndarray:
    squares: np.ndarray = rho * v + (1 - rho) * np.square(gradient)
    delta: np.ndarray = np.sqrt(u + eps) / np.sqrt(squares + eps) * gradient
    return np.stack([W - delta, squares, rho * u + (1 - rho) * np.square(delta)])
## float32 result
def adadelta_step(W, v, u, gradient, rho, eps):
    v = rho * v + (1 - rho) * gradient**2
    delta = np.sqrt(u + eps) / np.sqrt(v + eps) * gradient
    return np.stack([W - delta, v, rho * u + (1 - rho) * delta**2]).astype(np.float32)
"""),
    wrong=variants("""
## eps outside the roots
def adadelta_step(W, v, u, gradient, rho, eps):
    v = rho * v + (1 - rho) * gradient**2
    delta = (np.sqrt(u) + eps) / (np.sqrt(v) + eps) * gradient
    return np.stack([W - delta, v, rho * u + (1 - rho) * delta**2])
## eps below only
def adadelta_step(W, v, u, gradient, rho, eps):
    v = rho * v + (1 - rho) * gradient**2
    delta = np.sqrt(u) / np.sqrt(v + eps) * gradient
    return np.stack([W - delta, v, rho * u + (1 - rho) * delta**2])
## roots forgotten
def adadelta_step(W, v, u, gradient, rho, eps):
    v = rho * v + (1 - rho) * gradient**2
    delta = (u + eps) / (v + eps) * gradient
    return np.stack([W - delta, v, rho * u + (1 - rho) * delta**2])
## means exchanged
def adadelta_step(W, v, u, gradient, rho, eps):
    v = rho * v + (1 - rho) * gradient**2
    delta = np.sqrt(v + eps) / np.sqrt(u + eps) * gradient
    return np.stack([W - delta, v, rho * u + (1 - rho) * delta**2])
## mean of steps not used
def adadelta_step(W, v, u, gradient, rho, eps):
    v = rho * v + (1 - rho) * gradient**2
    delta = gradient / np.sqrt(v + eps)
    return np.stack([W - delta, v, rho * u + (1 - rho) * delta**2])
## new mean of steps too early
def adadelta_step(W, v, u, gradient, rho, eps):
    v = rho * v + (1 - rho) * gradient**2
    delta = np.sqrt(u + eps) / np.sqrt(v + eps) * gradient
    u = rho * u + (1 - rho) * delta**2
    return np.stack([W - np.sqrt(u + eps) / np.sqrt(v + eps) * gradient, v, u])
## step with the old mean of squares
def adadelta_step(W, v, u, gradient, rho, eps):
    delta = np.sqrt(u + eps) / np.sqrt(v + eps) * gradient
    v = rho * v + (1 - rho) * gradient**2
    return np.stack([W - delta, v, rho * u + (1 - rho) * delta**2])
## mean of steps not renewed
def adadelta_step(W, v, u, gradient, rho, eps):
    v = rho * v + (1 - rho) * gradient**2
    delta = np.sqrt(u + eps) / np.sqrt(v + eps) * gradient
    return np.stack([W - delta, v, u])
## nothing forgotten
def adadelta_step(W, v, u, gradient, rho, eps):
    v = v + gradient**2
    delta = np.sqrt(u + eps) / np.sqrt(v + eps) * gradient
    return np.stack([W - delta, v, u + delta**2])
## weights of the means exchanged
def adadelta_step(W, v, u, gradient, rho, eps):
    v = (1 - rho) * v + rho * gradient**2
    delta = np.sqrt(u + eps) / np.sqrt(v + eps) * gradient
    return np.stack([W - delta, v, (1 - rho) * u + rho * delta**2])
## uphill
def adadelta_step(W, v, u, gradient, rho, eps):
    v = rho * v + (1 - rho) * gradient**2
    delta = np.sqrt(u + eps) / np.sqrt(v + eps) * gradient
    return np.stack([W + delta, v, rho * u + (1 - rho) * delta**2])
## order of the means
def adadelta_step(W, v, u, gradient, rho, eps):
    v = rho * v + (1 - rho) * gradient**2
    delta = np.sqrt(u + eps) / np.sqrt(v + eps) * gradient
    return np.stack([W - delta, rho * u + (1 - rho) * delta**2, v])
## changes its argument
def adadelta_step(W, v, u, gradient, rho, eps):
    v *= rho
    v += (1 - rho) * gradient**2
    delta = np.sqrt(u + eps) / np.sqrt(v + eps) * gradient
    return np.stack([W - delta, v, rho * u + (1 - rho) * delta**2])
## a tuple
def adadelta_step(W, v, u, gradient, rho, eps):
    v = rho * v + (1 - rho) * gradient**2
    delta = np.sqrt(u + eps) / np.sqrt(v + eps) * gradient
    return W - delta, v, rho * u + (1 - rho) * delta**2
## gradients in the mean of steps
def adadelta_step(W, v, u, gradient, rho, eps):
    v = rho * v + (1 - rho) * gradient**2
    delta = np.sqrt(u + eps) / np.sqrt(v + eps) * gradient
    return np.stack([W - delta, v, rho * u + (1 - rho) * gradient**2])
"""),
)
