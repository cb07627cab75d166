r"""Toy problems in the plane: what a line can separate, and what it cannot.

Every function returns ``(X, y)``: points ``X`` of shape ``(n_samples, 2)``, float64, and classes
``y`` of shape ``(n_samples,)``, counted from 0. Classes are balanced (their sizes differ by one at
most), rows are in random order. ``noise`` is the standard deviation of the normal noise added to
each coordinate. Moons and rings are those of scikit-learn, so results can be compared.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dlcourse._validation import in_interval, positive, random_generator, whole_number

Points = NDArray[np.float64]
Labels = NDArray[np.intp]

SEPARATOR: Points = np.array([0.0, 1.0, 1.0]) / np.sqrt(2)
r"""Weights, bias first, of the line :math:`x_1 + x_2 = 0` that :func:`separable` keeps clear of.

Its normal vector has length one, so a score is a signed distance.
"""
SEPARATOR.flags.writeable = False


def xor(n_samples: int, noise: float, rng: np.random.Generator) -> tuple[Points, Labels]:
    """Corners of the unit square; the class is ``x1 XOR x2``. No line separates it.

    Parameters
    ----------
    n_samples : int
        Number of points, at least 2. All four corners are equally frequent.
    noise : float
        Standard deviation around the corners; 0 gives the truth table itself.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    X : ndarray of shape (n_samples, 2)
    y : ndarray of shape (n_samples,)

    Raises
    ------
    TypeError, ValueError
        If an argument is not what is said here; the message names it.

    Examples
    --------
    >>> X, y = xor(4, noise=0.0, rng=np.random.default_rng(0))
    >>> bool(np.all(y == (X[:, 0] != X[:, 1])))
    True
    """
    _check(n_samples, 2, noise, rng)
    corner = np.arange(n_samples) % 4
    X = np.column_stack([corner // 2, (corner == 1) | (corner == 2)]).astype(np.float64)
    return _noisy_and_shuffled(X, (corner % 2).astype(np.intp), noise, rng)


def blobs(
    n_samples: int, noise: float, rng: np.random.Generator, n_classes: int = 3
) -> tuple[Points, Labels]:
    """One normal cloud for each class, centres on a circle of radius 2.

    Parameters
    ----------
    n_samples : int
        Number of points, at least one for each class.
    noise : float
        Standard deviation of a cloud.
    rng : numpy.random.Generator
        Source of randomness.
    n_classes : int
        Number of clouds.

    Returns
    -------
    X : ndarray of shape (n_samples, 2)
    y : ndarray of shape (n_samples,)

    Examples
    --------
    >>> X, y = blobs(9, noise=0.0, rng=np.random.default_rng(0))
    >>> X[y == 0][0]
    array([2., 0.])
    """
    y = _labels(n_samples, n_classes, noise, rng)
    return _noisy_and_shuffled(2 * _on_circle(y / n_classes), y, noise, rng)


def moons(n_samples: int, noise: float, rng: np.random.Generator) -> tuple[Points, Labels]:
    """Two interleaved half circles of radius 1.

    Parameters and return value as for :func:`xor`.

    Examples
    --------
    >>> X, y = moons(5, noise=0.0, rng=np.random.default_rng(0))
    >>> np.bincount(y)
    array([3, 2])
    """
    _check(n_samples, 2, noise, rng)
    n_upper = n_samples - n_samples // 2
    upper = _on_circle(np.linspace(0, 0.5, n_upper))
    lower = [1.0, 0.5] - _on_circle(np.linspace(0, 0.5, n_samples - n_upper))
    y = np.repeat(np.arange(2, dtype=np.intp), [len(upper), len(lower)])
    return _noisy_and_shuffled(np.concatenate([upper, lower]), y, noise, rng)


def rings(
    n_samples: int, noise: float, rng: np.random.Generator, n_classes: int = 2
) -> tuple[Points, Labels]:
    """Concentric circles; class 0 is the innermost, the outermost has radius 1.

    Parameters and return value as for :func:`blobs`.

    Examples
    --------
    >>> X, y = rings(8, noise=0.0, rng=np.random.default_rng(0))
    >>> np.hypot(*X.T)[y == 0]
    array([0.5, 0.5, 0.5, 0.5])
    """
    y, position = _classes_and_positions(n_samples, n_classes, noise, rng, endpoint=False)
    radius = (y + 1) / n_classes
    return _noisy_and_shuffled(radius[:, np.newaxis] * _on_circle(position), y, noise, rng)


def spirals(
    n_samples: int,
    noise: float,
    rng: np.random.Generator,
    n_classes: int = 2,
    turns: float = 1.0,
) -> tuple[Points, Labels]:
    """Arms that wind around each other from the centre to radius 1.

    The hard one: Lang & Witbrock, "Learning to tell two spirals apart", 1988.

    Parameters
    ----------
    n_samples, noise, rng, n_classes
        As for :func:`blobs`.
    turns : float
        Full turns of each arm, greater than 0.

    Returns
    -------
    X : ndarray of shape (n_samples, 2)
    y : ndarray of shape (n_samples,)

    Examples
    --------
    >>> X, y = spirals(6, noise=0.0, rng=np.random.default_rng(0), n_classes=3)
    >>> round(float(np.hypot(*X.T).max()), 12)
    1.0
    """
    positive(turns, "turns")
    y, position = _classes_and_positions(n_samples, n_classes, noise, rng, endpoint=True)
    radius = 0.1 + 0.9 * position
    X = radius[:, np.newaxis] * _on_circle(turns * position + y / n_classes)
    return _noisy_and_shuffled(X, y, noise, rng)


def separable(n_samples: int, margin: float, rng: np.random.Generator) -> tuple[Points, Labels]:
    r"""Two classes with an empty strip between them, ``margin`` wide on each side of a line.

    The line is :math:`x_1 + x_2 = 0`, with weights :data:`SEPARATOR`; class 1 lies where
    :math:`x_1 + x_2 > 0`. Every point keeps a distance of at least ``margin`` and at most
    ``margin + 1`` from it, and one point of each class lies at distance ``margin`` exactly (up to
    rounding): ``margin`` is the :math:`\gamma` of Novikoff's bound for the perceptron (1962).

    Parameters
    ----------
    n_samples : int
        Number of points, at least 2.
    margin : float
        Greater than 0.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    X : ndarray of shape (n_samples, 2)
    y : ndarray of shape (n_samples,)

    Raises
    ------
    TypeError, ValueError
        If an argument is not what is said here; the message names it.

    Examples
    --------
    >>> X, y = separable(50, margin=0.25, rng=np.random.default_rng(0))
    >>> distance = SEPARATOR[0] + X @ SEPARATOR[1:]
    >>> bool(np.all((distance > 0) == (y == 1))), round(float(abs(distance).min()), 12)
    (True, 0.25)
    """
    positive(margin, "margin")
    y = _labels(n_samples, 2, 0.0, rng)
    side = 2.0 * y - 1.0
    beyond = rng.uniform(size=n_samples)
    beyond[:2] = 0.0  # one point of each class: the labels start 0, 1
    normal, along = SEPARATOR[1:], np.array([-1.0, 1.0]) * SEPARATOR[1:]
    X = np.outer(side * (margin + beyond), normal)
    X += np.outer(rng.uniform(-1.5, 1.5, size=n_samples), along)
    return _noisy_and_shuffled(X, y, 0.0, rng)


def _check(n_samples: int, n_classes: int, noise: float, rng: np.random.Generator) -> None:
    whole_number(n_classes, "n_classes")
    whole_number(n_samples, "n_samples", minimum=n_classes)
    in_interval(noise, "noise", 0, np.inf, closed="left")
    random_generator(rng)


def _labels(n_samples: int, n_classes: int, noise: float, rng: np.random.Generator) -> Labels:
    """Labels 0, 1, ..., K-1, 0, 1, ... so that classes are balanced."""
    _check(n_samples, n_classes, noise, rng)
    return np.arange(n_samples, dtype=np.intp) % n_classes


def _classes_and_positions(
    n_samples: int, n_classes: int, noise: float, rng: np.random.Generator, endpoint: bool
) -> tuple[Labels, Points]:
    """Labels, and the place of each point along its class's curve, evenly spaced in 0 to 1."""
    y = _labels(n_samples, n_classes, noise, rng)
    sizes = np.bincount(y, minlength=n_classes)
    gaps = np.maximum(sizes - endpoint, 1)
    return y, (np.arange(n_samples) // n_classes) / gaps[y]


def _on_circle(turn: Points) -> Points:
    """Points of the unit circle, shape (n, 2), at the given fractions of a full turn."""
    return np.column_stack([np.cos(2 * np.pi * turn), np.sin(2 * np.pi * turn)])


def _noisy_and_shuffled(
    X: Points, y: Labels, noise: float, rng: np.random.Generator
) -> tuple[Points, Labels]:
    X = X + rng.normal(scale=noise, size=X.shape)
    order = rng.permutation(len(y))
    return X[order], y[order]
