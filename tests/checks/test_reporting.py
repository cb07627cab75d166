"""What a student sees and what nbgrader reads, in plain Python and in IPython."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from dlcourse.checks import CheckFailed, Exercise, Misconception, Part, check, reporting
from dlcourse.checks.judging import judge
from dlcourse.checks.reporting import judged_by


def right(S):
    return (np.tanh(S / 2) + 1) / 2


def partly(S):
    return np.exp(S) / (1 + np.exp(S))


def wrong(S):
    return 1 - right(S)


def test_plain_python_prints_and_raises(capsys, monkeypatch):
    monkeypatch.delattr(sys, "ps1", raising=False)  # a shell in another test may have left one
    assert check("sigmoid", right) is None
    assert capsys.readouterr().out.startswith("✓ sigmoid: right (2 of 2 points)\n")
    assert check("sigmoid", partly) == 1.0
    assert "np.exp(1000.0) overflows" in capsys.readouterr().out
    with pytest.raises(CheckFailed, match="probability of class 0") as caught:
        check("sigmoid", wrong, seed=7)
    assert capsys.readouterr().out == ""
    assert caught.value.outcome.seed == 7


TWICE = Exercise(
    key="numbers/twice",
    reference=lambda x: 2 * x,
    parts=(Part("numbers", 1, lambda rng: [(rng.normal(size=2),) for _ in range(4)]),),
    misconceptions=(
        Misconception("three times", lambda x: 3 * x, "You take it three times.", "How often?"),
        Misconception("the square", lambda x: x**2, "You take the square."),
    ),
)
FOR_A_HINT, FOR_ANOTHER = "Run the check again for a hint.", "Run the check again for another hint."


def told(function, exercise=TWICE):
    """Check a wrong answer; return what stands between its message and its case."""
    with pytest.raises(CheckFailed) as caught:
        check(exercise, function)
    lines = str(caught.value).splitlines()
    return lines[2 : lines.index("")]


def test_asking_again_goes_a_rung_down(prompt):
    assert told(lambda x: 3 * x) == [FOR_A_HINT]
    assert told(lambda x: x + x + x) == ["Hint: You take it three times.", FOR_ANOTHER]
    assert told(lambda x: 3 * x) == ["Hint: You take it three times. How often?"]
    assert told(lambda x: 3 * x) == ["Hint: You take it three times. How often?"]


def test_another_mistake_or_exercise_starts_at_the_top(prompt):
    assert told(lambda x: 3 * x) == [FOR_A_HINT]
    assert told(lambda x: x**2) == [FOR_A_HINT]
    assert told(lambda x: x**2, replace(TWICE, key="others/twice")) == [FOR_A_HINT]
    assert told(lambda x: x**2) == ["Hint: You take the square."]
    assert told(lambda x: 3 * x) == [FOR_A_HINT]


def test_right_answer_forgets(prompt, capsys):
    assert told(lambda x: 3 * x) == [FOR_A_HINT]
    check(TWICE, lambda x: x + x)
    assert told(lambda x: 3 * x) == [FOR_A_HINT]


def seed_of(function, seed=None):
    with pytest.raises(CheckFailed) as caught:
        check(TWICE, function, seed)
    return caught.value.outcome.seed


def test_a_mistake_is_shown_in_the_same_numbers_until_it_is_mended(prompt, capsys):
    first = seed_of(lambda x: 3 * x)
    assert seed_of(lambda x: 3 * x) == seed_of(lambda x: x**2) == first
    assert seed_of(lambda x: x**2, seed=3) == seed_of(lambda x: x**2) == 3
    check(TWICE, lambda x: 2 * x)
    assert seed_of(lambda x: 3 * x) not in (first, 3)


def test_what_is_right_in_the_numbers_shown_must_be_right_in_others(prompt):
    first = seed_of(lambda x: 3 * x)
    shown = TWICE.parts[0].cases(np.random.default_rng(first))
    known = {case.arguments[0].tobytes() for case in shown}
    assert seed_of(lambda x: 2 * x if x.tobytes() in known else x) != first


def test_where_there_is_no_hint_none_is_promised(prompt):
    exercise = replace(TWICE, misconceptions=())
    odd = lambda x: np.sin(1e3 * x)  # noqa: E731
    assert told(odd, exercise) == told(odd, exercise) == []


def test_everything_is_told_at_once_where_nobody_can_ask_again(prompt, monkeypatch):
    everything = ["Hint: You take it three times. How often?"]
    with judged_by(judge):  # as the grader does
        assert told(lambda x: 3 * x) == everything
    with monkeypatch.context() as stock:
        stock.setenv("NBGRADER_EXECUTION", "autograde")
        assert told(lambda x: 3 * x) == everything
    assert told(lambda x: 3 * x) == [FOR_A_HINT]
    monkeypatch.delattr(sys, "ps1")
    assert told(lambda x: 3 * x) == everything


def test_exercise_of_ones_own_is_given_itself(capsys):
    twice = Exercise(
        key="twice",
        reference=lambda x: 2 * x,
        parts=(Part("all", 3, lambda rng: [(rng.normal(size=2),)]),),
    )
    assert check(twice, lambda x: x + x) is None
    assert capsys.readouterr().out == "✓ twice: right (3 of 3 points)\n"
    with pytest.raises(CheckFailed, match="✗ twice: not right yet"):
        check(twice, lambda x: x)


def test_unknown_exercise_names_those_there_are():
    with pytest.raises(ValueError, match=r"name must be one of .*/sigmoid.*, got 'sigmoit'"):
        check("sigmoit", right)


@pytest.fixture
def prompt(monkeypatch):
    """Somebody sits in front of a prompt, and has asked nothing yet."""
    monkeypatch.setattr(sys, "ps1", ">>> ", raising=False)
    monkeypatch.setattr(reporting, "_asked", {})


@pytest.fixture
def shell(prompt):
    InteractiveShell = pytest.importorskip("IPython.core.interactiveshell").InteractiveShell
    # `get_ipython` looks for the shell that exists; it must be gone again after the test.
    yield InteractiveShell.instance()
    InteractiveShell.clear_instance()


def run(shell, source):
    from IPython.utils.capture import capture_output

    shell.user_ns.update(check=check, right=right, partly=partly, wrong=wrong)
    with capture_output() as captured:
        result = shell.run_cell(source)
    return result, captured


def test_notebook_shows_html_and_a_number_for_part_of_the_points(shell):
    result, captured = run(shell, 'check("sigmoid", right)')
    assert (result.result, result.error_in_exec) == (None, None)
    (shown,) = captured.outputs
    assert "✓ sigmoid: right" in shown.data["text/html"]
    assert "✓ sigmoid: right" in shown.data["text/plain"]

    result, captured = run(shell, 'check("sigmoid", partly)')
    assert result.result == 1.0
    assert "Right so far: the formula" in captured.outputs[0].data["text/html"]
    data, _ = shell.display_formatter.format(result.result)
    assert data == {"text/plain": "1.0", "text/html": "1 of 2 points"}
    assert captured.stderr == ""


def test_notebook_shows_a_failure_as_one_line_under_the_outcome(shell):
    result, captured = run(shell, 'check("sigmoid", wrong)')
    assert isinstance(result.error_in_exec, CheckFailed)
    assert "Run the check again for a hint." in captured.outputs[0].data["text/html"]
    assert "Traceback" not in captured.stdout + captured.stderr
    (line,) = result.error_in_exec._render_traceback_()
    assert line == "✗ sigmoid: not right yet (0 of 2 points)"


@pytest.mark.local
def test_kernel_of_a_notebook_counts_as_somebody_who_can_ask_again():
    nbclient, nbformat = map(pytest.importorskip, ("nbclient", "nbformat"))
    begin = "import numpy as np; from dlcourse.checks import check"
    cells = [begin, *['check("sigmoid", lambda S: 1 / (1 + np.exp(S)))'] * 3]
    notebook = nbformat.v4.new_notebook(cells=list(map(nbformat.v4.new_code_cell, cells)))
    nbclient.NotebookClient(notebook, kernel_name="python3", allow_errors=True).execute()
    shown = [cell.outputs[0]["data"] for cell in notebook.cells[1:]]
    for kind in ("text/plain", "text/html"):
        first, second, third = (data[kind] for data in shown)
        assert FOR_A_HINT in first
        assert "Hint:" not in first
        assert "probability of class 0" in second
        assert FOR_ANOTHER in second
        assert "Which probability should" in third
        assert "Run the check again" not in third


def endless(S):
    while True:
        raise KeyboardInterrupt  # as Ctrl-C would


def test_interrupted_check_says_where_and_judges_nothing(shell, capsys):
    said = (
        "✗ sigmoid: interrupted, so nothing was judged. It was in your line "
        "`raise KeyboardInterrupt  # as Ctrl-C would`. Is that in a loop, and what ends the loop?"
    )
    shell.user_ns["endless"] = endless
    result, captured = run(shell, 'check("sigmoid", endless)')
    assert isinstance(result.error_in_exec, KeyboardInterrupt)
    assert result.error_in_exec._render_traceback_() == [said]
    assert captured.outputs == []
    assert captured.stdout.splitlines() == [said]
    assert captured.stderr == ""


def test_interrupt_outside_the_students_code_shows_no_line():
    def judge(exercise, function, seed):
        raise KeyboardInterrupt

    with judged_by(judge), pytest.raises(KeyboardInterrupt) as caught:
        check("sigmoid", np.tanh)
    assert str(caught.value) == "✗ sigmoid: interrupted, so nothing was judged."
    assert caught.value.__suppress_context__


@pytest.mark.local
def test_importing_check_loads_no_answers():
    """Importing is also quick this way; the answers come with the first check."""
    code = (
        "import sys; from dlcourse.checks import check;"
        "print([m for m in sys.modules if m in ('dlcourse.linear', 'dlcourse.losses',"
        " 'dlcourse.checks.logistic_regression', 'IPython', 'matplotlib')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
