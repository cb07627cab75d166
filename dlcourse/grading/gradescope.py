"""``dlcourse gradescope``: an assignment as an autograder that Gradescope runs.

The archive holds what `dlcourse.grading.autograder` needs: the assignment with its hidden tests,
this package, the versions of what is installed here, and Gradescope's two scripts. The package is
not installed there but lies in a folder that is root's alone, as it holds the answers.
"""

import ast
import json
import sys
import zipfile
from importlib.metadata import PackageNotFoundError, packages_distributions, requires, version
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from dlcourse.grading.autograder import LIMITS, SPEC
from dlcourse.grading.execute import SafeExecute, course_here
from dlcourse.grading.spec import AssignmentSpec, load_spec
from dlcourse.grading.student_package import PACKAGE

PACKED = "gradescope_autograder.zip"
SETUP = """\
#!/usr/bin/env bash
# Gradescope runs this once, as root, when it builds the container.
set -euo pipefail
source=$(dirname "$(readlink -f "$0")")
root=$(dirname "$source")
apt-get update
apt-get install -y --no-install-recommends \\
    bubblewrap libseccomp2 util-linux {python} {python}-venv || {{
    echo "This needs a base image whose system has {python}, as the course's machine has." >&2
    exit 1
}}
{python} -m venv "$root/venv"
"$root/venv/bin/pip" install --no-deps -r "$source/requirements.txt"
# Students' code gets copies of some of the files; it must read neither tests nor answers.
chmod -R go+rX "$source/dlcourse"
chmod go= "$source"
"""
RUN = """\
#!/usr/bin/env bash
# Gradescope runs this for each submission, as root.
root=$(dirname "$(readlink -f "$0")")
cd "$root"
export PYTHONPATH=$root/source
exec "$root/venv/bin/python" -B -m dlcourse.grading.autograder "$root"
"""


def gradescope(assignment: str) -> Path:
    """Pack an assignment of the current folder's course for Gradescope.

    Parameters
    ----------
    assignment : str
        nbgrader's name of the assignment.

    Returns
    -------
    Path
        The archive.

    Raises
    ------
    SpecError, ValueError, OSError
        If it cannot be packed; the message says why.
    """
    app, course = course_here()
    spec = load_spec(course, assignment)
    python = f"python{sys.version_info.major}.{sys.version_info.minor}"
    files = {
        "setup.sh": SETUP.format(python=python),
        "run_autograder": RUN,
        "requirements.txt": "".join(f"{pin}\n" for pin in pins(roots(spec))),
        SPEC: spec.to_json(),
        LIMITS: json.dumps(SafeExecute(parent=app).limits_of().as_dict()),
    }
    packed = Path(course.root, "reports", assignment, PACKED)
    packed.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = (0o755 if text.startswith("#!") else 0o600) << 16
            archive.writestr(info, text, zipfile.ZIP_DEFLATED)
        for path in sorted(PACKAGE.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                archive.write(path, Path(PACKAGE.name, path.relative_to(PACKAGE)))
    return packed


def roots(spec: AssignmentSpec) -> list[Requirement]:
    """List what must be installed: for the grader, and for the imports of the notebooks."""
    found = [Requirement("dlcourse[grading]")]
    distributions = packages_distributions()
    for notebook in spec.notebooks:
        for statement in ast.parse(notebook.imports).body:
            names = [alias.name for alias in getattr(statement, "names", [])]
            module = getattr(statement, "module", None)
            for name in [module] if module else names:
                found += map(Requirement, distributions.get(name.partition(".")[0], []))
    return found


def pins(wanted: list[Requirement]) -> list[str]:
    """List the installed versions of requirements and of all that they need, this package apart.

    Raises
    ------
    ValueError
        If something is not installed.
    """
    waiting, seen, found = list(wanted), set[str](), dict[str, str]()
    while waiting:
        requirement = waiting.pop()
        if str(requirement) in seen:
            continue
        seen.add(str(requirement))
        try:
            found[canonicalize_name(requirement.name)] = version(requirement.name)
        except PackageNotFoundError:
            raise ValueError(f"{requirement.name} must be installed, it goes along") from None
        for text in requires(requirement.name) or []:
            needed = Requirement(text)
            extras = requirement.extras or {""}
            if needed.marker is None or any(needed.marker.evaluate({"extra": e}) for e in extras):
                waiting.append(needed)
    found.pop("dlcourse", None)
    return [f"{name}=={number}" for name, number in sorted(found.items())]
