"""Which handlers a path leads to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import NamedTuple

from linernotes.facades._kit.http import Reply

Handler = Callable[..., Awaitable[Reply]]
ANY = "*"


class Route(NamedTuple):
    """A method and a path, in which ``*`` stands for any one part; the handler gets those parts after the request."""

    method: str
    path: str
    handler: Handler


class Match(NamedTuple):
    """What a path leads to: the handler of each method, and the parts that stood where the path has ``*``."""

    handlers: dict[str, Handler]
    arguments: tuple[str, ...]


class Router:
    """Finds routes."""

    def __init__(self, routes: Iterable[Route]) -> None:
        """Sort the routes by their first part and their length: few are left to compare with a path."""
        self._paths: dict[tuple[str, int], dict[tuple[str, ...], dict[str, Handler]]] = {}
        for route in routes:
            pattern = split_path(route.path)
            handlers = self._paths.setdefault(_place(pattern), {}).setdefault(pattern, {})
            handlers[route.method] = route.handler

    def match(self, path: str) -> Match | None:
        """Return what the path leads to; None if it leads nowhere. A slash at the end makes no difference."""
        parts = split_path(path)
        for pattern, handlers in self._paths.get(_place(parts), {}).items():
            if all(a in (ANY, b) for a, b in zip(pattern, parts, strict=True)):
                return Match(handlers, tuple(b for a, b in zip(pattern, parts, strict=True) if a == ANY))
        return None


def split_path(path: str) -> tuple[str, ...]:
    """Return the parts of a path; one slash at the end adds none."""
    parts = path.removeprefix("/").removesuffix("/").split("/")
    return () if parts == [""] else tuple(parts)


def _place(parts: tuple[str, ...]) -> tuple[str, int]:
    return parts[0] if parts else "", len(parts)
