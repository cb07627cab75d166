r"""Maths rendered while the book is built, so that a page ships no maths JavaScript.

One Node process runs KaTeX and answers a formula a line. KaTeX writes MathML (for screen readers
and copying) beside the HTML; its style sheet and fonts are copied by ``static_site``. A formula
that KaTeX does not understand is a warning with the page's name and line, so `-W` fails on it.

Macros are defined once, in ``_config.yml`` under ``katex_macros``. Equations are numbered by
Sphinx alone: KaTeX would number ``align`` a second time, so it is shown the starred environment.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number
from sphinx.writers.html5 import HTML5Translator

logger = logging.getLogger(__name__)
HERE = Path(__file__).parent
KATEX = HERE.parents[1] / "node_modules" / "katex" / "dist"
LINES = re.compile(r"\\\\|&")  # broken, or aligned
NUMBERED = re.compile(r"\\(begin|end)\{(align|gather|equation|alignat)\}")


class KatexError(ValueError):
    """KaTeX refused a formula."""


class Katex:
    """A Node process that renders formulas for as long as the build lasts."""

    def __init__(self, macros: dict[str, str], output: str = "htmlAndMathml") -> None:
        self.options = {"strict": "ignore", "output": output}
        self.macros = macros
        self.process = start_node()

    def render(self, tex: str, display: bool) -> str:
        """Return the HTML (with MathML) of one formula."""
        # a fresh dict for each call: KaTeX stores \gdef definitions in the one it is given
        options = {**self.options, "displayMode": display, "macros": dict(self.macros)}
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"tex": tex, "options": options}) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if "error" in answer:
            raise KatexError(answer["error"])
        return str(answer["html"])

    def close(self) -> None:
        """End the process."""
        self.process.communicate()


def start_node() -> subprocess.Popen[str]:
    """Start the renderer, or say plainly what is missing."""
    node = shutil.which("node")
    if node is None:
        raise ExtensionError("Node.js is needed to render the formulas: install Node.js >= 20")
    if not (KATEX / "katex.mjs").exists():
        raise ExtensionError("KaTeX is missing: run `npm ci` in the repository root")
    command = [node, str(HERE / "katex_lines.mjs"), str(KATEX / "katex.mjs")]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, encoding="utf-8")


@lru_cache(maxsize=1)
def renderer(app: Sphinx) -> Katex:
    """Start Node at the first formula, not at every build."""
    output = "mathml" if app.builder.name == "epub" else "htmlAndMathml"
    katex = Katex(app.config.katex_macros, output)
    app.connect("build-finished", lambda app, exception: katex.close())
    return katex


def html_of(translator: HTML5Translator, node: nodes.Element, tex: str, display: bool) -> str:
    """Render one formula; what KaTeX refuses becomes a warning that names page and line."""
    try:
        return renderer(translator.builder.app).render(tex, display)
    except KatexError as error:
        logger.warning("KaTeX: %s", error, location=node, type="katex")
        return f"<code>{escape(tex)}</code>"


def visit_inline(translator: HTML5Translator, node: nodes.math) -> None:
    """Write an inline formula."""
    translator.body.append(translator.starttag(node, "span", "", CLASS="math"))
    translator.body.append(html_of(translator, node, node.astext(), display=False) + "</span>")
    raise nodes.SkipNode


def environment(tex: str) -> str:
    """Return a display formula that numbers nothing and may have several lines."""
    tex = NUMBERED.sub(r"\\\1{\2*}", tex)
    if "\\begin" not in tex and LINES.search(tex):
        return rf"\begin{{split}}{tex}\end{{split}}"
    return tex


def visit_display(translator: HTML5Translator, node: nodes.math_block) -> None:
    """Write a display formula, its number to the right."""
    tex = environment(node.astext())
    translator.body.append(translator.starttag(node, "div", CLASS="math"))
    translator.body.append(html_of(translator, node, tex, display=True))
    if node["number"]:
        number = get_node_equation_number(translator, node)
        translator.body.append(f'<span class="eqno">({number})')
        translator.add_permalink_ref(node, "Link to this equation")
        translator.body.append("</span>")
    translator.body.append("</div>\n")
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, Any]:
    """Register KaTeX as the book's maths renderer."""
    app.add_html_math_renderer("katex", (visit_inline, None), (visit_display, None))
    app.add_config_value("katex_macros", {}, "html")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
