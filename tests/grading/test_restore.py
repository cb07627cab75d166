"""A notebook is made of whatever is handed in; only kind, name and text of a cell survive."""

import json
import math
from dataclasses import replace

import nbformat
import pytest
from grading.builders import (
    STUB,
    cell,
    cell_spec,
    locked_spec,
    notebook,
    notebook_spec,
    solution_spec,
    test_spec,
)
from grading.payloads import PIXEL

pytest.importorskip("nbgrader")

from dlcourse.grading import restore as module
from dlcourse.grading import sanitize
from dlcourse.grading.restore import (
    RejectedError,
    as_released,
    grade_id_of,
    restore,
    unreadable,
)

SPEC = notebook_spec(
    locked_spec("title", "# Title", "markdown"),
    locked_spec("setup", "import numpy as np"),
    solution_spec("f", STUB),
    test_spec("test-f", "assert f(1) == 1", 2.0),
    cell_spec("essay", "Write here.", "markdown", grade=True, solution=True, points=3.0),
    cell_spec("task", "Draw.", "markdown", task=True, points=4.0),
    test_spec("test-end", "assert True"),
)
RELEASED = [cell(c.source, c.grade_id, c.cell_type) for c in SPEC.cells]


def ids(restored):
    return [grade_id_of(cell) for cell in restored["cells"]]


def sources(restored):
    return {grade_id_of(cell): cell["source"] for cell in restored["cells"]}


def with_cell(number, *cells):
    """Replace one released cell."""
    return notebook(*RELEASED[:number], *cells, *RELEASED[number + 1 :])


def only(**changes):
    """Restore a notebook of one cell of no name, and return that cell."""
    plain = {**cell("x = 1"), **changes}
    restored = restore(notebook(plain), notebook_spec())
    assert len(restored["cells"]) == 1
    return restored["cells"][0]


# --- files that are no notebook -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not a notebook: Expecting value"),
        (b"hello", "not a notebook: Expecting value"),
        (b"\xff\xfe{}", "not a notebook: Expecting value"),
        (b"\xff\xfe{", "not a notebook: 'utf-16-le' codec"),
        ("{}".encode("utf-16"), "JSON, but not a notebook"),
        (b"\x89PNG\r\n\x1a\n", "not a notebook: "),
        (b"[" * 200_000, "nested too deeply"),
        (b'{"nbformat": 4, "cells": ' + b"[" * 200_000, "nested too deeply"),
        (b'{"nbformat": 4, "cells": []', "not a notebook: "),
        (b'{"nbformat": Infinity, "cells": []}', "The file is JSON, but not a notebook"),
        (b'{"nbformat": ' + b"4" * 10_000 + b"}", "not a notebook: Exceeds the limit"),
        (b"null", "JSON, but not a notebook"),
        (b"[]", "JSON, but not a notebook"),
        (b"{}", "JSON, but not a notebook"),
        (b'{"nbformat": "4", "cells": []}', "JSON, but not a notebook"),
        (b'{"nbformat": 4.0, "cells": []}', "JSON, but not a notebook"),
        (b'{"nbformat": null, "cells": []}', "JSON, but not a notebook"),
        (b'{"nbformat": 5, "cells": []}', "in format 5, which is not known"),
        (b'{"nbformat": 4}', "no list of cells"),
        (b'{"nbformat": 4, "cells": {}}', "no list of cells"),
        (b'{"nbformat": 4, "cells": null}', "no list of cells"),
        (b'{"nbformat": 4, "cells": "abc"}', "no list of cells"),
        (b'{"nbformat": 3}', "old format and cannot be converted"),
        (b'{"nbformat": 3, "worksheets": 5}', "old format and cannot be converted"),
        (b'{"nbformat": 3, "worksheets": [{"cells": [5]}]}', "cannot be converted"),
        (b'{"nbformat": 0}', "cannot be converted"),
        (b'{"nbformat": -1, "cells": []}', "cannot be converted"),
    ],
    ids=lambda value: ascii(value[:40]),
)
def test_files_that_are_no_notebook_are_rejected_in_one_sentence(content, reason):
    with pytest.raises(RejectedError) as caught:
        restore(content, SPEC)
    message = str(caught.value)
    assert reason in message
    assert message.endswith(".")
    assert not message.endswith("..")
    assert "\n" not in message
    assert len(message) < 300


