"""How far the gradient of a batch is from the gradient of all, typically."""

from collections.abc import Iterable

import numpy as np

from dlcourse._validation import FloatArray
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import array, examples, single, sizes
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part


def batch_noise(G: FloatArray, batch_size: int) -> float:
    r"""Root mean squared distance of a batch's gradient from the mean of all.

    :math:`\sqrt{\frac{\nu^2}{B} \cdot \frac{n - B}{n - 1}}` with
    :math:`\nu^2 = \frac1n \sum_i \lVert \mathbf g_i - \mathbf g \rVert^2`, for batches that are
    drawn without replacement.

    Parameters
    ----------
    G : ndarray of shape (n, P)
        The gradient of each example, n >= 2.
    batch_size : int
        Examples in a batch, 1 to n.

    Returns
    -------
    float

    Examples
    --------
    >>> batch_noise(np.array([[1.0, 0.0], [-1.0, 0.0], [3.0, 0.0]]), 2).round(4)
    np.float64(0.8165)
    """
    n = len(G)
    return np.float64(spread(G) * np.sqrt((n - batch_size) / (n - 1) / batch_size))


def spread(G: FloatArray) -> float:
    """Take the root of the mean squared distance of a row from the mean of all rows."""
    distances = ((G - G.mean(axis=0, dtype=float)) ** 2).sum(axis=1)
    return float(np.sqrt(distances.mean()))


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw gradients around a mean that is not 0, and a batch size."""
    for n, features in sizes(rng):
        n += 2
        G = examples(rng, n, features + 1) + rng.integers(1, 4, size=features + 1)
        yield G, int(rng.integers(2, n))


GRADIENTS = array([[3.0, 1.0], [1.0, 1.0], [2.0, -1.0], [4.0, 5.0]])

EXERCISE = Exercise(
    key="batches_and_noise/batch_noise",
    reference=batch_noise,
    parts=(
        Part(
            "the noise of a batch",
            3,
            draw,
            {
                "a single example": (GRADIENTS, 1),
                "all examples": (GRADIENTS, 4),
                "integers": (GRADIENTS.astype(int), 2),
                "single precision": (single(GRADIENTS), 3),
            },
            hint="Work it out for a batch of 1 first: how far is each row of G from their mean, "
            "and what is the mean of the squares of these distances? A batch of all has no noise.",
        ),
    ),
    misconceptions=(
        Misconception(
            "with replacement",
            lambda G, batch_size: spread(G) / np.sqrt(batch_size),
            "This is the noise of batches in which an example may come twice. At the full batch it "
            "should be 0.",
            "Which factor says that no example comes twice?",
        ),
        Misconception(
            "n taken from the columns",
            lambda G, batch_size: (
                spread(G) * np.sqrt((G.shape[1] - batch_size) / (G.shape[1] - 1) / batch_size)
            ),
            "Your n is the number of columns, and those are the weights.",
            "Which axis of G counts the examples?",
        ),
        Misconception(
            "falls like 1/B",
            lambda G, batch_size: (
                spread(G) / batch_size * np.sqrt((len(G) - batch_size) / (len(G) - 1))
            ),
            "Your noise falls like 1/B.",
            "What adds up over a batch of independent draws: distances, or their squares?",
        ),
        Misconception(
            "squared noise",
            lambda G, batch_size: batch_noise(G, batch_size) ** 2,
            "This is the mean of the squared distances. Asked for is a distance.",
            "What turns a squared distance back into a distance?",
        ),
        Misconception(
            "batch size ignored",
            lambda G, batch_size: spread(G),
            "This is the noise of a single example, whatever the batch size is.",
            "What becomes of it in the mean of B examples?",
        ),
        Misconception(
            "mean not taken off",
            lambda G, batch_size: np.sqrt(
                (np.asarray(G, float) ** 2).sum(axis=1).mean()
                * (len(G) - batch_size)
                / (len(G) - 1)
                / batch_size
            ),
            "You measure how long the gradients are, not how far they are from their mean.",
            "If all examples had the same gradient, how large would the noise be?",
        ),
        Misconception(
            "mean over the weights",
            lambda G, batch_size: batch_noise(G, batch_size) / np.sqrt(G.shape[1]),
            "You take a mean over the columns, too. A squared length is the *sum* of the squares.",
            "Over what is the mean taken, and over what the sum?",
        ),
        Misconception(
            "one number for each weight",
            lambda G, batch_size: (
                G.std(axis=0) * np.sqrt((len(G) - batch_size) / (len(G) - 1) / batch_size)
            ),
            "These are the deviations of each weight apart. Asked for is one distance.",
            "How do the squares of the parts make the square of a length?",
        ),
        Misconception(
            "n instead of n - 1",
            lambda G, batch_size: spread(G) * np.sqrt((len(G) - batch_size) / len(G) / batch_size),
            "For a batch of 1 your answer should be the noise of a single example, and it is "
            "smaller.",
            "Which denominator makes the second factor 1 there?",
        ),
        Misconception(
            "n - 1 in the mean",
            lambda G, batch_size: batch_noise(G, batch_size) * np.sqrt(len(G) / (len(G) - 1)),
            "You divide the squared distances by n - 1, as one does to estimate from a sample. "
            "Here G is everything there is.",
            "A mean over n examples divides by what?",
        ),
        Misconception(
            "mean of the distances",
            lambda G, batch_size: (
                np.sqrt(((G - G.mean(axis=0)) ** 2).sum(axis=1)).mean()
                * np.sqrt((len(G) - batch_size) / (len(G) - 1) / batch_size)
            ),
            "You take the mean of the distances. Only their squares add up.",
            "In which order come the mean and the root?",
        ),
    ),
    remark="Four times the examples, half the noise: the law of every mean.",
    words={"rows of `G`": "examples", "columns of `G`": "weights", "`len(G)`": "the number n"},
)

ANSWERS = Answers(
    right=variants("""
