"""Which rows are in a batch: an epoch's order, cut into pieces."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import sizes
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part


def batch(order: NDArray[np.intp], batch_size: int, k: int) -> NDArray[np.intp]:
    """Rows of batch number `k`, counted from 0; the last batch takes what is left.

    Parameters
    ----------
    order : ndarray of int, shape (n,)
        The numbers of all rows, in the order of this epoch.
    batch_size : int
        Rows in a batch.
    k : int
        Number of the batch, from 0 to the number of steps of an epoch minus 1.

    Returns
    -------
    ndarray of int, shape (batch_size,) or shorter
        A piece of `order`.

    Examples
    --------
    >>> batch(np.array([3, 0, 4, 1, 2]), 2, 0), batch(np.array([3, 0, 4, 1, 2]), 2, 2)
    (array([3, 0]), array([2]))
    """
    return order[k * batch_size : (k + 1) * batch_size]


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw an order, and its first batch, one in the middle and the last one, which is shorter."""
    for n, _ in sizes(rng):
        size = max(2, n // 3)
        n += n % size == 0
        steps = -(-n // size)
        for k in sorted({0, steps // 2, steps - 1}):
            yield rng.permutation(n).astype(int), size, k


ORDER = np.array([2, 3, 0, 1])

EXERCISE = Exercise(
    key="batches_and_noise/batch",
    reference=batch,
    parts=(
        Part(
            "the rows of a batch",
            2,
            draw,
            {
                "batches that fit": (ORDER, 2, 1),
                "more than there are": (ORDER, 5, 0),
            },
            hint="Write down the order of the case below and draw a line after each batch. Where "
            "does batch number k begin?",
        ),
    ),
    misconceptions=(
        Misconception(
            "places instead of rows",
            lambda order, batch_size, k: batch(np.arange(len(order)), batch_size, k),
            "These are places in the order, not the rows that stand there: the epoch would not be "
            "shuffled.",
            "What holds the numbers of the rows?",
        ),
        Misconception(
            "last batch dropped",
            lambda order, batch_size, k: (
                batch(order, batch_size, k)
                if (k + 1) * batch_size <= len(order)
                else np.array([], int)
            ),
            "Your last batch is empty where it should be shorter: some examples would never be "
            "used.",
            "What should happen to the rows that do not fill a batch?",
        ),
        Misconception(
            "last batch filled up",
            lambda order, batch_size, k: order.take(
                range(k * batch_size, (k + 1) * batch_size), mode="wrap"
            ),
            "You fill the last batch with rows from the start of the order: those would be used "
            "twice in an epoch.",
            "What should the last batch take, and what not?",
        ),
        Misconception(
            "last batch takes the last rows",
            lambda order, batch_size, k: order[
                max(0, min(k * batch_size, len(order) - batch_size)) :
            ][:batch_size],
            "Your last batch is full: it begins earlier, with rows of the batch before.",
            "Which rows has no batch used before the last one?",
        ),
        Misconception(
            "counted from 1",
            lambda order, batch_size, k: order[max(0, k - 1) * batch_size : k * batch_size],
            "You count the batches from 1; the first one is batch number 0.",
            "Where does batch number 0 begin, and where does it end?",
        ),
        Misconception(
            "starts at k",
            lambda order, batch_size, k: order[k : k + batch_size],
            "Your batch begins at place k of the order, so that batches overlap.",
            "How many rows have the batches before this one used?",
        ),
        Misconception(
            "every so many rows",
            lambda order, batch_size, k: order[k :: -(-len(order) // batch_size)],
            "You take rows from all over the order, each so many places apart.",
            "A batch is one piece of the order: where does it begin?",
        ),
        Misconception(
            "one row short",
            lambda order, batch_size, k: order[k * batch_size : (k + 1) * batch_size - 1],
            "The last row of each batch is missing.",
            "Does a slice have the place at its end, or does it stop before it?",
        ),
        Misconception(
            "everything from there",
            lambda order, batch_size, k: order[k * batch_size :],
            "Your batch begins in the right place and never ends.",
            "How many rows has it at most?",
        ),
    ),
    remark="Every row comes once in an epoch, and none is lost at the end.",
)

ANSWERS = Answers(
    right=variants("""
## slice
def batch(order, batch_size, k):
    return order[k * batch_size : (k + 1) * batch_size]
## start first
def batch(order, batch_size, k):
    start = k * batch_size
    return order[start : start + batch_size]
## end cut
def batch(order, batch_size, k):
    start = batch_size * k
    end = min(start + batch_size, len(order))
    return order[start:end]
## two slices
def batch(order, batch_size, k):
    return order[k * batch_size :][:batch_size]
## split
def batch(order, batch_size, k):
    return np.split(order, range(batch_size, len(order), batch_size))[k]
## list of all batches
def batch(order, batch_size, k):
    batches = [order[i : i + batch_size] for i in range(0, len(order), batch_size)]
    return batches[k]
## mask
def batch(order, batch_size, k):
    return order[np.arange(len(order)) // batch_size == k]
## places
def batch(order, batch_size, k):
    places = np.arange(k * batch_size, min((k + 1) * batch_size, order.size))
    return order[places]
## appended one by one
def batch(order, batch_size, k):
    rows = []
    for place in range(len(order)):
        if place // batch_size == k:
            rows.append(order[place])
    return np.array(rows)
## while
def batch(order, batch_size, k):
    while k > 0:
        order = order[batch_size:]
        k -= 1
    return order[:batch_size]
## delete
def batch(order, batch_size, k):
    left = np.delete(order, np.s_[: k * batch_size])
    return left[:batch_size]
## islice
from itertools import islice

def batch(order, batch_size, k):
    return np.array(list(islice(order, k * batch_size, (k + 1) * batch_size)))
## slice object
def batch(order: np.ndarray, batch_size: int, k: int) -> np.ndarray:
    piece = slice(k * batch_size, k * batch_size + batch_size)
    return np.copy(order[piece])
"""),
    wrong=variants("""
## places instead of rows
def batch(order, batch_size, k):
    return np.arange(k * batch_size, min((k + 1) * batch_size, len(order)))
## last batch dropped
def batch(order, batch_size, k):
    whole = order[: len(order) // batch_size * batch_size]
    return whole[k * batch_size : (k + 1) * batch_size]
## last batch filled up
def batch(order, batch_size, k):
    places = np.arange(k * batch_size, (k + 1) * batch_size)
    return order[places % len(order)]
## last batch takes the last rows
def batch(order, batch_size, k):
    end = min((k + 1) * batch_size, len(order))
    return order[max(0, end - batch_size) : end]
## counted from 1
def batch(order, batch_size, k):
    return order[(k - 1) * batch_size : k * batch_size] if k else order[:0]
## starts at k
def batch(order, batch_size, k):
    return order[k : k + batch_size]
## every so many rows
def batch(order, batch_size, k):
    steps = -(-len(order) // batch_size)
    return order[k::steps]
## one row short
def batch(order, batch_size, k):
    start = k * batch_size
    return order[start : start + batch_size - 1]
## everything from there
def batch(order, batch_size, k):
    return order[k * batch_size :]
## the batch size as the number of batches
def batch(order, batch_size, k):
    return np.array_split(order, batch_size)[k % batch_size]
## sorted rows
def batch(order, batch_size, k):
    return np.sort(order)[k * batch_size : (k + 1) * batch_size]
## shuffled once more
def batch(order, batch_size, k):
    return np.random.permutation(order)[k * batch_size : (k + 1) * batch_size]
## from the end
def batch(order, batch_size, k):
    return order[::-1][k * batch_size : (k + 1) * batch_size]
"""),
)
