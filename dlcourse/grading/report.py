"""What the instructor sees when a class has been graded: a page, two tables, a few lines of text.

`summarise` turns the rows of a run into counts, `write_report` writes them down. What students
chose (their ids, the reasons that quote them) is text wherever it appears: the page escapes it and
forbids scripts, the tables take its formulas apart, the terminal gets no control characters.

A score is a student's, summed over the assignment's notebooks; a rejected notebook counts as 0.
How hard an exercise is shows in the notebooks that could be read.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from pathlib import Path

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from dlcourse import palette
from dlcourse.checks.outcome import prose_html
from dlcourse.checks.registry import find
from dlcourse.checks.spec import name_of
from dlcourse.grading.tables import Value, number, write_csv, write_whole

SHOWN = 500  # rows of a table on the page; the CSV file holds all of them
LONGEST = 300  # characters of a student's text on the page
MOST_BARS = 15

Cell = tuple[str, str]  # notebook, grade_id

MISTAKES = {
    "not written": "not written yet",
    "not a function": "no function handed to the check",
    "raised": "stopped with an error",
    "changed its argument": "changes its argument",
    "type": "wrong type of answer",
    "shape": "wrong shape",
    "kind of number": "wrong kind of number",
    "not finite": "NaN or infinity",
    "property": "breaks a property",
    "value": "wrong numbers",
}


@dataclass(frozen=True)
class ReportRow:
    """One notebook of one submission, after grading.

    Parameters
    ----------
    student, notebook : str
        Whose it is, and its name without ``.ipynb``.
    status : str
        ``"graded"``, ``"stopped"`` or ``"rejected"``.
    reason : str
        One sentence for people; empty when graded.
    score, maximum : float
        Points.
    seconds : float
        Wall time of grading.
    seed : int
        Reproduces the random inputs.
    sandbox : str
        What the student's code was kept in.
    cells : dict of str to (float or None, float)
        Score and maximum by grade_id; None where a person must mark the cell.
    outcomes : tuple of dict
        One per check that ran, as in ``Result.outcomes``.
    """

    student: str
    notebook: str
    status: str
    reason: str
    score: float
    maximum: float
    seconds: float
    seed: int
    sandbox: str
    cells: dict[str, tuple[float | None, float]] = field(default_factory=dict)
    outcomes: tuple[dict[str, object], ...] = ()


@dataclass(frozen=True)
class Exercise:
    """How the class did in one graded cell.

    ``full``, ``part`` and ``nothing`` are shares of those with a mark, ``mean`` is in points, all
    four are 0 where nobody has a mark; ``unmarked`` counts those who wait for a person.
    """

    name: str
    maximum: float
    marked: int
    unmarked: int
    full: float
    part: float
    nothing: float
    mean: float


@dataclass(frozen=True)
class Mistake:
    """A mistake in one exercise and how many students made it.

    ``misconception`` is empty where the mistake is not a known one; then ``kind`` says more.
    """

    exercise: str
    misconception: str
    kind: str
    students: int
    share: float

    @property
    def name(self) -> str:
        """A few words for people."""
        return self.misconception or MISTAKES.get(self.kind, self.kind)

    @property
    def hint(self) -> str:
        """What the check told these students; empty where that is not known."""
        try:
            known = find(self.exercise).misconceptions
        except ValueError:
            return ""
        return next((m.hint for m in known if m.name == self.misconception), "")


@dataclass(frozen=True)
class Bar:
    """One bar of a histogram: scores from ``label``'s first number to below its second."""

    label: str
    students: int
    share: float


