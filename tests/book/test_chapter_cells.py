"""The chapters' cells: those that a reader sees run by themselves, the others are short."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from myst_nb.core.read import read_myst_markdown_notebook

ROOT = Path(__file__).parents[2]
PLAIN_INSTALL = Path(__file__).with_name("plain_install.py")
REMOVED, FOLDED = {"remove-cell", "remove-input"}, {"hide-cell", "hide-input"}
LINES = 12  # of a hidden cell, which has nothing to do but to glue numbers into the text
WIDTH = 76  # of a line, as many characters as a desktop shows


def cells(chapter):
    """Tags and source of each code cell."""
    text = (ROOT / chapter).with_suffix(".md").read_text(encoding="utf-8")
    found = (cell for cell in read_myst_markdown_notebook(text).cells if cell.cell_type == "code")
    return [(set(cell.metadata.get("tags", ())), cell.source) for cell in found]


def run_plain(*sources):
    """Run cells where nothing is installed but the package without extras."""
    command, text = [sys.executable, PLAIN_INSTALL], json.dumps(sources)
    environment = os.environ | {"MPLBACKEND": "agg"}
    return subprocess.run(command, input=text, capture_output=True, text=True, env=environment)


def test_what_a_reader_sees_runs_after_a_plain_install_and_its_sliders_move_at_the_end(chapter):
    done = run_plain(*(source for tags, source in cells(chapter) if not tags & REMOVED))
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("module", ["myst_nb", "anywidget", "sklearn.svm", "IPython"])
def test_a_plain_install_lacks_what_the_extras_bring(module):
    assert "after a plain install" in run_plain("import dlcourse", f"import {module}").stderr


def test_a_figure_that_uses_a_name_which_a_later_cell_gives_away_is_noticed():
    figure = """
from dlcourse.explorers import Explorer, Line, Slider

def rise(a):
    return 2 * a

def words(a):
    return f"It rises by {rise(a)}."

Explorer(lambda a: [Line([0, 1], [0, a])], [Slider("a", [1, 2])], title="A line", alt=words)
"""
    assert run_plain(figure, "1").returncode == 0
    assert "object is not callable" in run_plain(figure, "rise = [3]").stderr


def test_a_figure_s_cell_holds_its_call_and_no_other_is_hidden_but_short_ones(chapter):
    for tags, source in cells(chapter):
        statements = ast.parse(source).body
        defines = (ast.FunctionDef, ast.ClassDef)
        if "figure" in tags:
            *imports, _ = statements
            assert all(isinstance(each, ast.ImportFrom) for each in imports), source
        elif tags & (REMOVED | FOLDED):
            assert not any(isinstance(each, defines) for each in statements), source
            assert len(source.splitlines()) <= LINES, source


def test_lines_of_code_are_read_without_scrolling(chapter):
    shown = (source for tags, source in cells(chapter) if not tags & REMOVED)
    assert [line for source in shown for line in source.splitlines() if len(line) > WIDTH] == []
