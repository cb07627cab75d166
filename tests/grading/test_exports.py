"""Exports through ``nbgrader export``: what Canvas and Moodle would read."""

import csv
import os
import shutil
import sys
from pathlib import Path
from unicodedata import normalize
from uuid import uuid4

import pytest
from courses import ROOT, nbgrader

pytest.importorskip("nbgrader")

from nbgrader.api import Grade, Gradebook, SubmittedAssignment, SubmittedNotebook
from nbgrader.plugins import CsvExportPlugin
from sqlalchemy import event

from dlcourse.grading.exports import CanvasExporter, CsvExporter, MoodleExporter
from dlcourse.grading.tables import FORMULA_STARTS

CANVAS = "dlcourse.grading.exports.CanvasExporter"
MOODLE = "dlcourse.grading.exports.MoodleExporter"
FORMULAS = ("=1+1", "+1", "-1", "@A1", "\tx")


def add_assignment(gradebook, name, notebooks, maximum=3.0):
    gradebook.add_assignment(name, course_id=gradebook.course_id)
    for notebook in notebooks:
        gradebook.add_notebook(notebook, name)
        for cell in ("one", "two"):
            gradebook.add_grade_cell(cell, notebook, name, max_score=maximum, cell_type="code")


def hand_in(gradebook, assignment, student, one, two, penalty=None):
    """Score the two cells of every notebook, by grading program and by hand."""
    with gradebook.db.no_autoflush:  # nbgrader's own order of adding makes SQLAlchemy warn
        submission = gradebook.add_submission(assignment, student)
    for notebook in submission.notebooks:
        notebook.late_submission_penalty = penalty
        for grade in notebook.grades:
            grade.auto_score = one if grade.name == "one" else 0.0
            grade.manual_score = None if grade.name == "one" else two
    gradebook.db.commit()


@pytest.fixture(scope="module", autouse=True)
def _programs():
    """Let nbgrader find `alembic`, which it starts by its bare name."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
        yield


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    """An empty gradebook; making one takes seconds, copying it does not."""
    path = tmp_path_factory.mktemp("empty") / "gradebook.db"
    Gradebook(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def new_gradebook(empty, tmp_path):
    """Open a new gradebook."""

    def opened():
        path = tmp_path / f"{uuid4().hex}.db"
        shutil.copy(empty, path)
        return Gradebook(f"sqlite:///{path}")

    return opened


@pytest.fixture(scope="module")
def course(tmp_path_factory, empty):
    """Four students, two assignments, one of them with two notebooks."""
    folder = tmp_path_factory.mktemp("course")
    (folder / "nbgrader_config.py").write_text(
        f"c = get_config()\nc.CourseDirectory.root = {str(folder)!r}\n", encoding="utf-8"
    )
    shutil.copy(empty, folder)
    with Gradebook(f"sqlite:///{folder}/gradebook.db") as gradebook:
        people = {"first_name": "Ada", "last_name": "Lovelace", "email": "ada@example.org"}
        gradebook.add_student("ada", lms_user_id="1815", **people)
        gradebook.add_student("bob", last_name='O"Neil; Jr, "B"')
        gradebook.add_student("=cmd|' /C calc'!A0", first_name="@SUM(A1)", last_name="+1")
        gradebook.add_student("émile")
        add_assignment(gradebook, "ps1", ["a"])
        add_assignment(gradebook, "ps2", ["a", "b"], maximum=0.75)
        hand_in(gradebook, "ps1", "ada", 3.0, 2.5, penalty=1.0)
        hand_in(gradebook, "ps1", "bob", 1.0, 0.0, penalty=5.0)
        hand_in(gradebook, "ps2", "ada", 0.75, 1 / 3)
    return folder


@pytest.fixture(scope="module")
def export(course, tmp_path_factory):
    """Run ``nbgrader export`` away from the user's own settings and read what it wrote."""
    home = tmp_path_factory.mktemp("home")

    def run(exporter, *arguments, fails=False):
        done = nbgrader(course, home, "export", f"--exporter={exporter}", *arguments)
        assert (done.returncode != 0) == fails, done.stderr
        return done.stderr

    return run


