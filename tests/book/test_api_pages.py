"""The pages of the package: every public name has its entry."""

import ast
import inspect
import re
import tomllib
from importlib import import_module
from pathlib import Path

import pytest
from sphinx.pycode import ModuleAnalyzer

ROOT = Path(__file__).parents[2]
PAGES = "\n".join(page.read_text("utf-8") for page in (ROOT / "book").glob("api_*.md"))
SHOWN = re.findall(r"^\.\. automodule:: ([\w.]+)\n   :members:$", PAGES, re.MULTILINE)
SHOWN_DATA = re.findall(r"^\.\. autodata:: ([\w.]+)$", PAGES, re.MULTILINE)
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
LECTURE = next(c["source_modules"] for c in CONTRACTS["contracts"] if c["type"] == "forbidden")


def public_names(module):
    """What a module says is its own, or else the functions, classes and constants it defines."""
    if hasattr(module, "__all__"):
        return module.__all__
    names = []
    for statement in ast.parse(inspect.getsource(module)).body:
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            names.append(statement.name)
        elif isinstance(statement, ast.Assign | ast.AnnAssign):
            assigned = [node.id for node in ast.walk(statement) if isinstance(node, ast.Name)]
            names += [name for name in assigned[:1] if name.isupper()]
    return [name for name in names if not name.startswith("_")]


def is_shown(module, name):
    """Whether autodoc shows it: by a docstring of its own, or a comment that starts with #:."""
    value = getattr(module, name)
    if inspect.isroutine(value) or inspect.isclass(value):
        return bool(inspect.getdoc(value))
    if any(getattr_path(path) is value for path in SHOWN_DATA):
        return True
    return ("", name) in ModuleAnalyzer.for_module(module.__name__).find_attr_docs()


def getattr_path(path):
    module, _, name = path.rpartition(".")
    return getattr(import_module(module), name)


def undocumented(module):
    return [name for name in public_names(module) if not is_shown(module, name)]


def test_every_public_lecture_module_is_on_a_page():
    assert len(SHOWN) == len(set(SHOWN))
    public = {name for name in LECTURE if not name.startswith("dlcourse._")}
    assert public - set(SHOWN) == set()


@pytest.mark.parametrize("name", SHOWN)
def test_every_public_name_is_documented(name):
    assert undocumented(import_module(name)) == []


def test_a_name_without_documentation_is_found(tmp_path, monkeypatch):
    (tmp_path / "some_lecture.py").write_text(
        "from math import sqrt\n"
        "#: Known.\nA = 1\nB = [2]\n_C = 3\n"
        "def f():\n    'Known.'\n"
        "def g(): pass\n"
        "class H: pass\n",
        encoding="utf-8",
    )
    monkeypatch.syspath_prepend(tmp_path)
    assert undocumented(import_module("some_lecture")) == ["B", "g", "H"]
