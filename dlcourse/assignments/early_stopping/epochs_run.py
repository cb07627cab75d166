"""After how many epochs patience ends training."""

from collections.abc import Callable, Iterable

import numpy as np

from dlcourse._validation import FloatArray
from dlcourse.assignments.early_stopping.best_epoch import CREEPING, curves
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import array, single
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part
from dlcourse.stopping import EarlyStopping, best_epoch, should_stop


def epochs_run(curve: FloatArray, patience: int, min_delta: float) -> int:
    """Count the epochs that are run when training stops after `patience` without improvement."""
    stopping = EarlyStopping(patience, min_delta)
    counts = range(1, len(curve) + 1)
    return next((n for n in counts if should_stop(curve[:n].tolist(), stopping)), len(curve))


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw arguments for `epochs_run`; the last curve is longer than its patience."""
    for (curve, min_delta), patience in zip(curves(rng), (1, 2, 3, 4), strict=True):
        yield curve, patience, min_delta


def waiting(
    missed: Callable[[FloatArray, int, int, float], int], late: int = 0
) -> Callable[..., int]:
    """Make a stop with another count of the wait: of the curve, this epoch, the last count."""

    def run(curve: FloatArray, patience: int, min_delta: float) -> int:
        count = 0
        for epoch in range(len(curve)):
            count = missed(curve, epoch, count, min_delta)
            if count >= patience + late:
                return epoch + 1
        return len(curve)

    return run


def since_best(curve: FloatArray, epoch: int, min_delta: float) -> int:
    """Count the epochs since the last improvement."""
    return epoch - best_epoch(curve[: epoch + 1], min_delta)


def never_reset(curve: FloatArray, epoch: int, count: int, min_delta: float) -> int:
    """Count all epochs that brought no improvement."""
    return count + (since_best(curve, epoch, min_delta) > 0)


def rises_in_a_row(curve: FloatArray, epoch: int, count: int, min_delta: float) -> int:
    """Count the epochs since the last fall."""
    return count + 1 if epoch and curve[epoch] >= curve[epoch - 1] - min_delta else 0


def one_if_never(curve: FloatArray, patience: int, min_delta: float) -> int:
    """Take the first epoch for the last where no wait is over."""
    over = [since_best(curve, epoch, min_delta) >= patience for epoch in range(len(curve))]
    return int(np.argmax(over)) + 1


EXERCISE = Exercise(
    key="early_stopping/epochs_run",
    reference=epochs_run,
    parts=(
        Part(
            points=2,
            inputs=draw,
            edge_cases={
                "a last low after two rises": (
                    array([0.9, 0.5, 0.6, 0.55, 0.4, 0.7, 0.6, 0.8, 0.3]),
                    3,
                    0.0,
                ),
                "it never waits that long": (array([0.9, 0.5, 0.6, 0.4]), 3, 0.0),
                "one epoch": (array([0.7]), 2, 0.0),
                "patience 1": (array([0.9, 0.8, 0.85, 0.6]), 1, 0.0),
                "a curve that creeps": (CREEPING, 2, 0.2),
                "a curve that creeps, with patience": (CREEPING, 3, 0.12),
                "the last epoch ends the wait": (array([0.5, 0.7, 0.6]), 2, 0.0),
                "three losses alike": (array([0.9, 0.5, 0.5, 0.5, 0.4]), 2, 0.0),
                "single precision": (single([0.75, 0.5, 0.625, 0.625, 0.25]), 2, 0.125),
            },
        ),
    ),
    misconceptions=(
        Misconception(
            "position instead of count",
            lambda curve, patience, min_delta: epochs_run(curve, patience, min_delta) - 1,
            "Your number is too small by one: asked for is how many epochs are run.",
            "How many epochs have been run when the one at position 0 is over?",
        ),
        Misconception(
            "one epoch too patient",
            waiting(lambda c, e, n, d: since_best(c, e, d), late=1),
            "You wait one epoch longer than `patience` says.",
            "With patience 1, how many epochs without improvement are allowed to follow the best?",
        ),
        Misconception(
            "rises in a row",
            waiting(rises_in_a_row),
            "You compare with the epoch before, so a fall after a rise sets your wait back, though "
            "it is no new low.",
            "From which epoch on is the wait counted?",
        ),
        Misconception(
            "wait never set back",
            waiting(never_reset),
            "You count all epochs without improvement, also those before the last new low.",
            "What happens to the wait when there is a new low?",
        ),
        Misconception(
            "min_delta ignored",
            lambda curve, patience, min_delta: epochs_run(curve, patience, 0.0),
            "A fall of less than `min_delta` sets your wait back.",
            "Which falls count as improvements?",
        ),
        Misconception(
            "waits from the lowest point of all",
            lambda curve, patience, min_delta: min(
                best_epoch(curve, min_delta) + 1 + patience, len(curve)
            ),
            "You wait from the best epoch of the *whole* curve. When training stops, the rest of "
            "the curve does not exist.",
            "What can be known after epoch `n`?",
        ),
        Misconception(
            "best epoch instead of the last",
            lambda curve, patience, min_delta: (
                best_epoch(curve[: epochs_run(curve, patience, min_delta)], min_delta) + 1
            ),
            "This is the epoch whose weights are kept. Training goes on for a while after it.",
            "How many epochs are run after the best one before anyone stops?",
        ),
        Misconception(
            "never stops",
            lambda curve, patience, min_delta: len(curve),
            "Your training always runs to the end of the curve.",
            "Where does your function leave the loop?",
        ),
        Misconception(
            "one epoch where the wait is never over",
            one_if_never,
            "Where the wait is never over, your answer is 1.",
            "What does your search give where it finds nothing, as `argmax` gives 0?",
        ),
        Misconception(
            "stops at the first rise",
            lambda curve, patience, min_delta: epochs_run(curve, 1, min_delta),
            "You stop at the first epoch without improvement, whatever `patience` is.",
            "What should be counted before training ends?",
        ),
    ),
    remark="Nothing here looks at an epoch that has not been run yet.",
    words={"rows of `curve`": "epochs"},
)

ANSWERS = Answers(
    right=variants("""
