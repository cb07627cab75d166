r"""The training loop: shuffle, take a batch, forward, backward, step, again.

.. math:: W^l \leftarrow W^l - \alpha \nabla_{W^l} \tfrac{1}{|B|} \textstyle\sum_{i \in B} L_i

Every step writes into buffers that were allocated before the first one, which is what makes plain
NumPy as fast as this: ``take`` fills :math:`X^0`, ``propagate`` and ``backpropagate`` do two
passes of matrix products, the optimiser updates one flat vector, block by block. Source: the
lecture.
"""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlcourse._validation import FloatArray, float_array, in_interval, same_length, whole_number
from dlcourse.backprop import (
    allocate_gradients,
    backpropagate,
    output_gradient,
    output_targets,
)
from dlcourse.checkpoints import load_checkpoint, save_checkpoint
from dlcourse.dropout import fill_dropout_mask
from dlcourse.features import append_ones
from dlcourse.losses import LOSSES
from dlcourse.network import (
    Buffers,
    Network,
    allocate,
    layer_views,
    propagate,
)
from dlcourse.optimizers import BLOCK, SGD, Optimizer, State, blocks, init_blocks
from dlcourse.penalties import add_l1_gradient, add_l2_gradient
from dlcourse.stopping import EarlyStopping, best_epoch, should_stop


@dataclass
class History:
    """What happened in each epoch.

    Attributes
    ----------
    training_loss, training_accuracy : list of float
        Means over the batches of the epoch, each batch seen just before its step (with dropout, if
        there is any; without penalties).
    validation_loss, validation_accuracy : list of float
        After the epoch, every unit kept. Empty without validation data.
    stopped : {None, "early", "callback", "interrupted"}
        Why training ended before its last epoch.
    stopping : EarlyStopping
        What tells the best epoch: without early stopping its defaults, the lowest validation loss.

    Accuracy stays empty for ``"squared_error"``.
    """

    training_loss: list[float] = field(default_factory=list)
    training_accuracy: list[float] = field(default_factory=list)
    validation_loss: list[float] = field(default_factory=list)
    validation_accuracy: list[float] = field(default_factory=list)
    stopped: Literal["early", "callback", "interrupted"] | None = None
    stopping: EarlyStopping = field(default_factory=EarlyStopping)

    @property
    def epochs(self) -> list[int]:
        """Epoch numbers, from one."""
        return list(range(1, len(self.training_loss) + 1))

    def curve(self, monitor: str) -> list[float]:
        """The curve to watch: ``"validation_loss"`` or ``"validation_error"``."""
        if monitor == "validation_loss":
            return self.validation_loss
        return [1 - accuracy for accuracy in self.validation_accuracy]

    @property
    def best_epoch(self) -> int | None:
        """Number of the best epoch, whose weights early stopping keeps; None without validation."""
        curve = self.curve(self.stopping.monitor)
        best = best_epoch(curve, self.stopping.min_delta) if curve else None
        return None if best is None or np.isnan(curve[best]) else best + 1


class Epoch(NamedTuple):
    """What a callback sees at the end of an epoch."""

    number: int
    network: Network
    history: History


Callback = Callable[[Epoch], bool | None]


