"""Numbers as the reader sees them; the page shows what is written here and formats none itself."""

from __future__ import annotations

import math

from dlcourse.explorers.notation import SUPERSCRIPTS
from dlcourse.explorers.values import Array


def minus_sign(text: str) -> str:
    """Return `text` with a true minus sign instead of the hyphen.

    >>> minus_sign("-0.5")
    '−0.5'
    """
    return text.replace("-", "−")


def number(value: float, format: str = "") -> str:
    """Write a number as one writes it by hand, for a caption, a label or the prose.

    Parameters
    ----------
    value : float
        The number.
    format : str
        Format specification, such as ".2f". Without one: one or two digits, and a power of ten
        where the number needs it.

    Returns
    -------
    str
        With a true minus sign, zero without a sign, and an exponent as a power of ten.

    Examples
    --------
    >>> number(-0.5, ".2f"), number(-0.004, ".2f"), number(0.1 + 0.2, "g"), number(1e-16, ".0e")
    ('−0.50', '0.00', '0.3', '10⁻¹⁶')
    >>> number(3e-7), number(0.312), number(-250)
    ('3 × 10⁻⁷', '0.31', '−250')
    """
    if format:
        return _formatted(value, format)
    if value == 0 or 0.01 <= abs(value) < 1000:
        return _formatted(float(f"{value:.2g}"), "g")
    return _formatted(value, ".0e")


def _formatted(value: float, format: str) -> str:
    if format.endswith("d"):
        value = round(value)
    text = f"{value:{format}}"
    if not text.strip("+-0.e%"):
        text = text.lstrip("+-")
    digits, _, exponent = text.partition("e")
    if not exponent or exponent == "+00":
        return minus_sign(digits)
    power = f"10{minus_sign(str(int(exponent))).translate(SUPERSCRIPTS)}"
    is_power = digits.strip("+-") == "1"
    return minus_sign(digits.replace("1", power) if is_power else f"{digits} × {power}")


def written(values: Array, specification: str) -> list[str]:
    """Write each of `values`, "" for a missing one; nothing at all without a `specification`.

    >>> import numpy as np
    >>> written(np.array([[2.5, np.nan]]), "d"), written(np.ones(3), "")
    (['2', ''], [])
    """
    if not specification:
        return []
    return ["" if math.isnan(v) else number(v, specification) for v in values.ravel().tolist()]
