"""What all sub-networks say on average: every mask, weighed by its chance."""

from collections.abc import Callable, Iterable
from itertools import product

import numpy as np

from dlcourse._validation import FloatArray
from dlcourse.activations import sigmoid
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import array, readable
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part


def every_mask(n: int) -> FloatArray:
    """All rows of n zeros and ones."""
    return np.array(list(product((0.0, 1.0), repeat=n)))


def chances(masks: FloatArray, p: float) -> FloatArray:
    """Probability of each mask."""
    return np.asarray(np.where(masks == 1, 1 - p, p).prod(axis=1))


def mean_of_all_masks(h: FloatArray, w: FloatArray, p: float) -> float:
    """Mean probability of class 1 over all masks of the hidden outputs ``h``."""
    masks = every_mask(len(h))
    scores = w[0] + masks * h / (1 - p) @ w[1:]
    return float(chances(masks, p) @ sigmoid(scores))


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw hidden outputs, some of them 0, weights, and a probability to drop."""
    for n in (1, 2, 3, 7):
        h = np.maximum(rng.normal(0.5, 1.0, size=n), 0)
        h[0] = abs(h[0]) + 0.5
        w = rng.normal(scale=1.5, size=n + 1)
        yield readable(h, n), readable(w, n), float(rng.choice([0.2, 0.3, 0.6]))


def averaged(
    score: Callable[[FloatArray, FloatArray, FloatArray, float], FloatArray],
    chance: Callable[[FloatArray, float], FloatArray] = chances,
) -> Callable[[FloatArray, FloatArray, float], float]:
    """Average with a mistake in the score of a mask or in its chance."""

    def mean(h: FloatArray, w: FloatArray, p: float) -> float:
        masks = every_mask(len(h))
        return float(chance(masks, p) @ sigmoid(score(masks, h, w, p)))

    return mean


def right_score(masks: FloatArray, h: FloatArray, w: FloatArray, p: float) -> FloatArray:
    """Score of every sub-network."""
    return np.asarray(w[0] + masks * h / (1 - p) @ w[1:])


def bias_dropped_too(h: FloatArray, w: FloatArray, p: float) -> float:
    """Treat the unit of ones as one of those that are dropped."""
    return mean_of_all_masks(np.append(1, h), np.append(0, w), p)


EXERCISE = Exercise(
    key="dropout/mean_of_all_masks",
    reference=mean_of_all_masks,
    parts=(
        Part(
            points=3,
            inputs=draw,
            edge_cases={
                "one unit": (array([2.0]), array([0.0, 1.0]), 0.25),
                "half of the units": (array([1.0, 0.5]), array([-0.5, 1.0, 2.0]), 0.5),
                "nothing dropped": (array([1.0, 0.5]), array([-0.5, 1.0, 2.0]), 0.0),
                "integers": (np.array([1, 2]), np.array([1, -1, 1]), 0.2),
                "single precision": (
                    array([1, 2]).astype(np.float32),
                    array([1, -1, 1]).astype(np.float32),
                    0.2,
                ),
            },
        ),
    ),
    misconceptions=(
        Misconception(
            "the whole network",
            lambda h, w, p: float(sigmoid(w[0] + h @ w[1:])),
            "This is what the whole network says in one pass: the sigmoid of the mean score. The "
            "mean of the sigmoids is another number.",
            "What comes first here, the mean or the sigmoid?",
        ),
        Misconception(
            "all masks equally likely",
            averaged(right_score, lambda masks, p: np.full(len(masks), 1 / len(masks))),
            "You count all masks alike. That is right for p = 0.5 only.",
            "With p = 0.1, which is more likely: all units kept, or all dropped?",
        ),
        Misconception(
            "not scaled",
            averaged(lambda masks, h, w, p: w[0] + masks * h @ w[1:]),
            "Your sub-networks do not scale up what they keep.",
            "By what does inverted dropout multiply a kept output?",
        ),
        Misconception(
            "keep and drop exchanged",
            averaged(right_score, lambda masks, p: chances(masks, 1 - p)),
            "Your chances belong to the opposite masks.",
            "A mask that keeps all of N units: is its chance p to the N?",
        ),
        Misconception(
            "scaled by p",
            averaged(lambda masks, h, w, p: w[0] + masks * h / p @ w[1:]),
            "You divide what is kept by p.",
            "How often is a unit kept? That times the factor must be 1.",
        ),
        Misconception(
            "no bias",
            averaged(lambda masks, h, w, p: masks * h / (1 - p) @ w[1:]),
            "Your scores lack the bias.",
            "Which entry of `w` belongs to no unit?",
        ),
        Misconception(
            "the bias scaled too",
            averaged(lambda masks, h, w, p: (w[0] + masks * h @ w[1:]) / (1 - p)),
            "You scale up the bias, too; but it is never dropped.",
            "What does the unit of ones send under a mask?",
        ),
        Misconception(
            "mean of scores",
            lambda h, w, p: float(w[0] + h @ w[1:]),
            "This is the mean score; probabilities are asked for.",
            "What turns a score into a probability?",
        ),
        Misconception(
            "divided by the number of masks as well",
            lambda h, w, p: mean_of_all_masks(h, w, p) / 2 ** len(h),
            "You divide by the number of masks; but their chances sum to 1 already.",
            "What does the sum of all chances come to?",
        ),
        Misconception(
            "the bias at the end",
            averaged(lambda masks, h, w, p: w[-1] + masks * h / (1 - p) @ w[:-1]),
            "You take the last weight for the bias; it stands first.",
            "Which entry of `w` is the bias in this course?",
        ),
        Misconception(
            "the bias dropped too",
            bias_dropped_too,
            "You drop and scale the bias like a hidden unit. It belongs to every sub-network.",
            "How many masks are there for N hidden units?",
        ),
    ),
    remark="2 to the N sub-networks: 8 units have 256, 100 have more than there are seconds since "
    "the beginning of the world. Dropout never asks them all, and one pass comes close.",
)

ANSWERS = Answers(
    right=variants("""
