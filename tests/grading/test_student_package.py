"""The `dlcourse` of the sandbox: everything can be imported, and no answer is in it."""

import ast
import importlib
import inspect
import pkgutil
import subprocess
import sys
import textwrap

import pytest

pytest.importorskip("nbgrader")

import dlcourse
from dlcourse.checks.registry import all_exercises
from dlcourse.grading.student_package import KEPT, PACKAGE, build

ANSWERS = (
    *("activations", "adversarial", "backprop", "dropout", "estimators", "features", "gates"),
    *("gradcheck", "labels", "landscape", "linear", "losses", "network", "optimizers"),
    *("penalties", "stopping", "training", "checks.judging", "assignments"),
)


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    folder = tmp_path_factory.mktemp("student") / "dlcourse"
    build(folder)
    return folder


@pytest.fixture(scope="module")
def text(package):
    """All text of the package."""
    return {path: path.read_text(encoding="utf-8") for path in package.rglob("*.py")}


def run(package, source):
    """Run a program that finds the package, and nothing of the real one."""
    program = f"import sys; sys.path.insert(0, {str(package.parent)!r})\n{textwrap.dedent(source)}"
    command = [sys.executable, "-I", "-W", "error", "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


# Lines about arguments that are wrong; they answer nothing.
ORDINARY = ("raise ValueError(", "except ValueError", "in_interval(", "array = np.asarray(value)")
ORDINARY += ("return array", "return labels", ") -> FloatArray:", "random_generator(")


def code_lines(function):
    """The lines of a function's body without its docstring."""
    source = textwrap.dedent(inspect.getsource(function))
    lines, definition = source.splitlines(), ast.parse(source).body[0]
    body = [s for s in getattr(definition, "body", []) if not is_docstring(s)]
    code = {line.strip() for s in body for line in lines[s.lineno - 1 : s.end_lineno]}
    return {line for line in code if len(line) > 8 and not line.startswith(ORDINARY)}


def is_docstring(statement):
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def references():
    """Every function of the lecture's modules, and every exercise's reference."""
    for name in ANSWERS:
        module = importlib.import_module(f"dlcourse.{name}")
        modules = [module]
        if hasattr(module, "__path__"):
            found = pkgutil.walk_packages(module.__path__, f"{module.__name__}.")
            modules += [importlib.import_module(one.name) for one in found]
        for one in modules:
            for value in vars(one).values():
                if inspect.isfunction(value) and value.__module__ == one.__name__:
                    yield value
    for exercise in all_exercises().values():
        yield exercise.reference


def test_no_line_of_an_answer_is_in_the_package(text):
    written = {line.strip() for content in text.values() for line in content.splitlines()}
    checked = 0
    for function in references():
        lines = code_lines(function)
        checked += len(lines)
        assert not lines & written, function
    assert checked > 300


def test_no_misconception_and_no_hint_is_in_the_package(text):
    whole = "\n".join(text.values())
    for exercise in all_exercises().values():
        for idea in exercise.misconceptions:
            assert idea.hint[:40] not in whole


def test_only_what_is_listed_is_kept(package, text):
    """Also a module that is written tomorrow is a stand-in."""
    kept = {package / name for name in KEPT}
    kept |= {package / "_taken_out.py", package / "checks" / "__init__.py"}
    for path, content in text.items():
        if path in kept or package / "datasets" in path.parents:
            continue
        assert len(content.splitlines()) < 8, path
        assert "stand_in_for(" in content


def test_a_new_module_is_a_stand_in_too(tmp_path, monkeypatch):
    from dlcourse.grading import student_package

    source = tmp_path / "source"
    for name in KEPT:
        place = source / name
        if place.suffix:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text("KEPT = 1\n")
        else:
            place.mkdir(parents=True)
    (source / "new").mkdir()
    (source / "new" / "__init__.py").write_text("ANSWER = 42\n")
    (source / "new" / "inner.py").write_text("ANSWER = 42\n")
    monkeypatch.setattr(student_package, "PACKAGE", source)
    student_package.build(tmp_path / "built")
    for path in (tmp_path / "built" / "new").iterdir():
        assert "ANSWER" not in path.read_text()
    assert '"dlcourse.new"' in (tmp_path / "built" / "new" / "__init__.py").read_text()
    assert '"dlcourse.new.inner"' in (tmp_path / "built" / "new" / "inner.py").read_text()


def test_there_is_a_file_for_every_module_and_nothing_compiled(package, text):
    real = {path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py")}
    built = {path.relative_to(package) for path in text}
    assert {str(path) for path in built - real} == {"_taken_out.py"}
    assert real <= built
    assert not list(package.rglob("*.pyc"))
    assert not list(package.rglob("*.j2"))


def test_every_module_can_be_imported_and_none_is_the_real_one(package):
    names = [
        ".".join(["dlcourse", *path.relative_to(PACKAGE).with_suffix("").parts])
        for path in PACKAGE.rglob("*.py")
        if path.name not in ("__init__.py", "__main__.py")
    ]
    printed = run(
        package,
        f"""
        import importlib
        for name in {names!r}:
            module = importlib.import_module(name)
            assert module.__file__.startswith({str(package)!r}), module.__file__
        print("all", len({names!r}))
        """,
    )
    assert printed.startswith("all ")


def test_calling_an_answer_says_that_it_is_taken_out(package):
    printed = run(
        package,
        """
        import dlcourse
        from dlcourse.linear import anything
        from dlcourse import linear, losses
        from dlcourse.checks.judging import judge
        for call in (anything, linear.scores, losses.cross_entropy, judge):
            try:
                call(1, axis=0)
            except RuntimeError as error:
                print(type(error).__name__, error)
        try:
            linear.__wrapped__
        except AttributeError as error:
            print("AttributeError", error)
        """,
    )
    lines = printed.splitlines()
    assert lines[0].startswith("NotThere dlcourse.linear.anything is not there while your notebook")
    assert [line.split()[1] for line in lines[:4]] == [
        "dlcourse.linear.anything",
        "dlcourse.linear.scores",
        "dlcourse.losses.cross_entropy",
        "dlcourse.checks.judging.judge",
    ]
    assert lines[4] == "AttributeError __wrapped__"


def test_a_students_own_check_says_why_it_does_not_run(package):
    printed = run(
        package,
        """
        from dlcourse.checks import check
        import dlcourse.checks
        print(check("sigmoid", len, seed=5))
        """,
    )
    assert "sigmoid is checked outside" in printed
    assert printed.splitlines()[-1] == "None"


def test_data_sets_and_figures_work(package):
    printed = run(
        package,
        """
        import matplotlib
        matplotlib.use("agg")
        import numpy as np
        from dlcourse import plots
        from dlcourse.datasets import load_digits_subset
        X, y, X_test, y_test = load_digits_subset()
        print(X.shape[1], len(X_test) == len(y_test))
        plots.images(X[:4])
        figure, axes = matplotlib.pyplot.subplots()
        plots.scatter(np.zeros((4, 2)), np.array([0, 1, 0, 1]), axes)
        plots.regions(lambda points: points[:, 0].clip(0, 1), np.eye(2), axes)
        print(len(axes.collections) > 0)
        """,
    )
    assert printed.split() == ["784", "True", "True"]


def test_the_version_is_the_real_one(package):
    printed = run(package, "import dlcourse; print(dlcourse.__version__)")
    assert printed.strip() == dlcourse.__version__
