"""A training loop that stops by itself and hands over its best weights."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np

from dlcourse._validation import FloatArray, IntArray
from dlcourse.assignments.early_stopping.epochs_run import (
    epochs_run,
    never_reset,
    rises_in_a_row,
    waiting,
)
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import class_numbers
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part
from dlcourse.linear import softmax_regression_gradient
from dlcourse.losses import cross_entropy
from dlcourse.stopping import best_epoch

Problem = tuple[FloatArray, IntArray, FloatArray, IntArray, FloatArray, float]


class Path(NamedTuple):
    """Weights and validation losses after each epoch, at most so many."""

    weights: list[FloatArray]
    losses: list[float]


def walk(
    X: FloatArray, y: IntArray, X_val: FloatArray, y_val: IntArray,
    W: FloatArray, learning_rate: float, epochs: int,
) -> Path:  # fmt: skip
    """Train a softmax regression to the end, in batches of 20, in the order of the rows."""
    weights, losses = [], []
    for _ in range(epochs):
        for start in range(0, len(X), 20):
            batch = slice(start, start + 20)
            W = W - learning_rate * softmax_regression_gradient(X[batch], y[batch], W)
        weights.append(W)
        losses.append(cross_entropy(X_val @ W[:, 1:].T + W[:, 0], y_val))
    return Path(weights, losses)


def stop_after(losses: list[float], patience: int) -> tuple[int, int]:
    """Give the last epoch that is run and the best one, as positions."""
    run = epochs_run(np.array(losses), patience, 0.0)
    return run - 1, best_epoch(losses[:run])


def best_before(
    missed: Callable[[FloatArray, int, int, float], int],
) -> Callable[[list[float], int], int]:
    """Make the choice of the best epoch of those that another count of the wait lets run."""
    return lambda losses, patience: best_epoch(
        losses[: waiting(missed)(np.array(losses), patience, 0.0)]
    )


Choose = Callable[[Path, int], FloatArray]


def loop(choose: Choose) -> Callable[..., FloatArray]:
    """Make a training loop that hands over the weights that `choose` takes from its path."""

    def train(
        X: FloatArray, y: IntArray, X_val: FloatArray, y_val: IntArray,
        W: FloatArray, learning_rate: float, patience: int, epochs: int,
    ) -> FloatArray:  # fmt: skip
        return choose(walk(X, y, X_val, y_val, W, learning_rate, epochs), patience)

    return train


def train_until(
    X: FloatArray, y: IntArray, X_val: FloatArray, y_val: IntArray,
    W: FloatArray, learning_rate: float, patience: int, epochs: int,
) -> FloatArray:  # fmt: skip
    """Train until the validation loss has had no new low for `patience` epochs.

    Returns the weights of the best epoch of those that were run.
    """
    path = walk(X, y, X_val, y_val, W, learning_rate, epochs)
    return path.weights[stop_after(path.losses, patience)[1]]


def problem(seed: int, n: int = 3, features: int = 1, K: int = 2) -> Problem:
    """Draw data that a large rate makes a restless curve of."""
    rng = np.random.default_rng(seed)
    X, X_val = rng.normal(size=(n, features)).round(1), rng.normal(size=(n, features)).round(1)
    y, y_val = class_numbers(rng, n, K), class_numbers(rng, n, K)
    W = rng.normal(scale=0.5, size=(K, features + 1)).round(1)
    return X, y, X_val, y_val, W, 2.0


# Seeds of `problem` with which training stops before a lower loss comes: one of a few hundred.
RESTLESS = {
    (3, 1, 2, 2, 9): (233, 534, 547, 912, 975, 1369, 2110, 2146, 2429, 2773, 2807, 3110),
    (4, 2, 3, 3, 12): (170, 188, 430, 1004, 1006, 1256, 2833, 2965, 3017, 3155, 3418, 3926),
    (30, 3, 4, 2, 20): (418, 1158, 1973, 1985, 3123, 3834, 3871, 4766, 5262, 5325, 7509, 7607),
}


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw data, weights to start from and settings; training stops before a lower loss comes."""
    for (n, features, K, patience, epochs), seeds in RESTLESS.items():
        yield *problem(int(rng.choice(seeds)), n, features, K), patience, epochs


