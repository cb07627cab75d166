r"""The book's own macros replaced by what they stand for, for readers whose TeX does not know them.

A macro takes as many arguments as its text names (``#1``, ``#2``), as in KaTeX.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

TOKEN = re.compile(r"\\[a-zA-Z]+|\\.|#\d|[^\\]|\\$", re.DOTALL)
COMMAND = re.compile(r"\\[a-zA-Z]")
# what stands well behind a command as it is: it belongs to what is before, or has spaces of its own
NO_ARGUMENT = re.compile(r"[\^_{]|\\operatorname")


def expand(tex: str, macros: Mapping[str, str]) -> str:
    """Return `tex` without any of the `macros`."""
    ahead = TOKEN.findall(tex)[::-1]  # what comes next is at the end
    done: list[str] = []
    while ahead:
        token = ahead.pop()
        if token not in macros:
            done.append(token)
            continue
        body = macros[token]
        arguments = {f"#{n}": argument(ahead) for n in range(1, count(body) + 1)}
        parts = [part for t in TOKEN.findall(body) for part in arguments.get(t, [t])]
        if len(parts) > 1 and is_argument(done) and not NO_ARGUMENT.match(body):
            parts = ["{", *parts, "}"]
        ahead.extend(reversed(parts))
    return joined(done)


def count(body: str) -> int:
    """Return how many arguments a macro takes."""
    return max((int(digit) for digit in re.findall(r"#(\d)", body)), default=0)


def argument(ahead: list[str]) -> list[str]:
    """Take the next argument: a group without its braces, or one token."""
    while ahead and ahead[-1].isspace():
        ahead.pop()
    taken, depth = [], 0
    while ahead:
        taken.append(ahead.pop())
        depth += (taken[-1] == "{") - (taken[-1] == "}")
        if depth == 0:
            break
    return taken[1:-1] if len(taken) > 1 else taken


def is_argument(done: list[str]) -> bool:
    """Tell whether what comes next may be the argument of a script or a command, as in x_W."""
    before = next((token for token in reversed(done) if not token.isspace()), "")
    return before in ("^", "_") or bool(COMMAND.match(before))


def joined(tokens: list[str]) -> str:
    """Join tokens; a command keeps its distance from a letter."""
    text = ""
    for before, token in zip(["", *tokens], tokens, strict=False):
        text += " " * bool(COMMAND.match(before) and token[0].isalpha()) + token
    return text
