"""What the instructor sees when a class has been graded: a page and three tables.

What students chose (their ids, the reasons that quote them) is text wherever it appears: the page
escapes it and forbids scripts, the tables take its formulas apart.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from dlcourse import palette
from dlcourse.checks.outcome import prose_html
from dlcourse.checks.spec import name_of
from dlcourse.grading.names import printable
from dlcourse.grading.own_solution import ADVICE, Loss
from dlcourse.grading.result import Status
from dlcourse.grading.statistics import (
    Cell,
    Mistake,
    ReportRow,
    Summary,
    Unnamed,
    name_cells,
    summarise,
)
from dlcourse.grading.tables import Value, write_csv, write_whole
from dlcourse.grading.wording import (
    bar_label,
    by_hand,
    case_text,
    duration,
    forgeable,
    mistake_name,
    percent,
    points,
    shortened,
)

SHOWN = 500  # rows of a table on the page; the CSV file holds all of them
SHOWN_UNNAMED = 20  # these take more room


def write_report(
    rows: Iterable[ReportRow], folder: Path, title: str, lost: Sequence[Loss] = ()
) -> tuple[Summary, Path]:
    """Write ``index.html``, ``submissions.csv``, ``misconceptions.csv`` and ``unnamed.csv``.

    Each file replaces an older one in a single step.

    Parameters
    ----------
    rows : iterable of ReportRow
        One per notebook; they are shown in the order of students and notebooks.
    folder : Path
        Where to; it is made where it does not exist.
    title : str
        Heading of the page.
    lost : sequence of Loss
        Tests in which the instructor's own solution loses points.

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
    write_csv(folder / "unnamed.csv", unnamed_table(summary.unnamed))
    page = folder / "index.html"
    write_whole(page, render(rows, summary, title, lost))
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


def unnamed_table(unnamed: Iterable[Unnamed]) -> Iterable[list[Value]]:
    """List all wrong answers that no message named."""
    yield ["exercise", "part", "students", "share", "for example", "case", "numbers"]
    for u in unnamed:
        yield [u.exercise, u.part, u.students, u.share, u.example, u.case, case_text(u)]


def render(
    rows: Sequence[ReportRow], summary: Summary, title: str, lost: Sequence[Loss] = ()
) -> str:
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
        "by_hand": by_hand,
        "percent": percent,
        "forgeable": forgeable,
        "duration": duration,
        "printable": printable,
        "shortened": shortened,
        "bar_label": bar_label,
        "mistake_name": mistake_name,
        "case_text": case_text,
        "exercise_name": name_of,
        "prose": lambda text: Markup(prose_html(text)),  # noqa: S704 (prose_html escapes)
    }
    cells = name_cells(rows) if len(rows) <= SHOWN else {}
    return environment.get_template("report.html.j2").render(
        light=palette.properties("light"),
        dark=palette.properties("dark"),
        title=title,
        lost=lost,
        advice=ADVICE,
        summary=summary,
        histogram=summary.histogram(),
        median_time=duration(float(np.median(summary.seconds or (0.0,)))),
        several=len({row.notebook for row in rows}) > 1,
        mistakes=by_exercise(summary),
        shared=[answer for answer in summary.unnamed if answer.students > 1][:SHOWN_UNNAMED],
        look=[row for row in rows if row.status != Status.GRADED or row.reason],
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
