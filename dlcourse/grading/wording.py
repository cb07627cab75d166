"""How the report says numbers, mistakes and texts of students, on the page and in the terminal."""

from collections.abc import Sequence
from textwrap import dedent

import numpy as np

from dlcourse.checks.outcome import Kind, indented
from dlcourse.checks.spec import name_of
from dlcourse.grading.names import printable
from dlcourse.grading.statistics import Bar, ExerciseSummary, Mistake, Summary, Unnamed
from dlcourse.grading.tables import number

LONGEST = 300  # characters of a student's text

MISTAKES: dict[str, str] = {
    Kind.NOT_WRITTEN: "not written yet",
    Kind.NOT_A_FUNCTION: "no function handed to the check",
    Kind.RAISED: "stopped with an error",
    Kind.CHANGED: "changes its argument",
    Kind.TYPE: "wrong type of answer",
    Kind.SHAPE: "wrong shape",
    Kind.DTYPE: "wrong kind of number",
    Kind.NOT_FINITE: "NaN or infinity",
    Kind.PROPERTY: "breaks a property",
    Kind.VALUE: "wrong numbers",
}


def as_text(summary: Summary) -> str:
    """Write a class in a few lines, for the end of ``dlcourse grade``."""
    low, median, high = summary.quartiles
    lines = [
        f"submissions  {summary.submissions:,} ({counted(summary.statuses)})",
        f"students     {summary.students:,}",
        f"score        mean {points(summary.mean)}, median {points(median)}, "
        f"quartiles {points(low)} and {points(high)}, of {points(summary.maximum)} points",
        f"time         {typical_time(summary.seconds)}",
        f"sandbox      {counted(summary.sandboxes)}",
    ]
    if summary.unmarked:
        lines.append(f"by hand      {by_hand(summary.unmarked)}")
    if summary.forgeable:
        lines.append(f"forgeable    {forgeable(summary)}")
    settled = [exercise for exercise in summary.exercises if exercise.settled]
    if settled:
        lines += ["", f"{'hardest exercises':42}{'mean':>14}{'full':>8}{'nothing':>10}"]
        lines += [exercise_line(exercise) for exercise in settled[:6]]
    if summary.misconceptions:
        lines += ["", f"{'commonest misconceptions':56}{'students':>10}{'share':>8}"]
        lines += [mistake_line(mistake) for mistake in summary.misconceptions[:6]]
    return "\n".join(printable(line) for line in lines)


def points(value: float) -> str:
    """Write points with two decimals at most."""
    return number(round(value, 2))


def percent(value: float) -> str:
    """Write a share; what is rare is not called nothing, nor almost all all.

    Examples
    --------
    >>> percent(0.5), percent(0.0), percent(0.001), percent(0.999)
    ('50 %', '0 %', '<1 %', '>99 %')
    """
    if 0 < value < 0.005:
        return "<1 %"
    if 0.995 <= value < 1:
        return ">99 %"
    return f"{100 * value:.0f} %"


def duration(seconds: float) -> str:
    """Write a time span as people say it.

    Examples
    --------
    >>> duration(0.113), duration(12.34), duration(75), duration(7260)
    ('0.11 s', '12 s', '1 min 15 s', '2 h 1 min')
    """
    if seconds < 9.95:
        return f"{seconds:.2g} s" if seconds >= 0.01 else f"{1000 * seconds:.0f} ms"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600:,} h {whole % 3600 // 60} min"


def typical_time(seconds: Sequence[float]) -> str:
    """Say how long submissions took: the median, the longest, the sum."""
    if not seconds:
        return "none"
    return (
        f"{duration(float(np.median(seconds)))} in the middle, {duration(seconds[-1])} at most, "
        f"{duration(sum(seconds))} of work altogether"
    )


def counted(counts: dict[str, int]) -> str:
    """Write counts in one line: ``190 graded, 10 stopped``."""
    return ", ".join(f"{count:,} {name}" for name, count in counts.items()) or "none"


def by_hand(cells: int) -> str:
    """Say how many cells wait for a person.

    Examples
    --------
    >>> by_hand(1)
    '1 cell waits for a person and counts as 0 until then'
    """
    who, count = ("cell waits", "counts") if cells == 1 else ("cells wait", "count")
    return f"{cells:,} {who} for a person and {count} as 0 until then"


def forgeable(summary: Summary) -> str:
    """Say how many points students can forge."""
    share = f"{points(summary.forgeable)} of {points(summary.maximum)} points"
    return f"{share}: those tests run in the student's own process, by your tag"


def bar_label(bar: Bar) -> str:
    """Write a bar's range; the last one may be the full score alone."""
    alone = bar.high <= bar.low + 1e-9
    return points(bar.low) if alone else f"{points(bar.low)} – {points(bar.high)}"


def mistake_name(mistake: Mistake) -> str:
    """Name a mistake in a few words."""
    return mistake.misconception or MISTAKES.get(mistake.kind, mistake.kind)


def case_text(answer: Unnamed) -> str:
    """Write the case in which an answer is wrong, a name and its value a line."""
    return dedent("\n".join(indented(label, value) for label, value in answer.table))


def exercise_line(exercise: ExerciseSummary) -> str:
    """Write an exercise for the terminal."""
    mean = f"{points(exercise.mean)} of {points(exercise.maximum)}"
    full, nothing = percent(exercise.full), percent(exercise.nothing)
    return f"  {shortened(exercise.name, 38):40}{mean:>14}{full:>8}{nothing:>10}"


def mistake_line(mistake: Mistake) -> str:
    """Write a misconception for the terminal."""
    name = shortened(f"{name_of(mistake.exercise)}: {mistake_name(mistake)}", 52)
    return f"  {name:54}{mistake.students:>10,}{percent(mistake.share):>8}"


def shortened(text: str, longest: int = LONGEST) -> str:
    """Cut a text that is too long, and show that it was cut."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
