"""Errors of a student's function, described as data.

Both the notebook at home and the sandbox of the grader use this module, so it imports nothing that
knows an answer.
"""

import linecache
import traceback
from collections.abc import Callable


class StudentError(Exception):
    """A call of the student's function that ended in an exception, described as data.

    A function that stands in for one in another process raises this itself, filled in there.

    Parameters
    ----------
    kind : str
        Name of the exception's class, such as ``"IndexError"``.
    text : str
        What the exception says.
    line : str
        The student's own line that led to it, or an empty string when it is not known.
    """

    def __init__(self, kind: str, text: str, line: str = "") -> None:
        super().__init__(f"{kind}: {text}")
        self.kind, self.text, self.line = kind, text, line


def describe_exception(error: BaseException, function: Callable[..., object]) -> StudentError:
    """Describe an exception by the last line of the student's own file that led to it."""
    code = getattr(function, "__code__", None)
    home = getattr(code, "co_filename", None)
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename == home]
    line = ""
    if frames and frames[-1].lineno is not None:
        line = linecache.getline(frames[-1].filename, frames[-1].lineno).strip()
    return StudentError(type(error).__name__, shortened(str(error), 500), line)


def shortened(text: str, limit: int = 300) -> str:
    """Cut long text."""
    return text if len(text) <= limit else text[:limit] + " ..."
