"""The notebooks that readers download: whole, readable, and in the words that Jupyter knows.

That they run is tried where the package is installed by itself: ``tools/run_notebooks.py``.
"""

import re
from pathlib import Path

import nbformat
import pytest
import static_math

pytestmark = pytest.mark.site

CODE = re.compile(r"^( *>? ?)```.*?^\1```|(`+).+?\2", re.DOTALL | re.MULTILINE)
FORMULA = re.compile(r"\$\$(?P<display>.+?)\$\$|(?<!\\)\$(?P<inline>.+?)(?<!\\)\$")
# directives, roles and labels of MyST; what nobody resolved
ROOT = Path(__file__).parents[2]
LEFT_OVER = re.compile(r":::|\{[a-z:]+\}`|^\(.*\)=$|\{eq\}|\?\?|None", re.MULTILINE)


@pytest.fixture
def source(chapter):
    return (ROOT / f"{chapter}.md").read_text(encoding="utf-8")


@pytest.fixture
def notebook(site, chapter):
    return nbformat.read(site / "_downloads" / f"{chapter}.ipynb", as_version=4)


@pytest.fixture(scope="module")
def katex():
    plain = static_math.Katex({})
    yield plain
    plain.close()


def texts(notebook):
    return [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]


def test_it_is_a_notebook_that_says_what_to_install(notebook):
    nbformat.validate(notebook)
    assert "pip install dlcourse" in texts(notebook)[0]
    assert notebook.metadata.kernelspec.name == "python3"
    assert re.match(r"# \w", texts(notebook)[1])


def test_its_code_needs_nothing_of_the_book(notebook):
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert len(code) >= 5
    assert not any("myst_nb" in cell.source or cell.outputs for cell in code)


def test_nothing_of_the_site_s_language_is_left(notebook):
    for text in texts(notebook):
        assert not LEFT_OVER.search(FORMULA.sub("", CODE.sub("", text))), text


def test_its_formulas_need_no_macro(notebook, source, katex):
    found = [m for text in texts(notebook) for m in FORMULA.finditer(CODE.sub("", text))]
    assert len(found) >= min(20, source.count("$") // 4)
    for formula in found:
        katex.render(formula["display"] or formula["inline"], display=bool(formula["display"]))


def test_its_text_is_the_chapter_s(notebook, source):
    whole = "\n".join(texts(notebook))
    for needed in ("<details>", "> **", "## References", "## Exercises"):
        assert needed in whole
    assert (r"\tag{" in whole) == ("$$ (eq-" in source)
