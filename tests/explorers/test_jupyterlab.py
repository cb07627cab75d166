"""The live face in a real JupyterLab: keyboard and mouse reach it, a new kernel too."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import pytest

nbformat = pytest.importorskip("nbformat")
pytest.importorskip("jupyterlab")
pytest.importorskip("anywidget")

pytestmark = [pytest.mark.site, pytest.mark.alone]
ROOT = Path(__file__).parents[2]
CODE = "from explorers import explorer_gallery\n\nexplorer_gallery.boundary()"
PLACES = ("CONFIG_DIR", "RUNTIME_DIR", "DATA_DIR")
SLIDERS = "figure.dlx input[type=range]"


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """The address of a notebook with an explorer, in a JupyterLab that knows no other folder."""
    folder = tmp_path_factory.mktemp("lab")
    cell = nbformat.v4.new_code_cell(CODE)
    python = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    notebook = nbformat.v4.new_notebook(cells=[cell], metadata=python)
    nbformat.write(notebook, folder / "figure.ipynb")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    home = {f"JUPYTER_{place}": str(folder / place) for place in PLACES}
    home |= {f"JUPYTERLAB_{k}_DIR": str(folder / k) for k in ("SETTINGS", "WORKSPACES")}
    program = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    program += [f"--ServerApp.port={port}", f"--ServerApp.root_dir={folder}"]
    program += ["--ServerApp.port_retries=0", "--IdentityProvider.token="]
    paths = f"{ROOT}{os.pathsep}{ROOT / 'tests'}"
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(
            program, env=os.environ | home | {"PYTHONPATH": paths}, stdout=log, stderr=log
        )
        try:
            wait_for(f"http://127.0.0.1:{port}/api", server, folder / "log")
            yield f"http://127.0.0.1:{port}/lab/tree/figure.ipynb"
        finally:
            server.terminate()
            server.wait()


def wait_for(address, server, log):
    while server.poll() is None:
        try:
            return urlopen(address).close()
        except OSError:
            time.sleep(0.2)
    pytest.fail(log.read_text())


def run(page):
    """Run the cell; without a kernel that is ready, JupyterLab would only clear what it showed.

    The circle beside the kernel's name is "idle" before there is a kernel; the status bar is not.
    """
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()
    page.locator(".jp-CodeCell .jp-InputArea-editor").first.click()
    page.keyboard.press("Shift+Enter")
    page.locator("figure.dlx.dlx-ready").wait_for()


def expect_caption(page, **weights):
    """Wait for the sentence of these weights; the kernel may take its time."""
    caption = "With weights {w1} and {w2} and bias {bias},".format(**weights)
    page.locator(".dlx-caption span", has_text=caption).wait_for()


def test_keys_and_mouse_move_a_slider_before_and_after_a_restart(browser, lab):
    page = browser.new_page(viewport={"width": 1280, "height": 1000})
    page.set_default_timeout(180_000)
    page.goto(lab)
    run(page)
    first, second = page.locator(SLIDERS).nth(0), page.locator(SLIDERS).nth(1)
    first.focus()
    page.keyboard.press("ArrowRight")
    expect_caption(page, w1=1.5, w2=1, bias=0)
    page.keyboard.press("ArrowDown")
    expect_caption(page, w1=1, w2=1, bias=0)
    page.keyboard.press("Tab")
    page.keyboard.press("Home")
    expect_caption(page, w1=1, w2=-2, bias=0)
    box = second.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect_caption(page, w1=1, w2=0, bias=0)

    restart(page)
    page.locator(".dlx-caption", has_text="run its cell again").wait_for()
    run(page)
    expect_caption(page, w1=1, w2=1, bias=0)
    first.focus()
    page.keyboard.press("ArrowLeft")
    expect_caption(page, w1=0.5, w2=1, bias=0)
    page.close()


def restart(page):
    page.locator(".jp-CodeCell .jp-InputArea-editor").first.click()
    for key in ("Escape", "0", "0"):
        page.keyboard.press(key)
    page.locator(".jp-Dialog button.jp-mod-warn").click()
