"""From class numbers to targets: a unit of its own for each class."""

from collections.abc import Iterable

import numpy as np

from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import class_numbers, table_sizes
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part, Property
from dlcourse.labels import one_hot


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw arguments for `one_hot`."""
    for n, K in table_sizes(rng):
        yield class_numbers(rng, n, K), K


EXERCISE = Exercise(
    key="labels_and_losses/one_hot",
    reference=one_hot,
    parts=(
        Part(
            points=1,
            inputs=draw,
            edge_cases={
                "one example": (np.array([1]), 3),
                "the last class does not occur": (np.array([0, 1, 0]), 4),
                "one class for all": (np.array([2, 2]), 3),
                "small integers": (np.array([0, 2, 1], dtype=np.int8), 3),
            },
        ),
    ),
    properties=(
        Property(
            "zeros and ones",
            lambda Y, *_: bool(np.isin(Y, [0, 1]).all()),
            "Targets are zeros and ones; yours hold other numbers.",
        ),
    ),
    misconceptions=(
        Misconception(
            "counted from 1",
            lambda y, n_classes: np.roll(one_hot(y, n_classes), -1, axis=1),
            "Each 1 stands one place too far to the left, as if the classes were counted from 1.",
        ),
        Misconception(
            "on its side",
            lambda y, n_classes: one_hot(y, n_classes).T,
            "The table lies on its side. Rows are examples, and each class has a column.",
        ),
        Misconception(
            "as many columns as the largest label asks for",
            lambda y, n_classes: one_hot(y, int(y.max()) + 1),
            "You count the classes in the labels. A class that does not occur among these examples "
            "still needs a column: how many are there?",
        ),
        Misconception(
            "zeros and ones swapped",
            lambda y, n_classes: 1 - one_hot(y, n_classes),
            "Every class gets a 1 but the right one: it should be the other way round.",
        ),
        Misconception(
            "whole columns",
            lambda y, n_classes: np.isin(np.ones((len(y), 1)) * np.arange(n_classes), y) * 1.0,
            "You set whole columns: the class of one example is marked in the rows of all. Which "
            "row belongs to which label?",
        ),
        Misconception(
            "class number in place of the 1",
            lambda y, n_classes: one_hot(y, n_classes) * y[:, None],
            "You put the class number where a 1 belongs. Then class 9 would weigh nine times as "
            "much as class 1, and class 0 nothing.",
        ),
        Misconception(
            "ones up to the class",
            lambda y, n_classes: (np.arange(n_classes) <= y[:, None]) * 1.0,
            "Every class up to the right one gets a 1. One-hot means a single 1 in each row.",
        ),
        Misconception(
            "classes numbered anew",
            lambda y, n_classes: one_hot(np.unique(y, return_inverse=True)[1], n_classes),
            "You number the classes anew by those that occur. A class keeps its number, also where "
            "smaller ones are missing among these examples.",
        ),
        Misconception(
            "sorted by class",
            lambda y, n_classes: one_hot(np.sort(y), n_classes),
            "The rows are in the order of the classes. They must stay in that of the examples.",
        ),
    ),
    remark="All classes have the same distance from one another now, whatever their numbers.",
)

ANSWERS = Answers(
    right=variants("""
## pairs of indices
def one_hot(y, n_classes):
    Y = np.zeros((len(y), n_classes))
    Y[np.arange(len(y)), y] = 1
    return Y
## rows of the identity
def one_hot(y, n_classes):
    return np.eye(n_classes)[y]
## compared with all classes
def one_hot(y, n_classes):
    return (y[:, None] == np.arange(n_classes)).astype(float)
## loop (slow)
def one_hot(y, n_classes):
    Y = np.zeros((len(y), n_classes))
    for i in range(len(y)):
        Y[i, y[i]] = 1.0
    return Y
## two loops (slow)
def one_hot(y, n_classes):
    Y = np.empty((len(y), n_classes))
    for i in range(len(y)):
        for k in range(n_classes):
            Y[i, k] = 1 if y[i] == k else 0
    return Y
