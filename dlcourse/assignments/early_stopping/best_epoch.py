"""The epoch of the last improvement."""

from collections.abc import Callable, Iterable

import numpy as np

from dlcourse._validation import FloatArray
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import array, single
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part
from dlcourse.stopping import best_epoch


def curves(rng: np.random.Generator) -> Iterable[tuple[FloatArray, float]]:
    """Draw validation curves that fall and rise with noise, and a min_delta for each."""
    for epochs, min_delta in ((4, 0.0), (6, 0.1), (9, 0.25), (40, 0.03)):
        way = np.linspace(-1, 1.2, epochs)
        curve = 0.5 + way**2 + 0.2 * rng.normal(size=epochs)
        yield curve.round(2) if epochs < 10 else curve, min_delta


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw arguments for `best_epoch`."""
    return curves(rng)


def last_below(falls: Callable[[FloatArray, int, int, float], bool]) -> Callable[..., int]:
    """Make a search with another improvement: of the curve, the best, this epoch, min_delta."""

    def search(curve: FloatArray, min_delta: float) -> int:
        best = 0
        for epoch in range(1, len(curve)):
            if falls(curve, best, epoch, min_delta):
                best = epoch
        return best

    return search


def first_low(curve: FloatArray, min_delta: float) -> int:
    """Give the epoch before the first that is no improvement."""
    for epoch in range(1, len(curve)):
        if not curve[epoch] < curve[epoch - 1] - min_delta:
            return epoch - 1
    return len(curve) - 1


def lowered(curve: FloatArray, min_delta: float) -> int:
    """Lower the best by min_delta at each improvement, and not to the loss of that epoch."""
    best, low = 0, curve[0]
    for epoch in range(1, len(curve)):
        if curve[epoch] < low - min_delta:
            best, low = epoch, low - min_delta
    return best


CREEPING = array([0.9, 0.85, 0.8, 0.75, 0.7, 0.65])

EXERCISE = Exercise(
    key="early_stopping/best_epoch",
    reference=best_epoch,
    parts=(
        Part(
            points=2,
            inputs=draw,
            edge_cases={
                "one epoch": (array([0.7]), 0.1),
                "a false rise": (array([0.9, 0.5, 0.6, 0.4]), 0.0),
                "a small rise": (array([1.0, 0.3, 0.35]), 0.1),
                "small falls that add up": (array([1.0, 0.55, 0.5, 0.44]), 0.1),
                "the same loss twice": (array([0.9, 0.5, 0.5, 0.8]), 0.0),
                "a curve that creeps": (CREEPING, 0.08),
                "a fall by just min_delta": (array([1.0, 0.75, 0.25]), 0.25),
                "large losses": (array([9.0, 8.5, 8.0, 7.0, 6.8]), 0.6),
                "single precision": (single([0.75, 0.5, 0.625, 0.25]), 0.125),
            },
        ),
    ),
    misconceptions=(
        Misconception(
            "min_delta ignored",
            lambda curve, min_delta: int(np.argmin(curve)),
            "This is the lowest point of the curve. A fall of `min_delta` or less does not count.",
            "By how much must an epoch be better than the best one before it?",
        ),
        Misconception(
            "compared with the epoch before",
            last_below(lambda c, best, e, d: bool(c[e] < c[e - 1] - d)),
            "You compare each epoch with the one just before it. After a bad epoch, a middling one "
            "then counts as an improvement.",
            "Which loss does a new low have to beat?",
        ),
        Misconception(
            "as good counts as better",
            last_below(lambda c, best, e, d: bool(c[e] <= c[best] - d)),
            "A fall by just `min_delta` counts as an improvement in your answer. It must be more.",
            "If `min_delta` is 0 and two epochs are alike, has the second one improved anything?",
        ),
        Misconception(
            "counted from one",
            lambda curve, min_delta: best_epoch(curve, min_delta) + 1,
            "Your number is too large by one: the first epoch is at position 0.",
            "What should the answer be for a curve with a single epoch?",
        ),
        Misconception(
            "loss instead of position",
            lambda curve, min_delta: float(curve[best_epoch(curve, min_delta)]),
            "This is the loss of the best epoch. Asked for is where it stands.",
            "Which position has this loss in the curve?",
        ),
        Misconception(
            "highest instead of lowest",
            last_below(lambda c, best, e, d: bool(c[e] > c[best] + d)),
            "You look for the highest point.",
            "Is a large loss good or bad?",
        ),
        Misconception(
            "min_delta to the wrong side",
            last_below(lambda c, best, e, d: bool(c[e] < c[best] + d)),
            "Epochs that are *worse* by less than `min_delta` count as improvements.",
            "Should `min_delta` make it harder or easier to improve?",
        ),
        Misconception(
            "min_delta as a share",
            last_below(lambda c, best, e, d: bool(c[e] < c[best] * (1 - d))),
            "You take `min_delta` as a share of the best loss. It is a difference of losses.",
            "With a best loss of 8 and `min_delta` 0.6, which loss is an improvement?",
        ),
        Misconception(
            "min_delta counted twice",
            last_below(lambda c, best, e, d: bool(c[e] < c[best] - d - d)),
            "An epoch must be better by twice `min_delta` in your answer.",
            "Where is `min_delta` taken off: when a loss is compared, when it is kept, or both?",
        ),
        Misconception(
            "the best falls by min_delta",
            lowered,
            "At an improvement your best loss falls by `min_delta`, and not to the loss of that "
            "epoch.",
            "After 0.9, 0.5 and with `min_delta` 0.1, what is the best loss so far?",
        ),
        Misconception(
            "the first low",
            first_low,
            "You stop looking at the first epoch that is no improvement.",
            "Can a curve fall again after a rise?",
        ),
    ),
    remark="The rule needs the curve alone, not the weights.",
    words={"rows of `curve`": "epochs"},
)

ANSWERS = Answers(
    right=variants("""
