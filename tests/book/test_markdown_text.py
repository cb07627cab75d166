"""Pages of the book as Markdown for Jupyter, kind of node by kind of node."""

from types import SimpleNamespace

import pytest
from docutils import nodes
from docutils.core import publish_doctree
from markdown_text import Page, markdown
from myst_parser.parsers.docutils_ import Parser

EXTENSIONS = ["amsmath", "colon_fence", "deflist", "dollarmath"]


def page(base=""):
    config = SimpleNamespace(
        katex_macros={r"\w": r"\mathbf{w}"},
        html_baseurl=base,
        numfig=False,
        math_numfig=False,
        numfig_format={"figure": "Fig. %s"},
    )
    builder = SimpleNamespace(
        config=config,
        env=SimpleNamespace(toc_fignumbers={"book/chapter": {"figure": {"fig-a": (1, 2)}}}),
        get_target_uri=lambda name: f"{name}.html",
        get_relative_uri=lambda here, there: f"../{there}",
    )
    return Page(builder, "book/chapter")


def written(myst, base=""):
    settings = {"myst_enable_extensions": EXTENSIONS, "doctitle_xform": False}
    tree = publish_doctree(myst, parser=Parser(), settings_overrides=settings)
    return markdown(tree, page(base))


@pytest.mark.parametrize(
    "text",
    [
        "# A title\n\n## A section\n\nA paragraph.",
        "*one* **two** `three` [four](https://example.org)",
        "- a\n- b",
        "- a\n\n- b\n\n  - c",
        "3. a\n4. b",
        "- a\n\n  a further paragraph\n\n- b",
        "> quoted\n>\n> twice",
        "```\nx = [1,\n     2]\n```",
        "The formula $x_1 * y_1$ and $a|b$.",
        "| a | b |\n|---|---|\n| *c* | `d` |",
        r"2\. is no list, \*this\* no emphasis, \_that\_ neither, \$5 no formula, a_b plain",
        "One.\n\n---\n\nTwo.",
    ],
)
def test_plain_markdown_is_left_as_it_is(text):
    assert written(text) == text


def test_lines_of_a_paragraph_become_one():
    assert written("one\ntwo *three\nfour*") == "one two *three four*"


def test_admonitions_are_headed_quotations():
    myst = ":::{admonition} Predict *it*\n:class: predict\nOne.\n\n- two\n:::"
    assert written(myst) == "> **Predict *it***\n>\n> One.\n>\n> - two"
    assert written(":::{note}\nOne.\n:::") == "> **Note**\n>\n> One."


def test_answers_are_folded_away():
    myst = ":::{admonition} Answer\n:class: tip dropdown\n$x$, as `a`:\n```\nb\n```\n:::"
    assert written(myst) == (
        "<details>\n<summary>Answer</summary>\n\n$x$, as `a`:\n\n```\nb\n```\n\n</details>"
    )


def test_formulas_are_on_one_line_and_without_macros():
    assert written("$$\n\\w\n= 1\n$$") == r"$$\mathbf{w} = 1$$"
    assert written("$$\na &= b \\\\\nc\n$$") == r"$$\begin{split} a &= b \\ c \end{split}$$"
    quoted = written(":::{admonition} A\n$$\nx =\ny\n$$\n:::")
    assert quoted == "> **A**\n>\n> $$x = y$$"


def test_an_equation_shows_its_number():
    equation = nodes.math_block("", "x", number=3)
    assert markdown(equation, page()) == r"$$x\tag{3}$$"


def test_a_figure_shows_its_number():
    figure = nodes.figure("", nodes.caption("", "A line."), ids=["fig-a"])
    assert markdown(figure, page()) == "**Fig. 1.2.** A line."
    figure["ids"] = []
    assert markdown(figure, page()) == "**A line.**"


def test_a_bar_does_not_end_a_cell_of_a_table():
    myst = "| a | b |\n|---|---|\n| $p(x \\| y)$ | `c \\| d` |"
    row = written(myst).splitlines()[-1]
    assert row == r"| $p(x \vert  y)$ | `c \| d` |"


def test_links_within_the_site_need_its_address():
    inside = nodes.reference("", "there", refuri="other.html#a", internal=True)
    assert markdown(inside, page()) == "there"
    there = "[there](https://example.org/book/other.html#a)"
    assert markdown(inside, page("https://example.org/")) == there


def test_code_with_backticks_is_fenced_by_more():
    assert markdown(nodes.literal("", "a`b"), page()) == "`` a`b ``"


def test_pictures_definitions_and_what_is_unknown_show_their_words():
    assert markdown(nodes.image(alt="A line."), page()) == "*Picture: A line.*"
    assert written("term\n: meaning") == "- **term**: meaning"
    unknown = nodes.container("", nodes.paragraph("", "a"), nodes.paragraph("", "b"))
    assert markdown(unknown, page()) == "a\n\nb"
    assert markdown(nodes.comment("", "x"), page()) == ""
