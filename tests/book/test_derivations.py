"""From a function's description to the section that derives it, and back, on the built site."""

import re

import pytest
from derivations import derived
from lecture_map import load_map

PLACES = {
    idea["section"]: idea["functions"]
    for ideas in load_map().values()
    for idea in ideas
    if {"functions", "section"} <= idea.keys()
}


def test_a_section_names_the_functions_of_all_its_ideas():
    assert derived()["logistic-regression-boundary"][0] == "dlcourse.linear.scores"
    assert sum(map(len, derived().values())) > 80
    assert all(len(names) == len(set(names)) for names in derived().values())


@pytest.mark.site
@pytest.mark.parametrize("place", sorted(PLACES))
def test_links_lead_there_and_back(site, place):
    soup = pytest.importorskip("bs4").BeautifulSoup
    page, _, label = place.partition("#")
    text = (site / f"{page}.html").read_text(encoding="utf-8")
    links = soup(text, "html.parser").select(".dl-in-the-package a")
    addresses = [link["href"] for link in links]
    for name in PLACES[place]:
        (there,) = {found for found in addresses if found.endswith(f"#{name}")}
        api = there.partition("#")[0]
        entry = soup((site / "book" / api).read_text(encoding="utf-8"), "html.parser").find(id=name)
        back = entry.find_parent("dl").find_all("a", href=re.compile(rf"#{label}$"))
        assert back, f"{name} does not name {label}"
