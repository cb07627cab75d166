"""A right notebook is right in whatever form it comes: known by more than nbgrader's marks."""

import copy
import json
from dataclasses import replace

import pytest
from grading.builders import (
    STUB,
    cell,
    locked_spec,
    notebook,
    notebook_spec,
    solution_spec,
    test_spec,
)
from grading.toy import FULL, NAME
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("nbgrader")

from dlcourse.grading import identity as module
from dlcourse.grading.names import listed, printable, quoted
from dlcourse.grading.restore import grade_id_of, holds, restore

KNOWN = "Cells without their mark were known by id, text or names"
BACK = "Missing cells were put back"
TWICE = "Of cells that are there twice the last that is filled in counts"
ABOVE = "Tests stand above what they test"
BESIDE = "Stubs beside their answers are shown and do not run"
NOTHING = "No cell of the assignment was found in it."


# --- a whole notebook in many forms ---------------------------------------------------------------


def by_name(cells, name):
    """Find a cell of the model solution by its id."""
    (found,) = (one for one in cells if one.get("id") == name)
    return found


def without(cells, *names):
    return [one for one in cells if one.get("id") not in names]


def bare(one, **changes):
    """Copy a cell as other programs do: its kind and text alone."""
    return {"cell_type": one["cell_type"], "source": one["source"], "metadata": {}, **changes}


def behind(cells, name, *more):
    """Put cells behind a known one."""
    place = cells.index(by_name(cells, name)) + 1
    return [*cells[:place], *more, *cells[place:]]


def replaced(cells, name, *more):
    place = cells.index(by_name(cells, name))
    return [*cells[:place], *more, *cells[place + 1 :]]


def text(cells, *names):
    return "\n\n".join("".join(by_name(cells, name)["source"]) for name in names)


ANSWERS = ("scores", "sigmoid", "logistic-gradient")
CHECKS = tuple(FULL)
LOCKED_TEXT = ("title", "task-scores", "task-sigmoid", "task-logistic-gradient", "end")


def stub(name, released):
    return by_name(released, name)


def renamed(cells, released):
    return [{**one, "id": f"{number:08x}"} for number, one in enumerate(cells)]


def copied(cells, released):
    return [bare(one) for one in cells]


def colab(cells, released):
    return [bare(one, metadata={"id": one["id"]}) for one in cells]


def marks_dropped(cells, released):
    return [bare(one, id=one["id"], metadata={"id": 5}) for one in cells]


def layout_changed(cells, released):
    def spaced(one):
        source = "".join(one["source"])
        return "\r\n".join(f"{line}  " for line in source.split("\n")) + "\r\n"

    return [
        bare(one, source="".join(one["source"]) if one["id"] in ANSWERS else spaced(one))
        for one in cells
    ]


def pasted_anew(cells, released):
    mine = [bare(by_name(cells, name)) for name in ("sigmoid", "check-sigmoid")]
    return replaced(without(cells, "check-sigmoid"), "sigmoid", *mine)


def answer_at_the_end(cells, released):
    rest = without(cells, "sigmoid", "check-sigmoid", "check-logistic-gradient")
    return [*rest, bare(by_name(cells, "sigmoid"))]


def stub_left_and_answer_at_the_end(cells, released):
    rest = replaced(cells, "sigmoid", stub("sigmoid", released))
    rest = without(rest, "check-sigmoid", "check-logistic-gradient")
    return [*rest, bare(by_name(cells, "sigmoid"))]


def stub_left_and_answer_below_it(cells, released):
    rest = replaced(cells, "sigmoid", stub("sigmoid", released))
    return behind(rest, "sigmoid", bare(by_name(cells, "sigmoid")))


def emptied_and_answer_below_it(cells, released):
    rest = replaced(cells, "sigmoid", {**by_name(cells, "sigmoid"), "source": "# see below"})
    return behind(rest, "sigmoid", bare(by_name(cells, "sigmoid")))


def answers_at_the_top(cells, released):
    mine = [by_name(cells, name) for name in ANSWERS]
    return behind(without(cells, *ANSWERS), "setup", *mine)


def one_check_deleted(cells, released):
    return without(cells, "check-sigmoid")


def checks_deleted(cells, released):
    return without(cells, *CHECKS)