@dataclass(frozen=True)
class Summary:
    """A class in numbers; printed, it is the table at the end of ``dlcourse grade``.

    Parameters
    ----------
    submissions : int
        Notebooks handed in.
    statuses, sandboxes : dict of str to int
        How many of them ended how, and ran in what.
    scores : tuple of float
        One per student, in ascending order, in points.
    maximum : float
        What there was to earn.
    seconds : tuple of float
        Time per notebook, in ascending order.
    exercises : tuple of Exercise
        The hardest first.
    mistakes : tuple of Mistake
        Known misconceptions and other failures, the commonest first.
    """

    submissions: int
    statuses: dict[str, int]
    sandboxes: dict[str, int]
    scores: tuple[float, ...]
    maximum: float
    seconds: tuple[float, ...]
    exercises: tuple[Exercise, ...]
    mistakes: tuple[Mistake, ...]

    @property
    def students(self) -> int:
        """How many people handed something in."""
        return len(self.scores)

    @property
    def unmarked(self) -> int:
        """How many cells wait for a person."""
        return sum(exercise.unmarked for exercise in self.exercises)

    @property
    def mean(self) -> float:
        """Mean score; 0 without students."""
        return float(np.mean(self.scores)) if self.scores else 0.0

    @cached_property
    def quartiles(self) -> tuple[float, float, float]:
        """Lower quartile, median and upper quartile of the scores; 0 without students."""
        low, middle, high = np.quantile(self.scores or (0.0,), (0.25, 0.5, 0.75))
        return float(low), float(middle), float(high)

    @property
    def misconceptions(self) -> tuple[Mistake, ...]:
        """The mistakes that have a name and a hint."""
        return tuple(mistake for mistake in self.mistakes if mistake.misconception)

    def histogram(self) -> list[Bar]:
        """Count the scores in steps of 1, 2 or 5 times a power of ten; full marks stand alone."""
        top = max(self.maximum, *self.scores[-1:], 0.0)
        step = histogram_step(top)
        bins = [bin_of(score, step) for score in self.scores]
        counts = np.bincount(bins, minlength=bin_of(top, step) + 1)
        return [
            Bar(bar_label(i * step, step, top), int(count), share(int(count), self.students))
            for i, count in enumerate(counts)
        ]

    def __str__(self) -> str:
        low, median, high = self.quartiles
        lines = [
            f"submissions  {self.submissions:,} ({counted(self.statuses)})",
            f"students     {self.students:,}",
            f"score        mean {points(self.mean)}, median {points(median)}, "
            f"quartiles {points(low)} and {points(high)}, of {points(self.maximum)} points",
            f"time         {typical_time(self.seconds)}",
            f"sandbox      {counted(self.sandboxes)}",
        ]
        if self.exercises:
            lines += ["", f"{'hardest exercises':42}{'mean':>14}{'full':>8}{'nothing':>10}"]
            lines += [exercise_line(exercise) for exercise in self.exercises[:6]]
        if self.misconceptions:
            lines += ["", f"{'commonest misconceptions':56}{'students':>10}{'share':>8}"]
            lines += [mistake_line(mistake) for mistake in self.misconceptions[:6]]
        return "\n".join(printable(line) for line in lines)


# --- counting --------------------------------------------------------------------------------


def summarise(rows: Iterable[ReportRow]) -> Summary:
    """Count what a class did.

    Parameters
    ----------
    rows : iterable of ReportRow
        One per notebook, in any order.

    Returns
    -------
    Summary

    Examples
    --------
    >>> row = ReportRow("ada", "ps", "graded", "", 1.5, 2.0, 0.1, 7, "bubblewrap")
    >>> print(summarise([row]))
    submissions  1 (1 graded)
    students     1
    score        mean 1.5, median 1.5, quartiles 1.5 and 1.5, of 2 points
    time         0.1 s in the middle, 0.1 s at most, 0.1 s of work altogether
    sandbox      1 bubblewrap
    """
    rows = list(rows)
    scores: dict[str, float] = defaultdict(float)
    maxima: dict[str, float] = {}
    for row in rows:
        scores[row.student] += row.score
        maxima[row.notebook] = max(row.maximum, maxima.get(row.notebook, 0.0))
    return Summary(
        submissions=len(rows),
        statuses=dict(Counter(row.status for row in rows).most_common()),
        sandboxes=dict(Counter(row.sandbox for row in rows).most_common()),
        scores=tuple(sorted(scores.values())),
        maximum=sum(maxima.values()),
        seconds=tuple(sorted(row.seconds for row in rows)),
        exercises=count_exercises(rows),
        mistakes=count_mistakes(rows, len(scores)),
    )


def count_exercises(rows: Sequence[ReportRow]) -> tuple[Exercise, ...]:
    """Say for each graded cell how the class did, the smallest share of the points first."""
    names = name_cells(rows)
    marks: dict[Cell, list[float | None]] = {cell: [] for cell in names}
    maxima: dict[Cell, float] = {}
    for row in rows:
        for grade_id, (score, maximum) in row.cells.items():
            maxima[row.notebook, grade_id] = maximum
            if row.status != "rejected":
                marks[row.notebook, grade_id].append(score)
    exercises = [count_exercise(names[c], maxima[c], marks[c]) for c in names]
    return tuple(sorted(exercises, key=difficulty))


