"""A course of our own: the toy, released by nbgrader, with a station to grade it."""

import builtins
import shutil
import sys

import pytest
from courses import environment, nbgrader
from grading import toy
from grading.toy import NAME


@pytest.fixture(scope="session")
def make_course(tmp_path_factory):
    """Copy a course in which the assignment has been released, as often as asked."""
    template = tmp_path_factory.mktemp("template")
    toy.copy_course(template)
    home = tmp_path_factory.mktemp("home")
    nbgrader(template, home, "generate_assignment", NAME).check_returncode()
    made = []

    def make():
        folder = tmp_path_factory.mktemp("course") / "course"
        shutil.copytree(template, folder)
        made.append(folder)
        return folder

    make.environment = environment(home)
    return make


@pytest.fixture(scope="session")
def course_directory():
    """Open a course's folder the way nbgrader does."""

    def open_course(folder):
        from nbgrader.coursedir import CourseDirectory
        from traitlets.config import Config

        settings = Config()
        settings.CourseDirectory.root = str(folder)
        settings.CourseDirectory.course_id = "dlcourse"
        settings.CourseDirectory.source_directory = "solutions"
        settings.CourseDirectory.release_directory = "exercises"
        return CourseDirectory(config=settings)

    return open_course


@pytest.fixture(scope="session")
def spec(make_course, course_directory):
    """What the assignment says."""
    from dlcourse.grading.spec import load_spec

    return load_spec(course_directory(make_course()), NAME)


@pytest.fixture(scope="session")
def open_station():
    """Open a station for an assignment, with limits that let tests of exhaustion end soon."""
    from dlcourse.grading.limits import Limits
    from dlcourse.grading.sandbox import SandboxError
    from dlcourse.grading.station import Station

    limits = Limits(cell_seconds=4, call_seconds=2, notebook_seconds=20, tests_seconds=20)

    def start(spec):
        try:
            return Station(spec, limits)
        except SandboxError as error:
            pytest.skip(f"the sandbox cannot start here: {error}")

    return start


@pytest.fixture(scope="session")
def station(spec, open_station):
    """A station that grades the assignment."""
    with open_station(spec) as station:
        yield station


@pytest.fixture(scope="session")
def released():
    """The notebook that students get."""
    return toy.released()


@pytest.fixture(scope="session")
def solution():
    """The instructor's notebook, a right answer to everything."""
    return toy.solution()


@pytest.fixture(scope="module")
def clean_ipython():
    """Undo what IPython's shell does to builtins and to the main module."""
    before, main = dict(vars(builtins)), sys.modules["__main__"]
    yield
    for name in set(vars(builtins)) - set(before):
        delattr(builtins, name)
    sys.modules["__main__"] = main