@pytest.mark.parametrize(
    "wrong",
    [
        *(None, 5, "x", [], math.nan, {}, {"cell_type": "code", "source": 5}),
        *({"cell_type": "code", "source": None}, {"cell_type": "code", "source": {"a": 1}}),
    ],
    ids=str,
)
def test_what_is_no_cell_is_left_out_and_said(wrong):
    notes = []
    assert ids(restore(notebook(*RELEASED, wrong), SPEC, notes)) == list(SPEC.by_id)
    assert notes == ["Cells without a known type or text are shown as text or left out: 1."]


@pytest.mark.parametrize("kind", [None, "heading", "CODE", ["code"], math.nan])
def test_text_in_a_cell_of_no_known_kind_is_shown(kind):
    notes = []
    restored = restore(notebook(*RELEASED, {"cell_type": kind, "source": "x = 1"}), SPEC, notes)
    assert restored["cells"][-1]["cell_type"] == "markdown"
    assert restored["cells"][-1]["source"] == "```\nx = 1\n```"
    assert notes == ["Cells without a known type or text are shown as text or left out: 1."]


def test_what_is_no_line_of_a_text_is_left_out():
    assert only(source=["a\n", 5, None, "b"])["source"] == "a\nb"


def test_too_many_cells_and_too_long_ones_are_rejected(monkeypatch):
    monkeypatch.setattr(module, "CELLS", 3)
    monkeypatch.setattr(module, "CHARACTERS", 10)
    assert restore(notebook(*[cell("x" * 10)] * 3), notebook_spec())
    with pytest.raises(RejectedError, match="4 cells; at most 3"):
        restore(notebook(*[cell("")] * 4), notebook_spec())
    with pytest.raises(RejectedError, match="more than 10 characters"):
        restore(notebook(cell(["x" * 6, "x" * 5])), notebook_spec())


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_encodings_that_tell_themselves_are_read(encoding):
    notes = []
    content = notebook(*RELEASED, cell("x = 'é'")).decode().encode(encoding)
    assert ids(restore(content, SPEC, notes)) == [*SPEC.by_id, None]
    assert notes == []


# --- the instructor's cells ---------------------------------------------------------------------


@pytest.mark.parametrize("version", [3, 4])
def test_what_is_thrown_away_may_be_anything(version):
    odd = {"metadata": {"a": [math.nan, -math.inf]}, "execution_count": math.nan, "id": math.inf}
    given = [{"cell_type": "code", "source": "x = 1", "input": "x = 1", "outputs": [], **odd}]
    data = {"metadata": odd, "nbformat": version, "nbformat_minor": 0, "cells": given}
    if version == 3:
        data["worksheets"] = [{"cells": data.pop("cells")}]
    restored = restore(json.dumps(data).encode(), SPEC)
    assert "x = 1" in [cell["source"] for cell in restored["cells"]]
    assert "NaN" not in json.dumps(restored)


def test_what_was_released_comes_back_as_it_was():
    restored = restore(notebook(*RELEASED), SPEC)
    assert [(grade_id_of(c), c["cell_type"], c["source"]) for c in restored["cells"]] == [
        (c.grade_id, c.cell_type, c.source) for c in SPEC.cells
    ]
    assert [c["metadata"]["nbgrader"] for c in restored["cells"]] == [
        c.nbgrader_metadata() for c in SPEC.cells
    ]
    nbformat.validate(nbformat.from_dict(restored))


def test_locked_cells_are_the_instructors_and_solutions_the_students():
    changed = [cell("changed", c.grade_id, c.cell_type) for c in SPEC.cells]
    after = sources(restore(notebook(*changed), SPEC))
    for known in SPEC.cells:
        assert after[known.grade_id] == (known.source if known.locked else "changed")


