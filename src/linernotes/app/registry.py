"""Finds façades and providers: the folders of their packages, and those that other packages announce.

Another package announces one with an entry point in the group ``linernotes.facades`` (or ``linernotes.providers``)
that names its ``FACADE`` (or ``MANIFEST``).
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import entry_points
from itertools import chain
from types import ModuleType
from typing import TypeVar

from linernotes import facades, providers
from linernotes.domain.errors import Conflict, Invalid
from linernotes.facades._kit.manifest import Facade
from linernotes.providers._kit.manifest import Provider

T = TypeVar("T", Facade, Provider)


def find_facades() -> dict[str, Facade]:
    """Return all façades by name. ``Conflict`` when two have one name, ``Invalid`` when an entry point is no façade."""
    return _find(facades, "FACADE", Facade)


def find_providers() -> dict[str, Provider]:
    """Return all providers by name. ``Conflict`` when two have one name, ``Invalid`` when an entry point is none."""
    return _find(providers, "MANIFEST", Provider)


def _find(package: ModuleType, name: str, kind: type[T]) -> dict[str, T]:
    found: dict[str, T] = {}
    for one in chain(_own(package, name, kind), _announced(package, kind)):
        if one.name in found:
            raise Conflict(f"two {kind.__name__}s are called {one.name}", hint="Uninstall one of their packages.")
        found[one.name] = one
    return found


def _own(package: ModuleType, name: str, kind: type[T]) -> Iterator[T]:
    for module in pkgutil.iter_modules(package.__path__):
        if module.ispkg and not module.name.startswith("_"):
            one = getattr(import_module(f"{package.__name__}.{module.name}"), name, None)
            if isinstance(one, kind):
                yield one


def _announced(package: ModuleType, kind: type[T]) -> Iterator[T]:
    for point in sorted(entry_points(group=package.__name__), key=lambda point: point.name):
        one = point.load()
        if not isinstance(one, kind):
            raise Invalid(f"the entry point {point.name} = {point.value} is no {kind.__name__}")
        yield one