## plain
def epochs_run(curve, patience, min_delta):
    for n in range(1, len(curve) + 1):
        if n - 1 - best_epoch(curve[:n], min_delta) >= patience:
            return n
    return len(curve)
## best kept in the loop
def epochs_run(curve, patience, min_delta):
    best = 0
    for epoch in range(len(curve)):
        if curve[epoch] < curve[best] - min_delta:
            best = epoch
        if epoch - best >= patience:
            return epoch + 1
    return len(curve)
## counter
def epochs_run(curve, patience, min_delta):
    lowest, wait = curve[0], 0
    for n in range(1, len(curve)):
        if curve[n] < lowest - min_delta:
            lowest, wait = curve[n], 0
        else:
            wait += 1
        if wait >= patience:
            return n + 1
    return len(curve)
## break
def epochs_run(curve, patience, min_delta):
    lowest, wait, n = np.inf, 0, 0
    for loss in curve:
        n += 1
        if loss < lowest - min_delta:
            lowest = loss
            wait = 0
        else:
            wait += 1
            if wait == patience:
                break
    return n
## while
def epochs_run(curve, patience, min_delta):
    best, n = 0, 1
    while n < len(curve) and n - 1 - best < patience:
        if curve[n] < curve[best] - min_delta:
            best = n
        n += 1
    return n
## next
def epochs_run(curve, patience, min_delta):
    stops = (n for n in range(1, len(curve) + 1)
             if n - best_epoch(curve[:n], min_delta) > patience)
    return next(stops, len(curve))
## list of stops
def epochs_run(curve, patience, min_delta):
    stops = [len(curve)]
    for n in range(1, len(curve)):
        if n - 1 - best_epoch(curve[:n], min_delta) >= patience:
            stops.append(n)
    return min(stops)
## patience left
def epochs_run(curve, patience, min_delta):
    lowest, left, n = curve[0], patience, 1
    for loss in curve[1:]:
        n += 1
        left -= 1
        if loss < lowest - min_delta:
            lowest, left = loss, patience
        if left == 0:
            return n
    return n
## array of bests
def epochs_run(curve, patience, min_delta):
    bests = np.array([best_epoch(curve[:n + 1], min_delta) for n in range(len(curve))])
    waits = np.arange(len(curve)) - bests
    over = np.flatnonzero(waits >= patience)
    return int(over[0]) + 1 if len(over) else len(curve)
## from one best to the next
def epochs_run(curve, patience, min_delta):
    best = 0
    while best + patience < len(curve):
        window = curve[best + 1:best + patience + 1]
        better = np.flatnonzero(window < curve[best] - min_delta)
        if len(better) == 0:
            return best + patience + 1
        best = best + 1 + int(better[0])
    return len(curve)
