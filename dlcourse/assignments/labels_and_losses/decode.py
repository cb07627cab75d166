"""From outputs back to a class: the one whose code is nearest, whatever the code."""

from collections.abc import Iterable

import numpy as np

from dlcourse._validation import FloatArray
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import array, class_numbers, examples, kinds, readable
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part, Property
from dlcourse.labels import binary_code, decode, integer_code, one_hot

CLEAR = 0.1  # by which the nearest code is nearer: no answer hangs on rounding


def distances(outputs: FloatArray, codes: FloatArray) -> FloatArray:
    """Square the distance of each row to each code."""
    return np.asarray(((outputs[:, None] - codes) ** 2).sum(axis=2))


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw outputs near codes, for one-hot codes, bits, numbers and codes of no system."""
    for n, K in ((3, 3), (4, 6), (3, 5), (3, 4), (int(rng.integers(20, 40)), 7)):
        every = np.arange(K)
        codes = (one_hot, binary_code, integer_code)[K % 3](every, K)
        if K in (4, 7):
            codes = examples(rng, K, 3)
        near = codes[class_numbers(rng, 30 * n, K)]
        outputs = readable(near + rng.normal(scale=0.6, size=near.shape), n)
        first, second = np.sort(distances(outputs, codes), axis=1)[:, :2].T
        yield outputs[second - first > CLEAR][:n], codes


EXERCISE = Exercise(
    key="labels_and_losses/decode",
    reference=decode,
    parts=(
        Part(
            points=2,
            inputs=draw,
            edge_cases={
                "one output": (array([[1.8], [-3.0], [99.0]]), array([[0.0], [1.0], [2.0], [3.0]])),
                "bits of a class that does not exist": (
                    array([[0.9, 0.9, 0.7]]),
                    array([[0, 0, 0], [0, 0, 1], [0, 1, 0], [0, 1, 1], [1, 0, 0]]),
                ),
                "a long code and a short one": (
                    array([[2.0, 2.0]]),
                    array([[9.0, 9.0], [1.0, 1.0]]),
                ),
                **kinds(array([[2, 1], [-3, 0]]), array([[0, 0], [3, 1], [-4, 2]])),
            },
            hint="Compare the first row of the outputs with each row of the codes: how far is it "
            "from each, and which is the nearest?",
        ),
    ),
    properties=(
        Property(
            "a number of a class",
            lambda k, outputs, codes: bool(((k >= 0) & (k < len(codes))).all()),
            "Some of your class numbers belong to no class: there is a class for each row of "
            "codes, counted from 0.",
        ),
    ),
    misconceptions=(
        Misconception(
            "largest output",
            lambda outputs, codes: outputs.argmax(axis=1),
            "You take the place of the largest output. That is right for one-hot codes; here a "
            "code may be anything, and you never looked at it.",
        ),
        Misconception(
            "most alike by product",
            lambda outputs, codes: (outputs @ codes.T).argmax(axis=1),
            "You take the code with the largest product. A long code wins by its length then. Is "
            "it the nearest one, too?",
        ),
        Misconception(
            "furthest code",
            lambda outputs, codes: distances(outputs, codes).argmax(axis=1),
            "You take the code that is furthest away. Are distances to be large or small here?",
        ),
        Misconception(
            "signed differences",
            lambda outputs, codes: (outputs[:, None] - codes).sum(axis=2).argmin(axis=1),
            "Differences of both signs cancel in your sum. A distance adds up their squares.",
        ),
        Misconception(
            "distances cut off to whole numbers",
            lambda outputs, codes: np.trunc(distances(outputs, codes)).argmin(axis=1),
            "The distances are compared without their decimals. Did you store them in an array of "
            "integers?",
        ),
        Misconception(
            "row by row",
            lambda outputs, codes: int(((outputs - codes) ** 2).sum(axis=1).argmin()),
            "`outputs - codes` pairs the first output with the first code, the second with the "
            "second. Each output must meet every code: one at a time, or along an axis of its own.",
        ),
        Misconception(
            "absolute differences",
            lambda outputs, codes: np.abs(outputs[:, None] - codes).sum(axis=2).argmin(axis=1),
            "You add up the differences without their signs. The task squares them first, so a "
            "large one counts for more than several small ones.",
        ),
        Misconception(
            "counted from 1",
            lambda outputs, codes: decode(outputs, codes) + 1,
            "You count the classes from 1. In the code they are 0 to K - 1.",
        ),
        Misconception(
            "best output of each class",
            lambda outputs, codes: distances(outputs, codes).argmin(axis=0),
            "Your answer has a number for each class: the example that is nearest to it. Asked for "
            "is the class that is nearest to each example.",
        ),
        Misconception(
            "distance instead of class",
            lambda outputs, codes: distances(outputs, codes).min(axis=1),
            "This is how far the nearest code is. Asked for is whose code it is.",
        ),
        Misconception(
            "the code instead of the class",
            lambda outputs, codes: codes[decode(outputs, codes)],
            "This is the nearest code itself. Asked for is the number of its row.",
        ),
    ),
    remark="One rule for every code. With one-hot codes it takes the largest output.",
)

ANSWERS = Answers(
    right=variants("""
