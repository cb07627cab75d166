"""The outcome of a check: plain data, and how it reads.

An `Outcome` holds text and numbers only. It can be stored as JSON (`dataclasses.asdict`), shown in
a notebook (`_repr_html_`) or printed; the three say the same.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from html import escape
from typing import Protocol

from dlcourse import palette
from dlcourse.checks.spec import DRAWN

RIGHT, WRONG = "✓", "✗"


class Kind(StrEnum):
    """What sort of thing went wrong, for reports."""

    NOT_WRITTEN = "not written"
    NOT_A_FUNCTION = "not a function"
    RAISED = "raised"
    CHANGED = "changed its argument"
    TYPE = "type"
    SHAPE = "shape"
    DTYPE = "kind of number"
    NOT_FINITE = "not finite"
    PROPERTY = "property"
    VALUE = "value"


class Printer(Protocol):
    """What IPython hands to ``_repr_pretty_``."""

    def text(self, text: str) -> None:
        """Write text."""


@dataclass(frozen=True)
class Failure:
    """What went wrong, in the smallest case in which it did.

    Parameters
    ----------
    part : str
        Title of the part that failed.
    kind : Kind
        What sort of thing it is.
    message : str
        What is wrong, and where.
    hints : tuple of str
        What to think about, a rung of the ladder each: the name of the mistake, then the question
        that mends it. Empty where nothing is known of it.
    misconception : str
        Name of the misconception that the answers equal, or empty.
    case : str
        What is special about the case; empty where no case matters.
    left_out : int
        How many rows of a long case are not shown; those that are begin with their index.
    arguments : tuple of (str, str)
        Names and printed values of the arguments.
    expected, got : str
        The printed answers; empty where there is none.
    printed : str
        What the student's function wrote while it was called.
    """

    part: str
    kind: Kind
    message: str
    hints: tuple[str, ...] = ()
    misconception: str = ""
    case: str = ""
    left_out: int = 0
    arguments: tuple[tuple[str, str], ...] = ()
    expected: str = ""
    got: str = ""
    printed: str = ""

    @property
    def hint(self) -> str:
        """All hints, one after the other."""
        return " ".join(self.hints)

    @property
    def table(self) -> list[tuple[str, str]]:
        """Arguments and answers as rows of a label and a value; equal answers are left out."""
        answers = [("expected", self.expected), ("your answer", self.got)]
        rows = [
            *self.arguments,
            *(answers if self.expected != self.got else ()),
            ("you printed", self.printed),
        ]
        return [(label, value) for label, value in rows if value]

    @property
    def before_the_case(self) -> str:
        """The sentence over the table."""
        cut = f"; {self.left_out} rows left out" if self.left_out else ""
        return f"The smallest case that shows it ({self.case}{cut}):"


@dataclass(frozen=True)
class Outcome:
    """The verdict on one function.

    Parameters
    ----------
    exercise : str
        Name of the exercise.
    points, earned : float
        What there was to earn and what was earned.
    seed : int or None
        The random inputs' seed: the same seed judges by the same inputs. None where it is not told.
    passed_parts : tuple of str
        Titles of the parts that were right.
    failure : Failure or None
        Why the rest was not; None when everything was right.
    notes : tuple of str
        Remarks that cost nothing, such as NumPy's warnings; of a failure's case only.
    remark : str
        The exercise's sentence for those who got it right.
    rung : int or None
        How many of the failure's hints are shown, where somebody can ask for the next one, in the
        same numbers; None where nobody can, and all are shown.
    """

    exercise: str
    points: float
    earned: float
    seed: int | None
    passed_parts: tuple[str, ...] = ()
    failure: Failure | None = None
    notes: tuple[str, ...] = ()
    remark: str = ""
    rung: int | None = None

    @property
    def passed(self) -> bool:
        """Whether everything was right."""
        return self.failure is None

    @property
    def fraction(self) -> float:
        """The share of the points that was earned, from 0 to 1."""
        return self.earned / self.points if self.points else float(self.passed)

    @property
    def headline(self) -> str:
        """The verdict in one line."""
        mark, verdict = (RIGHT, "right") if self.passed else (WRONG, "not right yet")
        if self.failure and self.failure.kind == Kind.NOT_WRITTEN:
            verdict = "not written yet"
        return f"{mark} {self.exercise}: {verdict} ({self.earned:g} of {self.points:g} points)"

    @property
    def verdict(self) -> list[str]:
        """The sentences under the headline."""
        failure = self.failure
        if failure is None:
            lines = [self.remark, *self.notes]
        else:
            right = ", ".join(self.passed_parts)
            hints = failure.hints[: self.rung]
            further = "another hint" if hints else "a hint"
            lines = [
                f"Right so far: {right}. Still to do: {failure.part}." if right else "",
                failure.message,
                f"Hint: {' '.join(hints)}" if hints else "",
                f"Run the check again for {further}." if len(hints) < len(failure.hints) else "",
            ]
        return [line for line in lines if line]

    @property
    def after_the_case(self) -> list[str]:
        """The sentences under the failing case."""
        again = f"For the same numbers again, add `seed={self.seed}` to the check's arguments."
        drawn = self.failure is not None and self.failure.case == DRAWN and self.seed is not None
        return [*self.notes, *([again] if drawn and self.rung is None else [])]

    def __str__(self) -> str:
        """Write the outcome as plain text."""
        lines = [self.headline, *self.verdict]
        if self.failure and self.failure.table:
            lines += ["", self.failure.before_the_case]
            lines += [indented(label, value) for label, value in self.failure.table]
            lines += ["", *self.after_the_case]
        return "\n".join(lines)

    def _repr_pretty_(self, printer: Printer, cycle: bool) -> None:
        printer.text(str(self))

    def _repr_html_(self) -> str:
        headline = f"<strong>{escape(self.headline)}</strong>"
        lines = [headline, *map(prose_html, self.verdict)]
        if self.failure and self.failure.table:
            lines.append(escape(self.failure.before_the_case))
            lines.append(table_html(self.failure.table))
            lines += map(prose_html, self.after_the_case)
        colour = palette.RIGHT if self.passed else palette.WRONG  # of the bar at the side only
        body = "".join(f'<div style="margin: 4px 0">{line}</div>' for line in lines)
        style = f"border-left: 4px solid {colour}; padding: 1px 12px; max-width: 50em"
        return f'<div style="{style}">{body}</div>'


def indented(label: str, value: str) -> str:
    """Write ``label = value`` with every line of the value under the first one's start."""
    start = f"    {label} = "
    return start + value.replace("\n", "\n" + " " * len(start))


def prose_html(text: str) -> str:
    """Escape a sentence; what stands in backticks becomes code, and a hint stands out."""
    marked = re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))
    return re.sub(r"^Hint:", "<strong>Hint:</strong>", marked)


def table_html(rows: list[tuple[str, str]]) -> str:
    """Write rows of a label and a value as a table; one that is too wide scrolls by itself."""
    cell = (
        "text-align: left; vertical-align: baseline; white-space: nowrap; padding: 1px 14px 1px 0"
    )
    # Stated in full: the pages that show a notebook have fonts and line breaks of their own.
    plain = (
        "margin: 0; padding: 0; border: 0; background: none; color: inherit; "
        "font-family: monospace; white-space: pre"
    )
    return '<div style="overflow-x: auto"><table><tbody>{}</tbody></table></div>'.format(
        "".join(
            f'<tr><th scope="row" style="{cell}">{escape(label)}</th>'
            f'<td style="{cell}"><pre style="{plain}">{escape(value)}</pre></td></tr>'
            for label, value in rows
        )
    )
