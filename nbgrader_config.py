"""How nbgrader finds the course: `solutions/` is the source, `exercises/` is what students get.

Run nbgrader in this folder. `submitted/`, `autograded/`, `feedback/` and `gradebook.db` appear
beside it and stay out of version control: they hold people's work and marks.
"""

from pathlib import Path

c = get_config()  # type: ignore[name-defined]  # noqa: F821  (traitlets provides it)

c.CourseDirectory.course_id = "dlcourse"
c.CourseDirectory.root = str(Path(__file__).parent)
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "exercises"
c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__"]

# A full run takes seconds; a cell that takes a minute does not end by itself.
c.ExecutePreprocessor.timeout = 60
