"""`time_limit`: end a call that does not end by itself, wherever it runs.

The interpreter is asked to report each line that runs (`sys.settrace`), and a look at the clock
then raises. That needs neither threads nor signals, so it is the same in a Jupyter kernel on any
system and in the browser's Python, and nothing of it can arrive late, after the call has ended.
What never comes back to a line of Python, such as a sleep, it cannot end.
"""

import contextlib
import sys
import time
from collections.abc import Iterator
from types import FrameType
from typing import Any


class OutOfTime(BaseException):
    """A call took too long. No `Exception`, because an answer may well catch those."""


@contextlib.contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise `OutOfTime` in what runs here longer than so many seconds.

    Where a debugger watches already, it goes on to, and there is no limit: who steps through a
    function takes longer.
    """
    if sys.gettrace() is not None:
        yield
        return
    end = time.monotonic() + seconds

    def look(frame: FrameType, event: str, argument: Any) -> Any:
        if time.monotonic() > end:
            raise OutOfTime(f"longer than {seconds:g} seconds")
        return look

    def look_again(lost: Any) -> None:
        """Nobody hears what is raised in a callback of the garbage collector or in `__del__`."""
        if lost.exc_type is OutOfTime:
            sys.settrace(look)
        else:
            report(lost)

    report, sys.unraisablehook = sys.unraisablehook, look_again
    sys.settrace(look)
    try:
        yield
    finally:
        sys.settrace(None)
        sys.unraisablehook = report
