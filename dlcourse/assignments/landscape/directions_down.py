"""How many directions at right angles lead down from a critical point."""

from collections.abc import Iterable

import numpy as np

from dlcourse._validation import FloatArray
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import array, kinds
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part


def directions_down(H: FloatArray) -> int:
    """Count the negative eigenvalues of a symmetric matrix."""
    return int((np.linalg.eigvalsh(H) < 0).sum())


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw symmetric matrices of all indices, no eigenvalue near zero."""
    for n in (2, 3, 3, 4, 5, 6, 8):
        Q = np.linalg.qr(rng.normal(size=(n, n)))[0]
        signs = np.where(np.arange(n) < rng.integers(1, n), -1, 1)
        H = (Q * (signs * rng.uniform(0.5, 5, size=n))) @ Q.T
        yield ((H + H.T) / 2,)


EXERCISE = Exercise(
    key="landscape/directions_down",
    reference=directions_down,
    parts=(
        Part(
            points=2,
            inputs=draw,
            edge_cases={
                "a minimum": (array([[0.5, 0.0], [0.0, 3.0]]),),
                "a maximum": (array([[-2, 0], [0, -3]]),),
                "a saddle without a negative entry": (array([[1, 3], [3, 1]]),),
                "a flat direction": (array([[1, 0], [0, 0]]),),
                "two down of three": (
                    array([[-1.0, 0.0, 0.0], [0.0, 5.0, 0.0], [0.0, 0.0, -0.01]]),
                ),
                **kinds(array([[-4, 1, 0], [1, 2, 0], [0, 0, 1]])),
            },
        ),
    ),
    misconceptions=(
        Misconception(
            "negative entries",
            lambda H: int((H < 0).sum()),
            "You count negative entries of the matrix. The entries depend on the axes that "
            "somebody has chosen; curvature does not.",
            "Which numbers say how the loss bends along directions at right angles?",
        ),
        Misconception(
            "negative entries of the diagonal",
            lambda H: int((np.diag(H) < 0).sum()),
            "The diagonal says how the loss bends along each *weight*. Between two weights it "
            "may go down where it goes up along both.",
            "What is the Hessian of a product of two weights at zero?",
        ),
        Misconception(
            "directions up",
            lambda H: int((np.linalg.eigvalsh(H) > 0).sum()),
            "You count the directions that lead up.",
            "Which sign has the curvature where the loss bends down?",
        ),
        Misconception(
            "share instead of number",
            lambda H: float((np.linalg.eigvalsh(H) < 0).mean()),
            "This is the share of the directions. Asked for is how many there are.",
        ),
        Misconception(
            "singular values",
            lambda H: int((np.linalg.svd(H, compute_uv=False) < 0).sum()),
            "Singular values are never negative, so you always find 0.",
            "Which values of a symmetric matrix keep their sign?",
        ),
        Misconception(
            "sign of the determinant",
            lambda H: int(np.linalg.det(H) < 0),
            "The determinant is the product of all eigenvalues: two negative ones cancel in it.",
            "What do you need to look at instead of the product?",
        ),
        Misconception(
            "whether instead of how many",
            lambda H: int(np.linalg.eigvalsh(H)[0] < 0),
            "You say whether any direction leads down.",
            "How many are there?",
        ),
        Misconception(
            "rows with a negative sum",
            lambda H: int((H.sum(axis=1) < 0).sum()),
            "A row sum says how the slope of one weight changes along the diagonal direction. "
            "It is no curvature.",
        ),
        Misconception(
            "flat directions too",
            lambda H: int((np.linalg.eigvalsh(H) <= 0).sum()),
            "You count a curvature of 0 as well. Such a direction is flat: it leads neither down "
            "nor up.",
            "Which curvatures bend the loss down?",
        ),
    ),
    remark="0 is a minimum, all of them a maximum, and what lies between is a saddle.",
)

ANSWERS = Answers(
    right=variants("""
## eigvalsh
def directions_down(H):
    return np.sum(np.linalg.eigvalsh(H) < 0)
