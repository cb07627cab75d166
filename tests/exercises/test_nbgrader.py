"""The assignment through nbgrader's own commands: release, two submissions, marks, feedback."""

import html
import json
import re
import runpy
import sqlite3

import courses
import nbformat
import pytest
from courses import NAME, ROOT, answered, copy_course, full_marks, shipped

from dlcourse.checks import CheckFailed
from dlcourse.checks.registry import assignments, exercises_of, find, keys
from dlcourse.checks.spec import name_of

FULL = full_marks(shipped("solutions"))
notebook_of = runpy.run_path(str(ROOT / "tools" / "make_solutions.py"))["notebook_of"]

# What the second student hands in, by cell: one known mistake, one half right answer, one error in
# Python, one right answer; the stub of `descend` stays.
WRONG = {
    "scores": "def scores(X, w):\n    return X @ w[1:]",
    "sigmoid": (
        "import sys\n\ndef sigmoid(S):\n"
        "    print('<script>alert(1)</script>', file=sys.stderr)\n"
        "    return np.exp(S) / (1 + np.exp(S))"
    ),
    "binary-cross-entropy": (
        "def binary_cross_entropy(scores, y):\n    return np.log(scores) / undefined"
    ),
    "logistic-gradient": (
        "def logistic_gradient(X, y, w):\n"
        "    Z = np.column_stack([np.ones(len(X)), X])\n"
        "    return Z.T @ (1 / (1 + np.exp(-Z @ w)) - y) / len(y)"
    ),
}


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def hand_in(course, student, notebook):
    folder = course / "submitted" / student / NAME
    folder.mkdir(parents=True)
    text = json.dumps(notebook, indent=1)
    (folder / f"{NAME}.ipynb").write_text(text, encoding="utf-8")


