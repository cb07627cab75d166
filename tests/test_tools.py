"""The helpers of the Makefile: what they say when something is missing, and the local server."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path
from threading import Thread

import pytest

TOOLS = Path(__file__).parent.parent / "tools"

pytestmark = [
    pytest.mark.local,
    pytest.mark.skipif(os.name == "nt", reason="make and sh are for other systems"),
]


def preflight(bin_folder: Path, python: str = "python3") -> tuple[int, str]:
    run = subprocess.run(
        [shutil.which("sh"), TOOLS / "preflight.sh", python],
        env={"PATH": str(bin_folder)},
        capture_output=True,
        text=True,
    )
    return run.returncode, run.stderr


def fake_tool(folder: Path, name: str, body: str = "exit 0") -> None:
    tool = folder / name
    tool.write_text(f"#!{shutil.which('sh')}\n{body}\n")
    tool.chmod(0o755)


@pytest.fixture
def complete(tmp_path) -> Path:
    """Folder with all the tools that the set-up needs, as far as preflight asks them."""
    for name in ("python3", "git", "node", "npm"):
        fake_tool(tmp_path, name)
    return tmp_path


def test_preflight_is_silent_where_nothing_is_missing(complete):
    assert preflight(complete) == (0, "")


@pytest.mark.skipif(not shutil.which("node"), reason="Node.js is not here")
def test_preflight_agrees_with_the_real_node(complete):
    (complete / "node").unlink()
    os.symlink(shutil.which("node"), complete / "node")
    run = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True)
    recent = int(run.stdout.lstrip("v").split(".")[0]) >= 20
    assert preflight(complete)[0] == (0 if recent else 1)


def test_preflight_names_everything_that_is_missing_at_once(tmp_path):
    code, said = preflight(tmp_path)
    assert code == 1
    assert len(said.splitlines()) == 5
    for tool in ("Python 3.11 or newer", "git: install it", "Node.js 20 or newer", "npm: it comes"):
        assert tool in said


@pytest.mark.parametrize("tool", ["git", "npm"])
def test_preflight_names_one_missing_tool(complete, tool):
    (complete / tool).unlink()
    code, said = preflight(complete)
    assert code == 1
    assert said.splitlines()[1].startswith(f"  - {tool}: ")


def test_preflight_refuses_an_old_python(complete):
    fake_tool(complete, "python3", '[ "$1" = -V ] && echo Python 3.9.1; exit 1')
    assert "'python3' is Python 3.9.1" in preflight(complete)[1]


def test_preflight_asks_for_the_venv_module(complete):
    fake_tool(complete, "python3", 'case "$2" in *venv*) exit 1;; esac')
    assert "apt install python3-venv" in preflight(complete)[1]


def test_preflight_refuses_an_old_node(complete):
    fake_tool(complete, "node", '[ "$1" = --version ] && echo v18.20.4; exit 1')
    assert "found v18.20.4" in preflight(complete)[1]


def test_preflight_asks_the_python_that_was_chosen(complete):
    assert "'python4' was not found" in preflight(complete, "python4")[1]
    (complete / "python3").unlink()
    os.symlink(sys.executable, complete / "python4")
    assert preflight(complete, "python4") == (0, "")


@pytest.fixture
def serve():
    spec = importlib.util.spec_from_file_location("serve", TOOLS / "serve.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_local_server_serves_and_gives_way_where_its_port_is_taken(serve, tmp_path):
    (tmp_path / "index.html").write_text("held in hand")
    with serve.open_server(tmp_path, 0) as first:
        port = first.server_address[1]
        with serve.open_server(tmp_path, port) as second:
            assert second.server_address[1] != port
            Thread(target=second.handle_request, daemon=True).start()
            address = f"http://127.0.0.1:{second.server_address[1]}/index.html"
            with urllib.request.urlopen(address, timeout=10) as answer:
                assert answer.read() == b"held in hand"


def run_notebooks(*places):
    command = [sys.executable, TOOLS / "run_notebooks.py", *places]
    return subprocess.run(command, capture_output=True, text=True)


def test_notebooks_are_run_and_the_failing_ones_named(tmp_path):
    v4 = pytest.importorskip("nbformat").v4
    for name, code in {"good": "assert not __import__('os').listdir()", "bad": "1 / 0"}.items():
        cells = [v4.new_code_cell(code), v4.new_markdown_cell("Text.")]
        (tmp_path / f"{name}.ipynb").write_text(json.dumps(v4.new_notebook(cells=cells)))
    run = run_notebooks(tmp_path)
    assert run.returncode == 1
    assert "good.ipynb: runs" in run.stdout
    assert "ZeroDivisionError" in run.stdout
    assert run.stderr.splitlines()[-1] == "failed: bad.ipynb"
    assert run_notebooks(tmp_path / "good.ipynb").returncode == 0


def test_no_notebook_is_no_success(tmp_path):
    run = run_notebooks(tmp_path)
    assert run.returncode == 1
    assert run.stderr.startswith("no notebook in ")
