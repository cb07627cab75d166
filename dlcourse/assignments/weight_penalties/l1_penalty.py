r"""The charge for absolute values: :math:`\lambda \sum |w|` over all weights that are no bias."""

import numpy as np

from dlcourse._validation import FloatArray
from dlcourse.assignments.weight_penalties.l2_penalty import EDGE_CASES, charged, draw
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.spec import Exercise, Misconception, Part


def l1_penalty(W: FloatArray, strength: float) -> float:
    """Charge for the absolute values of all weights but the biases."""
    return float(strength * np.abs(W[:, 1:]).sum())


EXERCISE = Exercise(
    key="weight_penalties/l1_penalty",
    reference=l1_penalty,
    parts=(Part(points=1, inputs=draw, edge_cases=EDGE_CASES),),
    misconceptions=(
        Misconception(
            "biases charged",
            lambda W, strength: float(strength * np.abs(W).sum()),
            "Your penalty charges for the biases, too.",
            "Which column of W holds the biases, and what should they cost?",
        ),
        Misconception(
            "signs cancel",
            charged(lambda weights: weights),
            "You add the weights with their signs, so that they cancel.",
            "Should a weight of -2 make the others cheaper?",
        ),
        Misconception(
            "size of the sum",
            lambda W, strength: float(strength * abs(W[:, 1:].sum())),
            "You take the absolute value of the sum, where weights have cancelled already.",
            "Which comes first, the absolute value or the sum?",
        ),
        Misconception(
            "squares",
            charged(np.square),
            "Your penalty charges for squares: that is L2.",
            "What does the 1 in L1 say of each weight?",
        ),
        Misconception(
            "matrix norm",
            lambda W, strength: float(strength * np.linalg.norm(W[:, 1:], 1)),
            "np.linalg.norm(..., 1) of a matrix is the largest sum of a column, not that of all "
            "entries.",
            "How many of the weights does your number depend on?",
        ),
        Misconception(
            "mean",
            lambda W, strength: float(strength * np.abs(W[:, 1:]).mean()),
            "You charge for the mean size of the weights.",
            "Does a layer with twice as many weights cost twice as much, or the same?",
        ),
        Misconception(
            "strength left out",
            lambda W, strength: float(np.abs(W[:, 1:]).sum()),
            "The strength changes nothing in your function.",
            "By what should the sum be multiplied?",
        ),
        Misconception(
            "first row left out",
            lambda W, strength: float(strength * np.abs(W[1:]).sum()),
            "You leave out the first unit instead of the biases.",
            "Is a bias for each unit a row or a column of W?",
        ),
    ),
    remark="Halve a weight of 8 or one of 0.01: here both save in proportion, with squares they "
    "do not.",
    words={"rows of `W`": "units", "`W[:, 0]`": "the biases"},
)

ANSWERS = Answers(
    right=variants("""
## plain
def l1_penalty(W, strength):
    return strength * np.abs(W[:, 1:]).sum()
## np.sum
def l1_penalty(W, strength):
    return strength * np.sum(abs(W[:, 1:]))
## norm of the flat weights
def l1_penalty(W, strength):
    return strength * np.linalg.norm(W[:, 1:].ravel(), 1)
## all minus the biases
def l1_penalty(W, strength):
    return strength * (np.abs(W).sum() - np.abs(W[:, 0]).sum())
## loops
def l1_penalty(W, strength):
    total = 0.0
    for row in W:
        for w in row[1:]:
            total += abs(w)
    return strength * total
## sign times weight
def l1_penalty(W, strength):
    weights = W[:, 1:]
    return strength * (np.sign(weights) * weights).sum()
## positive and negative ones apart
def l1_penalty(W, strength):
    weights = W[:, 1:]
    return strength * (weights[weights > 0].sum() - weights[weights < 0].sum())
## root of squares, each
def l1_penalty(W, strength):
    return strength * np.sqrt(np.square(W[:, 1:])).sum()
## np.delete
def l1_penalty(W, strength):
    return strength * np.abs(np.delete(W, 0, axis=1)).sum()
## unit by unit
def l1_penalty(W, strength):
    return sum(strength * np.sum(np.abs(unit[1:])) for unit in W)
## np.maximum
def l1_penalty(W, strength):
    weights = W[:, 1:]
    return strength * np.maximum(weights, -weights).sum()
## type hints
def l1_penalty(W: np.ndarray, strength: float) -> float:
    sizes: np.ndarray = np.absolute(W[:, 1:].astype(float))
    return float(strength * sizes.sum())
## mask of ones
def l1_penalty(W, strength):
    mask = np.ones(W.shape)
    mask[:, 0] = 0
    return strength * (mask * np.abs(W)).sum()
"""),
    wrong=variants("""
## biases charged
def l1_penalty(W, strength):
    return strength * np.abs(W).sum()
## signs cancel
def l1_penalty(W, strength):
    return strength * W[:, 1:].sum()
## size of the sum
def l1_penalty(W, strength):
    return strength * np.abs(W[:, 1:].sum())
## squares
def l1_penalty(W, strength):
    return strength * (W[:, 1:] ** 2).sum()
## matrix norm
def l1_penalty(W, strength):
    return strength * np.linalg.norm(W[:, 1:], 1)
## mean
def l1_penalty(W, strength):
    return strength * np.abs(W[:, 1:]).mean()
## strength left out
def l1_penalty(W, strength):
    return np.abs(W[:, 1:]).sum()
## first row left out
def l1_penalty(W, strength):
    return strength * np.abs(W[1:]).sum()
## last column left out
def l1_penalty(W, strength):
    return strength * np.abs(W[:, :-1]).sum()
## a penalty for each unit
def l1_penalty(W, strength):
    return strength * np.abs(W[:, 1:]).sum(axis=1)
## negative weights go free
def l1_penalty(W, strength):
    return strength * np.maximum(W[:, 1:], 0).sum()
## largest weight
def l1_penalty(W, strength):
    return strength * np.abs(W[:, 1:]).max()
## length of all weights
def l1_penalty(W, strength):
    return strength * np.linalg.norm(W[:, 1:])
## biases set to zero in place
def l1_penalty(W, strength):
    W[:, 0] = 0
    return strength * np.abs(W).sum()
"""),
)