## the formula
def batch_noise(G, batch_size):
    n = len(G)
    E = G - G.mean(axis=0)
    nu2 = (E ** 2).sum(axis=1).mean()
    return np.sqrt(nu2 / batch_size * (n - batch_size) / (n - 1))
## norms
def batch_noise(G, batch_size):
    n = G.shape[0]
    distances = np.linalg.norm(G - np.mean(G, axis=0), axis=1)
    nu = np.sqrt(np.mean(distances ** 2))
    return nu / np.sqrt(batch_size) * np.sqrt((n - batch_size) / (n - 1))
## variances of the columns
def batch_noise(G, batch_size):
    n = len(G)
    return np.sqrt(G.var(axis=0).sum() * (n - batch_size) / (batch_size * (n - 1)))
## unbiased variances
def batch_noise(G, batch_size):
    n = len(G)
    return np.sqrt(np.var(G, axis=0, ddof=1).sum() * (1 / batch_size - 1 / n))
## loops
def batch_noise(G, batch_size):
    n, P = G.shape
    g = sum(G) / n
    total = 0.0
    for i in range(n):
        for j in range(P):
            total += (G[i, j] - g[j]) ** 2
    nu2 = total / n
    return (nu2 / batch_size * (n - batch_size) / (n - 1)) ** 0.5
## one minus a share
def batch_noise(G, batch_size):
    nu2 = np.mean(np.sum((G - np.average(G, axis=0)) ** 2, axis=1))
    left = 1 - (batch_size - 1) / (len(G) - 1)
    return np.sqrt(nu2 * left / batch_size)
## frobenius
def batch_noise(G, batch_size):
    n = len(G)
    nu2 = np.linalg.norm(G - G.mean(axis=0)) ** 2 / n
    return float(np.sqrt(nu2 / batch_size * (n - batch_size) / (n - 1)))
## covariance
def batch_noise(G, batch_size):
    n = len(G)
    C = np.cov(G.T, bias=True)
    return np.sqrt(np.trace(np.atleast_2d(C)) * (n - batch_size) / (n - 1) / batch_size)
## einsum
def batch_noise(G, batch_size):
    E = G - G.mean(0)
    n = E.shape[0]
    return np.sqrt(np.einsum("ij,ij->", E, E) * (n - batch_size) / (n * (n - 1) * batch_size))
