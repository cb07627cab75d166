"""A chapter as a notebook that runs from top to bottom where the package is installed.

Its text is the resolved page's: numbers, references and citations are what the reader of the site
sees. Its code is that of the cells whose code the page shows, so what is hidden stays behind. It
comes without outputs: small, and sure to be the reader's own.
"""

from __future__ import annotations

from collections.abc import Iterator

import nbformat
from docutils import nodes
from markdown_text import Page, details, markdown
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from pybtex.backends.markdown import Backend

PYTHON = {"display_name": "Python 3", "language": "python", "name": "python3"}
INTRODUCTION = """\
*{place} of {book}. This notebook runs from top to bottom where Jupyter, Python 3.11 or
newer and the book's package are installed:*

```bash
pip install dlcourse
```"""


def notebook(doctree: nodes.document, page: Page) -> NotebookNode:
    """Return the notebook of a chapter's resolved doctree."""
    cells = [introduction(page), *chapter_cells(doctree, page), *references(page)]
    for position, cell in enumerate(cells):
        cell["id"] = f"cell-{position}"  # nbformat's own are random, so each build's would differ
    made = new_notebook(cells=cells, metadata={"kernelspec": PYTHON})
    nbformat.validate(made)
    return made


def introduction(page: Page) -> NotebookNode:
    """Say what the notebook is and what it needs."""
    config, address = page.builder.config, page.address("")
    book = f"[{config.html_title}]({address})" if address else config.html_title
    numbers = page.builder.env.toc_secnumbers.get(page.docname)  # none where a chapter has pages
    place = "Chapter " + ".".join(map(str, numbers[""])) if numbers else "A section"
    return new_markdown_cell(INTRODUCTION.format(place=place, book=book))


def chapter_cells(node: nodes.Element, page: Page) -> Iterator[NotebookNode]:
    """Yield the cells below a node; text goes on until code or the next heading."""
    text: list[str] = []
    for child in node.children:
        if isinstance(child, nodes.section) or is_code(child):
            if text:
                yield new_markdown_cell("\n\n".join(text))
            text = []
            below = code_cells if is_code(child) else chapter_cells
            yield from below(child, page)
        elif said := markdown(child, page):
            text.append(said)
    if text:
        yield new_markdown_cell("\n\n".join(text))


def is_code(node: nodes.Node) -> bool:
    """Tell whether a node is a code cell, as myst-nb writes it."""
    return isinstance(node, nodes.container) and node.get("nb_element") == "cell_code"


def code_cells(cell: nodes.container, page: Page) -> Iterator[NotebookNode]:
    """Yield a code cell, if the page shows its code, and what belongs to its figure."""
    about = [markdown(caption, page) for caption in cell.findall(nodes.caption)]
    for part in cell.findall(nodes.container):
        if part.get("nb_element") == "cell_code_source":
            code, *more = part.findall(nodes.literal_block)
            yield new_code_cell(code.astext())
            about += [details(cell["prompt_show"], markdown(program, page)) for program in more]
    if alt := cell["cell_metadata"].get("mystnb", {}).get("image", {}).get("alt"):
        about.append(details("The figure in words", markdown(nodes.Text(alt), page)))
    if about:
        yield new_markdown_cell("\n\n".join(about))


def references(page: Page) -> Iterator[NotebookNode]:
    """Yield the list of what the chapter cites."""
    domain = page.builder.env.get_domain("cite")
    cited = {
        target.key
        for citation in domain.citation_refs
        if citation.docname == page.docname
        for target in citation.targets
    }
    entries = (c.formatted_entry.text.render(Backend()) for c in domain.citations if c.key in cited)
    if lines := ["- " + " ".join(entry.split()) for entry in entries]:
        yield new_markdown_cell("## References\n\n" + "\n".join(lines))
