"""dlcourse: one lecture on deep learning, rebuilt from scratch in NumPy.

Each idea of the lecture has one module and one address: the cross-entropy is
``dlcourse.losses.cross_entropy`` and nothing else. ``import dlcourse`` loads NumPy and nothing
heavier; a submodule loads when it is first named.
"""

from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType

__version__ = "0.1.0"


def __dir__() -> list[str]:
    public = (module.name for module in iter_modules([str(Path(__file__).parent)]))
    return sorted([*(name for name in public if not name.startswith("_")), "__version__"])


def __getattr__(name: str) -> ModuleType:
    if name.startswith("_") or name not in __dir__():
        raise AttributeError(f"module 'dlcourse' has no attribute {name!r}; it has {__dir__()}")
    return import_module(f"dlcourse.{name}")
