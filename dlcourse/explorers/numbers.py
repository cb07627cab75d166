"""Numbers as the reader sees them; ``src/svg.js`` writes them alike."""

from __future__ import annotations


def minus_sign(text: str) -> str:
    """Return `text` with a true minus sign instead of the hyphen.

    >>> minus_sign("-1e-05")
    '−1e−05'
    """
    return text.replace("-", "−")


def format_value(value: float, specification: str) -> str:
    """Write `value` as the reader sees it: without rounding noise and without a negative zero.

    >>> format_value(0.1 + 0.2, "g"), format_value(-0.0, ".1f"), format_value(-0.04, ".1f")
    ('0.3', '0.0', '0.0')
    """
    if specification.endswith("d"):
        value = round(value)
    text = format(value, specification)
    return format(0 * value, specification).lstrip("-") if value <= 0 and _is_zero(text) else text


def shown(value: float, specification: str) -> str:
    """Write `value` as `format_value` does, with a true minus sign.

    >>> shown(-0.5, ".2f")
    '−0.50'
    """
    return minus_sign(format_value(value, specification))


def _is_zero(text: str) -> bool:
    try:
        return float(text) == 0
    except ValueError:
        return False
