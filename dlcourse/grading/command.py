"""``dlcourse grade``: find the course, choose the executor, show how far it is."""

from contextlib import ExitStack

import click
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy.exc import SQLAlchemyError
from tqdm import tqdm

from dlcourse.grading import own_solution
from dlcourse.grading.classroom import Choice, Classroom
from dlcourse.grading.execute import SafeExecute, course_here, private_folders
from dlcourse.grading.executors import Setup, dask_cluster, local_pool, workers_here
from dlcourse.grading.sandbox import SandboxError, isolation
from dlcourse.grading.spec import SpecError, load_spec
from dlcourse.grading.station import Beginning
from dlcourse.grading.wording import as_text

DASK_BATCH = 5
PROBLEMS = (SpecError, SandboxError, ValueError, OSError, ImportError, SQLAlchemyError)
NO_SANDBOX = """\
WITHOUT A SANDBOX. Students' code runs with all your rights: it can read and delete your files,
read other submissions and change the gradebook. The report will say so."""

NAMELESS = "NOT GRADED, since the names of these folders are no plain text (rename them):"
ALIKE = "NOT GRADED, since these folders have one name in two ways of writing it (remove one):"
MISPLACED = "NOT GRADED, since they lie in no folder of the assignment (move them):"


def grade(
    assignment: str,
    choice: Choice,
    workers: int | None = None,
    dask: str | None = None,
    seed: int | None = None,
    sandbox: bool = True,
    whole: bool = False,
    begun: Beginning | None = None,
) -> str:
    """Grade a class in the current folder's course.

    Parameters
    ----------
    assignment : str
        nbgrader's name of the assignment.
    choice : Choice
        Which submissions.
    workers : int, optional
        Submissions at a time on this machine; as many as it has processors without it.
    dask : str, optional
        Address of a Dask scheduler, to grade on its workers.
    seed : int, optional
        The same random inputs for all submissions.
    sandbox : bool
        Whether students' code is kept in the sandbox.
    whole : bool
        Whether to run students' cells behind the last graded code, too.
    begun : Beginning, optional
        What of a station on this machine has been started before.

    Returns
    -------
    str
        A summary, and where the report is.

    Raises
    ------
    SpecError, SandboxError, ValueError, OSError
        If the run cannot start; the message says why.
    """
    app, course = course_here()
    spec = load_spec(course, assignment)
    settings = SafeExecute(parent=app)

    penalties = AssignLatePenalties(parent=app)
    penalties.init_plugin()
    late_rule = penalties.plugin_inst.late_submission_penalty
    private = private_folders(course)
    setup = Setup(spec.to_json(), settings.limits_of(), sandbox, whole, private)
    classroom = Classroom(course, spec, setup, late_rule)
    with ExitStack() as stack:
        cluster = stack.enter_context(dask_cluster(dask)) if dask else None
        # Workers are alike, or an unchanged submission is graded again on one that is not.
        kept_in = cluster.submit(isolation, sandbox).result() if cluster else isolation(sandbox)
        folders = classroom.to_grade(choice, kept_in)
        if folders:
            count = workers or workers_here()
            executor = cluster or stack.enter_context(local_pool(count, setup, begun))
            if lost := classroom.own_losses(executor, kept_in, choice.rerun):
                click.secho(own_solution.as_text(lost), fg="red", err=True)
            unit = " submissions"
            bar = stack.enter_context(
                tqdm(total=len(folders), unit=unit, desc=assignment, smoothing=0.1)
            )
            batch = DASK_BATCH if dask else 1
            in_flight = 1000 if dask else 2 * count
            classroom.run(folders, executor, in_flight // batch, batch, seed, bar.update)
    changed = classroom.renew_penalties(choice.only)
    summary, page = classroom.report()
    graded = f"{len(folders)} graded now." if folders else "Nothing new to grade."
    if changed:
        graded += f"\nPenalties for lateness that have changed: {changed}"
    if lost := classroom.known_losses:
        graded += f"\n{own_solution.in_short(lost)}"
    for problem, paths in (
        (NAMELESS, classroom.nameless),
        (ALIKE, classroom.alike),
        (MISPLACED, classroom.misplaced()),
    ):
        if paths:
            graded += f"\n{problem} {', '.join(map(ascii, paths))}"
    return f"{graded}\n\n{as_text(summary)}\n\nThe report: {page}"
