"""Numbers and nouns in the words of a figure and of the prose beside it."""

from dlcourse.explorers.numbers import minus_sign

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def power_of_ten(exponent: int) -> str:
    """Write a power of ten as one writes it by hand.

    >>> power_of_ten(-16)
    '10⁻¹⁶'
    """
    return f"10{str(exponent).translate(_SUPERSCRIPTS)}"


def in_powers(value: float) -> str:
    """Write a number of any size with one or two digits, and a power of ten where it needs one.

    >>> in_powers(3e-7), in_powers(0.312), in_powers(-250)
    ('3 × 10⁻⁷', '0.31', '−250')
    """
    if value == 0 or 0.01 <= abs(value) < 1000:
        return minus_sign(f"{float(f'{value:.2g}'):g}")
    mantissa, exponent = f"{value:.0e}".split("e")
    return f"{minus_sign(mantissa)} × {power_of_ten(int(exponent))}"


def counted(number: int, noun: str) -> str:
    """Write a number with its noun, in the plural where it must be.

    >>> counted(1, "layer"), counted(12, "layer")
    ('1 layer', '12 layers')
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
