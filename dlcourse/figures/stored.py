"""Results of long runs, made once by a script of ``tools/`` and kept beside this module."""

import json
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def stored(name: str) -> Any:
    """Read the JSON file of that name, such as ``flat_places``, once: it is not to be changed."""
    return json.loads(files(__package__).joinpath(f"{name}.json").read_text(encoding="utf-8"))
