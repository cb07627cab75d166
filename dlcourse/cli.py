"""The command line: ``dlcourse info`` says what is here, ``dlcourse download`` fetches data.

Everything but click is imported inside the commands, so that ``dlcourse --help`` is quick.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
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
    """Fetch all 70,000 handwritten digits (11.6 MB)."""
    from dlcourse.datasets import load_mnist

    try:
        images, _, test_images, _ = load_mnist(cache)
    except (ConnectionError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"MNIST is here: {len(images)} training and {len(test_images)} test images.")


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


def _extra_line(extra: str, packages: list[str]) -> str:
    versions = {package: installed_version(package) for package in packages}
    missing = [package for package, version in versions.items() if version is None]
    label = f"[{extra}]" if extra else "needed"
    if missing:
        wish = f"dlcourse[{extra}]" if extra else "dlcourse"
        return f'  {label:<11} missing: {", ".join(missing)}. Get them: pip install "{wish}"'
    return f"  {label:<11} " + ", ".join(f"{name} {version}" for name, version in versions.items())


def _mnist_line() -> str:
    from dlcourse.datasets.mnist import SHA256, default_cache

    folder = default_cache()
    if all((folder / name).is_file() for name in SHA256):
        return f"  MNIST       70,000 images, in {folder}"
    return "  MNIST       70,000 images, not here yet. Get them: dlcourse download mnist"
