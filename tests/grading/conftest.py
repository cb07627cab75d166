"""A course of our own: the shipped assignment, released by nbgrader, with a station to grade it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NAME = "logistic_regression"


@pytest.fixture(scope="session")
def make_course(tmp_path_factory):
    """Copy a course in which the assignment has been released, as often as asked."""
    template = tmp_path_factory.mktemp("template")
    shutil.copy(ROOT / "nbgrader_config.py", template)
    shutil.copytree(ROOT / "solutions", template / "solutions")
    home = tmp_path_factory.mktemp("home")
    places = ("HOME", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, **dict.fromkeys(places, str(home)), "PATH": programs}
    command = [sys.executable, "-m", "nbgrader", "generate_assignment", NAME]
    subprocess.run(command, cwd=template, env=environment, check=True, capture_output=True)
    made = []

    def make():
        folder = tmp_path_factory.mktemp("course") / "course"
        shutil.copytree(template, folder)
        made.append(folder)
        return folder

    make.environment = environment
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
    """What the shipped assignment says."""
    from dlcourse.grading.spec import load_spec

    return load_spec(course_directory(make_course()), NAME)


@pytest.fixture(scope="session")
def station(spec):
    """A station with limits that let tests of exhaustion end soon."""
    from dlcourse.grading.limits import Limits
    from dlcourse.grading.station import SandboxError, Station

    limits = Limits(cell_seconds=4, call_seconds=2, notebook_seconds=20, tests_seconds=20)
    try:
        station = Station(spec, limits)
    except SandboxError as error:
        pytest.skip(f"the sandbox cannot start here: {error}")
    with station:
        yield station


@pytest.fixture(scope="session")
def released():
    """The notebook that students get."""
    path = ROOT / "exercises" / NAME / f"{NAME}.ipynb"
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def solution():
    """The instructor's notebook, a right answer to everything."""
    path = ROOT / "solutions" / NAME / f"{NAME}.ipynb"
    return json.loads(path.read_text(encoding="utf-8"))
