"""A figure's own page, open in Chromium."""

from contextlib import contextmanager

SCREEN = {"width": 1000, "height": 900}


@contextmanager
def opened(browser, folder, figure, **options):
    """The page once it is drawn; at the end nothing may have complained."""
    path = folder / "figure.html"
    path.write_text(figure.page(), encoding="utf-8")
    page = browser.new_page(**{"viewport": SCREEN, **options})
    trouble = []
    page.on("console", lambda message: trouble.append(message.text))
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.goto(path.as_uri())
    page.wait_for_selector(".dlx-ready g[data-mark]", state="attached")
    yield page
    page.close()
    assert trouble == []
