"""Questions that wait for the reader: predictions before a figure, self-tests at a chapter's end.

``{predict}`` and ``{self-test}`` take the question's name, unique on its page, as argument. They
hold the question and, last, a list of answers, each with a key in brackets and what to say of it:

* a choice: ``[x]`` before the right option, ``[ ]`` before the others, below each its feedback;
* a number: ``:number:``, perhaps ``:within:`` (how far off is still right) and ``:unit:``;
* a sketch: ``:sketch:``, the label of the line of the figure that the reader is to draw;
  other lines of its panel are hidden, but for the one that ``:given:`` names.

Of a number and a sketch ``[x]`` is said if it is right and ``[ ]`` if nothing else fits; other keys
name a mistake: ``[12]``, ``[< 1]``, ``[> 5]``, or one of `SHAPES`.

``:figure:`` names the function of a figure further down that waits. Until the reader has answered
or asked for the answer it stays at its start, or where ``:at:`` puts its controls (``stage=0``),
and ``:waiting:`` is its caption. The answers are kept in the browser (``questions.js``); without
scripts, on paper and in the notebook they stand below the question.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterator
from fractions import Fraction
from html import escape
from pathlib import PurePosixPath
from typing import Any, NoReturn

from dlcourse_explorers import ExplorerNode
from docutils import nodes
from docutils.parsers.rst import directives
from figure_source import TAG, called
from markdown_text import Page, blocks, details, inline, markdown, prefixed
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from dlcourse.explorers import Line
from dlcourse.explorers.notation import reading

SHAPES = {
    "rises": "a curve that rises",
    "falls": "a curve that falls",
    "flat": "a flat line",
    "hill": "a curve that rises, then falls",
    "valley": "a curve that falls, then rises",
    "above": "the right shape, but too high",
    "below": "the right shape, but too low",
}
KEY = re.compile(r"\[([^\]]*)\]\s*")
PULL = "Your curve: pull the line in the figure into shape."
ROUNDING = 1e-9  # of a number that the reader types, relative
NAME = re.compile(r"[a-z][a-z0-9-]*")


class Question(nodes.General, nodes.Element):
    """A question: what stands before its form, the form, the answers."""


class Form(nodes.General, nodes.Element):
    """What the reader fills in: a legend and, for a choice, the options."""


class Legend(nodes.General, nodes.TextElement):
    """What is asked: the name of the group of form elements."""


class Option(nodes.General, nodes.TextElement):
    """One option of a choice."""


class Answers(nodes.General, nodes.Element):
    """The answers, each with what is said of it."""


class Answer(nodes.General, nodes.Element):
    """A paragraph that names the answer, then the feedback; ``about`` is for the script."""


# Reading -----------------------------------------------------------------------------------------


def number(text: str) -> float:
    """Return the number that an author wrote: 22, 0.5, 1/2, 1e-8, with any minus sign."""
    return float(Fraction(text.replace("−", "-").strip()))


def interval(key: str, right: float, within: float) -> tuple[float, float]:
    """Return the numbers that a key stands for, both ends among them.

    >>> interval("x", 22, 0.5), interval("> 5", 22, 0.5)
    ((21.5, 22.5), (5.0, inf))
    """
    if key == "":
        return -math.inf, math.inf
    if key[0] in "<>":
        end = number(key[1:])
        return (-math.inf, end) if key[0] == "<" else (end, math.inf)
    middle = right if key == "x" else number(key)
    reach = within or ROUNDING * abs(middle)
    return middle - reach, middle + reach


def cut_key(item: nodes.Element) -> str | None:
    """Take the key away from where an item of the list starts."""
    first = next(iter(item.findall(nodes.Text)), None)
    found = first and KEY.match(first)
    if not found or not isinstance(item[0], nodes.paragraph) or first.parent is not item[0]:
        return None
    item[0].replace(first, nodes.Text(first[found.end() :]))
    return found[1].strip()


def paragraph(text: str) -> nodes.paragraph:
    """Return a text as a paragraph that begins with a capital letter."""
    return nodes.paragraph("", nodes.Text(text[0].upper() + text[1:]))


class SelfTest(SphinxDirective):
    """A question by itself, as several stand at a chapter's end."""

    has_content = True
    required_arguments = 1
    option_spec = dict.fromkeys(("number", "within", "unit"), directives.unchanged_required)
    look = "self-test"

    def run(self) -> list[nodes.Node]:
        """Return the question, or say what is wrong with it."""
        (name,) = self.arguments
        before: list[str] = self.env.temp_data.setdefault("dl_questions", [])
        if not NAME.fullmatch(name):
            self.refuse("its name must be small letters, digits and hyphens")
        if name in before:
            self.refuse("the page has another question of this name")
        before.append(name)
        kinds = [kind for kind in ("number", "sketch") if kind in self.options]
        if len(kinds) > 1:
            self.refuse("options number and sketch exclude each other")
        kind = kinds[0] if kinds else "choice"
        if kind != "number" and (extra := {"within", "unit"} & self.options.keys()):
            self.refuse(f"option {min(extra)} needs the option number")
        parsed = nodes.Element()
        self.state.nested_parse(self.content, self.content_offset, parsed)
        *text, last = parsed.children or [None]
        if not isinstance(last, nodes.bullet_list) or not text:
            self.refuse("it must hold what is asked and, last, the list of answers")
        if not isinstance(text[-1], nodes.paragraph):
            self.refuse("what is asked must end with a paragraph")
        answers = list(getattr(self, f"{kind}_answers")(last))
        about = {"name": name, "kind": kind, "look": self.look, **self.options}
        question = Question(ids=[f"question-{name}"], **about)
        self.set_source_info(question)
        legend = [nodes.Text(PULL)] if kind == "sketch" else text.pop().children
        form = Form("", Legend("", "", *legend))
        if kind == "choice":
            copies = [answer[0].deepcopy().children for answer in answers]
            form += [Option("", "", *copy, value=place) for place, copy in enumerate(copies)]
        for answer in answers:
            if answer["about"].get("right"):
                answer[0][:0] = [nodes.strong("", "Right:"), nodes.Text(" ")]
        question += [*text, form, Answers("", *answers)]
        return [question]

    def choice_answers(self, listed: nodes.bullet_list) -> Iterator[Answer]:
        """Yield the options: a paragraph each, and the feedback below it."""
        keys = []
        for place, item in enumerate(listed):
            keys.append(cut_key(item))
            if keys[-1] not in ("x", ""):
                self.refuse(f"option {place + 1} of its choice must begin with [x] or [ ]")
            if len(item) < 2:
                self.refuse(
                    f"option {place + 1} of its choice, {item.astext()!r}, needs feedback: "
                    "a paragraph below it"
                )
            about = {"key": place, **({"right": True} if keys[-1] else {})}
            yield Answer("", *item.children, about=about)
        if len(keys) < 2 or keys.count("x") != 1:
            self.refuse(
                f"a choice needs two options or more, one of them with [x]; "
                f"it has {len(keys)}, and {keys.count('x')} with [x]"
            )

    def number_answers(self, listed: nodes.bullet_list) -> Iterator[Answer]:
        """Yield what is said of numbers, the right one first, any other last."""
        right, within = self.read_number("number"), self.read_number("within", "0")
        unit = self.options.get("unit", "")
        for key, said in self.said(listed):
            try:
                low, high = interval(key, right, within)
            except ValueError:
                self.refuse(
                    f"the key of an answer must be x, empty, a number, < or > and a number, "
                    f"got [{key}]"
                )
            name = {"x": self.options["number"], "": "any other number"}.get(key, key)
            for sign, words in {"<": "less than", ">": "more than", "-": "−"}.items():
                name = name.replace(sign, words)
            about = {"from": low, "to": high, **({"right": True} if key == "x" else {})}
            name = f"{name} {unit}".rstrip() if key == "x" else name
            yield Answer("", paragraph(name), *said, about=about)

    def sketch_answers(self, listed: nodes.bullet_list) -> Iterator[Answer]:
        """Yield what is said of the shapes that a sketch may have."""
        for key, said in self.said(listed):
            if key not in ("x", "", *SHAPES):
                self.refuse(
                    f"the key of an answer must be x, empty or one of {[*SHAPES]}, got [{key}]"
                )
            name = {"x": "the curve of the figure", "": "any other curve"}.get(key) or SHAPES[key]
            about = {"key": key or "other", **({"right": True} if key == "x" else {})}
            yield Answer("", paragraph(name), *said, about=about)

    def said(self, listed: nodes.bullet_list) -> list[tuple[str, list[nodes.Node]]]:
        """Return key and feedback of the answers to a number or a sketch, in the order to try."""
        found = [(cut_key(item), item.children) for item in listed]
        keys = [key for key, _ in found]
        if None in keys or len({*keys}) < len(keys) or not {"x", ""} <= {*keys}:
            self.refuse(
                "each of its answers must begin with a key of its own, among them [x] (right) and "
                f"[ ] (any other), got {keys}"
            )
        return sorted(found, key=lambda answer: {"x": 0, "": 2}.get(answer[0], 1))

    def read_number(self, option: str, default: str = "") -> float:
        """Return an option that is a number."""
        text = self.options.get(option, default)
        try:
            return number(text)
        except (ValueError, ZeroDivisionError):
            self.refuse(f"option {option} must be a number such as 0.5, 1/2 or 1e-3, got {text!r}")

    def refuse(self, why: str) -> NoReturn:
        """Say what is wrong with this question."""
        raise self.error(f"question {self.arguments[0]!r}: {why}")