## class by class
def one_hot(y, n_classes):
    Y = np.zeros((len(y), n_classes))
    for k in range(n_classes):
        Y[y == k, k] = 1
    return Y
## comprehension (slow)
def one_hot(y, n_classes):
    return np.array([[1.0 if k == label else 0.0 for k in range(n_classes)] for label in y])
## stacked
def one_hot(y, n_classes):
    return np.stack([np.eye(n_classes)[label] for label in y])
## columns
def one_hot(y, n_classes):
    return np.column_stack([np.where(y == k, 1.0, 0.0) for k in range(n_classes)])
## put_along_axis
def one_hot(y, n_classes):
    Y = np.zeros((y.size, n_classes))
    np.put_along_axis(Y, y[:, None].astype(int), 1, axis=1)
    return Y
## flat places
def one_hot(y, n_classes):
    Y = np.zeros(len(y) * n_classes)
    Y[np.arange(len(y)) * n_classes + y] = 1
    return Y.reshape(len(y), n_classes)
## float32 result
def one_hot(y, n_classes):
    return np.eye(n_classes, dtype=np.float32)[y]
## lambda
one_hot = lambda y, n_classes: np.take(np.eye(n_classes), y, axis=0)
## take off
def one_hot(y, n_classes):
    distance = np.abs(y.astype(int).reshape(-1, 1) - np.arange(n_classes))
    return np.maximum(1.0 - distance, 0.0)
"""),
    wrong=variants("""
## counted from 1
def one_hot(y, n_classes):
    Y = np.zeros((len(y), n_classes))
    Y[np.arange(len(y)), y - 1] = 1
    return Y
## on its side
def one_hot(y, n_classes):
    Y = np.zeros((n_classes, len(y)))
    Y[y, np.arange(len(y))] = 1
    return Y
## as many columns as the largest label asks for
def one_hot(y, n_classes):
    return np.eye(y.max() + 1)[y]
## zeros and ones swapped
def one_hot(y, n_classes):
    return 1.0 * (y[:, None] != np.arange(n_classes))
## whole columns
def one_hot(y, n_classes):
    Y = np.zeros((len(y), n_classes))
    Y[:, y] = 1
    return Y
## class number in place of the 1
def one_hot(y, n_classes):
    Y = np.zeros((len(y), n_classes))
    Y[np.arange(len(y)), y] = y
    return Y
## sorted by class
def one_hot(y, n_classes):
    return np.eye(n_classes)[np.sort(y)]
## integers
def one_hot(y, n_classes):
    Y = np.zeros((len(y), n_classes), dtype=int)
    Y[np.arange(len(y)), y] = 1
    return Y
## true and false
def one_hot(y, n_classes):
    return y[:, None] == np.arange(n_classes)
## minus one for the others
def one_hot(y, n_classes):
    return 2 * np.eye(n_classes)[y] - 1
## the identity
def one_hot(y, n_classes):
    return np.eye(len(y), n_classes)
## as many classes as occur
def one_hot(y, n_classes):
    return np.eye(len(set(y.tolist())))[y]
## only the first example
def one_hot(y, n_classes):
    Y = np.zeros((len(y), n_classes))
    Y[0, y[0]] = 1
    return Y
## a list
def one_hot(y, n_classes):
    return [np.eye(n_classes)[label] for label in y]
## counts of the classes
def one_hot(y, n_classes):
    return np.bincount(y, minlength=n_classes).astype(float)
## everything up to the class
def one_hot(y, n_classes):
    return 1.0 * (y[:, None] >= np.arange(n_classes))
## return inside the loop
def one_hot(y, n_classes):
    Y = np.zeros((len(y), n_classes))
    for i in range(len(y)):
        Y[i, y[i]] = 1
        return Y
## changes its argument
def one_hot(y, n_classes):
    Y = np.eye(n_classes)[y]
    y -= 1
    return Y
"""),
)
