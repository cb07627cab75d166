"""What the instructor's notebooks say: the toy course, and smaller ones."""

import json

import pytest
from grading.builders import (
    assignment_spec,
    cell_spec,
    locked_spec,
    notebook_spec,
    solution_spec,
    test_spec,
)
from grading.toy import FULL, NAME, exercises

pytest.importorskip("nbgrader")

from dlcourse.grading import spec as module
from dlcourse.grading.spec import (
    AssignmentSpec,
    SpecError,
    defined_names,
    import_statements,
    load_spec,
)

HIDDEN = "### BEGIN HIDDEN TESTS\nassert f(1) == 1\n### END HIDDEN TESTS"


def grade_id(cell):
    return cell["metadata"].get("nbgrader", {}).get("grade_id")


# --- the toy course -----------------------------------------------------------------------------


def test_cells_come_in_the_order_of_the_notebook(spec, released):
    order = [grade_id(cell) for cell in released["cells"] if grade_id(cell)]
    assert [cell.grade_id for cell in spec.notebook(NAME).cells] == order
    assert len(order) > 8


def test_cells_say_what_the_notebook_says(spec, released):
    by_id = spec.notebook(NAME).by_id
    for cell in released["cells"]:
        if grade_id(cell):
            said = by_id[grade_id(cell)].nbgrader_metadata()
            there = cell["metadata"]["nbgrader"]
            assert {key: said[key] for key in there} == there
            assert by_id[grade_id(cell)].source == "".join(cell["source"])
            assert by_id[grade_id(cell)].cell_type == cell["cell_type"]


def test_free_cells_are_those_that_nbgrader_does_not_know(spec, released):
    free = [cell for cell in released["cells"] if grade_id(cell) is None]
    assert free
    assert spec.notebook(NAME).free_cells == tuple(
        (cell["cell_type"], "".join(cell["source"])) for cell in free
    )


def test_names_points_and_imports_are_the_notebooks(spec):
    notebook = spec.notebook(NAME)
    functions = set(exercises())
    assert notebook.stub_names == functions
    assert functions | {"X", "P", "w"} <= set(notebook.students_names)
    assert not {"np", "plt", "check", "_"} & set(notebook.students_names)
    assert notebook.maximum == FULL
    imports = notebook.imports.splitlines()
    assert "import numpy as np" in imports
    assert "from dlcourse.checks import check" in imports
    assert len(imports) == len(set(imports))
    assert notebook.kernelspec["name"] == "python3"
    assert spec.most_locked_cells == len(FULL) + 2  # the tests, the cell that imports, the helper


def test_an_unknown_assignment_is_named_with_advice(make_course, course_directory):
    course = course_directory(make_course())
    with pytest.raises(SpecError, match="assignment must be one .* got 'week9'.*generate_assign"):  # noqa: RUF043
        load_spec(course, "week9")


def test_an_assignment_without_a_notebook_is_refused(make_course, course_directory):
    from nbgrader.api import Gradebook

    course = course_directory(make_course())
    with Gradebook(course.db_url, course.course_id) as gradebook:
        gradebook.add_assignment("empty")
    with pytest.raises(SpecError, match="'empty' has no notebook"):
        load_spec(course, "empty")


def test_released_files_come_along(make_course, course_directory):
    folder = make_course()
    release = folder / "exercises" / NAME
    (release / "data").mkdir()
    (release / "data" / "table.csv").write_bytes(b"1,2")
    (release / ".hidden").write_text("x")
    loaded = load_spec(course_directory(folder), NAME)
    assert loaded.files == {"data/table.csv": b"1,2"}


def test_without_the_source_nothing_is_graded(make_course, course_directory):
    folder = make_course()
    (folder / "solutions" / NAME / f"{NAME}.ipynb").unlink()
    with pytest.raises(SpecError, match="is missing; the tests need its names"):
        load_spec(course_directory(folder), NAME)


def test_hidden_tests_are_kept_and_cells_off_the_notebook_come_first(make_course, course_directory):
    from nbgrader.api import Gradebook

    course = course_directory(make_course())
    with Gradebook(course.db_url, course.course_id) as gradebook:
        cell = gradebook.find_source_cell("check-sigmoid", NAME, NAME)
        cell.source = HIDDEN
        gradebook.add_source_cell(
            "gone", NAME, NAME, cell_type="markdown", source=None, checksum=None, locked=True
        )
        gradebook.add_task_cell("essay", NAME, NAME, max_score=4, cell_type="markdown")
        gradebook.db.commit()
    cells = load_spec(course, NAME).notebook(NAME).cells
    assert cells[0].grade_id == "gone"
    assert (cells[0].source, cells[0].checksum) == ("", "")
    assert [cell.grade_id for cell in cells if cell.has_hidden_tests] == ["check-sigmoid"]