## plain
def best_epoch(curve, min_delta):
    best = 0
    for epoch in range(1, len(curve)):
        if curve[epoch] < curve[best] - min_delta:
            best = epoch
    return best
## enumerate
def best_epoch(curve, min_delta):
    best = 0
    for epoch, loss in enumerate(curve):
        if loss < curve[best] - min_delta:
            best = epoch
    return best
## loss kept too
def best_epoch(curve, min_delta):
    best, lowest = 0, curve[0]
    for epoch, loss in enumerate(curve):
        if loss < lowest - min_delta:
            best, lowest = epoch, loss
    return best
## from infinity
def best_epoch(curve, min_delta):
    lowest = np.inf
    position = -1
    for epoch in range(len(curve)):
        if curve[epoch] < lowest - min_delta:
            lowest = curve[epoch]
            position = epoch
    return position
## while
def best_epoch(curve, min_delta):
    best = 0
    epoch = 1
    while epoch < len(curve):
        if curve[best] - curve[epoch] > min_delta:
            best = epoch
        epoch += 1
    return best
## jump to the next improvement
def best_epoch(curve, min_delta):
    best = 0
    while True:
        better = np.flatnonzero(curve[best + 1:] < curve[best] - min_delta)
        if len(better) == 0:
            return best
        best = best + 1 + int(better[0])
## recursion
def best_epoch(curve, min_delta):
    if len(curve) == 1:
        return 0
    before = best_epoch(curve[:-1], min_delta)
    return len(curve) - 1 if curve[-1] < curve[before] - min_delta else before
## list of improvements
def best_epoch(curve, min_delta):
    improvements = [0]
    for epoch in range(1, len(curve)):
        if curve[epoch] < curve[improvements[-1]] - min_delta:
            improvements.append(epoch)
    return improvements[-1]
## continue
def best_epoch(curve, min_delta):
    best = 0
    for epoch in range(1, len(curve)):
        if curve[epoch] >= curve[best] - min_delta:
            continue
        best = epoch
    return best
