"""A long case, cut to the rows that are not right.

A row is what stands at one place of the first axis: an example, or one number of a vector.
Whoever looks for a mistake compares a few of them, not thirty.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

LONG, SHOWN = 10, 5


def wrong_rows(
    answer: NDArray[np.generic] | None, wanted: NDArray[np.generic], tolerance: float
) -> list[int]:
    """Number the first rows that are not right; none where the case can be shown as a whole.

    Examples
    --------
    >>> right = np.arange(30.0)
    >>> wrong_rows(np.minimum(right, 27), right, 1e-7)
    [28, 29]
    """
    if answer is None or answer.shape != wanted.shape or not wanted.ndim or len(wanted) <= LONG:
        return []
    close = np.isclose(answer, wanted, rtol=tolerance, atol=tolerance)
    by_row = close.reshape(len(wanted), -1).all(axis=1)
    return [int(row) for row in np.flatnonzero(~by_row)[:SHOWN]]


def excerpt(value: object, rows: Sequence[int], length: int, pretty: Callable[..., str]) -> str:
    """Print some rows of an array of that many rows, each with its index; others as they are.

    Examples
    --------
    >>> print(excerpt(np.arange(30) / 4, [9, 28], 30, str))
    [9]   2.25
    [28]  7.0
    """
    if not (rows and isinstance(value, np.ndarray) and value.ndim and len(value) == length):
        return pretty(value)
    width = len(f"[{rows[-1]}]  ")
    lines = (pretty(value[row].item() if value.ndim == 1 else value[row]) for row in rows)
    return "\n".join(
        f"[{row}]".ljust(width) + line.replace("\n", "\n" + " " * width)
        for row, line in zip(rows, lines, strict=True)
    )
