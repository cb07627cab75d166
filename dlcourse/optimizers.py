r"""Ways to turn a gradient into a step.

Each optimiser is a frozen record of its settings. ``init`` makes the state, ``step`` writes the new
parameters and the new state in place: nothing is hidden, and the same arguments give the same step.
All of them act element by element, so :func:`blocks` of a long vector can be stepped one by one.
Formulas and the place of ``eps`` are PyTorch's, whose documentation cites the same papers.

In the formulas :math:`W` are the parameters, :math:`g` the gradient, :math:`\alpha` the learning
rate; products, roots and quotients act element by element.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from dlcourse._validation import FloatArray, float_dtype, in_interval, positive

State = dict[str, Any]
"""Arrays and numbers by name; what is called ``"scratch"`` carries nothing from step to step."""

BLOCK = 2**16
"""Parameters in a block: few enough to stay in the processor's cache for all passes of a step."""


class Optimizer(Protocol):
    """What the training loop needs of an optimiser, which must act element by element.

    The loop takes the parameters in blocks, each of them with a state of its own.
    """

    def init(self, parameters: FloatArray) -> State:
        """State before the first step, for parameters of any shape."""

    def step(self, parameters: FloatArray, gradients: FloatArray, state: State) -> None:
        """Update ``parameters`` and ``state`` in place; leave ``gradients`` alone."""


def blocks(flat: FloatArray) -> list[FloatArray]:
    """Cut a vector into views of :data:`BLOCK` entries, the last of what is left.

    >>> [len(block) for block in blocks(np.zeros(150_000))]
    [65536, 65536, 18928]
    """
    return [flat[start : start + BLOCK] for start in range(0, len(flat), BLOCK)]


def init_blocks(optimizer: Optimizer, parameters: FloatArray) -> list[State]:
    """State for each block of a vector, all with the same scratch space, which stays in the cache.

    >>> states = init_blocks(Momentum(), np.zeros(150_000))
    >>> np.shares_memory(states[0]["scratch"], states[2]["scratch"])
    True
    """
    states = [optimizer.init(block) for block in blocks(parameters)]
    for state in states:
        if "scratch" in state:
            state["scratch"] = states[0]["scratch"][: len(state["scratch"])]
    return states


def _room(parameters: FloatArray, *names: str) -> State:
    """Zeros for each name, and scratch space that lets a step run without allocating."""
    float_dtype(parameters.dtype, "parameters")
    return {name: np.zeros_like(parameters) for name in (*names, "scratch")}


@dataclass(frozen=True)
class SGD:
    r"""Vanilla gradient descent: :math:`W \leftarrow W - \alpha g`.

    Parameters
    ----------
    learning_rate : float
        :math:`\alpha > 0`.

    Examples
    --------
    >>> W = np.array([1.0])
    >>> optimizer = SGD(learning_rate=0.1)
    >>> optimizer.step(W, np.array([2.0]), optimizer.init(W))
    >>> W
    array([0.8])
    """

    learning_rate: float = 0.1

    def __post_init__(self) -> None:
        """Refuse a rate that is not positive."""
        positive(self.learning_rate, "learning_rate")

    def init(self, parameters: FloatArray) -> State:
        """Nothing to remember but scratch space."""
        return _room(parameters)

    def step(self, parameters: FloatArray, gradients: FloatArray, state: State) -> None:
        """One step downhill."""
        update = np.multiply(gradients, self.learning_rate, out=state["scratch"])
        parameters -= update


@dataclass(frozen=True)
class Momentum:
    r"""Remember previous updates.

    .. math:: \mu \leftarrow \beta \mu + \alpha g, \qquad W \leftarrow W - \mu

    Parameters
    ----------
    learning_rate : float
        :math:`\alpha > 0`.
    momentum : float
        :math:`\beta` in [0, 1]; 0.9 is the lecture's rule of thumb.

    Notes
    -----
    PyTorch keeps :math:`\mu/\alpha`; the steps are the same as long as the rate is constant.
    Source: Polyak (1964).

    Examples
    --------
    >>> W, optimizer = np.array([1.0]), Momentum(learning_rate=0.1, momentum=0.5)
    >>> state = optimizer.init(W)
    >>> for _ in range(2):
    ...     optimizer.step(W, np.array([1.0]), state)
    >>> W
    array([0.75])
    """

    learning_rate: float = 0.1
    momentum: float = 0.9

    def __post_init__(self) -> None:
        """Refuse settings outside their range."""
        positive(self.learning_rate, "learning_rate")
        in_interval(self.momentum, "momentum", 0, 1)

    def init(self, parameters: FloatArray) -> State:
        r"""The update :math:`\mu` starts at zero."""
        return _room(parameters, "mu")

    def step(self, parameters: FloatArray, gradients: FloatArray, state: State) -> None:
        """One step that carries on a part of the last one."""
        mu = state["mu"]
        mu *= self.momentum
        mu += np.multiply(gradients, self.learning_rate, out=state["scratch"])
        parameters -= mu


