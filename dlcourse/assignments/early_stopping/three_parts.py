"""A split into training, validation and test set, as a number for each example."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from dlcourse._validation import IntArray
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part


def three_parts(order: IntArray, n_validation: int, n_test: int) -> NDArray[np.int_]:
    """Tell for each example whether it is for training (0), validation (1) or test (2)."""
    parts = np.zeros(len(order), dtype=int)
    parts[order[:n_test]] = 2
    parts[order[n_test : n_test + n_validation]] = 1
    return parts


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw an order and the sizes of two sets, never alike."""
    for n, n_validation, n_test in ((5, 1, 2), (7, 3, 2), (10, 2, 4), (40, 9, 13)):
        yield rng.permutation(n).astype(int), n_validation, n_test


def cut(order: IntArray, first: int, second: int, one: int = 2, two: int = 1) -> IntArray:
    """Number the first so many of an order, then so many more."""
    parts = np.zeros(len(order), dtype=int)
    parts[order[:first]] = one
    parts[order[first : first + second]] = two
    return parts


def overlapping(order: IntArray, n_validation: int, n_test: int) -> IntArray:
    """Take both sets from the front."""
    parts = np.zeros(len(order), dtype=int)
    parts[order[:n_test]] = 2
    parts[order[:n_validation]] = 1
    return parts


EXERCISE = Exercise(
    key="early_stopping/three_parts",
    reference=three_parts,
    parts=(
        Part(
            points=1,
            inputs=draw,
            edge_cases={
                "an order of three, in a circle": (np.array([1, 2, 0]), 1, 1),
                "no test set": (np.array([2, 0, 3, 1]), 2, 0),
                "no validation set": (np.array([2, 0, 3, 1]), 0, 1),
                "nothing left for training": (np.array([2, 0, 1]), 1, 2),
            },
        ),
    ),
    misconceptions=(
        Misconception(
            "order ignored",
            lambda order, n_validation, n_test: cut(np.arange(len(order)), n_test, n_validation),
            "You cut the examples as they lie. Sorted digits would leave you a test set of zeros.",
            "What does `order[0]` say: a part, or which example comes first?",
        ),
        Misconception(
            "looked up the other way",
            lambda order, n_validation, n_test: cut(np.arange(len(order)), n_test, n_validation)[
                order
            ],
            "Your entry `i` is the part of place `order[i]`. Asked for is the part of example `i`.",
            "Where in your answer must the part of example `order[0]` stand?",
        ),
        Misconception(
            "validation and test exchanged",
            lambda order, n_validation, n_test: cut(order, n_test, n_validation, 1, 2),
            "You have the sets, but their numbers are exchanged.",
            "Which number stands for the test set?",
        ),
        Misconception(
            "validation first",
            lambda order, n_validation, n_test: cut(order, n_validation, n_test, 1, 2),
            "You take the validation set from the front of the order. The test set comes first.",
            "Which examples does `order[:n_test]` name?",
        ),
        Misconception(
            "sets overlap",
            overlapping,
            "Your validation set begins where the test set does, so it takes examples from it.",
            "At which place of the order does the validation set begin?",
        ),
        Misconception(
            "from the end",
            lambda order, n_validation, n_test: cut(order[::-1], n_test, n_validation),
            "You take both sets from the end of the order.",
            "Which end does the task begin at?",
        ),
        Misconception(
            "counted from one",
            lambda order, n_validation, n_test: three_parts(order, n_validation, n_test) + 1,
            "All your numbers are too large by one.",
            "Which number does the training set have?",
        ),
        Misconception(
            "sizes exchanged",
            lambda order, n_validation, n_test: cut(order, n_validation, n_test),
            "Your test set has as many examples as the validation set should have.",
            "In which order do the two sizes come as arguments?",
        ),
        Misconception(
            "validation up to its size",
            lambda order, n_validation, n_test: cut(order, n_test, max(n_validation - n_test, 0)),
            "Your validation set ends too early.",
            "If it begins at place `n_test`, at which place does it end?",
        ),
    ),
    remark="Each example has one number, so no two sets can overlap.",
    words={"rows of `order`": "examples"},
)

