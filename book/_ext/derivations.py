"""From each function to the sections that derive it, and back, as ``lecture_map.yaml`` says."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from typing import Any

from docutils import nodes
from lecture_map import MAP, label_of, load_map
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx


@cache
def derived() -> dict[str, list[str]]:
    """Return the functions that each section derives, by the section's label."""
    found: dict[str, list[str]] = defaultdict(list)
    for ideas in load_map().values():
        for idea in ideas:
            if {"functions", "section"} <= idea.keys():
                found[label_of(idea["section"])] += idea["functions"]
    return {label: list(dict.fromkeys(functions)) for label, functions in found.items()}


def name_sections(
    app: Sphinx, what: str, name: str, documented: object, options: Any, lines: list[str]
) -> None:
    """End the description of a function with the sections that derive it."""
    labels = [f":ref:`{label}`" for label, functions in derived().items() if name in functions]
    if labels:
        lines += ["", f"Derived in {' and '.join(labels)}.", ""]


def name_functions(app: Sphinx, doctree: nodes.document) -> None:
    """End the text of a section with the functions that it derives."""
    for section in list(doctree.findall(nodes.section)):
        for functions in (derived()[label] for label in section["ids"] if label in derived()):
            app.env.note_dependency(str(MAP))
            line = nodes.paragraph("", "In the package: ", classes=["dl-in-the-package"])
            for name in functions:
                shown = nodes.literal("", name.removeprefix("dlcourse."), classes=["xref"])
                line += pending_xref(
                    "",
                    shown,
                    refdomain="py",
                    reftype="obj",
                    reftarget=name,
                    refexplicit=True,
                    refwarn=True,
                    refdoc=app.env.docname,
                )
                line += nodes.Text(", ")
            line[-1] = nodes.Text(".")
            inner = [k for k, child in enumerate(section) if isinstance(child, nodes.section)]
            section.insert(inner[0] if inner else len(section), line)


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect both ways; a docstring's own headings are made before."""
    app.setup_extension("sphinx.ext.autodoc")
    app.connect("autodoc-process-docstring", name_sections, priority=900)
    app.connect("doctree-read", name_functions, priority=450)  # after the words are counted
    return {"parallel_read_safe": True, "parallel_write_safe": True}
