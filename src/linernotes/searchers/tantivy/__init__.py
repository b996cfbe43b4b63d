"""Full text inside the process: one index beside the catalogue, built once and only read after.

The settings are read by every command, tantivy is needed by few: it is imported when it is first asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from linernotes.searchers.tantivy.search import TantivyNames, open_names
    from linernotes.searchers.tantivy.writer import TantivyNamesWriter

__all__ = ["TantivyNames", "TantivyNamesWriter", "open_names"]

_MODULES = {"TantivyNames": "search", "TantivyNamesWriter": "writer", "open_names": "search"}


def __getattr__(name: str) -> object:
    """Import what is asked for."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