@pytest.mark.parametrize("number", [0, 1, 3, 4, 5, 6])
def test_a_missing_cell_is_put_back_behind_the_one_before(number):
    assert ids(restore(with_cell(number), SPEC)) == list(SPEC.by_id)


def test_a_missing_solution_stays_missing():
    assert ids(restore(with_cell(2), SPEC)) == [name for name in SPEC.by_id if name != "f"]


def test_an_empty_notebook_gets_all_that_is_locked_or_graded():
    restored = restore(notebook(), SPEC)
    assert ids(restored) == ["title", "setup", "test-f", "essay", "task", "test-end"]
    nbformat.validate(nbformat.from_dict(restored))


def test_cells_of_ones_own_stay_where_they_are():
    own = [cell("a = 1"), cell("text", kind="markdown")]
    restored = restore(notebook(*RELEASED[:3], *own, *RELEASED[4:]), SPEC)
    assert ids(restored) == [*("title", "setup", "f", "test-f", None, None), *list(SPEC.by_id)[4:]]


def test_of_cells_of_one_name_the_last_counts():
    restored = restore(with_cell(2, cell("first", "f"), cell("x"), cell("last", "f")), SPEC)
    assert ids(restored).count("f") == 1
    assert sources(restored)["f"] == "last"
    kept = [c["source"] for c in restored["cells"] if grade_id_of(c) is None]
    assert kept == ["first", "x"]


def test_a_doubled_test_is_a_test_once():
    forged = cell("assert True", "test-f")
    restored = restore(notebook(*RELEASED, forged), SPEC)
    assert ids(restored).count("test-f") == 1
    assert sources(restored)["test-f"] == "assert f(1) == 1"


@pytest.mark.parametrize("name", ["new", "F", "f ", "", 5, None, ["f"], {"f": 1}, "x" * 10_000])
def test_unknown_names_are_forgotten(name):
    mine = {"cell_type": "code", "source": "x", "metadata": {"nbgrader": {"grade_id": name}}}
    restored = restore(notebook(*RELEASED, mine), SPEC)
    assert restored["cells"][-1]["metadata"] == {}


@pytest.mark.parametrize("kind", ["markdown", "raw"])
@pytest.mark.parametrize(
    "source", ["def f(x):\n    return x", "def f(x):\n    return x<y and y>x  # *a* <b>"]
)
def test_a_solution_that_became_text_is_code_again(kind, source):
    """nbgrader gives the cell its type back, and the student's points with it."""
    restored = restore(with_cell(2, cell(source, "f", kind)), SPEC)
    mine = restored["cells"][2]
    assert mine["cell_type"] == "code"
    assert mine["source"] == source


@pytest.mark.parametrize("kind", ["code", "raw", "markdown"])
def test_an_essay_is_markdown_and_clean_whatever_it_was(kind):
    from dlcourse.grading.sanitize import markdown2html

    mine = restore(with_cell(4, cell("My answer <script>alert(1)</script>", "essay", kind)), SPEC)
    assert mine["cells"][4]["cell_type"] == "markdown"
    page = markdown2html({}, mine["cells"][4]["source"])
    assert "answer" in page
    assert "<script" not in page


def test_a_locked_cell_that_became_text_is_code_again():
    for kind in ("markdown", "raw"):
        mine = restore(with_cell(3, cell("x", "test-f", kind)), SPEC)["cells"][3]
        assert (mine["cell_type"], mine["source"]) == ("code", "assert f(1) == 1")


def test_markdown_of_ones_own_is_cleaned():
    from dlcourse.grading.sanitize import markdown2html

    text = "# Mine\n\n<script>alert(1)</script> [x](javascript:alert(1)) <b onclick='x'>b</b>"
    mine = only(cell_type="markdown", source=text)
    assert "Mine" in mine["source"]
    shown = markdown2html({}, mine["source"])
    assert "<script" not in shown
    assert "<b onclick" not in shown
    assert 'href="javascript' not in shown


