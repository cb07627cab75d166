"""A chapter is executed anew when code that it runs was changed."""

from types import SimpleNamespace

import execution_key
import pytest
from execution_key import ExtensionError, add_key, imported, key, read

PAGE = """---
jupytext: {text_representation: {format_name: myst}}
kernelspec:
  display_name: Python 3
  name: python3
reads: [data, one.json]
---

```{code-cell} ipython3
:tags: [hide-input]
from dlcourse.losses import (
    cross_entropy)
```
"""


@pytest.fixture
def package(tmp_path):
    """A package with data, where `figures` imports `colours` in a function; `other` is alone."""
    folder = tmp_path / "made_up"
    folder.mkdir()
    for name, text in {
        "__init__": "",
        "figures": "def draw():\n    from .colours import RED\n    return RED\n",
        "colours": "RED = 1\n",
        "other": "",
    }.items():
        (folder / f"{name}.py").write_text(text)
    (folder / "data").mkdir()
    (folder / "data" / "palette.json").write_text("{}")
    return folder


def key_of(code, package):
    return key(imported(code, package.parent))


@pytest.mark.parametrize(
    "code", ["from made_up import figures", "def f():\n    from made_up.figures import draw"]
)
def test_what_is_imported_on_the_way_counts(package, code):
    assert {path.stem for path in imported(code, package.parent)} == {
        "__init__",
        "figures",
        "colours",
        "palette",
    }


@pytest.mark.parametrize(
    ("changed", "same"), [("colours.py", False), ("other.py", True), ("data/palette.json", False)]
)
def test_a_byte_changes_the_key_where_the_code_is_used(package, changed, same):
    code = "import numpy\nimport made_up.figures"
    before = key_of(code, package)
    with (package / changed).open("a") as file:
        file.write("#")
    assert (key_of(code, package) == before) is same


def test_files_of_folders_are_read(tmp_path):
    (tmp_path / "data" / "deeper").mkdir(parents=True)
    for name in ("data/b", "data/a", "one.json"):
        (tmp_path / name).write_text(name)
    found = read(tmp_path / "page.md", ["data", "one.json"])
    assert [path.name for path in found] == ["a", "b", "one.json"]


def processed(text, folder):
    noted = []
    env = SimpleNamespace(doc2path=lambda name: folder / name, note_dependency=noted.append)
    source = [text]
    add_key(SimpleNamespace(env=env), "page.md", source)
    return source[0], noted


def test_the_kernel_s_name_carries_the_key_and_sphinx_is_told(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "one.json").write_text("1")
    text, noted = processed(PAGE, tmp_path)
    assert len(text.splitlines()) == len(PAGE.splitlines())  # warnings name the right line
    for name in ("losses.py", "_validation.py", "requirements.lock", "one.json", "data"):
        assert any(path.endswith(name) for path in noted), name
    (tmp_path / "one.json").write_text("2")
    assert processed(PAGE, tmp_path)[0] != text
    assert processed("No code.", tmp_path) == ("No code.", [])


def test_a_page_with_code_names_its_kernel(tmp_path):
    (tmp_path / "one.json").write_text("1")
    with pytest.raises(ExtensionError, match=r"page\.md: .*display_name"):
        processed(PAGE.replace("  display_name: Python 3\n", ""), tmp_path)


def test_a_changed_extension_counts_as_another_version_of_the_environment(tmp_path, monkeypatch):
    def version():
        return execution_key.setup(SimpleNamespace(connect=lambda *_: None))["env_version"]

    monkeypatch.setattr(execution_key, "__file__", str(tmp_path / "execution_key.py"))
    (tmp_path / "listings.py").write_text("one")
    before = version()
    assert before == version()
    (tmp_path / "listings.py").write_text("two")
    assert before != version()
