"""Numbers as the reader sees them; the page shows what is written here and formats none itself."""

from __future__ import annotations

import math

from dlcourse.explorers.values import Array


def minus_sign(text: str) -> str:
    """Return `text` with a true minus sign instead of the hyphen.

    >>> minus_sign("-1e-05")
    '−1e−05'
    """
    return text.replace("-", "−")


def format_value(value: float, specification: str) -> str:
    """Write `value` as the reader sees it: without rounding noise, and zero without a sign.

    >>> format_value(0.1 + 0.2, "g"), format_value(-0.04, ".1f"), format_value(0.0, "+.1f")
    ('0.3', '0.0', '0.0')
    """
    if specification.endswith("d"):
        value = round(value)
    text = format(value, specification)
    is_zero = not text.strip("+-0.e%")
    return text.lstrip("+-") if is_zero else text


def shown(value: float, specification: str) -> str:
    """Write `value` as `format_value` does, with a true minus sign.

    >>> shown(-0.5, ".2f")
    '−0.50'
    """
    return minus_sign(format_value(value, specification))


def written(values: Array, specification: str) -> list[str]:
    """Write each of `values`, "" for a missing one; nothing at all without a `specification`.

    >>> import numpy as np
    >>> written(np.array([[2.5, np.nan]]), "d"), written(np.ones(3), "")
    (['2', ''], [])
    """
    if not specification:
        return []
    numbers = values.ravel().tolist()
    return ["" if math.isnan(number) else shown(number, specification) for number in numbers]
