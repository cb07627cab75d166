"""A page's resolved doctree as the Markdown that Jupyter reads: one function a kind of node.

What has no function of its own is the sum of its children, a line of text or blocks one below the
other, so a new directive shows its text at least. Display formulas stand on one line, because
JupyterLab cuts them out before it reads quotations and lists.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import singledispatch
from urllib.parse import urljoin

from docutils import nodes
from sphinx.addnodes import download_reference
from sphinx.builders import Builder
from sphinx.locale import admonitionlabels
from sphinx.util.math import get_node_equation_number
from static_math import environment
from tex_macros import expand


@dataclass
class Page:
    """What the text of a page depends on besides its nodes."""

    builder: Builder
    docname: str

    @property
    def macros(self) -> dict[str, str]:
        """The book's own commands in formulas."""
        return dict(self.builder.config.katex_macros)

    def address(self, uri: str) -> str:
        """Return where a link within the site leads, or nothing if the site has no address."""
        base = self.builder.config.html_baseurl
        return base and urljoin(urljoin(base, self.builder.get_target_uri(self.docname)), uri)


@singledispatch
def markdown(node: nodes.Node, page: Page) -> str:
    """Return the Markdown of a node."""
    return inline(node, page) if isinstance(node, nodes.TextElement) else blocks(node, page)


def inline(node: nodes.Node, page: Page) -> str:
    """Return the children of a node, in one line."""
    return "".join(markdown(child, page) for child in node.children)


def blocks(node: nodes.Node, page: Page) -> str:
    """Return the children of a node, one below the other."""
    return "\n\n".join(filter(None, (markdown(child, page) for child in node.children)))


def prefixed(text: str, first: str, rest: str) -> str:
    """Put something before the first line and before each other line."""
    head, *tail = text.split("\n")
    return "\n".join([first + head, *((rest + line).rstrip() for line in tail)])


def in_table(node: nodes.Node) -> bool:
    """Tell whether a bar would end a cell of a table."""
    while node := node.parent:
        if isinstance(node, nodes.entry):
            return True
    return False


# Lines of text -----------------------------------------------------------------------------------


@markdown.register
def _(node: nodes.Text, page: Page) -> str:
    text = re.sub(r"\s+", " ", node.astext())
    text = re.sub(r"[\\`*$]|(?<!\w)_|_(?!\w)", r"\\\g<0>", text).replace("<", "&lt;")
    return text.replace("|", r"\|") if in_table(node) else text


@markdown.register
def _(node: nodes.literal, page: Page) -> str:
    code = node.astext()
    fence = "`" * (1 + max(map(len, re.findall("`+", code)), default=0))
    space = " " * (len(fence) > 1)
    code = f"{fence}{space}{code}{space}{fence}"
    return code.replace("|", r"\|") if in_table(node) else code


@markdown.register
def _(node: nodes.emphasis, page: Page) -> str:
    return f"*{inline(node, page)}*"


@markdown.register
def _(node: nodes.strong, page: Page) -> str:
    return f"**{inline(node, page)}**"


@markdown.register
def _(node: nodes.math, page: Page) -> str:
    tex = formula(node.astext(), page)
    if in_table(node):
        tex = tex.replace(r"\|", r"\Vert ").replace("|", r"\vert ")
    return f"${tex}$"


@markdown.register
def _(node: nodes.reference, page: Page) -> str:
    uri = node.get("refuri", "#" + node.get("refid", ""))
    return link(node, page.address(uri) if node.get("internal", "refid" in node) else uri, page)


@markdown.register
def _(node: download_reference, page: Page) -> str:
    file = f"{page.builder.get_relative_uri(page.docname, '_downloads')}/{node.get('filename')}"
    return link(node, page.address(file), page)


def link(node: nodes.Element, address: str, page: Page) -> str:
    """Return a node's text, as a link if there is an address."""
    text = inline(node, page)
    return f"[{text}]({address})" if address else text


@markdown.register
def _(node: nodes.image, page: Page) -> str:
    return f"*Picture: {node['alt']}*" if node.get("alt") else ""


# Blocks ------------------------------------------------------------------------------------------


