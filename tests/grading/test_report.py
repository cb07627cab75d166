"""The instructor's report: counts that are right, a page in which data stays text."""

import csv
import os
import random
from html.parser import HTMLParser

import pytest

from dlcourse.checks.registry import exercises_of, find
from dlcourse.checks.spec import name_of
from dlcourse.grading.report import ReportRow, Summary, summarise, write_report
from dlcourse.grading.tables import FORMULA_STARTS, write_csv, write_whole

NAME = "logistic_regression"
EXERCISES = exercises_of(NAME)
MAXIMUM = float(sum(exercise.points for exercise in EXERCISES))
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


def cell_of(exercise):
    return f"check-{exercise}".replace("_", "-")


def outcome(exercise, earned=0.0, kind="", misconception="", message=""):
    return {
        "cell": cell_of(name_of(exercise)),
        "exercise": exercise,
        "points": 2.0,
        "earned": earned,
        "kind": kind,
        "misconception": misconception,
        "message": message,
    }


def row(student="ada", score=1.0, status="graded", reason="", **changes):
    values = {
        "student": student,
        "notebook": NAME,
        "status": status,
        "reason": reason,
        "score": score,
        "maximum": 2.0,
        "seconds": 0.1,
        "seed": 4_294_967_295,
        "sandbox": "bubblewrap",
        "cells": {cell_of("scores"): (score, 2.0)},
        "outcomes": (outcome("scores", score),),
    }
    return ReportRow(**{**values, **changes})


def a_class(size, seed=0):
    """Students of every ability, some stopped, some rejected; known and unknown mistakes."""
    rng = random.Random(seed)
    rows = []
    for number in range(size):
        ability = rng.betavariate(3, 1.5)
        cells, outcomes = {}, []
        for place, exercise in enumerate(EXERCISES):
            points = float(exercise.points)
            right = rng.random() < ability * (1 - 0.08 * place) + 0.1
            earned = points if right else rng.choice([0.0, 0.0, points / 2])
            known = exercise.misconceptions
            name = rng.choice(known[:4]).name if not right and known and rng.random() < 0.6 else ""
            kind = "" if right else rng.choice(["not written", "raised", "value", "value", "shape"])
            cells[cell_of(exercise.name)] = (earned, points)
            outcomes.append(outcome(exercise.key, earned, kind, name))
        status = rng.choices(["graded", "stopped", "rejected"], [95, 3, 2])[0]
        reason = {
            "graded": "",
            "stopped": "Cell 7 ran for more than 30 s.",
            "rejected": "The file is not a notebook: it is not JSON.",
        }[status]
        if status == "rejected":
            cells, outcomes = {cell: (0.0, points) for cell, (_, points) in cells.items()}, []
        score = sum(earned for earned, _ in cells.values())
        rows.append(
            row(
                f"student{number:05}",
                score,
                status,
                reason,
                maximum=MAXIMUM,
                seconds=rng.lognormvariate(-2, 0.4),
                seed=rng.getrandbits(32),
                cells=cells,
                outcomes=tuple(outcomes),
            )
        )
    return rows


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


# --- counting ---------------------------------------------------------------------------------


def test_scores_are_a_students_over_all_notebooks():
    rows = [row("a", 2.0), row("a", 1.0, notebook="two"), row("b", 0.5), row("c", 0.0, "rejected")]
    summary = summarise(rows)
    assert (summary.students, summary.submissions) == (3, 4)
    assert summary.scores == (0.0, 0.5, 3.0)
    assert summary.maximum == 4.0
    assert summary.mean == pytest.approx(3.5 / 3)
    assert summary.quartiles == (0.25, 0.5, 1.75)
    assert summary.statuses == {"graded": 3, "rejected": 1}
    assert summary.sandboxes == {"bubblewrap": 4}


def test_exercises_are_sorted_by_share_of_points_and_leave_out_what_was_rejected():
    def submission(student, easy, hard, status="graded"):
        cells = {"easy": (easy, 1.0), "hard": (hard, 10.0), "essay": (None, 5.0)}
        return row(student, 0.0, status, cells=cells, outcomes=())

    rows = [submission("a", 1.0, 10.0), submission("b", 1.0, 4.0), submission("c", 0.0, 0.0)]
    hard, easy, essay = summarise([*rows, submission("d", 0.0, 0.0, "rejected")]).exercises
    assert (hard.name, hard.maximum, hard.marked) == ("hard", 10.0, 3)
    assert (hard.full, hard.part, hard.nothing) == pytest.approx((1 / 3, 1 / 3, 1 / 3))
    assert hard.mean == pytest.approx(14 / 3)
    assert (easy.full, easy.part, easy.nothing) == pytest.approx((2 / 3, 0, 1 / 3))
    assert (essay.marked, essay.unmarked, essay.mean) == (0, 3, 0.0)


def test_exercises_bear_the_name_of_the_check_in_their_cell():
    cells = {"check-scores": (1.0, 2.0), "essay": (None, 1.0)}
    (checked, essay) = summarise([row(cells=cells)]).exercises
    assert (checked.name, essay.name) == ("scores", "essay")


@pytest.mark.parametrize("checks", [(), (outcome("scores"),)])
def test_same_name_in_two_notebooks_is_told_apart(checks):
    rows = [row(outcomes=checks), row(notebook="two", outcomes=checks)]
    assert len({exercise.name for exercise in summarise(rows).exercises}) == 2


