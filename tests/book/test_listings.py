"""Listings of the package's code: whole, without docstrings, as wide as their column."""

import ast
import inspect
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import yaml
from listings import COLUMN, PLAIN, LeanFormatter, fitted, without_docstrings
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer
from pygments.styles import get_style_by_name
from pygments.token import Text

from dlcourse import backprop, optimizers


def stripped(code):
    """The tree of a program, with its docstrings taken away by another way."""
    tree = ast.parse(code)
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node):
            node.body = node.body[1:]
    return ast.dump(tree)


def test_a_listing_is_the_code_without_its_docstrings():
    for thing in (backprop.backpropagate, optimizers.Momentum):
        code = inspect.getsource(thing)
        listing = fitted(without_docstrings(code))
        assert ast.dump(ast.parse(listing)) == stripped(code)
        assert '"""' not in listing
        assert max(map(len, listing.splitlines())) <= COLUMN


def test_the_lines_of_backpropagation_stand_whole():
    code = inspect.getsource(backprop.backpropagate)
    listing = fitted(without_docstrings(code)).splitlines()
    _, *body = code.partition('"""')[2].partition('"""')[2].splitlines()
    assert set(body) <= set(listing)


def test_no_line_is_left_where_a_docstring_was():
    code = 'def f(x):\n    """Say.\n\n    More.\n    """\n\n    return x\n'
    assert fitted(without_docstrings(code)) == "def f(x):\n    return x"


class Coloured(HTMLParser):
    """The text of a listing, each character with the class of the element around it."""

    def __init__(self, html):
        super().__init__()
        self.kind, self.characters = "", []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.kind = dict(attributes).get("class") or ""

    def handle_endtag(self, tag):
        self.kind = ""

    def handle_data(self, text):
        self.characters += [(character, self.kind) for character in text]


def test_a_listing_keeps_its_colours_and_loses_the_elements_that_show_none():
    code = inspect.getsource(backprop)
    whole = Coloured(highlight(code, PythonLexer(), HtmlFormatter()))
    lean = Coloured(highlight(code, PythonLexer(), LeanFormatter()))
    gone = {"n", "p", "w", "nn"}  # names, punctuation, white space, modules
    assert [(c, "" if kind in gone else kind) for c, kind in whole.characters] == lean.characters
    assert {"k", "kn", "nf", "o", "sd"} <= set(Counter(kind for _, kind in lean.characters))


def test_the_sites_styles_show_plain_tokens_as_text():
    config = yaml.safe_load(Path(__file__).parents[2].joinpath("_config.yml").read_text())
    options = config["sphinx"]["config"]["html_theme_options"]
    for name in (options["pygments_light_style"], options["pygments_dark_style"]):
        style = get_style_by_name(name)
        assert all(style.style_for_token(k) == style.style_for_token(Text) for k in PLAIN)