def kept(choose: Callable[[list[float], int], int]) -> Callable[..., FloatArray]:
    """Make a loop that keeps the epoch that `choose` takes from losses and patience."""
    return loop(lambda path, patience: path.weights[choose(path.losses, patience)])


def on_training_loss(
    X: FloatArray, y: IntArray, X_val: FloatArray, y_val: IntArray,
    W: FloatArray, learning_rate: float, patience: int, epochs: int,
) -> FloatArray:  # fmt: skip
    """Watch the loss on the training set."""
    return train_until(X, y, X, y, W, learning_rate, patience, epochs)


def on_validation_data(
    X: FloatArray, y: IntArray, X_val: FloatArray, y_val: IntArray,
    W: FloatArray, learning_rate: float, patience: int, epochs: int,
) -> FloatArray:  # fmt: skip
    """Learn from the validation set."""
    return train_until(X_val, y_val, X_val, y_val, W, learning_rate, patience, epochs)


def one_epoch_early(
    X: FloatArray, y: IntArray, X_val: FloatArray, y_val: IntArray,
    W: FloatArray, learning_rate: float, patience: int, epochs: int,
) -> FloatArray:  # fmt: skip
    """Keep the weights from before the best epoch."""
    path = walk(X, y, X_val, y_val, W, learning_rate, epochs)
    return [W, *path.weights][stop_after(path.losses, patience)[1]]


EXERCISE = Exercise(
    key="early_stopping/train_until",
    reference=train_until,
    parts=(
        Part(
            "the loop",
            3,
            draw,
            {
                "one epoch": (*problem(35), 2, 1),
                "a lower loss after it has stopped": (*problem(233), 3, 8),
                "a fall that is no new low": (*problem(35), 2, 8),
                "every second epoch a new low": (*problem(138), 3, 8),
            },
            hint="Print epoch, loss and best epoch in your loop for the case below. In which epoch "
            "should it stop, and which weights did it keep?",
        ),
    ),
    misconceptions=(
        Misconception(
            "last weights",
            kept(lambda losses, patience: stop_after(losses, patience)[0]),
            "These are the weights of the last epoch that was run: either you return them, or what "
            "you kept is a second name for an array that `run_epoch` changes.",
            "When does an array of its own come into being?",
        ),
        Misconception(
            "never stops",
            kept(lambda losses, patience: int(np.argmin(losses))),
            "You find the best of *all* epochs. Training should have ended before that one.",
            "Which line of yours leaves the loop?",
        ),
        Misconception(
            "never stops, last weights",
            kept(lambda losses, patience: len(losses) - 1),
            "You train through all epochs and hand over what there is in the end.",
            "Which two things does early stopping do?",
        ),
        Misconception(
            "stops at the first rise",
            kept(lambda losses, patience: stop_after(losses, 1)[1]),
            "After the first epoch without a new low you find nothing better: either you stop "
            "there, whatever `patience` is, or you go on from the weights that were kept, where "
            "the next epoch is the same again.",
            "What is to be counted before training ends, and from which weights does it go on?",
        ),
        Misconception(
            "the first epoch's weights",
            kept(lambda losses, patience: 0),
            "These are the weights after the first epoch: to your function no later loss is a new "
            "low.",
            "Print the losses: do they fall, or does each epoch begin with the same weights? And "
            "with what is a loss compared?",
        ),
        Misconception(
            "rises in a row",
            kept(best_before(rises_in_a_row)),
            "A fall after a rise sets your wait back, though it is no new low.",
            "From which epoch on is the wait counted?",
        ),
        Misconception(
            "one epoch too patient",
            kept(lambda losses, patience: stop_after(losses, patience + 1)[1]),
            "You wait one epoch longer than `patience` says.",
            "With patience 1, how many epochs without a new low may follow the best?",
        ),
        Misconception(
            "kept before the epoch",
            one_epoch_early,
            "You keep the weights from before the best epoch. Its loss was measured after it.",
            "Which comes first in your loop: `run_epoch`, the loss, or the copy?",
        ),
        Misconception(
            "training loss watched",
            on_training_loss,
            "You watch the loss on the digits that the weights learn from.",
            "Which curve turns when the network learns by heart?",
        ),
        Misconception(
            "validation set learned",
            on_validation_data,
            "Your weights learn from the validation set. Then it can warn of nothing.",
            "Which examples may change the weights?",
        ),
        Misconception(
            "wait never set back",
            kept(best_before(never_reset)),
            "You count all epochs without a new low together. After a new low the wait begins "
            "anew.",
            "What becomes of the wait when a new low comes?",
        ),
    ),
    remark="That is all there is to it: a copy, a curve and a wait.",
    words={"rows of `X`": "examples", "rows of `W`": "classes"},
)

