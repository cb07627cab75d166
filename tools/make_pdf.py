"""Print the built site as one PDF: its pages in reading order, with an outline and links inside.

The articles are joined into ``_build/pdf/book.html``, without what only a screen has a use for.
Every id gets its page's name before it, so that it is unique, and a link to a page of the book
leads to its place in the PDF. Chromium prints twice: the second time the contents know the numbers
of the pages. A formula is drawn as on the site and read aloud as its TeX.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Mapping
from html import escape
from pathlib import Path, PurePosixPath
from posixpath import dirname, join, normpath
from urllib.parse import urlsplit

import yaml
from bs4 import BeautifulSoup, Tag
from playwright.sync_api import sync_playwright
from pypdf import PdfReader

import dlcourse

ROOT = Path(__file__).parents[1]
SITE = ROOT / "_build/html"
PDF = ROOT / "_build/pdf/dlcourse.pdf"
STYLE = Path(__file__).with_suffix(".css")
START = "book/index.html"
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]

# what is moved, clicked or unfolded, and what stands in a figure's place until its script has come
SCREEN_ONLY = (
    "script, button, input, details.hide, .headerlink, .dlx-controls, .dlx-share, .dlx-waiting, "
    ".dlx-picture ~ *, .dl-reply, .dl-number, .dl-way, .dl-form[data-kind=sketch]"
)
# what is wider than the page is set smaller, and what fills more than half of it may be divided
FIT = """() => {
  for (const box of document.querySelectorAll(".admonition"))
    box.classList.toggle("dl-tall", box.offsetHeight > 480);
  const beyond = (box) => box.scrollWidth - box.clientWidth;
  for (const box of document.querySelectorAll("div.math, main table, main pre")) {
    if (box.matches("table")) box.style.display = "block";
    const share = Math.floor(98 * box.clientWidth / box.scrollWidth);
    if (beyond(box) > 0) box.style.fontSize = `${share}%`;
    const left = beyond(box);
    if (box.matches("table")) box.style.display = "";
    if (left > 1) throw Error(`wider than the page: ${box.outerHTML.slice(0, 300)}`);
  }
}"""

NUMBER = """(numbers) => {
  for (const link of document.querySelectorAll(".dl-contents a"))
    link.lastChild.textContent = numbers[link.hash.slice(1)];
}"""

Part = tuple[str, list[tuple[str, str]]]


def read(site: Path, path: str) -> BeautifulSoup:
    """Return a page of the site."""
    return BeautifulSoup((site / path).read_text(encoding="utf-8"), "html.parser")


def parts(site: Path) -> list[Part]:
    """Return what the site's menu lists: captions, each with its pages and their titles."""
    found: list[Part] = [("", [])]
    for entry in read(site, START).select("nav.bd-links :is(p.caption, a)"):
        if entry.name == "p":
            found.append((entry.text.strip(), []))
        else:
            address = str(entry["href"])
            path = START if address == "#" else normpath(join(dirname(START), address))
            found[-1][1].append((path, entry.text.strip()))
    return found


def anchor(path: str, fragment: str = "") -> str:
    """Return the id of a page in the PDF, or of a place on it."""
    return "--".join(filter(None, [PurePosixPath(path).stem, fragment]))


def lead(link: Tag, path: str, pages: set[str]) -> None:
    """Let a link of a page lead into the PDF; what only the site has is no link there."""
    address = urlsplit(str(link["href"]))
    if address.scheme:
        return
    target = normpath(join(dirname(path), address.path)) if address.path else path
    if target in pages:
        link["href"] = f"#{anchor(target, address.fragment)}"
    else:
        link.unwrap()


