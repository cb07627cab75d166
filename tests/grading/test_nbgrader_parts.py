"""What of nbgrader the warm processes load, and what they leave out."""

import inspect
import json
import subprocess
import sys
from importlib.machinery import ModuleSpec

import pytest

pytest.importorskip("nbgrader")

from nbgrader import utils

from dlcourse.grading import nbgrader_parts as module

REFEREES_IMPORTS = """
import json, sys
from dlcourse.grading.nbgrader_parts import skip_slow_imports
skip_slow_imports()
import dlcourse.grading.office
print(json.dumps([name for name, module in sys.modules.items() if module]))
"""


def test_the_referee_starts_without_the_whole_of_nbgrader():
    said = subprocess.run(
        [sys.executable, "-c", REFEREES_IMPORTS], capture_output=True, text=True, check=True
    )
    loaded = set(json.loads(said.stdout))
    assert "jsonschema" in loaded  # so there was something to leave out
    assert loaded.isdisjoint({module.SLOW, "nbgrader", "sqlalchemy", "jupyter_server"})


def test_the_scores_are_read_by_nbgraders_own_code():
    ours = module.load_utils()
    for name in ("determine_grade", "compute_checksum"):
        assert inspect.getsource(getattr(ours, name)) == inspect.getsource(getattr(utils, name))


def test_a_slow_import_that_is_there_already_stays(monkeypatch):
    monkeypatch.setitem(sys.modules, module.SLOW, json)
    module.skip_slow_imports()
    assert sys.modules[module.SLOW] is json


def test_without_nbgrader_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match=r"nbgrader is missing.*dlcourse\[grading\]"):
        module.package_folder()


def test_a_version_without_utils_is_named(monkeypatch):
    monkeypatch.setattr(
        module, "spec_from_file_location", lambda *_: ModuleSpec("nbgrader_utils", None)
    )
    with pytest.raises(ModuleNotFoundError, match="not the locked one"):
        module.load_utils()