## helper
def factor(n, B):
    return (n - B) / (n - 1) / B

def batch_noise(G, batch_size):
    squares = [float(e @ e) for e in G - G.mean(axis=0)]
    return (sum(squares) / len(squares) * factor(len(G), batch_size)) ** 0.5
## standard deviations
def batch_noise(G, batch_size):
    n = len(G)
    nu = np.sqrt(np.sum(np.std(G, axis=0) ** 2))
    return nu * np.sqrt((n - batch_size) / ((n - 1) * batch_size))
## distances of all pairs
def batch_noise(G, batch_size):
    n = len(G)
    nu2 = sum(np.sum((a - b) ** 2) for a in G for b in G) / (2 * n * n)
    return np.sqrt(nu2 / batch_size * (n - batch_size) / (n - 1))
## type hints
def batch_noise(G: np.ndarray, batch_size: int) -> float:
    n: int = len(G)
    centred: np.ndarray = G - G.mean(axis=0, keepdims=True)
    nu2: float = float(np.square(centred).sum()) / n
    return (nu2 * (n - batch_size) / (n - 1) / batch_size) ** 0.5
"""),
    wrong=variants("""
## with replacement
def batch_noise(G, batch_size):
    E = G - G.mean(axis=0)
    return np.sqrt((E ** 2).sum(axis=1).mean() / batch_size)
## falls like 1/B
def batch_noise(G, batch_size):
    n = len(G)
    nu = np.sqrt(((G - G.mean(axis=0)) ** 2).sum(axis=1).mean())
    return nu / batch_size * np.sqrt((n - batch_size) / (n - 1))
## squared noise
def batch_noise(G, batch_size):
    n = len(G)
    nu2 = ((G - G.mean(axis=0)) ** 2).sum(axis=1).mean()
    return nu2 / batch_size * (n - batch_size) / (n - 1)
## batch size ignored
def batch_noise(G, batch_size):
    return np.sqrt(((G - G.mean(axis=0)) ** 2).sum(axis=1).mean())
## mean not taken off
def batch_noise(G, batch_size):
    n = len(G)
    return np.sqrt((G ** 2).sum(axis=1).mean() / batch_size * (n - batch_size) / (n - 1))
## mean over the weights
def batch_noise(G, batch_size):
    n = len(G)
    nu2 = ((G - G.mean(axis=0)) ** 2).mean()
    return np.sqrt(nu2 / batch_size * (n - batch_size) / (n - 1))
## one number for each weight
def batch_noise(G, batch_size):
    n = len(G)
    return G.std(axis=0) / np.sqrt(batch_size) * np.sqrt((n - batch_size) / (n - 1))
## n instead of n - 1
def batch_noise(G, batch_size):
    n = len(G)
    nu2 = ((G - G.mean(axis=0)) ** 2).sum(axis=1).mean()
    return np.sqrt(nu2 / batch_size * (n - batch_size) / n)
## n - 1 in the mean
def batch_noise(G, batch_size):
    n = len(G)
    nu2 = ((G - G.mean(axis=0)) ** 2).sum() / (n - 1)
    return np.sqrt(nu2 / batch_size * (n - batch_size) / (n - 1))
## mean of the distances
def batch_noise(G, batch_size):
    n = len(G)
    nu = np.linalg.norm(G - G.mean(axis=0), axis=1).mean()
    return nu * np.sqrt((n - batch_size) / (n - 1) / batch_size)
## measured with ten batches
def batch_noise(G, batch_size):
    rng = np.random.default_rng(0)
    means = [G[rng.permutation(len(G))[:batch_size]].mean(axis=0) for _ in range(10)]
    return np.sqrt(((means - G.mean(axis=0)) ** 2).sum(axis=1).mean())
## standard deviation of all numbers
def batch_noise(G, batch_size):
    n = len(G)
    return G.std() * np.sqrt((n - batch_size) / (n - 1) / batch_size)
## mean of one mean
def batch_noise(G, batch_size):
    n = len(G)
    nu2 = ((G - G.mean()) ** 2).sum(axis=1).mean()
    return np.sqrt(nu2 / batch_size * (n - batch_size) / (n - 1))
"""),
)