def checks_deleted_and_a_name_used_again(cells, released):
    again = cell("scores = scores(np.eye(2), np.zeros(3))\nsigmoid = sigmoid(scores)")
    return [*without(cells, *CHECKS), again]


def check_edited(cells, released):
    check = by_name(cells, "check-sigmoid")
    return replaced(cells, "check-sigmoid", {**check, "source": "assert True"})


def check_edited_and_pasted(cells, released):
    return replaced(cells, "check-sigmoid", cell("assert sigmoid(np.zeros(1))[0] == 0.5"))


def check_again_at_the_end(cells, released):
    return [*cells, by_name(cells, "check-sigmoid")]


def check_pasted_above(cells, released):
    check = bare(by_name(cells, "check-sigmoid"))
    return behind(without(cells, "check-sigmoid"), "setup", check)


def stub_again(cells, released):
    return behind(cells, "sigmoid", stub("sigmoid", released))


def stub_pasted_again(cells, released):
    return behind(cells, "sigmoid", bare(stub("sigmoid", released)))


def stubs_at_the_end(cells, released):
    mine = [bare(by_name(cells, name)) for name in ANSWERS]
    stubs = [bare(stub(name, released)) for name in ANSWERS]
    return [bare(by_name(cells, "setup")), *mine, *stubs]


def split_in_two(cells, released):
    first = {**by_name(cells, "sigmoid"), "source": "def squash(S):\n    return np.tanh(0.5 * S)"}
    second = {**first, "source": "def sigmoid(S):\n    return 0.5 * (1 + squash(S))"}
    return replaced(cells, "sigmoid", first, second)


def split_in_two_without_marks(cells, released):
    first = cell("def squash(S):\n    return np.tanh(0.5 * S)")
    second = cell("def sigmoid(S):\n    return 0.5 * (1 + squash(S))")
    return replaced(without(cells, "check-sigmoid"), "sigmoid", first, second)


def merged(cells, released):
    rest = without(cells, *ANSWERS, *CHECKS)
    return behind(rest, "title", cell(text(cells, *ANSWERS)))


def merged_with_its_check(cells, released):
    both = {**by_name(cells, "sigmoid"), "source": text(cells, "sigmoid", "check-sigmoid")}
    return replaced(without(cells, "check-sigmoid"), "sigmoid", both)


def merged_into_the_check_before(cells, released):
    check = {**by_name(cells, "check-scores"), "source": text(cells, "check-scores", "sigmoid")}
    return replaced(without(cells, "sigmoid"), "check-scores", check)


def everything_in_one_cell(cells, released):
    return [cell(text(cells, "setup", *ANSWERS))]


def of_another_kind(kind, name, marked):
    def form(cells, released):
        one = {**by_name(cells, name), "cell_type": kind}
        return replaced(cells, name, one if marked else bare(one))

    return form


def only_answers(cells, released):
    return [cell("import numpy as np"), *(bare(by_name(cells, name)) for name in ANSWERS)]


def answers_the_other_way_round(cells, released):
    return [cell("import numpy as np"), *(bare(by_name(cells, n)) for n in reversed(ANSWERS))]


def first_try_in_sight(cells, released):
    tries = cell("def sigmoid(S):\n    return S")
    mine = [bare(by_name(cells, name)) for name in ANSWERS]
    return [bare(by_name(cells, "setup")), tries, *mine]


def in_a_condition(cells, released):
    source = (
        "try:\n    def sigmoid(S):\n        return 0.5 * (1 + np.tanh(0.5 * S))\nfinally:\n    0"
    )
    return replaced(without(cells, "check-sigmoid"), "sigmoid", cell(source))


def a_lambda(cells, released):
    answer = cell("sigmoid = lambda S: 0.5 * (1 + np.tanh(0.5 * S))")
    return replaced(without(cells, "check-sigmoid"), "sigmoid", answer)


def imported(cells, released):
    answer = cell("from scipy.special import expit as sigmoid")
    return replaced(without(cells, "check-sigmoid"), "sigmoid", answer)


def without_locked_cells(cells, released):
    return without(cells, "setup", "helper", *LOCKED_TEXT)


def without_locked_text(cells, released):
    return without(cells, *LOCKED_TEXT)


def odd_cells(cells, released):
    return [None, *cells, {"cell_type": "code", "source": None}, {"cell_type": "x", "source": "x"}]


