"""Places on the straight line from one set of weights to another."""

from collections.abc import Iterable

import numpy as np

from dlcourse._validation import FloatArray
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import array, examples, readable, single, sizes
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part


def on_the_way(start: FloatArray, end: FloatArray, t: FloatArray) -> FloatArray:
    """Walk each part t of the way from start to end: 0 is the start, 1 the end."""
    return np.asarray(start + np.multiply.outer(t, end - start))


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw two places and parts of the way between them, before and beyond, too."""
    for n, features in sizes(rng):
        start, end = examples(rng, n, features + 3)[:2]
        yield start, end, readable(rng.uniform(-0.5, 1.5, size=n + 2), n)


EXERCISE = Exercise(
    key="landscape/on_the_way",
    reference=on_the_way,
    parts=(
        Part(
            points=2,
            inputs=draw,
            edge_cases={
                "both ends": (array([1, 3]), array([2, -1]), array([0, 1])),
                "halfway": (array([1, 3, 0]), array([2, -1, 4]), array([0.5])),
                "as many parts as weights": (array([1, 3]), array([2, -1]), array([0.25, 2])),
                "weights that are integers": (
                    np.array([1, 3]),
                    np.array([2, -1]),
                    array([0.5, 2]),
                ),
                "single precision": (single([1, 3]), single([2, -1]), single([2, 0, -1])),
            },
        ),
    ),
    misconceptions=(
        Misconception(
            "ends swapped",
            lambda start, end, t: on_the_way(end, start, t),
            "You walk from the end to the start.",
            "Where should you stand when t is 0?",
        ),
        Misconception(
            "weights in rows",
            lambda start, end, t: on_the_way(start, end, t).T,
            "The table lies on its side: each place should be a row.",
            "Which of the two lengths, of t or of the weights, is the number of rows?",
        ),
        Misconception(
            "end added, not the way to it",
            lambda start, end, t: start + np.multiply.outer(t, end),
            "You walk in the direction of `end`, as seen from zero. At t = 1 that does not "
            "lead to the end.",
            "What must be added to `start` to arrive at `end`?",
        ),
        Misconception(
            "only the step",
            lambda start, end, t: np.multiply.outer(t, end - start),
            "This is how far you have gone, not where you are.",
            "From where does the walk set out?",
        ),
        Misconception(
            "away from the end",
            lambda start, end, t: start - np.multiply.outer(t, end - start),
            "You walk away from the end.",
            "Which way does the difference of the two places point?",
        ),
        Misconception(
            "weights do not add up to one",
            lambda start, end, t: np.multiply.outer(1 + t, start) + np.multiply.outer(t, end),
            "Your two factors do not add up to 1, so you leave the line.",
            "If the end gets the share t, what share is left for the start?",
        ),
        Misconception(
            "unit step",
            lambda start, end, t: (
                start + np.multiply.outer(t, (end - start) / np.linalg.norm(end - start))
            ),
            "You go the distance t. Here t is a part of the whole way.",
            "How far is it to go when t is 1?",
        ),
        Misconception(
            "stops at the ends",
            lambda start, end, t: on_the_way(start, end, np.clip(t, 0, 1)),
            "Your walk stops at start and end. The line goes on: t may be below 0 and above 1.",
            "Where are you when t is 2?",
        ),
        Misconception(
            "on from the last place",
            lambda start, end, t: on_the_way(start, end, 1 - np.cumprod(1 - t)),
            "You go on from the place before. Each t is a part of the way from `start`.",
            "From where is the whole way measured?",
        ),
    ),
    words={"rows of the answer": "places"},
    remark="With this line you can look into a landscape of any number of dimensions.",
)

ANSWERS = Answers(
    right=variants("""
## outer
def on_the_way(start, end, t):
    return start + np.outer(t, end - start)
## a column of t
def on_the_way(start, end, t):
    return start + t[:, None] * (end - start)
