"""Listings of the package's code: whole, without docstrings, as wide as their column."""

import ast
import inspect

from listings import COLUMN, fitted, without_docstrings

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
