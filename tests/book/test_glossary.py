"""Terms are explained once, in a chapter, and the glossary takes their sentences from there."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("myst_nb")

EXTENSIONS = Path(__file__).parents[2] / "book" / "_ext"
CONF = f"""
import sys
sys.path.insert(0, {str(EXTENSIONS)!r})
extensions = ["myst_parser", "glossary"]
myst_enable_extensions = ["dollarmath"]
html_theme = "basic"
"""
PAGES = {
    "index": "# Words\n\n```{terms}\n```\n\n```{toctree}\none\ntwo\n```\n",
    "one": (
        "# First chapter\n\nA line is drawn. Its number $s = 0.5$, *here*, is a {defined}`score`; "
        "a [link](two.md) stays. It has a sign."
    ),
    "two": (
        "# Second chapter\n\nMany units are {defined}`layers <layer>`! Are they? "
        "(That is so. A {defined}`pass` is one look.) (A {defined}`step` is one.) A "
        "{defined}`walk` has many (of both). "
        "The {defined}`loss` is\n\n$$\nL = s^2\n$$ (eq-loss)\n\nThat is all."
    ),
}


def build(folder, **pages):
    """Build a small site; return its warnings."""
    (folder / "conf.py").write_text(CONF)
    for name, text in pages.items():
        (folder / f"{name}.md").write_text(text)
    command = [sys.executable, "-m", "sphinx", "-q", folder, folder / "html"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stderr


def listed(folder):
    """Return the glossary's lines as plain text, and where its links lead."""
    html = (folder / "html" / "index.html").read_text(encoding="utf-8")
    (terms,) = re.findall(r"<dl.*?</dl>", html, re.DOTALL)
    text = " ".join(re.sub(r"<[^>]+>", " ", terms).split())
    return text, re.findall(r'href="([^"]+)"', terms)


def test_each_term_has_its_sentence_and_the_way_to_it(tmp_path):
    assert build(tmp_path, **PAGES) == ""
    text, links = listed(tmp_path)
    assert text == (
        "layer ( Second chapter ) Many units are layers ! "
        r"loss ( Second chapter ) The loss is \[ L = s^2 \] "
        "pass ( Second chapter ) A pass is one look. "
        r"score ( First chapter ) Its number \(s = 0.5\) , here , is a score ; a link stays. "
        "step ( Second chapter ) A step is one. "
        "walk ( Second chapter ) A walk has many (of both)."
    )
    terms = ("layer", "loss", "pass", "score", "step", "walk")
    places = ["one" if term == "score" else "two" for term in terms]
    assert links == [f"{p}.html#term-{term}" for p, term in zip(places, terms, strict=True)]
    for link in links:
        page, anchor = link.split("#")
        assert f'id="{anchor}"' in (tmp_path / "html" / page).read_text(encoding="utf-8")


def test_the_list_follows_a_chapter_that_changes(tmp_path):
    build(tmp_path, **PAGES)
    build(tmp_path, two="# Second chapter\n\nA {defined}`unit` is one of many.")
    text, _ = listed(tmp_path)
    assert text.startswith("score (")
    assert text.endswith("unit ( Second chapter ) A unit is one of many.")


def test_a_term_is_explained_in_one_place(tmp_path):
    twice = "# Second chapter\n\nAgain a {defined}`score`."
    assert "'score' is explained twice" in build(tmp_path, **PAGES | {"two": twice})