HEAD = "def train_until(X, y, X_val, y_val, W, learning_rate, patience, epochs):"
ANSWERS = Answers(
    right=variants(
        """
## plain
@
    W, losses = W.copy(), []
    for epoch in range(epochs):
        run_epoch(W, X, y, learning_rate)
        losses.append(mean_loss(W, X_val, y_val))
        best = best_epoch(losses, 0.0)
        if best == epoch:
            kept = W.copy()
        if epoch - best >= patience:
            break
    return kept
## lowest and wait
@
    W, lowest, wait = W.copy(), np.inf, 0
    for epoch in range(epochs):
        run_epoch(W, X, y, learning_rate)
        loss = mean_loss(W, X_val, y_val)
        if loss < lowest:
            lowest, wait, kept = loss, 0, W.copy()
        else:
            wait += 1
            if wait >= patience:
                break
    return kept
## while
@
    W = W.copy()
    kept, lowest, wait, epoch = W.copy(), np.inf, 0, 0
    while epoch < epochs and wait < patience:
        run_epoch(W, X, y, learning_rate)
        loss = mean_loss(W, X_val, y_val)
        wait += 1
        if loss < lowest:
            kept, lowest, wait = W.copy(), loss, 0
        epoch += 1
    return kept
## path of copies
@
    W = W.copy()
    path, losses = [], []
    for _ in range(epochs):
        run_epoch(W, X, y, learning_rate)
        path.append(W.copy())
        losses.append(mean_loss(W, X_val, y_val))
        if len(losses) - 1 - int(np.argmin(losses)) >= patience:
            break
    return path[int(np.argmin(losses))]
## epochs_run afterwards
@
    W = W.copy()
    path, losses = [], []
    for _ in range(epochs):
        run_epoch(W, X, y, learning_rate)
        path.append(W.copy())
        losses.append(mean_loss(W, X_val, y_val))
    n = epochs_run(np.array(losses), patience, 0.0)
    return path[int(np.argmin(losses[:n]))]
## return from the loop
@
    W, best, lowest = W.copy(), 0, np.inf
    for epoch in range(1, epochs + 1):
        run_epoch(W, X, y, learning_rate)
        loss = mean_loss(W, X_val, y_val)
        if loss < lowest:
            best, lowest = epoch, loss
            kept = W.copy()
        if epoch == best + patience:
            return kept
    return kept
## np.array
@
    W = np.array(W)
    kept = np.array(W)
    losses = np.full(epochs, np.inf)
    for epoch in range(epochs):
        run_epoch(W, X, y, learning_rate)
        losses[epoch] = mean_loss(W, X_val, y_val)
        if np.argmin(losses) == epoch:
            kept = np.array(W)
        if epoch - np.argmin(losses) >= patience:
            return kept
    return kept
## kept array filled
@
    W = W.copy()
    kept = np.empty(W.shape)
    lowest, wait = None, 0
    for _ in range(epochs):
        run_epoch(W, X, y, learning_rate)
        loss = mean_loss(W, X_val, y_val)
        if lowest is None or loss < lowest:
            kept[...] = W
            lowest, wait = loss, 0
        else:
            wait = wait + 1
        if wait == patience:
            break
    return kept
## new array before each epoch
@
    lowest, best = np.inf, -1
    for epoch in range(epochs):
        W = W.copy()
        run_epoch(W, X, y, learning_rate)
        loss = mean_loss(W, X_val, y_val)
        if loss < lowest:
            lowest, best, kept = loss, epoch, W
        if epoch - best >= patience:
            break
    return kept
## pair of loss and weights
@
    W = W.copy()
    best, wait = (np.inf, W), 0
    for _ in range(epochs):
        run_epoch(W, X, y, learning_rate)
        loss = mean_loss(W, X_val, y_val)
        wait += 1
        if loss < best[0]:
            best, wait = (loss, W.copy()), 0
        if wait >= patience:
            break
    return best[1]
## nested function
@
    W = W.copy()

    def after_an_epoch():
        run_epoch(W, X, y, learning_rate)
        return mean_loss(W, X_val, y_val)

    lowest, left = after_an_epoch(), patience
    kept = W.copy()
    for _ in range(epochs - 1):
        loss = after_an_epoch()
        left -= 1
        if loss < lowest:
            lowest, left, kept = loss, patience, W.copy()
        if left == 0:
            break
    return kept
## trained anew
@
    now, losses = W.copy(), []
    for n in range(1, epochs + 1):
        run_epoch(now, X, y, learning_rate)
        losses.append(mean_loss(now, X_val, y_val))
        if n - 1 - best_epoch(losses, 0.0) >= patience:
            break
    again = W.copy()
    for _ in range(best_epoch(losses, 0.0) + 1):
        run_epoch(again, X, y, learning_rate)
    return again
## type hints
def train_until(
    X: np.ndarray, y: np.ndarray, X_val: np.ndarray, y_val: np.ndarray, W: np.ndarray,
    learning_rate: float, patience: int, epochs: int,
) -> np.ndarray:
    weights: np.ndarray = W.copy()
    kept: np.ndarray = W.copy()
    lowest: float = np.inf
    wait: int = 0
    for epoch in range(epochs):
        run_epoch(weights, X, y, learning_rate)
        loss: float = mean_loss(weights, X_val, y_val)
        improved: bool = loss < lowest
        if improved:
            lowest = loss
            kept = weights.copy()
            wait = 0
        else:
            wait += 1
        if wait >= patience:
            break
    return kept
""".replace("@", HEAD)
    ),
    wrong=variants(
        """
## last weights
@
    W, losses = W.copy(), []
    for epoch in range(epochs):
        run_epoch(W, X, y, learning_rate)
        losses.append(mean_loss(W, X_val, y_val))
        best = best_epoch(losses, 0.0)
        if best == epoch:
            kept = W
        if epoch - best >= patience:
            break
    return kept
## never stops
@
    W, lowest = W.copy(), np.inf
    for _ in range(epochs):
        run_epoch(W, X, y, learning_rate)
        loss = mean_loss(W, X_val, y_val)
        if loss < lowest:
            lowest, kept = loss, W.copy()
    return kept
## never stops, last weights
@
    W = W.copy()
    for _ in range(epochs):
        run_epoch(W, X, y, learning_rate)
    return W
## stops at the first rise
@
    W, lowest = W.copy(), np.inf
    for _ in range(epochs):
        run_epoch(W, X, y, learning_rate)
        loss = mean_loss(W, X_val, y_val)
        if loss >= lowest:
            break
        lowest, kept = loss, W.copy()
    return kept
## the first epoch's weights
@
    W, losses = W.copy(), []
    for epoch in range(epochs):
        run_epoch(W, X, y, learning_rate)
        losses.append(mean_loss(W, X_val, y_val))
        best = best_epoch(losses, patience)
        if best == epoch:
            kept = W.copy()
        if epoch - best >= patience:
            break
    return kept
## rises in a row
@
    W, lowest, before, wait = W.copy(), np.inf, np.inf, 0
    for _ in range(epochs):
        run_epoch(W, X, y, learning_rate)
        loss = mean_loss(W, X_val, y_val)
        wait = wait + 1 if loss >= before else 0
        before = loss
        if loss < lowest:
            lowest, kept = loss, W.copy()
        if wait >= patience:
            break
    return kept
## one epoch too patient
@
    W, lowest, wait = W.copy(), np.inf, 0
    for _ in range(epochs):
        run_epoch(W, X, y, learning_rate)
        loss = mean_loss(W, X_val, y_val)
        wait += 1
        if loss < lowest:
            lowest, wait, kept = loss, 0, W.copy()
        if wait > patience:
            break
    return kept
## kept before the epoch
@
    W, lowest, wait = W.copy(), np.inf, 0
    for _ in range(epochs):
        before = W.copy()
        run_epoch(W, X, y, learning_rate)
        loss = mean_loss(W, X_val, y_val)
        wait += 1
        if loss < lowest:
            lowest, wait, kept = loss, 0, before
        if wait >= patience:
            break
    return kept
## training loss watched
@
    W, lowest, wait = W.copy(), np.inf, 0
    for _ in range(epochs):
        run_epoch(W, X, y, learning_rate)
        loss = mean_loss(W, X, y)
        wait += 1
        if loss < lowest:
            lowest, wait, kept = loss, 0, W.copy()
        if wait >= patience:
            break
    return kept
## validation set learned
@
    W, lowest, wait = W.copy(), np.inf, 0
    for _ in range(epochs):
        run_epoch(W, X_val, y_val, learning_rate)
        loss = mean_loss(W, X_val, y_val)
        wait += 1
        if loss < lowest:
            lowest, wait, kept = loss, 0, W.copy()
        if wait >= patience:
            break
    return kept
## the start is kept
@
    kept, lowest, wait = W.copy(), np.inf, 0
    W = W.copy()
    for _ in range(epochs):
        run_epoch(W, X, y, learning_rate)
        loss = mean_loss(W, X_val, y_val)
        wait += 1
        if loss < lowest:
            lowest, wait = loss, 0
        if wait >= patience:
            break
    return kept
## wait never set back
@
    W, lowest, wait = W.copy(), np.inf, 0
    for _ in range(epochs):
        run_epoch(W, X, y, learning_rate)
        loss = mean_loss(W, X_val, y_val)
        if loss < lowest:
            lowest, kept = loss, W.copy()
        else:
            wait += 1
        if wait >= patience:
            break
    return kept
## all the losses
@
    W, losses = W.copy(), []
    for epoch in range(epochs):
        run_epoch(W, X, y, learning_rate)
        losses.append(mean_loss(W, X_val, y_val))
        if epoch - best_epoch(losses, 0.0) >= patience:
            break
    return np.array(losses)
## patience as the number of epochs
@
    W, lowest = W.copy(), np.inf
    for _ in range(min(patience, epochs)):
        run_epoch(W, X, y, learning_rate)
        loss = mean_loss(W, X_val, y_val)
        if loss < lowest:
            lowest, kept = loss, W.copy()
    return kept
""".replace("@", HEAD)
    ),
    helpers=variants("""
## run_epoch
def run_epoch(W, X, y, learning_rate):
    for start in range(0, len(X), 20):
        batch = slice(start, start + 20)
        Z = np.column_stack([np.ones(len(X[batch])), X[batch]])
        S = Z @ W.T
        P = np.exp(S - S.max(axis=1, keepdims=True))
        P = P / P.sum(axis=1, keepdims=True)
        P[np.arange(len(Z)), y[batch]] -= 1
        W -= learning_rate * P.T @ Z / len(Z)
## mean_loss
def mean_loss(W, X, y):
    S = X @ W[:, 1:].T + W[:, 0]
    S = S - S.max(axis=1, keepdims=True)
    return float(np.mean(np.log(np.exp(S).sum(axis=1)) - S[np.arange(len(y)), y]))
"""),
)
