"""How nbgrader finds the course: `solutions/` is the source, `exercises/` is what students get.

Run nbgrader in this folder. `submitted/`, `downloaded/`, `autograded/`, `feedback/`, `reports/`,
tables of grades and `gradebook.db` appear beside it and stay out of version control: they hold
people's work and marks.
"""

from pathlib import Path

from dlcourse.grading.formgrader import guard

c = get_config()  # type: ignore[name-defined]  # noqa: F821  (traitlets provides it)

c.CourseDirectory.course_id = "dlcourse"
c.CourseDirectory.root = str(Path(__file__).parent)
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "exercises"
c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__"]

# Students' code runs in a sandbox and the tests outside of it, also in nbgrader's own commands and
# in formgrader. SafeExecute reads and restores what was handed in, too, so nothing is left for
# nbgrader's sanitisers; the other list is nbgrader's own, with SafeExecute in the place of Execute.
c.Autograde.exporter_class = "dlcourse.grading.execute.SafeExporter"
c.Autograde.sanitize_preprocessors = []
c.Autograde.autograde_preprocessors = [
    "dlcourse.grading.execute.SafeExecute",
    "nbgrader.preprocessors.IgnorePattern",
    "nbconvert.preprocessors.ClearMetadataPreprocessor",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]
# Students' text and output are cleaned before a browser sees them, in feedback and in formgrader.
c.GenerateFeedback.exporter_class = "dlcourse.grading.feedback.FeedbackExporter"
c.HTMLExporter.sanitize_html = True
c.HTMLExporter.filters = {
    "ansi2html": "dlcourse.grading.feedback.as_a_terminal",
    "markdown2html": "dlcourse.grading.sanitize.markdown2html",
    "clean_html": "dlcourse.grading.sanitize.clean_html",
    "highlight_code": "dlcourse.grading.feedback.highlight_code",
    "strip_files_prefix": "dlcourse.grading.feedback.as_it_is",
}
# Archives that students handed in are unpacked within limits.
c.ZipCollectApp.extractor_plugin = "dlcourse.grading.archives.SafeExtractor"
# What students named runs no script in formgrader, and no formula in a spreadsheet.
guard()
c.ExportApp.plugin_class = "dlcourse.grading.exports.CsvExporter"
# What a submission may use, where dlcourse/grading/limits.py is not what you want:
# c.SafeExecute.limits = {"cell_seconds": 60, "memory_mb": 4096}