@pytest.fixture
def edited(make_course, course_directory):
    """Load the toy course after a change of its source notebook."""

    def load(change):
        folder = make_course()
        path = folder / "solutions" / NAME / f"{NAME}.ipynb"
        notebook = json.loads(path.read_text())
        change(notebook, {cell["id"]: cell["metadata"] for cell in notebook["cells"]})
        path.write_text(json.dumps(notebook))
        return load_spec(course_directory(folder), NAME)

    return load


def test_a_tag_of_the_source_makes_a_test_forgeable_and_another_assignment(edited, spec):
    tagged = edited(lambda _, cells: cells["check-sigmoid"].update(tags=["x", "student-process"]))
    assert tagged.notebook(NAME).forgeable == {"check-sigmoid"}
    assert tagged.digest != spec.digest
    assert tagged.most_locked_cells == spec.most_locked_cells
    assert spec.notebook(NAME).forgeable == frozenset()


@pytest.mark.parametrize(
    ("cell", "name"), [("sigmoid", "sigmoid"), ("helper", "helper"), ("demo", "a cell without")]
)
def test_a_tag_where_it_means_nothing_is_named(edited, cell, name):
    with pytest.raises(SpecError, match=f"student-process is for autograder tests .* on {name}"):
        edited(lambda _, cells: cells[cell].update(tags=["student-process"]))


R = {"name": "ir", "display_name": "R", "language": "R"}


@pytest.mark.parametrize(
    ("metadata", "said"),
    [
        ({"kernelspec": R}, "toy.ipynb is written in R .kernel 'ir'.; only Python is graded"),
        ({"kernelspec": R, "language_info": {"name": "python"}}, "written in R "),
        ({"language_info": {"name": "julia"}}, "written in julia .kernel ''."),
        ({"kernelspec": {"name": "ir", "display_name": "R"}}, "the kernel 'ir', which states no"),
    ],
)
def test_a_notebook_in_another_language_is_refused_by_name(edited, metadata, said):
    with pytest.raises(SpecError, match=said):
        edited(lambda notebook, _: notebook.update(metadata=metadata))


@pytest.mark.parametrize(
    "metadata",
    [
        {},
        {"kernelspec": None},
        {"kernelspec": {"name": "python3", "display_name": "x"}},
        {"kernelspec": {"name": "conda-env-x-py", "display_name": "x"}},
        {"kernelspec": {"name": "x", "display_name": "x"}, "language_info": {"name": "python"}},
        {"kernelspec": {"name": "x", "display_name": "x", "language": "Python"}},
    ],
)
def test_what_says_python_or_nothing_is_python(edited, metadata):
    assert edited(lambda notebook, _: notebook.update(metadata=metadata)).notebooks


# --- data ---------------------------------------------------------------------------------------


def test_json_brings_everything_back(spec):
    for one in (
        spec,
        assignment_spec(solution_spec(), files={"a/b": b"\x00\xff"}),
        AssignmentSpec("e", ()),
    ):
        again = AssignmentSpec.from_json(one.to_json())
        assert again == one
        assert again.to_json() == one.to_json()
        assert again.digest == one.digest


def test_the_digest_changes_with_everything():
    base = assignment_spec(solution_spec(), test_spec("t", "f(1)"))
    others = [
        assignment_spec(solution_spec(), test_spec("t", "f(2)")),
        assignment_spec(solution_spec(), test_spec("t", "f(1)", points=2.0)),
        assignment_spec(solution_spec(), test_spec("t", "f(1)", forgeable=True)),
        assignment_spec(solution_spec(source="def g(): pass"), test_spec("t", "f(1)")),
        assignment_spec(test_spec("t", "f(1)"), solution_spec()),
        assignment_spec(solution_spec(), test_spec("t", "f(1)"), imports="import math"),
        assignment_spec(solution_spec(), test_spec("t", "f(1)"), files={"a": b""}),
        assignment_spec(solution_spec(), test_spec("t", "f(1)"), name="other"),
    ]
    assert len({one.digest for one in [base, *others]}) == len(others) + 1


def test_the_digest_does_not_depend_on_the_order_of_files():
    one = assignment_spec(files={"a": b"1", "b": b"2"})
    assert one.digest == assignment_spec(files={"b": b"2", "a": b"1"}).digest


