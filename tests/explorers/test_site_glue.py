"""The extension ``book/_ext/dlcourse_explorers.py`` in a small site of two pages."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from explorers import explorer_gallery

from dlcourse.explorers.page import STATIC

nbformat = pytest.importorskip("nbformat")
pytest.importorskip("myst_nb")
if not (STATIC / "explorer.js").exists():
    pytest.skip("npm run build was not run", allow_module_level=True)

EXTENSIONS = Path(__file__).parents[2] / "book/_ext"
CONF = f"""
import sys
sys.path.insert(0, {str(EXTENSIONS)!r})
project = "Small"
extensions = ["myst_nb", "dlcourse_explorers"]
nb_execution_mode = "off"
html_theme = "basic"
"""


def notebook(*figures):
    """A notebook as the book's build leaves it: executed, the outputs inside."""
    cells = [nbformat.v4.new_markdown_cell("# Figures")]
    for figure in figures:
        data, metadata = figure._repr_mimebundle_()
        output = nbformat.v4.new_output("display_data", data, metadata=metadata)
        cells.append(nbformat.v4.new_code_cell("figure", outputs=[output]))
    language = {"name": "python", "pygments_lexer": "ipython3"}
    return nbformat.v4.new_notebook(cells=cells, metadata={"language_info": language})


def build(source, builder):
    out = source.parent / builder
    command = [sys.executable, "-m", "sphinx", "-W", "-n", "-q", "-b", builder, source, out]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return out


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    folder = tmp_path_factory.mktemp("book") / "source"
    (folder / "part").mkdir(parents=True)
    (folder / "conf.py").write_text(CONF)
    (folder / "index.md").write_text("# Small\n\n```{toctree}\npart/figures\n```\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DLCOURSE_EXPLORER_FACES", "static,print")
        book = notebook(explorer_gallery.boundary(), explorer_gallery.curves())
    nbformat.write(book, folder / "part/figures.ipynb")
    return folder


@pytest.fixture(scope="module")
def site(source):
    return build(source, "html")


def test_the_page_is_small_and_its_frames_lie_in_files(site):
    page = (site / "part/figures.html").read_text(encoding="utf-8")
    assert len(page) < 16_000
    sources = re.findall(r'data-source="([^"]+)"', page)
    assert len(sources) == 2
    for address in sources:
        frames = (site / "part" / address).resolve()
        assert frames.parent == (site / "_static/explorers").resolve()
        assert frames.read_text().startswith(f'dlcourseFrames("{frames.stem}"')


def test_without_scripts_there_are_pictures_with_alternatives(site):
    page = (site / "part/figures.html").read_text(encoding="utf-8")
    pictures = re.findall(r'<img src="([^"]+)" alt="([^"]+)" width="(\d+)" height="(\d+)"', page)
    assert len(pictures) == 2
    assert pictures[0][1] == explorer_gallery.boundary().caption_at()
    for address, _, width, _ in pictures:
        assert (site / "part" / address).stat().st_size > 5000
        assert int(width) > 300


def test_pages_without_an_explorer_load_nothing(site):
    assert "explorer.js" in (site / "part/figures.html").read_text(encoding="utf-8")
    index = (site / "index.html").read_text(encoding="utf-8")
    assert "explorer.js" not in index
    assert "explorer.css" not in index


def test_no_widget_machinery_comes_with_the_outputs(site):
    page = (site / "part/figures.html").read_text(encoding="utf-8")
    assert "vnd.jupyter.widget" not in page
    assert "require" not in page


def test_other_builders_take_the_picture(source):
    out = build(source, "latex")
    tex = "".join(path.read_text(encoding="utf-8") for path in out.glob("*.tex"))
    assert tex.count(r"\sphinxincludegraphics") == 2


def test_the_site_works_from_disk(browser, site):
    page = browser.new_page(viewport={"width": 900, "height": 300})
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((site / "part/figures.html").as_uri())
    page.wait_for_selector("figure:first-of-type.dlx-ready")
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    page.wait_for_selector("figure:nth-of-type(1).dlx-ready")
    page.wait_for_function("document.querySelectorAll('.dlx-ready').length === 2")
    assert not page.locator("img").first.is_visible()
    assert all(url.startswith("file:") for url in asked)
    assert not [url for url in asked if url.endswith(".png")], "pictures are for others"
    page.close()
