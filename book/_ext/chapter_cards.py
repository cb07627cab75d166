"""``{chapter_cards}``: a card for each chapter, with its title and its own description."""

from __future__ import annotations

import re
from pathlib import Path

import yaml
from chapter_list import CONTENTS, parts
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

CARD = """\
:::{{grid-item-card}} {title}
:link: /{page}
:link-type: doc
{description}
:::
"""


def card(page: str, text: str) -> str:
    """Return the card of a chapter, made from its source."""
    front_matter = next(yaml.safe_load_all(text))
    (title,) = re.findall(r"^# (.+)", text.split("```", 1)[0], re.MULTILINE)
    description = front_matter["myst"]["html_meta"]["description"]
    return CARD.format(title=title, page=page, description=description)


class ChapterCards(SphinxDirective):
    """Cards in the order of reading, below the name of their part where there are several."""

    def run(self) -> list[nodes.Node]:
        """Read the chapters' sources, on which the page then depends."""
        self.env.note_dependency(str(CONTENTS))
        lines = []
        for name, pages in parts().items():
            if len(parts()) > 1:
                lines.append(f"**{name}**\n")
            files = [Path(self.env.doc2path(page)) for page in pages]
            for file in files:
                self.env.note_dependency(str(file))
            cards = [
                card(page, file.read_text(encoding="utf-8"))
                for page, file in zip(pages, files, strict=True)
            ]
            lines += ["::::{grid} 1 1 3 3", ":gutter: 3", "", *cards, "::::", ""]
        return self.parse_text_to_nodes("\n".join(lines))


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the directive."""
    app.add_directive("chapter_cards", ChapterCards)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
