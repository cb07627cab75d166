r"""A feed-forward network is a composed function: units, layers, and the forward pass.

.. math:: X^L = \sigma(W^L \sigma(W^{L-1} \cdots \sigma(W^1 X^0)))

Examples are rows here, so a layer reads ``S = X @ W.T``. Column 0 of every ``X`` is one, so that
column 0 of ``W`` is the bias. The last layer stops at its scores: the loss turns those into
probabilities. Source: the lecture; notation as in Goodfellow, Bengio & Courville (2016), ch. 6.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from dlcourse._validation import FloatArray, float_array, float_dtype, one_of
from dlcourse.activations import ACTIVATIONS


@dataclass(frozen=True, eq=False)
class Network:
    r"""Layer sizes, the hidden activation, and every weight in one flat vector.

    Attributes
    ----------
    sizes : tuple of int
        Units per layer :math:`N_0, \ldots, N_L`, without the units of ones.
    activation : str
        Non-linearity of the hidden layers, a key of ``dlcourse.activations.ACTIVATIONS``.
    parameters : ndarray of shape (sum of ``N_l * (N_{l-1} + 1)``,)
        All weights, layer after layer. An optimiser updates this one vector in place. It is the
        array that was given if that is contiguous ``float32`` or ``float64``, else a copy.
    W : list of ndarray, shapes (N_l, N_{l-1} + 1)
        The weights :math:`W^1, \ldots, W^L` as views of ``parameters``: writing to one changes the
        other.

    Examples
    --------
    >>> network = Network((2, 3, 1), "relu", np.zeros(13))
    >>> [W.shape for W in network.W]
    [(3, 3), (1, 4)]
    """

    sizes: tuple[int, ...]
    activation: str
    parameters: FloatArray
    W: list[FloatArray] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Refuse sizes, an activation or a parameter vector that make no network."""
        if len(self.sizes) < 2 or min(self.sizes[1:]) < 1 or self.sizes[0] < 0:
            raise ValueError(
                "sizes must list at least an input and an output layer, each with one unit or "
                f"more (the input may have none), got {self.sizes}"
            )
        one_of(self.activation, "activation", ACTIVATIONS)
        parameters = float_array(self.parameters, "parameters", finite=False)
        object.__setattr__(self, "parameters", np.ascontiguousarray(parameters))
        needed = sum(rows * columns for rows, columns in layer_shapes(self.sizes))
        if self.parameters.shape != (needed,):
            raise ValueError(
                f"parameters must have shape ({needed},) for sizes {self.sizes}, "
                f"got {self.parameters.shape}"
            )
        object.__setattr__(self, "W", layer_views(self.parameters, self.sizes))

    def __reduce__(self) -> tuple[type["Network"], tuple[tuple[int, ...], str, FloatArray]]:
        """Copy and pickle the vector alone; views of it are made anew, so that they stay views."""
        return Network, (self.sizes, self.activation, self.parameters)


def layer_shapes(sizes: Sequence[int]) -> list[tuple[int, int]]:
    """Shapes ``(N_l, N_{l-1} + 1)`` of the weight matrices.

    >>> layer_shapes((2, 3, 1))
    [(3, 3), (1, 4)]
    """
    return [(n_out, n_in + 1) for n_in, n_out in pairwise(sizes)]


def layer_views(flat: FloatArray, sizes: Sequence[int]) -> list[FloatArray]:
    """Cut a flat vector into one matrix for each layer, without copying.

    >>> flat = np.arange(13.0)
    >>> first, second = layer_views(flat, (2, 3, 1))
    >>> second
    array([[ 9., 10., 11., 12.]])
    """
    views, start = [], 0
    for rows, columns in layer_shapes(sizes):
        stop = start + rows * columns
        views.append(flat[start:stop].reshape(rows, columns))
        start = stop
    return views


def initialize(
    sizes: Sequence[int],
    rng: np.random.Generator,
    activation: str = "relu",
    dtype: DTypeLike = np.float64,
) -> Network:
    r"""Draw a network whose scores neither fade nor grow with depth; biases start at zero.

    Weights are normal with variance :math:`2/N_{l-1}` for ReLU and other one-sided activations (He
    et al. 2015, eq. 10), and :math:`2/(N_{l-1}+N_l)` otherwise (Glorot & Bengio 2010, eq. 12).

    Parameters
    ----------
    sizes : sequence of int
        Units per layer, input first.
    rng : numpy.random.Generator
        The only source of randomness.
    activation : str
        Non-linearity of the hidden layers.
    dtype : dtype
        ``float32`` or ``float64``.

    Raises
    ------
    TypeError, ValueError
        If ``sizes`` or ``activation`` make no network, or ``dtype`` is another one.

    Examples
    --------
    >>> network = initialize((784, 256, 10), np.random.default_rng(0))
    >>> round(float(network.W[0][:, 1:].std() * np.sqrt(784 / 2)), 2)
    1.0
    """
    dtype = float_dtype(dtype, "dtype")
    sizes = tuple(int(size) for size in sizes)
    n_parameters = sum(rows * columns for rows, columns in layer_shapes(sizes))
    network = Network(sizes, activation, np.zeros(n_parameters, dtype))
    one_sided = ACTIVATIONS[activation].one_sided
    for W, (n_in, n_out) in zip(network.W, pairwise(sizes), strict=True):
        variance = 2 / max(1, n_in if one_sided else n_in + n_out)
        W[:, 1:] = rng.normal(scale=np.sqrt(variance), size=(n_out, n_in))
    return network