## two shares
def on_the_way(start, end, t):
    t = t.reshape(-1, 1)
    return (1 - t) * start + t * end
## place by place
def on_the_way(start, end, t):
    places = []
    for part in t:
        places.append(start + part * (end - start))
    return np.array(places)
## filled in
def on_the_way(start, end, t):
    places = np.zeros((len(t), len(start)))
    for i in range(len(t)):
        places[i] = start + t[i] * (end - start)
    return places
## two loops (slow)
def on_the_way(start, end, t):
    places = np.zeros((len(t), len(start)))
    for i in range(len(t)):
        for j in range(len(start)):
            places[i, j] = start[j] + t[i] * (end[j] - start[j])
    return places
## weight by weight
def on_the_way(start, end, t):
    columns = [a + t * (b - a) for a, b in zip(start, end)]
    return np.stack(columns, axis=1)
## back from the end
def on_the_way(start, end, t):
    return end - np.outer(1 - t, end - start)
## product of matrices
def on_the_way(start, end, t):
    return np.column_stack([1 - t, t]) @ np.stack([start, end])
## einsum
def on_the_way(start, end, t):
    way = end - start
    return np.einsum("i,j->ij", t, way) + start
## comprehension
def on_the_way(start, end, t):
    return np.array([(1 - part) * start + part * end for part in t])
## tile
def on_the_way(start, end, t):
    starts = np.tile(start, (len(t), 1))
    ways = np.tile(end - start, (len(t), 1))
    return starts + ways * t[:, np.newaxis]
## transposed
def on_the_way(start, end, t):
    return (start[:, None] + (end - start)[:, None] * t).T
## lambda
on_the_way = lambda start, end, t: np.array([start + s * (end - start) for s in t])
## type hints
def on_the_way(start: np.ndarray, end: np.ndarray, t: np.ndarray) -> np.ndarray:
    '''A row for each part.'''
    way: np.ndarray = np.subtract(end, start)
    return np.add(start, np.multiply(t[:, np.newaxis], way))
## helper
def on_the_way(start, end, t):
    return np.vstack([place(start, end, part) for part in t])
"""),
    wrong=variants("""
## ends swapped
def on_the_way(start, end, t):
    return end + np.outer(t, start - end)
## weights in rows
def on_the_way(start, end, t):
    return start[:, None] + np.outer(end - start, t)
## end added, not the way to it
def on_the_way(start, end, t):
    return start + np.outer(t, end)
## only the step
def on_the_way(start, end, t):
    return np.outer(t, end - start)
## away from the end
def on_the_way(start, end, t):
    return start + np.outer(t, start - end)
## weights do not add up to one
def on_the_way(start, end, t):
    return np.outer(1 + t, start) + np.outer(t, end)
## unit step
def on_the_way(start, end, t):
    way = (end - start) / np.linalg.norm(end - start)
    return start + np.outer(t, way)
## t squared
def on_the_way(start, end, t):
    return start + np.outer(t**2, end - start)
## stops at the ends
def on_the_way(start, end, t):
    return start + np.outer(np.clip(t, 0, 1), end - start)
## evenly spaced, whatever t is
def on_the_way(start, end, t):
    return start + np.outer(np.linspace(0, 1, len(t)), end - start)
## first place only
def on_the_way(start, end, t):
    return start + t[0] * (end - start)
## mean of both
def on_the_way(start, end, t):
    return np.array([(start + end) / 2 for part in t])
## integers cut off
def on_the_way(start, end, t):
    places = np.zeros((len(t), len(start)), dtype=int)
    for i in range(len(t)):
        places[i] = start + t[i] * (end - start)
    return places
## on from the last place
def on_the_way(start, end, t):
    places, place = [], start
    for part in t:
        place = place + part * (end - place)
        places.append(place)
    return np.array(places)
"""),
    helpers=variants("""
## place
def place(start, end, part):
    return start + part * (end - start)
"""),
)
