"""The built site as files: links go somewhere, images are described, nothing is remote."""

from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import page_rules
import pytest
from book.built_site import compressed

pytestmark = pytest.mark.site

HTML_BUDGET, CODE_BUDGET = 150_000, 120_000  # bytes as they are sent, compressed
INDEX = "searchindex.js"  # the words of the whole book: loaded by the search page alone
LOADS = {"script": "src", "img": "src", "iframe": "src", "source": "src", "link": "href"}


@dataclass
class Page(HTMLParser):
    """What a page defines and what it asks for."""

    path: Path
    anchors: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)
    images: list[dict[str, str | None]] = field(default_factory=list)
    meta: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        self.anchors.update(filter(None, (given.get("id"), given.get("name"))))
        if tag in LOADS and (address := given.get(LOADS[tag])) and given.get("rel") != "canonical":
            self.loads.append(address)
        if tag == "a" and (address := given.get("href")):
            self.links.append(address)
        if tag == "img":
            self.images.append(given)
        if tag == "meta" and (name := given.get("name")):
            self.meta.setdefault(name, []).append(given.get("content") or "")


@cache
def parsed(path: Path) -> Page:
    return Page(path)


def broken(site: Path, page: Page, address: str) -> bool:
    """Tell whether a local address leads nowhere."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc:
        return False
    target = (page.path.parent / unquote(parts.path)).resolve() if parts.path else page.path
    target = target / "index.html" if target.is_dir() else target
    if not target.is_file() or site.resolve() not in target.parents:
        return True
    checked = parts.fragment and target.suffix == ".html"
    return bool(checked) and unquote(parts.fragment) not in parsed(target).anchors


def test_links_and_anchors_lead_somewhere(site, page):
    here = parsed((site / page).resolve())
    assert [a for a in here.links + here.loads if broken(site, here, a)] == []


def test_a_broken_link_would_be_found(site, page):
    here = parsed((site / page).resolve())
    assert broken(site, here, "nowhere.html")
    assert broken(site, here, "#no-such-anchor")


def test_nothing_is_loaded_from_another_host(site, page):
    loads = parsed((site / page).resolve()).loads
    assert [a for a in loads if urlsplit(a).netloc] == []


def test_a_page_is_light(site, page):
    """What a reader waits for; the frames of figures come later, when they scroll near."""
    here = parsed((site / page).resolve())
    loaded = {(here.path.parent / urlsplit(address).path).resolve() for address in here.loads}
    code = [path for path in loaded if path.suffix in {".css", ".js"} and path.name != INDEX]
    assert len(compressed(str(here.path))) <= HTML_BUDGET
    assert sum(len(compressed(str(path))) for path in code) <= CODE_BUDGET


def test_style_sheets_name_no_other_host(site):
    for css in site.rglob("*.css"):
        text = css.read_text(encoding="utf-8")
        assert "@import url(http" not in text, css
        assert "url(http" not in text, css
        assert "url(//" not in text, css


def test_images_have_a_written_alt_text(site, page):
    for image in parsed((site / page).resolve()).images:
        assert "alt" in image, image
        decoration = "logo__image" in (image.get("class") or "")
        assert decoration or page_rules.written(image["alt"] or "", image.get("src") or ""), image


def test_every_page_of_the_book_describes_itself(site, page):
    if page == "search.html":
        pytest.skip("written by the builder, not a page of the book")
    (description,) = parsed((site / page).resolve()).meta["description"]
    assert page_rules.SHORTEST <= len(description) <= page_rules.LONGEST


def test_descriptions_differ(site):
    pages = [parsed(path.resolve()) for path in (site / "book").rglob("*.html")]
    descriptions = [page.meta["description"][0] for page in pages]
    assert len(set(descriptions)) == len(descriptions) > 0