## plain
def mean_of_all_masks(h, w, p):
    masks = every_mask(len(h))
    chances = np.where(masks == 1, 1 - p, p).prod(axis=1)
    scores = w[0] + (masks * h / (1 - p)) @ w[1:]
    return np.sum(chances / (1 + np.exp(-scores)))
## mask by mask
def mean_of_all_masks(h, w, p):
    total = 0.0
    for mask in product((0, 1), repeat=len(h)):
        mask = np.array(mask)
        chance = np.prod(np.where(mask == 1, 1 - p, p))
        score = w[0] + w[1:] @ (h * mask / (1 - p))
        total += chance / (1 + np.exp(-score))
    return total
## dropped first
def mean_of_all_masks(h, w, p):
    total = 0.0
    for kept in product((0, 1), repeat=len(h)):
        kept = np.array(kept)
        chance = (1 - p) ** kept.sum() * p ** (len(h) - kept.sum())
        dropped = h * kept / (1 - p)
        total = total + chance / (1 + np.exp(-(w[0] + w[1:] @ dropped)))
    return total
## all at once
def mean_of_all_masks(h, w, p):
    masks = every_mask(len(h))
    chances = np.where(masks == 1, 1 - p, p).prod(axis=1)
    scores = (masks * h / (1 - p)) @ w[1:] + w[0]
    return np.sum(chances / (1 + np.exp(-scores)))
## powers
def mean_of_all_masks(h, w, p):
    masks = every_mask(len(h))
    kept = masks.sum(axis=1)
    chances = (1 - p) ** kept * p ** (len(h) - kept)
    probabilities = 1 / (1 + np.exp(-(w[0] + masks @ (h * w[1:]) / (1 - p))))
    return chances @ probabilities
## bits of a number
def mean_of_all_masks(h, w, p):
    n, mean = len(h), 0.0
    for number in range(2**n):
        score, chance = float(w[0]), 1.0
        for j in range(n):
            if number >> j & 1:
                score += w[j + 1] * h[j] / (1 - p)
                chance *= 1 - p
            else:
                chance *= p
        mean += chance * 1 / (1 + np.exp(-score))
    return mean
## recursion
def mean_of_all_masks(h, w, p):
    def go(j, score):
        if j == len(h):
            return 1 / (1 + np.exp(-score))
        kept = go(j + 1, score + w[j + 1] * h[j] / (1 - p))
        return (1 - p) * kept + p * go(j + 1, score)
    return go(0, w[0])
## doubling
def mean_of_all_masks(h, w, p):
    scores, chances = np.array([w[0]], dtype=float), np.ones(1)
    for output, weight in zip(h, w[1:]):
        scores = np.concatenate([scores, scores + weight * output / (1 - p)])
        chances = np.concatenate([p * chances, (1 - p) * chances])
    return (chances / (1 + np.exp(-scores))).sum()
## indices
def mean_of_all_masks(h, w, p):
    n = len(h)
    masks = np.indices((2,) * n).reshape(n, -1).T
    weights = ((1 - p) ** masks * p ** (1 - masks)).prod(axis=1)
    s = w[0] + masks @ (w[1:] * h) / (1 - p)
    return (weights * (1 / (1 + np.exp(-s)))).sum()
## list, then sum
def mean_of_all_masks(h, w, p):
    terms = []
    for mask in product((False, True), repeat=len(h)):
        m = np.array(mask)
        s = w[0] + (w[1:] * h)[m].sum() / (1 - p)
        terms.append((1 - p) ** m.sum() * p ** (~m).sum() / (1 + np.exp(-s)))
    return sum(terms)
## meshgrid
def mean_of_all_masks(h, w, p):
    n = len(h)
    masks = np.array(np.meshgrid(*[[0, 1]] * n)).reshape(n, -1)
    scores = w[0] + (w[1:] * h) @ masks / (1 - p)
    chances = np.prod(np.where(masks, 1 - p, p), axis=0)
    return np.dot(chances, 1 / (1 + np.exp(-scores)))
## tanh
def mean_of_all_masks(h, w, p):
    masks = every_mask(len(h))
    chances = np.where(masks, 1 - p, p).prod(axis=1)
    scores = w[0] + masks * h / (1 - p) @ w[1:]
    return chances @ (0.5 + 0.5 * np.tanh(scores / 2))
