"""The questions of a chapter, as the page has them, and the figures that wait for them."""

import ast
import re
from fractions import Fraction
from importlib import import_module
from pathlib import Path

BOOK = Path(__file__).parents[2] / "book"
CELL = re.compile(r"^```\{code-cell\} ipython3\n((?!:tags:).*?)^```$", re.DOTALL | re.MULTILINE)
QUESTION = re.compile(r"^:::\{(predict|self-test)\} (\S+)\n(.*?)^:::$", re.DOTALL | re.MULTILINE)
OPTION = re.compile(r"^:(\w+): (.*)$", re.MULTILINE)
KEY = re.compile(r"^- \[(.*?)\]", re.MULTILINE)


def questions(chapter):
    """Kind, options and keys of the answers of each question, by name."""
    page = (BOOK / f"{chapter}.md").read_text(encoding="utf-8")
    return {
        name: (kind, dict(OPTION.findall(text)), [*map(str.strip, KEY.findall(text))])
        for kind, name, text in QUESTION.findall(page)
    }


def numbers(chapter, name):
    """The right number of a question, then those of the mistakes that it knows."""
    _, options, keys = questions(chapter)[name]
    written = [options["number"], *(key for key in keys if key not in ("x", ""))]
    return [float(Fraction(text)) for text in written]


def at_start(chapter, name):
    """The explorer of a prediction as it waits: at its start, or where `at` puts its controls."""
    _, options, _ = questions(chapter)[name]
    make = getattr(import_module(f"dlcourse.figures.{chapter}"), options["figure"])
    put = ast.parse(f"at({options.get('at', '')})", mode="eval").body.keywords
    return make().at(**{each.arg: ast.literal_eval(each.value) for each in put})


def names_after(chapter, text):
    """What the cells that a reader sees have made once the one that has this text has run."""
    page = (BOOK / f"{chapter}.md").read_text(encoding="utf-8")
    names: dict = {}
    for cell in CELL.findall(page):
        exec(cell, names)
        if text in cell:
            return names
    raise ValueError(f"no cell of the page has {text!r}")
