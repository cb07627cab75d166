"""A multi-layer perceptron as an estimator: the lecture's network, trained by its loop.

:func:`dlcourse.network.initialize` and :func:`dlcourse.training.train` do the work.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dlcourse._validation import FloatArray, in_interval, one_of, whole_number
from dlcourse.activations import ACTIVATIONS
from dlcourse.estimators._base import Classifier
from dlcourse.network import Network, initialize, predict_scores
from dlcourse.optimizers import OPTIMIZERS, Optimizer
from dlcourse.stopping import EarlyStopping
from dlcourse.training import History, train


class MLPClassifier(Classifier):
    r"""A network with hidden layers and a softmax on top, trained on the cross-entropy.

    Parameters
    ----------
    hidden_sizes : sequence of int
        Units of each hidden layer; empty for softmax regression.
    activation : {"relu", "tanh", "sigmoid", "identity"}
        Non-linearity of the hidden layers.
    optimizer : str or Optimizer
        A key of :data:`dlcourse.optimizers.OPTIMIZERS`, or an optimiser with settings of your own.
    learning_rate : float, optional
        By default that of the optimiser.
    batch_size : int
        Examples for each step.
    epochs : int
        Passes over the data.
    weight_penalty : float
        :math:`\lambda \ge 0` of :math:`\lambda \sum_l \lVert W^l \rVert^2`, biases excluded.
    dropout, input_dropout : float
        Probability to drop a hidden unit and an input while training.
    early_stopping : bool or EarlyStopping
        Hold out examples and stop when their loss no longer falls; the best weights are kept.
    validation_fraction : float
        Part of the examples that early stopping holds out.
    random_state : int or numpy.random.Generator, optional
        Seed of the weights, the shuffling, the dropout and the split. The same int gives the same
        network; a Generator goes on from where it is.
    verbose : bool
        Show a progress bar.

    Attributes
    ----------
    network_ : dlcourse.network.Network
        The trained network.
    history_ : dlcourse.training.History
        Loss and accuracy of every epoch; see :func:`dlcourse.plots.curves`.
    classes_, n_features_in_, feature_names_in_
        See scikit-learn's glossary.

    Examples
    --------
    >>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]], ["even", "odd", "odd", "even"]
    >>> model = MLPClassifier((8,), learning_rate=0.05, epochs=200, random_state=0)
    >>> model.fit(X, y).score(X, y)
    1.0
    """

    network_: Network
    history_: History

    def __init__(
        self,
        hidden_sizes: Sequence[int] = (100,),
        activation: str = "relu",
        optimizer: str | Optimizer = "adam",
        learning_rate: float | None = None,
        batch_size: int = 32,
        epochs: int = 50,
        weight_penalty: float = 0.0,
        dropout: float = 0.0,
        input_dropout: float = 0.0,
        early_stopping: bool | EarlyStopping = False,
        validation_fraction: float = 0.1,
        random_state: int | np.random.Generator | None = None,
        verbose: bool = False,
    ) -> None:
        self.hidden_sizes = hidden_sizes
        self.activation = activation
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.epochs = epochs
        self.weight_penalty = weight_penalty
        self.dropout = dropout
        self.input_dropout = input_dropout
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.random_state = random_state
        self.verbose = verbose

    def _learn(self, X: FloatArray, y: NDArray[np.intp], n_classes: int) -> None:
        one_of(self.activation, "activation", ACTIVATIONS)
        in_interval(self.weight_penalty, "weight_penalty", 0, np.inf, closed="left")
        rng = np.random.default_rng(self.random_state)
        network = initialize(
            (X.shape[1], *self._hidden(), n_classes), rng, self.activation, X.dtype
        )
        kept, held_out = self._split(len(X), rng)
        self.history_ = train(
            network,
            X[kept],
            y[kept],
            rng=rng,
            optimizer=self._optimizer(),
            epochs=self.epochs,
            batch_size=self.batch_size,
            validation=(X[held_out], y[held_out]) if self.early_stopping else None,
            l2=self.weight_penalty,
            dropout=self.dropout,
            input_dropout=self.input_dropout,
            early_stopping=self._stopping(),
            progress=bool(self.verbose),
        )
        self.network_ = network

    def _hidden(self) -> list[int]:
        if not isinstance(self.hidden_sizes, Sequence | np.ndarray):
            raise TypeError(
                "hidden_sizes must be a sequence such as (100,), "
                f"got {type(self.hidden_sizes).__name__}"
            )
        return [whole_number(n, f"hidden_sizes[{k}]") for k, n in enumerate(self.hidden_sizes)]

    def _split(self, n: int, rng: np.random.Generator) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Rows to train on and rows to hold out for early stopping."""
        rows = np.arange(n)
        if not self.early_stopping:
            return rows, rows[:0]
        in_interval(self.validation_fraction, "validation_fraction", 0, 1, closed="neither")
        n_held_out = max(1, round(self.validation_fraction * n))
        if n_held_out >= n:
            raise ValueError(
                f"validation_fraction {self.validation_fraction} leaves none of the {n} examples "
                "to train on"
            )
        rows = rng.permutation(n)
        return rows[n_held_out:], rows[:n_held_out]

    def _optimizer(self) -> Any:
        if isinstance(self.optimizer, str):
            one_of(self.optimizer, "optimizer", OPTIMIZERS)
            optimizer: Any = OPTIMIZERS[self.optimizer]()
        else:
            optimizer = self.optimizer
        if self.learning_rate is None:
            return optimizer
        return replace(optimizer, learning_rate=self.learning_rate)

    def _stopping(self) -> EarlyStopping | None:
        if isinstance(self.early_stopping, EarlyStopping):
            return self.early_stopping
        return EarlyStopping() if self.early_stopping else None

    def _scores(self, X: FloatArray) -> FloatArray:
        return predict_scores(self.network_, X)
