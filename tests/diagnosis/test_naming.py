"""What is said of a mistake: at once, when asked again, and in an exercise's own words."""

import numpy as np

from dlcourse.checks.diagnosis import Naming
from dlcourse.checks.judging import judge
from dlcourse.checks.registry import find
from dlcourse.linear import logistic_gradient

NAMING = Naming(
    "factor times the number of rows of `X`",
    "Your answer is the right one times the number of rows of `X`.",
    "`w[0]` counts as often: which rows of `X` does it belong to?",
    place="Only `w[0]` is wrong.",
)


def test_what_only_describes_is_said_at_once():
    assert (NAMING.at_once, len(NAMING.hints)) == (NAMING.place, 2)
    observed = Naming("r", "It is half.", "Why?", observed=True, place="At 0.")
    assert (observed.at_once, observed.hints) == ("At 0. It is half.", ("Why?",))
    assert Naming("r", "", "Why?").hints == ("Why?",)


def test_an_exercise_has_words_for_symbols():
    said = NAMING.in_words({"rows of `X`": "examples", "`w[0]`": "the bias", "`w[0]` is": "no"})
    assert said.name == "Your answer is the right one times the number of examples."
    assert said.question == "The bias counts as often: which examples does it belong to?"
    assert said.place == "Only no wrong."  # the longest that fits
    assert said.relation == NAMING.relation
    assert NAMING.in_words({}) == NAMING


def test_the_words_of_an_exercise_reach_the_student():
    def summed_for_the_bias(X, y, w):
        return logistic_gradient(X, y, w) * np.r_[len(y), np.ones(len(w) - 1)]

    failure = judge(find("logistic_gradient"), summed_for_the_bias, 1).failure
    assert failure.message.endswith("Only your entry for the bias is wrong.")
    assert failure.hints[0].endswith("your answer is the right one times the number of examples.")
    assert failure.misconception.endswith("times the number of rows of `X`")  # as reports count
