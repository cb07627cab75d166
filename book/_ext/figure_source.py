"""Under each figure, after a click, all the code that draws it.

A cell with the tag ``figure`` calls one function of ``dlcourse.figures.CHAPTER``, as
``figures.two_units_move_the_plane()``. Its input is folded away, and with it a program that draws
the figure by itself: the imports, constants and helpers that the function needs, the function, and
a call. So a reader can copy it, change it and run it.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from importlib import import_module
from itertools import pairwise
from pathlib import PurePosixPath
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

from dlcourse.explorers import Explorer

TAG = "figure"
FOLDED = {
    "hide_mode": "input",
    "prompt_show": "Show the code of this figure",
    "prompt_hide": "Hide the code of this figure",
}
INVITATION = "The same as a program by itself, to copy, change and run:"
Import = ast.Import | ast.ImportFrom


def program(figure: Callable[[], Any]) -> str:
    """Return the code that draws `figure` by itself, from the imports to the call.

    Parameters
    ----------
    figure : callable
        A function of a module whose names are all bound by its top-level statements.
    """
    module = inspect.getmodule(figure)
    assert module is not None
    lines = inspect.getsource(module).splitlines()
    statements = ast.parse("\n".join(lines)).body
    names = needed(figure.__name__, {name: s for s in statements for name in bound(s)})
    kept = [statement for statement in statements if names.intersection(bound(statement))]
    text = written(kept[0], names, lines)
    for before, after in pairwise(kept):
        text += "\n" * gap(before, after) + written(after, names, lines)
    # a notebook shows a figure of matplotlib by itself; without the semicolon it does so twice
    end = "" if inspect.signature(figure).return_annotation is Explorer else ";"
    return f"{text}\n\n\n{figure.__name__}(){end}"


def bound(statement: ast.stmt) -> Iterator[str]:
    """Yield the names that a statement defines."""
    if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
        yield statement.name
    elif isinstance(statement, Import):
        yield from (alias.asname or alias.name for alias in statement.names)
    elif isinstance(statement, (ast.Assign, ast.AnnAssign)):
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        names = (node for target in targets for node in ast.walk(target))
        yield from (node.id for node in names if isinstance(node, ast.Name))


def needed(name: str, definitions: dict[str, ast.stmt]) -> set[str]:
    """Return `name` and the names without which it cannot be defined or called."""
    found: set[str] = set()
    new = {name}
    while new:
        found |= new
        nodes_ahead = (node for name in new for node in ast.walk(definitions[name]))
        used = {node.id for node in nodes_ahead if isinstance(node, ast.Name)}
        new = used & definitions.keys() - found
    return found


def written(statement: ast.stmt, names: set[str], lines: list[str]) -> str:
    """Return a statement with the comment above it; of an import only what is needed."""
    if isinstance(statement, Import):
        statement.names = [a for a in statement.names if (a.asname or a.name) in names]
        text = ast.unparse(statement)
        head, _, rest = text.partition(" import ")
        wrapped = textwrap.fill(rest, 88, initial_indent="    ", subsequent_indent="    ")
        return text if len(text) <= 88 else f"{head} import (\n{wrapped},\n)"
    first = min(s.lineno for s in (statement, *getattr(statement, "decorator_list", ())))
    while lines[first - 2].startswith("#"):
        first -= 1
    return "\n".join(lines[first - 1 : statement.end_lineno])


def gap(before: ast.stmt, after: ast.stmt) -> int:
    """Return the number of line breaks between two statements."""
    if any(isinstance(s, (ast.FunctionDef, ast.ClassDef)) for s in (before, after)):
        return 3
    return 1 + (isinstance(before, Import) != isinstance(after, Import))


def called(code: str, chapter: str) -> Callable[[], Any]:
    """Return the function of the chapter's figures that a cell calls in its last line."""
    figures = import_module(f"dlcourse.figures.{chapter}")
    match ast.parse(code).body:
        case [*_, ast.Expr(ast.Call(ast.Attribute(ast.Name("figures"), name)))]:
            return getattr(figures, name)  # type: ignore[no-any-return]
    raise ExtensionError(
        f"a cell with the tag {TAG!r} must end with a call such as figures.name(), got {code!r}"
    )


def show_sources(app: Sphinx, doctree: nodes.document) -> None:
    """Fold the input of every figure's cell and add the figure's program to it."""
    chapter = PurePosixPath(app.env.docname).name
    for cell in doctree.findall(nodes.container):
        if f"tag_{TAG}" not in cell["classes"]:
            continue
        cell.update_all_atts(FOLDED)
        (code,) = cell.children[0].children
        figure = called(code.astext(), chapter)
        source = program(figure)
        cell.children[0] += nodes.paragraph(INVITATION, INVITATION)
        cell.children[0] += nodes.literal_block(source, source, language="python")
        app.env.note_dependency(inspect.getsourcefile(figure))


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect the sources; what myst-nb then folds is decided when a page is written."""
    app.connect("doctree-read", show_sources)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