def count_exercise(name: str, maximum: float, marks: Sequence[float | None]) -> Exercise:
    """Say how the class did in one cell."""
    marked = [mark for mark in marks if mark is not None]
    full = sum(mark >= maximum for mark in marked)
    nothing = sum(mark <= 0 < maximum for mark in marked)
    return Exercise(
        name=name,
        maximum=maximum,
        marked=len(marked),
        unmarked=len(marks) - len(marked),
        full=share(full, len(marked)),
        part=share(len(marked) - full - nothing, len(marked)),
        nothing=share(nothing, len(marked)),
        mean=share(sum(marked), len(marked)),
    )


def difficulty(exercise: Exercise) -> tuple[bool, float]:
    """Sort key: the smallest share of the points first, cells without a mark last."""
    return not (exercise.marked and exercise.maximum), share(exercise.mean, exercise.maximum)


def name_cells(rows: Iterable[ReportRow]) -> dict[Cell, str]:
    """Name the graded cells, in order, by the exercise checked there or else by grade_id.

    Two notebooks may use one name; then the notebook's name comes first.
    """
    names: dict[Cell, str] = {}
    checks: dict[Cell, set[str]] = defaultdict(set)
    for row in rows:
        for grade_id in row.cells:
            names.setdefault((row.notebook, grade_id), grade_id)
        for outcome in row.outcomes:
            checks[row.notebook, str(outcome["cell"])].add(name_of(str(outcome["exercise"])))
    for cell in names:
        if len(checks[cell]) == 1:
            (names[cell],) = checks[cell]
    uses = Counter(names.values())
    by_notebook = {c: f"{c[0]}: {name}" for c, name in names.items() if uses[name] > 1}
    distinct = len(set(by_notebook.values())) == len(by_notebook)
    clear = {c: f"{c[0]}: {c[1]}" for c in by_notebook}
    return {**names, **(by_notebook if distinct else clear)}


def count_mistakes(rows: Iterable[ReportRow], students: int) -> tuple[Mistake, ...]:
    """Count the students behind each mistake of each exercise, the commonest first."""
    made: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for row in rows:
        for outcome in row.outcomes:
            exercise, name = str(outcome["exercise"]), str(outcome["misconception"])
            kind = str(outcome["kind"])
            if name or kind:
                made[exercise, name, "" if name else kind].add(row.student)
    mistakes = [Mistake(*key, len(who), share(len(who), students)) for key, who in made.items()]
    return tuple(sorted(mistakes, key=lambda m: (-m.students, m.exercise, m.name)))


def share(part: float, whole: float) -> float:
    """Divide; 0 of 0 is 0."""
    return part / whole if whole else 0.0


def histogram_step(top: float) -> float:
    """Choose the width of a bar: 1, 2 or 5 times a power of ten, for 15 bars at most.

    Examples
    --------
    >>> histogram_step(13.0), histogram_step(100.0), histogram_step(3.0)
    (1.0, 10.0, 0.5)
    """
    smallest = max(top, 1e-3) / (MOST_BARS - 1)
    decade = 10.0 ** np.floor(np.log10(smallest))
    return float(next(f * decade for f in (1, 2, 5, 10) if f * decade >= smallest * (1 - 1e-9)))


def bin_of(score: float, step: float) -> int:
    """Return which bar a score belongs to; nothing is below the first."""
    return max(int(np.floor(score / step + 1e-9)), 0)


def bar_label(low: float, step: float, top: float) -> str:
    """Write a bar's range; the last one may be the full score alone."""
    high = min(low + step, top)
    return points(low) if high <= low + 1e-9 else f"{points(low)} – {points(high)}"


# --- words -----------------------------------------------------------------------------------


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


def exercise_line(exercise: Exercise) -> str:
    """Write an exercise for the terminal."""
    mean = f"{points(exercise.mean)} of {points(exercise.maximum)}"
    full, nothing = percent(exercise.full), percent(exercise.nothing)
    return f"  {shortened(exercise.name, 38):40}{mean:>14}{full:>8}{nothing:>10}"


