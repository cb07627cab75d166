"""Mathematics in the texts of figures: how it is read, laid out, refused, and printed."""

import json

import pytest
from matplotlib.mathtext import MathTextParser

from dlcourse.explorers import Explorer, Slider, Text
from dlcourse.explorers.notation import (
    ACCENTS,
    FONTS,
    FUNCTIONS,
    SPACES,
    SYMBOLS,
    reading,
    runs,
    typeset,
)

READINGS = {
    "weight $w_1$": "weight w₁",
    r"$\partial L / \partial w_{ij}$": "∂L/∂wᵢⱼ",
    r"$w_{ij}^{(2)}$": "wᵢⱼ⁽²⁾",
    r"$e^{-x^2}$": "e^(−x²)",
    r"$\hat{y} = \sigma(W x+b)$": "ŷ = σ(Wx + b)",
    r"$\mathbf{w}^\top x \leq -1$": "wᵀx ≤ −1",
    r"$\log p$ for \$5": "log p for $5",
    r"$\arg\max_k s_k$": "arg maxₖsₖ",
    r"$10^{-3}$": "10⁻³",
    r"$\mathrm{softmax}(s)$": "softmax(s)",
    r"$x_{t_1}$": "x_(t₁)",
    "$x_q$": "x_q",
    "$f'(x)$": "f′(x)",
    r"$\{ a \, b \}$": "{a b}",
    "$x^{a + b}$": "x^(a + b)",
    "w₁ ≤ 2": "w₁ ≤ 2",
}


@pytest.mark.parametrize(("text", "read"), READINGS.items())
def test_a_formula_reads_as_plain_characters(text, read):
    assert reading(text) == read


@pytest.mark.parametrize("text", READINGS)
def test_matplotlib_knows_what_the_page_knows(text):
    MathTextParser("agg").parse(text)


@pytest.mark.parametrize("command", [*SYMBOLS, *ACCENTS, *FONTS, *FUNCTIONS, *SPACES])
def test_matplotlib_knows_every_command(command):
    MathTextParser("agg").parse(rf"$x\{command}{{w}}$")


def test_runs_differ_in_look():
    assert runs(r"$w_{i1}^2 = \mathbf{v}$") == [
        ("w", "italic", 1, 0),
        ("i", "italic", 0.7, -0.2),
        ("1", "", 0.7, -0.2),
        ("2", "", 0.7, 0.4),
        ("\u2009=\u2009", "", 1, 0),
        ("v", "bold", 1, 0),
    ]


def test_plain_texts_stay_strings_wherever_they_stand():
    about = {"label": "w₁", "names": ("a", r"\$5 or \$6"), "aspect": 1.4, "x": None}
    assert typeset(about) == {**about, "names": ["a", "$5 or $6"]}


def test_a_text_with_a_formula_carries_its_reading():
    (label,) = typeset(["loss $L$"])
    assert json.loads(json.dumps(label)) == {
        "read": "loss L",
        "runs": ["loss ", ["L", "italic", 1, 0]],
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("costs $5", r"text must close each \$ with another, or say \\\$, got 'costs \$5'"),
        ("$_1$", "something before _"),
        ("$w_$", "say what _ belongs to"),
        ("${w$", "close each brace"),
        ("$w}$", "open each brace"),
        (r"$\lambd$", r"holds \\lambd, which figures do not know; did you mean \\lambda\?"),
        (r"$\frac{a}{b}$", r"holds \\frac, .* known are Delta Gamma"),
    ],
)
def test_what_is_not_known_is_refused_by_name(text, message):
    figure = Explorer(
        lambda k: [Text(0, 0, text)], [Slider("k", [0, 1])], title="A", alt="Some text."
    )
    with pytest.raises(ValueError, match=message):
        figure.packet()
