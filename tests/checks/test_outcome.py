"""An outcome is data, and reads the same as text and as HTML."""

import dataclasses
import json
import re
from html.parser import HTMLParser

from dlcourse.checks.outcome import Failure, Outcome
from dlcourse.checks.spec import DRAWN

FAILURE = Failure(
    part="huge scores",
    kind="value",
    message="1 < 2 & so on",
    hints=("Do <b>not</b>.", "What else?"),
    misconception="a name",
    case=DRAWN,
    arguments=(("X", "[[1, 2],\n [3, 4]]"),),
    expected="[1.]",
    got="<script>alert(1)</script>",
    printed="here",
)
HALF = Outcome("sigmoid", 2.0, 1.0, 42, ("the formula",), FAILURE, ("Python warned",))
FULL = Outcome("sigmoid", 2.0, 2.0, 42, ("the formula", "huge scores"), None, (), "Well done.")


class Text(HTMLParser):
    """Collect text and tags of an HTML fragment."""

    def __init__(self, html):
        super().__init__()
        self.words, self.tags = "", []
        self.feed(html)

    def handle_data(self, data):
        self.words += data + " "

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)

    def handle_endtag(self, tag):
        self.tags.remove(tag)


def test_text():
    text = str(HALF)
    assert text.splitlines()[0] == "✗ sigmoid: not right yet (1 of 2 points)"
    for part in (
        "Right so far: the formula. Still to do: huge scores.",
        "1 < 2 & so on",
        "Hint: Do <b>not</b>. What else?",
        "(random numbers)",
        "    X = [[1, 2],\n         [3, 4]]\n",
        "    expected = [1.]",
        "    you printed = here",
        "add `seed=42` to the check's arguments",
        "Python warned",
    ):
        assert part in text
    assert str(FULL) == "✓ sigmoid: right (2 of 2 points)\nWell done."


def test_hints_are_shown_up_to_a_rung():
    shown = [dataclasses.replace(HALF, rung=rung).verdict[2:] for rung in (0, 1, 2, 3, None)]
    first, second, *rest = shown
    assert first == ["Run the check again for a hint."]
    assert second == ["Hint: Do <b>not</b>.", "Run the check again for another hint."]
    assert rest == [["Hint: Do <b>not</b>. What else?"]] * 3
    unknown = dataclasses.replace(FAILURE, hints=())
    assert dataclasses.replace(HALF, failure=unknown, rung=0).verdict[2:] == []


def test_seed_is_told_where_it_decides_about_the_numbers():
    always = dataclasses.replace(HALF, failure=dataclasses.replace(FAILURE, case="one row"))
    asked = dataclasses.replace(HALF, rung=1)  # the same numbers come by themselves
    for other in (always, asked, dataclasses.replace(HALF, seed=None)):
        assert "seed" in str(HALF)
        assert "seed" not in str(other) + other._repr_html_()


def test_answers_that_are_equal_are_not_compared():
    """As where the function changed its argument, and answered rightly."""
    equal = dataclasses.replace(FAILURE, got=FAILURE.expected)
    assert [label for label, _ in equal.table] == ["X", "you printed"]


def test_html_says_the_same_and_lets_no_markup_through():
    html = Text(HALF._repr_html_())
    assert html.tags == []  # every tag is closed
    for line in str(HALF).splitlines():
        for word in re.sub("[=`]", " ", line).split():
            assert word in html.words.replace("=", " "), word
    assert "<script" not in HALF._repr_html_()
    assert "<b>" not in HALF._repr_html_()
    assert "<code>seed=42</code>" in HALF._repr_html_()
    assert "<table" not in FULL._repr_html_()


def test_table_keeps_its_columns_and_scrolls_by_itself():
    html = HALF._repr_html_()
    (box,) = re.findall(r'<div style="overflow-x: auto">(.*?)</div>', html, re.DOTALL)
    assert re.fullmatch(r"<table>.*</table>", box, re.DOTALL)
    assert box.count("font-family: monospace; white-space: pre") == box.count("<pre") == 4
    assert box.count('<th scope="row"') == 4


def test_notebook_without_html_shows_the_text():
    class Printer:
        written = ""

        def text(self, text):
            self.written += text

    printer = Printer()
    HALF._repr_pretty_(printer, False)
    assert printer.written == str(HALF)


def test_outcome_is_data_that_json_can_hold():
    stored = json.loads(json.dumps(dataclasses.asdict(HALF)))
    failure = stored.pop("failure")
    failure["arguments"] = tuple(map(tuple, failure["arguments"]))
    failure["hints"] = tuple(failure["hints"])
    stored["passed_parts"], stored["notes"] = map(tuple, (stored["passed_parts"], stored["notes"]))
    assert Outcome(**stored, failure=Failure(**failure)) == HALF


def test_stub_is_not_called_wrong():
    stub = dataclasses.replace(HALF, earned=0.0, failure=Failure("all", "not written", "Begin."))
    assert str(stub).splitlines()[0] == "✗ sigmoid: not written yet (0 of 2 points)"


def test_fraction():
    assert (HALF.fraction, FULL.fraction) == (0.5, 1.0)
    assert Outcome("optional", 0.0, 0.0, 1).fraction == 1.0
    assert not HALF.passed
    assert FULL.passed
