"""The shell of the locked cells, as far as it shows no notebook; `test_referee` runs whole ones."""

import pytest

from dlcourse.grading.inside.shell import Shell
from dlcourse.grading.locked_cells import LockedShell, failing_line

pytestmark = pytest.mark.usefixtures("clean_ipython")


def test_the_line_that_failed_is_found_in_the_cell_only():
    assert failing_line(None, {}) == ("", False)


def test_a_cell_becomes_python_once_as_long_as_the_rules_are_the_same(monkeypatch):
    shell, turned, original = LockedShell.instance(), [], Shell.transform_cell

    def transform(self, source):
        turned.append(source)
        return original(self, source)

    monkeypatch.setattr(Shell, "transform_cell", transform)
    for _ in range(2):
        assert shell.transform_cell("%time 1") == original(shell, "%time 1")
    assert turned == ["%time 1"]
    shell.input_transformers_post.append(lambda lines: [*lines, "x = 1\n"])
    assert shell.transform_cell("%time 1").endswith("x = 1\n")