def train(
    network: Network,
    X: ArrayLike,
    y: ArrayLike,
    *,
    rng: np.random.Generator,
    loss: str = "cross_entropy",
    optimizer: Optimizer = SGD(learning_rate=0.1),  # noqa: B008  (frozen, so safe to share)
    epochs: int = 10,
    batch_size: int = 32,
    validation: tuple[ArrayLike, ArrayLike] | None = None,
    l2: float = 0.0,
    l1: float = 0.0,
    dropout: float = 0.0,
    input_dropout: float = 0.0,
    early_stopping: EarlyStopping | None = None,
    callbacks: Sequence[Callback] = (),
    progress: bool | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    resume: bool = False,
) -> History:
    """Train ``network`` in place by mini-batch gradient descent.

    ``Ctrl-C`` ends training and keeps what was learned so far. With early stopping the network
    ends with the weights of its best epoch, however training ended.

    Parameters
    ----------
    network : Network
        Changed in place. Its dtype is the dtype of all arithmetic.
    X : array_like of shape (n, N_0)
        Examples as rows.
    y : array_like of shape (n,) or (n, N_L)
        Labels or targets, see :func:`dlcourse.backprop.output_targets`.
    rng : numpy.random.Generator
        Shuffles the examples before every epoch and draws the dropout masks.
    loss : str
        What to descend on, a key of ``dlcourse.losses.LOSSES``.
    optimizer : Optimizer
        See :mod:`dlcourse.optimizers`.
    epochs : int
        Passes over the data; when resuming, counted from the very first.
    batch_size : int
        Examples for each step; the last batch of an epoch takes what is left. With ``n`` or more
        this is full-batch gradient descent.
    validation : (X, y), optional
        Examples to judge the network on after every epoch.
    l2, l1 : float
        Strengths of the penalties of :mod:`dlcourse.penalties`.
    dropout, input_dropout : float
        Probability to drop a hidden unit and an input, see :mod:`dlcourse.dropout`.
    early_stopping : EarlyStopping, optional
        Needs ``validation``.
    callbacks : sequence of callable
        Each is called with an :class:`Epoch` after every epoch; returning ``True`` ends training.
    progress : bool, optional
        Show a progress bar; by default only on a terminal and in a notebook.
    checkpoint : path, optional
        File (``.npz``) that is replaced after every epoch.
    resume : bool
        Continue from ``checkpoint``, bit for bit as if training had never stopped. ``rng`` is set
        to the state it had there. Early stopping may be new or have more patience than before, as
        long as the weights of the epoch that it finds best were kept: those of the best epoch by
        the settings of before, or by the validation loss.

    Returns
    -------
    History

    Raises
    ------
    TypeError, ValueError
        If an argument is out of range or does not fit the network; the message names it.
    FileNotFoundError
        If ``resume`` is asked for and ``checkpoint`` does not exist.
    FloatingPointError
        If the loss stops being finite, most often because the learning rate is too large.

    Examples
    --------
    >>> from dlcourse.network import initialize
    >>> rng = np.random.default_rng(0)
    >>> X, y = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), np.array([0, 1, 1, 0])
    >>> network = initialize((2, 8, 1), rng)
    >>> history = train(network, X, y, rng=rng, loss="binary_cross_entropy", epochs=500)
    >>> history.training_accuracy[-1]
    1.0
    """
    _check_settings(epochs, batch_size, l2, l1, dropout, input_dropout)
    run = _Run(network, optimizer, rng, loss, early_stopping)
    examples = _inputs_and_targets(network, X, y, loss, "X", "y")
    _check_stopping(early_stopping, validation, loss)
    held_out = None if validation is None else _held_out(network, validation, loss)
    if resume:
        run.load(checkpoint)
    epoch_of_steps = _prepare_epoch(run, *examples, batch_size, dropout, input_dropout, l2, l1)
    with _progress_bar(epochs, run.epochs, progress) as advance:
        try:
            while run.epochs < epochs and run.history.stopped is None:
                epoch_of_steps()
                run.judge(held_out)
                reached = Epoch(run.epochs, network, run.history)
                answers = [callback(reached) for callback in callbacks]  # each one is called
                if any(answers):
                    run.history.stopped = "callback"
                if checkpoint is not None:
                    run.save(checkpoint)
                advance()
        except KeyboardInterrupt:
            run.history.stopped = "interrupted"
    if early_stopping is not None and run.kept_epoch:
        network.parameters[...] = run.kept
    return run.history


class _Batch(NamedTuple):
    buffers: Buffers
    targets: FloatArray


