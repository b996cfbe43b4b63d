"""Finds the façades: every folder of ``linernotes.facades``, and those that other packages announce.

Another package announces one with an entry point in the group ``linernotes.facades`` that names its ``FACADE``.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import entry_points

from linernotes import facades
from linernotes.domain.errors import Conflict, Invalid
from linernotes.facades._kit.manifest import Facade

GROUP = "linernotes.facades"


def find_facades() -> dict[str, Facade]:
    """Return all façades by name. ``Conflict`` when two have one name, ``Invalid`` when an entry point is no façade."""
    found: dict[str, Facade] = {}
    for facade in (*_own(), *_announced()):
        if facade.name in found:
            raise Conflict(f"two façades are called {facade.name}", hint="Uninstall one of the packages that bring it.")
        found[facade.name] = facade
    return found


def _own() -> Iterator[Facade]:
    for module in pkgutil.iter_modules(facades.__path__):
        if module.ispkg and not module.name.startswith("_"):
            facade = getattr(import_module(f"{facades.__name__}.{module.name}"), "FACADE", None)
            if isinstance(facade, Facade):
                yield facade


def _announced() -> Iterator[Facade]:
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        facade = point.load()
        if not isinstance(facade, Facade):
            raise Invalid(f"the entry point {point.name} = {point.value} is no façade")
        yield facade