def text_of_a_test_doubled(cells, released):
    return [*cells, *(bare(by_name(cells, "check-sigmoid")) for _ in range(20))]


FORMS = {
    renamed: [],
    copied: [KNOWN],
    colab: [KNOWN],
    marks_dropped: [KNOWN],
    layout_changed: [KNOWN],
    pasted_anew: [KNOWN],
    answer_at_the_end: [KNOWN, BACK],
    stub_left_and_answer_at_the_end: [KNOWN, BACK],
    stub_left_and_answer_below_it: [KNOWN],
    emptied_and_answer_below_it: [KNOWN],
    answers_at_the_top: [],
    one_check_deleted: [BACK],
    checks_deleted: [BACK],
    checks_deleted_and_a_name_used_again: [BACK],
    check_edited: [],
    check_edited_and_pasted: [BACK],
    check_again_at_the_end: [TWICE],
    check_pasted_above: [BACK],
    stub_again: [TWICE],
    stub_pasted_again: [BESIDE],
    stubs_at_the_end: [KNOWN],
    split_in_two: [TWICE],
    split_in_two_without_marks: [KNOWN, BACK],
    merged: [KNOWN, BACK],
    merged_with_its_check: [BACK],
    merged_into_the_check_before: [KNOWN],
    everything_in_one_cell: [KNOWN, BACK],
    only_answers: [KNOWN, BACK],
    answers_the_other_way_round: [KNOWN, BACK],
    first_try_in_sight: [KNOWN, BACK],
    in_a_condition: [KNOWN, BACK],
    a_lambda: [KNOWN, BACK],
    imported: [KNOWN, BACK],
    without_locked_cells: [BACK],
    without_locked_text: [],
    odd_cells: ["Cells without a known type or text"],
    text_of_a_test_doubled: [],
}
KINDS = {
    ("markdown", "sigmoid", True): [],
    ("raw", "sigmoid", True): [],
    ("markdown", "check-sigmoid", True): [],
    ("raw", "setup", True): [],
    ("markdown", "sigmoid", False): [KNOWN],
    ("raw", "sigmoid", False): [KNOWN],
    ("markdown", "check-sigmoid", False): [KNOWN],
    ("raw", "setup", False): [KNOWN],
}
ALL = {form.__name__: (form, said) for form, said in FORMS.items()} | {
    " ".join(map(str, kind)): (of_another_kind(*kind), said) for kind, said in KINDS.items()
}


@pytest.mark.grading
@pytest.mark.parametrize("name", ALL)
def test_a_right_notebook_gets_everything_in_every_form(station, solution, released, name):
    form, said = ALL[name]
    given = copy.deepcopy(solution["cells"]), copy.deepcopy(released["cells"])
    handed_in = json.dumps({**solution, "cells": form(*given)}).encode()
    result = station.grade("ada", NAME, {f"{NAME}.ipynb": handed_in})
    assert (result.status, result.scores) == ("graded", FULL)
    assert all(sentence in result.reason for sentence in said), result.reason
    assert bool(result.reason) == bool(said), result.reason
    assert ("To look at" in result.feedback) == bool(said)
    assert ("**To look at.**" in result.graded) == bool(said)
    counts = [cell["metadata"].get("nbgrader", {}) for cell in json.loads(result.graded)["cells"]]
    assert sorted(one["grade_id"] for one in counts if one.get("grade")) == sorted(FULL)


