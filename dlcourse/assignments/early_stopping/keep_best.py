"""The weights of the best epoch, while training changes them in place."""

from collections.abc import Iterable

import numpy as np

from dlcourse._validation import FloatArray
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import array, readable, single
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part


def keep_best(W: FloatArray, updates: FloatArray, losses: FloatArray) -> FloatArray:
    """Give the weights after the epoch with the lowest loss, the first one of several."""
    return np.asarray(W + updates[: int(np.argmin(losses)) + 1].sum(axis=0))


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw weights, what each epoch adds to them, and losses: a rise, then the lowest one."""
    for n, epochs in ((2, 4), (3, 5), (2, 6), (12, 20)):
        losses = rng.uniform(0.5, 1.5, size=epochs)
        losses[:2] = 0.75, 1.0
        losses[int(rng.integers(2, epochs - 1))] = 0.25
        size = n if n < 10 else 99
        numbers = (rng.normal(size=n), rng.normal(size=(epochs, n)), losses)
        yield tuple(readable(values, size) for values in numbers)


EXERCISE = Exercise(
    key="early_stopping/keep_best",
    reference=keep_best,
    parts=(
        Part(
            points=2,
            inputs=draw,
            edge_cases={
                "the first epoch is best": (
                    array([1, 2]),
                    array([[1, 1], [2, 0]]),
                    array([0.5, 0.75]),
                ),
                "the last epoch is best": (
                    array([1, 2]),
                    array([[1, 1], [2, 0]]),
                    array([0.75, 0.5]),
                ),
                "two are equally good": (
                    array([1]),
                    array([[1], [2], [4]]),
                    array([0.75, 0.5, 0.5]),
                ),
                "large losses": (array([1]), array([[1], [2], [4]]), array([9.0, 7.0, 8.0])),
                "single precision": (
                    single([1, 2]),
                    single([[1, 1], [2, 0], [0, 4]]),
                    single([0.75, 0.5, 1]),
                ),
            },
        ),
    ),
    misconceptions=(
        Misconception(
            "a view is kept",
            lambda W, updates, losses: W + updates.sum(axis=0),
            "These are the weights after the last epoch. A second name for an array that changes "
            "in place changes with it.",
            "How do you get an array of its own with the same numbers?",
        ),
        Misconception(
            "kept before the update",
            lambda W, updates, losses: W + updates[: int(np.argmin(losses))].sum(axis=0),
            "You keep the weights from before the best epoch. Its loss was measured after it.",
            "Which comes first in an epoch: the update, or the loss?",
        ),
        Misconception(
            "start left out",
            lambda W, updates, losses: updates[: int(np.argmin(losses)) + 1].sum(axis=0),
            "You add up the updates but forget where training starts.",
            "What are the weights before the first epoch?",
        ),
        Misconception(
            "only the best update",
            lambda W, updates, losses: W + updates[int(np.argmin(losses))],
            "You add the update of the best epoch alone.",
            "Which updates have been made by the end of the best epoch?",
        ),
        Misconception(
            "the last of equals",
            lambda W, updates, losses: (
                W + updates[: len(losses) - int(np.argmin(losses[::-1]))].sum(axis=0)
            ),
            "Of two equally good epochs you keep the later one.",
            "Is a loss that has been reached before an improvement?",
        ),
        Misconception(
            "highest loss",
            lambda W, updates, losses: W + updates[: int(np.argmax(losses)) + 1].sum(axis=0),
            "You keep the weights of the worst epoch.",
            "Should the loss be high or low?",
        ),
        Misconception(
            "the start is kept",
            lambda W, updates, losses: W + 0 * updates[0],
            "You hand back the weights that training started from.",
            "When are the kept weights replaced?",
        ),
        Misconception(
            "update taken away",
            lambda W, updates, losses: W - updates[: int(np.argmin(losses)) + 1].sum(axis=0),
            "You subtract the updates. They are what an epoch adds, their sign included.",
            "What must be done with an update to go where training went?",
        ),
    ),
    remark="Early stopping without this step hands over the weights of the last epoch.",
    words={"rows of `updates`": "epochs"},
)

ANSWERS = Answers(
    right=variants("""
## plain
def keep_best(W, updates, losses):
    W, lowest = W.copy(), np.inf
    for update, loss in zip(updates, losses):
        W += update
        if loss < lowest:
            lowest, kept = loss, W.copy()
    return kept
## new arrays
def keep_best(W, updates, losses):
    lowest = np.inf
    for epoch in range(len(losses)):
        W = W + updates[epoch]
        if losses[epoch] < lowest:
            lowest = losses[epoch]
            kept = W
    return kept
## sum up to the best
def keep_best(W, updates, losses):
    best = np.argmin(losses)
    return W + updates[:best + 1].sum(axis=0)
## cumulative sum
def keep_best(W, updates, losses):
    path = W + np.cumsum(updates, axis=0)
    return path[np.argmin(losses)]
