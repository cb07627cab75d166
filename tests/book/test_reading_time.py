"""How long a chapter takes is counted from what its reader reads."""

import pytest
from docutils import nodes
from questions import Question
from reading_time import MOST_WORDS, ReadingTime, minutes, say_time, words


def paragraph(text):
    return nodes.paragraph("", "", nodes.Text(text))


def page(*children):
    document = nodes.document(None, None)
    document += [nodes.section("", nodes.title("", "A title"), *children)]
    return document


def test_a_minute_for_150_words_two_for_a_figure_one_for_a_question():
    assert minutes(0, 0, 0) == 0
    assert minutes(750, 0, 0) == 5
    assert minutes(751, 0, 0) == 10
    assert minutes(0, 3, 4) == 10


def test_every_word_counts_but_of_code_and_a_formula_is_one():
    formula = nodes.paragraph("", "", nodes.Text("so "), nodes.math("", r"a + b = c"))
    item = nodes.bullet_list("", nodes.list_item("", paragraph("in a list")))
    folded = nodes.admonition("", paragraph("an answer to open"), classes=["tip", "dropdown"])
    asked = Question("", paragraph("What do you think?"))
    code = nodes.literal_block("", "x = 1 + 1")
    output = nodes.container("", paragraph("what a cell says"), classes=["cell"])
    shown = nodes.math_block("", "x = 2")
    assert words(page(formula, item, folded, asked, code, output, shown)) == 2 + 2 + 3 + 4 + 4


def test_the_time_stands_where_the_page_asks_for_it():
    figure = nodes.container("", classes=["cell", "tag_figure"])
    place = paragraph("You need ")
    place += [ReadingTime("", "minutes"), nodes.Text(".")]
    document = page(place, paragraph("word " * 600), figure, Question("", paragraph("Why?")))
    say_time(None, document)
    assert place.astext() == "You need 10 minutes."


@pytest.mark.parametrize(("count", "warned"), [(MOST_WORDS - 5, False), (MOST_WORDS - 4, True)])
def test_a_chapter_that_asks_for_too_much_is_reported(count, warned, caplog):
    place = paragraph("You need ")
    place += [ReadingTime("", "minutes")]
    with caplog.at_level("WARNING", logger="sphinx.reading_time"):
        say_time(None, page(place, paragraph("word " * count)))
    assert bool(caplog.records) is warned
