"""nbgrader's formgrader, in which no name and no file of a student's runs as script.

Names of folders and of people come into its pages as HTML. Here its templates escape them, and a
content security policy runs only the scripts that the templates themselves name: whatever else gets
into a page, by whichever of its scripts, does nothing and asks no other host. MathJax would come
from another host, so formulas stay TeX.
"""

import base64
import hashlib
import re
import secrets
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from dlcourse.grading.nbgrader_parts import package_folder

TEMPLATES = package_folder() / "server_extensions" / "formgrader" / "templates"
OURS = Path(__file__).parent / "templates" / "dlcourse_formgrade"
NONCE = secrets.token_urlsafe()
SCRIPT = re.compile(r"<script(?=[\s>])")
UTILS = re.compile(r'(<script src="[^"]*/utils\.js"></script>)')
MESSAGES_ARE_TEXT = """<script>
window.createModal = ((modal) => (id, title, body, footer) =>
  modal(id, title, typeof body === "string" ? document.createTextNode(body) : body, footer)
)(window.createModal);
</script>"""
VARIABLE = re.compile(r'(var \w+ = )"\{\{ ([\w.]+) \}\}"')
RESOURCE = re.compile(r"\{\{ (resources\.\w+) \}\}")
HANDLER = re.compile(r'\sonclick="([^"]*)"', re.IGNORECASE)


def guard() -> None:
    """Make formgrader safe where it runs in this process; ``nbgrader_config.py`` calls it.

    Its server extension names its handlers itself, so what they share is replaced.
    """
    if "nbgrader.server_extensions.formgrader.formgrader" not in sys.modules:
        return
    from jinja2 import Environment
    from nbgrader.apps.api import NbGraderAPI
    from nbgrader.server_extensions.formgrader import base
    from traitlets.config import Config

    from dlcourse.grading.feedback import FILTERS, PageExporter
    from dlcourse.grading.submissions import handed_in_at

    handler = base.BaseHandler
    if hasattr(handler, "page_exporter"):
        return
    environment = Environment(loader=safe_templates(TEMPLATES), autoescape=True)
    inherited = handler.content_security_policy.fget

    class FormgraderExporter(PageExporter):
        @property
        def default_config(self) -> Config:
            own = {
                "template_name": "formgrade",
                "extra_template_basedirs": [str(TEMPLATES)],
                "sanitize_html": True,
                "filters": FILTERS,
            }
            return Config({**super().default_config, "FormgraderExporter": own})

    class Api(NbGraderAPI):  # type: ignore[misc]
        def get_submitted_timestamp(self, assignment_id: str, student_id: str) -> datetime | None:
            top = self.coursedir.submitted_directory
            return handed_in_at(Path(self.coursedir.format_path(top, student_id, assignment_id)))

    exporter: PageExporter = FormgraderExporter(  # type: ignore[no-untyped-call]
        extra_loaders=[safe_templates(OURS, TEMPLATES / "formgrade")]
    )
    base.NbGraderAPI = Api
    handler.page_exporter = exporter
    handler.exporter = property(lambda page: page.page_exporter)
    handler.render = lambda page, name, **values: environment.get_template(name).render(**values)
    handler.content_security_policy = property(lambda page: f"{POLICY}; {inherited(page)}")


def safe_templates(*folders: Path) -> Any:
    """Load nbgrader's templates so that their values stay values and their scripts are known."""
    from jinja2 import FunctionLoader

    def load(name: str) -> str | None:
        found = [folder / name for folder in folders if (folder / name).is_file()]
        return safe_source(found[0].read_text(encoding="utf-8")) if found else None

    return FunctionLoader(load)


def safe_source(source: str) -> str:
    """Rewrite a template: scripts get the nonce, values in them are JSON, others are escaped.

    What a script of nbgrader's says in a window is text, too: HTML there could not run anything,
    but lead to another host.

    Examples
    --------
    >>> safe_source('var student_id = "{{ student_id }}";')
    'var student_id = {{ student_id | tojson }};'
    >>> safe_source('<b>{{ resources.student }}</b>')
    '<b>{{ resources.student | e }}</b>'
    """
    source = VARIABLE.sub(r"\1{{ \2 | tojson }}", source)
    source = RESOURCE.sub(r"{{ \1 | e }}", source)
    source = UTILS.sub(rf"\1{MESSAGES_ARE_TEXT}", source)
    return SCRIPT.sub(f'<script nonce="{NONCE}"', source)


def policy() -> str:
    """Allow the templates' own scripts and click handlers, and this server's own files."""
    pages = [path.read_text(encoding="utf-8") for path in sorted(TEMPLATES.rglob("*.*"))]
    handlers = sorted({handler for page in pages for handler in HANDLER.findall(page)})
    digests = [hashlib.sha256(handler.encode()).digest() for handler in handlers]
    allowed = " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
    return "; ".join(
        [
            "default-src 'self'",
            f"script-src 'nonce-{NONCE}' 'unsafe-hashes' {allowed}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data:",
            "font-src 'self' data:",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
        ]
    )


POLICY = policy()
