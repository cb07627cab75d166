"""Two hundred wrong answers to the first assignment, and fifty right ones, by somebody who had seen
its notebook alone: neither the bank of misconceptions nor the relations.

A title says what the mistake is, so that what an answer is told can be held against it.
"""

from pathlib import Path

import numpy as np
import pytest
from diagnosis.telling import says_what_is_wrong

from dlcourse.checks.answers import variants
from dlcourse.checks.judging import judge
from dlcourse.checks.registry import find, plain_solution

pytestmark = pytest.mark.local  # minutes in the browser's Python
FOLDER = Path(__file__).parent / "answers"
KEYS = [f"logistic_regression/{file.stem}" for file in sorted(FOLDER.glob("*.md"))]
NEVER_ENDS = "the while loop never ends"
NAMED = {  # of the forty wrong answers, those that never end apart
    "binary_cross_entropy": 35,
    "descend": 38,
    "logistic_gradient": 38,
    "scores": 35,
    "sigmoid": 39,
}


def answers(key, kind):
    """Run each answer of a kind among right answers to the other exercises."""
    text = (FOLDER / f"{find(key).name}.md").read_text(encoding="utf-8")
    for title, source in variants(text).items():
        if title.startswith(f"{kind}: "):
            space = {"np": np}
            for each in (*plain_solution(key)[:-1], source):
                exec(each, space)
            yield title, space[find(key).name]


@pytest.mark.parametrize("key", KEYS)
def test_right_answers_pass_whatever_the_seed(key):
    right = list(answers(key, "right"))
    assert len(right) == 10
    for title, function in right:
        for seed in range(20):
            assert judge(find(key), function, seed).passed, (title, seed)


@pytest.mark.parametrize("key", KEYS)
def test_wrong_answers_are_refused_and_most_are_named(key):
    wrong = list(answers(key, "wrong"))
    assert len(wrong) == 40
    ending = [(title, answer) for title, answer in wrong if NEVER_ENDS not in title]
    outcomes = {title: judge(find(key), answer, 1) for title, answer in ending}
    assert [title for title, outcome in outcomes.items() if outcome.passed] == []
    named = [title for title, each in outcomes.items() if says_what_is_wrong(each.failure)]
    assert len(named) >= NAMED[find(key).name], set(outcomes) - set(named)


def test_answers_that_never_end_are_told_so(untraced):
    endless = [
        (key, answer)
        for key in KEYS
        for title, answer in answers(key, "wrong")
        if NEVER_ENDS in title
    ]
    assert len(endless) == 2
    for key, answer in endless:
        assert "took longer" in judge(find(key), answer, 1, call_seconds=0.3).failure.message
