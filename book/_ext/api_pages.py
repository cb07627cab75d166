"""Leave out of the API page what says nothing: the fields of a named tuple, one by one.

Their class's docstring describes them; by themselves they read "Alias for field number 0".
"""

from __future__ import annotations

from collections import namedtuple
from typing import Any

from sphinx.application import Sphinx

FIELD = type(namedtuple("Sample", "field").field)  # type: ignore[attr-defined]


def skip_fields(
    app: Sphinx, what: str, name: str, member: object, skip: bool, options: Any
) -> bool | None:
    """Skip a field of a named tuple; have no opinion on anything else."""
    return True if isinstance(member, FIELD) else None


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect the choice."""
    app.setup_extension("sphinx.ext.autodoc")
    app.connect("autodoc-skip-member", skip_fields)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