def test_one_exercise_checked_in_two_cells_is_told_apart():
    cells = {"first": (1.0, 1.0), "second": (0.0, 1.0)}
    checks = tuple({**outcome("scores"), "cell": cell} for cell in cells)
    names = {exercise.name for exercise in summarise([row(cells=cells, outcomes=checks)]).exercises}
    assert names == {f"{NAME}: first", f"{NAME}: second"}


def test_mistakes_count_students_not_checks():
    wrong = outcome("scores", 0.0, "value", "bias left out")
    rows = [
        row("a", outcomes=(wrong, wrong)),
        row("b", outcomes=(wrong,)),
        row("c", outcomes=(outcome("scores", 0.0, "raised"),)),
        row("d"),
    ]
    known, unknown = summarise(rows).mistakes
    assert (known.name, known.students, known.share) == ("bias left out", 2, 0.5)
    assert (unknown.name, unknown.students) == ("stopped with an error", 1)
    (said,) = [m.hint for m in find("scores").misconceptions if m.name == "bias left out"]
    assert (known.hint, unknown.hint) == (said, "")
    assert summarise(rows).misconceptions == (known,)


def test_mistakes_are_counted_by_key_and_shown_by_name():
    wrong = outcome(f"{NAME}/scores", 0.0, "value", "bias left out")
    summary = summarise([row(outcomes=(wrong,))])
    (mistake,) = summary.mistakes
    (said,) = [m.hint for m in find("scores").misconceptions if m.name == "bias left out"]
    assert mistake.hint == said
    assert summary.exercises[0].name == "scores"
    assert "  scores: bias left out  " in str(summary)


def test_hint_of_an_exercise_of_another_course_is_empty():
    rows = [row(outcomes=(outcome("theirs", 0.0, "value", "their misconception"),))]
    assert summarise(rows).mistakes[0].hint == ""


@pytest.mark.parametrize(
    ("scores", "maximum", "labels", "counts"),
    [
        ([0, 0.5, 1, 2], 2, {"0 – 0.2": 1, "0.4 – 0.6": 1, "1 – 1.2": 1, "2": 1}, 11),
        ([13, 12.5, 0], 13, {"0 – 1": 1, "12 – 13": 1, "13": 1}, 14),
        ([0.3], 0.3, {"0.3": 1}, 7),
        ([12], 10, {"12": 1}, 13),  # extra credit
        ([-1], 10, {"0 – 1": 1}, 11),
        ([0], 0, {"0": 1}, None),
        ([10.5], 10.5, {"10 – 10.5": 1}, 11),
        ([100, 99], 100, {"100": 1, "90 – 100": 1}, 11),
    ],
)
def test_histogram_counts_every_student_once(scores, maximum, labels, counts):
    rows = [row(str(i), float(s), maximum=float(maximum)) for i, s in enumerate(scores)]
    bars = summarise(rows).histogram()
    assert {bar.label: bar.students for bar in bars if bar.students} == labels
    assert counts is None or len(bars) == counts
    assert sum(bar.share for bar in bars) == pytest.approx(1)


def test_text_is_short_and_says_what_matters():
    text = str(summarise(a_class(200)))
    assert len(text.splitlines()) <= 25
    assert max(map(len, text.splitlines())) <= 100
    for word in ("submissions  200 (1", "graded", "median", "quartiles", "bubblewrap", "descend"):
        assert word in text


def test_text_obeys_no_control_characters():
    rows = [row(outcomes=(outcome("\x1b[2J", 0.0, "value", "\x1b]0;x\x07\n\u202e"),))]
    text = str(summarise(rows))
    assert all(line.isprintable() for line in text.splitlines())
    assert len(text.splitlines()) == 11


def test_empty_class():
    summary = summarise([])
    assert summary == Summary(0, {}, {}, (), 0.0, (), (), ())
    assert "submissions  0 (none)" in str(summary)


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
    page = report([row(cells={"essay": (None, 5.0)}, outcomes=())], tmp_path)
    assert "1 cell waits for a person" in page.words


def test_page_shows_counts_hints_and_what_to_look_at(tmp_path):
    rows = [*a_class(40), row("zoe", 0.0, "stopped", "It used more than 2,048 MB.")]
    page = report(rows, tmp_path)
    summary = summarise(rows)
    for mistake in summary.mistakes:
        assert mistake.name in page.words
    assert " ".join(summary.misconceptions[0].hint.replace("`", "").split()) in page.words
    assert "It used more than 2,048 MB." in page.words
    for student in rows:
        assert student.student in page.words
        assert str(student.seed) in page.words


def test_page_is_alone_and_runs_nothing(tmp_path):
    page = report(a_class(20), tmp_path)
    assert not {"script", "link", "img", "iframe", "base", "form"} & set(page.elements)
    links = {value for name, value in page.attributes if name in ("href", "src")}
    assert links == {"submissions.csv", "misconceptions.csv"}
    assert "http:" not in page.html
    assert "https:" not in page.html
    assert "url(" not in page.html
    policy = next(value for name, value in page.attributes if name == "content")
    assert policy.startswith("default-src 'none'")


def test_page_has_captions_and_scopes(tmp_path):
    page = report(a_class(20), tmp_path)
    assert page.elements.count("caption") == page.elements.count("table") == 5
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
