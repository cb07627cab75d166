"""The instructor's report: a page and tables in which data stays text."""

import csv
import os
from html.parser import HTMLParser

import pytest
from grading.classes import EXERCISES, NAME, a_class, cell_of, outcome, row, unnamed

from dlcourse.grading.own_solution import Loss
from dlcourse.grading.report import SHOWN_UNNAMED, write_report
from dlcourse.grading.statistics import ReportRow, summarise
from dlcourse.grading.tables import FORMULA_STARTS, write_csv, write_whole
from dlcourse.grading.wording import mistake_name

HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\"><svg/onload=alert(1)>'",
    "</td></table></main><h1>Own</h1>",
    "{{ 7 * 7 }}{% include '/etc/passwd' %}",
    '=HYPERLINK("http://example.org", "click")',
    "@SUM(A1)",
    "+1-1",
    "\t=1",
    "\r=1",
    '-2+3,"a"\n"b";c',
    "\udcff\x1b[31m\x00\u202e",
    "long" * 5000,
)


class Page(HTMLParser):
    """All elements with their attributes, and the text between them."""

    def __init__(self, path):
        super().__init__()
        self.elements, self.attributes, self.text = [], [], []
        self.html = path.read_text(encoding="utf-8")
        self.feed(self.html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.text.append(data)

    @property
    def words(self):
        return " ".join("".join(self.text).split())


def read_csv(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def report(rows, folder, title="Logistic regression"):
    return Page(write_report(rows, folder, title)[1])


def test_page_says_what_the_own_solution_loses_and_why(tmp_path):
    lost = [Loss(NAME, "check-scores", 0.5, 2.0, "AssertionError: <b>1</b>\nin the test: f()")]
    page = Page(write_report([row()], tmp_path, "Logistic regression", lost)[1])
    assert f"{NAME}: check-scores0.5 of 2" in page.words
    assert "AssertionError: <b>1</b> in the test: f()" in page.words
    assert "b" not in page.elements
    assert "tag its cell student-process" in page.words
    assert "own solution" not in report([row()], tmp_path).words


def test_page_and_table_name_what_can_be_forged(tmp_path):
    page = report([row(forgeable=frozenset({cell_of("scores")}))], tmp_path)
    assert "Forgeable2 of 2 points: those tests run in the student's own process" in page.words
    assert page.words.count("scores (forgeable)") == 2
    assert "scores (forgeable)" in read_csv(tmp_path / "submissions.csv")[0]
    assert "orgeable" not in report([row()], tmp_path).words


# --- the page and the tables ------------------------------------------------------------------


def test_page_of_an_empty_class_says_so(tmp_path):
    page = report([], tmp_path / "reports" / NAME)
    assert "Nothing was handed in" in page.words
    assert read_csv(tmp_path / "reports" / NAME / "submissions.csv") == []


def test_page_of_one_submission(tmp_path):
    page = report([row("ada", 2.0)], tmp_path)
    for words in ("ada", "4294967295", "bubblewrap", "0.1 s", "100 %", "No check found a mistake"):
        assert words in page.words
    assert "Every submission was graded to its end" in page.words


def test_page_where_all_were_rejected(tmp_path):
    rows = [row(f"s{i}", 0.0, "rejected", "It is not JSON.", cells={}, outcomes=()) for i in "ab"]
    page = report(rows, tmp_path)
    assert page.words.count("It is not JSON.") == 2
    assert "No exercise was marked." in page.words


def test_page_with_cells_that_a_person_must_mark(tmp_path):
    rows = [row("ada", cells={"essay": (None, 5.0)}, outcomes=())]
    rows += [row("bob", cells={"essay": (0.0, 5.0)}, outcomes=())]  # who left it empty
    page = report(rows, tmp_path)
    assert "1 cell waits for a person" in page.words
    assert "essay5 –––– 1 " in page.words


def test_page_shows_counts_hints_and_what_to_look_at(tmp_path):
    rows = [*a_class(40), row("zoe", 0.0, "stopped", "It used more than 2,048 MB.")]
    page = report(rows, tmp_path)
    summary = summarise(rows)
    for mistake in summary.mistakes:
        assert mistake_name(mistake) in page.words
    assert " ".join(summary.misconceptions[0].hint.replace("`", "").split()) in page.words
    assert "It used more than 2,048 MB." in page.words
    for student in rows:
        assert student.student in page.words
        assert str(student.seed) in page.words


def test_a_graded_notebook_that_was_mended_is_there_to_look_at(tmp_path):
    reason = "Missing cells were put back: check-sigmoid."
    page = report([row("ada", 2.0, "graded", reason), row("bob", 1.0)], tmp_path)
    assert reason in page.words
    assert "Every submission was graded to its end" not in page.words
    assert "Rejected and stopped submissions, and what else there is to say." in page.words


def test_page_is_alone_and_runs_nothing(tmp_path):
    page = report(a_class(20), tmp_path)
    assert not {"script", "link", "img", "iframe", "base", "form"} & set(page.elements)
    links = {value for name, value in page.attributes if name in ("href", "src")}
    assert links == {"submissions.csv", "misconceptions.csv", "unnamed.csv"}
    assert "http:" not in page.html
    assert "https:" not in page.html
    assert "url(" not in page.html
    policy = next(value for name, value in page.attributes if name == "content")
    assert policy.startswith("default-src 'none'")


def test_page_has_captions_and_scopes(tmp_path):
    page = report([*a_class(40), row("zoe", 0.0, "stopped", "It used too much.")], tmp_path)
    assert page.elements.count("caption") == page.elements.count("table") == 6
    assert page.elements.count("th") == sum(name == "scope" for name, _ in page.attributes)
    assert page.elements.count("h1") == 1
    assert ("lang", "en") in page.attributes


@pytest.mark.parametrize("where", ["student", "notebook", "reason", "sandbox", "status"])
def test_no_element_and_no_formula_comes_from_data(tmp_path, where):
    def rows(texts):
        base = [row(f"s{i}", status="stopped", reason="late") for i in range(len(texts))]
        return [ReportRow(**{**r.__dict__, where: t}) for r, t in zip(base, texts, strict=True)]

    harmless = [f"harmless {i:02}" for i in range(len(HOSTILE))]
    expected = report(rows(harmless), tmp_path / "harmless")
    page = report(rows(HOSTILE), tmp_path / "hostile")
    assert sorted(page.elements) == sorted(expected.elements)
    assert {name for name, _ in page.attributes} == {name for name, _ in expected.attributes}
    assert not any("alert" in (value or "") for _, value in page.attributes)
    assert "<script>alert(1)</script>" in page.words
    for line in read_csv(tmp_path / "hostile" / "submissions.csv"):
        assert all(not value.startswith(FORMULA_STARTS) for value in line.values())


def test_hostile_outcomes_and_title_stay_text(tmp_path):
    def rows(texts):
        checks = [outcome(text, 0.0, text, name) for text in texts for name in ("", text)]
        return [row(cells=dict.fromkeys(texts, (0.0, 1.0)), outcomes=tuple(checks))]

    harmless = [f"harmless {i:02}" for i in range(len(HOSTILE))]
    expected = report(rows(harmless), tmp_path / "harmless")
    page = report(rows(HOSTILE), tmp_path / "hostile", title="<script>alert(1)</script>")
    assert sorted(page.elements) == sorted(expected.elements)
    lines = read_csv(tmp_path / "hostile" / "misconceptions.csv")
    assert len(lines) == 2 * len(HOSTILE)
    for line in lines:
        assert all(not value.startswith(FORMULA_STARTS) for value in line.values())


def test_answers_that_several_gave_and_nobody_named_are_shown(tmp_path):
    def rows(text):
        looks = [unnamed(text)] * 3 + [unnamed("[0.125]", "b2"), {}]
        checks = [outcome("toy/sigmoid", 0.0, "value", look=look) for look in looks]
        return [row(f"{text}{i}", outcomes=(check,)) for i, check in enumerate(checks)]

    page = report(rows("[0.5]"), tmp_path / "numbers")
    assert "sigmoid: the formula360 %" in page.words
    assert "one score; for example [0.5]0 S = [1.] expected = [0.73] answered = [0.5]" in page.words
    assert "[0.125]" not in page.words
    first, second = read_csv(tmp_path / "numbers" / "unnamed.csv")
    assert (first["students"], first["share"], second["students"]) == ("3", "0.6", "1")
    assert second["numbers"].endswith("answered = [0.125]")

    for hostile in HOSTILE:
        other = report(rows(hostile), tmp_path / "hostile")
        assert sorted(other.elements) == sorted(page.elements)
        for line in read_csv(tmp_path / "hostile" / "unnamed.csv"):
            assert all(not value.startswith(FORMULA_STARTS) for value in line.values())


def test_page_shows_the_commonest_of_many_unnamed_answers(tmp_path):
    looks = [unnamed(f"[{i}.5]", str(i)) for i in range(30)]
    checks = tuple(outcome("toy/sigmoid", 0.0, "value", look=look) for look in looks)
    page = report([row(name, outcomes=checks) for name in ("ada", "bob")], tmp_path)
    assert page.words.count("answered =") == SHOWN_UNNAMED
    assert "unnamed.csv has all 30." in page.words
    assert len(read_csv(tmp_path / "unnamed.csv")) == 30


def test_tables_hold_every_submission_and_every_mistake(tmp_path):
    rows = a_class(30)
    report(rows, tmp_path)
    lines = read_csv(tmp_path / "submissions.csv")
    assert [line["student"] for line in lines] == sorted(r.student for r in rows)
    for line, r in zip(lines, rows, strict=True):
        assert (line["status"], int(line["seed"])) == (r.status, r.seed)
        assert float(line["score"]) == r.score
        for exercise in EXERCISES:
            assert float(line[exercise.name]) == r.cells[cell_of(exercise.name)][0]
    mistakes = summarise(rows).mistakes
    assert len(read_csv(tmp_path / "misconceptions.csv")) == len(mistakes)


def test_large_class_shows_what_needs_a_person_and_links_to_the_rest(tmp_path):
    rows = a_class(10_000)
    page = report(rows, tmp_path)
    assert len(read_csv(tmp_path / "submissions.csv")) == 10_000
    look = [r for r in rows if r.status != "graded"]
    assert len(look) > 400
    assert sum(r.student in page.words for r in look[:500]) == min(len(look), 500)
    assert len(page.html) < 1_000_000
    assert next(r.student for r in rows if r.status == "graded") not in page.words


def test_large_class_that_was_rejected_as_a_whole_shows_the_first(tmp_path):
    rows = [row(f"s{i:04}", 0.0, "rejected", "No.", cells={}, outcomes=()) for i in range(2000)]
    page = report(rows, tmp_path)
    assert "The first 500 of 2,000" in page.words
    assert page.words.count("No.") == 500


def test_order_of_rows_does_not_matter(tmp_path):
    rows = a_class(30)
    first = report(rows, tmp_path / "first").html
    assert report(rows[::-1], tmp_path / "second").html == first


def test_file_is_replaced_in_one_step_or_not_at_all(tmp_path, monkeypatch):
    write_whole(tmp_path / "page.html", "old")

    def stop(*paths):
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", stop)
        with pytest.raises(OSError, match="disk full"):
            write_whole(tmp_path / "page.html", "new")
    assert {p.name: p.read_text() for p in tmp_path.iterdir()} == {"page.html": "old"}


def test_csv_keeps_numbers_and_disarms_text(tmp_path):
    write_csv(tmp_path / "t.csv", [["=1", "-1", -1.5, 2.0, None, 1e-7, 'a "b", c']])
    assert (tmp_path / "t.csv").read_bytes().decode() == '\'=1,\'-1,-1.5,2,,0,"a ""b"", c"\r\n'


# --- in a browser -----------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 375])
def test_page_in_chromium(browser, axe, tmp_path, width, scheme):
    """Nothing complains, nothing is fetched, nothing sticks out, axe finds nothing."""
    hostile = [row(text, 0.0, "stopped", text) for text in HOSTILE]
    _, page_file = write_report([*a_class(60), *hostile], tmp_path, "Logistic regression")
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True
    )
    page = context.new_page()
    trouble = []
    page.on("console", lambda message: trouble.append(message.text))
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("dialog", lambda dialog: trouble.append(dialog.message))
    page.on("request", lambda r: trouble.append(r.url) if r.url != page_file.as_uri() else None)
    page.goto(page_file.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.add_script_tag(content=axe)
    found = page.evaluate("async () => (await axe.run()).violations")
    assert [(v["id"], v["nodes"][0]["html"]) for v in found] == []
    context.close()
    assert trouble == []