@dataclass(frozen=True)
class AdaGrad:
    r"""Shrink each parameter's rate by all its past gradients.

    .. math:: G \leftarrow G + g^2, \qquad W \leftarrow W - \alpha \frac{g}{\sqrt{G}+\epsilon}

    :math:`G` only ever grows, so the rates only ever fall.

    Parameters
    ----------
    learning_rate : float
        :math:`\alpha > 0`.
    eps : float
        :math:`\epsilon > 0`, outside the root.

    Notes
    -----
    Source: Duchi, Hazan & Singer (2011).

    Examples
    --------
    >>> W, optimizer = np.array([1.0, 1.0]), AdaGrad(learning_rate=0.5)
    >>> optimizer.step(W, np.array([1e-3, 1e3]), optimizer.init(W))
    >>> W.round(6)
    array([0.5, 0.5])
    """

    learning_rate: float = 0.01
    eps: float = 1e-10

    def __post_init__(self) -> None:
        """Refuse settings outside their range."""
        positive(self.learning_rate, "learning_rate")
        positive(self.eps, "eps")

    def init(self, parameters: FloatArray) -> State:
        """The sum of squares starts at zero."""
        return _room(parameters, "G")

    def step(self, parameters: FloatArray, gradients: FloatArray, state: State) -> None:
        """One step with a rate for each parameter."""
        G, scratch = state["G"], state["scratch"]
        G += np.square(gradients, out=scratch)
        np.sqrt(G, out=scratch)
        scratch += self.eps
        np.divide(gradients, scratch, out=scratch)
        scratch *= self.learning_rate
        parameters -= scratch


def _decaying_mean_of_squares(
    mean: FloatArray, decay: float, values: FloatArray, scratch: FloatArray
) -> None:
    r""":math:`m \leftarrow \rho m + (1-\rho) v^2`, in place."""
    mean *= decay
    np.square(values, out=scratch)
    scratch *= 1 - decay
    mean += scratch


@dataclass(frozen=True)
class AdaDelta:
    r"""AdaGrad with a fading memory, and steps in the units of :math:`W`.

    .. math::
        v \leftarrow \rho v + (1-\rho) g^2, \quad
        \Delta = \frac{\sqrt{u+\epsilon}}{\sqrt{v+\epsilon}}\, g, \quad
        u \leftarrow \rho u + (1-\rho)\Delta^2, \quad W \leftarrow W - \alpha\Delta

    Parameters
    ----------
    learning_rate : float
        :math:`\alpha > 0`; the paper has none, that is 1.
    rho : float
        Decay :math:`\rho` in [0, 1].
    eps : float
        :math:`\epsilon > 0`, inside both roots.

    Notes
    -----
    Source: Zeiler (2012), algorithm 1.

    Examples
    --------
    >>> W, optimizer = np.array([1.0]), AdaDelta()
    >>> optimizer.step(W, np.array([5.0]), optimizer.init(W))
    >>> W.round(5)
    array([0.99684])
    """

    learning_rate: float = 1.0
    rho: float = 0.9
    eps: float = 1e-6

    def __post_init__(self) -> None:
        """Refuse settings outside their range."""
        positive(self.learning_rate, "learning_rate")
        in_interval(self.rho, "rho", 0, 1)
        positive(self.eps, "eps")

    def init(self, parameters: FloatArray) -> State:
        """Both decaying means start at zero."""
        return _room(parameters, "v", "u", "delta")

    def step(self, parameters: FloatArray, gradients: FloatArray, state: State) -> None:
        """One step whose length follows the last steps."""
        v, u, delta, scratch = (state[name] for name in ("v", "u", "delta", "scratch"))
        _decaying_mean_of_squares(v, self.rho, gradients, scratch)
        np.sqrt(np.add(u, self.eps, out=delta), out=delta)
        delta /= np.sqrt(np.add(v, self.eps, out=scratch), out=scratch)
        delta *= gradients
        _decaying_mean_of_squares(u, self.rho, delta, scratch)
        parameters -= np.multiply(delta, self.learning_rate, out=scratch)


