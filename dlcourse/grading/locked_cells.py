"""The shell of the locked cells: keeps a test's score, and shows of an error what may be seen."""

import linecache
import traceback
from typing import Any

from dlcourse.checks.errors import StudentError
from dlcourse.grading.inside.shell import Hook, Shell
from dlcourse.grading.spec import HIDDEN_TESTS


class ScoreHook(Hook):
    """Keeps the value of a cell's last line, which is a test's score."""

    shell: "LockedShell"

    def __call__(self, result: Any = None) -> None:
        """Take the value, unless a semicolon hides it."""
        if result is not None and not self.quiet():  # type: ignore[no-untyped-call]
            self.shell.value = result
        super().__call__(result)  # type: ignore[no-untyped-call]


class LockedShell(Shell):
    """Runs locked cells; an error shows the test's own line and nothing of ours."""

    hides = False
    reveals = False  # also hidden tests: to their author
    value: object = None

    def __init__(self, **settings: Any) -> None:
        super().__init__(displayhook_class=ScoreHook, **settings)
        self.transformed: dict[object, str] = {}

    def transform_cell(self, raw_cell: str) -> str:
        """Turn a cell into Python: once for all students, in the process that forks."""
        rules = self.input_transformer_manager
        key = (
            raw_cell,
            *rules.cleanup_transforms,
            *rules.line_transforms,
            *rules.token_transformers,
            *self.input_transformers_post,
        )
        if key not in self.transformed:
            self.transformed[key] = super().transform_cell(raw_cell)  # type: ignore[no-untyped-call]
        return self.transformed[key]

    def showtraceback(self, exc_tuple: Any = None, *_: Any, **__: Any) -> None:
        """Show an error in one or two lines."""
        kind, error, trace = self._get_exc_info(exc_tuple)  # type: ignore[no-untyped-call]
        line, hidden = failing_line(trace, self.user_ns)
        hidden = hidden and not self.reveals
        if hasattr(error, "_render_traceback_"):
            lines = [] if self.hides else list(error._render_traceback_())
        elif hidden:
            lines = ["A hidden test did not pass."]
        elif self.hides:  # what kind of error it is, and where, a function may choose
            lines = ["A test behind a hidden one did not pass."]
        else:
            text = str(error)[:2000]
            said = f"{error.kind}: {error.text}" if isinstance(error, StudentError) else ""
            lines = [
                said or f"{kind.__name__}: {text}",
                *([f"in the test: {line}"] if line else []),
            ]
        secret = self.hides or hidden
        self._showtraceback(AssertionError if secret else kind, "" if secret else error, lines)


def failing_line(trace: Any, names: dict[str, Any]) -> tuple[str, bool]:
    """Return the line of the cell that failed, and whether it is hidden from students."""
    for frame, number in traceback.walk_tb(trace):
        if frame.f_globals is names and frame.f_code.co_name == "<module>":
            lines = linecache.getlines(frame.f_code.co_filename)
            above = [line.strip() for line in lines[:number]]
            begun, ended = (above.count(mark) for mark in HIDDEN_TESTS)
            return (lines[number - 1].strip() if 0 < number <= len(lines) else ""), begun > ended
    return "", False
