"""Every figure of the book, found by what its function says that it returns."""

import pkgutil
from importlib import import_module
from inspect import get_annotations

from matplotlib.figure import Figure

import dlcourse.figures
from dlcourse.explorers import Explorer


def returning(kind):
    """Functions of all chapters whose annotation promises a `kind`, by chapter and name."""
    chapters = [info.name for info in pkgutil.iter_modules(dlcourse.figures.__path__)]
    modules = {chapter: import_module(f"dlcourse.figures.{chapter}") for chapter in chapters}
    return {
        f"{chapter}.{name}": function
        for chapter, module in modules.items()
        for name, function in vars(module).items()
        if getattr(function, "__module__", "") == module.__name__
        and get_annotations(function).get("return") is kind
    }


EXPLORERS, PICTURES = returning(Explorer), returning(Figure)
