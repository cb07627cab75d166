"""Formulas without the book's macros say the same: KaTeX is asked for both."""

import re
from pathlib import Path

import pytest
import static_math
import yaml
from tex_macros import expand

ROOT = Path(__file__).parents[2]
CONFIG = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
MACROS = CONFIG["sphinx"]["config"]["katex_macros"]


def mathml(katex, tex):
    """What a formula says, apart from how it was written and grouped."""
    html = katex.render(tex, display=False)
    html = re.search(r"<math.*</math>", html, re.DOTALL)[0]
    return re.sub(r"<annotation.*</annotation>|</?mrow>", "", html, flags=re.DOTALL)


@pytest.fixture(scope="module")
def katexes():
    both = static_math.Katex(MACROS), static_math.Katex({})
    yield both
    for katex in both:
        katex.close()


@pytest.mark.parametrize(
    "tex",
    [
        r"\w\T\x + w_0",
        r"\pd{\loss}{W^l} = \pd{S^{l+1}}{X^l}",
        r"\pd\loss w",
        r"\hat\w + x_\w + \sqrt\loss",
        r"\R^{n \times \loss}",
        r"\argmin_\w \loss(\w)",
        r"\lVert\w\rVert \cdot \sign(x)",
        r"\P (Y = 1 \mid \x) = \E[Y] \ind{i=j}",
        r"\frac{\diff p}{\diff s} \quad\text{for } \{a, b\} \| \grad f",
    ],
)
def test_a_formula_says_the_same_without_macros(katexes, tex):
    ours, plain = katexes
    assert mathml(plain, expand(tex, MACROS)) == mathml(ours, tex)


@pytest.mark.parametrize("name", MACROS)
def test_every_macro_of_the_book_is_expanded(katexes, name):
    plain = expand(f"x {name}{{a}}{{b}}", MACROS)
    assert name + "{" not in plain
    mathml(katexes[1], plain)


def test_macros_may_use_macros_and_longer_names_are_left_alone():
    macros = {r"\a": r"\b{#1}\c", r"\b": r"(#1)", r"\c": "C"}
    assert expand(r"\a{x}\ab,\a y", macros) == r"(x)C\ab,(y)C"


def test_a_command_keeps_its_distance_from_a_letter():
    assert expand(r"\d xy", {r"\d": r"\delta#1"}) == r"\delta xy"
