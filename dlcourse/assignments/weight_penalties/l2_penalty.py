r"""The charge for squares: :math:`\lambda \sum w^2` over all weights that are no bias."""

from collections.abc import Callable, Iterable

import numpy as np

from dlcourse._validation import FloatArray
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import array, examples, kinds, sizes
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part


def l2_penalty(W: FloatArray, strength: float) -> float:
    """Charge for the squares of all weights but the biases."""
    return float(strength * (W[:, 1:] ** 2).sum())


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw a layer, a column of biases included, and a strength."""
    for units, inputs in sizes(rng):
        yield examples(rng, units, inputs + 1), round(float(rng.uniform(0.05, 0.9)), 2)


EDGE_CASES: dict[str, Arguments] = {
    "a large bias": (array([[50.0, 0.5, -2.0]]), 0.1),
    "a strength above 1": (array([[1.0, 2.0], [0.5, -3.0]]), 4.0),
    **kinds(array([[3, -1, 2], [1, 2, -4]]), 0.25),
}


def charged(
    size: Callable[[FloatArray], FloatArray], factor: float = 1.0
) -> Callable[[FloatArray, float], float]:
    """Make a penalty that counts something else of the weights."""
    return lambda W, strength: float(factor * strength * size(W[:, 1:]).sum())


EXERCISE = Exercise(
    key="weight_penalties/l2_penalty",
    reference=l2_penalty,
    parts=(Part(points=1, inputs=draw, edge_cases=EDGE_CASES),),
    misconceptions=(
        Misconception(
            "biases charged",
            lambda W, strength: float(strength * (W**2).sum()),
            "Your penalty charges for the biases, too.",
            "Which column of W holds the biases, and what should they cost?",
        ),
        Misconception(
            "absolute values",
            charged(np.abs),
            "Your penalty charges for absolute values: that is L1.",
            "What does the 2 in L2 say of each weight?",
        ),
        Misconception(
            "half the squares",
            charged(np.square, 0.5),
            "Your penalty is half of the one asked for.",
            "Does the formula of the task have a factor before the strength?",
        ),
        Misconception(
            "length instead of its square",
            lambda W, strength: float(strength * np.linalg.norm(W[:, 1:])),
            "You charge for the length of all weights together, the root of the sum of squares.",
            "Is there a root in the formula?",
        ),
        Misconception(
            "mean of the squares",
            lambda W, strength: float(strength * (W[:, 1:] ** 2).mean()),
            "You charge for the mean square of the weights.",
            "Does a layer with twice as many weights cost twice as much, or the same?",
        ),
        Misconception(
            "square of the sum",
            lambda W, strength: float(strength * W[:, 1:].sum() ** 2),
            "You add the weights up first and square the sum, so that signs cancel.",
            "Which comes first, the square or the sum?",
        ),
        Misconception(
            "strength squared",
            lambda W, strength: float(((strength * W[:, 1:]) ** 2).sum()),
            "The strength is squared together with the weights in your function.",
            "What exactly is squared in the formula?",
        ),
        Misconception(
            "first row left out",
            lambda W, strength: float(strength * (W[1:] ** 2).sum()),
            "You leave out the first unit instead of the biases.",
            "Is a bias for each unit a row or a column of W?",
        ),
        Misconception(
            "strength left out",
            lambda W, strength: float((W[:, 1:] ** 2).sum()),
            "The strength changes nothing in your function.",
            "By what should the sum of squares be multiplied?",
        ),
    ),
    remark="One number for a whole layer, whatever its biases are.",
    words={"rows of `W`": "units", "`W[:, 0]`": "the biases"},
)

ANSWERS = Answers(
    right=variants("""
## plain
def l2_penalty(W, strength):
    return strength * (W[:, 1:] ** 2).sum()
## np.sum
def l2_penalty(W, strength):
    return strength * np.sum(np.square(W[:, 1:]))
## norm squared
def l2_penalty(W, strength):
    return strength * np.linalg.norm(W[:, 1:]) ** 2
## all minus the biases
def l2_penalty(W, strength):
    return strength * ((W ** 2).sum() - (W[:, 0] ** 2).sum())
## loops
def l2_penalty(W, strength):
    total = 0.0
    for row in W:
        for w in row[1:]:
            total += w * w
    return strength * total
## biases set to zero in a copy
def l2_penalty(W, strength):
    free = W.copy()
    free[:, 0] = 0
    return strength * (free * free).sum()
## np.delete
def l2_penalty(W, strength):
    weights = np.delete(W, 0, axis=1)
    return strength * (weights ** 2).sum()
## dot of the flat weights
def l2_penalty(W, strength):
    w = W[:, 1:].ravel()
    return strength * (w @ w)
## einsum
def l2_penalty(W, strength):
    return strength * np.einsum("ij,ij->", W[:, 1:], W[:, 1:])
## unit by unit
def l2_penalty(W, strength):
    return sum(strength * np.sum(unit[1:] ** 2) for unit in W)
## trace
def l2_penalty(W, strength):
    V = W[:, 1:]
    return strength * np.trace(V @ V.T)
## type hints
def l2_penalty(W: np.ndarray, strength: float) -> float:
    squares: np.ndarray = np.power(W[:, 1:].astype(float), 2)
    return float(strength * squares.sum())
## mask of ones
def l2_penalty(W, strength):
    mask = np.ones(W.shape)
    mask[:, 0] = 0
    return strength * (mask * W ** 2).sum()
"""),
    wrong=variants("""
## biases charged
def l2_penalty(W, strength):
    return strength * np.sum(W ** 2)
## absolute values
def l2_penalty(W, strength):
    return strength * np.abs(W[:, 1:]).sum()
## half the squares
def l2_penalty(W, strength):
    return strength / 2 * (W[:, 1:] ** 2).sum()
## length instead of its square
def l2_penalty(W, strength):
    return strength * np.sqrt((W[:, 1:] ** 2).sum())
## mean of the squares
def l2_penalty(W, strength):
    return strength * np.mean(W[:, 1:] ** 2)
## square of the sum
def l2_penalty(W, strength):
    return strength * np.sum(W[:, 1:]) ** 2
## strength squared
def l2_penalty(W, strength):
    return np.sum((strength * W[:, 1:]) ** 2)
## first row left out
def l2_penalty(W, strength):
    return strength * (W[1:] ** 2).sum()
## strength left out
def l2_penalty(W, strength):
    return (W[:, 1:] ** 2).sum()
## last column left out
def l2_penalty(W, strength):
    return strength * (W[:, :-1] ** 2).sum()
## a penalty for each unit
def l2_penalty(W, strength):
    return strength * (W[:, 1:] ** 2).sum(axis=1)
## spectral norm
def l2_penalty(W, strength):
    return strength * np.linalg.norm(W[:, 1:], 2) ** 2
## only the first unit
def l2_penalty(W, strength):
    return strength * (W[0, 1:] ** 2).sum()
## biases set to zero in place
def l2_penalty(W, strength):
    W[:, 0] = 0
    return strength * (W ** 2).sum()
"""),
)
