"""The command line, run as a user runs it."""

import subprocess
import sys

import numpy as np
import pytest
from click.testing import CliRunner

from dlcourse import __version__, cli, datasets
from dlcourse.authoring import linting, survivors
from dlcourse.authoring.linting import RULES
from dlcourse.datasets import mnist

pytestmark = pytest.mark.local


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli.main, arguments)
    return result.exit_code, result.output


def test_version_is_the_package_version():
    assert run("--version") == (0, f"dlcourse, version {__version__}\n")


def test_help_names_every_command():
    code, output = run("--help")
    assert code == 0
    assert "info" in output
    assert "download" in output


def test_help_loads_nothing_heavy():
    script = (
        "import sys; from dlcourse.cli import main\n"
        "main(['--help'], standalone_mode=False)\n"
        "print({'numpy', 'matplotlib', 'pooch', 'requests'} & set(sys.modules))"
    )
    output = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert output.stdout.splitlines()[-1] == "set()"


def test_info_lists_what_is_installed():
    code, output = run("info")
    assert code == 0
    assert f"numpy {np.__version__}" in output
    assert "[book]" in output
    assert "[grading]" in output


def test_info_says_what_is_missing_and_how_to_get_it(monkeypatch):
    monkeypatch.setattr(
        cli, "installed_version", lambda name: None if name == "nbgrader" else "1.0"
    )
    assert 'missing: nbgrader. Get them: pip install "dlcourse[grading]"' in run("info")[1]


def test_info_knows_whether_mnist_is_there(monkeypatch, tmp_path):
    monkeypatch.setattr(mnist, "default_cache", lambda: tmp_path)
    assert "dlcourse download mnist" in run("info")[1]
    packed, *unpacked = mnist.SHA256
    for name in (packed, *(name.removesuffix(".gz") for name in unpacked)):
        (tmp_path / name).touch()
    assert f"70,000 images, in {tmp_path}" in run("info")[1]


def test_download_reports_what_came(monkeypatch, tmp_path):
    wished = []

    def load(cache):
        wished.append(cache)
        return np.zeros((6, 784)), np.zeros(6), np.zeros((1, 784)), np.zeros(1)

    monkeypatch.setattr(datasets, "load_mnist", load)
    code, output = run("download", "mnist", "--cache", str(tmp_path))
    assert (code, wished) == (0, [tmp_path])
    assert "6 training and 1 test images" in output


@pytest.mark.parametrize("error", [ConnectionError, ValueError])
def test_download_fails_with_a_message_and_no_traceback(monkeypatch, error):
    def load(cache):
        raise error("t10k could not be downloaded. Tried: nowhere")

    monkeypatch.setattr(datasets, "load_mnist", load)
    code, output = run("download", "mnist")
    assert code == 1
    assert output == "Error: t10k could not be downloaded. Tried: nowhere\n"


def test_check_exercises_says_in_a_line_that_all_rules_are_kept():
    code, output = run("check-exercises", "scores")
    assert (code, output) == (0, f"Exercises: 1; all {len(RULES)} rules are kept.\n")


def test_check_exercises_prints_a_line_a_finding_and_ends_with_an_error(monkeypatch):
    monkeypatch.setattr(linting, "RULES", [lambda entry: [f"a finding of {entry.exercise.key}"]])
    code, output = run("check-exercises", "scores", "logistic_regression/sigmoid")
    first, second, last = output.splitlines()
    assert code == 1
    assert first.endswith("scores.py: scores: a finding of logistic_regression/scores")
    assert second.endswith("sigmoid.py: sigmoid: a finding of logistic_regression/sigmoid")
    assert last == "Error: Exercises: 2; findings: 2."


def test_check_exercises_lists_what_becomes_of_the_mutants(monkeypatch):
    overlooked = survivors.Verdict(survivors=[survivors.Survivor("plain", "line 2: ...", 1, 20)])
    monkeypatch.setattr(survivors, "try_mutants", lambda entry: overlooked)
    code, output = run("check-exercises", "scores", "--mutants")
    assert code == 1
    assert "scores: 1 wrong mutants, 0.0% refused" in output
    assert "scores: overlooks 'plain', line 2: ...: passes with 1 of 20 seeds" in output


def test_check_exercises_knows_its_names():
    code, output = run("check-exercises", "sigmund")
    assert code == 1
    assert "Error: name must be one of" in output
