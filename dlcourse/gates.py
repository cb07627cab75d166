r"""Logic gates are logistic units; XOR takes two stages of them.

.. math:: x_1 \oplus x_2 = \neg (x_1 \wedge x_2) \wedge (x_1 \vee x_2)

No line separates XOR. The first stage moves the four corners to where one does: its two units are
the new coordinates. Source: the lecture; Minsky & Papert (1969) for the limit, Rumelhart, Hinton &
Williams (1986) for hidden units that overcome it.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from dlcourse._validation import FloatArray, float_array
from dlcourse.activations import sigmoid
from dlcourse.linear import fit_logistic, scores

#: Bias first. The sign of the score makes the gate; the factor 20 makes it sure of itself.
AND: Final[FloatArray] = 20.0 * np.array([-1.5, 1.0, 1.0])
#: One input is enough.
OR: Final[FloatArray] = 20.0 * np.array([-0.5, 1.0, 1.0])
#: Of one input; its score has the opposite sign.
NOT: Final[FloatArray] = 20.0 * np.array([0.5, -1.0])
#: The same line as :data:`AND`, seen from the other side.
NAND: Final[FloatArray] = -AND

#: First stage NAND and OR, second stage AND: the weights of a network of sizes (2, 2, 1).
XOR_NETWORK: Final[list[FloatArray]] = [np.stack([NAND, OR]), AND[np.newaxis].copy()]

#: What each gate answers to each pair of inputs, in the form that :func:`learn_gate` takes.
TRUTH_TABLES: Final[Mapping[str, Mapping[tuple[int, ...], int]]] = {
    "and": {(0, 0): 0, (0, 1): 0, (1, 0): 0, (1, 1): 1},
    "or": {(0, 0): 0, (0, 1): 1, (1, 0): 1, (1, 1): 1},
    "nand": {(0, 0): 1, (0, 1): 1, (1, 0): 1, (1, 1): 0},
    "not": {(0,): 1, (1,): 0},
    "xor": {(0, 0): 0, (0, 1): 1, (1, 0): 1, (1, 1): 0},
}

for _weights in (AND, OR, NOT, NAND, *XOR_NETWORK):
    _weights.flags.writeable = False  # constants of the module: everybody shares them


def gate(w: ArrayLike, *inputs: ArrayLike) -> FloatArray:
    r"""One logistic unit, :math:`\sigma(w_0 + w_1 x_1 + w_2 x_2 + \ldots)`.

    Parameters
    ----------
    w : array_like of shape (m + 1,)
        Bias first.
    *inputs : m array_like of shapes that broadcast together
        Truth values 0 and 1, or anything between.

    Returns
    -------
    ndarray of the broadcast shape
        Probabilities.

    Raises
    ------
    TypeError, ValueError
        If something is not finite and real, or ``w`` does not fit the number of inputs.

    Examples
    --------
    >>> gate(AND, [0, 0, 1, 1], [0, 1, 0, 1]).round(3)
    array([0., 0., 0., 1.])
    """
    w = float_array(w, "w", ndim=1)
    columns = [float_array(x, f"inputs[{k}]") for k, x in enumerate(inputs)]
    if len(w) != len(columns) + 1:
        raise ValueError(
            f"w must have a bias and one weight for each of the {len(columns)} inputs, "
            f"got {len(w)} entries"
        )
    try:
        np.broadcast_shapes(*(x.shape for x in columns))
    except ValueError as error:
        shapes = ", ".join(str(x.shape) for x in columns)
        raise ValueError(f"inputs must have shapes that go together, got {shapes}") from error
    score = w[0]
    for weight, x in zip(w[1:], columns, strict=True):
        score = score + weight * x
    return sigmoid(score)


def learn_gate(
    truth_table: Mapping[tuple[int, ...], int], weight_penalty: float = 1e-3
) -> FloatArray:
    r"""Find the weights of a gate from its truth table by logistic regression.

    Parameters
    ----------
    truth_table : mapping of m-tuples of 0 and 1 to 0 or 1
        See ``TRUTH_TABLES``. XOR may be asked for; the best single unit then says 1/2 to all.
    weight_penalty : float
        :math:`\lambda > 0` keeps the weights finite where the gate can be learned, see
        :func:`dlcourse.linear.fit_logistic`.

    Returns
    -------
    ndarray of shape (m + 1,)
        Bias first.

    Raises
    ------
    TypeError, ValueError
        If the table is empty, its rows are not of one length, or an answer is not 0 or 1.

    Examples
    --------
    >>> w = learn_gate(TRUTH_TABLES["or"])
    >>> (gate(w, [0, 0, 1, 1], [0, 1, 0, 1]) > 0.5).astype(int)
    array([0, 1, 1, 1])
    """
    if not truth_table:
        raise ValueError("truth_table must have at least one row, got none")
    rows = float_array(list(truth_table), "truth_table", ndim=2)
    answers = float_array(list(truth_table.values()), "truth_table", ndim=1)
    if not np.isin(answers, (0, 1)).all():
        raise ValueError(f"truth_table must answer 0 or 1, got {dict(truth_table)}")
    return fit_logistic(rows, answers, weight_penalty)


def xor_hidden(X: ArrayLike) -> FloatArray:
    """Where the first stage moves a point: (x1 NAND x2, x1 OR x2).

    Parameters
    ----------
    X : array_like of shape (n, 2)
        Points; the corners of the unit square are the truth table.

    Returns
    -------
    ndarray of shape (n, 2)

    Raises
    ------
    TypeError, ValueError
        If ``X`` is not a finite numeric matrix of two columns.

    Examples
    --------
    >>> xor_hidden([[0, 0], [0, 1], [1, 0], [1, 1]]).round(3)
    array([[1., 0.],
           [1., 1.],
           [1., 1.],
           [0., 1.]])
    """
    X = float_array(X, "X", ndim=2)
    if X.shape[1] != 2:
        raise ValueError(f"X must have 2 columns, x1 and x2, got shape {X.shape}")
    return sigmoid(scores(X, XOR_NETWORK[0]))


def stacked_xor(X: ArrayLike) -> FloatArray:
    """XOR from two stages of logistic units.

    Parameters
    ----------
    X : array_like of shape (n, 2)
        Points; the corners of the unit square are the truth table.

    Returns
    -------
    ndarray of shape (n,)
        Probabilities.

    Raises
    ------
    TypeError, ValueError
        If ``X`` is not a finite numeric matrix of two columns.

    Examples
    --------
    >>> stacked_xor([[0, 0], [0, 1], [1, 0], [1, 1]]).round(3)
    array([0., 1., 1., 0.])
    """
    return sigmoid(scores(xor_hidden(X), AND))
