"""``{defined}`TERM` `` where a chapter explains a word; ``{terms}``, a page's list of all of them.

The list takes each term's sentence from its chapter, so that a word is explained once: where a
reader needs it first. Where text and term differ: ``{defined}`layers <layer>` ``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from docutils import nodes
from docutils.nodes import make_id
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import ReferenceRole, SphinxDirective
from sphinx.util.typing import ExtensionMetadata

logger = logging.getLogger(__name__)
SENTENCE_END = re.compile(r"(?<=[.?!])\s+|(?<=[.?!]\))\s+")
ENDS = (".", "?", "!", ".)", "?)", "!)")
WORDS = (nodes.Text, nodes.emphasis, nodes.strong, nodes.literal, nodes.math)


@dataclass
class Term:
    """A word, the place that explains it, and what stands there."""

    name: str
    docname: str
    anchor: str
    explanation: list[nodes.Element]


class Terms(nodes.General, nodes.Element):
    """Where the list is to stand, once all pages have been read."""


class Defined(ReferenceRole):
    """``{defined}`TERM` `` prints a term in bold and notes that it is explained here."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Give the term an address."""
        name, anchor = self.target, f"term-{make_id(self.target)}"
        node = nodes.strong("", self.title, ids=[anchor], classes=["defined"], term=name)
        self.set_source_info(node)
        return [node], []


class TermsDirective(SphinxDirective):
    """``{terms}`` lists the terms of all chapters."""

    def run(self) -> list[nodes.Node]:
        """Keep the place, and have the page made anew in every build."""
        self.env.note_reread()
        return [Terms()]


def sentences(paragraph: nodes.Element) -> Iterator[list[nodes.Node]]:
    """Yield the sentences of a paragraph, each as its words and formulas."""
    sentence: list[nodes.Node] = []
    for child in paragraph.children:
        if isinstance(child, nodes.Text):
            first, *others = SENTENCE_END.split(child.astext())
            sentence.append(nodes.Text(first))
            for other in others:
                yield sentence
                sentence = [nodes.Text(other)]
        else:
            sentence.append(child)
            if child.astext().endswith(ENDS):
                yield sentence
                sentence = []
    yield sentence


def explanation(term: nodes.strong) -> list[nodes.Element]:
    """Return a copy of the sentence that a term stands in, without its citations and links.

    A display formula below belongs to a sentence that does not end before it.
    """
    (sentence,) = (each for each in sentences(term.parent) if term in each)
    paragraph = nodes.paragraph()
    for node in sentence:
        if isinstance(node, WORDS):
            paragraph += node.deepcopy()
        elif node.get("refdomain") != "cite":
            paragraph += nodes.Text(node.astext())
    for copy in paragraph.findall(nodes.strong):
        copy["ids"] = []
    leave_parentheses(paragraph)
    if paragraph.astext().rstrip().endswith(ENDS):
        return [paragraph]
    return [paragraph, *formulas_below(term.parent)]


def leave_parentheses(paragraph: nodes.paragraph) -> None:
    """Take away the bracket in which a sentence, alone or with others, stands in its chapter."""
    text = paragraph.astext().strip()
    opens, closes = text.startswith("("), text.endswith(")")
    if text.count("(") == text.count(")") and not (opens and closes):
        return  # brackets within the sentence
    if opens:
        first = paragraph.children[0]
        paragraph.replace(first, nodes.Text(first.astext().lstrip().removeprefix("(")))
    if closes:
        last = paragraph.children[-1]
        paragraph.replace(last, nodes.Text(last.astext().rstrip().removesuffix(")")))


def formulas_below(paragraph: nodes.Element) -> Iterator[nodes.math_block]:
    """Yield the display formula that follows a paragraph, if any, with no number."""
    below = paragraph.parent.children[paragraph.parent.index(paragraph) + 1 :]
    for node in below:
        if isinstance(node, nodes.math_block):
            yield nodes.math_block("", node.astext(), number=None, nowrap=False)
        if not isinstance(node, nodes.target):
            return


def terms_of(env: BuildEnvironment) -> dict[str, list[Term]]:
    """Return the terms of each page."""
    if not hasattr(env, "dlcourse_terms"):
        env.dlcourse_terms = {}
    return env.dlcourse_terms


def collect(app: Sphinx, doctree: nodes.document) -> None:
    """Note a page's terms and warn of one that is explained elsewhere, too."""
    docname = app.env.docname
    taken = {t.name for page, terms in terms_of(app.env).items() if page != docname for t in terms}
    found = []
    for node in doctree.findall(nodes.strong):
        if "term" in node:
            if node["term"] in taken:
                message = "the term %r is explained twice"
                logger.warning(message, node["term"], location=node, type="glossary")
            taken.add(node["term"])
            found.append(Term(node["term"], docname, node["ids"][0], explanation(node)))
    terms_of(app.env)[docname] = found


def item(app: Sphinx, term: Term, page: str) -> nodes.definition_list_item:
    """Return a term with its sentence and the way to its chapter."""
    address = app.builder.get_relative_uri(page, term.docname) + f"#{term.anchor}"
    chapter = app.env.titles[term.docname].astext()
    link = nodes.reference("", chapter, refuri=address, internal=True)
    name = nodes.term("", f"{term.name} (", link, nodes.Text(")"))
    body = [node.deepcopy() for node in term.explanation]
    return nodes.definition_list_item("", name, nodes.definition("", *body))


def show(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Put the list where it was asked for."""
    for place in list(doctree.findall(Terms)):
        everything = [term for terms in terms_of(app.env).values() for term in terms]
        everything.sort(key=lambda term: term.name.casefold())
        place.replace_self(
            nodes.definition_list("", *(item(app, term, page) for term in everything))
        )


def forget(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    """Drop a page's terms before it is read again."""
    terms_of(env).pop(docname, None)


def merge(app: Sphinx, env: BuildEnvironment, docnames: set[str], other: BuildEnvironment) -> None:
    """Take over what another process has read."""
    terms_of(env).update({name: terms_of(other)[name] for name in docnames})


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the role, the directive and what collects for them."""
    app.add_node(Terms)
    app.add_role("defined", Defined())
    app.add_directive("terms", TermsDirective)
    app.connect("env-purge-doc", forget)
    app.connect("env-merge-info", merge)
    app.connect("doctree-read", collect)
    app.connect("doctree-resolved", show)
    return {"parallel_read_safe": True, "parallel_write_safe": True, "env_version": 1}