def network_from_weights(weights: Sequence[ArrayLike], activation: str) -> Network:
    """Build a network from matrices written by hand.

    Parameters
    ----------
    weights : sequence of array_like, shapes ``(N_l, N_{l-1} + 1)``
        One matrix for each layer, bias in column 0. They are copied.
    activation : str
        Non-linearity of the hidden layers.

    Raises
    ------
    ValueError
        If there is no matrix, or one does not fit the layer before it.

    Examples
    --------
    >>> both = network_from_weights([[[-1.5, 1.0, 1.0]]], "sigmoid")    # x1 AND x2
    >>> predict_scores(both, [[1, 1], [0, 1]]).ravel()
    array([ 0.5, -0.5])
    """
    W = [float_array(matrix, f"weights[{k}]", ndim=2) for k, matrix in enumerate(weights)]
    if not W:
        raise ValueError("weights must hold at least one matrix, got none")
    for k, (below, above) in enumerate(pairwise(W), start=1):
        if above.shape[1] != below.shape[0] + 1:
            raise ValueError(
                f"weights[{k}] must have {below.shape[0] + 1} columns (a bias and "
                f"{below.shape[0]} units below), got shape {above.shape}"
            )
    sizes = (W[0].shape[1] - 1, *(matrix.shape[0] for matrix in W))
    return Network(sizes, activation, np.concatenate([matrix.ravel() for matrix in W]))


def neuron(w: ArrayLike, x: ArrayLike, activation: str = "sigmoid") -> float:
    r"""One unit: a weighted sum, then a non-linearity, :math:`x = \sigma(w^T x + w_0)`.

    Parameters
    ----------
    w : array_like of shape (N + 1,)
        Bias first.
    x : array_like of shape (N,)
        One example.
    activation : str
        A key of ``dlcourse.activations.ACTIVATIONS``.

    Examples
    --------
    >>> neuron([0.0, 2.0, -1.0], [1.0, 2.0])
    0.5
    """
    w, x = float_array(w, "w", ndim=1), float_array(x, "x", ndim=1)
    _weights_fit(w[np.newaxis], x[np.newaxis])
    one_of(activation, "activation", ACTIVATIONS)
    return float(ACTIVATIONS[activation].function(w[0] + w[1:] @ x))


def _weights_fit(W: FloatArray, X: FloatArray) -> None:
    if W.shape[1] != X.shape[1] + 1:
        raise ValueError(
            f"W must have a bias and one weight for each of the {X.shape[1]} columns of X, "
            f"that is {X.shape[1] + 1} columns, got {W.shape[1]}"
        )


def _layer_inputs(W: ArrayLike, X: ArrayLike) -> tuple[FloatArray, FloatArray]:
    W, X = float_array(W, "W", ndim=2), float_array(X, "X", ndim=2)
    _weights_fit(W, X)
    return W, X


def layer_loops(W: ArrayLike, X: ArrayLike) -> FloatArray:
    r"""One layer as the definition reads: :math:`S_{ij} = W_{j0} + \sum_k W_{jk} X_{ik}`.

    Parameters
    ----------
    W : array_like of shape (N_out, N_in + 1)
        Bias in column 0.
    X : array_like of shape (n, N_in)
        Examples as rows, without ones.

    Returns
    -------
    ndarray of shape (n, N_out)

    Examples
    --------
    >>> layer_loops([[1.0, 2.0]], [[3.0], [4.0]])
    array([[7.],
           [9.]])
    """
    W, X = _layer_inputs(W, X)
    S = np.empty((len(X), len(W)), np.result_type(W, X))
    for i in range(len(X)):
        for j in range(len(W)):
            total = W[j, 0]
            for k in range(X.shape[1]):
                total += W[j, k + 1] * X[i, k]
            S[i, j] = total
    return S


def layer_dots(W: ArrayLike, X: ArrayLike) -> FloatArray:
    """The same layer, one dot product for each example and unit.

    Parameters and return value as for :func:`layer_loops`.

    Examples
    --------
    >>> layer_dots([[1.0, 2.0]], [[3.0], [4.0]]).ravel()
    array([7., 9.])
    """
    W, X = _layer_inputs(W, X)
    S = np.empty((len(X), len(W)), np.result_type(W, X))
    for i, x in enumerate(X):
        for j, w in enumerate(W):
            S[i, j] = w[0] + w[1:] @ x
    return S