class Prediction(SelfTest):
    """A question before the figure that answers it."""

    option_spec = SelfTest.option_spec | dict.fromkeys(
        ("figure", "waiting", "at", "sketch", "given"), directives.unchanged_required
    )
    look = "predict"

    def run(self) -> list[nodes.Node]:
        """Return the question, or say what is wrong with it."""
        if ("figure" in self.options) != ("waiting" in self.options):
            self.refuse("options figure and waiting need each other")
        for option, needed in (("at", "figure"), ("sketch", "figure"), ("given", "sketch")):
            if option in self.options and needed not in self.options:
                self.refuse(f"option {option} needs the option {needed}")
        return super().run()


def let_figures_wait(app: Sphinx, doctree: nodes.document) -> None:
    """Tell each figure that waits for a question; the cells are in the page by now."""
    chapter = PurePosixPath(app.env.docname).name
    figures = {}
    for cell in doctree.findall(nodes.container):
        if f"tag_{TAG}" in cell["classes"] and (shown := [*cell.findall(ExplorerNode)]):
            code = next(iter(cell.findall(nodes.literal_block))).astext()
            figure = called(code, chapter)
            figures[figure.__name__] = figure, shown[0]["face"]
    for question in doctree.findall(Question):
        if "figure" not in question:
            continue
        try:
            let_wait(question, figures)
        except ValueError as error:
            where = f"{question.source}:{question.line}"
            raise ExtensionError(f"{where}: question {question['name']!r}: {error}") from error


