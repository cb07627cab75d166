"""Early stopping: end training when the validation curve no longer falls, and go back to its best.

Both questions, "which epoch was best" and "is it time to stop", are functions of the curve alone.
Source: the lecture; Prechelt (1998), "Early stopping -- but when?".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from dlcourse._validation import FloatArray, in_interval, one_of, whole_number

#: What can be watched.
MONITORS = ("validation_loss", "validation_error")


@dataclass(frozen=True)
class EarlyStopping:
    """Settings of early stopping for :func:`dlcourse.training.train`.

    Parameters
    ----------
    patience : int
        Epochs without improvement after which training ends.
    min_delta : float
        What counts as an improvement: falling by more than this below the best so far.
    monitor : {"validation_loss", "validation_error"}
        The curve to watch; the error is one minus the accuracy.

    Examples
    --------
    >>> should_stop([0.9, 0.5, 0.6, 0.7], EarlyStopping(patience=2))
    True
    """

    patience: int = 5
    min_delta: float = 0.0
    monitor: Literal["validation_loss", "validation_error"] = "validation_loss"

    def __post_init__(self) -> None:
        """Refuse settings outside their range."""
        whole_number(self.patience, "patience")
        in_interval(self.min_delta, "min_delta", 0, np.inf, closed="left")
        one_of(self.monitor, "monitor", MONITORS)


def best_epoch(curve: Sequence[float] | FloatArray, min_delta: float = 0.0) -> int:
    """Position of the last improvement by more than ``min_delta`` over the one before it.

    Parameters
    ----------
    curve : sequence of float
        One value for each epoch, smaller is better; at least one. NaN never improves.
    min_delta : float
        See :class:`EarlyStopping`.

    Raises
    ------
    ValueError
        If ``curve`` is empty.

    Examples
    --------
    >>> best_epoch([0.9, 0.5, 0.6, 0.49]), best_epoch([0.9, 0.5, 0.6, 0.49], min_delta=0.1)
    (3, 1)
    """
    if not len(curve):
        raise ValueError("curve must hold at least one epoch, got none")
    best = 0
    for epoch, value in enumerate(curve):
        if value < curve[best] - min_delta or np.isnan(curve[best]) > np.isnan(value):
            best = epoch
    return best


def should_stop(curve: Sequence[float], stopping: EarlyStopping) -> bool:
    """Whether ``patience`` epochs have passed since the best one; parameters as above.

    >>> should_stop([0.9, 0.5, 0.6], EarlyStopping(patience=2))
    False
    """
    return len(curve) - 1 - best_epoch(curve, stopping.min_delta) >= stopping.patience
