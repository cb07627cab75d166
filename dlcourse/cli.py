"""The command line: what is here, data to fetch, and ``dlcourse grade`` for a whole class.

Everything but click is imported inside the commands, so that ``dlcourse --help`` is quick.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import click

from dlcourse import __version__


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="dlcourse")
def main() -> None:
    """One lecture on deep learning, rebuilt from scratch in NumPy."""


@main.command()
def info() -> None:
    """Say what is installed, what is missing, and how to get it."""
    from importlib.metadata import requires
    from platform import python_version

    click.echo(f"dlcourse {__version__} on Python {python_version()}")
    click.echo("\nPackages")
    for extra, packages in by_extra(requires("dlcourse") or []).items():
        click.echo(_extra_line(extra, packages))
    click.echo("\nData")
    click.echo("  digits      6,000 images, part of the package")
    click.echo(_mnist_line())


@main.group()
def download() -> None:
    """Fetch data that is too large to come with the package."""


@download.command()
@click.option(
    "--cache",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder to keep the files in, instead of the user's cache folder.",
)
def mnist(cache: Path | None) -> None:
    """Fetch all 70,000 handwritten digits (11.6 MB); what the folder holds already is used."""
    from dlcourse.datasets import load_mnist

    try:
        images, _, test_images, _ = load_mnist(cache)
    except (ConnectionError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"MNIST is here: {len(images)} training and {len(test_images)} test images.")


@main.command()
@click.argument("assignment")
@click.option("--workers", type=click.IntRange(1), help="Submissions at a time; one a processor.")
@click.option("--dask", metavar="ADDRESS", help="Grade on the Dask cluster with this scheduler.")
@click.option("--rerun", is_flag=True, help="Also what has not changed since it was graded.")
@click.option("--only", multiple=True, metavar="STUDENT", help="This student only; repeatable.")
@click.option("--since", type=click.DateTime(), help="Only what was handed in since then (UTC).")
@click.option("--seed", type=click.IntRange(0), help="Repeat the random inputs of an earlier run.")
@click.option("--whole", is_flag=True, help="Also run the cells behind the last graded code.")
@click.option("--no-sandbox", is_flag=True, help="DANGEROUS: students' code gets all your rights.")
def grade(
    assignment: str,
    workers: int | None,
    dask: str | None,
    rerun: bool,
    only: tuple[str, ...],
    since: datetime | None,
    seed: int | None,
    whole: bool,
    no_sandbox: bool,
) -> None:
    """Grade a class's submissions of ASSIGNMENT, in the folder of an nbgrader course.

    What was graded before and has not changed is skipped. A run can be stopped at any time, by
    force as well; the next one goes on.
    """
    _needs_grading()
    from dlcourse.grading.station import Beginning

    try:
        begun = None if dask else Beginning()  # gets ready while nbgrader is imported
    except OSError as problem:
        raise click.ClickException(str(problem)) from problem
    from dlcourse.grading import command
    from dlcourse.grading.classroom import Choice

    if no_sandbox:
        click.secho(command.NO_SANDBOX, fg="red", bold=True, err=True)
    choice = Choice(rerun, only, since)
    try:
        summary = command.grade(
            assignment, choice, workers, dask, seed, not no_sandbox, whole, begun
        )
    except command.PROBLEMS as problem:
        raise click.ClickException(str(problem)) from problem
    except KeyboardInterrupt:
        text = "Stopped. What was graded is kept; run it again to go on."
        raise click.ClickException(text) from None
    finally:
        if begun is not None:
            begun.close()
    click.echo(summary)


@main.command()
@click.argument("assignment")
@click.argument("download", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--from",
    "form",
    type=click.Choice(["canvas", "gradescope", "ilias", "moodle"]),
    help="Where it comes from, if its names do not tell.",
)
@click.option(
    "--roster",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The class, as nbgrader's students.csv; beside those whom the gradebook knows.",
)
@click.option(
    "--worksheet",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Moodle's grading worksheet: by its addresses two of one name are told apart.",
)
@click.option("--update", is_flag=True, help="Replace what is there by a later submission.")
@click.pass_context
def collect(
    context: click.Context,
    assignment: str,
    download: Path,
    form: str | None,
    roster: Path | None,
    worksheet: Path | None,
    update: bool,
) -> None:
    """Put a learning platform's DOWNLOAD of ASSIGNMENT into the folders of its students.

    DOWNLOAD is the zip archive as it came, or a folder. What cannot be told for certain to be one
    student's is put nowhere; it is listed, and the exit code is 1.
    """
    _needs_grading()
    from dlcourse.grading import collecting
    from dlcourse.grading.command import PROBLEMS

    try:
        done = collecting.collect(assignment, download, form, roster, worksheet, update)
    except PROBLEMS as problem:
        raise click.ClickException(str(problem)) from problem
    click.echo(done.as_text())
    context.exit(1 if done.refused else 0)


@main.command()
@click.argument("assignment")
def moodle_feedback(assignment: str) -> None:
    """Pack the feedback of ASSIGNMENT for Moodle's "Upload multiple feedback files in a zip".

    It holds the pages of those whose submissions `dlcourse collect` took from Moodle.
    """
    _needs_grading()
    from dlcourse.grading import returning
    from dlcourse.grading.command import PROBLEMS

    try:
        packed, count, missing = returning.moodle_feedback(assignment)
    except PROBLEMS as problem:
        raise click.ClickException(str(problem)) from problem
    if missing:
        click.echo(f"No feedback yet, run dlcourse grade {assignment}: {', '.join(missing)}")
    click.echo(f"The pages of {count} students: {packed}")


@main.command()
@click.argument("assignment")
def gradescope(assignment: str) -> None:
    """Pack ASSIGNMENT as an autograder for Gradescope.

    The archive holds its hidden tests and all answers: it is for Gradescope alone.
    """
    _needs_grading()
    from dlcourse.grading import gradescope as module
    from dlcourse.grading.command import PROBLEMS

    try:
        packed = module.gradescope(assignment)
    except PROBLEMS as problem:
        raise click.ClickException(str(problem)) from problem
    click.echo(f"The autograder, with hidden tests and answers: {packed}")


@main.command()
@click.argument("names", nargs=-1)
@click.option("--mutants", is_flag=True, help="Also judge small changes of right answers (slow).")
def check_exercises(names: tuple[str, ...], mutants: bool) -> None:
    """Hold the course's exercises against the rules for exercises.

    NAMES are assignments, exercises or files, FILE.py; without any, all of the course are taken.
    What breaks a rule is a line.

    A file holds EXERCISE and ANSWERS, and its folder is the assignment of the key. All files *.py
    beside it are run, as exercises of the same assignment: keep no others there.
    """
    from dlcourse.authoring.entries import entries
    from dlcourse.authoring.linting import RULES, lint
    from dlcourse.authoring.survivors import ENOUGH, described, try_mutants

    try:
        chosen = entries(names)
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    broken = 0
    for entry in chosen:
        findings = lint(entry)
        broken += len(findings)
        for finding in findings:
            click.echo(finding)
        if mutants:
            verdict = try_mutants(entry)
            broken += verdict.share_refused < ENOUGH
            for line in described(entry.exercise, verdict):
                click.echo(f"{entry.file}: {entry.exercise.name}: {line}")
    if broken:
        raise click.ClickException(f"Exercises: {len(chosen)}; findings: {broken}.")
    click.echo(f"Exercises: {len(chosen)}; all {len(RULES)} rules are kept.")


def by_extra(requirements: Iterable[str]) -> dict[str, list[str]]:
    """Names of the packages that each extra asks for; key "" holds what is always needed.

    Parameters
    ----------
    requirements : iterable of str
        As in a package's metadata.

    Returns
    -------
    dict of str to list of str

    Examples
    --------
    >>> by_extra(["numpy>=2.0", 'anywidget>=0.9; extra == "book"', "mypy ; extra == 'dev'"])
    {'': ['numpy'], 'book': ['anywidget'], 'dev': ['mypy']}
    """
    packages: dict[str, list[str]] = defaultdict(list)
    for requirement in requirements:
        specifier, _, marker = requirement.partition(";")
        extra = re.search(r"""extra\s*==\s*['"]([^'"]+)""", marker)
        name = re.split(r"[^\w.-]", specifier.strip(), maxsplit=1)[0]
        if name != "dlcourse":
            packages[extra[1] if extra else ""].append(name)
    return dict(packages)