@markdown.register(nodes.Invisible)
@markdown.register(nodes.raw)
def _(node: nodes.Node, page: Page) -> str:
    return ""


@markdown.register
def _(node: nodes.paragraph, page: Page) -> str:
    # what would make a list, a heading or a quotation of it is no start of a paragraph
    return re.sub(r"^(\d*)([-+#>.)])(?=\s)", r"\1\\\2", inline(node, page).strip())


@markdown.register
def _(node: nodes.title, page: Page) -> str:
    level = 0
    above = node.parent
    while isinstance(above, nodes.section):
        level, above = level + 1, above.parent
    return f"{'#' * level} {inline(node, page)}" if level else f"**{inline(node, page)}**"


@markdown.register
def _(node: nodes.caption, page: Page) -> str:
    """Return a caption, of a figure with its number, by which the text may call it."""
    numbers = page.builder.env.toc_fignumbers.get(page.docname, {}).get("figure", {})
    number = numbers.get(next(iter(node.parent["ids"]), None))
    label = number and page.builder.config.numfig_format["figure"] % ".".join(map(str, number))
    return f"**{label}.** {inline(node, page)}" if label else f"**{inline(node, page)}**"


@markdown.register
def _(node: nodes.rubric, page: Page) -> str:
    return f"**{inline(node, page)}**"


@markdown.register
def _(node: nodes.math_block, page: Page) -> str:
    number = node["number"] and get_node_equation_number(page, node)
    tag = rf"\tag{{{number}}}" if number else ""
    return f"$${formula(environment(node.astext()), page)}{tag}$$"


def formula(tex: str, page: Page) -> str:
    """Return a formula on one line, in the commands that every TeX knows."""
    return " ".join(expand(tex, page.macros).split())


@markdown.register
def _(node: nodes.literal_block, page: Page) -> str:
    language = node.get("language", "")
    return f"```{language}\n{node.astext().rstrip()}\n```"


@markdown.register
def _(node: nodes.block_quote, page: Page) -> str:
    return prefixed(blocks(node, page), "> ", "> ")


@markdown.register
def _(node: nodes.Admonition, page: Page) -> str:
    title, *body = node.children
    if not isinstance(title, nodes.title):
        label = admonitionlabels.get(node.tagname, node.tagname)
        title, body = nodes.title(label, label), node.children
    heading = inline(title, page)
    text = "\n\n".join(filter(None, (markdown(child, page) for child in body)))
    if "dropdown" in node["classes"]:
        return details(heading, text)
    return prefixed(f"**{heading}**\n\n{text}", "> ", "> ")


def details(summary: str, text: str) -> str:
    """Fold a text away behind a line."""
    return f"<details>\n<summary>{summary}</summary>\n\n{text}\n\n</details>"


@markdown.register(nodes.bullet_list)
@markdown.register(nodes.enumerated_list)
def _(node: nodes.Element, page: Page) -> str:
    start = node.get("start", 1)
    ordered = isinstance(node, nodes.enumerated_list)
    items = []
    for number, item in enumerate(node.children, start):
        mark = f"{number}. " if ordered else "- "
        items.append(prefixed(blocks(item, page), mark, " " * len(mark)))
    return ("\n\n" if any("\n\n" in item for item in items) else "\n").join(items)


@markdown.register
def _(node: nodes.definition_list_item, page: Page) -> str:
    term, *rest = node.children
    text = "\n\n".join(filter(None, (markdown(child, page) for child in rest)))
    return prefixed(f"**{inline(term, page)}**: {text}", "- ", "  ")


@markdown.register
def _(node: nodes.table, page: Page) -> str:
    rows = [[cell(entry, page) for entry in row.children] for row in node.findall(nodes.row)]
    head, *body = (f"| {' | '.join(row)} |" for row in rows)
    caption = [markdown(title, page) for title in node.children if isinstance(title, nodes.title)]
    return "\n".join([*(f"{c}\n" for c in caption), head, "|---" * len(rows[0]) + "|", *body])


def cell(entry: nodes.Element, page: Page) -> str:
    """Return the contents of a table's cell, in one line."""
    return "<br>".join(markdown(child, page) for child in entry.children)


@markdown.register
def _(node: nodes.transition, page: Page) -> str:
    return "---"