## list of weights
def keep_best(W, updates, losses):
    path = []
    for update in updates:
        W = W + update
        path.append(W)
    return path[int(np.argmin(losses))]
## stop at the best
def keep_best(W, updates, losses):
    best = int(np.argmin(losses))
    for epoch in range(best + 1):
        W = W + updates[epoch]
    return W
## np.array as a copy
def keep_best(W, updates, losses):
    W = np.array(W)
    kept, best = np.array(W), 0
    for epoch in range(len(updates)):
        W += updates[epoch]
        if epoch == 0 or losses[epoch] < losses[best]:
            kept, best = np.array(W), epoch
    return kept
## filled in place
def keep_best(W, updates, losses):
    W = W.copy()
    kept = np.empty_like(W)
    lowest = losses[0] + 1
    for k in range(len(losses)):
        W[:] = W + updates[k]
        if losses[k] < lowest:
            lowest = losses[k]
            kept[:] = W
    return kept
## best_epoch
def keep_best(W, updates, losses):
    W, kept = W.copy(), W.copy()
    for epoch in range(len(losses)):
        W += updates[epoch]
        if best_epoch(losses[:epoch + 1], 0.0) == epoch:
            kept = W.copy()
    return kept
## from the end back
def keep_best(W, updates, losses):
    W = W + updates.sum(axis=0)
    for epoch in range(len(losses) - 1, int(np.argmin(losses)), -1):
        W = W - updates[epoch]
    return W
## min with a key
def keep_best(W, updates, losses):
    best = min(range(len(losses)), key=lambda epoch: losses[epoch])
    total = np.zeros(len(W))
    for epoch in range(best + 1):
        total = total + updates[epoch]
    return W + total
## product with ones
def keep_best(W, updates, losses):
    made = np.arange(len(losses)) <= np.argmin(losses)
    return W + made @ updates
## weight by weight (slow)
def keep_best(W, updates, losses):
    best = int(np.argmin(losses))
    kept = []
    for j in range(len(W)):
        w = W[j]
        for epoch in range(best + 1):
            w = w + updates[epoch, j]
        kept.append(w)
    return np.array(kept)
## type hints
def keep_best(W: np.ndarray, updates: np.ndarray, losses: np.ndarray) -> np.ndarray:
    '''Weights of the best epoch.'''
    now: np.ndarray = W.copy()
    kept: np.ndarray = W.copy()
    lowest: float = np.inf
    for epoch, loss in enumerate(losses):
        now += updates[epoch]
        if loss < lowest:
            lowest = loss
            kept = now.copy()
    return kept
"""),
    wrong=variants("""
## a view is kept
def keep_best(W, updates, losses):
    W, lowest = W.copy(), np.inf
    for update, loss in zip(updates, losses):
        W += update
        if loss < lowest:
            lowest, kept = loss, W
    return kept
## kept before the update
def keep_best(W, updates, losses):
    W, lowest = W.copy(), np.inf
    for update, loss in zip(updates, losses):
        if loss < lowest:
            lowest, kept = loss, W.copy()
        W += update
    return kept
## start left out
def keep_best(W, updates, losses):
    return np.cumsum(updates, axis=0)[np.argmin(losses)]
## only the best update
def keep_best(W, updates, losses):
    return W + updates[np.argmin(losses)]
## the last of equals
def keep_best(W, updates, losses):
    W, lowest = W.copy(), np.inf
    for update, loss in zip(updates, losses):
        W += update
        if loss <= lowest:
            lowest, kept = loss, W.copy()
    return kept
## highest loss
def keep_best(W, updates, losses):
    W, highest = W.copy(), -np.inf
    for update, loss in zip(updates, losses):
        W += update
        if loss > highest:
            highest, kept = loss, W.copy()
    return kept
## the start is kept
def keep_best(W, updates, losses):
    kept = W.copy()
    W = W.copy()
    for update, loss in zip(updates, losses):
        W += update
    return kept
## update taken away
def keep_best(W, updates, losses):
    W, lowest = W.copy(), np.inf
    for update, loss in zip(updates, losses):
        W -= update
        if loss < lowest:
            lowest, kept = loss, W.copy()
    return kept
## lowest never lowered
def keep_best(W, updates, losses):
    W = W.copy()
    kept, lowest = W.copy(), losses[0]
    for update, loss in zip(updates, losses):
        W += update
        if loss <= lowest:
            kept = W.copy()
    return kept
## kept at the first rise
def keep_best(W, updates, losses):
    W, before = W.copy(), np.inf
    for update, loss in zip(updates, losses):
        if loss > before:
            return W
        W += update
        before = loss
    return W
## the whole path
def keep_best(W, updates, losses):
    return W + np.cumsum(updates, axis=0)
## loss instead of weights
def keep_best(W, updates, losses):
    return losses.min()
## one update too many
def keep_best(W, updates, losses):
    best = int(np.argmin(losses))
    return W + updates[:best + 2].sum(axis=0)
"""),
)
