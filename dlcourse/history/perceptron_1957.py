r"""The perceptron: weights that change after a mistake, and only then.

.. math:: \mathbf w \leftarrow \mathbf w + y\,\mathbf z
    \quad\text{if}\quad y\,\mathbf w^\mathsf{T}\mathbf z \le 0,
    \qquad \mathbf z = (1, \mathbf x),\quad y = \pm 1

Where a line separates the classes, the mistakes end after :math:`(R / \gamma)^2` at most. Source:
Rosenblatt (1957, 1962) for machine and rule, Novikoff (1962) for the bound.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from dlcourse._validation import (
    FloatArray,
    IntArray,
    float_array,
    random_generator,
    refuse,
    same_length,
    whole_number,
)
from dlcourse.features import append_ones

#: Light cells along each side of the retina.
RETINA: Final = 20
#: Along each side of the square on a card.
SQUARE: Final = 4


class Lesson(NamedTuple):
    """What a perceptron did wrong, and what it made of it.

    Attributes
    ----------
    weights : ndarray of shape (mistakes + 1, N0 + 1)
        The start, all 0, and the weights after each mistake; bias first.
    mistakes : ndarray of shape (mistakes,)
        The example of each mistake, by its row.
    passes : int
        Through the examples; where ``learned`` is true, the last one was without a mistake.
    learned : bool
        Whether all examples are right in the end.
    """

    weights: FloatArray
    mistakes: IntArray
    passes: int
    learned: bool


def perceptron_step(w: ArrayLike, x: ArrayLike, y: float) -> FloatArray:
    r"""Show one example; where the answer is wrong, add it to the weights or take it away.

    A score of exactly 0 is no answer, and so a mistake.

    Parameters
    ----------
    w : array_like of shape (N0 + 1,)
        Bias first.
    x : array_like of shape (N0,)
        One example, without the one.
    y : -1 or 1
        Its label.

    Returns
    -------
    ndarray of shape (N0 + 1,)
        New weights, or those that came in.

    Raises
    ------
    TypeError, ValueError
        If an argument is not as described.

    References
    ----------
    Rosenblatt (1962), the error correction procedure.

    Examples
    --------
    >>> perceptron_step([0, 1, 1], [2, -3], 1)  # the score is -1
    array([ 1.,  3., -2.])
    >>> perceptron_step([0, 1, 1], [2, 3], 1)
    array([0., 1., 1.])
    """
    w, x = float_array(w, "w", ndim=1), float_array(x, "x", ndim=1)
    if len(w) != len(x) + 1:
        raise ValueError(f"w must have {len(x) + 1} entries, a bias and those of x, got {len(w)}")
    return _corrected(w, append_ones(x[np.newaxis])[0], float(_signs([y])[0]))


def learn(
    X: ArrayLike, y: ArrayLike, max_passes: int = 1000, rng: np.random.Generator | None = None
) -> Lesson:
    """Go through the examples, again and again, until a pass is without a mistake.

    Parameters
    ----------
    X : array_like of shape (n, N0)
        Examples as rows, without ones.
    y : array_like of shape (n,)
        Labels -1 and 1.
    max_passes : int
        When to give up.
    rng : numpy.random.Generator, optional
        Shuffles the examples before each pass; without it they come as they stand.

    Returns
    -------
    Lesson

    Raises
    ------
    TypeError, ValueError
        If an argument is not as described.

    Examples
    --------
    >>> lesson = learn([[1], [-1]], [1, -1])
    >>> lesson.weights
    array([[0., 0.],
           [1., 1.],
           [0., 2.]])
    >>> lesson.mistakes, lesson.passes, lesson.learned
    (array([0, 1]), 2, True)
    """
    Z, y = _examples(X, y)
    whole_number(max_passes, "max_passes")
    if rng is not None:
        random_generator(rng)
    weights, mistakes, passes, learned = [np.zeros(Z.shape[1], Z.dtype)], list[int](), 0, False
    while not learned and passes < max_passes:
        learned, passes = True, passes + 1
        for i in range(len(Z)) if rng is None else rng.permutation(len(Z)):
            w = _corrected(weights[-1], Z[i], float(y[i]))
            if w is not weights[-1]:
                learned = False
                weights.append(w)
                mistakes.append(int(i))
    return Lesson(np.stack(weights), np.array(mistakes, dtype=np.intp), passes, learned)


def mistake_bound(X: ArrayLike, y: ArrayLike, u: ArrayLike) -> float:
    r"""Novikoff's bound :math:`(R / \gamma)^2` on the mistakes, from weights that separate.

    :math:`R` is the length of the longest :math:`\mathbf z = (1, \mathbf x)`, and :math:`\gamma`
    the least :math:`y\,\mathbf u^\mathsf{T}\mathbf z / \lVert\mathbf u\rVert`. The bound holds
    for every order of the examples, and is lowest for the :math:`\mathbf u` with the largest
    :math:`\gamma`.

    Parameters
    ----------
    X : array_like of shape (n, N0)
        Examples as rows, without ones.
    y : array_like of shape (n,)
        Labels -1 and 1.
    u : array_like of shape (N0 + 1,)
        Any weights that get all examples right, bias first.

    Returns
    -------
    float

    Raises
    ------
    TypeError, ValueError
        If an argument is not as described, or ``u`` gets an example wrong.

    References
    ----------
    Novikoff (1962).

    Examples
    --------
    >>> mistake_bound([[2], [1], [-1]], [1, 1, -1], u=[0, 3])  # R² is 1 + 4, γ is 1
    5.0
    """
    Z, y = _examples(X, y)
    u = float_array(u, "u", ndim=1)
    if len(u) != Z.shape[1]:
        raise ValueError(f"u must have {Z.shape[1]} entries, bias first, got {len(u)}")
    margins = y * (Z @ u)
    refuse(margins <= 0, margins, "y times the score by u", "be above 0 for every example")
    return float((Z * Z).sum(axis=1).max() * (u @ u) / margins.min() ** 2)


def cards(n: int, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """Draw cards with a square in the left half or in the right one, as a retina sees them.

    As many light cells as the Mark I had, 20 by 20; the square has 4 by 4. In 1958 such cards were
    shown; how large their squares were, and where on a side, is not handed down.

    Parameters
    ----------
    n : int
        Number of cards.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    X : ndarray of shape (n, 400)
        0 and 1, row by row of the retina.
    y : ndarray of shape (n,)
        1 where the square is on the right, -1 where it is on the left; as many of each.

    Examples
    --------
    >>> X, y = cards(2, np.random.default_rng(0))
    >>> X.sum(axis=1)
    array([16., 16.])
    >>> [bool(x.reshape(20, 20)[:, 10:].any()) for x in X] == [label == 1 for label in y]
    True
    """
    whole_number(n, "n")
    y = random_generator(rng).permutation(np.resize([-1.0, 1.0], n))
    X = np.zeros((n, RETINA, RETINA))
    rows = rng.integers(0, RETINA - SQUARE + 1, n)
    columns = rng.integers(0, RETINA // 2 - SQUARE + 1, n) + RETINA // 2 * (y > 0)
    for card, row, column in zip(X, rows, columns, strict=True):
        card[row : row + SQUARE, column : column + SQUARE] = 1
    return X.reshape(n, -1), y


def _corrected(w: FloatArray, z: FloatArray, y: float) -> FloatArray:
    """Return the very `w` where the answer is right."""
    return w + y * z if y * (w @ z) <= 0 else w


def _examples(X: ArrayLike, y: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Examples with their ones, and their labels."""
    X, y = float_array(X, "X", ndim=2), _signs(y)
    same_length(X, y, ("X", "y"))
    return append_ones(X), y


def _signs(y: ArrayLike) -> FloatArray:
    y = float_array(y, "y", ndim=1)
    refuse(np.abs(y) != 1, y, "y", "hold labels -1 and 1")
    return y
