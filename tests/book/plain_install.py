"""Run code as after a plain ``pip install dlcourse``: python plain_install.py < cells.json

Reads a list of cells and runs them one after the other in one namespace, with an import of anything
but the package's own dependencies refused. At the end every explorer that a cell has shown is moved
to its last state, as a reader does who has run the whole notebook first.
"""

import ast
import json
import sys
from importlib.metadata import packages_distributions, requires

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def plain(package: str) -> set[str]:
    """Return the distributions that come with a package when no extra is asked for."""
    found: set[str] = set()
    ahead = {package}
    while ahead:
        found |= ahead
        wishes = [Requirement(wish) for name in ahead for wish in requires(name) or []]
        needed = (w for w in wishes if w.marker is None or w.marker.evaluate({"extra": ""}))
        ahead = {canonicalize_name(wish.name) for wish in needed} - found
    return found


class Refuse:
    """A finder that knows which imports a plain install cannot satisfy."""

    def __init__(self) -> None:
        mine = plain("dlcourse")
        owners = packages_distributions().items()
        self.refused = {name for name, of in owners if not mine & set(map(canonicalize_name, of))}

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        """Refuse what does not come with the package, leave the rest to the other finders."""
        if name.partition(".")[0] in self.refused:
            raise ModuleNotFoundError(f"no module named {name} after a plain install", name=name)


def run(cell: str, names: dict[str, object]) -> object:
    """Run a cell and return what its last line shows."""
    *statements, last = ast.parse(cell).body
    exec(compile(ast.Module(statements, []), "<cell>", "exec"), names)
    if isinstance(last, ast.Expr):
        return eval(compile(ast.Expression(last.value), "<cell>", "eval"), names)
    exec(compile(ast.Module([last], []), "<cell>", "exec"), names)
    return None


def main() -> None:
    """Run the cells, then move each explorer that they showed."""
    cells = json.load(sys.stdin)
    sys.meta_path.insert(0, Refuse())
    names: dict[str, object] = {"__name__": "__main__"}
    shown = [run(cell, names) for cell in cells]
    for figure in shown:
        if hasattr(figure, "frame_at"):
            end = {control.name: control.values[-1] for control in figure.controls}
            figure.frame_at(**end)
            figure.caption_at(**end)


if __name__ == "__main__":
    main()
