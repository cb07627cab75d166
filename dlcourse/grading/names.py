"""Names that students chose, and lists of names, as text in a sentence."""

from collections.abc import Iterable

NAMED = 5  # of a list; the others are counted
LONGEST = 100  # characters of a file's name


def printable(text: str) -> str:
    r"""Write what is not seen, or obeyed by a terminal, as its code.

    Examples
    --------
    >>> printable("ada\u200b\x1b[0m")
    'ada\\u200b\\x1b[0m'
    """
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def quoted(name: str) -> str:
    r"""Write a file's name between quotation marks, cut where it is too long.

    Examples
    --------
    >>> print(quoted("notes\u202e.txt"))
    "notes\u202e.txt"
    """
    text = printable(name)
    return f'"{text}"' if len(text) <= LONGEST else f'"{text[: LONGEST - 1]}…"'


def listed(names: Iterable[str]) -> str:
    """Write a few names in a line, and how many more there are.

    Examples
    --------
    >>> listed("abcdefg")
    'a, b, c, d, e and 2 more'
    """
    shown = list(names)
    more = len(shown) - NAMED
    return ", ".join(shown[:NAMED]) + (f" and {more} more" if more > 0 else "")
