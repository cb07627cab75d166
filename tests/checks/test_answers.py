"""A text of answers, cut at its titles."""

import pytest

from dlcourse.checks.answers import variants


def test_text_is_cut_at_its_titles_and_inner_comments_stay():
    text = "\n## one\ndef f():\n    # a remark\n    return 1\n\n\n## the other: two\nf = 2\n"
    assert variants(text) == {
        "one": "def f():\n    # a remark\n    return 1",
        "the other: two": "f = 2",
    }
    assert variants("") == {}


def test_a_title_that_comes_twice_is_refused():
    with pytest.raises(ValueError, match="text must give each title once, got one again"):
        variants("## one\na = 1\n## two\na = 2\n## one\na = 3\n")
