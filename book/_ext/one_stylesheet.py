"""One small style sheet instead of eleven.

A page of the theme waits for eleven style sheets, 570 KB, before it paints its first word; a page
uses a tenth of them. When all pages are written they are joined in order, a rule whose every
selector names a class that no page and no script mentions is left out, and so are the theme's icon
fonts. What is left is ``_static/book.css``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from posixpath import dirname, join, normpath, relpath
from typing import Any

import tinycss2
from sphinx.application import Sphinx

BUNDLE = "book.css"
OURS = ("dl-", "dlx")  # kept whole: the explorers' scripts put class names together
THEME = ["styles/theme.css", "styles/pydata-sphinx-theme.css"]
WORD = re.compile(r"-?[A-Za-z_][\w-]*")
CLASS_ATTRIBUTE = re.compile(r'class="([^"]*)"')
FUNCTIONAL = re.compile(r":(?:not|is|where|has)\([^()]*(?:\([^()]*\)[^()]*)*\)")
CLASS = re.compile(r"\.(-?[A-Za-z_][\w-]*)")
URL = re.compile(r"""url\((?!["']?(?:data:|\#))["']?([^"')]+)["']?\)""")


def remember(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Note which style sheets a page asks for; its template links the one that replaces them."""
    if app.builder.name != "html":
        return
    found = app.env.__dict__.setdefault("dl_stylesheets", list(THEME))
    for sheet in context["css_files"]:
        filename = str(getattr(sheet, "filename", sheet)).split("?")[0].removeprefix("_static/")
        if filename not in found:
            found.append(filename)
    context["css_files"] = []


def words_in_use(folder: Path) -> set[str]:
    """Return every class of every page, and every word of every script."""
    words: set[str] = set()
    for page in folder.rglob("*.html"):
        for attribute in CLASS_ATTRIBUTE.findall(page.read_text(encoding="utf-8")):
            words.update(attribute.split())
    for script in [*folder.rglob("*.js"), *folder.rglob("*.mjs")]:
        if script.name != "fontawesome.js":
            words.update(WORD.findall(script.read_text(encoding="utf-8")))
    return words


def split_selectors(prelude: list[Any]) -> Iterator[str]:
    """Split a rule's selector list at its top-level commas."""
    selector = ""
    for token in prelude:
        if token.type == "literal" and token.value == ",":
            yield selector.strip()
            selector = ""
        else:
            selector += token.serialize()
    yield selector.strip()


def used(selector: str, words: set[str]) -> bool:
    """Tell whether every class that a selector needs occurs somewhere, or is our own."""
    needed = CLASS.findall(FUNCTIONAL.sub("", selector))
    return all(name in words or name.startswith(OURS) for name in needed)


def lean(rules: Iterable[Any], words: set[str]) -> Iterator[str]:
    """Yield the rules that can apply, without comments and white space between them."""
    for rule in rules:
        if rule.type == "qualified-rule":
            selectors = [s for s in split_selectors(rule.prelude) if used(s, words)]
            body = tinycss2.serialize(rule.content).strip()
            if selectors and body:
                yield f"{','.join(selectors)}{{{body}}}"
        elif rule.type == "at-rule":
            yield from lean_at_rule(rule, words)


def lean_at_rule(rule: Any, words: set[str]) -> Iterator[str]:
    """Yield an at-rule: those that hold rules are made lean inside."""
    head = f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude).rstrip()}"
    if rule.content is None:
        yield head + ";"
    elif rule.lower_at_keyword in {"media", "supports", "layer"}:
        if inside := "".join(lean(parse(rule.content), words)):
            yield f"{head}{{{inside}}}"
    elif not (rule.lower_at_keyword == "font-face" and "Font Awesome" in head_of(rule)):
        yield f"{head}{{{tinycss2.serialize(rule.content).strip()}}}"


def head_of(rule: Any) -> str:
    """Return what a font-face rule says, as text."""
    return tinycss2.serialize(rule.content).replace("\\ ", " ")


def parse(css: Any) -> list[Any]:
    """Parse a style sheet or the inside of an at-rule."""
    return list(tinycss2.parse_rule_list(css, skip_comments=True, skip_whitespace=True))


def with_imports(static: Path, filename: str) -> str:
    """Read a style sheet with what it imports, its addresses seen from the bundle's folder."""
    css = (static / filename).read_text(encoding="utf-8")
    folder = dirname(filename)
    css = URL.sub(lambda m: f'url("{relpath(normpath(join(folder, m[1])), ".")}")', css)
    imported = re.findall(r'@import (?:url\()?"([^"]+)"\)?;', css)
    css = re.sub(r'@import (?:url\()?"[^"]+"\)?;', "", css)
    return "".join(with_imports(static, join(folder, name)) for name in imported) + css


def write_bundle(app: Sphinx, exception: Exception | None) -> None:
    """Join the style sheets once all pages are written."""
    if exception or app.builder.name != "html":
        return
    static = Path(app.outdir) / "_static"
    record = Path(app.doctreedir) / "stylesheets.json"  # a warm build writes few pages or none
    before = json.loads(record.read_text()) if record.exists() else []
    asked = [*before, *app.env.__dict__.get("dl_stylesheets", [])]
    sheets = [sheet for sheet in dict.fromkeys(asked) if (static / sheet).exists()]
    record.write_text(json.dumps(sheets))
    words = words_in_use(Path(app.outdir))
    rules = [rule for sheet in sheets for rule in lean(parse(with_imports(static, sheet)), words)]
    (static / BUNDLE).write_text("\n".join(rules) + "\n", encoding="utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect the two steps."""
    app.connect("html-page-context", remember, priority=990)
    app.connect("build-finished", write_bundle, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": False}
