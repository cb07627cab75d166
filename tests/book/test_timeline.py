"""The timeline and the systems: whole, sourced, linked, and what the lecture has."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from chapter_list import chapters, parts
from lecture_map import load_map
from timeline import FIRST, LAST, PARTS, axis, heights, in_order, load, page_of, table, text_of

BOOK = Path(__file__).parents[2] / "book"
HISTORY = load()
ENTRIES = HISTORY["entries"]
WINTERS = [period for period in HISTORY["periods"] if period["kind"] == "winter"]
CITED = re.compile(r"\{cite:[pt]\}`([^`]+)`")
SYSTEMS = [idea["id"] for idea in load_map()["history"] if idea["kind"] == "system"]

# what the lecture's timeline says, with the names below its pictures
LECTURE = {
    1957: [["perceptron", "Cornell Aeronautical Laboratory", "Mark I"]],
    1980: [["neocognitron", "Fukushima"]],
    1986: [["Backpropagation becomes popular", "Rumelhart", "Hinton", "Williams"]],
    1989: [["convolutional network", "LeCun"]],
    2006: [["without labels", "Layers trained", "Teh"]],
    2009: [["graphics cards"]],
    2011: [
        ["cats", "videos", "labelled"],
        ["words", "Hinton", "Deng", "Dong Yu", "as the model of sound"],
    ],
    2012: [["AlexNet", "Krizhevsky"]],
    2014: [["neural Turing machine", "Graves"], ["Networks that make images", "Salimans"]],
    2015: [["ResNet", "Kaiming He"], ["Atari", "Mnih"]],
    2016: [["AlphaGo", "Silver"]],
}


def everything(entry):
    return f"{entry['title']} {text_of(entry)}"


@pytest.mark.parametrize(
    ("year", "words"), [(year, words) for year, sets in LECTURE.items() for words in sets]
)
def test_dates_and_names_of_the_lecture_are_there(year, words):
    texts = [everything(entry) for entry in ENTRIES if entry["year"] == year]
    assert any(all(word in text for word in words) for text in texts)


def test_the_lecture_s_winters_lie_where_it_has_them():
    (first, second) = WINTERS
    assert 1957 <= first["from"] < first["to"] <= 1980
    assert 1989 <= second["from"] < second["to"] <= 2006


def test_only_two_entries_are_not_the_lecture_s():
    assert [e["year"] for e in ENTRIES if e["year"] not in LECTURE] == [1969, 1970]
    assert len(ENTRIES) == 2 + sum(map(len, LECTURE.values()))


@pytest.mark.parametrize("entry", [pytest.param(entry, id=entry["id"]) for entry in ENTRIES])
def test_an_entry_is_complete_and_sourced(entry):
    keys = {"id", "year", "title", "who", *PARTS}
    assert keys <= entry.keys() <= keys | {"rebuild"}
    assert re.search(r"\d", CITED.sub("", entry["could"])), "one number"
    assert CITED.search(entry["new"])
    assert CITED.search(entry["could"])
    assert len(re.findall(r"\{ref\}`", entry["idea"])) == 1


def test_ids_differ_and_entries_stand_in_order():
    assert len({entry["id"] for entry in ENTRIES}) == len(ENTRIES)
    years = [entry["year"] for entry in in_order(HISTORY)]
    assert years == sorted(years)
    assert len(years) == len(ENTRIES) + len(WINTERS)


def test_periods_follow_each_other_on_the_axis():
    ends = [year for period in HISTORY["periods"] for year in (period["from"], period["to"])]
    assert ends == sorted(ends)
    assert FIRST <= ends[0] < ends[-1] <= LAST
    assert all(CITED.search(winter["text"]) for winter in WINTERS)


def test_sources_are_in_the_bibliography():
    known = set(re.findall(r"^@\w+\{(\w+),", (BOOK / "references.bib").read_text("utf-8"), re.M))
    texts = [text_of(entry) for entry in in_order(HISTORY)]
    texts += [(BOOK / f"{page}.md").read_text("utf-8") for page in ("history", "systems")]
    cited = {
        key.partition("{")[0].strip()
        for text in texts
        for keys in CITED.findall(text)
        for key in re.split(r",(?![^{]*\})", keys)
    }
    assert len(cited) > 30
    assert cited - known == set()


def test_sections_that_have_an_idea_exist():
    labels = {
        label
        for page in chapters()
        for label in re.findall(
            r"^\((.+)\)=$", (BOOK.parent / f"{page}.md").read_text("utf-8"), re.M
        )
    }
    linked = {name for e in in_order(HISTORY) for name in re.findall(r"\{ref\}`(.+?)`", text_of(e))}
    assert linked - labels == set()


# The axis --------------------------------------------------------------------------------------


class Checked(HTMLParser):
    """Every tag is closed in order; addresses are kept."""

    def __init__(self, html):
        super().__init__()
        self.open, self.links, self.shares = [], [], []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.open.append(tag)
        given = dict(attributes)
        self.links += [given["href"]] if "href" in given else []
        self.shares += [float(n) for n in re.findall(r"([\d.]+)%", given.get("style", ""))]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_axis_is_well_formed_and_leads_to_every_entry():
    drawn = Checked(axis(HISTORY))
    assert drawn.links == [f"#timeline-{entry['id']}" for entry in ENTRIES]
    assert all(0 <= share <= 100 for share in drawn.shares)


def test_dots_do_not_touch():
    years = [entry["year"] for entry in ENTRIES]
    places = list(zip(years, heights(years), strict=True))
    for k, (year, height) in enumerate(places):
        assert all(h != height or year - y >= 3 for y, h in places[:k])
    assert max(heights(years)) < 5  # so many fit


# The systems -----------------------------------------------------------------------------------


def test_every_system_of_the_lecture_is_listed_once():
    listed = [entry["id"] for entry in ENTRIES if "rebuild" in entry]
    assert sorted(listed) == sorted(SYSTEMS)
    assert len(listed) == 13


def test_a_page_that_is_written_is_linked_and_no_other():
    rows = table(ENTRIES, {"book/perceptron_1957"}).splitlines()[2:]
    assert len(rows) == 13
    assert [row for row in rows if "{doc}" in row] == rows[:1]
    assert "</book/perceptron_1957>" in rows[0]
    assert all("*to come*" in row for row in rows[1:])


def test_a_system_s_page_is_one_of_the_part():
    pages = {page_of({"id": system}) for system in SYSTEMS}
    written = {f"book/{path.stem}" for path in BOOK.glob("*.md")}
    assert pages & written <= set(parts()["IV. The field"])
