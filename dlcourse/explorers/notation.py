r"""A little mathematics in the texts of a figure: ``"weight $w_1$"``, in a small part of TeX.

Every text may hold it: titles, names of axes, legends, labels, controls, captions. Between dollar
signs stand symbols with ``_`` and ``^`` (more than one character in braces), the commands of
`SYMBOLS`, `ACCENTS`, `FONTS` and `FUNCTIONS`, and spaces, which mean nothing, as in TeX. A dollar
is ``\$``. A text is read here, once: the page gets runs of characters with a size and a height,
screen readers what `reading` returns; matplotlib, which knows this part of TeX, prints the source.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache
from itertools import groupby
from typing import Any, NamedTuple


def _table(pairs: str) -> dict[str, str]:
    words = pairs.split()
    return dict(zip(words[::2], words[1::2], strict=True))


GREEK = _table(
    "alpha α beta β gamma γ delta δ epsilon ϵ zeta ζ eta η theta θ iota ι kappa κ lambda λ mu μ "
    "nu ν xi ξ pi π rho ρ sigma σ tau τ upsilon υ phi ϕ chi χ psi ψ omega ω varepsilon ε varphi φ"
)
CAPITALS = _table("Gamma Γ Delta Δ Theta Θ Lambda Λ Xi Ξ Pi Π Sigma Σ Phi Φ Psi Ψ Omega Ω")
RELATIONS = _table("leq ≤ geq ≥ neq ≠ approx ≈ sim ∼ propto ∝ in ∈ to → leftarrow ←")
OPERATORS = _table("cdot · times × pm ± odot ⊙ circ ∘")
OTHERS = _table("partial ∂ nabla ∇ infty ∞ sum ∑ prod ∏ ell ℓ top ⊤ ldots …")
SYMBOLS = GREEK | CAPITALS | RELATIONS | OPERATORS | OTHERS
ACCENTS = {"hat": "\u0302", "tilde": "\u0303", "bar": "\u0304", "dot": "\u0307"}
FONTS = {"mathrm": "", "mathbf": "bold"}
FUNCTIONS = ("arg", "cos", "exp", "log", "max", "min", "sin", "tanh")
SPACES = {",": "\u2009", " ": " "}
TYPED = {"-": "−", "*": "∗", "'": "′"}  # what the keyboard has for them
SPACED = {*RELATIONS.values(), *OPERATORS.values(), *"=<>+−∗"}

SMALLER = 0.7  # of what it stands at
BELOW, ABOVE = -0.2, 0.4  # in heights of what it stands at
SUBSCRIPTS = str.maketrans("0123456789+−=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ")
SUPERSCRIPTS = str.maketrans("0123456789+−=()in⊤", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁱⁿᵀ")


class Run(NamedTuple):
    """Characters of one look.

    Parameters
    ----------
    text : str
        The characters.
    style : {"", "italic", "bold"}
        Their shape.
    size, rise : float
        Their size, and how far they stand above the line, in sizes of the text around.
    """

    text: str
    style: str = ""
    size: float = 1.0
    rise: float = 0.0


@dataclass
class _Atom:
    """A symbol, or a group in braces, and what stands below and above it."""

    body: str | list[_Atom]
    style: str = ""
    below: list[_Atom] = field(default_factory=list)
    above: list[_Atom] = field(default_factory=list)


def reading(text: str) -> str:
    r"""Return a text in plain characters, as screen readers get it.

    >>> reading(r"weight $w_1$, slope $\partial L / \partial w_{ij}$, $e^{-x^2}$")
    'weight w₁, slope ∂L/∂wᵢⱼ, e^(−x²)'
    """
    return "".join(part if isinstance(part, str) else _read(part) for part in _parts(text))


def runs(text: str) -> list[Run]:
    """Return a text as runs of characters of one look.

    >>> [run.text for run in runs("weight $w_1$")]
    ['weight ', 'w', '1']
    """
    found = [
        run
        for part in _parts(text)
        for run in ([Run(part)] if isinstance(part, str) else _laid_out(part, 1.0, 0.0))
        if run.text
    ]
    return [
        Run("".join(run.text for run in alike), *look)
        for look, alike in groupby(found, key=lambda run: run[1:])
    ]


def typeset(value: Any) -> Any:
    """Return JSON in which every text that holds mathematics was replaced by its runs.

    Such a text becomes an object: "read" is its `reading`, "runs" are its `runs`, as a string where
    it looks like the text around, else as a list. All other texts stay strings.
    """
    if isinstance(value, str):
        return _typeset_text(value) if "$" in value else value
    if isinstance(value, dict):
        return {key: typeset(item) for key, item in value.items()}
    return [typeset(item) for item in value] if isinstance(value, (list, tuple)) else value


def _typeset_text(text: str) -> Any:
    found = [run.text if run == Run(run.text) else list(run) for run in runs(text)]
    has_looks = any(isinstance(run, list) for run in found)
    return {"read": reading(text), "runs": found} if has_looks else reading(text)


@lru_cache(maxsize=4096)
def _parts(text: str) -> tuple[str | list[_Atom], ...]:
    """Plain stretches and formulas in turn."""
    pieces = re.split(r"(?<!\\)\$", text)
    if len(pieces) % 2 == 0:
        raise ValueError(rf"text must close each $ with another, or say \$, got {text!r}")
    return tuple(
        _Reader(piece, text).formula() if place % 2 else piece.replace(r"\$", "$")
        for place, piece in enumerate(pieces)
    )


class _Reader:
    """Reads one formula from left to right; `text` is what errors show."""

    def __init__(self, formula: str, text: str) -> None:
        self.signs = re.findall(r"\\[A-Za-z]+|\\.|\S", formula)
        self.text = text

    def formula(self) -> list[_Atom]:
        atoms = self._atoms()
        if self.signs:
            raise self._error("open each brace that it closes")
        return atoms

    def _atoms(self) -> list[_Atom]:
        """Read up to the end, or to a brace that closes."""
        atoms: list[_Atom] = []
        while self.signs and self.signs[0] != "}":
            sign = self.signs.pop(0)
            if sign in "_^":
                if not atoms:
                    raise self._error(f"have something before {sign}")
                base = atoms[-1]
                (base.below if sign == "_" else base.above).append(self._argument(sign))
            else:
                atoms.append(self._atom(sign))
        return atoms

    def _atom(self, sign: str) -> _Atom:
        name = sign[1:]
        if sign == "{":
            group = self._atoms()
            if not self.signs:
                raise self._error("close each brace")
            self.signs.pop(0)
            return _Atom(group)
        if not name:
            return _Atom(TYPED.get(sign, sign), _style(sign))
        if name in SYMBOLS:
            return _Atom(SYMBOLS[name], _style(SYMBOLS[name]))
        if name in FUNCTIONS:
            apart = self.signs and self.signs[0] not in "(_^}"
            return _Atom(f"{name}\u2009" if apart else name)
        if name in ACCENTS:
            base = _read([self._argument(sign)])
            return _Atom(unicodedata.normalize("NFC", base + ACCENTS[name]), _style(base))
        if name in FONTS:
            return _Atom(_read([self._argument(sign)]), FONTS[name])
        if not name.isalpha():
            return _Atom(SPACES.get(name, name))
        near = get_close_matches(name, _commands(), n=1)
        known = f"did you mean \\{near[0]}?" if near else f"known are {' '.join(_commands())}"
        raise ValueError(f"text {self.text!r} holds {sign}, which figures do not know; {known}")

    def _argument(self, sign: str) -> _Atom:
        if not self.signs or self.signs[0] in "_^}":
            raise self._error(f"say what {sign} belongs to, in braces if it is longer than a sign")
        return self._atom(self.signs.pop(0))

    def _error(self, need: str) -> ValueError:
        return ValueError(f"text must {need}, got {self.text!r}")


def _commands() -> list[str]:
    return sorted([*SYMBOLS, *ACCENTS, *FONTS, *FUNCTIONS])


def _style(symbol: str) -> str:
    """Latin letters and small Greek ones are slanted."""
    latin = symbol.isascii() and symbol.isalpha()
    return "italic" if latin or symbol in GREEK.values() else ""


def _spaced(atoms: Sequence[_Atom]) -> Iterator[tuple[_Atom, bool]]:
    """Each atom, and whether it has space around it: signs between two things, not before one."""
    for place, atom in enumerate(atoms):
        before = atoms[place - 1].body if place else "("
        opens = isinstance(before, str) and (before in SPACED or before in "([,/|")
        yield atom, isinstance(atom.body, str) and atom.body in SPACED and not opens


def _laid_out(atoms: Sequence[_Atom], size: float, rise: float) -> Iterator[Run]:
    for atom, spaced in _spaced(atoms):
        if isinstance(atom.body, str):
            space = "\u2009" if spaced and size == 1 else ""
            yield Run(f"{space}{atom.body}{space}", atom.style, size, rise)
        else:
            yield from _laid_out(atom.body, size, rise)
        small = round(SMALLER * size, 2)
        yield from _laid_out(atom.below, small, round(rise + BELOW * size, 2))
        yield from _laid_out(atom.above, small, round(rise + ABOVE * size, 2))


def _read(atoms: Sequence[_Atom]) -> str:
    said = ""
    for atom, spaced in _spaced(atoms):
        body = atom.body if isinstance(atom.body, str) else _read(atom.body)
        said += f" {body} " if spaced else body
        said += _script(_read(atom.below), SUBSCRIPTS, "_")
        said += _script(_read(atom.above), SUPERSCRIPTS, "^")
    return said.replace("\u2009", " ")


def _script(said: str, characters: dict[int, int], sign: str) -> str:
    tight = said.replace(" ", "")
    if all(ord(character) in characters for character in tight):
        return tight.translate(characters)
    return f"{sign}{said}" if len(said) == 1 else f"{sign}({said})"
