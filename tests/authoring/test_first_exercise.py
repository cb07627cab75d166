"""The exercise that CONTRIBUTING.md writes in twenty lines does all that an exercise must."""

import re
import textwrap
from pathlib import Path

import numpy as np
import pytest

from dlcourse.authoring.entries import entries
from dlcourse.checks import CheckFailed, check

testing = pytest.importorskip("click.testing", reason="the browser's Python has no commands")
from dlcourse.cli import main  # noqa: E402 (it needs click)

pytestmark = pytest.mark.local
TEXT = (Path(__file__).parents[2] / "CONTRIBUTING.md").read_text("utf-8")


@pytest.fixture
def file(tmp_path):
    """The exercise as a file in the folder that its key names."""
    (block,) = re.findall(r'^ {7}"""From scores.*?^ {7}"""\}\)\n', TEXT, re.MULTILINE | re.DOTALL)
    path = tmp_path / "several_classes" / "softmax.py"
    path.parent.mkdir()
    path.write_text(textwrap.dedent(block), "utf-8")
    return path


def test_it_has_twenty_lines_and_a_docstring(file):
    lines = [line for line in file.read_text("utf-8").splitlines() if line]
    assert len(lines) == 21


def test_it_keeps_all_rules_and_overlooks_no_mutant(file):
    result = testing.CliRunner().invoke(main, ["check-exercises", str(file), "--mutants"])
    assert result.exit_code == 0, result.output
    assert " wrong mutants, 100.0% refused" in result.output


def test_its_check_tells_right_from_wrong(file, capsys):
    (entry,) = entries([str(file)])
    check(entry.exercise, lambda S: np.exp(S) / np.exp(S).sum(axis=1, keepdims=True))
    assert "softmax: right (1 of 1 points)" in capsys.readouterr().out
    with pytest.raises(CheckFailed) as caught:
        check(entry.exercise, lambda S: np.exp(S) / np.exp(S).sum(axis=0))
    assert "Are those the probabilities of one example" in caught.value.outcome.failure.hint


def test_other_files_of_the_folder_are_its_assignment(file):
    other = file.read_text("utf-8").replace("classes/softmax", "classes/again")
    file.with_name("again.py").write_text(other, "utf-8")
    file.with_name("notes.py").write_text("NUMBER = 1\n", "utf-8")
    (entry,) = entries([str(file)])
    assert [exercise.name for exercise, _ in entry.others] == ["again"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("EXERCISE =", "TASK =", "EXERCISE must be dlcourse.checks.Exercise, got None"),
        ("ANSWERS =", "RIGHT =", "ANSWERS must be dlcourse.checks.Answers, got None"),
        ("Answers({", "Answers({} and {", "ANSWERS must have a right answer, got none"),
        ("return E / E", "return E // / E", "answer 'shifted' must run, got SyntaxError"),
        ("def softmax", "def softmx", "answer 'shifted' must define softmax, got softmx"),
        (
            "),),",
            ")),",
            "TypeError: parts must be a tuple, such as (Part(...),), got Part",
        ),
        (
            "inputs=tables",
            "inputs=lambda rng: [np.ones((2, 3))]",
            "part 'the function' must have cases, got NameError",
        ),
        (
            "inputs=tables",
            "inputs=lambda rng: [array([[1, 2]])]",
            "must be tuples of arguments, such as (S,), got ndarray for 'random numbers'",
        ),
        (
            "    misconceptions=",
            "    words={'`S`': ('the', 'scores')},\n    misconceptions=",
            "words must be strings, got ('the', 'scores') for '`S`'",
        ),
        ("EXERCISE =", "EXERCISE = =", "must run, got SyntaxError: invalid syntax"),
    ],
)
def test_what_is_amiss_is_told_in_a_line_with_the_file(file, old, new, said):
    file.write_text(file.read_text("utf-8").replace(old, new, 1), "utf-8")
    result = testing.CliRunner().invoke(main, ["check-exercises", str(file)])
    (line,) = result.output.splitlines()
    assert line.startswith("Error: ")
    assert "several_classes/softmax.py: " in line
    assert said in line


def test_misnamed_answer_is_not_taken_for_the_plainest(file):
    text = file.read_text("utf-8").replace("})", ', "short": "softmx = lambda S: S"})')
    file.write_text(text, "utf-8")
    with pytest.raises(ValueError, match="answer 'short' must define softmax, got softmx"):
        entries([str(file)])


def test_file_that_is_not_there_is_named():
    with pytest.raises(ValueError, match=r"name must be that of a file, got '.*nothing.py'"):
        entries(["nothing.py"])
