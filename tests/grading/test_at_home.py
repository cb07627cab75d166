"""Cells that work at home work while grading: the same output, and no points are lost."""

import json
from itertools import islice

import pytest
from courses import environment
from grading.at_home import CELLS, FIGURES, INSTEAD, PAST_PYTHON, REFUSED, RIGHT, SERIES
from grading.builders import cell
from grading.toy import FULL, NAME

pytest.importorskip("nbgrader")

import nbformat
from nbclient import NotebookClient
from nbgrader.utils import determine_grade

LONG = ("megabytes of Chinese", "megabytes of emoji")  # which are cut


def said(cell):
    """What a cell shows, as text and kinds; a program's output and Python's may change places."""
    text = ""
    for output in cell["outputs"]:
        if output["output_type"] == "stream":
            text += "".join(output["text"])
        elif output["output_type"] == "error":
            text += f"\n{output['ename']}: {output['evalue']}\n"
        else:
            text += "\n{}\n".format("".join(output["data"]["text/plain"]))
            text += " ".join(sorted(output["data"])) + "\n"
    return sorted(filter(None, text.replace("\r\n", "\n").splitlines()))


def run_at_home(home, sources):
    """Run cells one after the other in a kernel, and return them."""
    settings = environment(home)
    settings["SHELL"] = "/bin/bash"
    settings.pop("PYTEST_CURRENT_TEST")  # or the kernel shows less than at home
    cells = [nbformat.v4.new_code_cell(source.strip()) for source in sources]
    notebook = nbformat.v4.new_notebook(cells=cells)
    client = NotebookClient(notebook, allow_errors=True, resources={"metadata": {"path": home}})
    return client.execute(env=settings, cwd=str(home))["cells"]


def source_of(solution, name):
    """What stands in a cell of the instructor's notebook."""
    return next("".join(cell["source"]) for cell in solution["cells"] if cell["id"] == name)


@pytest.fixture(scope="module")
def at_home(tmp_path_factory):
    """All cells, run one after the other by a kernel, by name."""
    ran = run_at_home(tmp_path_factory.mktemp("home"), CELLS.values())
    return {name: said(cell) for name, cell in zip(CELLS, ran, strict=True)}


@pytest.fixture(scope="module")
def series_at_home(tmp_path_factory, solution):
    """What the cells of each series show in a kernel, by name."""
    sources = [source for series in SERIES.values() for source in series]
    _, *ran = run_at_home(tmp_path_factory.mktemp("home"), [source_of(solution, "setup"), *sources])
    rest = map(said, ran)
    return {name: list(islice(rest, len(series))) for name, series in SERIES.items()}


@pytest.fixture(scope="module")
def points_at_home(tmp_path_factory, solution):
    """What each right answer earns in a kernel, by name."""
    start = [source_of(solution, name) for name in ("setup", "scores", "sigmoid")]
    sources, places = [], {}
    for name, (answered, *cells) in RIGHT.items():
        sources += [*start, *cells, source_of(solution, f"check-{answered}")]
        places[name] = len(sources) - 1, f"check-{answered}"
    ran = run_at_home(tmp_path_factory.mktemp("home"), sources)
    earned = {}
    for name, (place, check) in places.items():
        nbgrader = next(c["metadata"]["nbgrader"] for c in solution["cells"] if c["id"] == check)
        ran[place]["metadata"]["nbgrader"] = nbgrader
        earned[name] = {check: determine_grade(ran[place])[0]}
    return earned


@pytest.fixture
def graded(station, solution):
    """Grade a right notebook with more cells, at no cost, and return what each of them shows."""

    def grade(*sources):
        cells, mine = solution["cells"], [cell(source.strip()) for source in sources]
        text = json.dumps({**solution, "cells": [*cells[:2], *mine, *cells[2:]]})
        result = station.grade("ada", NAME, {f"{NAME}.ipynb": text.encode()})
        assert (result.status, result.scores) == ("graded", FULL)
        found = json.loads(result.graded)["cells"][2 : 2 + len(mine)]
        assert ["".join(c["source"]) for c in found] == [c["source"] for c in mine]
        return [said(c) for c in found]

    return grade


@pytest.mark.grading
@pytest.mark.parametrize("name", CELLS)
def test_a_cell_does_what_it_does_at_home(graded, at_home, name):
    if name in LONG:
        (lines,) = graded(CELLS[name])
        text = "".join(lines)
        assert len(text) > 1_000_000
        assert set(text) == set("".join(at_home[name]))
    else:
        assert graded(CELLS[name]) == [at_home[name]]


@pytest.mark.grading
@pytest.mark.parametrize("name", SERIES)
def test_cells_one_after_the_other_do_what_they_do_at_home(graded, series_at_home, name):
    assert graded(*SERIES[name]) == series_at_home[name]


@pytest.mark.grading
@pytest.mark.parametrize("name", RIGHT)
def test_a_right_answer_earns_what_it_does_at_home(station, solution, points_at_home, name):
    answered, *before, answer = RIGHT[name]
    changed = [{**c, "source": answer} if c["id"] == answered else c for c in solution["cells"]]
    text = json.dumps({**solution, "cells": [*changed[:2], *map(cell, before), *changed[2:]]})
    result = station.grade("ada", NAME, {f"{NAME}.ipynb": text.encode()})
    assert (result.status, result.scores) == ("graded", FULL)
    assert points_at_home[name] == {f"check-{answered}": FULL[f"check-{answered}"]}


@pytest.mark.grading
@pytest.mark.parametrize("name", PAST_PYTHON)
def test_what_is_written_past_python_stands_with_its_cell(graded, name):
    source, shown = PAST_PYTHON[name]
    assert graded(source) == [sorted([*shown, "text/plain"])]


@pytest.mark.grading
@pytest.mark.parametrize("name", REFUSED)
def test_a_cell_that_cannot_work_says_why(graded, name):
    source, sentence = REFUSED[name]
    (lines,) = graded(source)
    assert sentence in " ".join(lines)


@pytest.mark.grading
def test_a_figure_is_shown_whatever_backend_is_asked_for(graded):
    for source, lines in zip(FIGURES, graded(*FIGURES), strict=True):
        assert [line for line in lines if "image" in line] == ["image/png text/plain"], source


@pytest.mark.grading
def test_something_stands_for_what_a_page_cannot_hold(graded):
    shown = graded(*(source for source, _ in INSTEAD.values()))
    for (name, (_, words)), lines in zip(INSTEAD.items(), shown, strict=True):
        assert [line for line in words if line not in lines] == [], name
        assert len([line for line in lines if line != "text/plain"]) <= max(len(words), 2), name


def test_there_are_a_hundred_cells_and_none_is_there_twice():
    assert len(CELLS) >= 100
    assert len(set(CELLS.values())) == len(CELLS)