def installed_version(package: str) -> str | None:
    """Version of an installed package, None where it is missing.

    Parameters
    ----------
    package : str
        Name of the distribution.

    Returns
    -------
    str or None

    Examples
    --------
    >>> installed_version("no-such-package") is None
    True
    """
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _needs_grading() -> None:
    """Prepare for a command of the grader, or say what is missing."""
    missing = [name for name in ("nbgrader", "nh3") if installed_version(name) is None]
    if missing:
        wish = 'pip install "dlcourse[grading]"'
        raise click.ClickException(f"{', '.join(missing)} is missing. Get it: {wish}")
    from dlcourse.grading.nbgrader_parts import skip_slow_imports

    skip_slow_imports()


def _extra_line(extra: str, packages: list[str]) -> str:
    versions = {package: installed_version(package) for package in packages}
    missing = [package for package, version in versions.items() if version is None]
    label = f"[{extra}]" if extra else "needed"
    if missing:
        wish = f"dlcourse[{extra}]" if extra else "dlcourse"
        return f'  {label:<11} missing: {", ".join(missing)}. Get them: pip install "{wish}"'
    return f"  {label:<11} " + ", ".join(f"{name} {version}" for name, version in versions.items())


def _mnist_line() -> str:
    from dlcourse.datasets.mnist import default_cache, is_complete

    folder = default_cache()
    if is_complete(folder):
        return f"  MNIST       70,000 images, in {folder}"
    return "  MNIST       70,000 images, not here yet. Get them: dlcourse download mnist"
