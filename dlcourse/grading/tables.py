"""CSV files that are safe to open in a spreadsheet, written in one step.

A spreadsheet takes a cell that begins with ``=``, ``+``, ``-``, ``@``, a tab or a line end
for a formula, and what students choose (names, messages) ends up in cells. Such text gets an
apostrophe in front, as OWASP's page "CSV Injection" advises. Numbers are left alone.
"""

import csv
import io
import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from unicodedata import normalize

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
INVISIBLE = " \u200b\u200c\u200d\u2060\ufeff"
# Some spreadsheets part cells at these signs, whatever the file means.
SEPARATED = re.compile(rf"([;\t\r\n][\"{INVISIBLE}]*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])")

Value = str | float | None


def number(value: float) -> str:
    """Write a number with up to five decimals and no zeros at its end.

    Examples
    --------
    >>> number(2.0), number(1 / 3), number(123456.5), number(-0.0)
    ('2', '0.33333', '123456.5', '0')
    """
    text = f"{value:.5f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def write_csv(
    path: Path, rows: Iterable[Iterable[Value]], write: Callable[[float], str] = number
) -> None:
    """Write rows as comma-separated UTF-8; None is an empty cell, `write` spells a number."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")  # both are then quoted inside a cell
    writer.writerows([cell(value, write) for value in row] for row in rows)
    write_whole(path, text.getvalue())


def cell(value: Value, write: Callable[[float], str] = number) -> str:
    """Write one cell, so that no spreadsheet computes with it.

    Examples
    --------
    >>> cell("=1+1"), cell(-0.5), cell(3.0), cell(None)
    ("'=1+1", '-0.5', '3', '')
    """
    if value is None:
        return ""
    if isinstance(value, str):
        value = SEPARATED.sub(r"\1'", value)
        shown = normalize("NFKC", value).lstrip(INVISIBLE)  # full-width signs are signs to some
        return f"'{value}" if shown.startswith(FORMULA_STARTS) else value
    return write(value)


def write_whole(path: Path, text: str) -> None:
    """Replace a file by another one in a single step, so that no one reads half of it.

    What UTF-8 cannot hold (half of a pair, from a file name that is not UTF-8) is spelt out.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_text(text, encoding="utf-8", errors="backslashreplace", newline="")
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)