@pytest.fixture(scope="session")
def nbgrader(tmp_path_factory):
    """Run an nbgrader command in a copy of the course, away from the user's own settings."""
    course, home = tmp_path_factory.mktemp("course"), tmp_path_factory.mktemp("home")
    copy_course(course)

    def run(*arguments):
        done = courses.nbgrader(course, home, *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stderr

    run.course = course
    return run


@pytest.fixture(scope="session")
def released(nbgrader):
    """Make every assignment's student version, as `make exercises` does."""
    for assignment in assignments():
        nbgrader("generate_assignment", assignment)
    return nbgrader.course / "exercises"


@pytest.fixture(scope="session")
def graded(nbgrader, released):
    """Hand in a right and a wrong notebook, mark both, write the feedback."""
    solution = read(ROOT / "solutions" / NAME / f"{NAME}.ipynb")
    stubs = read(released / NAME / f"{NAME}.ipynb")
    solutions = {
        cell["id"]: cell["source"]
        for cell in solution["cells"]
        if cell["metadata"].get("nbgrader", {}).get("solution")
    }
    hand_in(nbgrader.course, "right", answered(stubs, solutions))
    hand_in(nbgrader.course, "wrong", answered(stubs, WRONG))
    nbgrader("autograde", NAME, "--create")
    nbgrader("generate_feedback", NAME)
    return nbgrader.course


def marks(course, student):
    """Read one student's marks from the gradebook."""
    query = """
        select base_cell.name, grade.auto_score from grade
        join base_cell on base_cell.id = grade.cell_id
        join submitted_notebook on submitted_notebook.id = grade.notebook_id
        join submitted_assignment on submitted_assignment.id = submitted_notebook.assignment_id
        where submitted_assignment.student_id = ?
    """
    gradebook = sqlite3.connect(course / "gradebook.db")
    try:
        return dict(gradebook.execute(query, [student]))
    finally:
        gradebook.close()


def feedback(course, student):
    return (course / "feedback" / student / NAME / f"{NAME}.html").read_text(encoding="utf-8")


def test_every_assignment_has_a_text_and_nothing_else_is_beside_its_folder():
    beside = {path.name for path in (ROOT / "solutions").iterdir() if path.name[0] != "."}
    assert beside == {name + end for name in assignments() for end in ("", ".md")}


@pytest.mark.parametrize("assignment", assignments())
def test_committed_solutions_are_what_their_text_makes(assignment):
    """Run `make exercises` after every change in solutions/*.md."""
    committed = nbformat.read(ROOT / "solutions" / assignment / f"{assignment}.ipynb", 4)
    assert notebook_of(ROOT / "solutions" / f"{assignment}.md") == committed


@pytest.mark.parametrize("assignment", assignments())
def test_notebooks_check_by_key(assignment):
    """A bare name would lose its meaning once another assignment has a function of that name."""
    text = (ROOT / "solutions" / f"{assignment}.md").read_text(encoding="utf-8")
    checked = re.findall(r'^check\("(.*?)", (\w+)\)', text, re.MULTILINE)
    own = sorted(name_of(key) for key in keys() if key.startswith(f"{assignment}/"))
    assert sorted(checked) == [(f"{assignment}/{name}", name) for name in own]


def test_cell_without_a_name_is_refused(tmp_path):
    text = (ROOT / "solutions" / f"{NAME}.md").read_text(encoding="utf-8")
    (tmp_path / "lost.md").write_text(text.replace(":name: data\n", ""), encoding="utf-8")
    with pytest.raises(ValueError, match=r"lost.md: cell .*'from dlcourse import plots'.* a name"):
        notebook_of(tmp_path / "lost.md")


def test_formgrader_lists_the_assignments_and_not_their_texts(nbgrader):
    """What its page shows comes from this function."""
    from nbgrader.apps.api import NbGraderAPI
    from nbgrader.coursedir import CourseDirectory

    assert (nbgrader.course / "solutions" / f"{NAME}.md").exists()
    course = CourseDirectory(root=str(nbgrader.course), source_directory="solutions")
    assert NbGraderAPI(course).get_source_assignments() == set(assignments())


@pytest.mark.parametrize("assignment", assignments())
def test_committed_exercises_are_what_nbgrader_makes_of_the_solutions(released, assignment):
    """Students get the notebook alone, as it was when `make exercises` ran last."""
    made, committed = (
        {p.relative_to(root): p for p in (root / assignment).rglob("*") if p.is_file()}
        for root in (released, ROOT / "exercises")
    )
    committed = {k: p for k, p in committed.items() if ".ipynb_checkpoints" not in k.parts}
    assert set(made) == set(committed)
    for name in made:
        assert read(made[name]) == read(committed[name])


@pytest.mark.parametrize("assignment", assignments())
def test_released_notebook_holds_no_solution_and_keeps_its_cells(released, assignment):
    source = read(ROOT / "solutions" / assignment / f"{assignment}.ipynb")
    student = read(released / assignment / f"{assignment}.ipynb")
    assert [c["id"] for c in student["cells"]] == [c["id"] for c in source["cells"]]
    assert "SOLUTION" not in json.dumps(student)
    stubs = [c for c in student["cells"] if "raise NotImplementedError" in "".join(c["source"])]
    assert len(stubs) == len(exercises_of(assignment))


@pytest.mark.parametrize("assignment", assignments())
def test_source_notebook_is_clean(assignment):
    notebook = read(ROOT / "solutions" / assignment / f"{assignment}.ipynb")
    assert notebook["metadata"]["kernelspec"]["name"] == "python3"
    for cell in notebook["cells"]:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None
        settings = cell["metadata"].get("nbgrader")
        if settings:
            assert settings["schema_version"] == 3
            assert settings["grade_id"] == cell["id"]


@pytest.mark.parametrize("assignment", assignments())
def test_student_who_has_not_begun_is_told_so(assignment):
    """Run the released notebook as it is, up to the last check."""
    cells = read(ROOT / "exercises" / assignment / f"{assignment}.ipynb")["cells"]
    namespace = {}
    told = []
    for cell in cells:
        source = "".join(cell["source"])
        settings = cell["metadata"].get("nbgrader", {})
        if settings.get("grade") and cell["cell_type"] == "code":
            with pytest.raises(CheckFailed) as caught:
                exec(source, namespace)
            told.append(str(caught.value))
        elif settings and cell["cell_type"] == "code":
            exec(source, namespace)
    assert len(told) == len(exercises_of(assignment))
    assert all("not written yet" in text and "Replace" in text for text in told)


def test_right_submission_gets_every_point(graded):
    assert marks(graded, "right") == FULL


def test_right_submission_runs_to_the_end_without_an_error(graded):
    notebook = read(graded / "autograded" / "right" / NAME / f"{NAME}.ipynb")
    outputs = [o for cell in notebook["cells"] for o in cell.get("outputs", [])]
    assert not [o for o in outputs if o["output_type"] == "error" or o.get("name") == "stderr"]
    assert sum("image/png" in o.get("data", {}) for o in outputs) == 3
    text = "".join("".join(o["text"]) for o in outputs if o["output_type"] == "stream")
    zero_or_one, three_or_eight = re.findall(r"([\d.]+)% of 200", text)
    assert float(zero_or_one) >= 97
    assert float(three_or_eight) >= 90


def test_wrong_submission_gets_what_is_right_in_it(graded):
    earned = {"check-sigmoid": 1, "check-logistic-gradient": 3}
    assert marks(graded, "wrong") == {**dict.fromkeys(FULL, 0), **earned}


def test_feedback_shows_the_hints(graded):
    page = html.unescape(feedback(graded, "wrong"))
    for exercise, mistake in (
        ("scores", "bias left out"),
        ("sigmoid", "exponential of a large score"),
    ):
        (hint,) = (m.hint for m in find(f"{NAME}/{exercise}").misconceptions if m.name == mistake)
        assert f"<strong>Hint:</strong> {hint}" in re.sub(r"</?code>", "`", page)
    assert "Right so far: the formula. Still to do: huge scores." in page
    assert "NameError: name 'undefined' is not defined" in page
    assert "<code>return np.log(scores) / undefined</code>" in page
    assert "descend: not written yet (0 of 2 points)" in page


def test_feedback_escapes_what_a_student_printed_in_a_check(graded):
    assert "<script>alert" not in feedback(graded, "wrong")
    assert "&lt;script&gt;alert" in feedback(graded, "wrong")


def test_feedback_of_the_right_submission_is_friendly(graded):
    page = feedback(graded, "right")
    for exercise in exercises_of(NAME):
        assert f"✓ {exercise.name}: right ({exercise.points} of" in page
    assert "Hint:" not in page
