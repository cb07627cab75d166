"""A chapter becomes cells; the notebooks of the built site are read in ``test_site_notebooks``."""

from types import SimpleNamespace

import nbformat
import questions
from chapter_notebook import notebook
from docutils import nodes
from markdown_text import Page
from pybtex.richtext import Tag, Text


def page():
    """A page that cites one of two entries, in a book without an address."""

    def entry(key, title):
        text = SimpleNamespace(text=Text("Someone. ", Tag("em", title), "."))
        return SimpleNamespace(key=key, formatted_entry=text)

    citation = SimpleNamespace(docname="book/a", targets=[SimpleNamespace(key="cited")])
    elsewhere = SimpleNamespace(docname="book/b", targets=[SimpleNamespace(key="other")])
    domain = SimpleNamespace(
        citation_refs=[citation, elsewhere],
        citations=[entry("other", "Other"), entry("cited", "Cited")],
    )
    env = SimpleNamespace(
        get_domain=lambda name: domain, toc_secnumbers={"book/a": {"": (4,)}}, toc_fignumbers={}
    )
    config = SimpleNamespace(html_baseurl="", html_title="A book", katex_macros={})
    return Page(SimpleNamespace(config=config, env=env), "book/a")


def cell(*parts, **metadata):
    return nodes.container(
        "",
        *parts,
        nb_element="cell_code",
        cell_metadata=metadata,
        prompt_show="Show the code of this figure",
    )


def source(*programs):
    blocks = [nodes.literal_block(text, text, language="python") for text in programs]
    return nodes.container("", *blocks, nb_element="cell_code_source")


def sources(*children):
    """The text of the cells made from a chapter, its first cell and its references left out."""
    section = nodes.section("", nodes.title("", "Title"), *children)
    document = nodes.document(None, None, "", section)
    made = notebook(document, page())
    nbformat.validate(made)
    first, *cells, last = made.cells
    assert "Chapter 4 of A book." in first.source
    assert "pip install dlcourse" in first.source
    assert last.source == "## References\n\n- Someone\\. *Cited*\\."
    assert [c.id for c in made.cells] == [f"cell-{n}" for n in range(len(made.cells))]
    return [(c.cell_type, c.source) for c in cells]


def test_text_goes_on_until_code_or_a_heading():
    below = nodes.section("", nodes.title("", "Below"), nodes.paragraph("", "c"))
    made = sources(nodes.paragraph("", "a"), nodes.paragraph("", "b"), cell(source("1 + 1")), below)
    assert made == [
        ("markdown", "# Title\n\na\n\nb"),
        ("code", "1 + 1"),
        ("markdown", "## Below\n\nc"),
    ]


def test_code_that_the_page_hides_is_left_out():
    output = nodes.container("", nodes.literal_block("", "2"), nb_element="cell_code_output")
    assert sources(cell(output)) == [("markdown", "# Title")]
    assert sources(cell(source("1 + 1"), output))[1:] == [("code", "1 + 1")]


def test_a_figure_s_code_and_words_are_folded_away():
    made = sources(
        cell(source("draw()", "def draw(): ..."), mystnb={"image": {"alt": "A *line*."}})
    )
    code, about = made[1:]
    assert code == ("code", "draw()")
    assert about[1] == (
        "<details>\n<summary>Show the code of this figure</summary>\n\n"
        "```python\ndef draw(): ...\n```\n\n</details>\n\n"
        "<details>\n<summary>The figure in words</summary>\n\nA \\*line\\*.\n\n</details>"
    )


def test_the_answers_to_a_question_are_folded_away_below_it():
    label = nodes.paragraph("", "", nodes.strong("", "Right:"), nodes.Text(" 22 pieces"))
    answer = questions.Answer("", label, nodes.paragraph("", "So it is."), about={})
    legend = questions.Legend("", "", nodes.Text("How many?"))
    form = questions.Form("", legend, questions.Option("", "", nodes.Text("Two"), value=0))
    question = questions.Question(
        "", form, questions.Answers("", answer), look="self-test", kind="choice"
    )
    assert sources(question)[0][1].endswith(
        "> **Test yourself**\n>\n> How many?\n>\n> - Two\n\n<details>\n<summary>Answers</summary>"
        "\n\n- **Right:** 22 pieces\n\n  So it is.\n\n</details>"
    )
