"""Which façade answers a path: the one with the longest mount that the path begins with."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from linernotes.domain.errors import Conflict, Invalid
from linernotes.facades._kit.http import FacadeApp, Reply


class Mounted(NamedTuple):
    """A façade at work, the prefix at which it answers ("" is the root), and whether the gate stands before it.

    ``refuse`` gives the server's own refusals the façade's form: from status, message and path.
    """

    name: str
    prefix: str
    app: FacadeApp
    guarded: bool = False
    refuse: Callable[[int, str, str], Reply] | None = None


class Mounts:
    """The façades by prefix, the longest first."""

    def __init__(self, mounted: Iterable[Mounted]) -> None:
        """Raise Invalid for a prefix that is none, Conflict for two façades at one."""
        self._by_prefix: dict[str, Mounted] = {}
        for one in mounted:
            if one.prefix and (not one.prefix.startswith("/") or one.prefix.endswith("/")):
                raise Invalid(f"{one.name}: {one.prefix!r} is no mount", hint='Write "/api/v0.4", or "" for the root.')
            other = self._by_prefix.setdefault(one.prefix, one)
            if other is not one:
                raise Conflict(f"{other.name} and {one.name} are both mounted at {one.prefix or '/'}")
        self._prefixes = sorted(self._by_prefix, key=len, reverse=True)

    @property
    def guarded(self) -> bool:
        """Whether any of them is."""
        return any(one.guarded for one in self._by_prefix.values())

    def find(self, path: str) -> tuple[Mounted, str] | None:
        """Return the façade for a path and the path below its mount, which begins with a slash."""
        for prefix in self._prefixes:
            if path.startswith(prefix):
                rest = path[len(prefix) :]
                if not rest or rest.startswith("/"):
                    return self._by_prefix[prefix], rest or "/"
        return None