def read(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_canvas_table(course, export):
    export(CANVAS, "--to=canvas.csv")
    head, possible, *students = read(course / "canvas.csv")
    assert head == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "ps1", "ps2"]
    assert possible == ["Points Possible", "", "", "", "", "6", "3"]
    assert sorted(students) == [
        ["'+1, @SUM(A1)", "", "", "'=cmd|' /C calc'!A0", "", "", ""],
        ["Lovelace, Ada", "1815", "", "ada", "", "4.5", "2.16667"],
        ['O"Neil; Jr, "B"', "", "", "bob", "", "0", ""],
        ["émile", "", "", "émile", "", "", ""],
    ]


def test_moodle_table_leaves_out_identifiers_that_some_lack(course, export):
    export(MOODLE, "--to=moodle.csv")
    head, *students = read(course / "moodle.csv")
    assert head == ["Username", "First name", "Last name", "ps1", "ps2"]
    assert sorted(students) == [
        ["'=cmd|' /C calc'!A0", "'@SUM(A1)", "'+1", "", ""],
        ["ada", "Ada", "Lovelace", "4.5", "2.16667"],
        ["bob", "", 'O"Neil; Jr, "B"', "0", ""],
        ["émile", "", "", "", ""],
    ]


def test_moodle_table_has_identifiers_that_all_have(course, export):
    export(MOODLE, "--to=ada.csv", "--student", "ada")
    assert read(course / "ada.csv") == [
        ["Username", "ID number", "Email address", "First name", "Last name", "ps1", "ps2"],
        ["ada", "1815", "ada@example.org", "Ada", "Lovelace", "4.5", "2.16667"],
    ]


@pytest.mark.parametrize("spelt", ["ps2", "['ps2']"])
def test_assignments_can_be_selected(course, export, spelt):
    export(CANVAS, "--to=ps2.csv", "--assignment", spelt, "--student", "['ada', 'bob']")
    head, possible, *students = read(course / "ps2.csv")
    assert head[5:] == ["ps2"]
    assert possible[5:] == ["3"]
    assert {line[3]: line[5:] for line in students} == {"ada": ["2.16667"], "bob": [""]}


def test_plain_export_is_nbgraders_table(course, export, tmp_path):
    export("dlcourse.grading.exports.CsvExporter")
    rows = read(course / "grades.csv")
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        plain = ["ada", "émile"]
        CsvExportPlugin(to=str(tmp_path / "stock.csv"), student=plain).export(gradebook)
        stock = read(tmp_path / "stock.csv")
        for submission in gradebook.db.query(SubmittedAssignment).filter_by(student_id="bob"):
            (bobs,) = (r for r in rows if r[0] == submission.assignment.name and r[3] == "bob")
            right = (submission.score, submission.late_submission_penalty)
            assert bobs[7:9] == [str(number) for number in right]
    assert [row for row in rows if row[3] in ("student_id", *plain)] == stock
    names = {tuple(row[3:6]) for row in rows[1:]}
    assert ("'=cmd|' /C calc'!A0", "'+1", "'@SUM(A1)") in names
    assert ("bob", 'O"Neil; Jr, "B"', "") in names


def test_shipped_course_exports_safely_by_itself(course, tmp_path):
    for path in (ROOT / "nbgrader_config.py", course / "gradebook.db"):
        shutil.copy(path, tmp_path)
    done = nbgrader(tmp_path, tmp_path, "export")
    assert done.returncode == 0, done.stderr
    texts = [text for row in read(tmp_path / "grades.csv") for text in row]
    assert {"'=cmd|' /C calc'!A0", "'+1", "'@SUM(A1)"} <= {*texts}
    assert not [text for text in texts if text.startswith(FORMULA_STARTS)]


def test_file_has_nbgraders_name_unless_another_is_given(course, export):
    export(MOODLE)
    assert read(course / "grades.csv")[0][0] == "Username"


@pytest.mark.parametrize("option", ["assignment", "student"])
def test_unknown_selection_is_refused_and_nothing_is_written(course, export, option):
    said = export(CANVAS, "--to=none.csv", f"--{option}", "nobody", fails=True)
    assert f"{option} must be in the gradebook, got nobody" in said
    assert not (course / "none.csv").exists()


@pytest.mark.parametrize("exporter", [CanvasExporter, MoodleExporter])
def test_scores_agree_with_nbgraders_own_sums(course, tmp_path, exporter):
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        exporter(to=str(tmp_path / "grades.csv")).export(gradebook)
        rows = read(tmp_path / "grades.csv")
        column = rows[0].index("SIS Login ID" if exporter is CanvasExporter else "Username")
        scores = {
            (line[column], name): line[rows[0].index(name)]
            for line in rows
            for name in ("ps1", "ps2")
        }
        for submission in gradebook.db.query(SubmittedAssignment):
            right = max(0.0, submission.score - submission.late_submission_penalty)
            written = scores[submission.student_id, submission.assignment.name]
            assert float(written) == pytest.approx(right, abs=1e-5)


