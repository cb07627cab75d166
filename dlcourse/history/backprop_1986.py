r"""Backpropagation, 1986: hidden units that nobody told what to stand for.

.. math:: E = \tfrac12 \sum_c \sum_j (y_{cj} - d_{cj})^2, \qquad
    \Delta w(t) = -\varepsilon\,\frac{\partial E}{\partial w}(t) + \alpha\,\Delta w(t - 1)

Sigmoids in every layer, one change after each sweep through all cases. Source: Rumelhart, Hinton
and Williams (1986), *Nature* 323, equations (3) to (9), and their two examples.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise, product
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from dlcourse._validation import (
    FloatArray,
    finite_number,
    float_array,
    in_interval,
    positive,
    random_generator,
    whole_number,
)
from dlcourse.activations import sigmoid
from dlcourse.features import append_ones

Weights = list[FloatArray]


class Phase(NamedTuple):
    """A number of sweeps with one rate (epsilon) and one momentum (alpha)."""

    sweeps: int
    rate: float
    momentum: float


# --- The procedure ---


def initial_weights(sizes: Sequence[int], spread: float, rng: np.random.Generator) -> Weights:
    """Draw all weights and biases evenly between ``-spread`` and ``spread``.

    Parameters
    ----------
    sizes : sequence of int
        Inputs, hidden units of each layer, outputs.
    spread : float
        The paper's is 0.3.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    list of ndarray
        For each layer its weights, of shape (inputs + 1, units), biases in the first row.

    Raises
    ------
    TypeError, ValueError
        If an argument is not as described.

    Examples
    --------
    >>> [w.shape for w in initial_weights((6, 2, 1), 0.3, np.random.default_rng(0))]
    [(7, 2), (3, 1)]
    """
    positive(spread, "spread")
    random_generator(rng)
    sizes = [whole_number(size, "each of sizes") for size in sizes]
    return [rng.uniform(-spread, spread, (n + 1, units)) for n, units in pairwise(sizes)]


def states(weights: Weights, X: ArrayLike) -> list[FloatArray]:
    """Compute the state of every unit: equations (1) and (2).

    Parameters
    ----------
    weights : list of ndarray
        As ``initial_weights`` returns them.
    X : array_like of shape (cases, N0)
        Inputs.

    Returns
    -------
    list of ndarray
        The inputs, and the states of each layer, of shape (cases, units).

    Raises
    ------
    TypeError, ValueError
        If ``X`` is no matrix of numbers.

    Examples
    --------
    >>> states([np.array([[0.0], [1.0]])], [[0], [np.log(3)]])[-1]
    array([[0.5 ],
           [0.75]])
    """
    layers = [float_array(X, "X", ndim=2)]
    for w in weights:
        layers.append(sigmoid(append_ones(layers[-1]) @ w))
    return layers


def output_blame(y: ArrayLike, d: ArrayLike, margin: float = 0.0) -> FloatArray:
    r"""Compute the blame of the outputs, :math:`(y - d)\,y\,(1 - y)`: equations (4) and (5).

    With a margin of 0.2, an output that should be on has no error above 0.8, and one that should
    be off has none below 0.2.

    Parameters
    ----------
    y : array_like of shape (cases, K)
        States of the output units, between 0 and 1.
    d : array_like of shape (cases, K)
        Desired states, 0 or 1.
    margin : float
        From 0 to 1: how far from its target an output may be.

    Returns
    -------
    ndarray of shape (cases, K)

    Raises
    ------
    TypeError, ValueError
        If an argument is not as described.

    Examples
    --------
    >>> output_blame([[0.5, 0.9, 0.1]], [[1, 1, 1]], margin=0.2)
    array([[-0.125,  0.   , -0.081]])
    """
    y, d = float_array(y, "y", ndim=2), float_array(d, "d", ndim=2)
    if y.shape != d.shape:
        raise ValueError(f"y and d must have the same shape, got {y.shape} and {d.shape}")
    in_interval(margin, "margin", 0, 1)
    error = np.where(np.abs(y - d) < margin, 0, y - d)
    return np.asarray(error * y * (1 - y))


def gradient(weights: Weights, X: ArrayLike, d: ArrayLike, margin: float = 0.0) -> Weights:
    """Add up the slopes of the error over all cases, layer by layer: equations (4) to (7).

    Parameters
    ----------
    weights : list of ndarray
        As ``initial_weights`` returns them.
    X : array_like of shape (cases, N0)
        Inputs.
    d : array_like of shape (cases, K)
        Desired states, 0 or 1.
    margin : float
        Of ``output_blame``.

    Returns
    -------
    list of ndarray
        Shapes as those of the weights.

    Raises
    ------
    TypeError, ValueError
        If an argument is not as described.

    Examples
    --------
    >>> gradient([np.zeros((2, 1))], [[1], [2]], [[1], [1]])
    [array([[-0.25 ],
           [-0.375]])]
    """
    *below, y = states(weights, X)
    blame = output_blame(y, d, margin)
    slopes: Weights = []
    for w, inputs in zip(weights[::-1], below[::-1], strict=True):
        slopes.append(append_ones(inputs).T @ blame)
        blame = blame @ w[1:].T * inputs * (1 - inputs)
    return slopes[::-1]


def learn(
    weights: Weights,
    X: ArrayLike,
    d: ArrayLike,
    phases: Sequence[Phase],
    margin: float = 0.0,
    decay: float = 0.0,
    connected: Weights | None = None,
) -> Iterator[Weights]:
    """Sweep through the cases, and change the weights after each sweep: equation (9).

    Parameters
    ----------
    weights : list of ndarray
        The start; it is not changed.
    X : array_like of shape (cases, N0)
        Inputs.
    d : array_like of shape (cases, K)
        Desired states, 0 or 1.
    phases : sequence of Phase
        One after the other.
    margin : float
        Of ``output_blame``.
    decay : float
        The part of every weight that is taken away after each change.
    connected : list of ndarray, optional
        For each layer, 1 where there is a connection, and 0 where there is none.

    Yields
    ------
    list of ndarray
        The weights after each sweep.

    Raises
    ------
    TypeError, ValueError
        If an argument is not as described.

    Examples
    --------
    >>> start = [np.zeros((2, 1))]
    >>> for weights in learn(start, [[1], [2]], [[1], [1]], [Phase(2, rate=1, momentum=0.5)]):
    ...     print(weights[0].round(3).ravel())
    [0.25  0.375]
    [0.507 0.747]
    """
    decay = in_interval(decay, "decay", 0, 1)
    if connected is None:
        connected = [np.ones_like(w) for w in weights]
    changes = [np.zeros_like(w) for w in weights]
    for sweeps, rate, momentum in phases:
        finite_number(rate, "rate")
        in_interval(momentum, "momentum", 0, 1, closed="left")
        for _ in range(whole_number(sweeps, "sweeps")):
            slopes = gradient(weights, X, d, margin)
            changes = [
                momentum * change - rate * slope * there
                for change, slope, there in zip(changes, slopes, connected, strict=True)
            ]
            weights = [
                (1 - decay) * (w + change) for w, change in zip(weights, changes, strict=True)
            ]
            yield weights


# --- Mirror symmetry ---

#: Inputs, hidden units, output.
SYMMETRY: Final = (6, 2, 1)
#: The caption of figure 1: 1,425 sweeps were enough.
SYMMETRY_PHASE: Final = Phase(1425, rate=0.1, momentum=0.9)


def mirror_patterns() -> tuple[FloatArray, FloatArray]:
    """All 64 patterns of six inputs, and whether they read the same in both directions.

    Returns
    -------
    X : ndarray of shape (64, 6)
    d : ndarray of shape (64, 1)

    Examples
    --------
    >>> X, d = mirror_patterns()
    >>> len(X), int(d.sum())
    (64, 8)
    """
    X = np.array(list(product([0.0, 1.0], repeat=SYMMETRY[0])))
    return X, np.all(X[:, ::-1] == X, axis=1, keepdims=True).astype(float)


# --- Family trees ---

#: Husband and wife, and their son and daughter where they have them: the English tree.
COUPLES: Final = {
    ("Christopher", "Penelope"): ("Arthur", "Victoria"),
    ("Andrew", "Christine"): ("James", "Jennifer"),
    ("Arthur", "Margaret"): (),
    ("James", "Victoria"): ("Colin", "Charlotte"),
    ("Charles", "Jennifer"): (),
}
#: The Italian who stands in the same place of the other tree.
ITALIAN: Final = {
    "Christopher": "Roberto",
    "Penelope": "Maria",
    "Andrew": "Pierro",
    "Christine": "Francesca",
    "Margaret": "Gina",
    "Arthur": "Emilio",
    "Victoria": "Lucia",
    "James": "Marco",
    "Jennifer": "Angela",
    "Charles": "Tomaso",
    "Colin": "Alfonso",
    "Charlotte": "Sophia",
}
#: All 24 names, in the order of the inputs and of the outputs.
PEOPLE: Final = (*ITALIAN, *ITALIAN.values())
#: In the order of the other twelve inputs.
RELATIONS: Final = (
    *("father", "mother", "husband", "wife", "son", "daughter"),
    *("uncle", "aunt", "brother", "sister", "nephew", "niece"),
)
_PERSON_UNITS, _RELATION_UNITS, _CENTRE, _LAST = 6, 6, 12, 6


class Facts(NamedTuple):
    """What two family trees say.

    Attributes
    ----------
    X : ndarray of shape (104, 36)
        A person, one of 24 inputs, and a relation, one of 12.
    d : ndarray of shape (104, 24)
        1 for each person who stands in this relation: all aunts of Colin, say.
    """

    X: FloatArray
    d: FloatArray


def family_facts() -> Facts:
    """Read all 104 questions that have an answer off both trees, those of the English first.

    Examples
    --------
    >>> X, d = family_facts()
    >>> colins_aunts = X[:, PEOPLE.index("Colin")] * X[:, 24 + RELATIONS.index("aunt")] == 1
    >>> [name for name, on in zip(PEOPLE, d[colins_aunts][0]) if on]
    ['Margaret', 'Jennifer']
    """
    answers: dict[tuple[str, str], set[str]] = {}
    for person, relation, other in sorted(_relatives()):
        answers.setdefault((person, relation), set()).add(other)
    X, d = np.zeros((2, len(answers), 36)), np.zeros((2, len(answers), 24))
    for tree, name in enumerate(({person: person for person in ITALIAN}, ITALIAN)):
        for row, ((person, relation), others) in enumerate(answers.items()):
            X[tree, row, [PEOPLE.index(name[person]), 24 + RELATIONS.index(relation)]] = 1
            d[tree, row, [PEOPLE.index(name[other]) for other in others]] = 1
    return Facts(X.reshape(-1, 36), d.reshape(-1, 24))


def family_weights(spread: float, rng: np.random.Generator) -> tuple[Weights, Weights]:
    """Draw a network for the family trees, and say which units are connected.

    24 people lead to six units of their own, 12 relations to six others; these 12 to 12, then 6,
    then 24 people.

    Parameters
    ----------
    spread : float
        Weights lie evenly between ``-spread`` and ``spread``.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    weights, connected : lists of ndarray
        What ``learn`` takes.

    Raises
    ------
    TypeError, ValueError
        If an argument is not as described.

    Examples
    --------
    >>> weights, connected = family_weights(0.3, np.random.default_rng(0))
    >>> int(sum(part.sum() for part in connected))
    630
    """
    sizes = (36, _PERSON_UNITS + _RELATION_UNITS, _CENTRE, _LAST, 24)
    weights = initial_weights(sizes, spread, rng)
    connected = [np.ones_like(w) for w in weights]
    connected[0][1:25, _PERSON_UNITS:] = 0
    connected[0][25:, :_PERSON_UNITS] = 0
    return [w * c for w, c in zip(weights, connected, strict=True)], connected


def _relatives() -> set[tuple[str, str, str]]:
    """Who is what to whom in the English tree: (Colin, aunt, Jennifer) is "Colin has the aunt"."""
    known = set[tuple[str, str, str]]()
    for (husband, wife), children in COUPLES.items():
        known |= {(wife, "husband", husband), (husband, "wife", wife)}
        for child, role in zip(children, ("son", "daughter"), strict=False):
            known |= {(child, "father", husband), (child, "mother", wife)}
            known |= {(parent, role, child) for parent in (husband, wife)}
        if children:
            son, daughter = children
            known |= {(daughter, "brother", son), (son, "sister", daughter)}
    parents = {(child, p) for child, role, p in known if role in ("father", "mother")}
    siblings = {(one, other) for one, role, other in known if role in ("brother", "sister")}
    for child, parent in parents:
        for sibling in (other for one, other in siblings if one == parent):
            for uncle, aunt in (couple for couple in COUPLES if sibling in couple):
                known |= {(child, "uncle", uncle), (child, "aunt", aunt)}
                role = "nephew" if (parent, "son", child) in known else "niece"
                known |= {(uncle, role, child), (aunt, role, child)}
    return known