def layer_matmul(W: ArrayLike, X: ArrayLike) -> FloatArray:
    """The same layer as one matrix product for all examples and units.

    Parameters and return value as for :func:`layer_loops`.

    Examples
    --------
    >>> layer_matmul([[1.0, 2.0]], [[3.0], [4.0]]).ravel()
    array([7., 9.])
    """
    W, X = _layer_inputs(W, X)
    return X @ W[:, 1:].T + W[:, 0]


@dataclass(frozen=True, eq=False)
class Buffers:
    r"""Room for one batch on its way through a network, allocated once and written in place.

    Attributes
    ----------
    X : list of ndarray, shapes (n, N_l + 1)
        :math:`X^0, \ldots, X^{L-1}`; column 0 holds the ones, so the bias needs no code of its own.
    units : list of ndarray, shapes (n, N_l)
        Views of ``X`` without the ones.
    outputs : list of ndarray, shapes (n, N_l)
        :math:`\sigma(S^1), \ldots, \sigma(S^{L-1})` before dropout, each in one block of memory.
    scores : ndarray of shape (n, N_L)
        :math:`S^L`.
    dS : list of ndarray, shapes (n, N_l)
        What backprop stores: :math:`\partial L / \partial S^1, \ldots, \partial L / \partial S^L`.
    scratch : list of ndarray, shapes (n, N_l)
        Room for temporaries of the hidden layers.
    masks : list of ndarray, shapes (n, N_l)
        Dropout masks of the hidden layers; empty without dropout.
    """

    X: list[FloatArray]
    units: list[FloatArray]
    outputs: list[FloatArray]
    scores: FloatArray
    dS: list[FloatArray]
    scratch: list[FloatArray]
    masks: list[FloatArray]

    def rows(self, n: int) -> "Buffers":
        """The same memory, seen as a batch of the first ``n`` examples."""
        X, units, outputs, dS, scratch, masks = (
            [array[:n] for array in group]
            for group in (self.X, self.units, self.outputs, self.dS, self.scratch, self.masks)
        )
        return Buffers(X, units, outputs, self.scores[:n], dS, scratch, masks)


def allocate(network: Network, n: int, dropout: bool = False) -> Buffers:
    """Buffers for batches of ``n`` examples, in the dtype of the network's parameters.

    >>> [x.shape for x in allocate(Network((2, 3, 1), "relu", np.zeros(13)), 5).X]
    [(5, 3), (5, 4)]
    """
    dtype = network.parameters.dtype
    X = [np.ones((n, size + 1), dtype) for size in network.sizes[:-1]]
    outputs, scratch, masks = (
        [np.ones((n, size), dtype) for size in network.sizes[1:-1]] for _ in range(3)
    )
    scores = np.zeros((n, network.sizes[-1]), dtype)
    dS = [np.zeros_like(output) for output in (*outputs, scores)]
    units = [x[:, 1:] for x in X]
    return Buffers(X, units, outputs, scores, dS, scratch, masks if dropout else [])


def propagate(network: Network, buffers: Buffers) -> None:
    """Forward pass of the batch in ``buffers.X[0]``, written into ``buffers``.

    This is the pass that training runs: it checks nothing and allocates nothing. ``np.dot`` into
    a block of memory is the matrix product with the least overhead.
    """
    W, X = network.W, buffers.X
    sigma = ACTIVATIONS[network.activation].function
    for depth, output in enumerate(buffers.outputs):
        np.dot(X[depth], W[depth].T, out=output)
        sigma(output, out=output)
        if buffers.masks:
            np.multiply(output, buffers.masks[depth], out=buffers.units[depth + 1])
        else:
            np.copyto(buffers.units[depth + 1], output)
    np.dot(X[-1], W[-1].T, out=buffers.scores)


def forward(network: Network, X: ArrayLike) -> Buffers:
    r"""Send examples through the network and keep what every layer computed.

    Parameters
    ----------
    network : Network
    X : array_like of shape (n, N_0)
        Examples as rows.

    Returns
    -------
    Buffers
        ``.X`` holds :math:`X^0, \ldots, X^{L-1}`, ``.scores`` holds :math:`S^L`.

    Raises
    ------
    TypeError, ValueError
        If ``X`` is not a finite numeric matrix with :math:`N_0` columns.

    Examples
    --------
    >>> network = network_from_weights([[[0, 1], [0, -1]], [[0, 1, 1]]], "relu")    # |x|
    >>> forward(network, [[-3.0], [2.0]]).scores
    array([[3.],
           [2.]])
    """
    X = float_array(X, "X", ndim=2)
    if X.shape[1] != network.sizes[0]:
        raise ValueError(
            f"X must have {network.sizes[0]} columns, one for each input, got {X.shape[1]}"
        )
    buffers = allocate(network, len(X))
    buffers.units[0][...] = X
    propagate(network, buffers)
    return buffers


def predict_scores(network: Network, X: ArrayLike) -> FloatArray:
    """Scores of the output layer, shape (n, N_L); parameters and errors as for :func:`forward`.

    >>> predict_scores(network_from_weights([[[1, 2]]], "relu"), [[3.0]])
    array([[7.]])
    """
    return forward(network, X).scores