def mistake_line(mistake: Mistake) -> str:
    """Write a misconception for the terminal."""
    name = shortened(f"{name_of(mistake.exercise)}: {mistake.name}", 52)
    return f"  {name:54}{mistake.students:>10,}{percent(mistake.share):>8}"


def shortened(text: str, longest: int = LONGEST) -> str:
    """Cut a text that is too long, and show that it was cut."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def printable(text: str) -> str:
    """Replace what a terminal would obey instead of showing."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


# --- writing ---------------------------------------------------------------------------------


def write_report(rows: Iterable[ReportRow], folder: Path, title: str) -> tuple[Summary, Path]:
    """Write ``index.html``, ``submissions.csv`` and ``misconceptions.csv``.

    Each file replaces an older one in a single step.

    Parameters
    ----------
    rows : iterable of ReportRow
        One per notebook; they are shown in the order of students and notebooks.
    folder : Path
        Where to; it is made where it does not exist.
    title : str
        Heading of the page.

    Returns
    -------
    Summary
        What the class did.
    Path
        Of ``index.html``.
    """
    rows = sorted(rows, key=lambda row: (row.student, row.notebook))
    summary = summarise(rows)
    folder.mkdir(parents=True, exist_ok=True)
    write_csv(folder / "submissions.csv", submission_table(rows))
    write_csv(folder / "misconceptions.csv", mistake_table(summary.mistakes))
    page = folder / "index.html"
    write_whole(page, render(rows, summary, title))
    return summary, page


def submission_table(rows: Sequence[ReportRow]) -> Iterable[list[Value]]:
    """List all submissions, one column per graded cell."""
    cells = name_cells(rows)
    yield [
        *("student", "notebook", "status", "reason", "score", "maximum", "seconds", "seed"),
        "sandbox",
        *cells.values(),
    ]
    for row in rows:
        yield [
            *(row.student, row.notebook, row.status, row.reason, row.score, row.maximum),
            *(row.seconds, row.seed, row.sandbox),
            *cell_scores(row, cells),
        ]


def cell_scores(row: ReportRow, cells: Iterable[Cell]) -> list[float | None]:
    """Return a submission's scores in the order of the cells; None where there is none."""
    return [
        row.cells.get(grade_id, (None, 0.0))[0] if notebook == row.notebook else None
        for notebook, grade_id in cells
    ]


def mistake_table(mistakes: Iterable[Mistake]) -> Iterable[list[Value]]:
    """List all mistakes, with the hint that the students were given."""
    yield ["exercise", "misconception", "kind", "students", "share", "hint"]
    for m in mistakes:
        yield [m.exercise, m.misconception, m.kind, m.students, m.share, m.hint]


def render(rows: Sequence[ReportRow], summary: Summary, title: str) -> str:
    """Write the page; `rows` are in the order in which they are shown."""
    environment = Environment(
        loader=PackageLoader("dlcourse.grading"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "points": points,
        "percent": percent,
        "duration": duration,
        "shortened": shortened,
        "prose": lambda text: Markup(prose_html(text)),  # noqa: S704 (prose_html escapes)
    }
    cells = name_cells(rows) if len(rows) <= SHOWN else {}
    return environment.get_template("report.html.j2").render(
        light=palette.properties("light"),
        dark=palette.properties("dark"),
        title=title,
        summary=summary,
        histogram=summary.histogram(),
        median_time=duration(float(np.median(summary.seconds or (0.0,)))),
        several=len({row.notebook for row in rows}) > 1,
        mistakes=by_exercise(summary),
        look=[row for row in rows if row.status != "graded"],
        shown=SHOWN,
        cells=list(cells.values()),
        listed=[(row, cell_scores(row, cells)) for row in rows] if len(rows) <= SHOWN else [],
    )


def by_exercise(summary: Summary) -> list[tuple[str, list[Mistake]]]:
    """Group the mistakes by exercise: the hardest first, in each the named ones first."""
    order = {exercise.name: i for i, exercise in enumerate(summary.exercises)}

    def place(mistake: Mistake) -> tuple[int, str]:
        return order.get(name_of(mistake.exercise), len(order)), mistake.exercise

    ordered = sorted(summary.mistakes, key=lambda m: (*place(m), not m.misconception))
    return [(name_of(key), list(group)) for key, group in groupby(ordered, lambda m: m.exercise)]
