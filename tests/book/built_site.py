"""The built site as files: ``_build/html``, or the folder that DLCOURSE_SITE names."""

import gzip
import os
from functools import cache
from pathlib import Path

SITE = Path(os.environ.get("DLCOURSE_SITE", Path(__file__).parents[2] / "_build/html"))
EXPLORER = '<figure class="dlx'
NOT_PAGES = {"_static", "_sources", "lite"}


@cache
def compressed(path: str) -> bytes:
    return gzip.compress(Path(path).read_bytes())


@cache
def pages_of(site: Path) -> list[str]:
    """Every page of the site but the root's, which only leads to the front page."""
    found = (path.relative_to(site) for path in site.rglob("*.html"))
    pages = {page.as_posix() for page in found if page.parts[0] not in NOT_PAGES}
    return sorted(pages - {"index.html"})


def heaviest(pages: list[str], count: int) -> list[str]:
    """The pages whose HTML is the most to send."""
    there = [page for page in pages if (SITE / page).exists()]
    return sorted(there, key=lambda page: -len(compressed(str(SITE / page))))[:count]