def article(site: Path, path: str, pages: set[str], below: int) -> Tag:
    """Return what a page says, to stand in the joined document below so many headings."""
    found = read(site, path).article
    assert found is not None
    for element in found.select(SCREEN_ONLY):
        element.decompose()
    for details in found.select("details"):
        details["open"] = ""
    for element in found.select("[id]"):
        element["id"] = anchor(path, str(element["id"]))
    for link in found.select("a[href]"):
        lead(link, path, pages)
    for image in found.select("img"):
        image["src"] = (site / dirname(path) / str(image["src"])).resolve().as_uri()
        del image["loading"]
    for formula in found.select(".katex"):
        formula.attrs |= {"role": "img", "aria-label": formula.annotation.text}
        formula.select_one(".katex-mathml").decompose()
    for heading in found.find_all(re.compile("^h[1-5]$")):
        heading["class"] = f"dl-{heading.name}"
        heading.name = f"h{int(heading.name[1]) + below}"
    found["id"] = anchor(path)
    found["style"] = f"page: {anchor(path)}"
    return found


def listed(parts: list[Part]) -> str:
    """Return the contents; the pages' numbers come when they are known."""
    lines = []
    for caption, pages in parts:
        lines.append(f"<p>{escape(caption)}</p><ul>" if caption else "<ul>")
        for path, title in pages:
            inside = f"<span>{escape(title)}</span><i></i><span>0</span>"
            lines.append(f'<li><a href="#{anchor(path)}">{inside}</a></li>')
        lines.append("</ul>")
    return f'<nav class="dl-contents"><h1>Contents</h1>{"".join(lines)}</nav>'


def running_head(path: str, title: str) -> str:
    """Return the style of a chapter's pages, which have its title at their head."""
    return f"@page {anchor(path)} {{ @top-left {{ content: {title!r} }} }}"


def joined(site: Path, parts: list[Part], about: Mapping[str, str]) -> str:
    """Return the document that is printed."""
    everything = [page for _, pages in parts for page in pages]
    paths = {path for path, _ in everything}
    body = []
    for caption, pages in parts:
        if caption:
            first = anchor(pages[0][0])
            body.append(f'<h1 class="dl-part" style="page: {first}">{escape(caption)}</h1>')
        body += [str(article(site, path, paths, bool(caption))) for path, _ in pages]
    heads = "".join(running_head(*page) for page in everything)
    return f"""<!DOCTYPE html>
<html lang="en" data-theme="light"><head><meta charset="utf-8"><title>{about["title"]}</title>
<link rel="stylesheet" href="{(site / "_static/book.css").as_uri()}">
<style>{STYLE.read_text(encoding="utf-8")}{heads}</style></head>
<body><header class="dl-cover"><p class="dl-title">{about["title"]}</p>
<p>{about["author"]}, {about["copyright"]} · version {dlcourse.__version__}<br>
Text and figures: CC BY 4.0 · Code: BSD-3-Clause</p></header>
{listed(parts)}<main class="bd-main bd-content">{"".join(body)}</main></body></html>"""


def destinations(pdf: Path) -> dict[str, int]:
    """Return the number of the page on which each link's target lies."""
    reader = PdfReader(pdf)
    return {
        name.removeprefix("/"): reader.get_destination_page_number(place) + 1
        for name, place in reader.named_destinations.items()
    }


def make_pdf(site: Path, pdf: Path) -> None:
    """Print a built site."""
    about = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    pdf.parent.mkdir(parents=True, exist_ok=True)
    source = pdf.with_name("book.html")
    source.write_text(joined(site, parts(site), about), encoding="utf-8")
    settings = {"path": pdf, "prefer_css_page_size": True, "print_background": True}
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 643, "height": 960})  # as wide as the text
        page.set_default_timeout(300_000)
        page.emulate_media(media="print")
        page.goto(source.as_uri())
        page.evaluate(FIT)
        page.pdf(**settings)
        page.reload()  # what has been printed once may break its pages elsewhere the next time
        page.evaluate(FIT)
        page.evaluate(NUMBER, destinations(pdf))
        page.pdf(outline=True, tagged=True, **settings)
        browser.close()


if __name__ == "__main__":
    if not (SITE / START).exists():
        sys.exit("There is no site yet: run make book first")
    make_pdf(SITE, PDF)
    print(f"{PDF.relative_to(ROOT)}: {len(PdfReader(PDF).pages)} pages")