def test_an_unknown_notebook_is_named_with_those_that_there_are(spec):
    assert spec.notebook(NAME).name == NAME
    with pytest.raises(SpecError, match=f"notebook must be one of {NAME}, got 'other'"):
        spec.notebook("other")


@pytest.mark.parametrize(
    ("cell", "is_test", "graded_code", "runs_outside"),
    [
        (test_spec("a", ""), True, True, True),
        (test_spec("a", "", forgeable=True), True, True, False),
        (solution_spec("a"), False, True, False),
        (locked_spec("a", ""), False, False, True),
        (locked_spec("a", "", "markdown"), False, False, False),
        (cell_spec("a", grade=True, solution=True, points=1.0), False, True, False),
        (cell_spec("a", kind="markdown", grade=True, solution=True), False, False, False),
        (cell_spec("a", kind="markdown", task=True, points=1.0), False, False, False),
        (cell_spec("a"), False, False, False),
    ],
)
def test_roles_follow_from_nbgraders_flags(cell, is_test, graded_code, runs_outside):
    roles = (cell.is_test, cell.graded_code, cell.runs_outside)
    assert roles == (is_test, graded_code, runs_outside)
    assert not cell.has_hidden_tests


def test_metadata_has_points_where_there_are_some():
    assert test_spec("a", "", 2.5).nbgrader_metadata()["points"] == 2.5
    metadata = solution_spec("a").nbgrader_metadata()
    assert "points" not in metadata
    assert json.loads(json.dumps(metadata)) == metadata
    assert metadata["schema_version"] == 3


def test_a_notebook_sums_up_its_cells():
    notebook = notebook_spec(
        solution_spec("one", "def f(): ...\nx = 1"),
        cell_spec("text", "y = 1", "markdown", solution=True, grade=True, points=3.0),
        cell_spec("task", "", "markdown", task=True, points=5.0),
        locked_spec("helper", "z = 1"),
        test_spec("test", "f()", 2.0),
    )
    assert notebook.stub_names == {"f", "x"}
    assert notebook.maximum == {"text": 3.0, "task": 5.0, "test": 2.0}
    assert set(notebook.by_id) == {"one", "text", "task", "helper", "test"}
    assert AssignmentSpec("a", (notebook,)).most_locked_cells == 2
    assert AssignmentSpec("a", ()).most_locked_cells == 0


# --- source -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "statements"),
    [
        ([], ""),
        (["import a, b\nfrom c import d as e", "import a, b"], "import a, b\nfrom c import d as e"),
        (["%matplotlib inline\nimport a", "!pip install b\nx = 1"], "import a"),
        (["import a\nthis is no Python", "import b"], "import b"),
        (["def f():\n    import a"], ""),
        (["if True:\n  %magic\n  x = 1\nimport a"], "import a"),
        (["import a\0", "\ud800", "import b"], "import b"),
    ],
)
def test_imports_are_those_at_the_top_level(cells, statements):
    assert import_statements(cells) == statements


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("", []),
        ("def f(): ...\nasync def g(): ...\nclass C: ...", ["f", "g", "C"]),
        ("a = b = 1\nc, (d, *e) = 1, (2, 3)", ["a", "b", "c", "d", "e"]),
        ("x: int = 1\ny: int", ["x", "y"]),
        ("a.b = 1\nc[d] = 2", []),
        ("%time\nx = 1", ["x"]),
        ("x = (", []),
        ("def f():\n    inner = 1", ["f"]),
        (
            "a = [i for i in b]\nc = {j: k for j, k in d}\ne = sum(n for n in {m for m in o})",
            ["a", "c", "e"],
        ),
        ("a = [(last := i) for i in b]\nc = lambda x: (y := x)", ["a", "last", "c"]),
        ("match a:\n    case [b, *c]: pass\n    case {'k': d, **e}: pass", ["b", "c", "e", "d"]),
        ("for i, j in a:\n    with b as c: pass\nwhile d := e: pass", ["i", "j", "c", "d"]),
        ("import a\nfrom b import c\nfrom d import f\ndef f(): ...", ["f"]),
        ("a += 1", ["a"]),
    ],
)
def test_defined_names_are_those_at_the_top_level(source, names):
    assert defined_names(source) == names


def test_hidden_test_marks_are_nbgraders():
    from nbgrader.preprocessors import ClearHiddenTests

    marks = ClearHiddenTests()
    assert (
        f"### {marks.begin_test_delimeter}",
        f"### {marks.end_test_delimeter}",
    ) == module.HIDDEN_TESTS
