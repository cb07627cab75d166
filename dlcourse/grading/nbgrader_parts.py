"""What the processes that grade need of nbgrader and Jupyter, and no more, so that they start fast.

Importing `nbgrader` itself loads Jupyter's server, exchange and database for a second or two.
"""

import sys
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

SLOW = "rfc3987_syntax"


def skip_slow_imports() -> None:
    """Keep jsonschema from building a grammar of internationalised addresses, which takes 1.2 s.

    It is optional, and no notebook's schema has such an address. Call it before anything of
    Jupyter's is imported, and only in a process of ours.
    """
    sys.modules.setdefault(SLOW, None)  # type: ignore[arg-type]


def package_folder() -> Path:
    """Find nbgrader without importing it.

    Raises
    ------
    ModuleNotFoundError
        If it is not installed.
    """
    found = find_spec("nbgrader")
    if found is None or found.origin is None:
        raise ModuleNotFoundError('nbgrader is missing. Get it: pip install "dlcourse[grading]"')
    return Path(found.origin).parent


def load_utils() -> ModuleType:
    """Load ``nbgrader.utils``, which imports nothing else of the package."""
    found = spec_from_file_location("nbgrader_utils", package_folder() / "utils.py")
    if found is None or found.loader is None:
        raise ModuleNotFoundError("nbgrader has no utils.py; its version is not the locked one")
    utils = module_from_spec(found)
    found.loader.exec_module(utils)
    return utils