def test_of_a_whole_notebook_no_more_is_parsed_than_there_is_room_for(monkeypatch):
    parsed = []
    harmless = sanitize.is_harmless_markdown
    monkeypatch.setattr(
        sanitize, "is_harmless_markdown", lambda s, names: parsed.append(s) or harmless(s, names)
    )
    texts = [f"{i} {'word ' * 2000}" for i in range(50)]
    cells = restore(notebook(*(cell(text, kind="markdown") for text in texts)), SPEC)["cells"]
    sources = [each["source"] for each in cells if each["source"].strip("~\n") in texts]
    assert sum(map(len, parsed)) <= sanitize.ALL_MARKDOWN
    assert sources[0] == texts[0]
    assert sources[-1] == f"~~~~\n{texts[-1]}\n~~~~"


def test_raw_cells_become_text():
    mine = only(cell_type="raw", source="<b>raw</b>", metadata={"raw_mimetype": "text/html"})
    assert mine["cell_type"] == "markdown"
    assert mine["metadata"] == {}
    assert "```" in mine["source"] or "~~~" in mine["source"]


@pytest.mark.parametrize("source", ["a\nb", ["a\n", "b"], ["a\nb"]])
def test_text_may_come_in_lines(source):
    assert only(source=source)["source"] == "a\nb"
    assert only(source=[])["source"] == ""


def test_text_that_no_file_can_hold_is_cleaned():
    assert only(source="a\ud800b")["source"].encode()


# --- metadata and ids ---------------------------------------------------------------------------


def test_nothing_of_a_students_metadata_survives():
    evil = {
        "nbgrader": {"grade_id": "f", "points": 100, "grade": True, "locked": False, "score": 9},
        "tags": ["raises-exception"],
        "name": "x",
        "jupyter": {"source_hidden": True},
        "SECRET": "SECRET",
    }
    mine = cell("SOURCE", "f", outputs=[{"output_type": "stream", "text": "SECRET"}])
    mine |= {"metadata": evil, "execution_count": 77, "attachments": {"SECRET": {}}, "SECRET": 1}
    loose = {**mine, "metadata": {"SECRET": 1, "tags": ["SECRET"]}}
    content = notebook(*RELEASED[:2], mine, loose, metadata={"SECRET": 1, "widgets": "SECRET"})
    restored = restore(content, SPEC)
    text = json.dumps(restored)
    assert "SOURCE" in text
    assert "SECRET" not in text
    assert "tags" not in text
    assert "77" not in text
    assert set(restored) == {"cells", "metadata", "nbformat", "nbformat_minor"}
    assert set(restored["metadata"]) == {"kernelspec", "language_info"}
    for one in restored["cells"]:
        assert set(one["metadata"]) <= {"nbgrader"}
        assert one.get("outputs", []) == []
        assert one.get("execution_count") is None


def test_attached_images_stay_with_the_text_that_shows_them():
    image = {"image/png": PIXEL}
    text = "Here: ![graph](attachment:graph.png)"
    mine = cell(text, "essay", "markdown", attachments={"graph.png": image})
    loose = {**mine, "metadata": {}, "source": "![](attachment:graph.png)"}
    notes = []
    restored = restore(notebook(*RELEASED[:4], mine, loose, *RELEASED[5:]), SPEC, notes)
    essay, other = restored["cells"][4:6]
    assert (essay["source"], essay["attachments"]) == (text, {"graph.png": image})
    assert (other["source"], other["attachments"]) == (loose["source"], {"graph.png": image})
    assert notes == []
    nbformat.validate(nbformat.from_dict(restored))


def test_attached_files_that_are_no_images_are_left_out_and_said():
    svg = {"a.svg": {"image/svg+xml": "<svg/>"}, "b.png": {"image/png": PIXEL}, "c": 5}
    mine = cell("![](attachment:a.svg) ![](attachment:b.png)", "essay", "markdown", attachments=svg)
    notes = []
    essay = restore(with_cell(4, mine), SPEC, notes)["cells"][4]
    assert essay["attachments"] == {"b.png": {"image/png": PIXEL}}
    assert essay["source"] == f"~~~~\n{mine['source']}\n~~~~"
    assert notes == ["Attached files that are no PNG, JPEG or GIF image were left out: 2."]


