"""The built site, a server for it and tabs to read it in, shared by every test marked `site`."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from book.built_site import SITE, heaviest, pages_of, served
from chapter_list import chapters


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that asks for a `page`, a `heavy_page` or a `chapter` for each."""
    pages = pages_of(SITE) or ["book/index.html"]
    values: dict[str, list[str]] = {
        "page": pages,
        "heavy_page": heaviest(pages, 3),
        "chapter": chapters(),
    }
    for name in values.keys() & set(metafunc.fixturenames):
        metafunc.parametrize(name, values[name])


@pytest.fixture(scope="session")
def site() -> Path:
    """The folder of the built site."""
    if not (SITE / "index.html").exists():
        pytest.fail(f"there is no site in {SITE}: run `make book` first")
    return SITE


@pytest.fixture(scope="session")
def server(site: Path) -> Iterator[str]:
    """The address of a server for the site."""
    with served(site) as address:
        yield address


@dataclass
class Visit:
    """A page in a tab of its own, and all that went wrong in it."""

    tab: Any
    address: str
    off_site: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.tab.route("**/*", self.stay_home)
        self.tab.on("console", self.note)
        self.tab.on("pageerror", lambda error: self.errors.append(str(error)))
        self.tab.on("response", self.answered)
        self.tab.on("requestfailed", lambda request: self.errors.append(f"failed: {request.url}"))
        self.tab.goto(self.address, wait_until="load")

    def stay_home(self, route: Any) -> None:
        address = route.request.url
        at_home = urlsplit(address).netloc == urlsplit(self.address).netloc
        if at_home or address.startswith(("data:", "blob:")):
            route.continue_()
        else:
            self.off_site.append(address)
            route.abort()

    def note(self, message: Any) -> None:
        if message.type == "error":
            self.errors.append(message.text)

    def answered(self, response: Any) -> None:
        if response.status >= 400:
            self.errors.append(f"{response.status}: {response.url}")

    def read_to_the_end(self) -> None:
        """Scroll through the page, so that what loads when the reader gets near is loaded."""
        self.tab.evaluate(
            """async () => {
              for (let y = 0; y < document.body.scrollHeight; y += innerHeight / 2) {
                scrollTo(0, y); await new Promise(requestAnimationFrame);
              }
            }"""
        )
        self.tab.wait_for_load_state("networkidle")


@pytest.fixture
def visit(browser: Any) -> Iterator[Any]:
    """A function that opens an address in a fresh tab."""
    contexts = []

    def open_tab(address: str, **settings: Any) -> Visit:
        context = browser.new_context(viewport={"width": 1280, "height": 900}, **settings)
        contexts.append(context)
        return Visit(context.new_page(), address)

    yield open_tab
    for context in contexts:
        context.close()
