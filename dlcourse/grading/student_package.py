"""The ``dlcourse`` that students' code finds in the sandbox: data sets and figures, no answers.

Any lecture module helps to rebuild the answer of some exercise, so none is there. What is kept is
listed; every other module, also one that is written tomorrow, is replaced by a stand-in that can be
imported and says at the first call that it is not there.
"""

import shutil
from pathlib import Path

import dlcourse

PACKAGE = Path(dlcourse.__file__).parent
KEPT = (
    "__init__.py",
    "_validation.py",
    "palette.py",
    "palette.json",
    "plots.py",
    "datasets",
    "checks/errors.py",
    "checks/swapping.py",
)

TAKEN_OUT = '''"""What stands in for the modules that are not there while a notebook is graded."""

from collections.abc import Callable
from typing import NoReturn


class NotThere(RuntimeError):
    """An answer of the course was called while a notebook is graded."""


def stand_in_for(module: str) -> Callable[[str], Callable[..., NoReturn]]:
    """Make a module's `__getattr__`."""

    def __getattr__(name: str) -> Callable[..., NoReturn]:
        if name.startswith("__"):
            raise AttributeError(name)

        def stand_in(*arguments: object, **named: object) -> NoReturn:
            raise NotThere(
                f"{module}.{name} is not there while your notebook is graded, because it is or "
                "contains an answer. Use your own function."
            )

        return stand_in

    return __getattr__
'''

MODULE = '''"""Not there while a notebook is graded."""

from dlcourse._taken_out import stand_in_for

__getattr__ = stand_in_for("{name}")
'''

CHECKS = '''"""The checks run elsewhere while a notebook is graded."""

from dlcourse._taken_out import stand_in_for

__getattr__ = stand_in_for("dlcourse.checks")
in_a_test = False  # one that runs here, by its tag; without an error it would give full marks


def check(exercise: object, function: object, seed: object = None) -> None:
    """Say that checks of one's own do not run here."""
    if in_a_test:
        raise RuntimeError("check needs no tag student-process, and does not run with it")
    print(f"While a notebook is graded, {exercise} is checked outside of it.")
'''


def build(folder: Path) -> None:
    """Write the package into an empty folder.

    Parameters
    ----------
    folder : Path
        Becomes the package's own folder, so its name should be ``dlcourse``.
    """
    for name in KEPT:
        source, target = PACKAGE / name, folder / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
    for source in PACKAGE.rglob("*.py"):
        relative = source.relative_to(PACKAGE)
        target = folder / relative
        if not target.exists():
            name = ".".join(["dlcourse", *relative.with_suffix("").parts]).removesuffix(".__init__")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(MODULE.format(name=name), encoding="utf-8")
    (folder / "_taken_out.py").write_text(TAKEN_OUT, encoding="utf-8")
    (folder / "checks" / "__init__.py").write_text(CHECKS, encoding="utf-8")