## goal
def best_epoch(curve, min_delta):
    best = 0
    goal = curve[0] - min_delta
    for epoch in range(1, len(curve)):
        if curve[epoch] < goal:
            best = epoch
            goal = curve[epoch] - min_delta
    return best
## flag of improvement
def best_epoch(curve, min_delta):
    best = 0
    for epoch in range(1, len(curve)):
        gain = curve[best] - curve[epoch]
        improved = gain > min_delta
        if improved:
            best = epoch
    return best
## reduce
from functools import reduce

def best_epoch(curve, min_delta):
    def better(best, epoch):
        return epoch if curve[epoch] < curve[best] - min_delta else best
    return reduce(better, range(1, len(curve)), 0)
## zip
def best_epoch(curve, min_delta=0.0):
    best, lowest = 0, float(curve[0])
    for epoch, loss in zip(range(1, len(curve)), curve[1:]):
        if float(loss) + min_delta < lowest:
            best = epoch
            lowest = float(loss)
    return best
## type hints
def best_epoch(curve: np.ndarray, min_delta: float) -> int:
    '''Position of the last improvement.'''
    best: int = 0
    for epoch in range(1, len(curve)):
        low: float = curve[best] - min_delta
        if low > curve[epoch]:
            best = epoch
    return best
"""),
    wrong=variants("""
## min_delta ignored
def best_epoch(curve, min_delta):
    return int(np.argmin(curve))
## compared with the epoch before
def best_epoch(curve, min_delta):
    best = 0
    for epoch in range(1, len(curve)):
        if curve[epoch] < curve[epoch - 1] - min_delta:
            best = epoch
    return best
## as good counts as better
def best_epoch(curve, min_delta):
    best = 0
    for epoch in range(1, len(curve)):
        if curve[epoch] <= curve[best] - min_delta:
            best = epoch
    return best
## counted from one
def best_epoch(curve, min_delta):
    best = 0
    for epoch in range(1, len(curve)):
        if curve[epoch] < curve[best] - min_delta:
            best = epoch
    return best + 1
## loss instead of position
def best_epoch(curve, min_delta):
    best = curve[0]
    for loss in curve:
        if loss < best - min_delta:
            best = loss
    return best
## highest instead of lowest
def best_epoch(curve, min_delta):
    best = 0
    for epoch in range(1, len(curve)):
        if curve[epoch] > curve[best] + min_delta:
            best = epoch
    return best
## min_delta to the wrong side
def best_epoch(curve, min_delta):
    best = 0
    for epoch in range(1, len(curve)):
        if curve[epoch] < curve[best] + min_delta:
            best = epoch
    return best
## min_delta as a share
def best_epoch(curve, min_delta):
    best = 0
    for epoch in range(1, len(curve)):
        if curve[epoch] < curve[best] * (1 - min_delta):
            best = epoch
    return best
## min_delta counted twice
def best_epoch(curve, min_delta):
    best, lowest = 0, np.inf
    for epoch, loss in enumerate(curve):
        if loss < lowest - min_delta:
            best, lowest = epoch, loss - min_delta
    return best
## the best falls by min_delta
def best_epoch(curve, min_delta):
    best, lowest = 0, curve[0]
    for epoch, loss in enumerate(curve):
        if lowest - loss > min_delta:
            best = epoch
            lowest -= min_delta
    return best
## the first low
def best_epoch(curve, min_delta):
    for epoch in range(1, len(curve)):
        if curve[epoch] >= curve[epoch - 1] - min_delta:
            return epoch - 1
    return len(curve) - 1
## the last epoch
def best_epoch(curve, min_delta):
    return len(curve) - 1
## compared with the first epoch
def best_epoch(curve, min_delta):
    best = 0
    for epoch in range(1, len(curve)):
        if curve[epoch] < curve[0] - min_delta:
            best = epoch
    return best
## first within min_delta of the lowest
def best_epoch(curve, min_delta):
    return int(np.flatnonzero(curve <= curve.min() + min_delta)[0])
## last of the lowest
def best_epoch(curve, min_delta):
    return len(curve) - 1 - int(np.argmin(curve[::-1]))
"""),
)