@pytest.mark.parametrize("attachments", [None, 5, [], "x", {"a": {"text/html": "<script>"}}])
def test_attachments_of_any_kind_are_no_reason_to_stop(attachments):
    assert "attachments" not in only(cell_type="markdown", attachments=attachments)
    assert "attachments" not in only(attachments=attachments)


@pytest.mark.parametrize("metadata", [None, 5, [], "x", {"nbgrader": None}, {"nbgrader": [1]}])
def test_metadata_of_any_kind_is_no_reason_to_stop(metadata):
    assert only(metadata=metadata)["metadata"] == {}


def test_ids_are_unique_and_harmless():
    wild = ["same", "same", "a b", "<b>", "", None, 5, "x" * 65, "cell-1", "y" * 64, "cell-5", "é"]
    restored = restore(notebook(*[cell("x", id=name) for name in wild]), notebook_spec())
    names = [one["id"] for one in restored["cells"]]
    assert len(set(names)) == len(names)
    assert all(module.CELL_ID.fullmatch(name) for name in names)
    assert (names[0], names[9]) == ("same", "y" * 64)
    nbformat.validate(nbformat.from_dict(restored))


# --- old formats --------------------------------------------------------------------------------


def test_format_3_is_converted():
    cells = [
        {"cell_type": "heading", "level": 2, "source": "Title", "metadata": {}},
        {
            "cell_type": "code",
            "input": ["def f(x):\n", "    return x"],
            "metadata": {"nbgrader": {"grade_id": "f"}},
            "outputs": [{"output_type": "pyout", "text": "SECRET", "prompt_number": 1}],
            "collapsed": False,
            "language": "python",
        },
    ]
    old = {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": cells}]}
    restored = restore(json.dumps(old).encode(), SPEC)
    assert sources(restored)["f"] == "def f(x):\n    return x"
    assert "## Title" in [one["source"] for one in restored["cells"]]
    assert "SECRET" not in json.dumps(restored)
    nbformat.validate(nbformat.from_dict(restored))


@pytest.mark.parametrize("minor", [0, 2, 5, 99, None, "x"])
def test_every_minor_version_of_format_4_is_read(minor):
    restored = restore(notebook(*RELEASED, nbformat_minor=minor), SPEC)
    assert ids(restored) == list(SPEC.by_id)
    assert (restored["nbformat"], restored["nbformat_minor"]) == (4, 5)


# --- stand-ins ----------------------------------------------------------------------------------


def test_the_notebook_as_released_holds_every_cell():
    spec = replace(SPEC, free_cells=(("markdown", "Notes."), ("code", "1 + 1")))
    untouched = restore(json.dumps(as_released(spec)).encode(), spec)
    assert ids(untouched) == [None, None, *(known.grade_id for known in SPEC.cells)]
    assert [one["source"] for one in untouched["cells"][:2]] == ["Notes.", "1 + 1"]


def test_an_unreadable_file_becomes_the_stubs_under_the_reason():
    stand_in = unreadable("It is no notebook.", SPEC)
    assert "It is no notebook." in stand_in["cells"][0]["source"]
    assert ids(stand_in)[1:] == list(SPEC.by_id)
    assert sources(stand_in)["f"] == STUB
    nbformat.validate(nbformat.from_dict(stand_in))


def test_a_reason_never_carries_a_students_markup():
    """nbformat's errors may quote what was handed in."""
    from dlcourse.grading.sanitize import markdown2html

    old = {"nbformat": 3, "worksheets": [{"cells": [{"cell_type": "<script>alert(1)</script>"}]}]}
    try:
        restore(json.dumps(old).encode(), SPEC)
    except RejectedError as rejected:
        page = markdown2html({}, unreadable(str(rejected), SPEC)["cells"][0]["source"])
        assert "<script" not in page
