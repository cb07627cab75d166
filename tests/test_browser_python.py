"""What is trusted when the browser's Python is assembled: only files that a hash vouches for."""

import hashlib
import importlib.util
from pathlib import Path

import pytest

pytestmark = pytest.mark.local

SCRIPT = Path(__file__).parent.parent / "tools" / "browser_python" / "fetch.py"
CONTENT = {"a-1.whl": b"first", "b-1.whl": b"second", "c-1.whl": b"third"}


@pytest.fixture
def fetch(tmp_path, monkeypatch):
    """The script, writing into a folder of this test."""
    spec = importlib.util.spec_from_file_location("fetch", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "TARGET", tmp_path / "target")
    return module


@pytest.fixture
def files(fetch):
    """Names and hashes of a, and of b, which a needs and which needs a."""
    depends = {"a": ["b"], "b": ["a"], "c": []}
    packages = {
        name: {
            "file_name": f"{name}-1.whl",
            "sha256": hashlib.sha256(CONTENT[f"{name}-1.whl"]).hexdigest(),
            "depends": depends[name],
        }
        for name in depends
    }
    return fetch.closure(packages, ("a",))


def test_what_is_needed_comes_along_and_nothing_else(files):
    assert sorted(files) == ["a-1.whl", "b-1.whl"]


def test_official_files_are_taken_from_a_folder(fetch, files, tmp_path):
    for name, content in CONTENT.items():
        (tmp_path / name).write_bytes(content)
    fetch.fetch_wheels(files, tmp_path)
    taken = {path.name: path.read_bytes() for path in (tmp_path / "target").iterdir()}
    assert taken == {name: CONTENT[name] for name in files}


def test_a_file_with_another_hash_is_refused_and_not_written(fetch, files, tmp_path):
    with pytest.raises(SystemExit, match=r"a-1\.whl is not the official file: its SHA"):
        fetch.collect({"a-1.whl": files["a-1.whl"]}, lambda name: b"forged")
    assert not any((tmp_path / "target").iterdir())


def test_every_test_tool_is_pinned_with_its_hash(fetch):
    pins = fetch.tool_pins()
    for name in (*fetch.LOCKED_TOOLS, "hypothesis"):
        assert f"{name}==" in pins
    assert pins.count("==") == len(fetch.LOCKED_TOOLS) + 1
    assert pins.count("--hash=sha256:") > len(fetch.LOCKED_TOOLS)
