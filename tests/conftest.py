"""What tests of every room share: one browser, and where its tools lie."""

import os
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

FOUND = shutil.which("chromium") or shutil.which("chromium-browser") or "/usr/bin/chromium"
CHROMIUM = os.environ.get("CHROMIUM", FOUND)
# The same engine without all that surrounds a page: it opens one in about half of the time.
SHELL = shutil.which("chromium-headless-shell") if "CHROMIUM" not in os.environ else None
CHROMIUM_FLAGS = [
    "--no-sandbox",  # a container has no user namespaces to spare; the pages are ours
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


# What is computed once in a process: a chapter's figures, and what the wrong answers of an
# assignment are told.
TOGETHER = re.compile(
    r"tests/figures/test_(?:every_figure\.py::.*\[)?(?P<chapter>\w+)\."
    r"|tests/assignments/test_exercises\.py::.*[-\[](?P<assignment>\w+)/"
)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give a process the tests of a file, and those that share what is computed."""
    from xdist.scheduler import LoadFileScheduling

    class ByRoom(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            found = TOGETHER.match(nodeid)
            return repr(found.groupdict()) if found else super()._split_scope(nodeid)

    return ByRoom(config, log) if config.getvalue("dist") == "loadfile" else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave what opens Chromium to `make check-site`, or to `make check-grading`."""
    for item in items:
        opens = "chromium" in getattr(item, "fixturenames", ())
        if opens and not item.get_closest_marker("grading"):
            item.add_marker("site")


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe, which finds what a page withholds from people with disabilities."""
    path = Path(__file__).parents[1] / "node_modules/axe-core/axe.min.js"
    if not path.exists():
        pytest.skip("needs `npm ci`")
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def chromium() -> tuple[str, list[str]]:
    """The browser's program (Chromium, or what the variable CHROMIUM names) and its flags."""
    if not Path(CHROMIUM).exists():
        pytest.fail(f"no browser at {CHROMIUM}: install Chromium or name it in CHROMIUM")
    return CHROMIUM, CHROMIUM_FLAGS


@pytest.fixture(scope="module")
def browser(chromium: tuple[str, list[str]]) -> Iterator[Any]:
    """One Chromium for a module: while it runs, no other event loop can in this process."""
    playwright = pytest.importorskip("playwright.sync_api")
    program, flags = chromium
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=SHELL or program, args=flags)
        yield browser
        browser.close()


@pytest.fixture
def untraced() -> Iterator[None]:
    """Nobody watches: with a debugger or with coverage there is no time limit of a check."""
    before = sys.gettrace()
    sys.settrace(None)
    yield
    sys.settrace(before)