@pytest.mark.parametrize("exporter", [CanvasExporter, MoodleExporter])
def test_empty_gradebook_gives_the_header(new_gradebook, tmp_path, exporter):
    with new_gradebook() as gradebook:
        exporter(to=str(tmp_path / "grades.csv")).export(gradebook)
    assert all(
        line[0] in ("Student", "Points Possible", "Username")
        for line in read(tmp_path / "grades.csv")
    )


def exported(new_gradebook, exporter, texts, path):
    """Export a class in which each text is all names of one student, and read the table."""
    with new_gradebook() as gradebook:
        add_assignment(gradebook, "ps1", ["a"])
        for text in texts:
            names = dict.fromkeys(("first_name", "last_name", "email", "lms_user_id"), text)
            gradebook.add_student(text, **names)
        exporter(to=str(path)).export(gradebook)
    return read(path)


@pytest.mark.parametrize("exporter", [CanvasExporter, CsvExporter, MoodleExporter])
def test_no_cell_is_a_formula(new_gradebook, tmp_path, exporter):
    rows = exported(new_gradebook, exporter, FORMULAS, tmp_path / "grades.csv")
    texts = [text for row in rows for text in row]
    assert not [text for text in texts if text.startswith(FORMULA_STARTS)]
    assert sum(text.startswith("'") for text in texts) >= 3 * len(FORMULAS)


BREAKOUTS = (
    'x","=1+1',
    '"=1+1',
    '""=1+1',
    'x"\r\n"=1+1',
    "x\r\n=1+1",
    "x\n\n=1+1",
    "x\\",
    "'=1+1",
    "\ufeff=1+1",
    "\u3000=1+1",
    "\u00a0\u200b=1+1",
    "\ufe66 1",
    "\uff0b1",
    "\u207a1",
    "\ufe6bA1",
    "\u2060\ufe63 1",
)


@pytest.mark.parametrize("exporter", [CanvasExporter, CsvExporter, MoodleExporter])
def test_no_name_breaks_out_of_its_cell(new_gradebook, tmp_path, exporter):
    """A table that is glued together of names has more cells and lines than people, and formulas
    in them; signs that a spreadsheet takes for others begin one, too."""
    rows = exported(new_gradebook, exporter, BREAKOUTS, tmp_path / "grades.csv")
    assert len({len(row) for row in rows}) == 1
    assert sum(any("1" in text for text in row) for row in rows) >= len(BREAKOUTS) - 1
    assert len(rows) - len(BREAKOUTS) == (2 if exporter is CanvasExporter else 1)
    texts = [normalize("NFKC", text).lstrip(" \u200b\u2060\ufeff") for row in rows for text in row]
    assert not [text for text in texts if text.startswith(FORMULA_STARTS)]


def fill(gradebook, students):
    """Add students with a submission each, quickly."""
    add_assignment(gradebook, "ps1", ["a"])
    assignment = gradebook.find_assignment("ps1")
    (notebook,) = assignment.notebooks
    cells = [cell.id for cell in notebook.grade_cells]
    for number in range(students):
        student = gradebook.add_student(f"s{number:05}")
        submission = SubmittedAssignment(assignment=assignment, student=student)
        handed = SubmittedNotebook(assignment=submission, notebook=notebook)
        for cell in cells:
            gradebook.db.add(Grade(cell_id=cell, notebook=handed, auto_score=1.0))
    gradebook.db.commit()


@pytest.mark.parametrize("exporter", [CanvasExporter, MoodleExporter])
def test_number_of_queries_does_not_grow_with_the_class(new_gradebook, tmp_path, exporter):
    counts = []
    for students in (2, 40):
        with new_gradebook() as gradebook:
            fill(gradebook, students)
            queries = []
            event.listen(
                gradebook.engine,
                "before_cursor_execute",
                lambda *seen, queries=queries: queries.append(seen[2]),
            )
            gradebook.db.expire_all()
            exporter(to=str(tmp_path / "grades.csv")).export(gradebook)
            counts.append(len(queries))
        assert sum(line[-1] == "2" for line in read(tmp_path / "grades.csv")) == students
    assert counts[0] == counts[1] <= 5
