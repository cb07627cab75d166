"""Cells that work at home work while grading: the same output, and no points are lost."""

import json

import pytest
from courses import environment
from grading.at_home import CELLS, REFUSED
from grading.builders import cell
from grading.toy import FULL, NAME

pytest.importorskip("nbgrader")

import nbformat
from nbclient import NotebookClient

LONG = ("megabytes of Chinese", "megabytes of emoji")  # which are cut


def said(cell):
    """What a cell shows, as text; a program's output and Python's own may change places."""
    text = ""
    for output in cell["outputs"]:
        if output["output_type"] == "stream":
            text += "".join(output["text"])
        elif output["output_type"] == "error":
            text += f"\n{output['ename']}: {output['evalue']}\n"
        else:
            text += "\n{}\n".format("".join(output["data"]["text/plain"]))
    return sorted(filter(None, text.replace("\r\n", "\n").splitlines()))


@pytest.fixture(scope="module")
def at_home(tmp_path_factory):
    """All cells, run one after the other by a kernel, by name."""
    home = tmp_path_factory.mktemp("home")
    settings = environment(home)
    settings.pop("PYTEST_CURRENT_TEST")  # or the kernel shows less than at home
    cells = [nbformat.v4.new_code_cell(source.strip()) for source in CELLS.values()]
    notebook = nbformat.v4.new_notebook(cells=cells)
    client = NotebookClient(notebook, allow_errors=True, resources={"metadata": {"path": home}})
    ran = client.execute(env=settings, cwd=str(home))
    return {name: said(cell) for name, cell in zip(CELLS, ran["cells"], strict=True)}


@pytest.fixture
def graded(station, solution):
    """Grade a right notebook with one more cell, at no cost, and return what that shows."""

    def grade(source):
        cells, mine = solution["cells"], cell(source.strip())
        text = json.dumps({**solution, "cells": [*cells[:2], mine, *cells[2:]]})
        result = station.grade("ada", NAME, {f"{NAME}.ipynb": text.encode()})
        assert (result.status, result.scores) == ("graded", FULL)
        found = json.loads(result.graded)["cells"][2]
        assert "".join(found["source"]) == mine["source"]
        return said(found)

    return grade


@pytest.mark.grading
@pytest.mark.parametrize("name", CELLS)
def test_a_cell_does_what_it_does_at_home(graded, at_home, name):
    if name in LONG:
        text = "".join(graded(CELLS[name]))
        assert len(text) > 1_000_000
        assert set(text) == set("".join(at_home[name]))
    else:
        assert graded(CELLS[name]) == at_home[name]


@pytest.mark.grading
@pytest.mark.parametrize("name", REFUSED)
def test_a_cell_that_cannot_work_says_why(graded, name):
    source, sentence = REFUSED[name]
    assert sentence in " ".join(graded(source))


def test_there_are_a_hundred_cells_and_none_is_there_twice():
    assert len(CELLS) >= 100
    assert len(set(CELLS.values())) == len(CELLS)