## squared distances
def decode(outputs, codes):
    D = ((outputs[:, None, :] - codes[None, :, :]) ** 2).sum(axis=2)
    return D.argmin(axis=1)
## norm
def decode(outputs, codes):
    return np.argmin(np.linalg.norm(outputs[:, None] - codes, axis=-1), axis=1)
## example by example
def decode(outputs, codes):
    return np.array([np.argmin(np.sum((codes - row) ** 2, axis=1)) for row in outputs])
## class by class
def decode(outputs, codes):
    D = np.stack([((outputs - code) ** 2).sum(axis=1) for code in codes], axis=1)
    return D.argmin(axis=1)
## two loops (slow)
def decode(outputs, codes):
    classes = np.zeros(len(outputs), dtype=int)
    for i in range(len(outputs)):
        nearest = np.inf
        for k in range(len(codes)):
            distance = sum((outputs[i] - codes[k]) ** 2)
            if distance < nearest:
                nearest = distance
                classes[i] = k
    return classes
## square of the sum
def decode(outputs, codes):
    D = (codes ** 2).sum(axis=1) - 2 * outputs @ codes.T
    return np.argmin(D, axis=1)
## halves
def decode(outputs, codes):
    return (outputs @ codes.T - (codes * codes).sum(axis=1) / 2).argmax(axis=1)
## hypot
def decode(outputs, codes):
    D = np.zeros((len(outputs), len(codes)))
    for j in range(outputs.shape[1]):
        D = np.hypot(D, outputs[:, j][:, None] - codes[:, j])
    return D.argmin(1)
## einsum
def decode(outputs, codes):
    d = outputs[:, np.newaxis] - codes
    return np.einsum("ikj,ikj->ik", d, d).argmin(axis=1)
## champion so far
def decode(outputs, codes):
    best = np.full(len(outputs), np.inf)
    owner = np.zeros(len(outputs), dtype=np.int64)
    for k, code in enumerate(codes):
        d = ((outputs - code) ** 2).sum(axis=1)
        owner[d < best] = k
        best = np.minimum(best, d)
    return owner
## lambda
far = lambda outputs, code: np.square(outputs - code).sum(axis=1)
decode = lambda outputs, codes: np.argmin([far(outputs, code) for code in codes], axis=0)
## sorted
def decode(outputs, codes):
    D = ((outputs[:, None] - codes) ** 2).mean(axis=2)
    return D.argsort(axis=1)[:, 0]
## small integers
def decode(outputs, codes):
    D = ((outputs[:, None] - codes) ** 2).sum(axis=2)
    return D.argmin(axis=1).astype(np.uint8)
"""),
    wrong=variants("""
## largest output
def decode(outputs, codes):
    return outputs.argmax(axis=1)
## most alike by product
def decode(outputs, codes):
    return np.argmax(outputs @ codes.T, axis=1)
## furthest code
def decode(outputs, codes):
    return ((outputs[:, None] - codes) ** 2).sum(axis=2).argmax(axis=1)
## signed differences
def decode(outputs, codes):
    return np.sum(outputs[:, None] - codes, axis=2).argmin(axis=1)
## counted from 1
def decode(outputs, codes):
    return ((outputs[:, None] - codes) ** 2).sum(axis=2).argmin(axis=1) + 1
## best output of each class
def decode(outputs, codes):
    return ((outputs[:, None] - codes) ** 2).sum(axis=2).argmin(axis=0)
## distance instead of class
def decode(outputs, codes):
    return ((outputs[:, None] - codes) ** 2).sum(axis=2).min(axis=1)
## the code instead of the class
def decode(outputs, codes):
    return codes[((outputs[:, None] - codes) ** 2).sum(axis=2).argmin(axis=1)]
## absolute differences
def decode(outputs, codes):
    return np.abs(outputs[:, None] - codes).sum(axis=2).argmin(axis=1)
## largest difference
def decode(outputs, codes):
    return np.abs(outputs[:, None] - codes).max(axis=2).argmin(axis=1)
## rounded, then looked up
def decode(outputs, codes):
    found = [np.flatnonzero((codes == row).all(axis=1)) for row in np.round(outputs)]
    return np.array([k[0] if len(k) else -1 for k in found])
## rounded
def decode(outputs, codes):
    return np.round(outputs[:, 0]).astype(int)
## by angle
def decode(outputs, codes):
    lengths = np.linalg.norm(codes, axis=1) + 1e-12
    return (outputs @ codes.T / lengths).argmax(axis=1)
## a list
def decode(outputs, codes):
    return [int(((codes - row) ** 2).sum(axis=1).argmin()) for row in outputs]
## floats
def decode(outputs, codes):
    D = ((outputs[:, None] - codes) ** 2).sum(axis=2)
    return D.argmin(axis=1).astype(float)
## first output alone
def decode(outputs, codes):
    return np.abs(outputs[:, :1] - codes[:, 0]).argmin(axis=1)
## nearest of all
def decode(outputs, codes):
    return int(((outputs[:, None] - codes) ** 2).sum(axis=2).argmin())
## one-hot rows
def decode(outputs, codes):
    D = ((outputs[:, None] - codes) ** 2).sum(axis=2)
    return np.eye(len(codes))[D.argmin(axis=1)]
"""),
)