## np.average
def mean_of_all_masks(h, w, p):
    masks = every_mask(len(h))
    chances = np.where(masks, 1 - p, p).prod(axis=1)
    scores = w[0] + masks * h / (1 - p) @ w[1:]
    return np.average(1 / (1 + np.exp(-scores)), weights=chances)
## type hints
def mean_of_all_masks(h: np.ndarray, w: np.ndarray, p: float) -> float:
    total: float = 0.0
    for mask in product((0, 1), repeat=len(h)):
        kept = np.array(mask)
        score: float = w[0] + (w[1:] * h * kept).sum() / (1 - p)
        total += float(np.prod(kept * (1 - p) + (1 - kept) * p) / (1 + np.exp(-score)))
    return total
"""),
    wrong=variants("""
## the whole network
def mean_of_all_masks(h, w, p):
    return 1 / (1 + np.exp(-(w[0] + w[1:] @ h)))
## all masks equally likely
def mean_of_all_masks(h, w, p):
    masks = every_mask(len(h))
    scores = w[0] + masks * h / (1 - p) @ w[1:]
    return np.mean(1 / (1 + np.exp(-scores)))
## not scaled
def mean_of_all_masks(h, w, p):
    masks = every_mask(len(h))
    chances = np.where(masks, 1 - p, p).prod(axis=1)
    return chances @ (1 / (1 + np.exp(-(w[0] + masks * h @ w[1:]))))
## keep and drop exchanged
def mean_of_all_masks(h, w, p):
    masks = every_mask(len(h))
    chances = np.where(masks, p, 1 - p).prod(axis=1)
    return chances @ (1 / (1 + np.exp(-(w[0] + masks * h / (1 - p) @ w[1:]))))
## scaled by p
def mean_of_all_masks(h, w, p):
    masks = every_mask(len(h))
    chances = np.where(masks, 1 - p, p).prod(axis=1)
    return chances @ (1 / (1 + np.exp(-(w[0] + masks * h / p @ w[1:]))))
## no bias
def mean_of_all_masks(h, w, p):
    masks = every_mask(len(h))
    chances = np.where(masks, 1 - p, p).prod(axis=1)
    return chances @ (1 / (1 + np.exp(-(masks * h / (1 - p) @ w[1:]))))
## the bias scaled too
def mean_of_all_masks(h, w, p):
    masks = every_mask(len(h))
    chances = np.where(masks, 1 - p, p).prod(axis=1)
    return chances @ (1 / (1 + np.exp(-(w[0] + masks * h @ w[1:]) / (1 - p))))
## mean of scores
def mean_of_all_masks(h, w, p):
    return w[0] + w[1:] @ h
## divided by the number of masks as well
def mean_of_all_masks(h, w, p):
    masks = every_mask(len(h))
    chances = np.where(masks, 1 - p, p).prod(axis=1)
    return np.mean(chances / (1 + np.exp(-(w[0] + masks * h / (1 - p) @ w[1:]))))
## sum without chances
def mean_of_all_masks(h, w, p):
    masks = every_mask(len(h))
    return np.sum(1 / (1 + np.exp(-(w[0] + masks * h / (1 - p) @ w[1:]))))
## the sign of the sigmoid
def mean_of_all_masks(h, w, p):
    masks = every_mask(len(h))
    chances = np.where(masks, 1 - p, p).prod(axis=1)
    return chances @ (1 / (1 + np.exp(w[0] + masks * h / (1 - p) @ w[1:])))
## the bias at the end
def mean_of_all_masks(h, w, p):
    masks = every_mask(len(h))
    chances = np.where(masks, 1 - p, p).prod(axis=1)
    return chances @ (1 / (1 + np.exp(-(w[-1] + masks * h / (1 - p) @ w[:-1]))))
## the mask that keeps all is left out
def mean_of_all_masks(h, w, p):
    masks = every_mask(len(h))[:-1]
    chances = np.where(masks, 1 - p, p).prod(axis=1)
    return chances @ (1 / (1 + np.exp(-(w[0] + masks * h / (1 - p) @ w[1:]))))
## the bias dropped too
def mean_of_all_masks(h, w, p):
    outputs = np.concatenate([[1.0], h])
    masks = every_mask(len(outputs))
    chances = np.where(masks == 1, 1 - p, p).prod(axis=1)
    return np.sum(chances / (1 + np.exp(-(masks * outputs / (1 - p)) @ w)))
## chances by logarithms
def mean_of_all_masks(h, w, p):
    masks = every_mask(len(h))
    kept = masks.sum(axis=1)
    log_chances = kept * np.log(1 - p) + (len(h) - kept) * np.log(p)
    scores = w[0] + (masks * h / (1 - p)) @ w[1:]
    return np.sum(np.exp(log_chances) / (1 + np.exp(-scores)))
"""),
    helpers=variants("""
## every_mask
from itertools import product

def every_mask(n):
    return np.array(list(product((0, 1), repeat=n)))
"""),
)
