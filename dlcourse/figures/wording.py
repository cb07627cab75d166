"""Nouns in the words of a figure and of the prose beside it; `number` writes the numbers."""


def counted(number: int, noun: str) -> str:
    """Write a number with its noun, in the plural where it must be.

    >>> counted(1, "layer"), counted(12, "layer")
    ('1 layer', '12 layers')
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