## for and else
def epochs_run(curve, patience, min_delta):
    best = 0
    for epoch, loss in enumerate(curve):
        if curve[best] - loss > min_delta:
            best = epoch
        elif epoch - best >= patience:
            break
    else:
        return len(curve)
    return epoch + 1
## recursion
def epochs_run(curve, patience, min_delta):
    if len(curve) == 1:
        return 1
    before = epochs_run(curve[:-1], patience, min_delta)
    stopped = before - 1 - best_epoch(curve[:before], min_delta) >= patience
    return before if stopped else len(curve)
## type hints
def epochs_run(curve: np.ndarray, patience: int, min_delta: float) -> int:
    '''Number of epochs until the wait is over.'''
    best: int = 0
    for epoch in range(1, len(curve)):
        if curve[epoch] < curve[best] - min_delta:
            best = epoch
        wait: int = epoch - best
        if wait >= patience:
            return epoch + 1
    return len(curve)
"""),
    wrong=variants("""
## position instead of count
def epochs_run(curve, patience, min_delta):
    best = 0
    for epoch in range(len(curve)):
        if curve[epoch] < curve[best] - min_delta:
            best = epoch
        if epoch - best >= patience:
            return epoch
    return len(curve) - 1
## one epoch too patient
def epochs_run(curve, patience, min_delta):
    best = 0
    for epoch in range(len(curve)):
        if curve[epoch] < curve[best] - min_delta:
            best = epoch
        if epoch - best > patience:
            return epoch + 1
    return len(curve)
## rises in a row
def epochs_run(curve, patience, min_delta):
    wait = 0
    for epoch in range(1, len(curve)):
        wait = 0 if curve[epoch] < curve[epoch - 1] - min_delta else wait + 1
        if wait >= patience:
            return epoch + 1
    return len(curve)
## wait never set back
def epochs_run(curve, patience, min_delta):
    lowest, wait = curve[0], 0
    for n in range(1, len(curve)):
        if curve[n] < lowest - min_delta:
            lowest = curve[n]
        else:
            wait += 1
        if wait >= patience:
            return n + 1
    return len(curve)
## min_delta ignored
def epochs_run(curve, patience, min_delta):
    best = 0
    for epoch in range(len(curve)):
        if curve[epoch] < curve[best]:
            best = epoch
        if epoch - best >= patience:
            return epoch + 1
    return len(curve)
## waits from the lowest point of all
def epochs_run(curve, patience, min_delta):
    return min(best_epoch(curve, min_delta) + patience + 1, len(curve))
## best epoch instead of the last
def epochs_run(curve, patience, min_delta):
    best = 0
    for epoch in range(len(curve)):
        if curve[epoch] < curve[best] - min_delta:
            best = epoch
        if epoch - best >= patience:
            break
    return best + 1
## never stops
def epochs_run(curve, patience, min_delta):
    return len(curve)
## one epoch where the wait is never over
def epochs_run(curve, patience, min_delta):
    waits = np.array([k - best_epoch(curve[:k + 1], min_delta) for k in range(len(curve))])
    return int(np.argmax(waits >= patience)) + 1
## stops at the first rise
def epochs_run(curve, patience, min_delta):
    for n in range(1, len(curve)):
        if curve[n] >= curve[:n].min() - min_delta:
            return n + 1
    return len(curve)
## one epoch too impatient
def epochs_run(curve, patience, min_delta):
    best = 0
    for epoch in range(len(curve)):
        if curve[epoch] < curve[best] - min_delta:
            best = epoch
        if epoch - best >= patience - 1:
            return epoch + 1
    return len(curve)
## patience as the number of epochs
def epochs_run(curve, patience, min_delta):
    return min(patience, len(curve))
## None where it does not stop
def epochs_run(curve, patience, min_delta):
    best = 0
    for epoch in range(len(curve)):
        if curve[epoch] < curve[best] - min_delta:
            best = epoch
        if epoch - best >= patience:
            return epoch + 1
## only the epochs of the wait
def epochs_run(curve, patience, min_delta):
    lowest, wait = curve[0], 0
    for n in range(1, len(curve)):
        if curve[n] < lowest - min_delta:
            lowest, wait = curve[n], 0
        else:
            wait += 1
        if wait >= patience:
            break
    return wait
"""),
)
