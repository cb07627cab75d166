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
    raised_by : str
        Name of another function of the notebook that raised it, or an empty string.
    """

    def __init__(self, kind: str, text: str, line: str = "", raised_by: str = "") -> None:
        super().__init__(f"{kind}: {text}")
        self.kind, self.text, self.line, self.raised_by = kind, text, line, raised_by


def describe_exception(error: BaseException, function: Callable[..., object]) -> StudentError:
    """Describe an exception by the last line of the function's own file that led to it."""
    code = getattr(function, "__code__", None)
    home = getattr(code, "co_filename", None)
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename == home]
    line = ""
    if frames and frames[-1].lineno is not None:
        line = linecache.getline(frames[-1].filename, frames[-1].lineno).strip()
    kind, text = type(error).__name__, shortened(str(error), 500)
    return StudentError(kind, text, line, raised_by(error, code))


def raised_by(error: BaseException, own: object) -> str:
    """Name the function that raised an exception, if its module knows it and it is not our own."""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    if not frames or frames[-1].f_code is own:
        return ""
    code = frames[-1].f_code
    known = getattr(frames[-1].f_globals.get(code.co_name), "__code__", None)
    return code.co_name if known is code else ""


def shortened(text: str, limit: int = 300) -> str:
    """Cut long text."""
    return text if len(text) <= limit else text[:limit] + " ..."
