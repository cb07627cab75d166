"""What makes a class be graded again: the code that judges it, and no other."""

import shutil
from dataclasses import fields, replace

import pytest
from grading.builders import assignment_spec, locked_spec, solution_spec, test_spec

pytest.importorskip("nbgrader")

from dlcourse.grading import regrade as module
from dlcourse.grading.limits import Limits
from dlcourse.grading.regrade import PACKAGE, digest_of_run

CHECK = """from dlcourse.checks import check
check("sigmoid", sigmoid)"""
SPEC = assignment_spec(solution_spec("sigmoid"), test_spec("test", CHECK, 2.0))


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    folder = tmp_path_factory.mktemp("copy") / "dlcourse"
    unneeded = shutil.ignore_patterns("__pycache__", "static", "templates")
    return shutil.copytree(PACKAGE, folder, ignore=unneeded)


@pytest.fixture
def changed(copy, monkeypatch):
    """Tell whether a change of a file makes another digest."""
    monkeypatch.setattr(module, "PACKAGE", copy)

    def change(name, spec=SPEC):
        path, before = copy / name, digest_of_run(spec, Limits(), whole=False)
        content = path.read_bytes()
        try:
            path.write_bytes(content + b"\n# another line\n")
            return digest_of_run(spec, Limits(), whole=False) != before
        finally:
            path.write_bytes(content)

    return change


@pytest.mark.parametrize(
    "name",
    [
        "assignments/logistic_regression/sigmoid.py",
        "assignments/logistic_regression/descend.py",  # may stand in
        "activations.py",  # the reference
        "_validation.py",  # what the reference imports
        "checks/judging.py",
        "checks/stand_ins.py",
        "checks/swapping.py",
        "checks/__init__.py",
        "grading/office.py",
        "grading/referee.py",
        "grading/locked_cells.py",
        "grading/sanitize.py",
        "grading/station.py",
        "grading/sandbox.py",
        "grading/inside/jail.py",
        "grading/student_package.py",
        "plots.py",  # what students' code finds
        "datasets/mnist.py",
        "datasets/data/digits.npz",
    ],
)
def test_what_judges_is_a_reason(changed, name):
    assert changed(name)


@pytest.mark.parametrize(
    "name",
    [
        "figures/backpropagation.py",
        "explorers/explorer.py",
        "optimizers.py",
        "estimators/mlp.py",
        "cli.py",
        "grading/report.py",
        "grading/exports.py",
        "grading/classroom.py",
    ],
)
def test_what_judges_nothing_is_none(changed, name):
    assert not changed(name)


def test_a_typo_elsewhere_stops_nobody(copy, monkeypatch):
    monkeypatch.setattr(module, "PACKAGE", copy)
    before = digest_of_run(SPEC, Limits(), whole=False)
    (copy / "explorers" / "new.py").write_text("def (")
    assert digest_of_run(SPEC, Limits(), whole=False) == before


@pytest.mark.parametrize(
    "spec",
    [
        assignment_spec(imports="from dlcourse.optimizers import Adam\nimport numpy"),
        assignment_spec(
            test_spec("test", "def f():\n    from dlcourse import optimizers\n%time 1")
        ),
        assignment_spec(locked_spec("help", "import dlcourse.optimizers as o")),
    ],
)
def test_what_the_instructors_cells_import_judges_too(changed, spec):
    assert changed("optimizers.py", spec)


def test_cells_that_are_no_python_or_import_nothing_known_stop_nobody():
    cells = ["this is none", "return 1", "from dlcourse import nothing", "import nowhere"]
    spec = assignment_spec(*(test_spec(f"t{i}", cell) for i, cell in enumerate(cells)))
    assert len(digest_of_run(spec, Limits(), whole=False)) == 64


@pytest.mark.parametrize("name", [field.name for field in fields(Limits)])
def test_each_limit_decides(name):
    other = replace(Limits(), **{name: getattr(Limits(), name) + 1})
    assert digest_of_run(SPEC, other, whole=False) != digest_of_run(SPEC, Limits(), whole=False)


def test_the_assignment_the_limits_and_the_cells_that_run_decide():
    other = assignment_spec(solution_spec("sigmoid"), test_spec("test", CHECK, 3.0))
    digests = {
        digest_of_run(spec, limits, whole)
        for spec in (SPEC, other)
        for limits in (Limits(), Limits(memory_mb=1024))
        for whole in (False, True)
    }
    assert len(digests) == 8
