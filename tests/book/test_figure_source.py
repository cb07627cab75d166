"""Under a figure stands a program that draws it: complete, no longer than needed, folded away."""

import re
import subprocess
import sys
from html import unescape
from pathlib import Path

import figure_source
import pytest
from figures.every_figure import EXPLORERS, PICTURES
from nbformat import v4, write

from dlcourse.figures import xor_to_depth

EXTENSIONS = Path(figure_source.__file__).parent
CONF = f"""
import sys
sys.path.insert(0, {str(EXTENSIONS)!r})
project = "Small"
extensions = ["myst_nb", "figure_source"]
nb_execution_mode = "off"
html_theme = "basic"
root_doc = "xor_to_depth"
"""
CALL = "figures.two_units_move_the_plane()"


def build(folder):
    """Build a book of one page with one figure; return the page."""
    cells = [v4.new_markdown_cell("# Page"), v4.new_code_cell(CALL, metadata={"tags": ["figure"]})]
    metadata = {"language_info": {"name": "python", "pygments_lexer": "ipython3"}}
    write(v4.new_notebook(cells=cells, metadata=metadata), folder / "xor_to_depth.ipynb")
    (folder / "conf.py").write_text(CONF)
    command = [sys.executable, "-m", "sphinx", "-W", "-q", folder, folder / "html"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return (folder / "html" / "xor_to_depth.html").read_text(encoding="utf-8")


def test_the_program_draws_the_same_figure_by_itself():
    program = figure_source.program(xor_to_depth.two_units_move_the_plane)
    *definitions, call = program.splitlines()
    names: dict[str, object] = {}
    exec("\n".join(definitions), names)
    figure = eval(call, names)
    drawn, original = figure.static(), xor_to_depth.two_units_move_the_plane().static()
    of_the_module = {"anchor", "call"}  # the address of a figure, which a program has not
    assert drawn.keys() | of_the_module == original.keys()
    assert all(drawn[key] == original[key] for key in original.keys() - of_the_module)


@pytest.mark.parametrize("figure", [*EXPLORERS.values(), *PICTURES.values()])
def test_every_program_defines_what_it_uses_and_uses_what_it_imports(figure):
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "F", "-"]
    program = figure_source.program(figure)
    done = subprocess.run(command, input=program, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_the_program_holds_what_it_needs_and_no_more(tmp_path, monkeypatch):
    (tmp_path / "toy_figures.py").write_text(
        "import json\nimport math\n\nfrom itertools import chain, product\n\n"
        "# Seven, not eight.\nSIZE = 7\nOTHER = [k for k in range(8)]\n\n\n"
        "class Sizes(list):\n    pass\n\n\n"
        "def helper():\n    return [Sizes(k) for k in product(range(SIZE))]\n\n\n"
        "def figure():\n    return math.prod(map(len, helper()))\n\n\n"
        "def unrelated():\n    return figure() + OTHER\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    import toy_figures

    assert figure_source.program(toy_figures.figure) == (
        "import math\nfrom itertools import product\n\n# Seven, not eight.\nSIZE = 7\n\n\n"
        "class Sizes(list):\n    pass\n\n\n"
        "def helper():\n    return [Sizes(k) for k in product(range(SIZE))]\n\n\n"
        "def figure():\n    return math.prod(map(len, helper()))\n\n\nfigure();"
    )


def test_the_page_folds_the_cell_and_shows_the_program(tmp_path):
    (folded,) = re.findall(r"<details.*?</details>", build(tmp_path), re.DOTALL)
    assert figure_source.FOLDED["prompt_show"] in folded
    call, program = (
        unescape(re.sub("<.*?>", "", block)).strip()
        for block in re.findall(r"<pre>(.*?)</pre>", folded, re.DOTALL)
    )
    assert call == CALL
    assert program == figure_source.program(xor_to_depth.two_units_move_the_plane)


@pytest.mark.parametrize("code", ["1 + 1", "two_units_move_the_plane()", "x = figures.y()"])
def test_a_cell_that_calls_no_figure_is_refused(code):
    with pytest.raises(figure_source.ExtensionError, match=r"must end with a call such as figures"):
        figure_source.called(code, "xor_to_depth")
