"""Paths: which endpoint one leads to, and for which index and document."""

from __future__ import annotations

from enum import Enum, auto


class Route(Enum):
    """The endpoints."""

    NOWHERE = auto()
    HEALTH = auto()
    METRICS = auto()
    INDEX = auto()
    INDEX_HEALTH = auto()
    STATUS = auto()
    SNAPSHOT = auto()
    UPDATE = auto()
    SEARCH = auto()
    DOCUMENT = auto()


_BELOW = {
    b"_search": Route.SEARCH,
    b"_update": Route.UPDATE,
    b"_health": Route.INDEX_HEALTH,
    b"_status": Route.STATUS,
    b"_snapshot": Route.SNAPSHOT,
}
_FIXED = {b"_health": Route.HEALTH, b"_metrics": Route.METRICS}


def find(method: bytes, path: bytes) -> tuple[Route, str, bytes]:
    """Return where a request leads, the name of the index, and the last part of the path.

    A slash at the end makes no difference. An index may be called `_health`: only reading leads to the fixed route.
    """
    parts = path.split(b"/")
    if len(parts) > 2 and not parts[-1]:
        parts.pop()
    if len(parts) not in {2, 3} or parts[0] or not all(parts[1:]):
        return Route.NOWHERE, "", b""
    name = parts[1].decode("latin-1")
    if len(parts) == 3:
        return _BELOW.get(parts[2], Route.DOCUMENT), name, parts[2]
    if method in {b"GET", b"HEAD"}:
        return _FIXED.get(parts[1], Route.INDEX), name, b""
    return Route.INDEX, name, b""