ANSWERS = Answers(
    right=variants("""
## plain
def three_parts(order, n_validation, n_test):
    parts = np.zeros(len(order), dtype=int)
    parts[order[:n_test]] = 2
    parts[order[n_test:n_test + n_validation]] = 1
    return parts
## loop
def three_parts(order, n_validation, n_test):
    parts = [0] * len(order)
    for place, example in enumerate(order):
        if place < n_test:
            parts[example] = 2
        elif place < n_test + n_validation:
            parts[example] = 1
    return np.array(parts)
## split
def three_parts(order, n_validation, n_test):
    test, validation, training = np.split(order, [n_test, n_test + n_validation])
    parts = np.empty(len(order), dtype=int)
    parts[test] = 2
    parts[validation] = 1
    parts[training] = 0
    return parts
## repeat, then put in place
def three_parts(order, n_validation, n_test):
    n_training = len(order) - n_validation - n_test
    along = np.repeat([2, 1, 0], [n_test, n_validation, n_training])
    parts = np.zeros(len(order), dtype=int)
    parts[order] = along
    return parts
## sorted back
def three_parts(order, n_validation, n_test):
    along = np.array([2] * n_test + [1] * n_validation
                     + [0] * (len(order) - n_test - n_validation))
    return along[np.argsort(order)]
## rank of each example
def three_parts(order, n_validation, n_test):
    place = np.argsort(order)
    return np.where(place < n_test, 2, np.where(place < n_test + n_validation, 1, 0))
## sum of two comparisons
def three_parts(order, n_validation, n_test):
    place = np.argsort(order)
    held_back = place < n_test + n_validation
    return held_back.astype(int) + (place < n_test)
## larger set first
def three_parts(order, n_validation, n_test):
    parts = np.zeros(order.shape, dtype=int)
    parts[order[:n_test + n_validation]] = 1
    parts[order[:n_test]] = 2
    return parts
## membership
def three_parts(order, n_validation, n_test):
    test = order[:n_test]
    validation = order[n_test:n_test + n_validation]
    parts = []
    for i in range(len(order)):
        if i in test:
            parts.append(2)
        elif i in validation:
            parts.append(1)
        else:
            parts.append(0)
    return np.array(parts)
## isin
def three_parts(order, n_validation, n_test):
    examples = np.arange(len(order))
    is_test = np.isin(examples, order[:n_test])
    is_validation = np.isin(examples, order[n_test:n_test + n_validation])
    return 2 * is_test + 1 * is_validation
## select
def three_parts(order, n_validation, n_test):
    place = np.empty(len(order), dtype=int)
    place[order] = np.arange(len(order))
    return np.select([place < n_test, place < n_test + n_validation], [2, 1], 0)
## dictionary
def three_parts(order, n_validation, n_test):
    part = {}
    for k in range(len(order)):
        part[int(order[k])] = 2 if k < n_test else 1 if k < n_test + n_validation else 0
    return np.array([part[i] for i in range(len(order))])
## digitize
def three_parts(order, n_validation, n_test):
    place = np.argsort(order)
    return 2 - np.digitize(place, [n_test, n_test + n_validation])
## type hints
def three_parts(order: np.ndarray, n_validation: int, n_test: int) -> np.ndarray:
    '''2 for the test set, 1 for validation, 0 for training.'''
    parts: np.ndarray = np.zeros(len(order), dtype=int)
    start: int = n_test
    end: int = n_test + n_validation
    parts[order[:start]] = 2
    parts[order[start:end]] = 1
    return parts
"""),
    wrong=variants("""
## order ignored
def three_parts(order, n_validation, n_test):
    parts = np.zeros(len(order), dtype=int)
    parts[:n_test] = 2
    parts[n_test:n_test + n_validation] = 1
    return parts
## looked up the other way
def three_parts(order, n_validation, n_test):
    along = np.zeros(len(order), dtype=int)
    along[:n_test] = 2
    along[n_test:n_test + n_validation] = 1
    return along[order]
## validation and test exchanged
def three_parts(order, n_validation, n_test):
    parts = np.zeros(len(order), dtype=int)
    parts[order[:n_test]] = 1
    parts[order[n_test:n_test + n_validation]] = 2
    return parts
## validation first
def three_parts(order, n_validation, n_test):
    parts = np.zeros(len(order), dtype=int)
    parts[order[:n_validation]] = 1
    parts[order[n_validation:n_validation + n_test]] = 2
    return parts
## sets overlap
def three_parts(order, n_validation, n_test):
    parts = np.zeros(len(order), dtype=int)
    parts[order[:n_test]] = 2
    parts[order[:n_validation]] = 1
    return parts
## from the end
def three_parts(order, n_validation, n_test):
    return three_parts_of(order[::-1], n_validation, n_test)

def three_parts_of(order, n_validation, n_test):
    parts = np.zeros(len(order), dtype=int)
    parts[order[:n_test]] = 2
    parts[order[n_test:n_test + n_validation]] = 1
    return parts
## counted from one
def three_parts(order, n_validation, n_test):
    parts = np.ones(len(order), dtype=int)
    parts[order[:n_test]] = 3
    parts[order[n_test:n_test + n_validation]] = 2
    return parts
## sizes exchanged
def three_parts(order, n_validation, n_test):
    parts = np.zeros(len(order), dtype=int)
    parts[order[:n_validation]] = 2
    parts[order[n_validation:n_validation + n_test]] = 1
    return parts
## validation up to its size
def three_parts(order, n_validation, n_test):
    parts = np.zeros(len(order), dtype=int)
    parts[order[:n_test]] = 2
    parts[order[n_test:n_validation]] = 1
    return parts
## the three sets themselves, end to end
def three_parts(order, n_validation, n_test):
    test, validation, training = np.split(order, [n_test, n_test + n_validation])
    return np.concatenate([training, validation, test])
## training gets the 2
def three_parts(order, n_validation, n_test):
    parts = np.full(len(order), 2)
    parts[order[:n_test]] = 0
    parts[order[n_test:n_test + n_validation]] = 1
    return parts
## shuffled once more
def three_parts(order, n_validation, n_test):
    order = order[order]
    parts = np.zeros(len(order), dtype=int)
    parts[order[:n_test]] = 2
    parts[order[n_test:n_test + n_validation]] = 1
    return parts
## test set and the rest
def three_parts(order, n_validation, n_test):
    parts = np.ones(len(order), dtype=int)
    parts[order[:n_test]] = 2
    return parts
"""),
)