class _Run:
    """All that a checkpoint must hold for training to go on as if it had never stopped."""

    def __init__(
        self,
        network: Network,
        optimizer: Optimizer,
        rng: np.random.Generator,
        loss: str,
        early_stopping: EarlyStopping | None,
    ) -> None:
        self.network, self.optimizer, self.rng, self.loss = network, optimizer, rng, loss
        self.early_stopping = early_stopping
        self.states = init_blocks(optimizer, network.parameters)
        self.history = History(stopping=early_stopping or EarlyStopping())
        self.kept, self.kept_epoch = network.parameters.copy(), 0

    @property
    def epochs(self) -> int:
        """Epochs behind us."""
        return len(self.history.training_loss)

    def judge(self, held_out: _Batch | None) -> None:
        """Add to the validation curves; keep the best weights and stop when the curve is flat."""
        if held_out is None:
            return
        propagate(self.network, held_out.buffers)
        value, accuracy = _loss_and_accuracy(held_out.buffers.scores, held_out.targets, self.loss)
        # When validation came only on resuming, the epochs before it have no value.
        unseen = [np.nan] * (self.epochs - 1 - len(self.history.validation_loss))
        self.history.validation_loss += [*unseen, value]
        self.history.validation_accuracy += [*unseen, *accuracy] if accuracy else []
        if self.history.best_epoch == self.epochs:  # early stopping, too, may come on resuming
            self.kept[...], self.kept_epoch = self.network.parameters, self.epochs
        self._stop_if_flat()

    def _stop_if_flat(self) -> None:
        if self.early_stopping is None or self.history.best_epoch is None:
            return
        if should_stop(self.history.curve(self.early_stopping.monitor), self.early_stopping):
            self.history.stopped = "early"

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write all of it to ``path``."""
        progress = {
            "rng": self.rng.bit_generator.state,
            "history": asdict(self.history),
            "kept_epoch": self.kept_epoch,
        }
        arrays = {"parameters": self.network.parameters, "kept": self.kept}
        arrays |= {key: np.asarray(state[name]) for key, state, name in self._memory()}
        save_checkpoint(path, self._settings(), progress, arrays)

    def load(self, path: str | os.PathLike[str] | None) -> None:
        """Take up the run in ``path``, refusing one with other settings."""
        if path is None:
            raise ValueError("checkpoint must name a file to resume from, got None")
        progress, arrays = load_checkpoint(path, self._settings())
        own = {"stopped": None, "stopping": self.history.stopping}
        self.history = History(**progress["history"] | own)
        self.kept_epoch = progress["kept_epoch"]
        if self.early_stopping and (self.history.best_epoch or 0) != self.kept_epoch:
            raise ValueError(
                f"early_stopping must find its best epoch where {path} keeps the weights, in epoch "
                f"{self.kept_epoch}, got {self.early_stopping}, which finds it in epoch "
                f"{self.history.best_epoch}"
            )
        self._stop_if_flat()
        self.rng.bit_generator.state = progress["rng"]
        self.network.parameters[...] = arrays["parameters"]
        self.kept[...] = arrays["kept"]
        for key, state, name in self._memory():
            stored = arrays[key]
            state[name] = stored if isinstance(state[name], np.ndarray) else stored.item()

    def _settings(self) -> dict[str, Any]:
        return {
            "sizes": list(self.network.sizes),
            "activation": self.network.activation,
            "dtype": str(self.network.parameters.dtype),
            "loss": self.loss,
            "optimizer": repr(self.optimizer),
            "block": BLOCK,
        }

    def _memory(self) -> Iterator[tuple[str, State, str]]:
        """What the optimiser remembers: the key in a checkpoint, a state, and the name in it."""
        for k, state in enumerate(self.states):
            for name in state:
                if name != "scratch":
                    yield f"state_{k}_{name}", state, name


def _prepare_epoch(
    run: _Run,
    X: FloatArray,
    Y: FloatArray,
    batch_size: int,
    dropout: float,
    input_dropout: float,
    l2: float,
    l1: float,
) -> Callable[[], None]:
    """Allocate everything an epoch needs and return the function that runs one."""
    network, optimizer, n = run.network, run.optimizer, len(X)
    full = allocate(network, min(batch_size, n), dropout > 0)
    rest = full.rows(n % batch_size)
    gradients = allocate_gradients(network)
    room = layer_views(np.empty_like(gradients.flat), network.sizes)
    parts = list(zip(blocks(network.parameters), blocks(gradients.flat), run.states, strict=True))
    scores, targets = np.empty_like(Y), np.empty_like(Y)
    input_mask = np.empty_like(full.units[0], order="C") if input_dropout else None

    def step(buffers: Buffers, rows: NDArray[np.intp], targets: FloatArray) -> None:
        X.take(rows, 0, buffers.X[0], "clip")  # rows are valid; "raise" would buffer them
        if input_mask is not None:
            kept = input_mask[: len(rows)]
            fill_dropout_mask(kept, input_dropout, run.rng)
            buffers.units[0] *= kept
        for mask in buffers.masks:
            fill_dropout_mask(mask, dropout, run.rng)
        propagate(network, buffers)
        output_gradient(buffers, targets, run.loss)
        backpropagate(network, buffers, gradients)
        if l2:
            add_l2_gradient(gradients.dW, network.W, l2, room)
        if l1:
            add_l1_gradient(gradients.dW, network.W, l1, room)
        for parameters, derivatives, state in parts:
            optimizer.step(parameters, derivatives, state)

    def epoch() -> None:
        order = run.rng.permutation(n)
        Y.take(order, 0, targets, "clip")
        for start in range(0, n, batch_size):
            batch = slice(start, start + batch_size)
            used = full if start + batch_size <= n else rest
            step(used, order[batch], targets[batch])
            scores[batch] = used.scores
        # Scores kept in the order they were seen: one call gives the mean of all batch losses.
        value, accuracy = _loss_and_accuracy(scores, targets, run.loss)
        run.history.training_loss.append(value)
        run.history.training_accuracy.extend(accuracy)

    return epoch


def _loss_and_accuracy(
    scores: FloatArray, targets: FloatArray, loss: str
) -> tuple[float, list[float]]:
    """Mean loss, and a list with the accuracy, empty where there are no classes."""
    if not np.isfinite(scores).all():
        raise FloatingPointError(
            "the network's scores are no longer finite numbers; the usual cause is a learning_rate "
            "that is too large"
        )
    value, right = LOSSES[loss].value(scores, targets), LOSSES[loss].right
    return value, [] if right is None else [float(right(scores, targets).mean())]


def _inputs_and_targets(
    network: Network, X: ArrayLike, y: ArrayLike, loss: str, X_name: str, y_name: str
) -> tuple[FloatArray, FloatArray]:
    r"""Check the data once; return :math:`X^0` with its ones, and the matrix of targets."""
    dtype = network.parameters.dtype
    X = float_array(X, X_name, ndim=2)
    if len(X) == 0 or X.shape[1] != network.sizes[0]:
        raise ValueError(
            f"{X_name} must have at least one row and {network.sizes[0]} columns, got {X.shape}"
        )
    targets = output_targets(y, loss, network.sizes[-1], dtype, y_name)
    same_length(X, targets, (X_name, y_name))
    return append_ones(X.astype(dtype, copy=False)), targets


def _held_out(network: Network, validation: tuple[ArrayLike, ArrayLike], loss: str) -> _Batch:
    X, targets = _inputs_and_targets(network, *validation, loss, "validation[0]", "validation[1]")
    buffers = allocate(network, len(X))
    buffers.X[0][...] = X
    return _Batch(buffers, targets)


def _check_settings(
    epochs: int, batch_size: int, l2: float, l1: float, dropout: float, input_dropout: float
) -> None:
    whole_number(epochs, "epochs", minimum=0)
    whole_number(batch_size, "batch_size")
    in_interval(l2, "l2", 0, np.inf, closed="left")
    in_interval(l1, "l1", 0, np.inf, closed="left")
    in_interval(dropout, "dropout", 0, 1, closed="left")
    in_interval(input_dropout, "input_dropout", 0, 1, closed="left")


def _check_stopping(
    stopping: EarlyStopping | None, validation: tuple[ArrayLike, ArrayLike] | None, loss: str
) -> None:
    if stopping is None:
        return
    if validation is None:
        raise ValueError("validation must be given for early_stopping to watch, got None")
    if LOSSES[loss].right is None and stopping.monitor == "validation_error":
        raise ValueError(
            f"early_stopping must monitor 'validation_loss' with loss {loss!r}, which has no "
            "classes to be wrong about, got 'validation_error'"
        )


@contextmanager
def _progress_bar(
    epochs: int, done: int, progress: bool | None
) -> Iterator[Callable[[], bool | None]]:
    """Give what moves the bar on; without a bar no tqdm, which the browser's Python lacks."""
    if progress is None:
        progress = sys.stderr.isatty() or "ipykernel" in sys.modules
    if not progress:
        yield lambda: None
        return
    from tqdm.auto import tqdm

    with tqdm(total=epochs, initial=done, unit="epoch") as bar:
        yield bar.update