def let_wait(question: Question, figures: dict[str, tuple[Any, dict[str, Any]]]) -> None:
    """Write into the face of a question's figure what it does until there is an answer."""
    name = question["figure"]
    if name not in figures:
        raise ValueError(
            f"option figure must name an explorer of the page, got {name!r}; it has {[*figures]}"
        )
    make, face = figures[name]
    face |= {"waits": question["ids"][0], "waiting": question["waiting"]}
    if "at" in question:
        face["start"] = make().at(**settings(question["at"])).start
    for option in sorted({"sketch", "given"} & question.attributes.keys()):
        face[option] = question[option]
        marks = [mark for panel in make().frame_at() for mark in panel.marks]
        lines = [reading(mark.label) for mark in marks if isinstance(mark, Line)]
        if lines.count(question[option]) != 1:
            raise ValueError(
                f"option {option} must be the label of one line of {name}, "
                f"got {question[option]!r}; it has {lines}"
            )


def settings(text: str) -> dict[str, Any]:
    """Read values of controls.

    >>> settings("stage=0, name='XOR'")
    {'stage': 0, 'name': 'XOR'}
    """
    try:
        match ast.parse(f"settings({text})", mode="eval").body:
            case ast.Call(args=[], keywords=keywords):
                return {str(each.arg): ast.literal_eval(each.value) for each in keywords}
        raise ValueError("a value without a name")
    except (SyntaxError, ValueError) as error:
        raise ValueError(f"option at must be settings such as stage=0, got {text!r}") from error


# Writing -----------------------------------------------------------------------------------------

TITLES = {"predict": "Predict", "self-test": "Test yourself"}
BUTTONS = (
    '<div class="dl-buttons"><button type="button" class="dl-check">Check</button>'
    '<button type="button" class="dl-show">Show me</button>'
    '<button type="button" class="dl-again" hidden>Start again</button></div>'
    '<div class="dl-reply" role="status"></div></div>'
)


def visit_question(translator: Any, node: Question) -> None:
    """Open the box."""
    translator.body.append(
        f'<div class="admonition {node["look"]} dl-question" id="{node["ids"][0]}">'
        f'<p class="admonition-title">{TITLES[node["look"]]}</p>'
    )