@pytest.mark.grading
def test_format_3_without_metadata_gets_everything(station, solution):
    cells = [
        {"cell_type": one["cell_type"], "metadata": {}}
        | ({"input": one["source"], "outputs": [], "language": "python"})
        if one["cell_type"] == "code"
        else bare(one)
        for one in solution["cells"]
    ]
    old = {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": cells}]}
    result = station.grade("ada", NAME, {f"{NAME}.ipynb": json.dumps(old).encode()})
    assert (result.status, result.scores) == ("graded", FULL)
    assert KNOWN in result.reason


def below_its_check(cells, released):
    return behind(without(cells, "sigmoid"), "check-sigmoid", by_name(cells, "sigmoid"))


def pasted_below_its_check(cells, released):
    rest = replaced(cells, "sigmoid", stub("sigmoid", released))
    return behind(rest, "check-sigmoid", bare(by_name(cells, "sigmoid")))


def answers_swapped(cells, released):
    first, second = (by_name(cells, name) for name in ("scores", "sigmoid"))
    cells = replaced(cells, "scores", {**first, "source": second["source"]})
    return replaced(cells, "sigmoid", {**second, "source": first["source"], "id": "x"})


@pytest.mark.grading
@pytest.mark.parametrize("form", [below_its_check, pasted_below_its_check, answers_swapped])
def test_a_test_above_its_answer_fails_as_at_home_and_is_shown_to_a_person(
    station, solution, released, form
):
    cells = form(copy.deepcopy(solution["cells"]), copy.deepcopy(released["cells"]))
    handed_in = json.dumps({**solution, "cells": cells}).encode()
    result = station.grade("ada", NAME, {f"{NAME}.ipynb": handed_in})
    assert result.status == "graded"
    assert sum(result.scores.values()) < sum(FULL.values())
    assert ABOVE in result.reason


# --- single rules ---------------------------------------------------------------------------------

SPEC = notebook_spec(
    locked_spec("setup", "import numpy as np"),
    solution_spec("f", STUB),
    test_spec(
        "test-f", "assert f(1) == 1\n### BEGIN HIDDEN TESTS\nassert f(2)\n### END HIDDEN TESTS"
    ),
    locked_spec("helper", "def twice(x):\n    return 2 * x"),
    solution_spec("g", "def g(x):\n    pass", grade=True, points=3.0),
    test_spec("test-g", "assert twice(g(f(1))) == 2"),
)
FREE = solution_spec("x", "# Your code here.")
ANSWER = "def f(x):\n    return x"


def order(*cells, spec=SPEC):
    """Restore cells; list the names of those that are known, and the text of the others."""
    restored = restore(notebook(*cells), spec)["cells"]
    return [grade_id_of(one) or one["source"] for one in restored]


def notes_of(*cells, spec=SPEC):
    notes = []
    restore(notebook(*cells), spec, notes)
    return notes


def as_it_was(spec=SPEC):
    return [cell(one.released, one.grade_id, one.cell_type) for one in spec.cells]


def test_a_notebook_as_released_has_no_note():
    assert notes_of(*as_it_was()) == []


def test_a_test_is_known_by_its_text_without_the_hidden_part():
    marked = as_it_was()
    edited = cell("assert f(1)==1")
    assert order(marked[0], cell(ANSWER, "f"), edited, *marked[3:])[2:4] == [
        "test-f",
        "assert f(1)==1",
    ]
    bare_test = cell("\n assert f(1) == 1 \r\n")
    assert order(marked[0], cell(ANSWER, "f"), bare_test, *marked[3:])[2] == "test-f"


def test_a_name_wins_over_an_id_and_an_id_over_a_text():
    spec = notebook_spec(
        *(locked_spec(name, f"{name} = 1", cell_id=f"id-{name}") for name in ("a", "b", "c"))
    )
    cells = [cell("c = 1", "a", id="id-b"), cell("a = 1", id="id-b"), cell("c = 1")]
    restored = restore(notebook(*cells), spec)["cells"]
    assert [(grade_id_of(one), one["source"]) for one in restored] == [
        *(("a", "a = 1"), ("b", "b = 1"), ("c", "c = 1")),
    ]


def test_cells_of_the_same_text_are_known_in_their_order():
    spec = notebook_spec(locked_spec("a", "x = 1"), locked_spec("b", "x = 1"))
    assert order(cell("x = 1"), cell("0"), cell("x = 1"), spec=spec) == ["a", "0", "b"]
    assert order(*[cell("x = 1")] * 3, spec=spec) == ["x = 1", "a", "b"]


@pytest.mark.parametrize(
    "source",
    [
        "# def f(x): return x",
        "'''\ndef f(x):\n    return x\n'''",
        "print('def f(x): return x')",
        "def other():\n    def f(x):\n        return x",
        "class Other:\n    def f(x):\n        return x",
        "other.f = 1",
        "[f for f in (1, 2)]",
        "def f(x) return x",
    ],
)
def test_what_defines_nothing_is_no_answer(source):
    bare_cells = [cell(source), *as_it_was()]
    assert order(*bare_cells)[0] == source
    assert notes_of(*bare_cells) == []


@pytest.mark.parametrize(
    "source", ["f = f(1)", "for f in range(3):\n    pass", "f: int = 5", "with open('x') as f: 0"]
)
def test_a_name_that_is_used_for_something_else_is_no_answer_of_a_function(source):
    assert notes_of(*as_it_was(), cell(source)) == []
    assert order(*as_it_was(), cell(source))[-1] == source


def test_a_free_cell_of_the_instructors_is_no_answer():
    demo = "def f(x):\n    return 'a demonstration'"
    spec = replace(SPEC, free_cells=(("code", demo),))
    assert notes_of(*as_it_was(), cell(demo), spec=spec) == []


def test_a_marked_answer_in_other_words_stays_the_answer():
    spec = notebook_spec(solution_spec("a", "best = 0"), test_spec("t", "assert best == 1"))
    assert order(cell("result = 1", "a"), cell("best = 2"), spec=spec) == ["a", "best = 2", "t"]
    assert order(cell("best = 0", "a"), cell("best = 1"), spec=spec)[1:] == ["a", "t"]


def test_an_answer_without_a_name_to_know_it_by_has_its_test_behind_it():
    spec = notebook_spec(FREE, test_spec("test-x", "assert x == 1"), names=["x"])
    assert order(cell("y = 0"), cell("x = 1"), cell("z"), spec=spec) == [
        *("y = 0", "x = 1", "test-x", "z"),
    ]
    marked = [cell("x = 1", "x"), cell("x = 2")]
    assert order(*marked, spec=spec) == ["x", "test-x", "x = 2"]


def test_a_test_is_behind_the_locked_cell_that_it_needs():
    late = [cell(ANSWER, "f"), cell("def g(x):\n    return x", "g"), cell("0"), as_it_was()[3]]
    assert order(*late) == ["setup", "f", "test-f", "g", "0", "helper", "test-g"]


def test_a_name_of_the_tests_own_moves_nothing():
    spec = notebook_spec(
        solution_spec("f", STUB),
        test_spec("t", "data = 1\nassert f(data) == 1"),
        names=["data"],
    )
    mine = [cell(ANSWER, "f"), cell("data = 2")]
    assert order(*mine, spec=spec) == ["f", "t", "data = 2"]


def test_a_stub_that_is_put_back_does_not_define_its_names_again():
    restored = restore(notebook(cell(f"{ANSWER}\ndef g(x):\n    return x")), SPEC)["cells"]
    (mine,) = (one for one in restored if grade_id_of(one) == "g")
    assert mine["source"] == "# The answer stands in another cell."
    restored = restore(notebook(), SPEC)["cells"]
    (stub_again,) = (one for one in restored if grade_id_of(one) == "g")
    assert stub_again["source"] == SPEC.by_id["g"].source


def test_a_correction_of_a_locked_cell_is_none_of_the_students_business():
    """Whoever handed in before the instructor corrected a test is graded and not flagged."""
    older = as_it_was()
    older[2] = cell("real, f = f, abs\nassert f(1) == 1\nf = real", "test-f")
    older[3] = cell("def twice(x):\n    return x", "helper")
    assert order(*older) == list(SPEC.by_id)
    assert notes_of(*older) == []


def test_what_is_not_of_the_assignment_is_said():
    assert NOTHING in notes_of(cell("print('hello')"))
    assert NOTHING not in notes_of(cell(ANSWER))
    assert notes_of(cell("x"), spec=notebook_spec()) == []


def test_a_sentence_names_five_cells_and_counts_the_others():
    spec = notebook_spec(*(locked_spec(f"c{i}", f"c{i} = 1") for i in range(9)))
    assert f"{BACK}: c0, c1, c2, c3, c4 and 4 more." in notes_of(spec=spec)


def test_a_notebook_of_another_assignment_is_not_taken_for_this_one():
    assert holds(notebook(*as_it_was()), SPEC)
    assert holds(notebook(*map(bare, as_it_was())), SPEC)
    assert not holds(notebook(*as_it_was()[:2], cell("x"), cell("y")), SPEC)
    assert not holds(notebook(), SPEC)
    assert not holds(b"junk", SPEC)


# --- hostile notebooks ----------------------------------------------------------------------------


@pytest.mark.parametrize("mark", ["grade_id", "id", "text"])
def test_whatever_a_student_marks_locked_cells_are_the_instructors(mark):
    made = []
    for known in SPEC.cells:
        forged = cell("forged = True", known.grade_id if mark == "grade_id" else None)
        forged["id"] = known.grade_id if mark == "id" else None
        forged["source"] = known.source if mark == "text" else forged["source"]
        made += [forged] * 3
    spec = notebook_spec(*(replace(one, cell_id=one.grade_id) for one in SPEC.cells))
    for known, restored in zip(
        spec.cells, _known(restore(notebook(*reversed(made)), spec)), strict=True
    ):
        assert restored["source"] == known.source or not known.locked
        assert restored["metadata"] == {"nbgrader": known.nbgrader_metadata()}


def _known(restored):
    found = {grade_id_of(one): one for one in restored["cells"]}
    return [found[name] for name in SPEC.by_id]


TEXTS = [*(one.source for one in SPEC.cells), ANSWER, "", "x = 1", f"x = 1\n{ANSWER}"]
NAMES = [*SPEC.by_id, None, "other"]
any_cells = st.lists(
    st.builds(
        lambda source, name, number, kind: cell(source, name, kind, id=number),
        *(st.sampled_from(some) for some in (TEXTS, NAMES, NAMES, ["code", "markdown", "raw"])),
    ),
    max_size=12,
)


@given(any_cells)
def test_locked_and_graded_cells_are_there_once_and_as_they_were(cells):
    spec = notebook_spec(*(replace(one, cell_id=one.grade_id) for one in SPEC.cells))
    restored = restore(notebook(*cells), spec)["cells"]
    for known in spec.cells:
        found = [one for one in restored if grade_id_of(one) == known.grade_id]
        assert len(found) == 1 or (not found and known.grade_id == "f")
        for one in found:
            assert one["cell_type"] == known.cell_type
            assert one["source"] == known.source or not known.locked


HOSTILE = {
    "tests": [cell("assert f(1) == 1")] * 2000,
    "definitions": [cell(f"{ANSWER}\n" + "x = 1\n" * 20)] * 2000,
    "stubs": [cell(STUB)] * 2000,
    "ids": [cell(ANSWER, id="f")] * 2000,
    "names": [cell(ANSWER, "f")] * 2000,
    "locked": [cell(ANSWER, "test-f")] * 2000,
    "words": [cell("f " * 4000)] * 2000,
    "a huge cell": [cell("f = 1\n" * 500_000)],
    "no end of signs": [cell("f=" + "-" * 40_000 + "1")] * 400,
    "no end of sums": [cell("f=" + "1+" * 20_000 + "1")] * 400,
    "no end of brackets": [cell("f=" + "(" * 40_000)] * 400,
}


HOSTILE |= {
    "answers in tests": [cell(ANSWER, name) for name in SPEC.by_id] * 300,
    "assignments within": [cell("[f := 1 for a in b]\n" * 20)] * 400,
    "no end of depth": [cell("".join(f"{' ' * i}if f:\n" for i in range(95)))] * 100,
    "blanks": [cell((" " * 100 + "f") * 90)] * 1900,
    "ids of every kind": [
        cell(ANSWER, id=one) for one in (True, 1.0, ["f"], {"f": "f"}, None, 10**9)
    ],
    "marks of every kind": [
        cell(ANSWER, one) for one in (True, 1.0, ["f"], {"f": "f"}, "f ", "F", "\0f", "")
    ],
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_more_is_parsed_of_a_notebook_than_there_is_room_for(monkeypatch, name):
    parsed, read = [], []
    statements, without_layout = module.statements, module.without_layout
    monkeypatch.setattr(module, "statements", lambda s: parsed.append(len(s)) or statements(s))
    monkeypatch.setattr(module, "without_layout", lambda s: read.append(s) or without_layout(s))
    restored = restore(notebook(*HOSTILE[name]), SPEC)
    assert sum(parsed) <= module.PARSED
    assert len(read) <= 2 * len(HOSTILE[name]) + len(restored["cells"])
    assert {name for name in map(grade_id_of, restored["cells"]) if name} >= {"test-f", "test-g"}


# --- names of files -------------------------------------------------------------------------------


def test_names_that_are_not_seen_or_too_long_are_written_out():
    assert printable("a\u202eb\x1b[0m\udcff\n") == r"a\u202eb\x1b[0m\udcff\n"
    assert quoted("n" * 101) == f'"{"n" * 99}…"'
    assert listed("abcde") == "a, b, c, d, e"
    assert listed(()) == ""
