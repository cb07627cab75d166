"""Every assignment through nbgrader's own commands: release, submissions, marks, feedback.

Of each assignment two notebooks are handed in: one is right, the other begins with a mistake that
the first exercise knows and ends there. A third one, of one assignment, has what else goes wrong.
"""

import html
import json
import re
import runpy
import sqlite3

import nbformat
import pytest
from courses import NAME, ROOT, answered, copy_course, full_marks, nbgrader_in_turn, shipped

from dlcourse.checks import CheckFailed
from dlcourse.checks.registry import answers_to, assignments, exercises_of, keys
from dlcourse.checks.spec import name_of

each_assignment = pytest.mark.parametrize("assignment", assignments())
notebook_of = runpy.run_path(str(ROOT / "tools" / "make_solutions.py"))["notebook_of"]

# What a third student hands in, by cell: a half right answer that prints, an error in Python, a
# right answer; the other stubs stay.
CARELESS = {
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


def mistake(assignment):
    """Return the first exercise, the hint at a mistake that it knows, an answer that makes it."""
    exercise, *_ = exercises_of(assignment)
    wrong = answers_to(exercise.key).wrong
    known = next(m for m in exercise.misconceptions if m.name in wrong)
    return exercise, known.hint, wrong[known.name]


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def hand_in(course, student, assignment, answers):
    notebook = answered(read(course / "exercises" / assignment / f"{assignment}.ipynb"), answers)
    folder = course / "submitted" / student / assignment
    folder.mkdir(parents=True)
    (folder / f"{assignment}.ipynb").write_text(json.dumps(notebook, indent=1), encoding="utf-8")


@pytest.fixture(scope="session")
def nbgrader(tmp_path_factory):
    """Run nbgrader commands in a copy of the course, away from the user's own settings."""
    course, home = tmp_path_factory.mktemp("course"), tmp_path_factory.mktemp("home")
    copy_course(course)

    def run(*commands):
        done = nbgrader_in_turn(course, home, commands)
        assert done.returncode == 0, done.stdout + done.stderr

    run.course = course
    return run


@pytest.fixture(scope="session")
def released(nbgrader):
    """Make every assignment's student version, as `make exercises` does."""
    nbgrader(*(["generate_assignment", assignment] for assignment in assignments()))
    return nbgrader.course / "exercises"


@pytest.fixture(scope="session")
def graded(nbgrader, released):
    """Hand in notebooks of every assignment, mark them, write the feedback."""
    course = nbgrader.course
    for assignment in assignments():
        cells = shipped("solutions", assignment)["cells"]
        filled_in = [c for c in cells if c["metadata"].get("nbgrader", {}).get("solution")]
        hand_in(course, "right", assignment, {c["id"]: c["source"] for c in filled_in})
        exercise, _, wrong = mistake(assignment)
        hand_in(course, "wrong", assignment, {exercise.name.replace("_", "-"): wrong})
    hand_in(course, "careless", NAME, CARELESS)
    nbgrader(
        *(["autograde", assignment, "--create"] for assignment in assignments()),
        *(["generate_feedback", assignment] for assignment in assignments()),
    )
    return course


def marks(course, student, assignment):
    """Read one student's marks from the gradebook."""
    query = """
        select base_cell.name, grade.auto_score from grade
        join base_cell on base_cell.id = grade.cell_id
        join submitted_notebook on submitted_notebook.id = grade.notebook_id
        join submitted_assignment on submitted_assignment.id = submitted_notebook.assignment_id
        join assignment on assignment.id = submitted_assignment.assignment_id
        where submitted_assignment.student_id = ? and assignment.name = ?
    """
    gradebook = sqlite3.connect(course / "gradebook.db")
    try:
        return dict(gradebook.execute(query, [student, assignment]))
    finally:
        gradebook.close()


def outputs(course, student, assignment):
    notebook = read(course / "autograded" / student / assignment / f"{assignment}.ipynb")
    return [output for cell in notebook["cells"] for output in cell.get("outputs", [])]


def feedback(course, student, assignment):
    path = course / "feedback" / student / assignment / f"{assignment}.html"
    return path.read_text(encoding="utf-8")


def test_every_assignment_has_a_text_and_nothing_else_is_beside_its_folder():
    beside = {path.name for path in (ROOT / "solutions").iterdir() if path.name[0] != "."}
    assert beside == {name + end for name in assignments() for end in ("", ".md")}


@each_assignment
def test_committed_solutions_are_what_their_text_makes(assignment):
    """Run `make exercises` after every change in solutions/*.md."""
    committed = nbformat.read(ROOT / "solutions" / assignment / f"{assignment}.ipynb", 4)
    assert notebook_of(ROOT / "solutions" / f"{assignment}.md") == committed


@each_assignment
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


@each_assignment
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


@each_assignment
def test_released_notebook_holds_no_solution_and_keeps_its_cells(released, assignment):
    source = read(ROOT / "solutions" / assignment / f"{assignment}.ipynb")
    student = read(released / assignment / f"{assignment}.ipynb")
    assert [c["id"] for c in student["cells"]] == [c["id"] for c in source["cells"]]
    assert "SOLUTION" not in json.dumps(student)
    stubs = [c for c in student["cells"] if "raise NotImplementedError" in "".join(c["source"])]
    assert len(stubs) == len(exercises_of(assignment))


@each_assignment
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


@each_assignment
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


@each_assignment
def test_right_submission_gets_every_point_and_its_text_waits_for_a_person(graded, assignment):
    full = full_marks(shipped("solutions", assignment))
    assert sum(points or 0 for points in full.values()) == sum(
        exercise.points for exercise in exercises_of(assignment)
    )
    assert marks(graded, "right", assignment) == full


@each_assignment
def test_right_submission_runs_until_it_uses_what_is_not_there_in_grading(graded, assignment):
    """An experiment may use functions of the package that are or contain an answer."""
    found = outputs(graded, "right", assignment)
    errors = [o["ename"] for o in found if o["output_type"] == "error"]
    assert errors[:1] in ([], ["NotThere"])
    if not errors:
        assert not [o for o in found if o.get("name") == "stderr"]
        assert any("image/png" in o.get("data", {}) for o in found)


def test_right_submission_learns_to_read_digits(graded):
    found = outputs(graded, "right", NAME)
    text = "".join("".join(o["text"]) for o in found if o["output_type"] == "stream")
    zero_or_one, three_or_eight = re.findall(r"([\d.]+)% of 200", text)
    assert float(zero_or_one) >= 97
    assert float(three_or_eight) >= 90


@each_assignment
def test_feedback_of_the_right_submission_is_friendly(graded, assignment):
    page = feedback(graded, "right", assignment)
    for exercise in exercises_of(assignment):
        assert f"✓ {exercise.name}: right ({exercise.points} of" in page
    assert "Hint:" not in page


@each_assignment
def test_mistake_costs_its_points_and_feedback_shows_the_hint(graded, assignment):
    full = full_marks(shipped("solutions", assignment))
    assert marks(graded, "wrong", assignment) == dict.fromkeys(full, 0)
    page = re.sub(r"</?code>", "`", html.unescape(feedback(graded, "wrong", assignment)))
    exercise, hint, _ = mistake(assignment)
    assert f"<strong>Hint:</strong> {hint}" in page
    for other in exercises_of(assignment):
        assert (f"✗ {other.name}: not written yet" in page) == (other != exercise)


def test_careless_submission_gets_what_is_right_in_it(graded):
    earned = {"check-sigmoid": 1, "check-logistic-gradient": 3}
    assert marks(graded, "careless", NAME) == {
        **dict.fromkeys(full_marks(shipped("solutions")), 0),
        **earned,
    }


def test_feedback_says_what_is_missing(graded):
    page = html.unescape(feedback(graded, "careless", NAME))
    assert "Right so far: the formula. Still to do: huge scores." in page
    assert "NameError: name 'undefined' is not defined" in page
    assert "<code>return np.log(scores) / undefined</code>" in page
    assert "descend: not written yet (0 of 2 points)" in page


def test_feedback_escapes_what_a_student_printed_in_a_check(graded):
    assert "<script>alert" not in feedback(graded, "careless", NAME)
    assert "&lt;script&gt;alert" in feedback(graded, "careless", NAME)