## loop
def directions_down(H):
    down = 0
    for value in np.linalg.eigvalsh(H):
        if value < 0:
            down += 1
    return down
## eigh
def directions_down(H):
    values, vectors = np.linalg.eigh(H)
    return (values < 0).sum()
## bends along eigenvectors
def directions_down(H):
    values, vectors = np.linalg.eigh(H)
    down = 0
    for k in range(len(H)):
        v = vectors[:, k]
        bend = v @ H @ v
        if bend < 0:
            down = down + 1
    return down
## eigvals
def directions_down(H):
    values = np.linalg.eigvals(H).real
    return int(np.count_nonzero(values < 0))
## list
def directions_down(H):
    return len([value for value in np.linalg.eigvalsh(H) if value < 0])
## sorted
def directions_down(H):
    values = np.sort(np.linalg.eigvalsh(H))
    return int(np.searchsorted(values, 0))
## signs
def directions_down(H):
    signs = np.sign(np.linalg.eigvalsh(H))
    return int((len(signs) - signs.sum()) / 2)
## all less the rest
def directions_down(H):
    up = np.sum(np.linalg.eigvalsh(H) >= 0)
    return H.shape[0] - up
## while
def directions_down(H):
    values = np.linalg.eigvalsh(H)
    k = 0
    while k < len(values) and values[k] < 0:
        k += 1
    return k
## mean
def directions_down(H):
    values = np.linalg.eigvalsh(H)
    return round(np.mean(values < 0) * len(values))
## diagonal of the turned matrix
def directions_down(H):
    V = np.linalg.eigh(H)[1]
    turned = V.T @ H @ V
    return int((np.diag(turned) < 0).sum())
## minus
def directions_down(H):
    return int(np.sum(np.linalg.eigvalsh(-H) > 0))
## lambda
directions_down = lambda H: sum(1 for value in np.linalg.eigvalsh(H) if value < 0)
## type hints
def directions_down(H: np.ndarray) -> int:
    '''The index.'''
    curvatures: np.ndarray = np.linalg.eigvalsh(H)
    negative: np.ndarray = curvatures[curvatures < 0]
    return int(negative.size)
## helper
def directions_down(H):
    return sum(is_down(value) for value in np.linalg.eigvalsh(H))
## filled in
def directions_down(H):
    values = np.linalg.eigvalsh(H)
    down = np.zeros(len(values))
    for k in range(len(values)):
        down[k] = 1 if values[k] < 0 else 0
    return int(down.sum())
"""),
    wrong=variants("""
## negative entries
def directions_down(H):
    return np.sum(H < 0)
## negative entries of the diagonal
def directions_down(H):
    return np.sum(np.diag(H) < 0)
## directions up
def directions_down(H):
    return np.sum(np.linalg.eigvalsh(H) > 0)
## share instead of number
def directions_down(H):
    return np.mean(np.linalg.eigvalsh(H) < 0)
## singular values
def directions_down(H):
    return np.sum(np.linalg.svd(H)[1] < 0)
## sign of the determinant
def directions_down(H):
    return 1 if np.linalg.det(H) < 0 else 0
## whether instead of how many
def directions_down(H):
    return int(np.any(np.linalg.eigvalsh(H) < 0))
## rows with a negative sum
def directions_down(H):
    return np.sum(H.sum(axis=1) < 0)
## all of them
def directions_down(H):
    return len(np.linalg.eigvalsh(H))
## up less down
def directions_down(H):
    return np.sign(np.linalg.eigvalsh(H)).sum()
## sum of the negative ones
def directions_down(H):
    values = np.linalg.eigvalsh(H)
    return values[values < 0].sum()
## below one
def directions_down(H):
    return np.sum(np.linalg.eigvalsh(H) < 1)
## negative columns
def directions_down(H):
    return np.sum(np.all(H < 0, axis=0))
## flat directions too
def directions_down(H):
    return int((np.linalg.eigvalsh(H) <= 0).sum())
"""),
    helpers=variants("""
## is_down
def is_down(value):
    return bool(value < 0)
"""),
)