@dataclass(frozen=True)
class RMSprop:
    r"""Divide by a decaying mean of squares, which forgets where AdaGrad's sum does not.

    .. math:: v \leftarrow \rho v + (1-\rho) g^2, \qquad
        W \leftarrow W - \alpha \frac{g}{\sqrt{v}+\epsilon}

    Parameters
    ----------
    learning_rate : float
        :math:`\alpha > 0`.
    rho : float
        Decay :math:`\rho` in [0, 1] (PyTorch's ``alpha``).
    eps : float
        :math:`\epsilon > 0`, outside the root.

    Notes
    -----
    Source: Tieleman & Hinton (2012), lecture 6.5.

    Examples
    --------
    >>> W, optimizer = np.array([1.0]), RMSprop(learning_rate=0.1, rho=0.75)
    >>> optimizer.step(W, np.array([7.0]), optimizer.init(W))
    >>> W.round(6)
    array([0.8])
    """

    learning_rate: float = 0.01
    rho: float = 0.99
    eps: float = 1e-8

    def __post_init__(self) -> None:
        """Refuse settings outside their range."""
        positive(self.learning_rate, "learning_rate")
        in_interval(self.rho, "rho", 0, 1)
        positive(self.eps, "eps")

    def init(self, parameters: FloatArray) -> State:
        """The mean of squares starts at zero."""
        return _room(parameters, "v")

    def step(self, parameters: FloatArray, gradients: FloatArray, state: State) -> None:
        """One step with a rate for each parameter."""
        v, scratch = state["v"], state["scratch"]
        _decaying_mean_of_squares(v, self.rho, gradients, scratch)
        np.sqrt(v, out=scratch)
        scratch += self.eps
        np.divide(gradients, scratch, out=scratch)
        scratch *= self.learning_rate
        parameters -= scratch


@dataclass(frozen=True)
class Adam:
    r"""RMSprop that follows a mean of past gradients, with both means true from the first step on.

    .. math::
        m \leftarrow \beta_1 m + g, \quad v \leftarrow \beta_2 v + g^2, \quad
        W \leftarrow W - \alpha\, \frac{m/n_1}{\sqrt{v/n_2}+\epsilon}, \quad
        n_i = 1 + \beta_i + \cdots + \beta_i^{t-1} = \frac{1-\beta_i^t}{1-\beta_i}

    Parameters
    ----------
    learning_rate : float
        :math:`\alpha > 0`.
    beta1, beta2 : float
        Decays in [0, 1).
    eps : float
        :math:`\epsilon > 0`, outside the root.

    Notes
    -----
    A weighted mean is a weighted sum over the sum of its weights: that is all there is to "bias
    correction". The paper scales before it sums, :math:`m \leftarrow \beta_1 m + (1-\beta_1) g`,
    and divides by :math:`1-\beta_1^t` later; the steps are the same, in two passes over the
    parameters less. Source: Kingma & Ba (2015), algorithm 1.

    Examples
    --------
    >>> W, optimizer = np.array([1.0, 1.0]), Adam(learning_rate=0.1)
    >>> optimizer.step(W, np.array([1e-3, 1e3]), optimizer.init(W))
    >>> W.round(5)    # the first step is the learning rate, whatever the scale
    array([0.9, 0.9])
    """

    learning_rate: float = 0.001
    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8

    def __post_init__(self) -> None:
        """Refuse settings outside their range."""
        positive(self.learning_rate, "learning_rate")
        in_interval(self.beta1, "beta1", 0, 1, closed="left")
        in_interval(self.beta2, "beta2", 0, 1, closed="left")
        positive(self.eps, "eps")

    def init(self, parameters: FloatArray) -> State:
        """Both sums start at zero, and ``t`` counts the steps."""
        return {"t": 0, **_room(parameters, "m", "v")}

    def step(self, parameters: FloatArray, gradients: FloatArray, state: State) -> None:
        """One step along the mean gradient, scaled for each parameter."""
        state["t"] += 1
        m, v, scratch = state["m"], state["v"], state["scratch"]
        m *= self.beta1
        m += gradients
        v *= self.beta2
        v += np.square(gradients, out=scratch)
        # m/n1 / (sqrt(v/n2) + eps), with both weights folded into the two numbers of the formula
        n1 = (1 - self.beta1 ** state["t"]) / (1 - self.beta1)
        root = ((1 - self.beta2 ** state["t"]) / (1 - self.beta2)) ** 0.5
        np.sqrt(v, out=scratch)
        scratch += self.eps * root
        np.divide(m, scratch, out=scratch)
        scratch *= self.learning_rate * root / n1
        parameters -= scratch


OPTIMIZERS: dict[str, Callable[..., Optimizer]] = {
    optimizer.__name__.lower(): optimizer
    for optimizer in (SGD, Momentum, AdaGrad, AdaDelta, RMSprop, Adam)
}
"""Every optimiser by its name in small letters, such as ``"sgd"``."""