def depart_question(translator: Any, node: Question) -> None:
    """Close it."""
    translator.body.append("</div>\n")


def visit_form(translator: Any, node: Form) -> None:
    """Open the form; its legend and options follow. For a sketch the script puts it elsewhere.

    It is no ``<form>``: to see whether one takes a password, Chromium lays out every section that
    has one, also those that nobody is near.
    """
    kind, name = node.parent["kind"], f"form-{node.parent['name']}"
    if kind == "sketch":
        translator.body.append(
            f'<p class="dl-way"><a href="#{name}">Draw it in the figure.</a></p>'
        )
    translator.body.append(f'<div class="dl-form" id="{name}" data-kind="{kind}"><fieldset>')


def depart_form(translator: Any, node: Form) -> None:
    """Write what takes a number, the buttons and the place of the reply."""
    question = node.parent
    if question["kind"] == "number":
        unit = escape(question.get("unit", ""))
        translator.body.append(
            f'<label class="dl-number">Your answer <input type="hidden"> {unit}</label>'
        )
    if question["kind"] == "sketch":
        translator.body.append('<div class="dl-sliders"></div>')
    translator.body.append(f"</fieldset>{BUTTONS}")


def visit_legend(translator: Any, node: Legend) -> None:
    """Open what is asked."""
    translator.body.append("<legend>")


def depart_legend(translator: Any, node: Legend) -> None:
    """Close it."""
    translator.body.append("</legend>")


def visit_option(translator: Any, node: Option) -> None:
    """Open an option."""
    question = node.parent.parent["name"]
    translator.body.append(
        f'<label class="dl-option"><input name="{question}" type="radio" required '
        f'value="{node["value"]}"><span>'
    )


def depart_option(translator: Any, node: Option) -> None:
    """Close it."""
    translator.body.append("</span></label>")


def visit_answers(translator: Any, node: Answers) -> None:
    """Open the answers, which stand folded where there is no script."""
    translator.body.append('<details class="dl-answers"><summary>Answers</summary><ul>')


def depart_answers(translator: Any, node: Answers) -> None:
    """Close them."""
    translator.body.append("</ul></details>")


def visit_answer(translator: Any, node: Answer) -> None:
    """Open an answer."""
    about = "".join(f' data-{key}="{value}"' for key, value in node["about"].items())
    about = about.replace('inf"', 'Infinity"')  # as scripts write it
    translator.body.append(f"<li{about}>")


def depart_answer(translator: Any, node: Answer) -> None:
    """Close it."""
    translator.body.append("</li>")


@markdown.register
def _(node: Question, page: Page) -> str:
    *_, answers = node.children
    asked = [markdown(child, page) for child in node.children[:-1]]
    text = "\n\n".join([f"**{TITLES[node['look']]}**", *asked])
    return f"{prefixed(text, '> ', '> ')}\n\n{details('Answers', markdown(answers, page))}"


@markdown.register
def _(node: Form, page: Page) -> str:
    legend, *options = node.children
    if node.parent["kind"] == "sketch":
        return "Sketch it on paper."
    listed = "\n".join(f"- {inline(option, page)}" for option in options)
    return "\n\n".join(filter(None, [inline(legend, page), listed]))


@markdown.register
def _(node: Answer, page: Page) -> str:
    return prefixed(blocks(node, page), "- ", "  ")


def add_assets(app: Sphinx, page: str, template: str, context: Any, doctree: Any) -> None:
    """Load script and style sheet on pages with a question only."""
    if doctree is not None and any(doctree.findall(Question)):
        # before the explorers' script: a figure whose question is answered does not wait
        app.add_js_file("questions.js", loading_method="defer", priority=400)
        app.add_css_file("questions.css", priority=910)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register directives, nodes and events."""
    app.setup_extension("dlcourse_explorers")
    app.setup_extension("figure_source")
    app.add_directive("self-test", SelfTest)
    app.add_directive("predict", Prediction)
    app.add_node(Question, html=(visit_question, depart_question))
    app.add_node(Form, html=(visit_form, depart_form))
    app.add_node(Legend, html=(visit_legend, depart_legend))
    app.add_node(Option, html=(visit_option, depart_option))
    app.add_node(Answers, html=(visit_answers, depart_answers))
    app.add_node(Answer, html=(visit_answer, depart_answer))
    app.connect("doctree-read", let_figures_wait)
    app.connect("html-page-context", add_assets)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
